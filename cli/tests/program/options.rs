//! What the keys of `scan.toml` do to the results.

use serde_json::Value;

use crate::shipped::energy_file;
use crate::small_scan::{SMALL, Scan};

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// Every number of a tree, in its order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Number(number) => number.as_f64().into_iter().collect(),
        Value::Array(list) => list.iter().flat_map(numbers).collect(),
        Value::Object(map) => map.values().flat_map(numbers).collect(),
        _ => Vec::new(),
    }
}

fn assert_close(a: &Value, b: &Value, relative: f64) {
    let (a, b) = (numbers(a), numbers(b));
    assert_eq!(a.len(), b.len());
    for (x, y) in a.iter().zip(&b) {
        assert!((x - y).abs() <= relative * x.abs().max(y.abs()), "{x} and {y}");
    }
}

#[test]
fn totals_and_energies_per_particle_agree() {
    let scan = Scan::small();
    let total = scan.run().results();
    for file in ["T0.800.dat", "T0.700.dat"] {
        let per_particle: Vec<String> = scan
            .read(file)
            .lines()
            .map(|line| {
                let fields: Vec<&str> = line.split(' ').collect();
                match fields[..] {
                    [step, energy, t] if !line.starts_with('#') => {
                        format!("{step} {} {t}", energy.parse::<f64>().unwrap() / 1000.0)
                    }
                    _ => line.to_owned(),
                }
            })
            .collect();
        scan.write(file, per_particle.join("\n") + "\n");
    }
    let scan = scan.edit("scan.toml", "\"total\"", "\"per_particle\"");
    let per_particle = scan.run().results();
    for key in ["msed", "fit", "heat_capacity", "mean_energy", "energy_variance"] {
        assert_close(&total["runs"][0][key], &per_particle["runs"][0][key], 1e-6);
    }
}

#[test]
fn replicas_are_pooled() {
    let scan = Scan::small();
    let text = scan.read("T0.800.dat");
    let lines: Vec<&str> = text.lines().collect();
    let (header, rows) = lines.split_at(2);
    for (name, rows) in [("first.dat", &rows[..1400]), ("second.dat", &rows[1400..])] {
        scan.write(name, [header, rows].concat().join("\n") + "\n");
    }
    let scan = scan.edit("scan.toml", "\"T0.800.dat\"", "[\"first.dat\", \"second.dat\"]");
    let outcome = scan.run();
    assert!(
        outcome.stdout.contains("second.dat goes on where ")
            && outcome.stdout.contains("both count as replicas"),
        "{}",
        outcome.stdout
    );
    let results = outcome.results();
    let run = &results["runs"][0];
    assert_eq!(
        (&run["samples"], &run["replicas"], &run["blocks"]),
        (&3000.into(), &2.into(), &20.into())
    );
    // Lags reach a tenth of the shorter replica; no pair crosses from one into the other.
    let last = run["msed"]["lag_time"].as_array().unwrap().last().unwrap();
    assert!((number(last) - 0.05 * 126.0).abs() < 1e-9, "{last}");
    assert_eq!(run["msed"]["origins"][1], 2998);
    // As pieces of one run they are that run.
    let scan = scan.edit(
        "scan.toml",
        "[\"first.dat\", \"second.dat\"]",
        "[[\"first.dat\", \"second.dat\"]]",
    );
    let (pieces, whole) = (scan.run().results(), Scan::small().run().results());
    for key in ["samples", "msed", "fit", "drift", "heat_capacity"] {
        assert_eq!(pieces["runs"][0][key], whole["runs"][0][key], "{key}");
    }
}

#[test]
fn the_start_is_discarded() {
    let scan = Scan::small().edit(
        "scan.toml",
        "fit_window = [0.5, 15.0]",
        "fit_window = [0.5, 10.0]\ndiscard = 49.99",
    );
    let discarded = scan.run().results();
    assert_eq!(discarded["runs"][0]["samples"], 2000);
    let text = scan.read("T0.800.dat");
    let lines: Vec<&str> = text.lines().collect();
    scan.write(
        "T0.800.dat",
        [&lines[..2], &lines[1002..]].concat().join("\n") + "\n",
    );
    let cut = scan.edit("scan.toml", "discard = 49.99\n", "").run().results();
    assert_eq!(discarded["runs"][0], cut["runs"][0]);
}

/// The small scan with a quench of 25 time units before the first run, whose temperatures are not
/// known: they would tell that such energies are not those of constant energy.
fn with_quench() -> Scan {
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.800.dat\"",
        "energy = \"T0.800.dat\"\ntemperature = 0.8",
    );
    let rows = scan.read("T0.800.dat");
    let mut place = 0.0;
    let quenched: Vec<String> = rows
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            match fields[..] {
                [step, energy, _] if !line.starts_with('#') => {
                    place += 1.0;
                    let excess = 140.0 * f64::exp(-place / 100.0);
                    format!("{step} {}", energy.parse::<f64>().expect("a number") + excess)
                }
                _ => line.replace(" v_te", ""),
            }
        })
        .collect();
    scan.write("T0.800.dat", quenched.join("\n") + "\n");
    scan
}

#[test]
fn a_start_out_of_equilibrium_is_told_and_discarded_on_request() {
    let scan = with_quench();
    let outcome = scan.run();
    let told = outcome.results();
    let (quenched, still) = (&told["runs"][0], &told["runs"][1]);
    assert_eq!(
        (&quenched["samples"], &still["samples"]),
        (&3000.into(), &3000.into())
    );
    assert_eq!(quenched["drift"]["stationary"], false);
    let start = number(&quenched["equilibration"]["start"]);
    // What is left of the quench is less than two standard deviations of the energy, 46.
    assert!(140.0 * (-start / 5.0).exp() < 46.0 && start < 25.0, "{start}");
    assert_eq!(still["equilibration"]["start"], 0.0);
    assert!(quenched["equilibration"]["discarded"].is_null());

    let key = |value: &str| format!("fit_window = [0.5, 10.0]\ndiscard = {value}");
    let scan = scan.edit("scan.toml", "fit_window = [0.5, 15.0]", &key("\"automatic\""));
    let automatic = scan.run().results();
    let found = &automatic["runs"][0];
    assert_eq!(number(&found["equilibration"]["discarded"]), start);
    let scan = scan.edit("scan.toml", "\"automatic\"", &start.to_string());
    let given = scan.run().results();
    for key in ["samples", "msed", "fit", "spectral", "drift", "heat_capacity"] {
        assert_eq!(found[key], given["runs"][0][key], "{key}");
    }
}

#[test]
fn an_excluded_point_is_shown_and_does_not_count() {
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.700.dat\"",
        "energy = \"T0.700.dat\"\nexclude = \"ages\"",
    );
    let outcome = scan.run();
    let results = outcome.results();
    assert_eq!(results["runs"][1]["excluded"], "ages");
    assert!(results["runs"][1]["fit"]["exponential"]["verdict"].is_string());
    assert!(results["runs"][0].get("excluded").is_none());
    assert_eq!(results["scan"]["excluded"]["T0.700"], "ages");
    assert!(
        outcome
            .stdout
            .contains("T0.700: excluded from results over temperature: ages"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_given_temperature_replaces_the_column() {
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.700.dat\"",
        "energy = \"T0.700.dat\"\ntemperature = 0.716",
    );
    let scan = scan.edit("T0.700.dat", "v_te", "v_other");
    assert_eq!(scan.run().results()["runs"][1]["temperature"], 0.716);
}

#[test]
fn no_species_are_needed_for_energies() {
    let line = SMALL.lines().find(|line| line.starts_with("species")).unwrap();
    let scan = Scan::small().edit("scan.toml", line, "");
    assert_eq!(scan.run().results()["runs"].as_array().unwrap().len(), 2);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let scan = Scan::small();
    let read = || {
        let mut files: Vec<_> = std::fs::read_dir(scan.run().out)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
            .into_iter()
            .map(|path| (path.clone(), std::fs::read(path).unwrap()))
            .collect::<Vec<_>>()
    };
    let first = read();
    assert!(first.iter().any(|(path, _)| path.ends_with("results.json")));
    assert!(first.iter().any(|(path, _)| path.ends_with("fig2_msd_msed.svg")));
    assert!(first == read());
}

#[test]
fn the_spectrum_gives_a_second_opinion() {
    // 3000 samples of the first point, which is 29 relaxation times, and all of the second.
    let scan = Scan::small();
    scan.write("T0.700.dat", energy_file("T0.700/energy.dat.gz", usize::MAX));
    let results = scan.run().results();
    let runs = results["runs"].as_array().expect("runs");
    let short = &runs[0]["spectral"]["exponential"];
    let reason = short["reason"].as_str().expect("a reason");
    assert!(reason.ends_with("no slow part above the noise"), "{reason}");
    for run in runs {
        let (fit, spectral) = (&run["fit"]["exponential"], &run["spectral"]["exponential"]);
        let resolved = run["name"] == "T0.700";
        assert_eq!(spectral["verdict"] == "resolved", resolved, "{spectral}");
        assert!(number(&spectral["max_frequency"]) > 2.0 / number(&spectral["relaxation_time"]));
        assert_eq!(spectral.get("window"), None);
        // Correlated samples are worth fewer independent ones; where the error of the mean has no
        // plateau no number is given.
        assert!(number(&run["correlation_time"]) > number(&run["sampling_interval"]));
        if let Some(independent) = run.get("independent_samples") {
            assert!(
                number(independent) < 0.5 * number(&run["samples"]),
                "{independent}"
            );
        }
        // Both sum to twice the variance of an infinite run.
        let total = |fit: &Value| number(&fit["u0_squared"]) + number(&fit["um_squared"]);
        assert!((total(spectral) / total(fit) - 1.0).abs() < 0.1);
        let time =
            |fit: &Value| [&fit["relaxation_time"], &fit["standard_error"]["relaxation_time"]].map(number);
        let ([a, a_error], [b, b_error]) = (time(spectral), time(fit));
        assert!((a - b).abs() < 3.0 * a_error.hypot(b_error), "{a} and {b}");
        assert!(run["spectral"]["stretched"]["verdict"].is_string());
    }
}
