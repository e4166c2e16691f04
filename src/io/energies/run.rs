//! One run of a log: its rows, and what else the log says of it.

use super::layout::{Layout, Wanted};
use super::log_run::LogRun;
use super::printed::LastDigit;
use super::table::{EnergyTable, Note};
use crate::io::error::Fault;
use crate::io::text::bytes::{fields, i64_field};

/// Rows whose printed digits are looked at.
const LOOKED_AT: usize = 8;

/// What a log says before the header of a run, and what is true of runs until it says otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Settings {
    /// The spacing asked for with the `thermo` command, where the log echoes it.
    pub(super) thermo: Option<i64>,
    /// The time of one step, where the log prints it or echoes the command.
    pub(super) time_step: Option<f64>,
    /// The style of units, where the log prints it or echoes the command.
    pub(super) units: Option<&'static str>,
    /// Whether a minimisation is announced.
    pub(super) minimises: bool,
}

/// The output of one `run` or `minimize` command.
pub(super) struct Run {
    /// The line of its header.
    pub(super) line: u64,
    pub(super) names: Vec<String>,
    /// Why its columns make no series, where they do not.
    pub(super) unfit_columns: Option<String>,
    pub(super) settings: Settings,
    pub(super) table: EnergyTable,
    pub(super) rows: Vec<Row>,
    /// Rows that were counted and not read, for want of a column of steps.
    pub(super) unread: usize,
    /// The number of atoms that its end reports.
    pub(super) particles: Option<usize>,
    /// Whether its end is there.
    pub(super) ended: bool,
    /// What is wrong with a row, and where. The rows after it are not read.
    pub(super) damage: Option<(u64, Fault)>,
    /// The error that ended it.
    pub(super) stopped: Option<(u64, String)>,
    pub(super) notes: Vec<Note>,
    pub(super) repeated: usize,
    pub(super) last_digit: LastDigit,
}

/// Where a row of the table is from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) step: i64,
    pub(super) line: u64,
}

/// Most types of constrained bonds that statistics of `fix shake` list.
pub(super) const MOST_TYPES: i64 = 100;

impl Run {
    /// A run under the header at this line.
    pub(super) fn new(line: u64, settings: Settings) -> Self {
        Self {
            line,
            names: Vec::new(),
            unfit_columns: None,
            settings,
            table: EnergyTable::empty(),
            rows: Vec::new(),
            unread: 0,
            particles: None,
            ended: false,
            damage: None,
            stopped: None,
            notes: Vec::new(),
            repeated: 0,
            last_digit: LastDigit::default(),
        }
    }

    /// The layout of the rows under this header: at least of their steps, where other columns are
    /// missing.
    pub(super) fn lay_out(&mut self, wanted: &Wanted, names: &[String]) -> Option<Layout> {
        names.clone_into(&mut self.names);
        match Layout::new(wanted, Some(names), names.len()) {
            Ok(layout) => {
                self.table = EnergyTable::new(&layout);
                Some(layout)
            }
            Err(fault) => {
                self.unfit_columns = Some(fault.to_string());
                Layout::of_steps(wanted, names)
            }
        }
    }

    /// Takes a row. A row that damages the run ends it.
    #[inline]
    pub(super) fn push(&mut self, layout: &Layout, step: i64, values: &[f64], line: u64) {
        let odd = self.rows.len() < LOOKED_AT
            || self.damage.is_some()
            || self.rows.last().is_some_and(|last| step <= last.step);
        if odd && !self.is_new(layout, step, values, line) {
            return;
        }
        self.rows.push(Row { step, line });
        if self.unfit_columns.is_none() {
            self.table.push(layout, values);
        }
    }

    /// Whether a row counts that is among the first or whose step does not increase.
    #[cold]
    fn is_new(&mut self, layout: &Layout, step: i64, values: &[f64], line: u64) -> bool {
        let before = self.rows.last().map(|last| last.step);
        let is_later = before.is_none_or(|before| step > before);
        if self.damage.is_some() {
            return false;
        }
        if step < 0 {
            self.damage = Some((line, Fault::negative_step(step)));
            return false;
        }
        if self.unfit_columns.is_some() {
            return is_later;
        }
        if is_later {
            self.last_digit.take(layout.energy_terms(values));
            return true;
        }
        let again = layout.energy_of(values);
        let once = self.table.potential.last();
        if before == Some(step) && once.is_some_and(|once| once.to_bits() == again.to_bits()) {
            self.repeated += 1;
        } else {
            let fault = Fault::step(step, before.unwrap_or_default(), None);
            self.damage = Some((line, fault));
        }
        false
    }

    /// What is wrong with a row at this line, unless something was wrong before.
    pub(super) fn damaged(&mut self, line: u64, fault: Fault) {
        self.damage.get_or_insert((line, fault));
    }

    /// A row of numbers that is none of the run's.
    pub(super) fn between(&mut self, number: u64) {
        match self
            .notes
            .iter_mut()
            .find(|note| matches!(note, Note::Between { .. }))
        {
            Some(Note::Between { rows, .. }) => *rows += 1,
            _ => self.notes.push(Note::Between {
                line: number,
                rows: 1,
            }),
        }
    }

    /// Whether a row among the statistics of `fix shake` is one of the run, rather than of them:
    /// theirs begin with small numbers. A row of theirs that is taken for one of the run damages
    /// it, since the step of the true row has come before.
    pub(super) fn continues_with(&self, step: i64, announced: i64, indented: bool) -> bool {
        match self.rows[..] {
            [.., a, b] if b.step.checked_add(b.step - a.step) == Some(step) => true,
            [.., last] if step == announced => step > last.step,
            // Two blanks stand before a type, and more before such a step.
            [.., last] => step > announced.max(last.step) && !(indented && step <= MOST_TYPES),
            [] => step == announced,
        }
    }

    /// Whether a line that begins with a number may be the next row: it begins with the next step,
    /// or with any later one where the spacing is not known yet.
    pub(super) fn may_continue_with(&self, line: &[u8]) -> bool {
        let Some(step) = fields(line).next().and_then(i64_field) else {
            return false;
        };
        match self.rows[..] {
            [.., a, b] => b.step.checked_add(b.step - a.step) == Some(step),
            [first] => step > first.step,
            [] => true,
        }
    }

    /// How many rows it printed.
    pub(super) fn printed(&self) -> usize {
        self.rows.len() + self.unread
    }

    /// The line of the last row, or of the header.
    pub(super) fn last_line(&self) -> u64 {
        self.rows.last().map_or(self.line, |row| row.line)
    }

    /// The spacing of its steps, as two neighbours between its first row and its last show it, or
    /// the `thermo` command.
    pub(super) fn spacing(&self) -> Option<i64> {
        match self.rows[..] {
            [_, a, b, _, ..] => Some(b.step - a.step),
            _ => self.settings.thermo,
        }
    }

    /// Why the run makes no series, where it was meant to make none.
    pub(super) fn why_no_series(&self) -> Option<String> {
        if self.settings.minimises {
            return Some("a minimisation".to_owned());
        }
        if self.unfit_columns.is_some() {
            return self.unfit_columns.clone();
        }
        if self.rows.is_empty() && self.damage.is_none() {
            return Some(match &self.stopped {
                Some((line, message)) => format!("it stopped at line {line}: `{message}`"),
                None => "no rows".to_owned(),
            });
        }
        None
    }

    /// The run as callers see it.
    pub(super) fn listed(&self, number: usize) -> LogRun {
        let mean = |column: &[f64]| {
            let sum: f64 = column.iter().sum();
            (!column.is_empty()).then(|| sum / column.len() as f64)
        };
        let (first, last) = (self.rows.first(), self.rows.last());
        let steps = first.zip(last);
        let steps = steps.map(|(first, last)| (first.step.unsigned_abs(), last.step.unsigned_abs()));
        let damage = self.damage.as_ref();
        let damage = damage.map(|(line, fault)| format!("line {line}: {fault}"));
        LogRun {
            number,
            line: self.line,
            steps,
            rows: self.printed(),
            columns: self.names.clone(),
            particles: self.particles,
            time_step: self.settings.time_step,
            units: self.settings.units,
            mean_energy: mean(&self.table.potential),
            mean_temperature: self.table.temperature.as_deref().and_then(mean),
            unusable: self.why_no_series().or(damage),
            apart: None,
        }
    }
}
