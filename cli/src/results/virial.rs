//! The virial in the results: of a run, and over temperature.

use msed::stats::Outcome;
use msed::thermo::{PressureCheck, Virial};
use serde_json::{Value, json};

use super::comparison::beside_the_spline;
use super::values::{estimate, missing};

pub(super) fn entry(virial: &Outcome<Virial, String>) -> Value {
    match virial {
        Outcome::Resolved(found) => json!({
            "R": estimate(&found.correlation),
            "R_canonical": estimate(&found.canonical_correlation),
            "gamma": estimate(&found.gamma),
            "pressure_coefficient": estimate(&found.excess_pressure_coefficient),
            "mean_pressure": estimate(&found.mean_pressure),
            "mean_virial": estimate(&found.mean_virial),
            "volume": found.volume(),
        }),
        Outcome::Unresolved(why) => missing("unresolved", why),
    }
}

/// At each temperature the rise of the pressure by both ways.
pub(super) fn pressure_check(check: &PressureCheck) -> Value {
    let slope = ("from_pressure_slope", &check.from_pressure_slope[..]);
    let sides = [&check.from_fluctuations, &check.from_spline, &check.difference].map(Vec::as_slice);
    beside_the_spline(&check.temperatures, sides, slope, &check.agreement)
}
