//! What accumulators refuse.

use thiserror::Error;

use crate::lag::LagError;
use crate::series::SeriesError;

/// Samples that no accumulator can take, and accumulators that do not go together.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum OnlineError {
    /// A NaN or an infinity; nothing of the call was taken in.
    #[error("sample {index} is {found}, expected a finite number")]
    NotFinite {
        /// Index of the sample in the run.
        index: u64,
        /// The value.
        found: f64,
    },
    /// A snapshot of too short a run.
    #[error("{found} samples so far, expected at least 2")]
    TooFewSamples {
        /// Samples taken in.
        found: u64,
    },
    /// Fewer than two blocks.
    #[error("{found} blocks, expected an even number of at least 2")]
    Blocks {
        /// Blocks asked for.
        found: usize,
    },
    /// A request for lags that means nothing.
    #[error(transparent)]
    Lag(#[from] LagError),
    /// A system that is none.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// Sums of different things.
    #[error("{quantity} is {found}, expected {expected} as in the first")]
    Mismatch {
        /// What differs.
        quantity: &'static str,
        /// Its value.
        found: String,
        /// The first one's.
        expected: String,
    },
}
