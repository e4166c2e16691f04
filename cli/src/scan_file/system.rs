//! The table `[system]`.

use std::path::PathBuf;

use msed::io::{Column, RunChoice};
use msed::relaxation::Model;
use msed::trajectory::Dimensions;
use msed::units::Units;
use msed::{EnergyKind, Ensemble};
use serde::Deserialize;
use toml::Spanned;

use super::frames::{CutOff, FrameTimes, OverlapName, ParticleOrder, TypesChange, UnwrapName};
use super::given::GivenKeys;
use super::source::Source;
use super::species::SpeciesKeys;
use super::values::{self, Choice};
use crate::failure::Failure;

/// What all runs have in common, as the file gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct System {
    #[serde(deserialize_with = "values::one_line")]
    pub(crate) name: String,
    pub(crate) units: UnitsName,
    #[serde(deserialize_with = "values::particles")]
    pub(crate) particles: usize,
    pub(super) energy_kind: KindName,
    pub(super) ensemble: EnsembleName,
    /// Per particle: of rigid molecules, or under constraints.
    #[serde(default, deserialize_with = "values::degrees_of_freedom")]
    pub(super) degrees_of_freedom: Option<Choice<f64>>,
    pub(crate) path: Option<Spanned<PathName>>,
    /// That of the barostat.
    #[serde(default, deserialize_with = "values::pressure")]
    pub(super) pressure: Option<Choice<f64>>,
    #[serde(deserialize_with = "values::positive")]
    pub(crate) timestep: f64,
    #[serde(rename = "box", default, deserialize_with = "values::edges")]
    pub(super) cell: Option<Choice<[f64; 3]>>,
    pub(super) species: Option<Spanned<Vec<Spanned<SpeciesKeys>>>>,
    pub(super) types: Option<Spanned<PathBuf>>,
    #[serde(default, deserialize_with = "values::dimensions")]
    pub(super) dimensions: Option<Spanned<u32>>,
    pub(super) centre_of_mass: Option<CentreOfMassName>,
    probe: Option<Spanned<String>>,
    /// The shell of wave vectors.
    #[serde(default, deserialize_with = "values::interval")]
    pub(crate) q_shell: Option<[f64; 2]>,
    #[serde(default, deserialize_with = "values::positive")]
    overlap_radius: Option<f64>,
    #[serde(default, deserialize_with = "values::placed")]
    pub(crate) reference_temperature: Option<Spanned<f64>>,
    #[serde(default, deserialize_with = "values::column")]
    pub(super) step_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column")]
    pub(super) energy_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column")]
    pub(super) temperature_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column")]
    pub(super) pressure_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column")]
    pub(super) volume_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column_or_none")]
    pub(super) total_energy_column: Option<Choice<Option<Column>>>,
    #[serde(default, deserialize_with = "values::log_run")]
    pub(super) log_run: Option<RunChoice>,
    pub(super) model: Option<ModelName>,
    pub(super) types_change: Option<TypesChange>,
    pub(super) frame_times: Option<FrameTimes>,
    pub(super) overlap: Option<OverlapName>,
    pub(super) unwrap: Option<UnwrapName>,
    pub(super) cut_off: Option<CutOff>,
    pub(super) particle_order: Option<ParticleOrder>,
    /// The keys that are given, with their lines.
    #[serde(skip)]
    pub(super) keys: GivenKeys,
}

impl System {
    pub(crate) fn energy_kind(&self) -> EnergyKind {
        self.energy_kind.kind()
    }

    /// The ensemble that the runs are declared to be of. Without degrees of freedom they are those
    /// of atoms in so many dimensions.
    pub(super) fn ensemble(&self, dimensions: Dimensions) -> Ensemble {
        let freedom = Choice::of(self.degrees_of_freedom.as_ref(), None);
        self.ensemble
            .of(freedom.unwrap_or_else(|| dimensions.degrees_of_freedom(self.particles)))
    }

    /// The radius within which a particle overlaps with its own past.
    pub(crate) fn overlap_radius(&self) -> f64 {
        let default = match self.units {
            UnitsName::Lj => 0.3,
            UnitsName::Metal | UnitsName::Real => 1.0,
            UnitsName::Gromacs => 0.1,
        };
        self.overlap_radius.unwrap_or(default)
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnitsName {
    Lj,
    Metal,
    Real,
    Gromacs,
}

impl UnitsName {
    pub(crate) fn units(self) -> Units {
        match self {
            Self::Lj => Units::LJ,
            Self::Metal => Units::METAL,
            Self::Real => Units::REAL,
            Self::Gromacs => Units::GROMACS,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EnsembleName {
    Nve,
    Nvt,
    Npt,
}

impl EnsembleName {
    pub(super) fn of(self, degrees_of_freedom: f64) -> Ensemble {
        match self {
            Self::Nve => Ensemble::Nve { degrees_of_freedom },
            Self::Nvt => Ensemble::Nvt { degrees_of_freedom },
            Self::Npt => Ensemble::Npt { degrees_of_freedom },
        }
    }
}

/// The form of the slow relaxation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ModelName {
    Automatic,
    Exponential,
    Stretched,
}

impl ModelName {
    /// The form that is asked for; `None` where the spectrum chooses.
    pub(super) fn model(self) -> Option<Model> {
        match self {
            Self::Automatic => None,
            Self::Exponential => Some(Model::Exponential),
            Self::Stretched => Some(Model::Stretched),
        }
    }
}

/// What is done to the motion of the centre of mass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CentreOfMassName {
    Keep,
    Remove,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PathName {
    Isochoric,
    Isobaric,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindName {
    Total,
    PerParticle,
}

impl KindName {
    pub(crate) fn kind(self) -> EnergyKind {
        match self {
            Self::Total => EnergyKind::Total,
            Self::PerParticle => EnergyKind::PerParticle,
        }
    }
}
