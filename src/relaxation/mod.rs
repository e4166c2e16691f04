//! Relaxation times from curves: the rise of a mean-squared energy difference, Eq. (11), and the decay of a correlation.
//!
//! [`fit`] gives U0², Um² and τ* with errors from the curve's resamples and a [`Verdict`]: a fit always has numbers, and
//! they do not always mean something. [`fit_decay`] does the same for the tail of a correlation such as F_s(q,t), and
//! [`first_crossing`] finds where a curve passes a level, such as τ_α where F_s = 1/e, and [`peak`](peak()) its maximum, such
//! as that of χ₄.

mod crossing;
mod error;
mod fit;
mod kww;
mod model;
mod peak;
mod problem;
mod refit;
mod solver;
mod verdict;
mod weighting;
mod window;

pub use crate::curve::Window;
pub use crossing::{Crossing, Direction, first_crossing};
pub use error::FitError;
pub use fit::{Fit, fit};
pub use kww::{Decay, fit_decay};
pub use model::{Model, mean_relaxation_time};
pub use peak::{NoPeak, Peak, peak};
pub use solver::Termination;
pub use verdict::{Caution, Fall, Reason, Verdict};
pub use weighting::Weighting;
