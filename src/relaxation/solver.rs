//! Least squares that do not depend on a start: a scan with the linear parameters solved for, then Levenberg-Marquardt.

use std::fmt;

use levenberg_marquardt::{LevenbergMarquardt, TerminationReason};
use nalgebra::{DMatrix, DVector};

use super::problem::{Bounds, Form, Offset, Parameters, Problem, Setting};

/// Values of τ in the scan per factor of ten.
const TAUS_PER_DECADE: f64 = 8.0;
/// How far the scan goes beyond the fitted lags, as a factor.
const SCAN_MARGIN: f64 = 30.0;
/// Values of β in the scan.
const BETAS: [f64; 10] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.4, 1.8];
/// The range of β.
pub(super) const BETA_BOUNDS: Bounds = Bounds { low: 0.05, high: 2.0 };
/// How many minima of the scan are followed.
const STARTS: usize = 3;
/// A linear parameter below this part of the values' size is zero.
const NEGLIGIBLE: f64 = 1e-7;

/// How the solver ended. It says that a search came to rest, not that it came to rest at the best fit; that is what the
/// scan before it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Termination {
    /// The sum of squares or the parameters stopped changing.
    Converged,
    /// The residuals are orthogonal to every derivative.
    Orthogonal,
    /// The values are met exactly.
    Exact,
    /// The search came to rest at the limit of floating-point arithmetic.
    AtPrecision,
    /// The allowed number of evaluations was used up.
    OutOfPatience,
    /// Numbers became infinite.
    Failed,
}

impl fmt::Display for Termination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Converged => "converged",
            Self::Orthogonal => "residuals orthogonal to the derivatives",
            Self::Exact => "exact",
            Self::AtPrecision => "no improvement possible at this precision",
            Self::OutOfPatience => "out of patience",
            Self::Failed => "numbers became infinite",
        })
    }
}

impl From<TerminationReason> for Termination {
    fn from(reason: TerminationReason) -> Self {
        match reason {
            TerminationReason::Converged { .. } => Self::Converged,
            TerminationReason::Orthogonal => Self::Orthogonal,
            TerminationReason::ResidualsZero => Self::Exact,
            TerminationReason::NoImprovementPossible(_) => Self::AtPrecision,
            TerminationReason::LostPatience => Self::OutOfPatience,
            _ => Self::Failed,
        }
    }
}

/// A best fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Solution {
    pub(super) parameters: Parameters,
    /// Sum of squared weighted residuals.
    pub(super) squares: f64,
    pub(super) termination: Termination,
    /// The largest cosine between the residuals and a derivative by a parameter that is free to move: zero at a minimum.
    pub(super) slope: f64,
}

/// A node of the scan: a shape, and what of the linear problem does not depend on the values.
#[derive(Debug, Clone)]
struct Node {
    log_tau: f64,
    beta: f64,
    /// weight² times the shape, centred for a rise.
    weighted: Vec<f64>,
    mean: f64,
    square: f64,
    raw_square: f64,
}

/// The least-squares problem for one set of lags and weights, and any number of values on them.
#[derive(Debug, Clone)]
pub(super) struct Solver {
    setting: Setting,
    nodes: Vec<Node>,
    taus: usize,
    square_weights: Vec<f64>,
    total_weight: f64,
}

impl Solver {
    /// `times` increase and are positive; `weights` are inverse standard deviations.
    pub(super) fn new(form: Form, stretched: bool, times: &[f64], weights: &[f64]) -> Self {
        let log_times: Vec<f64> = times.iter().map(|t| t.ln()).collect();
        let (first, last) = (log_times[0], log_times[log_times.len() - 1]);
        let setting = Setting {
            form,
            stretched,
            log_times,
            weights: weights.to_vec(),
            log_tau: Bounds {
                low: first - 1e3_f64.ln(),
                high: last + 1e4_f64.ln(),
            },
            beta: BETA_BOUNDS,
        };
        let square_weights: Vec<f64> = weights.iter().map(|w| w * w).collect();
        let total_weight = square_weights.iter().sum();
        let (low, high) = (first - SCAN_MARGIN.ln(), last + SCAN_MARGIN.ln());
        let taus = ((high - low) / std::f64::consts::LN_10 * TAUS_PER_DECADE).ceil() as usize + 1;
        let mut solver = Self {
            setting,
            nodes: Vec::new(),
            taus,
            square_weights,
            total_weight,
        };
        let betas: &[f64] = if stretched { &BETAS } else { &[1.0] };
        for &beta in betas {
            for k in 0..taus {
                let log_tau = low + (high - low) * k as f64 / (taus - 1) as f64;
                solver.nodes.push(solver.node(log_tau, beta));
            }
        }
        solver
    }

    pub(super) fn setting(&self) -> &Setting {
        &self.setting
    }

    fn node(&self, log_tau: f64, beta: f64) -> Node {
        let shape: Vec<f64> = self
            .setting
            .reduced(log_tau, beta)
            .map(|x| match self.setting.form {
                Form::Rise => -(-x).exp_m1(),
                Form::Decay => (-x).exp(),
            })
            .collect();
        let sum = |f: &dyn Fn(f64) -> f64| -> f64 {
            shape
                .iter()
                .zip(&self.square_weights)
                .map(|(&g, w)| w * f(g))
                .sum()
        };
        let mean = match self.setting.form {
            Form::Rise => sum(&|g| g) / self.total_weight,
            Form::Decay => 0.0,
        };
        Node {
            log_tau,
            beta,
            mean,
            square: sum(&|g| (g - mean) * (g - mean)),
            raw_square: sum(&|g| g * g),
            weighted: shape
                .iter()
                .zip(&self.square_weights)
                .map(|(g, w)| w * (g - mean))
                .collect(),
        }
    }

    /// The best non-negative offset and amplitude for a node, and the sum of squares with them.
    fn project(&self, node: &Node, values: &[f64], moments: Moments) -> (f64, f64, f64) {
        let centred: f64 = node.weighted.iter().zip(values).map(|(g, v)| g * v).sum();
        if self.setting.form == Form::Decay {
            let amplitude = if node.square > 0.0 {
                (centred / node.square).max(0.0)
            } else {
                0.0
            };
            return (0.0, amplitude, moments.raw - amplitude * centred);
        }
        let flat = (moments.mean, 0.0, moments.centred);
        // A shape that is constant over the lags, to rounding, cannot be told from the offset.
        if node.square <= 1e-24 * node.raw_square || centred <= 0.0 {
            return flat;
        }
        let amplitude = centred / node.square;
        let offset = moments.mean - amplitude * node.mean;
        if offset >= 0.0 {
            return (offset, amplitude, moments.centred - amplitude * centred);
        }
        let raw = centred + node.mean * moments.mean * self.total_weight;
        let amplitude = (raw / node.raw_square).max(0.0);
        (0.0, amplitude, moments.raw - amplitude * raw)
    }

    fn moments(&self, values: &[f64]) -> Moments {
        let sum = |f: &dyn Fn(f64) -> f64| -> f64 {
            values
                .iter()
                .zip(&self.square_weights)
                .map(|(&v, w)| w * f(v))
                .sum()
        };
        let mean = sum(&|v| v) / self.total_weight;
        Moments {
            mean,
            centred: sum(&|v| (v - mean) * (v - mean)),
            raw: sum(&|v| v * v),
        }
    }

    /// The best fit to `values`. Starts are the lowest minima of the scan and, where given, the solution of a similar
    /// problem; the best of their ends is taken.
    pub(super) fn solve(&self, values: &[f64], similar: Option<&Solution>) -> Solution {
        let moments = self.moments(values);
        let mut starts = self.scan(values, moments, if similar.is_some() { 1 } else { STARTS });
        if let Some(solution) = similar {
            let p = solution.parameters;
            let node = self.node(p.log_tau, p.beta);
            let (offset, amplitude, _) = self.project(&node, values, moments);
            starts.push(Parameters {
                offset,
                amplitude,
                ..p
            });
        }
        let ends = starts.into_iter().map(|start| {
            let end = self.descend(values, moments, start, Offset::Free);
            if self.setting.form == Form::Decay || end.parameters.offset > 0.0 {
                return end;
            }
            // The search for an offset of 0 stalls before it has found the time. Without that offset it does not; and if the time
            // then found wants an offset after all, it goes on from there.
            let held = self.descend(values, moments, end.parameters, Offset::Zero);
            if held.parameters.offset == 0.0 {
                return lower(end, held);
            }
            lower(end, self.descend(values, moments, held.parameters, Offset::Free))
        });
        ends.reduce(lower).expect("the scan has a lowest node")
    }

    /// Where Levenberg-Marquardt comes to rest, with the best linear parameters for its time and exponent.
    fn descend(&self, values: &[f64], moments: Moments, start: Parameters, offset: Offset) -> Solution {
        let scale = (moments.raw / self.total_weight).sqrt();
        // The square root of a parameter has no slope at zero: begin beside it.
        let start = Parameters {
            offset: start.offset.max(1e-4 * scale),
            amplitude: start.amplitude.max(1e-4 * scale),
            ..start
        };
        let problem = Problem::new(&self.setting, values, start, offset);
        let (problem, report) = LevenbergMarquardt::new().with_patience(50).minimize(problem);
        let found = problem.parameters();
        let node = self.node(found.log_tau, found.beta);
        let (offset, amplitude, _) = self.project(&node, values, moments);
        let parameters = Parameters {
            offset,
            amplitude,
            ..found
        };
        Solution {
            parameters,
            squares: self.squares(values, parameters),
            termination: report.termination.into(),
            slope: self.slope(values, parameters, scale),
        }
    }

    /// The lowest local minima of the scan, best first: one at least.
    fn scan(&self, values: &[f64], moments: Moments, wanted: usize) -> Vec<Parameters> {
        let projected: Vec<(f64, f64, f64)> = self
            .nodes
            .iter()
            .map(|node| self.project(node, values, moments))
            .collect();
        let rows = self.nodes.len() / self.taus;
        let at = |row: usize, column: usize| projected[row * self.taus + column].2;
        let lowest_around = |row: usize, column: usize| {
            let here = at(row, column);
            (row.saturating_sub(1)..(row + 2).min(rows))
                .all(|r| (column.saturating_sub(1)..(column + 2).min(self.taus)).all(|c| here <= at(r, c)))
        };
        let mut minima: Vec<usize> = (0..self.nodes.len())
            .filter(|&k| lowest_around(k / self.taus, k % self.taus))
            .collect();
        minima.sort_by(|&a, &b| projected[a].2.total_cmp(&projected[b].2));
        minima.truncate(wanted);
        minima
            .into_iter()
            .map(|k| Parameters {
                offset: projected[k].0,
                amplitude: projected[k].1,
                log_tau: self.nodes[k].log_tau,
                beta: self.nodes[k].beta,
            })
            .collect()
    }

    fn squares(&self, values: &[f64], parameters: Parameters) -> f64 {
        let curve = self.setting.curve(parameters);
        curve
            .zip(values)
            .zip(&self.square_weights)
            .map(|((f, v), w)| w * (f - v) * (f - v))
            .sum()
    }

    fn slope(&self, values: &[f64], p: Parameters, scale: f64) -> f64 {
        let residuals = DVector::from_iterator(
            values.len(),
            self.setting
                .curve(p)
                .zip(values)
                .zip(&self.setting.weights)
                .map(|((f, v), w)| (f - v) * w),
        );
        let norm = residuals.norm();
        if norm <= 1e-12 * scale * self.total_weight.sqrt() || p.amplitude <= NEGLIGIBLE * scale {
            return 0.0;
        }
        let derivatives = self.setting.derivatives(p);
        // An offset that rests at zero is held there.
        let held = usize::from(self.setting.form == Form::Rise && p.offset <= NEGLIGIBLE * scale);
        let bounded = |value: f64, b: Bounds| (value - b.low).min(b.high - value) < 1e-3 * (b.high - b.low);
        if bounded(p.log_tau, self.setting.log_tau)
            || (self.setting.stretched && bounded(p.beta, self.setting.beta))
        {
            return 0.0;
        }
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

    /// The amplitude of a rise at fixed τ and β, which may be negative: a linear function of the values, whose spread over
    /// resamples is well behaved even where that of τ is not.
    pub(super) fn amplitude_at(&self, parameters: Parameters) -> impl Fn(&[f64]) -> f64 {
        let node = self.node(parameters.log_tau, parameters.beta);
        move |values| {
            let centred: f64 = node.weighted.iter().zip(values).map(|(g, v)| g * v).sum();
            centred / node.square
        }
    }

    /// The offset of a fit that may be negative, to first order about a solution: a linear function of the values, whose spread
    /// over resamples is that of the data even where the offset itself rests at 0. `None` where parameters are degenerate.
    pub(super) fn unbounded_offset(&self, p: Parameters) -> Option<impl Fn(&[f64]) -> f64> {
        let covariance = self.information(p).covariance?;
        let influence = self.setting.derivatives(p) * covariance.column(0);
        let fitted: Vec<f64> = self.setting.curve(p).collect();
        Some(move |values: &[f64]| {
            let residuals = values.iter().zip(&fitted).zip(&self.setting.weights);
            let steps = residuals.zip(&influence).map(|(((v, f), w), i)| i * w * (v - f));
            p.offset + steps.sum::<f64>()
        })
    }

    /// What the derivatives at a solution say about its parameters.
    pub(super) fn information(&self, parameters: Parameters) -> Information {
        let d = self.setting.derivatives(parameters);
        let count = d.ncols();
        let norms: Vec<f64> = (0..count).map(|j| d.column(j).norm()).collect();
        if norms.iter().any(|&n| !(n.is_finite() && n > 0.0)) {
            return Information {
                condition: f64::INFINITY,
                covariance: None,
            };
        }
        let matrix = d.transpose() * &d;
        let scaled = DMatrix::from_fn(count, count, |i, j| matrix[(i, j)] / (norms[i] * norms[j]));
        let eigenvalues = scaled.clone().symmetric_eigenvalues();
        let (low, high) = (eigenvalues.min(), eigenvalues.max());
        let condition = if low > 0.0 {
            (high / low).sqrt()
        } else {
            f64::INFINITY
        };
        let covariance = scaled
            .cholesky()
            .map(|c| c.inverse())
            .map(|inverse| DMatrix::from_fn(count, count, |i, j| inverse[(i, j)] / (norms[i] * norms[j])));
        Information {
            condition,
            covariance,
        }
    }
}

/// The better of two ends; the first one of equals.
fn lower(a: Solution, b: Solution) -> Solution {
    if b.squares < a.squares { b } else { a }
}

/// How well the derivatives tell the parameters apart.
#[derive(Debug, Clone)]
pub(super) struct Information {
    /// The ratio of the largest to the smallest singular value of the weighted derivatives by offset, amplitude, ln τ and
    /// ln β, each brought to unit length.
    pub(super) condition: f64,
    /// The inverse of their squares, in the same order; `None` where it does not exist.
    pub(super) covariance: Option<DMatrix<f64>>,
}

/// Weighted moments of the values.
#[derive(Debug, Clone, Copy)]
struct Moments {
    mean: f64,
    centred: f64,
    raw: f64,
}
