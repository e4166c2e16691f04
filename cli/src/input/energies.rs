//! Reads the energies of one run, checks them against `scan.toml`, and reduces them to moments.

use std::path::{Path, PathBuf};

use msed::energy::{Equilibration, NotEquilibrated};
use msed::stats::{Outcome, short};
use msed::thermo::{self, Contradiction, EnsembleCheck, Sampled};
use msed::{EnergySeries, Replicas, Resampling, Sampling, ScalarSeries, Units, energy, io};

use super::odd_rows::{self, Numbering};
use super::{about, barostat, check_file, energy_replicas, joined_runs, of_replica};
use crate::failure::Failure;
use crate::scan_file::{Discard, Run, Scan};

/// Fewest samples of a replica: lags reach a tenth of it, and a fit needs about ten of them.
pub(crate) const FEWEST: usize = 100;

/// How far std(E)/std(T) may be off because of the integrator. The shipped runs have 0.002 to
/// 0.005.
const INTEGRATOR: f64 = 0.015;

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
    /// The mean of the volume columns; `None` where a replica has none.
    pub(super) fn mean_volume(&self) -> Option<f64> {
        let columns = self.replicas.runs().iter().map(EnergySeries::volumes);
        let columns: Vec<&[f64]> = columns.collect::<Option<_>>()?;
        let samples: usize = columns.iter().map(|column| column.len()).sum();
        Some(columns.into_iter().flatten().sum::<f64>() / samples as f64)
    }

    pub(crate) fn load(scan: &Scan, run: &Run, resampling: Resampling) -> Result<Self, Failure> {
        let tables = run.energy().iter().map(|pieces| read(scan, run, pieces));
        let tables: Vec<io::EnergyTable> = tables.collect::<Result<_, _>>()?;
        let left_out_rows = tables.iter().map(io::EnergyTable::left_out_rows).sum();
        let mut notes: Vec<String> = tables.iter().flat_map(notes_of).collect();
        let left_out: Vec<(&str, String)> = tables.iter().flat_map(left_out).collect();
        notes.extend(pieces_taken_for_replicas(&tables));
        notes.extend(tables.iter().filter_map(|table| {
            let unit = table.unit_of_times(scan.system.timestep)?;
            let file = table.file.display();
            Some(format!(
                "{file}: the times beside the steps agree with `timestep` if they are in {unit}"
            ))
        }));
        let files = || run.energy().iter().map(|pieces| pieces[0].as_path());
        let parts: Vec<_> = tables.iter().map(joined_runs::parts).collect();
        let steps: Vec<_> = tables.iter().map(steps).collect();
        let whole = files().zip(tables);
        let whole = whole.map(|(file, table)| series(scan, run, file, table));
        let whole: Vec<EnergySeries<'static>> = whole.collect::<Result<_, _>>()?;
        let discarded = match run.discard {
            Discard::Time(time) => time,
            Discard::Automatic => latest_start(scan, files().zip(&whole))?,
        };
        let lengths: Vec<usize> = whole.iter().map(EnergySeries::len).collect();
        let series: Vec<_> = files()
            .zip(whole)
            .map(|(file, whole)| without_start(scan, run, file, whole, discarded))
            .collect::<Result<_, _>>()?;
        let mut odd = Vec::new();
        for (k, (file, kept)) in files().zip(&series).enumerate() {
            let left_out = lengths[k] - kept.len();
            let rows = Numbering {
                left_out,
                steps: steps[k],
            };
            odd.extend(odd_rows::check(file, kept, rows)?);
            joined_runs::check(scan, run, file, &parts[k], kept, left_out, resampling)?;
        }
        let equilibration = last_to_equilibrate(scan, &series);
        if run.temperature.is_some() && series.iter().any(|series| series.temperatures().is_none()) {
            notes.push(format!(
                "run `{}` has no temperature column: nothing tells whether ensemble, kind and units of its energies are those declared",
                run.name()
            ));
        }
        notes.extend(barostat::check(scan, run, files().zip(&series), &left_out)?);
        let each = files().zip(&series).map(|(file, series)| (file, series.clone()));
        let each: Vec<_> = each.collect();
        // Rows that are damaged may be why the rest does not fit.
        let with_odd = |failure: Failure| match odd.as_slice() {
            [] => failure,
            odd => Failure::new(format!("{failure}; {}", odd.join("; "))),
        };
        notes.extend(energy_replicas::check(scan, run, &each, resampling).map_err(with_odd)?);
        let replicas = Replicas::new(series).map_err(|error| of_replica(&error, files()))?;
        let moments = energy::moments(&replicas, resampling).map_err(|error| scan.run_failure(run, error))?;
        let ensemble = ensemble(scan, run, &replicas, resampling).map_err(with_odd)?;
        notes.extend(odd);
        notes.extend(ensemble.as_ref().and_then(|check| doubtful_scale(run, check)));
        notes.extend(ensemble.as_ref().and_then(|check| finer_temperatures(run, check)));
        Ok(Self {
            temperature: temperature(scan, run, &moments)?,
            ensemble,
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

/// The energies of a replica, in one file or in several.
fn read(scan: &Scan, run: &Run, pieces: &[PathBuf]) -> Result<io::EnergyTable, Failure> {
    for file in pieces {
        check_file(file)?;
    }
    let reader = &run.energy_reader;
    let table = match pieces {
        [file] => reader.read(file),
        _ => reader.read_pieces(pieces),
    };
    let table = table.and_then(|table| table.in_units(scan.system.units.units()));
    let freedom = scan.ensemble_of(run).degrees_of_freedom();
    let table = table.map(|table| table.with_degrees_of_freedom(freedom));
    table.map_err(|error| Failure::new(error.to_string()))
}

/// The decisions of the reader, each with the file that it concerns.
fn notes_of(table: &io::EnergyTable) -> impl Iterator<Item = String> {
    table.notes.iter().map(|note| match note {
        io::Note::Piece { .. } => note.to_string(),
        _ => format!("{}: {note}", table.file.display()),
    })
}

/// The columns that a table leaves out, and why.
fn left_out(table: &io::EnergyTable) -> impl Iterator<Item = (&'static str, String)> {
    table.notes.iter().filter_map(|note| match note {
        io::Note::LeftOut { quantity, why } => Some((*quantity, why.clone())),
        _ => None,
    })
}

/// The first step and the steps between rows; `None` where the file has none.
fn steps(table: &io::EnergyTable) -> Option<[u64; 2]> {
    fn counts_rows(note: &io::Note) -> bool {
        match note {
            io::Note::Times { .. } | io::Note::Unnumbered => true,
            io::Note::Piece { note, .. } => counts_rows(note),
            _ => false,
        }
    }
    (!table.notes.iter().any(counts_rows)).then_some([table.first_step, table.stride])
}

/// What is to be said of files that are given as replicas and go on where another ends.
fn pieces_taken_for_replicas(tables: &[io::EnergyTable]) -> impl Iterator<Item = String> {
    let pairs = tables.iter().enumerate().flat_map(|(k, next)| {
        let others = tables.iter().enumerate().filter(move |(j, _)| *j != k);
        others.map(move |(_, before)| (before, next))
    });
    pairs.filter(|(before, next)| next.continues(before)).map(|(before, next)| {
        let (before, next) = (before.file.display(), next.file.display());
        format!(
            "{next} goes on where {before} ends, and both count as replicas: the pieces of one run are a list in the \
             list `energy`"
        )
    })
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
    let time_step = match (&run.energy_interval, table.is_unnumbered()) {
        (Some(given), true) => *given.get_ref(),
        (None, true) => {
            let message = format!(
                "found neither steps nor times, expected `energy_interval`, the time between rows, in the run at {}",
                scan.place(run)
            );
            return Err(about(file, message));
        }
        (_, false) => system.timestep,
    };
    let series = table
        .into_series(time_step, system.particles, system.energy_kind())
        .map_err(|error| about(file, error))?;
    let interval = series.sampling().interval();
    match &run.energy_interval {
        Some(given) if Sampling::steps_in(*given.get_ref(), interval) != Some(1) => {
            let message = format!(
                "run `{}`: `energy_interval`: found {}, expected the {} of {}",
                run.name(),
                short(*given.get_ref(), 12),
                short(interval, 12),
                file.display()
            );
            Err(scan.failure_of(given, message))
        }
        _ => Ok(series),
    }
}

/// The latest of the times from which on the replicas are in equilibrium.
fn latest_start<'a, 'b>(
    scan: &Scan,
    files: impl Iterator<Item = (&'a Path, &'b EnergySeries<'static>)>,
) -> Result<f64, Failure> {
    let mut latest = 0.0_f64;
    for (file, series) in files {
        match equilibration(scan, series) {
            Outcome::Resolved(found) => latest = latest.max(found.time),
            Outcome::Unresolved(why) => {
                let message = format!("{why}, expected a longer run or a time for `discard`");
                return Err(about(file, message));
            }
        }
    }
    Ok(latest)
}

/// Where a replica begins to be in equilibrium: its energy, and under a barostat its volume too,
/// whichever takes longer.
fn equilibration(scan: &Scan, series: &EnergySeries<'static>) -> Outcome<Equilibration, NotEquilibrated> {
    let energy = energy::equilibration(series);
    let volumes = series.volumes().filter(|_| scan.is_at_constant_pressure());
    let volumes = volumes.and_then(|volumes| ScalarSeries::new(volumes, series.sampling()).ok());
    match volumes {
        Some(volumes) => later(energy, energy::equilibration(&volumes)),
        None => energy,
    }
}

/// The later one. What never comes to rest takes longest of all.
fn later(
    first: Outcome<Equilibration, NotEquilibrated>,
    next: Outcome<Equilibration, NotEquilibrated>,
) -> Outcome<Equilibration, NotEquilibrated> {
    let time = |found: &Outcome<Equilibration, _>| found.value().map_or(f64::INFINITY, |found| found.time);
    if time(&next) > time(&first) { next } else { first }
}

/// The series of a file without its first `time`.
fn without_start(
    scan: &Scan,
    run: &Run,
    file: &Path,
    whole: EnergySeries<'static>,
    time: f64,
) -> Result<EnergySeries<'static>, Failure> {
    let rows = whole.len();
    let interval = whole.sampling().interval();
    let discarded = (time / interval * (1.0 - 1e-9)).ceil();
    if rows < FEWEST {
        let message = format!("found {rows} samples, expected at least {FEWEST}");
        return Err(about(file, message));
    }
    // A number beyond all counts becomes the largest.
    let left = rows.saturating_sub(discarded as usize);
    if left < FEWEST {
        return Err(scan.too_little_left(run, time, [left, rows], "samples", file, FEWEST));
    }
    let kept = whole.discard(discarded as usize);
    let kept = match &run.temperature {
        Some(given) => kept.and_then(|series| series.with_temperature(*given.get_ref())),
        None => kept,
    };
    kept.map_err(|error| about(file, error))
}

/// What remains to be discarded of the replica that takes longest.
fn last_to_equilibrate(
    scan: &Scan,
    series: &[EnergySeries<'static>],
) -> Outcome<Equilibration, NotEquilibrated> {
    let first = equilibration(scan, &series[0]);
    let others = series[1..].iter().map(|series| equilibration(scan, series));
    others.fold(first, later)
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
                "run `{}`: `temperature`: found {}, expected the {found} of the temperature column to 0.5 % or three of its \
                 errors",
                run.name(),
                short(value, 12)
            );
            return Err(scan.failure_of(given, message));
        }
    }
    let temperature = moments.temperature().map_or(f64::NAN, |t| t.value());
    if temperature > 0.0 {
        return Ok(temperature);
    }
    let message = format!(
        "found a mean temperature of {}, expected a positive one",
        short(temperature, 6)
    );
    Err(scan.run_failure(run, message))
}

/// What is to be said where energies at constant energy do not follow the temperature as closely as
/// an integrator lets them.
fn doubtful_scale(run: &Run, check: &EnsembleCheck) -> Option<String> {
    let is_conserved = check.sampled.value() == Some(&Sampled::Microcanonical);
    // Total energies tell the scale better.
    let is_open = check.kinetic_freedom.is_none();
    let ratio = &check.energy_ratio;
    let error = ratio.standard_error().unwrap_or(f64::INFINITY);
    let is_off = (ratio.value() - 1.0).abs() > INTEGRATOR + 3.0 * error;
    (is_conserved && is_off && is_open).then(|| {
        format!(
            "run `{}`: std(E)/std(T) is {ratio} of what the declared number of particles and degrees of freedom have, expected 1 to \
             {INTEGRATOR}: one of them may be another, and the heat capacity with it",
            run.name()
        )
    })
}

/// What is to be said of temperatures that are printed too coarsely, where total energies replace
/// them.
fn finer_temperatures(run: &Run, check: &EnsembleCheck) -> Option<String> {
    let column = total_energy(run).filter(|_| check.uses_total_energies)?;
    Some(format!(
        "run `{}`: the temperatures are printed too coarsely to show their fluctuations, and those of E_tot - E, with E_tot in `{column}`, \
         are taken for the check of the ensemble",
        run.name()
    ))
}

/// The column of the total energy, where the energies have one.
fn total_energy(run: &Run) -> Option<String> {
    let table = run.energy_reader.read(&run.energy()[0][0]);
    table.ok()?.total_name
}

/// What temperatures at the samples show of the ensemble. They must not contradict the scan file.
pub(super) fn ensemble(
    scan: &Scan,
    run: &Run,
    replicas: &Replicas<EnergySeries<'_>>,
    resampling: Resampling,
) -> Result<Option<EnsembleCheck>, Failure> {
    if replicas.runs()[0].temperatures().is_none() {
        return Ok(None);
    }
    let system = &scan.system;
    let declared = scan.ensemble_of(run);
    let freedom = declared.degrees_of_freedom();
    let check = thermo::ensemble_check(replicas, system.units.units(), freedom, resampling)
        .map_err(|error| scan.run_failure(run, error))?;
    match check.contradiction(declared) {
        Some(contradiction) => {
            let others = other_units(scan, run, replicas, resampling, &contradiction);
            let drift = energy::drift(replicas, resampling).ok();
            let drift = drift.filter(|drift| drift.is_stationary() == Some(false));
            let mut remarks = Vec::new();
            if matches!(contradiction, Contradiction::Freedom { .. }) {
                remarks.extend(total_energy(run).map(|column| {
                    format!("E_tot is `{column}`, and with `total_energy_column = \"none\"` nothing is")
                }));
            }
            remarks.extend(drift.map(|drift| {
                format!("or the run is not in equilibrium, since {drift}: `discard` leaves out its start")
            }));
            Err(scan.contradiction(run, &contradiction, &others, &remarks))
        }
        None => Ok(Some(check)),
    }
}

/// The other units in which energies of the declared kind would agree with the temperatures, where
/// the file says nothing of its units and the scale of the energies is wrong.
fn other_units(
    scan: &Scan,
    run: &Run,
    replicas: &Replicas<EnergySeries<'_>>,
    resampling: Resampling,
    contradiction: &Contradiction,
) -> Vec<&'static str> {
    let is_open = |table: io::EnergyTable| table.energy_unit.is_none() && table.unit_style.is_none();
    let table = run.energy_reader.read(&run.energy()[0][0]);
    if matches!(contradiction, Contradiction::Ensemble { .. }) || !table.is_ok_and(is_open) {
        return Vec::new();
    }
    let declared = scan.ensemble_of(run);
    let fits = |units: &Units| {
        let check = thermo::ensemble_check(replicas, *units, declared.degrees_of_freedom(), resampling);
        check.is_ok_and(|check| check.contradiction(declared).is_none())
    };
    let all = Units::ALL.iter().filter(|units| fits(units));
    all.map(Units::name).collect()
}
