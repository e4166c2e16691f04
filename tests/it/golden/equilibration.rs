//! Statistical inefficiencies and the start of equilibrium by pymbar: tests/data/peers.

use crate::common::numbers::numbers;
use msed::{EnergyKind, EnergySeries, Sampling, energy};
use serde_json::Value;

fn run(series: &[f64]) -> EnergySeries<'_> {
    let sampling = Sampling::new(1, 1.0).unwrap();
    EnergySeries::new(series, sampling, 1, EnergyKind::PerParticle).unwrap()
}

#[test]
fn pymbar_finds_the_same_start() {
    let text = std::fs::read_to_string("tests/data/peers/pymbar_equilibration.json").expect("the values");
    let reference: Value = serde_json::from_str(&text).unwrap();
    for of in reference["series"].as_array().unwrap() {
        let (name, series) = (of["name"].as_str().unwrap(), numbers(&of["series"]));
        let number = |key: &str| of[key].as_f64().unwrap();
        for pair in of["inefficiencies"].as_array().unwrap() {
            let (start, inefficiency) = (pair[0].as_u64().unwrap(), pair[1].as_f64().unwrap());
            let rest = run(&series).discard(start as usize).unwrap();
            let found = energy::equilibration(&rest).into_value().unwrap();
            let of_rest = rest.len() as f64 / found.of_whole;
            assert!(
                (of_rest / inefficiency - 1.0).abs() < 1e-9,
                "{name} from {start}: {of_rest}"
            );
        }
        let found = energy::equilibration(&run(&series)).into_value().unwrap();
        // The maximum there, the earliest start that is as good but for the error of an
        // inefficiency here.
        let (samples, start) = (found.samples as f64, number("start"));
        assert!(samples <= start && samples >= 0.4 * start, "{name}: {found:?}");
        let ratio = found.independent_samples / number("independent_samples");
        assert!((0.7..=1.0).contains(&ratio), "{name}: {found:?}");
    }
}
