//! The heat capacity over frequency in the results.

use serde_json::Value;

use crate::program::{numbers, run};
use crate::shipped::data;

#[test]
fn each_run_has_its_heat_capacity_over_frequency_or_says_why_not() {
    let out = tempfile::tempdir().expect("a directory");
    let results = run(&[&data("kob-andersen")], out.path()).results();
    let number = |value: &Value| value.as_f64().expect("a number");
    let mut held = 0;
    for run in results["runs"].as_array().expect("runs") {
        let found = &run["dynamic_heat_capacity"];
        let name = run["name"].as_str().expect("a name");
        let csv = |kind: &str| out.path().join(format!("{name}.dynamic_heat_capacity{kind}.csv"));
        if found["verdict"] == "unresolved" {
            assert!(!found["reason"].as_str().expect("a reason").is_empty());
            assert!(!csv("_model").exists());
            continue;
        }
        held += 1;
        let c = &run["heat_capacity"];
        let [storage, loss] = ["storage", "loss"].map(|part| numbers(&found["model"][part]));
        let points = numbers(&found["angular_frequency"]).len();
        assert!(points > 20 && storage.len() == points && loss.len() == points);
        // A hundredth of the peak's frequency is nearly zero.
        let total = 1.4985 + number(&c["excess"]);
        assert!(
            (storage[0] / total - 1.0).abs() < 0.01,
            "{name}: {} {total}",
            storage[0]
        );
        let ratio = number(&found["tau_ratio"]["value"]);
        assert!((ratio * (1.4985 + number(&c["fast"])) / total - 1.0).abs() < 1e-9);
        let tau = |kind: &str| number(&found[kind]["value"]);
        assert!((tau("tau_T") / tau("tau_E") / ratio - 1.0).abs() < 1e-9);
        let chosen = &run["fit"][run["fit"]["chosen"].as_str().expect("a form")];
        let own = number(&chosen["mean_relaxation_time"]);
        assert!((tau("tau_E") / own - 1.0).abs() < 1e-9, "{name}");
        let peak = &found["loss_peak"];
        assert!(
            peak["height"].is_object() || peak["reason"].is_string(),
            "{name}: {peak}"
        );
        assert_eq!(
            std::fs::read_to_string(csv("_model"))
                .expect("a file")
                .lines()
                .count(),
            points + 1
        );
        match found["measured"]["reason"].as_str() {
            Some(reason) => assert!(!reason.is_empty()),
            None => {
                let [loss, error] =
                    ["loss", "loss_standard_error"].map(|part| numbers(&found["measured"][part]));
                assert_eq!(loss.len(), points);
                for (loss, error) in loss.iter().zip(error) {
                    assert!(loss + 3.0 * error > 0.0, "{name}: {loss} {error}");
                }
                assert!(found["measured"]["tail"]["value"].is_number() && csv("").exists());
            }
        }
    }
    assert!(held >= 4, "{held}");
    assert!(out.path().join("dynamic_heat_capacity.svg").exists());
}
