//! What is computed again and again allocates once.

use std::alloc::System;

use msed::spectral::{LagPlanner, Method, Scratch};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn allocations(call: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    call();
    region.change().allocations + region.change().reallocations
}

/// One test, since the counter is the process's.
#[test]
fn a_warm_plan_allocates_nothing() {
    let samples: Vec<f64> = (0..40_000_u32).map(|i| f64::from(i * i % 1009)).collect();
    let lags: Vec<u64> = (0..3000).collect();
    let mut planner = LagPlanner::new();
    let plans = [
        planner.plan_every(40_000, 0..40_000).unwrap(),
        planner.plan(40_000, &[1, 10, 100]).unwrap(),
        planner.plan_with(40_000, &lags, Method::Direct).unwrap(),
        planner
            .plan_with(40_000, &lags, Method::BlockFft { segment: 2048 })
            .unwrap(),
        planner
            .plan_with(40_000, &lags, Method::SplitFft { segment: 9000 })
            .unwrap(),
    ];
    // One thread from start to end: handing work to another one allocates, in rayon.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.expect("a thread").install(|| {
        for plan in &plans {
            let mut scratch = Scratch::default();
            let mut values = vec![0.0; plan.len()];
            let mut call = || {
                plan.msed_into(&samples, &mut values, &mut scratch);
                plan.autocorrelation_into(&samples, &mut values, &mut scratch);
            };
            assert!(allocations(&mut call) > 0, "a counter that counts nothing");
            assert_eq!(allocations(&mut call), 0, "{:?}", plan.methods());
        }
    });
}
