//! Sums of products at every lag, over many columns, by one forward transform each and one inverse
//! for all of them.

use std::ops::Range;
use std::sync::Arc;

use pulp::{Arch, Simd, WithSimd};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use super::method::{Method, cheapest_length};
use crate::stats::pairs_of;

/// Pairs of columns whose spectra are kept before they are added to the sums.
const BATCH: usize = 4;
/// Bins whose sums stay in the first-level cache while a batch is added to them.
const TILE: usize = 256;

/// Computes `R_b(m) = sum over columns and over i in block b of x_i x_(i+m)` for every block and
/// every lag.
///
/// The columns are cut at the blocks, and each block is transformed once cyclically and once with a
/// sign change at the wrap (a twist by `exp(-pi i j / L)`): the mean of the two correlations is the
/// aperiodic one, so that nothing is padded and every transform has about the length of a block.
/// Two real columns make one complex one, since the real part of the correlation of `x + i y` is
/// the sum of the two. The products of the spectra of blocks b and c >= b add up over all columns,
/// and are transformed back once. With one block that is the power spectrum of the whole run, and
/// the cost is that of two transforms of its length per pair of columns; with B blocks the products
/// add about as much again.
pub(crate) struct ColumnProducts {
    pub(super) blocks: Vec<Range<usize>>,
    length: usize,
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
    /// `exp(-pi i j / length)`.
    twist: Vec<Complex<f64>>,
}

/// Sums of products of spectra: for blocks b <= c, cyclic and twisted, the real and the imaginary
/// part of each bin.
#[derive(Clone)]
pub(crate) struct Spectra {
    sums: Vec<f64>,
}

impl Spectra {
    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, x) in self.sums.iter_mut().zip(&other.sums) {
            *sum += x;
        }
    }
}

/// Space for the transforms of one thread.
pub(crate) struct Scratch {
    transform: Vec<Complex<f64>>,
    planned: Vec<Complex<f64>>,
    /// Real and imaginary parts by pair of columns, block, cyclic or twisted, and bin.
    real: Vec<f64>,
    imaginary: Vec<f64>,
    held: usize,
}

impl ColumnProducts {
    /// For columns that are cut into these contiguous blocks.
    pub(crate) fn new(blocks: Vec<Range<usize>>) -> Self {
        let longest = blocks.iter().map(Range::len).max().unwrap_or(0).max(1);
        let length = cheapest_length(longest);
        let mut planner = FftPlanner::new();
        let twist = (0..length)
            .map(|j| Complex::from_polar(1.0, -std::f64::consts::PI * j as f64 / length as f64))
            .collect();
        Self {
            forward: planner.plan_fft_forward(length),
            inverse: planner.plan_fft_inverse(length),
            blocks,
            length,
            twist,
        }
    }

    /// How the sums are computed.
    pub(crate) fn method(&self) -> Method {
        Method::TwistedFft { length: self.length }
    }

    /// Bound on the error of any `2 R_b(m)`, summed over the blocks, by the sum of all squares.
    ///
    /// A transform of length L has a relative error of at most about `eps log2 L` in the sense of
    /// least squares; the forward one enters each product twice, the inverse once, and `|R|` is at
    /// most the sum of squares.
    pub(super) fn relative_error(&self) -> f64 {
        2.0 * 3.0 * f64::EPSILON * (2.0 * self.length as f64).log2()
    }

    pub(crate) fn scratch(&self) -> Scratch {
        let planned = self
            .forward
            .get_inplace_scratch_len()
            .max(self.inverse.get_inplace_scratch_len());
        let spectra = BATCH * self.blocks.len() * 2 * self.length;
        Scratch {
            transform: vec![Complex::default(); self.length],
            planned: vec![Complex::default(); planned],
            real: vec![0.0; spectra],
            imaginary: vec![0.0; spectra],
            held: 0,
        }
    }

    pub(crate) fn spectra(&self) -> Spectra {
        Spectra {
            sums: vec![0.0; self.spectra_bytes() / size_of::<f64>()],
        }
    }

    pub(crate) fn spectra_bytes(&self) -> usize {
        let pairs = self.blocks.len() * (self.blocks.len() + 1) / 2;
        pairs * 2 * 2 * self.length * size_of::<f64>()
    }

    /// Adds two columns, which should be centred; [`flush`](Self::flush) after the last.
    pub(crate) fn push(&self, x: &[f64], y: &[f64], spectra: &mut Spectra, scratch: &mut Scratch) {
        for (b, block) in self.blocks.iter().enumerate() {
            for twisted in [false, true] {
                let z = &mut scratch.transform;
                let samples = x[block.clone()].iter().zip(&y[block.clone()]);
                if twisted {
                    for ((z, (&re, &im)), w) in z.iter_mut().zip(samples).zip(&self.twist) {
                        *z = Complex::new(re, im) * w;
                    }
                } else {
                    for (z, (&re, &im)) in z.iter_mut().zip(samples) {
                        *z = Complex::new(re, im);
                    }
                }
                z[block.len()..].fill(Complex::default());
                self.forward.process_with_scratch(z, &mut scratch.planned);
                let at = ((scratch.held * self.blocks.len() + b) * 2 + usize::from(twisted)) * self.length;
                let real = &mut scratch.real[at..at + self.length];
                let imaginary = &mut scratch.imaginary[at..at + self.length];
                for ((z, re), im) in scratch.transform.iter().zip(real).zip(imaginary) {
                    (*re, *im) = (z.re, z.im);
                }
            }
        }
        scratch.held += 1;
        if scratch.held == BATCH {
            self.flush(spectra, scratch);
        }
    }

    /// Adds the columns that are still held back.
    pub(crate) fn flush(&self, spectra: &mut Spectra, scratch: &mut Scratch) {
        Arch::new().dispatch(AddProducts {
            sums: &mut spectra.sums,
            real: &scratch.real,
            imaginary: &scratch.imaginary,
            held: scratch.held,
            blocks: self.blocks.len(),
            length: self.length,
        });
        scratch.held = 0;
    }

    /// `R_b(m)`, by block and lag, from the sums over all columns.
    fn lag_products(&self, spectra: &Spectra) -> Vec<Vec<f64>> {
        let samples = self.blocks.last().map_or(0, |last| last.end);
        let mut products: Vec<Vec<f64>> = self.blocks.iter().map(|b| vec![0.0; samples - b.start]).collect();
        let mut scratch = self.scratch();
        let mut cyclic = vec![0.0; self.length];
        for (pair, [b, c]) in pairs_of(self.blocks.len()).enumerate() {
            let shift = self.blocks[c].start - self.blocks[b].start;
            let (first, second) = (self.blocks[b].len(), self.blocks[c].len());
            for twisted in [false, true] {
                let at = (pair * 2 + usize::from(twisted)) * 2 * self.length;
                let (real, imaginary) = spectra.sums[at..at + 2 * self.length].split_at(self.length);
                for ((z, &re), &im) in scratch.transform.iter_mut().zip(real).zip(imaginary) {
                    *z = Complex::new(re, im);
                }
                self.inverse
                    .process_with_scratch(&mut scratch.transform, &mut scratch.planned);
                if !twisted {
                    for (r, z) in cyclic.iter_mut().zip(&scratch.transform) {
                        *r = z.re;
                    }
                }
            }
            let scale = 0.5 / self.length as f64;
            let twisted = scratch
                .transform
                .iter()
                .zip(&self.twist)
                .map(|(z, w)| (z * w.conj()).re);
            for (d, (&cyclic, twisted)) in cyclic.iter().zip(twisted).enumerate() {
                if d < second {
                    products[b][shift + d] += scale * (cyclic + twisted);
                }
                // The lag d - length, which the twist has given the opposite sign.
                let back = self.length - d;
                if b != c && back < first && back <= shift {
                    products[b][shift - back] += scale * (cyclic - twisted);
                }
            }
        }
        products
    }

    /// The sums over all columns at some lags, in samples and increasing:
    /// `out[block * lags + lag]`. Those that no pair of a block reaches are 0.
    pub(crate) fn sums_at(&self, spectra: &Spectra, lags: &[usize], out: &mut [f64]) {
        let products = self.lag_products(spectra);
        for (products, out) in products.iter().zip(out.chunks_exact_mut(lags.len())) {
            for (&lag, out) in lags.iter().zip(out) {
                *out = products.get(lag).copied().unwrap_or(0.0);
            }
        }
    }
}

/// `sums += conj(Z_b) Z_c` over a batch, bin by bin.
struct AddProducts<'a> {
    sums: &'a mut [f64],
    real: &'a [f64],
    imaginary: &'a [f64],
    held: usize,
    blocks: usize,
    length: usize,
}

impl WithSimd for AddProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (blocks, length, sums) = (self.blocks, self.length, self.sums);
        for start in (0..length).step_by(TILE) {
            let tile = start..length.min(start + TILE);
            for (pair, [b, c]) in pairs_of(blocks).enumerate() {
                for twisted in 0..2 {
                    let at = (pair * 2 + twisted) * 2 * length;
                    let (sum_re, sum_im) = sums[at..at + 2 * length].split_at_mut(length);
                    let (sum_re, sum_im) = (&mut sum_re[tile.clone()], &mut sum_im[tile.clone()]);
                    for held in 0..self.held {
                        let at = |block: usize| ((held * blocks + block) * 2 + twisted) * length;
                        let br = &self.real[at(b)..][tile.clone()];
                        let bi = &self.imaginary[at(b)..][tile.clone()];
                        if b == c {
                            for ((sum, &re), &im) in sum_re.iter_mut().zip(br).zip(bi) {
                                *sum += re * re + im * im;
                            }
                            continue;
                        }
                        let cr = &self.real[at(c)..][tile.clone()];
                        let ci = &self.imaginary[at(c)..][tile.clone()];
                        let first = br.iter().zip(bi);
                        let second = cr.iter().zip(ci);
                        let sums = sum_re.iter_mut().zip(sum_im.iter_mut());
                        for (((sum_re, sum_im), (br, bi)), (cr, ci)) in sums.zip(first).zip(second) {
                            *sum_re += br * cr + bi * ci;
                            *sum_im += br * ci - bi * cr;
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Integers of a linear congruential sequence: products are exact.
    fn column(seed: u64, length: usize) -> Vec<f64> {
        let mut state = seed;
        (0..length)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let x = (state >> 56) as f64;
                x - 128.0
            })
            .collect()
    }

    #[test]
    fn every_block_and_lag_equals_the_direct_sum() {
        for (samples, blocks) in [
            (1, 1),
            (2, 1),
            (7, 1),
            (16, 1),
            (97, 1),
            (10, 10),
            (23, 2),
            (97, 10),
            (64, 4),
        ] {
            let bounds: Vec<usize> = (0..=blocks).map(|b| samples * b / blocks).collect();
            let blocks: Vec<Range<usize>> = bounds.windows(2).map(|w| w[0]..w[1]).collect();
            let plan = ColumnProducts::new(blocks.clone());
            let (mut spectra, mut scratch) = (plan.spectra(), plan.scratch());
            let columns: Vec<_> = (0..14).map(|s| column(s, samples)).collect();
            for pair in columns.chunks(2) {
                plan.push(&pair[0], &pair[1], &mut spectra, &mut scratch);
            }
            plan.flush(&mut spectra, &mut scratch);
            let found = plan.lag_products(&spectra);
            let power: f64 = columns.iter().flatten().map(|x| x * x).sum();
            for (b, block) in blocks.iter().enumerate() {
                assert_eq!(found[b].len(), samples - block.start);
                for (m, found) in found[b].iter().enumerate() {
                    let direct: f64 = block
                        .clone()
                        .filter(|i| i + m < samples)
                        .map(|i| columns.iter().map(|x| x[i] * x[i + m]).sum::<f64>())
                        .sum();
                    let bound = 4.0 * f64::EPSILON * power;
                    assert!(
                        (found - direct).abs() <= bound,
                        "{samples} samples, block {b}, lag {m}: {found} {direct}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_adds_the_same_products() {
        let (held, blocks, length) = (3, 4, 301);
        let parts = |seed| column(seed, held * blocks * 2 * length);
        let (real, imaginary) = (parts(1), parts(2));
        let add = |with: &dyn Fn(AddProducts<'_>)| {
            let mut sums = column(3, blocks * (blocks + 1) / 2 * 4 * length);
            with(AddProducts {
                sums: &mut sums,
                real: &real,
                imaginary: &imaginary,
                held,
                blocks,
                length,
            });
            sums
        };
        let scalar = add(&|products| products.with_simd(pulp::Scalar::new()));
        assert_eq!(scalar, add(&|products| Arch::new().dispatch(products)));
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = pulp::x86::V3::try_new() {
            assert_eq!(scalar, add(&|products| Arch::V3(avx2).dispatch(products)));
        }
    }
}
