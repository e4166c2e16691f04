//! A table `[[run]]`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::source::Source;
use super::system::CentreOfMassName;
use super::values;
use crate::failure::Failure;

/// Most bytes of the name of a run together with twice the longest name of a species. File systems
/// allow 255 bytes, and the rest of a file name needs some of them.
const LONGEST_NAMES: usize = 220;

/// What is left out at the start of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Discard {
    /// This length of time.
    Time(f64),
    /// The time whose omission keeps the most independent samples of the energy.
    Automatic,
}

impl Default for Discard {
    fn default() -> Self {
        Self::Time(0.0)
    }
}

/// One state point, as the file gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    #[serde(deserialize_with = "values::file_name")]
    name: Spanned<String>,
    /// The files of the replicas.
    #[serde(deserialize_with = "values::files")]
    energy: Spanned<Vec<PathBuf>>,
    #[serde(default, deserialize_with = "values::placed")]
    pub(crate) temperature: Option<Spanned<f64>>,
    #[serde(default, deserialize_with = "values::files")]
    trajectory: Option<Spanned<Vec<PathBuf>>>,
    /// The `box` of the run, else that of the system.
    #[serde(rename = "box", default, deserialize_with = "values::edges")]
    pub(crate) cell: Option<[f64; 3]>,
    #[serde(default, deserialize_with = "values::positive")]
    pub(crate) frame_interval: Option<f64>,
    #[serde(default, deserialize_with = "values::dimensions")]
    pub(super) dimensions: Option<Spanned<u32>>,
    /// The `centre_of_mass` of the run, else that of the system.
    pub(crate) centre_of_mass: Option<Spanned<CentreOfMassName>>,
    #[serde(default, deserialize_with = "values::interval")]
    pub(crate) fit_window: Option<[f64; 2]>,
    #[serde(default, deserialize_with = "values::discard")]
    pub(crate) discard: Discard,
    /// Why the point enters no result over temperature, where it does not.
    #[serde(default, deserialize_with = "values::exclusion")]
    pub(crate) exclude: Option<String>,
    /// The line of the `[[run]]` in the file.
    #[serde(skip)]
    pub(super) line: usize,
}

impl Run {
    pub(crate) fn name(&self) -> &str {
        self.name.get_ref()
    }

    /// The files of the replicas.
    pub(crate) fn energy(&self) -> &[PathBuf] {
        self.energy.get_ref()
    }

    /// The files of the replicas; none where there is no trajectory.
    pub(crate) fn trajectory(&self) -> &[PathBuf] {
        self.trajectory.as_ref().map_or(&[], |files| files.get_ref())
    }

    /// Makes the paths relative to this directory.
    pub(super) fn look_from(&mut self, dir: &Path) {
        let energy = self.energy.get_mut().iter_mut();
        let trajectory = self.trajectory.iter_mut().flat_map(Spanned::get_mut);
        for file in energy.chain(trajectory) {
            *file = dir.join(&*file);
        }
    }

    /// Checks what depends on the rest of the file: names must differ, and particles of
    /// trajectories must have species.
    pub(super) fn check(&self, source: &Source, before: &[Self], species: &[&str]) -> Result<(), Failure> {
        let name = self.name();
        if before.iter().any(|other| other.name() == name) {
            let message = format!("found a second run `{name}`, expected different names");
            return Err(source.failure(&self.name, message));
        }
        let longest = LONGEST_NAMES - 2 * species.iter().map(|name| name.len()).max().unwrap_or(0);
        if name.len() > longest {
            let message = format!(
                "`name`: found {} bytes, expected at most {longest}, since files are named after it and the species",
                name.len()
            );
            return Err(source.failure(&self.name, message));
        }
        match &self.trajectory {
            Some(trajectory) if species.is_empty() => Err(source.failure(
                trajectory,
                "found a `trajectory` without species, expected `species` in [system]",
            )),
            _ => Ok(()),
        }
    }
}
