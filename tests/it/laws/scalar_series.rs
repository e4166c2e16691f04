//! A scalar series goes through the estimators of energies: the same bits as energies per particle.

use crate::common::synthetic::Process;
use msed::energy::{self, Bins};
use msed::online::{EnergyAccumulator, OnlineError};
use msed::spectrum::{Whittle, choose_blocks, zero_frequency};
use msed::{EnergyKind, EnergySeries, Lag, Lags, Replicas, Resampling, Runs, Sampling, ScalarSeries};

fn samples(seed: u64, n: usize) -> Vec<f64> {
    let process = Process::mixture(0.5, &[(1.0, 20.0), (0.5, 2.0)]);
    process
        .sample(n, 1.0, seed)
        .into_iter()
        .map(|x| x - 1e3)
        .collect()
}

fn agree(scalar: &impl Runs<f64>, energies: &impl Runs<f64>) {
    let blocks = Resampling::default();
    let lags = Lags::logarithmic(10).up_to_fraction(0.1).with_zero();
    assert_eq!(
        energy::msed(scalar, &lags, blocks).unwrap(),
        energy::msed(energies, &lags, blocks).unwrap()
    );
    assert_eq!(
        energy::autocorrelation(scalar, &lags, blocks).unwrap(),
        energy::autocorrelation(energies, &lags, blocks).unwrap()
    );
    let lag = Lag::from_steps(30);
    assert_eq!(
        energy::distribution(scalar, lag, Bins::Count(20), blocks).unwrap(),
        energy::distribution(energies, lag, Bins::Count(20), blocks).unwrap()
    );
    assert_eq!(
        energy::integrated_time(scalar, blocks).unwrap(),
        energy::integrated_time(energies, blocks).unwrap()
    );
    assert_eq!(
        energy::drift(scalar, blocks).unwrap(),
        energy::drift(energies, blocks).unwrap()
    );
    assert_eq!(energy::resolution(scalar), energy::resolution(energies));
    assert_eq!(choose_blocks(scalar), choose_blocks(energies));
    assert_eq!(
        Whittle::new().to(scalar).unwrap(),
        Whittle::new().to(energies).unwrap()
    );
    assert_eq!(
        zero_frequency(scalar, blocks).unwrap(),
        zero_frequency(energies, blocks).unwrap()
    );
}

#[test]
fn a_scalar_has_the_bits_of_energies_per_particle() {
    let sampling = Sampling::new(3, 0.5).unwrap();
    let scalar = |seed, n| ScalarSeries::new(samples(seed, n), sampling).unwrap();
    let energies =
        |seed, n| EnergySeries::new(samples(seed, n), sampling, 7, EnergyKind::PerParticle).unwrap();
    agree(&scalar(1, 5000), &energies(1, 5000));
    agree(
        &Replicas::new(vec![scalar(2, 5000), scalar(3, 4000)]).unwrap(),
        &Replicas::new(vec![energies(2, 5000), energies(3, 4000)]).unwrap(),
    );
}

#[test]
fn totals_differ_by_the_square_of_the_number_of_particles() {
    let sampling = Sampling::new(3, 0.5).unwrap();
    let scalar = ScalarSeries::new(samples(1, 5000), sampling).unwrap();
    let totals = EnergySeries::new(samples(1, 5000), sampling, 8, EnergyKind::Total).unwrap();
    let of_scalar = zero_frequency(&scalar, Resampling::default()).unwrap();
    let of_totals = zero_frequency(&totals, Resampling::default()).unwrap();
    let [a, b] = [of_scalar, of_totals].map(|found| found.into_value().unwrap().integral.value());
    assert!((a / b / 64.0 - 1.0).abs() < 1e-9, "{a} {b}");
}

#[test]
fn series_that_differ_are_no_replicas() {
    let run = |step| ScalarSeries::new(vec![1.0, 2.0], Sampling::new(1, step).unwrap()).unwrap();
    assert_eq!(
        Replicas::new(vec![run(0.5), run(1.0)]).unwrap_err().to_string(),
        "replica 1 has sampling interval 1, expected 0.5 as in the first"
    );
    let short = run(0.5).discard(1).unwrap_err();
    assert_eq!(short.to_string(), "1 samples, expected at least 2");
}

#[test]
fn a_stream_of_a_scalar_gives_what_the_whole_series_gives() {
    let sampling = Sampling::new(3, 0.5).unwrap();
    let x = samples(4, 20_000);
    let whole = ScalarSeries::new(&x[..], sampling).unwrap();
    let lags = Lags::logarithmic(10).up_to_samples(1000).with_zero();
    let msed = energy::msed(&whole, &lags, Resampling::default()).unwrap();
    let correlation = energy::autocorrelation(&whole, &lags, Resampling::default()).unwrap();
    type Constructor = fn(Sampling, &Lags) -> Result<EnergyAccumulator, OnlineError>;
    let methods: [Constructor; 2] = [EnergyAccumulator::ring, EnergyAccumulator::block_fft];
    for method in methods {
        let mut live = method(sampling, &lags).unwrap();
        live.push_slice(&x).unwrap();
        let sums = live.snapshot().unwrap();
        let found = sums.autocorrelation().raw;
        for (found, expected) in [(sums.msed(), &msed), (found, &correlation.raw)] {
            assert_eq!(
                (found.lags(), found.origins()),
                (expected.lags(), expected.origins())
            );
            for (a, b) in found.values().iter().zip(expected.values()) {
                // The variance is 2.
                assert!((a - b).abs() < 1e-10, "{a} {b}");
            }
        }
    }
}
