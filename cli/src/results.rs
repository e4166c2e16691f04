//! `results.json`, whose names other programs read. A result that is missing is absent, or `null`
//! in a list.

mod comparison;
mod constant_pressure;
mod dynamic_heat_capacity;
mod over_temperature;
mod point;
mod structure;
mod susceptibility;
mod values;
mod virial;

use serde_json::{Value, json};

use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::Point;
use crate::scan_file::Scan;

pub(crate) use comparison::agreement;
pub(crate) use over_temperature::{notes, straightness};
pub(crate) use values::reason;

/// What `program` says in a file of this program.
pub(crate) const PROGRAM: &str = "msed";

/// The whole file. `files` are those that stand beside it.
pub(crate) fn results<'a>(
    scan: &Scan,
    points: &[Point<'_>],
    over_temperature: &OverTemperature,
    files: impl Iterator<Item = &'a str>,
) -> Value {
    let system = &scan.system;
    values::without_null(json!({
        "program": PROGRAM,
        "system": {
            "name": system.name,
            "units": system.units.units().name(),
            "particles": system.particles,
            "ensemble": scan.ensemble().name(),
            "dimensions": scan.dimensions.count(),
            "path": over_temperature.scan.path().name(),
            "notes": values::unless_empty(&scan.notes),
        },
        "runs": points.iter().map(point::entry).collect::<Vec<_>>(),
        "scan": over_temperature::entry(over_temperature),
        "files": files.collect::<Vec<_>>(),
    }))
}
