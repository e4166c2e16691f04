//! What every correlation returns.

use std::fmt;
use std::ops::RangeInclusive;

use crate::sampling::Lag;
use crate::stats::{BlockSums, Estimate, Resamples, Resampling, RunId};
use crate::units::{Conversion, Dimension};

/// A correlation over lag: value, standard error and number of origins at each lag, and the whole
/// curve on each resample.
///
/// [Lags](Lag) count molecular-dynamics steps and increase strictly;
/// [`lag_times`](Curve::lag_times) are steps times the time step. The value's unit is the
/// estimator's. A lag longer than a block of the run has no standard error from those blocks:
/// `None`, and no weight in a weighted fit. Whatever is computed from the curve, such as a fit or a
/// crossing, is computed on each [`replicate`](Curve::replicate) too, so that its error carries the
/// correlation between lags.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked")
)]
pub struct Curve {
    lags: Vec<Lag>,
    time_step: f64,
    #[cfg_attr(feature = "serde", serde(with = "crate::stats::number::list"))]
    values: Vec<f64>,
    standard_errors: Vec<Option<f64>>,
    origins: Vec<u64>,
    #[cfg_attr(feature = "serde", serde(with = "crate::stats::number::lists"))]
    replicates: Vec<Vec<f64>>,
    resamples: Resamples,
    longest: Lag,
    about_own_mean: bool,
}

/// The numbers of a curve before they are checked. Standard errors are computed again from the
/// replicates.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    lags: Vec<Lag>,
    time_step: f64,
    #[serde(with = "crate::stats::number::list")]
    values: Vec<f64>,
    #[serde(rename = "standard_errors")]
    _standard_errors: Vec<Option<f64>>,
    origins: Vec<u64>,
    #[serde(with = "crate::stats::number::lists")]
    replicates: Vec<Vec<f64>>,
    resamples: Resamples,
    longest: Lag,
    #[serde(default)]
    about_own_mean: bool,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Curve {
    type Error = &'static str;

    fn try_from(found: Unchecked) -> Result<Self, Self::Error> {
        let points = found.lags.len();
        if !(found.time_step.is_finite() && found.time_step > 0.0) {
            return Err("a curve whose time step is not positive and finite");
        }
        if !found.lags.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err("a curve whose lags do not increase");
        }
        if found.values.len() != points || found.origins.len() != points {
            return Err("a curve that has not one value and one number of origins per lag");
        }
        let is_whole = found.replicates.len() == found.resamples.len();
        if !(is_whole && found.replicates.iter().all(|values| values.len() == points)) {
            return Err("a curve that has not one replicate per resample and lag");
        }
        Ok(Self {
            about_own_mean: found.about_own_mean,
            ..Self::from_replicates(
                found.lags,
                found.time_step,
                found.values,
                found.origins,
                found.replicates,
                found.resamples,
                found.longest,
            )
        })
    }
}

impl Curve {
    /// A curve from block sums: `f` turns the means of the sums at one point into the value there.
    ///
    /// Most correlations are one mean and `f` is `|[mean]| mean`; a ratio of means such as the
    /// non-Gaussian parameter has several. The first of the sums gives the origins. `longest` is
    /// the longest lag that blocks can give an error for.
    ///
    /// # Panics
    /// If the sums differ in blocks or points, or there is not one point per lag.
    #[must_use]
    pub fn from_sums<const N: usize>(
        lags: Vec<Lag>,
        time_step: f64,
        sums: [&BlockSums; N],
        resamples: Resamples,
        longest: Lag,
        f: impl Fn([f64; N]) -> f64,
    ) -> Self {
        assert!(sums.iter().all(|s| s.points() == lags.len()), "one point per lag");
        assert!(
            sums.iter().all(|s| s.blocks() == resamples.blocks),
            "the blocks of the resamples"
        );
        let at = |mean: &dyn Fn(&BlockSums, usize) -> f64| -> Vec<f64> {
            (0..lags.len())
                .map(|k| f(std::array::from_fn(|i| mean(sums[i], k))))
                .collect()
        };
        let values = at(&|s, k| s.mean(k));
        let replicates: Vec<Vec<f64>> = (0..resamples.len())
            .map(|r| {
                let weights = resamples.weights(r);
                at(&|s, k| s.weighted_mean(k, &weights))
            })
            .collect();
        let origins = (0..lags.len())
            .map(|k| sums[0].weight(k).round() as u64)
            .collect();
        Self::from_replicates(lags, time_step, values, origins, replicates, resamples, longest)
    }

    /// A curve from its values on the whole and on each resample.
    ///
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    pub fn from_replicates(
        lags: Vec<Lag>,
        time_step: f64,
        values: Vec<f64>,
        origins: Vec<u64>,
        replicates: Vec<Vec<f64>>,
        resamples: Resamples,
        longest: Lag,
    ) -> Self {
        let points = lags.len();
        assert!(
            values.len() == points && origins.len() == points,
            "one value and count per lag"
        );
        assert_eq!(replicates.len(), resamples.len(), "one curve per resample");
        assert!(
            replicates.iter().all(|r| r.len() == points),
            "one replicate per lag"
        );
        let standard_errors = (0..points)
            .map(|k| {
                (lags[k] <= longest)
                    .then(|| resamples.standard_error(replicates.iter().map(|r| r[k])))
                    .flatten()
            })
            .collect();
        Self {
            lags,
            time_step,
            values,
            standard_errors,
            origins,
            replicates,
            resamples,
            longest,
            about_own_mean: false,
        }
    }

    /// The same curve, marked as one of variances about the run's own mean, such as χ₄(t) over time
    /// origins.
    ///
    /// Such a variance lacks that of the mean, increasingly so at longer lags. It falls at lags of
    /// the order of the run whatever the particles do, and its errors are too small where the run
    /// is few lags long. [`peak`](crate::relaxation::peak()) corrects both. The estimators of χ₄
    /// mark their curves.
    ///
    /// ```
    /// use msed::{Curve, Lag};
    /// let variance = Curve::from_values([1, 2].map(Lag::from_steps), 0.5, vec![0.5, 0.25]);
    /// assert!(variance.about_own_mean().window(0.0..=0.5).is_about_own_mean());
    /// ```
    #[must_use]
    pub fn about_own_mean(self) -> Self {
        Self {
            about_own_mean: true,
            ..self
        }
    }

    /// Whether the values are variances about the run's own mean: see
    /// [`about_own_mean`](Self::about_own_mean).
    #[must_use]
    pub fn is_about_own_mean(&self) -> bool {
        self.about_own_mean
    }

    /// A curve of values alone, such as another program has computed: without resamples, it has no
    /// standard errors. Numbers of origins are not known, and 0.
    ///
    /// # Panics
    /// If there is not one value per lag.
    ///
    /// ```
    /// use msed::{Curve, Lag};
    /// let curve = Curve::from_values([0, 10, 20].map(Lag::from_steps), 0.5, vec![0.0, 1.0, 4.0]);
    /// assert_eq!((curve.lag_time(2), curve.standard_errors()), (10.0, &[None; 3][..]));
    /// ```
    #[must_use]
    pub fn from_values(lags: impl Into<Vec<Lag>>, time_step: f64, values: Vec<f64>) -> Self {
        let none = Resamples::new(RunId::of(&values), Resampling::None, 1);
        let origins = vec![0; values.len()];
        Self::from_replicates(
            lags.into(),
            time_step,
            values,
            origins,
            Vec::new(),
            none,
            Lag::ZERO,
        )
    }

    /// Number of lags.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lags.len()
    }

    /// Whether there is no lag at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lags.is_empty()
    }

    /// The lags.
    #[must_use]
    pub fn lags(&self) -> &[Lag] {
        &self.lags
    }

    /// Time units per step.
    #[must_use]
    pub fn time_step(&self) -> f64 {
        self.time_step
    }

    /// Lag `index` in time units.
    #[must_use]
    pub fn lag_time(&self, index: usize) -> f64 {
        self.lags[index].time(self.time_step)
    }

    /// Lags in time units.
    #[must_use]
    pub fn lag_times(&self) -> impl ExactSizeIterator<Item = f64> + Clone + '_ {
        (0..self.len()).map(|k| self.lag_time(k))
    }

    /// Values.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Standard errors; `None` where the blocks give none.
    #[must_use]
    pub fn standard_errors(&self) -> &[Option<f64>] {
        &self.standard_errors
    }

    /// Number of time origins that each value rests on, over all blocks and runs.
    #[must_use]
    pub fn origins(&self) -> &[u64] {
        &self.origins
    }

    /// The resamples.
    #[must_use]
    pub fn resamples(&self) -> Resamples {
        self.resamples
    }

    /// The longest lag that the blocks can give an error for: the length of the shortest of them.
    #[must_use]
    pub fn longest_with_error(&self) -> Lag {
        self.longest
    }

    /// The length of the shortest block in time units. Error bars can be believed where a block is
    /// many relaxation times long.
    #[must_use]
    pub fn block_length(&self) -> f64 {
        self.longest.time(self.time_step)
    }

    /// The length of all blocks together, in time units: that of the run to within a block.
    pub(crate) fn run_length(&self) -> f64 {
        self.block_length() * self.resamples.blocks as f64
    }

    /// The values on resample `index`.
    #[must_use]
    pub fn replicate(&self, index: usize) -> &[f64] {
        &self.replicates[index]
    }

    /// The number at one lag; it has a standard error where the curve has one there.
    #[must_use]
    pub fn point(&self, index: usize) -> Estimate {
        self.evaluate_at([index], |values| values[index])
    }

    /// The number at a lag time, linear in time between the two neighbouring lags; `None` outside
    /// of the curve. It has a standard error where the curve has one at both.
    ///
    /// ```
    /// use msed::{Curve, Lag};
    /// let curve = Curve::from_values([0, 10, 20].map(Lag::from_steps), 0.5, vec![0.0, 1.0, 4.0]);
    /// assert_eq!(curve.at(7.5).unwrap().value(), 2.5);
    /// assert!(curve.at(10.1).is_none());
    /// ```
    #[must_use]
    pub fn at(&self, time: f64) -> Option<Estimate> {
        let inside = |k: &usize| self.lag_time(*k) >= time * (1.0 - 1e-12);
        let after = (0..self.len()).find(inside)?;
        let there = self.lag_time(after);
        if (there - time).abs() <= 1e-12 * there {
            return Some(self.point(after));
        }
        let before = after.checked_sub(1)?;
        let fraction = (time - self.lag_time(before)) / (there - self.lag_time(before));
        let between = |values: &[f64]| values[before] + fraction * (values[after] - values[before]);
        Some(self.evaluate_at([before, after], between))
    }

    /// A number computed from the curve's values, on the whole and on each resample; NaN where `f`
    /// has none.
    ///
    /// Resamples also hold values at lags without a standard error. A number that `f` reads there
    /// has an error that the curve itself does not have.
    #[must_use]
    pub fn evaluate(&self, f: impl Fn(&[f64]) -> f64) -> Estimate {
        let replicates = self.replicates.iter().map(|r| f(r)).collect();
        Estimate::new(f(&self.values), replicates, self.resamples)
    }

    /// A number that `f` reads from the values at these lags: it has a standard error only where
    /// the curve has one at all of them.
    pub(crate) fn evaluate_at(
        &self,
        lags: impl IntoIterator<Item = usize>,
        f: impl Fn(&[f64]) -> f64,
    ) -> Estimate {
        let known = lags.into_iter().all(|k| self.standard_errors[k].is_some());
        let on = |values: &Vec<f64>| if known { f(values) } else { f64::NAN };
        let replicates = self.replicates.iter().map(on).collect();
        Estimate::new(f(&self.values), replicates, self.resamples)
    }

    /// Another curve over the same lags: `f` of lag time and value.
    #[must_use]
    pub fn map(&self, f: impl Fn(f64, f64) -> f64) -> Self {
        let times: Vec<f64> = self.lag_times().collect();
        self.with_values(|values| times.iter().zip(values).map(|(&t, &x)| f(t, x)).collect())
    }

    /// Another curve over the same lags, from all values of this one.
    pub(crate) fn with_values(&self, f: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        Self {
            about_own_mean: self.about_own_mean,
            ..Self::from_replicates(
                self.lags.clone(),
                self.time_step,
                f(&self.values),
                self.origins.clone(),
                self.replicates.iter().map(|r| f(r)).collect(),
                self.resamples,
                self.longest,
            )
        }
    }

    /// The curve in other units: lag times by the factor of times, values by that of their
    /// dimension. A fit of the converted curve, with its window converted too, is the converted
    /// fit. A spectrum that it stands beside must be that of converted energies.
    ///
    /// ```
    /// use msed::units::{Dimension, LennardJones};
    /// use msed::{EnergyKind, EnergySeries, Lags, Resampling, Sampling, Units, energy};
    /// let energies: Vec<f64> = (0..1000).map(|i| f64::from(i % 7)).collect();
    /// let run = EnergySeries::new(energies, Sampling::new(10, 0.005)?, 1000, EnergyKind::Total)?;
    /// let msed = energy::msed(&run, &Lags::logarithmic(10).up_to_fraction(0.1), Resampling::default())?;
    /// let factors = LennardJones::NI80P20.to(Units::METAL)?;
    /// let real = msed.converted(&factors, Dimension::MSED);
    /// assert!((real.lag_time(0) - 0.05 * 0.627_211).abs() < 1e-7); // ps
    /// assert_eq!(real.values()[0], msed.values()[0] * factors.factor(Dimension::MSED));
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn converted(&self, conversion: &Conversion, dimension: Dimension) -> Self {
        let factor = conversion.factor(dimension);
        Self {
            time_step: self.time_step * conversion.time,
            ..self.map(|_, value| value * factor)
        }
    }

    /// The curve divided by its value at lag 0, on the whole and on each resample: F(q,t)/S(q) of a
    /// coherent scattering function. `None` without a lag 0.
    #[must_use]
    pub fn over_zero(&self) -> Option<Self> {
        let zero = self.lags.iter().position(|&lag| lag == Lag::ZERO)?;
        Some(self.with_values(|values| values.iter().map(|x| x / values[zero]).collect()))
    }

    /// The integral of the curve from its first lag up to each lag, by the trapezoidal rule: of an
    /// autocorrelation the running integral of Green and Kubo. Errors are those of the integral,
    /// with the correlation between lags.
    ///
    /// The integral of an autocorrelation about the run's own mean falls below the true one by a
    /// relative t/T at time t of runs of length T each. Its error grows as the root of t: where the
    /// plateau is to be read, [`zero_frequency`](crate::spectrum::zero_frequency()) needs no
    /// choice.
    ///
    /// ```
    /// use msed::{Curve, Lag};
    /// let curve = Curve::from_values([0, 1, 3].map(Lag::from_steps).to_vec(), 0.5, vec![4.0, 2.0, 1.0]);
    /// assert_eq!(curve.running_integral().values(), [0.0, 1.5, 3.0]);
    /// ```
    #[must_use]
    pub fn running_integral(&self) -> Self {
        let times: Vec<f64> = self.lag_times().collect();
        self.with_values(|values| {
            let mut integral = 0.0;
            let mut last: Option<(f64, f64)> = None;
            let up_to = |(&time, &value): (&f64, &f64)| {
                if let Some((before, other)) = last.replace((time, value)) {
                    integral += 0.5 * (time - before) * (value + other);
                }
                integral
            };
            times.iter().zip(values).map(up_to).collect()
        })
    }

    /// The part of the curve whose lag times lie in `window`, its ends included (to rounding).
    #[must_use]
    pub fn window(&self, window: RangeInclusive<f64>) -> Self {
        let window = [*window.start(), *window.end()];
        self.select(|k| is_inside(window, self.lag_time(k)))
    }

    /// The part of the curve at lags above 0.
    #[must_use]
    pub fn without_zero(&self) -> Self {
        self.select(|k| self.lags[k] > Lag::ZERO)
    }

    /// The part of the curve that has standard errors; all of it where it has no resamples.
    pub(crate) fn known(&self) -> Self {
        let resampled = self.resamples.len() >= 2;
        self.select(|k| !resampled || self.standard_errors[k].is_some())
    }

    /// Other numbers at the lags `kept` of this curve (positions in the list), of which all rest on
    /// the same runs, in the same order.
    ///
    /// Where these are several, the curve takes the resamples of each with the other runs held at
    /// their values, spread so that the jackknife over all of them adds the variances that the runs
    /// give. Such a curve counts as one of another run, with the degrees of freedom of the run that
    /// has the fewest blocks.
    pub(crate) fn with_points(&self, kept: &[usize], points: &[Estimate]) -> Self {
        let of = |point: &Estimate| point.runs().map(|(of, _)| of).collect::<Vec<Resamples>>();
        let runs = points.first().map(of).unwrap_or_default();
        debug_assert!(
            points.iter().all(|point| of(point) == runs),
            "points of other runs"
        );
        let (resamples, factors) = match runs.as_slice() {
            [run] => (*run, vec![1.0]),
            _ => {
                let all = Resamples::union(&runs);
                match runs
                    .iter()
                    .map(|run| run.spread_in(&all))
                    .collect::<Option<Vec<f64>>>()
                {
                    Some(factors) if !runs.is_empty() => (all, factors),
                    _ => (Resamples::new(all.run, Resampling::None, all.blocks), Vec::new()),
                }
            }
        };
        let mut replicates = vec![Vec::with_capacity(points.len()); resamples.len()];
        for point in points {
            let mut into = replicates.iter_mut();
            for ((_, values), &factor) in point.runs().zip(&factors) {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                for (x, replicate) in values.iter().zip(&mut into) {
                    let spread = || point.value() + factor * (x - mean);
                    replicate.push(if runs.len() == 1 { *x } else { spread() });
                }
            }
        }
        Self::from_replicates(
            kept.iter().map(|&k| self.lags[k]).collect(),
            self.time_step,
            points.iter().map(Estimate::value).collect(),
            kept.iter().map(|&k| self.origins[k]).collect(),
            replicates,
            resamples,
            self.longest,
        )
    }

    pub(crate) fn select(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.len()).filter(|&k| keep(k)).collect();
        let pick = |values: &[f64]| kept.iter().map(|&k| values[k]).collect::<Vec<f64>>();
        Self {
            lags: kept.iter().map(|&k| self.lags[k]).collect(),
            time_step: self.time_step,
            values: pick(&self.values),
            standard_errors: kept.iter().map(|&k| self.standard_errors[k]).collect(),
            origins: kept.iter().map(|&k| self.origins[k]).collect(),
            replicates: self.replicates.iter().map(|r| pick(r)).collect(),
            resamples: self.resamples,
            longest: self.longest,
            about_own_mean: self.about_own_mean,
        }
    }
}

/// Whether a lag time lies in a window, its ends included to rounding.
pub(crate) fn is_inside([start, end]: [f64; 2], time: f64) -> bool {
    time >= start * (1.0 - 1e-9) && time <= end * (1.0 + 1e-9)
}

impl fmt::Display for Curve {
    /// Comma-separated values with a header: `lag_time,value,standard_error,origins`, an empty
    /// field where there is no standard error. Numbers read back to the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "lag_time,value,standard_error,origins")?;
        for k in 0..self.len() {
            let (time, origins) = (self.lag_time(k), self.origins[k]);
            csv_row(f, time, self.values[k], self.standard_errors[k], origins)?;
        }
        Ok(())
    }
}

/// A line of comma-separated values; an empty field where there is no standard error.
pub(crate) fn csv_row(
    f: &mut fmt::Formatter<'_>,
    first: impl fmt::Display,
    value: f64,
    error: Option<f64>,
    last: impl fmt::Display,
) -> fmt::Result {
    write!(f, "{first},{value:e},")?;
    if let Some(error) = error {
        write!(f, "{error:e}")?;
    }
    writeln!(f, ",{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> Curve {
        let mut sums = BlockSums::new(2, 3);
        for block in 0..2 {
            for point in 0..3 {
                sums.add(block, point, (block + point) as f64 * 2.0, 2.0);
            }
        }
        let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2);
        let lags = [0, 10, 20].map(Lag::from_steps);
        Curve::from_sums(lags.into(), 0.5, [&sums], resamples, lags[1], |[x]| x)
    }

    #[test]
    fn values_errors_and_origins_follow_from_the_sums() {
        let curve = curve();
        assert_eq!(curve.values(), [0.5, 1.5, 2.5]);
        assert_eq!(curve.standard_errors(), [Some(0.5), Some(0.5), None]);
        assert_eq!(curve.origins(), [4, 4, 4]);
        assert_eq!(curve.replicate(0), [1.0, 2.0, 3.0]);
        assert_eq!(curve.lag_times().collect::<Vec<_>>(), [0.0, 5.0, 10.0]);
    }

    #[test]
    fn parts_and_functions_keep_the_replicates() {
        let tail = curve().window(5.0..=10.0);
        assert_eq!(
            (tail.lags(), tail.replicate(1)),
            (&[10, 20].map(Lag::from_steps)[..], &[1.0, 2.0][..])
        );
        let doubled = curve().without_zero().map(|t, x| x / t);
        assert_eq!(doubled.values(), [0.3, 0.25]);
        assert_eq!(doubled.standard_errors()[1], None);
        assert_eq!(
            (tail.block_length(), doubled.longest_with_error()),
            (5.0, Lag::from_steps(10))
        );
        assert_eq!(curve().evaluate(|v| v[2] - v[0]).standard_error(), Some(0.0));
        let relative = curve().over_zero().unwrap();
        assert_eq!(
            (relative.values(), relative.replicate(0)),
            (&[1.0, 3.0, 5.0][..], &[1.0, 2.0, 3.0][..])
        );
        assert_eq!(relative.standard_errors()[0], None);
        assert_eq!(curve().without_zero().over_zero(), None);
    }

    #[test]
    fn a_number_between_two_lags_carries_their_correlation() {
        let between = curve().at(2.5).unwrap();
        assert_eq!((between.value(), between.replicates()), (1.0, &[1.5, 0.5][..]));
        assert_eq!(curve().at(5.0), Some(curve().point(1)));
        assert_eq!(curve().at(0.0), Some(curve().point(0)));
        assert!(
            [-1.0, 10.5, f64::NAN]
                .into_iter()
                .all(|time| curve().at(time).is_none())
        );
        assert_eq!(curve().without_zero().at(2.5), None);
    }

    #[test]
    fn a_number_has_no_error_where_the_curve_has_none() {
        let curve = curve();
        let beyond = [curve.point(2), curve.at(7.5).unwrap(), curve.at(10.0).unwrap()];
        for (found, value) in beyond.into_iter().zip([2.5, 2.0, 2.5]) {
            assert_eq!((found.value(), found.standard_error()), (value, None));
            assert!(found.to_string().ends_with(" (no error)"), "{found}");
        }
        assert_eq!(curve.point(1).standard_error(), curve.standard_errors()[1]);
    }

    #[test]
    fn numbers_of_several_runs_keep_their_errors_in_a_curve() {
        let of = |name: &str, blocks: usize, scale: f64| {
            let resamples = Resamples::new(RunId::named(name), Resampling::Blocks(blocks), blocks);
            let replicates = (0..blocks).map(|r| scale * (r as f64 * 7.0).sin()).collect();
            Estimate::new(1.0, replicates, resamples)
        };
        let bootstrap = Resampling::Bootstrap {
            blocks: 5,
            draws: 40,
            seed: 1,
        };
        let drawn = Resamples::new(RunId::named("c"), bootstrap, 5);
        let drawn = drawn.evaluate(|w| w.iter().enumerate().map(|(i, w)| w * i as f64).sum());
        let (a, b) = (of("a", 10, 0.1), of("b", 4, 0.3));
        let curve = curve();
        let points: Vec<Estimate> = [1.0, -2.0].map(|x| &(&(x * &a) + &b) * &drawn).into();
        let of_runs = curve.with_points(&[0, 1], &points);
        assert_eq!(of_runs.lags(), &curve.lags()[..2]);
        for (k, point) in points.iter().enumerate() {
            assert_eq!(of_runs.values()[k], point.value());
            let [found, expected] =
                [of_runs.standard_errors()[k], point.standard_error()].map(Option::unwrap);
            assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        }
        // There are 54 resamples, and the run with the fewest blocks has 4. The number itself has
        // no fewer degrees of freedom than that run.
        assert_eq!(of_runs.resamples().len(), 54);
        let [of_curve, of_number] = [of_runs.point(0), points[0].clone()].map(|x| x.degrees_of_freedom());
        assert_eq!(of_curve, Some(3.0));
        assert!(of_curve <= of_number, "{of_number:?}");
        // The correlation between lags is kept too.
        let [found, expected] = [of_runs.evaluate(|v| v[0] - v[1]), &points[0] - &points[1]];
        let [found, expected] = [found, expected].map(|x| x.standard_error().unwrap());
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        // One run stays that run; numbers without a run, or with one that has no resamples, have no
        // errors.
        let one = curve.with_points(&[2], std::slice::from_ref(&a));
        assert_eq!(
            (one.resamples(), one.replicate(3)),
            (a.resamples().unwrap(), &[a.replicates()[3]][..])
        );
        let none = Estimate::new(
            1.0,
            vec![],
            Resamples::new(RunId::named("d"), Resampling::None, 1),
        );
        for point in [Estimate::exact(2.0), &none + &a] {
            let found = curve.with_points(&[0], std::slice::from_ref(&point));
            assert_eq!(
                (found.values(), found.standard_errors()),
                (&[point.value()][..], &[None][..])
            );
        }
        assert!(curve.with_points(&[], &[]).is_empty());
    }

    #[test]
    fn prints_as_csv() {
        assert_eq!(
            curve().to_string(),
            "lag_time,value,standard_error,origins\n0,5e-1,5e-1,4\n5,1.5e0,5e-1,4\n10,2.5e0,,4\n"
        );
    }
}
