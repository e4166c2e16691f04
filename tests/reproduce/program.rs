//! The built program, and directories for it to work on.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::program::example;

/// The program, built once.
pub(crate) fn executable() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| example("reproduce"))
}

/// A data set of the repository.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// What a run of the program left.
pub(crate) struct Outcome {
    pub(crate) success: bool,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) out: PathBuf,
}

impl Outcome {
    /// The results of a run that succeeded.
    pub(crate) fn results(&self) -> Value {
        assert!(self.success, "{}", self.stderr);
        let text = std::fs::read_to_string(self.out.join("results.json")).expect("results.json is there");
        serde_json::from_str(&text).expect("results.json is JSON")
    }

    /// The message of a run that failed as it should: status 1, one line on standard error, and no file left.
    pub(crate) fn message(&self) -> &str {
        assert_eq!(self.code, Some(1), "{}{}", self.stdout, self.stderr);
        let message = self.stderr.strip_suffix('\n').unwrap_or(&self.stderr);
        assert!(
            !message.contains('\n') && !message.contains("panicked"),
            "{message}"
        );
        let left: Vec<_> = std::fs::read_dir(&self.out).into_iter().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
        message.strip_prefix("error: ").expect("an error message")
    }
}

/// Runs the program.
pub(crate) fn run(arguments: &[&Path], out: &Path) -> Outcome {
    let output = Command::new(executable())
        .args(arguments)
        .arg("--out")
        .arg(out)
        .current_dir(out.parent().expect("a directory to be in"))
        .output()
        .expect("the program starts");
    Outcome {
        success: output.status.success(),
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
        out: out.to_owned(),
    }
}

/// A scan of our own in a temporary directory.
pub(crate) struct Scan {
    directory: TempDir,
}

/// The first state points of the small scan: name, file and the number of samples kept of it.
const POINTS: [(&str, &str); 2] = [
    ("T0.800", "T0.800/energy.dat.gz"),
    ("T0.700", "T0.700/energy.dat.gz"),
];
const SAMPLES: usize = 3000;

/// The scan file of [`Scan::small`].
pub(crate) const SMALL: &str = r#"[system]
name = "cut"
units = "lj"
particles = 1000
energy_kind = "total"
ensemble = "nve"
timestep = 0.005
box = 9.41036028881
species = [ { name = "A", count = 800 }, { name = "B", count = 200 } ]

[[run]]
name = "T0.800"
energy = "T0.800.dat"
fit_window = [0.5, 15.0]

[[run]]
name = "T0.700"
energy = "T0.700.dat"
fit_window = [0.5, 15.0]
"#;

/// The first samples of an energy file of the repository, as LAMMPS prints them.
fn energy_file(file: &str, samples: usize) -> String {
    use std::fmt::Write;
    let table = msed::io::energies(data("kob-andersen").join(file)).expect("shipped data");
    let temperatures = table.temperature().expect("a column");
    let mut text = String::from("# Time-averaged data for fix p\n# TimeStep v_pe v_te\n");
    for ((step, e), t) in table
        .steps()
        .zip(table.potential())
        .zip(temperatures)
        .take(samples)
    {
        writeln!(text, "{step} {e} {t}").expect("a string grows");
    }
    text
}

impl Scan {
    /// Two state points of the Kob-Andersen data, 3000 samples each.
    pub(crate) fn small() -> Self {
        static FILES: OnceLock<Vec<(String, String)>> = OnceLock::new();
        let files = FILES.get_or_init(|| {
            let file = |&(name, file): &(&str, &str)| (format!("{name}.dat"), energy_file(file, SAMPLES));
            POINTS.iter().map(file).collect()
        });
        let scan = Self {
            directory: TempDir::new().expect("a temporary directory"),
        };
        scan.write("scan.toml", SMALL);
        for (name, text) in files {
            scan.write(name, text);
        }
        scan
    }

    pub(crate) fn dir(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.dir().join(name), content).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir().join(name)).expect("a text file")
    }

    /// Replaces the first `old` of a file, which must be there.
    pub(crate) fn edit(self, name: &str, old: &str, new: &str) -> Self {
        let text = self.read(name);
        assert!(text.contains(old), "{old} is not in {name}");
        self.write(name, text.replacen(old, new, 1));
        self
    }

    pub(crate) fn run(&self) -> Outcome {
        run(&[self.dir()], &self.dir().join("out"))
    }

    /// The message that the program fails with, the directory's name as `DIR`.
    pub(crate) fn message(&self) -> String {
        let outcome = self.run();
        outcome
            .message()
            .replace(&self.dir().display().to_string(), "DIR")
    }
}

/// The first frames of an XTC file of the repository, each as its bytes.
pub(crate) fn xtc_frames(count: usize) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(data("kob-andersen/T0.700/trajectory.xtc")).expect("shipped data");
    let mut rest = &bytes[..];
    (0..count)
        .map(|_| {
            // A header of 92 bytes ends with the length of the coordinates, which are padded to words.
            let length = u32::from_be_bytes(rest[88..92].try_into().expect("four bytes")) as usize;
            let (frame, after) = rest.split_at(92 + length.next_multiple_of(4));
            rest = after;
            frame.to_vec()
        })
        .collect()
}

/// The first frames of the same trajectory as LAMMPS dumps text, to the last bit of the coordinates, each as its text.
pub(crate) fn dump_frames(count: usize) -> Vec<String> {
    use msed::trajectory::{Frame, FrameSource};
    use std::fmt::Write;
    let file = data("kob-andersen/T0.700/trajectory.xtc");
    let mut reader = msed::io::XtcReader::open(file, 1.0).expect("shipped data");
    let mut frame = Frame::<f32>::new();
    (0..count)
        .map(|_| {
            assert!(reader.next_frame(&mut frame).expect("a frame"));
            let [a, b, c] = frame.cell.expect("a cell").lengths();
            let mut text = format!(
                "ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n1000\nITEM: BOX BOUNDS pp pp pp\n0 {a}\n0 {b}\n0 {c}\nITEM: ATOMS id type xu yu zu\n",
                frame.step
            );
            for (id, [x, y, z]) in frame.positions.as_chunks().0.iter().enumerate() {
                writeln!(text, "{} {} {x} {y} {z}", id + 1, 1 + id / 800).expect("a string grows");
            }
            text
        })
        .collect()
}
