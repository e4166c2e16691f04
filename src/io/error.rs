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
    /// No row of numbers at all.
    #[error("{}: no rows of numbers in {lines} lines, expected {expected}", file.display())]
    NoRows {
        /// The file.
        file: PathBuf,
        /// Its lines.
        lines: u64,
        /// What was looked for.
        expected: &'static str,
    },
    /// A trajectory.
    #[error("{}: begins like {found}, expected energies: `io::trajectory` reads frames", file.display())]
    Frames {
        /// The file.
        file: PathBuf,
        /// What it begins like.
        found: &'static str,
    },
    /// Fewer rows than make a series.
    #[error("{}: rows that count: {found}, expected at least 2 for the spacing of the steps", file.display())]
    TooFewRows {
        /// The file.
        file: PathBuf,
        /// Rows on the grid of steps.
        found: usize,
    },
    /// Columns without names, and none chosen by number.
    #[error(
        "{}:{line}: {found} columns without a header, expected a line of names such as `# TimeStep v_pe v_te` above \
         the numbers, or columns chosen by number",
        file.display()
    )]
    NoHeader {
        /// The file.
        file: PathBuf,
        /// The first row.
        line: u64,
        /// Its columns.
        found: usize,
    },
    /// No column of a wanted name.
    #[error("{}:{line}: no column for the {quantity}, expected {expected}, found {found}", file.display())]
    MissingColumn {
        /// The file.
        file: PathBuf,
        /// The line of names, or the first row where columns are chosen by number.
        line: u64,
        /// What it would hold.
        quantity: &'static str,
        /// Names looked for.
        expected: String,
        /// Names found.
        found: String,
    },
    /// A line of names unlike the first.
    #[error("{}:{line}: columns {found}, expected {expected} as before", file.display())]
    Header {
        /// The file.
        file: PathBuf,
        /// The line.
        line: u64,
        /// Names in it.
        found: String,
        /// Names at the head of the file.
        expected: String,
    },
    /// A row of another length.
    #[error("{}:{line}: {found} columns, expected {expected}", file.display())]
    Columns {
        /// The file.
        file: PathBuf,
        /// The line.
        line: u64,
        /// Columns in it.
        found: usize,
        /// Columns named, or in the first row.
        expected: usize,
    },
    /// A field that is no number.
    #[error("{}:{line}: `{found}` in column {column}, expected {expected}", file.display())]
    Number {
        /// The file.
        file: PathBuf,
        /// The line.
        line: u64,
        /// The column's name, or its number from 1.
        column: String,
        /// The field.
        found: String,
        /// `a number`, `a finite number` or `an integer step`.
        expected: &'static str,
    },
    /// A step off the even spacing.
    #[error(
        "{}:{line}: step {found} after {before}, expected {}: steps must be evenly spaced",
        file.display(),
        expected.map_or_else(|| "a later one".to_owned(), |step| step.to_string())
    )]
    Step {
        /// The file.
        file: PathBuf,
        /// The line.
        line: u64,
        /// The step.
        found: i64,
        /// The step before it.
        before: i64,
        /// The step it should be; `None` where the spacing is not known yet.
        expected: Option<i64>,
    },
    /// Steps begin again after rows were handed out one by one.
    #[error(
        "{}:{line}: steps begin again at {found}, expected one series: read the file as a table to take the last",
        file.display()
    )]
    Restart {
        /// The file.
        file: PathBuf,
        /// The line.
        line: u64,
        /// The step.
        found: i64,
    },
    /// A log where rows are wanted one by one.
    #[error("{}: a log, expected columns: which rows of a log count is known at its end only", file.display())]
    NotColumns {
        /// The file.
        file: PathBuf,
    },
    /// A negative step.
    #[error("{}:{line}: step {found}, expected 0 or more", file.display())]
    NegativeStep {
        /// The file.
        file: PathBuf,
        /// The line.
        line: u64,
        /// The step.
        found: i64,
    },
    /// A file that ends within a row.
    #[error("{}:{line}: the file ends within this line, expected a whole row and a line end", file.display())]
    CutOff {
        /// The file.
        file: PathBuf,
        /// Its last line.
        line: u64,
    },
    /// A log of another system.
    #[error("{}: {found} atoms, expected {expected}", file.display())]
    Particles {
        /// The file.
        file: PathBuf,
        /// Atoms that the log reports.
        found: usize,
        /// Particles given.
        expected: usize,
    },
}
