//! Products of densities of one run or of several, and the curves that follow from them.

use super::error::OnlineError;
use super::frame_blocks::FrameBlocks;
use crate::curve::Curve;
use crate::lag::Sampling;
use crate::stats::{BlockSums, Resamples, Resampling};

/// What is summed, and over what: the same for all runs that go together.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Scattering {
    pub(super) sampling: Sampling,
    /// Names, and numbers of particles.
    pub(super) species: Vec<(String, usize)>,
    /// In frames.
    pub(super) lags: Vec<u64>,
    /// Wave vectors over 2 pi.
    pub(super) turns: Vec<[f64; 3]>,
}

impl Scattering {
    /// Pairs of species, and all particles.
    pub(super) fn width(&self) -> usize {
        self.species.len() * (self.species.len() + 1) / 2 + 1
    }

    /// Frames that the longest lag reaches over, both ends included.
    #[allow(clippy::cast_possible_truncation, reason = "lags are below a length")]
    pub(super) fn kept(&self) -> usize {
        self.lags.last().map_or(1, |&lag| lag as usize + 1)
    }

    /// Numbers that a frame's densities are.
    pub(super) fn modes(&self) -> usize {
        2 * self.species.len() * self.turns.len()
    }

    /// What a constructor would refuse.
    #[cfg(feature = "serde")]
    pub(super) fn check(&self, runs: &[FrameBlocks]) -> Result<(), &'static str> {
        let increase = self.lags.windows(2).all(|w| w[0] < w[1]);
        if self.lags.is_empty() || !increase || self.lags.last().is_some_and(|&lag| lag >= u64::MAX / 2) {
            return Err("lags that do not increase");
        }
        if self.species.is_empty() || self.species.iter().any(|(_, count)| *count == 0) {
            return Err("a species without particles");
        }
        if self.turns.is_empty() || self.turns.as_flattened().iter().any(|x| !x.is_finite()) {
            return Err("wave vectors that are none");
        }
        let sound = |run: &FrameBlocks| run.is_sound(self.lags.len(), self.width());
        if runs.is_empty() || !runs.iter().all(sound) {
            return Err("sums of another shape, or not finite");
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
    pub(super) fn new(system: Scattering, run: FrameBlocks) -> Self {
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
        let shown = |system: &Scattering| {
            [
                ("sampling", format!("{:?}", system.sampling)),
                ("the list of species", format!("{:?}", system.species)),
                ("the list of lags", format!("{:?}", system.lags)),
                ("the list of wave vectors", format!("{:?}", system.turns)),
            ]
        };
        let pairs = shown(&self.system).into_iter().zip(shown(&other.system));
        for ((quantity, expected), (_, found)) in pairs {
            if found != expected {
                return Err(OnlineError::Mismatch {
                    quantity,
                    found,
                    expected,
                });
            }
        }
        self.runs.extend(other.runs);
        Ok(self)
    }

    /// F_ab of two species, in either order, with the normalisation of Ashcroft and Langreth; `None` where there is no such species.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "particle numbers are far below 2^53")]
    pub fn partial(&self, a: &str, b: &str) -> Option<Curve> {
        let species = &self.system.species;
        let find = |name: &str| species.iter().position(|(n, _)| n == name);
        let (a, b) = (find(a)?, find(b)?);
        let (a, b) = (a.min(b), a.max(b));
        // The pairs in their order: all with the first, all others with the second, ...
        let column = a * species.len() - a * (a + 1) / 2 + b;
        let count = (species[a].1 as f64 * species[b].1 as f64).sqrt();
        Some(self.curve(column, count))
    }

    /// F(q,t) of all particles, per particle: its value at lag 0 is the static structure factor.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "particle numbers are far below 2^53")]
    pub fn total(&self) -> Curve {
        let count: usize = self.system.species.iter().map(|(_, count)| count).sum();
        self.curve(self.system.width() - 1, count as f64)
    }

    #[allow(clippy::cast_precision_loss, reason = "numbers of vectors are far below 2^53")]
    fn curve(&self, column: usize, count: f64) -> Curve {
        let blocks: Vec<(&FrameBlocks, usize)> = self
            .runs
            .iter()
            .flat_map(|run| (0..run.blocks()).map(move |block| (run, block)))
            .collect();
        let has_pairs = |k: &usize| blocks.iter().any(|(run, block)| run.pairs(*block, *k) > 0.0);
        let stride = self.system.sampling.stride();
        let lags: Vec<u64> = (0..self.system.lags.len())
            .take_while(has_pairs)
            .map(|k| self.system.lags[k] * stride)
            .collect();
        let mut sums = BlockSums::new(blocks.len(), lags.len());
        for (b, (run, block)) in blocks.iter().enumerate() {
            for k in 0..lags.len() {
                sums.add(b, k, run.sums(*block, k)[column], run.pairs(*block, k));
            }
        }
        let most = self.runs.iter().map(FrameBlocks::blocks).max().unwrap_or(0);
        let resampling = match (blocks.len(), most) {
            (0 | 1, _) => Resampling::None,
            (_, 1) => Resampling::Replicas,
            _ => Resampling::Blocks(most),
        };
        let shortest = self.runs.iter().map(FrameBlocks::shortest).min().unwrap_or(0);
        let terms = count * self.system.turns.len() as f64;
        Curve::from_sums(
            lags,
            self.system.sampling.time_step(),
            [&sums],
            Resamples::jackknife(resampling, blocks.len()),
            shortest * stride,
            |[mean]| mean / terms,
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
        system.check(&runs)?;
        Ok(Self { system, runs })
    }
}
