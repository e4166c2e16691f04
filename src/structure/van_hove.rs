//! How far particles move in a given time: the self part of van Hove's function.

use std::f64::consts::PI;

use super::groups::Groups;
use super::origins::{Axis, Origins, Piece};
use super::{RadialBins, StructureError, plane};
use crate::lag::Lags;
use crate::real::Real;
use crate::sampling::Lag;
use crate::stats::{BlockSums, BySpecies, Estimate, Resamples, Resampling};
use crate::threads;
use crate::trajectory::{Dimensions, Trajectory, TrajectoryRuns};

/// Pieces whose counts may wait.
const WAITING: usize = 64;

/// The distribution of the distance moved in one time, by the particles of one species or by all:
/// see [`van_hove`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct VanHove {
    /// The lag.
    pub lag: Lag,
    /// The lag in time units.
    pub lag_time: f64,
    /// Number of time origins.
    pub origins: u64,
    /// The bins.
    pub bins: RadialBins,
    /// The fraction of displacements in each bin.
    pub fractions: Vec<Estimate>,
    /// `G_s(r, t)`, the probability density in space, in inverse cubed units of length:
    /// `∫ 4π r² G_s dr = 1`. In each bin its mean over the volume of the spherical shell. In two
    /// dimensions the density in the plane, in inverse squared units: `∫ 2π r G_s dr = 1`.
    pub density: Vec<Estimate>,
    /// The fraction below the first bin and above the last: with the bins' they add up to 1.
    pub outside: [Estimate; 2],
    /// The mean squared displacement at this lag, from the displacements and not from the bins.
    pub msd: Estimate,
    /// The dimensions of the runs.
    pub dimensions: Dimensions,
}

impl VanHove {
    /// From the fraction in each bin, below the first, above the last, and the mean squared
    /// displacement.
    fn from_sums(axis: &Axis, lag: Lag, bins: RadialBins, dimensions: Dimensions, sums: &BlockSums) -> Self {
        let mut resamples = axis.resamples;
        if lag > axis.longest {
            // Longer than the blocks.
            resamples = Resamples::new(resamples.run, Resampling::None, sums.blocks());
        }
        let mean = |point| resamples.evaluate(|weights| sums.weighted_mean(point, weights));
        let fractions: Vec<Estimate> = (0..bins.count()).map(mean).collect();
        let shells = fractions.iter().zip(bins.volumes(dimensions));
        Self {
            lag,
            lag_time: lag.time(axis.time_step),
            origins: sums.weight(0).round() as u64,
            density: shells
                .map(|(fraction, volume)| fraction.map(|x| x / volume))
                .collect(),
            outside: [bins.count(), bins.count() + 1].map(mean),
            msd: mean(bins.count() + 2),
            fractions,
            bins,
            dimensions,
        }
    }

    /// `P(log10 r; t)`, the probability density of the decimal logarithm of the distance:
    /// `∫ P d(log10 r) = 1`. It is `ln(10) 4π r³ G_s`, or `ln(10) 2π r² G_s` in two dimensions; two
    /// peaks mean hopping, and a Gaussian has a maximum of 2.13, or 1.69, at every time. `None` in
    /// a bin that begins at 0.
    #[must_use]
    pub fn log_density(&self) -> Vec<Option<Estimate>> {
        let widths = self.bins.edges().windows(2).map(|w| (w[1] / w[0]).log10());
        let per_width =
            |(fraction, width): (&Estimate, f64)| width.is_finite().then(|| fraction.map(|x| x / width));
        self.fractions.iter().zip(widths).map(per_width).collect()
    }

    /// `G_s` of a Gaussian with the same mean squared displacement: what α₂ = 0 looks like.
    #[must_use]
    pub fn gaussian(&self, r: f64) -> f64 {
        let (msd, half) = (self.msd.value(), 0.5 * f64::from(self.dimensions.count()));
        (half / (PI * msd)).powf(half) * (-half * r * r / msd).exp()
    }
}

/// The distribution of the distance that a particle moves in a time: the self part of van Hove's
/// function `G_s(r, t)`, and `P(log10 r; t)`, at each lag in turn, for each species and for all
/// particles.
///
/// ```text
/// G_s(r, t) = <δ(r − |r(t₀+t) − r(t₀)|)> / (4π r²)      over the particles of a species and all time origins,
///                                          (2π r)       in two dimensions
/// ```
///
/// - **Normalisation.** Fractions of all displacements; those outside of the bins count, and are
///   reported ([`outside`](VanHove::outside)), so that a range too narrow does not
///   change the density inside.
/// - **Units.** G_s in inverse cubed units of length, or inverse squared ones in two
///   [dimensions](Dimensions); P a number.
/// - **Errors.** Those of `resampling`; each pair belongs to the block of its first frame. None for
///   a lag that is longer than a block.
/// - **Cost.** About 10 ns a particle and pair of frames: for some chosen lags, not for all.
///
/// # Errors
/// [`StructureError::Dimensions`] for runs of different dimensions; what the lags and the blocks
/// refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure, trajectory::{Species, Trajectory}};
/// // Of four particles one moves by 0.5 from frame to frame.
/// let positions: Vec<f64> = (0..3).flat_map(|i| [0.5 * f64::from(i), 0., 0., 1., 1., 1., 2., 2., 2., 3., 3., 3.]).collect();
/// let run = Trajectory::new(positions, vec![0, 10, 20], 0.005, Species::single("A", 4)?)?;
/// let bins = structure::RadialBins::linear(1.0, 4)?;
/// let moved = structure::van_hove(&run, &Lags::samples([1]), &bins, Resampling::None)?;
/// let fractions: Vec<f64> = moved.all()[0].fractions.iter().map(|f| f.value()).collect();
/// assert_eq!(fractions, [0.75, 0.0, 0.25, 0.0]);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn van_hove<T: Real>(
    runs: &impl TrajectoryRuns<T>,
    lags: &Lags,
    bins: &RadialBins,
    resampling: Resampling,
) -> Result<BySpecies<Vec<VanHove>>, StructureError> {
    let origins = Origins::new(runs, lags, resampling)?;
    let runs = runs.runs();
    let dimensions = plane::dimensions(runs)?;
    let groups = Groups::new(runs[0].species());
    let (axis, sizes) = (&origins.axis, groups.sizes());
    let empty = BlockSums::new(origins.partition.len(), bins.count() + 3);
    // By group, all particles last, and by lag.
    let mut sums = vec![vec![empty; axis.lags.len()]; sizes.len()];
    let squared_edges: Vec<f64> = bins.edges().iter().map(|r| r * r).collect();
    let particles: Vec<&[usize]> = groups.particles().collect();
    let work = |piece: &Piece| count(&runs[piece.run], &origins, piece, &particles, &squared_edges);
    let pieces = origins.pieces(0..axis.lags.len());
    threads::in_order(&pieces, WAITING, work, |piece, counts| {
        let mut counts = counts.iter();
        for lag in piece.lags.clone() {
            for (group, (counts, pairs)) in counts.by_ref().take(particles.len()).enumerate() {
                for of in [group, particles.len()] {
                    // All particles take one species after the other: their pairs of frames count
                    // once.
                    let pairs = if of == group || group == 0 { *pairs } else { 0.0 };
                    for (point, x) in counts.iter().enumerate() {
                        sums[of][lag].add(piece.block, point, x / sizes[of], pairs);
                    }
                }
            }
        }
    });
    let at_lag =
        |(&lag, sums): (&Lag, &BlockSums)| VanHove::from_sums(axis, lag, bins.clone(), dimensions, sums);
    let of_group = |sums: &Vec<BlockSums>| axis.lags.iter().zip(sums).map(at_lag).collect();
    Ok(groups.by_species(sums.iter().map(of_group).collect()))
}

/// What the pairs of frames of each lag of the piece add up to, by lag and by species:
/// displacements in each bin, below, above, and the sum of squared displacements; and the number of
/// pairs.
fn count<T: Real>(
    run: &Trajectory<'_, T>,
    origins: &Origins,
    piece: &Piece,
    species: &[&[usize]],
    squared_edges: &[f64],
) -> Vec<(Vec<f64>, f64)> {
    let bins = squared_edges.len() - 1;
    let mut found = Vec::with_capacity(piece.lags.len() * species.len());
    for lag in piece.lags.clone() {
        for particles in species {
            let (mut sums, mut pairs) = (vec![0.0; bins + 3], 0.0);
            for (first, second) in origins.tables[piece.run].pairs_from(lag, piece.firsts.clone()) {
                let (from, to) = (run.frame(first), run.frame(second));
                pairs += 1.0;
                for &p in *particles {
                    let along =
                        |axis: usize| Real::to_f64(to[3 * p + axis]) - Real::to_f64(from[3 * p + axis]);
                    let [x, y, z] = [along(0), along(1), along(2)];
                    let r2 = x * x + y * y + z * z;
                    let bin = match squared_edges.partition_point(|&edge| edge <= r2) {
                        0 => bins,
                        above if above > bins => bins + 1,
                        edge => edge - 1,
                    };
                    sums[bin] += 1.0;
                    sums[bins + 2] += r2;
                }
            }
            found.push((sums, pairs));
        }
    }
    found
}
