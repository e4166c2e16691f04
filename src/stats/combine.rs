//! Numbers that are computed from several others.

use std::borrow::Borrow;
use std::ops::{Add, Div, Mul, Neg, Sub};

use thiserror::Error;

use super::estimate::Replicates;
use super::{Estimate, Resamples, Resampling, RunId};

impl Estimate {
    /// A function of several numbers, correlations included: resample by resample for those of one
    /// run, and independently for those of different runs.
    ///
    /// # Errors
    /// [`Mixture`] where numbers of one run went through different resamples.
    ///
    /// ```
    /// use msed::stats::{Estimate, Resamples, Resampling, RunId};
    /// let run = RunId::named("T0.700");
    /// let of = |values: &[f64]| {
    ///     let resamples = Resamples::new(run, Resampling::Blocks(values.len()), values.len());
    ///     Estimate::new(values.iter().sum::<f64>() / values.len() as f64, values.to_vec(), resamples)
    /// };
    /// let (x, y) = (of(&[3.0, 3.1, 2.9]), of(&[4.0, 4.1, 3.9]));
    /// assert!((Estimate::combine([&x, &y], |[x, y]| x.hypot(y))?.value() - 5.0).abs() < 1e-12);
    /// let other_blocks = of(&[4.0, 4.1]);
    /// assert!(Estimate::combine([&x, &other_blocks], |[x, y]| x.hypot(y)).is_err());
    /// # Ok::<(), msed::stats::Mixture>(())
    /// ```
    pub fn combine<const N: usize>(of: [&Self; N], f: impl Fn([f64; N]) -> f64) -> Result<Self, Mixture> {
        Mixture::check(&of)?;
        Ok(Self::together(of, f))
    }

    /// The same of numbers that are known to fit together; a run that was resampled in two ways
    /// leaves no standard error.
    pub(crate) fn together<const N: usize>(of: [&Self; N], f: impl Fn([f64; N]) -> f64) -> Self {
        let [result] = Self::array(Self::all_of(&of, |values| {
            [f(std::array::from_fn(|i| values[i]))]
        }));
        result
    }

    /// Several numbers computed together from others, as [`combine`](Self::combine) computes one:
    /// `f` takes the values in the order of `of`. Cost: one evaluation of `f` for the whole, and
    /// one for each resample of each run.
    ///
    /// # Errors
    /// [`Mixture`] where numbers of one run went through different resamples.
    pub fn evaluate<const M: usize>(
        of: &[&Self],
        f: impl Fn(&[f64]) -> [f64; M],
    ) -> Result<[Self; M], Mixture> {
        Mixture::check(of)?;
        Ok(Self::array(Self::all_of(of, f)))
    }

    /// As many numbers as there are; what is missing is NaN.
    pub(crate) fn array<const M: usize>(results: Vec<Self>) -> [Self; M] {
        let mut results = results.into_iter();
        std::array::from_fn(|_| results.next().unwrap_or_else(|| Self::exact(f64::NAN)))
    }

    /// As [`evaluate`](Self::evaluate), for a number of results that is known at run time only:
    /// that of the whole. What a resample has fewer of is NaN there.
    ///
    /// # Errors
    /// [`Mixture`] where numbers of one run went through different resamples.
    pub fn evaluate_all(of: &[&Self], f: impl Fn(&[f64]) -> Vec<f64>) -> Result<Vec<Self>, Mixture> {
        Mixture::check(of)?;
        Ok(Self::all_of(of, f))
    }

    /// The same of numbers that are known to fit together.
    fn all_of<V: IntoIterator<Item = f64>>(of: &[&Self], f: impl Fn(&[f64]) -> V) -> Vec<Self> {
        let whole: Vec<f64> = of.iter().map(|x| x.value).collect();
        let mut results: Vec<Self> = f(&whole).into_iter().map(Self::exact).collect();
        let mut changed = whole.clone();
        for run in Shared::runs(of) {
            let resamples = run.resamples;
            for result in &mut results {
                result.runs.push(Replicates {
                    resamples,
                    values: Vec::with_capacity(resamples.len()),
                });
            }
            for r in 0..resamples.len() {
                for (i, changed) in changed.iter_mut().enumerate() {
                    *changed = run.replicate(i, r).unwrap_or(whole[i]);
                }
                let mut values = f(&changed).into_iter();
                for result in &mut results {
                    if let Some(replicates) = result.runs.last_mut() {
                        replicates.values.push(values.next().unwrap_or(f64::NAN));
                    }
                }
            }
        }
        results
    }

    /// The covariance with another number, from the runs that both rest on: 0 where there is none.
    /// `None` as for [`standard_error`](Self::standard_error), and where one run was resampled in
    /// two ways.
    #[must_use]
    pub fn covariance(&self, other: &Self) -> Option<f64> {
        self.standard_error()?;
        other.standard_error()?;
        Mixture::check(&[self, other]).ok()?;
        let in_run = |run: &Replicates| {
            let of_other = other.of_run(run.resamples.run)?;
            run.resamples.covariance(&run.values, &of_other.values)
        };
        Some(self.runs.iter().filter_map(in_run).sum())
    }

    fn of_run(&self, run: RunId) -> Option<&Replicates> {
        self.runs.iter().find(|found| found.resamples.run == run)
    }
}

/// A run that some of several numbers rest on.
struct Shared<'a> {
    resamples: Resamples,
    /// For each number its replicates, where it rests on the run.
    replicates: Vec<Option<&'a [f64]>>,
}

impl<'a> Shared<'a> {
    /// The runs of all numbers, in the order of their first appearance. A run that was resampled in
    /// two ways has no resamples left.
    fn runs(of: &[&'a Estimate]) -> Vec<Self> {
        let mut runs: Vec<Self> = Vec::new();
        for (i, number) in of.iter().enumerate() {
            for found in &number.runs {
                let run = found.resamples.run;
                let known = runs.iter().position(|known| known.resamples.run == run);
                let at = known.unwrap_or_else(|| {
                    runs.push(Self {
                        resamples: found.resamples,
                        replicates: vec![None; of.len()],
                    });
                    runs.len() - 1
                });
                if runs[at].resamples == found.resamples {
                    runs[at].replicates[i] = Some(&found.values);
                } else {
                    runs[at].resamples = Resamples::new(run, Resampling::None, found.resamples.blocks);
                }
            }
        }
        runs
    }

    fn replicate(&self, number: usize, resample: usize) -> Option<f64> {
        self.replicates[number].map(|values| values[resample])
    }
}

/// Numbers of one run that went through different resamples: how they vary together is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("numbers of one run through {first} and through {other}, expected one resampling for both")]
#[non_exhaustive]
pub struct Mixture {
    /// The resamples of the first number.
    pub first: Resamples,
    /// The resamples of the other one.
    pub other: Resamples,
}

impl Mixture {
    fn check(of: &[&Estimate]) -> Result<(), Self> {
        let all = || of.iter().flat_map(|x| &x.runs).map(|run| run.resamples);
        for (i, first) in all().enumerate() {
            let differs = |other: &Resamples| other.run == first.run && *other != first;
            if let Some(other) = all().skip(i + 1).find(differs) {
                return Err(Self { first, other });
            }
        }
        Ok(())
    }
}

/// An operator on numbers, owned or borrowed, and on a number and a plain one. Of numbers of one
/// run through different resamples the result has no standard error.
macro_rules! operator {
    ($operator:ident, $name:ident, $sign:tt) => {
        impl<E: Borrow<Estimate>> $operator<E> for &Estimate {
            type Output = Estimate;

            fn $name(self, other: E) -> Estimate {
                Estimate::together([self, other.borrow()], |[x, y]| x $sign y)
            }
        }

        impl<E: Borrow<Estimate>> $operator<E> for Estimate {
            type Output = Estimate;

            fn $name(self, other: E) -> Estimate {
                &self $sign other.borrow()
            }
        }

        impl $operator<f64> for &Estimate {
            type Output = Estimate;

            fn $name(self, other: f64) -> Estimate {
                self.map(|x| x $sign other)
            }
        }

        impl $operator<f64> for Estimate {
            type Output = Estimate;

            fn $name(self, other: f64) -> Estimate {
                &self $sign other
            }
        }

        impl $operator<&Estimate> for f64 {
            type Output = Estimate;

            fn $name(self, other: &Estimate) -> Estimate {
                other.map(|x| self $sign x)
            }
        }

        impl $operator<Estimate> for f64 {
            type Output = Estimate;

            fn $name(self, other: Estimate) -> Estimate {
                self $sign &other
            }
        }
    };
}

operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Mul, mul, *);
operator!(Div, div, /);

impl Neg for &Estimate {
    type Output = Estimate;

    fn neg(self) -> Estimate {
        self.map(|x| -x)
    }
}

impl Neg for Estimate {
    type Output = Estimate;

    fn neg(self) -> Estimate {
        -&self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mean with its replicates over the blocks of a run.
    fn of(run: &str, replicates: &[f64]) -> Estimate {
        let blocks = replicates.len();
        let resamples = Resamples::new(RunId::named(run), Resampling::Blocks(blocks), blocks);
        let mean = replicates.iter().sum::<f64>() / blocks as f64;
        Estimate::new(mean, replicates.to_vec(), resamples)
    }

    fn error(x: &Estimate) -> f64 {
        x.standard_error().unwrap()
    }

    #[test]
    fn variances_of_different_runs_add_up_even_if_their_blocks_are_as_many() {
        let x = of("a", &[1.0, 1.2, 0.9, 1.0]);
        let y = of("b", &[4.0, 4.6, 4.2, 3.8]);
        let [sum, product] = Estimate::evaluate(&[&x, &y], |v| [v[0] + v[1], v[0] * v[1]]).unwrap();
        assert!((error(&sum) - error(&x).hypot(error(&y))).abs() < 1e-14);
        let expected = (error(&x) * y.value()).hypot(error(&y) * x.value());
        assert!((error(&product) - expected).abs() < 1e-12);
        assert_eq!(Estimate::combine([&x, &y], |[x, y]| x + y), Ok(sum.clone()));
        assert_eq!((&x + &y, &x * &y), (sum.clone(), product));
        // Between the smaller number of degrees of freedom and the sum.
        let freedom = sum.degrees_of_freedom().unwrap();
        assert!(freedom > 3.0 && freedom < 6.0, "{freedom}");
        let [low, high] = sum.interval(0.95).unwrap();
        assert!((0.5 * (low + high) - sum.value()).abs() < 1e-12);
        assert!(high - sum.value() > 1.96 * error(&sum));
        assert_eq!(
            (sum.blocks(), sum.resamples(), sum.replicates()),
            (8, None, &[][..])
        );
    }

    #[test]
    fn numbers_of_one_run_through_other_blocks_do_not_combine() {
        let (x, y) = (of("a", &[1.0, 1.2, 0.9]), of("a", &[4.0, 4.6]));
        let refused = Estimate::combine([&x, &y], |[x, y]| x + y).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "numbers of one run through 3 blocks and through 2 blocks, expected one resampling for both"
        );
        assert_eq!(Estimate::evaluate(&[&x, &y], |v| [v[0]]), Err(refused));
        // An operator has no way to refuse, and leaves no error: nor does what follows from its
        // result.
        let sum = &x + &y;
        assert_eq!((sum.standard_error(), sum.degrees_of_freedom()), (None, None));
        assert!((sum.value() - x.value() - y.value()).abs() < 1e-15);
        assert_eq!((sum - &x).standard_error(), None);
        assert_eq!(x.covariance(&y), None);
    }

    #[test]
    fn correlation_within_a_run_is_kept() {
        let (x, y) = (of("a", &[1.0, 1.2, 0.9]), of("a", &[4.0, 4.6, 4.2]));
        let z = of("b", &[7.0, 6.0]);
        let [a, b] = Estimate::evaluate(&[&x, &y, &z], |v| [v[0] + v[2], v[0] - v[1] + v[2]]).unwrap();
        assert!((error(&(&a - &b)) - error(&y)).abs() < 1e-12);
        assert_eq!(a.sqrt().value(), a.value().sqrt());
        // The runs that both rest on, and no others.
        let shared = a.covariance(&x).unwrap();
        assert!((shared - error(&x).powi(2)).abs() < 1e-15);
        assert_eq!(x.covariance(&z), Some(0.0));
    }

    #[test]
    fn one_run_is_its_own_jackknife() {
        let x = of("a", &[1.0, 1.2, 0.9, 1.4, 1.1]);
        let [y] = Estimate::evaluate(&[&x], |v| [2.0 * v[0]]).unwrap();
        assert_eq!(y, 2.0 * &x);
        assert_eq!(y.degrees_of_freedom(), Some(4.0));
        assert_eq!(-&y, 0.0 - y);
    }

    #[test]
    fn exact_numbers_go_with_every_run_and_add_no_error() {
        let x = of("a", &[1.0, 1.2, 0.9]);
        let two = Estimate::exact(2.0);
        assert_eq!((&x + &two, &two * &x), (&x + 2.0, 2.0 * &x));
        assert_eq!((two.standard_error(), two.interval(0.95)), (Some(0.0), None));
        assert_eq!(two.covariance(&x), Some(0.0));
    }

    #[test]
    fn a_run_without_resamples_leaves_no_error() {
        let x = of("a", &[1.0, 1.2, 0.9]);
        let none = Resamples::new(RunId::named("b"), Resampling::None, 1);
        let sum = x + Estimate::new(2.0, vec![], none);
        assert_eq!((sum.standard_error(), sum.degrees_of_freedom()), (None, None));
    }

    #[test]
    fn results_that_a_resample_lacks_have_no_error() {
        let x = of("a", &[1.0, 3.0, 2.0]);
        let results = Estimate::evaluate_all(&[&x], |v| if v[0] < 2.5 { vec![v[0]; 2] } else { vec![v[0]] });
        let [first, second] = results.unwrap().try_into().unwrap();
        assert_eq!((first, second.standard_error()), (x, None));
    }
}
