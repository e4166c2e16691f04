//! How a correlation changes with temperature, lag by lag.

use crate::curve::Curve;
use crate::real::{Invalid, short};
use crate::stats::Estimate;

use super::knots::SAME_TEMPERATURE;
use super::{HeatCapacity, PiecewiseCubic, ThermoError};

/// Halvings of the distance between two lags until a passage is known to rounding.
const HALVINGS: usize = 50;
/// Lags at either end of a curve at which the slope of its spline is not taken: the spline has no
/// curvature at its ends, and the curve has.
const ENDS: usize = 2;

/// The derivative of a correlation Q(t) with respect to temperature, at the lags of one run: from
/// [`temperature_derivatives`] or [`temperature_response`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TemperatureDerivative {
    /// The temperature.
    pub temperature: Estimate,
    /// `dQ/dT` over lag, per unit of temperature.
    pub curve: Curve,
    /// How far a rule of two temperatures lies from the rule used, at each lag, per unit of
    /// temperature. `None` where two temperatures are all there is, and no second rule.
    pub discretisation_error: Vec<Option<f64>>,
    /// The same numbers as the curve's, each with the runs that it rests on.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) points: Vec<Estimate>,
}

/// The derivatives with respect to temperature of a correlation that was measured at several
/// temperatures, such as an overlap or F_s(q,t): one for each, in the order given.
///
/// A correlation moves along the axis of time when the temperature changes, by more than its own
/// width from one temperature of a usual scan to the next. A difference at a fixed time would be
/// far too small there. The derivative is therefore taken at a fixed value:
///
/// ```text
/// (∂Q/∂T)_t = −(∂Q/∂ln t)_T · (∂ln t/∂T)_Q
/// ```
///
/// - **Rule.** `ln t` at which each curve first falls to the value, as a parabola in 1/T through
///   three neighbouring temperatures, two where there are no more: the nearest on both sides, and
///   at either end of the scan the nearest two on the same side. This is exact where time and
///   temperature superpose, `Q = f(t/τ(T))`, and ln τ is a parabola in 1/T. The slope over `ln t`
///   and the curve between its lags are those of a natural cubic spline in `ln t`.
/// - **Equal temperatures.** Runs whose temperatures differ by 0.5 % or less count as of one
///   temperature, and not as neighbours: an NVE and an NVT run may stand side by side.
/// - **Lags.** Those of each run that have a standard error, where its curves have any, lie above 0
///   and are not the first two or the last two of them, and at which all neighbours have reached
///   the value between their own lags. Nothing is extrapolated in time: lags that a neighbour does
///   not reach are absent. Lags farther apart than a factor of 1.5 cost a few per cent of the
///   slope.
/// - **Errors.** Those of all curves and temperatures that take part, resample by resample: runs of
///   different temperatures are independent. The temperature comes from the energies and Q from the
///   frames; their correlation within a run is not known here. The error of the rule is not among
///   them:
///   [`discretisation_error`](TemperatureDerivative::discretisation_error) is the distance from
///   the derivative by the nearest neighbour alone, which overestimates it.
/// - **Volume.** The derivative is one along the path of the runs: at constant volume where theirs
///   are equal.
/// - **Units.** Per unit of temperature.
/// - **Cost.** Two splines a curve and resample, about 10 µs a lag and resample.
///
/// # Errors
/// [`ThermoError::TooFewTemperatures`] for fewer than two that differ, [`ThermoError::Invalid`] for
/// a temperature that is not positive and finite, or a curve with a value that is not finite,
/// [`ThermoError::Mixture`] for numbers of one run with different resamples.
///
/// ```
/// use msed::stats::Estimate;
/// use msed::{Curve, Lag, thermo};
/// // exp(-t/τ) with ln τ = 2/T: dQ/dT = -2/T² · (t/τ) exp(-t/τ), at most 2/(e T²) in size.
/// let at = |temperature: f64| {
///     let tau = (2.0 / temperature).exp();
///     let lags: Vec<Lag> = (0..400).map(|k| 1.02_f64.powi(k) * 100.0).map(|steps| Lag::from_steps(steps as u64)).collect();
///     let values = lags.iter().map(|lag| (-lag.time(0.001) / tau).exp()).collect();
///     (Estimate::exact(temperature), Curve::from_values(lags, 0.001, values))
/// };
/// let curves = [0.5, 0.7, 1.0].map(at);
/// let curves: Vec<(Estimate, &Curve)> = curves.iter().map(|(t, curve)| (t.clone(), curve)).collect();
/// let found = thermo::temperature_derivatives(&curves)?;
/// let largest = found[1].curve.values().iter().fold(0.0, |max: f64, x| max.max(-x));
/// assert!((largest - 2.0 / (0.49 * 1_f64.exp())).abs() < 1e-3);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// Reference: L. Berthier, G. Biroli, J.-P. Bouchaud, W. Kob, K. Miyazaki, D. R. Reichman, J. Chem.
/// Phys. 126, 184503 (2007).
pub fn temperature_derivatives(
    curves: &[(Estimate, &Curve)],
) -> Result<Vec<TemperatureDerivative>, ThermoError> {
    let known = curves
        .iter()
        .map(|(temperature, curve)| {
            Invalid::unless_positive("temperature", temperature.value())?;
            finite(curve)
        })
        .collect::<Result<Vec<_>, ThermoError>>()?;
    let temperatures: Vec<f64> = curves
        .iter()
        .map(|(temperature, _)| temperature.value())
        .collect();
    let of = |own: usize| {
        let others = neighbours(&temperatures, own);
        ThermoError::enough_temperatures("the derivative of a correlation", 1 + others.len(), 2)?;
        let runs = [own].into_iter().chain(others);
        derivative(&runs.map(|i| (&curves[i].0, &known[i])).collect::<Vec<_>>())
    };
    if curves.is_empty() {
        ThermoError::enough_temperatures("the derivative of a correlation", 0, 2)?;
    }
    (0..curves.len()).map(of).collect()
}

/// Two other temperatures, the nearer one first, or one where there are no more: one on either
/// side, or else two on the same.
fn neighbours(temperatures: &[f64], own: usize) -> Vec<usize> {
    // The nearest on each side that differs from `from`.
    let next = |from: f64, sign: f64| {
        let beyond = |&i: &usize| sign * (temperatures[i] - from) > SAME_TEMPERATURE * from;
        let candidates = (0..temperatures.len()).filter(beyond);
        candidates.min_by(|&a, &b| (sign * temperatures[a]).total_cmp(&(sign * temperatures[b])))
    };
    let start = temperatures[own];
    let [below, above] = [-1.0, 1.0].map(|sign| next(start, sign));
    let second = |first: Option<usize>, sign: f64| next(temperatures[first?], sign);
    let mut found: Vec<usize> = match (below, above) {
        (Some(below), Some(above)) => vec![below, above],
        (Some(_), None) => below.into_iter().chain(second(below, -1.0)).collect(),
        _ => above.into_iter().chain(second(above, 1.0)).collect(),
    };
    let distance = |&i: &usize| (temperatures[i].recip() - start.recip()).abs();
    found.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    found
}

/// The derivative with respect to temperature from one run at constant temperature, whose dynamics
/// between two frames does not know the thermostat.
///
/// ```text
/// dQ(t)/dT = N <δQ(t) δe_tot(0)> / (k T²)
/// ```
///
/// With the canonical distribution of states, whose mean of any Q is
/// `∫ Q exp(−H/kT) / ∫ exp(−H/kT)`, this is what differentiating it gives, H = N e_tot being the
/// total energy of the state at the origin. It takes Q(t) to follow from that state alone: **the
/// equations of motion must not depend on T**. Under a thermostat they do. One that is much slower
/// than the lag changes nothing; one that is faster takes the energy back before Q(t) has answered
/// to it, and the response comes out too small.
///
/// `covariance` is `<δQ(t) δe_tot(0)>`, with energies per particle, of
/// [`structure::overlap_covariance`](crate::structure::overlap_covariance) or
/// [`structure::self_isf_covariance`](crate::structure::self_isf_covariance); `e_tot` is
/// `e_pot + (g/2) k T_inst` at the frame. `heat_capacity` gives N, T and the units.
///
/// - **Errors.** Those of the covariance and of the temperature, as of different runs. The
///   temperature comes from the energies and Q from the frames; their correlation within a run is
///   not known here.
/// - **Units.** Per unit of temperature.
/// - **Cost.** That of a product for each lag and resample.
///
/// # Errors
/// [`ThermoError::OtherEnsemble`] for a heat capacity of a run at constant energy, where the total
/// energy does not fluctuate. [`ThermoError::Mixture`] for a covariance and a temperature of one
/// run with different resamples.
///
/// ```
/// use msed::{Curve, EnergyKind, EnergySeries, Ensemble, Lag, Resampling, Sampling, Units, energy, thermo};
/// let energies: Vec<f64> = (0..1000).map(|i| f64::from(i % 7)).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 1.0)?, 100, EnergyKind::Total)?.with_temperature(0.5)?;
/// let moments = energy::moments(&run, Resampling::default())?;
/// let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(100))?;
/// let covariance = Curve::from_values([Lag::from_steps(1)], 1.0, vec![-0.01]);
/// let response = thermo::temperature_response(&covariance, &c)?;
/// assert!((response.curve.values()[0] + 100.0 * 0.01 / 0.25).abs() < 1e-12);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// Reference: as [`temperature_derivatives`].
pub fn temperature_response(
    covariance: &Curve,
    heat_capacity: &HeatCapacity,
) -> Result<TemperatureDerivative, ThermoError> {
    let ensemble = heat_capacity.ensemble();
    if !matches!(ensemble, super::Ensemble::Nvt { .. }) {
        return Err(ThermoError::OtherEnsemble {
            quantity: "the response to temperature from fluctuations of the total energy",
            found: ensemble.name(),
            expected: "nvt",
        });
    }
    let (particles, k) = (heat_capacity.particles(), heat_capacity.units().boltzmann);
    let temperature = heat_capacity.temperature();
    let at = |lag: usize| {
        Estimate::combine([&covariance.point(lag), temperature], |[covariance, t]| {
            particles * covariance / (k * t * t)
        })
    };
    let points = (0..covariance.len()).map(at).collect::<Result<Vec<_>, _>>()?;
    let kept: Vec<usize> = (0..covariance.len()).collect();
    Ok(TemperatureDerivative {
        temperature: temperature.clone(),
        curve: covariance.with_points(&kept, &points),
        discretisation_error: vec![None; points.len()],
        points,
    })
}

/// The lags above 0 at which a curve is known, all finite.
fn finite(curve: &Curve) -> Result<Curve, ThermoError> {
    let known = curve.known().without_zero();
    match known.values().iter().position(|x| !x.is_finite()) {
        Some(k) => {
            let what = format!("the correlation at lag time {} is", short(known.lag_time(k), 6));
            Err(Invalid::new(what, known.values()[k], "a finite number").into())
        }
        None => Ok(known),
    }
}

/// The derivative of the first of two or three runs, of which the second is the nearest to it.
fn derivative(runs: &[(&Estimate, &Curve)]) -> Result<TemperatureDerivative, ThermoError> {
    let (temperature, own) = runs[0];
    let numbers: Vec<Estimate> = runs
        .iter()
        .flat_map(|&(t, curve)| {
            let points = (0..curve.len()).map(|k| curve.point(k));
            [t.clone()].into_iter().chain(points).collect::<Vec<_>>()
        })
        .collect();
    let logarithms: Vec<Vec<f64>> = (runs.iter())
        .map(|(_, curve)| curve.lag_times().map(f64::ln).collect())
        .collect();
    let found = Estimate::evaluate_all(&numbers.iter().collect::<Vec<_>>(), |values| {
        let mut values = values;
        let mut states = Vec::new();
        for logarithms in &logarithms {
            let (state, rest) = values.split_at(1 + logarithms.len());
            states.push(State::new(state, logarithms));
            values = rest;
        }
        slopes(&states)
    })?;
    let (points, rules) = found.split_at(own.len());
    let kept: Vec<usize> = (0..own.len())
        .filter(|&k| points[k].value().is_finite())
        .collect();
    let points: Vec<Estimate> = kept.iter().map(|&k| points[k].clone()).collect();
    let rule = |&k: &usize| (runs.len() > 2).then(|| rules[k].value().abs());
    Ok(TemperatureDerivative {
        temperature: temperature.clone(),
        curve: own.with_points(&kept, &points),
        discretisation_error: kept.iter().map(rule).collect(),
        points,
    })
}

/// A curve at a temperature, on the whole or on a resample.
struct State<'a> {
    inverse_temperature: f64,
    logarithms: &'a [f64],
    values: &'a [f64],
    /// The smallest value up to each lag.
    lowest: Vec<f64>,
    /// None of a curve that is shorter than three lags.
    spline: Option<PiecewiseCubic>,
}

impl<'a> State<'a> {
    /// From a temperature, and the values behind it.
    fn new(numbers: &'a [f64], logarithms: &'a [f64]) -> Self {
        let values = &numbers[1..];
        let lowest = values.iter().scan(f64::INFINITY, |lowest, &x| {
            *lowest = x.min(*lowest);
            Some(*lowest)
        });
        Self {
            inverse_temperature: numbers[0].recip(),
            logarithms,
            values,
            lowest: lowest.collect(),
            spline: PiecewiseCubic::natural(logarithms, values)
                .ok()
                .filter(|_| values.len() > 2),
        }
    }

    /// ln t where the curve first falls to `value`; NaN where it never does, or has already at its
    /// first lag.
    fn passage(&self, value: f64) -> f64 {
        let after = self.lowest.partition_point(|&lowest| lowest > value);
        let (Some(&there), Some(spline)) = (self.values.get(after), &self.spline) else {
            return f64::NAN;
        };
        if there == value {
            return self.logarithms[after];
        }
        if after == 0 {
            return f64::NAN;
        }
        let (mut above, mut below) = (self.logarithms[after - 1], self.logarithms[after]);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (above + below);
            if spline.value(middle) > value {
                above = middle;
            } else {
                below = middle;
            }
        }
        0.5 * (above + below)
    }
}

/// The derivatives at the lags of the first state, and then how far the rule of the first two lies
/// from that of all.
fn slopes(states: &[State<'_>]) -> Vec<f64> {
    let own = &states[0];
    let x: Vec<f64> = states
        .iter()
        .map(|state| state.inverse_temperature - own.inverse_temperature)
        .collect();
    let (mut slopes, mut rules) = (Vec::new(), Vec::new());
    for k in 0..own.values.len() {
        let value = own.values[k];
        let inside = k >= ENDS && k + ENDS < own.values.len();
        let along = match &own.spline {
            Some(spline) if inside => spline.derivative(own.logarithms[k]),
            _ => f64::NAN,
        };
        let here = own.passage(value);
        let slope = |other: usize| (states[other].passage(value) - here) / x[other];
        let two = slope(1);
        let all = match x.len() {
            2 => two,
            // The slope at 0 of the parabola through (0, 0) and two more.
            _ => (two * x[2] - slope(2) * x[1]) / (x[2] - x[1]),
        };
        // d(1/T) = -dT/T²
        let scale = along * own.inverse_temperature.powi(2);
        slopes.push(scale * all);
        rules.push(scale * (two - all));
    }
    slopes.extend(rules);
    slopes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Lag;

    /// A stretched exponential with ln τ = a + b/T + c/T², which the rule takes exactly.
    fn stretched(temperature: f64, [a, b, c]: [f64; 3]) -> (Curve, impl Fn(f64) -> f64) {
        let x = temperature.recip();
        let (tau, beta) = ((a + b * x + c * x * x).exp(), 0.7);
        let lags: Vec<Lag> = (0..600)
            .map(|k| Lag::from_steps((1.02_f64.powi(k) * 50.0) as u64))
            .collect();
        let values = lags
            .iter()
            .map(|lag| (-(lag.time(1e-3) / tau).powf(beta)).exp())
            .collect();
        // dQ/dT = Q' dln t/dT, with dln τ/dT = -(b + 2 c x) x².
        let truth = move |t: f64| {
            let z = (t / tau).powf(beta);
            -beta * z * (-z).exp() * (b + 2.0 * c * x) * x * x
        };
        (Curve::from_values(lags, 1e-3, values), truth)
    }

    fn of(temperatures: &[f64], law: [f64; 3]) -> Vec<(TemperatureDerivative, impl Fn(f64) -> f64)> {
        let (curves, truths): (Vec<_>, Vec<_>) = temperatures.iter().map(|&t| stretched(t, law)).unzip();
        let curves: Vec<(Estimate, &Curve)> = temperatures
            .iter()
            .zip(&curves)
            .map(|(&t, curve)| (t.into(), curve))
            .collect();
        temperature_derivatives(&curves)
            .unwrap()
            .into_iter()
            .zip(truths)
            .collect()
    }

    #[test]
    fn a_family_that_superposes_is_differentiated_exactly() {
        // In any order, at uneven temperatures, inside and at the ends.
        for (found, truth) in of(&[1.0, 0.5, 0.7, 0.6], [-2.0, 1.0, 0.8]) {
            let values = found.curve.values();
            assert!(values.len() > 200, "{}", values.len());
            let largest = values.iter().fold(0.0, |max: f64, x| max.max(x.abs()));
            for (t, x) in found.curve.lag_times().zip(values) {
                assert!((x - truth(t)).abs() < 1e-3 * largest, "{t}: {x}, {}", truth(t));
            }
        }
    }

    #[test]
    fn two_temperatures_have_no_second_rule() {
        let found = of(&[0.5, 0.6], [-2.0, 1.0, 0.0]);
        for (found, truth) in &found {
            assert!(found.discretisation_error.iter().all(Option::is_none));
            let middle = found.curve.len() / 2;
            let t = found.curve.lag_time(middle);
            assert!((found.curve.values()[middle] / truth(t) - 1.0).abs() < 1e-3);
        }
        // With a third temperature the rule of two is off by half its curvature, and this is said.
        let bent = of(&[0.5, 0.6, 0.7], [-2.0, 1.0, 0.8]);
        let (found, truth) = &bent[0];
        let middle = found.curve.len() / 2;
        let t = found.curve.lag_time(middle);
        // ln t between 2 and 1/0.6 on average, 1/T = 2 in truth: (b + c (x₁ + x₂)) against b + 2 c
        // x₁.
        let relative = (1.0 + 0.8 * (2.0 + 1.0 / 0.6)) / (1.0 + 1.6 * 2.0) - 1.0;
        let said = found.discretisation_error[middle].unwrap();
        assert!((said / (relative * truth(t)).abs() - 1.0).abs() < 1e-2, "{said}");
    }

    #[test]
    fn nothing_is_extrapolated() {
        let (hot, cold) = (
            stretched(1.0, [0.0, 1.0, 0.0]).0,
            stretched(0.5, [0.0, 1.0, 0.0]).0,
        );
        // The cold run is so short that it falls to 0.8 at most.
        let short = cold.select(|k| cold.values()[k] > 0.8);
        let found = temperature_derivatives(&[(1.0.into(), &hot), (0.5.into(), &short)]).unwrap();
        let reached = found[0].curve.lag_times().last().unwrap();
        let level = hot.at(reached).unwrap().value();
        assert!((0.8..0.81).contains(&level), "{level}");
        // And the hot run has fallen before its first lag where the cold one begins.
        let first = hot.values()[0];
        let start = found[1].curve.lag_time(0);
        assert!(cold.at(start).unwrap().value() <= first);
    }

    #[test]
    fn neighbours_are_other_temperatures() {
        let scan = [0.8, 0.801, 0.6, 1.0, 0.799, 0.7, 1.001];
        let expected = [
            vec![5, 3],
            vec![5, 3],
            vec![5, 0],
            vec![1, 5],
            vec![5, 3],
            vec![4, 2],
            vec![1, 5],
        ];
        for (own, expected) in expected.iter().enumerate() {
            let of = |i: &usize| scan[*i];
            let found: Vec<f64> = neighbours(&scan, own).iter().map(of).collect();
            let expected: Vec<f64> = expected.iter().map(of).collect();
            for (a, b) in found.iter().zip(&expected) {
                assert!((a - b).abs() < 3e-3, "{own}: {found:?}, {expected:?}");
            }
            assert_eq!(found.len(), 2);
        }
        assert_eq!(neighbours(&[1.0, 0.5], 0), [1]);
        assert_eq!(neighbours(&[1.0], 0), [0; 0]);
    }

    #[test]
    fn a_curve_that_is_too_short_has_no_derivative() {
        let curve = |n: u64| {
            let lags: Vec<Lag> = (1..=n).map(Lag::from_steps).collect();
            Curve::from_values(lags, 1.0, (1..=n).map(|k| 1.0 / k as f64).collect())
        };
        for n in 0..3 {
            let (a, b) = (curve(n), curve(5));
            let found = temperature_derivatives(&[(1.0.into(), &a), (2.0.into(), &b)]).unwrap();
            assert!(found.iter().all(|found| found.curve.is_empty()), "{n}");
        }
    }

    #[test]
    fn refusals_name_the_numbers() {
        let (curve, _) = stretched(1.0, [0.0, 1.0, 0.0]);
        let message =
            |curves: &[(Estimate, &Curve)]| temperature_derivatives(curves).unwrap_err().to_string();
        assert_eq!(
            message(&[(1.0.into(), &curve)]),
            "the derivative of a correlation over 1 temperature, expected at least 2"
        );
        assert_eq!(
            message(&[(1.0.into(), &curve), (1.004.into(), &curve)]),
            "the derivative of a correlation over 1 temperature, expected at least 2"
        );
        assert_eq!(
            message(&[]),
            "the derivative of a correlation over 0 temperatures, expected at least 2"
        );
        assert_eq!(
            message(&[(0.0.into(), &curve), (1.0.into(), &curve)]),
            "temperature 0, expected a positive finite number"
        );
        let wrong = curve.map(|_, _| f64::NAN);
        assert_eq!(
            message(&[(0.5.into(), &curve), (1.0.into(), &wrong)]),
            "the correlation at lag time 0.05 is NaN, expected a finite number"
        );
    }
}
