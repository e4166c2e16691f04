//! Relaxation times from curves: the rise of a mean-squared energy difference, Eq. (11), and the decay of a correlation.
//!
//! [`fit`] gives U0², Um² and τ* with errors from the curve's resamples and a [`Verdict`]: a fit always has numbers, and
//! they do not always mean something. [`fit_decay`] does the same for the tail of a correlation such as F_s(q,t), and
//! [`first_crossing`] finds where a curve passes a level, such as τ_α where F_s = 1/e, and [`peak`](peak()) its maximum, such
//! as that of χ₄.
//!
//! [`diffusion`](diffusion()), [`tau_beta`](tau_beta()) and [`log_slope`](log_slope()) read a mean squared displacement, and
//! [`energy_diffusion`] a mean-squared energy difference. [`fit_generalised`] fits with the full [`Covariance`] of the lags.

mod covariance;
mod crossing;
mod decay;
mod diffusion;
mod error;
mod fit;
mod generalised;
mod model;
mod peak;
mod plateau_time;
mod problem;
mod refit;
mod solver;
mod verdict;
mod window;

pub use crate::spectrum::GeneralisedError;
pub use covariance::Covariance;
pub use crossing::{Crossing, Direction, first_crossing};
pub use decay::{Decay, fit_decay};
pub use diffusion::{Diffusion, DiffusionVerdict, NotDiffusive, diffusion, energy_diffusion};
pub use error::FitError;
pub use fit::{Fit, fit};
pub use generalised::{GeneralisedFit, fit_generalised};
pub use model::{Model, Weighting, mean_relaxation_time};
pub use peak::{NoPeak, Peak, peak};
pub use plateau_time::{LogSlope, NotResolved, PlateauTime, TauBeta, log_slope, tau_beta};
pub use solver::Termination;
pub use verdict::{Caution, Fall, Reason, Verdict};
pub use window::Window;
