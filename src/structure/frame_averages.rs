//! Averages over frames.

use crate::stats::{BlockSums, Partition, Resamples, Resampling, ResamplingError};
use crate::trajectory::{Coordinates, Trajectory};
use crate::{Real, threads};

/// Frames whose numbers may wait.
const WAITING: usize = 64;

/// Sums over the frames of each block, of several functions of `points` numbers each. `of` gives those of frame `frame` of run `run`, one
/// function after the other. The bits do not depend on the number of threads.
pub(super) fn frame_averages<T: Real, C: Coordinates>(
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
    let mut sums: Vec<BlockSums> = (0..functions)
        .map(|_| BlockSums::new(partition.len(), points))
        .collect();
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
    Ok((sums, partition.resamples()))
}
