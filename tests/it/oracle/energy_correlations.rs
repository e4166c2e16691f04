//! Correlations of energy series against their definitions, and against the reference values of the
//! shipped runs.

use std::path::{Path, PathBuf};

use crate::common::numbers::numbers;
use msed::energy::{self, StillCorrelated};
use msed::lag_sums::{LagPlan, LagPlanner, Method, Scratch};
use msed::stats::Outcome;
use msed::{EnergyKind, EnergySeries, Lag, Lags, Replicas, Resampling, Sampling};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

fn series(samples: Vec<f64>, particles: usize, kind: EnergyKind) -> EnergySeries<'static> {
    EnergySeries::new(samples, Sampling::new(4, 0.25).unwrap(), particles, kind).unwrap()
}

/// Correlation time `tau` samples, unit variance.
fn ornstein_uhlenbeck(n: usize, tau: f64, seed: u64) -> Vec<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let a = (-1.0 / tau).exp();
    let mut x: f64 = StandardNormal.sample(&mut rng);
    (0..n)
        .map(|_| {
            let kick: f64 = StandardNormal.sample(&mut rng);
            x = a * x + (1.0 - a * a).sqrt() * kick;
            x
        })
        .collect()
}

/// Pairs at lag m whose first sample is kept.
fn pairs<'a>(
    x: &'a [f64],
    m: usize,
    kept: &'a dyn Fn(usize) -> bool,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    (0..x.len() - m)
        .filter(|&i| kept(i))
        .map(move |i| (x[i], x[i + m]))
}

#[test]
fn a_replicate_is_the_definition_without_a_block() {
    let n = 230;
    let x: Vec<f64> = ornstein_uhlenbeck(n, 5.0, 1)
        .iter()
        .map(|x| 3.0 * x - 7e3)
        .collect();
    let run = series(x.clone(), 100, EnergyKind::Total);
    let lags = Lags::samples([0, 1, 2, 7, 22, 23, 24, 100, 229]);
    let msed = energy::msed(&run, &lags, Resampling::Blocks(10)).unwrap();
    let correlation = energy::autocorrelation(&run, &lags, Resampling::Blocks(10)).unwrap();
    for left_out in [None, Some(0), Some(4), Some(9)] {
        // Blocks of 23 samples.
        let kept = |i: usize| left_out != Some(i / 23);
        let rest: Vec<f64> = (0..n).filter(|&i| kept(i)).map(|i| x[i]).collect();
        let mean = rest.iter().sum::<f64>() / rest.len() as f64;
        let variance = rest.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / rest.len() as f64;
        for (k, m) in [0, 1, 2, 7, 22, 23, 24, 100, 229].into_iter().enumerate() {
            let count = pairs(&x, m, &kept).count() as f64;
            let square = pairs(&x, m, &kept).map(|(a, b)| (b - a).powi(2)).sum::<f64>() / count;
            let product = pairs(&x, m, &kept)
                .map(|(a, b)| (b - mean) * (a - mean))
                .sum::<f64>()
                / count;
            let pick = |curve: &msed::Curve| left_out.map_or(curve.values()[k], |b| curve.replicate(b)[k]);
            let got = [pick(&msed), pick(&correlation.raw), pick(&correlation.normalised)];
            let want = [square / 1e4, product / 1e4, product / variance];
            for ((got, want), scale) in got
                .into_iter()
                .zip(want)
                .zip([1e-4 * variance, 1e-4 * variance, 1.0])
            {
                // The pair at the longest lag is in the first block: without it there is none.
                if count == 0.0 {
                    assert!(got.is_nan());
                } else {
                    assert!(
                        (got - want).abs() < 1e-11 * scale,
                        "without {left_out:?}, lag {m}: {got}, {want}"
                    );
                }
            }
        }
    }
    assert_eq!(msed.lags()[1..4], [4, 8, 28].map(Lag::from_steps));
    assert_eq!(msed.origins()[..3], [230, 229, 228]);
    assert_eq!(msed.time_step(), 0.25);
    let with_error: Vec<bool> = msed.standard_errors().iter().map(Option::is_some).collect();
    assert_eq!(
        with_error,
        [true, true, true, true, true, true, false, false, false]
    );
    assert_eq!(msed.values()[0], 0.0);
    assert_eq!(correlation.normalised.values()[0], 1.0);
}

#[test]
fn replicas_pool_their_origins_and_keep_their_means() {
    let [a, b] = [ornstein_uhlenbeck(50, 3.0, 2), ornstein_uhlenbeck(80, 3.0, 3)];
    let b: Vec<f64> = b.iter().map(|x| x + 100.0).collect();
    let kind = EnergyKind::PerParticle;
    let both = Replicas::new(vec![series(a.clone(), 10, kind), series(b.clone(), 10, kind)]).unwrap();
    let msed = energy::msed(&both, &Lags::linear(1), Resampling::Replicas).unwrap();
    let correlation = energy::autocorrelation(&both, &Lags::linear(1), Resampling::Replicas).unwrap();
    // Lags of the shorter run.
    assert_eq!(msed.len(), 49);
    let all = |_: usize| true;
    let centered = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|x| x - mean).collect::<Vec<_>>()
    };
    for m in 1..50 {
        let squares = |x: &[f64]| pairs(x, m, &all).map(|(p, q)| (q - p).powi(2)).sum::<f64>();
        let products = |x: &[f64]| pairs(&centered(x), m, &all).map(|(p, q)| q * p).sum::<f64>();
        let count = (130 - 2 * m) as f64;
        let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-11, "lag {m}: {got}, {want}");
        close(msed.values()[m - 1], (squares(&a) + squares(&b)) / count);
        close(
            correlation.raw.values()[m - 1],
            (products(&a) + products(&b)) / count,
        );
        // Without the first replica: the second.
        close(msed.replicate(0)[m - 1], squares(&b) / (80 - m) as f64);
        close(
            correlation.raw.replicate(0)[m - 1],
            products(&b) / (80 - m) as f64,
        );
    }
}

#[test]
fn totals_and_energies_per_particle_agree() {
    let x = ornstein_uhlenbeck(3000, 20.0, 4);
    let total: Vec<f64> = x.iter().map(|x| 500.0 * x).collect();
    let lags = Lags::logarithmic(10);
    let of = |x, kind| energy::msed(&series(x, 500, kind), &lags, Resampling::default()).unwrap();
    let (per_particle, total) = (of(x, EnergyKind::PerParticle), of(total, EnergyKind::Total));
    for (a, b) in per_particle.values().iter().zip(total.values()) {
        assert!((a - b).abs() < 1e-13 * a);
    }
}

#[test]
fn integrated_time_of_an_exponential_is_its_time_constant() {
    // 600 tau, interval 1 time unit.
    let run = series(ornstein_uhlenbeck(30_000, 50.0, 5), 1, EnergyKind::Total);
    let found = energy::integrated_time(&run, Resampling::Blocks(10)).unwrap();
    let found = found.value().expect("600 correlation times");
    let (time, window) = (&found.time, found.window);
    let error = time.standard_error().unwrap();
    assert!(error > 1.0 && error < 12.0, "{time}");
    assert!((time.value() - 50.0).abs() < 3.0 * error, "{time}");
    assert!((window / time.value() - 5.0).abs() < 0.1);
    assert!((found.independent_samples - 15_000.0 / time.value()).abs() < 1e-9);
}

/// A fast part closes the window before the slow one has begun to decay.
#[test]
fn integrated_time_does_not_take_the_fast_part_for_all() {
    for slow in [0.03_f64, 0.1] {
        let mut rng = Pcg64::seed_from_u64(5);
        let energies = ornstein_uhlenbeck(1_000_000, 50.0, 11).into_iter().map(|x| {
            let white: f64 = StandardNormal.sample(&mut rng);
            slow.sqrt() * x + (1.0 - slow).sqrt() * white
        });
        let energies: Vec<f64> = energies.collect();
        let run = EnergySeries::new(
            energies,
            Sampling::new(1, 1.0).unwrap(),
            1,
            EnergyKind::PerParticle,
        )
        .unwrap();
        for resampling in [Resampling::Blocks(20), Resampling::None] {
            let found = energy::integrated_time(&run, resampling).unwrap();
            let truth = 0.5 + slow * 49.5;
            let Outcome::Unresolved(StillCorrelated { lower_bound, .. }) = found else {
                panic!("{slow}: {found}");
            };
            assert!(
                lower_bound > 0.3 * truth && lower_bound < 1.1 * truth,
                "{slow}: {lower_bound} of {truth}"
            );
        }
    }
    let alternating: Vec<f64> = (0..1000).map(|i| f64::from(i % 2)).collect();
    let run = EnergySeries::new(
        alternating,
        Sampling::new(1, 1.0).unwrap(),
        1,
        EnergyKind::PerParticle,
    )
    .unwrap();
    let found = energy::integrated_time(&run, Resampling::Blocks(10)).unwrap();
    assert!(!found.is_resolved(), "{found}");
}

#[test]
fn integrated_time_says_when_it_cannot_tell() {
    let ramp = series((0..100).map(f64::from).collect(), 1, EnergyKind::Total);
    let found = energy::integrated_time(&ramp, Resampling::Blocks(5)).unwrap();
    let bounds = found.why().expect("a ramp never forgets");
    assert_eq!(bounds.longest, 50.0);
    assert!(bounds.lower_bound > 10.0 && bounds.lower_bound < 50.0);
    let constant = series(vec![2.0; 100], 1, EnergyKind::Total);
    let unresolved = energy::integrated_time(&constant, Resampling::None).unwrap();
    assert_eq!(
        unresolved.to_string(),
        "the series is still correlated after 50: its integrated time is above 0"
    );
}

#[test]
fn refusals_say_what_is_missing() {
    let run = series(vec![1.0, 2.0, 4.0], 1, EnergyKind::Total);
    let message = |lags: Lags, resampling| energy::msed(&run, &lags, resampling).unwrap_err().to_string();
    assert_eq!(
        message(Lags::samples([3]), Resampling::None),
        "a lag of 12 steps, expected less than the run's 12 steps"
    );
    assert_eq!(
        message(Lags::linear(1), Resampling::Blocks(4)),
        "run 0 has 3 samples, expected at least 4, one per block"
    );
}

/// The energies, the particle number of which is 1000, with the steps between them.
fn shipped(run: &str) -> EnergySeries<'static> {
    let table = msed::io::energies(data(&format!("kob-andersen/{run}/energy.dat.gz"))).unwrap();
    let sampling = Sampling::new(table.stride, 0.005).unwrap();
    EnergySeries::new(table.potential.to_vec(), sampling, 1000, EnergyKind::Total).unwrap()
}

fn reference() -> serde_json::Value {
    let text = std::fs::read_to_string(data("kob-andersen/reference/reference.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn shipped_runs_have_the_reference_values_and_errors() {
    let reference = reference();
    let runs = reference["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 6);
    for run in runs {
        let name = run["name"].as_str().unwrap();
        let energy = &run["energy"];
        let series = shipped(name);
        let lags: Vec<u64> = numbers(&energy["lags"])
            .into_iter()
            .map(|t| (t / 0.05).round() as u64)
            .collect();
        let msed = energy::msed(&series, &Lags::samples(lags.clone()), Resampling::Blocks(10)).unwrap();
        let (values, errors) = (
            numbers(&energy["msed"]),
            numbers(&energy["msed_stderr_10_blocks"]),
        );
        for k in 0..lags.len() {
            let (got, want) = (msed.values()[k], values[k]);
            assert!(
                (got - want).abs() <= 1e-10 * want,
                "{name}, lag {}: {got}, {want}",
                lags[k]
            );
            // The reference has the spread of sums over pairs inside of a block, which at short
            // lags is nearly the same.
            if lags[k] * 1000 <= series.len() as u64 {
                let (got, want) = (msed.standard_errors()[k].unwrap(), errors[k]);
                assert!(
                    (got / want - 1.0).abs() < 0.1,
                    "{name}, lag {}: error {got}, {want}",
                    lags[k]
                );
            }
        }
    }
}

/// All the ways to sum every lag, for a series of 40 001 samples.
fn all_ways(n: usize) -> Vec<LagPlan> {
    let mut planner = LagPlanner::new();
    let segments = [n / 7, n / 2, n].map(|segment| Method::SplitFft { segment });
    let mut plans = vec![planner.plan_every(n, 0..n).unwrap()];
    for method in segments.into_iter().chain([Method::BlockFft { segment: n / 20 }]) {
        plans.push(LagPlanner::new().with_method(method).plan_every(n, 0..n).unwrap());
    }
    plans
}

fn values(plan: &LagPlan, x: &[f64]) -> Vec<f64> {
    let mut values = vec![0.0; plan.len()];
    plan.msed_into(x, &mut values, &mut Scratch::default());
    values
}

#[test]
fn every_lag_of_a_real_run_is_the_direct_sum_by_every_path() {
    let series = shipped("T1.000");
    let x = series.samples();
    let n = x.len();
    let direct = LagPlanner::new()
        .with_method(Method::Direct)
        .plan_every(n, 0..n)
        .unwrap();
    let wanted = values(&direct, x);
    // The direct path itself against the definition.
    for m in (0..n).step_by(397).chain([1, 2, n - 2, n - 1]) {
        let naive = (0..n - m).map(|i| (x[i + m] - x[i]).powi(2)).sum::<f64>() / (n - m) as f64;
        assert!(
            (wanted[m] - naive).abs() <= 1e-13 * naive,
            "lag {m}: {}, {naive}",
            wanted[m]
        );
    }
    let variance = x.iter().map(|e| (e - x[0]).powi(2)).sum::<f64>() / n as f64;
    for plan in all_ways(n) {
        let got = values(&plan, x);
        assert_eq!(got[0], 0.0);
        let mut worst = 0.0_f64;
        for m in 1..n {
            let error = (got[m] / wanted[m] - 1.0).abs();
            assert!(
                error <= plan.error_bound(m, wanted[m], variance),
                "{:?}, lag {m}: {error:e}",
                plan.method(m)
            );
            worst = worst.max(error);
        }
        println!("{:?}: largest relative difference {worst:.1e}", plan.methods());
        let left: f64 = got
            .iter()
            .enumerate()
            .map(|(m, value)| (n - m) as f64 * value)
            .sum();
        let mean = x.iter().sum::<f64>() / n as f64;
        let right = n as f64 * x.iter().map(|e| (e - mean).powi(2)).sum::<f64>();
        assert!((left - right).abs() < 1e-11 * right, "sum rule: {left}, {right}");
        assert!(worst < 1e-10, "{:?}: {worst:e}", plan.methods());
    }
}

#[test]
fn an_offset_of_a_billion_leaves_the_exact_sums_of_the_rounded_samples() {
    let series = shipped("T1.000");
    let shifted: Vec<f64> = series.samples().iter().map(|e| e + 1e9).collect();
    let n = shifted.len();
    // Near 1e9 samples are multiples of 2^-23: their differences and squares are integers.
    let integers: Vec<i64> = shifted.iter().map(|e| ((e - 1e9) * 8_388_608.0) as i64).collect();
    assert!(
        integers
            .iter()
            .zip(&shifted)
            .all(|(&i, e)| i as f64 / 8_388_608.0 == e - 1e9)
    );
    for plan in all_ways(n) {
        let got = values(&plan, &shifted);
        for m in (1..40).chain((40..n).step_by(611)).chain([n - 2, n - 1]) {
            let sum: i128 = (0..n - m)
                .map(|i| i128::from(integers[i + m] - integers[i]).pow(2))
                .sum();
            let exact = sum as f64 / 8_388_608.0_f64.powi(2) / (n - m) as f64;
            let error = (got[m] / exact - 1.0).abs();
            assert!(error < 1e-10, "{:?}, lag {m}: {error:e}", plan.method(m));
        }
    }
}
