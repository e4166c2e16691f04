//! The covariance between lags of a mean-squared difference.

use super::error::SpectralError;
use super::gaussian_model::GaussianModel;
use crate::curve::Curve;
use crate::relaxation::Covariance;
use crate::sampling::{Lag, Sampling};

/// Points per relaxation time of the sums over the slow part.
const PER_TAU: f64 = 24.0;
/// Most lags whose correlation is computed once and kept.
const KEPT: usize = 1 << 22;

impl GaussianModel {
    /// The covariance between the lags of a mean-squared difference that this model implies for a
    /// run of so many samples.
    ///
    /// ```text
    /// Cov(MSED_k, MSED_l) = 2/((n-k)(n-l)) sum over h of m(h) [C(h+l-k) - C(h-k) - C(h+l) + C(h)]^2
    /// ```
    ///
    /// for n samples of a Gaussian series of autocovariance C, with m(h) the number of pairs of
    /// origins at distance h. The lags are taken from `curve`, whose time unit the model shares.
    /// The slow part is summed at 24 points per relaxation time by the trapezoid, the fast part,
    /// white, at its four lags exactly.
    ///
    /// # Cost
    /// An exponential for each lag up to twice the longest and eleven relaxation times more, then a
    /// few thousand multiply-adds for each pair of lags.
    ///
    /// # Errors
    /// [`SpectralError::Lag`] for a lag of the curve that is 0, between two samples, or not
    /// below the run's length, [`SpectralError::TooLarge`] where the square of a variance is
    /// not a finite number.
    pub fn msed_covariance(
        &self,
        curve: &Curve,
        sampling: Sampling,
        samples: usize,
    ) -> Result<Covariance, SpectralError> {
        let stride = sampling.stride();
        let steps = stride.saturating_mul(samples as u64);
        let in_samples = |&lag: &Lag| {
            let inside = sampling.samples_in(lag).filter(|&m| m > 0 && m < samples as u64);
            let refused = SpectralError::Lag {
                found: lag,
                stride,
                steps,
            };
            inside.ok_or(refused)
        };
        let lags: Vec<u64> = curve.lags().iter().map(in_samples).collect::<Result<_, _>>()?;
        let interval = stride as f64 * curve.time_step();
        let tau = self.relaxation_time / interval;
        let (slow, fast, beta) = (0.5 * self.um_squared, self.fast_level, self.beta);
        let correlation = |h: usize| slow * (-(h as f64 / tau).powf(beta)).exp();
        let stride = ((tau / PER_TAU) as i64).max(1);
        // Beyond this the squared correlation is below 1e-10.
        let reach = (tau * 11.5_f64.powf(1.0 / beta)).min(samples as f64) as i64;
        let n = samples as i64;
        let longest = lags.iter().copied().max().unwrap_or(0) as usize;
        let kept: Vec<f64> = (0..(reach as usize + 2 * longest + 2).min(KEPT))
            .map(correlation)
            .collect();
        let slow_part = |h: i64| {
            let h = h.unsigned_abs() as usize;
            kept.get(h).copied().unwrap_or_else(|| correlation(h))
        };
        let covariance = Covariance::from_fn(lags.len(), |a, b| {
            let (k, l) = (lags[a] as i64, lags[b] as i64);
            let (n_k, n_l) = (n - k, n - l);
            let pairs = |h: i64| (n_k.min(n_l - h) - 0.max(-h)).max(0) as f64;
            let smooth = |h: i64| slow_part(h + l - k) - slow_part(h - k) - slow_part(h + l) + slow_part(h);
            let (first, last) = ((-l - reach).max(1 - n_k), (k + reach).min(n_l - 1));
            // A grid that passes through the cusps at 0, k, k-l and -l as nearly as the stride
            // allows is fine enough: the trapezoid's error at a cusp is (stride/tau)^2/12.
            let mut sum = 0.0;
            let mut h = first;
            while h <= last {
                let end = if h == first || h + stride > last {
                    0.5 * (stride as f64 + 1.0)
                } else {
                    stride as f64
                };
                sum += end * pairs(h) * smooth(h).powi(2);
                h += stride;
            }
            let mut spikes = [(0, fast), (k - l, fast), (k, -fast), (-l, -fast)];
            spikes.sort_by_key(|s| s.0);
            for together in spikes.chunk_by(|a, b| a.0 == b.0) {
                let at = together[0].0;
                let height = together.iter().fold(0.0, |height, spike| height + spike.1);
                if at > -n_k && at < n_l {
                    sum += pairs(at) * ((smooth(at) + height).powi(2) - smooth(at).powi(2));
                }
            }
            2.0 * sum / (n_k as f64 * n_l as f64)
        });
        covariance.ok_or(SpectralError::TooLarge {
            variance: slow + fast,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resamples, Resampling, RunId};

    fn curve(lags: &[u64], time_step: f64) -> Curve {
        let none = Resamples::new(RunId::named("run"), Resampling::None, 1);
        let (values, origins) = (vec![1.0; lags.len()], vec![9; lags.len()]);
        let lags = lags.iter().copied().map(Lag::from_steps).collect();
        Curve::from_replicates(lags, time_step, values, origins, vec![], none, Lag::ZERO)
    }

    /// The double sum over origins, from the definition.
    fn direct(model: &GaussianModel, k: i64, l: i64, n: i64) -> f64 {
        let tau = model.relaxation_time;
        let c = |h: i64| {
            let slow = 0.5 * model.um_squared * (-(h.abs() as f64 / tau).powf(model.beta)).exp();
            if h == 0 { slow + model.fast_level } else { slow }
        };
        let mut sum = 0.0;
        for i in 0..n - k {
            for j in 0..n - l {
                let h = j - i;
                let e: f64 = c(h + l - k) - c(h - k) - c(h + l) + c(h);
                sum += e * e;
            }
        }
        2.0 * sum / ((n - k) * (n - l)) as f64
    }

    #[test]
    fn equals_the_double_sum_over_origins() {
        for (tau, beta, tolerance) in [(8.0, 1.0, 1e-9), (20.0, 0.7, 1e-6), (120.0, 1.0, 5e-3)] {
            let model = GaussianModel::new(1.0, 0.6, tau, beta).unwrap();
            let lags = [1, 2, 5, 17, 60, 150];
            let every = Sampling::new(1, 1.0).unwrap();
            let covariance = model.msed_covariance(&curve(&lags, 1.0), every, 400).unwrap();
            // The same run by steps that are a tenth as long, and samples at every tenth of them.
            let every_ten = Sampling::new(10, 0.1).unwrap();
            let by_steps = curve(&lags.map(|lag| 10 * lag), 0.1);
            assert_eq!(
                model.msed_covariance(&by_steps, every_ten, 400).unwrap(),
                covariance
            );
            for (a, &k) in lags.iter().enumerate() {
                for (b, &l) in lags.iter().enumerate() {
                    let exact = direct(&model, k as i64, l as i64, 400);
                    let found = covariance.get(a, b);
                    assert!(
                        (found / exact - 1.0).abs() < tolerance,
                        "tau {tau} lags {k} {l}: {found}, expected {exact}"
                    );
                }
            }
        }
    }

    #[test]
    fn refusals_name_what_was_found() {
        let model = GaussianModel::new(1.0, 0.6, 8.0, 1.0).unwrap();
        let every_two = Sampling::new(2, 0.5).unwrap();
        let message = |model: &GaussianModel, lag| {
            let refused = model.msed_covariance(&curve(&[2, lag], 0.5), every_two, 200);
            refused.unwrap_err().to_string()
        };
        for lag in [0, 5, 400] {
            assert_eq!(
                message(&model, lag),
                format!("a lag of {lag} steps, expected a multiple of 2, above 0 and below the run's 400")
            );
        }
        let large = GaussianModel::new(1e200, 1e200, 8.0, 1.0).unwrap();
        assert!(message(&large, 4).ends_with("expected one whose square is a finite number"));
    }
}
