//! The accumulator that a run feeds.

use std::num::NonZeroUsize;

use super::energy_sums::{EnergySums, System};
use super::error::OnlineError;
use super::ring::{Ring, Work};
use super::sums::RunSums;
use crate::lag::{Lags, Sampling};
use crate::real::Real;
use crate::series::{EnergyKind, SeriesError};

/// Blocks at most, unless asked otherwise.
const BLOCKS: usize = 20;

/// The energy correlations of a run that is going on: [`push`](Self::push) a sample at every sampling step, and ask for a
/// [`snapshot`](Self::snapshot) at any time.
///
/// **What it sums.** Every pair of samples at each lag, as [`energy::msed`](crate::energy::msed()) and
/// [`energy::autocorrelation`](crate::energy::autocorrelation()) do over a whole series: the results are theirs to rounding.
///
/// **Blocks.** Their number is bounded and their length is not: when there would be more than [`with_blocks`](Self::with_blocks)
/// says, 20 unless said, neighbours are joined. A run of n samples has between 10 and 20 blocks of between n/20 and n/10 samples, and a
/// lag longer than a block has no standard error.
///
/// **Memory.** Fixed at construction: 16 bytes for each sample of the longest lag (at least 24 kB in all), twice that again to work
/// in, and 32 bytes for each lag and block. **Cost.** One multiplication and addition for each sample and lag, in vector
/// instructions; a sample's work is done when some thousands have come together. Nothing is allocated after construction.
#[derive(Debug)]
pub struct EnergyAccumulator {
    system: System,
    levels: Vec<Ring>,
    sums: RunSums,
    samples: u64,
    work: Work,
}

impl EnergyAccumulator {
    /// An accumulator that keeps as many samples as the longest lag reaches over and sums every lag by its definition: exact, and the
    /// fastest for a few hundred lags.
    ///
    /// `samples` is the planned length of the run. It only says which lags there are, as in [`Lags::up_to_fraction`]: the run may be
    /// shorter, or go on.
    ///
    /// # Errors
    /// [`OnlineError::Lag`] for lags that a run of `samples` samples does not have, [`OnlineError::Series`] for no particles.
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, Lags, Sampling};
    /// let lags = Lags::explicit([1, 2]);
    /// let mut live = EnergyAccumulator::ring(Sampling::new(10, 0.005)?, 1, EnergyKind::Total, &lags, 100)?;
    /// live.push_slice(&[1.0, 2.0, 4.0, 7.0])?;
    /// let msed = live.snapshot()?.msed();
    /// assert_eq!(msed.lags(), [10, 20]);
    /// assert_eq!(msed.values(), [(1.0 + 4.0 + 9.0) / 3.0, (9.0 + 25.0) / 2.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn ring(
        sampling: Sampling,
        particles: usize,
        kind: EnergyKind,
        lags: &Lags,
        samples: usize,
    ) -> Result<Self, OnlineError> {
        let lags = lags.resolve(samples, sampling.interval())?;
        #[allow(clippy::cast_possible_truncation, reason = "lags are below a length")]
        let in_ring = lags.iter().map(|&lag| lag as usize).collect();
        let system = System::new(sampling, particles, kind, lags)?;
        Ok(Self::of(system, vec![Ring::new(1, in_ring, 0)], BLOCKS, 1))
    }

    fn of(system: System, levels: Vec<Ring>, most: usize, length: u64) -> Self {
        let longest = |of: fn(&Ring) -> usize| levels.iter().map(of).max().unwrap_or(0);
        Self {
            work: Work::new(longest(Ring::lags), longest(Ring::capacity)),
            sums: RunSums::new(system.lags.len(), most, length),
            samples: 0,
            system,
            levels,
        }
    }

    /// At most `most` blocks, an even number.
    ///
    /// # Errors
    /// [`OnlineError::Blocks`] for fewer than two, or an odd number.
    pub fn with_blocks(mut self, most: usize) -> Result<Self, OnlineError> {
        if most < 2 || most % 2 == 1 {
            return Err(OnlineError::Blocks { found: most });
        }
        self.sums.limit(most);
        Ok(self)
    }

    /// The temperature of the run, which [`EnergySums::moments`] hands on.
    ///
    /// # Errors
    /// [`SeriesError::Temperature`] unless positive and finite.
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self, OnlineError> {
        if !(temperature.is_finite() && temperature > 0.0) {
            return Err(SeriesError::Temperature { found: temperature }.into());
        }
        self.system.temperature = Some(temperature);
        Ok(self)
    }

    /// Takes in the next sample, in the kind given at construction.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a NaN or an infinity, which is not taken in.
    #[inline]
    pub fn push<T: Real>(&mut self, sample: T) -> Result<(), OnlineError> {
        self.push_slice(std::slice::from_ref(&sample))
    }

    /// Takes in the next samples: the same sums, to the last bit, as one by one.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a NaN or an infinity, in which case none is taken in.
    pub fn push_slice<T: Real>(&mut self, samples: &[T]) -> Result<(), OnlineError> {
        if let Some(bad) = samples.iter().position(|x| !x.is_finite()) {
            return Err(OnlineError::NotFinite {
                index: self.samples + bad as u64,
                found: Real::to_f64(samples[bad]),
            });
        }
        let mut rest = samples;
        while !rest.is_empty() {
            let level = &mut self.levels[0];
            let taken = level.fill(rest.iter().map(|&x| Real::to_f64(x)));
            if level.is_full() {
                level.advance(&mut self.sums, &mut self.work);
            }
            rest = &rest[taken..];
        }
        self.samples += samples.len() as u64;
        Ok(())
    }

    /// Number of samples taken in.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.system.sampling
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> NonZeroUsize {
        self.system.particles
    }

    /// The lags, in samples.
    #[must_use]
    pub fn lags(&self) -> &[u64] {
        &self.system.lags
    }

    /// The sums over all samples so far; the stream goes on as if it had not been asked.
    ///
    /// **Cost.** The work of the samples that wait: at most twice the longest lag of them. Allocates the sums that it returns.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second sample.
    pub fn snapshot(&self) -> Result<EnergySums, OnlineError> {
        if self.samples < 2 {
            return Err(OnlineError::TooFewSamples { found: self.samples });
        }
        let mut sums = self.sums.clone();
        let level = &self.levels[0];
        let mut work = Work::new(level.lags(), level.capacity());
        for level in &self.levels {
            level.sum_all(&mut sums, &mut work);
        }
        sums.finish(self.samples);
        Ok(EnergySums::new(self.system.clone(), sums))
    }
}
