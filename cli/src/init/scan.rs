//! Writes down what was found as the text of a scan file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use msed::io::LogRun;
use toml::Value;

use super::document::{Document, text};
use super::folders::shown;
use super::frames::FrameFile;
use super::run::{FoundRun, every};
use super::species::SpeciesDraft;
use super::system::{Fact, SystemFacts, kind_name};
use crate::scan_file::keys::{KEYS, Table};

/// Runs of a log that are listed.
const LISTED: usize = 12;

/// What the files of a scan tell.
pub(super) struct Draft<'a> {
    pub(super) name: String,
    pub(super) runs: &'a [FoundRun],
    /// All files of frames, those of the runs first.
    pub(super) frames: Vec<&'a FrameFile>,
    /// The runs of each log.
    pub(super) logs: &'a BTreeMap<PathBuf, Vec<LogRun>>,
    pub(super) system: SystemFacts,
}

impl Draft<'_> {
    pub(super) fn document(&self) -> Document {
        let mut document = Document::default();
        document.comment(
            "Written by `msed init`. Each comment says where a value is from. Fill in the lines with `# required` and \
             delete the `#` in front of them; other lines that begin with `#` are optional.",
        );
        self.system(&mut document);
        document.blank();
        document.comment("Further keys of each [[run]], all optional:");
        for key in KEYS
            .iter()
            .filter(|key| key.table == Table::Run && !key.is_required)
        {
            if !["trajectory", "ensemble"].contains(&key.name) {
                document.optional(key);
            }
        }
        for (run, place) in self.runs.iter().zip(0..) {
            self.run(run, place, &mut document);
        }
        document
    }

    fn system(&self, document: &mut Document) {
        let SystemFacts {
            units,
            particles,
            energy_kind,
            ensemble,
            time_step,
            ..
        } = &self.system;
        let mut written = vec!["name"];
        document.table("[system]", "[system]");
        document.known("name", text(&self.name), "shown in tables and figures");
        fact(document, "units", units, |units| text(units.name()));
        fact(document, "particles", particles, |&n| {
            Value::Integer(i64::try_from(n).unwrap_or(i64::MAX))
        });
        fact(document, "energy_kind", energy_kind, |&kind| {
            text(kind_name(kind))
        });
        fact(document, "ensemble", ensemble, |name| text(name));
        fact(document, "timestep", time_step, |&step| Value::Float(step));
        if self.system.dimensions.count() == 2 {
            let why = "no particle moves along one axis";
            document.known("dimensions", Value::Integer(2), why);
            written.push("dimensions");
        }
        if let Some(freedom) = &self.system.degrees_of_freedom {
            let value = Value::Float(*freedom);
            let found = format!(
                "the fluctuations of the temperature are those of about {value} degrees of freedom per particle: rigid \
                 molecules or constraints? docs/scan_file.md says how they are counted"
            );
            document.wanted("degrees_of_freedom", Some(&value), &found);
            written.push("degrees_of_freedom");
        }
        if self.system.is_not_isochoric && ensemble.known() != Some(&"npt") {
            document.wanted(
                "path",
                Some(&text("isobaric")),
                "the cells of the runs differ in volume",
            );
            written.push("path");
        }
        let trajectories = || self.runs.iter().flat_map(|run| &run.trajectory);
        if let Some(frames) = trajectories().find(|frames| !frames.has_cell) {
            document.wanted(
                "box",
                None::<Value>,
                &format!("{} has no cell", shown(&frames.file)),
            );
            written.push("box");
        }
        if trajectories().next().is_some() {
            self.species(document, &mut written);
        }
        document.blank();
        document.comment(
            "Further keys of [system], all optional; those of the second group may stand in a [[run]] too:",
        );
        for table in [Table::System, Table::Either] {
            let keys = KEYS.iter().filter(|key| key.table == table && !key.is_required);
            keys.filter(|key| !written.contains(&key.name))
                .for_each(|key| document.optional(key));
        }
    }

    fn species(&self, document: &mut Document, written: &mut Vec<&'static str>) {
        written.push("species");
        let particles = match self.system.particles {
            Fact::Known(particles, _) => Some(particles),
            Fact::Open(..) => None,
        };
        let fit = self
            .frames
            .iter()
            .filter(|frames| particles.is_none_or(|n| frames.particles == n));
        let Some(species) = SpeciesDraft::of(fit.copied()) else {
            let found = "no file of frames has types or names of the particles";
            let form = "[ { name = \"A\", count = ... }, ... ]";
            document.wanted("species", Some(form), found);
            return;
        };
        document.known("species", &species.value, &species.why);
        if let Some(file) = &species.types {
            document.known("types", text(&file.to_string_lossy()), "");
            written.push("types");
        }
    }

    fn run(&self, run: &FoundRun, place: usize, document: &mut Document) {
        let first = run.energies.first();
        document.table("[[run]]", &format!("run `{}`", run.name));
        for beside in &run.beside {
            document.comment(beside);
        }
        for note in run.energies.files().flat_map(|file| &file.notes).take(LISTED) {
            document.comment(&format!("energies: {note}"));
        }
        document.known("name", text(&run.name), "");
        let spacing = if first.is_unnumbered {
            String::new()
        } else if first.has_times && first.stride == 1 {
            ", evenly spaced".to_owned()
        } else {
            format!(" {}", every(first.stride))
        };
        let replicas = run.energies.replicas.len();
        if replicas > 1 {
            document.comment(&format!(
                "energy: {replicas} replicas, since the files are alike and a number in their names counts them"
            ));
        }
        let why = format!("column {}, {} rows{spacing}", first.column, run.energies.rows());
        document.known("energy", run.energies.value(), &why);
        if first.is_unnumbered {
            document.wanted(
                "energy_interval",
                None::<Value>,
                "the file has neither steps nor times",
            );
        }
        self.log_run(run, document);
        match run.energies.temperature() {
            Some(mean) => {
                let mean = msed::Estimate::exact(mean);
                document.comment(&format!("temperature: {mean}, the mean of the column"));
            }
            None => document.wanted(
                "temperature",
                None::<Value>,
                "the energies have no column of temperatures",
            ),
        }
        self.ensemble(place, document);
        if let Some(files) = run.frames_value() {
            let frames = &run.trajectory[0];
            let why = format!("{} particles", frames.particles);
            document.known("trajectory", &files, &why);
            for frames in &run.trajectory {
                if let Some(damage) = &frames.damage {
                    document.comment(&format!("{}: {damage}", shown(&frames.file)));
                }
            }
            for choice in &frames.choices {
                let value = choice.value.map(text);
                match value.filter(|_| choice.is_clear) {
                    Some(value) => document.known(choice.key, &value, &choice.reason),
                    None => document.wanted(choice.key, choice.value.map(text), &choice.reason),
                }
            }
        }
    }

    /// The runs of a log, where it has several.
    fn log_run(&self, run: &FoundRun, document: &mut Document) {
        let Some(runs) = self.logs.get(&run.energies.first().file) else {
            return;
        };
        let usable: Vec<&LogRun> = runs
            .iter()
            .filter(|run| run.unusable.is_none() && run.rows > 1)
            .collect();
        let [.., last] = usable[..] else {
            return;
        };
        if usable.len() < 2 {
            return;
        }
        let is_joined = last.apart.is_none();
        document.comment(&format!(
            "log_run: the log has {} runs with energies, and {}:",
            usable.len(),
            if is_joined {
                "the last ones continue each other and are joined"
            } else {
                "the last one stands apart"
            }
        ));
        let skipped = usable.len().saturating_sub(LISTED);
        if skipped > 0 {
            document.comment(&format!("- {skipped} more"));
        }
        for run in &usable[skipped..] {
            document.comment(&format!("- {run}"));
        }
        if !is_joined {
            document.known("log_run", text("last"), "");
        }
    }

    /// The ensemble of a run, where it is not that of the system.
    fn ensemble(&self, place: usize, document: &mut Document) {
        let (Some(Some(evidence)), Fact::Known(system, _)) =
            (self.system.evidence.get(place), &self.system.ensemble)
        else {
            return;
        };
        match evidence.ensemble() {
            Some(name) if name == *system => {}
            Some(name) => document.known("ensemble", text(name), &evidence.shown),
            None if evidence.is_neither() => {
                document.wanted("ensemble", Some(&text(evidence.likely())), &evidence.shown);
            }
            None => document.comment(&format!("ensemble: {}", evidence.shown)),
        }
    }
}

/// Writes a key that is known, or one to fill in.
fn fact<T>(document: &mut Document, key: &str, fact: &Fact<T>, value: impl Fn(&T) -> Value) {
    match fact {
        Fact::Known(known, why) => document.known(key, value(known), why),
        Fact::Open(likely, found) => document.wanted(key, likely.as_ref().map(value), found),
    }
}

/// The name of the system: that of its directory.
pub(super) fn name_of(dir: &Path) -> String {
    let whole = std::fs::canonicalize(dir);
    let name = whole
        .ok()
        .and_then(|dir| Some(dir.file_name()?.to_string_lossy().into_owned()));
    name.unwrap_or_else(|| "system".to_owned())
}
