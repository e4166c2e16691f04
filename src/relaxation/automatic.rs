//! The automatic window of a rise.

use super::error::FitError;
use super::fall::Fall;
use super::found::Relaxation;
use super::points::Task;
use super::resampled::Resampled;
use super::thresholds::LAGS_PER_PARAMETER;
use crate::curve::{Curve, is_inside};
use crate::sampling::Lag;
use crate::stats::Significance;

/// The start of an automatic window, in units of the time at which the last fall has reached its
/// bottom.
const AFTER_FALL: f64 = 2.0;
/// The end of an automatic window in mean relaxation times, and the least it may be in units of its
/// start.
const END: (f64, f64) = (5.0, 20.0);
/// The part of the run's origins that the longest lag of an automatic window must keep.
const ORIGINS: f64 = 0.9;
/// d ln MSED / d ln t is 2 for smooth motion, and at most 1 for a random process.
const INERTIAL: f64 = 1.2;
/// The first lags of a window may differ from the fit by [`Significance::FIRST_LAGS`], any up to so
/// many mean relaxation times by [`Significance::ANY_LAG`].
const AGREES_UP_TO: f64 = 10.0;
/// What fast relaxations may have left to rise where a window starts, as a part of Um².
const FAST_LEFT: f64 = 0.05;
/// The latest start, in relaxation times, that is put off further than where the curve begins to
/// agree with the fit.
const LATEST_START: f64 = 0.5;

/// The fit in the window that its curve asks for, and the last significant fall before that window.
pub(super) fn fitted<'a>(
    curve: &'a Curve,
    task: &Task<'_>,
) -> Result<(Resampled<'a>, Option<Fall>), FitError> {
    let least = LAGS_PER_PARAMETER * task.parameters();
    let fast_end = task.spectrum.fit().map_or(0.0, fast_end);
    let (mut window, after) = usable(opening(curve)?, curve, least);
    let first = if fast_end > 0.0 {
        window[0] = window[0].max(fast_end).min(latest(curve, window, least));
        Resampled::new(curve, window, task)?
    } else {
        agreeing(curve, window, task, least)?
    };
    let [start, end] = first.points.window;
    let wanted = if first.has_relaxation() {
        (END.0 * first.parameters().mean_time()).max(END.1 * start)
    } else {
        end
    };
    let fitted = if wanted < end {
        Resampled::new(curve, [start, wanted], task)?
    } else {
        first
    };
    Ok((fitted, after))
}

/// The latest start of a window that leaves the fit as many lags as it needs.
fn latest(curve: &Curve, window: [f64; 2], least: usize) -> f64 {
    let errors = curve.standard_errors().iter();
    let lags = curve.lag_times().zip(errors);
    let usable: Vec<f64> = lags
        .filter(|&(t, error)| error.is_some() && is_inside(window, t))
        .map(|(t, _)| t)
        .collect();
    usable[usable.len().saturating_sub(least)..]
        .first()
        .copied()
        .unwrap_or(window[0])
}

/// The time at which what the fast relaxations of a spectrum have left to rise is [`FAST_LEFT`] of
/// the slow rise; 0 where it has none.
fn fast_end(spectrum: &Relaxation) -> f64 {
    let Some(of) = spectrum.evidence.spectrum() else {
        return 0.0;
    };
    let left = FAST_LEFT * spectrum.um_squared.value() / of.fast_times.len() as f64;
    of.fast_relaxations()
        .map(|[variance, time]| time * (2.0 * variance / left).ln())
        .fold(0.0, f64::max)
}

/// A window, and the last significant fall before it.
type Opening = ([f64; 2], Option<Fall>);

/// The start of an automatic window, and a tenth of the run as its end, before a fit has shown
/// where the plateau is.
fn opening(curve: &Curve) -> Result<Opening, FitError> {
    let values = curve.values();
    let usable: Vec<usize> = (0..curve.len())
        .filter(|&k| curve.lags()[k] > Lag::ZERO && curve.standard_errors()[k].is_some())
        .collect();
    let Some(&first) = usable.first() else {
        return Err(FitError::NoErrors {
            needed_for: "an automatic window",
            points: curve.lags().iter().filter(|&&lag| lag > Lag::ZERO).count(),
        });
    };
    let lost = origins_lost(curve, first, usable.get(1).copied());
    let enough = |k: usize| {
        let all = of(curve.origins()[first]);
        // Where long lags are summed at fewer origins on purpose, what counts is how many the run
        // has.
        let there = all - lost * of(curve.lags()[k].steps() - curve.lags()[first].steps());
        of(curve.origins()[k]).max(there) >= ORIGINS * all
    };
    let usable: Vec<usize> = usable.into_iter().filter(|&k| enough(k)).collect();
    let time = |position: usize| curve.lag_time(usable[position]);
    let value = |position: usize| values[usable[position]];
    let last = usable.len() - 1;

    let mut start = inertial_end(last, time, value);
    // The last lag from which the curve falls, and the bottom that it falls to.
    let allowed = Fall::allowed(curve);
    let mut after = None;
    for i in (0..last).rev().take_while(|&i| time(i) >= start) {
        let deep = |&j: &usize| {
            Fall::between(curve, usable[i], usable[j]).is_some_and(|f| f.standard_errors > allowed)
        };
        if let Some(reached) = (i + 1..=last).find(deep) {
            let bottom = (reached..last).find(|&j| value(j + 1) > value(j)).unwrap_or(last);
            start = AFTER_FALL * time(bottom);
            after = Fall::between(curve, usable[i], usable[bottom]);
            break;
        }
    }
    let start = if start > 0.0 { start } else { time(0) };
    Ok(([start, time(last)], after))
}

/// Origins that a run loses with each step of the lag, from the first two lags; infinite where they
/// do not say.
fn origins_lost(curve: &Curve, first: usize, second: Option<usize>) -> f64 {
    let Some(second) = second else {
        return f64::INFINITY;
    };
    let lost = of(curve.origins()[first]) - of(curve.origins()[second]);
    let rate = lost / of(curve.lags()[second].steps() - curve.lags()[first].steps());
    if rate > 0.0 { rate } else { f64::INFINITY }
}

fn of(count: u64) -> f64 {
    count as f64
}

/// Where smooth vibrations end: twice the time of the first minimum after their first maximum. Zero
/// where the curve does not begin with inertial motion (a rise steeper than a random process can
/// have), because sampling is coarser than that.
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

/// An opening; the whole curve where it leaves too little to judge, which the fit then tells.
fn usable(opening: Opening, curve: &Curve, least: usize) -> Opening {
    let left = curve
        .lag_times()
        .zip(curve.standard_errors())
        .filter(|&(t, error)| error.is_some() && is_inside(opening.0, t))
        .count();
    if left >= least {
        return opening;
    }
    let first = curve.lag_times().find(|&t| t > 0.0).unwrap_or(0.0);
    ([first, opening.0[1]], None)
}

/// The fit to the lags from the first start onwards at which it describes the first of them;
/// `least` is the number of lags that it needs. The fit to the opening where there is no such
/// start.
fn agreeing<'a>(
    curve: &'a Curve,
    window: [f64; 2],
    task: &Task<'_>,
    least: usize,
) -> Result<Resampled<'a>, FitError> {
    let [_, end] = window;
    let within = |start: f64| Resampled::new(curve, [start, end], task);
    let first = within(window[0])?;
    if agrees(&first) || curve.resamples().len() < 2 {
        return Ok(first);
    }
    let times = &first.points.times;
    let last_start = times.len().saturating_sub(least);
    for &start in times[..last_start].iter().skip(1).filter(|&&t| END.1 * t <= end) {
        let found = within(start)?;
        if agrees(&found) {
            // What is left of the vibrations is within noise here, and twice as late far below it.
            let start = start.max((AFTER_FALL * start).min(LATEST_START * found.parameters().tau()));
            return within(start);
        }
    }
    Ok(first)
}

/// Whether a fit describes its first lags, and all that matter.
fn agrees(fit: &Resampled<'_>) -> bool {
    let freedom = fit.points.curve.resamples().degrees_of_freedom();
    let allowed = [Significance::FIRST_LAGS, Significance::ANY_LAG].map(|s| s.threshold(freedom));
    fit.has_relaxation()
        && fit.parameters().tau() >= fit.points.shortest()
        && fit
            .misfit(AGREES_UP_TO)
            .is_some_and(|misfit| misfit.iter().zip(allowed).all(|(&m, a)| m <= a))
}
