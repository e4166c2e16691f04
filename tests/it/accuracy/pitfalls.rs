//! Where plausible estimators go wrong, each beside the one of this crate: a test fails if the
//! crate had the other.

use crate::common::synthetic::Process;
use msed::online::EnergyAccumulator;
use msed::relaxation::{Fit, Model, Reason, Relaxation};
use msed::thermo::{self, Part, Path, Point};
use msed::{Curve, EnergyKind, EnergySeries, EnergySystem, Lags, Resampling, Sampling, energy};

fn series(energies: Vec<f64>) -> EnergySeries<'static> {
    let sampling = Sampling::new(1, 1.0).unwrap();
    EnergySeries::new(energies, sampling, 1, EnergyKind::PerParticle).unwrap()
}

fn curve(energies: Vec<f64>, longest: f64) -> Curve {
    let lags = Lags::logarithmic(20).up_to_time(longest);
    energy::msed(&series(energies), &lags, Resampling::default()).unwrap()
}

/// Mean and standard error of independent values.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// In a run of 50 tau the correlation about the run's own mean is low by 2 tau/run of the variance
/// at every lag, and pairs that are divided by the run's length in place of their number lose
/// lag/run.
#[test]
fn a_short_run_biases_the_autocorrelation_and_not_the_difference() {
    const TAU: f64 = 20.0;
    const SAMPLES: usize = 1000;
    const LAG: usize = 100;
    let process = Process::two_scale(0.0, 1.0, TAU);
    let truth = (-(LAG as f64) / TAU).exp();
    let lags = Lags::samples([0, LAG as u64]);
    let (mut differences, mut correlations, mut by_length) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..2000 {
        let run = series(process.sample(SAMPLES, 1.0, seed));
        let msed = energy::msed(&run, &lags, Resampling::None).unwrap();
        let correlation = energy::autocorrelation(&run, &lags, Resampling::None).unwrap();
        let difference = msed.values()[1];
        differences.push(difference / process.msed(LAG as f64));
        by_length.push(difference * (1.0 - LAG as f64 / SAMPLES as f64) / process.msed(LAG as f64));
        correlations.push(correlation.raw.values()[1]);
    }
    let (difference, error) = mean(&differences);
    println!("MSED over its truth {difference:.4} +- {error:.4}");
    assert!(error < 0.01 && (difference - 1.0).abs() < 4.0 * error);
    let (low, error) = mean(&by_length);
    println!("divided by the run's length {low:.4} +- {error:.4}");
    assert!((low - 1.0).abs() > 8.0 * error);
    let (correlation, error) = mean(&correlations);
    let bias = correlation - truth;
    println!("correlation {correlation:.4} +- {error:.4}, truth {truth:.4}");
    assert!(
        (bias / (-2.0 * TAU / SAMPLES as f64) - 1.0).abs() < 0.15,
        "{bias}"
    );
    assert!(bias.abs() > 8.0 * error);
}

/// A slow part of tau 500 and rise 1 below vibrations of period 20, which are damped over 20.
fn vibrating(samples: usize, seed: u64) -> Vec<f64> {
    const PERIOD: f64 = 20.0;
    const DAMPING: f64 = 20.0;
    let slow = Process::two_scale(0.0, 0.5, 500.0).sample(samples, 1.0, seed);
    let kicks = Process::two_scale(1.0, 0.0, 1.0).sample(samples, 1.0, seed + 1000);
    let r = (-1.0 / DAMPING).exp();
    let [a, b] = [2.0 * r * (std::f64::consts::TAU / PERIOD).cos(), -r * r];
    // A second-order autoregression of this variance: U0² = 1.
    let unit = ((1.0 - b) / ((1.0 + b) * ((1.0 - b).powi(2) - a * a))).sqrt();
    let (mut last, mut before) = (0.0, 0.0);
    slow.iter()
        .zip(kicks)
        .map(|(slow, kick)| {
            (last, before) = (a * last + b * before + kick, last);
            slow + 0.5_f64.sqrt() * last / unit
        })
        .collect()
}

fn fit(curve: &Curve, window: Option<[f64; 2]>) -> Relaxation {
    Fit::new(Model::Exponential).window(window).to(curve).unwrap()
}

#[test]
fn a_window_that_begins_in_the_vibrations_is_refused_and_not_chosen() {
    for seed in 0..5 {
        let curve = curve(vibrating(150_000, seed), 5000.0);
        let naive = fit(&curve, Some([1.0, 5000.0]));
        println!(
            "from the first lag: tau* {}, {}",
            naive.relaxation_time, naive.verdict
        );
        assert!(
            naive
                .verdict
                .reasons()
                .iter()
                .any(|r| matches!(r, Reason::Falls { .. }))
        );
        assert!((naive.relaxation_time.value() / 500.0).ln().abs() > 1.0);
        let chosen = fit(&curve, None);
        println!(
            "{:?}: tau* {}, {}",
            chosen.window(),
            chosen.relaxation_time,
            chosen.verdict
        );
        assert!(chosen.verdict.is_resolved(), "{}", chosen.verdict);
        for (found, truth) in [
            (&chosen.relaxation_time, 500.0),
            (&chosen.u0_squared, 1.0),
            (&chosen.um_squared, 1.0),
        ] {
            let error = found.standard_error().unwrap();
            assert!(error < 0.35 * truth, "{found}");
            assert!((found.value() - truth).abs() < 4.0 * error, "{found} for {truth}");
        }
    }
}

/// Amplitude and time trade for each other where the window ends before the plateau, and U0² and
/// both where it begins after the rise.
#[test]
fn a_relaxation_outside_of_the_window_is_unresolved() {
    let process = Process::two_scale(0.5, 0.5, 500.0);
    let curve = curve(process.sample(150_000, 1.0, 1), 5000.0);
    let resolved = fit(&curve, Some([10.0, 2500.0]));
    assert!(resolved.verdict.is_resolved(), "{}", resolved.verdict);
    let short = fit(&curve, Some([10.0, 100.0]));
    println!("{}", short.verdict);
    assert!(!short.verdict.is_resolved(), "tau* {}", short.relaxation_time);
    let late = fit(&curve, Some([3000.0, 5000.0]));
    println!("{}", late.verdict);
    assert!(!late.verdict.is_resolved(), "tau* {}", late.relaxation_time);
    // Faster than the sampling: all of it is fast.
    let fast = Process::two_scale(0.5, 0.5, 0.2);
    let curve = self::curve(fast.sample(150_000, 1.0, 1), 5000.0);
    let fit = fit(&curve, Some([1.0, 2500.0]));
    println!("{}", fit.verdict);
    assert!(!fit.verdict.is_resolved(), "tau* {}", fit.relaxation_time);
}

/// The integral of C/T by straight lines over T, where C = 1.58 T^(-2/5) is known at four
/// temperatures.
#[test]
fn straight_lines_over_temperature_are_wrong_by_more_than_the_stated_error() {
    let temperatures = [0.45, 0.6, 0.8, 1.0];
    let c = |t: f64| 1.58 * t.powf(-0.4);
    let exact = 2.5 * 1.58 * (1.0 - 0.45_f64.powf(-0.4));
    let naive: f64 = temperatures
        .windows(2)
        .map(|t| -0.5 * (c(t[0]) / t[0] + c(t[1]) / t[1]) * (t[1] - t[0]))
        .sum();
    let points = temperatures.map(|t| Point::new(t, c(t)));
    let entropy = thermo::entropy(&points, Part::Total, None, Path::Isochoric).unwrap();
    let (found, stated) = (entropy.values[0].value(), entropy.integration_error()[0]);
    println!("exact {exact:.5}, found {found:.5} with error {stated:.5}, naive {naive:.5}");
    assert!((found - exact).abs() < stated);
    assert!(stated < 0.01 * exact.abs());
    assert!((naive - exact).abs() > 5.0 * stated);
}

/// Averages over 0.64 relaxation times lose the variance inside of them, so that a plateau comes
/// out low by the known factor; decimation keeps the samples as they are.
#[test]
fn multi_tau_by_averages_loses_a_part_of_the_plateau_and_by_decimation_none() {
    const TAU: f64 = 100.0;
    const BLOCK: usize = 64;
    let samples = Process::two_scale(0.0, 1.0, TAU).sample(4_000_000, 1.0, 9);
    let plateau = 2.0 * samples.iter().map(|x| x * x).sum::<f64>() / samples.len() as f64;
    let sampling = Sampling::new(1, 1.0).unwrap();
    let system = EnergySystem::new(sampling, 1, EnergyKind::PerParticle).unwrap();
    let mut live = EnergyAccumulator::multi_tau(system, 16, sampling.lag(1024)).unwrap();
    live.push_slice(&samples).unwrap();
    let decimated = live.snapshot().unwrap().msed();
    let last = decimated.point(decimated.len() - 1);
    assert_eq!(decimated.lags().last(), Some(&sampling.lag(16 * BLOCK as u64)));
    let averages: Vec<f64> = samples
        .chunks_exact(BLOCK)
        .map(|block| block.iter().sum::<f64>() / BLOCK as f64)
        .collect();
    let averaged = curve(averages, 16.0);
    let low = averaged.values().last().unwrap() / plateau;
    // The variance of an average over T of exp(-t/tau): 2 tau/T [1 - tau/T (1 - exp(-T/tau))].
    let ratio = TAU / BLOCK as f64;
    let expected = 2.0 * ratio * (1.0 - ratio * (1.0 - (-1.0 / ratio).exp()));
    println!(
        "decimated {:.4}, averaged {low:.4}, expected {expected:.4}",
        last.value() / plateau
    );
    assert!(expected < 0.83 && (low - expected).abs() < 0.02);
    let error = last.standard_error().unwrap();
    assert!(error < 0.03 * plateau && (last.value() - plateau).abs() < 4.0 * error);
}

/// The jackknife over blocks gives the slope of a quench that is joined to a run an error that
/// contains the quench: less than 3.25 of these errors, which Student's t asks for at 99 %.
#[test]
fn a_quench_is_not_hidden_in_the_error_of_its_slope() {
    let table = msed::io::energies("tests/data/quench/energy.dat").unwrap();
    let run = table.into_series(0.005, 200, EnergyKind::Total).unwrap();
    for blocks in [5, 10, 20] {
        let drift = energy::drift(&run, Resampling::Blocks(blocks)).unwrap();
        let slope = drift.slope.value() / drift.slope.standard_error().unwrap();
        println!(
            "{blocks} blocks: slope of {slope:.2} errors, {:?}",
            drift.deviations()
        );
        assert_eq!(drift.is_stationary(), Some(false), "{blocks} blocks");
    }
    let found = energy::equilibration(&run).into_value().unwrap();
    assert!((110..300).contains(&found.samples), "{found:?}");
    let rest = energy::drift(&run.discard(found.samples).unwrap(), Resampling::default()).unwrap();
    println!("without {}: {:?}", found.samples, rest.deviations());
}
