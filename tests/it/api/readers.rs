//! Readers of energies, on what LAMMPS wrote and on what it might have.

use std::io::Read;
use std::path::Path;

use msed::EnergyKind;
use msed::io::{EnergyReader, EnergyTable, Note, ReadError, energies};
use proptest::prelude::*;
use serde_json::Value;

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Numbers as the log has them, in decimal.
fn numbers(of: &Value) -> Vec<f64> {
    of.as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_str().unwrap().parse().unwrap())
        .collect()
}

fn read(text: &str) -> Result<EnergyTable, ReadError> {
    EnergyReader::new().read_from(text.as_bytes(), "x.dat")
}

/// The notes as a user sees them.
fn said(table: &EnergyTable) -> Vec<String> {
    table.notes.iter().map(Note::to_string).collect()
}

fn message(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn logs_of_every_style_give_what_they_hold() {
    let expected = json("tests/data/logs/expected.json");
    for style in ["one", "multi", "yaml", "custom", "customyaml"] {
        let table = energies(format!("data/logs/{style}.lammps")).unwrap();
        let expected = &expected[style];
        let steps: Vec<u64> = expected["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_u64().unwrap())
            .collect();
        assert_eq!(table.steps().collect::<Vec<_>>(), steps, "{style}");
        assert!(table.is_log);
        assert_eq!(
            table.left_out_rows(),
            expected["left_out"].as_array().unwrap().len(),
            "{style}"
        );
        assert_eq!(
            table.temperature.as_deref(),
            Some(&numbers(&expected["temperature"])[..]),
            "{style}"
        );
        let mut potential = numbers(&expected["potential"]);
        if style == "one" {
            let molecular = numbers(&expected["molecular"]);
            potential
                .iter_mut()
                .zip(molecular)
                .for_each(|(energy, molecular)| *energy += molecular);
            assert_eq!(table.potential_name, "E_pair + E_mol");
        } else {
            assert_eq!(table.potential_name, "PotEng");
        }
        assert_eq!(&table.potential[..], potential, "{style}");
        assert_eq!(table.particles, Some(1000));
        // Runs of 1025, 1000, 0 and 500 steps, the last in three pieces: the first step of five
        // runs repeats one, equal in the digits of all styles but YAML's fifteen, since the sum
        // over pairs is taken in another order.
        let [
            Note::Runs { taken, runs },
            Note::RepeatedSteps { rows: 5, difference },
            Note::OffGrid { rows: 5, stride: 50 },
        ] = &table.notes[..]
        else {
            panic!("{style}: {:?}", table.notes);
        };
        assert_eq!((&taken[..], runs.len()), (&[1, 2, 3, 4, 5, 6][..], 6), "{style}");
        assert!(
            *difference <= if style.ends_with("yaml") { 1e-10 } else { 0.0 },
            "{style}: {difference}"
        );
    }
}

#[test]
fn one_run_in_all_styles_is_one_table() {
    let steps: Vec<u64> = (0..=20).map(|k| k * 25).collect();
    let energy = |step: u64| -6014.3519 + (step as f64 * 0.37).sin() * 20.0;
    let temperature = |step: u64| 0.8 + (step as f64 * 0.11).cos() * 0.05;
    // In the widths and precisions of LAMMPS' own formats, energies rounded to the fewest digits of
    // any.
    let rounded = |x: f64| (x * 1e4).round() / 1e4;
    let row = |step: u64| (step, rounded(temperature(step)), rounded(energy(step)));
    let rows: Vec<_> = steps.iter().map(|&step| row(step)).collect();
    let begin =
        "LAMMPS (22 Jul 2025)\nthermo 25\nPer MPI rank memory allocation (min/avg/max) = 3 | 3 | 3 Mbytes\n";
    let end = "Loop time of 0.2 on 1 procs for 500 steps with 10 atoms\n\nTotal wall time: 0:00:05\n";
    let warning = "WARNING: Communication cutoff is 0. No ghost atoms. (src/comm.cpp:739)\n";

    let mut one = format!(
        "{begin}   Step          Temp          E_pair         E_mol          TotEng         Press     \n"
    );
    let mut custom = format!("{begin}   Step          Temp          PotEng     \n");
    let mut multi = begin.to_owned();
    let mut yaml = format!("{begin}---\nkeywords: ['Step', 'Temp', 'PotEng', ]\ndata:\n");
    let mut columns = "# Time-averaged data for fix p\n# TimeStep v_te v_pe\n".to_owned();
    let mut commas = "Step,Temp,PotEng\n".to_owned();
    let mut compute = "# TimeStep c_thermo_temp c_thermo_pe c_thermo_press\r\n".to_owned();
    for &(step, t, e) in &rows {
        one += &format!("{step:10}   {t:<12}  {e:<14}  0              -4515.8519      9.8136315    \n");
        custom += &format!("{step:10}   {t:<12}  {e:<14}\n");
        multi += &format!(
            "------------ Step {step:14} ----- CPU =    0.2200696 (sec) -------------\nTotEng   =     -4515.8519 \
             KinEng   =      1498.5000 Temp     = {t:14.4} \nPotEng   = {e:14.4} E_bond   =         0.0000 Press = 1.0\n"
        );
        yaml += &format!("  - [{step}, {t}, {e}, ]\n");
        columns += &format!("{step} {t:.9} {e:.9}\n");
        commas += &format!("{step},{t},{e}\n");
        compute += &format!("{step} {t:e} {e:e} 0\r\n");
        if step == 100 {
            for log in [&mut one, &mut custom, &mut multi, &mut yaml] {
                *log += warning;
            }
        }
    }
    yaml += "...\n";
    for log in [&mut one, &mut custom, &mut multi, &mut yaml] {
        *log += end;
    }

    for text in [one, custom, multi, yaml, columns, commas, compute] {
        let table = read(&text).unwrap();
        assert_eq!(table.steps().collect::<Vec<_>>(), steps, "{text}");
        assert_eq!(
            &table.potential[..],
            rows.iter().map(|row| row.2).collect::<Vec<_>>(),
            "{text}"
        );
        assert_eq!(
            table.temperature.as_deref().unwrap(),
            rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            "{text}"
        );
        assert!(table.notes.is_empty(), "{:?}", table.notes);
    }
}

#[test]
fn shipped_series_have_the_reference_moments() {
    for set in ["kob-andersen", "kob-andersen-nvt", "cuzr"] {
        let reference = json(&format!("data/{set}/reference/reference.json"));
        let system = &reference["system"];
        let particles = usize::try_from(system["particles"].as_u64().unwrap()).unwrap();
        for run in reference["runs"].as_array().unwrap() {
            let name = run["name"].as_str().unwrap();
            let expected = |key: &str| run["energy"][key].as_f64().unwrap();
            let table = energies(format!("data/{set}/{name}/energy.dat.gz")).unwrap();
            assert!(table.notes.is_empty(), "{set} {name}: {:?}", table.notes);
            let series = table
                .series(system["timestep"].as_f64().unwrap(), particles, EnergyKind::Total)
                .unwrap();
            let n = series.len() as f64;
            let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
            let energy = mean(series.samples());
            let variance = series.samples().iter().map(|e| (e - energy).powi(2)).sum::<f64>() / n;
            let temperature = mean(series.temperatures().unwrap());
            let close = |what: &str, found: f64, expected: f64| {
                let bound = 1e-11 * expected.abs();
                assert!(
                    (found - expected).abs() <= bound,
                    "{set} {name}: {what} {found}, expected {expected}"
                );
            };
            assert_eq!(n, expected("samples"), "{set} {name}");
            close(
                "sampling interval",
                series.sampling().interval(),
                expected("sampling_interval"),
            );
            close(
                "mean",
                energy * series.per_particle_scale(),
                expected("mean_energy_per_particle"),
            );
            close(
                "variance",
                variance * series.per_particle_scale().powi(2),
                expected("variance_per_particle_sq"),
            );
            close("temperature", temperature, expected("temperature"));
        }
    }
}

#[test]
fn compressed_and_plain_are_the_same() {
    let sample = energies("data/sample/energy.dat").unwrap();
    let whole = energies("data/kob-andersen/T0.800/energy.dat.gz").unwrap();
    assert_eq!(
        (sample.first_step, sample.stride),
        (whole.first_step, whole.stride)
    );
    assert_eq!(&sample.potential[..], &whole.potential[..sample.len()]);
    assert_eq!(
        sample.temperature.as_deref().unwrap(),
        &whole.temperature.as_deref().unwrap()[..sample.len()]
    );
    let every = energies("data/kob-andersen/T0.800/energy_every_step.dat.gz").unwrap();
    assert_eq!((every.len(), every.first_step, every.stride), (16385, 0, 1));
}

#[test]
fn logs_agree_with_the_files_of_the_same_run() {
    // `thermo 20000` beside `fix ave/time` every 10 steps, and a first run of 16384 steps: 16384
    // and 416384 lie off the grid.
    let log = energies("data/kob-andersen/T0.700/log.lammps.gz").unwrap();
    assert_eq!(
        (log.first_step, log.stride, log.len(), log.left_out_rows()),
        (0, 20000, 21, 2)
    );
    let file = energies("data/kob-andersen/T0.700/energy.dat.gz").unwrap();
    let at = |step: u64| file.potential[((step - file.first_step) / file.stride) as usize];
    for (step, energy) in log.steps().zip(&log.potential).skip(1) {
        assert!(
            (energy - at(step)).abs() < 1e-4,
            "step {step}: {energy} and {}",
            at(step)
        );
    }
}

#[test]
fn a_log_of_many_runs_after_a_minimisation() {
    let log = energies("data/kob-andersen/lammps/log.cool.lammps.gz").unwrap();
    assert_eq!((log.first_step, log.stride), (20000, 20000));
    // `thermo_modify norm` is on by default under `units lj`: per particle.
    assert!(log.potential.iter().all(|energy| (-8.0..-4.0).contains(energy)));
    assert_eq!(log.notes[0], Note::Minimization { rows: 2 });
    assert!(log.left_out_rows() > 10);
}

#[test]
fn restarts_are_taken_from_the_last_and_said() {
    let table = read("# TimeStep v_pe\n0 1.0\n10 2.0\n20 3.0\n# TimeStep v_pe\n0 4.0\n5 5.0\n").unwrap();
    assert_eq!((&table.potential[..], table.stride), (&[4.0, 5.0][..], 5));
    assert_eq!(table.notes, [Note::Restart { line: 6, rows: 3 }]);
    assert_eq!(
        table.notes[0].to_string(),
        "steps begin again at line 6: the 3 rows before it are another series and are left out"
    );
    // Averages begin with the first multiple.
    let table = read("# TimeStep v_pe\n10 1.0\n20 2.0\n10 4.0\n20 5.0\n30 6.0\n").unwrap();
    assert_eq!(
        (&table.potential[..], table.first_step),
        (&[4.0, 5.0, 6.0][..], 10)
    );

    let log = "LAMMPS\nStep PotEng\n0 1\n10 2\n20 3\nLoop time of 1 on 1 procs for 20 steps with 5 atoms\nreset_timestep 0\n\
               Step PotEng\n0 3\n5 4\n10 5\n15 6\nLoop time of 1 on 1 procs for 15 steps with 6 atoms\n";
    let table = read(log).unwrap();
    assert_eq!(
        (&table.potential[..], table.stride, table.particles),
        (&[3.0, 4.0, 5.0, 6.0][..], 5, Some(6))
    );
    assert_eq!(
        said(&table),
        [
            "run 2 of 2 is taken (option `log_run`): run 1 (line 2, steps 0 to 20, 3 rows, mean energy 2) with columns \
             Step PotEng, run 2 (line 8, steps 0 to 15, 4 rows, mean energy 4.5, apart: 6 atoms, before 5)"
        ]
    );
    // Steps of a log that begin anywhere else are another series too.
    let other = log.replace("\n0 3\n", "\n5 3\n").replace("\n5 4\n", "\n7 4\n");
    let table = read(
        &other
            .replace("with 6 atoms", "with 5 atoms")
            .replace("\n10 5\n15 6", "\n9 5\n11 6"),
    )
    .unwrap();
    assert_eq!((table.first_step, table.stride, table.len()), (5, 2, 4));
    assert!(
        said(&table)[0].ends_with("apart: steps go back from 20 to 5; the option `overlap` lets a later job replace what it repeats)"),
        "{:?}",
        table.notes
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1.0\n10 2.0\n20 3.0\n15 2.5\n"),
        "x.dat:5: step 15 after 20, expected 30: steps must be evenly spaced"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1.0\n10 2.0\n20 3.0\n# TimeStep v_pe\n0 4.0\n"),
        "x.dat: rows that count: 1, expected at least 2 for the spacing of the steps"
    );
}

#[test]
fn boundary_steps_count_once() {
    let joined =
        "# TimeStep v_pe v_te\n0 -11.5 1\n10 -12.25 1\n# TimeStep v_pe v_te\n10 -12.26 1.5\n20 -13.0 1\n";
    let table = read(joined).unwrap();
    assert_eq!(&table.potential[..], [-11.5, -12.25, -13.0]);
    let [Note::RepeatedSteps { rows: 1, difference }] = table.notes[..] else {
        panic!("{:?}", table.notes);
    };
    assert!((difference - 0.01).abs() < 1e-12);
    // Energies that differ by more than the last digit are of two series.
    let apart = joined.replace("-12.26", "-12.28");
    let table = read(&apart).unwrap();
    assert_eq!(
        (&table.potential[..], table.first_step),
        (&[-12.28, -13.0][..], 10)
    );
    assert_eq!(
        said(&table),
        [
            "step 10 has another energy at line 5, by 0.03: the 2 rows before it are another series and are left out"
        ]
    );
    let mut rows = EnergyReader::new()
        .stream_from(apart.as_bytes(), "x.dat")
        .unwrap();
    assert_eq!(
        rows.nth(2).unwrap().unwrap_err().to_string(),
        "x.dat:5: steps begin again at 10, expected one series: read the file as a table to take the last"
    );
    // Without a header between them only equal rows are one.
    let table = read("# TimeStep v_pe\n0 1.0\n10 2.0\n10 2.0\n20 3.0\n").unwrap();
    assert_eq!(&table.potential[..], [1.0, 2.0, 3.0]);
    assert_eq!(
        message("# TimeStep v_pe\n0 1.0\n10 2.0\n10 2.1\n20 3.0\n"),
        "x.dat:4: step 10 after 10, expected 20: steps must be evenly spaced"
    );
    assert_eq!(
        message("LAMMPS\nStep PotEng\n0 1\n10 2\n10 3\n20 3\nLoop time\n"),
        "x.dat:5: step 10 after 10, expected a later one: steps must be evenly spaced"
    );
}

#[test]
fn rows_off_the_grid_are_ends_of_runs_and_nothing_else() {
    let log = |rows: &str| {
        format!("LAMMPS\nStep Temp PotEng\n{rows}Loop time of 1 on 1 procs for 9 steps with 5 atoms\n")
    };
    let table = read(&log("3 1 1\n10 1 2\n20 1 3\n30 1 4\n33 1 5\n")).unwrap();
    assert_eq!(
        (&table.potential[..], table.left_out_rows()),
        (&[2.0, 3.0, 4.0][..], 2)
    );
    assert_eq!(
        table.notes[0].to_string(),
        "2 ends of runs between the multiples of 10 steps left out"
    );
    assert_eq!(
        message(&log("0 1 1\n10 1 2\n20 1 3\n25 1 4\n30 1 4\n40 1 5\n")),
        "x.dat:6: step 25 after 20, expected 30: steps must be evenly spaced"
    );
    assert_eq!(
        message(&log("0 1 1\n10 1 2\n20 1 3\n40 1 5\n50 1 6\n")),
        "x.dat:6: step 40 after 20, expected 30: steps must be evenly spaced"
    );
    // Short runs: the command says what the rows alone cannot.
    let short = "LAMMPS\nthermo 10\nStep PotEng\n0 1\n10 2\n15 3\nLoop time\nStep PotEng\n15 3\n20 4\n22 5\nLoop time\n";
    let table = read(short).unwrap();
    assert_eq!(
        (table.steps().collect::<Vec<_>>(), table.left_out_rows()),
        (vec![0, 10, 20], 2)
    );
    // Nothing says it: all steps, if they are even, or all but an end.
    let table =
        read("LAMMPS\nStep PotEng\n0 1\n10 2\nLoop time\nStep PotEng\n10 2\n20 4\nLoop time\n").unwrap();
    assert_eq!(&table.potential[..], [1.0, 2.0, 4.0]);
    // In columns nothing is left out.
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n10 2\n20 3\n25 4\n"),
        "x.dat:5: step 25 after 20, expected 30: steps must be evenly spaced"
    );
}

#[test]
fn what_stands_between_rows_of_a_log_is_passed_over() {
    let log = "LAMMPS\nStep Temp PotEng\n0 1 1\nWARNING: 3 bonds missing\n10 1 2\n5 dihedrals gone\nprint \"Step\"\n\n20 1 3\n\
               ERROR: Lost atoms: original 10 current 9 (src/thermo.cpp:494)\nLast command: run 100\n";
    let table = read(log).unwrap();
    assert_eq!(&table.potential[..], [1.0, 2.0, 3.0]);
    assert_eq!(
        said(&table),
        ["the run stopped at line 10: `ERROR: Lost atoms: original 10 current 9 (src/thermo.cpp:494)`"]
    );
    let killed = read(&log[..log.find("ERROR").unwrap()]).unwrap();
    assert_eq!(killed.notes, [Note::Unfinished { line: 9 }]);
    assert_eq!(
        killed.notes[0].to_string(),
        "the run whose last row is line 9 has no end"
    );
    // A damaged row is no text.
    assert_eq!(
        message(&log.replace("10 1 2", "10 1")),
        "x.dat:5: 2 columns, expected 3"
    );
    assert_eq!(
        message(&log.replace("10 1 2", "10 1 2.5.1")),
        "x.dat:5: `2.5.1` in column PotEng, expected a number"
    );
    assert_eq!(
        message(&log.replace("10 1 2", "10 1 -nan")),
        "x.dat:5: `-nan` in column PotEng, expected a finite number"
    );
}

#[test]
fn rows_of_a_log_under_no_header_are_said() {
    let run = |from: u64| {
        let rows: String = (from..=from + 3)
            .map(|i| format!("   {}   1.5   -{i}.25\n", 10 * i))
            .collect();
        format!(
            "Per MPI rank memory allocation (min/avg/max) = 4 | 4 | 4 Mbytes\n   Step   Temp   PotEng\n{rows}Loop time of 1 on 1 procs for 30 steps with 8 atoms\n\n"
        )
    };
    let log = format!("LAMMPS\n{}{}", run(0), run(3));
    assert_eq!(read(&log).unwrap().len(), 7);
    let first = read(&log.replacen("Step", "Stp", 1)).unwrap();
    assert_eq!((first.len(), first.first_step), (4, 30));
    let unnamed = "unusable: no column for the step, expected TimeStep or Step, found Stp, Temp, PotEng)";
    assert!(
        said(&first)[0].starts_with(&format!(
            "run 2 of 2 is taken (option `log_run`): run 1 (line 3, 4 rows, {unnamed}"
        )),
        "{:?}",
        said(&first)
    );
    let at = log.rfind("Step").unwrap();
    let last = read(&format!("{}Stp{}", &log[..at], &log[at + 4..])).unwrap();
    assert_eq!((last.len(), last.first_step), (4, 0));
    assert!(said(&last)[0].starts_with("run 1 of 2 is taken") && said(&last)[0].contains(unnamed));
    // Without the line that announces a header, rows have none.
    let bare = log.replace("Per MPI rank memory", "Memory");
    let bare = read(&bare.replacen("Step", "Stp", 1)).unwrap();
    assert_eq!(bare.notes, [Note::Headless { line: 4, rows: 4 }]);
    assert_eq!(
        bare.notes[0].to_string(),
        "4 rows of numbers from line 4 on stand under no header and are left out"
    );
    // The style yaml.
    let yaml = "LAMMPS\nkeyword: ['Step', 'PotEng', ]\ndata:\n  - [0, 1, ]\n  - [10, 2, ]\nLoop time of 1\n";
    let both = format!("{yaml}{}", yaml[7..].replace("keyword", "keywords"));
    assert_eq!(read(&both).unwrap().notes, [Note::Headless { line: 4, rows: 2 }]);
    // The style multi: the values of the first step.
    let multi = std::fs::read_to_string("data/logs/multi.lammps").unwrap();
    let whole = read(&multi).unwrap();
    let table = read(&multi.replacen("- Step ", "- Stp ", 1)).unwrap();
    assert!(whole.len() > table.len());
    let said = |note: &Note| matches!(note, Note::Headless { rows: 2.., .. });
    assert!(!whole.notes.iter().any(said) && table.notes.iter().any(said));
}

#[test]
fn the_first_row_of_a_run_is_not_lost_unsaid() {
    let log = "LAMMPS\nStep Temp PotEng\n0 1 1\n10 1 2\n20 1 3\n30 1 4\nLoop time\n";
    assert_eq!(
        message(&log.replace("0 1 1", "abc 1 -6014")),
        "x.dat:3: `abc` in column Step, expected an integer step"
    );
    let cut = read(&log.replace("0 1 1", "abc 1")).unwrap();
    assert_eq!(
        (cut.first_step, &cut.notes[..]),
        (10, &[Note::Damaged { line: 3 }][..])
    );
    assert_eq!(
        cut.notes[0].to_string(),
        "line 3 may be a damaged row and is passed over"
    );
    let last = read(&log.replace("30 1 4", "x30 1 4")).unwrap();
    assert_eq!(
        (last.len(), &last.notes[..]),
        (3, &[Note::Damaged { line: 6 }][..])
    );
    let warned = read(&log.replace("0 1 1", "WARNING: 3 bonds missing\n0 1 1")).unwrap();
    assert_eq!((warned.len(), &warned.notes[..]), (4, &[][..]));

    assert_eq!(
        message("# TimeStep v_pe v_te\nl6390 -6014 0.8\n16400 -6015 0.8\n16410 -6016 0.8\n"),
        "x.dat:2: `l6390` in column TimeStep, expected an integer step"
    );
    let units = read("# TimeStep v_pe v_te\n(fs) (eV) (K)\n16400 -6015 0.8\n16410 -6016 0.8\n").unwrap();
    assert_eq!(units.len(), 2);
}

#[test]
fn a_trajectory_is_told_from_energies() {
    for (file, kind) in [
        ("data/kob-andersen/T0.700/dump.lammpstrj.gz", "a LAMMPS dump"),
        ("data/kob-andersen/T0.700/trajectory.xtc", "an XTC trajectory"),
    ] {
        let expected =
            format!("{file}: begins like {kind}, expected energies: `io::trajectory` reads frames");
        assert_eq!(energies(file).unwrap_err().to_string(), expected);
        let stream = EnergyReader::new().stream(file);
        assert_eq!(stream.map(|_| ()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn cut_off_files_are_refused_or_said() {
    let columns = "# TimeStep v_pe\n0 -1.25\n10 -2.25\n20 -3.2";
    assert_eq!(
        message(columns),
        "x.dat:4: the file ends within this line, expected a whole row and a line end"
    );
    let lenient = EnergyReader::new().allow_cut_off();
    let table = lenient.read_from(columns.as_bytes(), "x.dat").unwrap();
    assert_eq!(
        (&table.potential[..], &table.notes[..]),
        (&[-1.25, -2.25][..], &[Note::CutOff { line: 4 }][..])
    );
    assert_eq!(
        table.notes[0].to_string(),
        "line 4, the last, is cut off and left out"
    );
    assert_eq!(
        message("# TimeStep v_pe v_te\n0 -1"),
        "x.dat:2: the file ends within this line, expected a whole row and a line end"
    );
    // A table that LAMMPS did not write may lack the last line end, but no column.
    assert_eq!(read("Step PotEng\n0 -1\n10 -2").unwrap().potential, [-1.0, -2.0]);
    assert_eq!(
        message("Step PotEng\n0 -1\n10"),
        "x.dat:3: the file ends within this line, expected a whole row and a line end"
    );
    for style in ["one", "multi", "yaml", "custom", "customyaml"] {
        let log = std::fs::read_to_string(format!("data/logs/{style}.lammps")).unwrap();
        let last = log.rfind("Loop time").unwrap();
        let last_row = match style {
            "multi" => "Press",
            "yaml" | "customyaml" => "  - [",
            _ => "2525",
        };
        let cut = &log[..log[..last].rfind(last_row).unwrap() + 9];
        let line = cut.lines().count();
        let error = read(cut).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("x.dat:{line}: the file ends within this line, expected a whole row and a line end"),
            "{style}"
        );
        let table = lenient.read_from(cut.as_bytes(), "x.dat").unwrap();
        assert_eq!(table.steps().last(), Some(2500), "{style}");
        assert!(
            table.notes.contains(&Note::CutOff { line: line as u64 }),
            "{style}"
        );
    }
    // A block of the style `multi` that misses lines.
    let log = std::fs::read_to_string("data/logs/multi.lammps").unwrap();
    let last = log[..log.rfind("Loop time").unwrap()].rfind("E_coul").unwrap();
    let line = log[..last].lines().count() - 3;
    assert_eq!(
        message(&log[..last]),
        format!("x.dat:{line}: the file ends within this line, expected a whole row and a line end")
    );
}

#[test]
fn columns_are_found_by_name_and_missing_ones_named() {
    let table =
        read("# TimeStep PotEng v_pe c_thermo_pe E_pair Temp v_te\n0 1 2 3 4 5 6\n1 1 2 3 4 5 6\n").unwrap();
    assert_eq!(
        (
            table.potential_name.as_str(),
            table.potential[0],
            table.temperature.as_deref().unwrap()[0]
        ),
        ("v_pe", 2.0, 6.0)
    );
    let table = read("# Step E_mol E_pair\n0 0.5 4\n1 0.25 4\n").unwrap();
    assert_eq!(
        (&table.potential[..], table.temperature.as_deref()),
        (&[4.5, 4.25][..], None)
    );
    assert_eq!(
        message("# TimeStep v_e v_te\n0 1 2\n1 1 2\n"),
        "x.dat:1: no column for the potential energy, expected v_pe, c_thermo_pe, PotEng or E_pair, found TimeStep, v_e, v_te"
    );
    assert_eq!(
        message("# when v_pe\n0 1\n1 1\n"),
        "x.dat:1: no column for the step, expected TimeStep or Step, found when, v_pe"
    );
    assert_eq!(
        message("LAMMPS\nPer MPI rank memory allocation\nTemp Step\n1 0\n"),
        "x.dat:3: no column for the potential energy, expected v_pe, c_thermo_pe, PotEng or E_pair, found Temp, Step"
    );
    let two = "# TimeStep v_pe v_e\n0 1 -1\n5 2 -2\n";
    let reader = |energy: &str| {
        EnergyReader::new()
            .energy(energy)
            .read_from(two.as_bytes(), "x.dat")
    };
    assert_eq!(reader("v_e").unwrap().potential, [-1.0, -2.0]);
    assert_eq!(
        reader("e").unwrap_err().to_string(),
        "x.dat:1: no column for the potential energy, expected e, found TimeStep, v_pe, v_e"
    );
    assert_eq!(
        reader("TimeStep").unwrap_err().to_string(),
        "x.dat:1: no column for the potential energy, expected another column than the step's, found TimeStep, v_pe, v_e"
    );
    let pressure = |energy: &str| {
        EnergyReader::new().energy(energy).pressure("Press").read_from(
            "# Step Temp Press PotEng\n0 1 2 -1\n5 2 3 -2\n".as_bytes(),
            "x.dat",
        )
    };
    assert_eq!(pressure("PotEng").unwrap().pressure, Some(vec![2.0, 3.0]));
    assert_eq!(
        pressure("Press").unwrap_err().to_string(),
        "x.dat:1: no column for the pressure, expected another column than the potential energy's, found Step, Temp, Press, PotEng"
    );
    let kept = EnergyReader::new()
        .keep("v_e")
        .keep("v_pe")
        .read_from(two.as_bytes(), "x.dat")
        .unwrap();
    assert_eq!(kept.column("v_e"), Some(&[-1.0, -2.0][..]));
    assert_eq!(kept.column("v_pe"), Some(&kept.potential[..]));
    assert_eq!(kept.column("v_te"), None);
    let bare = "1.5 0.9 7\n1.25 0.8 7\n";
    let table = EnergyReader::new()
        .without_steps()
        .energy(0)
        .temperature(1)
        .read_from(bare.as_bytes(), "x.dat")
        .unwrap();
    assert_eq!(
        (table.first_step, table.stride, &table.potential[..]),
        (0, 1, &[1.5, 1.25][..])
    );
    assert_eq!(
        EnergyReader::new()
            .step(0)
            .energy(3)
            .read_from(bare.as_bytes(), "x.dat")
            .unwrap_err()
            .to_string(),
        "x.dat:1: no column for the potential energy, expected column 4, found 1, 2, 3"
    );
    // Of two columns of one name the first.
    assert_eq!(
        read("# TimeStep v_pe v_pe\n0 1 2\n1 1 2\n").unwrap().potential,
        [1.0, 1.0]
    );
}

#[test]
fn damage_is_named_with_file_and_line() {
    assert_eq!(
        message(""),
        "x.dat: no rows of numbers in 0 lines, expected columns such as those of `fix ave/time`, or a LAMMPS log"
    );
    assert_eq!(
        message("# TimeStep v_pe\n\n"),
        "x.dat: no rows of numbers in 2 lines, expected columns such as those of `fix ave/time`, or a LAMMPS log"
    );
    assert_eq!(
        message("LAMMPS\nunits lj\nERROR: Unknown command\n"),
        "x.dat: no rows of numbers in 3 lines, expected thermo output of LAMMPS, or columns with a header"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n10 2\n20 3 4\n"),
        "x.dat:4: 3 columns, expected 2"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n10 2\n20\n"),
        "x.dat:4: 1 columns, expected 2"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1 2\n10 2 3\n"),
        "x.dat:2: 3 columns, expected 2"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n10 nan\n"),
        "x.dat:3: `nan` in column v_pe, expected a finite number"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 inf\n10 2\n"),
        "x.dat:2: `inf` in column v_pe, expected a finite number"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n10 1e999\n"),
        "x.dat:3: `1e999` in column v_pe, expected a finite number"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n10 1e160\n"),
        "x.dat:3: `1e160` in column v_pe, expected a number of at most 1e60 in size"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n10 1.2x\n"),
        "x.dat:3: `1.2x` in column v_pe, expected a number"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\nSimulation ended\n"),
        "x.dat:3: `Simulation` in column TimeStep, expected an integer step"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n10.5 2\n"),
        "x.dat:3: `10.5` in column TimeStep, expected an integer step"
    );
    assert_eq!(
        message("# TimeStep v_pe\n-10 1\n0 2\n"),
        "x.dat:2: step -10, expected 0 or more"
    );
    assert_eq!(
        message("LAMMPS\nStep PotEng\n-10 1\n"),
        "x.dat:3: step -10, expected 0 or more"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n10 2\n# TimeStep v_pe v_te\n20 3 4\n"),
        "x.dat:4: columns TimeStep, v_pe, v_te, expected TimeStep, v_pe as before"
    );
    assert_eq!(
        message("# TimeStep v_pe\n0 1\n"),
        "x.dat: rows that count: 1, expected at least 2 for the spacing of the steps"
    );
    assert_eq!(
        message("0 1\n10 2\n"),
        "x.dat:1: 2 columns without a header, expected a line of names such as `# TimeStep v_pe v_te` above the numbers, \
         or columns chosen by number"
    );
    assert_eq!(
        energies("data/no.dat").unwrap_err().to_string(),
        "cannot open data/no.dat: No such file or directory (os error 2)"
    );
    let log = energies("data/logs/one.lammps").unwrap();
    assert_eq!(
        log.series(0.005, 999, EnergyKind::Total).unwrap_err().to_string(),
        "data/logs/one.lammps: 1000 atoms, expected 999"
    );
    assert_eq!(
        log.into_series(0.0, 1000, EnergyKind::Total)
            .unwrap_err()
            .to_string(),
        "time step 0, expected a positive finite number"
    );
}

#[test]
fn steps_of_other_programs_are_integers_too() {
    let table = read("# Step PotEng\n0.000000e+00 1\n1.000000e+01 2\n2.000000e+01 3\n").unwrap();
    assert_eq!(table.stride, 10);
    let table =
        read("# a title of several words\n# written by hand\n# Step PotEng\n# units: epsilon\n0 1\n5 2\n")
            .unwrap();
    assert_eq!(table.stride, 5);
}

/// Lines of `fix ave/time` made as they are read.
struct Endless {
    row: u64,
    rows: u64,
    line: Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.line.is_empty() && self.row < self.rows {
            self.line = format!("{} -6000.25 0.5\n", self.row * 10).into_bytes();
            self.row += 1;
        }
        let taken = self.line.len().min(into.len());
        into[..taken].copy_from_slice(&self.line[..taken]);
        self.line.drain(..taken);
        Ok(taken)
    }
}

#[test]
fn rows_one_by_one_are_those_of_the_table() {
    let path = "data/kob-andersen/T0.800/energy_every_step.dat.gz";
    let table = energies(path).unwrap();
    let samples: Vec<_> = EnergyReader::new()
        .stream(path)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(samples.len(), table.len());
    for (row, (sample, step)) in samples.iter().zip(table.steps()).enumerate() {
        assert_eq!(sample.step, step);
        assert_eq!(sample.potential, table.potential[row]);
        assert_eq!(
            sample.temperature,
            table.temperature.as_deref().map(|column| column[row])
        );
    }
    let source = Endless {
        row: 0,
        rows: 1_000_000,
        line: b"# TimeStep v_pe v_te\n".to_vec(),
    };
    let count = EnergyReader::new()
        .stream_from(source, "pipe")
        .unwrap()
        .map(Result::unwrap)
        .count();
    assert_eq!(count, 1_000_000);
}

#[test]
fn rows_one_by_one_cannot_be_taken_back() {
    let stream = |text: &'static str| EnergyReader::new().stream_from(text.as_bytes(), "x.dat");
    let mut rows = stream("# TimeStep v_pe\n0 1\n10 2\n10 2\n20 3\n0 1\n10 2\n").unwrap();
    assert_eq!(
        rows.by_ref()
            .take(3)
            .map(|row| row.unwrap().step)
            .collect::<Vec<_>>(),
        [0, 10, 20]
    );
    assert_eq!(
        rows.notes(),
        [Note::RepeatedSteps {
            rows: 1,
            difference: 0.0
        }]
    );
    assert_eq!(
        rows.next().unwrap().unwrap_err().to_string(),
        "x.dat:6: steps begin again at 0, expected one series: read the file as a table to take the last"
    );
    assert!(rows.next().is_none());
    assert_eq!(
        stream("LAMMPS\nStep PotEng\n").unwrap_err().to_string(),
        "x.dat: a log, expected columns: which rows of a log count is known at its end only"
    );
}

/// Whole files and pieces of them, in every format.
fn material() -> Vec<Vec<u8>> {
    let read = |path: &str| std::fs::read(Path::new(path)).unwrap();
    let sample = read("data/sample/energy.dat");
    let mut files: Vec<_> = ["one", "multi", "yaml", "custom", "customyaml"]
        .into_iter()
        .map(|style| read(&format!("data/logs/{style}.lammps")))
        .collect();
    files.push(sample[..2000].to_vec());
    files.push(read("data/kob-andersen/T0.500/log.lammps.gz"));
    files.push(b"Step,PotEng,Temp\n0,1,2\n10,1,2\n20,1,2\n".to_vec());
    files.push(b"# TimeStep v_pe\n9223372036854775800 1\n9223372036854775805 2\n".to_vec());
    files
}

#[derive(Debug, Clone)]
enum Damage {
    Byte(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Drop(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    let tokens = prop_oneof![
        Just(b"nan".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"-".to_vec()),
        Just(b"99999999999999999999".to_vec()),
        Just(b" Step ".to_vec()),
        Just(b"\n---- Step 9\n".to_vec()),
        Just(b"\nLoop time of".to_vec()),
        Just(b"\nMinimization stats:\n".to_vec()),
        Just(b"\nkeywords: ['Step', 'PotEng', ]\n".to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        index().prop_map(Damage::Cut),
        (index(), 1..400_usize).prop_map(|(at, n)| Damage::Drop(at, n)),
        (index(), 1..400_usize).prop_map(|(at, n)| Damage::Repeat(at, n)),
        (index(), tokens).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        match damage {
            Damage::Byte(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Drop(at, n) => {
                let at = at.index(bytes.len());
                bytes.drain(at..(at + n).min(bytes.len()));
            }
            Damage::Repeat(at, n) => {
                let at = at.index(bytes.len());
                let piece = bytes[at..(at + n).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            Damage::Insert(at, piece) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_damage_makes_a_panic_or_a_table_that_is_none(
        file in 0..9_usize,
        damages in prop::collection::vec(damage(), 1..6),
        lenient: bool,
    ) {
        thread_local!(static MATERIAL: Vec<Vec<u8>> = material());
        let bytes = damaged(MATERIAL.with(|files| files[file].clone()), &damages);
        let reader = EnergyReader::new();
        let reader = if lenient { reader.allow_cut_off() } else { reader };
        if let Ok(table) = reader.read_from(&bytes[..], "x.dat") {
            prop_assert!(table.len() >= 2 && table.stride > 0);
            prop_assert!(table.potential.iter().all(|energy| energy.is_finite()));
            prop_assert!(table.temperature.as_deref().is_none_or(|column| column.len() == table.len()));
            let last = table.steps().last().unwrap();
            prop_assert!(last <= i64::MAX as u64);
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(EnergyReader::new().read_from(&bytes[..], "x.dat").is_err());
    }
}
