//! Accumulators of displacements: rings of frames and decimated lags.

use msed::online::{DisplacementAccumulator, OnlineError};
use msed::stats::BySpecies;
use msed::structure::{self, DisplacementSums, Displacements, StructureError, WaveVectors};
use msed::trajectory::{Cell, Particles, Species, Trajectory, TrajectoryRuns};
use msed::{Curve, Lags, Replicas, Resampling, Sampling};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

use super::energies::decimated;
use super::{Case, Seen, live, same};
use crate::common::lags::in_samples;
use crate::common::shipped;

const RADIUS: f64 = 0.3;

live!(
    DisplacementAccumulator,
    DisplacementSums,
    frames,
    DisplacementAccumulator::push::<f64>,
    |live: &mut DisplacementAccumulator, places: &[f64], width| {
        let mut frames = places.chunks(width);
        frames.try_for_each(|frame| live.push_points(frame.as_chunks().0))
    },
    |sums: &DisplacementSums| Some([sums.run_count(), sums.blocks()]),
    seen
);

fn lags() -> Lags {
    Lags::logarithmic(8).with_zero().up_to_samples(60)
}

/// Random walks of three species in no order, frames 10 steps apart.
fn walk(frames: usize, seed: u64) -> Trajectory<'static, f64> {
    let names = (0..37).map(|i| ["B", "A", "C", "A"][i % 4]);
    let species = Species::by_name(names).unwrap();
    let mut random = Pcg64::seed_from_u64(seed);
    let mut at = vec![0.0; 3 * species.len()];
    let mut positions = Vec::new();
    for _ in 0..frames {
        positions.extend_from_slice(&at);
        for x in &mut at {
            let step: f64 = random.sample(StandardNormal);
            *x += 0.05 * step;
        }
    }
    let steps: Vec<u64> = (0..frames as u64).map(|frame| 10 * frame).collect();
    Trajectory::new(positions, steps, 0.005, species).unwrap()
}

fn shell() -> [WaveVectors; 2] {
    let cell = Cell::cubic(9.410_360_288_81).unwrap();
    let shell = WaveVectors::shell(&cell, 7.15..=7.35).unwrap();
    [
        shell.subset(30, 1).unwrap(),
        WaveVectors::from_vectors(&[[0.3, -0.2, 0.9]]).unwrap(),
    ]
}

fn accumulator(species: &Species, stride: u64, frames: usize) -> DisplacementAccumulator {
    let sampling = Sampling::new(stride, 0.005).unwrap();
    with_all(DisplacementAccumulator::new(sampling, species, &lags().planned(frames)).unwrap())
}

/// Lags of 1 to 8, and four more in each doubling to 48.
fn decimated_to_48(species: &Species) -> DisplacementAccumulator {
    let sampling = Sampling::new(10, 0.005).unwrap();
    with_all(DisplacementAccumulator::multi_tau(sampling, species, 8, sampling.lag(48)).unwrap())
}

fn with_all(live: DisplacementAccumulator) -> DisplacementAccumulator {
    let [shell, other] = shell();
    live.with_overlap(RADIUS)
        .and_then(|live| live.with_self_isf(&shell))
        .and_then(|live| live.with_self_isf(&other))
        .unwrap()
}

fn accumulated(run: &Trajectory<'_, f64>) -> DisplacementSums {
    let stride = run.steps()[1] - run.steps()[0];
    let mut live = accumulator(run.species(), stride, run.frames());
    for frame in 0..run.frames() {
        live.push(run.frame(frame)).unwrap();
    }
    live.snapshot().unwrap()
}

/// Every curve of every species and of all particles, and how far another may be in parts of its
/// largest value.
fn curves(
    species: &[&str],
    of: impl Fn(&str, Particles<'_>) -> Curve,
    within: impl Fn(&str) -> f64,
) -> Vec<Seen> {
    let each = species.iter().map(|name| Particles::Species(name));
    let mut all = Vec::new();
    for particles in each.chain([Particles::All]) {
        for kind in ["msd", "alpha2", "overlap", "chi4", "first F_s", "second F_s"] {
            // An error is a difference of nearly equal numbers.
            let bounds = [within(kind), 1e3 * within(kind)];
            all.push(Seen::of_largest(kind, &of(kind, particles), bounds));
        }
    }
    all
}

fn one<'a, T>(found: &'a BySpecies<T>, particles: Particles<'_>) -> &'a T {
    match particles {
        Particles::Species(name) => found.of(name).unwrap(),
        _ => found.all(),
    }
}

/// One kind of curve; that of wave vectors from elsewhere.
fn curve(kind: &str, moved: &Displacements, isf: impl FnOnce() -> Curve) -> Curve {
    match kind {
        "msd" => Curve::clone(&moved.msd.total),
        "alpha2" => moved.alpha2.clone(),
        "overlap" => moved.overlap().unwrap().clone(),
        "chi4" => moved.chi4().unwrap().clone(),
        _ => isf(),
    }
}

fn seen(sums: &DisplacementSums) -> Vec<Seen> {
    let moved = sums.displacements();
    let isf = [0, 1].map(|list| sums.self_isf(list).unwrap());
    let of = |kind: &str, particles: Particles<'_>| {
        let list = usize::from(kind != "first F_s");
        curve(kind, one(&moved, particles), || {
            one(&isf[list], particles).clone()
        })
    };
    curves(&moved.names().collect::<Vec<_>>(), of, |_| 1e-11)
}

fn estimated(runs: &impl TrajectoryRuns<f64>, lags: &[u64], resampling: Resampling) -> Vec<Seen> {
    let lags = Lags::samples(lags.iter().copied());
    let moved = structure::displacements(runs, &lags, RADIUS, resampling).unwrap();
    let of = |kind: &str, particles: Particles<'_>| {
        let list = usize::from(kind != "first F_s");
        curve(kind, one(&moved, particles), || {
            structure::self_isf(runs, particles, &shell()[list], &lags, resampling).unwrap()
        })
    };
    curves(&moved.names().collect::<Vec<_>>(), of, |kind| match kind {
        "msd" | "overlap" => 1e-12,
        "alpha2" => 1e-10,
        _ => 1e-11,
    })
}

fn case(points: Option<u64>, frames: usize) -> Case<DisplacementAccumulator> {
    let run = walk(frames, 1);
    let (species, steps) = (run.species().clone(), run.steps().to_vec());
    let live = match points {
        Some(_) => decimated_to_48(&species),
        None => accumulator(&species, 10, frames),
    };
    let width = 3 * species.len();
    Case {
        name: format!("frames, {points:?} lags in a level"),
        new: Box::new(move || live.clone()),
        width,
        run: run.positions().to_vec(),
        lags: match points {
            Some(points) => decimated(points, 48),
            None => in_samples(&lags(), frames),
        },
        estimator: Box::new(move |runs, lags, resampling| {
            let run = |positions: &&[f64]| {
                let steps = &steps[..positions.len() / width];
                Trajectory::new(positions.to_vec(), steps, 0.005, species.clone()).unwrap()
            };
            let runs = Replicas::new(runs.iter().map(run).collect()).unwrap();
            estimated(&runs, lags, resampling)
        }),
        decimated: points,
        filled: vec![(80, 10), (160, 10), (320, 10)],
        between: vec![(17, 1), (101, 1), (330, 10)],
        // Pieces shorter and longer than the longest lag, which is 60.
        cuts: vec![
            [1, 2, 100],
            [30, 59, 90],
            [60, 61, 62],
            [70, 150, 195],
            [3, 64, 125],
        ],
        replicas: vec![0..80, 90..170, 200..280],
        replica_blocks: Some(10),
        stops: vec![0, 1, 13, 59, 61, 120, 150, 199],
    }
}

#[test]
fn accumulators_of_displacements_obey_every_law() {
    for points in [None, Some(8)] {
        assert_eq!(case(points, 360).check(), Ok(()));
    }
    assert_eq!(
        decimated(8, 48),
        [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48]
    );
}

/// However many pieces there are, 40 of 4 frames or 41, a run ends in ten blocks, and where there
/// are fewer frames in one for each.
#[test]
fn runs_end_in_ten_blocks() {
    for (frames, blocks) in [(160, 10), (159, 10), (161, 10), (7, 7)] {
        let sums = accumulated(&walk(frames, 1));
        assert_eq!(
            (sums.run_count(), sums.blocks(), sums.particles()),
            (1, blocks, 37)
        );
    }
}

#[test]
fn curves_of_the_shipped_trajectory_are_those_of_the_estimators() {
    let whole = shipped::kob_andersen::<f64>("T0.600/trajectory.xtc");
    let run = whole.slice(0..320).unwrap();
    let in_frames = in_samples(&lags(), 320);
    let expected = estimated(&run, &in_frames, Resampling::Blocks(10));
    assert_eq!(same(&seen(&accumulated(&run)), &expected, true), Ok(()));
}

#[test]
fn parts_of_the_particles_merge_to_all_of_them() {
    let run = walk(80, 5);
    let whole = accumulated(&run);
    let parts: Vec<DisplacementSums> = [0..1, 1..20, 20..37]
        .into_iter()
        .map(|part| accumulated(&run.select(&part.collect::<Vec<_>>()).unwrap()))
        .collect();
    let merged = parts[0]
        .merge_particles(&parts[1])
        .and_then(|merged| merged.merge_particles(&parts[2]))
        .unwrap();
    assert_eq!(merged.particles(), 37);
    let each = ["A", "B", "C"].map(Particles::Species);
    let sums = [&merged, &whole];
    let moved = sums.map(DisplacementSums::displacements);
    let isf = sums.map(|sums| [0, 1].map(|list| sums.self_isf(list).unwrap()));
    for particles in each.into_iter().chain([Particles::All]) {
        for kind in ["msd", "alpha2", "overlap", "first F_s", "second F_s"] {
            let list = usize::from(kind != "first F_s");
            let [found, wanted] = [0, 1].map(|k| {
                let isf = || one(&isf[k][list], particles).clone();
                let curve = curve(kind, one(&moved[k], particles), isf);
                Seen::of_largest("merged", &curve, [1e-11, 1e-8])
            });
            assert_eq!(found.same(&wanted, true), Ok(()));
        }
        let no_average = one(&moved[0], particles).chi4();
        assert_eq!(no_average, Err(StructureError::PartsOfParticles));
    }
    // Associative but for rounding.
    let other = parts[0]
        .merge_particles(&parts[1].merge_particles(&parts[2]).unwrap())
        .unwrap();
    let [other, merged] = [other, merged].map(|sums| {
        let moved = sums.displacements();
        Seen::of_largest("order", &moved.of("A").unwrap().msd.total, [1e-14, 1e-11])
    });
    assert_eq!(other.same(&merged, true), Ok(()));
}

#[test]
fn pieces_of_other_runs_do_not_join() {
    let run = walk(200, 7);
    let n = run.frames();
    let live = || accumulator(run.species(), 10, n);
    let message =
        |a: DisplacementAccumulator, b: &DisplacementAccumulator| a.followed_by(b).unwrap_err().to_string();
    let other = accumulator(&Species::by_count([("A", 36), ("B", 1)]).unwrap(), 10, n);
    assert_eq!(
        message(live(), &other),
        "the number of particles is 36 A, 1 B, 37 all, expected 10 B, 18 A, 9 C, 37 all as in the first"
    );
    let mut names: Vec<&str> = (0..37).map(|i| ["B", "A", "C", "A"][i % 4]).collect();
    names.swap(4, 5);
    let order = Species::by_name(names).unwrap();
    assert_eq!(
        message(live(), &accumulator(&order, 10, n)),
        "the order of the species is another, expected the same as in the first"
    );
    // The same lags at other strides.
    let strides = decimated_to_48(run.species());
    let lags = Lags::explicit(strides.lags());
    let single = DisplacementAccumulator::new(strides.sampling(), run.species(), &lags).unwrap();
    assert_eq!(
        message(with_all(single), &strides),
        "number of strides is 4, expected 1 as in the first"
    );
}

#[test]
fn damaged_numbers_of_a_run_are_refused() {
    let run = walk(150, 6);
    let (mut strides, mut live) = (
        decimated_to_48(run.species()),
        accumulator(run.species(), 10, 150),
    );
    for frame in 0..run.frames() {
        strides.push(run.frame(frame)).unwrap();
        live.push(run.frame(frame)).unwrap();
    }
    let text = serde_json::to_string(&strides).unwrap();
    let other = text.replacen("\"stride\":2", "\"stride\":3", 1);
    assert!(serde_json::from_str::<DisplacementAccumulator>(&other).is_err());
    let text = serde_json::to_string(&live).unwrap();
    let damage = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let damaged = text.replacen(from, to, 1);
        serde_json::from_str::<DisplacementAccumulator>(&damaged)
            .unwrap_err()
            .to_string()
    };
    assert!(damage("\"species\":[0,", "\"species\":[3,").starts_with("a particle of no species"));
    assert!(damage("\"species\":[0,", "\"species\":[1,").starts_with("species of other numbers"));
    assert!(damage("\"lags\":[0,1,2", "\"lags\":[0,2,1").starts_with("lags that do not increase"));
    assert!(damage("\"particles\":37", "\"particles\":38").starts_with("species that do not add up"));
    assert!(damage("\"length\":4", "\"length\":2").starts_with("rows or sums of another shape"));
    assert!(damage("\"recent\":[", "\"recent\":[0.0,").starts_with("rows or sums of another shape"));
    assert!(damage("\"head\":[", "\"head\":[0.0").starts_with("rows or sums of another shape"));
    assert!(damage("\"count\":150", "\"count\":200").starts_with("rows or sums of another shape"));
    assert!(damage("\"end\":152", "\"end\":151").starts_with("rows or sums of another shape"));
    assert!(damage("\"radius\":0.3", "\"radius\":-0.3").starts_with("an overlap radius"));
}

#[test]
fn frames_and_questions_that_mean_nothing_are_refused() {
    let species = Species::by_count([("A", 2), ("B", 1)]).unwrap();
    let mut live = accumulator(&species, 10, 100);
    let message = |result: Result<(), OnlineError>| result.unwrap_err().to_string();
    assert_eq!(
        message(live.push(&[0.0; 6])),
        "6 coordinates, expected 9, three for each particle"
    );
    live.push(&[0.0; 9]).unwrap();
    let mut positions = [0.0_f32; 9];
    positions[5] = f32::NAN;
    assert_eq!(
        message(live.push(&positions)),
        "particle 1 of frame 1 is at NaN, expected a finite number of at most 1e60 in size"
    );
    assert_eq!(live.frames(), 1);
    live.push_points(&[[0.0, 0.0, 0.5]; 3]).unwrap();
    let sums = live.snapshot().unwrap();
    assert_eq!(
        sums.displacements().of("C").unwrap_err().to_string(),
        "no species `C`, expected one of: A, B"
    );
    assert_eq!(
        sums.self_isf(2).unwrap_err().to_string(),
        "list 2 of wave vectors, expected one of the 2 that the accumulator was given, counted from 0"
    );
    assert_eq!(
        live.with_overlap(0.2).unwrap_err(),
        OnlineError::Running { found: 2 }
    );
    let fresh = || accumulator(&species, 10, 100);
    assert_eq!(
        fresh().with_overlap(0.0).unwrap_err().to_string(),
        "overlap radius 0, expected a positive finite length"
    );
    assert_eq!(
        fresh().with_blocks(3).unwrap_err(),
        OnlineError::NotEven {
            what: "blocks",
            found: 3
        }
    );

    let other = accumulated(&walk(100, 1));
    let message = sums.clone().merge(other.clone()).unwrap_err().to_string();
    assert_eq!(
        message,
        "the number of particles is 10 B, 18 A, 9 C, 37 all, expected 2 A, 1 B, 3 all as in the first"
    );
    let message = sums.merge_particles(&other).unwrap_err().to_string();
    assert_eq!(
        message,
        "the run is 100 frames in 10 blocks, expected 2 frames in 2 blocks as in the first"
    );
}
