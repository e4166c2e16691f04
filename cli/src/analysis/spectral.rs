//! The spectrum beside Eq. (11): a second opinion on each relaxation, and how long to run.

use msed::relaxation::{FitError, IntegralTime, Model, NoRise, Relaxation, integral_time, rise_time};
use msed::spectrum::{self, BlockChoice, ExpectedErrors, GaussianModel, Goal, Whittle};
use msed::stats::Outcome;
use msed::{Curve, EnergySeries, Estimate, Replicas, Resampling};

/// The relative error of tau* for which the table gives a length of run.
pub(crate) const WANTED: f64 = 0.1;

/// A time that is read from the curve, or why there is none.
pub(crate) type Read<T> = Result<Outcome<T, NoRise>, String>;

/// Fits of Whittle's likelihood, or why there is none.
pub(crate) struct Spectral {
    pub(crate) exponential: Result<Relaxation, String>,
    pub(crate) stretched: Result<Relaxation, String>,
    /// The average over both forms by their probability.
    pub(crate) average: Result<Relaxation, String>,
    /// The form that was asked for.
    asked: Option<Model>,
    /// The rise time between the plateaus of the chosen fit, read from the curve.
    pub(crate) rise_time: Read<Estimate>,
    pub(crate) integral_time: Read<IntegralTime>,
    /// The blocks that the correlation time of the run asks for.
    pub(crate) choice: BlockChoice,
    interval: f64,
    /// Length of all runs together.
    pub(crate) duration: f64,
}

/// What runs of the fitted process are expected to give.
pub(crate) struct Plan {
    /// Relative errors of this run.
    pub(crate) expected: ExpectedErrors,
    /// The length for an error of tau* of [`WANTED`].
    pub(crate) duration: f64,
}

impl Spectral {
    /// Fits both forms, each by itself and together, and gives each fit the verdict of `judged`. A
    /// run without frequencies below its vibrations has no fit, which is no failure of the program.
    pub(crate) fn fit(
        runs: &Replicas<EnergySeries<'_>>,
        msed: &Curve,
        asked: Option<Model>,
        resampling: Resampling,
        judged: impl Fn(Relaxation) -> Relaxation,
    ) -> Self {
        let models = [None, Some(Model::Exponential), Some(Model::Stretched)];
        let fits = Whittle::new().resampling(resampling).with_models(runs, models);
        let fits = fits.map(|fit| fit.map(&judged).map_err(|error| error.to_string()));
        let [average, exponential, stretched] = fits;
        let chosen = of(asked, &average, &exponential, &stretched);
        Self {
            rise_time: read(chosen, |fit| rise_time(msed, fit)),
            integral_time: read(chosen, |fit| integral_time(msed, fit)),
            average,
            exponential,
            stretched,
            asked,
            choice: spectrum::choose_blocks(runs),
            interval: runs.runs()[0].sampling().interval(),
            duration: runs.runs().iter().map(EnergySeries::duration).sum(),
        }
    }

    /// The fit in the form that was asked for, else the average over both.
    pub(crate) fn chosen(&self) -> &Result<Relaxation, String> {
        of(self.asked, &self.average, &self.exponential, &self.stretched)
    }

    /// The chosen fit, where it is resolved.
    pub(crate) fn relaxation(&self) -> Option<&Relaxation> {
        let fit = self.chosen().as_ref().ok()?;
        Some(fit).filter(|fit| fit.verdict.is_resolved())
    }

    /// The number of independent samples that would give the error of the mean energy. It is
    /// unknown where that error still rises with the length of the blocks.
    pub(crate) fn independent_samples(&self) -> Option<f64> {
        self.choice.blocking.independent_samples()
    }

    /// What the run is expected to give, and how long one must be.
    pub(crate) fn plan(&self) -> Option<Plan> {
        let process = GaussianModel::of(self.relaxation()?).ok()?;
        let duration = process.duration_for(Goal::RelaxationTime, self.interval, WANTED);
        Some(Plan {
            expected: process.expected_errors(self.interval, self.duration).ok()?,
            duration: duration.ok()?,
        })
    }
}

fn of<T>(asked: Option<Model>, average: T, exponential: T, stretched: T) -> T {
    match asked {
        None => average,
        Some(Model::Exponential) => exponential,
        Some(_) => stretched,
    }
}

fn read<T>(
    fit: &Result<Relaxation, String>,
    time: impl Fn(&Relaxation) -> Result<Outcome<T, NoRise>, FitError>,
) -> Read<T> {
    let fit = fit.as_ref().map_err(Clone::clone)?;
    time(fit).map_err(|error| error.to_string())
}
