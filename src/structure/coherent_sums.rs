//! Products of densities of one run or of several, and the curves that follow from them.

use super::coherent_isf::curves;
use super::groups::{by_pair, pairs_of};
use super::origins::Axis;
use crate::curve::Curve;
use crate::sampling::Sampling;
use crate::stats::frame_blocks::FrameBlocks;
#[cfg(feature = "serde")]
use crate::stats::runs::are_lags;
use crate::stats::runs::{agree, same_lags, same_sampling};
use crate::stats::sums::Summed;
use crate::stats::{ByPair, MergeError, Sums};
use crate::trajectory::Cell;

/// The particles, lags and wave vectors that products of densities are summed over: the same for
/// all runs that go together.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CoherentSystem {
    pub(crate) sampling: Sampling,
    /// Names, and numbers of particles.
    pub(crate) species: Vec<(String, usize)>,
    /// In frames.
    pub(crate) lags: Vec<u64>,
    pub(crate) cell: Cell,
    /// Wave vectors, in reciprocal lattice vectors of the cell.
    pub(crate) integers: Vec<[i32; 3]>,
}

impl Summed for CoherentSystem {
    type Run = FrameBlocks;

    fn sampling(&self) -> Sampling {
        self.sampling
    }

    fn lags(&self) -> &[u64] {
        &self.lags
    }

    /// Pairs of species, and all particles.
    fn columns(&self) -> usize {
        self.species.len() * (self.species.len() + 1) / 2 + 1
    }

    fn same(&self, other: &Self) -> Result<(), MergeError> {
        let shown = |system: &Self| {
            let species = system.species.iter();
            let species: Vec<String> = species.map(|(name, count)| format!("{count} {name}")).collect();
            [
                ("the number of particles", species.join(", ")),
                ("the cell", format!("{:?}", system.cell.vectors())),
                ("number of wave vectors", system.integers.len().to_string()),
            ]
        };
        same_sampling(self.sampling, other.sampling)?;
        agree(shown(self), shown(other))?;
        same_lags(&self.lags, &other.lags)?;
        let mut pairs = self.integers.iter().zip(&other.integers);
        let different = pairs.find(|(a, b)| a != b);
        different.map_or(Ok(()), |(a, b)| {
            let shown = |integers: &[i32; 3]| [("a wave vector", format!("{integers:?}"))];
            agree(shown(a), shown(b))
        })
    }

    #[cfg(feature = "serde")]
    fn check(&self) -> Result<(), &'static str> {
        if !are_lags(&self.lags) {
            return Err("lags that do not increase, or reach too far");
        }
        if self.species.is_empty() || self.species.iter().any(|(_, count)| *count == 0) {
            return Err("a species without particles");
        }
        let all = self
            .species
            .iter()
            .try_fold(0_usize, |all, (_, count)| all.checked_add(*count));
        if all.is_none_or(|all| all > usize::MAX / 64) {
            return Err("more particles than can be counted");
        }
        if self.integers.is_empty() {
            return Err("wave vectors that are none");
        }
        Ok(())
    }
}

/// The products of the densities of one run or of several, and the coherent intermediate scattering
/// functions that follow from them.
pub type CoherentSums = Sums<CoherentSystem>;

impl CoherentSums {
    /// F(q,t) of each pair of species and of all particles: what
    /// [`structure::coherent_isf`](super::coherent_isf()) gives of whole trajectories.
    #[must_use]
    pub fn coherent_isf(&self) -> ByPair<Curve> {
        let system = &self.over;
        let axis = Axis::of_tables(&self.runs, system.sampling, &system.lags);
        let mut sums = vec![axis.sums(); system.columns()];
        let vectors = system.integers.len() as f64;
        axis.for_each(&self.runs, |block, lag, columns, pairs| {
            for (sums, x) in sums.iter_mut().zip(columns) {
                sums.add(block, lag, x / vectors, pairs);
            }
        });
        let pairs = pairs_of(system.species.len());
        let (names, mut sizes): (Vec<String>, Vec<f64>) = (system.species.iter())
            .map(|(name, count)| (name.clone(), *count as f64))
            .unzip();
        sizes.push(sizes.iter().sum());
        by_pair(&names, &pairs, curves(&axis, &sums, &pairs, &sizes))
    }
}
