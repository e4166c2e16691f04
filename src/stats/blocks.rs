//! Sums over blocks.

use std::ops::Range;

use thiserror::Error;

use super::{Resamples, Resampling, RunId};

/// The blocks of one or several runs: contiguous ranges of samples or frames, as equal as integers
/// allow.
///
/// A pair of samples belongs to the block of its first one, so that the blocks add up to the whole
/// and no pair is lost at a boundary. Blocks are numbered through all runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Partition {
    blocks: Vec<(usize, Range<usize>)>,
    resampling: Resampling,
}

impl Partition {
    /// Divides runs of the given lengths as `resampling` asks.
    ///
    /// # Errors
    /// [`ResamplingError`] where there are fewer than two blocks, or fewer samples than blocks.
    /// [`Resampling::None`] makes one block of each run and never fails.
    pub(crate) fn new(lengths: &[usize], resampling: Resampling) -> Result<Self, ResamplingError> {
        let too_few = |what, found, why| Err(ResamplingError::TooFew { what, found, why });
        match resampling {
            Resampling::Bootstrap { draws, .. } if draws < 2 => {
                return too_few("draws", draws, ", and some hundred for an error bar");
            }
            Resampling::Blocks(found @ (0 | 1))
            | Resampling::Bootstrap {
                blocks: found @ 0, ..
            } => {
                return too_few("blocks", found, ": an error bar needs a spread");
            }
            Resampling::Replicas | Resampling::Bootstrap { blocks: 1, .. } if lengths.len() < 2 => {
                return too_few("replicas", lengths.len(), ": use blocks of the run");
            }
            _ => {}
        }
        let per_run = match resampling {
            Resampling::Blocks(blocks) | Resampling::Bootstrap { blocks, .. } => blocks,
            Resampling::Replicas | Resampling::None => 1,
        };
        if let Some(run) = lengths.iter().position(|&length| length < per_run) {
            return Err(ResamplingError::ShortRun {
                run,
                samples: lengths[run],
                blocks: per_run,
            });
        }
        let bound = |length: usize, block: usize| (length as u128 * block as u128 / per_run as u128) as usize;
        let blocks = lengths
            .iter()
            .enumerate()
            .flat_map(|(run, &length)| {
                (0..per_run).map(move |block| (run, bound(length, block)..bound(length, block + 1)))
            })
            .collect();
        Ok(Self { blocks, resampling })
    }

    /// Each block: the run it lies in, and its samples there.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (usize, Range<usize>)> + '_ {
        self.blocks.iter().cloned()
    }

    /// How many blocks there are, over all runs.
    pub(crate) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// The shortest block, in samples: a longer lag has no error from these blocks.
    pub(crate) fn shortest(&self) -> usize {
        self.blocks
            .iter()
            .map(|(_, range)| range.len())
            .min()
            .unwrap_or(0)
    }

    /// The resamples over these blocks, which are of this run or of these replicas as one.
    pub(crate) fn resamples(&self, run: RunId) -> Resamples {
        Resamples::new(run, self.resampling, self.len())
    }
}

/// Sums and their weights (numbers of terms), by block and by point.
///
/// A point is whatever is averaged: a lag of a correlation, a bin, or a single mean. The mean of a
/// point over any resample is a ratio of two short sums.
///
/// ```
/// use msed::stats::BlockSums;
/// let mut sums = BlockSums::new(2, 1);
/// sums.add(0, 0, 6.0, 3.0);
/// sums.add(1, 0, 4.0, 1.0);
/// assert_eq!(sums.mean(0), 2.5);
/// assert_eq!(sums.weighted_mean(0, &[1.0, 0.0]), 2.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BlockSums {
    blocks: usize,
    points: usize,
    sums: Vec<f64>,
    weights: Vec<f64>,
}

impl BlockSums {
    /// Empty sums.
    #[must_use]
    pub fn new(blocks: usize, points: usize) -> Self {
        Self {
            blocks,
            points,
            sums: vec![0.0; blocks * points],
            weights: vec![0.0; blocks * points],
        }
    }

    /// Number of blocks.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// Number of points.
    #[must_use]
    pub fn points(&self) -> usize {
        self.points
    }

    /// Adds a sum of `weight` terms to one point of one block.
    ///
    /// # Panics
    /// If the block or the point is out of range.
    pub fn add(&mut self, block: usize, point: usize, sum: f64, weight: f64) {
        assert!(point < self.points, "point {point} of {}", self.points);
        self.sums[block * self.points + point] += sum;
        self.weights[block * self.points + point] += weight;
    }

    /// The sum and the weight of one point in one block.
    ///
    /// # Panics
    /// If the block or the point is out of range.
    #[must_use]
    pub fn get(&self, block: usize, point: usize) -> (f64, f64) {
        assert!(point < self.points, "point {point} of {}", self.points);
        (
            self.sums[block * self.points + point],
            self.weights[block * self.points + point],
        )
    }

    /// Replaces one point by that of other sums over the same blocks.
    ///
    /// # Panics
    /// If the blocks or the points differ.
    pub(crate) fn copy_point(&mut self, point: usize, from: &Self) {
        assert_eq!(
            (self.blocks, self.points),
            (from.blocks, from.points),
            "sums of one shape"
        );
        for at in (point..self.sums.len()).step_by(self.points) {
            self.sums[at] = from.sums[at];
            self.weights[at] = from.weights[at];
        }
    }

    /// The mean of a point over all blocks: NaN where nothing was added.
    #[must_use]
    pub fn mean(&self, point: usize) -> f64 {
        self.ratio(point, |_| 1.0)
    }

    /// The mean of a point with each block counted `weights[block]` times: NaN where nothing is
    /// left.
    ///
    /// # Panics
    /// If there is not one weight per block.
    #[must_use]
    pub fn weighted_mean(&self, point: usize, weights: &[f64]) -> f64 {
        assert_eq!(weights.len(), self.blocks, "one weight per block");
        self.ratio(point, |block| weights[block])
    }

    fn ratio(&self, point: usize, multiplicity: impl Fn(usize) -> f64) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for block in 0..self.blocks {
            let (s, w) = self.get(block, point);
            sum += multiplicity(block) * s;
            weight += multiplicity(block) * w;
        }
        sum / weight
    }

    /// The number of terms in a point, over all blocks.
    #[must_use]
    pub fn weight(&self, point: usize) -> f64 {
        (0..self.blocks).map(|block| self.get(block, point).1).sum()
    }

    /// The blocks of `other` after those of `self`: the merge of independent runs.
    ///
    /// # Panics
    /// If the two have different numbers of points.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        assert_eq!(self.points, other.points, "sums over the same points");
        self.blocks += other.blocks;
        self.sums.extend_from_slice(&other.sums);
        self.weights.extend_from_slice(&other.weights);
        self
    }
}

/// A division into blocks that gives no error bar.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResamplingError {
    /// Fewer than two blocks, replicas or draws of the bootstrap.
    #[error("{found} {what}, expected at least 2{why}")]
    TooFew {
        /// What there are too few of.
        what: &'static str,
        /// How many were asked for, or are given.
        found: usize,
        /// Why two are needed, or what to do.
        why: &'static str,
    },
    /// A run with fewer samples than blocks.
    #[error("run {run} has {samples} samples, expected at least {blocks}, one per block")]
    ShortRun {
        /// Index of the run.
        run: usize,
        /// Its samples.
        samples: usize,
        /// Blocks asked for.
        blocks: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_each_run_once() {
        let partition = Partition::new(&[23, 10], Resampling::Blocks(10)).unwrap();
        assert_eq!(partition.len(), 20);
        assert_eq!(partition.shortest(), 1);
        for (run, length) in [23, 10].into_iter().enumerate() {
            let mut next = 0;
            for (_, range) in partition.iter().filter(|(r, _)| *r == run) {
                assert_eq!(range.start, next);
                next = range.end;
            }
            assert_eq!(next, length);
        }
    }

    #[test]
    fn impossible_divisions_are_refused() {
        let message = |lengths: &[usize], how| Partition::new(lengths, how).unwrap_err().to_string();
        assert_eq!(
            message(&[5, 3], Resampling::Blocks(4)),
            "run 1 has 3 samples, expected at least 4, one per block"
        );
        assert_eq!(
            message(&[5], Resampling::Replicas),
            "1 replicas, expected at least 2: use blocks of the run"
        );
        assert_eq!(
            message(&[5], Resampling::Blocks(1)),
            "1 blocks, expected at least 2: an error bar needs a spread"
        );
        let bootstrap = |blocks, draws| Resampling::Bootstrap {
            blocks,
            draws,
            seed: 1,
        };
        assert_eq!(
            message(&[5], bootstrap(4, 1)),
            "1 draws, expected at least 2, and some hundred for an error bar"
        );
        assert_eq!(
            message(&[5], bootstrap(0, 100)),
            message(&[5], Resampling::Blocks(0))
        );
        assert_eq!(
            message(&[5], bootstrap(1, 100)),
            message(&[5], Resampling::Replicas)
        );
        let runs = Partition::new(&[5, 7], bootstrap(1, 100)).unwrap();
        assert_eq!((runs.len(), runs.resamples(RunId::named("both")).len()), (2, 100));
    }

    #[test]
    fn merged_sums_keep_their_blocks_apart() {
        let mut a = BlockSums::new(1, 2);
        a.add(0, 0, 1.0, 1.0);
        a.add(0, 1, 8.0, 2.0);
        let mut b = BlockSums::new(1, 2);
        b.add(0, 0, 5.0, 1.0);
        b.add(0, 1, 1.0, 1.0);
        let merged = a.merge(&b);
        assert_eq!((merged.blocks(), merged.mean(0), merged.mean(1)), (2, 3.0, 3.0));
        assert_eq!(merged.weighted_mean(1, &[0.0, 1.0]), 1.0);
        assert_eq!(merged.weight(1), 3.0);
    }
}
