//! What a correlation's change with temperature says about its fluctuations.

use std::fmt;

use crate::curve::Curve;
use crate::relaxation::{Extremum, NoExtremum, own_mean_points, own_mean_relative_error, peak, peak_with};
use crate::sampling::Lag;
use crate::stats::{Estimate, Outcome};

use super::knots::SAME_TEMPERATURE;
use super::{Ensemble, HeatCapacity, TemperatureDerivative, ThermoError};

/// The part of χ₄ that comes from the fluctuations of the energy: a lower bound of χ₄ at constant
/// temperature, and what χ₄ at constant energy lacks. See [`TemperatureDerivative::bound`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SusceptibilityBound {
    /// `(N_s/N) (k T²/c_V) (dQ/dT)²` over lag: a number.
    pub curve: Curve,
    /// Its peak: how many particles of the species relax together, at least.
    pub peak: Outcome<Extremum, NoExtremum>,
    /// The heat capacity c_V in k per particle, kinetic part included.
    pub heat_capacity: Estimate,
    ensemble: Ensemble,
    #[cfg_attr(feature = "serde", serde(skip))]
    points: Vec<Estimate>,
    #[cfg_attr(feature = "serde", serde(skip))]
    discretisation_error: Option<f64>,
}

/// χ₄ at constant energy and at constant temperature: see [`SusceptibilityBound::complete`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CompletedSusceptibility {
    /// The ensemble that χ₄ was measured in. The other curve is computed.
    pub measured: Ensemble,
    /// χ₄ at constant energy, with what a variance about the run's own mean lacks.
    pub constant_energy: Curve,
    /// The peak of this curve: see [`complete`](SusceptibilityBound::complete).
    pub constant_energy_peak: Outcome<Extremum, NoExtremum>,
    /// χ₄ at constant temperature, of the same dynamics, with what a variance about the run's own
    /// mean lacks.
    pub constant_temperature: Curve,
    /// The peak of this curve: see [`complete`](SusceptibilityBound::complete).
    pub constant_temperature_peak: Outcome<Extremum, NoExtremum>,
}

impl TemperatureDerivative {
    /// The part of the susceptibility χ₄ of Q that comes from the fluctuations of the energy.
    ///
    /// ```text
    /// χ₄(t) = N_s [<Q²> − <Q>²]                                  Q(t): a mean over N_s particles
    /// χ₄(t; N, V, T) = χ₄(t; N, V, E) + (N_s/N) (k T²/c_V) (dQ/dT)²
    /// ```
    ///
    /// The variance of any Q in the canonical ensemble is that at constant energy, and beside it
    /// that of the mean at constant energy as E fluctuates: `(∂Q/∂E)² <δE²>`, to leading order in
    /// 1/N (Lebowitz, Percus, Verlet, Phys. Rev. 153, 250 (1967)). With `<δE²> = k T² C_V` and
    /// `∂Q/∂E = (∂Q/∂T)/C_V` it is `(k T²/C_V) (∂Q/∂T)²`. N_s times this, with `C_V = N c_V`, is
    /// the term above. By Schwarz, `<δQ δE>² ≤ <δQ²> <δE²>`, it is a lower bound of χ₄ at constant
    /// temperature whatever the dynamics.
    ///
    /// - **Normalisation.** That of [`structure::displacements`](crate::structure::displacements())
    ///   and [`self_isf_fluctuations`](crate::structure::self_isf_fluctuations): the variance times
    ///   `particles`, the number N_s of particles that Q is a mean over. For all particles the
    ///   factor N_s/N is 1.
    /// - **Heat capacity.** c_V is `heat_capacity.excess` and the kinetic part g/2, in k per
    ///   particle; k T² in its units is then T²/(c_V/k).
    /// - **What is missing.** In a mixture the composition fluctuates too where nothing fixes it:
    ///   these terms, `∂Q/∂x_A`, stand in no simulation at fixed composition, and are left out
    ///   here. An experiment has them.
    /// - **Noise.** The square of a derivative with a standard error σ is too large by σ² on
    ///   average. This is subtracted, lag by lag, from `(dQ/dT)²`, which is 0 where σ² is larger.
    ///   Without resamples σ is not known, and nothing is subtracted.
    /// - **Errors.** Those of the derivative, of the temperature and of the heat capacity. The
    ///   error of the derivative's rule is not among them; it counts twice here, relatively:
    ///   [`discretisation_error`](SusceptibilityBound::discretisation_error).
    ///
    /// # Errors
    /// [`ThermoError::Particles`] for no particles, or more than the system has,
    /// [`ThermoError::OtherTemperature`] for a heat capacity at another temperature than the
    /// derivative's, by more than 0.5 %, [`ThermoError::Mixture`] for numbers of one run with
    /// different resamples.
    ///
    /// ```
    /// use msed::{Curve, EnergyKind, EnergySeries, Ensemble, Lag, Resampling, Sampling, Units, energy, thermo};
    /// let energies: Vec<f64> = (0..1000).map(|i| f64::from(i % 7)).collect();
    /// let run = EnergySeries::new(energies, Sampling::new(1, 1.0)?, 100, EnergyKind::Total)?.with_temperature(0.5)?;
    /// let moments = energy::moments(&run, Resampling::default())?;
    /// let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(100))?;
    /// let response = thermo::temperature_response(&Curve::from_values([Lag::from_steps(1)], 1.0, vec![-0.01]), &c)?;
    /// let bound = response.bound(&c, 80)?;
    /// let slope: f64 = -4.0;
    /// let c_v = c.excess.value() + 0.5 * 2.97;
    /// assert!((bound.curve.values()[0] - 0.8 * 0.25 / c_v * slope.powi(2)).abs() < 1e-12);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// References: L. Berthier et al., J. Chem. Phys. 126, 184503 (2007); C. Dalle-Ferrier et al.,
    /// Phys. Rev. E 76, 041510 (2007).
    pub fn bound(
        &self,
        heat_capacity: &HeatCapacity,
        particles: usize,
    ) -> Result<SusceptibilityBound, ThermoError> {
        let (expected, found) = (self.temperature.value(), heat_capacity.temperature().value());
        if !((found - expected).abs() <= SAME_TEMPERATURE * expected) {
            return Err(ThermoError::OtherTemperature { found, expected });
        }
        let part = particles as f64 / heat_capacity.particles();
        if !(part > 0.0 && part <= 1.0) {
            return Err(ThermoError::Particles {
                found: particles,
                expected: heat_capacity.particles().round() as usize,
            });
        }
        let (c, t) = (heat_capacity.total(), heat_capacity.temperature());
        let of = |slope: &Estimate| {
            let noise = slope.standard_error().map_or(0.0, |error| error * error);
            let found = Estimate::combine([slope, &c, t], |[slope, c, t]| {
                part * t * t / c * (slope * slope - noise)
            });
            // A number that is 0 for this reason keeps its error.
            found.map(|found| {
                let lift = (-found.value()).max(0.0);
                found.map(|x| x + lift)
            })
        };
        let points = self.points.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        let all: Vec<usize> = (0..points.len()).collect();
        let curve = self.curve.with_points(&all, &points);
        let peak = peak(&curve)?;
        Ok(SusceptibilityBound {
            discretisation_error: peak.value().and_then(|peak| self.error_of_rule(peak)),
            peak,
            curve,
            heat_capacity: c,
            ensemble: heat_capacity.ensemble(),
            points,
        })
    }

    /// How much the rule of two temperatures would change a bound with this peak.
    fn error_of_rule(&self, peak: &Extremum) -> Option<f64> {
        let distance = |k: usize| (self.curve.lag_time(k) / peak.time.value()).ln().abs();
        let nearest = (0..self.curve.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b)))?;
        let relative = self.discretisation_error[nearest]? / self.curve.values()[nearest].abs();
        Some(2.0 * relative * peak.value.value())
    }
}

impl SusceptibilityBound {
    /// How much the bound would change at its peak if the derivative came from the nearest
    /// temperature alone: twice the relative
    /// [error of the rule](TemperatureDerivative::discretisation_error), which the square doubles.
    /// It overestimates the error of the rule used. `None` without a peak, or without a second
    /// rule.
    #[must_use]
    pub fn discretisation_error(&self) -> Option<f64> {
        self.discretisation_error
    }

    /// χ₄ in both ensembles, from the one that was measured: at constant energy plus this bound is
    /// that at constant temperature. The heat capacity's ensemble says which was measured.
    ///
    /// - **Lags.** Those of both `chi4` and the derivative, which are of the same run and
    ///   particles. Peaks are sought among them.
    /// - **Own mean.** What a χ₄ about the [run's own mean](Curve::about_own_mean) lacks is added
    ///   to both curves, which differ by the bound, and their errors are those of such a variance:
    ///   [`peak`](crate::relaxation::peak()) states both. Each peak is that of its curve. The error
    ///   of ln t at either is no smaller than that of the measured ln χ₄ there.
    /// - **Sign.** From a run at constant temperature χ₄ at constant energy is a difference. It may
    ///   come out negative, by its errors, or where a thermostat is faster than the lag: the bound
    ///   does not know the thermostat.
    /// - **Dynamics.** They stay those of the run: what a thermostat does to Q is not added.
    ///
    /// # Errors
    /// [`ThermoError::Mixture`] for numbers of one run with different resamples,
    /// [`ThermoError::OtherTimeStep`] for a χ₄ of another time step.
    pub fn complete(&self, chi4: &Curve) -> Result<CompletedSusceptibility, ThermoError> {
        let (step, expected) = (chi4.time_step(), self.curve.time_step());
        if !((step - expected).abs() <= 1e-9 * expected) && !chi4.is_empty() {
            return Err(ThermoError::OtherTimeStep {
                found: step,
                expected,
            });
        }
        let place = |lag: &Lag| chi4.lags().binary_search(lag).ok();
        let shared = (self.curve.lags().iter().zip(&self.points))
            .filter_map(|(lag, point)| Some((place(lag)?, point)));
        let (kept, bound): (Vec<usize>, Vec<&Estimate>) = shared.unzip();
        let sign = if matches!(self.ensemble, Ensemble::Nve { .. }) {
            1.0
        } else {
            -1.0
        };
        let other = |measured: &dyn Fn(usize) -> Estimate| -> Result<Curve, ThermoError> {
            let both = kept.iter().zip(&bound);
            let sum = both.map(|(&k, bound)| Estimate::combine([&measured(k), bound], |[x, y]| x + sign * y));
            Ok(chi4.with_points(&kept, &sum.collect::<Result<Vec<_>, _>>()?))
        };
        let whole = own_mean_points(chi4);
        let computed = other(&|k| whole[k].clone())?;
        let of_both: Vec<Estimate> = kept.iter().map(|&k| whole[k].clone()).collect();
        let measured = chi4.with_points(&kept, &of_both);
        let of_chi4 = |lag: Lag| place(&lag).map_or(0.0, |k| own_mean_relative_error(chi4, k));
        let computed_peak = peak_with(&computed, of_chi4)?;
        // This completes the values itself, and so has those of the curve.
        let measured_peak = peak(&chi4.select(|k| kept.binary_search(&k).is_ok()))?;
        Ok(if sign > 0.0 {
            CompletedSusceptibility {
                measured: self.ensemble,
                constant_energy: measured,
                constant_energy_peak: measured_peak,
                constant_temperature: computed,
                constant_temperature_peak: computed_peak,
            }
        } else {
            CompletedSusceptibility {
                measured: self.ensemble,
                constant_energy: computed,
                constant_energy_peak: computed_peak,
                constant_temperature: measured,
                constant_temperature_peak: measured_peak,
            }
        })
    }
}

impl fmt::Display for SusceptibilityBound {
    /// The peak, or why there is none, as in `at least 5.2(4) at t = 31(2), with c_V = 3.35(4)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.peak {
            Outcome::Resolved(peak) => write!(f, "at least {peak}")?,
            Outcome::Unresolved(why) => write!(f, "{why}")?,
        }
        write!(f, ", with c_V = {}", self.heat_capacity)
    }
}

impl fmt::Display for CompletedSusceptibility {
    /// Both peaks with the ensemble, or why there are none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |peak: &Outcome<Extremum, NoExtremum>| match peak {
            Outcome::Resolved(peak) => peak.to_string(),
            Outcome::Unresolved(why) => why.to_string(),
        };
        write!(
            f,
            "constant energy: {}; constant temperature: {}",
            shown(&self.constant_energy_peak),
            shown(&self.constant_temperature_peak)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::Moments;
    use crate::stats::{Resamples, Resampling, RunId};
    use crate::thermo::{heat_capacity, temperature_derivatives};
    use crate::units::Units;

    const N: usize = 1000;

    /// A heat capacity of 2 k per particle above the kinetic part at T, with an error of 3 %.
    fn capacity(temperature: f64, ensemble: Ensemble) -> HeatCapacity {
        let run = Resamples::new(
            RunId::named(&format!("energies {temperature}")),
            Resampling::Blocks(4),
            4,
        );
        let of = |value: f64, spread: f64| {
            Estimate::new(value, vec![value - spread, value + spread, value, value], run)
        };
        // v of the canonical ensemble, reduced at constant energy.
        let reduced = match ensemble {
            Ensemble::Nve { degrees_of_freedom } => 1.0 / (1.0 + 4.0 / degrees_of_freedom),
            _ => 1.0,
        };
        let variance = 2.0 * temperature * temperature / N as f64 * reduced;
        let parts = [of(-7.0, 0.01), of(variance, 0.03 * variance), of(0.0, 0.0)];
        heat_capacity(
            &Moments::from_parts(N, 10_000, parts, Some(temperature), None),
            Units::LJ,
            ensemble,
        )
        .unwrap()
    }

    /// exp(-t/τ), ln τ = 2/T, on four resamples each of their own τ.
    fn decay(temperature: f64) -> Curve {
        let tau = (2.0 / temperature).exp();
        let lags: Vec<Lag> = (0..300)
            .map(|k| Lag::from_steps((1.03_f64.powi(k) * 100.0) as u64))
            .collect();
        let at = |tau: f64| {
            lags.iter()
                .map(|lag| (-lag.time(1e-3) / tau).exp())
                .collect::<Vec<f64>>()
        };
        let run = Resamples::new(
            RunId::named(&format!("frames {temperature}")),
            Resampling::Blocks(4),
            4,
        );
        let replicates = [0.99, 1.01, 1.005, 0.995].map(|x| at(x * tau)).to_vec();
        let longest = lags[lags.len() - 1];
        Curve::from_replicates(
            lags.clone(),
            1e-3,
            at(tau),
            vec![1000; lags.len()],
            replicates,
            run,
            longest,
        )
    }

    #[test]
    fn the_bound_is_that_of_the_analytic_derivative_with_all_errors() {
        let (temperatures, curves) = ([0.5, 0.6, 0.8], [0.5, 0.6, 0.8].map(decay));
        let curves: Vec<(Estimate, &Curve)> = temperatures
            .iter()
            .zip(&curves)
            .map(|(&t, c)| (t.into(), c))
            .collect();
        let derivatives = temperature_derivatives(&curves).unwrap();
        for (&t, found) in temperatures.iter().zip(&derivatives) {
            let c = capacity(t, Ensemble::nve(N));
            let bound = found.bound(&c, 800).unwrap();
            let c_v = 2.0 + 0.5 * 2.997;
            assert!((bound.heat_capacity.value() - c_v).abs() < 1e-12);
            // |dQ/dT| is at most 2/(e T²), at t = τ. The parabola through a skew peak is off by 0.5 %
            // in height and 4 % in time.
            let height = 0.8 * t * t / c_v * (2.0 / (1_f64.exp() * t * t)).powi(2);
            let peak = bound.peak.value().unwrap();
            // The variance of the largest slope is subtracted.
            let largest = found.points.iter().min_by(|a, b| a.value().total_cmp(&b.value()));
            let noise = 0.8 * t * t / c_v * largest.unwrap().standard_error().unwrap().powi(2);
            assert!(noise > 1e-5 * height, "{noise} {height}");
            assert!(
                (peak.value.value() / (height - noise) - 1.0).abs() < 6e-3,
                "{peak} {height} {noise}"
            );
            assert!((peak.time.value() / (2.0 / t).exp() - 1.0).abs() < 0.05, "{peak}");
            // The error of c_V is part of it, and so are those of the curves.
            let of_c = bound.heat_capacity.standard_error().unwrap() / c_v;
            let error = peak.value.standard_error().unwrap() / height;
            assert!(error > of_c && error < of_c + 0.2, "{error} {of_c}");
            assert!(bound.to_string().starts_with("at least "), "{bound}");
        }
    }

    #[test]
    fn each_ensemble_gives_the_other() {
        let (a, b) = (decay(0.5), decay(0.6));
        let derivative = &temperature_derivatives(&[(0.5.into(), &a), (0.6.into(), &b)]).unwrap()[0];
        // A susceptibility of the same run, that is no variance about its own mean here.
        let chi4 = a.map(|_, q| 5.0 * q * (1.0 - q));
        let [nve, nvt] =
            [Ensemble::nve(N), Ensemble::nvt(N)].map(|of| derivative.bound(&capacity(0.5, of), N).unwrap());
        let up = nve.complete(&chi4).unwrap();
        for k in 0..up.constant_energy.len() {
            let sum = up.constant_energy.values()[k] + nve.curve.values()[k];
            assert!((up.constant_temperature.values()[k] - sum).abs() < 1e-12);
        }
        assert_eq!(up.constant_energy_peak, peak(&up.constant_energy).unwrap());
        assert_eq!(
            up.constant_temperature_peak,
            peak(&up.constant_temperature).unwrap()
        );
        let down = nvt.complete(&chi4).unwrap();
        for k in 0..down.constant_energy.len() {
            let difference =
                chi4.at(down.constant_energy.lag_time(k)).unwrap().value() - nvt.curve.values()[k];
            assert!((down.constant_energy.values()[k] - difference).abs() < 1e-9);
        }
        let (high, low) = (
            up.constant_temperature_peak.value().unwrap(),
            up.constant_energy_peak.value().unwrap(),
        );
        assert!(high.value.value() > low.value.value());
        assert!(
            up.to_string()
                .starts_with(&format!("constant energy: {low}; constant temperature: {high}"))
        );
    }

    /// The resamples differ by 1 %, and the variance has the error of its independent values.
    #[test]
    fn the_peak_of_a_completed_variance_has_the_error_of_a_variance() {
        let (a, b) = (decay(0.5), decay(0.6));
        let derivative = &temperature_derivatives(&[(0.5.into(), &a), (0.6.into(), &b)]).unwrap()[0];
        let times = |factor: f64, shift: f64| -> Vec<f64> {
            let of = |q: &f64| factor * 50.0 * q.powf(shift) * (1.0 - q.powf(shift));
            a.values().iter().map(of).collect()
        };
        let resampled = [(0.99, 1.005), (1.01, 1.0), (1.01, 0.995), (0.99, 1.0)];
        let chi4 = Curve::from_replicates(
            a.lags().into(),
            1e-3,
            times(1.0, 1.0),
            a.origins().into(),
            resampled.map(|(factor, shift)| times(factor, shift)).to_vec(),
            a.resamples(),
            a.longest_with_error(),
        )
        .about_own_mean();
        for of in [Ensemble::nve(N), Ensemble::nvt(N)] {
            let bound = derivative.bound(&capacity(0.5, of), N).unwrap();
            let found = bound.complete(&chi4).unwrap();
            let (measured, computed, computed_peak) = match of {
                Ensemble::Nve { .. } => (
                    (&found.constant_energy, &found.constant_energy_peak),
                    &found.constant_temperature,
                    &found.constant_temperature_peak,
                ),
                _ => (
                    (&found.constant_temperature, &found.constant_temperature_peak),
                    &found.constant_energy,
                    &found.constant_energy_peak,
                ),
            };
            // Each peak is that of its curve.
            let [of_chi4, of_sum] = [measured.1, computed_peak].map(|peak| peak.value().unwrap());
            for (curve, stored) in [(measured.0, of_chi4), (computed, of_sum)] {
                let again = peak(curve).unwrap().into_value().unwrap();
                let [a, b] = [&again, stored].map(|peak| [peak.time.value(), peak.value.value()]);
                assert_eq!(a, b);
            }
            // The time of either is no better known than the height of chi4 allows.
            let relative = |x: &Estimate| x.standard_error().unwrap() / x.value();
            let n = 1.5 * chi4.block_length() * 4.0 / of_chi4.time.value();
            assert!(relative(&of_chi4.time) >= (2.0 / n).sqrt() * 0.95, "{of_chi4}");
            let n = 1.5 * chi4.block_length() * 4.0 / of_sum.time.value();
            assert!(relative(&of_sum.time) >= (2.0 / n).sqrt() * 0.95, "{of_sum}");
            // What a variance about its own mean lacks is added once.
            let lag = computed.lags()[10];
            let k = chi4.lags().binary_search(&lag).unwrap();
            let n = (1.5 * chi4.block_length() * 4.0 / chi4.lag_time(k)).min(1000.0);
            let bound = bound.curve.at(computed.lag_time(10)).unwrap().value();
            let sign = if matches!(of, Ensemble::Nve { .. }) {
                1.0
            } else {
                -1.0
            };
            let expected = chi4.values()[k] * (1.0 + 1.0 / n) + sign * bound;
            assert!((computed.values()[10] / expected - 1.0).abs() < 1e-9);
            let difference = computed.values()[10] - measured.0.values()[10];
            assert!((difference - sign * bound).abs() < 1e-9);
        }
    }

    #[test]
    fn noise_alone_has_no_bound() {
        let resamples = Resamples::new(RunId::named("noise"), Resampling::Blocks(4), 4);
        let point = |value: f64| {
            let spread = [-0.1, 0.1, 0.1, -0.1].map(|x| value + x);
            Estimate::new(value, spread.to_vec(), resamples)
        };
        let lags = [1, 2, 3].map(Lag::from_steps);
        let points = [0.05, -1.0, 0.1].map(point);
        let derivative = TemperatureDerivative {
            temperature: 0.5.into(),
            curve: Curve::from_replicates(
                lags.into(),
                1.0,
                points.iter().map(Estimate::value).collect(),
                vec![9; 3],
                (0..4)
                    .map(|r| points.iter().map(|point| point.replicates()[r]).collect())
                    .collect(),
                resamples,
                lags[2],
            ),
            discretisation_error: vec![None; 3],
            points: points.to_vec(),
        };
        let c = capacity(0.5, Ensemble::nvt(N));
        let bound = derivative.bound(&c, N).unwrap();
        // The variance of the slope is 3/4 of 4 times 0.01.
        let factor = 0.25 / (2.0 + 0.5 * 2.997);
        for (found, square) in bound.curve.values().iter().zip([0.0, 1.0 - 0.03, 0.0]) {
            assert!((found - factor * square).abs() < 1e-12, "{found}");
        }
        assert!(bound.curve.standard_errors()[0].unwrap() > 0.0);
    }

    #[test]
    fn refusals_name_the_numbers() {
        let (a, b) = (decay(0.5), decay(0.6));
        let derivative = &temperature_derivatives(&[(0.5.into(), &a), (0.6.into(), &b)]).unwrap()[0];
        let c = capacity(0.5, Ensemble::nve(N));
        let message = |c: &HeatCapacity, n| derivative.bound(c, n).unwrap_err().to_string();
        for n in [0, 1001] {
            assert_eq!(
                message(&c, n),
                format!("{n} particles, expected 1 to {N}, the particles of the heat capacity")
            );
        }
        assert_eq!(
            message(&capacity(0.6, Ensemble::nve(N)), 800),
            "a point at temperature 0.6 beside one at 0.5, expected the same temperatures in both"
        );
        let bound = derivative.bound(&c, 800).unwrap();
        let other = Curve::from_values([Lag::from_steps(1)], 1.0, vec![1.0]);
        assert_eq!(
            bound.complete(&other).unwrap_err().to_string(),
            "the time step of chi4 is 1, expected 0.001 as of the derivative"
        );
        assert_eq!(
            crate::thermo::temperature_response(&a, &c)
                .unwrap_err()
                .to_string(),
            "the response to temperature from fluctuations of the total energy of a run in nve, expected one in nvt"
        );
    }
}
