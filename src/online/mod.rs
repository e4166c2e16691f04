//! Accumulators: a simulation pushes an energy at every sampling step and asks for the correlation
//! whenever it likes.
//!
//! [`EnergyAccumulator`] is what a run feeds: memory is fixed from the first sample on, the cost of
//! a sample does not grow with the run, and nothing is allocated after construction.
//! [`EnergyAccumulator::snapshot`] gives [`EnergySums`], the sums over all pairs of samples so far,
//! without disturbing the stream. From the sums follow the curves that the estimators of whole
//! series return: [`EnergySums::msed`], [`EnergySums::autocorrelation`], [`EnergySums::moments`].
//! Sums of independent runs [`merge`](crate::stats::Sums::merge); pieces of one run are
//! [joined](EnergyAccumulator::followed_by) without losing the pairs between them. With the feature
//! `serde` all of them are `Serialize` and `Deserialize`, and `checkpoint` writes them to files
//! that an interrupted run resumes from bit for bit.
//!
//! [`DisplacementAccumulator`] does the same for positions, and [`DisplacementSums`] gives mean
//! squared displacement, alpha2, overlap, chi4 and F_s. Its sums merge in two ways: independent
//! runs, and [parts of the particles](crate::structure::DisplacementSums::merge_particles) of one
//! run. [`CoherentAccumulator`] gives F(q,t), from the densities alone. [`DistributionAccumulator`]
//! gives phi, the distribution of energy differences, at a few lags. The three share what every
//! [`Accumulator`] has.
//!
//! Files larger than memory go through the same accumulators, one or several at once:
//! [`feed_energies`], [`feed_frames`].
//!
//! ```
//! use msed::online::EnergyAccumulator;
//! use msed::{EnergyKind, EnergySystem, Lags, Sampling};
//!
//! // 1000 particles, an energy every 10 steps of 0.005; lags 20 a decade to a tenth of the 10 000
//! // samples that are planned.
//! let system = EnergySystem::new(Sampling::new(10, 0.005)?, 1000, EnergyKind::Total)?;
//! let lags = Lags::logarithmic(20).up_to_fraction(0.1).planned(10_000);
//! let mut live = EnergyAccumulator::ring(system, &lags)?;
//! for step in 0..2000 {
//!     let potential_energy = -7000.0 + 16.0 * (0.01 * f64::from(step)).sin();
//!     live.push(potential_energy)?;
//! }
//! let now = live.snapshot()?.msed();
//! assert_eq!(now.origins()[0], 1999);
//! assert!(now.standard_errors()[0].is_some());
//! # Ok::<(), msed::Error>(())
//! ```
//!
//! [`EnergySums`]: crate::energy::EnergySums
//! [`EnergySums::msed`]: crate::energy::EnergySums::msed
//! [`EnergySums::autocorrelation`]: crate::energy::EnergySums::autocorrelation
//! [`EnergySums::moments`]: crate::energy::EnergySums::moments
//! [`DisplacementSums`]: crate::structure::DisplacementSums

mod accumulator;
#[cfg(feature = "serde")]
pub mod checkpoint;
mod densities;
mod differences;
mod displacements;
mod energy;
pub(crate) mod error;
mod feed;
mod frames;
mod pair_stream;
mod places;
mod ring;
mod sinks;
mod wrapping;

pub use accumulator::Accumulator;
pub use densities::CoherentAccumulator;
pub use differences::DistributionAccumulator;
pub use displacements::DisplacementAccumulator;
pub use energy::EnergyAccumulator;
pub use error::OnlineError;
pub use feed::{FeedError, feed_energies, feed_frames};
pub use sinks::Sink;
