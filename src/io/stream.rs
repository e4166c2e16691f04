//! Energies of a file that need not fit into memory.

use std::fs::File;
use std::io::Read;
use std::iter::FusedIterator;

use super::ReadError;
use super::columns::{ColumnRows, Continuity, Row};
use super::table::Note;

/// One row of a file of energies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnergySample {
    /// The step.
    pub step: u64,
    /// The potential energy, as printed.
    pub potential: f64,
    /// The kinetic temperature, where there is such a column.
    pub temperature: Option<f64>,
}

/// The rows of a file of columns, one by one: what [`EnergyReader::read`](super::EnergyReader::read) gives as a table, in
/// memory of a buffer of 256 KiB whatever the length of the file.
///
/// Rows cannot be taken back once they are handed out: where steps begin again the iteration ends with
/// [`ReadError::Restart`]. A repeated boundary step is passed over, as in the table. After an error there are no more rows.
///
/// ```
/// use msed::io::EnergyReader;
/// let mut sum = 0.0;
/// let mut rows = EnergyReader::new().stream("data/sample/energy.dat")?;
/// for sample in &mut rows {
///     sum += sample?.potential;
/// }
/// assert!((sum / 2000.0 + 6337.0).abs() < 3.0);
/// assert!(rows.notes().is_empty());
/// # Ok::<(), msed::io::ReadError>(())
/// ```
pub struct EnergyStream<R = File> {
    rows: ColumnRows<R>,
    ended: bool,
}

impl<R: Read> EnergyStream<R> {
    pub(super) fn new(rows: ColumnRows<R>) -> Self {
        Self { rows, ended: false }
    }

    /// What was decided so far.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        self.rows.notes()
    }

    fn sample(&mut self) -> Result<Option<EnergySample>, ReadError> {
        let Some(Row {
            place,
            step,
            line,
            layout,
            values,
        }) = self.rows.next_row()?
        else {
            return Ok(None);
        };
        let sample = EnergySample {
            step: step.unsigned_abs(),
            potential: layout.energy_of(values),
            temperature: layout.temperature_of(values),
        };
        match place {
            Continuity::Next => Ok(Some(sample)),
            Continuity::Restart => Err(ReadError::Restart {
                file: self.rows.file().to_owned(),
                line,
                found: step,
            }),
        }
    }
}

impl<R: Read> Iterator for EnergyStream<R> {
    type Item = Result<EnergySample, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let sample = self.sample().transpose();
        self.ended = !matches!(sample, Some(Ok(_)));
        sample
    }
}

impl<R: Read> FusedIterator for EnergyStream<R> {}

impl<R> std::fmt::Debug for EnergyStream<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnergyStream")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
