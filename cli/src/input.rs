//! Reads the files of a scan and checks them against `scan.toml`.

mod alike;
mod barostat;
pub(crate) mod cells;
pub(crate) mod centre_of_mass;
pub(crate) mod dimensions;
pub(crate) mod energies;
pub(crate) mod energy_copies;
mod energy_replicas;
pub(crate) mod frame_files;
pub(crate) mod frame_replicas;
mod frame_steps;
mod joined_runs;
mod jumps;
mod odd_rows;
mod precision;
mod shared_samples;
pub(crate) mod trajectory;

use std::fmt::Display;
use std::path::Path;

use msed::series::ReplicaError;

use crate::failure::Failure;

/// Refuses folders, pipes and devices before they are opened: the program would wait forever for a
/// pipe that nobody writes to.
pub(crate) fn check_file(path: &Path) -> Result<(), Failure> {
    let data = std::fs::metadata(path)
        .map_err(|source| Failure::new(format!("cannot open {}: {source}", path.display())))?;
    if data.is_file() {
        return Ok(());
    }
    let found = if data.is_dir() {
        "a folder"
    } else {
        "a pipe or a device"
    };
    Err(Failure::at(
        path.display(),
        format!("found {found}, expected a file"),
    ))
}

/// A replica that is not of the state point of the first, by its file and its number from 1.
fn of_replica<'a>(error: &ReplicaError, mut files: impl Iterator<Item = &'a Path>) -> Failure {
    match error {
        ReplicaError::Different { replica, difference } => match files.nth(*replica) {
            Some(file) => about(file, format_args!("replica {} has {difference}", replica + 1)),
            None => Failure::new(error.to_string()),
        },
        _ => Failure::new(error.to_string()),
    }
}

/// A message about a file, which may name it already.
fn about(file: &Path, message: impl Display) -> Failure {
    let (file, message) = (file.display().to_string(), message.to_string());
    if message.contains(&file) {
        Failure::new(message)
    } else {
        Failure::at(file, message)
    }
}
