//! How far a fit of a spectrum can be trusted.

use crate::relaxation::thresholds::{FISHER_ERROR, LONG_RUN, SEPARATION, SHORTEST_RUN, SPECTRAL_BLOCK};
use crate::relaxation::{Caution, Reason, Spectrum, Verdict};
use crate::stats::{Estimate, Significance};

/// The verdict, with the first reason that holds, for a mean relaxation time and the length of all
/// runs.
pub(super) fn verdict(
    converged: bool,
    um_squared: &Estimate,
    mean_relaxation_time: f64,
    spectrum: &Spectrum,
    duration: f64,
) -> Verdict {
    let max_frequency = spectrum.max_frequency;
    let [relative_error, log_time_error] = spectrum
        .fisher_standard_errors
        .map_or([f64::INFINITY; 2], |[um_squared, tau, _]| [um_squared, tau]);
    let reason = if !converged {
        Some(Reason::NoMaximum)
    } else if um_squared.value() <= 0.0 || relative_error > FISHER_ERROR {
        Some(Reason::NoSlowPart { relative_error })
    } else if mean_relaxation_time * max_frequency < SEPARATION {
        Some(Reason::NotSeparated {
            mean_relaxation_time,
            max_frequency,
        })
    } else if mean_relaxation_time * SHORTEST_RUN > duration {
        Some(Reason::ShortRun {
            mean_relaxation_time,
            duration,
        })
    } else if log_time_error > FISHER_ERROR {
        Some(Reason::Vague { log_time_error })
    } else {
        None
    };
    Verdict::new(reason.into_iter().collect())
}

/// What a reader should know about the error bars; `block` is the length of the shortest block.
pub(super) fn cautions(
    um_squared: &Estimate,
    mean_relaxation_time: f64,
    spectrum: &Spectrum,
    duration: f64,
    block: f64,
) -> Vec<Caution> {
    let mut cautions = Vec::new();
    if mean_relaxation_time * LONG_RUN > duration {
        cautions.push(Caution::ShortRun {
            mean_relaxation_time,
            duration,
        });
    }
    if um_squared.standard_error().is_some() && block < SPECTRAL_BLOCK * mean_relaxation_time {
        cautions.push(Caution::ShortSpectralBlocks {
            mean_relaxation_time,
            block,
        });
    }
    if let (Some(excess), Some(reduced_chi_squared)) = (spectrum.excess, spectrum.reduced_chi_squared)
        && excess > Significance::SPECTRAL_MISFIT.threshold(Some(f64::INFINITY))
    {
        cautions.push(Caution::SpectralMisfit {
            reduced_chi_squared,
            excess,
        });
    }
    cautions
}
