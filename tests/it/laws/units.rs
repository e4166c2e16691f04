//! No number of the crate knows a unit: data in any unit, from 1e-57 to 1e57 of another, have the
//! results of that other, and data beyond are refused.

use crate::common::synthetic::Process;
use msed::online::{DisplacementAccumulator, EnergyAccumulator, OnlineError};
use msed::relaxation::{Fit, Model};
use msed::spectrum::Whittle;
use msed::stats::Estimate;
use msed::structure::WaveVectors;
use msed::trajectory::{Species, Trajectory};
use msed::{Curve, EnergyKind, EnergySeries, EnergySystem, Lags, Resampling, Sampling, energy, structure};
use rand::RngExt;
use rand::SeedableRng;
use rand_pcg::Pcg64;

/// Powers of two, so that the data are the same to the last bit.
const UNITS: [i32; 4] = [-190, -20, 20, 190];

fn sampling() -> Sampling {
    Sampling::new(10, 0.005).unwrap()
}

fn series(samples: &[f64], unit: i32) -> EnergySeries<'static, f64> {
    let samples: Vec<f64> = samples.iter().map(|e| e * 2_f64.powi(unit)).collect();
    EnergySeries::new(samples, sampling(), 1000, EnergyKind::PerParticle).unwrap()
}

fn energies() -> Vec<f64> {
    Process::two_scale(1.0, 0.8, 2.0).sample(20_000, 0.05, 5)
}

/// Values, errors and origins of a curve in another unit.
fn assert_scaled(found: &Curve, expected: &Curve, factor: f64, tolerance: f64) {
    assert_eq!(found.origins(), expected.origins());
    for k in 0..expected.len() {
        close(found.values()[k], expected.values()[k] * factor, tolerance);
        match [found, expected].map(|curve| curve.standard_errors()[k]) {
            [Some(found), Some(expected)] => close(found, expected * factor, tolerance),
            neither => assert_eq!(neither, [None; 2]),
        }
    }
}

fn same(found: &Estimate, expected: &Estimate, factor: f64, tolerance: f64) {
    close(found.value(), expected.value() * factor, tolerance);
    let errors = [found, expected].map(|estimate| estimate.standard_error().unwrap());
    close(errors[0], errors[1] * factor, tolerance);
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs(),
        "{found:e}, expected {expected:e}"
    );
}

#[test]
fn energies_in_any_unit_have_the_same_curves() {
    let (samples, lags) = (energies(), Lags::logarithmic(10).up_to_samples(2000));
    let of = |unit: i32| {
        let run = series(&samples, unit);
        let blocks = Resampling::Blocks(10);
        (
            energy::msed(&run, &lags, blocks).unwrap(),
            energy::autocorrelation(&run, &lags, blocks).unwrap().raw.clone(),
            energy::moments(&run, blocks).unwrap(),
        )
    };
    let one = of(0);
    for unit in UNITS {
        let (found, square) = (of(unit), 4_f64.powi(unit));
        assert_scaled(&found.0, &one.0, square, 1e-12);
        assert_scaled(&found.1, &one.1, square, 1e-12);
        same(&found.2.variance, &one.2.variance, square, 1e-12);
    }
}

#[test]
fn energies_in_any_unit_have_the_same_relaxation() {
    let (samples, lags) = (energies(), Lags::logarithmic(10).up_to_samples(2000));
    for model in [Model::Exponential, Model::Stretched] {
        let of = |unit: i32| {
            let run = series(&samples, unit);
            let msed = energy::msed(&run, &lags, Resampling::Blocks(10)).unwrap();
            let fit = Fit::new(model).to(&msed).unwrap();
            let spectral = Whittle::new().model(model).to(&run).unwrap();
            (fit, spectral)
        };
        let one = of(0);
        for unit in UNITS {
            let (found, square) = (of(unit), 4_f64.powi(unit));
            // As close as a search ends.
            assert_eq!(&found.0.verdict, &one.0.verdict);
            same(&found.0.relaxation_time, &one.0.relaxation_time, 1.0, 1e-5);
            same(&found.0.um_squared, &one.0.um_squared, square, 1e-5);
            assert_eq!(&found.1.verdict, &one.1.verdict);
            same(&found.1.relaxation_time, &one.1.relaxation_time, 1.0, 1e-5);
            same(&found.1.um_squared, &one.1.um_squared, square, 1e-5);
        }
    }
}

#[test]
fn energies_of_a_simulation_in_any_unit_have_the_same_curve() {
    let (samples, lags) = (energies(), Lags::logarithmic(10).up_to_samples(2000));
    let of = |unit: i32| {
        let run = series(&samples, unit);
        let system = EnergySystem::new(sampling(), 1000, EnergyKind::PerParticle).unwrap();
        let live = [
            EnergyAccumulator::ring(system, &lags),
            EnergyAccumulator::block_fft(system, &lags),
        ];
        live.map(|live| {
            let mut live = live.unwrap();
            live.push_slice(run.samples()).unwrap();
            live.snapshot().unwrap().msed()
        })
    };
    let one = of(0);
    for unit in UNITS {
        for (found, one) in of(unit).iter().zip(&one) {
            assert_scaled(found, one, 4_f64.powi(unit), 1e-12);
        }
    }
}

/// A walk of four particles in three dimensions.
fn walk(unit: i32) -> Trajectory<'static, f64> {
    let mut random = Pcg64::seed_from_u64(3);
    let mut at = [0.0; 12];
    let mut positions = Vec::new();
    for _ in 0..400 {
        for x in &mut at {
            *x += random.random_range(-1.0..1.0);
        }
        positions.extend(at.map(|x| x * 2_f64.powi(unit)));
    }
    let steps: Vec<u64> = (0..400).map(|i| 10 * i).collect();
    Trajectory::new(positions, steps, 0.005, Species::single("A", 4).unwrap()).unwrap()
}

#[test]
fn lengths_in_any_unit_have_the_same_displacements() {
    let lags = Lags::logarithmic(5).up_to_samples(100);
    let of = |unit: i32| {
        let length = 2_f64.powi(unit);
        let run = walk(unit);
        let moved = structure::displacements(&run, &lags, 2.0 * length, Resampling::Blocks(5)).unwrap();
        let q = WaveVectors::from_vectors(&[[1.0 / length, 0.0, 0.0], [0.0, 1.5 / length, 0.0]]).unwrap();
        let isf = structure::self_isf(&run, "A", &q, &lags, Resampling::Blocks(5)).unwrap();
        (moved, isf)
    };
    let one = of(0);
    for unit in UNITS {
        let (found, square) = (of(unit), 4_f64.powi(unit));
        let (a, b) = (found.0.all(), one.0.all());
        assert_scaled(&a.msd.total, &b.msd.total, square, 1e-12);
        assert_scaled(&a.alpha2, &b.alpha2, 1.0, 1e-10);
        assert_scaled(a.overlap().unwrap(), b.overlap().unwrap(), 1.0, 1e-12);
        assert_scaled(&found.1, &one.1, 1.0, 1e-10);
    }
}

#[test]
fn numbers_that_cannot_be_squared_and_summed_are_refused() {
    let large = [1.0, -1.1e60];
    let refused = EnergySeries::new(large.to_vec(), sampling(), 1, EnergyKind::Total).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "energy 1 is -1.1e60, expected a finite number of at most 1e60 in size"
    );
    let lags = Lags::samples([1]);
    let system = EnergySystem::new(sampling(), 1, EnergyKind::Total).unwrap();
    let mut live = EnergyAccumulator::ring(system, &lags).unwrap();
    let refused = live.push_slice(&large).unwrap_err();
    assert!(matches!(refused, OnlineError::NotFinite { index: 1, .. }));
    assert_eq!(live.samples(), 0);

    let species = Species::single("A", 1).unwrap();
    let mut frames = DisplacementAccumulator::new(sampling(), &species, &lags).unwrap();
    let frame = [0.0, 0.0, 1.1e60];
    let refused = frames.push(&frame).unwrap_err();
    assert!(matches!(refused, OnlineError::Position { particle: 0, .. }));
    let refused = Trajectory::new(frame.to_vec(), vec![0], 0.005, species).unwrap_err();
    assert!(refused.to_string().contains("frame 0 (step 0)"), "{refused}");
}
