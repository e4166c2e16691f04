//! The sums at long lags through Fourier transforms, while a stream goes by.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use pulp::{Arch, Simd, WithSimd};
use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::ring::Ring;
use crate::energy::run_sums::RunSums;
use crate::stats::doubling_blocks::{NoMemory, filled};

/// Products of samples from the first of two segments and both of them, as one spectrum for each block of the run.
///
/// Segments of L samples, L above the longest lag, are zero-padded to 2L and transformed, F_i. With
/// ```text
/// G_0 = sum_i conj(F_i) F_i,      G_1 = sum_i conj(F_i) F_{i+1}
/// ```
/// the first half of the inverse transform of `G_0[f] + (-1)^f G_1[f]` holds the sums of `x[j] x[j+m]` over first samples j in the segments i,
/// at all lags m < L: the factor is a shift by L. One transform for each segment, however long the run is; inverse ones only when somebody asks.
#[derive(Clone)]
pub(super) struct Transform {
    segment: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    arch: Arch,
    /// G_0 + (-1)^f G_1 of each block that is not sealed, and room for those to come.
    products: Vec<Complex64>,
    /// Which spectrum of `products` is that of each block, and which are free.
    rows: Vec<usize>,
    /// How many blocks have products, and their length.
    blocks: usize,
    length: u64,
    /// The spectrum of the segment at the beginning of the ring, if it is known.
    before: Vec<Complex64>,
    known: bool,
    present: Vec<Complex64>,
    signal: Vec<f64>,
    scratch: Vec<Complex64>,
}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transform")
            .field("segment", &self.segment)
            .field("blocks", &self.blocks)
            .finish_non_exhaustive()
    }
}

impl Transform {
    /// For at most `most` blocks of whole segments.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(super) fn new(segment: usize, most: usize) -> Result<Self, NoMemory> {
        // Before the plans, which take as much and cannot be refused.
        let spectra = |number: usize| {
            filled(
                Complex64::default(),
                number.saturating_mul(segment.saturating_add(1)),
            )
        };
        let (products, before, present) = (spectra(most)?, spectra(1)?, spectra(1)?);
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(2 * segment);
        let inverse = planner.plan_fft_inverse(2 * segment);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Ok(Self {
            segment,
            arch: Arch::new(),
            products,
            rows: (0..most).collect(),
            blocks: 0,
            length: segment as u64,
            before,
            known: false,
            present,
            signal: filled(f64::NAN, 2 * segment)?,
            scratch: filled(Complex64::default(), scratch)?,
            forward,
            inverse,
        })
    }

    /// Adds the products of the two segments that a full ring holds, which the ring is about to sum, to their block, the last one of `sums`.
    pub(super) fn add(&mut self, ring: &Ring, sums: &RunSums, centre: f64) {
        let (first, second) = ring.buffer().split_at(self.segment);
        if !self.known {
            self.transform(first, centre);
            std::mem::swap(&mut self.before, &mut self.present);
            self.known = true;
        }
        self.transform(second, centre);
        self.follow(sums);
        let last = self.row(self.blocks - 1);
        self.arch.dispatch(Multiply {
            products: &mut self.products[last],
            first: &self.before,
            second: &self.present,
        });
        std::mem::swap(&mut self.before, &mut self.present);
    }

    /// Has a spectrum for each block that `sums` has.
    fn follow(&mut self, sums: &RunSums) {
        while self.length < sums.blocks.length() {
            let halved = self.blocks.div_ceil(2);
            for to in 0..halved {
                if 2 * to + 1 < self.blocks {
                    self.add_second(self.rows[2 * to], self.rows[2 * to + 1]);
                }
                self.rows.swap(to, 2 * to);
            }
            self.blocks = halved;
            self.length *= 2;
        }
        for block in self.blocks..sums.blocks.live() {
            let row = self.row(block);
            self.products[row].fill(Complex64::default());
        }
        self.blocks = sums.blocks.live();
    }

    /// Adds the second of two spectra to the first, which stands where it is: moving spectra costs as much as transforming.
    fn add_second(&mut self, first: usize, second: usize) {
        let width = self.segment + 1;
        let (before, after) = self.products.split_at_mut(first.max(second) * width);
        let (lower, upper) = (
            &mut before[first.min(second) * width..][..width],
            &mut after[..width],
        );
        let (to, from) = if first < second {
            (lower, upper)
        } else {
            (upper, lower)
        };
        to.iter_mut().zip(from).for_each(|(sum, x)| *sum += *x);
    }

    /// Where the spectrum of a block lies.
    fn row(&self, block: usize) -> Range<usize> {
        let width = self.segment + 1;
        self.rows[block] * width..(self.rows[block] + 1) * width
    }

    /// `present` becomes the spectrum of a segment.
    fn transform(&mut self, segment: &[f64], centre: f64) {
        let (samples, padding) = self.signal.split_at_mut(self.segment);
        for (to, from) in samples.iter_mut().zip(segment) {
            *to = from - centre;
        }
        padding.fill(0.0);
        self.forward
            .process_with_scratch(&mut self.signal, &mut self.present, &mut self.scratch)
            .expect("buffers of the plan's lengths");
    }

    /// Completes the squared differences of `sums`, to which the ring has added the squares of the same pairs.
    ///
    /// Allocates what one inverse transform takes.
    pub(super) fn subtract_from(&self, ring: &Ring, sums: &mut RunSums) {
        let mut spectrum = vec![Complex64::default(); self.segment + 1];
        let mut signal = vec![0.0; 2 * self.segment];
        let mut scratch = vec![Complex64::default(); self.inverse.get_scratch_len()];
        let scale = 1.0 / (2 * self.segment) as f64;
        let (lags, first) = ring.long_lags();
        let sealed = sums.blocks.count() - sums.blocks.live();
        for b in 0..self.blocks {
            spectrum.copy_from_slice(&self.products[self.row(b)]);
            // The imaginary parts at both ends are zero but for rounding.
            spectrum[0].im = 0.0;
            spectrum[self.segment].im = 0.0;
            self.inverse
                .process_with_scratch(&mut spectrum, &mut signal, &mut scratch)
                .expect("buffers of the plan's lengths");
            for (k, &lag) in lags.iter().enumerate() {
                sums.pairs_mut(sealed + b, first + k).differences -= 2.0 * scale * signal[lag];
            }
        }
    }

    /// The products of the blocks, one spectrum after the other, and how many numbers they are.
    #[cfg(feature = "serde")]
    pub(super) fn products(&self) -> (usize, impl Iterator<Item = &Complex64>) {
        let spectra = (0..self.blocks).flat_map(|block| &self.products[self.row(block)]);
        (self.blocks * (self.segment + 1), spectra)
    }

    /// Takes back what [`products`](Self::products) gave; false where they are not those of `sums`.
    #[cfg(feature = "serde")]
    pub(super) fn restore(&mut self, products: &[[f64; 2]], sums: &RunSums) -> bool {
        (self.blocks, self.length) = (sums.blocks.live(), sums.blocks.length());
        for (z, [re, im]) in self.products.iter_mut().zip(products) {
            *z = Complex64::new(*re, *im);
        }
        let finite = products.as_flattened().iter().all(|x| x.is_finite());
        products.len() == self.blocks * (self.segment + 1) && finite
    }

    /// Begins anew, with sums of which all blocks are sealed: the next segment need not be the one after the last.
    pub(super) fn clear(&mut self, sums: &RunSums) {
        (self.blocks, self.length) = (0, sums.blocks.length());
        self.known = false;
    }

    pub(super) fn segment(&self) -> usize {
        self.segment
    }
}

/// `products += conj(first) (first + (-1)^f second)`.
struct Multiply<'a> {
    products: &'a mut [Complex64],
    first: &'a [Complex64],
    second: &'a [Complex64],
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        // Frequencies in pairs, an even and an odd one.
        let (products, product) = self.products.as_chunks_mut::<2>();
        let ((first, a), (second, b)) = (self.first.as_chunks::<2>(), self.second.as_chunks::<2>());
        for ((products, a), b) in products.iter_mut().zip(first).zip(second) {
            products[0] += multiply(a[0], b[0], 1.0);
            products[1] += multiply(a[1], b[1], -1.0);
        }
        if let ([product], [a], [b]) = (product, a, b) {
            *product += multiply(*a, *b, 1.0);
        }
    }
}

#[inline(always)]
fn multiply(a: Complex64, b: Complex64, sign: f64) -> Complex64 {
    let (re, im) = (a.re + sign * b.re, a.im + sign * b.im);
    Complex64::new(a.re * re + a.im * im, a.re * im - a.im * re)
}
