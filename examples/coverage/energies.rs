//! Energies whose relaxation is known: how often the intervals of each estimator hold it.

use msed::relaxation::{Fit, Model, Relaxation, Weighting};
use msed::spectrum::{GaussianModel, Whittle};
use msed::{
    Curve, EnergyKind, EnergySeries, Ensemble, Estimate, Lags, Replicas, Resampling, Sampling, Units, energy,
    thermo,
};
use rayon::prelude::*;

use super::synthetic::Process;
use super::tally::{LEVEL, Shot, Tally};

/// Samples per relaxation time.
pub(crate) const TAU: f64 = 50.0;
/// Variances of the vibrations and of the slow part: U0² and Um² are twice as much, and N (fast +
/// slow) = 1.
pub(crate) const HALF: f64 = 0.0005;
const PARTICLES: usize = 1000;
/// Lags that Eq. (11) is fitted to, in relaxation times; a generalised fit begins at the first lag.
const WINDOW: [f64; 2] = [0.1, 5.0];

/// What is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) process: Process,
    /// Whether Eq. (11) with these parameters is exact: else the truth is the same fit to the exact
    /// curve.
    pub(crate) exact: bool,
}

impl Source {
    pub(crate) fn gaussian() -> Self {
        Self {
            name: "Gaussian",
            process: Process::two_scale(HALF, HALF, TAU),
            exact: true,
        }
    }

    pub(crate) fn telegraph() -> Self {
        Self {
            name: "telegraph",
            process: Process::telegraph(HALF, HALF, TAU),
            exact: true,
        }
    }

    /// Two relaxation times, a factor four apart.
    pub(crate) fn mixture() -> Self {
        let half = 0.5 * HALF;
        Self {
            name: "mixture",
            process: Process::mixture(HALF, &[(half, 0.5 * TAU), (half, 2.0 * TAU)]),
            exact: false,
        }
    }

    fn run(&self, samples: usize, seed: u64) -> EnergySeries<'static> {
        let energies = self.process.sample(samples, 1.0, seed);
        let sampling = Sampling::new(1, 1.0).expect("a sampling");
        EnergySeries::new(energies, sampling, PARTICLES, EnergyKind::PerParticle)
            .and_then(|run| run.with_temperature(1.0))
            .expect("finite energies")
    }
}

/// Runs of one source and length.
#[derive(Debug, Clone)]
pub(crate) struct Study {
    pub(crate) source: Source,
    /// In relaxation times.
    pub(crate) length: usize,
    pub(crate) resampling: Resampling,
    pub(crate) runs: u64,
}

/// Estimator and quantity.
pub(crate) type Label = (&'static str, &'static str);

pub(crate) const LABELS: [Label; 15] = [
    (EQ11, TIME),
    (EQ11, RISE),
    (LEAST_SQUARES, TIME),
    (LEAST_SQUARES, RISE),
    (UNIFORM, TIME),
    (UNIFORM, RISE),
    (UNIFORM_LEAST_SQUARES, TIME),
    (UNIFORM_LEAST_SQUARES, RISE),
    (WHITTLE, TIME),
    (WHITTLE, RISE),
    (FISHER, TIME),
    (FISHER, RISE),
    (GENERALISED, TIME),
    (GENERALISED, RISE),
    (VARIANCE, HEAT_CAPACITY),
];
/// Eq. (11), weighted, with errors from the blocks.
pub(crate) const EQ11: &str = "Eq. (11)";
/// The same fit with the errors of least squares, which take the lags as independent.
pub(crate) const LEAST_SQUARES: &str = "least squares";
/// Eq. (11), all lags alike.
pub(crate) const UNIFORM: &str = "uniform";
pub(crate) const UNIFORM_LEAST_SQUARES: &str = "uniform, least squares";
/// The spectrum, with errors from the blocks.
pub(crate) const WHITTLE: &str = "Whittle";
/// The spectrum, with errors from the Fisher information.
pub(crate) const FISHER: &str = "Fisher";
pub(crate) const GENERALISED: &str = "generalised";
pub(crate) const VARIANCE: &str = "variance";
pub(crate) const TIME: &str = "tau*";
pub(crate) const RISE: &str = "Um^2";
pub(crate) const HEAT_CAPACITY: &str = "C_ex";

/// What a study found.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// In the order of [`LABELS`].
    pub(crate) tallies: Vec<Tally>,
    /// Runs where the fit of Eq. (11) is resolved.
    pub(crate) resolved: usize,
    /// Runs where the fit of Eq. (11) is not resolved or warns, and the same of the spectrum's.
    pub(crate) warned: [usize; 2],
}

impl Outcome {
    pub(crate) fn tally(&self, label: Label) -> &Tally {
        let place = LABELS.iter().position(|l| *l == label);
        &self.tallies[place.expect("a label of the study")]
    }
}

struct One {
    shots: Vec<Shot>,
    resolved: bool,
    warned: [bool; 2],
}

impl Study {
    /// All runs, on every core.
    pub(crate) fn run(&self) -> Outcome {
        let spectral_truth = self.spectral_truth();
        let found: Vec<One> = (0..self.runs)
            .into_par_iter()
            .map(|seed| self.one(seed, spectral_truth))
            .collect();
        let tallies = (0..LABELS.len())
            .map(|k| Tally::new(found.iter().map(|one| one.shots[k]).collect()))
            .collect();
        let warned = [0, 1].map(|k| found.iter().filter(|one| one.warned[k]).count());
        Outcome {
            tallies,
            resolved: found.iter().filter(|one| one.resolved).count(),
            warned,
        }
    }

    fn samples(&self) -> usize {
        self.length * TAU as usize
    }

    /// tau and Um² of the spectrum: known, or those of a fit to 1000 other runs of this length
    /// together.
    fn spectral_truth(&self) -> [f64; 2] {
        if self.source.exact {
            return [TAU, 2.0 * HALF];
        }
        let others = (0..1000_u64)
            .into_par_iter()
            .map(|seed| self.source.run(self.samples(), 1_000_000 + seed))
            .collect();
        let others = Replicas::new(others).expect("runs alike");
        let fit = spectrum(&others, Resampling::None).expect("a fit");
        [fit.relaxation_time.value(), fit.um_squared.value()]
    }

    fn one(&self, seed: u64, spectral_truth: [f64; 2]) -> One {
        let run = self.source.run(self.samples(), seed);
        let lags = Lags::logarithmic(20).up_to_time(WINDOW[1] * TAU);
        let msed = energy::msed(&run, &lags, self.resampling).expect("lags of the run");
        let curve = &msed;
        let exact = self.exactly(curve);
        let (fit, eq11) = self.eq11(curve, &exact, Weighting::StandardErrors);
        let (_, uniform) = self.eq11(curve, &exact, Weighting::Uniform);
        let spectral = spectrum(&run, self.resampling);
        let by_spectrum = spectral.as_ref().map_or([Shot::missed(); 4], |fit| {
            let [time, rise] = [&fit.relaxation_time, &fit.um_squared];
            let [of_time, of_rise] = spectral_truth;
            let fisher = |estimate: &Estimate, place: usize, truth| Shot {
                value: estimate.value(),
                half: fisher_errors(fit).map(|e| e[place] * estimate.value()),
                truth,
            };
            [
                resampled(time, of_time),
                resampled(rise, of_rise),
                fisher(time, 1, of_time),
                fisher(rise, 0, of_rise),
            ]
        });
        let generalised = spectral
            .as_ref()
            .and_then(|fit| self.generalised(curve, &exact, fit))
            .unwrap_or([Shot::missed(); 2]);
        let moments = energy::moments(&run, self.resampling).expect("moments");
        let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(moments.particles))
            .expect("a temperature");
        let shots = eq11
            .into_iter()
            .chain(uniform)
            .chain(by_spectrum)
            .chain(generalised)
            .chain([resampled(&c.excess, 1.0)]);
        One {
            shots: shots.collect(),
            resolved: fit.verdict.is_resolved(),
            warned: [
                !(fit.verdict.is_resolved() && fit.cautions.is_empty()),
                spectral.is_none_or(|fit| !fit.verdict.is_resolved() || !fit.cautions.is_empty()),
            ],
        }
    }

    /// tau* and Um² with errors from the blocks, then with those of least squares.
    fn eq11(&self, curve: &Curve, exact: &Curve, weighting: Weighting) -> (Relaxation, [Shot; 4]) {
        let window = WINDOW.map(|t| t * TAU);
        let fit = Fit::new(Model::Exponential).window(window).weighting(weighting);
        let fit = |curve| fit.to(curve).expect("lags with errors");
        let found = fit(curve);
        let [of_time, of_rise] = if self.source.exact {
            [TAU, 2.0 * HALF]
        } else {
            let fit = fit(exact);
            [fit.relaxation_time.value(), fit.um_squared.value()]
        };
        let covariance = found.evidence.least_squares().and_then(|of| of.covariance);
        let naive = |estimate: &Estimate, place: usize, truth| Shot {
            value: estimate.value(),
            half: covariance.map(|c| c[place][place].sqrt()),
            truth,
        };
        let (time, rise) = (&found.relaxation_time, &found.um_squared);
        let shots = [
            resampled(time, of_time),
            resampled(rise, of_rise),
            naive(time, 2, of_time),
            naive(rise, 1, of_rise),
        ];
        (found, shots)
    }

    /// The exact curve with the errors of a measured one.
    fn exactly(&self, curve: &Curve) -> Curve {
        let exact: Vec<f64> = curve.lag_times().map(|t| self.source.process.msed(t)).collect();
        let replicates = (0..curve.resamples().len()).map(|r| {
            let deviations = curve.replicate(r).iter().zip(curve.values());
            deviations
                .zip(&exact)
                .map(|((x, mean), e)| x - mean + e)
                .collect()
        });
        let replicates = replicates.collect();
        Curve::from_replicates(
            curve.lags().to_vec(),
            curve.time_step(),
            exact,
            curve.origins().to_vec(),
            replicates,
            curve.resamples(),
            curve.longest_with_error(),
        )
    }

    /// Generalised least squares with the covariance of the model that the spectrum found.
    fn generalised(&self, curve: &Curve, exact: &Curve, fit: &Relaxation) -> Option<[Shot; 2]> {
        let sampling = Sampling::new(1, 1.0).ok()?;
        let model = GaussianModel::of(fit).ok()?;
        let covariance = model.msed_covariance(curve, sampling, self.samples()).ok()?;
        let window = [0.0, WINDOW[1] * TAU];
        let fit = Fit::new(Model::Exponential)
            .window(window)
            .covariance(&covariance);
        let found = fit.to(curve).ok()?;
        let truth = |f: &dyn Fn(&Relaxation) -> f64, known: f64| {
            if self.source.exact {
                Some(known)
            } else {
                fit.to(exact).ok().map(|fit| f(&fit))
            }
        };
        Some([
            resampled(
                &found.relaxation_time,
                truth(&|fit| fit.relaxation_time.value(), TAU)?,
            ),
            resampled(
                &found.um_squared,
                truth(&|fit| fit.um_squared.value(), 2.0 * HALF)?,
            ),
        ])
    }
}

fn spectrum(runs: &impl msed::Runs<f64>, resampling: Resampling) -> Option<Relaxation> {
    Whittle::new()
        .model(Model::Exponential)
        .resampling(resampling)
        .to(runs)
        .ok()
}

/// Errors of ln Um², ln tau and beta.
fn fisher_errors(fit: &Relaxation) -> Option<[f64; 3]> {
    fit.evidence.spectrum()?.fisher_standard_errors
}

fn resampled(estimate: &Estimate, truth: f64) -> Shot {
    Shot::new(estimate.value(), estimate.interval(LEVEL), truth)
}
