//! Results for each species, and for each pair of species.

use thiserror::Error;

/// One result for each species, and one for all particles.
///
/// ```
/// use msed::stats::BySpecies;
/// let counts = BySpecies::new(1000, [("A", 800), ("B", 200)]);
/// assert_eq!((*counts.all(), *counts.of("A")?), (1000, 800));
/// assert_eq!(counts.of("C").unwrap_err().to_string(), "no species `C`, expected one of: A, B");
/// let fractions = counts.map(|&count| f64::from(count) / 1000.0);
/// assert_eq!(fractions.species().collect::<Vec<_>>(), [("A", &0.8), ("B", &0.2)]);
/// # Ok::<(), msed::stats::UnknownSpecies>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BySpecies<T> {
    all: T,
    species: Vec<Named<T>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct Named<T> {
    name: String,
    value: T,
}

impl<T> BySpecies<T> {
    /// The result for all particles, and that for each species by name. Of species with the same
    /// name the first is found.
    #[must_use]
    pub fn new<S: Into<String>>(all: T, species: impl IntoIterator<Item = (S, T)>) -> Self {
        let named = |(name, value): (S, T)| Named {
            name: name.into(),
            value,
        };
        Self {
            all,
            species: species.into_iter().map(named).collect(),
        }
    }

    /// The result for all particles.
    #[must_use]
    pub fn all(&self) -> &T {
        &self.all
    }

    /// The result for one species.
    ///
    /// # Errors
    /// [`UnknownSpecies`] for a name that no species has.
    pub fn of(&self, name: &str) -> Result<&T, UnknownSpecies> {
        let found = self.species.iter().find(|species| species.name == name);
        found
            .map(|species| &species.value)
            .ok_or_else(|| UnknownSpecies::new(name, self.names()))
    }

    /// Each species with its name, in the order of the species.
    #[must_use]
    pub fn species(&self) -> impl ExactSizeIterator<Item = (&str, &T)> + Clone {
        self.species
            .iter()
            .map(|species| (species.name.as_str(), &species.value))
    }

    /// Names of the species.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.species().map(|(name, _)| name)
    }

    /// A function of each result.
    #[must_use]
    pub fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> BySpecies<U> {
        BySpecies {
            all: f(&self.all),
            species: self
                .species
                .iter()
                .map(|species| Named {
                    name: species.name.clone(),
                    value: f(&species.value),
                })
                .collect(),
        }
    }
}

/// Each two of so many, and each with itself, in the order AA, AB, ..., BB, ...
pub(crate) fn pairs_of(kinds: usize) -> impl Iterator<Item = [usize; 2]> {
    (0..kinds).flat_map(move |a| (a..kinds).map(move |b| [a, b]))
}

/// One result for each pair of species, and one for all pairs of particles.
///
/// ```
/// use msed::stats::ByPair;
/// let lengths = ByPair::new(0.96, [("A", "A", 1.0), ("A", "B", 0.8), ("B", "B", 0.88)]);
/// assert_eq!((*lengths.total(), *lengths.of("A", "A")?), (0.96, 1.0));
/// // The order of the two does not matter.
/// assert_eq!(lengths.of("B", "A")?, lengths.of("A", "B")?);
/// assert_eq!(lengths.of("A", "C").unwrap_err().to_string(), "no species `C`, expected one of: A, B");
/// # Ok::<(), msed::stats::UnknownSpecies>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ByPair<T> {
    total: T,
    pairs: Vec<NamedPair<T>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct NamedPair<T> {
    names: [String; 2],
    value: T,
}

impl<T> ByPair<T> {
    /// The result for all pairs of particles, and that for each pair of species by name.
    #[must_use]
    pub fn new<S: Into<String>>(total: T, pairs: impl IntoIterator<Item = (S, S, T)>) -> Self {
        let named = |(a, b, value): (S, S, T)| NamedPair {
            names: [a.into(), b.into()],
            value,
        };
        Self {
            total,
            pairs: pairs.into_iter().map(named).collect(),
        }
    }

    /// The result for all pairs of particles.
    #[must_use]
    pub fn total(&self) -> &T {
        &self.total
    }

    /// The result for two species, in either order.
    ///
    /// # Errors
    /// [`UnknownSpecies`] for a name that no species has, and for two species without a pair of
    /// particles: a species of one particle has no distance from itself.
    pub fn of(&self, a: &str, b: &str) -> Result<&T, UnknownSpecies> {
        let is_wanted = |[x, y]: [&str; 2]| (x == a && y == b) || (x == b && y == a);
        if let Some((_, found)) = self.pairs().find(|(names, _)| is_wanted(*names)) {
            return Ok(found);
        }
        let known = self.names();
        if let Some(unknown) = [a, b].into_iter().find(|name| !known.contains(name)) {
            return Err(UnknownSpecies::new(unknown, known));
        }
        let pairs = self.pairs().map(|(names, _)| names.join("-"));
        Err(UnknownSpecies::among(
            "pair of particles",
            &format!("{a}-{b}"),
            pairs,
        ))
    }

    /// Each pair of species with its names: AA, AB, ..., BB, ...
    #[must_use]
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = ([&str; 2], &T)> + Clone {
        self.pairs
            .iter()
            .map(|pair| (pair.names.each_ref().map(String::as_str), &pair.value))
    }

    /// Names of the species, in the order of first appearance.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for name in self.pairs().flat_map(|(names, _)| names) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// A function of each result.
    #[must_use]
    pub fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> ByPair<U> {
        ByPair {
            total: f(&self.total),
            pairs: self
                .pairs
                .iter()
                .map(|pair| NamedPair {
                    names: pair.names.clone(),
                    value: f(&pair.value),
                })
                .collect(),
        }
    }
}

/// A species, or a pair of species, that is not among those of a result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no {what} `{name}`, expected one of: {known}")]
#[non_exhaustive]
pub struct UnknownSpecies {
    /// What was asked for: a species, or the pair of particles of two species that are both there.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// The names there are.
    pub known: String,
}

impl UnknownSpecies {
    /// A species that is not among the known ones.
    #[must_use]
    pub fn new<S: AsRef<str>>(name: &str, known: impl IntoIterator<Item = S>) -> Self {
        Self::among("species", name, known)
    }

    fn among<S: AsRef<str>>(what: &'static str, name: &str, known: impl IntoIterator<Item = S>) -> Self {
        let known: Vec<String> = known.into_iter().map(|name| name.as_ref().to_owned()).collect();
        Self {
            what,
            name: name.to_owned(),
            known: known.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_species_is_found_by_name_and_another_is_refused_with_the_names_there_are() {
        let by_species = BySpecies::new(3, [("Cu".to_owned(), 1), ("Zr".to_owned(), 2)]);
        assert_eq!(by_species.names().collect::<Vec<_>>(), ["Cu", "Zr"]);
        assert_eq!(by_species.of("Zr"), Ok(&2));
        let refused = by_species.of("zr").unwrap_err();
        assert_eq!((refused.name.as_str(), refused.known.as_str()), ("zr", "Cu, Zr"));
        assert_eq!(by_species.map(|x| 10 * x).all(), &30);
    }

    #[test]
    fn a_pair_is_found_in_either_order() {
        let by_pair = ByPair::new(0, [("A", "A", 1), ("A", "B", 2)]);
        assert_eq!((by_pair.of("A", "B"), by_pair.of("B", "A")), (Ok(&2), Ok(&2)));
        assert_eq!(by_pair.names(), ["A", "B"]);
        let doubled = by_pair.map(|x| 2 * x);
        assert_eq!((doubled.total(), doubled.of("A", "A")), (&0, Ok(&2)));
    }

    #[test]
    fn a_species_of_one_particle_has_no_pair_with_itself() {
        let by_pair = ByPair::new(0, [("A", "A", 1), ("A", "B", 2)]);
        let message = |a, b| by_pair.of(a, b).unwrap_err().to_string();
        assert_eq!(
            message("B", "B"),
            "no pair of particles `B-B`, expected one of: A-A, A-B"
        );
        assert_eq!(message("A", "C"), "no species `C`, expected one of: A, B");
    }
}
