//! The virial of one state point beside its energy.

use msed::stats::Outcome;
use msed::thermo::{self, CONSTANT_VOLUME, ThermoError, Virial};
use msed::{Resampling, Trajectory};

use super::point::Point;
use crate::failure::Failure;
use crate::input::cells;
use crate::input::trajectory::Frames;
use crate::scan_file::Scan;

/// The fluctuations of the virial, or why there are none; `None` for energies without pressures.
pub(super) fn of(
    scan: &Scan,
    point: &Point<'_>,
    frames: Option<&Frames>,
    resampling: Resampling,
) -> Result<Option<Outcome<Virial, String>>, Failure> {
    let runs = &point.energies.replicas;
    let unresolved = |why: &str| Ok(Some(Outcome::Unresolved(why.to_owned())));
    let without = runs.runs().iter().position(|run| run.pressures().is_none());
    if let Some(replica) = without {
        if runs.runs().iter().all(|run| run.pressures().is_none()) {
            return Ok(None);
        }
        return unresolved(&format!("replica {} has no column of pressures", replica + 1));
    }
    let Some(heat_capacity) = &point.heat_capacity else {
        return unresolved("the run is at constant pressure, expected one at constant volume");
    };
    if let Some(why) = point.no_heat_capacity() {
        return unresolved(&why.to_string());
    }
    if frames.is_some_and(|frames| changes(scan, frames)) {
        return unresolved("the cell changes from frame to frame, expected a constant one");
    }
    let volume = cells::volume(scan, point.run)?;
    let found = thermo::virial(runs, heat_capacity, volume, scan.dimensions, resampling);
    match found {
        Ok(found) => Ok(Some(match found {
            Outcome::Resolved(found) => Outcome::Resolved(found),
            Outcome::Unresolved(why) => Outcome::Unresolved(why.to_string()),
        })),
        Err(ThermoError::NoVolume) => {
            unresolved("the volume is not known, expected `box`, a trajectory or a column of the volume")
        }
        Err(why @ ThermoError::NoTemperatures) => unresolved(&why.to_string()),
        Err(error) => Err(scan.run_failure(point.run, error)),
    }
}

/// Whether the cells of the frames have other volumes than the first.
fn changes(scan: &Scan, frames: &Frames) -> bool {
    let mut volumes = frames
        .runs()
        .iter()
        .flat_map(Trajectory::cells)
        .map(|cell| cell.volume_in(scan.dimensions));
    let first = volumes.next();
    first.is_some_and(|first| volumes.any(|other| (other / first - 1.0).abs() > CONSTANT_VOLUME))
}
