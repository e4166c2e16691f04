//! What stands above the rows, and which columns they have.

use std::path::Path;

use super::dialect::{Xvg, gpumd};
use super::layout::{Layout, StepColumn, Wanted};
use super::names;
use crate::io::error::Fault;
use crate::io::text::bytes::{f64_field, fields};

/// Most lines of names of other programs that are kept: a file may begin with any number of
/// comments.
const MOST_LINES: usize = 8;

/// The lines above the first row.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The last line with a name that LAMMPS gives or that was asked for.
    known: Option<HeadLine>,
    /// The last lines with a name of another program, the latest last.
    other: Vec<HeadLine>,
    /// The last line of any words, before one that is known.
    unknown: Option<HeadLine>,
    /// What an xvg file says.
    pub(super) xvg: Xvg,
}

/// A line of names in every way that it can be read.
#[derive(Debug, Clone)]
pub(super) struct HeadLine {
    pub(super) splits: Vec<Vec<String>>,
    line: u64,
}

impl HeadLine {
    pub(super) fn of(line: &[u8], number: u64) -> Self {
        Self {
            splits: names::splits(&String::from_utf8_lossy(line)),
            line: number,
        }
    }

    /// Whether one of the ways has a name that is looked for.
    pub(super) fn is_known(&self, wanted: &Wanted) -> bool {
        self.splits.iter().any(|names| wanted.known(names))
    }

    /// The names between blanks and commas.
    pub(super) fn words(&self) -> &[String] {
        let words = self.splits.iter().rev().find(|names| names.len() > 1);
        words.or(self.splits.first()).map_or(&[], |names| names)
    }

    /// The names of so many columns.
    fn names(&self, wanted: &Wanted, count: usize) -> Option<&Vec<String>> {
        let fitting = || self.splits.iter().filter(|names| names.len() == count);
        fitting()
            .find(|names| wanted.known_anywhere(names))
            .or_else(|| fitting().next())
    }

    /// The names of the first columns where a title stands above the others.
    fn titled(&self, wanted: &Wanted, count: usize) -> Option<Vec<String>> {
        let is_title = |name: &String| name.starts_with("---");
        if !self.splits.iter().flatten().any(is_title) {
            return None;
        }
        let short = self.splits.last().filter(|names| names.len() < count)?;
        let rest = (short.len() + 1..=count).map(|place| format!("column {place}"));
        wanted
            .known_anywhere(short)
            .then(|| short.iter().cloned().chain(rest).collect())
    }
}

impl Head {
    /// Takes a line of names, or a title.
    pub(super) fn take(&mut self, line: HeadLine, wanted: &Wanted) {
        if line.is_known(wanted) {
            self.known = Some(line);
        } else if line.splits.iter().any(|names| wanted.known_anywhere(names)) {
            if self.other.len() == MOST_LINES {
                self.other.remove(0);
            }
            self.other.push(line);
        } else if self.known.is_none() {
            self.unknown = Some(line);
        }
    }

    /// Whether a line in place of the first row has as many fields as a known header, and numbers
    /// among them. A line of units has no numbers.
    pub(super) fn is_damaged_row(&self, line: &[u8]) -> bool {
        let count = fields(line).count();
        let has_place = |known: &HeadLine| known.splits.iter().any(|names| names.len() == count);
        self.known.as_ref().is_some_and(has_place) && fields(line).any(|field| f64_field(field).is_some())
    }

    /// The layout of the first row, which has so many columns and may lack its end; else what is
    /// wrong, and in which line of the head it is.
    pub(super) fn layout(
        &self,
        wanted: &Wanted,
        count: usize,
        ended: bool,
        file: &Path,
    ) -> Result<Layout, (Option<u64>, Fault)> {
        // A cut line is the likelier reason for a row that does not fit its header.
        let mismatch = |expected: usize| match ended {
            true => Fault::column_count(count, expected),
            false => Fault::cut_row(),
        };
        if let Some(names) = self.xvg.names() {
            if names.len() != count {
                return Err((None, mismatch(names.len())));
            }
            let layout = Layout::of_columns(wanted, Some(&names), count);
            let mut layout = layout.map_err(|fault| (None, fault))?;
            layout.energy_unit = layout.energy_unit.or(self.xvg.energy_unit());
            if self.xvg.is_of_gromacs() {
                layout.pressure_unit = layout.pressure_unit.or(Some("bar"));
                layout.volume_unit = layout.volume_unit.or(Some("nm"));
            }
            return Ok(layout);
        }
        let of = |line: &HeadLine, names: &[String]| {
            let layout = Layout::of_columns(wanted, Some(names), count);
            layout.map_err(|fault| (Some(line.line), fault))
        };
        for line in self.known.iter().chain(self.other.iter().rev()) {
            if let Some(names) = line.names(wanted, count) {
                return of(line, names);
            }
            if let Some(names) = line.titled(wanted, count) {
                return of(line, &names);
            }
        }
        if let Some(known) = &self.known {
            return Err((None, mismatch(known.words().len())));
        }
        if let Some(line) = &self.unknown
            && let Some(names) = line.names(wanted, count)
        {
            return of(line, names);
        }
        if let Some(names) = gpumd(file, count) {
            let wanted = match wanted.step {
                StepColumn::ByName => &Wanted {
                    step: StepColumn::None,
                    ..wanted.clone()
                },
                _ => wanted,
            };
            return Layout::of_columns(wanted, Some(&names), count).map_err(|fault| (None, fault));
        }
        if let Some(other) = self.other.last() {
            return Err((None, mismatch(other.words().len())));
        }
        Layout::of_columns(wanted, None, count).map_err(|fault| (None, fault))
    }
}
