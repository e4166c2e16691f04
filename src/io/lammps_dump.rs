//! LAMMPS dump text.

mod header;
mod rows;

use std::io::Read;

use super::error::Fault;
use super::particle_order::ParticleOrder;
use super::text::Text;
use super::text::bytes::{shown, text};
use crate::real::Real;
use crate::trajectory::{Convention, Frame};
use header::Header;
use rows::{Columns, Kind, Row};

/// The frames of a dump.
pub(super) struct LammpsDump<R> {
    pub(super) text: Text<R>,
    /// Whether particles come in the order of the file, rather than by their ids.
    in_order: bool,
    columns: Columns,
    particles: usize,
    order: ParticleOrder,
    /// Of each particle in the first frame: the type, the name, and both as they are compared.
    types: Vec<u32>,
    names: Vec<String>,
    kinds: Vec<Kind>,
    types_may_change: bool,
}

impl<R: Read> LammpsDump<R> {
    pub(super) fn new(text: Text<R>, in_order: bool) -> Self {
        Self {
            text,
            in_order,
            columns: Columns::default(),
            particles: 0,
            order: ParticleOrder::default(),
            types: Vec::new(),
            names: Vec::new(),
            kinds: Vec::new(),
            types_may_change: false,
        }
    }

    /// The type of each particle in the first frame, where there is such a column of numbers.
    pub(super) fn types(&self) -> Option<&[u32]> {
        self.columns.has_types.then_some(&self.types)
    }

    /// The name of each particle in the first frame, where there is a column of names.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn ids(&self) -> &[i64] {
        self.order.ids()
    }

    /// Types and names count in the first frame only.
    pub(super) fn ignore_types(&mut self) {
        self.columns.ignore_types();
        self.types_may_change = true;
    }

    /// What the names of the columns say.
    pub(super) fn convention(&self) -> Convention {
        if self.columns.wrapped {
            Convention::Wrapped
        } else {
            Convention::Unwrapped
        }
    }

    /// Reads the next frame; `false` where the file has no more.
    pub(super) fn read<T: Real>(&mut self, frame: &mut Frame<T>) -> Result<bool, Fault> {
        let first = self.particles == 0;
        let Some(header) = Header::read(&mut self.text, self.particles)? else {
            return Ok(false);
        };
        if first {
            self.columns = Columns::new(&header.columns, self.in_order)?;
        } else if !self.columns.are(&header.columns) {
            let found = shown(header.columns.trim_ascii());
            let expected = "that of the first frame";
            return Err(Fault::value("the list of columns", &found, expected));
        }
        (frame.step, frame.time, frame.cell) = (header.step, header.time, header.cell);
        if first {
            self.first_rows(&header, frame)?;
        } else {
            self.rows(&header, frame)?;
        }
        Ok(true)
    }

    /// Reads the rows in the order of the file, then sorts them by the ids, which are not known
    /// before.
    fn first_rows<T: Real>(&mut self, header: &Header, frame: &mut Frame<T>) -> Result<(), Fault> {
        let mut rows: Vec<Row> = Vec::new();
        while (rows.len() as u64) < header.particles {
            rows.push(self.row(rows.len(), header.particles, true)?);
        }
        if self.columns.has_ids {
            let (order, places) = ParticleOrder::new(rows.iter().map(|row| row.id))?;
            self.order = order;
            rows = places.into_iter().map(|place| rows[place]).collect();
        }
        self.particles = rows.len();
        self.kinds = rows.iter().map(|row| row.kind).collect();
        self.types = self.kinds.iter().map(|kind| kind.number).collect();
        if !self.columns.labels.is_empty() {
            let name = |kind: &Kind| {
                self.columns
                    .labels
                    .get(kind.label as usize)
                    .map(|name| text(name))
            };
            let names = self.kinds.iter().map(name);
            self.names = names.map(Option::unwrap_or_default).collect();
        }
        let positions = rows
            .iter()
            .flat_map(|row| self.columns.position(row, header).map(T::from_f64));
        frame.positions = positions.collect();
        frame.images.clear();
        if self.columns.has_images {
            frame.images.extend(rows.iter().map(|row| row.images));
        }
        Ok(())
    }

    /// Reads the rows, each to the place of its id.
    fn rows<T: Real>(&mut self, header: &Header, frame: &mut Frame<T>) -> Result<(), Fault> {
        let particles = self.particles;
        frame.positions.resize(3 * particles, T::default());
        let images = self.columns.has_images;
        frame.images.resize(if images { particles } else { 0 }, [0; 3]);
        self.order.next_frame();
        // A row has all columns of the one before it, so that none of its numbers stay.
        let mut row = Row::default();
        for at in 0..particles {
            match self.columns.whole_row(self.text.buffered(), &mut row) {
                Some(length) => self.text.pass(length),
                None => row = self.row(at, particles as u64, false)?,
            }
            let place = if self.columns.has_ids {
                self.order.place(at, row.id)?
            } else {
                at
            };
            if row.kind != self.kinds[place] && !self.types_may_change {
                return Err(self.other_type(place, &row));
            }
            let position = self.columns.position(&row, header);
            frame.positions[3 * place..3 * place + 3].copy_from_slice(&position.map(T::from_f64));
            if images {
                frame.images[place] = row.images;
            }
        }
        Ok(())
    }

    /// Row `at` of `particles`, from the next line: in the first frame, or where the line is
    /// damaged or not wholly buffered.
    #[cold]
    fn row(&mut self, at: usize, particles: u64, is_first: bool) -> Result<Row, Fault> {
        let Some(line) = self.text.whole_line()? else {
            return Err(self.text.ends_after(at as u64, particles, "lines of atoms"));
        };
        if is_first {
            self.columns.learn(line, at == 0)?;
        }
        self.columns.row(line)
    }

    #[cold]
    fn other_type(&self, place: usize, row: &Row) -> Fault {
        let particle = match self.order.ids().get(place) {
            Some(id) => format!("particle id {id}"),
            None => format!("particle {place}"),
        };
        let [found, expected] = [row.kind, self.kinds[place]];
        if found.number != expected.number {
            return Fault::other_type(&particle, "type", &found.number, &expected.number);
        }
        let label = |label: u32| match self.columns.labels.get(label as usize) {
            Some(name) => shown(name),
            None => "one that is new".to_owned(),
        };
        let [found, expected] = [found.label, expected.label].map(label);
        Fault::other_type(&particle, "name", &found, &expected)
    }
}

#[cfg(test)]
mod tests;
