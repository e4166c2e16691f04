//! The runs of a log that make one series must have sampled one ensemble.

use std::ops::Range;
use std::path::Path;

use msed::io::{EnergyTable, Note};
use msed::thermo::{self, Sampled};
use msed::{EnergySeries, Replicas, Resampling};

use super::about;
use super::energies::FEWEST;
use crate::failure::Failure;
use crate::scan_file::{Run, Scan};

/// The runs of a log that were joined: the number of each, and its rows of the table.
pub(super) fn parts(table: &EnergyTable) -> Vec<(usize, Range<usize>)> {
    let mut parts = Vec::new();
    for note in &table.notes {
        let Note::Runs { taken, runs } = note else {
            continue;
        };
        let row = |step: u64| {
            let after = step.saturating_sub(table.first_step) / table.stride.max(1);
            usize::try_from(after).unwrap_or(usize::MAX)
        };
        let taken = runs.iter().filter(|run| taken.contains(&run.number));
        let steps = taken.filter_map(|run| Some((run.number, run.steps?)));
        parts.extend(steps.map(|(number, (first, last))| (number, row(first)..row(last).saturating_add(1))));
    }
    parts
}

/// Refuses joined runs of which one was at constant energy and another was not. `series` holds the
/// last rows of a table, of which `left_out` are not there.
pub(super) fn check(
    scan: &Scan,
    run: &Run,
    file: &Path,
    parts: &[(usize, Range<usize>)],
    series: &EnergySeries<'_>,
    left_out: usize,
    resampling: Resampling,
) -> Result<(), Failure> {
    let Some(temperatures) = series.temperatures().filter(|_| parts.len() > 1) else {
        return Ok(());
    };
    let freedom = scan.ensemble_of(run).degrees_of_freedom();
    let mut first: Option<(usize, Sampled)> = None;
    for (number, rows) in parts {
        let rows = rows.start.saturating_sub(left_out)..rows.end.saturating_sub(left_out).min(series.len());
        if rows.len() < FEWEST {
            continue;
        }
        let failed = |error: msed::Error| about(file, error);
        let part = EnergySeries::new(
            series.samples()[rows.clone()].to_vec(),
            series.sampling(),
            series.particles(),
            series.kind(),
        );
        let part = part.and_then(|part| part.with_temperatures(temperatures[rows.clone()].to_vec()));
        let part = match series.total_energies() {
            Some(totals) => part.and_then(|part| part.with_total_energies(totals[rows].to_vec())),
            None => part,
        };
        let part = part.map_err(|error| failed(error.into()))?;
        let part = Replicas::new(vec![part]).map_err(|error| failed(error.into()))?;
        let check = thermo::ensemble_check(&part, scan.system.units.units(), freedom, resampling);
        let Some(found) = check
            .map_err(|error| failed(error.into()))?
            .sampled
            .value()
            .copied()
        else {
            continue;
        };
        match first {
            Some((other, expected))
                if (expected == Sampled::Microcanonical) != (found == Sampled::Microcanonical) =>
            {
                let message = format!(
                    "run {number} of the log is {found} and run {other}, with which it is joined, is {expected}: expected one \
                     ensemble; `log_run` takes one run alone, and `discard` leaves out the first"
                );
                return Err(about(file, message));
            }
            Some(_) => {}
            None => first = Some((*number, found)),
        }
    }
    Ok(())
}
