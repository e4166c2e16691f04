//! Distributions of energy differences against their definitions, on differences that are far from
//! centred.

use msed::energy::{self, Bins, Distribution};
use msed::online::DistributionAccumulator;
use msed::{EnergyKind, EnergySeries, EnergySystem, Estimate, Lag, Lags, Resampling, Sampling};
use rand::{RngExt, SeedableRng};
use rand_distr::{Exp1, StandardNormal};
use rand_pcg::Pcg64;

const STRIDE: u64 = 10;

fn run(samples: &[f64]) -> EnergySeries<'static> {
    let sampling = Sampling::new(STRIDE, 0.005).unwrap();
    EnergySeries::new(samples.to_vec(), sampling, 1, EnergyKind::PerParticle).unwrap()
}

fn distribution(samples: &[f64], lag: u64, bins: Bins, resampling: Resampling) -> Distribution {
    energy::distribution(&run(samples), Lag::from_steps(lag * STRIDE), bins, resampling).unwrap()
}

/// A walk whose steps are skewed, and three of their standard deviations long on the average.
fn drifting(samples: usize) -> Vec<f64> {
    let mut random = Pcg64::seed_from_u64(11);
    let mut energy = -7.0;
    let mut next = || {
        energy += 0.02 + 0.01 * random.sample::<f64, _>(Exp1);
        energy
    };
    (0..samples).map(|_| next()).collect()
}

/// Mean, variance, skewness and excess kurtosis, each by its definition in two passes.
fn moments(differences: &[f64]) -> [f64; 4] {
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let central = |power: i32| differences.iter().map(|d| (d - mean).powi(power)).sum::<f64>() / n;
    let variance = central(2);
    [
        mean,
        variance,
        central(3) / variance.powf(1.5),
        central(4) / variance.powi(2) - 3.0,
    ]
}

fn found(phi: &Distribution) -> [&Estimate; 4] {
    [&phi.mean, &phi.variance, &phi.skewness, &phi.excess_kurtosis]
}

/// The batch takes powers about the mean, and an accumulator about zero: both must give the central
/// moments, on the whole and without each block.
#[test]
fn moments_of_differences_that_are_not_centred_are_their_definitions() {
    let samples = drifting(1280);
    let sampling = run(&samples).sampling();
    for lag in [1_usize, 3] {
        let differences: Vec<f64> = (0..samples.len() - lag)
            .map(|i| samples[i + lag] - samples[i])
            .collect();
        let expected = moments(&differences);
        assert!(expected[0] > 2.9 * expected[1].sqrt() && expected[2] > 0.9 && expected[3] > 1.0);
        let batch = distribution(&samples, lag as u64, Bins::Count(40), Resampling::Blocks(20));
        let lags = Lags::samples([lag as u64]);
        let (width, range) = (0.001, 0.5);
        let mut live = DistributionAccumulator::new(
            EnergySystem::new(sampling, 1, EnergyKind::PerParticle).unwrap(),
            &lags.planned(1280),
            width,
            range,
        )
        .and_then(|live| live.with_blocks(20))
        .unwrap();
        live.push_slice(&samples).unwrap();
        let stream = live
            .snapshot()
            .unwrap()
            .distribution(Lag::from_steps(lag as u64 * STRIDE))
            .unwrap();
        for (phi, within) in [(&batch, 1e-9), (&stream, 1e-7)] {
            for (k, expected) in expected.iter().enumerate() {
                let value = found(phi)[k].value();
                assert!(
                    (value - expected).abs() <= within * expected.abs(),
                    "{k}: {value} {expected}"
                );
            }
            for block in 0..20 {
                // Pairs belong to the block of their first sample.
                let part = block * 64..(block + 1) * 64;
                let rest: Vec<f64> = (0..differences.len())
                    .filter(|i| !part.contains(i))
                    .map(|i| differences[i])
                    .collect();
                for (k, expected) in moments(&rest).iter().enumerate() {
                    let value = found(phi)[k].replicates()[block];
                    assert!(
                        (value - expected).abs() <= within * expected.abs(),
                        "{k} without block {block}: {value} {expected}"
                    );
                }
            }
        }
    }
}

/// Freedman and Diaconis: 2 IQR n^(-1/3). One bin is centred on 0.
#[test]
fn the_width_of_bins_is_twice_the_interquartile_range_over_the_cube_root_of_the_pairs() {
    let mut random = Pcg64::seed_from_u64(2);
    for n in [100_usize, 1000, 8001] {
        let samples: Vec<f64> = (0..n).map(|_| random.sample::<f64, _>(StandardNormal)).collect();
        let mut differences: Vec<f64> = samples.windows(2).map(|w| w[1] - w[0]).collect();
        differences.sort_by(f64::total_cmp);
        let pairs = differences.len();
        // The quartiles lie between two neighbouring order statistics, whatever the convention.
        let quartile = |k: usize| {
            [
                differences[(pairs - 1) * k / 4],
                differences[((pairs - 1) * k).div_ceil(4)],
            ]
        };
        let [low, high] = [quartile(1), quartile(3)];
        let width = |range: f64| 2.0 * range / (pairs as f64).cbrt();
        let phi = distribution(&samples, 1, Bins::FreedmanDiaconis, Resampling::None);
        let (least, most) = (width(high[0] - low[1]), width(high[1] - low[0]));
        let found = phi.width;
        assert!(
            found >= least * (1.0 - 1e-12) && found <= most * (1.0 + 1e-12),
            "{found} in {least}, {most}"
        );
        assert!(phi.centres.iter().any(|centre| centre.abs() < 1e-9 * found));
        for (centre, next) in phi.centres.iter().zip(&phi.centres[1..]) {
            assert!((next - centre - found).abs() < 1e-9 * found);
        }
    }
}

/// Scott's 3.49 standard deviations n^(-1/3), where the middle half of the differences is one
/// value.
#[test]
fn the_width_of_bins_is_by_the_standard_deviation_where_there_is_no_interquartile_range() {
    let samples: Vec<f64> = (0..1001).map(|i| f64::from(u8::from(i % 10 == 5))).collect();
    let phi = distribution(&samples, 1, Bins::FreedmanDiaconis, Resampling::None);
    let expected = 3.49 * phi.variance.value().sqrt() / 1000_f64.cbrt();
    assert!(
        (phi.width / expected - 1.0).abs() < 1e-12,
        "{} {expected}",
        phi.width
    );
}

/// The Gaussian of the same mean and variance, where the mean is several standard deviations from
/// 0.
#[test]
fn the_gaussian_beside_a_distribution_has_its_mean_and_variance() {
    let phi = distribution(&drifting(2000), 2, Bins::Count(40), Resampling::None);
    let (mean, variance) = (phi.mean.value(), phi.variance.value());
    assert!(mean > 3.0 * variance.sqrt());
    let step = variance.sqrt() / 50.0;
    let points = || (-400..=400).map(|k| mean + step * f64::from(k));
    let moment = |power: i32| {
        points()
            .map(|x| step * (x - mean).powi(power) * phi.gaussian(x))
            .sum::<f64>()
    };
    for (power, expected) in [(0, 1.0), (1, 0.0), (2, variance), (4, 3.0 * variance * variance)] {
        let size = variance.powi(power).sqrt();
        assert!((moment(power) - expected).abs() < 1e-9 * size, "{power}");
    }
}
