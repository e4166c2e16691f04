//! The last samples of a stream, and the sums over their pairs by the definition.

use std::ops::Range;

use pulp::Arch;

use super::places::LevelLags;
#[cfg(feature = "serde")]
use super::places::Progress;
use crate::energy::curves::Samples;
use crate::energy::run_sums::{PairTerms, RunSums};
use crate::lag::LagError;
use crate::lag_sums::{LagPlanner, LagSums, Scratch, Term, Total, mean, sum_of};
#[cfg(feature = "serde")]
use crate::real::is_fit;
use crate::stats::BlockSums;
use crate::stats::doubling_blocks::{NoMemory, filled};

/// Samples between two sums, where lags are shorter.
const LEAST: usize = 1024;

/// The first lag that transforms may sum: below it the definition costs little, and rounds less.
const LONG: usize = 16;

/// Memory that rings sum in; what it holds is rubbish after a call.
#[derive(Debug, Clone)]
pub(super) struct Work {
    arch: Arch,
    totals: Vec<Total>,
    /// Sums of the samples, and of their squares, before places of the buffer.
    known: Vec<[f64; 2]>,
}

impl Work {
    /// Memory for these rings.
    pub(super) fn new(rings: &[Ring]) -> Self {
        let most = |of: fn(&Ring) -> usize| rings.iter().map(of).max().unwrap_or(0);
        Self {
            arch: Arch::new(),
            totals: Vec::with_capacity(most(|ring| ring.direct)),
            known: Vec::with_capacity(most(|ring| ring.capacity) / CHUNK + 1),
        }
    }
}

/// Every `stride`-th sample of a stream: as many as the longest lag reaches over, and those whose
/// pairs have yet to be summed.
///
/// Samples wait until the buffer is full; all but the last `reach` of them then have their
/// partners, are summed as first samples of pairs at all lags at once, and go. That is twice the
/// longest lag in memory, and the sums of whole series in speed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Ring {
    pub(super) of: LevelLags,
    /// How many of the lags, the shortest ones, are summed by their definition here; of the others
    /// only the ends.
    #[cfg_attr(feature = "serde", serde(skip))]
    direct: usize,
    /// The longest lag, or the length of a segment.
    pub(super) reach: usize,
    /// The samples that have yet to be summed as first ones of pairs: as many as fit before the
    /// next sums.
    pub(super) buffer: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(skip))]
    capacity: usize,
    /// Place of the buffer's first sample, in samples of the stream from its start.
    pub(super) base: u64,
    /// The first samples, or all there are. The piece of the run before this one lacks `reach` of
    /// them; where segments are summed, the blocks of a short run need more.
    pub(super) head: Vec<f64>,
    /// Samples in a head that is full.
    #[cfg_attr(feature = "serde", serde(skip))]
    kept: usize,
}

impl Ring {
    /// A ring for the samples of a level, from the first on.
    ///
    /// # Errors
    /// [`NoMemory`], as for [`of_segments`](Self::of_segments).
    pub(super) fn new(of: LevelLags) -> Result<Self, NoMemory> {
        let (direct, reach) = (of.lags.len(), of.reach());
        let capacity = reach.saturating_add(reach.max(LEAST));
        Self::with_room(of, direct, [reach, capacity, reach])
    }

    /// A ring that sums the pairs of two segments as soon as both are there; it leaves lags from
    /// `LONG` on to transforms. The first `kept` segments stay in its head.
    pub(super) fn of_segments(segment: usize, kept: usize, of: LevelLags) -> Result<Self, NoMemory> {
        let direct = of.lags.partition_point(|&lag| lag < LONG);
        let [capacity, kept] = [2, kept].map(|segments| segment.saturating_mul(segments));
        Self::with_room(of, direct, [segment, capacity, kept])
    }

    fn with_room(
        of: LevelLags,
        direct: usize,
        [reach, capacity, kept]: [usize; 3],
    ) -> Result<Self, NoMemory> {
        Ok(Self {
            of,
            direct,
            reach,
            buffer: in_place(capacity)?,
            capacity,
            base: 0,
            head: in_place(kept)?,
            kept,
        })
    }

    /// Before the first sample: that one is sample `place` of a run.
    pub(super) fn begin_at(&mut self, place: u64) {
        self.base = place.next_multiple_of(self.of.stride) - place;
    }

    /// The lags that are left to transforms, and the place of the first among the points.
    pub(super) fn long_lags(&self) -> (&[usize], usize) {
        (&self.of.lags[self.direct..], self.of.first_point + self.direct)
    }

    /// Takes in as many of `samples` as fit before the next sums, at least one, and says how many.
    /// Sums are due when [`is_full`](Self::is_full).
    pub(super) fn fill(&mut self, samples: impl ExactSizeIterator<Item = f64>) -> usize {
        let room = samples.len().min(self.capacity - self.buffer.len());
        let first = self.buffer.len();
        self.buffer.extend(samples.take(room));
        if self.head.len() < self.kept {
            let more = room.min(self.kept - self.head.len());
            self.head.extend_from_slice(&self.buffer[first..first + more]);
        }
        room
    }

    pub(super) fn is_full(&self) -> bool {
        self.buffer.len() == self.capacity
    }

    /// Takes in all of `samples`, and sums whenever sums are due.
    pub(super) fn push(&mut self, mut samples: &[f64], sums: &mut RunSums, work: &mut Work) {
        while !samples.is_empty() {
            let taken = self.fill(samples.iter().copied());
            samples = &samples[taken..];
            if self.is_full() {
                self.advance(sums, work);
            }
        }
    }

    /// Sums the samples that have all their partners, and lets them go.
    pub(super) fn advance(&mut self, sums: &mut RunSums, work: &mut Work) {
        let until = self.buffer.len().saturating_sub(self.reach);
        self.sum(self.base, &self.buffer, until, true, sums, work);
        self.buffer.copy_within(until.., 0);
        self.buffer.truncate(self.reach);
        self.base += until as u64 * self.of.stride;
    }

    /// Sums all samples, with partners among them and among `next`, the first samples that follow,
    /// at long lags too.
    pub(super) fn sum_with(&self, next: &[f64], sums: &mut RunSums, work: &mut Work) -> Result<(), LagError> {
        let next = &next[..next.len().min(self.reach)];
        let joined = [&self.buffer, next].concat();
        self.sum_all(self.base, &joined, self.buffer.len(), sums, work)
    }

    /// Sums the samples of the head, which are all there are, at long lags too.
    pub(super) fn sum_head(&self, sums: &mut RunSums, work: &mut Work) -> Result<(), LagError> {
        self.sum_all(0, &self.head, self.head.len(), sums, work)
    }

    /// Whether the ring has seen what a piece before this one lacks.
    pub(super) fn is_past_head(&self) -> bool {
        self.head.len() >= self.reach
    }

    /// The same ring with room for all samples to come, in a run that has progressed to `progress`.
    /// `segments` holds the length of a segment and the number of segments in the head. `None`
    /// where these samples do not fit such a run.
    #[cfg(feature = "serde")]
    pub(super) fn restored(
        self,
        segments: Option<[usize; 2]>,
        progress: Progress,
    ) -> Result<Option<Self>, NoMemory> {
        let (reach, buffer, base, head) = (self.reach, self.buffer, self.base, self.head);
        let mut ring = match segments {
            Some([segment, kept]) => Self::of_segments(segment, kept, self.of)?,
            None => Self::new(self.of)?,
        };
        ring.begin_at(progress.first);
        // Where the next one will be.
        let next = (buffer.len() as u64)
            .checked_mul(ring.of.stride)
            .and_then(|length| length.checked_add(base));
        let follows = next.and_then(|next| next.checked_sub(progress.count));
        let waiting = head.len() < ring.reach && (base != ring.base || head != buffer);
        let taken = next.and_then(|next| Some(next.checked_sub(ring.base)? / ring.of.stride));
        let sound = follows.is_some_and(|rest| rest < ring.of.stride)
            && !waiting
            && reach == ring.reach
            && base >= ring.base
            && buffer.len() < ring.capacity
            && taken.is_some_and(|taken| head.len() as u64 == taken.min(ring.kept as u64))
            && buffer.iter().chain(&head).all(|&x| is_fit(x));
        ring.buffer.extend(buffer);
        ring.head.extend(head);
        ring.base = base;
        Ok(sound.then_some(ring))
    }

    /// Goes on as `later` does, a ring that began `samples` samples later and whose head this one
    /// has summed.
    pub(super) fn go_on_as(&mut self, later: &Self, samples: u64) {
        self.buffer.clear();
        self.buffer.extend_from_slice(&later.buffer);
        self.base = samples + later.base;
        let more = self.kept - self.head.len();
        self.head
            .extend_from_slice(&later.head[..more.min(later.head.len())]);
    }

    /// Sums the pairs of the first `until` samples at all lags.
    fn sum_all(
        &self,
        base: u64,
        samples: &[f64],
        until: usize,
        sums: &mut RunSums,
        work: &mut Work,
    ) -> Result<(), LagError> {
        self.sum(base, samples, until, false, sums, work);
        self.sum_long(base, samples, until, sums)
    }

    /// Sums the pairs of the first `until` samples, block by block; the first of them is at the
    /// place `base`. For long lags it adds what the transforms subtract from, where there are
    /// `transforms`.
    fn sum(
        &self,
        base: u64,
        samples: &[f64],
        until: usize,
        transforms: bool,
        sums: &mut RunSums,
        work: &mut Work,
    ) {
        if until == 0 {
            return;
        }
        let centre = *sums.centre.get_or_insert_with(|| mean(samples));
        know(samples, centre, &mut work.known);
        let running = RunningSums::new(samples, centre, &work.known);
        let mut from = 0;
        while from < until {
            let (block, stop) = self.open_block(base, from, until, sums);
            work.totals.clear();
            work.totals.resize(self.direct, Total::default());
            work.arch.dispatch(LagSums {
                samples,
                from,
                until: stop,
                lag: |k| self.of.lags[k],
                term: Term::SquaredDifference,
                totals: &mut work.totals,
            });
            let differences = |k: usize, squares: f64| match work.totals.get(k) {
                Some(total) => total.value(),
                None if transforms => squares,
                None => 0.0,
            };
            self.add_block(running, from..stop, sums, block, differences);
            from = stop;
        }
    }

    /// Adds the long lags' squared differences over the pairs of `samples` whose first one is among
    /// the first `until`; they begin at the place `base`.
    fn sum_long(&self, base: u64, samples: &[f64], until: usize, sums: &mut RunSums) -> Result<(), LagError> {
        let (lags, first) = self.long_lags();
        let there: Vec<u64> = lags
            .iter()
            .filter(|&&lag| lag < samples.len())
            .map(|&lag| lag as u64)
            .collect();
        if there.is_empty() || until == 0 {
            return Ok(());
        }
        let (mut blocks, mut ranges, mut from) = (Vec::new(), Vec::new(), 0);
        while from < until {
            let (block, stop) = self.open_block(base, from, until, sums);
            blocks.push(block);
            ranges.push(from..stop);
            from = stop;
        }
        let plan = LagPlanner::new().plan(samples.len(), &there)?;
        let mut added = BlockSums::new(blocks.len(), there.len());
        let (term, mut scratch) = (Term::SquaredDifference, Scratch::default());
        plan.add(samples, term, &ranges, &mut added, 0, &mut scratch);
        for (b, block) in blocks.into_iter().enumerate() {
            for k in 0..there.len() {
                sums.pairs_mut(block, first + k).differences += added.get(b, k).0;
            }
        }
        Ok(())
    }

    /// The block of sample `from`, and where its samples end among the first `until`.
    fn open_block(&self, base: u64, from: usize, until: usize, sums: &mut RunSums) -> (usize, usize) {
        let block = sums.blocks.open(base + from as u64 * self.of.stride);
        let places = (sums.blocks.end_of(block) - base).div_ceil(self.of.stride);
        (block, until.min(usize::try_from(places).unwrap_or(usize::MAX)))
    }

    /// Adds the samples `origins` to the sums of a block, and the pairs that they are the first
    /// samples of; `differences` gives the sum of squared differences at a lag, which it may make
    /// from the sum of squares.
    fn add_block(
        &self,
        running: RunningSums<'_>,
        origins: Range<usize>,
        sums: &mut RunSums,
        block: usize,
        differences: impl Fn(usize, f64) -> f64,
    ) {
        let (from, stop) = (origins.start, origins.end);
        // One goes along with the ends of each of the two ranges, of first samples and of their
        // partners.
        let [mut first, mut last, mut first_partner, mut last_partner] = [running; 4];
        let first = first.before(from);
        if self.of.stride == 1 {
            let last = last.before(stop);
            sums.add_samples(
                block,
                Samples {
                    number: (stop - from) as f64,
                    sum: last[0] - first[0],
                    squares: last[1] - first[1],
                },
            );
        }
        for (k, &lag) in self.of.lags.iter().enumerate() {
            let stop = stop.min(running.samples.len().saturating_sub(lag));
            if stop <= from {
                break;
            }
            let (last, partners) = (
                last.before(stop),
                [first_partner.before(from + lag), last_partner.before(stop + lag)],
            );
            let [ends, squares] = [0, 1].map(|i| (last[i] - first[i]) + (partners[1][i] - partners[0][i]));
            *sums.pairs_mut(block, self.of.first_point + k) += PairTerms {
                number: (stop - from) as f64,
                differences: differences(k, squares),
                ends,
                squares,
            };
        }
    }
}

/// Room for so many samples, in memory that is there: written once, so that the system does not
/// first look for it when samples come.
fn in_place(samples: usize) -> Result<Vec<f64>, NoMemory> {
    let mut room = filled(f64::NAN, samples)?;
    room.clear();
    Ok(room)
}

/// Samples between two places that are known.
const CHUNK: usize = 64;

/// `known[c]` becomes the sums of `x - centre` and of its square over the samples before place 64
/// c.
fn know(samples: &[f64], centre: f64, known: &mut Vec<[f64; 2]>) {
    known.clear();
    known.push([0.0; 2]);
    let mut totals = [Total::default(); 2];
    for chunk in samples.as_chunks::<CHUNK>().0 {
        totals[0].add(sum_of(chunk, |x| x - centre));
        totals[1].add(sum_of(chunk, |x| (x - centre) * (x - centre)));
        known.push(totals.map(Total::value));
    }
}

/// Goes forward from place to place: an addition for each sample of a short way, and no more than
/// 64 of a long one.
#[derive(Clone, Copy)]
struct RunningSums<'a> {
    samples: &'a [f64],
    centre: f64,
    known: &'a [[f64; 2]],
    place: usize,
    /// From the last place that is known.
    within: [f64; 2],
}

impl<'a> RunningSums<'a> {
    fn new(samples: &'a [f64], centre: f64, known: &'a [[f64; 2]]) -> Self {
        Self {
            samples,
            centre,
            known,
            place: 0,
            within: [0.0; 2],
        }
    }

    /// The sums of `x - centre` and of its square over the samples before `place`.
    #[inline]
    fn before(&mut self, place: usize) -> [f64; 2] {
        let chunk = place / CHUNK;
        if !(chunk * CHUNK..=place).contains(&self.place) {
            (self.place, self.within) = (chunk * CHUNK, [0.0; 2]);
        }
        for x in &self.samples[self.place..place] {
            let x = x - self.centre;
            self.within[0] += x;
            self.within[1] += x * x;
        }
        self.place = place;
        [0, 1].map(|i| self.known[chunk][i] + self.within[i])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_before_a_place_are_those_one_by_one_in_any_order_of_places() {
        let samples: Vec<f64> = (0..1000).map(|i| f64::from(i * i % 37) - 11.0).collect();
        let mut known = Vec::new();
        know(&samples, 3.0, &mut known);
        let mut sums = RunningSums::new(&samples, 3.0, &known);
        let places = [0, 1, 2, 63, 64, 65, 128, 1000, 999, 3, 500, 511, 512].into_iter();
        for place in places.chain(0..=1000) {
            let before = samples[..place].iter().map(|x| x - 3.0);
            let expected = [before.clone().sum::<f64>(), before.map(|x| x * x).sum()];
            assert_eq!(sums.before(place), expected, "integers, before {place}");
        }
    }
}
