//! Fluctuations of the self part of the intermediate scattering function.

use std::ops::Range;

use super::origins::Origins;
use super::self_sums::{each_pair, vectors_for_each_pair};
use super::{StructureError, WaveVectors};
use crate::curve::Curve;
use crate::lag::Lags;
use crate::real::Real;
use crate::stats::Resampling;
use crate::threads;
use crate::trajectory::{Particles, TrajectoryRuns};

/// Lags whose values at each origin are held at once.
const LAGS: usize = 8;
/// Pieces whose values may wait.
const WAITING: usize = 4;

/// The self part of the intermediate scattering function and its susceptibility: see
/// [`self_isf_fluctuations`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
    let runs = runs.runs();
    let particles = particles.into().of(runs[0].species())?;
    let origins = Origins::new(runs, lags, resampling)?;
    let axis = origins.axis();
    let (mut first, mut second) = (axis.sums(), axis.sums());
    let n = particles.len() as f64;
    let terms = n * vectors.count() as f64;
    let ways = vectors_for_each_pair(vectors);
    for (r, run) in runs.iter().enumerate() {
        let schedule = origins.undivided(r);
        let lags = 0..schedule.lags();
        let pieces: Vec<Range<usize>> = (lags.clone().step_by(LAGS))
            .map(|lag| lag..lags.end.min(lag + LAGS))
            .collect();
        let work = |lags: &Range<usize>| each_pair(run, &particles, &ways, &schedule, lags.clone());
        threads::in_order(&pieces, WAITING, work, |lags, found| {
            for (k, values) in lags.clone().zip(found) {
                let pairs = schedule.pairs(0, k);
                let mut at = 0;
                for (block, frames) in origins.blocks_of(r) {
                    // First frames increase, and blocks are contiguous.
                    let (mut sum, mut squares, mut n) = (0.0, 0.0, 0.0);
                    while at < values.len() && pairs.at(at)[0] < frames.end {
                        let f = values[at] / terms;
                        sum += f;
                        squares += f * f;
                        n += 1.0;
                        at += 1;
                    }
                    first.add(block, k, sum, n);
                    second.add(block, k, squares, n);
                }
            }
        });
    }
    Ok(IsfFluctuations {
        isf: axis.mean(&first),
        chi4: axis.curve([&first, &second], |[mean, square]| n * (square - mean * mean)),
        particles: particles.len(),
    })
}
