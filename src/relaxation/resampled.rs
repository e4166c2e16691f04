//! The same fit to a curve and to each of its resamples.

use super::error::FitError;
use super::model::{Parameters, Shape};
use super::points::{Points, Task};
use super::solver::{Information, Solution, Solver};
use super::thresholds::REACH;
use super::weights::Weighting;
use crate::curve::{Curve, is_inside};
use crate::stats::Estimate;

/// Solutions on the whole curve and on each resample, with the lags that they rest on.
#[derive(Debug)]
pub(super) struct Resampled<'a> {
    pub(super) points: Points<'a>,
    /// How the lags are weighted; `None` where their covariance was given.
    pub(super) weighting: Option<Weighting>,
    pub(super) whole: Solution,
    pub(super) information: Information,
    /// `None` where the resample has no such relaxation, or no value at one of the lags.
    replicates: Vec<Option<Solution>>,
    /// Offset per resample, which is defined even where the relaxation is not.
    offsets: Vec<f64>,
    pub(super) solver: Solver,
}

impl<'a> Resampled<'a> {
    /// The fit to the lags of `curve` in `window`.
    pub(super) fn new(curve: &'a Curve, window: [f64; 2], task: &Task<'_>) -> Result<Self, FitError> {
        let (points, weights) = Points::weighed(curve, window, task)?;
        let shape = Shape {
            form: task.form,
            exponent: task.exponent(None),
            log_times: points.times.iter().map(|t| t.ln()).collect(),
        };
        let solver = Solver::new(shape, weights);
        let whole = solver.solve(&points.pick(curve.values()), None);
        let on_resample = |r: usize| {
            let values = points.pick(curve.replicate(r));
            let complete = values.iter().all(|v| v.is_finite()) && values.iter().any(|&v| v != 0.0);
            let exponent = task.exponent(Some(r));
            complete.then(|| {
                if exponent == solver.shape.exponent {
                    return solver.solve(&values, Some(&whole));
                }
                solver.with_exponent(exponent).solve(&values, Some(&whole))
            })
        };
        let solutions: Vec<Option<Solution>> = (0..curve.resamples().len()).map(on_resample).collect();
        let offset = |s: &Option<Solution>| s.map_or(f64::NAN, |s| s.parameters.offset);
        Ok(Self {
            weighting: task.weighting(),
            whole,
            information: solver.information(whole.parameters),
            offsets: solutions.iter().map(offset).collect(),
            replicates: solutions
                .into_iter()
                .map(|solution| solution.filter(|s| relaxes(&points, s)))
                .collect(),
            points,
            solver,
        })
    }

    pub(super) fn parameters(&self) -> Parameters {
        self.whole.parameters
    }

    /// Whether the curve has a relaxation at all.
    pub(super) fn has_relaxation(&self) -> bool {
        relaxes(&self.points, &self.whole)
    }

    /// Resamples, and how many of them have no such relaxation.
    pub(super) fn resamples_without(&self) -> (usize, usize) {
        let without = self.replicates.iter().filter(|s| s.is_none()).count();
        (self.replicates.len(), without)
    }

    /// Lags beyond parameters.
    pub(super) fn degrees_of_freedom(&self) -> usize {
        self.points.times.len() - self.solver.shape.parameters()
    }

    /// The factor of the least-squares covariance: the residual variance where weights are uniform,
    /// else 1. `None` where no lag is left for a residual variance.
    pub(super) fn variance(&self) -> Option<f64> {
        if self.weighting != Some(Weighting::Uniform) {
            return Some(1.0);
        }
        let freedom = self.degrees_of_freedom();
        (freedom > 0).then(|| self.whole.squares / freedom as f64)
    }

    /// The least-squares covariance of U0², Um², τ and β.
    pub(super) fn covariance(&self) -> Option<[[f64; 4]; 4]> {
        let variance = self.variance()?;
        let logarithmic = self.information.covariance.as_ref()?;
        let p = self.parameters();
        // From ln τ and ln β to τ and β.
        let scale = [1.0, 1.0, p.tau(), p.beta];
        // A decay has no offset.
        let first = 2 - self.solver.shape.column_of_log_tau();
        let count = logarithmic.ncols();
        let mut covariance = [[0.0; 4]; 4];
        for i in 0..count {
            for j in 0..count {
                covariance[first + i][first + j] =
                    logarithmic[(i, j)] * scale[first + i] * scale[first + j] * variance;
            }
        }
        Some(covariance)
    }

    /// The least-squares error of ln τ; `None` where it does not exist.
    pub(super) fn log_time_error(&self) -> Option<f64> {
        let covariance = self.information.covariance.as_ref()?;
        let column = self.solver.shape.column_of_log_tau();
        // Exactly determined: no residual says how large the errors are.
        let variance = self.variance().unwrap_or(0.0);
        Some((covariance[(column, column)] * variance).sqrt())
    }

    /// A parameter with its replicates: NaN where a resample has no such relaxation.
    pub(super) fn estimate(&self, f: impl Fn(&Parameters) -> f64) -> Estimate {
        let replicates = self
            .replicates
            .iter()
            .map(|s| s.as_ref().map_or(f64::NAN, |s| f(&s.parameters)))
            .collect();
        Estimate::new(
            f(&self.whole.parameters),
            replicates,
            self.points.curve.resamples(),
        )
    }

    /// The offset with its replicates. Where it rests at 0, on the whole or on a resample,
    /// replicates that cannot be negative would say that it is known better than it is: they then
    /// come from a fit without that bound.
    pub(super) fn offset(&self) -> Estimate {
        let (p, curve) = (self.parameters(), self.points.curve);
        let bounded = p.offset == 0.0 || self.offsets.contains(&0.0);
        let replicates = match self.solver.unbounded_offset(p).filter(|_| bounded) {
            Some(at) => (0..curve.resamples().len())
                .map(|r| at(&self.points.pick(curve.replicate(r))))
                .collect(),
            None => self.offsets.clone(),
        };
        Estimate::new(p.offset, replicates, curve.resamples())
    }

    /// The amplitude with its standard error. Where a covariance was given that is the error which
    /// it implies; else the amplitude is that at the τ and β of the whole curve, with the error
    /// over the resamples, where there are any.
    pub(super) fn amplitude(&self) -> Option<(f64, f64)> {
        if self.weighting.is_none() {
            let error = self.covariance().map_or(f64::INFINITY, |c| c[1][1].sqrt());
            return Some((self.parameters().amplitude, error));
        }
        let node = self.solver.node(self.parameters());
        let amplitude = self
            .points
            .curve
            .evaluate(|values| node.amplitude(&self.points.pick(values)));
        Some((amplitude.value(), amplitude.standard_error()?))
    }

    /// By how many standard errors the curve differs from the fit, at most: over the first lags
    /// (those within a factor of two of the shortest, three at least), over all up to `end` mean
    /// relaxation times, and over pairs of neighbours, of which the lag nearer to the fit counts.
    /// The differences carry the errors, with fit and value from the same resample. `None` without
    /// errors, or where a resample has no such relaxation.
    pub(super) fn misfit(&self, end: f64) -> Option<[f64; 3]> {
        let solutions: Vec<&Solution> = self
            .replicates
            .iter()
            .map(Option::as_ref)
            .collect::<Option<_>>()?;
        let (curve, shape) = (self.points.curve, &self.solver.shape);
        let whole: Vec<f64> = shape.curve(self.parameters()).collect();
        let values = self.points.pick(curve.values());
        let replicates: Vec<Vec<f64>> = (0..solutions.len())
            .map(|r| self.points.pick(curve.replicate(r)))
            .collect();
        let fits: Vec<Vec<f64>> = solutions
            .iter()
            .map(|s| shape.curve(s.parameters).collect())
            .collect();
        let (mut worst, mut before) = ([0.0_f64; 3], 0.0);
        for (k, &time) in self.points.times.iter().enumerate() {
            let first = k < 3 || is_inside([0.0, 2.0 * self.points.shortest()], time);
            if !first && !is_inside([0.0, end * self.parameters().mean_time()], time) {
                break;
            }
            let differences = (0..fits.len()).map(|r| replicates[r][k] - fits[r][k]);
            let error = curve.resamples().standard_error(differences)?;
            let deviation = ((values[k] - whole[k]) / error).abs();
            worst[1] = worst[1].max(deviation);
            worst[2] = worst[2].max(deviation.min(before));
            before = deviation;
            if first {
                worst[0] = worst[0].max(deviation);
            }
        }
        Some(worst)
    }
}

/// Whether a solution has an amplitude, and a time that is not a bound's.
fn relaxes(points: &Points<'_>, solution: &Solution) -> bool {
    let p = solution.parameters;
    let (shortest, longest) = (points.shortest(), points.longest());
    p.amplitude > 0.0 && p.tau() < REACH * longest && p.tau() > shortest / REACH
}
