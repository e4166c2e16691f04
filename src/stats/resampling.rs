//! How the blocks of a run are resampled.

use std::fmt;

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::RunId;

/// 2^64 over the golden ratio: steps of it spread seeds.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where error bars come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Resampling {
    /// This many contiguous blocks in each run, and the delete-one jackknife over all of them.
    Blocks(usize),
    /// Each run as one block, and the delete-one jackknife over the runs.
    Replicas,
    /// The bootstrap: as many blocks as there are, drawn with replacement over all runs.
    ///
    /// Its errors agree with the jackknife's where a number is nearly linear in the block sums, as
    /// the errors of long runs are; where it is not, the spread of many draws says so, at the cost
    /// of `draws` evaluations in place of one per block.
    Bootstrap {
        /// Contiguous blocks in each run; 1 draws whole runs.
        blocks: usize,
        /// Number of resamples.
        draws: usize,
        /// Seed of the draws: equal seeds draw equally, so that numbers of one run stay correlated.
        seed: u64,
    },
    /// No error bars.
    None,
}

impl Default for Resampling {
    /// Ten blocks.
    fn default() -> Self {
        Self::Blocks(10)
    }
}

/// The resamples of the blocks of a run: how often each block counts in each.
///
/// Numbers of equal resamples, which are of the same run, are correlated resample by resample, and
/// combine that way ([`Estimate::combine`](super::Estimate::combine)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Resamples {
    /// The run, or the replicas as one.
    pub run: RunId,
    /// What the blocks are.
    pub resampling: Resampling,
    /// Number of blocks.
    pub blocks: usize,
}

impl Resamples {
    /// The resamples that `resampling` makes of the `blocks` blocks of a run: none for
    /// [`Resampling::None`].
    #[must_use]
    pub fn new(run: RunId, resampling: Resampling, blocks: usize) -> Self {
        Self {
            run,
            resampling,
            blocks,
        }
    }

    /// Number of resamples.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a property, not a collection")]
    pub fn len(&self) -> usize {
        match self.resampling {
            Resampling::None => 0,
            Resampling::Bootstrap { draws, .. } => draws,
            Resampling::Blocks(_) | Resampling::Replicas => self.blocks,
        }
    }

    /// How often each block counts in resample `index`: the jackknife leaves one out, the bootstrap
    /// draws as many as there are with replacement.
    #[must_use]
    pub fn weights(&self, index: usize) -> Vec<f64> {
        if let Resampling::Bootstrap { seed, .. } = self.resampling {
            let mut weights = vec![0.0; self.blocks];
            // Seeded for each resample, so that it does not hang on which were asked for before.
            let mut random = Pcg64::seed_from_u64(seed.wrapping_add((index as u64).wrapping_mul(GOLDEN)));
            for _ in 0..self.blocks {
                let drawn = (u128::from(random.next_u64()) * self.blocks as u128) >> 64;
                weights[drawn as usize] += 1.0;
            }
            return weights;
        }
        (0..self.blocks)
            .map(|block| if block == index { 0.0 } else { 1.0 })
            .collect()
    }

    /// The standard error that values on the resamples imply: for the jackknife over B blocks
    /// `sqrt((B-1)/B sum (x_b - mean x)^2)`, for D draws of the bootstrap
    /// `sqrt(B/(B-1) sum (x_d - mean x)^2/(D-1))`, which of a mean is the same. `None` without
    /// resamples, or where a value is missing (not finite).
    #[must_use]
    pub fn standard_error(&self, values: impl IntoIterator<Item = f64> + Clone) -> Option<f64> {
        let factor = self.factor()?;
        if values.clone().into_iter().any(|x| !x.is_finite()) {
            return None;
        }
        let mean = values.clone().into_iter().sum::<f64>() / self.len() as f64;
        let squares: f64 = values.into_iter().map(|x| (x - mean).powi(2)).sum();
        Some((factor * squares).sqrt())
    }

    /// The covariance that two sets of values on the same resamples imply: that of the standard
    /// errors, with products in place of squares. `None` as for
    /// [`standard_error`](Self::standard_error).
    #[must_use]
    pub fn covariance(&self, x: &[f64], y: &[f64]) -> Option<f64> {
        let factor = self.factor()?;
        if x.iter().chain(y).any(|x| !x.is_finite()) {
            return None;
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / self.len() as f64;
        let (a, b) = (mean(x), mean(y));
        let products: f64 = x.iter().zip(y).map(|(x, y)| (x - a) * (y - b)).sum();
        Some(factor * products)
    }

    /// From a sum of squared deviations over the resamples to a variance. Draws from B blocks
    /// spread by (B-1)/B too little, as the squared deviations of B values do about their own mean.
    fn factor(&self) -> Option<f64> {
        let (blocks, resamples) = (self.blocks as f64, self.len() as f64);
        if blocks < 2.0 || resamples < 2.0 {
            return None;
        }
        Some(match self.resampling {
            Resampling::Bootstrap { .. } => blocks / ((blocks - 1.0) * (resamples - 1.0)),
            _ => (blocks - 1.0) / blocks,
        })
    }

    /// Degrees of freedom of a standard error: one less than there are blocks. `None` where the
    /// resamples give no error.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> Option<f64> {
        self.factor().map(|_| self.blocks as f64 - 1.0)
    }
}

impl fmt::Display for Resamples {
    /// Such as `10 blocks`, `4 replicas` or `1000 draws of 10 blocks with seed 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocks = self.blocks;
        match self.resampling {
            Resampling::Blocks(_) => write!(f, "{blocks} blocks"),
            Resampling::Replicas => write!(f, "{blocks} replicas"),
            Resampling::Bootstrap { draws, seed, .. } => {
                write!(f, "{draws} draws of {blocks} blocks with seed {seed}")
            }
            Resampling::None => write!(f, "no resamples"),
        }
    }
}
