//! Lag sums through Fourier transforms of segments.
//!
//! The series is cut into segments of L samples, each zero-padded to 2L and transformed: F_i. The
//! pairs of segments that are d apart share one accumulated spectrum
//! ```text
//! G_d = sum_i conj(F_i) F_{i+d},      c_d = inverse of G_d,      c_d[j] = sum over pairs of samples d L + j apart, -L < j < L
//! ```
//! and the pairs at lag m = d L + j, 0 <= j < L, are those of c_d[j] and of c_{d+1}[j - L]. A shift
//! by L is a factor of (-1)^f at frequency f, so that one inverse transform of
//! `G_d + (-1)^f G_{d+1}` holds L lags at once.
//!
//! Lags up to m << n need two distances and the spectra of a few segments at a time: O(n log m)
//! work, O(m) memory. All lags need every spectrum, twice the memory of the series, and transforms
//! that stay in the cache in place of one of 2n.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};
use realfft::RealFftPlanner;

use super::segment::{Buffers, Segment};
use crate::real::Real;
use crate::threads::{for_each_piece, workers};

/// Frequencies that are multiplied together: eight vectors of four sums. Rows of spectra are padded
/// to a multiple.
const FREQUENCIES: usize = 16;

/// (-1)^f.
const ALTERNATING: [f64; FREQUENCIES] = [
    1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0,
];

/// Blocks of frequencies in one piece of work.
const PIECE: usize = 32;

/// Distances whose spectra are accumulated at a time where every spectrum is held.
const DISTANCES: usize = 8;

/// Segments that are transformed ahead of the accumulation where few distances are needed.
const AHEAD: usize = 16;

/// Samples below which threads cost more than they bring.
const WORTH_THREADS: usize = 1 << 15;

/// Transforms and the order of work for one length, range of lags, and segment length.
#[derive(Debug, Clone)]
pub(super) struct Split {
    samples: usize,
    segment: Segment,
    segments: usize,
    /// Multiples of the segment length that the lags lie in.
    distances: Range<usize>,
    /// Spectra that are held at a time.
    rows: usize,
    /// Distances whose spectra are accumulated at a time.
    together: usize,
}

/// Memory of a [`Split`].
#[derive(Debug, Default)]
pub(super) struct SplitScratch {
    /// The spectra held, and where there are blocks of origins two more rows: the segments that a
    /// block begins and ends in, cut to the block.
    spectra: Vec<f64>,
    /// By block of frequencies, then by distance: real parts, then imaginary parts.
    accumulated: Vec<f64>,
    workers: Vec<Buffers>,
    /// Segments of the present series that have been transformed.
    transformed: usize,
    /// Where the rows of the segments at hand begin: whole, and cut to the origins.
    whole: Vec<usize>,
    origins: Vec<usize>,
}

impl Split {
    /// The transforms for lags `first..=last` of `samples` samples in segments of `segment`,
    /// holding every spectrum or only those at hand.
    pub(super) fn new(
        planner: &mut RealFftPlanner<f64>,
        samples: usize,
        segment: usize,
        [first, last]: [usize; 2],
        hold: bool,
    ) -> Self {
        let segments = samples.div_ceil(segment);
        let distances = first / segment..last / segment + 1;
        let rows = if hold {
            segments
        } else {
            segments.min(AHEAD + distances.end)
        };
        // What has passed cannot be multiplied again.
        let together = if rows < segments {
            distances.len()
        } else {
            distances.len().min(DISTANCES)
        };
        Self {
            samples,
            segment: Segment::new(planner, segment),
            segments,
            distances,
            rows,
            together,
        }
    }

    /// Numbers of one part of a half spectrum, padded.
    fn half(&self) -> usize {
        // An odd number of blocks, so that the rows do not compete for the same sets of the cache.
        ((self.segment.length + 1).div_ceil(FREQUENCIES) | 1) * FREQUENCIES
    }

    fn row(&self) -> usize {
        2 * self.half()
    }

    /// Numbers in a block of accumulated frequencies: there is one distance more than those whose
    /// lags follow from them.
    fn block(&self) -> usize {
        2 * FREQUENCIES * (self.together + 1)
    }

    /// Makes room, and forgets the spectra of the series before.
    pub(super) fn begin(&self, scratch: &mut SplitScratch) {
        scratch.transformed = 0;
        scratch.spectra.resize(self.rows * self.row(), 0.0);
        scratch.accumulated.resize((self.together + 1) * self.row(), 0.0);
        let threads = if self.samples < WORTH_THREADS {
            1
        } else {
            workers(self.segments)
        };
        scratch.workers.resize_with(threads, Buffers::default);
        for worker in &mut scratch.workers {
            self.segment.make_room(worker);
        }
    }

    /// Calls `emit(lag, sums)` with the sums of `(x - center) (y - center)` over the pairs whose
    /// first sample lies in `origins`, at `lag` and those that follow it; every lag of the plan is
    /// among them. The blocks of origins of one series come in order.
    pub(super) fn sums<T: Real>(
        &self,
        arch: Arch,
        samples: &[T],
        center: f64,
        origins: Range<usize>,
        scratch: &mut SplitScratch,
        mut emit: impl FnMut(usize, &[f64]),
    ) {
        let length = self.segment.length;
        let segments = origins.start / length..origins.end.div_ceil(length);
        let cut = self.transform_ends(samples, center, &origins, scratch);
        for group in (self.distances.start..self.distances.end).step_by(self.together) {
            let group = group..self.distances.end.min(group + self.together);
            scratch.accumulated.fill(0.0);
            // Segments that fit beside those that they are multiplied with.
            let window = if self.rows == self.segments {
                self.segments
            } else {
                self.rows - self.distances.end
            };
            for first in segments.clone().step_by(window) {
                let until = segments.end.min(first + window);
                self.transform_until(samples, center, until + self.distances.end, scratch);
                scratch.whole.clear();
                let reach = self.segments.min(until + self.distances.end);
                scratch
                    .whole
                    .extend((first..reach).map(|i| i % self.rows * self.row()));
                scratch.origins.clear();
                for i in first..until {
                    let place = cut.iter().position(|&c| c == Some(i)).map(|c| self.rows + c);
                    scratch.origins.push(place.unwrap_or(i % self.rows) * self.row());
                }
                self.accumulate(arch, group.clone(), scratch);
            }
            self.invert(group, scratch, &mut emit);
        }
    }

    /// Transforms the segments in which a block of origins begins and ends, cut to the block, and
    /// says which they are: none where it begins and ends with a segment.
    fn transform_ends<T: Real>(
        &self,
        samples: &[T],
        center: f64,
        origins: &Range<usize>,
        scratch: &mut SplitScratch,
    ) -> [Option<usize>; 2] {
        let length = self.segment.length;
        let (first, last) = (origins.start / length, (origins.end - 1) / length);
        let mut cut = [Some(first), (last != first).then_some(last)];
        for (place, cut) in cut.iter_mut().enumerate() {
            let Some(i) = *cut else { continue };
            let whole = i * length..self.samples.min((i + 1) * length);
            let part = whole.start.max(origins.start)..whole.end.min(origins.end);
            if part == whole {
                *cut = None;
            } else {
                if scratch.spectra.len() <= self.rows * self.row() {
                    scratch.spectra.resize((self.rows + 2) * self.row(), 0.0);
                }
                let row = &mut scratch.spectra[(self.rows + place) * self.row()..][..self.row()];
                self.transform(samples, center, whole.start, part, row, &mut scratch.workers[0]);
            }
        }
        cut
    }

    /// Transforms the segments before `until` that have not been yet.
    fn transform_until<T: Real>(&self, samples: &[T], center: f64, until: usize, scratch: &mut SplitScratch) {
        let until = until.min(self.segments);
        while scratch.transformed < until {
            // Up to where the rows begin anew.
            let first = scratch.transformed;
            let stop = until.min((first / self.rows + 1) * self.rows);
            let rows = first % self.rows * self.row()..(first % self.rows + stop - first) * self.row();
            for_each_piece(
                &mut scratch.spectra[rows],
                self.row(),
                &mut scratch.workers,
                |i, row, worker| {
                    let start = (first + i) * self.segment.length;
                    let part = start..self.samples.min(start + self.segment.length);
                    self.transform(samples, center, start, part, row, worker);
                },
            );
            scratch.transformed = stop;
        }
    }

    /// The spectrum of `samples[part]`, placed as in the segment that begins at `start`.
    fn transform<T: Real>(
        &self,
        samples: &[T],
        center: f64,
        start: usize,
        part: Range<usize>,
        row: &mut [f64],
        worker: &mut Buffers,
    ) {
        self.segment
            .forward(&samples[part.clone()], center, part.start - start, worker);
        let (re, im) = row.split_at_mut(self.half());
        for ((re, im), z) in re.iter_mut().zip(&mut *im).zip(&worker.spectrum) {
            (*re, *im) = (z.re, z.im);
        }
        re[worker.spectrum.len()..].fill(0.0);
        im[worker.spectrum.len()..].fill(0.0);
    }

    /// Adds the products of the segments at hand to the spectra of `distances`.
    fn accumulate(&self, arch: Arch, distances: Range<usize>, scratch: &mut SplitScratch) {
        let SplitScratch {
            spectra,
            accumulated,
            workers,
            whole,
            origins,
            ..
        } = scratch;
        let block = self.block();
        let (spectra, whole, origins) = (&spectra[..], &whole[..], &origins[..]);
        for_each_piece(
            accumulated,
            PIECE * block,
            &mut vec![(); workers.len()],
            |piece, accumulated, ()| {
                arch.dispatch(Multiply {
                    accumulated,
                    block,
                    frequency: piece * PIECE * FREQUENCIES,
                    distances: distances.start..distances.end + 1,
                    spectra,
                    half: self.half(),
                    whole,
                    origins,
                });
            },
        );
    }

    /// Back to lags.
    fn invert(
        &self,
        distances: Range<usize>,
        scratch: &mut SplitScratch,
        emit: &mut impl FnMut(usize, &[f64]),
    ) {
        let SplitScratch {
            accumulated, workers, ..
        } = scratch;
        let block = self.block();
        let accumulated = &accumulated[..];
        for first in distances.clone().step_by(workers.len()) {
            let count = workers.len().min(distances.end - first);
            let workers = &mut workers[..count];
            for_each_piece(workers, 1, &mut vec![(); count], |i, worker, ()| {
                let place = 2 * FREQUENCIES * (first + i - distances.start);
                let worker = &mut worker[0];
                for (to, block) in worker
                    .spectrum
                    .chunks_mut(FREQUENCIES)
                    .zip(accumulated.chunks_exact(block))
                {
                    let here: &[f64; 2 * FREQUENCIES] = block[place..].first_chunk().expect("padded blocks");
                    let next: &[f64; 2 * FREQUENCIES] = block[place + 2 * FREQUENCIES..]
                        .first_chunk()
                        .expect("padded blocks");
                    for (f, to) in to.iter_mut().enumerate() {
                        to.re = here[f] + ALTERNATING[f] * next[f];
                        to.im = here[FREQUENCIES + f] + ALTERNATING[f] * next[FREQUENCIES + f];
                    }
                }
                self.segment.inverse(worker);
            });
            for (i, worker) in workers.iter().enumerate() {
                let length = self.segment.length;
                emit((first + i) * length, &worker.signal[..length]);
            }
        }
    }
}

/// `accumulated += sum over i of conj(origins[i]) whole[i + d]` for each distance d, on some blocks
/// of frequencies.
struct Multiply<'a> {
    accumulated: &'a mut [f64],
    block: usize,
    frequency: usize,
    distances: Range<usize>,
    spectra: &'a [f64],
    half: usize,
    whole: &'a [usize],
    origins: &'a [usize],
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        if S::IS_SCALAR {
            self.run(|a, b, sum| sum + a * b);
        } else {
            self.run(f64::mul_add);
        }
    }
}

impl Multiply<'_> {
    #[inline(always)]
    fn run(self, multiply_add: impl Fn(f64, f64, f64) -> f64 + Copy) {
        for (b, block) in self.accumulated.chunks_exact_mut(self.block).enumerate() {
            let frequency = self.frequency + b * FREQUENCIES;
            let part = |row: usize| -> (&[f64; FREQUENCIES], &[f64; FREQUENCIES]) {
                let row = &self.spectra[row + frequency..];
                let [re, im] = [0, self.half].map(|at| row[at..].first_chunk().expect("padded rows"));
                (re, im)
            };
            for (sums, d) in block
                .chunks_exact_mut(2 * FREQUENCIES)
                .zip(self.distances.clone())
            {
                let (mut re, mut im) = ([0.0; FREQUENCIES], [0.0; FREQUENCIES]);
                let partners = self.whole.get(d..).unwrap_or(&[]);
                for (&a, &b) in self.origins.iter().zip(partners) {
                    let ((ar, ai), (br, bi)) = (part(a), part(b));
                    for f in 0..FREQUENCIES {
                        re[f] = multiply_add(ar[f], br[f], multiply_add(ai[f], bi[f], re[f]));
                        im[f] = multiply_add(ar[f], bi[f], multiply_add(-ai[f], br[f], im[f]));
                    }
                }
                for f in 0..FREQUENCIES {
                    sums[f] += re[f];
                    sums[FREQUENCIES + f] += im[f];
                }
            }
        }
    }
}
