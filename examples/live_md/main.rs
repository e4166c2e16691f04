//! A molecular-dynamics run that knows its relaxation time while it goes.
//!
//! ```text
//! cargo run --release --example live_md -- [--temperature T] [--steps N] [--checkpoint FILE] ...
//! ```
//!
//! A Kob-Andersen mixture of 1000 particles at constant energy. Every ten steps the potential
//! energy is handed on, and every hundred the positions (`live.rs`); from time to time a line says
//! what tau* of the energy and tau_alpha of the structure are so far, with their errors, or why
//! they are not known yet. With `--checkpoint` a run that was stopped, by whatever, goes on from
//! its last report as if it had never been stopped.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program: counts far below 2^53, and it talks to its user"
)]

mod arguments;
mod checkpoint;
mod live;
mod mixture;
mod neighbours;
mod overhead;
mod simulation;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use crate::arguments::Arguments;
use crate::checkpoint::Beginning;
use crate::live::Live;
use crate::simulation::Simulation;

const TIME_STEP: f64 = 0.005;

fn main() -> ExitCode {
    let result = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(Some(arguments)) => run(&arguments),
        Ok(None) => {
            println!("{}", arguments::USAGE);
            Ok(())
        }
        Err(message) => Err(message),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let (mut simulation, mut live) = begin(arguments)?;
    if arguments.overhead {
        return overhead::print(&mut simulation, TIME_STEP).map_err(|error| error.to_string());
    }
    println!("{:>9} {:>10} {:>8}  relaxation", "time", "energy/N", "T");
    let mut kinetic = Mean::default();
    while simulation.step() < arguments.steps {
        simulation.advance();
        live.see(&simulation)
            .map_err(|error| format!("step {}: {error}", simulation.step()))?;
        kinetic.push(simulation.temperature());
        if simulation.step().is_multiple_of(arguments.report) {
            report(&simulation, &live, kinetic.take());
            if let Some(path) = &arguments.checkpoint {
                checkpoint::write(path, &arguments.into(), &simulation, &live)?;
            }
        }
    }
    Ok(())
}

/// From the checkpoint where there is one, else from a melted lattice.
fn begin(arguments: &Arguments) -> Result<(Simulation, Live), String> {
    if let Some(path) = &arguments.checkpoint
        && let Some((simulation, live)) = checkpoint::read(path, &Beginning::from(arguments))?
    {
        println!("goes on from step {} of {}", simulation.step(), path.display());
        return Ok((simulation, live));
    }
    let (particles, temperature) = (arguments.particles, arguments.temperature);
    let live =
        Live::new(particles, TIME_STEP, arguments.steps).map_err(|error| format!("`--steps`: {error}"))?;
    let mut simulation = Simulation::on_lattice(particles, temperature, TIME_STEP, arguments.seed);
    simulation.equilibrate(arguments.equilibration, temperature);
    Ok((simulation, live))
}

fn report(simulation: &Simulation, live: &Live, temperature: f64) {
    let tau_star = match live.relaxation() {
        Ok(fit) => format!("{}  {}", fit.relaxation_time, fit.verdict),
        Err(error) => format!("none: {error}"),
    };
    let tau_alpha = match live.structural_relaxation() {
        Ok(crossing) => crossing.to_string(),
        Err(error) => format!("none: {error}"),
    };
    println!(
        "{:9.1} {:10.6} {temperature:8.4}  tau_alpha = {tau_alpha}; tau* = {tau_star}",
        simulation.step() as f64 * TIME_STEP,
        simulation.total_energy() / simulation.particles() as f64,
    );
}

/// The mean of what was pushed since it was last taken.
#[derive(Debug, Default)]
struct Mean {
    sum: f64,
    count: u32,
}

impl Mean {
    fn push(&mut self, x: f64) {
        self.sum += x;
        self.count += 1;
    }

    fn take(&mut self) -> f64 {
        let Self { sum, count } = std::mem::take(self);
        sum / f64::from(count)
    }
}
