//! A number with its error.

use std::fmt;

use super::Resamples;
use super::significance::{Deviation, Significance, t_quantile};
use crate::real::short;

/// A number, and for each run that it rests on the same number on each resample of that run.
///
/// From these follow its standard error and the error of whatever is computed from it and from
/// other numbers. Numbers of one run are correlated resample by resample. Different runs are
/// independent: each one's resamples change the number with the other runs held at their values,
/// and their variances add up (the union of the runs' jackknives). A number without any run, such
/// as one that was given, has no error. Operators on numbers of one run through different resamples
/// give a value without a standard error; [`combine`](Self::combine) is an error there.
///
/// Operators on numbers of one run through different resamples give no standard error;
/// [`combine`](Self::combine) is an error there.
///
/// Sums, differences, products, ratios and the usual functions are written as for plain numbers:
///
/// ```
/// use msed::stats::{Estimate, Resamples, Resampling, RunId};
/// let run = |name| Resamples::new(RunId::named(name), Resampling::Blocks(4), 4);
/// let x = Estimate::new(2.0, vec![1.9, 2.1, 1.8, 2.2], run("T0.500"));
/// let y = 3.0 - &x;
/// // Of one run and fully correlated: the sum has no error.
/// assert!((&x + &y).standard_error().unwrap() < 1e-12);
/// // Of different runs: the variances add up.
/// let z = Estimate::new(4.0, vec![3.9, 4.1, 4.0, 4.0], run("T0.600"));
/// let expected = x.standard_error().unwrap().hypot(z.standard_error().unwrap());
/// assert!(((&z - &x).standard_error().unwrap() - expected).abs() < 1e-12);
/// assert_eq!((x.to_string(), (&z / &x).ln().to_string()), ("2.00(27)".into(), "0.69(14)".into()));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked")
)]
pub struct Estimate {
    #[cfg_attr(feature = "serde", serde(with = "super::number"))]
    pub(super) value: f64,
    pub(super) runs: Vec<Replicates>,
}

/// A number on each resample of one run.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Replicates {
    pub(super) resamples: Resamples,
    #[cfg_attr(feature = "serde", serde(with = "super::number::list"))]
    pub(super) values: Vec<f64>,
}

/// The numbers of an estimate before they are checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    #[serde(with = "super::number")]
    value: f64,
    runs: Vec<Replicates>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Estimate {
    type Error = &'static str;

    fn try_from(Unchecked { value, runs }: Unchecked) -> Result<Self, Self::Error> {
        if runs.iter().any(|run| run.values.len() != run.resamples.len()) {
            return Err("an estimate that has not one replicate per resample");
        }
        let is_double = |i: usize| {
            runs[..i]
                .iter()
                .any(|run| run.resamples.run == runs[i].resamples.run)
        };
        if (1..runs.len()).any(is_double) {
            return Err("an estimate that has one run twice");
        }
        Ok(Self { value, runs })
    }
}

impl Replicates {
    fn standard_error(&self) -> Option<f64> {
        self.resamples.standard_error(self.values.iter().copied())
    }
}

impl Estimate {
    /// A value and its replicates, one per resample of a run.
    ///
    /// # Panics
    /// If there is not one replicate per resample.
    #[must_use]
    pub fn new(value: f64, replicates: Vec<f64>, resamples: Resamples) -> Self {
        assert_eq!(replicates.len(), resamples.len(), "one replicate per resample");
        Self {
            value,
            runs: vec![Replicates {
                resamples,
                values: replicates,
            }],
        }
    }

    /// A number without error, such as one that was given: it rests on no run.
    #[must_use]
    pub fn exact(value: f64) -> Self {
        Self {
            value,
            runs: Vec::new(),
        }
    }

    /// The value on all of the data.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The resamples of each run that the number rests on, and its value on each of them, which is
    /// not finite where it could not be had.
    #[must_use]
    pub fn runs(&self) -> impl ExactSizeIterator<Item = (Resamples, &[f64])> + Clone {
        self.runs.iter().map(|run| (run.resamples, run.values.as_slice()))
    }

    /// The value on each resample, not finite where it could not be had, of a number that rests on
    /// one run; empty for a number that rests on none or several: see [`runs`](Self::runs).
    #[must_use]
    pub fn replicates(&self) -> &[f64] {
        match self.runs.as_slice() {
            [run] => &run.values,
            _ => &[],
        }
    }

    /// The resamples of a number that rests on one run; `None` for a number that rests on none or
    /// several.
    #[must_use]
    pub fn resamples(&self) -> Option<Resamples> {
        match self.runs.as_slice() {
            [run] => Some(run.resamples),
            _ => None,
        }
    }

    /// Number of blocks, over all runs.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.runs.iter().map(|run| run.resamples.blocks).sum()
    }

    /// The standard error: the root of the sum of the variances that the runs' resamples give, and
    /// 0 for a number without a run. `None` where a run has no resamples, or where the value could
    /// not be had on one of them.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        match self.runs.as_slice() {
            [] => Some(0.0),
            [run] => run.standard_error(),
            _ => Some(self.variances()?.iter().sum::<f64>().sqrt()),
        }
    }

    /// Whether there are resamples, but they give no standard error.
    fn lacks_its_error(&self) -> bool {
        self.value.is_finite()
            && self.runs.iter().any(|run| run.resamples.len() >= 2)
            && self.standard_error().is_none()
    }

    /// Degrees of freedom of the standard error: one less than there are blocks for one run; for
    /// several by Welch and Satterthwaite (Biometrics Bull. 2, 110, 1946), that of one run where
    /// one run dominates, more where several share. `None` where there is no error.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> Option<f64> {
        if let [run] = self.runs.as_slice() {
            return run.resamples.degrees_of_freedom();
        }
        let variances = self.variances()?;
        let total: f64 = variances.iter().sum();
        let squares: f64 = variances
            .iter()
            .zip(&self.runs)
            .map(|(v, run)| v * v / (run.resamples.blocks as f64 - 1.0))
            .sum();
        (squares > 0.0).then(|| total * total / squares)
    }

    fn variances(&self) -> Option<Vec<f64>> {
        self.runs
            .iter()
            .map(|run| run.standard_error().map(|s| s * s))
            .collect()
    }

    /// The interval `value -+ t standard_error` with Student's t for the
    /// [degrees of freedom](Self::degrees_of_freedom). `None` where there is no standard error.
    ///
    /// # Panics
    /// If the level is not between 0 and 1.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<[f64; 2]> {
        assert!(level > 0.0 && level < 1.0, "level {level} is not between 0 and 1");
        let half = t_quantile(self.degrees_of_freedom()?, level) * self.standard_error()?;
        Some([self.value - half, self.value + half])
    }

    /// How far it is from 0, and how far it may be by chance; `None` without an error bar.
    ///
    /// ```
    /// use msed::stats::{Estimate, Resamples, Resampling, RunId, Significance};
    /// let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(4), 4);
    /// let slope = Estimate::new(0.5, vec![0.4, 0.6, 0.5, 0.5], resamples);
    /// let deviation = slope.deviation(Significance::STATIONARY).expect("an error bar");
    /// assert_eq!(deviation.to_string(), "4.08 standard errors, 5.84 would count");
    /// assert!(!deviation.is_significant());
    /// assert_eq!(Estimate::exact(0.5).deviation(Significance::STATIONARY), None);
    /// ```
    #[must_use]
    pub fn deviation(&self, significance: Significance) -> Option<Deviation> {
        let (error, freedom) = (self.standard_error()?, self.degrees_of_freedom()?);
        let z = if self.value == 0.0 {
            0.0
        } else {
            self.value / error
        };
        let threshold = significance.threshold(Some(freedom));
        Some(Deviation { z, threshold })
    }

    /// Whether it is above 0 by more than chance; for a number without resamples, whether it is
    /// above 0. A number that could not be had on one of its resamples has no error, and nothing
    /// about it is significant.
    pub(crate) fn exceeds(&self, significance: Significance) -> bool {
        let needed = match self.standard_error() {
            Some(error) if error > 0.0 => significance.threshold(self.degrees_of_freedom()) * error,
            None if self.lacks_its_error() => f64::INFINITY,
            _ => 0.0,
        };
        self.value > needed
    }

    /// A function of this number.
    #[must_use]
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        let runs = self.runs.iter().map(|run| Replicates {
            resamples: run.resamples,
            values: run.values.iter().map(|&x| f(x)).collect(),
        });
        Self {
            value: f(self.value),
            runs: runs.collect(),
        }
    }

    /// The same number with `factor` times its standard error: on each resample it lies `factor`
    /// times as far from the mean over the resamples.
    pub(crate) fn with_errors_times(&self, factor: f64) -> Self {
        if factor == 1.0 {
            return self.clone();
        }
        let stretched = |run: &Replicates| {
            let mean = run.values.iter().sum::<f64>() / run.values.len() as f64;
            let values = run.values.iter().map(|x| mean + factor * (x - mean));
            Replicates {
                resamples: run.resamples,
                values: values.collect(),
            }
        };
        Self {
            value: self.value,
            runs: self.runs.iter().map(stretched).collect(),
        }
    }

    /// The same number with an error of `error` at least: its replicates are spread further about
    /// their mean where their own error is smaller.
    pub(crate) fn with_error_of_at_least(&self, error: Option<f64>) -> Self {
        let own = self.standard_error().filter(|&own| own > 0.0);
        let factor = own.zip(error).map_or(1.0, |(own, error)| (error / own).max(1.0));
        self.with_errors_times(factor)
    }

    /// The natural logarithm.
    #[must_use]
    pub fn ln(&self) -> Self {
        self.map(f64::ln)
    }

    /// The exponential.
    #[must_use]
    pub fn exp(&self) -> Self {
        self.map(f64::exp)
    }

    /// The square root.
    #[must_use]
    pub fn sqrt(&self) -> Self {
        self.map(f64::sqrt)
    }

    /// A power.
    #[must_use]
    pub fn powf(&self, exponent: f64) -> Self {
        self.map(|x| x.powf(exponent))
    }

    /// The absolute value.
    #[must_use]
    pub fn abs(&self) -> Self {
        self.map(f64::abs)
    }
}

impl Resamples {
    /// A number computed from the weights of the blocks: on the whole, where each counts once, and
    /// on each resample.
    #[must_use]
    pub fn evaluate(&self, f: impl Fn(&[f64]) -> f64) -> Estimate {
        let replicates = (0..self.len()).map(|r| f(&self.weights(r))).collect();
        Estimate::new(f(&vec![1.0; self.blocks]), replicates, *self)
    }

    /// Several numbers computed together from the weights of the blocks.
    pub(crate) fn evaluate_all<V: AsRef<[f64]>>(&self, f: impl Fn(&[f64]) -> V) -> Vec<Estimate> {
        let replicates: Vec<V> = (0..self.len()).map(|r| f(&self.weights(r))).collect();
        let whole = f(&vec![1.0; self.blocks]);
        let estimate = |(k, &value): (usize, &f64)| {
            let replicates = replicates.iter().map(|values| values.as_ref()[k]).collect();
            Estimate::new(value, replicates, *self)
        };
        whole.as_ref().iter().enumerate().map(estimate).collect()
    }
}

impl From<f64> for Estimate {
    /// A number without error.
    fn from(value: f64) -> Self {
        Self::exact(value)
    }
}

impl fmt::Display for Estimate {
    /// The value with two digits of its standard error, as in `2.91(12)`. A number without
    /// resamples has six significant digits. One whose resamples give no error has three, as in
    /// `2.91 (no error)`, because nobody knows how many of its digits mean something.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lacks_its_error() {
            return write!(f, "{} (no error)", short(self.value, 3));
        }
        write_with_error(f, self.value, self.standard_error())
    }
}

/// A value with two digits of its error in brackets.
fn write_with_error(f: &mut fmt::Formatter<'_>, value: f64, error: Option<f64>) -> fmt::Result {
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
        _ => f.write_str(&short(value, 6)),
    }
}

fn rounded_to(x: f64, decimals: i32) -> f64 {
    let unit = 10_f64.powi(-decimals);
    (x / unit).round() * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resampling, RunId};

    fn estimate(value: f64, error: f64) -> Estimate {
        // Two blocks: the jackknife error is half of the difference of the replicates.
        let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2);
        Estimate::new(value, vec![value - error, value + error], resamples)
    }

    #[test]
    fn an_error_can_be_made_larger() {
        let found = estimate(3.0, 0.5).with_errors_times(1.5);
        assert_eq!((found.value(), found.standard_error()), (3.0, Some(0.75)));
        assert_eq!(
            estimate(3.0, 0.5)
                .with_errors_times(f64::INFINITY)
                .standard_error(),
            None
        );
    }

    #[test]
    fn there_is_no_interval_without_resamples() {
        let alone = Estimate::new(
            1.0,
            vec![],
            Resamples::new(RunId::named("run"), Resampling::None, 1),
        );
        assert_eq!((alone.standard_error(), alone.interval(0.95)), (None, None));
    }

    #[test]
    fn prints_two_digits_of_the_error() {
        assert_eq!(estimate(2.9134, 0.12).to_string(), "2.91(12)");
        assert_eq!(estimate(2.9134, 0.0996).to_string(), "2.91(10)");
        assert_eq!(estimate(1.6, 1.6e-15).to_string(), "1.6");
        assert_eq!(estimate(1600.3, 42.0).to_string(), "1600(42)");
        assert_eq!(estimate(1603.3, 420.0).to_string(), "1600(420)");
        assert_eq!(estimate(12.34, 1.26).to_string(), "12.3(1.3)");
        assert_eq!(estimate(0.001_453_2, 0.000_012).to_string(), "0.001453(12)");
        assert_eq!(estimate(1.0, 0.0).to_string(), "1");
    }

    #[test]
    fn jackknife_of_a_mean_is_the_standard_error_of_the_mean() {
        let data = [1.0, 4.0, 2.0, 7.0, 3.0];
        let n = 5.0;
        let mean = data.iter().sum::<f64>() / n;
        let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(5), 5);
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
            Resamples::new(RunId::named("run"), resampling, 6)
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
        let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2);
        assert_eq!(
            Estimate::new(1.0, vec![1.0, f64::NAN], resamples).standard_error(),
            None
        );
        let none = Resamples::new(RunId::named("run"), Resampling::None, 3);
        assert_eq!(Estimate::new(1.0, vec![], none).standard_error(), None);
        // Printed with no more digits than may mean something.
        let missing = Estimate::new(5.031_234, vec![5.0, f64::NAN], resamples);
        assert_eq!(missing.to_string(), "5.03 (no error)");
        assert_eq!(Estimate::new(5.031_234, vec![], none).to_string(), "5.03123");
    }
}
