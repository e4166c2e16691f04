//! The particles of each species, side by side.

use std::borrow::Cow;
use std::ops::Range;

use crate::Real;
use crate::trajectory::{Species, Trajectory, Unwrapped};

/// The particles species by species: kernels then see each species as one range.
pub(super) struct Groups {
    order: Vec<usize>,
    ranges: Vec<Range<usize>>,
}

impl Groups {
    pub(super) fn new(species: &Species) -> Self {
        let of_particles = species.of_particles();
        let mut order: Vec<usize> = (0..of_particles.len()).collect();
        order.sort_by_key(|&p| of_particles[p]);
        let start = |s: usize| order.partition_point(|&p| (of_particles[p] as usize) < s);
        let ranges = (0..species.names().len())
            .map(|s| start(s)..start(s + 1))
            .collect();
        Self { order, ranges }
    }

    /// The particles of each species.
    pub(super) fn particles(&self) -> impl ExactSizeIterator<Item = &[usize]> {
        self.ranges.iter().map(|range| &self.order[range.clone()])
    }

    /// Each two species, and each with itself, in their order: AA, AB, ..., BB, ...
    pub(super) fn pairs(&self) -> impl Iterator<Item = [usize; 2]> {
        let kinds = self.ranges.len();
        (0..kinds).flat_map(move |a| (a..kinds).map(move |b| [a, b]))
    }

    /// Number of particles of each species and, last, of all.
    pub(super) fn sizes(&self) -> Vec<f64> {
        let species = self.ranges.iter().map(Range::len);
        species.chain([self.order.len()]).map(|n| n as f64).collect()
    }

    /// The range of each species in [`arrange`](Self::arrange)d positions.
    pub(super) fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Positions in which each species is one range: borrowed where they are so already, else a copy.
    pub(super) fn arrange<'a, T: Real>(&self, trajectory: &'a Trajectory<'_, T, Unwrapped>) -> Cow<'a, [T]> {
        let positions = trajectory.positions();
        if self.order.iter().enumerate().all(|(i, &p)| i == p) {
            return Cow::Borrowed(positions);
        }
        let mut arranged = Vec::with_capacity(positions.len());
        for frame in positions.chunks_exact(3 * self.order.len()) {
            for &p in &self.order {
                arranged.extend_from_slice(&frame[3 * p..3 * p + 3]);
            }
        }
        Cow::Owned(arranged)
    }
}
