//! Files that simulations write.
//!
//! Everything here may be compressed with gzip: it is found by its first bytes, not by the name.

mod bytes;
mod error;
mod lines;
mod text;

pub use error::ReadError;
