//! `scan.toml` describes a scan. Every key is checked here, before any other file is opened.

mod flags;
mod frames;
mod run;
mod source;
mod species;
mod system;
mod values;

use std::fmt::Display;
use std::path::Path;

use msed::thermo::Contradiction;
use serde::Deserialize;
use toml::Spanned;

use crate::failure::Failure;
use source::Source;

pub(crate) use flags::EnergyFlags;
pub(crate) use frames::{CutOff, OverlapName, ParticleOrder, TypesChange, UnwrapName};
pub(crate) use run::{Discard, Run};
pub(crate) use species::{SpeciesList, TypeNames};
pub(crate) use system::{System, UnitsName};

/// A scan: one system at several temperatures.
#[derive(Debug)]
pub(crate) struct Scan {
    source: Source,
    pub(crate) system: System,
    /// Which particles belong to each species, where the file says so.
    pub(crate) species: Option<SpeciesList>,
    /// The species whose F_s gives tau_alpha, where there are species.
    pub(crate) probe: Option<String>,
    pub(crate) runs: Vec<Run>,
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
        let Keys { system, run } = source.parse()?;
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
            run.inherit(&system);
            run.look_from(dir);
            runs.push(run);
        }
        Ok(Self {
            source,
            system,
            species,
            probe,
            runs,
        })
    }

    /// A mistake that the file as a whole makes.
    pub(crate) fn failure(&self, message: impl Display) -> Failure {
        Failure::at(self.source.name(), message)
    }

    /// What is wrong with the value of a key.
    pub(crate) fn failure_of<T>(&self, value: &Spanned<T>, message: impl Display) -> Failure {
        self.source.failure(value, message)
    }

    /// The file and the line of a run.
    pub(crate) fn place(&self, run: &Run) -> String {
        self.source.place(run.line)
    }

    /// The failure of a run whose energies are not what the file declares.
    pub(crate) fn contradiction(&self, run: &Run, by: &Contradiction) -> Failure {
        match self.system.contradicted(&self.source, by) {
            Some((line, key)) => Failure::at(
                self.source.place(line),
                format!("`{key}`: run `{}`: {by}", run.name()),
            ),
            None => self.run_failure(run, by),
        }
    }

    /// What is wrong with a run.
    pub(crate) fn run_failure(&self, run: &Run, message: impl Display) -> Failure {
        Failure::at(format!("{}: run `{}`", self.place(run), run.name()), message)
    }
}
