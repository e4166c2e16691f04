//! Energy series that look like a liquid's, with a mean-squared difference that is known exactly.
//!
//! A liquid's energy has vibrations, a fast relaxation and a slow one that may be stretched. A
//! Gaussian series of any autocovariance is drawn exactly by circulant embedding (C. R. Dietrich
//! and G. N. Newsam, SIAM J. Sci. Comput. 18, 1088 (1997)).

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

impl Gaussian {
    /// Series of so many samples; the parts must have decayed at the length of the run.
    pub(crate) fn new(parts: &[Part], samples: usize, interval: f64) -> Self {
        let length = (2 * samples).next_power_of_two();
        let covariance = |h: usize| {
            let time = h.min(length - h) as f64 * interval;
            Complex64::new(parts.iter().map(|part| part.covariance(time)).sum(), 0.0)
        };
        let mut spectrum: Vec<Complex64> = (0..length).map(covariance).collect();
        FftPlanner::new().plan_fft_forward(length).process(&mut spectrum);
        let total: f64 = spectrum.iter().map(|x| x.re).sum();
        let negative: f64 = spectrum.iter().map(|x| (-x.re).max(0.0)).sum();
        assert!(
            negative < 1e-6 * total,
            "no such series: {negative} of {total} is negative"
        );
        let amplitude = |x: &Complex64| (x.re.max(0.0) / length as f64).sqrt();
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
