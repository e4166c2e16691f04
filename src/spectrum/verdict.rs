//! How far a fit of a spectrum can be trusted.

use crate::relaxation::thresholds::{FISHER_ERROR, LONG_RUN, SEPARATION, SHORTEST_RUN, SPECTRAL_BLOCK};
use crate::relaxation::{Caution, Reason, Spectrum, Verdict};
use crate::stats::{Estimate, Significance};

/// What a verdict rests on.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) um_squared: &'a Estimate,
    pub(super) mean_relaxation_time: f64,
    pub(super) spectrum: &'a Spectrum,
    pub(super) converged: bool,
    /// Length of all runs.
    pub(super) duration: f64,
    /// Length of the shortest block.
    pub(super) block: f64,
}

impl Seen<'_> {
    /// The verdict, with the first reason that holds.
    pub(super) fn verdict(&self) -> Verdict {
        let (mean_relaxation_time, duration) = (self.mean_relaxation_time, self.duration);
        let max_frequency = self.spectrum.max_frequency;
        let [relative_error, log_time_error] = self
            .spectrum
            .fisher_standard_errors
            .map_or([f64::INFINITY; 2], |[um_squared, tau, _]| [um_squared, tau]);
        let reason = if !self.converged {
            Some(Reason::NoMaximum)
        } else if self.um_squared.value() <= 0.0 || relative_error > FISHER_ERROR {
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

    /// What a reader should know about the error bars.
    pub(super) fn cautions(&self) -> Vec<Caution> {
        let (mean_relaxation_time, duration, block) = (self.mean_relaxation_time, self.duration, self.block);
        let mut cautions = Vec::new();
        if mean_relaxation_time * LONG_RUN > duration {
            cautions.push(Caution::ShortRun {
                mean_relaxation_time,
                duration,
            });
        }
        if self.um_squared.standard_error().is_some() && block < SPECTRAL_BLOCK * mean_relaxation_time {
            cautions.push(Caution::ShortSpectralBlocks {
                mean_relaxation_time,
                block,
            });
        }
        if let (Some(excess), Some(reduced_chi_squared)) =
            (self.spectrum.excess, self.spectrum.reduced_chi_squared)
            && excess > Significance::SPECTRAL_MISFIT.threshold(Some(f64::INFINITY))
        {
            cautions.push(Caution::SpectralMisfit {
                reduced_chi_squared,
                excess,
            });
        }
        cautions
    }
}
