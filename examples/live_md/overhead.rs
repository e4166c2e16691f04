//! What measuring costs beside the steps of the run.

use std::time::{Duration, Instant};

use msed::online::{EnergyAccumulator, OnlineError};
use msed::{EnergyKind, Lags, Sampling};

use crate::simulation::Simulation;

/// Stretches of the run, each with a share of its own.
const STRETCHES: usize = 10;

/// Steps in a stretch.
const STEPS: u64 = 1000;

/// The share of a loop's time that is spent in one part of it.
#[derive(Debug)]
struct Share {
    shares: Vec<f64>,
}

impl Share {
    /// Runs the loop: `measure` after every `every` steps. Reading the clock counts as measuring.
    fn of(
        simulation: &mut Simulation,
        every: u64,
        mut measure: impl FnMut(&Simulation) -> Result<(), OnlineError>,
    ) -> Result<Self, OnlineError> {
        let mut shares = Vec::new();
        for _ in 0..STRETCHES {
            let start = Instant::now();
            let mut measuring = Duration::ZERO;
            for step in 1..=STEPS {
                simulation.advance();
                if step.is_multiple_of(every) {
                    let before = Instant::now();
                    measure(simulation)?;
                    measuring += before.elapsed();
                }
            }
            let steps = start.elapsed() - measuring;
            shares.push(100.0 * measuring.as_secs_f64() / steps.as_secs_f64());
        }
        shares.sort_by(f64::total_cmp);
        Ok(Self { shares })
    }

    fn print(&self, what: &str) {
        println!(
            "{what}: {:.4} % of the steps' time ({:.4} to {:.4} in {STRETCHES} stretches of {STEPS} steps)",
            self.shares[STRETCHES / 2],
            self.shares[0],
            self.shares[STRETCHES - 1]
        );
    }
}

/// Measures, and prints.
pub(crate) fn print(simulation: &mut Simulation, time_step: f64) -> Result<(), OnlineError> {
    let particles = simulation.particles();
    let start = Instant::now();
    for _ in 0..STEPS {
        simulation.advance();
    }
    println!(
        "a step of {particles} particles: {:.0} us",
        start.elapsed().as_secs_f64() / STEPS as f64 * 1e6
    );
    let lags = Lags::logarithmic(20).up_to_fraction(0.1);
    let mut energy = EnergyAccumulator::ring(
        Sampling::new(1, time_step)?,
        particles,
        EnergyKind::Total,
        &lags,
        1_000_000,
    )?;
    let number = energy.lags().len();
    let share = Share::of(simulation, 1, |now| energy.push(now.potential_energy()))?;
    share.print(&format!("MSED at {number} lags, an energy every step"));
    Ok(())
}
