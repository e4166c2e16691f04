//! Extended XYZ.

mod comment;

use std::io::Read;

use super::error::Fault;
use super::text::Text;
use super::text::bytes::{i64_field, shown, text};
use crate::real::Real;
use crate::trajectory::{Cell, Frame};
use comment::{Columns, lattice, value};

/// The frames of an XYZ file.
pub(super) struct ExtXyz<R> {
    pub(super) text: Text<R>,
    /// Steps between frames, where the file does not have them.
    stride: Option<u64>,
    /// The names of the particles in the first frame.
    pub(super) names: Vec<String>,
}

impl<R: Read> ExtXyz<R> {
    pub(super) fn new(text: Text<R>, stride: Option<u64>) -> Self {
        let names = Vec::new();
        Self { text, stride, names }
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
        let comment = self.text.whole_line()?;
        let comment = comment.ok_or_else(|| Fault::after(1, particles.saturating_add(2), "lines"))?;
        let vectors = lattice(comment)?;
        let columns = Columns::new(comment)?;
        frame.step = match self.stride {
            Some(stride) => stride.saturating_mul(index as u64),
            None => written_step(comment)?,
        };
        frame.cell = vectors
            .map(Cell::triclinic)
            .transpose()
            .map_err(|error| Fault::Value(error.to_string()))?;
        Fault::unless_same_particles(particles, self.names.len())?;
        frame.images.clear();
        frame.positions.clear();
        for particle in 0..particles {
            let line = self.text.whole_line()?;
            let line = line.ok_or_else(|| Fault::after(particle, particles, "lines of particles"))?;
            let (position, name) = columns.row(line)?;
            match self.names.get(usize::try_from(particle).unwrap_or(usize::MAX)) {
                Some(first) if first.as_bytes() != name => {
                    let what = "the name of a particle";
                    return Err(Fault::value(what, &shown(name), "that of the first frame"));
                }
                Some(_) => {}
                None => self.names.push(text(name)),
            }
            frame.positions.extend(position.map(T::from_f64));
        }
        Ok(true)
    }
}

/// The step in the second line of a frame.
fn written_step(comment: &[u8]) -> Result<u64, Fault> {
    let expected = "a key `step` with an integer of 0 or more, or a stride from the caller";
    let keys = [&b"step"[..], b"Step", b"timestep", b"Timestep"];
    let found = keys.into_iter().find_map(|key| value(comment, key));
    let found = found.ok_or_else(|| Fault::value("the comment", &shown(comment), expected))?;
    i64_field(found)
        .and_then(|step| u64::try_from(step).ok())
        .ok_or_else(|| Fault::value("the step", &shown(found), expected))
}

#[cfg(test)]
mod tests;
