//! Files that simulations write.
//!
//! | file | read by |
//! |---|---|
//! | LAMMPS logs, `fix ave/time`, columns with a header | `EnergyReader`, `EnergyStream` |
//! | LAMMPS dumps, extended XYZ, XTC | `FrameReader` |
//!
//! [`energies`](energies()) and [`trajectory`](trajectory()) read a file whatever its format. The
//! readers behind them decide what a format leaves open. Text may be compressed with gzip. The
//! first bytes tell the format and the compression; the name of the file does not matter.

#[cfg(feature = "io")]
mod energies;
mod error;
#[cfg(feature = "io")]
mod extxyz;
mod frames;
#[cfg(feature = "io")]
mod lammps_dump;
mod overlap;
#[cfg(feature = "io")]
mod text;
#[cfg(feature = "xtc")]
mod xtc;

#[cfg(feature = "io")]
pub use energies::{
    Column, EnergyReader, EnergySample, EnergyStream, EnergyTable, LogRun, Note, RunChoice, energies,
};
pub use error::{Fault, Place, ReadError};
pub use frames::{FrameFormat, FrameReader, frames, trajectory};
pub use overlap::Overlap;
