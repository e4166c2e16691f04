//! The mean energy as a power of the temperature.

use super::temperature_models::{chi_squared, minimum, without_errors};
use super::{ThermoError, Undetermined};
use crate::stats::{Estimate, line};

/// The exponent of Rosenfeld and Tarazona.
pub(super) const THREE_FIFTHS: f64 = 0.6;
/// A free exponent is searched from minus to plus this.
const LARGEST: f64 = 3.0;
/// With a larger error an exponent is not known.
const LARGEST_ERROR: f64 = 1.0;
/// Trials of the exponent on either side of 0.
const TRIALS: i32 = 60;

/// The mean energy per particle as a power of the temperature, fitted to the temperatures of a
/// scan,
///
/// ```text
/// ⟨e⟩ = a + b T^m          d⟨e⟩/dT = m b T^(m-1)
/// ```
///
/// with m = 3/5 (Rosenfeld, Tarazona, Mol. Phys. 95, 141, 1998), or with m as a third parameter
/// between -3 and 3: C_ex falls as T^(m-1), from nearly harmonic (m near 1) to a Gaussian landscape
/// (m = -1). The limit of m = 0 is `a + b ln T`. [`HeatCapacityCheck`](super::HeatCapacityCheck)
/// holds both.
///
/// ```
/// use msed::Units;
/// use msed::thermo::{self, Path, Point};
/// // Energies of exponent 0.45, and as heat capacities their slope.
/// let at = |value: fn(f64) -> f64| [0.5, 0.6, 0.8, 1.0].map(|t| Point::new(t, value(t)));
/// let energies = at(|t| -8.7 + 5.8 * t.powf(0.45));
/// let slopes = at(|t| 2.61 * t.powf(-0.55));
/// let check = thermo::heat_capacity_check(&energies, &slopes, Units::LJ, Path::Isochoric)?;
/// let curve = check.energy_curve();
/// assert!((curve.exponent.value() - 0.45).abs() < 1e-6);
/// let ratio = curve.heat_capacity_at(0.7).value() / (2.61 * 0.7_f64.powf(-0.55));
/// assert!((ratio - 1.0).abs() < 1e-6);
/// assert!((check.rosenfeld_tarazona.exponent.value() - 0.6).abs() < 1e-12);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct EnergyCurve {
    /// m, without an error where it is 3/5 by choice.
    pub exponent: Estimate,
    /// Chi squared of the fit, with as many degrees of freedom as there are temperatures beyond the
    /// two parameters, or the three; `None` without error bars.
    pub chi_squared: Option<f64>,
    /// Why m, or its error, is not determined: it lies at the end of its range on the whole or on a
    /// resample, or its error is above 1.
    pub undetermined: Option<Undetermined>,
    /// The geometric mean of the temperatures.
    middle: f64,
    /// The energy per particle there.
    level: Estimate,
    /// The energy's derivative over ln T there.
    rise: Estimate,
    boltzmann: f64,
}

impl EnergyCurve {
    /// Whether the scan tells the exponent: it lies inside of its range, and its error is at most
    /// 1. Otherwise the slope between few temperatures is chance.
    #[must_use]
    pub fn has_exponent(&self) -> bool {
        let why = self.undetermined.as_ref();
        !matches!(
            why,
            Some(Undetermined::AtBound { .. } | Undetermined::VagueExponent { .. })
        )
    }

    /// The energy per particle at a temperature, in the units of the scan, as the temperature is.
    #[must_use]
    pub fn energy_at(&self, temperature: f64) -> Estimate {
        let of = [&self.level, &self.rise, &self.exponent];
        Estimate::together(of, |[level, rise, m]| {
            level + rise * power(temperature / self.middle, m)
        })
    }

    /// C_ex at a temperature, in k per particle: the curve's derivative.
    #[must_use]
    pub fn heat_capacity_at(&self, temperature: f64) -> Estimate {
        Estimate::together([&self.rise, &self.exponent], |[rise, m]| {
            slope(temperature, self.middle, rise, m) / self.boltzmann
        })
    }

    /// The entropy from `reference` to `temperature` that the curve implies, the integral of
    /// d⟨e⟩/dT / T, in k per particle.
    #[must_use]
    pub fn entropy_between(&self, reference: f64, temperature: f64) -> Estimate {
        Estimate::together([&self.rise, &self.exponent], |[rise, m]| {
            let [from, to] = [reference, temperature].map(|t| power(t / self.middle, m - 1.0));
            rise * (to - from) / (self.middle * self.boltzmann)
        })
    }

    /// a and b, in energy units and energy units per temperature unit to the power m; not finite
    /// where m is 0.
    #[must_use]
    pub fn coefficients(&self) -> [Estimate; 2] {
        let b = Estimate::together([&self.rise, &self.exponent], |[rise, m]| {
            rise / (m * self.middle.powf(m))
        });
        let of = [&self.level, &self.rise, &self.exponent];
        let a = Estimate::together(of, |[level, rise, m]| level - rise / m);
        [a, b]
    }
}

/// Means over a scan, and how they are fitted by a curve.
pub(super) struct Energies<'a> {
    /// Temperature and energy of each point, and what else changes with their resamples.
    pub(super) numbers: &'a [&'a Estimate],
    /// How many numbers each point has; the first two are temperature and energy.
    pub(super) width: usize,
    pub(super) weights: &'a [f64],
    /// Whether the weights come from errors.
    pub(super) weighted: bool,
    pub(super) boltzmann: f64,
}

impl Energies<'_> {
    /// The curve of a given exponent, or of the best one, and d⟨e⟩/dT at each of the temperatures
    /// in k per particle.
    pub(super) fn fit(&self, exponent: Option<f64>) -> Result<(EnergyCurve, Vec<Estimate>), ThermoError> {
        let whole: Vec<f64> = self.numbers.iter().map(|number| number.value()).collect();
        let (temperatures, energies) = self.columns(&whole);
        let logarithms: f64 = temperatures.iter().map(|t| t.ln()).sum();
        let middle = (logarithms / temperatures.len() as f64).exp();
        let solve = |values: &[f64]| {
            let (t, e) = self.columns(values);
            let reduced: Vec<f64> = t.iter().map(|t| t / middle).collect();
            let (curve, inside) = solve(&reduced, &e, self.weights, exponent);
            (t, curve, inside)
        };
        // The slopes follow the parameters, and whether the exponent lies inside of its range.
        let mut found = Estimate::evaluate_all(self.numbers, |values| {
            let (t, [level, rise, m], inside) = solve(values);
            let slopes = t.iter().map(|&t| slope(t, middle, rise, m) / self.boltzmann);
            let inside = if inside { m } else { f64::NAN };
            [level, rise, m, inside].into_iter().chain(slopes).collect()
        })?;
        let slopes = found.split_off(4);
        let [level, rise, fitted, inside] = Estimate::array(found);
        let at_bound = inside.value().is_nan().then(|| Undetermined::AtBound {
            parameter: "exponent",
            value: fitted.value(),
        });
        let error = fitted.standard_error().filter(|error| *error > LARGEST_ERROR);
        let vague = error.map(|error| Undetermined::VagueExponent { error });
        let (_, [at_middle, slope_there, m], _) = solve(&whole);
        let on_curve = |k: usize| at_middle + slope_there * power(temperatures[k] / middle, m);
        let curve = EnergyCurve {
            exponent: exponent.map_or(fitted, Estimate::exact),
            chi_squared: self
                .weighted
                .then(|| chi_squared(&energies, on_curve, self.weights)),
            undetermined: at_bound
                .or(vague)
                .or_else(|| without_errors("mean energies", &[inside])),
            middle,
            level,
            rise,
            boltzmann: self.boltzmann,
        };
        Ok((curve, slopes))
    }

    fn columns(&self, values: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let points = values.chunks_exact(self.width);
        points.map(|point| (point[0], point[1])).unzip()
    }
}

/// Level, rise and exponent over reduced temperatures, and whether the exponent lies inside of its
/// range.
fn solve(temperatures: &[f64], energies: &[f64], weights: &[f64], exponent: Option<f64>) -> ([f64; 3], bool) {
    let fitted = |m: f64| {
        let x: Vec<f64> = temperatures.iter().map(|&t| power(t, m)).collect();
        let [level, rise] = line(&x, energies, weights);
        let misfit = chi_squared(energies, |k| level + rise * x[k], weights);
        (misfit, [level, rise, m])
    };
    if let Some(m) = exponent {
        return (fitted(m).1, true);
    }
    let grid: Vec<f64> = (-TRIALS..=TRIALS)
        .map(|i| LARGEST * f64::from(i) / f64::from(TRIALS))
        .collect();
    let (m, inside) = minimum(&grid, |m| fitted(m).0);
    (fitted(m).1, inside)
}

/// (t^m - 1)/m, and ln t at m = 0: without a step between them.
fn power(t: f64, m: f64) -> f64 {
    let x = m * t.ln();
    if x == 0.0 { t.ln() } else { x.exp_m1() / x * t.ln() }
}

/// The derivative of the energy over the temperature.
fn slope(temperature: f64, middle: f64, rise: f64, m: f64) -> f64 {
    rise * (temperature / middle).powf(m) / temperature
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPERATURES: [f64; 5] = [0.5, 0.55, 0.65, 0.8, 1.0];

    fn fit(temperatures: &[f64], energies: &[f64], boltzmann: f64) -> (EnergyCurve, Vec<f64>) {
        let numbers: Vec<Estimate> = temperatures
            .iter()
            .zip(energies)
            .flat_map(|(&t, &e)| [Estimate::exact(t), Estimate::exact(e)])
            .collect();
        let numbers: Vec<&Estimate> = numbers.iter().collect();
        let energies = Energies {
            numbers: &numbers,
            width: 2,
            weights: &vec![1.0; temperatures.len()],
            weighted: false,
            boltzmann,
        };
        let (curve, slopes) = energies.fit(None).unwrap();
        (curve, slopes.iter().map(Estimate::value).collect())
    }

    #[test]
    fn a_power_is_found_in_any_unit() {
        for m in [-1.0, 0.3, 0.45, 0.6, 1.0, 1.7] {
            for (heat, scale) in [(1.0, 1.0), (8.617_333e-5, 2000.0), (8.3e-3, 0.01)] {
                let b = 2.6 / m;
                let temperatures = TEMPERATURES.map(|t| t * scale);
                let energies = TEMPERATURES.map(|t| heat * scale * (-8.7 + b * t.powf(m)));
                let (curve, slopes) = fit(&temperatures, &energies, heat);
                assert_eq!(curve.undetermined, None);
                assert!(
                    (curve.exponent.value() - m).abs() < 1e-6,
                    "{m}: {}",
                    curve.exponent
                );
                for (slope, t) in slopes.iter().zip(TEMPERATURES) {
                    let exact = 2.6 * t.powf(m - 1.0);
                    assert!((slope / exact - 1.0).abs() < 1e-6, "{m}: {slope} {exact}");
                    let at = curve.heat_capacity_at(t * scale).value();
                    assert!((at / slope - 1.0).abs() < 1e-12);
                }
                let [a, b_found] = curve.coefficients().map(|x| x.value());
                assert!((a / (-8.7 * heat * scale) - 1.0).abs() < 1e-6, "{a}");
                assert!((b_found * scale.powf(m) / (heat * scale * b) - 1.0).abs() < 1e-6);
                let energy = curve.energy_at(0.7 * scale).value() / (heat * scale);
                assert!((energy - (-8.7 + b * 0.7_f64.powf(m))).abs() < 1e-7);
                // ∫ b m T^(m-2) dT, and its limit at m = 1.
                let entropy = if m == 1.0 {
                    2.6 * 0.5_f64.ln()
                } else {
                    2.6 / (m - 1.0) * (0.5_f64.powf(m - 1.0) - 1.0)
                };
                let found = curve.entropy_between(scale, 0.5 * scale).value();
                assert!((found / entropy - 1.0).abs() < 1e-6, "{m}: {found} {entropy}");
            }
        }
    }

    #[test]
    fn the_logarithm_is_the_power_of_exponent_zero() {
        let energies = TEMPERATURES.map(|t| -8.7 + 2.6 * t.ln());
        let (curve, slopes) = fit(&TEMPERATURES, &energies, 1.0);
        assert!(curve.exponent.value().abs() < 1e-6, "{}", curve.exponent);
        for (slope, t) in slopes.iter().zip(TEMPERATURES) {
            assert!((slope * t / 2.6 - 1.0).abs() < 1e-6);
        }
        for t in [0.3, 1.0, 4.0] {
            assert!((power(t, 1e-9) - t.ln()).abs() < 1e-8);
            assert!((power(t, 0.0) - t.ln()).abs() < 1e-15);
        }
    }

    #[test]
    fn an_exponent_beyond_the_range_is_no_exponent() {
        let energies = TEMPERATURES.map(|t| t.powi(5));
        let (curve, _) = fit(&TEMPERATURES, &energies, 1.0);
        let why = curve.undetermined.unwrap().to_string();
        assert_eq!(why, "exponent is at the end of its range, 3");
        assert_eq!(curve.exponent.value(), 3.0);
    }
}
