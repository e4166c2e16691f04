//! Columns of pressures and volumes in files of energies.

use msed::io::{EnergyReader, EnergyTable, Note};
use msed::{EnergyKind, EnergySeries, Sampling, Units};

fn read(reader: &EnergyReader, text: &str, name: &str) -> Result<EnergyTable, String> {
    reader
        .read_from(text.as_bytes(), name)
        .map_err(|error| error.to_string())
}

fn table(text: &str) -> EnergyTable {
    read(&EnergyReader::new(), text, "x.dat").unwrap()
}

/// Two rows under these names, the numbers of each row rising.
fn rows(names: &str) -> String {
    let count = names.split_whitespace().filter(|word| *word != "#").count();
    let row = |step: usize| {
        let numbers: Vec<String> = (1..count).map(|k| format!("{}.5", step + k)).collect();
        format!("{step} {}\n", numbers.join(" "))
    };
    format!("{names}\n{}{}", row(0), row(10))
}

#[test]
fn every_program_s_pressures_and_volumes_are_found() {
    for name in [
        "v_press",
        "v_pr",
        "c_thermo_press",
        "Press",
        "press",
        "c_Press",
        "Pressure",
        "a.b.pressure",
    ] {
        let found = table(&rows(&format!("# TimeStep v_pe {name} v_te")));
        assert_eq!(found.pressure, Some(vec![2.5, 12.5]), "{name}");
        assert_eq!(found.temperature, Some(vec![3.5, 13.5]), "{name}");
    }
    for name in ["v_vol", "v_volume", "Volume", "Vol", "VOLUME"] {
        let found = table(&rows(&format!("# TimeStep v_pe v_te {name}")));
        assert_eq!(found.volume, Some(vec![3.5, 13.5]), "{name}");
    }
    // Variables of any meaning, averages, components and other quantities are none.
    for name in [
        "v_p",
        "PRESSAVG",
        "Pxx",
        "Pres-XX",
        "v_pr[1]",
        "v_pe2",
        "Pressure_2",
    ] {
        let found = table(&rows(&format!("# TimeStep v_pe {name}")));
        assert_eq!((&found.pressure, &found.notes.len()), (&None, &0), "{name}");
    }
    // Two of them are not chosen between.
    assert_eq!(
        table(&rows("# TimeStep v_pe a.pressure b.pressure")).pressure,
        None
    );
    let by_name = EnergyReader::new().pressure("b.pressure").volume(2);
    let found = read(&by_name, &rows("# TimeStep v_pe a.pressure b.pressure"), "x.dat").unwrap();
    assert_eq!((found.pressure.unwrap()[0], found.volume.unwrap()[0]), (3.5, 2.5));
}

#[test]
fn logs_of_lammps_have_them_too() {
    let log = "LAMMPS (2 Aug 2023)\nStep PotEng Temp Press Volume\n 0 -1 1 5.5 100\n 10 -2 1 6.5 100\n 20 -3 1 7.5 100\n\
               Loop time of 1 on 1 procs for 20 steps with 100 atoms\n";
    let found = read(&EnergyReader::new(), log, "log.lammps").unwrap();
    assert!(found.is_log);
    assert_eq!(found.pressure, Some(vec![5.5, 6.5, 7.5]));
    assert_eq!(found.volume, Some(vec![100.0; 3]));
    let run = found.into_series(0.005, 100, EnergyKind::Total).unwrap();
    assert_eq!(run.pressures(), Some(&[5.5, 6.5, 7.5][..]));
    let later = run.discard(1).unwrap();
    assert_eq!(
        (later.pressures(), later.volumes()),
        (Some(&[6.5, 7.5][..]), Some(&[100.0, 100.0][..]))
    );
}

/// A pressure that nobody asked for never makes a file unreadable.
#[test]
fn a_column_with_gaps_is_left_out_unless_it_is_asked_for() {
    let text = "# TimeStep v_pe v_pr\n0 -1 5\n10 -2 nan\n20 -3 -\n";
    let found = table(text);
    assert_eq!((found.len(), &found.pressure), (3, &None));
    let notes: Vec<String> = found.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        ["the pressure column is left out: it has no number in row 2"]
    );
    assert_eq!(
        read(&EnergyReader::new().pressure("v_pr"), text, "x.dat").unwrap_err(),
        "x.dat:3: `nan` in column v_pr, expected a finite number"
    );
    assert_eq!(
        read(&EnergyReader::new().pressure("press"), text, "x.dat").unwrap_err(),
        "x.dat:1: no column for the pressure, expected press, found TimeStep, v_pe, v_pr"
    );
    // A step that is written twice counts once, whatever became of its pressure.
    let twice = "# TimeStep v_pe v_pr\n0 -1 5\n10 -2 6\n10 -2 6.5\n20 -3 7\n";
    assert_eq!(table(twice).pressure, Some(vec![5.0, 6.0, 7.0]));
}

#[test]
fn units_behind_names_and_of_programs_are_converted() {
    let csv = "#\"Step\",\"Potential Energy (kJ/mole)\",\"Temperature (K)\",\"Box Volume (nm^3)\",\"Pressure (bar)\"\n\
               0,-100,300,8,1013.25\n10,-101,301,8,2026.5\n";
    let real = table(csv).in_units(Units::REAL).unwrap();
    let pressure = real.pressure.unwrap();
    assert!((pressure[0] - 1000.0).abs() < 1e-9 && (pressure[1] - 2000.0).abs() < 1e-9);
    assert!((real.volume.unwrap()[0] - 8000.0).abs() < 1e-9);
    let said: Vec<String> = real.notes.iter().map(ToString::to_string).collect();
    assert!(
        said.iter()
            .any(|note| note.starts_with("pressures are converted from bar to atm")),
        "{said:?}"
    );
    // As LAMMPS prints them: in the unit of the system.
    let plain = table(&rows("# TimeStep v_pe v_te v_pr"))
        .in_units(Units::REAL)
        .unwrap();
    assert_eq!((plain.pressure, plain.notes.len()), (Some(vec![3.5, 13.5]), 0));
    // HOOMD-blue has energies per volume: 1 kJ/mol/nm^3 is 16.6 bar.
    let hoomd = rows("timestep potential_energy kinetic_temperature pressure");
    let gromacs = table(&hoomd).in_units(Units::GROMACS).unwrap();
    assert!((gromacs.pressure.unwrap()[0] / (3.5 * 16.605_390_67) - 1.0).abs() < 1e-8);
    assert_eq!(
        table(&hoomd).in_units(Units::LJ).unwrap().pressure,
        Some(vec![3.5, 13.5])
    );
    // GROMACS: bar and nm.
    let xvg = "@    title \"GROMACS Energies\"\n@    xaxis  label \"Time (ps)\"\n\
               @    yaxis  label \"(kJ/mol), (K), (bar)\"\n@TYPE xy\n@ s0 legend \"Potential\"\n@ s1 legend \"Temperature\"\n\
               @ s2 legend \"Pressure\"\n0.0 -100 300 10\n0.5 -101 301 20\n1.0 -102 299 30\n";
    let found = table(xvg);
    assert_eq!(
        (found.pressure_unit, found.volume_unit),
        (Some("bar"), Some("nm"))
    );
    let metal = found.in_units(Units::METAL).unwrap();
    assert_eq!(metal.pressure, Some(vec![10.0, 20.0, 30.0]));
    // NAMD: bar, where `real` has atmospheres.
    let namd = "ETITLE:      TS           POTENTIAL           TEMP     PRESSURE   GPRESSURE   VOLUME  PRESSAVG\n\
                ENERGY:       0   -10   300    1013.25   1   8000  2\nENERGY:      10   -11   300    2026.5   1   8000  2\n";
    let real = table(namd).in_units(Units::REAL).unwrap();
    assert!((real.pressure.unwrap()[1] - 2000.0).abs() < 1e-9);
    assert_eq!(real.volume, Some(vec![8000.0, 8000.0]));
}

/// What nothing converts is left out, with a note.
#[test]
fn pressures_of_unknown_units_are_left_out() {
    let left_out = |table: EnergyTable, units: Units| {
        let found = table.in_units(units).unwrap();
        assert_eq!(found.pressure, None);
        let why = found.notes.into_iter().find_map(|note| match note {
            Note::LeftOut { quantity, why } => Some(format!("{quantity}: {why}")),
            _ => None,
        });
        why.expect("a note")
    };
    let bar = table("# step,pe,pressure (bar)\n0,-1,2\n10,-2,3\n");
    assert_eq!(
        left_out(bar, Units::LJ),
        "pressure: it is in bar, expected epsilon/sigma^3, to which nothing converts"
    );
    let no_unit = table("# step,pe [kJ/mol],press\n0,-1,2\n10,-2,3\n");
    assert_eq!(
        left_out(no_unit, Units::METAL),
        "pressure: its unit is not known, expected bar"
    );
    // An unknown unit: nothing unless it is asked for.
    let psi = "# step,pe,pressure (psi)\n0,-1,2\n10,-2,3\n";
    assert_eq!(table(psi).pressure, None);
    assert_eq!(
        read(&EnergyReader::new().pressure("pressure (psi)"), psi, "x.dat").unwrap_err(),
        "x.dat:1: `pressure (psi)` has the unit `psi`, expected bar, atm, Pa, kPa, MPa or GPa, or the column chosen by its number"
    );
}

#[test]
fn pieces_keep_what_all_of_them_have() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let a = file("a.dat", "# TimeStep v_pe v_pr\n0 -1 5\n10 -2 6\n");
    let b = file("b.dat", "# TimeStep v_pe v_pr\n10 -2 6\n20 -3 7\n");
    let c = file("c.dat", "# TimeStep v_pe\n30 -4\n40 -5\n");
    let read = |files: &[&std::path::PathBuf]| EnergyReader::new().read_pieces(files).unwrap();
    assert_eq!(read(&[&a, &b]).pressure, Some(vec![5.0, 6.0, 7.0]));
    let without = read(&[&a, &b, &c]);
    assert_eq!((without.len(), &without.pressure), (5, &None));
    let left_out = |note: &Note| {
        matches!(
            note,
            Note::LeftOut {
                quantity: "pressure",
                ..
            }
        )
    };
    assert!(without.notes.iter().any(left_out), "{:?}", without.notes);
}

#[test]
fn series_refuse_columns_that_do_not_fit() {
    let series = || {
        let sampling = Sampling::new(1, 1.0).unwrap();
        EnergySeries::new(vec![1.0, 2.0], sampling, 1, EnergyKind::Total).unwrap()
    };
    let pressures = |column: Vec<f64>| series().with_pressures(column).unwrap_err().to_string();
    assert_eq!(pressures(vec![1.0]), "1 pressures, expected 2, one per energy");
    assert_eq!(
        pressures(vec![1.0, f64::INFINITY]),
        "pressure 1 is inf, expected a finite number of at most 1e60 in size"
    );
    assert!(series().with_pressures(vec![-1.0, 0.0]).is_ok());
    let volumes = |column: Vec<f64>| series().with_volumes(column).unwrap_err().to_string();
    assert_eq!(
        volumes(vec![1.0, 0.0]),
        "volume 0, expected a positive finite number"
    );
    assert_eq!(
        volumes(vec![1.0, 1.0, 1.0]),
        "3 volumes, expected 2, one per energy"
    );
}
