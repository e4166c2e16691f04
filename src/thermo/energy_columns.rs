//! Potential and kinetic energy of a run, sample by sample.

use crate::energy::quantum;
use crate::real::Real;
use crate::series::{EnergyRuns, EnergySeries};
use crate::stats::{Partition, Resamples, Resampling, ResamplingError};

/// The potential and the kinetic energy per particle of one run or several, as deviations from a
/// straight line through each run: an integrator's drift is no fluctuation.
pub(super) struct EnergyColumns {
    pub(super) runs: Vec<Columns>,
    pub(super) partition: Partition,
    pub(super) resamples: Resamples,
    /// The variance that the rounding of the print adds to the two energies.
    pub(super) rounding: [f64; 2],
    /// The quanta of the columns, as they were printed.
    pub(super) quanta: [Option<f64>; 2],
    /// What the rounding adds to the covariance of the two energies.
    common_rounding: f64,
    /// From a number of the second column to a kinetic energy per particle.
    scale: f64,
    sums: Vec<Sums>,
}

/// The two energies of one run.
pub(super) struct Columns {
    pub(super) potential: Vec<f64>,
    pub(super) kinetic: Vec<f64>,
}

/// Sums over the samples of a block.
struct Sums {
    run: usize,
    number: f64,
    /// The second column as it is.
    second: f64,
    /// p, k, p², p k, k² of the potential energy p and the kinetic energy k.
    moments: [f64; 5],
}

/// Variances of the two energies and their covariance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Covariances {
    pub(super) potential: f64,
    pub(super) kinetic: f64,
    pub(super) both: f64,
}

impl Covariances {
    /// The correlation coefficient; NaN where one of the energies is constant.
    pub(super) fn correlation(&self) -> f64 {
        let product = self.potential * self.kinetic;
        if product > 0.0 {
            self.both / product.sqrt()
        } else {
            f64::NAN
        }
    }
}

impl EnergyColumns {
    /// The columns of runs that have temperatures; `None` where one has none. `kinetic` is the
    /// kinetic energy per particle of a unit of temperature, (g/2) k.
    pub(super) fn new<T: Real>(
        runs: &impl EnergyRuns<T>,
        kinetic: f64,
        resampling: Resampling,
    ) -> Result<Option<Self>, ResamplingError> {
        let run = runs.run();
        let runs = runs.energies();
        let temperatures: Option<Vec<&[T]>> = runs.iter().map(EnergySeries::temperatures).collect();
        let Some(temperatures) = temperatures else {
            return Ok(None);
        };
        let samples: Vec<&[T]> = runs.iter().map(EnergySeries::samples).collect();
        let lengths: Vec<usize> = samples.iter().map(|column| column.len()).collect();
        let partition = Partition::new(&lengths, resampling)?;
        let resamples = partition.resamples(run);
        let printed = [quantum(&samples), quantum(&temperatures)];
        let scales = [runs[0].per_particle_scale(), kinetic];
        Ok(Some(Self::of(
            &samples,
            &temperatures,
            scales,
            printed,
            partition,
            resamples,
        )))
    }

    /// The same columns with the kinetic energies that total energies have beyond the potential
    /// ones, in place of those of the temperatures, and in the same resamples; `None` where a run
    /// has no total energies.
    pub(super) fn with_totals<T: Real>(&self, runs: &impl EnergyRuns<T>) -> Option<Self> {
        let runs = runs.energies();
        let totals: Vec<&[T]> = runs
            .iter()
            .map(EnergySeries::total_energies)
            .collect::<Option<_>>()?;
        let samples: Vec<&[T]> = runs.iter().map(EnergySeries::samples).collect();
        let kinetic: Vec<Vec<f64>> = samples
            .iter()
            .zip(&totals)
            .map(|(potential, total)| {
                let pairs = total.iter().zip(*potential);
                pairs
                    .map(|(total, potential)| total.to_f64() - potential.to_f64())
                    .collect()
            })
            .collect();
        let kinetic: Vec<&[f64]> = kinetic.iter().map(Vec::as_slice).collect();
        // The difference has the rounding of both.
        let [of_potential, of_total] = [quantum(&samples), quantum(&totals)];
        let of_difference = match (of_potential, of_total) {
            (Some(a), Some(b)) => Some((a.0 + b.0, a.1 + b.1)),
            (one, other) => one.or(other),
        };
        let scale = runs[0].per_particle_scale();
        let (partition, resamples) = (self.partition.clone(), self.resamples);
        let printed = [of_potential, of_difference];
        let mut columns = Self::of(&samples, &kinetic, [scale; 2], printed, partition, resamples);
        columns.common_rounding = -columns.rounding[0];
        Some(columns)
    }

    fn of<T: Real, U: Real>(
        samples: &[&[T]],
        second: &[&[U]],
        scales: [f64; 2],
        printed: [Option<(f64, f64)>; 2],
        partition: Partition,
        resamples: Resamples,
    ) -> Self {
        let columns: Vec<Columns> = samples
            .iter()
            .zip(second)
            .map(|(potential, second)| Columns {
                potential: about_a_line(potential, scales[0]),
                kinetic: about_a_line(second, scales[1]),
            })
            .collect();
        let sums: Vec<Sums> = partition
            .iter()
            .map(|(run, range)| {
                let Columns { potential, kinetic } = &columns[run];
                let mut moments = [0.0; 5];
                for (p, k) in potential[range.clone()].iter().zip(&kinetic[range.clone()]) {
                    for (sum, term) in moments.iter_mut().zip([*p, *k, p * p, p * k, k * k]) {
                        *sum += term;
                    }
                }
                Sums {
                    run,
                    number: range.len() as f64,
                    second: second[run][range].iter().map(|x| x.to_f64()).sum(),
                    moments,
                }
            })
            .collect();
        let variance = |k: usize| printed[k].map_or(0.0, |(_, square)| square / 12.0 * scales[k].powi(2));
        Self {
            rounding: [variance(0), variance(1)],
            quanta: printed.map(|found| found.map(|(finest, _)| finest)),
            common_rounding: 0.0,
            scale: scales[1],
            runs: columns,
            partition,
            resamples,
            sums,
        }
    }

    /// The mean of the second column.
    pub(super) fn mean(&self, weights: &[f64]) -> f64 {
        let weighted = |of: fn(&Sums) -> f64| -> f64 {
            let blocks = self.sums.iter().zip(weights);
            blocks.map(|(block, weight)| weight * of(block)).sum()
        };
        weighted(|block| block.second) / weighted(|block| block.number)
    }

    /// The mean kinetic energy per particle.
    pub(super) fn mean_kinetic(&self, weights: &[f64]) -> f64 {
        self.scale * self.mean(weights)
    }

    /// The first column, of potential and kinetic energy, that is printed too coarsely, with its
    /// standard deviation as printed: the rounding is more than this part of its variance. A
    /// constant column does not count as rounded.
    pub(super) fn too_coarse(&self, part: f64) -> Option<(usize, f64)> {
        let [potential, _, kinetic] = self.printed(&vec![1.0; self.resamples.blocks]);
        let columns = [potential, kinetic].into_iter().zip(self.rounding).enumerate();
        columns
            .map(|(column, (variance, rounding))| (column, variance, rounding))
            .find(|&(_, variance, rounding)| variance > 0.0 && rounding > part * variance)
            .map(|(column, variance, _)| (column, variance.sqrt()))
    }

    /// Whether the kinetic energies are printed too coarsely, as [`too_coarse`](Self::too_coarse)
    /// has it, or do not change at all.
    pub(super) fn is_kinetic_coarse(&self, part: f64) -> bool {
        let [_, _, kinetic] = self.printed(&vec![1.0; self.resamples.blocks]);
        kinetic <= 0.0 || self.rounding[1] > part * kinetic
    }

    /// The step in which the kinetic energies per particle are printed, which no mean of theirs is
    /// off by more than; 0 where none is seen. That of a difference is the sum of both steps.
    pub(super) fn mean_step(&self) -> f64 {
        self.scale * self.quanta[1].unwrap_or(0.0)
    }

    /// Variances and covariance without what the rounding adds.
    pub(super) fn covariances(&self, weights: &[f64]) -> Covariances {
        let [potential, both, kinetic] = self.printed(weights);
        let [of_potential, of_kinetic] = self.rounding;
        Covariances {
            potential: (potential - of_potential).max(0.0),
            kinetic: (kinetic - of_kinetic).max(0.0),
            both: both - self.common_rounding,
        }
    }

    /// Variance of the potential energy, covariance and variance of the kinetic energy, as printed,
    /// about the runs' own means and weighted by their samples.
    fn printed(&self, weights: &[f64]) -> [f64; 3] {
        let mut total = [0.0; 3];
        let mut samples = 0.0;
        let blocks: Vec<(&Sums, f64)> = self.sums.iter().zip(weights.iter().copied()).collect();
        for blocks in blocks.chunk_by(|(a, _), (b, _)| a.run == b.run) {
            let (mut number, mut moments) = (0.0, [0.0; 5]);
            for (block, weight) in blocks {
                number += weight * block.number;
                for (sum, term) in moments.iter_mut().zip(block.moments) {
                    *sum += weight * term;
                }
            }
            if number > 0.0 {
                let [p, k, pp, pk, kk] = moments;
                let about = [pp - p * p / number, pk - p * k / number, kk - k * k / number];
                samples += number;
                for (sum, term) in total.iter_mut().zip(about) {
                    *sum += term;
                }
            }
        }
        total.map(|sum| sum / samples)
    }
}

/// A column as deviations from its least-squares line, times a factor.
fn about_a_line<T: Real>(column: &[T], factor: f64) -> Vec<f64> {
    let middle = (column.len() as f64 - 1.0) / 2.0;
    let origin = column[0].to_f64();
    let centred = || column.iter().map(|x| x.to_f64() - origin).zip(0_u32..);
    let mean = centred().map(|(x, _)| x).sum::<f64>() / column.len() as f64;
    let (mut product, mut square) = (0.0, 0.0);
    for (x, i) in centred() {
        let t = f64::from(i) - middle;
        product += t * (x - mean);
        square += t * t;
    }
    let slope = product / square;
    centred()
        .map(|(x, i)| factor * (x - mean - slope * (f64::from(i) - middle)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_leaves_nothing() {
        let line: Vec<f64> = (0..1000).map(|i| -7e3 + 0.25 * f64::from(i)).collect();
        assert!(about_a_line(&line, 2.0).iter().all(|x| x.abs() < 1e-9));
        let bent = about_a_line(&[0.0, 1.0, 0.0], 3.0);
        for (found, expected) in bent.iter().zip([-1.0, 2.0, -1.0]) {
            assert!((found - expected).abs() < 1e-12);
        }
    }
}
