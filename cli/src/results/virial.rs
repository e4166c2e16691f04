//! The virial in the results: of a run, and over temperature.

use msed::stats::Outcome;
use msed::thermo::{PressureCheck, Virial};
use serde_json::{Value, json};

use super::agreement;
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
    let temperatures = check.temperatures.iter().enumerate();
    temperatures
        .map(|(k, temperature)| {
            let found = &check.agreement[k];
            json!({
                "temperature": temperature,
                "from_fluctuations": check.from_fluctuations[k].value(),
                "from_fluctuations_standard_error": check.from_fluctuations[k].standard_error(),
                "from_pressure_slope": check.from_pressure_slope[k].value(),
                "from_spline": check.from_spline[k].value(),
                // Of the difference from the spline.
                "standard_error": check.difference[k].standard_error(),
                // Along an isobar there is no check.
                "comparable": true,
                "z": found.value().map(|deviation| deviation.z),
                "verdict": agreement(found),
                "reason": found.why().map(ToString::to_string),
                "blocks": check.from_fluctuations[k].blocks(),
            })
        })
        .collect()
}
