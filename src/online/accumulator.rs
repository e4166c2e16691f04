//! Sums over pairs of rows that come one after the other.

use std::fmt::Debug;

use super::error::{OnlineError, check_even};
use super::pair_stream::PairStream;
use super::places::LevelLags;
use super::wrapping::Wrapping;
use crate::sampling::{Lag, Sampling};
use crate::stats::Sums;
use crate::stats::doubling_blocks::{BLOCKS, NoMemory};
use crate::stats::frame_blocks::FrameBlocks;
use crate::stats::runs::agree;
use crate::stats::sums::Summed;

/// What an [`Accumulator`] makes of each sample or frame, a row of numbers, and what a pair of rows
/// adds to the sums.
pub trait Pairs: Summed<Run = FrameBlocks> {
    /// Memory that every row and every pair fills anew.
    type Work: Clone + Debug;

    /// Room for the work.
    fn work(&self) -> Self::Work;

    /// Numbers in a row.
    fn width(&self) -> usize;

    /// Particles of each species in a frame; none where a row is a sample.
    fn particles(&self) -> Vec<usize>;

    /// Adds what two rows give, the earlier one first.
    fn add(&self, work: &mut Self::Work, then: &[f64], now: &[f64], sums: &mut [f64]);
}

/// Sums over the pairs of a run that is going on: of displacements
/// ([`DisplacementAccumulator`](super::DisplacementAccumulator)), of densities
/// ([`CoherentAccumulator`](super::CoherentAccumulator)) or of energy differences
/// ([`DistributionAccumulator`](super::DistributionAccumulator)).
///
/// Rows are pushed at every sampling step, and a [`snapshot`](Self::snapshot) gives the sums at any
/// time.
///
/// **Blocks.** A snapshot has ten, as an estimator over the whole run has by default, unless
/// [`with_blocks`](Self::with_blocks) says otherwise. They are made of 30 to 60 pieces of one
/// length, which doubles when there would be more: blocks end within a sixth of their length of
/// where equal ones would. A lag longer than a block has no standard error.
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
    pub(super) over: K,
    /// Species of each particle of a frame.
    species: Vec<u32>,
    pub(super) stream: PairStream,
    /// Where each particle lies in a row, species by species.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) places: Vec<usize>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) work: K::Work,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) wrapping: Wrapping,
}

impl<K: Pairs> Accumulator<K> {
    /// Sums lags at one level, or at several.
    pub(super) fn of(over: K, species: &[u32], levels: Vec<LevelLags>) -> Result<Self, OnlineError> {
        Ok(Self {
            stream: PairStream::new(levels, over.width(), empty_sums(&over, BLOCKS)?)?,
            places: places(species, &over.particles()),
            species: species.to_vec(),
            work: over.work(),
            wrapping: Wrapping::default(),
            over,
        })
    }

    /// The same, before its first row, for other sums over the same rows, or in another number of
    /// blocks.
    pub(super) fn with_sums(mut self, over: K, blocks: usize) -> Result<Self, OnlineError> {
        self.stream.progress.not_running()?;
        self.stream.sums = empty_sums(&over, blocks)?;
        (self.work, self.over) = (over.work(), over);
        Ok(self)
    }

    /// Sets the number of blocks in a snapshot, which must be even. Six times as many pieces are
    /// kept.
    ///
    /// # Errors
    /// [`OnlineError::NotEven`] for fewer than two, more than 65536, or an odd number;
    /// [`OnlineError::Running`] after the first row.
    pub fn with_blocks(self, blocks: usize) -> Result<Self, OnlineError> {
        check_even("blocks", blocks)?;
        let over = self.over.clone();
        self.with_sums(over, blocks)
    }

    /// For a piece of a run: its first row is sample or frame `place` of the run, counted from 0.
    /// See [`followed_by`](Self::followed_by). A piece that begins later than the run also keeps
    /// its first rows, as many as the longest lag reaches over.
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first row, [`OnlineError::Start`] for a place beyond
    /// 2^62.
    pub fn starting_at(mut self, place: u64) -> Result<Self, OnlineError> {
        self.stream.progress = self.stream.progress.starting_at(place)?;
        self.stream.reserve_heads()?;
        Ok(self)
    }

    /// Takes in the row that lies in the stream's room.
    pub(super) fn push_row(&mut self) {
        let (over, work) = (&self.over, &mut self.work);
        self.stream
            .push(|then, now, sums| over.add(work, then, now, sums));
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.over.sampling()
    }

    /// The lags, strictly increasing.
    #[must_use]
    pub fn lags(&self) -> impl ExactSizeIterator<Item = Lag> {
        let sampling = self.sampling();
        self.over.lags().iter().map(move |&m| sampling.lag(m))
    }

    /// The sums over all rows so far; the stream goes on as if it had not been asked.
    ///
    /// **Cost.** A copy of the sums.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second row.
    pub fn snapshot(&self) -> Result<Sums<K>, OnlineError> {
        self.stream.progress.has_a_pair()?;
        let mut sums = self.stream.sums.clone();
        sums.blocks.finish(self.stream.progress.count);
        Ok(Sums::new(self.over.clone(), sums))
    }

    /// This piece of a run and the one that follows it, as one accumulator, which goes on where
    /// `later` is. No pair is lost: the earlier piece has kept its last rows, the later one its
    /// first.
    ///
    /// The result is the same as for the undivided run, except for rounding and for where its
    /// blocks begin; joining is associative in the same sense. In this way ranks share the time of
    /// a run. Sums of displacements let ranks share its particles as well
    /// ([`DisplacementSums::merge_particles`](crate::structure::DisplacementSums::merge_particles)).
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
        self.over.same(&later.over)?;
        let order = |same: bool| {
            let order = if same { "the same" } else { "another" };
            [("the order of the species", order.to_owned())]
        };
        agree(order(true), order(self.species == later.species))?;
        let (over, work) = (&self.over, &mut self.work);
        self.stream
            .followed_by(&later.stream, |then, now, sums| over.add(work, then, now, sums))?;
        self.wrapping.follow(&later.wrapping);
        Ok(self)
    }
}

fn empty_sums<K: Pairs>(over: &K, blocks: usize) -> Result<FrameBlocks, NoMemory> {
    FrameBlocks::new(over.lags().len(), over.columns(), blocks)
}

/// Where each particle lies among all, species by species.
fn places(species: &[u32], particles: &[usize]) -> Vec<usize> {
    let start = |s: usize| particles[..s].iter().sum();
    let mut next: Vec<usize> = (0..particles.len()).map(start).collect();
    let place = |&species: &u32| {
        let next = &mut next[species as usize];
        *next += 1;
        *next - 1
    };
    species.iter().map(place).collect()
}

/// The numbers of an accumulator before they are checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked<K> {
    over: K,
    species: Vec<u32>,
    stream: PairStream,
}

#[cfg(feature = "serde")]
impl<K: Pairs> TryFrom<Unchecked<K>> for Accumulator<K> {
    type Error = &'static str;

    fn try_from(state: Unchecked<K>) -> Result<Self, Self::Error> {
        let (over, species, mut stream) = (state.over, state.species, state.stream);
        over.check()?;
        let particles = over.particles();
        let mut found = vec![0; particles.len()];
        for &species in &species {
            let found = found.get_mut(species as usize);
            *found.ok_or("a particle of no species")? += 1;
        }
        if found != particles {
            return Err("species of other numbers of particles");
        }
        if !stream.restore(over.lags(), over.width(), over.columns()) {
            return Err("rows or sums of another shape, or not finite");
        }
        Ok(Self {
            places: places(&species, &particles),
            work: over.work(),
            wrapping: Wrapping::default(),
            over,
            species,
            stream,
        })
    }
}
