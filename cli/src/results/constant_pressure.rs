//! Constant pressure in the results: of a run, and over temperature.

use msed::stats::Outcome;
use msed::thermo::{ConstantPressure, EnthalpyCheck, Undetermined};
use serde_json::{Value, json};

use super::comparison::beside_the_spline;
use super::values::{estimate, missing};

pub(super) fn entry(found: &Outcome<ConstantPressure, Undetermined>) -> Value {
    match found {
        Outcome::Resolved(found) => json!({
            "c_p": estimate(&found.c_p),
            "c_V": estimate(&found.c_v),
            "alpha": estimate(&found.expansion),
            "kappa_T": estimate(&found.compressibility),
            "dp_dT": estimate(&found.pressure_coefficient),
            "mean_enthalpy": estimate(&found.mean_enthalpy),
            "mean_volume": estimate(&found.mean_volume),
            "pressure": estimate(&found.pressure),
            // -Cov(V, p)/(k T), which a barostat that samples makes 1.
            "barostat": found.barostat.as_ref().map(estimate),
            "caution": found.caution.as_ref().map(ToString::to_string),
        }),
        Outcome::Unresolved(why) => missing("unresolved", why),
    }
}

/// At each temperature c_p by both ways.
pub(super) fn enthalpy_check(check: &EnthalpyCheck) -> Value {
    let slope = ("from_enthalpy_slope", &check.from_enthalpy_slope[..]);
    let sides = [&check.from_fluctuations, &check.from_spline, &check.difference].map(Vec::as_slice);
    beside_the_spline(&check.temperatures, sides, slope, &check.agreement)
}
