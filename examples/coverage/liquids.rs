//! Series that look like a liquid's: how often the intervals of each estimator hold the truth, and
//! how often it resolves.

use msed::relaxation::mean_relaxation_time;
use msed::{EnergyKind, EnergySeries, Sampling};
use rayon::prelude::*;

use super::estimators::{Answer, Estimator, Measured};
use super::liquid::{Gaussian, Part, TwoLevels};

/// One sigma.
const LEVEL: f64 = 0.6827;

/// A liquid whose slow part has variance 1 and relaxation time 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Liquid {
    /// Whether there are vibrations, of variance 1.
    pub(crate) vibrates: bool,
    /// Variance of the fast relaxation; 0 is white noise of variance 1 in place of it.
    pub(crate) fast: f64,
    /// Slow time over fast time.
    pub(crate) ratio: f64,
    pub(crate) slow: Slow,
    /// Length of a run.
    pub(crate) length: f64,
    /// Samples in a unit of time.
    pub(crate) rate: f64,
}

/// The slow part.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slow {
    /// A Gaussian process of this exponent.
    Stretched(f64),
    Jumps(TwoLevels),
}

const fn liquid(vibrates: bool, fast: f64, ratio: f64, beta: f64, length: f64, rate: f64) -> Liquid {
    Liquid {
        vibrates,
        fast,
        ratio,
        slow: Slow::Stretched(beta),
        length,
        rate,
    }
}

/// A liquid that jumps, with vibrations and a fast relaxation of variance 1.
const fn jumps(ratio: f64, [upper, louder]: [f64; 2], length: f64, rate: f64) -> Liquid {
    Liquid {
        slow: Slow::Jumps(TwoLevels { upper, louder }),
        ..liquid(true, 1.0, ratio, 1.0, length, rate)
    }
}

pub(crate) const LIQUIDS: [Liquid; 24] = [
    liquid(false, 0.0, 1.0, 1.0, 300.0, 50.0),
    liquid(true, 1.0, 100.0, 1.0, 300.0, 50.0),
    liquid(true, 3.0, 100.0, 1.0, 300.0, 300.0),
    liquid(true, 1.0, 100.0, 0.75, 300.0, 50.0),
    liquid(true, 3.0, 1000.0, 0.6, 300.0, 1000.0),
    liquid(true, 1.0, 50.0, 0.9, 300.0, 200.0),
    liquid(true, 1.0, 20.0, 0.75, 300.0, 100.0),
    liquid(true, 0.5, 20.0, 0.9, 300.0, 100.0),
    liquid(true, 3.0, 10.0, 0.9, 300.0, 100.0),
    liquid(true, 0.5, 100.0, 0.9, 1000.0, 10.0),
    liquid(true, 0.5, 20.0, 1.0, 1000.0, 30.0),
    liquid(false, 1.0, 500.0, 1.0, 300.0, 1000.0),
    liquid(false, 1.0, 50.0, 0.6, 300.0, 100.0),
    liquid(false, 0.5, 10.0, 0.6, 300.0, 50.0),
    liquid(false, 3.0, 100.0, 0.6, 1000.0, 100.0),
    liquid(false, 3.0, 20.0, 0.75, 1000.0, 100.0),
    liquid(true, 1.0, 10.0, 1.0, 100.0, 50.0),
    liquid(false, 1.0, 100.0, 0.75, 100.0, 200.0),
    liquid(true, 1.0, 1000.0, 0.75, 100.0, 1000.0),
    jumps(100.0, [0.5, 1.0], 300.0, 50.0),
    jumps(20.0, [0.5, 1.0], 1000.0, 100.0),
    jumps(100.0, [0.2, 1.5], 300.0, 50.0),
    jumps(1000.0, [0.1, 2.0], 1000.0, 100.0),
    jumps(100.0, [0.2, 1.5], 100.0, 200.0),
];

/// What one estimator found in the runs of a liquid: of tau, Um², U0² and the mean time, in this
/// order.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    pub(crate) runs: usize,
    pub(crate) resolved: usize,
    /// How many resolved runs give each number.
    given: [usize; 4],
    /// How many of their intervals hold the truth.
    pub(crate) held: [usize; 4],
    /// How many of them lie more than three of their errors away from it.
    pub(crate) far: [usize; 4],
    /// Sums of ln (number / truth), and of its square.
    logs: [[f64; 2]; 4],
}

impl Found {
    pub(crate) fn coverage(&self) -> [f64; 4] {
        self.per_number(|found, k| found.held[k] as f64)
    }

    /// The part of the numbers that lies more than three errors away.
    pub(crate) fn far_wrong(&self) -> [f64; 4] {
        self.per_number(|found, k| found.far[k] as f64)
    }

    /// Mean of ln (number / truth).
    pub(crate) fn bias(&self) -> [f64; 4] {
        self.per_number(|found, k| found.logs[k][0])
    }

    /// Standard deviation of ln (number / truth).
    pub(crate) fn spread(&self) -> [f64; 4] {
        self.per_number(|found, k| {
            let [sum, squares] = found.logs[k];
            squares - sum * sum / found.given[k] as f64
        })
        .map(f64::sqrt)
    }

    fn per_number(&self, sum: impl Fn(&Self, usize) -> f64) -> [f64; 4] {
        std::array::from_fn(|k| sum(self, k) / self.given[k] as f64)
    }

    fn add(&mut self, answer: Option<&Answer>, truth: [f64; 4]) {
        self.runs += 1;
        let Some(answer) = answer.filter(|answer| answer.is_resolved) else {
            return;
        };
        self.resolved += 1;
        for (k, number) in answer.numbers.iter().enumerate() {
            let Some(number) = number else { continue };
            let log = (number.value() / truth[k]).ln();
            self.given[k] += 1;
            self.logs[k][0] += log;
            self.logs[k][1] += log * log;
            // A resolved number without an error has no interval, and counts as far away.
            let Some([low, high]) = number.interval(LEVEL) else {
                self.far[k] += 1;
                continue;
            };
            let error = number.standard_error().unwrap_or(0.0);
            self.held[k] += usize::from(low < truth[k] && truth[k] < high);
            self.far[k] += usize::from((number.value() - truth[k]).abs() > 3.0 * error);
        }
    }
}

impl Liquid {
    pub(crate) fn name(&self) -> String {
        let fast = if self.fast == 0.0 {
            "white".to_owned()
        } else {
            format!("{} at tau/{}", self.fast, self.ratio)
        };
        let vibrations = if self.vibrates { "vibrations, " } else { "" };
        let slow = match self.slow {
            Slow::Stretched(beta) => format!("beta {beta}"),
            Slow::Jumps(TwoLevels {
                upper: 0.5,
                louder: 1.0,
            }) => "telegraph".to_owned(),
            Slow::Jumps(TwoLevels { upper, louder }) => format!("levels {upper} x {louder}"),
        };
        format!(
            "{vibrations}{fast}, {slow}, {} tau, {}/tau",
            self.length, self.rate
        )
    }

    /// tau, Um², U0² and the mean time.
    fn truth(&self) -> [f64; 4] {
        let fast = self.fast_parts().iter().map(Part::variance).sum::<f64>();
        let mean = match self.slow {
            Slow::Stretched(beta) => mean_relaxation_time(1.0, beta),
            Slow::Jumps(_) => 1.0,
        };
        [1.0, 2.0, 2.0 * fast, mean]
    }

    pub(crate) fn fast_parts(&self) -> Vec<Part> {
        if self.fast == 0.0 {
            return vec![Part::White { variance: 1.0 }];
        }
        let tau = self.ratio.recip();
        let fast = Part::Relaxation {
            variance: self.fast,
            tau,
            beta: 1.0,
        };
        let vibrations = self.vibrates.then_some(Part::Vibrations {
            variance: 1.0,
            period: 0.5 * tau.min(0.01),
        });
        std::iter::once(fast).chain(vibrations).collect()
    }

    pub(crate) fn samples(&self) -> usize {
        (self.length * self.rate) as usize
    }

    /// What each estimator finds in the same `runs` runs.
    pub(crate) fn study(&self, runs: u64, estimators: &[Estimator]) -> Vec<Found> {
        let mut parts = self.fast_parts();
        if let Slow::Stretched(beta) = self.slow {
            parts.push(slow(beta));
        }
        let interval = self.rate.recip();
        let source = Gaussian::new(&parts, self.samples(), interval);
        let sampling = Sampling::new(1, interval).expect("a sampling");
        let answers = |seed| -> Vec<Option<Answer>> {
            let energies = match self.slow {
                Slow::Stretched(_) => source.sample(seed),
                Slow::Jumps(levels) => levels.add_to(source.sample(seed), interval, seed),
            };
            let run = EnergySeries::new(energies, sampling, 1, EnergyKind::PerParticle);
            let run = Measured::new(run.expect("finite energies"));
            estimators.iter().map(|by| (by.find)(&run)).collect()
        };
        let answers: Vec<_> = (0..runs).into_par_iter().map(answers).collect();
        let of_estimator = |k: usize| {
            let mut found = Found::default();
            for run in &answers {
                found.add(run[k].as_ref(), self.truth());
            }
            found
        };
        (0..estimators.len()).map(of_estimator).collect()
    }
}

/// The slow part of a Gaussian liquid.
pub(crate) fn slow(beta: f64) -> Part {
    Part::Relaxation {
        variance: 1.0,
        tau: 1.0,
        beta,
    }
}
