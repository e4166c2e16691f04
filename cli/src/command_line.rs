//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::scan_file::EnergyFlags;
use crate::scan_file::keys::{KEYS, Table};

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
    /// Writes DIR/scan.toml from the files in DIR and in two levels of folders below it.
    ///
    /// Each folder with a file of energies is a run, and each file of energies in DIR itself. The
    /// content of a file tells what it is. Values that the files tell are filled in, with a comment
    /// that says what shows them; the others are lines with `# required`. An existing scan.toml is
    /// never replaced.
    Init {
        /// The directory with the files.
        dir: PathBuf,
    },
    /// Analyses a scan: one system at several temperatures, with an energy file and perhaps a
    /// trajectory for each.
    #[command(after_help = scan_file())]
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

/// The keys of the scan file, each with what it holds.
fn scan_file() -> String {
    let list = |wanted: &[Table], is_required: bool| {
        let keys = KEYS.iter();
        let keys = keys.filter(|key| wanted.contains(&key.table) && key.is_required == is_required);
        keys.map(|key| format!("    {:<22}{}\n", key.name, key.meaning))
            .collect::<String>()
    };
    format!(
        "\
DIR/scan.toml describes the system and its runs; msed init writes one.

  [system], one table for all runs:
{}  optional:
{}  [[run]], one table for each state point:
{}  optional:
{}  optional in either table:
{}
Paths are relative to DIR. An unknown key is an error, so that a misspelt one is never ignored.
docs/scan_file.md of the repository describes each key.",
        list(&[Table::System], true),
        list(&[Table::System], false),
        list(&[Table::Run], true),
        list(&[Table::Run], false),
        list(&[Table::Either], false)
    )
}

/// What the user asks for.
#[derive(Debug)]
pub(crate) enum Request {
    /// The help or the version, to be printed.
    Text(String),
    Init {
        dir: PathBuf,
    },
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
                Command::Init { dir } => Self::Init { dir },
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
