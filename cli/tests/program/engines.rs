//! Scans of the energy files that other engines wrote: `tests/data/engines` and `tests/data/water`
//! of the library.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::small_scan::Scan;

fn data(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    std::fs::read(folder.join(name)).expect("test data")
}

/// A scan of one run: the lines of `[system]` and of `[[run]]` beside the names.
fn scan(file: &str, content: impl AsRef<[u8]>, system: &str, run: &str) -> Scan {
    let scan = Scan::small();
    scan.write(file, content);
    scan.write(
        "scan.toml",
        format!("[system]\nname = \"one\"\n{system}\n[[run]]\nname = \"run\"\nenergy = \"{file}\"\n{run}\n"),
    );
    scan
}

const WATER: &str =
    "units = \"gromacs\"\nparticles = 216\nenergy_kind = \"total\"\nensemble = \"nve\"\ntimestep = 0.001";
const ARGON: &str = "particles = 216\nenergy_kind = \"total\"\nensemble = \"nvt\"\ntimestep = 0.005";

fn water(freedom: &str) -> Scan {
    scan("energy.xvg.gz", data("water/energy.xvg.gz"), WATER, freedom)
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn rigid_water_has_its_own_degrees_of_freedom() {
    let reference: Value = serde_json::from_slice(&data("water/reference.json")).expect("JSON");
    let scan_of_water = water("degrees_of_freedom = 5.986111111111111");
    let outcome = scan_of_water.run();
    let results = outcome.results();
    let run = &results["runs"][0];
    assert_eq!(run["ensemble"]["found"], "microcanonical");
    assert_eq!(run["sampling_interval"], 0.01);
    let expected = number(&reference["energies"]["heat_capacity"]);
    let found = number(&run["heat_capacity"]["uncorrected"]);
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
    assert!(
        outcome.stdout.contains("rows are 0.01 ps apart"),
        "{}",
        outcome.stdout
    );
    // Given for all runs, it is the same.
    let system = WATER.to_owned() + "\ndegrees_of_freedom = 5.986111111111111";
    let of_system = scan("energy.xvg.gz", data("water/energy.xvg.gz"), &system, "");
    let of_system = of_system.run().results();
    for part in ["heat_capacity", "ensemble"] {
        assert_eq!(of_system["runs"][0][part], run[part], "{part}");
    }
    let message = water("").message();
    let expected = "or the 2.986 degrees of freedom per particle are, and 5.99";
    assert!(
        message.starts_with("DIR/scan.toml:8: run `run`: std(E)/std(T) is 2.0"),
        "{message}"
    );
    assert!(message.contains(expected), "{message}");
    assert_eq!(
        water("degrees_of_freedom = 1293.0").run().code,
        Some(1),
        "those of the whole system"
    );
    assert_eq!(
        water("degrees_of_freedom = -1.0").message(),
        "DIR/scan.toml:11: `degrees_of_freedom`: found -1, expected degrees of freedom per particle, such as 6 - 3/N for N rigid \
         molecules"
    );
}

#[test]
fn energies_are_converted_to_the_units_of_the_scan_and_it_is_said() {
    let of = |units: &str| {
        let system = format!("units = \"{units}\"\n{ARGON}");
        scan("argon.csv.gz", data("engines/argon.csv.gz"), &system, "")
    };
    let results = |units: &str| {
        let scan = of(units);
        let outcome = scan.run();
        let said = outcome
            .stdout
            .contains("energies are converted from kJ/mol to eV: times 0.01036426966");
        assert_eq!(said, units == "metal", "{}", outcome.stdout);
        outcome.results()
    };
    let (gromacs, metal) = (results("gromacs"), results("metal"));
    let [of_gromacs, of_metal] = [&gromacs, &metal].map(|results| &results["runs"][0]);
    let ratio = number(&of_metal["mean_energy"]) / number(&of_gromacs["mean_energy"]);
    assert!((ratio - 0.010_364_269_656_262).abs() < 1e-14, "{ratio}");
    let c = |run: &Value| number(&run["heat_capacity"]["uncorrected"]);
    assert!((c(of_metal) / c(of_gromacs) - 1.0).abs() < 1e-9);
    assert_eq!(
        of("lj").message(),
        "DIR/argon.csv.gz: energies in kJ/mol, expected epsilon, the unit of `lj`, to which nothing converts"
    );
    // `real` counts time in fs, and the file's time step is 5 of them.
    assert_eq!(
        of("real").message(),
        "DIR/argon.csv.gz: a step is 5 fs long by the times beside the steps, expected the time step of 0.005"
    );
    let per_particle = of("gromacs").edit("scan.toml", "\"total\"", "\"per_particle\"");
    assert_eq!(
        per_particle.message(),
        "DIR/argon.csv.gz: totals, as the name of the column `Potential Energy (kJ/mole)` says, expected energies per particle as \
         declared"
    );
}

#[test]
fn a_file_without_steps_and_times_needs_an_interval() {
    let text = String::from_utf8(data("engines/argon.xvg")).expect("text");
    let mut rows = String::new();
    for line in text.lines().filter(|line| !line.starts_with(['#', '@'])) {
        let row: Vec<f64> = line
            .split_whitespace()
            .map(|x| x.parse().expect("a number"))
            .collect();
        let [kinetic, potential] = [row[2], row[1]].map(|energy| energy * 0.010_364_269_656_262);
        writeln!(
            rows,
            "{:.10e} {kinetic:.10e} {potential:.10e} 0 0 0 0 0 0 2 2 2",
            row[4]
        )
        .expect("text");
    }
    let system = format!("units = \"metal\"\n{ARGON}");
    let of = |run: &str| scan("thermo.out", &rows, &system, run);
    let right = of("energy_interval = 0.2");
    let results = right.run().results();
    assert_eq!(results["runs"][0]["sampling_interval"], 0.2);
    assert_eq!(
        of("").message(),
        "DIR/thermo.out: found neither steps nor times, expected `energy_interval`, the time between rows, in the run at \
         DIR/scan.toml:8"
    );
    // Where the file has times, it must agree with them.
    let wrong = scan("argon.xvg", &text, &system, "energy_interval = 0.1");
    assert_eq!(
        wrong.message(),
        "DIR/scan.toml:11: run `run`: `energy_interval`: found 0.1, expected the 0.2 of DIR/argon.xvg"
    );
    let odd = scan("argon.xvg", &text, &system.replace("0.005", "0.003"), "");
    assert_eq!(
        odd.message(),
        "DIR/argon.xvg: rows are 0.2 ps apart, expected a multiple of the time step of 0.003"
    );
}
