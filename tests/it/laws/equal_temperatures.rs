//! A state that was run twice counts as one temperature: results over temperature are those of the
//! scan in which the two runs are one point.

use msed::stats::{Estimate, Resamples, RunId};
use msed::thermo::{self, HeatCapacityCheck, Part, Path, Point, TemperatureModel, ThermoError, Undetermined};
use msed::{Resampling, Units};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const TEMPERATURES: [f64; 5] = [0.5, 0.6, 0.7, 0.85, 1.0];
const BLOCKS: usize = 10;
/// The slope at T = 1, and the exponent of the energy.
const SLOPE: f64 = 1.6;
const EXPONENT: f64 = 0.55;

fn slope(t: f64) -> f64 {
    SLOPE * t.powf(EXPONENT - 1.0)
}

/// The mean of blocks of such shifts, left out in turn.
fn measured(run: &str, value: f64, shifts: &[f64]) -> Estimate {
    let mean = shifts.iter().sum::<f64>() / BLOCKS as f64;
    let without = shifts
        .iter()
        .map(|x| value + mean + (mean - x) / (BLOCKS - 1) as f64);
    let resamples = Resamples::new(RunId::named(run), Resampling::Blocks(BLOCKS), BLOCKS);
    Estimate::new(value + mean, without.collect(), resamples)
}

/// Two runs at each temperature, `apart` from each other, with energies and heat capacities of the
/// same error; and the same two as one point.
struct Doubled {
    energies: Vec<Point>,
    capacities: Vec<Point>,
    merged_energies: Vec<Point>,
    merged_capacities: Vec<Point>,
}

impl Doubled {
    fn new(apart: f64, error: f64, seed: u64) -> Self {
        let mut random = Pcg64::seed_from_u64(seed);
        let mut normals = |error: f64| -> Vec<f64> {
            let of_block = error * (BLOCKS as f64).sqrt();
            (0..BLOCKS)
                .map(|_| of_block * random.sample::<f64, _>(StandardNormal))
                .collect()
        };
        let [mut energies, mut capacities] = [Vec::new(), Vec::new()];
        let [mut merged_energies, mut merged_capacities] = [Vec::new(), Vec::new()];
        for at in TEMPERATURES {
            let (of_energy, of_capacity) = (normals(error), normals(0.02));
            let run = |name: &str, t: f64, sign: f64| {
                // The second run has the first one's blocks the other way round: the same error.
                let shifts = |of: &[f64]| -> Vec<f64> { of.iter().map(|x| sign * x).collect() };
                let (run, energy) = (format!("{name} {t}"), SLOPE / EXPONENT * t.powf(EXPONENT));
                let energy = measured(&run, energy, &shifts(&of_energy));
                [energy, measured(&run, slope(t), &shifts(&of_capacity))]
            };
            let (low, high) = (at - apart / 2.0, at + apart / 2.0);
            let [[e1, c1], [e2, c2]] = [run("first", low, 1.0), run("second", high, -1.0)];
            merged_energies.push(Point::new(at, 0.5 * (&e1 + &e2)));
            merged_capacities.push(Point::new(at, 0.5 * (&c1 + &c2)));
            energies.extend([Point::new(low, e1), Point::new(high, e2)]);
            capacities.extend([Point::new(low, c1), Point::new(high, c2)]);
        }
        Self {
            energies,
            capacities,
            merged_energies,
            merged_capacities,
        }
    }

    fn check(&self) -> HeatCapacityCheck {
        check(&self.energies, &self.capacities).unwrap()
    }

    fn merged(&self) -> HeatCapacityCheck {
        check(&self.merged_energies, &self.merged_capacities).unwrap()
    }
}

fn check(energies: &[Point], capacities: &[Point]) -> Result<HeatCapacityCheck, ThermoError> {
    thermo::heat_capacity_check(energies, capacities, Units::LJ, Path::Isochoric)
}

fn assert_same(found: &Estimate, expected: &Estimate, tolerance: f64) {
    let near = |a: f64, b: f64| (a - b).abs() <= tolerance * b.abs();
    let errors = [found, expected].map(|x| x.standard_error().expect("an error"));
    assert!(near(found.value(), expected.value()), "{found} {expected}");
    assert!(near(errors[0], errors[1]), "{found} {expected}");
}

#[test]
fn two_runs_at_one_temperature_are_one_point_of_twice_the_weight() {
    let doubled = Doubled::new(0.0, 1e-3, 1);
    let (found, merged) = (doubled.check(), doubled.merged());
    assert_eq!((found.temperatures.len(), merged.temperatures.len()), (10, 5));
    for k in 0..10 {
        assert_same(&found.from_spline[k], &merged.from_spline[k / 2], 1e-9);
        let [of, other] = [&found, &merged].map(|check| &check.from_rosenfeld_tarazona);
        assert_same(&of[k], &other[k / 2], 1e-9);
        // The exponent is searched to a tolerance.
        let [of, other] = [&found, &merged].map(|check| &check.from_energy_slope);
        assert_same(&of[k], &other[k / 2], 1e-4);
    }
    let entropy = |points: &[Point]| thermo::entropy(points, Part::Total, None, Path::Isochoric).unwrap();
    let (found, merged) = (entropy(&doubled.capacities), entropy(&doubled.merged_capacities));
    assert_eq!(found.temperatures.len(), 10);
    for k in 0..8 {
        assert_same(&found.values[k], &merged.values[k / 2], 1e-9);
        assert_same(&found.trapezoid[k], &merged.trapezoid[k / 2], 1e-9);
    }
    assert_eq!(found.values[9].value(), 0.0);
    // A break is searched in the same five numbers, with the same seed.
    let crossover = |points: &[Point]| thermo::crossover(points, 3).unwrap();
    let found = crossover(&doubled.capacities);
    let merged = crossover(&doubled.merged_capacities);
    assert_eq!(found.value().is_some(), merged.value().is_some());
    if let (Some(found), Some(merged)) = (found.why(), merged.why()) {
        assert!(
            (found.gain / merged.gain - 1.0).abs() < 1e-9,
            "{found:?} {merged:?}"
        );
        assert!((found.threshold / merged.threshold - 1.0).abs() < 1e-9);
    }
}

#[test]
fn slopes_and_entropies_are_right_where_temperatures_nearly_meet() {
    for apart in [0.0, 1e-9, 1e-6, 1e-4, 1e-3] {
        let (mut sum, mut count) = (0.0, 0);
        for seed in 0..40 {
            let doubled = Doubled::new(apart, 1e-3, seed);
            let (found, merged) = (doubled.check(), doubled.merged());
            for (k, spline) in found.from_spline.iter().enumerate() {
                let error = spline.standard_error().expect("an error");
                let exact = slope(found.temperatures[k]);
                let of_merged = merged.from_spline[k / 2].standard_error().unwrap();
                assert!((error / of_merged - 1.0).abs() < 0.2, "{apart}: {spline}");
                // The form of the spline is off by 2 % of the slope at the ends.
                assert!(
                    (spline.value() - exact).abs() < 5.0 * error + 0.04,
                    "{apart}: {spline} {exact}"
                );
                let free = &found.from_energy_slope[k];
                sum += (free.value() - exact).powi(2) / free.standard_error().unwrap().powi(2);
                count += 1;
            }
            let total = thermo::entropy(&doubled.capacities, Part::Total, None, Path::Isochoric).unwrap();
            let exact = SLOPE / (EXPONENT - 1.0) * (1.0 - 0.5_f64.powf(EXPONENT - 1.0));
            let [value, error] = [total.values[0].value(), total.values[0].standard_error().unwrap()];
            assert!(
                (value + exact).abs() < 5.0 * error + 5e-3,
                "{apart}: {value}, {exact}"
            );
        }
        assert!(
            sum / f64::from(count) < 2.0,
            "{apart}: {}",
            sum / f64::from(count)
        );
    }
}

#[test]
fn counted_are_temperatures_and_not_runs() {
    for apart in [0.0, 1e-4] {
        let doubled = Doubled::new(apart, 1e-3, 1);
        let message = |points: &[Point]| check(points, points).unwrap_err().to_string();
        assert_eq!(
            message(&doubled.energies[..4]),
            "the slope of the energy over 2 temperatures, expected at least 3"
        );
        let entropy = thermo::entropy(&doubled.capacities[..2], Part::Total, None, Path::Isochoric);
        let crossover = thermo::crossover(&doubled.capacities[..8], 1);
        let times =
            thermo::fit_relaxation_times(&doubled.energies[..4], TemperatureModel::Arrhenius, Units::LJ);
        // Two runs alone have no step beside which theirs is small.
        if apart == 0.0 {
            let message = entropy.unwrap_err().to_string();
            assert_eq!(message, "an entropy over 1 temperature, expected at least 2");
        }
        let message = crossover.unwrap_err().to_string();
        assert_eq!(message, "a crossover over 4 temperatures, expected at least 5");
        let message = times.unwrap_err().to_string();
        assert_eq!(
            message,
            "relaxation times over 2 temperatures, expected at least 3"
        );
        // Three temperatures leave no exponent free, however many runs there are.
        let three = check(&doubled.energies[..6], &doubled.capacities[..6]).unwrap();
        assert_eq!(three.free_exponent, None);
    }
}

#[test]
fn what_four_close_temperatures_leave_open_is_not_called_agreement() {
    // Four steps of 0.1 %: the energies differ by as much as their errors.
    let mut random = Pcg64::seed_from_u64(5);
    let [mut energies, mut capacities] = [Vec::new(), Vec::new()];
    for k in 0..4 {
        let t = 0.6 + 6e-4 * f64::from(k);
        let mut normals = |error: f64| -> Vec<f64> {
            (0..BLOCKS)
                .map(|_| error * (BLOCKS as f64).sqrt() * random.sample::<f64, _>(StandardNormal))
                .collect()
        };
        let (run, energy) = (format!("run {k}"), SLOPE / EXPONENT * t.powf(EXPONENT));
        energies.push(Point::new(t, measured(&run, energy, &normals(3e-3))));
        capacities.push(Point::new(t, measured(&run, slope(t), &normals(0.02))));
    }
    let found = check(&energies, &capacities).unwrap();
    let free = found.free_exponent.as_ref().expect("four temperatures");
    assert!(!free.has_exponent(), "{free:?}");
    assert_eq!(found.energy_curve(), &found.rosenfeld_tarazona);
    assert_eq!(found.from_energy_slope, found.from_rosenfeld_tarazona);
    for (agreement, difference) in found.agreement.iter().zip(&found.difference) {
        let error = difference.standard_error().unwrap();
        assert!(error > 1.2, "{difference}");
        let why = agreement.why().expect("undecided");
        assert!(matches!(why, Undetermined::VagueDifference { .. }), "{why}");
    }
    assert_eq!(found.mean_square_z(), None);
}
