//! The forms of a spectrum and how probable each of them is.

use std::f64::consts::TAU;

use nalgebra::DVector;

use super::likelihood::{Likelihood, Shape, by_ln_tau_of_fast};
use super::search::{Maximum, maximum};
use crate::relaxation::Model;

/// The most fast relaxations that a spectrum is given.
const MOST_FAST: usize = 2;
/// ln of the prior odds of a band without a fast relaxation: a liquid has one, and a coarse sampling
/// interval leaves nothing of it but the level.
const WITHOUT_FAST: f64 = -3.5;
/// ln of the prior odds of the exponential form against the stretched one.
const EXPONENTIAL: f64 = -1.4;
/// The least ratio of the slow time to a fast one, and of two fast ones: relaxations that are nearer
/// are one.
const LEAST_RATIO: [f64; 2] = [4.0, 2.7];
/// A slow part whose ln Um² or ln τ has a larger error than this beside a form whose slow part is
/// certain is no more than noise at the lowest frequencies.
const NOISE: f64 = 0.8;
/// Forms whose probability is less than this part of the most probable are left out.
const NEGLIGIBLE: f64 = 0.02;

/// One form of the spectrum.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) shape: Shape,
    pub(super) maximum: Maximum,
    /// The probability of the form given the data.
    pub(super) probability: f64,
}

impl Form {
    /// Standard errors of ln Um², ln τ and β from the inverse of the information; `None` where it
    /// has no inverse.
    pub(super) fn fisher_errors(&self) -> Option<[f64; 3]> {
        let covariance = self.maximum.information.clone().try_inverse()?;
        let error = |i: usize| Some(covariance[(i, i)].sqrt()).filter(|e| e.is_finite());
        let beta = match self.shape.model {
            Model::Exponential => 0.0,
            Model::Stretched => {
                let beta = self.shape.beta(&self.maximum.parameters);
                error(3)? * 0.5 * beta * (2.0 - beta)
            }
        };
        Some([error(1)?, error(2)?, beta])
    }

    /// The variances of U0², ln Um², ln τ, β and ln of the mean τ that come with the priors: what
    /// they would be off by if the truth were drawn from them.
    pub(super) fn variances_of_priors(&self, likelihood: &Likelihood) -> [f64; 5] {
        let (shape, parameters) = (self.shape, &self.maximum.parameters);
        let Some(inverse) = self.maximum.information.clone().try_inverse() else {
            return [f64::INFINITY; 5];
        };
        let covariance = &inverse * likelihood.priors.precision(shape) * &inverse;
        let mut by = vec![DVector::zeros(shape.parameters()); 5];
        by[0][1] = -2.0 * parameters[1].exp();
        by[1][1] = 1.0;
        by[2][2] = 1.0;
        by[4][2] = 1.0;
        if shape.model == Model::Stretched {
            let beta = shape.beta(parameters);
            let by_logit = 0.5 * beta * (2.0 - beta);
            // d ln(mean τ / τ) / dβ.
            let digamma = statrs::function::gamma::digamma(1.0 / beta);
            by[3][3] = by_logit;
            by[4][3] = -by_logit * (beta + digamma) / (beta * beta);
        }
        std::array::from_fn(|i| (by[i].transpose() * &covariance * &by[i])[(0, 0)])
    }

    fn is_noise(&self) -> bool {
        self.fisher_errors()
            .is_none_or(|[rise, time, _]| rise.max(time) > NOISE)
    }

    /// Whether its relaxations are apart.
    fn is_apart(&self) -> bool {
        let p = &self.maximum.parameters;
        let time = |k| p[by_ln_tau_of_fast(self.shape, k)];
        let [slow, fast] = LEAST_RATIO.map(f64::ln);
        (0..self.shape.fast).all(|k| p[2] - time(k) > slow)
            && (1..self.shape.fast).all(|k| (time(k - 1) - time(k)).abs() > fast)
    }
}

/// The forms of these models with none, one and two fast relaxations, the most probable first. The
/// probability follows from the evidence by Laplace's method.
pub(super) fn forms(likelihood: &Likelihood, models: &[Model]) -> Vec<Form> {
    let shapes = models
        .iter()
        .flat_map(|&model| (0..=MOST_FAST).map(move |fast| Shape { model, fast }));
    let form = |shape: Shape| {
        let maximum = maximum(likelihood, shape)?;
        let mut log_odds = log_evidence(likelihood, shape, &maximum)?;
        if shape.fast == 0 {
            log_odds += WITHOUT_FAST;
        }
        if shape.model == Model::Exponential && models.len() > 1 {
            log_odds += EXPONENTIAL;
        }
        Some(Form {
            shape,
            maximum,
            probability: log_odds,
        })
    };
    let mut forms: Vec<Form> = shapes.filter_map(form).filter(Form::is_apart).collect();
    if forms.iter().any(|form| !form.is_noise()) {
        forms.retain(|form| !form.is_noise());
    }
    forms.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let top = forms.first().map_or(0.0, |form| form.probability);
    for form in &mut forms {
        form.probability = (form.probability - top).exp();
    }
    forms.retain(|form| form.probability > NEGLIGIBLE);
    let sum: f64 = forms.iter().map(|form| form.probability).sum();
    for form in &mut forms {
        form.probability /= sum;
    }
    forms
}

/// ln of the integral of likelihood times prior, to a constant of the data; `None` where the
/// information is singular.
fn log_evidence(likelihood: &Likelihood, shape: Shape, maximum: &Maximum) -> Option<f64> {
    let root = maximum.information.clone().cholesky()?;
    let half_log_determinant: f64 = root.l_dirty().diagonal().iter().map(|x| x.ln()).sum();
    let dimensions = shape.parameters() as f64;
    Some(
        0.5 * dimensions * TAU.ln() - half_log_determinant - maximum.objective
            + likelihood.priors.log_norm(shape),
    )
}
