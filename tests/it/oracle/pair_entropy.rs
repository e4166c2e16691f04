//! The pair entropy of systems whose g(r) is known.

use std::f64::consts::PI;

use crate::common::gas::gas;
use msed::structure::{self, PairEntropy, RadialBins};
use msed::trajectory::{Cell, Dimensions, Species, Trajectory};
use msed::{Replicas, Resampling};
use rand::prelude::*;
use rand_pcg::Pcg64;

fn entropy(run: &Trajectory<'_, f64>, width: f64) -> PairEntropy {
    let bins = RadialBins::half_cell(run, width).expect("bins");
    structure::pair_entropy(run, &bins, Resampling::Blocks(10)).expect("s2")
}

/// Frames of points in a cell, the third coordinate constant in a plane.
fn run(frames: Vec<Vec<[f64; 3]>>, cell: Cell, names: &[&'static str]) -> Trajectory<'static, f64> {
    let steps: Vec<u64> = (0..frames.len() as u64).collect();
    let positions: Vec<f64> = frames.into_iter().flatten().flatten().collect();
    let species = Species::by_name(names.iter().copied()).expect("species");
    Trajectory::new(positions, steps, 0.005, species)
        .and_then(|run| run.with_cell(cell))
        .expect("a trajectory")
}

fn standard(value: &msed::Estimate, exact: f64) -> f64 {
    (value.value() - exact) / value.standard_error().expect("an error")
}

#[test]
fn an_ideal_gas_has_none() {
    let cell = Cell::cubic(4.0).expect("a cell");
    let space = gas(400, 60, cell, 1);
    let s2 = entropy(&space, 0.05);
    // Its g is noise, which alone would give many times the error.
    assert!(standard(&s2.value, 0.0).abs() < 3.0, "{}", s2.value);
    assert!(
        s2.noise < -50.0 * s2.value.standard_error().unwrap() / 10.0,
        "{}",
        s2.noise
    );
    assert!(standard(&s2.tail, 0.0).abs() < 3.0, "{}", s2.tail);
    assert!((s2.density - 60.0 / 64.0).abs() < 1e-12);
    // Without error bars the noise is not known, and stays.
    let bins = RadialBins::half_cell(&space, 0.05).expect("bins");
    let raw = structure::pair_entropy(&space, &bins, Resampling::None).expect("s2");
    assert_eq!(raw.noise, 0.0);
    assert!((raw.value.value() - s2.noise).abs() < 5.0 * s2.value.standard_error().unwrap());

    let mut rng = Pcg64::seed_from_u64(2);
    // Spread over three cells along each side.
    let mut along = || 18.0 * rng.random::<f64>() - 6.0;
    let mut point = || [along(), along(), 0.5];
    let frames = (0..400).map(|_| (0..50).map(|_| point()).collect()).collect();
    let plane = run(
        frames,
        Cell::orthorhombic([6.0, 6.0, 1.0]).expect("a cell"),
        &["A"; 50],
    );
    let s2 = entropy(&plane, 0.05);
    assert_eq!(s2.dimensions, Dimensions::Xy);
    assert!((s2.density - 50.0 / 36.0).abs() < 1e-12);
    assert!(standard(&s2.value, 0.0).abs() < 3.0, "{}", s2.value);
}

/// Two particles with a hard core and a well have g = V e^(-u)/∫ e^(-u) exactly, in space and in a
/// plane.
#[test]
fn two_particles_in_a_well_have_the_integral_of_their_steps() {
    let (edge, core, end, depth) = (4.0, 0.8, 1.4, 1.1_f64);
    for dimensions in [3, 2] {
        let mut rng = Pcg64::seed_from_u64(3 + dimensions as u64);
        let mut frames = Vec::new();
        while frames.len() < 60_000 {
            let d: [f64; 3] = std::array::from_fn(|k| {
                if k < dimensions {
                    edge * (rng.random::<f64>() - 0.5)
                } else {
                    0.0
                }
            });
            let r = d.iter().map(|x| x * x).sum::<f64>().sqrt();
            let weight = match r {
                r if r < core => 0.0,
                r if r < end => 1.0,
                _ => (-depth).exp(),
            };
            if rng.random::<f64>() < weight {
                let from: [f64; 3] = std::array::from_fn(|k| {
                    if k < dimensions {
                        edge * rng.random::<f64>()
                    } else {
                        0.25
                    }
                });
                frames.push(vec![from, std::array::from_fn(|k| from[k] + d[k])]);
            }
        }
        let ball = |r: f64| {
            if dimensions == 3 {
                4.0 / 3.0 * PI * r.powi(3)
            } else {
                PI * r * r
            }
        };
        let volume = edge.powi(dimensions as i32);
        let (inside, well) = (ball(core), ball(end) - ball(core));
        let norm = volume / (volume - ball(end) + well * depth.exp());
        let excess = |g: f64| g * g.ln() - g + 1.0;
        let outside = ball(0.5 * edge) - ball(end);
        let exact = -(inside + well * excess(norm * depth.exp()) + outside * excess(norm)) / volume;
        let height = if dimensions == 3 { edge } else { 1.0 };
        let cell = Cell::orthorhombic([edge, edge, height]).expect("a cell");
        let pair = run(frames, cell, &["A"; 2]);
        // Edges of bins at those of the steps.
        let s2 = entropy(&pair, 0.1);
        assert_eq!(s2.running.len(), 20);
        println!("{dimensions}: {} {exact:.4}, noise {:.1e}", s2.value, s2.noise);
        assert!(standard(&s2.value, exact).abs() < 3.0, "{} {exact}", s2.value);
        assert!(s2.value.standard_error().unwrap() < 0.02 * exact.abs());
        let core = s2.running[7].value();
        assert!((core + inside / volume).abs() < 1e-12, "{core}");
        // Beyond the well nothing is left but the constant of a closed system.
        let tail = -(ball(0.5 * edge) - ball(end)) * excess(norm) / volume;
        let from_end = s2.value.value() - s2.running[13].value();
        assert!((from_end - tail).abs() < 3e-3, "{from_end} {tail}");
    }
}

/// A liquid of hard spheres, some frames by Metropolis's rule.
fn liquid(names: &[&'static str]) -> Trajectory<'static, f64> {
    let (side, edge) = (4, 6.0);
    let mut rng = Pcg64::seed_from_u64(9);
    let lattice =
        |p: usize| [p % side, p / side % side, p / side / side].map(|n| edge / side as f64 * n as f64);
    let mut positions: Vec<[f64; 3]> = (0..side * side * side).map(lattice).collect();
    let cell = Cell::cubic(edge).expect("a cell");
    let mut frames = Vec::new();
    for sweep in 0..900 {
        for p in 0..positions.len() {
            let moved: [f64; 3] = positions[p].map(|x| x + 0.8 * (rng.random::<f64>() - 0.5));
            let is_free = positions.iter().enumerate().all(|(other, r)| {
                let d = cell.minimum_image([0, 1, 2].map(|k| r[k] - moved[k]));
                other == p || d.iter().map(|x| x * x).sum::<f64>() > 1.0
            });
            if is_free {
                positions[p] = moved;
            }
        }
        if sweep >= 100 && sweep % 2 == 0 {
            frames.push(positions.clone());
        }
    }
    run(frames, cell, names)
}

#[test]
fn names_of_equal_particles_change_nothing() {
    let one = entropy(&liquid(&["A"; 64]), 0.05);
    // A quarter of the particles, mixed with the others.
    let names: Vec<&str> = (0..64).map(|p| if p % 4 == 1 { "B" } else { "A" }).collect();
    let two = entropy(&liquid(&names), 0.05);
    println!(
        "{} {}, noise {:.3} {:.3}",
        one.value, two.value, one.noise, two.noise
    );
    assert!(one.value.value() < -0.5);
    // The same run: the difference has the error that follows. Four times the noise is taken off.
    let difference = &two.value - &one.value;
    assert!(standard(&difference, 0.0).abs() < 4.0, "{difference}");
    assert!(difference.value().abs() < 0.01, "{difference}");
    assert!(two.noise < 2.0 * one.noise);
    let parts: f64 = two.parts.pairs().map(|(_, part)| part.value()).sum();
    assert!((parts - two.value.value()).abs() < 1e-12);
    assert_eq!(two.parts.total(), &two.value);
    assert_eq!(two.running.last(), Some(&two.value));
}

#[test]
fn bins_begin_at_zero_and_runs_have_cells() {
    let cell = Cell::orthorhombic([3.0, 4.0, 5.0]).expect("a cell");
    let space = gas(10, 20, cell, 4);
    let message = |bins: RadialBins| {
        let error = structure::pair_entropy(&space, &bins, Resampling::None).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        message(RadialBins::logarithmic(0.5, 1.4, 4).unwrap()),
        "bins from 0.5 on, expected from 0: the distances at which no particle comes count too"
    );
    assert!(message(RadialBins::linear(1.6, 4).unwrap()).contains("expected no more than 1.5"));
    // Half of the smallest width, of all frames.
    let ends = |run: &Trajectory<'_, f64>| *RadialBins::half_cell(run, 0.4).unwrap().edges().last().unwrap();
    assert_eq!(ends(&space), 1.5);
    assert_eq!(RadialBins::half_cell(&space, 0.5).unwrap().count(), 3);
    assert_eq!(RadialBins::half_cell(&space, 0.4).unwrap().count(), 4);
    let start = space.slice(0..2).expect("frames");
    let breathing = start
        .with_cells(vec![cell, Cell::orthorhombic([2.5, 4.0, 5.0]).expect("a cell")])
        .expect("cells");
    assert_eq!(ends(&breathing), 1.25);
    let both = Replicas::new(vec![space.view(), breathing.view()]).expect("runs");
    assert_eq!(
        RadialBins::half_cell(&both, 0.4).unwrap().edges().last(),
        Some(&1.25)
    );
    for width in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = RadialBins::half_cell(&space, width).unwrap_err().to_string();
        assert!(error.contains("width of the bins"), "{error}");
    }
    assert!(
        RadialBins::half_cell(&space, 1e-9)
            .unwrap_err()
            .to_string()
            .contains("1048576")
    );
}
