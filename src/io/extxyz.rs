//! Extended XYZ.

mod comment;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::FrameError;
use super::bytes::{f64_field, fields, i64_field};
use super::frame_text::{Bad, FrameText};
use crate::real::Real;
use crate::trajectory::{Cell, Convention, Frame, FrameSource, SourceError};
use comment::{Layout, cell, layout, value};

/// Where the molecular-dynamics steps of an XYZ file come from: the format has no place for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum XyzSteps {
    /// From the key `step`, `Step`, `timestep` or `Timestep` of each frame.
    Written,
    /// Frame `i` is step `i` times this number.
    Every(u64),
}

/// Frames of an XYZ file, plain or extended, plain or compressed with gzip.
///
/// Of the second line of each frame the keys `Lattice` (nine numbers, three vectors), `Properties` (which must have `pos`
/// with three columns, and has the names of the particles in `species` or `element`) and the step are read, and others
/// passed over. Without `Properties` the columns are name, x, y, z. Particles keep their order: the format has no ids, and
/// the names must be the same in every frame. Whether coordinates are wrapped is not said.
///
/// A frame without all of its lines, a line that does not end, a number that is none or not finite are errors with frame
/// and line, and the frames before remain.
///
/// ```
/// use msed::io::{ExtXyzReader, XyzSteps};
/// use msed::trajectory::{Species, Trajectory};
/// let text = "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 step=10\nCu 1 2 3\nZr 4 5 6\n";
/// let reader = ExtXyzReader::new(text.as_bytes(), "two.xyz", XyzSteps::Written)?;
/// let species = Species::by_name(reader.names().iter().map(String::as_str))?;
/// let trajectory = Trajectory::<f64>::from_source(reader, 0.002, species)?;
/// assert_eq!(trajectory.steps(), [10]);
/// assert_eq!(trajectory.species().indices("Zr")?, [1]);
/// # Ok::<(), msed::Error>(())
/// ```
pub struct ExtXyzReader<R = File> {
    text: FrameText<R>,
    steps: XyzSteps,
    names: Vec<String>,
    first: Option<Frame<f64>>,
    finished: bool,
}

impl ExtXyzReader<File> {
    /// The frames of a file. Reads the first one, for the names.
    ///
    /// # Errors
    /// [`FrameError`] where the file cannot be opened or does not begin with a frame.
    pub fn open(path: impl AsRef<Path>, steps: XyzSteps) -> Result<Self, FrameError> {
        Self::of(FrameText::open(path.as_ref())?, steps)
    }
}

impl<R: Read> ExtXyzReader<R> {
    /// The frames of any reader, under a name for messages. It need not be buffered.
    ///
    /// # Errors
    /// [`FrameError`] where it does not begin with a frame.
    pub fn new(reader: R, name: impl AsRef<Path>, steps: XyzSteps) -> Result<Self, FrameError> {
        Self::of(FrameText::new(reader, name.as_ref())?, steps)
    }

    fn of(text: FrameText<R>, steps: XyzSteps) -> Result<Self, FrameError> {
        let mut this = Self {
            text,
            steps,
            names: Vec::new(),
            first: None,
            finished: false,
        };
        let Some(header) = this.header()? else {
            return Err(this.text.empty());
        };
        let mut frame = Frame {
            step: header.step,
            cell: header.cell,
            ..Frame::new()
        };
        for index in 0..header.particles {
            let (position, name) = this.row(&header, index, <[u8]>::to_vec)?;
            frame.positions.extend(position);
            this.names.push(String::from_utf8_lossy(&name).into_owned());
        }
        this.first = Some(frame);
        Ok(this)
    }

    /// The name of each particle; empty where the file has none.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.names.len()
    }

    fn header(&mut self) -> Result<Option<Header>, FrameError> {
        let Some(line) = self.text.first_line()? else {
            return Ok(None);
        };
        let count = i64_field(line.trim_ascii()).and_then(|n| u64::try_from(n).ok());
        let Some(particles) = count.filter(|&n| n > 0) else {
            let bad = Bad::new(
                "the number of particles",
                line.trim_ascii(),
                "an integer of 1 or more",
            );
            return Err(self.text.bad(bad));
        };
        let Some(line) = self.text.whole_line()? else {
            let expected = particles.saturating_add(2);
            return Err(self.text.truncated(1, expected, "lines"));
        };
        let comment = line.bytes.to_vec();
        let vectors = cell(&comment).map_err(|bad| self.text.bad(bad))?;
        let layout = layout(&comment).map_err(|bad| self.text.bad(bad))?;
        let step = self.step(&comment).map_err(|bad| self.text.bad(bad))?;
        let cell = vectors
            .map(|vectors| Cell::triclinic(vectors).map_err(|source| self.text.cell(source)))
            .transpose()?;
        Ok(Some(Header {
            particles,
            cell,
            layout,
            step,
        }))
    }

    fn step(&self, comment: &[u8]) -> Result<u64, Bad> {
        match self.steps {
            XyzSteps::Every(stride) => Ok(stride.saturating_mul(self.text.frame as u64)),
            XyzSteps::Written => {
                let keys = [&b"step"[..], b"Step", b"timestep", b"Timestep"];
                let expected = "a key `step` with an integer of 0 or more, or a stride from the caller";
                let Some(found) = keys.into_iter().find_map(|key| value(comment, key)) else {
                    return Err(Bad::new("the comment", comment, expected));
                };
                i64_field(found)
                    .and_then(|step| u64::try_from(step).ok())
                    .ok_or_else(|| Bad::new("the step", found, expected))
            }
        }
    }

    /// The position of the particle in the next line, and what `of_name` makes of its name.
    fn row<N>(
        &mut self,
        header: &Header,
        index: u64,
        of_name: impl FnOnce(&[u8]) -> N,
    ) -> Result<([f64; 3], N), FrameError> {
        let Some(line) = self.text.whole_line()? else {
            return Err(self.text.truncated(index, header.particles, "lines of particles"));
        };
        match header.layout.row(line.bytes) {
            Ok((position, name)) => Ok((position, of_name(name))),
            Err(bad) => Err(self.text.bad(bad)),
        }
    }

    fn read_frame<T: Real>(&mut self, frame: &mut Frame<T>) -> Result<bool, FrameError> {
        frame.images.clear();
        if let Some(first) = self.first.take() {
            first.fill(frame);
            self.text.frame += 1;
            return Ok(true);
        }
        let Some(header) = self.header()? else {
            return Ok(false);
        };
        if header.particles != self.names.len() as u64 {
            return Err(self.text.particles(header.particles, self.names.len()));
        }
        frame.step = header.step;
        frame.cell = header.cell;
        frame.positions.clear();
        // Aside for the time of the frame, and back whatever comes of it.
        let names = std::mem::take(&mut self.names);
        let read = self.rows(&header, &names, &mut frame.positions);
        self.names = names;
        read?;
        self.text.frame += 1;
        Ok(true)
    }

    /// The positions of the particles, which have these names.
    fn rows<T: Real>(
        &mut self,
        header: &Header,
        names: &[String],
        positions: &mut Vec<T>,
    ) -> Result<(), FrameError> {
        for (index, expected) in names.iter().enumerate() {
            let same = |name: &[u8]| (name != expected.as_bytes()).then(|| name.to_vec());
            let (position, other) = self.row(header, index as u64, same)?;
            if let Some(name) = other {
                let bad = Bad::new("the name of a particle", &name, "that of the first frame");
                return Err(self.text.bad(bad));
            }
            positions.extend(position.map(T::from_f64));
        }
        Ok(())
    }
}

struct Header {
    particles: u64,
    cell: Option<Cell>,
    layout: Layout,
    step: u64,
}

impl Layout {
    fn row<'l>(&self, line: &'l [u8]) -> Result<([f64; 3], &'l [u8]), Bad> {
        let mut position = [0.0; 3];
        let mut name: &[u8] = &[];
        let mut found = 0;
        for (column, field) in fields(line).enumerate() {
            if Some(column) == self.name {
                name = field;
            }
            if let Some(axis) = column.checked_sub(self.position).filter(|&axis| axis < 3) {
                let number = f64_field(field).filter(|x| x.is_finite());
                position[axis] = number.ok_or_else(|| Bad::new("a coordinate", field, "a finite number"))?;
            }
            found += 1;
        }
        // Plain XYZ may have anything behind the coordinates.
        if found < self.columns || (self.exact && found > self.columns) {
            return Err(Bad::new(
                "the line of a particle",
                line,
                "a value for each column",
            ));
        }
        Ok((position, name))
    }
}

impl<T: Real, R: Read> FrameSource<T> for ExtXyzReader<R> {
    fn particles(&self) -> usize {
        self.names.len()
    }

    fn convention(&self) -> Convention {
        Convention::Unknown
    }

    /// After an error there are no more frames.
    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, SourceError> {
        if self.finished {
            return Ok(false);
        }
        let read = self.read_frame(frame);
        self.finished = !matches!(read, Ok(true));
        Ok(read?)
    }
}

impl<R> fmt::Debug for ExtXyzReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtXyzReader")
            .field("frame", &self.text.frame)
            .field("particles", &self.names.len())
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
