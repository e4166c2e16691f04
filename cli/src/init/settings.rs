//! What logs and input scripts say of a simulation.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use msed::io::LogRun;
use msed::units::Units;

use super::folders::shown;
use super::system::rounded;

/// Longest input script.
const LONGEST: u64 = 1 << 20;
/// The styles of units of LAMMPS.
const LAMMPS_UNITS: [&str; 8] = ["lj", "real", "metal", "si", "cgs", "electron", "micro", "nano"];
/// Files that are named for one value.
const NAMED: usize = 2;

/// A value and the file that says it.
#[derive(Debug, Clone)]
pub(super) struct Statement<T> {
    pub(super) value: T,
    pub(super) by: PathBuf,
}

/// What is said of one quantity.
#[derive(Debug)]
pub(super) enum Consensus<T> {
    Nothing,
    /// One value, and the files that say it, in words.
    One(T, String),
    /// Several values, in words.
    Several(String),
}

/// What all files say.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) time_step: Vec<Statement<f64>>,
    /// The time of one step in picoseconds, by input of GROMACS.
    picoseconds: Vec<Statement<f64>>,
    pub(super) units: Vec<Statement<String>>,
    pub(super) particles: Vec<Statement<usize>>,
}

impl<T: PartialEq + Clone + Display> Consensus<T> {
    pub(super) fn of(said: &[Statement<T>]) -> Self {
        let mut values: Vec<(T, Vec<&Path>)> = Vec::new();
        for Statement { value, by } in said {
            match values.iter_mut().find(|(known, _)| known == value) {
                Some((_, files)) if files.contains(&by.as_path()) => {}
                Some((_, files)) => files.push(by),
                None => values.push((value.clone(), vec![by])),
            }
        }
        match &values[..] {
            [] => Self::Nothing,
            [(value, files)] => Self::One(value.clone(), by(files)),
            _ => {
                let each = values
                    .iter()
                    .map(|(value, files)| format!("{value} by {}", by(files)));
                Self::Several(each.collect::<Vec<_>>().join("; "))
            }
        }
    }
}

/// The files that say something: the first ones, and how many others do.
fn by(files: &[&Path]) -> String {
    let named: Vec<String> = files.iter().take(NAMED).map(|file| shown(file)).collect();
    let others = files.len().saturating_sub(NAMED);
    let named = named.join(", ");
    if others > 0 {
        format!("{named} and {others} more")
    } else {
        named
    }
}

impl Settings {
    /// What folders with runs say, and where they say nothing of a quantity, what others do.
    pub(super) fn of_runs_first([runs, others]: [Self; 2]) -> Self {
        fn first<T>(runs: Vec<Statement<T>>, others: Vec<Statement<T>>) -> Vec<Statement<T>> {
            if runs.is_empty() { others } else { runs }
        }
        Self {
            time_step: first(runs.time_step, others.time_step),
            picoseconds: first(runs.picoseconds, others.picoseconds),
            units: first(runs.units, others.units),
            particles: first(runs.particles, others.particles),
        }
    }

    pub(super) fn extend(&mut self, others: Self) {
        self.time_step.extend(others.time_step);
        self.picoseconds.extend(others.picoseconds);
        self.units.extend(others.units);
        self.particles.extend(others.particles);
    }

    /// What is said of the time of one step, in these units.
    pub(super) fn time_step_in(&self, units: Option<&Units>) -> Vec<Statement<f64>> {
        let of_a_picosecond = match units.map(|units| units.time) {
            Some("ps") => Some(1.0),
            Some("fs") => Some(1000.0),
            _ => None,
        };
        let converted = |said: &Statement<f64>| {
            let value = rounded(said.value * of_a_picosecond?);
            Some(Statement {
                value,
                by: said.by.clone(),
            })
        };
        let others = self.picoseconds.iter().filter_map(converted);
        self.time_step.iter().cloned().chain(others).collect()
    }

    /// Takes what the last run of a log says.
    pub(super) fn take_log(&mut self, file: &Path, runs: &[LogRun]) {
        let by = || file.to_owned();
        if let Some(value) = runs.iter().rev().find_map(|run| run.time_step) {
            self.time_step.push(Statement { value, by: by() });
        }
        if let Some(units) = runs.iter().rev().find_map(|run| run.units) {
            let value = units.to_owned();
            self.units.push(Statement { value, by: by() });
        }
        if let Some(value) = runs.iter().rev().find_map(|run| run.particles) {
            self.particles.push(Statement { value, by: by() });
        }
    }

    /// Takes the commands `units` and `timestep` of an input script of LAMMPS, and `dt` of one of
    /// GROMACS. A line of another file that looks like one of them counts too.
    pub(super) fn take_script(&mut self, dir: &Path, file: &Path) {
        let path = dir.join(file);
        if fs::metadata(&path).map_or(u64::MAX, |data| data.len()) > LONGEST {
            return;
        }
        let Ok(Ok(text)) = fs::read(&path).map(String::from_utf8) else {
            return;
        };
        for line in text.lines() {
            let (command, _) = line.split_once('#').unwrap_or((line, ""));
            let words: Vec<&str> = command.split_whitespace().take(3).collect();
            let by = || file.to_owned();
            let (value, steps) = match words[..] {
                ["units", style] if LAMMPS_UNITS.contains(&style) => {
                    let value = style.to_owned();
                    self.units.push(Statement { value, by: by() });
                    continue;
                }
                ["timestep", value, ..] => (value, &mut self.time_step),
                ["dt", "=", value] => (value, &mut self.picoseconds),
                _ => continue,
            };
            let value = value
                .parse()
                .ok()
                .filter(|value: &f64| value.is_finite() && *value > 0.0);
            steps.extend(value.map(|value| Statement { value, by: by() }));
        }
    }
}
