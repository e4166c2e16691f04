//! The dynamic heat capacity against scipy: `tests/data/dynamic_heat_capacity/make.py` made the
//! golden values by quadrature along the real axis.

use msed::Ensemble;
use msed::thermo::{HeatCapacitySpectrum, dynamic_heat_capacity};
use serde_json::Value;

use crate::common::energy_landscape::Landscape;
use crate::common::numbers::numbers;

/// The largest deviation from golden values, in units of C_2.
fn deviation(found: &HeatCapacitySpectrum, golden: &Value, slow: f64) -> f64 {
    let of = |values: &[msed::Estimate], golden: &Value| {
        let pairs = values.iter().zip(numbers(golden));
        pairs
            .map(|(x, y)| (x.value() - y).abs() / slow)
            .fold(0.0, f64::max)
    };
    of(&found.storage, &golden["storage"]).max(of(&found.loss, &golden["loss"]))
}

#[test]
fn model_and_curve_are_those_of_scipy() {
    let text = include_str!("../../data/dynamic_heat_capacity/golden.json");
    let golden: Value = serde_json::from_str(text).unwrap();
    let number = |key: &str| golden[key].as_f64().unwrap();
    let slow = number("slow");
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 10);
    for case in cases {
        let ensemble = if case["ensemble"] == "nve" {
            Ensemble::nve(1000)
        } else {
            Ensemble::nvt(1000)
        };
        assert_eq!(ensemble.degrees_of_freedom(), number("degrees_of_freedom"));
        let beta = case["beta"].as_f64().unwrap();
        let time = number("time");
        let landscape = |fast_time| Landscape {
            ensemble,
            fast: number("fast"),
            slow,
            time,
            beta,
            fast_time,
        };
        let frequencies = numbers(&case["frequencies"]);
        // The parameters of a fit without noise are those of the curve to 1e-8 or so.
        let instant = landscape(0.0);
        let msed = instant.msed();
        let fit = instant.fit(&msed);
        let dynamic = dynamic_heat_capacity(&instant.heat_capacity(&msed), &fit).unwrap();
        let dynamic = dynamic.into_result().unwrap();
        let model = deviation(&dynamic.at(&frequencies).unwrap(), &case["model"], slow);
        // The same fit closes the tail of the curve that has a fast part.
        let msed = landscape(0.01 * time).msed();
        let fit = landscape(0.01 * time).fit(&msed);
        let dynamic = dynamic_heat_capacity(&instant.heat_capacity(&msed), &fit).unwrap();
        let measured = dynamic
            .into_result()
            .unwrap()
            .measured(&msed, &frequencies)
            .unwrap();
        let curve = deviation(&measured.into_result().unwrap(), &case["curve"], slow);
        println!("{ensemble:?} beta = {beta}: model {model:.1e}, curve {curve:.1e}");
        assert!(model < 1e-6, "{ensemble:?} {beta}: {model}");
        assert!(curve < 1e-3, "{ensemble:?} {beta}: {curve}");
    }
}
