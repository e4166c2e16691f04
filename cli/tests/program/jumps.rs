//! Particles that jump by cells, or do not move, and honest ones that seem to.

use crate::shipped::dump_frames;
use crate::small_scan::Scan;

const CELL: f64 = 9.41036028881;

/// The small scan with 60 frames of its first run, moved by frame and particle.
fn moved(by: impl Fn(usize, usize) -> [f64; 3]) -> Scan {
    let mut text = String::new();
    for (k, frame) in dump_frames(60).iter().enumerate() {
        let (header, atoms) = frame.split_once("zu\n").expect("a list of columns");
        text += &format!("{header}zu\n");
        for (i, line) in atoms.lines().enumerate() {
            let words: Vec<&str> = line.split(' ').collect();
            let at = |axis: usize| words[2 + axis].parse::<f64>().expect("a number") + by(k, i)[axis];
            text += &format!(
                "{} {} {:.7} {:.7} {:.7}\n",
                words[0],
                words[1],
                at(0),
                at(1),
                at(2)
            );
        }
    }
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.800.dat\"",
        "energy = \"T0.800.dat\"\ntrajectory = \"a.lammpstrj\"",
    );
    scan.write("a.lammpstrj", text);
    scan
}

/// The message of a scan, without the steps of frames and lengths of typical moves.
fn refused(by: impl Fn(usize, usize) -> [f64; 3], start: &str, moves: &str) {
    let message = moved(by).message();
    assert!(
        message.starts_with(&format!("DIR/a.lammpstrj: {start}")) && message.contains(moves),
        "{message}"
    );
    assert!(
        message.contains(" from frame 29 (step ") && message.contains(" to frame 30 (step "),
        "{message}"
    );
    assert!(message.contains("`unwrap = \"continuity\"`"), "{message}");
}

#[test]
fn particles_that_jump_are_refused() {
    let late = |k: usize, then: [f64; 3]| if k >= 30 { then } else { [0.0; 3] };
    let one = [CELL, 0.0, 0.0];
    // A spike in one frame, flags that are lost from a frame on, and of most particles.
    let spike = |k, i| {
        if k == 30 && i == 7 {
            [3.3 * CELL; 3]
        } else {
            [0.0; 3]
        }
    };
    refused(spike, "particle 7 moves by ", "3.3");
    let jump = |k, i| if i == 950 { late(k, one) } else { [0.0; 3] };
    refused(jump, "particle 950 moves by 9.", "where 0.24 is typical");
    let most = |k, i: usize| late(k, [(i % 5) as f64 * CELL, -((i % 3) as f64) * CELL, 0.0]);
    refused(most, "particle 0, one of ", "of the cell vectors");
    refused(
        |k, _| late(k, one),
        "all particles together move by 9.",
        "(1, 0, 0",
    );
    // Where molecules or a drift are taken off, the drift of all is no jump.
    let scan = moved(|k, _| late(k, one)).edit(
        "scan.toml",
        "timestep = 0.005",
        "timestep = 0.005\ncentre_of_mass = \"remove\"",
    );
    let scan = scan.edit("scan.toml", "count = 800", "count = 800, mass = 1.0");
    let scan = scan.edit("scan.toml", "count = 200", "count = 200, mass = 1.0");
    scan.run().results();
}

#[test]
fn particles_that_do_not_move_are_refused() {
    let frames = dump_frames(1);
    let scan = moved(|_, _| [0.0; 3]);
    let (_, positions) = frames[0].split_once("\nITEM: NUMBER").expect("a header");
    let frame = |k: usize| format!("ITEM: TIMESTEP\n{}\nITEM: NUMBER{positions}", 100 * k);
    scan.write("a.lammpstrj", (0..30).map(frame).collect::<String>());
    assert_eq!(
        scan.message(),
        "DIR/a.lammpstrj: all 30 frames have the same positions: the particles do not move, expected a trajectory"
    );
}

#[test]
fn honest_motion_is_taken() {
    // The centre of mass flows by more than half of a cell in each frame.
    let flow = |k: usize, _| [0.6 * CELL * k as f64, 0.0, 0.0];
    moved(flow).run().results();
    let whole = |k: usize, _| [CELL * k as f64, 0.0, 0.0];
    moved(whole).run().results();
    // A tenth of the particles are fast, by their own species or not, beside a network at rest.
    let scramble = |k: usize, i: usize, axis: usize| {
        let x = ((k * 8191 + i) * 3 + axis) as u32;
        let x = x.wrapping_mul(2_654_435_761);
        let x = (x ^ (x >> 15)).wrapping_mul(2_246_822_519);
        f64::from((x ^ (x >> 13)) >> 8) / f64::from(1 << 23) - 1.0
    };
    let walk = |k: usize, i: usize| {
        let sum = |axis| (0..=k).map(|k| 0.9 * CELL * scramble(k, i, axis)).sum::<f64>();
        std::array::from_fn(sum)
    };
    let fast = |k, i| if i % 10 == 0 { walk(k, i) } else { [0.0; 3] };
    moved(fast).run().results();
    let tracer = |k, i| if i == 3 { walk(k, i) } else { [0.0; 3] };
    moved(tracer).run().results();
    // Frames so far apart that all move by a cell.
    moved(walk).run().results();
    // One particle hops by a quarter of the cell.
    let hop = |k: usize, i| {
        if i == 7 && k >= 30 {
            [0.25 * CELL, 0.0, 0.0]
        } else {
            [0.0; 3]
        }
    };
    moved(hop).run().results();
}
