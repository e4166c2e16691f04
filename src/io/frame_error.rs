//! What can be wrong with a file of frames.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::trajectory::{CellError, SourceError};

/// Where in a file something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A line, from 1, in the decompressed text.
    Line(u64),
    /// A byte, from 0.
    Byte(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Byte(byte) => write!(f, "byte {byte}"),
        }
    }
}

/// A trajectory file that could not be read as what it should be: which file, which frame (from 0) and where, what was
/// found and what was expected. The frames before it are good.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The file is not there, or not ours to read.
    #[error("cannot open {}: {source}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading stopped, or compressed data is cut off or damaged.
    #[error("{}, frame {frame}, {place}: reading failed: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// The frame that was being read.
        frame: usize,
        /// How far it was read.
        place: Place,
        /// What the system or the decompressor said.
        source: io::Error,
    },
    /// Not one frame.
    #[error("{}: no frame, expected at least 1", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The file ends inside of a frame.
    #[error("{}, frame {frame}, {place}: the file ends after {found} of {expected} {unit}", file.display())]
    Truncated {
        /// The file.
        file: PathBuf,
        /// The frame that is not whole.
        frame: usize,
        /// Where it ends.
        place: Place,
        /// How much is there.
        found: u64,
        /// How much the frame needs.
        expected: u64,
        /// Of what: bytes, lines.
        unit: &'static str,
    },
    /// Another number of particles than in the first frame.
    #[error("{}, frame {frame}, {place}: {found} particles, expected {expected} as in the first frame", file.display())]
    Particles {
        /// The file.
        file: PathBuf,
        /// The frame.
        frame: usize,
        /// Where it says so.
        place: Place,
        /// Particles there.
        found: u64,
        /// Particles of the first frame.
        expected: usize,
    },
    /// Coordinates rounded to another multiple than those of the first frame.
    #[error("{}, frame {frame}, {place}: a precision of {found}, expected {expected} as in the first frame", file.display())]
    Precision {
        /// The file.
        file: PathBuf,
        /// The frame.
        frame: usize,
        /// Where it says so.
        place: Place,
        /// Steps to a unit of length there.
        found: f32,
        /// Those of the first frame.
        expected: f32,
    },
    /// A value that is none, or not of its kind.
    #[error("{}, frame {frame}, {place}: {what} is `{found}`, expected {expected}", file.display())]
    Value {
        /// The file.
        file: PathBuf,
        /// The frame.
        frame: usize,
        /// Where it is.
        place: Place,
        /// What it should be the value of.
        what: &'static str,
        /// What is there.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A column that is needed and not there.
    #[error("{}, frame {frame}, {place}: no column {missing} among `{found}`", file.display())]
    Column {
        /// The file.
        file: PathBuf,
        /// The frame.
        frame: usize,
        /// Where the columns are named.
        place: Place,
        /// What is missing.
        missing: &'static str,
        /// The columns that there are.
        found: String,
    },
    /// A particle that appears twice, or was not in the first frame.
    #[error("{}, frame {frame}, {place}: particle id {id} {problem}, expected the ids of the first frame once each", file.display())]
    Id {
        /// The file.
        file: PathBuf,
        /// The frame.
        frame: usize,
        /// Where it is.
        place: Place,
        /// The id.
        id: i64,
        /// Twice, or new.
        problem: &'static str,
    },
    /// A cell that is none.
    #[error("{}, frame {frame}, {place}: {source}", file.display())]
    Cell {
        /// The file.
        file: PathBuf,
        /// The frame.
        frame: usize,
        /// Where it is.
        place: Place,
        /// What is wrong with it.
        source: CellError,
    },
    /// Compressed coordinates that do not decompress.
    #[error("{}, frame {frame}, {place}: the compressed coordinates are damaged at particle {particle}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The frame.
        frame: usize,
        /// Where the frame begins.
        place: Place,
        /// The particle, from 0, at which it shows.
        particle: usize,
    },
}

impl From<FrameError> for SourceError {
    fn from(error: FrameError) -> Self {
        Self::reader(error)
    }
}

impl From<FrameError> for crate::Error {
    fn from(error: FrameError) -> Self {
        Self::Source(error.into())
    }
}
