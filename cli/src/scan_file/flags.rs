//! The flags of `msed energy`: a scan of one run, without a file.

use std::path::PathBuf;

use clap::Args;
use toml::{Table, Value};

/// The keys of a scan file that concern energies. Each flag is named as its key, and means the
/// same.
#[derive(Debug, Args)]
pub(crate) struct EnergyFlags {
    /// Files of energies: replicas of one run, or its pieces with --pieces.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// lj, metal or real, as in LAMMPS.
    #[arg(long)]
    units: String,
    /// The number of particles.
    #[arg(long)]
    particles: i64,
    /// `total` or `per_particle`. LAMMPS prints energies per particle under `units lj` unless
    /// `thermo_modify norm no`.
    #[arg(long)]
    energy_kind: String,
    /// `nve` or `nvt`.
    #[arg(long)]
    ensemble: String,
    /// Time units per MD step.
    #[arg(long)]
    timestep: f64,
    /// Temperature; by default the mean of the temperature column.
    #[arg(long, allow_negative_numbers = true)]
    temperature: Option<f64>,
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
        let mut system = Table::new();
        let mut run = Table::new();
        let text = |text: &str| Value::String(text.to_owned());
        system.insert("name".to_owned(), text(&self.name));
        system.insert("units".to_owned(), text(&self.units));
        system.insert("particles".to_owned(), Value::Integer(self.particles));
        system.insert("energy_kind".to_owned(), text(&self.energy_kind));
        system.insert("ensemble".to_owned(), text(&self.ensemble));
        system.insert("timestep".to_owned(), Value::Float(self.timestep));
        run.insert("name".to_owned(), text("run"));
        let files = self.files.iter().map(|file| text(&file.to_string_lossy()));
        run.insert("energy".to_owned(), Value::Array(files.collect()));
        if let Some(temperature) = self.temperature {
            run.insert("temperature".to_owned(), Value::Float(temperature));
        }
        if let Some(discard) = &self.discard {
            let time = discard.parse().map(Value::Float);
            run.insert("discard".to_owned(), time.unwrap_or_else(|_| text(discard)));
        }
        if let Some(window) = &self.fit_window {
            let window = window.iter().map(|&time| Value::Float(time));
            run.insert("fit_window".to_owned(), Value::Array(window.collect()));
        }
        let mut file = Table::new();
        file.insert("system".to_owned(), Value::Table(system));
        file.insert("run".to_owned(), Value::Array(vec![Value::Table(run)]));
        file
    }
}
