//! What is computed again and again allocates once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::alloc::System;

use msed::lag_sums::{LagPlanner, Method, Scratch};
use msed::online::{
    CoherentAccumulator, DisplacementAccumulator, DistributionAccumulator, EnergyAccumulator, OnlineError,
};
use msed::structure::WaveVectors;
use msed::trajectory::{Cell, Species};
use msed::{EnergyKind, EnergySystem, Lags, Sampling};
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
    densities();
    differences();
    plans();
}

fn system() -> EnergySystem {
    let sampling = Sampling::new(1, 1.0).expect("a time axis");
    EnergySystem::new(sampling, 1, EnergyKind::Total).expect("a particle")
}

fn accumulators() {
    let samples: Vec<f64> = (0..200_000_u32).map(|i| f64::from(i * i % 1009)).collect();
    let lags = Lags::logarithmic(20).up_to_samples(3000);
    let ring = || EnergyAccumulator::ring(system(), &lags);
    let block_fft = || EnergyAccumulator::block_fft(system(), &lags);
    let multi_tau = || EnergyAccumulator::multi_tau(system(), 16, system().sampling().lag(10_000));
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
    let sampling = Sampling::new(1, 1.0).expect("a time axis");
    let ring = || {
        let lags = Lags::logarithmic(20).up_to_samples(100);
        DisplacementAccumulator::new(sampling, &species, &lags)
    };
    let multi_tau = || DisplacementAccumulator::multi_tau(sampling, &species, 16, sampling.lag(500));
    // A piece of a run keeps its first frames too.
    let piece = || ring().and_then(|live| live.starting_at(77));
    let all: [&dyn Fn() -> Result<DisplacementAccumulator, OnlineError>; 3] = [&ring, &multi_tau, &piece];
    for new in all {
        let found = least(|| {
            let mut live = None;
            let made = allocations(|| {
                live = new()
                    .and_then(|live| live.with_overlap(0.3))
                    .and_then(|live| live.with_self_isf(&vectors))
                    .ok();
            });
            assert!(made > 0, "a counter that counts nothing");
            let mut live = live.expect("an accumulator");
            allocations(|| {
                for frame in 0..2000_u16 {
                    live.push(&[f64::from(frame); 33]).expect("a frame");
                }
            })
        });
        assert_eq!(found, Some(0), "from the first frame on");
    }
}

/// The least of a few trials, for the harness's own thread allocates now and then.
fn least(mut trial: impl FnMut() -> usize) -> Option<usize> {
    (0..3).map(|_| trial()).min()
}

fn densities() {
    let species = Species::by_count([("A", 8), ("B", 3)]).expect("species");
    let vectors = WaveVectors::sphere(&Cell::cubic(6.0).expect("a cell"), 4.0).expect("vectors");
    let sampling = Sampling::new(1, 1.0).expect("a time axis");
    let lags = Lags::logarithmic(5).up_to_samples(20);
    let frames: Vec<[f64; 33]> = (0..300_u32)
        .map(|i| std::array::from_fn(|j| f64::from(i * i % 97) * 0.01 + j as f64))
        .collect();
    let found = least(|| {
        let mut live = CoherentAccumulator::new(sampling, &species, &vectors, &lags).expect("an accumulator");
        allocations(|| frames.iter().for_each(|frame| live.push(frame).expect("a frame")))
    });
    assert_eq!(found, Some(0), "F(q,t), from the first frame on");
}

fn differences() {
    let lags = Lags::samples([1, 10, 1000]);
    let found = least(|| {
        let mut live = DistributionAccumulator::new(system(), &lags, 1.0, 500.0).expect("bins");
        allocations(|| {
            (0..100_000_u32).for_each(|i| live.push(f64::from(i * 7 % 1009)).expect("a finite energy"));
        })
    });
    assert_eq!(found, Some(0), "phi, from the first sample on");
}

fn plans() {
    let samples: Vec<f64> = (0..40_000_u32).map(|i| f64::from(i * i % 1009)).collect();
    let lags: Vec<u64> = (0..3000).collect();
    let mut planner = LagPlanner::new();
    let plans = [
        planner.plan_every(40_000, 0..40_000).unwrap(),
        planner.plan(40_000, &[1, 10, 100]).unwrap(),
        LagPlanner::new()
            .with_method(Method::Direct)
            .plan(40_000, &lags)
            .unwrap(),
        LagPlanner::new()
            .with_method(Method::BlockFft { segment: 2048 })
            .plan(40_000, &lags)
            .unwrap(),
        LagPlanner::new()
            .with_method(Method::SplitFft { segment: 9000 })
            .plan(40_000, &lags)
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
