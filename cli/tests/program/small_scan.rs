//! A small scan in a temporary directory, for tests to spoil.

use std::path::Path;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::program::{Outcome, run};
use crate::shipped::{energy_file, test_data};

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

impl Scan {
    /// A scan of files of the library's test data.
    pub(crate) fn of_test_data(scan_file: &str, folder: &str, names: [&str; 2]) -> Self {
        let scan = Self::small();
        scan.write("scan.toml", scan_file);
        for name in names {
            scan.write(name, test_data(folder, name));
        }
        scan
    }

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
