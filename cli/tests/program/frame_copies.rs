//! The same frames twice, as replicas and as runs.

use crate::shipped::dump_frames;
use crate::small_scan::Scan;

/// 60 frames, as a dump, with the coordinates of each particle changed.
fn changed(frames: &[String], change: impl Fn(f64) -> f64) -> Vec<String> {
    let row = |row: &str| {
        let fields: Vec<&str> = row.split(' ').collect();
        let moved = fields[2..]
            .iter()
            .map(|x| change(x.parse().expect("a number")).to_string());
        format!(
            "{} {} {}\n",
            fields[0],
            fields[1],
            moved.collect::<Vec<_>>().join(" ")
        )
    };
    frames
        .iter()
        .map(|frame| {
            let lines: Vec<&str> = frame.lines().collect();
            lines[..9].join("\n") + "\n" + &lines[9..].iter().map(|line| row(line)).collect::<String>()
        })
        .collect()
}

/// The same with other steps, from this one on.
fn numbered(frames: &[String], first: usize) -> Vec<String> {
    let number = |(k, frame): (usize, &String)| {
        let mut lines: Vec<String> = frame.lines().map(str::to_owned).collect();
        lines[1] = (first + 100 * k).to_string();
        lines.join("\n") + "\n"
    };
    frames.iter().enumerate().map(number).collect()
}

/// The small scan with two replicas of frames.
fn replicas(first: &[String], second: &[String]) -> Scan {
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.800.dat\"",
        "energy = \"T0.800.dat\"\ntrajectory = [\"a.dump\", \"b.dump\"]",
    );
    scan.write("a.dump", first.concat());
    scan.write("b.dump", second.concat());
    scan
}

#[test]
fn altered_copies_of_frames_are_no_replicas() {
    let frames = dump_frames(60);
    let copy = |how: &str| {
        format!(
            "DIR/b.dump: particles move from frame to frame as in DIR/a.dump{how}, as in a copy with an offset or another order \
             of the particles: expected an independent run"
        )
    };
    let shifted = changed(&frames, |x| x + 1e-3);
    assert_eq!(replicas(&frames, &shifted).message(), copy(""));
    // The particles of the first species in the opposite order.
    let other_order: Vec<String> = frames
        .iter()
        .map(|frame| {
            let lines: Vec<&str> = frame.lines().collect();
            let (head, rows) = lines.split_at(9);
            let rows = rows.iter().enumerate().map(|(k, row)| {
                let of = if k < 800 { 799 - k } else { k };
                let behind = rows[of].splitn(3, ' ').nth(2).unwrap();
                let kind = row.split(' ').nth(1).unwrap();
                format!("{} {kind} {behind}\n", k + 1)
            });
            head.join("\n") + "\n" + &rows.collect::<String>()
        })
        .collect();
    assert_eq!(replicas(&frames, &other_order).message(), copy(""));
    let backwards: Vec<String> = frames.iter().rev().cloned().collect();
    let backwards = numbered(&changed(&backwards, |x| x + 1e-3), 0);
    assert_eq!(replicas(&frames, &backwards).message(), copy(" backwards"));
    // Two parts of one run are independent as far as displacements tell.
    assert!(replicas(&frames[..30], &numbered(&frames[30..], 0)).run().success);
}

#[test]
fn two_runs_have_different_frames() {
    let frames = dump_frames(60);
    let scan = |second: &[String], keys: &str| {
        let scan = Scan::small()
            .edit(
                "scan.toml",
                "\"T0.800.dat\"",
                "\"T0.800.dat\"\ntrajectory = \"a.dump\"",
            )
            .edit(
                "scan.toml",
                "\"T0.700.dat\"",
                &format!("\"T0.700.dat\"\ntrajectory = \"b.dump\"\n{keys}"),
            );
        scan.write("a.dump", frames[..30].concat());
        scan.write("b.dump", second.concat());
        scan
    };
    assert_eq!(
        scan(&numbered(&frames[10..40], 0), "").message(),
        "DIR/scan.toml:20: `trajectory`: run `T0.700`: frame 0 of DIR/b.dump has the positions of frame 10 of DIR/a.dump of run \
         `T0.800`, and so have more: expected frames of another run"
    );
    // A run may begin from the last configuration of another, and one that does not count may be a
    // copy.
    assert!(scan(&frames[29..], "").run().success);
    assert!(scan(&frames[..30], "exclude = \"a copy\"").run().success);
}
