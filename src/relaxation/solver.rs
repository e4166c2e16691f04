//! Least squares that do not depend on a start: a scan, then Levenberg-Marquardt from its lowest
//! minima.

use levenberg_marquardt::{LevenbergMarquardt, TerminationReason};
use nalgebra::DMatrix;

use super::model::{Form, Parameters, Shape};
use super::scan::{Moments, Node, Scan};
use super::search::{BETA, Bounds, Offset, Search};
use super::weights::Weights;

/// How many minima of the scan are followed.
const STARTS: usize = 3;
/// A linear parameter below this part of the values' size is zero.
const NEGLIGIBLE: f64 = 1e-7;

/// A best fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Solution {
    pub(super) parameters: Parameters,
    /// Sum of squared weighted residuals.
    pub(super) squares: f64,
    /// Whether the search came to rest.
    pub(super) converged: bool,
    /// The largest cosine between the residuals and a derivative by a parameter that is free to
    /// move: zero at a minimum.
    pub(super) slope: f64,
}

/// The least-squares problem for one set of lags and weights, and any number of values on them.
#[derive(Debug, Clone)]
pub(super) struct Solver {
    pub(super) shape: Shape,
    weights: Weights,
    log_tau: Bounds,
    scan: Scan,
}

impl Solver {
    pub(super) fn new(shape: Shape, weights: Weights) -> Self {
        let log_times = &shape.log_times;
        let log_tau = Bounds {
            low: log_times[0] - 1e3_f64.ln(),
            high: log_times[log_times.len() - 1] + 1e4_f64.ln(),
        };
        Self {
            scan: Scan::new(&shape, &weights),
            shape,
            weights,
            log_tau,
        }
    }

    /// The same problem for another exponent.
    pub(super) fn with_exponent(&self, exponent: Option<f64>) -> Self {
        let shape = Shape {
            exponent,
            ..self.shape.clone()
        };
        Self::new(shape, self.weights.clone())
    }

    /// The best fit to `values`. Starts are the lowest minima of the scan and, where given, the
    /// solution of a similar problem; the best of their ends is taken.
    pub(super) fn solve(&self, values: &[f64], similar: Option<&Solution>) -> Solution {
        let moments = self.scan.moments(&self.weights, values);
        let wanted = if similar.is_some() { 1 } else { STARTS };
        let mut starts = self.scan.minima(values, moments, wanted);
        if let Some(solution) = similar {
            starts.push(self.with_best_plateaus(solution.parameters, values, moments));
        }
        let ends = starts.into_iter().map(|start| {
            let end = self.descend(values, moments, start, Offset::Free);
            if self.shape.form == Form::Decay || end.parameters.offset > 0.0 {
                return end;
            }
            // The search for an offset of 0 stalls before it has found the time. Without that
            // offset it does not; and if the time then found wants an offset after all, it goes on
            // from there.
            let held = self.descend(values, moments, end.parameters, Offset::Zero);
            if held.parameters.offset == 0.0 {
                return lower(end, held);
            }
            lower(end, self.descend(values, moments, held.parameters, Offset::Free))
        });
        ends.reduce(lower).expect("the scan has a lowest node")
    }

    /// The best offset and amplitude for the time and exponent of `p`.
    fn with_best_plateaus(&self, p: Parameters, values: &[f64], moments: Moments) -> Parameters {
        let best = self.scan.project(&self.node(p), values, moments);
        Parameters {
            offset: best.offset,
            amplitude: best.amplitude,
            ..p
        }
    }

    /// Where Levenberg-Marquardt comes to rest, with the best linear parameters for its time and
    /// exponent.
    fn descend(&self, values: &[f64], moments: Moments, start: Parameters, offset: Offset) -> Solution {
        let scale = (moments.raw / self.scan.total_weight).sqrt();
        // The square root of a parameter has no slope at zero: begin beside it.
        let start = Parameters {
            offset: start.offset.max(1e-4 * scale),
            amplitude: start.amplitude.max(1e-4 * scale),
            ..start
        };
        let search = Search::new(&self.shape, &self.weights, self.log_tau, values, start, offset);
        let (search, report) = LevenbergMarquardt::new().with_patience(50).minimize(search);
        let parameters = self.with_best_plateaus(search.parameters(), values, moments);
        Solution {
            parameters,
            squares: self.weights.sum_of_squares(self.residuals(values, parameters)),
            converged: came_to_rest(&report.termination),
            slope: self.slope(values, parameters, scale),
        }
    }

    fn residuals<'a>(&'a self, values: &'a [f64], p: Parameters) -> impl Iterator<Item = f64> + 'a {
        self.shape.curve(p).zip(values).map(|(f, v)| f - v)
    }

    fn slope(&self, values: &[f64], p: Parameters, scale: f64) -> f64 {
        let residuals = self.weights.whitened(self.residuals(values, p));
        let norm = residuals.norm();
        let exact = norm <= 1e-12 * scale * self.scan.total_weight.sqrt();
        let bounded = self.log_tau.is_reached(p.log_tau) || (self.shape.is_free() && BETA.is_reached(p.beta));
        if exact || p.amplitude <= NEGLIGIBLE * scale || bounded {
            return 0.0;
        }
        let derivatives = self.shape.derivatives(p, &self.weights);
        // An offset that rests at zero is held there.
        let held = usize::from(self.shape.form == Form::Rise && p.offset <= NEGLIGIBLE * scale);
        (held..derivatives.ncols())
            .map(|j| {
                let column = derivatives.column(j);
                let size = column.norm() * norm;
                if size > 0.0 {
                    (column.dot(&residuals) / size).abs()
                } else {
                    0.0
                }
            })
            .fold(0.0, f64::max)
    }

    /// The linear problem at fixed τ and β. Its amplitude may be negative and is a linear function
    /// of the values, whose spread over resamples is well behaved even where that of τ is not.
    pub(super) fn node(&self, p: Parameters) -> Node {
        self.scan.node(&self.shape, &self.weights, p.log_tau, p.beta)
    }

    /// The offset of a fit that may be negative, to first order about a solution: a linear function
    /// of the values, whose spread over resamples is that of the data even where the offset itself
    /// rests at 0. `None` where parameters are degenerate.
    pub(super) fn unbounded_offset(&self, p: Parameters) -> Option<impl Fn(&[f64]) -> f64> {
        let covariance = self.information(p).covariance?;
        let influence = self.shape.derivatives(p, &self.weights) * covariance.column(0);
        let influence = self.weights.back(&influence);
        let fitted: Vec<f64> = self.shape.curve(p).collect();
        Some(move |values: &[f64]| {
            let residuals = values.iter().zip(&fitted).map(|(v, f)| v - f);
            let steps = residuals.zip(&influence).map(|(r, i)| i * r);
            p.offset + steps.sum::<f64>()
        })
    }

    /// What the derivatives at a solution say about its parameters.
    pub(super) fn information(&self, p: Parameters) -> Information {
        let d = self.shape.derivatives(p, &self.weights);
        let count = d.ncols();
        let norms: Vec<f64> = (0..count).map(|j| d.column(j).norm()).collect();
        let mut information = Information {
            condition: f64::INFINITY,
            covariance: None,
        };
        if norms.iter().any(|&n| !(n.is_finite() && n > 0.0)) {
            return information;
        }
        let matrix = d.transpose() * &d;
        let scaled = DMatrix::from_fn(count, count, |i, j| matrix[(i, j)] / (norms[i] * norms[j]));
        let eigenvalues = scaled.clone().symmetric_eigenvalues();
        let (low, high) = (eigenvalues.min(), eigenvalues.max());
        if low > 0.0 {
            information.condition = (high / low).sqrt();
        }
        information.covariance = scaled.cholesky().map(|factor| {
            let inverse = factor.inverse();
            DMatrix::from_fn(count, count, |i, j| inverse[(i, j)] / (norms[i] * norms[j]))
        });
        information
    }
}

/// Whether a search ended by itself, be it only at the limit of floating-point arithmetic: neither
/// after too many evaluations nor at numbers that are not finite.
fn came_to_rest(reason: &TerminationReason) -> bool {
    reason.was_successful() || matches!(reason, TerminationReason::NoImprovementPossible(_))
}

/// The better of two ends; the first one of equals.
fn lower(a: Solution, b: Solution) -> Solution {
    if b.squares < a.squares { b } else { a }
}

/// How well the derivatives tell the parameters apart.
#[derive(Debug, Clone)]
pub(super) struct Information {
    /// The ratio of the largest to the smallest singular value of the weighted derivatives by
    /// offset, amplitude, ln τ and ln β, each brought to unit length.
    pub(super) condition: f64,
    /// The inverse of their squares, in the same order; `None` where it does not exist.
    pub(super) covariance: Option<DMatrix<f64>>,
}
