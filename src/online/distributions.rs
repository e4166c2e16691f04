//! Distributions of energy differences, while a run goes on.

use super::energy_sums::System;
use super::error::OnlineError;
use super::frame_blocks::{FrameBlocks, kept};
use super::runs::{BLOCKS, agree, numbered, resamples};
use crate::energy::{Distribution, DistributionError};
use crate::error::Error;
use crate::lag::{LagError, Lags, Sampling};
use crate::real::Real;
use crate::series::EnergyKind;
use crate::stats::BlockSums;

/// More bins than this are a mistake in the width.
const MOST_BINS: usize = 1 << 20;

/// Columns before the bins: the first four powers, and the differences outside of the bins.
const OUTSIDE: usize = 4;
const BINS: usize = 5;

/// phi(Delta; t) of a run that is going on, at a few lags: how often the energy per particle changes by Delta within t.
///
/// The results are those of [`energy::distribution`](crate::energy::distribution()) with [`Bins::Width`](crate::energy::Bins::Width). Bins are fixed
/// before the first sample, so that differences may fall outside: they are counted ([`DistributionSums::outside`]), and are in the moments.
///
/// **Blocks** as for [`EnergyAccumulator`](super::EnergyAccumulator). **Memory.** Fixed at construction: 8 bytes for each sample of the longest lag,
/// and for each lag, block and bin. **Cost.** Some 5 ns for each sample and lag. Nothing is allocated after construction.
///
/// ```
/// use msed::online::DistributionAccumulator;
/// use msed::{EnergyKind, Lags, Sampling};
/// let lags = Lags::explicit([2]);
/// // Bins of 0.5 from -2.25 to 2.25.
/// let mut live = DistributionAccumulator::new(
///     Sampling::new(1, 1.0)?, 1, EnergyKind::PerParticle, &lags, 100, 0.5, 2.0)?;
/// for energy in [0.0, 1.0, 1.0, 0.0, 0.0, 1.5] {
///     live.push(energy)?;
/// }
/// let phi = live.snapshot()?.distribution(2)?;
/// assert_eq!(phi.centres(), [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5]);
/// assert_eq!(phi.counts(), [2, 0, 0, 0, 1, 1]);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "State")
)]
pub struct DistributionAccumulator {
    system: System,
    axis: Axis,
    blocks: FrameBlocks,
    /// The last samples, sample i in place i modulo their number.
    ring: Vec<f64>,
}

/// Bins of one width, as many on either side of the one centred on 0.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Axis {
    width: f64,
    side: usize,
}

impl Axis {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "bins are counted, and not too many"
    )]
    fn new(width: f64, range: f64) -> Result<Self, DistributionError> {
        if !(width.is_finite() && width > 0.0) {
            return Err(DistributionError::Width { found: width });
        }
        let found = 2.0 * (range / width).round() + 1.0;
        if !(found >= 1.0 && found <= MOST_BINS as f64) {
            return Err(DistributionError::TooManyBins {
                found,
                most: MOST_BINS,
            });
        }
        Ok(Self {
            width,
            side: (found / 2.0) as usize,
        })
    }

    fn bins(self) -> usize {
        2 * self.side + 1
    }

    /// Lower end of a bin.
    #[allow(clippy::cast_precision_loss, reason = "bins are not too many")]
    fn start(self, bin: usize) -> f64 {
        (bin as f64 - self.side as f64 - 0.5) * self.width
    }

    /// The bin of a difference; none outside.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be positive, and cut to the bins"
    )]
    fn bin(self, difference: f64) -> Option<usize> {
        let place = (difference - self.start(0)) / self.width;
        let bin = place as usize;
        (place >= 0.0 && bin < self.bins()).then_some(bin)
    }
}

impl DistributionAccumulator {
    /// An accumulator for these lags of a run that is planned to have `samples` samples, in bins of `width` from about `-range` to `range`, both
    /// in energy per particle. One bin is centred on 0.
    ///
    /// # Errors
    /// [`Error::Distribution`] for bins that are none or too many, [`OnlineError`] as for [`EnergyAccumulator::ring`](super::EnergyAccumulator::ring).
    pub fn new(
        sampling: Sampling,
        particles: usize,
        kind: EnergyKind,
        lags: &Lags,
        samples: usize,
        width: f64,
        range: f64,
    ) -> Result<Self, Error> {
        let axis = Axis::new(width, range)?;
        let lags = lags.resolve(samples, sampling.interval())?;
        let system = System::new(sampling, particles, kind, lags)?;
        Ok(Self {
            blocks: FrameBlocks::new(system.lags.len(), BINS + axis.bins(), BLOCKS),
            ring: vec![0.0; kept(&system.lags)],
            system,
            axis,
        })
    }

    /// Takes in the next sample, in the kind given at construction.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a NaN or an infinity, which is not taken in.
    pub fn push<T: Real>(&mut self, sample: T) -> Result<(), OnlineError> {
        let (index, sample) = (self.samples(), Real::to_f64(sample));
        if !sample.is_finite() {
            return Err(OnlineError::NotFinite { index, found: sample });
        }
        let kept = self.ring.len() as u64;
        #[allow(clippy::cast_possible_truncation, reason = "a place in memory")]
        let place = |index: u64| (index % kept) as usize;
        self.ring[place(index)] = sample;
        self.blocks.open();
        let scale = self.system.scale();
        for (k, &lag) in self.system.lags.iter().enumerate() {
            let Some(first) = index.checked_sub(lag) else {
                break;
            };
            let difference = (sample - self.ring[place(first)]) * scale;
            let columns = self.blocks.pair_mut(first, k);
            let mut power = 1.0;
            for column in &mut columns[..OUTSIDE] {
                power *= difference;
                *column += power;
            }
            let column = self.axis.bin(difference).map_or(OUTSIDE, |bin| BINS + bin);
            columns[column] += 1.0;
        }
        Ok(())
    }

    /// Takes in the next samples.
    ///
    /// # Errors
    /// As [`push`](Self::push); the samples before are taken in.
    pub fn push_slice<T: Real>(&mut self, samples: &[T]) -> Result<(), OnlineError> {
        samples.iter().try_for_each(|&sample| self.push(sample))
    }

    /// Number of samples taken in.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.blocks.frames()
    }

    /// The lags, in samples.
    #[must_use]
    pub fn lags(&self) -> &[u64] {
        &self.system.lags
    }

    /// The sums over all samples so far; the stream goes on as if it had not been asked.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second sample.
    pub fn snapshot(&self) -> Result<DistributionSums, OnlineError> {
        if self.samples() < 2 {
            return Err(OnlineError::TooFewSamples {
                found: self.samples(),
            });
        }
        let mut blocks = self.blocks.clone();
        blocks.finish();
        Ok(DistributionSums {
            system: self.system.clone(),
            axis: self.axis,
            runs: vec![blocks],
        })
    }
}

/// The differences of one run or of several at a few lags, sorted into bins.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "SumsState")
)]
pub struct DistributionSums {
    system: System,
    axis: Axis,
    runs: Vec<FrameBlocks>,
}

impl DistributionSums {
    /// The sums of independent runs together: the blocks of `other` after those of `self`. Associative to the last bit.
    ///
    /// # Errors
    /// [`OnlineError::Mismatch`] where sampling, particles, kind, lags or bins differ.
    pub fn merge(mut self, other: Self) -> Result<Self, OnlineError> {
        self.system.same(&other.system)?;
        let shown = |axis: Axis| [("the number of bins", format!("{} of {}", axis.bins(), axis.width))];
        agree(shown(self.axis), shown(other.axis))?;
        self.runs.extend(other.runs);
        Ok(self)
    }

    /// The lags, in samples.
    #[must_use]
    pub fn lags(&self) -> &[u64] {
        &self.system.lags
    }

    /// Pairs at a lag, in samples, whose difference lies outside of the bins.
    ///
    /// # Errors
    /// [`LagError::NoPair`] for a lag that was not asked for.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of pairs"
    )]
    pub fn outside(&self, lag: u64) -> Result<u64, LagError> {
        let k = self.place(lag)?;
        let of = |(_, (run, block)): (usize, (&FrameBlocks, usize))| run.sums(block, k)[OUTSIDE];
        Ok(numbered(&self.runs).map(of).sum::<f64>() as u64)
    }

    fn place(&self, lag: u64) -> Result<usize, LagError> {
        let frames = self.runs.iter().map(FrameBlocks::frames).max().unwrap_or(0);
        let found = self.system.lags.iter().position(|&l| l == lag);
        found.ok_or(LagError::NoPair {
            lag,
            frames: usize::try_from(frames).unwrap_or(usize::MAX),
        })
    }

    /// The distribution at a lag in samples, from the lowest bin that holds a difference to the highest. Its densities add up to the fraction
    /// of pairs that lie in the bins.
    ///
    /// # Errors
    /// [`LagError::NoPair`] for a lag that was not asked for, or that no two samples lie apart, [`DistributionError::NoSpread`] where all
    /// differences are equal or lie outside of the bins.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of pairs"
    )]
    pub fn distribution(&self, lag: u64) -> Result<Distribution, Error> {
        let k = self.place(lag)?;
        let blocks: Vec<(&FrameBlocks, usize)> = numbered(&self.runs).map(|(_, block)| block).collect();
        let pairs: f64 = blocks.iter().map(|(run, block)| run.pairs(*block, k)).sum();
        if pairs == 0.0 {
            let frames = self.runs.iter().map(FrameBlocks::frames).max().unwrap_or(0);
            return Err(LagError::NoPair {
                lag,
                frames: usize::try_from(frames).unwrap_or(usize::MAX),
            }
            .into());
        }
        let of_bin = |bin: usize| -> f64 {
            blocks
                .iter()
                .map(|(run, block)| run.sums(*block, k)[BINS + bin])
                .sum()
        };
        let counts: Vec<u64> = (0..self.axis.bins()).map(|bin| of_bin(bin) as u64).collect();
        let first = counts.iter().position(|&count| count > 0);
        let last = counts.iter().rposition(|&count| count > 0);
        let mut powers = BlockSums::new(blocks.len(), OUTSIDE);
        for (b, (run, block)) in blocks.iter().enumerate() {
            for power in 0..OUTSIDE {
                powers.add(b, power, run.sums(*block, k)[power], run.pairs(*block, k));
            }
        }
        let spread = powers.mean(1) - powers.mean(0).powi(2);
        let (Some(first), Some(last), true) = (first, last, spread > 0.0) else {
            return Err(DistributionError::NoSpread {
                lag,
                pairs: pairs as usize,
                value: powers.mean(0),
            }
            .into());
        };
        let mut histogram = BlockSums::new(blocks.len(), last - first + 1);
        for (b, (run, block)) in blocks.iter().enumerate() {
            for bin in first..=last {
                let count = run.sums(*block, k)[BINS + bin];
                histogram.add(b, bin - first, count / self.axis.width, run.pairs(*block, k));
            }
        }
        Ok(Distribution::from_sums(
            [lag, pairs as u64],
            self.system.sampling.interval(),
            [self.axis.start(first), self.axis.width],
            counts[first..=last].to_vec(),
            &histogram,
            (0.0, &powers),
            resamples(&self.runs),
        ))
    }
}

/// The numbers of an accumulator, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct State {
    system: System,
    axis: Axis,
    blocks: FrameBlocks,
    ring: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<State> for DistributionAccumulator {
    type Error = &'static str;

    fn try_from(state: State) -> Result<Self, Self::Error> {
        let State {
            system,
            axis,
            mut blocks,
            ring,
        } = state;
        check(&system, axis, std::slice::from_ref(&blocks))?;
        let length = system.lags.last().and_then(|lag| lag.checked_add(1));
        if length != Some(ring.len() as u64) || ring.iter().any(|x| !x.is_finite()) {
            return Err("samples of another length, or not finite");
        }
        blocks.reserve();
        Ok(Self {
            system,
            axis,
            blocks,
            ring,
        })
    }
}

/// The numbers of sums, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct SumsState {
    system: System,
    axis: Axis,
    runs: Vec<FrameBlocks>,
}

#[cfg(feature = "serde")]
impl TryFrom<SumsState> for DistributionSums {
    type Error = &'static str;

    fn try_from(SumsState { system, axis, runs }: SumsState) -> Result<Self, Self::Error> {
        check(&system, axis, &runs)?;
        Ok(Self { system, axis, runs })
    }
}

#[cfg(feature = "serde")]
fn check(system: &System, axis: Axis, runs: &[FrameBlocks]) -> Result<(), &'static str> {
    if !system.is_sound() {
        return Err("lags that do not increase, or no temperature");
    }
    if !(axis.width.is_finite() && axis.width > 0.0) || axis.side >= MOST_BINS {
        return Err("bins that are none, or too many");
    }
    let (lags, width) = (system.lags.len(), BINS + axis.bins());
    if runs.is_empty() || !runs.iter().all(|run| run.is_sound(lags, width)) {
        return Err("sums of another shape, or not finite");
    }
    Ok(())
}
