//! Displacements over the number of frames and of lags, and the structure of frames over the number
//! of particles.
//!
//! `cargo bench --bench structure`

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use msed::structure::{
    RadialBins, WaveVectors, coherent_isf, displacements, isotropic_self_isf, msd, rdf, self_isf,
    static_structure, van_hove,
};
use msed::trajectory::{Cell, Species, Trajectory, Wrapped};
use msed::{Lags, Resampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const PARTICLES: usize = 200;

fn walk(frames: usize) -> Trajectory<'static, f32> {
    let mut rng = Pcg64::seed_from_u64(11);
    let mut positions: Vec<f32> = (0..3 * PARTICLES).map(|_| 9.4 * rng.random::<f32>()).collect();
    for i in 3 * PARTICLES..3 * PARTICLES * frames {
        let step: f32 = rng.sample(StandardNormal);
        positions.push(positions[i - 3 * PARTICLES] + 0.005 * step);
    }
    let steps: Vec<u64> = (0..frames as u64).collect();
    let species = Species::by_count([("A", 160), ("B", 40)]).expect("species");
    Trajectory::new(positions, steps, 0.005, species).expect("a trajectory")
}

fn benchmarks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("displacements of 200 particles");
    group.sample_size(10);
    for frames in [500, 2000, 8000] {
        let run = walk(frames);
        let some = Lags::logarithmic(10).up_to_fraction(0.1);
        group.throughput(Throughput::Elements((frames * PARTICLES) as u64));
        for (name, lags, resampling) in [
            ("msd, all lags", Lags::all(), Resampling::None),
            ("msd, all lags, ten blocks", Lags::all(), Resampling::Blocks(10)),
            ("msd, log lags, ten blocks", some.clone(), Resampling::Blocks(10)),
        ] {
            group.bench_function(BenchmarkId::new(name, frames), |bencher| {
                bencher.iter(|| msd(black_box(&run), &lags, resampling));
            });
        }
        group.bench_function(
            BenchmarkId::new("all curves, log lags, ten blocks", frames),
            |bencher| {
                bencher.iter(|| displacements(black_box(&run), &some, 0.3, Resampling::Blocks(10)));
            },
        );
        let bins = RadialBins::logarithmic(0.001, 10.0, 80).expect("bins");
        group.bench_function(BenchmarkId::new("van Hove, three lags", frames), |bencher| {
            let lags = Lags::samples([1, 10, 100]);
            bencher.iter(|| van_hove(black_box(&run), &lags, &bins, Resampling::Blocks(10)));
        });
    }
    group.finish();
}

/// The structure of single frames, over the number of particles.
fn at_one_instant(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("structure of 20 frames");
    group.sample_size(10);
    for particles in [200, 1000, 5000] {
        let edge = (particles as f64 / 1.2).cbrt();
        let cell = Cell::cubic(edge).expect("a cell");
        let mut rng = Pcg64::seed_from_u64(3);
        let positions: Vec<f32> = (0..60 * particles)
            .map(|_| edge as f32 * rng.random::<f32>())
            .collect();
        let steps: Vec<u64> = (0..20).collect();
        let species = Species::by_count([("A", particles * 4 / 5), ("B", particles / 5)]).expect("species");
        let run =
            Trajectory::<f32, Wrapped>::wrapped(positions, steps, 0.005, species, [cell]).expect("a run");
        let vectors = WaveVectors::shell(&cell, 7.0..=7.5).expect("vectors");
        group.throughput(Throughput::Elements((20 * particles * vectors.count()) as u64));
        group.bench_function(BenchmarkId::new("S(q), 7.0 to 7.5", particles), |bencher| {
            bencher.iter(|| static_structure(black_box(&run), &vectors, Resampling::Blocks(10)));
        });
        let some = vectors.subset(vectors.count().min(30), 7).expect("a part");
        group.throughput(Throughput::Elements((20 * particles * some.count()) as u64));
        group.bench_function(BenchmarkId::new("S(q), 30 vectors", particles), |bencher| {
            bencher.iter(|| static_structure(black_box(&run), &some, Resampling::Blocks(10)));
        });
        group.throughput(Throughput::Elements(10 * (particles * (particles - 1)) as u64));
        for (name, end) in [("g(r) to half of the cell", 0.5 * edge), ("g(r) to 1.5", 1.5)] {
            let bins = RadialBins::linear(end, 200).expect("bins");
            group.bench_function(BenchmarkId::new(name, particles), |bencher| {
                bencher.iter(|| rdf(black_box(&run), &bins, Resampling::Blocks(10)));
            });
        }
    }
    group.finish();
}

/// Scattering functions of 200 particles over the number of frames.
fn scattering(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scattering of 200 particles");
    group.sample_size(10);
    let cell = Cell::cubic(9.41036).expect("a cell");
    let shell = WaveVectors::shell(&cell, 7.15..=7.35).expect("a shell");
    let some = shell.subset(30, 7).expect("a part");
    let lags = Lags::logarithmic(10).up_to_fraction(0.1);
    for frames in [500, 2000] {
        let run = walk(frames).with_cell(cell).expect("a cell");
        for (name, vectors) in [("30 vectors", &some), ("whole shell of 219", &shell)] {
            group.throughput(Throughput::Elements(
                (frames * PARTICLES * vectors.count()) as u64,
            ));
            group.bench_function(BenchmarkId::new(format!("F_s, {name}"), frames), |bencher| {
                bencher.iter(|| self_isf(black_box(&run), "A", vectors, &lags, Resampling::Blocks(10)));
            });
            group.bench_function(BenchmarkId::new(format!("F(q,t), {name}"), frames), |bencher| {
                bencher.iter(|| coherent_isf(black_box(&run), vectors, &lags, Resampling::Blocks(10)));
            });
        }
        group.bench_function(BenchmarkId::new("isotropic F_s", frames), |bencher| {
            bencher.iter(|| isotropic_self_isf(black_box(&run), "A", &[7.25], &lags, Resampling::Blocks(10)));
        });
    }
    group.finish();
}

criterion_group!(structure, benchmarks, at_one_instant, scattering);
criterion_main!(structure);
