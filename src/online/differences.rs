//! Distributions of energy differences of a run that is going on.

use super::accumulator::{Accumulator, Pairs};
use super::error::{OnlineError, check_samples};
use super::places::LevelLags;
use crate::energy::bins::CentredBins;
use crate::energy::distribution_sums::BinnedPairs;
use crate::energy::sums::EnergyPairs;
use crate::lag::Lags;
use crate::real::Real;
use crate::series::EnergySystem;

/// phi(Delta; t) of a run that is going on, at a few lags: how often the energy per particle
/// changes by Delta within t.
///
/// It gives what [`energy::distribution`](crate::energy::distribution()) gives with
/// [`Bins::Width`](crate::energy::Bins::Width) over a whole series. Bins are fixed before the first
/// sample, so that differences may fall outside: they are counted
/// ([`outside`](crate::energy::DistributionSums::outside)), and are in the moments.
///
/// **Memory.** 8 bytes for each sample of the longest lag, and for each lag, block and bin.
/// **Cost.** Some 8 ns for each sample and lag.
///
/// Blocks, pieces of one run and allocation are as for every [`Accumulator`].
///
/// ```
/// use msed::online::DistributionAccumulator;
/// use msed::{EnergyKind, EnergySystem, Lag, Lags, Sampling};
/// let system = EnergySystem::new(Sampling::new(1, 1.0)?, 1, EnergyKind::PerParticle)?;
/// // Bins of 0.5 from -2.25 to 2.25.
/// let mut live = DistributionAccumulator::new(system, &Lags::samples([2]), 0.5, 2.0)?;
/// live.push_slice(&[0.0, 1.0, 1.0, 0.0, 0.0, 1.5])?;
/// let phi = live.snapshot()?.distribution(Lag::from_steps(2))?;
/// assert_eq!(phi.centres, [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5]);
/// assert_eq!(phi.counts, [2, 0, 0, 0, 1, 1]);
/// # Ok::<(), msed::Error>(())
/// ```
pub type DistributionAccumulator = Accumulator<BinnedPairs>;

impl Pairs for BinnedPairs {
    type Work = ();

    fn work(&self) {}

    /// A row is one sample.
    fn width(&self) -> usize {
        1
    }

    fn particles(&self) -> Vec<usize> {
        Vec::new()
    }

    #[inline]
    fn add(&self, (): &mut (), then: &[f64], now: &[f64], sums: &mut [f64]) {
        self.add_difference(then[0], now[0], sums);
    }
}

impl DistributionAccumulator {
    /// An accumulator for these lags, in bins of `width` from about `-range` to `range`, both in
    /// energy per particle. One bin is centred on 0.
    ///
    /// # Errors
    /// [`OnlineError::Energy`] for bins without a width or too many, otherwise as
    /// [`EnergyAccumulator::ring`](super::EnergyAccumulator::ring).
    pub fn new(
        system: impl Into<EnergySystem>,
        lags: &Lags,
        width: f64,
        range: f64,
    ) -> Result<Self, OnlineError> {
        let system = system.into();
        let bins = CentredBins::new(width, range)?;
        let lags = lags.in_planned_samples(&system.sampling())?;
        let levels = vec![LevelLags::single(&lags)];
        let pairs = EnergyPairs { system, lags };
        Self::of(BinnedPairs { pairs, bins }, &[], levels)
    }

    /// Takes in the next sample, in the kind of the system.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a sample that is not finite or above 1e60 in size, which is
    /// not taken in.
    pub fn push<T: Real>(&mut self, sample: T) -> Result<(), OnlineError> {
        self.push_slice(std::slice::from_ref(&sample))
    }

    /// Takes in the next samples.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a sample that is not finite or above 1e60 in size, in which
    /// case none is taken in.
    pub fn push_slice<T: Real>(&mut self, samples: &[T]) -> Result<(), OnlineError> {
        check_samples(samples, self.stream.progress.next())?;
        self.add(samples);
        Ok(())
    }

    /// Takes in samples that can be computed with.
    pub(super) fn add<T: Real>(&mut self, samples: &[T]) {
        for &sample in samples {
            self.stream.room()[0] = Real::to_f64(sample);
            self.push_row();
        }
    }

    /// Number of samples taken in.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.stream.progress.count
    }
}
