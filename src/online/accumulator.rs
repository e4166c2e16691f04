//! Sums over pairs of rows that come one after the other.

use std::fmt::Debug;

use super::error::OnlineError;
use super::levels::LevelLags;
use super::pair_stream::PairStream;
use crate::sampling::{Lag, Sampling};
use crate::stats::doubling_blocks::{BLOCKS, NoMemory, can_be_halved};
use crate::stats::pair_table::FrameBlocks;
use crate::stats::sums::Summed;
use crate::stats::{MergeError, Sums};

/// What an [`Accumulator`] makes of each sample or frame, a row of numbers, and what a pair of rows
/// adds to the sums.
pub trait Pairs: Clone + Debug {
    /// What is summed.
    type System: Summed<Run = FrameBlocks>;

    /// Memory that every row and every pair fills anew.
    type Work: Clone + Debug;

    /// What is summed, and at which lags, in rows.
    fn system(&self) -> &Self::System;

    /// Room for the work.
    fn work(&self) -> Self::Work;

    /// Numbers in a row.
    fn width(&self) -> usize;

    /// Adds what two rows give, the earlier one first.
    fn add(&self, work: &mut Self::Work, then: &[f64], now: &[f64], sums: &mut [f64]);

    /// Whether pieces of one run would have the same.
    ///
    /// # Errors
    /// What differs.
    fn same(&self, other: &Self) -> Result<(), MergeError> {
        self.system().same(other.system())
    }

    /// Whether a constructor would have made this.
    ///
    /// # Errors
    /// What it would have refused.
    #[cfg(feature = "serde")]
    fn check(&self) -> Result<(), &'static str> {
        self.system().check()
    }
}

/// Sums over the pairs of a run that is going on: of displacements
/// ([`DisplacementAccumulator`](super::DisplacementAccumulator)), of densities
/// ([`CoherentAccumulator`](super::CoherentAccumulator)) or of energy differences
/// ([`DistributionAccumulator`](super::DistributionAccumulator)).
///
/// Rows are pushed at every sampling step, and a [`snapshot`](Self::snapshot) gives the sums at any
/// time.
///
/// **Blocks.** At most 20 unless [`with_blocks`](Self::with_blocks) says otherwise. All blocks have
/// one length, which doubles when there would be more of them; a lag longer than a block has no
/// standard error.
///
/// **Memory** is fixed at construction; nothing is allocated after it.
///
/// **Pieces of one run**, on restarts or ranks of their own, join without losing a pair:
/// [`starting_at`](Self::starting_at), [`followed_by`](Self::followed_by). Sums of independent runs
/// merge.
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        try_from = "Unchecked<K>",
        bound(
            serialize = "K: serde::Serialize",
            deserialize = "K: Pairs + serde::Deserialize<'de>"
        )
    )
)]
pub struct Accumulator<K: Pairs> {
    pub(super) kind: K,
    pub(super) stream: PairStream,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) work: K::Work,
}

impl<K: Pairs> Accumulator<K> {
    /// Sums lags at one level, or at several.
    pub(super) fn of(kind: K, levels: Vec<LevelLags>) -> Result<Self, OnlineError> {
        Ok(Self {
            stream: PairStream::new(levels, kind.width(), empty_sums(&kind, BLOCKS)?)?,
            work: kind.work(),
            kind,
        })
    }

    /// The same, before its first row, for another kind of sums over the same rows, or in another
    /// number of blocks.
    pub(super) fn with_sums(self, kind: K, blocks: usize) -> Result<Self, OnlineError> {
        Ok(Self {
            stream: self.stream.with_sums(empty_sums(&kind, blocks)?)?,
            work: kind.work(),
            kind,
        })
    }

    /// At most `most` blocks, an even number.
    ///
    /// # Errors
    /// [`OnlineError::Blocks`] for fewer than two, more than 65536, or an odd number;
    /// [`OnlineError::Running`] after the first row.
    pub fn with_blocks(self, most: usize) -> Result<Self, OnlineError> {
        if !can_be_halved(most) {
            return Err(OnlineError::Blocks { found: most });
        }
        let kind = self.kind.clone();
        self.with_sums(kind, most)
    }

    /// For a piece of a run: its first row is sample or frame `place` of the run, counted from 0.
    /// See [`followed_by`](Self::followed_by). A piece that begins later than the run also keeps
    /// its first rows, as many as the longest lag reaches over.
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first row, [`OnlineError::Start`] for a place beyond
    /// 2^62.
    pub fn starting_at(mut self, place: u64) -> Result<Self, OnlineError> {
        self.stream = self.stream.starting_at(place)?;
        Ok(self)
    }

    /// Takes in the row that lies in the stream's room.
    pub(super) fn push_row(&mut self) {
        let (kind, work) = (&self.kind, &mut self.work);
        self.stream
            .push(|then, now, sums| kind.add(work, then, now, sums));
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.kind.system().sampling()
    }

    /// The lags, strictly increasing.
    #[must_use]
    pub fn lags(&self) -> impl ExactSizeIterator<Item = Lag> {
        let sampling = self.sampling();
        self.kind.system().lags().iter().map(move |&m| sampling.lag(m))
    }

    /// The sums over all rows so far; the stream goes on as if it had not been asked.
    ///
    /// **Cost.** A copy of the sums.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second row.
    pub fn snapshot(&self) -> Result<Sums<K::System>, OnlineError> {
        Ok(Sums::new(self.kind.system().clone(), self.stream.finished()?))
    }

    /// This piece of a run and the one that follows it, as one accumulator, which goes on where
    /// `later` is. No pair is lost: the earlier piece has kept its last rows, the later one its
    /// first.
    ///
    /// The result is the same as for the undivided run, except for rounding and for where its
    /// blocks begin; joining is associative in the same sense. In this way ranks share the time of
    /// a run. Sums of displacements let ranks share its particles as well
    /// ([`DisplacementSums::merge_particles`](super::DisplacementSums::merge_particles)).
    ///
    /// # Errors
    /// [`OnlineError::NotConsecutive`] where `later` does not begin with the row after the last one
    /// here, [`OnlineError::Merge`] where sampling, particles, lags, strides or what is summed
    /// differ.
    ///
    /// ```
    /// use msed::online::DisplacementAccumulator;
    /// use msed::trajectory::Species;
    /// use msed::{Lags, Sampling};
    /// let piece = |first: u64, places: &[f64]| {
    ///     let (sampling, lags) = (Sampling::new(1, 1.0)?, Lags::samples([1, 2]));
    ///     let live = DisplacementAccumulator::new(sampling, &Species::single("A", 1)?, &lags)?;
    ///     let mut live = live.starting_at(first)?;
    ///     for &x in places {
    ///         live.push(&[x, 0.0, 0.0])?;
    ///     }
    ///     Ok::<_, msed::Error>(live)
    /// };
    /// let run = piece(0, &[1.0, 2.0])?.followed_by(&piece(2, &[4.0, 7.0])?)?;
    /// assert_eq!(run.snapshot()?.displacements().of("A")?.msd.total.values(), [(1.0 + 4.0 + 9.0) / 3.0, (9.0 + 25.0) / 2.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn followed_by(mut self, later: &Self) -> Result<Self, OnlineError> {
        self.kind.same(&later.kind)?;
        let (kind, work) = (&self.kind, &mut self.work);
        self.stream
            .followed_by(&later.stream, |then, now, sums| kind.add(work, then, now, sums))?;
        Ok(self)
    }
}

fn empty_sums<K: Pairs>(kind: &K, blocks: usize) -> Result<FrameBlocks, NoMemory> {
    let system = kind.system();
    FrameBlocks::new(system.lags().len(), system.columns(), blocks)
}

/// The numbers of an accumulator before they are checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked<K> {
    kind: K,
    stream: PairStream,
}

#[cfg(feature = "serde")]
impl<K: Pairs> TryFrom<Unchecked<K>> for Accumulator<K> {
    type Error = &'static str;

    fn try_from(Unchecked { kind, mut stream }: Unchecked<K>) -> Result<Self, Self::Error> {
        kind.check()?;
        let system = kind.system();
        if !stream.restore(system.lags(), kind.width(), system.columns()) {
            return Err("rows or sums of another shape, or not finite");
        }
        Ok(Self {
            work: kind.work(),
            kind,
            stream,
        })
    }
}
