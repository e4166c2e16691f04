//! What a scan must hold.

use std::path::{Path, PathBuf};

use msed::EnergyKind;
use toml::Spanned;

use super::keys::{KindName, RawCell, RawFile, RawFiles, RawRun, RawSpecies, RawSystem};
use super::syntax::line_at;
use super::{Given, Run, Scan, SpeciesList, System, UnitsName};
use crate::failure::Failure;

/// Most particles of a system: more would not fit into memory.
const MOST_PARTICLES: usize = 1_000_000_000;
/// Most bytes of a species' name, and of a run's name and two of the longest species' together: 255 bytes is what a file
/// system allows for a name, less what stands around these.
const LONGEST_SPECIES: usize = 60;
const LONGEST_NAMES: usize = 220;

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

/// The checks that need more than one type, each with the line it complains about.
pub(super) struct Checker<'a> {
    pub(super) file: &'a Path,
    pub(super) text: &'a str,
    pub(super) dir: &'a Path,
}

impl Checker<'_> {
    fn line<T>(&self, value: &Spanned<T>) -> usize {
        line_at(self.text.as_bytes(), value.span().start)
    }

    fn fail<T, U>(&self, at: &Spanned<T>, message: impl std::fmt::Display) -> Result<U, Failure> {
        Err(Failure::at(
            format!("{}:{}", self.file.display(), self.line(at)),
            message,
        ))
    }

    fn positive(&self, key: &str, value: &Spanned<f64>) -> Result<f64, Failure> {
        let found = *value.get_ref();
        if found.is_finite() && found > 0.0 {
            return Ok(found);
        }
        self.fail(
            value,
            format!("`{key}`: found {found}, expected a positive number"),
        )
    }

    fn interval(&self, key: &str, value: &Spanned<[f64; 2]>) -> Result<[f64; 2], Failure> {
        let [low, high] = *value.get_ref();
        if low.is_finite() && high.is_finite() && low > 0.0 && low < high {
            return Ok([low, high]);
        }
        self.fail(
            value,
            format!("`{key}`: found [{low}, {high}], expected two positive numbers in rising order"),
        )
    }

    fn cell(&self, value: &Spanned<RawCell>) -> Result<[f64; 3], Failure> {
        let edges = match *value.get_ref() {
            RawCell::Cube(edge) => [edge; 3],
            RawCell::Box(edges) => edges,
        };
        match edges.into_iter().find(|&edge| !(edge.is_finite() && edge > 0.0)) {
            Some(edge) => self.fail(value, format!("`box`: found {edge}, expected positive lengths")),
            None => Ok(edges),
        }
    }

    fn files(&self, key: &str, value: &Spanned<RawFiles>) -> Result<Vec<PathBuf>, Failure> {
        let names = match value.get_ref() {
            RawFiles::One(name) => std::slice::from_ref(name),
            RawFiles::Many(names) => names,
        };
        if names.is_empty() || names.iter().any(String::is_empty) {
            return self.fail(
                value,
                format!("`{key}`: found an empty list or name, expected a file name"),
            );
        }
        if let Some(double) = (1..names.len()).find(|&k| names[..k].contains(&names[k])) {
            return self.fail(
                value,
                format!(
                    "`{key}`: found {} twice, expected different replicas",
                    names[double]
                ),
            );
        }
        Ok(names.iter().map(|name| self.dir.join(name)).collect())
    }

    pub(super) fn scan(&self, raw: RawFile) -> Result<Scan, Failure> {
        if raw.run.get_ref().is_empty() {
            return self.fail(
                &raw.run,
                "`run`: found no run, expected a table [[run]] for each state point",
            );
        }
        let cell = raw.system.cell.as_ref().map(|cell| self.cell(cell)).transpose()?;
        let system = self.system(raw.system)?;
        let mut runs: Vec<Run> = Vec::new();
        for run in raw.run.get_ref() {
            let name = &run.get_ref().name;
            if runs.iter().any(|other| other.name == *name.get_ref()) {
                return self.fail(
                    name,
                    format!(
                        "found a second run `{}`, expected different names",
                        name.get_ref()
                    ),
                );
            }
            runs.push(self.run(run, cell, &system)?);
        }
        Ok(Scan {
            file: self.file.to_owned(),
            system,
            runs,
        })
    }

    fn system(&self, raw: RawSystem) -> Result<System, Failure> {
        let particles = match usize::try_from(*raw.particles.get_ref()) {
            Ok(particles @ 1..=MOST_PARTICLES) => particles,
            many => {
                let found = raw.particles.get_ref();
                let expected = many.map_or("at least 1", |n| {
                    if n == 0 {
                        "at least 1"
                    } else {
                        "at most 1000000000"
                    }
                });
                return self.fail(
                    &raw.particles,
                    format!("`particles`: found {found}, expected {expected}"),
                );
            }
        };
        let species = self.species(raw.species.as_ref(), raw.types.as_ref(), particles)?;
        let probe = match (&raw.probe, &species) {
            (Some(probe), Some(species)) if !species.names().contains(&probe.get_ref().as_str()) => {
                let names = species.names().join("`, `");
                return self.fail(
                    probe,
                    format!("`probe`: found `{}`, expected one of `{names}`", probe.get_ref()),
                );
            }
            (Some(probe), None) => {
                return self.fail(
                    probe,
                    format!("`probe`: found `{}`, expected `species` with it", probe.get_ref()),
                );
            }
            (Some(probe), _) => Some(probe.get_ref().clone()),
            (None, species) => species.as_ref().map(|species| species.names()[0].to_owned()),
        };
        let optional = |key: &str, value: &Option<Spanned<f64>>| {
            value.as_ref().map(|value| self.positive(key, value)).transpose()
        };
        let radius = if raw.units == UnitsName::Lj { 0.3 } else { 1.0 };
        Ok(System {
            name: raw.name,
            units: raw.units,
            particles,
            energy_kind: match raw.energy_kind {
                KindName::Total => EnergyKind::Total,
                KindName::PerParticle => EnergyKind::PerParticle,
            },
            ensemble: raw.ensemble,
            path: raw.path,
            timestep: self.positive("timestep", &raw.timestep)?,
            species,
            probe,
            q_shell: raw
                .q_shell
                .as_ref()
                .map(|shell| self.interval("q_shell", shell))
                .transpose()?,
            overlap_radius: optional("overlap_radius", &raw.overlap_radius)?.unwrap_or(radius),
            reference_temperature: self.given("reference_temperature", raw.reference_temperature.as_ref())?,
        })
    }

    fn given(&self, key: &str, value: Option<&Spanned<f64>>) -> Result<Option<Given<f64>>, Failure> {
        let given = |value| {
            Ok(Given {
                value: self.positive(key, value)?,
                line: self.line(value),
            })
        };
        value.map(given).transpose()
    }

    fn species(
        &self,
        list: Option<&Spanned<Vec<Spanned<RawSpecies>>>>,
        types: Option<&Spanned<String>>,
        particles: usize,
    ) -> Result<Option<SpeciesList>, Failure> {
        let Some(list) = list else {
            return match types {
                Some(types) => self.fail(
                    types,
                    "found `types` alone, expected `species` with a `type` each",
                ),
                None => Ok(None),
            };
        };
        let entries = list.get_ref();
        if entries.is_empty() {
            return self.fail(list, "`species`: found none, expected at least one");
        }
        for (k, entry) in entries.iter().enumerate() {
            let name = entry.get_ref().name.as_str();
            if name.is_empty() || RESERVED.contains(&name) {
                let message = format!(
                    "`species`: found the name `{name}`, expected one that is no key of the results ({})",
                    RESERVED.join(", ")
                );
                return self.fail(entry, message);
            }
            if name.len() > LONGEST_SPECIES {
                let message = format!(
                    "`species`: found a name of {} bytes, expected at most {LONGEST_SPECIES}, since files are named after it",
                    name.len()
                );
                return self.fail(entry, message);
            }
            if entries[..k].iter().any(|other| other.get_ref().name == name) {
                return self.fail(
                    entry,
                    format!("`species`: found `{name}` twice, expected different names"),
                );
            }
        }
        let number = |entry: &Spanned<RawSpecies>, value: i64, key: &str| match u32::try_from(value) {
            Ok(number @ 1..) => Ok(number),
            _ => self.fail(
                entry,
                format!(
                    "`{key}` of species `{}`: found {value}, expected at least 1",
                    entry.get_ref().name
                ),
            ),
        };
        let name = |entry: &Spanned<RawSpecies>| entry.get_ref().name.clone();
        if let Some(types) = types {
            let mut pairs: Vec<(String, u32)> = Vec::new();
            for entry in entries {
                let Some(kind) = entry.get_ref().kind.filter(|_| entry.get_ref().count.is_none()) else {
                    return self.fail(
                        entry,
                        format!(
                            "species `{}`: expected a `type` and no `count` beside `types`",
                            name(entry)
                        ),
                    );
                };
                let kind = number(entry, kind, "type")?;
                if pairs.iter().any(|(_, other)| *other == kind) {
                    return self.fail(
                        entry,
                        format!("`species`: found type {kind} twice, expected different types"),
                    );
                }
                pairs.push((name(entry), kind));
            }
            return Ok(Some(SpeciesList::Types {
                types: pairs,
                dump: self.dir.join(types.get_ref()),
            }));
        }
        let mut counts = Vec::new();
        for entry in entries {
            let Some(count) = entry.get_ref().count.filter(|_| entry.get_ref().kind.is_none()) else {
                return self.fail(
                    entry,
                    format!(
                        "species `{}`: expected a `count`, or a `type` for each species and `types`",
                        name(entry)
                    ),
                );
            };
            counts.push((name(entry), number(entry, count, "count")? as usize));
        }
        let total: usize = counts.iter().map(|(_, count)| count).sum();
        if total != particles {
            return self.fail(
                list,
                format!("`species`: found {total} particles in all, expected `particles` = {particles}"),
            );
        }
        Ok(Some(SpeciesList::Counts(counts)))
    }

    fn run(&self, raw: &Spanned<RawRun>, cell: Option<[f64; 3]>, system: &System) -> Result<Run, Failure> {
        let line = self.line(raw);
        let raw = raw.get_ref();
        let name = raw.name.get_ref();
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0', '\n']) {
            let message = format!("`name`: found `{name}`, expected a name that a file can have");
            return self.fail(&raw.name, message);
        }
        let species = system
            .species
            .as_ref()
            .map(SpeciesList::names)
            .unwrap_or_default();
        let longest = LONGEST_NAMES - 2 * species.iter().map(|name| name.len()).max().unwrap_or(0);
        if name.len() > longest {
            let found = name.len();
            let message = format!(
                "`name`: found {found} bytes, expected at most {longest}, since files are named after it and the species"
            );
            return self.fail(&raw.name, message);
        }
        if let (Some(trajectory), None) = (&raw.trajectory, &system.species) {
            return self.fail(
                trajectory,
                "found a `trajectory` without species, expected `species` in [system]",
            );
        }
        let discard = match &raw.discard {
            Some(value) if !(value.get_ref().is_finite() && *value.get_ref() >= 0.0) => {
                return self.fail(
                    value,
                    format!("`discard`: found {}, expected a time, 0 or more", value.get_ref()),
                );
            }
            value => value.as_ref().map_or(0.0, |value| *value.get_ref()),
        };
        if let Some(exclude) = raw
            .exclude
            .as_ref()
            .filter(|reason| reason.get_ref().trim().is_empty())
        {
            return self.fail(exclude, "`exclude`: found no text, expected the reason");
        }
        Ok(Run {
            name: name.clone(),
            line,
            energy: self.files("energy", &raw.energy)?,
            temperature: self.given("temperature", raw.temperature.as_ref())?,
            trajectory: raw
                .trajectory
                .as_ref()
                .map_or_else(|| Ok(Vec::new()), |files| self.files("trajectory", files))?,
            cell: raw
                .cell
                .as_ref()
                .map(|cell| self.cell(cell))
                .transpose()?
                .or(cell),
            frame_interval: raw
                .frame_interval
                .as_ref()
                .map(|value| self.positive("frame_interval", value))
                .transpose()?,
            fit_window: raw
                .fit_window
                .as_ref()
                .map(|window| self.interval("fit_window", window))
                .transpose()?,
            discard,
            exclude: raw.exclude.as_ref().map(|reason| reason.get_ref().clone()),
        })
    }
}
