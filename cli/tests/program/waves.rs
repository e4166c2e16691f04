//! Structure factors, their main peak and the shell around it, in the file, the table and the CSV
//! files.

use msed::structure::WaveVectors;
use msed::trajectory::Cell;
use serde_json::Value;

use crate::program::{Outcome, numbers, run};
use crate::shipped::{data, xtc_frames};
use crate::small_scan::Scan;

/// The row of a run in the table of structure factors.
fn row<'o>(outcome: &'o Outcome, name: &str) -> Vec<&'o str> {
    let table = outcome
        .stdout
        .split("\nStructure factor of ")
        .nth(1)
        .expect("the table");
    let row = table.lines().find(|line| line.starts_with(name)).expect("a row");
    row.split_whitespace().collect()
}

#[test]
fn every_pair_of_species_has_its_structure_factor_and_the_probe_its_main_peak() {
    let directory = tempfile::tempdir().expect("a directory");
    let outcome = run(&[&data("kob-andersen")], &directory.path().join("out"));
    let results = outcome.results();
    let runs = results["runs"].as_array().expect("runs");
    let with_frames: Vec<&Value> = runs.iter().filter(|run| !run["structure"].is_null()).collect();
    assert_eq!(with_frames.len(), 3);
    for run in with_frames {
        let name = run["name"].as_str().expect("a name");
        let structure = &run["structure"];
        // The shell of the scan file.
        assert_eq!(structure["wave_vectors"], 219);
        assert!((structure["q"].as_f64().expect("a number") - 7.2472).abs() < 1e-4);
        let [q_max, error] =
            ["value", "standard_error"].map(|key| structure["q_max"][key].as_f64().expect("a number"));
        assert!(
            q_max > 7.15 && q_max < 7.3 && error > 1e-4 && error < 0.02,
            "{name}: {q_max} {error}"
        );
        let factors = structure["s_of_q"].as_object().expect("factors");
        assert_eq!(factors.keys().collect::<Vec<_>>(), ["A-A", "A-B", "B-B", "total"]);
        let values = |pair: &str| numbers(&factors[pair]["value"]);
        let [aa, ab, bb, total] = ["A-A", "A-B", "B-B", "total"].map(values);
        for (k, total) in total.iter().enumerate() {
            let sum = 0.8 * aa[k] + 0.2 * bb[k] + 2.0 * (0.8_f64 * 0.2).sqrt() * ab[k];
            assert!((sum - total).abs() < 1e-12, "{name} shell {k}");
        }
        for (pair, factor) in factors {
            let shells = numbers(&factor["q"]).len();
            assert!(shells > 250 && numbers(&factor["q"]).is_sorted() && factor["blocks"] == 10);
            assert_eq!(numbers(&factor["standard_error"]).len(), shells);
            assert_eq!(numbers(&factor["wave_vectors"])[..4], [3.0, 6.0, 4.0, 3.0]);
            let file = outcome.out.join(format!("{name}.{pair}.s_of_q.csv"));
            let text = std::fs::read_to_string(file).expect("a file for each pair");
            assert_eq!(text.lines().count(), shells + 1);
        }
        let row = row(&outcome, name);
        let printed = row[3].split('(').next().and_then(|x| x.parse::<f64>().ok());
        assert!((printed.expect("a number") - q_max).abs() < 1e-3, "{row:?}");
        assert_eq!(row[6], "219");
    }
    assert!(outcome.out.join("structure_factor.svg").exists());
}

#[test]
fn without_a_shell_in_the_scan_file_the_main_peak_chooses_it() {
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.800.dat\"",
        "energy = \"T0.800.dat\"\ntrajectory = \"a.xtc\"",
    );
    scan.write("a.xtc", xtc_frames(40).concat());
    let outcome = scan.run();
    let structure = &outcome.results()["runs"][0]["structure"];
    let q_max = structure["q_max"]["value"].as_f64().expect("a number");
    let cell = Cell::cubic(9.410_360_288_81).expect("a cell");
    let shell = WaveVectors::shell(&cell, 0.986 * q_max..=1.014 * q_max).expect("a shell");
    assert_eq!(structure["wave_vectors"], shell.count());
    let q = structure["q"].as_f64().expect("a number");
    assert!((q - shell.mean_wave_number()).abs() < 1e-12, "{q}");
    // That of B is flat, and so few frames cannot tell its two peaks apart: no shell, and why.
    let scan = scan.edit("scan.toml", "species =", "probe = \"B\"\nspecies =");
    let outcome = scan.run();
    let structure = &outcome.results()["runs"][0]["structure"];
    assert_eq!(structure["q_max"]["verdict"], "not resolved");
    let reason = structure["q_max"]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("not resolved: the peak at q = 5."), "{reason}");
    assert!(structure["q"].is_null() && structure["wave_vectors"].is_null());
    assert!(
        outcome.stdout.contains(&format!("T0.800: q_max: {reason}")),
        "{}",
        outcome.stdout
    );
}

#[test]
fn the_peak_of_copper_is_not_its_prepeak() {
    let directory = tempfile::tempdir().expect("a directory");
    let outcome = run(&[&data("cuzr")], &directory.path().join("out"));
    let structure = &outcome.results()["runs"][0]["structure"];
    let q_max = structure["q_max"]["value"].as_f64().expect("a number");
    assert!(q_max > 2.75 && q_max < 2.84, "{q_max}");
    assert_eq!(structure["wave_vectors"], 771);
}
