//! Rows that no liquid gives.

use crate::small_scan::Scan;

const FILE: &str = "T0.800.dat";

/// The small scan with the energy of some rows of its first file replaced.
fn with_energies(energies: impl Fn(usize) -> Option<f64>) -> Scan {
    let scan = Scan::small();
    let text = scan.read(FILE);
    let rows = text.lines().enumerate().map(|(line, row)| {
        let fields: Vec<&str> = row.split(' ').collect();
        match line.checked_sub(2).and_then(&energies) {
            Some(energy) => format!("{} {energy} {}\n", fields[0], fields[2]),
            None => format!("{row}\n"),
        }
    });
    scan.write(FILE, rows.collect::<String>());
    scan
}

#[test]
fn a_row_that_decides_the_variance_is_refused() {
    let message = with_energies(|row| (row == 777).then_some(-1e6)).message();
    assert!(
        message.starts_with(
            "DIR/T0.800.dat: found 1 row whose energy is far from all others: -1e6 in row 778 (step "
        ) && message.contains("it makes 100 % of the variance"),
        "{message}"
    );
    let message = with_energies(|row| (row % 1000 == 5).then_some(0.0)).message();
    assert!(
        message.contains("found 3 rows whose energy is far from all others: 0 in row 6 (step "),
        "{message}"
    );
    // `discard` leaves the row out, and rows keep their numbers.
    let scan = with_energies(|row| (row == 7).then_some(-1e6));
    assert!(scan.message().contains("in row 8 (step "));
    let scan = scan.edit("scan.toml", "fit_window", "discard = 1.0\nfit_window");
    assert!(scan.run().success);
}

#[test]
fn a_row_far_away_is_noted() {
    // Pressures, whose standard deviation is 0.136.
    let scan = Scan::small();
    let rows = scan.read(FILE);
    let rows = rows.lines().skip(2).enumerate().map(|(k, row)| {
        let energy: f64 = row.split(' ').nth(1).unwrap().parse().unwrap();
        let pressure = if k == 777 {
            14.7
        } else {
            7.6 + 0.006 * (energy + 6337.4)
        };
        format!("{row} {pressure}\n")
    });
    scan.write(
        FILE,
        format!("# x\n# TimeStep v_pe v_te v_press\n{}", rows.collect::<String>()),
    );
    let outcome = scan.run();
    assert!(outcome.success, "{}", outcome.stderr);
    assert!(
        outcome
            .stdout
            .contains("1 row whose pressure is far from all others: 14.7 in row 778 (step ")
            && outcome.stdout.contains("of the variance, and may be damaged"),
        "{}",
        outcome.stdout
    );
    // An energy so far away contradicts the ensemble, and the message tells of it.
    let message = with_energies(|row| (row == 777).then_some(-6337.4 + 52.0 * 22.6)).message();
    assert!(
        message.contains("the data are of neither ensemble")
            && message.contains(
                "; DIR/T0.800.dat: 1 row whose energy is far from all others: -5162.2 in row 778 (step "
            ),
        "{message}"
    );
}

#[test]
fn rows_that_stay_the_same_are_noted() {
    let outcome = with_energies(|row| (500..560).contains(&row).then_some(-6340.5)).run();
    assert!(outcome.success, "{}", outcome.stderr);
    assert!(
        outcome
            .stdout
            .contains("T0.800.dat: found the same energy in 60 rows, from row 501 (step ")
            && outcome
                .stdout
                .contains(", as where the output hung: they count as they are"),
        "{}",
        outcome.stdout
    );
    let message = with_energies(|row| (1000..2700).contains(&row).then_some(-6340.5)).message();
    assert!(
        message.starts_with("DIR/T0.800.dat: found the same energy in 1700 rows, from row 1001 (step "),
        "{message}"
    );
}
