//! What the program says of keys and columns that do not fit, and how often.

use crate::shipped::xtc_frames;
use crate::small_scan::Scan;

#[test]
fn a_key_of_the_other_table_is_sent_there() {
    let scan = Scan::small().edit("scan.toml", "timestep", "energy_interval = 0.05\ntimestep");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:7: found `energy_interval` in another table, expected it in a [[run]]"
    );
    let scan = Scan::small().edit("scan.toml", "fit_window", "timestep = 0.005\nfit_window");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:14: found `timestep` in another table, expected it in [system]"
    );
}

#[test]
fn names_stand_in_one_line() {
    let scan = Scan::small().edit("scan.toml", "\"cut\"", "\"cut\\nthe\"");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:2: `name`: found `cut\\nthe`, expected a text of one line"
    );
    let scan = Scan::small().edit("scan.toml", "\"T0.800\"", "\"T\\n\"");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:12: `name`: found `T\\n`, expected a name that a file can have"
    );
}

#[test]
fn lengths_and_intervals_that_cannot_be() {
    let with_frames = |keys: &str, of_frames: &str, steps: bool| {
        let mut frames = xtc_frames(60);
        if !steps {
            frames.iter_mut().for_each(|frame| frame[8..16].fill(0));
        }
        let scan = Scan::small()
            .edit("scan.toml", "timestep", &format!("{keys}timestep"))
            .edit(
                "scan.toml",
                "\"T0.800.dat\"",
                &format!("\"T0.800.dat\"\n{of_frames}\ntrajectory = \"a.xtc\""),
            );
        scan.write("a.xtc", frames.concat());
        scan
    };
    assert_eq!(
        with_frames("overlap_radius = 100.0\n", "", true).message(),
        "DIR/scan.toml:7: `overlap_radius`: found 100, expected less than half the smallest width of the cell, 4.70518"
    );
    assert_eq!(
        with_frames("", "frame_interval = 0.0123", false).message(),
        "DIR/scan.toml:14: `frame_interval`: found 0.0123, expected a multiple of the `timestep` 0.005"
    );
}

#[test]
fn a_note_about_many_files_stands_once() {
    let scan = Scan::small();
    let text = scan.read("T0.800.dat");
    let rows: Vec<&str> = text.lines().skip(2).collect();
    let files: Vec<String> = (0..4).map(|k| format!("\"part{k}.dat\"")).collect();
    for (k, rows) in rows.chunks(700).take(4).enumerate() {
        let rows = rows.iter().enumerate().map(|(row, line)| {
            let volume = if row == 20 { "nan" } else { "833.3" };
            format!("{line} {volume}\n")
        });
        scan.write(
            &format!("part{k}.dat"),
            format!("# x\n# TimeStep v_pe v_te v_vol\n{}", rows.collect::<String>()),
        );
    }
    let scan = scan.edit("scan.toml", "\"T0.800.dat\"", &format!("[{}]", files.join(", ")));
    let outcome = scan.run();
    assert!(outcome.success, "{}", outcome.stderr);
    let notes = outcome.results()["runs"][0]["notes"].clone();
    let notes: Vec<&str> = notes
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|note| note.as_str())
        .collect();
    let of_volumes: Vec<&&str> = notes.iter().filter(|note| note.contains("volume")).collect();
    assert_eq!(of_volumes.len(), 1, "{notes:?}");
    assert!(
        of_volumes[0].ends_with(
            "part0.dat: the volume column is left out: it has no number in row 21 (and 3 more files)"
        ),
        "{notes:?}"
    );
}

#[test]
fn a_column_that_one_replica_lacks_is_noted() {
    let scan = Scan::small();
    let text = scan.read("T0.800.dat");
    let rows: Vec<&str> = text.lines().skip(2).collect();
    let part = |rows: &[&str], volume: &str| {
        rows.iter()
            .map(|row| format!("{row}{volume}\n"))
            .collect::<String>()
    };
    scan.write(
        "T0.800.dat",
        format!(
            "# x\n# TimeStep v_pe v_te v_vol\n{}",
            part(&rows[..1400], " 833.3")
        ),
    );
    scan.write(
        "b.dat",
        format!("# x\n# TimeStep v_pe v_te\n{}", part(&rows[1500..], "")),
    );
    let scan = scan.edit("scan.toml", "\"T0.800.dat\"", "[\"T0.800.dat\", \"b.dat\"]");
    let outcome = scan.run();
    assert!(outcome.success, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("b.dat: found no volume column, and ")
            && outcome.stdout.contains("T0.800.dat has one"),
        "{}",
        outcome.stdout
    );
}

/// A unit that no file says is named, since it may be another.
#[test]
fn the_unit_of_plain_times_is_said() {
    let scan = Scan::small();
    let boltzmann = 8.617_333_262e-5;
    let text = scan.read("T0.800.dat");
    let rows = text.lines().skip(2).enumerate().map(|(k, row)| {
        let fields: Vec<f64> = row.split(' ').map(|field| field.parse().unwrap()).collect();
        format!(
            "{} {:.6} {:.4}\n",
            100 * k,
            fields[1] * 1000.0 * boltzmann,
            fields[2] * 1000.0
        )
    });
    scan.write("a.dat", format!("time pe temp\n{}", rows.collect::<String>()));
    let head = "[system]\nname = \"x\"\nunits = \"metal\"\nparticles = 1000\nenergy_kind = \"total\"\nensemble = \"nve\"\n";
    let run = "timestep = 0.001\n[[run]]\nname = \"r\"\nenergy = \"a.dat\"\n";
    scan.write("scan.toml", format!("{head}{run}"));
    let outcome = scan.run();
    assert!(outcome.success, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains(
            "a.dat: the file has times and no steps: rows are 100 ps apart, in the unit of time of the system: the file does not say its own"
        ),
        "{}",
        outcome.stdout
    );
    std::fs::remove_dir_all(scan.dir().join("out")).unwrap();
    scan.write("scan.toml", format!("{head}{run}energy_interval = 0.1\n"));
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:11: run `r`: `energy_interval`: found 0.1, expected the 100 of DIR/a.dat"
    );
}
