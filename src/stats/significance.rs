//! When a deviation is more than chance.

use std::fmt;

use statrs::distribution::{ContinuousCDF, StudentsT};

/// How many of its standard errors a number must be away from what is expected before the
/// difference counts.
///
/// A standard error that rests on few blocks is itself uncertain, and a fixed number of such errors
/// is exceeded by chance more often than by the normal distribution. [`Level`](Self::Level)
/// therefore takes Student's t for the degrees of freedom of the error, [`Errors`](Self::Errors)
/// keeps a fixed number, and [`AtLeast`](Self::AtLeast) is a fixed number that grows where the
/// degrees of freedom are few.
///
/// The constants are named after the questions that they decide.
///
/// ```
/// use msed::stats::Significance;
/// // Ten blocks leave nine degrees of freedom.
/// assert!((Significance::STATIONARY.threshold(Some(9.0)) - 3.25).abs() < 1e-3);
/// // Without an error bar nothing is significant.
/// assert_eq!(Significance::STATIONARY.threshold(None), f64::INFINITY);
/// assert_eq!(Significance::EXTREMUM.to_string(), "2 standard errors");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Significance {
    /// This many standard errors, however many blocks they rest on.
    Errors(f64),
    /// Student's t at this two-sided level.
    Level(f64),
    /// This many standard errors, or Student's t at a two-sided level where that is more: `level`
    /// is chosen such that t reaches `errors` at nine degrees of freedom, those of the default ten
    /// blocks.
    AtLeast {
        /// The least number of standard errors.
        errors: f64,
        /// The two-sided level.
        level: f64,
    },
}

impl Significance {
    /// A maximum or a minimum stands out from the values around it:
    /// [`relaxation::peak`](crate::relaxation::peak()), the main peak of a structure factor, the
    /// plateau time of a mean squared displacement.
    ///
    /// Low on purpose: the maximum itself is the largest of many values, and what is asked is only
    /// whether the curve comes down again on both sides.
    pub const EXTREMUM: Self = Self::Errors(2.0);
    /// A logarithmic slope is not 1: the motion is not diffusive yet. The interval at this level is
    /// also how well the slope is known.
    pub const NOT_DIFFUSIVE: Self = Self::Level(0.95);
    /// The energy drifts: the slope over the run is not zero, or its mean changes at a boundary of
    /// two blocks.
    ///
    /// There are many tests on each run and many runs. A user puts up with one false alarm in a
    /// hundred by all tests of a run together.
    pub const STATIONARY: Self = Self::Level(0.99);
    /// The amplitude of a fitted relaxation is not zero, with the error from the resamples.
    pub const AMPLITUDE: Self = Self::Level(0.99);
    /// The amplitude of a fitted relaxation is not zero, with the error from a covariance that is
    /// known beforehand: the same level as [`AMPLITUDE`](Self::AMPLITUDE) by the normal
    /// distribution.
    pub const AMPLITUDE_OF_KNOWN_COVARIANCE: Self = Self::Errors(2.576);
    /// The one-sided limit of 95 % above an offset that rests at zero: Student's t at the two-sided
    /// level that leaves 5 % above.
    pub const UPPER_LIMIT: Self = Self::Level(2.0 * Self::UPPER_LIMIT_LEVEL - 1.0);
    /// The one-sided level of [`UPPER_LIMIT`](Self::UPPER_LIMIT).
    pub const UPPER_LIMIT_LEVEL: f64 = 0.95;
    /// A curve that should rise falls: between any two lags of a window, of which there are
    /// hundreds. Also how far a curve may be from its fit at any lag.
    pub const FALL: Self = Self::AtLeast {
        errors: 6.0,
        level: 1.0 - 2.02e-4,
    };
    /// The first lags of a window differ from the fit to the later ones: the window starts too
    /// early. There are three such lags at least.
    pub const FIRST_LAGS: Self = Self::AtLeast {
        errors: 3.0,
        level: 1.0 - 1.496e-2,
    };
    /// Any lag of a window up to ten relaxation times differs from the fit to the later ones; there
    /// are dozens of them.
    pub const ANY_LAG: Self = Self::AtLeast {
        errors: 5.0,
        level: 1.0 - 7.39e-4,
    };
    /// A correlation or a variance of energies and temperatures is not that of an ensemble. Three
    /// numbers of each run are tested, and a false answer costs the run its heat capacity.
    pub const ENSEMBLE: Self = Self::Level(0.999);
    /// The sum of an autocorrelation beyond its window is not zero: there is a second, slower part.
    pub const TAIL: Self = Self::Errors(3.0);
    /// The spectrum rises above its lowest level so far: vibrations begin there. Levels are
    /// compared in turn, some dozens of them.
    pub const SPECTRAL_RISE: Self = Self::Errors(4.0);
    /// The spectrum falls faster than that of any relaxation: the upper edge of a vibrational band.
    pub const SPECTRAL_CUTOFF: Self = Self::Errors(3.0);
    /// The mean squared deviation of a periodogram from its model is not 1, in standard deviations
    /// of that mean.
    pub const SPECTRAL_MISFIT: Self = Self::Errors(4.0);
    /// A parabola through an Adam-Gibbs plot has a curvature: two standard errors of a normal
    /// distribution.
    pub const CURVED: Self = Self::Level(0.9545);
    /// The heat capacity from fluctuations differs from the slope of the energy: three standard
    /// errors of a normal distribution, since each temperature of a scan is asked.
    pub const HEAT_CAPACITIES: Self = Self::Level(0.9973);

    /// The significance of each of `tests` tests that have this level together: by Bonferroni's
    /// inequality each has its share of the false alarms. A fixed number of errors stays the same.
    pub(crate) fn among(self, tests: usize) -> Self {
        let shared = |level: f64| 1.0 - (1.0 - level) / tests as f64;
        match self {
            Self::Errors(errors) => Self::Errors(errors),
            Self::Level(level) => Self::Level(shared(level)),
            Self::AtLeast { errors, level } => Self::AtLeast {
                errors,
                level: shared(level),
            },
        }
    }

    /// The number of standard errors that a deviation must exceed, for an error with so many
    /// degrees of freedom: infinite where there is no error (`None`, or a number that is not
    /// positive).
    #[must_use]
    pub fn threshold(self, degrees_of_freedom: Option<f64>) -> f64 {
        let Some(freedom) = degrees_of_freedom.filter(|&freedom| freedom > 0.0) else {
            return f64::INFINITY;
        };
        match self {
            Self::Errors(errors) => errors,
            Self::Level(level) => t_quantile(freedom, level),
            Self::AtLeast { errors, level } => errors.max(t_quantile(freedom, level)),
        }
    }
}

impl fmt::Display for Significance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Errors(errors) => write!(f, "{errors} standard errors"),
            Self::Level(level) => write!(f, "Student's t at {:.4} %", 100.0 * level),
            Self::AtLeast { errors, level } => {
                write!(
                    f,
                    "{errors} standard errors or Student's t at {:.4} %",
                    100.0 * level
                )
            }
        }
    }
}

/// How far a number is from zero, and how far it may be by chance:
/// [`Estimate::deviation`](super::Estimate::deviation).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Deviation {
    /// The number in units of its standard error.
    pub z: f64,
    /// The number of standard errors that it must exceed before it counts.
    pub threshold: f64,
}

impl Deviation {
    /// Whether it is more than chance.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.z.is_nan() || self.z.abs() > self.threshold
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = if self.is_significant() {
            "count"
        } else {
            "would count"
        };
        write!(f, "{:.2} standard errors, {:.2} {count}", self.z, self.threshold)
    }
}

/// Half the width of a two-sided interval of a level between 0 and 1, in standard errors; infinite
/// where Student's distribution does not exist.
pub(super) fn t_quantile(degrees_of_freedom: f64, level: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees_of_freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(0.5 + 0.5 * level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_student() {
        assert!((t_quantile(9.0, 0.682_689_49) - 1.059).abs() < 1e-3);
        assert!((t_quantile(9.0, 0.95) - 2.262).abs() < 1e-3);
    }

    #[test]
    fn a_level_asks_for_more_errors_where_they_rest_on_fewer_blocks() {
        let of = |freedom| Significance::HEAT_CAPACITIES.threshold(Some(freedom));
        assert!(of(1.0) > of(3.0) && of(3.0) > of(9.0) && of(9.0) > 3.0);
        assert!((of(1e7) - 3.0).abs() < 1e-3);
        assert_eq!(Significance::EXTREMUM.threshold(Some(1.0)), 2.0);
    }

    #[test]
    fn the_least_number_of_errors_is_reached_at_ten_blocks() {
        for (significance, errors) in [
            (Significance::FIRST_LAGS, 3.0),
            (Significance::ANY_LAG, 5.0),
            (Significance::FALL, 6.0),
        ] {
            let at = |freedom| significance.threshold(Some(freedom));
            assert_eq!(at(20.0), errors);
            assert!((at(9.0) - errors).abs() < 3e-3, "{}", at(9.0));
            assert!(at(8.0) > errors);
        }
    }

    #[test]
    fn nothing_is_significant_without_an_error_bar() {
        for significance in [
            Significance::EXTREMUM,
            Significance::AMPLITUDE,
            Significance::FALL,
        ] {
            for freedom in [None, Some(0.0), Some(f64::NAN)] {
                assert_eq!(significance.threshold(freedom), f64::INFINITY);
            }
        }
    }

    #[test]
    fn tests_share_their_false_alarms() {
        assert_eq!(Significance::Level(0.99).among(1), Significance::Level(0.99));
        let Significance::Level(level) = Significance::Level(0.99).among(10) else {
            panic!("a level");
        };
        assert!((level - 0.999).abs() < 1e-12);
        assert_eq!(Significance::EXTREMUM.among(10), Significance::EXTREMUM);
    }

    #[test]
    fn an_upper_limit_leaves_one_in_twenty_above() {
        let found = Significance::UPPER_LIMIT.threshold(Some(9.0));
        assert!((found - 1.8331).abs() < 1e-3, "{found}");
    }
}
