//! Generalised least squares on the mean-squared energy difference.

use nalgebra::{DMatrix, DVector};

use super::Process;
use crate::curve::Curve;
use crate::relaxation::{Model, mean_relaxation_time};
use crate::stats::{Covariance, Estimate};

/// What generalised least squares found.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GeneralisedFit {
    model: Model,
    u0_squared: Estimate,
    um_squared: Estimate,
    relaxation_time: Estimate,
    beta: Estimate,
    mean_relaxation_time: Estimate,
    standard_errors: Option<[f64; 4]>,
    chi_squared: f64,
    degrees_of_freedom: usize,
}

impl GeneralisedFit {
    /// The model fitted.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

    /// U0^2, in the curve's unit.
    #[must_use]
    pub fn u0_squared(&self) -> &Estimate {
        &self.u0_squared
    }

    /// Um^2, in the curve's unit.
    #[must_use]
    pub fn um_squared(&self) -> &Estimate {
        &self.um_squared
    }

    /// tau, in time units.
    #[must_use]
    pub fn relaxation_time(&self) -> &Estimate {
        &self.relaxation_time
    }

    /// The stretching exponent; exactly 1 for [`Model::Exponential`].
    #[must_use]
    pub fn beta(&self) -> &Estimate {
        &self.beta
    }

    /// `(tau/beta) Gamma(1/beta)`, in time units.
    #[must_use]
    pub fn mean_relaxation_time(&self) -> &Estimate {
        &self.mean_relaxation_time
    }

    /// Standard errors of U0^2, Um^2, ln tau and ln beta that the covariance used implies; 0 for a beta that is fixed. `None`
    /// where the normal matrix is singular.
    #[must_use]
    pub fn implied_standard_errors(&self) -> Option<[f64; 4]> {
        self.standard_errors
    }

    /// The residuals' `r^T C^-1 r`: its expectation is the number of degrees of freedom where covariance and model hold.
    #[must_use]
    pub fn chi_squared(&self) -> f64 {
        self.chi_squared
    }

    /// Number of lags less that of parameters.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.degrees_of_freedom
    }
}

/// Fits Eq. (11) to every lag of `curve` (take [`Curve::window`] of it first) by generalised least squares with the covariance of its lags:
/// one implied by a process ([`Process::msed_covariance`]), or one from blocks ([`Covariance::shrunk`]). The search starts at `start`;
/// errors come from the curve's resamples with the covariance fixed.
///
/// `None` where the covariance is singular, there are no more lags than parameters, or the search leaves every bound.
///
/// # Cost
/// O(K^2) for each of the steps and resamples, K lags.
///
/// # Panics
/// If the covariance has not one row per lag.
#[must_use]
pub fn fit_generalised(
    curve: &Curve,
    model: Model,
    covariance: &Covariance,
    start: &Process,
) -> Option<GeneralisedFit> {
    assert_eq!(
        covariance.points(),
        curve.len(),
        "one row of the covariance per lag"
    );
    let factor = covariance.factor()?;
    let times: Vec<f64> = curve.lag_times().collect();
    let parameters = model.parameters();
    if times.len() <= parameters {
        return None;
    }
    let problem = Problem {
        model,
        times: &times,
        factor: factor.l(),
    };
    let first = [
        start.u0_squared(),
        start.um_squared(),
        start.relaxation_time().ln(),
        start.beta().ln(),
    ];
    let whole = problem.solve(curve.values(), first)?;
    let replicates: Vec<Option<Solution>> = (0..curve.resamples().len())
        .map(|r| problem.solve(curve.replicate(r), whole.parameters))
        .collect();
    let estimate = |f: &dyn Fn(&[f64; 4]) -> f64| {
        let values = replicates
            .iter()
            .map(|s| s.as_ref().map_or(f64::NAN, |s| f(&s.parameters)))
            .collect();
        Estimate::new(f(&whole.parameters), values, curve.resamples())
    };
    let inverse = whole.normal.clone().try_inverse();
    let standard_errors = inverse.map(|inverse| {
        std::array::from_fn(|i| {
            if i < parameters {
                inverse[(i, i)].max(0.0).sqrt()
            } else {
                0.0
            }
        })
    });
    let beta = |p: &[f64; 4]| {
        if model == Model::Exponential {
            1.0
        } else {
            p[3].exp()
        }
    };
    Some(GeneralisedFit {
        model,
        u0_squared: estimate(&|p| p[0]),
        um_squared: estimate(&|p| p[1]),
        relaxation_time: estimate(&|p| p[2].exp()),
        beta: estimate(&beta),
        mean_relaxation_time: estimate(&|p| mean_relaxation_time(p[2].exp(), beta(p))),
        standard_errors,
        chi_squared: whole.chi_squared,
        degrees_of_freedom: times.len() - parameters,
    })
}

struct Problem<'a> {
    model: Model,
    times: &'a [f64],
    factor: DMatrix<f64>,
}

struct Solution {
    /// U0^2, Um^2, ln tau, ln beta.
    parameters: [f64; 4],
    normal: DMatrix<f64>,
    chi_squared: f64,
}

impl Problem<'_> {
    /// Whitened residuals and derivatives.
    fn linearise(&self, values: &[f64], p: &[f64; 4]) -> Option<(DVector<f64>, DMatrix<f64>)> {
        let (tau, beta) = (
            p[2].exp(),
            if self.model == Model::Exponential {
                1.0
            } else {
                p[3].exp()
            },
        );
        let mut residuals = DVector::zeros(values.len());
        let mut jacobian = DMatrix::zeros(values.len(), self.model.parameters());
        for (k, (&t, &y)) in self.times.iter().zip(values).enumerate() {
            let u = (t / tau).powf(beta);
            let decay = (-u).exp();
            residuals[k] = y - p[0] + p[1] * (-u).exp_m1();
            jacobian[(k, 0)] = 1.0;
            jacobian[(k, 1)] = -(-u).exp_m1();
            jacobian[(k, 2)] = -p[1] * decay * u * beta;
            if self.model == Model::Stretched {
                jacobian[(k, 3)] = p[1] * decay * u * u.ln();
            }
        }
        let residuals = self.factor.solve_lower_triangular(&residuals)?;
        let jacobian = self.factor.solve_lower_triangular(&jacobian)?;
        residuals
            .iter()
            .all(|r| r.is_finite())
            .then_some((residuals, jacobian))
    }

    /// Levenberg's damped Gauss-Newton steps.
    fn solve(&self, values: &[f64], start: [f64; 4]) -> Option<Solution> {
        let mut p = start;
        let (mut r, mut j) = self.linearise(values, &p)?;
        let mut damping = 1e-3;
        for _ in 0..200 {
            let normal = j.transpose() * &j;
            let mut damped = normal.clone();
            for i in 0..damped.nrows() {
                damped[(i, i)] *= 1.0 + damping;
            }
            let step = damped.cholesky()?.solve(&(j.transpose() * &r));
            let mut trial = p;
            for (i, x) in step.iter().enumerate() {
                trial[i] += if i < 2 { *x } else { x.clamp(-1.0, 1.0) };
            }
            let better = self.linearise(values, &trial).filter(|(r_new, _)| {
                trial[1] > 0.0 && trial[3] < 2_f64.ln() && r_new.norm_squared() <= r.norm_squared()
            });
            if let Some((r_new, j_new)) = better {
                let gain = r.norm_squared() - r_new.norm_squared();
                (p, r, j) = (trial, r_new, j_new);
                damping = (damping * 0.2).max(1e-12);
                if gain <= 1e-12 * r.norm_squared() + 1e-14 {
                    return Some(Solution {
                        parameters: p,
                        normal: j.transpose() * &j,
                        chi_squared: r.norm_squared(),
                    });
                }
            } else {
                damping *= 8.0;
                if damping > 1e8 {
                    return Some(Solution {
                        parameters: p,
                        normal,
                        chi_squared: r.norm_squared(),
                    });
                }
            }
        }
        None
    }
}
