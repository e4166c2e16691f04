//! The engine against the definition: direct sums in a few lines, checked on closed forms, then
//! every path against them.

use msed::Real;
use msed::lag_sums::{LagPlan, LagPlanner, Method, Scratch};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

/// The definition.
fn oracle_msed(x: &[f64], m: usize) -> f64 {
    let pairs = x.len() - m;
    (0..pairs).map(|i| (x[i + m] - x[i]).powi(2)).sum::<f64>() / pairs as f64
}

/// The definition, about the mean.
fn oracle_autocovariance(x: &[f64], m: usize) -> f64 {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let pairs = x.len() - m;
    (0..pairs).map(|i| (x[i + m] - mean) * (x[i] - mean)).sum::<f64>() / pairs as f64
}

/// The definition without rounding but for the last: the samples are integers in units of 2^-scale.
fn exact_msed(x: &[f64], m: usize, scale: i32) -> f64 {
    let unit = 2_f64.powi(scale);
    let integer = |x: f64| {
        let scaled = x * unit;
        assert_eq!(scaled.fract(), 0.0, "{x} is no multiple of 2^-{scale}");
        scaled as i128
    };
    let sum: i128 = (0..x.len() - m)
        .map(|i| (integer(x[i + m]) - integer(x[i])).pow(2))
        .sum();
    sum as f64 / unit / unit / (x.len() - m) as f64
}

fn variance(x: &[f64]) -> f64 {
    oracle_autocovariance(x, 0)
}

fn msed(plan: &LagPlan, x: &[impl Real]) -> Vec<f64> {
    let mut values = vec![f64::NAN; plan.len()];
    plan.msed_into(x, &mut values, &mut Scratch::default());
    values
}

fn autocovariance(plan: &LagPlan, x: &[impl Real]) -> Vec<f64> {
    let mut values = vec![f64::NAN; plan.len()];
    plan.autocorrelation_into(x, &mut values, &mut Scratch::default());
    values
}

fn every_lag(n: usize) -> Vec<u64> {
    (0..n as u64).collect()
}

/// Ornstein-Uhlenbeck noise with a correlation time of 20 samples, and white noise of a tenth of
/// its variance.
fn energies(n: usize, mean: f64, deviation: f64, seed: u64) -> Vec<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let a = (-1.0_f64 / 20.0).exp();
    let mut slow = 0.0;
    (0..n)
        .map(|_| {
            let [kick, fast]: [f64; 2] = [StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng)];
            slow = a * slow + (1.0 - a * a).sqrt() * kick;
            mean + deviation * (slow + 0.3 * fast)
        })
        .collect()
}

fn assert_close(what: &str, got: f64, want: f64, relative: f64) {
    assert!(
        got.is_finite() && want.is_finite(),
        "{what}: {got}, expected {want}"
    );
    let error = (got - want).abs();
    assert!(
        error <= relative * want.abs(),
        "{what}: {got:e}, expected {want:e}, off by {:e} of it, allowed {relative:e}",
        error / want.abs()
    );
}

/// Every way to sum all lags of `n` samples that is worth telling apart.
fn plans(n: usize, lags: &[u64]) -> Vec<LagPlan> {
    let mut planner = LagPlanner::new();
    let mut plans = vec![planner.plan(n, lags).expect("lags of the run")];
    let segments = [1, 2, 3, 5, 8, 16, 64, n / 3, n / 2, n - 1, n, 2 * n];
    let mut methods = vec![Method::Direct];
    for segment in segments {
        // Hundreds of segments say nothing that tens do not.
        if segment > 0 && n / segment < 100 {
            methods.push(Method::SplitFft { segment });
            methods.push(Method::BlockFft { segment });
        }
    }
    plans.extend(methods.into_iter().map(|method| {
        LagPlanner::new()
            .with_method(method)
            .plan(n, lags)
            .expect("lags of the run")
    }));
    plans
}

#[test]
fn oracle_has_the_closed_forms() {
    let n = 64;
    let ramp: Vec<f64> = (0..n).map(|i| 0.5 * i as f64).collect();
    let cosine: Vec<f64> = (0..n)
        .map(|i| (std::f64::consts::TAU * i as f64 / 16.0).cos())
        .collect();
    let telegraph: Vec<f64> = (0..n).map(|i| if i / 8 % 2 == 0 { 1.0 } else { -1.0 }).collect();
    for m in 0..n {
        assert_eq!(oracle_msed(&vec![3.0; n], m), 0.0);
        assert_eq!(oracle_msed(&ramp, m), 0.25 * (m * m) as f64);
        assert_eq!(exact_msed(&ramp, m, 1), 0.25 * (m * m) as f64);
    }
    // Over whole periods the average over origins is that over the phase: 1 - cos(w m), and the
    // autocovariance half of cos(w m).
    for m in [0, 16, 32, 48] {
        assert!(oracle_msed(&cosine, m).abs() < 1e-28);
    }
    let phase = std::f64::consts::TAU / 16.0;
    for m in 0..48 {
        let whole = &cosine[..m + 16];
        assert!((oracle_msed(whole, m) - (1.0 - (phase * m as f64).cos())).abs() < 1e-13);
    }
    assert!((oracle_autocovariance(&cosine, 16) - 0.5).abs() < 1e-14);
    // Half a period apart every pair has different signs.
    assert_eq!(oracle_msed(&telegraph, 8), 4.0);
    assert_eq!(oracle_autocovariance(&telegraph, 8), -1.0);
    assert_eq!(oracle_msed(&telegraph, 16), 0.0);
}

#[test]
fn every_path_is_the_definition_at_every_length() {
    let mut worst = 0.0_f64;
    for n in [
        2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 32, 33, 127, 128, 129, 251, 1000,
    ] {
        let x = energies(n, -7e3, 15.0, n as u64);
        let lags = every_lag(n);
        let covariances: Vec<f64> = (0..n).map(|m| oracle_autocovariance(&x, m)).collect();
        for plan in plans(n, &lags) {
            let what = |m| format!("n = {n}, lag {m}, {:?}", plan.method(m));
            let (values, correlations) = (msed(&plan, &x), autocovariance(&plan, &x));
            assert_eq!(values[0], 0.0);
            for m in 0..n {
                let want = oracle_msed(&x, m);
                let bound = plan.error_bound(m, want, variance(&x));
                assert_close(&what(m), values[m], want, bound + 1e-14);
                if m > 0 {
                    worst = worst.max((values[m] / want - 1.0).abs());
                }
                // Both means are rounded to a unit of -7e3, 9e-13, which moves a covariance by that
                // times the deviation.
                let scale = covariances[0] * n as f64 / (n - m) as f64 + 1e3;
                let error = (correlations[m] - covariances[m]).abs();
                assert!(
                    error < 3e-14 * scale,
                    "{}: autocovariance off by {error:e}",
                    what(m)
                );
            }
        }
    }
    println!("largest relative difference from the direct sum: {worst:.1e}");
}

#[test]
fn sparse_lags_are_picked_from_the_same_sums() {
    let n = 1500;
    let x = energies(n, 3.0, 2.0, 1);
    for lags in [
        vec![7],
        vec![0, 1, 2, 90, 91, 400, 1499],
        vec![1499],
        (100..300).collect(),
    ] {
        for plan in plans(n, &lags) {
            for (k, value) in msed(&plan, &x).into_iter().enumerate() {
                let m = lags[k] as usize;
                let bound = plan.error_bound(k, oracle_msed(&x, m), variance(&x)) + 1e-14;
                assert_close(
                    &format!("lag {m} by {:?}", plan.method(k)),
                    value,
                    oracle_msed(&x, m),
                    bound,
                );
            }
        }
    }
    let mut planner = LagPlanner::new();
    let listed = planner.plan(n, &every_lag(n)).unwrap();
    let every = planner.plan_every(n, 0..n).unwrap();
    assert_eq!(listed.methods(), every.methods());
    assert!(msed(&listed, &x) == msed(&every, &x));
}

#[test]
fn stays_within_the_stated_bound_of_the_exact_sum() {
    let n = 6000;
    let small = energies(n, -7e3, 15.0, 5);
    let shifted: Vec<f64> = small.iter().map(|x| x + 1e9).collect();
    let mut walk = energies(n, 0.0, 1.0, 6);
    for i in 0..n {
        let step = (walk[i] * 2_f64.powi(30)).round() / 2_f64.powi(30);
        walk[i] = if i == 0 { step } else { walk[i - 1] + step };
    }
    let lags: Vec<u64> = (0..20)
        .chain((20..n as u64).step_by(83))
        .chain(n as u64 - 3..n as u64)
        .collect();
    for (name, x, scale, everywhere) in [
        ("small", &small, 41, 1e-10),
        ("shifted", &shifted, 23, 1e-10),
        ("walk", &walk, 30, f64::INFINITY),
    ] {
        let exact: Vec<f64> = lags.iter().map(|&m| exact_msed(x, m as usize, scale)).collect();
        let variance = variance(&x.iter().map(|y| y - x[0]).collect::<Vec<_>>());
        let mut planner = LagPlanner::new();
        let methods = [
            Method::Direct,
            Method::BlockFft { segment: 500 },
            Method::SplitFft { segment: 6000 },
            Method::SplitFft { segment: 600 },
        ];
        let mut plans = vec![planner.plan(n, &lags).unwrap()];
        plans.extend(methods.map(|method| LagPlanner::new().with_method(method).plan(n, &lags).unwrap()));
        for plan in plans {
            let mut used = 0.0_f64;
            for (k, value) in msed(&plan, x).into_iter().enumerate() {
                let bound = plan.error_bound(k, exact[k], variance);
                let what = format!("{name}, lag {} by {:?}", lags[k], plan.method(k));
                assert_close(&what, value, exact[k], bound.min(everywhere));
                if lags[k] > 0 {
                    used = used.max((value / exact[k] - 1.0).abs() / bound);
                }
            }
            println!("{name}: {:?} uses {used:.2} of its bound", plan.methods());
            assert!(used > 1e-3, "a bound a thousand times too wide says nothing");
        }
    }
}

#[test]
fn single_precision_samples_are_summed_in_double() {
    let n = 700;
    let narrow: Vec<f32> = energies(n, -7e3, 15.0, 3).into_iter().map(|x| x as f32).collect();
    let wide: Vec<f64> = narrow.iter().map(|&x| f64::from(x)).collect();
    for plan in plans(n, &every_lag(n)) {
        assert!(msed(&plan, &narrow) == msed(&plan, &wide), "{:?}", plan.methods());
        assert!(autocovariance(&plan, &narrow) == autocovariance(&plan, &wide));
    }
}

#[test]
fn what_scratch_held_before_does_not_matter() {
    let mut scratch = Scratch::default();
    let mut rng = Pcg64::seed_from_u64(8);
    for _ in 0..60 {
        let n = rng.random_range(2..600);
        let x = energies(n, 1.0, 1.0, n as u64);
        let all = plans(n, &every_lag(n));
        let plan = &all[rng.random_range(0..all.len())];
        let mut values = vec![f64::NAN; n];
        plan.msed_into(&x, &mut values, &mut scratch);
        assert!(values == msed(plan, &x), "{plan:?}");
        plan.autocorrelation_into(&x, &mut values, &mut scratch);
        assert!(values == autocovariance(plan, &x), "{plan:?}");
    }
}

#[test]
fn obeys_the_sum_rule() {
    // sum over m >= 1 of (n - m) MSED_m = n sum (x - mean)^2, on any series.
    let n = 5000;
    let x = energies(n, -7e3, 15.0, 9);
    for method in [
        None,
        Some(Method::SplitFft { segment: 1250 }),
        Some(Method::Direct),
    ] {
        let mut planner = LagPlanner::new();
        let plan = match method {
            None => planner.plan_every(n, 0..n).unwrap(),
            Some(method) => LagPlanner::new()
                .with_method(method)
                .plan(n, &every_lag(n))
                .unwrap(),
        };
        let values = msed(&plan, &x);
        let left: f64 = values
            .iter()
            .enumerate()
            .map(|(m, value)| (n - m) as f64 * value)
            .sum();
        assert_close("sum rule", left, (n * n) as f64 * variance(&x), 1e-12);
    }
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    let n = 150_000;
    let x = energies(n, -7e3, 15.0, 10);
    let log: Vec<u64> = (0..90).map(|k| 10_f64.powf(f64::from(k) / 20.0) as u64).collect();
    let mut log = log;
    log.dedup();
    let dense: Vec<u64> = (0..3000).collect();
    let mut planner = LagPlanner::new();
    let plans = [
        planner.plan(n, &log).unwrap(),
        planner.plan_every(n, 0..n).unwrap(),
        LagPlanner::new()
            .with_method(Method::BlockFft { segment: 1500 })
            .plan(n, &dense)
            .unwrap(),
        LagPlanner::new()
            .with_method(Method::SplitFft { segment: 9000 })
            .plan(n, &dense)
            .unwrap(),
        LagPlanner::new()
            .with_method(Method::Direct)
            .plan(n, &dense[..100])
            .unwrap(),
    ];
    let all = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            plans
                .iter()
                .map(|plan| (msed(plan, &x), autocovariance(plan, &x)))
                .collect::<Vec<_>>()
        })
    };
    let one = all(1);
    for threads in [2, 3, 5] {
        assert!(all(threads) == one, "{threads} threads");
    }
}

#[test]
fn plans_say_what_they_do_before_they_do_it() {
    let mut planner = LagPlanner::new();
    let methods = |plan: &LagPlan| plan.methods().iter().map(|s| s.1).collect::<Vec<_>>();
    // A few lags: the definition. All lags: transforms, with the shortest and the longest by the
    // definition.
    assert_eq!(
        methods(&planner.plan(100_000, &[1, 10, 100]).unwrap()),
        [Method::Direct]
    );
    let all = planner.plan_every(100_000, 0..100_000).unwrap();
    assert_eq!(all.methods().len(), 3);
    assert!(matches!(
        methods(&all)[..],
        [Method::Direct, Method::SplitFft { .. }, Method::Direct]
    ));
    assert_eq!(all.methods()[2].0.end, 100_000);
    // Dense lags much shorter than the series: segments of about the longest lag, in bounded
    // memory.
    let dense = planner.plan_every(1_000_000, 0..1000).unwrap();
    assert!(
        matches!(methods(&dense)[..], [Method::Direct, Method::BlockFft { .. }]),
        "{dense:?}"
    );
    // No cancellation allowed: the definition throughout.
    let exact = LagPlanner::new()
        .with_tolerance(0.0)
        .plan_every(10_000, 0..10_000)
        .unwrap();
    assert_eq!(methods(&exact), [Method::Direct]);
}

/// Where transforms begin to pay is some tens of neighbouring lags, and a hundred or so that are
/// spread over half of the series.
#[test]
fn many_lags_of_a_long_series_take_transforms_and_few_do_not() {
    let mut planner = LagPlanner::new();
    let transforms = |plan: LagPlan| plan.methods().iter().any(|s| s.1 != Method::Direct);
    for n in [10_000_usize, 100_000, 1_000_000] {
        let mut dense = |lags: usize| transforms(planner.plan_every(n, 0..lags).unwrap());
        assert!(!dense(10) && dense(100) && dense(2000), "{n}");
        let mut spread = |count: usize| {
            let lags: Vec<u64> = (1..=count).map(|k| (k * n / (2 * count)) as u64).collect();
            transforms(planner.plan(n, &lags).unwrap())
        };
        assert!(!spread(40) && spread(400) && spread(2000), "{n}");
    }
}

#[test]
fn refuses_lags_that_are_none() {
    let mut planner = LagPlanner::new();
    let message = |r: Result<LagPlan, msed::lag::LagError>| r.unwrap_err().to_string();
    assert_eq!(
        message(planner.plan(10, &[1, 1])),
        "lag 1 is 1 samples after 1, expected strictly increasing lags"
    );
    assert_eq!(
        message(planner.plan(10, &[1, 10])),
        "lag 1 is 10 samples, expected less than the run's 10"
    );
    assert_eq!(
        message(planner.plan_every(10, 3..12)),
        "lag 7 is 10 samples, expected less than the run's 10"
    );
    assert_eq!(planner.plan(0, &[]).unwrap().len(), 0);
    assert!(planner.plan_every(5, 0..0).unwrap().is_empty());
}

#[test]
fn plans_and_memory_are_shared_and_sent() {
    fn shared<T: Send + Sync + std::fmt::Debug>() {}
    fn sent<T: Send + std::fmt::Debug>() {}
    shared::<LagPlan>();
    shared::<Scratch>();
    sent::<LagPlanner>();
}

/// Nothing is known of a value of 0 that is a difference of transforms.
#[test]
fn bounds_of_a_constant_series_are_infinite_or_those_of_direct_sums() {
    let n = 1000;
    for plan in plans(n, &every_lag(n)) {
        for m in 1..n {
            let bound = plan.error_bound(m, 0.0, 0.0);
            assert_eq!(
                bound.is_infinite(),
                plan.method(m) != Method::Direct,
                "{:?}",
                plan.method(m)
            );
            assert!(!bound.is_nan());
        }
    }
}
