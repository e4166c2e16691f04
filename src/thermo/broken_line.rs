//! Two straight lines that meet, and what chance does to them.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::temperature_models::chi_squared;
use crate::stats::line;

/// Simulated data sets behind each threshold.
pub(super) const DRAWS: usize = 999;

/// c0 + slope x + turn (x - at)_+ by least squares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Broken {
    pub(super) intercept: f64,
    pub(super) slope: f64,
    pub(super) turn: f64,
    pub(super) at: f64,
    pub(super) chi_squared: f64,
}

impl Broken {
    pub(super) fn value(&self, x: f64) -> f64 {
        self.intercept + self.slope * x + self.turn * (x - self.at).max(0.0)
    }

    /// The best one with its break at a given place between the second point and the last but one.
    pub(super) fn with_break(x: &[f64], y: &[f64], weights: &[f64], at: f64) -> Self {
        // The line first, then what the hinge beyond a line explains of the residual.
        let hinge: Vec<f64> = x.iter().map(|x| (x - at).max(0.0)).collect();
        let [h0, h1] = line(x, &hinge, weights);
        let [y0, y1] = line(x, y, weights);
        let (mut hh, mut hy) = (0.0, 0.0);
        for i in 0..x.len() {
            let h = hinge[i] - h0 - h1 * x[i];
            hh += weights[i] * h * h;
            hy += weights[i] * h * (y[i] - y0 - y1 * x[i]);
        }
        let turn = hy / hh;
        let mut broken = Self {
            intercept: y0 - turn * h0,
            slope: y1 - turn * h1,
            turn,
            at,
            chi_squared: 0.0,
        };
        broken.chi_squared = chi_squared(y, |i| broken.value(x[i]), weights);
        broken
    }

    /// The best one: in each segment the lines of both sides if they meet there, else a break at a
    /// point.
    pub(super) fn best(x: &[f64], y: &[f64], weights: &[f64]) -> Self {
        let n = x.len();
        let at_points = (1..n - 1).map(|i| x[i]);
        let in_segments = (1..n - 2).filter_map(|i| {
            let [l0, l1] = line(&x[..=i], &y[..=i], &weights[..=i]);
            let [r0, r1] = line(&x[i + 1..], &y[i + 1..], &weights[i + 1..]);
            let at = (r0 - l0) / (l1 - r1);
            (at > x[i] && at < x[i + 1]).then_some(at)
        });
        at_points
            .chain(in_segments)
            .map(|at| Self::with_break(x, y, weights, at))
            .min_by(|a, b| a.chi_squared.total_cmp(&b.chi_squared))
            .expect("five points have a second one")
    }
}

pub(super) fn quantile(level: f64, mut draw: impl FnMut() -> f64) -> f64 {
    let mut values: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    values.sort_unstable_by(f64::total_cmp);
    // Of 999 draws the 980th is exceeded by one of fifty more: (k + 1) / (n + 1) of the law lie
    // below it.
    values[((level * (DRAWS + 1) as f64).ceil() as usize - 1).min(DRAWS - 1)]
}

/// Gaussian numbers by the polar method of Marsaglia.
pub(super) struct Normals {
    random: Pcg64Mcg,
    spare: Option<f64>,
}

impl Normals {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Pcg64Mcg::seed_from_u64(seed),
            spare: None,
        }
    }

    pub(super) fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            // 53 bits to (-1, 1).
            let mut uniform = || (self.random.next_u64() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0;
            let (u, v) = (uniform(), uniform());
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let factor = (-2.0 * s.ln() / s).sqrt();
                self.spare = Some(v * factor);
                return u * factor;
            }
        }
    }

    /// Values about a model, and weights whose error bars scatter as those of so many blocks.
    pub(super) fn data(&mut self, model: &[f64], errors: &[f64], freedom: &[usize]) -> (Vec<f64>, Vec<f64>) {
        let values = model
            .iter()
            .zip(errors)
            .map(|(y, error)| y + error * self.next())
            .collect();
        let weights = errors
            .iter()
            .zip(freedom)
            .map(|(error, &freedom)| {
                let squares: f64 = (0..freedom).map(|_| self.next().powi(2)).sum();
                freedom as f64 / (squares * error * error)
            })
            .collect();
        (values, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulated_numbers_are_gaussian() {
        let mut normals = Normals::new(1);
        let n = 100_000;
        let mut moments = [0.0; 4];
        for _ in 0..n {
            let z = normals.next();
            for (power, moment) in moments.iter_mut().enumerate() {
                *moment += z.powi(power as i32 + 1) / f64::from(n);
            }
        }
        for (moment, (expected, error)) in
            moments
                .iter()
                .zip([(0.0, 0.0032), (1.0, 0.0045), (0.0, 0.012), (3.0, 0.031)])
        {
            assert!((moment - expected).abs() < 4.0 * error, "{moments:?}");
        }
    }
}
