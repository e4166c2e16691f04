//! Sums over the pairs of one run, by block and lag, in memory that does not grow with the run.

use std::ops::AddAssign;

use super::curves::{Products, RunProducts, Samples};
use crate::stats::RunId;
use crate::stats::doubling_blocks::{DoublingBlocks, NoMemory};
use crate::stats::runs::InBlocks;

/// Sums over the pairs at one lag whose first sample lies in one block. Samples count from the
/// run's centre.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct PairTerms {
    pub(crate) number: f64,
    /// `(y - x)^2`.
    pub(crate) differences: f64,
    /// `x + y`.
    pub(crate) ends: f64,
    /// `x^2 + y^2`.
    pub(crate) squares: f64,
}

impl AddAssign for PairTerms {
    fn add_assign(&mut self, other: Self) {
        self.number += other.number;
        self.differences += other.differences;
        self.ends += other.ends;
        self.squares += other.squares;
    }
}

/// The blocks of one run and their sums.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RunSums {
    /// What samples count from; none before the first sums.
    pub(crate) centre: Option<f64>,
    points: usize,
    /// The samples, as pairs of each with itself; then the pairs at each lag.
    pub(crate) blocks: DoublingBlocks<PairTerms>,
}

impl InBlocks for RunSums {
    fn blocks(&self) -> usize {
        self.blocks.count()
    }

    fn run(&self) -> RunId {
        let of_block = |block| {
            let samples = self.samples(block);
            [samples.number, samples.sum, samples.squares]
        };
        let sums = (0..self.blocks.count()).flat_map(of_block);
        RunId::digest(self.blocks.count(), sums.chain(self.centre))
    }

    #[cfg(feature = "serde")]
    fn is_sound(&self, points: usize, _: usize) -> bool {
        let finite = |p: &PairTerms| {
            let rest = [p.differences, p.ends, p.squares];
            p.number.is_finite() && p.number >= 0.0 && rest.iter().all(|x| x.is_finite())
        };
        self.points == points
            && points < usize::MAX
            && self.blocks.is_sound(1 + points, finite)
            && self.centre.is_some() == (self.blocks.count() > 0)
            && self.centre.unwrap_or(0.0).is_finite()
    }
}

impl RunProducts for RunSums {
    fn blocks(&self) -> usize {
        self.blocks.count()
    }

    fn samples(&self, block: usize) -> Samples {
        let pairs = &self.blocks.row(block)[0];
        Samples {
            number: pairs.number,
            sum: 0.5 * pairs.ends,
            squares: 0.5 * pairs.squares,
        }
    }

    fn products(&self, block: usize, lag: usize) -> Products {
        let pairs = self.pairs(block, lag);
        Products {
            number: pairs.number,
            ends: pairs.ends,
            // 2 x y = x^2 + y^2 - (y - x)^2.
            products: 0.5 * (pairs.squares - pairs.differences),
        }
    }
}

impl RunSums {
    /// No block yet, and room for all pieces of a run that ends with `blocks` blocks.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(crate) fn new(points: usize, blocks: usize, length: u64) -> Result<Self, NoMemory> {
        Ok(Self {
            centre: None,
            points,
            blocks: DoublingBlocks::new(1 + points, blocks, length)?,
        })
    }

    /// The same before its first block, for another number of blocks.
    pub(crate) fn with_blocks(&self, blocks: usize) -> Result<Self, NoMemory> {
        Self::new(self.points, blocks, self.blocks.length())
    }

    /// The same run up to sample `end`, in equal blocks and without sums.
    pub(crate) fn divided(&self, end: u64) -> Self {
        Self {
            blocks: self.blocks.divided(end),
            ..*self
        }
    }

    pub(crate) fn add_samples(&mut self, block: usize, samples: Samples) {
        self.blocks.row_mut(block)[0] += PairTerms {
            number: samples.number,
            differences: 0.0,
            ends: 2.0 * samples.sum,
            squares: 2.0 * samples.squares,
        };
    }

    pub(crate) fn pairs(&self, block: usize, point: usize) -> &PairTerms {
        &self.blocks.row(block)[1 + point]
    }

    pub(crate) fn pairs_mut(&mut self, block: usize, point: usize) -> &mut PairTerms {
        &mut self.blocks.row_mut(block)[1 + point]
    }

    /// Appends the sums of the piece that follows, as of one run. This piece has `samples` samples;
    /// `summed` samples of the later one have been summed.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(crate) fn followed_by(&mut self, samples: u64, mut later: Self, summed: u64) -> Result<(), NoMemory> {
        if let (Some(to), Some(from)) = (self.centre, later.centre) {
            later.shift(from - to);
        }
        self.centre = self.centre.or(later.centre);
        self.blocks.followed_by(samples, later.blocks, summed)
    }

    /// Samples that are `by` larger, counted from the new centre.
    fn shift(&mut self, by: f64) {
        for pairs in self.blocks.rows_mut() {
            pairs.squares += 2.0 * by * (pairs.ends + by * pairs.number);
            pairs.ends += 2.0 * by * pairs.number;
        }
    }
}
