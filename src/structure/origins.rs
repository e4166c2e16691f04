//! Which pairs of frames an average goes over, and which block each belongs to.

use std::ops::Range;

use crate::curve::Curve;
use crate::lag::Lags;
use crate::stats::{BlockSums, Partition, Resamples, Resampling};
use crate::trajectory::{Coordinates, LagTable, Trajectory};
use crate::{Error, Real};

/// First frames of a piece: so many stay in the second-level cache while their partners pass by.
const FIRSTS: usize = 32;
/// Lags of a piece.
const LAGS: usize = 32;

/// The lags of one or several runs, and their blocks.
///
/// The lags are those of the run that spans the longest time; shorter runs add to the lags that they reach.
pub(super) struct Origins {
    tables: Vec<LagTable>,
    partition: Partition,
    lags: Vec<u64>,
    time_step: f64,
    longest: u64,
}

/// A piece of the work: pairs of frames of a run whose first frame lies in `firsts`, of a block, at some lags.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) run: usize,
    pub(super) block: usize,
    pub(super) firsts: Range<usize>,
    pub(super) lags: Range<usize>,
}

impl Origins {
    pub(super) fn new<T: Real, C: Coordinates>(
        runs: &[Trajectory<'_, T, C>],
        lags: &Lags,
        resampling: Resampling,
    ) -> Result<Self, Error> {
        let lengths: Vec<usize> = runs.iter().map(Trajectory::frames).collect();
        let partition = Partition::new(&lengths, resampling)?;
        let span = |run: &Trajectory<'_, T, C>| run.steps()[run.frames() - 1] - run.steps()[0];
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
        let longest = partition
            .iter()
            .map(|(run, block)| tables[run].span(block))
            .min()
            .unwrap_or(0);
        Ok(Self {
            tables,
            partition,
            lags,
            time_step,
            longest,
        })
    }

    pub(super) fn lags(&self) -> &[u64] {
        &self.lags
    }

    pub(super) fn table(&self, run: usize) -> &LagTable {
        &self.tables[run]
    }

    pub(super) fn runs(&self) -> usize {
        self.tables.len()
    }

    pub(super) fn partition(&self) -> &Partition {
        &self.partition
    }

    /// The blocks of one run: number, and frames.
    pub(super) fn blocks_of(&self, run: usize) -> Vec<(usize, Range<usize>)> {
        let blocks = self.partition.iter().enumerate();
        blocks
            .filter_map(|(block, (of, frames))| (of == run).then_some((block, frames)))
            .collect()
    }

    /// The longest lag, in steps, that has a standard error.
    pub(super) fn longest_with_error(&self) -> u64 {
        self.longest
    }

    pub(super) fn resamples(&self) -> Resamples {
        self.partition.resamples()
    }

    /// Whether every run is uniform, with the same distance between frames.
    pub(super) fn is_uniform(&self) -> bool {
        self.tables
            .iter()
            .all(|t| t.is_uniform() && t.unit() == self.tables[0].unit())
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

    /// Sums over pairs of frames, of the same blocks and lags.
    pub(super) fn sums(&self) -> BlockSums {
        BlockSums::new(self.partition.len(), self.lags.len())
    }

    /// The curve that `f` makes of the means of sums.
    pub(super) fn curve<const N: usize>(&self, sums: [&BlockSums; N], f: impl Fn([f64; N]) -> f64) -> Curve {
        Curve::from_sums(
            self.lags.clone(),
            self.time_step,
            sums,
            self.resamples(),
            self.longest,
            f,
        )
    }
}
