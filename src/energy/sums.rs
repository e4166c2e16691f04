//! Sums of one run or of several, and the curves that follow from them.

use super::curves::{EnergyAxis, RunProducts, Samples, variances};
use super::run_sums::RunSums;
use super::system::EnergyPairs;
use super::{Autocorrelation, Moments};
use crate::curve::Curve;
use crate::stats::runs::{numbered, resamples};
use crate::stats::{BlockSums, MergeError};

/// The sums over the pairs of samples of one run or of several, and the correlations that follow from them.
///
/// A curve has the lags that some pair of samples lies apart by; its error bars are those of the delete-one jackknife over the blocks of
/// all runs. Sums [`merge`](Self::merge): threads and ranks accumulate runs of their own, and add up what they have.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked")
)]
pub struct EnergySums {
    pairs: EnergyPairs,
    runs: Vec<RunSums>,
}

/// The numbers of sums before they are checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    pairs: EnergyPairs,
    runs: Vec<RunSums>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for EnergySums {
    type Error = &'static str;

    fn try_from(Unchecked { pairs, runs }: Unchecked) -> Result<Self, Self::Error> {
        pairs.check()?;
        let sound = |run: &RunSums| run.is_sound(pairs.lags.len()) && run.blocks.count() > 0;
        if runs.is_empty() || !runs.iter().all(sound) {
            return Err("sums of other blocks or lags");
        }
        Ok(Self { pairs, runs })
    }
}

impl EnergySums {
    pub(crate) fn new(pairs: EnergyPairs, run: RunSums) -> Self {
        Self {
            pairs,
            runs: vec![run],
        }
    }

    /// Number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Number of blocks, over all runs.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.runs.iter().map(|run| run.blocks.count()).sum()
    }

    /// Number of samples, over all runs.
    #[must_use]
    pub fn samples(&self) -> u64 {
        let of_block = |(_, (run, block)): (usize, (&RunSums, usize))| run.samples(block).number;
        numbered(&self.runs).map(of_block).sum::<f64>() as u64
    }

    /// The sums of independent runs together: the blocks of `other` after those of `self`. Associative to the last bit.
    ///
    /// The result is that of [`Replicas`](crate::Replicas) over the runs: origins pool, and no pair reaches from one run into another.
    ///
    /// # Errors
    /// [`MergeError`] where sampling, particles, kind, temperature or lags differ.
    ///
    /// ```
    /// use msed::energy::EnergySystem;
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, Lags, Sampling};
    /// let system = EnergySystem::new(Sampling::new(1, 1.0)?, 1, EnergyKind::Total)?;
    /// let run = |samples: &[f64]| {
    ///     let mut live = EnergyAccumulator::ring(system, &Lags::explicit([1]))?;
    ///     live.push_slice(samples)?;
    ///     live.snapshot()
    /// };
    /// let both = run(&[0.0, 1.0])?.merge(run(&[5.0, 7.0, 7.0])?)?;
    /// assert_eq!(both.msed().values(), [(1.0 + 4.0 + 0.0) / 3.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn merge(mut self, other: Self) -> Result<Self, MergeError> {
        self.pairs.same(&other.pairs)?;
        self.runs.extend(other.runs);
        Ok(self)
    }

    /// The mean-squared energy difference, as [`energy::msed`](crate::energy::msed()) defines it: energy² per particle².
    #[must_use]
    pub fn msed(&self) -> Curve {
        let has_pairs =
            |k: &usize| numbered(&self.runs).any(|(_, (run, block))| run.pairs(block, *k).number > 0.0);
        let points = (0..self.pairs.lags.len()).take_while(has_pairs).count();
        let mut sums = BlockSums::new(self.blocks(), points);
        for (block, (run, of_run)) in numbered(&self.runs) {
            for k in 0..points {
                let pairs = run.pairs(of_run, k);
                sums.add(block, k, pairs.differences, pairs.number);
            }
        }
        let lengths = numbered(&self.runs).map(|(_, (run, block))| run.samples(block).number);
        let shortest = lengths.fold(f64::INFINITY, f64::min) as u64;
        EnergyAxis::of_pairs(&self.pairs).msed(&sums, resamples(&self.runs), shortest)
    }

    /// The autocorrelation, as [`energy::autocorrelation`](crate::energy::autocorrelation()) defines it, about the mean of each run.
    #[must_use]
    pub fn autocorrelation(&self) -> Autocorrelation {
        EnergyAxis::of_pairs(&self.pairs).autocorrelation(&self.runs, resamples(&self.runs))
    }

    /// Mean and variance, as [`energy::moments`](crate::energy::moments()) defines them over the same blocks.
    #[must_use]
    pub fn moments(&self) -> Moments {
        let (system, resamples) = (&self.pairs.system, resamples(&self.runs));
        let scale = system.scale();
        // The mean of all samples; variances about the runs' own means.
        let of = |weights: &[f64]| -> [f64; 3] {
            let mut rest = weights;
            let runs: Vec<Vec<(f64, Samples)>> = self
                .runs
                .iter()
                .map(|run| {
                    let (weights, after) = rest.split_at(run.blocks.count());
                    rest = after;
                    let samples = (0..weights.len()).map(|block| run.samples(block));
                    weights.iter().copied().zip(samples).collect()
                })
                .collect();
            let (mut total, mut sums) = (0.0, 0.0);
            for (run, blocks) in self.runs.iter().zip(&runs) {
                let (mut number, mut sum) = (0.0, 0.0);
                for (weight, samples) in blocks {
                    number += weight * samples.number;
                    sum += weight * samples.sum;
                }
                if number > 0.0 {
                    total += number;
                    sums += number * (run.centre.unwrap_or(0.0) + sum / number);
                }
            }
            let [variance, of_means] = variances(runs.into_iter(), false);
            [
                scale * sums / total,
                scale * scale * variance,
                scale * scale * of_means,
            ]
        };
        Moments::from_parts(
            system.particles(),
            self.samples() as usize,
            std::array::from_fn(|i| resamples.evaluate(|weights| of(weights)[i])),
            system.temperature(),
            None,
        )
    }
}
