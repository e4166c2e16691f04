//! Which pairs of frames an average goes over, and which block each belongs to.

use std::borrow::Cow;
use std::ops::Range;

use crate::curve::Curve;
use crate::lag::{Lag, Lags};
use crate::stats::{BlockSums, Partition, Resamples, Resampling, ResamplingError, RunId};
use crate::trajectory::{Coordinates, LagTable, Species, Trajectory, Unwrapped};
use crate::{Error, Real, threads};

/// First frames of a piece: so many stay in the second-level cache while their partners pass by.
const FIRSTS: usize = 32;
/// Lags of a piece.
const LAGS: usize = 32;

/// The lags of one or several runs, and their blocks.
///
/// The lags are those of the run that spans the longest time; shorter runs add to the lags that they reach.
pub(crate) struct Origins {
    tables: Vec<LagTable>,
    partition: Partition,
    resamples: Resamples,
    lags: Vec<Lag>,
    time_step: f64,
    longest: Lag,
}

/// A piece of the work: pairs of frames of a run whose first frame lies in `firsts`, of a block, at some lags.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) run: usize,
    pub(crate) block: usize,
    pub(crate) firsts: Range<usize>,
    pub(crate) lags: Range<usize>,
}

impl Origins {
    pub(crate) fn new<T: Real, C: Coordinates>(
        runs: &[Trajectory<'_, T, C>],
        lags: &Lags,
        resampling: Resampling,
    ) -> Result<Self, Error> {
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
        let longest = partition
            .iter()
            .map(|(run, block)| tables[run].span(block))
            .min()
            .unwrap_or_default();
        Ok(Self {
            tables,
            resamples: partition.resamples(run_of(runs)),
            partition,
            lags,
            time_step,
            longest,
        })
    }

    pub(crate) fn lags(&self) -> &[Lag] {
        &self.lags
    }

    pub(crate) fn table(&self, run: usize) -> &LagTable {
        &self.tables[run]
    }

    pub(crate) fn runs(&self) -> usize {
        self.tables.len()
    }

    pub(crate) fn partition(&self) -> &Partition {
        &self.partition
    }

    /// The blocks of one run: number, and frames.
    pub(crate) fn blocks_of(&self, run: usize) -> Vec<(usize, Range<usize>)> {
        let blocks = self.partition.iter().enumerate();
        blocks
            .filter_map(|(block, (of, frames))| (of == run).then_some((block, frames)))
            .collect()
    }

    /// The longest lag that has a standard error.
    pub(crate) fn longest_with_error(&self) -> Lag {
        self.longest
    }

    pub(crate) fn resamples(&self) -> Resamples {
        self.resamples
    }

    /// Whether every run is uniform, with the same distance between frames.
    pub(crate) fn is_uniform(&self) -> bool {
        self.tables
            .iter()
            .all(|t| t.is_uniform() && t.unit() == self.tables[0].unit())
    }

    /// Pairs of frames at all lags.
    pub(crate) fn pairs(&self) -> u64 {
        let lags = |table: &LagTable| (0..table.len()).map(|k| table.origins(k)).sum::<u64>();
        self.tables.iter().map(lags).sum()
    }

    /// All pairs at the lags of `wanted` (positions in the list), in pieces that fit the caches.
    pub(crate) fn pieces(&self, wanted: Range<usize>) -> Vec<Piece> {
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
    pub(crate) fn sums(&self) -> BlockSums {
        BlockSums::new(self.partition.len(), self.lags.len())
    }

    /// The curve that `f` makes of the means of sums.
    pub(crate) fn curve<const N: usize>(&self, sums: [&BlockSums; N], f: impl Fn([f64; N]) -> f64) -> Curve {
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

/// The particles species by species: kernels then see each species as one range.
pub(crate) struct Groups {
    order: Vec<usize>,
    ranges: Vec<Range<usize>>,
}

impl Groups {
    pub(crate) fn new(species: &Species) -> Self {
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
    pub(crate) fn particles(&self) -> impl ExactSizeIterator<Item = &[usize]> {
        self.ranges.iter().map(|range| &self.order[range.clone()])
    }

    /// Each two species, and each with itself, in their order: AA, AB, ..., BB, ...
    pub(crate) fn pairs(&self) -> impl Iterator<Item = [usize; 2]> {
        let kinds = self.ranges.len();
        (0..kinds).flat_map(move |a| (a..kinds).map(move |b| [a, b]))
    }

    /// Number of particles of each species and, last, of all.
    pub(crate) fn sizes(&self) -> Vec<f64> {
        let species = self.ranges.iter().map(Range::len);
        species.chain([self.order.len()]).map(|n| n as f64).collect()
    }

    /// The range of each species in [`arrange`](Self::arrange)d positions.
    pub(crate) fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Positions in which each species is one range: borrowed where they are so already, else a copy.
    pub(crate) fn arrange<'a, T: Real>(&self, trajectory: &'a Trajectory<'_, T, Unwrapped>) -> Cow<'a, [T]> {
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

/// The identity of the run, or of the replicas as one.
fn run_of<T: Real, C: Coordinates>(runs: &[Trajectory<'_, T, C>]) -> RunId {
    RunId::merged(runs.iter().map(Trajectory::run))
}

/// Frames whose numbers may wait.
const WAITING: usize = 64;

/// Sums over the frames of each block, of several functions of `points` numbers each. `of` gives those of frame `frame` of run `run`, one
/// function after the other. The bits do not depend on the number of threads.
pub(crate) fn frame_averages<T: Real, C: Coordinates>(
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
    Ok((sums, partition.resamples(run_of(runs))))
}
