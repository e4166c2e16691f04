//! Mean squared displacement at many lags.

use super::origins::{Groups, Origins};
use crate::curve::Curve;
use crate::kernels::displacement_sums::direct_sums;
use crate::lag::Lags;
use crate::lag_sums::displacements::spectral_sums;
use crate::stats::{BlockSums, Resampling};
use crate::trajectory::TrajectoryRuns;
use crate::{Error, Real};

/// Relative error that a lag summed by transforms may have.
const ACCURACY: f64 = 1e-9;
/// Relative error bound of direct sums.
const DIRECT_ACCURACY: f64 = 1e-13;

/// Mean squared displacement of each species and of all particles: see [`msd`](msd()).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Msd {
    species: Vec<SpeciesMsd>,
    all: SpeciesMsd,
    methods: Vec<MsdMethod>,
    error_bounds: Vec<f64>,
}

/// Mean squared displacement of one species, or of all particles.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SpeciesMsd {
    name: String,
    total: Curve,
    components: [Curve; 3],
}

/// How a lag was summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MsdMethod {
    /// Pair by pair.
    Direct,
    /// From power spectra summed over the particles, together with all other lags.
    Transform,
}

impl Msd {
    /// One species; `None` where there is no such species.
    #[must_use]
    pub fn species(&self, name: &str) -> Option<&SpeciesMsd> {
        self.species.iter().find(|s| s.name == name)
    }

    /// Each species.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SpeciesMsd> {
        self.species.iter()
    }

    /// All particles.
    #[must_use]
    pub fn all(&self) -> &SpeciesMsd {
        &self.all
    }

    /// How each lag was summed.
    #[must_use]
    pub fn methods(&self) -> &[MsdMethod] {
        &self.methods
    }

    /// Bound on the relative error of rounding at each lag, of every species and component.
    #[must_use]
    pub fn error_bounds(&self) -> &[f64] {
        &self.error_bounds
    }
}

impl SpeciesMsd {
    fn new(name: &str, squares: &[BlockSums; 3], origins: &Origins) -> Self {
        let [x, y, z] = squares;
        Self {
            name: name.to_owned(),
            total: origins.curve([x, y, z], |[x, y, z]| x + y + z),
            components: [x, y, z].map(|sums| origins.curve([sums], |[mean]| mean)),
        }
    }

    /// Name of the species, or `all`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Mean squared displacement, in squared units of length.
    #[must_use]
    pub fn total(&self) -> &Curve {
        &self.total
    }

    /// Mean squared displacement along x, y and z: they add up to [`total`](Self::total).
    #[must_use]
    pub fn components(&self) -> &[Curve; 3] {
        &self.components
    }
}

/// Mean squared displacement of each species and of all particles, in total and along each axis.
///
/// ```text
/// MSD(t) = <|r(t₀+t) − r(t₀)|²>     over the particles of a species and all time origins t₀
/// ```
///
/// - **Normalisation and units.** Per particle of the species, in squared units of length. The components add up to the
///   total, which is six times the diffusion coefficient times `t` for a diffusing particle in three dimensions.
/// - **Method.** Many lags of uniform frames are summed by transforms: power spectra added up over particles and
///   components, one inverse for all of them, and a running sum of squares. That is exactly the average over all pairs of
///   frames. Columns are centred first. Few lags, frames that are not uniform, and lags at which the transform's rounding
///   could exceed 1e-9 of the value are summed pair by pair. Which it was is in [`methods`](Msd::methods), with a bound on
///   the rounding error in [`error_bounds`](Msd::error_bounds).
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`; each pair belongs to the block of its first frame,
///   by either method. A lag longer than a block has none.
/// - **Cost.** By transforms about 30 ns a particle and frame for all lags together (45 ns with ten blocks), and memory for
///   a few columns beyond the trajectory; directly 2 ns a particle and pair of frames. The bits are the same for any
///   number of threads.
///
/// # Errors
/// What the lags and the blocks refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure, trajectory::{Species, Trajectory}};
/// // Ballistic motion of one particle: the mean squared displacement is (v t)².
/// let positions: Vec<f64> = (0..100).flat_map(|i| [0.5 * f64::from(i), 3.0, -7.0]).collect();
/// let steps: Vec<u64> = (0..100).map(|i| 20 * i).collect();
/// let run = Trajectory::new(positions, steps, 0.005, Species::single("A", 1)?)?;
/// let msd = structure::msd(&run, &Lags::all(), Resampling::default())?;
/// let curve = msd.all().total();
/// assert!((curve.values()[10] - 25.0).abs() < 1e-9);
/// assert_eq!((curve.lag_time(10), curve.origins()[10]), (1.0, 90));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn msd<T: Real>(
    runs: &impl TrajectoryRuns<T>,
    lags: &Lags,
    resampling: Resampling,
) -> Result<Msd, Error> {
    let runs = runs.runs();
    let origins = Origins::new(runs, lags, resampling)?;
    let groups = Groups::new(runs[0].species());
    let lags = origins.lags().len();
    let mut methods = vec![MsdMethod::Direct; lags];
    let mut error_bounds = vec![DIRECT_ACCURACY; lags];
    let mut squares: Vec<[BlockSums; 3]>;
    if origins.is_uniform() && transforms_are_faster(&origins) {
        let found = spectral_sums(runs, &groups, &origins);
        squares = found.squares;
        for (k, &bound) in found.error_bounds.iter().enumerate() {
            if bound <= ACCURACY {
                (methods[k], error_bounds[k]) = (MsdMethod::Transform, bound);
            }
        }
        for inexact in (0..lags).filter(|&k| methods[k] == MsdMethod::Direct) {
            let exact = direct_sums(runs, &groups, &origins, inexact..inexact + 1, 0.0);
            for (squares, exact) in squares.iter_mut().zip(&exact) {
                for (sums, exact) in squares.iter_mut().zip(&exact.squares) {
                    sums.copy_point(inexact, exact);
                }
            }
        }
    } else {
        let found = direct_sums(runs, &groups, &origins, 0..lags, 0.0);
        squares = found.into_iter().map(|sums| sums.squares).collect();
    }
    let names = runs[0].species().names().iter().map(String::as_str);
    let mut species: Vec<SpeciesMsd> = names
        .chain(["all"])
        .zip(&squares)
        .map(|(name, squares)| SpeciesMsd::new(name, squares, &origins))
        .collect();
    let all = species.pop().expect("all particles come last");
    Ok(Msd {
        species,
        all,
        methods,
        error_bounds,
    })
}

/// Whether all lags by transforms cost less than the wanted ones directly. Costs per particle in ns, as measured: a pair
/// of frames; a frame in a transform, by the binary logarithm of its length and by the number of blocks.
fn transforms_are_faster(origins: &Origins) -> bool {
    const PAIR: f64 = 1.7;
    const TRANSFORM: f64 = 2.0;
    const BLOCK: f64 = 2.0;
    let blocks = origins.partition().iter();
    let transforms: f64 = blocks
        .map(|(_, block)| block.len() as f64)
        .map(|length| {
            length
                * (TRANSFORM * (2.0 * length).log2()
                    + BLOCK * (origins.partition().len() / origins.runs()) as f64)
        })
        .sum();
    transforms < PAIR * origins.pairs() as f64
}
