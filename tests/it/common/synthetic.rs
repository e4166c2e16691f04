//! Energy series with known mean-squared energy difference, sampled exactly from a seed.

use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

/// A stationary process: white noise for the vibrations, and slow parts that are independent of it
/// and of each other.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    /// Variance of the white part: U0²/2.
    pub(crate) white: f64,
    /// Slow parts.
    pub(crate) slow: Vec<Slow>,
}

/// A part whose correlation is `variance * exp(-t/tau)`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slow {
    pub(crate) kind: Kind,
    pub(crate) variance: f64,
    pub(crate) tau: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Gaussian at all times.
    OrnsteinUhlenbeck,
    /// Two values, with random jumps between them.
    Telegraph,
}

impl Process {
    /// One Gaussian slow part: U0² = `2 * white`, Um² = `2 * variance`.
    pub(crate) fn two_scale(white: f64, variance: f64, tau: f64) -> Self {
        Self::mixture(white, &[(variance, tau)])
    }

    /// Several Gaussian slow parts, as pairs of variance and relaxation time.
    pub(crate) fn mixture(white: f64, parts: &[(f64, f64)]) -> Self {
        let slow = parts
            .iter()
            .map(|&(variance, tau)| Slow {
                kind: Kind::OrnsteinUhlenbeck,
                variance,
                tau,
            })
            .collect();
        Self { white, slow }
    }

    /// A telegraph signal in white noise.
    pub(crate) fn telegraph(white: f64, variance: f64, tau: f64) -> Self {
        Self {
            white,
            slow: vec![Slow {
                kind: Kind::Telegraph,
                variance,
                tau,
            }],
        }
    }

    /// The exact mean-squared difference at a time above 0.
    pub(crate) fn msed(&self, time: f64) -> f64 {
        let rise = |part: &Slow| -2.0 * part.variance * (-time / part.tau).exp_m1();
        2.0 * self.white + self.slow.iter().map(rise).sum::<f64>()
    }

    /// The variance.
    pub(crate) fn variance(&self) -> f64 {
        self.white + self.slow.iter().map(|part| part.variance).sum::<f64>()
    }

    /// `samples` values at times `interval` apart, in equilibrium from the first one on.
    pub(crate) fn sample(&self, samples: usize, interval: f64, seed: u64) -> Vec<f64> {
        let mut random = Pcg64::seed_from_u64(seed);
        let mut states: Vec<f64> = self.slow.iter().map(|part| part.begin(&mut random)).collect();
        let white = self.white.sqrt();
        (0..samples)
            .map(|_| {
                let sum: f64 = states.iter().sum();
                for (part, state) in self.slow.iter().zip(&mut states) {
                    *state = part.advance(*state, interval, &mut random);
                }
                sum + white * normal(&mut random)
            })
            .collect()
    }
}

impl Slow {
    fn begin(&self, random: &mut impl Rng) -> f64 {
        let sigma = self.variance.sqrt();
        match self.kind {
            Kind::OrnsteinUhlenbeck => sigma * normal(random),
            Kind::Telegraph if random.random::<bool>() => sigma,
            Kind::Telegraph => -sigma,
        }
    }

    fn advance(&self, state: f64, interval: f64, random: &mut impl Rng) -> f64 {
        let kept = (-interval / self.tau).exp();
        match self.kind {
            Kind::OrnsteinUhlenbeck => {
                kept * state + (self.variance * (1.0 - kept * kept)).sqrt() * normal(random)
            }
            Kind::Telegraph if random.random::<f64>() < 0.5 * (1.0 - kept) => -state,
            Kind::Telegraph => state,
        }
    }
}

fn normal(random: &mut impl Rng) -> f64 {
    StandardNormal.sample(random)
}
