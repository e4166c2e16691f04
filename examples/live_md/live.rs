//! What is measured while the run goes.

use msed::online::{DisplacementAccumulator, EnergyAccumulator};
use msed::relaxation::{Fit, Model, NotReached, Relaxation, tau_alpha};
use msed::stats::Outcome;
use msed::structure::WaveVectors;
use msed::trajectory::{Cell, Species};
use msed::{Curve, EnergyKind, EnergySystem, Error, Estimate, Lags, Sampling};
use serde::{Deserialize, Serialize};

use crate::mixture::count_of_a;
use crate::simulation::{Simulation, side};

/// Steps between two energies.
pub(crate) const EVERY: u64 = 10;

/// Steps between two frames.
pub(crate) const FRAME_EVERY: u64 = 100;

/// Wave vectors of F_s.
pub(crate) const VECTORS: usize = 30;

/// The correlations of the run so far.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Live {
    energy: EnergyAccumulator,
    frames: DisplacementAccumulator,
}

impl Live {
    /// For a run that is planned to have so many steps: lags go up to a tenth of it.
    pub(crate) fn new(particles: usize, time_step: f64, steps: u64) -> Result<Self, Error> {
        let lags = Lags::logarithmic(20).up_to_fraction(0.1);
        let system = EnergySystem::new(Sampling::new(EVERY, time_step)?, particles, EnergyKind::Total)?;
        let of_energies = lags.clone().planned((steps / EVERY) as usize);
        let of_frames = lags.planned((steps / FRAME_EVERY) as usize);
        Ok(Self {
            energy: EnergyAccumulator::ring(system, &of_energies)?,
            frames: frame_accumulator(particles, time_step, &of_frames)?,
        })
    }

    /// Looks at the run after a step.
    pub(crate) fn see(&mut self, run: &Simulation) -> Result<(), Error> {
        if run.step().is_multiple_of(EVERY) {
            self.energy.push(run.potential_energy())?;
        }
        if run.step().is_multiple_of(FRAME_EVERY) {
            self.frames.push_points(run.positions())?;
        }
        Ok(())
    }

    /// The mean-squared energy difference of the run so far.
    pub(crate) fn msed(&self) -> Result<Curve, Error> {
        Ok(self.energy.snapshot()?.msed())
    }

    /// Its relaxation: tau*.
    pub(crate) fn relaxation(&self) -> Result<Relaxation, Error> {
        Ok(Fit::new(Model::Exponential).to(&self.msed()?)?)
    }

    /// F_s of the A particles at the main peak of the structure factor.
    pub(crate) fn self_isf(&self) -> Result<Curve, Error> {
        Ok(self.frames.snapshot()?.self_isf(0)?.of("A")?.clone())
    }

    /// Where it falls to 1/e: tau_alpha.
    pub(crate) fn structural_relaxation(&self) -> Result<Outcome<Estimate, NotReached>, Error> {
        Ok(tau_alpha(&self.self_isf()?)?)
    }
}

/// Mean squared displacement and F_s at q = 7.25, over some vectors of the shell.
pub(crate) fn frame_accumulator(
    particles: usize,
    time_step: f64,
    lags: &Lags,
) -> Result<DisplacementAccumulator, Error> {
    let cell = Cell::cubic(side(particles))?;
    let vectors = WaveVectors::shell(&cell, 7.0..=7.5)?.subset(VECTORS, 1)?;
    let a = count_of_a(particles);
    let species = Species::by_count([("A", a), ("B", particles - a)])?;
    let sampling = Sampling::new(FRAME_EVERY, time_step)?;
    Ok(DisplacementAccumulator::new(sampling, &species, lags)?.with_self_isf(&vectors)?)
}
