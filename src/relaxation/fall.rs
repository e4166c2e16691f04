//! A stretch over which a curve falls.

use std::fmt;

use crate::curve::Curve;
use crate::real::short;
use crate::stats::Significance;

/// A stretch over which a curve falls.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
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

impl Fall {
    /// From lag `i` to lag `j`; `None` where the curve does not fall, or has no standard error.
    pub(super) fn between(curve: &Curve, i: usize, j: usize) -> Option<Self> {
        let values = curve.values();
        let drop = values[i] - values[j];
        if drop <= 0.0 || curve.standard_errors()[i].is_none() || curve.standard_errors()[j].is_none() {
            return None;
        }
        let resamples = curve.resamples();
        let differences = (0..resamples.len()).map(|r| curve.replicate(r)[i] - curve.replicate(r)[j]);
        let error = resamples.standard_error(differences)?;
        (error > 0.0).then(|| Self {
            from: curve.lag_time(i),
            to: curve.lag_time(j),
            drop,
            standard_errors: drop / error,
        })
    }

    /// The most significant fall between any two of these lags of a curve.
    pub(super) fn steepest(curve: &Curve, lags: &[usize]) -> Option<Self> {
        let mut worst: Option<Self> = None;
        for (k, &i) in lags.iter().enumerate() {
            for &j in &lags[k + 1..] {
                if let Some(fall) = Self::between(curve, i, j)
                    && worst.is_none_or(|w| fall.standard_errors > w.standard_errors)
                {
                    worst = Some(fall);
                }
            }
        }
        worst
    }

    /// How many standard errors a fall of a curve may have: what chance does not reach.
    pub(super) fn allowed(curve: &Curve) -> f64 {
        Significance::FALL.threshold(curve.resamples().degrees_of_freedom())
    }
}

impl fmt::Display for Fall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "falls by {} from t = {} to t = {}, {:.1} standard errors of the difference",
            short(self.drop, 4),
            Time(&self.from),
            Time(&self.to),
            self.standard_errors
        )
    }
}

/// A time to four digits.
pub(super) struct Time<'a>(pub(super) &'a f64);

impl fmt::Display for Time<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&short(*self.0, 4))
    }
}
