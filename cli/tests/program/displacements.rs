//! Numbers from displacements, in the table and in the file.

use serde_json::Value;

use crate::program::run;
use crate::shipped::data;

fn list(value: &Value) -> Vec<Option<f64>> {
    let list = value.as_array().expect("a list");
    list.iter().map(Value::as_f64).collect()
}

#[test]
fn the_table_of_displacements_holds_what_the_file_holds() {
    let directory = tempfile::tempdir().expect("a directory");
    let outcome = run(&[&data("kob-andersen")], &directory.path().join("out"));
    let results = outcome.results();
    let table = outcome
        .stdout
        .split("\nDisplacements: ")
        .nth(1)
        .expect("the table");
    let runs = results["runs"].as_array().expect("runs");
    let mut rows = 0;
    for run in runs.iter().filter(|run| !run["structure"].is_null()) {
        let name = run["name"].as_str().expect("a name");
        let structure = &run["structure"];
        for species in ["A", "B"] {
            let row = |line: &&str| {
                let mut cells = line.split_whitespace();
                cells.next() == Some(name) && cells.next() == Some(species)
            };
            let row = table.lines().find(row).expect("a row for each run and species");
            rows += 1;
            for quantity in ["alpha2", "chi4"] {
                let peak = &structure[species][format!("{quantity}_peak")];
                let number = |what: &str| {
                    let [value, error] =
                        ["value", "standard_error"].map(|key| peak[what][key].as_f64().expect("a number"));
                    assert!(error > 0.0 && error < 0.25 * value, "{name} {species} {quantity}");
                    (value, error)
                };
                let ((time, _), (height, error)) = (number("time"), number("height"));
                // The highest value with an error is where the peak is said to be, and as high
                // within errors.
                let errors = list(&structure[species][format!("{quantity}_standard_error")]);
                let times = list(&structure[species]["lag_time"]);
                let values = list(&structure[species][quantity]);
                let known = (1..values.len()).filter(|&k| errors[k].is_some());
                let highest = known
                    .max_by(|&a, &b| values[a].partial_cmp(&values[b]).expect("numbers"))
                    .expect("values");
                let (at, value) = (times[highest].expect("a time"), values[highest].expect("a value"));
                assert!(
                    (time / at).ln().abs() < 2_f64.ln(),
                    "{name} {species} {quantity}: {time} {at}"
                );
                assert!(
                    (height - value).abs() < error,
                    "{name} {species} {quantity}: {height} {value}"
                );
                // Both stand in the row, to the digits of their errors.
                for number in [time, height] {
                    let printed = |cell: &str| {
                        let value = cell
                            .split('(')
                            .next()
                            .and_then(|digits| digits.parse::<f64>().ok());
                        cell.contains('(') && value.is_some_and(|value| (value / number - 1.0).abs() < 0.05)
                    };
                    assert!(row.split_whitespace().any(printed), "{number} in {row}");
                }
            }
            let diffusion = &structure["diffusion"][species];
            assert_eq!(diffusion["value"].is_null(), row.contains("not reached"), "{row}");
        }
    }
    assert_eq!(rows, 6, "three trajectories of two species");
    // What is not there has its reason, once for all places that share it.
    assert!(table.contains("T0.700 A: D: not diffusive"), "{table}");
    assert_eq!(
        table.matches("tau_beta by the maximum: not resolved").count(),
        1,
        "{table}"
    );
}

#[test]
fn without_trajectories_there_is_no_such_table() {
    let outcome = crate::small_scan::Scan::small().run();
    assert!(
        outcome.success && !outcome.stdout.contains("Displacements"),
        "{}",
        outcome.stdout
    );
}
