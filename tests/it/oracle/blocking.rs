//! The error of a mean under repeated averaging, and the blocks that are chosen, against the rules
//! that their documentation states.

use msed::relaxation::Caution;
use msed::spectrum::choose_blocks;
use msed::stats::{Blocking, BlockingLevel};
use msed::{EnergyKind, EnergySeries, Resampling, Sampling};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

use crate::common::synthetic::Process;

/// Autoregressions of any correlation time and length.
fn series(seed: u64) -> Vec<f64> {
    let mut random = Pcg64::seed_from_u64(seed);
    let kept = (-1.0 / random.random_range(0.2..200.0_f64)).exp();
    let mut x = 0.0;
    (0..random.random_range(20..6000))
        .map(|_| {
            x = kept * x + random.sample::<f64, _>(StandardNormal);
            x - 7.0
        })
        .collect()
}

#[derive(Debug)]
struct Level {
    block: usize,
    blocks: usize,
    standard_error: f64,
    uncertainty: f64,
}

/// Means of blocks of each power of two, whole blocks alone, down to two of them.
fn levels(samples: &[f64]) -> Vec<Level> {
    let mut levels = Vec::new();
    let mut block = 1;
    while samples.len() / block >= 2 {
        let means: Vec<f64> = samples
            .chunks_exact(block)
            .map(|part| part.iter().sum::<f64>() / block as f64)
            .collect();
        let n = means.len() as f64;
        let mean = means.iter().sum::<f64>() / n;
        let variance = means.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let standard_error = (variance / n).sqrt();
        levels.push(Level {
            block,
            blocks: means.len(),
            standard_error,
            uncertainty: standard_error / (2.0 * (n - 1.0)).sqrt(),
        });
        block *= 2;
    }
    levels
}

/// The first level with 64 blocks or more that no later one with 16 blocks or more exceeds by more
/// than twice the uncertainty of the difference.
fn plateau(levels: &[BlockingLevel]) -> Option<usize> {
    let exceeds = |later: &BlockingLevel, level: &BlockingLevel| {
        let uncertainty = (later.uncertainty.powi(2) + level.uncertainty.powi(2)).sqrt();
        later.standard_error - level.standard_error > 2.0 * uncertainty
    };
    let flat = |k: &usize| {
        !levels[k + 1..]
            .iter()
            .any(|l| l.blocks >= 16 && exceeds(l, &levels[*k]))
    };
    (0..levels.len()).filter(|&k| levels[k].blocks >= 64).find(flat)
}

#[test]
fn levels_and_the_plateau_are_their_definitions() {
    let mut found = [0; 2];
    for seed in 0..600 {
        let samples = series(seed);
        let blocking = Blocking::new(&samples);
        let expected = levels(&samples);
        assert_eq!(blocking.levels.len(), expected.len());
        for (level, expected) in blocking.levels.iter().zip(&expected) {
            assert_eq!((level.block, level.blocks), (expected.block, expected.blocks));
            let close = |x: f64, y: f64| (x / y - 1.0).abs() < 1e-9;
            assert!(
                close(level.standard_error, expected.standard_error),
                "{level:?} {expected:?}"
            );
            assert!(
                close(level.uncertainty, expected.uncertainty),
                "{level:?} {expected:?}"
            );
        }
        let flat = plateau(&blocking.levels);
        assert_eq!(
            blocking.plateau(),
            flat.map(|k| blocking.levels[k]),
            "seed {seed}"
        );
        found[usize::from(flat.is_some())] += 1;
    }
    assert!(found[0] > 100 && found[1] > 100, "{found:?}");
}

/// The mean of several runs, each about its own mean: a run counts as long as it has two blocks.
#[test]
fn levels_of_runs_of_unequal_length_are_their_definition() {
    let runs = [series(3), series(4)[..19].to_vec(), series(5)];
    let slices: Vec<&[f64]> = runs.iter().map(Vec::as_slice).collect();
    let blocking = Blocking::of_runs(&slices);
    for level in &blocking.levels {
        let (mut squares, mut blocks, mut counted) = (0.0, 0, 0);
        for run in &runs {
            let means: Vec<f64> = run
                .chunks_exact(level.block)
                .map(|part| part.iter().sum::<f64>() / level.block as f64)
                .collect();
            if means.len() < 2 {
                continue;
            }
            let mean = means.iter().sum::<f64>() / means.len() as f64;
            squares += means.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
            (blocks, counted) = (blocks + means.len(), counted + 1);
        }
        let freedom = (blocks - counted) as f64;
        let error = (squares / (freedom * blocks as f64)).sqrt();
        assert_eq!(level.blocks, blocks);
        assert!((level.standard_error / error - 1.0).abs() < 1e-9);
        assert!((level.uncertainty / (error / (2.0 * freedom).sqrt()) - 1.0).abs() < 1e-9);
    }
    assert!(blocking.levels.len() > 6);
}

/// 64 blocks are enough at the level itself, and 16 at a later one.
#[test]
fn a_plateau_needs_sixty_four_blocks() {
    let alternating = |n: u32| (0..n).map(|i| f64::from(i % 2)).collect::<Vec<f64>>();
    assert_eq!(Blocking::new(&alternating(63)).plateau(), None);
    assert_eq!(
        Blocking::new(&alternating(64)).plateau().map(|level| level.block),
        Some(1)
    );
    // Blocks of 64: those of 1 rise to 16 blocks or more of them, or to fewer.
    let steps = |blocks: u32| -> Vec<f64> {
        (0..64 * blocks)
            .map(|i| f64::from((i / 64).wrapping_mul(2_654_435_761) >> 31))
            .collect()
    };
    assert_eq!(Blocking::new(&steps(63)).plateau().map(|level| level.block), None);
    assert!(
        Blocking::new(&steps(64))
            .plateau()
            .is_some_and(|level| level.block >= 32)
    );
}

/// As many blocks as hold fifteen correlation times each, thirty at most; below five of them, five
/// and a verdict.
#[test]
fn blocks_are_chosen_by_their_rule() {
    let mut seen = [0; 3];
    for (k, times) in [20, 45, 60, 70, 80, 100, 150, 200, 300, 420, 470, 600, 900]
        .into_iter()
        .enumerate()
    {
        // Correlation times of ten samples of 0.5 time units.
        let samples = Process::two_scale(0.05, 1.0, 5.0).sample(10 * times, 0.5, k as u64);
        let sampling = Sampling::new(5, 0.1).unwrap();
        let run = EnergySeries::new(samples, sampling, 1, EnergyKind::PerParticle).unwrap();
        let choice = choose_blocks(&run);
        let Some(time) = choice.correlation_time else {
            assert_eq!(choice.caution, Some(Caution::NoCorrelationTime));
            continue;
        };
        assert!((choice.duration - 5.0 * times as f64).abs() < 1e-9);
        let most = (choice.duration / (15.0 * time)) as usize;
        let blocks = most.clamp(5, 30);
        assert_eq!(choice.resampling, Resampling::Blocks(blocks), "{times}");
        let length = (10 * times / blocks) as f64 * 0.5;
        assert!((choice.block_length - length).abs() < 1e-9, "{times}");
        match &choice.caution {
            None => assert!(most >= 5 && length >= 14.9 * time, "{times}"),
            Some(Caution::FewBlocks { found, needed }) => {
                assert!((found / (choice.duration / time) - 1.0).abs() < 1e-12);
                assert!(most < 5 && *needed == 75.0, "{times}: {needed}");
            }
            other => panic!("{other:?}"),
        }
        seen[if most < 5 { 0 } else { usize::from(most > 30) + 1 }] += 1;
    }
    assert!(seen.iter().all(|&n| n >= 2), "{seen:?}");
}
