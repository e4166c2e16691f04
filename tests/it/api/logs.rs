//! The runs of logs, one by one and joined, and one run in several files.

use msed::io::{
    Column, EnergyReader, EnergyTable, Fault, Note, Overlap, Place, ReadError, RunChoice, energies,
};

fn file(name: &str) -> String {
    format!("tests/data/lammps/{name}")
}

fn read(text: &str) -> Result<EnergyTable, ReadError> {
    EnergyReader::new().read_from(text.as_bytes(), "x.log")
}

fn run(name: &str, choice: RunChoice) -> Result<EnergyTable, ReadError> {
    EnergyReader::new().log_run(choice).read(file(name))
}

/// Rows, first step and spacing.
fn shape(table: &EnergyTable) -> (usize, u64, u64) {
    (table.len(), table.first_step, table.stride)
}

/// The numbers of the runs that were taken.
fn taken(table: &EnergyTable) -> Vec<usize> {
    let taken = table.notes.iter().find_map(|note| match note {
        Note::Runs { taken, .. } => Some(taken.clone()),
        _ => None,
    });
    taken.unwrap_or_default()
}

/// A run of a log: rows `step temperature energy` below a header.
fn output(header: &str, rows: &[(u64, f64)], atoms: usize) -> String {
    let rows: String = rows
        .iter()
        .map(|(step, energy)| format!("{step:10}   0.71   {energy:.4}\n"))
        .collect();
    let end = format!("Loop time of 0.5 on 1 procs for 100 steps with {atoms} atoms\n\n");
    format!("Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes\n{header}\n{rows}{end}")
}

const HEADER: &str = "   Step          Temp          PotEng";

fn rows(steps: impl Iterator<Item = u64>) -> Vec<(u64, f64)> {
    steps
        .map(|step| (step, -690.0 + (step as f64 * 0.3).sin()))
        .collect()
}

#[test]
fn of_runs_with_other_columns_the_last_is_taken() {
    for name in ["styles.log", "styles_noE.log"] {
        let table = energies(file(name)).unwrap();
        assert_eq!(shape(&table), (21, 100, 10), "{name}");
        assert_eq!(
            (table.potential_name.as_str(), table.potential[0]),
            ("PotEng", -687.1011)
        );
        assert_eq!(taken(&table), [2], "{name}");
        let note = table.notes[0].to_string();
        for part in [
            "run 2 of 2",
            "steps 0 to 100, 11 rows",
            "steps 100 to 300, 21 rows",
        ] {
            assert!(note.contains(part), "{note}");
        }
    }
    let first = run("styles.log", RunChoice::Number(1)).unwrap();
    assert_eq!(
        (shape(&first), first.potential_name.as_str()),
        ((11, 0, 10), "E_pair + E_mol")
    );
    let error = run("styles_noE.log", RunChoice::Number(1)).unwrap_err();
    assert_eq!(error.place, Place::Line(3));
    let message = error.to_string();
    assert!(
        message.contains("run 1 makes no series: no column for the potential energy"),
        "{message}"
    );
    assert!(
        message.contains("`log_run` chooses another run: run 2 (line 18"),
        "{message}"
    );
    let error = run("styles.log", RunChoice::Number(3)).unwrap_err().to_string();
    assert!(error.contains("run 3 is asked for, expected 1 to 2"), "{error}");
    let runs = EnergyReader::new().log_runs(file("styles_noE.log")).unwrap();
    assert_eq!(
        (runs[0].steps, runs[0].rows, runs[0].mean_energy),
        (Some((0, 100)), 11, None)
    );
    assert_eq!(runs[0].columns, ["Step", "Temp", "Press"]);
    let mean = runs[1].mean_energy.unwrap();
    assert!((mean + 689.716).abs() < 1e-3, "{mean}");
    assert!(matches!(
        EnergyReader::new()
            .log_runs("data/sample/energy.dat")
            .unwrap_err()
            .fault,
        Fault::Format(_)
    ));
}

#[test]
fn a_log_says_units_time_step_and_atoms() {
    let first = output(HEADER, &rows((0..=50).step_by(10)), 100);
    let second = output(HEADER, &rows((50..=100).step_by(10)), 100);
    let echoed = "units lj\ntimestep ${dt}\ntimestep 0.005\n";
    let read_runs = |text: &str| {
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(path.path(), text).unwrap();
        EnergyReader::new().log_runs(path.path()).unwrap()
    };
    let runs = read_runs(&format!("{echoed}{first}{second}"));
    assert_eq!(
        (runs[0].units, runs[0].time_step, runs[0].particles),
        (Some("lj"), Some(0.005), Some(100))
    );
    assert_eq!(runs[1].apart, None);
    let printed = "Unit style    : real\nTime step     : 2\n";
    let runs = read_runs(&format!("{printed}{first}"));
    assert_eq!((runs[0].units, runs[0].time_step), (Some("real"), Some(2.0)));
    let changed = format!("{echoed}{first}timestep 0.002\n{second}");
    let apart = read_runs(&changed)[1].apart.clone();
    assert_eq!(apart.as_deref(), Some("a time step of 0.002, before 0.005"));
    assert_eq!(shape(&read(&changed).unwrap()), (6, 50, 10));
}

#[test]
fn runs_whose_normalisation_or_spacing_differs_are_not_joined() {
    let norm = energies(file("norm.log")).unwrap();
    assert_eq!((shape(&norm), norm.potential[0]), ((21, 200, 10), -691.746595));
    let note = norm.notes[0].to_string();
    assert!(
        note.contains("apart: the energy of step 200 is -691.747, before -6.91747"),
        "{note}"
    );
    let interval = energies(file("interval.log")).unwrap();
    assert_eq!(shape(&interval), (51, 1000, 10));
    let note = interval.notes[0].to_string();
    assert!(
        note.contains("apart: rows every 10 steps, before every 100"),
        "{note}"
    );
    assert_eq!(
        shape(&run("interval.log", RunChoice::Number(1)).unwrap()),
        (11, 0, 100)
    );
}

#[test]
fn runs_that_continue_each_other_are_joined_and_listed() {
    let (one, two) = (rows((0..=100).step_by(10)), rows((100..=200).step_by(10)));
    let log = format!(
        "LAMMPS (29 Aug 2024)\n{}{}",
        output(HEADER, &one, 100),
        output(HEADER, &two, 100)
    );
    let table = read(&log).unwrap();
    assert_eq!((shape(&table), taken(&table)), ((21, 0, 10), vec![1, 2]));
    let note = table.notes[0].to_string();
    assert!(
        note.starts_with("2 runs, 1 to 2 of 2, are joined (option `log_run`): run 1 (line 3, steps 0 to 100")
    );
    assert!(
        note.contains("mean energy -690.04") && note.contains("mean temperature 0.71"),
        "{note}"
    );
    let last = EnergyReader::new().log_run(RunChoice::Last);
    assert_eq!(
        shape(&last.read_from(log.as_bytes(), "x").unwrap()),
        (11, 100, 10)
    );
    // One digit of the last place is the order of a sum; more is another series.
    let at = log.rfind("  100   0.71").unwrap();
    let with = |energy: &str| {
        let end = at + log[at..].find('\n').unwrap();
        read(&format!("{}  100   0.71   {energy}{}", &log[..at], &log[end..])).unwrap()
    };
    let energy = one[10].1;
    assert_eq!(shape(&with(&format!("{:.4}", energy + 1e-4))), (21, 0, 10));
    assert_eq!(shape(&with(&format!("{:.4}", energy + 3e-4))), (11, 100, 10));
    // Steps without one in common, another time step, another number of atoms.
    for (part, reason) in [
        (
            output(HEADER, &rows((110..=200).step_by(10)), 100),
            "no step in common, step 110 after 100",
        ),
        (
            format!("  Time step     : 0.001\n{}", output(HEADER, &two, 100)),
            "a time step of 0.001, before 0.005",
        ),
        (output(HEADER, &two, 99), "99 atoms, before 100"),
    ] {
        let text = format!(
            "LAMMPS (2024)\n  Time step     : 0.005\n{}{part}",
            output(HEADER, &one, 100)
        );
        let table = read(&text).unwrap();
        assert_eq!(taken(&table), [2], "{reason}");
        assert!(
            table.notes[0].to_string().contains(&format!("apart: {reason})")),
            "{:?}",
            table.notes
        );
    }
}

#[test]
fn a_log_is_known_by_its_structure() {
    assert_eq!(shape(&energies(file("banner4.log")).unwrap()), (21, 1000, 10));
    let log = format!(
        "LAMMPS (2024)\n{}",
        output(HEADER, &rows((0..=50).step_by(10)), 10)
    );
    for before in [
        "# a comment of four words\n# 1 2 3 4\n",
        "\n\n\n",
        "Primary job  terminating 3 4 5\n-------\n",
        "12345 67\n1 2 3\nsrun: job 12345 queued and waiting for resources\n",
        "WARNING: There was an error initializing an OpenFabrics device.\n\n  Local host:   node 17\n",
        "Step one two three\nwe load modules\n",
    ] {
        for log in [&log, &log.replace("LAMMPS (2024)\n", "")] {
            let table = read(&format!("{before}{log}")).unwrap();
            assert_eq!(
                (shape(&table), table.particles),
                ((6, 0, 10), Some(10)),
                "{before}"
            );
            let dos = format!("{before}{log}").replace('\n', "\r\n");
            assert_eq!(shape(&read(&dos).unwrap()), (6, 0, 10), "{before}");
        }
    }
}

#[test]
fn any_column_can_be_the_step() {
    let error = energies(file("colname.log")).unwrap_err();
    assert_eq!(error.place, Place::Line(3));
    assert!(
        error
            .to_string()
            .ends_with("no column for the step, expected TimeStep or Step, found Timestep, Temp, PotEng")
    );
    for column in [Column::from("Timestep"), Column::from(0)] {
        let table = EnergyReader::new()
            .step(column)
            .read(file("colname.log"))
            .unwrap();
        assert_eq!((shape(&table), table.potential[0]), ((21, 0, 10), -687.1011));
    }
    let table = EnergyReader::new()
        .step("Timestep")
        .energy("Temp")
        .temperature(2)
        .read(file("colname.log"))
        .unwrap();
    assert_eq!(
        (table.potential[0], table.temperature.unwrap()[0]),
        (0.71288, -687.1011)
    );
    // In any place.
    let header = "Temp PotEng Schritt";
    let rows: String = (0..21)
        .map(|k| format!("0.71 -690.{k:02} {}\n", 10 * k))
        .collect();
    let log = format!("LAMMPS (2024)\n{}", output(header, &[], 100))
        .replace("Schritt\n", &format!("Schritt\n{rows}"));
    let error = read(&log).unwrap_err();
    assert_eq!(error.place, Place::Line(3));
    assert!(
        error
            .to_string()
            .ends_with("expected TimeStep or Step, found Temp, PotEng, Schritt"),
        "{error}"
    );
    let named = EnergyReader::new()
        .step("Schritt")
        .read_from(log.as_bytes(), "x")
        .unwrap();
    assert_eq!((shape(&named), named.potential[20]), ((21, 0, 10), -690.2));
    let usual = read(&log.replace("Schritt", "Step")).unwrap();
    assert_eq!((shape(&usual), &usual.potential), ((21, 0, 10), &named.potential));
    // Without the line that announces the header.
    let log = std::fs::read_to_string(file("colname.log")).unwrap();
    let bare = log.replace("Per MPI", "Some");
    let table = EnergyReader::new()
        .step("Timestep")
        .read_from(bare.as_bytes(), "x");
    assert_eq!(shape(&table.unwrap()), (21, 0, 10));
}

#[test]
fn names_end_at_white_space_only() {
    let table = energies(file("twodim.log")).unwrap();
    assert_eq!(
        (shape(&table), table.potential_name.as_str()),
        ((21, 0, 10), "PotEng")
    );
    let kept = EnergyReader::new()
        .keep("c_rdf[5][2]")
        .read(file("twodim.log"))
        .unwrap();
    assert!(
        kept.column("c_rdf[5][2]")
            .unwrap()
            .iter()
            .all(|&value| value == 1.3)
    );
    let ase = EnergyReader::new()
        .without_steps()
        .energy("Epot[eV]")
        .read(file("ase_md.log"))
        .unwrap();
    assert_eq!((ase.len(), ase.potential[0]), (4, -50.122));
    let yaml = "LAMMPS\n---\nkeywords: ['Step', 'c_rdf[5][2]', 'PotEng', ]\ndata:\n  - [0, 1, -2, ]\n  - [5, 1, -3, ]\n...\nLoop time of 1\n";
    let kept = EnergyReader::new()
        .keep("c_rdf[5][2]")
        .read_from(yaml.as_bytes(), "x")
        .unwrap();
    assert_eq!(
        (&kept.potential[..], kept.column("c_rdf[5][2]").unwrap()),
        (&[-2.0, -3.0][..], &[1.0, 1.0][..])
    );
}

#[test]
fn what_others_print_between_rows_is_no_row() {
    let table = energies(file("shake_old.log")).unwrap();
    assert_eq!((shape(&table), &table.notes[..]), ((21, 0, 10), &[][..]));
    let log = format!(
        "LAMMPS (2024)\n{}",
        output(HEADER, &rows((0..=100).step_by(10)), 10)
    );
    let at = log.find("        50 ").unwrap();
    for (text, said) in [
        (
            "SHAKE stats (type/ave/delta/count) on step 50\nBond:   4   0.957206   1.22128e-06   2016\nAngle:  31   104.52\n",
            0,
        ),
        (
            "SHAKE stats (type/ave/delta) on step 50\n  1 0.95 1e-6\n  2 1.09 1e-6\n  31 104.5 2e-4\n",
            0,
        ),
        (
            "colvars: Writing the state file at step 40 9.9\nPLUMED: ## STEP 40\n\n",
            0,
        ),
        (
            "RATTLE stats (type/ave/delta) on step 50\n  1 0.95 1e-6\n  99 104.5 2e-4\n",
            0,
        ),
        ("  0.25 17.5\n  0.5 3.25\n", 1),
        ("40 0.71\n", 1),
    ] {
        let table = read(&format!("{}{text}{}", &log[..at], &log[at..])).unwrap();
        assert_eq!((shape(&table), table.notes.len()), ((11, 0, 10), said), "{text}");
    }
    // Types of angles above the first steps, before the spacing of the rows is known.
    let at = log.find("        10 ").unwrap();
    let stats = "SHAKE stats (type/ave/delta) on step 5\n  1 0.9572 1e-6\n  31 104.5 2e-4\n";
    let table = read(&format!("{}{stats}{}", &log[..at], &log[at..])).unwrap();
    assert_eq!((shape(&table), &table.notes[..]), ((11, 0, 10), &[][..]));
    // A row of the next step that lacks a number is a damaged row.
    let damaged = log.replace("        50   0.71", "        50");
    assert!(
        read(&damaged)
            .unwrap_err()
            .to_string()
            .starts_with("x.log:9: 2 columns, expected 3")
    );
}

#[test]
fn minimisations_and_errors_are_said() {
    let minimum = format!(
        "LAMMPS (2024)\n{}Minimization stats:\n  Stopping criterion = energy tolerance\n",
        output(HEADER, &rows((0..=30).step_by(10)), 10)
    );
    assert_eq!(
        read(&minimum).unwrap_err().to_string(),
        "x.log: 4 rows, all of minimisations, expected a run of molecular dynamics"
    );
    // One that was killed has no statistics.
    let killed = minimum.replace("LAMMPS (2024)\n", "LAMMPS (2024)\nminimize 1e-4 1e-6 100 1000\n");
    let killed = &killed[..killed.find("Loop").unwrap()];
    assert!(
        read(killed)
            .unwrap_err()
            .to_string()
            .contains("all of minimisations")
    );

    let good = output(HEADER, &rows((0..=50).step_by(10)), 10);
    let failed = "Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes\n   Step Temp PotEng\n\
                  ERROR on proc 0: Out of range atoms - cannot compute PPPM (src/pppm.cpp:1891)\nLast command: run 100\n";
    let both = format!("LAMMPS (2024)\n{good}{failed}");
    let table = read(&both).unwrap();
    assert_eq!((shape(&table), taken(&table)), ((6, 0, 10), vec![1]));
    let note = table.notes[0].to_string();
    assert!(
        note.contains("unusable: it stopped at line 14: `ERROR on proc 0: Out of range atoms"),
        "{note}"
    );
    let error = read(&format!("LAMMPS (2024)\n{failed}")).unwrap_err();
    assert_eq!(error.place, Place::Line(3));
    assert!(
        error
            .to_string()
            .contains("the run stopped at line 4, `ERROR on proc 0: Out of range"),
        "{error}"
    );
    let second = EnergyReader::new().log_run(RunChoice::Number(2));
    let error = second
        .read_from(both.as_bytes(), "x.log")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("x.log:13: run 2 makes no series: it stopped at line 14: `ERROR"),
        "{error}"
    );
}

#[test]
fn a_damaged_run_is_refused_and_others_can_be_chosen() {
    let one = output(HEADER, &rows((0..=50).step_by(10)), 10);
    let log = format!(
        "LAMMPS (2024)\n{one}{}",
        output(HEADER, &rows((50..=100).step_by(10)), 10)
    );
    let damaged = log.replace("        80   0.71", "        80   nan");
    let error = read(&damaged).unwrap_err();
    assert_eq!(error.place, Place::Line(17));
    let message = error.to_string();
    assert!(
        message.starts_with("x.log:17: `nan` in column Temp, expected a finite number; the option `log_run`")
    );
    let first = EnergyReader::new().log_run(RunChoice::Number(1));
    assert_eq!(
        shape(&first.read_from(damaged.as_bytes(), "x").unwrap()),
        (6, 0, 10)
    );
    let lost: String = log
        .lines()
        .filter(|line| !line.starts_with("        80 "))
        .map(|line| format!("{line}\n"))
        .collect();
    let message = read(&lost).unwrap_err().to_string();
    assert!(
        message.starts_with("x.log:17: step 90 after 70, expected 80"),
        "{message}"
    );
    // Damage before the last run leaves the last run, and is said.
    let early = log.replacen("        20   0.71", "        20   nan", 1);
    let table = read(&early).unwrap();
    assert_eq!((shape(&table), taken(&table)), ((6, 50, 10), vec![2]));
    assert!(
        table.notes[0]
            .to_string()
            .contains("unusable: line 6: `nan` in column Temp")
    );
}

#[test]
fn restarts_that_overlap_are_joined_on_request() {
    let killed = output(HEADER, &rows((0..=90).step_by(10)), 10);
    let killed = &killed[..killed.find("Loop").unwrap()];
    let log = format!(
        "LAMMPS (2024)\n{killed}LAMMPS (2024)\n{}",
        output(HEADER, &rows((50..=150).step_by(10)), 10)
    );
    let table = read(&log).unwrap();
    assert_eq!((shape(&table), taken(&table)), ((11, 50, 10), vec![2]));
    assert!(
        table.notes[0]
            .to_string()
            .contains("steps go back from 90 to 50; the option `overlap`"),
        "{:?}",
        table.notes
    );
    let later = EnergyReader::new().overlap(Overlap::Later);
    let table = later.read_from(log.as_bytes(), "x").unwrap();
    assert_eq!((shape(&table), taken(&table)), ((16, 0, 10), vec![1, 2]));
    assert!(
        table.notes.contains(&Note::Replaced { step: 50, rows: 5 }),
        "{:?}",
        table.notes
    );
    let expected: Vec<f64> = rows((0..=150).step_by(10))
        .iter()
        .map(|row| format!("{:.4}", row.1).parse().unwrap())
        .collect();
    assert_eq!(table.potential, expected);
    // A job that restarts from the same file as the one before it replaces it as a whole.
    let again = log.replacen("LAMMPS (2024)\n", &format!("LAMMPS (2024)\n{killed}"), 1);
    let twice = later.read_from(again.as_bytes(), "x").unwrap();
    assert_eq!((shape(&twice), twice.potential), ((16, 0, 10), expected));

    let columns = "# TimeStep v_pe\n0 -1.5\n10 -1.25\n20 -1.75\n30 -1.5\n20 -1.25\n30 -1\n40 -0.5\n";
    assert_eq!(
        read(columns).unwrap_err().to_string(),
        "x.log:6: step 20 after 30, expected a later one, or the option `overlap`, with which a later job replaces the \
         steps that it repeats"
    );
    let table = later.read_from(columns.as_bytes(), "x").unwrap();
    assert_eq!(table.potential, [-1.5, -1.25, -1.25, -1.0, -0.5]);
    assert_eq!(table.notes, [Note::Replaced { step: 20, rows: 2 }]);
    let rows: Vec<_> = later.stream_from(columns.as_bytes(), "x").unwrap().collect();
    assert_eq!(rows.len(), 5);
    assert!(
        rows[4]
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains("steps go back to 20, expected one series")
    );
}

#[test]
fn files_of_fix_ave_time_in_every_form() {
    let yaml = energies(file("ave.yaml")).unwrap();
    assert_eq!(
        (shape(&yaml), yaml.potential_name.as_str()),
        ((10, 0, 10), "v_pe")
    );
    assert_eq!(
        (yaml.potential[0], yaml.is_log, &yaml.notes[..]),
        (-6.82370207618728, false, &[][..])
    );
    let title = energies(file("title.dat")).unwrap();
    assert_eq!(
        (title.potential_name.as_str(), title.potential[1]),
        ("PotEng", -6.52605)
    );
    let vectors = energies(file("vec.dat")).unwrap_err();
    assert_eq!(vectors.place, Place::Line(2));
    assert!(
        vectors
            .to_string()
            .contains("vectors of `fix ave/time`, expected numbers: `mode scalar`")
    );
    let log = file("colname_minimize_yaml_multi.log");
    let table = energies(&log).unwrap();
    assert_eq!((shape(&table), taken(&table)), ((6, 160, 10), vec![4]));
    let third = EnergyReader::new()
        .log_run(RunChoice::Number(3))
        .read(&log)
        .unwrap();
    assert_eq!(
        (shape(&third), third.potential[0]),
        ((6, 110, 10), -6.82357843865289)
    );
    let first = EnergyReader::new()
        .step("Zeit")
        .log_run(RunChoice::Number(1))
        .read(&log)
        .unwrap();
    assert_eq!((shape(&first), first.potential[10]), ((11, 0, 10), -6.1640924));
}

#[test]
fn columns_have_no_runs_to_choose() {
    let first = EnergyReader::new().log_run(RunChoice::Number(1));
    let error = first.read(file("part1.dat")).unwrap_err().to_string();
    assert!(
        error.ends_with("part1.dat: columns, expected a log, of which to take run 1"),
        "{error}"
    );
}

#[test]
fn pieces_of_one_run_are_one_series() {
    let files = [file("part1.dat"), file("part2.dat")];
    let table = EnergyReader::new().read_pieces(&files).unwrap();
    let [one, two] = files.clone().map(|name| energies(name).unwrap());
    assert_eq!(shape(&table), (201, 0, 10));
    assert_eq!(
        table.potential,
        [&one.potential[..], &two.potential[1..]].concat()
    );
    assert!(two.continues(&one) && !one.continues(&two) && !one.continues(&one));
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let head = "# TimeStep v_pe\n";
    let a = write("a.dat", &format!("{head}0 -1.25\n10 -1.5\n20 -1.75\n"));
    let message = |rows: &str| {
        let b = write("b.dat", &format!("{head}{rows}"));
        let error = EnergyReader::new().read_pieces([&a, &b]).unwrap_err().to_string();
        error.replace(&format!("{}/", directory.path().display()), "")
    };
    assert_eq!(
        message("40 -1.5\n50 -1.5\n"),
        "b.dat: begins with step 40, expected 30 after step 20 of a.dat"
    );
    assert_eq!(
        message("20 -1.5\n30 -1.5\n"),
        "b.dat: step 20 has the energy -1.5, expected -1.75 as in a.dat"
    );
    assert_eq!(
        message("30 -1.5\n50 -1.5\n"),
        "b.dat: rows every 20 steps, expected every 10 as in a.dat"
    );
    assert_eq!(
        message("15 -1.5\n25 -1.5\n"),
        "b.dat: begins with step 15, which is none of the steps of a.dat"
    );
    let back = message("10 -1.5\n20 -1\n30 -2\n");
    assert!(back.starts_with(
        "b.dat: begins with step 10 and a.dat ends with step 20, expected later ones, or the option `overlap`"
    ));
    let later = EnergyReader::new().overlap(Overlap::Later);
    let table = later.read_pieces([&a, &directory.path().join("b.dat")]).unwrap();
    assert_eq!(
        (&table.potential[..], table.first_step),
        (&[-1.25, -1.5, -1.0, -2.0][..], 0)
    );
    assert!(
        table.notes[0]
            .to_string()
            .ends_with("a.dat: 2 rows from step 10 on are replaced by those of a later job")
    );
    let none: [&str; 0] = [];
    assert!(matches!(
        EnergyReader::new().read_pieces(none).unwrap_err().fault,
        Fault::TooShort(_)
    ));
}
