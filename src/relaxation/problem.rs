//! Residuals and their derivatives, for the least-squares solver.

use levenberg_marquardt::LeastSquaresProblem;
use nalgebra::{DMatrix, DVector, Dyn, Owned};

/// What is fitted: a rise from an offset, or a decay to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// offset + amplitude [1 - exp(-(t/τ)^β)]
    Rise,
    /// amplitude exp(-(t/τ)^β)
    Decay,
}

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
}

/// Offset, amplitude, ln τ and β.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parameters {
    pub(super) offset: f64,
    pub(super) amplitude: f64,
    pub(super) log_tau: f64,
    pub(super) beta: f64,
}

/// What does not change from one set of values to the next.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) form: Form,
    pub(super) stretched: bool,
    pub(super) log_times: Vec<f64>,
    /// Inverse standard deviations, up to a factor.
    pub(super) weights: Vec<f64>,
    pub(super) log_tau: Bounds,
    pub(super) beta: Bounds,
}

impl Setting {
    /// The reduced time (t/τ)^β at each lag.
    pub(super) fn reduced(&self, log_tau: f64, beta: f64) -> impl Iterator<Item = f64> + '_ {
        self.log_times.iter().map(move |lt| (beta * (lt - log_tau)).exp())
    }

    /// Weighted derivatives of the curve by offset (a rise has one), amplitude, ln τ and, where it is free, ln β.
    pub(super) fn derivatives(&self, p: Parameters) -> DMatrix<f64> {
        let rise = usize::from(self.form == Form::Rise);
        let mut d = DMatrix::zeros(self.log_times.len(), rise + 2 + usize::from(self.stretched));
        for (k, x) in self.reduced(p.log_tau, p.beta).enumerate() {
            let w = self.weights[k];
            let e = (-x).exp();
            // The derivative of exp(-x) by ln x, for the sign of a rise.
            let slope = match self.form {
                Form::Rise => {
                    d[(k, 0)] = w;
                    d[(k, 1)] = -w * (-x).exp_m1();
                    -w * p.amplitude * p.beta * x * e
                }
                Form::Decay => {
                    d[(k, 0)] = w * e;
                    w * p.amplitude * p.beta * x * e
                }
            };
            d[(k, rise + 1)] = slope;
            if self.stretched {
                d[(k, rise + 2)] = -slope * (self.log_times[k] - p.log_tau);
            }
        }
        d
    }

    /// The curve itself.
    pub(super) fn curve(&self, p: Parameters) -> impl Iterator<Item = f64> + '_ {
        self.reduced(p.log_tau, p.beta).map(move |x| match self.form {
            Form::Rise => p.offset - p.amplitude * (-x).exp_m1(),
            Form::Decay => p.amplitude * (-x).exp(),
        })
    }
}

/// What a search does with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offset {
    /// It is searched, if the form has one.
    Free,
    /// It stays 0: its square root has no slope there, so that a search for it would stall.
    Zero,
}

/// One set of values. Offset and amplitude are searched as their square roots, ln τ and β inside their bounds: whatever
/// step the solver takes, the parameters mean something.
#[derive(Debug, Clone)]
pub(super) struct Problem<'a> {
    setting: &'a Setting,
    values: &'a [f64],
    /// 1 where the offset is searched, else 0: the place of the amplitude in `free`.
    offsets: usize,
    free: DVector<f64>,
}

impl<'a> Problem<'a> {
    pub(super) fn new(setting: &'a Setting, values: &'a [f64], start: Parameters, offset: Offset) -> Self {
        let offsets = usize::from(setting.form == Form::Rise && offset == Offset::Free);
        let mut free = Vec::with_capacity(4);
        if offsets == 1 {
            free.push(start.offset.sqrt());
        }
        free.push(start.amplitude.sqrt());
        free.push(setting.log_tau.free(start.log_tau));
        if setting.stretched {
            free.push(setting.beta.free(start.beta));
        }
        Self {
            setting,
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
            log_tau: self.setting.log_tau.value(self.free[first + 1]),
            beta: if self.setting.stretched {
                self.setting.beta.value(self.free[first + 2])
            } else {
                1.0
            },
        }
    }
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for Problem<'_> {
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
        let curve = self.setting.curve(self.parameters());
        let weighted = curve.zip(self.values).zip(&self.setting.weights);
        Some(DVector::from_iterator(
            self.values.len(),
            weighted.map(|((f, v), w)| (f - v) * w),
        ))
    }

    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let p = self.parameters();
        let mut d = self.setting.derivatives(p);
        let first = self.offsets;
        if self.setting.form == Form::Rise && first == 0 {
            d = d.remove_column(0);
        }
        for linear in 0..=first {
            d.column_mut(linear).scale_mut(2.0 * self.free[linear]);
        }
        d.column_mut(first + 1)
            .scale_mut(self.setting.log_tau.derivative(self.free[first + 1]));
        if self.setting.stretched {
            let by_free = self.setting.beta.derivative(self.free[first + 2]);
            d.column_mut(first + 2).scale_mut(by_free / p.beta);
        }
        Some(d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use levenberg_marquardt::differentiate_numerically;

    #[test]
    fn derivatives_are_those_of_finite_differences() {
        for (form, stretched, offset) in [
            (Form::Rise, false, Offset::Free),
            (Form::Rise, true, Offset::Free),
            (Form::Rise, false, Offset::Zero),
            (Form::Rise, true, Offset::Zero),
            (Form::Decay, false, Offset::Free),
            (Form::Decay, true, Offset::Free),
        ] {
            let setting = Setting {
                form,
                stretched,
                log_times: (0..20).map(|k| f64::from(k) * 0.4 - 3.0).collect(),
                weights: (0..20).map(|k| 1.0 + 0.1 * f64::from(k)).collect(),
                log_tau: Bounds {
                    low: -10.0,
                    high: 15.0,
                },
                beta: Bounds { low: 0.05, high: 2.0 },
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
                let mut problem = Problem::new(&setting, &values, start, offset);
                let exact = problem.jacobian().unwrap();
                let numerical = differentiate_numerically(&mut problem).unwrap();
                let worst = (&exact - &numerical).abs().max() / exact.abs().max();
                assert!(
                    worst < 1e-9,
                    "{form:?}, {offset:?}, stretched {stretched}: {worst:.1e}"
                );
                // The check can fail: the wrong sign of one column is seen.
                let last = exact.ncols() - 1;
                assert!((exact.column(last) + numerical.column(last)).abs().max() > 1e-3 * exact.abs().max());
            }
        }
    }
}
