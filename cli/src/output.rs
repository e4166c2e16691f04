//! The files of the output directory. All of them are made in memory first, then written under
//! temporary names and renamed: a failure leaves what was there before, and never half a file.

use std::fs;
use std::path::{Path, PathBuf};

use msed::stats::Outcome;

use crate::analysis::point::Point;
use crate::analysis::structure::curves;
use crate::failure::Failure;
use crate::scan_file::Scan;

/// Files to write, by name.
#[derive(Debug, Default)]
pub(crate) struct Output {
    files: Vec<(String, String)>,
}

impl Output {
    /// A file to write, whose name no other has.
    pub(crate) fn add(&mut self, name: impl Into<String>, content: String) -> Result<(), Failure> {
        let name = name.into();
        if self.files.iter().any(|(other, _)| *other == name) {
            return Err(Failure::new(format!(
                "found two outputs of the name {name}, expected names of runs and species that differ in a file name, \
                 where `/` is `_`"
            )));
        }
        self.files.push((name, content));
        Ok(())
    }

    /// Writes all files, in the order they were added.
    pub(crate) fn write(&self, directory: &Path) -> Result<(), Failure> {
        fs::create_dir_all(directory).map_err(|source| Failure::writing(directory, source))?;
        let folder = |(name, _): &&(String, String)| directory.join(name).is_dir();
        if let Some((name, _)) = self.files.iter().find(folder) {
            let message = "found a folder, expected a file or nothing";
            return Err(Failure::writing(&directory.join(name), message));
        }
        let temporary = |name: &str| directory.join(format!(".{name}.{}.part", std::process::id()));
        let mut written: Vec<(PathBuf, PathBuf)> = Vec::new();
        let result = self.files.iter().try_for_each(|(name, content)| {
            let path = temporary(name);
            written.push((path.clone(), directory.join(name)));
            fs::write(&path, content).map_err(|source| Failure::writing(&path, source))
        });
        let result = result.and_then(|()| {
            written.iter().try_for_each(|(from, to)| {
                fs::rename(from, to).map_err(|source| Failure::writing(to, source))
            })
        });
        if result.is_err() {
            for (path, _) in &written {
                // Files that were renamed are gone already, and the first failure is the one to
                // report.
                let _ = fs::remove_file(path);
            }
        }
        result
    }
}

/// Adds a CSV file for each curve, named after its run, its species and its quantity.
pub(crate) fn add_curves(scan: &Scan, points: &[Point<'_>], output: &mut Output) -> Result<(), Failure> {
    for point in points {
        let run = point.name();
        output.add(format!("{run}.msed.csv"), point.msed.to_string())?;
        if let Outcome::Resolved(dynamic) = &point.dynamic {
            output.add(
                format!("{run}.dynamic_heat_capacity_model.csv"),
                dynamic.model.to_string(),
            )?;
            if let Outcome::Resolved(measured) = &dynamic.measured {
                output.add(format!("{run}.dynamic_heat_capacity.csv"), measured.to_string())?;
            }
        }
        let mut add = |of: &str, name: &str, curve: String| {
            let of = of.replace(['/', '\\', '\0', '\n'], "_");
            output.add(format!("{run}.{of}.{name}.csv"), curve)
        };
        let Some(structure) = &point.structure else {
            continue;
        };
        if let Some(decay) = &structure.decay {
            let probe = scan.probe.as_deref().unwrap_or_default();
            add(probe, "self_isf", decay.isf.to_string())?;
        }
        for (one, motion) in structure.displacements() {
            for (name, curve) in curves(one) {
                add(&motion.name, name, curve.to_string())?;
            }
        }
        for (name, factor) in structure.waves.named() {
            add(&name, "s_of_q", factor.to_string())?;
        }
    }
    Ok(())
}
