//! Frames one by one: averages over them, and the densities at one of them.

use super::groups::Groups;
use super::plane::{self, check_vectors};
use super::{StructureError, WaveVectors};
use crate::kernels::DensityModes;
use crate::real::Real;
use crate::stats::{BlockSums, Partition, Resamples, Resampling, ResamplingError};
use crate::threads;
use crate::trajectory::{Cell, Coordinates, Trajectory, TrajectoryRuns};

/// Frames whose numbers may wait.
const WAITING: usize = 64;
/// A cell that changes by more than this, relative to the longest lattice vector, is another one.
const BREATHES: f64 = 0.05;

/// Sums over the frames of each block, of several functions of `points` numbers each. `of` gives
/// those of frame `frame` of run `run`, one function after the other. The bits do not depend on the
/// number of threads.
pub(super) fn averages<T: Real, C: Coordinates>(
    runs: &impl TrajectoryRuns<T, C>,
    resampling: Resampling,
    [functions, points]: [usize; 2],
    of: impl Fn(usize, usize) -> Vec<f64> + Sync,
) -> Result<(Vec<BlockSums>, Resamples), ResamplingError> {
    let lengths: Vec<usize> = runs.runs().iter().map(Trajectory::frames).collect();
    let partition = Partition::new(&lengths, resampling)?;
    let frames: Vec<[usize; 3]> = (partition.iter().enumerate())
        .flat_map(|(block, (run, frames))| frames.map(move |frame| [block, run, frame]))
        .collect();
    let mut sums = vec![BlockSums::new(partition.len(), points); functions];
    threads::in_order(
        &frames,
        WAITING,
        |&[_, run, frame]| of(run, frame),
        |&[block, ..], found| {
            for (sums, found) in sums.iter_mut().zip(found.chunks_exact(points)) {
                for (point, &x) in found.iter().enumerate() {
                    sums.add(block, point, x, 1.0);
                }
            }
        },
    );
    Ok((sums, partition.resamples(runs.run())))
}

/// The densities of each species at commensurate wave vectors. Where the cell breathes, the
/// integers stay, and the vectors are those of each frame's own cell.
pub(super) struct Densities<'a, 'r, T: Real, C: Coordinates> {
    runs: &'a [Trajectory<'r, T, C>],
    groups: &'a Groups,
    /// The cell of the vectors.
    given: Cell,
    /// All frames of all runs have that cell but for rounding.
    constant: bool,
}

impl<'a, 'r, T: Real, C: Coordinates> Densities<'a, 'r, T, C> {
    pub(super) fn new(
        runs: &'a [Trajectory<'r, T, C>],
        groups: &'a Groups,
        vectors: &WaveVectors,
    ) -> Result<Self, StructureError> {
        let given = *vectors.cell().ok_or(StructureError::NotCommensurate)?;
        let dimensions = plane::dimensions(runs)?;
        check_vectors(dimensions, vectors.integers())?;
        let mut constant = true;
        for (run, trajectory) in runs.iter().enumerate() {
            if trajectory.cells().is_empty() {
                let needed_for = "commensurate wave vectors";
                return Err(StructureError::NoCell { run, needed_for });
            }
            plane::check_cells(dimensions, run, trajectory.cells())?;
            for cell in trajectory.cells() {
                if !given.is_within(cell, BREATHES) {
                    return Err(StructureError::OtherCell {
                        run,
                        found: cell.lengths(),
                        expected: given.lengths(),
                    });
                }
                constant &= given.is_same_as(cell);
            }
        }
        Ok(Self {
            runs,
            groups,
            given,
            constant,
        })
    }

    /// Real and imaginary part at each vector, species by species.
    pub(super) fn at(&self, modes: &DensityModes, run: usize, frame: usize) -> Vec<Vec<[f64; 2]>> {
        let trajectory = &self.runs[run];
        let own = trajectory.cell(frame).filter(|_| !self.constant);
        let cell = own.unwrap_or(&self.given);
        let mut scratch = modes.scratch();
        let mut of = |particles: &[usize]| -> Vec<[f64; 2]> {
            let fractional = |&p: &usize| cell.fractional(trajectory.position(frame, p));
            let positions: Vec<[f64; 3]> = particles.iter().map(fractional).collect();
            modes.densities(&positions, &mut scratch).collect()
        };
        self.groups.particles().map(&mut of).collect()
    }
}
