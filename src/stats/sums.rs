//! Sums over the pairs of one run or of several.

use std::fmt::Debug;

use super::MergeError;
use super::pair_table::FrameBlocks;
use super::runs::InBlocks;

/// What is summed over pairs, and at which lags: the same for all runs that merge.
pub trait Summed: Clone + Debug + PartialEq {
    /// The lags, in samples or frames.
    fn lags(&self) -> &[u64];

    /// Numbers that each pair adds to.
    fn columns(&self) -> usize;

    /// Whether the other sums are over the same.
    ///
    /// # Errors
    /// What differs.
    fn same(&self, other: &Self) -> Result<(), MergeError>;

    /// Whether a constructor would have made this.
    ///
    /// # Errors
    /// What it would have refused.
    #[cfg(feature = "serde")]
    fn check(&self) -> Result<(), &'static str>;
}

/// Sums over the pairs of one run or of several, by block and lag, from which curves and their errors follow.
///
/// Sums [`merge`](Self::merge): threads and ranks accumulate runs of their own, and add up what they have.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        try_from = "Unchecked<K>",
        bound(deserialize = "K: Summed + serde::Deserialize<'de>")
    )
)]
pub struct Sums<K> {
    pub(crate) system: K,
    pub(crate) runs: Vec<FrameBlocks>,
}

impl<K: Summed> Sums<K> {
    pub(crate) fn new(system: K, run: FrameBlocks) -> Self {
        Self {
            system,
            runs: vec![run],
        }
    }

    /// The sums of independent runs together: the blocks of `other` follow those of `self`. Associative to the last bit.
    ///
    /// # Errors
    /// [`MergeError`] where the sums are of different systems, lags or quantities.
    pub fn merge(mut self, other: Self) -> Result<Self, MergeError> {
        self.system.same(&other.system)?;
        self.runs.extend(other.runs);
        Ok(self)
    }

    /// Number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Number of blocks, over all runs.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.runs.iter().map(FrameBlocks::blocks).sum()
    }
}

/// The numbers of sums before they are checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked<K> {
    system: K,
    runs: Vec<FrameBlocks>,
}

#[cfg(feature = "serde")]
impl<K: Summed> TryFrom<Unchecked<K>> for Sums<K> {
    type Error = &'static str;

    fn try_from(Unchecked { system, runs }: Unchecked<K>) -> Result<Self, Self::Error> {
        system.check()?;
        let (lags, columns) = (system.lags().len(), system.columns());
        if runs.is_empty() || !runs.iter().all(|run| run.is_sound(lags, columns)) {
            return Err("sums of another shape, or not finite");
        }
        Ok(Self { system, runs })
    }
}
