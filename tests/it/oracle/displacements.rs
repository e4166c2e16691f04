//! Displacements against their definitions, on trajectories of every shape.

use std::ops::Range;

use crate::common::by_name::by_species;
use msed::lag_sums::Method;
use msed::stats::BySpecies;
use msed::trajectory::{LagTable, Species, Trajectory};
use msed::{Lag, Lags, Replicas, Resampling, structure};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

/// The definitions, as briefly as they can be written: sums over all particles of `who` and all
/// pairs of frames.
mod oracle {
    use super::*;

    pub(super) struct Moments {
        pub(super) squares: [f64; 3],
        pub(super) fourth: f64,
        pub(super) overlap: f64,
        pub(super) chi4: f64,
        pub(super) origins: u64,
    }

    pub(super) fn moments(
        run: &Trajectory<'_, f64>,
        who: &[usize],
        lag: u64,
        radius: f64,
        firsts: Range<usize>,
    ) -> Moments {
        let n = who.len() as f64;
        let (mut squares, mut fourth, mut q, mut q2, mut pairs) = ([0.0; 3], 0.0, 0.0, 0.0, 0.0);
        for i in firsts {
            for j in i..run.frames() {
                if run.steps()[j] - run.steps()[i] != lag {
                    continue;
                }
                pairs += 1.0;
                let mut close = 0.0;
                for &p in who {
                    let (a, b) = (run.position(i, p), run.position(j, p));
                    let d: [f64; 3] = std::array::from_fn(|c| b[c] - a[c]);
                    let r2: f64 = d.iter().map(|x| x * x).sum();
                    (0..3).for_each(|c| squares[c] += d[c] * d[c] / n);
                    fourth += r2 * r2 / n;
                    close += if r2.sqrt() < radius { 1.0 / n } else { 0.0 };
                }
                q += close;
                q2 += close * close;
            }
        }
        let mean = q / pairs;
        Moments {
            squares: squares.map(|x| x / pairs),
            fourth: fourth / pairs,
            overlap: mean,
            chi4: n * (q2 / pairs - mean * mean),
            origins: pairs as u64,
        }
    }
}

/// Random walks with long steps now and then, so that nothing is Gaussian, of mixed species, far
/// from the origin.
fn walk(steps: Vec<u64>, particles: usize, seed: u64) -> Trajectory<'static, f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let mut frame: Vec<f64> = (0..3 * particles)
        .map(|_| 300.0 + 10.0 * rng.random::<f64>())
        .collect();
    let mut positions = frame.clone();
    for gap in steps.windows(2).map(|w| w[1] - w[0]) {
        for x in &mut frame {
            let size = if rng.random::<f64>() < 0.1 { 0.5 } else { 0.05 };
            let noise: f64 = rng.sample(StandardNormal);
            *x += size * noise * (gap as f64).sqrt();
        }
        positions.extend_from_slice(&frame);
    }
    let names = ["B", "A", "A", "A", "B", "A", "A"];
    let species = Species::by_name((0..particles).map(|p| names[p % 7])).expect("species");
    Trajectory::new(positions, steps, 0.005, species).expect("a trajectory")
}

fn shapes() -> Vec<Vec<u64>> {
    let uniform = |n: u64| (0..n).map(|i| 100 + 10 * i).collect();
    let blocks = (0..9)
        .flat_map(|b| [0, 1, 2, 4, 8, 16].map(|offset| 50 * (32 * b + offset)))
        .collect();
    vec![
        uniform(41),
        uniform(64),
        uniform(23),
        (0..24).map(|i| 1 << i).collect(),
        blocks,
    ]
}

#[track_caller]
fn assert_close(what: &str, got: f64, wanted: f64, relative: f64, absolute: f64) {
    let bound = relative * wanted.abs() + absolute;
    assert!(
        got.is_finite() && wanted.is_finite() && (got - wanted).abs() <= bound,
        "{what}: {got} {wanted}"
    );
}

#[test]
fn every_curve_is_its_definition_at_every_lag_of_every_shape() {
    for (shape, steps) in shapes().into_iter().enumerate() {
        for particles in [1, 9, 30] {
            let run = walk(steps.clone(), particles, shape as u64);
            let found = structure::displacements(&run, &Lags::all(), 0.3, Resampling::default()).unwrap();
            let all: Vec<usize> = (0..particles).collect();
            for (name, found) in by_species(&found) {
                let who = run.species().indices(name).unwrap_or(all.clone());
                assert_eq!(found.particles, who.len());
                let (total, overlap, chi4) =
                    (&found.msd.total, found.overlap().unwrap(), found.chi4().unwrap());
                for (k, &lag) in total.lags().iter().enumerate() {
                    let wanted = oracle::moments(&run, &who, lag.steps(), 0.3, 0..run.frames());
                    let at = format!("shape {shape}, {name} of {particles}, lag {lag}");
                    let msd: f64 = wanted.squares.iter().sum();
                    assert_eq!(total.origins()[k], wanted.origins, "{at}");
                    assert_close(&at, total.values()[k], msd, 1e-13, 0.0);
                    for (curve, wanted) in found.msd.components.iter().zip(wanted.squares) {
                        assert_close(&at, curve.values()[k], wanted, 1e-13, 0.0);
                    }
                    assert_close(&at, overlap.values()[k], wanted.overlap, 1e-14, 0.0);
                    assert_close(
                        &at,
                        chi4.values()[k],
                        wanted.chi4,
                        1e-12,
                        1e-13 * who.len() as f64,
                    );
                    if lag > Lag::ZERO {
                        let alpha2 = 3.0 * wanted.fourth / (5.0 * msd * msd) - 1.0;
                        assert_eq!(found.alpha2.lags()[k - 1], lag);
                        assert_close(&at, found.alpha2.values()[k - 1], alpha2, 1e-12, 1e-12);
                    }
                }
            }
        }
    }
}

#[test]
fn replicates_leave_out_the_pairs_that_start_in_a_block() {
    for (shape, steps) in shapes().into_iter().enumerate() {
        let run = walk(steps, 9, 7 + shape as u64);
        let (n, who) = (run.frames(), run.species().indices("A").unwrap());
        let blocks = Resampling::Blocks(3);
        let direct = structure::displacements(&run, &Lags::all(), 0.3, blocks).unwrap();
        let many = structure::msd(&run, &Lags::all(), blocks).unwrap();
        for block in 0..3 {
            let left_out = n * block / 3..n * (block + 1) / 3;
            for (k, &lag) in direct.all().msd.total.lags().iter().enumerate() {
                let parts = [0..left_out.start, left_out.end..n]
                    .map(|part| oracle::moments(&run, &who, lag.steps(), 0.3, part));
                let weight: f64 = parts.iter().map(|m| m.origins as f64).sum();
                if weight == 0.0 {
                    continue;
                }
                let weighted = parts.iter().filter(|m| m.origins > 0);
                let msd: f64 = weighted
                    .map(|m| m.origins as f64 * m.squares.iter().sum::<f64>())
                    .sum::<f64>()
                    / weight;
                let a = [&direct.of("A").unwrap().msd.total, &many.of("A").unwrap().total];
                let at = format!("shape {shape}, block {block}, lag {lag}");
                assert_close(&at, a[0].replicate(block)[k], msd, 1e-13, 0.0);
                assert_close(&at, a[1].replicate(block)[k], msd, 1e-9, 0.0);
            }
        }
        let longest = [&direct.all().msd.total, &many.all().total].map(|curve| {
            let last = curve.standard_errors().iter().rposition(Option::is_some);
            last.map_or(Lag::ZERO, |k| curve.lags()[k])
        });
        assert_eq!(longest[0], longest[1]);
        // Each lag of purely log-spaced frames has one pair, and a resample without it nothing.
        assert_eq!(longest[0] > Lag::ZERO, shape != 3);
    }
}

#[test]
fn transforms_equal_direct_sums_within_the_stated_bound() {
    for (n, particles, blocks) in [
        (2, 3, 2),
        (31, 8, 2),
        (97, 33, 10),
        (256, 67, 1),
        (300, 5, 7),
        (1000, 2, 10),
    ] {
        let run = walk((0..n).map(|i| 5 * i).collect(), particles, n);
        let resampling = if blocks == 1 {
            Resampling::None
        } else {
            Resampling::Blocks(blocks)
        };
        let many = structure::msd(&run, &Lags::all(), resampling).unwrap();
        let direct = structure::displacements(&run, &Lags::all(), 0.3, resampling).unwrap();
        assert_eq!(many.all().total.values()[0], 0.0);
        let transformed = many
            .all()
            .methods
            .iter()
            .filter(|&&m| m != Method::Direct)
            .count();
        assert!(
            n < 50 || transformed > n as usize / 2,
            "{n}: {transformed} lags by transforms"
        );
        for ((name, found), (_, exact)) in many.species().zip(direct.species()) {
            for k in 1..n as usize {
                let bound = found.error_bounds[k];
                assert!(bound <= 1e-9);
                let at = format!("{n} frames, {name}, lag {k}");
                assert_close(
                    &at,
                    found.total.values()[k],
                    exact.msd.total.values()[k],
                    bound,
                    0.0,
                );
                for (found, exact) in found.components.iter().zip(&exact.msd.components) {
                    assert_close(&at, found.values()[k], exact.values()[k], bound, 0.0);
                }
            }
        }
    }
}

#[test]
fn lags_that_the_transform_would_spoil_are_summed_directly() {
    // A jump of 1e5 in the middle: the centred columns are 1e10 times larger than the displacements
    // at short lags.
    let n = 400;
    let mut rng = Pcg64::seed_from_u64(3);
    let positions: Vec<f64> = (0..n)
        .flat_map(|i| [0, 1, 2].map(|_| rng.random::<f64>() + if i == n - 1 { 1e5 } else { 0.0 }))
        .collect();
    let steps: Vec<u64> = (0..n).collect();
    let run = Trajectory::new(positions, steps, 0.5, Species::single("A", 1).unwrap()).unwrap();
    let msd = structure::msd(&run, &Lags::all(), Resampling::None).unwrap();
    assert!(msd.all().error_bounds.iter().all(|&bound| bound <= 1e-9));
    let rest = Trajectory::new(
        vec![1e7 / 3.0; 3 * 400],
        (0..400).collect::<Vec<u64>>(),
        0.5,
        Species::single("A", 1).unwrap(),
    );
    let rest = structure::msd(&rest.unwrap(), &Lags::all(), Resampling::default()).unwrap();
    assert!(rest.all().total.values().iter().all(|&x| x == 0.0));
    assert!(rest.all().methods[1..].iter().all(|&m| m == Method::Direct));
}

#[test]
fn few_lags_are_summed_directly_and_many_by_transforms() {
    let run = walk((0..2000).collect(), 3, 5);
    let method = |lags: Lags| {
        structure::msd(&run, &lags, Resampling::default())
            .unwrap()
            .all()
            .methods
            .last()
            .copied()
    };
    assert_eq!(method(Lags::samples([1, 10, 100])), Some(Method::Direct));
    assert_ne!(method(Lags::all()), Some(Method::Direct));
    // Transforms begin to pay at some tens of lags.
    let spread = |lags: u64| {
        method(Lags::samples(
            (1..=lags).map(|k| k * 1000 / lags).collect::<Vec<u64>>(),
        ))
    };
    assert_eq!(spread(10), Some(Method::Direct));
    assert_ne!(spread(100), Some(Method::Direct));
}

#[test]
fn single_precision_is_widened_before_it_is_subtracted() {
    let exact = walk((0..80).map(|i| 10 * i).collect(), 9, 11);
    let single: Vec<f32> = exact.positions().iter().map(|&x| x as f32).collect();
    let widened: Vec<f64> = single.iter().map(|&x| f64::from(x)).collect();
    let steps = exact.steps().to_vec();
    let single = Trajectory::new(single, steps.clone(), 0.005, exact.species().clone()).unwrap();
    let widened = Trajectory::new(widened, steps, 0.005, exact.species().clone()).unwrap();
    let curves = |run: &dyn Fn() -> (BySpecies<structure::Msd>, BySpecies<structure::Displacements>)| {
        let (msd, moved) = run();
        let all = moved.all();
        let curves = [
            &msd.all().total,
            &all.msd.total,
            &all.alpha2,
            all.overlap().unwrap(),
            all.chi4().unwrap(),
        ];
        curves.map(ToString::to_string)
    };
    let blocks = Resampling::default();
    let of_single = || {
        let msd = structure::msd(&single, &Lags::all(), blocks).unwrap();
        (
            msd,
            structure::displacements(&single, &Lags::all(), 0.3, blocks).unwrap(),
        )
    };
    let of_widened = || {
        let msd = structure::msd(&widened, &Lags::all(), blocks).unwrap();
        (
            msd,
            structure::displacements(&widened, &Lags::all(), 0.3, blocks).unwrap(),
        )
    };
    assert!(curves(&of_single) == curves(&of_widened), "printed to all digits");
}

#[test]
fn shorter_replicas_add_to_the_lags_that_they_reach() {
    let (long, short) = (walk((0..40).collect(), 9, 1), walk((0..15).collect(), 9, 2));
    for (first, second) in [(&long, &short), (&short, &long)] {
        let runs = Replicas::new(vec![first.clone(), second.clone()]).unwrap();
        let both = structure::msd(&runs, &Lags::all(), Resampling::Replicas).unwrap();
        let direct = structure::displacements(&runs, &Lags::all(), 0.3, Resampling::Replicas).unwrap();
        let origins: Vec<u64> = (0..40).map(|m| (40 - m) + 15_u64.saturating_sub(m)).collect();
        assert_eq!(both.all().total.origins(), origins);
        assert_eq!(direct.all().msd.total.origins(), origins);
        for k in 1..40 {
            assert_close(
                "both",
                both.all().total.values()[k],
                direct.all().msd.total.values()[k],
                1e-9,
                0.0,
            );
        }
        assert!(both.all().total.standard_errors()[10].is_some());
        assert_eq!(both.all().total.standard_errors()[20], None);
    }
}

#[test]
fn impossible_questions_are_refused() {
    let run = walk((0..20).collect(), 2, 1);
    let message = |radius| {
        structure::displacements(&run, &Lags::all(), radius, Resampling::None)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message(0.0),
        "overlap radius 0, expected a positive finite length"
    );
    assert_eq!(
        message(f64::NAN),
        "overlap radius NaN, expected a positive finite length"
    );
    let error = structure::msd(&run, &Lags::all(), Resampling::Blocks(30)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "run 0 has 20 samples, expected at least 30, one per block"
    );
    let error = structure::msd(&run, &Lags::samples([25]), Resampling::None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a lag of 25 steps, expected less than the run's 20 steps"
    );
}

#[test]
fn frames_that_are_not_uniform_pair_by_exact_steps() {
    let steps = vec![0, 1, 2, 4, 8, 16, 32, 33, 34, 36];
    let run = walk(steps.clone(), 3, 2);
    let found = structure::msd(&run, &Lags::all(), Resampling::None).unwrap();
    let table = LagTable::new(&steps, 0.005, &Lags::all()).unwrap();
    assert_eq!(found.all().total.lags(), table.lags());
    assert!(found.all().methods.iter().all(|&m| m == Method::Direct));
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let run = walk((0..700).map(|i| 5 * i).collect(), 300, 4);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads").install(|| {
            let blocks = Resampling::default();
            let msd = structure::msd(&run, &Lags::all(), blocks).unwrap();
            let lags = Lags::logarithmic(5);
            let moved = structure::displacements(&run, &lags, 0.3, blocks).unwrap();
            let bins = structure::RadialBins::linear(3.0, 10).unwrap();
            let distances = structure::van_hove(&run, &lags, &bins, blocks).unwrap();
            let mut bits: Vec<u64> = Vec::new();
            let all = moved.all();
            for curve in [
                &msd.all().total,
                &all.msd.total,
                &all.alpha2,
                all.overlap().unwrap(),
                all.chi4().unwrap(),
            ] {
                let replicates = (0..10).flat_map(|r| curve.replicate(r));
                bits.extend(curve.values().iter().chain(replicates).map(|x| x.to_bits()));
            }
            for at in distances.all() {
                bits.extend(at.density.iter().map(|g| g.value().to_bits()));
            }
            bits
        })
    };
    let one = with(1);
    assert!(one.len() > 7000);
    for threads in [2, 3, 8] {
        assert!(with(threads) == one, "{threads} threads");
    }
}
