//! Where the automatic window starts on series with vibrations in their first lags: 200 seeded
//! Gaussian runs of 300 relaxation times, ten blocks, for each kind of fast part. All have Um² = 1
//! and, but for the last two, U0² = 1.
//!
//! The figures of docs/automatic-window.md are what this prints
//! (`cargo test --release --test it accuracy::automatic_window -- --nocapture`).

use std::f64::consts::TAU as TURN;

use crate::common::synthetic::Process;
use msed::online::EnergyAccumulator;
use msed::relaxation::{Fit, Model, Reason, Relaxation};
use msed::{Curve, EnergyKind, EnergySeries, EnergySystem, Lags, Resampling, Sampling, energy};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

const RUNS: u64 = 200;
const TAU: f64 = 50.0;
const SAMPLES: usize = 15_000;
const LEVEL: f64 = 0.6827;

/// The part of the energy that is not its slow relaxation.
#[derive(Debug, Clone, Copy)]
enum Fast {
    None,
    /// No memory from one sample to the next.
    White,
    /// Forgets itself in `tau`, with this variance.
    Rise {
        tau: f64,
        variance: f64,
    },
    /// Rings with a period while it decays: correlation exp(-t/decay) cos(2 pi t/period).
    Ring {
        decay: f64,
        period: f64,
    },
}

impl Fast {
    fn curve(self, seed: u64) -> Curve {
        let slow = (0.5, TAU);
        let mut energies = match self {
            Self::White => Process::mixture(0.5, &[slow]),
            Self::Rise { tau, variance } => Process::mixture(0.0, &[slow, (variance, tau)]),
            Self::None | Self::Ring { .. } => Process::mixture(0.0, &[slow]),
        }
        .sample(SAMPLES, 1.0, seed);
        if let Self::Ring { decay, period } = self {
            for (energy, ring) in energies.iter_mut().zip(ring(decay, period, seed)) {
                *energy += ring;
            }
        }
        let sampling = Sampling::new(1, 1.0).unwrap();
        let run = EnergySeries::new(energies, sampling, 1000, EnergyKind::PerParticle).unwrap();
        let lags = Lags::logarithmic(20).up_to_fraction(0.1);
        energy::msed(&run, &lags, Resampling::Blocks(10)).unwrap()
    }
}

/// A rotating Gaussian vector that forgets itself, seen from the side: variance 1/2.
fn ring(decay: f64, period: f64, seed: u64) -> Vec<f64> {
    let mut random = Pcg64::seed_from_u64(seed + 1_000_000);
    let mut normal = |sigma: f64| -> f64 {
        let z: f64 = StandardNormal.sample(&mut random);
        sigma * z
    };
    let sigma = 0.5_f64.sqrt();
    let kept = (-1.0 / decay).exp();
    let kick = sigma * (1.0 - kept * kept).sqrt();
    let (sin, cos) = (TURN / period).sin_cos();
    let (mut x, mut y) = (normal(sigma), normal(sigma));
    (0..SAMPLES)
        .map(|_| {
            let seen = x;
            (x, y) = (
                kept * (cos * x - sin * y) + normal(kick),
                kept * (sin * x + cos * y) + normal(kick),
            );
            seen
        })
        .collect()
}

#[derive(Debug, Default)]
struct Outcome {
    resolved: usize,
    starts: Vec<f64>,
    /// ln tau* less the truth.
    errors: Vec<f64>,
    held: usize,
    /// Fits whose only fault is that tau* or Um² is not known well enough.
    vague: usize,
    /// Fits that are refused because the curve is not the model's.
    misfits: usize,
}

impl Outcome {
    fn of(fits: impl Iterator<Item = Relaxation>) -> Self {
        let mut outcome = Self::default();
        for fit in fits {
            let is_misfit = |r: &Reason| matches!(r, Reason::Misfit { .. });
            let is_vague = |r: &Reason| matches!(r, Reason::Vague { .. } | Reason::NoSlowPart { .. });
            let unresolved = !fit.verdict.is_resolved();
            outcome.vague += usize::from(unresolved && fit.verdict.reasons().iter().all(is_vague));
            outcome.misfits += usize::from(fit.verdict.reasons().iter().any(is_misfit));
            outcome.starts.push(fit.window()[0]);
            outcome.errors.push((fit.relaxation_time.value() / TAU).ln());
            outcome.resolved += usize::from(fit.verdict.is_resolved());
            let interval = fit
                .relaxation_time
                .interval(LEVEL)
                .filter(|_| fit.verdict.is_resolved());
            outcome.held += usize::from(interval.is_some_and(|[low, high]| low < TAU && TAU < high));
        }
        outcome.starts.sort_by(f64::total_cmp);
        outcome.errors.sort_by(f64::total_cmp);
        outcome
    }

    fn median(&self) -> f64 {
        self.errors[self.errors.len() / 2]
    }

    /// Half of the distance that two thirds of the errors lie within.
    fn spread(&self) -> f64 {
        let n = self.errors.len();
        0.5 * (self.errors[n * 84 / 100] - self.errors[n * 16 / 100])
    }

    fn coverage(&self) -> f64 {
        self.held as f64 / self.errors.len() as f64
    }

    fn describe(&self) -> String {
        format!(
            "starts at {:.0} (10 to 90 %: {:.0} to {:.0}), ln tau* off by {:+.3} in the median, spread {:.3}, \
             {} resolved, 68 % hold {:.1} %, {} refused for a misfit",
            self.starts[self.starts.len() / 2],
            self.starts[self.starts.len() / 10],
            self.starts[self.starts.len() * 9 / 10],
            self.median(),
            self.spread(),
            self.resolved,
            100.0 * self.coverage(),
            self.misfits
        )
    }
}

/// From the first lag on, and by the rule.
fn outcomes(fast: Fast) -> [Outcome; 2] {
    let curves: Vec<Curve> = (0..RUNS).map(|seed| fast.curve(seed)).collect();
    let found = [Some([1.0, 5.0 * TAU]), None].map(|window| {
        Outcome::of(
            curves
                .iter()
                .map(|curve| Fit::new(Model::Exponential).window(window).to(curve).unwrap()),
        )
    });
    println!("{fast:?}");
    println!("  from the first lag: {}", found[0].describe());
    println!("  automatic: {}", found[1].describe());
    found
}

/// A slow part ten times slower than the vibrations or more is found whatever they are; a window
/// from the first lag on finds the vibrations, where they only rise.
#[test]
fn the_window_starts_where_the_vibrations_are_over() {
    let rise = |tau, variance| Fast::Rise { tau, variance };
    for fast in [
        rise(1.0, 0.5),
        rise(2.0, 0.5),
        rise(5.0, 0.5),
        rise(2.0, 2.0),
        rise(2.0, 0.125),
        Fast::Ring {
            decay: 1.0,
            period: 4.0,
        },
        Fast::Ring {
            decay: 2.0,
            period: 6.0,
        },
        Fast::Ring {
            decay: 4.0,
            period: 8.0,
        },
    ] {
        let [first, found] = outcomes(fast);
        assert!(found.median().abs() < 0.1, "{fast:?}: {}", found.median());
        assert!(
            (0.55..=0.8).contains(&found.coverage()),
            "{fast:?}: {}",
            found.coverage()
        );
        let judged = found.resolved + found.vague;
        assert!(judged >= 190, "{fast:?}: {} and {}", found.resolved, found.vague);
        assert!(found.starts[RUNS as usize / 10] > 1.0, "{fast:?}");
        assert!(first.coverage() < 0.1, "{fast:?}: {}", first.coverage());
        assert!(first.misfits >= 180, "{fast:?}: {}", first.misfits);
        assert!(found.misfits <= 10, "{fast:?}: {}", found.misfits);
        if let Fast::Rise { .. } = fast {
            assert!(first.median() < -0.5, "{fast:?}: {}", first.median());
        }
    }
}

/// The limit of the rule.
#[test]
fn a_slow_part_five_times_slower_is_not_told_apart() {
    let [first, found] = outcomes(Fast::Rise {
        tau: 10.0,
        variance: 0.5,
    });
    assert!(first.median() < -1.0, "{}", first.median());
    assert!(
        found.median() > first.median() && found.median() < -0.2,
        "{}",
        found.median()
    );
}

/// Where there is nothing to skip, nothing is lost.
#[test]
fn the_window_starts_at_the_first_lag_where_that_agrees_with_the_fit() {
    for fast in [Fast::White, Fast::None] {
        let [first, found] = outcomes(fast);
        assert!(found.starts[RUNS as usize / 2] == 1.0, "{fast:?}");
        assert!(first.misfits <= 10 && found.misfits <= 10, "{fast:?}");
        assert!(found.spread() < 1.1 * first.spread(), "{fast:?}");
        assert!(found.median().abs() < 0.05, "{fast:?}: {}", found.median());
        assert!(
            (0.55..=0.8).contains(&found.coverage()),
            "{fast:?}: {}",
            found.coverage()
        );
    }
}

/// Where long lags are summed at fewer origins on purpose, the window ends where the run does not
/// hold them, and not where they become fewer.
#[test]
fn the_window_of_a_decimated_curve_reaches_as_far_as_that_of_the_whole() {
    let sampling = Sampling::new(1, 1.0).unwrap();
    let energies = Process::two_scale(0.5, 0.5, 500.0).sample(1_000_000, 1.0, 3);
    let system = EnergySystem::new(sampling, 1, EnergyKind::PerParticle).unwrap();
    let mut live = EnergyAccumulator::multi_tau(system, 32, sampling.lag(100_000)).unwrap();
    live.push_slice(&energies).unwrap();
    let decimated = live.snapshot().unwrap().msed();
    let run = EnergySeries::new(energies, sampling, 1, EnergyKind::PerParticle).unwrap();
    let lags = Lags::explicit(live.lags());
    let whole = energy::msed(&run, &lags, Resampling::Blocks(20)).unwrap();
    let fit = |curve: &Curve| Fit::new(Model::Exponential).to(curve).unwrap();
    let (decimated, whole) = (fit(&decimated), fit(&whole));
    let [found, expected] = [&decimated, &whole].map(|fit| fit.window()[1]);
    assert!(
        found > 0.5 * expected && found < 2.0 * expected,
        "{found} {expected}"
    );
    assert!(decimated.verdict.is_resolved(), "{}", decimated.verdict);
    let tau = &decimated.relaxation_time;
    let error = tau.standard_error().unwrap();
    assert!(
        (tau.value() - 500.0).abs() < 4.0 * error && error < 200.0,
        "{tau}"
    );
}
