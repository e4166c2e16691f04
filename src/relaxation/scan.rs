//! Starts of the search: a scan over relaxation times and exponents, with the linear parameters
//! solved for.

use super::model::{Form, Parameters, Shape};
use super::weights::Weights;

/// Values of τ in the scan per factor of ten.
const TAUS_PER_DECADE: f64 = 8.0;
/// How far the scan goes beyond the fitted lags, as a factor.
const MARGIN: f64 = 30.0;
/// Values of β in the scan.
const BETAS: [f64; 10] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.4, 1.8];

/// A grid of relaxation times and exponents for one set of lags and weights, and any number of
/// values on them.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    nodes: Vec<Node>,
    taus: usize,
    ones: Vec<f64>,
    /// The product of a constant 1 with itself.
    pub(super) total_weight: f64,
}

/// A node of the scan: a shape, and what of the linear problem does not depend on the values.
#[derive(Debug, Clone)]
pub(super) struct Node {
    form: Form,
    log_tau: f64,
    beta: f64,
    /// The linear form of the product with the shape, centred for a rise.
    dual: Vec<f64>,
    mean: f64,
    square: f64,
    raw_square: f64,
}

/// Weighted moments of the values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    mean: f64,
    centred: f64,
    pub(super) raw: f64,
}

/// The best linear parameters at a node, and the sum of squares with them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Projection {
    pub(super) offset: f64,
    pub(super) amplitude: f64,
    squares: f64,
}

impl Node {
    fn applied(&self, values: &[f64]) -> f64 {
        self.dual.iter().zip(values).map(|(g, v)| g * v).sum()
    }

    /// The best amplitude, which may be negative.
    pub(super) fn amplitude(&self, values: &[f64]) -> f64 {
        self.applied(values) / self.square
    }
}

impl Scan {
    pub(super) fn new(shape: &Shape, weights: &Weights) -> Self {
        let log_times = &shape.log_times;
        let (low, high) = (
            log_times[0] - MARGIN.ln(),
            log_times[log_times.len() - 1] + MARGIN.ln(),
        );
        let taus = ((high - low) / std::f64::consts::LN_10 * TAUS_PER_DECADE).ceil() as usize + 1;
        let ones = vec![1.0; log_times.len()];
        let mut scan = Self {
            nodes: Vec::new(),
            taus,
            total_weight: weights.product(&ones, &ones),
            ones,
        };
        let betas = shape.exponent.as_ref().map_or(&BETAS[..], std::slice::from_ref);
        for &beta in betas {
            for k in 0..taus {
                let log_tau = low + (high - low) * k as f64 / (taus - 1) as f64;
                scan.nodes.push(scan.node(shape, weights, log_tau, beta));
            }
        }
        scan
    }

    pub(super) fn node(&self, shape: &Shape, weights: &Weights, log_tau: f64, beta: f64) -> Node {
        let unit: Vec<f64> = shape.unit(log_tau, beta).collect();
        let mean = match shape.form {
            Form::Rise => weights.product(&unit, &self.ones) / self.total_weight,
            Form::Decay => 0.0,
        };
        let centred: Vec<f64> = unit.iter().map(|g| g - mean).collect();
        Node {
            form: shape.form,
            log_tau,
            beta,
            mean,
            square: weights.product(&centred, &centred),
            raw_square: weights.product(&unit, &unit),
            dual: weights.dual(&centred),
        }
    }

    pub(super) fn moments(&self, weights: &Weights, values: &[f64]) -> Moments {
        let mean = weights.product(values, &self.ones) / self.total_weight;
        let centred: Vec<f64> = values.iter().map(|v| v - mean).collect();
        Moments {
            mean,
            centred: weights.product(&centred, &centred),
            raw: weights.product(values, values),
        }
    }

    /// The best offset and amplitude at a node that are not negative.
    pub(super) fn project(&self, node: &Node, values: &[f64], moments: Moments) -> Projection {
        let best = |offset, amplitude, squares| Projection {
            offset,
            amplitude,
            squares,
        };
        let centred = node.applied(values);
        if node.form == Form::Decay {
            let amplitude = if node.square > 0.0 {
                (centred / node.square).max(0.0)
            } else {
                0.0
            };
            return best(0.0, amplitude, moments.raw - amplitude * centred);
        }
        // A shape that is constant over the lags, to rounding, cannot be told from the offset.
        if node.square <= 1e-24 * node.raw_square || centred <= 0.0 {
            return best(moments.mean, 0.0, moments.centred);
        }
        let amplitude = centred / node.square;
        let offset = moments.mean - amplitude * node.mean;
        if offset >= 0.0 {
            return best(offset, amplitude, moments.centred - amplitude * centred);
        }
        let raw = centred + node.mean * moments.mean * self.total_weight;
        let amplitude = (raw / node.raw_square).max(0.0);
        best(0.0, amplitude, moments.raw - amplitude * raw)
    }

    /// The lowest local minima of the scan, best first: one at least, `wanted` at most.
    pub(super) fn minima(&self, values: &[f64], moments: Moments, wanted: usize) -> Vec<Parameters> {
        let projected: Vec<Projection> = self
            .nodes
            .iter()
            .map(|node| self.project(node, values, moments))
            .collect();
        let rows = self.nodes.len() / self.taus;
        let at = |row: usize, column: usize| projected[row * self.taus + column].squares;
        let lowest_around = |row: usize, column: usize| {
            let here = at(row, column);
            (row.saturating_sub(1)..(row + 2).min(rows))
                .all(|r| (column.saturating_sub(1)..(column + 2).min(self.taus)).all(|c| here <= at(r, c)))
        };
        let by_squares = |&a: &usize, &b: &usize| projected[a].squares.total_cmp(&projected[b].squares);
        let nodes = || 0..self.nodes.len();
        let mut minima: Vec<usize> = nodes()
            .filter(|&k| lowest_around(k / self.taus, k % self.taus))
            .collect();
        minima.sort_by(by_squares);
        minima.truncate(wanted);
        if minima.is_empty() {
            minima.extend(nodes().min_by(by_squares));
        }
        minima
            .into_iter()
            .map(|k| Parameters {
                offset: projected[k].offset,
                amplitude: projected[k].amplitude,
                log_tau: self.nodes[k].log_tau,
                beta: self.nodes[k].beta,
            })
            .collect()
    }
}
