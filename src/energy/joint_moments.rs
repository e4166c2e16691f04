//! Means and covariances of several columns of the same runs.

use std::ops::Range;

use crate::stats::{Estimate, Partition, Resamples, Resampling, ResamplingError, RunId};

use super::curves::{Samples, variances};
use super::moments::{Piece, pieces};

/// Sums of `M` columns over the pieces of all runs, as [`moments`](super::moments()) keeps those of
/// the energy: the covariances are those of infinite runs, as
/// [`Moments::corrected_variance`](super::Moments::corrected_variance) is.
pub(crate) struct JointMoments<const M: usize> {
    centre: [f64; M],
    // Sizes by which sums and differences of two columns are of comparable columns.
    scale: [f64; M],
    pieces: Vec<Piece>,
    sums: Vec<Sums<M>>,
    resamples: Resamples,
    is_drawn: bool,
}

/// Sums over a piece: of deviations from the centre, in units of the scale.
struct Sums<const M: usize> {
    number: f64,
    sum: [f64; M],
    products: [[f64; M]; M],
}

/// Means and covariances on the whole, or on one resample.
pub(crate) struct Joint<const M: usize> {
    pub(crate) means: [f64; M],
    pub(crate) covariances: [[f64; M]; M],
}

impl<const M: usize> JointMoments<M> {
    /// The sums over runs, each given by its number of samples and the columns at a sample.
    ///
    /// # Errors
    /// [`ResamplingError`] where the runs cannot be divided as asked.
    pub(crate) fn new(
        lengths: &[usize],
        at: impl Fn(usize, usize) -> [f64; M],
        run: RunId,
        resampling: Resampling,
    ) -> Result<Self, ResamplingError> {
        let partition = Partition::new(lengths, resampling)?;
        let pieces = pieces(&partition, resampling);
        let samples = || pieces.iter().map(|piece| (piece.run(), piece.range()));
        let number = lengths.iter().sum::<usize>() as f64;
        // Deviations from the first sample, whatever the offset of a column.
        let origin = at(0, 0);
        let mean = total(samples(), |run, i| difference(at(run, i), origin));
        let centre = std::array::from_fn(|k| origin[k] + mean[k] / number);
        let squares = total(samples(), |run, i| difference(at(run, i), centre).map(|x| x * x));
        let scale = squares.map(|square| {
            let size = (square / number).sqrt();
            if size > 0.0 { size } else { 1.0 }
        });
        let sums = samples()
            .map(|(run, range)| {
                Sums {
                    number: range.len() as f64,
                    sum: [0.0; M],
                    products: [[0.0; M]; M],
                }
                .over(range, |i| {
                    let x = difference(at(run, i), centre);
                    std::array::from_fn(|k| x[k] / scale[k])
                })
            })
            .collect();
        Ok(Self {
            centre,
            scale,
            pieces,
            sums,
            resamples: partition.resamples(run),
            is_drawn: matches!(resampling, Resampling::Bootstrap { .. }),
        })
    }

    /// Numbers that are computed from means and covariances.
    pub(crate) fn evaluate<const K: usize>(&self, f: impl Fn(&Joint<M>) -> [f64; K]) -> [Estimate; K] {
        Estimate::array(self.resamples.evaluate_all(|weights| f(&self.joint(weights))))
    }

    fn joint(&self, weights: &[f64]) -> Joint<M> {
        let weighted = || {
            let pieces = self.pieces.iter().zip(&self.sums);
            pieces.map(|(piece, sums)| (weights[piece.block()], sums))
        };
        let number: f64 = weighted().map(|(weight, sums)| weight * sums.number).sum();
        let means = std::array::from_fn(|k| {
            let sum: f64 = weighted().map(|(weight, sums)| weight * sums.sum[k]).sum();
            self.centre[k] + self.scale[k] * sum / number
        });
        let covariances = std::array::from_fn(|i| std::array::from_fn(|j| self.covariance(weights, i, j)));
        Joint { means, covariances }
    }

    /// The covariance in an infinite run of two columns.
    fn covariance(&self, weights: &[f64], i: usize, j: usize) -> f64 {
        // The same bits for either order of the columns.
        let (i, j) = (i.max(j), i.min(j));
        let scaled = if i == j {
            self.variance(weights, |sums| (sums.sum[i], sums.products[i][i]))
        } else {
            // Var(a + b) - Var(a - b) = 4 Cov(a, b).
            let of = |sign: f64| {
                self.variance(weights, |sums| {
                    let square = sums.products[i][i] + 2.0 * sign * sums.products[i][j] + sums.products[j][j];
                    (sums.sum[i] + sign * sums.sum[j], square)
                })
            };
            0.25 * (of(1.0) - of(-1.0))
        };
        scaled * self.scale[i] * self.scale[j]
    }

    /// The variance in an infinite run of a column whose sum and squares are these.
    fn variance(&self, weights: &[f64], of: impl Fn(&Sums<M>) -> (f64, f64)) -> f64 {
        let all: Vec<(&Piece, &Sums<M>)> = self.pieces.iter().zip(&self.sums).collect();
        let runs = all.chunk_by(|(a, _), (b, _)| a.run() == b.run()).map(|pieces| {
            let samples = pieces.iter().map(|(piece, sums)| {
                let (sum, squares) = of(sums);
                let number = sums.number;
                let samples = Samples { number, sum, squares };
                (weights[piece.block()], samples)
            });
            samples.filter(|(weight, _)| *weight > 0.0).collect()
        });
        variances(runs, self.is_drawn).iter().sum()
    }
}

impl<const M: usize> Sums<M> {
    fn over(mut self, range: Range<usize>, at: impl Fn(usize) -> [f64; M]) -> Self {
        for i in range {
            let x = at(i);
            for (k, &value) in x.iter().enumerate() {
                self.sum[k] += value;
                for (product, &other) in self.products[k].iter_mut().zip(&x[..=k]) {
                    *product += value * other;
                }
            }
        }
        self
    }
}

fn difference<const M: usize>(x: [f64; M], from: [f64; M]) -> [f64; M] {
    std::array::from_fn(|k| x[k] - from[k])
}

/// A sum over all samples, piece by piece.
fn total<const M: usize>(
    pieces: impl Iterator<Item = (usize, Range<usize>)>,
    of: impl Fn(usize, usize) -> [f64; M],
) -> [f64; M] {
    let mut total = [0.0; M];
    for (run, range) in pieces {
        let mut sum = [0.0; M];
        for i in range {
            let terms = of(run, i);
            sum.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
        }
        total.iter_mut().zip(sum).for_each(|(total, sum)| *total += sum);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::moments;
    use crate::sampling::Sampling;
    use crate::series::{EnergyKind, EnergySeries, Runs};
    use rand::{RngExt, SeedableRng};

    /// Numbers with a memory, far from zero.
    fn column(length: usize, seed: u64) -> Vec<f64> {
        let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        let mut x = 0.0;
        let next = || {
            x = 0.9 * x + random.random::<f64>() - 0.5;
            -7e3 + x
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    /// The variances on the diagonal are those of the energy, and covariances are bilinear.
    #[test]
    fn covariances_are_those_of_the_moments() {
        let runs: Vec<Vec<f64>> = [(1000, 1), (2003, 2)].map(|(n, seed)| column(n, seed)).into();
        let others: Vec<Vec<f64>> = [(1000, 3), (2003, 4)].map(|(n, seed)| column(n, seed)).into();
        let series = |values: &[f64]| {
            let sampling = Sampling::new(1, 1.0).unwrap();
            EnergySeries::new(values.to_vec(), sampling, 1, EnergyKind::Total).unwrap()
        };
        let replicas = crate::Replicas::new(runs.iter().map(|run| series(run)).collect()).unwrap();
        for resampling in [
            Resampling::Blocks(10),
            Resampling::Replicas,
            Resampling::None,
            Resampling::Bootstrap {
                blocks: 10,
                draws: 20,
                seed: 3,
            },
        ] {
            let expected = moments(&replicas, resampling).unwrap();
            // x, y and 3 x - 2 y.
            let at = |run: usize, i: usize| {
                let (x, y) = (runs[run][i], others[run][i]);
                [x, y, 3.0 * x - 2.0 * y]
            };
            let joint = JointMoments::new(&[1000, 2003], at, replicas.run(), resampling).unwrap();
            let [mean, variance, of_both, sum] = joint.evaluate(|joint| {
                let of = &joint.covariances;
                let sum = 9.0 * of[0][0] + 4.0 * of[1][1] - 12.0 * of[0][1];
                [joint.means[0], of[0][0], of[2][2], sum]
            });
            let close = |a: &Estimate, b: &Estimate, scale: f64| {
                assert!((a.value() - b.value()).abs() < 1e-10 * scale, "{a} {b}");
                assert_eq!(a.resamples(), b.resamples());
                for (a, b) in a.replicates().iter().zip(b.replicates()) {
                    assert!(
                        (a - b).abs() < 1e-10 * scale || a.is_nan() && b.is_nan(),
                        "{a} {b}"
                    );
                }
            };
            close(&mean, &expected.mean, 7e3);
            close(&variance, &expected.corrected_variance(), 1.0);
            close(&of_both, &sum, 1.0);
        }
    }
}
