//! The covariance of a whole curve.

use nalgebra::{Cholesky, DMatrix, Dyn};

use crate::curve::Curve;
use crate::stats::Resampling;

/// A covariance matrix of the points of a curve: symmetric, in the square of the curve's unit.
///
/// From B blocks it has rank B - 1 at most, so that with more points than blocks it must be shrunk towards its diagonal before a
/// fit can use it; from a model it is full.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    matrix: DMatrix<f64>,
    shrinkage: f64,
}

impl Covariance {
    /// A covariance given element by element.
    ///
    /// # Panics
    /// If an element is not finite.
    #[must_use]
    pub fn from_fn(points: usize, element: impl Fn(usize, usize) -> f64) -> Self {
        Self::finite(points, element).expect("a covariance is finite")
    }

    /// A covariance given element by element; `None` if one is not finite.
    pub(crate) fn finite(points: usize, element: impl Fn(usize, usize) -> f64) -> Option<Self> {
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

    /// The covariance of a curve from its resamples, shrunk towards its diagonal: see [`shrunk`](Self::shrunk).
    ///
    /// Draws of the bootstrap know no more of a correlation r than their B blocks do: there `Var(r) = (1 - r^2)^2/(B-1)`, that of Gaussian blocks,
    /// takes the place of the spread of products. `None` as there, and where a lag has no standard error.
    #[must_use]
    pub fn of_curve(curve: &Curve) -> Option<Self> {
        if curve.standard_errors().iter().any(Option::is_none) {
            return None;
        }
        let resamples = curve.resamples();
        if !matches!(resamples.resampling(), Resampling::Bootstrap { .. }) {
            let replicates: Vec<&[f64]> = (0..resamples.len()).map(|r| curve.replicate(r)).collect();
            return Self::shrunk(&replicates);
        }
        let columns: Vec<Vec<f64>> = (0..curve.len())
            .map(|k| curve.point(k).replicates().to_vec())
            .collect();
        let of = |i: usize, j: usize| resamples.covariance(&columns[i], &columns[j]);
        let errors: Vec<f64> = (0..columns.len())
            .map(|k| of(k, k).map(f64::sqrt))
            .collect::<Option<_>>()?;
        if resamples.blocks() < 3 || errors.iter().any(|&e| e <= 0.0) {
            return None;
        }
        let (mut variance, mut square) = (0.0, 0.0);
        for i in 0..columns.len() {
            for j in 0..i {
                let r = of(i, j)? / (errors[i] * errors[j]);
                variance += (1.0 - r * r).powi(2) / (resamples.blocks() as f64 - 1.0);
                square += r * r;
            }
        }
        let shrinkage = if square > 0.0 {
            (variance / square).min(1.0)
        } else {
            1.0
        };
        let matrix = DMatrix::from_fn(columns.len(), columns.len(), |i, j| {
            let kept = if i == j { 1.0 } else { 1.0 - shrinkage };
            kept * of(i, j).unwrap_or(f64::NAN)
        });
        Some(Self { matrix, shrinkage })
    }

    /// The jackknife's covariance of a curve from its delete-one replicates, shrunk towards its diagonal.
    ///
    /// With pseudo-values `w_b` about their mean, `S_ij = sum_b w_bi w_bj / (B (B-1))`; off-diagonal correlations are multiplied by
    /// `1 - lambda`, with the lambda that minimises the expected squared error of the correlations,
    /// `lambda = sum Var(r_ij) / sum r_ij^2` over i != j, cut to [0, 1] (J. Schaefer and K. Strimmer, Stat. Appl. Genet. Mol. Biol. 4, 32 (2005)).
    /// `None` with fewer than three replicates, or where one is not finite or does not vary.
    #[must_use]
    pub fn shrunk(replicates: &[&[f64]]) -> Option<Self> {
        let blocks = replicates.len();
        let points = replicates.first()?.len();
        if blocks < 3
            || replicates
                .iter()
                .any(|r| r.len() != points || r.iter().any(|x| !x.is_finite()))
        {
            return None;
        }
        let b = blocks as f64;
        // Deviations of the pseudo-values: (B - 1) times those of the replicates, with the other sign.
        let mut deviations = DMatrix::from_fn(blocks, points, |k, i| -(b - 1.0) * replicates[k][i]);
        let mut errors = Vec::with_capacity(points);
        for mut column in deviations.column_iter_mut() {
            let mean = column.mean();
            column.add_scalar_mut(-mean);
            let error = (column.norm_squared() / (b * (b - 1.0))).sqrt();
            if error <= 0.0 {
                return None;
            }
            errors.push(error);
            // Standardised: the correlation is then a mean of products.
            column /= error * b.sqrt();
        }
        let (mut variance, mut square) = (0.0, 0.0);
        for i in 0..points {
            for j in 0..i {
                let products = (0..blocks).map(|k| deviations[(k, i)] * deviations[(k, j)]);
                let mean = products.clone().sum::<f64>() / b;
                let spread: f64 = products.map(|p| (p - mean).powi(2)).sum();
                variance += spread * b / (b - 1.0).powi(3);
                square += (mean * b / (b - 1.0)).powi(2);
            }
        }
        let shrinkage = if square > 0.0 {
            (variance / square).min(1.0)
        } else {
            1.0
        };
        let correlation = deviations.transpose() * &deviations / (b - 1.0);
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

    /// By how much correlations were shrunk: 0 not at all, 1 to a diagonal.
    #[must_use]
    pub fn shrinkage(&self) -> f64 {
        self.shrinkage
    }

    /// The Cholesky factor of the matrix with `1e-10` of its diagonal added, which a model's covariance on dense lags needs; `None` where
    /// the matrix is no covariance.
    pub(crate) fn factor(&self) -> Option<Cholesky<f64, Dyn>> {
        let mut matrix = self.matrix.clone();
        for i in 0..self.points() {
            matrix[(i, i)] *= 1.0 + 1e-10;
        }
        Cholesky::new(matrix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagonal_is_the_jackknife_variance() {
        let replicates: Vec<Vec<f64>> = (0..8_u32)
            .map(|b| (0..5).map(|i| f64::from((b * 7 + i * i * 3) % 11)).collect())
            .collect();
        let views: Vec<&[f64]> = replicates.iter().map(Vec::as_slice).collect();
        let covariance = Covariance::shrunk(&views).unwrap();
        let resamples = crate::stats::Resamples::new(Resampling::Blocks(8), 8);
        for i in 0..5 {
            let error = resamples.standard_error(replicates.iter().map(|r| r[i])).unwrap();
            assert!((covariance.get(i, i).sqrt() - error).abs() < 1e-12 * error);
        }
        assert!(covariance.shrinkage() > 0.0);
        assert!(covariance.factor().is_some());
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
        let shrinkage = |data: &[Vec<f64>]| {
            let views: Vec<&[f64]> = data.iter().map(Vec::as_slice).collect();
            Covariance::shrunk(&views).unwrap().shrinkage()
        };
        assert!(shrinkage(&common) < 0.15, "{}", shrinkage(&common));
        assert!(shrinkage(&noise) > 0.5, "{}", shrinkage(&noise));
    }

    #[test]
    fn too_few_or_constant_replicates_have_no_covariance() {
        assert_eq!(Covariance::shrunk(&[&[1.0], &[2.0]]), None);
        assert_eq!(Covariance::shrunk(&[&[1.0], &[1.0], &[1.0]]), None);
        assert_eq!(Covariance::shrunk(&[&[1.0], &[f64::NAN], &[1.0]]), None);
    }
}
