//! Reasons and cautions of fits, each against the rule that its documentation states: it is there
//! exactly where the numbers of the fit pass the bound. Fits lie close to each bound on both sides.

use std::collections::BTreeMap;

use msed::relaxation::{Caution, Fit, LeastSquares, Model, Reason, Relaxation, Weighting};
use msed::spectrum::Whittle;
use msed::stats::{Resamples, RunId};
use msed::{Curve, EnergyKind, EnergySeries, Estimate, Lag, Resampling, Sampling};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::common::synthetic::Process;

/// By how much a number exceeds its bound, and whether the fit says that it does.
#[derive(Debug, Default)]
struct Bounds(BTreeMap<&'static str, [usize; 2]>);

impl Bounds {
    /// `excess` is the number over the bound, 1 at the bound itself.
    #[track_caller]
    fn hold(&mut self, name: &'static str, excess: f64, said: bool) {
        assert_eq!(said, excess > 1.0, "{name}: {excess} of the bound");
        if (0.85..1.15).contains(&excess) {
            self.0.entry(name).or_default()[usize::from(said)] += 1;
        }
    }

    /// Each was seen close to its bound, below it and above.
    #[track_caller]
    fn assert_close_to(&self, names: &[&str]) {
        for name in names {
            let seen = self.0.get(name).copied().unwrap_or_default();
            assert!(seen[0] > 0 && seen[1] > 0, "{name}: {seen:?} close to the bound");
        }
    }
}

/// Student's t for nine degrees of freedom, at 99 % and 90 %, two-sided.
const T_99: f64 = 3.249_836;
const T_90: f64 = 1.833_113;

/// U0², Um², tau and beta.
type Parameters = [f64; 4];

fn rise([u0, um, tau, beta]: Parameters, time: f64) -> f64 {
    u0 - um * (-(time / tau).powf(beta)).exp_m1()
}

/// Lags from 1 to 1000 steps of one time unit, 20 a decade; ten resamples, whose parameters a
/// function gives; noise of a part of each value; blocks of a length.
fn curve(whole: Parameters, of: impl Fn(usize) -> Parameters, noise: f64, block: u64) -> Curve {
    let mut steps: Vec<u64> = (0..=60)
        .map(|k| 10_f64.powf(f64::from(k) / 20.0).round() as u64)
        .collect();
    steps.dedup();
    let jitter = |k: usize, r: usize| {
        let mut random = Pcg64::seed_from_u64((100 * k + r) as u64);
        1.0 + noise * random.random_range(-1.0..1.0)
    };
    let at = |p: Parameters, r: usize| -> Vec<f64> {
        let points = steps.iter().enumerate();
        points
            .map(|(k, &step)| rise(p, step as f64) * jitter(k, r))
            .collect()
    };
    let resamples = Resamples::new(RunId::named("a curve"), Resampling::Blocks(10), 10);
    Curve::from_replicates(
        steps.iter().map(|&step| Lag::from_steps(step)).collect(),
        1.0,
        at(whole, 10),
        vec![1_000_000; steps.len()],
        (0..10).map(|r| at(of(r), r)).collect(),
        resamples,
        Lag::from_steps(block),
    )
}

fn evidence(fit: &Relaxation) -> &LeastSquares {
    fit.evidence.least_squares().unwrap()
}

fn says(fit: &Relaxation, reason: fn(&Reason) -> bool) -> bool {
    fit.verdict.reasons().iter().any(reason)
}

fn warns(fit: &Relaxation, caution: fn(&Caution) -> bool) -> bool {
    fit.cautions.iter().any(caution)
}

/// The rules whose numbers a fit tells.
fn hold(bounds: &mut Bounds, fit: &Relaxation, block: f64) {
    let of = evidence(fit);
    let parameters = if fit.model == Model::Stretched { 4 } else { 3 };
    let (mean, tau, [shortest, longest]) = (
        fit.mean_relaxation_time.value(),
        fit.relaxation_time.value(),
        of.lag_range,
    );
    let few = 2.0 * f64::from(parameters) / of.points as f64;
    bounds.hold(
        "points",
        few,
        says(fit, |r| matches!(r, Reason::TooFewPoints { .. })),
    );
    bounds.hold(
        "plateau",
        mean / longest,
        says(fit, |r| matches!(r, Reason::NoPlateau { .. })),
    );
    bounds.hold(
        "before",
        shortest / tau,
        says(fit, |r| matches!(r, Reason::BeforeWindow { .. })),
    );
    let beta = fit.beta.value();
    let outside = if fit.model == Model::Stretched {
        (beta / 1.98).max(0.051 / beta)
    } else {
        0.0
    };
    bounds.hold(
        "exponent",
        outside,
        says(fit, |r| matches!(r, Reason::ExponentAtBound { .. })),
    );

    // A time far beyond the lags, or no amplitude, is no relaxation whose parameters could be
    // degenerate.
    let relaxes = fit.um_squared.value() > 0.0 && tau < 100.0 * longest && tau > shortest / 100.0;
    if relaxes && of.degrees_of_freedom > 0 {
        let log_time_error = of.covariance.map_or(f64::INFINITY, |c| c[2][2].sqrt() / tau);
        let condition = of.condition_number / 1000.0;
        let said = says(fit, |r| matches!(r, Reason::Degenerate { .. }));
        // Each where the other does not decide.
        if condition <= 1.0 {
            bounds.hold("log time error", log_time_error, said);
        }
        if log_time_error <= 1.0 {
            bounds.hold("condition", condition, said);
        }
    }
    bounds.hold(
        "extrapolated",
        3.0 * mean / longest,
        warns(fit, |c| matches!(c, Caution::ExtrapolatedPlateau { .. })),
    );
    bounds.hold(
        "blocks",
        15.0 * mean / block,
        warns(fit, |c| matches!(c, Caution::ShortBlocks { .. })),
    );
    bounds.hold(
        "lags",
        3.0 * longest / block,
        warns(fit, |c| matches!(c, Caution::LongLags { .. })),
    );
}

fn fit(curve: &Curve, model: Model, window: [f64; 2]) -> Relaxation {
    let fit = Fit::new(model).window(window).weighting(Weighting::Uniform);
    fit.to(curve).unwrap()
}

#[test]
fn a_fit_says_what_its_own_numbers_tell() {
    let mut bounds = Bounds::default();
    for k in 0..90 {
        // From half of the shortest lag to twenty times the longest.
        let tau = 0.5 * 1.12_f64.powi(k);
        for (model, beta) in [
            (Model::Exponential, 1.0),
            (Model::Stretched, 0.8),
            (Model::Stretched, 1.5),
        ] {
            let scattered = |r: usize| [1.0, 1.0, tau * (1.0 + 0.02 * (r as f64 - 4.5)), beta];
            let (noise, block) = (1e-5, 700 + 700 * (k as u64 % 7));
            let curve = curve([1.0, 1.0, tau, beta], scattered, noise, block);
            for window in [[1.0, 1000.0], [6.0, 200.0], [1.0, 7.4], [1.0, 8.4]] {
                hold(&mut bounds, &fit(&curve, model, window), block as f64);
            }
        }
    }
    // Two plateaus that noise nearly hides: from a fit that knows its time to one that does not.
    for k in 0..60 {
        let um = 1e-2 * 1.08_f64.powi(k);
        let curve = curve([1.0, um, 30.0, 1.0], |_| [1.0, um, 30.0, 1.0], 0.3, 9000);
        hold(
            &mut bounds,
            &fit(&curve, Model::Exponential, [1.0, 1000.0]),
            9000.0,
        );
    }
    for k in 0..24 {
        let beta = 1.90 + 0.004 * f64::from(k);
        let curve = curve([1.0, 1.0, 30.0, beta], |_| [1.0, 1.0, 30.0, beta], 1e-7, 9000);
        hold(&mut bounds, &fit(&curve, Model::Stretched, [1.0, 1000.0]), 9000.0);
    }
    bounds.assert_close_to(&[
        "points",
        "plateau",
        "before",
        "exponent",
        "log time error",
        "condition",
        "extrapolated",
        "blocks",
        "lags",
    ]);
}

#[test]
fn resamples_without_a_relaxation_are_counted() {
    for without in 0..=10 {
        let of = |r: usize| {
            if r < without {
                [1.7, 0.0, 30.0, 1.0]
            } else {
                [1.0, 1.0, 30.0, 1.0]
            }
        };
        let found = fit(
            &curve([1.0, 1.0, 30.0, 1.0], of, 0.0, 9000),
            Model::Exponential,
            [1.0, 1000.0],
        );
        let nan = found
            .um_squared
            .replicates()
            .iter()
            .filter(|x| x.is_nan())
            .count();
        assert_eq!(nan, without);
        let said = says(&found, |r| matches!(r, Reason::Resamples { .. }));
        assert_eq!(said, 2 * without >= 10, "{without} of 10");
        assert_eq!(
            warns(&found, |c| matches!(c, Caution::Resamples { .. })),
            without > 0
        );
        assert_eq!(found.um_squared.standard_error().is_some(), without == 0);
    }
}

/// The standard error over ten blocks.
fn jackknife(replicates: &[f64]) -> f64 {
    let mean = replicates.iter().sum::<f64>() / 10.0;
    (0.9 * replicates.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt()
}

#[test]
fn a_time_known_to_no_more_than_a_factor_of_1_6_is_vague() {
    let mut bounds = Bounds::default();
    for k in 0..30 {
        let spread = 0.12 + 0.003 * f64::from(k);
        let of = |r: usize| {
            [
                1.0,
                1.0,
                30.0 * (spread * f64::from(1 - 2 * (r as i32 % 2))).exp(),
                1.0,
            ]
        };
        let found = fit(
            &curve([1.0, 1.0, 30.0, 1.0], of, 0.0, 9000),
            Model::Exponential,
            [1.0, 1000.0],
        );
        let logarithms: Vec<f64> = found
            .relaxation_time
            .replicates()
            .iter()
            .map(|t| t.ln())
            .collect();
        let said = says(&found, |r| matches!(r, Reason::Vague { .. }));
        bounds.hold("vague", jackknife(&logarithms) / 0.5, said);
    }
    bounds.assert_close_to(&["vague"]);
}

/// Offset and amplitude of a rise at a given relaxation time, by least squares.
fn amplitude(times: &[f64], values: &[f64], tau: f64) -> f64 {
    let n = times.len() as f64;
    let shape: Vec<f64> = times.iter().map(|t| -(-t / tau).exp_m1()).collect();
    let (x, y) = (shape.iter().sum::<f64>() / n, values.iter().sum::<f64>() / n);
    let xy: f64 = shape.iter().zip(values).map(|(s, v)| (s - x) * (v - y)).sum();
    xy / shape.iter().map(|s| (s - x).powi(2)).sum::<f64>()
}

#[test]
fn an_amplitude_within_its_interval_of_99_per_cent_is_noise() {
    let mut bounds = Bounds::default();
    for k in 0..40 {
        let spread = 0.06 + 0.002 * f64::from(k);
        let of = |r: usize| [1.0, 1.0 + spread * f64::from(1 - 2 * (r as i32 % 2)), 30.0, 1.0];
        let curve = curve([1.0, 1.0, 30.0, 1.0], of, 1e-4, 9000);
        let found = fit(&curve, Model::Exponential, [1.0, 1000.0]);
        let (times, tau): (Vec<f64>, f64) = (curve.lag_times().collect(), found.relaxation_time.value());
        let replicates: Vec<f64> = (0..10)
            .map(|r| amplitude(&times, curve.replicate(r), tau))
            .collect();
        let excess = T_99 * jackknife(&replicates) / amplitude(&times, curve.values(), tau);
        bounds.hold(
            "noise",
            excess,
            says(&found, |r| matches!(r, Reason::WithinNoise { .. })),
        );
    }
    bounds.assert_close_to(&["noise"]);
}

#[test]
fn a_fall_by_six_standard_errors_is_no_relaxation() {
    let mut bounds = Bounds::default();
    for k in 0..15 {
        // The last lags fall by a part that the resamples scatter about.
        let part = 0.02 + 0.001 * f64::from(k);
        let of = |r: usize| [1.0, 1.0, 30.0 * (1.0 + 0.01 * (r as f64 - 4.5)), 1.0];
        let smooth = curve([1.0, 1.0, 30.0, 1.0], of, 0.004, 9000);
        let dented = smooth.map(|time, value| if time > 300.0 { (1.0 - part) * value } else { value });
        let found = fit(&dented, Model::Exponential, [1.0, 1000.0]);
        let mut worst = 0.0_f64;
        for i in 0..dented.len() {
            for j in i + 1..dented.len() {
                let differences: Vec<f64> = (0..10)
                    .map(|r| dented.replicate(r)[i] - dented.replicate(r)[j])
                    .collect();
                let drop = dented.values()[i] - dented.values()[j];
                worst = worst.max(drop / jackknife(&differences));
            }
        }
        bounds.hold(
            "fall",
            worst / 6.0,
            says(&found, |r| matches!(r, Reason::Falls { .. })),
        );
    }
    bounds.assert_close_to(&["fall"]);
}

#[test]
fn a_plateau_that_rests_at_zero_has_a_limit_of_95_per_cent() {
    let of = |r: usize| [1e-3 * (r as f64 - 4.0), 1.0, 30.0, 1.0];
    let found = fit(
        &curve([-1e-4, 1.0, 30.0, 1.0], of, 0.0, 9000),
        Model::Exponential,
        [1.0, 1000.0],
    );
    let u0: &Estimate = &found.u0_squared;
    assert_eq!(u0.value(), 0.0);
    let limit = found.cautions.iter().find_map(|caution| match caution {
        Caution::PlateauAtZero { upper_limit, level } => Some((*upper_limit, *level)),
        _ => None,
    });
    let (limit, level) = limit.unwrap();
    assert_eq!(level, 0.95);
    assert!(
        (limit / (T_90 * u0.standard_error().unwrap()) - 1.0).abs() < 1e-6,
        "{limit} {u0}"
    );
}

/// The first reason that holds is the one that is given.
#[test]
fn a_spectrum_says_what_its_own_numbers_tell() {
    let mut bounds = Bounds::default();
    // Runs of 4 to 200 relaxation times of 10 samples, with vibrations from a tenth of the slow
    // part to twenty of it.
    for k in 0..420_u64 {
        let white = [0.1, 1.0, 5.0, 20.0][k as usize % 4];
        let samples = (40.0 * 1.01_f64.powi(k as i32)) as usize;
        let energies = Process::two_scale(white, 1.0, 10.0).sample(samples, 1.0, k);
        hold_spectrum(&mut bounds, energies, None);
    }
    // Bands that end near the slow part, and runs that are hardly longer than it.
    for k in 0..100_u64 {
        let energies = Process::two_scale(0.01, 1.0, 10.0).sample(6000, 1.0, k);
        hold_spectrum(&mut bounds, energies, Some(0.15 + 0.001 * k as f64));
        let energies = Process::two_scale(1e-4, 1.0, 100.0).sample(700 + 3 * k as usize, 1.0, k);
        hold_spectrum(&mut bounds, energies, None);
        // A vibration in the middle of the band, the stronger the later.
        let mut energies = Process::two_scale(0.1, 1.0, 30.0).sample(9000, 1.0, k);
        for (j, energy) in energies.iter_mut().enumerate() {
            *energy += (0.06 + 4e-4 * k as f64) * (0.5 * j as f64).cos();
        }
        hold_spectrum(&mut bounds, energies, Some(2.0));
    }
    bounds.assert_close_to(&[
        "slow part",
        "separation",
        "vague",
        "long run",
        "spectral blocks",
        "misfit",
    ]);
}

fn hold_spectrum(bounds: &mut Bounds, energies: Vec<f64>, band: Option<f64>) {
    let samples = energies.len();
    let sampling = Sampling::new(1, 1.0).unwrap();
    let run = EnergySeries::new(energies, sampling, 1, EnergyKind::PerParticle).unwrap();
    let fit = Whittle::new()
        .model(Model::Exponential)
        .up_to(band)
        .resampling(Resampling::Blocks(4));
    let Ok(found) = fit.to(&run) else {
        return;
    };
    let of = found.evidence.spectrum().unwrap();
    let mean = found.mean_relaxation_time.value();
    let (duration, block) = (samples as f64, (samples / 4) as f64);
    let [um_error, tau_error] = of
        .fisher_standard_errors
        .map_or([f64::INFINITY; 2], |[um, tau, _]| [um, tau]);
    let tau_resampled = found.relaxation_time.ln().standard_error().unwrap_or(0.0);
    let um_relative = found.um_squared.standard_error().unwrap_or(0.0) / found.um_squared.value();
    type Is = fn(&Reason) -> bool;
    let rules: [(&str, f64, Is); 4] = [
        ("slow part", (um_error / 0.5).max(3.0 * um_relative), |r| {
            matches!(r, Reason::NoSlowPart { .. })
        }),
        ("separation", 2.0 / (mean * of.max_frequency), |r| {
            matches!(r, Reason::NotSeparated { .. })
        }),
        ("vague", tau_error.max(tau_resampled) / 0.5, |r| {
            matches!(r, Reason::Vague { .. })
        }),
        ("misfit", of.excess.unwrap_or(0.0) / 4.0, |r| {
            matches!(r, Reason::SpectralMisfit { .. })
        }),
    ];
    if !says(&found, |r| matches!(r, Reason::NoMaximum)) {
        for (name, excess, reason) in rules {
            bounds.hold(name, excess, says(&found, reason));
            if excess > 1.0 {
                break;
            }
        }
    }
    bounds.hold(
        "long run",
        100.0 * mean / duration,
        warns(&found, |c| matches!(c, Caution::ShortRun { .. })),
    );
    if found.um_squared.standard_error().is_some() {
        let said = warns(&found, |c| matches!(c, Caution::ShortSpectralBlocks { .. }));
        bounds.hold("spectral blocks", 5.0 * mean / block, said);
    }
}
