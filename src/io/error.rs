//! What can be wrong with a file.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A file that could not be read as what it should be: which one, where, what was found and what was expected.
///
/// Lines count from 1, in the decompressed text.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file is not there, or not ours to read.
    #[error("cannot open {}: {source}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading stopped.
    #[error("{}: reading failed after line {line}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// The last line that was read.
        line: u64,
        /// What the system said.
        source: io::Error,
    },
    /// Compressed data that does not decompress.
    #[error("{}: the gzip data is cut off or damaged after line {line} ({source})", file.display())]
    Gzip {
        /// The file.
        file: PathBuf,
        /// The last line that was read.
        line: u64,
        /// What the decompressor said.
        source: io::Error,
    },
}
