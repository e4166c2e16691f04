//! The covariance of a correlation with a quantity at its time origin, such as the energy.

use pulp::Arch;

use super::displacements::check_radius;
use super::groups::Groups;
use super::origins::{Origins, Piece};
use super::self_isf::{check_lists, each_origin};
use super::{StructureError, WaveVectors, plane};
use crate::curve::Curve;
use crate::kernels::{CLOSE, PairSums, SumPairs};
use crate::lag::Lags;
use crate::real::Real;
use crate::stats::{BlockSums, BySpecies, Invalid, Resampling};
use crate::threads;
use crate::trajectory::{Particles, Trajectory, TrajectoryRuns};

/// Pieces whose sums may wait.
const WAITING: usize = 256;

/// The covariance of the overlap with a number of each time origin, such as its energy, of each
/// species and of all particles.
///
/// ```text
/// C(t) = <Q(t0,t) x(t0)> − <Q(t)> <x>        Q(t0,t): the fraction of particles that have moved less than the radius
/// ```
///
/// `numbers` has a list for each run, with a number for each of its frames. With the total energy
/// per particle, `e_pot + (g/2) k T_inst` at the frames, C is what
/// [`temperature_response`](crate::thermo::temperature_response()) turns into dQ/dT.
///
/// - **Normalisation.** Q is between 0 and 1, as [`displacements`](super::displacements()) has it.
///   Both means are over the origins that have a partner at the lag; the covariance is the
///   population's. It lacks what the run's own means take from it: about the correlation time over
///   the length of the run.
/// - **Units.** Those of the number.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`; each pair of frames belongs
///   to the block of its first one. A lag longer than a block has none.
/// - **Cost.** As [`displacements`](super::displacements()).
///
/// # Errors
/// [`StructureError::Numbers`] unless there is a number for each frame, [`StructureError::Invalid`]
/// for one that is not finite or a radius that is not positive and finite; otherwise as
/// [`displacements`](super::displacements()).
///
/// ```
/// use msed::{Lags, Resampling, structure, trajectory::{Species, Trajectory}};
/// // The particle moves by 1 from the frames of energy 2, and rests from those of energy 0.
/// let positions: Vec<f64> = [0., 1., 1., 2., 2.].iter().flat_map(|&x| [x, 0., 0.]).collect();
/// let run = Trajectory::new(positions, vec![0, 1, 2, 3, 4], 1.0, Species::single("A", 1)?)?;
/// let energies = [2.0, 0.0, 2.0, 0.0, 2.0];
/// let found = structure::overlap_covariance(&run, &[&energies], &Lags::samples([1]), 0.5, Resampling::None)?;
/// // Q is 0, 1, 0, 1.
/// assert_eq!(found.of("A")?.values(), [-0.5]);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn overlap_covariance<T: Real>(
    runs: &impl TrajectoryRuns<T>,
    numbers: &[&[f64]],
    lags: &Lags,
    overlap_radius: f64,
    resampling: Resampling,
) -> Result<BySpecies<Curve>, StructureError> {
    let radius = check_radius(overlap_radius)?;
    let origins = Origins::new(runs, lags, resampling)?;
    let runs = runs.runs();
    plane::dimensions(runs)?;
    let numbers = centred(runs, numbers)?;
    let groups = Groups::new(runs[0].species());
    let arranged: Vec<_> = runs.iter().map(|run| groups.arrange(run)).collect();
    let (axis, sizes) = (&origins.axis, groups.sizes());
    let mut sums: Vec<Sums> = sizes.iter().map(|_| Sums::new(&origins)).collect();
    let work = |piece: &Piece| -> Vec<(f64, f64, Vec<[f64; 2]>)> {
        let at_lag = |lag| {
            let (mut x, mut pairs, mut of_groups) = (0.0, 0.0, vec![[0.0; 2]; sizes.len()]);
            for pair in origins.tables[piece.run].pairs_from(lag, piece.firsts.clone()) {
                let PairSums { columns, .. } = Arch::new().dispatch(SumPairs {
                    positions: &arranged[piece.run][..],
                    particles: runs[piece.run].particles(),
                    groups: &groups.ranges,
                    radius_squared: radius * radius,
                    pairs: std::iter::once(pair),
                });
                let number = numbers[piece.run][pair.0];
                (x, pairs) = (x + number, pairs + 1.0);
                for ((sum, columns), size) in of_groups.iter_mut().zip(&columns).zip(&sizes) {
                    let overlap = columns[CLOSE] / size;
                    *sum = [sum[0] + overlap, sum[1] + overlap * number];
                }
            }
            (x, pairs, of_groups)
        };
        piece.lags.clone().map(at_lag).collect()
    };
    let pieces = origins.pieces(0..axis.lags.len());
    threads::in_order(&pieces, WAITING, work, |piece, found| {
        for (lag, (x, pairs, of_groups)) in piece.lags.clone().zip(found) {
            for (sums, &[q, product]) in sums.iter_mut().zip(&of_groups) {
                sums.add(piece.block, lag, [q, x, product], pairs);
            }
        }
    });
    Ok(groups.by_species(sums.iter().map(|sums| sums.covariance(&origins)).collect()))
}

/// The covariance of the self part of the intermediate scattering function with a number of each
/// time origin, such as its energy: [`overlap_covariance`] with F_s(q,t), averaged over a list of
/// wave vectors, in place of the overlap.
///
/// Cost: as [`self_isf_fluctuations`](super::self_isf_fluctuations).
///
/// # Errors
/// [`StructureError::Numbers`] unless there is a number for each frame, [`StructureError::Invalid`]
/// for one that is not finite; otherwise as [`self_isf`](super::self_isf()).
///
/// ```
/// use msed::{Lags, Resampling, structure, structure::WaveVectors, trajectory::{Species, Trajectory}};
/// // The particle moves by half a wavelength from the frames of energy 2, and rests from others.
/// let positions: Vec<f64> = [0., 1., 1., 2., 2.].iter().flat_map(|&x| [x, 0., 0.]).collect();
/// let run = Trajectory::new(positions, vec![0, 1, 2, 3, 4], 1.0, Species::single("A", 1)?)?;
/// let q = WaveVectors::from_vectors(&[[std::f64::consts::PI, 0.0, 0.0]])?;
/// let energies = [2.0, 0.0, 2.0, 0.0, 2.0];
/// let found = structure::self_isf_covariance(&run, "A", &q, &[&energies], &Lags::samples([1]), Resampling::None)?;
/// // F_s is -1, 1, -1, 1.
/// assert!((found.values()[0] + 1.0).abs() < 1e-12);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn self_isf_covariance<'p, T: Real>(
    runs: &impl TrajectoryRuns<T>,
    particles: impl Into<Particles<'p>>,
    vectors: &WaveVectors,
    numbers: &[&[f64]],
    lags: &Lags,
    resampling: Resampling,
) -> Result<Curve, StructureError> {
    let particles = particles.into().of(runs.runs()[0].species())?;
    let origins = Origins::new(runs, lags, resampling)?;
    let runs = runs.runs();
    check_lists(runs, std::slice::from_ref(vectors))?;
    let numbers = centred(runs, numbers)?;
    let mut sums = Sums::new(&origins);
    each_origin(runs, &particles, vectors, &origins, |run, block, lag, values| {
        let (mut found, mut pairs) = ([0.0; 3], 0.0);
        for (first, f) in values {
            let x = numbers[run][first];
            for (sum, term) in found.iter_mut().zip([f, x, f * x]) {
                *sum += term;
            }
            pairs += 1.0;
        }
        sums.add(block, lag, found, pairs);
    });
    Ok(sums.covariance(&origins))
}

/// Sums over pairs of frames of an observable, of a number of the first frame, and of their
/// product.
struct Sums([BlockSums; 3]);

impl Sums {
    fn new(origins: &Origins) -> Self {
        Self(std::array::from_fn(|_| origins.axis.sums()))
    }

    fn add(&mut self, block: usize, lag: usize, found: [f64; 3], pairs: f64) {
        for (sums, x) in self.0.iter_mut().zip(found) {
            sums.add(block, lag, x, pairs);
        }
    }

    fn covariance(&self, origins: &Origins) -> Curve {
        origins
            .axis
            .curve(self.0.each_ref(), |[q, x, product]| product - q * x)
    }
}

/// The numbers of each frame of each run, about the mean of all.
fn centred<T: Real>(runs: &[Trajectory<'_, T>], numbers: &[&[f64]]) -> Result<Vec<Vec<f64>>, StructureError> {
    if numbers.len() != runs.len() {
        return Err(StructureError::Numbers {
            run: None,
            found: numbers.len(),
            expected: runs.len(),
        });
    }
    for (run, (numbers, frames)) in numbers
        .iter()
        .zip(runs.iter().map(Trajectory::frames))
        .enumerate()
    {
        if numbers.len() != frames {
            return Err(StructureError::Numbers {
                run: Some(run),
                found: numbers.len(),
                expected: frames,
            });
        }
        if let Some(frame) = numbers.iter().position(|x| !x.is_finite()) {
            let what = format!("the number of frame {frame} of run {run} is");
            return Err(Invalid::new(what, numbers[frame], "a finite number").into());
        }
    }
    let total: usize = numbers.iter().map(|numbers| numbers.len()).sum();
    let mean = numbers.iter().flat_map(|numbers| *numbers).sum::<f64>() / total as f64;
    Ok(numbers
        .iter()
        .map(|numbers| numbers.iter().map(|x| x - mean).collect())
        .collect())
}
