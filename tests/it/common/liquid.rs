//! Energy series that look like a liquid's, with a mean-squared difference that is known exactly.
//!
//! A liquid's energy has vibrations, a fast relaxation and a slow one that may be stretched. A
//! Gaussian series of any autocovariance is drawn exactly by circulant embedding (C. R. Dietrich
//! and G. N. Newsam, SIAM J. Sci. Comput. 18, 1088 (1997)). A slow part that jumps between two
//! levels, each with vibrations of its own size, is not Gaussian.

use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex64;

/// A part of the energy, independent of the others.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    /// `variance cos(2 pi t/period) exp(-t/period)`.
    Vibrations { variance: f64, period: f64 },
    /// `variance exp(-(t/tau)^beta)`.
    Relaxation { variance: f64, tau: f64, beta: f64 },
    /// Independent from sample to sample.
    White { variance: f64 },
}

impl Part {
    pub(crate) fn variance(&self) -> f64 {
        self.covariance(0.0)
    }

    fn covariance(&self, time: f64) -> f64 {
        match *self {
            Self::Vibrations { variance, period } => {
                let cycles = time / period;
                variance * (std::f64::consts::TAU * cycles).cos() * (-cycles).exp()
            }
            Self::Relaxation { variance, tau, beta } => variance * (-(time / tau).powf(beta)).exp(),
            Self::White { variance } => {
                if time == 0.0 {
                    variance
                } else {
                    0.0
                }
            }
        }
    }
}

/// The source of Gaussian series of one autocovariance.
pub(crate) struct Gaussian {
    samples: usize,
    amplitudes: Vec<f64>,
}

/// The spectral density of the parts together, the sum of the autocovariance over all lags with
/// `e^(-i w h)`, at the frequencies 2 pi k/M of the M places around which a run of so many samples
/// is embedded: M is twice as much, or the next power of two above.
pub(crate) fn spectrum(parts: &[Part], samples: usize, interval: f64) -> Vec<f64> {
    let length = (2 * samples).next_power_of_two();
    let covariance = |h: usize| {
        let time = h.min(length - h) as f64 * interval;
        Complex64::new(parts.iter().map(|part| part.covariance(time)).sum(), 0.0)
    };
    let mut spectrum: Vec<Complex64> = (0..length).map(covariance).collect();
    FftPlanner::new().plan_fft_forward(length).process(&mut spectrum);
    spectrum.iter().map(|x| x.re).collect()
}

impl Gaussian {
    /// Series of so many samples; the parts must have decayed at the length of the run.
    pub(crate) fn new(parts: &[Part], samples: usize, interval: f64) -> Self {
        let spectrum = spectrum(parts, samples, interval);
        let total: f64 = spectrum.iter().sum();
        let negative: f64 = spectrum.iter().map(|x| (-x).max(0.0)).sum();
        assert!(
            negative < 1e-6 * total,
            "no such series: {negative} of {total} is negative"
        );
        let length = spectrum.len();
        let amplitude = |x: &f64| (x.max(0.0) / length as f64).sqrt();
        Self {
            samples,
            amplitudes: spectrum.iter().map(amplitude).collect(),
        }
    }

    /// The series of a seed.
    pub(crate) fn sample(&self, seed: u64) -> Vec<f64> {
        let mut random = Pcg64::seed_from_u64(seed);
        let mut normal = || -> f64 { random.sample(StandardNormal) };
        let waves = self
            .amplitudes
            .iter()
            .map(|a| Complex64::new(a * normal(), a * normal()));
        let mut series: Vec<Complex64> = waves.collect();
        FftPlanner::new()
            .plan_fft_forward(series.len())
            .process(&mut series);
        series[..self.samples].iter().map(|z| z.re).collect()
    }
}

/// Jumps between two levels, in equilibrium, with a relaxation time of 1 and a variance of 1.
///
/// The upper level is occupied with probability `p = upper`, and the levels are
/// `D = 1/sqrt(p (1-p))` apart. From the lower level jumps go up at the rate p, from the upper one
/// down at the rate 1 - p. On a level the fast part g(t), Gaussian and independent of the jumps, is
/// multiplied by a_1 on the upper and by a_0 on the lower level, with `a_1/a_0 = louder` and
/// `p a_1^2 + (1-p) a_0^2 = 1`. With c(t) the autocovariance of g, that of the sum is exactly
/// ```text
/// C(t) = e^-t + [a^2 + p (1-p) (a_1 - a_0)^2 e^-t] c(t),      a = p a_1 + (1-p) a_0,
/// ```
/// so that Um^2 = 2 and U0^2 = 2 c(0) where c(t) has decayed long before t = 1. The telegraph
/// process is that of p = 1/2 and louder = 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TwoLevels {
    pub(crate) upper: f64,
    pub(crate) louder: f64,
}

impl TwoLevels {
    /// The series of a seed from a fast part sampled every `interval`.
    pub(crate) fn add_to(&self, mut fast: Vec<f64>, interval: f64, seed: u64) -> Vec<f64> {
        let p = self.upper;
        let distance = (p * (1.0 - p)).sqrt().recip();
        let lower = (p * self.louder.powi(2) + 1.0 - p).sqrt().recip();
        let size = [lower, lower * self.louder];
        // The fast part has drawn from the seed itself.
        let mut random = Pcg64::seed_from_u64(!seed);
        let mut is_upper = random.random::<f64>() < p;
        let lost = -(-interval).exp_m1();
        for x in &mut fast {
            *x = size[usize::from(is_upper)] * *x + distance * (f64::from(u8::from(is_upper)) - p);
            let leaves = lost * if is_upper { 1.0 - p } else { p };
            is_upper ^= random.random::<f64>() < leaves;
        }
        fast
    }
}
