//! What is computed again and again allocates once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::alloc::System;

use msed::online::{EnergyAccumulator, FrameAccumulator, OnlineError};
use msed::spectral::{LagPlanner, Method, Scratch};
use msed::structure::WaveVectors;
use msed::trajectory::Species;
use msed::{EnergyKind, Lags, Sampling};
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
fn a_warm_plan_and_a_running_accumulator_allocate_nothing() {
    accumulators();
    frames();
    plans();
}

fn accumulators() {
    let samples: Vec<f64> = (0..200_000_u32).map(|i| f64::from(i * i % 1009)).collect();
    let sampling = Sampling::new(1, 1.0).expect("a time axis");
    let lags = Lags::logarithmic(20).up_to_samples(3000);
    let kind = EnergyKind::Total;
    let ring = || EnergyAccumulator::ring(sampling, 1, kind, &lags, samples.len());
    let block_fft = || EnergyAccumulator::block_fft(sampling, 1, kind, &lags, samples.len());
    let multi_tau = || EnergyAccumulator::multi_tau(sampling, 1, kind, 16, 10_000);
    let all: [&dyn Fn() -> Result<EnergyAccumulator, OnlineError>; 3] = [&ring, &block_fft, &multi_tau];
    for new in all {
        // The harness's own thread allocates now and then: the least of a few trials.
        let trial = |_| {
            let mut live = None;
            assert!(
                allocations(|| live = new().ok()) > 0,
                "a counter that counts nothing"
            );
            let mut live = live.expect("an accumulator");
            allocations(|| {
                live.push_slice(&samples).expect("finite energies");
                for x in &samples {
                    live.push(*x).expect("a finite energy");
                }
            })
        };
        assert_eq!((0..3).map(trial).min(), Some(0), "from the first sample on");
    }
}

fn frames() {
    let species = Species::by_count([("A", 8), ("B", 3)]).expect("species");
    let vectors = WaveVectors::from_vectors(&[[1.0, 0.0, 2.0], [0.5, 0.5, 0.5]]).expect("vectors");
    let trial = |_| {
        let mut live = None;
        assert!(
            allocations(|| {
                let sampling = Sampling::new(1, 1.0).expect("a time axis");
                let lags = Lags::logarithmic(20).up_to_samples(100);
                live = FrameAccumulator::new(sampling, &species, &lags, 1000)
                    .and_then(|live| live.with_overlap(0.3))
                    .and_then(|live| live.with_self_isf(&vectors))
                    .ok();
            }) > 0,
            "a counter that counts nothing"
        );
        let mut live = live.expect("an accumulator");
        allocations(|| {
            for frame in 0..2000_u16 {
                live.push(&[f64::from(frame); 33]).expect("a frame");
            }
        })
    };
    assert_eq!((0..3).map(trial).min(), Some(0), "from the first frame on");
}

fn plans() {
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
