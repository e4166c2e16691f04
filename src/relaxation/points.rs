//! The lags of a curve that a fit rests on.

use super::covariance::Covariance;
use super::error::FitError;
use super::found::{Relaxation, Spectrum};
use super::model::{Form, Model};
use super::search::BETA;
use super::weights::{Weighting, Weights};
use crate::curve::{Curve, is_inside};
use crate::sampling::Lag;

/// How a fit is asked to weigh its lags.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Weighed<'a> {
    By(Weighting),
    /// By the covariance of all lags of the curve.
    Together(&'a Covariance),
}

/// What the fit of the spectrum of the same run tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum BySpectrum<'a> {
    Nothing,
    /// Where its fast relaxations end.
    Fast(&'a Relaxation),
    /// The same, and the form of the slow part.
    Form(&'a Relaxation),
}

impl<'a> BySpectrum<'a> {
    pub(super) fn fit(self) -> Option<&'a Relaxation> {
        match self {
            Self::Nothing => None,
            Self::Fast(fit) | Self::Form(fit) => Some(fit),
        }
    }

    pub(super) fn form(self) -> Option<&'a Relaxation> {
        match self {
            Self::Form(fit) => Some(fit),
            _ => None,
        }
    }
}

/// What is fitted, and how its lags weigh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Task<'a> {
    pub(super) form: Form,
    pub(super) model: Model,
    pub(super) weighed: Weighed<'a>,
    pub(super) spectrum: BySpectrum<'a>,
}

impl Task<'_> {
    /// How the lags are weighted; `None` where their covariance was given.
    pub(super) fn weighting(&self) -> Option<Weighting> {
        match self.weighed {
            Weighed::By(weighting) => Some(weighting),
            Weighed::Together(_) => None,
        }
    }

    /// β where it is given, on the whole run or on one of its resamples; `None` where it is
    /// searched.
    pub(super) fn exponent(&self, resample: Option<usize>) -> Option<f64> {
        match (self.model, self.spectrum.form()) {
            (Model::Exponential, _) => Some(1.0),
            (Model::Stretched, None) => None,
            (Model::Stretched, Some(spectrum)) => {
                let beta = &spectrum.beta;
                let on_resample = resample.and_then(|r| beta.replicates().get(r));
                Some(on_resample.map_or(beta.value(), |&beta| beta.clamp(BETA.low, BETA.high)))
            }
        }
    }

    /// Number of free parameters.
    pub(super) fn parameters(&self) -> usize {
        self.form.parameters(self.exponent(None))
    }
}

/// The lags above 0 in a window that have a weight.
#[derive(Debug, Clone)]
pub(super) struct Points<'a> {
    pub(super) curve: &'a Curve,
    pub(super) window: [f64; 2],
    /// Positions in the curve.
    pub(super) positions: Vec<usize>,
    pub(super) times: Vec<f64>,
    /// What the fast relaxations that a spectrum shows still have to rise.
    left: Vec<f64>,
}

impl<'a> Points<'a> {
    /// The lags of `curve` in `window` and what they weigh.
    pub(super) fn weighed(
        curve: &'a Curve,
        window: [f64; 2],
        task: &Task<'_>,
    ) -> Result<(Self, Weights), FitError> {
        let needed = task.parameters();
        let errors = curve.standard_errors();
        let mut positions: Vec<usize> = (0..curve.len())
            .filter(|&k| curve.lags()[k] > Lag::ZERO && is_inside(window, curve.lag_time(k)))
            .collect();
        if task.weighting() == Some(Weighting::StandardErrors) {
            if !positions.is_empty() && errors.iter().all(Option::is_none) {
                return Err(FitError::NoErrors {
                    needed_for: "a weighted fit",
                    points: positions.len(),
                });
            }
            positions.retain(|&k| errors[k].is_some());
        }
        let found = positions.len();
        if found < needed {
            return Err(FitError::too_few_points(curve, window, found, needed));
        }
        let times: Vec<f64> = positions.iter().map(|&k| curve.lag_time(k)).collect();
        let values = || positions.iter().map(|&k| curve.values()[k]);
        if let Some((found, &lag_time)) = values().zip(&times).find(|(v, _)| !v.is_finite()) {
            return Err(FitError::NotFinite { lag_time, found });
        }
        if values().all(|v| v == 0.0) {
            return Err(FitError::Zero { points: found });
        }
        let inverse_error = |&k: &usize| match errors[k] {
            Some(error) if error > 0.0 => Ok(1.0 / error),
            _ => Err(FitError::ZeroError {
                lag_time: curve.lag_time(k),
            }),
        };
        let weights = match task.weighed {
            Weighed::By(Weighting::Uniform) => Weights::independent(vec![1.0; found]),
            Weighed::By(Weighting::StandardErrors) => {
                Weights::independent(positions.iter().map(inverse_error).collect::<Result<_, _>>()?)
            }
            Weighed::Together(covariance) if covariance.points() != curve.len() => {
                return Err(FitError::Rows {
                    found: covariance.points(),
                    expected: curve.len(),
                });
            }
            Weighed::Together(covariance) => {
                Weights::correlated(&covariance.factor(&positions).ok_or(FitError::Singular)?)
            }
        };
        let left = |&time: &f64| {
            task.spectrum
                .fit()
                .map_or(0.0, |spectrum| left_to_rise(spectrum, time))
        };
        let points = Self {
            left: times.iter().map(left).collect(),
            curve,
            window,
            positions,
            times,
        };
        Ok((points, weights))
    }

    /// The values at these lags, of all the values of a curve, with the fast relaxations risen.
    pub(super) fn pick(&self, values: &[f64]) -> Vec<f64> {
        let of_lag = |(&k, left): (&usize, &f64)| values[k] + left;
        self.positions.iter().zip(&self.left).map(of_lag).collect()
    }

    pub(super) fn shortest(&self) -> f64 {
        self.times[0]
    }

    pub(super) fn longest(&self) -> f64 {
        self.times[self.times.len() - 1]
    }
}

/// What the fast relaxations of a spectrum still have to rise at a lag time.
fn left_to_rise(spectrum: &Relaxation, time: f64) -> f64 {
    let parts = spectrum.evidence.spectrum().map(Spectrum::fast_relaxations);
    let left = parts
        .into_iter()
        .flatten()
        .map(|[variance, tau]| 2.0 * variance * (-time / tau).exp());
    left.sum()
}
