//! Displacements accumulated while frames come, against the estimators of whole trajectories.

use crate::common::shipped;
use msed::online::{FrameAccumulator, FrameSums, OnlineError};
use msed::structure::WaveVectors;
use msed::trajectory::{Cell, Particles, Species, Trajectory};
use msed::{Curve, Lags, Replicas, Resampling, Sampling, structure};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const RADIUS: f64 = 0.3;

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

fn accumulator(species: &Species, stride: u64, frames: usize) -> FrameAccumulator {
    let sampling = Sampling::new(stride, 0.005).unwrap();
    with_all(FrameAccumulator::new(sampling, species, &lags(), frames).unwrap())
}

/// Lags of 1 to 8, and four more in each doubling to 48.
fn decimated(species: &Species) -> FrameAccumulator {
    let sampling = Sampling::new(10, 0.005).unwrap();
    with_all(FrameAccumulator::multi_tau(sampling, species, 8, 48).unwrap())
}

fn with_all(live: FrameAccumulator) -> FrameAccumulator {
    let [shell, other] = shell();
    live.with_overlap(RADIUS)
        .and_then(|live| live.with_self_isf(&shell))
        .and_then(|live| live.with_self_isf(&other))
        .unwrap()
}

fn accumulated(run: &Trajectory<'_, f64>) -> FrameSums {
    let stride = run.steps()[1] - run.steps()[0];
    let mut live = accumulator(run.species(), stride, run.frames());
    for frame in 0..run.frames() {
        live.push(run.frame(frame)).unwrap();
    }
    live.snapshot().unwrap()
}

fn assert_close(found: &Curve, wanted: &Curve, within: f64, what: &str) {
    assert_eq!(found.lags(), wanted.lags(), "{what}");
    assert_eq!(found.origins(), wanted.origins(), "{what}");
    let scale = wanted
        .values()
        .iter()
        .fold(0.0, |scale: f64, x| scale.max(x.abs()));
    for k in 0..found.len() {
        let (x, y) = (found.values()[k], wanted.values()[k]);
        assert!((x - y).abs() <= within * scale, "{what} at lag {k}: {x} {y}");
        match (found.standard_errors()[k], wanted.standard_errors()[k]) {
            (None, None) => {}
            (Some(x), Some(y)) => {
                // An error is a difference of nearly equal numbers.
                assert!(
                    (x - y).abs() <= 1e3 * within * scale,
                    "{what}, error at lag {k}: {x} {y}"
                );
            }
            (x, y) => panic!("{what}, error at lag {k}: {x:?} {y:?}"),
        }
    }
}

/// Every curve of every species and of all particles.
fn assert_equal(sums: &FrameSums, runs: &impl msed::trajectory::TrajectoryRuns<f64>, resampling: Resampling) {
    let displacements = structure::displacements(runs, &lags(), RADIUS, resampling).unwrap();
    let names: Vec<String> = displacements.iter().map(|one| one.name().to_owned()).collect();
    for name in names.iter().map(String::as_str).chain(["all"]) {
        let (particles, wanted) = match displacements.species(name) {
            Some(species) => (Particles::Species(name), species),
            None => (Particles::All, displacements.all()),
        };
        assert_close(&sums.msd(particles).unwrap(), wanted.msd(), 1e-12, "msd");
        assert_close(&sums.alpha2(particles).unwrap(), wanted.alpha2(), 1e-10, "alpha2");
        let overlap = sums.overlap(particles).unwrap().unwrap();
        assert_close(&overlap, wanted.overlap(), 1e-12, "overlap");
        let chi4 = sums.chi4(particles).unwrap().unwrap();
        assert_close(&chi4, wanted.chi4(), 1e-11, "chi4");
        for (list, vectors) in shell().iter().enumerate() {
            let wanted = structure::self_isf(runs, particles, vectors, &lags(), resampling).unwrap();
            assert_close(
                &sums.self_isf(list, particles).unwrap(),
                &wanted,
                1e-11,
                "self isf",
            );
        }
    }
}

#[test]
fn curves_are_those_of_the_whole_trajectory() {
    // 160 frames end in 20 blocks of 8, and 159 in 19, of which the last joins the one before it.
    let run = walk(160, 1);
    let sums = accumulated(&run);
    assert_eq!((sums.runs(), sums.blocks(), sums.particles()), (1, 20, 37));
    assert_equal(&sums, &run, Resampling::Blocks(20));
    assert_eq!(accumulated(&walk(159, 1)).blocks(), 19);
    assert_eq!(accumulated(&walk(161, 1)).blocks(), 10);
}

#[test]
fn curves_of_the_shipped_trajectory_are_those_of_the_estimators() {
    let whole = shipped::kob_andersen::<f64>("T0.600/trajectory.xtc");
    let run = whole.slice(0..320).unwrap();
    let sums = accumulated(&run);
    assert_equal(&sums, &run, Resampling::Blocks(20));
}

#[test]
fn a_snapshot_disturbs_nothing_and_counts_the_frames_so_far() {
    let run = walk(100, 2);
    let (mut asked, mut left_alone) = (
        accumulator(run.species(), 10, 100),
        accumulator(run.species(), 10, 100),
    );
    assert_eq!(
        asked.snapshot().unwrap_err(),
        OnlineError::TooFewSamples { found: 0 }
    );
    for frame in 0..run.frames() {
        asked.push(run.frame(frame)).unwrap();
        left_alone.push(run.frame(frame)).unwrap();
        if frame > 0 {
            let so_far = asked.snapshot().unwrap();
            assert_eq!(so_far.msd("A").unwrap().origins()[0], frame as u64 + 1);
            if frame == 79 {
                assert_equal(&so_far, &run.slice(0..80).unwrap(), Resampling::Blocks(20));
            }
        }
    }
    assert_eq!(asked.snapshot(), left_alone.snapshot());
    assert_eq!(asked.frames(), 100);
}

#[test]
fn replicas_merge_as_trajectories_pool() {
    let runs: Vec<_> = (0..3).map(|seed| walk(80, seed)).collect();
    let sums: Vec<FrameSums> = runs.iter().map(accumulated).collect();
    let [a, b, c] = [&sums[0], &sums[1], &sums[2]].map(Clone::clone);
    let left = a.clone().merge(b.clone()).unwrap().merge(c.clone()).unwrap();
    let right = a.merge(b.merge(c).unwrap()).unwrap();
    assert_eq!(left, right);
    assert_eq!((left.runs(), left.blocks()), (3, 60));
    let pooled = Replicas::new(runs).unwrap();
    assert_equal(&left, &pooled, Resampling::Blocks(20));
}

#[test]
fn parts_of_the_particles_merge_to_all_of_them() {
    let run = walk(80, 5);
    let whole = accumulated(&run);
    let parts: Vec<FrameSums> = [0..1, 1..20, 20..37]
        .into_iter()
        .map(|part| accumulated(&run.select(&part.collect::<Vec<_>>()).unwrap()))
        .collect();
    let merged = parts[0]
        .merge_particles(&parts[1])
        .and_then(|merged| merged.merge_particles(&parts[2]))
        .unwrap();
    assert_eq!(merged.particles(), 37);
    let each = ["A", "B", "C"].map(Particles::Species);
    for particles in each.into_iter().chain([Particles::All]) {
        let pairs = [
            (merged.msd(particles), whole.msd(particles)),
            (merged.alpha2(particles), whole.alpha2(particles)),
            (merged.self_isf(0, particles), whole.self_isf(0, particles)),
            (merged.self_isf(1, particles), whole.self_isf(1, particles)),
            (
                merged.overlap(particles).map(Option::unwrap),
                whole.overlap(particles).map(Option::unwrap),
            ),
        ];
        for (found, wanted) in pairs {
            assert_close(&found.unwrap(), &wanted.unwrap(), 1e-11, "merged");
        }
        assert_eq!(merged.chi4(particles).unwrap(), None, "no average over particles");
    }
    // Associative but for rounding.
    let other = parts[0]
        .merge_particles(&parts[1].merge_particles(&parts[2]).unwrap())
        .unwrap();
    assert_close(
        &other.msd("A").unwrap(),
        &merged.msd("A").unwrap(),
        1e-14,
        "order",
    );
}

/// Level l sums the first frames at multiples of 2^l, and nothing else.
#[test]
fn decimation_gives_the_definition_over_the_same_origins() {
    let run = walk(300, 8);
    let mut live = decimated(run.species());
    (0..300).for_each(|frame| live.push(run.frame(frame)).unwrap());
    assert_eq!(
        live.lags(),
        [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48]
    );
    let sums = live.snapshot().unwrap();
    let [msd, overlap] = [sums.msd("A").unwrap(), sums.overlap("A").unwrap().unwrap()];
    let (chi4, isf) = (sums.chi4("A").unwrap().unwrap(), sums.self_isf(1, "A").unwrap());
    let members: Vec<usize> = (0..37).filter(|i| [1, 3].contains(&(i % 4))).collect();
    let n = members.len() as f64;
    for (k, lag) in live.lags().iter().map(|&lag| lag as usize).enumerate() {
        let stride = [1, 2, 4, 8][[8, 16, 32, 48].iter().position(|&last| lag <= last).unwrap()];
        let origins: Vec<usize> = (0..300 - lag).step_by(stride).collect();
        let (mut square, mut close, mut close_squared, mut cosine) = (0.0, 0.0, 0.0, 0.0);
        for &origin in &origins {
            let mut near = 0.0;
            for &i in &members {
                let (a, b) = (run.frame(origin), run.frame(origin + lag));
                let d: Vec<f64> = (0..3).map(|c| b[3 * i + c] - a[3 * i + c]).collect();
                let squared: f64 = d.iter().map(|x| x * x).sum();
                square += squared / n;
                near += f64::from(squared < RADIUS * RADIUS) / n;
                cosine += (0.3 * d[0] - 0.2 * d[1] + 0.9 * d[2]).cos() / n;
            }
            close += near;
            close_squared += near * near;
        }
        let count = origins.len() as f64;
        assert_eq!(msd.origins()[k], origins.len() as u64);
        let variance = n * (close_squared / count - (close / count).powi(2));
        let pairs = [
            (msd.values()[k], square / count),
            (overlap.values()[k], close / count),
            (chi4.values()[k], variance),
            (isf.values()[k], cosine / count),
        ];
        for (found, expected) in pairs {
            assert!(
                (found - expected).abs() < 1e-11,
                "{found} {expected} at lag {lag}"
            );
        }
    }
    assert!(msd.standard_errors()[5].is_some());
}

/// Pieces of one run, cut anywhere, are the run: none of their pairs is lost, in whichever order they are joined.
#[test]
fn pieces_of_a_run_joined_in_any_order_are_the_whole_run() {
    let run = walk(200, 7);
    let n = run.frames();
    pieces(&run, || accumulator(run.species(), 10, n));
    pieces(&run, || decimated(run.species()));
    let live = |first| accumulator(run.species(), 10, n).starting_at(first).unwrap();
    let message = |a: FrameAccumulator, b: &FrameAccumulator| a.followed_by(b).unwrap_err().to_string();
    assert_eq!(
        message(live(0), &live(5)),
        "the piece begins with sample 5 of the run, expected 0, the one after the last"
    );
    let other = accumulator(&Species::by_count([("A", 36), ("B", 1)]).unwrap(), 10, n);
    assert_eq!(
        message(live(0), &other),
        "the number of particles is 36 A, 1 B, 37 all, expected 10 B, 18 A, 9 C, 37 all as in the first"
    );
    let mut names: Vec<&str> = (0..37).map(|i| ["B", "A", "C", "A"][i % 4]).collect();
    names.swap(4, 5);
    let order = Species::by_name(names).unwrap();
    assert_eq!(
        message(live(0), &accumulator(&order, 10, n)),
        "the order of the species is another, expected the same as in the first"
    );
    // The same lags at other strides.
    let strides = decimated(run.species());
    let lags = Lags::explicit(strides.lags());
    let single = FrameAccumulator::new(strides.sampling(), run.species(), &lags, n).unwrap();
    assert_eq!(
        message(with_all(single), &strides),
        "number of strides is 4, expected 1 as in the first"
    );
}

fn pieces(run: &Trajectory<'_, f64>, new: impl Fn() -> FrameAccumulator) {
    let n = run.frames();
    // Pieces shorter and longer than the longest lag, which is 60.
    for cuts in [
        [1, 2, 100],
        [30, 59, 90],
        [60, 61, 62],
        [70, 150, 195],
        [3, 64, 125],
    ] {
        let of = |from: usize, to: usize| {
            let mut live = new().starting_at(from as u64).unwrap();
            (from..to).for_each(|frame| live.push(run.frame(frame)).unwrap());
            live
        };
        let resumed = |live: FrameAccumulator| -> FrameAccumulator {
            serde_json::from_str(&serde_json::to_string(&live).unwrap()).unwrap()
        };
        let [a, b, c] = cuts;
        let left = of(0, a).followed_by(&of(a, b)).unwrap();
        let left = resumed(left)
            .followed_by(&resumed(of(b, c)))
            .and_then(|left| left.followed_by(&of(c, n)))
            .unwrap();
        let right = of(b, c).followed_by(&of(c, n)).unwrap();
        let right = of(a, b).followed_by(&resumed(right)).unwrap();
        let right = of(0, a).followed_by(&right).unwrap();
        // The joined accumulator goes on like any other.
        let mut on = of(0, a).followed_by(&of(a, b)).unwrap();
        (b..n).for_each(|frame| on.push(run.frame(frame)).unwrap());
        let whole = of(0, n).snapshot().unwrap();
        for joined in [left, right, on] {
            assert_eq!(joined.frames(), n as u64);
            same_but_for_blocks(&joined.snapshot().unwrap(), &whole);
        }
    }
}

/// Every curve has the values of another's; blocks begin elsewhere, but are as many and as long within a factor.
fn same_but_for_blocks(found: &FrameSums, expected: &FrameSums) {
    let curves = |sums: &FrameSums| -> Vec<Curve> {
        let each = ["A", "B", "C"].map(Particles::Species);
        let all = each.into_iter().chain([Particles::All]);
        all.flat_map(|particles| {
            [
                sums.msd(particles).unwrap(),
                sums.alpha2(particles).unwrap(),
                sums.overlap(particles).unwrap().unwrap(),
                sums.chi4(particles).unwrap().unwrap(),
                sums.self_isf(0, particles).unwrap(),
                sums.self_isf(1, particles).unwrap(),
            ]
        })
        .collect()
    };
    for (found, expected) in curves(found).iter().zip(&curves(expected)) {
        assert_eq!(found.lags(), expected.lags());
        assert_eq!(found.origins(), expected.origins());
        let scale = expected
            .values()
            .iter()
            .fold(0.0, |scale: f64, x| scale.max(x.abs()));
        for (x, y) in found.values().iter().zip(expected.values()) {
            assert!((x - y).abs() <= 1e-11 * scale, "{x} {y}");
        }
    }
    let error = |sums: &FrameSums| sums.msd("A").unwrap().standard_errors()[1].unwrap();
    let ratio = error(found) / error(expected);
    assert!(ratio > 0.4 && ratio < 2.5, "{ratio}");
}

#[test]
fn resumed_from_its_numbers_a_run_has_the_same_bits() {
    let run = walk(150, 6);
    let (mut live, mut resumed) = (decimated(run.species()), decimated(run.species()));
    for frame in 0..run.frames() {
        if frame % 13 == 0 {
            resumed = serde_json::from_str(&serde_json::to_string(&resumed).unwrap()).unwrap();
        }
        live.push(run.frame(frame)).unwrap();
        resumed.push(run.frame(frame)).unwrap();
    }
    assert_eq!(resumed.snapshot().unwrap(), live.snapshot().unwrap());
    let text = serde_json::to_string(&live).unwrap();
    let other = text.replacen("\"stride\":2", "\"stride\":3", 1);
    assert!(serde_json::from_str::<FrameAccumulator>(&other).is_err());

    let mut live = accumulator(run.species(), 10, 150);
    let mut resumed = accumulator(run.species(), 10, 150);
    for frame in 0..run.frames() {
        if [0, 1, 59, 61, 120].contains(&frame) {
            let text = serde_json::to_string(&resumed).unwrap();
            resumed = serde_json::from_str(&text).unwrap();
        }
        live.push(run.frame(frame)).unwrap();
        resumed.push(run.frame(frame)).unwrap();
    }
    let sums = live.snapshot().unwrap();
    assert_eq!(resumed.snapshot().unwrap(), sums);
    let text = serde_json::to_string(&sums).unwrap();
    assert_eq!(serde_json::from_str::<FrameSums>(&text).unwrap(), sums);

    let text = serde_json::to_string(&live).unwrap();
    let damage = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let damaged = text.replacen(from, to, 1);
        serde_json::from_str::<FrameAccumulator>(&damaged)
            .unwrap_err()
            .to_string()
    };
    assert!(damage("\"order\":[0,", "\"order\":[3,").starts_with("an order that does not hold"));
    assert!(damage("\"lags\":[0,1,2", "\"lags\":[0,2,1").starts_with("lags that do not increase"));
    assert!(damage("\"particles\":37", "\"particles\":38").starts_with("species that do not add up"));
    assert!(damage("\"length\":8", "\"length\":4").starts_with("frames or sums of another shape"));
    assert!(damage("\"recent\":[", "\"recent\":[0.0,").starts_with("frames or sums of another shape"));
    assert!(damage("\"head\":[", "\"head\":[0.0").starts_with("frames or sums of another shape"));
    assert!(damage("\"count\":150", "\"count\":200").starts_with("frames or sums of another shape"));
    assert!(damage("\"end\":152", "\"end\":151").starts_with("frames or sums of another shape"));
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
        sums.msd("C").unwrap_err().to_string(),
        "no species `C`, expected one of: A, B"
    );
    assert_eq!(
        sums.self_isf(2, "A").unwrap_err().to_string(),
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
        OnlineError::Blocks { found: 3 }
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
        "the run is 100 frames in 12 blocks, expected 2 frames in 2 blocks as in the first"
    );
}
