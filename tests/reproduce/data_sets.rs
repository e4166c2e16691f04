//! The data sets of the repository, against their reference values.

use serde_json::Value;

use super::program::{Scan, data, run};

fn reference(set: &str) -> Value {
    let text = std::fs::read_to_string(data(set).join("reference/reference.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn close(place: &str, got: &Value, wanted: &Value, relative: f64) {
    let (got, wanted) = (got.as_f64().expect(place), wanted.as_f64().expect(place));
    let error = ((got - wanted) / wanted).abs();
    assert!(
        error <= relative,
        "{place}: got {got}, wanted {wanted}: off by {error:e}, expected {relative:e}"
    );
}

fn numbers(list: &Value) -> Vec<Option<f64>> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(Value::as_f64)
        .collect()
}

#[test]
fn small_scan_has_every_part() {
    let scan = Scan::small();
    let outcome = scan.run();
    let results = outcome.results();
    assert_eq!(results["system"]["path"], "isochoric");
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("tau*"), "{}", outcome.stdout);
}
