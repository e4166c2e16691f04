//! `msed energy`: the keys of one run as flags.

use std::process::{Command, Output};

use serde_json::Value;

use crate::program::EXECUTABLE;
use crate::shipped::energy_file;
use crate::small_scan::Scan;

fn energy(scan: &Scan, kind: &str, more: &[&str]) -> Output {
    Command::new(EXECUTABLE)
        .args(["energy", "T0.800.dat", "--units", "lj", "--particles", "1000"])
        .args(["--energy-kind", kind, "--ensemble", "nve", "--timestep", "0.005"])
        .args(more)
        .current_dir(scan.dir())
        .output()
        .expect("the program starts")
}

#[test]
fn flags_give_the_numbers_of_a_scan_file() {
    let scan = Scan::small();
    let expected = &scan.run().results()["runs"][0];
    let flags = ["--fit-window", "0.5", "15", "--out", "alone"];
    let output = energy(&scan, "total", &flags);
    assert!(output.status.success(), "{output:?}");
    let found: Value = serde_json::from_str(&scan.read("alone/results.json")).expect("JSON");
    for key in [
        "samples",
        "mean_energy",
        "energy_variance",
        "msed",
        "fit",
        "spectral",
        "heat_capacity",
    ] {
        assert_eq!(found["runs"][0][key], expected[key], "{key}");
    }
}

#[test]
fn nothing_is_written_unless_asked_for() {
    let scan = Scan::small();
    let output = energy(&scan, "total", &[]);
    assert!(output.status.success(), "{output:?}");
    let tables = String::from_utf8_lossy(&output.stdout);
    assert!(
        tables.contains("C_ex") && !tables.contains("over temperature"),
        "{tables}"
    );
    assert!(!scan.dir().join("msed-out").exists());
}

#[test]
fn a_wrong_flag_is_named() {
    let scan = Scan::small();
    for (kind, named) in [
        ("sum", "command line: `energy_kind`"),
        ("per_particle", "`energy_kind`: run `run`"),
    ] {
        let output = energy(&scan, kind, &[]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(named), "{message}");
    }
}

/// The same energies in other columns, in two pieces of which the later repeats 501 rows, with
/// times in place of steps, give the same numbers.
#[test]
fn columns_pieces_and_restarts_are_flags() {
    let scan = Scan::small();
    let expected = energy(&scan, "total", &["--out", "expected"]);
    assert!(expected.status.success(), "{expected:?}");
    let file = scan.read("T0.800.dat");
    let (head, rows): (Vec<&str>, Vec<&str>) = file.lines().partition(|line| line.starts_with('#'));
    let names = head
        .last()
        .expect("names")
        .replace("v_pe", "first")
        .replace("v_te", "second");
    let piece = |rows: &[&str]| format!("{names}\n{}\n", rows.join("\n"));
    scan.write("a.dat", piece(&rows[..2000]));
    scan.write("b.dat", piece(&rows[1499..]));
    let run = |more: &[&str]| {
        Command::new(EXECUTABLE)
            .args([
                "energy",
                "a.dat",
                "b.dat",
                "--pieces",
                "--units",
                "lj",
                "--particles",
                "1000",
            ])
            .args([
                "--energy-kind",
                "total",
                "--ensemble",
                "nve",
                "--timestep",
                "0.005",
            ])
            .args([
                "--energy-column",
                "first",
                "--temperature-column",
                "3",
                "--out",
                "found",
            ])
            .args(more)
            .current_dir(scan.dir())
            .output()
            .expect("the program starts")
    };
    let refused = run(&[]);
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{message}");
    assert!(message.contains("overlap"), "{message}");
    let taken = run(&["--overlap", "later"]);
    assert!(taken.status.success(), "{taken:?}");
    let results = |folder: &str| -> Value {
        serde_json::from_str(&scan.read(&format!("{folder}/results.json"))).expect("JSON")
    };
    let (found, expected) = (results("found"), results("expected"));
    for key in [
        "samples",
        "mean_energy",
        "msed",
        "fit",
        "spectral",
        "heat_capacity",
    ] {
        assert_eq!(found["runs"][0][key], expected["runs"][0][key], "{key}");
    }
}

/// The form that is asked for is the one that everything rests on.
#[test]
fn a_form_can_be_asked_for() {
    let scan = Scan::small();
    scan.write("T0.800.dat", energy_file("T0.700/energy.dat.gz", usize::MAX));
    let fast = ["exponential", "stretched"].map(|form| {
        let output = energy(&scan, "total", &["--model", form, "--out", form]);
        assert!(output.status.success(), "{output:?}");
        let found: Value = serde_json::from_str(&scan.read(&format!("{form}/results.json"))).expect("JSON");
        let run = &found["runs"][0];
        for by in ["fit", "spectral"] {
            assert_eq!(run[by]["chosen"], form, "{by}");
            assert_eq!(run[by][form]["verdict"], "resolved", "{by}");
        }
        run["heat_capacity"]["fast"].as_f64().expect("a fast part")
    });
    // What a stretched form has at short times the exponential leaves to the vibrations.
    assert!(fast[0] > fast[1], "{fast:?}");
}
