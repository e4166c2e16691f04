//! Fluctuations of the self part of the intermediate scattering function.

use std::ops::Range;

use pulp::Arch;

use super::WaveVectors;
use super::origins::Origins;
use super::self_isf::{Method, tile_particles};
use crate::curve::Curve;
use crate::kernels::schedule::{Schedule, count};
use crate::kernels::sign_sums::SignsEach;
use crate::kernels::vector_sums::PhasesEach;
use crate::lag::Lags;
use crate::lag_sums::displacements::gather;
use crate::stats::Resampling;
use crate::trajectory::{Particles, Trajectory, TrajectoryRuns};
use crate::{Error, Real, threads};

/// Lags whose values at each origin are held at once.
const LAGS: usize = 8;
/// Pieces whose values may wait.
const WAITING: usize = 4;

/// The self part of the intermediate scattering function and its susceptibility: see [`self_isf_fluctuations`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IsfFluctuations {
    isf: Curve,
    chi4: Curve,
    particles: usize,
}

impl IsfFluctuations {
    /// F_s(q,t).
    #[must_use]
    pub fn isf(&self) -> &Curve {
        &self.isf
    }

    /// Its susceptibility.
    #[must_use]
    pub fn chi4(&self) -> &Curve {
        &self.chi4
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles
    }
}

/// The dynamic susceptibility that belongs to F_s(q,t), and F_s(q,t) itself.
///
/// ```text
/// χ₄(t) = N [<f²> − <f>²],    f(t0, t) = (1/N) Σ_j < cos q·[r_j(t0+t) − r_j(t0)] >_q
/// ```
///
/// with the mean over the list of vectors inside of `f`, and means over time origins outside. For the fluctuation at a single
/// vector give a list of one.
///
/// - **Normalisation.** N is the number of particles chosen; the variance is the population's over origins.
/// - **Caveat.** As for the overlap's ([`displacements`](super::displacements)): at fixed energy and composition it is a lower
///   bound, it differs from the overlap's, and a run of few relaxation times gives too small a variance.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`.
/// - **Cost.** About twice that of [`self_isf`](super::self_isf()) without its transforms; memory of 64 bytes for each frame
///   and thread.
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
/// assert!(found.isf().values()[0].abs() < 1e-14);
/// assert!((found.chi4().values()[0] - 1.0).abs() < 1e-14);
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
) -> Result<IsfFluctuations, Error> {
    let runs = runs.runs();
    let particles = particles.into().of(&runs[0])?;
    let origins = Origins::new(runs, lags, resampling)?;
    let (mut first, mut second) = (origins.sums(), origins.sums());
    let terms = count(particles.len()) * count(vectors.len());
    for (r, run) in runs.iter().enumerate() {
        let schedule = Schedule::new(
            &origins,
            r,
            run.frames(),
            std::slice::from_ref(&(0..run.frames())),
        );
        let blocks = origins.blocks_of(r);
        let method = Method::for_each_origin(vectors);
        let lags: Vec<usize> = (0..schedule.lags()).collect();
        let pieces: Vec<Range<usize>> = lags
            .chunks(LAGS)
            .map(|lags| lags[0]..lags[0] + lags.len())
            .collect();
        let work = |lags: &Range<usize>| each_origin(run, &particles, &method, &schedule, lags.clone());
        threads::in_order(&pieces, WAITING, work, |lags, found| {
            for (k, values) in lags.clone().zip(found) {
                let pairs = schedule.pairs(0, k);
                let mut at = 0;
                for (block, frames) in &blocks {
                    // First frames increase, and blocks are contiguous.
                    let (mut sum, mut squares, mut n) = (0.0, 0.0, 0.0);
                    while at < values.len() && pairs.at(at)[0] < frames.end {
                        let f = values[at] / terms;
                        sum += f;
                        squares += f * f;
                        n += 1.0;
                        at += 1;
                    }
                    first.add(*block, k, sum, n);
                    second.add(*block, k, squares, n);
                }
            }
        });
    }
    let n = count(particles.len());
    Ok(IsfFluctuations {
        isf: origins.curve([&first], |[mean]| mean),
        chi4: origins.curve([&first, &second], |[mean, square]| n * (square - mean * mean)),
        particles: particles.len(),
    })
}

/// Sums over particles and vectors at each pair of some lags.
fn each_origin<T: Real>(
    run: &Trajectory<'_, T>,
    particles: &[usize],
    method: &Method,
    schedule: &Schedule,
    lags: Range<usize>,
) -> Vec<Vec<f64>> {
    let frames = run.frames();
    let arch = Arch::new();
    let mut sums: Vec<Vec<f64>> = lags
        .clone()
        .map(|k| vec![0.0; schedule.pairs(0, k).len()])
        .collect();
    let together = tile_particles(frames);
    let mut columns = vec![0.0; 3 * together * frames];
    for particles in particles.chunks(together) {
        let tile = &mut columns[..3 * particles.len() * frames];
        gather(run, particles, tile);
        let (tile, sums, lags) = (&*tile, &mut sums[..], lags.clone());
        match method {
            Method::Signs(turns, polynomial) => {
                let turns = *turns;
                arch.dispatch(SignsEach {
                    frames,
                    tile,
                    turns,
                    polynomial,
                    schedule,
                    lags,
                    sums,
                });
            }
            Method::Vectors(turns) | Method::Transforms(turns) => {
                arch.dispatch(PhasesEach {
                    frames,
                    tile,
                    turns,
                    schedule,
                    lags,
                    sums,
                });
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use pulp::Simd;

    use super::*;
    use crate::kernels::sign_sums::SignPolynomial;
    use crate::trajectory::Cell;

    const FRAMES: usize = 53;
    const LAGS: [usize; 5] = [0, 1, 3, 20, 52];
    const EDGES: [f64; 3] = [7.0, 8.0, 9.5];

    /// Two particles that wander through several cells.
    fn tile() -> Vec<f64> {
        let at = |i: u32| 20.0 * (0.37 * f64::from(i)).sin() + 15.0 * (0.011 * f64::from(i * i)).cos();
        (0..6 * FRAMES as u32).map(at).collect()
    }

    fn schedules() -> [Schedule; 2] {
        let uniform = Schedule::Uniform {
            frames: FRAMES,
            lags: LAGS.to_vec(),
            blocks: std::iter::once(0..FRAMES).collect(),
        };
        let (mut pairs, mut ends) = (Vec::new(), vec![0]);
        for lag in LAGS {
            pairs.extend((0..FRAMES - lag).map(|i| [i as u32, (i + lag) as u32]));
            ends.push(pairs.len());
        }
        let listed = Schedule::Listed {
            blocks: 1,
            lags: LAGS.len(),
            pairs,
            ends,
        };
        [uniform, listed]
    }

    #[test]
    fn the_value_at_each_pair_is_its_definition_on_every_instruction_set() {
        let cell = Cell::orthorhombic(EDGES).unwrap();
        let vectors = WaveVectors::shell(&cell, 4.0..=4.4).unwrap();
        let polynomial = SignPolynomial::new(&vectors.sign_classes().unwrap());
        let turns: Vec<[f64; 3]> = (vectors.vectors().iter())
            .map(|q| q.map(|q| q / std::f64::consts::TAU))
            .collect();
        let tile = tile();
        let instant = |lag: usize, i: usize| -> f64 {
            let mut sum = 0.0;
            for r in tile.chunks_exact(3 * FRAMES) {
                let d = [0, 1, 2].map(|axis| r[axis * FRAMES + i + lag] - r[axis * FRAMES + i]);
                for q in vectors.vectors() {
                    sum += (q[0] * d[0] + q[1] * d[1] + q[2] * d[2]).cos();
                }
            }
            sum
        };
        // Phases within 1e-12 each.
        let bound = 1e-12 * 2.0 * count(vectors.len());
        let check = |of: &str, sums: &[Vec<f64>]| {
            for (lag, sums) in LAGS.into_iter().zip(sums) {
                for (i, &found) in sums.iter().enumerate() {
                    let wanted = instant(lag, i);
                    assert!(
                        (found - wanted).abs() < bound,
                        "{of}, lag {lag} at {i}: {found} {wanted}"
                    );
                }
            }
        };
        let zeros = || LAGS.map(|lag| vec![0.0; FRAMES - lag]);
        for schedule in schedules() {
            macro_rules! on_every_instruction_set {
                ($kernel:expr) => {{
                    let mut sums = zeros();
                    pulp::Scalar.vectorize($kernel(&mut sums[..]));
                    check("scalar", &sums);
                    let mut sums = zeros();
                    Arch::new().dispatch($kernel(&mut sums[..]));
                    check("dispatched", &sums);
                    #[cfg(target_arch = "x86_64")]
                    if let Some(v3) = pulp::x86::V3::try_new() {
                        let mut sums = zeros();
                        Simd::vectorize(v3, $kernel(&mut sums[..]));
                        check("AVX2 and FMA", &sums);
                    }
                }};
            }
            on_every_instruction_set!(|sums| SignsEach {
                frames: FRAMES,
                tile: &tile,
                turns: EDGES.map(f64::recip),
                polynomial: &polynomial,
                schedule: &schedule,
                lags: 0..LAGS.len(),
                sums,
            });
            on_every_instruction_set!(|sums| PhasesEach {
                frames: FRAMES,
                tile: &tile,
                turns: &turns,
                schedule: &schedule,
                lags: 0..LAGS.len(),
                sums,
            });
        }
    }
}
