//! A table `[[run]]`.

use std::path::{Path, PathBuf};

use msed::Ensemble;
use msed::io::{Column, EnergyReader, RunChoice};
use msed::relaxation::Model;
use msed::thermo::Contradiction;
use msed::trajectory::Dimensions;
use serde::Deserialize;
use toml::Spanned;

use super::frames::{CutOff, FrameTimes, OverlapName, ParticleOrder, TypesChange, UnwrapName};
use super::given::GivenKeys;
use super::source::Source;
use super::system::{CentreOfMassName, EnsembleName, ModelName, System};
use super::values::{self, Choice};
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
    /// The files of the replicas, each in one piece or in several.
    #[serde(deserialize_with = "values::pieces")]
    energy: Spanned<Vec<Vec<PathBuf>>>,
    #[serde(default, deserialize_with = "values::column")]
    step_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column")]
    energy_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column")]
    temperature_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column")]
    pressure_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column")]
    volume_column: Option<Choice<Column>>,
    #[serde(default, deserialize_with = "values::column_or_none")]
    total_energy_column: Option<Choice<Option<Column>>>,
    #[serde(default, deserialize_with = "values::log_run")]
    log_run: Option<RunChoice>,
    #[serde(default, deserialize_with = "values::placed")]
    pub(crate) temperature: Option<Spanned<f64>>,
    /// The files of each replica, which may be in pieces.
    #[serde(default, deserialize_with = "values::pieces")]
    trajectory: Option<Spanned<Vec<Vec<PathBuf>>>>,
    #[serde(rename = "box", default, deserialize_with = "values::edges")]
    own_cell: Option<Choice<[f64; 3]>>,
    /// The time between rows of an energy file that says neither steps nor times.
    #[serde(default, deserialize_with = "values::placed")]
    pub(crate) energy_interval: Option<Spanned<f64>>,
    /// Where it is not that of the system.
    ensemble: Option<EnsembleName>,
    /// That of the barostat.
    #[serde(default, deserialize_with = "values::pressure")]
    pressure: Option<Choice<f64>>,
    /// Per particle, where they are not those of the system.
    #[serde(default, deserialize_with = "values::degrees_of_freedom")]
    degrees_of_freedom: Option<Choice<f64>>,
    #[serde(default, deserialize_with = "values::positive")]
    pub(crate) frame_interval: Option<f64>,
    #[serde(default, deserialize_with = "values::dimensions")]
    pub(super) dimensions: Option<Spanned<u32>>,
    centre_of_mass: Option<CentreOfMassName>,
    model: Option<ModelName>,
    #[serde(default, deserialize_with = "values::interval")]
    pub(crate) fit_window: Option<[f64; 2]>,
    #[serde(default, deserialize_with = "values::discard")]
    pub(crate) discard: Discard,
    /// Why the point enters no result over temperature, where it does not.
    #[serde(default, deserialize_with = "values::exclusion")]
    pub(crate) exclude: Option<String>,
    pub(crate) types_change: Option<TypesChange>,
    pub(crate) frame_times: Option<FrameTimes>,
    pub(crate) overlap: Option<OverlapName>,
    pub(crate) unwrap: Option<UnwrapName>,
    pub(crate) cut_off: Option<CutOff>,
    pub(crate) particle_order: Option<ParticleOrder>,
    /// The keys that are given, with their lines.
    #[serde(skip)]
    pub(super) keys: GivenKeys,
    /// The line of the `[[run]]` in the file.
    #[serde(skip)]
    pub(super) line: usize,
    /// The `box` of the run, else that of the system.
    #[serde(skip)]
    pub(crate) cell: Option<[f64; 3]>,
    /// How the energies are read, by the keys of the run, else by those of the system.
    #[serde(skip)]
    pub(crate) energy_reader: EnergyReader,
}

impl Run {
    pub(crate) fn name(&self) -> &str {
        self.name.get_ref()
    }

    /// The files of the replicas, each in one piece or in several.
    pub(crate) fn energy(&self) -> &[Vec<PathBuf>] {
        self.energy.get_ref()
    }

    /// The files of each replica; none where there is no trajectory.
    pub(crate) fn trajectory(&self) -> &[Vec<PathBuf>] {
        self.trajectory.as_ref().map_or(&[], |files| files.get_ref())
    }

    /// Takes the choices that the run does not make from the system.
    pub(super) fn inherit(&mut self, system: &System) {
        self.cell = Choice::of(self.own_cell.as_ref(), system.cell.as_ref());
        self.degrees_of_freedom = self.degrees_of_freedom.or(system.degrees_of_freedom);
        self.ensemble = self.ensemble.or(Some(system.ensemble));
        self.pressure = self.pressure.or(system.pressure);
        self.log_run = self.log_run.or(system.log_run);
        self.centre_of_mass = self.centre_of_mass.or(system.centre_of_mass);
        self.model = self.model.or(system.model);
        self.types_change = self.types_change.or(system.types_change);
        self.frame_times = self.frame_times.or(system.frame_times);
        self.overlap = self.overlap.or(system.overlap);
        self.unwrap = self.unwrap.or(system.unwrap);
        self.cut_off = self.cut_off.or(system.cut_off);
        self.particle_order = self.particle_order.or(system.particle_order);
        self.energy_reader = self.reader(system);
    }

    fn reader(&self, system: &System) -> EnergyReader {
        let mut reader = EnergyReader::new().log_run(self.log_run.unwrap_or_default());
        if let Some(column) = Choice::of(self.step_column.as_ref(), system.step_column.as_ref()) {
            reader = reader.step(column);
        }
        if let Some(column) = Choice::of(self.energy_column.as_ref(), system.energy_column.as_ref()) {
            reader = reader.energy(column);
        }
        let temperature = self.temperature_column.as_ref();
        if let Some(column) = Choice::of(temperature, system.temperature_column.as_ref()) {
            reader = reader.temperature(column);
        }
        if let Some(column) = Choice::of(self.pressure_column.as_ref(), system.pressure_column.as_ref()) {
            reader = reader.pressure(column);
        }
        if let Some(column) = Choice::of(self.volume_column.as_ref(), system.volume_column.as_ref()) {
            reader = reader.volume(column);
        }
        let total = self.total_energy_column.as_ref();
        match Choice::of(total, system.total_energy_column.as_ref()) {
            Some(Some(column)) => reader = reader.total(column),
            Some(None) => {}
            None => reader = reader.with_total(),
        }
        if self.cut_off == Some(CutOff::LeaveOut) {
            reader = reader.allow_cut_off();
        }
        match self.overlap {
            Some(overlap) => reader.overlap(overlap.overlap()),
            None => reader,
        }
    }

    /// Whether the motion of the centre of mass is taken off.
    pub(crate) fn removes_drift(&self) -> bool {
        self.centre_of_mass == Some(CentreOfMassName::Remove)
    }

    /// The form of the slow relaxation that is asked for; `None` where the spectrum chooses.
    pub(crate) fn model(&self) -> Option<Model> {
        self.model.and_then(ModelName::model)
    }

    /// The ensemble that the run is declared to be of. Without degrees of freedom they are those
    /// of atoms in so many dimensions.
    pub(super) fn ensemble(&self, system: &System, dimensions: Dimensions) -> Ensemble {
        let freedom = Choice::of(self.degrees_of_freedom.as_ref(), None);
        let freedom = freedom.unwrap_or_else(|| dimensions.degrees_of_freedom(system.particles));
        self.ensemble.unwrap_or(system.ensemble).of(freedom)
    }

    /// Whether the run is declared to be at constant pressure.
    pub(super) fn is_at_constant_pressure(&self) -> bool {
        self.ensemble == Some(EnsembleName::Npt)
    }

    /// The pressure of the barostat, where it is given.
    pub(crate) fn pressure(&self) -> Option<f64> {
        Choice::of(self.pressure.as_ref(), None)
    }

    /// The keys that a contradiction concerns; none where it may concern any.
    pub(super) fn contradicted(by: &Contradiction) -> &'static [&'static str] {
        match by {
            Contradiction::Kind { .. } | Contradiction::Freedom { other: Some(_), .. } => &["energy_kind"],
            Contradiction::Freedom {
                fitting_particles: Some(_),
                ..
            } => &["particles", "degrees_of_freedom"],
            Contradiction::Freedom { .. } => &["degrees_of_freedom"],
            Contradiction::Ensemble { .. } | Contradiction::Volume { .. } | Contradiction::ConstantVolume => {
                &["ensemble"]
            }
            _ => &[],
        }
    }

    /// A file belongs to one run, unless runs take different runs of a log.
    pub(super) fn check_files(&self, source: &Source, before: &[Self]) -> Result<(), Failure> {
        let share = |a: &[Vec<PathBuf>], b: &[Vec<PathBuf>]| {
            a.iter()
                .flatten()
                .any(|file| b.iter().flatten().any(|other| other == file))
        };
        let same = |other: &&Self| {
            let log_runs = [self, other].map(|run| run.log_run.unwrap_or_default());
            share(self.energy(), other.energy()) && log_runs[0] == log_runs[1]
        };
        let message = |key: &str, other: &Self| {
            let name = other.name();
            format!("`{key}`: found a file of run `{name}`, expected the files of another run")
        };
        if let Some(other) = before.iter().find(same) {
            return Err(source.failure(&self.energy, message("energy", other)));
        }
        if let Some(trajectory) = &self.trajectory
            && let Some(other) = before
                .iter()
                .find(|other| share(trajectory.get_ref(), other.trajectory()))
        {
            return Err(source.failure(trajectory, message("trajectory", other)));
        }
        Ok(())
    }

    /// Makes the paths relative to this directory.
    pub(super) fn look_from(&mut self, dir: &Path) {
        let energy = self.energy.get_mut().iter_mut().flatten();
        let trajectory = self.trajectory.iter_mut().flat_map(Spanned::get_mut).flatten();
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
