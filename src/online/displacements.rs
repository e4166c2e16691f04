//! The accumulator that a run feeds with positions.

use super::error::OnlineError;
use super::levels::LevelLags;
use super::pair_stream::PairStream;
use crate::kernels::PairColumns;
use crate::lag::Lags;
use crate::real::Real;
use crate::sampling::Sampling;
use crate::stats::doubling_blocks::{BLOCKS, check_most};
use crate::stats::pair_table::{FrameBlocks, check_frame};
use crate::stats::runs::agree;
use crate::structure::{DisplacementSums, DisplacementSystem, Groups, WaveVectors, check_radius};
use crate::trajectory::Species;

/// The displacements of a run that is going on: [`push`](Self::push) the unwrapped positions at every sampling step, and ask for a
/// [`snapshot`](Self::snapshot) at any time.
///
/// **What it sums.** Every pair of frames at each lag, as [`structure::displacements`](crate::structure::displacements) and
/// [`structure::self_isf`](crate::structure::self_isf) do over a whole trajectory: the results are theirs to rounding.
///
/// **Blocks.** At most 20 unless [`with_blocks`](Self::with_blocks) says otherwise, of one length that doubles when there would be more; a
/// lag longer than a block has no standard error.
///
/// **Memory.** Fixed at construction: 24 bytes for each particle and frame that the longest lag reaches over, or that a level of
/// [`multi_tau`](Self::multi_tau) keeps, and 8 bytes for each block, lag, group of particles and quantity. **Cost.** About 1 ns for each particle, lag and wave vector, and a few for each particle and lag.
/// Nothing is allocated after construction.
///
/// **Pieces of one run**, on restarts or ranks of their own, join without losing a pair: [`starting_at`](Self::starting_at),
/// [`followed_by`](Self::followed_by). Independent runs merge as sums: [`DisplacementSums::merge`].
///
/// ```
/// use msed::online::FrameAccumulator;
/// use msed::trajectory::Species;
/// use msed::{Lags, Sampling};
/// // Two particles; the second one moves by 0.5 along x in each frame.
/// let species = Species::single("A", 2)?;
/// let mut live = FrameAccumulator::new(Sampling::new(100, 0.005)?, &species, &Lags::explicit([1, 2]), 10)?;
/// for frame in 0..4 {
///     live.push(&[0.0, 0.0, 0.0, 0.5 * f64::from(frame), 1.0, 1.0])?;
/// }
/// let moved = live.snapshot()?.displacements();
/// let msd = moved.of("A")?.msd().total();
/// assert_eq!(msd.lags(), [100, 200]);
/// assert_eq!(msd.values(), [0.125, 0.5]);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "State")
)]
pub struct FrameAccumulator {
    system: DisplacementSystem,
    /// The particles, species by species.
    order: Vec<u64>,
    /// Frames: x of all particles, then y, then z.
    pub(super) stream: PairStream,
    #[cfg_attr(feature = "serde", serde(skip))]
    work: PairColumns,
}

impl FrameAccumulator {
    /// An accumulator of the displacements of these particles at these lags, counted in frames.
    ///
    /// `frames` is the planned length of the run. It only says which lags there are, as in [`Lags::up_to_fraction`]: the run may be
    /// shorter, or go on.
    ///
    /// # Errors
    /// [`OnlineError::Lag`] for lags that a run of `frames` frames does not have, [`OnlineError::Memory`] for those that reach over more frames than there
    /// is memory for.
    pub fn new(
        sampling: Sampling,
        species: &Species,
        lags: &Lags,
        frames: usize,
    ) -> Result<Self, OnlineError> {
        let lags = lags.resolve(frames, sampling.interval())?;
        Self::over(sampling, species, vec![LevelLags::single(&lags)], lags)
    }

    /// An accumulator for lags over many decades: 1, 2, ... `points`, and from there `points/2` in each doubling, up to `longest` or the
    /// next lag above.
    ///
    /// Level l keeps every 2^l-th frame, `points` + 1 of them, so that memory grows with the logarithm of the longest lag. The lags j 2^l, j =
    /// points/2 + 1 ... points, are summed by their definition over the first frames at multiples of 2^l. Nothing is averaged, so that there is no bias:
    /// displacements of averaged positions would lack what moves inside of the average. What is lost is origins: of a displacement
    /// neighbouring ones say nearly the same, of chi4 less so.
    ///
    /// # Errors
    /// [`OnlineError::Points`] for an odd number of points, none or more than 65536.
    ///
    /// ```
    /// use msed::online::FrameAccumulator;
    /// use msed::trajectory::Species;
    /// use msed::Sampling;
    /// let species = Species::single("A", 1)?;
    /// let mut live = FrameAccumulator::multi_tau(Sampling::new(1, 0.005)?, &species, 4, 16)?;
    /// assert_eq!(live.lags(), [1, 2, 3, 4, 6, 8, 12, 16]);
    /// for frame in 0..9 {
    ///     live.push(&[f64::from(frame * frame), 0.0, 0.0])?;
    /// }
    /// let moved = live.snapshot()?.displacements();
    /// let msd = moved.of("A")?.msd().total();
    /// // Lag 6: first frames 0 and 2.
    /// assert_eq!((msd.values()[4], msd.origins()[4]), ((36.0 * 36.0 + 60.0 * 60.0) / 2.0, 2));
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn multi_tau(
        sampling: Sampling,
        species: &Species,
        points: usize,
        longest: u64,
    ) -> Result<Self, OnlineError> {
        let (levels, lags) = LevelLags::doubling(1, points, longest)?;
        Self::over(sampling, species, levels, lags)
    }

    fn over(
        sampling: Sampling,
        species: &Species,
        levels: Vec<LevelLags>,
        lags: Vec<u64>,
    ) -> Result<Self, OnlineError> {
        let groups = Groups::new(species);
        let order: Vec<u64> = groups.order().iter().map(|&p| p as u64).collect();
        let system = DisplacementSystem::new(sampling, &groups, lags);
        let sums = FrameBlocks::new(system.lags.len(), system.columns(), BLOCKS)?;
        Ok(Self {
            stream: PairStream::new(levels, 3 * order.len(), sums)?,
            work: system.pair_columns(),
            order,
            system,
        })
    }

    /// With the overlap and chi4: a particle that has moved less than `radius` counts as not moved.
    ///
    /// # Errors
    /// [`StructureError::Length`](crate::structure::StructureError::Length) unless positive and finite, [`OnlineError::Running`] after the first frame.
    pub fn with_overlap(mut self, radius: f64) -> Result<Self, OnlineError> {
        self.stream.not_running()?;
        self.system.radius = Some(check_radius(radius)?);
        Ok(self)
    }

    /// With the self part of the intermediate scattering function over a list of wave vectors, and over further lists when called again.
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first frame.
    pub fn with_self_isf(mut self, vectors: &WaveVectors) -> Result<Self, OnlineError> {
        self.system.lists.push(vectors.turns());
        let most = self.stream.sums().most();
        self.with_new_sums(most)
    }

    /// At most `most` blocks, an even number.
    ///
    /// # Errors
    /// [`OnlineError::Blocks`] for fewer than two, more than 65536, or an odd number, [`OnlineError::Running`] after the first frame.
    pub fn with_blocks(self, most: usize) -> Result<Self, OnlineError> {
        self.with_new_sums(check_most(most)?)
    }

    fn with_new_sums(self, most: usize) -> Result<Self, OnlineError> {
        let system = self.system;
        let sums = FrameBlocks::new(system.lags.len(), system.columns(), most)?;
        Ok(Self {
            stream: self.stream.with_sums(sums)?,
            work: system.pair_columns(),
            order: self.order,
            system,
        })
    }

    /// For a piece of a run: the frames begin with frame `frame` of the run, counted from 0. See [`followed_by`](Self::followed_by). A piece
    /// that begins later than the run keeps its first frames too, as many as the longest lag reaches over.
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first frame, [`OnlineError::Start`] for a frame beyond 2^62.
    pub fn starting_at(mut self, frame: u64) -> Result<Self, OnlineError> {
        self.stream = self.stream.starting_at(frame)?;
        Ok(self)
    }

    /// Takes in the next frame: unwrapped coordinates, x y z of each particle, in the order of the species. Positions that re-enter a
    /// periodic cell have no displacements, and nothing here can tell.
    ///
    /// # Errors
    /// [`OnlineError::Coordinates`] for another number of them, [`OnlineError::Position`] for a NaN, an infinity or one above 1e60 in
    /// size; the frame is then not taken in.
    pub fn push<T: Real>(&mut self, positions: &[T]) -> Result<(), OnlineError> {
        self.check_positions(positions)?;
        let particles = self.order.len();
        let (x, rest) = self.stream.room().split_at_mut(particles);
        let (y, z) = rest.split_at_mut(particles);
        for (i, &particle) in self.order.iter().enumerate() {
            let at = 3 * particle as usize;
            (x[i], y[i], z[i]) = (
                positions[at].to_f64(),
                positions[at + 1].to_f64(),
                positions[at + 2].to_f64(),
            );
        }
        let (system, work) = (&self.system, &mut self.work);
        self.stream.push(|from, to, sums| {
            system.add_pair([from, to], work, sums);
        });
        Ok(())
    }

    /// Whether these can be the next frame.
    pub(super) fn check_positions<T: Real>(&self, positions: &[T]) -> Result<(), OnlineError> {
        check_frame(positions, self.order.len(), self.stream.next_place())
    }

    /// The same from points.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_points<T: Real>(&mut self, points: &[[T; 3]]) -> Result<(), OnlineError> {
        self.push(points.as_flattened())
    }

    /// Number of frames taken in.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.stream.count()
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.system.sampling
    }

    /// The lags, in frames.
    #[must_use]
    pub fn lags(&self) -> &[u64] {
        &self.system.lags
    }

    /// The sums over all frames so far; the stream goes on as if it had not been asked.
    ///
    /// **Cost.** A copy of the sums.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second frame.
    pub fn snapshot(&self) -> Result<DisplacementSums, OnlineError> {
        Ok(DisplacementSums::new(
            self.system.clone(),
            self.stream.finished()?,
        ))
    }

    /// This piece of a run and the one that follows it, as one accumulator, which goes on where `later` is. No pair is lost: the earlier
    /// piece has kept its last frames, the later one its first.
    ///
    /// The result is that of the undivided run, but for rounding and for where its blocks begin. Associative in the same sense. In this way
    /// ranks share the time of a run, as [`DisplacementSums::merge_particles`] lets them share its particles; F_s, overlap and chi4 are then
    /// those of the whole.
    ///
    /// # Errors
    /// [`OnlineError::NotConsecutive`] where `later` does not begin with the frame after the last one here, [`OnlineError::Mismatch`] where
    /// sampling, species, lags, overlap radius or wave vectors differ.
    ///
    /// ```
    /// use msed::online::FrameAccumulator;
    /// use msed::trajectory::Species;
    /// use msed::{Lags, Sampling};
    /// let piece = |first: u64, places: &[f64]| {
    ///     let (sampling, lags) = (Sampling::new(1, 1.0)?, Lags::explicit([1, 2]));
    ///     let live = FrameAccumulator::new(sampling, &Species::single("A", 1)?, &lags, 10)?;
    ///     let mut live = live.starting_at(first)?;
    ///     for &x in places {
    ///         live.push(&[x, 0.0, 0.0])?;
    ///     }
    ///     Ok::<_, msed::Error>(live)
    /// };
    /// let run = piece(0, &[1.0, 2.0])?.followed_by(&piece(2, &[4.0, 7.0])?)?;
    /// let moved = run.snapshot()?.displacements();
    /// assert_eq!(moved.of("A")?.msd().total().values(), [(1.0 + 4.0 + 9.0) / 3.0, (9.0 + 25.0) / 2.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn followed_by(mut self, later: &Self) -> Result<Self, OnlineError> {
        self.system.same(&later.system)?;
        let shown = |same: bool| {
            [(
                "the order of the species",
                if same { "the same" } else { "another" }.to_owned(),
            )]
        };
        agree(shown(true), shown(self.order == later.order))?;
        let (system, work) = (&self.system, &mut self.work);
        self.stream.followed_by(&later.stream, |from, to, sums| {
            system.add_pair([from, to], work, sums);
        })?;
        Ok(self)
    }
}

/// The numbers of an accumulator, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct State {
    system: DisplacementSystem,
    order: Vec<u64>,
    stream: PairStream,
}

#[cfg(feature = "serde")]
impl TryFrom<State> for FrameAccumulator {
    type Error = String;

    fn try_from(state: State) -> Result<Self, String> {
        let State {
            system,
            order,
            mut stream,
        } = state;
        system.check()?;
        let particles = system.groups[system.groups.len() - 1].particles;
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..particles as u64) {
            return Err("an order that does not hold each particle once".to_owned());
        }
        let numbers = particles.checked_mul(3).ok_or("too many particles")?;
        if !stream.restore(&system.lags, numbers, system.columns()) {
            return Err("frames or sums of another shape, or not finite".to_owned());
        }
        Ok(Self {
            work: system.pair_columns(),
            system,
            order,
            stream,
        })
    }
}
