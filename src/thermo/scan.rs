//! A scan: the state points of one system, measured one by one, and what they say together.

use std::fmt;

use crate::dimensions::Dimensions;
use crate::energy::{self, EnergyError, Moments};
use crate::lag::Lags;
use crate::real::Real;
use crate::relaxation::{Fit, Model};
use crate::series::EnergyRuns;
use crate::spectrum::Whittle;
use crate::stats::{Estimate, Outcome, Resampling};
use crate::units::{Conversion, Units};

use super::{
    AdamGibbs, Crossover, Ensemble, EnsembleCheck, EnthalpyCheck, EntropyDifference, HeatCapacity,
    HeatCapacityCheck, NoCrossover, Part, Path, Point, PressureCheck, ReferenceEntropy, StatePoint,
    TemperatureFit, TemperatureIntegral, TemperatureModel, ThermoError, TimeOf,
};

/// State points of one system along one path, and what follows from all of them.
///
/// Points may come in any order and at any temperatures; those without a resolved relaxation or
/// without a trajectory are left out of what needs one, and excluded ones of everything. What
/// cannot be had is an error that says how many points it found.
///
/// ```
/// use msed::thermo::{self, Part, Path, TimeOf, Scan, StatePoint, TemperatureModel};
/// use msed::{EnergyKind, EnergySeries, Ensemble, Resampling, Sampling, Units, energy};
///
/// // Energies at four temperatures that swing about 3 T^(3/5) by what a heat capacity of
/// // 1.8 T^(-2/5) implies.
/// let point = |t: f64| -> Result<StatePoint, msed::Error> {
///     let swing = (1.8 * t.powf(-0.4) * t * t / 1000.0).sqrt();
///     let energies: Vec<f64> = (0..4000).map(|i| 3.0 * t.powf(0.6) + if i % 4 < 2 { swing } else { -swing }).collect();
///     let run = EnergySeries::new(energies, Sampling::new(1, 0.1)?, 1000, EnergyKind::PerParticle)?.with_temperature(t)?;
///     let moments = energy::moments(&run, Resampling::default())?;
///     let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(1000))?;
///     Ok(StatePoint::new(format!("T{t}"), &moments, c)?)
/// };
/// let points = vec![point(0.5)?, point(0.6)?, point(0.8)?, point(1.0)?, point(0.4)?.exclude("ages")];
/// let scan = Scan::new(points, Path::Isochoric)?;
/// assert_eq!((scan.counted().count(), scan.reference_temperature()), (4, Some(1.0)));
/// assert_eq!(scan.excluded().next(), Some(("T0.4", "ages")));
/// let entropy = scan.entropy(Part::Total)?;
/// assert!((entropy.values[0].value() - 4.5 * (1.0 - 0.5_f64.powf(-0.4))).abs() < 1e-3);
/// // No relaxation was given: there is nothing to fit.
/// assert!(scan.relaxation(TimeOf::Energy, TemperatureModel::Arrhenius).is_err());
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Scan {
    points: Vec<StatePoint>,
    units: Units,
    path: Path,
    reference: Option<f64>,
}

impl Scan {
    /// A scan to be filled from the energies of its runs, with what they have in common.
    ///
    /// ```
    /// use msed::thermo::{Part, Scan, TimeOf};
    /// use msed::{EnergyKind, Ensemble, Units, io};
    /// let mut scan = Scan::builder(Units::LJ, Ensemble::nve(1000));
    /// for name in ["T0.700", "T0.800", "T1.000"] {
    ///     let file = format!("data/kob-andersen/{name}/energy.dat.gz");
    ///     scan.add(name, &io::energies(file)?.into_series(0.005, 1000, EnergyKind::Total)?)?;
    /// }
    /// let scan = scan.build()?;
    /// assert_eq!(scan.points()[0].heat_capacity().unwrap().excess.to_string(), "1.846(40)");
    /// assert_eq!(scan.times(TimeOf::Energy).len(), 3);
    /// assert!(scan.entropy(Part::Slow)?.values[0].value() < 0.0);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn builder(units: Units, ensemble: Ensemble) -> ScanBuilder {
        ScanBuilder {
            units,
            ensemble,
            path: Path::Isochoric,
            dimensions: Dimensions::Three,
            resampling: Resampling::default(),
            fit: None,
            points: Vec::new(),
        }
    }

    /// State points along a path. The reference of entropies is the highest temperature that
    /// counts.
    ///
    /// # Errors
    /// [`ThermoError::TooFewTemperatures`] without a point, [`ThermoError::Mixed`] where units or
    /// particle numbers differ.
    pub fn new(mut points: Vec<StatePoint>, path: Path) -> Result<Self, ThermoError> {
        ThermoError::enough_temperatures("a scan", points.len(), 1)?;
        let units = points[0].units();
        let shown = |point: &StatePoint| {
            [
                ("units", point.units().name.to_owned()),
                ("particles", point.particles().to_string()),
            ]
        };
        for point in &points {
            let mut pairs = shown(point).into_iter().zip(shown(&points[0]));
            if let Some(((quantity, found), (_, expected))) =
                pairs.find(|(found, expected)| found != expected)
            {
                return Err(ThermoError::Mixed {
                    quantity,
                    name: point.name().to_owned(),
                    found,
                    expected,
                });
            }
        }
        points.sort_by(|a, b| a.temperature().total_cmp(&b.temperature()));
        let counts = |point: &&StatePoint| point.excluded().is_none();
        let has_heat_capacity = |point: &&StatePoint| counts(point) && point.no_heat_capacity().is_none();
        let highest = points.iter().rfind(has_heat_capacity);
        let highest = highest.or_else(|| points.iter().rfind(counts));
        Ok(Self {
            reference: highest.map(StatePoint::temperature),
            points,
            units,
            path,
        })
    }

    /// With entropies that are zero at this temperature.
    ///
    /// # Errors
    /// [`ThermoError::Reference`] outside of the temperatures that count, by more than 0.5 %.
    pub fn with_reference_temperature(mut self, temperature: f64) -> Result<Self, ThermoError> {
        let counted: Vec<f64> = self.counted().map(StatePoint::temperature).collect();
        super::entropy::check_reference(temperature, &counted)?;
        self.reference = Some(temperature);
        Ok(self)
    }

    /// The whole scan in other units, and with it all that follows: tables of the converted scan
    /// are the converted tables. Heat capacities, entropies, information criteria and verdicts are
    /// the same in every system.
    ///
    /// # Errors
    /// [`ThermoError::Units`] unless the conversion begins with the units of the scan.
    pub fn converted(&self, conversion: &Conversion) -> Result<Self, ThermoError> {
        let points = self.points.iter().map(|point| point.converted(conversion));
        Ok(Self {
            points: points.collect::<Result<_, _>>()?,
            units: conversion.to,
            path: self.path,
            reference: self.reference.map(|t| t * conversion.temperature),
        })
    }

    /// All points, the coldest first.
    #[must_use]
    pub fn points(&self) -> &[StatePoint] {
        &self.points
    }

    /// Those that count.
    #[must_use]
    pub fn counted(&self) -> impl DoubleEndedIterator<Item = &StatePoint> {
        self.points.iter().filter(|point| point.excluded().is_none())
    }

    /// Names of those that do not, each with its reason.
    pub fn excluded(&self) -> impl Iterator<Item = (&str, &str)> {
        self.points
            .iter()
            .filter_map(|point| Some((point.name(), point.excluded()?)))
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> Path {
        self.path
    }

    /// The units of all points.
    #[must_use]
    pub fn units(&self) -> Units {
        self.units
    }

    /// The temperature at which entropies are zero; `None` where no point counts.
    #[must_use]
    pub fn reference_temperature(&self) -> Option<f64> {
        self.reference
    }

    /// Heat capacities from fluctuations beside the slope of the energy: see
    /// [`heat_capacity_check`](super::heat_capacity_check).
    ///
    /// # Errors
    /// Those of [`heat_capacity_check`](super::heat_capacity_check()).
    pub fn heat_capacity_check(&self) -> Result<HeatCapacityCheck, ThermoError> {
        let temperature = |point: &StatePoint| point.energy_temperature().clone();
        let of = |value: fn(&StatePoint, &HeatCapacity) -> Estimate| {
            self.over_temperature(temperature, |point| {
                Some(value(point, point.counted_heat_capacity()?))
            })
        };
        let energies = of(|point, _| point.mean_energy().clone());
        let capacities = of(|_, capacity| capacity.excess.clone());
        super::heat_capacity_check(&energies, &capacities, self.units, self.path)
    }

    /// c_p from fluctuations, of the points [at constant
    /// pressure](StatePoint::at_constant_pressure), beside the slope of the mean enthalpy: see
    /// [`EnthalpyCheck`].
    ///
    /// # Errors
    /// Those of [`heat_capacity_check`](super::heat_capacity_check()); [`ThermoError::Mixed`] for
    /// points at different pressures.
    pub fn enthalpy_check(&self) -> Result<EnthalpyCheck, ThermoError> {
        EnthalpyCheck::of(self.counted(), self.units)
    }

    /// An entropy from the points that have this part of the heat capacity: see
    /// [`entropy`](super::entropy()).
    ///
    /// The total S needs no fit, and the fast part S_1 follows from U0². The slow part S_2 = S -
    /// S_1 is what is left, as C_2 = C_ex - C_1 is: the parts add up to the total at every
    /// temperature that has them, on every resample, and by either rule. The integral of a monotone
    /// cubic through C_2 would not, since such a cubic of a sum is not the sum of the cubics.
    ///
    /// # Errors
    /// Those of [`entropy`](super::entropy()).
    pub fn entropy(&self, part: Part) -> Result<EntropyDifference, ThermoError> {
        let of = |capacity: fn(&HeatCapacity) -> Option<&Estimate>| {
            let points = self.points_of(|point| capacity(point.counted_heat_capacity()?).cloned());
            super::entropy::integral(&points, self.reference, self.path, |_, c| c)
        };
        let integral = part.of(|| of(|c| Some(&c.excess)), || of(HeatCapacity::fast))?;
        Ok(EntropyDifference::new(part, integral))
    }

    /// The part of the excess entropy that the change of the volume makes along the path, from the
    /// points that have a [virial](StatePoint::with_virial),
    ///
    /// ```text
    /// ∫ (dp_ex/dT)_V dV/(N k) = ∫ γ C_ex d ln V
    /// ```
    ///
    /// in k per particle; zero on an isochore. γ C_ex and ln V are interpolated in ln T as
    /// [`entropy`](super::entropy()) interpolates C.
    ///
    /// # Errors
    /// Those of [`entropy`](super::entropy()).
    pub fn expansion_entropy(&self) -> Result<TemperatureIntegral, ThermoError> {
        let points = self.points_of(|point| Some(point.counted_virial()?.slope.clone()));
        let volumes = self
            .counted()
            .filter_map(|point| Some(point.counted_virial()?.volume()));
        super::entropy::expansion(&points, &volumes.collect::<Vec<_>>(), self.reference, self.path)
    }

    /// The whole excess entropy along the path, ∫ C_ex d ln T + ∫ γ C_ex d ln V: the total of
    /// [`entropy`](Self::entropy), and the [expansion's part](Self::expansion_entropy), at the
    /// temperatures that have both. Nothing is left out of it on an isobar.
    ///
    /// # Errors
    /// Those of [`entropy`](super::entropy()).
    ///
    /// ```
    /// use msed::thermo::{self, Path, Scan, StatePoint};
    /// use msed::trajectory::Dimensions;
    /// use msed::{EnergyKind, EnergySeries, Ensemble, Resampling, Sampling, Units, energy};
    /// // Soft spheres r^-12, W = 4 U: the excess entropy is one of V^4 T alone, and constant where
    /// // V grows as T^(-1/4).
    /// let point = |t: f64| -> Result<StatePoint, msed::Error> {
    ///     let (n, volume) = (100.0, 80.0 * t.powf(-0.25));
    ///     let wave = |i: u32, frequency: f64| (frequency * f64::from(i)).sin();
    ///     let energies: Vec<f64> = (0..4000).map(|i| t * (150.0 + 17.0 * wave(i, 0.7))).collect();
    ///     let temperatures: Vec<f64> = (0..4000).map(|i| t * (1.0 + 0.12 * wave(i, 1.9))).collect();
    ///     let pressures: Vec<f64> = energies.iter().zip(&temperatures).map(|(u, t)| (4.0 * u + n * t) / volume).collect();
    ///     let run = EnergySeries::new(energies, Sampling::new(1, 0.1)?, 100, EnergyKind::Total)?
    ///         .with_temperatures(temperatures)?
    ///         .with_pressures(pressures)?;
    ///     let moments = energy::moments(&run, Resampling::default())?;
    ///     let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(100).with_degrees_of_freedom(3.0))?;
    ///     let virial = thermo::virial(&run, &c, Some(volume), Dimensions::Three, Resampling::default())?;
    ///     Ok(StatePoint::new(format!("T{t}"), &moments, c)?.with_virial(&virial.into_result()?)?)
    /// };
    /// let scan = Scan::new(vec![point(0.5)?, point(0.7)?, point(1.0)?], Path::Isobaric)?;
    /// assert!(scan.entropy(thermo::Part::Total)?.values[0].value() < -0.9);
    /// assert!(scan.entropy_along_path()?.values[0].value().abs() < 1e-4);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn entropy_along_path(&self) -> Result<TemperatureIntegral, ThermoError> {
        let expansion = self.expansion_entropy()?;
        Ok(self.entropy(Part::Total)?.plus(&expansion))
    }

    /// The pressure's rise with the temperature from fluctuations, of the points that have a
    /// [virial](StatePoint::with_virial), beside the slope of the mean pressure: see
    /// [`PressureCheck`].
    ///
    /// # Errors
    /// Those of [`heat_capacity_check`](super::heat_capacity_check()); [`ThermoError::OtherPath`]
    /// along an isobar, whose part is the [expansion's entropy](Self::expansion_entropy);
    /// [`ThermoError::Mixed`] for volumes that differ by more than 0.1 %.
    pub fn pressure_check(&self) -> Result<PressureCheck, ThermoError> {
        PressureCheck::of(self.counted(), self.units, self.path)
    }

    /// Eq. (12) as printed, from U0² ([`Part::Fast`]), Um² ([`Part::Slow`]) or their sum: an
    /// energy, for comparison only. The parts add up to the sum as those of
    /// [`entropy`](Self::entropy) do. See [`entropy_as_printed`](super::entropy_as_printed).
    ///
    /// # Errors
    /// Those of [`entropy_as_printed`](super::entropy_as_printed).
    pub fn entropy_as_printed(&self, part: Part) -> Result<TemperatureIntegral, ThermoError> {
        let particles = self.points[0].particles();
        let of = |plateau: fn(&StatePoint) -> Option<Estimate>| {
            let points = self.points_of(plateau);
            super::entropy_as_printed(&points, particles, self.units, self.reference, self.path)
        };
        part.of(
            || of(|point| Some(point.u0_squared()? + point.um_squared()?)),
            || of(|point| point.u0_squared().cloned()),
        )
    }

    /// Total entropies from fluctuations minus those from the slope of the energy, one per
    /// temperature that counts, from the lowest on: both went through the same resamples, and the
    /// difference has the error that follows. Zero within it on an isochore; along an isobar it is
    /// the expansion's part.
    ///
    /// # Errors
    /// As [`heat_capacity_check`](Self::heat_capacity_check) and [`entropy`](Self::entropy).
    pub fn entropy_check(&self) -> Result<Vec<Estimate>, ThermoError> {
        let (check, entropy) = (self.heat_capacity_check()?, self.entropy(Part::Total)?);
        let reference = entropy.reference_temperature;
        let differences = entropy.temperatures.iter().zip(&entropy.values);
        Ok(differences
            .map(|(&t, total)| {
                let slope = check.entropy_between(reference, t);
                total - slope
            })
            .collect())
    }

    /// Relaxation times of the points that have one.
    #[must_use]
    pub fn times(&self, of: TimeOf) -> Vec<Point> {
        self.points_of(|point| point.time(of).cloned())
    }

    /// Um of the points that have one, in energy per particle.
    #[must_use]
    pub fn um(&self) -> Vec<Point> {
        self.points_of(|point| Some(point.um_squared()?.map(f64::sqrt)))
    }

    /// A quantity of the points that count and have it, at the temperatures that they stand at.
    fn points_of(&self, value: impl Fn(&StatePoint) -> Option<Estimate>) -> Vec<Point> {
        self.over_temperature(|point| point.temperature_estimate().clone(), value)
    }

    fn over_temperature(
        &self,
        temperature: impl Fn(&StatePoint) -> Estimate,
        value: impl Fn(&StatePoint) -> Option<Estimate>,
    ) -> Vec<Point> {
        let point = |point| Some(Point::new(temperature(point), value(point)?));
        self.counted().filter_map(point).collect()
    }

    /// A model of a relaxation time over temperature: see
    /// [`fit_relaxation_times`](super::fit_relaxation_times).
    ///
    /// # Errors
    /// Those of [`fit_relaxation_times`](super::fit_relaxation_times).
    pub fn relaxation(&self, of: TimeOf, model: TemperatureModel) -> Result<TemperatureFit, ThermoError> {
        super::fit_relaxation_times(&self.times(of), model, self.units)
    }

    /// A break in Um over T: see [`crossover`](super::crossover()).
    ///
    /// # Errors
    /// Those of [`crossover`](super::crossover()).
    pub fn crossover_of_um(&self, seed: u64) -> Result<Outcome<Crossover, NoCrossover>, ThermoError> {
        super::crossover(&self.um(), seed)
    }

    /// A break in a relaxation time, of ln tau over 1/T: see
    /// [`crossover_of_times`](super::crossover_of_times).
    ///
    /// # Errors
    /// Those of [`crossover_of_times`](super::crossover_of_times).
    pub fn crossover_of_times(
        &self,
        of: TimeOf,
        seed: u64,
    ) -> Result<Outcome<Crossover, NoCrossover>, ThermoError> {
        super::crossover_of_times(&self.times(of), seed)
    }

    /// A relaxation time against 1/(T S_c): see [`adam_gibbs`](super::adam_gibbs()). S_c holds the
    /// integral of C_2/T alone; along an isobar the expansion's part is missing from it.
    ///
    /// # Errors
    /// Those of [`adam_gibbs`](super::adam_gibbs()).
    pub fn adam_gibbs(&self, of: TimeOf, entropy: ReferenceEntropy) -> Result<AdamGibbs, ThermoError> {
        // A time counts where there is a heat capacity to integrate.
        let time = |point: &StatePoint| point.counted_heat_capacity()?.slow().and(point.time(of)).cloned();
        let times = self.points_of(time);
        entropy.parameters(&times)?;
        super::adam_gibbs(&self.entropy(Part::Slow)?, &times, entropy)
    }
}

impl fmt::Display for Scan {
    /// Comma-separated values with a header, one row per point; each number is followed by its
    /// standard error, and a field is empty where there is none. Excluded points carry their reason
    /// in the last field.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "name")?;
        for column in [
            "temperature",
            "mean_energy",
            "c_excess",
            "c_fast",
            "c_slow",
            "u0",
            "um",
            "tau_energy",
            "tau_structure",
        ] {
            write!(f, ",{column},{column}_standard_error")?;
        }
        writeln!(f, ",excluded")?;
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        for point in &self.points {
            write!(f, "{}", quoted(point.name()))?;
            let counted = point.counted_heat_capacity();
            let [u0, um] = [point.u0_squared(), point.um_squared()].map(|square| square.map(Estimate::sqrt));
            let columns = [
                Some(point.temperature_estimate()),
                Some(point.mean_energy()),
                counted.map(|c| &c.excess),
                counted.and_then(HeatCapacity::fast),
                counted.and_then(HeatCapacity::slow),
                u0.as_ref(),
                um.as_ref(),
                point.time(TimeOf::Energy),
                point.time(TimeOf::Structure),
            ];
            for column in columns {
                let value = column.map(Estimate::value).filter(|x| x.is_finite());
                for number in [value, column.and_then(Estimate::standard_error)] {
                    match number {
                        Some(number) => write!(f, ",{number:e}")?,
                        None => write!(f, ",")?,
                    }
                }
            }
            writeln!(f, ",{}", point.excluded().map(quoted).unwrap_or_default())?;
        }
        Ok(())
    }
}

/// What the runs of a [`Scan`] have in common, and the state points that were measured so far.
///
/// What a field says holds for the runs that follow, and the path for the whole scan.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScanBuilder {
    /// The units of energies and temperatures.
    pub units: Units,
    /// The ensemble of the runs.
    pub ensemble: Ensemble,
    /// The path, isochoric unless given.
    pub path: Path,
    /// The dimensions of volumes at constant pressure, three unless given.
    pub dimensions: Dimensions,
    /// The resampling, ten blocks unless given.
    pub resampling: Resampling,
    /// The fit to each mean-squared energy difference; `None`, which it is unless given, for
    /// [the fit beside the spectrum](Fit::beside) of the same run.
    pub fit: Option<Fit<'static>>,
    points: Vec<StatePoint>,
}

impl ScanBuilder {
    /// A state point from its energies, those of one run or of several replicas: the moments, the
    /// MSED at 20 lags a decade up to a tenth of the run, its fit, and the heat capacity, with its
    /// two parts where the fit is resolved. Runs with temperatures at their samples are checked for
    /// what [`ensemble_check`](super::ensemble_check()) finds, with the
    /// [degrees of freedom](Ensemble::degrees_of_freedom) of the ensemble. At constant pressure it
    /// is [`constant_pressure`](super::constant_pressure()) that takes the place of MSED, fit and
    /// heat capacity, with the mean of the pressure column.
    ///
    /// # Errors
    /// [`ThermoError`], with the errors of [`energy::moments`], [`energy::msed`] and [`Fit::to`] in
    /// it.
    pub fn measure<T: Real>(
        &self,
        name: impl Into<String>,
        runs: &impl EnergyRuns<T>,
    ) -> Result<StatePoint, ThermoError> {
        let moments = energy::moments(runs, self.resampling).map_err(EnergyError::from)?;
        if let Ensemble::Npt { .. } = self.ensemble {
            return self.at_constant_pressure(name, runs, &moments);
        }
        let msed = energy::msed(runs, &Lags::logarithmic(20).up_to_fraction(0.1), self.resampling)?;
        let spectrum = match self.fit {
            Some(_) => None,
            None => Whittle::new().resampling(self.resampling).to(runs).ok(),
        };
        let fit = match (self.fit, &spectrum) {
            (Some(fit), _) => fit,
            (None, Some(spectrum)) => Fit::beside(spectrum),
            // A run without frequencies below its vibrations has no spectrum.
            (None, None) => Fit::new(Model::Stretched),
        };
        let fit = fit.to(&msed)?;
        let check = match moments.kinetic_temperature {
            Some(_) => Some(self.ensemble_check(runs)?),
            None => None,
        };
        if let Some(contradiction) = check
            .as_ref()
            .and_then(|check| check.contradiction(self.ensemble))
        {
            return Err(contradiction.into());
        }
        let fit = match &check {
            Some(check) => check.judge(fit),
            None => fit,
        };
        let heat_capacity = super::heat_capacity(&moments, self.units, self.ensemble)?.split(&fit)?;
        let point = StatePoint::new(name, &moments, heat_capacity)?.with_relaxation(&fit)?;
        match &check {
            Some(check) => point.with_ensemble_check(check),
            None => Ok(point),
        }
    }

    fn at_constant_pressure<T: Real>(
        &self,
        name: impl Into<String>,
        runs: &impl EnergyRuns<T>,
        moments: &Moments,
    ) -> Result<StatePoint, ThermoError> {
        let (units, ensemble) = (self.units, self.ensemble);
        let found = super::constant_pressure(runs, units, ensemble, None, self.dimensions, self.resampling)?;
        let point = StatePoint::at_constant_pressure(name, moments, units, ensemble, found)?;
        match moments.kinetic_temperature {
            Some(_) => point.with_ensemble_check(&self.ensemble_check(runs)?),
            None => Ok(point),
        }
    }

    fn ensemble_check<T: Real>(&self, runs: &impl EnergyRuns<T>) -> Result<EnsembleCheck, ThermoError> {
        let freedom = self.ensemble.degrees_of_freedom();
        super::ensemble_check(runs, self.units, freedom, self.resampling)
    }

    /// Measures a state point and adds it.
    ///
    /// # Errors
    /// As [`measure`](Self::measure).
    pub fn add<T: Real>(
        &mut self,
        name: impl Into<String>,
        runs: &impl EnergyRuns<T>,
    ) -> Result<&mut Self, ThermoError> {
        let point = self.measure(name, runs)?;
        Ok(self.add_point(point))
    }

    /// Adds a state point that was made by hand: with a time of the structure, say, or excluded.
    pub fn add_point(&mut self, point: StatePoint) -> &mut Self {
        self.points.push(point);
        self
    }

    /// The scan.
    ///
    /// # Errors
    /// As [`Scan::new`].
    pub fn build(self) -> Result<Scan, ThermoError> {
        Scan::new(self.points, self.path)
    }
}

#[cfg(test)]
mod tests;
