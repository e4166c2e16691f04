//! The virial beside the potential energy.

use std::fmt;

use super::ensemble_check::half_width;
use super::volume::{SAME_VOLUME, VolumeChange, volume_and_pressure};
use super::{Ensemble, HeatCapacity, ThermoError, Undetermined};
use crate::dimensions::Dimensions;
use crate::energy::{EnergyError, JointMoments, rounding_variance};
use crate::real::{Invalid, Real};
use crate::series::{EnergyRuns, EnergySeries};
use crate::stats::{Estimate, Outcome, Resampling};
use crate::units::{Conversion, Dimension, Units};

/// Relative deviation of the kinetic part of the pressure from (g/2) N k T that the thermostat's
/// time step may cause.
const KINETIC: f64 = 0.1;
/// The range of the same ratio that passes without an error bar: wider than chance in all but very
/// short runs.
const KINETIC_WITHOUT_ERROR: [f64; 2] = [0.5, 2.0];

/// Least variance of p V by that of its kinetic part (g/d) N k T. W would have to cancel that part
/// at every instant, which the liquids of no potential do: where U and W are proportional at
/// constant energy, γ would have to lie within 3 % of 2/d.
const FAINT: f64 = 1e-3;

/// How the virial W of a run fluctuates with the potential energy U: see [`virial`](virial()).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Virial {
    units: Units,
    ensemble: Ensemble,
    volume: f64,
    dimensions: Dimensions,
    /// R = Cov(U, W)/sqrt(Var(U) Var(W)) of the ensemble that the run sampled.
    pub correlation: Estimate,
    /// R of the canonical ensemble, at constant energy by the transformation of Lebowitz, Percus
    /// and Verlet.
    pub canonical_correlation: Estimate,
    /// γ = Cov(U, W)/Var(U), the density-scaling exponent: the same in every ensemble.
    pub gamma: Estimate,
    /// The excess part of (dp/dT)_V, in pressure units per temperature unit: without the ideal
    /// gas's (g/d) N k/V.
    pub excess_pressure_coefficient: Estimate,
    /// Mean W/N, in energy units.
    pub mean_virial: Estimate,
    /// Mean pressure with its kinetic part, in pressure units.
    pub mean_pressure: Estimate,
    // γ C_ex, which is d(W/N)/dT at constant volume, in k per particle.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) slope: Estimate,
}

impl fmt::Display for Virial {
    /// `R = 0.9404(21), canonical 0.9695(15), gamma = 5.149(27), (dp/dT)_V,ex = 10.9(2)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "R = {}, canonical {}, gamma = {}, (dp/dT)_V,ex = {}",
            self.correlation, self.canonical_correlation, self.gamma, self.excess_pressure_coefficient
        )
    }
}

impl Virial {
    /// The units that energies, temperatures, pressures and the volume were in.
    #[must_use]
    pub fn units(&self) -> Units {
        self.units
    }

    /// The ensemble whose formulas were used.
    #[must_use]
    pub fn ensemble(&self) -> Ensemble {
        self.ensemble
    }

    /// The volume, in two dimensions the area.
    #[must_use]
    pub fn volume(&self) -> f64 {
        self.volume
    }

    /// The same in other units. R and γ are numbers.
    ///
    /// # Errors
    /// [`ThermoError::Units`] unless the conversion begins with these units.
    pub fn converted(&self, conversion: &Conversion) -> Result<Self, ThermoError> {
        conversion.expect(self.units)?;
        let [volume, pressure] = volume_and_pressure(conversion, self.dimensions);
        let energy = conversion.factor(Dimension::ENERGY);
        let coefficient = pressure / conversion.factor(Dimension::TEMPERATURE);
        Ok(Self {
            units: conversion.to(),
            volume: self.volume * volume,
            excess_pressure_coefficient: self.excess_pressure_coefficient.map(|x| x * coefficient),
            mean_virial: self.mean_virial.map(|x| x * energy),
            mean_pressure: self.mean_pressure.map(|x| x * pressure),
            ..self.clone()
        })
    }
}

/// The fluctuations of the virial beside those of the potential energy, of one run or of several:
/// how far a liquid is one of hidden scale invariance, the exponent of its density scaling, and how
/// its pressure rises with the temperature.
///
/// ```text
/// W = p V - (g/d) N k T                          from the pressure column p, T at the same samples
/// R = Cov(U, W)/sqrt(Var(U) Var(W))              gamma = Cov(U, W)/Var(U)
/// (dp/dT)_V,ex = Cov(U, W)/(k T^2 V) = gamma C_ex/V          canonical
/// ```
///
/// (U. R. Pedersen, N. P. Bailey, T. B. Schrøder, J. C. Dyre, Phys. Rev. Lett. 100, 015701, 2008;
/// T. B. Schrøder et al., J. Chem. Phys. 131, 234504, 2009). W is the sum of r·F over d, without
/// the kinetic part of the pressure. That part is 2/d of the kinetic energy, and so it has the g
/// degrees of freedom per particle of the [`Ensemble`], with which the run counts its temperature.
/// LAMMPS, GROMACS, NAMD and HOOMD-blue print such pressures. Under constraints W holds the virial
/// of their forces too.
///
/// **Constant energy.** γ is that of the canonical ensemble. The canonical R follows from the
/// sampled R_E by the transformation of Lebowitz, Percus and Verlet, with x = C_ex/C_V:
/// ```text
/// R^2 = R_E^2/(1 - x + x R_E^2)
/// ```
/// The pressure coefficient takes C_ex as the heat capacity has it, which is of the ensemble
/// already. docs/virial.md has the derivation, and measurements in both ensembles.
///
/// **Finite runs.** Variances and the covariance are those of an infinite run, as in
/// [`Moments::corrected_variance`](crate::energy::Moments::corrected_variance). All numbers go
/// through the resamples of the energy.
///
/// **What can be checked.** In the canonical ensemble the kinetic energy is independent of U and W.
/// A wrong volume, unit of pressure or number of degrees of freedom leaves W - γ U correlated with
/// it ([`Undetermined::NotKinetic`]), by 10 % and more than chance, or by a factor of 2 where there
/// is no error. At constant energy nothing shows it in one run; over temperature
/// [`Scan::pressure_check`](super::Scan::pressure_check) does.
///
/// `volume` is that of the cell, an area in two dimensions; `None` for the mean of the volume
/// column ([`EnergySeries::with_volumes`]). `resampling` is that of the heat capacity's moments.
///
/// # Units
/// Energies, temperatures, pressures and lengths in the units of the heat capacity:
/// [`Units::pressure_volume`] makes an energy of a pressure times a volume.
///
/// # Cost
/// Three passes over the columns of energies, pressures and temperatures for the moments, and up to
/// three over each for the digits of its print. A print whose quantum does not show in neighbouring
/// samples takes a sorted copy of up to 2^20 of them.
///
/// # Errors
/// [`ThermoError::NoPressures`] and [`ThermoError::NoTemperatures`] for runs without them at their
/// samples; [`ThermoError::NoVolume`], [`ThermoError::Volume`] for a volume that is not that of the
/// column, [`ThermoError::Contradiction`] for one that changes or differs between runs;
/// [`ThermoError::OtherRun`] and [`ThermoError::Mixture`] for a heat capacity of another run or
/// through other resamples; [`ThermoError::Energy`] where the runs cannot be divided as asked.
///
/// The outcome is unresolved where energy or virial do not fluctuate, where their print is too
/// coarse, where p V hardly fluctuates beside its kinetic part ([`Undetermined::FaintPressure`]),
/// as in a wrong unit of pressure, and where the kinetic part shows that numbers do not belong
/// together.
///
/// ```
/// use msed::trajectory::Dimensions;
/// use msed::{EnergyKind, EnergySeries, Ensemble, Resampling, Sampling, Units, energy, thermo};
/// // A soft sphere's r^-12 has W = 4 U at every instant: p V = 4 U + N k T.
/// let n = 100.0;
/// let wave = |i: u32, frequency: f64| (frequency * f64::from(i)).sin();
/// let energies: Vec<f64> = (0..4000).map(|i| 150.0 + 17.0 * wave(i, 0.7)).collect();
/// let temperatures: Vec<f64> = (0..4000).map(|i| 1.0 + 0.12 * wave(i, 1.9)).collect();
/// let pressures: Vec<f64> = energies.iter().zip(&temperatures).map(|(u, t)| (4.0 * u + n * t) / 80.0).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 0.1)?, 100, EnergyKind::Total)?
///     .with_temperatures(temperatures)?
///     .with_pressures(pressures)?;
/// let ensemble = Ensemble::nvt(100).with_degrees_of_freedom(3.0);
/// let resampling = Resampling::default();
/// let c = thermo::heat_capacity(&energy::moments(&run, resampling)?, Units::LJ, ensemble)?;
/// let virial = thermo::virial(&run, &c, Some(80.0), Dimensions::Three, resampling)?.into_result()?;
/// assert!((virial.correlation.value() - 1.0).abs() < 1e-9);
/// assert!((virial.gamma.value() - 4.0).abs() < 1e-9);
/// assert!((virial.excess_pressure_coefficient.value() - 4.0 * c.excess.value() * n / 80.0).abs() < 1e-9);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn virial<T: Real>(
    runs: &impl EnergyRuns<T>,
    heat_capacity: &HeatCapacity,
    volume: Option<f64>,
    dimensions: Dimensions,
    resampling: Resampling,
) -> Result<Outcome<Virial, Undetermined>, ThermoError> {
    let run = runs.run();
    let runs = runs.energies();
    let pressures = runs
        .iter()
        .map(EnergySeries::pressures)
        .collect::<Option<Vec<&[T]>>>();
    let pressures = pressures.ok_or(ThermoError::NoPressures)?;
    let temperatures = runs
        .iter()
        .map(EnergySeries::temperatures)
        .collect::<Option<Vec<&[T]>>>();
    let temperatures = temperatures.ok_or(ThermoError::NoTemperatures)?;
    let energies: Vec<&[T]> = runs.iter().map(EnergySeries::samples).collect();
    let (units, ensemble) = (heat_capacity.units(), heat_capacity.ensemble());
    let volume = volume_of(volume, runs, ensemble)?;
    let g = Invalid::unless_positive("degrees of freedom per particle", ensemble.degrees_of_freedom())?;
    let (n, d) = (runs[0].particles() as f64, f64::from(dimensions.count()));
    let of_energy = runs[0].per_particle_scale();
    // p V/N of a unit of pressure, and the kinetic energy per particle of a unit of temperature.
    let of_pressure = volume * units.pressure_volume() / n;
    let of_temperature = 0.5 * g * units.boltzmann();
    let at = |run: usize, i: usize| {
        let [u, p, t] = [energies[run][i], pressures[run][i], temperatures[run][i]].map(T::to_f64);
        let kinetic = of_temperature * t;
        [of_energy * u, of_pressure * p - 2.0 / d * kinetic, kinetic]
    };
    let lengths: Vec<usize> = energies.iter().map(|column| column.len()).collect();
    let joint = JointMoments::new(&lengths, at, run, resampling).map_err(EnergyError::from)?;
    let [
        correlation,
        gamma,
        mean_virial,
        mean_pressure,
        kinetic,
        of_u,
        of_w,
        of_kinetic,
    ] = joint.evaluate(|joint| {
        let [u, w, k] = &joint.covariances;
        let [_, mean, kinetic] = joint.means;
        [
            u[1] / (u[0] * w[1]).sqrt(),
            u[1] / u[0],
            mean,
            (mean + 2.0 / d * kinetic) / of_pressure,
            // Without the part of W that goes with U, which only adds noise.
            1.0 + 0.5 * d * (k[1] - u[1] / u[0] * k[0]) / k[2],
            u[0],
            w[1],
            1.0 + d * w[2] / k[2] + 0.25 * d * d * w[1] / k[2],
        ]
    });
    ThermoError::unless_of_run("heat capacity", &heat_capacity.excess, &correlation)?;
    if !(of_u.value() > 0.0 && of_w.value() > 0.0) {
        return Ok(Outcome::Unresolved(Undetermined::NoFluctuation));
    }
    let of_print = [
        rounding_variance(&energies, of_energy),
        rounding_variance(&pressures, of_pressure)
            + rounding_variance(&temperatures, 2.0 / d * of_temperature),
    ];
    let [u, w] = [&of_u, &of_w].map(Estimate::value);
    let of_print = [("potential energy", of_print[0], u), ("virial", of_print[1], w)];
    if let Some(why) = Undetermined::coarse_print(of_print) {
        return Ok(Outcome::Unresolved(why));
    }
    let is_canonical = matches!(ensemble, Ensemble::Nvt { .. });
    if is_canonical && is_other_kinetic_part(&kinetic) {
        return Ok(Outcome::Unresolved(Undetermined::NotKinetic { part: kinetic }));
    }
    if of_kinetic.value() < FAINT {
        let (part, expected) = (of_kinetic.value(), FAINT);
        return Ok(Outcome::Unresolved(Undetermined::FaintPressure {
            part,
            expected,
        }));
    }
    let excess = &heat_capacity.excess;
    let slope = Estimate::combine([&gamma, excess], |[gamma, excess]| gamma * excess)?;
    let canonical_correlation = match ensemble {
        Ensemble::Nve { .. } => Estimate::combine([&correlation, excess], |[r, excess]| {
            let x = excess / (excess + ensemble.kinetic_heat_capacity());
            r / (1.0 - x + x * r * r).sqrt()
        })?,
        _ => correlation.clone(),
    };
    Ok(Outcome::Resolved(Virial {
        units,
        ensemble,
        volume,
        dimensions,
        canonical_correlation,
        excess_pressure_coefficient: slope.map(|slope| slope * units.boltzmann() / of_pressure),
        correlation,
        gamma,
        mean_virial,
        mean_pressure,
        slope,
    }))
}

/// The constant volume of runs, as it is given or as their columns have it.
fn volume_of<T: Real>(
    given: Option<f64>,
    runs: &[EnergySeries<'_, T>],
    ensemble: Ensemble,
) -> Result<f64, ThermoError> {
    let given = given
        .map(|given| Invalid::unless_positive("volume", given))
        .transpose()?;
    let Some((found, change)) = VolumeChange::of(runs) else {
        return given.ok_or(ThermoError::NoVolume);
    };
    if let Some(contradiction) = change.contradiction(ensemble) {
        return Err(contradiction.into());
    }
    match given {
        Some(expected) if (found - expected).abs() > SAME_VOLUME * expected => {
            Err(ThermoError::Volume { found, expected })
        }
        _ => Ok(given.unwrap_or(found)),
    }
}

/// Whether the kinetic part of the pressure is not 1 of what it should be, by more than chance; or
/// by far, where chance is not known.
fn is_other_kinetic_part(part: &Estimate) -> bool {
    let chance = half_width(part);
    if !chance.is_finite() {
        let [least, most] = KINETIC_WITHOUT_ERROR;
        return part.value() < least || part.value() > most;
    }
    (part.value() - 1.0).abs() > KINETIC + chance
}
