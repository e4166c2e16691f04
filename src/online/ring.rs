//! The last samples of a stream, and the sums over their pairs by the definition.

use std::ops::Range;

use pulp::Arch;

use super::sums::{RunSums, Samples};
use super::transform::sum_long;
use crate::lag::LagError;
use crate::spectral::{LagSums, ORIGINS, Term, Total, mean};

/// Samples between two sums, where lags are shorter.
const LEAST: usize = 1024;

/// The first lag that transforms may sum: below it the definition costs little, and rounds less.
const LONG: usize = 16;

/// Memory that rings sum in; what it holds is rubbish after a call.
#[derive(Debug, Clone)]
pub(super) struct Work {
    arch: Arch,
    totals: Vec<Total>,
    /// Sums of the samples, and of their squares, before each place of the buffer.
    before: Vec<[f64; 2]>,
}

impl Work {
    /// Memory for these rings.
    pub(super) fn new(rings: &[Ring]) -> Self {
        let most = |of: fn(&Ring) -> usize| rings.iter().map(of).max().unwrap_or(0);
        Self {
            arch: Arch::new(),
            totals: Vec::with_capacity(most(|ring| ring.direct)),
            before: Vec::with_capacity(most(|ring| ring.capacity) + 1),
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
    /// How many of the lags, the shortest ones, are summed by their definition here; of the others only the ends.
    direct: usize,
    /// Place of the first lag among the points of the sums.
    first_point: usize,
    reach: usize,
    /// As many as fit before the next sums.
    buffer: Vec<f64>,
    capacity: usize,
    /// Place of the buffer's first sample, in samples of the stream from its start.
    base: u64,
    /// The first `reach` samples: what the piece of the run before this one lacks.
    head: Vec<f64>,
}

impl Ring {
    /// A ring for every `stride`-th sample of a stream, from the first on.
    pub(super) fn new(stride: u64, lags: Vec<usize>, first_point: usize) -> Self {
        let reach = lags.last().copied().unwrap_or(0);
        Self::of(stride, lags, first_point, reach, reach + reach.max(LEAST))
    }

    /// A ring that sums whenever two segments are there, those of the first with the second; lags from `LONG` on are left to
    /// transforms.
    pub(super) fn of_segments(segment: usize, lags: Vec<usize>) -> Self {
        let mut ring = Self::of(1, lags, 0, segment, 2 * segment);
        ring.direct = ring.lags.partition_point(|&lag| lag < LONG);
        ring
    }

    fn of(stride: u64, lags: Vec<usize>, first_point: usize, reach: usize, capacity: usize) -> Self {
        Self {
            stride,
            direct: lags.len(),
            lags,
            first_point,
            reach,
            buffer: Vec::with_capacity(capacity),
            capacity,
            base: 0,
            head: Vec::with_capacity(reach),
        }
    }

    /// Before the first sample: that one is sample `place` of a run.
    pub(super) fn begin_at(&mut self, place: u64) {
        self.base = place.next_multiple_of(self.stride) - place;
    }

    /// The samples that have yet to be summed as first ones of pairs.
    pub(super) fn buffer(&self) -> &[f64] {
        &self.buffer
    }

    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// The lags that are left to transforms, and the place of the first among the points.
    pub(super) fn long_lags(&self) -> (&[usize], usize) {
        (&self.lags[self.direct..], self.first_point + self.direct)
    }

    /// Takes in as many of `samples` as fit before the next sums, at least one, and says how many. Sums are due when
    /// [`is_full`](Self::is_full).
    pub(super) fn fill(&mut self, samples: impl ExactSizeIterator<Item = f64>) -> usize {
        let room = samples.len().min(self.capacity - self.buffer.len());
        let first = self.buffer.len();
        self.buffer.extend(samples.take(room));
        if self.head.len() < self.reach {
            let more = room.min(self.reach - self.head.len());
            self.head.extend_from_slice(&self.buffer[first..first + more]);
        }
        room
    }

    pub(super) fn is_full(&self) -> bool {
        self.buffer.len() == self.capacity
    }

    /// Sums the samples that have all their partners, and lets them go.
    pub(super) fn advance(&mut self, sums: &mut RunSums, work: &mut Work) {
        let until = self.buffer.len().saturating_sub(self.reach);
        self.sum(&self.buffer, until, sums, work);
        self.buffer.copy_within(until.., 0);
        self.buffer.truncate(self.reach);
        self.base += until as u64 * self.stride;
    }

    /// Sums all samples, with partners among them and among `next`, the samples that follow, at long lags too.
    pub(super) fn sum_with(&self, next: &[f64], sums: &mut RunSums, work: &mut Work) -> Result<(), LagError> {
        let joined = [&self.buffer, next].concat();
        let until = self.buffer.len();
        self.sum(&joined, until, sums, work);
        sum_long(self, &joined, until, sums)
    }

    /// The first samples; all there are where they are fewer than the longest lag.
    pub(super) fn head(&self) -> &[f64] {
        &self.head
    }

    /// Whether the ring has seen more than its head.
    pub(super) fn is_past_head(&self) -> bool {
        self.head.len() == self.reach
    }

    #[cfg(feature = "serde")]
    pub(super) fn lags(&self) -> usize {
        self.lags.len()
    }

    /// Takes back the samples of a run that has `samples` of them; false where they cannot be.
    #[cfg(feature = "serde")]
    pub(super) fn restore(&mut self, base: u64, buffer: &[f64], head: &[f64], samples: u64) -> bool {
        // Where the next one will be.
        let next = (buffer.len() as u64)
            .checked_mul(self.stride)
            .and_then(|length| length.checked_add(base));
        let follows = next.is_some_and(|next| next >= samples && next - samples < self.stride);
        let waiting = head.len() < self.reach && (base != self.base || head != buffer);
        let sound = follows
            && !waiting
            && base >= self.base
            && buffer.len() < self.capacity
            && head.len() <= self.reach
            && buffer.iter().chain(head).all(|x| x.is_finite());
        if sound {
            self.buffer.extend_from_slice(buffer);
            self.head.extend_from_slice(head);
            self.base = base;
        }
        sound
    }

    /// Goes on as `later` does, a ring that began `samples` samples later and whose head this one has summed.
    pub(super) fn go_on_as(&mut self, later: &Self, samples: u64) {
        self.buffer.clear();
        self.buffer.extend_from_slice(&later.buffer);
        self.base = samples + later.base;
        let more = self.reach - self.head.len();
        self.head
            .extend_from_slice(&later.head[..more.min(later.head.len())]);
    }

    /// Sums the pairs of the first `until` samples, block by block.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "places within a buffer, and counts far below 2^53"
    )]
    fn sum(&self, samples: &[f64], until: usize, sums: &mut RunSums, work: &mut Work) {
        if until == 0 {
            return;
        }
        let centre = *sums.centre.get_or_insert_with(|| mean(samples));
        running_sums(samples, centre, &mut work.before);
        let mut from = 0;
        while from < until {
            let block = sums.blocks.open(self.base + from as u64 * self.stride);
            let end = sums.blocks.end_of(block);
            let places = (end - self.base).div_ceil(self.stride);
            let stop = until.min(usize::try_from(places).unwrap_or(usize::MAX));
            self.sum_block(samples, from..stop, block, sums, work);
            from = stop;
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn sum_block(
        &self,
        samples: &[f64],
        origins: Range<usize>,
        block: usize,
        sums: &mut RunSums,
        work: &mut Work,
    ) {
        let Range {
            start: from,
            end: stop,
        } = origins;
        let length = samples.len();
        work.totals.clear();
        work.totals.resize(self.direct, Total::default());
        work.arch.dispatch(LagSums {
            samples,
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
            let number = (stop - from) as f64;
            sums.add_samples(block, Samples { number, sum, squares });
        }
        for (k, &lag) in self.lags.iter().enumerate() {
            let stop = stop.min(length.saturating_sub(lag));
            if stop <= from {
                break;
            }
            let (first, second) = (of(from, stop), of(from + lag, stop + lag));
            let pairs = sums.pairs_mut(block, self.first_point + k);
            pairs.number += (stop - from) as f64;
            pairs.differences += work.totals.get(k).map_or(0.0, |total| total.value());
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
