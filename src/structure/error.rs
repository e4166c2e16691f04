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
}
