//! Whether a fit found what it looked for.

use std::fmt;

use thiserror::Error;

use super::fall::{Fall, Time};
use super::thresholds::{LAGS_PER_PARAMETER, SEPARATION, THERMOSTAT};
use crate::real::short;

/// Whether the parameters of a fit mean what their names say.
///
/// An unresolved fit still has its numbers, as evidence; they are not to be used.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Verdict {
    /// The fit found a relaxation with both of its plateaus.
    Resolved,
    /// The fit did not resolve a relaxation; at least one reason is given.
    Unresolved(Vec<Reason>),
}

impl Verdict {
    pub(crate) fn new(reasons: Vec<Reason>) -> Self {
        if reasons.is_empty() {
            Self::Resolved
        } else {
            Self::Unresolved(reasons)
        }
    }

    /// The verdict with one more reason, where there is one.
    pub(crate) fn unless(self, reason: Option<Reason>) -> Self {
        let reasons = match self {
            Self::Resolved => Vec::new(),
            Self::Unresolved(reasons) => reasons,
        };
        Self::new(reasons.into_iter().chain(reason).collect())
    }

    /// Whether the fit is resolved.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        matches!(self, Self::Resolved)
    }

    /// Why the fit is not resolved; empty where it is.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Resolved => &[],
            Self::Unresolved(reasons) => reasons,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Unresolved(reasons) = self else {
            return f.write_str("resolved");
        };
        for (k, reason) in reasons.iter().enumerate() {
            write!(f, "{}{reason}", if k == 0 { "unresolved: " } else { "; " })?;
        }
        Ok(())
    }
}

/// Why a fit is not resolved, with the numbers that led to it.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Reason {
    /// The curve falls inside of the window by more than chance allows, which no relaxation does:
    /// vibrations, or a thermostat's oscillation.
    #[error("the curve {fall} ({allowed:.1} allowed): a thermostat or vibrations hide the relaxation")]
    Falls {
        /// The most significant fall.
        fall: Fall,
        /// How many standard errors are allowed.
        allowed: f64,
    },
    /// The mean relaxation time is longer than the longest fitted lag: the curve has not reached
    /// its plateau, and amplitude and time can grow together without changing it.
    #[error(
        "no plateau inside of the window: the mean relaxation time is {}, the longest fitted lag {}",
        Time(.mean_relaxation_time), Time(.longest_lag)
    )]
    NoPlateau {
        /// Mean relaxation time of the fit.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        mean_relaxation_time: f64,
        /// The longest fitted lag.
        longest_lag: f64,
    },
    /// The relaxation time is shorter than the shortest fitted lag.
    #[error(
        "the relaxation time {} lies before the window, whose shortest lag is {}",
        Time(.relaxation_time), Time(.shortest_lag)
    )]
    BeforeWindow {
        /// Relaxation time of the fit.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        relaxation_time: f64,
        /// The shortest fitted lag.
        shortest_lag: f64,
    },
    /// The amplitude does not differ from zero by more than its 99 % interval, which comes from its
    /// resamples at the relaxation time and exponent of the fit, or from the covariance that was
    /// given.
    #[error(
        "the amplitude {} is within noise: its standard error is {}, and {needed:.1} of them are needed{}",
        short(*.amplitude, 4), short(*.standard_error, 4), Before(.after)
    )]
    WithinNoise {
        /// The amplitude.
        amplitude: f64,
        /// Its standard error.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        standard_error: f64,
        /// How many standard errors would be needed.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        needed: f64,
        /// The last significant fall before an automatic window, which hides whatever relaxes
        /// earlier.
        after: Option<Fall>,
    },
    /// Different parameters describe the curve equally well.
    #[error(
        "degenerate: different parameters describe the curve equally well (condition number {condition:.0}, least-squares error of \
         the logarithm of the relaxation time {log_time_error:.2})"
    )]
    Degenerate {
        /// Ratio of the largest to the smallest singular value of the derivatives by U0², Um², ln τ
        /// and ln β, each scaled to unit length: 1 if they are told apart perfectly.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        condition: f64,
        /// The least-squares error of ln τ; infinite where there is none. Neighbouring lags are
        /// correlated, so that the true error is larger.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        log_time_error: f64,
    },
    /// The exponent came to rest at the end of its range.
    #[error("the exponent {beta:.3} is at the end of its range from {} to {}", .range[0], .range[1])]
    ExponentAtBound {
        /// The exponent.
        beta: f64,
        /// Its range.
        range: [f64; 2],
    },
    /// The curve without one block has no such relaxation, for half of the blocks or more.
    #[error("{without} of {of} resamples of the curve have no such relaxation")]
    Resamples {
        /// Resamples without it.
        without: usize,
        /// All of them.
        of: usize,
    },
    /// The search did not end in a minimum.
    #[error(
        "the search did not end in a minimum: cosine {slope:.1e} between the residuals and a derivative, expected 0"
    )]
    NotAMinimum {
        /// The cosine between residuals and a derivative, 0 at a minimum.
        slope: f64,
    },
    /// Fewer than two lags for each free parameter.
    #[error("{found} lags in the window, {needed} needed: {LAGS_PER_PARAMETER} for each parameter")]
    TooFewPoints {
        /// Lags fitted.
        found: usize,
        /// Lags needed.
        needed: usize,
    },
    /// The curve is not the model's: it differs from the fit by more than chance allows.
    #[error(
        "the curve is not the model's: it differs from the fit by {standard_errors:.1} standard errors of the difference \
         ({allowed:.1} allowed)"
    )]
    Misfit {
        /// The largest difference at the first lags, or the largest that two neighbouring lags
        /// share, in standard errors of the difference: of two neighbours, the smaller one counts.
        /// Value and fit come from the same resamples.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        standard_errors: f64,
        /// How many are allowed.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        allowed: f64,
    },
    /// The likelihood of the spectrum has no maximum: the search ended nowhere.
    #[error("the likelihood has no maximum")]
    NoMaximum,
    /// Um² is not known: its error over the resamples is more than a third of it, or Fisher's error
    /// of ln Um² above a half.
    #[error("Um^2 is known to a factor exp({relative_error:.2}) only: no slow part above the noise")]
    NoSlowPart {
        /// The error of ln Um²: that of the resamples or, of a spectrum, Fisher's where it is
        /// larger.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        relative_error: f64,
    },
    /// The slow part of the spectrum is as fast as the limit of the band.
    #[error(
        "tau {mean_relaxation_time:.4} is not separated from the fast part: the band ends at {max_frequency:.4}, below {SEPARATION}/tau"
    )]
    NotSeparated {
        /// Mean relaxation time of the fit.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        mean_relaxation_time: f64,
        /// Limit of the band.
        max_frequency: f64,
    },
    /// τ is not known to within a factor of about 1.6.
    #[error("tau is known to a factor exp({log_time_error:.2}) only")]
    Vague {
        /// The error of ln τ: that of the resamples or, of a spectrum, Fisher's where it is larger.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        log_time_error: f64,
    },
    /// The relaxation time is close to the time in which the thermostat exchanges energy with the
    /// run: it is the thermostat's, or the thermostat has changed it.
    #[error(
        "the relaxation time {} lies within a factor of {THERMOSTAT} of the thermostat's time {}: the thermostat relaxes the energy",
        Time(.relaxation_time), Time(.thermostat_time)
    )]
    Thermostat {
        /// Relaxation time of the fit.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        relaxation_time: f64,
        /// The thermostat's time, or what it is at least.
        thermostat_time: f64,
    },
    /// The run is at constant pressure: the energy follows the volume, which the barostat moves.
    #[error(
        "at constant pressure the energy follows the volume, which the barostat moves with its own time: a relaxation time needs a run at \
         constant volume"
    )]
    ConstantPressure,
    /// The spectrum is not the model's.
    #[error(
        "the spectrum is not the model's: reduced chi-squared {reduced_chi_squared:.2}, {excess:.0} deviations above 1"
    )]
    SpectralMisfit {
        /// Mean square deviation in units of its expectation.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        reduced_chi_squared: f64,
        /// The same in standard deviations above 1.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        excess: f64,
    },
}

/// What hides a relaxation before a window, if anything does.
struct Before<'a>(&'a Option<Fall>);

impl fmt::Display for Before<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hides = "a thermostat or vibrations hide what relaxes earlier";
        self.0
            .iter()
            .try_for_each(|fall| write!(f, "; before the window the curve {fall}: {hides}"))
    }
}
