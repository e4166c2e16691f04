//! Which run a number is of, and how the blocks of a run are resampled.

use std::num::NonZeroU32;

use std::fmt;

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};

use crate::real::Real;

/// Samples that an identity looks at. Each lies at a place of its part that looks random, so that
/// no pattern of the data, such as three coordinates a particle, falls in step with them.
const PLACES: usize = 256;

/// 2^64 over the golden ratio: steps of it spread seeds and words.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The run that a number rests on: numbers of one run are correlated, and numbers of different runs
/// are not.
///
/// Estimators take the identity from the samples: the same samples give the same identity however
/// often it is computed, owned or borrowed, in this process or in another. It is a digest of their
/// number and of 256 of them, one from each of as many equal parts of the run, so that it costs
/// nothing beside any estimator. Two simulations agree in all of these only if they are the same;
/// samples made up to agree there are taken for one run.
///
/// The energies of a simulation and its trajectory are different samples and have different
/// identities: the correlation between them is not known, since they may be of different parts of
/// the simulation.
///
/// ```
/// use msed::stats::RunId;
/// let energies: Vec<f64> = (0..100_000).map(|i| f64::from(i % 17)).collect();
/// assert_eq!(RunId::of(&energies), RunId::of(&energies.clone()));
/// assert_ne!(RunId::of(&energies), RunId::of(&energies[1..]));
/// assert_ne!(RunId::named("T0.700"), RunId::named("T0.750"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct RunId(u64);

impl RunId {
    /// The run of these samples.
    #[must_use]
    pub fn of<T: Real>(samples: &[T]) -> Self {
        let number = samples.len() as u128;
        let parts = samples.len().min(PLACES);
        let start = |part: usize| (part as u128 * number / parts as u128) as usize;
        let place = |part: usize| {
            let length = (start(part + 1) - start(part)) as u64;
            start(part) + (mix(3, part as u64) % length) as usize
        };
        Self::digest(
            samples.len(),
            (0..parts).map(|part| samples[place(part)].to_f64()),
        )
    }

    /// The run of this name: for numbers that do not come from samples at hand, such as those of a
    /// table.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.bytes().fold(1, |digest, byte| mix(digest, byte.into())))
    }

    /// Several runs as one, such as replicas: blocks are numbered through them, so that their order
    /// counts. One run alone is that run.
    #[must_use]
    pub fn merged(runs: impl IntoIterator<Item = Self>) -> Self {
        let mut runs = runs.into_iter();
        let first = runs.next().unwrap_or(Self(0));
        runs.fold(first, |merged, run| Self(mix(merged.0, run.0)))
    }

    /// The run that these numbers were computed from.
    pub(crate) fn digest(number: usize, values: impl IntoIterator<Item = f64>) -> Self {
        let start = mix(2, number as u64);
        Self(
            values
                .into_iter()
                .fold(start, |digest, x| mix(digest, x.to_bits())),
        )
    }
}

impl fmt::Display for RunId {
    /// Sixteen hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Takes a word into a digest: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) on
/// their sum, in which every bit of the word reaches every bit of the digest. Written out, since
/// the standard library's hash may change between its versions.
fn mix(digest: u64, word: u64) -> u64 {
    let mut z = digest.rotate_left(5).wrapping_mul(GOLDEN) ^ word;
    z = z.wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

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
    /// most numbers of a long run are. Where a number is far from linear, the spread of many draws
    /// shows it, at the cost of `draws` evaluations in place of one per block.
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
    /// The blocks that count for the degrees of freedom, where these are fewer.
    #[cfg_attr(feature = "serde", serde(default))]
    fewest: Option<NonZeroU32>,
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
            fewest: None,
        }
    }

    /// The delete-one jackknives over the blocks of several runs as one. Its degrees of freedom are
    /// those of the run with the fewest blocks, because that run may dominate an error.
    pub(crate) fn union(runs: &[Self]) -> Self {
        let total = runs.iter().map(Self::len).sum();
        let fewest = runs.iter().map(|of| of.blocks).min();
        let merged = RunId::merged(runs.iter().map(|of| of.run));
        Self {
            fewest: fewest.and_then(|blocks| NonZeroU32::new(u32::try_from(blocks).ok()?)),
            ..Self::new(merged, Resampling::Blocks(total), total)
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

    /// The factor by which deviations must grow for other resamples to give their variance; `None`
    /// where one of the two gives none.
    pub(crate) fn spread_in(&self, other: &Self) -> Option<f64> {
        Some((self.factor()? / other.factor()?).sqrt())
    }

    /// Degrees of freedom of a standard error: one less than there are blocks, and in a curve that
    /// rests on several runs one less than the fewest blocks of a run. `None` where the resamples
    /// give no error.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> Option<f64> {
        let blocks = self.fewest.map_or(self.blocks, |fewest| fewest.get() as usize);
        self.factor().map(|_| blocks as f64 - 1.0)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(n: u32) -> Vec<f64> {
        (0..n).map(|i| f64::from(i.wrapping_mul(2_654_435_761))).collect()
    }

    #[test]
    fn one_run_has_one_identity_and_other_samples_have_another() {
        for n in [1, 2, 255, 256, 257, 1000, 100_000] {
            let run = samples(n);
            assert_eq!(RunId::of(&run), RunId::of(&samples(n)));
            let mut other: Vec<f64> = run.iter().map(|x| x + 1.0).collect();
            assert_ne!(RunId::of(&run), RunId::of(&other));
            other.clone_from(&run);
            other.push(0.0);
            assert_ne!(RunId::of(&run), RunId::of(&other));
        }
        assert_ne!(RunId::of::<f64>(&[]), RunId::of(&[0.0]));
    }

    #[test]
    fn a_run_keeps_its_identity_in_single_precision() {
        let single: Vec<f32> = samples(1000).iter().map(|&x| x as f32).collect();
        let double: Vec<f64> = single.iter().map(|&x| x.into()).collect();
        assert_eq!(RunId::of(&single), RunId::of(&double));
    }

    #[test]
    fn merged_runs_keep_their_order() {
        let [a, b, c] = ["a", "b", "c"].map(RunId::named);
        assert_eq!(RunId::merged([a]), a);
        assert_ne!(RunId::merged([a, b]), RunId::merged([b, a]));
        assert_ne!(RunId::merged([a, b]), a);
        assert_eq!(
            RunId::merged([RunId::merged([a, b]), c]),
            RunId::merged([a, b, c])
        );
    }

    #[test]
    fn identities_are_the_same_in_every_version() {
        assert_eq!(RunId::named("T0.700").to_string(), "54fb2538bfc5e473");
        assert_eq!(RunId::of(&[1.0, 2.5]).to_string(), "6469b57b662313c5");
    }
}
