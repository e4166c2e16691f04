//! The efficient estimators beside Eq. (11): a second opinion on each relaxation, and how long to run.

use std::collections::BTreeMap;

use msed::relaxation::Model;
use msed::spectrum::{self, Band, BlockChoice, ExpectedErrors, Goal, SpectralFit};
use msed::{EnergySeries, Replicas, Resampling};

use crate::results::{FitEntry, FitQuality, value};

/// The relative error of tau* that the table gives a length of run for.
pub(crate) const WANTED: f64 = 0.1;

/// Fits of Whittle's likelihood, or why there is none.
pub(crate) struct Spectral {
    exponential: Result<SpectralFit, String>,
    stretched: Result<SpectralFit, String>,
    /// The blocks that the run's correlation time asks for: beside those that were used.
    choice: BlockChoice,
    interval: f64,
    duration: f64,
}

/// What a run of the process that was found is expected to give.
pub(crate) struct Plan {
    /// Relative errors of this run.
    pub(crate) expected: ExpectedErrors,
    /// The length for an error of tau* of [`WANTED`].
    pub(crate) duration: f64,
}

impl Spectral {
    /// Both forms. A fit that cannot be made, such as that of a run without frequencies below its vibrations, is an answer.
    pub(crate) fn fit(runs: &Replicas<EnergySeries<'_>>, resampling: Resampling) -> Self {
        let fit = |model| {
            spectrum::fit_spectrum(runs, model, Band::Automatic, resampling)
                .map_err(|error| error.to_string())
        };
        Self {
            exponential: fit(Model::Exponential),
            stretched: fit(Model::Stretched),
            choice: spectrum::choose_blocks(runs),
            interval: runs.runs()[0].sampling().interval(),
            duration: runs.runs().iter().map(EnergySeries::duration).sum(),
        }
    }

    /// The exponential form, where it is resolved.
    pub(crate) fn resolved(&self) -> Option<&SpectralFit> {
        self.exponential
            .as_ref()
            .ok()
            .filter(|fit| fit.verdict().is_resolved())
    }

    /// The blocks that the correlation time asks for.
    pub(crate) fn choice(&self) -> &BlockChoice {
        &self.choice
    }

    /// Samples that would give the error of the mean energy if they were independent; none where that error still rises with the
    /// length of the blocks.
    pub(crate) fn independent_samples(&self) -> Option<f64> {
        self.choice.blocking().independent_samples()
    }

    /// Length of all runs together.
    pub(crate) fn duration(&self) -> f64 {
        self.duration
    }

    /// What the run is expected to give, and how long one must be.
    pub(crate) fn plan(&self) -> Option<Plan> {
        let process = self.resolved()?.process().ok()?;
        Some(Plan {
            expected: process.expected_errors(self.interval, self.duration).ok()?,
            duration: process
                .duration_for(Goal::RelaxationTime, self.interval, WANTED)
                .ok()?,
        })
    }

    /// `spectral` of `results.json`.
    pub(crate) fn entry(&self) -> BTreeMap<&'static str, FitEntry> {
        BTreeMap::from([
            ("exponential", entry(&self.exponential)),
            ("stretched", entry(&self.stretched)),
        ])
    }
}

fn entry(fit: &Result<SpectralFit, String>) -> FitEntry {
    match fit {
        Ok(fit) => FitEntry {
            window: None,
            max_frequency: Some(fit.max_frequency()),
            u0_squared: value(fit.u0_squared()),
            um_squared: value(fit.um_squared()),
            relaxation_time: value(fit.relaxation_time()),
            beta: value(fit.beta()),
            mean_relaxation_time: value(fit.mean_relaxation_time()),
            quality: FitQuality::new(
                &[
                    ("u0_squared", fit.u0_squared()),
                    ("um_squared", fit.um_squared()),
                    ("relaxation_time", fit.relaxation_time()),
                    ("beta", fit.beta()),
                ],
                fit.reduced_chi_squared(),
                fit.verdict(),
                fit.cautions(),
            ),
        },
        Err(error) => FitEntry {
            quality: FitQuality::missing(error),
            ..FitEntry::default()
        },
    }
}
