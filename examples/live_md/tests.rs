use std::fs;

use msed::structure::WaveVectors;
use msed::trajectory::{Cell, Species, Trajectory};
use msed::{Curve, EnergyKind, EnergySeries, Lags, Resampling, Sampling, energy, structure};

use crate::arguments::Arguments;
use crate::checkpoint::{self, Beginning};
use crate::live::{EVERY, FRAME_EVERY, Live};
use crate::mixture::{DENSITY, count_of_a};
use crate::neighbours::{Neighbours, SKIN};
use crate::simulation::{Simulation, side};

const PARTICLES: usize = 300;

fn liquid(time_step: f64) -> Simulation {
    let mut simulation = Simulation::on_lattice(PARTICLES, 1.0, time_step, 7);
    simulation.equilibrate(1000, 1.0);
    simulation
}

/// The potential from its definition, pair by pair in powers of r, with nothing of the program's.
fn potential(positions: &[[f64; 3]]) -> f64 {
    let n = positions.len();
    let side = (n as f64 / 1.2).cbrt();
    let is_b = |i: usize| i >= n - n / 5;
    let mut energy = 0.0;
    for i in 0..n {
        for j in 0..i {
            let (epsilon, sigma): (f64, f64) = match (is_b(i), is_b(j)) {
                (false, false) => (1.0, 1.0),
                (true, true) => (0.5, 0.88),
                _ => (1.5, 0.8),
            };
            let squared: f64 = (0..3)
                .map(|k| positions[i][k] - positions[j][k])
                .map(|d| (d - side * (d / side).round()).powi(2))
                .sum();
            let x = squared.sqrt() / sigma;
            if x < 2.5 {
                let lennard_jones = |x: f64| x.powi(-12) - x.powi(-6);
                let slope = -12.0 * 2.5_f64.powi(-13) + 6.0 * 2.5_f64.powi(-7);
                // Value and slope at the cut-off are taken off by a parabola in r.
                let parabola = lennard_jones(2.5) + slope / (2.0 * 2.5) * (x * x - 2.5 * 2.5);
                energy += 4.0 * epsilon * (lennard_jones(x) - parabola);
            }
        }
    }
    energy
}

#[test]
fn the_potential_is_that_of_all_pairs() {
    // With one cell, and with more than two along an edge.
    for particles in [PARTICLES, 1500] {
        let mut simulation = Simulation::on_lattice(particles, 1.5, 0.005, 3);
        simulation.equilibrate(300, 1.0);
        for _ in 0..60 {
            simulation.advance();
        }
        let expected = potential(simulation.positions());
        let found = simulation.potential_energy();
        assert!(
            (found - expected).abs() < 1e-10 * expected.abs(),
            "{found} {expected}"
        );
        assert!(found < -4.0 * particles as f64, "a liquid");
    }
}

#[test]
fn forces_are_the_slope_of_the_potential() {
    let simulation = liquid(0.005);
    let h = 1e-5;
    for particle in [0, 100, count_of_a(PARTICLES), PARTICLES - 1] {
        for axis in 0..3 {
            let at = |h: f64| {
                let mut positions = simulation.positions().to_vec();
                positions[particle][axis] += h;
                potential(&positions)
            };
            let expected = (at(-h) - at(h)) / (2.0 * h);
            let found = simulation.forces()[particle][axis];
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
    }
}

/// The root of the mean square of the total energy per particle about its mean, over one time unit
/// and a half.
fn fluctuation(time_step: f64) -> f64 {
    let mut simulation = liquid(0.005);
    let mut state = simulation.state();
    state.time_step = time_step;
    simulation = Simulation::resume(state);
    let energies: Vec<f64> = (0..(1.5 / time_step).round() as usize)
        .map(|_| {
            simulation.advance();
            simulation.total_energy() / PARTICLES as f64
        })
        .collect();
    let n = energies.len() as f64;
    let mean = energies.iter().sum::<f64>() / n;
    (energies.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / n).sqrt()
}

#[test]
fn the_total_energy_fluctuates_with_the_square_of_the_time_step() {
    let (whole, half) = (fluctuation(0.004), fluctuation(0.002));
    assert!((3.5..4.5).contains(&(whole / half)), "{whole} {half}");
    assert!(whole < 5e-4, "{whole}");
}

#[test]
fn energy_does_not_drift_and_momentum_stays_zero() {
    let mut simulation = liquid(0.005);
    let mean = |simulation: &mut Simulation| {
        let sum: f64 = (0..500)
            .map(|_| {
                simulation.advance();
                simulation.total_energy() / PARTICLES as f64
            })
            .sum();
        sum / 500.0
    };
    let before = mean(&mut simulation);
    for _ in 0..10_000 {
        simulation.advance();
    }
    let after = mean(&mut simulation);
    assert!((after - before).abs() < 1e-4, "{before} {after}");
    assert!(simulation.momentum().iter().all(|p| p.abs() < 1e-9));
    assert!((0.7..1.3).contains(&simulation.temperature()));
}

#[test]
fn a_list_from_cells_holds_every_pair_once() {
    let simulation = Simulation::on_lattice(2000, 1.0, 0.005, 5);
    let (side, cutoff) = (side(2000), 2.5);
    // Far from the origin, as unwrapped positions come to be.
    let positions: Vec<[f64; 3]> = simulation
        .positions()
        .iter()
        .enumerate()
        .map(|(i, r)| r.map(|x| x + side * (i % 5) as f64 - 2.0 * side))
        .collect();
    let list = Neighbours::new(&positions, side, cutoff);
    for i in 0..positions.len() {
        let mut found = list.after(i).to_vec();
        found.sort_unstable();
        let expected: Vec<u32> = (i + 1..positions.len())
            .filter(|&j| {
                let squared: f64 = (0..3)
                    .map(|k| positions[i][k] - positions[j][k])
                    .map(|d| (d - side * (d / side).round()).powi(2))
                    .sum();
                squared < (cutoff + SKIN).powi(2)
            })
            .map(|j| j as u32)
            .collect();
        assert_eq!(found, expected, "particle {i}");
    }
    assert!((positions.len() as f64 / side.powi(3) - DENSITY).abs() < 1e-12);
}

/// Goes on to a step, as the program does.
fn go_on(simulation: &mut Simulation, live: &mut Live, to: u64) {
    while simulation.step() < to {
        simulation.advance();
        live.see(simulation).unwrap();
    }
}

fn arguments(words: &[&str]) -> Result<Arguments, String> {
    Arguments::parse(words.iter().map(Into::into)).map(|parsed| parsed.expect("a run"))
}

#[test]
fn a_resumed_run_has_the_bits_of_one_that_was_not_stopped() {
    let beginning = Beginning::from(&arguments(&["--particles", "300"]).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    assert!(checkpoint::read(&path, &beginning).unwrap().is_none());

    let (mut simulation, mut live) = (liquid(0.005), Live::new(PARTICLES, 0.005, 4000).unwrap());
    // Between two lists, two energies, and two frames.
    go_on(&mut simulation, &mut live, 1234);
    checkpoint::write(&path, &beginning, &simulation, &live).unwrap();
    go_on(&mut simulation, &mut live, 3000);

    let (mut resumed, mut resumed_live) = checkpoint::read(&path, &beginning).unwrap().expect("a file");
    go_on(&mut resumed, &mut resumed_live, 3000);
    assert_eq!(resumed.state(), simulation.state());
    assert_eq!(resumed_live.msed().unwrap(), live.msed().unwrap());
    assert_eq!(resumed_live.self_isf().unwrap(), live.self_isf().unwrap());
}

#[test]
fn damaged_and_foreign_checkpoints_are_refused() {
    let beginning = Beginning::from(&arguments(&["--particles", "300"]).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let simulation = Simulation::on_lattice(PARTICLES, 1.0, 0.005, 7);
    let live = Live::new(PARTICLES, 0.005, 4000).unwrap();
    checkpoint::write(&path, &beginning, &simulation, &live).unwrap();
    let refusal = |beginning: &Beginning| checkpoint::read(&path, beginning).map(|_| ()).unwrap_err();
    let other = Beginning::from(&arguments(&["--particles", "300", "--seed", "2"]).unwrap());
    assert!(refusal(&other).contains("found a run that began as"));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(refusal(&beginning).contains(&path.display().to_string()));
    let message = arguments(&["--particles", "20"]).unwrap_err();
    assert!(
        message.starts_with("`--particles`: found 20, expected at least 2"),
        "{message}"
    );
}

#[test]
fn live_curves_are_those_of_the_written_run() {
    let (mut simulation, mut live) = (liquid(0.005), Live::new(PARTICLES, 0.005, 8000).unwrap());
    let (mut energies, mut positions, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..8000 {
        simulation.advance();
        live.see(&simulation).unwrap();
        if simulation.step().is_multiple_of(EVERY) {
            energies.push(simulation.potential_energy());
        }
        if simulation.step().is_multiple_of(FRAME_EVERY) {
            positions.extend_from_slice(simulation.positions().as_flattened());
            steps.push(simulation.step());
        }
    }
    let lags = Lags::logarithmic(20).up_to_fraction(0.1);
    let same = |live: &Curve, batch: &Curve| {
        assert_eq!(live.lags(), batch.lags());
        assert_eq!(live.origins(), batch.origins());
        for (x, y) in live.values().iter().zip(batch.values()) {
            assert!((x - y).abs() < 1e-10 * y.abs(), "{x} {y}");
        }
    };
    let sampling = Sampling::new(EVERY, 0.005).unwrap();
    let series = EnergySeries::new(energies, sampling, PARTICLES, EnergyKind::Total).unwrap();
    let batch = energy::msed(&series, &lags, Resampling::default()).unwrap();
    same(&live.msed().unwrap(), &batch);

    let a = count_of_a(PARTICLES);
    let species = Species::by_count([("A", a), ("B", PARTICLES - a)]).unwrap();
    let run = Trajectory::new(positions, steps, 0.005, species).unwrap();
    let cell = Cell::cubic(side(PARTICLES)).unwrap();
    let vectors = WaveVectors::shell(&cell, 7.0..=7.5)
        .unwrap()
        .subset(30, 1)
        .unwrap();
    let batch = structure::self_isf(&run, "A", &vectors, &lags, Resampling::default()).unwrap();
    same(&live.self_isf().unwrap(), &batch);
}
