//! Sums of energies over one run or several, and the curves that follow from them.

use super::Moments;
use super::curves::{Autocorrelation, EnergyAxis, RunProducts, Samples, block_length, variances};
use super::run_sums::RunSums;
use crate::curve::Curve;
use crate::sampling::Sampling;
use crate::series::EnergySystem;
#[cfg(feature = "serde")]
use crate::stats::runs::are_lags;
use crate::stats::runs::{agree, numbered, resamples, same_lags, same_sampling};
use crate::stats::sums::Summed;
use crate::stats::{BlockSums, Estimate, MergeError, Sums};

/// Pairs of energies: of what system, and how many samples apart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EnergyPairs {
    pub(crate) system: EnergySystem,
    /// In samples.
    pub(crate) lags: Vec<u64>,
}

impl EnergyPairs {
    fn axis(&self) -> EnergyAxis<'_> {
        EnergyAxis::new(
            self.system.sampling(),
            self.system.per_particle_scale(),
            &self.lags,
        )
    }
}

/// Sums over the pairs of energies of one run or of several, and the correlations that follow from
/// them: what an [`EnergyAccumulator`](crate::online::EnergyAccumulator) has summed.
pub type EnergySums = Sums<EnergyPairs>;

impl Summed for EnergyPairs {
    type Run = RunSums;

    fn sampling(&self) -> Sampling {
        self.system.sampling()
    }

    fn lags(&self) -> &[u64] {
        &self.lags
    }

    /// Number, differences, ends and squares.
    fn columns(&self) -> usize {
        4
    }

    fn same(&self, other: &Self) -> Result<(), MergeError> {
        let shown = |pairs: &Self| {
            let system = &pairs.system;
            [
                ("particle number", format!("{}", system.particles())),
                ("energy kind", format!("{:?}", system.kind())),
                ("given temperature", format!("{:?}", system.temperature())),
            ]
        };
        same_sampling(self.system.sampling(), other.system.sampling())?;
        agree(shown(self), shown(other))?;
        same_lags(&self.lags, &other.lags)
    }

    #[cfg(feature = "serde")]
    fn check(&self) -> Result<(), &'static str> {
        if are_lags(&self.lags) {
            Ok(())
        } else {
            Err("lags that do not increase, or reach too far")
        }
    }
}

impl EnergySums {
    /// Number of samples, over all runs.
    #[must_use]
    pub fn samples(&self) -> u64 {
        let of_block = |(_, (run, block)): (usize, (&RunSums, usize))| run.samples(block).number;
        numbered(&self.runs).map(of_block).sum::<f64>() as u64
    }

    /// The mean-squared energy difference, as [`energy::msed`](crate::energy::msed()) defines it:
    /// energy² per particle².
    #[must_use]
    pub fn msed(&self) -> Curve {
        let has_pairs =
            |k: &usize| numbered(&self.runs).any(|(_, (run, block))| run.pairs(block, *k).number > 0.0);
        let points = (0..self.over.lags.len()).take_while(has_pairs).count();
        let mut sums = BlockSums::new(self.blocks(), points);
        for (block, (run, of_run)) in numbered(&self.runs) {
            for k in 0..points {
                let pairs = run.pairs(of_run, k);
                sums.add(block, k, pairs.differences, pairs.number);
            }
        }
        let shortest = block_length(&self.runs);
        self.over.axis().msed(&sums, resamples(&self.runs), shortest)
    }

    /// The autocorrelation, as [`energy::autocorrelation`](crate::energy::autocorrelation())
    /// defines it, about the mean of each run.
    #[must_use]
    pub fn autocorrelation(&self) -> Autocorrelation {
        let axis = self.over.axis();
        axis.autocorrelation(&self.runs, resamples(&self.runs))
    }

    /// Mean and variance, as [`energy::moments`](crate::energy::moments()) defines them over the
    /// same blocks.
    ///
    /// Sums over a [`Sampling`](crate::Sampling) in place of a system have the moments of the
    /// samples, those of one particle. Nothing refuses a heat capacity of them, and it means
    /// nothing: only a series of energies has one.
    #[must_use]
    pub fn moments(&self) -> Moments {
        let (system, resamples) = (&self.over.system, resamples(&self.runs));
        let scale = system.per_particle_scale();
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
            Estimate::array(resamples.evaluate_all(of)),
            system.temperature(),
            None,
        )
    }
}
