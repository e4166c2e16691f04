//! The virial beside the energy in the results and the tables.

use std::process::Command;

use serde_json::Value;

use crate::program::EXECUTABLE;
use crate::small_scan::Scan;

const BOX: &str = "box = 9.41036028881\n";
const SCAN: &str = r#"[system]
name = "two ensembles"
units = "lj"
particles = 1000
energy_kind = "total"
ensemble = "nve"
timestep = 0.005
box = 9.41036028881

[[run]]
name = "nve"
energy = "nve.dat.gz"

[[run]]
name = "nvt"
energy = "nvt.dat.gz"
ensemble = "nvt"
"#;

fn scan() -> Scan {
    Scan::of_test_data(SCAN, "virial", ["nve.dat.gz", "nvt.dat.gz"])
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn each_run_has_the_numbers_of_numpy() {
    let scan = scan();
    let outcome = scan.run();
    let results = outcome.results();
    let text = crate::shipped::test_data("virial", "reference.json");
    let reference: Value = serde_json::from_slice(&text).expect("JSON");
    for run in results["runs"].as_array().expect("runs") {
        let found = &run["virial"];
        let expected = &reference[run["name"].as_str().expect("a name")];
        for key in [
            "R",
            "R_canonical",
            "gamma",
            "pressure_coefficient",
            "mean_pressure",
            "mean_virial",
        ] {
            let ratio = number(&found[key]["value"]) / number(&expected[key]);
            assert!((ratio - 1.0).abs() < 1e-9, "{run} {key}");
            assert!(number(&found[key]["standard_error"]) > 0.0);
        }
        assert!((number(&found["volume"]) / 833.333_333 - 1.0).abs() < 1e-6);
    }
    let table = &outcome.stdout;
    assert!(
        table.contains("R canonical") && table.contains("epsilon/sigma^3 per epsilon/k"),
        "{table}"
    );
}

#[test]
fn a_volume_that_is_not_known_is_a_reason() {
    let results = scan().edit("scan.toml", BOX, "").run().results();
    let found = &results["runs"][0]["virial"];
    assert_eq!(found["verdict"], "unresolved");
    assert_eq!(
        found["reason"],
        "the volume is not known, expected `box`, a trajectory or a column of the volume"
    );
}

/// A result over temperature needs virials at several temperatures, and the two runs have one.
/// A note names what is missing.
#[test]
fn results_over_temperature_that_lack_virials_say_so() {
    let notes = |scan: &Scan| scan.run().results()["scan"]["notes"].to_string();
    let isochore = notes(&scan());
    assert!(
        isochore
            .contains("pressure_check: the slope of the pressure over 1 temperature, expected at least 3"),
        "{isochore}"
    );
    assert!(!isochore.contains("expansion"), "{isochore}");
    let isobar = scan().edit("scan.toml", BOX, "path = \"isobaric\"\n").edit(
        "scan.toml",
        "ensemble = \"nvt\"\n",
        &format!("ensemble = \"nvt\"\n{BOX}"),
    );
    let isobar = notes(&isobar);
    for name in ["entropy, expansion: ", "entropy, whole: "] {
        assert!(isobar.contains(name), "{isobar}");
    }
    assert!(!isobar.contains("pressure_check"), "{isobar}");
}

/// The entropy of an isobar names the runs that its expansion passes over.
#[test]
fn an_isobar_names_runs_without_a_virial() {
    let table =
        msed::io::energies(crate::shipped::data("../tests/data/virial/nvt.dat.gz")).expect("test data");
    let [t, p] = [&table.temperature, &table.pressure].map(|column| column.clone().expect("a column"));
    // In a unit of energy that is smaller, the same liquid is hotter.
    let hot: String = (0..t.len())
        .map(|i| {
            format!(
                "{} {} {} {}\n",
                20 * i,
                1.3 * table.potential[i],
                1.3 * t[i],
                1.3 * p[i]
            )
        })
        .collect();
    let text = SCAN
        .replace("ensemble = \"nve\"\n", "ensemble = \"nve\"\npath = \"isobaric\"\n")
        .replace(
            "name = \"nve\"\nenergy = \"nve.dat.gz\"\n",
            "name = \"cold\"\nenergy = \"cold.dat\"\n\n[[run]]\nname = \"hot\"\nenergy = \"hot.dat\"\nensemble = \"nvt\"\n\
             box = 9.6\n",
        );
    let scan = Scan::of_test_data(&text, "virial", ["nve.dat.gz", "nvt.dat.gz"]);
    scan.write("hot.dat", format!("# TimeStep v_pe v_te v_pr\n{hot}"));
    scan.write(
        "cold.dat",
        crate::shipped::energy_file("T0.700/energy.dat.gz", 3000),
    );
    let results = scan.run().results();
    let expansion = &results["scan"]["entropy"]["expansion"];
    assert!(expansion[0].is_null() && expansion[1].is_number(), "{expansion}");
    let notes = results["scan"]["notes"].to_string();
    let note = "entropy, expansion: no virial of cold: the path is interpolated";
    assert!(notes.contains(note), "{notes}");
}

#[test]
fn energies_without_pressures_have_no_virial() {
    let scan = Scan::small();
    let outcome = scan.run();
    let results = outcome.results();
    assert!(results["runs"][0].get("virial").is_none());
    assert!(!outcome.stdout.contains("R canonical"));
}

/// In the canonical ensemble a wrong box shows.
#[test]
fn a_wrong_box_is_told() {
    let results = scan().edit("scan.toml", BOX, "box = 5\n").run().results();
    let reason = results["runs"][1]["virial"]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("the kinetic part of p V is "), "{reason}");
}

/// Columns by other names, a volume in the file, and one that changes.
#[test]
fn columns_are_chosen_and_volumes_checked() {
    let table =
        msed::io::energies(crate::shipped::data("../tests/data/virial/nvt.dat.gz")).expect("test data");
    let column = |column: &Option<Vec<f64>>| column.clone().expect("a column");
    let (temperatures, pressures) = (column(&table.temperature), column(&table.pressure));
    let rows = |volume: fn(usize) -> f64| {
        let row = |i: usize| {
            let (u, t, p) = (table.potential[i], temperatures[i], pressures[i]);
            format!("{} {u} {t} {p} {}\n", 20 * i, volume(i))
        };
        let rows: String = (0..table.len()).map(row).collect();
        format!("# TimeStep v_pe v_te c_mine c_space\n{rows}")
    };
    let with = |keys: &str, volume: fn(usize) -> f64| {
        let scan = scan().edit("scan.toml", BOX, &format!("{keys}\n"));
        let text = scan.read("scan.toml");
        let system = text
            .split("[[run]]")
            .next()
            .expect("a system")
            .replace("\"nve\"", "\"nvt\"");
        let run = "[[run]]\nname = \"a\"\nenergy = \"a.dat\"\n";
        scan.write("scan.toml", format!("{system}{run}"));
        scan.write("a.dat", rows(volume));
        scan
    };
    let keys = "pressure_column = \"c_mine\"\nvolume_column = 5";
    let results = with(keys, |_| 833.333).run().results();
    let found = &results["runs"][0]["virial"];
    assert!(
        (number(&found["gamma"]["value"]) - 5.15077).abs() < 1e-4,
        "{found}"
    );
    assert_eq!(found["volume"], 833.333);
    let by_box = "pressure_column = \"c_mine\"\nvolume_column = \"c_space\"\nbox = [10, 10, 8]";
    let message = with(by_box, |_| 833.0).message();
    assert!(
        message.ends_with("the volume column has 833, expected the 800 that is given"),
        "{message}"
    );
    let message = with(keys, |i| 833.0 + (i % 7) as f64).message();
    assert!(
        message.starts_with(
            "DIR/scan.toml:6: `ensemble`: run `a`: the ensemble is declared nvt, and the volume changes"
        ),
        "{message}"
    );
    let message = with("pressure_column = \"press\"", |_| 833.0).message();
    assert!(
        message.contains("no column for the pressure, expected press"),
        "{message}"
    );
}

#[test]
fn flags_mean_the_same() {
    let scan = scan();
    let expected = &scan.run().results()["runs"][1]["virial"];
    let output = Command::new(EXECUTABLE)
        .args(["energy", "nvt.dat.gz", "--units", "lj", "--particles", "1000"])
        .args([
            "--energy-kind",
            "total",
            "--ensemble",
            "nvt",
            "--timestep",
            "0.005",
        ])
        .args([
            "--box",
            "9.41036028881",
            "--pressure-column",
            "v_pr",
            "--out",
            "alone",
        ])
        .current_dir(scan.dir())
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{output:?}");
    let found: Value = serde_json::from_str(&scan.read("alone/results.json")).expect("JSON");
    assert_eq!(&found["runs"][0]["virial"], expected);
}
