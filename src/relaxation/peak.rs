//! Where a curve is largest.

use std::fmt;

use thiserror::Error;

use super::error::FitError;
use super::extremum::shallow_side;
use crate::curve::Curve;
use crate::sampling::Lag;
use crate::stats::{Estimate, Outcome, Parabola, Significance};

/// The parabola goes through the lags within this factor of the highest one.
const REACH: f64 = 2.0;

/// The maximum of a curve: see [`peak`](peak()).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Peak {
    /// The lag time of the maximum.
    pub time: Estimate,
    /// The value there.
    pub height: Estimate,
}

impl fmt::Display for Peak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at t = {}", self.height, self.time)
    }
}

/// Why a curve has no peak.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NoPeak {
    /// The first lag is the highest: the peak may be at shorter times.
    #[error("no peak: largest at the shortest lag {time:.6}, where it is {value}")]
    AtShortestLag {
        /// The first lag time, which the peak's is not longer than.
        time: f64,
        /// The value there.
        value: Estimate,
    },
    /// The last lag is the highest: the peak may be at longer times.
    #[error("no peak: largest at the longest lag {time:.6}, where it is {value}")]
    AtLongestLag {
        /// The last lag time, which the peak's is not shorter than.
        time: f64,
        /// The value there.
        value: Estimate,
    },
    /// On one side the curve falls from its highest value by no more than its errors.
    #[error(
        "no peak: on one side of t = {time:.6} the curve falls by {fall}, expected more than {}",
        Significance::EXTREMUM
    )]
    Shallow {
        /// Time of the highest value.
        time: f64,
        /// The largest fall, on the side where it is smaller.
        fall: Estimate,
    },
    /// The parabola has no maximum among the lags around the highest one, on the whole or on a
    /// resample.
    #[error(
        "no peak: the curve is flat around t = {time:.6}, a parabola has no maximum there on {resamples} resamples"
    )]
    Flat {
        /// Time of the highest value.
        time: f64,
        /// On how many of the resamples.
        resamples: usize,
    },
    /// Fewer than three lags.
    #[error("no peak: {found} lags can be used, expected at least 3")]
    TooFewLags {
        /// Lags that can be used.
        found: usize,
    },
}

/// Time and height of a curve's maximum, such as the peak of α₂(t) or χ₄(t).
///
/// **Which lags.** Those above 0; of a curve with resamples those that have a standard error, since
/// beyond them noise makes maxima of its own.
///
/// **Whether there is one.** The highest value must be neither the first nor the last, and on both
/// sides the curve must fall from it by more than two standard errors of the difference. Without
/// resamples any fall will do.
///
/// **Where.** At the vertex of the least-squares parabola in `ln t` through the lags within a
/// factor 2 of the highest one, its two neighbours at least: values near a maximum differ by less
/// than their errors, and a single lag would be taken for the highest by chance. The parabola costs
/// accuracy where the peak is not symmetric in `ln t`. For `α₂ ∝ 1/cosh²(ln(t/t')/2)`, as particles
/// in cages with jumps have it, the height is 0.1 % too small and the time exact; for `χ₄ ∝ Q (1 -
/// Q)` with `Q = exp(-t/τ)` the height is 0.1 % and the time 4.6 % too small, less where the decay
/// is stretched.
///
/// **Errors.** The parabola is fitted through the same lags on each resample. Where one has no
/// maximum among them, the peak is [`Flat`](NoPeak::Flat): a number without an error is not given.
///
/// Cost: two passes.
///
/// # Errors
/// [`FitError::NotFinite`].
///
/// ```
/// use msed::relaxation::{NoPeak, peak};
/// use msed::{Curve, Lag};
/// let curve = Curve::from_values([0, 1, 10, 100].map(Lag::from_steps), 0.5, vec![0.0, 1.0, 2.0, 1.0]);
/// let found = peak(&curve)?;
/// let found = found.value().unwrap();
/// assert!((found.time.value() - 5.0).abs() < 1e-12);
/// assert!((found.height.value() - 2.0).abs() < 1e-12);
/// let rising = curve.window(0.0..=5.0);
/// assert_eq!(peak(&rising)?.why(), Some(&NoPeak::TooFewLags { found: 2 }));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn peak(curve: &Curve) -> Result<Outcome<Peak, NoPeak>, FitError> {
    let resampled = curve.resamples().len() >= 2;
    let curve = curve.select(|k| {
        let known = !resampled || curve.standard_errors()[k].is_some();
        curve.lags()[k] > Lag::ZERO && known
    });
    let values = curve.values();
    if let Some(k) = values.iter().position(|x| !x.is_finite()) {
        return Err(FitError::NotFinite {
            lag_time: curve.lag_time(k),
            found: values[k],
        });
    }
    Ok(found(&curve).into())
}

fn found(curve: &Curve) -> Result<Peak, NoPeak> {
    let (n, values) = (curve.len(), curve.values());
    if n < 3 {
        return Err(NoPeak::TooFewLags { found: n });
    }
    let highest = (0..n)
        .rev()
        .max_by(|&a, &b| values[a].total_cmp(&values[b]))
        .unwrap_or(0);
    let (time, value) = (curve.lag_time(highest), || curve.point(highest));
    if highest == 0 {
        return Err(NoPeak::AtShortestLag { time, value: value() });
    }
    if highest == n - 1 {
        return Err(NoPeak::AtLongestLag { time, value: value() });
    }
    let falls = [0..highest, highest + 1..n]
        .map(|side| side.map(|k| curve.evaluate(|values| values[highest] - values[k])));
    if let Some(fall) = shallow_side(falls) {
        return Err(NoPeak::Shallow { time, fall });
    }
    let near = |k: usize| {
        let ratio = curve.lag_time(k) / time;
        k.abs_diff(highest) == 1 || (ratio * REACH >= 1.0 - 1e-9 && ratio <= REACH * (1.0 + 1e-9))
    };
    let part = curve.select(near);
    let logarithms: Vec<f64> = part.lag_times().map(|t| (t / time).ln()).collect();
    let vertex = part.evaluate(|values| vertex(&logarithms, values)[0]);
    let height = part.evaluate(|values| self::vertex(&logarithms, values)[1]);
    let without = vertex.replicates().iter().filter(|x| !x.is_finite()).count();
    if without > 0 || !vertex.value().is_finite() {
        return Err(NoPeak::Flat {
            time,
            resamples: without,
        });
    }
    Ok(Peak {
        time: vertex.map(|x| time * x.exp()),
        height,
    })
}

/// Place and height of the maximum of the least-squares parabola; NaN where it has none within the
/// range of `x`.
fn vertex(x: &[f64], y: &[f64]) -> [f64; 2] {
    let parabola = Parabola::through(x, y, &vec![1.0; x.len()]);
    let place = parabola.maximum();
    if place >= x[0] && place <= x[x.len() - 1] {
        [place, parabola.at(place)]
    } else {
        [f64::NAN; 2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resamples, Resampling, RunId};

    /// Lags 20 a decade from 1 to 1000, and a curve that is `of(t)`, on each resample
    /// `of_resample(r, t)`.
    fn curve(of: impl Fn(f64) -> f64, resamples: usize, of_resample: impl Fn(usize, f64) -> f64) -> Curve {
        let mut lags: Vec<u64> = (0..=60)
            .map(|k| 10_f64.powf(f64::from(k) / 20.0).round() as u64)
            .collect();
        lags.dedup();
        let how = if resamples > 0 {
            Resampling::Blocks(resamples)
        } else {
            Resampling::None
        };
        let times = |f: &dyn Fn(f64) -> f64| lags.iter().map(|&lag| f(lag as f64)).collect::<Vec<f64>>();
        let replicates = (0..resamples).map(|r| times(&|t| of_resample(r, t))).collect();
        let origins = vec![1; lags.len()];
        let values = times(&of);
        let resamples = Resamples::new(RunId::named("run"), how, resamples.max(1));
        let longest = Lag::from_steps(500);
        let lags = lags.into_iter().map(Lag::from_steps).collect();
        Curve::from_replicates(lags, 1.0, values, origins, replicates, resamples, longest)
    }

    /// A parabola in ln t about t = 30.
    fn parabola(t: f64, about: f64, height: f64) -> f64 {
        height - 0.3 * (t / about).ln().powi(2)
    }

    #[test]
    fn a_parabola_is_found_exactly_and_its_error_is_that_of_the_resamples() {
        let about = [28.0, 32.0];
        let height = [1.9, 2.1];
        let curve = curve(
            |t| parabola(t, 30.0, 2.0),
            2,
            |r, t| parabola(t, about[r], height[r]),
        );
        let Peak { time, height: found } = peak(&curve).unwrap().into_value().unwrap();
        assert!((time.value() - 30.0).abs() < 1e-9, "{time}");
        assert!((found.value() - 2.0).abs() < 1e-12, "{found}");
        // The jackknife of two is half of the difference.
        assert!((time.standard_error().unwrap() - 2.0).abs() < 1e-9, "{time}");
        assert!((found.standard_error().unwrap() - 0.1).abs() < 1e-12, "{found}");
    }

    #[test]
    fn an_end_of_the_curve_is_no_peak() {
        for (about, shortest) in [(0.5, true), (2000.0, false)] {
            let curve = curve(|t| parabola(t, about, 2.0), 0, |_, _| 0.0);
            match peak(&curve).unwrap() {
                Outcome::Unresolved(NoPeak::AtShortestLag { time, value }) if shortest => {
                    assert_eq!((time, value.value()), (1.0, parabola(1.0, about, 2.0)));
                }
                Outcome::Unresolved(NoPeak::AtLongestLag { time, value }) if !shortest => {
                    assert_eq!((time, value.value()), (1000.0, parabola(1000.0, about, 2.0)));
                }
                other => panic!("{other}"),
            }
        }
    }

    #[test]
    fn lags_without_an_error_take_no_part() {
        // The maximum at 700 lies beyond the longest lag with an error, 500.
        let at = |t| parabola(t, 700.0, 2.0);
        let curve = curve(at, 2, |r, t| at(t) + 0.01 * r as f64);
        let Outcome::Unresolved(NoPeak::AtLongestLag { time, .. }) = peak(&curve).unwrap() else {
            panic!("no peak");
        };
        assert!((400.0..=500.0).contains(&time), "{time}");
    }

    #[test]
    fn what_falls_within_its_errors_is_no_peak() {
        // The whole curve falls by 3.7 to the left and 2.4 to the right; the resamples differ by
        // more than the latter.
        let at = |t: f64| parabola(t, 30.0, 2.0);
        let tilt = |r: usize, t: f64| at(t) + (2.0 * r as f64 - 1.0) * 1.3 * (t / 30.0).ln().max(0.0);
        let found = peak(&curve(at, 2, tilt)).unwrap();
        let Outcome::Unresolved(NoPeak::Shallow { time, fall }) = &found else {
            panic!("{found}");
        };
        assert!(
            (*time - 30.0).abs() < 3.0 && (2.0..2.5).contains(&fall.value()),
            "{found}"
        );
        assert!(
            found.to_string().contains("expected more than 2 standard errors"),
            "{found}"
        );
    }

    #[test]
    fn a_resample_without_a_maximum_leaves_no_peak() {
        // Flat on top, within a factor 3, and tilted on one of the resamples by less than the fall
        // beyond.
        let at =
            |t: f64| 2.0 - 3.0 * ((t / 30.0).ln().abs() - 3_f64.ln()).max(0.0) - 1e-6 * (t - 30.0).powi(2);
        let tilt = |r: usize, t: f64| at(t) + if r == 3 { 0.1 * (t / 30.0).ln() } else { 0.0 };
        let found = peak(&curve(at, 10, tilt)).unwrap();
        assert!(
            matches!(found, Outcome::Unresolved(NoPeak::Flat { resamples: 1, .. })),
            "{found}"
        );
    }

    #[test]
    fn time_and_height_scale_with_the_curve() {
        let at = |t: f64| 1.0 / (0.5 * (t / 40.0).ln()).cosh().powi(2);
        let curve = curve(at, 0, |_, _| 0.0);
        let scaled = curve.map(|_, x| 5.0 * x);
        let [one, five] = [&curve, &scaled].map(|curve| peak(curve).unwrap().into_value().unwrap());
        let ratio = five.height.value() / one.height.value();
        assert!((ratio - 5.0).abs() < 1e-12);
        assert!((five.time.value() - one.time.value()).abs() < 1e-9);
        // The bias that the documentation states.
        let bias = one.height.value() - 1.0;
        assert!((-1.5e-3..-5e-4).contains(&bias), "{bias}");
        assert!((one.time.value() - 40.0).abs() < 0.1);
    }

    #[test]
    fn what_the_parabola_costs_is_what_is_said() {
        let decay = |t: f64| (-t / 40.0).exp();
        let found = peak(&curve(|t| decay(t) * (1.0 - decay(t)), 0, |_, _| 0.0)).unwrap();
        let found = found.value().unwrap();
        let time = found.time.value() / (40.0 * 2_f64.ln()) - 1.0;
        let height = found.height.value() / 0.25 - 1.0;
        assert!((-0.055..-0.038).contains(&time), "{time}");
        assert!((-1.6e-3..-8e-4).contains(&height), "{height}");
    }

    #[test]
    fn a_value_that_is_no_number_is_refused() {
        let curve = curve(|t| if t > 100.0 { f64::NAN } else { 1.0 }, 0, |_, _| 0.0);
        let message = peak(&curve).unwrap_err().to_string();
        assert_eq!(message, "the curve is NaN at lag 112, expected a finite number");
    }
}
