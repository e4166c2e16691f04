//! The self part of the intermediate scattering function, and its fluctuations.

use std::ops::Range;

use super::origins::Origins;
use super::plane::{self, check_vectors};
use super::self_sums::{Terms, curves, each_pair, vectors_for_each_pair};
use super::{StructureError, WaveVectors};
use crate::curve::Curve;
use crate::kernels::{Precision, Schedule};
use crate::lag::Lags;
use crate::real::Real;
use crate::stats::{Invalid, Resampling};
use crate::threads;
use crate::trajectory::{Particles, Trajectory, TrajectoryRuns};

/// Lags whose values at each origin are held at once.
const LAGS: usize = 8;
/// Pieces whose values may wait.
const WAITING: usize = 4;

/// Self part of the intermediate scattering function, averaged over a list of wave vectors.
///
/// ```text
/// F_s(q,t) = < (1/N) Σ_j cos q·[r_j(t0+t) − r_j(t0)] >
/// ```
///
/// over the N particles chosen, the vectors, and all time origins `t0`.
///
/// - **Normalisation.** F_s(q,0) = 1. Every vector counts the same, `q` and `-q` once.
/// - **Coordinates** are unwrapped, so that any vector is legal; the average over a commensurate
///   shell is what the coherent functions of the same periodic system can be compared with. The
///   vectors stay as they are where the cell changes.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`; each pair of frames belongs
///   to the block of its first one. A lag longer than a block has none.
/// - **Accuracy.** Phases are computed and sums are kept in f64, and whole turns are taken off
///   exactly. From coordinates in f64, products are f64 too: within 1e-12 for particles that have
///   travelled less than 100 cells. From coordinates in f32, products are f32, which takes about
///   half the time: within 3e-6 at worst, or 6e-6 + 3e-7 (h² + k² + l²) for vectors (h, k, l) that
///   hold every combination of signs. Averages come far closer: 1e-9 and 1e-7 for 250 particles
///   over 8000 frames. F_s(q,0) is 1 exactly where pairs are summed.
///   [`widened`](Trajectory::widened) coordinates have f64 products.
/// - **Cost.** The cheapest of three ways is taken, with n pairs of frames in all: two
///   multiply-adds for each pair and vector; where the list holds every combination of signs in an
///   orthorhombic cell (shells do), a polynomial in the cosines of the three components, about 100
///   multiply-adds for each pair and all 219 vectors of a cubic shell; where the lags are very
///   many, transforms. Memory beyond the trajectory: tiles of 16 particles, 64 bytes a particle and
///   frame for each thread. The bits do not depend on the number of threads.
///
/// # Errors
/// A species that is not there; [`StructureError::OutOfPlane`] for vectors that leave the plane of
/// [two-dimensional](crate::trajectory::Dimensions) runs; what the lags and the blocks refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure, structure::WaveVectors, trajectory::{Cell, Species, Trajectory}};
/// // One particle that moves by a hundredth of the cell along x in each frame.
/// let cell = Cell::cubic(10.0)?;
/// let positions: Vec<f64> = (0..51).flat_map(|i| [0.1 * f64::from(i), 0.0, 0.0]).collect();
/// let steps: Vec<u64> = (0..51).collect();
/// let run = Trajectory::new(positions, steps, 0.005, Species::single("A", 1)?)?.with_cell(cell)?;
/// let q = WaveVectors::from_integers(&cell, &[[1, 0, 0]])?;
/// let isf = structure::self_isf(&run, "A", &q, &Lags::samples([25, 50]).with_zero(), Resampling::None)?;
/// assert!((isf.values()[0] - 1.0).abs() < 1e-14);
/// assert!(isf.values()[1].abs() < 1e-14);
/// assert!((isf.values()[2] + 1.0).abs() < 1e-14);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// Reference: J.-P. Hansen and I. R. McDonald, Theory of Simple Liquids, 4th edition (2013),
/// section 7.4.
pub fn self_isf<'p, T: Real>(
    runs: &impl TrajectoryRuns<T>,
    particles: impl Into<Particles<'p>>,
    vectors: &WaveVectors,
    lags: &Lags,
    resampling: Resampling,
) -> Result<Curve, StructureError> {
    let mut curves = self_isf_each(runs, particles, std::slice::from_ref(vectors), lags, resampling)?;
    Ok(curves.pop().expect("one curve for one list"))
}

/// [`self_isf`] at several lists of vectors, such as shells, in one pass over the coordinates: a
/// curve for each list.
///
/// # Errors
/// As [`self_isf`].
pub fn self_isf_each<'p, T: Real>(
    runs: &impl TrajectoryRuns<T>,
    particles: impl Into<Particles<'p>>,
    lists: &[WaveVectors],
    lags: &Lags,
    resampling: Resampling,
) -> Result<Vec<Curve>, StructureError> {
    let particles = particles.into().of(runs.runs()[0].species())?;
    let origins = Origins::new(runs, lags, resampling)?;
    let runs = runs.runs();
    check_lists(runs, lists)?;
    let vectors: Vec<usize> = lists.iter().map(WaveVectors::count).collect();
    Ok(curves(runs, &particles, &origins, &vectors, |schedule| {
        let cheapest = |vectors| Terms::cheapest(vectors, schedule, Precision::of::<T>());
        lists.iter().map(cheapest).collect()
    }))
}

/// The lists lie in the plane of two-dimensional runs.
pub(super) fn check_lists<T: Real>(
    runs: &[Trajectory<'_, T>],
    lists: &[WaveVectors],
) -> Result<(), StructureError> {
    let dimensions = plane::dimensions(runs)?;
    lists
        .iter()
        .try_for_each(|list| check_vectors(dimensions, list.vectors()))
}

/// Self part of the intermediate scattering function, averaged over all directions of the wave
/// vector.
///
/// ```text
/// F_s(q,t) = < (1/N) Σ_j sin(q r)/(q r) >     in three dimensions,    r = |r_j(t0+t) − r_j(t0)|
/// F_s(q,t) = < (1/N) Σ_j J0(q r) >            in two
/// ```
///
/// at each wave number: a curve for each; J0 is the Bessel function of the first kind. Unwrapped
/// displacements allow any q; this is the average over infinitely many vectors of that length,
/// where [`self_isf`] takes the commensurate ones. The two differ by the anisotropy of the periodic
/// cell, and by the width of the shell.
///
/// - **Normalisation.** F_s(q,0) = 1.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`.
/// - **Accuracy.** f64 throughout: within 1e-13.
/// - **Cost.** One square root for each pair of frames and particle, and one sine for each of the
///   lengths. J0 costs about ten times as much as a sine.
///
/// # Errors
/// [`StructureError::Invalid`] for a length that is not positive and finite; a species that is
/// not there; [`StructureError::Dimensions`] for runs of different dimensions; what the lags and
/// the blocks refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure};
/// use msed::trajectory::{Particles, Species, Trajectory};
/// let positions = vec![0.0, 0.0, 0.0, 0.2, 0.4, 0.4];
/// let run = Trajectory::new(positions, vec![0, 10], 0.005, Species::single("A", 1)?)?;
/// let isf = structure::isotropic_self_isf(&run, Particles::All, &[1.0 / 0.6], &Lags::all(), Resampling::None)?;
/// assert!((isf[0].values()[1] - 1.0_f64.sin()).abs() < 1e-15);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn isotropic_self_isf<'p, T: Real>(
    runs: &impl TrajectoryRuns<T>,
    particles: impl Into<Particles<'p>>,
    wave_numbers: &[f64],
    lags: &Lags,
    resampling: Resampling,
) -> Result<Vec<Curve>, StructureError> {
    for (index, &q) in wave_numbers.iter().enumerate() {
        Invalid::unless_positive(&format!("wave number {index} is"), q)?;
    }
    let particles = particles.into().of(runs.runs()[0].species())?;
    let origins = Origins::new(runs, lags, resampling)?;
    let runs = runs.runs();
    let one = vec![1; wave_numbers.len()];
    let dimensions = plane::dimensions(runs)?;
    let terms = |_: &Schedule| vec![Terms::Isotropic(dimensions, wave_numbers)];
    Ok(curves(runs, &particles, &origins, &one, terms))
}

/// The self part of the intermediate scattering function and its susceptibility: see
/// [`self_isf_fluctuations`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct IsfFluctuations {
    /// F_s(q,t).
    pub isf: Curve,
    /// Its susceptibility.
    pub chi4: Curve,
    /// Number of particles.
    pub particles: usize,
}

/// The dynamic susceptibility that belongs to F_s(q,t), and F_s(q,t) itself.
///
/// ```text
/// χ₄(t) = N [<f²> − <f>²],    f(t0, t) = (1/N) Σ_j < cos q·[r_j(t0+t) − r_j(t0)] >_q
/// ```
///
/// with the mean over the list of vectors inside of `f`, and means over time origins outside. For
/// the fluctuation at a single vector give a list of one.
///
/// - **Normalisation.** N is the number of particles chosen; the variance is the population's over
///   origins.
/// - **Caveat.** As for the overlap's ([`displacements`](super::displacements)): at fixed energy
///   and composition it is a lower bound, it differs from the overlap's, and a run of few
///   relaxation times gives too small a variance.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`.
/// - **Accuracy.** f64 throughout, as a variance needs it: that of [`self_isf`](super::self_isf())
///   from coordinates in f64.
/// - **Cost.** About twice that of [`self_isf`](super::self_isf()) without its transforms; memory
///   of 64 bytes for each frame and thread.
///
/// # Errors
/// As [`self_isf`](super::self_isf()).
///
/// ```
/// use msed::{Lags, Resampling, structure, structure::WaveVectors, trajectory::{Species, Trajectory}};
/// // One particle that jumps by half a wavelength every other step: f alternates between 1 and -1.
/// let x = [0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 1.5];
/// let positions: Vec<f64> = x.iter().flat_map(|&x| [x, 0.0, 0.0]).collect();
/// let run = Trajectory::new(positions, vec![0, 1, 2, 3, 4, 5, 6], 1.0, Species::single("A", 1)?)?;
/// let q = WaveVectors::from_vectors(&[[std::f64::consts::TAU, 0.0, 0.0]])?;
/// let found = structure::self_isf_fluctuations(&run, "A", &q, &Lags::samples([1]), Resampling::None)?;
/// assert!(found.isf.values()[0].abs() < 1e-14);
/// assert!((found.chi4.values()[0] - 1.0).abs() < 1e-14);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// Reference: L. Berthier et al., J. Chem. Phys. 126, 184503 (2007).
pub fn self_isf_fluctuations<'p, T: Real>(
    runs: &impl TrajectoryRuns<T>,
    particles: impl Into<Particles<'p>>,
    vectors: &WaveVectors,
    lags: &Lags,
    resampling: Resampling,
) -> Result<IsfFluctuations, StructureError> {
    let particles = particles.into().of(runs.runs()[0].species())?;
    let origins = Origins::new(runs, lags, resampling)?;
    let runs = runs.runs();
    check_lists(runs, std::slice::from_ref(vectors))?;
    let axis = &origins.axis;
    let (mut first, mut second) = (axis.sums(), axis.sums());
    let n = particles.len() as f64;
    each_origin(runs, &particles, vectors, &origins, |_, block, lag, values| {
        let (mut sum, mut squares, mut pairs) = (0.0, 0.0, 0.0);
        for (_, f) in values {
            sum += f;
            squares += f * f;
            pairs += 1.0;
        }
        first.add(block, lag, sum, pairs);
        second.add(block, lag, squares, pairs);
    });
    Ok(IsfFluctuations {
        isf: axis.mean(&first),
        chi4: axis
            .curve([&first, &second], |[mean, square]| n * (square - mean * mean))
            .about_own_mean(),
        particles: particles.len(),
    })
}

/// Calls `add(run, block, lag, values)` for each block of each run at each lag, with the mean of
/// the cosines over particles and vectors at each pair of frames that begins in the block, beside
/// the first frame of the pair.
pub(super) fn each_origin<T: Real>(
    runs: &[Trajectory<'_, T>],
    particles: &[usize],
    vectors: &WaveVectors,
    origins: &Origins,
    mut add: impl FnMut(usize, usize, usize, &mut dyn Iterator<Item = (usize, f64)>),
) {
    let terms = particles.len() as f64 * vectors.count() as f64;
    let ways = vectors_for_each_pair(vectors);
    for (r, run) in runs.iter().enumerate() {
        let schedule = origins.undivided(r);
        let lags = 0..schedule.lags();
        let pieces: Vec<Range<usize>> = (lags.clone().step_by(LAGS))
            .map(|lag| lag..lags.end.min(lag + LAGS))
            .collect();
        let work = |lags: &Range<usize>| each_pair(run, particles, &ways, &schedule, lags.clone());
        threads::in_order(&pieces, WAITING, work, |lags, found| {
            for (k, values) in lags.clone().zip(found) {
                let pairs = schedule.pairs(0, k);
                let firsts = (0..values.len()).map(|at| pairs.at(at)[0]);
                let mut values = firsts.zip(values.iter().map(|f| f / terms)).peekable();
                for (block, frames) in origins.blocks_of(r) {
                    // First frames increase, and blocks are contiguous.
                    let mut of_block =
                        std::iter::from_fn(|| values.next_if(|(first, _)| *first < frames.end));
                    add(r, block, k, &mut of_block);
                }
            }
        });
    }
}
