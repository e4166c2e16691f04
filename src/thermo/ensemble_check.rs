//! Which ensemble a run sampled, from its energies and temperatures.

use std::fmt;

use thiserror::Error;

use super::contradiction::{CONSTANT, Contradiction, of_columns};
use super::energy_columns::EnergyColumns;
use super::thermostat_time::{NoThermostatTime, thermostat_time};
use super::total_energy::TotalEnergies;
use super::volume::VolumeChange;
use super::{Ensemble, ThermoError, Undetermined};
use crate::energy::EnergyError;
use crate::real::{Invalid, Real, short};
use crate::relaxation::thresholds::THERMOSTAT;
use crate::relaxation::{Reason, Relaxation};
use crate::series::{EnergyKind, EnergyRuns};
use crate::stats::{Estimate, Outcome, Resampling, Significance};
use crate::units::{Conversion, Dimension, Units};

/// Largest 1 + corr(e, T) of a run at constant energy: its integrator leaves e_tot a variance of
/// twice this part of Var(e), and the heat capacity an error of about as much.
const CONSERVED: f64 = 0.02;
/// What chance may add to it. At constant energy the correlation hardly fluctuates, and one whose
/// error is larger is of another ensemble.
const CHANCE: f64 = 0.05;
/// Correlation and relative deviation of Var(T) that a canonical run may have: those of a
/// thermostat with a finite time step.
const CANONICAL: f64 = 0.05;
/// Where either number has this standard error or more, the two do not show a canonical ensemble:
/// Berendsen's thermostat with the liquid's own time is three such errors away.
const VAGUE: f64 = 0.15;
/// Relative deviation of std(e) from (g/2) k std(T) that a run at constant energy may have.
const SCALE: f64 = 0.05;
/// Relative deviation that degrees of freedom from total energies may have: temperatures and
/// energies of one file follow each other exactly, but for constants of nature of few digits.
const FREEDOM: f64 = 0.01;
/// Twice the momenta of the whole system, which a program takes off its degrees of freedom or not.
const MOMENTA: f64 = 6.0;
/// std(e)² over the canonical variance of the kinetic energy, C_ex/(g/2) in the canonical ensemble:
/// no dense liquid or glass is outside of the squares of these.
const PLAUSIBLE: [f64; 2] = [0.1, 10.0];
/// Largest share of a variance that may come from rounding where it is to tell the ensemble.
const COARSE: f64 = 0.25;

/// The ensemble that a run has sampled, as its data show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Sampled {
    /// The total energy is constant: corr(e, T) = -1.
    Microcanonical,
    /// Energy and temperature are independent, and Var(T) = 2 T²/(g N).
    Canonical,
    /// Neither: Berendsen's thermostat, velocity rescaling to one temperature, an average over
    /// windows in the canonical ensemble. No fluctuation formula holds.
    Neither,
}

impl Sampled {
    /// `microcanonical`, `canonical` or `neither`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Microcanonical => "microcanonical",
            Self::Canonical => "canonical",
            Self::Neither => "neither",
        }
    }
}

impl fmt::Display for Sampled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why the data do not show the ensemble.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum UnknownEnsemble {
    /// The run is too short, or it has no resamples.
    #[error(
        "the run is too short to tell its ensemble: corr(E, T) is {correlation}, Var(T) is {temperature_variance} of the canonical variance"
    )]
    TooShort {
        /// The correlation of energy and temperature with its error, as text.
        correlation: String,
        /// Var(T) over 2 T²/(g N) with its error, as text.
        temperature_variance: String,
    },
    /// The energy is the same in all samples, and the temperature is not.
    #[error("the energy is the same in all samples: nothing tells the ensemble")]
    ConstantEnergy,
    /// Too few digits were printed.
    #[error(
        "the {quantity} is printed in steps of {}, its standard deviation is {}: too few digits to tell the ensemble",
        short(*.quantum, 3), short(*.standard_deviation, 3)
    )]
    Rounding {
        /// Energy or temperature.
        quantity: String,
        /// The step of the print.
        quantum: f64,
        /// The standard deviation of the column, with the rounding, in the same unit.
        standard_deviation: f64,
    },
}

/// What the energies and temperatures of a run show of its ensemble, of the kind and units of the
/// energies, and of a thermostat.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct EnsembleCheck {
    /// The ensemble that the run has sampled, or why the data do not show it.
    pub sampled: Outcome<Sampled, UnknownEnsemble>,
    /// The correlation coefficient of energy and temperature: -1 at constant energy, 0 in the
    /// canonical ensemble. NaN where one of the two is constant.
    pub correlation: Estimate,
    /// Var(T) over 2 T²/(g N): 1 in the canonical ensemble.
    pub temperature_variance: Estimate,
    /// std(e) over (g/2) k std(T): 1 at constant energy. It is N times too small or too large for
    /// the wrong energy kind, and tells units and degrees of freedom too.
    pub energy_ratio: Estimate,
    /// The degrees of freedom per particle that the total energies show, 2 (E_tot - E)/(N k T),
    /// with the declared particles, kind and units. It is exact but for the print where both
    /// columns are of the same particles. `None` where a run has no total energies, or where what
    /// they have beyond the energies is no kinetic energy: it does not follow the temperature, or
    /// it is negative.
    pub kinetic_freedom: Option<Estimate>,
    /// Var(E_tot) over Var(E) without drift: 0 at constant energy. `None` where
    /// [`kinetic_freedom`](Self::kinetic_freedom) is.
    pub total_variance: Option<Estimate>,
    /// Whether the fluctuations of the temperature are those of E_tot - E, since the temperatures
    /// are constant or printed too coarsely.
    pub uses_total_energies: bool,
    /// The time in which the thermostat exchanges heat with the run, in time units.
    pub thermostat_time: Outcome<Estimate, NoThermostatTime>,
    // std(e) over the canonical standard deviation of the kinetic energy.
    canonical_ratio: Estimate,
    degrees_of_freedom: f64,
    kind: EnergyKind,
    particles: usize,
    // The relative error of the degrees of freedom that the print explains.
    freedom_rounding: f64,
    // Where the runs have a column of volumes.
    volume_change: Option<VolumeChange>,
}

/// Finds the ensemble of one run or of several, from energies and temperatures at the same samples:
/// with the total energy e_tot = e + (g/2) k T,
/// ```text
/// microcanonical   corr(e, T) = -1   Var(e_tot) = 0         std(e) = (g/2) k std(T)
/// canonical        corr(e, T) = 0    Var(T) = 2 T²/(g N)
/// neither          anything else
/// ```
/// `degrees_of_freedom` is g, per particle, as the [`Ensemble`] has it.
///
/// **Errors of the numbers.** Each number comes with its replicates, and an ensemble is excluded
/// where it lies further away than [`Significance::ENSEMBLE`] and a tolerance: 0.02 in the
/// correlation at constant energy, 0.05 in both numbers of the canonical ensemble. A straight line
/// is taken out of both columns of each run first, since an integrator's drift is no fluctuation,
/// and the variance q²/12 of a print in steps of q is taken off. A run that leaves both ensembles
/// possible has an [`UnknownEnsemble`].
///
/// **Total energies**, where the runs have a column of them, tell the kinetic energy without noise:
/// E_tot - E is (g/2) N k T at each sample. [`kinetic_freedom`](EnsembleCheck::kinetic_freedom) is
/// the g that they show, with the number of particles, the kind and the units declared. One that
/// differs from `degrees_of_freedom` by more than 1 % and more than 6/N, twice the momenta that a
/// program may take off or not, is a contradiction ([`Contradiction::Freedom`]). So is one of
/// another energy kind or unit, in any ensemble. Where temperatures are printed too coarsely for
/// their fluctuations, those of E_tot - E take their place. Total energies without temperatures are
/// not used.
///
/// **Volumes** that change by more than 1e-5, where the runs have a column of them, contradict a
/// declared constant volume: the run is at constant pressure. So do volumes that differ between
/// runs. At constant pressure energy and temperature are independent too, and the two numbers are
/// those of the canonical ensemble.
///
/// **Averages over windows**, as `fix ave/time` may write them, keep e_tot: at constant energy
/// nothing changes here, but the variances lack what moves within a window. In the canonical
/// ensemble they make Var(T) too small, and the data then belong to neither ensemble. This is
/// right, because Var(e) is too small as well.
///
/// **The thermostat's time** is that of the correlation between the kinetic and the total energy: a
/// fluctuation of the temperature leaves the run through the thermostat alone. A thermostat that
/// exchanges heat with the kinetic energy at a rate 1/t has a time of t C_V/(g/2), with the heat
/// capacity of all that takes part within that time: Langevin's damping time over 2 is t, and
/// stochastic rescaling's relaxation time is t. [`EnsembleCheck::judge`] compares it with a
/// relaxation time. docs/ensembles.md has the derivation, and measurements under several
/// thermostats.
///
/// # Units
/// Energies and temperatures in the units of `units`, times in time units.
///
/// # Cost
/// Two columns of `f64`, four with total energies, and one product per sample at each of 20 lags a
/// decade.
///
/// # Errors
/// [`ThermoError::NoTemperatures`] for runs without temperatures at their samples,
/// [`ThermoError::Invalid`] for degrees of freedom that are not positive, [`ThermoError::Energy`]
/// where the runs cannot be divided as asked.
///
/// ```
/// use msed::thermo::{Sampled, ensemble_check};
/// use msed::{EnergyKind, Ensemble, Resampling, Units, io};
/// let table = io::energies("data/kob-andersen/T0.800/energy.dat.gz")?;
/// let run = table.series(0.005, 1000, EnergyKind::Total)?;
/// let check = ensemble_check(&run, Units::LJ, 2.997, Resampling::default())?;
/// assert_eq!(check.sampled.value(), Some(&Sampled::Microcanonical));
/// assert_eq!(check.contradiction(Ensemble::nve(1000)), None);
/// assert!(check.contradiction(Ensemble::nvt(1000)).is_some());
///
/// let wrong = table.series(0.005, 1000, EnergyKind::PerParticle)?;
/// let check = ensemble_check(&wrong, Units::LJ, 2.997, Resampling::default())?;
/// assert_eq!(
///     check.contradiction(Ensemble::nve(1000)).unwrap().to_string(),
///     "std(E)/std(T) is 1003 of what per-particle energies have, expected 1 at constant energy: the energies look like totals"
/// );
/// # Ok::<(), msed::Error>(())
/// ```
pub fn ensemble_check<T: Real>(
    runs: &impl EnergyRuns<T>,
    units: Units,
    degrees_of_freedom: f64,
    resampling: Resampling,
) -> Result<EnsembleCheck, ThermoError> {
    let g = Invalid::unless_positive("degrees of freedom per particle", degrees_of_freedom)?;
    let k = units.boltzmann();
    let columns = EnergyColumns::new(runs, 0.5 * g * k, resampling).map_err(EnergyError::from)?;
    let temperatures = columns.ok_or(ThermoError::NoTemperatures)?;
    let first = &runs.energies()[0];
    let particles = first.particles();
    let temperature = temperatures
        .resamples
        .evaluate(|weights| temperatures.mean(weights));
    let canonical = temperature.map(|t| 0.5 * g * (k * t).powi(2) / particles as f64);
    let totals = TotalEnergies::of(runs, &temperatures, g, COARSE);
    let (kinetic_freedom, total_variance, freedom_rounding) = match &totals {
        Some(totals) => (
            Some(totals.freedom.clone()),
            Some(totals.variance.clone()),
            totals.rounding,
        ),
        None => (None, None, 0.0),
    };
    let is_lost = temperatures.is_kinetic_coarse(COARSE);
    let finer = totals
        .map(|totals| totals.columns)
        .filter(|columns| is_lost && columns.too_coarse(COARSE).is_none());
    let uses_total_energies = finer.is_some();
    let columns = finer.unwrap_or(temperatures);
    let [correlation, variance, ratio, potential]: [Estimate; 4] =
        Estimate::array(columns.resamples.evaluate_all(|weights| {
            let of = columns.covariances(weights);
            [
                of.correlation(),
                of.kinetic,
                (of.potential / of.kinetic).sqrt(),
                of.potential,
            ]
        }));
    let mut check = EnsembleCheck {
        sampled: Outcome::Resolved(Sampled::Neither),
        correlation,
        temperature_variance: &variance / &canonical,
        energy_ratio: ratio,
        kinetic_freedom,
        total_variance,
        uses_total_energies,
        thermostat_time: Outcome::Unresolved(NoThermostatTime::ConstantEnergy),
        canonical_ratio: (&potential / &canonical).sqrt(),
        degrees_of_freedom: g,
        kind: first.kind(),
        particles,
        freedom_rounding,
        volume_change: VolumeChange::of(runs.energies()).map(|(_, change)| change),
    };
    let too_coarse = columns.too_coarse(COARSE);
    check.sampled = match too_coarse {
        Some((column, standard_deviation)) => Outcome::Unresolved(UnknownEnsemble::Rounding {
            quantity: ["energy", "temperature"][column].to_owned(),
            quantum: columns.quanta[column].unwrap_or(0.0),
            standard_deviation: standard_deviation / [first.per_particle_scale(), 0.5 * g * k][column],
        }),
        None => check.sampled(),
    };
    check.thermostat_time = if check.sampled.value() == Some(&Sampled::Microcanonical) {
        Outcome::Unresolved(NoThermostatTime::ConstantEnergy)
    } else if too_coarse.is_some() {
        Outcome::Unresolved(NoThermostatTime::Rounding)
    } else if check.has_constant_temperature() {
        Outcome::Unresolved(NoThermostatTime::ConstantTemperature)
    } else {
        thermostat_time(&columns, first.sampling())
    };
    Ok(check)
}

impl EnsembleCheck {
    fn has_constant_temperature(&self) -> bool {
        self.temperature_variance.value() < CONSTANT
    }

    fn sampled(&self) -> Outcome<Sampled, UnknownEnsemble> {
        let (correlation, variance) = (&self.correlation, &self.temperature_variance);
        if correlation.value().is_nan() && !self.has_constant_temperature() {
            return Outcome::Unresolved(UnknownEnsemble::ConstantEnergy);
        }
        let [of_correlation, of_variance] = [correlation, variance].map(half_width);
        let is_far = |distance: f64, tolerance: f64, half: f64| distance - tolerance > half;
        // A constant temperature has no correlation with anything.
        let changes = self.has_constant_temperature()
            || is_far(1.0 + correlation.value(), CONSERVED, of_correlation.min(CHANCE));
        let is_other = self.has_constant_temperature()
            || is_far(correlation.value().abs(), CANONICAL, of_correlation)
            || is_far((variance.value() - 1.0).abs(), CANONICAL, of_variance);
        let is_known = |number: &Estimate| number.standard_error().is_some_and(|error| error < VAGUE);
        let tells = is_known(correlation) && is_known(variance);
        match (changes, is_other) {
            (true, true) => Outcome::Resolved(Sampled::Neither),
            (false, true) => Outcome::Resolved(Sampled::Microcanonical),
            (true, false) if tells => Outcome::Resolved(Sampled::Canonical),
            _ => Outcome::Unresolved(UnknownEnsemble::TooShort {
                correlation: correlation.to_string(),
                temperature_variance: variance.to_string(),
            }),
        }
    }

    /// The contradiction between the data and what is declared, in volume, kind, units, degrees of
    /// freedom or ensemble. `None` where there is no contradiction, or where the data do not show
    /// one. Energies of neither ensemble contradict a declared constant energy, but not a declared
    /// thermostat.
    ///
    /// The scale of the energies is known to 1 % or 6/N where there are total energies, and to 5 %
    /// at constant energy. Elsewhere only a factor of ten counts, which distinguishes totals from
    /// energies per particle.
    #[must_use]
    pub fn contradiction(&self, declared: Ensemble) -> Option<Contradiction> {
        let of_volume = self
            .volume_change
            .and_then(|change| change.contradiction(declared));
        of_volume.or_else(|| self.of_scale()).or_else(|| {
            let found = self.sampled.value()?;
            let contradicts = matches!(
                (declared, found),
                (Ensemble::Nve { .. }, Sampled::Canonical | Sampled::Neither)
                    | (
                        Ensemble::Nvt { .. } | Ensemble::Npt { .. },
                        Sampled::Microcanonical
                    )
            );
            contradicts.then(|| Contradiction::Ensemble {
                declared: declared.name(),
                found: match found {
                    Sampled::Neither => "of neither ensemble",
                    of => of.name(),
                },
                correlation: self.correlation.value(),
                temperature_variance: self.temperature_variance.value(),
                total_variance: self.total_variance.as_ref().map(Estimate::value),
                canonical_freedom: self.canonical_freedom(),
            })
        })
    }

    /// The contradiction between the scales of the energies and of the temperatures, by their
    /// fluctuations and by the total energies, which decide under a thermostat. At constant energy
    /// both are sharp, and the fluctuations come first.
    fn of_scale(&self) -> Option<Contradiction> {
        let is_conserved = self.sampled.value() == Some(&Sampled::Microcanonical);
        let of_totals = self.freedom();
        let is_of_kind = matches!(of_totals, Some(Contradiction::Freedom { other: Some(_), .. }));
        match self.scale() {
            Some(kind @ Contradiction::Kind { .. }) if is_of_kind => Some(kind),
            Some(scale @ Contradiction::Scale { .. }) if is_conserved => Some(scale),
            scale => of_totals.or_else(|| scale.filter(|_| is_conserved || !self.confirms_freedom())),
        }
    }

    /// Whether total energies agree with the declared degrees of freedom.
    fn confirms_freedom(&self) -> bool {
        let found = self.kinetic_freedom.as_ref();
        found.is_some_and(|found| half_width(found).is_finite() && self.fits_freedom(found, 1.0))
    }

    /// Whether degrees of freedom, times a factor, are those declared.
    fn fits_freedom(&self, found: &Estimate, factor: f64) -> bool {
        let declared = self.degrees_of_freedom;
        let tolerance = (FREEDOM * declared).max(MOMENTA / self.particles as f64);
        let chance = half_width(found) + self.freedom_rounding * found.value();
        (found.value() * factor - declared).abs() <= tolerance + factor * chance
    }

    /// The contradiction between the total energies and the temperatures, if any.
    fn freedom(&self) -> Option<Contradiction> {
        let found = self.kinetic_freedom.as_ref()?;
        if self.fits_freedom(found, 1.0) {
            return None;
        }
        let n = self.particles as f64;
        let is_total = self.kind == EnergyKind::Total;
        let (other, factor) = self.other_kind();
        Some(Contradiction::Freedom {
            found: found.value(),
            declared: self.degrees_of_freedom,
            particles: self.particles,
            fitting_particles: is_total.then_some(n * found.value() / self.degrees_of_freedom),
            other: self.fits_freedom(found, factor).then_some(other),
        })
    }

    /// The kind of energies that is not declared, and the factor between the two.
    fn other_kind(&self) -> (&'static str, f64) {
        let n = self.particles as f64;
        match self.kind {
            EnergyKind::Total => ("energies per particle", n),
            EnergyKind::PerParticle => ("totals", 1.0 / n),
        }
    }

    /// The degrees of freedom with which a run of neither ensemble would be canonical: energy and
    /// temperature are uncorrelated, and Var(T) alone is off, by a factor that constraints or rigid
    /// molecules can explain. `None` where total energies confirm those that are declared.
    fn canonical_freedom(&self) -> Option<f64> {
        let is_neither = self.sampled.value() == Some(&Sampled::Neither);
        let (correlation, ratio) = (&self.correlation, self.temperature_variance.value());
        let is_uncorrelated = correlation.value().abs() <= CANONICAL + half_width(correlation);
        let freedom = self.degrees_of_freedom / ratio;
        let is_open = is_neither && !self.confirms_freedom();
        (is_open && is_uncorrelated && (0.2..=5.0).contains(&ratio)).then_some(freedom)
    }

    /// The contradiction between the scales of the energies and of the temperatures, if any.
    fn scale(&self) -> Option<Contradiction> {
        let is_conserved = self.sampled.value() == Some(&Sampled::Microcanonical);
        let (ratio, expected, range) = if is_conserved {
            let tolerance = SCALE + half_width(&self.energy_ratio);
            let range = [1.0 / (1.0 + tolerance), 1.0 + tolerance];
            (self.energy_ratio.value(), "1 at constant energy", range)
        } else {
            (self.canonical_ratio.value(), "0.1 to 10", PLAUSIBLE)
        };
        let fits = |ratio: f64| range[0] <= ratio && ratio <= range[1];
        // Energies that are all the same have another fault.
        if fits(ratio) || !(ratio.is_finite() && ratio > 0.0) {
            return None;
        }
        let (other, factor) = self.other_kind();
        let declared = match self.kind {
            EnergyKind::Total => "total",
            EnergyKind::PerParticle => "per-particle",
        };
        Some(if fits(ratio * factor) {
            Contradiction::Kind {
                ratio,
                expected,
                declared,
                other,
            }
        } else {
            Contradiction::Scale {
                ratio,
                expected,
                declared,
                degrees_of_freedom: self.degrees_of_freedom,
            }
        })
    }

    /// The numbers that tell the ensemble, as text: `corr(E, T) = 0.005(12), Var(T) = 0.987(11) of
    /// 2 T^2/(gN)`.
    #[must_use]
    pub fn fluctuations(&self) -> String {
        let variance = &self.temperature_variance;
        let correlation = if self.correlation.value().is_nan() {
            of_columns(f64::NAN, variance.value())
        } else {
            self.correlation.to_string()
        };
        format!("corr(E, T) = {correlation}, Var(T) = {variance} of 2 T^2/(gN)")
    }

    /// Why the fluctuations of the energy give no heat capacity: the run sampled neither ensemble.
    #[must_use]
    pub fn no_heat_capacity(&self) -> Option<Undetermined> {
        let is_neither = self.sampled.value() == Some(&Sampled::Neither);
        is_neither.then(|| Undetermined::NotSampled {
            correlation: self.correlation.value(),
            temperature_variance: self.temperature_variance.value(),
            canonical_freedom: self.canonical_freedom(),
        })
    }

    /// A relaxation of the energy of the same run, unresolved where it is the thermostat's: where
    /// its time lies within a factor of [ten](THERMOSTAT) of the thermostat's time.
    ///
    /// A thermostat relaxes the energy as the liquid does, and a fit cannot tell the two apart.
    /// Their times decide, as two coupled rates: a thermostat ten times faster than the liquid
    /// moves the liquid's time by less than 5 %, to that at constant temperature. A thermostat ten
    /// times slower leaves it at that of constant energy.
    #[must_use]
    pub fn judge(&self, fit: Relaxation) -> Relaxation {
        let reason = self.thermostat_reason(fit.relaxation_time.value());
        Relaxation {
            verdict: fit.verdict.unless(reason),
            ..fit
        }
    }

    /// The same with times in other units.
    pub(super) fn converted(&self, conversion: &Conversion) -> Self {
        let factor = conversion.factor(Dimension::TIME);
        Self {
            thermostat_time: match &self.thermostat_time {
                Outcome::Resolved(time) => Outcome::Resolved(time.map(|t| t * factor)),
                Outcome::Unresolved(why) => Outcome::Unresolved(why.scaled(factor)),
            },
            ..self.clone()
        }
    }

    /// Why a relaxation time is not the liquid's.
    pub(super) fn thermostat_reason(&self, relaxation_time: f64) -> Option<Reason> {
        let (thermostat_time, is_near) = match &self.thermostat_time {
            Outcome::Resolved(time) => {
                let ratio = relaxation_time / time.value();
                (time.value(), (1.0 / THERMOSTAT..=THERMOSTAT).contains(&ratio))
            }
            // The time may be anything from this on.
            Outcome::Unresolved(NoThermostatTime::Longer { lower_bound, .. }) => {
                (*lower_bound, relaxation_time * THERMOSTAT >= *lower_bound)
            }
            Outcome::Unresolved(_) => return None,
        };
        is_near.then_some(Reason::Thermostat {
            relaxation_time,
            thermostat_time,
        })
    }
}

impl fmt::Display for EnsembleCheck {
    /// `canonical: corr(E, T) = 0.005(12), Var(T) = 0.987(11) of 2 T^2/(gN), thermostat's time
    /// 4.1(3)`, or why the data do not tell.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.sampled, self.fluctuations())?;
        match &self.thermostat_time {
            Outcome::Resolved(time) => write!(f, ", thermostat's time {time}"),
            Outcome::Unresolved(why) => write!(f, ", {why}"),
        }
    }
}

/// Half of the interval of a number; infinite without an error bar.
pub(super) fn half_width(number: &Estimate) -> f64 {
    let error = number.standard_error().unwrap_or(f64::INFINITY);
    let threshold = Significance::ENSEMBLE.threshold(number.degrees_of_freedom());
    if error == 0.0 { 0.0 } else { error * threshold }
}
