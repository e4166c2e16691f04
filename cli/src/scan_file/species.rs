//! The species, and which particles belong to each.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::source::Source;
use super::system::System;
use crate::failure::Failure;

/// Most bytes of a species' name, after which files are named.
const LONGEST: usize = 60;

/// Keys of `structure` in the results, which are no names for species.
const RESERVED: [&str; 9] = [
    "q",
    "wave_vectors",
    "q_max",
    "s_of_q",
    "all",
    "tau_alpha",
    "kww",
    "tau_beta",
    "diffusion",
];

/// One species, as the file gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpeciesKeys {
    name: Name,
    count: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<TypeKey>,
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

/// The species and which particles belong to each.
#[derive(Debug)]
pub(crate) enum SpeciesList {
    /// In the order of particle ids.
    Counts(Vec<(String, usize)>),
    /// By the types that the first frame of a file gives.
    Types { types: TypeNames, file: PathBuf },
}

/// For each species its name and its type in files of frames.
#[derive(Debug)]
pub(crate) enum TypeNames {
    Numbers(Vec<(String, u32)>),
    /// An element, the label of a type, or the name of a particle.
    Words(Vec<(String, String)>),
}

impl TypeNames {
    fn names(&self) -> Vec<&str> {
        match self {
            Self::Numbers(list) => list.iter().map(|(name, _)| name.as_str()).collect(),
            Self::Words(list) => list.iter().map(|(name, _)| name.as_str()).collect(),
        }
    }
}

impl SpeciesList {
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Counts(list) => list.iter().map(|(name, _)| name.as_str()).collect(),
            Self::Types { types, .. } => types.names(),
        }
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
        let word = |entry: &Spanned<SpeciesKeys>| matches!(entry.get_ref().kind, Some(TypeKey::Word(_)));
        if let Some(file) = system.types.as_ref().filter(|_| entries.iter().any(word)) {
            let types = TypeNames::Words(words(source, entries)?);
            let file = dir.join(file.get_ref());
            return Ok(Some(Self::Types { types, file }));
        }
        let numbers = entries
            .iter()
            .map(|entry| number(source, entry, system.types.is_some()));
        let numbers: Vec<(String, u32)> = numbers.collect::<Result<_, _>>()?;
        let Some(dump) = &system.types else {
            let counts = numbers.into_iter().map(|(name, count)| (name, count as usize));
            let counts: Vec<(String, usize)> = counts.collect();
            let total: usize = counts.iter().map(|(_, count)| count).sum();
            if total == system.particles {
                return Ok(Some(Self::Counts(counts)));
            }
            let expected = system.particles;
            let message =
                format!("`species`: found {total} particles in all, expected `particles` = {expected}");
            return Err(source.failure(list, message));
        };
        for (k, (_, kind)) in numbers.iter().enumerate() {
            if numbers[..k].iter().any(|(_, other)| other == kind) {
                let message = format!("`species`: found type {kind} twice, expected different types");
                return Err(source.failure(&entries[k], message));
            }
        }
        Ok(Some(Self::Types {
            types: TypeNames::Numbers(numbers),
            file: dir.join(dump.get_ref()),
        }))
    }
}

/// The names of the species with their types, where these are words.
fn words(source: &Source, entries: &[Spanned<SpeciesKeys>]) -> Result<Vec<(String, String)>, Failure> {
    let mut words: Vec<(String, String)> = Vec::new();
    for entry in entries {
        let SpeciesKeys {
            name: Name(name),
            count,
            kind,
        } = entry.get_ref();
        let Some(TypeKey::Word(word)) = kind.as_ref().filter(|_| count.is_none()) else {
            let expected = "expected a `type` that is a name, as the other species have, and no `count`";
            return Err(source.failure(entry, format!("species `{name}`: {expected}")));
        };
        if words.iter().any(|(_, other)| other == word) {
            let message = format!("`species`: found type `{word}` twice, expected different types");
            return Err(source.failure(entry, message));
        }
        words.push((name.clone(), word.clone()));
    }
    Ok(words)
}

/// The name of a species with its type or its count.
fn number(source: &Source, entry: &Spanned<SpeciesKeys>, by_type: bool) -> Result<(String, u32), Failure> {
    let SpeciesKeys {
        name: Name(name),
        count,
        kind,
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
        Ok(number @ 1..) => Ok((name.clone(), number)),
        _ => {
            let message = format!("`{key}` of species `{name}`: found {found}, expected at least 1");
            Err(source.failure(entry, message))
        }
    }
}
