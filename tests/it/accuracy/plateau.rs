//! The long-time limit of the mean-squared energy difference.

use crate::common::synthetic::Process;
use msed::stats::Estimate;
use msed::{EnergyKind, EnergySeries, Lags, Resampling, Sampling, energy};

const TAU: f64 = 50.0;

/// The plateau over the variance of an infinite run: mean of the lags from 10 to 15 relaxation
/// times, 2000 of these in the run.
fn plateau_over_variance(process: &Process, seed: u64) -> Estimate {
    let energies = process.sample(100_000, 1.0, seed);
    let sampling = Sampling::new(1, 1.0).unwrap();
    let run = EnergySeries::new(energies, sampling, 1000, EnergyKind::PerParticle).unwrap();
    let lags = Lags::samples((500..=750).step_by(10).collect::<Vec<_>>());
    let msed = energy::msed(&run, &lags, Resampling::default()).unwrap();
    let plateau = msed.evaluate(|values| values.iter().sum::<f64>() / values.len() as f64);
    plateau.map(|x| x / process.variance())
}

#[test]
fn msed_tends_to_twice_the_variance_of_the_energy() {
    for (name, process) in [
        ("Gaussian", Process::two_scale(1.0, 0.5, TAU)),
        ("telegraph", Process::telegraph(1.0, 0.5, TAU)),
        ("white", Process::two_scale(1.0, 0.0, TAU)),
    ] {
        let ratio = plateau_over_variance(&process, 1);
        println!("{name}: {ratio}");
        let error = ratio.standard_error().unwrap();
        assert!(error < 0.05, "{name}: {ratio}");
        // The form printed in Eq. (9) has 1.
        assert!((ratio.value() - 2.0).abs() < 4.0 * error, "{name}: {ratio}");
        assert!((ratio.value() - 1.0).abs() > 15.0 * error, "{name}: {ratio}");
    }
}
