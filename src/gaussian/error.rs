//! What keeps a spectrum from being fitted at all.

use thiserror::Error;

use crate::stats::ResamplingError;

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
