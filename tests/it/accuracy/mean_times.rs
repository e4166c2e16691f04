//! The mean relaxation time of a stretched exponential against the integral that defines it.

use std::f64::consts::PI;

use msed::relaxation::{Fit, Model, Weighting, mean_relaxation_time};
use msed::stats::{Resamples, Resampling};
use msed::{Curve, Lag};

/// The integral of exp(-(t/tau)^beta) over all times, by tanh-sinh quadrature of its double
/// exponential form t = tau exp(pi/2 sinh x), which turns both ends into double exponential decays.
fn integral(tau: f64, beta: f64) -> f64 {
    let step = 1.0 / 64.0;
    let at = |k: i32| {
        let x = step * f64::from(k);
        let t = (0.5 * PI * x.sinh()).exp();
        let jacobian = 0.5 * PI * x.cosh() * t;
        (-t.powf(beta)).exp() * jacobian
    };
    let sum: f64 = (-400..=400).map(at).filter(|term| term.is_finite()).sum();
    tau * step * sum
}

#[test]
fn the_quadrature_has_the_integrals_that_are_known() {
    for tau in [1e-3, 1.0, 20.0] {
        // exp(-x), exp(-x^2) and exp(-sqrt(x)).
        for (beta, expected) in [(1.0, 1.0), (2.0, 0.5 * PI.sqrt()), (0.5, 2.0)] {
            assert!(
                (integral(tau, beta) / (tau * expected) - 1.0).abs() < 1e-12,
                "{beta}"
            );
        }
    }
}

#[test]
fn the_mean_time_is_the_integral_of_the_stretched_exponential() {
    for tau in [1e-3, 1.0, 777.0] {
        for beta in [
            0.05, 0.1, 0.2, 0.3, 0.37, 0.5, 0.62, 0.75, 0.9, 1.0, 1.2, 1.5, 1.9, 2.0,
        ] {
            let (found, expected) = (mean_relaxation_time(tau, beta), integral(tau, beta));
            assert!(
                (found / expected - 1.0).abs() < 1e-10,
                "beta {beta}: {found} {expected}"
            );
        }
    }
}

/// Of a rise and of a decay, on the whole and on each resample.
#[test]
fn the_mean_time_of_a_fit_is_the_integral_of_what_it_fitted() {
    let lags: Vec<Lag> = (0..60)
        .map(|k| Lag::from_steps((1.15_f64.powi(k) * 10.0).round() as u64))
        .collect();
    for beta in [0.4, 0.7, 1.3] {
        let stretched = |time: f64, tau: f64| (-(time / tau).powf(beta)).exp();
        let curve = |of: &dyn Fn(f64) -> f64| {
            let at = |tau: f64| {
                lags.iter()
                    .map(|lag| of(stretched(lag.time(0.01), tau)))
                    .collect::<Vec<f64>>()
            };
            let resamples = Resamples::new(msed::stats::RunId::named("a curve"), Resampling::Blocks(3), 3);
            let replicates = [9.0, 10.0, 11.0].map(at).to_vec();
            let origins = vec![1000; lags.len()];
            let longest = lags[lags.len() - 1];
            Curve::from_replicates(
                lags.clone(),
                0.01,
                at(10.0),
                origins,
                replicates,
                resamples,
                longest,
            )
        };
        let window = [0.1, 500.0];
        let rise = Fit::new(Model::Stretched)
            .window(window)
            .weighting(Weighting::Uniform);
        let decay = Fit::decay().window(window).weighting(Weighting::Uniform);
        for (fit, curve) in [(rise, curve(&|c| 4.0 - c)), (decay, curve(&|c| 0.7 * c))] {
            let found = fit.to(&curve).unwrap();
            let (time, tau, exponent) = (&found.mean_relaxation_time, &found.relaxation_time, &found.beta);
            assert!((tau.value() - 10.0).abs() < 1e-3 && (exponent.value() - beta).abs() < 1e-4);
            let pairs = time
                .replicates()
                .iter()
                .zip(tau.replicates().iter().zip(exponent.replicates()));
            let pairs = pairs.map(|(time, (tau, beta))| (*time, *tau, *beta));
            for (time, tau, beta) in pairs.chain([(time.value(), tau.value(), exponent.value())]) {
                assert!(
                    (time / integral(tau, beta) - 1.0).abs() < 1e-10,
                    "{time} {tau} {beta}"
                );
            }
        }
    }
}
