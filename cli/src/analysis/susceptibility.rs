//! What the correlations of all runs with a trajectory say of their fluctuations: derivatives with
//! respect to temperature, the bound of χ₄ that follows, and χ₄ in both ensembles.

use msed::relaxation::{Extremum, NoExtremum};
use msed::stats::Outcome;
use msed::structure::Displacements;
use msed::thermo::{self, CompletedSusceptibility, SusceptibilityBound, TemperatureDerivative, ThermoError};
use msed::{Curve, Estimate};

use super::point::Point;
use super::structure::Structure;

/// A correlation of one species, or of all particles, at one temperature.
pub(crate) struct Susceptibility {
    pub(crate) run: String,
    pub(crate) temperature: f64,
    pub(crate) species: String,
    /// `overlap` or `self_isf`.
    pub(crate) quantity: &'static str,
    /// Number of particles of the species.
    pub(crate) particles: usize,
    pub(crate) derivative: TemperatureDerivative,
    /// None where the run has no heat capacity.
    pub(crate) bound: Option<SusceptibilityBound>,
    /// None where χ₄ is not measured.
    pub(crate) completed: Option<CompletedSusceptibility>,
}

/// One correlation at one temperature, before it is compared with others.
struct Measured<'a> {
    point: &'a Point<'a>,
    displacements: &'a Displacements,
    curve: &'a Curve,
    chi4: Option<&'a Curve>,
}

/// Of all points that count and have a trajectory, the coldest first: of each overlap, and of F_s
/// where all runs have it at the same wave vectors. None for fewer than two points. The path must
/// be one of constant volume.
pub(crate) fn analyse(points: &[&Point<'_>]) -> Result<Vec<Susceptibility>, ThermoError> {
    let with: Vec<(&Point<'_>, &Structure)> = points
        .iter()
        .filter(|point| !point.is_excluded())
        .filter_map(|point| Some((*point, point.structure.as_ref()?)))
        .collect();
    let [(_, first), _, ..] = with.as_slice() else {
        return Ok(Vec::new());
    };
    // Without a given shell each run has its own.
    let q: Vec<f64> = with
        .iter()
        .filter_map(|(_, structure)| Some(structure.decay.as_ref()?.q))
        .collect();
    let one_shell = q.iter().all(|other| (other - q[0]).abs() <= 1e-9 * q[0]);
    let mut found = Vec::new();
    for (k, (_, motion)) in first.displacements().enumerate() {
        let name = motion.name.as_str();
        let overlaps = with.iter().filter_map(|&(point, structure)| {
            let (displacements, _) = structure.displacements().nth(k)?;
            Some(Measured {
                point,
                displacements,
                curve: displacements.overlap().ok()?,
                chi4: displacements.chi4().ok(),
            })
        });
        found.extend(compare(name, "overlap", overlaps.collect())?);
        let decays = with.iter().filter_map(|&(point, structure)| {
            let (displacements, _) = structure.displacements().nth(k)?;
            Some(Measured {
                point,
                displacements,
                curve: structure.isf_of(name)?,
                chi4: None,
            })
        });
        let decays: Vec<Measured<'_>> = decays.collect();
        if one_shell && decays.len() > 1 {
            found.extend(compare(name, "self_isf", decays)?);
        }
    }
    Ok(found)
}

fn compare(
    species: &str,
    quantity: &'static str,
    measured: Vec<Measured<'_>>,
) -> Result<Vec<Susceptibility>, ThermoError> {
    let curves: Vec<(Estimate, &Curve)> = measured
        .iter()
        .map(|one| (one.point.heat_capacity.temperature().clone(), one.curve))
        .collect();
    let derivatives = thermo::temperature_derivatives(&curves)?;
    measured
        .into_iter()
        .zip(derivatives)
        .map(|(one, derivative)| {
            let particles = one.displacements.particles;
            let heat_capacity = one.point.counted_heat_capacity();
            let bound = heat_capacity
                .map(|c| derivative.bound(c, particles))
                .transpose()?;
            let completed = match (&bound, one.chi4) {
                (Some(bound), Some(chi4)) => Some(bound.complete(chi4)?),
                _ => None,
            };
            Ok(Susceptibility {
                run: one.point.name().to_owned(),
                temperature: one.point.temperature(),
                species: species.to_owned(),
                quantity,
                particles,
                derivative,
                bound,
                completed,
            })
        })
        .collect()
}

impl Susceptibility {
    /// How much a rule of two temperatures would change the bound at its peak.
    pub(crate) fn discretisation_error(&self) -> Option<f64> {
        let bound = self.bound.as_ref()?;
        let peak = bound.peak.value()?;
        let time = peak.time.value();
        let distance = |k: &usize| (self.derivative.curve.lag_time(*k) / time).ln().abs();
        let nearest = (0..self.derivative.curve.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let relative =
            self.derivative.discretisation_error[nearest]? / self.derivative.curve.values()[nearest].abs();
        Some(2.0 * relative * peak.value.value())
    }

    /// The curves over lag, by name: those that there are.
    pub(crate) fn curves(&self) -> Vec<(&'static str, &Curve)> {
        let bound = self.bound.iter().map(|bound| ("bound", &bound.curve));
        let completed = self.completed.iter().flat_map(|found| {
            [
                ("chi4_constant_energy", &found.constant_energy),
                ("chi4_constant_temperature", &found.constant_temperature),
            ]
        });
        [("derivative", &self.derivative.curve)]
            .into_iter()
            .chain(bound)
            .chain(completed)
            .collect()
    }

    /// The peaks, by name: those that were sought.
    pub(crate) fn peaks(&self) -> Vec<(&'static str, &Outcome<Extremum, NoExtremum>)> {
        let bound = self.bound.iter().map(|bound| ("bound", &bound.peak));
        let completed = self.completed.iter().flat_map(|found| {
            [
                ("chi4_constant_energy", &found.constant_energy_peak),
                ("chi4_constant_temperature", &found.constant_temperature_peak),
            ]
        });
        bound.chain(completed).collect()
    }
}
