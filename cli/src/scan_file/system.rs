//! The table `[system]`.

use std::path::PathBuf;

use msed::EnergyKind;
use serde::Deserialize;
use toml::Spanned;

use super::names::{EnsembleName, KindName, PathName, UnitsName};
use super::source::Source;
use super::species::SpeciesKeys;
use super::values::{Edges, Interval, Particles, Positive};
use crate::failure::Failure;

/// What all runs have in common, as the file gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct System {
    pub(crate) name: String,
    pub(crate) units: UnitsName,
    particles: Particles,
    energy_kind: KindName,
    pub(crate) ensemble: EnsembleName,
    pub(crate) path: Option<PathName>,
    timestep: Positive,
    #[serde(rename = "box")]
    pub(super) cell: Option<Edges>,
    pub(super) species: Option<Spanned<Vec<Spanned<SpeciesKeys>>>>,
    pub(super) types: Option<Spanned<PathBuf>>,
    probe: Option<Spanned<String>>,
    q_shell: Option<Interval>,
    overlap_radius: Option<Positive>,
    pub(crate) reference_temperature: Option<Spanned<Positive>>,
}

impl System {
    pub(crate) fn particles(&self) -> usize {
        self.particles.0
    }

    pub(crate) fn energy_kind(&self) -> EnergyKind {
        self.energy_kind.kind()
    }

    pub(crate) fn timestep(&self) -> f64 {
        self.timestep.0
    }

    /// The shell of wave vectors, where the file gives it.
    pub(crate) fn q_shell(&self) -> Option<[f64; 2]> {
        self.q_shell.map(|shell| shell.0)
    }

    /// The radius within which a particle overlaps with its own past.
    pub(crate) fn overlap_radius(&self) -> f64 {
        let default = if self.units == UnitsName::Lj { 0.3 } else { 1.0 };
        self.overlap_radius.map_or(default, |radius| radius.0)
    }

    /// Whether the runs are said to lie along an isobar.
    pub(crate) fn is_isobaric(&self) -> bool {
        self.path == Some(PathName::Isobaric)
    }

    /// The probe, by default the first species.
    pub(super) fn probe(&self, source: &Source, species: &[&str]) -> Result<Option<String>, Failure> {
        let Some(probe) = &self.probe else {
            return Ok(species.first().map(|&name| name.to_owned()));
        };
        let found = probe.get_ref();
        if species.contains(&found.as_str()) {
            return Ok(Some(found.clone()));
        }
        let expected = if species.is_empty() {
            "`species` with it".to_owned()
        } else {
            format!("one of `{}`", species.join("`, `"))
        };
        Err(source.failure(probe, format!("`probe`: found `{found}`, expected {expected}")))
    }
}
