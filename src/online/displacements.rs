//! The accumulator that a run feeds with positions.

use std::ops::Range;

use pulp::Arch;

use super::error::OnlineError;
use super::levels::LevelLags;
use super::pair_stream::PairStream;
use crate::kernels::pair_sums::{Displaced, MOMENTS};
use crate::lag::Lags;
use crate::real::Real;
use crate::sampling::{Lag, Sampling};
use crate::stats::doubling_blocks::{BLOCKS, check_most};
use crate::stats::pair_table::{FrameBlocks, check_frame};
use crate::stats::runs::agree;
use crate::structure::displacement_sums::{FrameSums, FrameSystem, Group, close_squared};
use crate::structure::{StructureError, WaveVectors};
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
/// [`followed_by`](Self::followed_by). Independent runs merge as sums: [`FrameSums::merge`].
///
/// ```
/// use msed::online::FrameAccumulator;
/// use msed::trajectory::Species;
/// use msed::{Lags, Sampling};
/// // Two particles; the second one moves by 0.5 along x in each frame.
/// let species = Species::single("A", 2)?;
/// let mut live = FrameAccumulator::new(Sampling::new(100, 0.005)?, &species, &Lags::samples([1, 2]), 10)?;
/// for frame in 0..4 {
///     live.push(&[0.0, 0.0, 0.0, 0.5 * f64::from(frame), 1.0, 1.0])?;
/// }
/// let msd = live.snapshot()?.msd("A")?;
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
    system: FrameSystem,
    /// The particles, species by species.
    order: Vec<u64>,
    /// Frames: x of all particles, then y, then z.
    pub(super) stream: PairStream,
    #[cfg_attr(feature = "serde", serde(skip))]
    work: Work,
}

/// What every push fills anew.
#[derive(Debug, Clone)]
struct Work {
    /// The particles of each species, in order.
    ranges: Vec<Range<usize>>,
    moved: Vec<f64>,
    /// Sums of one pair of frames over each species.
    found: Vec<f64>,
    /// The same and what follows from them, over each species and all particles.
    columns: Vec<f64>,
}

impl Work {
    fn new(system: &FrameSystem) -> Self {
        let mut start = 0;
        let species = &system.groups[..system.groups.len() - 1];
        let ranges: Vec<_> = species
            .iter()
            .map(|group| {
                let range = start..start + group.particles;
                start = range.end;
                range
            })
            .collect();
        Self {
            moved: vec![0.0; 3 * start],
            found: vec![0.0; ranges.len() * (MOMENTS + system.lists.len())],
            columns: vec![0.0; system.columns()],
            ranges,
        }
    }

    /// Adds to `sums` what two frames give.
    fn add_pair(&mut self, system: &FrameSystem, from: &[f64], to: &[f64], sums: &mut [f64]) {
        let Self {
            ranges,
            moved,
            found,
            columns,
        } = self;
        Arch::new().dispatch(Displaced {
            from,
            to,
            groups: ranges,
            radius_squared: system.radius.map_or(0.0, |radius| radius * radius),
            lists: &system.lists,
            moved,
            sums: found,
        });
        let width = system.width();
        let (species, all) = columns.split_at_mut(ranges.len() * width);
        all.fill(0.0);
        let found = found.chunks_exact(MOMENTS + system.lists.len());
        for (columns, found) in species.chunks_exact_mut(width).zip(found) {
            let (of_moments, of_lists) = found.split_at(MOMENTS);
            columns[..MOMENTS].copy_from_slice(of_moments);
            columns[MOMENTS + 1..].copy_from_slice(of_lists);
            close_squared(columns);
            for (all, x) in all.iter_mut().zip(columns) {
                *all += *x;
            }
        }
        close_squared(all);
        sums.iter_mut().zip(columns).for_each(|(sum, x)| *sum += *x);
    }
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
        let lags = lags.in_samples(frames, &sampling)?;
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
    /// let msd = live.snapshot()?.msd("A")?;
    /// // Lag 6: first frames 0 and 2.
    /// assert_eq!((msd.values()[4], msd.origins()[4]), ((36.0 * 36.0 + 60.0 * 60.0) / 2.0, 2));
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn multi_tau(
        sampling: Sampling,
        species: &Species,
        points: usize,
        longest: Lag,
    ) -> Result<Self, OnlineError> {
        let (levels, lags) = LevelLags::doubling(1, points, longest.steps().div_ceil(sampling.stride()))?;
        Self::over(sampling, species, levels, lags)
    }

    fn over(
        sampling: Sampling,
        species: &Species,
        levels: Vec<LevelLags>,
        lags: Vec<u64>,
    ) -> Result<Self, OnlineError> {
        let of_particles = species.of_particles();
        let mut order: Vec<u64> = (0..of_particles.len() as u64).collect();
        order.sort_by_key(|&p| of_particles[p as usize]);
        let group = |(index, name): (usize, &String)| Group {
            name: name.clone(),
            particles: of_particles.iter().filter(|&&s| s as usize == index).count(),
        };
        let mut groups: Vec<Group> = species.names().iter().enumerate().map(group).collect();
        groups.push(Group {
            name: "all".to_owned(),
            particles: of_particles.len(),
        });
        let system = FrameSystem {
            sampling,
            groups,
            lags,
            radius: None,
            lists: Vec::new(),
            whole: true,
        };
        let sums = FrameBlocks::new(system.lags.len(), system.columns(), BLOCKS)?;
        Ok(Self {
            stream: PairStream::new(levels, 3 * order.len(), sums)?,
            work: Work::new(&system),
            order,
            system,
        })
    }

    /// With the overlap and chi4: a particle that has moved less than `radius` counts as not moved.
    ///
    /// # Errors
    /// [`StructureError::OverlapRadius`] unless positive and finite, [`OnlineError::Running`] after the first frame.
    pub fn with_overlap(mut self, radius: f64) -> Result<Self, OnlineError> {
        self.stream.not_running()?;
        if !(radius.is_finite() && radius > 0.0) {
            return Err(StructureError::OverlapRadius { found: radius }.into());
        }
        self.system.radius = Some(radius);
        Ok(self)
    }

    /// With the self part of the intermediate scattering function over a list of wave vectors, and over further lists when called again.
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first frame.
    pub fn with_self_isf(mut self, vectors: &WaveVectors) -> Result<Self, OnlineError> {
        let turns = |q: &[f64; 3]| q.map(|q| q / std::f64::consts::TAU);
        self.system
            .lists
            .push(vectors.vectors().iter().map(turns).collect());
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
            work: Work::new(&system),
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
            work.add_pair(system, from, to, sums);
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

    /// The lags, strictly increasing.
    #[must_use]
    pub fn lags(&self) -> impl ExactSizeIterator<Item = Lag> {
        let FrameSystem { lags, sampling, .. } = &self.system;
        lags.iter().map(|&m| sampling.lag(m))
    }

    /// The sums over all frames so far; the stream goes on as if it had not been asked.
    ///
    /// **Cost.** A copy of the sums.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second frame.
    pub fn snapshot(&self) -> Result<FrameSums, OnlineError> {
        Ok(FrameSums::new(self.system.clone(), self.stream.finished()?))
    }

    /// This piece of a run and the one that follows it, as one accumulator, which goes on where `later` is. No pair is lost: the earlier
    /// piece has kept its last frames, the later one its first.
    ///
    /// The result is that of the undivided run, but for rounding and for where its blocks begin. Associative in the same sense. In this way
    /// ranks share the time of a run, as [`FrameSums::merge_particles`] lets them share its particles; F_s, overlap and chi4 are then
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
    ///     let (sampling, lags) = (Sampling::new(1, 1.0)?, Lags::samples([1, 2]));
    ///     let live = FrameAccumulator::new(sampling, &Species::single("A", 1)?, &lags, 10)?;
    ///     let mut live = live.starting_at(first)?;
    ///     for &x in places {
    ///         live.push(&[x, 0.0, 0.0])?;
    ///     }
    ///     Ok::<_, msed::Error>(live)
    /// };
    /// let run = piece(0, &[1.0, 2.0])?.followed_by(&piece(2, &[4.0, 7.0])?)?;
    /// assert_eq!(run.snapshot()?.msd("A")?.values(), [(1.0 + 4.0 + 9.0) / 3.0, (9.0 + 25.0) / 2.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn followed_by(mut self, later: &Self) -> Result<Self, OnlineError> {
        self.system.same(&later.system)?;
        self.system.same_particles(&later.system)?;
        let shown = |same: bool| {
            [(
                "the order of the species",
                if same { "the same" } else { "another" }.to_owned(),
            )]
        };
        agree(shown(true), shown(self.order == later.order))?;
        let (system, work) = (&self.system, &mut self.work);
        self.stream.followed_by(&later.stream, |from, to, sums| {
            work.add_pair(system, from, to, sums);
        })?;
        Ok(self)
    }
}

/// The numbers of an accumulator, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct State {
    system: FrameSystem,
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
            work: Work::new(&system),
            system,
            order,
            stream,
        })
    }
}
