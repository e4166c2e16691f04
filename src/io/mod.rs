//! Files that simulations write.
//!
//! | file | read by |
//! |---|---|
//! | LAMMPS logs in every thermo style, `fix ave/time`, columns with a header | `energies`, `EnergyReader`; row by row `EnergyStream` |
//! | LAMMPS dumps | `LammpsDumpReader` |
//! | extended XYZ | `ExtXyzReader` |
//! | XTC | `XtcReader` |
//!
//! [`energies`] and [`trajectory`](trajectory()) read a file whatever its format; behind them are the readers, for what a format leaves open.
//! Text may be compressed with gzip. Format and compression are found by the first bytes, not by the name.

#[cfg(feature = "io")]
mod bytes;
#[cfg(feature = "io")]
mod columns;
#[cfg(feature = "io")]
mod error;
#[cfg(feature = "io")]
mod extxyz;
mod frame_error;
#[cfg(feature = "io")]
mod frame_text;
mod frames;
#[cfg(feature = "io")]
mod lammps_dump;
#[cfg(feature = "io")]
mod layout;
#[cfg(feature = "io")]
mod lines;
#[cfg(feature = "io")]
mod log;
#[cfg(feature = "io")]
mod reader;
#[cfg(feature = "io")]
mod runs;
#[cfg(feature = "io")]
mod table;
#[cfg(feature = "io")]
mod text;
#[cfg(feature = "xtc")]
mod xtc;

#[cfg(feature = "io")]
pub use error::ReadError;
#[cfg(feature = "io")]
pub use extxyz::{ExtXyzReader, XyzSteps};
pub use frame_error::{FrameError, Place};
pub use frames::{frames, trajectory};
#[cfg(feature = "io")]
pub use lammps_dump::LammpsDumpReader;
#[cfg(feature = "io")]
pub use layout::Column;
#[cfg(feature = "io")]
pub use reader::{EnergyReader, EnergySample, EnergyStream, energies};
#[cfg(feature = "io")]
pub use table::{CutOff, EnergyTable, Format, Note};
#[cfg(feature = "xtc")]
pub use xtc::XtcReader;
