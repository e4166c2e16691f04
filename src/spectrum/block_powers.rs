//! The periodogram of a run, kept by block.

use std::ops::Range;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::periodogram::{Bin, Periodogram, bins, smooth_length};

/// The periodogram of one run divided among its blocks, and its mean and mean square likewise.
///
/// `|X|^2` is a sum over pairs of samples; half of each pair belongs to the block of either of
/// them. With X_b the transform of what block b holds, its share of an ordinate is `Re(X* X_b)/n`:
/// the shares add up to the ordinate, and any resample of the blocks is a sum of a few numbers for
/// each bin. No pair is cut at a boundary, so that a resample's spectrum is expected where that of
/// the whole run is.
#[derive(Debug, Clone)]
pub(super) struct BlockPowers {
    pub(super) whole: Periodogram,
    /// By block, each bin's mean share. Negative ones are possible: they are products.
    shares: Vec<Vec<f64>>,
    /// By block: number, sum and sum of squares.
    moments: Vec<[f64; 3]>,
}

impl BlockPowers {
    /// Cost: one transform of the run, and one for each block where there are several.
    pub(super) fn new(samples: &[f64], blocks: &[Range<usize>]) -> Self {
        let n = smooth_length(samples.len());
        let mean = samples.iter().sum::<f64>() / samples.len() as f64;
        let moments = blocks
            .iter()
            .map(|block| {
                let deviations = samples[block.clone()].iter().map(|x| x - mean);
                let (sum, squares) = deviations.fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
                [block.len() as f64, sum, squares]
            })
            .collect();
        let (whole, shares) = if blocks.len() > 1 && n > 1 {
            shares(&samples[..n], blocks)
        } else {
            let whole = Periodogram::new(samples);
            let share = whole.bins.iter().map(|bin| bin.power).collect();
            (whole, vec![share; blocks.len()])
        };
        Self {
            whole,
            shares,
            moments,
        }
    }

    pub(super) fn blocks(&self) -> usize {
        self.moments.len()
    }

    /// The bins below a limit with each block counted `weights[block]` times; none where nothing is
    /// left.
    pub(super) fn resampled(&self, limit: f64, weights: &[f64]) -> Vec<Bin> {
        let count = |weight: &dyn Fn(usize) -> f64| -> f64 {
            (0..self.blocks()).map(|b| weight(b) * self.moments[b][0]).sum()
        };
        let part = count(&|b| weights[b]) / count(&|_| 1.0);
        if part <= 0.0 {
            return Vec::new();
        }
        let bins = self.whole.below(limit).iter().enumerate();
        bins.map(|(k, bin)| {
            let power: f64 = weights.iter().zip(&self.shares).map(|(w, s)| w * s[k]).sum();
            Bin {
                frequency: bin.frequency,
                power: power / part,
                ordinates: bin.ordinates * part,
            }
        })
        .collect()
    }

    /// Number of samples and sum of squares about their mean, with each block counted
    /// `weights[block]` times.
    pub(super) fn squares(&self, weights: &[f64]) -> (f64, f64) {
        let mut total = [0.0; 3];
        for (weight, moments) in weights.iter().zip(&self.moments) {
            for (total, moment) in total.iter_mut().zip(moments) {
                *total += weight * moment;
            }
        }
        let [count, sum, squares] = total;
        if count > 0.0 {
            (count, squares - sum * sum / count)
        } else {
            (0.0, 0.0)
        }
    }
}

/// The periodogram of the whole, and each bin's mean share by block.
fn shares(samples: &[f64], blocks: &[Range<usize>]) -> (Periodogram, Vec<Vec<f64>>) {
    let n = samples.len();
    let mean = samples.iter().sum::<f64>() / n as f64;
    let plan = RealFftPlanner::new().plan_fft_forward(n);
    let (mut input, mut scratch) = (plan.make_input_vec(), plan.make_scratch_vec());
    let mut transform = |block: Range<usize>, output: &mut [Complex<f64>]| {
        input.fill(0.0);
        // The end of the last block may not be transformed.
        for i in block.start.min(n)..block.end.min(n) {
            input[i] = samples[i] - mean;
        }
        plan.process_with_scratch(&mut input, output, &mut scratch)
            .expect("buffers of the planned lengths");
    };
    let (mut whole, mut part) = (plan.make_output_vec(), plan.make_output_vec());
    transform(0..n, &mut whole);
    let periodogram = Periodogram {
        samples: n,
        bins: bins(n, |k| whole[k].norm_sqr() / n as f64),
    };
    let shares = blocks
        .iter()
        .map(|block| {
            transform(block.clone(), &mut part);
            let share = |k: usize| (whole[k].conj() * part[k]).re / n as f64;
            bins(n, share).into_iter().map(|bin| bin.power).collect()
        })
        .collect();
    (periodogram, shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(n: u32) -> Vec<f64> {
        (0..n)
            .map(|j| f64::from((j * j * 7 + 3 * j) % 101) - 7e3)
            .collect()
    }

    #[test]
    fn shares_are_halves_of_the_pairs() {
        let x = samples(50);
        let blocks = [0..17, 17..33, 33..50];
        let powers = BlockPowers::new(&x, &blocks);
        let mean = x.iter().sum::<f64>() / 50.0;
        for (k, bin) in powers.whole.bins.iter().enumerate() {
            for (b, block) in blocks.iter().enumerate() {
                let mut direct = 0.0;
                for (i, xi) in x.iter().enumerate() {
                    for (j, xj) in x.iter().enumerate() {
                        let halves = f64::from(u8::from(block.contains(&i)) + u8::from(block.contains(&j)));
                        let phase = bin.frequency * (i as f64 - j as f64);
                        direct += 0.5 * halves * (xi - mean) * (xj - mean) * phase.cos() / 50.0;
                    }
                }
                let found = powers.shares[b][k];
                assert!(
                    (found - direct).abs() < 1e-9 * bin.power.max(1.0),
                    "{found} {direct}"
                );
            }
        }
    }

    #[test]
    fn resamples_add_up_to_the_run() {
        // 1009 is a prime: the transform ends before the last block does.
        let x = samples(1009);
        let blocks: Vec<Range<usize>> = (0..4).map(|b| 1009 * b / 4..1009 * (b + 1) / 4).collect();
        let powers = BlockPowers::new(&x, &blocks);
        for (found, bin) in powers.resampled(1.0, &[1.0; 4]).iter().zip(&powers.whole.bins) {
            assert!((found.power - bin.power).abs() < 1e-9 * bin.power.max(1.0));
            assert_eq!((found.frequency, found.ordinates), (bin.frequency, bin.ordinates));
        }
        let without: Vec<Vec<Bin>> = (0..4)
            .map(|b| {
                let mut weights = [1.0; 4];
                weights[b] = 0.0;
                powers.resampled(1.0, &weights)
            })
            .collect();
        for (k, bin) in powers.whole.below(1.0).iter().enumerate() {
            let ordinates: f64 = without.iter().map(|w| w[k].ordinates).sum();
            let power: f64 = without.iter().map(|w| w[k].ordinates * w[k].power).sum();
            assert!((ordinates - 3.0 * bin.ordinates).abs() < 1e-9 * bin.ordinates);
            assert!((power / ordinates - bin.power).abs() < 1e-9 * bin.power.max(1.0));
        }
        assert_eq!(powers.resampled(1.0, &[0.0; 4]), []);
        let (count, squares) = powers.squares(&[1.0; 4]);
        let mean = x.iter().sum::<f64>() / 1009.0;
        let direct: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
        assert_eq!(count, 1009.0);
        assert!((squares - direct).abs() < 1e-9 * direct);
    }
}
