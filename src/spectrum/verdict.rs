//! How far a fit of a spectrum can be trusted.

use crate::relaxation::thresholds::{LOG_ERROR, LONG_RUN, RISE_ERROR, SEPARATION, SPECTRAL_BLOCK};
use crate::relaxation::{Caution, Reason, Spectrum, Verdict};
use crate::stats::{Estimate, Significance};

/// What a verdict rests on.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) converged: bool,
    pub(super) um_squared: &'a Estimate,
    /// The error of ln τ over the resamples.
    pub(super) log_time_error: Option<f64>,
    /// The mean relaxation time.
    pub(super) mean_time: f64,
    pub(super) spectrum: &'a Spectrum,
    /// Length of all runs.
    pub(super) duration: f64,
}

impl Seen<'_> {
    /// The verdict, with the first reason that holds.
    pub(super) fn verdict(&self) -> Verdict {
        let mean_relaxation_time = self.mean_time;
        let max_frequency = self.spectrum.max_frequency;
        let [fisher_rise, fisher_time] = self
            .spectrum
            .fisher_standard_errors
            .map_or([f64::INFINITY; 2], |[um_squared, tau, _]| [um_squared, tau]);
        let um_squared = self.um_squared.value();
        // A number that a resample does not have is not known at all.
        let resampled = self.um_squared.resamples().is_some_and(|of| of.len() >= 2);
        let missing = if resampled { f64::INFINITY } else { 0.0 };
        let rise_error = self
            .um_squared
            .standard_error()
            .map_or(missing, |e| e / um_squared);
        let relative_error = fisher_rise.max(rise_error);
        let vague_rise = fisher_rise > LOG_ERROR || rise_error > RISE_ERROR;
        let log_time_error = self.log_time_error.unwrap_or(missing).max(fisher_time);
        let (excess, misfit) = (self.spectrum.excess, Significance::SPECTRAL_MISFIT);
        let excess = excess.filter(|&excess| excess > misfit.threshold(Some(f64::INFINITY)));
        let reason = if !self.converged {
            Some(Reason::NoMaximum)
        } else if um_squared <= 0.0 || vague_rise {
            Some(Reason::NoSlowPart { relative_error })
        } else if mean_relaxation_time * max_frequency < SEPARATION {
            Some(Reason::NotSeparated {
                mean_relaxation_time,
                max_frequency,
            })
        } else if log_time_error > LOG_ERROR {
            Some(Reason::Vague { log_time_error })
        } else if let (Some(excess), Some(reduced_chi_squared)) = (excess, self.spectrum.reduced_chi_squared)
        {
            Some(Reason::SpectralMisfit {
                reduced_chi_squared,
                excess,
            })
        } else {
            None
        };
        Verdict::new(reason.into_iter().collect())
    }

    /// What a reader should know about the error bars; `block` is the length of the shortest block.
    pub(super) fn cautions(&self, block: f64) -> Vec<Caution> {
        let (mean_relaxation_time, duration) = (self.mean_time, self.duration);
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
        cautions
    }
}
