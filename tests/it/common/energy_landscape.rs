//! Heat capacities, fits and mean-squared differences without noise, of a system that is known.

use msed::energy::Moments;
use msed::relaxation::{Fit, Model, Relaxation, Verdict, Weighting};
use msed::stats::Estimate;
use msed::thermo::{HeatCapacity, heat_capacity};
use msed::{Curve, Ensemble, Lags, Sampling, Units};

const PARTICLES: usize = 1000;
const TEMPERATURE: f64 = 0.7;

/// C_1 relaxes as an exponential of time `fast_time`, or at once where that is 0, and C_2 as a
/// stretched one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Landscape {
    pub(crate) ensemble: Ensemble,
    pub(crate) fast: f64,
    pub(crate) slow: f64,
    pub(crate) time: f64,
    pub(crate) beta: f64,
    pub(crate) fast_time: f64,
}

impl Landscape {
    /// U0² and Um².
    fn plateaus(&self) -> [f64; 2] {
        let g = self.ensemble.degrees_of_freedom();
        let unit = TEMPERATURE * TEMPERATURE / PARTICLES as f64;
        let of = |c: f64| match self.ensemble {
            Ensemble::Nve { .. } => g * unit * c / (c + 0.5 * g),
            _ => 2.0 * unit * c,
        };
        [of(self.fast), of(self.fast + self.slow) - of(self.fast)]
    }

    /// 20 lags per factor of ten, from a five-hundredth of τ to 40 τ.
    pub(crate) fn msed(&self) -> Curve {
        let [u0, um] = self.plateaus();
        let step = self.time / 500.0;
        let sampling = Sampling::new(1, step).expect("a sampling");
        let lags = Lags::logarithmic(20).up_to_samples(20_000);
        let lags = lags.resolve(200_000, &sampling).expect("lags");
        let rise = |time: f64, tau: f64, beta: f64| -(-(time / tau).powf(beta)).exp_m1();
        let value = |time: f64| {
            let fast = if self.fast_time > 0.0 {
                rise(time, self.fast_time, 1.0)
            } else {
                1.0
            };
            u0 * fast + um * rise(time, self.time, self.beta)
        };
        let values = lags.iter().map(|lag| value(lag.time(step))).collect();
        Curve::from_values(lags, step, values)
    }

    /// Eq. (11) of the curve beyond its fast part. How far it is from its minimum, to the last
    /// digits, is not asked.
    pub(crate) fn fit(&self, msed: &Curve) -> Relaxation {
        let model = if self.beta == 1.0 {
            Model::Exponential
        } else {
            Model::Stretched
        };
        let start = (25.0 * self.fast_time).max(self.time / 500.0);
        let fit = Fit::new(model).window([start, 40.0 * self.time]);
        let mut fit = fit.weighting(Weighting::Uniform).to(msed).expect("a fit");
        fit.verdict = Verdict::Resolved;
        fit
    }

    /// C_ex from the exact variance, as of the run that the curve is of.
    pub(crate) fn heat_capacity(&self, msed: &Curve) -> HeatCapacity {
        let exact = |value| Estimate::new(value, vec![], msed.resamples());
        let variance = 0.5 * self.plateaus().iter().sum::<f64>();
        let moments = [exact(-7.0), exact(variance), exact(0.0)];
        let moments = Moments::from_parts(PARTICLES, 200_000, moments, Some(TEMPERATURE), None);
        heat_capacity(&moments, Units::LJ, self.ensemble).expect("a heat capacity")
    }
}
