//! The search for the parameters of one set of values, as the solver sees it.

use levenberg_marquardt::LeastSquaresProblem;
use nalgebra::{DMatrix, DVector, Dyn, Owned};

use super::model::{Form, Parameters, Shape};
use super::thresholds::EXPONENT;
use super::weights::Weights;

/// A range that a parameter cannot leave: it is searched as the argument of a logistic function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Bounds {
    fn value(self, free: f64) -> f64 {
        self.low + (self.high - self.low) / (1.0 + (-free).exp())
    }

    fn free(self, value: f64) -> f64 {
        let fraction = ((value - self.low) / (self.high - self.low)).clamp(1e-6, 1.0 - 1e-6);
        (fraction / (1.0 - fraction)).ln()
    }

    fn derivative(self, free: f64) -> f64 {
        let s = 1.0 / (1.0 + (-free).exp());
        (self.high - self.low) * s * (1.0 - s)
    }

    /// Whether a value is within a thousandth of the range from its end.
    pub(super) fn is_reached(self, value: f64) -> bool {
        (value - self.low).min(self.high - value) < 1e-3 * (self.high - self.low)
    }
}

/// The range of β.
pub(super) const BETA: Bounds = Bounds {
    low: EXPONENT[0],
    high: EXPONENT[1],
};

/// What a search does with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offset {
    /// It is searched, if the form has one.
    Free,
    /// It stays 0: its square root has no slope there, so that a search for it would stall.
    Zero,
}

/// Offset and amplitude are searched as their square roots, ln τ and β inside their bounds:
/// whatever step the solver takes, the parameters mean something.
#[derive(Debug, Clone)]
pub(super) struct Search<'a> {
    shape: &'a Shape,
    weights: &'a Weights,
    /// The range of ln τ.
    log_tau: Bounds,
    values: &'a [f64],
    /// 1 where the offset is searched, else 0: the place of the amplitude in `free`.
    offsets: usize,
    free: DVector<f64>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        shape: &'a Shape,
        weights: &'a Weights,
        log_tau: Bounds,
        values: &'a [f64],
        start: Parameters,
        offset: Offset,
    ) -> Self {
        let offsets = usize::from(shape.form == Form::Rise && offset == Offset::Free);
        let mut free = Vec::with_capacity(4);
        if offsets == 1 {
            free.push(start.offset.sqrt());
        }
        free.push(start.amplitude.sqrt());
        free.push(log_tau.free(start.log_tau));
        if shape.is_free() {
            free.push(BETA.free(start.beta));
        }
        Self {
            shape,
            weights,
            log_tau,
            values,
            offsets,
            free: DVector::from_vec(free),
        }
    }

    pub(super) fn parameters(&self) -> Parameters {
        let first = self.offsets;
        Parameters {
            offset: if first == 1 { self.free[0].powi(2) } else { 0.0 },
            amplitude: self.free[first].powi(2),
            log_tau: self.log_tau.value(self.free[first + 1]),
            beta: self
                .shape
                .exponent
                .unwrap_or_else(|| BETA.value(self.free[first + 2])),
        }
    }
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for Search<'_> {
    type ParameterStorage = Owned<f64, Dyn>;
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;

    fn set_params(&mut self, free: &DVector<f64>) {
        self.free.copy_from(free);
    }

    fn params(&self) -> DVector<f64> {
        self.free.clone()
    }

    fn residuals(&self) -> Option<DVector<f64>> {
        let curve = self.shape.curve(self.parameters());
        Some(self.weights.whitened(curve.zip(self.values).map(|(f, v)| f - v)))
    }

    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let p = self.parameters();
        let mut d = self.shape.derivatives(p, self.weights);
        let first = self.offsets;
        if self.shape.form == Form::Rise && first == 0 {
            d = d.remove_column(0);
        }
        for linear in 0..=first {
            d.column_mut(linear).scale_mut(2.0 * self.free[linear]);
        }
        d.column_mut(first + 1)
            .scale_mut(self.log_tau.derivative(self.free[first + 1]));
        if self.shape.is_free() {
            let by_free = BETA.derivative(self.free[first + 2]);
            d.column_mut(first + 2).scale_mut(by_free / p.beta);
        }
        Some(d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use levenberg_marquardt::differentiate_numerically;
    use nalgebra::Cholesky;

    fn assert_derivatives(shape: &Shape, weights: &Weights, offset: Offset) {
        let range = Bounds {
            low: -10.0,
            high: 15.0,
        };
        let values: Vec<f64> = (0..20).map(|k| 1.0 + 0.02 * f64::from(k)).collect();
        for (level, amplitude, log_tau, beta) in [
            (0.9, 0.4, 1.0, 0.6),
            (0.02, 2.0, -2.0, 1.4),
            (1.0, 0.01, 6.0, 0.3),
        ] {
            let start = Parameters {
                offset: level,
                amplitude,
                log_tau,
                beta,
            };
            let mut search = Search::new(shape, weights, range, &values, start, offset);
            let exact = search.jacobian().unwrap();
            let numerical = differentiate_numerically(&mut search).unwrap();
            let worst = (&exact - &numerical).abs().max() / exact.abs().max();
            assert!(worst < 1e-9, "{shape:?}, {offset:?}: {worst:.1e}");
            // The check can fail: the wrong sign of one column is seen.
            let last = exact.ncols() - 1;
            assert!((exact.column(last) + numerical.column(last)).abs().max() > 1e-3 * exact.abs().max());
        }
    }

    #[test]
    fn derivatives_are_those_of_finite_differences() {
        let independent = Weights::independent((0..20).map(|k| 1.0 + 0.1 * f64::from(k)).collect());
        let covariance = DMatrix::from_fn(20, 20, |i, j| (-0.3 * i.abs_diff(j) as f64).exp());
        let correlated = Weights::correlated(&Cholesky::new(covariance).unwrap());
        for weights in [&independent, &correlated] {
            for exponent in [Some(1.0), Some(0.7), None] {
                for (form, offset) in [
                    (Form::Rise, Offset::Free),
                    (Form::Rise, Offset::Zero),
                    (Form::Decay, Offset::Free),
                ] {
                    let log_times = (0..20).map(|k| f64::from(k) * 0.4 - 3.0).collect();
                    let shape = Shape {
                        form,
                        exponent,
                        log_times,
                    };
                    assert_derivatives(&shape, weights, offset);
                }
            }
        }
    }
}
