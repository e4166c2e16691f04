//! Frames one by one: averages over them, and the densities at one of them.

use super::groups::Groups;
use super::origins::run_of;
use super::{StructureError, WaveVectors};
use crate::kernels::DensityModes;
use crate::real::Real;
use crate::stats::{BlockSums, Partition, Resamples, Resampling, ResamplingError};
use crate::threads;
use crate::trajectory::{Cell, Coordinates, Trajectory};

/// Frames whose numbers may wait.
const WAITING: usize = 64;
/// Cells that differ by less than this, relative to the longest lattice vector, are equal: what
/// single precision leaves.
const SAME: f64 = 1e-6;
/// A cell that changes by more than this is another one.
const BREATHES: f64 = 0.05;

/// Sums over the frames of each block, of several functions of `points` numbers each. `of` gives
/// those of frame `frame` of run `run`, one function after the other. The bits do not depend on the
/// number of threads.
pub(super) fn averages<T: Real, C: Coordinates>(
    runs: &[Trajectory<'_, T, C>],
    resampling: Resampling,
    [functions, points]: [usize; 2],
    of: impl Fn(usize, usize) -> Vec<f64> + Sync,
) -> Result<(Vec<BlockSums>, Resamples), ResamplingError> {
    let lengths: Vec<usize> = runs.iter().map(Trajectory::frames).collect();
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
    Ok((sums, partition.resamples(run_of(runs))))
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
        let scale = given.lengths().into_iter().fold(0.0, f64::max);
        let mut constant = true;
        for (run, trajectory) in runs.iter().enumerate() {
            if trajectory.cells().is_empty() {
                let needed_for = "commensurate wave vectors";
                return Err(StructureError::NoCell { run, needed_for });
            }
            for cell in trajectory.cells() {
                let parts = cell.vectors().into_iter().zip(given.vectors());
                let largest = parts
                    .flat_map(|(a, b)| [a[0] - b[0], a[1] - b[1], a[2] - b[2]])
                    .fold(0.0, |largest: f64, x| largest.max(x.abs()));
                if largest > BREATHES * scale {
                    return Err(StructureError::OtherCell {
                        run,
                        found: cell.lengths(),
                        expected: given.lengths(),
                    });
                }
                constant &= largest <= SAME * scale;
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
