//! What measuring costs beside the steps of the run.

use std::time::{Duration, Instant};

use msed::online::EnergyAccumulator;
use msed::{EnergyKind, EnergySystem, Error, Lags, Sampling};

use crate::live::{FRAME_EVERY, VECTORS, frame_accumulator};
use crate::simulation::Simulation;

/// Stretches of the run, each with a share of its own.
const STRETCHES: usize = 11;

/// Steps in a stretch.
const STEPS: u64 = 1000;

/// Energies whose sums are timed.
const ENERGIES: u64 = 2_000_000;

/// Lags of the frames.
const LAGS: usize = 40;

/// The time spent on measuring in each stretch, in per cent of that of the steps.
#[derive(Debug)]
struct Shares(Vec<f64>);

impl Shares {
    /// Runs the loop: `measure` after every `every` steps. Reading the clock counts as measuring.
    fn of(
        simulation: &mut Simulation,
        every: u64,
        mut measure: impl FnMut(&Simulation) -> Result<(), Error>,
    ) -> Result<Self, Error> {
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
        Ok(Self(shares))
    }

    fn print(&self, what: &str) {
        let [least, most] = [self.0[0], self.0[STRETCHES - 1]];
        println!(
            "{what}: {:.4} % of the time of the steps (median of {STRETCHES} stretches of {STEPS} steps; {least:.4} to {most:.4})",
            self.0[STRETCHES / 2],
        );
    }
}

/// Measures, and prints.
pub(crate) fn print(simulation: &mut Simulation, time_step: f64) -> Result<(), Error> {
    let particles = simulation.particles();
    let mut times = Vec::new();
    for _ in 0..STEPS {
        let start = Instant::now();
        simulation.advance();
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    let step = times[times.len() / 2];
    println!(
        "a step of {particles} particles: median {step:.0} us, least {:.0} us",
        times[0]
    );

    let lags = Lags::logarithmic(20).up_to_samples(100_000);
    let system = EnergySystem::new(Sampling::new(1, time_step)?, particles, EnergyKind::Total)?;
    let mut energy = EnergyAccumulator::block_fft(system, &lags)?;
    let number = energy.lags().len();
    let mut seen = Vec::new();
    let shares = Shares::of(simulation, 1, |run| {
        seen.push(run.potential_energy());
        Ok(energy.push(run.potential_energy())?)
    })?;
    shares.print(&format!("MSED at {number} lags to 1e5, an energy every step"));
    // The sums are made of a hundred thousand energies at once, more than these stretches have.
    let start = Instant::now();
    while energy.samples() < ENERGIES {
        energy.push_slice(&seen)?;
    }
    let each = start.elapsed().as_secs_f64() * 1e6 / (ENERGIES as f64);
    println!(
        "and its sums: {:.4} %, {:.1} ns an energy",
        100.0 * each / step,
        1e3 * each
    );

    let every_frame = Sampling::new(1, 1.0)?;
    let in_frames = Lags::logarithmic(20).resolve(10_000, &every_frame)?;
    let lags: Vec<u64> = in_frames[..LAGS].iter().map(|lag| lag.steps()).collect();
    let longest = lags[LAGS - 1];
    let mut frames = frame_accumulator(particles, time_step, &Lags::samples(lags))?;
    for _ in 0..=longest {
        // Every lag has its pairs from the first stretch on.
        frames.push_points(simulation.positions())?;
    }
    let shares = Shares::of(simulation, FRAME_EVERY, |run| {
        Ok(frames.push_points(run.positions())?)
    })?;
    shares.print(&format!(
        "MSD, alpha2 and F_s at {VECTORS} vectors and {LAGS} lags to {longest}, a frame every {FRAME_EVERY} steps"
    ));
    Ok(())
}
