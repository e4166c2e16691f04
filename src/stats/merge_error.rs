//! Sums that cannot be merged.

use thiserror::Error;

/// Sums, or pieces of a run, that are of different things: what differs, with its value here and in
/// the first.
///
/// ```
/// use msed::energy::EnergySystem;
/// use msed::online::EnergyAccumulator;
/// use msed::{EnergyKind, Lags, Sampling};
/// let sums = |particles| {
///     let system = EnergySystem::new(Sampling::new(10, 0.005)?, particles, EnergyKind::Total)?;
///     let mut live = EnergyAccumulator::ring(system, &Lags::samples([1]))?;
///     live.push_slice(&[1.0, 2.0, 4.0])?;
///     live.snapshot()
/// };
/// let error = sums(1000)?.merge(sums(1200)?).unwrap_err();
/// assert_eq!(error.to_string(), "particle number is 1200, expected 1000 as in the first");
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{quantity} is {found}, expected {expected} as in the first")]
#[non_exhaustive]
pub struct MergeError {
    /// What differs.
    pub quantity: &'static str,
    /// Its value.
    pub found: String,
    /// The value in the first.
    pub expected: String,
}

impl MergeError {
    pub(crate) fn new(quantity: &'static str, found: String, expected: String) -> Self {
        Self {
            quantity,
            found,
            expected,
        }
    }
}
