//! The program `reproduce`, run as a user runs it: on the data sets of the repository, on small scans cut from them, and on
//! every kind of bad input.

#[path = "../it/common/mod.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "it uses a part")]
mod common;

mod bad_energies;
mod bad_outputs;
mod bad_scan_files;
mod bad_trajectories;
mod displacements;
mod options;
mod over_temperature;
mod program;
mod relaxation_times;
mod standard_output;
mod waves;
