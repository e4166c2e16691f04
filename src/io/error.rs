//! What can be wrong with a file.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::series::SeriesError;
use crate::trajectory::TrajectoryError;

/// A file that could not be read: which file, where in it, and what is wrong there.
///
/// All frames before the error are good.
///
/// ```
/// use msed::io::{EnergyReader, Fault, Place, energies};
/// let error = energies("no/such.dat").unwrap_err();
/// assert_eq!(error.missing_file(), Some("no/such.dat".as_ref()));
///
/// let text = "# TimeStep v_pe\n0 1\n10 nan\n";
/// let error = EnergyReader::new().read_from(text.as_bytes(), "x.dat").unwrap_err();
/// assert!(matches!(error.fault, Fault::Value(_)));
/// assert_eq!(error.place, Place::Line(3));
/// assert_eq!(error.to_string(), "x.dat:3: `nan` in column v_pe, expected a finite number");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ReadError {
    /// The file, or the name given for a reader.
    pub file: PathBuf,
    /// The frame that was being read, from 0, in a file of frames.
    pub frame: Option<usize>,
    /// Where the fault is.
    pub place: Place,
    /// What is wrong there.
    pub fault: Fault,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line, from 1, in the decompressed text.
    Line(u64),
    /// A byte, from 0.
    Byte(u64),
}

/// What is wrong with a file. The text says what was found and what was expected.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file is missing or may not be read.
    #[error("cannot open the file: {0}")]
    Open(#[source] io::Error),
    /// The system stopped reading.
    #[error("reading failed: {0}")]
    Read(#[source] io::Error),
    /// The compressed data is cut off or damaged.
    #[error("reading failed: the {by} data is cut off or damaged ({source})")]
    Compressed {
        /// The compression.
        by: &'static str,
        /// What its decoder says.
        source: io::Error,
    },
    /// The file ends within a row or a frame.
    #[error("the file ends {0}")]
    Truncated(String),
    /// The file holds no frame, or fewer than two rows.
    #[error("{0}")]
    TooShort(String),
    /// The file is of another kind.
    #[error("{0}")]
    Format(String),
    /// The columns are not those that are needed, or change within the file.
    #[error("{0}")]
    Columns(String),
    /// A value is not of its kind, or does not agree with the first frame or with what the caller
    /// said, or lattice vectors make no cell.
    #[error("{0}")]
    Value(String),
    /// A particle has another type or name than in the first frame.
    #[error("{0}")]
    Types(String),
    /// The steps are not evenly spaced, or begin again, or the file has none.
    #[error("{0}")]
    Steps(String),
    /// The energies make no series.
    #[error(transparent)]
    Series(SeriesError),
}

impl ReadError {
    /// The file, where it does not exist.
    #[must_use]
    pub fn missing_file(&self) -> Option<&Path> {
        match &self.fault {
            Fault::Open(source) if source.kind() == io::ErrorKind::NotFound => Some(&self.file),
            _ => None,
        }
    }

    /// Whether the file ends too early.
    pub(super) fn is_cut_off(&self) -> bool {
        match &self.fault {
            Fault::Truncated(_) => true,
            Fault::Compressed { source, .. } => source.kind() == io::ErrorKind::UnexpectedEof,
            _ => false,
        }
    }

    /// The same error within a frame.
    #[cold]
    pub(super) fn in_frame(mut self, frame: usize) -> Self {
        if self.place != Place::File {
            self.frame = Some(frame);
        }
        self
    }
}

/// A fault of a binary file, and the byte that it is at.
#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr", feature = "gsd"))]
pub(super) type Found<T> = Result<T, (u64, Fault)>;

impl Fault {
    /// The fault at a place of a file.
    #[cold]
    pub(super) fn at(self, file: &Path, place: Place) -> ReadError {
        ReadError {
            file: file.to_owned(),
            frame: None,
            place,
            fault: self,
        }
    }

    /// A value that is not what was expected.
    #[cold]
    pub(super) fn value(what: &str, found: &dyn fmt::Display, expected: &str) -> Self {
        Self::Value(format!("{what} is `{found}`, expected {expected}"))
    }

    /// Checks the number of particles of a frame, which must be the same in all frames. `first` is
    /// 0 before the first frame.
    #[cfg(any(feature = "io", feature = "xtc", feature = "trr", feature = "gsd"))]
    pub(super) fn unless_same_particles(found: u64, first: usize) -> Result<(), Self> {
        if first == 0 || found == first as u64 {
            return Ok(());
        }
        let found = format!("{found} particles, expected {first} as in the first frame");
        Err(Self::Value(found))
    }

    /// Checks the factor of all lengths.
    #[cfg(any(feature = "xtc", feature = "trr", feature = "dcd"))]
    pub(super) fn unless_scale(scale: f64) -> Result<f64, Self> {
        if scale.is_finite() && scale > 0.0 {
            return Ok(scale);
        }
        Err(Self::value("the scale", &scale, "a positive finite number"))
    }

    /// A particle is of another type than in the first frame.
    #[cold]
    #[cfg(any(feature = "io", feature = "gsd"))]
    pub(super) fn other_type(
        particle: &str,
        what: &str,
        found: &dyn fmt::Display,
        expected: &dyn fmt::Display,
    ) -> Self {
        Self::Types(format!(
            "{particle} has the {what} {found}, expected {expected} as in the first frame, unless types are to be ignored"
        ))
    }

    /// A file without a frame.
    #[cold]
    pub(super) fn no_frame() -> Self {
        Self::TooShort("no frame, expected at least 1".to_owned())
    }

    /// The file ends after so much of a frame.
    #[cold]
    pub(super) fn after(found: u64, expected: u64, unit: &str) -> Self {
        Self::Truncated(format!("after {found} of {expected} {unit}"))
    }
}

/// The faults of files of energies, both columns and logs.
#[cfg(feature = "io")]
impl Fault {
    /// The same fault, of those that are a text.
    #[cold]
    pub(super) fn text(&self) -> Self {
        match self {
            Self::Truncated(text) => Self::Truncated(text.clone()),
            Self::TooShort(text) => Self::TooShort(text.clone()),
            Self::Format(text) => Self::Format(text.clone()),
            Self::Columns(text) => Self::Columns(text.clone()),
            Self::Steps(text) => Self::Steps(text.clone()),
            other => Self::Value(other.to_string()),
        }
    }

    /// The same fault, of those that are a text, with more at its end.
    #[cold]
    pub(super) fn and(mut self, more: &str) -> Self {
        if let Self::Truncated(text)
        | Self::TooShort(text)
        | Self::Format(text)
        | Self::Columns(text)
        | Self::Value(text)
        | Self::Steps(text) = &mut self
        {
            text.push_str(more);
        }
        self
    }

    #[cold]
    pub(super) fn no_rows(lines: u64, expected: &str) -> Self {
        Self::TooShort(format!(
            "no rows of numbers in {lines} lines, expected {expected}"
        ))
    }

    #[cold]
    pub(super) fn few_rows(found: usize) -> Self {
        let expected = "expected at least 2 for the spacing of the steps";
        Self::TooShort(format!("rows that count: {found}, {expected}"))
    }

    #[cold]
    pub(super) fn column_count(found: usize, expected: usize) -> Self {
        Self::Columns(format!("{found} columns, expected {expected}"))
    }

    /// Other columns than at the head of the file.
    #[cold]
    pub(super) fn header(found: &str, expected: &str) -> Self {
        Self::Columns(format!("columns {found}, expected {expected} as before"))
    }

    /// A step off the even spacing. `expected` is `None` where the spacing is not known yet.
    #[cold]
    pub(super) fn step(found: i64, before: i64, expected: Option<i64>) -> Self {
        let expected = expected.map_or_else(|| "a later one".to_owned(), |step| step.to_string());
        let spaced = "steps must be evenly spaced";
        Self::Steps(format!(
            "step {found} after {before}, expected {expected}: {spaced}"
        ))
    }

    /// Steps of a job that went on from an older state.
    #[cold]
    pub(super) fn goes_back(found: i64, before: i64) -> Self {
        let expected = "expected a later one, or the option `overlap`, with which a later job replaces the steps that it repeats";
        Self::Steps(format!("step {found} after {before}, {expected}"))
    }

    #[cold]
    pub(super) fn negative_step(found: i64) -> Self {
        Self::Steps(format!("step {found}, expected 0 or more"))
    }

    #[cold]
    pub(super) fn cut_row() -> Self {
        Self::Truncated("within this line, expected a whole row and a line end".to_owned())
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match (&self.fault, self.frame, self.place) {
            (Fault::Open(source), ..) => write!(f, "cannot open {file}: {source}"),
            // Here the caller's numbers are refused, and not the file.
            (Fault::Series(refusal), ..) => refusal.fmt(f),
            (Fault::Read(source), ..) if source.kind() == io::ErrorKind::IsADirectory => {
                write!(f, "{file} is a directory, expected a file")
            }
            (Fault::Read(source), None, Place::Line(line)) => {
                write!(f, "{file}: reading failed after line {line}: {source}")
            }
            (Fault::Compressed { by, source }, None, Place::Line(line)) => {
                write!(
                    f,
                    "{file}: the {by} data is cut off or damaged after line {line} ({source})"
                )
            }
            (fault, frame, place) => {
                write!(f, "{file}")?;
                if let Some(frame) = frame {
                    write!(f, ", frame {frame}")?;
                }
                match (frame, place) {
                    (_, Place::File) => {}
                    (None, Place::Line(line)) => write!(f, ":{line}")?,
                    (Some(_), Place::Line(line)) => write!(f, ", line {line}")?,
                    (_, Place::Byte(byte)) => write!(f, ", byte {byte}")?,
                }
                write!(f, ": {fault}")
            }
        }
    }
}

impl StdError for ReadError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.fault.source()
    }
}

impl From<ReadError> for TrajectoryError {
    fn from(error: ReadError) -> Self {
        Self::reader(error)
    }
}
