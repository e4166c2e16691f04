//! The state points of a scan: which files belong to each.

use std::path::Path;

use toml::Value;

use super::document;
use super::energies::{EnergyFile, EnergyFiles};
use super::folders::shown;
use super::frames::FrameFile;

/// Longest name of a run in bytes.
const LONGEST_NAME: usize = 100;

/// A state point.
#[derive(Debug)]
pub(super) struct FoundRun {
    pub(super) name: String,
    /// The folder that its files are in.
    folder: std::path::PathBuf,
    pub(super) energies: EnergyFiles,
    /// The frames of each replica; none without a trajectory.
    pub(super) trajectory: Vec<FrameFile>,
    /// Other files that may be meant, each a sentence.
    pub(super) beside: Vec<String>,
}

/// What the folder of a run has that is of use.
pub(super) struct FolderFiles {
    pub(super) energies: Vec<EnergyFile>,
    pub(super) frames: Vec<FrameFile>,
}

impl FoundRun {
    /// The runs of a folder: the largest, or each where the folder is that of the scan itself.
    pub(super) fn of_folder(dir: &Path, folder: &Path, holds: FolderFiles) -> Vec<Self> {
        let mut groups = EnergyFiles::of(dir, holds.energies);
        let mut beside = Vec::new();
        let is_root = folder.as_os_str().is_empty();
        if !is_root {
            // Of several that are equally large the first in the order of names is taken.
            let largest = (0..groups.len()).rev().max_by_key(|&k| groups[k].rows());
            let Some(largest) = largest else {
                return Vec::new();
            };
            let taken = groups.remove(largest);
            beside.extend(groups.iter().map(|group| {
                let first = group.first();
                format!(
                    "not taken: {}, {} rows {}{}",
                    group.value(),
                    group.rows(),
                    every(first.stride),
                    mean_temperature(group)
                )
            }));
            groups = vec![taken];
        }
        let alone = groups.len() == 1;
        let runs = groups.into_iter().map(|energies| {
            let name = name_of(folder, energies.first());
            let mut run = Self {
                name,
                folder: folder.to_owned(),
                energies,
                trajectory: Vec::new(),
                beside: beside.clone(),
            };
            let own = stem(&run.energies.first().file);
            let frames = holds.frames.iter();
            run.take_frames(frames.filter(|frames| alone || stem(&frames.file) == own));
            run
        });
        runs.collect()
    }

    /// Takes the file with the most frames, and names the others.
    fn take_frames<'a>(&mut self, frames: impl Iterator<Item = &'a FrameFile>) {
        let mut frames: Vec<&FrameFile> = frames
            .filter(|frames| frames.frames >= super::frames::FEWEST)
            .collect();
        frames.sort_by_key(|frames| std::cmp::Reverse(frames.size()));
        let mut frames = frames.into_iter();
        self.trajectory.extend(frames.next().cloned());
        self.beside
            .extend(frames.map(|other| format!("not taken: frames in {}", shown(&other.file))));
    }

    /// Joins runs of neighbouring folders below one that are replicas.
    pub(super) fn join_replicas(runs: Vec<Self>) -> Vec<Self> {
        let parent = |run: &Self| {
            let parent = run
                .folder
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty());
            parent.map(Path::to_owned)
        };
        let may = |a: &Self, b: &Self| {
            parent(a).is_some()
                && parent(a) == parent(b)
                && a.trajectory.is_empty() == b.trajectory.is_empty()
        };
        let groups = EnergyFiles::joined(runs, |run| &run.energies, may);
        let joined = groups.into_iter().filter_map(|group| {
            let mut group = group.into_iter();
            let mut whole = group.next()?;
            for run in group {
                if let Some(parent) = parent(&run) {
                    whole.name = name_from(&shown(&parent));
                }
                whole.energies.join(run.energies);
                whole.trajectory.extend(run.trajectory);
                whole.beside.extend(run.beside);
            }
            Some(whole)
        });
        joined.collect()
    }

    /// Sorts runs by falling temperature and gives each a name of its own.
    pub(super) fn in_order(mut runs: Vec<Self>) -> Vec<Self> {
        let temperature = |run: &Self| run.energies.temperature().unwrap_or(f64::NEG_INFINITY);
        runs.sort_by(|a, b| {
            let falling = temperature(b).total_cmp(&temperature(a));
            falling.then_with(|| a.name.cmp(&b.name))
        });
        let mut names: Vec<String> = Vec::new();
        for run in &mut runs {
            let wanted = run.name.clone();
            let mut number = 2;
            while names.contains(&run.name) {
                run.name = format!("{wanted}-{number}");
                number += 1;
            }
            names.push(run.name.clone());
        }
        runs
    }

    /// The value of `trajectory`.
    pub(super) fn frames_value(&self) -> Option<Value> {
        let files = self.trajectory.iter();
        let names = files.map(|frames| vec![document::text(&frames.file.to_string_lossy())]);
        (!self.trajectory.is_empty()).then(|| document::replicas(names))
    }

    /// One line about the run.
    pub(super) fn summary(&self) -> String {
        let trajectory = self.frames_value();
        let trajectory = trajectory.map_or_else(String::new, |files| format!(", trajectory {files}"));
        format!(
            "{}: {}, {} rows{}{trajectory}",
            self.name,
            self.energies.value(),
            self.energies.rows(),
            mean_temperature(&self.energies)
        )
    }
}

/// How far rows are apart.
pub(super) fn every(stride: u64) -> String {
    if stride == 1 {
        "every step".to_owned()
    } else {
        format!("every {stride} steps")
    }
}

fn mean_temperature(energies: &EnergyFiles) -> String {
    let temperature = energies.temperature();
    temperature.map_or_else(String::new, |t| {
        format!(", mean temperature {}", msed::Estimate::exact(t))
    })
}

fn name_of(folder: &Path, first: &EnergyFile) -> String {
    if folder.as_os_str().is_empty() {
        name_from(&stem(&first.file))
    } else {
        name_from(&shown(folder))
    }
}

/// A name that files can be given.
fn name_from(path: &str) -> String {
    let kept = |c: char| {
        if c.is_control() || "/\\:".contains(c) {
            '_'
        } else {
            c
        }
    };
    let mut name: String = path.trim_start_matches('.').chars().map(kept).collect();
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    if name.is_empty() { "run".to_owned() } else { name }
}

/// The name of a file without its endings.
fn stem(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let packed = ["gz", "zst", "bz2"].iter().find_map(|ending| {
        let name = name.strip_suffix(ending)?;
        name.strip_suffix('.')
    });
    let name = packed.unwrap_or(&name);
    match name.rsplit_once('.') {
        // `T0.45` has no ending, and a log of LAMMPS is told by it.
        Some((stem, ending))
            if !stem.is_empty() && stem != "log" && !ending.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            stem.to_owned()
        }
        _ => name.to_owned(),
    }
}
