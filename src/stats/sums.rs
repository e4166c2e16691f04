//! Sums over the pairs of one run or of several.

use std::fmt::Debug;

use super::MergeError;
use super::runs::InBlocks;
use crate::sampling::Sampling;

/// What is summed over pairs, and at which lags: the same for all runs that merge.
pub trait Summed: Clone + Debug + PartialEq {
    /// The sums of one run, by block.
    type Run: InBlocks;

    /// The time axis.
    fn sampling(&self) -> Sampling;

    /// The lags, in samples or frames.
    fn lags(&self) -> &[u64];

    /// Sums at each lag.
    fn columns(&self) -> usize;

    /// Whether other sums are over the same.
    ///
    /// # Errors
    /// What differs.
    fn same(&self, other: &Self) -> Result<(), MergeError>;

    /// What sums that were merged are over, where that is less.
    fn join(&mut self, _other: &Self) {}

    /// Whether a constructor would have made this.
    ///
    /// # Errors
    /// What it would have refused.
    #[cfg(feature = "serde")]
    fn check(&self) -> Result<(), &'static str>;
}

/// Sums over the pairs of one run or of several, by block and lag, from which curves and their
/// errors follow.
///
/// A curve has the lags that some pair lies apart by; its error bars come from the delete-one
/// jackknife over the blocks of all runs. Sums [`merge`](Self::merge): threads and ranks accumulate
/// runs of their own, and add up what they have.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        try_from = "Unchecked<K>",
        bound(
            serialize = "K: serde::Serialize, K::Run: serde::Serialize",
            deserialize = "K: serde::Deserialize<'de>, K::Run: serde::Deserialize<'de>"
        )
    )
)]
pub struct Sums<K: Summed> {
    pub(crate) over: K,
    pub(crate) runs: Vec<K::Run>,
}

impl<K: Summed> Sums<K> {
    pub(crate) fn new(over: K, run: K::Run) -> Self {
        Self {
            over,
            runs: vec![run],
        }
    }

    /// The sums of independent runs together: the blocks of `other` follow those of `self`.
    /// Associative to the last bit.
    ///
    /// An estimator over the runs as replicas gives the same result: origins pool, and no pair
    /// reaches from one run into another.
    ///
    /// # Errors
    /// [`MergeError`] where the sums are of different systems, lags or quantities.
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, EnergySystem, Lags, Sampling};
    /// let system = EnergySystem::new(Sampling::new(1, 1.0)?, 1, EnergyKind::Total)?;
    /// let run = |samples: &[f64]| {
    ///     let mut live = EnergyAccumulator::ring(system, &Lags::samples([1]))?;
    ///     live.push_slice(samples)?;
    ///     live.snapshot()
    /// };
    /// let both = run(&[0.0, 1.0])?.merge(run(&[5.0, 7.0, 7.0])?)?;
    /// assert_eq!(both.msed().values(), [(1.0 + 4.0 + 0.0) / 3.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn merge(mut self, other: Self) -> Result<Self, MergeError> {
        self.over.same(&other.over)?;
        self.over.join(&other.over);
        self.runs.extend(other.runs);
        Ok(self)
    }

    /// Number of runs.
    #[must_use]
    pub fn run_count(&self) -> usize {
        self.runs.len()
    }

    /// Number of blocks, over all runs.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.runs.iter().map(K::Run::blocks).sum()
    }
}

/// The numbers of sums before they are checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(bound = "K: serde::Deserialize<'de>, K::Run: serde::Deserialize<'de>")]
struct Unchecked<K: Summed> {
    over: K,
    runs: Vec<K::Run>,
}

#[cfg(feature = "serde")]
impl<K: Summed> TryFrom<Unchecked<K>> for Sums<K> {
    type Error = &'static str;

    fn try_from(Unchecked { over, runs }: Unchecked<K>) -> Result<Self, Self::Error> {
        over.check()?;
        let (lags, columns) = (over.lags().len(), over.columns());
        let sound = |run: &K::Run| run.blocks() > 0 && run.is_sound(lags, columns);
        if runs.is_empty() || !runs.iter().all(sound) {
            return Err("sums of another shape, or not finite");
        }
        Ok(Self { over, runs })
    }
}
