//! Plans: what to do for one length and one list of lags.

use std::fmt;
use std::ops::Range;
use std::slice::from_ref;

use pulp::Arch;
use realfft::RealFftPlanner;

use super::direct::{self, DirectScratch};
use super::kernel::{ORIGINS, Term, Total};
use super::method::{LagSet, Method, Stretch, choose};
use super::split::{Split, SplitScratch};
use super::squares::{self, Squares};
use crate::lag::LagError;
use crate::real::Real;
use crate::stats::BlockSums;

/// Unit roundoff of `f64`.
const ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// Makes plans, and keeps the twiddle factors of the transforms it has planned: the only thing here that changes.
///
/// ```
/// use msed::spectral::{LagPlanner, Method};
/// let plan = LagPlanner::new().plan(5, &[0, 1, 2])?;
/// let mut values = [0.0; 3];
/// plan.msed_into(&[1.0, 2.0, 4.0, 7.0, 11.0], &mut values, &mut plan.scratch());
/// assert_eq!(values, [0.0, (1.0 + 4.0 + 9.0 + 16.0) / 4.0, (9.0 + 25.0 + 49.0) / 3.0]);
/// assert_eq!(plan.methods()[0].method, Method::Direct);
/// # Ok::<(), msed::Error>(())
/// ```
pub struct LagPlanner {
    transforms: RealFftPlanner<f64>,
    tolerance: f64,
    arch: Arch,
}

impl fmt::Debug for LagPlanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LagPlanner")
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

impl Default for LagPlanner {
    fn default() -> Self {
        Self::new()
    }
}

impl LagPlanner {
    /// A planner with a tolerance of 10^-10.
    #[must_use]
    pub fn new() -> Self {
        Self {
            transforms: RealFftPlanner::new(),
            tolerance: 1e-10,
            arch: Arch::new(),
        }
    }

    /// A planner whose plans keep the relative rounding error of a mean-squared difference below `tolerance` for series
    /// that are no steeper than a random walk. 0 sums every lag by its definition. What a series at hand has is told by
    /// [`LagPlan::error_bound`].
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Plans with the kernels of a given instruction set.
    #[cfg(test)]
    pub(super) fn with_arch(mut self, arch: Arch) -> Self {
        self.arch = arch;
        self
    }

    /// The cheapest plan within the tolerance for `lags` of series of `samples` samples.
    ///
    /// # Errors
    /// [`LagError`] where the lags do not increase strictly or reach the length.
    pub fn plan(&mut self, samples: usize, lags: &[u64]) -> Result<LagPlan, LagError> {
        let lags = listed(samples, lags)?;
        let stretches = choose(samples, &lags, self.tolerance);
        Ok(self.assemble(samples, lags, stretches))
    }

    /// The same for every lag of a range, without a list of them.
    ///
    /// # Errors
    /// [`LagError`] where the range reaches past the length.
    pub fn plan_every(&mut self, samples: usize, lags: Range<usize>) -> Result<LagPlan, LagError> {
        let lags = every(samples, lags)?;
        let stretches = choose(samples, &lags, self.tolerance);
        Ok(self.assemble(samples, lags, stretches))
    }

    /// A plan that sums every lag by `method`, whatever it costs; segments are cut to the length of the series.
    ///
    /// # Errors
    /// [`LagError`] as for [`plan`](Self::plan).
    pub fn plan_with(&mut self, samples: usize, lags: &[u64], method: Method) -> Result<LagPlan, LagError> {
        let lags = listed(samples, lags)?;
        Ok(self.assemble_with(samples, lags, method))
    }

    /// The same for every lag of a range, without a list of them.
    ///
    /// # Errors
    /// [`LagError`] as for [`plan_every`](Self::plan_every).
    pub fn plan_every_with(
        &mut self,
        samples: usize,
        lags: Range<usize>,
        method: Method,
    ) -> Result<LagPlan, LagError> {
        let lags = every(samples, lags)?;
        Ok(self.assemble_with(samples, lags, method))
    }

    fn assemble_with(&mut self, samples: usize, lags: LagSet, method: Method) -> LagPlan {
        let cut = |segment: usize| segment.clamp(1, samples.max(1));
        let method = match method {
            Method::Direct => Method::Direct,
            Method::BlockFft { segment } => Method::BlockFft {
                segment: cut(segment),
            },
            Method::SplitFft { segment } => Method::SplitFft {
                segment: cut(segment),
            },
        };
        let stretches = vec![Stretch {
            places: 0..lags.len(),
            method,
        }];
        self.assemble(samples, lags, stretches)
    }

    fn assemble(&mut self, samples: usize, lags: LagSet, stretches: Vec<Stretch>) -> LagPlan {
        let split = stretches
            .iter()
            .find(|s| s.method != Method::Direct && !s.places.is_empty())
            .map(|stretch| {
                let (segment, hold) = match stretch.method {
                    Method::SplitFft { segment } => (segment, true),
                    Method::BlockFft { segment } => (segment, false),
                    Method::Direct => unreachable!("not direct"),
                };
                let ends = [lags.get(stretch.places.start), lags.get(stretch.places.end - 1)];
                let split = Split::new(&mut self.transforms, samples, segment, ends, hold);
                (stretch.places.clone(), split)
            });
        LagPlan {
            samples,
            lags,
            stretches,
            split,
            arch: self.arch,
        }
    }
}

fn listed(samples: usize, lags: &[u64]) -> Result<LagSet, LagError> {
    if let Some(index) = (1..lags.len()).find(|&i| lags[i] <= lags[i - 1]) {
        return Err(LagError::NotIncreasing {
            index,
            found: lags[index],
            before: lags[index - 1],
        });
    }
    if let Some(index) = lags.iter().position(|&lag| lag >= samples as u64) {
        return Err(LagError::OutsideRun {
            index,
            found: lags[index],
            samples,
        });
    }
    #[allow(clippy::cast_possible_truncation, reason = "below a length")]
    let place = |lag: &u64| *lag as usize;
    Ok(match (lags.first().map(place), lags.last().map(place)) {
        (Some(first), Some(last)) if last - first + 1 == lags.len() => LagSet::Every(first..last + 1),
        _ => LagSet::Listed(lags.iter().map(place).collect()),
    })
}

fn every(samples: usize, lags: Range<usize>) -> Result<LagSet, LagError> {
    if lags.end > samples {
        return Err(LagError::OutsideRun {
            index: samples.saturating_sub(lags.start),
            found: samples as u64,
            samples,
        });
    }
    Ok(LagSet::Every(lags))
}

/// How to sum the lags of one list over series of one length. Immutable, and shared between threads at will.
///
/// Sums run over *all* pairs of samples m apart, exactly as in the definition but for rounding
/// ([`error_bound`](Self::error_bound)). Samples are `f32` or `f64`, arithmetic is `f64`. A plan that is used again with
/// the same [`Scratch`] allocates nothing. Samples must be finite: where one is not, the values are not either.
#[derive(Debug, Clone)]
pub struct LagPlan {
    samples: usize,
    lags: LagSet,
    stretches: Vec<Stretch>,
    /// The places that go through transforms.
    split: Option<(Range<usize>, Split)>,
    arch: Arch,
}

/// Memory that plans work in, of any plan before; what it holds is rubbish after a call.
#[derive(Debug, Default)]
pub struct Scratch {
    direct: DirectScratch,
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

    /// Which lags go by which method, in order.
    #[must_use]
    pub fn methods(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The method of one lag.
    ///
    /// # Panics
    /// If `place` is not below [`len`](Self::len).
    #[must_use]
    pub fn method(&self, place: usize) -> Method {
        let stretch = self.stretches.iter().find(|s| s.places.contains(&place));
        stretch.expect("a place in the list of lags").method
    }

    /// Memory for a first call, with nothing allocated yet.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        Scratch::default()
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
        let whole = 0..self.samples;
        self.run(
            samples,
            Term::SquaredDifference,
            from_ref(&whole),
            values,
            scratch,
            |_, sums| {
                self.divide(sums);
            },
        );
    }

    /// The autocovariance at each lag,
    /// ```text
    /// values[k] = 1/(n - m) sum over i < n - m of (x[i] - mean) (x[i+m] - mean),      m = lags[k]
    /// ```
    /// with the mean of all samples, in the square of their unit. The number of pairs is the divisor, not n; divided by
    /// the value at lag 0 it is the normalised autocorrelation. The mean is that of the run: for a run of length t and a
    /// correlation time tau all values are low by about 2 (tau/t) times the variance.
    ///
    /// # Panics
    /// If `samples` or `values` do not have the plan's lengths.
    pub fn autocorrelation_into<T: Real>(&self, samples: &[T], values: &mut [f64], scratch: &mut Scratch) {
        let whole = 0..self.samples;
        let term = Term::Product { about: mean(samples) };
        self.run(samples, term, from_ref(&whole), values, scratch, |_, sums| {
            self.divide(sums);
        });
    }

    /// Adds to block `first + b` of `into` the sums of squared differences over the pairs whose first sample lies in
    /// `blocks[b]`, and their numbers: points are the plan's lags.
    ///
    /// Direct lags cost the same as without blocks; through transforms each block costs one inverse transform per segment
    /// of lags more.
    ///
    /// # Panics
    /// If `samples` does not have the plan's length, blocks overlap, are empty or out of order, or `into` has other points.
    pub fn add_squared_differences<T: Real>(
        &self,
        samples: &[T],
        blocks: &[Range<usize>],
        into: &mut BlockSums,
        first: usize,
        scratch: &mut Scratch,
    ) {
        self.add(samples, Term::SquaredDifference, blocks, into, first, scratch);
    }

    /// The same for products of the samples' distances from `about`.
    ///
    /// # Panics
    /// As [`add_squared_differences`](Self::add_squared_differences).
    pub fn add_products<T: Real>(
        &self,
        samples: &[T],
        about: f64,
        blocks: &[Range<usize>],
        into: &mut BlockSums,
        first: usize,
        scratch: &mut Scratch,
    ) {
        self.add(samples, Term::Product { about }, blocks, into, first, scratch);
    }

    /// A bound on the relative rounding error of a mean-squared difference `value` at lag `lags[place]`, for a series whose
    /// variance (divisor n) is `variance`.
    ///
    /// A direct sum is good to 3e-14 whatever the data. Through transforms the value is a difference of sums that are each of
    /// the order of the whole sum of squares, and rounding is relative to that: the bound grows as variance/value, and as
    /// n/(n - m). Infinite for a value of 0 that was not summed directly.
    ///
    /// # Panics
    /// If `place` is not below [`len`](Self::len).
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
    pub fn error_bound(&self, place: usize, value: f64, variance: f64) -> f64 {
        let lag = self.lags.get(place);
        // Additions in a row, then lanes, total and division.
        let direct = (ORIGINS / 8 + 16) as f64 * ROUNDOFF;
        match self.method(place) {
            _ if lag == 0 => 0.0,
            Method::Direct => direct,
            _ if value == 0.0 => f64::INFINITY,
            Method::BlockFft { segment } | Method::SplitFft { segment } => {
                let transforms = (2.0 * (2.0 * segment as f64).log2() + 8.0) * ROUNDOFF;
                let n = self.samples as f64;
                direct + transforms * 2.0 * (n / (n - lag as f64)) * (variance / value)
            }
        }
    }

    fn add<T: Real>(
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
                #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
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

    #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
    fn divide(&self, sums: &mut [f64]) {
        let pairs = |lag: usize| (self.samples - lag) as f64;
        match &self.lags {
            LagSet::Every(lags) => sums
                .iter_mut()
                .zip(lags.clone())
                .for_each(|(sum, lag)| *sum /= pairs(lag)),
            LagSet::Listed(lags) => sums
                .iter_mut()
                .zip(lags)
                .for_each(|(sum, &lag)| *sum /= pairs(lag)),
        }
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
            for stretch in self.stretches.iter().filter(|s| s.method == Method::Direct) {
                let first = stretch.places.start;
                let lag = |k: usize| self.lags.get(first + k);
                let out = &mut out[stretch.places.clone()];
                direct::sums(
                    self.arch,
                    samples,
                    block.clone(),
                    lag,
                    term,
                    out,
                    &mut scratch.direct,
                );
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
                        let out_places = place(lag)..place(lag + products.len());
                        let out = &mut out[out_places.clone()];
                        match &self.lags {
                            LagSet::Every(lags) if !out.is_empty() => {
                                let first = lags.start + out_places.start;
                                let products = &products[first - lag..][..out.len()];
                                if term == Term::SquaredDifference {
                                    squares.of_consecutive(block, first, out);
                                    for (out, product) in out.iter_mut().zip(products) {
                                        *out -= 2.0 * product;
                                    }
                                } else {
                                    out.copy_from_slice(products);
                                }
                            }
                            _ => {
                                for (place, out) in out_places.zip(out) {
                                    let m = self.lags.get(place);
                                    *out = match term {
                                        Term::SquaredDifference => {
                                            squares.of_pairs(block, m) - 2.0 * products[m - lag]
                                        }
                                        Term::Product { .. } => products[m - lag],
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

/// The mean, good to a rounding or two of the spread.
pub(crate) fn mean<T: Real>(samples: &[T]) -> f64 {
    let rough = rough_mean(samples);
    rough + mean_about(samples, rough)
}

/// The variance with divisor n.
#[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
pub(crate) fn variance<T: Real>(samples: &[T]) -> f64 {
    let center = mean(samples);
    let mut sums = Vec::new();
    squares::bases(samples, center, &mut sums);
    sums.last().copied().unwrap_or(0.0) / samples.len().max(1) as f64
}

/// The mean to a few roundings of its own size: good enough to centre on.
pub(crate) fn rough_mean<T: Real>(samples: &[T]) -> f64 {
    mean_about(samples, 0.0)
}

#[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
fn mean_about<T: Real>(samples: &[T], center: f64) -> f64 {
    let mut total = Total::default();
    for chunk in samples.chunks(ORIGINS) {
        let mut lanes = [0.0; 8];
        let (eights, rest) = chunk.as_chunks::<8>();
        for eight in eights {
            for (lane, x) in lanes.iter_mut().zip(eight) {
                *lane += (*x).to_f64() - center;
            }
        }
        for (lane, x) in lanes.iter_mut().zip(rest) {
            *lane += (*x).to_f64() - center;
        }
        total.add(lanes.iter().sum());
    }
    total.value() / samples.len().max(1) as f64
}
