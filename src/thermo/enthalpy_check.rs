//! The heat capacity at constant pressure, from fluctuations and from the mean enthalpies.

use crate::real::short;
use crate::stats::{Deviation, Estimate, Outcome};
use crate::units::Units;

use super::ensemble_check::half_width;
use super::knots::Knots;
use super::slope::{compared, heat_capacity_check, mean_square_z};
use super::{ConstantPressure, Path, Point, StatePoint, ThermoError, Undetermined};

/// Two pressures are one where they differ by no more than this part of N k T/V and chance.
const SAME_PRESSURE: f64 = 1e-3;

/// c_p from the fluctuations of the enthalpy beside d⟨H⟩/dT along an isobar.
///
/// The left side comes from the variance of U + p V at each temperature, as
/// [`constant_pressure`](super::constant_pressure()) has it; the right side from the mean
/// enthalpies alone: U + p V as a straight line and as a natural spline in T^(3/5), and the kinetic
/// g/2 added. It is at constant pressure what
/// [`heat_capacity_check`](super::heat_capacity_check()) is at constant volume, and tests
/// equilibrium, barostat and units at once. Both sides went through the same resamples.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct EnthalpyCheck {
    /// The temperatures, ascending.
    pub temperatures: Vec<f64>,
    /// c_p from the fluctuations at each temperature, in k per particle.
    pub from_fluctuations: Vec<Estimate>,
    /// d⟨H⟩/dT with a straight line of U + p V in T^(3/5) through all temperatures.
    pub from_enthalpy_slope: Vec<Estimate>,
    /// d⟨H⟩/dT by the spline: no form, and larger errors, at the ends above all.
    pub from_spline: Vec<Estimate>,
    /// Fluctuations minus the spline, with the error of the difference.
    pub difference: Vec<Estimate>,
    /// The difference against [`Significance::HEAT_CAPACITIES`](crate::stats::Significance). No
    /// answer without error bars, and where the error exceeds half of what is compared.
    pub agreement: Vec<Outcome<Deviation, Undetermined>>,
}

impl EnthalpyCheck {
    pub(super) fn of<'a>(
        points: impl Iterator<Item = &'a StatePoint>,
        units: Units,
    ) -> Result<Self, ThermoError> {
        let with = |point: &'a StatePoint| Some((point, point.constant_pressure()?.value()?));
        let mut points: Vec<(&StatePoint, &ConstantPressure)> = points.filter_map(with).collect();
        // In the order of the check below, so that each number meets the kinetic part of its point.
        points.sort_by(|(_, a), (_, b)| {
            let [a, b] = [a, b].map(|found| found.temperature().value());
            a.total_cmp(&b)
        });
        let count = Knots::count_of(points.iter().map(|(_, found)| found.temperature()));
        ThermoError::enough_temperatures("the slope of the enthalpy", count, 3)?;
        let (first, rest) = (points[0], &points[1..]);
        if let Some((point, found)) = rest.iter().find(|other| is_other_pressure(other, &first)) {
            return Err(ThermoError::Mixed {
                quantity: "pressure",
                name: point.name().to_owned(),
                found: short(found.pressure.value(), 6),
                expected: short(first.1.pressure.value(), 6),
            });
        }
        let of = |value: fn(&ConstantPressure) -> Estimate| -> Vec<Point> {
            let points = points.iter();
            let point = points.map(|(_, found)| Point::new(found.temperature().clone(), value(found)));
            point.collect()
        };
        // At one pressure the enthalpy is compared with its slope, as the energy at one volume.
        let check = heat_capacity_check(
            &of(ConstantPressure::mean_configurational_enthalpy),
            &of(ConstantPressure::configurational),
            units,
            Path::Isochoric,
        )?;
        let whole = |numbers: &[Estimate]| -> Vec<Estimate> {
            let numbers = numbers.iter().zip(&points);
            let whole = numbers.map(|(number, (_, found))| number + found.ensemble().kinetic_heat_capacity());
            whole.collect()
        };
        let from_fluctuations = whole(&check.from_fluctuations);
        let from_spline = whole(&check.from_spline);
        let (difference, agreement) = compared(&from_fluctuations, &from_spline, Path::Isochoric);
        Ok(Self {
            agreement,
            from_enthalpy_slope: whole(&check.from_rosenfeld_tarazona),
            temperatures: check.temperatures,
            from_fluctuations,
            from_spline,
            difference,
        })
    }

    /// The mean of z² over the temperatures at which the two sides are compared: about 1 where they
    /// agree; `None` where they are compared nowhere.
    #[must_use]
    pub fn mean_square_z(&self) -> Option<f64> {
        mean_square_z(&self.agreement)
    }
}

/// Whether two points are not at one pressure.
fn is_other_pressure(a: &(&StatePoint, &ConstantPressure), b: &(&StatePoint, &ConstantPressure)) -> bool {
    let (of_a, of_b) = (a.1, b.1);
    let difference = &of_a.pressure - &of_b.pressure;
    let chance = difference
        .standard_error()
        .map_or(0.0, |_| half_width(&difference));
    let units = of_b.units();
    let thermal = b.0.particles() as f64 * units.boltzmann() * of_b.temperature().value();
    let scale = thermal / (of_b.mean_volume.value() * units.pressure_volume());
    difference.value().abs() > SAME_PRESSURE * scale + chance
}
