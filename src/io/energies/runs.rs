//! Rows of several runs, and the one evenly spaced series that they make.

use super::layout::Layout;
use super::table::{EnergyTable, Note};
use super::{Fault, Place};

/// Rows of a log's runs, since the last restart.
#[derive(Default)]
pub(super) struct Runs {
    table: Option<EnergyTable>,
    steps: Vec<i64>,
    lines: Vec<u64>,
    /// Whether a row is the first or the last of its run.
    ends: Vec<bool>,
    /// Rows before the current run, or the last one.
    start: usize,
    /// Whether the next row is the first of its run.
    at_start: bool,
    last_line: u64,
    repeated: usize,
    difference: f64,
    minimization: usize,
    pub(super) notes: Vec<Note>,
}

impl Runs {
    pub(super) fn is_empty(&self) -> bool {
        self.last_line == 0
    }

    /// A run begins.
    pub(super) fn begin(&mut self) {
        self.start = self.steps.len();
        self.at_start = true;
    }

    /// Whether the run that we are in has no row yet.
    pub(super) fn is_at_start(&self) -> bool {
        self.at_start
    }

    /// A row of numbers under no header.
    pub(super) fn headless(&mut self, number: u64) {
        if let Some(Note::Headless { line, rows }) = self.notes.last_mut()
            && *line + *rows as u64 == number
        {
            *rows += 1;
        } else {
            self.notes.push(Note::Headless {
                line: number,
                rows: 1,
            });
        }
    }

    /// The run ends: its last row is an end.
    pub(super) fn end(&mut self) {
        self.at_start = false;
        if let Some(last) = self.ends.last_mut() {
            *last = true;
        }
    }

    /// The run that ended was not complete.
    pub(super) fn unfinished(&mut self) {
        self.notes.push(Note::Unfinished { line: self.last_line });
    }

    /// The run that ended was a minimisation.
    pub(super) fn drop_minimization(&mut self) {
        self.minimization += self.steps.len() - self.start;
        self.steps.truncate(self.start);
        self.lines.truncate(self.start);
        self.ends.truncate(self.start);
        for column in self.table.iter_mut().flat_map(EnergyTable::columns_mut) {
            column.truncate(self.start);
        }
    }

    /// Takes a row of the current run.
    #[inline]
    pub(super) fn push(
        &mut self,
        layout: &Layout,
        step: i64,
        values: &[f64],
        line: u64,
    ) -> Result<(), Fault> {
        let first = std::mem::replace(&mut self.at_start, false);
        self.last_line = line;
        if step < 0 {
            return Err(Fault::negative_step(step));
        }
        let odd = first || self.steps.last().is_some_and(|&last| step <= last);
        if odd && !self.check(layout, step, values, line, first)? {
            return Ok(());
        }
        if let Some(table) = &mut self.table {
            table.push(layout, values);
            self.steps.push(step);
            self.lines.push(line);
            self.ends.push(first);
        }
        Ok(())
    }

    /// Checks the first row of a run, or a step that does not increase; `false` where it repeats
    /// the row before.
    #[cold]
    fn check(
        &mut self,
        layout: &Layout,
        step: i64,
        values: &[f64],
        line: u64,
        first: bool,
    ) -> Result<bool, Fault> {
        if first {
            if step == 0 && self.steps.last().is_some_and(|&before| before > 0) {
                self.restart(line);
            }
            let new = EnergyTable::new(layout);
            let table = self.table.get_or_insert_with(|| new.clone());
            let (found, expected) = (shown(&new), shown(table));
            if found != expected {
                return Err(Fault::header(&found, &expected));
            }
        }
        let Some(&before) = self.steps.last() else {
            return Ok(true);
        };
        let once = self.table.as_ref().and_then(|table| table.potential.last());
        if let Some(once) = once.filter(|_| step == before) {
            let again = layout.energy_of(values);
            if first || once.to_bits() == again.to_bits() {
                self.repeated += 1;
                self.difference = self.difference.max((once - again).abs());
                return Ok(false);
            }
        }
        if step <= before {
            return Err(Fault::step(step, before, None));
        }
        Ok(true)
    }

    /// Drops the rows so far, with a note.
    fn restart(&mut self, line: u64) {
        let mut notes = std::mem::take(&mut self.notes);
        notes.retain(|note| matches!(note, Note::Restart { .. }));
        notes.push(Note::Restart {
            line,
            rows: self.steps.len(),
        });
        *self = Self {
            notes,
            last_line: line,
            ..Self::default()
        };
    }

    /// The rows at even steps. LAMMPS prints thermo output at the multiples of one number of steps,
    /// and at the first and last step of each run, which are left out where they are not multiples.
    pub(super) fn on_grid(mut self, thermo: Option<i64>) -> Result<EnergyTable, (Place, Fault)> {
        let few_rows = |found| (Place::File, Fault::few_rows(found));
        let (stride, offset) = self.grid(thermo).ok_or_else(|| few_rows(self.steps.len()))?;
        let on_grid = |step: i64| (step - offset).rem_euclid(stride) == 0;
        let kept: Vec<bool> = self
            .steps
            .iter()
            .zip(&self.ends)
            .map(|(&step, end)| !end || on_grid(step))
            .collect();
        let mut first = None;
        let mut before: Option<i64> = None;
        for ((&step, &line), _) in (self.steps.iter().zip(&self.lines).zip(&kept)).filter(|(_, kept)| **kept)
        {
            if let Some(before) = before
                && step - before != stride
            {
                let expected = Some(before.saturating_add(stride));
                return Err((Place::Line(line), Fault::step(step, before, expected)));
            }
            first = first.or(Some(step));
            before = Some(step);
        }
        let left_out = kept.iter().filter(|kept| !**kept).count();
        let count = kept.len() - left_out;
        let (Some(mut table), 2..) = (self.table, count) else {
            return Err(few_rows(count));
        };
        for column in table.columns_mut() {
            let mut kept = kept.iter();
            column.retain(|_| kept.next() == Some(&true));
        }
        let stride = stride.unsigned_abs();
        let found = [
            (self.minimization > 0).then_some(Note::Minimization {
                rows: self.minimization,
            }),
            (self.repeated > 0).then_some(Note::RepeatedSteps {
                rows: self.repeated,
                difference: self.difference,
            }),
            (left_out > 0).then_some(Note::OffGrid {
                rows: left_out,
                stride,
            }),
        ];
        self.notes.extend(found.into_iter().flatten());
        table.is_log = true;
        table.first_step = first.unwrap_or(0).unsigned_abs();
        table.stride = stride;
        table.notes = self.notes;
        Ok(table)
    }

    /// Spacing and offset of the steps, from two neighbours inside a run, else from the `thermo`
    /// command, else from all steps, without the first or the last one if necessary.
    fn grid(&self, thermo: Option<i64>) -> Option<(i64, i64)> {
        let (steps, ends) = (&self.steps, &self.ends);
        let inside = (1..steps.len()).find(|&i| !ends[i - 1] && !ends[i]);
        if let Some(i) = inside {
            return Some((steps[i] - steps[i - 1], steps[i]));
        }
        if let Some(every) = thermo {
            return Some((every, 0));
        }
        let even = |steps: &[i64]| {
            let stride = steps.get(1)? - steps[0];
            steps
                .windows(2)
                .all(|pair| pair[1] - pair[0] == stride)
                .then_some((stride, steps[0]))
        };
        let whole = steps.as_slice();
        let parts = [
            Some(whole),
            whole.get(1..),
            whole.get(..whole.len().saturating_sub(1)),
        ];
        let first = || Some((steps.get(1)? - steps[0], steps[0]));
        parts.into_iter().flatten().find_map(even).or_else(first)
    }
}

fn shown(table: &EnergyTable) -> String {
    let with = if table.temperature.is_some() {
        "with"
    } else {
        "without"
    };
    format!("{} {with} a temperature", table.potential_name)
}
