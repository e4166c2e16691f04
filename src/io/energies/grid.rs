//! The even spacing of the steps of runs.

use std::ops::Range;

use super::run::{Row, Run};
use crate::io::error::Fault;

/// What a run contributes to a series.
pub(super) struct Part<'a> {
    /// Its place in the list of runs.
    pub(super) place: usize,
    pub(super) run: &'a Run,
    /// The rows that count.
    pub(super) rows: Range<usize>,
}

/// The steps at which LAMMPS prints thermo output: the multiples of one number of steps. It also
/// prints the first and last step of each run, which are left out where they are not multiples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) stride: i64,
    offset: i64,
}

/// A row whose step does not fit: the part, its place in the run, and what is wrong with it.
pub(super) struct Misfit {
    pub(super) part: usize,
    pub(super) row: usize,
    pub(super) fault: Fault,
}

impl Grid {
    /// The grid on which all rows of the parts lie.
    pub(super) fn of(parts: &[Part<'_>]) -> Result<Self, Misfit> {
        let grid = Self::shown_by(parts);
        let mut before: Option<i64> = None;
        for (part, at) in parts.iter().enumerate() {
            let kept = grid.kept(at);
            for (row, &Row { step, .. }) in at.run.rows[kept.clone()].iter().enumerate() {
                if let Some(before) = before
                    && step.checked_sub(before) != Some(grid.stride)
                {
                    let expected = Some(before.saturating_add(grid.stride));
                    let fault = Fault::step(step, before, expected);
                    let row = kept.start + row;
                    return Err(Misfit { part, row, fault });
                }
                before = Some(step);
            }
        }
        Ok(grid)
    }

    /// Spacing and offset of the steps, from two neighbours inside a run, else from the `thermo`
    /// command, else from all steps, without the first or the last one if necessary.
    fn shown_by(parts: &[Part<'_>]) -> Self {
        let mut inside = parts.iter().filter_map(|part| match part.run.rows[..] {
            [_, a, b, _, ..] if part.rows.end > 2 => Some((b.step - a.step, b.step)),
            _ => None,
        });
        if let Some((stride, offset)) = inside.next() {
            return Self { stride, offset };
        }
        if let Some(stride) = parts.last().and_then(|part| part.run.settings.thermo) {
            return Self { stride, offset: 0 };
        }
        // Runs of three rows at most.
        let rows = parts.iter().flat_map(|part| &part.run.rows[part.rows.clone()]);
        let steps: Vec<i64> = rows.map(|row| row.step).collect();
        let first = |steps: &[i64]| Some((steps.get(1)?.checked_sub(steps[0])?, steps[0]));
        let even = |steps: &[i64]| {
            let mut pairs = steps.windows(2);
            first(steps).filter(|(stride, _)| pairs.all(|pair| pair[1].checked_sub(pair[0]) == Some(*stride)))
        };
        let length = steps.len();
        let choices = [
            Some(&steps[..]),
            steps.get(1..),
            steps.get(..length.saturating_sub(1)),
        ];
        let found = choices.into_iter().flatten().find_map(even);
        let (stride, offset) = found.or_else(|| first(&steps)).unwrap_or((1, 0));
        Self { stride, offset }
    }

    /// The rows of a part that are on the grid, or at least no ends of a run.
    pub(super) fn kept(self, part: &Part<'_>) -> Range<usize> {
        let rows = &part.run.rows;
        let mut kept = part.rows.clone();
        let is_off = |row: usize| (rows[row].step - self.offset).rem_euclid(self.stride.max(1)) != 0;
        if kept.start == 0 && !kept.is_empty() && is_off(0) {
            kept.start = 1;
        }
        if kept.end == rows.len() && !kept.is_empty() && is_off(kept.end - 1) {
            kept.end -= 1;
        }
        kept
    }

    /// How many rows the parts keep.
    pub(super) fn len(self, parts: &[Part<'_>]) -> usize {
        parts.iter().map(|part| self.kept(part).len()).sum()
    }
}
