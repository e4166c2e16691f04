//! The species, and which particles belong to each.

use std::path::{Path, PathBuf};

use msed::trajectory::{Molecules, TrajectoryError};
use serde::Deserialize;
use toml::Spanned;

use super::source::Source;
use super::system::{System, UnitsName};
use super::values;
use crate::failure::Failure;

/// Most bytes of a species' name, after which files are named.
const LONGEST: usize = 60;

/// Keys of `structure` in the results, which are no names for species.
const RESERVED: [&str; 10] = [
    "q",
    "wave_vectors",
    "q_max",
    "s_of_q",
    "all",
    "tau_alpha",
    "kww",
    "tau_beta",
    "diffusion",
    "centre_of_mass",
];

/// One species, as the file gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpeciesKeys {
    name: Name,
    count: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<TypeKey>,
    /// Of a particle.
    #[serde(default, deserialize_with = "values::positive")]
    mass: Option<f64>,
    /// Of the particles of a molecule.
    #[serde(default, deserialize_with = "values::masses")]
    masses: Option<Vec<f64>>,
}

/// A type as a number, or the word that a file has in its place.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "found neither, expected the number of a type or its name"
)]
enum TypeKey {
    Number(i64),
    Word(String),
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Name(String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name.is_empty() || RESERVED.contains(&name.as_str()) {
            return Err(format!(
                "found the name `{name}`, expected one that is no key of the results ({})",
                RESERVED.join(", ")
            ));
        }
        if name.len() > LONGEST {
            return Err(format!(
                "found a name of {} bytes, expected at most {LONGEST}, since files are named after it",
                name.len()
            ));
        }
        Ok(Self(name))
    }
}

/// Whether a species may have this name.
pub(crate) fn is_species_name(name: &str) -> bool {
    Name::try_from(name.to_owned()).is_ok()
}

/// The species and which particles belong to each.
#[derive(Debug)]
pub(crate) enum SpeciesList {
    /// In the order of particle ids, with how many there are of each.
    Counts { kinds: Vec<Kind>, counts: Vec<u32> },
    /// By the types that the first frame of a file gives.
    Types {
        kinds: Vec<Kind>,
        types: Types,
        file: PathBuf,
    },
}

/// The type of each species, as the file of types has it.
#[derive(Debug)]
pub(crate) enum Types {
    Numbers(Vec<u32>),
    /// Elements, labels of types, or names of particles.
    Words(Vec<String>),
}

/// One species.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: String,
    /// Of its particle, or of the particles of its molecule.
    masses: Option<Vec<f64>>,
}

impl Kind {
    /// Particles of a molecule; 1 for a particle.
    fn size(&self) -> usize {
        self.masses.as_ref().map_or(1, Vec::len)
    }
}

impl SpeciesList {
    pub(crate) fn names(&self) -> Vec<&str> {
        self.kinds().iter().map(|kind| kind.name.as_str()).collect()
    }

    fn kinds(&self) -> &[Kind] {
        match self {
            Self::Counts { kinds, .. } | Self::Types { kinds, .. } => kinds,
        }
    }

    /// The names of single particles in the order of their ids, with how many of each, where there
    /// are several species.
    pub(crate) fn blocks(&self) -> Option<impl Iterator<Item = (&str, usize)>> {
        match self {
            Self::Counts { kinds, counts }
                if kinds.len() > 1 && kinds.iter().all(|kind| kind.size() == 1) =>
            {
                Some(with_counts(kinds, counts))
            }
            _ => None,
        }
    }

    /// The mass of each species, that of a whole molecule for molecules; `None` where one has none.
    /// In units in which masses are mostly 1 they are 1 where none is given.
    pub(crate) fn masses(&self, units: UnitsName) -> Option<Vec<(&str, f64)>> {
        let kinds = self.kinds();
        let reduced = units == UnitsName::Lj && kinds.iter().all(|kind| kind.masses.is_none());
        let mass = |kind: &Kind| kind.masses.as_ref().map(|masses| masses.iter().sum());
        let of = |kind| mass(kind).or(reduced.then_some(1.0));
        kinds
            .iter()
            .map(|kind| Some((kind.name.as_str(), of(kind)?)))
            .collect()
    }

    /// The molecules that species with several `masses` are, and particles as molecules of one;
    /// `None` where all are particles.
    pub(crate) fn molecules(&self) -> Option<Result<Molecules, TrajectoryError>> {
        let Self::Counts { kinds, counts } = self else {
            return None;
        };
        if kinds.iter().all(|kind| kind.size() == 1) {
            return None;
        }
        let mut next = 0;
        let molecules = kinds.iter().zip(counts).flat_map(|(kind, &count)| {
            let masses = kind.masses.as_deref().unwrap_or(&[1.0]);
            (0..count).map(move |_| masses)
        });
        Some(Molecules::new(molecules.map(|masses| {
            let first = next;
            next += masses.len();
            (first..).zip(masses.iter().copied())
        })))
    }

    /// The species of a system: by counts, or by types where the file names a dump that has them.
    pub(super) fn check(source: &Source, system: &System, dir: &Path) -> Result<Option<Self>, Failure> {
        let Some(list) = &system.species else {
            return match &system.types {
                Some(types) => {
                    let message = "found `types` alone, expected `species` with a `type` each";
                    Err(source.failure(types, message))
                }
                None => Ok(None),
            };
        };
        let entries = list.get_ref();
        if entries.is_empty() {
            return Err(source.failure(list, "`species`: found none, expected at least one"));
        }
        for (k, entry) in entries.iter().enumerate() {
            let name = &entry.get_ref().name.0;
            if entries[..k].iter().any(|other| other.get_ref().name.0 == *name) {
                let message = format!("`species`: found `{name}` twice, expected different names");
                return Err(source.failure(entry, message));
            }
        }
        let by_type = system.types.is_some();
        let word = |entry: &Spanned<SpeciesKeys>| matches!(entry.get_ref().kind, Some(TypeKey::Word(_)));
        let words = (by_type && entries.iter().any(word)).then(|| words(source, entries));
        let words = words.transpose()?;
        let kinds = entries.iter().map(|entry| {
            Ok(Kind {
                name: entry.get_ref().name.0.clone(),
                masses: masses(source, entry, by_type)?,
            })
        });
        let kinds: Vec<Kind> = kinds.collect::<Result<_, Failure>>()?;
        let numbers = || -> Result<Vec<u32>, Failure> {
            let each = entries.iter();
            each.map(|entry| number(source, entry, by_type)).collect()
        };
        let Some(file) = &system.types else {
            let counts = numbers()?;
            // Energies may be those per particle or those per molecule.
            let molecules: usize = counts.iter().map(|&count| count as usize).sum();
            let particles = kinds.iter().zip(&counts);
            let particles: usize = particles.map(|(kind, &count)| count as usize * kind.size()).sum();
            let expected = system.particles;
            if [molecules, particles].contains(&expected) {
                return Ok(Some(Self::Counts { kinds, counts }));
            }
            let found = if molecules == particles {
                format!("{particles} particles")
            } else {
                format!("{particles} particles in {molecules} molecules")
            };
            let message = format!("`species`: found {found} in all, expected `particles` = {expected}");
            return Err(source.failure(list, message));
        };
        let types = match words {
            Some(words) => Types::Words(words),
            None => {
                let numbers = numbers()?;
                for (k, number) in numbers.iter().enumerate() {
                    if numbers[..k].contains(number) {
                        let message =
                            format!("`species`: found type {number} twice, expected different types");
                        return Err(source.failure(&entries[k], message));
                    }
                }
                Types::Numbers(numbers)
            }
        };
        let file = dir.join(file.get_ref());
        Ok(Some(Self::Types { kinds, types, file }))
    }
}

/// The name of each species with how many there are of it.
pub(crate) fn with_counts<'a>(
    kinds: &'a [Kind],
    counts: &'a [u32],
) -> impl Iterator<Item = (&'a str, usize)> {
    let pairs = kinds.iter().zip(counts);
    pairs.map(|(kind, &count)| (kind.name.as_str(), count as usize))
}

/// The words that the file of types has in place of numbers, one for each species.
fn words(source: &Source, entries: &[Spanned<SpeciesKeys>]) -> Result<Vec<String>, Failure> {
    let mut words: Vec<String> = Vec::new();
    for entry in entries {
        let SpeciesKeys {
            name: Name(name),
            count,
            kind,
            ..
        } = entry.get_ref();
        let Some(TypeKey::Word(word)) = kind.as_ref().filter(|_| count.is_none()) else {
            let expected = "expected a `type` that is a name, as the other species have, and no `count`";
            return Err(source.failure(entry, format!("species `{name}`: {expected}")));
        };
        if words.contains(word) {
            let message = format!("`species`: found type `{word}` twice, expected different types");
            return Err(source.failure(entry, message));
        }
        words.push(word.clone());
    }
    Ok(words)
}

/// The masses of a species; `None` where it says none.
fn masses(source: &Source, entry: &Spanned<SpeciesKeys>, by_type: bool) -> Result<Option<Vec<f64>>, Failure> {
    let SpeciesKeys {
        name: Name(name),
        mass,
        masses,
        ..
    } = entry.get_ref();
    match (mass, masses) {
        (Some(_), Some(_)) => {
            let expected = "expected the `mass` of a particle, or the `masses` of a molecule";
            Err(source.failure(
                entry,
                format!("species `{name}`: found both `mass` and `masses`, {expected}"),
            ))
        }
        (_, Some(_)) if by_type => {
            let expected = "expected the `mass` of a particle: molecules are given by their `count`";
            Err(source.failure(
                entry,
                format!("species `{name}`: found `masses` beside a `type`, {expected}"),
            ))
        }
        (Some(mass), None) => Ok(Some(vec![*mass])),
        (None, masses) => Ok(masses.clone()),
    }
}

/// The type of a species, or its count.
fn number(source: &Source, entry: &Spanned<SpeciesKeys>, by_type: bool) -> Result<u32, Failure> {
    let SpeciesKeys {
        name: Name(name),
        count,
        kind,
        ..
    } = entry.get_ref();
    let kind = match kind {
        Some(TypeKey::Number(kind)) => Some(*kind),
        _ => None,
    };
    let (key, found, expected) = if by_type {
        let expected = "a `type` and no `count` beside `types`";
        ("type", kind.filter(|_| count.is_none()), expected)
    } else {
        let expected = "a `count`, or a `type` for each species and `types`";
        ("count", count.filter(|_| kind.is_none()), expected)
    };
    let Some(found) = found else {
        return Err(source.failure(entry, format!("species `{name}`: expected {expected}")));
    };
    match u32::try_from(found) {
        Ok(number @ 1..) => Ok(number),
        _ => {
            let message = format!("`{key}` of species `{name}`: found {found}, expected at least 1");
            Err(source.failure(entry, message))
        }
    }
}
