//! A table `[[run]]`.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::source::Source;
use super::values::{Duration, Edges, Exclusion, FileName, Files, Interval, Positive};
use crate::failure::Failure;

/// Most bytes of a run's name and two of the longest species' together: a file system allows 255 bytes, less what stands
/// around these.
const LONGEST_NAMES: usize = 220;

/// One state point, as the file gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    name: Spanned<FileName>,
    pub(super) energy: Files,
    pub(crate) temperature: Option<Spanned<Positive>>,
    pub(super) trajectory: Option<Spanned<Files>>,
    #[serde(rename = "box")]
    pub(super) cell: Option<Edges>,
    frame_interval: Option<Positive>,
    fit_window: Option<Interval>,
    #[serde(default)]
    discard: Duration,
    exclude: Option<Exclusion>,
    /// Of the `[[run]]` in the file.
    #[serde(skip)]
    pub(super) line: usize,
}

impl Run {
    pub(crate) fn name(&self) -> &str {
        &self.name.get_ref().0
    }

    /// The files of the replicas.
    pub(crate) fn energy(&self) -> &[PathBuf] {
        self.energy.paths()
    }

    /// The files of the replicas; none where there is no trajectory.
    pub(crate) fn trajectory(&self) -> &[PathBuf] {
        self.trajectory
            .as_ref()
            .map_or(&[], |files| files.get_ref().paths())
    }

    /// The `box` of the run, else that of the system.
    pub(crate) fn cell(&self) -> Option<[f64; 3]> {
        self.cell.map(|edges| edges.0)
    }

    pub(crate) fn frame_interval(&self) -> Option<f64> {
        self.frame_interval.map(|interval| interval.0)
    }

    pub(crate) fn fit_window(&self) -> Option<[f64; 2]> {
        self.fit_window.map(|window| window.0)
    }

    pub(crate) fn discard(&self) -> f64 {
        self.discard.0
    }

    /// Why the point enters no result over temperature, where it does not.
    pub(crate) fn excluded(&self) -> Option<&str> {
        self.exclude.as_ref().map(|reason| reason.0.as_str())
    }

    /// What this run alone cannot tell: whether its name differs from those before it, and whether its particles have species.
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
