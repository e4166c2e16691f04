//! The ensemble that a scan declares, and the one that its data show.

use std::path::Path;

use crate::small_scan::Scan;

/// The scan of one run under a thermostat: `NAME.dat.gz` of the library's test data.
fn thermostat(name: &str, ensemble: &str) -> Scan {
    let scan = Scan::small();
    let file = format!("{name}.dat.gz");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/thermostats");
    scan.write(&file, std::fs::read(data.join(&file)).expect("test data"));
    scan.write(
        "scan.toml",
        format!(
            "[system]\nname = \"KA\"\nunits = \"lj\"\nparticles = 500\nenergy_kind = \"total\"\nensemble = \"{ensemble}\"\n\
             timestep = 0.005\n[[run]]\nname = \"{name}\"\nenergy = \"{file}\"\n"
        ),
    );
    scan
}

/// A log in which the thermostat was switched off holds two ensembles, which one number cannot
/// describe.
#[test]
fn a_log_of_two_ensembles() {
    let rows = |name: &str| {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/data/thermostats/{name}.dat.gz"));
        let table = msed::io::energies(file).expect("test data");
        let temperatures = table.temperature.expect("a column");
        table
            .potential
            .into_iter()
            .zip(temperatures)
            .take(12000)
            .collect::<Vec<_>>()
    };
    let (warm, free) = (rows("langevin-0.5"), rows("nve"));
    let run = |first: usize, rows: &[(f64, f64)]| {
        let rows = rows.iter().enumerate();
        let lines: String = rows
            .map(|(k, (e, t))| format!("{} {e} {t}\n", 10 * (first + k)))
            .collect();
        format!(
            "Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes\nStep PotEng Temp\n{lines}Loop time of 1 on 1 \
             procs for 119990 steps with 500 atoms\n"
        )
    };
    let joined = [&warm[11999..], &free[1..]].concat();
    let log = format!("LAMMPS (29 Aug 2024)\n{}{}", run(0, &warm), run(11999, &joined));
    let scan = thermostat("nve", "nve").edit("scan.toml", "nve.dat.gz", "two.log");
    scan.write("two.log", log);
    assert_eq!(
        scan.message(),
        "DIR/two.log: run 2 of the log is microcanonical and run 1, with which it is joined, is canonical: expected one ensemble; \
         `log_run` takes one run alone, and `discard` leaves out the first"
    );
    let scan = scan.edit("scan.toml", "energy =", "log_run = 2\nenergy =");
    assert_eq!(scan.run().results()["runs"][0]["samples"], 12000);
}

/// A run's own ensemble counts, in its check and in its heat capacity.
#[test]
fn a_run_of_another_ensemble_than_the_system() {
    let own = |scan: Scan, run: &str, ensemble: &str| {
        let key = format!("energy = \"{run}.dat\"");
        scan.edit("scan.toml", &key, &format!("{key}\nensemble = \"{ensemble}\""))
    };
    let message = own(Scan::small(), "T0.800", "nvt").message();
    let start = "DIR/scan.toml:14: `ensemble`: run `T0.800`: the ensemble is declared nvt";
    assert!(message.starts_with(start), "{message}");
    let scan = Scan::small().edit("scan.toml", "\"nve\"", "\"nvt\"");
    let scan = own(own(scan, "T0.800", "nve"), "T0.700", "nve");
    let heat_capacities = |scan: &Scan| {
        let results = scan.run().results();
        let runs = results["runs"].as_array().expect("runs").clone();
        runs.into_iter()
            .map(|run| run["heat_capacity"]["excess"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(heat_capacities(&scan), heat_capacities(&Scan::small()));
}

#[test]
fn totals_declared_as_energies_per_particle() {
    let scan = Scan::small().edit("scan.toml", "\"total\"", "\"per_particle\"");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:5: `energy_kind`: run `T0.800`: std(E)/std(T) is 1004 of what per-particle energies have, expected 1 at \
         constant energy: the energies look like totals"
    );
}

#[test]
fn energies_per_particle_declared_as_totals() {
    let message = thermostat("per-particle", "nve").message();
    assert!(
        message.starts_with("DIR/scan.toml:5: `energy_kind` or `units`: run `per-particle`: std(E)/std(T) is 0.00200")
            && message
                .ends_with("expected 1 at constant energy: the energies look like energies per particle; `units` real would fit"),
        "{message}"
    );
}

/// A number of degrees of freedom that is wrong by 4 % is no contradiction, but it is noted.
#[test]
fn energies_that_do_not_follow_the_temperature_as_closely_as_they_should() {
    let notes = |scan: &Scan| scan.run().results()["runs"][0]["notes"].to_string();
    assert!(!notes(&Scan::small()).contains("std(E)"));
    let scan = Scan::small().edit(
        "scan.toml",
        "timestep = 0.005",
        "timestep = 0.005\ndegrees_of_freedom = 2.87",
    );
    let notes = notes(&scan);
    assert!(
        notes.contains("run `T0.800`: std(E)/std(T) is 1.04") && notes.contains("expected 1 to 0.015"),
        "{notes}"
    );
}

#[test]
fn another_unit_of_the_temperature() {
    let message = Scan::small().edit("scan.toml", "\"lj\"", "\"metal\"").message();
    assert!(
        message.starts_with(
            "DIR/scan.toml:3: `units`: run `T0.800`: std(E)/std(T) is 11650 of what total energies have, expected 1 at constant energy: units"
        ),
        "{message}"
    );
}

#[test]
fn another_ensemble_than_the_datas() {
    let message = Scan::small().edit("scan.toml", "\"nve\"", "\"nvt\"").message();
    let start = "DIR/scan.toml:6: `ensemble`: run `T0.800`: the ensemble is declared nvt, the data are microcanonical: corr(E, T) is -1";
    assert!(message.starts_with(start), "{message}");
    for (name, found) in [
        ("langevin-2", "canonical"),
        ("berendsen-1", "of neither ensemble"),
    ] {
        let message = thermostat(name, "nve").message();
        let start = format!(
            "DIR/scan.toml:6: `ensemble`: run `{name}`: the ensemble is declared nve, the data are {found}: corr(E, T) is "
        );
        assert!(message.starts_with(&start), "{message}");
    }
}

#[test]
fn results_name_the_ensemble_and_the_time_of_the_thermostat() {
    let scan = Scan::small();
    let results = scan.run().results();
    let ensemble = &results["runs"][0]["ensemble"];
    assert_eq!(ensemble["declared"], "nve");
    assert_eq!(ensemble["found"], "microcanonical");
    let number = |name: &str| ensemble[name].as_f64().expect("a number");
    assert!((number("energy_temperature_correlation") + 1.0).abs() < 1e-3);
    assert!((number("energy_temperature_ratio") - 1.0).abs() < 0.01);
    assert!((0.4..0.7).contains(&number("temperature_variance_ratio")));
    assert_eq!(ensemble["thermostat_time"]["verdict"], "unresolved");
    assert_eq!(
        ensemble["thermostat_time"]["reason"],
        "the total energy is constant: there is no thermostat"
    );

    let scan = thermostat("langevin-2", "nvt");
    let outcome = scan.run();
    let results = outcome.results();
    let run = &results["runs"][0];
    assert_eq!(run["ensemble"]["found"], "canonical");
    let time = run["ensemble"]["thermostat_time"]["value"]
        .as_f64()
        .expect("a time");
    assert!((1.5..3.5).contains(&time), "{time}");
    for form in ["exponential", "stretched"] {
        let fit = &run["fit"][form];
        assert_eq!(fit["verdict"], "unresolved");
        let reason = fit["reason"].as_str().expect("a reason");
        assert!(reason.contains("of the thermostat's time 2.4"), "{reason}");
    }
    assert!(run["heat_capacity"]["excess"].is_number());
    assert!(outcome.stdout.contains("the thermostat relaxes the energy"));
}

#[test]
fn a_run_of_neither_ensemble_has_no_heat_capacity_and_may_have_a_relaxation() {
    let scan = thermostat("isokinetic", "nvt");
    let outcome = scan.run();
    let results = outcome.results();
    let run = &results["runs"][0];
    assert_eq!(run["ensemble"]["found"], "neither");
    assert!(run["ensemble"].get("energy_temperature_correlation").is_none());
    assert_eq!(run["heat_capacity"]["verdict"], "unresolved");
    assert!(run["heat_capacity"].get("excess").is_none());
    let reason = run["heat_capacity"]["reason"].as_str().expect("a reason");
    assert!(reason.contains("the run sampled neither ensemble"), "{reason}");
    assert!(
        outcome
            .stdout
            .contains("no heat capacity: the run sampled neither ensemble")
    );
    let time = run["spectral"]["average"]["relaxation_time"]
        .as_f64()
        .expect("a time");
    assert_eq!(run["spectral"]["average"]["verdict"], "resolved");
    assert!((1.5..4.0).contains(&time), "{time}");

    let scan = thermostat("csvr-200", "nvt");
    let slow = scan.run().results();
    let ensemble = &slow["runs"][0]["ensemble"];
    assert!(
        ensemble["thermostat_time"]["lower_bound"]
            .as_f64()
            .expect("a bound")
            > 10.0
    );
}

#[test]
fn energies_without_temperatures_are_of_the_declared_ensemble() {
    let scan = Scan::small().edit("T0.800.dat", "v_te", "v_other").edit(
        "scan.toml",
        "name = \"T0.800\"",
        "name = \"T0.800\"\ntemperature = 0.803",
    );
    let results = scan.run().results();
    let ensemble = &results["runs"][0]["ensemble"];
    assert_eq!(ensemble["declared"], "nve");
    assert_eq!(ensemble["reason"], "the energies have no temperature column");
    assert!(ensemble.get("found").is_none());
}
