//! Series that look like a liquid's: how often the spectrum's intervals hold the truth, and how
//! often it resolves.

use msed::relaxation::Relaxation;
use msed::spectrum::Whittle;
use msed::{EnergyKind, EnergySeries, Estimate, Sampling};
use rayon::prelude::*;

use super::liquid::{Gaussian, Part};

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
    pub(crate) beta: f64,
    /// Length of a run.
    pub(crate) length: f64,
    /// Samples in a unit of time.
    pub(crate) rate: f64,
}

const fn liquid(vibrates: bool, fast: f64, ratio: f64, beta: f64, length: f64, rate: f64) -> Liquid {
    Liquid {
        vibrates,
        fast,
        ratio,
        beta,
        length,
        rate,
    }
}

pub(crate) const LIQUIDS: [Liquid; 19] = [
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
];

/// Of tau, Um² and U0², in this order.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    pub(crate) runs: usize,
    pub(crate) resolved: usize,
    /// Resolved numbers whose interval holds the truth.
    pub(crate) held: [usize; 3],
    /// Resolved numbers more than three of their errors away from it.
    pub(crate) far: [usize; 3],
    /// Sums of ln (number / truth).
    bias: [f64; 3],
}

impl Found {
    pub(crate) fn coverage(&self) -> [f64; 3] {
        self.held.map(|held| held as f64 / self.resolved as f64)
    }

    /// Mean of ln (number / truth).
    pub(crate) fn bias(&self) -> [f64; 3] {
        self.bias.map(|sum| sum / self.resolved as f64)
    }

    fn add(&mut self, fit: Option<&Relaxation>, truth: [f64; 3]) {
        self.runs += 1;
        let Some(fit) = fit.filter(|fit| fit.verdict.is_resolved()) else {
            return;
        };
        self.resolved += 1;
        let numbers: [&Estimate; 3] = [&fit.relaxation_time, &fit.um_squared, &fit.u0_squared];
        for (k, number) in numbers.into_iter().enumerate() {
            let [low, high] = number.interval(LEVEL).expect("an error of a resolved number");
            let error = number.standard_error().expect("an error of a resolved number");
            self.held[k] += usize::from(low < truth[k] && truth[k] < high);
            self.far[k] += usize::from((number.value() - truth[k]).abs() > 3.0 * error);
            self.bias[k] += (number.value() / truth[k]).ln();
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
        format!(
            "{vibrations}{fast}, beta {}, {} tau, {}/tau",
            self.beta, self.length, self.rate
        )
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

    /// What the spectrum finds in so many runs, with every default.
    pub(crate) fn study(&self, runs: u64) -> Found {
        let mut parts = self.fast_parts();
        let truth = [1.0, 2.0, 2.0 * parts.iter().map(Part::variance).sum::<f64>()];
        parts.push(Part::Relaxation {
            variance: 1.0,
            tau: 1.0,
            beta: self.beta,
        });
        let interval = self.rate.recip();
        let source = Gaussian::new(&parts, (self.length * self.rate) as usize, interval);
        let sampling = Sampling::new(1, interval).expect("a sampling");
        let fit = |seed| {
            let energies = source.sample(seed);
            let run = EnergySeries::new(energies, sampling, 1, EnergyKind::PerParticle);
            Whittle::new().to(&run.expect("finite energies")).ok()
        };
        let fits: Vec<Option<Relaxation>> = (0..runs).into_par_iter().map(fit).collect();
        let mut found = Found::default();
        for fit in &fits {
            found.add(fit.as_ref(), truth);
        }
        found
    }
}
