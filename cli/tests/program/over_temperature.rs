//! `scan` of the results, and the figures over temperature, on the shipped data.

use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Outcome, numbers, run};
use crate::shipped::{data, energy_file};
use crate::small_scan::{SMALL, Scan};

/// The program on the shipped scan, run once.
fn shipped() -> &'static Outcome {
    static RUN: OnceLock<(TempDir, Outcome)> = OnceLock::new();
    let (_, outcome) = RUN.get_or_init(|| {
        let directory = TempDir::new().expect("a temporary directory");
        let outcome = run(&[&data("kob-andersen")], &directory.path().join("out"));
        (directory, outcome)
    });
    outcome
}

/// A list over the temperatures of the shipped scan, of which T0.600 has no number: its run holds
/// 70 relaxation times, and ln tau* has an error above one half.
fn but_one(value: &Value) -> Vec<Option<f64>> {
    let list = value.as_array().expect("a list");
    let numbers: Vec<Option<f64>> = list.iter().map(Value::as_f64).collect();
    let missing: Vec<usize> = (0..numbers.len()).filter(|&k| numbers[k].is_none()).collect();
    assert_eq!(missing, [2], "{numbers:?}");
    numbers
}

#[test]
fn the_shipped_scan_has_every_result_over_temperature() {
    let scan = &shipped().results()["scan"];
    assert_eq!(scan["notes"], Value::Null);
    let check = scan["heat_capacity_check"].as_array().expect("rows");
    assert_eq!(check.len(), 6);
    for row in check {
        for key in [
            "temperature",
            "from_fluctuations",
            "from_energy_slope",
            "from_rosenfeld_tarazona",
            "from_spline",
        ] {
            assert!(row[key].as_f64().expect(key) > 0.0, "{row}");
        }
        let difference = row["from_fluctuations"].as_f64().expect("a number")
            - row["from_energy_slope"].as_f64().expect("a number");
        let z = difference / row["standard_error"].as_f64().expect("a number");
        assert!((z - row["z"].as_f64().expect("a number")).abs() < 1e-9, "{row}");
        assert_eq!(row["comparable"], true);
        assert_eq!(row["verdict"], "agrees");
    }
    let curve = &scan["energy_curve"];
    assert_eq!(curve["compared"], "free_exponent");
    let of = |name: &str, key: &str| curve[name][key].as_f64().expect("a number");
    assert_eq!(of("rosenfeld_tarazona", "exponent"), 0.6);
    assert_eq!(of("rosenfeld_tarazona", "degrees_of_freedom"), 4.0);
    assert_eq!(of("free_exponent", "degrees_of_freedom"), 3.0);
    assert!((of("free_exponent", "exponent") - 0.639).abs() < 5e-3, "{curve}");
    assert!(
        (of("free_exponent", "standard_error") - 0.016).abs() < 3e-3,
        "{curve}"
    );
    assert!(of("free_exponent", "chi_squared") < of("rosenfeld_tarazona", "chi_squared"));
    let entropy = &scan["entropy"];
    assert_eq!(entropy["path"], "isochoric");
    let total = numbers(&entropy["total"]);
    // tau* of T0.600 is not known well enough: no part of its heat capacity is either.
    let [fast, slow] = ["fast", "slow"].map(|part| but_one(&entropy[part]));
    let slope = numbers(&entropy["from_energy_slope"]);
    let temperatures = numbers(&entropy["temperature"]);
    assert_eq!(
        temperatures.last(),
        entropy["reference_temperature"].as_f64().as_ref()
    );
    // Entropies agree with the slope too; at the reference there is nothing to compare.
    let z: Vec<f64> = entropy["z"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    assert!(z.len() == 5 && z.iter().all(|z| z.abs() <= 3.0), "{z:?}");
    for k in 0..6 {
        let parts = fast[k].zip(slow[k]).map(|(fast, slow)| fast + slow);
        assert!(
            parts.is_none_or(|parts| (parts - total[k]).abs() < 1e-12),
            "{k}: {fast:?} {slow:?} {total:?}"
        );
        assert!((total[k] - slope[k]).abs() < 0.06, "{k}: {total:?} {slope:?}");
    }
    for key in ["standard_error", "integration_error"] {
        assert_eq!(numbers(&entropy[key]).len(), 6, "{key}");
    }
    for key in ["fast_standard_error", "slow_standard_error"] {
        assert_eq!(but_one(&entropy[key]).len(), 6, "{key}");
    }
    for key in ["s1", "s2"] {
        let below = but_one(&entropy["as_printed"][key]);
        assert!(below[..5].iter().flatten().all(|x| *x < 0.0), "{key}");
    }
    let relaxation = &scan["relaxation"];
    assert_eq!(but_one(&relaxation["tau_msed"]).len(), 6);
    assert_eq!(but_one(&relaxation["tau_msed_standard_error"]).len(), 6);
    for model in ["arrhenius", "vft", "mode_coupling", "parabolic"] {
        let fit = &relaxation["models"][model]["msed"];
        assert!(
            fit["aic"].is_f64() && fit["parameters"].is_object(),
            "{model}: {fit}"
        );
        assert!(
            fit["verdict"] == "resolved" || fit["reason"].is_string(),
            "{model}: {fit}"
        );
    }
    // Three runs have a trajectory: enough for Arrhenius's law. Two of these have an entropy, too
    // few for a plot with the one that tau* gave.
    let alpha = relaxation["tau_alpha"].as_array().expect("a list");
    assert_eq!(alpha.iter().filter(|time| time.is_f64()).count(), 3, "{alpha:?}");
    assert_eq!(relaxation["models"]["arrhenius"]["alpha"]["points"], 3);
    assert_eq!(relaxation["models"]["vft"].get("alpha"), None);
    assert_eq!(scan["adam_gibbs_alpha"], Value::Null);
    let crossover = &scan["crossover"];
    assert_eq!(crossover["quantity"], "um");
    assert!(crossover["temperature"].is_f64() || crossover["reason"].is_string());
    let adam_gibbs = &scan["adam_gibbs"];
    for key in ["ln_tau_inf", "a", "s_c_reference"] {
        assert!(
            adam_gibbs[key].is_f64() && adam_gibbs["standard_error"][key].is_f64(),
            "{key}"
        );
    }
    let crossover = &scan["crossover_of_times"]["msed"];
    assert_eq!(crossover["quantity"], "ln_tau");
    assert!(crossover["verdict"].is_string() && crossover["reason"].is_string());
    assert!(adam_gibbs["reduced_chi_squared"].is_f64() && adam_gibbs["verdict"].is_string());
}

#[test]
fn the_table_of_the_scan_has_a_row_for_each_point() {
    let outcome = shipped();
    let text = std::fs::read_to_string(outcome.out.join("scan.csv")).expect("the table");
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 7);
    let column = |name: &str| rows[0].iter().position(|field| *field == name).expect(name);
    let results = outcome.results();
    let found: Vec<Option<f64>> = rows[1..]
        .iter()
        .map(|row| row[column("tau_energy")])
        .map(|cell| (!cell.is_empty()).then(|| cell.parse().expect("a number")))
        .collect();
    assert_eq!(found, but_one(&results["scan"]["relaxation"]["tau_msed"]));
    for part in [
        "heat capacity",
        "Heat capacity from fluctuations",
        "Models of the relaxation times",
        "Adam-Gibbs, tau*",
    ] {
        assert!(
            outcome.stdout.to_lowercase().contains(&part.to_lowercase()),
            "{part}: {}",
            outcome.stdout
        );
    }
}

#[test]
fn figures_over_temperature_are_drawn() {
    let out = &shipped().out;
    for name in ["fig4_landscape", "heat_capacity_check", "entropies", "adam_gibbs"] {
        let svg = std::fs::read_to_string(out.join(format!("{name}.svg"))).expect(name);
        assert!(svg.starts_with("<svg") && svg.contains("<circle"), "{name}");
    }
}

#[test]
fn two_temperatures_have_entropies_and_say_what_they_lack() {
    let small = Scan::small();
    let outcome = small.run();
    let scan = &outcome.results()["scan"];
    assert_eq!(numbers(&scan["entropy"]["total"]).len(), 2);
    assert_eq!(scan["heat_capacity_check"], Value::Null);
    let notes = scan["notes"].to_string();
    assert!(
        notes.contains("heat_capacity_check: the slope of the energy over 2 temperatures"),
        "{notes}"
    );
    assert!(
        outcome
            .stdout
            .contains("over temperature: heat_capacity_check: the slope of the energy over 2 temperatures")
    );
    let there = |name: &str| outcome.out.join(format!("{name}.svg")).exists();
    assert!(there("heat_capacity_check") && there("entropies") && !there("adam_gibbs"));
}

#[test]
fn isobars_are_marked_and_not_compared() {
    let out = TempDir::new().expect("a temporary directory");
    let shipped = data("kob-andersen").display().to_string();
    let text = std::fs::read_to_string(data("kob-andersen").join("scan.toml")).expect("the scan file");
    let without: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("trajectory") && !line.starts_with("frame_interval"))
        .collect();
    let text = without
        .join("\n")
        .replace("energy = \"", &format!("energy = \"{shipped}/"))
        .replace("timestep = 0.005", "timestep = 0.005\npath = \"isobaric\"");
    std::fs::write(out.path().join("scan.toml"), text).expect("a file");
    let outcome = run(&[out.path()], &out.path().join("out"));
    let scan = &outcome.results()["scan"];
    for row in scan["heat_capacity_check"].as_array().expect("rows") {
        assert_eq!(
            (&row["comparable"], &row["verdict"]),
            (&Value::Bool(false), &Value::from("not comparable"))
        );
        assert_eq!(row["z"], Value::Null);
    }
    assert_eq!(scan["entropy"]["path"], "isobaric");
    let notes = scan["notes"].to_string();
    assert!(
        notes
            .contains("path: `isobaric`, and all runs have the volume 833.333; expected volumes that differ"),
        "{notes}"
    );
    assert!(scan["entropy"]["left_out"].to_string().contains("expansion"));
    let svg = std::fs::read_to_string(outcome.out.join("heat_capacity_check.svg")).expect("the figure");
    assert!(svg.contains("not comparable"));
    let svg = std::fs::read_to_string(outcome.out.join("entropies.svg")).expect("the figure");
    assert!(svg.contains("isobaric: without the expansion"));
}

/// Three state points at constant energy, the middle one twice: both halves of its run.
#[test]
fn a_state_that_was_run_twice_is_one_temperature() {
    let scan = Scan::small();
    let run = |name: &str| format!("\n[[run]]\nname = \"{name}\"\nenergy = \"{name}.dat\"\n");
    let half = |text: &str, second: bool| -> String {
        let lines: Vec<&str> = text.lines().collect();
        let (head, rows) = lines.split_at(2);
        let (first, last) = rows.split_at(rows.len() / 2);
        [head, if second { last } else { first }].concat().join("\n") + "\n"
    };
    for (name, file) in [("T1.000", "T1.000"), ("T0.800", "T0.800"), ("T0.600", "T0.600")] {
        scan.write(
            &format!("{name}.dat"),
            energy_file(&format!("{file}/energy.dat.gz"), 20_000),
        );
    }
    let middle = scan.read("T0.800.dat");
    scan.write("again.dat", half(&middle, true));
    scan.write("T0.800.dat", half(&middle, false));
    let system = &SMALL[..SMALL.find("[[run]]").expect("runs")];
    let text = |names: &[&str]| {
        format!(
            "{system}{}",
            names.iter().map(|name| run(name)).collect::<String>()
        )
    };
    // The two halves differ by 0.2 % at most, by chance.
    for key in ["", "temperature = 0.8\n"] {
        let file = text(&["T1.000", "T0.800", "again", "T0.600"]);
        let file = file.replace("0.800.dat\"\n", &format!("0.800.dat\"\n{key}"));
        scan.write(
            "scan.toml",
            file.replace("again.dat\"\n", &format!("again.dat\"\n{key}")),
        );
        let outcome = scan.run();
        let scan = &outcome.results()["scan"];
        let rows = scan["heat_capacity_check"].as_array().expect("rows");
        assert_eq!(rows.len(), 4);
        let spline = |k: usize| rows[k]["from_spline"].as_f64().expect("a number");
        for (k, row) in rows.iter().enumerate() {
            assert!(row["standard_error"].as_f64().expect("a number") < 0.2, "{row}");
            assert!(
                (spline(k) - row["from_rosenfeld_tarazona"].as_f64().expect("a number")).abs() < 0.1,
                "{row}"
            );
            assert_eq!(row["verdict"], "agrees");
        }
        assert!((spline(1) - spline(2)).abs() < 0.01);
        // Three temperatures leave no exponent free.
        assert_eq!(scan["energy_curve"]["free_exponent"], Value::Null);
        let entropy = &scan["entropy"];
        let [total, errors] = ["total", "standard_error"].map(|key| numbers(&entropy[key]));
        assert_eq!((total.len(), errors.len()), (4, 4));
        assert!(
            (total[1] - total[2]).abs() < 0.01 && total[0] < total[1] - 0.3,
            "{total:?}"
        );
        assert!(
            errors[..3].iter().all(|error| *error > 0.0 && *error < 0.1),
            "{errors:?}"
        );
    }
    scan.write("scan.toml", text(&["T1.000", "T0.800", "again"]));
    let outcome = scan.run();
    let scan = &outcome.results()["scan"];
    assert_eq!(scan["heat_capacity_check"], Value::Null);
    let notes = scan["notes"].to_string();
    let why = "heat_capacity_check: the slope of the energy over 2 temperatures, expected at least 3";
    assert!(notes.contains(why), "{notes}");
}
