//! The flags of `msed energy`: a scan of one run, without a file.

use std::path::PathBuf;

use clap::Args;
use toml::{Table, Value};

/// The keys of a scan file that concern energies. Each flag is named as its key, and means the
/// same.
#[derive(Debug, Args)]
pub(crate) struct EnergyFlags {
    /// Files of energies: the replicas of one run.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The files are pieces of one replica, in the order of their steps.
    #[arg(long)]
    pieces: bool,
    /// lj, metal or real, as in LAMMPS, or gromacs.
    #[arg(long)]
    units: String,
    /// The number of particles.
    #[arg(long)]
    particles: i64,
    /// `total` or `per_particle`. LAMMPS prints energies per particle under `units lj` unless
    /// `thermo_modify norm no`.
    #[arg(long)]
    energy_kind: String,
    /// `nve`, `nvt` or `npt`.
    #[arg(long)]
    ensemble: String,
    /// Time units per MD step.
    #[arg(long, allow_negative_numbers = true)]
    timestep: f64,
    /// Temperature; by default the mean of the temperature column.
    #[arg(long, allow_negative_numbers = true)]
    temperature: Option<f64>,
    /// Degrees of freedom per particle; by default (3N-3)/N.
    #[arg(long, allow_negative_numbers = true)]
    degrees_of_freedom: Option<f64>,
    /// 2 for a run in a plane, which has other degrees of freedom.
    #[arg(long)]
    dimensions: Option<i64>,
    /// Column of the energy, by its name or its number from 1.
    #[arg(long)]
    energy_column: Option<String>,
    /// Column of the temperature.
    #[arg(long)]
    temperature_column: Option<String>,
    /// Column of the pressure.
    #[arg(long)]
    pressure_column: Option<String>,
    /// Column of the volume.
    #[arg(long)]
    volume_column: Option<String>,
    /// Column of the total energy; `none` for no such column.
    #[arg(long)]
    total_energy_column: Option<String>,
    /// The pressure of the barostat, under `npt`; by default the mean of the pressure column.
    #[arg(long, allow_negative_numbers = true)]
    pressure: Option<f64>,
    /// Edges of the cell: one length, or three.
    #[arg(long = "box", num_args = 1..=3, value_name = "LENGTH", allow_negative_numbers = true)]
    cell: Option<Vec<f64>>,
    /// Column of the step.
    #[arg(long)]
    step_column: Option<String>,
    /// Which run of a log: `last`, or its number from 1.
    #[arg(long)]
    log_run: Option<String>,
    /// `later`: a restarted job replaces the steps of the one before; by default `refuse`.
    #[arg(long)]
    overlap: Option<String>,
    /// `leave_out`: a last row that is cut off does not count; by default `refuse`.
    #[arg(long)]
    cut_off: Option<String>,
    /// Time between rows, for files without steps and times.
    #[arg(long, allow_negative_numbers = true)]
    energy_interval: Option<f64>,
    /// Form of the slow relaxation: `automatic`, `exponential` or `stretched`.
    #[arg(long)]
    model: Option<String>,
    /// What to leave out at the start of each file: a time, or `automatic`.
    #[arg(long, allow_negative_numbers = true)]
    discard: Option<String>,
    /// First and last lag time of the fits of Eq. (11); by default chosen from the curve.
    #[arg(long, num_args = 2, value_names = ["FIRST", "LAST"], allow_negative_numbers = true)]
    fit_window: Option<Vec<f64>>,
    /// Name of the system in the tables.
    #[arg(long, default_value = "energies")]
    name: String,
    /// Where to write results.json, a CSV file per curve and the figures; nothing is written
    /// without it.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

impl EnergyFlags {
    /// The scan file that says the same.
    pub(super) fn scan_file(&self) -> Table {
        let files = self.files.iter().map(|file| text(&file.to_string_lossy()));
        let mut files = Value::Array(files.collect());
        if self.pieces {
            files = Value::Array(vec![files]);
        }
        let of_words = |word: &Option<String>| word.as_deref().map(number_or_word);
        let of_floats = |numbers: &Vec<f64>| numbers.iter().map(|&x| Value::Float(x)).collect();
        let system = [
            ("name", Some(text(&self.name))),
            ("units", Some(text(&self.units))),
            ("particles", Some(Value::Integer(self.particles))),
            ("energy_kind", Some(text(&self.energy_kind))),
            ("ensemble", Some(text(&self.ensemble))),
            ("timestep", Some(Value::Float(self.timestep))),
            ("dimensions", self.dimensions.map(Value::Integer)),
            ("degrees_of_freedom", self.degrees_of_freedom.map(Value::Float)),
            ("energy_column", of_words(&self.energy_column)),
            ("temperature_column", of_words(&self.temperature_column)),
            ("pressure_column", of_words(&self.pressure_column)),
            ("volume_column", of_words(&self.volume_column)),
            ("total_energy_column", of_words(&self.total_energy_column)),
            ("pressure", self.pressure.map(Value::Float)),
            ("step_column", of_words(&self.step_column)),
            ("log_run", of_words(&self.log_run)),
            ("overlap", self.overlap.as_deref().map(text)),
            ("cut_off", self.cut_off.as_deref().map(text)),
            ("model", self.model.as_deref().map(text)),
        ];
        let run = [
            ("name", Some(text("run"))),
            ("energy", Some(files)),
            ("temperature", self.temperature.map(Value::Float)),
            ("energy_interval", self.energy_interval.map(Value::Float)),
            ("box", self.cell.as_deref().map(edges)),
            ("discard", self.discard.as_deref().map(time_or_word)),
            (
                "fit_window",
                self.fit_window.as_ref().map(of_floats).map(Value::Array),
            ),
        ];
        let run = Value::Array(vec![table(run)]);
        Table::from_iter([("system".to_owned(), table(system)), ("run".to_owned(), run)])
    }
}

/// One length as it is, several as a list.
fn edges(lengths: &[f64]) -> Value {
    match lengths {
        [edge] => Value::Float(*edge),
        _ => lengths
            .iter()
            .map(|&x| Value::Float(x))
            .collect::<Vec<_>>()
            .into(),
    }
}

/// A table of the keys that have values.
fn table<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let given = entries.into_iter();
    let given = given.filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Table(given.collect())
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn number_or_word(word: &str) -> Value {
    word.parse().map_or_else(|_| text(word), Value::Integer)
}

fn time_or_word(word: &str) -> Value {
    word.parse().map_or_else(|_| text(word), Value::Float)
}
