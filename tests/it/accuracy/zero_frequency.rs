//! The integral of an autocorrelation where it is known, and its errors.

use crate::common::synthetic::{Kind, Process, Slow};
use msed::spectrum::{NoIntegral, zero_frequency};
use msed::{Replicas, Resampling, Sampling, ScalarSeries};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

/// Samples in a unit of time, which is the longest correlation time.
const DENSITY: usize = 10;

struct Case {
    name: &'static str,
    sample: Box<dyn Fn(usize, u64) -> Vec<f64>>,
    /// Half of the spectrum at zero frequency.
    integral: f64,
}

fn interval() -> f64 {
    1.0 / DENSITY as f64
}

/// A sum of exponentials; the integral of its samples is exact.
fn exponentials(name: &'static str, process: Process) -> Case {
    let of_part = |part: &Slow| 0.5 * part.variance / (0.5 * interval() / part.tau).tanh();
    let integral = interval() * process.slow.iter().map(of_part).sum::<f64>();
    Case {
        name,
        sample: Box::new(move |n, seed| process.sample(n, interval(), seed)),
        integral,
    }
}

/// `x[i] = 2 r cos(q) x[i-1] - r² x[i-2] + noise`: an oscillation of frequency 3 that decays over
/// the unit of time, with a peak of the spectrum away from zero.
fn oscillation() -> Case {
    let (r, q) = ((-interval()).exp(), 3.0 * interval());
    let [a, b] = [2.0 * r * q.cos(), -r * r];
    Case {
        name: "oscillation",
        sample: Box::new(move |n, seed| {
            let mut random = Pcg64::seed_from_u64(seed);
            let (mut last, mut before) = (0.0, 0.0);
            let all = (0..n + 20 * DENSITY).map(|_| {
                let noise: f64 = StandardNormal.sample(&mut random);
                let x = a * last + b * before + noise;
                (before, last) = (last, x);
                x
            });
            all.skip(20 * DENSITY).collect()
        }),
        integral: 0.5 * interval() / (1.0 - a - b).powi(2),
    }
}

fn cases() -> Vec<Case> {
    let telegraph = Slow {
        kind: Kind::Telegraph,
        variance: 1.0,
        tau: 1.0,
    };
    vec![
        exponentials("exponential", Process::mixture(0.0, &[(1.0, 1.0)])),
        exponentials(
            "two exponentials",
            Process::mixture(0.0, &[(0.7, 0.1), (0.3, 1.0)]),
        ),
        oscillation(),
        // As broad as a stretched exponential of exponent 0.6.
        exponentials(
            "stretched",
            Process::mixture(0.0, &[(0.25, 0.03), (0.3, 0.12), (0.3, 0.4), (0.15, 1.0)]),
        ),
        exponentials(
            "telegraph",
            Process {
                white: 0.0,
                slow: vec![telegraph],
            },
        ),
    ]
}

fn runs(case: &Case, replicas: usize, times: usize, seed: u64) -> Replicas<ScalarSeries<'static>> {
    let sampling = Sampling::new(1, interval()).unwrap();
    let run = |replica| {
        let samples = (case.sample)(times * DENSITY, 1000 * seed + replica as u64);
        ScalarSeries::new(samples, sampling).unwrap()
    };
    Replicas::new((0..replicas).map(run).collect()).unwrap()
}

/// Five components of 300 correlation times each.
#[test]
fn intervals_of_the_integral_hold_the_truth() {
    let seeds = 40;
    for case in cases() {
        let (mut held, mut resolved, mut relative, mut errors) = (0.0, 0.0, 0.0, 0.0);
        for seed in 0..seeds {
            let found = zero_frequency(&runs(&case, 5, 300, seed), Resampling::default()).unwrap();
            let Some(found) = found.value() else { continue };
            let (value, error) = (found.integral.value(), found.integral.standard_error().unwrap());
            resolved += 1.0;
            relative += value / case.integral - 1.0;
            errors += error / case.integral;
            held += f64::from(u8::from((value - case.integral).abs() < error));
        }
        let [held, bias, error] = [held, relative, errors].map(|sum| sum / resolved);
        println!("{}: {held:.2} bias {bias:.4} error {error:.4}", case.name);
        assert!(resolved >= 0.95 * seeds as f64, "{}: {resolved}", case.name);
        // The binomial error of 40 seeds is 0.07.
        assert!((0.52..=0.92).contains(&held), "{}: {held}", case.name);
        assert!(bias.abs() < 0.6 * error, "{}: {bias} {error}", case.name);
        assert!(error < 0.25, "{}: {error}", case.name);
    }
}

#[test]
fn what_a_run_cannot_tell_is_unresolved() {
    let cases = cases();
    for seed in 0..20 {
        // Four correlation times.
        let found = zero_frequency(&runs(&cases[0], 1, 4, seed), Resampling::default()).unwrap();
        assert!(!found.is_resolved(), "{found:?}");
    }
    let why = |samples: Vec<f64>| {
        let run = ScalarSeries::new(samples, Sampling::new(1, 1.0).unwrap()).unwrap();
        zero_frequency(&run, Resampling::default())
            .unwrap()
            .why()
            .copied()
    };
    assert_eq!(why(vec![2.0; 1000]), Some(NoIntegral::NotSmooth));
    // A drift: the spectrum rises towards zero.
    let drift = why((0..1000)
        .map(|i| f64::from(i) + f64::from(i * 7919 % 13))
        .collect());
    assert!(matches!(drift, Some(NoIntegral::OutOfReach { .. })), "{drift:?}");
    // Differences of a stationary series: the integral is 0.
    let x = (cases[0].sample)(4001, 3);
    let differences = why(x.windows(2).map(|x| x[1] - x[0]).collect());
    assert!(differences.is_some(), "{differences:?}");
}

/// The share of single runs that are resolved, and their mean integral over the true one.
fn single_runs(case: &Case, times: usize, seeds: u64) -> [f64; 2] {
    let found = |seed| zero_frequency(&runs(case, 1, times, seed), Resampling::default()).unwrap();
    let values: Vec<f64> = (0..seeds)
        .filter_map(|seed| Some(found(seed).value()?.integral.value() / case.integral))
        .collect();
    let resolved = values.len() as f64;
    [resolved / seeds as f64, values.iter().sum::<f64>() / resolved]
}

/// Some short runs miss the slow process by chance. They look like long runs of the fast one.
#[test]
fn short_single_runs_are_rarely_resolved_and_long_ones_nearly_always() {
    for case in cases() {
        let [short, low] = single_runs(&case, 50, 60);
        let [long, ratio] = single_runs(&case, 300, 40);
        println!(
            "{}: 50 times {short:.2} of {low:.2}, 300 times {long:.2} of {ratio:.2}",
            case.name
        );
        let most = if case.name == "two exponentials" {
            0.15
        } else {
            0.05
        };
        assert!(short <= most, "{}: {short}", case.name);
        assert!(long >= 0.8, "{}: {long}", case.name);
        assert!((ratio - 1.0).abs() < 0.15, "{}: {ratio}", case.name);
    }
}

#[test]
fn the_integral_has_the_error_of_its_ordinates_without_resamples() {
    let runs = runs(&cases()[0], 1, 3000, 1);
    let found = zero_frequency(&runs, Resampling::None).unwrap();
    let found = found.value().unwrap();
    assert_eq!(found.integral.standard_error(), None);
    let with = zero_frequency(&runs, Resampling::default()).unwrap();
    let with = with.value().unwrap();
    let error = with.integral.standard_error().unwrap() / with.integral.value();
    assert!((with.relative_error / error - 1.0).abs() < 1e-9, "{error}");
    assert!(
        (0.5..2.0).contains(&(found.relative_error / error)),
        "{} {error}",
        found.relative_error
    );
}
