//! Energies that are not what `scan.toml` says.

use crate::shipped::data;
use crate::small_scan::Scan;

const FILE: &str = "T0.700.dat";

/// The small scan with line `line` of the last energy file, counted from 1, in another form.
fn with_line(line: usize, edit: impl Fn(&str) -> String) -> Scan {
    let scan = Scan::small();
    let text = scan.read(FILE);
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(k, l)| if k + 1 == line { edit(l) } else { l.to_owned() })
        .collect();
    scan.write(FILE, lines.join("\n") + "\n");
    scan
}

fn fields(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

#[test]
fn a_missing_file() {
    let scan = Scan::small().edit("scan.toml", "T0.700.dat", "T0.650.dat");
    assert_eq!(
        scan.message(),
        "cannot open DIR/T0.650.dat: No such file or directory (os error 2)"
    );
}

#[test]
fn a_missing_column() {
    let scan = Scan::small().edit(FILE, "v_pe", "v_total");
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:2: no column for the potential energy, expected v_pe, c_thermo_pe, PotEng or E_pair, found TimeStep, v_total, v_te"
    );
    let scan = Scan::small().edit(FILE, "TimeStep", "When");
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:2: no column for the step, expected TimeStep or Step, found When, v_pe, v_te"
    );
    let scan = Scan::small();
    let text = scan.read(FILE);
    scan.write(FILE, text.lines().skip(2).collect::<Vec<_>>().join("\n") + "\n");
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:1: 3 columns without a header, expected a line of names such as `# TimeStep v_pe v_te` above the numbers, or columns chosen by number"
    );
}

#[test]
fn numbers_that_are_none() {
    let first = |line: &str| fields(line)[0].to_owned();
    let scan = with_line(102, |line| format!("{} nan 0.7", first(line)));
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:102: `nan` in column v_pe, expected a finite number"
    );
    let scan = with_line(102, |line| format!("{} -6500.5 inf", first(line)));
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:102: `inf` in column v_te, expected a finite number"
    );
    let scan = with_line(102, |line| format!("{} -65x0.5 0.7", first(line)));
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:102: `-65x0.5` in column v_pe, expected a number"
    );
    let scan = with_line(102, |line| format!("{} -6500.5", first(line)));
    assert_eq!(scan.message(), "DIR/T0.700.dat:102: 2 columns, expected 3");
}

#[test]
fn a_time_axis_with_a_gap() {
    let scan = Scan::small();
    let text = scan.read(FILE);
    let gap: Vec<&str> = text
        .lines()
        .enumerate()
        .filter(|(k, _)| *k != 1000)
        .map(|(_, line)| line)
        .collect();
    scan.write(FILE, gap.join("\n") + "\n");
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:1001: step 26380 after 26360, expected 26370: steps must be evenly spaced"
    );
}

#[test]
fn a_truncated_file() {
    let scan = Scan::small();
    let text = scan.read(FILE);
    scan.write(FILE, &text[..text.len() - 9]);
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:3002: the file ends within this line, expected a whole row and a line end"
    );
    scan.write(FILE, "");
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat: no rows of numbers in 0 lines, expected columns such as those of `fix ave/time`, or a LAMMPS log"
    );
    scan.write(FILE, "# Time-averaged data for fix p\n# TimeStep v_pe v_te\n");
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat: no rows of numbers in 2 lines, expected columns such as those of `fix ave/time`, or a LAMMPS log"
    );
    let whole = std::fs::read(data("kob-andersen/T0.700/energy.dat.gz")).unwrap();
    scan.write(FILE, &whole[..whole.len() / 2]);
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat: the gzip data is cut off or damaged after line 19995 (incomplete deflate stream)"
    );
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 0xff;
    scan.write(FILE, &damaged);
    assert_eq!(scan.message(), "DIR/T0.700.dat:19996: 3 columns, expected 4");
}

#[test]
fn a_particle_count_that_does_not_match() {
    let log = std::fs::read(data("logs/one.lammps")).unwrap();
    let scan = Scan::small();
    scan.write(FILE, log);
    let scan = scan
        .edit("scan.toml", "particles = 1000", "particles = 999")
        .edit("scan.toml", "count = 800", "count = 799");
    assert_eq!(scan.message(), "DIR/T0.700.dat: 1000 atoms, expected 999");
}

#[test]
fn too_few_samples() {
    let scan = Scan::small().edit("scan.toml", "fit_window = [0.5, 15.0]", "discard = 146.0");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:14: `discard`: run `T0.800`: found 146, which leaves 80 of the 3000 samples of DIR/T0.800.dat, expected at least 100"
    );
    let scan = scan.edit("scan.toml", "146.0", "1e300");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:14: `discard`: run `T0.800`: found 1e300, which leaves 0 of the 3000 samples of DIR/T0.800.dat, expected at least 100"
    );
}

#[test]
fn a_temperature_that_is_not_that_of_the_run() {
    let scan = Scan::small().edit("scan.toml", "fit_window = [0.5, 15.0]", "temperature = 0.9");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:14: run `T0.800`: `temperature`: found 0.9, expected the 0.8023(11) of the temperature column to 0.5 % or three of its errors"
    );
    // Within half a per cent the given one is taken.
    let scan = Scan::small().edit("scan.toml", "fit_window = [0.5, 15.0]", "temperature = 0.803");
    let results = scan.run().results();
    assert_eq!(results["runs"][0]["temperature"], 0.803);
}

#[test]
fn no_temperature_at_all() {
    let scan = Scan::small().edit(FILE, "v_te", "v_other");
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat: found no temperature column, expected `v_te`, `c_thermo_temp` or `Temp`, or `temperature` in the run \
         at DIR/scan.toml:16"
    );
}

#[test]
fn replicas_of_another_sampling() {
    let scan = Scan::small().edit("scan.toml", "\"T0.700.dat\"", "[\"T0.700.dat\", \"coarse.dat\"]");
    let text = scan.read(FILE);
    let coarse: Vec<&str> = text
        .lines()
        .enumerate()
        .filter(|(k, _)| *k < 2 || k % 2 == 0)
        .map(|(_, l)| l)
        .collect();
    scan.write("coarse.dat", coarse.join("\n") + "\n");
    assert_eq!(
        scan.message(),
        "DIR/coarse.dat: replica 2 has sampling interval 0.1, expected 0.05 as in the first"
    );
    // 10 and 20 steps of 0.0011 are 0.011000000000000001 and 0.022000000000000002.
    let scan = scan.edit("scan.toml", "timestep = 0.005", "timestep = 0.0011");
    assert_eq!(
        scan.message(),
        "DIR/coarse.dat: replica 2 has sampling interval 0.022, expected 0.011 as in the first"
    );
}

#[test]
fn steps_that_are_none() {
    let scan = with_line(3, |line| line.replacen("16390", "-10", 1));
    assert_eq!(scan.message(), "DIR/T0.700.dat:3: step -10, expected 0 or more");
    let scan = with_line(102, |line| line.replacen(fields(line)[0], "17.5", 1));
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:102: `17.5` in column TimeStep, expected an integer step"
    );
    // A step that comes again.
    let scan = with_line(102, |line| line.replacen(fields(line)[0], "17370", 1));
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:102: step 17370 after 17370, expected 17380: steps must be evenly spaced"
    );
}

#[test]
fn a_header_that_changes() {
    let scan = Scan::small();
    let text = scan.read(FILE);
    scan.write(FILE, format!("{text}# TimeStep v_te v_pe\n46390 0.7 -6500.0\n"));
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat:3003: columns TimeStep, v_te, v_pe, expected TimeStep, v_pe, v_te as before"
    );
}

#[test]
fn a_single_row() {
    let scan = Scan::small();
    let text = scan.read(FILE);
    scan.write(FILE, text.lines().take(3).collect::<Vec<_>>().join("\n") + "\n");
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat: rows that count: 1, expected at least 2 for the spacing of the steps"
    );
}

#[test]
fn a_directory_in_place_of_a_file() {
    let scan = Scan::small();
    std::fs::remove_file(scan.dir().join(FILE)).unwrap();
    std::fs::create_dir(scan.dir().join(FILE)).unwrap();
    assert_eq!(scan.message(), "DIR/T0.700.dat: found a folder, expected a file");
}

#[test]
fn energies_that_do_not_vary() {
    let scan = Scan::small();
    let text = scan.read(FILE);
    let flat: Vec<String> = text
        .lines()
        .map(|line| match fields(line)[..] {
            [step, _, temperature] if !line.starts_with('#') => format!("{step} -6500.0 {temperature}"),
            _ => line.to_owned(),
        })
        .collect();
    scan.write(FILE, flat.join("\n") + "\n");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:16: run `T0.700`: the curve is 0 at all of the 30 lags to be fitted, expected one that is not"
    );
}

/// Replicas are independent runs of one state point. Pooled, their errors would hide what is wrong.
#[test]
fn replicas_that_are_copies_or_of_other_states() {
    let two = |name: &str, content: String| {
        let scan = Scan::small().edit(
            "scan.toml",
            "energy = \"T0.800.dat\"",
            &format!("energy = [\"T0.800.dat\", \"{name}\"]"),
        );
        scan.write(name, content);
        scan.message()
    };
    let small = Scan::small();
    assert_eq!(
        two("copy.dat", small.read("T0.800.dat")),
        "DIR/copy.dat: found the energies of DIR/T0.800.dat, expected another run"
    );
    // Shifted copies, and the end of one that is the start of another.
    let rows = small.read("T0.800.dat");
    let rows: Vec<&str> = rows.lines().collect();
    let head = rows[..2].join("\n");
    for (start, end) in [(40, 3002), (2, 1500), (2500, 3002)] {
        let part = format!("{head}\n{}\n", rows[start..end].join("\n"));
        assert_eq!(
            two("part.dat", part),
            format!(
                "DIR/part.dat: found {} samples of DIR/T0.800.dat (sample {} on), expected an independent run: the pieces of \
                 one run are a list in the list `energy`",
                end - start,
                start - 2
            )
        );
    }
    let colder = two("colder.dat", small.read("T0.700.dat"));
    assert!(
        colder.starts_with("DIR/colder.dat: found a mean temperature of 0.7")
            && colder.ends_with(
                "of DIR/T0.800.dat to 9 %: replicas are of one state point, and others are runs of their own"
            ),
        "{colder}"
    );
    // Its temperatures in another order have nothing to do with the energies.
    let rows = small.read("T0.800.dat");
    let rows: Vec<Vec<&str>> = rows.lines().skip(2).map(|row| row.split(' ').collect()).collect();
    let mut text = "# TimeStep v_pe v_te\n".to_owned();
    for (row, other) in rows.iter().zip(rows.iter().cycle().skip(1000)) {
        text += &format!("{} {}1 {}\n", row[0], row[1], other[2]);
    }
    let shuffled = two("shuffled.dat", text);
    assert!(
        shuffled.starts_with("DIR/shuffled.dat: ") && shuffled.contains("`ensemble`"),
        "{shuffled}"
    );
}

#[test]
fn a_last_row_that_is_cut_off_is_left_out_on_request() {
    let scan = Scan::small();
    let text = scan.read(FILE);
    scan.write(FILE, &text[..text.len() - 9]);
    let scan = scan.edit("scan.toml", "timestep", "cut_off = \"leave_out\"\ntimestep");
    let outcome = scan.run();
    assert_eq!(outcome.results()["runs"][1]["samples"], 2999);
    assert!(
        outcome
            .stdout
            .contains("T0.700.dat: line 3002, the last, is cut off and left out"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_log_of_another_time_step_or_other_units() {
    let log = |settings: &str| {
        let small = Scan::small();
        let rows = small.read("T0.800.dat");
        let rows: String = rows.lines().skip(2).map(|row| format!("{row}\n")).collect();
        let head =
            "Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes\nStep PotEng Temp\n";
        let text = format!(
            "LAMMPS (29 Aug 2024)\n{settings}{head}{rows}Loop time of 1 on 1 procs for 1 steps with 1000 atoms\n"
        );
        small.write("T0.800.dat", text);
        small.message()
    };
    assert_eq!(
        log("  Time step     : 0.0005\n"),
        "DIR/T0.800.dat: a time step of 0.0005, expected 0.005 as declared"
    );
    assert_eq!(
        log("  Unit style    : real\n"),
        "DIR/T0.800.dat: units real, expected lj as declared"
    );
}
