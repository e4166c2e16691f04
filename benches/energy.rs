//! Energies over the number of samples: every lag and few lags, with and without errors, and the
//! fits.
//!
//! `cargo bench --bench energy`

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use msed::energy::{autocorrelation, msed};
use msed::lag_sums::{LagPlanner, Scratch};
use msed::relaxation::{Fit, Model};
use msed::{EnergyKind, EnergySeries, Lags, Resampling, Sampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

/// Energies per particle with a correlation time of 200 samples and as much again of white noise.
fn energies(samples: usize) -> Vec<f64> {
    let mut rng = Pcg64::seed_from_u64(206);
    let memory = (-1.0_f64 / 200.0).exp();
    let mut slow = 0.0;
    (0..samples)
        .map(|_| {
            let kick: f64 = rng.sample(StandardNormal);
            let fast: f64 = rng.sample(StandardNormal);
            slow = memory * slow + (1.0 - memory * memory).sqrt() * kick;
            -6.99 + 0.02 * (slow + fast)
        })
        .collect()
}

fn series(samples: usize) -> EnergySeries<'static> {
    let sampling = Sampling::new(1, 0.005).expect("a sampling");
    EnergySeries::new(energies(samples), sampling, 1000, EnergyKind::PerParticle).expect("a series")
}

/// The sums alone, with a finished plan and the caller's scratch.
fn lag_sums(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mean-squared difference, finished plan");
    group.sample_size(10);
    for samples in [10_000, 100_000, 1_000_000] {
        let values = energies(samples);
        let every = LagPlanner::new().plan_every(samples, 0..samples).expect("a plan");
        let few: Vec<u64> = Lags::logarithmic(20)
            .up_to_fraction(0.1)
            .resolve(samples, &Sampling::new(1, 0.005).expect("a sampling"))
            .expect("lags")
            .iter()
            .map(|lag| lag.steps())
            .collect();
        let few = LagPlanner::new().plan(samples, &few).expect("a plan");
        group.throughput(Throughput::Elements(samples as u64));
        for (name, plan) in [("every lag", &every), ("log lags to n/10", &few)] {
            let mut sums = vec![0.0; plan.len()];
            let mut scratch = Scratch::default();
            group.bench_function(BenchmarkId::new(name, samples), |bencher| {
                bencher.iter(|| plan.msed_into(black_box(&values), &mut sums, &mut scratch));
            });
        }
    }
    group.finish();
}

/// What a program calls: planning, errors and all.
fn curves(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("energy curves");
    group.sample_size(10);
    for samples in [10_000, 100_000, 1_000_000] {
        let run = series(samples);
        let few = Lags::logarithmic(20).up_to_fraction(0.1);
        group.throughput(Throughput::Elements(samples as u64));
        for (name, lags, resampling) in [
            ("msed, every lag", Lags::all(), Resampling::None),
            ("msed, log lags", few.clone(), Resampling::None),
            ("msed, log lags, ten blocks", few.clone(), Resampling::Blocks(10)),
        ] {
            group.bench_function(BenchmarkId::new(name, samples), |bencher| {
                bencher.iter(|| msed(black_box(&run), &lags, resampling));
            });
        }
        group.bench_function(
            BenchmarkId::new("autocorrelation, log lags, ten blocks", samples),
            |bencher| {
                bencher.iter(|| autocorrelation(black_box(&run), &few, Resampling::Blocks(10)));
            },
        );
    }
    group.finish();
}

/// Fits and the refits of their errors: the cost does not depend on the number of samples.
fn fits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fits with the errors of ten blocks");
    let run = series(100_000);
    let lags = Lags::logarithmic(20).up_to_fraction(0.1);
    let curve = msed(&run, &lags, Resampling::Blocks(10)).expect("a curve");
    for model in [Model::Exponential, Model::Stretched] {
        group.bench_function(format!("{model:?}"), |bencher| {
            bencher.iter(|| Fit::new(model).to(black_box(&curve)));
        });
    }
    group.finish();
}

criterion_group!(energy, lag_sums, curves, fits);
criterion_main!(energy);
