//! The lags of a curve that a fit rests on.

use super::covariance::Covariance;
use super::error::FitError;
use super::model::Weighting;
use super::weights::Weights;
use super::window::contains;
use crate::curve::Curve;

/// How a fit is asked to weigh its lags.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Weighed<'a> {
    By(Weighting),
    /// By the covariance of all lags of the curve.
    Together(&'a Covariance),
}

/// The lags above 0 in a window that have a weight.
#[derive(Debug, Clone)]
pub(super) struct Points<'a> {
    pub(super) curve: &'a Curve,
    pub(super) window: [f64; 2],
    /// Positions in the curve.
    pub(super) positions: Vec<usize>,
    pub(super) times: Vec<f64>,
}

impl<'a> Points<'a> {
    /// The lags of `curve` in `window`, of which a fit needs so many.
    pub(super) fn new(
        curve: &'a Curve,
        window: [f64; 2],
        weighed: Weighed<'_>,
        needed: usize,
    ) -> Result<Self, FitError> {
        let positions = positions(curve, window, weighed)?;
        if positions.len() < needed {
            return Err(FitError::TooFewPoints {
                found: positions.len(),
                expected: needed,
                window,
            });
        }
        let times: Vec<f64> = positions.iter().map(|&k| curve.lag_time(k)).collect();
        let values = || positions.iter().map(|&k| curve.values()[k]);
        if let Some((found, &lag_time)) = values().zip(&times).find(|(v, _)| !v.is_finite()) {
            return Err(FitError::NotFinite { lag_time, found });
        }
        if values().all(|v| v == 0.0) {
            return Err(FitError::Zero {
                points: positions.len(),
            });
        }
        Ok(Self {
            curve,
            window,
            positions,
            times,
        })
    }

    /// What each of them weighs.
    pub(super) fn weights(&self, weighed: Weighed<'_>) -> Result<Weights, FitError> {
        let inverse_error = |(&k, &lag_time): (&usize, &f64)| match self.curve.standard_errors()[k] {
            Some(error) if error > 0.0 => Ok(1.0 / error),
            _ => Err(FitError::ZeroError { lag_time }),
        };
        match weighed {
            Weighed::By(Weighting::Uniform) => Ok(Weights::uniform(self.times.len())),
            Weighed::By(Weighting::StandardErrors) => {
                let inverse = self.positions.iter().zip(&self.times).map(inverse_error);
                Ok(Weights::independent(inverse.collect::<Result<_, _>>()?))
            }
            Weighed::Together(covariance) => covariance
                .factor(&self.positions)
                .map(|factor| Weights::correlated(&factor))
                .ok_or(FitError::Singular),
        }
    }

    /// The values at these lags, of all the values of a curve.
    pub(super) fn pick(&self, values: &[f64]) -> Vec<f64> {
        self.positions.iter().map(|&k| values[k]).collect()
    }

    pub(super) fn shortest(&self) -> f64 {
        self.times[0]
    }

    pub(super) fn longest(&self) -> f64 {
        self.times[self.times.len() - 1]
    }
}

fn positions(curve: &Curve, window: [f64; 2], weighed: Weighed<'_>) -> Result<Vec<usize>, FitError> {
    let inside = (0..curve.len()).filter(|&k| curve.lags()[k] > 0 && contains(window, curve.lag_time(k)));
    let errors = curve.standard_errors();
    match weighed {
        Weighed::By(Weighting::Uniform) => Ok(inside.collect()),
        Weighed::By(Weighting::StandardErrors) => {
            let points = inside.clone().count();
            if points > 0 && errors.iter().all(Option::is_none) {
                return Err(FitError::NoErrors {
                    needed_for: "a weighted fit",
                    points,
                });
            }
            Ok(inside.filter(|&k| errors[k].is_some()).collect())
        }
        Weighed::Together(covariance) if covariance.points() != curve.len() => Err(FitError::Rows {
            found: covariance.points(),
            expected: curve.len(),
        }),
        Weighed::Together(_) => Ok(inside.collect()),
    }
}
