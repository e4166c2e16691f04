//! The coherent intermediate scattering function, while a run goes on.

use super::error::OnlineError;
use super::levels::LevelLags;
use super::pair_stream::PairStream;
use crate::kernels::{DensityModes, Scratch};
use crate::lag::Lags;
use crate::real::Real;
use crate::sampling::Sampling;
use crate::stats::doubling_blocks::{BLOCKS, check_most};
use crate::stats::pair_table::{FrameBlocks, check_frame};
use crate::structure::{CoherentSums, CoherentSystem, StructureError, WaveVectors};
use crate::trajectory::{Cell, Species};

/// F(q,t) of a run that is going on, partial and total, averaged over a list of wave vectors that fit the periodic cell.
///
/// The results are those of [`structure::coherent_isf`](crate::structure::coherent_isf()). Coordinates may be wrapped or not; the cell stays.
///
/// **Blocks** as for [`FrameAccumulator`](super::FrameAccumulator). **Memory.** Fixed at construction, and independent of the number of particles: 16 bytes
/// for each species, wave vector and frame of the longest lag, and 8 bytes for each block, lag and pair of species. **Cost** of a frame: the
/// densities as in [`structure::static_structure`](crate::structure::static_structure()), some 0.1 ns for each particle and vector of a shell or
/// sphere, and 1 ns for each vector, lag and pair of species. Nothing is allocated after construction.
///
/// **Pieces of one run** join without losing a pair: [`starting_at`](Self::starting_at), [`followed_by`](Self::followed_by). Independent runs
/// merge as sums: [`CoherentSums::merge`].
///
/// ```
/// use msed::online::CoherentAccumulator;
/// use msed::structure::WaveVectors;
/// use msed::trajectory::{Cell, Species};
/// use msed::{Lags, Sampling};
/// // Two particles that move together by a twentieth of the cell in each frame: the density turns, and keeps its size.
/// let q = WaveVectors::from_integers(&Cell::cubic(2.0)?, &[[1, 0, 0]])?;
/// let lags = Lags::explicit([5, 10]).with_zero();
/// let mut live = CoherentAccumulator::new(Sampling::new(1, 0.005)?, &Species::single("A", 2)?, &q, &lags, 100)?;
/// for i in 0..21 {
///     let x = 0.1 * f64::from(i);
///     live.push(&[x, 0.0, 0.0, x, 0.7, 0.0])?;
/// }
/// let isf = live.snapshot()?.coherent_isf();
/// let total = isf.total();
/// assert!((total.values()[0] - 2.0).abs() < 1e-13 && total.values()[1].abs() < 1e-13);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "State")
)]
pub struct CoherentAccumulator {
    system: CoherentSystem,
    /// Species of each particle.
    of_particle: Vec<u32>,
    /// Densities: a cosine and a sine by species and vector.
    pub(super) stream: PairStream,
    #[cfg_attr(feature = "serde", serde(skip))]
    work: Work,
}

/// What every push fills anew.
#[derive(Debug, Clone)]
struct Work {
    modes: DensityModes,
    scratch: Scratch,
    /// Coordinates of one species along the lattice vectors, in units of them.
    positions: Vec<[f64; 3]>,
}

impl Work {
    fn new(system: &CoherentSystem) -> Self {
        let modes = DensityModes::new(&system.integers);
        let largest = system.species.iter().map(|(_, count)| *count).max().unwrap_or(0);
        Self {
            scratch: modes.scratch(),
            positions: Vec::with_capacity(largest),
            modes,
        }
    }

    /// Fills `densities` with those of a frame, species by species.
    fn densities<T: Real>(
        &mut self,
        system: &CoherentSystem,
        of_particle: &[u32],
        positions: &[T],
        densities: &mut [f64],
    ) {
        let length = 2 * system.integers.len();
        for (s, densities) in densities.chunks_exact_mut(length).enumerate() {
            let particles = positions.as_chunks::<3>().0.iter().zip(of_particle);
            let members = particles.filter(|(_, of)| **of as usize == s);
            self.positions.clear();
            self.positions
                .extend(members.map(|(r, _)| system.cell.fractional(r.map(Real::to_f64))));
            let found = self.modes.densities(&self.positions, &mut self.scratch);
            for (density, found) in densities.as_chunks_mut::<2>().0.iter_mut().zip(found) {
                *density = found;
            }
        }
    }
}

impl CoherentAccumulator {
    /// An accumulator for frames of these particles, at these lags of a run that is planned to have `frames` frames.
    ///
    /// # Errors
    /// [`StructureError::NotCommensurate`] for vectors that are not those of a cell, [`OnlineError::Lag`] for lags that a run of `frames`
    /// frames does not have, [`OnlineError::Memory`] for those that reach over more than there is memory for.
    pub fn new(
        sampling: Sampling,
        species: &Species,
        vectors: &WaveVectors,
        lags: &Lags,
        frames: usize,
    ) -> Result<Self, OnlineError> {
        let lags = lags.resolve(frames, sampling.interval())?;
        Self::over(sampling, species, vectors, vec![LevelLags::single(&lags)], lags)
    }

    /// An accumulator for lags over many decades: 0, 1, 2, ... `points`, and from there `points/2` in each doubling, up to `longest` or the
    /// next lag above. Level l keeps the densities of every 2^l-th frame, as in [`FrameAccumulator::multi_tau`](super::FrameAccumulator::multi_tau).
    ///
    /// # Errors
    /// [`StructureError::NotCommensurate`] for vectors that are not those of a cell, [`OnlineError::Points`] for an odd number of points or
    /// none.
    pub fn multi_tau(
        sampling: Sampling,
        species: &Species,
        vectors: &WaveVectors,
        points: usize,
        longest: u64,
    ) -> Result<Self, OnlineError> {
        let (levels, lags) = LevelLags::doubling(0, points, longest)?;
        Self::over(sampling, species, vectors, levels, lags)
    }

    fn over(
        sampling: Sampling,
        species: &Species,
        vectors: &WaveVectors,
        levels: Vec<LevelLags>,
        lags: Vec<u64>,
    ) -> Result<Self, OnlineError> {
        let cell = *vectors.cell().ok_or(StructureError::NotCommensurate)?;
        let count = |name: &String| species.count(name).map(|count| (name.clone(), count));
        let system = CoherentSystem {
            sampling,
            species: species.names().iter().map(count).collect::<Result<_, _>>()?,
            lags,
            cell,
            integers: vectors.integers().to_vec(),
        };
        let sums = FrameBlocks::new(system.lags.len(), system.columns(), BLOCKS)?;
        let stream = PairStream::new(levels, system.modes(), sums)?;
        Ok(Self::of(system, species.of_particles().to_vec(), stream))
    }

    fn of(system: CoherentSystem, of_particle: Vec<u32>, stream: PairStream) -> Self {
        Self {
            work: Work::new(&system),
            system,
            of_particle,
            stream,
        }
    }

    /// At most `most` blocks, an even number.
    ///
    /// # Errors
    /// [`OnlineError::Blocks`] for fewer than two, more than 65536, or an odd number, [`OnlineError::Running`] after the first frame.
    pub fn with_blocks(mut self, most: usize) -> Result<Self, OnlineError> {
        let sums = FrameBlocks::new(self.system.lags.len(), self.system.columns(), check_most(most)?)?;
        self.stream = self.stream.with_sums(sums)?;
        Ok(self)
    }

    /// For a piece of a run: the frames begin with frame `frame` of the run, counted from 0. See [`followed_by`](Self::followed_by). A piece
    /// that begins later than the run keeps the densities of its first frames too, as many as the longest lag reaches over.
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first frame, [`OnlineError::Start`] for a frame beyond 2^62.
    pub fn starting_at(mut self, frame: u64) -> Result<Self, OnlineError> {
        self.stream = self.stream.starting_at(frame)?;
        Ok(self)
    }

    /// Takes in the next frame: coordinates, particle by particle, x y z.
    ///
    /// # Errors
    /// [`OnlineError::Coordinates`] for another number of them, [`OnlineError::Position`] for a NaN, an infinity or one above 1e60 in
    /// size; nothing of the frame is taken in.
    pub fn push<T: Real>(&mut self, positions: &[T]) -> Result<(), OnlineError> {
        self.check_positions(positions)?;
        let (system, work) = (&self.system, &mut self.work);
        work.densities(system, &self.of_particle, positions, self.stream.room());
        self.stream.push(|then, now, sums| {
            add_products(system, then, now, sums);
        });
        Ok(())
    }

    /// Whether these can be the next frame.
    pub(super) fn check_positions<T: Real>(&self, positions: &[T]) -> Result<(), OnlineError> {
        check_frame(positions, self.of_particle.len(), self.stream.next_place())
    }

    /// Whether a frame's cell, if it has one, is that of the wave vectors, to what single precision keeps of it.
    pub(super) fn check_cell(&self, found: Option<&Cell>) -> Result<(), OnlineError> {
        let Some(found) = found else { return Ok(()) };
        let expected = self.system.cell.vectors();
        let size = expected
            .as_flattened()
            .iter()
            .fold(0.0, |size: f64, x| size.max(x.abs()));
        let found = found.vectors();
        let pairs = expected.as_flattened().iter().zip(found.as_flattened());
        if pairs.into_iter().all(|(a, b)| (a - b).abs() <= 1e-6 * size) {
            return Ok(());
        }
        Err(OnlineError::Cell {
            frame: self.stream.next_place(),
            found: format!("{found:?}"),
            expected: format!("{expected:?}"),
        })
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
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second frame.
    pub fn snapshot(&self) -> Result<CoherentSums, OnlineError> {
        Ok(CoherentSums::new(self.system.clone(), self.stream.finished()?))
    }

    /// This piece of a run and the one that follows it, as one accumulator, which goes on where `later` is, as
    /// [`FrameAccumulator::followed_by`](super::FrameAccumulator::followed_by).
    ///
    /// # Errors
    /// [`OnlineError::NotConsecutive`] where `later` does not begin with the frame after the last one here, [`OnlineError::Mismatch`] where
    /// sampling, particles, lags, cell or wave vectors differ.
    pub fn followed_by(mut self, later: &Self) -> Result<Self, OnlineError> {
        self.system.same(&later.system)?;
        let system = &self.system;
        self.stream.followed_by(&later.stream, |then, now, sums| {
            add_products(system, then, now, sums);
        })?;
        Ok(self)
    }
}

/// Adds the products of the densities of two frames: of each pair of species and, last, of all particles.
fn add_products(system: &CoherentSystem, then: &[f64], now: &[f64], sums: &mut [f64]) {
    let length = 2 * system.integers.len();
    let dot = |a: usize, b: usize| -> f64 {
        let (a, b) = (&now[a * length..][..length], &then[b * length..][..length]);
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    };
    let (mut total, mut column) = (0.0, 0);
    for a in 0..system.species.len() {
        for b in a..system.species.len() {
            let sum = if a == b {
                dot(a, a)
            } else {
                0.5 * (dot(a, b) + dot(b, a))
            };
            sums[column] += sum;
            total += if a == b { sum } else { 2.0 * sum };
            column += 1;
        }
    }
    sums[column] += total;
}

/// The numbers of an accumulator, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct State {
    system: CoherentSystem,
    of_particle: Vec<u32>,
    stream: PairStream,
}

#[cfg(feature = "serde")]
impl TryFrom<State> for CoherentAccumulator {
    type Error = &'static str;

    fn try_from(state: State) -> Result<Self, Self::Error> {
        let State {
            system,
            of_particle,
            mut stream,
        } = state;
        system.check()?;
        let mut counts = vec![0; system.species.len()];
        for &s in &of_particle {
            *counts.get_mut(s as usize).ok_or("a particle of no species")? += 1;
        }
        if !counts.iter().eq(system.species.iter().map(|(_, count)| count)) {
            return Err("species of other numbers of particles");
        }
        if !stream.restore(&system.lags, system.modes(), system.columns()) {
            return Err("densities or sums of another shape, or not finite");
        }
        Ok(Self::of(system, of_particle, stream))
    }
}
