//! Sums of one run or of several, and the curves that follow from them.

use super::Moments;
use super::run_sums::RunSums;
use super::system::EnergyPairs;
use crate::curve::Curve;
use crate::sampling::Lag;
use crate::stats::runs::{InBlocks, numbered, resamples};
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
        let sound = |run: &RunSums| run.is_sound(pairs.lags.len()) && run.blocks() > 0;
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
        self.runs.iter().map(RunSums::blocks).sum()
    }

    /// Number of samples, over all runs.
    #[must_use]
    pub fn samples(&self) -> u64 {
        let of_run = |run: &RunSums| (0..run.blocks()).map(|b| run.samples(b).number).sum::<f64>();
        self.runs.iter().map(of_run).sum::<f64>() as u64
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
    ///     let mut live = EnergyAccumulator::ring(system, &Lags::samples([1]))?;
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
        let lags = self.lags_with_pairs();
        let mut sums = BlockSums::new(self.blocks(), lags.len());
        for (block, (run, of_run)) in numbered(&self.runs) {
            for k in 0..lags.len() {
                let pairs = run.pairs(of_run, k);
                sums.add(block, k, pairs.differences, pairs.number);
            }
        }
        let scale = self.pairs.system.scale().powi(2);
        Curve::from_sums(
            self.pairs.steps(lags),
            self.pairs.system.sampling().time_step(),
            [&sums],
            resamples(&self.runs),
            self.longest(),
            |[mean]| mean * scale,
        )
    }

    /// The autocovariance, as [`energy::autocorrelation`](crate::energy::autocorrelation()) defines it: energy² per particle²,
    /// about the mean of each run.
    #[must_use]
    pub fn autocovariance(&self) -> Curve {
        self.covariance(|covariance, _| covariance)
    }

    /// The autocovariance over the variance: 1 at lag 0, NaN where all energies are the same.
    #[must_use]
    pub fn autocorrelation(&self) -> Curve {
        self.covariance(|covariance, variance| covariance / variance)
    }

    fn covariance(&self, f: impl Fn(f64, f64) -> f64) -> Curve {
        let lags = self.lags_with_pairs();
        let points = lags.len();
        let values = |weights: &[f64]| -> Vec<f64> {
            let (covariances, variance) = self.covariances(points, weights);
            covariances.into_iter().map(|c| f(c, variance)).collect()
        };
        let resamples = resamples(&self.runs);
        let origins = |k| -> f64 {
            numbered(&self.runs)
                .map(|(_, (run, b))| run.pairs(b, k).number)
                .sum()
        };
        Curve::from_replicates(
            self.pairs.steps(lags),
            self.pairs.system.sampling().time_step(),
            values(&vec![1.0; self.blocks()]),
            (0..points).map(|k| origins(k) as u64).collect(),
            (0..resamples.len())
                .map(|r| values(&resamples.weights(r)))
                .collect(),
            resamples,
            self.longest(),
        )
    }

    /// Covariances at each lag, and the variance, with each block counted `weights[block]` times: about the mean of what is left
    /// of each run.
    fn covariances(&self, points: usize, weights: &[f64]) -> (Vec<f64>, f64) {
        let scale = self.pairs.system.scale().powi(2);
        let (mut sums, mut numbers) = (vec![0.0; points], vec![0.0; points]);
        let (mut squares, mut samples) = (0.0, 0.0);
        let mut first = 0;
        for run in &self.runs {
            let weights = &weights[first..first + run.blocks()];
            first += weights.len();
            let [number, mean, square] = weighted_samples(run, weights);
            if number == 0.0 {
                continue;
            }
            samples += number;
            squares += square - mean * mean * number;
            for k in 0..points {
                for (block, weight) in weights.iter().enumerate() {
                    let pairs = run.pairs(block, k);
                    // 2 x y = x^2 + y^2 - (y - x)^2.
                    let products = 0.5 * (pairs.squares - pairs.differences);
                    sums[k] += weight * (products - mean * pairs.ends + mean * mean * pairs.number);
                    numbers[k] += weight * pairs.number;
                }
            }
        }
        let variance = scale * squares / samples;
        let mut values: Vec<f64> = sums.iter().zip(&numbers).map(|(s, n)| scale * s / n).collect();
        if let (Some(0), Some(value)) = (self.pairs.lags.first(), values.first_mut()) {
            *value = variance;
        }
        (values, variance)
    }

    /// Mean and variance, as [`energy::moments`](crate::energy::moments()) defines them over the same blocks.
    #[must_use]
    pub fn moments(&self) -> Moments {
        let scale = self.pairs.system.scale();
        let resamples = resamples(&self.runs);
        // Over runs: the mean of all samples; variances about the runs' own means.
        let of = |weights: &[f64]| -> [f64; 3] {
            let (mut total, mut sums, mut squares, mut of_means) = (0.0, 0.0, 0.0, 0.0);
            let mut first = 0;
            for run in &self.runs {
                let weights = &weights[first..first + run.blocks()];
                first += weights.len();
                let [number, mean, square] = weighted_samples(run, weights);
                if number == 0.0 {
                    continue;
                }
                let between = weights.iter().enumerate().map(|(block, weight)| {
                    let samples = run.samples(block);
                    weight * samples.number * (samples.sum / samples.number - mean).powi(2)
                });
                total += number;
                sums += number * (run.centre.unwrap_or(0.0) + mean);
                squares += square - mean * mean * number;
                of_means += between.sum::<f64>() / (weights.iter().sum::<f64>() - 1.0);
            }
            [
                scale * sums / total,
                scale * scale * squares / total,
                scale * scale * of_means / total,
            ]
        };
        Moments::from_parts(
            self.pairs.system.particles(),
            self.samples() as usize,
            std::array::from_fn(|i| resamples.evaluate(|weights| of(weights)[i])),
            self.pairs.system.temperature(),
            None,
        )
    }

    /// The lags, in samples, that some pair lies apart by.
    fn lags_with_pairs(&self) -> &[u64] {
        let lags = &self.pairs.lags;
        let has_pairs = |k| numbered(&self.runs).any(|(_, (run, block))| run.pairs(block, k).number > 0.0);
        let some = (0..lags.len()).take_while(|&k| has_pairs(k)).count();
        &lags[..some]
    }

    /// The length of the shortest block.
    fn longest(&self) -> Lag {
        let lengths = numbered(&self.runs).map(|(_, (run, block))| run.samples(block).number);
        let shortest = lengths.fold(f64::INFINITY, f64::min);
        self.pairs.system.sampling().lag(shortest as u64)
    }
}

/// Number, mean and sum of squares of the samples of a run, from its centre, with each block counted `weights[block]` times.
fn weighted_samples(run: &RunSums, weights: &[f64]) -> [f64; 3] {
    let (mut number, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for (block, weight) in weights.iter().enumerate() {
        let samples = run.samples(block);
        number += weight * samples.number;
        sum += weight * samples.sum;
        squares += weight * samples.squares;
    }
    [number, sum / number, squares]
}
