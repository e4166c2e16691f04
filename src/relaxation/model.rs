//! The two forms of Eq. (11).

use std::fmt;

use statrs::function::gamma::gamma;

/// How a mean-squared energy difference rises from its fast plateau U0² to its long-time limit U0²
/// + Um²:
///
/// ```text
/// MSED(t) = U0² + Um² [1 - exp(-(t/τ)^β)]
/// ```
///
/// Eq. (11) of Zhang, Sun, Gong (arXiv:2501.07902) with β = 1; the published version (Chin. Phys.
/// Lett. 42, 056301 (2025)) has β free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Model {
    /// β = 1.
    Exponential,
    /// β between 0.05 and 2. Above 2 there is no random process with such a correlation.
    Stretched,
}

impl Model {
    /// Number of free parameters: U0², Um², τ, and β where it is free.
    #[must_use]
    pub fn parameters(self) -> usize {
        match self {
            Self::Exponential => 3,
            Self::Stretched => 4,
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exponential => "exponential",
            Self::Stretched => "stretched exponential",
        })
    }
}

/// The mean of a stretched exponential's relaxation time, the integral of exp(-(t/τ)^β): (τ/β)
/// Γ(1/β).
///
/// ```
/// use msed::relaxation::mean_relaxation_time;
/// assert_eq!(mean_relaxation_time(3.0, 1.0), 3.0);
/// assert!((mean_relaxation_time(3.0, 0.5) - 6.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn mean_relaxation_time(tau: f64, beta: f64) -> f64 {
    if beta == 1.0 {
        return tau;
    }
    tau / beta * gamma(1.0 / beta)
}

/// How the lags of a fit are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Weighting {
    /// By the inverse squares of the curve's standard errors; lags without one are left out.
    StandardErrors,
    /// All alike.
    Uniform,
}
