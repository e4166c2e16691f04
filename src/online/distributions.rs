//! Distributions of energy differences, while a run goes on.

use super::error::OnlineError;
use super::levels::LevelLags;
use super::pair_stream::PairStream;
use crate::energy::sums::System;
use crate::energy::{Distribution, DistributionError};
use crate::error::Error;
use crate::lag::{LagError, Lags};
use crate::real::Real;
use crate::sampling::{Lag, Sampling};
use crate::series::EnergyKind;
use crate::stats::BlockSums;
use crate::stats::doubling_blocks::{BLOCKS, check_most};
use crate::stats::pair_table::FrameBlocks;
use crate::stats::runs::{agree, check_samples, numbered, resamples};

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
/// and for each lag, block and bin. **Cost.** Some 8 ns for each sample and lag. Nothing is allocated after construction.
///
/// ```
/// use msed::online::DistributionAccumulator;
/// use msed::{EnergyKind, Lags, Sampling};
/// let lags = Lags::samples([2]);
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
    /// Samples, one in a row.
    pub(super) stream: PairStream,
}

/// Bins of one width, as many on either side of the one centred on 0.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Axis {
    width: f64,
    side: usize,
}

impl Axis {
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
    fn start(self, bin: usize) -> f64 {
        (bin as f64 - self.side as f64 - 0.5) * self.width
    }

    /// The bin of a difference; none outside.
    fn bin(self, difference: f64) -> Option<usize> {
        let place = (difference - self.start(0)) / self.width;
        let bin = place as usize;
        (place >= 0.0 && bin < self.bins()).then_some(bin)
    }

    /// Columns of one lag.
    fn columns(self) -> usize {
        BINS + self.bins()
    }

    /// Counts a difference.
    #[inline]
    fn add(self, difference: f64, columns: &mut [f64]) {
        let mut power = 1.0;
        for column in &mut columns[..OUTSIDE] {
            power *= difference;
            *column += power;
        }
        let column = self.bin(difference).map_or(OUTSIDE, |bin| BINS + bin);
        columns[column] += 1.0;
    }

    /// Whether these are the bins of another.
    fn same(self, other: Self) -> Result<(), OnlineError> {
        let shown = |axis: Self| [("the number of bins", format!("{} of {}", axis.bins(), axis.width))];
        agree(shown(self), shown(other))
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
        let lags = lags.in_samples(samples, &sampling)?;
        let system = System::new(sampling, particles, kind, lags)?;
        let sums = FrameBlocks::new(system.lags.len(), axis.columns(), BLOCKS)?;
        Ok(Self {
            stream: PairStream::new(vec![LevelLags::single(&system.lags)], 1, sums)?,
            system,
            axis,
        })
    }

    /// At most `most` blocks, an even number.
    ///
    /// # Errors
    /// [`OnlineError::Blocks`] for fewer than two, more than 65536, or an odd number, [`OnlineError::Running`] after the first sample.
    pub fn with_blocks(mut self, most: usize) -> Result<Self, OnlineError> {
        let sums = FrameBlocks::new(self.system.lags.len(), self.axis.columns(), check_most(most)?)?;
        self.stream = self.stream.with_sums(sums)?;
        Ok(self)
    }

    /// For a piece of a run: the samples begin with sample `sample` of the run, counted from 0. See [`followed_by`](Self::followed_by).
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first sample, [`OnlineError::Start`] for a sample beyond 2^62.
    pub fn starting_at(mut self, sample: u64) -> Result<Self, OnlineError> {
        self.stream = self.stream.starting_at(sample)?;
        Ok(self)
    }

    /// Takes in the next sample, in the kind given at construction.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a NaN, an infinity or a number above 1e60 in size, which is not taken in.
    pub fn push<T: Real>(&mut self, sample: T) -> Result<(), OnlineError> {
        self.push_slice(std::slice::from_ref(&sample))
    }

    /// Takes in the next samples.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a NaN, an infinity or a number above 1e60 in size, in which case none is taken in.
    pub fn push_slice<T: Real>(&mut self, samples: &[T]) -> Result<(), OnlineError> {
        check_samples(samples, self.stream.next_place())?;
        samples.iter().for_each(|&sample| self.add(Real::to_f64(sample)));
        Ok(())
    }

    fn add(&mut self, sample: f64) {
        self.stream.room()[0] = sample;
        let (scale, axis) = (self.system.scale(), self.axis);
        self.stream.push(|then, now, sums| {
            axis.add((now[0] - then[0]) * scale, sums);
        });
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.system.sampling
    }

    /// Number of samples taken in.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.stream.count()
    }

    /// The lags, strictly increasing.
    #[must_use]
    pub fn lags(&self) -> impl ExactSizeIterator<Item = Lag> {
        let System { lags, sampling, .. } = &self.system;
        lags.iter().map(|&m| sampling.lag(m))
    }

    /// The sums over all samples so far; the stream goes on as if it had not been asked.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second sample.
    pub fn snapshot(&self) -> Result<DistributionSums, OnlineError> {
        Ok(DistributionSums {
            system: self.system.clone(),
            axis: self.axis,
            runs: vec![self.stream.finished()?],
        })
    }

    /// This piece of a run and the one that follows it, as one accumulator, which goes on where `later` is, as
    /// [`EnergyAccumulator::followed_by`](super::EnergyAccumulator::followed_by).
    ///
    /// # Errors
    /// [`OnlineError::NotConsecutive`] where `later` does not begin with the sample after the last one here, [`OnlineError::Mismatch`]
    /// where sampling, particles, kind, lags or bins differ.
    pub fn followed_by(mut self, later: &Self) -> Result<Self, OnlineError> {
        self.system.same(&later.system)?;
        self.axis.same(later.axis)?;
        let (scale, axis) = (self.system.scale(), self.axis);
        self.stream.followed_by(&later.stream, |then, now, sums| {
            axis.add((now[0] - then[0]) * scale, sums);
        })?;
        Ok(self)
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
        self.axis.same(other.axis)?;
        self.runs.extend(other.runs);
        Ok(self)
    }

    /// The lags, strictly increasing.
    #[must_use]
    pub fn lags(&self) -> impl ExactSizeIterator<Item = Lag> {
        let System { lags, sampling, .. } = &self.system;
        lags.iter().map(|&m| sampling.lag(m))
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
        let frames = self.runs.iter().map(FrameBlocks::frames).max().unwrap_or(0);
        let found = self.lags().position(|l| l == lag);
        found.ok_or(LagError::NoPair {
            lag,
            frames: usize::try_from(frames).unwrap_or(usize::MAX),
        })
    }

    /// The distribution at a lag, from the lowest bin that holds a difference to the highest. Its densities add up to the fraction
    /// of pairs that lie in the bins.
    ///
    /// # Errors
    /// [`LagError::NoPair`] for a lag that was not asked for, or that no two samples lie apart, [`DistributionError::NoSpread`] where all
    /// differences are equal or lie outside of the bins.
    pub fn distribution(&self, lag: Lag) -> Result<Distribution, Error> {
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
            lag,
            self.system.sampling.time_step(),
            pairs as u64,
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
    stream: PairStream,
}

#[cfg(feature = "serde")]
impl TryFrom<State> for DistributionAccumulator {
    type Error = &'static str;

    fn try_from(state: State) -> Result<Self, Self::Error> {
        let State {
            system,
            axis,
            mut stream,
        } = state;
        check(&system, axis)?;
        if !stream.restore(&system.lags, 1, axis.columns()) {
            return Err("samples or sums of another shape, or not finite");
        }
        Ok(Self { system, axis, stream })
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
        check(&system, axis)?;
        let sound = |run: &FrameBlocks| run.is_sound(system.lags.len(), axis.columns());
        if runs.is_empty() || !runs.iter().all(sound) {
            return Err("sums of another shape, or not finite");
        }
        Ok(Self { system, axis, runs })
    }
}

#[cfg(feature = "serde")]
fn check(system: &System, axis: Axis) -> Result<(), &'static str> {
    if !system.is_sound() {
        return Err("lags that do not increase, or no temperature");
    }
    if !(axis.width.is_finite() && axis.width > 0.0) || axis.side >= MOST_BINS {
        return Err("bins that are none, or too many");
    }
    Ok(())
}
