//! What a correlation's change with temperature says about its fluctuations.

use std::fmt;

use crate::curve::Curve;
use crate::real::Invalid;
use crate::relaxation::{Extremum, NoExtremum, own_mean_points, peak};
use crate::sampling::Lag;
use crate::stats::{Estimate, Outcome};

use super::temperature_derivative::SAME_TEMPERATURE;
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
}

/// χ₄ at constant energy and at constant temperature: see [`SusceptibilityBound::complete`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CompletedSusceptibility {
    /// The ensemble that χ₄ was measured in. The other curve is computed.
    pub measured: Ensemble,
    /// χ₄ at constant energy.
    pub constant_energy: Curve,
    /// Its peak.
    pub constant_energy_peak: Outcome<Extremum, NoExtremum>,
    /// χ₄ at constant temperature, of the same dynamics.
    pub constant_temperature: Curve,
    /// Its peak.
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
    /// - **Errors.** Those of the derivative, of the temperature and of the heat capacity. The
    ///   error of the derivative's rule is not among them; it counts twice here, relatively.
    ///
    /// # Errors
    /// [`ThermoError::Invalid`] for particles that are none or more than there are,
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
            let expected = "at least one, and no more than the heat capacity is of";
            return Err(Invalid::new("number of particles", particles as f64, expected).into());
        }
        let (c, t) = (heat_capacity.total(), heat_capacity.temperature());
        let of = |slope: &Estimate| {
            Estimate::combine([slope, &c, t], |[slope, c, t]| part * t * t / c * slope * slope)
        };
        let points = self.points.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        let all: Vec<usize> = (0..points.len()).collect();
        let curve = self.curve.with_points(&all, &points);
        Ok(SusceptibilityBound {
            peak: peak(&curve)?,
            curve,
            heat_capacity: c,
            ensemble: heat_capacity.ensemble(),
            points,
        })
    }
}

impl SusceptibilityBound {
    /// χ₄ in both ensembles, from the one that was measured: at constant energy plus this bound is
    /// that at constant temperature. The heat capacity's ensemble says which was measured.
    ///
    /// `chi4` is of the same run and particles as the derivative. The lags are those of both. The
    /// dynamics stay those of the run: what a thermostat does to Q is not added. Peaks correct what
    /// a variance about the run's own mean lacks, as [`peak`](crate::relaxation::peak()) does.
    ///
    /// # Errors
    /// [`ThermoError::Mixture`] for numbers of one run with different resamples,
    /// [`ThermoError::Invalid`] for a χ₄ of another time step.
    pub fn complete(&self, chi4: &Curve) -> Result<CompletedSusceptibility, ThermoError> {
        let (step, expected) = (chi4.time_step(), self.curve.time_step());
        if !((step - expected).abs() <= 1e-9 * expected) && !chi4.is_empty() {
            return Err(Invalid::new("time step of chi4", step, "that of the derivative").into());
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
        let computed = other(&|k| chi4.point(k))?;
        let whole = own_mean_points(chi4);
        let computed_peak = peak(&other(&|k| whole[k].clone())?)?;
        let measured = chi4.select(|k| kept.binary_search(&k).is_ok());
        let measured_peak = peak(chi4)?;
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
            assert!(
                (peak.value.value() / height - 1.0).abs() < 6e-3,
                "{peak} {height}"
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
        assert_eq!(up.constant_energy_peak, peak(&chi4).unwrap());
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

    #[test]
    fn refusals_name_the_numbers() {
        let (a, b) = (decay(0.5), decay(0.6));
        let derivative = &temperature_derivatives(&[(0.5.into(), &a), (0.6.into(), &b)]).unwrap()[0];
        let c = capacity(0.5, Ensemble::nve(N));
        let message = |c: &HeatCapacity, n| derivative.bound(c, n).unwrap_err().to_string();
        for n in [0, 1001] {
            assert_eq!(
                message(&c, n),
                format!(
                    "number of particles {n}, expected at least one, and no more than the heat capacity is of"
                )
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
            "time step of chi4 1, expected that of the derivative"
        );
        assert_eq!(
            crate::thermo::temperature_response(&a, &c)
                .unwrap_err()
                .to_string(),
            "the response to temperature from fluctuations of the total energy of a run in nve, expected one in nvt"
        );
    }
}
