//! `msed energy`: the keys of one run as flags.

use std::process::{Command, Output};

use serde_json::Value;

use crate::program::EXECUTABLE;
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
