//! What estimators over energies refuse.

use thiserror::Error;

use crate::lag::{Lag, LagError};
use crate::stats::{Invalid, ResamplingError};

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
    /// A distribution of energy differences that cannot be made.
    #[error(transparent)]
    Distribution(#[from] DistributionError),
}

/// A distribution that cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DistributionError {
    /// All differences are equal, as they are at lag 0.
    #[error("all {pairs} differences at a lag of {lag} are {value}, expected a spread")]
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
    Width(#[from] Invalid),
    /// No bin, or more than the differences could fill.
    #[error("{found} bins, expected 1 to {most}")]
    TooManyBins {
        /// Bins asked for.
        found: f64,
        /// The most allowed.
        most: usize,
    },
}
