//! Sums over pairs of frames, pair by pair.

use std::ops::Range;

use pulp::Arch;

use super::pair_sums::{OriginSums, SumPairs};
use crate::stats::BlockSums;
use crate::structure::origins::{Groups, Origins, Piece};
use crate::trajectory::Trajectory;
use crate::{Real, threads};

/// Pieces whose sums may wait.
const WAITING: usize = 256;

/// What the displacements of one group of particles add up to, by block and lag: each a sum over pairs of frames.
pub(crate) struct DisplacementSums {
    /// Mean squared displacement of the group along x, y and z.
    pub(crate) squares: [BlockSums; 3],
    /// Mean fourth power of the distance moved.
    pub(crate) fourth: BlockSums,
    /// Number of particles that moved less than the overlap radius.
    pub(crate) close: BlockSums,
    /// Its square.
    pub(crate) close_squared: BlockSums,
}

impl DisplacementSums {
    fn new(origins: &Origins) -> Self {
        let empty = || origins.sums();
        Self {
            squares: std::array::from_fn(|_| empty()),
            fourth: empty(),
            close: empty(),
            close_squared: empty(),
        }
    }

    fn add(&mut self, block: usize, lag: usize, sums: &OriginSums, particles: f64) {
        let OriginSums {
            squares,
            fourth,
            close,
            pairs,
        } = *sums;
        for (sums, x) in self.squares.iter_mut().zip(squares) {
            sums.add(block, lag, x / particles, pairs);
        }
        self.fourth.add(block, lag, fourth / particles, pairs);
        self.close.add(block, lag, close[0], pairs);
        self.close_squared.add(block, lag, close[1], pairs);
    }
}

/// The sums of each species and, last, of all particles, at the lags of `wanted` (positions in the list).
pub(crate) fn direct_sums<T: Real>(
    runs: &[Trajectory<'_, T>],
    groups: &Groups,
    origins: &Origins,
    wanted: Range<usize>,
    radius: f64,
) -> Vec<DisplacementSums> {
    let arranged: Vec<_> = runs.iter().map(|run| groups.arrange(run)).collect();
    let sizes = groups.sizes();
    let mut sums: Vec<_> = sizes.iter().map(|_| DisplacementSums::new(origins)).collect();
    let arch = Arch::new();
    let work = |piece: &Piece| -> Vec<Vec<OriginSums>> {
        let at_lag = |lag| {
            arch.dispatch(SumPairs {
                positions: &arranged[piece.run],
                particles: runs[piece.run].particles(),
                groups: groups.ranges(),
                radius_squared: radius * radius,
                pairs: origins.table(piece.run).pairs_from(lag, piece.firsts.clone()),
            })
        };
        piece.lags.clone().map(at_lag).collect()
    };
    threads::in_order(&origins.pieces(wanted), WAITING, work, |piece, found| {
        for (lag, found) in piece.lags.clone().zip(found) {
            for ((sums, found), &particles) in sums.iter_mut().zip(&found).zip(&sizes) {
                sums.add(piece.block, lag, found, particles);
            }
        }
    });
    sums
}
