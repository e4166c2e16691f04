//! A relaxing energy as a Gaussian process: what a run of it would measure, and how long one must run.

use thiserror::Error;

use super::likelihood::{Likelihood, Parameters};
use super::periodogram::Periodogram;
use crate::relaxation::{Model, mean_relaxation_time};

/// Samples of the longest run that is planned.
const LONGEST: f64 = 1e15;

/// What a run would measure, and how long it must be: a fast part that is white at the sampling interval, of variance U0^2/2, and a slow part of variance
/// Um^2/2 that relaxes as `exp(-(t/tau)^beta)`, both Gaussian. From a short run's fit ([`SpectralFit::process`](super::SpectralFit::process)), or
/// assumed. docs/run_length.md works an example, docs/errors.md holds the expected errors against those of 500 runs.
///
/// ```
/// use msed::spectrum::{Goal, Process};
/// // The Kob-Andersen mixture at T = 0.8, 1000 particles.
/// let process = Process::new(9.3e-4, 1.1e-4, 2.6, 1.0)?;
/// let errors = process.expected_errors(0.05, 2000.0)?;
/// assert!(errors.relaxation_time > 0.05 && errors.relaxation_time < 0.15);
/// // Half of the error takes four times the run.
/// let longer = process.duration_for(Goal::RelaxationTime, 0.05, 0.5 * errors.relaxation_time)?;
/// assert!((longer / 8000.0 - 1.0).abs() < 0.05);
/// # Ok::<(), msed::spectrum::ProcessError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Process {
    u0_squared: f64,
    um_squared: f64,
    relaxation_time: f64,
    beta: f64,
    fast_level: f64,
}

/// A number that a run is to give.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Goal {
    /// tau.
    RelaxationTime,
    /// Um^2.
    UmSquared,
    /// The excess heat capacity, with y of the microcanonical formula or 0: see [`ExpectedErrors::heat_capacity`].
    HeatCapacity {
        /// `2 N Var(e)/(g k^2 T^2)` at constant energy, 0 at constant temperature.
        y: f64,
    },
}

/// Relative standard errors that a run is expected to give.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ExpectedErrors {
    /// Of tau: the Cramer-Rao bound, which [`fit`](super::fit_spectrum) reaches.
    pub relaxation_time: f64,
    /// Of Um^2, likewise.
    pub um_squared: f64,
    /// Of the variance of the energy, estimated by the mean square.
    pub variance: f64,
}

impl ExpectedErrors {
    /// The relative error of the excess heat capacity: that of the variance in the canonical ensemble (`y` = 0); in the
    /// microcanonical one, where `C = (g/2) k y/(1-y)`, that of the variance over `1 - y`, with `y = 2 N Var(e)/(g k^2 T^2)`.
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

impl Process {
    /// A process by the parameters of Eq. (11): energies^2 per particle^2, the relaxation time in time units, and
    /// the stretching exponent in (0, 2).
    ///
    /// # Errors
    /// [`ProcessError::Parameter`] for one that is not finite or not positive, or for a beta of 2 or more.
    pub fn new(
        u0_squared: f64,
        um_squared: f64,
        relaxation_time: f64,
        beta: f64,
    ) -> Result<Self, ProcessError> {
        for (name, found) in [
            ("U0^2", u0_squared),
            ("Um^2", um_squared),
            ("relaxation time", relaxation_time),
            ("beta", beta),
        ] {
            if !(found.is_finite() && found > 0.0) {
                return Err(ProcessError::Parameter { name, found });
            }
        }
        if beta >= 2.0 {
            return Err(ProcessError::Parameter {
                name: "beta",
                found: beta,
            });
        }
        Ok(Self {
            u0_squared,
            um_squared,
            relaxation_time,
            beta,
            fast_level: 0.5 * u0_squared,
        })
    }

    /// The same with another level of the fast part's spectrum than U0^2/2: the variance per sample that a white series of
    /// that level would have. Where the fast part is correlated over several samples the level is above U0^2/2.
    ///
    /// # Errors
    /// [`ProcessError::Parameter`] unless positive and finite.
    pub fn with_fast_level(mut self, level: f64) -> Result<Self, ProcessError> {
        if !(level.is_finite() && level > 0.0) {
            return Err(ProcessError::Parameter {
                name: "fast level",
                found: level,
            });
        }
        self.fast_level = level;
        Ok(self)
    }

    /// U0^2.
    #[must_use]
    pub fn u0_squared(&self) -> f64 {
        self.u0_squared
    }

    /// Um^2.
    #[must_use]
    pub fn um_squared(&self) -> f64 {
        self.um_squared
    }

    /// tau, in time units.
    #[must_use]
    pub fn relaxation_time(&self) -> f64 {
        self.relaxation_time
    }

    /// The stretching exponent.
    #[must_use]
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// The level of the fast part's spectrum.
    #[must_use]
    pub fn fast_level(&self) -> f64 {
        self.fast_level
    }

    /// The mean-squared difference at a lag time above 0: Eq. (11).
    #[must_use]
    pub fn msed(&self, time: f64) -> f64 {
        self.u0_squared - self.um_squared * (-(time / self.relaxation_time).powf(self.beta)).exp_m1()
    }

    /// The errors that a run of `duration`, sampled every `interval`, is expected to give; beta is fitted too unless it is 1.
    ///
    /// # Cost
    /// About 10^6 operations, whatever the duration.
    ///
    /// # Errors
    /// [`ProcessError`] for a time that is not positive, or a run too short to carry information on every parameter.
    pub fn expected_errors(&self, interval: f64, duration: f64) -> Result<ExpectedErrors, ProcessError> {
        for (name, found) in [("sampling interval", interval), ("duration", duration)] {
            if !(found.is_finite() && found > 0.0) {
                return Err(ProcessError::Parameter { name, found });
            }
        }
        let samples = (duration / interval).round();
        let too_short = ProcessError::TooShort {
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
        let sampled = planned.samples() as f64;
        let likelihood = Likelihood::new(&[planned], std::f64::consts::PI);
        let covariance = likelihood
            .information(model, &Parameters::from_vec(parameters))
            .and_then(nalgebra::DMatrix::try_inverse)
            .filter(|c| c.diagonal().iter().all(|x| x.is_finite() && *x > 0.0))
            .ok_or(too_short)?;
        let error = |i: usize| (covariance[(i, i)] * sampled / samples).sqrt();
        // Var(s^2)/s^4 = (2/n) sum of rho^2 over all lags; the slow part's sum is an integral, as tau spans many samples.
        let (fast, slow) = (0.5 * self.u0_squared, 0.5 * self.um_squared);
        let mean_tau = mean_relaxation_time(tau, self.beta);
        let squares = 1.0 + (slow / (fast + slow)).powi(2) * 2.0 * mean_tau * 2_f64.powf(-1.0 / self.beta);
        Ok(ExpectedErrors {
            relaxation_time: error(2),
            um_squared: error(1),
            variance: (2.0 * squares / samples).sqrt(),
        })
    }

    /// The duration of a run, sampled every `interval`, that is expected to give the number of `goal` to a relative error.
    ///
    /// # Cost
    /// Some twenty times that of [`expected_errors`](Self::expected_errors).
    ///
    /// # Errors
    /// [`ProcessError`] for an error or an interval that is not positive, a y outside of [0, 1), or an error that no run of 10^15 samples
    /// reaches.
    pub fn duration_for(&self, goal: Goal, interval: f64, relative_error: f64) -> Result<f64, ProcessError> {
        if !(relative_error.is_finite() && relative_error > 0.0) {
            return Err(ProcessError::Parameter {
                name: "relative error",
                found: relative_error,
            });
        }
        if let Goal::HeatCapacity { y } = goal
            && !(0.0..1.0).contains(&y)
        {
            return Err(ProcessError::Ratio { found: y });
        }
        // The error of a run; infinite for one that is too short.
        let error = |duration: f64| match self.expected_errors(interval, duration) {
            Ok(errors) => Ok(errors.of(goal)),
            Err(ProcessError::TooShort { .. }) => Ok(f64::INFINITY),
            Err(other) => Err(other),
        };
        let mut long = 1000.0 * self.relaxation_time.max(interval);
        while error(long)? > relative_error {
            long *= 4.0;
            if long / interval > LONGEST {
                return Err(ProcessError::OutOfReach { relative_error });
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

/// A plan that cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// A parameter out of its range.
    #[error("{name} {found}, expected a positive finite number{}", if *name == "beta" { " below 2" } else { "" })]
    Parameter {
        /// Which.
        name: &'static str,
        /// Its value.
        found: f64,
    },
    /// A lag that the run does not have.
    #[error("a lag of {found} samples, expected 1 or more and less than the run's {samples}")]
    Lag {
        /// The lag.
        found: u64,
        /// Samples of the run.
        samples: usize,
    },
    /// A variance whose square has left the numbers.
    #[error("a variance of {variance:e}, expected one whose square is a finite number")]
    TooLarge {
        /// That of the energy.
        variance: f64,
    },
    /// y of a heat capacity out of its range.
    #[error("y = {found}, expected 0 or more and below 1")]
    Ratio {
        /// Its value.
        found: f64,
    },
    /// An error that no run reaches.
    #[error("a relative error of {relative_error}, expected one that a run of 10^15 samples reaches")]
    OutOfReach {
        /// The error asked for.
        relative_error: f64,
    },
    /// The run carries no information on some parameter.
    #[error(
        "a run of {duration} for a relaxation time of {relaxation_time}, expected several relaxation times and at least 16 samples"
    )]
    TooShort {
        /// Length of the run.
        duration: f64,
        /// The relaxation time.
        relaxation_time: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White and Ornstein-Uhlenbeck of equal variance, 50 samples per tau: the Cramer-Rao bounds of the Gaussian likelihood in
    /// the time domain are 0.178 at 100 tau and 0.1015 at 300 tau.
    #[test]
    fn reaches_the_cramer_rao_bound_of_the_time_domain() {
        let process = Process::new(1.0, 1.0, 50.0, 1.0).unwrap();
        for (length, bound) in [(100.0, 0.178), (300.0, 0.1015)] {
            let found = process
                .expected_errors(1.0, 50.0 * length)
                .unwrap()
                .relaxation_time;
            assert!(
                (found / bound - 1.0).abs() < 0.02,
                "{length}: {found}, expected {bound}"
            );
        }
    }

    #[test]
    fn white_noise_alone_gives_the_variance_as_chi_squared_does() {
        let process = Process::new(1.0, 1e-9, 10.0, 1.0).unwrap();
        let errors = process.expected_errors(1.0, 20_000.0).unwrap();
        assert!((errors.variance - 0.01).abs() < 1e-6);
        assert!((errors.heat_capacity(0.75) - 0.04).abs() < 1e-5);
    }

    #[test]
    fn errors_grow_with_the_level_that_the_relaxation_stands_on() {
        let process = Process::new(1.0, 0.5, 30.0, 1.0).unwrap();
        let of = |process: Process| process.expected_errors(1.0, 3000.0).unwrap();
        let white = of(process.with_fast_level(0.5).unwrap());
        assert_eq!(white, of(process), "half of U0^2 is white");
        let (low, high) = (
            of(process.with_fast_level(0.05).unwrap()),
            of(process.with_fast_level(5.0).unwrap()),
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
            let process = Process::new(1.0, 0.5, 3.0, beta).unwrap();
            for goal in [
                Goal::RelaxationTime,
                Goal::UmSquared,
                Goal::HeatCapacity { y: 0.6 },
            ] {
                for error in [0.3, 0.05, 0.005] {
                    let duration = process.duration_for(goal, 0.1, error).unwrap();
                    let found = process.expected_errors(0.1, duration).unwrap().of(goal);
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
            Process::new(1.0, -1.0, 1.0, 1.0).unwrap_err().to_string(),
            "Um^2 -1, expected a positive finite number"
        );
        let process = Process::new(1.0, 1.0, 1.0, 1.0).unwrap();
        assert_eq!(
            process.expected_errors(0.1, 0.5).unwrap_err().to_string(),
            "a run of 0.5 for a relaxation time of 1, expected several relaxation times and at least 16 samples"
        );
        assert_eq!(
            process
                .duration_for(Goal::UmSquared, 0.1, 0.0)
                .unwrap_err()
                .to_string(),
            "relative error 0, expected a positive finite number"
        );
        assert_eq!(
            process
                .duration_for(Goal::HeatCapacity { y: 1.0 }, 0.1, 0.1)
                .unwrap_err()
                .to_string(),
            "y = 1, expected 0 or more and below 1"
        );
    }
}
