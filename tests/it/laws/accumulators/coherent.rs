//! Accumulators of F(q,t) from frames as they come: rings of densities and decimated lags.

use msed::online::{CoherentAccumulator, OnlineError};
use msed::structure::{self, CoherentSums, StructureError, WaveVectors};
use msed::trajectory::{Cell, Species, Trajectory};
use msed::{Curve, Lags, Replicas, Sampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

use super::energies::decimated as decimated_lags;
use super::{Case, Seen, live};
use crate::common::lags::in_samples;

const SIDE: f64 = 6.0;

live!(
    CoherentAccumulator,
    CoherentSums,
    frames,
    push_wrapped,
    |live: &mut CoherentAccumulator, places: &[f64], width| {
        let mut frames = places.chunks(width);
        frames.try_for_each(|frame| push_wrapped(live, frame))
    },
    |sums: &CoherentSums| Some([sums.run_count(), sums.blocks()]),
    |sums: &CoherentSums| {
        let isf = sums.coherent_isf();
        let partials = PAIRS.map(|[a, b]| isf.of(a, b).unwrap());
        seen(isf.total(), partials, [1e-11, 1e-9])
    }
);

/// Wrapped coordinates are as good as those of the estimator, which are not.
fn push_wrapped(live: &mut CoherentAccumulator, frame: &[f64]) -> Result<(), OnlineError> {
    let wrapped: Vec<f64> = frame.iter().map(|x| x.rem_euclid(SIDE)).collect();
    live.push(&wrapped)
}

const PAIRS: [[&str; 2]; 4] = [["A", "A"], ["A", "B"], ["B", "B"], ["B", "A"]];

fn seen(total: &Curve, partials: [&Curve; 4], within: [f64; 2]) -> Vec<Seen> {
    let mut all = vec![Seen::scaled("total", total, within)];
    for ([a, b], curve) in PAIRS.iter().zip(partials) {
        all.push(Seen::scaled(format!("{a}-{b}"), curve, within));
    }
    all
}

fn species() -> Species {
    // 13 and 8 particles, not in order: one species fills its columns, the other does not.
    Species::by_name((0..21).map(|p| if p % 5 < 3 { "A" } else { "B" })).unwrap()
}

fn walk(seed: u64, frames: usize) -> Vec<f64> {
    let mut random = Pcg64::seed_from_u64(seed);
    let mut now: Vec<f64> = (0..63).map(|_| SIDE * random.random::<f64>()).collect();
    let mut all = Vec::new();
    for _ in 0..frames {
        for x in &mut now {
            *x += 0.05 * random.sample::<f64, _>(StandardNormal);
        }
        all.extend_from_slice(&now);
    }
    all
}

fn trajectory(positions: &[f64]) -> Trajectory<'static, f64> {
    let steps = (0..positions.len() as u64 / 63)
        .map(|i| 10 * i)
        .collect::<Vec<_>>();
    let run = Trajectory::new(positions.to_vec(), steps, 0.005, species()).unwrap();
    run.with_cell(Cell::cubic(SIDE).unwrap()).unwrap()
}

fn vectors() -> WaveVectors {
    WaveVectors::shell(&Cell::cubic(SIDE).unwrap(), 2.0..=2.6).unwrap()
}

fn lags() -> Lags {
    Lags::logarithmic(8).up_to_samples(30).with_zero()
}

fn new() -> CoherentAccumulator {
    let sampling = Sampling::new(10, 0.005).unwrap();
    CoherentAccumulator::new(sampling, &species(), &vectors(), &lags()).unwrap()
}

fn decimated() -> CoherentAccumulator {
    let sampling = Sampling::new(10, 0.005).unwrap();
    CoherentAccumulator::multi_tau(sampling, &species(), &vectors(), 8, sampling.lag(48)).unwrap()
}

fn case(points: Option<u64>) -> Case<CoherentAccumulator> {
    let live = if points.is_some() { decimated() } else { new() };
    Case {
        name: format!("densities, {points:?} lags in a level"),
        new: Box::new(move || live.clone()),
        width: 63,
        run: walk(1, 700),
        lags: match points {
            Some(points) => [vec![0], decimated_lags(points, 48)].concat(),
            None => in_samples(&lags(), 1000),
        },
        estimator: Box::new(|runs, lags, resampling| {
            let runs = Replicas::new(runs.iter().map(|run| trajectory(run)).collect()).unwrap();
            let isf = structure::coherent_isf(
                &runs,
                &vectors(),
                &Lags::samples(lags.iter().copied()),
                resampling,
            )
            .unwrap();
            let partials = PAIRS.map(|[a, b]| isf.of(a, b).unwrap());
            seen(isf.total(), partials, [1e-10, 1e-8])
        }),
        decimated: points,
        // 50 pieces of 4 frames, 40 of 8, 40 of 16.
        filled: vec![(200, 10), (320, 10), (640, 10)],
        between: vec![(21, 1), (330, 6), (700, 6)],
        // The longest lag is 30.
        cuts: vec![[1, 2, 40], [15, 29, 45], [30, 61, 92], [70, 150, 195]],
        replicas: vec![0..320, 330..650, 350..670],
        replica_blocks: Some(10),
        stops: vec![0, 1, 17, 200],
    }
}

#[test]
fn accumulators_of_densities_obey_every_law() {
    for points in [None, Some(8)] {
        assert_eq!(case(points).check(), Ok(()));
    }
}

#[test]
fn what_has_no_densities_is_refused() {
    let sampling = Sampling::new(10, 0.005).unwrap();
    let free = WaveVectors::from_vectors(&[[7.2, 0.0, 0.0]]).unwrap();
    let refused = CoherentAccumulator::new(sampling, &species(), &free, &lags()).unwrap_err();
    assert!(
        matches!(refused, OnlineError::Structure(StructureError::NotCommensurate)),
        "{refused}"
    );
    let mut live = new();
    assert_eq!(
        live.push(&[1.0_f32; 62]).unwrap_err().to_string(),
        "62 coordinates, expected 63, three for each particle"
    );
    assert!(live.push(&[f64::NAN; 63]).is_err());
    assert_eq!(live.frames(), 0);
    live.push(&[1.0_f32; 63]).unwrap();
    assert!(live.snapshot().is_err());
    live.push(&[1.0_f32; 63]).unwrap();
    assert_eq!(
        live.snapshot()
            .unwrap()
            .coherent_isf()
            .of("A", "C")
            .unwrap_err()
            .to_string(),
        "no species `C`, expected one of: A, B"
    );
}

#[test]
fn pieces_with_another_order_of_the_species_do_not_join() {
    let other = Species::by_name((0..21).map(|p| if p < 13 { "A" } else { "B" })).unwrap();
    let other = CoherentAccumulator::new(new().sampling(), &other, &vectors(), &lags()).unwrap();
    assert_eq!(
        new().followed_by(&other).unwrap_err().to_string(),
        "the order of the species is another, expected the same as in the first"
    );
}
