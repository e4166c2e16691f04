//! Which lags a fit rests on.

use super::error::FitError;
use super::verdict::Fall;
use crate::curve::Curve;

/// Which part of a curve a fit rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Window {
    /// Chosen by the rule that the fit states; the result says which it was.
    Automatic,
    /// The first and the last lag time, both included.
    Given([f64; 2]),
}

/// How many standard errors of the difference a curve may fall inside of a window, with ten blocks or more.
const ALLOWED_FALL: f64 = 6.0;
/// The level at which Student's t with nine degrees of freedom reaches six: fewer blocks need more.
const ALLOWED_LEVEL: f64 = 1.0 - 2.02e-4;
/// The start of an automatic window, in units of the time at which the last fall has reached its bottom.
pub(super) const AFTER_FALL: f64 = 2.0;
/// The end of an automatic window in mean relaxation times, and the least it may be in units of its start.
pub(super) const END: (f64, f64) = (5.0, 20.0);
/// The part of the run's origins that the longest lag of an automatic window must keep.
const ORIGINS: f64 = 0.9;
/// d ln MSED / d ln t of smooth motion is 2, that of a random process 1 at most.
const INERTIAL: f64 = 1.2;

/// The most significant fall between any two of these lags of a curve.
pub(super) fn steepest_fall(curve: &Curve, lags: &[usize]) -> Option<Fall> {
    let mut worst: Option<Fall> = None;
    for (k, &i) in lags.iter().enumerate() {
        for &j in &lags[k + 1..] {
            if let Some(fall) = fall(curve, i, j)
                && worst.is_none_or(|w| fall.standard_errors > w.standard_errors)
            {
                worst = Some(fall);
            }
        }
    }
    worst
}

/// How many standard errors a fall may have: what chance does not reach.
pub(super) fn allowed_fall(curve: &Curve) -> f64 {
    let resamples = curve.resamples();
    if resamples.len() < 2 {
        return f64::INFINITY;
    }
    ALLOWED_FALL.max(resamples.t_quantile(ALLOWED_LEVEL))
}

fn fall(curve: &Curve, i: usize, j: usize) -> Option<Fall> {
    let values = curve.values();
    let drop = values[i] - values[j];
    if drop <= 0.0 || curve.standard_errors()[i].is_none() || curve.standard_errors()[j].is_none() {
        return None;
    }
    let resamples = curve.resamples();
    let differences = (0..resamples.len()).map(|r| curve.replicate(r)[i] - curve.replicate(r)[j]);
    let error = resamples.standard_error(differences)?;
    (error > 0.0).then(|| Fall {
        from: curve.lag_time(i),
        to: curve.lag_time(j),
        drop,
        standard_errors: drop / error,
    })
}

/// An automatic window, before a fit has shown where the plateau is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Opening {
    /// First and last lag time.
    pub(super) window: [f64; 2],
    /// The last significant fall before it.
    pub(super) after: Option<Fall>,
}

/// The start of an automatic window, and a tenth of the run as its end.
pub(super) fn opening(curve: &Curve) -> Result<Opening, FitError> {
    let values = curve.values();
    let usable: Vec<usize> = (0..curve.len())
        .filter(|&k| curve.lags()[k] > 0 && curve.standard_errors()[k].is_some())
        .collect();
    let Some(&first) = usable.first() else {
        return Err(FitError::NoErrors {
            needed_for: "an automatic window",
            points: curve.lags().iter().filter(|&&lag| lag > 0).count(),
        });
    };
    let lost = origins_lost(curve, first, usable.get(1).copied());
    let enough = |k: usize| {
        let all = of(curve.origins()[first]);
        // Where long lags are summed at fewer origins on purpose, what counts is how many the run has.
        let there = all - lost * of(curve.lags()[k] - curve.lags()[first]);
        of(curve.origins()[k]).max(there) >= ORIGINS * all
    };
    let usable: Vec<usize> = usable.into_iter().filter(|&k| enough(k)).collect();
    let time = |position: usize| curve.lag_time(usable[position]);
    let value = |position: usize| values[usable[position]];
    let last = usable.len() - 1;

    let mut start = inertial_end(last, time, value);
    // The last lag from which the curve falls, and the bottom that it falls to.
    let allowed = allowed_fall(curve);
    let mut after = None;
    for i in (0..last).rev().take_while(|&i| time(i) >= start) {
        let deep =
            |&j: &usize| fall(curve, usable[i], usable[j]).is_some_and(|f| f.standard_errors > allowed);
        if let Some(reached) = (i + 1..=last).find(deep) {
            let bottom = (reached..last).find(|&j| value(j + 1) > value(j)).unwrap_or(last);
            start = AFTER_FALL * time(bottom);
            after = fall(curve, usable[i], usable[bottom]);
            break;
        }
    }
    let start = if start > 0.0 { start } else { time(0) };
    Ok(Opening {
        window: [start, time(last)],
        after,
    })
}

/// Origins that a run loses with each step of the lag, from the first two lags; infinite where they do not say.
fn origins_lost(curve: &Curve, first: usize, second: Option<usize>) -> f64 {
    let Some(second) = second else {
        return f64::INFINITY;
    };
    let lost = of(curve.origins()[first]) - of(curve.origins()[second]);
    let rate = lost / of(curve.lags()[second] - curve.lags()[first]);
    if rate > 0.0 { rate } else { f64::INFINITY }
}

fn of(count: u64) -> f64 {
    count as f64
}

/// Where smooth vibrations end: twice the time of the first minimum after their first maximum. Zero where the curve does
/// not begin with inertial motion (a rise steeper than a random process can have), because sampling is coarser than that.
fn inertial_end(last: usize, time: impl Fn(usize) -> f64, value: impl Fn(usize) -> f64) -> f64 {
    let slope = |k: usize| (value(k + 1) / value(k)).ln() / (time(k + 1) / time(k)).ln();
    if last < 2 || !(slope(0) > INERTIAL) {
        return 0.0;
    }
    let ends = (0..last).find(|&k| !(slope(k) > 1.0)).unwrap_or(last);
    let maximum = (ends.max(1)..last)
        .take_while(|&k| time(k) <= 10.0 * time(ends))
        .find(|&k| value(k + 1) < value(k));
    let Some(maximum) = maximum else {
        return AFTER_FALL * time(ends);
    };
    let minimum = (maximum + 1..last)
        .find(|&k| value(k + 1) > value(k))
        .unwrap_or(maximum);
    AFTER_FALL * time(minimum)
}

impl Opening {
    /// The end of the window, given the mean relaxation time that a first fit found in it.
    pub(super) fn close(self, mean_relaxation_time: Option<f64>) -> [f64; 2] {
        let [start, end] = self.window;
        let wanted = mean_relaxation_time.map_or(end, |tau| (END.0 * tau).max(END.1 * start));
        [start, end.min(wanted)]
    }
}

/// A window's two times, checked.
pub(super) fn given([start, end]: [f64; 2]) -> Result<[f64; 2], FitError> {
    let valid = start.is_finite() && end.is_finite() && start >= 0.0 && end > start;
    if valid {
        Ok([start, end])
    } else {
        Err(FitError::Window { found: [start, end] })
    }
}

/// Whether a lag time lies in a window, its ends included to rounding.
pub(super) fn contains([start, end]: [f64; 2], time: f64) -> bool {
    time >= start * (1.0 - 1e-9) && time <= end * (1.0 + 1e-9)
}

/// The window that was asked for, if it was.
pub(super) fn asked(window: Window) -> Result<Option<[f64; 2]>, FitError> {
    match window {
        Window::Automatic => Ok(None),
        Window::Given(times) => given(times).map(Some),
    }
}
