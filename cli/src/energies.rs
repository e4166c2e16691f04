//! The energies of one run: read, checked against `scan.toml`, and reduced to moments.

use msed::{EnergySeries, Replicas, Resampling, energy, io};

use crate::failure::Failure;
use crate::files;
use crate::scan_file::{Run, Scan};

/// Fewest samples of a replica: lags reach a tenth of it, and a fit needs about ten of them.
const FEWEST: usize = 100;

/// A run's energies.
pub(crate) struct Energies {
    pub(crate) replicas: Replicas<EnergySeries<'static>>,
    pub(crate) moments: energy::Moments,
    pub(crate) temperature: f64,
    pub(crate) notes: Vec<String>,
    pub(crate) left_out_rows: usize,
}

impl Energies {
    /// Time between samples.
    pub(crate) fn interval(&self) -> f64 {
        self.replicas.runs()[0].sampling().interval()
    }
}

pub(crate) fn load(scan: &Scan, run: &Run, resampling: Resampling) -> Result<Energies, Failure> {
    let system = &scan.system;
    let (mut series, mut notes, mut left_out_rows) = (Vec::new(), Vec::new(), 0);
    for file in &run.energy {
        let failure = |error: &dyn std::fmt::Display| Failure::at(file.display(), error);
        files::check(file)?;
        let table = io::energies(file).map_err(|error| Failure::new(error.to_string()))?;
        left_out_rows += table.left_out_rows();
        notes.extend(
            table
                .notes
                .iter()
                .map(|note| format!("{}: {note}", file.display())),
        );
        let (rows, has_temperature) = (table.len(), table.temperature.as_deref().is_some());
        let whole = table
            .into_series(system.timestep, system.particles, system.energy_kind)
            .map_err(|error| match &error.fault {
                io::Fault::Series(refusal) => failure(refusal),
                // The others name the file themselves.
                _ => Failure::new(error.to_string()),
            })?;
        if run.temperature.is_none() && !has_temperature {
            return Err(failure(&format!(
                "found no temperature column, expected `v_te`, `c_thermo_temp` or `Temp`, or `temperature` in the run at \
                 {}:{}",
                scan.file.display(),
                run.line
            )));
        }
        let interval = whole.sampling().interval();
        let discarded = (run.discard / interval * (1.0 - 1e-9)).ceil();
        let left = rows as f64 - discarded;
        if left < FEWEST as f64 {
            return Err(failure(&format!(
                "found {rows} samples, {} after `discard`, expected at least {FEWEST}",
                left.max(0.0)
            )));
        }
        let mut kept = whole
            .discard(discarded as usize)
            .map_err(|error| failure(&error))?;
        if let Some(given) = run.temperature {
            kept = kept
                .with_temperature(given.value)
                .map_err(|error| failure(&error))?;
        }
        series.push(kept);
    }
    let place = format!("{}:{}: run `{}`", scan.file.display(), run.line, run.name);
    let replicas = Replicas::new(series).map_err(|error| Failure::at(&place, error))?;
    let moments = energy::moments(&replicas, resampling).map_err(|error| Failure::at(&place, error))?;
    if let (Some(given), Some(found)) = (run.temperature, moments.kinetic_temperature()) {
        let difference = (found.value() - given.value).abs();
        let error = found.standard_error().unwrap_or(0.0);
        if difference > 0.005 * found.value() && difference > 3.0 * error {
            return Err(Failure::at(
                format!("{}:{}: run `{}`", scan.file.display(), given.line, run.name),
                format!(
                    "`temperature`: found {}, expected the {found} of the temperature column to 0.5 % or three of its errors",
                    given.value
                ),
            ));
        }
    }
    let temperature = moments.temperature().map_or(f64::NAN, |t| t.value());
    if !(temperature > 0.0) {
        return Err(Failure::at(
            &place,
            format!("found a mean temperature of {temperature}, expected a positive one"),
        ));
    }
    Ok(Energies {
        replicas,
        moments,
        temperature,
        notes,
        left_out_rows,
    })
}
