//! Columns of numbers: LAMMPS' `fix ave/time`, and any table like it.

mod steps;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::iter::FusedIterator;

use super::clock::Clock;
use super::dialect::{self, NAMD_ROW, NamdLine};
use super::head::{Head, HeadLine};
use super::layout::{Layout, StepColumn, Wanted};
use super::printed::LastDigit;
use super::table::{EnergyTable, Note, Times};
use crate::io::error::{Fault, Place, ReadError};
use crate::io::overlap::Overlap;
use crate::io::text::Text;
use crate::io::text::bytes::{f64_field, fields};
use steps::{Counting, Joint, Steps};

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
    /// The step; the number of the row, from 0, where the file has no steps.
    pub step: u64,
    /// The potential energy, as printed.
    pub potential: f64,
    /// The kinetic temperature, where there is such a column.
    pub temperature: Option<f64>,
    /// The time, where the file has times in place of steps or beside them.
    pub time: Option<f64>,
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
    head: Head,
    layout: Option<Layout>,
    counting: Counting,
    steps: Steps,
    clock: Clock,
    values: Vec<f64>,
    /// The numbers of the row handed out before.
    previous: Vec<f64>,
    notes: Vec<Note>,
    repeated: usize,
    difference: f64,
    last_digit: LastDigit,
    /// Whether the text is a log of NAMD.
    is_namd: bool,
    /// Whether the rows that follow are of a minimisation, and how many there were.
    minimises: bool,
    minimization: usize,
    ended: bool,
}

impl<R: Read> EnergyStream<R> {
    pub(super) fn new(text: Text<R>, wanted: Wanted) -> Self {
        let is_namd = dialect::is_namd(text.buffered());
        Self {
            text,
            wanted,
            head: Head::default(),
            layout: None,
            counting: Counting::default(),
            steps: Steps::default(),
            clock: Clock::default(),
            values: Vec::new(),
            previous: Vec::new(),
            notes: Vec::new(),
            repeated: 0,
            difference: 0.0,
            last_digit: LastDigit::default(),
            is_namd,
            minimises: false,
            minimization: 0,
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
            time: row.layout.time.map(|place| row.values[place]),
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
            let Some(step) = step else {
                continue;
            };
            if self.minimises {
                self.minimization += 1;
                continue;
            }
            let joint = match self.counting {
                Counting::Steps => self.step(step),
                Counting::Rows => self.step(self.steps.rows),
                Counting::Times(place) | Counting::StepsAndTimes(place) => self.timed_step(step, place),
            };
            if let Some(joint) = joint.map_err(|fault| self.error(fault))? {
                break Some(joint);
            }
        };
        match (joint, &self.layout) {
            (Some(joint), Some(layout)) => Ok(Some(Row {
                joint,
                step: match self.counting {
                    Counting::Times(_) => self.steps.last - self.steps.first,
                    _ => self.steps.last,
                },
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
        if self.is_namd {
            match NamdLine::of(bytes) {
                NamdLine::Row => {}
                NamdLine::Names => {
                    let names = [NAMD_ROW, &bytes[NAMD_ROW.len()..]].concat();
                    self.names(&names)?;
                    return Ok(None);
                }
                other => {
                    self.minimises = match other {
                        NamdLine::Minimises => true,
                        NamdLine::Runs => false,
                        _ => self.minimises,
                    };
                    return Ok(None);
                }
            }
        }
        match first {
            b'@' if self.head.xvg.take(&String::from_utf8_lossy(&bytes[1..])) => return Ok(None),
            b'#' | b'%' | b'@' => {
                self.names(&bytes[1..])?;
                return Ok(None);
            }
            b'&' if bytes.len() == 1 => {
                self.end_of_set()?;
                return Ok(None);
            }
            _ => {}
        }
        if dialect::is_refused(bytes) {
            dialect::plain(bytes).map_err(|fault| self.error(fault))?;
        }
        let plain = dialect::plain(bytes).unwrap_or(bytes.into());
        let mut words = fields(&plain);
        let is_row = words.next().is_some_and(|field| f64_field(field).is_some()) || self.is_namd;
        if !is_row && self.layout.is_none() && ended && !self.head.is_damaged_row(bytes) {
            self.names(bytes)?;
            return Ok(None);
        }
        if self.layout.is_none() {
            self.lay_out(fields(&plain).count(), ended)?;
        }
        let bytes = &*plain;
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

    /// A set of data of an xvg file ends. Another one is an error.
    fn end_of_set(&mut self) -> Result<(), ReadError> {
        loop {
            let Some((line, _)) = self.text.next_line()? else {
                return Ok(());
            };
            if let Some(first) = line.trim_ascii().first()
                && !matches!(first, b'#' | b'@' | b'&')
            {
                let found = "a second set of data begins here, expected one set: write the energies alone";
                return Err(self.error(Fault::Format(found.to_owned())));
            }
        }
    }

    /// A line of names or a title.
    fn names(&mut self, line: &[u8]) -> Result<(), ReadError> {
        let line = HeadLine::of(line, self.text.line_number());
        if line.splits.iter().any(|names| names[..] == VECTORS) {
            let found = "vectors of `fix ave/time`, expected numbers: `mode scalar`, which is the default";
            return Err(self.error(Fault::Format(found.to_owned())));
        }
        let Some(layout) = &self.layout else {
            self.head.take(line, &self.wanted);
            return Ok(());
        };
        // A restarted simulation that continues the file writes the header again.
        if line.is_known(&self.wanted) && !line.splits.contains(&layout.names) {
            let expected = layout.names.join(", ");
            return Err(self.error(Fault::header(&line.words().join(", "), &expected)));
        }
        self.steps.boundary = true;
        Ok(())
    }

    /// The layout of the first row, and how its rows are counted.
    fn lay_out(&mut self, count: usize, ended: bool) -> Result<(), ReadError> {
        let layout = self.head.layout(&self.wanted, count, ended, self.text.name());
        let layout = layout.map_err(|(line, fault)| match line {
            Some(line) => fault.at(self.text.name(), Place::Line(line)),
            None => self.error(fault),
        })?;
        self.counting = match (layout.has_steps, layout.time) {
            (true, None) => Counting::Steps,
            (true, Some(time)) => Counting::StepsAndTimes(time),
            (false, Some(time)) => Counting::Times(time),
            (false, None) => Counting::Rows,
        };
        self.values = vec![0.0; layout.values];
        self.previous = self.values.clone();
        self.layout = Some(layout);
        Ok(())
    }

    /// Accounts for a row whose step is known once its time is.
    #[cold]
    fn timed_step(&mut self, step: i64, place: usize) -> Result<Option<Joint>, Fault> {
        let time = self.values[place];
        let joint = if let Counting::Times(_) = self.counting {
            let row = self.clock.row(time)?;
            let first = self.clock.first_step();
            self.step(first + row).map_err(|_| self.clock.goes_back())?
        } else {
            let joint = self.step(step)?;
            if matches!(joint, Some(Joint::Next | Joint::Replaces(_)))
                && let Err(fault) = self.clock.row(time)
            {
                let has_unit = self
                    .layout
                    .as_ref()
                    .is_some_and(|layout| layout.time_unit.is_some());
                if has_unit || self.clock.has_shown_interval() {
                    return Err(fault);
                }
                let line = self.text.line_number();
                self.notes.push(Note::UnevenTimes { line });
                self.counting = Counting::Steps;
            }
            joint
        };
        if matches!(joint, Some(Joint::Restart)) {
            self.clock = Clock::default();
            self.clock.row(time)?;
            if let Counting::Times(_) = self.counting {
                self.steps = Steps::begin(self.clock.first_step());
            }
        }
        Ok(joint)
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
        let is_same = |layout: &Layout| layout.are_equal(&self.values, &self.previous);
        if step == last && (boundary || self.layout.as_ref().is_some_and(is_same)) {
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
        let found = [
            (self.minimization > 0).then_some(Note::Minimization {
                rows: self.minimization,
            }),
            (self.repeated > 0).then_some(Note::RepeatedSteps {
                rows: self.repeated,
                difference: self.difference,
            }),
            self.of_counting(),
        ];
        let of_columns = self.layout.iter().flat_map(notes_of);
        self.notes
            .iter()
            .cloned()
            .chain(found.into_iter().flatten())
            .chain(of_columns)
            .collect()
    }

    /// How the rows are counted, where that is not by steps.
    fn of_counting(&self) -> Option<Note> {
        match self.counting {
            Counting::Times(_) => Some(Note::Times {
                interval: self.clock.interval().ok()?,
                unit: self.layout.as_ref()?.time_unit,
                assumed: None,
            }),
            // Whoever asks for rows without steps knows.
            Counting::Rows if !matches!(self.wanted.step, StepColumn::None) => Some(Note::Unnumbered),
            _ => None,
        }
    }

    /// The table of the rows handed out since the last restart.
    fn finish(self, table: Option<EnergyTable>) -> Result<EnergyTable, ReadError> {
        let file = self.text.name().to_owned();
        let rows = table.as_ref().map_or(0, EnergyTable::len);
        let table = table.filter(|_| rows >= 2);
        let mut table = table.ok_or_else(|| Fault::few_rows(rows).at(&file, Place::File))?;
        table.first_step = self.steps.first.unsigned_abs();
        table.stride = self.steps.stride.unwrap_or(1).unsigned_abs();
        match self.counting {
            Counting::Times(_) => {
                let interval = self.clock.interval();
                let interval = interval.map_err(|fault| fault.at(&file, Place::File))?;
                table.first_step = self.clock.first_row(interval);
                table.times = Some(Times::InPlaceOfSteps(interval));
            }
            // Times beside steps may have too few digits for an interval.
            Counting::StepsAndTimes(_) => {
                let interval = self.clock.interval().ok();
                table.times = interval.map(|interval| Times::OfSteps(interval / table.stride as f64));
            }
            Counting::Steps | Counting::Rows => {}
        }
        table.notes = self.notes();
        table.file = file;
        Ok(table.without_gaps())
    }
}

/// What is to be said of the units of columns.
fn notes_of(layout: &Layout) -> impl Iterator<Item = Note> {
    let odd = layout.odd_units.iter().cloned();
    let odd = odd.map(|(column, unit)| Note::OddUnit { column, unit });
    let celsius = layout.celsius().map(|column| Note::Celsius {
        column: column.to_owned(),
    });
    let no_total = layout.no_total.clone().map(|why| Note::LeftOut {
        quantity: "total energy",
        why,
    });
    odd.chain(celsius).chain(no_total)
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
