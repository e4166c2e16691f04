//! What a run at constant pressure must have beside its energies.

use std::path::Path;

use msed::EnergySeries;

use super::about;
use crate::failure::Failure;
use crate::scan_file::{Run, Scan};

/// Checks that each file of a run under a barostat has its volumes, and its pressures or a
/// `pressure` in their place; `left_out` says why a column was left out. Returns what is to be said
/// of a run without pressures.
pub(super) fn check<'a, 'b>(
    scan: &Scan,
    run: &Run,
    replicas: impl Iterator<Item = (&'a Path, &'b EnergySeries<'static>)>,
    left_out: &[(&str, String)],
) -> Result<Option<String>, Failure> {
    if !scan.is_at_constant_pressure() {
        return Ok(None);
    }
    let left_out = |quantity: &str| {
        let mut why = left_out.iter().filter(|(found, _)| *found == quantity);
        why.next().map_or(String::new(), |(_, why)| format!(" ({why})"))
    };
    let mut note = None;
    for (file, series) in replicas {
        if series.volumes().is_none() {
            let message = format!(
                "found no column of volumes{}, expected one or `volume_column`: run `{}` is declared `npt`, where the heat capacity \
                 follows from enthalpy and volume",
                left_out("volume"),
                run.name()
            );
            return Err(about(file, message));
        }
        if series.pressures().is_some() {
            continue;
        }
        if run.pressure().is_none() {
            let message = format!(
                "found no column of pressures{}, expected one, `pressure_column`, or the barostat's `pressure`: run `{}` is declared \
                 `npt`",
                left_out("pressure"),
                run.name()
            );
            return Err(about(file, message));
        }
        note = Some(format!(
            "run `{}` has no column of pressures: nothing tells whether its barostat samples constant pressure",
            run.name()
        ));
    }
    Ok(note)
}
