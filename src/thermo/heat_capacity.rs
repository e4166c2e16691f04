//! The heat capacity from the energy's fluctuations.

use crate::energy::Moments;
use crate::stats::Estimate;
use crate::units::{Conversion, Units};

use super::{Ensemble, ThermoError};

/// The two plateaus of a mean-squared energy difference, in energy² per particle²: the fast one, U0², which vibrations reach,
/// and the rise Um² of the slow relaxation above it.
#[derive(Debug, Clone, Copy)]
pub struct Plateaus<'a> {
    /// The fast plateau U0².
    pub u0_squared: &'a Estimate,
    /// The slow rise Um².
    pub um_squared: &'a Estimate,
}

/// The excess heat capacity at constant volume, in k per particle: the potential energy's part.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HeatCapacity {
    units: Units,
    ensemble: Ensemble,
    temperature: Estimate,
    excess: Estimate,
    uncorrected: Estimate,
    split: Split,
    as_printed: Option<Estimate>,
}

/// The fast and the slow part of a heat capacity.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Split {
    /// Without a fit there are no parts.
    NotAsked,
    /// C_1 from U0² by the ensemble's formula, and C_2 = C_ex - C_1.
    Parts {
        /// C_1.
        fast: Estimate,
        /// C_2.
        slow: Estimate,
    },
    /// The fast plateau alone is more than a microcanonical run can have.
    TooLarge {
        /// N U0²/(g k² T²), expected below 1.
        y: f64,
    },
}

impl HeatCapacity {
    /// The units that energies and temperatures were in.
    #[must_use]
    pub fn units(&self) -> Units {
        self.units
    }

    /// The same in other units: a heat capacity in k per particle stays as it is, its temperature does not.
    ///
    /// # Errors
    /// [`ThermoError::Units`] unless the conversion begins with these units.
    pub fn converted(&self, conversion: &Conversion) -> Result<Self, ThermoError> {
        conversion.expect(self.units)?;
        Ok(Self {
            units: conversion.to(),
            temperature: self.temperature.map(|t| t * conversion.temperature()),
            ..self.clone()
        })
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

    /// C_ex from the variance of an infinite run.
    #[must_use]
    pub fn excess(&self) -> &Estimate {
        &self.excess
    }

    /// C_ex from the variance of the run as it is, without the correction for its finite length.
    #[must_use]
    pub fn uncorrected(&self) -> &Estimate {
        &self.uncorrected
    }

    /// The two parts, or why there are none.
    #[must_use]
    pub fn split(&self) -> &Split {
        &self.split
    }

    /// C_1, the vibrations' part.
    #[must_use]
    pub fn fast(&self) -> Option<&Estimate> {
        match &self.split {
            Split::Parts { fast, .. } => Some(fast),
            _ => None,
        }
    }

    /// C_2, the slow relaxation's part.
    #[must_use]
    pub fn slow(&self) -> Option<&Estimate> {
        match &self.split {
            Split::Parts { slow, .. } => Some(slow),
            _ => None,
        }
    }

    /// N (U0² + Um²)/(k T)², the form printed in the paper. It is right for no ensemble: in the canonical one it lacks a
    /// factor 1/2, and in the microcanonical one it agrees with the right form where y = 1/2, the harmonic solid, only.
    #[must_use]
    pub fn as_printed(&self) -> Option<&Estimate> {
        self.as_printed.as_ref()
    }
}

/// The excess heat capacity from the fluctuation of the potential energy.
///
/// ```text
/// v = N [s² + Var(mean)]              variance per particle of an infinite run
/// NVT   C_ex/k = v / (k T)²
/// NVE   y = 2 v / (g k² T²)           C_ex/k = (g/2) y / (1 - y)
/// fast  the same with v = N U0²/2     slow = excess - fast
/// ```
///
/// with N particles, g degrees of freedom per particle. The microcanonical form is that of Lebowitz, Percus and Verlet
/// (Phys. Rev. 153, 250, 1967), for which y lies in [0, 1); a classical harmonic solid has y = 1/2 and C_ex = g/2 k. Energy,
/// temperature and plateaus go through the same resamples.
///
/// # Units
/// k per particle. Energies and temperatures in the units of `units`. One state point cannot tell that they are in others: at constant temperature any
/// factor gives a heat capacity, at constant energy too small a unit does. Over temperature [`heat_capacity_check`](super::heat_capacity_check()) tells.
///
/// # Errors
/// [`ThermoError`]: constant pressure, no temperature, degrees of freedom that are not positive, y of 1 or more, a fit of
/// another run than the moments or through other resamples.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Ensemble, Resampling, Sampling, Units, energy, thermo};
/// // Variance 1e-3 per particle squared, 1000 particles, T = 1: C_ex = k in the canonical ensemble.
/// let energies: Vec<f64> = (0..4000).map(|i| if i % 2 == 0 { 1e-3_f64.sqrt() } else { -(1e-3_f64.sqrt()) }).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 0.1)?, 1000, EnergyKind::PerParticle)?.with_temperature(1.0)?;
/// let moments = energy::moments(&run, Resampling::default())?;
/// let canonical = thermo::heat_capacity(&moments, Units::LJ, Ensemble::Nvt, None)?;
/// assert!((canonical.excess().value() - 1.0).abs() < 1e-12);
/// let microcanonical = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nve(1000), None)?;
/// assert!((microcanonical.excess().value() - 3.0).abs() < 0.01);
/// assert!(thermo::heat_capacity(&moments, Units::LJ, Ensemble::Npt, None).is_err());
/// # Ok::<(), msed::Error>(())
/// ```
pub fn heat_capacity(
    moments: &Moments,
    units: Units,
    ensemble: Ensemble,
    plateaus: Option<Plateaus<'_>>,
) -> Result<HeatCapacity, ThermoError> {
    match ensemble {
        Ensemble::Npt => return Err(ThermoError::ConstantPressure),
        Ensemble::Nve {
            degrees_of_freedom: found,
        } if !(found.is_finite() && found > 0.0) => {
            return Err(ThermoError::DegreesOfFreedom { found });
        }
        Ensemble::Nve { .. } | Ensemble::Nvt => {}
    }
    let temperature = moments.temperature().ok_or(ThermoError::NoTemperature)?;
    let particles = moments.particles() as f64;
    let k = units.boltzmann();
    let of_variance = |variance: &Estimate| {
        Estimate::combine([variance, &temperature], |[s2, t]| {
            from_variance(particles * s2, k * t, ensemble)
        })
    };
    let corrected = moments.corrected_variance();
    let excess = of_variance(&corrected)?;
    if !excess.value().is_finite() {
        let y = fluctuation_ratio(particles * corrected.value(), k * temperature.value(), ensemble);
        return Err(ThermoError::TooLargeFluctuation { y });
    }
    let (split, as_printed) = match plateaus {
        None => (Split::NotAsked, None),
        Some(plateaus) => {
            for plateau in [plateaus.u0_squared, plateaus.um_squared] {
                ThermoError::unless_of_run("fit", plateau, moments.mean())?;
            }
            let printed = Estimate::combine(
                [plateaus.u0_squared, plateaus.um_squared, &temperature],
                |[u0, um, t]| particles * (u0 + um) / (k * t).powi(2),
            )?;
            let half = 0.5 * plateaus.u0_squared;
            let fast = of_variance(&half)?;
            let split = if fast.value().is_finite() {
                let slow = &excess - &fast;
                Split::Parts { fast, slow }
            } else {
                let y = fluctuation_ratio(particles * half.value(), k * temperature.value(), ensemble);
                Split::TooLarge { y }
            };
            (split, Some(printed))
        }
    };
    Ok(HeatCapacity {
        units,
        ensemble,
        uncorrected: of_variance(moments.variance())?,
        temperature,
        excess,
        split,
        as_printed,
    })
}

/// C_ex/k from N Var(e) and k T; NaN where the ensemble has no such fluctuation.
fn from_variance(v: f64, kt: f64, ensemble: Ensemble) -> f64 {
    let y = fluctuation_ratio(v, kt, ensemble);
    match ensemble {
        Ensemble::Nve { degrees_of_freedom } if (0.0..1.0).contains(&y) => {
            0.5 * degrees_of_freedom * y / (1.0 - y)
        }
        Ensemble::Nvt => y,
        Ensemble::Nve { .. } | Ensemble::Npt => f64::NAN,
    }
}

/// y of Lebowitz, Percus and Verlet; in the canonical ensemble, where nothing bounds it, C_ex/k itself.
fn fluctuation_ratio(v: f64, kt: f64, ensemble: Ensemble) -> f64 {
    match ensemble {
        Ensemble::Nve { degrees_of_freedom } => 2.0 * v / (degrees_of_freedom * kt * kt),
        Ensemble::Nvt | Ensemble::Npt => v / (kt * kt),
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
            let kt = units.boltzmann() * temperature;
            // U0 = sqrt(3/N) k T and sqrt(3/(2N)) k T: physics of equipartition, with all 3N degrees of freedom.
            let anchors = [
                (Ensemble::Nvt, 1.5 * kt * kt / n),
                (
                    Ensemble::Nve {
                        degrees_of_freedom: 3.0,
                    },
                    0.75 * kt * kt / n,
                ),
            ];
            for (ensemble, variance) in anchors {
                let u0_squared = exact(2.0 * variance);
                let um_squared = exact(0.0);
                let plateaus = Plateaus {
                    u0_squared: &u0_squared,
                    um_squared: &um_squared,
                };
                let c =
                    heat_capacity(&moments(variance, temperature), units, ensemble, Some(plateaus)).unwrap();
                for part in [c.excess(), c.uncorrected(), c.fast().unwrap()] {
                    assert!((part.value() - 1.5).abs() < 1e-12, "{units} {ensemble:?}: {part}");
                }
                assert!(c.slow().unwrap().value().abs() < 1e-12);
                // The printed form: right by luck at y = 1/2, twice the truth in the canonical ensemble.
                let expected = if ensemble == Ensemble::Nvt { 3.0 } else { 1.5 };
                assert!((c.as_printed().unwrap().value() - expected).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_two_ensembles_agree_on_one_system() {
        // A system of excess heat capacity C: v is C (kT)^2 in the canonical ensemble, and reduced by
        // Lebowitz-Percus-Verlet to C (kT)^2 / (1 + 2 C/g) at constant energy.
        let (c, t, g) = (2.3, 0.5, 2.997);
        let canonical = c * t * t / N as f64;
        let reduced = canonical / (1.0 + 2.0 * c / g);
        let of = |variance, ensemble| {
            heat_capacity(&moments(variance, t), Units::LJ, ensemble, None)
                .unwrap()
                .excess()
                .value()
        };
        assert!((of(canonical, Ensemble::Nvt) - c).abs() < 1e-12);
        assert!((of(reduced, Ensemble::nve(N)) - c).abs() < 1e-12);
        assert!(of(reduced, Ensemble::Nvt) < 0.4 * c);
    }

    #[test]
    fn refusals_name_the_numbers() {
        let message = |moments: &Moments, ensemble, plateaus| {
            heat_capacity(moments, Units::LJ, ensemble, plateaus)
                .unwrap_err()
                .to_string()
        };
        let good = moments(1e-4, 1.0);
        assert!(message(&good, Ensemble::Npt, None).starts_with("energy fluctuations at constant pressure"));
        assert_eq!(
            message(
                &good,
                Ensemble::Nve {
                    degrees_of_freedom: 0.0
                },
                None
            ),
            "0 degrees of freedom per particle, expected a positive finite number"
        );
        assert_eq!(
            message(
                &moments(3e-3, 1.0),
                Ensemble::Nve {
                    degrees_of_freedom: 3.0
                },
                None
            ),
            "2 v/(g k^2 T^2) is 2, expected less than 1 at constant energy: \
             is the run canonical, or are the energies of another kind or unit?"
        );
        let no_temperature = Moments::from_parts(N, 10, [exact(0.0), exact(1e-4), exact(0.0)], None, None);
        assert_eq!(
            message(&no_temperature, Ensemble::Nvt, None),
            "no temperature: give one, or the temperature column of the run"
        );
        let through = |resamples| Estimate::new(1.0, vec![1.0; 5], resamples);
        let blocks = Resampling::Blocks(5);
        let other = through(Resamples::new(RunId::named("another run"), blocks, 5));
        let plateaus = Plateaus {
            u0_squared: &other,
            um_squared: &exact(1.0),
        };
        assert_eq!(
            message(&good, Ensemble::Nvt, Some(plateaus)),
            "the fit is of another run than the moments, expected both from the same energies"
        );
        let other = through(Resamples::new(RunId::named("run"), blocks, 5));
        let plateaus = Plateaus {
            u0_squared: &other,
            um_squared: &other,
        };
        assert_eq!(
            message(&good, Ensemble::Nvt, Some(plateaus)),
            "the fit went through 5 resamples and the moments through 4: use one resampling for both"
        );
        // A fast plateau that no microcanonical run has leaves the rest as it is.
        let large = exact(4e-3);
        let plateaus = Plateaus {
            u0_squared: &large,
            um_squared: &large,
        };
        let ensemble = Ensemble::Nve {
            degrees_of_freedom: 2.0,
        };
        let c = heat_capacity(&good, Units::LJ, ensemble, Some(plateaus)).unwrap();
        assert_eq!(c.split(), &Split::TooLarge { y: 2.0 });
        assert_eq!((c.fast(), c.slow()), (None, None));
    }
}
