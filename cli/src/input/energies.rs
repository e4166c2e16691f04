//! Reads the energies of one run, checks them against `scan.toml`, and reduces them to moments.

use std::path::Path;

use msed::energy::{Equilibration, NotEquilibrated};
use msed::stats::Outcome;
use msed::thermo::{self, EnsembleCheck};
use msed::{EnergySeries, Replicas, Resampling, energy, io};

use super::{about, check_file};
use crate::failure::Failure;
use crate::scan_file::{Discard, Run, Scan};

/// Fewest samples of a replica: lags reach a tenth of it, and a fit needs about ten of them.
const FEWEST: usize = 100;

/// A run's energies.
pub(crate) struct Energies {
    pub(crate) replicas: Replicas<EnergySeries<'static>>,
    pub(crate) moments: energy::Moments,
    pub(crate) temperature: f64,
    /// What the temperature column shows of the ensemble.
    pub(crate) ensemble: Option<EnsembleCheck>,
    pub(crate) notes: Vec<String>,
    pub(crate) left_out_rows: usize,
    /// The time that was left out at the start of each replica.
    pub(crate) discarded: f64,
    /// What remains to be discarded of the replica where most remains.
    pub(crate) equilibration: Outcome<Equilibration, NotEquilibrated>,
}

impl Energies {
    pub(crate) fn load(scan: &Scan, run: &Run, resampling: Resampling) -> Result<Self, Failure> {
        let (mut notes, mut left_out_rows) = (Vec::new(), 0);
        let mut replica = |file| {
            check_file(file)?;
            let table = io::energies(file).map_err(|error| about(file, error))?;
            left_out_rows += table.left_out_rows();
            let of_file = |note: &io::Note| format!("{}: {note}", file.display());
            notes.extend(table.notes.iter().map(of_file));
            series(scan, run, file, table)
        };
        let files = || run.energy().iter().map(std::path::PathBuf::as_path);
        let whole: Vec<EnergySeries<'static>> = files().map(&mut replica).collect::<Result<_, _>>()?;
        let discarded = match run.discard {
            Discard::Time(time) => time,
            Discard::Automatic => latest_start(files().zip(&whole))?,
        };
        let series: Vec<_> = files()
            .zip(whole)
            .map(|(file, whole)| without_start(run, file, whole, discarded))
            .collect::<Result<_, _>>()?;
        let equilibration = last_to_equilibrate(&series);
        let replicas = Replicas::new(series).map_err(|error| scan.run_failure(run, error))?;
        let moments = energy::moments(&replicas, resampling).map_err(|error| scan.run_failure(run, error))?;
        Ok(Self {
            temperature: temperature(scan, run, &moments)?,
            ensemble: ensemble(scan, run, &replicas, resampling)?,
            replicas,
            moments,
            notes,
            left_out_rows,
            discarded,
            equilibration,
        })
    }

    /// Time between samples.
    pub(crate) fn interval(&self) -> f64 {
        self.replicas.runs()[0].sampling().interval()
    }
}

/// The energies of a file.
fn series(
    scan: &Scan,
    run: &Run,
    file: &Path,
    table: io::EnergyTable,
) -> Result<EnergySeries<'static>, Failure> {
    let system = &scan.system;
    if run.temperature.is_none() && table.temperature.is_none() {
        let message = format!(
            "found no temperature column, expected `v_te`, `c_thermo_temp` or `Temp`, or `temperature` in the run at {}",
            scan.place(run)
        );
        return Err(about(file, message));
    }
    table
        .into_series(system.timestep, system.particles, system.energy_kind())
        .map_err(|error| about(file, error))
}

/// The latest of the times from which on the replicas are in equilibrium.
fn latest_start<'a, 'b>(
    files: impl Iterator<Item = (&'a Path, &'b EnergySeries<'static>)>,
) -> Result<f64, Failure> {
    let mut latest = 0.0_f64;
    for (file, series) in files {
        match energy::equilibration(series) {
            Outcome::Resolved(found) => latest = latest.max(found.time),
            Outcome::Unresolved(why) => {
                let message = format!("{why}, expected a longer run or a time for `discard`");
                return Err(about(file, message));
            }
        }
    }
    Ok(latest)
}

/// The series of a file without its first `time`.
fn without_start(
    run: &Run,
    file: &Path,
    whole: EnergySeries<'static>,
    time: f64,
) -> Result<EnergySeries<'static>, Failure> {
    let rows = whole.len();
    let interval = whole.sampling().interval();
    let discarded = (time / interval * (1.0 - 1e-9)).ceil();
    let left = rows as f64 - discarded;
    if left < FEWEST as f64 {
        let left = left.max(0.0);
        let message = format!("found {rows} samples, {left} after `discard`, expected at least {FEWEST}");
        return Err(about(file, message));
    }
    let kept = whole.discard(discarded as usize);
    let kept = match &run.temperature {
        Some(given) => kept.and_then(|series| series.with_temperature(*given.get_ref())),
        None => kept,
    };
    kept.map_err(|error| about(file, error))
}

/// What remains to be discarded of the replica that takes longest. A replica that never comes to
/// rest takes longest of all.
fn last_to_equilibrate(series: &[EnergySeries<'static>]) -> Outcome<Equilibration, NotEquilibrated> {
    let time = |found: &Outcome<Equilibration, _>| found.value().map_or(f64::INFINITY, |found| found.time);
    let first = energy::equilibration(&series[0]);
    series[1..].iter().fold(first, |latest, next| {
        let next = energy::equilibration(next);
        if time(&next) > time(&latest) { next } else { latest }
    })
}

/// The temperature of a run is the given one, which the temperature column must not contradict, or
/// else the mean of that column.
fn temperature(scan: &Scan, run: &Run, moments: &energy::Moments) -> Result<f64, Failure> {
    if let (Some(given), Some(found)) = (&run.temperature, &moments.kinetic_temperature) {
        let value = *given.get_ref();
        let difference = (found.value() - value).abs();
        let error = found.standard_error().unwrap_or(0.0);
        if difference > 0.005 * found.value() && difference > 3.0 * error {
            let message = format!(
                "run `{}`: `temperature`: found {value}, expected the {found} of the temperature column to 0.5 % or three of its \
                 errors",
                run.name()
            );
            return Err(scan.failure_of(given, message));
        }
    }
    let temperature = moments.temperature().map_or(f64::NAN, |t| t.value());
    if temperature > 0.0 {
        return Ok(temperature);
    }
    let message = format!("found a mean temperature of {temperature}, expected a positive one");
    Err(scan.run_failure(run, message))
}

/// What temperatures at the samples show of the ensemble. They must not contradict the scan file.
fn ensemble(
    scan: &Scan,
    run: &Run,
    replicas: &Replicas<EnergySeries<'_>>,
    resampling: Resampling,
) -> Result<Option<EnsembleCheck>, Failure> {
    if replicas.runs()[0].temperatures().is_none() {
        return Ok(None);
    }
    let system = &scan.system;
    let (declared, freedom) = (scan.ensemble(), scan.degrees_of_freedom());
    let check = thermo::ensemble_check(replicas, system.units.units(), freedom, resampling)
        .map_err(|error| scan.run_failure(run, error))?;
    match check.contradiction(declared) {
        Some(contradiction) => Err(scan.contradiction(run, &contradiction)),
        None => Ok(Some(check)),
    }
}
