//! The self part of the intermediate scattering function.

use std::ops::Range;

use pulp::Arch;

use super::origins::Origins;
use super::wave_vectors::{WaveVectors, turns};
use crate::curve::Curve;
use crate::kernels::schedule::{PRODUCTS, Schedule, costs, count, read_lags};
use crate::kernels::sign_sums::{SignPolynomial, SignSums};
use crate::kernels::vector_sums::{PhaseSums, Phases};
use crate::lag::Lags;
use crate::lag_sums::columns::{ColumnProducts, Spectra};
use crate::lag_sums::displacements::gather;
use crate::stats::{BlockSums, Resampling};
use crate::trajectory::{Particles, Trajectory, TrajectoryRuns};
use crate::{Error, Real, threads};

/// Particles whose coordinates are gathered at once...
const PARTICLES: usize = 16;
/// ...unless they are more than this many numbers.
const NUMBERS: usize = 1 << 20;
/// Results that may wait, in numbers.
const WAITING: usize = 1 << 21;

/// How the sums over a list of vectors are carried out.
pub(super) enum Method {
    /// By the polynomial in the cosines of the components: every combination of signs is in the list.
    Signs([f64; 3], SignPolynomial),
    /// Vector by vector, each lag.
    Vectors(Vec<[f64; 3]>),
    /// Vector by vector, all lags by transforms.
    Transforms(Vec<[f64; 3]>),
}

impl Method {
    /// The cheapest way.
    fn new(vectors: &WaveVectors, schedule: &Schedule) -> Self {
        let [direct, transforms] = costs(vectors.len(), schedule);
        match Self::signs(vectors) {
            Some((cost, signs)) if cost * count(schedule.all_pairs()) < direct.min(transforms) => signs,
            _ if direct <= transforms => Self::Vectors(turns(vectors)),
            _ => Self::Transforms(turns(vectors)),
        }
    }

    /// Where the value at each pair of frames is wanted.
    pub(super) fn for_each_origin(vectors: &WaveVectors) -> Self {
        match Self::signs(vectors) {
            Some((cost, signs)) if cost < 2.0 * PRODUCTS * count(vectors.len()) => signs,
            _ => Self::Vectors(turns(vectors)),
        }
    }

    /// The polynomial, if there is one, and its cost at each pair.
    fn signs(vectors: &WaveVectors) -> Option<(f64, Self)> {
        let polynomial = SignPolynomial::new(&vectors.sign_classes()?);
        let turns = vectors.cell()?.lengths().map(f64::recip);
        Some((count(polynomial.cost()), Self::Signs(turns, polynomial)))
    }
}

/// Particles whose columns are held at once.
pub(super) fn tile_particles(frames: usize) -> usize {
    (NUMBERS / (3 * frames)).clamp(1, PARTICLES)
}

/// Self part of the intermediate scattering function, averaged over a list of wave vectors.
///
/// ```text
/// F_s(q,t) = < (1/N) Σ_j cos q·[r_j(t0+t) − r_j(t0)] >
/// ```
///
/// over the N particles chosen, the vectors, and all time origins `t0`.
///
/// - **Normalisation.** F_s(q,0) = 1. Every vector counts the same, `q` and `-q` once.
/// - **Coordinates** are unwrapped, so that any vector is legal; the average over a commensurate shell is what the coherent
///   functions of the same periodic system can be compared with. The vectors stay as they are where the cell changes.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`; each pair of frames belongs to the block of its first
///   one. A lag longer than a block has none.
/// - **Accuracy.** Phases and sums are f64, whatever the coordinates are stored in, and whole turns are taken off exactly:
///   within 1e-12 for particles that have travelled less than 100 cells.
/// - **Cost.** The cheapest of three ways is taken, with n pairs of frames in all: two multiply-adds for each pair and vector;
///   where the list holds every combination of signs in an orthorhombic cell (shells do), a polynomial in the cosines of the
///   three components, about 100 multiply-adds for each pair and all 219 vectors of a cubic shell; where the lags are very
///   many, transforms. Memory beyond the trajectory: tiles of 16 particles, 64 bytes a particle and frame for each thread.
///   The bits do not depend on the number of threads.
///
/// # Errors
/// A species that is not there; what the lags and the blocks refuse.
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
/// Reference: J.-P. Hansen and I. R. McDonald, Theory of Simple Liquids, 4th edition (2013), section 7.4.
pub fn self_isf<'p, T: Real>(
    runs: &impl TrajectoryRuns<T>,
    particles: impl Into<Particles<'p>>,
    vectors: &WaveVectors,
    lags: &Lags,
    resampling: Resampling,
) -> Result<Curve, Error> {
    let mut curves = self_isf_each(runs, particles, std::slice::from_ref(vectors), lags, resampling)?;
    Ok(curves.pop().expect("one curve for one list"))
}

/// [`self_isf`] at several lists of vectors, such as shells, in one pass over the coordinates: a curve for each list.
///
/// # Errors
/// As [`self_isf`].
pub fn self_isf_each<'p, T: Real>(
    runs: &impl TrajectoryRuns<T>,
    particles: impl Into<Particles<'p>>,
    lists: &[WaveVectors],
    lags: &Lags,
    resampling: Resampling,
) -> Result<Vec<Curve>, Error> {
    let runs = runs.runs();
    let particles = particles.into().of(&runs[0])?;
    let origins = Origins::new(runs, lags, resampling)?;
    let mut sums: Vec<BlockSums> = lists.iter().map(|_| origins.sums()).collect();
    for (r, run) in runs.iter().enumerate() {
        let blocks = origins.blocks_of(r);
        let ranges: Vec<Range<usize>> = blocks.iter().map(|(_, frames)| frames.clone()).collect();
        let schedule = Schedule::new(&origins, r, run.frames(), &ranges);
        let methods: Vec<Method> = lists
            .iter()
            .map(|vectors| Method::new(vectors, &schedule))
            .collect();
        let found = run_sums(run, &particles, &methods, &schedule, &ranges);
        for ((sums, found), vectors) in sums.iter_mut().zip(found).zip(lists) {
            let terms = count(particles.len()) * count(vectors.len());
            for (b, (block, _)) in blocks.iter().enumerate() {
                for k in 0..schedule.lags() {
                    let pairs = count(schedule.pairs(b, k).len());
                    sums.add(*block, k, found[b * schedule.lags() + k] / terms, pairs);
                }
            }
        }
    }
    Ok(sums
        .iter()
        .map(|sums| origins.curve([sums], |[mean]| mean))
        .collect())
}

/// Sums over particles and vectors by block and lag of one run, for each method.
fn run_sums<T: Real>(
    run: &Trajectory<'_, T>,
    particles: &[usize],
    methods: &[Method],
    schedule: &Schedule,
    blocks: &[Range<usize>],
) -> Vec<Vec<f64>> {
    let (frames, points) = (run.frames(), schedule.blocks() * schedule.lags());
    let arch = Arch::new();
    let pieces: Vec<&[usize]> = particles.chunks(tile_particles(frames)).collect();
    let plan = ColumnProducts::new(blocks.to_vec());
    let transforms = methods
        .iter()
        .any(|method| matches!(method, Method::Transforms(_)));
    let work = |particles: &&[usize]| -> (Vec<Vec<f64>>, Vec<Option<Spectra>>) {
        let mut columns = vec![0.0; 3 * particles.len() * frames];
        gather(run, particles, &mut columns);
        methods
            .iter()
            .map(|method| {
                let mut sums = vec![0.0; points];
                let spectra = match method {
                    Method::Signs(turns, polynomial) => {
                        let (tile, turns, sums) = (&columns, *turns, &mut sums);
                        arch.dispatch(SignSums {
                            frames,
                            tile,
                            turns,
                            polynomial,
                            schedule,
                            sums,
                        });
                        None
                    }
                    Method::Vectors(turns) => {
                        let (tile, sums) = (&columns, &mut sums);
                        arch.dispatch(PhaseSums {
                            frames,
                            tile,
                            turns,
                            schedule,
                            sums,
                        });
                        None
                    }
                    Method::Transforms(turns) => Some(transform(arch, &plan, &columns, frames, turns)),
                };
                (sums, spectra)
            })
            .unzip()
    };
    let mut totals = vec![vec![0.0; points]; methods.len()];
    let mut spectra: Vec<Option<Spectra>> = methods.iter().map(|_| None).collect();
    let waiting = if transforms {
        8
    } else {
        (WAITING / (points * methods.len()).max(1)).clamp(2, 64)
    };
    threads::in_order(&pieces, waiting, work, |_, (sums, found)| {
        for (total, sums) in totals.iter_mut().zip(sums) {
            for (total, x) in total.iter_mut().zip(sums) {
                *total += x;
            }
        }
        for (total, found) in spectra.iter_mut().zip(found) {
            match (total, found) {
                (Some(total), Some(found)) => total.add(&found),
                (total, found) => *total = found,
            }
        }
    });
    for (total, spectra) in totals.iter_mut().zip(&spectra) {
        if let Some(spectra) = spectra {
            read_lags(&plan, spectra, schedule, total);
        }
    }
    totals
}

fn transform(
    arch: Arch,
    plan: &ColumnProducts,
    columns: &[f64],
    frames: usize,
    turns: &[[f64; 3]],
) -> Spectra {
    let (mut spectra, mut scratch) = (plan.spectra(), plan.scratch());
    let (mut cosine, mut sine) = (vec![0.0; frames], vec![0.0; frames]);
    for r in columns.chunks_exact(3 * frames) {
        let r = [&r[..frames], &r[frames..2 * frames], &r[2 * frames..]];
        for &turns in turns {
            arch.dispatch(Phases {
                r,
                turns,
                cosine: &mut cosine,
                sine: &mut sine,
            });
            plan.push(&cosine, &sine, &mut spectra, &mut scratch);
        }
    }
    plan.flush(&mut spectra, &mut scratch);
    spectra
}
