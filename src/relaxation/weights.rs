//! How much the lags of a fit weigh.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// How the lags of a fit are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Weighting {
    /// By the inverse squares of the curve's standard errors; lags without one are left out.
    StandardErrors,
    /// All alike.
    Uniform,
}

/// The inverse covariance C⁻¹ of the values at the lags, up to a factor.
///
/// Least squares minimise rᵀ C⁻¹ r over the residuals r. With C = L Lᵀ that is the sum of squares
/// of the whitened residuals L⁻¹ r.
#[derive(Debug, Clone)]
pub(super) enum Weights {
    /// Of independent lags: the inverse standard deviations 1/σ, and their squares. Those of a
    /// curve without errors are all 1.
    Independent { inverse: Vec<f64>, squares: Vec<f64> },
    /// Of correlated lags: the lower Cholesky factor L.
    Correlated(DMatrix<f64>),
}

impl Weights {
    pub(super) fn independent(inverse: Vec<f64>) -> Self {
        let squares = inverse.iter().map(|w| w * w).collect();
        Self::Independent { inverse, squares }
    }

    pub(super) fn correlated(covariance: &Cholesky<f64, Dyn>) -> Self {
        Self::Correlated(covariance.l())
    }

    /// What lag `k` alone contributes to the whitening of its row: whoever fills a matrix row by
    /// row multiplies by this, and has [`whitened_rows`](Self::whitened_rows) do the rest.
    pub(super) fn of_row(&self, k: usize) -> f64 {
        match self {
            Self::Independent { inverse, .. } => inverse[k],
            Self::Correlated(_) => 1.0,
        }
    }

    /// L⁻¹ D, where the rows of D have been multiplied by [`of_row`](Self::of_row).
    pub(super) fn whitened_rows(&self, rows: DMatrix<f64>) -> DMatrix<f64> {
        match self {
            Self::Independent { .. } => rows,
            Self::Correlated(factor) => factor.solve_lower_triangular_unchecked(&rows),
        }
    }

    /// L⁻¹ r.
    pub(super) fn whitened(&self, residuals: impl Iterator<Item = f64>) -> DVector<f64> {
        match self {
            Self::Independent { inverse, .. } => {
                DVector::from_iterator(inverse.len(), residuals.zip(inverse).map(|(r, w)| r * w))
            }
            Self::Correlated(factor) => {
                let residuals = DVector::from_iterator(factor.nrows(), residuals);
                factor.solve_lower_triangular_unchecked(&residuals)
            }
        }
    }

    /// L⁻ᵀ x.
    pub(super) fn back(&self, x: &DVector<f64>) -> Vec<f64> {
        match self {
            Self::Independent { inverse, .. } => x.iter().zip(inverse).map(|(x, w)| x * w).collect(),
            Self::Correlated(factor) => factor.tr_solve_lower_triangular_unchecked(x).as_slice().to_vec(),
        }
    }

    /// C⁻¹ x: the coefficients of the linear form that is the product with x.
    pub(super) fn dual(&self, x: &[f64]) -> Vec<f64> {
        match self {
            Self::Independent { squares, .. } => squares.iter().zip(x).map(|(w, x)| w * x).collect(),
            Self::Correlated(_) => self.back(&self.whitened(x.iter().copied())),
        }
    }

    /// xᵀ C⁻¹ y.
    pub(super) fn product(&self, x: &[f64], y: &[f64]) -> f64 {
        match self {
            Self::Independent { squares, .. } => {
                let products = x.iter().zip(y).map(|(x, y)| x * y);
                products.zip(squares).map(|(xy, w)| w * xy).sum()
            }
            Self::Correlated(_) => {
                let whitened = |x: &[f64]| self.whitened(x.iter().copied());
                whitened(x).dot(&whitened(y))
            }
        }
    }

    /// rᵀ C⁻¹ r.
    pub(super) fn sum_of_squares(&self, residuals: impl Iterator<Item = f64>) -> f64 {
        match self {
            Self::Independent { squares, .. } => residuals.zip(squares).map(|(r, w)| w * r * r).sum(),
            Self::Correlated(_) => self.whitened(residuals).norm_squared(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagonal_covariance_weighs_as_independent_lags_do() {
        let inverse = vec![2.0, 0.5, 4.0];
        let covariance =
            DMatrix::from_diagonal(&DVector::from_iterator(3, inverse.iter().map(|w| 1.0 / (w * w))));
        let independent = Weights::independent(inverse);
        let correlated = Weights::correlated(&Cholesky::new(covariance).unwrap());
        let (x, y) = ([1.0, -2.0, 3.0], [0.5, 1.0, 0.25]);
        for weights in [&independent, &correlated] {
            assert_eq!(weights.product(&x, &y), 2.0 - 0.5 + 12.0);
            assert_eq!(weights.dual(&x), [4.0, -0.5, 48.0]);
            assert_eq!(weights.sum_of_squares(x.into_iter()), 4.0 + 1.0 + 144.0);
            let rows = DMatrix::from_fn(3, 1, |k, _| x[k] * weights.of_row(k));
            assert_eq!(
                weights.whitened_rows(rows).column(0),
                weights.whitened(x.into_iter())
            );
            assert_eq!(weights.back(&weights.whitened(x.into_iter())), weights.dual(&x));
        }
    }

    #[test]
    fn correlated_lags_weigh_by_the_inverse_of_their_covariance() {
        let covariance = DMatrix::from_row_slice(2, 2, &[2.0, 1.0, 1.0, 2.0]);
        let weights = Weights::correlated(&Cholesky::new(covariance).unwrap());
        // The inverse is ((2, -1), (-1, 2))/3.
        let found = weights.dual(&[1.0, 0.0]);
        assert!((found[0] - 2.0 / 3.0).abs() < 1e-15 && (found[1] + 1.0 / 3.0).abs() < 1e-15);
        assert!((weights.product(&[1.0, 1.0], &[1.0, 0.0]) - 1.0 / 3.0).abs() < 1e-15);
        assert!((weights.sum_of_squares([1.0, 1.0].into_iter()) - 2.0 / 3.0).abs() < 1e-15);
    }
}
