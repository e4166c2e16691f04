//! Energy files of one run are independent runs of one state point, written in the same way.

use std::path::Path;

use msed::stats::short;
use msed::{EnergyKind, EnergySeries, Ensemble, Estimate, Replicas, Resampling, energy, thermo};

use super::energy_copies::{self, mean_change};
use super::{about, energies::ensemble};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan};

/// Replicas of one state point have mean temperatures within this part of each other.
const SAME_TEMPERATURE: f64 = 0.02;
/// Runs at constant energy that begin from canonical states keep total energies, and so
/// temperatures, that vary by T sqrt(k/(N c_V)). Replicas may differ by so many times the root of
/// two of that.
const CANONICAL_STARTS: f64 = 3.5;
/// The same for replicas that a thermostat holds at one temperature.
const SAME_THERMOSTAT: f64 = 0.005;
/// Standard errors by which such temperatures may differ within that part.
const CHANCE: f64 = 8.0;

/// Mean energies of one state point lie within so many standard deviations of a single sample.
///
/// Standard errors tell nothing where the liquid relaxes more slowly than a run lasts. Each replica
/// then keeps the energy of the region where it began. Such energies vary as the slow part of the
/// fluctuations does, and that part is about as large as the fast one, which a run sees. At
/// constant energy a run sees the fast part reduced by half, so that two replicas are typically two
/// of its standard deviations apart. The limit is five times that.
const SAME_LEVEL: f64 = 10.0;
/// Standard errors by which mean energies may differ without a note.
const REMARKABLE: f64 = 10.0;
/// How well the fluctuations of a replica tell how its mean energy depends on its temperature.
const SLOPE: f64 = 0.1;
/// A heat capacity of this many kinetic ones or more is the reciprocal of a small difference, and
/// tells nothing.
const LARGEST: f64 = 9.0;

/// The changes of a quantity from sample to sample are fast, and equal in replicas to this factor,
/// even where the liquid is stuck.
const SAME_CHANGE: f64 = 1.3;

/// What a replica shows of its state.
struct State<'a> {
    file: &'a Path,
    series: &'a EnergySeries<'static>,
    mean: Estimate,
    variance: f64,
    /// C_ex at constant energy, in k per particle; `None` in other ensembles, and where the
    /// fluctuations give none.
    heat_capacity: Option<f64>,
    temperature: Option<Estimate>,
    /// Of what the ensemble holds at one mean: pressure and volume under a barostat, the pressure
    /// under a thermostat. At constant energy each replica has a pressure of its own.
    levels: Vec<Level>,
}

/// The mean of a quantity and its standard deviation.
struct Level {
    quantity: &'static str,
    mean: Estimate,
    deviation: f64,
}

/// Replicas must be independent runs of one state point: no copies, each of the declared ensemble,
/// at one temperature, one energy and one pressure. Returns what is to be said of means that agree
/// less than their errors say.
pub(super) fn check(
    scan: &Scan,
    run: &Run,
    replicas: &[(&Path, EnergySeries<'static>)],
    resampling: Resampling,
) -> Result<Vec<String>, Failure> {
    if replicas.len() < 2 {
        return Ok(Vec::new());
    }
    energy_copies::check_replicas(replicas)?;
    let mut states = Vec::new();
    for (file, series) in replicas {
        states.push(State::of(scan, run, file, series, resampling)?);
    }
    energy_copies::check_altered(replicas)?;
    let mut notes = Vec::new();
    let (first, others) = (&states[0], &states[1..]);
    for state in others {
        notes.extend(missing(first, state));
        notes.extend(check_temperature(scan, run, first, state)?);
        check_changes(first, state)?;
        notes.extend(check_levels(scan, run, first, state)?);
        notes.extend(check_energy(scan, run, first, state)?);
    }
    Ok(notes)
}

impl<'a> State<'a> {
    /// The state of a replica, which must be of the declared ensemble.
    fn of(
        scan: &Scan,
        run: &Run,
        file: &'a Path,
        series: &'a EnergySeries<'static>,
        resampling: Resampling,
    ) -> Result<Self, Failure> {
        let alone = Replicas::new(vec![series.clone()]).map_err(|error| about(file, error))?;
        if let Some(contradiction) = ensemble(scan, run, &alone, resampling).err() {
            return Err(about(file, contradiction));
        }
        let moments = energy::moments(&alone, resampling).map_err(|error| about(file, error))?;
        let heat_capacity = match scan.ensemble_of(run) {
            ensemble @ Ensemble::Nve { .. } => {
                thermo::heat_capacity(&moments, scan.system.units.units(), ensemble).ok()
            }
            _ => None,
        };
        Ok(Self {
            heat_capacity: heat_capacity.map(|found| found.excess.value()),
            file,
            series,
            variance: moments.corrected_variance().value(),
            levels: levels(scan, run, series, resampling).map_err(|error| about(file, error))?,
            mean: moments.mean,
            temperature: moments.kinetic_temperature,
        })
    }
}

/// What is to be said of a column that only one of two replicas has.
fn missing<'a>(first: &'a State<'_>, state: &'a State<'_>) -> impl Iterator<Item = String> + 'a {
    let columns = |state: &State<'_>| {
        let series = state.series;
        [
            series.temperatures().is_some(),
            series.pressures().is_some(),
            series.volumes().is_some(),
        ]
    };
    let pairs = columns(first).into_iter().zip(columns(state));
    let pairs = pairs.zip(["temperature", "pressure", "volume"]);
    pairs.filter(|((before, found), _)| before != found).map(move |((before, _), quantity)| {
        let (with, without) = if before { (first, state) } else { (state, first) };
        let [with, without] = [with, without].map(|state| state.file.display());
        format!("{without}: found no {quantity} column, and {with} has one: what needs it in all replicas cannot be had")
    })
}

fn levels(
    scan: &Scan,
    run: &Run,
    series: &EnergySeries<'static>,
    resampling: Resampling,
) -> Result<Vec<Level>, msed::Error> {
    let pressure = level("pressure", series, series.pressures(), resampling)?;
    // Volumes that a run keeps are compared with those of the ensemble's check.
    let volume = match scan.ensemble_of(run) {
        Ensemble::Npt { .. } => level("volume", series, series.volumes(), resampling)?,
        _ => None,
    };
    Ok(pressure.into_iter().chain(volume).collect())
}

fn level(
    quantity: &'static str,
    series: &EnergySeries<'static>,
    column: Option<&[f64]>,
    resampling: Resampling,
) -> Result<Option<Level>, msed::Error> {
    let Some(column) = column else {
        return Ok(None);
    };
    let column = EnergySeries::new(column, series.sampling(), 1, EnergyKind::Total)?;
    let moments = energy::moments(&column, resampling)?;
    Ok(Some(Level {
        quantity,
        deviation: moments.corrected_variance().value().sqrt(),
        mean: moments.mean,
    }))
}

/// The standard error of the difference of two runs' means, 0 where it is not known.
fn error_between(means: [&Estimate; 2]) -> f64 {
    let [a, b] = means.map(|mean| mean.standard_error().unwrap_or(0.0));
    a.hypot(b)
}

/// Temperatures that are further apart than replicas of one state point have them, or a note where
/// canonical starts alone explain them.
fn check_temperature(
    scan: &Scan,
    run: &Run,
    first: &State<'_>,
    state: &State<'_>,
) -> Result<Option<String>, Failure> {
    let (Some(found), Some(expected)) = (&state.temperature, &first.temperature) else {
        return Ok(None);
    };
    let difference = (found.value() - expected.value()).abs();
    let error = error_between([found, expected]);
    let part = difference / expected.value();
    let ensemble = scan.ensemble_of(run);
    let is_held = !matches!(ensemble, Ensemble::Nve { .. });
    // The kinetic half of c_V alone would let them vary by more; a liquid's other half is as large.
    let heat_capacity = first.series.particles() as f64 * ensemble.degrees_of_freedom();
    let starts = CANONICAL_STARTS * (2.0 / heat_capacity).sqrt();
    let same = if is_held {
        SAME_TEMPERATURE
    } else {
        SAME_TEMPERATURE.max(starts)
    };
    if part > same && difference > 3.0 * error
        || is_held && part > SAME_THERMOSTAT && difference > CHANCE * error
    {
        let message = format!(
            "found a mean temperature of {found}, expected the {expected} of {} to {} %: replicas are of one state point, and others \
             are runs of their own",
            first.file.display(),
            short(100.0 * if is_held { SAME_THERMOSTAT } else { same }, 2)
        );
        return Err(about(state.file, message));
    }
    Ok((part > SAME_TEMPERATURE && difference > 3.0 * error).then(|| {
        format!(
            "{}: found a mean temperature of {found}, that of {} is {expected}: replicas at constant energy are so far apart only if \
             each began from a state of its own at one temperature",
            state.file.display(),
            first.file.display()
        )
    }))
}

/// Pressures and volumes that are further apart than their fluctuations, or a note where only their
/// errors are smaller.
fn check_levels(
    scan: &Scan,
    run: &Run,
    first: &State<'_>,
    state: &State<'_>,
) -> Result<Vec<String>, Failure> {
    let is_nve = matches!(scan.ensemble_of(run), Ensemble::Nve { .. });
    let mut notes = Vec::new();
    for found in &state.levels {
        let of_first = first.levels.iter().find(|level| level.quantity == found.quantity);
        let Some(expected) = of_first else { continue };
        let difference = (found.mean.value() - expected.mean.value()).abs();
        let error = error_between([&found.mean, &expected.mean]);
        let means = format!(
            "found a mean {} of {}, expected the {} of {}",
            found.quantity,
            found.mean,
            expected.mean,
            first.file.display()
        );
        if difference > SAME_LEVEL * found.deviation.max(expected.deviation) && difference > CHANCE * error {
            let message = format!("{means}: replicas are of one state point, in the same units");
            return Err(about(state.file, message));
        }
        if !is_nve && error > 0.0 && difference > REMARKABLE * error {
            notes.push(format!(
                "{}: {means}: they differ by {} standard errors; the replicas are of different states, or all errors are too small",
                state.file.display(),
                (difference / error).round()
            ));
        }
    }
    Ok(notes)
}

/// Mean energies that are further apart than their fluctuations, or a note where only their errors
/// are smaller.
///
/// At constant energy each replica has a total energy and so a temperature of its own, with which
/// its mean energy changes as the heat capacity says. That is taken off.
fn check_energy(
    scan: &Scan,
    run: &Run,
    first: &State<'_>,
    state: &State<'_>,
) -> Result<Option<String>, Failure> {
    let is_nve = matches!(scan.ensemble_of(run), Ensemble::Nve { .. });
    let temperatures = first.temperature.as_ref().zip(state.temperature.as_ref());
    let slope = match temperatures {
        Some(_) if is_nve => slope(scan, run, first),
        _ => 0.0,
    };
    let level = |of: &State<'_>| match &of.temperature {
        Some(temperature) if slope > 0.0 => &of.mean - &(temperature * slope),
        _ => of.mean.clone(),
    };
    let [found, expected] = [level(state), level(first)];
    let heated = temperatures.map_or(0.0, |(a, b)| slope * (a.value() - b.value()).abs());
    let difference = (found.value() - expected.value()).abs();
    let error = error_between([&found, &expected]).hypot(SLOPE * heated);
    let deviation = first.variance.max(state.variance).sqrt();
    let means = format!(
        "a mean energy of {} per particle, expected the {} of {}",
        state.mean,
        first.mean,
        first.file.display()
    );
    if difference > SAME_LEVEL * deviation && difference > REMARKABLE * error {
        let times = (difference / deviation).round();
        let message = format!(
            "found {means}: they differ by {times} standard deviations of a sample, and replicas are of one state point"
        );
        return Err(about(state.file, message));
    }
    // Without temperatures, replicas at constant energy differ by as much as they should.
    let is_known = !is_nve || slope > 0.0;
    Ok((is_known && error > 0.0 && difference > REMARKABLE * error).then(|| {
        format!(
            "{}: found {means}: they differ by {} standard errors; the replicas are of different states, or each is stuck where \
             it began, and all errors are too small",
            state.file.display(),
            (difference / error).round()
        )
    }))
}

/// How the mean energy per particle changes with the temperature, by the fluctuations at constant
/// energy; as in a harmonic solid where these do not tell it.
fn slope(scan: &Scan, run: &Run, state: &State<'_>) -> f64 {
    let kinetic = 0.5 * scan.ensemble_of(run).degrees_of_freedom();
    let found = state.heat_capacity.filter(|c| *c < LARGEST * kinetic);
    scan.system.units.units().boltzmann() * found.unwrap_or(kinetic)
}

/// Quantities that change from sample to sample by more or less than those of the first replica: in
/// other units, or averaged over other times.
fn check_changes(first: &State<'_>, state: &State<'_>) -> Result<(), Failure> {
    let series = state.series;
    let columns = [
        ("energies", Some(series.samples()), Some(first.series.samples())),
        ("temperatures", series.temperatures(), first.series.temperatures()),
        ("pressures", series.pressures(), first.series.pressures()),
    ];
    for (quantity, column, expected) in columns {
        let (Some(column), Some(expected)) = (column, expected) else {
            continue;
        };
        let [found, wanted] = [column, expected].map(mean_change);
        let chance = CHANCE * ((column.len() as f64).recip() + (expected.len() as f64).recip()).sqrt();
        let off = (found / wanted).ln().abs();
        if off > SAME_CHANGE.ln().max(chance) {
            let [found, wanted] = [found, wanted].map(|x| short(x, 3));
            let message = format!(
                "found {quantity} that change by {found} from sample to sample, expected the {wanted} of {}: replicas are of one \
                 state point, in the same units, and of samples or averages alike",
                first.file.display()
            );
            return Err(about(state.file, message));
        }
    }
    Ok(())
}
