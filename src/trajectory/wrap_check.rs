//! A check whether coordinates can be unwrapped ones.

use super::{Cell, TrajectoryError};
use crate::real::Real;

/// What a source knows about its coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Convention {
    /// They follow particles through the faces of the cell.
    Unwrapped,
    /// They re-enter the cell.
    Wrapped,
    /// The format does not say, so the caller must know.
    Unknown,
}

/// Between the steps at which a simulation wraps its particles, they may stand a little outside of
/// the cell.
const LARGEST_SPREAD: f64 = 1.05;

/// The evidence of the frames so far whether their coordinates are wrapped.
#[derive(Debug, Clone)]
pub(crate) struct WrapCheck {
    frames: usize,
    /// Extremes along each lattice vector, in units of it.
    low: [f64; 3],
    high: [f64; 3],
    /// The first jump of more than half a cell along each: frame, particle, and how far.
    jumps: [Option<(usize, usize, f64)>; 3],
    before: Vec<[f64; 3]>,
}

impl Default for WrapCheck {
    fn default() -> Self {
        Self::new()
    }
}

impl WrapCheck {
    pub(crate) fn new() -> Self {
        Self::with_room(0)
    }

    /// With room for so many particles.
    pub(crate) fn with_room(particles: usize) -> Self {
        Self {
            frames: 0,
            low: [f64::INFINITY; 3],
            high: [f64::NEG_INFINITY; 3],
            jumps: [None; 3],
            before: Vec::with_capacity(particles),
        }
    }

    /// Looks at the next frame.
    pub(crate) fn add<T: Real>(&mut self, cell: &Cell, positions: &[T]) {
        let (points, _) = positions.as_chunks::<3>();
        self.add_points(cell, points.iter().map(|point| point.map(T::to_f64)));
    }

    /// The same from points.
    pub(crate) fn add_points(&mut self, cell: &Cell, points: impl Iterator<Item = [f64; 3]>) {
        for (particle, point) in points.enumerate() {
            let s = cell.fractional(point);
            for (x, (low, high)) in s.iter().zip(self.low.iter_mut().zip(&mut self.high)) {
                *low = low.min(*x);
                *high = high.max(*x);
            }
            let Some(before) = self.before.get_mut(particle) else {
                self.before.push(s);
                continue;
            };
            for ((s, before), first) in s.iter().zip(before.iter()).zip(&mut self.jumps) {
                let jump = (s - before).abs();
                if jump > 0.5 && first.is_none() {
                    *first = Some((self.frames, particle, jump));
                }
            }
            *before = s;
        }
        self.frames += 1;
    }

    fn spread(&self, axis: usize) -> f64 {
        self.high[axis] - self.low[axis]
    }

    /// Whether coordinates reach further than one cell along all lattice vectors: they are not
    /// wrapped.
    pub(crate) fn is_spread(&self) -> bool {
        (0..3).all(|axis| self.spread(axis) > LARGEST_SPREAD)
    }

    /// # Errors
    /// [`TrajectoryError::LooksWrapped`].
    pub(crate) fn verdict(&self) -> Result<(), TrajectoryError> {
        for axis in 0..3 {
            if let Some((frame, particle, found)) = self.jumps[axis]
                && self.spread(axis) <= LARGEST_SPREAD
            {
                return Err(TrajectoryError::LooksWrapped {
                    axis,
                    frame,
                    particle,
                    found,
                });
            }
        }
        Ok(())
    }
}
