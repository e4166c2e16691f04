//! The runs of a log, and the choice among them.

use std::fmt;

use crate::real::short;

/// Runs listed in a sentence at most: the first, and the last ones.
const LISTED: usize = 8;

/// Which runs of a log make the series. Columns that are no log have no runs, and the choice does
/// not matter there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RunChoice {
    /// The last run that holds energies, joined with the runs that it continues.
    #[default]
    Continued,
    /// The last run that holds energies, alone.
    Last,
    /// The run of this number, from 1, alone. Minimisations count.
    Number(usize),
}

/// The output of one `run` or `minimize` command of a log. It prints as part of a sentence.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LogRun {
    /// Its number in the log, from 1.
    pub number: usize,
    /// The line of its header, or of its first step in the style `multi`.
    pub line: u64,
    /// The first and the last step, where the run has a column of steps and a row.
    pub steps: Option<(u64, u64)>,
    /// How many rows it printed.
    pub rows: usize,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// The number of atoms, where the run has an end that says it.
    pub particles: Option<usize>,
    /// The time of one step, where the log prints it or echoes the command `timestep`.
    pub time_step: Option<f64>,
    /// The style of units, such as `lj`, where the log prints it or echoes the command `units`.
    pub units: Option<&'static str>,
    /// The mean of the energies, as printed.
    pub mean_energy: Option<f64>,
    /// The mean of the temperatures, where there is such a column.
    pub mean_temperature: Option<f64>,
    /// Why it makes no series, where it does not: it is a minimisation, has no column of energies,
    /// has too few rows, or is damaged.
    pub unusable: Option<String>,
    /// Why it does not continue the run before it, where it does not.
    pub apart: Option<String>,
}

impl fmt::Display for LogRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {} (line {}", self.number, self.line)?;
        if let Some((first, last)) = self.steps {
            write!(f, ", steps {first} to {last}")?;
        }
        write!(f, ", {} row{}", self.rows, if self.rows == 1 { "" } else { "s" })?;
        if let Some(energy) = self.mean_energy {
            write!(f, ", mean energy {}", short(energy, 6))?;
        }
        if let Some(temperature) = self.mean_temperature {
            write!(f, ", mean temperature {}", short(temperature, 6))?;
        }
        if let Some(reason) = &self.unusable {
            write!(f, ", unusable: {reason}")?;
        } else if let Some(reason) = &self.apart {
            write!(f, ", apart: {reason}")?;
        }
        f.write_str(")")
    }
}

/// Runs as a list in a sentence, with the columns of each where they differ from those before.
pub(super) struct Listed<'a>(pub(super) &'a [LogRun]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = self.0;
        let skipped = runs.len().saturating_sub(LISTED);
        let mut before: Option<&LogRun> = None;
        for (place, run) in runs.iter().enumerate() {
            if skipped > 0 && (1..=skipped).contains(&place) {
                if place == 1 {
                    write!(f, ", {skipped} more")?;
                }
                continue;
            }
            if place > 0 {
                f.write_str(", ")?;
            }
            run.fmt(f)?;
            if before.is_none_or(|before| before.columns != run.columns) {
                write!(f, " with columns {}", run.columns.join(" "))?;
            }
            before = Some(run);
        }
        Ok(())
    }
}
