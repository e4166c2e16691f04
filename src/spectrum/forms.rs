//! The forms of a spectrum and how probable each of them is.

use std::f64::consts::TAU;

use nalgebra::DVector;

use super::likelihood::Likelihood;
use super::search::{Maximum, Start, maximum, starts};
use super::shape::Shape;
use crate::relaxation::Model;

/// The most fast relaxations that a spectrum is given.
const MOST_FAST: usize = 2;
/// ln of the prior odds of a band without a fast relaxation: a liquid has one, and a coarse
/// sampling interval leaves nothing of it but the level.
const WITHOUT_FAST: f64 = -4.0;
/// ln of the prior odds of the exponential form against the stretched one.
const EXPONENTIAL: f64 = -1.4;
/// A slow part whose ln Um² or ln τ has a larger error than this is no more than noise at the
/// lowest frequencies, where the evidence for the fast relaxation beside it is less than a factor
/// of e^[`CALLED_FOR`] and another form has a slow part that is certain.
const NOISE: f64 = 0.6;
/// ln of the evidence that calls for one fast relaxation more.
const CALLED_FOR: f64 = 5.0;
/// Forms whose probability is less than this part of the most probable are left out.
const NEGLIGIBLE: f64 = 0.02;

/// One form of the spectrum.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) shape: Shape,
    pub(super) maximum: Maximum,
    /// ln of its odds, to a constant of the data.
    log_odds: f64,
    /// Its probability given the data.
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

    fn is_vague(&self) -> bool {
        self.fisher_errors()
            .is_none_or(|[rise, time, _]| rise.max(time) > NOISE)
    }
}

/// The forms of these models with none, one and two fast relaxations, the most probable first. The
/// probability follows from the evidence by Laplace's method.
pub(super) fn forms(likelihood: &Likelihood, models: &[Model]) -> Vec<Form> {
    let mut forms = Vec::new();
    let starts: Vec<Vec<Start>> = (0..=MOST_FAST).map(|fast| starts(likelihood, fast)).collect();
    for &model in models {
        let mut simpler = f64::INFINITY;
        for (fast, starts) in starts.iter().enumerate() {
            let shape = Shape { model, fast };
            let Some(maximum) = maximum(likelihood, shape, starts) else {
                continue;
            };
            let Some(log_evidence) = log_evidence(likelihood, shape, &maximum) else {
                continue;
            };
            let without_fast = if fast == 0 { WITHOUT_FAST } else { 0.0 };
            let exponential = model == Model::Exponential && models.len() > 1;
            let form = Form {
                shape,
                maximum,
                log_odds: log_evidence + without_fast + if exponential { EXPONENTIAL } else { 0.0 },
                probability: 0.0,
            };
            forms.push((log_evidence - simpler > CALLED_FOR, form));
            simpler = log_evidence;
        }
    }
    let is_noise = |(called_for, form): &(bool, Form)| !called_for && form.is_vague();
    if !forms.iter().all(is_noise) {
        forms.retain(|form| !is_noise(form));
    }
    let mut forms: Vec<Form> = forms.into_iter().map(|(_, form)| form).collect();
    forms.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds));
    let top = forms.first().map_or(0.0, |form| form.log_odds);
    forms.retain(|form| form.log_odds > top + NEGLIGIBLE.ln());
    let sum: f64 = forms.iter().map(|form| (form.log_odds - top).exp()).sum();
    for form in &mut forms {
        form.probability = (form.log_odds - top).exp() / sum;
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
