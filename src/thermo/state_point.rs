//! One temperature of a scan.

use crate::energy::Moments;
use crate::relaxation::Fit;
use crate::stats::Estimate;

use super::{Ensemble, HeatCapacity, Plateaus, ThermoError};

/// One system at one temperature: its energies (of one run or of several replicas), what they relaxed by, and what is known
/// of its structure.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StatePoint {
    name: String,
    particles: usize,
    mean_energy: Estimate,
    energy_temperature: Estimate,
    heat_capacity: HeatCapacity,
    relaxation: Option<[Estimate; 3]>,
    structural_time: Option<Estimate>,
    excluded: Option<String>,
}

impl StatePoint {
    /// A state point from the moments of its energies and the heat capacity that follows from them.
    ///
    /// # Errors
    /// [`ThermoError::Resamples`] where the two went through different resamples.
    pub fn new(
        name: impl Into<String>,
        moments: &Moments,
        heat_capacity: HeatCapacity,
    ) -> Result<Self, ThermoError> {
        same_resamples(heat_capacity.excess(), moments.mean())?;
        // At constant energy the kinetic temperature goes with the mean energy, block by block, even where one is given.
        let given = heat_capacity.temperature();
        let energy_temperature = match heat_capacity.ensemble() {
            Ensemble::Nve { .. } => moments.kinetic_temperature().unwrap_or(given).clone(),
            _ => given.clone(),
        };
        Ok(Self {
            name: name.into(),
            particles: moments.particles(),
            mean_energy: moments.mean().clone(),
            energy_temperature,
            heat_capacity,
            relaxation: None,
            structural_time: None,
            excluded: None,
        })
    }

    /// With the relaxation of the energy by Eq. (11), where that is resolved; unchanged where it is not.
    ///
    /// # Errors
    /// [`ThermoError::Resamples`] where the fit went through other resamples than the moments.
    pub fn with_fit(self, fit: &Fit) -> Result<Self, ThermoError> {
        if !fit.verdict().is_resolved() {
            return Ok(self);
        }
        let plateaus = Plateaus {
            u0_squared: fit.u0_squared(),
            um_squared: fit.um_squared(),
        };
        self.with_relaxation(plateaus, fit.relaxation_time())
    }

    /// With plateaus and a relaxation time of the energy from any estimator.
    ///
    /// # Errors
    /// [`ThermoError::Resamples`] where they went through other resamples than the moments.
    pub fn with_relaxation(
        mut self,
        plateaus: Plateaus<'_>,
        relaxation_time: &Estimate,
    ) -> Result<Self, ThermoError> {
        let parts = [plateaus.u0_squared, plateaus.um_squared, relaxation_time];
        for part in parts {
            same_resamples(part, &self.mean_energy)?;
        }
        self.relaxation = Some(parts.map(Estimate::clone));
        Ok(self)
    }

    /// With a relaxation time of the structure, such as tau_alpha: from a trajectory, whose blocks are its own. A point
    /// without a trajectory has none, and is left out where one is needed.
    #[must_use]
    pub fn with_structural_time(mut self, time: &Estimate) -> Self {
        self.structural_time = Some(time.clone());
        self
    }

    /// Left out of everything over temperature, for this reason: not in equilibrium, say.
    #[must_use]
    pub fn exclude(mut self, reason: impl Into<String>) -> Self {
        self.excluded = Some(reason.into());
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The temperature that it stands at.
    #[must_use]
    pub fn temperature(&self) -> f64 {
        self.heat_capacity.temperature().value()
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles
    }

    /// The temperature through the same resamples as the mean energy: at constant energy the kinetic one, even where the
    /// state point's is given.
    #[must_use]
    pub fn energy_temperature(&self) -> &Estimate {
        &self.energy_temperature
    }

    /// Mean energy per particle.
    #[must_use]
    pub fn mean_energy(&self) -> &Estimate {
        &self.mean_energy
    }

    /// The heat capacity.
    #[must_use]
    pub fn heat_capacity(&self) -> &HeatCapacity {
        &self.heat_capacity
    }

    /// U0² and Um² in energy² per particle², where they are resolved.
    #[must_use]
    pub fn plateaus(&self) -> Option<Plateaus<'_>> {
        let [u0_squared, um_squared, _] = self.relaxation.as_ref()?;
        Some(Plateaus {
            u0_squared,
            um_squared,
        })
    }

    /// A relaxation time, where there is one.
    #[must_use]
    pub fn time(&self, of: Relaxing) -> Option<&Estimate> {
        match of {
            Relaxing::Energy => self.relaxation.as_ref().map(|[_, _, time]| time),
            Relaxing::Structure => self.structural_time.as_ref(),
        }
    }

    /// Why it does not count; `None` where it does.
    #[must_use]
    pub fn excluded(&self) -> Option<&str> {
        self.excluded.as_deref()
    }
}

/// What relaxes in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Relaxing {
    /// The energy: tau* of Eq. (11).
    Energy,
    /// The structure: tau_alpha.
    Structure,
}

fn same_resamples(found: &Estimate, expected: &Estimate) -> Result<(), ThermoError> {
    if found.resamples() == expected.resamples() {
        return Ok(());
    }
    Err(ThermoError::Resamples {
        found: found.resamples().len(),
        expected: expected.resamples().len(),
    })
}
