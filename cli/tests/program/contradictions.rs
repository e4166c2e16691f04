//! Energies and temperatures that do not fit together: what the message says may be wrong.

use crate::small_scan::{SMALL, Scan};

const FILE: &str = "T0.800.dat";

/// The small scan with other rows in its first file: energy and temperature by the place of a row.
fn with_rows(change: impl Fn(f64, f64, f64) -> (f64, f64)) -> Scan {
    let scan = Scan::small();
    let mut place = 0.0;
    let rows = scan.read(FILE);
    let rows = rows.lines().map(|line| {
        let fields: Vec<&str> = line.split(' ').collect();
        match fields[..] {
            [step, energy, temperature] if !line.starts_with('#') => {
                let [energy, temperature] =
                    [energy, temperature].map(|text| text.parse::<f64>().expect("a number"));
                let (energy, temperature) = change(place, energy, temperature);
                place += 1.0;
                format!("{step} {energy} {temperature}\n")
            }
            _ => format!("{line}\n"),
        }
    });
    scan.write(FILE, rows.collect::<String>());
    scan
}

#[test]
fn a_constant_temperature_is_named() {
    let scan = with_rows(|_, energy, _| (energy, 0.8));
    let message = scan.message();
    assert!(
        message.starts_with("DIR/scan.toml:6: `ensemble`: run `T0.800`: the ensemble is declared nve")
            && message.contains("corr(E, T) is none, since the temperature is constant,"),
        "{message}"
    );
    // A thermostat that holds it makes no heat capacity.
    let scan = scan.edit(
        "scan.toml",
        "\"T0.800.dat\"",
        "\"T0.800.dat\"\nensemble = \"nvt\"",
    );
    let outcome = scan.run();
    let found = &outcome.results()["runs"][0]["heat_capacity"]["reason"];
    let reason = found.as_str().expect("a reason");
    assert!(
        reason.contains("corr(E, T) is none, since the temperature is constant"),
        "{reason}"
    );
    assert!(!outcome.stdout.contains("NaN"), "{}", outcome.stdout);
}

#[test]
fn a_constant_energy_is_no_ensemble() {
    let message = with_rows(|_, _, temperature| (-6400.0, temperature)).message();
    assert!(
        message.contains("T0.800") && !message.contains("NaN"),
        "{message}"
    );
}

/// Energies per particle in `lj`, declared as totals per 503 particles in `real`: 1/k of `real` is
/// 503, and either key may be wrong.
#[test]
fn both_keys_that_may_be_wrong_are_named() {
    let species = SMALL
        .lines()
        .find(|line| line.starts_with("species"))
        .expect("a line");
    let scan = with_rows(|_, energy, temperature| (energy / 1000.0, temperature))
        .edit("scan.toml", species, "")
        .edit("scan.toml", "particles = 1000", "particles = 503")
        .edit("scan.toml", "\"total\"", "\"per_particle\"")
        .edit("scan.toml", "\"lj\"", "\"real\"");
    let message = scan.message();
    assert!(
        message.starts_with("DIR/scan.toml:5: `energy_kind` or `units`: run `T0.800`: ")
            && message.ends_with("the energies look like totals; `units` lj would fit"),
        "{message}"
    );
    // Where no other kind fits, the units alone are named, by their line.
    let scan = scan.edit("scan.toml", "particles = 503", "particles = 100000");
    let message = scan.message();
    assert!(
        message.starts_with("DIR/scan.toml:3: `units`: run `T0.800`: ")
            && message.contains("; `units` lj would fit"),
        "{message}"
    );
}

/// A quench changes the energy far more than the temperature does. That is no wrong unit.
#[test]
fn a_drift_is_named_beside_the_units() {
    let quench = |place: f64| 30_000.0 * f64::exp(-place / 300.0);
    let message = with_rows(|place, energy, temperature| (energy + quench(place), temperature)).message();
    assert!(
        message.contains("or the run is not in equilibrium, since the series ")
            && message.ends_with("`discard` leaves out its start"),
        "{message}"
    );
}

#[test]
fn a_replica_that_differs_is_named_by_its_file() {
    let scan = Scan::small();
    let text = scan.read("T0.700.dat");
    let thinned = text.lines().enumerate().filter(|(k, _)| *k < 2 || k % 2 == 0);
    let thinned: Vec<&str> = thinned.map(|(_, line)| line).collect();
    scan.write("thin.dat", thinned.join("\n") + "\n");
    let scan = scan.edit("scan.toml", "\"T0.700.dat\"", "[\"T0.700.dat\", \"thin.dat\"]");
    assert_eq!(
        scan.message(),
        "DIR/thin.dat: replica 2 has sampling interval 0.1, expected 0.05 as in the first"
    );
}

/// Numbers print as a person writes them.
#[test]
fn absurd_numbers_have_few_digits() {
    for (old, new, expected) in [
        (
            "timestep = 0.005",
            "timestep = -1e300",
            "`timestep`: found -1e300, expected a positive number",
        ),
        (
            "[0.5, 15.0]",
            "[1e300, 1e299]",
            "`fit_window`: found [1e300, 1e299], expected two",
        ),
        (
            "[0.5, 15.0]",
            "[1e299, 1e300]",
            "0 lags in the fit window from 1e299 to 1e300",
        ),
        (
            "fit_window = [0.5, 15.0]",
            "temperature = 1e300",
            "found 1e300, expected the 0.8023(11)",
        ),
        (
            "box = 9.41036028881",
            "reference_temperature = 1e300",
            "found 1e300, expected one between",
        ),
    ] {
        let message = Scan::small().edit("scan.toml", old, new).message();
        assert!(message.contains(expected) && message.len() < 300, "{message}");
    }
    for new in ["timestep = 1e300", "timestep = 1e-300"] {
        let outcome = Scan::small().edit("scan.toml", "timestep = 0.005", new).run();
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(!said.contains("000000000000000"), "{said}");
    }
}
