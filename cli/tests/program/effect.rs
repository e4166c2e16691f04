//! Keys that can have no effect, and values that take a choice of `[system]` back in one run.

use crate::program::Outcome;
use crate::shipped::xtc_frames;
use crate::small_scan::Scan;

const WINDOW: &str = "fit_window = [0.5, 15.0]";

/// The small scan with a trajectory for its first run.
fn with_frames() -> Scan {
    let scan = Scan::small().edit(
        "scan.toml",
        WINDOW,
        "fit_window = [0.5, 15.0]\ntrajectory = \"a.xtc\"",
    );
    scan.write("a.xtc", xtc_frames(60).concat());
    scan
}

/// The notes on `[system]`, without the name of the directory.
fn notes(scan: &Scan, outcome: &Outcome) -> Vec<String> {
    let results = outcome.results();
    let notes = results["system"]["notes"].as_array().cloned().unwrap_or_default();
    let place = scan.dir().join("scan.toml").display().to_string();
    let notes = notes.iter().map(|note| note.as_str().expect("text").to_owned());
    let notes: Vec<String> = notes.collect();
    // The user reads them too.
    assert!(
        notes.iter().all(|note| outcome.stdout.contains(note)),
        "{}",
        outcome.stdout
    );
    notes
        .into_iter()
        .map(|note| note.replace(&format!("{place}:"), ""))
        .collect()
}

#[test]
fn a_value_of_a_run_without_effect_is_refused() {
    for value in [
        "unwrap = \"images\"",
        "unwrap = \"none\"",
        "centre_of_mass = \"remove\"",
        "types_change = \"ignore\"",
        "frame_times = \"ignore\"",
        "particle_order = \"file\"",
        "frame_interval = 0.5",
    ] {
        let (key, _) = value.split_once(" = ").expect("a key");
        let scan = with_frames().edit("scan.toml", "\"T0.700.dat\"", &format!("\"T0.700.dat\"\n{value}"));
        assert_eq!(
            scan.message(),
            format!(
                "DIR/scan.toml:20: `{key}`: can have no effect on run `T0.700`, which has no `trajectory`: expected one, or no \
                 such key"
            )
        );
    }
    // A cell of a run without frames gives its volume.
    let own = "\"T0.700.dat\"\nbox = 9.41036028881";
    let scan = with_frames().edit("scan.toml", "\"T0.700.dat\"", own);
    assert_eq!(notes(&scan, &scan.run()), Vec::<String>::new());
}

#[test]
fn a_value_of_the_system_without_effect_on_any_run_is_noted() {
    let keys = [
        "probe = \"A\"",
        "q_shell = [7.15, 7.35]",
        "overlap_radius = 0.3",
        "unwrap = \"images\"",
        "types_change = \"ignore\"",
    ];
    let all = format!("{}\ntimestep", keys.join("\n"));
    let scan = Scan::small().edit("scan.toml", "timestep", &all);
    let found = notes(&scan, &scan.run());
    let expected = [
        (7, "probe"),
        (8, "q_shell"),
        (9, "overlap_radius"),
        (10, "unwrap"),
        (11, "types_change"),
    ];
    let mut expected: Vec<String> = expected
        .iter()
        .map(|(line, key)| format!("{line}: `{key}` has no effect: no run has a `trajectory`"))
        .collect();
    let mut sorted = found.clone();
    expected.sort();
    sorted.sort();
    assert_eq!(sorted, expected);
    // With an effect on one run they are as they should be.
    let scan = with_frames().edit("scan.toml", "timestep", "q_shell = [7.15, 7.35]\ntimestep");
    assert_eq!(notes(&scan, &scan.run()), Vec::<String>::new());
    // Where each run has its own, that of the system has none.
    let scan = Scan::small().edit("scan.toml", "timestep", "model = \"stretched\"\ntimestep");
    let own = "model = \"automatic\"\nfit_window";
    let scan = scan.edit("scan.toml", "fit_window", own);
    assert!(
        notes(&scan, &scan.run())
            .iter()
            .all(|note| !note.contains("model"))
    );
    let scan = scan.edit(
        "scan.toml",
        "\"T0.700.dat\"",
        "\"T0.700.dat\"\nmodel = \"automatic\"",
    );
    let found = notes(&scan, &scan.run());
    let expected = "7: `model` has no effect: each run that could use it has its own";
    assert!(found.iter().any(|note| note == expected), "{found:?}");
}

#[test]
fn a_window_beyond_the_lags_is_noted() {
    let notes = |window: &str| {
        let results = Scan::small()
            .edit("scan.toml", "[0.5, 15.0]", window)
            .run()
            .results();
        results["runs"][0]["notes"].to_string()
    };
    let expected = "`fit_window` reaches from 0.5 to 17, the lags of the run from 0.05 to 14.1";
    assert!(notes("[0.5, 17.0]").contains(expected));
    assert!(notes("[0.01, 10.0]").contains("reaches from 0.01 to 10,"));
    assert!(!notes("[0.05, 15.0]").contains("fit_window"));
}

/// A run takes back what the system chooses.
#[test]
fn every_choice_of_the_system_can_be_taken_back() {
    let plain = with_frames().run().results();
    let of_system = "energy_column = \"v_te\"\ntemperature_column = \"v_pe\"\nstep_column = 2\n\
                     degrees_of_freedom = 5.0\noverlap = \"later\"\nunwrap = \"images\"\n\
                     types_change = \"ignore\"\ncut_off = \"leave_out\"\nparticle_order = \"file\"\n\
                     centre_of_mass = \"remove\"\nmodel = \"exponential\"\nlog_run = \"last\"\ntimestep";
    let of_energies = "energy_column = \"automatic\"\ntemperature_column = \"automatic\"\nstep_column = \"automatic\"\n\
                       degrees_of_freedom = \"automatic\"\noverlap = \"refuse\"\nmodel = \"automatic\"\n\
                       log_run = \"joined\"\n";
    let of_frames = "unwrap = \"none\"\ntypes_change = \"refuse\"\ncut_off = \"refuse\"\n\
                     particle_order = \"id\"\ncentre_of_mass = \"keep\"\n";
    let scan = with_frames()
        .edit("scan.toml", "timestep", of_system)
        .edit(
            "scan.toml",
            "energy = \"T0.800",
            &format!("{of_frames}{of_energies}energy = \"T0.800"),
        )
        .edit(
            "scan.toml",
            "energy = \"T0.700",
            &format!("{of_energies}energy = \"T0.700"),
        );
    // Without them the system's choices count: temperatures are no energies, and leave none.
    let own = "energy_column = \"automatic\"\n";
    let text = scan.read("scan.toml");
    let scan = scan.edit("scan.toml", own, "");
    let message = scan.message();
    assert!(
        message.starts_with("DIR/T0.800.dat: found no temperature column"),
        "{message}"
    );
    scan.write("scan.toml", text);
    let back = scan.run().results();
    for run in [0, 1] {
        for key in [
            "samples",
            "mean_energy",
            "fit",
            "heat_capacity",
            "structure",
            "ensemble",
        ] {
            assert_eq!(
                plain["runs"][run][key], back["runs"][run][key],
                "{key} of run {run}"
            );
        }
    }
}

/// The cell of the frames counts again where the system gives another.
#[test]
fn the_cell_of_the_frames_counts_again() {
    let scan = with_frames().edit("scan.toml", "box = 9.41036028881", "box = 12.0");
    assert!(
        scan.message().contains("found a volume of 1728"),
        "{}",
        scan.message()
    );
    let scan = scan.edit(
        "scan.toml",
        "\"T0.800.dat\"",
        "\"T0.800.dat\"\nbox = \"automatic\"",
    );
    // The volume of the other run is another one then.
    let scan = scan.edit(
        "scan.toml",
        "\"T0.700.dat\"",
        "\"T0.700.dat\"\nbox = \"automatic\"",
    );
    assert!(scan.run().results()["runs"][0]["structure"]["q"].is_number());
}

/// `joined` is what counts without the key: the last run of a log with the runs that it continues.
#[test]
fn the_runs_of_a_log_are_joined_again() {
    let scan = Scan::small();
    let text = scan.read("T0.800.dat");
    let rows: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let run = |rows: &[&str]| {
        let rows = rows.join("\n");
        format!("Step PotEng Temp\n{rows}\nLoop time of 1 on 1 procs for 10 steps with 1000 atoms\n\n")
    };
    scan.write("T0.800.dat", run(&rows[..1500]) + &run(&rows[1499..]));
    let samples = |scan: &Scan| scan.run().results()["runs"][0]["samples"].clone();
    assert_eq!(samples(&scan), 3000);
    let log = scan.read("T0.800.dat").replace("PotEng Temp", "v_pe v_te");
    scan.write("T0.700.dat", log.replacen("1000 atoms", "1000 atoms ", 1));
    let scan = scan.edit(
        "scan.toml",
        "energy = \"T0.700.dat\"",
        "exclude = \"a copy\"\nenergy = \"T0.700.dat\"",
    );
    let scan = scan.edit("scan.toml", "timestep", "log_run = \"last\"\ntimestep");
    assert_eq!(samples(&scan), 1501);
    let joined = "energy = \"T0.800.dat\"\nlog_run = \"joined\"";
    let scan = scan.edit("scan.toml", "energy = \"T0.800.dat\"", joined);
    let results = scan.run().results();
    assert_eq!(
        [&results["runs"][0]["samples"], &results["runs"][1]["samples"]],
        [3000, 1501]
    );
}
