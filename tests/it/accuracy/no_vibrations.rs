//! Fits of series without vibrations, whose fast plateau U0² is 0 or small: 200 seeded
//! Ornstein-Uhlenbeck runs of 300 relaxation times each. Half of them have their least squares at
//! the bound U0² = 0.
//!
//! When the search for U0 was the only one it stalled beside 0, and 48 of these runs (weighted; 15
//! with uniform weights) were `unresolved` for not having ended in a minimum.

use crate::common::synthetic::Process;
use msed::relaxation::{Caution, Fit, Model, Relaxation, Weighting};
use msed::{Curve, EnergyKind, EnergySeries, Lags, Resampling, Sampling, energy};

const RUNS: u64 = 200;
const TAU: f64 = 50.0;
const WINDOW: [f64; 2] = [0.1 * TAU, 5.0 * TAU];
/// Um² = 1.
const SLOW: f64 = 0.5;

fn curve(u0_squared: f64, seed: u64) -> Curve {
    let energies = Process::two_scale(0.5 * u0_squared, SLOW, TAU).sample(15_000, 1.0, seed);
    let sampling = Sampling::new(1, 1.0).unwrap();
    let run = EnergySeries::new(energies, sampling, 1000, EnergyKind::PerParticle).unwrap();
    let lags = Lags::logarithmic(20).up_to_time(WINDOW[1]);
    energy::msed(&run, &lags, Resampling::Blocks(10)).unwrap()
}

fn fit(curve: &Curve, model: Model, window: Option<[f64; 2]>, weighting: Weighting) -> Relaxation {
    let fit = Fit::new(model).window(window).weighting(weighting);
    fit.to(curve).unwrap()
}

fn upper_limit(fit: &Relaxation) -> Option<f64> {
    fit.cautions.iter().find_map(|caution| match caution {
        Caution::PlateauAtZero { upper_limit, level } => {
            assert!((level - 0.95).abs() < 1e-12);
            Some(*upper_limit)
        }
        _ => None,
    })
}

#[test]
fn every_run_without_vibrations_is_resolved() {
    for (model, window, weighting) in [
        (Model::Exponential, Some(WINDOW), Weighting::StandardErrors),
        (Model::Exponential, Some(WINDOW), Weighting::Uniform),
        (Model::Exponential, None, Weighting::StandardErrors),
        (Model::Stretched, Some(WINDOW), Weighting::StandardErrors),
    ] {
        let mut at_zero = 0;
        for seed in 0..RUNS {
            let fit = fit(&curve(0.0, seed), model, window, weighting);
            assert!(fit.verdict.is_resolved(), "seed {seed}: {}", fit.verdict);
            assert_eq!(
                upper_limit(&fit).is_some(),
                fit.u0_squared.value() == 0.0,
                "seed {seed}"
            );
            at_zero += u32::from(fit.u0_squared.value() == 0.0);
        }
        println!("{model}, {window:?}, {weighting:?}: U0² = 0 in {at_zero}");
        assert!((60..140).contains(&at_zero), "{model}, {weighting:?}: {at_zero}");
    }
}

/// The sum of squares at a relaxation time, with the best plateau and rise that are not negative.
fn least_squares(curve: &Curve, tau: f64) -> f64 {
    let points = || {
        let inside = |t: f64| (WINDOW[0]..=WINDOW[1]).contains(&t);
        curve
            .lag_times()
            .zip(curve.values())
            .filter(move |&(t, _)| inside(t))
    };
    let shape = |t: f64| 1.0 - (-t / tau).exp();
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 { points().map(|(t, y)| f(shape(t), *y)).sum() };
    let (n, g, y) = (sum(&|_, _| 1.0), sum(&|g, _| g), sum(&|_, y| y));
    let (gg, gy) = (sum(&|g, _| g * g), sum(&|g, y| g * y));
    let rise = (n * gy - g * y) / (n * gg - g * g);
    let plateau = (y - rise * g) / n;
    let (plateau, rise) = if plateau < 0.0 {
        (0.0, gy / gg)
    } else {
        (plateau, rise)
    };
    sum(&|g, y| (y - plateau - rise * g).powi(2))
}

#[test]
fn a_fit_at_the_bound_is_the_least_of_all_relaxation_times() {
    for seed in 0..RUNS {
        let curve = curve(0.0, seed);
        let fit = fit(&curve, Model::Exponential, Some(WINDOW), Weighting::Uniform);
        let found = fit.relaxation_time.value();
        let squares = least_squares(&curve, found);
        for k in -400..=400 {
            let tau = TAU * (f64::from(k) * 0.0025).exp();
            let other = least_squares(&curve, tau);
            assert!(
                squares <= other * (1.0 + 1e-9),
                "seed {seed}: {squares} at {found}, {other} at {tau}"
            );
        }
    }
}

/// Where the plateau rests at 0 the statement is one-sided: below the limit at 95 %. Else it is the
/// interval of 90 %, whose lower end is as one-sided at 95 %. Errors of replicates that cannot be
/// negative would be too small: half of them would be 0.
#[test]
fn the_plateau_or_its_limit_holds_the_truth_as_often_as_it_says() {
    for (u0_squared, weighting) in [
        (0.0, Weighting::StandardErrors),
        (0.006, Weighting::StandardErrors),
        (0.02, Weighting::Uniform),
        (0.02, Weighting::StandardErrors),
    ] {
        let (mut held, mut at_zero, mut times) = (0, 0, 0);
        for seed in 0..RUNS {
            let fit = fit(
                &curve(u0_squared, seed),
                Model::Exponential,
                Some(WINDOW),
                weighting,
            );
            let [low, high] = match upper_limit(&fit) {
                Some(limit) => {
                    at_zero += 1;
                    [0.0, limit]
                }
                None => fit.u0_squared.interval(0.9).unwrap(),
            };
            held += u32::from(low <= u0_squared && u0_squared <= high);
            let [low, high] = fit.relaxation_time.interval(0.6827).unwrap();
            times += u32::from(low <= TAU && TAU <= high);
        }
        println!("U0² {u0_squared}, {weighting:?}: {held} of {RUNS} hold U0² ({at_zero} at 0), {times} tau*");
        // 90 % of 200 is known to 2.1 %, 68 % to 3.3 %: three of these. At U0² = 0 itself a limit
        // always holds: 95 % in all.
        assert!((168..=198).contains(&held), "U0² {u0_squared}: {held}");
        assert!((116..=156).contains(&times), "U0² {u0_squared}: tau* {times}");
    }
}
