//! The folders and files of a scan, to a depth of two below its directory.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::input::check_file;

/// Levels of folders below the directory that are looked into.
pub(super) const DEPTH: usize = 2;
/// Most files that are looked at.
const MOST: usize = 5000;
/// Most entries of a folder that are listed.
const MOST_ENTRIES: usize = 100_000;
/// Endings of files that are text for people or programs, and no data.
const NO_DATA: [&str; 9] = ["md", "toml", "json", "py", "sh", "svg", "png", "pdf", "rst"];

/// A folder and the files in it. Paths begin at the directory of the scan.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) files: Vec<PathBuf>,
}

/// What was found below a directory, and what was left out.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) folders: Vec<Folder>,
    /// What was left out and why, each a sentence.
    pub(super) left_out: Vec<String>,
    files: usize,
    /// Folders that were visited, under their true names: a link may lead to one a second time.
    seen: BTreeSet<PathBuf>,
}

impl Listing {
    /// Lists the directory, its folders and theirs, in the order of their names.
    pub(super) fn of(dir: &Path) -> Result<Self, Failure> {
        let mut listing = Self::default();
        listing
            .add(dir, Path::new(""), 0)
            .map_err(|source| Failure::new(format!("cannot open {}: {source}", dir.display())))?;
        Ok(listing)
    }

    fn add(&mut self, dir: &Path, path: &Path, depth: usize) -> std::io::Result<()> {
        let place = dir.join(path);
        if !self.seen.insert(fs::canonicalize(&place)?) {
            return Ok(());
        }
        let entries = fs::read_dir(&place)?.take(MOST_ENTRIES).filter_map(Result::ok);
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        if names.len() == MOST_ENTRIES {
            self.left_out.push(format!(
                "{}: entries beyond the first {MOST_ENTRIES}",
                shown(path)
            ));
        }
        names.sort();
        if depth > 0 && names.iter().any(|name| name == "results.json") {
            self.left_out.push(format!("{}: results of `msed`", shown(path)));
            return Ok(());
        }
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for name in names {
            let path = path.join(&name);
            let Some(text) = name.to_str() else {
                self.left_out
                    .push(format!("{}: a name that is not UTF-8", shown(&path)));
                continue;
            };
            if text.starts_with('.') || has_no_data(Path::new(text)) {
                continue;
            }
            if dir.join(&path).is_dir() {
                folders.push(path);
            } else if self.files == MOST {
                self.left_out.push(format!(
                    "{} and what follows it: files beyond the first {MOST}",
                    shown(&path)
                ));
                break;
            } else if check_file(&dir.join(&path)).is_ok() {
                self.files += 1;
                files.push(path);
            } else {
                self.left_out
                    .push(format!("{}: no file that can be opened", shown(&path)));
            }
        }
        self.folders.push(Folder {
            path: path.to_owned(),
            files,
        });
        for folder in folders {
            if depth == DEPTH || self.files == MOST {
                let reason = if depth == DEPTH {
                    "a folder too deep"
                } else {
                    "a folder too many"
                };
                self.left_out.push(format!("{}: {reason}", shown(&folder)));
            } else if let Err(error) = self.add(dir, &folder, depth + 1) {
                self.left_out.push(format!("{}: {error}", shown(&folder)));
            }
        }
        Ok(())
    }
}

/// Whether a file is for people or programs by its ending.
fn has_no_data(name: &Path) -> bool {
    let ending = name.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| NO_DATA.contains(&ending))
}

/// A path within the scan.
pub(super) fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    if path.is_empty() { ".".to_owned() } else { path }
}
