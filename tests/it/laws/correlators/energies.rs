//! Correlations of energies.

use msed::energy::{self, Bins};
use msed::{EnergyKind, EnergySeries, Lags, Replicas, Resampling, Sampling};

use super::{ANOTHER_WAY, Correlator, Known, Mean, Run};
use crate::common::synthetic::Process;

/// Energies per particle, ten steps apart.
#[derive(Debug, Clone)]
pub(super) struct Energies(Vec<f64>);

impl Energies {
    fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self(self.0.iter().map(|&x| f(x)).collect())
    }
}

impl Run for Energies {
    fn shifted(&self) -> Self {
        self.map(|x| x - 1e3)
    }

    fn renumbered(&self) -> Option<Self> {
        None
    }

    fn reversed(&self) -> Self {
        Self(self.0.iter().rev().copied().collect())
    }

    fn turned(&self) -> Vec<(&'static str, Self)> {
        vec![("negated", self.map(|x| -x))]
    }

    fn scaled(&self, by: f64) -> Self {
        self.map(|x| by * x)
    }

    fn another(&self) -> Self {
        // Longer, for lags are those of the shorter run.
        Self([&self.0[..], &self.0[..self.0.len() / 2]].concat()).map(|x| 1.5 * x + 2.0)
    }
}

fn sampling() -> Sampling {
    Sampling::new(10, 0.005).unwrap()
}

fn runs(runs: &[Energies]) -> Replicas<EnergySeries<'_>> {
    let series = |run: &Energies| EnergySeries::new(run.0.clone(), sampling(), 100, EnergyKind::PerParticle);
    Replicas::new(runs.iter().map(|run| series(run).unwrap()).collect()).unwrap()
}

/// A stationary process, and one with a drift as large as its fluctuations; few samples, and a
/// prime number.
fn systems() -> Vec<(String, Energies)> {
    let samples = |n: usize| Process::two_scale(0.5, 0.5, 1.0).sample(n, 0.05, 3);
    let drifting = samples(401)
        .iter()
        .enumerate()
        .map(|(i, x)| x + 0.01 * i as f64)
        .collect();
    vec![
        ("stationary".to_owned(), Energies(samples(600))),
        ("drifting".to_owned(), Energies(drifting)),
        ("few".to_owned(), Energies(samples(13))),
    ]
}

/// The definition, over all pairs.
fn by_pairs(run: &Energies, f: impl Fn(f64, f64) -> f64) -> Vec<Known> {
    let n = run.0.len();
    let known = |lag: usize| Known {
        mean: 0,
        point: lag,
        value: (0..n - lag).map(|i| f(run.0[i], run.0[i + lag])).sum::<f64>() / (n - lag) as f64,
        within: 1e-11,
    };
    (0..n).map(known).collect()
}

fn correlators() -> Vec<Correlator<Energies>> {
    let msed = Correlator::new("msed", systems(), |of| {
        let msed = energy::msed(&runs(of), &Lags::all(), Resampling::None).unwrap();
        vec![Mean::of_curve("all", None, &msed)]
    })
    .at_zero(1, 0.0)
    .knows(ANOTHER_WAY, |run| by_pairs(run, |x, y| (y - x).powi(2)));
    let covariance = Correlator::new("autocovariance", systems(), |of| {
        let found = energy::autocorrelation(&runs(of), &Lags::all(), Resampling::None).unwrap();
        vec![Mean::of_curve("all", None, &found.raw)]
    })
    .knows(ANOTHER_WAY, |run| {
        let mean = run.0.iter().sum::<f64>() / run.0.len() as f64;
        by_pairs(run, |x, y| (x - mean) * (y - mean))
    });
    let lags = [1, 3, 6];
    let of_lag = move |of: &[Energies], lag: u64| {
        let (runs, lag) = (runs(of), sampling().lag(lag));
        let phi = energy::distribution(&runs, lag, Bins::Count(7), Resampling::None).unwrap();
        (phi.variance.value() + phi.mean.value().powi(2), phi.pairs as f64)
    };
    // The second moment, which differences of all runs pool to.
    let differences = Correlator::new("second moment of differences", systems(), move |of| {
        let there = |lag: &u64| (*lag as usize) < of.iter().map(|run| run.0.len()).min().unwrap_or(0);
        let (values, origins) = lags.into_iter().filter(there).map(|lag| of_lag(of, lag)).unzip();
        let of = "all".to_owned();
        let share = None;
        vec![Mean {
            of,
            share,
            values,
            origins,
        }]
    })
    .knows(ANOTHER_WAY, move |run| {
        let msed = by_pairs(run, |x, y| (y - x).powi(2));
        let known = |(point, lag): (usize, u64)| Known {
            point,
            ..msed[lag as usize]
        };
        lags.into_iter()
            .enumerate()
            .filter(|(_, lag)| (*lag as usize) < run.0.len())
            .map(known)
            .collect()
    });
    let all = [msed, covariance, differences];
    all.into_iter()
        .map(|correlator| correlator.turns(1e-11).degree(2))
        .collect()
}

#[test]
fn correlations_of_energies_obey_every_law() {
    for correlator in correlators() {
        assert_eq!(correlator.check(), Ok(()));
    }
}

/// A mean-squared difference by its definition, with a fault.
pub(super) fn faulty(fault: &'static str) -> Correlator<Energies> {
    Correlator::new(fault, systems(), move |of| {
        let n = of.iter().map(|run| run.0.len()).min().unwrap_or(0);
        let (mut values, mut origins) = (Vec::new(), Vec::new());
        for lag in 0..n {
            let (mut sum, mut pairs) = (0.0, 0.0);
            for Energies(x) in of {
                for i in 0..x.len().saturating_sub(lag) {
                    let squared = (x[i + lag] - x[i]).powi(2);
                    sum += match fault {
                        "rises count double" if x[i + lag] > x[i] => 2.0 * squared,
                        "relative to the energy" => squared / x[i].abs().max(x[i + lag].abs()),
                        _ => squared,
                    };
                    pairs += 1.0;
                }
            }
            let samples: f64 = of.iter().map(|run| run.0.len() as f64).sum();
            values.push(match fault {
                "over all samples" => sum / samples,
                "with a number in it" => sum / pairs + 0.1,
                _ => sum / pairs,
            });
            origins.push(pairs);
        }
        let of = "all".to_owned();
        let share = None;
        vec![Mean {
            of,
            share,
            values,
            origins,
        }]
    })
    .turns(1e-11)
    .degree(2)
}
