//! `msed` estimates relaxation times and energy-landscape scales of supercooled liquids from the
//! potential energy that a molecular-dynamics run already writes, and compares them with structural
//! relaxation.
//!
//! The mean-squared difference of the potential energy per particle over a lag time,
//!
//! ```text
//! MSED(t) = <[e(t0 + t) - e(t0)]^2> = U0^2 + Um^2 [1 - exp(-(t/tau*)^beta)]
//! ```
//!
//! rises to a fast plateau U0² (vibrations), and from there by Um² (rearrangements) with the
//! relaxation time τ*. The method is that of Zhang, Sun and Gong,
//! [arXiv:2501.07902](https://arxiv.org/abs/2501.07902):
//!
//! ```
//! use msed::relaxation::Fit;
//! use msed::spectrum::Whittle;
//! use msed::{EnergyKind, EnergySeries, Lags, Resampling, Sampling, energy};
//!
//! // Total energies of 500 particles, one every 10 steps of 0.005: vibrations on a level that jumps
//! // now and then.
//! let mut state = 1_u64;
//! let mut level = 0.0;
//! let energies: Vec<f64> = (0..20_000)
//!     .map(|_| {
//!         state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
//!         let random = (state >> 11) as f64 / (1_u64 << 53) as f64;
//!         // One sample in 100 begins a new level.
//!         if random < 0.01 { level = 3000.0 * random - 15.0; }
//!         -2800.0 + level + 8.0 * (1000.0 * random).fract()
//!     })
//!     .collect();
//! let run = EnergySeries::new(energies, Sampling::new(10, 0.005)?, 500, EnergyKind::Total)?;
//! let lags = Lags::logarithmic(20).up_to_fraction(0.1);
//! let msed = energy::msed(&run, &lags, Resampling::default())?;
//! // The spectrum tells a fast relaxation from a slow one, and an exponential from a stretched one.
//! let spectrum = Whittle::new().to(&run)?;
//! let fit = Fit::beside(&spectrum).to(&msed)?;
//! assert!(fit.verdict.is_resolved(), "{}", fit.verdict);
//! let (tau, error) = (fit.relaxation_time.value(), fit.relaxation_time.standard_error().unwrap());
//! assert!((tau - 5.0).abs() < 3.0 * error && error < 1.0, "tau* = {}", fit.relaxation_time);
//! # Ok::<(), msed::Error>(())
//! ```
//!
//! # What is where
//!
//! | for | take |
//! |---|---|
//! | energies and positions from memory | [`EnergySeries`], [`Trajectory`], several runs as [`Replicas`] |
//! | pressure, stress, dipole moment, volume | [`ScalarSeries`], with the functions of [`energy`] and [`spectrum`] |
//! | the same from files | `io::energies`, `io::trajectory` (features `io`, `xtc`) |
//! | MSED, autocorrelation, distribution of the difference, moments | [`energy`] |
//! | whether a run is stationary, and what to discard at its start | [`energy`] |
//! | which ensemble a run has sampled, and its thermostat's time | [`thermo`] |
//! | τ*, U0, Um from a curve; τ_α; stretched tails; peaks; D, τ_β | [`relaxation`] |
//! | the same from the spectrum, with a smaller error; how long to run | [`spectrum`] |
//! | integrals of correlations: viscosity and other transport coefficients | [`spectrum::zero_frequency`] |
//! | MSD, F_s, F(q,t), S(q), g(r), overlap, χ₄, α₂, van Hove | [`structure`] |
//! | heat capacity, entropies, Adam-Gibbs, crossover, models of τ(T) | [`thermo`] |
//! | these curves while the simulation runs, over ranks, or from files larger than memory | [`online`], `mpi` |
//! | other units | [`units`] |
//! | figures | `plot` |
//! | errors of quantities of your own | [`stats`] |
//!
//! # What holds everywhere
//!
//! - A lag is a whole number of molecular-dynamics steps ([`Lag`]). Its time is that number times
//!   the [time step](Sampling). Lengths, energies and times have the units of the data.
//! - Samples are `f32` or `f64` ([`Real`]), borrowed or owned. Every sum is `f64`, runs over all
//!   time origins, and has the same bits for any number of threads. What storage in `f32` changes
//!   is said there.
//! - A run in a plane is found to have two [dimensions](trajectory::Dimensions), and all formulas
//!   follow.
//! - A number is an [`Estimate`], a correlation is a [`Curve`]. Both hold their values on every
//!   resample of the run ([`Resampling`]), and the error of any function of them follows. They know
//!   their run: numbers of one run are correlated, numbers of different runs are independent. The
//!   energies and the trajectory of one simulation are two runs here, which count as independent.
//! - A fit has a verdict. Where the data do not determine the answer, the verdict is `unresolved`
//!   and names the reason. Other quantities that may be missing are a [`stats::Outcome`].
//! - Invalid input is an [`Error`] that names the file and line, or the index, what was found and
//!   what was expected. Nothing panics on data.
//!
//! # Features
//!
//! The default build holds the estimators alone. `io` adds readers of LAMMPS thermo output and
//! dumps, extended XYZ and plain columns, compressed or not. `xtc`, `trr`, `dcd` and `gsd` add
//! trajectories in these formats, `plot` figures, `rayon` threads, and `mpi` ranks. `serde` adds
//! checkpoints and makes all results `Serialize`; curves, estimates, fits with their verdicts, sums
//! and records without conditions are `Deserialize` too.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod curve;
mod dimensions;
pub mod energy;
pub mod error;
#[cfg(feature = "files")]
pub mod io;
mod kernels;
pub mod lag;
pub mod lag_sums;
#[cfg(feature = "mpi")]
pub mod mpi;
pub mod online;
#[cfg(feature = "plot")]
pub mod plot;
mod real;
pub mod relaxation;
mod replicas;
mod sampling;
pub mod series;
pub mod spectrum;
pub mod stats;
pub mod structure;
pub mod thermo;
mod threads;
pub mod trajectory;
pub mod units;

pub use curve::Curve;
pub use error::Error;
pub use lag::Lags;
pub use real::Real;
pub use sampling::{Lag, Sampling};
pub use series::{EnergyKind, EnergyRuns, EnergySeries, EnergySystem, Replicas, Runs, ScalarSeries, Series};
pub use stats::{Estimate, Resampling};
pub use thermo::Ensemble;
pub use trajectory::Trajectory;
pub use units::Units;

/// The examples of the README are tests.
#[cfg(all(doctest, feature = "io"))]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// So are the programs of docs/programs.md.
#[cfg(all(doctest, feature = "io", feature = "xtc", feature = "serde"))]
#[doc = include_str!("../docs/programs.md")]
pub struct Programs;
