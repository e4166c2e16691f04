//! How often intervals hold the truth, on series whose truth is known: 200 runs of 300 relaxation times from each of two
//! processes, ten blocks of 30 relaxation times, lags up to a sixth of a block. The constants were fixed before the first run.
//!
//! With 4000 runs in place of 200 (`RUNS`) the one-sigma intervals of tau* and Um² cover 65 to 70 % of the runs, with either weighting,
//! and those of C_ex 68 % (Gaussian) and 73 % (telegraph). One least-squares error on each side covers 38 to 40 % (tau*) and 25 to 31 %
//! (Um²) with weights, 14 % and 8 to 12 % without.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::sync::LazyLock;

use common::synthetic::Process;
use msed::relaxation::{self, Fit, Model, Weighting, Window};
use msed::stats::Estimate;
use msed::{EnergyKind, EnergySeries, Ensemble, Lags, Resampling, Sampling, Units, energy, thermo};

const RUNS: u64 = 200;
/// Samples per relaxation time, and relaxation times per run.
const TAU: f64 = 50.0;
const LENGTH: usize = 300;
const BLOCKS: usize = 10;
/// From a tenth of the relaxation time to five.
const WINDOW: [f64; 2] = [0.1 * TAU, 5.0 * TAU];
/// One sigma. 200 runs know a coverage of 68 % to 3.3 %: the bounds are three of these away.
const LEVEL: f64 = 0.6827;
const COVERS: std::ops::RangeInclusive<f64> = 0.58..=0.78;
const PARTICLES: usize = 1000;
/// Variances of the vibrations and of the slow part: U0² and Um² are twice as much, and N (white + slow) = 1.
const VARIANCE: f64 = 0.0005;

/// How often an interval held the truth.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    held: u32,
    of: u32,
}

impl Count {
    fn add(&mut self, [low, high]: [f64; 2], truth: f64) {
        self.of += 1;
        self.held += u32::from(low < truth && truth < high);
    }

    fn add_estimate(&mut self, estimate: &Estimate, truth: f64) {
        self.add(estimate.interval(LEVEL).unwrap(), truth);
    }

    fn coverage(self) -> f64 {
        assert_eq!(u64::from(self.of), RUNS);
        f64::from(self.held) / f64::from(self.of)
    }
}

/// Coverage of the parameters of fits with one weighting.
#[derive(Debug, Default)]
struct OfFit {
    relaxation_time: Count,
    um_squared: Count,
    /// The same by the errors of least squares: one of them on each side.
    least_squares_time: Count,
    least_squares_um_squared: Count,
}

impl OfFit {
    fn add(&mut self, fit: &Fit) {
        assert!(fit.verdict().is_resolved(), "{}", fit.verdict());
        let (tau, um_squared) = (fit.relaxation_time(), fit.um_squared());
        self.relaxation_time.add_estimate(tau, TAU);
        self.um_squared.add_estimate(um_squared, 2.0 * VARIANCE);
        let covariance = fit.least_squares_covariance().unwrap();
        let interval = |x: f64, variance: f64| [x - variance.sqrt(), x + variance.sqrt()];
        self.least_squares_time
            .add(interval(tau.value(), covariance[2][2]), TAU);
        self.least_squares_um_squared
            .add(interval(um_squared.value(), covariance[1][1]), 2.0 * VARIANCE);
    }
}

#[derive(Debug, Default)]
struct Outcome {
    weighted: OfFit,
    uniform: OfFit,
    heat_capacity: Count,
}

fn outcome(process: &Process) -> Outcome {
    let mut outcome = Outcome::default();
    let samples = LENGTH * TAU as usize;
    let lags = Lags::logarithmic(20).up_to_time(WINDOW[1]);
    for seed in 0..RUNS {
        let energies = process.sample(samples, 1.0, seed);
        let sampling = Sampling::new(1, 1.0).unwrap();
        let run = EnergySeries::new(energies, sampling, PARTICLES, EnergyKind::PerParticle)
            .unwrap()
            .with_temperature(1.0)
            .unwrap();
        let msed = energy::msed(&run, &lags, Resampling::Blocks(BLOCKS)).unwrap();
        let fit = |weighting| {
            relaxation::fit(msed.curve(), Model::Exponential, Window::Given(WINDOW), weighting).unwrap()
        };
        outcome.weighted.add(&fit(Weighting::StandardErrors));
        outcome.uniform.add(&fit(Weighting::Uniform));
        let moments = energy::moments(&run, Resampling::Blocks(BLOCKS)).unwrap();
        let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::Nvt, None).unwrap();
        outcome.heat_capacity.add_estimate(c.excess(), 1.0);
    }
    outcome
}

static OUTCOMES: LazyLock<[(&str, Outcome); 2]> = LazyLock::new(|| {
    [
        ("Gaussian", outcome(&Process::two_scale(VARIANCE, VARIANCE, TAU))),
        ("telegraph", outcome(&Process::telegraph(VARIANCE, VARIANCE, TAU))),
    ]
});

fn fits() -> impl Iterator<Item = (String, &'static OfFit)> {
    OUTCOMES.iter().flat_map(|(name, outcome)| {
        [
            (format!("{name}, weighted"), &outcome.weighted),
            (format!("{name}, uniform"), &outcome.uniform),
        ]
    })
}

#[test]
fn intervals_of_relaxation_time_and_rise_cover_as_often_as_they_say() {
    for (name, fit) in fits() {
        let [tau, um_squared] = [fit.relaxation_time, fit.um_squared].map(Count::coverage);
        println!("{name}: tau* {tau:.3}, Um² {um_squared:.3}");
        assert!(COVERS.contains(&tau), "{name}: tau* {tau}");
        assert!(COVERS.contains(&um_squared), "{name}: Um² {um_squared}");
    }
}

/// Lags are correlated: least squares that take them as independent give bars that are too short.
#[test]
fn least_squares_errors_cover_far_too_rarely() {
    for (name, fit) in fits() {
        let [tau, um_squared] = [fit.least_squares_time, fit.least_squares_um_squared].map(Count::coverage);
        println!("{name}: tau* {tau:.3}, Um² {um_squared:.3}");
        assert!(tau < 0.5, "{name}: tau* {tau}");
        assert!(um_squared < 0.5, "{name}: Um² {um_squared}");
    }
}

#[test]
fn intervals_of_the_heat_capacity_cover_as_often_as_they_say() {
    for (name, outcome) in OUTCOMES.iter() {
        let coverage = outcome.heat_capacity.coverage();
        println!("{name}: C_ex {coverage:.3}");
        assert!(COVERS.contains(&coverage), "{name}: {coverage}");
    }
}
