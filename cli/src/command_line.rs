//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::scan_file::EnergyFlags;

/// Relaxation times and the energy landscape of a supercooled liquid from the potential energy of
/// its simulations.
#[derive(Debug, Parser)]
#[command(name = "msed", version, arg_required_else_help = false)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Analyses a scan: one system at several temperatures, with an energy file and perhaps a
    /// trajectory for each.
    #[command(after_help = SCAN_FILE)]
    Scan {
        /// The directory that holds `scan.toml`.
        dir: PathBuf,
        /// Where to write results.json, a CSV file per curve and the figures.
        #[arg(long, default_value = "msed-out")]
        out: PathBuf,
    },
    /// Analyses the energies of one state point, without a scan file.
    #[command(after_help = ENERGY_FILES)]
    Energy(Box<EnergyFlags>),
}

const ENERGY_FILES: &str = "\
Each flag means what the key of that name means in scan.toml (see msed scan --help).

Example:
  msed energy log.lammps --units lj --particles 1000 --energy-kind per_particle \\
      --ensemble nve --timestep 0.005";

const SCAN_FILE: &str = "\
DIR/scan.toml describes the system and its runs:

  [system]                    one table, for all runs
    name, units = \"lj\" | \"metal\" | \"real\" | \"gromacs\", particles,
    energy_kind = \"total\" | \"per_particle\", ensemble = \"nve\" | \"nvt\",
    timestep
    optional: path = \"isochoric\" | \"isobaric\", box, species, types, probe,
    q_shell, overlap_radius, reference_temperature
  [[run]]                     one table for each temperature
    name, energy
    optional: temperature, trajectory, frame_interval, energy_interval,
    fit_window, discard (a time, or \"automatic\"), exclude
  in either table
    ensemble, box, dimensions, degrees_of_freedom, model
    energies: energy_column, temperature_column, step_column, log_run, overlap
    trajectories: unwrap, centre_of_mass, types_change, overlap, cut_off,
    particle_order

Paths are relative to DIR. An unknown key is an error, so that a misspelt one is never ignored.
docs/scan_file.md of the repository describes each key.";

/// What the user asks for.
#[derive(Debug)]
pub(crate) enum Request {
    /// The help or the version, to be printed.
    Text(String),
    Scan {
        dir: PathBuf,
        out: PathBuf,
    },
    Energy(Box<EnergyFlags>),
}

impl Request {
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, Failure> {
        match CommandLine::try_parse_from(arguments) {
            Ok(CommandLine { command }) => Ok(match command {
                Command::Scan { dir, out } => Self::Scan { dir, out },
                Command::Energy(flags) => Self::Energy(flags),
            }),
            Err(answer) if !answer.use_stderr() => Ok(Self::Text(answer.to_string())),
            Err(error) => {
                let text = error.to_string();
                Err(Failure::new(text.strip_prefix("error: ").unwrap_or(&text)))
            }
        }
    }
}
