//! The species, and which particles belong to each.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::source::Source;
use super::system::System;
use crate::failure::Failure;

/// Most bytes of a species' name, after which files are named.
const LONGEST: usize = 60;

/// Keys of `structure` in the results that no species may be called.
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
    kind: Option<i64>,
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
    /// By the types that the first frame of a dump gives.
    Types {
        types: Vec<(String, u32)>,
        dump: PathBuf,
    },
}

impl SpeciesList {
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Counts(list) => list.iter().map(|(name, _)| name.as_str()).collect(),
            Self::Types { types, .. } => types.iter().map(|(name, _)| name.as_str()).collect(),
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
        match &system.types {
            Some(dump) => Ok(Some(Self::Types {
                types: types(source, entries)?,
                dump: dir.join(dump.get_ref()),
            })),
            None => {
                let counts = counts(source, entries)?;
                let total: usize = counts.iter().map(|(_, count)| count).sum();
                if total == system.particles() {
                    return Ok(Some(Self::Counts(counts)));
                }
                let message = format!(
                    "`species`: found {total} particles in all, expected `particles` = {}",
                    system.particles()
                );
                Err(source.failure(list, message))
            }
        }
    }
}

fn types(source: &Source, entries: &[Spanned<SpeciesKeys>]) -> Result<Vec<(String, u32)>, Failure> {
    let mut types: Vec<(String, u32)> = Vec::new();
    for entry in entries {
        let species = entry.get_ref();
        let name = &species.name.0;
        let Some(kind) = species.kind.filter(|_| species.count.is_none()) else {
            let message = format!("species `{name}`: expected a `type` and no `count` beside `types`");
            return Err(source.failure(entry, message));
        };
        let kind = positive(source, entry, "type", kind)?;
        if types.iter().any(|(_, other)| *other == kind) {
            let message = format!("`species`: found type {kind} twice, expected different types");
            return Err(source.failure(entry, message));
        }
        types.push((name.clone(), kind));
    }
    Ok(types)
}

fn counts(source: &Source, entries: &[Spanned<SpeciesKeys>]) -> Result<Vec<(String, usize)>, Failure> {
    let count = |entry: &Spanned<SpeciesKeys>| {
        let species = entry.get_ref();
        let name = &species.name.0;
        let Some(count) = species.count.filter(|_| species.kind.is_none()) else {
            let message =
                format!("species `{name}`: expected a `count`, or a `type` for each species and `types`");
            return Err(source.failure(entry, message));
        };
        Ok((name.clone(), positive(source, entry, "count", count)? as usize))
    };
    entries.iter().map(count).collect()
}

fn positive(source: &Source, entry: &Spanned<SpeciesKeys>, key: &str, found: i64) -> Result<u32, Failure> {
    u32::try_from(found)
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| {
            let name = &entry.get_ref().name.0;
            let message = format!("`{key}` of species `{name}`: found {found}, expected at least 1");
            source.failure(entry, message)
        })
}
