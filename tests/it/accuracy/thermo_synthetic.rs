//! Heat capacities and entropies of scans whose thermodynamics is known, all seeds constant.

use crate::common::synthetic::Process;
use msed::energy::{self, Moments};
use msed::relaxation::{Fit, Model};
use msed::stats::{Estimate, Outcome, Resamples};
use msed::thermo::{
    self, Crossover, HeatCapacity, HeatCapacityCheck, NoCrossover, Part, Path, Point, Scan, StatePoint,
    TimeOf, Undetermined,
};
use msed::{EnergyKind, EnergySeries, Ensemble, Lags, Resampling, Sampling, Units};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const PARTICLES: usize = 1000;
const TEMPERATURES: [f64; 6] = [0.5, 0.55, 0.6, 0.7, 0.8, 1.0];
/// Samples per relaxation time, relaxation times per run: ten blocks of 30 relaxation times each.
const TAU: f64 = 20.0;
const LENGTH: usize = 300;

fn series(energies: Vec<f64>) -> EnergySeries<'static> {
    let sampling = Sampling::new(1, 1.0).unwrap();
    EnergySeries::new(energies, sampling, PARTICLES, EnergyKind::PerParticle).unwrap()
}

fn moments(run: &EnergySeries<'_>) -> Moments {
    energy::moments(run, Resampling::Blocks(10)).unwrap()
}

/// C_1 of vibrations, and a C_2 that is a straight line over ln T: the interpolation between
/// temperatures is exact.
const FAST: f64 = 1.5;
fn slow(t: f64) -> f64 {
    0.4 - 0.5 * t.ln()
}

/// From energies with the fluctuations of a canonical run to the slow part of its heat capacity, by
/// way of the fit.
fn slow_heat_capacity(t: f64, seed: u64) -> HeatCapacity {
    let variance = |c: f64| c * t * t / PARTICLES as f64;
    let process = Process::two_scale(variance(FAST), variance(slow(t)), TAU);
    let run = series(process.sample(LENGTH * TAU as usize, 1.0, seed))
        .with_temperature(t)
        .unwrap();
    let lags = Lags::logarithmic(20).up_to_time(5.0 * TAU);
    let msed = energy::msed(&run, &lags, Resampling::Blocks(10)).unwrap();
    let fit = Fit::new(Model::Exponential)
        .window([0.1 * TAU, 5.0 * TAU])
        .to(&msed)
        .unwrap();
    let c = thermo::heat_capacity(&moments(&run), Units::LJ, Ensemble::nvt(PARTICLES)).unwrap();
    c.split_at(&fit.u0_squared, &fit.um_squared).unwrap()
}

/// 300 scans know a coverage of 68 % to 2.7 %: the bounds are three of these away.
#[test]
fn intervals_of_the_slow_entropy_cover_as_often_as_they_say() {
    let scans = 300;
    // S_2 from T = 1 to the lowest: the integral of 0.4 - 0.5 x over x = ln T.
    let x = TEMPERATURES[0].ln();
    let exact = 0.4 * x - 0.25 * x * x;
    let (mut held, mut z2) = (0, 0.0);
    for scan in 0..scans {
        let parts: Vec<HeatCapacity> = (0..)
            .zip(TEMPERATURES)
            .map(|(k, t)| slow_heat_capacity(t, 6 * scan + k))
            .collect();
        let point = |c: &HeatCapacity| Point::new(c.temperature().clone(), c.slow().unwrap().clone());
        let points: Vec<Point> = parts.iter().map(point).collect();
        let entropy = thermo::entropy(&points, Part::Slow, None, Path::Isochoric).unwrap();
        let coldest = &entropy.values[0];
        let [low, high] = coldest.interval(0.6827).unwrap();
        held += u32::from(low < exact && exact < high);
        z2 += ((coldest.value() - exact) / coldest.standard_error().unwrap()).powi(2);
    }
    let coverage = f64::from(held) / scans as f64;
    println!("coverage {coverage:.3}, mean z^2 {:.3}", z2 / scans as f64);
    assert!((0.60..=0.76).contains(&coverage), "{coverage}");
}

/// A fluid of van der Waals whose heat capacity follows Rosenfeld and Tarazona: with v the volume
/// per particle and k = 1
///
/// ```text
/// e = -A/v + b T^(3/5)       C_ex = (3/5) b T^(-2/5)       p = T/(v - B) - A/v²
/// ```
///
/// which is consistent: (de/dv)_T = T (dp/dT)_v - p = A/v².
mod fluid {
    pub(super) const A: f64 = 8.0;
    pub(super) const B: f64 = 0.6;
    pub(super) const SLOPE: f64 = 2.6;

    pub(super) fn energy(t: f64, v: f64) -> f64 {
        -A / v + SLOPE * t.powf(0.6)
    }

    pub(super) fn heat_capacity(t: f64) -> f64 {
        0.6 * SLOPE * t.powf(-0.4)
    }

    /// The liquid's volume at zero pressure: v² T = A (v - B).
    pub(super) fn volume(t: f64) -> f64 {
        0.5 * A / t * (1.0 - (1.0 - 4.0 * B * t / A).sqrt())
    }

    /// (de/dv)_T dv/dT along the isobar of zero pressure.
    pub(super) fn expansion(t: f64) -> f64 {
        let v = volume(t);
        let growth = (v - B).recip() / (t / (v - B).powi(2) - 2.0 * A / v.powi(3));
        A / (v * v) * growth
    }
}

/// Energies of a canonical run of the fluid: no correlation in time, for the check needs none.
fn canonical(t: f64, v: f64, seed: u64) -> (Moments, HeatCapacity) {
    let variance = fluid::heat_capacity(t) * t * t / PARTICLES as f64;
    let mean = fluid::energy(t, v);
    let noise = Process::mixture(variance, &[]).sample(20_000, 1.0, seed);
    let run = series(noise.into_iter().map(|x| mean + x).collect())
        .with_temperature(t)
        .unwrap();
    let moments = moments(&run);
    let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(PARTICLES)).unwrap();
    (moments, c)
}

/// Energies and temperatures of a run of the fluid at constant energy: what the potential energy
/// takes, the kinetic one loses.
fn microcanonical(t: f64, v: f64, seed: u64) -> (Moments, HeatCapacity) {
    let ensemble = Ensemble::nve(PARTICLES);
    let Ensemble::Nve { degrees_of_freedom } = ensemble else {
        unreachable!("made so")
    };
    let c = fluid::heat_capacity(t);
    let variance = c * t * t / (1.0 + 2.0 * c / degrees_of_freedom) / PARTICLES as f64;
    let noise = Process::mixture(variance, &[]).sample(20_000, 1.0, seed);
    let temperatures: Vec<f64> = noise.iter().map(|x| t - x / (0.5 * degrees_of_freedom)).collect();
    let mean = fluid::energy(t, v);
    let run = series(noise.into_iter().map(|x| mean + x).collect());
    let moments = moments(&run.with_temperatures(temperatures).unwrap());
    let c = thermo::heat_capacity(&moments, Units::LJ, ensemble).unwrap();
    (moments, c)
}

fn check(scan: &[(Moments, HeatCapacity)], path: Path) -> HeatCapacityCheck {
    let energy =
        |(moments, c): &(Moments, HeatCapacity)| Point::new(c.temperature().clone(), moments.mean.clone());
    let energies: Vec<Point> = scan.iter().map(energy).collect();
    thermo::heat_capacity_check(&energies, &capacities(scan), Units::LJ, path).unwrap()
}

fn entropy(scan: &[(Moments, HeatCapacity)], path: Path) -> thermo::EntropyDifference {
    thermo::entropy(&capacities(scan), Part::Total, None, path).unwrap()
}

fn capacities(scan: &[(Moments, HeatCapacity)]) -> Vec<Point> {
    let point = |(_, c): &(Moments, HeatCapacity)| Point::new(c.temperature().clone(), c.excess.clone());
    scan.iter().map(point).collect()
}

#[test]
fn on_an_isochore_both_heat_capacities_are_that_of_the_equation_of_state() {
    for (name, run) in [
        ("nvt", canonical as fn(f64, f64, u64) -> (Moments, HeatCapacity)),
        ("nve", microcanonical),
    ] {
        let mut squares = Vec::new();
        for seed in 0..20 {
            let scan: Vec<_> = (0..)
                .zip(TEMPERATURES)
                .map(|(k, t)| run(t, 0.9, 1000 + 6 * seed + k))
                .collect();
            let check = check(&scan, Path::Isochoric);
            for (k, t) in TEMPERATURES.into_iter().enumerate() {
                let agrees = check.agreement[k]
                    .value()
                    .is_some_and(|found| !found.is_significant());
                assert!(agrees, "{name} {t}: {}", check.agreement[k]);
                // The slope is known to a thousandth, and ten times worse where the exponent is
                // not.
                for (slope, largest) in [
                    (&check.from_rosenfeld_tarazona[k], 5e-3),
                    (&check.from_energy_slope[k], 5e-2),
                ] {
                    let error = slope.standard_error().unwrap();
                    let z = (slope.value() - fluid::heat_capacity(check.temperatures[k])) / error;
                    assert!(z.abs() < 5.0, "{name} {t}: {z}");
                    assert!(error < largest, "{name} {t}: {error}");
                }
            }
            squares.push(check.mean_square_z().unwrap());
        }
        let mean = squares.iter().sum::<f64>() / 20.0;
        println!("{name}: mean z^2 {mean:.2}");
        // 120 values with ten blocks each: t with 9 degrees of freedom has a variance of 9/7, known
        // to 0.2.
        assert!((0.7..1.9).contains(&mean), "{name}: {mean}");
    }
}

#[test]
fn on_an_isobar_the_difference_is_the_expansion() {
    let scan: Vec<_> = (0..)
        .zip(TEMPERATURES)
        .map(|(k, t)| canonical(t, fluid::volume(t), 77 + k))
        .collect();
    let check = check(&scan, Path::Isobaric);
    assert_eq!(check.mean_square_z(), None);
    // Inside of the scan, where a spline knows a slope.
    for (k, t) in TEMPERATURES.into_iter().enumerate().take(5).skip(1) {
        assert_eq!(check.agreement[k].why(), Some(&Undetermined::NotComparable));
        let difference = &check.from_spline[k] - &check.from_fluctuations[k];
        let (expansion, error) = (fluid::expansion(t), difference.standard_error().unwrap());
        println!("{t}: {difference}, expansion {expansion:.4}");
        assert!(
            (difference.value() - expansion).abs() < 3.0 * error,
            "{t}: {difference} {expansion}"
        );
        assert!(expansion > 10.0 * error, "{t}: {difference} {expansion}");
    }
    // The integral of C_V/T says what it leaves out: ∫ (de/dv)_T/T dv = ln (v - B) along this
    // isobar, of which the ideal gas's ln v is not the excess entropy's.
    let entropy = entropy(&scan, Path::Isobaric);
    assert!(entropy.path.left_out().is_some());
    let [cold, warm] = [TEMPERATURES[0], TEMPERATURES[5]].map(|t| (fluid::volume(t) - fluid::B).ln());
    let left_out = cold - warm;
    let slope = check.entropy_between(1.0, TEMPERATURES[0]);
    let difference = &slope - &entropy.values[0];
    println!("{difference}, left out {left_out:.4}");
    assert!(
        (difference.value() / left_out - 1.0).abs() < 0.05,
        "{difference} {left_out}"
    );
    assert!(left_out.abs() > 10.0 * difference.standard_error().unwrap());
}

/// Temperatures of the scans that break, or do not.
const RANGE: [f64; 8] = [0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0];

/// A number of ten blocks with that standard error.
fn noisy(value: f64, error: f64, resamples: Resamples, random: &mut Pcg64) -> Estimate {
    let blocks: Vec<f64> = (0..10)
        .map(|_| value + error * 10_f64.sqrt() * random.sample::<f64, _>(StandardNormal))
        .collect();
    let mean = blocks.iter().sum::<f64>() / 10.0;
    let left = blocks.iter().map(|x| (10.0 * mean - x) / 9.0).collect();
    Estimate::new(mean, left, resamples)
}

/// A scan whose Um and tau* are given, Um to 3 % and tau* to 8 %.
fn scan(um: impl Fn(f64) -> f64, ln_tau: impl Fn(f64) -> f64, random: &mut Pcg64) -> Scan {
    let point = |t: f64| {
        let energies: Vec<f64> = (0..100).map(|i| f64::from(i % 2) * 1e-2).collect();
        let moments = moments(&series(energies).with_temperature(t).unwrap());
        let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(PARTICLES)).unwrap();
        let resamples = moments.mean.resamples().unwrap();
        let mut noisy = |value, error| noisy(value, error, resamples, random);
        let u0 = noisy(1e-3, 1e-5);
        let um = noisy(um(t), 0.03 * um(t)).map(|um| um * um);
        let time = noisy(ln_tau(t), 0.08).exp();
        let point = StatePoint::new(format!("T{t}"), &moments, c).unwrap();
        point.with_plateaus(&u0, &um, &time).unwrap()
    };
    Scan::new(RANGE.map(point).into(), Path::Isochoric).unwrap()
}

/// Crossovers of Um and of tau*.
fn crossovers(scan: &Scan, seed: u64) -> [Outcome<Crossover, NoCrossover>; 2] {
    [
        scan.crossover_of_um(seed).unwrap(),
        scan.crossover_of_times(TimeOf::Energy, seed).unwrap(),
    ]
}

#[test]
fn planted_crossovers_of_both_quantities_lie_in_their_intervals() {
    let break_at = 0.63;
    let um = |t: f64| 0.01 + 0.01 * t + 0.03 * (t - break_at).max(0.0);
    // The activation energy doubles below the break.
    let ln_tau = |t: f64| 3.0 / t + 3.0 * (t.recip() - break_at.recip()).max(0.0);
    let mut random = Pcg64::seed_from_u64(11);
    let mut inside = [0; 2];
    for seed in 0..200 {
        let scan = scan(um, ln_tau, &mut random);
        for (inside, found) in inside.iter_mut().zip(crossovers(&scan, seed)) {
            if let Some(found) = found.value() {
                let [low, high] = found.interval;
                *inside += u32::from(low <= break_at && break_at <= high);
            }
        }
    }
    println!("{inside:?} of 200");
    // One that is not found is not in its interval either.
    assert!(inside.iter().all(|&inside| inside >= 180), "{inside:?} of 200");
}

#[test]
fn straight_lines_of_both_quantities_are_rarely_called_a_crossover() {
    let mut random = Pcg64::seed_from_u64(12);
    let mut called = [0; 2];
    for seed in 0..200 {
        let scan = scan(|t| 0.01 + 0.01 * t, |t| 3.0 / t, &mut random);
        for (called, found) in called.iter_mut().zip(crossovers(&scan, seed)) {
            *called += u32::from(found.is_resolved());
        }
    }
    println!("{called:?} of 200");
    // Two in a hundred are meant.
    assert!(called.iter().all(|&called| called <= 10), "{called:?} of 200");
}
