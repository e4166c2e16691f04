//! Kernels of each instruction set against each other.

use pulp::Arch;

use super::{LagPlanner, Method, Scratch};

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
