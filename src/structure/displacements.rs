//! What one pass over the displacements gives.

use super::group_sums::{GroupSums, direct_sums};
use super::groups::Groups;
use super::origins::{Axis, Origins};
use super::{Msd, StructureError, plane};
use crate::curve::Curve;
use crate::lag::Lags;
use crate::real::Real;
use crate::stats::{BySpecies, Invalid, Resampling};
use crate::trajectory::{Dimensions, TrajectoryRuns};

/// Displacements over time of the particles of one species, or of all: see [`displacements`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Displacements {
    /// Number of particles.
    pub particles: usize,
    /// Mean squared displacement.
    pub msd: Msd,
    /// Non-Gaussian parameter, at the lags at which something has moved.
    pub alpha2: Curve,
    overlap: Option<Overlap>,
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct Overlap {
    radius: f64,
    fraction: Curve,
    /// None where parts of the particles were merged.
    chi4: Option<Curve>,
}

impl Displacements {
    /// From the sums over so many particles, of which the overlap is that of a radius. `whole` sums
    /// saw all particles at once.
    pub(super) fn from_sums(
        sums: &GroupSums,
        axis: &Axis,
        particles: usize,
        radius: Option<f64>,
        dimensions: Dimensions,
        whole: bool,
    ) -> Self {
        let size = particles as f64;
        Self {
            particles,
            msd: Msd::direct(sums.squares(), axis, dimensions),
            alpha2: sums.alpha2(axis, dimensions),
            overlap: radius.map(|radius| Overlap {
                radius,
                fraction: sums.overlap(axis, size),
                chi4: whole.then(|| sums.chi4(axis, size)),
            }),
        }
    }

    /// The distance below which a particle counts as not moved, where one was given.
    #[must_use]
    pub fn overlap_radius(&self) -> Option<f64> {
        self.overlap.as_ref().map(|overlap| overlap.radius)
    }

    /// Self overlap: the fraction of particles that have moved less than the overlap radius.
    ///
    /// # Errors
    /// [`StructureError::NoOverlap`] where no radius was given.
    pub fn overlap(&self) -> Result<&Curve, StructureError> {
        let overlap = self.overlap.as_ref().ok_or(StructureError::NoOverlap)?;
        Ok(&overlap.fraction)
    }

    /// Four-point susceptibility of the overlap: see the caveat at [`displacements`].
    ///
    /// # Errors
    /// [`StructureError::NoOverlap`] where no radius was given,
    /// [`StructureError::PartsOfParticles`] where sums over parts of the particles were merged.
    pub fn chi4(&self) -> Result<&Curve, StructureError> {
        let overlap = self.overlap.as_ref().ok_or(StructureError::NoOverlap)?;
        overlap.chi4.as_ref().ok_or(StructureError::PartsOfParticles)
    }
}

/// Mean squared displacement, non-Gaussian parameter, self overlap and its susceptibility, of each
/// species and of all particles, in one direct pass over the pairs of frames.
///
/// With `r` the distance that a particle has moved in the time `t`, means over the particles of a
/// species and over all time origins,
///
/// ```text
/// MSD(t) = <r²>          α₂(t) = d <r⁴> / ((d+2) <r²>²) − 1
/// Q(t)   = fraction of particles with r < a          χ₄(t) = N [<Q²> − <Q>²]
/// ```
///
/// - **Normalisation.** Per particle of the species. α₂ is a ratio of means over particles *and*
///   origins: it is 0 for Gaussian displacements in the `d` [dimensions](Dimensions) of the runs,
///   and has no value where nothing has moved, so that it starts behind lag 0. N in χ₄ is the
///   number of particles of the species, the variance is the population's over origins.
/// - **Units.** MSD in squared units of length; the others are numbers.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`; each pair belongs to the
///   block of its first frame. A lag longer than a block has none.
/// - **Caveat.** χ₄ depends on the ensemble. At fixed energy it lacks
///   `(N_s/N) (k T²/c_V) (dQ/dT)²`, N_s being this N of the species and N the number of all
///   particles ([`SusceptibilityBound`](crate::thermo::SusceptibilityBound) adds it), and at fixed
///   composition the terms of the composition (Berthier et al., J. Chem. Phys. 126, 184503 (2007)):
///   it is a lower bound. Origins that overlap in time add no independent information, and a run of
///   few relaxation times gives too small a variance.
/// - **Accuracy.** Coordinates are widened before they are subtracted and sums are f64: relative
///   errors of the means are below 1e-13. Overlap counts are exact integers. The bits are the same
///   for any number of threads and instruction set.
/// - **Cost.** One pass over each pair of frames, about 2 ns a particle and pair, and a copy of the
///   positions in their storage type where the species are mixed. For the MSD alone at many lags
///   [`msd`](super::msd()) is faster.
///
/// # Errors
/// [`StructureError::Invalid`] for a radius that is not positive and finite,
/// [`StructureError::Dimensions`] for runs of different dimensions; what the lags and the blocks
/// refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure, trajectory::{Species, Trajectory}};
/// // Two particles: one moves by 0.1 along x in each frame, the other rests.
/// let positions: Vec<f64> = (0..4).flat_map(|i| [0.1 * f64::from(i), 0.0, 0.0, 5.0, 5.0, 5.0]).collect();
/// let run = Trajectory::new(positions, vec![0, 10, 20, 30], 0.005, Species::by_count([("A", 1), ("B", 1)])?)?;
/// let moved = structure::displacements(&run, &Lags::all(), 0.15, Resampling::None)?;
/// let a = moved.of("A")?;
/// assert!((a.msd.total.values()[3] - 0.09).abs() < 1e-12);
/// assert_eq!(a.overlap()?.values(), [1.0, 1.0, 0.0, 0.0]);
/// assert_eq!(moved.all().overlap()?.values(), [1.0, 1.0, 0.5, 0.5]);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn displacements<T: Real>(
    runs: &impl TrajectoryRuns<T>,
    lags: &Lags,
    overlap_radius: f64,
    resampling: Resampling,
) -> Result<BySpecies<Displacements>, StructureError> {
    let radius = check_radius(overlap_radius)?;
    let origins = Origins::new(runs, lags, resampling)?;
    let runs = runs.runs();
    let dimensions = plane::dimensions(runs)?;
    let groups = Groups::new(runs[0].species());
    let sums = direct_sums(runs, &groups, &origins, 0..origins.axis.lags.len(), radius);
    let of = |(sums, &particles): (&GroupSums, &f64)| {
        Displacements::from_sums(
            sums,
            &origins.axis,
            particles as usize,
            Some(radius),
            dimensions,
            true,
        )
    };
    Ok(groups.by_species(sums.iter().zip(&groups.sizes()).map(of).collect()))
}

/// An overlap radius that is positive and finite.
pub(crate) fn check_radius(radius: f64) -> Result<f64, StructureError> {
    if radius.is_finite() && radius > 0.0 {
        Ok(radius)
    } else {
        Err(Invalid::new("overlap radius", radius, "a positive finite length").into())
    }
}
