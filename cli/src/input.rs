//! The files of a scan: read, and checked against `scan.toml`.

pub(crate) mod cells;
pub(crate) mod energies;
pub(crate) mod files;
mod frame_steps;
pub(crate) mod species;
pub(crate) mod trajectory;
