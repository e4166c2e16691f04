//! The time of the plateau of the mean squared displacement.

use std::fmt;

use crate::curve::Curve;
use crate::stats::Estimate;

/// Slopes are taken between lags at least this factor apart: ten in a decade.
const RATIO: f64 = 1.258_925_411_794_167_2;
/// A dip or a rise must exceed so many of its standard errors.
const SIGNIFICANCE: f64 = 2.0;

/// The time of the plateau, by the two definitions in use: see [`tau_beta`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TauBeta {
    msd_maximum: PlateauTime,
    log_slope_minimum: PlateauTime,
}

impl TauBeta {
    /// The first local maximum of the mean squared displacement.
    #[must_use]
    pub fn msd_maximum(&self) -> &PlateauTime {
        &self.msd_maximum
    }

    /// The minimum of `d ln MSD / d ln t`.
    #[must_use]
    pub fn log_slope_minimum(&self) -> &PlateauTime {
        &self.log_slope_minimum
    }
}

/// A time of the plateau, or why it cannot be told.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum PlateauTime {
    /// The extremum stands out.
    Resolved {
        /// Where it is, in time units.
        time: Estimate,
        /// The mean squared displacement or the slope there.
        value: Estimate,
    },
    /// It does not.
    NotResolved(NotResolved),
}

impl PlateauTime {
    /// The time, where it is resolved.
    #[must_use]
    pub fn time(&self) -> Option<&Estimate> {
        match self {
            Self::Resolved { time, .. } => Some(time),
            Self::NotResolved(_) => None,
        }
    }
}

impl fmt::Display for PlateauTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolved { time, .. } => write!(f, "{time}"),
            Self::NotResolved(why) => write!(f, "{why}"),
        }
    }
}

/// Why a plateau has no time.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum NotResolved {
    /// The mean squared displacement rises from lag to lag.
    NoMaximum {
        /// Lags looked at.
        lags: usize,
    },
    /// The mean squared displacement falls somewhere, but by no more than its errors.
    ShallowMaximum {
        /// Lag time before the fall.
        time: f64,
        /// By how much it falls.
        fall: Estimate,
    },
    /// The slope is smallest at the shortest lags: the frames are too far apart.
    AtShortestLag {
        /// Time of the first slope.
        time: f64,
        /// The slope there.
        slope: Estimate,
    },
    /// The slope is smallest at the longest lags: the curve is too short.
    AtLongestLag {
        /// Time of the last slope.
        time: f64,
        /// The slope there.
        slope: Estimate,
    },
    /// The slope rises on one side of its minimum by no more than its errors.
    ShallowMinimum {
        /// Time of the smallest slope.
        time: f64,
        /// By how much the slope exceeds it on the side where it does so least.
        rise: Estimate,
    },
    /// Fewer than three values.
    TooFewLags {
        /// Values there are.
        found: usize,
    },
}

impl fmt::Display for NotResolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMaximum { lags } => write!(f, "not resolved: the MSD rises over all {lags} lags"),
            Self::ShallowMaximum { time, fall } => write!(
                f,
                "not resolved: after t = {time:.6} the MSD falls by {fall}, expected more than {SIGNIFICANCE} standard errors"
            ),
            Self::AtShortestLag { time, slope } => write!(
                f,
                "not resolved: d ln MSD / d ln t is smallest at the shortest lags, {slope} around t = {time:.6}; the frames are too \
                 far apart"
            ),
            Self::AtLongestLag { time, slope } => write!(
                f,
                "not resolved: d ln MSD / d ln t is smallest at the longest lags, {slope} around t = {time:.6}"
            ),
            Self::ShallowMinimum { time, rise } => write!(
                f,
                "not resolved: d ln MSD / d ln t exceeds its smallest value, around t = {time:.6}, by {rise} on one side, expected \
                 more than {SIGNIFICANCE} standard errors"
            ),
            Self::TooFewLags { found } => write!(f, "not resolved: {found} values, expected at least 3"),
        }
    }
}

/// The time of the plateau of a mean squared displacement, by two definitions: its first local maximum after the ballistic
/// part, and the minimum of `d ln MSD / d ln t`.
///
/// The maximum (an overshoot of the cage's vibrations) is the first lag whose value exceeds its neighbours', and from
/// which the curve falls by more than two standard errors before it rises above it again. The slopes are
/// [`log_slope`](super::log_slope())s at ten lags a decade, and their minimum must lie inside of the curve and be exceeded on both sides by more
/// than two standard errors of the difference. Without resamples any fall or rise will do. Lags without a standard error
/// take no part, where there are resamples. The time is the vertex of the parabola, in `ln t`, through the extreme value
/// and its neighbours; on resamples, through the same three.
///
/// Many runs have no maximum at all, and frames that are farther apart than the plateau miss the minimum: the answer is then
/// [`NotResolved`](PlateauTime::NotResolved), with what was found instead.
#[must_use]
pub fn tau_beta(msd: &Curve) -> TauBeta {
    let resampled = msd.resamples().len() >= 2;
    let usable = msd.select(|k| {
        let known = !resampled || msd.standard_errors()[k].is_some();
        msd.lags()[k] > 0 && msd.values()[k] > 0.0 && known
    });
    TauBeta {
        msd_maximum: maximum(&usable),
        log_slope_minimum: minimum_of_slope(&usable),
    }
}

fn maximum(msd: &Curve) -> PlateauTime {
    let values = msd.values();
    let n = values.len();
    if n < 3 {
        return PlateauTime::NotResolved(NotResolved::TooFewLags { found: n });
    }
    let mut shallow: Option<NotResolved> = None;
    for k in (1..n - 1).filter(|&k| values[k] > values[k - 1] && values[k] > values[k + 1]) {
        let rest = (k + 1..n).take_while(|&j| values[j] <= values[k]);
        let lowest = rest
            .min_by(|&a, &b| values[a].total_cmp(&values[b]))
            .unwrap_or(k + 1);
        let fall = msd.evaluate(|values| values[k] - values[lowest]);
        if fall.exceeds(SIGNIFICANCE) {
            let three = [k - 1, k, k + 1];
            let times = three.map(|j| msd.lag_time(j));
            let points = three.map(|j| msd.point(j));
            return resolved(times, [&points[0], &points[1], &points[2]]);
        }
        shallow.get_or_insert(NotResolved::ShallowMaximum {
            time: msd.lag_time(k),
            fall,
        });
    }
    PlateauTime::NotResolved(shallow.unwrap_or(NotResolved::NoMaximum { lags: n }))
}

fn minimum_of_slope(msd: &Curve) -> PlateauTime {
    let slope = log_slope(msd, RATIO);
    let (times, slopes) = (slope.times(), slope.slopes());
    let n = slopes.len();
    if n < 3 {
        return PlateauTime::NotResolved(NotResolved::TooFewLags { found: n });
    }
    let smallest = (0..n)
        .min_by(|&a, &b| slopes[a].value().total_cmp(&slopes[b].value()))
        .unwrap_or(0);
    let (time, at) = (times[smallest], &slopes[smallest]);
    if smallest == 0 {
        return PlateauTime::NotResolved(NotResolved::AtShortestLag {
            time,
            slope: at.clone(),
        });
    }
    if smallest == n - 1 {
        return PlateauTime::NotResolved(NotResolved::AtLongestLag {
            time,
            slope: at.clone(),
        });
    }
    for side in [0..smallest, smallest + 1..n] {
        let rises = side.map(|j| Estimate::combine([&slopes[j], at], |[slope, smallest]| slope - smallest));
        let mut largest: Option<Estimate> = None;
        let mut significant = false;
        for rise in rises {
            significant |= rise.exceeds(SIGNIFICANCE);
            if largest
                .as_ref()
                .is_none_or(|largest| rise.value() > largest.value())
            {
                largest = Some(rise);
            }
        }
        if let (false, Some(rise)) = (significant, largest) {
            return PlateauTime::NotResolved(NotResolved::ShallowMinimum { time, rise });
        }
    }
    let three = [smallest - 1, smallest, smallest + 1];
    resolved(three.map(|j| times[j]), three.map(|j| &slopes[j]))
}

/// The vertex of the parabola through three points, in the logarithm of the time.
fn resolved(times: [f64; 3], values: [&Estimate; 3]) -> PlateauTime {
    let [a, b, c] = times.map(f64::ln);
    // Newton's form about the middle point: y = y1 + s (x - b) + curvature (x - b)^2.
    let form = move |[y0, y1, y2]: [f64; 3]| {
        let (left, right) = ((y1 - y0) / (b - a), (y2 - y1) / (c - b));
        let curvature = (right - left) / (c - a);
        (left + curvature * (b - a), curvature)
    };
    let time = Estimate::combine(values, |y| {
        let (slope, curvature) = form(y);
        (b - slope / (2.0 * curvature)).exp()
    });
    let value = Estimate::combine(values, |y| {
        let (slope, curvature) = form(y);
        y[1] - slope * slope / (4.0 * curvature)
    });
    PlateauTime::Resolved { time, value }
}

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
/// let slope = msed::relaxation::log_slope(&ballistic, 1.25);
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
