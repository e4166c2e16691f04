//! The periodogram of a run, in bins that lose nothing.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

/// Ordinates that stand alone before bins begin: the slow part lives there.
const SINGLE: usize = 48;
/// Relative width of a bin after those.
const BIN_WIDTH: f64 = 0.05;

/// The periodogram `I(w_k) = |sum_j x_j exp(-i w_k j)|^2 / n` of one uninterrupted piece of a run
/// at `w_k = 2 pi k / n`, `0 < k <= n/2`, averaged over bins.
///
/// The first 48 ordinates stand alone; after them a bin is 5 % wide. For ordinates that are
/// independent and exponentially distributed the mean over a bin of constant spectrum is a
/// sufficient statistic, and a spectrum changes by less than 10 % across such a bin: a likelihood
/// over the bins is that over the ordinates, at a hundredth of the cost.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Periodogram {
    /// Number of samples transformed.
    pub(super) samples: usize,
    /// The bins, in increasing frequency.
    pub(super) bins: Vec<Bin>,
}

/// Neighbouring ordinates of a [`Periodogram`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bin {
    /// Mean angular frequency per sample, in (0, pi].
    pub(super) frequency: f64,
    /// Mean of the ordinates: the square of the sample's unit.
    pub(super) power: f64,
    /// Number of ordinates; that at the Nyquist frequency, which has one degree of freedom, counts
    /// half.
    pub(super) ordinates: f64,
}

impl Periodogram {
    /// The periodogram of `samples`, by one real transform of the largest length with no prime
    /// factor above 7 that does not exceed their number: at most a few samples in a thousand at the
    /// end are left out. The mean is subtracted first, which changes no ordinate and saves digits.
    ///
    /// Cost: O(n log n) time, 3 n numbers of memory.
    pub(super) fn new(samples: &[f64]) -> Self {
        let n = smooth_length(samples.len());
        if n < 2 {
            return Self {
                samples: n,
                bins: Vec::new(),
            };
        }
        let mean = samples[..n].iter().sum::<f64>() / n as f64;
        let mut centred: Vec<f64> = samples[..n].iter().map(|x| x - mean).collect();
        let plan = RealFftPlanner::new().plan_fft_forward(n);
        let mut spectrum = plan.make_output_vec();
        plan.process(&mut centred, &mut spectrum)
            .expect("buffers of the planned lengths");
        let ordinate = |k: usize| spectrum[k].norm_sqr() / n as f64;
        Self {
            samples: n,
            bins: bins(n, ordinate),
        }
    }

    /// The bins of a run of `samples`, without its power: what an experiment could measure.
    pub(super) fn planned(samples: usize) -> Self {
        let samples = smooth_length(samples);
        Self {
            samples,
            bins: bins(samples, |_| 0.0),
        }
    }

    /// The bins up to an angular frequency per sample.
    pub(super) fn below(&self, frequency: f64) -> &[Bin] {
        let end = self
            .bins
            .partition_point(|bin| bin.frequency <= frequency * (1.0 + 1e-12));
        &self.bins[..end]
    }
}

pub(super) fn bins(n: usize, ordinate: impl Fn(usize) -> f64) -> Vec<Bin> {
    let mut bins = Vec::new();
    let mut first = 1;
    while first <= n / 2 {
        let width = if first <= SINGLE {
            1
        } else {
            ((first as f64 * BIN_WIDTH) as usize).max(1)
        };
        let end = (first + width).min(n / 2 + 1);
        let (mut ordinates, mut power, mut frequency) = (0.0, 0.0, 0.0);
        for k in first..end {
            let weight = if 2 * k == n { 0.5 } else { 1.0 };
            ordinates += weight;
            power += weight * ordinate(k);
            frequency += weight * TAU * k as f64 / n as f64;
        }
        bins.push(Bin {
            frequency: frequency / ordinates,
            power: power / ordinates,
            ordinates,
        });
        first = end;
    }
    bins
}

/// The largest product of 2, 3, 5 and 7 that does not exceed `n`.
pub(super) fn smooth_length(n: usize) -> usize {
    let is_smooth = |&length: &usize| {
        let mut rest = length;
        for prime in [2, 3, 5, 7] {
            while rest.is_multiple_of(prime) {
                rest /= prime;
            }
        }
        rest == 1
    };
    (1..=n).rev().find(is_smooth).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinates_are_those_of_the_direct_sum_and_obey_parseval() {
        let x: Vec<f64> = (0..210)
            .map(|j| f64::from((j * j * 7 + 3 * j) % 101) - 7e3)
            .collect();
        let periodogram = Periodogram::new(&x);
        assert_eq!(periodogram.samples, 210);
        let n = 210.0;
        for (k, bin) in periodogram.bins.iter().take(SINGLE).enumerate() {
            let w = TAU * (k + 1) as f64 / n;
            let (re, im) = x.iter().enumerate().fold((0.0, 0.0), |(re, im), (j, x)| {
                let (s, c) = (w * j as f64).sin_cos();
                (re + (x + 7e3) * c, im + (x + 7e3) * s)
            });
            let direct = (re * re + im * im) / n;
            assert!((bin.frequency - w).abs() < 1e-14);
            assert!(
                (bin.power - direct).abs() < 1e-9 * direct.max(1.0),
                "{} {direct}",
                bin.power
            );
        }
        let mean = x.iter().sum::<f64>() / n;
        let squares: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
        let total: f64 = periodogram.bins.iter().map(|b| 2.0 * b.ordinates * b.power).sum();
        assert!((total - squares).abs() < 1e-9 * squares);
    }

    #[test]
    fn lengths_are_smooth_and_close() {
        assert_eq!(smooth_length(0), 0);
        assert_eq!(smooth_length(1), 1);
        assert_eq!(smooth_length(11), 10);
        assert_eq!(smooth_length(262_147), 262_144);
        for n in [1009, 10_007, 100_003] {
            assert!(smooth_length(n) as f64 > 0.985 * n as f64);
        }
    }
}
