//! What energies are of, their sums over one run or several, and the curves that follow from them.

use std::num::NonZeroUsize;

use super::Moments;
use super::curves::{Autocorrelation, EnergyAxis, RunProducts, Samples, variances};
use super::run_sums::RunSums;
use crate::curve::Curve;
use crate::sampling::Sampling;
#[cfg(feature = "serde")]
use crate::series::positive_temperature;
use crate::series::{EnergyKind, SeriesError, check_temperature};
#[cfg(feature = "serde")]
use crate::stats::runs::are_lags;
use crate::stats::runs::{agree, numbered, resamples, same_lags, same_sampling};
use crate::stats::sums::Summed;
use crate::stats::{BlockSums, Estimate, MergeError, Sums};

/// The system whose energies an accumulator takes: when they are sampled, of how many particles
/// they are, and whether they are totals.
///
/// ```
/// use msed::energy::EnergySystem;
/// use msed::{EnergyKind, Sampling};
/// // 1000 particles, the total energy every 10 steps of 0.005, at a temperature of 0.8.
/// let system = EnergySystem::new(Sampling::new(10, 0.005)?, 1000, EnergyKind::Total)?.with_temperature(0.8)?;
/// assert_eq!(system.particles(), 1000);
/// assert_eq!(
///     EnergySystem::new(system.sampling(), 0, EnergyKind::Total).unwrap_err().to_string(),
///     "0 particles, expected at least 1"
/// );
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EnergySystem {
    sampling: Sampling,
    particles: NonZeroUsize,
    kind: EnergyKind,
    #[cfg_attr(feature = "serde", serde(deserialize_with = "positive_temperature"))]
    temperature: Option<f64>,
}

impl EnergySystem {
    /// A system of `particles` particles.
    ///
    /// # Errors
    /// [`SeriesError::NoParticles`].
    pub fn new(sampling: Sampling, particles: usize, kind: EnergyKind) -> Result<Self, SeriesError> {
        Ok(Self {
            sampling,
            particles: NonZeroUsize::new(particles).ok_or(SeriesError::NoParticles)?,
            kind,
            temperature: None,
        })
    }

    /// The temperature of the run, which [`EnergySums::moments`] hands on, and which sums that
    /// merge must share. A temperature that is known at the end only, or that differs between
    /// replicas, is given there: [`Moments::with_temperature`].
    ///
    /// # Errors
    /// [`SeriesError::Invalid`] unless positive and finite.
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self, SeriesError> {
        self.temperature = Some(check_temperature(temperature)?);
        Ok(self)
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles.get()
    }

    /// Whether samples are totals.
    #[must_use]
    pub fn kind(&self) -> EnergyKind {
        self.kind
    }

    /// The temperature, where it was given.
    #[must_use]
    pub fn temperature(&self) -> Option<f64> {
        self.temperature
    }

    /// From a sample to the energy per particle.
    pub(crate) fn scale(&self) -> f64 {
        self.kind.scale(self.particles)
    }
}

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
        EnergyAxis::new(self.system.sampling(), self.system.scale(), &self.lags)
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
        let lengths = numbered(&self.runs).map(|(_, (run, block))| run.samples(block).number);
        let shortest = lengths.fold(f64::INFINITY, f64::min) as u64;
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
    #[must_use]
    pub fn moments(&self) -> Moments {
        let (system, resamples) = (&self.over.system, resamples(&self.runs));
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
            Estimate::array(resamples.evaluate_all(of)),
            system.temperature(),
            None,
        )
    }
}
