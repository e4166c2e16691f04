//! What is known of a liquid's spectrum before it is measured.

use std::f64::consts::TAU;

use nalgebra::{DMatrix, DVector};

use super::periodogram::Bin;
use super::shape::{Parameters, Point, Shape};
use crate::relaxation::Model;

/// ln (β/(2 - β)) of a liquid's slow part: β = 0.80, one standard deviation 0.56 to 1.05.
const EXPONENT: [f64; 2] = [-0.4, 0.5];
/// ln of the ratio of the slow time to a fast one: 67, one standard deviation 15 to 300.
const RATIO: [f64; 2] = [4.2, 1.5];
/// Standard deviation of ln of a level or a variance about the scale of the data.
const SCALE: f64 = 3.0;

/// Gaussian priors of the parameters, in the scale of the data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Priors {
    /// ln of the lowest power.
    level: f64,
    /// ln of the variance in the band.
    variance: f64,
    /// ln of the times that the band can show: mean and standard deviation.
    time: [f64; 2],
}

/// A Gaussian prior of a sum of parameters.
struct Term {
    /// The factors of the parameters in the sum, and its mean, in units of the standard deviation.
    factors: DVector<f64>,
    mean: f64,
    deviation: f64,
}

impl Priors {
    /// In the scale of these bins.
    pub(super) fn of(bins: &[&[Bin]]) -> Self {
        let bins = || bins.iter().copied().flatten();
        let sum = |f: &dyn Fn(&Bin) -> f64| bins().map(f).sum::<f64>();
        let lowest = bins().map(|b| b.frequency).fold(f64::MAX, f64::min);
        let highest = bins().map(|b| b.frequency).fold(0.0, f64::max);
        let power = sum(&|b| b.power * b.ordinates) / sum(&|b| b.ordinates);
        let (short, long) = ((1.0 / highest).ln(), (1.0 / lowest).ln());
        Self {
            level: bins().map(|b| b.power).fold(f64::MAX, f64::min).ln(),
            // The part of the frequencies that the band holds.
            variance: (power * highest / std::f64::consts::PI).ln(),
            time: [0.5 * (short + long), (long - short).max(1.0)],
        }
    }

    fn terms(&self, shape: Shape) -> Vec<Term> {
        let term = |sum: &[(usize, f64)], mean: f64, deviation: f64| {
            let mut factors = DVector::zeros(shape.parameters());
            for &(place, factor) in sum {
                factors[place] = factor / deviation;
            }
            let mean = mean / deviation;
            Term {
                factors,
                mean,
                deviation,
            }
        };
        let mut terms = vec![
            term(&[(0, 1.0)], self.level, SCALE),
            term(&[(1, 1.0)], self.variance, SCALE),
            term(&[(2, 1.0)], self.time[0], self.time[1]),
        ];
        if shape.model == Model::Stretched {
            terms.push(term(&[(3, 1.0)], EXPONENT[0], EXPONENT[1]));
        }
        for fast in (0..shape.fast).map(|k| shape.fast_time(k)) {
            terms.push(term(&[(fast - 1, 1.0)], self.variance, SCALE));
            terms.push(term(&[(2, 1.0), (fast, -1.0)], RATIO[0], RATIO[1]));
        }
        terms
    }

    /// Adds minus the logarithm of the priors, to a constant, and its derivatives.
    pub(super) fn add_to(&self, shape: Shape, parameters: &Parameters, point: &mut Point) {
        for term in self.terms(shape) {
            let z = term.factors.dot(parameters) - term.mean;
            point.objective += 0.5 * z * z;
            point.gradient.axpy(z, &term.factors, 1.0);
            point.information.ger(1.0, &term.factors, &term.factors, 1.0);
        }
    }

    /// The inverse of the covariance of the priors.
    pub(super) fn precision(&self, shape: Shape) -> DMatrix<f64> {
        let squares = |term: &Term| &term.factors * term.factors.transpose();
        self.terms(shape).iter().map(squares).sum()
    }

    /// The logarithm of the constant before the exponential.
    pub(super) fn log_norm(&self, shape: Shape) -> f64 {
        let norm = |term: &Term| (term.deviation * TAU.sqrt()).ln();
        -self.terms(shape).iter().map(norm).sum::<f64>()
    }
}
