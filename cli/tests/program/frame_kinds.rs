//! Trajectories as users have them: in pieces, wrapped, restarted, in other formats, with types
//! that change.

use serde_json::Value;

use crate::shipped::{dump_frames, xtc_frames};
use crate::small_scan::Scan;

/// The small scan with this trajectory and these keys for its first run.
fn with(trajectory: &str, keys: &str, files: &[(&str, Vec<u8>)]) -> Scan {
    let run = format!("energy = \"T0.800.dat\"\ntrajectory = {trajectory}\n{keys}");
    let scan = Scan::small().edit("scan.toml", "energy = \"T0.800.dat\"", &run);
    for (name, bytes) in files {
        scan.write(name, bytes);
    }
    scan
}

/// The structure of the first run, which equals that of the 60 frames in one XTC file.
fn structure(results: &Value) -> &Value {
    &results["runs"][0]["structure"]
}

fn wanted() -> Value {
    let scan = with("\"a.xtc\"", "", &[("a.xtc", xtc_frames(60).concat())]);
    structure(&scan.run().results()).clone()
}

fn notes(results: &Value) -> String {
    let notes = results["runs"][0]["notes"].as_array();
    let notes = notes.into_iter().flatten().filter_map(Value::as_str);
    notes.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_run_in_pieces_with_what_a_restart_repeats() {
    let wanted = wanted();
    let xtc = xtc_frames(60);
    // The second job begins with the last frame of the first.
    let scan = with(
        "[[\"a.xtc\", \"b.xtc\"]]",
        "",
        &[("a.xtc", xtc[..30].concat()), ("b.xtc", xtc[29..].concat())],
    );
    let results = scan.run().results();
    assert_eq!(structure(&results), &wanted);
    assert!(
        notes(&results).contains("1 repeated frames counted once"),
        "{results}"
    );

    // The first job was killed past its last restart file.
    let mut dump = dump_frames(60);
    let (head, rows) = dump[36].split_once("zu\n").expect("a dump");
    let (_, rows) = rows.split_once('\n').expect("rows");
    let other = format!("{head}zu\n1 1 0 0 0\n{rows}");
    let first = dump[..36].concat() + &other + &dump[37..40].concat();
    let files = [
        ("a.lammpstrj", first.into_bytes()),
        ("b.lammpstrj", dump[35..].concat().into_bytes()),
    ];
    let scan = with("[[\"a.lammpstrj\", \"b.lammpstrj\"]]", "", &files);
    let message = scan.message();
    assert!(
        message.starts_with("DIR/a.lammpstrj: frame 40 has step ")
            && message.contains("`overlap = \"later\"`"),
        "{message}"
    );
    let pieces = "[[\"a.lammpstrj\", \"b.lammpstrj\"]]";
    let later = with(pieces, "overlap = \"later\"", &files);
    assert_eq!(structure(&later.run().results()), &wanted);

    // Other particles in the second piece.
    dump.iter_mut()
        .for_each(|frame| *frame = frame.replace("\n1 1 ", "\n1 2 "));
    scan.write("b.lammpstrj", dump[35..].concat());
    let message = scan.message();
    assert!(
        message.contains("types or names of particles are not those of the first file"),
        "{message}"
    );
    let scan = scan.edit(
        "scan.toml",
        "[[\"a.lammpstrj\", \"b.lammpstrj\"]]",
        "[[\"a.lammpstrj\"], [\"a.lammpstrj\"]]",
    );
    assert!(
        scan.message().contains("found a.lammpstrj twice"),
        "{}",
        scan.message()
    );
}

/// Frames put back into the cell, with image flags.
fn wrapped(frames: &[String]) -> Vec<String> {
    let edge = 9.410_360_336_303_711_f64;
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(' ').collect();
        let [id, kind, coordinates @ ..] = &fields[..] else {
            panic!("{line}");
        };
        let wrapped = coordinates.iter().map(|x| {
            let x: f64 = x.parse().expect("a number");
            let image = (x / edge).floor();
            (x - image * edge, image)
        });
        let (x, images): (Vec<f64>, Vec<f64>) = wrapped.unzip();
        let [x, y, z] = x[..] else { panic!("{line}") };
        let [i, j, k] = images[..] else { panic!("{line}") };
        format!("{id} {kind} {x} {y} {z} {i} {j} {k}\n")
    };
    let frame = |frame: &String| {
        let (head, rows) = frame.split_once("xu yu zu\n").expect("unwrapped");
        let rows: String = rows.lines().map(row).collect();
        format!("{head}x y z ix iy iz\n{rows}")
    };
    frames.iter().map(frame).collect()
}

#[test]
fn wrapped_coordinates_are_unwrapped_on_request() {
    let wanted = wanted();
    let dump = wrapped(&dump_frames(60)).concat();
    let files = [("a.lammpstrj", dump.into_bytes())];
    let refused = with("\"a.lammpstrj\"", "", &files);
    assert!(refused.message().contains("`unwrap = \"images\"`"));
    for how in ["images", "continuity"] {
        for place in ["trajectory", "units"] {
            let key = format!("unwrap = \"{how}\"\n{place}");
            let scan = with("\"a.lammpstrj\"", "", &files).edit("scan.toml", place, &key);
            let results = scan.run().results();
            let [found, wanted] = [structure(&results), &wanted].map(|structure| &structure["A"]["msd"]);
            let pairs = found
                .as_array()
                .expect("msd")
                .iter()
                .zip(wanted.as_array().expect("msd"));
            for (found, wanted) in pairs {
                let [found, wanted] = [found, wanted].map(|x| x.as_f64().expect("a number"));
                assert!((found - wanted).abs() <= 1e-5 * wanted, "{how}: {found} {wanted}");
            }
        }
    }
    let bad = with("\"a.lammpstrj\"", "unwrap = \"flags\"", &files).message();
    assert!(
        bad.contains("`unwrap`: found `flags`, expected one of `none`, `images`, `continuity`"),
        "{bad}"
    );
    let plain = [("a.lammpstrj", dump_frames(60).concat().into_bytes())];
    let results = with("\"a.lammpstrj\"", "unwrap = \"images\"", &plain)
        .run()
        .results();
    assert_eq!(structure(&results), &wanted);
    assert!(notes(&results).contains("unwrapped already"));
}

#[test]
fn types_that_change_are_refused_or_ignored() {
    let wanted = wanted();
    let mut dump = dump_frames(60);
    for frame in &mut dump[30..] {
        *frame = frame
            .replacen("\n800 1 ", "\n800 2 ", 1)
            .replacen("\n801 2 ", "\n801 1 ", 1);
    }
    let files = [("a.lammpstrj", dump.concat().into_bytes())];
    let message = with("\"a.lammpstrj\"", "", &files).message();
    assert_eq!(
        message,
        "DIR/a.lammpstrj, frame 30, line 31079: particle id 800 has the type 2, expected 1 as in the first frame, unless \
         types are to be ignored: `types_change = \"ignore\"` keeps those of the first frame"
    );
    let results = with("\"a.lammpstrj\"", "types_change = \"ignore\"", &files)
        .run()
        .results();
    assert_eq!(structure(&results), &wanted);
}

#[test]
fn a_cut_file_and_a_dump_without_ids() {
    let mut xtc = xtc_frames(61);
    xtc[60].truncate(700);
    let files = [("a.xtc", xtc.concat())];
    let results = with("\"a.xtc\"", "cut_off = \"leave_out\"", &files)
        .run()
        .results();
    assert_eq!(structure(&results), &wanted());
    assert!(
        notes(&results).contains("the last frame is left out: the file ends after"),
        "{results}"
    );

    let without = |frame: &String| {
        let (head, rows) = frame.split_once("id type xu").expect("a dump");
        let (first, rows) = rows.split_once('\n').expect("rows");
        let row = |line: &str| format!("{}\n", line.split_once(' ').expect("an id").1);
        format!(
            "{head}type xu{first}\n{}",
            rows.lines().map(row).collect::<String>()
        )
    };
    let dump: String = dump_frames(60).iter().map(without).collect();
    let files = [("a.lammpstrj", dump.into_bytes())];
    let message = with("\"a.lammpstrj\"", "", &files).message();
    assert!(
        message.ends_with("`particle_order = \"file\"` takes them so"),
        "{message}"
    );
    let results = with("\"a.lammpstrj\"", "particle_order = \"file\"", &files)
        .run()
        .results();
    assert_eq!(structure(&results), &wanted());
}

/// The frames as plain XYZ, without steps and cell, with names.
fn xyz(frames: &[String]) -> String {
    let frame = |frame: &String| {
        let (_, rows) = frame.split_once("xu yu zu\n").expect("a dump");
        let row = |line: &str| {
            let (_, rest) = line.split_once(' ').expect("an id");
            let (kind, point) = rest.split_once(' ').expect("a type");
            format!("{} {point}\n", if kind == "1" { "Ni" } else { "P" })
        };
        format!("1000\nby hand\n{}", rows.lines().map(row).collect::<String>())
    };
    frames.iter().map(frame).collect()
}

#[test]
fn plain_xyz_takes_its_steps_from_the_interval_and_species_from_names() {
    let wanted = wanted();
    let files = [("a.xyz", xyz(&dump_frames(60)).into_bytes())];
    let message = with("\"a.xyz\"", "", &files).message();
    assert!(
        message.starts_with("DIR/a.xyz, frame 0, line 2: the comment is `by hand`")
            && message.ends_with("`frame_interval` gives their spacing in units of time"),
        "{message}"
    );
    let scan = with("\"a.xyz\"", "frame_interval = 0.5", &files);
    assert_eq!(structure(&scan.run().results())["A"]["msd"], wanted["A"]["msd"]);
    let by_name =
        "species = [ { name = \"A\", type = \"Ni\" }, { name = \"B\", type = \"P\" } ]\ntypes = \"a.xyz\"";
    let counts = "species = [ { name = \"A\", count = 800 }, { name = \"B\", count = 200 } ]";
    let scan = scan.edit("scan.toml", counts, by_name);
    assert_eq!(structure(&scan.run().results())["B"]["msd"], wanted["B"]["msd"]);
    let scan = with("\"a.xyz\"", "frame_interval = 0.5", &files).edit("scan.toml", counts, by_name);
    let scan = scan.edit("scan.toml", "\"P\"", "\"Q\"");
    assert_eq!(
        scan.message(),
        "DIR/a.xyz: frame 0: particle 800 is `P`, expected the type of a species"
    );
    let scan = scan.edit("scan.toml", "\"Q\"", "2");
    let message = scan.message();
    assert!(
        message.contains("species `B`: expected a `type` that is a name"),
        "{message}"
    );
}

/// The frames as LAMMPS writes them to DCD.
fn dcd(frames: &[String], first: i32, spacing: i32) -> Vec<u8> {
    let words = |numbers: &[i32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let record = |payload: Vec<u8>| {
        let length = words(&[payload.len() as i32]);
        [&length[..], &payload, &length].concat()
    };
    let mut control = [0; 20];
    (control[0], control[1], control[2]) = (frames.len() as i32, first, spacing);
    (control[10], control[19]) = (1, 24);
    let mut bytes = record([b"CORD".to_vec(), words(&control)].concat());
    bytes.extend(record([words(&[1]), vec![b' '; 80]].concat()));
    bytes.extend(record(words(&[1000])));
    for frame in frames {
        let (_, rows) = frame.split_once("xu yu zu\n").expect("a dump");
        let row = |line: &str| -> Vec<f32> {
            let fields = line.split(' ').skip(2);
            fields.map(|x| x.parse().expect("a number")).collect()
        };
        let points: Vec<Vec<f32>> = rows.lines().map(row).collect();
        let edge = 9.410_360_336_303_711_f64;
        bytes.extend(record(
            [edge, 0.0, edge, 0.0, 0.0, edge].map(f64::to_le_bytes).concat(),
        ));
        for axis in 0..3 {
            bytes.extend(record(
                points
                    .iter()
                    .flat_map(|point| point[axis].to_le_bytes())
                    .collect(),
            ));
        }
    }
    bytes
}

#[test]
fn a_dcd_gives_what_the_same_frames_in_xtc_give() {
    let wanted = wanted();
    let frames = dump_frames(60);
    let files = [("a.dcd", dcd(&frames, 300, 100))];
    let results = with("\"a.dcd\"", "", &files).run().results();
    assert_eq!(structure(&results), &wanted);
    assert!(
        notes(&results).contains("steps from 300 on, every 100, as the header says"),
        "{results}"
    );
    // A converter has written the steps 0, 1, 2, ...
    let files = [("a.dcd", dcd(&frames, 0, 1))];
    let results = with("\"a.dcd\"", "frame_interval = 0.5", &files).run().results();
    assert_eq!(structure(&results), &wanted);
    let replaced =
        "steps from 0 on, every 100, as `frame_interval` says, in place of steps from 0 on, every 1";
    assert!(notes(&results).contains(replaced), "{results}");
    let message = with("\"a.dcd\"", "", &[("a.dcd", dcd(&frames, 0, 0))]).message();
    assert!(
        message.contains("the file says 0 steps between frames") && message.ends_with("in units of time"),
        "{message}"
    );
}
