//! The same data twice, and data of two states, as replicas and as runs.

use crate::small_scan::Scan;

const COPY: &str = "copy.dat";

/// The rows of an energy file.
fn rows(text: &str) -> Vec<[f64; 3]> {
    let numbers = |row: &str| -> Vec<f64> {
        row.split(' ')
            .map(|field| field.parse().expect("a number"))
            .collect()
    };
    let rows = text.lines().skip(2).map(numbers);
    rows.map(|row| [row[0], row[1], row[2]]).collect()
}

/// An energy file of energies and temperatures with their digits behind the point.
fn file(rows: impl IntoIterator<Item = [f64; 2]>, digits: usize) -> String {
    let rows = rows.into_iter().enumerate();
    let rows = rows.map(|(k, [e, t])| format!("{} {e:.digits$} {t:.6}\n", 10 * k));
    format!("# x\n# TimeStep v_pe v_te\n{}", rows.collect::<String>())
}

/// The small scan with a second replica of its first run.
fn with_replica(content: impl AsRef<[u8]>) -> Scan {
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.800.dat\"",
        &format!("energy = [\"T0.800.dat\", \"{COPY}\"]"),
    );
    scan.write(COPY, content);
    scan
}

#[test]
fn altered_copies_are_no_replicas() {
    let original = rows(&Scan::small().read("T0.800.dat"));
    let energies = |change: &dyn Fn(f64) -> f64| -> Vec<[f64; 2]> {
        original.iter().map(|row| [change(row[1]), row[2]]).collect()
    };
    let changed = |from: usize, length: usize, how: &str| {
        format!(
            "DIR/copy.dat: found energies that change {length} times in a row as those of DIR/T0.800.dat do{how} (sample \
             {from} on), expected an independent run"
        )
    };
    // An offset, and fewer digits, of the whole and of a part.
    let offset = file(energies(&|e| e + 5.0), 5);
    assert_eq!(with_replica(offset).message(), changed(0, 2999, ""));
    let rounded = file(energies(&|e| e), 1);
    assert_eq!(with_replica(rounded).message(), changed(0, 2999, ""));
    let part = file(energies(&|e| e)[300..2000].iter().copied(), 1);
    assert_eq!(with_replica(part).message(), changed(300, 1699, ""));
    let backwards = file(energies(&|e| e).into_iter().rev(), 5);
    assert_eq!(with_replica(backwards).message(), changed(0, 2999, " backwards"));
    // Another scale, an offset between the digits, and noise.
    let others: [(&dyn Fn(f64) -> f64, usize); 3] = [
        (&|e| 1.02 * e, 6),
        (&|e| e + 0.012_345_6, 2),
        (&|e| e + (1e5 * e).sin(), 6),
    ];
    for (change, digits) in others {
        let message = with_replica(file(energies(change), digits)).message();
        assert!(
            message.starts_with("DIR/copy.dat: found energies that ")
                && message.contains("those of DIR/T0.800.dat"),
            "{message}"
        );
    }
    // Other energies beside the same temperatures.
    let others = original.iter().zip(original.iter().rev());
    let others = file(
        others.map(|(row, other)| [other[1] - 1.7 * (row[2] - other[2]), row[2]]),
        5,
    );
    let message = with_replica(others).message();
    assert!(message.starts_with("DIR/copy.dat: "), "{message}");
}

#[test]
fn two_runs_of_a_scan_are_of_different_data() {
    let twice = "expected energies of another run: data that a scan has twice would count twice";
    let scan = Scan::small();
    scan.write("T0.700.dat", scan.read("T0.800.dat"));
    assert_eq!(
        scan.message(),
        format!(
            "DIR/scan.toml:18: `energy`: run `T0.700`: found the energies of DIR/T0.800.dat of run `T0.800` in \
             DIR/T0.700.dat, {twice}"
        )
    );
    // The same file by another path.
    let scan = Scan::small().edit("scan.toml", "\"T0.700.dat\"", "\"sub/../T0.800.dat\"");
    std::fs::create_dir(scan.dir().join("sub")).unwrap();
    assert!(
        scan.message()
            .contains("found the energies of DIR/T0.800.dat of run `T0.800` in DIR/sub/../T0.800.dat,")
    );
    // A part of another run.
    let text = Scan::small().read("T0.800.dat");
    let part: Vec<&str> = text
        .lines()
        .enumerate()
        .filter(|(k, _)| *k < 2 || *k >= 1002)
        .map(|(_, row)| row)
        .collect();
    let scan = Scan::small();
    scan.write("T0.700.dat", part.join("\n") + "\n");
    assert!(scan.message().contains(
        "found 2000 samples of DIR/T0.800.dat of run `T0.800` (sample 1000 on) in DIR/T0.700.dat,"
    ));
}

#[test]
fn one_run_of_a_log_is_one_run() {
    let small = Scan::small();
    let head = "Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes\nStep PotEng Temp\n";
    let run = |name: &str| {
        let rows: String = small
            .read(name)
            .lines()
            .skip(2)
            .map(|row| format!("{row}\n"))
            .collect();
        format!("{head}{rows}Loop time of 1 on 1 procs for 1 steps with 1000 atoms\n")
    };
    small.write(
        "log.lammps",
        format!("LAMMPS (29 Aug 2024)\n{}{}", run("T0.700.dat"), run("T0.800.dat")),
    );
    let of = |first: &str, second: &str| {
        let text = small.read("scan.toml");
        let text = text.replace("\"T0.800.dat\"", &format!("\"log.lammps\"\nlog_run = {first}"));
        let scan = Scan::small();
        scan.write("log.lammps", small.read("log.lammps"));
        scan.write(
            "scan.toml",
            text.replace("\"T0.700.dat\"", &format!("\"log.lammps\"\nlog_run = {second}")),
        );
        scan
    };
    assert!(of("2", "1").run().success);
    for choice in ["\"last\"", "\"joined\""] {
        let message = of("2", choice).message();
        assert!(
            message.contains("run `T0.700`: found the energies of DIR/log.lammps of run `T0.800`"),
            "{message}"
        );
    }
}

/// Replicas at constant energy have total energies of their own, and their temperatures and mean
/// energies differ together.
#[test]
fn replicas_are_of_one_state() {
    let original = rows(&Scan::small().read("T0.800.dat"));
    let halves = |second: &dyn Fn([f64; 2]) -> [f64; 2]| {
        let [a, b] =
            [&original[..1400], &original[1500..2900]].map(|half| half.iter().map(|row| [row[1], row[2]]));
        let scan = with_replica(file(b.map(second), 5));
        scan.write("T0.800.dat", file(a, 5));
        scan
    };
    let apart = "standard errors; the replicas are of different states";
    let outcome = halves(&|row| row).run();
    assert!(
        outcome.success && !outcome.stdout.contains(apart),
        "{}{}",
        outcome.stdout,
        outcome.stderr
    );
    // 1.4 % warmer, at a heat capacity of 1.73 k.
    let warmer = halves(&|[e, t]| [e + 1730.0 * 0.011, t + 0.011]).run();
    assert!(
        warmer.success && !warmer.stdout.contains(apart),
        "{}{}",
        warmer.stdout,
        warmer.stderr
    );
    // The same change of the energy at the same temperature is noted, and a large one refused.
    let shifted = halves(&|[e, t]| [e + 80.0, t]).run();
    assert!(
        shifted.success && shifted.stdout.contains(apart),
        "{}{}",
        shifted.stdout,
        shifted.stderr
    );
    let message = halves(&|[e, t]| [e + 500.0, t]).message();
    assert!(
        message.starts_with("DIR/copy.dat: found a mean energy of -5.8")
            && message.ends_with("replicas are of one state point"),
        "{message}"
    );
    // Averages over windows change less from row to row than samples do.
    let message = halves(&|[e, t]| [-6340.0 + 0.5 * (e + 6340.0), 0.8 + 0.5 * (t - 0.8)]).message();
    assert!(
        message.starts_with("DIR/copy.dat: found energies that change by ")
            && message.ends_with("of samples or averages alike"),
        "{message}"
    );
}

#[test]
fn pressures_of_replicas_are_in_one_unit() {
    let original = rows(&Scan::small().read("T0.800.dat"));
    // Pressures that follow the energies as those of the liquid do.
    let part = |rows: &[[f64; 3]], factor: f64| {
        let rows = rows.iter().enumerate();
        let rows = rows.map(|(k, [_, e, t])| {
            let pressure = 7.6 + 0.006 * (e + 6342.0) + 0.1 * (1e4 * e).sin();
            format!("{} {e} {t} {}\n", 10 * k, factor * pressure)
        });
        format!("# x\n# TimeStep v_pe v_te v_press\n{}", rows.collect::<String>())
    };
    let scan = |factor: f64| {
        let scan = with_replica(part(&original[1500..2900], factor));
        scan.write("T0.800.dat", part(&original[..1400], 1.0));
        scan
    };
    assert!(scan(1.0).run().success);
    for factor in [10.0, 1.6, 0.000_101_325] {
        let message = scan(factor).message();
        assert!(
            message.starts_with("DIR/copy.dat: found pressures that change by ")
                && message.contains("in the same units"),
            "{message}"
        );
    }
}

/// Runs at constant energy from canonical states differ in temperature by more than a thermostat
/// lets them.
#[test]
fn canonical_starts_at_constant_energy_are_one_state() {
    let original = rows(&Scan::small().read("T0.800.dat"));
    let shifted = |by: f64| {
        let [a, b] =
            [&original[..1400], &original[1500..2900]].map(|half| half.iter().map(|row| [row[1], row[2]]));
        let scan = with_replica(file(b.map(|[e, t]| [e + 1730.0 * by, t + by]), 5));
        scan.write("T0.800.dat", file(a, 5));
        scan
    };
    let outcome = shifted(0.03).run();
    assert!(
        outcome.success
            && outcome
                .stdout
                .contains("each began from a state of its own at one temperature"),
        "{}{}",
        outcome.stdout,
        outcome.stderr
    );
    let message = shifted(0.12).message();
    assert!(
        message.contains("to 9 %: replicas are of one state point"),
        "{message}"
    );
}

/// Output that is written more often than it is computed.
#[test]
fn energies_that_stand_in_many_rows() {
    let original = rows(&Scan::small().read("T0.800.dat"));
    let each = original[..250].iter().flat_map(|row| [[row[1], row[2]]; 12]);
    let scan = Scan::small();
    scan.write("T0.800.dat", file(each, 5));
    assert_eq!(
        scan.message(),
        "DIR/T0.800.dat: each energy stands in 12 rows on the average, expected numbers of their own in each row; leave out \
         the rows that repeat them"
    );
}
