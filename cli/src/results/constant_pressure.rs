//! Constant pressure in the results: of a run, and over temperature.

use msed::stats::Outcome;
use msed::thermo::{ConstantPressure, EnthalpyCheck, Undetermined};
use serde_json::{Value, json};

use super::agreement;
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
    let temperatures = check.temperatures.iter().enumerate();
    temperatures
        .map(|(k, temperature)| {
            let found = &check.agreement[k];
            json!({
                "temperature": temperature,
                "from_fluctuations": check.from_fluctuations[k].value(),
                "from_fluctuations_standard_error": check.from_fluctuations[k].standard_error(),
                "from_enthalpy_slope": check.from_enthalpy_slope[k].value(),
                "from_spline": check.from_spline[k].value(),
                // Of the difference from the spline.
                "standard_error": check.difference[k].standard_error(),
                "comparable": true,
                "z": found.value().map(|deviation| deviation.z),
                "verdict": agreement(found),
                "reason": found.why().map(ToString::to_string),
                "blocks": check.from_fluctuations[k].blocks(),
            })
        })
        .collect()
}
