//! One temperature of a scan.

use super::{Ensemble, HeatCapacity, Plateaus, ThermoError};
use crate::energy::{self, Moments};
use crate::error::Error;
use crate::lag::Lags;
use crate::real::Real;
use crate::relaxation::{Fit, Model, Relaxation, Verdict, Window};
use crate::series::Runs;
use crate::stats::{Estimate, Resampling};
use crate::units::{Conversion, Dimension, Units};

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
    verdict: Option<Verdict>,
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
            verdict: None,
            structural_time: None,
            excluded: None,
        })
    }

    /// A state point from its energies alone, those of one run or of several replicas: moments, MSED at 20 lags a decade up to a
    /// tenth of the run, the exponential form of Eq. (11) in `window` weighted by the errors, and the heat capacity with its two
    /// parts where that fit is resolved.
    ///
    /// # Errors
    /// Those of [`energy::moments`], [`energy::msed`], [`Fit::to`] and [`heat_capacity`](super::heat_capacity()).
    ///
    /// ```
    /// use msed::relaxation::Window;
    /// use msed::thermo::{Relaxing, StatePoint};
    /// use msed::{EnergyKind, Ensemble, Resampling, Units, io};
    /// let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
    /// let window = Window::Given([0.5, 200.0]);
    /// let point =
    ///     StatePoint::from_energies("T0.700", &run, Units::LJ, Ensemble::nve(1000), window, Resampling::default())?;
    /// assert_eq!(point.heat_capacity().excess().to_string(), "1.846(40)");
    /// assert_eq!(point.time(Relaxing::Energy).unwrap().to_string(), "5.44(73)");
    /// assert!(point.relaxation_verdict().unwrap().is_resolved());
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn from_energies<T: Real>(
        name: impl Into<String>,
        runs: &impl Runs<T>,
        units: Units,
        ensemble: Ensemble,
        window: Window,
        resampling: Resampling,
    ) -> Result<Self, Error> {
        let moments = energy::moments(runs, resampling)?;
        let lags = Lags::logarithmic(20).up_to_fraction(0.1);
        let msed = energy::msed(runs, &lags, resampling)?;
        let fit = Fit::new(Model::Exponential).window(window).to(msed.curve())?;
        let plateaus = fit.verdict().is_resolved().then(|| Plateaus {
            u0_squared: fit.u0_squared(),
            um_squared: fit.um_squared(),
        });
        let heat_capacity = super::heat_capacity(&moments, units, ensemble, plateaus)?;
        Ok(Self::new(name, &moments, heat_capacity)?.with_fit(&fit)?)
    }

    /// With the relaxation of the energy by Eq. (11), where that is resolved; where it is not, with [its verdict](Self::relaxation_verdict) alone.
    ///
    /// # Errors
    /// [`ThermoError::Resamples`] where the fit went through other resamples than the moments.
    pub fn with_fit(mut self, fit: &Relaxation) -> Result<Self, ThermoError> {
        self.verdict = Some(fit.verdict().clone());
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

    /// The same point in other units.
    ///
    /// # Errors
    /// [`ThermoError::Units`] unless the conversion begins with the units of its heat capacity.
    pub fn converted(&self, conversion: &Conversion) -> Result<Self, ThermoError> {
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
            heat_capacity: self.heat_capacity.converted(conversion)?,
            relaxation,
            structural_time: self
                .structural_time
                .as_ref()
                .map(|time| by(time, Dimension::TIME)),
            ..self.clone()
        })
    }

    /// What the fit to its energies came to: why it has no relaxation time where it has none. `None` without a fit; in the fit's own units.
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
