//! Where a curve passes a level.

use thiserror::Error;

use super::error::FitError;
use crate::curve::Curve;
use crate::real::short;
use crate::stats::{Estimate, Invalid, Outcome};

/// Why no lag time can be given at which a curve passes a level.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NotReached {
    /// The curve has passed the level before its first lag above 0: what passes it is too fast for
    /// the sampling.
    #[error("reached before the first lag {}", short(*.upper_bound, 6))]
    BeforeFirstLag {
        /// The first lag time, which the crossing is shorter than.
        upper_bound: f64,
    },
    /// The curve does not reach the level.
    #[error("not reached: {last_value:.4} at the longest lag {}, expected {level:.4}", short(*.lower_bound, 6))]
    AtLastLag {
        /// The last lag time, which the crossing is longer than.
        lower_bound: f64,
        /// The value there.
        last_value: f64,
        /// The level.
        level: f64,
    },
}

/// The structural relaxation time τ_α: the lag time at which F_s(q,t) has fallen to 1/e, linear in
/// ln t between the two neighbouring lags. See [`first_fall`] for its error.
///
/// # Errors
/// As [`first_fall`].
///
/// ```
/// use msed::relaxation::tau_alpha;
/// use msed::{Curve, Lag};
/// let lags: Vec<Lag> = (0..30).map(|k| Lag::from_steps(1 << k)).collect();
/// let values = lags.iter().map(|lag| (-lag.time(1.0) / 1000.0).exp()).collect();
/// let isf = Curve::from_values(lags, 1.0, values);
/// let tau = tau_alpha(&isf)?;
/// assert!((tau.value().unwrap().value() / 1000.0 - 1.0).abs() < 0.01);
/// # Ok::<(), msed::relaxation::FitError>(())
/// ```
pub fn tau_alpha(isf: &Curve) -> Result<Outcome<Estimate, NotReached>, FitError> {
    first_fall(isf, (-1.0_f64).exp())
}

/// The lag time at which a curve first falls to `level` or below, linear in ln t between the two
/// neighbouring lags.
///
/// Where noise makes several crossings on a flat curve, the first one counts. Cost: one pass.
///
/// **Errors.** The error is that of the crossings of the curve's resamples. A time has an error
/// only where the curve has one: if one of the two lags has no standard error, on the whole or on a
/// resample, the time is a value alone, which prints as `5.03 (no error)`. The same holds where a
/// resample does not reach the level, or lacks a value before it does. Lags that are longer than a
/// block have no error, and neither have those whose pairs of frames all begin in one block: the
/// long lags of frames at steps 0, 1, 2, 4, 8, ... rest on one or two origins.
///
/// # Errors
/// [`FitError::Invalid`] for a level that is not finite, [`FitError::NotFinite`] for such a value,
/// and [`FitError::TooFewPoints`] for a curve without a lag above 0.
///
/// ```
/// use msed::relaxation::{NotReached, first_fall};
/// use msed::{Curve, Lag};
/// let curve = Curve::from_values([0, 1, 10, 100].map(Lag::from_steps), 0.5, vec![1.0, 0.75, 0.5, 0.0]);
/// let time = first_fall(&curve, 0.25)?;
/// assert!((time.value().unwrap().value() - 0.5 * 1000_f64.sqrt()).abs() < 1e-12);
/// let missing = first_fall(&curve, -1.0)?;
/// assert!(matches!(missing.why(), Some(NotReached::AtLastLag { lower_bound: 50.0, .. })));
/// # Ok::<(), msed::relaxation::FitError>(())
/// ```
pub fn first_fall(curve: &Curve, level: f64) -> Result<Outcome<Estimate, NotReached>, FitError> {
    first_crossing(curve, level, |value| value <= level)
}

/// The lag time at which a curve first rises to `level` or above: see [`first_fall`].
///
/// # Errors
/// As [`first_fall`].
pub fn first_rise(curve: &Curve, level: f64) -> Result<Outcome<Estimate, NotReached>, FitError> {
    first_crossing(curve, level, |value| value >= level)
}

fn first_crossing(
    curve: &Curve,
    level: f64,
    passed: impl Fn(f64) -> bool,
) -> Result<Outcome<Estimate, NotReached>, FitError> {
    let level = Invalid::unless_finite("a crossing of level", level)?;
    let curve = curve.without_zero();
    let values = curve.values();
    if let Some(k) = values.iter().position(|v| !v.is_finite()) {
        return Err(FitError::NotFinite {
            lag_time: curve.lag_time(k),
            found: values[k],
        });
    }
    let Some(&last_value) = values.last() else {
        return Err(FitError::too_few_points(&curve, [0.0, 0.0], 0, 1));
    };
    let log_times: Vec<f64> = curve.lag_times().map(f64::ln).collect();
    // A value that is missing may have passed the level.
    let reached = |values: &[f64]| values.iter().position(|&v| passed(v) || !v.is_finite());
    let crossing = |values: &[f64], k: usize| {
        let fraction = (level - values[k - 1]) / (values[k] - values[k - 1]);
        (log_times[k - 1] + fraction * (log_times[k] - log_times[k - 1])).exp()
    };
    let is_known = |k: usize| curve.standard_errors()[k].is_some();
    let on_resample = |values: &[f64]| match reached(values) {
        Some(k) if k > 0 && is_known(k - 1) && is_known(k) => crossing(values, k),
        _ => f64::NAN,
    };
    Ok(match reached(values) {
        Some(0) => Outcome::Unresolved(NotReached::BeforeFirstLag {
            upper_bound: curve.lag_time(0),
        }),
        Some(k) => {
            let resamples = curve.resamples();
            let known = is_known(k - 1) && is_known(k);
            let replicate = |r| {
                if known {
                    on_resample(curve.replicate(r))
                } else {
                    f64::NAN
                }
            };
            let replicates = (0..resamples.len()).map(replicate);
            Outcome::Resolved(Estimate::new(
                crossing(values, k),
                replicates.collect(),
                resamples,
            ))
        }
        None => Outcome::Unresolved(NotReached::AtLastLag {
            lower_bound: curve.lag_time(curve.len() - 1),
            last_value,
            level,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Lag;
    use crate::stats::{Resamples, Resampling, RunId};

    fn curve(values: Vec<f64>, replicates: Vec<Vec<f64>>) -> Curve {
        let lags = (0..values.len() as u32)
            .map(|k| Lag::from_steps(10_u64.pow(k)))
            .collect();
        let resamples = Resamples::new(
            RunId::named("run"),
            Resampling::Blocks(replicates.len()),
            replicates.len(),
        );
        let origins = vec![1; values.len()];
        Curve::from_replicates(
            lags,
            1.0,
            values,
            origins,
            replicates,
            resamples,
            Lag::from_steps(1000),
        )
    }

    #[test]
    fn an_error_goes_through_the_resamples() {
        let curve = curve(vec![1.0, 0.0], vec![vec![1.0, 0.2], vec![1.0, -0.2]]);
        let crossing = first_fall(&curve, 0.5).unwrap();
        let time = crossing.value().unwrap();
        assert!((time.value() - 10_f64.sqrt()).abs() < 1e-12);
        let expected = [10_f64.powf(0.5 / 0.8), 10_f64.powf(0.5 / 1.2)];
        for (found, expected) in time.replicates().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert!((time.standard_error().unwrap() - 0.5 * (expected[0] - expected[1])).abs() < 1e-12);
    }

    #[test]
    fn a_resample_that_does_not_reach_leaves_no_error() {
        let curve = curve(vec![1.0, 0.0], vec![vec![1.0, 0.6], vec![1.0, -0.2]]);
        let crossing = first_fall(&curve, 0.5).unwrap();
        assert_eq!(crossing.value().unwrap().standard_error(), None);
    }

    #[test]
    fn a_crossing_beyond_the_lags_with_an_error_has_none() {
        // Lags 1, 10, 100, 1000 and 10000; the longest with an error is 1000.
        let found = |values: Vec<f64>| {
            let replicates = vec![values.clone(), values.iter().map(|x| 1.01 * x).collect()];
            let found = first_fall(&curve(values, replicates), 0.5).unwrap();
            found.into_value().unwrap()
        };
        let within = found(vec![1.0, 0.9, 0.8, 0.2, 0.0]);
        assert!(within.standard_error().is_some(), "{within}");
        let beyond = found(vec![1.0, 0.9, 0.8, 0.7, 0.0]);
        assert_eq!(beyond.standard_error(), None);
        assert_eq!(beyond.to_string(), "1930 (no error)");
        assert!((beyond.value() / 1000.0 - 100_f64.powf(1.0 / 7.0)).abs() < 1e-9);
    }

    #[test]
    fn a_resample_that_crosses_beyond_the_lags_with_an_error_leaves_none() {
        let whole = vec![1.0, 0.9, 0.8, 0.4, 0.0];
        let late = vec![1.0, 0.9, 0.8, 0.6, 0.0];
        let found = first_fall(&curve(whole.clone(), vec![whole, late]), 0.5).unwrap();
        assert_eq!(found.value().unwrap().standard_error(), None);
    }

    #[test]
    fn a_resample_that_lacks_a_value_before_it_crosses_leaves_no_error() {
        let whole = vec![1.0, 0.9, 0.8, 0.4];
        let gap = vec![1.0, f64::NAN, 0.8, 0.4];
        let found = first_fall(&curve(whole.clone(), vec![whole, gap]), 0.5).unwrap();
        assert_eq!(found.value().unwrap().standard_error(), None);
    }

    #[test]
    fn the_first_of_several_crossings_counts_in_either_direction() {
        let values = vec![0.0, 1.0, 0.0, 1.0];
        let replicates = vec![values.clone(), values.clone()];
        let curve = curve(values, replicates);
        let crossing = first_rise(&curve, 0.5).unwrap();
        assert!((crossing.value().unwrap().value() - 10_f64.sqrt()).abs() < 1e-12);
        assert_eq!(
            first_fall(&curve, 0.5).unwrap(),
            Outcome::Unresolved(NotReached::BeforeFirstLag { upper_bound: 1.0 })
        );
    }

    #[test]
    fn what_is_not_reached_has_a_bound_and_says_so() {
        let curve = curve(vec![1.0, 0.8], vec![vec![1.0, 0.8]; 2]);
        let crossing = tau_alpha(&curve).unwrap();
        assert_eq!(
            crossing.to_string(),
            "not reached: 0.8000 at the longest lag 10, expected 0.3679"
        );
        assert_eq!(
            first_fall(&curve, f64::NAN).unwrap_err().to_string(),
            "a crossing of level NaN, expected a finite number"
        );
    }
}
