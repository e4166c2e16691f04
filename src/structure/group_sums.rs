//! What the displacements of a group of particles add up to.

use std::ops::Range;

use pulp::Arch;

use super::groups::Groups;
use super::origins::{Axis, Origins, Piece};
use crate::curve::Curve;
use crate::kernels::{CLOSE, CLOSE_SQUARED, COLUMNS, FOURTH, PairSums, SumPairs};
use crate::real::Real;
use crate::stats::BlockSums;
use crate::threads;
use crate::trajectory::{Dimensions, Trajectory};

/// Pieces whose sums may wait.
const WAITING: usize = 256;

/// The columns of a group of particles, by block and lag: means over its particles of the squared
/// displacement along x, y and z and of the fourth power of the distance, and the number of
/// particles that moved less than the overlap radius, and its square.
///
/// Frames in memory and frames of a stream fill the same sums, from which all curves follow.
#[derive(Clone)]
pub(super) struct GroupSums([BlockSums; COLUMNS]);

impl GroupSums {
    pub(super) fn new(axis: &Axis) -> Self {
        Self(std::array::from_fn(|_| axis.sums()))
    }

    /// Adds the columns of so many pairs of frames.
    pub(super) fn add(&mut self, block: usize, lag: usize, columns: &[f64], pairs: f64, particles: f64) {
        for (column, (sums, &x)) in self.0.iter_mut().zip(columns).enumerate() {
            // Numbers of particles are exact as they are, and so are their squares.
            let x = if column < CLOSE { x / particles } else { x };
            sums.add(block, lag, x, pairs);
        }
    }

    /// The squared displacements along x, y and z.
    pub(super) fn squares(&self) -> [&BlockSums; 3] {
        let [x, y, z, ..] = &self.0;
        [x, y, z]
    }

    /// The non-Gaussian parameter, at the lags at which something has moved.
    pub(super) fn alpha2(&self, axis: &Axis, dimensions: Dimensions) -> Curve {
        let [x, y, z] = self.squares();
        let d = f64::from(dimensions.count());
        let curve = axis.curve([x, y, z, &self.0[FOURTH]], |[x, y, z, fourth]| {
            d * fourth / ((d + 2.0) * (x + y + z).powi(2)) - 1.0
        });
        curve.select(|k| curve.values()[k].is_finite())
    }

    /// The fraction of particles that moved less than the overlap radius.
    pub(super) fn overlap(&self, axis: &Axis, particles: f64) -> Curve {
        axis.curve([&self.0[CLOSE]], |[close]| close / particles)
    }

    /// Its variance over the pairs of frames, times the number of particles.
    pub(super) fn chi4(&self, axis: &Axis, particles: f64) -> Curve {
        let sums = [&self.0[CLOSE], &self.0[CLOSE_SQUARED]];
        // Sums of integers below 2^53 are exact, and so are those of their squares.
        axis.curve(sums, |[close, squared]| (squared - close * close) / particles)
            .about_own_mean()
    }
}

/// The sums of each species and, last, of all particles, pair by pair of frames, at the lags of
/// `wanted` (positions in the list).
pub(super) fn direct_sums<T: Real>(
    runs: &[Trajectory<'_, T>],
    groups: &Groups,
    origins: &Origins,
    wanted: Range<usize>,
    radius: f64,
) -> Vec<GroupSums> {
    let arranged: Vec<_> = runs.iter().map(|run| groups.arrange(run)).collect();
    let sizes = groups.sizes();
    let mut sums = vec![GroupSums::new(&origins.axis); sizes.len()];
    let work = |piece: &Piece| -> Vec<PairSums> {
        let (positions, particles) = (&arranged[piece.run][..], runs[piece.run].particles());
        let table = &origins.tables[piece.run];
        let at_lag = |lag| {
            Arch::new().dispatch(SumPairs {
                positions,
                particles,
                groups: &groups.ranges,
                radius_squared: radius * radius,
                pairs: table.pairs_from(lag, piece.firsts.clone()),
            })
        };
        piece.lags.clone().map(at_lag).collect()
    };
    threads::in_order(&origins.pieces(wanted), WAITING, work, |piece, found| {
        for (lag, PairSums { columns, pairs }) in piece.lags.clone().zip(found) {
            for ((sums, columns), &particles) in sums.iter_mut().zip(&columns).zip(&sizes) {
                sums.add(piece.block, lag, columns, pairs, particles);
            }
        }
    });
    sums
}
