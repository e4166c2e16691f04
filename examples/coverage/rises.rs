//! Series that look like a liquid's: how often the intervals of the times that are read from the
//! curve hold the truth.

use msed::relaxation::{integral_time, mean_relaxation_time, rise_time};
use msed::spectrum::Whittle;
use msed::{EnergyKind, EnergySeries, Estimate, Lags, Resampling, Sampling, energy};
use rayon::prelude::*;

use super::liquid::{Gaussian, Part};
use super::liquids::Liquid;

/// One sigma.
const LEVEL: f64 = 0.6827;

/// Of tau_e and the integral time, in this order.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rises {
    pub(crate) runs: usize,
    pub(crate) resolved: [usize; 2],
    /// Resolved numbers whose interval holds the truth.
    pub(crate) held: [usize; 2],
    /// Resolved numbers more than three of their errors away from it.
    pub(crate) far: [usize; 2],
    /// Sums of ln (number / truth), and of the relative errors.
    bias: [f64; 2],
    errors: [f64; 2],
}

impl Rises {
    pub(crate) fn coverage(&self) -> [f64; 2] {
        self.mean(self.held.map(|held| held as f64))
    }

    /// Mean of ln (number / truth).
    pub(crate) fn bias(&self) -> [f64; 2] {
        self.mean(self.bias)
    }

    /// Mean relative error.
    pub(crate) fn error(&self) -> [f64; 2] {
        self.mean(self.errors)
    }

    fn mean(&self, sums: [f64; 2]) -> [f64; 2] {
        std::array::from_fn(|k| sums[k] / self.resolved[k] as f64)
    }

    fn add(&mut self, times: &[Option<Estimate>; 2], truth: [f64; 2]) {
        self.runs += 1;
        for (k, time) in times.iter().enumerate() {
            let Some(time) = time else {
                continue;
            };
            let [low, high] = time.interval(LEVEL).expect("an error of a resolved number");
            let error = time.standard_error().expect("an error of a resolved number");
            self.resolved[k] += 1;
            self.held[k] += usize::from(low < truth[k] && truth[k] < high);
            self.far[k] += usize::from((time.value() - truth[k]).abs() > 3.0 * error);
            self.bias[k] += (time.value() / truth[k]).ln();
            self.errors[k] += error / time.value();
        }
    }
}

impl Liquid {
    /// What the curve of so many runs says, with every default and the plateaus of the spectrum.
    pub(crate) fn rises(&self, runs: u64) -> Rises {
        let mut parts = self.fast_parts();
        parts.push(Part::Relaxation {
            variance: 1.0,
            tau: 1.0,
            beta: self.beta,
        });
        let interval = self.rate.recip();
        let source = Gaussian::new(&parts, (self.length * self.rate) as usize, interval);
        let sampling = Sampling::new(1, interval).expect("a sampling");
        let times = |seed| {
            let run = EnergySeries::new(source.sample(seed), sampling, 1, EnergyKind::PerParticle);
            let run = run.expect("finite energies");
            let Ok(fit) = Whittle::new().to(&run) else {
                return [None, None];
            };
            let lags = Lags::logarithmic(20).up_to_fraction(0.1);
            let msed = energy::msed(&run, &lags, Resampling::default()).expect("a long run");
            let integral = integral_time(&msed, &fit)
                .expect("the same resamples")
                .into_value();
            [
                rise_time(&msed, &fit).expect("the same resamples").into_value(),
                integral.map(|found| found.time),
            ]
        };
        let all: Vec<[Option<Estimate>; 2]> = (0..runs).into_par_iter().map(times).collect();
        let truth = [1.0, mean_relaxation_time(1.0, self.beta)];
        let mut found = Rises::default();
        all.iter().for_each(|times| found.add(times, truth));
        found
    }
}
