//! The stretched-exponential tail of a decaying correlation.

use super::Window;
use super::crossing::{Direction, first_crossing};
use super::error::FitError;
use super::model::{Weighting, mean_relaxation_time};
use super::problem::Form;
use super::refit::Refit;
use super::solver::Termination;
use super::verdict::{Caution, Reason, Verdict};
use super::window::{asked, contains};
use crate::curve::Curve;
use crate::stats::Estimate;

/// Local slopes are taken over lags within this factor on either side.
const SLOPE_FACTOR: f64 = 1.8;
/// The part of its first value that a correlation keeps at the end of an automatic window.
const FLOOR: f64 = 0.02;
/// Without a shoulder an automatic window begins where this part is left.
const BEGIN: f64 = 0.8;

/// The tail of a decaying correlation, f_q exp(-(t/τ)^β): see [`fit_decay`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Decay {
    weighting: Weighting,
    window: [f64; 2],
    points: usize,
    amplitude: Estimate,
    relaxation_time: Estimate,
    beta: Estimate,
    mean_relaxation_time: Estimate,
    reduced_chi_squared: Option<f64>,
    condition_number: f64,
    termination: Termination,
    verdict: Verdict,
    cautions: Vec<Caution>,
}

impl Decay {
    /// The weights used.
    #[must_use]
    pub fn weighting(&self) -> Weighting {
        self.weighting
    }

    /// The window in time units: as given, or as chosen.
    #[must_use]
    pub fn window(&self) -> [f64; 2] {
        self.window
    }

    /// Number of lags fitted.
    #[must_use]
    pub fn points(&self) -> usize {
        self.points
    }

    /// The amplitude f_q of the tail (the non-ergodicity parameter of F_s(q,t)), in the curve's unit.
    #[must_use]
    pub fn amplitude(&self) -> &Estimate {
        &self.amplitude
    }

    /// The relaxation time τ, in time units; NaN on a resample without such a decay.
    #[must_use]
    pub fn relaxation_time(&self) -> &Estimate {
        &self.relaxation_time
    }

    /// The exponent β.
    #[must_use]
    pub fn beta(&self) -> &Estimate {
        &self.beta
    }

    /// The mean relaxation time (τ/β) Γ(1/β), in time units.
    #[must_use]
    pub fn mean_relaxation_time(&self) -> &Estimate {
        &self.mean_relaxation_time
    }

    /// As [`Fit::reduced_chi_squared`](super::Fit::reduced_chi_squared).
    #[must_use]
    pub fn reduced_chi_squared(&self) -> Option<f64> {
        self.reduced_chi_squared
    }

    /// As [`Fit::condition_number`](super::Fit::condition_number).
    #[must_use]
    pub fn condition_number(&self) -> f64 {
        self.condition_number
    }

    /// How the search ended.
    #[must_use]
    pub fn termination(&self) -> Termination {
        self.termination
    }

    /// Whether the parameters mean what their names say.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// What to know about the error bars.
    #[must_use]
    pub fn cautions(&self) -> &[Caution] {
        &self.cautions
    }

    /// The fitted curve at a lag time.
    #[must_use]
    pub fn evaluate(&self, time: f64) -> f64 {
        let reduced = (time / self.relaxation_time.value()).powf(self.beta.value());
        self.amplitude.value() * (-reduced).exp()
    }
}

/// Fits a stretched exponential (Kohlrausch-Williams-Watts) to the tail of a correlation that decays to zero, once on the
/// whole and once on each of its resamples:
///
/// ```text
/// F(t) = f_q exp(-(t/τ)^β)
/// ```
///
/// # Automatic window
/// From the shoulder between the fast and the slow decay — the first minimum of |dF/d ln t| on the way back from where F is
/// 1/e of its first value, slopes being those of straight lines through the lags within a factor of 1.8 — or, where there is no
/// shoulder, from the lag where 0.8 of the first value is left; to the last lag before F falls below 2 % of its first value or
/// below two standard errors.
///
/// # Verdict
/// [`Verdict::Unresolved`] for the same reasons as in [`fit`](super::fit), as far as they apply: a mean relaxation time beyond
/// the longest fitted lag ([`Reason::NoPlateau`]: here the decay is not seen) or before the shortest, degenerate
/// parameters, β at the end of its range from 0.05 to 2, resamples without the decay, too few lags.
///
/// # Errors
/// As [`fit`](super::fit).
///
/// ```
/// use msed::relaxation::{self, Weighting, Window};
/// use msed::stats::{Resamples, Resampling};
/// use msed::{Curve, Lags};
/// let lags = Lags::logarithmic(10).resolve(5000, 1.0)?;
/// let values = lags.iter().map(|&t| 0.7 * (-(t as f64 / 300.0).powf(0.8)).exp()).collect();
/// let origins = lags.iter().map(|t| 5000 - t).collect();
/// let none = Resamples::new(Resampling::None, 1);
/// let curve = Curve::from_replicates(lags, 1.0, values, origins, vec![], none, 5000);
/// let tail = relaxation::fit_decay(&curve, Window::Given([5.0, 2000.0]), Weighting::Uniform)?;
/// assert!((tail.relaxation_time().value() - 300.0).abs() < 1e-3);
/// assert!((tail.amplitude().value() - 0.7).abs() < 1e-6);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn fit_decay(curve: &Curve, window: Window, weighting: Weighting) -> Result<Decay, FitError> {
    let window = match asked(window)? {
        Some(window) => window,
        None => automatic(curve)?,
    };
    let refit = Refit::new(curve, Form::Decay, true, window, weighting)?;
    let mut reasons = Vec::new();
    if refit.has_relaxation(&refit.whole)
        && let Some((amplitude, standard_error)) = refit.amplitude(curve)
    {
        let needed = Refit::needed(curve);
        if amplitude <= needed * standard_error {
            reasons.push(Reason::WithinNoise {
                amplitude,
                standard_error,
                needed,
                after: None,
            });
        }
    }
    reasons.extend(refit.reasons());
    Ok(Decay {
        weighting,
        window,
        points: refit.points().len(),
        amplitude: refit.estimate(curve, |s| s.parameters.amplitude),
        relaxation_time: refit.estimate(curve, |s| s.parameters.log_tau.exp()),
        beta: refit.estimate(curve, |s| s.parameters.beta),
        mean_relaxation_time: refit.estimate(curve, |s| {
            mean_relaxation_time(s.parameters.log_tau.exp(), s.parameters.beta)
        }),
        reduced_chi_squared: refit.reduced_chi_squared(weighting),
        condition_number: refit.information.condition,
        termination: refit.whole.termination,
        verdict: Verdict::new(reasons),
        cautions: refit.cautions(curve),
    })
}

fn automatic(curve: &Curve) -> Result<[f64; 2], FitError> {
    let curve = curve.without_zero();
    let times: Vec<f64> = curve.lag_times().collect();
    let values = curve.values();
    let (Some(&first), Some(&start)) = (values.first(), times.first()) else {
        return Err(FitError::TooFewPoints {
            found: 0,
            expected: 3,
            window: [0.0, 0.0],
        });
    };
    let last = times.len() - 1;
    let noise = |k: usize| curve.standard_errors()[k].map_or(0.0, |error| 2.0 * error);
    let end = (0..=last)
        .find(|&k| values[k] < noise(k).max(FLOOR * first))
        .map_or(last, |k| k.saturating_sub(1));
    let level = |part: f64| first_crossing(&curve, part * first, Direction::Falling);
    // Where F has not fallen to 1/e, the whole curve is on the way there.
    let middle = level((-1.0_f64).exp())?
        .time()
        .map_or(times[last], Estimate::value);
    let middle = times.iter().rposition(|&t| t <= middle).unwrap_or(0);
    let slopes: Vec<f64> = (0..=middle).map(|k| -slope(&times, values, k)).collect();
    let shoulder = (1..middle).rev().find(|&k| {
        slopes[k] < slopes[k + 1] && slopes[k] < slopes[k - 1] && contains_minimum(&slopes, &times, k)
    });
    let start = match shoulder {
        Some(k) => times[k],
        None => level(BEGIN)?.time().map_or(start, Estimate::value),
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
        .all(|(&s, &t)| !contains(around, t) || s >= slopes[k])
}

/// The slope of a straight line in ln t through the lags around one.
fn slope(times: &[f64], values: &[f64], k: usize) -> f64 {
    let around = [times[k] / SLOPE_FACTOR, times[k] * SLOPE_FACTOR];
    let near = || {
        times
            .iter()
            .zip(values)
            .filter(|&(&t, _)| contains(around, t))
            .map(|(t, v)| (t.ln(), v))
    };
    let count = near().count() as f64;
    let (x, y) = near().fold((0.0, 0.0), |(x, y), (t, v)| (x + t / count, y + v / count));
    let (xx, xy) = near().fold((0.0, 0.0), |(xx, xy), (t, v)| {
        (xx + (t - x) * (t - x), xy + (t - x) * (v - y))
    });
    if xx > 0.0 { xy / xx } else { 0.0 }
}
