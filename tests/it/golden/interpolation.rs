//! Interpolation against scipy: `tests/data/interpolation/make.py` made the golden values.

use crate::common::numbers::numbers;
use msed::thermo::PiecewiseCubic;
use serde_json::Value;

#[test]
fn pchip_and_natural_spline_are_those_of_scipy() {
    let golden: Value = serde_json::from_str(include_str!("../../data/interpolation/golden.json")).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (x, y, at) = (numbers(&case["x"]), numbers(&case["y"]), numbers(&case["at"]));
        for (name, curve) in [
            ("pchip", PiecewiseCubic::pchip(&x, &y).unwrap()),
            ("natural", PiecewiseCubic::natural(&x, &y).unwrap()),
        ] {
            let expected = |key: &str| numbers(&case[name][key]);
            for (k, &t) in at.iter().enumerate() {
                for (found, expected) in [
                    (curve.value(t), expected("value")[k]),
                    (curve.derivative(t), expected("derivative")[k]),
                    (curve.integral(x[0], t), expected("integral")[k]),
                ] {
                    // Values of order 10, slopes of order 100.
                    assert!(
                        (found - expected).abs() < 1e-12 * (1.0 + expected.abs()) * 10.0,
                        "{name} at {t}: {found} {expected}"
                    );
                }
            }
        }
    }
}
