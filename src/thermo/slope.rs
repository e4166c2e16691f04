//! The heat capacity from the slope of the energy over temperature, beside that from fluctuations.

use crate::stats::{Deviation, Estimate, Outcome, Significance};
use crate::units::Units;

use super::energy_curve::{Energies, THREE_FIFTHS};
use super::knots::Knots;
use super::{EnergyCurve, Path, PiecewiseCubic, Point, ThermoError, Undetermined};

/// With fewer temperatures the exponent is not fitted.
const TEMPERATURES_OF_AN_EXPONENT: usize = 4;
/// Of a difference, in parts of the heat capacity from fluctuations, for it to say that the two
/// sides agree.
const LARGEST_ERROR: f64 = 0.5;

/// Heat capacities from fluctuations beside d⟨E⟩/dT, over temperature.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct HeatCapacityCheck {
    /// The path of the scan.
    pub path: Path,
    /// The temperatures, ascending.
    pub temperatures: Vec<f64>,
    /// C_ex from the fluctuations at each temperature, in k per particle.
    pub from_fluctuations: Vec<Estimate>,
    /// d⟨e⟩/dT in k per particle by the curve through all temperatures whose exponent is free, so
    /// that its error holds what the exponent's does; by Rosenfeld and Tarazona's where three
    /// temperatures leave no exponent free, or more do not [determine](EnergyCurve::has_exponent)
    /// it.
    pub from_energy_slope: Vec<Estimate>,
    /// d⟨e⟩/dT by the Rosenfeld-Tarazona curve, in k per particle. Its error knows nothing of a
    /// deviation from that form.
    pub from_rosenfeld_tarazona: Vec<Estimate>,
    /// d⟨e⟩/dT by a natural cubic spline in T^(3/5) through the points, in k per particle: no
    /// model, and larger errors, at the ends above all.
    pub from_spline: Vec<Estimate>,
    /// Fluctuations minus the energy's slope, with the error of the difference.
    pub difference: Vec<Estimate>,
    /// The difference against [`Significance::HEAT_CAPACITIES`]. Where it is significant, the run
    /// is too short, out of equilibrium, or read with the wrong ensemble or energy kind. No answer
    /// along an isobar, without error bars, and where the error of a difference that is not
    /// significant exceeds half of the heat capacity ([`Undetermined::VagueDifference`]).
    pub agreement: Vec<Outcome<Deviation, Undetermined>>,
    /// ⟨e⟩ = a + b T^(3/5).
    pub rosenfeld_tarazona: EnergyCurve,
    /// ⟨e⟩ = a + b T^m with m fitted; `None` for three temperatures.
    pub free_exponent: Option<EnergyCurve>,
}

impl HeatCapacityCheck {
    /// The curve whose slope is compared: that of the free exponent, where there is one and the
    /// scan [determines it](EnergyCurve::has_exponent).
    #[must_use]
    pub fn energy_curve(&self) -> &EnergyCurve {
        let free = self.free_exponent.as_ref().filter(|curve| curve.has_exponent());
        free.unwrap_or(&self.rosenfeld_tarazona)
    }

    /// The energy per particle at a temperature by the [curve](Self::energy_curve).
    #[must_use]
    pub fn energy_at(&self, temperature: f64) -> Estimate {
        self.energy_curve().energy_at(temperature)
    }

    /// C_ex at a temperature by the slope of the [curve](Self::energy_curve), in k per particle.
    #[must_use]
    pub fn heat_capacity_at(&self, temperature: f64) -> Estimate {
        self.energy_curve().heat_capacity_at(temperature)
    }

    /// The entropy from `reference` to `temperature` that the [curve](Self::energy_curve) implies,
    /// the integral of d⟨e⟩/dT / T, in k per particle.
    #[must_use]
    pub fn entropy_between(&self, reference: f64, temperature: f64) -> Estimate {
        self.energy_curve().entropy_between(reference, temperature)
    }

    /// The mean of z² over the temperatures at which the two sides are compared: about 1 where they
    /// agree; `None` where they are compared nowhere.
    #[must_use]
    pub fn mean_square_z(&self) -> Option<f64> {
        mean_square_z(&self.agreement)
    }
}

/// The mean of z² where it is known; `None` where it is nowhere.
pub(super) fn mean_square_z(agreement: &[Outcome<Deviation, Undetermined>]) -> Option<f64> {
    let deviations = agreement.iter().filter_map(Outcome::value);
    let z: Vec<f64> = deviations.map(|found| found.z).collect();
    (!z.is_empty()).then(|| z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64)
}

/// Fluctuations minus a slope at each temperature, and how far that is from 0, along an isochore.
pub(super) fn compared(
    from_fluctuations: &[Estimate],
    slope: &[Estimate],
    path: Path,
) -> (Vec<Estimate>, Vec<Outcome<Deviation, Undetermined>>) {
    let pairs = from_fluctuations.iter().zip(slope);
    let difference: Vec<Estimate> = pairs.map(|(fluctuations, slope)| fluctuations - slope).collect();
    let pairs = difference.iter().zip(from_fluctuations);
    let agreement = pairs.map(|(difference, compared)| agreement(difference, compared, path));
    let agreement = agreement.collect();
    (difference, agreement)
}

fn agreement(difference: &Estimate, compared: &Estimate, path: Path) -> Outcome<Deviation, Undetermined> {
    if path == Path::Isobaric {
        return Outcome::Unresolved(Undetermined::NotComparable);
    }
    let Some(deviation) = difference.deviation(Significance::HEAT_CAPACITIES) else {
        return Outcome::Unresolved(Undetermined::NoErrors);
    };
    let error = difference.standard_error().unwrap_or(f64::NAN);
    let compared = compared.value();
    // Anything would agree with a difference that is not known to half of what is compared.
    if !deviation.is_significant() && error > LARGEST_ERROR * compared.abs() {
        return Outcome::Unresolved(Undetermined::VagueDifference { error, compared });
    }
    Outcome::Resolved(deviation)
}

/// C_ex from fluctuations beside d⟨E⟩/dT, which needs no model of the fluctuations.
///
/// ```text
/// ⟨e⟩ = a + b T^m          d⟨e⟩/dT = m b T^(m-1)
/// ```
///
/// fitted with weights from the error of e - C_ex T of each point, once with m = 3/5 (Rosenfeld,
/// Tarazona, Mol. Phys. 95, 141, 1998) and, from four temperatures on, once with m free between -3
/// and 3. The slope that is compared is the one with m free. The error of a fit with 3/5 knows
/// nothing of how far a liquid deviates from 3/5; the error with m free holds what the temperatures
/// leave open of m. Where m is not determined, at the end of its range or with an error above 1,
/// 3/5 takes its place. A natural cubic spline of e over T^(3/5) stands beside them. All are redone
/// with each block of each run left out in turn, together with the heat capacity: the error of the
/// difference holds the anticorrelation of e and T and the common blocks of e and C_ex. At constant
/// volume the two sides are equal; along an isobar
///
/// ```text
/// d⟨e⟩/dT = C_ex + (d<e>/dV)_T dV/dT
/// ```
///
/// and the two are not compared.
///
/// Points may stand at equal temperatures, as where a state was run twice. Two temperatures are one
/// where they differ by no more than three standard errors of their difference, or by 0.5 % and no
/// more than a tenth of the widest step of the scan. Such points enter the spline as one weighted
/// mean and count as one temperature; each keeps its own row.
///
/// `energies` are mean potential energies per particle, `capacities` are C_ex from the fluctuations
/// in k per particle, each at the same temperatures. The three numbers of a state point share their
/// resamples: in a microcanonical run a high mean temperature comes with a low mean energy, and the
/// error of the energy *at a temperature* is that of e - C_ex T. There the temperature is the
/// kinetic one.
///
/// # Units
/// Heat capacities in k per particle.
///
/// # Errors
/// [`ThermoError::TooFewTemperatures`] for fewer than three temperatures, [`ThermoError::Invalid`]
/// for a temperature that is not positive and finite, [`ThermoError::Value`] for an energy or a
/// heat capacity that is not finite, [`ThermoError::Mixture`] for numbers of one run with different
/// resamples.
pub fn heat_capacity_check(
    energies: &[Point],
    capacities: &[Point],
    units: Units,
    path: Path,
) -> Result<HeatCapacityCheck, ThermoError> {
    let (energies, capacities) = (Point::sorted(energies), Point::sorted(capacities));
    for points in [&energies, &capacities] {
        ThermoError::check_points(points.iter().map(|point| point.values()))?;
    }
    Point::check_paired(&energies, &capacities)?;
    let points = || energies.iter().zip(&capacities);
    let k = units.boltzmann;
    let (temperatures, mean_energies): (Vec<f64>, Vec<f64>) =
        energies.iter().map(|point| point.values()).unzip();
    let error = |(energy, capacity): (&&Point, &&Point)| {
        let slope = k * capacity.value.value();
        let error = (&energy.value - slope * &energy.temperature).standard_error();
        error.filter(|error| *error > 0.0)
    };
    let errors: Option<Vec<f64>> = points().map(error).collect();
    let weights: Vec<f64> = match &errors {
        Some(errors) => errors.iter().map(|error| error.powi(-2)).collect(),
        None => vec![1.0; energies.len()],
    };
    let at: Vec<&Estimate> = energies.iter().map(|point| &point.temperature).collect();
    let knots = Knots::new(&at, weights.clone());
    ThermoError::enough_temperatures("the slope of the energy", knots.len(), 3)?;
    spline(&temperatures, &mean_energies, &knots)?;

    let numbers: Vec<&Estimate> = points()
        .flat_map(|(energy, capacity)| [&energy.temperature, &energy.value, &capacity.value])
        .collect();
    let column =
        |values: &[f64], c: usize| -> Vec<f64> { values.chunks_exact(3).map(|point| point[c]).collect() };
    let curves = Energies {
        numbers: &numbers,
        width: 3,
        weights: &weights,
        weighted: errors.is_some(),
        boltzmann: k,
    };
    let (rosenfeld_tarazona, from_rosenfeld_tarazona) = curves.fit(Some(THREE_FIFTHS))?;
    let with_free = match knots.len() >= TEMPERATURES_OF_AN_EXPONENT {
        true => Some(curves.fit(None)?),
        false => None,
    };
    let (free_exponent, from_energy_slope) = match with_free {
        Some((curve, slopes)) if curve.has_exponent() => (Some(curve), slopes),
        Some((curve, _)) => (Some(curve), from_rosenfeld_tarazona.clone()),
        None => (None, from_rosenfeld_tarazona.clone()),
    };
    let from_spline = Estimate::evaluate_all(&numbers, |values| {
        let (t, e) = (column(values, 0), column(values, 1));
        match spline(&t, &e, &knots) {
            // The chain rule takes the derivative from T^(3/5) to T.
            Ok(curve) => t
                .iter()
                .map(|t| curve.derivative(t.powf(0.6)) * 0.6 * t.powf(-0.4) / k)
                .collect(),
            Err(_) => vec![f64::NAN; t.len()],
        }
    })?;
    let from_fluctuations = Estimate::evaluate_all(&numbers, |values| column(values, 2))?;
    let (difference, agreement) = compared(&from_fluctuations, &from_energy_slope, path);
    Ok(HeatCapacityCheck {
        path,
        agreement,
        temperatures,
        from_fluctuations,
        from_energy_slope,
        from_rosenfeld_tarazona,
        from_spline,
        difference,
        rosenfeld_tarazona,
        free_exponent,
    })
}

fn spline(temperatures: &[f64], energies: &[f64], knots: &Knots) -> Result<PiecewiseCubic, ThermoError> {
    let x: Vec<f64> = temperatures.iter().map(|t| t.powf(0.6)).collect();
    PiecewiseCubic::natural(&knots.means(&x), &knots.means(energies))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resamples, Resampling, RunId};

    fn scattered(run: usize, value: f64, shifts: [f64; 4]) -> Estimate {
        let run = RunId::named(&format!("run {run}"));
        let resamples = Resamples::new(run, Resampling::Blocks(4), 4);
        Estimate::new(value, shifts.iter().map(|s| value + s).collect(), resamples)
    }

    const TEMPERATURES: [f64; 5] = [0.5, 0.55, 0.65, 0.8, 1.0];

    #[test]
    fn an_exact_scan_has_its_coefficients_and_agrees() {
        for (units, scale) in [(Units::LJ, 1.0), (Units::METAL, 2000.0)] {
            let k = units.boltzmann;
            let (a, b) = (-8.7 * k * scale, 2.6 * k * scale.powf(0.4));
            let mut energies = TEMPERATURES
                .map(|t| t * scale)
                .map(|t| Point::new(t, a + b * t.powf(0.6)));
            energies.reverse();
            let capacity = |t: f64| Point::new(t, 0.6 * b * t.powf(-0.4) / k);
            let capacities = TEMPERATURES.map(|t| capacity(t * scale));
            let check = heat_capacity_check(&energies, &capacities, units, Path::Isochoric).unwrap();
            let [found_a, found_b] = check.rosenfeld_tarazona.coefficients();
            assert!((found_a.value() / a - 1.0).abs() < 1e-10);
            assert!((found_b.value() / b - 1.0).abs() < 1e-10);
            let exponent = &check.energy_curve().exponent;
            assert!((exponent.value() - 0.6).abs() < 1e-7, "{exponent}");
            assert_eq!(check.temperatures, TEMPERATURES.map(|t| t * scale));
            for (k, slope) in check.from_energy_slope.iter().enumerate() {
                assert!((check.from_spline[k].value() / slope.value() - 1.0).abs() < 1e-9);
                assert!(check.difference[k].value().abs() < 1e-10);
            }
            // The entropy is the integral of C/T: a fine sum by the midpoint rule.
            let (from, to) = (scale, 0.5 * scale);
            let steps = 20_000;
            let width = (to - from) / f64::from(steps);
            let sum: f64 = (0..steps)
                .map(|i| from + (f64::from(i) + 0.5) * width)
                .map(|t| check.heat_capacity_at(t).value() / t * width)
                .sum();
            assert!((check.entropy_between(from, to).value() / sum - 1.0).abs() < 1e-8);
            assert!((check.energy_at(scale).value() / (a + b * scale.powf(0.6)) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_error_of_an_energy_is_that_at_its_temperature() {
        // e moves along its own curve when T moves: the energy at a temperature has no error, only
        // its small scatter.
        let shifts = [[1e-3, -2e-3, 0.5e-3, 0.5e-3], [-1e-3, 0.0, 2e-3, -1e-3]];
        let numbers = std::array::from_fn::<_, 5, _>(|i| {
            let t = TEMPERATURES[i];
            let c = 0.6 * 2.6 * t.powf(-0.4);
            let shift = shifts[i % 2];
            let along = std::array::from_fn(|r| c * shift[r] + 1e-5 * shifts[(i + 1) % 2][r] / 1e-3);
            let energy = -8.7 + 2.6 * t.powf(0.6) + 1e-5 * (i as f64 - 2.0);
            let temperature = scattered(i, t, shift);
            let capacity = scattered(i, c, [0.01, 0.0, 0.0, -0.01]);
            (
                Point::new(temperature.clone(), scattered(i, energy, along)),
                Point::new(temperature, capacity),
            )
        });
        let (energies, mut capacities): (Vec<Point>, Vec<Point>) = numbers.into_iter().unzip();
        let check = heat_capacity_check(&energies, &capacities, Units::LJ, Path::Isochoric).unwrap();
        // Scatter 1e-5 over a range of half a unit; T taken as exact would give 1e-3 times the
        // slope.
        for curve in [&check.rosenfeld_tarazona, check.energy_curve()] {
            let slope_error = curve.heat_capacity_at(0.65).standard_error().unwrap();
            assert!(slope_error < 2e-4, "{slope_error}");
            assert!(curve.chi_squared.unwrap() < 10.0, "{:?}", curve.chi_squared);
        }
        assert!(check.mean_square_z().unwrap() < 1.0);
        let differs = |check: &HeatCapacityCheck| -> Vec<bool> {
            let found = check.agreement.iter();
            found
                .map(|found| found.value().unwrap().is_significant())
                .collect()
        };
        assert_eq!(differs(&check), [false; 5]);
        // A heat capacity that is off by ten of its errors is found out.
        capacities[1].value = &capacities[1].value + 0.12;
        let check = heat_capacity_check(&energies, &capacities, Units::LJ, Path::Isochoric).unwrap();
        assert_eq!(differs(&check), [false, true, false, false, false]);
        let check = heat_capacity_check(&energies, &capacities, Units::LJ, Path::Isobaric).unwrap();
        let why = Some(&Undetermined::NotComparable);
        assert!(check.agreement.iter().all(|found| found.why() == why));
        assert_eq!(check.mean_square_z(), None);
    }

    #[test]
    fn three_temperatures_leave_no_exponent_free() {
        let at = |n: usize| -> HeatCapacityCheck {
            let energy = |t: &f64| Point::new(*t, 2.6 * t.powf(0.45));
            let energies: Vec<Point> = TEMPERATURES[..n].iter().map(energy).collect();
            heat_capacity_check(&energies, &energies, Units::LJ, Path::Isochoric).unwrap()
        };
        let (three, four) = (at(3), at(4));
        assert_eq!(three.free_exponent, None);
        assert_eq!(three.from_energy_slope, three.from_rosenfeld_tarazona);
        assert_eq!(three.energy_curve(), &three.rosenfeld_tarazona);
        let exponent = &four.free_exponent.as_ref().unwrap().exponent;
        assert!((exponent.value() - 0.45).abs() < 1e-6, "{exponent}");
        assert_ne!(four.from_energy_slope, four.from_rosenfeld_tarazona);
    }

    #[test]
    fn two_temperatures_are_no_scan() {
        let message = |energies: &[Point], capacities: &[Point]| {
            heat_capacity_check(energies, capacities, Units::LJ, Path::Isochoric)
                .unwrap_err()
                .to_string()
        };
        let at = |temperatures: [f64; 3], value: f64| temperatures.map(|t| Point::new(t, value));
        let scan = at([1.0, 2.0, 3.0], 3.0);
        assert_eq!(
            message(&scan[..2], &scan[..2]),
            "the slope of the energy over 2 temperatures, expected at least 3"
        );
        let equal = at([1.0; 3], 3.0);
        assert_eq!(
            message(&equal, &equal),
            "the slope of the energy over 1 temperature, expected at least 3"
        );
        let mut wrong = scan.clone();
        wrong[0].value = f64::NAN.into();
        for [energies, capacities] in [[&wrong, &scan], [&scan, &wrong]] {
            assert_eq!(
                message(energies, capacities),
                "NaN at temperature 1, expected a finite number"
            );
        }
        assert_eq!(
            message(&scan, &scan[..2]),
            "2 points beside 3, expected the same temperatures in both"
        );
        assert_eq!(
            message(&scan, &at([1.0, 2.0, 3.5], 3.0)),
            "a point at temperature 3.5 beside one at 3, expected the same temperatures in both"
        );
    }
}
