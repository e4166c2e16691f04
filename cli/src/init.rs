//! `msed init`: writes a scan file from the files that a directory holds.

mod document;
mod energies;
mod evidence;
mod folders;
mod frames;
mod run;
mod scan;
mod settings;
mod species;
mod system;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use msed::io::LogRun;

use crate::failure::Failure;
use crate::output::Output;
use document::Document;
use energies::Content;
use folders::{DEPTH, Listing, shown};
use frames::FrameFile;
use run::{FolderFiles, FoundRun};
use scan::Draft;
use settings::Settings;
use system::SystemFacts;

/// Lines of a list of the report.
const LISTED: usize = 40;

/// What the files of a directory are.
#[derive(Default)]
struct Survey {
    runs: Vec<FoundRun>,
    frames: Vec<FrameFile>,
    logs: BTreeMap<PathBuf, Vec<LogRun>>,
    /// Of folders that have runs, and of others.
    settings: [Settings; 2],
    /// Files that cannot be read or are not taken, each with the reason.
    skipped: Vec<String>,
    /// Files of other kinds, each with what the reader of energies says of it.
    others: Vec<String>,
}

/// Writes `DIR/scan.toml` and returns what there is to say of it.
pub(crate) fn init(dir: &Path) -> Result<String, Failure> {
    let file = dir.join("scan.toml");
    if std::fs::symlink_metadata(&file).is_ok() {
        return Err(Failure::at(
            file.display(),
            "found a scan file, expected none: rename or delete it to have another one written",
        ));
    }
    let found = Survey::of(dir)?;
    if found.runs.is_empty() {
        return Err(found.nothing(dir));
    }
    let settings = Settings::of_runs_first(found.settings);
    let of_runs = found.runs.iter().flat_map(|run| &run.trajectory);
    let scan = Draft {
        name: scan::name_of(dir),
        system: SystemFacts::of(dir, &found.runs, &settings),
        frames: of_runs.chain(&found.frames).collect(),
        runs: &found.runs,
        logs: &found.logs,
    };
    let document = scan.document();
    let report = report(&file, &found.runs, &document, &found.skipped, &found.others);
    let mut output = Output::default();
    output.add("scan.toml", document.into_text())?;
    output.write(dir)?;
    Ok(report)
}

impl Survey {
    fn of(dir: &Path) -> Result<Self, Failure> {
        let Listing {
            folders, left_out, ..
        } = Listing::of(dir)?;
        let mut found = Self {
            skipped: left_out,
            ..Self::default()
        };
        for folder in folders {
            let mut holds = FolderFiles {
                energies: Vec::new(),
                frames: Vec::new(),
            };
            let mut settings = Settings::default();
            for file in &folder.files {
                found.take(dir, file, &mut holds, &mut settings);
            }
            let all = holds.frames.clone();
            let runs = FoundRun::of_folder(dir, &folder.path, holds);
            found.settings[usize::from(runs.is_empty())].extend(settings);
            found.runs.extend(runs);
            found.frames.extend(all);
        }
        found.runs = FoundRun::in_order(FoundRun::join_replicas(found.runs));
        Ok(found)
    }

    /// Looks at a file.
    fn take(&mut self, dir: &Path, file: &Path, holds: &mut FolderFiles, settings: &mut Settings) {
        let mut read = None;
        if FrameFile::is_one(dir, file) {
            match FrameFile::read(dir, file) {
                Ok(frames) => {
                    if let Some(damage) = &frames.damage {
                        self.skip(file, damage);
                    }
                    return holds.frames.push(frames);
                }
                // Numbers alone may be columns.
                Err(reason) => {
                    let columns = energies::read(dir, file);
                    if !matches!(columns.0, Content::Energies(_)) {
                        return self.skip(file, &reason);
                    }
                    read = Some(columns);
                }
            }
        }
        let (content, runs) = read.unwrap_or_else(|| energies::read(dir, file));
        settings.take_log(file, &runs);
        match content {
            Content::Energies(energies) if energies.rows < energies::FEWEST => {
                let reason = format!("{} rows, expected at least {}", energies.rows, energies::FEWEST);
                self.skip(file, &reason);
            }
            Content::Energies(energies) => holds.energies.push(energies),
            Content::Broken(reason) => self.skip(file, &reason),
            Content::Nothing(reason) => self.others.push(format!("{}: {reason}", shown(file))),
            Content::Other(reason) => {
                settings.take_script(dir, file);
                self.others.push(format!("{}: {reason}", shown(file)));
            }
        }
        if !runs.is_empty() {
            self.logs.insert(file.to_owned(), runs);
        }
    }

    fn skip(&mut self, file: &Path, reason: &str) {
        self.skipped.push(format!("{}: {reason}", shown(file)));
    }

    /// The failure where there is no run.
    fn nothing(&self, dir: &Path) -> Failure {
        let mut message = format!(
            "found no energies, expected a file with a potential energy in at least {} rows, in this folder or in one of \
             the {DEPTH} levels below it",
            energies::FEWEST
        );
        let mut not_taken = self.skipped.iter().chain(&self.others);
        if let Some(first) = not_taken.next() {
            message += &format!("; skipped {first}");
            let others = not_taken.count();
            if others > 0 {
                message += &format!(", and {others} more");
            }
        }
        Failure::at(dir.display(), message)
    }
}

/// What was found, and what is left to do.
fn report(
    file: &Path,
    runs: &[FoundRun],
    document: &Document,
    skipped: &[String],
    others: &[String],
) -> String {
    let mut report = format!("Written to {}\n", file.display());
    let mut list = |head: String, lines: Vec<String>| {
        if lines.is_empty() {
            return;
        }
        report += &format!("\n{head}:\n");
        for line in lines.iter().take(LISTED) {
            report += &format!("  {line}\n");
        }
        if lines.len() > LISTED {
            report += &format!("  and {} more\n", lines.len() - LISTED);
        }
    };
    let head = format!("{} {}", runs.len(), if runs.len() == 1 { "run" } else { "runs" });
    list(head, runs.iter().map(FoundRun::summary).collect());
    list("Skipped".to_owned(), skipped.to_vec());
    list("Neither energies nor frames".to_owned(), others.to_vec());
    let left = document.left.iter().map(|(table, key)| format!("{table}: {key}"));
    list(
        "Left to fill in, each a line with `# required`".to_owned(),
        left.collect(),
    );
    if document.left.is_empty() {
        report += "\nNothing is left to fill in.\n";
    }
    report
}
