//! How steep a curve is on logarithmic axes.

use crate::curve::Curve;
use crate::stats::Estimate;

/// The local slopes `d ln value / d ln t` of a curve: see [`log_slope`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogSlope {
    times: Vec<f64>,
    slopes: Vec<Estimate>,
}

impl LogSlope {
    /// Where each slope belongs: the geometric mean of the two lag times, in time units.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The slopes.
    #[must_use]
    pub fn slopes(&self) -> &[Estimate] {
        &self.slopes
    }

    /// Number of slopes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is no slope.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }
}

/// Local slopes of a positive curve such as a mean squared displacement: 2 for ballistic motion, 1 for diffusion.
///
/// Each is the difference of the logarithms at two lags that lie at least a factor `ratio` apart, and next to each other
/// among the lags so thinned out. Lags at which the curve is not positive, lag 0 among them, are left out.
///
/// ```
/// use msed::curve::Curve;
/// use msed::stats::{Resamples, Resampling};
/// let none = Resamples::new(Resampling::None, 1);
/// let values = vec![1.0, 4.0, 16.0];
/// let ballistic = Curve::from_replicates(vec![1, 2, 4], 0.5, values, vec![9; 3], vec![], none, 4);
/// let slope = msed::structure::log_slope(&ballistic, 1.25);
/// assert_eq!(slope.slopes()[1].value(), 2.0);
/// assert!((slope.times()[0] - 0.5_f64.sqrt()).abs() < 1e-12);
/// ```
#[must_use]
pub fn log_slope(curve: &Curve, ratio: f64) -> LogSlope {
    let mut kept: Vec<usize> = Vec::new();
    for k in 0..curve.len() {
        let apart = kept
            .last()
            .is_none_or(|&last| curve.lag_time(k) >= ratio * (1.0 - 1e-9) * curve.lag_time(last));
        if curve.lags()[k] > 0 && curve.values()[k] > 0.0 && apart {
            kept.push(k);
        }
    }
    let (times, slopes) = kept.windows(2).map(|w| slope_between(curve, w[0], w[1])).unzip();
    LogSlope { times, slopes }
}

/// The slope between two lags, and the geometric mean of the two.
pub(super) fn slope_between(curve: &Curve, first: usize, second: usize) -> (f64, Estimate) {
    let (t1, t2) = (curve.lag_time(first), curve.lag_time(second));
    let slope = curve.evaluate(|values| (values[second] / values[first]).ln() / (t2 / t1).ln());
    ((t1 * t2).sqrt(), slope)
}
