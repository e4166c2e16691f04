//! Displacements over the number of frames and of lags, beside each other.
//!
//! `cargo bench --bench structure`

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use msed::structure::{RadialBins, displacements, msd, van_hove};
use msed::trajectory::{Species, Trajectory};
use msed::{Lags, Resampling};
use rand::prelude::*;
use rand_distr::StandardNormal;

const PARTICLES: usize = 200;

fn walk(frames: usize) -> Trajectory<'static, f32> {
    let mut rng = StdRng::seed_from_u64(11);
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
            let lags = Lags::explicit([1, 10, 100]);
            bencher.iter(|| van_hove(black_box(&run), &lags, &bins, Resampling::Blocks(10)));
        });
    }
    group.finish();
}

criterion_group!(structure, benchmarks);
criterion_main!(structure);
