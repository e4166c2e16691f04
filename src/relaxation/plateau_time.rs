//! The time of the plateau of a mean squared displacement.

use super::diffusion::Slope;
use super::extremum::{Extremum, ExtremumOf, NoExtremum, outstanding};
use crate::curve::Curve;
use crate::stats::{Outcome, Significance};

/// Slopes are taken between lags at least this factor apart: ten in a decade.
const RATIO: f64 = 1.258_925_411_794_167_2;

/// The time of the plateau, by the two definitions in use: see [`tau_beta`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct TauBeta {
    /// The first local maximum of the mean squared displacement.
    pub msd_maximum: Outcome<Extremum, NoExtremum>,
    /// The minimum of `d ln MSD / d ln t`.
    pub log_slope_minimum: Outcome<Extremum, NoExtremum>,
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
/// minimum: the outcome is then a [`NoExtremum`], with what was found instead.
#[must_use]
pub fn tau_beta(msd: &Curve) -> TauBeta {
    let known = msd.known().without_zero();
    let usable = known.select(|k| known.values()[k] > 0.0);
    TauBeta {
        msd_maximum: first_maximum(&usable).into(),
        log_slope_minimum: minimum_of_slope(&usable).into(),
    }
}

fn first_maximum(msd: &Curve) -> Result<Extremum, NoExtremum> {
    let values = msd.values();
    let n = values.len();
    if n < 3 {
        return Err(NoExtremum::TooFewLags { found: n });
    }
    let mut shallow: Option<NoExtremum> = None;
    for k in (1..n - 1).filter(|&k| values[k] > values[k - 1] && values[k] > values[k + 1]) {
        let rest = (k + 1..n).take_while(|&j| values[j] <= values[k]);
        let lowest = rest
            .min_by(|&a, &b| values[a].total_cmp(&values[b]))
            .unwrap_or(k + 1);
        let change = msd.evaluate(|values| values[k] - values[lowest]);
        if change.exceeds(Significance::EXTREMUM) {
            let three = [k - 1, k, k + 1];
            return Ok(vertex(msd, three.map(|j| msd.lag_time(j)), |values| {
                three.map(|j| values[j])
            }));
        }
        shallow.get_or_insert(NoExtremum::Shallow {
            of: ExtremumOf::Msd,
            time: msd.lag_time(k),
            change,
        });
    }
    Err(shallow.unwrap_or(NoExtremum::NoMaximum { lags: n }))
}

fn minimum_of_slope(msd: &Curve) -> Result<Extremum, NoExtremum> {
    let slopes: Vec<Slope> = Slope::apart(msd, RATIO);
    let times: Vec<f64> = slopes.iter().map(|slope| slope.time()).collect();
    let smallest = outstanding(
        msd,
        &times,
        ExtremumOf::LogSlope,
        |_| 1.0,
        |values, k| slopes[k].of(values),
    )?;
    let three = [smallest - 1, smallest, smallest + 1].map(|k| slopes[k]);
    Ok(vertex(msd, three.map(Slope::time), |values| {
        three.map(|slope| slope.of(values))
    }))
}

/// The vertex of the parabola through three points, in the logarithm of the time.
fn vertex(msd: &Curve, times: [f64; 3], points: impl Fn(&[f64]) -> [f64; 3]) -> Extremum {
    let [a, b, c] = times.map(f64::ln);
    // Newton's form about the middle point: y = y1 + s (x - b) + curvature (x - b)^2.
    let form = |values: &[f64]| {
        let [y0, y1, y2] = points(values);
        let (left, right) = ((y1 - y0) / (b - a), (y2 - y1) / (c - b));
        let curvature = (right - left) / (c - a);
        (y1, left + curvature * (b - a), curvature)
    };
    Extremum {
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
