//! Trajectories that are not what `scan.toml` says.

use serde_json::Value;

use crate::shipped::{dump_frames, xtc_frames};
use crate::small_scan::Scan;

/// The small scan with 60 frames of a trajectory for its first run.
fn with_frames(frames: &[Vec<u8>]) -> Scan {
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.800.dat\"",
        "energy = \"T0.800.dat\"\ntrajectory = \"a.xtc\"",
    );
    scan.write("a.xtc", frames.concat());
    scan
}

fn message(frames: &[Vec<u8>]) -> String {
    with_frames(frames).message()
}

#[test]
fn whole_frames_are_taken() {
    let scan = with_frames(&xtc_frames(60));
    let outcome = scan.run();
    let results = outcome.results();
    let a = &results["runs"][0]["structure"]["A"];
    for of in ["A", "B", "all"] {
        for name in ["msd", "alpha2", "overlap", "chi4"] {
            let file = outcome.out.join(format!("T0.800.{of}.{name}.csv"));
            let text = std::fs::read_to_string(file).expect("a file for each curve");
            let last = text
                .lines()
                .last()
                .and_then(|line| line.split(',').nth(1))
                .expect("rows");
            let values = results["runs"][0]["structure"][of][name]
                .as_array()
                .expect("values");
            let value = values.last().and_then(Value::as_f64).expect("a number");
            let printed: f64 = last.parse().expect("a number");
            assert!(
                (printed - value).abs() <= 1e-12 * value.abs(),
                "{of} {name}: {printed} {value}"
            );
        }
    }
    assert_eq!(a["origins"][0], 60);
    assert_eq!(a["lag_time"][1], 0.5);
    assert_eq!(a["msd"][0], 0.0);
    assert!(a["alpha2"][0].is_null() && a["alpha2"][1].is_number());
    assert!(results["runs"][1]["structure"].is_null());
}

#[test]
fn a_dump_gives_what_the_same_frames_in_xtc_give() {
    let wanted = with_frames(&xtc_frames(60)).run().results();
    let text = dump_frames(60).concat();
    let scan = with_frames(&[]);
    scan.write("a.lammpstrj", &text);
    let scan = scan.edit("scan.toml", "a.xtc", "a.lammpstrj");
    let found = scan.run().results();
    assert_eq!(found["runs"][0]["structure"], wanted["runs"][0]["structure"]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, text.as_bytes()).expect("bytes");
    let packed = packed.finish().expect("bytes");
    scan.write("b.lammpstrj.gz", &packed);
    let scan = scan.edit("scan.toml", "a.lammpstrj", "b.lammpstrj.gz");
    let found = scan.run().results();
    assert_eq!(found["runs"][0]["structure"], wanted["runs"][0]["structure"]);

    // The format is that of the content, whatever the name.
    let scan = scan.edit("scan.toml", "b.lammpstrj.gz", "frames");
    for content in [text.as_bytes(), &packed, &xtc_frames(60).concat()] {
        scan.write("frames", content);
        let found = scan.run().results();
        assert_eq!(found["runs"][0]["structure"], wanted["runs"][0]["structure"]);
    }

    let scan = with_frames(&[]).edit("scan.toml", "a.xtc", "b.lammpstrj.gz");
    scan.write("b.lammpstrj.gz", &packed[..packed.len() / 2]);
    let message = scan.message();
    assert!(
        message.starts_with("DIR/b.lammpstrj.gz, frame ") && message.contains("incomplete deflate stream"),
        "{message}"
    );
}

#[test]
fn dumps_that_are_damaged() {
    let frames = dump_frames(60);
    let message = |frames: &[String]| {
        let scan = with_frames(&[]).edit("scan.toml", "a.xtc", "a.lammpstrj");
        scan.write("a.lammpstrj", frames.concat());
        scan.message()
    };
    let mut cut = frames.clone();
    let end = cut[59].trim_end().rfind('\n').unwrap_or(0);
    cut[59].truncate(end - 5);
    assert_eq!(
        message(&cut),
        "DIR/a.lammpstrj, frame 59, line 60539: the file ends after 998 of 1000 lines of atoms: line 60539 has no line end, \
         and may be cut off within its last number: `cut_off = \"leave_out\"` leaves that frame out"
    );
    let with = |from: &str, to: &str| {
        let mut frames = frames.clone();
        assert!(frames[30].contains(from));
        frames[30] = frames[30].replacen(from, to, 1);
        message(&frames)
    };
    assert_eq!(
        with("ATOMS\n1000", "ATOMS\n999"),
        "DIR/a.lammpstrj, frame 30, line 30274: 999 particles, expected 1000 as in the first frame"
    );
    assert_eq!(
        with("zu", "vz"),
        "DIR/a.lammpstrj, frame 30, line 30279: the list of columns is `id type xu yu vz`, expected that of the first frame"
    );
    assert_eq!(
        with("\n2 1 ", "\n2 1 nan "),
        "DIR/a.lammpstrj, frame 30, line 30281: a coordinate is `nan`, expected a finite number"
    );
    let renamed = |names: &str| -> Vec<String> {
        frames
            .iter()
            .map(|frame| frame.replacen("xu yu zu", names, 1))
            .collect()
    };
    assert_eq!(
        message(&renamed("vx vy vz")),
        "DIR/a.lammpstrj, frame 0, line 9: no column of coordinates, expected xu yu zu, xsu ysu zsu, x y z or xs ys zs, found `id type vx vy vz`"
    );
    assert_eq!(
        message(&renamed("x y z")),
        "DIR/a.lammpstrj: the source has wrapped coordinates, expected unwrapped ones: unwrap them by image flags or by \
         continuity: `unwrap = \"images\"` or `unwrap = \"continuity\"` unwraps them"
    );
}

#[test]
fn a_missing_file_or_an_unknown_kind() {
    let scan = with_frames(&xtc_frames(60)).edit("scan.toml", "a.xtc", "b.xtc");
    assert_eq!(
        scan.message(),
        "cannot open DIR/b.xtc: No such file or directory (os error 2)"
    );
    let scan = with_frames(&xtc_frames(60)).edit("scan.toml", "a.xtc", "T0.700.dat");
    assert_eq!(
        scan.message(),
        "DIR/T0.700.dat, frame 0, byte 0: the beginning of the file is `# Time-averaged data for fix p`, expected XTC, DCD, \
         TRR, GSD, `ITEM:` of a LAMMPS dump or the number of particles of an XYZ file"
    );
}

#[test]
fn a_file_that_ends_within_a_frame() {
    let mut frames = xtc_frames(60);
    let last = frames[59].len();
    frames[59].truncate(last / 2);
    assert_eq!(
        message(&frames),
        "DIR/a.xtc, frame 59, byte 353748: the file ends after 2910 of 5912 bytes: `cut_off = \"leave_out\"` leaves that \
         frame out"
    );
}

#[test]
fn a_damaged_frame() {
    let mut frames = xtc_frames(60);
    frames[30][0] = 0x77;
    assert_eq!(
        message(&frames),
        "DIR/a.xtc, frame 30, byte 179832: the magic number is `1996490699`, expected 1995 or 2023"
    );
}

#[test]
fn a_frame_that_is_missing() {
    let mut frames = xtc_frames(60);
    frames.remove(30);
    assert_eq!(
        message(&frames),
        "DIR/a.xtc: frame 30 is 200 steps after the one before, expected 100 as at the start: frames must be evenly spaced, or in blocks of one pattern"
    );
}

#[test]
fn too_few_frames() {
    assert_eq!(
        message(&xtc_frames(12)),
        "DIR/a.xtc: found 12 frames, expected at least 20"
    );
    let scan = with_frames(&xtc_frames(60)).edit("scan.toml", "trajectory", "discard = 25.0\ntrajectory");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:14: `discard`: run `T0.800`: found 25, which leaves 10 of the 60 frames of DIR/a.xtc, expected at least 20"
    );
}

#[test]
fn another_number_of_particles() {
    let scan = with_frames(&xtc_frames(60))
        .edit("scan.toml", "particles = 1000", "particles = 1001")
        .edit("scan.toml", "count = 800", "count = 801");
    assert_eq!(
        scan.message(),
        "DIR/a.xtc: frame 0 has 1000 particles, expected 1001"
    );
}

#[test]
fn another_interval() {
    let scan =
        with_frames(&xtc_frames(60)).edit("scan.toml", "trajectory", "frame_interval = 1.0\ntrajectory");
    assert_eq!(
        scan.message(),
        "DIR/a.xtc: found frames 0.5 apart, expected the `frame_interval` 1 of DIR/scan.toml:11"
    );
    // 100 steps of 0.0041 are 0.41000000000000003.
    let scan = scan.edit(
        "scan.toml",
        "timestep = 0.005",
        "timestep = 0.0041\nframe_times = \"ignore\"",
    );
    assert_eq!(
        scan.message(),
        "DIR/a.xtc: found frames 0.41 apart, expected the `frame_interval` 1 of DIR/scan.toml:12"
    );
    let scan =
        with_frames(&xtc_frames(60)).edit("scan.toml", "trajectory", "frame_interval = 0.5\ntrajectory");
    assert_eq!(
        scan.run().results()["runs"][0]["structure"]["A"]["lag_time"][1],
        0.5
    );
}

#[test]
fn steps_that_the_file_lacks() {
    let mut frames = xtc_frames(60);
    for frame in &mut frames {
        frame[8..12].fill(0);
    }
    assert_eq!(
        message(&frames),
        "DIR/a.xtc: frame 1 has step 0 like the one before, expected rising steps, or `frame_interval` in the run (by the \
         times of the file 0.5)"
    );
    let scan = with_frames(&frames).edit("scan.toml", "trajectory", "frame_interval = 0.5\ntrajectory");
    let outcome = scan.run();
    assert_eq!(outcome.results()["runs"][0]["structure"]["A"]["lag_time"][1], 0.5);
    let note = "a.xtc: the file has times and no steps, which `frame_interval` gives";
    assert!(outcome.stdout.contains(note), "{}", outcome.stdout);
}

#[test]
fn times_that_disagree_with_the_time_step() {
    let hint = "`timestep` is another, or `frame_interval` where it gives the steps; `frame_times = \"ignore\"` passes over \
                times that a converter made up";
    let with = |timestep: &str| {
        let scan = with_frames(&xtc_frames(60));
        scan.edit("scan.toml", "timestep = 0.005", &format!("timestep = {timestep}"))
    };
    for timestep in ["0.004", "0.05"] {
        assert_eq!(
            with(timestep).message(),
            format!(
                "DIR/a.xtc: frame 1: a step is 0.005 long by the times beside the steps, expected the time step of {timestep}: {hint}"
            )
        );
    }
    // A time step that changes within the file.
    let mut frames = xtc_frames(60);
    for (k, frame) in frames.iter_mut().enumerate().skip(30) {
        let time = 82.0 + 0.5 * k as f32 + 0.1 * (k - 29) as f32;
        frame[12..16].copy_from_slice(&time.to_be_bytes());
    }
    let found = message(&frames);
    assert!(
        found.starts_with("DIR/a.xtc: frame 30: a step is 0.0050") && found.ends_with(hint),
        "{found}"
    );
    let scan = with_frames(&frames).edit("scan.toml", "trajectory", "frame_times = \"ignore\"\ntrajectory");
    assert_eq!(
        scan.run().results()["runs"][0]["structure"]["A"]["lag_time"][1],
        0.5
    );
    // Zeros say nothing.
    for frame in &mut frames {
        frame[12..16].fill(0);
    }
    assert!(with_frames(&frames).run().success);
}

#[test]
fn times_of_text_are_held_against_the_steps_that_it_has_or_is_given() {
    let frame = |k: usize, comment: &str| {
        let lines = dump_frames(60)[k].clone();
        let rows = lines.lines().skip(9).map(|line| {
            let mut fields = line.split(' ').skip(1);
            let kind = fields.next().expect("a type");
            let name = if kind == "1" { "A" } else { "B" };
            format!("{name} {}\n", fields.collect::<Vec<_>>().join(" "))
        });
        format!("1000\n{comment}\n{}", rows.collect::<String>())
    };
    let scan = |comment: &dyn Fn(usize) -> String, keys: &str| {
        let text: String = (0..24).map(|k| frame(k, &comment(k))).collect();
        let scan = with_frames(&[]).edit("scan.toml", "a.xtc\"", &format!("a.xyz\"\n{keys}"));
        scan.write("a.xyz", text);
        scan
    };
    let cp2k = |k: usize| format!(" i = {}, time = {:.3}, E = -1.5", 100 * k, 0.4 * k as f64);
    let found = scan(&cp2k, "").message();
    assert!(
        found.starts_with(
            "DIR/a.xyz: frame 1: a step is 0.004 long by the times beside the steps, expected the time step of 0.005: "
        ),
        "{found}"
    );
    let gpumd = |k: usize| format!("Time={:.8}", 0.5 * k as f64);
    assert!(scan(&gpumd, "frame_interval = 0.5").run().success);
    let found = scan(&gpumd, "frame_interval = 1.0").message();
    assert!(
        found.starts_with(
            "DIR/a.xyz: frame 1: a step is 0.0025 long by the times beside the steps, expected the time step of 0.005: "
        ),
        "{found}"
    );
}

#[test]
fn steps_that_count_frames() {
    let mut frames = xtc_frames(60);
    for (k, frame) in frames.iter_mut().enumerate() {
        frame[8..12].copy_from_slice(&(k as u32).to_be_bytes());
    }
    let found = message(&frames);
    assert!(
        found.starts_with(
            "DIR/a.xtc: frame 1: a step is 0.5 long by the times beside the steps, expected the time step of 0.005: "
        ),
        "{found}"
    );
    let scan = with_frames(&frames).edit("scan.toml", "trajectory", "frame_interval = 0.5\ntrajectory");
    let outcome = scan.run();
    assert_eq!(outcome.results()["runs"][0]["structure"]["A"]["lag_time"][1], 0.5);
    let note = "a.xtc: the steps of the file count its frames: `frame_interval` gives their spacing";
    assert!(outcome.stdout.contains(note), "{}", outcome.stdout);
    let scan = with_frames(&frames).edit("scan.toml", "trajectory", "frame_interval = 1.0\ntrajectory");
    let found = scan.message();
    assert!(
        found.starts_with(
            "DIR/a.xtc: frame 1: a step is 0.0025 long by the times beside the steps, expected the time step of 0.005: "
        ),
        "{found}"
    );
}

/// Trajectories of replicas are independent, of one cell and of one spacing.
#[test]
fn trajectories_that_are_no_replicas() {
    let frames = xtc_frames(60);
    let two = |first: &[Vec<u8>], second: &[Vec<u8>]| {
        let scan = with_frames(first).edit("scan.toml", "\"a.xtc\"", "[\"a.xtc\", \"b.xtc\"]");
        scan.write("b.xtc", second.concat());
        scan
    };
    let pieces = "expected an independent run: the pieces of one run are a list in the list `trajectory`";
    assert_eq!(
        two(&frames[..31], &frames[30..]).message(),
        format!("DIR/b.xtc: begins with the last frame of DIR/a.xtc, {pieces}")
    );
    assert_eq!(
        two(&frames, &frames).message(),
        "DIR/b.xtc: frame 0 has the positions of frame 0 of DIR/a.xtc, expected an independent run"
    );
    assert_eq!(
        two(&frames, &frames[20..]).message(),
        "DIR/b.xtc: frame 0 has the positions of frame 20 of DIR/a.xtc, expected an independent run"
    );
    let every_other: Vec<Vec<u8>> = frames[1..].iter().step_by(2).cloned().collect();
    assert_eq!(
        two(&frames[..30], &every_other).message(),
        "DIR/b.xtc: found frames 1 apart, expected the 0.5 of DIR/a.xtc"
    );
    // Other frames, and one configuration from which both begin.
    assert!(two(&frames[..30], &frames[30..]).run().success);
    let branched = [&frames[..1], &frames[31..]].concat();
    let mut branched = branched;
    for (k, frame) in branched.iter_mut().enumerate() {
        frame[8..12].copy_from_slice(&(16400 + 100 * k as u32).to_be_bytes());
        frame[12..16].copy_from_slice(&(82.0 + 0.5 * k as f32).to_be_bytes());
    }
    assert!(two(&frames[..30], &branched).run().success);
    // The first component of the cell of each frame stands behind the time.
    let wider: Vec<Vec<u8>> = frames[30..]
        .iter()
        .map(|frame| {
            let mut frame = frame.clone();
            frame[16..20].copy_from_slice(&9.5_f32.to_be_bytes());
            frame
        })
        .collect();
    let scan = two(&frames[..30], &wider).edit("scan.toml", "box = 9.41036028881\n", "");
    assert_eq!(
        scan.message(),
        "DIR/b.xtc: found a cell of [9.5, 9.41036, 9.41036], expected the [9.41036, 9.41036, 9.41036] of DIR/a.xtc: replicas \
         are of one state point"
    );
}

#[test]
fn another_cell() {
    let scan = with_frames(&xtc_frames(60)).edit("scan.toml", "trajectory", "box = 9.5\ntrajectory");
    assert_eq!(
        scan.message(),
        "DIR/a.xtc: frame 0: found a cell of [9.41036, 9.41036, 9.41036], expected the `box` [9.5, 9.5, 9.5] of the run at DIR/scan.toml:11"
    );
}

#[test]
fn a_cell_that_changes() {
    // The tilt of one frame, which leaves the volume as it is.
    let tilted = |exponent: u8| {
        let mut frames = xtc_frames(60);
        frames[50][28] = exponent;
        frames
    };
    for exponent in [0x41, 0x4f, 0x50] {
        let given = message(&tilted(exponent));
        assert!(
            given.starts_with("DIR/a.xtc: frame 50: found a cell of [[9.41036, 0, 0], [")
                && given.ends_with(
                    "expected the `box` [9.41036028881, 9.41036028881, 9.41036028881] of the run at DIR/scan.toml:11"
                ),
            "{given}"
        );
        let without = with_frames(&tilted(exponent)).edit("scan.toml", "box = 9.41036028881\n", "");
        let path = "units = \"lj\"\npath = \"isobaric\"";
        for scan in [
            without.message(),
            without.edit("scan.toml", "units = \"lj\"", path).message(),
        ] {
            assert!(
                scan.starts_with("DIR/a.xtc: frame 50: found a cell of [[")
                    && scan.ends_with("expected the [9.41036, 9.41036, 9.41036] of frame 0"),
                "{scan}"
            );
        }
    }
}

#[test]
fn a_frame_of_another_precision() {
    let mut frames = xtc_frames(60);
    assert_eq!(frames[30][56], 0x44);
    frames[30][56] = 0x40;
    let start = frames[..30].iter().map(Vec::len).sum::<usize>();
    let found = message(&frames);
    assert!(
        found.starts_with(&format!(
            "DIR/a.xtc, frame 30, byte {}: a precision of ",
            start + 56
        )) && found.ends_with(", expected 1000 as in the first frame"),
        "{found}"
    );
}

#[test]
fn volumes_along_an_isochore() {
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.700.dat\"",
        "energy = \"T0.700.dat\"\nbox = 9.5",
    );
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:16: run `T0.700`: found a volume of 857.375, that of run `T0.800` is 833.333; expected the same to 0.1 %, or `path` in [system]"
    );
    let scan = scan.edit(
        "scan.toml",
        "units = \"lj\"",
        "units = \"lj\"\npath = \"isochoric\"",
    );
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:17: run `T0.700`: found a volume of 857.375, that of run `T0.800` is 833.333; expected the same to 0.1 % on an isochore"
    );
    let scan = scan.edit("scan.toml", "\"isochoric\"", "\"isobaric\"");
    assert_eq!(scan.run().results()["system"]["path"], "isobaric");
}

#[test]
fn coordinates_too_large_for_single_precision() {
    let moved = |by: f64| {
        let frames = dump_frames(60).concat();
        let far: String = frames.lines().fold(String::new(), |text, line| {
            let words: Vec<&str> = line.split(' ').collect();
            let line = match words.as_slice() {
                [id, kind, x, y, z] => {
                    let x: f64 = x.parse().expect("a number");
                    format!("{id} {kind} {} {y} {z}", x + by)
                }
                _ => line.to_owned(),
            };
            text + &line + "\n"
        });
        let scan = with_frames(&[]).edit("scan.toml", "a.xtc", "a.lammpstrj");
        scan.write("a.lammpstrj", far);
        scan
    };
    assert_eq!(
        moved(4e6).message(),
        "DIR/a.lammpstrj: coordinates reach 4.00002e6, where single precision steps by 0.25, and the least mean-squared \
         displacement between frames is 0.0567: rounding is 55 % of it, expected less than 10 %: write positions that start \
         inside the cell"
    );
    let notes = moved(1e6).run().results()["runs"][0]["notes"].to_string();
    assert!(notes.contains("where single precision steps by 0.062"), "{notes}");
    let notes = moved(1e3).run().results()["runs"][0]["notes"].to_string();
    assert!(!notes.contains("single precision"), "{notes}");
}
