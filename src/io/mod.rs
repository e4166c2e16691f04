//! Files that simulations write.
//!
//! Everything here may be compressed with gzip: it is found by its first bytes, not by the name.

mod bytes;
mod columns;
mod error;
mod layout;
mod lines;
mod log;
mod reader;
mod runs;
mod table;
mod text;

pub use error::ReadError;
pub use layout::Column;
pub use reader::{EnergyReader, energies};
pub use table::{CutOff, EnergyTable, Format, Note};
