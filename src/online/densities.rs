//! The coherent intermediate scattering function of a run that is going on.

use super::accumulator::{Accumulator, Pairs};
use super::error::OnlineError;
use super::frames::{FramePairs, PositionOf};
use super::places::LevelLags;
use crate::kernels::{DensityModes, Scratch};
use crate::lag::Lags;
use crate::real::list;
use crate::sampling::{Lag, Sampling};
use crate::stats::pairs_of;
use crate::structure::{CoherentSystem, Groups, StructureError, WaveVectors, check_vectors};
use crate::trajectory::{Cell, Dimensions, SINGLE_ROUNDING, Species};

/// Particles that are spread over this part of the cell do not lie in one plane.
const CLEAR: f64 = 0.01;

/// F(q,t) of a run that is going on, partial and total, averaged over a list of wave vectors that
/// fit the periodic cell.
///
/// It gives what [`structure::coherent_isf`](crate::structure::coherent_isf()) gives over a whole
/// trajectory. Coordinates may be wrapped or not; the cell must not change. Where all particles of
/// a frame lie in one plane across a lattice vector, as in two dimensions, the wave vectors must
/// lie in it too.
///
/// **Memory.** 16 bytes for each species, wave vector and frame of the longest lag, 8 bytes for
/// each block, lag and pair of species, and one frame. **Cost** of a frame: the densities as in
/// [`structure::static_structure`](crate::structure::static_structure()), some 0.1 ns for each
/// particle and vector of a shell or sphere, and 1 ns for each vector, lag and pair of species.
///
/// Blocks, pieces of one run and allocation are as for every [`Accumulator`].
///
/// ```
/// use msed::online::CoherentAccumulator;
/// use msed::structure::WaveVectors;
/// use msed::trajectory::{Cell, Species};
/// use msed::{Lags, Sampling};
/// // Two particles that move together by a twentieth of the cell in each frame: the density turns,
/// // and keeps its size.
/// let q = WaveVectors::from_integers(&Cell::cubic(2.0)?, &[[1, 0, 0]])?;
/// let lags = Lags::samples([5, 10]).with_zero();
/// let mut live = CoherentAccumulator::new(Sampling::new(1, 0.005)?, &Species::single("A", 2)?, &q, &lags)?;
/// for i in 0..21 {
///     let x = 0.1 * f64::from(i);
///     live.push(&[x, 0.0, 0.0, x, 0.7, 0.0])?;
/// }
/// let isf = live.snapshot()?.coherent_isf();
/// let total = isf.total();
/// assert!((total.values()[0] - 2.0).abs() < 1e-13 && total.values()[1].abs() < 1e-13);
/// # Ok::<(), msed::Error>(())
/// ```
pub type CoherentAccumulator = Accumulator<CoherentSystem>;

/// What every frame fills anew.
#[derive(Debug, Clone)]
pub struct Work {
    modes: DensityModes,
    scratch: Scratch,
    /// Coordinates along the lattice vectors, in units of them, species by species.
    positions: Vec<[f64; 3]>,
}

/// A row has the densities: a cosine and a sine by species and vector.
impl Pairs for CoherentSystem {
    type Work = Work;

    fn work(&self) -> Work {
        let modes = DensityModes::new(&self.integers);
        Work {
            scratch: modes.scratch(),
            modes,
            positions: vec![[0.0; 3]; self.particles().iter().sum()],
        }
    }

    fn width(&self) -> usize {
        2 * self.species.len() * self.integers.len()
    }

    fn particles(&self) -> Vec<usize> {
        self.species.iter().map(|group| group.particles).collect()
    }

    /// Adds the products of the densities of two frames: of each pair of species and, last, of all
    /// particles.
    fn add(&self, _: &mut Work, then: &[f64], now: &[f64], sums: &mut [f64]) {
        let length = 2 * self.integers.len();
        let dot = |a: usize, b: usize| -> f64 {
            let (a, b) = (&now[a * length..][..length], &then[b * length..][..length]);
            a.iter().zip(b).map(|(a, b)| a * b).sum()
        };
        let mut total = 0.0;
        let (all, of_pairs) = sums.split_last_mut().expect("all particles come last");
        for ([a, b], column) in pairs_of(self.species.len()).zip(of_pairs) {
            let sum = if a == b {
                dot(a, a)
            } else {
                0.5 * (dot(a, b) + dot(b, a))
            };
            *column += sum;
            total += if a == b { sum } else { 2.0 * sum };
        }
        *all += total;
    }
}

impl FramePairs for CoherentSystem {
    const UNWRAPPED: Option<PositionOf> = None;

    #[inline]
    fn place(&self, work: &mut Work, _: &mut [f64], place: usize, position: [f64; 3]) {
        work.positions[place] = self.cell.fractional(position);
    }

    fn complete(&self, work: &mut Work, densities: &mut [f64]) -> Result<(), OnlineError> {
        check_vectors(plane(&work.positions), &self.integers)?;
        let mut start = 0;
        let of_species = densities.chunks_exact_mut(2 * self.integers.len());
        for (group, densities) in self.species.iter().zip(of_species) {
            let positions = &work.positions[start..start + group.particles];
            let found = work.modes.densities(positions, &mut work.scratch);
            for (density, found) in densities.as_chunks_mut::<2>().0.iter_mut().zip(found) {
                *density = found;
            }
            start += group.particles;
        }
        Ok(())
    }

    /// To what single precision keeps of the cell.
    fn check_cell(&self, frame: u64, found: Option<&Cell>) -> Result<(), OnlineError> {
        match found.filter(|found| !self.cell.is_same_as(found)) {
            None => Ok(()),
            Some(found) => Err(OnlineError::Cell {
                frame,
                found: shown(found),
                expected: shown(&self.cell),
            }),
        }
    }
}

/// The lattice vectors of a cell.
fn shown(cell: &Cell) -> String {
    format!("[{}]", cell.vectors().map(|vector| list(&vector)).join(", "))
}

/// Two dimensions where all particles lie in one plane.
fn plane(positions: &[[f64; 3]]) -> Dimensions {
    let (mut low, mut high) = (positions[0], positions[0]);
    for position in positions {
        for ((low, high), &x) in low.iter_mut().zip(&mut high).zip(position) {
            (*low, *high) = (low.min(x), high.max(x));
        }
        // A frame in space is clear after a few particles. Coordinates are in units of the cell.
        if low.iter().zip(&high).all(|(low, high)| high - low > CLEAR) {
            return Dimensions::Three;
        }
    }
    Dimensions::of_motion(
        std::array::from_fn(|axis| high[axis] - low[axis]),
        SINGLE_ROUNDING,
    )
}

impl CoherentAccumulator {
    /// An accumulator for frames of these particles, at these lags, counted in frames.
    ///
    /// # Errors
    /// [`OnlineError::Structure`] for vectors that belong to no cell, [`OnlineError::Lag`] for lags
    /// that mean nothing, [`OnlineError::Memory`] for lags that reach over more than there is
    /// memory for.
    pub fn new(
        sampling: Sampling,
        species: &Species,
        vectors: &WaveVectors,
        lags: &Lags,
    ) -> Result<Self, OnlineError> {
        let lags = lags.in_planned_samples(&sampling)?;
        Self::over(sampling, species, vectors, vec![LevelLags::single(&lags)], lags)
    }

    /// An accumulator for lags over many decades: 0, 1, 2, ... `points`, and from there `points/2`
    /// in each doubling, up to `longest` frames or the next lag above. Level l keeps the densities
    /// of every 2^l-th frame, as in
    /// [`DisplacementAccumulator::multi_tau`](super::DisplacementAccumulator::multi_tau).
    ///
    /// # Errors
    /// [`OnlineError::Structure`] for vectors that belong to no cell, [`OnlineError::NotEven`] for
    /// an odd number of points or none.
    pub fn multi_tau(
        sampling: Sampling,
        species: &Species,
        vectors: &WaveVectors,
        points: usize,
        longest: Lag,
    ) -> Result<Self, OnlineError> {
        let (levels, lags) = LevelLags::doubling(0, points, longest.steps().div_ceil(sampling.stride()))?;
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
        let system = CoherentSystem {
            sampling,
            species: Groups::new(species).species(),
            lags,
            cell,
            integers: vectors.integers().to_vec(),
        };
        Self::of(system, species.of_particles(), levels)
    }
}
