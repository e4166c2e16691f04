//! Susceptibilities of both ensembles in the results.

use serde_json::Value;

use crate::program::{numbers, run};
use crate::shipped::data;
use crate::small_scan::Scan;

#[test]
fn the_shipped_trajectories_have_derivatives_bounds_and_both_ensembles() {
    let out = tempfile::tempdir().expect("a directory");
    let outcome = run(&[&data("kob-andersen")], out.path());
    let results = outcome.results();
    let found = &results["scan"]["dynamic_susceptibility"];
    assert!(
        found["left_out"]
            .as_str()
            .expect("a sentence")
            .contains("composition")
    );
    let (peaks, curves) = (
        found["peaks"].as_array().expect("rows"),
        found["curves"].as_array().expect("rows"),
    );
    // The overlap of A, B and all, and F_s of A, at the three temperatures with a trajectory.
    assert_eq!((peaks.len(), curves.len()), (12, 12));
    for (row, curves) in peaks.iter().zip(curves) {
        let text = |key: &str| row[key].as_str().expect(key).to_owned();
        let [name, species, quantity] = ["run", "species", "quantity"].map(text);
        let place = format!("{name} {species} {quantity}");
        for key in ["run", "species", "quantity", "temperature"] {
            assert_eq!(row[key], curves[key], "{place}");
        }
        let lags = numbers(&curves["lag_time"]);
        let [slope, bound] = ["derivative", "bound"].map(|key| numbers(&curves[key]));
        assert!(
            lags.len() > 10 && slope.len() == lags.len(),
            "{place}: {}",
            lags.len()
        );
        // Colder is slower: the largest change is a loss, and T²/c_V of its square is the bound.
        let t = row["temperature"].as_f64().expect("a number");
        let c = row["heat_capacity"].as_f64().expect("a number");
        let part = row["particles"].as_f64().expect("a number") / 1000.0;
        let errors = curves["derivative_standard_error"].as_array().expect("a list");
        for ((slope, error), bound) in slope.iter().zip(errors).zip(&bound) {
            // The variance of the slope is subtracted.
            let noise = error.as_f64().unwrap_or(0.0).powi(2);
            let expected = part * t * t / c * (slope * slope - noise).max(0.0);
            assert!(
                (bound - expected).abs() <= 1e-3 * expected,
                "{place}: {bound} {expected}"
            );
        }
        let largest = (0..slope.len())
            .max_by(|&a, &b| bound[a].total_cmp(&bound[b]))
            .expect("lags");
        assert!(slope[largest] < 0.0, "{place}");
        // On a resample a neighbour may not reach the value of the last lags: these have no error.
        let number = |key: &str| curves[key][largest].as_f64().expect("a number");
        let error = number("derivative_standard_error");
        assert!(error > 0.0 && error < 0.3 * slope[largest].abs(), "{place}");
        assert!(number("derivative_discretisation_error") >= 0.0, "{place}");
        let csv = std::fs::read_to_string(out.path().join(format!("{name}.{species}.{quantity}_chi_t.csv")));
        let csv = csv.expect("a file");
        assert_eq!(csv.lines().count(), lags.len() + 1, "{place}");
        if quantity == "overlap" {
            let [low, high] =
                ["chi4_constant_energy", "chi4_constant_temperature"].map(|key| numbers(&curves[key]));
            for k in 0..lags.len() {
                assert!((high[k] - low[k] - bound[k]).abs() < 1e-9, "{place}");
            }
            assert!(row["chi4_constant_temperature"]["height"].is_object(), "{place}");
        }
    }
    // The number of correlated particles grows on cooling, as the table has it.
    let height = |row: &&Value| row["bound"]["height"]["value"].as_f64().expect("a peak");
    let of_a = |row: &&Value| row["species"] == "A" && row["quantity"] == "overlap";
    let heights: Vec<f64> = peaks.iter().filter(of_a).map(|row| height(&row)).collect();
    assert!(heights.windows(2).all(|pair| pair[0] > pair[1]), "{heights:?}");
    assert!(
        outcome
            .stdout
            .contains("\nSusceptibilities: the peak of the bound")
    );
    let table = std::fs::read_to_string(out.path().join("susceptibility_peaks.csv")).expect("a file");
    assert_eq!(table.lines().count(), 13);
    let columns = table.lines().map(|line| line.split(',').count());
    assert!(columns.into_iter().all(|n| n == 18), "{table}");
}

/// Without `q_shell` each run has the shell of its own S(q): no F_s is compared, and a note says
/// so. The overlaps stay.
#[test]
fn correlations_at_different_wave_numbers_are_left_out_with_a_note() {
    let out = tempfile::tempdir().expect("a directory");
    let shipped = data("kob-andersen").display().to_string();
    let text = std::fs::read_to_string(data("kob-andersen").join("scan.toml")).expect("the scan file");
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("q_shell")).collect();
    let text = kept
        .join("\n")
        .replace("energy = \"", &format!("energy = \"{shipped}/"))
        .replace("trajectory = \"", &format!("trajectory = \"{shipped}/"));
    std::fs::write(out.path().join("scan.toml"), text).expect("a file");
    let outcome = run(&[out.path()], &out.path().join("out"));
    let results = outcome.results();
    let runs = results["runs"].as_array().expect("runs");
    let q: Vec<f64> = runs
        .iter()
        .filter_map(|run| run["structure"]["q"].as_f64())
        .collect();
    assert!(q.iter().any(|other| other != &q[0]), "{q:?}");
    let rows = results["scan"]["dynamic_susceptibility"]["peaks"].as_array();
    let rows = rows.expect("rows");
    assert_eq!(rows.len(), 9);
    assert!(rows.iter().all(|row| row["quantity"] == "overlap"), "{rows:?}");
    let notes = results["scan"]["notes"].to_string();
    assert!(
        notes.contains("dynamic_susceptibility: F_s: the runs have it at q from "),
        "{notes}"
    );
}

#[test]
fn without_trajectories_there_are_none() {
    let small = Scan::small();
    let outcome = small.run();
    let scan = &outcome.results()["scan"];
    assert_eq!(scan.get("dynamic_susceptibility"), None);
    assert!(!outcome.stdout.contains("Susceptibilities"));
    assert!(!outcome.out.join("susceptibility_peaks.csv").exists());
}
