//! The same fit to a curve and to each of its resamples.

use super::error::FitError;
use super::problem::Form;
use super::solver::{Information, Solution, Solver};
use super::verdict::{Caution, Reason};
use super::window::{allowed_fall, contains};
use super::{Weighting, mean_relaxation_time};
use crate::curve::Curve;
use crate::stats::Estimate;

/// Blocks of this many mean relaxation times, and of this many longest lags, give error bars that can be believed.
const BLOCK: (f64, f64) = (15.0, 3.0);
/// A condition number above this, or a least-squares error of ln τ above the next, is a degenerate fit.
const CONDITION: f64 = 1e3;
const LOG_TIME_ERROR: f64 = 1.0;
/// τ further than this factor beyond the fitted lags is no relaxation time.
const REACH: f64 = 100.0;
/// The largest cosine between residuals and a derivative that counts as a minimum.
const SLOPE: f64 = 1e-4;
/// The level at which an amplitude differs from zero.
const AMPLITUDE_LEVEL: f64 = 0.99;
/// The level of the limit above an offset that rests at 0.
const UPPER_LEVEL: f64 = 0.95;

/// Solutions on the whole curve and on each resample, with the lags they rest on.
#[derive(Debug)]
pub(super) struct Refit {
    pub(super) whole: Solution,
    /// `None` where the resample has no such relaxation, or no value at one of the lags.
    pub(super) replicates: Vec<Option<Solution>>,
    pub(super) information: Information,
    /// Offset per resample, which is defined even where the relaxation is not.
    offsets: Vec<f64>,
    solver: Solver,
    points: Vec<usize>,
    times: Vec<f64>,
    parameters: usize,
    /// Residual variance where weights are uniform, else 1: the factor of the least-squares covariance.
    pub(super) variance: f64,
}

impl Refit {
    pub(super) fn new(
        curve: &Curve,
        form: Form,
        stretched: bool,
        window: [f64; 2],
        weighting: Weighting,
    ) -> Result<Self, FitError> {
        let inside: Vec<usize> = (0..curve.len())
            .filter(|&k| curve.lags()[k] > 0 && contains(window, curve.lag_time(k)))
            .collect();
        let points: Vec<usize> = match weighting {
            Weighting::Uniform => inside,
            Weighting::StandardErrors => {
                if !inside.is_empty() && curve.standard_errors().iter().all(Option::is_none) {
                    return Err(FitError::NoErrors {
                        needed_for: "a weighted fit",
                        points: inside.len(),
                    });
                }
                inside
                    .into_iter()
                    .filter(|&k| curve.standard_errors()[k].is_some())
                    .collect()
            }
        };
        let parameters = usize::from(form == Form::Rise) + 2 + usize::from(stretched);
        if points.len() < parameters {
            return Err(FitError::TooFewPoints {
                found: points.len(),
                expected: parameters,
                window,
            });
        }
        let pick = |from: &[f64]| -> Vec<f64> { points.iter().map(|&k| from[k]).collect() };
        let times: Vec<f64> = points.iter().map(|&k| curve.lag_time(k)).collect();
        let values = pick(curve.values());
        if let Some(k) = values.iter().position(|v| !v.is_finite()) {
            return Err(FitError::NotFinite {
                lag_time: times[k],
                found: values[k],
            });
        }
        if values.iter().all(|&v| v == 0.0) {
            return Err(FitError::Zero { points: values.len() });
        }
        let weights: Vec<f64> = points
            .iter()
            .zip(&times)
            .map(|(&k, &lag_time)| match (weighting, curve.standard_errors()[k]) {
                (Weighting::StandardErrors, Some(error)) if error > 0.0 => Ok(1.0 / error),
                (Weighting::StandardErrors, _) => Err(FitError::ZeroError { lag_time }),
                (Weighting::Uniform, _) => Ok(1.0),
            })
            .collect::<Result<_, _>>()?;

        let solver = Solver::new(form, stretched, &times, &weights);
        let whole = solver.solve(&values, None);
        let solutions: Vec<Option<Solution>> = (0..curve.resamples().len())
            .map(|r| pick(curve.replicate(r)))
            .map(|values| {
                let complete = values.iter().all(|v| v.is_finite()) && values.iter().any(|&v| v != 0.0);
                complete.then(|| solver.solve(&values, Some(&whole)))
            })
            .collect();
        let information = solver.information(whole.parameters);
        let variance = match weighting {
            Weighting::StandardErrors => 1.0,
            Weighting::Uniform if points.len() > parameters => {
                whole.squares / (points.len() - parameters) as f64
            }
            Weighting::Uniform => f64::NAN,
        };
        let mut refit = Self {
            whole,
            offsets: solutions
                .iter()
                .map(|s| s.map_or(f64::NAN, |s| s.parameters.offset))
                .collect(),
            replicates: Vec::new(),
            information,
            solver,
            points,
            times,
            parameters,
            variance,
        };
        refit.replicates = solutions
            .into_iter()
            .map(|solution| solution.filter(|s| refit.has_relaxation(s)))
            .collect();
        Ok(refit)
    }

    /// Whether a solution has a relaxation at all: an amplitude, and a time that is not a bound's.
    pub(super) fn has_relaxation(&self, solution: &Solution) -> bool {
        let tau = solution.parameters.log_tau.exp();
        solution.parameters.amplitude > 0.0 && tau < REACH * self.longest() && tau > self.shortest() / REACH
    }

    pub(super) fn shortest(&self) -> f64 {
        self.times[0]
    }

    pub(super) fn longest(&self) -> f64 {
        self.times[self.times.len() - 1]
    }

    /// Positions in the curve of the lags fitted.
    pub(super) fn points(&self) -> &[usize] {
        &self.points
    }

    /// The reduced chi² of a weighted fit with more lags than parameters.
    pub(super) fn reduced_chi_squared(&self, weighting: Weighting) -> Option<f64> {
        let freedom = self.points.len() - self.parameters;
        (weighting == Weighting::StandardErrors && freedom > 0).then(|| self.whole.squares / freedom as f64)
    }

    pub(super) fn tau(&self) -> f64 {
        self.whole.parameters.log_tau.exp()
    }

    pub(super) fn mean_time(&self) -> f64 {
        mean_relaxation_time(self.tau(), self.whole.parameters.beta)
    }

    /// A parameter with its replicates: NaN where a resample has no such relaxation.
    pub(super) fn estimate(&self, curve: &Curve, f: impl Fn(&Solution) -> f64) -> Estimate {
        let replicates = self
            .replicates
            .iter()
            .map(|s| s.as_ref().map_or(f64::NAN, &f))
            .collect();
        Estimate::new(f(&self.whole), replicates, curve.resamples())
    }

    /// The offset with its replicates. Where it rests at 0, on the whole or on a resample, replicates that cannot be negative
    /// would say that it is known better than it is: they are those of a fit without that bound.
    pub(super) fn offset(&self, curve: &Curve) -> Estimate {
        let p = self.whole.parameters;
        let bounded = p.offset == 0.0 || self.offsets.contains(&0.0);
        let replicates = match self.solver.unbounded_offset(p).filter(|_| bounded) {
            Some(at) => (0..curve.resamples().len())
                .map(|r| at(&self.picked(curve.replicate(r))))
                .collect(),
            None => self.offsets.clone(),
        };
        Estimate::new(p.offset, replicates, curve.resamples())
    }

    /// The values at the lags fitted.
    fn picked(&self, values: &[f64]) -> Vec<f64> {
        self.points.iter().map(|&k| values[k]).collect()
    }

    /// The amplitude and its standard error at the τ and β of the whole curve.
    pub(super) fn amplitude(&self, curve: &Curve) -> Option<(f64, f64)> {
        let at = self.solver.amplitude_at(self.whole.parameters);
        let on = |values: &[f64]| at(&self.picked(values));
        Some((on(curve.values()), curve.evaluate(on).standard_error()?))
    }

    /// By how many standard errors the curve differs from the fit, at most: over the first lags (those within a factor of two of
    /// the shortest, three at least) and over all up to `end` mean relaxation times. The errors are those of the differences, with
    /// fit and value from the same resample. `None` without errors, or where a resample has no such relaxation.
    pub(super) fn misfit(&self, curve: &Curve, end: f64) -> Option<[f64; 2]> {
        let solutions: Vec<&Solution> = self
            .replicates
            .iter()
            .map(Option::as_ref)
            .collect::<Option<_>>()?;
        let setting = self.solver.setting();
        let whole: Vec<f64> = setting.curve(self.whole.parameters).collect();
        let fits: Vec<Vec<f64>> = solutions
            .iter()
            .map(|s| setting.curve(s.parameters).collect())
            .collect();
        let mut worst = [0.0_f64; 2];
        for (k, (&point, &time)) in self.points.iter().zip(&self.times).enumerate() {
            let first = k < 3 || contains([0.0, 2.0 * self.shortest()], time);
            if !first && !contains([0.0, end * self.mean_time()], time) {
                break;
            }
            let differences = (0..fits.len()).map(|r| curve.replicate(r)[point] - fits[r][k]);
            let error = curve.resamples().standard_error(differences)?;
            let deviation = ((curve.values()[point] - whole[k]) / error).abs();
            worst[1] = worst[1].max(deviation);
            if first {
                worst[0] = worst[0].max(deviation);
            }
        }
        Some(worst)
    }

    /// How many standard errors an amplitude needs.
    pub(super) fn needed(curve: &Curve) -> f64 {
        curve.resamples().t_quantile(AMPLITUDE_LEVEL)
    }

    fn without(&self) -> usize {
        self.replicates.iter().filter(|s| s.is_none()).count()
    }

    /// What speaks against any fit, whatever its form.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let p = self.whole.parameters;
        if self.points.len() < 2 * self.parameters {
            reasons.push(Reason::TooFewPoints {
                found: self.points.len(),
                needed: 2 * self.parameters,
            });
        }
        if !(self.mean_time() <= self.longest()) {
            reasons.push(Reason::NoPlateau {
                mean_relaxation_time: self.mean_time(),
                longest_lag: self.longest(),
            });
        }
        if self.tau() < self.shortest() {
            reasons.push(Reason::BeforeWindow {
                relaxation_time: self.tau(),
                shortest_lag: self.shortest(),
            });
        }
        let range = [super::solver::BETA_BOUNDS.low, super::solver::BETA_BOUNDS.high];
        if self.solver.setting().stretched && (p.beta < 1.02 * range[0] || p.beta > 0.99 * range[1]) {
            reasons.push(Reason::ExponentAtBound { beta: p.beta, range });
        }
        let log_time_error = self.log_time_error();
        let vague = log_time_error.is_none_or(|e| e > LOG_TIME_ERROR);
        if self.has_relaxation(&self.whole) && (self.information.condition > CONDITION || vague) {
            reasons.push(Reason::Degenerate {
                condition: self.information.condition,
                log_time_error: log_time_error.unwrap_or(f64::INFINITY),
            });
        }
        let of = self.replicates.len();
        if of > 0 && 2 * self.without() >= of {
            reasons.push(Reason::Resamples {
                without: self.without(),
                of,
            });
        }
        if self.whole.slope > SLOPE {
            reasons.push(Reason::NotAMinimum {
                slope: self.whole.slope,
            });
        }
        reasons
    }

    /// The least-squares error of ln τ; `None` where it does not exist.
    fn log_time_error(&self) -> Option<f64> {
        let covariance = self.information.covariance.as_ref()?;
        let column = self.parameters - 1 - usize::from(self.solver.setting().stretched);
        // Exactly determined: no residual says how large the errors are.
        let variance = if self.variance.is_nan() {
            0.0
        } else {
            self.variance
        };
        Some((covariance[(column, column)] * variance).sqrt())
    }

    /// What a reader should know about the error bars.
    pub(super) fn cautions(&self, curve: &Curve) -> Vec<Caution> {
        let mut cautions = Vec::new();
        let mean_relaxation_time = self.mean_time();
        let longest_lag = self.longest();
        let of = self.replicates.len();
        if longest_lag < BLOCK.1 * mean_relaxation_time {
            cautions.push(Caution::ExtrapolatedPlateau {
                longest_lag,
                mean_relaxation_time,
            });
        }
        if of < 2 {
            cautions.push(Caution::NoResamples);
            return cautions;
        }
        if self.solver.setting().form == Form::Rise
            && self.has_relaxation(&self.whole)
            && self.whole.parameters.offset == 0.0
            && let Some(error) = self.offset(curve).standard_error()
        {
            cautions.push(Caution::PlateauAtZero {
                upper_limit: error * curve.resamples().t_quantile(2.0 * UPPER_LEVEL - 1.0),
                level: UPPER_LEVEL,
            });
        }
        let block = curve.block_length();
        if block < BLOCK.0 * mean_relaxation_time {
            cautions.push(Caution::ShortBlocks {
                block,
                mean_relaxation_time,
            });
        }
        if block < BLOCK.1 * longest_lag {
            cautions.push(Caution::LongLags { block, longest_lag });
        }
        if self.without() > 0 {
            cautions.push(Caution::Resamples {
                without: self.without(),
                of,
            });
        }
        let allowed = allowed_fall(curve);
        if let Some([_, standard_errors]) = self.misfit(curve, f64::INFINITY)
            && standard_errors > allowed
        {
            cautions.push(Caution::Misfit {
                standard_errors,
                allowed,
            });
        }
        let error = self.estimate(curve, |s| s.parameters.log_tau).standard_error();
        if let Some(log_time_error) = error.filter(|&e| e > LOG_TIME_ERROR) {
            cautions.push(Caution::LargeError { log_time_error });
        }
        cautions
    }
}
