//! `dynamic_susceptibility` of the scan.

use serde_json::{Map, Value, json};

use super::structure::peak;
use super::values::joined;
use crate::analysis::susceptibility::Susceptibility;

/// `null` where there are none.
pub(super) fn entry(found: &[Susceptibility]) -> Value {
    if found.is_empty() {
        return Value::Null;
    }
    json!({
        "left_out": "the terms of the composition, which no run at fixed composition has",
        "peaks": found.iter().map(peaks).collect::<Vec<_>>(),
        "curves": found.iter().map(curves).collect::<Vec<_>>(),
    })
}

fn head(one: &Susceptibility) -> Value {
    json!({
        "run": one.run,
        "temperature": one.temperature,
        "species": one.species,
        "quantity": one.quantity,
    })
}

fn peaks(one: &Susceptibility) -> Value {
    let peaks = one.peaks().into_iter();
    let peaks: Map<_, _> = peaks
        .map(|(name, found)| (name.to_owned(), peak(found)))
        .collect();
    let rest = json!({
        "particles": one.particles,
        "heat_capacity": one.bound.as_ref().map(|bound| bound.heat_capacity.value()),
        "bound_discretisation_error": one.discretisation_error(),
    });
    joined([head(one), Value::Object(peaks), rest])
}

/// Curves over the lags of the derivative.
fn curves(one: &Susceptibility) -> Value {
    let curve = &one.derivative.curve;
    let mut lists = Map::new();
    for (name, of) in one.curves() {
        let place = |lag| of.lags().binary_search(lag).ok();
        let places: Vec<Option<usize>> = curve.lags().iter().map(place).collect();
        let values: Vec<_> = places.iter().map(|at| at.map(|k| of.values()[k])).collect();
        let errors: Vec<_> = places.iter().map(|at| of.standard_errors()[(*at)?]).collect();
        lists.insert(name.to_owned(), json!(values));
        lists.insert(format!("{name}_standard_error"), json!(errors));
    }
    let rest = json!({
        "lag_time": curve.lag_times().collect::<Vec<_>>(),
        "origins": curve.origins(),
        "derivative_discretisation_error": one.derivative.discretisation_error,
    });
    joined([head(one), rest, Value::Object(lists)])
}
