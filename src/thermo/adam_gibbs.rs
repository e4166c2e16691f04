//! Relaxation times against the configurational entropy.

use std::fmt;

use super::temperature_models::{End, chi_squared, minimum};
use super::{PiecewiseCubic, Point, ThermoError};
use crate::stats::{Estimate, Parabola, Significance, line};

/// The largest S_c(T_ref) tried, in k per particle: beyond it the plot is Arrhenius's.
const LARGEST_ENTROPY: f64 = 50.0;

/// The configurational entropy at the reference temperature, in k per particle.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ReferenceEntropy {
    /// Known from elsewhere: the fit is linear.
    Given(f64),
    /// A third parameter of the fit.
    Fitted,
}

/// Whether the Adam-Gibbs plot is a straight line, and its parameters are determined.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum AdamGibbsVerdict {
    /// No curvature beyond its error.
    Straight {
        /// The coefficient of a quadratic term, in units of its standard error.
        curvature: f64,
        /// Student's t beyond which it would count: 95.45 %.
        threshold: f64,
    },
    /// A quadratic term that is: one line through all temperatures does not hold.
    Curved {
        /// The coefficient of a quadratic term, in units of its standard error.
        curvature: f64,
        /// Student's t beyond which it counts.
        threshold: f64,
    },
    /// The fitted S_c(T_ref) ran to the end of its range: the data do not determine it.
    Degenerate {
        /// S_c(T_ref) there, in k per particle.
        s_c_reference: f64,
    },
    /// No error bars or no spare point to test with.
    Untested,
}

impl fmt::Display for AdamGibbsVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Straight { curvature, threshold } => {
                write!(
                    f,
                    "straight: a curvature of {curvature:.2} standard errors, {threshold:.2} would count"
                )
            }
            Self::Curved { curvature, threshold } => {
                write!(
                    f,
                    "curved: a curvature of {curvature:.2} standard errors, {threshold:.2} count"
                )
            }
            Self::Degenerate { s_c_reference } => write!(
                f,
                "degenerate: S_c at the reference ran to the end of its range, {s_c_reference:.2} k per particle"
            ),
            Self::Untested => f.write_str("untested: no error bars, or no spare point"),
        }
    }
}

/// A temperature of the plot.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AdamGibbsRow {
    /// T, in the unit of the scan.
    pub temperature: f64,
    /// 1/(T S_c), with S_c in k per particle.
    pub reciprocal: f64,
    /// ln tau, tau in time units.
    pub ln_tau: Estimate,
}

/// ln tau against 1/(T S_c).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AdamGibbs {
    reference: f64,
    ln_tau_inf: Estimate,
    a: Estimate,
    s_c_reference: Estimate,
    points: Vec<AdamGibbsRow>,
    weighted: bool,
    chi_squared: f64,
    parameters: usize,
    verdict: AdamGibbsVerdict,
}

impl AdamGibbs {
    /// The reference temperature of the entropy.
    #[must_use]
    pub fn reference_temperature(&self) -> f64 {
        self.reference
    }

    /// ln tau at infinite temperature, in the times' unit.
    #[must_use]
    pub fn ln_tau_inf(&self) -> &Estimate {
        &self.ln_tau_inf
    }

    /// A, in temperature times k per particle.
    #[must_use]
    pub fn a(&self) -> &Estimate {
        &self.a
    }

    /// S_c at the reference temperature in k per particle: given, or fitted.
    #[must_use]
    pub fn s_c_reference(&self) -> &Estimate {
        &self.s_c_reference
    }

    /// The points of the plot, from the lowest temperature on.
    #[must_use]
    pub fn points(&self) -> &[AdamGibbsRow] {
        &self.points
    }

    /// Chi squared by degrees of freedom, from the errors of ln tau alone: the entropy's come on top. `None` without
    /// errors, or without a spare point.
    #[must_use]
    pub fn reduced_chi_squared(&self) -> Option<f64> {
        let freedom = self.points.len().saturating_sub(self.parameters);
        (self.weighted && freedom > 0).then(|| self.chi_squared / freedom as f64)
    }

    /// The verdict.
    #[must_use]
    pub fn verdict(&self) -> AdamGibbsVerdict {
        self.verdict
    }
}

/// Fits the relation of Adam and Gibbs (J. Chem. Phys. 43, 139, 1965):
///
/// ```text
/// ln tau = ln tau_inf + A / (T S_c)        S_c(T) = S_2(T) - S_2(T_ref) + S_c(T_ref)
/// ```
///
/// with S_2 the integral of the slow heat capacity over ln T by [`PiecewiseCubic::pchip`]. `slow` is C_2 in k per particle at all
/// temperatures; `times` are the relaxation times at those temperatures that have one. A time from the same energies, such as tau*,
/// is correlated with the heat capacity; one from a trajectory, such as tau_alpha, counts as independent. A line where S_c(T_ref) is given;
/// where it is fitted, it is searched between the value that keeps S_c positive at all temperatures and 50 k. Straightness is
/// tested by the coefficient of a quadratic term. Everything, the integral included, is redone with each block of each run
/// left out in turn.
///
/// # Errors
/// [`ThermoError::TooFewTemperatures`] for fewer than three relaxation times (four, where S_c(T_ref) is fitted),
/// [`ThermoError::EqualTemperatures`], [`ThermoError::OtherTemperature`] for a time where there is no heat capacity,
/// [`ThermoError::Time`] for a time that is not positive,
/// [`ThermoError::Reference`] outside of the scan by more than 0.5 %, [`ThermoError::ReferenceEntropy`] where a given
/// S_c(T_ref) makes S_c negative at a temperature with a relaxation time, [`ThermoError::Mixture`] for numbers of one run with
/// different resamples.
pub fn adam_gibbs(
    slow: &[Point],
    times: &[Point],
    reference: Option<f64>,
    reference_entropy: ReferenceEntropy,
) -> Result<AdamGibbs, ThermoError> {
    let parameters = match reference_entropy {
        ReferenceEntropy::Given(_) => 2,
        ReferenceEntropy::Fitted => 3,
    };
    ThermoError::enough_temperatures("an Adam-Gibbs plot", times.len(), parameters + 1)?;
    let entropy = super::entropy(slow, reference, super::Path::Isochoric)?;
    let reference = entropy.reference_temperature();
    let temperatures = entropy.temperatures().to_vec();
    Point::check_times(times)?;
    let (slow, times) = (Point::sorted(slow), Point::sorted(times));
    let place = |time: &&Point| place(&temperatures, time.temperature.value());
    let timed: Vec<usize> = times.iter().map(place).collect::<Result<_, _>>()?;
    let logarithms: Vec<Estimate> = times.iter().map(|point| point.value.ln()).collect();
    // Temperature and C_2 of each point; then ln tau of those that have it.
    let numbers: Vec<&Estimate> = slow
        .iter()
        .flat_map(|point| [&point.temperature, &point.value])
        .chain(&logarithms)
        .collect();
    let errors: Option<Vec<f64>> = logarithms
        .iter()
        .map(|x| x.standard_error().filter(|error| *error > 0.0))
        .collect();
    let weighted = errors.is_some();
    let weights: Vec<f64> = errors.map_or_else(
        || vec![1.0; timed.len()],
        |errors| errors.iter().map(|error| error.powi(-2)).collect(),
    );

    // S_2(T) - S_2(T_ref) at the tabulated temperatures.
    let entropies = |values: &[f64]| -> Option<Vec<f64>> {
        let x: Vec<f64> = values.chunks_exact(2).map(|point| point[0].ln()).collect();
        let c: Vec<f64> = values.chunks_exact(2).map(|point| point[1]).collect();
        let curve = PiecewiseCubic::pchip(&x, &c).ok()?;
        Some(
            timed
                .iter()
                .map(|&i| curve.integral(reference.ln(), temperatures[i].ln()))
                .collect(),
        )
    };
    let solve = |values: &[f64]| -> Option<Solution> {
        let (of_points, y) = values.split_at(2 * slow.len());
        let s2 = entropies(of_points)?;
        let t: Vec<f64> = timed.iter().map(|&i| temperatures[i]).collect();
        Some(Solution::new(&t, &s2, y, &weights, reference_entropy))
    };
    let [ln_tau_inf, a, s_c_reference, quadratic] = Estimate::evaluate(&numbers, |values| {
        solve(values).map_or([f64::NAN; 4], |s| {
            [s.ln_tau_inf, s.a, s.s_c_reference, s.quadratic]
        })
    })?;
    let whole: Vec<f64> = numbers.iter().map(|x| x.value()).collect();
    let Some(solution) = solve(&whole) else {
        return Err(ThermoError::Knots {
            positions: slow.len(),
            values: slow.len(),
            disorder: None,
        });
    };
    if let Some(i) = solution.entropy.iter().position(|s| !(*s > 0.0 && s.is_finite())) {
        return Err(ThermoError::ReferenceEntropy {
            found: solution.s_c_reference,
            temperature: temperatures[timed[i]],
            entropy: solution.entropy[i],
        });
    }
    let verdict = if solution.end == End::Inside {
        straightness(&quadratic)
    } else {
        AdamGibbsVerdict::Degenerate {
            s_c_reference: solution.s_c_reference,
        }
    };
    let plotted = |(i, ln_tau): (usize, Estimate)| AdamGibbsRow {
        temperature: temperatures[timed[i]],
        reciprocal: 1.0 / (temperatures[timed[i]] * solution.entropy[i]),
        ln_tau,
    };
    let plot = logarithms.into_iter().enumerate().map(plotted).collect();
    Ok(AdamGibbs {
        reference,
        ln_tau_inf,
        a,
        s_c_reference,
        points: plot,
        weighted,
        chi_squared: solution.chi_squared,
        parameters,
        verdict,
    })
}

/// Where in a scan a temperature stands.
fn place(temperatures: &[f64], found: f64) -> Result<usize, ThermoError> {
    let nearest = |&t: &&f64| (t - found).abs();
    let expected = temperatures
        .iter()
        .min_by(|a, b| nearest(a).total_cmp(&nearest(b)));
    let expected = expected.copied().unwrap_or(f64::NAN);
    let same = temperatures.iter().position(|&t| t == found);
    same.ok_or(ThermoError::OtherTemperature { found, expected })
}

fn straightness(quadratic: &Estimate) -> AdamGibbsVerdict {
    match (quadratic.standard_error(), quadratic.degrees_of_freedom()) {
        (Some(error), freedom @ Some(_)) if error > 0.0 && quadratic.value().is_finite() => {
            let threshold = Significance::CURVED.threshold(freedom);
            let curvature = quadratic.value() / error;
            if curvature.abs() <= threshold {
                AdamGibbsVerdict::Straight { curvature, threshold }
            } else {
                AdamGibbsVerdict::Curved { curvature, threshold }
            }
        }
        _ => AdamGibbsVerdict::Untested,
    }
}

struct Solution {
    ln_tau_inf: f64,
    a: f64,
    s_c_reference: f64,
    quadratic: f64,
    entropy: Vec<f64>,
    chi_squared: f64,
    end: End,
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
        let (s_c, end) = match reference {
            ReferenceEntropy::Given(s_c) => (s_c, End::Inside),
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
        Self {
            ln_tau_inf,
            a,
            s_c_reference: s_c,
            quadratic: Parabola::through(&plot(s_c), y, weights).curvature(),
            entropy: s2.iter().map(|s2| s2 + s_c).collect(),
            chi_squared,
            end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resamples, Resampling, RunId};
    use rand::{RngExt, SeedableRng};

    const TEMPERATURES: [f64; 6] = [1.0, 0.8, 0.7, 0.6, 0.55, 0.5];

    /// C_2 = 0.6 T^(-2): S_2(T) - S_2(1) = 0.3 (1 - T^(-2)); with S_c(1) = 1.4 it is 0.5 at T = 0.5.
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

    #[test]
    fn an_exact_relation_is_recovered_given_and_fitted() {
        let [slow, times] = exact_scan();
        for reference in [ReferenceEntropy::Given(1.4), ReferenceEntropy::Fitted] {
            let fit = adam_gibbs(&slow, &times, None, reference).unwrap();
            assert_eq!((fit.reference_temperature(), fit.points().len()), (1.0, 6));
            assert!(
                (fit.ln_tau_inf().value() + 1.0).abs() < 1e-3,
                "{}",
                fit.ln_tau_inf()
            );
            assert!((fit.a().value() - 1.5).abs() < 1e-3, "{}", fit.a());
            assert!(
                (fit.s_c_reference().value() - 1.4).abs() < 1e-3,
                "{}",
                fit.s_c_reference()
            );
            assert_eq!(fit.verdict(), AdamGibbsVerdict::Untested);
        }
        // Another reference temperature moves the entropy there, and nothing else.
        let fit = adam_gibbs(&slow, &times, Some(0.7), ReferenceEntropy::Given(entropy(0.7))).unwrap();
        assert!((fit.a().value() - 1.5).abs() < 1e-3);
        assert!((fit.points()[0].reciprocal - 1.0 / (0.5 * 0.5)).abs() < 1e-3);
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
            let fit = adam_gibbs(&slow, &times, None, given).unwrap();
            straight += usize::from(matches!(fit.verdict(), AdamGibbsVerdict::Straight { .. }));
            // The integral over six temperatures is off by less than the errors.
            let [low, high] = fit.a().interval(0.6827).unwrap();
            inside += usize::from(low < 1.5 && 1.5 < high);
            assert!(fit.reduced_chi_squared().unwrap() > 0.0);
            let mut curved = times;
            for point in &mut curved {
                let bend = (6.0 * (point.temperature.value() - 0.7).powi(2)).exp();
                point.value = &point.value * bend;
            }
            let fit = adam_gibbs(&slow, &curved, None, given).unwrap();
            found += usize::from(matches!(fit.verdict(), AdamGibbsVerdict::Curved { .. }));
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
        let fit = adam_gibbs(&slow, &times, None, ReferenceEntropy::Fitted).unwrap();
        assert!(
            matches!(fit.verdict(), AdamGibbsVerdict::Degenerate { s_c_reference } if s_c_reference > 40.0),
            "{:?}",
            fit.verdict()
        );
    }

    #[test]
    fn refusals_name_the_numbers() {
        let [slow, times] = exact_scan();
        let message =
            |times: &[Point], entropy| adam_gibbs(&slow, times, None, entropy).unwrap_err().to_string();
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
