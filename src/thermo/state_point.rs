//! One temperature of a scan.

use super::{ConstantPressure, Ensemble, EnsembleCheck, HeatCapacity, ThermoError, Undetermined, Virial};
use crate::energy::Moments;
use crate::relaxation::{Reason, Relaxation, Verdict};
use crate::stats::{Estimate, Outcome};
use crate::units::{Conversion, Dimension, Units};

/// One system at one temperature: its energies (of one run or of several replicas), what they
/// relaxed by, and what is known of its structure.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StatePoint {
    name: String,
    particles: usize,
    mean_energy: Estimate,
    units: Units,
    ensemble: Ensemble,
    temperature: Estimate,
    energy_temperature: Estimate,
    heat_capacity: Option<HeatCapacity>,
    constant_pressure: Option<Outcome<ConstantPressure, Undetermined>>,
    relaxation: Option<[Estimate; 3]>,
    verdict: Option<Verdict>,
    ensemble_check: Option<EnsembleCheck>,
    virial: Option<Virial>,
    structural_time: Option<Estimate>,
    excluded: Option<String>,
}

impl StatePoint {
    /// A state point from the moments of its energies and the heat capacity that follows from them.
    ///
    /// # Errors
    /// [`ThermoError::OtherRun`] where the two are of different runs, [`ThermoError::Mixture`]
    /// where they went through different resamples.
    pub fn new(
        name: impl Into<String>,
        moments: &Moments,
        heat_capacity: HeatCapacity,
    ) -> Result<Self, ThermoError> {
        ThermoError::unless_of_run("heat capacity", &heat_capacity.excess, &moments.mean)?;
        // At constant energy the kinetic temperature goes with the mean energy, block by block,
        // even where one is given.
        let given = heat_capacity.temperature().clone();
        let (units, ensemble) = (heat_capacity.units(), heat_capacity.ensemble());
        let energy_temperature = match ensemble {
            Ensemble::Nve { .. } => moments.kinetic_temperature.as_ref().unwrap_or(&given).clone(),
            _ => given.clone(),
        };
        Ok(Self {
            energy_temperature,
            heat_capacity: Some(heat_capacity),
            ..Self::bare(name, moments, units, ensemble, given)
        })
    }

    /// A state point at constant pressure, from the moments of its energies and what
    /// [`constant_pressure`](super::constant_pressure()) found, or why it found nothing. It has no
    /// [heat capacity](Self::heat_capacity) of the energy alone, and enters
    /// [`Scan::enthalpy_check`](super::Scan::enthalpy_check) and what follows from times of the
    /// structure.
    ///
    /// # Errors
    /// [`ThermoError::NoTemperature`] for moments without one; [`ThermoError::OtherRun`] and
    /// [`ThermoError::Mixture`] where the two are of different runs or went through different
    /// resamples.
    pub fn at_constant_pressure(
        name: impl Into<String>,
        moments: &Moments,
        units: Units,
        ensemble: Ensemble,
        found: Outcome<ConstantPressure, Undetermined>,
    ) -> Result<Self, ThermoError> {
        if let Some(found) = found.value() {
            ThermoError::unless_of_run("heat capacity", &found.c_p, &moments.mean)?;
        }
        let temperature = moments.temperature().ok_or(ThermoError::NoTemperature)?;
        Ok(Self {
            constant_pressure: Some(found),
            ..Self::bare(name, moments, units, ensemble, temperature)
        })
    }

    /// A point of which nothing but its mean energy and its temperature is known.
    fn bare(
        name: impl Into<String>,
        moments: &Moments,
        units: Units,
        ensemble: Ensemble,
        temperature: Estimate,
    ) -> Self {
        Self {
            name: name.into(),
            particles: moments.particles,
            mean_energy: moments.mean.clone(),
            units,
            ensemble,
            energy_temperature: temperature.clone(),
            temperature,
            heat_capacity: None,
            constant_pressure: None,
            relaxation: None,
            verdict: None,
            ensemble_check: None,
            virial: None,
            structural_time: None,
            excluded: None,
        }
    }

    /// With the relaxation that a fit found in the energies of the same run. Of an unresolved fit
    /// only [the verdict](Self::relaxation_verdict) is kept.
    ///
    /// # Errors
    /// [`ThermoError::OtherRun`] for a fit of another run than the moments,
    /// [`ThermoError::Mixture`] for one that went through other resamples.
    pub fn with_relaxation(mut self, fit: &Relaxation) -> Result<Self, ThermoError> {
        self.verdict = Some(fit.verdict.clone());
        if !fit.verdict.is_resolved() {
            return Ok(self);
        }
        self.with_plateaus(&fit.u0_squared, &fit.um_squared, &fit.relaxation_time)
    }

    /// With plateaus U0² and Um² and a relaxation time of the energy from anywhere. Where the
    /// ensemble has been checked and the time is the thermostat's, and at constant pressure, only
    /// the verdict is kept.
    ///
    /// # Errors
    /// As [`with_relaxation`](Self::with_relaxation).
    pub fn with_plateaus(
        mut self,
        u0_squared: &Estimate,
        um_squared: &Estimate,
        relaxation_time: &Estimate,
    ) -> Result<Self, ThermoError> {
        let parts = [u0_squared, um_squared, relaxation_time];
        for part in parts {
            ThermoError::unless_of_run("fit", part, &self.mean_energy)?;
        }
        self.relaxation = Some(parts.map(Estimate::clone));
        Ok(self.judged())
    }

    /// Adds what the energies and temperatures of the same run show of its ensemble. A relaxation
    /// time that is the thermostat's becomes unresolved ([`EnsembleCheck::judge`]), here or when it
    /// is given later. Where the run sampled neither ensemble, its heat capacity enters nothing
    /// over temperature ([`no_heat_capacity`](Self::no_heat_capacity)).
    ///
    /// # Errors
    /// [`ThermoError::OtherRun`] and [`ThermoError::Mixture`] as for the other parts;
    /// [`ThermoError::Contradiction`] where the data contradict the ensemble of the heat capacity,
    /// or the kind, the units or the degrees of freedom of the energies.
    pub fn with_ensemble_check(mut self, check: &EnsembleCheck) -> Result<Self, ThermoError> {
        ThermoError::unless_of_run("ensemble", &check.correlation, &self.mean_energy)?;
        if let Some(contradiction) = check.contradiction(self.ensemble) {
            return Err(contradiction.into());
        }
        self.ensemble_check = Some(check.clone());
        Ok(self.judged())
    }

    /// Without a relaxation that is the thermostat's.
    fn judged(mut self) -> Self {
        let [_, _, time] = match &self.relaxation {
            Some(parts) => parts,
            None => return self,
        };
        let of_thermostat = || {
            self.ensemble_check
                .as_ref()
                .and_then(|check| check.thermostat_reason(time.value()))
        };
        let reason = match self.ensemble {
            Ensemble::Npt { .. } => Some(Reason::ConstantPressure),
            _ => of_thermostat(),
        };
        if reason.is_some() {
            self.verdict = Some(self.verdict.unwrap_or(Verdict::Resolved).unless(reason));
            self.relaxation = None;
        }
        self
    }

    /// With the fluctuations of the virial of the same run.
    ///
    /// # Errors
    /// [`ThermoError::OtherRun`] and [`ThermoError::Mixture`] as for the other parts;
    /// [`ThermoError::Mixed`] for one in other units than the heat capacity.
    pub fn with_virial(mut self, virial: &Virial) -> Result<Self, ThermoError> {
        ThermoError::unless_of_run("virial", &virial.gamma, &self.mean_energy)?;
        let [found, expected] = [virial.units(), self.units].map(|units| units.name());
        if found != expected {
            return Err(ThermoError::Mixed {
                quantity: "units of the virial",
                name: self.name,
                found: found.to_owned(),
                expected: expected.to_owned(),
            });
        }
        self.virial = Some(virial.clone());
        Ok(self)
    }

    /// With a relaxation time of the structure, such as tau_alpha: from a trajectory, whose blocks
    /// are its own. A point without a trajectory has none, and is left out where one is needed.
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

    /// The same point in other units.
    ///
    /// # Errors
    /// [`ThermoError::Units`] unless the conversion begins with its units.
    pub fn converted(&self, conversion: &Conversion) -> Result<Self, ThermoError> {
        conversion.expect(self.units)?;
        let by = |estimate: &Estimate, dimension| {
            let factor = conversion.factor(dimension);
            estimate.map(|x| x * factor)
        };
        let relaxation = self.relaxation.as_ref().map(|[u0, um, time]| {
            [
                by(u0, Dimension::MSED),
                by(um, Dimension::MSED),
                by(time, Dimension::TIME),
            ]
        });
        Ok(Self {
            mean_energy: by(&self.mean_energy, Dimension::ENERGY),
            energy_temperature: by(&self.energy_temperature, Dimension::TEMPERATURE),
            units: conversion.to(),
            temperature: by(&self.temperature, Dimension::TEMPERATURE),
            heat_capacity: self
                .heat_capacity
                .as_ref()
                .map(|found| found.converted(conversion))
                .transpose()?,
            constant_pressure: match &self.constant_pressure {
                Some(Outcome::Resolved(found)) => Some(Outcome::Resolved(found.converted(conversion)?)),
                other => other.clone(),
            },
            relaxation,
            virial: self
                .virial
                .as_ref()
                .map(|virial| virial.converted(conversion))
                .transpose()?,
            ensemble_check: self
                .ensemble_check
                .as_ref()
                .map(|check| check.converted(conversion)),
            structural_time: self
                .structural_time
                .as_ref()
                .map(|time| by(time, Dimension::TIME)),
            ..self.clone()
        })
    }

    /// What the fit to its energies came to: why it has no relaxation time where it has none.
    /// `None` where there is neither a fit nor a thermostat's time in its place. Times are in the
    /// fit's own units.
    #[must_use]
    pub fn relaxation_verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The temperature that it stands at.
    #[must_use]
    pub fn temperature(&self) -> f64 {
        self.temperature.value()
    }

    /// The same with its error, where it is no given one.
    pub(super) fn temperature_estimate(&self) -> &Estimate {
        &self.temperature
    }

    /// The units of its energies, temperatures and times.
    #[must_use]
    pub fn units(&self) -> Units {
        self.units
    }

    /// The ensemble that it is declared to be of.
    #[must_use]
    pub fn ensemble(&self) -> Ensemble {
        self.ensemble
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles
    }

    /// The temperature through the same resamples as the mean energy: at constant energy the
    /// kinetic one, even where the state point's is given.
    #[must_use]
    pub fn energy_temperature(&self) -> &Estimate {
        &self.energy_temperature
    }

    /// Mean energy per particle.
    #[must_use]
    pub fn mean_energy(&self) -> &Estimate {
        &self.mean_energy
    }

    /// What its energies and temperatures say of its ensemble, where that was
    /// [asked](Self::with_ensemble_check).
    #[must_use]
    pub fn ensemble_check(&self) -> Option<&EnsembleCheck> {
        self.ensemble_check.as_ref()
    }

    /// The fluctuations of its virial, where they were [given](Self::with_virial).
    #[must_use]
    pub fn virial(&self) -> Option<&Virial> {
        self.virial.as_ref()
    }

    /// The virial of a point whose heat capacity counts.
    pub(super) fn counted_virial(&self) -> Option<&Virial> {
        self.virial.as_ref().filter(|_| self.no_heat_capacity().is_none())
    }

    /// Why its heat capacity counts nowhere: the run sampled neither ensemble, or is at constant
    /// pressure. `None` where it counts.
    #[must_use]
    pub fn no_heat_capacity(&self) -> Option<Undetermined> {
        if self.heat_capacity.is_none() {
            return Some(Undetermined::ConstantPressure);
        }
        self.ensemble_check.as_ref()?.no_heat_capacity()
    }

    /// The heat capacity, where it counts.
    pub(super) fn counted_heat_capacity(&self) -> Option<&HeatCapacity> {
        let found = self.heat_capacity.as_ref();
        found.filter(|_| self.no_heat_capacity().is_none())
    }

    /// The heat capacity by the formula of its ensemble, which the run may not have sampled: see
    /// [`no_heat_capacity`](Self::no_heat_capacity). `None` at constant pressure.
    #[must_use]
    pub fn heat_capacity(&self) -> Option<&HeatCapacity> {
        self.heat_capacity.as_ref()
    }

    /// What the fluctuations of its enthalpy and volume say, or why they say nothing; `None` of a
    /// run at constant volume.
    #[must_use]
    pub fn constant_pressure(&self) -> Option<&Outcome<ConstantPressure, Undetermined>> {
        self.constant_pressure.as_ref()
    }

    /// U0² in energy² per particle², where it is resolved.
    #[must_use]
    pub fn u0_squared(&self) -> Option<&Estimate> {
        self.relaxation.as_ref().map(|[u0_squared, ..]| u0_squared)
    }

    /// Um² in energy² per particle², where it is resolved.
    #[must_use]
    pub fn um_squared(&self) -> Option<&Estimate> {
        self.relaxation.as_ref().map(|[_, um_squared, _]| um_squared)
    }

    /// A relaxation time, where there is one.
    #[must_use]
    pub fn time(&self, of: TimeOf) -> Option<&Estimate> {
        match of {
            TimeOf::Energy => self.relaxation.as_ref().map(|[_, _, time]| time),
            TimeOf::Structure => self.structural_time.as_ref(),
        }
    }

    /// Why it does not count; `None` where it does.
    #[must_use]
    pub fn excluded(&self) -> Option<&str> {
        self.excluded.as_deref()
    }
}

/// Whose relaxation time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TimeOf {
    /// The energy: tau* of Eq. (11).
    Energy,
    /// The structure: tau_alpha.
    Structure,
}
