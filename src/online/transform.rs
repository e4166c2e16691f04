//! The sums at long lags through Fourier transforms, while a stream goes by.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use pulp::{Arch, Simd, WithSimd};
use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::ring::Ring;
use super::sums::RunSums;
use crate::lag::LagError;
use crate::spectral::LagPlanner;
use crate::stats::BlockSums;

/// Products of samples from the first of two segments and both of them, as spectra that accumulate until a block of the run is full.
///
/// Segments of L samples, L above the longest lag, are zero-padded to 2L and transformed, F_i. With
/// ```text
/// G_0 = sum_i conj(F_i) F_i,      G_1 = sum_i conj(F_i) F_{i+1}
/// ```
/// the first half of the inverse transform of `G_0[f] + (-1)^f G_1[f]` holds the sums of `x[j] x[j+m]` over first samples j in the segments i,
/// at all lags m < L: the factor is a shift by L. One transform for each segment, and one inverse for each block.
#[derive(Clone)]
pub(super) struct Transform {
    segment: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    arch: Arch,
    /// G_0 + (-1)^f G_1 of the open block.
    products: Vec<Complex64>,
    /// Whether the open block has products.
    open: bool,
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
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl Transform {
    pub(super) fn new(segment: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(2 * segment);
        let inverse = planner.plan_fft_inverse(2 * segment);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let spectrum = || vec![Complex64::default(); segment + 1];
        Self {
            segment,
            arch: Arch::new(),
            products: spectrum(),
            open: false,
            before: spectrum(),
            known: false,
            present: spectrum(),
            signal: vec![0.0; 2 * segment],
            scratch: vec![Complex64::default(); scratch],
            forward,
            inverse,
        }
    }

    /// Adds the products of the two segments that a full ring holds, which the ring is about to sum; `centre` is that of the sums.
    pub(super) fn add(&mut self, ring: &Ring, centre: f64) {
        let (first, second) = ring.buffer().split_at(self.segment);
        if !self.known {
            self.transform(first, centre);
            std::mem::swap(&mut self.before, &mut self.present);
            self.known = true;
        }
        self.transform(second, centre);
        self.arch.dispatch(Multiply {
            products: &mut self.products,
            first: &self.before,
            second: &self.present,
        });
        self.open = true;
        std::mem::swap(&mut self.before, &mut self.present);
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

    /// Turns the products of the open block into squared differences; the ring has summed the squares of the same pairs.
    pub(super) fn close(&mut self, ring: &Ring, block: usize, sums: &mut RunSums) {
        if !self.open {
            return;
        }
        // The imaginary parts at both ends are zero but for rounding.
        self.products[0].im = 0.0;
        self.products[self.segment].im = 0.0;
        self.inverse
            .process_with_scratch(&mut self.products, &mut self.signal, &mut self.scratch)
            .expect("buffers of the plan's lengths");
        #[allow(clippy::cast_precision_loss, reason = "a length")]
        let scale = 1.0 / (2 * self.segment) as f64;
        let (lags, first) = ring.long_lags();
        for (k, &lag) in lags.iter().enumerate() {
            let pairs = sums.pairs_mut(block, first + k);
            pairs.differences = pairs.squares - 2.0 * scale * self.signal[lag];
        }
        self.products.fill(Complex64::default());
        self.open = false;
    }

    /// A copy that closes the open block, and nothing else.
    pub(super) fn closer(&self) -> Self {
        let mut copy = Self {
            forward: Arc::clone(&self.forward),
            inverse: Arc::clone(&self.inverse),
            before: Vec::new(),
            present: Vec::new(),
            signal: vec![0.0; 2 * self.segment],
            scratch: vec![Complex64::default(); self.scratch.len()],
            products: Vec::new(),
            ..*self
        };
        copy.products.clone_from(&self.products);
        copy
    }

    /// The products of the open block, as pairs of numbers; none where it has none.
    #[cfg(feature = "serde")]
    pub(super) fn products(&self) -> Vec<f64> {
        let numbers = self.products.iter().flat_map(|z| [z.re, z.im]);
        if self.open { numbers.collect() } else { Vec::new() }
    }

    /// Takes back what [`products`](Self::products) gave; false where there are not as many.
    #[cfg(feature = "serde")]
    pub(super) fn restore(&mut self, products: &[f64]) -> bool {
        self.open = !products.is_empty();
        for (z, pair) in self.products.iter_mut().zip(products.chunks_exact(2)) {
            *z = Complex64::new(pair[0], pair[1]);
        }
        let numbers = products.is_empty() || products.len() == 2 * self.products.len();
        numbers && products.iter().all(|x| x.is_finite())
    }

    #[cfg(feature = "serde")]
    pub(super) fn segment(&self) -> usize {
        self.segment
    }

    /// Begins anew, after a block was closed on a copy: the next segment need not be the one after the last.
    pub(super) fn clear(&mut self) {
        self.products.fill(Complex64::default());
        self.open = false;
        self.known = false;
    }
}

/// Adds the long lags' squared differences over the pairs of `samples` whose first one is among the first `until`, which begin at `base`
/// of the stream.
pub(super) fn sum_long(
    ring: &Ring,
    samples: &[f64],
    until: usize,
    sums: &mut RunSums,
) -> Result<(), LagError> {
    let (lags, first) = ring.long_lags();
    let there: Vec<u64> = lags
        .iter()
        .filter(|&&lag| lag < samples.len())
        .map(|&lag| lag as u64)
        .collect();
    if there.is_empty() || until == 0 {
        return Ok(());
    }
    let mut blocks: Vec<(usize, Range<usize>)> = Vec::new();
    let mut from = 0;
    while from < until {
        let block = sums.blocks.open(ring.base() + from as u64);
        let end = sums.blocks.end_of(block);
        #[allow(clippy::cast_possible_truncation, reason = "cut to the length of a slice")]
        let stop = (end - ring.base()).min(until as u64) as usize;
        blocks.push((block, from..stop));
        from = stop;
    }
    let plan = LagPlanner::new().plan(samples.len(), &there)?;
    let ranges: Vec<Range<usize>> = blocks.iter().map(|(_, range)| range.clone()).collect();
    let mut added = BlockSums::new(blocks.len(), there.len());
    plan.add_squared_differences(samples, &ranges, &mut added, 0, &mut plan.scratch());
    for (b, (block, _)) in blocks.iter().enumerate() {
        for k in 0..there.len() {
            sums.pairs_mut(*block, first + k).differences += added.get(b, k).0;
        }
    }
    Ok(())
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
