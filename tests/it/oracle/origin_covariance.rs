//! Covariances with a number of the origin against their definition.

use msed::structure::{self, WaveVectors};
use msed::trajectory::{Cell, Species, Trajectory};
use msed::{Lags, Replicas, Resampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

use crate::common::walk::{spacings, walk};

const RADIUS: f64 = 0.6;

/// The population's covariance over all pairs of frames of the runs at the lag.
fn covariance(
    runs: &[Trajectory<'_, f64>],
    numbers: &[Vec<f64>],
    lag: u64,
    q: impl Fn(&Trajectory<'_, f64>, usize, usize) -> f64,
) -> f64 {
    let mut pairs = Vec::new();
    for (run, numbers) in runs.iter().zip(numbers) {
        for (i, number) in numbers.iter().enumerate() {
            for j in i..run.frames() {
                if run.steps()[j] - run.steps()[i] == lag {
                    pairs.push((q(run, i, j), *number));
                }
            }
        }
    }
    let n = pairs.len() as f64;
    let [a, b] = [
        pairs.iter().map(|p| p.0).sum::<f64>() / n,
        pairs.iter().map(|p| p.1).sum::<f64>() / n,
    ];
    pairs.iter().map(|(q, x)| (q - a) * (x - b)).sum::<f64>() / n
}

fn moved(run: &Trajectory<'_, f64>, i: usize, j: usize, p: usize) -> [f64; 3] {
    let (a, b) = (run.position(i, p), run.position(j, p));
    std::array::from_fn(|c| b[c] - a[c])
}

fn numbers(frames: usize, seed: u64) -> Vec<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    (0..frames)
        .map(|_| -7.0 + rng.sample::<f64, _>(StandardNormal))
        .collect()
}

#[test]
fn covariances_are_those_of_the_definition() {
    let cell = Cell::cubic(10.0).unwrap();
    let species = || Species::by_count([("A", 5), ("B", 2)]).unwrap();
    let vectors = WaveVectors::shell(&cell, 1.2..=1.5).unwrap();
    for steps in spacings() {
        let run = walk(steps, species(), 0.1, cell);
        let x = numbers(run.frames(), 3);
        let lags = Lags::logarithmic(4).with_zero();
        let found = structure::overlap_covariance(&run, &[&x], &lags, RADIUS, Resampling::None).unwrap();
        let runs = std::slice::from_ref(&run);
        for (name, who) in [("A", 0..5), ("B", 5..7)] {
            let curve = found.of(name).unwrap();
            assert!(curve.len() > 3);
            for (lag, value) in curve.lags().iter().zip(curve.values()) {
                let q = |run: &Trajectory<'_, f64>, i, j| {
                    let close =
                        |p: &usize| moved(run, i, j, *p).iter().map(|x| x * x).sum::<f64>() < RADIUS * RADIUS;
                    who.clone().filter(close).count() as f64 / who.len() as f64
                };
                let expected = covariance(runs, std::slice::from_ref(&x), lag.steps(), q);
                assert!(
                    (value - expected).abs() < 1e-13,
                    "{name} {lag:?}: {value} {expected}"
                );
            }
        }
        let found =
            structure::self_isf_covariance(&run, "A", &vectors, &[&x], &lags, Resampling::None).unwrap();
        for (lag, value) in found.lags().iter().zip(found.values()) {
            let f = |run: &Trajectory<'_, f64>, i, j| {
                let cosines = (0..5).flat_map(|p| vectors.vectors().iter().map(move |q| (p, q)));
                let cosine = |(p, q): (usize, &[f64; 3])| {
                    let d = moved(run, i, j, p);
                    (q[0] * d[0] + q[1] * d[1] + q[2] * d[2]).cos()
                };
                cosines.map(cosine).sum::<f64>() / (5 * vectors.count()) as f64
            };
            let expected = covariance(runs, std::slice::from_ref(&x), lag.steps(), f);
            assert!((value - expected).abs() < 1e-12, "{lag:?}: {value} {expected}");
        }
    }
}

#[test]
fn with_the_overlap_itself_it_is_the_susceptibility_and_blocks_give_errors() {
    let cell = Cell::cubic(10.0).unwrap();
    let species = || Species::single("A", 20).unwrap();
    let steps = |n: u64| (0..n).collect::<Vec<u64>>();
    let runs = [
        walk(steps(101), species(), 0.25, cell),
        walk(steps(81), species(), 0.25, cell),
    ];
    // The overlap after one frame, as a number of the origin; the last frame has none.
    let overlaps: Vec<Vec<f64>> = runs
        .iter()
        .map(|run| {
            let close = |i: usize, p: &usize| {
                moved(run, i, i + 1, *p).iter().map(|x| x * x).sum::<f64>() < RADIUS * RADIUS
            };
            let of = |i: usize| (0..20).filter(|p| close(i, p)).count() as f64 / 20.0;
            (0..run.frames())
                .map(|i| if i + 1 < run.frames() { of(i) } else { 0.5 })
                .collect()
        })
        .collect();
    let replicas = Replicas::new(runs.to_vec()).unwrap();
    let lists: Vec<&[f64]> = overlaps.iter().map(Vec::as_slice).collect();
    let (lags, blocks) = (Lags::samples([1]), Resampling::Blocks(5));
    let found = structure::overlap_covariance(&replicas, &lists, &lags, RADIUS, blocks).unwrap();
    let moved = structure::displacements(&replicas, &lags, RADIUS, blocks).unwrap();
    let (found, chi4) = (found.of("A").unwrap(), moved.of("A").unwrap().chi4().unwrap());
    assert_eq!(found.resamples(), chi4.resamples());
    assert!((20.0 * found.values()[0] - chi4.values()[0]).abs() < 1e-12);
    let [a, b] = [found, chi4].map(|curve| curve.standard_errors()[0].unwrap());
    assert!((20.0 * a - b).abs() < 1e-12 && b > 0.0, "{a} {b}");
}

#[test]
fn numbers_that_do_not_go_with_the_frames_are_refused() {
    let cell = Cell::cubic(10.0).unwrap();
    let run = walk((0..4).collect(), Species::single("A", 3).unwrap(), 0.1, cell);
    let q = WaveVectors::from_integers(&cell, &[[1, 0, 0]]).unwrap();
    let message = |numbers: &[&[f64]]| {
        let lags = Lags::all();
        let one = structure::overlap_covariance(&run, numbers, &lags, 0.3, Resampling::None).unwrap_err();
        let other =
            structure::self_isf_covariance(&run, "A", &q, numbers, &lags, Resampling::None).unwrap_err();
        // Not equal as values, where a NaN is told.
        assert_eq!(one.to_string(), other.to_string());
        one.to_string()
    };
    assert_eq!(message(&[]), "0 lists of numbers, expected one for each run: 1");
    assert_eq!(
        message(&[&[1.0, 2.0, 3.0]]),
        "3 numbers in the list of run 0, expected one for each frame: 4"
    );
    assert_eq!(
        message(&[&[1.0, 2.0, f64::NAN, 3.0]]),
        "the number of frame 2 of run 0 is NaN, expected a finite number"
    );
}
