//! What speaks against a fit, and what to know about it.

use super::caution::Caution;
use super::fall::Fall;
use super::found::Relaxation;
use super::model::Form;
use super::resampled::Resampled;
use super::thresholds::{
    BLOCK, BLOCK_IN_LAGS, CONDITION, EXPONENT, EXPONENT_AT_BOUND, LAGS_PER_PARAMETER, LEAST_SQUARES_ERROR,
    LOG_ERROR, PLATEAU, RISE_ERROR, SLOPE, WITHOUT_RELAXATION,
};
use super::verdict::Reason;
use crate::stats::Significance;

/// Why a fit is not resolved. `found` has the numbers as they are shown; `after` is the last
/// significant fall before an automatic window, `spectrum` the fit that it stands beside.
pub(super) fn reasons(
    fitted: &Resampled<'_>,
    found: &Relaxation,
    after: Option<Fall>,
    spectrum: Option<&Relaxation>,
) -> Vec<Reason> {
    let (p, points) = (fitted.parameters(), &fitted.points);
    let (shortest_lag, longest_lag) = (points.shortest(), points.longest());
    let mut reasons = Vec::new();
    if fitted.solver.shape.form == Form::Rise
        && let Some(fall) = Fall::steepest(fitted.points.curve, &points.positions)
    {
        let allowed = Fall::allowed(fitted.points.curve);
        if fall.standard_errors > allowed {
            reasons.push(Reason::Falls { fall, allowed });
        }
    }
    let within_noise = within_noise(fitted, after);
    let is_above_noise = within_noise.is_none();
    reasons.extend(within_noise);
    let (lags, needed) = (
        points.times.len(),
        LAGS_PER_PARAMETER * fitted.solver.shape.parameters(),
    );
    if lags < needed {
        reasons.push(Reason::TooFewPoints { found: lags, needed });
    }
    if !(p.mean_time() <= longest_lag) {
        reasons.push(Reason::NoPlateau {
            mean_relaxation_time: p.mean_time(),
            longest_lag,
        });
    }
    if p.tau() < shortest_lag {
        reasons.push(Reason::BeforeWindow {
            relaxation_time: p.tau(),
            shortest_lag,
        });
    }
    let [low, high] = EXPONENT_AT_BOUND;
    if fitted.solver.shape.is_free() && (p.beta < low * EXPONENT[0] || p.beta > high * EXPONENT[1]) {
        reasons.push(Reason::ExponentAtBound {
            beta: p.beta,
            range: EXPONENT,
        });
    }
    let (condition, log_time_error) = (fitted.information.condition, fitted.log_time_error());
    let vague = log_time_error.is_none_or(|e| e > LEAST_SQUARES_ERROR);
    if fitted.has_relaxation() && (condition > CONDITION || vague) {
        reasons.push(Reason::Degenerate {
            condition,
            log_time_error: log_time_error.unwrap_or(f64::INFINITY),
        });
    }
    let (of, without) = fitted.resamples_without();
    // Beside a spectrum, which has an error, a time without one is not resolved.
    let many = WITHOUT_RELAXATION * of as f64;
    if of > 0 && (without as f64 >= many || (spectrum.is_some() && without > 0)) {
        reasons.push(Reason::Resamples { without, of });
    }
    // A number without an error is shown without one, and Caution::Resamples tells why.
    let time_error = found.relaxation_time.ln().standard_error();
    if let Some(log_time_error) = time_error.filter(|&error| error > LOG_ERROR) {
        reasons.push(Reason::Vague { log_time_error });
    }
    let rise = &found.um_squared;
    let rise_error = rise.standard_error().map(|error| error / rise.value());
    if fitted.solver.shape.form == Form::Rise
        && is_above_noise
        && let Some(relative_error) = rise_error.filter(|&error| error > RISE_ERROR)
    {
        reasons.push(Reason::NoSlowPart { relative_error });
    }
    if let Some([first, _, neighbours]) = fitted.misfit(f64::INFINITY) {
        // A window that starts too early shows at its first lag alone.
        let freedom = points.curve.resamples().degrees_of_freedom();
        let bounds = [Significance::FALL, Significance::ANY_LAG].map(|of| of.threshold(freedom));
        let beyond = [first, neighbours].into_iter().zip(bounds);
        let beyond = beyond.filter(|(standard_errors, allowed)| standard_errors > allowed);
        reasons.extend(beyond.take(1).map(|(standard_errors, allowed)| Reason::Misfit {
            standard_errors,
            allowed,
        }));
    }
    let slope = fitted.whole.slope;
    if slope > SLOPE {
        reasons.push(Reason::NotAMinimum { slope });
    }
    // What the spectrum has no slow part for, the curve has none for either. That its τ is vague is
    // no such reason: the curve's own error tells. Neither is a thermostat, whose time is compared
    // with the curve's own.
    let of_spectrum = spectrum.into_iter().flat_map(|fit| fit.verdict.reasons());
    let is_own = |r: &&Reason| !matches!(r, Reason::Vague { .. } | Reason::Thermostat { .. });
    reasons.extend(of_spectrum.filter(is_own).cloned());
    reasons
}

fn within_noise(fitted: &Resampled<'_>, after: Option<Fall>) -> Option<Reason> {
    let known = fitted.weighting.is_none();
    let nothing = fitted.parameters().amplitude <= 0.0 && fitted.solver.shape.form == Form::Rise;
    let (amplitude, standard_error) = if fitted.has_relaxation() || (known && nothing) {
        fitted.amplitude()?
    } else if nothing {
        (0.0, fitted.offset().standard_error()?)
    } else {
        return None;
    };
    let needed = if known {
        Significance::AMPLITUDE_OF_KNOWN_COVARIANCE.threshold(Some(f64::INFINITY))
    } else {
        Significance::AMPLITUDE.threshold(fitted.points.curve.resamples().degrees_of_freedom())
    };
    (amplitude <= needed * standard_error).then_some(Reason::WithinNoise {
        amplitude,
        standard_error,
        needed,
        after,
    })
}

/// What a reader should know about the error bars.
pub(super) fn cautions(fitted: &Resampled<'_>) -> Vec<Caution> {
    let curve = fitted.points.curve;
    let (mean_relaxation_time, longest_lag) = (fitted.parameters().mean_time(), fitted.points.longest());
    let (of, without) = fitted.resamples_without();
    let mut cautions = Vec::new();
    if longest_lag < PLATEAU * mean_relaxation_time {
        cautions.push(Caution::ExtrapolatedPlateau {
            longest_lag,
            mean_relaxation_time,
        });
    }
    if of < 2 {
        cautions.push(Caution::NoResamples);
        return cautions;
    }
    if fitted.solver.shape.form == Form::Rise
        && fitted.has_relaxation()
        && fitted.parameters().offset == 0.0
        && let Some(error) = fitted.offset().standard_error()
    {
        let freedom = curve.resamples().degrees_of_freedom();
        cautions.push(Caution::PlateauAtZero {
            upper_limit: error * Significance::UPPER_LIMIT.threshold(freedom),
            level: Significance::UPPER_LIMIT_LEVEL,
        });
    }
    let block = curve.block_length();
    if block < BLOCK * mean_relaxation_time {
        cautions.push(Caution::ShortBlocks {
            block,
            mean_relaxation_time,
        });
    }
    if block < BLOCK_IN_LAGS * longest_lag {
        cautions.push(Caution::LongLags { block, longest_lag });
    }
    if without > 0 {
        cautions.push(Caution::Resamples { without, of });
    }
    cautions
}
