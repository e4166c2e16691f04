//! Where a curve is largest, and what an extremum is.

use std::fmt;

use thiserror::Error;

use super::error::FitError;
use super::fall::Time;
use super::own_mean::{completed, error_factor, relative_error};
use super::vertex::{Neighbourhood, of_three};
use crate::curve::Curve;
use crate::sampling::Lag;
use crate::stats::{Estimate, Outcome, Resampling, Significance};

/// The parabola through a peak goes through the lags within this factor of its vertex.
const REACH: f64 = 2.0;
/// A peak that moves by more than this factor when one block is left out is not resolved.
const SHIFT: f64 = 1.5;

/// Half the width of a peak of χ₄ in ln t. The error of ln t is at least this times the relative
/// error of the height.
const E_FOLD: f64 = 1.0;

/// A maximum of a curve, or the minimum of its slope: see [`peak`] and
/// [`tau_beta`](super::tau_beta).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Extremum {
    /// Where it is, in time units.
    pub time: Estimate,
    /// The value or the slope there.
    pub value: Estimate,
}

impl fmt::Display for Extremum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at t = {}", self.value, self.time)
    }
}

/// What an extremum was sought of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ExtremumOf {
    /// The largest value of any curve.
    Curve,
    /// The first maximum of a mean squared displacement.
    Msd,
    /// The smallest slope `d ln MSD / d ln t`.
    LogSlope,
}

impl fmt::Display for ExtremumOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Curve => "the curve",
            Self::Msd => "the MSD",
            Self::LogSlope => "d ln MSD / d ln t",
        })
    }
}

impl ExtremumOf {
    /// What the extreme value is among the others.
    fn extreme(self) -> &'static str {
        match self {
            Self::Curve | Self::Msd => "largest",
            Self::LogSlope => "smallest",
        }
    }
}

/// Why a curve has no such extremum.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NoExtremum {
    /// A mean squared displacement rises from lag to lag.
    #[error("not resolved: the MSD rises over all {lags} lags")]
    NoMaximum {
        /// Lags looked at.
        lags: usize,
    },
    /// The first value is the extreme one: the extremum may be at shorter times.
    #[error(
        "not resolved: {of} is {} at the shortest lags, {value} around t = {}; the frames are too far apart",
        of.extreme(), Time(.time)
    )]
    AtShortestLag {
        /// What is extreme there.
        of: ExtremumOf,
        /// The first lag time, or that of the first slope.
        time: f64,
        /// The value there.
        value: Estimate,
    },
    /// The last value is the extreme one: the extremum may be at longer times.
    #[error(
        "not resolved: {of} is {} at the longest lags, {value} around t = {}; the curve is too short",
        of.extreme(), Time(.time)
    )]
    AtLongestLag {
        /// What is extreme there.
        of: ExtremumOf,
        /// The last lag time, or that of the last slope.
        time: f64,
        /// The value there.
        value: Estimate,
    },
    /// On one side the curve differs from its extreme value by no more than its errors.
    #[error(
        "not resolved: {of} changes by {change} on one side of t = {}, expected more than {}",
        Time(.time), Significance::EXTREMUM
    )]
    Shallow {
        /// What differs too little.
        of: ExtremumOf,
        /// Time of the extreme value.
        time: f64,
        /// The largest change, on the side where it is smaller.
        change: Estimate,
    },
    /// A variance about the run's own mean falls by no more than chance allows in a run that is so
    /// short beside its lags.
    #[error(
        "not resolved: a variance about the run's own mean, which changes by {change} on one side of t = {}, expected more than {}: the run is only {lengths:.0} times as long",
        Time(.time), Significance::EXTREMUM
    )]
    OwnMean {
        /// Time of the highest value.
        time: f64,
        /// The largest change, on the side where it is smaller, with the error that a variance of
        /// so few independent values has.
        change: Estimate,
        /// The length of the run over that time.
        lengths: f64,
    },
    /// The parabola has no maximum among the lags around the highest one, on the whole or on a
    /// resample.
    #[error(
        "not resolved: the curve is flat around t = {}, a parabola has no maximum there on {resamples} resamples",
        Time(.time)
    )]
    Flat {
        /// Time of the highest value.
        time: f64,
        /// On how many of the resamples.
        resamples: usize,
    },
    /// Fewer than three values.
    #[error("not resolved: {found} lags can be used, expected at least 3")]
    TooFewLags {
        /// Lags or slopes that can be used.
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
/// **Where.** The peak is the vertex of the least-squares parabola in `ln t` through the lags
/// within a factor 2 of that vertex, two neighbours at least. The weights fall to 0 at both ends.
/// Values near a maximum differ by less than their errors, and a single lag would be the highest by
/// chance. The parabola costs accuracy where the peak is not symmetric in `ln t`. For
/// `α₂ ∝ 1/cosh²(ln(t/t')/2)`, as particles in cages with jumps have it, the height is 0.04 % too
/// small and the time exact; for `χ₄ ∝ Q (1 - Q)` with `Q = exp(-t/τ)` the height is 0.1 % and the
/// time 3 % too small, less where the decay is stretched.
///
/// **Errors.** Each resample has a neighbourhood of its own. The distance to the vertex of the
/// highest value and its neighbours alone is added to the error of the time: a curve with bumps is
/// known no better. Where a resample has no maximum, or one farther away than a factor 1.5 (for the
/// bootstrap 2), the peak is [`Flat`](NoExtremum::Flat), because no peak is given without an error.
///
/// **Variances about the run's own mean**, such as [χ₄](Curve::about_own_mean). A run of length L
/// holds `n = 1.5 L/t` independent values, and such a variance lacks `t/(1.5 L)` of its value,
/// which is added. The errors are at least those of a variance of n Gaussian values, `sqrt(2/n)`,
/// times `sqrt(n (n + 4)/((n - 2)(n - 4)))`, since a variance that comes out too small has too
/// small an error; n is at most the number of time origins. The error of ln t at the peak is no
/// smaller than that of ln χ₄: the peak is an e-fold wide on either side, and its place is known no
/// better than its height. A fall that is no more than such errors is
/// [`OwnMean`](NoExtremum::OwnMean). On segments of the shipped runs a peak of χ₄ is resolved
/// from about 30 τ_α on.
///
/// Cost: two passes.
///
/// # Errors
/// [`FitError::NotFinite`].
///
/// ```
/// use msed::relaxation::{NoExtremum, peak};
/// use msed::{Curve, Lag};
/// let curve = Curve::from_values([0, 1, 10, 100].map(Lag::from_steps), 0.5, vec![0.0, 1.0, 2.0, 1.0]);
/// let found = peak(&curve)?;
/// let found = found.value().unwrap();
/// assert!((found.time.value() - 5.0).abs() < 1e-12);
/// assert!((found.value.value() - 2.0).abs() < 1e-12);
/// let rising = curve.window(0.0..=5.0);
/// assert_eq!(peak(&rising)?.why(), Some(&NoExtremum::TooFewLags { found: 2 }));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn peak(curve: &Curve) -> Result<Outcome<Extremum, NoExtremum>, FitError> {
    peak_with(curve, |_| 0.0)
}

/// The peak of a curve that contains a variance, such as the sum of χ₄ and something that is known
/// better. The relative error of the variance at each lag bounds the error of the time as it does
/// for the variance alone.
pub(crate) fn peak_with(
    curve: &Curve,
    relative_error: impl Fn(Lag) -> f64,
) -> Result<Outcome<Extremum, NoExtremum>, FitError> {
    let curve = curve.known().without_zero();
    let values = curve.values();
    if let Some(k) = values.iter().position(|x| !x.is_finite()) {
        return Err(FitError::NotFinite {
            lag_time: curve.lag_time(k),
            found: values[k],
        });
    }
    Ok(highest(&curve, relative_error).into())
}

fn highest(curve: &Curve, of_variance: impl Fn(Lag) -> f64) -> Result<Extremum, NoExtremum> {
    let resampled = curve.resamples().len() >= 2;
    let about_own_mean = curve.is_about_own_mean();
    let curve = &if about_own_mean && curve.run_length() > 0.0 {
        completed(curve)
    } else {
        curve.clone()
    };
    let times: Vec<f64> = curve.lag_times().collect();
    let factor = |k: usize| {
        if about_own_mean && resampled {
            error_factor(curve, k)
        } else {
            1.0
        }
    };
    let highest = outstanding(curve, &times, ExtremumOf::Curve, factor, |values, k| values[k])?;
    let (time, factor) = (times[highest], factor(highest));
    let logarithms: Vec<f64> = times.iter().map(|t| (t / time).ln()).collect();
    let near = Neighbourhood::new(&logarithms, REACH.ln(), highest);
    let [whole, _] = near.vertex(curve.values(), 0.0);
    let bootstrap = matches!(curve.resamples().resampling, Resampling::Bootstrap { .. });
    let farthest = if bootstrap { REACH } else { SHIFT }.ln();
    let vertex = |values: &[f64]| {
        let found = near.vertex(values, whole);
        if (found[0] - whole).abs() <= farthest {
            found
        } else {
            [f64::NAN; 2]
        }
    };
    let place = curve.evaluate(|values| vertex(values)[0]);
    let without = place.replicates().iter().filter(|x| !x.is_finite()).count();
    if without > 0 || !(place.value().abs() <= near.half_width()) {
        return Err(NoExtremum::Flat {
            time,
            resamples: without,
        });
    }
    let around = [highest - 1, highest, highest + 1];
    let of_bump = of_three(around.map(|k| logarithms[k]), around.map(|k| curve.values()[k]));
    let of_bump = if of_bump.is_finite() { of_bump } else { 0.0 };
    let of_resamples = place.standard_error().unwrap_or(0.0);
    let of_height = if about_own_mean && resampled {
        relative_error(curve, highest)
    } else {
        of_variance(curve.lags()[highest])
    };
    let least = E_FOLD * of_height;
    let error = (factor * of_resamples).max(least);
    let share = (place.value() - of_bump).abs();
    let factor_of_time = if of_resamples > 0.0 {
        error.hypot(share) / of_resamples
    } else {
        1.0
    };
    Ok(Extremum {
        time: place.map(|x| time * x.exp()).with_errors_times(factor_of_time),
        value: curve
            .evaluate(|values| vertex(values)[1])
            .with_errors_times(factor),
    })
}

/// The place of the extreme one of the numbers `at(values, place)`, one for each time. It must be
/// neither the first nor the last, and stand out from both sides, where errors are `factor(place)`
/// times those of the resamples.
pub(super) fn outstanding(
    curve: &Curve,
    times: &[f64],
    of: ExtremumOf,
    factor: impl Fn(usize) -> f64,
    at: impl Fn(&[f64], usize) -> f64,
) -> Result<usize, NoExtremum> {
    let n = times.len();
    if n < 3 {
        return Err(NoExtremum::TooFewLags { found: n });
    }
    let sign = if of == ExtremumOf::LogSlope { -1.0 } else { 1.0 };
    let whole: Vec<f64> = (0..n).map(|k| sign * at(curve.values(), k)).collect();
    let extreme = (0..n)
        .rev()
        .max_by(|&a, &b| whole[a].total_cmp(&whole[b]))
        .unwrap_or(0);
    let time = times[extreme];
    if extreme == 0 || extreme == n - 1 {
        let value = curve.evaluate(|values| at(values, extreme));
        return Err(if extreme == 0 {
            NoExtremum::AtShortestLag { of, time, value }
        } else {
            NoExtremum::AtLongestLag { of, time, value }
        });
    }
    let change = |k: usize| curve.evaluate(|values| sign * (at(values, extreme) - at(values, k)));
    let factor = factor(extreme);
    let is_more = |change: &Estimate| change.exceeds(Significance::EXTREMUM);
    for side in [0..extreme, extreme + 1..n] {
        let found: Vec<Estimate> = side.map(change).collect();
        let changes = found.iter().map(|change| change.with_errors_times(factor));
        let changes: Vec<Estimate> = changes.collect();
        let stands_out = changes.iter().any(is_more);
        let largest = changes.into_iter().max_by(|a, b| a.value().total_cmp(&b.value()));
        if let Some(change) = largest.filter(|_| !stands_out) {
            let seems_to = found.iter().any(is_more);
            return Err(if seems_to {
                let lengths = curve.run_length() / time;
                NoExtremum::OwnMean {
                    time,
                    change,
                    lengths,
                }
            } else {
                NoExtremum::Shallow { of, time, change }
            });
        }
    }
    Ok(extreme)
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
        let origins = vec![5000; lags.len()];
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
        let Extremum { time, value: found } = peak(&curve).unwrap().into_value().unwrap();
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
                Outcome::Unresolved(NoExtremum::AtShortestLag { time, value, .. }) if shortest => {
                    assert_eq!((time, value.value()), (1.0, parabola(1.0, about, 2.0)));
                }
                Outcome::Unresolved(NoExtremum::AtLongestLag { time, value, .. }) if !shortest => {
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
        let Outcome::Unresolved(NoExtremum::AtLongestLag { time, .. }) = peak(&curve).unwrap() else {
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
        let Outcome::Unresolved(NoExtremum::Shallow { time, change, .. }) = &found else {
            panic!("{found}");
        };
        assert!(
            (*time - 30.0).abs() < 3.0 && (2.0..2.5).contains(&change.value()),
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
            matches!(found, Outcome::Unresolved(NoExtremum::Flat { resamples: 1, .. })),
            "{found}"
        );
    }

    /// A variance about the run's own mean over ten blocks of 500 with a peak at 30, whose
    /// resamples differ by no more than `spread` of the value.
    fn variance(spread: f64) -> Curve {
        let at = |t: f64| 1.0 / (0.5 * (t / 30.0).ln()).cosh().powi(2);
        let sign = |r: usize| if r.is_multiple_of(2) { 1.0 } else { -1.0 };
        curve(at, 10, |r, t| at(t) * (1.0 + spread * sign(r))).about_own_mean()
    }

    #[test]
    fn a_variance_has_the_error_of_its_independent_values() {
        let found = peak(&variance(0.001)).unwrap().into_value().unwrap();
        // 1.5 * 5000 / 30 of them, which the resamples do not show.
        let n = 1.5 * 5000.0 / found.time.value();
        let error = found.value.standard_error().unwrap() / found.value.value();
        assert!((error / (2.0 / n).sqrt() - 1.0).abs() < 0.06, "{found}");
        // What the mean takes away is added.
        assert!((found.value.value() - 1.0 - 1.0 / n).abs() < 2e-3, "{found}");
    }

    #[test]
    fn a_variance_over_a_short_run_has_no_peak() {
        let of_two_blocks = Curve::from_replicates(
            variance(0.0).lags().into(),
            1.0,
            variance(0.0).values().into(),
            variance(0.0).origins().into(),
            vec![variance(0.0).values().into(); 2],
            Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2),
            Lag::from_steps(60),
        );
        let tilted = |factor: f64| of_two_blocks.map(|t, x| x * (1.0 + factor * (t / 30.0).ln()));
        assert!(peak(&tilted(0.0)).unwrap().is_resolved());
        let found = peak(&tilted(0.0).about_own_mean()).unwrap();
        assert!(
            matches!(found.why(), Some(NoExtremum::OwnMean { lengths, .. }) if *lengths < 4.5),
            "{found}"
        );
    }

    #[test]
    fn a_bump_on_a_peak_is_added_to_the_error_of_its_time() {
        let about = [29.0, 31.0];
        let bump = |t: f64| if (t - 40.0).abs() < 1.0 { 0.1 } else { 0.0 };
        let smooth = curve(|t| parabola(t, 30.0, 2.0), 2, |r, t| parabola(t, about[r], 2.0));
        let bumpy = curve(
            |t| parabola(t, 30.0, 2.0) + bump(t),
            2,
            |r, t| parabola(t, about[r], 2.0) + bump(t),
        );
        let [smooth, bumpy] = [smooth, bumpy].map(|curve| peak(&curve).unwrap().into_value().unwrap());
        let error = |found: &Extremum| found.time.standard_error().unwrap();
        assert!((error(&smooth) - 1.0).abs() < 1e-6, "{smooth}");
        assert!(error(&bumpy) > 5.0, "{bumpy}");
    }

    #[test]
    fn time_and_height_scale_with_the_curve() {
        let at = |t: f64| 1.0 / (0.5 * (t / 40.0).ln()).cosh().powi(2);
        let curve = curve(at, 0, |_, _| 0.0);
        let scaled = curve.map(|_, x| 5.0 * x);
        let [one, five] = [&curve, &scaled].map(|curve| peak(curve).unwrap().into_value().unwrap());
        let ratio = five.value.value() / one.value.value();
        assert!((ratio - 5.0).abs() < 1e-12);
        assert!((five.time.value() - one.time.value()).abs() < 1e-9);
        // The bias that the documentation states.
        let bias = one.value.value() - 1.0;
        assert!((-5e-4..-3.5e-4).contains(&bias), "{bias}");
        assert!((one.time.value() - 40.0).abs() < 0.1);
    }

    #[test]
    fn what_the_parabola_costs_is_what_is_said() {
        let decay = |t: f64| (-t / 40.0).exp();
        let found = peak(&curve(|t| decay(t) * (1.0 - decay(t)), 0, |_, _| 0.0)).unwrap();
        let found = found.value().unwrap();
        let time = found.time.value() / (40.0 * 2_f64.ln()) - 1.0;
        let height = found.value.value() / 0.25 - 1.0;
        assert!((-0.033..-0.027).contains(&time), "{time}");
        assert!((-1.6e-3..-8e-4).contains(&height), "{height}");
    }

    #[test]
    fn a_value_that_is_no_number_is_refused() {
        let curve = curve(|t| if t > 100.0 { f64::NAN } else { 1.0 }, 0, |_, _| 0.0);
        let message = peak(&curve).unwrap_err().to_string();
        assert_eq!(message, "the curve is NaN at lag 112, expected a finite number");
    }
}
