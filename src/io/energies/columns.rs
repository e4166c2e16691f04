//! Columns of numbers: LAMMPS' `fix ave/time`, and any table like it.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::iter::FusedIterator;

use super::layout::{Layout, StepColumn, Wanted};
use super::printed::LastDigit;
use super::table::{EnergyTable, Note};
use crate::io::error::{Fault, Place, ReadError};
use crate::io::overlap::Overlap;
use crate::io::text::Text;
use crate::io::text::bytes::{f64_field, fields, text};

const EXPECTED: &str = "columns such as those of `fix ave/time`, or a LAMMPS log";

/// What `fix ave/time` writes at the head of a file in `mode vector`.
const VECTORS: [&str; 2] = ["TimeStep", "Number-of-rows"];

/// Reads the table of a file of columns.
pub(super) fn read<R: Read>(text: Text<R>, wanted: &Wanted) -> Result<EnergyTable, ReadError> {
    let mut reader = EnergyStream::new(text, wanted.clone());
    let mut table: Option<EnergyTable> = None;
    while let Some(row) = reader.next_row()? {
        match row.joint {
            Joint::Next => {}
            Joint::Restart => table = None,
            Joint::Replaces(kept) => table.iter_mut().for_each(|table| table.truncate(kept)),
        }
        let table = table.get_or_insert_with(|| EnergyTable::new(row.layout));
        table.push(row.layout, row.values);
    }
    reader.finish(table)
}

/// How a row follows the rows before it.
#[derive(Debug, Clone, Copy)]
enum Joint {
    /// It is the next one.
    Next,
    /// Another series begins.
    Restart,
    /// A later job begins: only so many of the rows before it are kept.
    Replaces(usize),
}

/// A row as it is read.
struct Row<'a> {
    joint: Joint,
    step: i64,
    layout: &'a Layout,
    values: &'a [f64],
}

/// One row of a file of energies.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct EnergySample {
    /// The step.
    pub step: u64,
    /// The potential energy, as printed.
    pub potential: f64,
    /// The kinetic temperature, where there is such a column.
    pub temperature: Option<f64>,
}

/// The rows of a file of columns, one by one: the rows that
/// [`EnergyReader::read`](super::EnergyReader::read) returns as a table, in a buffer of 256 KiB
/// whatever the length of the file.
///
/// Rows cannot be taken back once they are handed out, so the iteration ends with a
/// [`Fault::Steps`] where steps begin again. A repeated boundary step is skipped, as in the table.
/// After an error there are no more rows.
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
    text: Text<R>,
    wanted: Wanted,
    header: Option<Header>,
    layout: Option<Layout>,
    steps: Steps,
    values: Vec<f64>,
    /// The numbers of the row handed out before.
    previous: Vec<f64>,
    notes: Vec<Note>,
    repeated: usize,
    difference: f64,
    last_digit: LastDigit,
    ended: bool,
}

struct Header {
    names: Vec<String>,
    line: u64,
    known: bool,
}

/// The steps so far.
#[derive(Debug, Clone, Copy, Default)]
struct Steps {
    first: i64,
    stride: Option<i64>,
    last: i64,
    rows: i64,
    /// Whether a header stands between the last row and the next.
    boundary: bool,
}

impl Steps {
    fn begin(first: i64) -> Self {
        Self {
            first,
            stride: None,
            last: first,
            rows: 1,
            boundary: false,
        }
    }
}

impl<R: Read> EnergyStream<R> {
    pub(super) fn new(text: Text<R>, wanted: Wanted) -> Self {
        Self {
            text,
            wanted,
            header: None,
            layout: None,
            steps: Steps::default(),
            values: Vec::new(),
            previous: Vec::new(),
            notes: Vec::new(),
            repeated: 0,
            difference: 0.0,
            last_digit: LastDigit::default(),
            ended: false,
        }
    }

    fn error(&self, fault: Fault) -> ReadError {
        self.text.error(fault)
    }

    /// The next row for a caller.
    fn sample(&mut self) -> Result<Option<EnergySample>, ReadError> {
        let Some(row) = self.next_row()? else {
            return Ok(None);
        };
        let expected = "expected one series: read the file as a table to take the last";
        let found = match row.joint {
            Joint::Next => None,
            Joint::Restart => Some(format!("steps begin again at {}, {expected}", row.step)),
            Joint::Replaces(_) => Some(format!("steps go back to {}, {expected}", row.step)),
        };
        if let Some(found) = found {
            return Err(self.error(Fault::Steps(found)));
        }
        Ok(Some(EnergySample {
            step: row.step.unsigned_abs(),
            potential: row.layout.energy_of(row.values),
            temperature: row.layout.temperature_of(row.values),
        }))
    }

    /// The next row; `None` at the end.
    #[inline]
    fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        std::mem::swap(&mut self.values, &mut self.previous);
        let joint = loop {
            let buffered = self.text.buffered();
            let layout = self.layout.as_ref();
            let whole = layout.and_then(|layout| layout.parse_first(buffered, &mut self.values));
            let step = match whole {
                Some((step, length)) => {
                    self.text.pass(length);
                    Some(step)
                }
                None => match self.odd_line()? {
                    Some(step) => step,
                    None => break None,
                },
            };
            let Some(mut step) = step else {
                continue;
            };
            if matches!(self.wanted.step, StepColumn::None) {
                step = self.steps.rows;
            }
            if let Some(joint) = self.step(step).map_err(|fault| self.error(fault))? {
                break Some(joint);
            }
        };
        match (joint, &self.layout) {
            (Some(joint), Some(layout)) => Ok(Some(Row {
                joint,
                step: self.steps.last,
                layout,
                values: &self.values,
            })),
            (_, Some(_)) => Ok(None),
            (_, None) => {
                let fault = Fault::no_rows(self.text.line_number(), EXPECTED);
                Err(fault.at(self.text.name(), Place::File))
            }
        }
    }

    /// The step of the next line, where that line is not wholly buffered or is not a whole row of
    /// the layout: the first row, or a last row without an end. `Some(None)` for comments, names
    /// and blank lines, `None` at the end.
    #[cold]
    fn odd_line(&mut self) -> Result<Option<Option<i64>>, ReadError> {
        let Some((line, ended)) = self.text.next_line()? else {
            return Ok(None);
        };
        let whole = match &self.layout {
            Some(layout) if ended => layout.parse(line, &mut self.values),
            _ => None,
        };
        if whole.is_some() {
            return Ok(Some(whole));
        }
        let line = line.to_vec();
        self.odd_row(&line, ended).map(Some)
    }

    fn odd_row(&mut self, line: &[u8], ended: bool) -> Result<Option<i64>, ReadError> {
        let bytes = line.trim_ascii();
        let Some(&first) = bytes.first() else {
            return Ok(None);
        };
        if matches!(first, b'#' | b'%' | b'@') {
            self.names(&bytes[1..])?;
            return Ok(None);
        }
        let mut words = fields(bytes);
        let is_row = words.next().is_some_and(|field| f64_field(field).is_some());
        if !is_row && self.layout.is_none() && ended && !self.is_damaged_row(bytes) {
            self.names(bytes)?;
            return Ok(None);
        }
        if self.layout.is_none() {
            let layout = self.lay_out(fields(bytes).count(), ended)?;
            self.values = vec![0.0; layout.values];
            self.previous = self.values.clone();
            self.layout = Some(layout);
        }
        let Some(layout) = &self.layout else {
            return Ok(None);
        };
        // LAMMPS ends every line. A line without an end may lack digits even where it has all its
        // columns.
        let may_end = ended || layout.names.iter().all(|name| name != "TimeStep");
        match layout.parse(bytes, &mut self.values) {
            Some(step) if may_end => Ok(Some(step)),
            _ if ended => Err(self.error(layout.fault(bytes))),
            _ if self.wanted.cut_off => {
                let line = self.text.line_number();
                self.notes.push(Note::CutOff { line });
                Ok(None)
            }
            _ => Err(self.error(Fault::cut_row())),
        }
    }

    /// Whether a line in place of the first row has as many fields as a known header, and numbers
    /// among them. A line of units has no numbers.
    fn is_damaged_row(&self, line: &[u8]) -> bool {
        let known = self.header.as_ref().filter(|header| header.known);
        known.is_some_and(|header| header.names.len() == fields(line).count())
            && fields(line).any(|field| f64_field(field).is_some())
    }

    /// A line of names or a title.
    fn names(&mut self, line: &[u8]) -> Result<(), ReadError> {
        let names: Vec<String> = names_of(line).map(text).collect();
        if names[..] == VECTORS {
            let found = "vectors of `fix ave/time`, expected numbers: `mode scalar`, which is the default";
            return Err(self.error(Fault::Format(found.to_owned())));
        }
        let known = self.wanted.known(&names);
        if let Some(layout) = &self.layout {
            // A restarted simulation that continues the file writes the header again.
            if known && names != layout.names {
                let expected = layout.names.join(", ");
                return Err(self.error(Fault::header(&names.join(", "), &expected)));
            }
            self.steps.boundary = true;
        } else if known || !self.header.as_ref().is_some_and(|header| header.known) {
            let line = self.text.line_number();
            self.header = Some(Header { names, line, known });
        }
        Ok(())
    }

    /// The layout of the first row.
    fn lay_out(&self, count: usize, ended: bool) -> Result<Layout, ReadError> {
        match &self.header {
            Some(header) if header.names.len() == count => {
                let layout = Layout::new(&self.wanted, Some(&header.names), count);
                layout.map_err(|fault| fault.at(self.text.name(), Place::Line(header.line)))
            }
            // A cut line is the likelier reason for a row that does not fit its header.
            Some(header) if header.known => Err(self.error(if ended {
                Fault::column_count(count, header.names.len())
            } else {
                Fault::cut_row()
            })),
            _ => Layout::new(&self.wanted, None, count).map_err(|fault| self.error(fault)),
        }
    }

    /// Accounts for a row of this step, and returns how it follows the rows before it; `None` where
    /// it repeats the last one.
    #[inline]
    fn step(&mut self, step: i64) -> Result<Option<Joint>, Fault> {
        let steps = &mut self.steps;
        if let Some(stride) = steps.stride
            && step > steps.last
            && step - steps.last == stride
        {
            steps.last = step;
            steps.rows += 1;
            steps.boundary = false;
            return Ok(Some(Joint::Next));
        }
        self.odd_step(step)
    }

    #[cold]
    fn odd_step(&mut self, step: i64) -> Result<Option<Joint>, Fault> {
        let Steps {
            first,
            stride,
            last,
            rows,
            boundary,
        } = self.steps;
        if step < 0 {
            return Err(Fault::negative_step(step));
        }
        if let Some(layout) = &self.layout {
            self.last_digit.take(layout.energy_terms(&self.values));
        }
        if rows == 0 {
            self.steps = Steps::begin(step);
            return Ok(Some(Joint::Next));
        }
        if stride.is_none() && step > last {
            self.steps = Steps {
                stride: Some(step - last),
                last: step,
                rows: 2,
                boundary: false,
                ..self.steps
            };
            return Ok(Some(Joint::Next));
        }
        let mut pairs = self.values.iter().zip(&self.previous);
        if step == last && (boundary || pairs.all(|(a, b)| a.to_bits() == b.to_bits())) {
            self.steps.boundary = false;
            return Ok(self.repeat(step));
        }
        let begins = stride == Some(step) && self.wanted.overlap == Overlap::Refuse;
        if step < last && (step == 0 || begins) {
            let rows = usize::try_from(rows).unwrap_or(usize::MAX);
            let line = self.text.line_number();
            return Ok(Some(self.restart(step, Note::Restart { line, rows })));
        }
        let after_first = step.checked_sub(first).zip(stride);
        let goes_back =
            after_first.filter(|(after, stride)| step < last && *after >= 0 && after % stride == 0);
        match (goes_back, self.wanted.overlap) {
            (Some((after, stride)), Overlap::Later) => {
                let kept = after / stride;
                let replaced = usize::try_from(rows - kept).unwrap_or(usize::MAX);
                self.notes.push(Note::Replaced {
                    step: step.unsigned_abs(),
                    rows: replaced,
                });
                self.steps = Steps {
                    last: step,
                    rows: kept + 1,
                    boundary: false,
                    ..self.steps
                };
                Ok(Some(Joint::Replaces(usize::try_from(kept).unwrap_or(0))))
            }
            (Some(_), Overlap::Refuse) => Err(Fault::goes_back(step, last)),
            _ => {
                let expected = stride.map(|stride| last.saturating_add(stride));
                Err(Fault::step(step, last, expected))
            }
        }
    }

    /// Accounts for a second row of the last step: another series begins where its energy is
    /// another.
    fn repeat(&mut self, step: i64) -> Option<Joint> {
        let layout = self.layout.as_ref()?;
        let (once, again) = (layout.energy_of(&self.previous), layout.energy_of(&self.values));
        let difference = (again - once).abs();
        if self.last_digit.agrees(once, again) {
            self.repeated += 1;
            self.difference = self.difference.max(difference);
            return None;
        }
        let rows = usize::try_from(self.steps.rows).unwrap_or(usize::MAX);
        let note = Note::Disagreement {
            line: self.text.line_number(),
            step: step.unsigned_abs(),
            difference,
            rows,
        };
        Some(self.restart(step, note))
    }

    /// Begins another series with this step.
    fn restart(&mut self, step: i64, note: Note) -> Joint {
        self.notes.push(note);
        self.steps = Steps::begin(step);
        (self.repeated, self.difference) = (0, 0.0);
        Joint::Restart
    }

    /// The decisions so far.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        let repeated = (self.repeated > 0).then_some(Note::RepeatedSteps {
            rows: self.repeated,
            difference: self.difference,
        });
        self.notes.iter().cloned().chain(repeated).collect()
    }

    /// The table of the rows handed out since the last restart.
    fn finish(self, table: Option<EnergyTable>) -> Result<EnergyTable, ReadError> {
        let file = self.text.name().to_owned();
        let rows = table.as_ref().map_or(0, EnergyTable::len);
        let table = table.filter(|_| rows >= 2);
        let mut table = table.ok_or_else(|| Fault::few_rows(rows).at(&file, Place::File))?;
        table.first_step = self.steps.first.unsigned_abs();
        table.stride = self.steps.stride.unwrap_or(1).unsigned_abs();
        table.notes = self.notes();
        table.file = file;
        Ok(table)
    }
}

/// The names in a line: blanks and commas stand between them, and brackets belong to them.
fn names_of(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let names = line.split(|byte| byte.is_ascii_whitespace() || *byte == b',');
    names.filter(|name| !name.is_empty())
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

impl<R> fmt::Debug for EnergyStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnergyStream")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
