//! Generalised least squares on the mean-squared energy difference.

use nalgebra::{DMatrix, DVector};

use super::{Covariance, Model, Reason, Verdict, mean_relaxation_time};
use crate::curve::Curve;
use crate::spectrum::GeneralisedError;
use crate::spectrum::Process;
use crate::stats::Estimate;

/// The amplitude of a relaxation differs from zero by more standard errors than this: by the normal distribution, all but one in a hundred.
const AMPLITUDE: f64 = 2.576;
/// A larger error of ln tau says nothing of tau.
const LOG_TIME_ERROR: f64 = 1.0;

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
    verdict: Verdict,
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

    /// Whether the parameters mean what their names say: the relaxation time lies within the lags, Um² differs from zero, and half of the resamples
    /// or more have such a relaxation. Whether the model holds, [`chi_squared`](Self::chi_squared) says.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// Fits Eq. (11) to every lag of `curve` (take [`Curve::window`] of it first) by generalised least squares with the covariance of its lags:
/// one implied by a process ([`Process::msed_covariance`]), or one from blocks ([`Covariance::shrunk`]). The search starts at `start`;
/// errors come from the curve's resamples with the covariance fixed.
///
/// # Cost
/// O(K^2) for each of the steps and resamples, K lags.
///
/// # Errors
/// [`GeneralisedError`] where the covariance is that of other lags or singular, there are no more lags than parameters, or the search leaves
/// every bound.
///
/// ```
/// use msed::relaxation::fit_generalised;
/// use msed::spectrum::Process;
/// use msed::relaxation::Model;
/// use msed::stats::{Resamples, Resampling};
/// use msed::{Curve, Lags};
/// // A curve with U0² = 4, Um² = 1 and τ = 20 exactly, from 8000 samples, and the covariance that a guess implies.
/// let lags = Lags::logarithmic(8).resolve(80, 1.0)?;
/// let values = lags.iter().map(|&t| 5.0 - (-(t as f64) / 20.0).exp()).collect();
/// let origins = lags.iter().map(|t| 8000 - t).collect();
/// let none = Resamples::new(Resampling::None, 1);
/// let curve = Curve::from_replicates(lags, 1.0, values, origins, vec![], none, 8000);
/// let guess = Process::new(3.5, 1.2, 15.0, 1.0)?;
/// let covariance = guess.msed_covariance(curve.lags(), 8000, 1.0)?;
/// let fit = fit_generalised(&curve, Model::Exponential, &covariance, &guess)?;
/// assert!(fit.verdict().is_resolved());
/// assert!((fit.relaxation_time().value() - 20.0).abs() < 1e-3);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn fit_generalised(
    curve: &Curve,
    model: Model,
    covariance: &Covariance,
    start: &Process,
) -> Result<GeneralisedFit, GeneralisedError> {
    if covariance.points() != curve.len() {
        return Err(GeneralisedError::Rows {
            found: covariance.points(),
            expected: curve.len(),
        });
    }
    let times: Vec<f64> = curve.lag_times().collect();
    let parameters = model.parameters();
    if times.len() <= parameters {
        return Err(GeneralisedError::TooFewLags {
            found: times.len(),
            needed: parameters + 1,
        });
    }
    let factor = covariance.factor().ok_or(GeneralisedError::Singular)?;
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
    let whole = problem
        .solve(curve.values(), first)
        .ok_or(GeneralisedError::NoMinimum)?;
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
    let without = replicates.iter().filter(|s| s.is_none()).count();
    let mean_tau = mean_relaxation_time(whole.parameters[2].exp(), beta(&whole.parameters));
    let reasons = reasons(&whole.parameters, mean_tau, standard_errors, &times);
    let missing = (2 * without >= replicates.len() && without > 0).then_some(Reason::Resamples {
        without,
        of: replicates.len(),
    });
    Ok(GeneralisedFit {
        verdict: Verdict::new(reasons.into_iter().chain(missing)),
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

/// What speaks against a fit, from its parameters and the errors of U0^2, Um^2, ln tau and ln beta.
fn reasons(
    parameters: &[f64; 4],
    mean_relaxation_time: f64,
    standard_errors: Option<[f64; 4]>,
    times: &[f64],
) -> Vec<Reason> {
    let [_, amplitude, log_tau, _] = *parameters;
    let [_, of_amplitude, of_log_tau, _] = standard_errors.unwrap_or([f64::INFINITY; 4]);
    let (shortest, longest) = (times[0], times[times.len() - 1]);
    let mut reasons = Vec::new();
    if !(mean_relaxation_time <= longest) {
        reasons.push(Reason::NoPlateau {
            mean_relaxation_time,
            longest_lag: longest,
        });
    }
    if log_tau.exp() < shortest {
        reasons.push(Reason::BeforeWindow {
            relaxation_time: log_tau.exp(),
            shortest_lag: shortest,
        });
    }
    if amplitude <= AMPLITUDE * of_amplitude {
        reasons.push(Reason::WithinNoise {
            amplitude,
            standard_error: of_amplitude,
            needed: AMPLITUDE,
            after: None,
        });
    } else if of_log_tau > LOG_TIME_ERROR {
        reasons.push(Reason::Vague {
            log_time_error: of_log_tau,
        });
    }
    reasons
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
