//! `scan.toml`: what a scan consists of. Every key is checked here, before any file is opened.

mod checker;
mod keys;
mod syntax;

use std::path::{Path, PathBuf};

use msed::EnergyKind;
use msed::units::Units;
use serde::Deserialize;

use crate::failure::Failure;
use crate::files;
use checker::Checker;
use syntax::line_at;

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
        let raw = toml::from_str(text).map_err(|error| syntax::explain(&file, text, &error))?;
        Checker {
            file: &file,
            text,
            dir,
        }
        .scan(raw)
    }
}
