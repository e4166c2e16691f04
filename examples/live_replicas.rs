//! Replicas of a molecular-dynamics run on the ranks of MPI, and the relaxation time of all of them
//! while they go.
//!
//! ```text
//! cargo build --release --features mpi --example live_replicas
//! mpirun -n 4 target/release/examples/live_replicas [REPLICAS] [STEPS] [REPORT]
//! ```
//!
//! The liquid is that of the example `live_md`; replica k begins from seed k. Each rank runs its
//! share of the replicas, and at every report hands on the sums of the pairs of energies so far: 32
//! bytes for each lag and block. Rank 0 merges them in the order of the replicas, so that any
//! number of ranks prints the same digits.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "a program: counts far below 2^53, and it talks to its user"
)]

#[path = "live_md/mixture.rs"]
mod mixture;
#[path = "live_md/neighbours.rs"]
mod neighbours;
#[path = "live_md/simulation.rs"]
#[allow(dead_code, reason = "the other example resumes and measures overhead")]
mod simulation;

use msed::energy::EnergySums;
use msed::mpi::{self, Ranks};
use msed::online::EnergyAccumulator;
use msed::relaxation::{Fit, Model};
use msed::{EnergyKind, EnergySystem, Lags, Sampling};

use crate::simulation::Simulation;

type Failure = Box<dyn std::error::Error>;

const PARTICLES: usize = 1000;
const TEMPERATURE: f64 = 1.0;
const TIME_STEP: f64 = 0.005;
const EQUILIBRATION: u64 = 5_000;
/// Steps between two energies.
const EVERY: u64 = 10;

fn main() -> Result<(), mpi::RankError> {
    mpi::run(body)
}

fn body(ranks: &Ranks) -> Result<(), Failure> {
    let [replicas, steps, report] = arguments(ranks)?;
    let mut own = ranks
        .share(replicas as usize)
        .map(|seed| Replica::new(seed as u64, steps))
        .collect::<Result<Vec<_>, _>>()?;
    for end in (report..=steps).step_by(report as usize) {
        for replica in &mut own {
            replica.run_to(end)?;
        }
        let mut sums: Option<EnergySums> = None;
        for replica in &own {
            let now = replica.energy.snapshot()?;
            sums = Some(match sums {
                Some(sums) => sums.merge(now)?,
                None => now,
            });
        }
        // There are as many replicas as ranks or more.
        let sums = sums.ok_or("a rank without a replica")?;
        if let Some(all) = ranks.reduce(sums, |a, b| Ok::<_, Failure>(a.merge(b)?))? {
            print(end, &all)?;
        }
    }
    Ok(())
}

fn print(step: u64, all: &EnergySums) -> Result<(), Failure> {
    let fit = Fit::new(Model::Exponential).to(&all.msed())?;
    println!(
        "{:9.1} tau* = {} from {} replicas: {}",
        step as f64 * TIME_STEP,
        fit.relaxation_time,
        all.run_count(),
        fit.verdict
    );
    Ok(())
}

/// Replicas, steps of each, and steps between reports.
fn arguments(ranks: &Ranks) -> Result<[u64; 3], Failure> {
    let mut numbers = [ranks.count() as u64, 400_000, 40_000];
    let names = ["replicas", "steps", "steps between reports"];
    for (k, word) in std::env::args().skip(1).enumerate() {
        let name = names
            .get(k)
            .ok_or_else(|| format!("found `{word}`, expected 3 numbers at most"))?;
        numbers[k] = word
            .parse()
            .map_err(|_| format!("{name}: found `{word}`, expected a number"))?;
    }
    let [replicas, _, report] = numbers;
    if replicas < ranks.count() as u64 {
        return Err(format!(
            "{replicas} replicas, expected at least {}, one for each rank",
            ranks.count()
        )
        .into());
    }
    if report == 0 {
        return Err("0 steps between reports, expected at least 1".into());
    }
    Ok(numbers)
}

/// A run of its own.
struct Replica {
    simulation: Simulation,
    energy: EnergyAccumulator,
}

impl Replica {
    fn new(seed: u64, steps: u64) -> Result<Self, msed::Error> {
        let mut simulation = Simulation::on_lattice(PARTICLES, TEMPERATURE, TIME_STEP, seed);
        simulation.equilibrate(EQUILIBRATION, TEMPERATURE);
        let system = EnergySystem::new(Sampling::new(EVERY, TIME_STEP)?, PARTICLES, EnergyKind::Total)?;
        let lags = Lags::logarithmic(20).up_to_fraction(0.1);
        let energy = EnergyAccumulator::ring(system, &lags.planned((steps / EVERY) as usize))?;
        Ok(Self { simulation, energy })
    }

    fn run_to(&mut self, step: u64) -> Result<(), msed::Error> {
        while self.simulation.step() < step {
            self.simulation.advance();
            if self.simulation.step().is_multiple_of(EVERY) {
                self.energy.push(self.simulation.potential_energy())?;
            }
        }
        Ok(())
    }
}
