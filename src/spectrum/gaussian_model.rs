//! A relaxing energy as a Gaussian series: what a run is expected to give, and how long it must be.

use super::error::SpectralError;
use super::likelihood::Likelihood;
use super::periodogram::Periodogram;
use super::shape::{Parameters, Shape};
use crate::relaxation::{Model, Relaxation, mean_relaxation_time};
use crate::stats::Invalid;

/// Samples of the longest run that is planned.
const LONGEST: f64 = 1e15;

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
/// # Ok::<(), msed::spectrum::SpectralError>(())
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
    /// [`SpectralError::Invalid`] for one that is not finite or not positive, or for a beta
    /// of 2 or more.
    pub fn new(
        u0_squared: f64,
        um_squared: f64,
        relaxation_time: f64,
        beta: f64,
    ) -> Result<Self, SpectralError> {
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
    /// [`SpectralError::Invalid`] where a parameter came out at the end of its range.
    pub fn of(fit: &Relaxation) -> Result<Self, SpectralError> {
        let model = Self::new(
            fit.u0_squared.value(),
            fit.um_squared.value(),
            fit.relaxation_time.value(),
            fit.beta.value(),
        )?;
        match fit.evidence.spectrum() {
            Some(spectrum) => model.with_fast_level(spectrum.fast_level),
            None => Ok(model),
        }
    }

    /// The same with another level of the fast part's spectrum than U0²/2: the variance per sample
    /// that a white series of that level would have. Where the fast part is correlated over several
    /// samples the level is above U0²/2.
    ///
    /// # Errors
    /// [`SpectralError::Invalid`] unless positive and finite.
    pub fn with_fast_level(mut self, level: f64) -> Result<Self, SpectralError> {
        self.fast_level = Invalid::unless_positive("fast level", level)?;
        Ok(self)
    }

    /// The mean-squared difference at a lag time above 0: Eq. (11).
    #[must_use]
    pub fn msed(&self, time: f64) -> f64 {
        self.u0_squared - self.um_squared * (-(time / self.relaxation_time).powf(self.beta)).exp_m1()
    }
}

/// A number that a run is to give.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Goal {
    /// The relaxation time τ.
    RelaxationTime,
    /// The slow rise Um².
    UmSquared,
    /// The excess heat capacity, with y of the microcanonical formula or 0: see
    /// [`ExpectedErrors::heat_capacity`].
    HeatCapacity {
        /// `2 N Var(e)/(g k^2 T^2)` at constant energy, 0 at constant temperature.
        y: f64,
    },
}

/// Relative standard errors that a run is expected to give.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ExpectedErrors {
    /// Of τ: the Cramér-Rao bound, which [`Whittle`](super::Whittle) reaches.
    pub relaxation_time: f64,
    /// Of Um², likewise.
    pub um_squared: f64,
    /// Of the variance of the energy, estimated by the mean square.
    pub variance: f64,
}

impl ExpectedErrors {
    /// The relative error of the excess heat capacity: that of the variance in the canonical
    /// ensemble (`y` = 0); in the microcanonical one, where `C = (g/2) k y/(1-y)`, that of the
    /// variance over `1 - y`, with `y = 2 N Var(e)/(g k^2 T^2)`.
    ///
    /// # Panics
    /// Unless `0 <= y < 1`.
    #[must_use]
    pub fn heat_capacity(&self, y: f64) -> f64 {
        assert!((0.0..1.0).contains(&y), "y = {y} is not in [0, 1)");
        self.variance / (1.0 - y)
    }

    /// The relative error of one number.
    ///
    /// # Panics
    /// For a heat capacity, unless `0 <= y < 1`.
    #[must_use]
    pub fn of(&self, goal: Goal) -> f64 {
        match goal {
            Goal::RelaxationTime => self.relaxation_time,
            Goal::UmSquared => self.um_squared,
            Goal::HeatCapacity { y } => self.heat_capacity(y),
        }
    }
}

impl GaussianModel {
    /// The errors that a run of `duration`, sampled every `interval`, is expected to give; beta is
    /// fitted too unless it is 1.
    ///
    /// # Cost
    /// About 10^6 operations, whatever the duration.
    ///
    /// # Errors
    /// [`SpectralError`] for a time that is not positive, or a run too short to carry
    /// information on every parameter.
    pub fn expected_errors(&self, interval: f64, duration: f64) -> Result<ExpectedErrors, SpectralError> {
        Invalid::unless_positive("sampling interval", interval)?;
        Invalid::unless_positive("duration", duration)?;
        let samples = (duration / interval).round();
        let too_short = SpectralError::TooShort {
            duration,
            relaxation_time: self.relaxation_time,
        };
        if !(16.0..=LONGEST).contains(&samples) {
            return Err(too_short);
        }
        let model = if self.beta == 1.0 {
            Model::Exponential
        } else {
            Model::Stretched
        };
        let tau = self.relaxation_time / interval;
        let mut parameters = vec![self.fast_level.ln(), (0.5 * self.um_squared).ln(), tau.ln()];
        if model == Model::Stretched {
            parameters.push((self.beta / (2.0 - self.beta)).ln());
        }
        // The information grows as the run does; beyond 10^7 samples it is scaled.
        let planned = Periodogram::planned(samples.min(1e7) as usize);
        let sampled = planned.samples as f64;
        let likelihood = Likelihood::new(&[planned], std::f64::consts::PI);
        let covariance = likelihood
            .at(Shape { model, fast: 0 }, &Parameters::from_vec(parameters))
            .and_then(|point| point.information.try_inverse())
            .filter(|c| c.diagonal().iter().all(|x| x.is_finite() && *x > 0.0))
            .ok_or(too_short)?;
        let error = |i: usize| (covariance[(i, i)] * sampled / samples).sqrt();
        // Var(s^2)/s^4 = (2/n) sum of rho^2 over all lags; the slow part's sum is an integral, as
        // τ spans many samples.
        let (fast, slow) = (0.5 * self.u0_squared, 0.5 * self.um_squared);
        let mean_tau = mean_relaxation_time(tau, self.beta);
        let squares = 1.0 + (slow / (fast + slow)).powi(2) * 2.0 * mean_tau * 2_f64.powf(-1.0 / self.beta);
        Ok(ExpectedErrors {
            relaxation_time: error(2),
            um_squared: error(1),
            variance: (2.0 * squares / samples).sqrt(),
        })
    }

    /// The duration of a run, sampled every `interval`, that is expected to give the number of
    /// `goal` to a relative error.
    ///
    /// # Cost
    /// About twenty calls of [`expected_errors`](Self::expected_errors).
    ///
    /// # Errors
    /// [`SpectralError`] for an error or an interval that is not positive, a y outside of [0,
    /// 1), or an error that no run of 10^15 samples reaches.
    pub fn duration_for(&self, goal: Goal, interval: f64, relative_error: f64) -> Result<f64, SpectralError> {
        Invalid::unless_positive("relative error", relative_error)?;
        if let Goal::HeatCapacity { y } = goal
            && !(0.0..1.0).contains(&y)
        {
            return Err(Invalid::new("y =", y, "0 or more and below 1").into());
        }
        // The error of a run; infinite for one that is too short.
        let error = |duration: f64| match self.expected_errors(interval, duration) {
            Ok(errors) => Ok(errors.of(goal)),
            Err(SpectralError::TooShort { .. }) => Ok(f64::INFINITY),
            Err(other) => Err(other),
        };
        let mut long = 1000.0 * self.relaxation_time.max(interval);
        while error(long)? > relative_error {
            long *= 4.0;
            if long / interval > LONGEST {
                return Err(SpectralError::OutOfReach { relative_error });
            }
        }
        let mut short = 0.25 * long;
        while error(short)? <= relative_error {
            (short, long) = (0.25 * short, short);
        }
        while long / short > 1.0001 {
            let middle = (short * long).sqrt();
            if error(middle)? > relative_error {
                short = middle;
            } else {
                long = middle;
            }
        }
        Ok(long)
    }
}

/// The page's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/run_length.md")]
struct RunLength;

#[cfg(test)]
mod tests {
    use super::*;

    /// White and Ornstein-Uhlenbeck of equal variance, 50 samples per τ: the Cramér-Rao bounds of
    /// the Gaussian likelihood in the time domain are 0.178 at 100 τ and 0.1015 at 300 τ.
    #[test]
    fn reaches_the_cramer_rao_bound_of_the_time_domain() {
        let model = GaussianModel::new(1.0, 1.0, 50.0, 1.0).unwrap();
        for (length, bound) in [(100.0, 0.178), (300.0, 0.1015)] {
            let found = model.expected_errors(1.0, 50.0 * length).unwrap().relaxation_time;
            assert!(
                (found / bound - 1.0).abs() < 0.02,
                "{length}: {found}, expected {bound}"
            );
        }
    }

    #[test]
    fn white_noise_alone_gives_the_variance_as_chi_squared_does() {
        let model = GaussianModel::new(1.0, 1e-9, 10.0, 1.0).unwrap();
        let errors = model.expected_errors(1.0, 20_000.0).unwrap();
        assert!((errors.variance - 0.01).abs() < 1e-6);
        assert!((errors.heat_capacity(0.75) - 0.04).abs() < 1e-5);
    }

    #[test]
    fn errors_grow_with_the_level_that_the_relaxation_stands_on() {
        let model = GaussianModel::new(1.0, 0.5, 30.0, 1.0).unwrap();
        let of = |model: GaussianModel| model.expected_errors(1.0, 3000.0).unwrap();
        let white = of(model.with_fast_level(0.5).unwrap());
        assert_eq!(white, of(model), "half of U0^2 is white");
        let (low, high) = (
            of(model.with_fast_level(0.05).unwrap()),
            of(model.with_fast_level(5.0).unwrap()),
        );
        assert!(
            low.relaxation_time < 0.9 * white.relaxation_time
                && high.relaxation_time > 1.2 * white.relaxation_time
        );
        assert!(low.um_squared < white.um_squared && high.um_squared > white.um_squared);
    }

    #[test]
    fn durations_invert_errors() {
        for beta in [1.0, 0.7] {
            let model = GaussianModel::new(1.0, 0.5, 3.0, beta).unwrap();
            for goal in [
                Goal::RelaxationTime,
                Goal::UmSquared,
                Goal::HeatCapacity { y: 0.6 },
            ] {
                for error in [0.3, 0.05, 0.005] {
                    let duration = model.duration_for(goal, 0.1, error).unwrap();
                    let found = model.expected_errors(0.1, duration).unwrap().of(goal);
                    // A short run's transform has one of few lengths, and the error moves in steps.
                    let bound = if error < 0.1 { 1e-3 } else { 1e-2 };
                    assert!(
                        (found / error - 1.0).abs() < bound,
                        "{beta} {goal:?} {error}: {found}"
                    );
                }
            }
        }
    }

    #[test]
    fn refusals_name_the_parameter() {
        assert_eq!(
            GaussianModel::new(1.0, -1.0, 1.0, 1.0).unwrap_err().to_string(),
            "Um^2 -1, expected a positive finite number"
        );
        let model = GaussianModel::new(1.0, 1.0, 1.0, 1.0).unwrap();
        assert_eq!(
            model.expected_errors(0.1, 0.5).unwrap_err().to_string(),
            "a run of 0.5 for a relaxation time of 1, expected several relaxation times and at least 16 samples"
        );
        assert_eq!(
            model
                .duration_for(Goal::UmSquared, 0.1, 0.0)
                .unwrap_err()
                .to_string(),
            "relative error 0, expected a positive finite number"
        );
        assert_eq!(
            model
                .duration_for(Goal::HeatCapacity { y: 1.0 }, 0.1, 0.1)
                .unwrap_err()
                .to_string(),
            "y = 1, expected 0 or more and below 1"
        );
    }
}
