//! The covariance between lags of a mean-squared difference.

use super::{Process, ProcessError};
use crate::relaxation::Covariance;

/// Points per relaxation time of the sums over the slow part.
const PER_TAU: f64 = 24.0;
/// Most lags whose correlation is computed once and kept.
const KEPT: usize = 1 << 22;

impl Process {
    /// The covariance of the mean-squared difference at several lags that this process implies for a run of `samples`,
    /// `interval` apart. Lags are in samples, above 0 and below `samples`.
    ///
    /// ```text
    /// Cov(MSED_k, MSED_l) = 2/((n-k)(n-l)) sum over h of m(h) [C(h+l-k) - C(h-k) - C(h+l) + C(h)]^2
    /// ```
    ///
    /// for a Gaussian series of autocovariance C, with m(h) the number of pairs of origins at distance h. The slow part is summed at 24 points per
    /// relaxation time by the trapezoid, the fast part, white, at its four lags exactly.
    ///
    /// # Cost
    /// An exponential for each lag up to twice the longest and eleven relaxation times more, then a few thousand multiply-adds for each pair of lags.
    ///
    /// # Errors
    /// [`ProcessError::Parameter`] for an interval that is not positive and finite, [`ProcessError::Lag`] for a lag that is 0 or not below
    /// `samples`, [`ProcessError::TooLarge`] where the square of a variance is no number any more.
    pub fn msed_covariance(
        &self,
        lags: &[u64],
        samples: usize,
        interval: f64,
    ) -> Result<Covariance, ProcessError> {
        if !(interval.is_finite() && interval > 0.0) {
            return Err(ProcessError::Parameter {
                name: "sampling interval",
                found: interval,
            });
        }
        if let Some(&found) = lags.iter().find(|&&l| l == 0 || l >= samples as u64) {
            return Err(ProcessError::Lag { found, samples });
        }
        let tau = self.relaxation_time() / interval;
        let (slow, fast, beta) = (0.5 * self.um_squared(), self.fast_level(), self.beta());
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
        let covariance = Covariance::finite(lags.len(), |a, b| {
            let (k, l) = (lags[a] as i64, lags[b] as i64);
            let (n_k, n_l) = (n - k, n - l);
            let pairs = |h: i64| (n_k.min(n_l - h) - 0.max(-h)).max(0) as f64;
            let smooth = |h: i64| slow_part(h + l - k) - slow_part(h - k) - slow_part(h + l) + slow_part(h);
            let (first, last) = ((-l - reach).max(1 - n_k), (k + reach).min(n_l - 1));
            // A grid that passes through the cusps at 0, k, k-l and -l as nearly as the stride allows is fine enough: the trapezoid's
            // error at a cusp is (stride/tau)^2/12.
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
            let mut i = 0;
            while i < spikes.len() {
                let at = spikes[i].0;
                let mut height = 0.0;
                while i < spikes.len() && spikes[i].0 == at {
                    height += spikes[i].1;
                    i += 1;
                }
                if at > -n_k && at < n_l {
                    sum += pairs(at) * ((smooth(at) + height).powi(2) - smooth(at).powi(2));
                }
            }
            2.0 * sum / (n_k as f64 * n_l as f64)
        });
        covariance.ok_or(ProcessError::TooLarge {
            variance: slow + fast,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The double sum over origins, from the definition.
    fn direct(process: &Process, k: i64, l: i64, n: i64) -> f64 {
        let tau = process.relaxation_time();
        let c = |h: i64| {
            let slow = 0.5 * process.um_squared() * (-(h.abs() as f64 / tau).powf(process.beta())).exp();
            if h == 0 { slow + process.fast_level() } else { slow }
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
            let process = Process::new(1.0, 0.6, tau, beta).unwrap();
            let lags = [1, 2, 5, 17, 60, 150];
            let covariance = process.msed_covariance(&lags, 400, 1.0).unwrap();
            for (a, &k) in lags.iter().enumerate() {
                for (b, &l) in lags.iter().enumerate() {
                    let exact = direct(&process, k as i64, l as i64, 400);
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
        let process = Process::new(1.0, 0.6, 8.0, 1.0).unwrap();
        let message = |process: &Process, lags: &[u64], interval| {
            let refused = process.msed_covariance(lags, 400, interval);
            refused.unwrap_err().to_string()
        };
        for interval in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
            assert_eq!(
                message(&process, &[1], interval),
                format!("sampling interval {interval}, expected a positive finite number")
            );
        }
        for lag in [0, 400] {
            assert_eq!(
                message(&process, &[1, lag], 1.0),
                format!("a lag of {lag} samples, expected 1 or more and less than the run's 400")
            );
        }
        let large = Process::new(1e200, 1e200, 8.0, 1.0).unwrap();
        assert!(message(&large, &[1], 1.0).ends_with("expected one whose square is a finite number"));
    }
}
