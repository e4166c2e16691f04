//! Products of densities of one run or of several, and the curves that follow from them.

use crate::curve::Curve;
use crate::sampling::Sampling;
use crate::stats::MergeError;
use crate::stats::pair_table::{self, FrameBlocks};
#[cfg(feature = "serde")]
use crate::stats::runs::are_lags;
use crate::stats::runs::{InBlocks, agree, same_lags, same_sampling};
use crate::trajectory::{Cell, SpeciesError};

/// What is summed, and over what: the same for all runs that go together.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Scattering {
    pub(crate) sampling: Sampling,
    /// Names, and numbers of particles.
    pub(crate) species: Vec<(String, usize)>,
    /// In frames.
    pub(crate) lags: Vec<u64>,
    pub(crate) cell: Cell,
    /// Wave vectors, in reciprocal lattice vectors of the cell.
    pub(crate) integers: Vec<[i32; 3]>,
}

impl Scattering {
    /// Pairs of species, and all particles.
    pub(crate) fn width(&self) -> usize {
        self.species.len() * (self.species.len() + 1) / 2 + 1
    }

    /// Numbers that a frame's densities are.
    pub(crate) fn modes(&self) -> usize {
        2 * self.species.len() * self.integers.len()
    }

    /// What another system has that this one has not.
    pub(crate) fn same(&self, other: &Self) -> Result<(), MergeError> {
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
        let pairs = self.integers.iter().zip(&other.integers);
        let different = pairs.into_iter().find(|(a, b)| a != b);
        different.map_or(Ok(()), |(a, b)| {
            let shown = |integers: &[i32; 3]| [("a wave vector", format!("{integers:?}"))];
            agree(shown(a), shown(b))
        })
    }

    /// What a constructor would refuse.
    #[cfg(feature = "serde")]
    pub(crate) fn check(&self) -> Result<(), &'static str> {
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

/// The products of the densities of one run or of several, and the coherent intermediate scattering functions that follow from them.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "State")
)]
pub struct CoherentSums {
    system: Scattering,
    runs: Vec<FrameBlocks>,
}

impl CoherentSums {
    pub(crate) fn new(system: Scattering, run: FrameBlocks) -> Self {
        Self {
            system,
            runs: vec![run],
        }
    }

    /// The sums of independent runs together: the blocks of `other` after those of `self`. Associative to the last bit.
    ///
    /// # Errors
    /// [`MergeError`] where sampling, species, lags or wave vectors differ.
    pub fn merge(mut self, other: Self) -> Result<Self, MergeError> {
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

    /// F_ab of two species, in either order, with the normalisation of Ashcroft and Langreth.
    ///
    /// # Errors
    /// [`SpeciesError::Unknown`].
    pub fn partial(&self, a: &str, b: &str) -> Result<Curve, SpeciesError> {
        let species = &self.system.species;
        let find = |name: &str| {
            let found = species.iter().position(|(n, _)| n == name);
            found.ok_or_else(|| SpeciesError::Unknown {
                name: name.to_owned(),
                known: species
                    .iter()
                    .map(|(n, _)| n.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
        };
        let (a, b) = (find(a)?, find(b)?);
        let (a, b) = (a.min(b), a.max(b));
        // The pairs in their order: all with the first, all others with the second, ...
        let column = a * species.len() - a * (a + 1) / 2 + b;
        let count = (species[a].1 as f64 * species[b].1 as f64).sqrt();
        Ok(self.curve(column, count))
    }

    /// F(q,t) of all particles, per particle: its value at lag 0 is the static structure factor.
    #[must_use]
    pub fn total(&self) -> Curve {
        let count: usize = self.system.species.iter().map(|(_, count)| count).sum();
        self.curve(self.system.width() - 1, count as f64)
    }

    fn curve(&self, column: usize, count: f64) -> Curve {
        let system = &self.system;
        let terms = count * system.integers.len() as f64;
        pair_table::curve(
            &self.runs,
            system.sampling,
            &system.lags,
            [column],
            terms,
            |[mean]| mean,
        )
    }
}

/// The numbers of sums, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct State {
    system: Scattering,
    runs: Vec<FrameBlocks>,
}

#[cfg(feature = "serde")]
impl TryFrom<State> for CoherentSums {
    type Error = &'static str;

    fn try_from(State { system, runs }: State) -> Result<Self, Self::Error> {
        system.check()?;
        let sound = |run: &FrameBlocks| run.is_sound(system.lags.len(), system.width());
        if runs.is_empty() || !runs.iter().all(sound) {
            return Err("sums of another shape, or not finite");
        }
        Ok(Self { system, runs })
    }
}
