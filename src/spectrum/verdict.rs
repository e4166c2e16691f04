//! How far a fit can be trusted.

use std::fmt;

use super::whittle::SpectralFit;

/// Fewer relaxation times than this in a run: no result.
const SHORTEST_RUN: f64 = 8.0;
/// Fewer relaxation times than this in a run: errors are themselves uncertain.
const LONG_RUN: f64 = 100.0;
/// Fewer relaxation times than this in a block: jackknife errors are too small.
const SHORT_BLOCK: f64 = 5.0;
/// A misfit by more standard deviations than this is no chance.
const MISFIT: f64 = 4.0;

/// Why tau and Um^2 are not to be had: the first of these that holds.
pub(super) fn reason(fit: &SpectralFit, converged: bool, duration: f64) -> Option<SpectralReason> {
    let tau = fit.mean_relaxation_time().value();
    let max_frequency = fit.max_frequency();
    let [relative_error, ln_tau_error] = fit
        .fisher_standard_errors()
        .map_or([f64::INFINITY; 2], |[um_squared, tau, _]| [um_squared, tau]);
    if !converged {
        Some(SpectralReason::NoMaximum)
    } else if fit.um_squared().value() <= 0.0 || relative_error > 0.5 {
        Some(SpectralReason::Noise { relative_error })
    } else if tau * max_frequency < 2.0 {
        Some(SpectralReason::NotSeparated { tau, max_frequency })
    } else if tau * SHORTEST_RUN > duration {
        Some(SpectralReason::ShortRun { tau, duration })
    } else if ln_tau_error > 0.5 {
        Some(SpectralReason::Degenerate { ln_tau_error })
    } else {
        None
    }
}

/// What a reader should know, given the length of all runs and that of the shortest block.
pub(super) fn cautions(fit: &SpectralFit, duration: f64, block: f64) -> Vec<SpectralCaution> {
    let tau = fit.mean_relaxation_time().value();
    let mut cautions = Vec::new();
    if tau * LONG_RUN > duration {
        cautions.push(SpectralCaution::ShortRun { tau, duration });
    }
    if fit.um_squared().standard_error().is_some() && block < SHORT_BLOCK * tau {
        cautions.push(SpectralCaution::ShortBlocks { tau, block });
    }
    if let (Some(excess), Some(reduced_chi_squared)) = (fit.misfit(), fit.reduced_chi_squared())
        && excess > MISFIT
    {
        cautions.push(SpectralCaution::Misfit {
            reduced_chi_squared,
            excess,
        });
    }
    cautions
}

/// Why a spectral fit gives no relaxation time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum SpectralReason {
    /// The search ended nowhere.
    NoMaximum,
    /// Um^2 is not known to within a factor of about 1.6.
    Noise {
        /// Fisher error of ln Um^2.
        relative_error: f64,
    },
    /// The slow part is as fast as the band's limit.
    NotSeparated {
        /// Mean relaxation time.
        tau: f64,
        /// Limit of the band.
        max_frequency: f64,
    },
    /// The run is too short to hold the relaxation.
    ShortRun {
        /// Mean relaxation time.
        tau: f64,
        /// Length of all runs.
        duration: f64,
    },
    /// tau is not known to within a factor of about 1.6.
    Degenerate {
        /// Fisher error of ln tau.
        ln_tau_error: f64,
    },
}

impl fmt::Display for SpectralReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMaximum => write!(f, "the likelihood has no maximum"),
            Self::Noise { relative_error } => {
                write!(
                    f,
                    "Um^2 is known to a factor exp({relative_error:.2}) only: no slow part above the noise"
                )
            }
            Self::NotSeparated { tau, max_frequency } => write!(
                f,
                "tau {tau:.4} is not separated from the fast part: the band ends at {max_frequency:.4}, below 2/tau"
            ),
            Self::ShortRun { tau, duration } => {
                write!(
                    f,
                    "the run of {duration:.4} is {:.1} tau long, fewer than 8",
                    duration / tau
                )
            }
            Self::Degenerate { ln_tau_error } => {
                write!(f, "tau is known to a factor exp({ln_tau_error:.2}) only")
            }
        }
    }
}

/// What a reader of a resolved spectral fit should know.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum SpectralCaution {
    /// Fewer than 100 relaxation times in all.
    ShortRun {
        /// Mean relaxation time.
        tau: f64,
        /// Length of all runs.
        duration: f64,
    },
    /// Blocks shorter than 5 relaxation times: jackknife errors may be too small.
    ShortBlocks {
        /// Mean relaxation time.
        tau: f64,
        /// Length of the shortest block.
        block: f64,
    },
    /// The spectrum is not the model's.
    Misfit {
        /// Mean square deviation in units of its expectation.
        reduced_chi_squared: f64,
        /// The same in standard deviations above 1.
        excess: f64,
    },
}

impl fmt::Display for SpectralCaution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShortRun { tau, duration } => {
                write!(
                    f,
                    "the run is {:.0} tau long, fewer than 100: errors are uncertain",
                    duration / tau
                )
            }
            Self::ShortBlocks { tau, block } => {
                write!(
                    f,
                    "blocks are {:.1} tau long, fewer than 5: errors may be too small",
                    block / tau
                )
            }
            Self::Misfit {
                reduced_chi_squared,
                excess,
            } => write!(
                f,
                "the spectrum is not the model's: reduced chi-squared {reduced_chi_squared:.2}, {excess:.0} deviations above 1"
            ),
        }
    }
}
