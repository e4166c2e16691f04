//! What the correlations of all runs with a trajectory say of their fluctuations: derivatives with
//! respect to temperature, the bound of χ₄ that follows, and χ₄ in both ensembles.

use msed::relaxation::{Extremum, NoExtremum};
use msed::stats::{Outcome, short};
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

/// What there is, and why other things are not.
#[derive(Default)]
pub(crate) struct Susceptibilities {
    pub(crate) found: Vec<Susceptibility>,
    pub(crate) notes: Vec<String>,
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
pub(crate) fn analyse(points: &[&Point<'_>]) -> Susceptibilities {
    let mut all = Susceptibilities::default();
    let with: Vec<(&Point<'_>, &Structure)> = points
        .iter()
        .filter(|point| !point.is_excluded())
        .filter_map(|point| Some((*point, point.structure.as_ref()?)))
        .collect();
    let [(_, first), _, ..] = with.as_slice() else {
        return all;
    };
    // Without a given shell each run has its own.
    let q: Vec<f64> = with
        .iter()
        .filter_map(|(_, structure)| Some(structure.decay.as_ref()?.q))
        .collect();
    let one_shell = q.iter().all(|other| (other - q[0]).abs() <= 1e-9 * q[0]);
    if !one_shell {
        let [least, most] = [f64::min, f64::max].map(|of| q.iter().copied().fold(q[0], of));
        all.notes.push(format!(
            "F_s: the runs have it at q from {} to {}, expected one `q_shell` for all",
            short(least, 6),
            short(most, 6)
        ));
    }
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
        all.add(name, "overlap", overlaps.collect());
        let decays = with.iter().filter_map(|&(point, structure)| {
            let (displacements, _) = structure.displacements().nth(k)?;
            Some(Measured {
                point,
                displacements,
                curve: structure.isf_of(name)?,
                chi4: None,
            })
        });
        if one_shell {
            all.add(name, "self_isf", decays.collect());
        }
    }
    all
}

impl Susceptibilities {
    /// Adds one correlation of one species, or the reason why it cannot be compared.
    fn add(&mut self, species: &str, quantity: &'static str, measured: Vec<Measured<'_>>) {
        match compare(species, quantity, measured) {
            Ok(found) => self.found.extend(found),
            Err(why) => self.notes.push(format!("{species}, {quantity}: {why}")),
        }
    }
}

/// None where fewer than two runs have the correlation.
fn compare(
    species: &str,
    quantity: &'static str,
    measured: Vec<Measured<'_>>,
) -> Result<Vec<Susceptibility>, ThermoError> {
    if measured.len() < 2 {
        return Ok(Vec::new());
    }
    let curves: Vec<(Estimate, &Curve)> = measured
        .iter()
        .map(|one| (one.point.temperature_estimate(), one.curve))
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
    /// How much the bound would change at its peak if only the nearest temperature were used.
    pub(crate) fn discretisation_error(&self) -> Option<f64> {
        self.bound.as_ref()?.discretisation_error()
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
