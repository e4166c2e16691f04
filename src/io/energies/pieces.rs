//! One run in several files.

use std::path::{Path, PathBuf};

use super::printed::LastDigit;
use super::table::{EnergyTable, Note};
use crate::io::error::{Fault, Place, ReadError};
use crate::io::overlap::Overlap;
use crate::real::{apart, short};

/// Rows at a boundary whose printed digits are looked at.
const LOOKED_AT: usize = 8;

/// A run that is read piece by piece.
pub(super) struct Pieces {
    whole: EnergyTable,
    /// The file of the last piece.
    last: PathBuf,
    overlap: Overlap,
    repeated: usize,
    difference: f64,
}

impl Pieces {
    pub(super) fn begin(mut first: EnergyTable, overlap: Overlap) -> Self {
        let notes = std::mem::take(&mut first.notes);
        let last = first.file.clone();
        first.notes = notes.into_iter().map(|note| of(&last, note)).collect();
        Self {
            whole: first,
            last,
            overlap,
            repeated: 0,
            difference: 0.0,
        }
    }

    /// Appends the next piece.
    pub(super) fn join(&mut self, next: EnergyTable) -> Result<(), ReadError> {
        let join = Join::of(&next, &self.whole, &self.last);
        let start = join.and_then(|join| self.start(&next, join));
        let start = start.map_err(|fault| fault.at(&next.file, Place::File))?;
        self.leave_out(&next);
        self.whole.extend(&next, start..next.len());
        self.whole.particles = next.particles.or(self.whole.particles);
        self.whole.is_log &= next.is_log;
        let notes = next.notes.into_iter();
        self.whole.notes.extend(notes.map(|note| of(&next.file, note)));
        self.last = next.file;
        Ok(())
    }

    /// Leaves out columns of pressures, volumes or total energies that a piece lacks, or has in
    /// another unit. Total energies are in the unit of the energies, which is the same.
    fn leave_out(&mut self, next: &EnergyTable) {
        let whole = &mut self.whole;
        let columns = [
            (
                "pressure",
                &mut whole.pressure,
                &next.pressure,
                whole.pressure_unit == next.pressure_unit,
            ),
            (
                "volume",
                &mut whole.volume,
                &next.volume,
                whole.volume_unit == next.volume_unit,
            ),
            ("total energy", &mut whole.total, &next.total, true),
        ];
        for (quantity, column, of_next, is_same_unit) in columns {
            if column.is_some() && !(of_next.is_some() && is_same_unit) {
                *column = None;
                let why = format!("{} has none in the same unit", next.file.display());
                whole.notes.push(Note::LeftOut { quantity, why });
            }
        }
    }

    /// The first row of a piece that counts. Rows that it replaces are dropped.
    fn start(&mut self, next: &EnergyTable, join: Join) -> Result<usize, Fault> {
        let (whole, before) = (&mut self.whole, self.last.display());
        match join {
            Join::Next => Ok(0),
            Join::Repeats { difference } => {
                self.repeated += 1;
                self.difference = self.difference.max(difference);
                Ok(1)
            }
            Join::Within { .. } if self.overlap == Overlap::Refuse => {
                let (first, last) = (next.first_step, whole.last_step());
                let expected = "expected later ones, or the option `overlap`, with which a later file replaces what it repeats";
                let back = format!("begins with step {first} and {before} ends with step {last}, {expected}");
                Err(Fault::Steps(back))
            }
            Join::Within { row } => {
                let replaced = Note::Replaced {
                    step: next.first_step,
                    rows: whole.len() - row,
                };
                whole.notes.push(of(&self.last, replaced));
                whole.truncate(row);
                Ok(0)
            }
        }
    }

    pub(super) fn finish(mut self) -> EnergyTable {
        if self.repeated > 0 {
            self.whole.notes.push(Note::RepeatedSteps {
                rows: self.repeated,
                difference: self.difference,
            });
        }
        self.whole
    }
}

/// How a piece goes on where the pieces before it end.
#[derive(Debug, Clone, Copy)]
enum Join {
    /// With the next step.
    Next,
    /// With their last step again, whose energies differ by so much.
    Repeats { difference: f64 },
    /// With the step of an earlier row.
    Within { row: usize },
}

impl Join {
    /// The rules of all files that continue each other: they are alike, and the energies of a
    /// common step agree to the last digit. `before` is the file that ends.
    fn of(next: &EnergyTable, whole: &EnergyTable, before: &Path) -> Result<Self, Fault> {
        let before = before.display();
        let columns = |table: &EnergyTable| {
            let with = table.temperature.as_ref().map_or("without", |_| "with");
            format!("{} {with} a temperature", table.potential_name)
        };
        let (found, expected) = (columns(next), columns(whole));
        if found != expected {
            let found = format!("columns {found}, expected {expected} as in {before}");
            return Err(Fault::Columns(found));
        }
        if let (Some(found), Some(expected)) = (next.particles, whole.particles)
            && found != expected
        {
            let found = format!("{found} atoms, expected {expected} as in {before}");
            return Err(Fault::Value(found));
        }
        let interval = |table: &EnergyTable| table.interval().map(|interval| short(interval, 8));
        let unit = |unit: Option<&str>| unit.map(str::to_owned);
        for (what, found, expected) in [
            ("time between rows", interval(next), interval(whole)),
            ("unit of time", unit(next.time_unit), unit(whole.time_unit)),
            ("unit of energy", unit(next.energy_unit), unit(whole.energy_unit)),
        ] {
            if found != expected {
                let [found, expected] = [found, expected].map(|said| said.unwrap_or("none".to_owned()));
                return Err(Fault::Columns(format!(
                    "{what} {found}, expected {expected} as in {before}"
                )));
            }
        }
        if next.stride != whole.stride {
            let (found, expected) = (next.stride, whole.stride);
            let found = format!("rows every {found} steps, expected every {expected} as in {before}");
            return Err(Fault::Steps(found));
        }
        let (first, last) = (next.first_step, whole.last_step());
        if first > last {
            let expected = last.saturating_add(whole.stride);
            let gap = format!("begins with step {first}, expected {expected} after step {last} of {before}");
            return if first == expected {
                Ok(Self::Next)
            } else {
                Err(Fault::Steps(gap))
            };
        }
        let after = first.checked_sub(whole.first_step);
        let Some(row) = after.filter(|after| after.checked_rem(whole.stride) == Some(0)) else {
            let between = format!("begins with step {first}, which is none of the steps of {before}");
            return Err(Fault::Steps(between));
        };
        let row = usize::try_from(row / whole.stride).unwrap_or(usize::MAX);
        let (found, expected) = (next.potential[0], whole.potential[row]);
        if !digits(whole).with(digits(next)).agrees(found, expected) {
            let [found, expected] = apart(found, expected);
            let other = format!("step {first} has the energy {found}, expected {expected} as in {before}");
            return Err(Fault::Value(other));
        }
        Ok(if first == last {
            let difference = (found - expected).abs();
            Self::Repeats { difference }
        } else {
            Self::Within { row }
        })
    }
}

/// Whether a table goes on where another ends, so that both look like one run.
pub(super) fn continues(next: &EnergyTable, before: &EnergyTable) -> bool {
    let join = Join::of(next, before, &before.file);
    before.last_step() > 0 && matches!(join, Ok(Join::Next | Join::Repeats { .. }))
}

fn of(file: &Path, note: Note) -> Note {
    Note::Piece {
        file: file.to_owned(),
        note: Box::new(note),
    }
}

/// The last digit of the energies of a table.
fn digits(table: &EnergyTable) -> LastDigit {
    let mut digits = LastDigit::default();
    for &energy in table.potential.iter().take(LOOKED_AT) {
        digits.take(std::iter::once(energy));
    }
    digits
}
