//! Where the other particles are after a time: the distinct part of van Hove's function.

use pulp::Arch;

use super::groups::Groups;
use super::origins::{Axis, Origins};
use super::rdf::{check_reach, over_ideal_gas};
use super::{RadialBins, StructureError, plane};
use crate::kernels::{CountDistinct, NeighbourGrid};
use crate::lag::Lags;
use crate::real::Real;
use crate::sampling::Lag;
use crate::stats::{BlockSums, ByPair, Estimate, Resamples, Resampling};
use crate::threads;
use crate::trajectory::{Cell, Coordinates, Dimensions, Trajectory, TrajectoryRuns};

/// Pairs of frames whose counts may wait.
const WAITING: usize = 64;

/// The distinct part of van Hove's function at one time, of two species or of all particles: see
/// [`distinct_van_hove`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DistinctVanHove {
    /// The lag.
    pub lag: Lag,
    /// The lag in time units.
    pub lag_time: f64,
    /// Number of time origins.
    pub origins: u64,
    /// The bins of distance.
    pub bins: RadialBins,
    /// `G_d(r, t)`, the density of the other particles at a distance r from where a particle was,
    /// in inverse cubed units of length, or inverse squared ones in two dimensions. In each bin its
    /// mean over the volume of the shell, or the area of the ring.
    pub density: Vec<Estimate>,
    /// `g(r, t)`, that density over the one of particles that know nothing of each other: at lag 0
    /// the radial distribution function, and 1 at long times.
    pub g: Vec<Estimate>,
    /// The dimensions of the runs.
    pub dimensions: Dimensions,
}

impl DistinctVanHove {
    /// From g and the density in each bin.
    fn from_sums(axis: &Axis, lag: Lag, bins: &RadialBins, dimensions: Dimensions, sums: &BlockSums) -> Self {
        let mut resamples = axis.resamples;
        if lag > axis.longest {
            // Longer than the blocks.
            resamples = Resamples::new(resamples.run, Resampling::None, sums.blocks());
        }
        let mean = |point| resamples.evaluate(|weights| sums.weighted_mean(point, weights));
        let count = bins.count();
        Self {
            lag,
            lag_time: lag.time(axis.time_step),
            origins: sums.weight(0).round() as u64,
            g: (0..count).map(mean).collect(),
            density: (count..2 * count).map(mean).collect(),
            bins: bins.clone(),
            dimensions,
        }
    }
}

/// The distinct part of van Hove's function, where the other particles are a time after a particle
/// was at the origin, at each lag in turn, for each two species and for all particles.
///
/// ```text
/// G_d,ab(r, t) = (1/N_a) < Σ_i∈a Σ_j∈b, j≠i δ(r - |r_j(t₀+t) - r_i(t₀)|) > / (4π r²)
///                                                                   2π r in two dimensions
/// ```
///
/// over all time origins, with distances to the nearest image. At lag 0 it is the radial
/// distribution function: [`g`](DistinctVanHove::g) has the values of [`rdf`](super::rdf()), bin by
/// bin and to the last bit. As the shell of neighbours flows apart g(r, t) tends to 1. Where a
/// neighbour jumps into the place that a particle has left, it has a peak at r = 0.
///
/// - **Two species.** Both orders are averaged, a at the origin and b after the time, and the
///   reverse: they are equal in equilibrium. The density is that of b around a.
/// - **Normalisation.** `G_d,ab = (N_b - δ_ab)/V · g_ab(r, t)`: its integral over the cell is the
///   number of other particles, and that of particles that know nothing of each other is
///   (N_b - δ_ab)/V at every r. Beside ρ g(r) it has the factor 1 - 1/N of a closed system.
/// - **Range.** As for [`rdf`](super::rdf()): up to half of the smallest width of the cell.
/// - **Coordinates** wrapped or unwrapped: the result is the same, since only images matter. Where
///   the cell changes, coordinates go with it as fractions of its vectors, and distances and volume
///   are those of the first frame's cell.
/// - **Units.** r in units of length, G_d in inverse cubed ones, or inverse squared ones in two
///   [dimensions](Dimensions); g a number.
/// - **Errors.** Those of `resampling`; each pair of frames belongs to the block of its first one.
///   None for a lag that is longer than a block.
/// - **Cost.** One distance for each ordered pair of particles and pair of frames, in vector code,
///   twice that of [`rdf`](super::rdf()): for some chosen lags, not for all. Bins that end below a
///   third of the cell's width look only at particles nearby. [`Trajectory::thinned`] takes fewer
///   origins. The bits do not depend on the number of threads.
///
/// # Errors
/// Those of [`rdf`](super::rdf()); what the lags refuse.
///
/// ```
/// use msed::structure::{self, RadialBins};
/// use msed::trajectory::{Cell, Dimensions, Species, Trajectory};
/// use msed::{Lags, Resampling};
/// // Three particles on a line. In each frame all of them move on by their distance of 1.
/// let frame = |i: u32| [0., 1., 2.].map(|x| [x + f64::from(i), 0.0, 0.0]);
/// let positions: Vec<f64> = (0..2).flat_map(frame).flatten().collect();
/// let run = Trajectory::new(positions, [0, 10], 0.005, Species::single("A", 3)?)?
///     .with_cell(Cell::cubic(10.0)?)?
///     .with_dimensions(Dimensions::Three)?;
/// let bins = RadialBins::linear(4.05, 9)?;
/// let lags = Lags::samples([0, 1]);
/// let found = structure::distinct_van_hove(&run, &lags, &bins, Resampling::None)?;
/// let others = |k: usize| -> Vec<f64> {
///     let of = &found.total()[k];
///     let edges = of.bins.edges().windows(2);
///     let thirds = edges.map(|r| r[1].powi(3) - r[0].powi(3));
///     let shells = thirds.map(|third| 4.0 * std::f64::consts::PI * third);
///     let pairs = of.density.iter().zip(shells);
///     pairs.map(|(density, shell)| (density.value() * shell).round()).collect()
/// };
/// // At lag 0 four ordered pairs are at a distance of 1, and two at 2.
/// assert_eq!(others(0), [0., 0., 4., 0., 2., 0., 0., 0., 0.]);
/// // A frame later two particles stand where another was, and others are at 1, 2 (twice), 3.
/// assert_eq!(others(1), [2., 0., 1., 0., 2., 0., 1., 0., 0.]);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// Reference: J.-P. Hansen and I. R. McDonald, Theory of Simple Liquids, 4th edition (2013),
/// section 7.4.
pub fn distinct_van_hove<T: Real, C: Coordinates>(
    runs: &impl TrajectoryRuns<T, C>,
    lags: &Lags,
    bins: &RadialBins,
    resampling: Resampling,
) -> Result<ByPair<Vec<DistinctVanHove>>, StructureError> {
    let trajectories = runs.runs();
    let dimensions = plane::dimensions(trajectories)?;
    check_reach(trajectories, bins, dimensions)?;
    let origins = Origins::new(runs, lags, resampling)?;
    let axis = &origins.axis;
    let plan = Plan::new(Groups::new(trajectories[0].species()), bins, dimensions);
    let points = 2 * bins.count();
    let empty = BlockSums::new(origins.partition.len(), points);
    // By pair of species, all particles last, and by lag.
    let mut sums = vec![vec![empty; axis.lags.len()]; plan.pairs.len() + 1];
    // Of each lag all origins in their order, as `rdf` takes its frames.
    let mut tasks: Vec<Task> = Vec::new();
    for (block, (run, frames)) in origins.partition.iter().enumerate() {
        for lag in 0..origins.tables[run].len() {
            let pairs = origins.tables[run].pairs_from(lag, frames.clone());
            tasks.extend(pairs.map(|frames| Task {
                block,
                run,
                lag,
                frames,
            }));
        }
    }
    let work = |task: &Task| plan.frames(&trajectories[task.run], task.frames);
    threads::in_order(&tasks, WAITING, work, |task, found| {
        for (sums, found) in sums.iter_mut().zip(found.chunks_exact(points)) {
            for (point, &x) in found.iter().enumerate() {
                sums[task.lag].add(task.block, point, x, 1.0);
            }
        }
    });
    let at_lag =
        |(&lag, sums): (&Lag, &BlockSums)| DistinctVanHove::from_sums(axis, lag, bins, dimensions, sums);
    let of_pair = |sums: &Vec<BlockSums>| axis.lags.iter().zip(sums).map(at_lag).collect();
    Ok(plan
        .groups
        .by_pair(&plan.pairs, sums.iter().map(of_pair).collect()))
}

/// Two frames at a lag.
struct Task {
    block: usize,
    run: usize,
    lag: usize,
    frames: (usize, usize),
}

/// What is the same for all pairs of frames.
struct Plan<'a> {
    groups: Groups,
    /// Each two species that have a pair of particles.
    pairs: Vec<[usize; 2]>,
    /// The same in both orders, one after the other.
    ordered: Vec<[usize; 2]>,
    bins: &'a RadialBins,
    dimensions: Dimensions,
}

impl<'a> Plan<'a> {
    fn new(groups: Groups, bins: &'a RadialBins, dimensions: Dimensions) -> Self {
        let pairs = groups.pairs_apart();
        let both = |&[a, b]: &[usize; 2]| {
            if a == b {
                vec![[a, a]]
            } else {
                vec![[a, b], [b, a]]
            }
        };
        Self {
            ordered: pairs.iter().flat_map(both).collect(),
            groups,
            pairs,
            bins,
            dimensions,
        }
    }

    /// g and the density in each bin, of each pair of species and of all particles, between two
    /// frames of a run.
    fn frames<T: Real, C: Coordinates>(
        &self,
        run: &Trajectory<'_, T, C>,
        (first, second): (usize, usize),
    ) -> Vec<f64> {
        let bins = self.bins.count();
        let [Some(cell), Some(later)] = [first, second].map(|frame| run.cell(frame)) else {
            return vec![f64::NAN; 2 * bins * (self.pairs.len() + 1)]; // Refused before.
        };
        let position = |frame: usize, p: usize| self.dimensions.project(run.position(frame, p));
        let from = self.grid(cell, |p| position(first, p));
        let to = match later == cell {
            true => self.grid(cell, |p| position(second, p)),
            false => self.grid(cell, |p| cell.cartesian(later.fractional(position(second, p)))),
        };
        let width = bins + 1;
        let mut counts = vec![0; width * self.ordered.len()];
        let edges = self.bins.edges();
        Arch::new().dispatch(CountDistinct {
            from: &from,
            to: &to,
            pairs: &self.ordered,
            edges,
            uniform: edges[0] == 0.0,
            counts: &mut counts,
        });
        self.normalised(cell, &counts)
    }

    fn grid(&self, cell: &Cell, position: impl Fn(usize) -> [f64; 3]) -> NeighbourGrid {
        let end = self.bins.edges()[self.bins.count()];
        NeighbourGrid::new(cell, end, self.groups.particles(), position)
    }

    fn normalised(&self, cell: &Cell, counts: &[u64]) -> Vec<f64> {
        let bins = self.bins.count();
        let volume = cell.volume_in(self.dimensions);
        let shells: Vec<f64> = self.bins.volumes(self.dimensions).collect();
        let per_volume: Vec<f64> = shells.iter().map(|shell| volume / shell).collect();
        let mut found = Vec::with_capacity(2 * bins * (self.pairs.len() + 1));
        let mut add = |[at_origin, others]: [f64; 2], counts: &[f64]| {
            found.extend(over_ideal_gas(counts, at_origin * others, &per_volume));
            let densities = counts.iter().zip(&shells).map(|(n, shell)| n / at_origin / shell);
            found.extend(densities);
        };
        let mut all = vec![0.0; bins];
        let mut counts = counts.chunks_exact(bins + 1);
        for &[a, b] in &self.pairs {
            let orders = if a == b { 1 } else { 2 };
            let mut of_pair = vec![0.0; bins];
            for counts in counts.by_ref().take(orders) {
                for ((of_pair, all), &n) in of_pair.iter_mut().zip(&mut all).zip(counts) {
                    *of_pair += n as f64 / orders as f64;
                    *all += n as f64;
                }
            }
            add(self.groups.around([a, b]), &of_pair);
        }
        let particles = self.groups.order.len() as f64;
        add([particles, particles - 1.0], &all);
        found
    }
}
