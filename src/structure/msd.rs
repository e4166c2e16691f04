//! Mean squared displacement at many lags.

use std::num::NonZeroU32;

use super::StructureError;
use super::group_sums::direct_sums;
use super::groups::Groups;
use super::origins::{Axis, Origins};
use super::plane;
use crate::kernels::Tile;
use crate::lag::Lags;
use crate::lag_sums::{ColumnDifferences, ColumnProducts, Method};
use crate::real::Real;
use crate::relaxation::SquaredDisplacement;
use crate::sampling::Lag;
use crate::stats::{BlockSums, BySpecies, Resampling};
use crate::threads;
use crate::trajectory::{Dimensions, Trajectory, TrajectoryRuns};

/// Relative error that a lag summed by transforms may have.
const ACCURACY: f64 = 1e-9;
/// Relative error bound of direct sums.
const DIRECT_ACCURACY: f64 = 1e-13;
/// Particles of a piece of the work.
const CHUNK: usize = 64;
/// Particles whose columns are held at once, so that they stay in the second-level cache...
const TOGETHER: usize = 8;
/// ...unless the columns are longer than this many numbers in all.
const NUMBERS: usize = 1 << 20;
/// Spectra of pieces that wait to be added may take this part of the memory of the trajectory.
const WAITING_PART: usize = 8;

/// Mean squared displacement of one species, or of all particles: see [`msd`](msd()).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Msd {
    /// Mean squared displacement, in squared units of length.
    pub total: SquaredDisplacement,
    /// Mean squared displacement along x, y and z: they add up to the total.
    pub components: [SquaredDisplacement; 3],
    /// How each lag was summed: pair by pair, or by transforms of the blocks, whose power spectra
    /// are added up over the particles, together with all other lags.
    pub methods: Vec<Method>,
    /// Bound on the relative error of rounding at each lag, of every species and component.
    #[cfg_attr(feature = "serde", serde(with = "crate::stats::number::list"))]
    pub error_bounds: Vec<f64>,
}

impl Msd {
    fn new(
        [x, y, z]: [&BlockSums; 3],
        axis: &Axis,
        dimensions: Dimensions,
        methods: &[Method],
        error_bounds: &[f64],
    ) -> Self {
        let directions = NonZeroU32::MIN.saturating_add(dimensions.count() - 1);
        Self {
            total: SquaredDisplacement::of(axis.curve([x, y, z], |[x, y, z]| x + y + z), directions),
            components: [x, y, z].map(|sums| SquaredDisplacement::of(axis.mean(sums), NonZeroU32::MIN)),
            methods: methods.to_vec(),
            error_bounds: error_bounds.to_vec(),
        }
    }

    /// From sums over pairs of frames.
    pub(super) fn direct(squares: [&BlockSums; 3], axis: &Axis, dimensions: Dimensions) -> Self {
        let lags = axis.lags.len();
        Self::new(
            squares,
            axis,
            dimensions,
            &vec![Method::Direct; lags],
            &vec![DIRECT_ACCURACY; lags],
        )
    }
}

/// Mean squared displacement of each species and of all particles, in total and along each axis.
///
/// ```text
/// MSD(t) = <|r(t₀+t) − r(t₀)|²>     over the particles of a species and all time origins t₀
/// ```
///
/// - **Normalisation and units.** Per particle of the species, in squared units of length. The
///   components add up to the total, which is `2 d D t` for a diffusing particle in `d`
///   [dimensions](Dimensions).
/// - **Method.** Many lags of uniform frames are summed by transforms: power spectra added up over
///   particles and components, one inverse for all of them, and a running sum of squares. That is
///   exactly the average over all pairs of frames. Columns are centred first. Few lags, frames that
///   are not uniform, and lags at which the transform's rounding could exceed 1e-9 of the value are
///   summed pair by pair. Which it was is in [`methods`](Msd::methods), with a bound on the
///   rounding error in [`error_bounds`](Msd::error_bounds).
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`; each pair belongs to the
///   block of its first frame, by either method. A lag longer than a block has none.
/// - **Cost.** By transforms about 30 ns a particle and frame for all lags together (45 ns with ten
///   blocks), and memory for a few columns beyond the trajectory; directly 2 ns a particle and pair
///   of frames. The bits are the same for any number of threads.
///
/// # Errors
/// [`StructureError::Dimensions`] for runs of different dimensions; what the lags and the blocks
/// refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure, trajectory::{Species, Trajectory}};
/// // Ballistic motion of one particle: the mean squared displacement is (v t)².
/// let positions: Vec<f64> = (0..100).flat_map(|i| [0.5 * f64::from(i), 3.0, -7.0]).collect();
/// let steps: Vec<u64> = (0..100).map(|i| 20 * i).collect();
/// let run = Trajectory::new(positions, steps, 0.005, Species::single("A", 1)?)?;
/// let msd = structure::msd(&run, &Lags::all(), Resampling::default())?;
/// let curve = &msd.all().total;
/// assert!((curve.values()[10] - 25.0).abs() < 1e-9);
/// assert_eq!((curve.lag_time(10), curve.origins()[10]), (1.0, 90));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn msd<T: Real>(
    runs: &impl TrajectoryRuns<T>,
    lags: &Lags,
    resampling: Resampling,
) -> Result<BySpecies<Msd>, StructureError> {
    let origins = Origins::new(runs, lags, resampling)?;
    let runs = runs.runs();
    let dimensions = plane::dimensions(runs)?;
    let groups = Groups::new(runs[0].species());
    let lags = origins.axis.lags.len();
    let mut methods = vec![Method::Direct; lags];
    let mut error_bounds = vec![DIRECT_ACCURACY; lags];
    let mut squares: Vec<[BlockSums; 3]>;
    if origins.is_uniform() && transforms_are_faster(&origins) {
        let (bounds, by_transforms);
        (squares, bounds, by_transforms) = spectral_sums(runs, &groups, &origins);
        for (k, bound) in bounds.into_iter().enumerate() {
            if bound <= ACCURACY {
                (methods[k], error_bounds[k]) = (by_transforms, bound);
            }
        }
        for inexact in (0..lags).filter(|&k| methods[k] == Method::Direct) {
            let exact = direct_sums(runs, &groups, &origins, inexact..inexact + 1, 0.0);
            for (squares, exact) in squares.iter_mut().zip(&exact) {
                for (sums, exact) in squares.iter_mut().zip(exact.squares()) {
                    sums.copy_point(inexact, exact);
                }
            }
        }
    } else {
        let found = direct_sums(runs, &groups, &origins, 0..lags, 0.0);
        squares = found
            .iter()
            .map(|sums| sums.squares().map(BlockSums::clone))
            .collect();
    }
    let of = |squares: &[BlockSums; 3]| {
        Msd::new(
            squares.each_ref(),
            &origins.axis,
            dimensions,
            &methods,
            &error_bounds,
        )
    };
    Ok(groups.by_species(squares.iter().map(of).collect()))
}

/// Whether all lags by transforms cost less than the wanted ones directly. Costs per particle in
/// ns, as measured: a pair of frames; a frame in a transform, by the binary logarithm of its length
/// and by the number of blocks.
fn transforms_are_faster(origins: &Origins) -> bool {
    const PAIR: f64 = 1.7;
    const TRANSFORM: f64 = 2.0;
    const BLOCK: f64 = 2.0;
    let blocks = BLOCK * (origins.partition.len() / origins.tables.len()) as f64;
    let transform = |frames: f64| frames * (TRANSFORM * (2.0 * frames).log2() + blocks);
    let lengths = origins.partition.iter().map(|(_, block)| block.len() as f64);
    let transforms: f64 = lengths.map(transform).sum();
    transforms < PAIR * origins.pairs() as f64
}

/// Mean squared displacement along x, y and z by block and lag, of each species and, last, of all
/// particles, by transforms of uniform frames. And a bound on the relative error of all these
/// means, by lag, and what the transforms are.
fn spectral_sums<T: Real>(
    runs: &[Trajectory<'_, T>],
    groups: &Groups,
    origins: &Origins,
) -> (Vec<[BlockSums; 3]>, Vec<f64>, Method) {
    let (axis, sizes) = (&origins.axis, groups.sizes());
    let empty = || std::array::from_fn(|_| axis.sums());
    let mut squares: Vec<[BlockSums; 3]> = sizes.iter().map(|_| empty()).collect();
    // Absolute errors of the sums over all blocks, by group and component.
    let mut errors = vec![[0.0; 3]; sizes.len()];
    let mut method = Method::Direct;
    for (r, run) in runs.iter().enumerate() {
        let (plan, schedule) = (ColumnProducts::new(origins.ranges(r)), origins.schedule(r));
        method = plan.method();
        for (g, particles) in groups.particles().enumerate() {
            let columns = transform(run, particles, &plan);
            for (component, columns) in columns.iter().enumerate() {
                let (found, error) = columns.sums_at(&plan, schedule.uniform_lags());
                for group in [g, sizes.len() - 1] {
                    errors[group][component] += error;
                    // All particles take one species after the other: their pairs count once.
                    let weight = if group == g || g == 0 { 1.0 } else { 0.0 };
                    let sums = &mut squares[group][component];
                    origins.add(r, &schedule, &found, sizes[group], weight, sums);
                }
            }
        }
    }
    let bound = |k: usize| -> f64 {
        if axis.lags[k] == Lag::ZERO {
            return 0.0;
        }
        let each = squares.as_flattened().iter().zip(errors.as_flattened());
        let bounds = each.enumerate().map(|(place, (sums, error))| {
            let bound = error / (sums.mean(k) * sums.weight(k) * sizes[place / 3]);
            // Where nothing moves there is no relative error to bound.
            if bound >= 0.0 { bound } else { f64::INFINITY }
        });
        bounds.fold(0.0, f64::max)
    };
    let bounds = (0..axis.lags.len()).map(bound).collect();
    (squares, bounds, method)
}

/// What some particles add up to along x, y and z.
fn transform<T: Real>(
    run: &Trajectory<'_, T>,
    particles: &[usize],
    plan: &ColumnProducts,
) -> [ColumnDifferences; 3] {
    let chunks: Vec<&[usize]> = particles.chunks(CHUNK).collect();
    let allowed = size_of_val(run.positions()) / WAITING_PART;
    // A power of two, for that many threads or fewer to end together.
    let waiting = (allowed / (3 * plan.spectra_bytes())).clamp(2, 64);
    let waiting = 1 << waiting.ilog2();
    let work = |chunk: &&[usize]| transform_chunk(run, chunk, plan);
    let mut sums: Option<[ColumnDifferences; 3]> = None;
    threads::in_order(&chunks, waiting, work, |_, found| match &mut sums {
        None => sums = Some(found),
        Some(sums) => {
            for (sums, found) in sums.iter_mut().zip(&found) {
                sums.add(found);
            }
        }
    });
    sums.unwrap_or_else(|| std::array::from_fn(|_| ColumnDifferences::new(plan, run.frames())))
}

fn transform_chunk<T: Real>(
    run: &Trajectory<'_, T>,
    particles: &[usize],
    plan: &ColumnProducts,
) -> [ColumnDifferences; 3] {
    let frames = run.frames();
    // An even number: two columns make one transform, and an odd one out is paired with a column of
    // zeros.
    let together = Tile::within(NUMBERS, frames).clamp(2, TOGETHER) / 2 * 2;
    let mut tile = Tile::zeros(frames, together);
    let mut scratch: [_; 3] = std::array::from_fn(|_| plan.scratch());
    let mut sums: [_; 3] = std::array::from_fn(|_| ColumnDifferences::new(plan, frames));
    for particles in particles.chunks(together) {
        tile.fill(run, particles);
        for pair in tile.pairs_mut().take(particles.len().div_ceil(2)) {
            for ((columns, sums), scratch) in pair.into_iter().zip(&mut sums).zip(&mut scratch) {
                sums.push(plan, columns, scratch);
            }
        }
    }
    for (sums, scratch) in sums.iter_mut().zip(&mut scratch) {
        sums.flush(plan, scratch);
    }
    sums
}
