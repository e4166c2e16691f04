//! Relaxation times from curves: the rise of a mean-squared energy difference, Eq. (11), and the
//! decay of a correlation.
//!
//! | what | how |
//! |---|---|
//! | U0², Um² and τ* of a mean-squared energy difference, in the form that the spectrum shows | [`Fit::beside`] |
//! | the same in a form of your choice, from the curve alone | [`Fit::new`] |
//! | the same with the full [`Covariance`] of the lags | [`Fit::covariance`] |
//! | τ and the mean time without a form between the plateaus | [`rise_time`], [`integral_time`] |
//! | the stretched tail of a correlation such as F_s(q,t) | [`Fit::decay`] |
//! | τ_α, where F_s = 1/e, and where a curve passes any level | [`tau_alpha`], [`first_fall`], [`first_rise`] |
//! | the maximum of a curve such as χ₄ | [`peak`](peak()) |
//! | D, τ_β and the slope d ln MSD/d ln t of a mean squared displacement | [`diffusion`](diffusion()), [`tau_beta`], [`log_slope`](log_slope()) |
//! | the diffusion in energy | [`energy_diffusion`] |
//!
//! Every fit gives a [`Relaxation`] with errors from the curve's resamples and a [`Verdict`]: a fit
//! always has numbers, and they do not always mean something. Whatever a curve may not hold comes
//! as an [`Outcome`](crate::stats::Outcome): the number, or the reason why there is none.
//!
//! ```
//! use msed::relaxation::Fit;
//! use msed::spectrum::Whittle;
//! use msed::{EnergyKind, Lags, Resampling, energy, io};
//! let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
//! let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
//! let spectrum = Whittle::new().to(&run)?;
//! let fit = Fit::beside(&spectrum).to(&msed)?;
//! assert!(fit.verdict.is_resolved());
//! assert_eq!(fit.relaxation_time.to_string(), "4.2(1.2)");
//! assert!(fit.to_string().starts_with("tau* = 4.2(1.2), U0^2 = "));
//! # Ok::<(), msed::Error>(())
//! ```

mod automatic;
mod caution;
mod covariance;
mod crossing;
mod decay;
mod diffusion;
mod error;
mod extremum;
mod fall;
mod fit;
mod found;
mod judge;
mod model;
mod own_mean;
mod plateau_time;
mod points;
mod resampled;
mod rise;
mod scan;
mod search;
mod solver;
pub mod thresholds;
mod verdict;
mod vertex;
mod weights;

pub use caution::Caution;
pub use covariance::Covariance;
pub use crossing::{NotReached, first_fall, first_rise, tau_alpha};
pub use diffusion::{
    Diffusion, NotDiffusive, SquaredDisplacement, diffusion, diffusion_within, energy_diffusion, log_slope,
};
pub use error::FitError;
pub(crate) use extremum::peak_with;
pub use extremum::{Extremum, ExtremumOf, NoExtremum, peak};
pub use fall::Fall;
pub use fit::Fit;
pub use found::{Evidence, LeastSquares, Relaxation, Spectrum};
pub use model::{Model, mean_relaxation_time};
pub(crate) use own_mean::{own_mean_points, own_mean_relative_error};
pub use plateau_time::{TauBeta, tau_beta};
pub(crate) use rise::readable_up_to;
pub use rise::{IntegralTime, NoRise, integral_time, rise_time};
pub use verdict::{Reason, Verdict};
pub use weights::Weighting;
