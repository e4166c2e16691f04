//! Columns of total energies in files of energies.

use msed::io::{EnergyReader, EnergyTable, LogRun, Note, Overlap, RunChoice};
use msed::{EnergyKind, EnergySeries, Sampling, Units};

fn read(reader: &EnergyReader, text: &str, name: &str) -> Result<EnergyTable, String> {
    reader
        .read_from(text.as_bytes(), name)
        .map_err(|error| error.to_string())
}

fn table(text: &str) -> EnergyTable {
    read(&EnergyReader::new().with_total(), text, "x.dat").unwrap()
}

fn shipped(path: &str) -> EnergyTable {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    EnergyReader::new().with_total().read(path).unwrap()
}

/// Whether a total energy was left out, and why.
fn left_out(table: &EnergyTable) -> Option<String> {
    table.notes.iter().find_map(|note| match note {
        Note::LeftOut {
            quantity: "total energy",
            why,
        } => Some(why.clone()),
        _ => None,
    })
}

#[test]
fn every_program_s_total_energies_are_found_in_its_files() {
    for (path, name, first, rows) in [
        ("tests/data/engines/argon.xvg", "Total Energy", -831.798_950, 1001),
        (
            "tests/data/engines/argon.csv.gz",
            "Total Energy (kJ/mole)",
            -881.808_534_953_774_4,
            1000,
        ),
        ("tests/data/engines/copper.log", "Etot[eV]", 17.1492, 501),
        ("tests/data/engines/copper_peratom.log", "Etot/N[eV]", 0.5359, 501),
        ("data/logs/one.lammps", "TotEng", -4515.8519, 0),
        ("data/logs/custom.lammps", "TotEng", -4515.8519, 0),
        ("data/logs/customyaml.lammps", "TotEng", -4_515.851_944_240_41, 0),
        ("data/logs/multi.lammps", "TotEng", -4515.8519, 0),
        ("tests/data/water/energy.xvg.gz", "Total Energy", 0.0, 0),
        ("data/kob-andersen/T0.800/energy.dat.gz", "v_e", 0.0, 0),
    ] {
        let found = shipped(path);
        assert_eq!(found.total_name.as_deref(), Some(name), "{path}");
        let total = found.total.as_deref().expect(path);
        assert_eq!(total.len(), found.len(), "{path}");
        if first != 0.0 {
            assert_eq!(total[0], first, "{path}");
        }
        if rows > 0 {
            assert_eq!(found.len(), rows, "{path}");
        }
        // What it has beyond the potential energy is twice the kinetic energy of a degree of
        // freedom, k T, times half of their number, at each row alike.
        let temperatures = found.temperature.as_deref().expect(path);
        let ratio = |row: usize| (total[row] - found.potential[row]) / temperatures[row];
        for row in (0..found.len()).step_by(7) {
            assert!((ratio(row) / ratio(0) - 1.0).abs() < 2e-3, "{path}: row {row}");
        }
        assert_eq!(left_out(&found), None, "{path}");
    }
    // What CP2K conserves holds the share of its thermostat.
    assert_eq!(shipped("tests/data/engines/argon-1.ener.gz").total, None);
    assert_eq!(shipped("tests/data/thermostats/nve.dat.gz").total, None);
}

#[test]
fn names_of_other_quantities_are_none() {
    let rows = |name: &str| format!("# TimeStep v_pe {name}\n0 -2 -1\n10 -3 -1\n");
    for name in [
        "v_etotal", "v_etot", "c_etot", "v_e", "TotEng", "etotal", "E_tot", "e_total", "TOTAL",
    ] {
        assert_eq!(table(&rows(name)).total, Some(vec![-1.0, -1.0]), "{name}");
    }
    for name in [
        "Econserve",
        "total",
        "Total",
        "E",
        "e",
        "v_etotal[1]",
        "etotal2",
        "v_ke",
        "TotalPressure",
    ] {
        let found = table(&rows(name));
        assert_eq!(
            (&found.total, &found.total_name, found.notes.len()),
            (&None, &None, 0),
            "{name}"
        );
    }
    let namd = "ETITLE:      TS       BOND      KINETIC     TOTAL     TEMP     POTENTIAL     TOTAL3\n\
                ENERGY:       0     1.0     30.0     -70.0      100.0     -100.0     -71.0\n\
                ENERGY:      10     1.0     33.0     -70.5      110.0     -103.5     -71.0\n";
    assert_eq!(table(namd).total, Some(vec![-70.0, -70.5]));
    // Two of them are not chosen between.
    let two = table("# TimeStep v_pe a.etotal b.etotal\n0 -2 -1 -1\n10 -3 -1 -1\n");
    assert_eq!((two.total, two.notes.len()), (None, 0));
    let gromacs = "@    title \"GROMACS Energies\"\n@ s0 legend \"Potential\"\n@ s1 legend \"Conserved En.\"\n\
                   0.0 -2.0 -1.0\n1.0 -3.0 -1.0\n";
    assert_eq!(table(gromacs).total, None);
}

#[test]
fn a_total_energy_is_in_the_unit_of_the_potential_energy() {
    let text = |total: &str| format!("step,epot [eV],{total}\n0,-2,-1\n10,-3,-1\n");
    assert_eq!(table(&text("etot [eV]")).total, Some(vec![-1.0, -1.0]));
    for other in ["etot [kJ/mol]", "etot", "etot [eV/atom]"] {
        let found = table(&text(other));
        assert_eq!(found.total, None, "{other}");
        let why = format!("`{other}` is not in the unit of the potential energy, `epot [eV]`");
        assert_eq!(left_out(&found), Some(why.clone()));
        // Asked for, it is an error, unless by its number, which says nothing of units.
        assert_eq!(
            read(&EnergyReader::new().total(other), &text(other), "x.csv").unwrap_err(),
            format!("x.csv:1: {why}")
        );
        let by_number = read(&EnergyReader::new().total(2), &text(other), "x.csv").unwrap();
        assert_eq!(by_number.total, Some(vec![-1.0, -1.0]));
    }
    let kj = table(&text("etot [eV]")).in_units(Units::GROMACS).unwrap();
    assert!((kj.total.unwrap()[1] + 96.485_332_1).abs() < 1e-6);
    assert_eq!(kj.notes.len(), 1, "one conversion: {:?}", kj.notes);
    let real = shipped("tests/data/engines/argon.csv.gz")
        .in_units(Units::REAL)
        .unwrap();
    assert!((real.total.unwrap()[0] + 881.808_534_953_774_4 / 4.184).abs() < 1e-9);
}

/// A column beside an energy that the caller chose, which may be a part of the potential energy.
#[test]
fn a_chosen_energy_has_no_total_energy_but_a_chosen_one() {
    let text = "# TimeStep v_pe v_lj v_etotal\n0 -2 -3 -1\n10 -3 -4 -1\n";
    let total = |reader: EnergyReader| read(&reader, text, "x.dat").unwrap().total;
    assert!(total(EnergyReader::new().with_total()).is_some());
    assert!(total(EnergyReader::new().with_total().energy("v_pe")).is_some());
    assert!(total(EnergyReader::new().with_total().energy(1)).is_some());
    assert_eq!(total(EnergyReader::new().with_total().energy("v_lj")), None);
    assert!(total(EnergyReader::new().energy("v_lj").total("v_etotal")).is_some());
    assert_eq!(total(EnergyReader::new()), None);
    assert_eq!(total(EnergyReader::new().with_total().energy("v_etotal")), None);
    assert_eq!(
        read(&EnergyReader::new().total("v_pe"), text, "x.dat").unwrap_err(),
        "x.dat:1: no column for the total energy, expected another column than the potential energy's, found TimeStep, v_pe, v_lj, \
         v_etotal"
    );
    assert_eq!(
        read(&EnergyReader::new().total("TotEng"), text, "x.dat").unwrap_err(),
        "x.dat:1: no column for the total energy, expected TotEng, found TimeStep, v_pe, v_lj, v_etotal"
    );
}

#[test]
fn a_total_energy_that_nobody_asked_for_never_makes_a_file_unreadable() {
    let text = "# TimeStep v_pe v_etotal\n0 -2 -1\n10 -3 nan\n20 -4 -1\n";
    let found = table(text);
    assert_eq!((found.len(), &found.total), (3, &None));
    assert_eq!(left_out(&found).as_deref(), Some("it has no number in row 2"));
    assert_eq!(
        read(&EnergyReader::new().total("v_etotal"), text, "x.dat").unwrap_err(),
        "x.dat:3: `nan` in column v_etotal, expected a finite number"
    );
    // A step that is written twice counts once, whatever velocities it got.
    let twice = "# TimeStep v_pe v_etotal\n0 -2 -1\n10 -3 -1\n10 -3 -7\n20 -4 -1\n";
    assert_eq!(table(twice).total, Some(vec![-1.0; 3]));
}

#[test]
fn runs_and_pieces_keep_their_total_energies() {
    let log = shipped("data/logs/custom.lammps");
    let runs: Vec<LogRun> = EnergyReader::new().log_runs("data/logs/custom.lammps").unwrap();
    assert_eq!(log.total.as_ref().map(Vec::len), Some(51));
    let second = EnergyReader::new().with_total().log_run(RunChoice::Number(2));
    let second = second.read("data/logs/custom.lammps").unwrap();
    assert_eq!(second.total.unwrap().len(), runs[1].rows - 2);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let a = file("a.dat", "# TimeStep v_pe v_etotal\n0 -2 5\n10 -3 6\n");
    let b = file("b.dat", "# TimeStep v_pe v_etotal\n10 -3 6\n20 -4 7\n");
    let c = file("c.dat", "# TimeStep v_pe\n30 -4\n40 -5\n");
    let d = file("d.dat", "# TimeStep v_pe v_etotal\n10 -3 8\n20 -4 9\n30 -5 10\n");
    let reader = EnergyReader::new().with_total().overlap(Overlap::Later);
    let read = |files: &[&std::path::PathBuf]| reader.read_pieces(files).unwrap();
    assert_eq!(read(&[&a, &b]).total, Some(vec![5.0, 6.0, 7.0]));
    assert_eq!(read(&[&a, &b, &d]).total, Some(vec![5.0, 8.0, 9.0, 10.0]));
    let without = read(&[&a, &b, &c]);
    assert_eq!((without.len(), &without.total), (5, &None));
    assert_eq!(
        left_out(&without).map(|why| why.ends_with("c.dat has none in the same unit")),
        Some(true)
    );
}

#[test]
fn series_carry_total_energies() {
    let table = table("# TimeStep v_pe v_te v_etotal\n0 -2 1 -1\n10 -3 1.5 -2\n20 -4 2 -3\n");
    let run = table.series(0.1, 1, EnergyKind::Total).unwrap();
    assert_eq!(run.total_energies(), Some(&[-1.0, -2.0, -3.0][..]));
    assert_eq!(run.discard(1).unwrap().total_energies(), Some(&[-2.0, -3.0][..]));
    let run = table.into_series(0.1, 1, EnergyKind::Total).unwrap();
    assert_eq!(run.total_energies(), Some(&[-1.0, -2.0, -3.0][..]));
    let series = || {
        let sampling = Sampling::new(1, 1.0).unwrap();
        EnergySeries::new(vec![1.0, 2.0], sampling, 1, EnergyKind::Total).unwrap()
    };
    let refused = |column: Vec<f64>| series().with_total_energies(column).unwrap_err().to_string();
    assert_eq!(refused(vec![1.0]), "1 totals, expected 2, one per energy");
    assert_eq!(
        refused(vec![1.0, f64::INFINITY]),
        "total 1 is inf, expected a finite number of at most 1e60 in size"
    );
    assert_eq!(series().total_energies(), None);
}
