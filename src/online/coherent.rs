//! The coherent intermediate scattering function, while a run goes on.

use pulp::Arch;

use super::coherent_sums::{CoherentSums, Scattering};
use super::error::OnlineError;
use super::frame_blocks::{FrameBlocks, check_frame, kept};
use super::runs::BLOCKS;
use crate::error::Error;
use crate::lag::{Lags, Sampling};
use crate::real::Real;
use crate::structure::{DensityModes, SumModes, Tables, WaveVectorError, WaveVectors};
use crate::trajectory::Species;

/// F(q,t) of a run that is going on, partial and total, averaged over a list of wave vectors that fit the periodic cell.
///
/// The results are those of [`structure::coherent_isf`](crate::structure::coherent_isf()). Coordinates may be wrapped or not; the cell stays.
///
/// **Blocks** as for [`FrameAccumulator`](super::FrameAccumulator). **Memory.** Fixed at construction, and independent of the number of particles: 16 bytes
/// for each species, wave vector and frame of the longest lag, and 8 bytes for each block, lag and pair of species. **Cost** of a frame: the
/// densities as in [`structure::static_structure`](crate::structure::static_structure()), some 0.1 ns for each particle and vector of a shell or
/// sphere, and 1 ns for each vector, lag and pair of species. Nothing is allocated after construction.
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
/// let total = live.snapshot()?.total();
/// assert!((total.values()[0] - 2.0).abs() < 1e-13 && total.values()[1].abs() < 1e-13);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "State")
)]
pub struct CoherentAccumulator {
    system: Scattering,
    /// Species of each particle.
    of_particle: Vec<u32>,
    blocks: FrameBlocks,
    /// Densities of the last frames, frame k in place k modulo their number: a cosine and a sine by species and vector.
    ring: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(skip))]
    work: Work,
}

/// What every push fills anew.
#[derive(Debug)]
struct Work {
    modes: DensityModes,
    tables: Tables,
    sums: Vec<f64>,
    /// Coordinates of one species along the lattice vectors, in units of them.
    positions: Vec<[f64; 3]>,
    products: Vec<f64>,
}

impl Work {
    fn new(system: &Scattering) -> Self {
        let modes = DensityModes::new(&system.integers);
        let largest = system.species.iter().map(|(_, count)| *count).max().unwrap_or(0);
        Self {
            tables: modes.tables(),
            sums: vec![0.0; modes.sums()],
            positions: Vec::with_capacity(largest),
            products: vec![0.0; system.width()],
            modes,
        }
    }
}

impl CoherentAccumulator {
    /// An accumulator for frames of these particles, at these lags of a run that is planned to have `frames` frames.
    ///
    /// # Errors
    /// [`WaveVectorError::NotCommensurate`] for vectors that are not those of a cell, [`OnlineError::Lag`] for lags that a run of `frames`
    /// frames does not have.
    pub fn new(
        sampling: Sampling,
        species: &Species,
        vectors: &WaveVectors,
        lags: &Lags,
        frames: usize,
    ) -> Result<Self, Error> {
        let cell = *vectors.cell().ok_or(WaveVectorError::NotCommensurate)?;
        let lags = lags.resolve(frames, sampling.interval())?;
        let count = |name: &String| species.count(name).map(|count| (name.clone(), count));
        let system = Scattering {
            sampling,
            species: species.names().iter().map(count).collect::<Result<_, _>>()?,
            lags,
            cell,
            integers: vectors.integers().to_vec(),
        };
        let blocks = FrameBlocks::new(system.lags.len(), system.width(), BLOCKS);
        let ring = vec![0.0; kept(&system.lags) * system.modes()];
        Ok(Self::of(system, species.of_particles().to_vec(), blocks, ring))
    }

    fn of(system: Scattering, of_particle: Vec<u32>, blocks: FrameBlocks, ring: Vec<f64>) -> Self {
        Self {
            work: Work::new(&system),
            system,
            of_particle,
            blocks,
            ring,
        }
    }

    /// Takes in the next frame: coordinates, particle by particle, x y z.
    ///
    /// # Errors
    /// [`OnlineError::Coordinates`] for another number of them, [`OnlineError::Position`] for a NaN or an infinity; nothing of the frame is
    /// taken in.
    pub fn push<T: Real>(&mut self, positions: &[T]) -> Result<(), OnlineError> {
        let frame = self.frames();
        check_frame(positions, self.of_particle.len(), frame)?;
        self.densities(positions, frame);
        self.blocks.open();
        for k in 0..self.system.lags.len() {
            let Some(first) = frame.checked_sub(self.system.lags[k]) else {
                break;
            };
            self.multiply(first, frame);
            self.blocks.add(first, k, &self.work.products);
        }
        Ok(())
    }

    /// Where the densities of a frame begin.
    #[allow(clippy::cast_possible_truncation, reason = "a place in memory")]
    fn place(&self, frame: u64) -> usize {
        (frame % kept(&self.system.lags) as u64) as usize * self.system.modes()
    }

    /// The densities of a frame, species by species.
    fn densities<T: Real>(&mut self, positions: &[T], frame: u64) {
        let place = self.place(frame);
        let length = 2 * self.system.integers.len();
        let Work {
            modes,
            tables,
            sums,
            positions: of_species,
            ..
        } = &mut self.work;
        for s in 0..self.system.species.len() {
            let particles = positions.as_chunks::<3>().0.iter().zip(&self.of_particle);
            let members = particles.filter(|(_, of)| **of as usize == s);
            of_species.clear();
            of_species.extend(members.map(|(r, _)| self.system.cell.fractional(r.map(Real::to_f64))));
            sums.fill(0.0);
            Arch::new().dispatch(SumModes {
                modes,
                positions: of_species,
                sums,
                tables,
            });
            let densities = self.ring[place + s * length..][..length].as_chunks_mut::<2>().0;
            for (density, found) in densities.iter_mut().zip(modes.components(sums)) {
                *density = found;
            }
        }
    }

    /// The products of the densities of two frames: of each pair of species and, last, of all particles.
    fn multiply(&mut self, first: u64, last: u64) {
        let (modes, length) = (self.system.modes(), 2 * self.system.integers.len());
        let (then, now) = (self.place(first), self.place(last));
        let (then, now) = (&self.ring[then..][..modes], &self.ring[now..][..modes]);
        let dot = |a: usize, b: usize| -> f64 {
            let (a, b) = (&now[a * length..][..length], &then[b * length..][..length]);
            a.iter().zip(b).map(|(a, b)| a * b).sum()
        };
        let (mut total, mut column) = (0.0, 0);
        for a in 0..self.system.species.len() {
            for b in a..self.system.species.len() {
                let sum = if a == b {
                    dot(a, a)
                } else {
                    0.5 * (dot(a, b) + dot(b, a))
                };
                self.work.products[column] = sum;
                total += if a == b { sum } else { 2.0 * sum };
                column += 1;
            }
        }
        self.work.products[column] = total;
    }

    /// Number of frames taken in.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.blocks.frames()
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
        if self.frames() < 2 {
            return Err(OnlineError::TooFewSamples { found: self.frames() });
        }
        let mut blocks = self.blocks.clone();
        blocks.finish();
        Ok(CoherentSums::new(self.system.clone(), blocks))
    }
}

/// The numbers of an accumulator, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct State {
    system: Scattering,
    of_particle: Vec<u32>,
    blocks: FrameBlocks,
    ring: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<State> for CoherentAccumulator {
    type Error = &'static str;

    fn try_from(state: State) -> Result<Self, Self::Error> {
        let State {
            system,
            of_particle,
            mut blocks,
            ring,
        } = state;
        system.check(std::slice::from_ref(&blocks))?;
        let mut counts = vec![0; system.species.len()];
        for &s in &of_particle {
            *counts.get_mut(s as usize).ok_or("a particle of no species")? += 1;
        }
        if !counts.iter().eq(system.species.iter().map(|(_, count)| count)) {
            return Err("species of other numbers of particles");
        }
        if kept(&system.lags).checked_mul(system.modes()) != Some(ring.len())
            || ring.iter().any(|x| !x.is_finite())
        {
            return Err("densities of another length, or not finite");
        }
        blocks.reserve();
        Ok(Self::of(system, of_particle, blocks, ring))
    }
}
