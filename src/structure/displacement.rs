//! What one pass over the displacements gives.

use super::StructureError;
use super::origins::{Groups, Origins};
use crate::curve::Curve;
use crate::kernels::displacement_sums::{DisplacementSums, direct_sums};
use crate::lag::Lags;
use crate::stats::Resampling;
use crate::trajectory::TrajectoryRuns;
use crate::{Error, Real};

/// Displacements over time, of each species and of all particles: see [`displacements`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Displacements {
    species: Vec<SpeciesDisplacement>,
    all: SpeciesDisplacement,
    overlap_radius: f64,
}

impl Displacements {
    /// The particles of one species; `None` where there is no such species.
    #[must_use]
    pub fn species(&self, name: &str) -> Option<&SpeciesDisplacement> {
        self.species.iter().find(|s| s.name == name)
    }

    /// Each species.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SpeciesDisplacement> {
        self.species.iter()
    }

    /// All particles.
    #[must_use]
    pub fn all(&self) -> &SpeciesDisplacement {
        &self.all
    }

    /// The distance below which a particle counts as not moved.
    #[must_use]
    pub fn overlap_radius(&self) -> f64 {
        self.overlap_radius
    }
}

/// Displacements of the particles of one species, or of all.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SpeciesDisplacement {
    name: String,
    particles: usize,
    msd: Curve,
    components: [Curve; 3],
    alpha2: Curve,
    overlap: Curve,
    chi4: Curve,
}

impl SpeciesDisplacement {
    fn new(name: &str, particles: f64, sums: &DisplacementSums, origins: &Origins) -> Self {
        let [x, y, z] = &sums.squares;
        let alpha2 = origins.curve([x, y, z, &sums.fourth], |[x, y, z, fourth]| {
            3.0 * fourth / (5.0 * (x + y + z).powi(2)) - 1.0
        });
        // Sums of integers below 2^53 are exact, and so are those of their squares.
        let chi4 = origins.curve([&sums.close, &sums.close_squared], |[close, squared]| {
            (squared - close * close) / particles
        });
        Self {
            name: name.to_owned(),
            particles: particles as usize,
            msd: origins.curve([x, y, z], |[x, y, z]| x + y + z),
            components: [x, y, z].map(|sums| origins.curve([sums], |[mean]| mean)),
            alpha2: alpha2.select(|k| alpha2.values()[k].is_finite()),
            overlap: origins.curve([&sums.close], |[close]| close / particles),
            chi4,
        }
    }

    /// Name of the species, or `all`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles
    }

    /// Mean squared displacement, in squared units of length.
    #[must_use]
    pub fn msd(&self) -> &Curve {
        &self.msd
    }

    /// Mean squared displacement along x, y and z: they add up to [`msd`](Self::msd).
    #[must_use]
    pub fn components(&self) -> &[Curve; 3] {
        &self.components
    }

    /// Non-Gaussian parameter, at the lags at which something has moved.
    #[must_use]
    pub fn alpha2(&self) -> &Curve {
        &self.alpha2
    }

    /// Self overlap: the fraction of particles that have moved less than the overlap radius.
    #[must_use]
    pub fn overlap(&self) -> &Curve {
        &self.overlap
    }

    /// Four-point susceptibility of the overlap: see the caveat at [`displacements`].
    #[must_use]
    pub fn chi4(&self) -> &Curve {
        &self.chi4
    }
}

/// Mean squared displacement, non-Gaussian parameter, self overlap and its susceptibility, of each species and of all
/// particles, in one direct pass over the pairs of frames.
///
/// With `r` the distance that a particle has moved in the time `t`, means over the particles of a species and over all
/// time origins,
///
/// ```text
/// MSD(t) = <r²>          α₂(t) = 3 <r⁴> / (5 <r²>²) − 1
/// Q(t)   = fraction of particles with r < a          χ₄(t) = N [<Q²> − <Q>²]
/// ```
///
/// - **Normalisation.** Per particle of the species. α₂ is a ratio of means over particles *and* origins: it is 0 for
///   Gaussian displacements in three dimensions, and has no value where nothing has moved, so that it starts behind lag 0.
///   N in χ₄ is the number of particles of the species, the variance is the population's over origins.
/// - **Units.** MSD in squared units of length; the others are numbers.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`; each pair belongs to the block of its first frame.
///   A lag longer than a block has none.
/// - **Caveat.** χ₄ depends on the ensemble. At fixed energy and composition it is a lower bound: it lacks
///   `(k T²/c_V) (dQ/dT)²` and the terms of the composition (Berthier et al., J. Chem. Phys. 126, 184503 (2007)). Origins
///   that overlap in time add no independent information, and a run of few relaxation times gives too small a variance.
/// - **Accuracy.** Coordinates are widened before they are subtracted and sums are f64: relative errors of the means are
///   below 1e-13. Overlap counts are exact integers. The bits are the same for any number of threads and instruction set.
/// - **Cost.** One pass over each pair of frames, about 2 ns a particle and pair, and a copy of the positions in their
///   storage type where the species are mixed. For the MSD alone at many lags [`msd`](super::msd()) is faster.
///
/// # Errors
/// [`StructureError::OverlapRadius`] for a radius that is no length; what the lags and the blocks refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure, trajectory::{Species, Trajectory}};
/// // Two particles: one moves by 0.1 along x in each frame, the other rests.
/// let positions: Vec<f64> = (0..4).flat_map(|i| [0.1 * f64::from(i), 0.0, 0.0, 5.0, 5.0, 5.0]).collect();
/// let run = Trajectory::new(positions, vec![0, 10, 20, 30], 0.005, Species::by_count([("A", 1), ("B", 1)])?)?;
/// let moved = structure::displacements(&run, &Lags::all(), 0.15, Resampling::None)?;
/// let a = moved.species("A").unwrap();
/// assert!((a.msd().values()[3] - 0.09).abs() < 1e-12);
/// assert_eq!(a.overlap().values(), [1.0, 1.0, 0.0, 0.0]);
/// assert_eq!(moved.all().overlap().values(), [1.0, 1.0, 0.5, 0.5]);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn displacements<T: Real>(
    runs: &impl TrajectoryRuns<T>,
    lags: &Lags,
    overlap_radius: f64,
    resampling: Resampling,
) -> Result<Displacements, Error> {
    if !(overlap_radius > 0.0 && overlap_radius.is_finite()) {
        return Err(StructureError::OverlapRadius {
            found: overlap_radius,
        }
        .into());
    }
    let runs = runs.runs();
    let origins = Origins::new(runs, lags, resampling)?;
    let groups = Groups::new(runs[0].species());
    let sums = direct_sums(runs, &groups, &origins, 0..origins.lags().len(), overlap_radius);
    let names = runs[0].species().names().iter().map(String::as_str);
    let mut species: Vec<SpeciesDisplacement> = names
        .chain(["all"])
        .zip(groups.sizes())
        .zip(&sums)
        .map(|((name, particles), sums)| SpeciesDisplacement::new(name, particles, sums, &origins))
        .collect();
    let all = species.pop().expect("all particles come last");
    Ok(Displacements {
        species,
        all,
        overlap_radius,
    })
}
