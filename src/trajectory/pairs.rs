//! Pairs of frames at a lag, for any spacing of the frames.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::lag::{LagError, Lags};
use crate::sampling::Lag;

/// The lags between the frames of a sequence, and for each lag the pairs of frames that lie that
/// far apart.
///
/// Frames are paired by their integer steps, exactly: there is no tolerance, and frames are not
/// interpolated. In the simple case of uniform frames lag `m` pairs frame `i` with `i + m`. For
/// log-spaced frames and blocks of them every exact match is used, also across blocks.
///
/// Where a request ([`Lags`]) counts in samples and frames are not uniform, one sample is the
/// greatest common divisor of the distances between frames. An [all](Lags::all) or
/// [linear](Lags::linear) grid keeps the lags that some pair of frames has. For each point of a
/// [logarithmic](Lags::logarithmic) grid, the candidates are the lags that lie closer to it than to
/// its neighbours and have at least three quarters as many pairs as the best of them, and the
/// nearest candidate is taken. For frames at 0, 1, 2, 4, ... 64 of every 128 this is 64 and not 63;
/// for uniform frames it is the point itself. An [explicit](Lags::explicit) lag without a pair is
/// an error.
///
/// Cost: the memory of a few words for each lag; the time of a pass over the frames for each lag,
/// and of a pass over all pairs of frames (over those of the first frames, if there are many) to
/// find the lags.
///
/// ```
/// use msed::{Lags, trajectory::LagTable};
/// let blocks = LagTable::new(&[0, 1, 2, 4, 8, 9, 10, 12], 0.5, &Lags::all())?;
/// assert_eq!(blocks.lags()[8], msed::Lag::from_steps(8));
/// assert_eq!(blocks.pairs(8).collect::<Vec<_>>(), [(0, 4), (1, 5), (2, 6), (3, 7)]);
/// assert_eq!(blocks.origins(8), 4);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LagTable {
    steps: Arc<[u64]>,
    time_step: f64,
    lags: Vec<Lag>,
    origins: Vec<u64>,
    /// The greatest common divisor of the distances between frames, in steps: the stride of uniform
    /// frames.
    pub(crate) unit: u64,
    /// Whether frames are equally far apart, so that lag `m` units pairs frame `i` with frame `i +
    /// m`.
    pub(crate) uniform: bool,
}

/// The most pairs of frames that are examined to find the lags of a sequence.
const CANDIDATE_PAIRS: usize = 50_000_000;

impl LagTable {
    /// The lags of the request `lags` for frames at `steps`, which increase strictly, of
    /// `time_step` time units each.
    ///
    /// # Errors
    /// [`LagError`] where the request is invalid or none of its lags has a pair of frames, and
    /// [`LagError::NoPair`] where an explicit lag has no pair.
    ///
    /// # Panics
    /// If steps do not increase. The steps of a [`Trajectory`](super::Trajectory) increase.
    pub fn new(steps: &[u64], time_step: f64, lags: &Lags) -> Result<Self, LagError> {
        assert_increasing(steps);
        if let Some(stride) = uniform_stride(steps) {
            let lags = lags.in_units(steps.len(), stride, time_step)?;
            let lags = lags.iter().map(|m| Lag::from_steps(m * stride)).collect();
            return Self::of(steps, time_step, lags);
        }
        let unit = greatest_common_divisor(steps);
        let samples = match (steps.first(), steps.last()) {
            (Some(first), Some(last)) => {
                usize::try_from((last - first) / unit).map_or(usize::MAX, |m| m.saturating_add(1))
            }
            _ => 0,
        };
        let chosen = lags.choose(samples, unit, time_step, |last| candidates(steps, unit, last))?;
        let lags = chosen.iter().map(|m| Lag::from_steps(m * unit)).collect();
        Self::of(steps, time_step, lags)
    }

    /// The pairs at the given lags, as for another run whose lags are to be the same.
    ///
    /// # Errors
    /// [`LagError::NoPair`] for a lag that no pair of frames has.
    ///
    /// # Panics
    /// If steps or lags do not increase.
    pub fn with_lags(steps: &[u64], time_step: f64, lags: &[Lag]) -> Result<Self, LagError> {
        assert_increasing(steps);
        assert!(lags.windows(2).all(|w| w[0] < w[1]), "strictly increasing");
        Self::of(steps, time_step, lags.to_vec())
    }

    fn of(steps: &[u64], time_step: f64, lags: Vec<Lag>) -> Result<Self, LagError> {
        let mut table = Self {
            steps: steps.into(),
            time_step,
            origins: Vec::new(),
            unit: greatest_common_divisor(steps),
            uniform: uniform_stride(steps).is_some(),
            lags,
        };
        table.origins = (0..table.len()).map(|k| table.count(k)).collect();
        match table.origins.iter().position(|&n| n == 0) {
            Some(k) => Err(LagError::NoPair {
                lag: table.lags[k],
                frames: steps.len(),
            }),
            None => Ok(table),
        }
    }

    fn count(&self, k: usize) -> u64 {
        let lag = self.lags[k].steps();
        if self.uniform && lag.is_multiple_of(self.unit) {
            (self.steps.len() as u64).saturating_sub(lag / self.unit)
        } else {
            self.pairs(k).count() as u64
        }
    }

    /// Number of lags.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "there is always a lag")]
    pub fn len(&self) -> usize {
        self.lags.len()
    }

    /// The lags, strictly increasing, each with a pair at least.
    #[must_use]
    pub fn lags(&self) -> &[Lag] {
        &self.lags
    }

    /// Time units per step.
    #[must_use]
    pub fn time_step(&self) -> f64 {
        self.time_step
    }

    /// How many pairs of frames lag `k` of the list has.
    #[must_use]
    pub fn origins(&self, k: usize) -> u64 {
        self.origins[k]
    }

    /// The pairs of frames of lag `k` of the list: first frame and last, in increasing order.
    ///
    /// # Panics
    /// If there is no such lag.
    pub fn pairs(&self, k: usize) -> impl Iterator<Item = (usize, usize)> + Clone + '_ {
        self.pairs_from(k, 0..self.steps.len())
    }

    /// The pairs of lag `k` whose first frame lies in `firsts`.
    ///
    /// # Panics
    /// If there is no such lag.
    pub fn pairs_from(
        &self,
        k: usize,
        firsts: Range<usize>,
    ) -> impl Iterator<Item = (usize, usize)> + Clone + '_ {
        let (first, lag) = (firsts.start.min(self.steps.len()), self.lags[k].steps());
        // Uniform frames need no search for the end of the first pair.
        let last = if self.uniform {
            first.saturating_add(usize::try_from(lag / self.unit).unwrap_or(usize::MAX))
        } else {
            let start = self.steps.get(first);
            let wanted = start.map_or(u64::MAX, |step| step.saturating_add(lag));
            self.steps.partition_point(|&step| step < wanted)
        };
        LagPairs {
            steps: &self.steps,
            lag,
            first,
            last,
            end: firsts.end,
        }
    }

    /// The lag from the first frame of a block of frames to the first of the next block.
    #[must_use]
    pub fn span(&self, block: Range<usize>) -> Lag {
        let start = self.steps.get(block.start);
        let end = self.steps.get(block.end);
        Lag::from_steps(match (start, end, self.steps.last()) {
            (Some(start), Some(end), _) => end - start,
            (Some(start), None, Some(last)) => (last - start).saturating_add(self.unit),
            _ => 0,
        })
    }
}

/// Pairs of frames one lag apart: `(first, last)`, with `first` increasing.
#[derive(Debug, Clone)]
struct LagPairs<'a> {
    steps: &'a [u64],
    lag: u64,
    first: usize,
    last: usize,
    /// End of the first frames.
    end: usize,
}

impl Iterator for LagPairs<'_> {
    type Item = (usize, usize);

    #[inline]
    fn next(&mut self) -> Option<(usize, usize)> {
        while self.first < self.end {
            let last = *self.steps.get(self.last)?;
            let found = last - self.steps[self.first];
            let pair = (self.first, self.last);
            if found <= self.lag {
                self.last += 1;
            }
            if found >= self.lag {
                self.first += 1;
            }
            if found == self.lag {
                return Some(pair);
            }
        }
        None
    }
}

/// The distance between frames that are two or more and equally far apart.
pub(super) fn uniform_stride(steps: &[u64]) -> Option<u64> {
    let stride = steps.get(1)? - steps[0];
    steps.windows(2).all(|w| w[1] - w[0] == stride).then_some(stride)
}

fn greatest_common_divisor(steps: &[u64]) -> u64 {
    let divisor = steps.windows(2).fold(0, |divisor, w| {
        let (mut a, mut b) = (w[1] - w[0], divisor);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    });
    divisor.max(1)
}

fn assert_increasing(steps: &[u64]) {
    assert!(steps.windows(2).all(|w| w[0] < w[1]), "strictly increasing");
}

/// The lags up to `last` between frames, in units, in increasing order, with the number of pairs.
/// The origins are consecutive from the first frame on, as many as the budget allows.
fn candidates(steps: &[u64], unit: u64, last: u64) -> Vec<(u64, u64)> {
    let mut counts: HashMap<u64, u64> = HashMap::new();
    let mut budget = CANDIDATE_PAIRS;
    for (i, &start) in steps.iter().enumerate() {
        for &end in &steps[i..] {
            let lag = (end - start) / unit;
            if lag > last || budget == 0 {
                break;
            }
            budget -= 1;
            *counts.entry(lag).or_default() += 1;
        }
    }
    let mut counts: Vec<(u64, u64)> = counts.into_iter().collect();
    counts.sort_unstable();
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_definition(steps: &[u64], lag: u64) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for i in 0..steps.len() {
            for j in i..steps.len() {
                if steps[j] - steps[i] == lag {
                    pairs.push((i, j));
                }
            }
        }
        pairs
    }

    fn blocks(count: u64) -> Vec<u64> {
        (0..count)
            .flat_map(|block| [0, 1, 2, 4, 8, 16, 32, 64].map(|offset| 700 + 100 * (128 * block + offset)))
            .collect()
    }

    #[test]
    fn every_pair_of_uniform_log_spaced_and_block_spaced_frames_is_found_once() {
        let uniform: Vec<u64> = (0..40).map(|i| 7 + 5 * i).collect();
        let logarithmic: Vec<u64> = (0..20).map(|i| 1 << i).collect();
        for steps in [uniform, logarithmic, blocks(5), vec![0, 3, 4, 10, 11, 12, 30]] {
            let table = LagTable::new(&steps, 0.1, &Lags::all()).unwrap();
            let mut total = 0;
            for (k, &lag) in table.lags().iter().enumerate() {
                let pairs: Vec<_> = table.pairs(k).collect();
                assert_eq!(pairs, by_definition(&steps, lag.steps()), "{lag}");
                assert_eq!(table.origins(k), pairs.len() as u64);
                total += pairs.len();
            }
            assert_eq!(total, steps.len() * (steps.len() + 1) / 2);
        }
    }

    #[test]
    fn a_logarithmic_grid_falls_on_the_lags_that_blocks_were_made_for() {
        let steps = blocks(46);
        let table = LagTable::new(&steps, 0.005, &Lags::logarithmic(20)).unwrap();
        for lag in [1, 2, 4, 8, 16, 32, 64, 128] {
            assert!(table.lags().contains(&Lag::from_steps(100 * lag)), "{lag}");
        }
        assert!(!table.lags().contains(&Lag::from_steps(6300)));
        assert!(table.lags().windows(2).all(|w| w[0] < w[1]));
        assert_eq!((table.unit, table.uniform), (100, false));
    }

    #[test]
    fn a_missing_frame_leaves_a_logarithmic_grid_where_it_was() {
        let uniform: Vec<u64> = (0..1000).map(|i| 50 * i).collect();
        let mut missing = uniform.clone();
        missing.remove(500);
        let request = Lags::logarithmic(20).up_to_fraction(0.1);
        let complete = LagTable::new(&uniform, 0.005, &request).unwrap();
        let incomplete = LagTable::new(&missing, 0.005, &request).unwrap();
        assert_eq!(complete.lags(), incomplete.lags());
        assert_eq!(complete.origins(0) - 2, incomplete.origins(0));
    }

    #[test]
    fn lags_of_one_run_are_asked_of_another() {
        let table = LagTable::with_lags(&[0, 10, 20, 40], 0.5, &[10, 20, 40].map(Lag::from_steps)).unwrap();
        assert_eq!(table.pairs(1).collect::<Vec<_>>(), [(0, 2), (2, 3)]);
        let error = LagTable::with_lags(&[0, 10, 20, 40], 0.5, &[Lag::from_steps(15)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no two of the 4 frames lie 15 steps apart, expected a lag that two of them have"
        );
        let explicit = Lags::explicit([10, 50].map(Lag::from_steps));
        let error = LagTable::new(&[0, 10, 20, 80, 100], 0.5, &explicit).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no two of the 5 frames lie 50 steps apart, expected a lag that two of them have"
        );
    }

    #[test]
    fn pairs_from_parts_of_the_frames_are_all_pairs() {
        let uniform: Vec<u64> = (0..40).map(|i| 7 + 5 * i).collect();
        for steps in [uniform, blocks(5)] {
            let table = LagTable::new(&steps, 0.1, &Lags::all()).unwrap();
            for k in 0..table.len() {
                let parts = [0..1, 1..7, 7..38, 38..40];
                let pairs: Vec<_> = parts
                    .into_iter()
                    .flat_map(|firsts| table.pairs_from(k, firsts))
                    .collect();
                assert_eq!(pairs, table.pairs(k).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn the_last_step_there_is_pairs_as_any_other() {
        let steps = [0, 1, u64::MAX];
        let all = LagTable::new(&steps, 1.0, &Lags::all()).unwrap();
        assert_eq!(all.lags()[..2], [0, 1].map(Lag::from_steps));
        let table =
            LagTable::with_lags(&steps, 1.0, &[0, 1, u64::MAX - 1, u64::MAX].map(Lag::from_steps)).unwrap();
        assert_eq!(table.pairs_from(3, 0..3).collect::<Vec<_>>(), [(0, 2)]);
        assert_eq!(table.pairs_from(3, 1..3).count(), 0);
        assert_eq!(table.span(0..3).steps(), u64::MAX);
        let logarithmic = LagTable::new(&steps, 1.0, &Lags::logarithmic(10)).unwrap();
        assert_eq!(logarithmic.lags().first(), Some(&Lag::from_steps(1)));
    }

    #[test]
    fn one_frame_has_lag_zero_alone() {
        let table = LagTable::new(&[17], 1.0, &Lags::all()).unwrap();
        assert_eq!(table.pairs(0).collect::<Vec<_>>(), [(0, 0)]);
        assert!(LagTable::new(&[17], 1.0, &Lags::linear(1)).is_err());
    }
}
