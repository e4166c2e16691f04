//! Fourier transforms of zero-padded segments.

use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::real::Real;

/// The transforms of segments of a series, each padded with as many zeros.
#[derive(Clone)]
pub(super) struct Segment {
    /// In samples.
    pub(super) length: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Segment").field(&self.length).finish()
    }
}

/// Memory of one transform at a time.
#[derive(Debug, Clone, Default)]
pub(super) struct Buffers {
    pub(super) signal: Vec<f64>,
    /// Frequencies 0 to the length of the segment.
    pub(super) spectrum: Vec<Complex64>,
    pub(super) scratch: Vec<Complex64>,
}

impl Segment {
    /// Plans for segments of so many samples.
    pub(super) fn new(planner: &mut RealFftPlanner<f64>, length: usize) -> Self {
        Self {
            length,
            forward: planner.plan_fft_forward(2 * length),
            inverse: planner.plan_fft_inverse(2 * length),
        }
    }

    /// Numbers of the scratch of [`Buffers`].
    pub(super) fn scratch(&self) -> usize {
        self.forward.get_scratch_len().max(self.inverse.get_scratch_len())
    }

    /// Makes the buffers as large as the transforms need.
    pub(super) fn make_room(&self, buffers: &mut Buffers) {
        buffers.signal.resize(2 * self.length, 0.0);
        buffers.spectrum.resize(self.length + 1, Complex64::default());
        buffers.scratch.resize(self.scratch(), Complex64::default());
    }

    /// The spectrum of `samples - center`, the first of which is sample `at` of the segment.
    pub(super) fn forward<T: Real>(&self, samples: &[T], center: f64, at: usize, buffers: &mut Buffers) {
        let place = at..at + samples.len();
        buffers.signal[..place.start].fill(0.0);
        buffers.signal[place.end..].fill(0.0);
        for (to, from) in buffers.signal[place].iter_mut().zip(samples) {
            *to = (*from).to_f64() - center;
        }
        self.forward
            .process_with_scratch(&mut buffers.signal, &mut buffers.spectrum, &mut buffers.scratch)
            .expect("buffers of the plan's lengths");
    }

    /// The first half of the signal that belongs to the spectrum.
    pub(super) fn inverse<'b>(&self, buffers: &'b mut Buffers) -> &'b [f64] {
        // The imaginary parts at both ends are zero but for rounding, unless a sample was not
        // finite.
        buffers.spectrum[0].im = 0.0;
        buffers.spectrum[self.length].im = 0.0;
        self.inverse
            .process_with_scratch(&mut buffers.spectrum, &mut buffers.signal, &mut buffers.scratch)
            .expect("buffers of the plan's lengths, and real ends of the spectrum");
        let scale = 1.0 / (2 * self.length) as f64;
        let half = &mut buffers.signal[..self.length];
        half.iter_mut().for_each(|x| *x *= scale);
        half
    }
}
