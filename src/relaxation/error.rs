//! Why a curve cannot be fitted.

use thiserror::Error;

use super::found::Relaxation;
use crate::curve::Curve;
use crate::real::short;
use crate::stats::Invalid;

/// A request that cannot be carried out. A curve that can be fitted and shows no relaxation is not
/// an error: see [`Verdict`](super::Verdict).
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FitError {
    /// The two times of the window do not increase, or are not finite.
    #[error(
        "fit window from {} to {}, expected increasing times with the first one not negative",
        short(.found[0], 6), short(.found[1], 6)
    )]
    Window {
        /// The window given.
        found: [f64; 2],
    },
    /// Fewer lags than parameters.
    #[error(
        "{found} lags in the fit window from {} to {}, expected at least {expected}: as many as there are parameters{}",
        short(.window[0], 6), short(.window[1], 6), reaching(*.reach)
    )]
    TooFewPoints {
        /// Lags above 0 in the window, and with a standard error where one is needed.
        found: usize,
        /// Free parameters of the model.
        expected: usize,
        /// The window.
        window: [f64; 2],
        /// The first and the last lag above 0 of the curve; `None` where it has none.
        reach: Option<[f64; 2]>,
    },
    /// Weights or a window need standard errors, and the curve has none.
    #[error(
        "{needed_for} needs standard errors, and none of the curve's {points} lags has one: they come from several blocks or replicas"
    )]
    NoErrors {
        /// What needs them.
        needed_for: &'static str,
        /// Lags above 0.
        points: usize,
    },
    /// A lag whose values do not differ between resamples, and which no weight can be had for.
    #[error(
        "the standard error at lag {} is 0, expected a positive number: the curve has the same value there in all blocks",
        short(*.lag_time, 6)
    )]
    ZeroError {
        /// The lag in time units.
        lag_time: f64,
    },
    /// A value that is not a finite number.
    #[error("the curve is {found} at lag {}, expected a finite number", short(*.lag_time, 6))]
    NotFinite {
        /// The lag in time units.
        lag_time: f64,
        /// The value there.
        found: f64,
    },
    /// The curve is zero everywhere.
    #[error("the curve is 0 at all of the {points} lags to be fitted, expected one that is not")]
    Zero {
        /// Number of lags.
        points: usize,
    },
    /// A covariance of other lags.
    #[error("a covariance of {found} lags, expected {expected}, those of the curve")]
    Rows {
        /// Its rows.
        found: usize,
        /// Lags of the curve.
        expected: usize,
    },
    /// A covariance without an inverse.
    #[error(
        "the covariance of the lags is not positive definite, expected one that is: \
         more blocks, fewer lags, or a shrunk covariance"
    )]
    Singular,
    /// A curve and the fit that stands beside it went through different resamples.
    #[error("a fit through {found}, expected {expected} as for the curve")]
    Resamples {
        /// The resamples of the fit.
        found: String,
        /// Those of the curve.
        expected: String,
    },
    /// The fit is that of a decay, and that of a rise is needed.
    #[error("the fit of a decay, expected that of a rise, which has a plateau U0²")]
    Decay,
    /// A number that is out of its range, such as the level of a crossing, or 0 dimensions.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl FitError {
    /// Whether a fit is of the run of a curve, through the same resamples.
    pub(super) fn unless_beside(curve: &Curve, fit: &Relaxation) -> Result<(), Self> {
        let (expected, found) = (curve.resamples(), fit.um_squared.resamples());
        if found == Some(expected) {
            return Ok(());
        }
        Err(Self::Resamples {
            found: found.map_or_else(|| "none".to_owned(), |of| format!("{of} of run {}", of.run)),
            expected: format!("{expected} of run {}", expected.run),
        })
    }

    /// Fewer lags of a curve in a window than a fit needs.
    pub(super) fn too_few_points(curve: &Curve, window: [f64; 2], found: usize, expected: usize) -> Self {
        let curve = curve.without_zero();
        let (first, last) = (curve.lag_times().next(), curve.lag_times().last());
        Self::TooFewPoints {
            found,
            expected,
            window,
            reach: first.zip(last).map(<[f64; 2]>::from),
        }
    }
}

fn reaching(reach: Option<[f64; 2]>) -> String {
    reach.map_or_else(String::new, |[first, last]| {
        format!(
            "; the curve reaches from {} to {}",
            short(first, 6),
            short(last, 6)
        )
    })
}
