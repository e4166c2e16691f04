//! The heat capacity of a run over frequency.

use msed::Estimate;
use msed::stats::Outcome;
use msed::thermo::{HeatCapacitySpectrum, LossPeak, Undetermined};
use serde_json::{Value, json};

use super::values::{estimate, found, missing};
use crate::analysis::dynamic_heat_capacity::Dynamic;

pub(super) fn entry(dynamic: &Outcome<Dynamic, Undetermined>) -> Value {
    let dynamic = match dynamic {
        Outcome::Resolved(dynamic) => dynamic,
        Outcome::Unresolved(why) => return missing("unresolved", why),
    };
    let of = &dynamic.found;
    json!({
        "tau_T": estimate(&of.isothermal_time),
        "tau_E": estimate(&of.adiabatic_time),
        "tau_ratio": estimate(&of.time_ratio),
        "loss_peak": match &of.loss_peak {
            Outcome::Resolved(peak) => loss_peak(peak),
            Outcome::Unresolved(why) => missing("unresolved", why),
        },
        "angular_frequency": dynamic.model.frequencies,
        "model": spectrum(&dynamic.model),
        "measured": match &dynamic.measured {
            Outcome::Resolved(measured) => spectrum(measured),
            Outcome::Unresolved(why) => missing("unresolved", why),
        },
    })
}

fn spectrum(of: &HeatCapacitySpectrum) -> Value {
    let values = |numbers: &[Estimate]| numbers.iter().map(Estimate::value).collect::<Vec<_>>();
    let errors = |numbers: &[Estimate]| numbers.iter().map(Estimate::standard_error).collect::<Vec<_>>();
    json!({
        "storage": values(&of.storage),
        "storage_standard_error": errors(&of.storage),
        "loss": values(&of.loss),
        "loss_standard_error": errors(&of.loss),
        "cut": of.cut,
        "tail": of.tail.as_ref().map(estimate),
    })
}

/// Its place, height and width, and where the width is missing the reason.
fn loss_peak(peak: &LossPeak) -> Value {
    json!({
        "angular_frequency": estimate(&peak.frequency),
        "height": estimate(&peak.height),
        "width": found(&peak.width, |width| width, "unresolved"),
    })
}
