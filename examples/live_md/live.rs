//! What is measured while the run goes.

use msed::relaxation::{self, Fit, Model, Weighting, Window};
use msed::{Curve, EnergyKind, EnergySeries, Lags, Resampling, Sampling, energy};
use serde::{Deserialize, Serialize};

/// Steps between two energies.
pub(crate) const EVERY: u64 = 10;

/// The potential energy of the run so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Live {
    particles: usize,
    time_step: f64,
    energies: Vec<f64>,
}

impl Live {
    pub(crate) fn new(particles: usize, time_step: f64) -> Self {
        Self {
            particles,
            time_step,
            energies: Vec::new(),
        }
    }

    /// The potential energy of all particles, every [`EVERY`] steps.
    pub(crate) fn push(&mut self, energy: f64) {
        self.energies.push(energy);
    }

    /// The mean-squared energy difference of the run so far, up to a tenth of it.
    pub(crate) fn msed(&self) -> Result<Curve, msed::Error> {
        let sampling = Sampling::new(EVERY, self.time_step)?;
        let series = EnergySeries::new(&self.energies[..], sampling, self.particles, EnergyKind::Total)?;
        let lags = Lags::logarithmic(20).up_to_fraction(0.1);
        Ok(energy::msed(&series, &lags, Resampling::default())?.into_curve())
    }

    /// Its relaxation.
    pub(crate) fn relaxation(&self) -> Result<Fit, msed::Error> {
        Ok(relaxation::fit(
            &self.msed()?,
            Model::Exponential,
            Window::Automatic,
            Weighting::StandardErrors,
        )?)
    }
}
