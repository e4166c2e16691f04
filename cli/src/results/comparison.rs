//! Two sides of one number over temperature, in the results.

use msed::Estimate;
use msed::stats::{Deviation, Outcome};
use msed::thermo::Undetermined;
use serde_json::{Value, json};

/// Whether the two sides agree, in a word.
pub(crate) fn agreement(found: &Outcome<Deviation, Undetermined>) -> &'static str {
    match found {
        Outcome::Resolved(deviation) if deviation.is_significant() => "differs",
        Outcome::Resolved(_) => "agrees",
        Outcome::Unresolved(Undetermined::NotComparable) => "not comparable",
        Outcome::Unresolved(_) => "undecided",
    }
}

/// A number by fluctuations and by a spline, with their difference, and by another slope of this
/// name, at each temperature.
pub(super) fn beside_the_spline(
    temperatures: &[f64],
    [fluctuations, spline, difference]: [&[Estimate]; 3],
    (name, slope): (&str, &[Estimate]),
    agreements: &[Outcome<Deviation, Undetermined>],
) -> Value {
    let of_temperature = |(k, temperature): (usize, &f64)| {
        json!({
            "temperature": temperature,
            "from_fluctuations": fluctuations[k].value(),
            "from_fluctuations_standard_error": fluctuations[k].standard_error(),
            (name): slope[k].value(),
            "from_spline": spline[k].value(),
            // Of the difference from the spline.
            "standard_error": difference[k].standard_error(),
            // Where the two sides are not comparable there is no check.
            "comparable": true,
            "z": agreements[k].value().map(|deviation| deviation.z),
            "verdict": agreement(&agreements[k]),
            "reason": agreements[k].why().map(ToString::to_string),
            "blocks": fluctuations[k].blocks(),
        })
    };
    temperatures.iter().enumerate().map(of_temperature).collect()
}
