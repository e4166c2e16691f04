//! Energies that other engines wrote, against numpy on the same files: `tests/data/engines` and
//! `tests/data/water`, each with the script beside it.

use msed::io::{self, EnergyTable};
use msed::thermo::{self, Sampled, ensemble_check};
use msed::{EnergyKind, EnergySeries, Ensemble, Resampling, Units, energy};
use serde_json::Value;

fn reference(folder: &str) -> Value {
    let text = std::fs::read_to_string(format!("tests/data/{folder}/reference.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn close(found: f64, expected: &Value, relative: f64, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (found / expected - 1.0).abs() < relative,
        "{what}: {found}, expected {expected}"
    );
}

/// Units in which hartree are the energies: those of the file of CP2K.
fn atomic() -> Units {
    let mut units = Units::custom("atomic", 1.380_649e-23 / 4.359_744_722_207_1e-18).unwrap();
    (units.energy, units.time) = ("hartree", "fs");
    units
}

#[test]
fn every_engine_s_energies_have_the_mean_the_variance_and_the_heat_capacity_of_numpy() {
    let reference = reference("engines");
    // The file, its units, the time between rows there, and the notes.
    let files = [
        ("argon.xvg", Units::GROMACS, 0.2, 1),
        ("argon.csv.gz", Units::GROMACS, 0.2, 0),
        ("argon_time.txt.gz", Units::GROMACS, 0.2, 1),
        ("copper.log", Units::METAL, 0.02, 1),
        ("copper_peratom.log", Units::METAL, 0.02, 1),
        ("argon-1.ener.gz", atomic(), 100.0, 0),
    ];
    assert_eq!(reference.as_object().unwrap().len(), files.len());
    for (file, units, interval, notes) in files {
        let expected = &reference[file];
        let table = io::energies(format!("tests/data/engines/{file}")).unwrap();
        assert_eq!(table.len() as u64, expected["rows"].as_u64().unwrap(), "{file}");
        assert_eq!(table.energy_unit, Some(units.energy), "{file}");
        assert_eq!(table.notes.len(), notes, "{file}: {:?}", table.notes);
        assert!(
            (table.interval().unwrap() / interval - 1.0).abs() < 1e-9,
            "{file}: {:?}",
            table.interval()
        );
        let table = table.in_units(units).unwrap();
        assert_eq!(table.notes.len(), notes, "{file}");
        let particles = expected["particles"].as_u64().unwrap() as usize;
        let kind = match file {
            "copper_peratom.log" => EnergyKind::PerParticle,
            _ => EnergyKind::Total,
        };
        let time_step = interval / table.stride as f64;
        let run = table.series(time_step, particles, kind).unwrap();
        assert!(
            (run.sampling().interval() / interval - 1.0).abs() < 1e-9,
            "{file}"
        );
        let moments = energy::moments(&run, Resampling::default()).unwrap();
        close(moments.mean.value(), &expected["mean_energy"], 1e-12, file);
        close(moments.variance.value(), &expected["energy_variance"], 1e-9, file);
        let temperature = moments.kinetic_temperature.as_ref().unwrap();
        close(temperature.value(), &expected["temperature"], 1e-12, file);
        let ensemble = match expected["ensemble"].as_str() {
            Some("nvt") => Ensemble::nvt(particles),
            _ => Ensemble::nve(particles),
        };
        let c = thermo::heat_capacity(&moments, units, ensemble).unwrap();
        close(c.uncorrected.value(), &expected["heat_capacity"], 1e-9, file);
        let check =
            ensemble_check(&run, units, ensemble.degrees_of_freedom(), Resampling::default()).unwrap();
        println!("{file}: {check}, {c}");
        assert_eq!(check.contradiction(ensemble), None, "{file}: {check}");
    }
}

#[test]
fn converted_energies_have_the_same_heat_capacity() {
    let of = |file: &str, units: Units, converts: bool| {
        let table = io::energies(format!("tests/data/engines/{file}")).unwrap();
        let table = table.in_units(units).unwrap();
        let said = table
            .notes
            .iter()
            .any(|note| matches!(note, io::Note::Converted { .. }));
        assert_eq!(said, converts, "{file} {units}: {:?}", table.notes);
        let step = table.interval().unwrap() / table.stride as f64;
        let run = table.series(step, 216, EnergyKind::Total).unwrap();
        let moments = energy::moments(&run, Resampling::None).unwrap();
        let c = thermo::heat_capacity(&moments, units, Ensemble::nvt(216)).unwrap();
        (c.uncorrected.value(), run.sampling().interval())
    };
    let (cp2k, _) = of("argon-1.ener.gz", atomic(), false);
    let (gromacs, _) = of("argon.xvg", Units::GROMACS, false);
    for (units, time) in [(Units::METAL, 0.1), (Units::REAL, 100.0), (Units::GROMACS, 0.1)] {
        let (c, interval) = of("argon-1.ener.gz", units, true);
        assert!((c / cp2k - 1.0).abs() < 1e-9, "{units}: {c} {cp2k}");
        assert!((interval / time - 1.0).abs() < 1e-9, "{units}: {interval}");
    }
    for (units, time) in [(Units::METAL, 0.2), (Units::REAL, 200.0)] {
        let (c, interval) = of("argon.xvg", units, true);
        assert!((c / gromacs - 1.0).abs() < 1e-9, "{units}: {c} {gromacs}");
        assert!((interval / time - 1.0).abs() < 1e-9, "{units}: {interval}");
    }
    let table = io::energies("tests/data/engines/argon-1.ener.gz").unwrap();
    assert_eq!(
        table.in_units(Units::LJ).unwrap_err().to_string(),
        "tests/data/engines/argon-1.ener.gz: energies in hartree, expected epsilon, the unit of `lj`, to which nothing converts"
    );
}

fn water() -> EnergyTable {
    io::energies("tests/data/water/energy.xvg.gz").unwrap()
}

fn run(table: &EnergyTable) -> EnergySeries<'_> {
    table.series(0.001, 216, EnergyKind::Total).unwrap()
}

/// 216 rigid molecules have g = 6 - 3/N, as GROMACS counts them in its temperature.
#[test]
fn rigid_water_has_the_heat_capacity_of_its_degrees_of_freedom() {
    let expected = &reference("water")["energies"];
    let table = water();
    let run = run(&table);
    assert_eq!(run.sampling().stride(), 10);
    let rigid = Ensemble::nve(216).with_degrees_of_freedom(6.0 - 3.0 / 216.0);
    let moments = energy::moments(&run, Resampling::default()).unwrap();
    close(moments.mean.value(), &expected["mean_energy"], 1e-12, "mean");
    close(
        moments.variance.value(),
        &expected["energy_variance"],
        1e-9,
        "variance",
    );
    let c = thermo::heat_capacity(&moments, Units::GROMACS, rigid).unwrap();
    close(c.uncorrected.value(), &expected["heat_capacity"], 1e-9, "C_ex");
    let check = ensemble_check(
        &run,
        Units::GROMACS,
        rigid.degrees_of_freedom(),
        Resampling::default(),
    )
    .unwrap();
    assert_eq!(check.sampled.value(), Some(&Sampled::Microcanonical), "{check}");
    assert!(
        (check.energy_ratio.value() - 1.0).abs() < 0.01,
        "{}",
        check.energy_ratio
    );
    assert_eq!(check.contradiction(rigid), None);
    // Counted as atoms they contradict their temperatures, and the number that fits is named.
    let atoms = Ensemble::nve(216);
    let check = ensemble_check(
        &run,
        Units::GROMACS,
        atoms.degrees_of_freedom(),
        Resampling::default(),
    )
    .unwrap();
    let found = check.contradiction(atoms).unwrap().to_string();
    assert!(
        found.contains("the 2.986 degrees of freedom per particle are, and 5.99"),
        "{found}"
    );
    // Counted as atoms, each with a third of its molecule's degrees of freedom, they do not.
    let third = rigid.degrees_of_freedom() / 3.0;
    let run = table.series(0.001, 648, EnergyKind::Total).unwrap();
    let check = ensemble_check(&run, Units::GROMACS, third, Resampling::default()).unwrap();
    assert_eq!(check.contradiction(atoms.with_degrees_of_freedom(third)), None);
    let moments = energy::moments(&run, Resampling::default()).unwrap();
    let of_atoms =
        thermo::heat_capacity(&moments, Units::GROMACS, atoms.with_degrees_of_freedom(third)).unwrap();
    let ratio = c.uncorrected.value() / of_atoms.uncorrected.value();
    assert!((ratio - 3.0).abs() < 1e-9, "{ratio}");
}
