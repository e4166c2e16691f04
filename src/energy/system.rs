//! What energies are of.

use std::num::NonZeroUsize;

use crate::sampling::Sampling;
#[cfg(feature = "serde")]
use crate::series::positive_temperature;
use crate::series::{EnergyKind, SeriesError, check_temperature};

/// The system whose energies an accumulator takes: when they are sampled, of how many particles
/// they are, and whether they are totals.
///
/// ```
/// use msed::energy::EnergySystem;
/// use msed::{EnergyKind, Sampling};
/// // 1000 particles, the total energy every 10 steps of 0.005, at a temperature of 0.8.
/// let system = EnergySystem::new(Sampling::new(10, 0.005)?, 1000, EnergyKind::Total)?.with_temperature(0.8)?;
/// assert_eq!(system.particles(), 1000);
/// assert_eq!(
///     EnergySystem::new(system.sampling(), 0, EnergyKind::Total).unwrap_err().to_string(),
///     "0 particles, expected at least 1"
/// );
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EnergySystem {
    sampling: Sampling,
    particles: NonZeroUsize,
    kind: EnergyKind,
    #[cfg_attr(feature = "serde", serde(deserialize_with = "positive_temperature"))]
    temperature: Option<f64>,
}

impl EnergySystem {
    /// A system of `particles` particles.
    ///
    /// # Errors
    /// [`SeriesError::NoParticles`].
    pub fn new(sampling: Sampling, particles: usize, kind: EnergyKind) -> Result<Self, SeriesError> {
        Ok(Self {
            sampling,
            particles: NonZeroUsize::new(particles).ok_or(SeriesError::NoParticles)?,
            kind,
            temperature: None,
        })
    }

    /// The temperature of the run, which [`EnergySums::moments`](super::EnergySums::moments) hands
    /// on, and which sums that merge must share. A temperature that is known at the end only, or
    /// that differs between replicas, is given there:
    /// [`Moments::with_temperature`](super::Moments::with_temperature).
    ///
    /// # Errors
    /// [`SeriesError::Invalid`] unless positive and finite.
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self, SeriesError> {
        self.temperature = Some(check_temperature(temperature)?);
        Ok(self)
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles.get()
    }

    /// Whether samples are totals.
    #[must_use]
    pub fn kind(&self) -> EnergyKind {
        self.kind
    }

    /// The temperature, where it was given.
    #[must_use]
    pub fn temperature(&self) -> Option<f64> {
        self.temperature
    }

    /// From a sample to the energy per particle.
    pub(crate) fn scale(&self) -> f64 {
        self.kind.scale(self.particles)
    }
}

/// Pairs of energies: of what system, and how many samples apart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EnergyPairs {
    pub(crate) system: EnergySystem,
    /// In samples.
    pub(crate) lags: Vec<u64>,
}
