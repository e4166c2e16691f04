//! A number with its error.

use std::fmt;

use super::Significance;
use super::resampling::Resamples;

/// A number, and the same number on each resample: from the latter follow its standard error and, with other numbers
/// of the same resamples, the error of whatever is computed from them.
///
/// ```
/// use msed::stats::{Estimate, Resamples, Resampling};
/// let resamples = Resamples::new(Resampling::Blocks(4), 4);
/// let x = Estimate::new(2.0, vec![1.9, 2.1, 1.8, 2.2], resamples);
/// let y = x.map(|x| 3.0 - x);
/// assert!((x.standard_error().unwrap() - y.standard_error().unwrap()).abs() < 1e-12);
/// // Fully correlated: the sum has no error.
/// assert!(Estimate::combine([&x, &y], |[x, y]| x + y).standard_error().unwrap() < 1e-12);
/// assert_eq!(x.to_string(), "2.00(27)");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Estimate {
    value: f64,
    replicates: Vec<f64>,
    resamples: Resamples,
}

impl Estimate {
    /// A value and its replicates, one per resample.
    ///
    /// # Panics
    /// If there is not one replicate per resample.
    #[must_use]
    pub fn new(value: f64, replicates: Vec<f64>, resamples: Resamples) -> Self {
        assert_eq!(replicates.len(), resamples.len(), "one replicate per resample");
        Self {
            value,
            replicates,
            resamples,
        }
    }

    /// A number without error, such as one that was given.
    #[must_use]
    pub fn exact(value: f64, resamples: Resamples) -> Self {
        Self {
            value,
            replicates: vec![value; resamples.len()],
            resamples,
        }
    }

    /// The value on all of the data.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The value on each resample; not finite where it could not be had.
    #[must_use]
    pub fn replicates(&self) -> &[f64] {
        &self.replicates
    }

    /// The resamples.
    #[must_use]
    pub fn resamples(&self) -> Resamples {
        self.resamples
    }

    /// The standard error; `None` without resamples, or where the value could not be had on one of them.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        self.resamples.standard_error(self.replicates.iter().copied())
    }

    /// Whether it is above 0 by more than chance; where there is no standard error, whether it is above 0.
    pub(crate) fn exceeds(&self, significance: Significance) -> bool {
        let error = self.standard_error().filter(|&error| error > 0.0);
        let needed = error.map_or(0.0, |error| {
            significance.threshold(self.resamples.degrees_of_freedom()) * error
        });
        self.value > needed
    }

    /// The interval `value -+ t standard_error` with Student's t for the number of blocks: see
    /// [`Resamples::t_quantile`]. `None` where there is no standard error.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<[f64; 2]> {
        let error = self.standard_error()?;
        let half = self.resamples.t_quantile(level) * error;
        Some([self.value - half, self.value + half])
    }

    /// The covariance with a number of the same resamples; `None` as for [`standard_error`](Self::standard_error).
    ///
    /// # Panics
    /// If the resamples differ.
    #[must_use]
    pub fn covariance(&self, other: &Self) -> Option<f64> {
        assert_eq!(self.resamples, other.resamples, "numbers of different resamples");
        self.resamples.covariance(&self.replicates, &other.replicates)
    }

    /// A function of this number.
    #[must_use]
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self::combine([self], |[x]| f(x))
    }

    /// A function of several numbers of the same resamples, their correlation included.
    ///
    /// # Panics
    /// If the resamples differ.
    #[must_use]
    pub fn combine<const N: usize>(of: [&Self; N], f: impl Fn([f64; N]) -> f64) -> Self {
        let resamples = of[0].resamples;
        assert!(
            of.iter().all(|x| x.resamples == resamples),
            "numbers of different resamples"
        );
        let replicates = (0..resamples.len())
            .map(|r| f(std::array::from_fn(|i| of[i].replicates[r])))
            .collect();
        Self {
            value: f(std::array::from_fn(|i| of[i].value)),
            replicates,
            resamples,
        }
    }
}

impl fmt::Display for Estimate {
    /// The value with two digits of its standard error, as in `2.91(12)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_with_error(f, self.value, self.standard_error())
    }
}

/// A value with two digits of its error in brackets.
pub(super) fn write_with_error(f: &mut fmt::Formatter<'_>, value: f64, error: Option<f64>) -> fmt::Result {
    match error {
        // Less than the rounding of the value is no error.
        Some(error) if error > 8.0 * f64::EPSILON * value.abs() && value.is_finite() => {
            // Round the error to two digits first: 0.0996 is 0.10, with a decimal less.
            let digits = |error: f64| 1 - error.log10().floor() as i32;
            let rounded = |d: i32| (error * 10_f64.powi(d)).round() / 10_f64.powi(d);
            let decimals = digits(rounded(digits(error)));
            if decimals > 12 || value.abs() >= 1e9 || decimals < -6 {
                return write!(f, "{value:.6e} +- {error:.1e}");
            }
            if decimals <= 0 {
                return write!(
                    f,
                    "{:.0}({:.0})",
                    rounded_to(value, decimals),
                    rounded_to(error, decimals)
                );
            }
            let scaled = (error * 10_f64.powi(decimals)).round();
            if scaled < 100.0 && error < 1.0 {
                write!(f, "{value:.*}({scaled:.0})", decimals as usize)
            } else {
                write!(f, "{value:.0$}({error:.0$})", decimals as usize)
            }
        }
        _ => write!(f, "{value:.6}"),
    }
}

fn rounded_to(x: f64, decimals: i32) -> f64 {
    let unit = 10_f64.powi(-decimals);
    (x / unit).round() * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Resampling;

    fn estimate(value: f64, error: f64) -> Estimate {
        // Two blocks: the jackknife error is half of the difference of the replicates.
        let resamples = Resamples::new(Resampling::Blocks(2), 2);
        Estimate::new(value, vec![value - error, value + error], resamples)
    }

    #[test]
    fn there_is_no_interval_without_resamples() {
        let alone = Estimate::new(1.0, vec![], Resamples::new(Resampling::None, 1));
        assert_eq!((alone.standard_error(), alone.interval(0.95)), (None, None));
    }

    #[test]
    fn prints_two_digits_of_the_error() {
        assert_eq!(estimate(2.9134, 0.12).to_string(), "2.91(12)");
        assert_eq!(estimate(2.9134, 0.0996).to_string(), "2.91(10)");
        assert_eq!(estimate(1.6, 1.6e-15).to_string(), "1.600000");
        assert_eq!(estimate(1600.3, 42.0).to_string(), "1600(42)");
        assert_eq!(estimate(1603.3, 420.0).to_string(), "1600(420)");
        assert_eq!(estimate(12.34, 1.26).to_string(), "12.3(1.3)");
        assert_eq!(estimate(0.001_453_2, 0.000_012).to_string(), "0.001453(12)");
        assert_eq!(estimate(1.0, 0.0).to_string(), "1.000000");
    }

    #[test]
    fn jackknife_of_a_mean_is_the_standard_error_of_the_mean() {
        let data = [1.0, 4.0, 2.0, 7.0, 3.0];
        let n = 5.0;
        let mean = data.iter().sum::<f64>() / n;
        let resamples = Resamples::new(Resampling::Blocks(5), 5);
        let replicates = data.iter().map(|x| (mean * n - x) / (n - 1.0)).collect();
        let error = Estimate::new(mean, replicates, resamples)
            .standard_error()
            .unwrap();
        let variance = data.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        assert!((error - (variance / n).sqrt()).abs() < 1e-14);
    }

    #[test]
    fn bootstrap_of_a_mean_is_its_standard_error_too() {
        let data = [1.0, 4.0, 2.0, 7.0, 3.0, 5.0];
        let mean = data.iter().sum::<f64>() / 6.0;
        let variance = data.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 5.0;
        let bootstrap = |seed| {
            let resampling = Resampling::Bootstrap {
                blocks: 6,
                draws: 20_000,
                seed,
            };
            Resamples::new(resampling, 6)
        };
        let of = |resamples: Resamples, f: fn(f64) -> f64| {
            resamples
                .evaluate(|w| f(w.iter().zip(data).map(|(w, x)| w * x).sum::<f64>() / w.iter().sum::<f64>()))
        };
        let found = of(bootstrap(1), |x| x);
        assert_eq!((found.value(), found.replicates().len()), (mean, 20_000));
        let error = found.standard_error().unwrap();
        // 20 000 draws know their spread to 0.5 %.
        assert!((error / (variance / 6.0).sqrt() - 1.0).abs() < 0.015, "{error}");
        // Every block is drawn once on average, and as many in each resample as there are.
        for r in 0..100 {
            assert_eq!(bootstrap(1).weights(r).iter().sum::<f64>(), 6.0);
        }
        assert_ne!(bootstrap(1).weights(0), bootstrap(2).weights(0));
        assert_ne!(bootstrap(1).weights(0), bootstrap(1).weights(1));
        // Two numbers of the same draws: fully correlated.
        let (x, y) = (of(bootstrap(1), |x| x), of(bootstrap(1), |x| 2.0 * x));
        let covariance = x.covariance(&y).unwrap();
        assert!((covariance / (2.0 * error * error) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_missing_replicate_leaves_no_error() {
        let resamples = Resamples::new(Resampling::Blocks(2), 2);
        assert_eq!(
            Estimate::new(1.0, vec![1.0, f64::NAN], resamples).standard_error(),
            None
        );
        let none = Resamples::new(Resampling::None, 3);
        assert_eq!(Estimate::new(1.0, vec![], none).standard_error(), None);
    }
}
