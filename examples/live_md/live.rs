//! What is measured while the run goes.

use msed::online::{EnergyAccumulator, OnlineError};
use msed::relaxation::{self, Fit, Model, Weighting, Window};
use msed::{Curve, EnergyKind, Lags, Sampling};
use serde::{Deserialize, Serialize};

/// Steps between two energies.
pub(crate) const EVERY: u64 = 10;

/// The energy correlations of the run so far.
#[derive(Debug)]
pub(crate) struct Live {
    energy: EnergyAccumulator,
    record: Record,
}

/// What they were accumulated from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    particles: usize,
    time_step: f64,
    steps: u64,
    energies: Vec<f64>,
}

impl Live {
    /// For a run that is planned to have so many steps: lags go up to a tenth of it.
    pub(crate) fn new(particles: usize, time_step: f64, steps: u64) -> Result<Self, OnlineError> {
        let sampling = Sampling::new(EVERY, time_step)?;
        let lags = Lags::logarithmic(20).up_to_fraction(0.1);
        let samples = (steps / EVERY) as usize;
        Ok(Self {
            energy: EnergyAccumulator::ring(sampling, particles, EnergyKind::Total, &lags, samples)?,
            record: Record {
                particles,
                time_step,
                steps,
                energies: Vec::new(),
            },
        })
    }

    /// Goes on from a record, bit by bit as if it had never been left: what is accumulated depends on the samples alone.
    pub(crate) fn resume(record: &Record) -> Result<Self, OnlineError> {
        let mut live = Self::new(record.particles, record.time_step, record.steps)?;
        live.energy.push_slice(&record.energies)?;
        live.record.energies.clone_from(&record.energies);
        Ok(live)
    }

    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// The potential energy of all particles, every [`EVERY`] steps.
    pub(crate) fn push(&mut self, energy: f64) -> Result<(), OnlineError> {
        self.energy.push(energy)?;
        self.record.energies.push(energy);
        Ok(())
    }

    /// The mean-squared energy difference of the run so far.
    pub(crate) fn msed(&self) -> Result<Curve, OnlineError> {
        Ok(self.energy.snapshot()?.msed())
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
