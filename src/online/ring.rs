//! The last samples of a stream, and the sums over their pairs by the definition.

use pulp::Arch;

use super::sums::RunSums;
use crate::spectral::{LagSums, ORIGINS, Term, Total};

/// Samples between two sums, where lags are shorter.
const LEAST: usize = 1024;

/// Memory that rings sum in; what it holds is rubbish after a call.
#[derive(Debug)]
pub(super) struct Work {
    arch: Arch,
    totals: Vec<Total>,
    /// Sums of the samples, and of their squares, before each place of the buffer.
    before: Vec<[f64; 2]>,
}

impl Work {
    /// Memory for rings of up to `lags` lags and `capacity` samples.
    pub(super) fn new(lags: usize, capacity: usize) -> Self {
        Self {
            arch: Arch::new(),
            totals: Vec::with_capacity(lags),
            before: Vec::with_capacity(capacity + 1),
        }
    }
}

/// Every `stride`-th sample of a stream: as many as the longest lag reaches over, and those whose pairs have yet to be summed.
///
/// Samples wait until the buffer is full; all but the last `reach` of them then have their partners, are summed as first samples
/// of pairs at all lags at once, and go. That is twice the longest lag in memory, and the sums of whole series in speed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ring {
    stride: u64,
    /// In samples of this ring.
    lags: Vec<usize>,
    /// Place of the first lag among the points of the sums.
    first_point: usize,
    reach: usize,
    /// As many as fit before the next sums.
    buffer: Vec<f64>,
    capacity: usize,
    /// Place of the buffer's first sample, in samples of the stream from its start.
    base: u64,
}

impl Ring {
    pub(super) fn new(stride: u64, lags: Vec<usize>, first_point: usize) -> Self {
        let reach = lags.last().copied().unwrap_or(0);
        let capacity = reach + reach.max(LEAST);
        Self {
            stride,
            lags,
            first_point,
            reach,
            buffer: Vec::with_capacity(capacity),
            capacity,
            base: 0,
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(super) fn lags(&self) -> usize {
        self.lags.len()
    }

    /// Takes in as many of `samples` as fit before the next sums, at least one, and says how many. Sums are due when
    /// [`is_full`](Self::is_full).
    pub(super) fn fill(&mut self, samples: impl ExactSizeIterator<Item = f64>) -> usize {
        let room = samples.len().min(self.capacity - self.buffer.len());
        self.buffer.extend(samples.take(room));
        room
    }

    pub(super) fn is_full(&self) -> bool {
        self.buffer.len() == self.capacity
    }

    /// Sums the samples that have all their partners, and lets them go.
    pub(super) fn advance(&mut self, sums: &mut RunSums, work: &mut Work) {
        let until = self.buffer.len().saturating_sub(self.reach);
        self.sum(until, sums, work);
        self.buffer.copy_within(until.., 0);
        self.buffer.truncate(self.reach);
        self.base += until as u64 * self.stride;
    }

    /// Sums all samples with those of their partners that are there.
    pub(super) fn sum_all(&self, sums: &mut RunSums, work: &mut Work) {
        self.sum(self.buffer.len(), sums, work);
    }

    /// Sums the pairs of the first `until` samples, block by block.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "places within a buffer, and counts far below 2^53"
    )]
    fn sum(&self, until: usize, sums: &mut RunSums, work: &mut Work) {
        if until == 0 {
            return;
        }
        let centre = *sums
            .centre
            .get_or_insert_with(|| crate::spectral::mean(&self.buffer));
        running_sums(&self.buffer, centre, &mut work.before);
        let mut from = 0;
        while from < until {
            let (block, end) = sums.block_of(self.base + from as u64 * self.stride);
            let places = (end - self.base).div_ceil(self.stride);
            let stop = until.min(usize::try_from(places).unwrap_or(usize::MAX));
            self.sum_block(from, stop, block, sums, work);
            from = stop;
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn sum_block(&self, from: usize, stop: usize, block: usize, sums: &mut RunSums, work: &mut Work) {
        work.totals.clear();
        work.totals.resize(self.lags.len(), Total::default());
        work.arch.dispatch(LagSums {
            samples: &self.buffer,
            from,
            until: stop,
            lag: |k| self.lags[k],
            term: Term::SquaredDifference,
            totals: &mut work.totals,
        });
        let before = &work.before;
        let of = |from: usize, stop: usize| {
            let ([a, b], [c, d]) = (before[from], before[stop]);
            [c - a, d - b]
        };
        if self.stride == 1 {
            let [sum, squares] = of(from, stop);
            let samples = sums.samples_mut(block);
            samples.number += (stop - from) as f64;
            samples.sum += sum;
            samples.squares += squares;
        }
        for (k, (&lag, total)) in self.lags.iter().zip(&work.totals).enumerate() {
            let stop = stop.min(self.buffer.len().saturating_sub(lag));
            if stop <= from {
                break;
            }
            let (first, second) = (of(from, stop), of(from + lag, stop + lag));
            let pairs = sums.pairs_mut(block, self.first_point + k);
            pairs.number += (stop - from) as f64;
            pairs.differences += total.value();
            pairs.ends += first[0] + second[0];
            pairs.squares += first[1] + second[1];
        }
    }
}

/// `before[i]` becomes the sums of `x - centre` and of its square over the samples before `i`.
fn running_sums(samples: &[f64], centre: f64, before: &mut Vec<[f64; 2]>) {
    before.clear();
    before.push([0.0; 2]);
    let (mut sum, mut squares) = (Total::default(), Total::default());
    for chunk in samples.chunks(ORIGINS) {
        let base = [sum.value(), squares.value()];
        let mut within = [0.0; 2];
        for x in chunk {
            let x = x - centre;
            within = [within[0] + x, within[1] + x * x];
            before.push([base[0] + within[0], base[1] + within[1]]);
        }
        sum.add(within[0]);
        squares.add(within[1]);
    }
}
