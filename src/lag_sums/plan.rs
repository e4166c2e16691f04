//! Plans: what to do for one length and one list of lags.

use std::ops::Range;
use std::slice::from_ref;

use pulp::Arch;

use super::direct::{self, Term};
use super::method::{LagSet, Method};
use super::segments::{Split, SplitScratch};
use super::squares::{self, Squares};
use super::total::{ORIGINS, Total, mean, rough_mean};
use crate::real::Real;
use crate::stats::BlockSums;

/// Unit roundoff of `f64`.
const ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// How to sum the lags of one list over series of one length. Immutable, and shared between threads
/// at will.
///
/// Sums run over *all* pairs of samples m apart, exactly as in the definition but for rounding
/// ([`error_bound`](Self::error_bound)). Samples are `f32` or `f64`, arithmetic is `f64`. A plan
/// that is used again with the same [`Scratch`] allocates nothing. Samples must be finite: where
/// one is not, the values are not either.
#[derive(Debug, Clone)]
pub struct LagPlan {
    pub(super) samples: usize,
    pub(super) lags: LagSet,
    pub(super) stretches: Vec<(Range<usize>, Method)>,
    /// The places that go through transforms.
    pub(super) split: Option<(Range<usize>, Split)>,
    pub(super) arch: Arch,
}

/// Memory that plans work in, new or of any plan before; what it holds is rubbish after a call.
#[derive(Debug, Default)]
pub struct Scratch {
    direct: Vec<Total>,
    split: SplitScratch,
    /// Sums of squares up to each chunk of the series.
    squares: Vec<f64>,
    /// Sums of one block.
    sums: Vec<f64>,
}

impl LagPlan {
    /// Length of the series.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Number of lags.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lags.len()
    }

    /// Whether there is no lag.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lags, in samples.
    #[must_use]
    pub fn lags(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        (0..self.len()).map(|place| self.lags.get(place) as u64)
    }

    /// Which lags go by which method: stretches of places in the list of lags, in order.
    #[must_use]
    pub fn methods(&self) -> &[(Range<usize>, Method)] {
        &self.stretches
    }

    /// The method of one lag.
    ///
    /// # Panics
    /// If `place` is not below [`len`](Self::len).
    #[must_use]
    pub fn method(&self, place: usize) -> Method {
        let stretch = self.stretches.iter().find(|(places, _)| places.contains(&place));
        stretch.expect("a place in the list of lags").1
    }

    /// The mean-squared difference at each lag,
    /// ```text
    /// values[k] = 1/(n - m) sum over i < n - m of (x[i+m] - x[i])^2,      m = lags[k]
    /// ```
    /// in the square of the samples' unit. Lag 0 is exactly 0.
    ///
    /// # Panics
    /// If `samples` or `values` do not have the plan's lengths.
    pub fn msed_into<T: Real>(&self, samples: &[T], values: &mut [f64], scratch: &mut Scratch) {
        self.means(samples, Term::SquaredDifference, values, scratch);
    }

    /// The autocovariance at each lag,
    /// ```text
    /// values[k] = 1/(n - m) sum over i < n - m of (x[i] - mean) (x[i+m] - mean),      m = lags[k]
    /// ```
    /// with the mean of all samples, in the square of their unit. The number of pairs is the
    /// divisor, not n; divided by the value at lag 0 it is the normalised autocorrelation. The mean
    /// is that of the run: for a run of length t and a correlation time tau all values are low by
    /// about 2 (tau/t) times the variance.
    ///
    /// # Panics
    /// If `samples` or `values` do not have the plan's lengths.
    pub fn autocorrelation_into<T: Real>(&self, samples: &[T], values: &mut [f64], scratch: &mut Scratch) {
        let about = mean(samples);
        self.means(samples, Term::Product { about }, values, scratch);
    }

    /// A bound on the relative rounding error of a mean-squared difference `value` at lag
    /// `lags[place]`, for a series whose variance (divisor n) is `variance`.
    ///
    /// A direct sum is good to 3e-14 whatever the data. Through transforms the value is a
    /// difference of sums that are each of the order of the whole sum of squares, and rounding is
    /// relative to that: the bound grows as variance/value, and as n/(n - m). Infinite for a value
    /// of 0 that was not summed directly.
    ///
    /// # Panics
    /// If `place` is not below [`len`](Self::len).
    #[must_use]
    pub fn error_bound(&self, place: usize, value: f64, variance: f64) -> f64 {
        let lag = self.lags.get(place);
        // Additions in a row, then lanes, total and division.
        let direct = (ORIGINS / 8 + 16) as f64 * ROUNDOFF;
        match self.method(place).segment() {
            _ if lag == 0 => 0.0,
            None => direct,
            _ if value == 0.0 => f64::INFINITY,
            Some(segment) => {
                let transforms = (2.0 * (2.0 * segment as f64).log2() + 8.0) * ROUNDOFF;
                let n = self.samples as f64;
                direct + transforms * 2.0 * (n / (n - lag as f64)) * (variance / value)
            }
        }
    }

    /// Adds to block `first + b` of `into` the sums of a term over the pairs whose first sample
    /// lies in `blocks[b]`, and their numbers: points are the plan's lags.
    ///
    /// Direct lags cost the same as without blocks; through transforms each block costs one inverse
    /// transform per segment of lags more.
    ///
    /// # Panics
    /// If `samples` does not have the plan's length, blocks overlap, are empty or out of order, or
    /// `into` has other points.
    pub(crate) fn add<T: Real>(
        &self,
        samples: &[T],
        term: Term,
        blocks: &[Range<usize>],
        into: &mut BlockSums,
        first: usize,
        scratch: &mut Scratch,
    ) {
        assert_eq!(into.points(), self.len(), "one point per lag");
        let ordered = blocks.windows(2).all(|w| w[0].end <= w[1].start);
        assert!(
            ordered && blocks.iter().all(|b| !b.is_empty() && b.end <= self.samples),
            "blocks in order and inside of the series"
        );
        let mut sums = std::mem::take(&mut scratch.sums);
        sums.resize(self.len(), 0.0);
        self.run(samples, term, blocks, &mut sums, scratch, |block, sums| {
            for (place, &sum) in sums.iter().enumerate() {
                let pairs = self.origins(&blocks[block], place).len();
                into.add(first + block, place, sum, pairs as f64);
            }
        });
        scratch.sums = sums;
    }

    /// The origins of a block that have a partner at a lag.
    fn origins(&self, block: &Range<usize>, place: usize) -> Range<usize> {
        let end = block.end.min(self.samples - self.lags.get(place));
        block.start.min(end)..end
    }

    /// The means over all pairs at each lag.
    fn means<T: Real>(&self, samples: &[T], term: Term, values: &mut [f64], scratch: &mut Scratch) {
        let whole = 0..self.samples;
        let pairs = |lag: usize| (self.samples - lag) as f64;
        self.run(samples, term, from_ref(&whole), values, scratch, |_, sums| {
            let sums = sums.iter_mut();
            match &self.lags {
                LagSet::Every(lags) => sums.zip(lags.clone()).for_each(|(sum, lag)| *sum /= pairs(lag)),
                LagSet::Listed(lags) => sums.zip(lags).for_each(|(sum, &lag)| *sum /= pairs(lag)),
            }
        });
    }

    /// For each block in turn: fills `out` with the sums at each lag, and calls `done`.
    fn run<T: Real>(
        &self,
        samples: &[T],
        term: Term,
        blocks: &[Range<usize>],
        out: &mut [f64],
        scratch: &mut Scratch,
        mut done: impl FnMut(usize, &mut [f64]),
    ) {
        assert_eq!(samples.len(), self.samples, "samples of the plan's length");
        assert_eq!(out.len(), self.len(), "one value per lag");
        let center = match (term, &self.split) {
            (Term::Product { about }, _) => about,
            (Term::SquaredDifference, Some(_)) => rough_mean(samples),
            (Term::SquaredDifference, None) => 0.0,
        };
        if let Some((_, split)) = &self.split {
            split.begin(&mut scratch.split);
            if term == Term::SquaredDifference {
                squares::bases(samples, center, &mut scratch.squares);
            }
        }
        for (b, block) in blocks.iter().enumerate() {
            for (places, _) in self.stretches.iter().filter(|s| s.1 == Method::Direct) {
                let lag = |k: usize| self.lags.get(places.start + k);
                let (out, totals) = (&mut out[places.clone()], &mut scratch.direct);
                direct::sums(self.arch, samples, block.clone(), lag, term, out, totals);
            }
            if let Some((places, split)) = &self.split {
                let squares = Squares::new(samples, center, &scratch.squares);
                let spectra = &mut scratch.split;
                split.sums(
                    self.arch,
                    samples,
                    center,
                    block.clone(),
                    spectra,
                    |lag, products| {
                        let place = |lag| self.lags.place_of(lag).clamp(places.start, places.end);
                        let wanted = place(lag)..place(lag + products.len());
                        if wanted.is_empty() {
                            return;
                        }
                        let (first, out) = (self.lags.get(wanted.start), &mut out[wanted.clone()]);
                        match (&self.lags, term) {
                            (LagSet::Every(_), Term::Product { .. }) => {
                                out.copy_from_slice(&products[first - lag..][..out.len()]);
                            }
                            (LagSet::Every(_), Term::SquaredDifference) => {
                                squares.of_consecutive(block, first, out);
                                for (out, product) in out.iter_mut().zip(&products[first - lag..]) {
                                    *out -= 2.0 * product;
                                }
                            }
                            (LagSet::Listed(lags), _) => {
                                for (out, &m) in out.iter_mut().zip(&lags[wanted]) {
                                    *out = match term {
                                        Term::Product { .. } => products[m - lag],
                                        _ => squares.of_pairs(block, m) - 2.0 * products[m - lag],
                                    };
                                }
                            }
                        }
                    },
                );
                if term == Term::SquaredDifference && places.start == 0 && self.lags.get(0) == 0 {
                    out[0] = 0.0;
                }
            }
            done(b, out);
        }
    }
}
