//! The pressure's rise with the temperature, from fluctuations and from the mean pressures.

use crate::real::short;
use crate::stats::{Deviation, Estimate, Outcome};
use crate::units::Units;

use super::knots::Knots;
use super::slope::{compared, heat_capacity_check, mean_square_z};
use super::volume::SAME_VOLUME;
use super::{Path, Point, StatePoint, ThermoError, Undetermined, Virial};

/// The excess part of (dp/dT)_V from fluctuations beside d⟨p_ex⟩/dT along an isochore, with
/// p_ex = p - (g/d) N k T/V.
///
/// The left side comes from the covariance of virial and energy at each temperature, as
/// [`virial`](super::virial()) has it; the right side from the mean virials alone, by the same
/// interpolants as those of the energy in [`heat_capacity_check`](super::heat_capacity_check()), a
/// straight line and a natural spline in T^(3/5), over the volume of each point. A wrong volume or
/// unit of pressure moves the two sides by different factors. Both went through the same resamples.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PressureCheck {
    /// The temperatures, ascending.
    pub temperatures: Vec<f64>,
    /// (dp/dT)_V,ex from the fluctuations at each temperature, in pressure units per temperature
    /// unit.
    pub from_fluctuations: Vec<Estimate>,
    /// d⟨p_ex⟩/dT of a straight line in T^(3/5) through all temperatures, exact for soft spheres.
    pub from_pressure_slope: Vec<Estimate>,
    /// d⟨p_ex⟩/dT by the spline.
    pub from_spline: Vec<Estimate>,
    /// Fluctuations minus the spline, with the error of the difference: no form for ⟨p_ex⟩ enters.
    pub difference: Vec<Estimate>,
    /// The difference against [`Significance::HEAT_CAPACITIES`](crate::stats::Significance). No
    /// answer without error bars, and where the error exceeds half of what is compared.
    pub agreement: Vec<Outcome<Deviation, Undetermined>>,
}

impl PressureCheck {
    pub(super) fn of<'a>(
        points: impl Iterator<Item = &'a StatePoint>,
        units: Units,
        path: Path,
    ) -> Result<Self, ThermoError> {
        if path != Path::Isochoric {
            return Err(ThermoError::OtherPath {
                quantity: "the rise of the pressure",
                found: path.name(),
                expected: Path::Isochoric.name(),
            });
        }
        let with = |point: &'a StatePoint| Some((point, point.counted_virial()?));
        let mut points: Vec<(&StatePoint, &Virial)> = points.filter_map(with).collect();
        // In the order of the check below, so that each number meets the volume of its point.
        points.sort_by(|(a, _), (b, _)| {
            let [a, b] = [a, b].map(|point| point.energy_temperature().value());
            a.total_cmp(&b)
        });
        let count = Knots::count_of(points.iter().map(|(point, _)| point.energy_temperature()));
        ThermoError::enough_temperatures("the slope of the pressure", count, 3)?;
        let (first, rest) = (points[0].1.volume(), &points[1..]);
        let differs =
            |(_, virial): &&(&StatePoint, &Virial)| (virial.volume() / first - 1.0).abs() > SAME_VOLUME;
        if let Some((point, virial)) = rest.iter().find(differs) {
            return Err(ThermoError::Mixed {
                quantity: "volume",
                name: point.name().to_owned(),
                found: short(virial.volume(), 6),
                expected: short(first, 6),
            });
        }
        let of = |value: fn(&Virial) -> &Estimate| -> Vec<Point> {
            let point = |(point, virial): &(&StatePoint, &Virial)| {
                Point::new(point.energy_temperature().clone(), value(virial).clone())
            };
            points.iter().map(point).collect()
        };
        let check = heat_capacity_check(&of(|of| &of.mean_virial), &of(|of| &of.slope), units, path)?;
        // From d(W/N)/dT, in k per particle, to pressures.
        let particles = points[0].0.particles() as f64;
        let scaled = |numbers: &[Estimate]| -> Vec<Estimate> {
            let of_points = numbers.iter().zip(&points);
            let scaled = of_points.map(|(number, (_, virial))| {
                let factor = particles * units.boltzmann() / (virial.volume() * units.pressure_volume());
                number.map(|x| x * factor)
            });
            scaled.collect()
        };
        let from_fluctuations = scaled(&check.from_fluctuations);
        let from_spline = scaled(&check.from_spline);
        let (difference, agreement) = compared(&from_fluctuations, &from_spline, path);
        Ok(Self {
            agreement,
            from_pressure_slope: scaled(&check.from_rosenfeld_tarazona),
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
