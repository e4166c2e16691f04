//! The lags of curves over pairs of frames, and the blocks that their errors come from.

use crate::curve::Curve;
use crate::sampling::{Lag, Sampling};
use crate::stats::pair_table::FrameBlocks;
use crate::stats::runs::{numbered, resamples};
use crate::stats::{BlockSums, Resamples};

/// What all curves of the same pairs of frames have in common, whether the frames are in memory or
/// have gone by in a stream.
pub(super) struct Axis {
    pub(super) lags: Vec<Lag>,
    pub(super) time_step: f64,
    pub(super) resamples: Resamples,
    /// The longest lag that has a standard error.
    pub(super) longest: Lag,
}

impl Axis {
    /// The lags, of those given in frames, that some pair of frames of a stream lies apart by.
    pub(super) fn of_tables(runs: &[FrameBlocks], sampling: Sampling, lags: &[u64]) -> Self {
        let has_pairs = |k: &usize| numbered(runs).any(|(_, (run, block))| run.pairs(block, *k) > 0.0);
        let reached = (0..lags.len()).take_while(has_pairs);
        let shortest = runs.iter().map(FrameBlocks::shortest).min().unwrap_or(0);
        Self {
            lags: reached.map(|k| sampling.lag(lags[k])).collect(),
            time_step: sampling.time_step(),
            resamples: resamples(runs),
            longest: sampling.lag(shortest),
        }
    }

    /// Calls `add(block, lag, columns, pairs)` with the sums of each block of a stream at each lag.
    pub(super) fn for_each(&self, runs: &[FrameBlocks], mut add: impl FnMut(usize, usize, &[f64], f64)) {
        for (number, (run, block)) in numbered(runs) {
            for k in 0..self.lags.len() {
                add(number, k, run.sums(block, k), run.pairs(block, k));
            }
        }
    }

    /// Sums over pairs of frames, by block and lag.
    pub(super) fn sums(&self) -> BlockSums {
        BlockSums::new(self.resamples.blocks, self.lags.len())
    }

    /// The curve that `f` makes of the means of sums.
    pub(super) fn curve<const N: usize>(&self, sums: [&BlockSums; N], f: impl Fn([f64; N]) -> f64) -> Curve {
        Curve::from_sums(
            self.lags.clone(),
            self.time_step,
            sums,
            self.resamples,
            self.longest,
            f,
        )
    }

    /// The curve of the means of sums.
    pub(super) fn mean(&self, sums: &BlockSums) -> Curve {
        self.curve([sums], |[mean]| mean)
    }
}
