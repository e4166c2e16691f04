//! F_s, tau_alpha and the tail in the results, beside tau*.

use serde_json::Value;

use crate::program::{numbers, run};
use crate::shipped::{data, xtc_frames};
use crate::small_scan::Scan;

/// The small scan with frames for its first run, and a shell.
fn with_shell(frames: usize, shell: &str) -> Scan {
    let scan = Scan::small()
        .edit(
            "scan.toml",
            "energy = \"T0.800.dat\"",
            "energy = \"T0.800.dat\"\ntrajectory = \"a.xtc\"",
        )
        .edit("scan.toml", "species =", &format!("q_shell = {shell}\nspecies ="));
    scan.write("a.xtc", xtc_frames(frames).concat());
    scan
}

#[test]
fn the_shipped_scans_give_the_reference_tau_alpha() {
    let out = tempfile::tempdir().expect("a directory");
    for (name, probe, shell, vectors) in [
        ("kob-andersen", "A", [7.15, 7.35], 219),
        ("cuzr", "Cu", [2.75, 2.85], 771),
    ] {
        let results = run(&[&data(name)], &out.path().join(name)).results();
        let text = std::fs::read_to_string(data(name).join("reference/reference.json")).expect("a file");
        let reference: Value = serde_json::from_str(&text).expect("JSON");
        let mut held = 0;
        for run in results["runs"].as_array().expect("runs") {
            let Some(structure) = run.get("structure") else {
                continue;
            };
            let all = reference["runs"].as_array().expect("runs");
            let wanted = all.iter().find(|r| r["name"] == run["name"]).expect("the run");
            let wanted = &wanted["structure"][probe];
            let q = structure["q"].as_f64().expect("q");
            assert!(q > shell[0] && q < shell[1], "{q}");
            assert_eq!(structure["wave_vectors"], vectors);
            let found = structure["tau_alpha"]["value"].as_f64().expect("a time");
            let expected = wanted["tau_alpha"].as_f64().expect("a time");
            assert!((found / expected - 1.0).abs() < 1e-6, "{found} {expected}");
            assert!(
                structure["tau_alpha"]["standard_error"]
                    .as_f64()
                    .expect("an error")
                    < 0.1 * found
            );
            // The file's cell has seven digits.
            let isf = numbers(&structure[probe]["self_isf"]);
            assert!((isf[0] - 1.0).abs() < 1e-12);
            for (found, wanted) in isf[1..].iter().zip(numbers(&wanted["self_isf"])) {
                assert!(
                    (found - wanted).abs() <= 1e-6 * wanted.abs() + 1e-8,
                    "{found} {wanted}"
                );
            }
            for key in ["f_q", "tau", "beta"] {
                assert!(structure["kww"][key].is_number(), "{}", structure["kww"]);
                assert!(structure["kww"]["standard_error"][key].is_number());
            }
            assert!(structure["B"].get("self_isf").is_none());
            held += 1;
        }
        assert_eq!(held, if name == "cuzr" { 1 } else { 3 });
        let figure = out.path().join(name).join("fig3_relaxation_times.svg");
        let figure = std::fs::read_to_string(figure).expect("the figure");
        assert!(figure.contains("by Eq. (11)"));
        let has_both = results["runs"].as_array().expect("runs").iter();
        let has_both = has_both
            .map(|run| &run["dynamic_heat_capacity"]["tau_T"])
            .any(Value::is_object);
        assert_eq!(figure.contains("at constant temperature"), has_both, "{name}");
        let over_temperature = numbers(&results["scan"]["relaxation"]["temperature"]).len();
        let times = results["scan"]["relaxation"]["tau_alpha"]
            .as_array()
            .expect("a list");
        assert_eq!(times.len(), over_temperature);
        assert_eq!(times.iter().filter(|t| t.is_number()).count(), held);
    }
}

#[test]
fn a_crossing_is_linear_in_the_logarithm_of_time() {
    let scan = with_shell(60, "[7.15, 7.35]");
    let outcome = scan.run();
    let results = outcome.results();
    let structure = &results["runs"][0]["structure"];
    let (times, isf) = (
        numbers(&structure["A"]["lag_time"]),
        numbers(&structure["A"]["self_isf"]),
    );
    let level = (-1.0_f64).exp();
    let k = isf.iter().position(|&f| f <= level).expect("it decays");
    let fraction = (isf[k - 1] - level) / (isf[k - 1] - isf[k]);
    let wanted = (times[k - 1].ln() + fraction * (times[k] / times[k - 1]).ln()).exp();
    let found = structure["tau_alpha"]["value"].as_f64().expect("a time");
    assert!((found / wanted - 1.0).abs() < 1e-12, "{found} {wanted}");
    assert!(structure["kww"]["verdict"].is_string());
    let row = outcome.stdout.lines().find(|line| line.contains("7.247"));
    let row = row.expect("a row of the table of relaxation times");
    assert!(row.starts_with("T0.800 "), "{row}");
    let csv = std::fs::read_to_string(outcome.out.join("T0.800.A.self_isf.csv")).expect("a file");
    assert!(csv.lines().count() > times.len());
}

#[test]
fn without_a_shell_in_the_scan_file_it_lies_around_q_max() {
    let scan = with_shell(60, "[7.15, 7.35]").edit("scan.toml", "q_shell = [7.15, 7.35]\n", "");
    let results = scan.run().results();
    let structure = &results["runs"][0]["structure"];
    let number = |of: &Value| of["value"].as_f64().expect("a number");
    let (q, q_max) = (structure["q"].as_f64().expect("q"), number(&structure["q_max"]));
    assert!((q / q_max - 1.0).abs() < 0.014, "{q} {q_max}");
    let tau = number(&structure["tau_alpha"]);
    assert!(tau > 3.5 && tau < 5.5, "{tau}");
}

#[test]
fn a_level_that_is_not_reached_leaves_a_lower_bound() {
    // Half of the 60 frames, and a wavelength of half a cell.
    let scan = with_shell(60, "[1.0, 1.5]");
    let outcome = scan.run();
    let results = outcome.results();
    let structure = &results["runs"][0]["structure"];
    let tau = &structure["tau_alpha"];
    let times = numbers(&structure["A"]["lag_time"]);
    assert_eq!(tau["verdict"], "not reached");
    assert_eq!(tau["lower_bound"].as_f64(), times.last().copied());
    assert!(tau.get("value").is_none());
    let reason = tau["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("F_s = 1/e not reached: 0."), "{reason}");
    assert_eq!(structure["kww"]["verdict"], "unresolved");
    assert!(structure["kww"]["reason"].is_string());
    assert!(
        results["scan"]["relaxation"]["tau_alpha"]
            .as_array()
            .expect("a list")
            .iter()
            .all(Value::is_null)
    );
    let bound = format!("> {:.1}", times[times.len() - 1]);
    assert!(outcome.stdout.contains(&bound), "{}", outcome.stdout);
}

#[test]
fn a_shell_without_vectors_is_refused() {
    let message = with_shell(60, "[7.151, 7.152]").message();
    assert!(
        message.starts_with("DIR/scan.toml:") && message.contains("run `T0.800`") && message.contains("7.15"),
        "{message}"
    );
}
