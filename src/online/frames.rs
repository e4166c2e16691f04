//! The accumulator that a run feeds with positions.

use std::ops::Range;

use pulp::Arch;

use super::displaced::{Displaced, MOMENTS};
use super::error::OnlineError;
use super::frame_blocks::{FrameBlocks, check_frame, kept};
use super::frame_sums::{FrameSums, FrameSystem, Group, close_squared};
use super::runs::{BLOCKS, check_most};
use crate::lag::{Lags, Sampling};
use crate::real::Real;
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
/// **Memory.** Fixed at construction: 24 bytes for each particle and frame that the longest lag reaches over, and 8 bytes for each block,
/// lag, group of particles and quantity. **Cost.** About 1 ns for each particle, lag and wave vector, and a few for each particle and lag.
/// Nothing is allocated after construction.
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
/// let msd = live.snapshot()?.msd("A")?;
/// assert_eq!(msd.lags(), [100, 200]);
/// assert_eq!(msd.values(), [0.125, 0.5]);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "State")
)]
pub struct FrameAccumulator {
    system: FrameSystem,
    /// The particles, species by species.
    order: Vec<u64>,
    blocks: FrameBlocks,
    /// The last frames, frame k in place k modulo their number: x of all particles, then y, then z.
    frames: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(skip))]
    work: Work,
}

/// What every push fills anew.
#[derive(Debug, Default)]
struct Work {
    /// The particles of each species, in order.
    ranges: Vec<Range<usize>>,
    moved: Vec<f64>,
    /// Sums of one pair of frames over each species.
    sums: Vec<f64>,
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
            sums: vec![0.0; ranges.len() * (MOMENTS + system.lists.len())],
            columns: vec![0.0; system.groups.len() * system.width()],
            ranges,
        }
    }
}

impl FrameAccumulator {
    /// An accumulator of the displacements of these particles at these lags, counted in frames.
    ///
    /// `frames` is the planned length of the run. It only says which lags there are, as in [`Lags::up_to_fraction`]: the run may be
    /// shorter, or go on.
    ///
    /// # Errors
    /// [`OnlineError::Lag`] for lags that a run of `frames` frames does not have.
    pub fn new(
        sampling: Sampling,
        species: &Species,
        lags: &Lags,
        frames: usize,
    ) -> Result<Self, OnlineError> {
        let lags = lags.resolve(frames, sampling.interval())?;
        let of_particles = species.of_particles();
        let mut order: Vec<u64> = (0..of_particles.len() as u64).collect();
        #[allow(clippy::cast_possible_truncation, reason = "an index")]
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
        let length = 3 * order.len() * kept(&system.lags);
        Ok(Self {
            blocks: FrameBlocks::new(system.lags.len(), system.groups.len() * system.width(), BLOCKS),
            work: Work::new(&system),
            frames: vec![0.0; length],
            order,
            system,
        })
    }

    /// With the overlap and chi4: a particle that has moved less than `radius` counts as not moved.
    ///
    /// # Errors
    /// [`StructureError::OverlapRadius`] unless positive and finite, [`OnlineError::Running`] after the first frame.
    pub fn with_overlap(mut self, radius: f64) -> Result<Self, OnlineError> {
        self.not_running()?;
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
        self.not_running()?;
        let turns = |q: &[f64; 3]| q.map(|q| q / std::f64::consts::TAU);
        self.system
            .lists
            .push(vectors.vectors().iter().map(turns).collect());
        Ok(self.with_new_blocks(None))
    }

    /// At most `most` blocks, an even number.
    ///
    /// # Errors
    /// [`OnlineError::Blocks`] for fewer than two, or an odd number, [`OnlineError::Running`] after the first frame.
    pub fn with_blocks(self, most: usize) -> Result<Self, OnlineError> {
        self.not_running()?;
        Ok(self.with_new_blocks(Some(check_most(most)?)))
    }

    fn with_new_blocks(mut self, most: Option<usize>) -> Self {
        let system = &self.system;
        let most = most.unwrap_or(self.blocks.most());
        self.blocks = FrameBlocks::new(system.lags.len(), system.groups.len() * system.width(), most);
        self.work = Work::new(system);
        self
    }

    fn not_running(&self) -> Result<(), OnlineError> {
        match self.frames() {
            0 => Ok(()),
            found => Err(OnlineError::Running { found }),
        }
    }

    /// Takes in the next frame: unwrapped coordinates, x y z of each particle, in the order of the species. Positions that re-enter a
    /// periodic cell have no displacements, and nothing here can tell.
    ///
    /// # Errors
    /// [`OnlineError::Coordinates`] for another number of them, [`OnlineError::Position`] for a NaN or an infinity; the frame is then
    /// not taken in.
    pub fn push<T: Real>(&mut self, positions: &[T]) -> Result<(), OnlineError> {
        let (particles, frame) = (self.order.len(), self.frames());
        check_frame(positions, particles, frame)?;
        let place = self.place(frame);
        let (x, rest) = self.frames[place].split_at_mut(particles);
        let (y, z) = rest.split_at_mut(particles);
        for (i, &particle) in self.order.iter().enumerate() {
            #[allow(clippy::cast_possible_truncation, reason = "an index")]
            let at = 3 * particle as usize;
            (x[i], y[i], z[i]) = (
                positions[at].to_f64(),
                positions[at + 1].to_f64(),
                positions[at + 2].to_f64(),
            );
        }
        self.blocks.open();
        let reached = self.system.lags.partition_point(|&lag| lag <= frame);
        for k in 0..reached {
            let first = frame - self.system.lags[k];
            self.sum_pair(first, frame);
            self.blocks.add(first, k, &self.work.columns);
        }
        Ok(())
    }

    /// The same from points.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_points<T: Real>(&mut self, points: &[[T; 3]]) -> Result<(), OnlineError> {
        self.push(points.as_flattened())
    }

    /// Where a frame that is kept lies.
    #[allow(clippy::cast_possible_truncation, reason = "a place in memory")]
    fn place(&self, frame: u64) -> Range<usize> {
        let length = 3 * self.order.len();
        let start = (frame % kept(&self.system.lags) as u64) as usize * length;
        start..start + length
    }

    /// Fills the columns with what two frames give.
    fn sum_pair(&mut self, first: u64, last: u64) {
        let (from, to) = (self.place(first), self.place(last));
        let Work {
            ranges,
            moved,
            sums,
            columns,
        } = &mut self.work;
        Arch::new().dispatch(Displaced {
            from: &self.frames[from],
            to: &self.frames[to],
            groups: ranges,
            radius_squared: self.system.radius.map_or(0.0, |radius| radius * radius),
            lists: &self.system.lists,
            moved,
            sums,
        });
        let width = self.system.width();
        let (species, all) = columns.split_at_mut(ranges.len() * width);
        all.fill(0.0);
        let found = sums.chunks_exact(MOMENTS + self.system.lists.len());
        for (columns, sums) in species.chunks_exact_mut(width).zip(found) {
            let (of_moments, of_lists) = sums.split_at(MOMENTS);
            columns[..MOMENTS].copy_from_slice(of_moments);
            columns[MOMENTS + 1..].copy_from_slice(of_lists);
            close_squared(columns);
            for (all, x) in all.iter_mut().zip(columns) {
                *all += *x;
            }
        }
        close_squared(all);
    }

    /// Number of frames taken in.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.blocks.frames()
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
    pub fn snapshot(&self) -> Result<FrameSums, OnlineError> {
        if self.frames() < 2 {
            return Err(OnlineError::TooFewSamples { found: self.frames() });
        }
        let mut blocks = self.blocks.clone();
        blocks.finish();
        Ok(FrameSums::new(self.system.clone(), blocks))
    }
}

/// The numbers of an accumulator, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct State {
    system: FrameSystem,
    order: Vec<u64>,
    blocks: FrameBlocks,
    frames: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<State> for FrameAccumulator {
    type Error = String;

    fn try_from(state: State) -> Result<Self, String> {
        let State {
            system,
            order,
            mut blocks,
            frames,
        } = state;
        system.check()?;
        let particles = system.groups[system.groups.len() - 1].particles;
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..particles as u64) {
            return Err("an order that does not hold each particle once".to_owned());
        }
        if !blocks.is_sound(system.lags.len(), system.groups.len() * system.width()) {
            return Err("sums of another shape, or not finite".to_owned());
        }
        let expected = kept(&system.lags)
            .checked_mul(particles)
            .and_then(|n| n.checked_mul(3));
        if Some(frames.len()) != expected || frames.iter().any(|x| !x.is_finite()) {
            return Err("frames of another length, or not finite".to_owned());
        }
        blocks.reserve();
        Ok(Self {
            work: Work::new(&system),
            system,
            order,
            blocks,
            frames,
        })
    }
}
