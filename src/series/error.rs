//! Why samples do not make a series.

use thiserror::Error;

use crate::real::Invalid;

/// Samples that do not make a series.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SeriesError {
    /// Fewer than two samples.
    #[error("{found} samples, expected at least 2")]
    TooFewSamples {
        /// Samples given.
        found: usize,
    },
    /// A NaN, an infinity, or a number above 1e60 in size.
    #[error("{quantity} {index} is {found:e}, expected a finite number of at most 1e60 in size")]
    NotFinite {
        /// `energy`, `temperature`, `pressure`, `volume`, `total` (energy) or `sample`.
        quantity: &'static str,
        /// Index of the sample.
        index: usize,
        /// The value there.
        found: f64,
    },
    /// The system has no particles.
    #[error("0 particles, expected at least 1")]
    NoParticles,
    /// A column has another length than the energies.
    #[error("{found} {quantity}s, expected {expected}, one per energy")]
    Length {
        /// `temperature`, `pressure`, `volume` or `total` (energy).
        quantity: &'static str,
        /// Numbers given.
        found: usize,
        /// Energies.
        expected: usize,
    },
    /// The temperature, a volume, or the time step of the sampling, is not positive and finite.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}
