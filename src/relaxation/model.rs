//! The forms that are fitted: the two of Eq. (11), and a decay.

use std::fmt;

use nalgebra::DMatrix;
use statrs::function::gamma::gamma;

use super::weights::Weights;

/// How a mean-squared energy difference rises from its fast plateau U0² to its long-time limit U0²
/// + Um²:
///
/// ```text
/// MSED(t) = U0² + Um² [1 - exp(-(t/τ)^β)]
/// ```
///
/// Eq. (11) of Zhang, Sun, Gong (arXiv:2501.07902) with β = 1; the published version (Chin. Phys.
/// Lett. 42, 056301 (2025)) has β free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Model {
    /// β = 1.
    Exponential,
    /// β between 0.05 and 2. Above 2 there is no random process with such a correlation.
    Stretched,
}

impl Model {
    /// Number of free parameters: U0², Um², τ, and β where it is free.
    #[must_use]
    pub fn parameters(self) -> usize {
        match self {
            Self::Exponential => 3,
            Self::Stretched => 4,
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exponential => "exponential",
            Self::Stretched => "stretched exponential",
        })
    }
}

/// The mean of a stretched exponential's relaxation time, the integral of exp(-(t/τ)^β): (τ/β)
/// Γ(1/β).
///
/// ```
/// use msed::relaxation::mean_relaxation_time;
/// assert_eq!(mean_relaxation_time(3.0, 1.0), 3.0);
/// assert!((mean_relaxation_time(3.0, 0.5) - 6.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn mean_relaxation_time(tau: f64, beta: f64) -> f64 {
    if beta == 1.0 {
        return tau;
    }
    tau / beta * gamma(1.0 / beta)
}

/// What is fitted: a rise from an offset, or a decay to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// offset + amplitude [1 - exp(-(t/τ)^β)]
    Rise,
    /// amplitude exp(-(t/τ)^β)
    Decay,
}

impl Form {
    /// Number of free parameters: a decay has no offset, and an exponent may be given.
    pub(super) fn parameters(self, exponent: Option<f64>) -> usize {
        3 + usize::from(exponent.is_none()) - usize::from(self == Self::Decay)
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

impl Parameters {
    pub(super) fn tau(&self) -> f64 {
        self.log_tau.exp()
    }

    pub(super) fn mean_time(&self) -> f64 {
        mean_relaxation_time(self.tau(), self.beta)
    }
}

/// A form over the lags of a fit.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) form: Form,
    /// β where it is given; `None` where it is searched.
    pub(super) exponent: Option<f64>,
    pub(super) log_times: Vec<f64>,
}

impl Shape {
    /// Whether β is searched.
    pub(super) fn is_free(&self) -> bool {
        self.exponent.is_none()
    }

    /// The column of ln τ among the derivatives. The amplitude stands before it, and the offset, if
    /// there is one, comes first.
    pub(super) fn column_of_log_tau(&self) -> usize {
        1 + usize::from(self.form == Form::Rise)
    }

    /// Number of free parameters.
    pub(super) fn parameters(&self) -> usize {
        self.form.parameters(self.exponent)
    }

    /// The reduced time (t/τ)^β at each lag.
    fn reduced(&self, log_tau: f64, beta: f64) -> impl Iterator<Item = f64> + '_ {
        self.log_times.iter().map(move |lt| (beta * (lt - log_tau)).exp())
    }

    /// The curve without its offset, for an amplitude of 1.
    pub(super) fn unit(&self, log_tau: f64, beta: f64) -> impl Iterator<Item = f64> + '_ {
        self.reduced(log_tau, beta).map(|x| match self.form {
            Form::Rise => -(-x).exp_m1(),
            Form::Decay => (-x).exp(),
        })
    }

    /// The curve.
    pub(super) fn curve(&self, p: Parameters) -> impl Iterator<Item = f64> + '_ {
        self.reduced(p.log_tau, p.beta).map(move |x| match self.form {
            Form::Rise => p.offset - p.amplitude * (-x).exp_m1(),
            Form::Decay => p.amplitude * (-x).exp(),
        })
    }

    /// Whitened derivatives of the curve by offset (a rise has one), amplitude, ln τ and, where it
    /// is free, ln β.
    pub(super) fn derivatives(&self, p: Parameters, weights: &Weights) -> DMatrix<f64> {
        let log_tau = self.column_of_log_tau();
        let mut d = DMatrix::zeros(self.log_times.len(), self.parameters());
        for (k, x) in self.reduced(p.log_tau, p.beta).enumerate() {
            let w = weights.of_row(k);
            let e = (-x).exp();
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
            d[(k, log_tau)] = slope;
            if self.is_free() {
                d[(k, log_tau + 1)] = -slope * (self.log_times[k] - p.log_tau);
            }
        }
        weights.whitened_rows(d)
    }
}
