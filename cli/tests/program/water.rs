//! Rigid water from the files of GROMACS alone: everything against numpy, which
//! `tests/data/water/reference.py` of the library calls.

use serde_json::Value;

use crate::program::numbers;
use crate::shipped::test_data;
use crate::small_scan::Scan;

const SCAN: &str = r#"[system]
name = "SPC/E"
units = "gromacs"
particles = 216
energy_kind = "total"
ensemble = "nve"
degrees_of_freedom = 5.986111111111111   # 6 - 3/216: rigid molecules
timestep = 0.001
species = [ { name = "water", count = 216, masses = [15.9994, 1.008, 1.008] } ]
q_shell = [10.0, 13.0]
unwrap = "continuity"

[[run]]
name = "302K"
energy = "energy.xvg.gz"
trajectory = "water.xtc"
"#;

fn file(name: &str) -> Vec<u8> {
    test_data("water", name)
}

fn scan() -> Scan {
    Scan::of_test_data(SCAN, "water", ["energy.xvg.gz", "water.xtc"])
}

fn reference() -> Value {
    serde_json::from_slice(&file("reference.json")).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[track_caller]
fn close(found: f64, wanted: f64, relative: f64, what: &str) {
    assert!(
        (found / wanted - 1.0).abs() < relative,
        "{what}: {found}, expected {wanted}"
    );
}

/// Checks a curve at all lags that the program and the reference share: their number.
fn check(structure: &Value, name: &str, reference: &Value, relative: f64) -> usize {
    let of = &structure["water"];
    let (times, found) = (numbers(&of["lag_time"]), numbers(&of[name]));
    let (lags, wanted) = (numbers(&reference["lag_time"]), numbers(&reference["value"]));
    let shared = lags.iter().zip(wanted).filter_map(|(lag, wanted)| {
        let at = times.iter().position(|time| (time - lag).abs() < 1e-9)?;
        close(found[at], wanted, relative, &format!("{name} at {lag} ps"));
        Some(())
    });
    shared.count()
}

#[test]
fn molecules_of_water_have_the_heat_capacity_the_structure_and_the_motion_of_numpy() {
    let results = scan().run().results();
    let wanted = reference();
    let run = &results["runs"][0];
    assert_eq!(run["ensemble"]["found"], "microcanonical");
    let capacity = &run["heat_capacity"];
    let energies = &wanted["energies"];
    close(
        number(&run["mean_energy"]),
        number(&energies["mean_energy"]),
        1e-12,
        "energy",
    );
    close(
        number(&capacity["uncorrected"]),
        number(&energies["heat_capacity"]),
        1e-9,
        "C_ex",
    );
    // The error of the mean adds a few per cent to the variance.
    let (excess, error) = (&capacity["excess"], &capacity["standard_error"]["excess"]);
    assert!(number(excess) > number(&capacity["uncorrected"]));
    assert!((number(excess) - number(&energies["heat_capacity"])).abs() < 2.0 * number(error));

    // Coordinates are stored in single precision, 2 nm to about 1e-7 nm.
    let structure = &run["structure"];
    assert_eq!(check(structure, "msd", &wanted["msd"], 1e-6), 6);
    assert!(check(structure, "self_isf", &wanted["self_isf"], 1e-6) >= 11);
    assert_eq!(structure["wave_vectors"], wanted["self_isf"]["wave_vectors"]);
    close(
        number(&structure["tau_alpha"]["value"]),
        number(&wanted["self_isf"]["tau_alpha"]),
        1e-6,
        "tau_alpha",
    );

    let factor = &structure["s_of_q"]["water-water"];
    let (q, found) = (numbers(&factor["q"]), numbers(&factor["value"]));
    let shells = &wanted["s_of_q"];
    let values = numbers(&shells["centres_of_mass"]);
    let mut shared = 0;
    for (q, found) in q.iter().zip(found) {
        let at = numbers(&shells["q"])
            .iter()
            .position(|x| (x / q - 1.0).abs() < 1e-6);
        let Some(at) = at else { continue };
        close(found, values[at], 1e-6, &format!("S at {q} per nm"));
        shared += 1;
    }
    assert_eq!(shared, values.len());
}

#[test]
fn oxygens_alone_have_the_structure_factor_of_the_oxygens() {
    let oxygens = scan().edit("scan.toml", "[15.9994, 1.008, 1.008]", "[1.0, 0.0, 0.0]");
    let results = oxygens.run().results();
    let factor = &results["runs"][0]["structure"]["s_of_q"]["water-water"];
    let wanted = reference();
    let shells = &wanted["s_of_q"];
    let (edges, values) = (numbers(&shells["q"]), numbers(&shells["oxygen"]));
    let shared = numbers(&factor["q"]).into_iter().zip(numbers(&factor["value"]));
    let shared = shared.filter_map(|(q, found)| {
        let at = edges.iter().position(|x| (x / q - 1.0).abs() < 1e-6)?;
        close(found, values[at], 1e-6, &format!("S at {q} per nm"));
        Some(())
    });
    assert_eq!(shared.count(), values.len());
}

#[test]
fn what_the_files_need_is_asked_for() {
    let message = scan()
        .edit("scan.toml", "unwrap = \"continuity\"\n", "")
        .message();
    assert!(
        message.starts_with("DIR/water.xtc: ") && message.ends_with("`unwrap = \"continuity\"` unwraps them"),
        "{message}"
    );
    let atoms = scan().edit("scan.toml", ", masses = [15.9994, 1.008, 1.008]", "");
    let message = atoms.message();
    assert!(message.contains("648") && message.contains("216"), "{message}");
    let count = scan().edit("scan.toml", "count = 216", "count = 215");
    assert_eq!(
        count.message(),
        "DIR/scan.toml:9: `species`: found 645 particles in 215 molecules in all, expected `particles` = 216"
    );
}
