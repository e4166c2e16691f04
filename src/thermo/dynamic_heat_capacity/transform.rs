//! Transforms of a rise over lag time: of the fitted form, and of a curve as it was measured.

use std::f64::consts::{FRAC_PI_2, TAU};

use rustfft::num_complex::Complex64;

use crate::thermo::{PiecewiseCubic, ThermoError};

/// e^-36 is the rounding of 1: what an integrand has fallen to where a sum of it ends.
const ROUNDING: f64 = 36.0;
/// Below this phase over a piece the moments come from their series, which does not cancel.
const SMALL_PHASE: f64 = 2.0;
/// Terms of that series: the first that is left out is 2^24/24!, below 1e-16.
const TERMS: u32 = 24;

/// The part of a stretched exponential φ(t) = exp(-(t/τ)^β) beyond a time, in units of φ there:
/// ```text
/// int from `from` to inf of [-dφ/dt / φ(from)] e^(iωt) dt
/// ```
/// It is 1 at ω = 0, and 1/(1 - iωτ) for an exponential from 0 on.
///
/// The path is turned from the real axis by π/(2 + 2β), so that e^(iωt) and φ both decay along it
/// and nothing oscillates. In the logarithm of its length the integrand is analytic within a strip,
/// where the trapezoidal rule converges exponentially; the step leaves an error of the rounding.
pub(super) fn beyond(frequency: f64, from: f64, tau: f64, beta: f64) -> Complex64 {
    if beta == 1.0 {
        return Complex64::cis(frequency * from) / Complex64::new(1.0, -frequency * tau);
    }
    // In units of τ.
    let (frequency, from) = (frequency * tau, from / tau);
    let angle = FRAC_PI_2 / (1.0 + beta);
    let direction = Complex64::cis(angle);
    let decay = angle.sin();
    let rate = beta * from.max(f64::MIN_POSITIVE).powf(beta - 1.0);
    let lengths = [
        frequency.recip(),
        if from > 0.0 { from.min(rate.recip()) } else { 1.0 },
    ];
    let shortest = lengths.into_iter().fold(1.0, f64::min);
    let power = if from > 0.0 { 1.0 } else { beta };
    let start = shortest.ln() - ROUNDING / power;
    let reach = (ROUNDING / decay).powf(beta.recip());
    let end = (ROUNDING / (decay * frequency)).min(reach).ln() + 0.5;
    let step = TAU * angle * beta.recip().min(1.0) / ROUNDING;
    let steps = ((end - start) / step).ceil();
    let gone = from.powf(beta);
    let term = |k: u32| {
        let along = (start + f64::from(k) * step).exp() * direction;
        let time = from + along;
        let log = time.ln();
        let exponent = gone - (beta * log).exp() + Complex64::i() * frequency * time + (beta - 1.0) * log;
        beta * exponent.exp() * along
    };
    step * (0..=steps as u32).map(term).sum::<Complex64>()
}

/// A curve between its lags: a natural cubic spline over ln t gives the slopes, and between two
/// lags the curve is the cubic in t of these slopes. Before the first lag the parabola through the
/// first three goes on to t = 0, and there the curve jumps: what relaxes faster than the samples
/// can show is not spread over the first lag.
pub(super) struct Rise {
    /// Between 0 and the curve at the first lag.
    jump: f64,
    pieces: Vec<Piece>,
}

/// The derivative of a curve over a piece, in powers of the fraction of the piece, times its
/// length.
struct Piece {
    start: f64,
    length: f64,
    slopes: [f64; 3],
}

impl Rise {
    /// # Errors
    /// [`ThermoError::Knots`] for fewer than two lags.
    pub(super) fn new(times: &[f64], values: &[f64]) -> Result<Self, ThermoError> {
        let logs: Vec<f64> = times.iter().map(|t| t.ln()).collect();
        let spline = PiecewiseCubic::natural(&logs, values)?;
        let slope = |k: usize| spline.derivative(logs[k]) / times[k];
        let jump = at_zero(times, values).clamp(0.0, values[0].max(0.0));
        let first = Piece {
            start: 0.0,
            length: times[0],
            slopes: [values[0] - jump, 0.0, 0.0],
        };
        let between = (0..times.len() - 1).map(|k| {
            let length = times[k + 1] - times[k];
            let rise = values[k + 1] - values[k];
            let [before, after] = [k, k + 1].map(|k| length * slope(k));
            Piece {
                start: times[k],
                length,
                slopes: [
                    before,
                    2.0 * (3.0 * rise - 2.0 * before - after),
                    3.0 * (before + after - 2.0 * rise),
                ],
            }
        });
        Ok(Self {
            jump,
            pieces: std::iter::once(first).chain(between).collect(),
        })
    }

    /// The integral of dM/dt e^(iωt) from 0 to the last lag: exact for the pieces at any frequency,
    /// so that a phase that turns many times between two lags adds no error of its own.
    pub(super) fn transform(&self, frequency: f64) -> Complex64 {
        let of = |piece: &Piece| {
            let moments = moments(frequency * piece.length);
            let sum: Complex64 = piece.slopes.iter().zip(moments).map(|(s, m)| *s * m).sum();
            Complex64::cis(frequency * piece.start) * sum
        };
        self.jump + self.pieces.iter().map(of).sum::<Complex64>()
    }
}

/// The polynomial through the first three points, or as many as there are, at 0.
fn at_zero(times: &[f64], values: &[f64]) -> f64 {
    let known = times.len().min(3);
    let term = |k: usize| {
        let others = (0..known).filter(|&other| other != k);
        let factor: f64 = others
            .map(|other| times[other] / (times[other] - times[k]))
            .product();
        values[k] * factor
    };
    (0..known).map(term).sum()
}

/// The integrals of 1, s and s² times e^(i phase s) over s from 0 to 1.
fn moments(phase: f64) -> [Complex64; 3] {
    let i = Complex64::new(0.0, phase);
    if phase.abs() < SMALL_PHASE {
        let mut moments = [Complex64::ZERO; 3];
        let mut term = Complex64::ONE;
        for n in 0..TERMS {
            for (k, moment) in moments.iter_mut().enumerate() {
                *moment += term / (f64::from(n) + k as f64 + 1.0);
            }
            term *= i / f64::from(n + 1);
        }
        return moments;
    }
    let end = i.exp();
    let zeroth = (end - 1.0) / i;
    let first = (end - zeroth) / i;
    [zeroth, first, (end - 2.0 * first) / i]
}
