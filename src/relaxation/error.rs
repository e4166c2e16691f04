//! What keeps a curve from being fitted at all.

use thiserror::Error;

/// A request that cannot be carried out. A curve that can be fitted and shows no relaxation is not an error: see
/// [`Verdict`](super::Verdict).
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FitError {
    /// A window that is none.
    #[error("fit window from {} to {}, expected increasing times with the first one not negative", .found[0], .found[1])]
    Window {
        /// The window given.
        found: [f64; 2],
    },
    /// Fewer lags than parameters.
    #[error(
        "{found} lags in the fit window from {} to {}, expected at least {expected}: as many as there are parameters",
        .window[0], .window[1]
    )]
    TooFewPoints {
        /// Lags above 0 in the window, and with a standard error where one is needed.
        found: usize,
        /// Free parameters of the model.
        expected: usize,
        /// The window.
        window: [f64; 2],
    },
    /// Weights or a window from standard errors, and the curve has none.
    #[error(
        "{needed_for} needs standard errors, and none of the curve's {points} lags has one: resample the curve"
    )]
    NoErrors {
        /// What needs them.
        needed_for: &'static str,
        /// Lags above 0.
        points: usize,
    },
    /// A lag whose values do not differ between resamples.
    #[error(
        "the standard error at lag {lag_time} is 0, expected a positive number: fit with uniform weights"
    )]
    ZeroError {
        /// The lag in time units.
        lag_time: f64,
    },
    /// A value that is no number.
    #[error("the curve is {found} at lag {lag_time}, expected a finite number")]
    NotFinite {
        /// The lag in time units.
        lag_time: f64,
        /// The value there.
        found: f64,
    },
    /// A curve without anything on it.
    #[error("the curve is 0 at all of the {points} lags to be fitted")]
    Zero {
        /// Number of lags.
        points: usize,
    },
    /// A level that no curve can cross.
    #[error("a crossing of level {found}, expected a finite number")]
    Level {
        /// The level given.
        found: f64,
    },
}
