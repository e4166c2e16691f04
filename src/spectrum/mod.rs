//! The efficient estimators: what a Gaussian series allows.
//!
//! Lags of a mean-squared difference are strongly correlated, and a weighted fit to them wastes
//! data. Two estimators use a run as well as it can be used. They are second opinions beside the
//! weighted [`Fit`](crate::relaxation::Fit): where they disagree with it beyond their errors, the
//! model is wrong.
//!
//! For the same error of τ* the spectrum needs 0.55 to 0.68 of the simulation that a weighted fit
//! of Eq. (11) needs: the spread of its ln τ* is 1.10 to 1.22 times the Cramér-Rao bound of a
//! source with a white fast part, that of Eq. (11) 1.40 to 1.51 times (500 runs each,
//! docs/errors.md).
//!
//! - [`Whittle`]: ordinates of the periodogram are nearly independent, each exponentially
//!   distributed about the spectrum `S(w)`, so that minimising `sum ln S + I/S` over the
//!   frequencies of the relaxation uses a run as well as it can be used (P. Whittle, Ark. Mat. 2,
//!   423 (1953)). The spectrum is the *expected* periodogram of a run of n samples, leakage and
//!   aliasing included (A. M. Sykulski, S. C. Olhede, A. P. Guillaumin, J. M. Lilly and J. J.
//!   Early, Biometrika 106, 251 (2019)).
//! - [`Fit::covariance`](crate::relaxation::Fit::covariance): the time-domain twin, generalised
//!   least squares on the mean-squared difference with the covariance of its lags that the model
//!   itself implies ([`GaussianModel::msed_covariance`]).
//!
//! ```text
//! S(w) = B + S_fast(w) + (Um²/2) sum over |h| < n of (1 - |h|/n) exp(-(|h| dt/tau)^beta) cos(w h)
//! ```
//!
//! The energy of a liquid has vibrations, a fast relaxation and a slow one that may be stretched.
//! The band ends before the vibrations. The level B and up to two exponential relaxations in
//! `S_fast` are nuisances, so that the fast relaxation is not taken for the slow one, and β is free
//! unless the data show an exponential. `U0² = 2 Var(e) - Um²`.
//!
//! [`zero_frequency`] is the integral of the autocorrelation of any series, from its spectrum at
//! zero and without a form: a transport coefficient but for its prefactor.
//!
//! [`choose_blocks`] cuts runs into blocks that are long against the relaxation time found so.
//!
//! [`GaussianModel`] turns the same information round: the errors that a run of any length is
//! expected to give, and the length for a wanted error.

mod band;
mod block_choice;
mod block_powers;
mod covariance;
mod error;
mod expected;
mod forms;
mod gaussian_model;
mod likelihood;
mod periodogram;
mod prior;
mod search;
mod shape;
mod smooth_spectrum;
mod verdict;
mod whittle;
mod zero_frequency;

pub use block_choice::{BlockChoice, choose_blocks};
pub use error::SpectralError;
pub use gaussian_model::{ExpectedErrors, GaussianModel, Goal};
pub use whittle::Whittle;
pub use zero_frequency::{NoIntegral, ZeroFrequency, zero_frequency};
