//! Numbers that are computed from several independent runs.

use std::fmt;

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::estimate::write_with_error;
use super::{Estimate, Resamples};

/// Groups of numbers: those of one group come from one run and share its resamples, those of different groups are
/// independent. State points of a temperature scan are the example.
///
/// Whatever is computed from all of them is computed on the whole, and again with one resample of one group at a time, all
/// numbers of that group replaced by their replicates: the union of the groups' jackknives.
///
/// ```
/// use msed::stats::{Estimate, Independent, Resamples, Resampling};
/// let of = |value: f64, error: f64| {
///     let resamples = Resamples::new(Resampling::Blocks(2), 2);
///     Estimate::new(value, vec![value - error, value + error], resamples)
/// };
/// let (x, y, z) = (of(1.0, 0.3), of(2.0, 0.3), of(5.0, 0.4));
/// let runs = Independent::new(vec![vec![&x, &y], vec![&z]]);
/// let [correlated, independent] = runs.evaluate(|v| [v[0][1] - v[0][0], v[1][0] - v[0][0]]);
/// assert!(correlated.standard_error().unwrap() < 1e-12);
/// assert!((independent.standard_error().unwrap() - 0.5).abs() < 1e-12);
/// ```
#[derive(Debug, Clone)]
pub struct Independent<'a> {
    groups: Vec<Vec<&'a Estimate>>,
}

impl<'a> Independent<'a> {
    /// Groups of numbers.
    ///
    /// # Panics
    /// If the numbers of one group differ in their resamples, or a group is empty.
    #[must_use]
    pub fn new(groups: Vec<Vec<&'a Estimate>>) -> Self {
        for group in &groups {
            assert!(
                group.iter().all(|x| x.resamples() == group[0].resamples()),
                "numbers of one group go through the same resamples"
            );
        }
        Self { groups }
    }

    /// Numbers computed from all groups: `f` sees one row of values for each group.
    #[must_use]
    pub fn evaluate<const N: usize>(&self, f: impl Fn(&[Vec<f64>]) -> [f64; N]) -> [Combined; N] {
        let mut results = self.evaluate_all(|values| f(values).to_vec()).into_iter();
        std::array::from_fn(|_| results.next().expect("as many numbers as the array has"))
    }

    /// As [`evaluate`](Self::evaluate), for a number of numbers known at run time only.
    ///
    /// # Panics
    /// If `f` returns different numbers of numbers.
    #[must_use]
    pub fn evaluate_all(&self, f: impl Fn(&[Vec<f64>]) -> Vec<f64>) -> Vec<Combined> {
        let whole: Vec<Vec<f64>> = self
            .groups
            .iter()
            .map(|group| group.iter().map(|x| x.value()).collect())
            .collect();
        let mut results: Vec<Combined> = f(&whole)
            .into_iter()
            .map(|value| Combined {
                value,
                groups: Vec::with_capacity(self.groups.len()),
            })
            .collect();
        let mut changed = whole.clone();
        for (index, group) in self.groups.iter().enumerate() {
            let resamples = group[0].resamples();
            for result in &mut results {
                result
                    .groups
                    .push((resamples, Vec::with_capacity(resamples.len())));
            }
            for replicate in 0..resamples.len() {
                changed[index] = group.iter().map(|x| x.replicates()[replicate]).collect();
                let values = f(&changed);
                assert_eq!(values.len(), results.len(), "as many numbers as on the whole");
                for (result, value) in results.iter_mut().zip(values) {
                    result.groups[index].1.push(value);
                }
            }
            changed[index].clone_from(&whole[index]);
        }
        results
    }
}

/// A number computed from independent runs, with its replicates run by run.
///
/// Its variance is the sum of the variances that each run's resamples give.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Combined {
    value: f64,
    groups: Vec<(Resamples, Vec<f64>)>,
}

impl Combined {
    /// The value on all of the data.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The standard error; `None` where a run has no resamples, or the value could not be had on one of them.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        Some(self.variances()?.iter().sum::<f64>().sqrt())
    }

    /// Degrees of freedom of the standard error, by Welch and Satterthwaite (Biometrics Bull. 2, 110, 1946): that of one
    /// run where one run dominates, more where several share.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> Option<f64> {
        let variances = self.variances()?;
        let total: f64 = variances.iter().sum();
        let squares: f64 = variances
            .iter()
            .zip(&self.groups)
            .map(|(v, (resamples, _))| v * v / (resamples.blocks() as f64 - 1.0))
            .sum();
        (squares > 0.0).then(|| total * total / squares)
    }

    /// The interval `value -+ t standard_error` at a two-sided level, with Student's t for
    /// [`degrees_of_freedom`](Self::degrees_of_freedom).
    ///
    /// # Panics
    /// If the level is not between 0 and 1.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<[f64; 2]> {
        let half = self.t_quantile(level)? * self.standard_error()?;
        Some([self.value - half, self.value + half])
    }

    /// Half the width of that interval in standard errors.
    ///
    /// # Panics
    /// If the level is not between 0 and 1.
    #[must_use]
    pub fn t_quantile(&self, level: f64) -> Option<f64> {
        assert!(level > 0.0 && level < 1.0, "level {level} is not between 0 and 1");
        let t = StudentsT::new(0.0, 1.0, self.degrees_of_freedom()?).ok()?;
        Some(t.inverse_cdf(0.5 + 0.5 * level))
    }

    fn variances(&self) -> Option<Vec<f64>> {
        self.groups
            .iter()
            .map(|(resamples, values)| resamples.standard_error(values.iter().copied()).map(|s| s * s))
            .collect()
    }

    /// A function of this number.
    #[must_use]
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self::combine([self], |[x]| f(x))
    }

    /// A function of several numbers of the same runs, correlations included.
    ///
    /// # Panics
    /// If the runs or their resamples differ.
    #[must_use]
    pub fn combine<const N: usize>(of: [&Self; N], f: impl Fn([f64; N]) -> f64) -> Self {
        let groups = of[0]
            .groups
            .iter()
            .enumerate()
            .map(|(group, (resamples, values))| {
                assert!(
                    of.iter()
                        .all(|x| x.groups.len() == of[0].groups.len() && x.groups[group].0 == *resamples),
                    "numbers of the same runs and resamples"
                );
                let replicates =
                    (0..values.len()).map(|r| f(std::array::from_fn(|i| of[i].groups[group].1[r])));
                (*resamples, replicates.collect())
            });
        Self {
            value: f(std::array::from_fn(|i| of[i].value)),
            groups: groups.collect(),
        }
    }
}

impl fmt::Display for Combined {
    /// The value with two digits of its standard error, as in `2.91(12)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_with_error(f, self.value, self.standard_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Resampling;

    fn estimate(replicates: &[f64]) -> Estimate {
        let resamples = Resamples::new(Resampling::Blocks(replicates.len()), replicates.len());
        let mean = replicates.iter().sum::<f64>() / replicates.len() as f64;
        Estimate::new(mean, replicates.to_vec(), resamples)
    }

    #[test]
    fn variances_of_independent_runs_add() {
        let x = estimate(&[1.0, 1.2, 0.9]);
        let y = estimate(&[4.0, 4.6, 4.2, 3.8]);
        let [sum, product] =
            Independent::new(vec![vec![&x], vec![&y]]).evaluate(|v| [v[0][0] + v[1][0], v[0][0] * v[1][0]]);
        let (a, b) = (x.standard_error().unwrap(), y.standard_error().unwrap());
        assert!((sum.standard_error().unwrap() - a.hypot(b)).abs() < 1e-12);
        let expected = (a * y.value()).hypot(b * x.value());
        assert!((product.standard_error().unwrap() - expected).abs() < 1e-12);
        // Between the smaller number of degrees of freedom and the sum.
        let freedom = sum.degrees_of_freedom().unwrap();
        assert!(freedom > 2.0 && freedom < 5.0, "{freedom}");
        let [low, high] = sum.interval(0.95).unwrap();
        assert!((0.5 * (low + high) - sum.value()).abs() < 1e-12);
        assert!(high - sum.value() > 1.96 * sum.standard_error().unwrap());
    }

    #[test]
    fn one_run_is_its_own_jackknife() {
        let x = estimate(&[1.0, 1.2, 0.9, 1.4, 1.1]);
        let [y] = Independent::new(vec![vec![&x]]).evaluate(|v| [2.0 * v[0][0]]);
        assert_eq!(y.standard_error(), x.map(|x| 2.0 * x).standard_error());
        assert!((y.degrees_of_freedom().unwrap() - 4.0).abs() < 1e-12);
        assert_eq!(y.to_string(), x.map(|x| 2.0 * x).to_string());
    }

    #[test]
    fn correlation_within_a_run_is_kept() {
        let x = estimate(&[1.0, 1.2, 0.9]);
        let y = estimate(&[4.0, 4.6, 4.2]);
        let z = estimate(&[7.0, 6.0]);
        let runs = Independent::new(vec![vec![&x, &y], vec![&z]]);
        let [a, b] = runs.evaluate(|v| [v[0][0] + v[1][0], v[0][0] - v[0][1] + v[1][0]]);
        let difference = Combined::combine([&a, &b], |[a, b]| a - b);
        assert!((difference.standard_error().unwrap() - y.standard_error().unwrap()).abs() < 1e-12);
        assert_eq!(a.map(f64::sqrt).value(), a.value().sqrt());
    }

    #[test]
    fn a_run_without_resamples_leaves_no_error() {
        let x = estimate(&[1.0, 1.2, 0.9]);
        let exact = Estimate::exact(2.0, Resamples::new(Resampling::None, 1));
        let [sum] = Independent::new(vec![vec![&x], vec![&exact]]).evaluate(|v| [v[0][0] + v[1][0]]);
        assert_eq!((sum.standard_error(), sum.degrees_of_freedom()), (None, None));
    }
}
