//! The coherent intermediate scattering function, while a run goes on.

use pulp::{Arch, Simd, WithSimd};

use super::coherent_sums::{CoherentSums, Scattering};
use super::error::OnlineError;
use super::frame_blocks::{FrameBlocks, check_frame, kept};
use super::runs::BLOCKS;
use crate::error::Error;
use crate::lag::{Lags, Sampling};
use crate::real::Real;
use crate::structure::{WaveVectorError, WaveVectors, sin_cos};
use crate::trajectory::Species;

/// Particles side by side: columns are padded to a multiple with particles at the origin.
const LANES: usize = 8;

/// F(q,t) of a run that is going on, partial and total, averaged over a list of wave vectors that fit the periodic cell.
///
/// The results are those of [`structure::coherent_isf`](crate::structure::coherent_isf()). Coordinates may be wrapped or not; the cell stays.
///
/// **Blocks** as for [`FrameAccumulator`](super::FrameAccumulator). **Memory.** Fixed at construction, and independent of the number of particles: 16 bytes
/// for each species, wave vector and frame of the longest lag, and 8 bytes for each block, lag and pair of species. **Cost** of a frame: some 2 ns
/// for each particle and vector, and 1 ns for each vector, lag and pair of species. Nothing is allocated after construction.
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
    /// Coordinates of one species: x of all, then y, then z.
    #[cfg_attr(feature = "serde", serde(skip))]
    columns: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(skip))]
    products: Vec<f64>,
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
        if vectors.cell().is_none() {
            return Err(WaveVectorError::NotCommensurate.into());
        }
        let lags = lags.resolve(frames, sampling.interval())?;
        let turns = |q: &[f64; 3]| q.map(|q| q / std::f64::consts::TAU);
        let count = |name: &String| species.count(name).map(|count| (name.clone(), count));
        let system = Scattering {
            sampling,
            species: species.names().iter().map(count).collect::<Result<_, _>>()?,
            lags,
            turns: vectors.vectors().iter().map(turns).collect(),
        };
        let blocks = FrameBlocks::new(system.lags.len(), system.width(), BLOCKS);
        let ring = vec![0.0; kept(&system.lags) * system.modes()];
        Ok(Self::of(system, species.of_particles().to_vec(), blocks, ring))
    }

    fn of(system: Scattering, of_particle: Vec<u32>, blocks: FrameBlocks, ring: Vec<f64>) -> Self {
        let largest = system.species.iter().map(|(_, count)| *count).max().unwrap_or(0);
        Self {
            columns: vec![0.0; 3 * largest.next_multiple_of(LANES)],
            products: vec![0.0; system.width()],
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
            self.blocks.add(first, k, &self.products);
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
        let arch = Arch::new();
        let length = 2 * self.system.turns.len();
        for (s, (_, count)) in self.system.species.iter().enumerate() {
            let padded = count.next_multiple_of(LANES);
            let (x, rest) = self.columns.split_at_mut(padded);
            let (y, rest) = rest.split_at_mut(padded);
            let z = &mut rest[..padded];
            let members = positions.chunks_exact(3).zip(&self.of_particle);
            let members = members.filter(|(_, of)| **of as usize == s).map(|(r, _)| r);
            for (i, r) in members.enumerate() {
                (x[i], y[i], z[i]) = (Real::to_f64(r[0]), Real::to_f64(r[1]), Real::to_f64(r[2]));
            }
            for column in [&mut *x, &mut *y, &mut *z] {
                column[*count..].fill(0.0);
            }
            #[allow(clippy::cast_precision_loss, reason = "fewer than the lanes")]
            let padding = (padded - count) as f64;
            arch.dispatch(Densities {
                positions: [x, y, z],
                turns: &self.system.turns,
                padding,
                densities: &mut self.ring[place + s * length..][..length],
            });
        }
    }

    /// The products of the densities of two frames: of each pair of species and, last, of all particles.
    fn multiply(&mut self, first: u64, last: u64) {
        let (modes, length) = (self.system.modes(), 2 * self.system.turns.len());
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
                self.products[column] = sum;
                total += if a == b { sum } else { 2.0 * sum };
                column += 1;
            }
        }
        self.products[column] = total;
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

/// The densities of one species: for each wave vector a cosine and a sine, summed over the particles.
struct Densities<'a> {
    positions: [&'a [f64]; 3],
    turns: &'a [[f64; 3]],
    /// Particles at the origin that are none.
    padding: f64,
    densities: &'a mut [f64],
}

impl WithSimd for Densities<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [x, y, z] = self.positions.map(|column| S::as_simd_f64s(column).0);
        for (q, density) in self.turns.iter().zip(self.densities.as_chunks_mut::<2>().0) {
            // No closure, which would not be compiled for the instruction set of `S`.
            let q = [
                simd.splat_f64s(q[0]),
                simd.splat_f64s(q[1]),
                simd.splat_f64s(q[2]),
            ];
            let (mut cosines, mut sines) = (simd.splat_f64s(0.0), simd.splat_f64s(0.0));
            for ((&x, &y), &z) in x.iter().zip(y).zip(z) {
                let turn = simd.mul_f64s(q[0], x);
                let turn = simd.mul_add_e_f64s(q[1], y, turn);
                let turn = simd.mul_add_e_f64s(q[2], z, turn);
                let (sine, cosine) = sin_cos(simd, turn);
                cosines = simd.add_f64s(cosines, cosine);
                sines = simd.add_f64s(sines, sine);
            }
            *density = [
                simd.reduce_sum_f64s(cosines) - self.padding,
                simd.reduce_sum_f64s(sines),
            ];
        }
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
