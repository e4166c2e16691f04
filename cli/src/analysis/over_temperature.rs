//! What the state points say together: heat capacity check, entropies, relaxation, crossover,
//! Adam-Gibbs.

use msed::Units;
use msed::stats::{Outcome, short};
use msed::thermo::{
    self, AdamGibbs, Crossover, EnthalpyCheck, EntropyDifference, HeatCapacityCheck, NoCrossover, Part, Path,
    PressureCheck, ReferenceEntropy, StatePoint, TemperatureFit, TemperatureIntegral, TemperatureModel,
    ThermoError, TimeOf, Undetermined,
};

use super::point::{Point, by_temperature};
use super::susceptibility::{self, Susceptibilities, Susceptibility};
use crate::failure::Failure;
use crate::input::cells;
use crate::input::energies::Energies;
use crate::scan_file::{Run, Scan};

/// Seed of the simulations behind the test for a crossover.
const SEED: u64 = 20_250_107;
/// What relaxes, with its name in the results.
const TIMES: [(&str, TimeOf); 2] = [("msed", TimeOf::Energy), ("alpha", TimeOf::Structure)];

/// Checks that the reference temperature lies within the scan, to the 0.5 % that a temperature is
/// known to.
pub(crate) fn check_reference<'a>(
    scan: &Scan,
    runs: impl Iterator<Item = (&'a Run, &'a Energies)>,
) -> Result<(), Failure> {
    let Some(reference) = &scan.system.reference_temperature else {
        return Ok(());
    };
    let (lowest, highest) = runs
        .filter(|(run, _)| run.exclude.is_none())
        .map(|(_, energies)| energies.temperature)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), t| {
            (low.min(t), high.max(t))
        });
    let found = *reference.get_ref();
    if found >= 0.995 * lowest && found <= 1.005 * highest {
        return Ok(());
    }
    let message = format!(
        "`reference_temperature`: found {}, expected one between the scan's lowest, {}, and highest, {}",
        short(found, 12),
        short(lowest, 6),
        short(highest, 6)
    );
    Err(scan.failure_of(reference, message))
}

/// All results over temperature. Those that are missing give the reason.
pub(crate) struct OverTemperature {
    pub(crate) scan: thermo::Scan,
    /// The volume of all runs; `None` where it is not known, or is not one.
    pub(crate) volume: Option<f64>,
    pub(crate) check: Result<HeatCapacityCheck, ThermoError>,
    /// Total entropy from fluctuations minus that from the slope, in its standard errors; `None`
    /// where it has none.
    pub(crate) entropy_z: Vec<Option<f64>>,
    pub(crate) entropy: Result<EntropyDifference, ThermoError>,
    pub(crate) fast_entropy: Result<EntropyDifference, ThermoError>,
    pub(crate) slow_entropy: Result<EntropyDifference, ThermoError>,
    /// Whether runs that count have a virial, on which the next three rest.
    pub(crate) has_virials: bool,
    /// The part of the entropy that the expansion makes, and the whole along the path.
    pub(crate) expansion_entropy: Result<TemperatureIntegral, ThermoError>,
    pub(crate) whole_entropy: Result<TemperatureIntegral, ThermoError>,
    /// The rise of the pressure by fluctuations and by its slope.
    pub(crate) pressure_check: Result<PressureCheck, ThermoError>,
    /// c_p by fluctuations and by the slope of the enthalpy; `None` at constant volume.
    pub(crate) enthalpy_check: Option<Result<EnthalpyCheck, ThermoError>>,
    /// From U0² and from Um².
    pub(crate) as_printed: [Result<TemperatureIntegral, ThermoError>; 2],
    /// Models that had enough points, each with the name of the time.
    pub(crate) models: Vec<(&'static str, TemperatureFit)>,
    pub(crate) crossover: Result<Outcome<Crossover, NoCrossover>, ThermoError>,
    /// Of ln tau over 1/T, where there are enough times.
    pub(crate) crossover_of_times: Vec<(&'static str, Outcome<Crossover, NoCrossover>)>,
    pub(crate) adam_gibbs: Result<AdamGibbs, ThermoError>,
    /// With tau_alpha, and the entropy at the reference that tau* gave.
    pub(crate) adam_gibbs_alpha: Option<AdamGibbs>,
    /// Empty without trajectories; `None` along an isobar, where dQ/dT is another one.
    pub(crate) susceptibilities: Option<Susceptibilities>,
}

impl OverTemperature {
    pub(crate) fn analyse(scan: &Scan, points: &[Point<'_>]) -> Result<Self, Failure> {
        let volume = cells::common_volume(scan, points.iter().map(|point| (point.run, &point.energies)))?;
        Self::of(scan, points, volume).map_err(|error| scan.failure(error))
    }

    fn of(scan: &Scan, points: &[Point<'_>], volume: Option<f64>) -> Result<Self, ThermoError> {
        let path = if scan.is_isobaric() {
            Path::Isobaric
        } else {
            Path::Isochoric
        };
        let susceptibilities =
            (path == Path::Isochoric).then(|| susceptibility::analyse(&by_temperature(points)));
        let units = scan.system.units.units();
        let points = points.iter().map(|point| state_point(point, units));
        let points = points.collect::<Result<_, _>>()?;
        let mut found = thermo::Scan::new(points, path)?;
        if let Some(reference) = &scan.system.reference_temperature {
            found = found.with_reference_temperature(*reference.get_ref())?;
        }
        let mut models = Vec::new();
        let mut crossover_of_times = Vec::new();
        // Too few points for a model or a break is common and no error: the entry is absent.
        for (name, relaxing) in TIMES {
            let fits = TemperatureModel::ALL.map(|model| found.relaxation(relaxing, model));
            models.extend(fits.into_iter().flatten().map(|fit| (name, fit)));
            let crossover = found.crossover_of_times(relaxing, SEED);
            crossover_of_times.extend(crossover.ok().map(|crossover| (name, crossover)));
        }
        let adam_gibbs = found.adam_gibbs(TimeOf::Energy, ReferenceEntropy::Fitted);
        let adam_gibbs_alpha = adam_gibbs.as_ref().ok().and_then(|fit| {
            if matches!(fit.curvature.why(), Some(Undetermined::AtBound { .. })) {
                return None;
            }
            let entropy = ReferenceEntropy::Given(fit.s_c_reference.value());
            found.adam_gibbs(TimeOf::Structure, entropy).ok()
        });
        let has_virials = found
            .counted()
            .any(|point| point.virial().is_some() && point.no_heat_capacity().is_none());
        Ok(Self {
            volume,
            check: found.heat_capacity_check(),
            entropy_z: entropy_z(&found),
            entropy: found.entropy(Part::Total),
            fast_entropy: found.entropy(Part::Fast),
            slow_entropy: found.entropy(Part::Slow),
            has_virials,
            // An isochore has no expansion.
            expansion_entropy: found.expansion_entropy(),
            whole_entropy: found.entropy_along_path(),
            pressure_check: match found.pressure_check() {
                Err(error @ ThermoError::Mixed { .. }) => return Err(error),
                check => check,
            },
            enthalpy_check: match scan.is_at_constant_pressure().then(|| found.enthalpy_check()) {
                Some(Err(error @ ThermoError::Mixed { .. })) => return Err(error),
                check => check,
            },
            as_printed: [Part::Fast, Part::Slow].map(|part| found.entropy_as_printed(part)),
            models,
            crossover: found.crossover_of_um(SEED),
            crossover_of_times,
            adam_gibbs,
            adam_gibbs_alpha,
            susceptibilities,
            scan: found,
        })
    }

    /// What the trajectories of all points say of their fluctuations.
    pub(crate) fn susceptibilities(&self) -> &[Susceptibility] {
        self.susceptibilities.as_ref().map_or(&[], |all| &all.found)
    }

    /// Temperatures of the points that count, the lowest first.
    pub(crate) fn temperatures(&self) -> Vec<f64> {
        self.scan.counted().map(StatePoint::temperature).collect()
    }

    /// The points with a heat capacity in the order of the rows of the check, which is that of the
    /// energies' temperatures, each with its place among the points that count.
    pub(crate) fn rows(&self) -> Vec<(usize, &StatePoint)> {
        let points = self.scan.counted().enumerate();
        let mut rows: Vec<_> = points
            .filter(|(_, point)| point.no_heat_capacity().is_none())
            .collect();
        rows.sort_by(|(_, a), (_, b)| {
            let [a, b] = [a, b].map(|point| point.energy_temperature().value());
            a.total_cmp(&b)
        });
        rows
    }

    /// A value of an entropy at the temperatures of all points that count; `None` where the entropy
    /// has none.
    pub(crate) fn at_all<T>(
        &self,
        entropy: Option<&TemperatureIntegral>,
        of: impl Fn(&TemperatureIntegral, usize) -> Option<T>,
    ) -> Vec<Option<T>> {
        let at = |t: f64| {
            let entropy = entropy?;
            let mut temperatures = entropy.temperatures.iter();
            of(
                entropy,
                temperatures.position(|other| (other - t).abs() <= 1e-9 * t)?,
            )
        };
        self.temperatures().into_iter().map(at).collect()
    }
}

fn state_point(point: &Point<'_>, units: Units) -> Result<StatePoint, ThermoError> {
    let (name, moments) = (point.name(), &point.energies.moments);
    let found = match (&point.heat_capacity, &point.constant_pressure) {
        (_, Some(found)) => {
            StatePoint::at_constant_pressure(name, moments, units, point.ensemble, found.clone())?
        }
        (Some(heat_capacity), None) => StatePoint::new(name, moments, heat_capacity.clone())?,
        (None, None) => return Err(ThermoError::ConstantPressure),
    };
    let mut found = found.with_relaxation(point.fit())?;
    if let Some(time) = point.decay().and_then(|decay| decay.tau_alpha.value()) {
        // A time without an error has no weight beside others that have one.
        if time.standard_error().is_some() {
            found = found.with_structural_time(time);
        }
    }
    if let Some(check) = &point.energies.ensemble {
        found = found.with_ensemble_check(check)?;
    }
    if let Some(virial) = point.virial.as_ref().and_then(Outcome::value) {
        found = found.with_virial(virial)?;
    }
    Ok(match &point.run.exclude {
        Some(reason) => found.exclude(reason),
        None => found,
    })
}

/// At the temperatures of all points that count; `None` where a point has no heat capacity.
fn entropy_z(scan: &thermo::Scan) -> Vec<Option<f64>> {
    let differences = scan.entropy_check().ok();
    let mut differences = differences
        .filter(|_| scan.path() == Path::Isochoric)
        .into_iter()
        .flatten();
    let z = |point: &StatePoint| {
        let d = point.no_heat_capacity().is_none().then(|| differences.next())??;
        Some(d.value() / d.standard_error().filter(|error| *error > 1e-12)?)
    };
    scan.counted().map(z).collect()
}
