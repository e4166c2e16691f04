//! The heat capacity from the energy's fluctuations.

use std::fmt;

use crate::dimensions::Dimensions;
use crate::energy::Moments;
use crate::real::Invalid;
use crate::relaxation::{Reason, Relaxation, Verdict};
use crate::stats::{Estimate, Outcome};
use crate::units::{Conversion, Units};

use super::{ThermoError, Undetermined};

/// The ensemble that a run sampled: it decides what an energy fluctuation means, and has no
/// default.
///
/// Each ensemble carries g, the number of momenta that fluctuate per particle, because the kinetic
/// energy (g/2) N k T rests on it: at constant energy the heat capacity does, and in every ensemble
/// the check of what a run has sampled does. Atoms whose total momentum is conserved have
/// g = (3N-3)/N, which [`nve`](Self::nve), [`nvt`](Self::nvt) and [`npt`](Self::npt) set. N rigid
/// water molecules have 6 - 3/N per molecule, and constraints take off one each:
/// [`with_degrees_of_freedom`](Self::with_degrees_of_freedom).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Ensemble {
    /// Constant total energy. The fluctuation of the potential energy is reduced, since the kinetic
    /// energy gives what it takes.
    Nve {
        /// Momenta that fluctuate, per particle: see [`Ensemble`].
        degrees_of_freedom: f64,
    },
    /// Constant temperature, by a thermostat that samples the canonical distribution (Nosé-Hoover
    /// chains, Langevin, stochastic rescaling; not Berendsen's).
    Nvt {
        /// Momenta that fluctuate, per particle: see [`Ensemble`].
        degrees_of_freedom: f64,
    },
    /// Constant pressure, by a barostat that samples the isothermal-isobaric ensemble (Martyna,
    /// Tobias and Klein's, Parrinello and Rahman's, stochastic rescaling of the cell; not
    /// Berendsen's). The energy alone gives no heat capacity there; with volume and pressure
    /// [`constant_pressure`](super::constant_pressure()) does.
    Npt {
        /// Momenta that fluctuate, per particle: see [`Ensemble`].
        degrees_of_freedom: f64,
    },
}

impl Ensemble {
    /// Constant energy of atoms whose total momentum is conserved: (3N-3)/N degrees of freedom per
    /// particle, as LAMMPS counts them in its temperature. [`Dimensions::degrees_of_freedom`] are
    /// those in a plane, for [`with_degrees_of_freedom`](Self::with_degrees_of_freedom).
    ///
    /// ```
    /// use msed::Ensemble;
    /// assert_eq!(Ensemble::nve(1000), Ensemble::Nve { degrees_of_freedom: 2.997 });
    /// ```
    #[must_use]
    pub fn nve(particles: usize) -> Self {
        Self::Nve {
            degrees_of_freedom: Dimensions::Three.degrees_of_freedom(particles),
        }
    }

    /// Constant temperature, with the degrees of freedom of [`nve`](Self::nve), which a thermostat
    /// that conserves momentum keeps.
    ///
    /// ```
    /// use msed::Ensemble;
    /// assert_eq!(Ensemble::nvt(1000).degrees_of_freedom(), 2.997);
    /// ```
    #[must_use]
    pub fn nvt(particles: usize) -> Self {
        Self::Nvt {
            degrees_of_freedom: Dimensions::Three.degrees_of_freedom(particles),
        }
    }

    /// Constant pressure, with the degrees of freedom of [`nve`](Self::nve).
    #[must_use]
    pub fn npt(particles: usize) -> Self {
        Self::Npt {
            degrees_of_freedom: Dimensions::Three.degrees_of_freedom(particles),
        }
    }

    /// The same ensemble of a system with other degrees of freedom per particle: rigid molecules,
    /// constraints, a plane. Whatever computes with them refuses a number that is not positive and
    /// finite.
    ///
    /// ```
    /// use msed::Ensemble;
    /// // 216 rigid water molecules, counted as particles: three of translation and three of
    /// // rotation each, less three of the total momentum.
    /// let water = Ensemble::nve(216).with_degrees_of_freedom(6.0 - 3.0 / 216.0);
    /// assert!((water.degrees_of_freedom() * 216.0 - 1293.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn with_degrees_of_freedom(self, degrees_of_freedom: f64) -> Self {
        match self {
            Self::Nve { .. } => Self::Nve { degrees_of_freedom },
            Self::Nvt { .. } => Self::Nvt { degrees_of_freedom },
            Self::Npt { .. } => Self::Npt { degrees_of_freedom },
        }
    }

    /// Degrees of freedom per particle.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> f64 {
        match *self {
            Self::Nve { degrees_of_freedom }
            | Self::Nvt { degrees_of_freedom }
            | Self::Npt { degrees_of_freedom } => degrees_of_freedom,
        }
    }

    /// A relaxation of the energy of a run in this ensemble: unresolved at constant pressure, where
    /// the energy follows the volume, and the volume the barostat.
    ///
    /// ```
    /// use msed::relaxation::{Fit, Model, Reason};
    /// use msed::{EnergyKind, Ensemble, Lags, Resampling, energy, io};
    /// let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
    /// let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
    /// let fit = Fit::new(Model::Exponential).window([0.5, 200.0]).to(&msed)?;
    /// assert!(Ensemble::nve(1000).judge(fit.clone()).verdict.is_resolved());
    /// let refused = Ensemble::npt(1000).judge(fit);
    /// assert_eq!(refused.verdict.reasons(), [Reason::ConstantPressure]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn judge(&self, fit: Relaxation) -> Relaxation {
        match self {
            // Whatever else hides a relaxation there does not matter.
            Self::Npt { .. } => Relaxation {
                verdict: Verdict::Unresolved(vec![Reason::ConstantPressure]),
                ..fit
            },
            Self::Nve { .. } | Self::Nvt { .. } => fit,
        }
    }

    /// g/2, the heat capacity of the kinetic energy, in k per particle.
    pub(super) fn kinetic_heat_capacity(&self) -> f64 {
        0.5 * self.degrees_of_freedom()
    }

    /// `nve`, `nvt` or `npt`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nve { .. } => "nve",
            Self::Nvt { .. } => "nvt",
            Self::Npt { .. } => "npt",
        }
    }
}

/// The excess heat capacity at constant volume, in k per particle: the potential energy's part.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct HeatCapacity {
    // What `excess` was computed with, and the parts will be: private, so that they stay the same.
    units: Units,
    ensemble: Ensemble,
    particles: f64,
    temperature: Estimate,
    /// C_ex from the variance of an infinite run.
    pub excess: Estimate,
    /// C_ex from the variance of the run as it is, without the correction for its finite length.
    pub uncorrected: Estimate,
    /// The fast part C_1, from U0² by the ensemble's formula, and the slow part C_2 = C_ex - C_1,
    /// or why there are none; `None` before a fit has [`split`](Self::split) it.
    pub parts: Option<Outcome<[Estimate; 2], Undetermined>>,
    /// N (U0² + Um²)/(k T)², the form printed in the paper; `None` before plateaus have split it.
    /// It is right for no ensemble: in the canonical one it lacks a factor 1/2, and in the
    /// microcanonical one it agrees with the right form where y = 1/2, the harmonic solid, only.
    pub as_printed: Option<Estimate>,
}

impl fmt::Display for HeatCapacity {
    /// `C_ex = 1.846(40), C_1 = 1.416(18), C_2 = 0.430(35)`, or why there are no parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C_ex = {}", self.excess)?;
        match &self.parts {
            Some(Outcome::Resolved([fast, slow])) => write!(f, ", C_1 = {fast}, C_2 = {slow}"),
            Some(Outcome::Unresolved(why)) => write!(f, "; no parts: {why}"),
            None => Ok(()),
        }
    }
}

impl HeatCapacity {
    /// The units that energies and temperatures were in.
    #[must_use]
    pub fn units(&self) -> Units {
        self.units
    }

    /// The ensemble whose formula was used.
    #[must_use]
    pub fn ensemble(&self) -> Ensemble {
        self.ensemble
    }

    /// The temperature used.
    #[must_use]
    pub fn temperature(&self) -> &Estimate {
        &self.temperature
    }

    /// Number of particles.
    pub(super) fn particles(&self) -> f64 {
        self.particles
    }

    /// C_V in k per particle: the kinetic part g/2 and C_ex.
    pub(super) fn total(&self) -> Estimate {
        &self.excess + self.ensemble.kinetic_heat_capacity()
    }

    /// What 2 v/(g k² T²), in the canonical ensemble v/(k T)², is of a mean-squared difference at a
    /// temperature: v = N MSED/2 is the variance of a difference's half.
    pub(super) fn ratio_of_difference(&self, msed: f64, temperature: f64) -> f64 {
        let kt = self.units.boltzmann * temperature;
        fluctuation_ratio(0.5 * self.particles * msed, kt, self.ensemble)
    }

    /// The same in other units: a heat capacity in k per particle stays as it is, its temperature
    /// does not.
    ///
    /// # Errors
    /// [`ThermoError::Units`] unless the conversion begins with these units.
    pub fn converted(&self, conversion: &Conversion) -> Result<Self, ThermoError> {
        conversion.expect(self.units)?;
        Ok(Self {
            units: conversion.to,
            temperature: self.temperature.map(|t| t * conversion.temperature),
            ..self.clone()
        })
    }

    /// The heat capacity split into its fast and its slow part by a fit of the mean-squared energy
    /// difference of the same run. An unresolved fit gives no parts, and [`parts`](Self::parts)
    /// says why.
    ///
    /// # Errors
    /// [`ThermoError::OtherRun`] for a fit of another run, [`ThermoError::Mixture`] for one that
    /// went through other resamples.
    ///
    /// ```
    /// use msed::relaxation::{Fit, Model};
    /// use msed::{EnergyKind, Ensemble, Lags, Resampling, Units, energy, io, thermo};
    /// let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
    /// let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
    /// let fit = Fit::new(Model::Exponential).window([0.5, 200.0]).to(&msed)?;
    /// let moments = energy::moments(&run, Resampling::default())?;
    /// let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nve(1000))?.split(&fit)?;
    /// let (fast, slow) = (c.fast().unwrap(), c.slow().unwrap());
    /// assert!(((fast + slow).value() - c.excess.value()).abs() < 1e-12);
    /// assert_eq!(c.to_string(), format!("C_ex = {}, C_1 = {fast}, C_2 = {slow}", c.excess));
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn split(self, fit: &Relaxation) -> Result<Self, ThermoError> {
        if fit.verdict.is_resolved() {
            return self.split_at(&fit.u0_squared, &fit.um_squared);
        }
        let why = Undetermined::Unresolved(fit.verdict.clone());
        Ok(Self {
            parts: Some(Outcome::Unresolved(why)),
            as_printed: None,
            ..self
        })
    }

    /// The heat capacity split by plateaus U0² and Um² from anywhere, in energy² per particle².
    ///
    /// # Errors
    /// As [`split`](Self::split).
    pub fn split_at(self, u0_squared: &Estimate, um_squared: &Estimate) -> Result<Self, ThermoError> {
        for plateau in [u0_squared, um_squared] {
            ThermoError::unless_of_run("fit", plateau, &self.excess)?;
        }
        let k = self.units.boltzmann;
        let of = [u0_squared, um_squared, &self.temperature];
        let printed = |[u0, um, t]: [f64; 3]| self.particles * (u0 + um) / (k * t).powi(2);
        let as_printed = Some(Estimate::combine(of, printed)?);
        let half = 0.5 * u0_squared;
        let fast = self.of_variance(&half)?;
        let parts = if fast.value().is_finite() {
            let slow = &self.excess - &fast;
            Outcome::Resolved([fast, slow])
        } else {
            let kt = k * self.temperature.value();
            let y = fluctuation_ratio(self.particles * half.value(), kt, self.ensemble);
            Outcome::Unresolved(Undetermined::TooLarge { y })
        };
        Ok(Self {
            parts: Some(parts),
            as_printed,
            ..self
        })
    }

    /// C_1, the part of the vibrations.
    #[must_use]
    pub fn fast(&self) -> Option<&Estimate> {
        Some(&self.parts.as_ref()?.value()?[0])
    }

    /// C_2, the part of the slow relaxation.
    #[must_use]
    pub fn slow(&self) -> Option<&Estimate> {
        Some(&self.parts.as_ref()?.value()?[1])
    }

    /// C_ex/k of an energy variance per particle squared.
    fn of_variance(&self, variance: &Estimate) -> Result<Estimate, ThermoError> {
        let k = self.units.boltzmann;
        let of = |[s2, t]: [f64; 2]| from_variance(self.particles * s2, k * t, self.ensemble);
        Ok(Estimate::combine([variance, &self.temperature], of)?)
    }
}

/// The excess heat capacity from the fluctuation of the potential energy.
///
/// ```text
/// v = N [s² + Var(mean)]              variance per particle of an infinite run
/// NVT   C_ex/k = v / (k T)²
/// NVE   y = 2 v / (g k² T²)           C_ex/k = (g/2) y / (1 - y)
/// fast  the same with v = N U0²/2     slow = excess - fast          (HeatCapacity::split)
/// ```
///
/// with N particles, g degrees of freedom per particle. The microcanonical form is that of
/// Lebowitz, Percus and Verlet (Phys. Rev. 153, 250, 1967), for which y lies in [0, 1); a classical
/// harmonic solid has y = 1/2 and C_ex = g/2 k. Energy, temperature and plateaus go through the
/// same resamples.
///
/// # Units
/// k per particle. Energies and temperatures in the units of `units`. One state point cannot tell
/// that they are in others: at constant temperature any factor gives a heat capacity, at constant
/// energy too small a unit does. Over temperature
/// [`heat_capacity_check`](super::heat_capacity_check()) tells.
///
/// # Errors
/// [`ThermoError`]: constant pressure, no temperature, degrees of freedom that are not positive, y
/// of 1 or more.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Ensemble, Resampling, Sampling, Units, energy, thermo};
/// // Variance 1e-3 per particle squared, 1000 particles, T = 1: C_ex = k in the canonical ensemble.
/// let energies: Vec<f64> = (0..4000).map(|i| if i % 2 == 0 { 1e-3_f64.sqrt() } else { -(1e-3_f64.sqrt()) }).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 0.1)?, 1000, EnergyKind::PerParticle)?.with_temperature(1.0)?;
/// let moments = energy::moments(&run, Resampling::default())?;
/// let canonical = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(1000))?;
/// assert!((canonical.excess.value() - 1.0).abs() < 1e-12);
/// let microcanonical = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nve(1000))?;
/// assert!((microcanonical.excess.value() - 3.0).abs() < 0.01);
/// assert!(thermo::heat_capacity(&moments, Units::LJ, Ensemble::npt(1000)).is_err());
/// # Ok::<(), msed::Error>(())
/// ```
pub fn heat_capacity(
    moments: &Moments,
    units: Units,
    ensemble: Ensemble,
) -> Result<HeatCapacity, ThermoError> {
    match ensemble {
        Ensemble::Npt { .. } => return Err(ThermoError::ConstantPressure),
        Ensemble::Nve { degrees_of_freedom } => {
            Invalid::unless_positive("degrees of freedom per particle", degrees_of_freedom)?;
        }
        Ensemble::Nvt { .. } => {}
    }
    let temperature = moments.temperature().ok_or(ThermoError::NoTemperature)?;
    let corrected = moments.corrected_variance();
    let mut found = HeatCapacity {
        units,
        ensemble,
        particles: moments.particles as f64,
        temperature,
        excess: corrected.clone(),
        uncorrected: corrected.clone(),
        parts: None,
        as_printed: None,
    };
    found.excess = found.of_variance(&corrected)?;
    found.uncorrected = found.of_variance(&moments.variance)?;
    if !found.excess.value().is_finite() {
        let kt = units.boltzmann * found.temperature.value();
        let y = fluctuation_ratio(found.particles * corrected.value(), kt, ensemble);
        return Err(ThermoError::TooLargeFluctuation { y });
    }
    Ok(found)
}

/// C_ex/k from N Var(e) and k T; NaN where the ensemble has no such fluctuation.
fn from_variance(v: f64, kt: f64, ensemble: Ensemble) -> f64 {
    let y = fluctuation_ratio(v, kt, ensemble);
    match ensemble {
        Ensemble::Nve { degrees_of_freedom } if (0.0..1.0).contains(&y) => {
            0.5 * degrees_of_freedom * y / (1.0 - y)
        }
        Ensemble::Nvt { .. } => y,
        Ensemble::Nve { .. } | Ensemble::Npt { .. } => f64::NAN,
    }
}

/// y of Lebowitz, Percus and Verlet; in the canonical ensemble, where nothing bounds it, C_ex/k
/// itself.
fn fluctuation_ratio(v: f64, kt: f64, ensemble: Ensemble) -> f64 {
    match ensemble {
        Ensemble::Nve { degrees_of_freedom } => 2.0 * v / (degrees_of_freedom * kt * kt),
        Ensemble::Nvt { .. } | Ensemble::Npt { .. } => v / (kt * kt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resamples, Resampling, RunId};

    const N: usize = 1000;

    fn resamples() -> Resamples {
        Resamples::new(RunId::named("run"), Resampling::Blocks(4), 4)
    }

    /// A number of a run that is the same on each resample.
    fn exact(value: f64) -> Estimate {
        Estimate::new(value, vec![value; 4], resamples())
    }

    /// Moments of a system of that variance per particle squared at that temperature.
    fn moments(variance: f64, temperature: f64) -> Moments {
        let parts = [exact(-7.0), exact(variance), exact(0.0)];
        Moments::from_parts(N, 10_000, parts, Some(temperature), None)
    }

    #[test]
    fn harmonic_solids_have_half_k_per_degree_of_freedom() {
        let n = N as f64;
        let units = [(Units::LJ, 0.7), (Units::METAL, 1600.0), (Units::REAL, 300.0)];
        for (units, temperature) in units {
            let kt = units.boltzmann * temperature;
            // U0 = sqrt(3/N) k T and sqrt(3/(2N)) k T: physics of equipartition, with all 3N
            // degrees of freedom.
            let anchors = [
                (Ensemble::nvt(N), 1.5 * kt * kt / n),
                (Ensemble::nve(N).with_degrees_of_freedom(3.0), 0.75 * kt * kt / n),
            ];
            for (ensemble, variance) in anchors {
                let c = heat_capacity(&moments(variance, temperature), units, ensemble).unwrap();
                let c = c.split_at(&exact(2.0 * variance), &exact(0.0)).unwrap();
                for part in [&c.excess, &c.uncorrected, c.fast().unwrap()] {
                    assert!((part.value() - 1.5).abs() < 1e-12, "{units} {ensemble:?}: {part}");
                }
                assert!(c.slow().unwrap().value().abs() < 1e-12);
                // The printed form: right by luck at y = 1/2, twice the truth in the canonical
                // ensemble.
                let expected = if ensemble == Ensemble::nvt(N) { 3.0 } else { 1.5 };
                assert!((c.as_printed.unwrap().value() - expected).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_two_ensembles_agree_on_one_system() {
        // A system of excess heat capacity C: v is C (kT)^2 in the canonical ensemble, and reduced
        // by Lebowitz-Percus-Verlet to C (kT)^2 / (1 + 2 C/g) at constant energy.
        let (c, t, g) = (2.3, 0.5, 2.997);
        let canonical = c * t * t / N as f64;
        let reduced = canonical / (1.0 + 2.0 * c / g);
        let of = |variance, ensemble| {
            heat_capacity(&moments(variance, t), Units::LJ, ensemble)
                .unwrap()
                .excess
                .value()
        };
        assert!((of(canonical, Ensemble::nvt(N)) - c).abs() < 1e-12);
        assert!((of(reduced, Ensemble::nve(N)) - c).abs() < 1e-12);
        assert!(of(reduced, Ensemble::nvt(N)) < 0.4 * c);
    }

    #[test]
    fn refusals_name_the_numbers() {
        let message = |moments: &Moments, ensemble| {
            heat_capacity(moments, Units::LJ, ensemble)
                .unwrap_err()
                .to_string()
        };
        let nve = |degrees_of_freedom| Ensemble::Nve { degrees_of_freedom };
        let good = moments(1e-4, 1.0);
        assert!(message(&good, Ensemble::npt(N)).starts_with("at constant pressure the enthalpy fluctuates"));
        assert_eq!(
            message(&good, nve(0.0)),
            "degrees of freedom per particle 0, expected a positive finite number"
        );
        assert_eq!(
            message(&moments(3e-3, 1.0), nve(3.0)),
            "2 v/(g k^2 T^2) is 2, expected less than 1 at constant energy: \
             is the run canonical, or are the energies of another kind or unit?"
        );
        let no_temperature = Moments::from_parts(N, 10, [exact(0.0), exact(1e-4), exact(0.0)], None, None);
        assert_eq!(
            message(&no_temperature, Ensemble::nvt(N)),
            "the energies have no temperature, expected a given one or the temperature column of the run"
        );
        let c = heat_capacity(&good, Units::LJ, nve(2.0)).unwrap();
        assert_eq!((&c.parts, &c.as_printed), (&None, &None));
        let through = |run| {
            let resamples = Resamples::new(RunId::named(run), Resampling::Blocks(5), 5);
            Estimate::new(1.0, vec![1.0; 5], resamples)
        };
        let refused = |u0: &Estimate, um: &Estimate| c.clone().split_at(u0, um).unwrap_err().to_string();
        assert_eq!(
            refused(&through("another run"), &exact(1.0)),
            "the fit is of another run than the moments, expected both from the same energies"
        );
        assert_eq!(
            refused(&through("run"), &through("run")),
            "numbers of one run through 4 blocks and through 5 blocks, expected one resampling for both"
        );
        // A fast plateau that no microcanonical run has leaves the rest as it is.
        let c = c.split_at(&exact(4e-3), &exact(4e-3)).unwrap();
        assert_eq!(
            c.parts,
            Some(Outcome::Unresolved(Undetermined::TooLarge { y: 2.0 }))
        );
        assert_eq!((c.fast(), c.slow()), (None, None));
    }
}
