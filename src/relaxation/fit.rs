//! The fit of Eq. (11) to a mean-squared energy difference.

use super::Window;
use super::error::FitError;
use super::model::{Model, Weighting, mean_relaxation_time};
use super::problem::Form;
use super::refit::Refit;
use super::solver::Termination;
use super::verdict::{Caution, Fall, Reason, Verdict};
use super::window::{AFTER_FALL, END, Opening, allowed_fall, asked, opening, steepest_fall};
use crate::curve::Curve;
use crate::stats::Estimate;

/// How many standard errors a curve may differ from a fit at its first lags, and at any up to ten mean relaxation times, where the
/// window can start. With fewer blocks than ten more are allowed: the levels at which Student's t reaches these with nine degrees of
/// freedom.
const AGREES: [f64; 2] = [3.0, 5.0];
const AGREES_LEVELS: [f64; 2] = [1.0 - 1.496e-2, 1.0 - 7.39e-4];
const AGREES_UP_TO: f64 = 10.0;
/// The latest start, in relaxation times, that is put off further than where the curve begins to agree with the fit.
const LATEST_START: f64 = 0.5;

/// The relaxation of a mean-squared energy difference: see [`fit`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fit {
    model: Model,
    weighting: Weighting,
    window: [f64; 2],
    lag_range: [f64; 2],
    points: usize,
    u0_squared: Estimate,
    um_squared: Estimate,
    relaxation_time: Estimate,
    beta: Estimate,
    mean_relaxation_time: Estimate,
    least_squares_covariance: Option<[[f64; 4]; 4]>,
    reduced_chi_squared: Option<f64>,
    condition_number: f64,
    termination: Termination,
    verdict: Verdict,
    cautions: Vec<Caution>,
}

impl Fit {
    /// The form fitted.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

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

    /// The shortest and the longest lag time in the window that had a weight.
    #[must_use]
    pub fn lag_range(&self) -> [f64; 2] {
        self.lag_range
    }

    /// Number of lags fitted.
    #[must_use]
    pub fn points(&self) -> usize {
        self.points
    }

    /// The fast plateau U0², in the curve's unit (energy² per particle²). It is not negative. Where it rests at 0, on the whole
    /// or on a resample, its replicates are those of a fit without that bound, to first order in the values, and may be
    /// negative: its standard error says how well the data know it, and [`Caution::PlateauAtZero`] what it is below.
    #[must_use]
    pub fn u0_squared(&self) -> &Estimate {
        &self.u0_squared
    }

    /// The slow rise Um², in the curve's unit. On a resample without such a relaxation it is NaN, and then it has no
    /// standard error; the same holds for the times and the exponent.
    #[must_use]
    pub fn um_squared(&self) -> &Estimate {
        &self.um_squared
    }

    /// The relaxation time τ*, in time units.
    #[must_use]
    pub fn relaxation_time(&self) -> &Estimate {
        &self.relaxation_time
    }

    /// The exponent β: exactly 1 for [`Model::Exponential`].
    #[must_use]
    pub fn beta(&self) -> &Estimate {
        &self.beta
    }

    /// The mean relaxation time (τ/β) Γ(1/β), in time units.
    #[must_use]
    pub fn mean_relaxation_time(&self) -> &Estimate {
        &self.mean_relaxation_time
    }

    /// The covariance of U0², Um², τ and β, in this order, that least squares imply for *independent* lags: the inverse of
    /// the weighted normal matrix, times the residual variance where weights are uniform. Row and column of β are zero where
    /// it is fixed. `None` where the matrix has no inverse, or no lag is left for the residual variance.
    ///
    /// Neighbouring lags share most of their pairs, so that the errors in it are too small, often severalfold. The errors of
    /// the parameters are those of their replicates.
    #[must_use]
    pub fn least_squares_covariance(&self) -> Option<&[[f64; 4]; 4]> {
        self.least_squares_covariance.as_ref()
    }

    /// The sum of squared residuals in standard errors over the degrees of freedom, if weights are standard errors and
    /// there is a degree of freedom. Since lags are correlated it does not follow chi-squared statistics: values well below
    /// 1 are usual.
    #[must_use]
    pub fn reduced_chi_squared(&self) -> Option<f64> {
        self.reduced_chi_squared
    }

    /// The ratio of the largest to the smallest singular value of the weighted derivatives by U0², Um², ln τ and ln β, each
    /// scaled to unit length. Infinite where a parameter has no influence at all.
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
        self.u0_squared.value() - self.um_squared.value() * (-reduced).exp_m1()
    }
}

/// Fits Eq. (11), [`Model`], to a mean-squared energy difference by least squares, once on the whole and once on each of its
/// resamples, with the same lags and weights.
///
/// ```text
/// minimise over U0², Um², τ > 0, β:   Σ_k w_k [MSED(t_k) - U0² - Um² (1 - exp(-(t_k/τ)^β))]²
/// ```
///
/// # Lags
/// Every lag above 0 in the window counts once, so that the grid is a weighting too: linear lags over-weight long times. Use
/// [`Lags::logarithmic`](crate::Lags::logarithmic).
///
/// # Automatic window
/// Chosen from the curve by these rules; [`Fit::window`] says what came out.
/// - *Start.* A curve that begins steeper than t^1.2 begins with inertial motion, which is skipped to twice the time of the
///   first minimum after its first maximum. Then the last lag is sought from which the curve falls by more than six standard
///   errors of the difference (more than six for fewer than ten blocks: the same quantile of Student's t): vibrations, or a
///   thermostat's oscillation. The window starts at twice the time of the bottom of that fall, where an oscillation that decays
///   exponentially has decayed once more by as much. Where there is neither, it starts at the first lag.
/// - *Agreement.* Vibrations that only rise are found by the fit: from there on, the first lag is sought from which a fit differs from the
///   curve by no more than three standard errors of the difference at its first lags (up to twice the start, three at least) and five at any
///   up to ten mean relaxation times, with τ no shorter than the start. If that is not the first one tried, the window starts at twice its
///   time, but for that not later than τ/2: what is left of the vibrations is within noise at the one and far below it at the other. Where no
///   start agrees, as where the run is too short for errors or Eq. (11) is not the curve's form, the start stays.
/// - *End.* At the last lag that keeps nine tenths of the origins that a run has (a tenth of the run, where lags are decimated too), or earlier at five mean relaxation
///   times of a first fit up to there, but not before twenty times the start.
///
/// # Verdict
/// [`Verdict::Unresolved`] where the curve falls inside of the window (by the same six standard errors), the mean relaxation
/// time is longer than the longest fitted lag or τ shorter than the shortest, Um² is within noise, parameters are degenerate
/// (condition number above 1000, or a least-squares error of ln τ above 1), β is at the end of its range, half of the
/// resamples or more have no such relaxation, or lags are fewer than two for each parameter. Few or short blocks, and a
/// plateau that is extrapolated, do not make a fit unresolved: see [`Fit::cautions`].
///
/// # Solver
/// For each τ (and β) of a logarithmic grid from 1/30 of the shortest to 30 times the longest lag the best non-negative
/// U0² and Um² are a closed form; the lowest minima of this scan start Levenberg-Marquardt in U0, Um, ln τ and β with analytic
/// derivatives, and the best end wins. A resample is scanned again and also started from the solution of the whole. A search
/// that ends at U0² = 0 is repeated with U0² held there, since U0 has no slope at 0 and the search would stall on its way to τ.
///
/// # Cost
/// The scan's shapes are computed once: of the order of a millisecond for 70 lags, and a few tens of microseconds for each
/// resample.
///
/// # Errors
/// [`FitError`]: a window that does not increase, fewer lags than parameters, no standard errors where weights or an automatic
/// window need them, a value that is not finite.
///
/// # Examples
/// ```
/// use msed::relaxation::{self, Model, Verdict, Weighting, Window};
/// use msed::stats::{Resamples, Resampling};
/// use msed::{Curve, Lags};
///
/// // U0² = 4, Um² = 1 and τ = 20 exactly.
/// let lags = Lags::logarithmic(20).resolve(1000, 1.0)?;
/// let values = lags.iter().map(|&t| 5.0 - (-(t as f64) / 20.0).exp()).collect();
/// let origins = lags.iter().map(|t| 1000 - t).collect();
/// let none = Resamples::new(Resampling::None, 1);
/// let curve = Curve::from_replicates(lags, 1.0, values, origins, vec![], none, 1000);
///
/// let fit = relaxation::fit(&curve, Model::Exponential, Window::Given([1.0, 200.0]), Weighting::Uniform)?;
/// assert!((fit.relaxation_time().value() - 20.0).abs() < 1e-6);
/// assert!((fit.um_squared().value() - 1.0).abs() < 1e-8);
/// assert_eq!(fit.verdict(), &Verdict::Resolved);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// # References
/// Eq. (11) of Zhang, Sun, Gong, arXiv:2501.07902; Chin. Phys. Lett. 42, 056301 (2025).
pub fn fit(curve: &Curve, model: Model, window: Window, weighting: Weighting) -> Result<Fit, FitError> {
    let stretched = model == Model::Stretched;
    let refit = |window| Refit::new(curve, Form::Rise, stretched, window, weighting);
    let (window, after, refit) = match asked(window)? {
        Some(window) => (window, None, refit(window)?),
        None => {
            let opening = usable_opening(curve, model)?;
            let (opening, first) = agreeing(curve, opening, 2 * model.parameters(), refit)?;
            let relaxes = first.has_relaxation(&first.whole);
            let closed = opening.close(relaxes.then(|| first.mean_time()));
            let refit = if closed == opening.window {
                first
            } else {
                refit(closed)?
            };
            (closed, opening.after, refit)
        }
    };
    let mut reasons = Vec::new();
    if let Some(fall) = steepest_fall(curve, refit.points()) {
        let allowed = allowed_fall(curve);
        if fall.standard_errors > allowed {
            reasons.push(Reason::Falls { fall, allowed });
        }
    }
    reasons.extend(amplitude_reason(curve, &refit, after));
    reasons.extend(refit.reasons());
    Ok(Fit {
        model,
        weighting,
        window,
        lag_range: [refit.shortest(), refit.longest()],
        points: refit.points().len(),
        u0_squared: refit.offset(curve),
        um_squared: refit.estimate(curve, |s| s.parameters.amplitude),
        relaxation_time: refit.estimate(curve, |s| s.parameters.log_tau.exp()),
        beta: refit.estimate(curve, |s| s.parameters.beta),
        mean_relaxation_time: refit.estimate(curve, |s| {
            mean_relaxation_time(s.parameters.log_tau.exp(), s.parameters.beta)
        }),
        least_squares_covariance: covariance(&refit, stretched),
        reduced_chi_squared: refit.reduced_chi_squared(weighting),
        condition_number: refit.information.condition,
        termination: refit.whole.termination,
        verdict: Verdict::new(reasons),
        cautions: refit.cautions(curve),
    })
}

/// The opening of an automatic window; the whole curve where it leaves too little to judge, which then says why.
fn usable_opening(curve: &Curve, model: Model) -> Result<Opening, FitError> {
    let opening = opening(curve)?;
    let left = curve
        .lag_times()
        .zip(curve.standard_errors())
        .filter(|&(t, error)| error.is_some() && super::window::contains(opening.window, t))
        .count();
    if left >= 2 * model.parameters() {
        return Ok(opening);
    }
    let first = curve.lag_times().find(|&t| t > 0.0).unwrap_or(0.0);
    Ok(Opening {
        window: [first, opening.window[1]],
        after: None,
    })
}

fn amplitude_reason(curve: &Curve, refit: &Refit, after: Option<Fall>) -> Option<Reason> {
    let (amplitude, standard_error) = if refit.has_relaxation(&refit.whole) {
        refit.amplitude(curve)?
    } else if refit.whole.parameters.amplitude > 0.0 {
        return None;
    } else {
        (0.0, refit.offset(curve).standard_error()?)
    };
    let needed = Refit::needed(curve);
    (amplitude <= needed * standard_error).then_some(Reason::WithinNoise {
        amplitude,
        standard_error,
        needed,
        after,
    })
}

fn covariance(refit: &Refit, stretched: bool) -> Option<[[f64; 4]; 4]> {
    if refit.variance.is_nan() {
        return None;
    }
    let logarithmic = refit.information.covariance.as_ref()?;
    let p = refit.whole.parameters;
    // From ln τ and ln β to τ and β.
    let scale = [1.0, 1.0, p.log_tau.exp(), p.beta];
    let count = if stretched { 4 } else { 3 };
    let mut covariance = [[0.0; 4]; 4];
    for i in 0..count {
        for j in 0..count {
            covariance[i][j] = logarithmic[(i, j)] * scale[i] * scale[j] * refit.variance;
        }
    }
    Some(covariance)
}

/// Where a fit to the lags from a start onwards describes the first of them. `refit` fits a window, `least` is the number of lags that
/// it needs. The opening, with the fit in it, where there is no such start.
fn agreeing(
    curve: &Curve,
    opening: Opening,
    least: usize,
    refit: impl Fn([f64; 2]) -> Result<Refit, FitError>,
) -> Result<(Opening, Refit), FitError> {
    let [_, end] = opening.window;
    let first = refit(opening.window)?;
    if curve.resamples().len() < 2 {
        return Ok((opening, first));
    }
    let allowed: [f64; 2] =
        std::array::from_fn(|k| AGREES[k].max(curve.resamples().t_quantile(AGREES_LEVELS[k])));
    let agrees = |fit: &Refit| {
        fit.has_relaxation(&fit.whole)
            && fit.tau() >= fit.shortest()
            && fit
                .misfit(curve, AGREES_UP_TO)
                .is_some_and(|misfit| misfit.iter().zip(&allowed).all(|(m, a)| m <= a))
    };
    if agrees(&first) {
        return Ok((opening, first));
    }
    let times: Vec<f64> = first.points().iter().map(|&k| curve.lag_time(k)).collect();
    let last_start = times.len().saturating_sub(least);
    for &start in times[..last_start].iter().skip(1).filter(|&&t| END.1 * t <= end) {
        let found = refit([start, end])?;
        if agrees(&found) {
            // What is left of the vibrations is within noise here, and twice as late far below it.
            let start = start.max((AFTER_FALL * start).min(LATEST_START * found.tau()));
            let window = [start, end];
            let found = refit(window)?;
            return Ok((Opening { window, ..opening }, found));
        }
    }
    Ok((opening, first))
}
