//! Mean and variance of the energy.

use std::ops::Range;

use super::curves::{Samples, variances};
use crate::real::Real;
use crate::series::{EnergyRuns, EnergySeries, SeriesError, check_temperature};
use crate::stats::{Estimate, Partition, Resampling, ResamplingError};

/// Blocks per run for the variance of the mean where the resampling itself does not divide the
/// runs.
const INNER_BLOCKS: usize = 10;

/// Mean, variance and temperature of a state point, per particle, all over the same blocks.
///
/// ```text
/// mean e        = (1/n) sum e_i
/// variance s²   = (1/n) sum (e_i - e)²                   divisor n: too small for a finite run
/// of the mean   = [sum_b n_b (e_b - e)² / n] / (B - 1)   from the means e_b of B blocks
/// corrected     = s² + variance of the mean              of an infinite run
/// ```
///
/// Several runs are replicas: the mean is over all their samples, a variance is about each run's
/// own mean, weighted by its samples, since each microcanonical run has an energy of its own. Every
/// number carries its replicates, so that the correlation between the mean energy and the mean
/// temperature (close to -1 in a microcanonical run) is in whatever is computed from both.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Moments {
    /// Number of particles.
    pub particles: usize,
    /// Number of samples, over all runs.
    pub samples: usize,
    /// Mean energy per particle.
    pub mean: Estimate,
    /// Variance of the energy per particle with divisor n, uncorrected.
    pub variance: Estimate,
    /// Variance of the mean energy of a run, per particle, estimated from the blocks:
    /// [`variance`](Self::variance) underestimates the true variance by this much. Blocks much
    /// shorter than the slowest correlation time make it too small in turn.
    pub variance_of_mean: Estimate,
    temperature: Option<f64>,
    /// The mean of the temperature column, through the same resamples as the energy.
    pub kinetic_temperature: Option<Estimate>,
}

impl Moments {
    /// Moments from their parts. `variance_of_mean` is the variance of the mean of a run;
    /// `temperature` is a given one, `kinetic_temperature` the mean of a column.
    #[must_use]
    pub fn from_parts(
        particles: usize,
        samples: usize,
        [mean, variance, variance_of_mean]: [Estimate; 3],
        temperature: Option<f64>,
        kinetic_temperature: Option<Estimate>,
    ) -> Self {
        Self {
            particles,
            samples,
            mean,
            variance,
            variance_of_mean,
            temperature,
            kinetic_temperature,
        }
    }

    /// Variance of the energy per particle of an infinite run: the sum of the two above.
    #[must_use]
    pub fn corrected_variance(&self) -> Estimate {
        &self.variance + &self.variance_of_mean
    }

    /// The temperature of the state point: the given one, without error, else
    /// [`kinetic_temperature`](Self::kinetic_temperature).
    #[must_use]
    pub fn temperature(&self) -> Option<Estimate> {
        self.temperature
            .map(Estimate::exact)
            .or_else(|| self.kinetic_temperature.clone())
    }

    /// With a given temperature, which takes precedence over a kinetic one. A temperature may be
    /// known at the end only: the mean of what a simulation has kept, or one for replicas at
    /// constant energy, each of which has its own.
    ///
    /// # Errors
    /// [`SeriesError::Invalid`] unless positive and finite.
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, EnergySystem, Ensemble, Lags, Sampling, Units, thermo};
    /// let system = EnergySystem::new(Sampling::new(1, 0.1)?, 100, EnergyKind::PerParticle)?;
    /// let mut live = EnergyAccumulator::ring(system, &Lags::samples([1]))?;
    /// (0..4000).try_for_each(|i| live.push(if i % 2 == 0 { 0.1 } else { -0.1 }))?;
    /// let moments = live.snapshot()?.moments().with_temperature(1.0)?;
    /// let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(moments.particles))?;
    /// assert!((c.excess.value() - 100.0 * 0.01).abs() < 1e-9);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self, SeriesError> {
        self.temperature = Some(check_temperature(temperature)?);
        Ok(self)
    }

    /// Covariance of the mean energy and the mean kinetic temperature, over the resamples.
    #[must_use]
    pub fn covariance_with_temperature(&self) -> Option<f64> {
        self.mean.covariance(self.kinetic_temperature.as_ref()?)
    }
}

/// Mean, variance and temperature of one run or several.
///
/// # Normalisation
/// Per particle, whatever the kind of the samples. Sums are of deviations from the mean, divided by
/// the particle number after centring: an offset of the energies costs no digits.
///
/// # Cost
/// Two passes over the samples; resamples reuse block sums.
///
/// # Errors
/// [`ResamplingError`] where the runs cannot be divided as asked.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Resampling, Sampling, energy};
/// let energies: Vec<f64> = (0..1000).map(|i| -7e3 + f64::from(i % 2)).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 0.1)?, 10, EnergyKind::Total)?;
/// let moments = energy::moments(&run, Resampling::default())?;
/// assert!((moments.mean.value() + 699.95).abs() < 1e-12);
/// assert!((moments.variance.value() - 0.0025).abs() < 1e-15);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn moments<T: Real>(
    runs: &impl EnergyRuns<T>,
    resampling: Resampling,
) -> Result<Moments, ResamplingError> {
    let run = runs.run();
    let runs = runs.energies();
    let lengths: Vec<usize> = runs.iter().map(EnergySeries::len).collect();
    let partition = Partition::new(&lengths, resampling)?;
    let pieces = pieces(&partition, resampling);
    let drawn = matches!(resampling, Resampling::Bootstrap { .. });
    let scale = runs[0].per_particle_scale();
    let columns: Vec<&[T]> = runs.iter().map(EnergySeries::samples).collect();
    let energy = Column::new(&columns, &pieces, scale);
    let resamples = partition.resamples(run);
    let variances = resamples.evaluate_all(|weights| energy.variances(weights, drawn));
    let [variance, variance_of_mean] = Estimate::array(variances);
    let kinetic_temperature = runs
        .iter()
        .map(EnergySeries::temperatures)
        .collect::<Option<Vec<&[T]>>>()
        .map(|columns| {
            let temperature = Column::new(&columns, &pieces, 1.0);
            resamples.evaluate(|weights| temperature.mean(weights))
        });
    Ok(Moments {
        particles: runs[0].particles(),
        samples: lengths.iter().sum(),
        mean: resamples.evaluate(|weights| energy.mean(weights)),
        variance,
        variance_of_mean,
        temperature: runs[0].temperature(),
        kinetic_temperature,
    })
}

/// A range that sums are kept for: a block of the resampling, or a part of one where the resampling
/// takes whole runs.
pub(super) struct Piece {
    run: usize,
    // The block of the resampling that it lies in.
    block: usize,
    range: Range<usize>,
}

impl Piece {
    pub(super) fn run(&self) -> usize {
        self.run
    }

    pub(super) fn block(&self) -> usize {
        self.block
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.range.clone()
    }
}

/// The pieces of all runs, run by run.
pub(super) fn pieces(partition: &Partition, resampling: Resampling) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (block, (run, range)) in partition.iter().enumerate() {
        let inner = match resampling {
            Resampling::Blocks(_) => 1,
            Resampling::Bootstrap { blocks, .. } if blocks > 1 => 1,
            _ => INNER_BLOCKS.min(range.len()),
        };
        let bound = |k: usize| range.start + range.len() * k / inner;
        pieces.extend((0..inner).map(|k| Piece {
            run,
            block,
            range: bound(k)..bound(k + 1),
        }));
    }
    pieces
}

/// One column over the pieces: deviations from its overall mean.
struct Column<'a> {
    centre: f64,
    sums: Vec<(&'a Piece, Samples)>,
}

impl<'a> Column<'a> {
    fn new<T: Real>(columns: &[&[T]], pieces: &'a [Piece], scale: f64) -> Self {
        let centre = overall_mean(columns);
        let of_piece = |piece: &'a Piece| {
            let values = &columns[piece.run][piece.range.clone()];
            let samples = Samples {
                number: values.len() as f64,
                sum: sum_of(values, |x| (x - centre) * scale),
                squares: sum_of(values, |x| ((x - centre) * scale).powi(2)),
            };
            (piece, samples)
        };
        Self {
            centre: centre * scale,
            sums: pieces.iter().map(of_piece).collect(),
        }
    }

    fn mean(&self, weights: &[f64]) -> f64 {
        let (mut sum, mut number) = (0.0, 0.0);
        for (piece, samples) in &self.sums {
            sum += weights[piece.block] * samples.sum;
            number += weights[piece.block] * samples.number;
        }
        self.centre + sum / number
    }

    /// The variance about the runs' own means, and the variance of those means.
    fn variances(&self, weights: &[f64], drawn: bool) -> [f64; 2] {
        let runs = self.sums.chunk_by(|(a, _), (b, _)| a.run == b.run);
        let runs = runs.map(|sums| {
            let weighted = sums
                .iter()
                .map(|(piece, samples)| (weights[piece.block], *samples));
            weighted.filter(|(weight, _)| *weight > 0.0).collect()
        });
        variances(runs, drawn)
    }
}

/// The mean of all samples, in their own units.
pub(super) fn overall_mean<T: Real>(columns: &[&[T]]) -> f64 {
    let origin = columns[0][0].to_f64();
    let count: usize = columns.iter().map(|c| c.len()).sum();
    let sum: f64 = columns.iter().map(|c| sum_of(c, |x| x - origin)).sum();
    origin + sum / count as f64
}

/// A sum by chunks: its rounding error grows with the chunk and the number of chunks, not with
/// their product.
pub(super) fn sum_of<T: Real>(values: &[T], f: impl Fn(f64) -> f64) -> f64 {
    values
        .chunks(1024)
        .map(|chunk| chunk.iter().map(|&x| f(x.to_f64())).sum::<f64>())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Sampling;
    use crate::series::{EnergyKind, Replicas};
    use rand::{RngExt, SeedableRng};

    fn series(samples: Vec<f64>, kind: EnergyKind) -> EnergySeries<'static> {
        EnergySeries::new(samples, Sampling::new(1, 1.0).unwrap(), 100, kind).unwrap()
    }

    fn noise(n: usize, seed: u64) -> Vec<f64> {
        let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        (0..n).map(|_| random.random::<f64>() - 0.5).collect()
    }

    #[test]
    fn definitions_hold_on_small_numbers() {
        let run = series(vec![1.0, 3.0, 5.0, 11.0], EnergyKind::PerParticle);
        let m = moments(&run, Resampling::Blocks(2)).unwrap();
        assert_eq!(m.mean.value(), 5.0);
        assert_eq!(m.variance.value(), (16.0 + 4.0 + 0.0 + 36.0) / 4.0);
        // Block means 2 and 8: [(9 + 9) 2 / 4] / (2 - 1).
        assert_eq!(m.variance_of_mean.value(), 9.0);
        assert_eq!(m.corrected_variance().value(), 23.0);
        assert_eq!(m.mean.replicates(), [8.0, 2.0]);
        // A single block that is left has no spread of means.
        assert_eq!(m.variance_of_mean.standard_error(), None);
    }

    #[test]
    fn kind_and_offset_do_not_matter() {
        let base = noise(10_007, 1);
        let total: Vec<f64> = base.iter().map(|x| 100.0 * x).collect();
        let a = moments(
            &series(base.clone(), EnergyKind::PerParticle),
            Resampling::default(),
        )
        .unwrap();
        let b = moments(&series(total, EnergyKind::Total), Resampling::default()).unwrap();
        for (x, y) in [(a.variance, b.variance), (a.variance_of_mean, b.variance_of_mean)] {
            assert!((x.value() / y.value() - 1.0).abs() < 1e-12);
            let (x, y) = (x.standard_error().unwrap(), y.standard_error().unwrap());
            assert!((x / y - 1.0).abs() < 1e-9);
        }
        // The rounding of the shifted samples moves the variance; nothing else may.
        let rounded: Vec<f64> = base.iter().map(|x| (x + 1e9) - 1e9).collect();
        let shifted: Vec<f64> = base.iter().map(|x| x + 1e9).collect();
        let a = moments(&series(rounded, EnergyKind::PerParticle), Resampling::default()).unwrap();
        let b = moments(&series(shifted, EnergyKind::PerParticle), Resampling::default()).unwrap();
        assert!((a.variance.value() / b.variance.value() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn correction_restores_the_variance_of_short_runs() {
        // AR(1) of unit variance and 20 samples of correlation time, runs of 200: without the
        // correction the mean variance over seeds is low by about 2 tau/n.
        let (mut plain, mut corrected) = (0.0, 0.0);
        let seeds = 400;
        for seed in 0..seeds {
            let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(1000 + seed);
            let normal = rand_distr::StandardNormal;
            let a = (-1.0_f64 / 20.0).exp();
            let mut x: f64 = random.sample(normal);
            let samples: Vec<f64> = (0..2000)
                .map(|_| {
                    x = a * x + (1.0 - a * a).sqrt() * random.sample::<f64, _>(normal);
                    x
                })
                .collect();
            let m = moments(&series(samples, EnergyKind::PerParticle), Resampling::default()).unwrap();
            plain += m.variance.value() / seeds as f64;
            corrected += m.corrected_variance().value() / seeds as f64;
        }
        // Exact: 1 - (1/n) (1+a)/(1-a) to leading order = 0.980; standard error of the average over
        // seeds 0.007.
        assert!((plain - 0.980).abs() < 0.02, "{plain}");
        assert!((corrected - 1.0).abs() < 0.02, "{corrected}");
        assert!(corrected - plain > 0.012, "{plain} {corrected}");
    }

    #[test]
    fn replicas_fluctuate_about_their_own_means() {
        let runs = |offset: f64| {
            Replicas::new(vec![
                series(noise(1000, 7), EnergyKind::PerParticle),
                series(
                    noise(3000, 8).iter().map(|x| x + offset).collect(),
                    EnergyKind::PerParticle,
                ),
            ])
            .unwrap()
        };
        for resampling in [Resampling::Blocks(10), Resampling::Replicas, Resampling::None] {
            let near = moments(&runs(0.0), resampling).unwrap();
            let far = moments(&runs(5.0), resampling).unwrap();
            assert!((near.variance.value() / far.variance.value() - 1.0).abs() < 1e-12);
            assert!((near.variance_of_mean.value() / far.variance_of_mean.value() - 1.0).abs() < 1e-9);
            assert!((far.mean.value() - near.mean.value() - 3.75).abs() < 1e-12);
            assert_eq!(near.samples, 4000);
        }
    }

    #[test]
    fn temperature_goes_through_the_same_resamples() {
        // Conserved total energy: e + 1.5 T is constant, so that both means are exactly
        // anticorrelated.
        let e = noise(5000, 3);
        let temperatures: Vec<f64> = e.iter().map(|e| (3.0 - e) / 1.5).collect();
        let run = series(e, EnergyKind::PerParticle)
            .with_temperatures(temperatures)
            .unwrap();
        let m = moments(&run, Resampling::default()).unwrap();
        let t = m.kinetic_temperature.clone().unwrap();
        assert_eq!(m.temperature(), Some(t.clone()));
        let sum = &m.mean + 1.5 * &t;
        assert!(sum.standard_error().unwrap() < 1e-14);
        let product = m.mean.standard_error().unwrap() * t.standard_error().unwrap();
        assert!((m.covariance_with_temperature().unwrap() / product + 1.0).abs() < 1e-9);
        let given = moments(&run.with_temperature(2.0).unwrap(), Resampling::default()).unwrap();
        assert_eq!(given.temperature().unwrap().value(), 2.0);
        assert_eq!(given.temperature().unwrap().standard_error(), Some(0.0));
        assert_eq!(given.kinetic_temperature, Some(t));
    }
}
