//! Relaxation times over temperature.

use std::fmt;

use super::knots::Knots;
use super::{Point, ThermoError, Undetermined};
use crate::stats::{Estimate, Parabola, line};
use crate::units::Units;

/// How a relaxation time grows as the temperature falls. ln tau of each, with energies in the
/// scan's unit:
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum TemperatureModel {
    /// `ln_tau_0 + activation_energy/(k T)`.
    Arrhenius,
    /// Vogel, Fulcher, Tammann: `ln_tau_0 + d t_0/(T - t_0)`.
    Vft,
    /// Mode coupling: `ln_tau_0 - gamma ln(T/t_c - 1)`, for T above t_c.
    ModeCoupling,
    /// Parabolic (Elmatad, Chandler, Garrahan, J. Phys. Chem. B 113, 5563, 2009):
    /// `ln_tau_o + (j/k)² (1/T - 1/t_o)²`, for T below the onset t_o.
    Parabolic,
}

impl TemperatureModel {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Arrhenius, Self::Vft, Self::ModeCoupling, Self::Parabolic];

    /// `arrhenius`, `vft`, `mode_coupling` or `parabolic`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Arrhenius => "arrhenius",
            Self::Vft => "vft",
            Self::ModeCoupling => "mode_coupling",
            Self::Parabolic => "parabolic",
        }
    }

    /// Names of the parameters, as in the formulas above.
    #[must_use]
    pub fn parameter_names(&self) -> &'static [&'static str] {
        match self {
            Self::Arrhenius => &["ln_tau_0", "activation_energy"],
            Self::Vft => &["ln_tau_0", "d", "t_0"],
            Self::ModeCoupling => &["ln_tau_0", "gamma", "t_c"],
            Self::Parabolic => &["ln_tau_o", "j", "t_o"],
        }
    }

    /// ln tau and its derivative over T; NaN outside of the model's range.
    fn ln_time(self, p: &[f64], k: f64, t: f64) -> (f64, f64) {
        match self {
            Self::Arrhenius => (p[0] + p[1] / (k * t), -p[1] / (k * t * t)),
            Self::Vft if t > p[2] => (p[0] + p[1] * p[2] / (t - p[2]), -p[1] * p[2] / (t - p[2]).powi(2)),
            Self::ModeCoupling if t > p[2] => (p[0] - p[1] * (t / p[2] - 1.0).ln(), -p[1] / (t - p[2])),
            Self::Parabolic if t <= p[2] => {
                let x = 1.0 / t - 1.0 / p[2];
                (
                    p[0] + (p[1] / k).powi(2) * x * x,
                    -2.0 * (p[1] / k).powi(2) * x / (t * t),
                )
            }
            _ => (f64::NAN, f64::NAN),
        }
    }
}

/// A model fitted to relaxation times over temperature.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TemperatureFit {
    model: TemperatureModel,
    boltzmann: f64,
    parameters: Vec<Estimate>,
    points: usize,
    /// Whether the points were weighted by their standard errors; without errors they count
    /// equally.
    pub weighted: bool,
    /// Sum of squared residuals of ln tau, in units of its errors where
    /// [`weighted`](Self::weighted).
    pub chi_squared: f64,
    /// Why the parameters, or their errors, are not determined; `None` where all of them are. Times
    /// without resamples have no errors to determine.
    pub undetermined: Option<Undetermined>,
}

impl fmt::Display for TemperatureFit {
    /// `vft: ln_tau_0 = -1.20(15), d = 5.02(62), t_0 = 0.311(12)`, and why it is not determined.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.model.name())?;
        for (k, (name, value)) in self.parameters().enumerate() {
            write!(f, "{} {name} = {value}", if k == 0 { ":" } else { "," })?;
        }
        self.undetermined
            .iter()
            .try_for_each(|why| write!(f, "; undetermined: {why}"))
    }
}

impl TemperatureFit {
    /// The model.
    #[must_use]
    pub fn model(&self) -> TemperatureModel {
        self.model
    }

    /// Number of temperatures fitted.
    #[must_use]
    pub fn points(&self) -> usize {
        self.points
    }

    /// Names and values of the parameters; empty where ln tau is not a parabola with a real j.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, &Estimate)> {
        self.model.parameter_names().iter().copied().zip(&self.parameters)
    }

    /// A parameter by name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Estimate> {
        self.parameters()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value)
    }

    /// Chi squared by degrees of freedom.
    #[must_use]
    pub fn reduced_chi_squared(&self) -> f64 {
        self.chi_squared / (self.points - self.model.parameter_names().len()) as f64
    }

    /// Akaike's information criterion: chi² + 2 p for known errors, n ln(chi²/n) + 2 (p + 1)
    /// without.
    #[must_use]
    pub fn aic(&self) -> f64 {
        let (fit, parameters) = self.likelihood();
        fit + 2.0 * parameters
    }

    /// Akaike's criterion corrected for few points; `None` where there are not two points more than
    /// parameters.
    #[must_use]
    pub fn corrected_aic(&self) -> Option<f64> {
        let (_, parameters) = self.likelihood();
        let spare = self.points as f64 - parameters - 1.0;
        (spare > 0.0).then(|| self.aic() + 2.0 * parameters * (parameters + 1.0) / spare)
    }

    /// Schwarz's criterion: p ln n in place of 2 p.
    #[must_use]
    pub fn bic(&self) -> f64 {
        let (fit, parameters) = self.likelihood();
        fit + parameters * (self.points as f64).ln()
    }

    fn likelihood(&self) -> (f64, f64) {
        let (n, p) = (self.points as f64, self.model.parameter_names().len() as f64);
        if self.weighted {
            (self.chi_squared, p)
        } else {
            (n * (self.chi_squared / n).ln(), p + 1.0)
        }
    }

    /// The model's relaxation time at a temperature; `None` outside of its range.
    #[must_use]
    pub fn time_at(&self, temperature: f64) -> Option<Estimate> {
        self.combine(|p| self.model.ln_time(p, self.boltzmann, temperature).0.exp())
    }

    /// The kinetic fragility d log10 tau / d (T_g/T) at T = T_g, for whatever `temperature` is
    /// called T_g. Below the scan this is an extrapolation. `None` outside of the model's range.
    #[must_use]
    pub fn fragility_at(&self, temperature: f64) -> Option<Estimate> {
        self.combine(|p| {
            let (_, slope) = self.model.ln_time(p, self.boltzmann, temperature);
            -temperature * slope / std::f64::consts::LN_10
        })
    }

    /// The temperature at which the model's relaxation time is `time`: T_g by a chosen time. `None`
    /// where the model does not reach it.
    #[must_use]
    pub fn temperature_of(&self, time: f64) -> Option<Estimate> {
        let k = self.boltzmann;
        self.combine(|p| {
            let excess = time.ln() - p[0];
            let t = match self.model {
                TemperatureModel::Arrhenius => p[1] / (k * excess),
                TemperatureModel::Vft => p[2] + p[1] * p[2] / excess,
                TemperatureModel::ModeCoupling => p[2] * (1.0 + (-excess / p[1]).exp()),
                TemperatureModel::Parabolic => 1.0 / (1.0 / p[2] + excess.sqrt() / (p[1] / k)),
            };
            if t > 0.0 { t } else { f64::NAN }
        })
    }

    fn combine(&self, f: impl Fn(&[f64]) -> f64) -> Option<Estimate> {
        let result = match self.parameters.as_slice() {
            [a, b] => Estimate::together([a, b], |p| f(&p)),
            [a, b, c] => Estimate::together([a, b, c], |p| f(&p)),
            _ => return None,
        };
        result.value().is_finite().then_some(result)
    }
}

/// Fits a model to ln tau over temperature.
///
/// Weights are the errors of ln tau where every time has one. The one parameter that enters
/// non-linearly (t_0 of VFT, t_c of mode coupling) is searched over its whole range, the others
/// follow linearly, so that there are no starting values; errors are from refits with each block of
/// each run left out in turn. Temperatures are taken as exact: their relative errors are of order
/// 1e-4 and enter ln tau some ten times enlarged.
///
/// Mode coupling is fitted to all points given, and wants the lowest of them left out where the
/// power law has ended.
///
/// # Errors
/// [`ThermoError::TooFewTemperatures`] unless there is one more temperature than parameters,
/// [`ThermoError::Value`] for a time or a temperature that is not positive.
///
/// ```
/// use msed::{Units, thermo::{self, Point, TemperatureModel}};
/// let times = [0.5, 0.6, 0.7, 0.8, 1.0].map(|t: f64| Point::new(t, (0.2 + 1.8 / (t - 0.3)).exp()));
/// let vft = thermo::fit_relaxation_times(&times, TemperatureModel::Vft, Units::LJ)?;
/// assert!((vft.parameter("t_0").unwrap().value() - 0.3).abs() < 1e-6);
/// assert!((vft.parameter("d").unwrap().value() - 6.0).abs() < 1e-4);
/// assert_eq!(vft.undetermined, None);
/// assert!(vft.to_string().starts_with("vft: ln_tau_0 = "));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn fit_relaxation_times(
    times: &[Point],
    model: TemperatureModel,
    units: Units,
) -> Result<TemperatureFit, ThermoError> {
    let temperatures: Vec<f64> = times.iter().map(|point| point.temperature.value()).collect();
    ThermoError::enough_temperatures(
        "relaxation times",
        Knots::count(times),
        model.parameter_names().len() + 1,
    )?;
    Point::check_times(times)?;
    let k = units.boltzmann;
    let logarithms: Vec<Estimate> = times.iter().map(|point| point.value.ln()).collect();
    let (weights, weighted) = weights(&logarithms);
    let solve = |y: &[f64]| solve(model, &temperatures, y, &weights, k);
    let y: Vec<f64> = logarithms.iter().map(Estimate::value).collect();
    let (whole, mut undetermined) = solve(&y);
    let (parameters, chi_squared) = if !whole.iter().all(|p| p.is_finite()) {
        let parabola = Parabola::through(&inverse(&temperatures), &y, &weights);
        let at = |i: usize| parabola.at(temperatures[i].recip());
        (Vec::new(), chi_squared(&y, at, &weights))
    } else {
        let numbers: Vec<&Estimate> = logarithms.iter().collect();
        let parameters = Estimate::evaluate_all(&numbers, |y| solve(y).0)?;
        undetermined = undetermined.or_else(|| without_errors("relaxation times", &parameters));
        // The parabola's residual is the same on either branch.
        let on_curve = |i: usize| match model {
            TemperatureModel::Parabolic => {
                whole[0] + (whole[1] / k).powi(2) * (1.0 / temperatures[i] - 1.0 / whole[2]).powi(2)
            }
            _ => model.ln_time(&whole, k, temperatures[i]).0,
        };
        (parameters, chi_squared(&y, on_curve, &weights))
    };
    Ok(TemperatureFit {
        model,
        boltzmann: k,
        parameters,
        points: times.len(),
        weighted,
        chi_squared,
        undetermined,
    })
}

/// On how many resamples one of the parameters could not be had, if there are any.
pub(super) fn without_errors(quantity: &'static str, parameters: &[Estimate]) -> Option<Undetermined> {
    let missing = |parameter: &Estimate| {
        let replicates = parameter.runs().flat_map(|(_, values)| values);
        replicates.filter(|value| !value.is_finite()).count()
    };
    let without = parameters
        .iter()
        .map(missing)
        .max()
        .filter(|&without| without > 0)?;
    let of = parameters[0].runs().map(|(resamples, _)| resamples.len()).sum();
    Some(Undetermined::Resamples {
        quantity,
        without,
        of,
    })
}

fn inverse(temperatures: &[f64]) -> Vec<f64> {
    temperatures.iter().map(|t| t.recip()).collect()
}

fn solve(
    model: TemperatureModel,
    temperatures: &[f64],
    y: &[f64],
    weights: &[f64],
    k: f64,
) -> (Vec<f64>, Option<Undetermined>) {
    let lowest = temperatures.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = temperatures.iter().copied().fold(0.0, f64::max);
    // For a trial of the non-linear parameter, the straight line in the model's own variable.
    let searched = |grid: &[f64], variable: &dyn Fn(f64, f64) -> f64| {
        let fitted = |trial: f64| {
            let x: Vec<f64> = temperatures.iter().map(|&t| variable(t, trial)).collect();
            let [a, b] = line(&x, y, weights);
            (chi_squared(y, |i| a + b * x[i], weights), a, b)
        };
        let (best, inside) = minimum(grid, |trial| fitted(trial).0);
        let (_, a, b) = fitted(best);
        (best, inside, a, b)
    };
    let unless =
        |inside: bool, parameter, value| (!inside).then_some(Undetermined::AtBound { parameter, value });
    // Up to 0.1 % below the lowest temperature; closer, one point alone would carry the divergence.
    let grid = |from: f64| -> Vec<f64> {
        (0..=300)
            .map(|i| lowest * (from + (0.999 - from) * f64::from(i) / 300.0))
            .collect()
    };
    match model {
        TemperatureModel::Arrhenius => {
            let [a, b] = line(&inverse(temperatures), y, weights);
            (vec![a, b * k], None)
        }
        TemperatureModel::Vft => {
            let (t0, inside, a, b) = searched(&grid(1e-3), &|t, t0| 1.0 / (t - t0));
            (vec![a, b / t0, t0], unless(inside, "t_0", t0))
        }
        TemperatureModel::ModeCoupling => {
            let (tc, inside, a, b) = searched(&grid(1e-3), &|t, tc| (t / tc - 1.0).ln());
            (vec![a, -b, tc], unless(inside, "t_c", tc))
        }
        TemperatureModel::Parabolic => {
            let parabola = Parabola::through(&inverse(temperatures), y, weights);
            let (curvature, at) = (parabola.curvature(), parabola.vertex());
            if curvature <= 0.0 {
                (vec![f64::NAN; 3], Some(Undetermined::NotConvex { curvature }))
            } else if at <= 0.0 {
                // The minimum lies beyond infinite temperature: the law is Arrhenius's with some
                // curvature.
                (vec![f64::NAN; 3], unless(false, "t_o", f64::INFINITY))
            } else {
                let onset = 1.0 / at;
                let inside = (onset < highest).then_some(Undetermined::OnsetInside { onset, highest });
                (vec![parabola.at(at), curvature.sqrt() * k, onset], inside)
            }
        }
    }
}

/// The inverse squares of the errors, and true; equal weights where a number has no error.
pub(super) fn weights(numbers: &[Estimate]) -> (Vec<f64>, bool) {
    let weight = |x: &Estimate| Some(x.standard_error().filter(|error| *error > 0.0)?.powi(-2));
    match numbers.iter().map(weight).collect() {
        Some(weights) => (weights, true),
        None => (vec![1.0; numbers.len()], false),
    }
}

/// Weighted sum of squared residuals.
pub(super) fn chi_squared(y: &[f64], model: impl Fn(usize) -> f64, weights: &[f64]) -> f64 {
    y.iter()
        .zip(weights)
        .enumerate()
        .map(|(i, (y, w))| w * (y - model(i)).powi(2))
        .sum()
}

/// The minimum of `f` over a grid, refined between its neighbours by golden sections; and whether
/// it lies inside of the grid, not at an end.
pub(super) fn minimum(grid: &[f64], f: impl Fn(f64) -> f64) -> (f64, bool) {
    let values: Vec<f64> = grid.iter().map(|&x| f(x)).collect();
    let best = (0..grid.len())
        .filter(|&i| values[i].is_finite())
        .min_by(|&i, &j| values[i].total_cmp(&values[j]))
        .unwrap_or(0);
    let (mut low, mut high) = (grid[best.saturating_sub(1)], grid[(best + 1).min(grid.len() - 1)]);
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut a, mut b) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_a, mut at_b) = (f(a), f(b));
    for _ in 0..80 {
        if at_a <= at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - ratio * (high - low);
            at_a = f(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + ratio * (high - low);
            at_b = f(b);
        }
    }
    let middle = 0.5 * (low + high);
    // At an end the interior may be no better than the end itself.
    let x = if f(middle) <= values[best] {
        middle
    } else {
        grid[best]
    };
    (x, best > 0 && best + 1 < grid.len())
}

#[cfg(test)]
mod tests;
