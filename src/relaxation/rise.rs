//! Times of a rise that are read from the curve itself.

use std::fmt;

use statrs::function::gamma::checked_gamma_ur;
use thiserror::Error;

use super::crossing::{NotReached, first_rise};
use super::error::FitError;
use super::fall::Time;
use super::found::{Evidence, Relaxation};
use super::model::mean_relaxation_time;
use super::thresholds::{LOG_ERROR, PLATEAU};
use super::verdict::Verdict;
use crate::curve::{Curve, is_inside};
use crate::stats::{Estimate, Outcome};

/// 1 - 1/e.
const LEVEL: f64 = 0.632_120_558_828_557_7;
/// A straight line in ln t goes through the lags within this factor of τ_e, where any stretched
/// exponential has a point of inflection. The line has no bias to second order, and one of 0.4 % in
/// all.
const AROUND: f64 = 2.0;
/// How often a block must hold a lag: a longer lag shares most of its pairs with the next block.
const BLOCK: f64 = 2.0;
/// How often the line is centred on its own τ_e.
const CENTRED: usize = 2;
/// Fewest lags of the line.
const FEWEST: usize = 3;

/// The integral of a relaxation that is read from its curve: see [`integral_time`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct IntegralTime {
    /// The integral, in time units: the mean relaxation time.
    pub time: Estimate,
    /// The lag time up to which the curve was read, in time units.
    pub cut: f64,
    /// The fraction of the integral beyond the cut, where the fitted form is integrated.
    pub tail: Estimate,
}

impl fmt::Display for IntegralTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.time.fmt(f)
    }
}

/// Why no time can be read from a rise.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NoRise {
    /// The fit that gives U0² and Um² is not resolved.
    #[error("U0² and Um² are {0}")]
    Fit(Verdict),
    /// The rise does not pass the level at any trusted lag.
    #[error("the rise in units of Um²: {0}")]
    Level(NotReached),
    /// The trusted lags, which a block holds twice, end before twice τ_e or three mean times.
    #[error(
        "the run is too short: lags can be trusted up to {}, where a block holds them {BLOCK} times, needed up to {}",
        Time(.found), Time(.needed)
    )]
    TooShort {
        /// The longest trusted lag, in time units; 0 where there is none.
        found: f64,
        /// The longest lag needed.
        needed: f64,
    },
    /// Fewer than three lags within a factor of two of the time.
    #[error("{found} lags within a factor of {AROUND} of t = {}, expected at least {FEWEST}", Time(.time))]
    FewLags {
        /// Lags that can be used.
        found: usize,
        /// Where the rise passes the level, in time units.
        time: f64,
    },
    /// The time is not known to within a factor of about 1.6.
    #[error("the time is known to a factor exp({log_time_error:.2}) only")]
    Vague {
        /// The standard error of its logarithm; infinite where a resample has no such time.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        log_time_error: f64,
    },
}

/// The time τ_e at which the mean-squared difference has risen from U0² by (1 - 1/e) Um²:
/// ```text
/// MSED(tau_e) = U0² + (1 - 1/e) Um²
/// ```
/// It is in time units. For any stretched exponential τ_e equals τ. No form is assumed between the
/// two plateaus. τ_e is therefore a second opinion beside the τ of a fit: where the two differ
/// beyond their errors, the fitted form is wrong.
///
/// **Plateaus.** U0² and Um² are those of `fit`, of the same run. Take them from a spectrum
/// ([`Whittle`](crate::spectrum::Whittle)), whose sum U0² + Um² is twice the variance of an
/// infinite run whatever the form, and whose Um² knows the exponent. The plateau of an exponential
/// fit to lags is too low where the relaxation is stretched, and so is τ_e.
///
/// **Lags.** The trusted lags begin with the fit's [`window`](Relaxation::window), which is free of
/// vibrations. Each has an error, and a block holds it twice. Where the nearest curve that never
/// falls passes the level, a straight line in ln t is fitted to the lags within a factor of two:
/// any stretched exponential has a point of inflection there. A crossing of the curve itself would
/// jump from lag to lag with the noise, and so would its error from resamples.
///
/// **Errors.** U0², Um² and the curve go through the same resamples. In runs of 100 relaxation
/// times the errors are too small: a tenth of the times lies more than three errors from the truth,
/// because the plateaus are wrong as often.
///
/// **Accuracy.** For Gaussian series of 300 relaxation times the standard error is 1.1 times that
/// of the spectrum's τ. A fast relaxation that is not 20 times faster has not ended at τ_e, and
/// adds to it.
///
/// **Cost.** One pass over the lags for each resample.
///
/// # Errors
/// [`FitError::Resamples`] where curve and fit are not of the same run through the same resamples,
/// [`FitError::Decay`] for the fit of a decay, and [`FitError::NotFinite`] for such a value.
///
/// ```
/// use msed::relaxation::rise_time;
/// use msed::spectrum::Whittle;
/// use msed::{EnergyKind, Lags, Resampling, energy, io};
/// let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
/// let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
/// let fit = Whittle::new().to(&run)?;
/// let time = rise_time(&msed, &fit)?.into_result()?;
/// let ratio = (&time / &fit.relaxation_time).ln();
/// assert!(ratio.value().abs() < 3.0 * ratio.standard_error().unwrap());
/// # Ok::<(), msed::Error>(())
/// ```
pub fn rise_time(msed: &Curve, fit: &Relaxation) -> Result<Outcome<Estimate, NoRise>, FitError> {
    if let Some(why) = unfit(msed, fit)? {
        return Ok(Outcome::Unresolved(why));
    }
    let rise = trusted(&reduced(msed, fit)?, fit);
    if rise.is_empty() {
        return Ok(Outcome::Unresolved(NoRise::TooShort {
            found: 0.0,
            needed: fit.relaxation_time.value(),
        }));
    }
    let passed = match first_rise(&monotone(&rise), LEVEL)? {
        Outcome::Resolved(time) => time.value(),
        Outcome::Unresolved(why) => return Ok(Outcome::Unresolved(NoRise::Level(why))),
    };
    let mut time = Estimate::exact(passed);
    for _ in 0..CENTRED {
        let centre = time.value();
        let around = rise.window(centre / AROUND..=centre * AROUND);
        if around.len() < FEWEST {
            return Ok(Outcome::Unresolved(NoRise::FewLags {
                found: around.len(),
                time: centre,
            }));
        }
        time = straight_line_at(&around, LEVEL);
        let ratio = time.value() / passed;
        if !(ratio < AROUND && ratio > AROUND.recip()) {
            let log_time_error = f64::INFINITY;
            return Ok(Outcome::Unresolved(NoRise::Vague { log_time_error }));
        }
    }
    let (found, needed) = (rise.lag_times().last().unwrap_or(0.0), AROUND * time.value());
    if found < needed {
        return Ok(Outcome::Unresolved(NoRise::TooShort { found, needed }));
    }
    Ok(unless_vague(&time, time.clone()))
}

/// The integral of the slow part,
/// ```text
/// Um^-2 int from 0 to inf of [MSED(inf) - max(MSED(t), U0²)] dt,      MSED(inf) = U0² + Um²
/// ```
/// is the mean time of any relaxation: (τ/β) Γ(1/β) for a stretched exponential. It is in time
/// units.
///
/// **Plateaus, errors.** As for [`rise_time`].
///
/// **Short times.** Below the beginning of the fit's window the curve shows vibrations and the fast
/// relaxation. There the slow part is taken as a straight line from Um² at t = 0 to the curve, and
/// as Um² where the curve is still below U0². For the window of a spectrum this part of the
/// integral is below a tenth, and wrong by a few hundredths of itself.
///
/// **Long times.** The curve is summed up to three mean relaxation times of the fit; beyond, the
/// noise of a long sum would outweigh what is left. That [`tail`](IntegralTime::tail) is the
/// integral of the fitted form: 5 % of an exponential, 20 % at an exponent of 0.6. It contributes
/// to the error, since the fit goes through the same resamples. The cut is the same on each of
/// them.
///
/// **Accuracy.** For Gaussian series of 300 relaxation times the standard error is 1.2 times that
/// of the mean time of the spectrum.
///
/// **Cost.** One pass over the lags for each resample.
///
/// # Errors
/// As for [`rise_time`].
///
/// ```
/// use msed::relaxation::integral_time;
/// use msed::spectrum::Whittle;
/// use msed::{EnergyKind, Lags, Resampling, energy, io};
/// let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
/// let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
/// let fit = Whittle::new().to(&run)?;
/// let found = integral_time(&msed, &fit)?.into_result()?;
/// assert!(found.tail.value() < 0.25);
/// let ratio = (&found.time / &fit.mean_relaxation_time).ln();
/// assert!(ratio.value().abs() < 3.0 * ratio.standard_error().unwrap());
/// # Ok::<(), msed::Error>(())
/// ```
pub fn integral_time(msed: &Curve, fit: &Relaxation) -> Result<Outcome<IntegralTime, NoRise>, FitError> {
    let cut = match readable_up_to(msed, fit)? {
        Outcome::Resolved(cut) => cut,
        Outcome::Unresolved(why) => return Ok(Outcome::Unresolved(why)),
    };
    let summed = trusted(&reduced(msed, fit)?, fit).window(0.0..=cut);
    let times: Vec<f64> = summed.lag_times().collect();
    let before = summed.evaluate(|rise| {
        let left = |k: usize| (1.0 - rise[k]).min(1.0);
        let first = 0.5 * times[0] * (1.0 + left(0));
        let pairs = (1..times.len()).map(|k| 0.5 * (times[k] - times[k - 1]) * (left(k) + left(k - 1)));
        first + pairs.sum::<f64>()
    });
    let beyond = Estimate::together([&fit.relaxation_time, &fit.beta], |[tau, beta]| {
        left_beyond(cut, tau, beta)
    });
    let time = &before + &beyond;
    let found = IntegralTime {
        tail: &beyond / &time,
        time: time.clone(),
        cut,
    };
    Ok(unless_vague(&time, found))
}

/// The integral of `exp(-(t/tau)^beta)` beyond a time.
fn left_beyond(time: f64, tau: f64, beta: f64) -> f64 {
    let part = checked_gamma_ur(1.0 / beta, (time / tau).powf(beta)).unwrap_or(f64::NAN);
    mean_relaxation_time(tau, beta) * part
}

/// The last lag time of at most three mean relaxation times, up to which a curve is summed and
/// beyond which the fitted form takes its place: the noise of a longer sum would outweigh what is
/// left.
pub(crate) fn readable_up_to(msed: &Curve, fit: &Relaxation) -> Result<Outcome<f64, NoRise>, FitError> {
    if let Some(why) = unfit(msed, fit)? {
        return Ok(Outcome::Unresolved(why));
    }
    let rise = trusted(&reduced(msed, fit)?, fit);
    let needed = PLATEAU * fit.mean_relaxation_time.value();
    let found = rise.lag_times().last().unwrap_or(0.0);
    let cut = rise.window(0.0..=needed).lag_times().last();
    Ok(match cut.filter(|_| found >= needed) {
        Some(cut) => Outcome::Resolved(cut),
        None => Outcome::Unresolved(NoRise::TooShort { found, needed }),
    })
}

/// Why no time can be read between the plateaus of this fit; `None` where one can.
fn unfit(msed: &Curve, fit: &Relaxation) -> Result<Option<NoRise>, FitError> {
    if let Evidence::Decay(_) = fit.evidence {
        return Err(FitError::Decay);
    }
    FitError::unless_beside(msed, fit)?;
    Ok((!fit.verdict.is_resolved()).then(|| NoRise::Fit(fit.verdict.clone())))
}

/// The rise from U0² in units of Um², `[MSED(t) - U0²]/Um²`, on the whole and on each resample.
fn reduced(msed: &Curve, fit: &Relaxation) -> Result<Curve, FitError> {
    let curve = msed.without_zero();
    if let Some(k) = curve.values().iter().position(|value| !value.is_finite()) {
        return Err(FitError::NotFinite {
            lag_time: curve.lag_time(k),
            found: curve.values()[k],
        });
    }
    let of = |values: &[f64], u0: f64, um: f64| values.iter().map(|x| (x - u0) / um).collect();
    let (u0, um) = (&fit.u0_squared, &fit.um_squared);
    let resamples = u0.replicates().iter().zip(um.replicates()).enumerate();
    Ok(Curve::from_replicates(
        curve.lags().to_vec(),
        curve.time_step(),
        of(curve.values(), u0.value(), um.value()),
        curve.origins().to_vec(),
        resamples
            .map(|(r, (&u0, &um))| of(curve.replicate(r), u0, um))
            .collect(),
        curve.resamples(),
        curve.longest_with_error(),
    ))
}

/// The lags from the beginning of a fit's window on whose errors can be trusted; all of them for a
/// curve without resamples.
fn trusted(curve: &Curve, fit: &Relaxation) -> Curve {
    let start = fit.window()[0];
    if curve.resamples().len() < 2 {
        return curve.window(start..=f64::INFINITY);
    }
    let reach = [start, curve.block_length() / BLOCK];
    curve.select(|k| is_inside(reach, curve.lag_time(k)) && curve.standard_errors()[k].is_some())
}

/// The lag time at which the straight line in ln t through the values of all lags has a level.
fn straight_line_at(curve: &Curve, level: f64) -> Estimate {
    let logs: Vec<f64> = curve.lag_times().map(f64::ln).collect();
    let number = logs.len() as f64;
    let middle = logs.iter().sum::<f64>() / number;
    let spread: f64 = logs.iter().map(|x| (x - middle).powi(2)).sum();
    curve.evaluate(|values| {
        let mean = values.iter().sum::<f64>() / number;
        let slope: f64 = logs
            .iter()
            .zip(values)
            .map(|(x, y)| (x - middle) * y)
            .sum::<f64>()
            / spread;
        if slope > 0.0 {
            (middle + (level - mean) / slope).exp()
        } else {
            f64::NAN
        }
    })
}

/// The curve that never falls and is the nearest to this one in least squares, on the whole and on
/// each resample: neighbours that fall are replaced by their mean, until none does (R. E. Barlow,
/// D. J. Bartholomew, J. M. Bremner and H. D. Brunk, *Statistical Inference under Order
/// Restrictions*, Wiley 1972).
fn monotone(curve: &Curve) -> Curve {
    let of = |values: &[f64]| {
        let mut levels: Vec<(f64, usize)> = Vec::with_capacity(values.len());
        for &value in values {
            let (mut mean, mut count) = (value, 1);
            while let Some((before, number)) = levels.pop_if(|(before, _)| *before > mean) {
                mean = (before * number as f64 + mean * count as f64) / (number + count) as f64;
                count += number;
            }
            levels.push((mean, count));
        }
        let levels = levels.into_iter();
        levels
            .flat_map(|(mean, count)| std::iter::repeat_n(mean, count))
            .collect()
    };
    curve.with_values(of)
}

/// What was found, unless the error of its time is too large.
fn unless_vague<T>(time: &Estimate, found: T) -> Outcome<T, NoRise> {
    let has_resamples = time.runs().any(|(resamples, _)| resamples.len() >= 2);
    let log_time_error = time.ln().standard_error().unwrap_or(f64::INFINITY);
    if !(time.value() > 0.0) || (has_resamples && !(log_time_error <= LOG_ERROR)) {
        return Outcome::Unresolved(NoRise::Vague { log_time_error });
    }
    Outcome::Resolved(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lag::Lags;
    use crate::relaxation::{Fit, Model, Weighting};
    use crate::sampling::{Lag, Sampling};
    use crate::stats::{Resamples, Resampling, RunId};

    /// The exact curve with U0² = 3, Um² = 2, and the same on resamples where τ differs by a tenth
    /// either way.
    fn exact(tau: f64, beta: f64, blocks: usize, block: u64) -> Curve {
        let sampling = Sampling::new(1, 0.01).unwrap();
        let lags = Lags::logarithmic(20).up_to_samples(5000);
        let lags = lags.resolve(50_000, &sampling).unwrap();
        let of = |tau: f64| -> Vec<f64> {
            let rise = |lag: &Lag| 3.0 - 2.0 * (-(lag.time(0.01) / tau).powf(beta)).exp_m1();
            lags.iter().map(rise).collect()
        };
        let replicates = (0..blocks)
            .map(|k| of(tau * if k % 2 == 0 { 1.1 } else { 0.9 }))
            .collect();
        let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(blocks), blocks);
        let origins = vec![1; lags.len()];
        Curve::from_replicates(
            lags.clone(),
            0.01,
            of(tau),
            origins,
            replicates,
            resamples,
            Lag::from_steps(block),
        )
    }

    fn eq11(model: Model, end: f64) -> Fit<'static> {
        Fit::new(model).window([0.1, end]).weighting(Weighting::Uniform)
    }

    /// The plateaus of an exact curve. How far it is from its fit by its own errors, or how vague τ
    /// is, is not asked here.
    fn plateaus(model: Model, end: f64, curve: &Curve) -> Relaxation {
        let mut fit = eq11(model, end).to(curve).unwrap();
        fit.verdict = Verdict::Resolved;
        fit
    }

    #[test]
    fn both_times_are_exact_on_exact_curves() {
        for (beta, tolerance) in [(1.0, 4e-3), (0.8, 4e-3), (0.6, 4e-3)] {
            let curve = exact(2.0, beta, 10, 50_000);
            let fit = plateaus(Model::Stretched, 50.0, &curve);
            let time = rise_time(&curve, &fit).unwrap().into_value().unwrap();
            assert!((time.value() / 2.0 - 1.0).abs() < tolerance, "{beta}: {time:?}");
            // Jackknife over alternating replicates 10 % away: sqrt(9/10 10) 0.1 tau.
            let error = time.standard_error().unwrap() / time.value();
            assert!((error / 0.3 - 1.0).abs() < 0.05, "{beta}: {error}");
            let mean = mean_relaxation_time(2.0, beta);
            let found = integral_time(&curve, &fit).unwrap().into_value().unwrap();
            assert!(
                (found.time.value() / mean - 1.0).abs() < 0.012,
                "{beta}: {found:?}"
            );
            assert!(found.cut <= 3.0 * mean && found.cut > 2.5 * mean);
            let error = found.time.standard_error().unwrap() / found.time.value();
            assert!((error / 0.3 - 1.0).abs() < 0.05, "{beta}: {error}");
        }
    }

    #[test]
    fn the_tail_is_that_of_the_form() {
        assert!((left_beyond(3.0, 1.5, 1.0) - 1.5 * (-2.0_f64).exp()).abs() < 1e-12);
        // By parts, with x = sqrt(t): 2 (1 + x) exp(-x).
        assert!((left_beyond(4.0, 1.0, 0.5) - 6.0 * (-2.0_f64).exp()).abs() < 1e-12);
        assert!(left_beyond(4.0, f64::NAN, 0.5).is_nan());
    }

    #[test]
    fn blocks_that_are_too_short_leave_no_time() {
        // Blocks of 13 hold lags up to 6.3 twice: enough for three times tau = 2. Blocks of 11 hold
        // twice that only.
        let curve = exact(2.0, 1.0, 10, 1300);
        let fit = plateaus(Model::Exponential, 15.0, &curve);
        assert!(rise_time(&curve, &fit).unwrap().is_resolved());
        assert!(integral_time(&curve, &fit).unwrap().is_resolved());
        let curve = exact(2.0, 1.0, 10, 1100);
        assert!(rise_time(&curve, &fit).unwrap().is_resolved());
        let integral = integral_time(&curve, &fit).unwrap();
        assert!(
            matches!(integral.why(), Some(NoRise::TooShort { .. })),
            "{integral}"
        );
        let time = rise_time(&exact(2.0, 1.0, 10, 700), &fit).unwrap();
        assert!(matches!(time.why(), Some(NoRise::TooShort { .. })), "{time}");
        let curve = exact(2.0, 1.0, 10, 300);
        let time = rise_time(&curve, &fit).unwrap();
        assert!(
            time.why()
                .unwrap()
                .to_string()
                .starts_with("the rise in units of Um²: not reached"),
            "{time}"
        );
    }

    #[test]
    fn a_curve_that_says_too_little_gives_no_time() {
        let curve = exact(2.0, 1.0, 50, 50_000);
        let fit = plateaus(Model::Exponential, 15.0, &curve);
        // 7 times the deviation of each replicate: errors of 0.7.
        assert!(matches!(
            rise_time(&curve, &fit).unwrap().why(),
            Some(NoRise::Vague { .. })
        ));
        assert!(matches!(
            integral_time(&curve, &fit).unwrap().why(),
            Some(NoRise::Vague { .. })
        ));
        let short = exact(100.0, 1.0, 10, 50_000);
        let unresolved = eq11(Model::Exponential, 15.0).to(&short).unwrap();
        assert!(matches!(
            rise_time(&short, &unresolved).unwrap().why(),
            Some(NoRise::Fit(_))
        ));
    }

    #[test]
    fn curve_and_fit_are_of_the_same_resamples() {
        let curve = exact(2.0, 1.0, 10, 50_000);
        let fit = plateaus(Model::Exponential, 15.0, &exact(2.0, 1.0, 8, 50_000));
        let error = rise_time(&curve, &fit).unwrap_err().to_string();
        assert!(error.starts_with("a fit through 8 blocks of run"), "{error}");
        assert!(error.contains("expected 10 blocks of run"), "{error}");
        let decay = curve.map(|_, x| 5.0 - x);
        let fit = Fit::decay()
            .window([0.1, 15.0])
            .weighting(Weighting::Uniform)
            .to(&decay)
            .unwrap();
        assert_eq!(integral_time(&curve, &fit).unwrap_err(), FitError::Decay);
    }

    #[test]
    fn without_resamples_there_are_times_without_errors() {
        let with = exact(2.0, 1.0, 10, 50_000);
        let curve = Curve::from_values(with.lags(), 0.01, with.values().to_vec());
        let fit = plateaus(Model::Exponential, 15.0, &curve);
        let time = rise_time(&curve, &fit).unwrap().into_value().unwrap();
        assert_eq!(time.standard_error(), None);
        assert!(integral_time(&curve, &fit).unwrap().is_resolved());
    }

    #[test]
    fn the_nearest_monotone_curve_pools_what_falls() {
        let curve = Curve::from_values(
            [1, 2, 3, 4, 5].map(Lag::from_steps),
            1.0,
            vec![1.0, 3.0, 2.0, 1.0, 5.0],
        );
        assert_eq!(monotone(&curve).values(), [1.0, 2.0, 2.0, 2.0, 5.0]);
    }
}
