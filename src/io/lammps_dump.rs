//! LAMMPS dump text.

mod header;
mod rows;

use std::io::Read;

use super::error::Fault;
use super::text::Text;
use super::text::bytes::shown;
use crate::real::Real;
use crate::trajectory::{Convention, Frame};
use header::Header;
use rows::{Columns, Row};

/// The frames of a dump.
pub(super) struct LammpsDump<R> {
    pub(super) text: Text<R>,
    columns: Columns,
    /// In increasing order.
    pub(super) ids: Vec<i64>,
    types: Vec<u32>,
    /// The frame in which each particle was last seen, from 1; 0 before the second frame.
    seen: Vec<u32>,
}

impl<R: Read> LammpsDump<R> {
    pub(super) fn new(text: Text<R>) -> Self {
        Self {
            text,
            columns: Columns::default(),
            ids: Vec::new(),
            types: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// The type of each particle in the first frame, where there is such a column.
    pub(super) fn types(&self) -> Option<&[u32]> {
        self.columns.has_types.then_some(&self.types)
    }

    /// What the names of the columns say.
    pub(super) fn convention(&self) -> Convention {
        if self.columns.wrapped {
            Convention::Wrapped
        } else {
            Convention::Unwrapped
        }
    }

    /// Reads frame `index`; `false` where the file has no more.
    pub(super) fn read<T: Real>(&mut self, index: usize, frame: &mut Frame<T>) -> Result<bool, Fault> {
        let first = self.ids.is_empty();
        let Some(header) = Header::read(&mut self.text, self.ids.len())? else {
            return Ok(false);
        };
        if first {
            self.columns = Columns::new(&header.columns)?;
        } else if !self.columns.are(&header.columns) {
            let found = shown(header.columns.trim_ascii());
            let expected = "that of the first frame";
            return Err(Fault::value("the list of columns", &found, expected));
        }
        (frame.step, frame.cell) = (header.step, header.cell);
        if first {
            self.first_rows(&header, frame)?;
        } else {
            self.rows(&header, index, frame)?;
        }
        Ok(true)
    }

    /// Reads the rows in the order of the file, then sorts them by the ids, which are not known
    /// before.
    fn first_rows<T: Real>(&mut self, header: &Header, frame: &mut Frame<T>) -> Result<(), Fault> {
        let mut rows: Vec<Row> = Vec::new();
        while (rows.len() as u64) < header.particles {
            rows.push(self.row(rows.len(), header.particles)?);
        }
        rows.sort_by_key(|row| row.id);
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(id_fault(pair[0].id, "is there twice"));
        }
        self.ids = rows.iter().map(|row| row.id).collect();
        self.types = rows.iter().map(|row| row.kind).collect();
        self.seen = vec![0; rows.len()];
        let positions = rows
            .iter()
            .flat_map(|row| self.columns.position(row, header).map(T::from_f64));
        frame.positions = positions.collect();
        if self.columns.has_images {
            frame.images = rows.iter().map(|row| row.images).collect();
        }
        Ok(())
    }

    /// Reads the rows, each to the place of its id.
    fn rows<T: Real>(&mut self, header: &Header, index: usize, frame: &mut Frame<T>) -> Result<(), Fault> {
        let particles = self.ids.len();
        frame.positions.resize(3 * particles, T::default());
        let images = self.columns.has_images;
        frame.images.resize(if images { particles } else { 0 }, [0; 3]);
        let stamp = u32::try_from(index + 1).unwrap_or(u32::MAX);
        for at in 0..particles {
            let row = match self.columns.whole_row(self.text.buffered()) {
                Some((row, length)) => {
                    self.text.pass(length);
                    row
                }
                None => self.row(at, particles as u64)?,
            };
            let Some(slot) = self.slot(at, row.id) else {
                return Err(id_fault(row.id, "is new"));
            };
            if self.seen[slot] == stamp {
                return Err(id_fault(row.id, "is there twice"));
            }
            self.seen[slot] = stamp;
            let position = self.columns.position(&row, header);
            frame.positions[3 * slot..3 * slot + 3].copy_from_slice(&position.map(T::from_f64));
            if images {
                frame.images[slot] = row.images;
            }
        }
        Ok(())
    }

    /// Row `at` of `particles`, from the next line: in the first frame, or where the line is
    /// damaged or not wholly buffered.
    #[cold]
    fn row(&mut self, at: usize, particles: u64) -> Result<Row, Fault> {
        let line = self.text.whole_line()?;
        self.columns
            .row(line.ok_or_else(|| Fault::after(at as u64, particles, "lines of atoms"))?)
    }

    /// The place of the particle with this id; `at` is its place if the dump is sorted.
    #[inline]
    fn slot(&self, at: usize, id: i64) -> Option<usize> {
        if self.ids[at] == id {
            return Some(at);
        }
        // Mostly ids are 1, 2, 3, ...
        let guess = usize::try_from(id.wrapping_sub(self.ids[0])).ok();
        match guess.filter(|&slot| self.ids.get(slot) == Some(&id)) {
            Some(slot) => Some(slot),
            None => self.ids.binary_search(&id).ok(),
        }
    }
}

#[cold]
fn id_fault(id: i64, problem: &str) -> Fault {
    let expected = "expected the ids of the first frame once each";
    Fault::Value(format!("particle id {id} {problem}, {expected}"))
}

#[cfg(test)]
mod tests;
