//! The radial distribution function, and bins of distance.

use std::f64::consts::PI;
use std::fmt;

use pulp::Arch;

use super::frames::averages;
use super::groups::Groups;
use super::{StructureError, plane};
use crate::curve::csv_row;
use crate::kernels::{CountPairs, NeighbourGrid};
use crate::real::Real;
use crate::stats::{BlockSums, ByPair, Estimate, Invalid, Resamples, Resampling};
use crate::trajectory::{Cell, Coordinates, Dimensions, Trajectory, TrajectoryRuns};

/// More bins than this are a mistake.
const MOST_BINS: usize = 1 << 20;

/// Bins of distance, each with its lower edge and without its upper one.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RadialBins {
    edges: Vec<f64>,
}

impl RadialBins {
    /// `count` bins of equal width from 0 to `end`.
    ///
    /// # Errors
    /// [`StructureError::Bins`] for no bin or more than 2^20, or an end that is not positive and
    /// finite.
    pub fn linear(end: f64, count: usize) -> Result<Self, StructureError> {
        Self::checked(0.0, end, count, |x| end * x)
    }

    /// `count` bins of equal width in `log10 r` from `start` to `end`.
    ///
    /// # Errors
    /// [`StructureError::Bins`] for no bin or more than 2^20, or ends that are not positive, finite
    /// and increasing.
    pub fn logarithmic(start: f64, end: f64, count: usize) -> Result<Self, StructureError> {
        if start.is_nan() || start <= 0.0 {
            return Err(StructureError::Bins { start, end, count });
        }
        Self::checked(start, end, count, |x| start * (end / start).powf(x))
    }

    /// Bins of equal width from 0 to half of the smallest distance between opposite faces of the
    /// cell, the farthest that [`rdf`](rdf()) takes, in all frames of all runs; of those across the
    /// plane in two dimensions. They are `width` wide or a little less, so that the last one ends
    /// there.
    ///
    /// # Errors
    /// [`StructureError::Invalid`] for a width that is not positive and finite,
    /// [`StructureError::Bins`] for more than 2^20 bins, [`StructureError::NoCell`] for a
    /// trajectory without a cell, [`StructureError::Dimensions`] for runs of different dimensions.
    pub fn half_cell<T: Real, C: Coordinates>(
        runs: &impl TrajectoryRuns<T, C>,
        width: f64,
    ) -> Result<Self, StructureError> {
        Invalid::unless_positive("width of the bins", width)?;
        let trajectories = runs.runs();
        let dimensions = plane::dimensions(trajectories)?;
        let mut end = f64::INFINITY;
        for run in 0..trajectories.len() {
            let reaches = reaches(trajectories, run, dimensions, "the range of distances")?;
            end = reaches.fold(end, f64::min);
        }
        // A hair less, so that rounding makes no bin more than there is room for.
        Self::linear(end, ((end / width) * (1.0 - 1e-12)).ceil() as usize)
    }

    fn checked(start: f64, end: f64, count: usize, at: impl Fn(f64) -> f64) -> Result<Self, StructureError> {
        let refused = StructureError::Bins { start, end, count };
        if !(1..=MOST_BINS).contains(&count) {
            return Err(refused);
        }
        let mut edges: Vec<f64> = (0..=count).map(|i| at(i as f64 / count as f64)).collect();
        if !edges.windows(2).all(|w| w[0] < w[1] && w[1].is_finite()) {
            return Err(refused);
        }
        (edges[0], edges[count]) = (start, end);
        Ok(Self { edges })
    }

    /// The edges, one more than there are bins.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The middle of each bin: arithmetic for linear bins, geometric for logarithmic ones.
    #[must_use]
    pub fn centres(&self) -> Vec<f64> {
        let linear = self.edges[0] == 0.0;
        let middle = |w: &[f64]| {
            if linear {
                0.5 * (w[0] + w[1])
            } else {
                (w[0] * w[1]).sqrt()
            }
        };
        self.edges.windows(2).map(middle).collect()
    }

    /// Number of bins; at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.edges.len() - 1
    }

    /// The volume of each spherical shell, or the area of each ring in two dimensions.
    pub(super) fn volumes(&self, dimensions: Dimensions) -> impl Iterator<Item = f64> {
        let volume = move |w: &[f64]| match dimensions {
            Dimensions::Three => 4.0 / 3.0 * PI * (w[1].powi(3) - w[0].powi(3)),
            _ => PI * (w[1] * w[1] - w[0] * w[0]),
        };
        self.edges.windows(2).map(volume)
    }
}

/// The radial distribution function of two species, or of all particles.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RadialDistribution {
    /// Number of frames, over all blocks and runs.
    pub frames: u64,
    /// The bins of distance.
    pub bins: RadialBins,
    /// g(r) in each bin: its mean over the volume of the bin's shell, or the area of its ring.
    pub values: Vec<Estimate>,
    /// The mean number of particles of the second species around one of the first, from the first
    /// edge to the upper edge of each bin: up to the minimum after the first peak it is the
    /// coordination number.
    pub neighbours: Vec<Estimate>,
}

impl RadialDistribution {
    /// From g in each bin, then the neighbours in each bin.
    fn from_sums(bins: RadialBins, sums: &BlockSums, resamples: Resamples) -> Self {
        let mut values = resamples.evaluate_all(|weights| {
            let mut means: Vec<f64> = (0..sums.points())
                .map(|point| sums.weighted_mean(point, weights))
                .collect();
            let mut so_far = 0.0;
            for neighbours in &mut means[bins.count()..] {
                so_far += *neighbours;
                *neighbours = so_far;
            }
            means
        });
        Self {
            frames: sums.weight(0).round() as u64,
            neighbours: values.split_off(bins.count()),
            values,
            bins,
        }
    }
}

impl fmt::Display for RadialDistribution {
    /// Comma-separated values with a header: `r,value,standard_error,neighbours`, r the middle of
    /// each bin, an empty field where there is no standard error. Numbers read back to the same
    /// bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "r,value,standard_error,neighbours")?;
        let columns = self
            .bins
            .centres()
            .into_iter()
            .zip(&self.values)
            .zip(&self.neighbours);
        for ((r, value), neighbours) in columns {
            let (r, last) = (format_args!("{r:e}"), format_args!("{:e}", neighbours.value()));
            csv_row(f, r, value.value(), value.standard_error(), last)?;
        }
        Ok(())
    }
}

/// Radial distribution functions, partial and total.
///
/// ```text
/// g_ab(r) = V/(N_a (N_b - δ_ab)) < Σ_i∈a Σ_j∈b, j≠i δ(r - r_ij) > / (4π r²)     in three dimensions,
/// g_ab(r) = A/(N_a (N_b - δ_ab)) < Σ_i∈a Σ_j∈b, j≠i δ(r - r_ij) > / (2π r)      in two
/// ```
///
/// over all frames, with distances to the nearest image; in a bin the mean over the volume of the
/// spherical shell, or the area of the ring. In two [dimensions](Dimensions) distances are those in
/// the plane, and the area A of the cell stands for the volume. The total is the same of all
/// particles: `N (N-1) g = Σ_ab N_a (N_b - δ_ab) g_ab`, ab and ba being two terms.
///
/// - **Normalisation.** The pairs that an ideal gas of as many particles has in the same volume:
///   its g is 1 at every r and for any number of particles, since a particle does not count itself.
///   Each frame is normalised by its own volume.
/// - **Range.** Up to half of the smallest distance between opposite faces of the cell, of those
///   across the plane in two dimensions: farther, a sphere meets itself.
/// - **Coordinates** wrapped or unwrapped: the result is the same.
/// - **Units.** r in units of length, g a number.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`.
/// - **Cost.** One distance for each pair of particles and frame, in vector code; bins that end
///   below a third of the cell's width look only at particles nearby. [`Trajectory::thinned`] takes
///   fewer frames. The bits do not depend on the number of threads.
///
/// # Errors
/// [`StructureError::NoCell`] for a trajectory without a cell, [`StructureError::TooFar`] for bins
/// that end beyond half of the cell's smallest width, [`StructureError::TiltedCell`] for a cell
/// that does not lie in the plane of two-dimensional runs, [`StructureError::Dimensions`] for runs
/// of different dimensions; what the blocks refuse.
///
/// ```
/// use msed::{Resampling, structure::{self, RadialBins}, trajectory::{Cell, Species, Trajectory}};
/// // A simple cubic lattice: 6 neighbours at 1, 12 at the square root of 2, 8 at that of 3.
/// let grid = |i: i32| [i % 5, i / 5 % 5, i / 25].map(f64::from);
/// let positions: Vec<f64> = (0..125).flat_map(grid).collect();
/// let run = Trajectory::new(positions, [0], 0.005, Species::single("A", 125)?)?.with_cell(Cell::cubic(5.0)?)?;
/// let g = structure::rdf(&run, &RadialBins::linear(2.4, 8)?, Resampling::None)?;
/// let neighbours: Vec<f64> = g.total().neighbours.iter().map(|n| n.value()).collect();
/// assert_eq!(neighbours[2..6], [0.0, 6.0, 18.0, 26.0]);
/// assert_eq!(g.total().values[0].value(), 0.0);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// Reference: M. P. Allen and D. J. Tildesley, Computer Simulation of Liquids, 2nd edition (2017),
/// section 8.2.
pub fn rdf<T: Real, C: Coordinates>(
    runs: &impl TrajectoryRuns<T, C>,
    bins: &RadialBins,
    resampling: Resampling,
) -> Result<ByPair<RadialDistribution>, StructureError> {
    let trajectories = runs.runs();
    let dimensions = plane::dimensions(trajectories)?;
    check_reach(trajectories, bins, dimensions)?;
    let groups = Groups::new(trajectories[0].species());
    let plan = Plan {
        pairs: groups.pairs_apart(),
        groups,
        bins,
        dimensions,
    };
    let shape = [plan.pairs.len() + 1, 2 * bins.count()];
    let (sums, resamples) = averages(runs, resampling, shape, |run, frame| {
        let position = |p: usize| dimensions.project(trajectories[run].position(frame, p));
        match trajectories[run].cell(frame) {
            Some(cell) => plan.frame(cell, position),
            None => vec![f64::NAN; shape[0] * shape[1]], // Refused before.
        }
    })?;
    let of = |sums| RadialDistribution::from_sums(bins.clone(), sums, resamples);
    Ok(plan.groups.by_pair(&plan.pairs, sums.iter().map(of).collect()))
}

/// The bins of every frame end within half of the cell's smallest width.
pub(super) fn check_reach<T: Real, C: Coordinates>(
    runs: &[Trajectory<'_, T, C>],
    bins: &RadialBins,
    dimensions: Dimensions,
) -> Result<(), StructureError> {
    let end = bins.edges()[bins.count()];
    for run in 0..runs.len() {
        let mut reaches = reaches(runs, run, dimensions, "the density")?;
        if let Some(limit) = reaches.find(|limit| end > limit * (1.0 + 1e-9)) {
            let found = end;
            return Err(StructureError::TooFar { run, found, limit });
        }
    }
    Ok(())
}

/// Half of the smallest width of each cell of a run, as far as distances to the nearest image
/// reach.
fn reaches<T: Real, C: Coordinates>(
    runs: &[Trajectory<'_, T, C>],
    run: usize,
    dimensions: Dimensions,
    needed_for: &'static str,
) -> Result<impl Iterator<Item = f64>, StructureError> {
    let cells = runs[run].cells();
    if cells.is_empty() {
        return Err(StructureError::NoCell { run, needed_for });
    }
    plane::check_cells(dimensions, run, cells)?;
    Ok(cells.iter().map(move |cell| 0.5 * cell.narrowest(dimensions)))
}

/// g in each bin, from the pairs that are counted there and those of an ideal gas in the whole
/// volume, of which `per_volume` is the volume over that of the bin.
pub(super) fn over_ideal_gas<'a>(
    counts: &'a [f64],
    pairs: f64,
    per_volume: &'a [f64],
) -> impl Iterator<Item = f64> + 'a {
    let g = move |(&n, &per_volume): (&f64, &f64)| if n == 0.0 { 0.0 } else { n / pairs * per_volume };
    counts.iter().zip(per_volume).map(g)
}

/// What is the same for all frames.
struct Plan<'a> {
    groups: Groups,
    pairs: Vec<[usize; 2]>,
    bins: &'a RadialBins,
    dimensions: Dimensions,
}

impl Plan<'_> {
    /// g and the neighbours in each bin, of each pair of species and of all particles, in a frame
    /// with such positions.
    fn frame(&self, cell: &Cell, position: impl Fn(usize) -> [f64; 3]) -> Vec<f64> {
        let (bins, edges) = (self.bins.count(), self.bins.edges());
        let grid = NeighbourGrid::new(cell, edges[bins], self.groups.particles(), position);
        let mut counts = vec![0; (bins + 1) * self.pairs.len()];
        Arch::new().dispatch(CountPairs {
            grid: &grid,
            pairs: &self.pairs,
            edges,
            uniform: edges[0] == 0.0,
            counts: &mut counts,
        });
        let volume = cell.volume_in(self.dimensions);
        let shells = self.bins.volumes(self.dimensions);
        let per_volume: Vec<f64> = shells.map(|shell| volume / shell).collect();
        let mut found = Vec::with_capacity(2 * bins * (self.pairs.len() + 1));
        let mut add = |[at_origin, others]: [f64; 2], ordered: &[f64]| {
            found.extend(over_ideal_gas(ordered, at_origin * others, &per_volume));
            found.extend(ordered.iter().map(|n| n / at_origin));
        };
        let mut all = vec![0.0; bins];
        for (&[a, b], counts) in self.pairs.iter().zip(counts.chunks_exact(bins + 1)) {
            let twice = if a == b { 2.0 } else { 1.0 };
            let ordered: Vec<f64> = counts[..bins].iter().map(|&n| twice * n as f64).collect();
            for (all, &n) in all.iter_mut().zip(&counts[..bins]) {
                *all += 2.0 * n as f64;
            }
            add(self.groups.around([a, b]), &ordered);
        }
        let particles = self.groups.order.len() as f64;
        add([particles, particles - 1.0], &all);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_counted_before_they_are_made() {
        let expected = |count: usize, start: f64| {
            format!(
                "{count} bins from {start} to 2, expected 1 to 1048576 between increasing finite distances, of which logarithmic \
                 bins begin above 0"
            )
        };
        for count in [0, (1 << 20) + 1, usize::MAX] {
            let linear = RadialBins::linear(2.0, count).unwrap_err();
            assert_eq!(linear.to_string(), expected(count, 0.0));
            let logarithmic = RadialBins::logarithmic(0.5, 2.0, count).unwrap_err();
            assert_eq!(logarithmic.to_string(), expected(count, 0.5));
        }
        assert_eq!(RadialBins::linear(2.0, 1 << 20).unwrap().count(), 1 << 20);
    }
}
