//! Entropies as integrals over temperature.

use std::ops::Deref;

use crate::stats::Estimate;
use crate::units::Units;

use super::interpolation::integral_over;
use super::knots::Knots;
use super::{Path, PiecewiseCubic, Point, ThermoError};

/// A reference this close to the end of a scan, relatively, counts as its end: mean temperatures
/// are not round.
const TOLERANCE: f64 = 0.005;

/// A part of the heat capacity and of the entropy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Part {
    /// All of it.
    Total,
    /// C_1 and S_1, of the vibrations.
    Fast,
    /// C_2 and S_2, of the slow relaxation.
    Slow,
}

impl Part {
    /// `total`, `fast` or `slow`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Fast => "fast",
            Self::Slow => "slow",
        }
    }

    /// A part of an integral: the slow one is what the fast one leaves of the total.
    pub(super) fn of(
        self,
        total: impl Fn() -> Result<TemperatureIntegral, ThermoError>,
        fast: impl Fn() -> Result<TemperatureIntegral, ThermoError>,
    ) -> Result<TemperatureIntegral, ThermoError> {
        match self {
            Self::Total => total(),
            Self::Fast => fast(),
            Self::Slow => total()?.without(fast()?),
        }
    }
}

/// The entropy of a part of the heat capacity as differences from a reference temperature, in k per
/// particle. It reads as the [`TemperatureIntegral`] that it is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EntropyDifference {
    part: Part,
    #[cfg_attr(feature = "serde", serde(flatten))]
    integral: TemperatureIntegral,
}

impl EntropyDifference {
    pub(super) fn new(part: Part, integral: TemperatureIntegral) -> Self {
        Self { part, integral }
    }

    /// The part of the heat capacity whose entropy it is.
    #[must_use]
    pub fn part(&self) -> Part {
        self.part
    }
}

impl Deref for EntropyDifference {
    type Target = TemperatureIntegral;

    fn deref(&self) -> &TemperatureIntegral {
        &self.integral
    }
}

/// An integral over temperature from a reference temperature, at each temperature of the scan, from
/// the lowest on.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TemperatureIntegral {
    /// The temperature at which the integral is zero.
    pub reference_temperature: f64,
    /// The path of the scan; along an isobar [`Path::left_out`] says what the integrals of C/T
    /// leave out.
    pub path: Path,
    /// The temperatures, ascending.
    pub temperatures: Vec<f64>,
    /// The integral up to each temperature, by the monotone cubic in ln T.
    pub values: Vec<Estimate>,
    /// The same by the trapezoidal rule in ln T.
    pub trapezoid: Vec<Estimate>,
}

impl TemperatureIntegral {
    /// How much the two rules differ: what the spacing of the temperatures costs.
    #[must_use]
    pub fn integration_error(&self) -> Vec<f64> {
        self.values
            .iter()
            .zip(&self.trapezoid)
            .map(|(cubic, line)| (cubic.value() - line.value()).abs())
            .collect()
    }

    /// Where a temperature stands.
    pub(super) fn place(&self, found: f64) -> Result<usize, ThermoError> {
        let nearest = |&t: &&f64| (t - found).abs();
        let temperatures = self.temperatures.iter();
        let expected = temperatures.min_by(|a, b| nearest(a).total_cmp(&nearest(b)));
        let expected = expected.copied().unwrap_or(f64::NAN);
        let same = self.temperatures.iter().position(|&t| t == found);
        same.ok_or(ThermoError::OtherTemperature { found, expected })
    }

    /// The sum of this integral and of another one with the same reference, at the temperatures
    /// that both have.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let places = |t: &f64| Some((self.place(*t).ok()?, other.place(*t).ok()?));
        let places: Vec<(usize, usize)> = self.temperatures.iter().filter_map(places).collect();
        let sum = |one: &[Estimate], other: &[Estimate]| -> Vec<Estimate> {
            places.iter().map(|&(i, j)| &one[i] + &other[j]).collect()
        };
        Self {
            temperatures: places.iter().map(|&(i, _)| self.temperatures[i]).collect(),
            values: sum(&self.values, &other.values),
            trapezoid: sum(&self.trapezoid, &other.trapezoid),
            ..*self
        }
    }

    /// What is left of this integral without a part of it that has the same reference, at the
    /// temperatures of the part.
    pub(super) fn without(&self, part: Self) -> Result<Self, ThermoError> {
        let places = part.temperatures.iter().map(|&t| self.place(t));
        let places: Vec<usize> = places.collect::<Result<_, _>>()?;
        let left = |whole: &[Estimate], part: &[Estimate]| -> Vec<Estimate> {
            let pairs = places.iter().zip(part);
            pairs.map(|(&k, part)| &whole[k] - part).collect()
        };
        Ok(Self {
            values: left(&self.values, &part.values),
            trapezoid: left(&self.trapezoid, &part.trapezoid),
            ..part
        })
    }
}

/// The entropy that belongs to a heat capacity:
///
/// ```text
/// S(T) - S(T_ref) = ∫_{T_ref}^{T} C(T')/T' dT' = ∫ C d ln T'
/// ```
///
/// with C between the temperatures interpolated in ln T by [`PiecewiseCubic::pchip`] and, beside
/// it, by straight lines. Each point is temperature and heat capacity (in k per particle) of one
/// run, and points whose temperatures cannot be told apart (see
/// [`heat_capacity_check`](super::heat_capacity_check())) enter as one; errors go through the whole
/// integral, with each block of each run left out in turn. `part` says which part of the heat
/// capacity the points hold, and `reference` is the highest temperature unless given.
///
/// Eq. (12) of Zhang, Sun, Gong, Chin. Phys. Lett. 42, 056301 (2025), has lost a power of T: see
/// [`entropy_as_printed`].
///
/// # Units
/// k per particle.
///
/// # Errors
/// [`ThermoError::TooFewTemperatures`] for fewer than two temperatures, [`ThermoError::Invalid`]
/// and [`ThermoError::Value`] for a temperature that is not positive and a heat capacity that is
/// not finite, [`ThermoError::Reference`] for a reference outside of the scan (by more than 0.5 %),
/// [`ThermoError::Mixture`] for numbers of one run with different resamples.
///
/// ```
/// use msed::thermo::{self, Part, Path, Point};
/// let points = [0.5, 0.7, 1.0].map(|t| Point::new(t, 1.5));
/// let entropy = thermo::entropy(&points, Part::Total, None, Path::Isochoric)?;
/// assert_eq!(entropy.reference_temperature, 1.0);
/// assert!((entropy.values[0].value() - 1.5 * 0.5_f64.ln()).abs() < 1e-12);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn entropy(
    points: &[Point],
    part: Part,
    reference: Option<f64>,
    path: Path,
) -> Result<EntropyDifference, ThermoError> {
    let integral = integral(points, reference, path, |_, c| c)?;
    Ok(EntropyDifference { part, integral })
}

/// Eq. (12) as printed:
///
/// ```text
/// ∫_{T_ref}^{T} U²/(N k T'²) dT'        U² = N² u²
/// ```
///
/// It is an energy, not an entropy: one power of T short, and [`adam_gibbs`](super::adam_gibbs())
/// does not take it. Each point is a temperature and a plateau
/// u² (U0² or Um²) in energy² per particle². For comparison with the publication only.
///
/// # Units
/// Energy per particle.
///
/// # Errors
/// As [`entropy`].
pub fn entropy_as_printed(
    points: &[Point],
    particles: usize,
    units: Units,
    reference: Option<f64>,
    path: Path,
) -> Result<TemperatureIntegral, ThermoError> {
    let factor = particles as f64 / units.boltzmann;
    integral(points, reference, path, |t, u2| factor * u2 / t)
}

/// The integral of f(T, value) over ln T.
pub(super) fn integral(
    points: &[Point],
    reference: Option<f64>,
    path: Path,
    f: impl Fn(f64, f64) -> f64,
) -> Result<TemperatureIntegral, ThermoError> {
    let over_itself = |curve: &PiecewiseCubic, _: &PiecewiseCubic, from, to| curve.integral(from, to);
    integral_along(points, &[], reference, path, f, over_itself)
}

/// The integral of a value over the logarithm of the volume along the path, of points and volumes
/// in the order of temperature.
pub(super) fn expansion(
    points: &[Point],
    volumes: &[f64],
    reference: Option<f64>,
    path: Path,
) -> Result<TemperatureIntegral, ThermoError> {
    integral_along(points, volumes, reference, path, |_, y| y, integral_over)
}

/// The integral, by `integrate`, of f(T, value) and of the logarithm of the volume as functions of
/// ln T; without volumes of the first alone.
fn integral_along(
    points: &[Point],
    volumes: &[f64],
    reference: Option<f64>,
    path: Path,
    f: impl Fn(f64, f64) -> f64,
    integrate: impl Fn(&PiecewiseCubic, &PiecewiseCubic, f64, f64) -> f64,
) -> Result<TemperatureIntegral, ThermoError> {
    let points = Point::sorted(points);
    ThermoError::check_points(points.iter().map(|point| point.values()))?;
    let knots = Knots::of(&points);
    ThermoError::enough_temperatures("an entropy", knots.len(), 2)?;
    let temperatures: Vec<f64> = points.iter().map(|point| point.temperature.value()).collect();
    let reference = reference.unwrap_or(temperatures[temperatures.len() - 1]);
    check_reference(reference, &temperatures)?;
    let numbers: Vec<&Estimate> = points
        .iter()
        .flat_map(|point| [&point.temperature, &point.value])
        .collect();
    let by = |rule: fn(&[f64], &[f64]) -> Result<PiecewiseCubic, ThermoError>| {
        Estimate::evaluate_all(&numbers, |values| {
            let points = values.chunks_exact(2);
            let (x, y): (Vec<f64>, Vec<f64>) =
                points.map(|point| (point[0].ln(), f(point[0], point[1]))).unzip();
            let volumes: Vec<f64> = match volumes {
                [] => y.clone(),
                _ => volumes.iter().map(|volume| volume.ln()).collect(),
            };
            let [x, y, volumes] = [x, y, volumes].map(|column| knots.means(&column));
            match (rule(&x, &y), rule(&x, &volumes)) {
                (Ok(curve), Ok(volumes)) => temperatures
                    .iter()
                    .map(|t| integrate(&curve, &volumes, reference.ln(), t.ln()))
                    .collect(),
                _ => vec![f64::NAN; temperatures.len()],
            }
        })
    };
    Ok(TemperatureIntegral {
        reference_temperature: reference,
        path,
        values: by(PiecewiseCubic::pchip)?,
        trapezoid: by(PiecewiseCubic::linear)?,
        temperatures,
    })
}

/// A reference must lie where the scan has been.
pub(super) fn check_reference(found: f64, temperatures: &[f64]) -> Result<(), ThermoError> {
    let lowest = temperatures.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = temperatures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if (lowest * (1.0 - TOLERANCE)..=highest * (1.0 + TOLERANCE)).contains(&found) {
        return Ok(());
    }
    Err(ThermoError::Reference {
        found,
        lowest,
        highest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resamples, Resampling, RunId};

    fn points(temperatures: &[f64], c: impl Fn(f64) -> f64) -> Vec<Point> {
        temperatures.iter().map(|&t| Point::new(t, c(t))).collect()
    }

    #[test]
    fn a_power_law_is_integrated_and_the_rules_bracket_the_error() {
        // C = c T^(-2/5): S = -(5/2) c (T^(-2/5) - Tref^(-2/5)).
        let temperatures = [0.4988, 0.5572, 0.5913, 0.7161, 0.8031, 0.9931];
        let points = points(&temperatures, |t| 1.58 * t.powf(-0.4));
        for reference in [None, Some(0.9931), Some(0.65), Some(0.4988)] {
            let entropy = entropy(&points, Part::Total, reference, Path::Isochoric).unwrap();
            let from = reference.unwrap_or(0.9931);
            assert_eq!(entropy.reference_temperature, from);
            let errors = entropy.integration_error();
            for (k, t) in temperatures.iter().enumerate() {
                let exact = 2.5 * 1.58 * (from.powf(-0.4) - t.powf(-0.4));
                let (cubic, line) = (entropy.values[k].value(), entropy.trapezoid[k].value());
                assert!((cubic - exact).abs() < 6e-5, "{t}: {cubic} {exact}");
                assert!((line - exact).abs() < 4e-3, "{t}: {line} {exact}");
                assert!(errors[k] < 4e-3 && (errors[k] - (line - exact).abs()).abs() < 6e-5);
            }
        }
    }

    #[test]
    fn errors_go_through_the_whole_integral() {
        // Two points, trapezoid: S = (C1 + C2)/2 ln(T1/T2).
        let resamples = Resamples::new(RunId::named("T0.5"), Resampling::Blocks(4), 4);
        let c = Estimate::new(2.0, vec![1.9, 2.1, 2.0, 2.0], resamples);
        let points = [Point::new(0.5, c.clone()), Point::new(1.0, 2.0)];
        let entropy = entropy(&points, Part::Total, None, Path::Isochoric).unwrap();
        let expected = 0.5 * c.standard_error().unwrap() * 2.0_f64.ln();
        for value in [&entropy.values[0], &entropy.trapezoid[0]] {
            assert!((value.standard_error().unwrap() - expected).abs() < 1e-12);
        }
        assert!(entropy.values[1].standard_error().unwrap() < 1e-12);
    }

    #[test]
    fn the_printed_form_is_short_of_one_power_of_the_temperature() {
        // Harmonic plateaus U0² = 3 (kT)²/N: the printed integrand is 3 k, its integral an energy 3
        // k (T - Tref), where the entropy would be (3/2) ln(T/Tref) with the right factor.
        let units = Units::METAL;
        let k = units.boltzmann;
        let n = 500;
        let points = points(&[1000.0, 1100.0, 1200.0], |t| 3.0 * (k * t).powi(2) / n as f64);
        let printed = entropy_as_printed(&points, n, units, None, Path::Isochoric).unwrap();
        assert!((printed.values[0].value() / (3.0 * k * -200.0) - 1.0).abs() < 1e-3);
        let wider = entropy_as_printed(&points, 2 * n, units, None, Path::Isochoric).unwrap();
        assert!((wider.values[0].value() / printed.values[0].value() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn isobars_say_what_is_missing() {
        let points = points(&[0.5, 1.0], |_| 2.0);
        let entropy = entropy(&points, Part::Total, None, Path::Isobaric).unwrap();
        assert!(entropy.path.left_out().unwrap().contains("expansion"));
        assert_eq!(Path::Isochoric.left_out(), None);
    }

    #[test]
    fn what_cannot_be_integrated_is_refused() {
        let points = points(&[0.5, 1.0], |_| 2.0);
        let message = |points: &[Point], reference| {
            entropy(points, Part::Total, reference, Path::Isochoric)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(&points, Some(1.1)),
            "reference temperature 1.1, expected one between 0.5 and 1, where the scan has been"
        );
        assert!(entropy(&points, Part::Total, Some(1.004), Path::Isochoric).is_ok());
        assert_eq!(
            message(&points[..1], None),
            "an entropy over 1 temperature, expected at least 2"
        );
        assert_eq!(
            message(&[points[0].clone(), points[0].clone()], None),
            "an entropy over 1 temperature, expected at least 2"
        );
        let refused =
            |temperature: f64, c: f64| message(&[&points[..], &[Point::new(temperature, c)]].concat(), None);
        for temperature in [-5.0, 0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                refused(temperature, 2.0),
                format!("temperature {temperature}, expected a positive finite number")
            );
        }
        assert_eq!(
            refused(0.7, f64::NAN),
            "NaN at temperature 0.7, expected a finite number"
        );
    }
}
