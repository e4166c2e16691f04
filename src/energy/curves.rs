//! The curves that follow from sums of energies by block: of whole series and of streams alike.

use crate::curve::Curve;
use crate::sampling::{Lag, Sampling};
use crate::stats::{BlockSums, Resamples};

/// Sums over some samples, which count from a centre.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Samples {
    pub(crate) number: f64,
    pub(crate) sum: f64,
    pub(crate) squares: f64,
}

/// Sums over pairs of samples x and y, which count from a centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Products {
    pub(crate) number: f64,
    /// `x + y`.
    pub(crate) ends: f64,
    /// `x y`.
    pub(crate) products: f64,
}

/// The sums of one run, from which its covariance about the mean of any of its blocks follows.
pub(crate) trait RunProducts {
    /// Number of blocks.
    fn blocks(&self) -> usize;

    /// The samples of a block.
    fn samples(&self, block: usize) -> Samples;

    /// The pairs at a lag whose first sample lies in a block.
    fn products(&self, block: usize, lag: usize) -> Products;
}

/// An autocorrelation, raw and normalised.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Autocorrelation {
    /// The autocovariance, in energy² per particle²; its value at lag 0 is the variance.
    pub raw: Curve,
    /// The autocovariance over the variance: 1 at lag 0. NaN where all energies are the same.
    pub normalised: Curve,
}

/// The mean length of a block, in samples, of the run where it is shortest: a longer lag has no
/// error from these blocks. The blocks of one run are as equal as integers allow, or as the pieces
/// of a stream do.
pub(super) fn block_length<R: RunProducts>(runs: &[R]) -> u64 {
    let of_run = |run: &R| {
        let samples: f64 = (0..run.blocks()).map(|block| run.samples(block).number).sum();
        samples as u64 / (run.blocks() as u64).max(1)
    };
    runs.iter().map(of_run).min().unwrap_or(0)
}

/// The lags of the curves, in samples, and what takes squared samples to squared energies per
/// particle.
pub(super) struct EnergyAxis<'a> {
    sampling: Sampling,
    square: f64,
    lags: &'a [u64],
}

impl<'a> EnergyAxis<'a> {
    /// With what takes a sample to the energy per particle.
    pub(super) fn new(sampling: Sampling, scale: f64, lags: &'a [u64]) -> Self {
        Self {
            sampling,
            square: scale.powi(2),
            lags,
        }
    }

    /// The first lags, in steps.
    fn steps(&self, points: usize) -> Vec<Lag> {
        self.lags[..points]
            .iter()
            .map(|&samples| self.sampling.lag(samples))
            .collect()
    }

    /// The mean-squared difference from sums of squared differences at the first lags; errors reach
    /// up to `shortest`, the samples of a block where blocks are shortest.
    pub(super) fn msed(&self, sums: &BlockSums, resamples: Resamples, shortest: u64) -> Curve {
        Curve::from_sums(
            self.steps(sums.points()),
            self.sampling.time_step(),
            [sums],
            resamples,
            self.sampling.lag(shortest),
            |[mean]| mean * self.square,
        )
    }

    /// The autocovariance, and the same over the variance, at the lags that some pair of samples
    /// lies apart by.
    pub(super) fn autocorrelation<R: RunProducts>(
        &self,
        runs: &[R],
        resamples: Resamples,
    ) -> Autocorrelation {
        let blocks = || {
            runs.iter()
                .flat_map(|run| (0..run.blocks()).map(move |block| (run, block)))
        };
        let pairs = |k: usize| -> f64 { blocks().map(|(run, b)| run.products(b, k).number).sum() };
        let origins: Vec<u64> = (0..self.lags.len())
            .map(|k| pairs(k) as u64)
            .take_while(|&origins| origins > 0)
            .collect();
        let points = origins.len();
        let evaluated = |weights: &[f64]| -> [Vec<f64>; 2] {
            let (raw, variance) = self.covariances(runs, points, weights);
            let normalised = raw.iter().map(|c| c / variance).collect();
            [raw, normalised]
        };
        let shortest = block_length(runs);
        let curve = |values, replicates| {
            Curve::from_replicates(
                self.steps(points),
                self.sampling.time_step(),
                values,
                origins.clone(),
                replicates,
                resamples,
                self.sampling.lag(shortest),
            )
        };
        let [raw, normalised] = evaluated(&vec![1.0; resamples.blocks]);
        let (raws, normaliseds) = (0..resamples.len())
            .map(|r| evaluated(&resamples.weights(r)).into())
            .unzip();
        Autocorrelation {
            raw: curve(raw, raws),
            normalised: curve(normalised, normaliseds),
        }
    }

    /// Covariances at the first lags, and the variance, with each block counted `weights[block]`
    /// times: about the mean of what is left of each run.
    fn covariances<R: RunProducts>(&self, runs: &[R], points: usize, weights: &[f64]) -> (Vec<f64>, f64) {
        let (mut sums, mut pairs) = (vec![0.0; points], vec![0.0; points]);
        let (mut squares, mut samples) = (0.0, 0.0);
        let mut rest = weights;
        for run in runs {
            let (weights, after) = rest.split_at(run.blocks());
            rest = after;
            let weighted = |x: &dyn Fn(usize) -> f64| -> f64 {
                let terms = weights.iter().enumerate();
                terms.map(|(block, weight)| weight * x(block)).sum()
            };
            let number = weighted(&|b| run.samples(b).number);
            if number == 0.0 {
                continue;
            }
            let mean = weighted(&|b| run.samples(b).sum) / number;
            samples += number;
            squares += weighted(&|b| run.samples(b).squares) - mean * mean * number;
            for k in 0..points {
                let products = weighted(&|b| run.products(b, k).products);
                let count = weighted(&|b| run.products(b, k).number);
                let ends = weighted(&|b| run.products(b, k).ends);
                sums[k] += products - mean * ends + mean * mean * count;
                pairs[k] += count;
            }
        }
        let variance = self.square * squares / samples;
        let mut values: Vec<f64> = sums
            .iter()
            .zip(&pairs)
            .map(|(s, p)| self.square * s / p)
            .collect();
        if let (Some(0), Some(value)) = (self.lags.first(), values.first_mut()) {
            *value = variance;
        }
        (values, variance)
    }
}

/// The variance about the runs' own means, and the variance of those means, of the blocks of each
/// run with their weights: averages over runs, each weighted by its samples. Where blocks are
/// `drawn`, a run may be left with one block.
pub(super) fn variances(runs: impl Iterator<Item = Vec<(f64, Samples)>>, drawn: bool) -> [f64; 2] {
    let (mut total, mut squares, mut of_means) = (0.0, 0.0, 0.0);
    for run in runs {
        let (mut count, mut sum, mut square, mut blocks) = (0.0, 0.0, 0.0, 0.0);
        for (weight, samples) in &run {
            count += weight * samples.number;
            sum += weight * samples.sum;
            square += weight * samples.squares;
            blocks += weight;
        }
        if count == 0.0 {
            continue;
        }
        let mean = sum / count;
        let between = run
            .iter()
            .map(|(weight, samples)| weight * samples.number * (samples.sum / samples.number - mean).powi(2));
        let between: f64 = between.sum();
        total += count;
        squares += square - count * mean * mean;
        // A run left with one block has no spread, and no value: but the bootstrap draws such runs
        // now and then.
        if blocks > 1.0 || !drawn {
            of_means += between / (blocks - 1.0);
        }
    }
    [squares / total, of_means / total]
}
