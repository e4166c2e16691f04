//! Whether a fit found what it looked for.

use std::fmt;

/// Whether the parameters of a fit mean what their names say; each kind of fit has reasons of its own.
///
/// An unresolved fit still has its numbers, as evidence; they are not to be used.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Verdict<R = Reason> {
    /// A relaxation with both of its plateaus.
    Resolved,
    /// None, or not this one: for these reasons, of which there is at least one.
    Unresolved(Vec<R>),
}

impl<R> Verdict<R> {
    pub(crate) fn new(reasons: impl IntoIterator<Item = R>) -> Self {
        let reasons: Vec<R> = reasons.into_iter().collect();
        if reasons.is_empty() {
            Self::Resolved
        } else {
            Self::Unresolved(reasons)
        }
    }

    /// Whether the fit is resolved.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        matches!(self, Self::Resolved)
    }

    /// Why the fit is not resolved; empty where it is.
    #[must_use]
    pub fn reasons(&self) -> &[R] {
        match self {
            Self::Resolved => &[],
            Self::Unresolved(reasons) => reasons,
        }
    }
}

impl<R: fmt::Display> fmt::Display for Verdict<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolved => f.write_str("resolved"),
            Self::Unresolved(reasons) => {
                f.write_str("unresolved: ")?;
                join(reasons, f)
            }
        }
    }
}

fn join<T: fmt::Display>(parts: &[T], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (k, part) in parts.iter().enumerate() {
        if k > 0 {
            f.write_str("; ")?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

/// A stretch over which a curve falls.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fall {
    /// Lag time before it.
    pub from: f64,
    /// Lag time after it.
    pub to: f64,
    /// By how much the curve falls, in its own unit.
    pub drop: f64,
    /// The same in standard errors of the difference of the two values, over the resamples of both.
    pub standard_errors: f64,
}

impl fmt::Display for Fall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "falls by {:.3e} from t = {} to t = {}, {:.1} standard errors of the difference",
            self.drop,
            Time(self.from),
            Time(self.to),
            self.standard_errors
        )
    }
}

/// Why a fit is not resolved, with the numbers that say so.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Reason {
    /// The curve falls inside of the window by more than chance allows, which no relaxation does: vibrations, or a
    /// thermostat's oscillation.
    Falls {
        /// The most significant fall.
        fall: Fall,
        /// How many standard errors are allowed.
        allowed: f64,
    },
    /// The mean relaxation time is longer than the longest fitted lag: the curve has not reached its plateau, and
    /// amplitude and time can grow together without changing it.
    NoPlateau {
        /// Mean relaxation time of the fit.
        mean_relaxation_time: f64,
        /// The longest fitted lag.
        longest_lag: f64,
    },
    /// The relaxation time is shorter than the shortest fitted lag.
    BeforeWindow {
        /// Relaxation time of the fit.
        relaxation_time: f64,
        /// The shortest fitted lag.
        shortest_lag: f64,
    },
    /// The amplitude, at the relaxation time and exponent of the fit, does not differ from zero by more than the 99 %
    /// interval of its resamples.
    WithinNoise {
        /// The amplitude.
        amplitude: f64,
        /// Its standard error at fixed time and exponent.
        standard_error: f64,
        /// How many standard errors would be needed.
        needed: f64,
        /// The last significant fall before an automatic window, which hides whatever relaxes earlier.
        after: Option<Fall>,
    },
    /// Different parameters describe the curve equally well.
    Degenerate {
        /// Ratio of the largest to the smallest singular value of the derivatives by U0², Um², ln τ and ln β, each scaled to
        /// unit length: 1 if they are told apart perfectly.
        condition: f64,
        /// The least-squares error of ln τ; infinite where there is none. Neighbouring lags are correlated, so that the
        /// true error is larger.
        log_time_error: f64,
    },
    /// The relaxation time is not known to within a factor of e.
    Vague {
        /// The error of ln τ.
        log_time_error: f64,
    },
    /// The exponent came to rest at the end of its range.
    ExponentAtBound {
        /// The exponent.
        beta: f64,
        /// Its range.
        range: [f64; 2],
    },
    /// The curve without one block has no such relaxation, for half of the blocks or more.
    Resamples {
        /// Resamples without it.
        without: usize,
        /// All of them.
        of: usize,
    },
    /// The search did not end in a minimum.
    NotAMinimum {
        /// The cosine between residuals and a derivative, 0 at a minimum.
        slope: f64,
    },
    /// Fewer than two lags for each free parameter.
    TooFewPoints {
        /// Lags fitted.
        found: usize,
        /// Lags needed.
        needed: usize,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Falls { fall, allowed } => {
                write!(
                    f,
                    "the curve {fall} ({allowed:.1} allowed): a thermostat or vibrations hide the relaxation"
                )
            }
            Self::NoPlateau {
                mean_relaxation_time,
                longest_lag,
            } => write!(
                f,
                "no plateau inside of the window: the mean relaxation time is {}, the longest fitted lag {}",
                Time(*mean_relaxation_time),
                Time(*longest_lag)
            ),
            Self::BeforeWindow {
                relaxation_time,
                shortest_lag,
            } => write!(
                f,
                "the relaxation time {} lies before the window, whose shortest lag is {}",
                Time(*relaxation_time),
                Time(*shortest_lag)
            ),
            Self::WithinNoise {
                amplitude,
                standard_error,
                needed,
                after,
            } => {
                write!(
                    f,
                    "the amplitude {amplitude:.3e} is within noise: its standard error is {standard_error:.3e}, and {needed:.1} of \
                     them are needed"
                )?;
                if let Some(fall) = after {
                    write!(
                        f,
                        "; before the window the curve {fall}: a thermostat or vibrations hide what relaxes earlier"
                    )?;
                }
                Ok(())
            }
            Self::Degenerate {
                condition,
                log_time_error,
            } => write!(
                f,
                "degenerate: different parameters describe the curve equally well (condition number {condition:.0}, least-squares \
                 error of the logarithm of the relaxation time {log_time_error:.2})"
            ),
            Self::Vague { log_time_error } => {
                write!(
                    f,
                    "the relaxation time is known to a factor exp({log_time_error:.2}) only"
                )
            }
            Self::ExponentAtBound { beta, range } => write!(
                f,
                "the exponent {beta:.3} is at the end of its range from {} to {}",
                range[0], range[1]
            ),
            Self::Resamples { without, of } => {
                write!(
                    f,
                    "{without} of {of} resamples of the curve have no such relaxation"
                )
            }
            Self::NotAMinimum { slope } => write!(
                f,
                "the search did not end in a minimum: cosine {slope:.1e} between the residuals and a derivative, expected 0"
            ),
            Self::TooFewPoints { found, needed } => {
                write!(
                    f,
                    "{found} lags in the window, {needed} needed: two for each parameter"
                )
            }
        }
    }
}

/// What a reader of a resolved fit should know about its error bars.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Caution {
    /// Blocks shorter than fifteen mean relaxation times are not independent, and error bars from them are too small.
    ShortBlocks {
        /// Length of the shortest block.
        block: f64,
        /// Mean relaxation time.
        mean_relaxation_time: f64,
    },
    /// Blocks shorter than three times the longest fitted lag share many of its pairs, and error bars from them are too
    /// small.
    LongLags {
        /// Length of the shortest block.
        block: f64,
        /// The longest fitted lag.
        longest_lag: f64,
    },
    /// The fast plateau U0² came out as 0, the end of its range: no vibrations are seen, and all that is known is a limit above.
    PlateauAtZero {
        /// What U0² is below, in the curve's unit: Student's t times the standard error that it would have without the bound.
        upper_limit: f64,
        /// How probably.
        level: f64,
    },
    /// The window ends before three mean relaxation times: the plateau is extrapolated.
    ExtrapolatedPlateau {
        /// The longest fitted lag.
        longest_lag: f64,
        /// Mean relaxation time.
        mean_relaxation_time: f64,
    },
    /// The curve without one block has no such relaxation, for a few of the blocks: amplitude and time then have no
    /// standard error.
    Resamples {
        /// Resamples without it.
        without: usize,
        /// All of them.
        of: usize,
    },
    /// The curve is not the model's: it differs from the fit by more than chance allows.
    Misfit {
        /// The largest difference at a fitted lag in standard errors of the difference, with value and fit from the same resamples.
        standard_errors: f64,
        /// How many are allowed.
        allowed: f64,
    },
    /// The relaxation time is known to its order of magnitude only.
    LargeError {
        /// Standard error of ln τ.
        log_time_error: f64,
    },
    /// The curve has no resamples: there are no error bars, and the tests that need them were left out.
    NoResamples,
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShortBlocks {
                block,
                mean_relaxation_time,
            } => write!(
                f,
                "error bars may be too small: blocks of {} are shorter than 15 mean relaxation times of {}",
                Time(*block),
                Time(*mean_relaxation_time)
            ),
            Self::LongLags { block, longest_lag } => write!(
                f,
                "error bars may be too small: blocks of {} are shorter than 3 times the longest fitted lag {}",
                Time(*block),
                Time(*longest_lag)
            ),
            Self::PlateauAtZero { upper_limit, level } => write!(
                f,
                "U0² is 0, the end of its range: below {upper_limit:.2e} at {:.0} %",
                100.0 * level
            ),
            Self::ExtrapolatedPlateau {
                longest_lag,
                mean_relaxation_time,
            } => write!(
                f,
                "the plateau is extrapolated: the longest fitted lag {} is less than 3 mean relaxation times of {}",
                Time(*longest_lag),
                Time(*mean_relaxation_time)
            ),
            Self::Resamples { without, of } => write!(
                f,
                "amplitude and relaxation time have no standard error: {without} of {of} resamples of the curve have no such \
                 relaxation"
            ),
            Self::Misfit {
                standard_errors,
                allowed,
            } => write!(
                f,
                "the curve is not the model's: it differs from the fit by {standard_errors:.1} standard errors of the difference \
                 ({allowed:.1} allowed)"
            ),
            Self::LargeError { log_time_error } => write!(
                f,
                "the relaxation time is known to its order of magnitude only: standard error {log_time_error:.1} of its logarithm"
            ),
            Self::NoResamples => f.write_str("no error bars: the curve has no resamples"),
        }
    }
}

/// A time to four digits.
struct Time(f64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.0;
        if !(t.is_finite() && (1e-3..1e6).contains(&t)) {
            return write!(f, "{t:.3e}");
        }
        // Through the exponent form, which rounds to significant digits, and back.
        let rounded: f64 = format!("{t:.3e}").parse().map_err(|_| fmt::Error)?;
        write!(f, "{rounded}")
    }
}
