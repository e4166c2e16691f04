//! The efficient estimators: what a Gaussian series allows.
//!
//! Lags of a mean-squared difference are strongly correlated, and a weighted fit to them wastes data. Two estimators do not, and
//! they are second opinions beside [`relaxation::fit`](crate::relaxation::fit): where they disagree with it beyond their errors, the
//! model is wrong.
//!
//! For the same error of tau* the spectrum needs half of the simulation that a weighted fit of Eq. (11) needs, or less: the spread of its
//! ln tau* is 0.98 to 1.01 times the Cramer-Rao bound, that of Eq. (11) 1.40 to 1.51 times (500 runs each, docs/errors.md).
//!
//! - [`fit_spectrum`]: ordinates of the periodogram are nearly independent, each exponentially distributed about the spectrum `S(w)`, so
//!   that minimising `sum ln S + I/S` over the frequencies of the relaxation uses a run as well as it can be used (P. Whittle, Ark.
//!   Mat. 2, 423 (1953)). The spectrum is the *expected* periodogram of a run of n samples, leakage and aliasing included
//!   (A. M. Sykulski, S. C. Olhede, A. P. Guillaumin, J. M. Lilly and J. J. Early, Biometrika 106, 251 (2019)).
//! - [`fit_generalised`](crate::relaxation::fit_generalised): the time-domain twin, generalised least squares on the mean-squared difference with the covariance of its lags
//!   that the model itself implies ([`Process::msed_covariance`]).
//!
//! ```text
//! S(w) = B + (Um^2/2) sum over |h| < n of (1 - |h|/n) exp(-(|h| dt/tau)^beta) cos(w h)
//! ```
//!
//! B, the level of the fast part, is a free nuisance: it equals U0^2/2 only where the fast part is white at the sampling
//! interval. `U0^2 = 2 Var(e) - Um^2`.
//!
//! [`choose_blocks`] cuts runs into blocks that are long against the relaxation time found so.
//!
//! [`Process`] turns the same information round: the errors that a run of any length is expected to give, and the
//! length for a wanted error.

mod block_choice;
mod block_powers;
mod covariance;
mod error;
mod expected;
mod likelihood;
mod periodogram;
mod process;
mod verdict;
mod whittle;

pub use block_choice::{BlockChoice, BlockVerdict, choose_blocks};
pub use error::{GeneralisedError, SpectralError};
pub use periodogram::{Bin, Periodogram, relaxation_limit};
pub use process::{ExpectedErrors, Goal, Process, ProcessError};
pub use verdict::{SpectralCaution, SpectralReason};
pub use whittle::{Band, SpectralFit, fit_spectrum};
