//! A check whether the positions that an accumulator gets can be unwrapped ones.

use super::error::OnlineError;
use crate::trajectory::{Cell, TrajectoryError, WrapCheck};

/// What an accumulator of displacements knows about the cell, and the evidence of its frames.
///
/// It is not part of a checkpoint: after a resumption the check begins anew, and frames tell their
/// cells again.
#[derive(Debug, Clone, Default)]
pub(super) struct Wrapping {
    /// The cell of positions that come without one.
    cell: Option<Cell>,
    seen: WrapCheck,
    /// Whether positions have spread over more than a cell.
    settled: bool,
}

impl Wrapping {
    /// With room for the positions of a frame.
    pub(super) fn of(particles: usize) -> Self {
        Self {
            seen: WrapCheck::with_room(particles),
            ..Self::default()
        }
    }

    /// Positions that come without a cell are in this one.
    pub(super) fn set_cell(&mut self, cell: Option<&Cell>) {
        self.cell = self.cell.or(cell.copied());
    }

    /// Goes on after a piece of the run.
    pub(super) fn follow(&mut self, later: &Self) {
        let cell = self.cell.or(later.cell);
        self.clone_from(later);
        self.cell = cell;
    }

    /// Looks at the positions of a frame.
    ///
    /// # Errors
    /// [`OnlineError::LooksWrapped`].
    pub(super) fn check(
        &mut self,
        frame: u64,
        cell: Option<&Cell>,
        points: impl Iterator<Item = [f64; 3]>,
    ) -> Result<(), OnlineError> {
        let Some(cell) = cell.or(self.cell.as_ref()).filter(|_| !self.settled) else {
            return Ok(());
        };
        self.seen.add_points(cell, points);
        self.settled = self.seen.is_spread();
        match self.seen.verdict() {
            Err(TrajectoryError::LooksWrapped {
                axis,
                particle,
                found,
                ..
            }) => Err(OnlineError::LooksWrapped {
                frame,
                particle,
                axis,
                found,
            }),
            _ => Ok(()),
        }
    }
}
