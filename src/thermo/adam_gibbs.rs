//! Relaxation times against the configurational entropy.

use std::fmt;

use super::knots::Knots;
use super::temperature_models::{chi_squared, minimum, weights};
use super::{EntropyDifference, Part, Point, ThermoError, Undetermined};
use crate::real::short;
use crate::stats::{Deviation, Estimate, Outcome, Parabola, Significance, line};

/// The largest S_c(T_ref) tried, in k per particle: beyond it the plot is Arrhenius's.
const LARGEST_ENTROPY: f64 = 50.0;

/// The configurational entropy at the reference temperature, in k per particle.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ReferenceEntropy {
    /// Known from elsewhere: the fit is linear.
    Given(f64),
    /// A third parameter of the fit.
    Fitted,
}

impl ReferenceEntropy {
    /// Parameters of the fit, where there are enough temperatures with a relaxation time to test
    /// them.
    pub(super) fn parameters(self, times: &[Point]) -> Result<usize, ThermoError> {
        let parameters = match self {
            Self::Given(_) => 2,
            Self::Fitted => 3,
        };
        ThermoError::enough_temperatures("an Adam-Gibbs plot", Knots::count(times), parameters + 1)?;
        Ok(parameters)
    }
}

/// ln tau against 1/(T S_c).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AdamGibbs {
    /// The reference temperature of the entropy.
    pub reference_temperature: f64,
    /// ln tau at infinite temperature, in the times' unit.
    pub ln_tau_inf: Estimate,
    /// A, in temperature times k per particle.
    pub a: Estimate,
    /// S_c at the reference temperature in k per particle: given, or fitted.
    pub s_c_reference: Estimate,
    /// Temperatures of the plot, from the lowest on.
    pub temperatures: Vec<f64>,
    /// 1/(T S_c) at each of them, with S_c in k per particle.
    pub reciprocals: Vec<f64>,
    /// ln tau at each of them, tau in time units.
    pub ln_tau: Vec<Estimate>,
    /// The coefficient of a quadratic term in the plot: where it is significant, one line through
    /// all temperatures does not hold. No answer without error bars, or where the fitted
    /// S_c(T_ref) ran to the end of its range, so that the data do not determine it.
    pub curvature: Outcome<Deviation, Undetermined>,
    weighted: bool,
    chi_squared: f64,
    parameters: usize,
}

impl fmt::Display for AdamGibbs {
    /// `ln tau_inf = -1.3(1.5), A = 4.6(3.9), S_c(0.993) = 1.60(97); curvature: 0.10 standard errors, 4.3 would count`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ln tau_inf = {}, A = {}, S_c({}) = {}; curvature: {}",
            self.ln_tau_inf,
            self.a,
            short(self.reference_temperature, 6),
            self.s_c_reference,
            self.curvature
        )
    }
}

impl AdamGibbs {
    /// Chi squared by degrees of freedom, from the errors of ln tau alone: the entropy's come on
    /// top. `None` without errors, or without a spare point.
    #[must_use]
    pub fn reduced_chi_squared(&self) -> Option<f64> {
        let freedom = self.temperatures.len().saturating_sub(self.parameters);
        (self.weighted && freedom > 0).then(|| self.chi_squared / freedom as f64)
    }
}

/// Fits the relation of Adam and Gibbs (J. Chem. Phys. 43, 139, 1965):
///
/// ```text
/// ln tau = ln tau_inf + A / (T S_c)        S_c(T) = S_2(T) - S_2(T_ref) + S_c(T_ref)
/// ```
///
/// with S_2 the entropy of the slow heat capacity C_2, as `scan.entropy(Part::Slow)?` gives it
/// ([`Scan::entropy`](super::Scan::entropy)); `times` are the relaxation times at those of its
/// temperatures that have one. A time from the same energies, such
/// as tau*, is correlated with the entropy; one from a trajectory, such as tau_alpha, counts as
/// independent. A line where S_c(T_ref) is given; where it is fitted, it is searched between the
/// value that keeps S_c positive at all temperatures and 50 k. Straightness is tested by the
/// coefficient of a quadratic term. Everything, the integral included, is redone with each block of
/// each run left out in turn.
///
/// # Errors
/// [`ThermoError::TooFewTemperatures`] for fewer than three relaxation times (four, where
/// S_c(T_ref) is fitted), [`ThermoError::OtherPart`] for the entropy of another part,
/// [`ThermoError::OtherTemperature`] for a time where there is no entropy,
/// [`ThermoError::Value`] for a time that is not positive, [`ThermoError::ReferenceEntropy`] where
/// a given S_c(T_ref) makes S_c negative at a temperature with a relaxation time,
/// [`ThermoError::Mixture`] for numbers of one run with different resamples.
pub fn adam_gibbs(
    slow: &EntropyDifference,
    times: &[Point],
    reference_entropy: ReferenceEntropy,
) -> Result<AdamGibbs, ThermoError> {
    if slow.part() != Part::Slow {
        let found = slow.part().name();
        return Err(ThermoError::OtherPart { found });
    }
    let parameters = reference_entropy.parameters(times)?;
    Point::check_times(times)?;
    let times = Point::sorted(times);
    let place = |time: &&Point| slow.place(time.temperature.value());
    let timed: Vec<usize> = times.iter().map(place).collect::<Result<_, _>>()?;
    let t: Vec<f64> = timed.iter().map(|&i| slow.temperatures[i]).collect();
    let logarithms: Vec<Estimate> = times.iter().map(|point| point.value.ln()).collect();
    let (weights, weighted) = weights(&logarithms);
    // S_2(T) - S_2(T_ref) at the temperatures of the plot, then ln tau.
    let entropies = timed.iter().map(|&i| &slow.values[i]);
    let numbers: Vec<&Estimate> = entropies.chain(&logarithms).collect();
    let solve = |values: &[f64]| {
        let (s2, y) = values.split_at(t.len());
        Solution::new(&t, s2, y, &weights, reference_entropy)
    };
    let [ln_tau_inf, a, s_c_reference, quadratic] = Estimate::evaluate(&numbers, |values| {
        // A resample without an entropy has no plot.
        if values[..t.len()].iter().any(|s2| s2.is_nan()) {
            return [f64::NAN; 4];
        }
        let found = solve(values);
        [found.ln_tau_inf, found.a, found.s_c_reference, found.quadratic]
    })?;
    let solution = solve(&numbers.iter().map(|x| x.value()).collect::<Vec<_>>());
    if let Some(i) = solution.entropy.iter().position(|s| !(*s > 0.0 && s.is_finite())) {
        return Err(ThermoError::ReferenceEntropy {
            found: solution.s_c_reference,
            temperature: t[i],
            entropy: solution.entropy[i],
        });
    }
    let curvature = if solution.is_determined {
        let deviation = quadratic.deviation(Significance::CURVED);
        let deviation = deviation.filter(|deviation| deviation.z.is_finite());
        deviation.ok_or(Undetermined::NoErrors)
    } else {
        Err(Undetermined::AtBound {
            parameter: "S_c at the reference",
            value: solution.s_c_reference,
        })
    };
    Ok(AdamGibbs {
        reference_temperature: slow.reference_temperature,
        ln_tau_inf,
        a,
        s_c_reference,
        temperatures: t,
        reciprocals: solution.reciprocals,
        ln_tau: logarithms,
        curvature: curvature.into(),
        weighted,
        chi_squared: solution.chi_squared,
        parameters,
    })
}

struct Solution {
    ln_tau_inf: f64,
    a: f64,
    s_c_reference: f64,
    quadratic: f64,
    entropy: Vec<f64>,
    reciprocals: Vec<f64>,
    chi_squared: f64,
    /// Whether S_c(T_ref) lies inside of the range that it was searched in.
    is_determined: bool,
}

impl Solution {
    fn new(t: &[f64], s2: &[f64], y: &[f64], weights: &[f64], reference: ReferenceEntropy) -> Self {
        let plot =
            |s_c: f64| -> Vec<f64> { t.iter().zip(s2).map(|(t, s2)| 1.0 / (t * (s2 + s_c))).collect() };
        let fitted = |s_c: f64| {
            let x = plot(s_c);
            let [a, b] = line(&x, y, weights);
            (chi_squared(y, |i| a + b * x[i], weights), a, b)
        };
        let (s_c, is_determined) = match reference {
            ReferenceEntropy::Given(s_c) => (s_c, true),
            ReferenceEntropy::Fitted => {
                // S_c stays above a thousandth of k at the lowest temperature.
                let floor = 1e-3 - s2.iter().copied().fold(0.0, f64::min);
                let from = 1e-3_f64.ln();
                let grid: Vec<f64> = (0..=300)
                    .map(|i| floor + (from + (LARGEST_ENTROPY.ln() - from) * f64::from(i) / 300.0).exp())
                    .collect();
                minimum(&grid, |s_c| fitted(s_c).0)
            }
        };
        let (chi_squared, ln_tau_inf, a) = fitted(s_c);
        let reciprocals = plot(s_c);
        Self {
            ln_tau_inf,
            a,
            s_c_reference: s_c,
            quadratic: Parabola::through(&reciprocals, y, weights).curvature(),
            entropy: s2.iter().map(|s2| s2 + s_c).collect(),
            reciprocals,
            chi_squared,
            is_determined,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resamples, Resampling, RunId};
    use crate::thermo::{self, Path};
    use rand::{RngExt, SeedableRng};

    const TEMPERATURES: [f64; 6] = [1.0, 0.8, 0.7, 0.6, 0.55, 0.5];

    /// C_2 = 0.6 T^(-2): S_2(T) - S_2(1) = 0.3 (1 - T^(-2)); with S_c(1) = 1.4 it is 0.5 at T =
    /// 0.5.
    fn entropy(t: f64) -> f64 {
        1.4 + 0.3 * (1.0 - t.powi(-2))
    }

    fn ln_time(t: f64) -> f64 {
        -1.0 + 1.5 / (t * entropy(t))
    }

    /// Many temperatures, so that the integral is good to 1e-5; times at six of them.
    fn exact_scan() -> [Vec<Point>; 2] {
        let temperatures: Vec<f64> = (0..=100).map(|i| 0.5 + 0.005 * f64::from(i)).collect();
        let slow = temperatures.iter().map(|&t| Point::new(t, 0.6 * t.powi(-2)));
        let timed = |t: &&f64| TEMPERATURES.iter().any(|timed| (timed - *t).abs() < 1e-9);
        let times = temperatures
            .iter()
            .filter(timed)
            .map(|&t| Point::new(t, ln_time(t).exp()));
        [slow.collect(), times.collect()]
    }

    fn fitted(
        slow: &[Point],
        times: &[Point],
        reference: Option<f64>,
        reference_entropy: ReferenceEntropy,
    ) -> Result<AdamGibbs, ThermoError> {
        let slow = thermo::entropy(slow, Part::Slow, reference, Path::Isochoric)?;
        adam_gibbs(&slow, times, reference_entropy)
    }

    #[test]
    fn an_exact_relation_is_recovered_given_and_fitted() {
        let [slow, times] = exact_scan();
        for reference in [ReferenceEntropy::Given(1.4), ReferenceEntropy::Fitted] {
            let fit = fitted(&slow, &times, None, reference).unwrap();
            assert_eq!((fit.reference_temperature, fit.temperatures.len()), (1.0, 6));
            assert!((fit.ln_tau_inf.value() + 1.0).abs() < 1e-3, "{}", fit.ln_tau_inf);
            assert!((fit.a.value() - 1.5).abs() < 1e-3, "{}", fit.a);
            assert!(
                (fit.s_c_reference.value() - 1.4).abs() < 1e-3,
                "{}",
                fit.s_c_reference
            );
            assert_eq!(fit.curvature, Outcome::Unresolved(Undetermined::NoErrors));
        }
        // Another reference temperature moves the entropy there, and nothing else.
        let fit = fitted(&slow, &times, Some(0.7), ReferenceEntropy::Given(entropy(0.7))).unwrap();
        assert!((fit.a.value() - 1.5).abs() < 1e-3);
        assert!((fit.reciprocals[0] - 1.0 / (0.5 * 0.5)).abs() < 1e-3);
    }

    fn noisy(run: &str, value: f64, error: f64, random: &mut rand_pcg::Pcg64Mcg) -> Estimate {
        let blocks: Vec<f64> = (0..10)
            .map(|_| value + error * 10_f64.sqrt() * random.sample::<f64, _>(rand_distr::StandardNormal))
            .collect();
        let mean = blocks.iter().sum::<f64>() / 10.0;
        let left = blocks.iter().map(|x| (10.0 * mean - x) / 9.0).collect();
        let resamples = Resamples::new(RunId::named(run), Resampling::Blocks(10), 10);
        Estimate::new(mean, left, resamples)
    }

    #[test]
    fn straightness_is_tested_and_errors_cover() {
        let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(5);
        let (mut straight, mut found, mut inside) = (0, 0, 0);
        let seeds = 200;
        for _ in 0..seeds {
            let numbers = TEMPERATURES.map(|t| {
                let slow = noisy(&format!("energies at {t}"), 0.6 * t.powi(-2), 0.01, &mut random);
                let time = ln_time(t).exp();
                let time = noisy(&format!("trajectory at {t}"), time, 0.04 * time, &mut random);
                (Point::new(t, slow), Point::new(t, time))
            });
            let (slow, times): (Vec<Point>, Vec<Point>) = numbers.into_iter().unzip();
            let given = ReferenceEntropy::Given(1.4);
            let fit = fitted(&slow, &times, None, given).unwrap();
            straight += usize::from(fit.curvature.value().is_some_and(|c| !c.is_significant()));
            // The integral over six temperatures is off by less than the errors.
            let [low, high] = fit.a.interval(0.6827).unwrap();
            inside += usize::from(low < 1.5 && 1.5 < high);
            assert!(fit.reduced_chi_squared().unwrap() > 0.0);
            let mut curved = times;
            for point in &mut curved {
                let bend = (6.0 * (point.temperature.value() - 0.7).powi(2)).exp();
                point.value = &point.value * bend;
            }
            let fit = fitted(&slow, &curved, None, given).unwrap();
            found += usize::from(fit.curvature.value().is_some_and(Deviation::is_significant));
        }
        assert!(straight >= 180, "{straight} straight of {seeds}");
        assert!(found >= 190, "{found} curved of {seeds}");
        assert!(
            (116..=160).contains(&inside),
            "{inside} of {seeds} intervals hold A"
        );
    }

    #[test]
    fn arrhenius_data_do_not_determine_the_entropy() {
        let slow = TEMPERATURES.map(|t| Point::new(t, 0.2));
        let times = TEMPERATURES.map(|t| Point::new(t, (3.0 / t).exp()));
        let fit = fitted(&slow, &times, None, ReferenceEntropy::Fitted).unwrap();
        assert!(
            matches!(fit.curvature.why(), Some(Undetermined::AtBound { value, .. }) if *value > 40.0),
            "{:?}",
            fit.curvature
        );
    }

    #[test]
    fn refusals_name_the_numbers() {
        let [slow, times] = exact_scan();
        let message = |times: &[Point], entropy| fitted(&slow, times, None, entropy).unwrap_err().to_string();
        assert_eq!(
            message(&times[..3], ReferenceEntropy::Fitted),
            "an Adam-Gibbs plot over 3 temperatures, expected at least 4"
        );
        assert!(
            message(&times, ReferenceEntropy::Given(0.5))
                .starts_with("S_c of 0.5 at the reference temperature")
        );
        for none in [f64::NAN, f64::INFINITY] {
            assert!(
                message(&times, ReferenceEntropy::Given(none))
                    .starts_with(&format!("S_c of {none} at the reference temperature"))
            );
        }
        let elsewhere = [&times[..], &[Point::new(0.503, 2.0)]].concat();
        assert_eq!(
            message(&elsewhere, ReferenceEntropy::Given(1.4)),
            "a point at temperature 0.503 beside one at 0.505, expected the same temperatures in both"
        );
    }
}
