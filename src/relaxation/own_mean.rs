//! Variances about the run's own mean, such as χ₄: what they lack, and how much too small their
//! errors are.

use crate::curve::Curve;
use crate::stats::Estimate;

/// Independent values in a run that is as long as the lag. Values whose lags overlap share a part
/// of the run, and their correlation falls linearly to 0 over one lag. The correlation of their
/// squares then has an integral of 2/3 of the lag, over both signs of the distance.
const A_LAG: f64 = 1.5;

/// Independent values at lag `k`: no more than there are time origins.
fn independent(curve: &Curve, k: usize) -> f64 {
    let in_run = A_LAG * curve.run_length() / curve.lag_time(k);
    match curve.origins()[k] {
        0 => in_run,
        origins => in_run.min(origins as f64),
    }
}

/// The curve with what it lacks: `n` independent values scatter about their own mean by 1 - 1/n of
/// their variance.
pub(super) fn completed(curve: &Curve) -> Curve {
    let lacking = |(k, value): (usize, &f64)| value * (1.0 + 1.0 / independent(curve, k));
    curve.with_values(|values| values.iter().enumerate().map(lacking).collect())
}

/// The factor by which the errors of the resamples must grow at lag `k` and about it: at least 1,
/// and infinite where the run is too short for an error.
///
/// Resamples whose blocks hold few lags give a smaller error than [`relative_error`], and the
/// smallest where the variance itself came out too small.
pub(super) fn error_factor(curve: &Curve, k: usize) -> f64 {
    let value = curve.values()[k];
    let gaussian = (2.0 / independent(curve, k)).sqrt() * value;
    let found = curve.standard_errors()[k].unwrap_or(gaussian);
    (gaussian / found).max(1.0) * skewness(independent(curve, k))
}

/// The relative error of a variance at lag `k` whose values are Gaussian: `sqrt(2/n)` of n
/// independent ones, and infinite where the run is too short for an error.
///
/// The error is in proportion to the variance that was found, which is chi-squared: the second
/// moment of the deviation over that error is `n (n + 4) / ((n - 2) (n - 4))`.
pub(super) fn relative_error(curve: &Curve, k: usize) -> f64 {
    let n = independent(curve, k);
    (2.0 / n).sqrt() * skewness(n)
}

/// The root of that second moment.
fn skewness(n: f64) -> f64 {
    if n > 4.0 {
        (n * (n + 4.0) / ((n - 2.0) * (n - 4.0))).sqrt()
    } else {
        f64::INFINITY
    }
}

/// The values of a curve with what they lack where they are variances about the run's own mean,
/// and with the errors that such variances have.
pub(crate) fn own_mean_points(curve: &Curve) -> Vec<Estimate> {
    if !curve.is_about_own_mean() || curve.run_length() == 0.0 {
        return (0..curve.len()).map(|k| curve.point(k)).collect();
    }
    let whole = completed(curve);
    let point = |k| whole.point(k).with_errors_times(error_factor(&whole, k));
    (0..curve.len()).map(point).collect()
}

/// The relative error that such a variance has at least, and 0 of another curve or of one without
/// resamples.
pub(crate) fn own_mean_relative_error(curve: &Curve, k: usize) -> f64 {
    if curve.is_about_own_mean() && curve.resamples().len() >= 2 && curve.run_length() > 0.0 {
        relative_error(curve, k)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Lag;
    use crate::stats::{Resamples, Resampling, RunId};

    /// Ten blocks of 100 steps, lags 10 and 100, values 1 with a standard error of `error`.
    fn curve(error: f64) -> Curve {
        let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(10), 10);
        // The jackknife of +-d is 3 d.
        let replicate = |r: usize| vec![1.0 + error / 3.0 * if r.is_multiple_of(2) { 1.0 } else { -1.0 }; 2];
        Curve::from_replicates(
            [10, 100].map(Lag::from_steps).into(),
            0.5,
            vec![1.0; 2],
            vec![1000; 2],
            (0..10).map(replicate).collect(),
            resamples,
            Lag::from_steps(100),
        )
    }

    #[test]
    fn a_variance_of_few_values_is_completed() {
        let completed = completed(&curve(0.1));
        assert!((completed.values()[0] - (1.0 + 1.0 / 150.0)).abs() < 1e-12);
        assert!((completed.values()[1] - (1.0 + 1.0 / 15.0)).abs() < 1e-12);
    }

    #[test]
    fn an_error_is_at_least_that_of_independent_gaussian_values() {
        let skewness = |n: f64| (n * (n + 4.0) / ((n - 2.0) * (n - 4.0))).sqrt();
        let large = error_factor(&curve(0.5), 1);
        assert!((large - skewness(15.0)).abs() < 1e-12, "{large}");
        let small = error_factor(&curve(0.1), 1) * 0.1;
        assert!(
            (small - (2.0_f64 / 15.0).sqrt() * skewness(15.0)).abs() < 1e-12,
            "{small}"
        );
        assert!(error_factor(&curve(0.5), 0) < 1.04);
    }
}
