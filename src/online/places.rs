//! Places in a run: how far a stream has come, and which places are summed with which.

use super::error::{OnlineError, check_even};
use crate::stats::doubling_blocks::LAST_PLACE;

/// Which samples or frames of a run an accumulator has taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Progress {
    /// Place in the run of the first one taken in.
    pub(super) first: u64,
    /// How many were taken in.
    pub(super) count: u64,
    /// Molecular-dynamics step of the first one, where a feed has given it.
    first_step: Option<u64>,
}

impl Progress {
    /// Of a piece that begins with sample or frame `first` of its run, before the first was taken
    /// in.
    pub(super) fn starting_at(self, first: u64) -> Result<Self, OnlineError> {
        self.not_running()?;
        if first >= LAST_PLACE {
            return Err(OnlineError::Start { found: first });
        }
        Ok(Self { first, ..self })
    }

    /// Refuses what can be set before the first sample or frame only.
    pub(super) fn not_running(self) -> Result<(), OnlineError> {
        match self.count {
            0 => Ok(()),
            found => Err(OnlineError::Running { found }),
        }
    }

    /// Refuses a run without a pair.
    pub(super) fn has_a_pair(self) -> Result<(), OnlineError> {
        match self.count {
            found @ (0 | 1) => Err(OnlineError::TooFewSamples { found }),
            _ => Ok(()),
        }
    }

    /// Refuses a piece that does not begin where this one ends.
    pub(super) fn is_followed_by(self, later: Self) -> Result<(), OnlineError> {
        if later.first == self.next() {
            return Ok(());
        }
        Err(OnlineError::NotConsecutive {
            found: later.first,
            expected: self.next(),
        })
    }

    /// Place of the next sample or frame in its run.
    pub(super) fn next(self) -> u64 {
        self.first + self.count
    }

    /// The step that the next one must have, where a feed has given one.
    pub(super) fn next_step(self, stride: u64) -> Option<u64> {
        self.count.checked_mul(stride)?.checked_add(self.first_step?)
    }

    /// The next one is of this step.
    pub(super) fn expect_step(&mut self, step: u64, stride: u64) {
        let before = self.count.checked_mul(stride);
        self.first_step = before.and_then(|before| step.checked_sub(before));
    }

    /// Whether a stream can have come so far.
    #[cfg(feature = "serde")]
    pub(super) fn is_sound(self) -> bool {
        self.first < LAST_PLACE && self.count < LAST_PLACE
    }
}

/// Levels at most: 2^48 times the longest lag of the first.
const LEVELS: usize = 48;

/// Lags between every `stride`-th sample or frame.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct LevelLags {
    pub(super) stride: u64,
    /// In strides.
    pub(super) lags: Vec<usize>,
    /// Place of the first of them among the lags of all levels.
    pub(super) first_point: usize,
}

impl LevelLags {
    /// One level that has all lags.
    pub(super) fn single(lags: &[u64]) -> Self {
        Self {
            stride: 1,
            lags: lags.iter().map(|&lag| lag as usize).collect(),
            first_point: 0,
        }
    }

    /// Levels with lags of `first`, which is 0 or 1, ... `points`, and from there `points/2` in
    /// each doubling, up to `longest` or the next lag above: level l has the lags j 2^l, j at most
    /// `points`. And all lags.
    ///
    /// # Errors
    /// [`OnlineError::NotEven`] for an odd number of points, none, or too many.
    pub(super) fn doubling(
        first: usize,
        points: usize,
        longest: u64,
    ) -> Result<(Vec<Self>, Vec<u64>), OnlineError> {
        check_even("points in a level", points)?;
        let longest = longest.min(LAST_PLACE);
        let (mut levels, mut all): (Vec<Self>, Vec<u64>) = (Vec::new(), Vec::new());
        while levels.len() < LEVELS && all.last().is_none_or(|&lag| lag < longest) {
            let stride = 1 << levels.len();
            let first = if levels.is_empty() { first } else { points / 2 + 1 };
            let last = usize::try_from(longest.div_ceil(stride).max(1)).unwrap_or(usize::MAX);
            let level = Self {
                stride,
                lags: (first..=points.min(last)).collect(),
                first_point: all.len(),
            };
            all.extend(level.lags.iter().map(|&lag| lag as u64 * stride));
            levels.push(level);
        }
        Ok((levels, all))
    }

    /// The longest lag, in strides.
    pub(super) fn reach(&self) -> usize {
        self.lags.last().copied().unwrap_or(0)
    }

    /// Whether these levels have these lags, in one of the two ways.
    #[cfg(feature = "serde")]
    pub(super) fn are_of<'a>(levels: impl ExactSizeIterator<Item = &'a Self>, lags: &[u64]) -> bool {
        let mut levels = levels.peekable();
        if levels.len() == 1 {
            return levels.next() == Some(&Self::single(lags));
        }
        let [first, points] = levels.peek().map_or([0, 0], |level| {
            [level.lags.first().copied().unwrap_or(0), level.reach()]
        });
        let longest = lags.last().copied().unwrap_or(0);
        (first <= 1 && points <= lags.len())
            && Self::doubling(first, points, longest)
                .is_ok_and(|(expected, all)| all == lags && levels.eq(expected.iter()))
    }
}
