//! The entries of the file for results of the library. A number that is not finite becomes `null`.

use std::fmt::Display;

use msed::relaxation::Relaxation;
use msed::stats::Outcome;
use msed::{Curve, Estimate};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Removes `null` members of objects, since a result that is missing is absent. Lists keep their
/// `null` elements, so that they stay as long as the lists beside them.
pub(super) fn without_null(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, member)| !member.is_null());
            members
                .map(|(name, member)| (name, without_null(member)))
                .collect()
        }
        Value::Array(elements) => elements.into_iter().map(without_null).collect(),
        other => other,
    }
}

/// A list or a map; `null` where it is empty.
pub(super) fn unless_empty(value: impl Serialize) -> Value {
    let value = json!(value);
    let empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
    if empty { Value::Null } else { value }
}

/// One object with the members of all.
pub(super) fn joined<const N: usize>(objects: [Value; N]) -> Value {
    let members = |object| match object {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    Value::Object(objects.into_iter().flat_map(members).collect())
}

/// A curve with its errors.
pub(super) fn curve(curve: &Curve) -> Value {
    json!({
        "lag_time": curve.lag_times().collect::<Vec<_>>(),
        "value": curve.values(),
        "standard_error": curve.standard_errors(),
        "origins": curve.origins(),
        "blocks": curve.resamples().blocks,
    })
}

/// A number with its error.
pub(super) fn estimate(number: &Estimate) -> Value {
    json!({
        "value": number.value(),
        "standard_error": number.standard_error(),
        "blocks": number.blocks(),
    })
}

/// A word and a sentence in place of a number.
pub(super) fn missing(verdict: &str, reason: impl Display) -> Value {
    json!({ "verdict": verdict, "reason": reason.to_string() })
}

/// A number of what was found, or why there is none.
pub(super) fn found<T, Why: Display>(
    outcome: &Outcome<T, Why>,
    number: impl Fn(&T) -> &Estimate,
    verdict: &str,
) -> Value {
    match outcome {
        Outcome::Resolved(found) => estimate(number(found)),
        Outcome::Unresolved(why) => missing(verdict, why),
    }
}

/// Standard errors under the names of their numbers, where there are any.
pub(super) fn standard_errors<'a>(numbers: impl IntoIterator<Item = (&'a str, Option<f64>)>) -> Value {
    let errors = numbers.into_iter();
    errors
        .filter(|(_, error)| error.is_some())
        .map(|(name, error)| (name.to_owned(), json!(error)))
        .collect()
}

/// A fit: its numbers under these names, and whether they mean what the names say.
pub(super) fn fit(fit: &Relaxation, numbers: &[(&str, &Estimate)]) -> Value {
    let values = numbers
        .iter()
        .map(|(name, number)| (*name, json!(number.value())));
    let errors = numbers
        .iter()
        .map(|(name, number)| (*name, number.standard_error()));
    let cautions: Vec<String> = fit.cautions.iter().map(ToString::to_string).collect();
    let quality = json!({
        "standard_error": standard_errors(errors),
        "blocks": fit.relaxation_time.blocks(),
        "reduced_chi_squared": fit.reduced_chi_squared(),
        "verdict": resolved(fit.verdict.is_resolved()),
        "reason": reason(fit),
        "cautions": unless_empty(cautions),
    });
    joined([values.collect(), quality])
}

/// A fit that could not be made.
pub(super) fn no_fit(reason: &str) -> Value {
    joined([json!({ "standard_error": {} }), missing("unresolved", reason)])
}

pub(super) fn resolved(is_resolved: bool) -> &'static str {
    if is_resolved { "resolved" } else { "unresolved" }
}

/// Why a fit is not resolved.
pub(crate) fn reason(fit: &Relaxation) -> Option<String> {
    let reasons: Vec<String> = fit.verdict.reasons().iter().map(ToString::to_string).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}
