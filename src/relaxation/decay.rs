//! The automatic window of a decay.

use super::crossing::first_fall;
use super::error::FitError;
use crate::curve::{Curve, is_inside};
use crate::stats::Estimate;

/// Local slopes are taken over lags within this factor on either side.
const SLOPE_FACTOR: f64 = 1.8;
/// The part of its first value that a correlation keeps at the end of an automatic window.
const FLOOR: f64 = 0.02;
/// Without a shoulder an automatic window begins where this part is left.
const BEGIN: f64 = 0.8;

/// From the shoulder between the fast and the slow decay to where nothing is left.
pub(super) fn window(curve: &Curve) -> Result<[f64; 2], FitError> {
    let curve = curve.without_zero();
    let times: Vec<f64> = curve.lag_times().collect();
    let values = curve.values();
    let (Some(&first), Some(&start)) = (values.first(), times.first()) else {
        return Err(FitError::too_few_points(&curve, [0.0, 0.0], 0, 3));
    };
    let last = times.len() - 1;
    let noise = |k: usize| curve.standard_errors()[k].map_or(0.0, |error| 2.0 * error);
    let end = (0..=last)
        .find(|&k| values[k] < noise(k).max(FLOOR * first))
        .map_or(last, |k| k.saturating_sub(1));
    let level = |part: f64| first_fall(&curve, part * first);
    // Where F has not fallen to 1/e, the whole curve is on the way there.
    let middle = level((-1.0_f64).exp())?
        .value()
        .map_or(times[last], Estimate::value);
    let middle = times.iter().rposition(|&t| t <= middle).unwrap_or(0);
    let slopes: Vec<f64> = (0..=middle).map(|k| -slope(&times, values, k)).collect();
    let shoulder = (1..middle).rev().find(|&k| {
        slopes[k] < slopes[k + 1] && slopes[k] < slopes[k - 1] && contains_minimum(&slopes, &times, k)
    });
    let start = match shoulder {
        Some(k) => times[k],
        None => level(BEGIN)?.value().map_or(start, Estimate::value),
    };
    // Lags that end before they begin are left for the fit to refuse, with their number.
    Ok([start, times[end].max(start)])
}

/// Whether a slope is the lowest within [`SLOPE_FACTOR`] on both sides: a shoulder and not noise.
fn contains_minimum(slopes: &[f64], times: &[f64], k: usize) -> bool {
    let around = [times[k] / SLOPE_FACTOR, times[k] * SLOPE_FACTOR];
    slopes
        .iter()
        .zip(times)
        .all(|(&s, &t)| !is_inside(around, t) || s >= slopes[k])
}

/// The slope of a straight line in ln t through the lags around one.
fn slope(times: &[f64], values: &[f64], k: usize) -> f64 {
    let around = [times[k] / SLOPE_FACTOR, times[k] * SLOPE_FACTOR];
    let near = || {
        times
            .iter()
            .zip(values)
            .filter(|&(&t, _)| is_inside(around, t))
            .map(|(t, v)| (t.ln(), v))
    };
    let count = near().count() as f64;
    let (x, y) = near().fold((0.0, 0.0), |(x, y), (t, v)| (x + t / count, y + v / count));
    let (xx, xy) = near().fold((0.0, 0.0), |(xx, xy), (t, v)| {
        (xx + (t - x) * (t - x), xy + (t - x) * (v - y))
    });
    if xx > 0.0 { xy / xx } else { 0.0 }
}
