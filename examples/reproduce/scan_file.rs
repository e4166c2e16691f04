//! `scan.toml`: what a scan consists of. Every key is checked here, before any file is opened.

use std::path::{Path, PathBuf};

use msed::EnergyKind;
use msed::units::Units;
use serde::Deserialize;
use toml::Spanned;

use crate::failure::Failure;
use crate::files;

/// A scan: one system at several temperatures.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) file: PathBuf,
    pub(crate) system: System,
    pub(crate) runs: Vec<Run>,
}

#[derive(Debug)]
pub(crate) struct System {
    pub(crate) name: String,
    pub(crate) units: UnitsName,
    pub(crate) particles: usize,
    pub(crate) energy_kind: EnergyKind,
    pub(crate) ensemble: EnsembleName,
    pub(crate) path: Option<PathName>,
    pub(crate) timestep: f64,
    pub(crate) species: Option<SpeciesList>,
    pub(crate) probe: Option<String>,
    pub(crate) q_shell: Option<[f64; 2]>,
    pub(crate) overlap_radius: f64,
    pub(crate) reference_temperature: Option<Given<f64>>,
}

/// One state point.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) name: String,
    /// Line of the `[[run]]` in the file.
    pub(crate) line: usize,
    pub(crate) energy: Vec<PathBuf>,
    pub(crate) temperature: Option<Given<f64>>,
    pub(crate) trajectory: Vec<PathBuf>,
    pub(crate) cell: Option<[f64; 3]>,
    pub(crate) frame_interval: Option<f64>,
    pub(crate) fit_window: Option<[f64; 2]>,
    pub(crate) discard: f64,
    pub(crate) exclude: Option<String>,
}

/// A value and the line that it stands on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<T> {
    pub(crate) value: T,
    pub(crate) line: usize,
}

/// The species and which particles belong to each.
#[derive(Debug, Clone)]
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnitsName {
    Lj,
    Metal,
    Real,
}

impl UnitsName {
    pub(crate) fn units(self) -> Units {
        match self {
            Self::Lj => Units::LJ,
            Self::Metal => Units::METAL,
            Self::Real => Units::REAL,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lj => "lj",
            Self::Metal => "metal",
            Self::Real => "real",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EnsembleName {
    Nve,
    Nvt,
}

impl EnsembleName {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nve => "nve",
            Self::Nvt => "nvt",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PathName {
    Isochoric,
    Isobaric,
}

impl PathName {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Isochoric => "isochoric",
            Self::Isobaric => "isobaric",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    Total,
    PerParticle,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    system: RawSystem,
    run: Spanned<Vec<Spanned<RawRun>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSystem {
    name: String,
    units: UnitsName,
    particles: Spanned<i64>,
    energy_kind: KindName,
    ensemble: EnsembleName,
    path: Option<PathName>,
    timestep: Spanned<f64>,
    #[serde(rename = "box")]
    cell: Option<Spanned<RawCell>>,
    species: Option<Spanned<Vec<Spanned<RawSpecies>>>>,
    types: Option<Spanned<String>>,
    probe: Option<Spanned<String>>,
    q_shell: Option<Spanned<[f64; 2]>>,
    overlap_radius: Option<Spanned<f64>>,
    reference_temperature: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSpecies {
    name: String,
    count: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRun {
    name: Spanned<String>,
    energy: Spanned<RawFiles>,
    temperature: Option<Spanned<f64>>,
    trajectory: Option<Spanned<RawFiles>>,
    #[serde(rename = "box")]
    cell: Option<Spanned<RawCell>>,
    frame_interval: Option<Spanned<f64>>,
    fit_window: Option<Spanned<[f64; 2]>>,
    discard: Option<Spanned<f64>>,
    exclude: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "found neither, expected a file name or a list of file names"
)]
enum RawFiles {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "found neither, expected a length or a list of three lengths"
)]
enum RawCell {
    Cube(f64),
    Box([f64; 3]),
}

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

impl Scan {
    /// Reads `DIR/scan.toml`.
    pub(crate) fn read(dir: &Path) -> Result<Self, Failure> {
        let file = dir.join("scan.toml");
        files::check(&file)?;
        let bytes = std::fs::read(&file)
            .map_err(|source| Failure::new(format!("cannot open {}: {source}", file.display())))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let line = line_at(error.as_bytes(), error.utf8_error().valid_up_to());
            Failure::at(
                format!("{}:{line}", file.display()),
                "found bytes that are not UTF-8, expected TOML text",
            )
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let raw: RawFile = toml::from_str(text).map_err(|error| syntax(&file, text, &error))?;
        Checker {
            file: &file,
            text,
            dir,
        }
        .scan(raw)
    }
}

fn line_at(text: &[u8], offset: usize) -> usize {
    text[..offset.min(text.len())]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

/// What the parser says, with the line and the key, in the words of this file.
fn syntax(file: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let line = error
        .span()
        .map_or(1, |span| line_at(text.as_bytes(), span.start));
    let message = error.message();
    let on_line = text
        .lines()
        .nth(line - 1)
        .unwrap_or_default()
        .split('=')
        .next()
        .unwrap_or_default()
        .trim();
    let key = if on_line.is_empty() || on_line.starts_with('[') {
        String::new()
    } else {
        format!("`{on_line}`: ")
    };
    let message = if let Some(key) = message.strip_prefix("missing field ") {
        format!("no key {key}, expected {}", expected(key.trim_matches('`')))
    } else if let Some(rest) = message.strip_prefix("unknown field ") {
        format!("unknown key {rest}")
    } else if message.starts_with("duplicate") {
        format!(
            "found {}a second time, expected each key once",
            key.replace(':', "")
        )
    } else {
        let value = error.span().and_then(|span| text.get(span)).unwrap_or_default();
        let plain = message
            .replace("found neither", &format!("found `{value}`"))
            .replace("expected f64", "expected a number")
            .replace("expected i64", "expected a whole number")
            .replace("unknown variant", "found")
            .replace("invalid type:", "found")
            .replace("an array of length", "a list of length")
            .replace("invalid length", "found a list of length");
        format!("{key}{plain}")
    };
    Failure::at(format!("{}:{line}", file.display()), message)
}

/// What a required key holds.
fn expected(key: &str) -> &'static str {
    match key {
        "system" => "a table [system]",
        "run" => "a table [[run]] for each state point",
        "name" => "a name",
        "units" => "one of `lj`, `metal`, `real`",
        "particles" => "the number of particles",
        "energy_kind" => {
            "one of `total`, `per_particle` (LAMMPS prints the energy per particle under `units lj` unless \
             `thermo_modify norm no`)"
        }
        "ensemble" => "one of `nve`, `nvt`",
        "timestep" => "the time units of one MD step",
        "energy" => "a file name or a list of file names",
        _ => "a value",
    }
}

/// The checks that need more than one type, each with the line it complains about.
struct Checker<'a> {
    file: &'a Path,
    text: &'a str,
    dir: &'a Path,
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

    fn scan(&self, raw: RawFile) -> Result<Scan, Failure> {
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
