//! The heat capacity from the slope of the energy over temperature, beside that from fluctuations.

use std::fmt;

use crate::stats::{Estimate, Significance, line};
use crate::units::Units;

use super::{Path, PiecewiseCubic, Point, ThermoError};

/// Whether two heat capacities agree at one temperature.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Agreement {
    /// The difference is within its error.
    Agrees {
        /// The difference in units of its standard error.
        z: f64,
        /// Student's t beyond which it would not be: 99.73 % for its degrees of freedom.
        threshold: f64,
    },
    /// It is not: the run is too short, out of equilibrium, or read with the wrong ensemble or
    /// energy kind.
    Differs {
        /// The difference in units of its standard error.
        z: f64,
        /// Student's t beyond which they differ.
        threshold: f64,
    },
    /// Along an isobar the slope holds the expansion too: the two numbers stand beside each other
    /// and are not compared.
    NotComparable,
    /// No error bars, no answer.
    Undecided,
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agrees { z, threshold } => {
                write!(f, "agrees: {z:.2} standard errors, {threshold:.2} would count")
            }
            Self::Differs { z, threshold } => {
                write!(f, "differs: {z:.2} standard errors, {threshold:.2} count")
            }
            Self::NotComparable => {
                f.write_str("not comparable: the slope along an isobar holds the expansion too")
            }
            Self::Undecided => f.write_str("undecided: no error bars"),
        }
    }
}

/// Both heat capacities at one temperature, in k per particle.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CheckRow {
    temperature: f64,
    from_fluctuations: Estimate,
    from_energy_slope: Estimate,
    from_spline: Estimate,
    difference: Estimate,
    agreement: Agreement,
}

impl CheckRow {
    /// The temperature.
    #[must_use]
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// C_ex from the fluctuations.
    #[must_use]
    pub fn from_fluctuations(&self) -> &Estimate {
        &self.from_fluctuations
    }

    /// d⟨e⟩/dT by the Rosenfeld-Tarazona fit through all temperatures.
    #[must_use]
    pub fn from_energy_slope(&self) -> &Estimate {
        &self.from_energy_slope
    }

    /// d⟨e⟩/dT by a natural cubic spline in T^(3/5) through the points: no model, and larger
    /// errors, at the ends above all.
    #[must_use]
    pub fn from_spline(&self) -> &Estimate {
        &self.from_spline
    }

    /// Fluctuations minus slope, with the error of the difference.
    #[must_use]
    pub fn difference(&self) -> &Estimate {
        &self.difference
    }

    /// The verdict.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        self.agreement
    }
}

/// Heat capacities from fluctuations beside d⟨E⟩/dT, over temperature.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HeatCapacityCheck {
    path: Path,
    boltzmann: f64,
    rows: Vec<CheckRow>,
    coefficients: [Estimate; 2],
    chi_squared: Option<f64>,
}

impl HeatCapacityCheck {
    /// The path of the scan.
    #[must_use]
    pub fn path(&self) -> Path {
        self.path
    }

    /// One row per temperature, from the lowest on.
    #[must_use]
    pub fn rows(&self) -> &[CheckRow] {
        &self.rows
    }

    /// a and b of ⟨e⟩ = a + b T^(3/5), in energy and energy per temperature^(3/5).
    #[must_use]
    pub fn rosenfeld_tarazona(&self) -> &[Estimate; 2] {
        &self.coefficients
    }

    /// The fitted energy per particle at a temperature.
    #[must_use]
    pub fn energy_at(&self, temperature: f64) -> Estimate {
        let [a, b] = &self.coefficients;
        Estimate::together([a, b], |[a, b]| a + b * temperature.powf(0.6))
    }

    /// The fitted C_ex at a temperature, in k per particle.
    #[must_use]
    pub fn heat_capacity_at(&self, temperature: f64) -> Estimate {
        self.coefficients[1].map(|b| 0.6 * b * temperature.powf(-0.4) / self.boltzmann)
    }

    /// The entropy from `reference` to `temperature` that the fit implies, the integral of d⟨e⟩/dT
    /// / T, in k per particle.
    #[must_use]
    pub fn entropy_between(&self, reference: f64, temperature: f64) -> Estimate {
        let powers = reference.powf(-0.4) - temperature.powf(-0.4);
        self.coefficients[1].map(|b| 1.5 * b * powers / self.boltzmann)
    }

    /// Chi squared of the Rosenfeld-Tarazona fit, with two degrees of freedom less than there are
    /// temperatures; `None` without error bars.
    #[must_use]
    pub fn chi_squared(&self) -> Option<f64> {
        self.chi_squared
    }

    /// The mean of z² over the temperatures: about 1 where the two sides agree; `None` where they
    /// are not compared.
    #[must_use]
    pub fn mean_square_z(&self) -> Option<f64> {
        let z: Option<Vec<f64>> = self
            .rows
            .iter()
            .map(|row| match row.agreement {
                Agreement::Agrees { z, .. } | Agreement::Differs { z, .. } => Some(z),
                Agreement::NotComparable | Agreement::Undecided => None,
            })
            .collect();
        z.map(|z| z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64)
    }
}

/// C_ex from fluctuations beside d⟨E⟩/dT, which needs no model of the fluctuations.
///
/// ```text
/// ⟨e⟩ = a + b T^(3/5)          d⟨e⟩/dT = (3/5) b T^(-2/5)
/// ```
///
/// (Rosenfeld, Tarazona, Mol. Phys. 95, 141, 1998), fitted with weights from the error of e - C_ex
/// T of each point, and a natural cubic spline of e over T^(3/5) beside it. Both are redone with
/// each block of each run left out in turn, together with the heat capacity: the error of the
/// difference holds the anticorrelation of e and T and the common blocks of e and C_ex. At constant
/// volume the two sides are equal; along an isobar
///
/// ```text
/// d⟨e⟩/dT = C_ex + (d<e>/dV)_T dV/dT
/// ```
///
/// and the rows are marked as not comparable.
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
/// [`ThermoError::TooFewTemperatures`] for fewer than three points,
/// [`ThermoError::EqualTemperatures`], [`ThermoError::Temperature`] and [`ThermoError::NotFinite`]
/// for temperatures, energies or heat capacities that are none. [`ThermoError::Mixture`] for
/// numbers of one run with different resamples.
pub fn heat_capacity_check(
    energies: &[Point],
    capacities: &[Point],
    units: Units,
    path: Path,
) -> Result<HeatCapacityCheck, ThermoError> {
    ThermoError::enough_temperatures("the slope of the energy", energies.len(), 3)?;
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
    spline(&temperatures, &mean_energies)?;

    let numbers: Vec<&Estimate> = points()
        .flat_map(|(energy, capacity)| [&energy.temperature, &energy.value, &capacity.value])
        .collect();
    let column =
        |values: &[f64], c: usize| -> Vec<f64> { values.chunks_exact(3).map(|point| point[c]).collect() };
    let coefficients = Estimate::evaluate(&numbers, |values| {
        rosenfeld_tarazona(&column(values, 0), &column(values, 1), &weights)
    })?;
    let [a, b] = [coefficients[0].value(), coefficients[1].value()];
    let by_spline = Estimate::evaluate_all(&numbers, |values| {
        let (t, e) = (column(values, 0), column(values, 1));
        match spline(&t, &e) {
            // The chain rule takes the derivative from T^(3/5) to T.
            Ok(curve) => t
                .iter()
                .map(|t| curve.derivative(t.powf(0.6)) * 0.6 * t.powf(-0.4) / k)
                .collect(),
            Err(_) => vec![f64::NAN; t.len()],
        }
    })?;
    let fluctuations = Estimate::evaluate_all(&numbers, |values| column(values, 2))?;
    let slopes = Estimate::evaluate_all(&numbers, |values| {
        let t = column(values, 0);
        let [_, b] = rosenfeld_tarazona(&t, &column(values, 1), &weights);
        t.iter().map(|t| 0.6 * b * t.powf(-0.4) / k).collect()
    })?;
    let rows = fluctuations
        .into_iter()
        .zip(slopes)
        .zip(by_spline)
        .zip(&temperatures)
        .map(
            |(((from_fluctuations, from_energy_slope), from_spline), &temperature)| {
                let difference = &from_fluctuations - &from_energy_slope;
                CheckRow {
                    temperature,
                    agreement: agreement(&difference, path),
                    from_fluctuations,
                    from_energy_slope,
                    from_spline,
                    difference,
                }
            },
        )
        .collect();
    let chi_squared = errors.map(|errors| {
        let residual = |((t, e), error): ((&f64, &f64), &f64)| ((e - a - b * t.powf(0.6)) / error).powi(2);
        temperatures
            .iter()
            .zip(&mean_energies)
            .zip(&errors)
            .map(residual)
            .sum()
    });
    Ok(HeatCapacityCheck {
        path,
        boltzmann: k,
        rows,
        coefficients,
        chi_squared,
    })
}

fn agreement(difference: &Estimate, path: Path) -> Agreement {
    if path == Path::Isobaric {
        return Agreement::NotComparable;
    }
    let (Some(error), freedom @ Some(_)) = (difference.standard_error(), difference.degrees_of_freedom())
    else {
        return Agreement::Undecided;
    };
    let threshold = Significance::HEAT_CAPACITIES.threshold(freedom);
    let z = difference.value() / error;
    if z.abs() <= threshold {
        Agreement::Agrees { z, threshold }
    } else {
        Agreement::Differs { z, threshold }
    }
}

fn rosenfeld_tarazona(temperatures: &[f64], energies: &[f64], weights: &[f64]) -> [f64; 2] {
    let x: Vec<f64> = temperatures.iter().map(|t| t.powf(0.6)).collect();
    line(&x, energies, weights)
}

fn spline(temperatures: &[f64], energies: &[f64]) -> Result<PiecewiseCubic, ThermoError> {
    let x: Vec<f64> = temperatures.iter().map(|t| t.powf(0.6)).collect();
    PiecewiseCubic::natural(&x, energies)
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
            assert!((check.rosenfeld_tarazona()[0].value() / a - 1.0).abs() < 1e-10);
            assert!((check.rosenfeld_tarazona()[1].value() / b - 1.0).abs() < 1e-10);
            for (row, t) in check.rows().iter().zip(TEMPERATURES) {
                assert_eq!(row.temperature(), t * scale);
                assert!((row.from_spline().value() / row.from_energy_slope().value() - 1.0).abs() < 1e-9);
                assert!(row.difference().value().abs() < 1e-10);
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
        let slope_error = check.heat_capacity_at(0.65).standard_error().unwrap();
        // Scatter 1e-5 over a range of half a unit; T taken as exact would give 1e-3 times the
        // slope.
        assert!(slope_error < 2e-4, "{slope_error}");
        assert!(check.chi_squared().unwrap() < 10.0, "{:?}", check.chi_squared());
        assert!(check.mean_square_z().unwrap() < 1.0);
        assert!(
            check
                .rows()
                .iter()
                .all(|row| matches!(row.agreement(), Agreement::Agrees { .. }))
        );
        // A heat capacity that is off by ten of its errors is found out.
        capacities[1].value = &capacities[1].value + 0.12;
        let check = heat_capacity_check(&energies, &capacities, Units::LJ, Path::Isochoric).unwrap();
        let differs: Vec<bool> = check
            .rows()
            .iter()
            .map(|row| matches!(row.agreement(), Agreement::Differs { .. }))
            .collect();
        assert_eq!(differs, [false, true, false, false, false]);
        let check = heat_capacity_check(&energies, &capacities, Units::LJ, Path::Isobaric).unwrap();
        assert!(
            check
                .rows()
                .iter()
                .all(|row| row.agreement() == Agreement::NotComparable)
        );
        assert_eq!(check.mean_square_z(), None);
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
            "two points at the equal temperature 1, expected different temperatures"
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
