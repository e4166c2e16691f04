//! Questions about the structure that mean nothing.

use thiserror::Error;

/// A parameter of a structural estimator that means nothing.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum StructureError {
    /// An overlap radius that is no length.
    #[error("overlap radius {found}, expected a positive finite length")]
    OverlapRadius {
        /// The value given.
        found: f64,
    },
    /// Bins that are none.
    #[error(
        "{count} bins from {start} to {end}, expected 1 to 1048576 between increasing finite distances, of which logarithmic bins begin above 0"
    )]
    Bins {
        /// Smallest distance.
        start: f64,
        /// Largest distance.
        end: f64,
        /// Number of bins.
        count: usize,
    },
    /// Distances beyond half of the cell.
    #[error(
        "distances up to {found}, expected no more than {limit}, half of the smallest distance between opposite faces of the cell of \
         run {run}"
    )]
    TooFar {
        /// Index of the run.
        run: usize,
        /// The end of the bins.
        found: f64,
        /// Half of the cell's smallest width.
        limit: f64,
    },
    /// A density without a volume.
    #[error("run {run} has no periodic cell, expected one for the density")]
    NoCell {
        /// Index of the run.
        run: usize,
    },
    /// Motion in no dimension.
    #[error("0 dimensions, expected 3 for the mean squared displacement, 1 for a component")]
    Dimensions,
    /// A window that holds too little of the curve.
    #[error("the window from {start} to {end} holds {found} lags, expected at least 2")]
    Window {
        /// First lag time.
        start: f64,
        /// Last lag time.
        end: f64,
        /// Lags in it.
        found: usize,
    },
    /// A wave number that is none.
    #[error("wave number {index} is {found}, expected a positive finite number")]
    WaveNumber {
        /// Position in the list.
        index: usize,
        /// The value given.
        found: f64,
    },
}
