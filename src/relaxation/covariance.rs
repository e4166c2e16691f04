//! The covariance of a whole curve.

use nalgebra::{Cholesky, DMatrix, Dyn};

use crate::curve::Curve;
use crate::stats::Resampling;

/// A covariance matrix of the points of a curve: symmetric, in the square of the curve's unit.
///
/// From B blocks it has rank B - 1 at most, so that with more points than blocks it must be shrunk
/// towards its diagonal before a fit can use it; from a model it is full.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    matrix: DMatrix<f64>,
    /// By how much correlations were shrunk: 0 not at all, 1 to a diagonal.
    pub shrinkage: f64,
}

impl Covariance {
    /// A covariance given element by element; `None` if one is not finite.
    #[must_use]
    pub fn from_fn(points: usize, element: impl Fn(usize, usize) -> f64) -> Option<Self> {
        let matrix = DMatrix::from_fn(
            points,
            points,
            |i, j| if i >= j { element(i, j) } else { element(j, i) },
        );
        matrix.iter().all(|x| x.is_finite()).then_some(Self {
            matrix,
            shrinkage: 0.0,
        })
    }

    /// The covariance of a curve from its resamples, shrunk towards its diagonal.
    ///
    /// Standard errors and correlations come from the resamples. Off-diagonal correlations are
    /// multiplied by `1 - lambda`, with the lambda that minimises the expected squared error of the
    /// correlations, `lambda = sum Var(r_ij) / sum r_ij^2` over i != j, cut to [0, 1] (J. Schaefer
    /// and K. Strimmer, Stat. Appl. Genet. Mol. Biol. 4, 32 (2005)). `Var(r_ij)` is the variance of
    /// a mean of products over the B blocks of the jackknife. Draws of the bootstrap know no more
    /// of a correlation than their B blocks do: there the variance for Gaussian blocks, `(1 -
    /// r^2)^2/(B - 1)`, takes its place.
    ///
    /// `None` with fewer than three blocks, and where a lag has no standard error or does not vary.
    #[must_use]
    pub fn of_curve(curve: &Curve) -> Option<Self> {
        let (resamples, points) = (curve.resamples(), curve.len());
        let errors: Vec<f64> = curve.standard_errors().iter().copied().collect::<Option<_>>()?;
        if resamples.blocks < 3 || errors.iter().any(|&error| error <= 0.0) {
            return None;
        }
        // Deviations over the resamples, to unit length: a correlation is then a sum of products.
        let mut deviations = DMatrix::from_fn(resamples.len(), points, |r, i| curve.replicate(r)[i]);
        for mut column in deviations.column_iter_mut() {
            let mean = column.mean();
            column.add_scalar_mut(-mean);
            column.normalize_mut();
        }
        let correlation = deviations.transpose() * &deviations;
        let blocks = resamples.blocks as f64;
        let variance_of = |i: usize, j: usize| {
            let r = correlation[(i, j)];
            if let Resampling::Bootstrap { .. } = resamples.resampling {
                return (1.0 - r * r).powi(2) / (blocks - 1.0);
            }
            let products = deviations.column(i).component_mul(&deviations.column(j));
            products.add_scalar(-r / blocks).norm_squared() * blocks / (blocks - 1.0)
        };
        let (mut variance, mut square) = (0.0, 0.0);
        for i in 0..points {
            for j in 0..i {
                variance += variance_of(i, j);
                square += correlation[(i, j)].powi(2);
            }
        }
        let shrinkage = if square > 0.0 {
            (variance / square).min(1.0)
        } else {
            1.0
        };
        let matrix = DMatrix::from_fn(points, points, |i, j| {
            let kept = if i == j {
                1.0
            } else {
                (1.0 - shrinkage) * correlation[(i, j)]
            };
            errors[i] * errors[j] * kept
        });
        Some(Self { matrix, shrinkage })
    }

    /// Number of points.
    #[must_use]
    pub fn points(&self) -> usize {
        self.matrix.nrows()
    }

    /// The covariance of two points.
    ///
    /// # Panics
    /// If a point is out of range.
    #[must_use]
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.matrix[(i, j)]
    }

    /// The Cholesky factor of the covariance of some of the points, with `1e-10` of the diagonal
    /// added, which a model's covariance on dense lags needs. `None` where the matrix is not
    /// positive definite.
    pub(super) fn factor(&self, points: &[usize]) -> Option<Cholesky<f64, Dyn>> {
        let mut matrix = self.matrix.select_rows(points).select_columns(points);
        for i in 0..points.len() {
            matrix[(i, i)] *= 1.0 + 1e-10;
        }
        Cholesky::new(matrix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Lag;
    use crate::stats::{Resamples, RunId};

    /// A curve with these values on the blocks' resamples.
    fn curve(replicates: Vec<Vec<f64>>) -> Curve {
        let (blocks, points) = (replicates.len(), replicates[0].len());
        let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(blocks), blocks);
        let lags = (1..=points as u64).map(Lag::from_steps).collect();
        let (values, origins) = (vec![1.0; points], vec![9; points]);
        Curve::from_replicates(
            lags,
            1.0,
            values,
            origins,
            replicates,
            resamples,
            Lag::from_steps(100),
        )
    }

    #[test]
    fn diagonal_is_the_jackknife_variance() {
        let curve = curve(
            (0..8_u32)
                .map(|b| (0..5).map(|i| f64::from((b * 7 + i * i * 3) % 11)).collect())
                .collect(),
        );
        let covariance = Covariance::of_curve(&curve).unwrap();
        for i in 0..5 {
            let error = curve.standard_errors()[i].unwrap();
            assert!((covariance.get(i, i).sqrt() - error).abs() < 1e-12 * error);
        }
        assert!(covariance.shrinkage > 0.0);
        assert!(covariance.factor(&[0, 1, 2, 3, 4]).is_some());
    }

    /// Schaefer and Strimmer's shrinkage from the pseudo-values, as they define it.
    #[test]
    fn shrinkage_is_that_of_the_pseudo_values() {
        let replicates: Vec<Vec<f64>> = (0..8_u32)
            .map(|b| {
                (0..3)
                    .map(|i| f64::from(3 * ((b * 5) % 8) + (b * 7 + i * i * 3 + b * i) % 5))
                    .collect()
            })
            .collect();
        let pseudo_values = |i: usize| -> Vec<f64> {
            let mean = replicates.iter().map(|r| r[i]).sum::<f64>() / 8.0;
            let deviations: Vec<f64> = replicates.iter().map(|r| -7.0 * (r[i] - mean)).collect();
            let variance = deviations.iter().map(|w| w * w).sum::<f64>() / 7.0;
            deviations.iter().map(|w| w / variance.sqrt()).collect()
        };
        let (mut variance, mut square) = (0.0, 0.0);
        for (i, j) in [(0, 1), (0, 2), (1, 2)] {
            let (x, y) = (pseudo_values(i), pseudo_values(j));
            let products: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x * y).collect();
            let mean = products.iter().sum::<f64>() / 8.0;
            variance += products.iter().map(|p| (p - mean).powi(2)).sum::<f64>() * 8.0 / 343.0;
            square += (mean * 8.0 / 7.0).powi(2);
        }
        let found = Covariance::of_curve(&curve(replicates)).unwrap().shrinkage;
        let expected = (variance / square).min(1.0);
        assert!(
            expected < 1.0 && (found - expected).abs() < 1e-12,
            "{found} {expected}"
        );
    }

    #[test]
    fn points_that_move_together_are_hardly_shrunk_and_noise_is() {
        let common: Vec<Vec<f64>> = (0..20_u32)
            .map(|b| {
                let x = f64::from((b * 37) % 41);
                (0..4_u32)
                    .map(|i| x + 0.01 * f64::from((b * 13 + i * 7) % 5))
                    .collect()
            })
            .collect();
        let noise: Vec<Vec<f64>> = (0..20_u32)
            .map(|b| {
                (0..4_u32)
                    .map(|i| f64::from((b * b * 31 + 17 * b * i + i * i * i * 5) % 101))
                    .collect()
            })
            .collect();
        let shrinkage = |data| Covariance::of_curve(&curve(data)).unwrap().shrinkage;
        let (common, noise) = (shrinkage(common), shrinkage(noise));
        assert!(common < 0.15 && noise > 0.5, "{common} {noise}");
    }

    #[test]
    fn too_few_or_constant_replicates_have_no_covariance() {
        for of_blocks in [&[1.0, 2.0][..], &[1.0; 3], &[1.0, f64::NAN, 1.0]] {
            let replicates = of_blocks.iter().map(|&x| vec![x]).collect();
            assert_eq!(Covariance::of_curve(&curve(replicates)), None);
        }
    }
}
