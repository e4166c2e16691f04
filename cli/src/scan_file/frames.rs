//! How trajectories are read: choices of `[system]` for all runs, or of one `[[run]]`.

use serde::Deserialize;

/// What happens where particles change their types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TypesChange {
    Refuse,
    Ignore,
}

/// What happens where steps come a second time with other positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OverlapName {
    Refuse,
    Later,
}

impl OverlapName {
    pub(crate) fn overlap(self) -> msed::io::Overlap {
        match self {
            Self::Refuse => msed::io::Overlap::Refuse,
            Self::Later => msed::io::Overlap::Later,
        }
    }
}

/// How wrapped coordinates are unwrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnwrapName {
    /// Not at all: they are an error.
    None,
    Images,
    Continuity,
}

/// What happens to a last frame, or a last row of energies, that is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CutOff {
    Refuse,
    LeaveOut,
}

/// What happens where the times of frames do not agree with their steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FrameTimes {
    Refuse,
    Ignore,
}

/// The order of particles in LAMMPS dumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ParticleOrder {
    Id,
    File,
}
