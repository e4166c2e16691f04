//! The files of the output directory. All of them are made in memory first, then written under
//! temporary names and renamed: a failure leaves what was there before, and never half a file.
//! After a success the files that an earlier scan wrote there are removed, as its `results.json`
//! lists them, so that no curve of another scan stands beside the new ones.

use std::fs;
use std::path::{Path, PathBuf};

use msed::stats::Outcome;
use serde_json::Value;

use crate::analysis::point::Point;
use crate::analysis::structure::curves;
use crate::analysis::susceptibility::Susceptibility;
use crate::failure::Failure;
use crate::results::PROGRAM;
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

    /// The names of the files.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(name, _)| name.as_str())
    }

    /// Refuses to write over a file that the scan has read.
    pub(crate) fn check_apart<'a>(
        &self,
        directory: &Path,
        inputs: impl Iterator<Item = &'a PathBuf>,
    ) -> Result<(), Failure> {
        let place = |path: &Path| fs::canonicalize(path).ok();
        let inputs: Vec<PathBuf> = inputs.filter_map(|path| place(path)).collect();
        let mut paths = self.files.iter().map(|(name, _)| directory.join(name));
        let is_input = |path: &PathBuf| place(path).is_some_and(|path| inputs.contains(&path));
        match paths.find(is_input) {
            Some(path) => Err(Failure::writing(
                &path,
                "it is a file of the scan, expected another folder for `--out`",
            )),
            None => Ok(()),
        }
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

/// Curves and figures that an earlier scan wrote.
#[derive(Debug)]
pub(crate) struct Earlier(Vec<PathBuf>);

impl Earlier {
    /// Those that the `results.json` of a directory lists, if this program wrote it, as far as they
    /// are plain files of the directory itself.
    pub(crate) fn of(directory: &Path) -> Self {
        let text = fs::read_to_string(directory.join("results.json")).unwrap_or_default();
        let results: Value = serde_json::from_str(&text).unwrap_or_default();
        let is_ours = results["program"] == PROGRAM;
        let names = results["files"]
            .as_array()
            .filter(|_| is_ours)
            .into_iter()
            .flatten();
        let paths = names.filter_map(|name| {
            let name = Path::new(name.as_str()?);
            let ending = name.extension()?.to_str()?;
            let is_written = ["csv", "svg"].contains(&ending) && name.file_name()? == name;
            let path = directory.join(name);
            let is_file = fs::symlink_metadata(&path).is_ok_and(|data| data.is_file());
            (is_written && is_file).then_some(path)
        });
        Self(paths.collect())
    }

    /// Removes those that the new output has not replaced. Returns what there is to say of them.
    pub(crate) fn remove_unless_in(self, output: &Output) -> String {
        // Some file systems do not tell capitals apart.
        let names: Vec<String> = output.names().map(str::to_lowercase).collect();
        let name = |path: &Path| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .to_lowercase()
        };
        let old = self.0.into_iter().filter(|path| !names.contains(&name(path)));
        let (mut removed, mut text) = (0, String::new());
        for path in old {
            match fs::remove_file(&path) {
                Ok(()) => removed += 1,
                Err(source) => {
                    text += &format!("cannot remove {}, of an earlier scan: {source}\n", path.display());
                }
            }
        }
        match removed {
            0 => text,
            1 => text + "1 file of an earlier scan is removed.\n",
            _ => text + &format!("{removed} files of an earlier scan are removed.\n"),
        }
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
        let entropy = &structure.pair_entropy;
        add("all", "pair_entropy", entropy.to_string())?;
        for ([a, b], g) in entropy.g.pairs() {
            add(&format!("{a}-{b}"), "g_of_r", g.to_string())?;
        }
    }
    Ok(())
}

/// Adds a CSV file for each derivative with respect to temperature, with the curves that follow
/// from it, and one for the peaks of all.
pub(crate) fn add_susceptibilities(found: &[Susceptibility], output: &mut Output) -> Result<(), Failure> {
    if found.is_empty() {
        return Ok(());
    }
    let number = |x: Option<f64>| x.map_or_else(String::new, |x| format!("{x:e}"));
    let names = ["bound", "chi4_constant_energy", "chi4_constant_temperature"];
    let mut peaks = "run,temperature,species,quantity,particles".to_owned();
    for name in names {
        peaks += &format!(",{name},{name}_standard_error,{name}_time,{name}_time_standard_error");
    }
    peaks += ",bound_discretisation_error\n";
    for one in found {
        let curves = one.curves();
        let mut text = "lag_time".to_owned();
        for (name, _) in &curves {
            text += &format!(",{name},{name}_standard_error");
        }
        text += ",derivative_discretisation_error,origins\n";
        let lags = &one.derivative.curve;
        for (k, lag) in lags.lags().iter().enumerate() {
            text += &lags.lag_time(k).to_string();
            for (_, curve) in &curves {
                let at = curve.lags().binary_search(lag).ok();
                let error = at.and_then(|at| curve.standard_errors()[at]);
                text += &format!(",{},{}", number(at.map(|at| curve.values()[at])), number(error));
            }
            let rule = number(one.derivative.discretisation_error[k]);
            text += &format!(",{rule},{}\n", lags.origins()[k]);
        }
        let file_name = |text: &str| text.replace(['/', '\\', '\0', '\n'], "_");
        let name = format!(
            "{}.{}.{}_chi_t.csv",
            one.run,
            file_name(&one.species),
            one.quantity
        );
        output.add(name, text)?;
        peaks += &format!(
            "{},{},{},{},{}",
            one.run,
            one.temperature,
            file_name(&one.species),
            one.quantity,
            one.particles
        );
        let of = one.peaks();
        for name in names {
            let peak = of
                .iter()
                .find(|(other, _)| *other == name)
                .and_then(|(_, peak)| peak.value());
            for estimate in [peak.map(|peak| &peak.value), peak.map(|peak| &peak.time)] {
                let error = estimate.and_then(msed::Estimate::standard_error);
                peaks += &format!(
                    ",{},{}",
                    number(estimate.map(msed::Estimate::value)),
                    number(error)
                );
            }
        }
        peaks += &format!(",{}\n", number(one.discretisation_error()));
    }
    output.add("susceptibility_peaks.csv", peaks)
}
