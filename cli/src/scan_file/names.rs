//! Values that are one of a few names.

use msed::units::Units;
use msed::{EnergyKind, Ensemble};
use serde::Deserialize;

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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EnsembleName {
    Nve,
    Nvt,
}

impl EnsembleName {
    /// The ensemble of so many particles.
    pub(crate) fn of(self, particles: usize) -> Ensemble {
        match self {
            Self::Nve => Ensemble::nve(particles),
            Self::Nvt => Ensemble::Nvt,
        }
    }
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
