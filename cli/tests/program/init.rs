//! `msed init`: a scan file from the files of a directory.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{EXECUTABLE, run};
use crate::shipped::{data, dump_frames, energy_file};

/// A directory of files, to begin a scan in.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    fn dir(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.dir().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, content).expect("a file");
    }

    fn copy(&self, from: &Path, name: &str) {
        self.write(name, fs::read(from).expect("shipped data"));
    }

    fn init(&self) -> Output {
        Command::new(EXECUTABLE)
            .arg("init")
            .arg(self.dir())
            .output()
            .expect("the program starts")
    }

    /// What the program prints, which must succeed.
    fn report(&self) -> String {
        let output = self.init();
        assert!(output.status.success(), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// The message that the program fails with.
    fn message(&self) -> String {
        let output = self.init();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let message = String::from_utf8(output.stderr).expect("text");
        assert!(!message.contains("panicked"), "{message}");
        message.replace(&self.dir().display().to_string(), "DIR")
    }

    fn scan_file(&self) -> String {
        fs::read_to_string(self.dir().join("scan.toml")).expect("a scan file")
    }

    /// Fills in a line that is required.
    fn fill(&self, key: &str, value: &str) {
        let text = self.scan_file();
        let begin = format!("# {key} = ");
        let is_it = |line: &&str| line.starts_with(&begin) && line.contains("# required: ");
        assert_eq!(text.lines().filter(is_it).count(), 1, "{key} in {text}");
        let lines = text.lines().map(|line| match is_it(&line) {
            true => format!("{key} = {value}\n"),
            false => format!("{line}\n"),
        });
        self.write("scan.toml", lines.collect::<String>());
    }

    /// The results of the scan, or the message that it fails with.
    fn scan(&self) -> Result<Value, String> {
        let outcome = run(&[self.dir()], &self.dir().join("out"));
        if outcome.success {
            return Ok(outcome.results());
        }
        let message = outcome.message();
        Err(message.replace(&self.dir().display().to_string(), "DIR"))
    }
}

fn tests_data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data")
        .join(name)
}

/// The keys that a scan file has, and their values.
fn keys(text: &str) -> toml::Table {
    text.parse().expect("TOML")
}

/// Results without the name of the system.
fn nameless(mut results: Value) -> Value {
    results["system"]["name"] = Value::Null;
    results
}

#[test]
fn the_shipped_scan_is_found_and_gives_the_numbers_of_its_own_scan_file() {
    let files = Files::new();
    let source = data("kob-andersen");
    for name in [
        "T1.000/energy.dat.gz",
        "T1.000/log.lammps.gz",
        "T0.700/energy.dat.gz",
        "T0.700/log.lammps.gz",
        "T0.700/dump.lammpstrj.gz",
        "T0.700/trajectory.xtc",
        "T0.800/energy.dat.gz",
        "T0.800/energy_every_step.dat.gz",
    ] {
        files.copy(&source.join(name), name);
    }
    files.write("in.run", "units lj\ntimestep ${dt}\n");
    let report = files.report();
    assert!(report.contains("3 runs:"), "{report}");
    assert!(report.contains("Nothing is left to fill in."), "{report}");
    assert!(
        report.contains("T1.000/log.lammps.gz: 21 rows, expected at least 100"),
        "{report}"
    );
    let text = files.scan_file();
    assert!(
        text.contains("# not taken: \"T0.800/energy_every_step.dat.gz\", 16385 rows every step"),
        "{text}"
    );
    let found = files.scan().expect("results");
    assert!(found["runs"][2]["structure"]["tau_alpha"].is_object());
    let by_hand = r#"
[system]
name = "by hand"
units = "lj"
particles = 1000
energy_kind = "total"
ensemble = "nve"
timestep = 0.005
species = [ { name = "A", count = 800 }, { name = "B", count = 200 } ]
[[run]]
name = "T1.000"
energy = "T1.000/energy.dat.gz"
[[run]]
name = "T0.800"
energy = "T0.800/energy.dat.gz"
[[run]]
name = "T0.700"
energy = "T0.700/energy.dat.gz"
trajectory = "T0.700/trajectory.xtc"
frame_interval = 0.5
"#;
    files.write("scan.toml", by_hand);
    let expected = files.scan().expect("results");
    assert_eq!(nameless(found), nameless(expected));
}

#[test]
fn species_come_from_types_and_names() {
    let files = Files::new();
    let source = data("cuzr");
    files.copy(&source.join("T1600/energy.dat.gz"), "T1600/energy.dat.gz");
    files.copy(&source.join("T1600/trajectory.xtc"), "T1600/trajectory.xtc");
    files.copy(&source.join("types.lammpstrj.gz"), "types.lammpstrj.gz");
    files.copy(&source.join("lammps.in"), "lammps.in");
    files.report();
    let found = keys(&files.scan_file());
    let system = &found["system"];
    let hand = keys(&fs::read_to_string(source.join("scan.toml")).expect("shipped data"));
    for key in [
        "units",
        "particles",
        "energy_kind",
        "ensemble",
        "timestep",
        "types",
    ] {
        assert_eq!(system[key], hand["system"][key], "{key}");
    }
    let types = system["species"].as_array().expect("a list");
    let types: Vec<_> = types.iter().map(|kind| kind["type"].as_integer()).collect();
    assert_eq!(types, [Some(1), Some(2)]);
    assert_eq!(
        found["run"][0]["trajectory"].as_str(),
        Some("T1600/trajectory.xtc")
    );
}

#[test]
fn rigid_water_lacks_what_no_file_says() {
    let files = Files::new();
    for name in ["energy.xvg.gz", "water.xtc", "nve.mdp"] {
        files.copy(&tests_data("water").join(name), &format!("water/{name}"));
    }
    let report = files.report();
    for left in ["energy_kind", "degrees_of_freedom", "species"] {
        assert!(
            report.contains(&format!("[system]: {left}, ")),
            "{left}: {report}"
        );
    }
    let text = files.scan_file();
    for line in [
        "units = \"gromacs\"  # energies in kJ/mol in water/energy.xvg.gz",
        "particles = 648",
        "ensemble = \"nve\"",
        "timestep = 0.001  # water/nve.mdp",
        "unwrap = \"continuity\"  # wrapped: particle ",
        "# degrees_of_freedom = 2.0  # required: ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let message = files.scan().expect_err("keys are missing");
    assert!(
        message.contains("no key `energy_kind`, expected one of `total`"),
        "{message}"
    );
    files.fill("energy_kind", "\"total\"");
    let message = files.scan().expect_err("keys are missing");
    assert!(message.contains("expected `species` in [system]"), "{message}");
    files.fill(
        "species",
        "[ { name = \"water\", count = 216, masses = [15.9994, 1.008, 1.008] } ]",
    );
    let message = files.scan().expect_err("degrees of freedom are missing");
    assert!(message.contains("degrees of freedom per particle"), "{message}");
    files.fill("degrees_of_freedom", "1.9953703703703705");
    let found = files.scan().expect("results");
    let reference = fs::read_to_string(tests_data("water/reference.json")).expect("shipped data");
    let reference: Value = serde_json::from_str(&reference).expect("JSON");
    let mean = found["runs"][0]["mean_energy"]["value"]
        .as_f64()
        .or(found["runs"][0]["mean_energy"].as_f64())
        .expect("a number");
    let expected = reference["energies"]["mean_energy"].as_f64().expect("a number") / 3.0;
    assert!((mean / expected - 1.0).abs() < 1e-9, "{mean} {expected}");
}

#[test]
fn a_plane_is_found() {
    let files = Files::new();
    for name in ["log.ka2d.gz", "ka2d.lammpstrj.gz", "in.ka2d"] {
        files.copy(&tests_data("two_dimensions").join(name), name);
    }
    let report = files.report();
    assert!(report.contains("Nothing is left to fill in."), "{report}");
    let found = keys(&files.scan_file());
    assert_eq!(found["system"]["dimensions"].as_integer(), Some(2));
    assert_eq!(found["system"]["timestep"].as_float(), Some(0.005));
    assert_eq!(found["run"][0]["name"].as_str(), Some("log.ka2d"));
    let results = files.scan().expect("results");
    assert_eq!(results["system"]["dimensions"], 2);
    assert_eq!(results["runs"][0]["ensemble"]["found"], "microcanonical");
}

#[test]
fn runs_of_other_ensembles_say_so_and_what_is_of_neither_is_left_open() {
    let files = Files::new();
    for name in ["nve", "csvr-1", "berendsen-1"] {
        let from = tests_data("thermostats").join(format!("{name}.dat.gz"));
        files.copy(&from, &format!("{name}/energy.dat.gz"));
    }
    files.write(
        "csvr-1/log.lammps",
        "LAMMPS (22 Jul 2025)\nunits lj\ntimestep 0.005\nPer MPI rank memory allocation\n\
        Step PotEng\n0 1\nLoop time of 1 on 1 procs for 1 steps with 500 atoms\n",
    );
    let report = files.report();
    let found = keys(&files.scan_file());
    assert_eq!(found["system"]["ensemble"].as_str(), Some("nve"));
    assert_eq!(found["system"]["timestep"].as_float(), Some(0.005));
    assert_eq!(found["system"]["units"].as_str(), Some("lj"));
    assert_eq!(found["system"]["energy_kind"].as_str(), Some("total"));
    let runs = found["run"].as_array().expect("runs");
    let of = |name: &str| {
        let mut runs = runs.iter();
        runs.find(|run| run["name"].as_str() == Some(name))
            .expect("a run")
    };
    assert_eq!(
        of("csvr-1").get("ensemble").and_then(toml::Value::as_str),
        Some("nvt")
    );
    assert_eq!(of("nve").get("ensemble"), None);
    assert_eq!(of("berendsen-1").get("ensemble"), None);
    assert!(report.contains("run `berendsen-1`: ensemble, "), "{report}");
}

#[test]
fn a_run_under_a_barostat_is_found() {
    let files = Files::new();
    files.copy(&data("kob-andersen-npt/T0.800.dat.gz"), "T0.800/energy.dat.gz");
    files.write(
        "T0.800/log.lammps",
        "LAMMPS (22 Jul 2025)\nunits lj\ntimestep 0.005\nPer MPI rank memory allocation\n\
        Step PotEng\n0 1\nLoop time of 1 on 1 procs for 1 steps with 1000 atoms\n",
    );
    let report = files.report();
    let text = files.scan_file();
    let found = keys(&text);
    assert_eq!(found["system"]["ensemble"].as_str(), Some("npt"), "{report}");
    assert_eq!(found["system"]["energy_kind"].as_str(), Some("total"));
    assert!(text.contains(", and the volume changes"), "{text}");
    let results = files.scan().expect("results");
    assert!(results["runs"][0]["constant_pressure"]["c_p"]["value"].is_number());
}

#[test]
fn pieces_and_replicas_are_told_apart_from_runs() {
    let whole = energy_file("T0.700/energy.dat.gz", 3000);
    let lines: Vec<&str> = whole.lines().collect();
    let part = |rows: std::ops::Range<usize>| {
        let rows = lines[2..][rows].join("\n");
        format!("{}\n{}\n{rows}\n", lines[0], lines[1])
    };
    let files = Files::new();
    files.write("cold/a.dat", part(0..1500));
    files.write("cold/b.dat", part(1500..3000));
    files.write("hot/energy1.dat", part(0..1000));
    files.write("hot/energy2.dat", part(2000..3000));
    files.write("damping/langevin-2.dat", part(0..900));
    files.write("damping/langevin-10.dat", part(2000..2900));
    let report = files.report();
    for value in [
        "cold: [[\"cold/a.dat\", \"cold/b.dat\"]], 3000 rows",
        "hot: [\"hot/energy1.dat\", \"hot/energy2.dat\"], 2000 rows",
        "damping: \"damping/langevin-10.dat\", 900 rows",
    ] {
        assert!(report.contains(value), "{value} in {report}");
    }
    assert!(
        files
            .scan_file()
            .contains("# not taken: \"damping/langevin-2.dat\"")
    );
}

#[test]
fn a_log_lists_its_runs() {
    let files = Files::new();
    let table = energy_file("T0.700/energy.dat.gz", 400);
    let mut log = String::from("LAMMPS (22 Jul 2025)\nunits lj\ntimestep 0.01\n");
    for (run, timestep) in [("thermo_style a", "0.01"), ("thermo_style b", "0.005")] {
        writeln!(log, "{run}\ntimestep {timestep}").expect("a string grows");
        log += "Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes\n   Step   PotEng   Temp\n";
        for line in table.lines().skip(2) {
            log += &format!("{line}\n");
        }
        log += "Loop time of 1 on 1 procs for 4000 steps with 1000 atoms\n";
    }
    files.write("log.lammps", log);
    files.report();
    let text = files.scan_file();
    for line in [
        "units = \"lj\"  # log.lammps",
        "timestep = 0.005  # log.lammps",
        "particles = 1000  # log.lammps",
        "# log_run: the log has 2 runs with energies, and the last one stands apart:",
        "# - run 1 (line 7, steps 16390 to 20380, 400 rows",
        "log_run = \"last\"",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn a_broken_file_beside_good_ones_is_skipped_by_name() {
    let files = Files::new();
    let good = energy_file("T0.700/energy.dat.gz", 1000);
    files.write("good/energy.dat", &good);
    files.write("bad/energy.dat", good.replacen("\n16420 ", "\n16421 ", 1));
    files.write("bad/nan.dat", good.replacen("-64", "nan -64", 1));
    files.write("bad/cut.gz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1]);
    files.write("bad/noise", [0_u8, 159, 146, 150, 255, 0, 1, 2].repeat(1000));
    files.write(
        "bad/cut.lammpstrj",
        "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n999999999999\nITEM: BOX",
    );
    files.write("bad/number.xyz", "3\n");
    files.write("bad/hot/ter/deep/energy.dat", &good);
    files.write("bad/in.script", "pair_style lj/cut 2.5\nrun 1000\n");
    let report = files.report();
    for line in [
        "1 run:",
        "bad/energy.dat: line ",
        "bad/nan.dat: line ",
        "bad/cut.gz: ",
        "bad/cut.lammpstrj: ",
        "bad/number.xyz: ",
        "bad/hot/ter: a folder too deep",
        "Neither energies nor frames:",
        "bad/in.script: ",
    ] {
        assert!(report.contains(line), "{line} in {report}");
    }
    // Every file that is not taken has a reason.
    let listed = report.lines().filter(|line| line.starts_with("  bad/"));
    for line in listed {
        let (_, reason) = line.split_once(": ").expect("a reason");
        assert!(reason.len() > 3, "{line}");
    }
    assert_eq!(keys(&files.scan_file())["run"].as_array().map(Vec::len), Some(1));
}

#[test]
fn steps_of_frames_that_no_file_has_are_asked_for() {
    let files = Files::new();
    files.write("a/energy.dat", energy_file("T0.700/energy.dat.gz", 1000));
    let mut xyz = String::new();
    for frame in dump_frames(25) {
        xyz += "1000\nLattice=\"9.41 0 0 0 9.41 0 0 0 9.41\" Properties=species:S:1:pos:R:3\n";
        for row in frame.lines().skip(9) {
            let fields: Vec<&str> = row.split(' ').collect();
            writeln!(xyz, "{} {}", fields[1], fields[2..].join(" ")).expect("a string grows");
        }
    }
    files.write("a/frames.xyz", xyz);
    let report = files.report();
    assert!(report.contains("run `a`: frame_interval, "), "{report}");
    let text = files.scan_file();
    let species = &keys(&text)["system"]["species"];
    assert_eq!(species[0]["name"].as_str(), Some("1"));
    assert_eq!(species[0]["count"].as_integer(), Some(800));
    files.fill("timestep", "0.005");
    let message = files.scan().expect_err("steps are missing");
    assert!(message.contains("`frame_interval`"), "{message}");
    files.fill("frame_interval", "0.5");
    assert!(files.scan().expect("results")["runs"][0]["structure"]["A"].is_null());
}

#[test]
fn nothing_is_an_error_that_says_what_was_looked_for() {
    let files = Files::new();
    files.write("notes/read me.txt", "nothing here\n");
    let message = files.message();
    for part in ["DIR: found no energies", "at least 100 rows", "2 levels"] {
        assert!(message.contains(part), "{message}");
    }
    // Each file with what the reader says of it.
    assert!(message.contains("skipped notes/read me.txt: "), "{message}");
    assert!(!files.dir().join("scan.toml").exists());
    files.write("run/energy.dat", energy_file("T0.700/energy.dat.gz", 20));
    let message = files.message();
    assert!(
        message.contains("skipped run/energy.dat: 20 rows, expected at least 100"),
        "{message}"
    );
    let output = Command::new(EXECUTABLE).args(["init", "no/such/folder"]).output();
    let output = output.expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("cannot open no/such/folder"), "{message}");
}

#[test]
fn every_key_that_is_listed_is_one() {
    let files = Files::new();
    files.write("run/energy.dat", energy_file("T0.700/energy.dat.gz", 1000));
    files.report();
    let text = files.scan_file();
    let is_key = |line: &&str| {
        let key = line.strip_prefix("# ").and_then(|line| line.split_once(" = "));
        key.is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            && !line.contains("# required")
    };
    let (system, runs) = text
        .split_once("# Further keys of each [[run]]")
        .expect("both lists");
    let live = |text: &str| -> String {
        let lines = text
            .lines()
            .map(|line| if is_key(&line) { &line[2..] } else { line });
        lines.map(|line| format!("{line}\n")).collect()
    };
    let of_runs: Vec<&str> = runs.lines().filter(is_key).map(|line| &line[2..]).collect();
    assert_eq!(
        (system.lines().filter(is_key).count(), of_runs.len()),
        (26, 6),
        "{text}"
    );
    let whole = format!("{}# {runs}{}\n", live(system), of_runs.join("\n"));
    files.write("scan.toml", whole);
    for (key, value) in [
        ("units", "\"lj\""),
        ("particles", "1000"),
        ("energy_kind", "\"total\""),
    ] {
        files.fill(key, value);
    }
    files.fill("ensemble", "\"nve\"");
    files.fill("timestep", "0.005");
    // The examples are known keys with values of the right kind, and do not belong together.
    let message = files
        .scan()
        .expect_err("the example of a file of types is not there");
    assert!(message.contains("species `A`: expected a `type`"), "{message}");
}

#[test]
fn a_scan_file_is_never_replaced() {
    let files = Files::new();
    files.write("run/energy.dat", energy_file("T0.700/energy.dat.gz", 1000));
    files.write("scan.toml", "mine");
    let message = files.message();
    assert!(
        message.contains("DIR/scan.toml: found a scan file, expected none"),
        "{message}"
    );
    assert_eq!(files.scan_file(), "mine");
}

#[test]
fn results_of_scans_are_no_runs() {
    let files = Files::new();
    files.write("run/energy.dat", energy_file("T0.700/energy.dat.gz", 1000));
    files.write("msed-out/results.json", "{}");
    files.write("msed-out/energy.dat", energy_file("T0.700/energy.dat.gz", 1000));
    let report = files.report();
    assert!(
        report.contains("1 run:") && report.contains("msed-out: results of `msed`"),
        "{report}"
    );
}

#[cfg(unix)]
#[test]
fn links_in_circles_pipes_and_odd_names_do_no_harm() {
    let files = Files::new();
    let good = energy_file("T0.700/energy.dat.gz", 1000);
    let odd = "T = \"1\"\n[x] # ' \\ €";
    files.write(&format!("{odd}/energy.dat"), &good);
    std::os::unix::fs::symlink(files.dir(), files.dir().join("again")).expect("a link");
    std::os::unix::fs::symlink("nowhere", files.dir().join("dangling")).expect("a link");
    let pipe = files.dir().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("mkfifo")
            .success()
    );
    let report = files.report();
    assert!(report.contains("1 run:"), "{report}");
    let found = keys(&files.scan_file());
    let energy = found["run"][0]["energy"].as_str();
    assert_eq!(energy, Some(format!("{odd}/energy.dat").as_str()));
    files.fill("particles", "1000");
    files.fill("units", "\"lj\"");
    files.fill("energy_kind", "\"total\"");
    files.fill("ensemble", "\"nve\"");
    files.fill("timestep", "0.005");
    files.scan().expect("results");
}
