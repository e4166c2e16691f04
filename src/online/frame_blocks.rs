//! Sums over pairs of frames by block and lag, in memory that does not grow with the run.

use super::error::OnlineError;
use super::runs::{InBlocks, numbered, resamples};
use crate::curve::Curve;
use crate::lag::Sampling;
use crate::real::Real;
use crate::stats::BlockSums;

/// Frames, or samples, that the longest lag reaches over, both ends included.
#[allow(clippy::cast_possible_truncation, reason = "lags are below a length")]
pub(super) fn kept(lags: &[u64]) -> usize {
    lags.last().map_or(1, |&lag| lag as usize + 1)
}

/// Whether these are the coordinates of so many particles, all of them finite.
pub(super) fn check_frame<T: Real>(positions: &[T], particles: usize, frame: u64) -> Result<(), OnlineError> {
    if positions.len() != 3 * particles {
        return Err(OnlineError::Coordinates {
            found: positions.len(),
            expected: 3 * particles,
        });
    }
    match positions.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(index) => Err(OnlineError::Position {
            frame,
            particle: index / 3,
            found: Real::to_f64(positions[index]),
        }),
    }
}

/// The curve that `f` makes of the means of some columns, each divided by `size`, at the lags that some pair of frames lies apart by.
pub(super) fn curve<const N: usize>(
    runs: &[FrameBlocks],
    sampling: Sampling,
    lags: &[u64],
    columns: [usize; N],
    size: f64,
    f: impl Fn([f64; N]) -> f64,
) -> Curve {
    let stride = sampling.stride();
    let has_pairs = |k: &usize| numbered(runs).any(|(_, (run, block))| run.pairs(block, *k) > 0.0);
    let steps: Vec<u64> = (0..lags.len())
        .take_while(has_pairs)
        .map(|k| lags[k] * stride)
        .collect();
    let resamples = resamples(runs);
    let mut sums: [BlockSums; N] = std::array::from_fn(|_| BlockSums::new(resamples.blocks(), steps.len()));
    for (number, (run, block)) in numbered(runs) {
        for k in 0..steps.len() {
            let (found, pairs) = (run.sums(block, k), run.pairs(block, k));
            for (sums, column) in sums.iter_mut().zip(columns) {
                sums.add(number, k, found[column] / size, pairs);
            }
        }
    }
    let shortest = runs.iter().map(FrameBlocks::shortest).min().unwrap_or(0);
    Curve::from_sums(
        steps,
        sampling.time_step(),
        sums.each_ref(),
        resamples,
        shortest * stride,
        f,
    )
}

/// Blocks of one length and what is summed over the pairs of frames whose first one lies in them. When there would be more than `most`,
/// neighbours are added up and the length doubles.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct FrameBlocks {
    lags: usize,
    /// Sums at each lag.
    width: usize,
    most: usize,
    /// Frames in a block.
    length: u64,
    /// Frames of the run.
    frames: u64,
    /// Pairs, by block and lag.
    pairs: Vec<f64>,
    /// By block, lag and column.
    sums: Vec<f64>,
}

impl InBlocks for FrameBlocks {
    fn blocks(&self) -> usize {
        self.pairs.len() / self.lags
    }
}

impl FrameBlocks {
    /// No block yet, and room for all that will be.
    pub(super) fn new(lags: usize, width: usize, most: usize) -> Self {
        Self {
            lags,
            width,
            most,
            length: 1,
            frames: 0,
            pairs: Vec::with_capacity(most * lags),
            sums: Vec::with_capacity(most * lags * width),
        }
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// Counts a frame. Its block is there from now on.
    pub(super) fn open(&mut self) {
        if self.frames == self.length * self.most as u64 {
            self.halve();
        }
        if self.frames.is_multiple_of(self.length) {
            self.pairs.resize(self.pairs.len() + self.lags, 0.0);
            self.sums.resize(self.sums.len() + self.lags * self.width, 0.0);
        }
        self.frames += 1;
    }

    /// Adds what `columns` holds of one pair of frames.
    pub(super) fn add(&mut self, first: u64, lag: usize, columns: &[f64]) {
        for (sum, x) in self.pair_mut(first, lag).iter_mut().zip(columns) {
            *sum += x;
        }
    }

    /// Counts a pair of frames; its sums.
    pub(super) fn pair_mut(&mut self, first: u64, lag: usize) -> &mut [f64] {
        #[allow(clippy::cast_possible_truncation, reason = "a number of blocks")]
        let point = (first / self.length) as usize * self.lags + lag;
        self.pairs[point] += 1.0;
        &mut self.sums[point * self.width..][..self.width]
    }

    /// Adds neighbours up, all of them full.
    fn halve(&mut self) {
        for values in [&mut self.pairs, &mut self.sums] {
            let stride = values.len() / self.most;
            for to in 0..self.most / 2 {
                for i in 0..stride {
                    values[to * stride + i] = values[2 * to * stride + i] + values[(2 * to + 1) * stride + i];
                }
            }
            values.truncate(stride * (self.most / 2));
        }
        self.length *= 2;
    }

    /// Ends the run: a last block that is not full joins the one before it.
    pub(super) fn finish(&mut self) {
        let blocks = self.blocks();
        if blocks < 2 || self.frames.is_multiple_of(self.length) {
            return;
        }
        for values in [&mut self.pairs, &mut self.sums] {
            let stride = values.len() / blocks;
            let (before, last) = values.split_at_mut(stride * (blocks - 1));
            let to = &mut before[stride * (blocks - 2)..];
            for (to, last) in to.iter_mut().zip(last.iter()) {
                *to += *last;
            }
            values.truncate(stride * (blocks - 1));
        }
    }

    /// The shortest block, in frames.
    pub(super) fn shortest(&self) -> u64 {
        if self.blocks() < 2 {
            self.frames
        } else {
            self.length
        }
    }

    /// The pairs of a block at a lag.
    pub(super) fn pairs(&self, block: usize, lag: usize) -> f64 {
        self.pairs[block * self.lags + lag]
    }

    /// The sums of a block at a lag.
    pub(super) fn sums(&self, block: usize, lag: usize) -> &[f64] {
        &self.sums[(block * self.lags + lag) * self.width..][..self.width]
    }

    /// The same pairs, with other sums at each: `columns` turns old ones into new ones.
    pub(super) fn map(&self, width: usize, columns: impl Fn(usize, usize, &mut [f64])) -> Self {
        let mut sums = vec![0.0; self.pairs.len() * width];
        for (point, sums) in sums.chunks_exact_mut(width).enumerate() {
            columns(point / self.lags, point % self.lags, sums);
        }
        Self {
            width,
            pairs: self.pairs.clone(),
            sums,
            ..*self
        }
    }

    /// Whether these are sums over the same pairs of frames.
    pub(super) fn same_pairs(&self, other: &Self) -> bool {
        self.length == other.length && self.frames == other.frames && self.pairs == other.pairs
    }

    /// Whether these can be sums at so many lags and columns.
    #[cfg(feature = "serde")]
    pub(super) fn is_sound(&self, lags: usize, width: usize) -> bool {
        let finite = |values: &[f64]| values.iter().all(|x| x.is_finite());
        let blocks = self.pairs.len().checked_div(lags).unwrap_or(0) as u64;
        lags > 0
            && (self.lags, self.width) == (lags, width)
            && (2..=1 << 16).contains(&self.most)
            && self.most.is_multiple_of(2)
            && self.length > 0
            && self.pairs.len() == blocks as usize * lags
            && self.sums.len() == self.pairs.len() * width
            && blocks <= self.most as u64
            // One block less where the last one has joined the one before it.
            && (self.frames.div_ceil(self.length) == blocks
                || self.frames / self.length == blocks && blocks > 0)
            && finite(&self.pairs)
            && finite(&self.sums)
    }

    /// Makes room for all blocks that will be.
    #[cfg(feature = "serde")]
    pub(super) fn reserve(&mut self) {
        let more = self.most - self.blocks();
        self.pairs.reserve_exact(more * self.lags);
        self.sums.reserve_exact(more * self.lags * self.width);
    }
}
