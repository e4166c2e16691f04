//! `scan.toml` describes a scan. Every key is checked here, before any other file is opened.

mod effect;
mod flags;
mod frames;
mod given;
pub(crate) mod keys;
mod run;
mod source;
mod species;
mod system;
mod values;

use std::fmt::Display;
use std::path::Path;

use msed::Ensemble;
use msed::stats::short;
use msed::thermo::Contradiction;
use msed::trajectory::Dimensions;
use serde::Deserialize;
use toml::Spanned;

use crate::failure::Failure;
use given::AllKeys;
use source::Source;

pub(crate) use flags::EnergyFlags;
pub(crate) use frames::{CutOff, FrameTimes, OverlapName, ParticleOrder, TypesChange, UnwrapName};
pub(crate) use run::{Discard, Run};
pub(crate) use species::{SpeciesList, Types, is_species_name, with_counts};
use system::PathName;
pub(crate) use system::{System, UnitsName};

/// A scan: one system at several temperatures.
#[derive(Debug)]
pub(crate) struct Scan {
    source: Source,
    /// Keys of `[system]` without an effect on any run.
    pub(crate) notes: Vec<String>,
    pub(crate) system: System,
    /// Which particles belong to each species, where the file says so.
    pub(crate) species: Option<SpeciesList>,
    /// The species whose F_s gives tau_alpha, where there are species.
    pub(crate) probe: Option<String>,
    pub(crate) runs: Vec<Run>,
    /// How many dimensions the file says that there are.
    pub(crate) given_dimensions: Option<Spanned<u32>>,
    /// The dimensions of all runs, as soon as they are known.
    pub(crate) dimensions: Dimensions,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    system: System,
    run: Spanned<Vec<Spanned<Run>>>,
}

impl Scan {
    /// Reads `DIR/scan.toml`.
    pub(crate) fn read(dir: &Path) -> Result<Self, Failure> {
        Self::of(Source::read(dir.join("scan.toml"))?, dir)
    }

    /// The scan of one run that flags describe. Its paths are those of the command line.
    pub(crate) fn of_flags(flags: &EnergyFlags) -> Result<Self, Failure> {
        Self::of(Source::of_flags(&flags.scan_file()), Path::new(""))
    }

    fn of(source: Source, dir: &Path) -> Result<Self, Failure> {
        let Keys { mut system, run } = source.parse()?;
        let mut given = AllKeys::of(&source);
        system.keys = given.system;
        given.runs.reverse();
        if run.get_ref().is_empty() {
            let message = "`run`: found no run, expected a table [[run]] for each state point";
            return Err(source.failure(&run, message));
        }
        let species = SpeciesList::check(&source, &system, dir)?;
        let names: Vec<&str> = species.as_ref().map(SpeciesList::names).unwrap_or_default();
        let probe = system.probe(&source, &names)?;
        let mut runs: Vec<Run> = Vec::new();
        for run in run.into_inner() {
            let line = source.line(&run);
            let mut run = run.into_inner();
            run.check(&source, &runs, &names)?;
            run.line = line;
            run.keys = given.runs.pop().unwrap_or_default();
            run.inherit(&system);
            run.look_from(dir);
            run.check_files(&source, &runs)?;
            runs.push(run);
        }
        check_ensembles(&source, &system, &runs)?;
        let notes = effect::check(&source, &system, &runs)?;
        let given_dimensions = dimensions(&source, &system, &runs)?;
        Ok(Self {
            given_dimensions,
            dimensions: Dimensions::Three,
            source,
            notes,
            system,
            species,
            probe,
            runs,
        })
    }

    /// The ensemble that the runs are declared to be of.
    pub(crate) fn ensemble(&self) -> Ensemble {
        self.system.ensemble(self.dimensions)
    }

    /// The ensemble that one run is declared to be of.
    pub(crate) fn ensemble_of(&self, run: &Run) -> Ensemble {
        run.ensemble(&self.system, self.dimensions)
    }

    /// Whether the runs are declared to be at constant pressure, which all are or none is.
    pub(crate) fn is_at_constant_pressure(&self) -> bool {
        self.runs[0].is_at_constant_pressure()
    }

    /// Whether the runs lie along an isobar: they are said to, or each is at constant pressure.
    pub(crate) fn is_isobaric(&self) -> bool {
        let path = self.system.path.as_ref().map(Spanned::get_ref);
        path == Some(&PathName::Isobaric) || self.is_at_constant_pressure()
    }

    /// A mistake that the file as a whole makes.
    pub(crate) fn failure(&self, message: impl Display) -> Failure {
        Failure::at(self.source.name(), message)
    }

    /// What is wrong with the value of a key.
    pub(crate) fn failure_of<T>(&self, value: &Spanned<T>, message: impl Display) -> Failure {
        self.source.failure(value, message)
    }

    /// What is wrong with the value of a key of a run, or of the system for all runs.
    pub(crate) fn key_failure(&self, run: &Run, key: &str, message: impl Display) -> Failure {
        let own = run.keys.line(key).or(self.system.keys.line(key));
        let place = self.source.place(own.unwrap_or(run.line));
        Failure::at(place, format!("`{key}`: {message}"))
    }

    /// `discard` leaves too few samples or frames of a file: so many of so many.
    pub(crate) fn too_little_left(
        &self,
        run: &Run,
        discard: f64,
        [left, found]: [usize; 2],
        what: &str,
        file: &Path,
        expected: usize,
    ) -> Failure {
        let message = format!(
            "run `{}`: found {}, which leaves {left} of the {found} {what} of {}, expected at least {expected}",
            run.name(),
            short(discard, 12),
            file.display()
        );
        self.key_failure(run, "discard", message)
    }

    /// The file and the line of a run.
    pub(crate) fn place(&self, run: &Run) -> String {
        self.source.place(run.line)
    }

    /// The failure of a run whose energies are not what the file declares. They may also be those
    /// of other units, and `remarks` say what else they may be.
    pub(crate) fn contradiction(
        &self,
        run: &Run,
        by: &Contradiction,
        other_units: &[&str],
        remarks: &[String],
    ) -> Failure {
        let mut message = by.to_string();
        let mut keys = Run::contradicted(by).to_vec();
        if !other_units.is_empty() {
            keys.push("units");
            message += &format!("; `units` {} would fit", other_units.join(" or "));
        }
        for remark in remarks {
            message += &format!("; {remark}");
        }
        let Some(first) = keys.first() else {
            return self.run_failure(run, message);
        };
        let own = run.keys.line(first).or(self.system.keys.line(first));
        let place = self.source.place(own.unwrap_or(run.line));
        let keys = keys.join("` or `");
        Failure::at(place, format!("`{keys}`: run `{}`: {message}", run.name()))
    }

    /// What is wrong with a run.
    pub(crate) fn run_failure(&self, run: &Run, message: impl Display) -> Failure {
        Failure::at(format!("{}: run `{}`", self.place(run), run.name()), message)
    }
}

/// Runs at constant pressure are a scan of their own, along an isobar.
fn check_ensembles(source: &Source, system: &System, runs: &[Run]) -> Result<(), Failure> {
    let first = runs[0].is_at_constant_pressure();
    if let Some(other) = runs.iter().find(|run| run.is_at_constant_pressure() != first) {
        let (found, expected) = if first {
            ("constant volume", "`npt`")
        } else {
            ("`npt`", "constant volume")
        };
        let line = other.keys.line("ensemble").or(system.keys.line("ensemble"));
        let message = format!(
            "`ensemble`: found {found} in run `{}`, expected {expected} as in run `{}`: runs at constant pressure are a scan of their own",
            other.name(),
            runs[0].name()
        );
        return Err(Failure::at(source.place(line.unwrap_or(other.line)), message));
    }
    match &system.path {
        Some(path) if first && *path.get_ref() == PathName::Isochoric => {
            let message = "`path`: found `isochoric`, expected `isobaric`: the runs are at constant pressure";
            Err(source.failure(path, message))
        }
        _ => Ok(()),
    }
}

/// The number of dimensions that the file gives, which must be one for all runs.
fn dimensions(source: &Source, system: &System, runs: &[Run]) -> Result<Option<Spanned<u32>>, Failure> {
    let given = system
        .dimensions
        .iter()
        .chain(runs.iter().filter_map(|run| run.dimensions.as_ref()));
    let given: Vec<&Spanned<u32>> = given.collect();
    let Some((first, rest)) = given.split_first() else {
        return Ok(None);
    };
    match rest.iter().find(|other| other.get_ref() != first.get_ref()) {
        Some(other) => {
            let (found, expected) = (other.get_ref(), first.get_ref());
            let message = format!(
                "`dimensions`: found {found}, expected {expected} as in line {}: a scan is of one system",
                source.line(first)
            );
            Err(source.failure(other, message))
        }
        None => Ok(Some((*first).clone())),
    }
}
