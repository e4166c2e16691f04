//! Files that simulations write.
//!
//! | file | read by | feature |
//! |---|---|---|
//! | LAMMPS logs, `fix ave/time`, energies of other engines, columns with a header | `EnergyReader`, `EnergyStream` | `io` |
//! | LAMMPS dumps, XYZ | `FrameReader` | `io` |
//! | XTC, TRR, DCD, GSD | `FrameReader` | `xtc`, `trr`, `dcd`, `gsd` |
//!
//! [`energies`](energies()) and [`trajectory`](trajectory()) read a file whatever its format. The
//! readers behind them decide what a format leaves open. The first bytes tell the format and the
//! compression; the name of the file does not matter. Files may be compressed with gzip, zstd or
//! bzip2 (feature `io`); other compressions are named.

#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
mod binary;
#[cfg(feature = "dcd")]
mod dcd;
#[cfg(feature = "io")]
mod energies;
mod error;
#[cfg(feature = "io")]
mod extxyz;
mod frames;
#[cfg(feature = "gsd")]
mod gsd;
#[cfg(feature = "io")]
mod lammps_dump;
mod magic;
mod overlap;
mod packed;
#[cfg(feature = "io")]
mod particle_order;
mod pieces;
#[cfg(feature = "io")]
mod text;
#[cfg(feature = "trr")]
mod trr;
#[cfg(feature = "xtc")]
mod xtc;
#[cfg(feature = "io")]
mod zstd;

#[cfg(feature = "io")]
pub use energies::{
    Column, EnergyReader, EnergySample, EnergyStream, EnergyTable, LogRun, Note, RunChoice, energies,
};
pub use error::{Fault, Place, ReadError};
pub use frames::{FrameFormat, FrameReader, frames, trajectory};
pub use overlap::Overlap;
pub use pieces::joined;
