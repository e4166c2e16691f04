//! Products of densities of one run or of several, and the curves that follow from them.

use super::axis::Axis;
use super::coherent_isf::curves;
use super::coherent_system::CoherentSystem;
use crate::curve::Curve;
use crate::online::error::OnlineError;
use crate::stats::ByPair;
use crate::stats::pair_table::FrameBlocks;
use crate::stats::runs::InBlocks;

/// The products of the densities of one run or of several, and the coherent intermediate scattering functions that follow from them.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "State")
)]
pub struct CoherentSums {
    system: CoherentSystem,
    runs: Vec<FrameBlocks>,
}

impl CoherentSums {
    pub(crate) fn new(system: CoherentSystem, run: FrameBlocks) -> Self {
        Self {
            system,
            runs: vec![run],
        }
    }

    /// The sums of independent runs together: the blocks of `other` after those of `self`. Associative to the last bit.
    ///
    /// # Errors
    /// [`OnlineError::Mismatch`] where sampling, species, lags or wave vectors differ.
    pub fn merge(mut self, other: Self) -> Result<Self, OnlineError> {
        self.system.same(&other.system)?;
        self.runs.extend(other.runs);
        Ok(self)
    }

    /// Number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Number of blocks, over all runs.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.runs.iter().map(FrameBlocks::blocks).sum()
    }

    /// F(q,t) of each pair of species and of all particles: what [`structure::coherent_isf`](super::coherent_isf()) gives of whole
    /// trajectories.
    #[must_use]
    pub fn coherent_isf(&self) -> ByPair<Curve> {
        let system = &self.system;
        let axis = Axis::of_tables(&self.runs, system.sampling, &system.lags);
        let mut sums = vec![axis.sums(); system.columns()];
        let vectors = system.integers.len() as f64;
        axis.for_each(&self.runs, |block, lag, columns, pairs| {
            for (sums, x) in sums.iter_mut().zip(columns) {
                sums.add(block, lag, x / vectors, pairs);
            }
        });
        let kinds = system.species.len();
        let pairs: Vec<[usize; 2]> = (0..kinds).flat_map(|a| (a..kinds).map(move |b| [a, b])).collect();
        let mut sizes: Vec<f64> = system.species.iter().map(|(_, count)| *count as f64).collect();
        sizes.push(sizes.iter().sum());
        let mut curves = curves(&axis, &sums, &pairs, &sizes);
        let total = curves.pop().expect("all particles come last");
        let name = |s: usize| system.species[s].0.clone();
        let named = pairs.iter().zip(curves);
        ByPair::new(total, named.map(|(&[a, b], curve)| (name(a), name(b), curve)))
    }
}

/// The numbers of sums, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct State {
    system: CoherentSystem,
    runs: Vec<FrameBlocks>,
}

#[cfg(feature = "serde")]
impl TryFrom<State> for CoherentSums {
    type Error = &'static str;

    fn try_from(State { system, runs }: State) -> Result<Self, Self::Error> {
        system.check()?;
        let sound = |run: &FrameBlocks| run.is_sound(system.lags.len(), system.columns());
        if runs.is_empty() || !runs.iter().all(sound) {
            return Err("sums of another shape, or not finite");
        }
        Ok(Self { system, runs })
    }
}
