//! Energy differences of one run or of several, sorted into bins.

use super::bins::CentredBins;
use super::sums::EnergyPairs;
use super::{Distribution, EnergyError};
use crate::lag::LagError;
use crate::sampling::{Lag, Sampling};
use crate::stats::frame_blocks::FrameBlocks;
use crate::stats::runs::{agree, numbered, resamples};
use crate::stats::sums::Summed;
use crate::stats::{BlockSums, MergeError, Sums};

/// Columns before the bins: the first four powers, and the differences outside of the bins.
const OUTSIDE: usize = 4;
const BINS: usize = 5;

/// Differences of the energies of one system, and the bins that they are sorted into.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BinnedPairs {
    pub(crate) pairs: EnergyPairs,
    pub(crate) bins: CentredBins,
}

impl BinnedPairs {
    /// Counts the difference of two samples.
    #[inline]
    pub(crate) fn add_difference(&self, then: f64, now: f64, columns: &mut [f64]) {
        let difference = (now - then) * self.pairs.system.per_particle_scale();
        let mut power = 1.0;
        for column in &mut columns[..OUTSIDE] {
            power *= difference;
            *column += power;
        }
        let column = self.bins.bin(difference).map_or(OUTSIDE, |bin| BINS + bin);
        columns[column] += 1.0;
    }
}

impl Summed for BinnedPairs {
    type Run = FrameBlocks;

    fn sampling(&self) -> Sampling {
        self.pairs.system.sampling()
    }

    fn lags(&self) -> &[u64] {
        &self.pairs.lags
    }

    fn columns(&self) -> usize {
        BINS + self.bins.count()
    }

    fn same(&self, other: &Self) -> Result<(), MergeError> {
        self.pairs.same(&other.pairs)?;
        let shown = |bins: CentredBins| {
            [
                ("number of bins", bins.count().to_string()),
                ("bin width", bins.width().to_string()),
            ]
        };
        agree(shown(self.bins), shown(other.bins))
    }

    #[cfg(feature = "serde")]
    fn check(&self) -> Result<(), &'static str> {
        self.pairs.check()?;
        self.bins.check()
    }
}

/// The differences of one run or of several at a few lags, sorted into bins: what a
/// [`DistributionAccumulator`](crate::online::DistributionAccumulator) has summed.
pub type DistributionSums = Sums<BinnedPairs>;

impl DistributionSums {
    /// The lags, strictly increasing.
    #[must_use]
    pub fn lags(&self) -> impl ExactSizeIterator<Item = Lag> {
        let EnergyPairs { system, lags } = &self.over.pairs;
        lags.iter().map(|&samples| system.sampling().lag(samples))
    }

    /// Pairs at a lag whose difference lies outside of the bins.
    ///
    /// # Errors
    /// [`LagError::NoPair`] for a lag that was not asked for.
    pub fn outside(&self, lag: Lag) -> Result<u64, LagError> {
        let k = self.place(lag)?;
        let of = |(_, (run, block)): (usize, (&FrameBlocks, usize))| run.sums(block, k)[OUTSIDE];
        Ok(numbered(&self.runs).map(of).sum::<f64>() as u64)
    }

    fn place(&self, lag: Lag) -> Result<usize, LagError> {
        let found = self.lags().position(|l| l == lag);
        found.ok_or_else(|| self.no_pair(lag))
    }

    fn no_pair(&self, lag: Lag) -> LagError {
        let samples = self.runs.iter().map(|run| run.blocks.end()).max().unwrap_or(0);
        LagError::NoPair {
            lag,
            frames: usize::try_from(samples).unwrap_or(usize::MAX),
        }
    }

    /// The distribution at a lag, from the lowest bin that holds a difference to the highest. Its
    /// densities add up to the fraction of pairs that lie in the bins.
    ///
    /// # Errors
    /// [`LagError::NoPair`] for a lag that was not asked for, or that no two samples lie apart,
    /// [`EnergyError::NoSpread`] where all differences are equal or lie outside of the bins.
    pub fn distribution(&self, lag: Lag) -> Result<Distribution, EnergyError> {
        let k = self.place(lag)?;
        let bins = self.over.bins;
        let blocks: Vec<(&FrameBlocks, usize)> = numbered(&self.runs).map(|(_, block)| block).collect();
        let sums = |columns: std::ops::Range<usize>, divisor: f64| {
            let mut sums = BlockSums::new(blocks.len(), columns.len());
            for (b, (run, block)) in blocks.iter().enumerate() {
                for (point, sum) in run.sums(*block, k)[columns.clone()].iter().enumerate() {
                    sums.add(b, point, sum / divisor, run.pairs(*block, k));
                }
            }
            sums
        };
        let powers = sums(0..OUTSIDE, 1.0);
        let pairs = powers.weight(0);
        if pairs == 0.0 {
            return Err(self.no_pair(lag).into());
        }
        let count = |bin: usize| -> f64 {
            blocks
                .iter()
                .map(|(run, block)| run.sums(*block, k)[BINS + bin])
                .sum()
        };
        let counts: Vec<u64> = (0..bins.count()).map(|bin| count(bin) as u64).collect();
        let first = counts.iter().position(|&count| count > 0);
        let last = counts.iter().rposition(|&count| count > 0);
        let spread = powers.mean(1) - powers.mean(0).powi(2);
        let (Some(first), Some(last), true) = (first, last, spread > 0.0) else {
            return Err(EnergyError::NoSpread {
                lag,
                pairs: pairs as usize,
                value: powers.mean(0),
            });
        };
        Ok(Distribution::from_sums(
            (lag, self.over.pairs.system.sampling().time_step()),
            pairs as u64,
            [bins.start(first), bins.width()],
            counts[first..=last].to_vec(),
            &sums(BINS + first..BINS + last + 1, bins.width()),
            (0.0, &powers),
            resamples(&self.runs),
        ))
    }
}
