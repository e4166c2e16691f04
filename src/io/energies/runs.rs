//! The runs of a log, and the one evenly spaced series that some of them make.

use std::path::Path;

use super::grid::{Grid, Misfit, Part};
use super::layout::Wanted;
use super::log_run::{Listed, LogRun, RunChoice};
use super::run::Run;
use super::table::{EnergyTable, Note};
use crate::io::error::{Fault, Place, ReadError};
use crate::io::overlap::Overlap;
use crate::real::apart;

/// All runs of a log.
#[derive(Default)]
pub(super) struct Runs {
    pub(super) runs: Vec<Run>,
    /// Notes about lines outside of runs.
    pub(super) notes: Vec<Note>,
}

/// How a run continues the one before it.
enum Joint {
    /// It repeats the last step.
    Repeats,
    /// It replaces the steps of the run before from a row on.
    Replaces(usize),
}

type Misplaced = (Place, Fault);

impl Runs {
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

    /// All runs as callers see them.
    pub(super) fn listed(&self, overlap: Overlap) -> Vec<LogRun> {
        let numbered = self.runs.iter().zip(1..);
        let mut listed: Vec<LogRun> = numbered.map(|(run, number)| run.listed(number)).collect();
        let mut before: Option<(&Run, Known)> = None;
        for (run, listed) in self.runs.iter().zip(&mut listed) {
            if run.why_no_series().is_some() {
                continue;
            }
            let mut known = Known::of(run);
            if let Some((before, known_before)) = before {
                let joint = known
                    .differs(known_before)
                    .map_or_else(|| Joint::of(before, run, overlap), Err);
                match joint {
                    Ok(_) => known = known.or(known_before),
                    Err(reason) => listed.apart = Some(reason),
                }
            }
            before = Some((run, known));
        }
        listed
    }

    /// The series of the chosen runs.
    pub(super) fn series(mut self, wanted: &Wanted, file: &Path) -> Result<EnergyTable, ReadError> {
        let mut listed = self.listed(wanted.overlap);
        let notes = std::mem::take(&mut self.notes);
        match self.choose(wanted, &mut listed) {
            Ok((series, grid)) => {
                let mut table = series.table(grid, notes, &self.runs, listed);
                file.clone_into(&mut table.file);
                Ok(table)
            }
            Err((place, fault)) => Err(Self::beside_others(fault, &listed).at(file, place)),
        }
    }

    /// The fault of a run, with the others that can be chosen.
    #[cold]
    fn beside_others(fault: Fault, listed: &[LogRun]) -> Fault {
        let usable = |run: &&LogRun| run.unusable.is_none() && run.rows > 1;
        let usable: Vec<LogRun> = listed.iter().filter(usable).cloned().collect();
        if usable.is_empty() || listed.len() < 2 || matches!(fault, Fault::Truncated(_)) {
            return fault;
        }
        fault.and(&format!(
            "; the option `log_run` chooses another run: {}",
            Listed(&usable)
        ))
    }

    fn choose(&self, wanted: &Wanted, listed: &mut [LogRun]) -> Result<(Series<'_>, Grid), Misplaced> {
        let RunChoice::Number(number) = wanted.log_run else {
            return self.last(wanted, listed);
        };
        let found = self.runs.len();
        let place = number.checked_sub(1).filter(|&place| place < found);
        let Some(place) = place else {
            let expected = format!("run {number} is asked for, expected 1 to {found}, the runs of the log");
            return Err((Place::File, Fault::Value(expected)));
        };
        let run = &self.runs[place];
        match run.why_no_series() {
            Some(reason) => {
                let fault = Fault::TooShort(format!("run {number} makes no series: {reason}"));
                Err((Place::Line(run.line), fault))
            }
            None => self.ending_with(place, wanted, listed),
        }
    }

    /// The last runs that make a series. A run is passed over where nobody can have meant it: a
    /// minimisation, a run without energies, or with less than two rows. A damaged run is an error.
    fn last(&self, wanted: &Wanted, listed: &mut [LogRun]) -> Result<(Series<'_>, Grid), Misplaced> {
        let mut too_short = None;
        for place in (0..self.runs.len()).rev() {
            if self.runs[place].why_no_series().is_some() {
                continue;
            }
            match self.ending_with(place, wanted, listed) {
                Err((at, Fault::TooShort(reason))) => {
                    listed[place].unusable = Some(reason.clone());
                    too_short.get_or_insert((at, Fault::TooShort(reason)));
                }
                found => return found,
            }
        }
        Err(too_short.unwrap_or_else(|| self.none_usable()))
    }

    /// Why no run of the log makes a series, where none was meant to.
    #[cold]
    fn none_usable(&self) -> Misplaced {
        let Some(run) = self.runs.iter().rev().find(|run| !run.settings.minimises) else {
            let rows: usize = self.runs.iter().map(|run| run.rows.len()).sum();
            let expected = "expected a run of molecular dynamics";
            let fault = format!("{rows} rows, all of minimisations, {expected}");
            return (Place::File, Fault::TooShort(fault));
        };
        let fault = match (&run.unfit_columns, &run.stopped) {
            (Some(columns), _) => Fault::Columns(columns.clone()),
            (None, Some((line, message))) => Fault::TooShort(format!(
                "no rows below this header: the run stopped at line {line}, `{message}`"
            )),
            (None, None) => return (Place::File, Fault::few_rows(0)),
        };
        (Place::Line(run.line), fault)
    }

    /// The series that ends with the run at this place. Where the steps of the runs before do not
    /// fit, they are another series.
    fn ending_with(
        &self,
        place: usize,
        wanted: &Wanted,
        listed: &mut [LogRun],
    ) -> Result<(Series<'_>, Grid), Misplaced> {
        let last = &self.runs[place];
        if let Some((line, fault)) = &last.damage {
            return Err((Place::Line(*line), fault.text()));
        }
        let mut series = Series::of(place, last);
        if wanted.log_run == RunChoice::Continued {
            series.lengthen(&self.runs, listed, wanted.overlap);
        }
        loop {
            let Misfit { part, row, fault } = match Grid::of(&series.parts) {
                Ok(grid) => {
                    let rows = grid.len(&series.parts);
                    if rows < 2 {
                        return Err((Place::File, Fault::few_rows(rows)));
                    }
                    return Ok((series, grid));
                }
                Err(misfit) => misfit,
            };
            let (at, is_last) = (&series.parts[part], part + 1 == series.parts.len());
            let line = at.run.rows[row].line;
            let is_joint = part > 0 && row == at.rows.start;
            if is_joint {
                listed[at.place].apart = Some(fault.to_string());
                series.drop_first(part);
            } else if is_last {
                listed[at.place].unusable = Some(fault.to_string());
                return Err((Place::Line(line), fault));
            } else {
                listed[at.place].unusable = Some(format!("line {line}: {fault}"));
                series.drop_first(part + 1);
            }
        }
    }
}

/// What runs that continue each other have in common, as far as it is known.
#[derive(Clone, Copy)]
struct Known {
    spacing: Option<i64>,
    time_step: Option<f64>,
    particles: Option<usize>,
}

impl Known {
    fn of(run: &Run) -> Self {
        Self {
            spacing: run.spacing(),
            time_step: run.settings.time_step,
            particles: run.particles,
        }
    }

    /// What is known of this run, or else of the runs that it continues.
    fn or(self, before: Self) -> Self {
        Self {
            spacing: self.spacing.or(before.spacing),
            time_step: self.time_step.or(before.time_step),
            particles: self.particles.or(before.particles),
        }
    }

    /// In what a run differs from the runs before it.
    fn differs(self, before: Self) -> Option<String> {
        fn pair<T: PartialEq>(found: Option<T>, before: Option<T>) -> Option<(T, T)> {
            found.zip(before).filter(|(found, before)| found != before)
        }
        if let Some((found, before)) = pair(self.spacing, before.spacing) {
            return Some(format!("rows every {found} steps, before every {before}"));
        }
        if let Some((found, before)) = pair(self.time_step, before.time_step) {
            return Some(format!("a time step of {found}, before {before}"));
        }
        let (found, before) = pair(self.particles, before.particles)?;
        Some(format!("{found} atoms, before {before}"))
    }
}

impl Joint {
    /// How a run continues the one before it, or the reason why it does not.
    fn of(before: &Run, after: &Run, overlap: Overlap) -> Result<Self, String> {
        let ((Some(head), Some(last)), Some(first)) =
            ((before.rows.first(), before.rows.last()), after.rows.first())
        else {
            return Err("no rows".to_owned());
        };
        if before.damage.is_some() {
            return Err("the run before it is damaged".to_owned());
        }
        if before.names != after.names {
            return Err("other columns than before".to_owned());
        }
        let row = before.rows.partition_point(|row| row.step < first.step);
        let (found, step) = (after.table.potential[0], first.step);
        if let Some(once) = before.rows.get(row).filter(|row| row.step == step) {
            let expected = before.table.potential[row];
            if !before.last_digit.with(after.last_digit).agrees(found, expected) {
                let [found, expected] = apart(found, expected);
                return Err(format!(
                    "the energy of step {} is {found}, before {expected}",
                    once.step
                ));
            }
            if step == last.step {
                return Ok(Self::Repeats);
            }
        }
        if step > last.step {
            return Err(format!(
                "no step in common, step {step} after {last}",
                last = last.step
            ));
        }
        if step == 0 && head.step == 0 {
            return Err("steps begin again at 0".to_owned());
        }
        match overlap {
            Overlap::Later => Ok(Self::Replaces(row)),
            Overlap::Refuse => Err(format!(
                "steps go back from {} to {step}; the option `overlap` lets a later job replace what it repeats",
                last.step
            )),
        }
    }
}

/// Runs that continue each other.
struct Series<'a> {
    parts: Vec<Part<'a>>,
    /// The steps from which on rows of earlier runs were replaced, and how many.
    replaced: Vec<(u64, usize)>,
}

impl<'a> Series<'a> {
    fn of(place: usize, run: &'a Run) -> Self {
        let rows = 0..run.rows.len();
        Self {
            parts: vec![Part { place, run, rows }],
            replaced: Vec::new(),
        }
    }

    /// Puts the runs before it that it continues.
    fn lengthen(&mut self, runs: &'a [Run], listed: &[LogRun], overlap: Overlap) {
        let before = runs[..self.parts[0].place].iter().enumerate().rev();
        for (place, run) in before.filter(|(_, run)| run.why_no_series().is_none()) {
            let head = &mut self.parts[0];
            if listed[head.place].apart.is_some() {
                break;
            }
            let rows = match Joint::of(run, head.run, overlap) {
                Ok(Joint::Repeats) => {
                    head.rows.start = 1;
                    0..run.rows.len()
                }
                Ok(Joint::Replaces(row)) => {
                    let step = run.rows[row].step.unsigned_abs();
                    self.replaced.insert(0, (step, run.rows.len() - row));
                    0..row
                }
                Err(_) => break,
            };
            // A run that is replaced as a whole does not stand between its neighbours.
            if !rows.is_empty() {
                self.parts.insert(0, Part { place, run, rows });
            }
        }
    }

    /// Leaves out so many of its first runs.
    fn drop_first(&mut self, count: usize) {
        self.parts.drain(..count);
        self.replaced.clear();
        if let Some(first) = self.parts.first_mut() {
            first.rows.start = 0;
        }
    }

    /// The table of the series on its grid, and the decisions.
    fn table(&self, grid: Grid, mut notes: Vec<Note>, runs: &[Run], listed: Vec<LogRun>) -> EnergyTable {
        let mut table = EnergyTable::like(&self.parts[0].run.table, grid.len(&self.parts));
        table.stride = grid.stride.unsigned_abs();
        let minimizations = runs.iter().filter(|run| run.settings.minimises);
        let minimization: usize = minimizations.map(|run| run.rows.len()).sum();
        if minimization > 0 {
            notes.push(Note::Minimization { rows: minimization });
        }
        let (mut left_out, mut repeated, mut difference) = (0, 0, 0.0_f64);
        let mut before: Option<(&Run, usize)> = None;
        for part in &self.parts {
            let kept = grid.kept(part);
            left_out += part.rows.len() - kept.len();
            repeated += part.run.repeated;
            if part.rows.start == 1
                && let Some((run, end)) = before
            {
                repeated += 1;
                difference =
                    difference.max((part.run.table.potential[0] - run.table.potential[end - 1]).abs());
            }
            if table.len() == 0 && !kept.is_empty() {
                table.first_step = part.run.rows[kept.start].step.unsigned_abs();
            }
            table.extend(&part.run.table, kept);
            table.particles = part.run.particles.or(table.particles);
            table.time_step = part.run.settings.time_step.or(table.time_step);
            table.unit_style = part.run.settings.units.or(table.unit_style);
            notes.extend(part.run.notes.iter().cloned());
            before = Some((part.run, part.rows.end));
        }
        if runs.iter().filter(|run| !run.settings.minimises).count() > 1 {
            let taken = self.parts.iter().map(|part| part.place + 1).collect();
            notes.push(Note::Runs { taken, runs: listed });
        }
        let replaced = self.replaced.iter();
        notes.extend(replaced.map(|&(step, rows)| Note::Replaced { step, rows }));
        if repeated > 0 {
            let rows = repeated;
            notes.push(Note::RepeatedSteps { rows, difference });
        }
        if left_out > 0 {
            let (rows, stride) = (left_out, table.stride);
            notes.push(Note::OffGrid { rows, stride });
        }
        table.notes = notes;
        table.without_gaps()
    }
}
