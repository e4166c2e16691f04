//! Energy files that LAMMPS did not write: names, separators, comments, times and units.

use std::fmt::Write as _;
use std::io::{Read, Write as _};

use msed::EnergyKind;
use msed::Units;
use msed::io::{EnergyReader, EnergyTable, Note, Overlap, ReadError, energies};

fn read(text: &str) -> Result<EnergyTable, ReadError> {
    EnergyReader::new().read_from(text.as_bytes(), "x.dat")
}

fn message(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

/// First step, stride, energies and temperatures.
fn numbers(table: &EnergyTable) -> (u64, u64, &[f64], Option<&[f64]>) {
    (
        table.first_step,
        table.stride,
        &table.potential,
        table.temperature.as_deref(),
    )
}

fn file(name: &str) -> EnergyTable {
    energies(format!("tests/data/engines/{name}")).unwrap()
}

const XVG: &str = "# gmx energy\n@    title \"GROMACS Energies\"\n@    xaxis  label \"Time (ps)\"\n\
                   @    yaxis  label \"(kJ/mol), (K)\"\n@TYPE xy\n@ view 0.15, 0.15, 0.75, 0.85\n@ legend on\n\
                   @ s0 legend \"Kinetic En.\"\n@ s1 legend \"Potential\"\n@ s2 legend \"Temperature\"\n";

/// Steps of 0.005 between the rows of 216 atoms.
fn stride(table: &EnergyTable) -> u64 {
    let series = table.series(0.005, 216, EnergyKind::Total).unwrap();
    series.sampling().stride()
}

#[test]
fn gromacs_legends_are_the_names_of_its_columns() {
    let rows = "    0.000000    40.0 -690.4279  300.0\n    0.200000    41.0 -693.0790  301.5\n    0.400000    42.0 -690.4057  299.0\n";
    let table = read(&format!("{XVG}{rows}&\n")).unwrap();
    assert_eq!(
        numbers(&table),
        (
            0,
            1,
            &[-690.4279, -693.079, -690.4057][..],
            Some(&[300.0, 301.5, 299.0][..])
        )
    );
    assert_eq!(
        (table.potential_name.as_str(), table.energy_unit, table.time_unit),
        ("Potential", Some("kJ/mol"), Some("ps"))
    );
    assert_eq!(
        table.notes,
        [Note::Times {
            interval: 0.2,
            unit: Some("ps"),
            assumed: None,
        }]
    );
    assert_eq!(
        table.notes[0].to_string(),
        "the file has times and no steps: rows are 0.2 ps apart"
    );
    assert_eq!(
        message(&format!("{XVG}{rows}&\n{rows}")),
        "x.dat:15: a second set of data begins here, expected one set: write the energies alone"
    );
    assert_eq!(
        message(&format!("{XVG}0.0 1.0 2.0\n")),
        "x.dat:11: 3 columns, expected 4"
    );
    let without = XVG.replace("Potential", "Coul. recip.");
    assert_eq!(
        message(&format!("{without}{rows}")),
        "x.dat:11: no column for the potential energy, expected v_pe, c_thermo_pe, PotEng or E_pair, found Time (ps), Kinetic En., \
         Coul. recip., Temperature"
    );
    // By name, whatever it is.
    let reader = EnergyReader::new().energy("Coul. recip.");
    let table = reader
        .read_from(format!("{without}{rows}").as_bytes(), "x.dat")
        .unwrap();
    assert_eq!(table.potential[1], -693.079);
}

#[test]
fn openmm_quotes_its_names() {
    let csv = "#\"Step\",\"Potential Energy (kJ/mole)\",\"Temperature (K)\"\n1000,-39212.1,299.1\n2000,-39222.1,301.1\n3000,-39112.1,300.1\n";
    let table = read(csv).unwrap();
    assert_eq!(
        numbers(&table),
        (
            1000,
            1000,
            &[-39212.1, -39222.1, -39112.1][..],
            Some(&[299.1, 301.1, 300.1][..])
        )
    );
    assert_eq!(
        (table.energy_unit, table.kind, table.notes.len()),
        (Some("kJ/mol"), Some(EnergyKind::Total), 0)
    );
    // Times beside steps must agree with the time step of the caller.
    let table = file("argon.csv.gz");
    assert_eq!(
        (table.first_step, table.stride, table.time_unit),
        (10_040, 40, Some("ps"))
    );
    assert_eq!(
        table
            .series(0.002, 216, EnergyKind::Total)
            .unwrap_err()
            .to_string(),
        "tests/data/engines/argon.csv.gz: a step is 0.005 ps long by the times beside the steps, expected the time step of 0.002"
    );
    assert_eq!(stride(&table), 40);
    // Times in place of steps are multiples of the time step.
    let table = file("argon_time.txt.gz");
    assert_eq!(
        (table.first_step, table.stride, table.interval()),
        (251, 1, Some(0.2))
    );
    assert_eq!(stride(&table), 40);
    assert_eq!(
        table
            .series(0.003, 216, EnergyKind::Total)
            .unwrap_err()
            .to_string(),
        "tests/data/engines/argon_time.txt.gz: rows are 0.2 ps apart, expected a multiple of the time step of 0.003"
    );
}

#[test]
fn ase_names_its_units_and_its_kind() {
    let table = file("copper.log");
    assert_eq!(
        (table.len(), table.first_step, table.potential[0]),
        (501, 0, 8.3375)
    );
    assert_eq!(
        (table.energy_unit, table.kind),
        (Some("eV"), Some(EnergyKind::Total))
    );
    // A title stands above the six columns of the stress.
    let table = file("copper_peratom.log");
    assert_eq!(
        (table.len(), table.potential[0], table.kind),
        (501, 0.2605, Some(EnergyKind::PerParticle))
    );
    assert_eq!(
        table
            .series(0.004, 32, EnergyKind::Total)
            .unwrap_err()
            .to_string(),
        "tests/data/engines/copper_peratom.log: energies per particle, as the name of the column `Epot/N[eV]` says, expected totals as \
         declared"
    );
    let headless = "Etot[eV]     Epot[eV]     Ekin[eV]    T[K]\n 1.0 -2.0 3.0 300.0\n 1.0 -2.5 3.5 301.0\n";
    assert_eq!(
        message(headless),
        "x.dat:1: no column for the step, expected TimeStep or Step, found Etot[eV], Epot[eV], Ekin[eV], T[K]"
    );
    let table = EnergyReader::new()
        .without_steps()
        .read_from(headless.as_bytes(), "x.dat")
        .unwrap();
    assert_eq!(
        numbers(&table),
        (0, 1, &[-2.0, -2.5][..], Some(&[300.0, 301.0][..]))
    );
}

#[test]
fn cp2k_has_names_with_blanks_in_them() {
    let table = file("argon-1.ener.gz");
    assert_eq!((table.len(), table.first_step, table.stride), (1001, 4000, 20));
    assert_eq!(
        (table.potential_name.as_str(), table.energy_unit, table.time_unit),
        ("Pot.[a.u.]", Some("hartree"), Some("fs"))
    );
    assert_eq!(table.interval(), Some(100.0));
    let metal = table.in_units(Units::METAL).unwrap();
    let said: Vec<String> = metal.notes.iter().map(Note::to_string).collect();
    assert_eq!(
        said,
        [
            "energies are converted from hartree to eV: times 27.21138625",
            "times are converted from fs to ps: times 0.001"
        ]
    );
    assert!(metal.series(5.0, 216, EnergyKind::Total).is_err());
    assert_eq!(
        metal
            .series(0.005, 216, EnergyKind::Total)
            .unwrap()
            .sampling()
            .interval(),
        0.1
    );
}

#[test]
fn hoomd_gives_the_path_of_every_name() {
    for [step, energy, temperature] in [
        [
            "Simulation.timestep",
            "md.compute.ThermodynamicQuantities.potential_energy",
            "md.compute.ThermodynamicQuantities.kinetic_temperature",
        ],
        ["timestep", "potential_energy", "kinetic_temperature"],
        [
            "Simulation.timestep",
            "ThermodynamicQuantities.potential_energy",
            "ThermodynamicQuantities.kinetic_temperature",
        ],
    ] {
        let text = format!(
            "     {step}  {energy}  {temperature} \n   100   -5987.11815   1.02899 \n   110   -5999.33664   0.98471 \n"
        );
        let table = read(&text).unwrap();
        assert_eq!(
            numbers(&table),
            (
                100,
                10,
                &[-5987.11815, -5999.33664][..],
                Some(&[1.02899, 0.98471][..])
            )
        );
    }
    assert_eq!(
        message("timestep a.potential_energy b.potential_energy\n0 1 2\n1 1 2\n"),
        "x.dat:1: two columns for the potential energy, `a.potential_energy` and `b.potential_energy`, expected one: choose it by its name"
    );
}

#[test]
fn gpumd_is_known_by_the_name_of_its_file() {
    for (columns, others) in [
        (9, "1 2 3 4 5 6"),
        (12, "1 2 3 4 5 6 7 8 9"),
        (18, "1 2 3 4 5 6 7 8 9 1 2 3 4 5 6"),
    ] {
        let rows = format!("300.5 10.25 -500.125 {others}\n301.5 10.5 -501.5 {others}\n");
        let table = EnergyReader::new()
            .read_from(rows.as_bytes(), "run1/thermo.out")
            .unwrap();
        assert_eq!(
            numbers(&table),
            (0, 1, &[-500.125, -501.5][..], Some(&[300.5, 301.5][..])),
            "{columns}"
        );
        assert_eq!(
            (table.energy_unit, table.kind),
            (Some("eV"), Some(EnergyKind::Total))
        );
        assert_eq!(table.notes, [Note::Unnumbered]);
        let error = message(&rows);
        assert!(
            error.starts_with(&format!("x.dat:1: {columns} columns without a header")),
            "{error}"
        );
    }
}

/// What NAMD prints, with a minimisation before the dynamics.
fn namd() -> String {
    let head =
        "Charm++> Running in non-SMP mode\nInfo: NAMD 2.14 for Linux-x86_64-multicore\nInfo: 1 NAMD  2.14\n";
    let title = "ETITLE:      TS           BOND          ANGLE         ELECT            VDW        KINETIC          TOTAL           TEMP      POTENTIAL         TOTAL3        TEMPAVG\n";
    let mut text = format!("{head}TCL: Minimizing for 20 steps\n{title}");
    let row = |step: u32, energy: f64, temperature: f64| {
        format!(
            "ENERGY: {step:7} {:14.4} {:14.4} {:14.4} {:14.4} {:14.4} {:14.4} {temperature:14.4} {energy:14.4} {:14.4} {:14.4}\n\n",
            0.0, 0.0, -1.0, -2.0, 3.0, 4.0, 5.0, 6.0
        )
    };
    for step in [0, 10, 20] {
        text += &row(step, -10.0, 0.0);
    }
    text += "TCL: Running for 60 steps\nPRESSURE: 20 1 2 3\n";
    for step in [20_u32, 30, 40, 50] {
        text += &row(step, -100.5 - f64::from(step), 300.0 + f64::from(step));
        write!(
            text,
            "TIMING: {step}  CPU: 4.1, 0.008/step  Wall: 4.2, 0.0083/step, 0.9 hours remaining\n{title}"
        )
        .unwrap();
    }
    text + "WallClock: 4.3  CPUTime: 4.2"
}

#[test]
fn namd_marks_its_rows() {
    let table = read(&namd()).unwrap();
    assert_eq!(
        numbers(&table),
        (
            20,
            10,
            &[-120.5, -130.5, -140.5, -150.5][..],
            Some(&[320.0, 330.0, 340.0, 350.0][..])
        )
    );
    assert_eq!(table.notes, [Note::Minimization { rows: 3 }]);
    assert!(!table.is_log);
    let missing: String = namd()
        .lines()
        .filter(|line| !line.starts_with("ENERGY:      40"))
        .fold(String::new(), |text, line| text + line + "\n");
    assert!(
        message(&missing).ends_with("step 50 after 30, expected 40: steps must be evenly spaced"),
        "{}",
        message(&missing)
    );
}

#[test]
fn tables_of_any_program() {
    let expected = (0, 10, &[-1.5, -2.5e3][..], Some(&[0.7, 0.75][..]));
    for text in [
        // pandas, with its index and without.
        ",Step,PotEng,Temp\n0,0,-1.5,0.7\n1,10,-2500.0,0.75\n",
        "Step,PotEng,Temp\n0,-1.5,0.7\n10,-2500.0,0.75\n",
        "\"Step\",\"PotEng\",\"Temp\"\r\n\"0\",\"-1.5\",\"0.7\"\r\n\"10\",\"-2500.0\",\"0.75\"\r\n",
        "step;epot;temperature\n0;-1.5;0.7\n10;-2500.0;0.75\n",
        "step;potential energy;T\n0; -1.5; 0.7\n10; -2500.0; 0.75\n",
        "Time Step\tpe\tc_T\n0\t-1.5\t0.7\n10\t-2500.0\t0.75\n",
        "# step  pe  T\n 0 -0.15D+01 0.7\n 10 -2.5d3 7.5D-1\n",
        "% nstep E_pot temp\n0 -1.5 0.7\n10 -2.5E+03 0.75\n",
        "# energies of the potential, second run\n# TimeStep c_pe c_T\n0 -1.5 0.7\n10 -2500 0.75\n",
        "# TimeStep PE T pressure\n# written by hand\n0 -1.5 0.7 x\n10 -2500 0.75 y\n",
    ] {
        let text = text.replace("Time Step\t", "TimeStep\t");
        let table = read(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(numbers(&table), expected, "{text}");
        assert_eq!(table.notes, [], "{text}");
    }
    let times = read("# t  E_pot  T\n5.0 -1.5 0.7\n5.5 -2.5e3 0.75\n6.0 1 2\n").unwrap();
    assert_eq!(
        (times.first_step, times.stride, times.interval()),
        (10, 1, Some(0.5))
    );
}

#[test]
fn what_would_be_read_wrongly_is_refused() {
    let comma = "has a decimal comma, expected decimal points: a comma separates columns";
    for (text, line, number) in [
        ("Step;PotEng;Temp\n0;-1,5;0,7\n10;-2,5;0,7\n", 2, "-1,5"),
        ("Step\tPotEng\n0\t-1,5\n10\t-2,5\n", 2, "-1,5"),
        ("# Step PotEng\n0 -1.5\n10 -2,5\n", 3, "-2,5"),
    ] {
        assert_eq!(
            message(text),
            format!("x.dat:{line}: `{number}` {comma}"),
            "{text}"
        );
    }
    let bare = EnergyReader::new().step(0).energy(1);
    let error = bare
        .read_from(&b"0 -1,5\n10 -2,5\n"[..], "x.dat")
        .unwrap_err()
        .to_string();
    assert_eq!(error, format!("x.dat:1: `-1,5` {comma}"));
    // An empty cell is no column.
    assert_eq!(
        message("Step,PotEng,Temp\n0,-1.5,0.7\n10,,0.7\n"),
        "x.dat:3: 2 columns, expected 3"
    );
    // A unit that nobody knows.
    assert_eq!(
        message("Step,pe [Ry]\n0,1\n1,2\n"),
        "x.dat:1: `pe [Ry]` has the unit `ry`, expected kJ/mol, kcal/mol, eV or hartree, or the column chosen by its number"
    );
    // A missing row of times.
    assert_eq!(
        message("# t E_pot\n0.0 1\n0.1 2\n0.2 3\n0.4 4\n"),
        "x.dat:5: time 0.4 after 0.2, expected 0.3: times must be evenly spaced"
    );
    assert_eq!(
        message("# t E_pot\n0.5 1\n0.6 2\n0.7 3\n0.6 4\n"),
        "x.dat:5: time 0.6 after 0.7, expected a later one, or the option `overlap`, with which a later job replaces the times that it \
         repeats"
    );
    // Times that begin again are another series.
    let table = read("# t E_pot\n0.0 1\n0.1 2\n0.0 3\n0.1 4\n").unwrap();
    assert_eq!(table.potential, [3.0, 4.0]);
    assert!(
        matches!(table.notes[0], Note::Restart { line: 4, rows: 2 }),
        "{:?}",
        table.notes
    );
    let table = read("# t E_pot\n0.0 1\n0.1 2\n0.2 3\n0.1 4\n0.2 5\n0.3 6\n").unwrap();
    assert_eq!(numbers(&table), (1, 1, &[4.0, 5.0, 6.0][..], None));
    let reader = EnergyReader::new().overlap(Overlap::Later);
    let text = "# t E_pot\n0.5 1\n0.6 2\n0.7 3\n0.6 4\n0.7 5\n0.8 6\n";
    let table = reader.read_from(text.as_bytes(), "x.dat").unwrap();
    assert_eq!(
        (table.first_step, &table.potential[..]),
        (5, &[1.0, 4.0, 5.0, 6.0][..])
    );
    let own = read("Step,pe [kcal/mol]\n0,1\n1,2\n").unwrap();
    assert_eq!(
        own.in_units(Units::LJ).unwrap_err().to_string(),
        "x.dat: energies in kcal/mol, expected epsilon, the unit of `lj`, to which nothing converts"
    );
}

/// A pipe that a running simulation writes row by row: each row comes out before the next goes in.
#[test]
fn rows_of_a_pipe_come_as_soon_as_they_are_there() {
    let heads = ["# TimeStep v_pe v_te\n", XVG, "Step,PotEng,Temp\n", ""];
    for head in heads {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(head.as_bytes()).unwrap();
        writer.write_all(row(head, 0).as_bytes()).unwrap();
        let bare = EnergyReader::new().step(0).energy(1).temperature(2);
        let of = if head.is_empty() {
            bare
        } else {
            EnergyReader::new()
        };
        let mut rows = of.stream_from(reader, "pipe").unwrap();
        for step in 0..50 {
            if step > 0 {
                writer.write_all(row(head, step).as_bytes()).unwrap();
            }
            // This hangs where the reader waits for more than it needs.
            let sample = rows.next().unwrap().unwrap();
            assert_eq!(sample.potential, -f64::from(step), "{head}");
        }
        drop(writer);
        assert!(rows.next().is_none());
    }
}

fn row(head: &str, step: u32) -> String {
    let sep = if head.contains(',') && head != XVG {
        ","
    } else {
        " "
    };
    match head {
        XVG => format!("{:.3} 1.0 {} 0.7\n", 0.2 * f64::from(step), -f64::from(step)),
        _ => format!("{}{sep}{}{sep}0.7\n", 10 * step, -f64::from(step)),
    }
}

/// One byte at a time, as a slow pipe may give them.
#[test]
fn a_reader_that_gives_single_bytes_gives_the_same() {
    struct Slow<'a>(&'a [u8]);
    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let taken = usize::from(!self.0.is_empty()).min(into.len());
            into[..taken].copy_from_slice(&self.0[..taken]);
            self.0 = &self.0[taken..];
            Ok(taken)
        }
    }
    for name in ["argon.xvg", "copper.log", "copper_peratom.log"] {
        let bytes = std::fs::read(format!("tests/data/engines/{name}")).unwrap();
        let stream = EnergyReader::new().stream_from(Slow(&bytes), "slow").unwrap();
        let samples: Vec<f64> = stream.map(|sample| sample.unwrap().potential).collect();
        assert_eq!(samples, file(name).potential, "{name}");
    }
}

/// Rows of a step, a time and an energy, under these names.
fn timed(names: &str, time: impl Fn(u32) -> String) -> String {
    let rows = (0..60).map(|k| format!("{} {} {}\n", 10 * k, time(k), -1.5 - f64::from(k % 7)));
    format!("{names}\n{}", rows.collect::<String>())
}

#[test]
fn times_without_a_unit_beside_steps_must_agree_with_the_time_step() {
    let text = timed("step time pe", |k| format!("{:.3}", 0.05 * f64::from(k)));
    let table = read(&text).unwrap();
    let series = |table: &EnergyTable, time_step| table.series(time_step, 10, EnergyKind::Total).map(|_| ());
    assert!(series(&table, 0.005).is_ok());
    for in_units in [
        table.clone(),
        table.clone().in_units(Units::LJ).unwrap(),
        table.clone().in_units(Units::METAL).unwrap(),
    ] {
        assert_eq!(
            series(&in_units, 0.004).unwrap_err().to_string(),
            "x.dat: a step is 0.005 long by the times beside the steps, expected the time step of 0.004"
        );
    }
    // 0.005 of ps are 5 fs.
    let real = table.clone().in_units(Units::REAL).unwrap();
    assert!(series(&real, 5.0).is_ok());
    assert_eq!(
        (real.unit_of_times(5.0), real.unit_of_times(0.005)),
        (Some("ps"), None)
    );
    assert!(series(&table.clone().in_units(Units::LJ).unwrap(), 5.0).is_err());
    // A clock is uneven from the start, and times that become uneven are no clock.
    let clock = timed("step time pe", |k| {
        (0.3 * f64::from(k) + 0.01 * f64::from(k * k % 5)).to_string()
    });
    let table = read(&clock).unwrap();
    assert!(
        matches!(table.notes[..], [Note::UnevenTimes { line: 4 }]),
        "{:?}",
        table.notes
    );
    assert!(series(&table, 0.005).is_ok());
    let longer = timed("step time pe", |k| {
        (0.05 * f64::from(k) + 0.01 * f64::from(k.saturating_sub(30))).to_string()
    });
    assert_eq!(
        message(&longer),
        "x.dat:33: time 1.56 after 1.5, expected 1.55: times must be evenly spaced"
    );
    // Seconds are those of a clock.
    let seconds = read(&timed("step Time(s) pe", |k| (k * k).to_string())).unwrap();
    assert!(seconds.notes.is_empty());
}

#[test]
fn temperatures_are_in_kelvin_whatever_the_file_has() {
    let with = |name: &str| format!("step,pe,{name}\n0,-1.5,26.85\n10,-1.25,27.85\n");
    for name in ["temp [C]", "T(degC)", "Temperature (°C)", "Temp_C"] {
        let table = read(&with(name)).unwrap();
        assert_eq!(table.temperature.as_deref().unwrap(), [300.0, 301.0], "{name}");
        assert_eq!(
            table.notes[0].to_string(),
            format!("the temperatures of `{name}` are converted from C to K: plus 273.15")
        );
        assert_eq!(
            table.in_units(Units::LJ).unwrap_err().to_string(),
            "x.dat: temperatures in K, expected epsilon/k, the unit of `lj`, to which nothing converts"
        );
    }
    for (name, unit) in [("temp [F]", "F"), ("Temp_F", "F"), ("T [meV]", "meV")] {
        assert_eq!(
            message(&with(name)),
            format!(
                "x.dat:1: `{name}` has the unit `{unit}`, expected K or C, or the column chosen by its number"
            )
        );
        let chosen = EnergyReader::new().temperature(2);
        let table = chosen.read_from(with(name).as_bytes(), "x.dat").unwrap();
        assert_eq!(table.temperature.unwrap(), [26.85, 27.85]);
    }
    let named = EnergyReader::new().temperature("T [meV]").energy("pe (Ry)");
    let text = with("T [meV]").replace("pe", "pe (Ry)");
    let table = named.read_from(text.as_bytes(), "x.dat").unwrap();
    assert_eq!(
        table.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "`pe (Ry)` has the unit `Ry`, which is not known: its numbers are taken as they are",
            "`T [meV]` has the unit `meV`, which is not known: its numbers are taken as they are"
        ]
    );
}

/// ASE divides the kinetic energy by 3N/2, also where the centre of mass rests.
#[test]
fn the_temperatures_of_ase_count_three_degrees_of_freedom_per_atom() {
    let table = file("copper.log");
    let before = table.temperature.clone().unwrap();
    let at_rest = (3.0 * 32.0 - 3.0) / 32.0;
    let table = table.with_degrees_of_freedom(at_rest);
    for (found, before) in table.temperature.as_deref().unwrap().iter().zip(&before) {
        assert!((found / before - 32.0 / 31.0).abs() < 1e-12);
    }
    assert_eq!(
        table.notes.last().unwrap().to_string(),
        "temperatures count 3 degrees of freedom per particle and are converted to 2.90625: times 1.03226"
    );
    let again = table.clone().with_degrees_of_freedom(at_rest);
    assert_eq!(again, table);
    let lammps = read("# TimeStep v_pe v_te\n0 1 2\n1 2 3\n").unwrap();
    assert_eq!(lammps.clone().with_degrees_of_freedom(at_rest), lammps);
}
