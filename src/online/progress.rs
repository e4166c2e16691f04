//! How far a stream has come in its run.

use super::error::OnlineError;
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
    pub(super) first_step: Option<u64>,
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
