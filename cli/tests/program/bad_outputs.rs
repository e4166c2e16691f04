//! Files that cannot be written, or not read as files.

use std::process::Command;

use crate::shipped::xtc_frames;
use crate::small_scan::Scan;

fn with_frames() -> Scan {
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.800.dat\"",
        "energy = \"T0.800.dat\"\ntrajectory = \"a.xtc\"",
    );
    scan.write("a.xtc", xtc_frames(60).concat());
    scan
}

#[test]
fn outputs_of_one_name_are_refused() {
    let species = with_frames()
        .edit("scan.toml", "name = \"A\"", "name = \"A/B\"")
        .edit("scan.toml", "name = \"B\"", "name = \"A_B\"");
    assert_eq!(
        species.message(),
        "found two outputs of the name T0.800.A_B.msd.csv, expected names of runs and species that differ in a file name, where `/` is `_`"
    );
}

#[test]
fn a_folder_in_the_place_of_an_output_leaves_all_as_it_was() {
    let scan = Scan::small();
    std::fs::create_dir_all(scan.dir().join("out/results.json")).unwrap();
    scan.write("out/scan.csv", "before");
    let outcome = scan.run();
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.stderr.replace(&scan.dir().display().to_string(), "DIR"),
        "error: cannot write DIR/out/results.json: found a folder, expected a file or nothing\n"
    );
    assert_eq!(scan.read("out/scan.csv"), "before");
    assert_eq!(std::fs::read_dir(&outcome.out).unwrap().count(), 2);
}

/// Curves of an earlier scan go, and nothing else does.
#[test]
fn files_of_an_earlier_scan_are_removed() {
    let scan = with_frames();
    let names = |scan: &Scan| {
        let entries = std::fs::read_dir(scan.dir().join("out")).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let first = scan.run();
    let mut listed: Vec<String> = serde_json::from_value(first.results()["files"].clone()).expect("names");
    listed.push("results.json".to_owned());
    listed.sort();
    assert_eq!(names(&scan), listed);
    assert!(listed.iter().any(|name| name == "T0.800.A.msd.csv"), "{listed:?}");
    // The user's own files. One has the name that a curve of another run would have.
    for foreign in ["mine.csv", "T0.900.msed.csv", "notes.md"] {
        scan.write(&format!("out/{foreign}"), "mine");
    }
    std::fs::create_dir(scan.dir().join("out/folder.csv")).expect("a folder");
    // A scan that fails leaves all as it was.
    let before = names(&scan);
    let broken = scan.edit("scan.toml", "name = \"T0.800\"", "name = \"hot\"");
    let broken = broken.edit("scan.toml", "T0.700.dat", "T0.701.dat");
    assert_eq!(broken.run().code, Some(1));
    assert_eq!(names(&broken), before);
    // Another name, and no trajectory.
    let scan = broken.edit("scan.toml", "T0.701.dat", "T0.700.dat").edit(
        "scan.toml",
        "trajectory = \"a.xtc\"\n",
        "",
    );
    let second = scan.run();
    let mut expected: Vec<String> = serde_json::from_value(second.results()["files"].clone()).expect("names");
    assert!(
        expected.iter().all(|name| !name.starts_with("T0.800")),
        "{expected:?}"
    );
    let more = [
        "results.json",
        "mine.csv",
        "T0.900.msed.csv",
        "notes.md",
        "folder.csv",
    ];
    expected.extend(more.map(str::to_owned));
    expected.sort();
    assert_eq!(names(&scan), expected);
    assert!(
        second.stdout.contains("files of an earlier scan are removed."),
        "{}",
        second.stdout
    );
    for foreign in ["mine.csv", "T0.900.msed.csv", "notes.md"] {
        assert_eq!(scan.read(&format!("out/{foreign}")), "mine");
    }
}

/// A `results.json` of another program does not have files deleted elsewhere, or of other kinds.
#[test]
fn a_list_of_files_that_are_not_ours_is_not_believed() {
    let scan = Scan::small();
    std::fs::create_dir_all(scan.dir().join("out/below")).expect("a folder");
    let foreign = ["out/data.txt", "outside.csv", "out/below/curve.csv"];
    for name in foreign.into_iter().chain(["out/curve.csv"]) {
        scan.write(name, "mine");
    }
    // Of another program altogether.
    scan.write("out/results.json", r#"{"files": ["curve.csv"]}"#);
    assert!(scan.run().success);
    assert_eq!(scan.read("out/curve.csv"), "mine");
    let list = r#"{"program": "msed", "files": ["data.txt", "../outside.csv", "below/curve.csv", "..", "", 3, "below"]}"#;
    scan.write("out/results.json", list);
    assert!(scan.run().success);
    for name in foreign {
        assert_eq!(scan.read(name), "mine");
    }
}

/// The results of a scan do not replace what it was made of.
#[test]
fn a_file_of_the_scan_is_not_written_over() {
    let scan = Scan::small();
    let energies = scan.read("T0.800.dat");
    std::fs::create_dir_all(scan.dir().join("out")).expect("a folder");
    scan.write("out/T0.800.msed.csv", &energies);
    let scan = scan.edit("scan.toml", "\"T0.800.dat\"", "\"out/T0.800.msed.csv\"");
    let outcome = scan.run();
    assert_eq!(outcome.code, Some(1));
    let expected = "T0.800.msed.csv: it is a file of the scan, expected another folder for `--out`\n";
    assert!(outcome.stderr.ends_with(expected), "{}", outcome.stderr);
    assert_eq!(scan.read("out/T0.800.msed.csv"), energies);
    assert!(!scan.dir().join("out/results.json").exists());
}

#[test]
fn names_too_long_for_a_file() {
    let name = format!("name = \"{}\"", "T".repeat(240));
    let run = Scan::small().edit("scan.toml", "name = \"T0.800\"", &name);
    assert_eq!(
        run.message(),
        "DIR/scan.toml:12: `name`: found 240 bytes, expected at most 218, since files are named after it and the species"
    );
    let species = Scan::small().edit("scan.toml", "name = \"A\"", &name);
    assert_eq!(
        species.message(),
        "DIR/scan.toml:9: `species`: found a name of 240 bytes, expected at most 60, since files are named after it"
    );
    // The longest that are taken can be written.
    let long = with_frames()
        .edit(
            "scan.toml",
            "name = \"A\"",
            &format!("name = \"{}\"", "A".repeat(60)),
        )
        .edit(
            "scan.toml",
            "name = \"T0.800\"",
            &format!("name = \"{}\"", "T".repeat(100)),
        );
    assert!(long.run().success);
}

#[test]
fn folders_and_pipes_in_the_place_of_inputs() {
    for name in ["scan.toml", "T0.700.dat", "a.xtc"] {
        let scan = with_frames();
        let path = scan.dir().join(name);
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(
            scan.message(),
            format!("DIR/{name}: found a folder, expected a file")
        );
        std::fs::remove_dir(&path).unwrap();
        if Command::new("mkfifo")
            .arg(&path)
            .status()
            .is_ok_and(|made| made.success())
        {
            assert_eq!(
                scan.message(),
                format!("DIR/{name}: found a pipe or a device, expected a file")
            );
        }
    }
}

#[test]
fn a_shell_of_very_many_wave_vectors() {
    let scan = with_frames().edit("scan.toml", "[[run]]", "q_shell = [0.1, 100]\n[[run]]");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:11: `q_shell`: run `T0.800`: found about 7.0e6 wave vectors of length 0.1 to 100, expected 1e5 at most"
    );
}
