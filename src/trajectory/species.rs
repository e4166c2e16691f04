//! Which particle is of which species.

use super::TrajectoryError;
use crate::stats::UnknownSpecies;

/// A larger number of particles is a mistake.
const MOST_PARTICLES: usize = 1 << 31;

/// The species of every particle, in the order of the coordinates.
///
/// ```
/// use msed::trajectory::Species;
/// let species = Species::by_count([("A", 4), ("B", 1)])?;
/// assert_eq!(species.len(), 5);
/// assert_eq!(species.indices("B")?, [4]);
/// assert!(species.indices("C").is_err());
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Species {
    names: Vec<String>,
    of_particle: Vec<u32>,
}

impl Species {
    /// All `particles` particles of one species.
    ///
    /// # Errors
    /// [`TrajectoryError::Species`] for no particles, and for more than 2^31.
    pub fn single(name: &str, particles: usize) -> Result<Self, TrajectoryError> {
        Self::by_count([(name, particles)])
    }

    /// Consecutive particles: first all of the first species, then all of the next.
    ///
    /// # Errors
    /// [`TrajectoryError::Species`] where a species has no particle, there is no species, a name is
    /// used twice, or there are more than 2^31 particles.
    pub fn by_count<'n>(counts: impl IntoIterator<Item = (&'n str, usize)>) -> Result<Self, TrajectoryError> {
        let mut species = Self::empty();
        for (name, count) in counts {
            let index = species.add(name)?;
            let found = species.of_particle.len().saturating_add(count);
            if found > MOST_PARTICLES {
                let many = format!("{found} particles, expected at most {MOST_PARTICLES}");
                return Err(TrajectoryError::Species(many));
            }
            species.of_particle.resize(found, index);
        }
        species.checked()
    }

    /// The type of each particle, and the name of each type.
    ///
    /// # Errors
    /// As [`by_count`](Species::by_count), and for a particle whose type has no name.
    pub fn by_type<'n>(
        types: &[u32],
        names: impl IntoIterator<Item = (u32, &'n str)>,
    ) -> Result<Self, TrajectoryError> {
        let mut species = Self::empty();
        let mut known = Vec::new();
        for (kind, name) in names {
            known.push((kind, species.add(name)?));
        }
        for (particle, &kind) in types.iter().enumerate() {
            let Some((_, index)) = known.iter().find(|(k, _)| *k == kind) else {
                let unnamed = format!("particle {particle} has type {kind}, which has no species name");
                return Err(TrajectoryError::Species(unnamed));
            };
            species.of_particle.push(*index);
        }
        species.checked()
    }

    /// The name of each particle's species; species are numbered in order of first appearance.
    ///
    /// # Errors
    /// [`TrajectoryError::Species`] for no particles.
    pub fn by_name<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, TrajectoryError> {
        let mut species = Self::empty();
        for name in names {
            let index = match species.position(name) {
                Some(index) => number(index),
                None => species.add(name)?,
            };
            species.of_particle.push(index);
        }
        species.checked()
    }

    fn empty() -> Self {
        Self {
            names: Vec::new(),
            of_particle: Vec::new(),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    fn known(&self, name: &str) -> Result<usize, UnknownSpecies> {
        let unknown = || UnknownSpecies::new(name, &self.names);
        self.position(name).ok_or_else(unknown)
    }

    fn add(&mut self, name: &str) -> Result<u32, TrajectoryError> {
        if self.position(name).is_some() {
            let repeated = format!("species `{name}` is listed twice, expected different names");
            return Err(TrajectoryError::Species(repeated));
        }
        self.names.push(name.to_owned());
        Ok(number(self.names.len() - 1))
    }

    fn checked(self) -> Result<Self, TrajectoryError> {
        let mut names = (0..).zip(&self.names);
        let empty = names.find(|(species, _)| !self.of_particle.contains(species));
        let found = match empty {
            Some((_, name)) => format!("species `{name}` has 0 particles"),
            None if self.names.is_empty() => "0 species".to_owned(),
            None => return Ok(self),
        };
        Err(TrajectoryError::Species(format!("{found}, expected at least 1")))
    }

    /// What differs from the species of the first of several runs.
    pub(super) fn difference(&self, first: &Self) -> Option<String> {
        if self == first {
            return None;
        }
        let (found, expected) = (self.len(), first.len());
        if found != expected {
            return Some(format!("{found} particles, expected {expected} as in the first"));
        }
        let name = |of: &Self, particle: usize| of.names[of.of_particle[particle] as usize].clone();
        let mut pairs = (0..found).map(|particle| (particle, name(self, particle), name(first, particle)));
        Some(match pairs.find(|(_, found, expected)| found != expected) {
            Some((particle, found, expected)) => {
                format!("species `{found}` for particle {particle}, expected `{expected}` as in the first")
            }
            None => {
                let (found, expected) = (self.names.join(", "), first.names.join(", "));
                format!("species in the order {found}, expected {expected} as in the first")
            }
        })
    }

    /// Names of the species.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of particles.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "there is always a particle")]
    pub fn len(&self) -> usize {
        self.of_particle.len()
    }

    /// For each particle the position of its species in [`names`](Species::names).
    #[must_use]
    pub fn of_particles(&self) -> &[u32] {
        &self.of_particle
    }

    /// The particles of one species, in increasing order.
    ///
    /// # Errors
    /// [`UnknownSpecies`] for a name that no species has.
    pub fn indices(&self, name: &str) -> Result<Vec<usize>, UnknownSpecies> {
        let wanted = self.known(name)?;
        Ok((0..self.len())
            .filter(|&i| self.of_particle[i] as usize == wanted)
            .collect())
    }

    /// How many particles a species has.
    ///
    /// # Errors
    /// [`UnknownSpecies`] for a name that no species has.
    pub fn count(&self, name: &str) -> Result<usize, UnknownSpecies> {
        Ok(self.indices(name)?.len())
    }

    /// The mass of each particle from the mass of each species.
    ///
    /// # Errors
    /// [`TrajectoryError`] for a name that no species has, and for a species that is not listed.
    pub fn masses<'n>(
        &self,
        masses: impl IntoIterator<Item = (&'n str, f64)>,
    ) -> Result<Vec<f64>, TrajectoryError> {
        let mut of_species = vec![None; self.names.len()];
        for (name, mass) in masses {
            let index = self.known(name)?;
            of_species[index] = Some(mass);
        }
        self.of_particle
            .iter()
            .map(|&s| {
                let name = &self.names[s as usize];
                let expected = "expected one for each species";
                of_species[s as usize].ok_or_else(|| {
                    TrajectoryError::Species(format!("species `{name}` has no mass, {expected}"))
                })
            })
            .collect()
    }

    /// The species of a part of the particles, in the order given. Species without a selected
    /// particle are dropped.
    ///
    /// # Errors
    /// [`TrajectoryError::Species`] for no particles, and for one that does not exist.
    pub fn select(&self, particles: &[usize]) -> Result<Self, TrajectoryError> {
        check_selection(particles, self.len())?;
        let mut kept: Vec<u32> = particles.iter().map(|&p| self.of_particle[p]).collect();
        kept.sort_unstable();
        kept.dedup();
        let place = |&p: &usize| number(kept.partition_point(|&s| s < self.of_particle[p]));
        Self {
            names: kept.iter().map(|&s| self.names[s as usize].clone()).collect(),
            of_particle: particles.iter().map(place).collect(),
        }
        .checked()
    }
}

/// Checks that there are the particles selected.
pub(super) fn check_selection(selected: &[usize], particles: usize) -> Result<(), TrajectoryError> {
    match selected.iter().find(|&&p| p >= particles) {
        Some(found) => Err(TrajectoryError::Species(format!(
            "particle {found} selected, expected less than {particles}"
        ))),
        None => Ok(()),
    }
}

/// The number of a species, which is below the number of particles.
fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// The particles of an average.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Particles<'a> {
    /// All particles.
    All,
    /// The particles of one species.
    Species(&'a str),
}

impl<'a> From<&'a str> for Particles<'a> {
    fn from(species: &'a str) -> Self {
        Self::Species(species)
    }
}

impl Particles<'_> {
    pub(crate) fn of(self, species: &Species) -> Result<Vec<usize>, UnknownSpecies> {
        match self {
            Self::All => Ok((0..species.len()).collect()),
            Self::Species(name) => species.indices(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_particles_than_memory_are_refused() {
        let message = |counts: [usize; 2]| {
            let counts = ["A", "B"].into_iter().zip(counts);
            Species::by_count(counts).unwrap_err().to_string()
        };
        let expected = "18446744073709551615 particles, expected at most 2147483648";
        assert_eq!(message([usize::MAX, 1]), expected);
        assert_eq!(message([1, usize::MAX]), expected);
        assert!(Species::single("A", (1 << 31) + 1).is_err());
    }

    #[test]
    fn three_ways_to_say_the_same() {
        let by_type = Species::by_type(&[1, 2, 1], [(1, "Cu"), (2, "Zr")]).unwrap();
        assert_eq!(by_type, Species::by_name(["Cu", "Zr", "Cu"]).unwrap());
        assert_eq!(by_type.indices("Cu").unwrap(), [0, 2]);
        assert_eq!(by_type.of_particles(), [0, 1, 0]);
        let by_count = Species::by_count([("Cu", 2), ("Zr", 1)]).unwrap();
        assert_eq!(by_type.select(&[0, 2, 1]).unwrap(), by_count);
        assert_eq!(by_type.select(&[1]).unwrap(), Species::single("Zr", 1).unwrap());
    }

    #[test]
    fn masses_follow_the_species() {
        let species = Species::by_name(["B", "A", "B"]).unwrap();
        assert_eq!(species.masses([("A", 2.0), ("B", 1.0)]).unwrap(), [1.0, 2.0, 1.0]);
        assert_eq!(
            species.masses([("A", 2.0)]).unwrap_err().to_string(),
            "species `B` has no mass, expected one for each species"
        );
    }

    #[test]
    fn refusals_name_what_was_found() {
        let message = |species: Result<Species, TrajectoryError>| species.unwrap_err().to_string();
        assert_eq!(
            message(Species::by_count([("A", 3), ("B", 0)])),
            "species `B` has 0 particles, expected at least 1"
        );
        assert_eq!(message(Species::by_count([])), "0 species, expected at least 1");
        assert_eq!(
            message(Species::by_count([("A", 3), ("A", 1)])),
            "species `A` is listed twice, expected different names"
        );
        assert_eq!(
            message(Species::by_type(&[1, 3], [(1, "A")])),
            "particle 1 has type 3, which has no species name"
        );
        assert!(matches!(Species::by_name([]), Err(TrajectoryError::Species(_))));
        let species = Species::by_count([("A", 1), ("B", 1)]).unwrap();
        assert_eq!(
            species.indices("C").unwrap_err().to_string(),
            "no species `C`, expected one of: A, B"
        );
        assert_eq!(
            message(species.select(&[2])),
            "particle 2 selected, expected less than 2"
        );
    }
}
