//! The time of the plateau of the mean squared displacement.

use std::fmt;

use thiserror::Error;

use super::extremum::shallow_side;
use super::log_slope::Slope;
use crate::curve::Curve;
use crate::sampling::Lag;
use crate::stats::{Estimate, Outcome, Significance};

/// Slopes are taken between lags at least this factor apart: ten in a decade.
const RATIO: f64 = 1.258_925_411_794_167_2;

/// The time of the plateau, by the two definitions in use: see [`tau_beta`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct TauBeta {
    /// The first local maximum of the mean squared displacement.
    pub msd_maximum: Outcome<PlateauTime, NoPlateau>,
    /// The minimum of `d ln MSD / d ln t`.
    pub log_slope_minimum: Outcome<PlateauTime, NoPlateau>,
}

/// A time of the plateau.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct PlateauTime {
    /// Where the extremum is, in time units.
    pub time: Estimate,
    /// The mean squared displacement or the slope there.
    pub value: Estimate,
}

impl fmt::Display for PlateauTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.time.fmt(f)
    }
}

/// Why a plateau has no time.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NoPlateau {
    /// The mean squared displacement rises from lag to lag.
    #[error("not resolved: the MSD rises over all {lags} lags")]
    NoMaximum {
        /// Lags looked at.
        lags: usize,
    },
    /// The mean squared displacement falls somewhere, but by no more than its errors.
    #[error(
        "not resolved: after t = {time:.6} the MSD falls by {fall}, expected more than {}",
        Significance::EXTREMUM
    )]
    ShallowMaximum {
        /// Lag time before the fall.
        time: f64,
        /// By how much it falls.
        fall: Estimate,
    },
    /// The slope is smallest at the shortest lags: the frames are too far apart.
    #[error(
        "not resolved: d ln MSD / d ln t is smallest at the shortest lags, {slope} around t = {time:.6}; the frames are too far apart"
    )]
    AtShortestLag {
        /// Time of the first slope.
        time: f64,
        /// The slope there.
        slope: Estimate,
    },
    /// The slope is smallest at the longest lags: the curve is too short.
    #[error("not resolved: d ln MSD / d ln t is smallest at the longest lags, {slope} around t = {time:.6}")]
    AtLongestLag {
        /// Time of the last slope.
        time: f64,
        /// The slope there.
        slope: Estimate,
    },
    /// The slope rises on one side of its minimum by no more than its errors.
    #[error(
        "not resolved: d ln MSD / d ln t exceeds its smallest value, around t = {time:.6}, by {rise} on one side, expected more than {}",
        Significance::EXTREMUM
    )]
    ShallowMinimum {
        /// Time of the smallest slope.
        time: f64,
        /// By how much the slope exceeds it on the side where it does so least.
        rise: Estimate,
    },
    /// Fewer than three values.
    #[error("not resolved: {found} values, expected at least 3")]
    TooFewLags {
        /// Values there are.
        found: usize,
    },
}

/// The time of the plateau of a mean squared displacement, by two definitions: its first local
/// maximum after the ballistic part, and the minimum of `d ln MSD / d ln t`.
///
/// The maximum (an overshoot of the cage's vibrations) is the first lag whose value exceeds its
/// neighbours', and from which the curve falls by more than two standard errors before it rises
/// above it again. The slopes are [`log_slope`](super::log_slope())s at ten lags a decade, and
/// their minimum must lie inside of the curve and be exceeded on both sides by more than two
/// standard errors of the difference. Without resamples any fall or rise will do. Lags without a
/// standard error take no part, where there are resamples. The time is the vertex of the parabola,
/// in `ln t`, through the extreme value and its neighbours; on resamples, through the same three.
///
/// Many runs have no maximum at all, and frames that are farther apart than the plateau miss the
/// minimum: the outcome is then a [`NoPlateau`], with what was found instead.
#[must_use]
pub fn tau_beta(msd: &Curve) -> TauBeta {
    let resampled = msd.resamples().len() >= 2;
    let usable = msd.select(|k| {
        let known = !resampled || msd.standard_errors()[k].is_some();
        msd.lags()[k] > Lag::ZERO && msd.values()[k] > 0.0 && known
    });
    TauBeta {
        msd_maximum: maximum(&usable).into(),
        log_slope_minimum: minimum_of_slope(&usable).into(),
    }
}

fn maximum(msd: &Curve) -> Result<PlateauTime, NoPlateau> {
    let values = msd.values();
    let n = values.len();
    if n < 3 {
        return Err(NoPlateau::TooFewLags { found: n });
    }
    let mut shallow: Option<NoPlateau> = None;
    for k in (1..n - 1).filter(|&k| values[k] > values[k - 1] && values[k] > values[k + 1]) {
        let rest = (k + 1..n).take_while(|&j| values[j] <= values[k]);
        let lowest = rest
            .min_by(|&a, &b| values[a].total_cmp(&values[b]))
            .unwrap_or(k + 1);
        let fall = msd.evaluate(|values| values[k] - values[lowest]);
        if fall.exceeds(Significance::EXTREMUM) {
            let three = [k - 1, k, k + 1];
            return Ok(vertex(msd, three.map(|j| msd.lag_time(j)), |values| {
                three.map(|j| values[j])
            }));
        }
        shallow.get_or_insert(NoPlateau::ShallowMaximum {
            time: msd.lag_time(k),
            fall,
        });
    }
    Err(shallow.unwrap_or(NoPlateau::NoMaximum { lags: n }))
}

fn minimum_of_slope(msd: &Curve) -> Result<PlateauTime, NoPlateau> {
    let slopes: Vec<Slope> = Slope::apart(msd, RATIO);
    let n = slopes.len();
    if n < 3 {
        return Err(NoPlateau::TooFewLags { found: n });
    }
    let of = |k: usize| slopes[k].of(msd.values());
    let smallest = (0..n).min_by(|&a, &b| of(a).total_cmp(&of(b))).unwrap_or(0);
    let time = slopes[smallest].time();
    let slope = || msd.evaluate(|values| slopes[smallest].of(values));
    if smallest == 0 {
        return Err(NoPlateau::AtShortestLag { time, slope: slope() });
    }
    if smallest == n - 1 {
        return Err(NoPlateau::AtLongestLag { time, slope: slope() });
    }
    let rise = |k: usize| msd.evaluate(|values| slopes[k].of(values) - slopes[smallest].of(values));
    if let Some(rise) = shallow_side([0..smallest, smallest + 1..n].map(|side| side.map(rise))) {
        return Err(NoPlateau::ShallowMinimum { time, rise });
    }
    let three = [smallest - 1, smallest, smallest + 1].map(|k| slopes[k]);
    Ok(vertex(msd, three.map(Slope::time), |values| {
        three.map(|slope| slope.of(values))
    }))
}

/// The vertex of the parabola through three points, in the logarithm of the time.
fn vertex(msd: &Curve, times: [f64; 3], points: impl Fn(&[f64]) -> [f64; 3]) -> PlateauTime {
    let [a, b, c] = times.map(f64::ln);
    // Newton's form about the middle point: y = y1 + s (x - b) + curvature (x - b)^2.
    let form = |values: &[f64]| {
        let [y0, y1, y2] = points(values);
        let (left, right) = ((y1 - y0) / (b - a), (y2 - y1) / (c - b));
        let curvature = (right - left) / (c - a);
        (y1, left + curvature * (b - a), curvature)
    };
    PlateauTime {
        time: msd.evaluate(|values| {
            let (_, slope, curvature) = form(values);
            (b - slope / (2.0 * curvature)).exp()
        }),
        value: msd.evaluate(|values| {
            let (middle, slope, curvature) = form(values);
            middle - slope * slope / (4.0 * curvature)
        }),
    }
}
