//! A two-dimensional run, whose dimension is found, given, or contradicted.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::program::numbers;
use crate::shipped::test_data;
use crate::small_scan::Scan;

const SCAN: &str = r#"[system]
name = "Kob-Andersen 65:35"
units = "lj"
particles = 400
energy_kind = "total"
ensemble = "nve"
timestep = 0.005
species = [ { name = "A", type = 1 }, { name = "B", type = 2 } ]
types = "ka2d.lammpstrj.gz"
q_shell = [6.0, 6.5]

[[run]]
name = "T1"
energy = "log.ka2d.gz"
trajectory = "ka2d.lammpstrj.gz"
"#;

fn file(name: &str) -> Vec<u8> {
    test_data("two_dimensions", name)
}

fn scan() -> Scan {
    Scan::of_test_data(SCAN, "two_dimensions", ["ka2d.lammpstrj.gz", "log.ka2d.gz"])
}

/// The frames as text, every height `z` replaced.
fn with_heights(height: impl Fn(usize) -> f64) -> String {
    let mut text = String::new();
    let bytes = file("ka2d.lammpstrj.gz");
    GzDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .expect("text");
    let mut row = 0;
    let lines = text.lines().map(|line| {
        let columns: Vec<&str> = line.split(' ').collect();
        match columns[..] {
            [id, kind, x, y, _] => {
                row += 1;
                format!("{id} {kind} {x} {y} {}\n", height(row - 1))
            }
            _ => format!("{line}\n"),
        }
    });
    lines.collect()
}

#[test]
fn the_dimension_is_found_and_every_number_follows_it() {
    let results = scan().run().results();
    assert_eq!(results["system"]["dimensions"], 2);
    let run = &results["runs"][0];
    // With 3 N - 3 degrees of freedom the temperatures would contradict the energies.
    assert_eq!(run["ensemble"]["found"], "microcanonical");
    let structure = &run["structure"];
    assert_eq!(structure["wave_vectors"], 84);
    let reference = file("reference.json");
    let reference: Value = serde_json::from_slice(&reference).expect("JSON");
    let wanted = &reference["by_species"]["A"];
    // Lags 1, 3 and 10 are among those of the program, whose first is 0.
    let of = |lag: f64| {
        let times = numbers(&structure["A"]["lag_time"]);
        times
            .iter()
            .position(|t| (t - 0.625 * lag).abs() < 1e-9)
            .expect("the lag")
    };
    for name in ["msd", "alpha2", "self_isf", "overlap", "chi4"] {
        for (k, lag) in [1.0, 3.0, 10.0].into_iter().enumerate() {
            let found = structure["A"][name][of(lag)].as_f64().expect("a number");
            let wanted = wanted[name][k].as_f64().expect("a number");
            // Single precision.
            assert!(
                (found - wanted).abs() < 1e-5 * wanted.abs().max(0.1),
                "{name}: {found} {wanted}"
            );
        }
    }
    // D = MSD/(4 t) at late times.
    let diffusion = &structure["diffusion"]["A"];
    if let Some(found) = diffusion["value"].as_f64() {
        let last = of(30.0);
        let msd = structure["A"]["msd"][last].as_f64().expect("a number");
        let rough = msd / (4.0 * 0.625 * 30.0);
        assert!((found / rough - 1.0).abs() < 0.3, "{found} {rough}");
    }
}

#[test]
fn a_given_dimension_changes_nothing_where_it_is_right() {
    let found = scan().run().results();
    let given = scan().edit("scan.toml", "timestep", "dimensions = 2\ntimestep");
    assert_eq!(given.run().results(), found);
    let of_run = scan().edit("scan.toml", "energy = ", "dimensions = 2\nenergy = ");
    assert_eq!(of_run.run().results(), found);
}

#[test]
fn heights_that_are_constant_or_rounded_are_no_motion() {
    let scan = scan().edit(
        "scan.toml",
        "trajectory = \"ka2d.lammpstrj.gz\"",
        "trajectory = \"a.lammpstrj\"",
    );
    scan.write("a.lammpstrj", with_heights(|_| -0.125));
    let found = scan.run().results();
    assert_eq!(found["system"]["dimensions"], 2);
    assert_eq!(found["runs"][0]["structure"]["wave_vectors"], 84);
    // Rounding of the engine: only where the file says that there are two.
    scan.write("a.lammpstrj", with_heights(|row| [0.0, 2e-7, -1e-7][row % 7 % 3]));
    let scan = scan.edit("scan.toml", "timestep", "dimensions = 2\ntimestep");
    assert_eq!(scan.run().results()["runs"][0]["structure"]["wave_vectors"], 84);
}

#[test]
fn motion_across_the_plane_contradicts_two_dimensions() {
    let scan = scan()
        .edit(
            "scan.toml",
            "trajectory = \"ka2d.lammpstrj.gz\"",
            "trajectory = \"a.lammpstrj\"",
        )
        .edit("scan.toml", "timestep", "dimensions = 2\ntimestep");
    scan.write(
        "a.lammpstrj",
        with_heights(|row| 0.01 * ((row * row) % 11) as f64),
    );
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:7: `dimensions`: found 2, but the particles in DIR/a.lammpstrj of run `T1` move along x, y and z; \
         expected 3, or no such key"
    );
    // A single motion in a late frame.
    scan.write(
        "a.lammpstrj",
        with_heights(|row| if row == 400 * 70 + 3 { 0.5 } else { 0.0 }),
    );
    let message = scan.message();
    assert!(
        message.starts_with("DIR/scan.toml:7: `dimensions`: found 2, but in DIR/a.lammpstrj of run `T1` a particle moves by 0.5 along z"),
        "{message}"
    );
    let found = scan.edit("scan.toml", "dimensions = 2\n", "");
    assert_eq!(
        found.message(),
        "DIR/a.lammpstrj: found three dimensions, expected two dimensions (x and y) as in the first frames of the scan: \
         `dimensions` in [system] says how many"
    );
}

#[test]
fn energies_of_a_plane_do_not_pass_for_those_of_space() {
    // Without a trajectory nothing shows the plane but the temperatures.
    let scan = scan().edit("scan.toml", "trajectory = \"ka2d.lammpstrj.gz\"\n", "");
    let message = scan.message();
    assert!(message.contains("degrees of freedom"), "{message}");
    let given = scan.edit("scan.toml", "timestep", "dimensions = 2\ntimestep");
    let results = given.run().results();
    assert_eq!(results["runs"][0]["ensemble"]["found"], "microcanonical");
    assert_eq!(results["system"]["dimensions"], 2);
}

#[test]
fn dimensions_are_two_or_three_and_the_same_for_all_runs() {
    let message = |value: &str| {
        let scan = Scan::small().edit(
            "scan.toml",
            "timestep",
            &format!("dimensions = {value}\ntimestep"),
        );
        scan.message()
    };
    assert_eq!(
        message("1"),
        "DIR/scan.toml:7: `dimensions`: found 1, expected 2 or 3"
    );
    assert_eq!(
        message("2.5"),
        "DIR/scan.toml:7: `dimensions`: found floating point `2.5`, expected a whole number"
    );
    let scan = Scan::small()
        .edit("scan.toml", "timestep", "dimensions = 3\ntimestep")
        .edit(
            "scan.toml",
            "name = \"T0.700\"",
            "name = \"T0.700\"\ndimensions = 2",
        );
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:19: `dimensions`: found 2, expected 3 as in line 7: a scan is of one system"
    );
}
