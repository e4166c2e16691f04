//! Sums of products by block through Fourier transforms, while a stream goes by.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

use super::segment::{Buffers, Segment};
use crate::stats::doubling_blocks::{NoMemory, filled};

/// Products of samples from the first of two segments and both of them, as one spectrum for each
/// block of the run.
///
/// Segments of L samples, L above the longest lag, are zero-padded to 2L and transformed, F_i. With
/// ```text
/// G_0 = sum_i conj(F_i) F_i,      G_1 = sum_i conj(F_i) F_{i+1}
/// ```
/// the first half of the inverse transform of `G_0[f] + (-1)^f G_1[f]` holds the sums of
/// `x[j] x[j+m]` over first samples j in the segments i, at all lags m < L: the factor is a shift
/// by L. One transform for each segment, however long the run is; inverse ones only when somebody
/// asks.
#[derive(Debug, Clone)]
pub(crate) struct BlockSpectra {
    segment: Segment,
    /// G_0 + (-1)^f G_1 of each block that is not sealed, and room for those to come.
    products: Vec<Complex64>,
    /// Which spectrum of `products` is that of each block, and which are free.
    rows: Vec<usize>,
    /// How many blocks have products, and their length.
    blocks: usize,
    length: u64,
    /// The spectrum of the segment before the present one, if it is known.
    before: Vec<Complex64>,
    known: bool,
    buffers: Buffers,
}

impl BlockSpectra {
    /// For at most `most` blocks of whole segments.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(crate) fn new(segment: usize, most: usize) -> Result<Self, NoMemory> {
        // Before the plans, which take as much and cannot be refused.
        let spectra = |number: usize| {
            filled(
                Complex64::default(),
                number.saturating_mul(segment.saturating_add(1)),
            )
        };
        let (products, before, spectrum) = (spectra(most)?, spectra(1)?, spectra(1)?);
        let signal = filled(f64::NAN, segment.saturating_mul(2))?;
        let segment = Segment::new(&mut RealFftPlanner::new(), segment);
        Ok(Self {
            products,
            rows: (0..most).collect(),
            blocks: 0,
            length: segment.length as u64,
            before,
            known: false,
            buffers: Buffers {
                signal,
                spectrum,
                scratch: filled(Complex64::default(), segment.scratch())?,
            },
            segment,
        })
    }

    /// Samples of a segment.
    pub(crate) fn segment(&self) -> usize {
        self.segment.length
    }

    /// Adds the products of two segments, one after the other, to the last of so many blocks of
    /// such a length. The first segment is the second of the call before.
    pub(crate) fn add(&mut self, segments: &[f64], centre: f64, blocks: usize, length: u64) {
        let (first, second) = segments.split_at(self.segment.length);
        if !self.known {
            self.segment.forward(first, centre, 0, &mut self.buffers);
            std::mem::swap(&mut self.before, &mut self.buffers.spectrum);
            self.known = true;
        }
        self.segment.forward(second, centre, 0, &mut self.buffers);
        self.follow(blocks, length);
        let last = self.row(self.blocks - 1);
        Arch::new().dispatch(Multiply {
            products: &mut self.products[last],
            first: &self.before,
            second: &self.buffers.spectrum,
        });
        std::mem::swap(&mut self.before, &mut self.buffers.spectrum);
    }

    /// Has a spectrum for each of so many blocks of such a length.
    fn follow(&mut self, blocks: usize, length: u64) {
        while self.length < length {
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
        for block in self.blocks..blocks {
            let row = self.row(block);
            self.products[row].fill(Complex64::default());
        }
        self.blocks = blocks;
    }

    /// Adds the second of two spectra to the first, which stands where it is: moving spectra costs
    /// as much as transforming.
    fn add_second(&mut self, first: usize, second: usize) {
        let width = self.segment.length + 1;
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
        let width = self.segment.length + 1;
        self.rows[block] * width..(self.rows[block] + 1) * width
    }

    /// The sums of products of each block, at the lags below the length of a segment. Allocates
    /// what one inverse transform takes.
    pub(crate) fn for_each_block(&self, mut take: impl FnMut(usize, &[f64])) {
        let mut buffers = Buffers::default();
        self.segment.make_room(&mut buffers);
        for block in 0..self.blocks {
            buffers.spectrum.copy_from_slice(&self.products[self.row(block)]);
            take(block, self.segment.inverse(&mut buffers));
        }
    }

    /// Takes back what was serialised; false where it is not the products of so many blocks.
    #[cfg(feature = "serde")]
    pub(crate) fn restore(&mut self, products: &[[f64; 2]], blocks: usize, length: u64) -> bool {
        (self.blocks, self.length) = (blocks, length);
        for (z, [re, im]) in self.products.iter_mut().zip(products) {
            *z = Complex64::new(*re, *im);
        }
        let finite = products.as_flattened().iter().all(|x| x.is_finite());
        products.len() == blocks * (self.segment.length + 1) && finite
    }

    /// Begins anew, with blocks of such a length of which all so far are sealed: the next segment
    /// need not be the one after the last.
    pub(crate) fn clear(&mut self, length: u64) {
        (self.blocks, self.length) = (0, length);
        self.known = false;
    }
}

/// The products of the blocks, one spectrum after the other, and no copy of them.
#[cfg(feature = "serde")]
impl serde::Serialize for BlockSpectra {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let width = self.segment.length + 1;
        let number = |i: usize| self.products[self.rows[i / width] * width + i % width];
        serializer.collect_seq((0..self.blocks * width).map(|i| [number(i).re, number(i).im]))
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
