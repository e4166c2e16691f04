//! Rows of several runs, and the one evenly spaced series that they make.

use super::layout::Layout;
use super::table::{EnergyTable, Note};
use crate::io::error::{Fault, Place};

/// Rows of a log's runs, since the last restart.
#[derive(Default)]
pub(super) struct Runs {
    table: Option<EnergyTable>,
    rows: Vec<Row>,
    /// Rows before the current run, or the last one.
    start: usize,
    /// Whether the run that we are in has no row yet.
    pub(super) at_start: bool,
    /// The line of the last row; 0 where there is none.
    pub(super) last_line: u64,
    repeated: usize,
    difference: f64,
    minimization: usize,
    pub(super) notes: Vec<Note>,
}

/// Where a row of the table is from.
#[derive(Clone, Copy)]
struct Row {
    step: i64,
    line: u64,
    /// Whether it is the first or the last of its run.
    is_end: bool,
}

impl Runs {
    /// A run begins.
    pub(super) fn begin(&mut self) {
        self.start = self.rows.len();
        self.at_start = true;
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
        if let Some(last) = self.rows.last_mut() {
            last.is_end = true;
        }
    }

    /// The run that ended was not complete.
    pub(super) fn unfinished(&mut self) {
        self.notes.push(Note::Unfinished { line: self.last_line });
    }

    /// The run that ended was a minimisation.
    pub(super) fn drop_minimization(&mut self) {
        self.minimization += self.rows.len() - self.start;
        self.rows.truncate(self.start);
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
        let odd = first || self.rows.last().is_some_and(|last| step <= last.step);
        if odd && !self.check(layout, step, values, line, first)? {
            return Ok(());
        }
        if let Some(table) = &mut self.table {
            table.push(layout, values);
            let is_end = first;
            self.rows.push(Row { step, line, is_end });
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
            if step == 0 && self.rows.last().is_some_and(|before| before.step > 0) {
                self.restart(line);
            }
            let new = EnergyTable::new(layout);
            let table = self.table.get_or_insert_with(|| new.clone());
            let (found, expected) = (shown(&new), shown(table));
            if found != expected {
                return Err(Fault::header(&found, &expected));
            }
        }
        let Some(&Row { step: before, .. }) = self.rows.last() else {
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
            rows: self.rows.len(),
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
        let (stride, offset) = self.grid(thermo).ok_or_else(|| few_rows(self.rows.len()))?;
        let on_grid = |row: &Row| !row.is_end || (row.step - offset).rem_euclid(stride) == 0;
        let kept: Vec<bool> = self.rows.iter().map(on_grid).collect();
        let mut rows = self.rows.iter().filter(|row| on_grid(row));
        let first = rows.next().map_or(0, |row| row.step);
        let mut before = first;
        for row in rows {
            if row.step - before != stride {
                let expected = Some(before.saturating_add(stride));
                return Err((Place::Line(row.line), Fault::step(row.step, before, expected)));
            }
            before = row.step;
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
        table.first_step = first.unsigned_abs();
        table.stride = stride;
        table.notes = self.notes;
        Ok(table)
    }

    /// Spacing and offset of the steps, from two neighbours inside a run, else from the `thermo`
    /// command, else from all steps, without the first or the last one if necessary.
    fn grid(&self, thermo: Option<i64>) -> Option<(i64, i64)> {
        let rows = self.rows.as_slice();
        let mut pairs = rows.windows(2);
        if let Some(inside) = pairs.find(|pair| !pair[0].is_end && !pair[1].is_end) {
            return Some((inside[1].step - inside[0].step, inside[1].step));
        }
        if let Some(every) = thermo {
            return Some((every, 0));
        }
        let first = |rows: &[Row]| Some((rows.get(1)?.step - rows[0].step, rows[0].step));
        let even = |rows: &[Row]| {
            let mut pairs = rows.windows(2);
            first(rows).filter(|(stride, _)| pairs.all(|pair| pair[1].step - pair[0].step == *stride))
        };
        let parts = [
            Some(rows),
            rows.get(1..),
            rows.get(..rows.len().saturating_sub(1)),
        ];
        parts.into_iter().flatten().find_map(even).or_else(|| first(rows))
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
