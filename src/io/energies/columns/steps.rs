//! How the rows of a table follow each other.

use std::io::Read;

use super::EnergyStream;
use crate::io::energies::clock::Clock;
use crate::io::energies::table::Note;
use crate::io::error::Fault;
use crate::io::overlap::Overlap;

/// How a row follows the rows before it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Joint {
    /// It is the next one.
    Next,
    /// Another series begins.
    Restart,
    /// A later job begins: only so many of the rows before it are kept.
    Replaces(usize),
}

/// How rows are counted, and where the time of a row is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Counting {
    /// By a column of steps.
    #[default]
    Steps,
    /// By a column of steps, which a column of times must agree with.
    StepsAndTimes(usize),
    /// By a column of times: a row is one interval after the row before.
    Times(usize),
    /// One by one.
    Rows,
}

/// The steps so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Steps {
    pub(super) first: i64,
    pub(super) stride: Option<i64>,
    pub(super) last: i64,
    pub(super) rows: i64,
    /// Whether a header stands between the last row and the next.
    pub(super) boundary: bool,
}

impl Steps {
    pub(super) fn begin(first: i64) -> Self {
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
    /// Accounts for a row whose step is known once its time is.
    #[cold]
    pub(super) fn timed_step(&mut self, step: i64, place: usize) -> Result<Option<Joint>, Fault> {
        let time = self.values[place];
        let joint = if let Counting::Times(_) = self.counting {
            let row = self.clock.row(time)?;
            let first = self.clock.first_step();
            self.step(first + row).map_err(|_| self.clock.goes_back())?
        } else {
            let joint = self.step(step)?;
            if matches!(joint, Some(Joint::Next | Joint::Replaces(_))) {
                self.clock.row(time)?;
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
    pub(super) fn step(&mut self, step: i64) -> Result<Option<Joint>, Fault> {
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
}
