//! What is known of a liquid's spectrum before it is measured.

use std::f64::consts::TAU;

use nalgebra::{DMatrix, DVector};

use super::periodogram::Bin;
use super::shape::Shape;
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

/// A Gaussian prior of a sum of parameters, given by their places and factors.
struct Term {
    sum: [Option<(usize, f64)>; 2],
    mean: f64,
    deviation: f64,
}

impl Term {
    fn of(place: usize, mean: f64, deviation: f64) -> Self {
        Self {
            sum: [Some((place, 1.0)), None],
            mean,
            deviation,
        }
    }

    fn factors(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.sum.iter().copied().flatten()
    }

    /// How many standard deviations the parameters are away.
    fn distance(&self, parameters: &DVector<f64>) -> f64 {
        let sum: f64 = self
            .factors()
            .map(|(place, factor)| factor * parameters[place])
            .sum();
        (sum - self.mean) / self.deviation
    }
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
        let [time, spread] = self.time;
        let mut terms = vec![
            Term::of(0, self.level, SCALE),
            Term::of(1, self.variance, SCALE),
            Term::of(2, time, spread),
        ];
        if shape.model == Model::Stretched {
            terms.push(Term::of(3, EXPONENT[0], EXPONENT[1]));
        }
        for k in 0..shape.fast {
            let fast = shape.fast_time(k);
            terms.push(Term::of(fast - 1, self.variance, SCALE));
            terms.push(Term {
                sum: [Some((2, 1.0)), Some((fast, -1.0))],
                mean: RATIO[0],
                deviation: RATIO[1],
            });
        }
        terms
    }

    /// Adds minus the logarithm of the priors, to a constant, with its first and second derivatives.
    pub(super) fn add_to(
        &self,
        shape: Shape,
        parameters: &DVector<f64>,
        gradient: &mut DVector<f64>,
        information: &mut DMatrix<f64>,
    ) -> f64 {
        let mut objective = 0.0;
        for term in self.terms(shape) {
            let z = term.distance(parameters);
            objective += 0.5 * z * z;
            for (i, a) in term.factors() {
                gradient[i] += a * z / term.deviation;
                for (j, b) in term.factors() {
                    information[(i, j)] += a * b / term.deviation.powi(2);
                }
            }
        }
        objective
    }

    /// The precision of the priors: the inverse of their covariance.
    pub(super) fn precision(&self, shape: Shape) -> DMatrix<f64> {
        let n = shape.parameters();
        let mut precision = DMatrix::zeros(n, n);
        self.add_to(shape, &DVector::zeros(n), &mut DVector::zeros(n), &mut precision);
        precision
    }

    /// The logarithm of the constant before the exponential.
    pub(super) fn log_norm(&self, shape: Shape) -> f64 {
        let norm = |term: &Term| (term.deviation * TAU.sqrt()).ln();
        -self.terms(shape).iter().map(norm).sum::<f64>()
    }
}
