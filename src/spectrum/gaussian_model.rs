//! A relaxing energy as a Gaussian series.

use super::error::GaussianModelError;
use crate::relaxation::Relaxation;
use crate::stats::Invalid;

/// A Gaussian series that relaxes: a fast part of variance U0²/2, white at the sampling interval,
/// and a slow part of variance Um²/2 whose correlation is `exp(-(t/tau)^beta)`.
///
/// The model tells what a run would measure: the [errors](Self::expected_errors) that a run of any
/// length is expected to give, the [length](Self::duration_for) for a wanted error, and the
/// [covariance](Self::msed_covariance) between the lags of a mean-squared difference. It comes from
/// the fit of a short run ([`GaussianModel::of`]), or is assumed. docs/run_length.md works an
/// example, docs/errors.md compares the expected errors with the scatter of 500 runs.
///
/// ```
/// use msed::spectrum::{GaussianModel, Goal};
/// // The Kob-Andersen mixture at T = 0.8, 1000 particles.
/// let model = GaussianModel::new(9.3e-4, 1.1e-4, 2.6, 1.0)?;
/// let errors = model.expected_errors(0.05, 2000.0)?;
/// assert!(errors.relaxation_time > 0.05 && errors.relaxation_time < 0.15);
/// // Half of the error takes four times the run.
/// let longer = model.duration_for(Goal::RelaxationTime, 0.05, 0.5 * errors.relaxation_time)?;
/// assert!((longer / 8000.0 - 1.0).abs() < 0.05);
/// # Ok::<(), msed::spectrum::GaussianModelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GaussianModel {
    pub(super) u0_squared: f64,
    pub(super) um_squared: f64,
    pub(super) relaxation_time: f64,
    pub(super) beta: f64,
    pub(super) fast_level: f64,
}

impl GaussianModel {
    /// A model by the parameters of Eq. (11): energies² per particle², the relaxation time in time
    /// units, and the stretching exponent in (0, 2).
    ///
    /// # Errors
    /// [`GaussianModelError::Parameter`] for one that is not finite or not positive, or for a beta
    /// of 2 or more.
    pub fn new(
        u0_squared: f64,
        um_squared: f64,
        relaxation_time: f64,
        beta: f64,
    ) -> Result<Self, GaussianModelError> {
        for (name, found) in [
            ("U0^2", u0_squared),
            ("Um^2", um_squared),
            ("relaxation time", relaxation_time),
        ] {
            Invalid::unless_positive(name, found)?;
        }
        if !(beta > 0.0 && beta < 2.0) {
            return Err(Invalid::new("beta", beta, "a positive finite number below 2").into());
        }
        Ok(Self {
            u0_squared,
            um_squared,
            relaxation_time,
            beta,
            fast_level: 0.5 * u0_squared,
        })
    }

    /// The model that a fit found, with the level of the fast part where the fit is of a spectrum.
    ///
    /// # Errors
    /// [`GaussianModelError::Parameter`] where a parameter came out at the end of its range.
    pub fn of(fit: &Relaxation) -> Result<Self, GaussianModelError> {
        let model = Self::new(
            fit.u0_squared().value(),
            fit.um_squared().value(),
            fit.relaxation_time().value(),
            fit.beta().value(),
        )?;
        match fit.evidence().spectrum() {
            Some(spectrum) => model.with_fast_level(spectrum.fast_level),
            None => Ok(model),
        }
    }

    /// The same with another level of the fast part's spectrum than U0²/2: the variance per sample
    /// that a white series of that level would have. Where the fast part is correlated over several
    /// samples the level is above U0²/2.
    ///
    /// # Errors
    /// [`GaussianModelError::Parameter`] unless positive and finite.
    pub fn with_fast_level(mut self, level: f64) -> Result<Self, GaussianModelError> {
        self.fast_level = Invalid::unless_positive("fast level", level)?;
        Ok(self)
    }

    /// The mean-squared difference at a lag time above 0: Eq. (11).
    #[must_use]
    pub fn msed(&self, time: f64) -> f64 {
        self.u0_squared - self.um_squared * (-(time / self.relaxation_time).powf(self.beta)).exp_m1()
    }
}
