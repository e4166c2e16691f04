//! What holds between the susceptibilities of two ensembles, where it can be known.

use std::f64::consts::PI;

use msed::stats::Estimate;
use msed::trajectory::{Cell, Species, Trajectory};
use msed::{
    Curve, EnergyKind, EnergySeries, Ensemble, Lags, Resampling, Sampling, Units, energy, structure, thermo,
};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;
use statrs::function::erf::erf;

use crate::common::walk::walk;

const RADIUS: f64 = 0.3;

/// The overlap of Gaussian walkers in space, `erf(z) - 2 z exp(-z²)/√π` with `z = a/√(4 D t)`, and
/// its derivative with respect to ln D.
fn walkers(d: f64, t: f64) -> [f64; 2] {
    let z = RADIUS / (4.0 * d * t).sqrt();
    let gauss = (-z * z).exp() / PI.sqrt();
    // dQ/dz = 4 z² exp(-z²)/√π, dz/dln D = -z/2.
    [erf(z) - 2.0 * z * gauss, -2.0 * z.powi(3) * gauss]
}

/// D = exp(-2/T)/25, of which ln D is straight in 1/T.
fn diffusion(temperature: f64) -> f64 {
    (-2.0 / temperature).exp() / 25.0
}

#[test]
fn walkers_have_the_derivative_of_their_diffusion_constant() {
    let temperatures = [0.6, 0.75, 1.0];
    let curve = |(i, &t): (u64, &f64)| {
        let step = (2.0 * diffusion(t)).sqrt();
        // Their number seeds the walk.
        let frames = (0..2001 + i).collect();
        let run = walk(
            frames,
            Species::single("A", 100).unwrap(),
            step,
            Cell::cubic(1e3).unwrap(),
        );
        let lags = Lags::logarithmic(10).up_to_fraction(0.1);
        let moved = structure::displacements(&run, &lags, RADIUS, Resampling::default()).unwrap();
        moved.of("A").unwrap().overlap().unwrap().clone()
    };
    let curves: Vec<Curve> = (0..).zip(&temperatures).map(curve).collect();
    let curves: Vec<(Estimate, &Curve)> = temperatures
        .iter()
        .zip(&curves)
        .map(|(&t, c)| (t.into(), c))
        .collect();
    let mut squares = Vec::new();
    for ((temperature, _), found) in curves
        .iter()
        .zip(thermo::temperature_derivatives(&curves).unwrap())
    {
        let t = temperature.value();
        let truth = |time: f64| walkers(diffusion(t), time / 0.005)[1] * 2.0 / (t * t);
        let largest = (1..4000)
            .map(|k| truth(0.005 * f64::from(k)).abs())
            .fold(0.0, f64::max);
        assert!(found.curve.len() >= 8, "{t}: {}", found.curve.len());
        for k in 0..found.curve.len() {
            let (time, value) = (found.curve.lag_time(k), found.curve.values()[k]);
            // On a resample a neighbour may not reach the value of the last lags.
            let Some(error) = found.curve.standard_errors()[k] else {
                continue;
            };
            let difference = value - truth(time);
            assert!(
                difference.abs() < 4.0 * error + 0.02 * largest,
                "{t} {time}: {value}({error}), {}",
                truth(time)
            );
            squares.push((difference / error).powi(2));
        }
    }
    assert!(squares.len() >= 20, "{}", squares.len());
    // Errors are neither much too small nor much too large.
    let mean = squares.iter().sum::<f64>() / squares.len() as f64;
    assert!((0.1..3.0).contains(&mean), "{mean}");
}

/// A run at constant temperature in which the overlap after one frame is a straight function of the
/// total energy at the origin: its susceptibility is that of the energy, and nothing is left at
/// constant energy. Every number that takes part is one of the run, and the law is exact.
#[test]
fn an_overlap_that_follows_the_energy_has_no_susceptibility_at_constant_energy() {
    const N: usize = 200;
    const FRAMES: usize = 4000;
    let (temperature, c_excess, slope) = (0.7, 1.8, -1.0);
    let ensemble = Ensemble::nvt(N);
    let c = c_excess + 0.5 * ensemble.degrees_of_freedom();
    let mut rng = Pcg64::seed_from_u64(11);
    let mut normal = || rng.sample::<f64, _>(StandardNormal);
    let (mut potential, mut total, mut frame) = (Vec::new(), Vec::new(), vec![0.0; 3 * N]);
    let mut positions = Vec::new();
    for i in 0..FRAMES {
        positions.extend_from_slice(&frame);
        let spread = |c: f64| temperature * (c / N as f64).sqrt();
        let e = spread(c_excess) * normal();
        let wanted = e + spread(c - c_excess) * normal();
        // So many of the particles stay, that the overlap is 0.5 + slope e_tot.
        let staying = (N as f64 * (0.5 + slope * wanted)).round();
        potential.push(e);
        total.push((staying / N as f64 - 0.5) / slope);
        for p in 0..N - staying as usize {
            frame[3 * ((p + i) % N) + i % 3] += 1.0;
        }
    }
    let run = Trajectory::new(
        positions,
        (0..FRAMES as u64).collect::<Vec<u64>>(),
        1.0,
        Species::single("A", N).unwrap(),
    )
    .unwrap();
    let series = EnergySeries::new(
        potential,
        Sampling::new(1, 1.0).unwrap(),
        N,
        EnergyKind::PerParticle,
    )
    .unwrap();
    let series = series.with_temperature(temperature).unwrap();
    let moments = energy::moments(&series, Resampling::default()).unwrap();
    let capacity = thermo::heat_capacity(&moments, Units::LJ, ensemble).unwrap();
    let lags = Lags::samples([1]);
    let blocks = Resampling::default();
    let moved = structure::displacements(&run, &lags, RADIUS, blocks).unwrap();
    let chi4 = moved.of("A").unwrap().chi4().unwrap();
    let covariance = structure::overlap_covariance(&run, &[&total], &lags, RADIUS, blocks).unwrap();
    let response = thermo::temperature_response(covariance.of("A").unwrap(), &capacity).unwrap();
    // dQ/dT = slope c.
    let found = response.curve.point(0);
    let error = found.standard_error().unwrap();
    assert!(
        (found.value() - slope * c).abs() < 4.0 * error && error < 0.1 * c,
        "{found}"
    );
    let bound = response.bound(&capacity, N).unwrap();
    // Schwarz is an equality here, to what the run's energies differ from their distribution by.
    let mean = total[..FRAMES - 1].iter().sum::<f64>() / (FRAMES - 1) as f64;
    let variance = total[..FRAMES - 1]
        .iter()
        .map(|e| (e - mean).powi(2))
        .sum::<f64>()
        / (FRAMES - 1) as f64;
    let measured = N as f64 * variance / temperature.powi(2);
    // The bound lacks the variance of the slope.
    let noise = temperature.powi(2) / bound.heat_capacity.value() * error * error;
    let ratio = (bound.curve.values()[0] + noise) / chi4.values()[0];
    assert!(
        (ratio - measured / bound.heat_capacity.value()).abs() < 1e-9,
        "{ratio}"
    );
    assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    let both = bound.complete(chi4).unwrap();
    // Each of the origins is an independent value; what their own mean takes is added.
    let whole = chi4.values()[0] * (1.0 + 1.0 / (FRAMES - 1) as f64);
    assert!((both.constant_temperature.values()[0] / whole - 1.0).abs() < 1e-12);
    let left = both.constant_energy.point(0);
    assert!(
        left.value().abs() < 4.0 * left.standard_error().unwrap(),
        "{left}"
    );
    assert!((left.value() - (whole - bound.curve.values()[0])).abs() < 1e-9);
}

/// Where something beside the energy moves the overlap, the bound is below χ₄.
#[test]
fn the_bound_is_below_the_susceptibility_of_any_run() {
    const N: usize = 100;
    let cell = Cell::cubic(100.0).unwrap();
    let run = walk((0..1001).collect(), Species::single("A", N).unwrap(), 0.08, cell);
    let mut rng = Pcg64::seed_from_u64(5);
    let lags = Lags::logarithmic(6).up_to_fraction(0.05);
    let moved = structure::displacements(&run, &lags, RADIUS, Resampling::None).unwrap();
    let chi4 = moved.of("A").unwrap().chi4().unwrap();
    for _ in 0..10 {
        let energies: Vec<f64> = (0..run.frames())
            .map(|_| rng.sample::<f64, _>(StandardNormal))
            .collect();
        let found =
            structure::overlap_covariance(&run, &[&energies], &lags, RADIUS, Resampling::None).unwrap();
        let found = found.of("A").unwrap();
        for (k, covariance) in found.values().iter().enumerate() {
            // N cov²/Var(e) is the bound, with the variance over the same origins.
            let firsts = run.frames() - found.lags()[k].steps() as usize;
            let mean = energies[..firsts].iter().sum::<f64>() / firsts as f64;
            let variance = energies[..firsts].iter().map(|e| (e - mean).powi(2)).sum::<f64>() / firsts as f64;
            assert!(N as f64 * covariance.powi(2) / variance <= chi4.values()[k] * (1.0 + 1e-9));
        }
    }
}
