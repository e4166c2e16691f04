//! Kernels of each instruction set against each other, and sums by block against the definition.

use std::ops::Range;

use pulp::Arch;
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

use super::{LagPlanner, Method, Scratch, Term};
use crate::stats::BlockSums;

/// What there is on the processor at hand, the portable code always.
fn instruction_sets() -> Vec<Arch> {
    let mut sets = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    sets.extend(pulp::x86::V3::try_new().map(Arch::V3));
    sets
}

#[test]
fn instruction_sets_agree_to_rounding() {
    let samples: Vec<f64> = (0..4111_u32).map(|i| f64::from(i * i % 1009) - 500.0).collect();
    let narrow: Vec<f32> = (0..4111_u16)
        .map(|i| f32::from(i.wrapping_mul(i) % 1009))
        .collect();
    let lags: Vec<u64> = (0..600).chain([4000, 4110]).collect();
    for method in [
        Method::Direct,
        Method::BlockFft { segment: 300 },
        Method::SplitFft { segment: 1024 },
    ] {
        let runs: Vec<_> = instruction_sets()
            .into_iter()
            .map(|arch| {
                let plan = LagPlanner::new()
                    .with_arch(arch)
                    .with_method(method)
                    .plan(4111, &lags)
                    .unwrap();
                let mut values = [
                    vec![0.0; lags.len()],
                    vec![0.0; lags.len()],
                    vec![0.0; lags.len()],
                ];
                let mut scratch = Scratch::default();
                plan.msed_into(&samples, &mut values[0], &mut scratch);
                plan.msed_into(&narrow, &mut values[1], &mut scratch);
                plan.autocorrelation_into(&samples, &mut values[2], &mut scratch);
                values.concat()
            })
            .collect();
        for run in &runs[1..] {
            for (k, (a, b)) in run.iter().zip(&runs[0]).enumerate() {
                // Rounding is relative to the sum of squares, n times the variance of 8e4.
                let pairs = 4111.0 - lags[k % lags.len()] as f64;
                let allowed = 2e-15 * 8e4 * 4111.0 / pairs;
                assert!((a - b).abs() <= allowed, "{method:?}: {a} and {b}");
            }
        }
        if method == Method::Direct {
            // Integers of this size are summed without rounding: equal to the last bit.
            assert!(
                runs.iter()
                    .all(|run| run[..2 * lags.len()] == runs[0][..2 * lags.len()])
            );
        }
    }
}

#[test]
fn blocks_hold_the_pairs_of_their_first_samples() {
    let n = 400;
    // Noise with a correlation time of 20 samples about -7000, of standard deviation 15, and white
    // noise of a tenth of its variance.
    let mut rng = Pcg64::seed_from_u64(4);
    let a = (-1.0_f64 / 20.0).exp();
    let mut slow = 0.0;
    let x: Vec<f64> = (0..n)
        .map(|_| {
            let [kick, fast]: [f64; 2] = [StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng)];
            slow = a * slow + (1.0 - a * a).sqrt() * kick;
            -7e3 + 15.0 * (slow + 0.3 * fast)
        })
        .collect();
    let lags: Vec<u64> = vec![0, 1, 2, 5, 30, 31, 100, 250, 399];
    let divisions: [Vec<Range<usize>>; 4] = [
        std::iter::once(0..n).collect(),
        vec![0..133, 133..266, 266..n],
        (0..n).map(|i| i..i + 1).step_by(7).collect(),
        vec![5..64, 64..128, 130..131, 390..400],
    ];
    let segments = [5, 8, 16, 64, n / 3, n / 2, n - 1, n, 2 * n].into_iter();
    let transforms =
        segments.flat_map(|segment| [Method::SplitFft { segment }, Method::BlockFft { segment }]);
    let cheapest = LagPlanner::new().plan(n, &lags);
    let given = std::iter::once(Method::Direct).chain(transforms);
    let given = given.map(|method| LagPlanner::new().with_method(method).plan(n, &lags));
    for plan in std::iter::once(cheapest).chain(given).map(Result::unwrap) {
        for blocks in &divisions {
            let mut squares = BlockSums::new(blocks.len() + 1, lags.len());
            let mut products = BlockSums::new(blocks.len(), lags.len());
            let mut scratch = Scratch::default();
            plan.add(&x, Term::SquaredDifference, blocks, &mut squares, 1, &mut scratch);
            let about = Term::Product { about: -7001.0 };
            plan.add(&x, about, blocks, &mut products, 0, &mut scratch);
            assert!((0..lags.len()).all(|k| squares.get(0, k) == (0.0, 0.0)));
            for (b, block) in blocks.iter().enumerate() {
                for (k, &m) in lags.iter().enumerate() {
                    let m = m as usize;
                    let pairs: Vec<usize> = block.clone().filter(|i| i + m < n).collect();
                    let square: f64 = pairs.iter().map(|&i| (x[i + m] - x[i]).powi(2)).sum();
                    let product: f64 = pairs.iter().map(|&i| (x[i + m] + 7001.0) * (x[i] + 7001.0)).sum();
                    let what = format!("block {block:?}, lag {m}, {:?}", plan.method(k));
                    let scale = 1e-14 * 230.0 * n as f64;
                    assert!((squares.get(b + 1, k).0 - square).abs() < scale, "{what}");
                    assert!((products.get(b, k).0 - product).abs() < scale, "{what}");
                    assert_eq!(squares.get(b + 1, k).1, pairs.len() as f64, "{what}");
                }
            }
        }
    }
}
