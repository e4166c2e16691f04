//! What estimators over energies refuse.

use thiserror::Error;

use crate::lag::LagError;
use crate::real::{Invalid, short};
use crate::sampling::Lag;
use crate::stats::ResamplingError;

/// A question that the energies of the runs cannot answer.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EnergyError {
    /// A request for lags that the runs do not have.
    #[error(transparent)]
    Lag(#[from] LagError),
    /// A division into blocks that the runs do not have.
    #[error(transparent)]
    Resampling(#[from] ResamplingError),
    /// All differences are equal, as they are at lag 0.
    #[error("all {pairs} differences at a lag of {lag} are {}, expected a spread", short(*.value, 6))]
    NoSpread {
        /// The lag.
        lag: Lag,
        /// Number of pairs.
        pairs: usize,
        /// The difference.
        value: f64,
    },
    /// A bin width that is not a positive finite number.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No bin, or more than the differences could fill.
    #[error("{found} bins, expected 1 to {most}")]
    TooManyBins {
        /// Bins asked for.
        found: f64,
        /// The most allowed.
        most: usize,
    },
}
