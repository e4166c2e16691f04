//! Products of densities of one run or of several, and the curves that follow from them.

use super::coherent_isf::curves;
#[cfg(feature = "serde")]
use super::groups::checked_number;
use super::groups::{Group, by_pair, numbers};
use super::origins::Axis;
use crate::curve::Curve;
use crate::sampling::Sampling;
use crate::stats::frame_blocks::FrameBlocks;
#[cfg(feature = "serde")]
use crate::stats::runs::are_lags;
use crate::stats::runs::{agree, same_lags, same_sampling};
use crate::stats::sums::Summed;
use crate::stats::{ByPair, MergeError, Sums, pairs_of};
use crate::trajectory::Cell;

/// The particles, lags and wave vectors that products of densities are summed over: the same for
/// all runs that go together.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CoherentSystem {
    pub(crate) sampling: Sampling,
    pub(crate) species: Vec<Group>,
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
            [
                numbers(&system.species),
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
        checked_number(&self.species)?;
        if self.integers.is_empty() {
            return Err("an empty list of wave vectors");
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
        let pairs: Vec<[usize; 2]> = pairs_of(system.species.len()).collect();
        let (names, mut sizes): (Vec<String>, Vec<f64>) = (system.species.iter())
            .map(|group| (group.name.clone(), group.particles as f64))
            .unzip();
        sizes.push(sizes.iter().sum());
        by_pair(&names, &pairs, curves(&axis, &sums, &pairs, &sizes))
    }
}
