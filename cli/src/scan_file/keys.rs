//! The keys of the file, as they stand there.

use serde::Deserialize;
use toml::Spanned;

use super::{EnsembleName, PathName, UnitsName};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindName {
    Total,
    PerParticle,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) system: RawSystem,
    pub(super) run: Spanned<Vec<Spanned<RawRun>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSystem {
    pub(super) name: String,
    pub(super) units: UnitsName,
    pub(super) particles: Spanned<i64>,
    pub(super) energy_kind: KindName,
    pub(super) ensemble: EnsembleName,
    pub(super) path: Option<PathName>,
    pub(super) timestep: Spanned<f64>,
    #[serde(rename = "box")]
    pub(super) cell: Option<Spanned<RawCell>>,
    pub(super) species: Option<Spanned<Vec<Spanned<RawSpecies>>>>,
    pub(super) types: Option<Spanned<String>>,
    pub(super) probe: Option<Spanned<String>>,
    pub(super) q_shell: Option<Spanned<[f64; 2]>>,
    pub(super) overlap_radius: Option<Spanned<f64>>,
    pub(super) reference_temperature: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSpecies {
    pub(super) name: String,
    pub(super) count: Option<i64>,
    #[serde(rename = "type")]
    pub(super) kind: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRun {
    pub(super) name: Spanned<String>,
    pub(super) energy: Spanned<RawFiles>,
    pub(super) temperature: Option<Spanned<f64>>,
    pub(super) trajectory: Option<Spanned<RawFiles>>,
    #[serde(rename = "box")]
    pub(super) cell: Option<Spanned<RawCell>>,
    pub(super) frame_interval: Option<Spanned<f64>>,
    pub(super) fit_window: Option<Spanned<[f64; 2]>>,
    pub(super) discard: Option<Spanned<f64>>,
    pub(super) exclude: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "found neither, expected a file name or a list of file names"
)]
pub(super) enum RawFiles {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "found neither, expected a length or a list of three lengths"
)]
pub(super) enum RawCell {
    Cube(f64),
    Box([f64; 3]),
}
