//! Which pairs of frames an average goes over, and which block each belongs to.

use std::ops::Range;

use super::StructureError;
use crate::curve::Curve;
use crate::kernels::Schedule;
use crate::lag::Lags;
use crate::real::Real;
use crate::sampling::Lag;
use crate::sampling::Sampling;
use crate::stats::frame_blocks::FrameBlocks;
use crate::stats::runs::{numbered, resamples};
use crate::stats::{BlockSums, Partition, Resamples, Resampling};
use crate::trajectory::{Coordinates, LagTable, Trajectory, TrajectoryRuns};

/// First frames of a piece: so many stay in the second-level cache while their partners pass by.
const FIRSTS: usize = 32;
/// Lags of a piece.
const LAGS: usize = 32;

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
        let shortest = runs.iter().map(FrameBlocks::block_length).min().unwrap_or(0);
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

/// The lags of one or several runs, and their blocks.
///
/// The lags are those of the run that spans the longest time; shorter runs add to the lags that
/// they reach.
pub(super) struct Origins {
    /// Of each run.
    pub(super) tables: Vec<LagTable>,
    /// Frames of each run.
    lengths: Vec<usize>,
    pub(super) partition: Partition,
    /// The lags, and the blocks that errors come from.
    pub(super) axis: Axis,
}

/// A piece of the work: pairs of frames of a run whose first frame lies in `firsts`, of a block, at
/// some lags.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) run: usize,
    pub(super) block: usize,
    pub(super) firsts: Range<usize>,
    pub(super) lags: Range<usize>,
}

impl Origins {
    pub(super) fn new<T: Real, C: Coordinates>(
        runs: &impl TrajectoryRuns<T, C>,
        lags: &Lags,
        resampling: Resampling,
    ) -> Result<Self, StructureError> {
        let (id, runs) = (runs.run(), runs.runs());
        let lengths: Vec<usize> = runs.iter().map(Trajectory::frames).collect();
        let partition = Partition::new(&lengths, resampling)?;
        let span =
            |run: &Trajectory<'_, T, C>| Lag::from_steps(run.steps()[run.frames() - 1] - run.steps()[0]);
        let longest_run = (0..runs.len()).rev().max_by_key(|&r| span(&runs[r])).unwrap_or(0);
        let longest_table = runs[longest_run].lag_table(lags)?;
        let (lags, time_step) = (longest_table.lags().to_vec(), longest_table.time_step());
        let tables = runs
            .iter()
            .map(|run| {
                let reached = lags.partition_point(|&lag| lag <= span(run));
                LagTable::with_lags(run.steps(), time_step, &lags[..reached])
            })
            .collect::<Result<Vec<_>, _>>()?;
        let longest = partition.iter().map(|(run, block)| tables[run].span(block)).min();
        Ok(Self {
            tables,
            lengths,
            axis: Axis {
                lags,
                time_step,
                resamples: partition.resamples(id),
                longest: longest.unwrap_or_default(),
            },
            partition,
        })
    }

    /// The blocks of one run: number, and frames.
    pub(super) fn blocks_of(&self, run: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
        let blocks = self.partition.iter().enumerate();
        blocks.filter_map(move |(block, (of, frames))| (of == run).then_some((block, frames)))
    }

    /// The frames of each block of one run.
    pub(super) fn ranges(&self, run: usize) -> Vec<Range<usize>> {
        self.blocks_of(run).map(|(_, frames)| frames).collect()
    }

    /// The pairs of frames of one run, block by block.
    pub(super) fn schedule(&self, run: usize) -> Schedule {
        Schedule::new(&self.tables[run], self.lengths[run], &self.ranges(run))
    }

    /// The pairs of frames of one run, as of one block.
    pub(super) fn undivided(&self, run: usize) -> Schedule {
        let frames = self.lengths[run];
        Schedule::new(&self.tables[run], frames, std::slice::from_ref(&(0..frames)))
    }

    /// Adds sums over the pairs of frames of a run, `found[block * lags + lag]` over `terms` terms
    /// each, which count `weight` times.
    pub(super) fn add(
        &self,
        run: usize,
        schedule: &Schedule,
        found: &[f64],
        terms: f64,
        weight: f64,
        sums: &mut BlockSums,
    ) {
        let lags = schedule.lags();
        for (b, (block, _)) in self.blocks_of(run).enumerate() {
            for k in 0..lags {
                let pairs = schedule.pairs(b, k).len() as f64;
                sums.add(block, k, found[b * lags + k] / terms, weight * pairs);
            }
        }
    }

    /// Whether every run is uniform, with the same distance between frames.
    pub(super) fn is_uniform(&self) -> bool {
        self.tables
            .iter()
            .all(|t| t.uniform && t.unit == self.tables[0].unit)
    }

    /// Pairs of frames at all lags.
    pub(super) fn pairs(&self) -> u64 {
        let lags = |table: &LagTable| (0..table.len()).map(|k| table.origins(k)).sum::<u64>();
        self.tables.iter().map(lags).sum()
    }

    /// All pairs at the lags of `wanted` (positions in the list), in pieces that fit the caches.
    pub(super) fn pieces(&self, wanted: Range<usize>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (block, (run, frames)) in self.partition.iter().enumerate() {
            let lags = wanted.start..wanted.end.min(self.tables[run].len());
            for start in frames.clone().step_by(FIRSTS) {
                let firsts = start..frames.end.min(start + FIRSTS);
                for lag in lags.clone().step_by(LAGS) {
                    let lags = lag..lags.end.min(lag + LAGS);
                    pieces.push(Piece {
                        run,
                        block,
                        firsts: firsts.clone(),
                        lags,
                    });
                }
            }
        }
        pieces
    }
}
