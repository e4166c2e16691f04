//! Heat capacities, expansion and compressibility from fluctuations at constant pressure.

use std::fmt;

use super::ensemble_check::{ensemble_check, half_width};
use super::isobaric_columns::IsobaricColumns;
use super::isobaric_rest::{at_rest, long_enough};
use super::volume::{VolumeChange, volume_and_pressure};
use super::{Ensemble, ThermoError, Undetermined};
use crate::dimensions::Dimensions;
use crate::energy::{EnergyError, JointMoments};
use crate::real::{Invalid, Real};
use crate::relaxation::Caution;
use crate::series::EnergyRuns;
use crate::stats::{Estimate, Outcome, Resampling};
use crate::units::{Conversion, Dimension, Units};

/// Relative deviation of -Cov(V, p) from k T that the time step of a barostat may cause.
const BAROSTAT: f64 = 0.1;
/// An interval of -Cov(V, p)/(k T) that is wider than this to one side does not tell a barostat
/// that samples, 1, from one that does not, 0.
const VAGUE: f64 = 0.5;
/// Where the "volume" has the kinetic part of a pressure to this accuracy, and the "pressure" less
/// by as much and more, the columns are exchanged.
const EXCHANGED: f64 = 0.5;
/// How far a given pressure may be from the mean of the column, as a part of N k T/V. It moves c_p
/// by 2 % of α T at most, in k.
const OFF_COLUMN: f64 = 0.01;

/// What the fluctuations of enthalpy and volume say of a run at constant pressure: see
/// [`constant_pressure`](constant_pressure()).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ConstantPressure {
    units: Units,
    ensemble: Ensemble,
    dimensions: Dimensions,
    temperature: Estimate,
    /// The heat capacity at constant pressure, in k per particle, with its kinetic part g/2.
    pub c_p: Estimate,
    /// The heat capacity at constant volume, in k per particle, with its kinetic part g/2.
    pub c_v: Estimate,
    /// The thermal expansion α = (∂V/∂T)_p/V, per temperature unit.
    pub expansion: Estimate,
    /// The isothermal compressibility κ_T = -(∂V/∂p)_T/V, per pressure unit.
    pub compressibility: Estimate,
    /// (∂p/∂T)_V = α/κ_T, in pressure units per temperature unit: the whole, with the ideal gas's
    /// part.
    pub pressure_coefficient: Estimate,
    /// The mean enthalpy per particle, with its kinetic part (g/2) k T, in energy units.
    pub mean_enthalpy: Estimate,
    /// The mean volume; in two dimensions the mean area.
    pub mean_volume: Estimate,
    /// The pressure of the barostat, as it is given or as the mean of the column.
    pub pressure: Estimate,
    /// -Cov(V, p)/(k T), which is 1 where the barostat samples constant pressure. `None` without a
    /// column of pressures.
    pub barostat: Option<Estimate>,
    /// What to beware of: enthalpy or volume drift by less than their standard deviation, which
    /// their variances contain; or the run holds few correlation times of the slower one of them,
    /// and the errors may be too small.
    pub caution: Option<Caution>,
}

impl fmt::Display for ConstantPressure {
    /// `c_p = 4.70(10), c_V = 3.224(28), alpha = 0.1846(54), kappa_T = 0.01541(18)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "c_p = {}, c_V = {}, alpha = {}, kappa_T = {}",
            self.c_p, self.c_v, self.expansion, self.compressibility
        )
    }
}

impl ConstantPressure {
    /// The units that energies, temperatures, pressures and volumes were in.
    #[must_use]
    pub fn units(&self) -> Units {
        self.units
    }

    /// The ensemble, with the degrees of freedom of the kinetic part.
    #[must_use]
    pub fn ensemble(&self) -> Ensemble {
        self.ensemble
    }

    /// The temperature used.
    #[must_use]
    pub fn temperature(&self) -> &Estimate {
        &self.temperature
    }

    /// The part of c_p that is not kinetic, the variance of U + p V, in k per particle.
    pub(super) fn configurational(&self) -> Estimate {
        &self.c_p - self.ensemble.kinetic_heat_capacity()
    }

    /// The part of the mean enthalpy that is not kinetic, U + p V per particle.
    pub(super) fn mean_configurational_enthalpy(&self) -> Estimate {
        let kinetic = self.ensemble.kinetic_heat_capacity() * self.units.boltzmann();
        &self.mean_enthalpy - kinetic * &self.temperature
    }

    /// The same in other units. Heat capacities in k per particle, and the test of the barostat,
    /// stay as they are.
    ///
    /// # Errors
    /// [`ThermoError::Units`] unless the conversion begins with these units.
    pub fn converted(&self, conversion: &Conversion) -> Result<Self, ThermoError> {
        conversion.expect(self.units)?;
        let [volume, pressure] = volume_and_pressure(conversion, self.dimensions);
        let [energy, temperature] =
            [Dimension::ENERGY, Dimension::TEMPERATURE].map(|dimension| conversion.factor(dimension));
        let by = |number: &Estimate, factor: f64| number.map(|x| x * factor);
        Ok(Self {
            units: conversion.to(),
            temperature: by(&self.temperature, temperature),
            expansion: by(&self.expansion, 1.0 / temperature),
            compressibility: by(&self.compressibility, 1.0 / pressure),
            pressure_coefficient: by(&self.pressure_coefficient, pressure / temperature),
            mean_enthalpy: by(&self.mean_enthalpy, energy),
            mean_volume: by(&self.mean_volume, volume),
            pressure: by(&self.pressure, pressure),
            ..self.clone()
        })
    }
}

/// Heat capacities, thermal expansion and compressibility from the fluctuations of enthalpy and
/// volume, of one run at constant pressure or of several replicas.
///
/// ```text
/// H = U + (g/2) N k T + p V              p of the barostat, U and V at each sample
/// c_p/k   = g/2 + Var(U + p V)/(N (k T)²)
/// α       = Cov(U + p V, V)/(k T² <V>)         κ_T = Var(V)/(k T <V>)
/// c_V     = c_p - T <V> α²/(N κ_T)             (∂p/∂T)_V = α/κ_T
/// ```
///
/// (T. L. Hill, *Statistical Mechanics*, 1956, chapter 4; M. P. Allen, D. J. Tildesley, *Computer
/// Simulation of Liquids*, 2nd edition, 2017, section 2.5.) H holds the fixed pressure of the
/// barostat. With the instantaneous one, as LAMMPS prints its `enthalpy`, the sum fluctuates
/// otherwise, and its variance is no heat capacity. The kinetic energy is independent of U and V,
/// and its g degrees of freedom per particle, those of the [`Ensemble`], give g/2 exactly: no
/// kinetic fluctuation adds noise. c_V does not contain the pressure: it comes from what is left of
/// the variance of U after its regression on V.
///
/// `pressure` is that of the barostat; `None` takes the mean of the pressure column
/// ([`EnergySeries::with_pressures`](crate::EnergySeries::with_pressures)), which is equal to it.
/// In two `dimensions` the volume is the area, and pressures are energies per area.
///
/// **Whether the barostat samples.** At constant pressure, with n(V) the distribution of the
/// volume, k T d ln n/dV = <p_inst>_V - p, and integrating V dn/dV by parts gives
/// ```text
/// Cov(V, p_inst) = -k T
/// ```
/// whatever the liquid. A barostat that relaxes the volume by dV/dt ∝ p_inst - p, as Berendsen's
/// does, has Cov(V, p_inst) = 0 instead, since the mean of d(V²)/dt vanishes. Another unit of
/// pressure or volume gives another factor. Where -Cov(V, p_inst)/(k T) is not 1 by 10 % and more
/// than chance there is no result ([`Undetermined::NotConstantPressure`]), and none where the run
/// is too short to tell 1 from 0. The thermostat is checked by
/// [`ensemble_check`](super::ensemble_check()).
///
/// **Pressure or volume.** That covariance is the same where the two columns are exchanged. The
/// temperature tells them: it is independent of the volume, and Cov(p_inst, T) = (g/d) N k Var(T)/V
/// by the kinetic part of the pressure. Where the "volume" has that part and the "pressure" has it
/// not, there is no result ([`Undetermined::Exchanged`]).
///
/// **Rest.** A volume or an enthalpy that has not come to rest has the variance of its way there.
/// [`energy::drift`](crate::energy::drift()) asks both, here with one false alarm in a thousand:
/// where the mean moves within a run by more than the standard deviation beside it there is no
/// result ([`Undetermined::Drifts`]), and where it moves by less there is a
/// [caution](ConstantPressure::caution).
///
/// **Errors.** Variances and covariances are those of an infinite run, as in
/// [`Moments::corrected_variance`](crate::energy::Moments::corrected_variance). All numbers go
/// through the same resamples, so that c_V has the error of the whole combination. Blocks must hold
/// many correlation times of the slower one of enthalpy and volume: below 75 in all there is a
/// [caution](ConstantPressure::caution), below 20 no result, and none where one of them has no
/// correlation time that can be told.
///
/// # Units
/// Energies, temperatures, pressures and lengths in the units of `units`:
/// [`Units::pressure_volume`] makes an energy of a pressure times a volume.
///
/// # Cost
/// Three passes over the columns, up to three over each for the digits of its print, those of
/// [`ensemble_check`](super::ensemble_check()), and a spectrum with its fit for enthalpy and volume
/// each.
///
/// # Errors
/// [`ThermoError::OtherEnsemble`] for another ensemble than [`Ensemble::Npt`];
/// [`ThermoError::NoVolumes`], [`ThermoError::NoPressures`] and [`ThermoError::NoTemperature`] for
/// runs without them; [`ThermoError::Pressure`] for a given pressure that is not that of the
/// column; [`ThermoError::Contradiction`] for a constant volume and for what `ensemble_check`
/// finds; [`ThermoError::Energy`] where the runs cannot be divided as asked.
///
/// The outcome is unresolved where thermostat or barostat do not sample, and where the run is too
/// short or its print too coarse.
///
/// ```
/// use msed::trajectory::Dimensions;
/// use msed::{EnergyKind, EnergySeries, Ensemble, Resampling, Sampling, Units, thermo};
/// // Volumes and energies that swing together, and a pressure that answers to the volume alone, by
/// // the factor that Cov(V, p) = -k T asks for.
/// let n = 100;
/// let noise = |i: u32, seed: u32| {
///     let x = (i * 4 + seed).wrapping_mul(2_654_435_761);
///     let x = (x ^ (x >> 15)).wrapping_mul(2_246_822_519);
///     f64::from((x ^ (x >> 13)) >> 8) / f64::from(1 << 23) - 1.0
/// };
/// let volumes: Vec<f64> = (0..8000).map(|i| 130.0 + 5.0 * noise(i, 0)).collect();
/// let energy = |i| -600.0 + 6.0 * noise(i, 0) + 15.0 * noise(i, 1);
/// let energies: Vec<f64> = (0..8000).map(energy).collect();
/// let temperatures: Vec<f64> = (0..8000).map(|i| 1.0 + 0.1414 * noise(i, 2)).collect();
/// let pressures: Vec<f64> = volumes.iter().map(|v| 2.0 - (v - 130.0) / (25.0 / 3.0)).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 0.1)?, n, EnergyKind::Total)?
///     .with_temperatures(temperatures)?
///     .with_pressures(pressures)?
///     .with_volumes(volumes)?;
/// let ensemble = Ensemble::npt(n).with_degrees_of_freedom(3.0);
/// let (dimensions, resampling) = (Dimensions::Three, Resampling::default());
/// let found =
///     thermo::constant_pressure(&run, Units::LJ, ensemble, Some(2.0), dimensions, resampling)?;
/// let found = found.into_result()?;
/// // Var(U + p V) = ((6 + 2 5)² + 15²)/3, of which the volume explains the first square.
/// assert!((found.c_p.value() - 1.5 - 481.0 / 300.0).abs() < 0.1);
/// assert!((found.c_v.value() - 1.5 - 225.0 / 300.0).abs() < 0.05);
/// assert!((found.barostat.unwrap().value() - 1.0).abs() < 0.05);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn constant_pressure<T: Real>(
    runs: &impl EnergyRuns<T>,
    units: Units,
    ensemble: Ensemble,
    pressure: Option<f64>,
    dimensions: Dimensions,
    resampling: Resampling,
) -> Result<Outcome<ConstantPressure, Undetermined>, ThermoError> {
    if !matches!(ensemble, Ensemble::Npt { .. }) {
        return Err(ThermoError::OtherEnsemble {
            quantity: "the heat capacity from fluctuations of the enthalpy",
            found: ensemble.name(),
            expected: "npt",
        });
    }
    Invalid::unless_positive("degrees of freedom per particle", ensemble.degrees_of_freedom())?;
    let given = pressure
        .map(|pressure| Invalid::unless_finite("pressure", pressure))
        .transpose()?;
    let columns = IsobaricColumns::of(runs.energies(), given)?;
    let change = VolumeChange::of(runs.energies());
    if let Some(contradiction) = change.and_then(|(_, change)| change.contradiction(ensemble)) {
        return Err(contradiction.into());
    }
    if columns.has_temperatures() {
        let check = ensemble_check(runs, units, ensemble.degrees_of_freedom(), resampling)?;
        if let Some(contradiction) = check.contradiction(ensemble) {
            return Err(contradiction.into());
        }
        if let Some(why) = check.no_heat_capacity() {
            return Ok(Outcome::Unresolved(why));
        }
    }
    let (n, k, of_pressure) = (columns.particles(), units.boltzmann(), units.pressure_volume());
    let g = ensemble.degrees_of_freedom();
    let joint = JointMoments::new(
        &columns.lengths(),
        |run, i| columns.at(run, i),
        runs.run(),
        resampling,
    );
    let joint = joint.map_err(EnergyError::from)?;
    let [
        temperature,
        p,
        of_column,
        c_p,
        c_v,
        expansion,
        compressibility,
        barostat,
        enthalpy,
        volume,
        variance_of_u,
        variance_of_v,
        of_volumes,
        less_pressures,
    ] = joint.evaluate(|joint| {
        let [mean_u, v, mean_p, t] = joint.means;
        let [u, of_v, of_p, of_t] = &joint.covariances;
        let kinetic = g / f64::from(dimensions.count()) * k * of_t[3] / of_pressure;
        let t = columns.temperature().unwrap_or(t);
        let p = given.unwrap_or(mean_p);
        let (kt, pv) = (k * t, of_pressure * p);
        let with_volume = u[1] + pv * of_v[1];
        let enthalpy = u[0] + pv * (u[1] + with_volume);
        [
            t,
            p,
            mean_p,
            0.5 * g + n * enthalpy / kt.powi(2),
            0.5 * g + n * (u[0] - u[1] * u[1] / of_v[1]) / kt.powi(2),
            n * with_volume / (kt * t * v),
            n * of_v[1] / (kt * v) * of_pressure,
            -n * of_pressure * of_p[1] / kt,
            mean_u + 0.5 * g * kt + pv * v,
            n * v,
            u[0],
            of_v[1],
            of_t[1] * mean_p / kinetic,
            (of_t[1] * mean_p - of_t[2] * v) / kinetic,
        ]
    });
    let temperature_value = Invalid::unless_positive("temperature", temperature.value())?;
    if let (Some(expected), true) = (given, columns.has_pressures()) {
        let scale = OFF_COLUMN * n * k * temperature_value / (of_pressure * volume.value());
        let chance = half_width(&of_column);
        if (of_column.value() - expected).abs() > scale + chance {
            let found = of_column.to_string();
            return Err(ThermoError::Pressure { found, expected });
        }
    }
    let [of_u, of_v] = columns.rounding();
    let of_print = [
        ("potential energy", of_u, variance_of_u.value()),
        ("volume", of_v, variance_of_v.value()),
    ];
    if let Some(why) = Undetermined::coarse_print(of_print) {
        return Ok(Outcome::Unresolved(why));
    }
    if columns.has_pressures() && columns.has_temperatures() && is_exchanged(&of_volumes, &less_pressures) {
        return Ok(Outcome::Unresolved(Undetermined::Exchanged { part: of_volumes }));
    }
    let series = columns.enthalpy_and_volume(of_pressure * p.value());
    let drift = match at_rest(&series, resampling) {
        Ok(caution) => caution,
        Err(why) => return Ok(Outcome::Unresolved(why)),
    };
    let barostat = columns.has_pressures().then_some(barostat);
    if let Some(why) = barostat.as_ref().and_then(not_sampled) {
        return Ok(Outcome::Unresolved(why));
    }
    let long = match long_enough(&series) {
        Ok(caution) => caution,
        Err(why) => return Ok(Outcome::Unresolved(why)),
    };
    let pressure_coefficient = Estimate::combine([&expansion, &compressibility], |[a, b]| a / b)?;
    Ok(Outcome::Resolved(ConstantPressure {
        units,
        ensemble,
        dimensions,
        temperature: columns.temperature().map_or(temperature, Estimate::exact),
        c_p,
        c_v,
        expansion,
        compressibility,
        pressure_coefficient,
        mean_enthalpy: enthalpy,
        mean_volume: volume,
        pressure: given.map_or(p, Estimate::exact),
        barostat,
        caution: drift.or(long),
    }))
}

/// Whether the "volume" has the kinetic part of a pressure, and the "pressure" has it not. A column
/// has 1 of it as a pressure and 0 as a volume: volume less pressure is -1, and 1 where they are
/// exchanged.
fn is_exchanged(volume: &Estimate, less_pressure: &Estimate) -> bool {
    let difference = less_pressure.value();
    (volume.value() - 1.0).abs() < EXCHANGED.max(half_width(volume))
        && difference > EXCHANGED
        && difference + 1.0 > half_width(less_pressure)
}

/// Why the barostat does not sample constant pressure, or why that is not known.
fn not_sampled(barostat: &Estimate) -> Option<Undetermined> {
    let part = || barostat.clone();
    let half = half_width(barostat);
    if half.is_finite() && (barostat.value() - 1.0).abs() > BAROSTAT + half {
        return Some(Undetermined::NotConstantPressure { part: part() });
    }
    (half.is_nan() || half > VAGUE).then(|| Undetermined::UnknownBarostat { part: part() })
}
