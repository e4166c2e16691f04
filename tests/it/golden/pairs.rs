//! The pair entropy and the distinct part of van Hove's function of a shipped run against numpy:
//! `tests/data/pairs/reference.py` made the values, by all distances and formulas of its own.

use crate::common::by_name::by_pair;
use crate::common::numbers::numbers;
use crate::common::shipped;
use msed::structure::{self, RadialBins};
use msed::{Lags, Resampling};
use serde_json::Value;

fn reference() -> Value {
    let text = std::fs::read_to_string("tests/data/pairs/reference.json").expect("the numbers");
    serde_json::from_str(&text).expect("JSON")
}

fn close(found: f64, wanted: f64, what: &str) {
    assert!(
        (found - wanted).abs() < 1e-9 * wanted.abs().max(1.0),
        "{what}: {found} {wanted}"
    );
}

#[test]
fn pair_entropy_and_distinct_van_hove_equal_their_reference() {
    let reference = reference();
    let integer = |key: &str| reference[key].as_u64().expect(key) as usize;
    let run = shipped::kob_andersen::<f32>("T0.700/trajectory.xtc");
    let run = run.thinned(integer("every")).expect("a stride");
    assert_eq!(run.frames(), integer("frames"));
    // The file's cell, in single precision.
    let half = 0.5 * run.cells()[0].lengths()[0];
    let bins = RadialBins::half_cell(&run, half / integer("bins") as f64).expect("bins");
    assert_eq!(bins.count(), integer("bins"));
    close(bins.edges()[bins.count()], half, "the end");

    let wanted = &reference["pair_entropy"];
    let number = |key: &str| wanted[key].as_f64().expect(key);
    let found = structure::pair_entropy(&run, &bins, Resampling::Blocks(integer("blocks"))).expect("s2");
    close(found.value.value(), number("value"), "value");
    close(
        found.value.standard_error().expect("an error"),
        number("standard_error"),
        "error",
    );
    close(found.noise, number("noise"), "noise");
    close(found.binning, number("binning"), "binning");
    close(found.tail.value(), number("tail"), "tail");
    for (found, wanted) in found.running.iter().zip(numbers(&wanted["running"])) {
        close(found.value(), wanted, "running");
    }
    for ([a, b], part) in found.parts.pairs() {
        let wanted = wanted["parts"][format!("{a}{b}")].as_f64().expect("a part");
        close(part.value(), wanted, "part");
    }

    let frames = run.lag_table(&Lags::all()).expect("lags");
    let wanted: Vec<u64> = numbers(&reference["lags"]).iter().map(|&k| k as u64).collect();
    let step = run.steps()[1] - run.steps()[0];
    assert_eq!(frames.lags()[1].steps(), step);
    let lags = Lags::samples(wanted);
    let found = structure::distinct_van_hove(&run, &lags, &bins, Resampling::Blocks(5)).expect("G_d");
    for (name, found) in by_pair(&found) {
        for (found, wanted) in found.iter().zip(reference["g"].as_array().expect("lags")) {
            for (g, wanted) in found.g.iter().zip(numbers(&wanted[name.replace('-', "")])) {
                close(g.value(), wanted, &name);
            }
        }
        assert_eq!(found.len(), 3);
    }
}
