//! Extended XYZ.

mod comment;

use std::io::Read;

use super::error::Fault;
use super::particle_order::ParticleOrder;
use super::text::Text;
use super::text::bytes::{i64_field, shown, text};
use crate::real::Real;
use crate::trajectory::{Cell, Convention, Frame};
use comment::{Columns, lattice, written_step, written_time};

/// The frames of an XYZ file.
pub(super) struct ExtXyz<R> {
    pub(super) text: Text<R>,
    /// Steps between frames, where the file does not have them.
    stride: Option<u64>,
    particles: usize,
    /// The names of the particles in the first frame.
    names: Vec<String>,
    names_may_change: bool,
    order: ParticleOrder,
    /// Whether there are ids, and what kind of coordinates is read, in the first frame.
    has_ids: bool,
    unwrapped: bool,
}

impl<R: Read> ExtXyz<R> {
    pub(super) fn new(text: Text<R>, stride: Option<u64>) -> Self {
        Self {
            text,
            stride,
            particles: 0,
            names: Vec::new(),
            names_may_change: false,
            order: ParticleOrder::default(),
            has_ids: false,
            unwrapped: false,
        }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn ids(&self) -> &[i64] {
        self.order.ids()
    }

    /// Names count in the first frame only.
    pub(super) fn ignore_types(&mut self) {
        self.names_may_change = true;
    }

    pub(super) fn convention(&self) -> Convention {
        if self.unwrapped {
            Convention::Unwrapped
        } else {
            Convention::Unknown
        }
    }

    /// Reads frame `index`; `false` where the file has no more.
    pub(super) fn read<T: Real>(&mut self, index: usize, frame: &mut Frame<T>) -> Result<bool, Fault> {
        let Some(count) = self.text.next_text()?.map(<[u8]>::trim_ascii) else {
            return Ok(false);
        };
        let particles = i64_field(count).and_then(|n| u64::try_from(n).ok());
        let particles = particles.filter(|&n| n > 0).ok_or_else(|| {
            Fault::value(
                "the number of particles",
                &shown(count),
                "an integer of 1 or more",
            )
        })?;
        let Some(comment) = self.text.whole_line()? else {
            return Err(self.text.ends_after(1, particles.saturating_add(2), "lines"));
        };
        let vectors = lattice(comment)?;
        let columns = Columns::new(comment)?;
        frame.step = match self.stride {
            Some(stride) => stride.saturating_mul(index as u64),
            None => written_step(comment)?,
        };
        frame.time = written_time(comment);
        frame.cell = vectors
            .map(Cell::triclinic)
            .transpose()
            .map_err(|error| Fault::Value(error.to_string()))?;
        Fault::unless_same_particles(particles, self.particles)?;
        frame.images.clear();
        if self.particles == 0 {
            self.first_rows(&columns, particles, frame)?;
        } else {
            if (columns.has_ids(), columns.unwrapped) != (self.has_ids, self.unwrapped) {
                let expected = "ids and positions of the kind of the first frame";
                return Err(Fault::Columns(format!("other properties, expected {expected}")));
            }
            self.rows(&columns, frame)?;
        }
        Ok(true)
    }

    /// Reads the first frame, and sorts it by the ids where there are any.
    fn first_rows<T: Real>(
        &mut self,
        columns: &Columns,
        particles: u64,
        frame: &mut Frame<T>,
    ) -> Result<(), Fault> {
        let (mut points, mut names, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        while (points.len() as u64) < particles {
            let row = self.text.whole_line()?.map(|line| columns.row(line));
            let Some(row) = row else {
                let found = points.len() as u64;
                return Err(self.text.ends_after(found, particles, "lines of particles"));
            };
            let row = row?;
            points.push(row.position.map(T::from_f64));
            names.push(text(row.name));
            ids.push(row.id);
        }
        if columns.has_ids() {
            let (order, places) = ParticleOrder::new(ids)?;
            self.order = order;
            points = places.iter().map(|&place| points[place]).collect();
            names = places
                .iter()
                .map(|&place| std::mem::take(&mut names[place]))
                .collect();
        }
        (self.has_ids, self.unwrapped) = (columns.has_ids(), columns.unwrapped);
        (self.particles, self.names) = (points.len(), names);
        frame.positions.clear();
        frame.positions.extend(points.iter().flatten());
        Ok(())
    }

    /// Reads the rows of a later frame, each to the place of its id.
    fn rows<T: Real>(&mut self, columns: &Columns, frame: &mut Frame<T>) -> Result<(), Fault> {
        frame.positions.resize(3 * self.particles, T::default());
        self.order.next_frame();
        for at in 0..self.particles {
            let Some(line) = self.text.whole_line()? else {
                let all = self.particles as u64;
                return Err(self.text.ends_after(at as u64, all, "lines of particles"));
            };
            let row = columns.row(line)?;
            let place = if self.has_ids {
                self.order.place(at, row.id)?
            } else {
                at
            };
            let expected = &self.names[place];
            if expected.as_bytes() != row.name && !self.names_may_change {
                let particle = format!("particle {place}");
                return Err(Fault::other_type(&particle, "name", &shown(row.name), expected));
            }
            let point = row.position.map(T::from_f64);
            frame.positions[3 * place..3 * place + 3].copy_from_slice(&point);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
