//! How steep a curve is on logarithmic axes.

use crate::curve::Curve;
use crate::sampling::Lag;
use crate::stats::Estimate;

/// The local slopes `d ln value / d ln t` of a curve: see [`log_slope`](log_slope()).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct LogSlope {
    /// Where each slope belongs: the geometric mean of the two lag times, in time units.
    pub times: Vec<f64>,
    /// The slopes.
    pub slopes: Vec<Estimate>,
}

/// Local slopes of a positive curve such as a mean squared displacement: 2 for ballistic motion, 1
/// for diffusion.
///
/// Each is the difference of the logarithms at two lags that lie at least a factor `ratio` apart,
/// and next to each other among the lags so thinned out. Lags at which the curve is not positive,
/// lag 0 among them, are left out.
///
/// ```
/// use msed::relaxation::log_slope;
/// use msed::{Curve, Lag};
/// let ballistic = Curve::from_values([1, 2, 4].map(Lag::from_steps), 0.5, vec![1.0, 4.0, 16.0]);
/// let slope = log_slope(&ballistic, 1.25);
/// assert_eq!(slope.slopes[1].value(), 2.0);
/// assert!((slope.times[0] - 0.5_f64.sqrt()).abs() < 1e-12);
/// ```
#[must_use]
pub fn log_slope(curve: &Curve, ratio: f64) -> LogSlope {
    let of = |slope: Slope| (slope.time(), curve.evaluate(|values| slope.of(values)));
    let (times, slopes) = Slope::apart(curve, ratio).into_iter().map(of).unzip();
    LogSlope { times, slopes }
}

/// The slope between two lags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slope {
    positions: [usize; 2],
    times: [f64; 2],
}

impl Slope {
    pub(super) fn between(curve: &Curve, first: usize, second: usize) -> Self {
        let positions = [first, second];
        Self {
            positions,
            times: positions.map(|k| curve.lag_time(k)),
        }
    }

    /// Those between neighbours of the lags above 0 at which the curve is positive, thinned out to
    /// a factor `ratio` at least.
    pub(super) fn apart(curve: &Curve, ratio: f64) -> Vec<Self> {
        let mut kept: Vec<usize> = Vec::new();
        for k in 0..curve.len() {
            let apart = kept
                .last()
                .is_none_or(|&last| curve.lag_time(k) >= ratio * (1.0 - 1e-9) * curve.lag_time(last));
            if curve.lags()[k] > Lag::ZERO && curve.values()[k] > 0.0 && apart {
                kept.push(k);
            }
        }
        kept.windows(2)
            .map(|w| Self::between(curve, w[0], w[1]))
            .collect()
    }

    /// The geometric mean of the two times.
    pub(super) fn time(self) -> f64 {
        let [first, second] = self.times;
        (first * second).sqrt()
    }

    /// The slope of values over all lags of the curve.
    pub(super) fn of(self, values: &[f64]) -> f64 {
        let ([i, j], [first, second]) = (self.positions, self.times);
        (values[j] / values[i]).ln() / (second / first).ln()
    }
}
