//! What keeps a spectrum from being fitted at all.

use thiserror::Error;

use crate::stats::ResamplingError;

/// A generalised fit that cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum GeneralisedError {
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
        "the covariance of the lags is not positive definite: more blocks, fewer lags, or one that is shrunk"
    )]
    Singular,
    /// No lag is left beside the parameters.
    #[error("{found} lags, expected at least {needed}")]
    TooFewLags {
        /// Lags of the curve.
        found: usize,
        /// One more than parameters.
        needed: usize,
    },
    /// The search left every bound: no such relaxation near the start.
    #[error("the search ends nowhere: the curve has no such relaxation near the start")]
    NoMinimum,
}

/// A spectral fit that cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SpectralError {
    /// The blocks.
    #[error(transparent)]
    Resampling(#[from] ResamplingError),
    /// A limit that is no frequency.
    #[error("band up to {found}, expected a positive finite angular frequency")]
    Band {
        /// The limit given.
        found: f64,
    },
    /// Too few ordinates below the limit.
    #[error(
        "{found} ordinates up to angular frequency {limit}, expected at least 8: a longer run or a higher limit"
    )]
    TooFewOrdinates {
        /// Ordinates there.
        found: f64,
        /// The limit, per time unit.
        limit: f64,
    },
    /// No start leads anywhere: the energy does not vary.
    #[error("the energy has no spectrum to fit: it does not vary within the band")]
    NoMaximum,
}
