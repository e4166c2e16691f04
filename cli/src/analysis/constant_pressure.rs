//! Enthalpy and volume of one state point at constant pressure.

use msed::Resampling;
use msed::stats::Outcome;
use msed::thermo::{self, ConstantPressure, ThermoError, Undetermined};

use crate::failure::Failure;
use crate::input::energies::Energies;
use crate::scan_file::{Run, Scan};

/// What the fluctuations say, or why they say nothing; `None` at constant volume.
pub(super) fn of(
    scan: &Scan,
    run: &Run,
    energies: &Energies,
    resampling: Resampling,
) -> Result<Option<Outcome<ConstantPressure, Undetermined>>, Failure> {
    if !scan.is_at_constant_pressure() {
        return Ok(None);
    }
    let (units, ensemble) = (scan.system.units.units(), scan.ensemble_of(run));
    let (runs, pressure) = (&energies.replicas, run.pressure());
    let found = thermo::constant_pressure(runs, units, ensemble, pressure, scan.dimensions, resampling);
    found.map(Some).map_err(|error| match error {
        ThermoError::Pressure { .. } => {
            scan.key_failure(run, "pressure", format_args!("run `{}`: {error}", run.name()))
        }
        error => scan.run_failure(run, error),
    })
}
