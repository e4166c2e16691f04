//! How much each lag counts.

/// How the lags of a fit are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Weighting {
    /// By the inverse squares of the curve's standard errors; lags without one are left out.
    StandardErrors,
    /// All alike.
    Uniform,
}
