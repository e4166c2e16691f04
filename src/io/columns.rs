//! Columns of numbers: LAMMPS' `fix ave/time`, and any table like it.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::ReadError;
use super::bytes::{f64_field, fields};
use super::layout::{Layout, StepColumn, Wanted};
use super::table::{CutOff, EnergyTable, Format, Note, Rows};
use super::text::Text;

const EXPECTED: &str = "columns such as those of `fix ave/time`, or a LAMMPS log";

/// Reads the table of a file of columns.
pub(super) fn read<R: Read>(
    text: Text<R>,
    wanted: &Wanted,
    cut_off: CutOff,
) -> Result<EnergyTable, ReadError> {
    let mut reader = ColumnRows::new(text, wanted.clone(), cut_off);
    let mut rows: Option<Rows> = None;
    while let Some(Row {
        place,
        layout,
        values,
        ..
    }) = reader.next_row()?
    {
        let rows = match (&mut rows, place) {
            (Some(rows), Continuity::Next) => rows,
            (rows, _) => rows.insert(Rows::new(layout)),
        };
        rows.push(layout, values);
    }
    reader.into_table(rows.unwrap_or_default())
}

/// A row, handed out by [`ColumnRows`].
pub(super) struct Row<'a> {
    pub(super) place: Continuity,
    pub(super) step: i64,
    pub(super) line: u64,
    pub(super) layout: &'a Layout,
    pub(super) values: &'a [f64],
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Continuity {
    /// The next of the series.
    Next,
    /// The first of another series: steps begin again.
    Restart,
}

/// The rows of a file of columns, one by one, in bounded memory.
pub(super) struct ColumnRows<R> {
    text: Text<R>,
    file: PathBuf,
    wanted: Wanted,
    /// Whether steps are counted, since no column has them.
    counted: bool,
    cut_off: CutOff,
    header: Option<Header>,
    layout: Option<Layout>,
    steps: Steps,
    values: Vec<f64>,
    /// The numbers of the row handed out before.
    previous: Vec<f64>,
    notes: Vec<Note>,
    repeated: usize,
    difference: f64,
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

impl<R: Read> ColumnRows<R> {
    pub(super) fn new(text: Text<R>, wanted: Wanted, cut_off: CutOff) -> Self {
        Self {
            file: text.name().to_owned(),
            text,
            counted: matches!(wanted.step, StepColumn::None),
            wanted,
            cut_off,
            header: None,
            layout: None,
            steps: Steps::default(),
            values: Vec::new(),
            previous: Vec::new(),
            notes: Vec::new(),
            repeated: 0,
            difference: 0.0,
        }
    }

    /// The next row: what it is, and its numbers; `None` at the end.
    #[inline]
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        std::mem::swap(&mut self.values, &mut self.previous);
        let place = loop {
            let Some(line) = self.text.next_line()? else {
                break None;
            };
            let number = line.number;
            let step = match &self.layout {
                Some(layout) if line.ended => layout.parse(line.bytes, &mut self.values),
                _ => None,
            };
            let step = match step {
                Some(step) => Some(step),
                None => {
                    let (bytes, ended) = (line.bytes.to_vec(), line.ended);
                    self.odd_line(&bytes, ended, number)?
                }
            };
            let step = step.map(|step| if self.counted { self.steps.rows } else { step });
            if let Some(step) = step
                && let Some(place) = self.step(step, number)?
            {
                break Some(place);
            }
        };
        match (place, &self.layout) {
            (Some(place), Some(layout)) => Ok(Some(Row {
                place,
                step: self.steps.last,
                line: self.text.line_number(),
                layout,
                values: &self.values,
            })),
            (_, Some(_)) => Ok(None),
            (_, None) => Err(ReadError::NoRows {
                file: self.file.clone(),
                lines: self.text.line_number(),
                expected: EXPECTED,
            }),
        }
    }

    /// The step of a line that is no whole row of the layout so far: the first row, or a last one without an end; `None` for
    /// comments, names and blank lines.
    #[cold]
    fn odd_line(&mut self, line: &[u8], ended: bool, number: u64) -> Result<Option<i64>, ReadError> {
        let bytes = line.trim_ascii();
        let Some(&first) = bytes.first() else {
            return Ok(None);
        };
        if matches!(first, b'#' | b'%' | b'@') {
            self.names(&bytes[1..], number)?;
            return Ok(None);
        }
        let is_row = fields(bytes)
            .next()
            .is_some_and(|field| f64_field(field).is_some());
        if !is_row && self.layout.is_none() && ended && !self.is_damaged_row(bytes) {
            self.names(bytes, number)?;
            return Ok(None);
        }
        if self.layout.is_none() {
            let layout = match self.lay_out(fields(bytes).count(), number) {
                // A cut line is the likelier reason for a row that does not fit its header.
                Err(ReadError::Columns { .. }) if !ended => return Err(self.cut(number)),
                layout => layout?,
            };
            self.values = vec![0.0; layout.values()];
            self.previous = self.values.clone();
            self.layout = Some(layout);
        }
        let Some(layout) = &self.layout else {
            return Ok(None);
        };
        // LAMMPS ends every line: one without an end may miss digits even where it has all its columns.
        let may_end = ended || layout.names().iter().all(|name| name != "TimeStep");
        match layout.parse(bytes, &mut self.values) {
            Some(step) if may_end => Ok(Some(step)),
            _ if ended => Err(layout.diagnose(bytes, &self.file, number)),
            _ if self.cut_off == CutOff::LeaveOut => {
                self.notes.push(Note::CutOff { line: number });
                Ok(None)
            }
            _ => Err(self.cut(number)),
        }
    }

    /// Whether a line in place of the first row has as many fields as a known header, numbers among them: a line of units
    /// has none.
    fn is_damaged_row(&self, line: &[u8]) -> bool {
        let known = self.header.as_ref().filter(|header| header.known);
        known.is_some_and(|header| header.names.len() == fields(line).count())
            && fields(line).any(|field| f64_field(field).is_some())
    }

    fn cut(&self, line: u64) -> ReadError {
        ReadError::CutOff {
            file: self.file.clone(),
            line,
        }
    }

    /// A line of names or a title.
    fn names(&mut self, line: &[u8], number: u64) -> Result<(), ReadError> {
        let names: Vec<String> = fields(line)
            .map(|field| String::from_utf8_lossy(field).into_owned())
            .collect();
        let known = self.wanted.known(&names);
        if let Some(layout) = &self.layout {
            // The header again, where a restarted simulation went on with the file.
            if known && names != layout.names() {
                return Err(ReadError::Header {
                    file: self.file.clone(),
                    line: number,
                    found: names.join(", "),
                    expected: layout.names().join(", "),
                });
            }
            self.steps.boundary = true;
        } else if known || !self.header.as_ref().is_some_and(|header| header.known) {
            self.header = Some(Header {
                names,
                line: number,
                known,
            });
        }
        Ok(())
    }

    fn lay_out(&self, count: usize, line: u64) -> Result<Layout, ReadError> {
        let file = &self.file;
        match &self.header {
            Some(header) if header.names.len() == count => {
                Layout::new(&self.wanted, Some(&header.names), count, file, header.line)
            }
            Some(header) if header.known => Err(ReadError::Columns {
                file: file.clone(),
                line,
                found: count,
                expected: header.names.len(),
            }),
            _ => Layout::new(&self.wanted, None, count, file, line),
        }
    }

    /// Takes a row of this step into account: `None` where it repeats the one before.
    #[inline]
    fn step(&mut self, step: i64, line: u64) -> Result<Option<Continuity>, ReadError> {
        let steps = &mut self.steps;
        if let Some(stride) = steps.stride
            && step > steps.last
            && step - steps.last == stride
        {
            steps.last = step;
            steps.rows += 1;
            steps.boundary = false;
            return Ok(Some(Continuity::Next));
        }
        self.odd_step(step, line)
    }

    #[cold]
    fn odd_step(&mut self, step: i64, line: u64) -> Result<Option<Continuity>, ReadError> {
        let Steps {
            first,
            stride,
            last,
            rows,
            boundary,
        } = self.steps;
        if step < 0 {
            return Err(ReadError::NegativeStep {
                file: self.file.clone(),
                line,
                found: step,
            });
        }
        let begin = Steps {
            first: step,
            stride: None,
            last: step,
            rows: 1,
            boundary: false,
        };
        if rows == 0 {
            self.steps = begin;
            return Ok(Some(Continuity::Next));
        }
        if stride.is_none() && step > last {
            self.steps = Steps {
                first,
                stride: Some(step - last),
                last: step,
                rows: 2,
                boundary: false,
            };
            return Ok(Some(Continuity::Next));
        }
        let equal = || {
            self.values
                .iter()
                .zip(&self.previous)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        };
        if step == last && (boundary || equal()) {
            self.steps.boundary = false;
            self.repeated += 1;
            if let Some(layout) = &self.layout {
                let difference = layout.energy_of(&self.values) - layout.energy_of(&self.previous);
                self.difference = self.difference.max(difference.abs());
            }
            return Ok(None);
        }
        if step < last && (step == 0 || stride == Some(step)) {
            let rows = usize::try_from(rows).unwrap_or(usize::MAX);
            self.notes.push(Note::Restart { line, rows });
            self.steps = begin;
            (self.repeated, self.difference) = (0, 0.0);
            return Ok(Some(Continuity::Restart));
        }
        let expected = stride.map(|stride| last.saturating_add(stride));
        Err(ReadError::Step {
            file: self.file.clone(),
            line,
            found: step,
            before: last,
            expected,
        })
    }

    /// What was decided so far.
    pub(super) fn notes(&self) -> Vec<Note> {
        let repeated = (self.repeated > 0).then_some(Note::RepeatedSteps {
            rows: self.repeated,
            difference: self.difference,
        });
        self.notes.iter().cloned().chain(repeated).collect()
    }

    /// The name for messages.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// The table of the rows handed out since the last restart.
    fn into_table(self, rows: Rows) -> Result<EnergyTable, ReadError> {
        let Some(layout) = &self.layout else {
            return Err(ReadError::TooFewRows {
                file: self.file,
                found: 0,
            });
        };
        if rows.len() < 2 {
            return Err(ReadError::TooFewRows {
                file: self.file,
                found: rows.len(),
            });
        }
        let notes = self.notes();
        Ok(EnergyTable {
            potential_name: layout.energy_name(),
            file: self.file,
            format: Format::Columns,
            first_step: self.steps.first.unsigned_abs(),
            stride: self.steps.stride.unwrap_or(1).unsigned_abs(),
            rows,
            notes,
            particles: None,
        })
    }
}
