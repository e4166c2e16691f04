//! Energy files with a column of total energies.

use std::fmt::Write;
use std::process::Command;

use serde_json::Value;

use crate::program::EXECUTABLE;
use crate::shipped::data;
use crate::small_scan::{SMALL, Scan};

/// The small scan, whose first file has total energies under this name. Its temperatures are in
/// steps of `step`.
fn with_totals(name: &str, step: f64) -> Scan {
    let reader = msed::io::EnergyReader::new().with_total();
    let table = reader
        .read(data("kob-andersen/T0.800/energy.dat.gz"))
        .expect("shipped data");
    let columns = [table.temperature.as_deref(), table.total.as_deref()];
    let [temperatures, totals] = columns.map(|column| column.expect("a column"));
    let mut text = format!("# TimeStep v_pe v_te {name}\n");
    for (row, at) in table.steps().enumerate().take(3000) {
        let temperature = (temperatures[row] / step).round() * step;
        let (energy, total) = (table.potential[row], totals[row]);
        writeln!(text, "{at} {energy} {temperature:.9} {total}").expect("a string grows");
    }
    let species = SMALL.lines().find(|line| line.starts_with("species"));
    let scan = Scan::small().edit("scan.toml", species.expect("a line"), "");
    scan.write("T0.800.dat", text);
    scan
}

/// Checks that a scan has results, and removes them, so that the scan can be spoiled.
fn check_results(scan: &Scan) -> Value {
    let results = scan.run().results();
    std::fs::remove_dir_all(scan.dir().join("out")).expect("results");
    results
}

#[test]
fn particles_that_are_three_percent_off_are_an_error() {
    let scan = with_totals("v_e", 1e-9);
    check_results(&scan);
    let scan = scan.edit("scan.toml", "particles = 1000", "particles = 970");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:4: `particles` or `degrees_of_freedom`: run `T0.800`: E_tot - E is 3.09 times k T/2 per particle, expected \
         2.997 as declared: units or a column are wrong, or the 970 particles are, and 1000 would fit, or the 2.997 degrees of freedom \
         per particle are, and 3.09 would fit; E_tot is `v_e`, and with `total_energy_column = \"none\"` nothing is"
    );
    // Without the column it passes, with another one it does not.
    let without = scan.edit(
        "scan.toml",
        "energy = \"T0.800",
        "total_energy_column = \"none\"\nenergy = \"T0.800",
    );
    check_results(&without);
    let other = without.edit("scan.toml", "\"none\"", "4");
    assert!(
        other.message().contains("E_tot - E is 3.09"),
        "{}",
        other.message()
    );
    let missing = other.edit(
        "scan.toml",
        "total_energy_column = 4",
        "total_energy_column = \"TotEng\"",
    );
    assert_eq!(
        missing.message(),
        "DIR/T0.800.dat:1: no column for the total energy, expected TotEng, found TimeStep, v_pe, v_te, v_e"
    );
}

#[test]
fn a_column_of_any_name_can_be_chosen_and_taken_back() {
    let scan = with_totals("v_mine", 1e-9).edit("scan.toml", "particles = 1000", "particles = 970");
    check_results(&scan);
    let system = "total_energy_column = \"v_mine\"\ntimestep";
    let scan = scan.edit("scan.toml", "timestep", system);
    assert!(scan.message().contains("E_tot is `v_mine`"), "{}", scan.message());
    let own = |name: &str| format!("total_energy_column = \"automatic\"\nenergy = \"{name}");
    let scan = scan.edit("scan.toml", "energy = \"T0.800", &own("T0.800")).edit(
        "scan.toml",
        "energy = \"T0.700",
        &own("T0.700"),
    );
    check_results(&scan);
}

#[test]
fn another_unit_of_the_energies_names_the_units() {
    let scan = with_totals("v_e", 1e-9).edit("scan.toml", "\"lj\"", "\"real\"");
    let message = scan.message();
    assert!(
        message.contains("`units`") && message.ends_with("; `units` lj would fit"),
        "{message}"
    );
}

#[test]
fn temperatures_of_few_digits_leave_the_ensemble_to_the_total_energies() {
    let scan = with_totals("v_e", 0.1);
    let run = &check_results(&scan)["runs"][0];
    assert_eq!(run["ensemble"]["found"], "microcanonical");
    let note = "run `T0.800`: the temperatures are printed too coarsely to show their fluctuations, and those of E_tot - E, with \
                E_tot in `v_e`, are taken for the check of the ensemble";
    assert!(run["notes"].to_string().contains(note), "{}", run["notes"]);
    let scan = scan.edit(
        "scan.toml",
        "energy = \"T0.800",
        "ensemble = \"nvt\"\nenergy = \"T0.800",
    );
    let message = scan.message();
    assert!(
        message
            .contains("`ensemble`: run `T0.800`: the ensemble is declared nvt, the data are microcanonical")
            && message.contains("; Var(E_tot) is 4.23e-5 of Var(E), expected 0 at constant energy"),
        "{message}"
    );
}

#[test]
fn energies_alone_take_the_same_column() {
    let scan = with_totals("v_mine", 1e-9);
    let run = |column: &str| {
        let file = scan.dir().join("T0.800.dat");
        let output = Command::new(EXECUTABLE)
            .arg("energy")
            .arg(file)
            .args(["--units", "lj", "--particles", "970", "--energy-kind", "total"])
            .args([
                "--ensemble",
                "nve",
                "--timestep",
                "0.005",
                "--total-energy-column",
                column,
            ])
            .output()
            .expect("the program runs");
        (
            output.status.success(),
            String::from_utf8(output.stderr).expect("text"),
        )
    };
    assert_eq!(run("none"), (true, String::new()));
    let (succeeds, message) = run("v_mine");
    assert!(!succeeds && message.contains("E_tot is `v_mine`"), "{message}");
}
