//! Extended XYZ.

mod comment;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{Fault, ReadError};
use super::frame_reader::{FrameFile, Frames, frame_source, same_particles};
use super::text::Text;
use super::text::bytes::{i64_field, shown};
use crate::real::Real;
use crate::trajectory::{Cell, Convention, Frame, FrameSource, TrajectoryError};
use comment::{Columns, lattice, value};

/// The source of the molecular-dynamics steps of an XYZ file. The format has no field for them.
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
/// The second line of each frame is read for the keys `Lattice` (nine numbers, three vectors),
/// `Properties` (which must list `pos` with three columns, and may list the names of the particles
/// as `species` or `element`) and the step. Other keys are ignored. Without `Properties` the
/// columns are name, x, y, z. Particles keep their order: the format has no ids, and the names must
/// be the same in every frame. The format does not say whether coordinates are wrapped.
///
/// A frame without all of its lines, a line without an end and a coordinate that is not a finite
/// number are errors that name frame and line. The frames before the error are good.
///
/// ```
/// use msed::io::{ExtXyzReader, XyzSteps};
/// use msed::trajectory::{Species, Trajectory};
/// let text = "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 step=10\n\
///             Cu 1 2 3\nZr 4 5 6\n";
/// let reader = ExtXyzReader::new(text.as_bytes(), "two.xyz", XyzSteps::Written)?;
/// let species = Species::by_name(reader.names().iter().map(String::as_str))?;
/// let trajectory = Trajectory::<f64>::from_source(reader, 0.002, species)?;
/// assert_eq!(trajectory.steps(), [10]);
/// assert_eq!(trajectory.species().indices("Zr")?, [1]);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug)]
pub struct ExtXyzReader<R = File>(Frames<ExtXyz<R>>);

impl ExtXyzReader<File> {
    /// The frames of a file. The first frame is read at once, for the names.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be opened or does not begin with a frame.
    pub fn open(path: impl AsRef<Path>, steps: XyzSteps) -> Result<Self, ReadError> {
        Self::of(Text::open(path.as_ref())?, steps)
    }
}

impl<R: Read> ExtXyzReader<R> {
    /// The frames of any reader, under a name for messages. The reader need not be buffered.
    ///
    /// # Errors
    /// [`ReadError`] where it does not begin with a frame.
    pub fn new(reader: R, name: impl AsRef<Path>, steps: XyzSteps) -> Result<Self, ReadError> {
        Self::of(Text::new(reader, name.as_ref())?, steps)
    }

    fn of(text: Text<R>, steps: XyzSteps) -> Result<Self, ReadError> {
        let names = Vec::new();
        Frames::begin(ExtXyz { text, steps, names }).map(Self)
    }

    /// The name of each particle; empty where the file has none.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0.format.names
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.0.format.particles()
    }
}

frame_source!(ExtXyzReader);

struct ExtXyz<R> {
    text: Text<R>,
    steps: XyzSteps,
    /// The names of the particles in the first frame.
    names: Vec<String>,
}

/// What stands above the particles of a frame.
struct Header {
    particles: u64,
    cell: Option<Cell>,
    columns: Columns,
    step: u64,
}

impl<R: Read> FrameFile for ExtXyz<R> {
    fn file(&self) -> &Path {
        self.text.name()
    }

    fn particles(&self) -> usize {
        self.names.len()
    }

    fn read<T: Real>(&mut self, index: usize, frame: &mut Frame<T>) -> Result<bool, ReadError> {
        let Some(header) = self.header(index)? else {
            return Ok(false);
        };
        same_particles(header.particles, self.names.len()).map_err(|fault| self.text.error(fault))?;
        (frame.step, frame.cell) = (header.step, header.cell);
        frame.images.clear();
        frame.positions.clear();
        for particle in 0..header.particles {
            let Some(line) = self.text.whole_line()? else {
                let fault = Fault::after(particle, header.particles, "lines of particles");
                return Err(self.text.error(fault));
            };
            let row = header.columns.row(line.bytes).and_then(|(position, name)| {
                match self.names.get(usize::try_from(particle).unwrap_or(usize::MAX)) {
                    Some(first) if first.as_bytes() == name => Ok(position),
                    Some(_) => {
                        let what = "the name of a particle";
                        Err(Fault::value(what, &shown(name), "that of the first frame"))
                    }
                    None => {
                        self.names.push(String::from_utf8_lossy(name).into_owned());
                        Ok(position)
                    }
                }
            });
            let position = row.map_err(|fault| self.text.error(fault))?;
            frame.positions.extend(position.map(T::from_f64));
        }
        Ok(true)
    }
}

impl<R: Read> ExtXyz<R> {
    fn header(&mut self, index: usize) -> Result<Option<Header>, ReadError> {
        let Some(line) = self.text.next_text()? else {
            return Ok(None);
        };
        let count = i64_field(line.trim_ascii()).and_then(|n| u64::try_from(n).ok());
        let particles = count.filter(|&n| n > 0).ok_or_else(|| {
            let found = shown(line.trim_ascii());
            let what = "the number of particles";
            self.text
                .error(Fault::value(what, &found, "an integer of 1 or more"))
        })?;
        let Some(comment) = self.text.whole_line()? else {
            let fault = Fault::after(1, particles.saturating_add(2), "lines");
            return Err(self.text.error(fault));
        };
        let header = self.steps.header(particles, comment.bytes, index);
        header.map(Some).map_err(|fault| self.text.error(fault))
    }
}

impl XyzSteps {
    /// The header that these lines make.
    fn header(self, particles: u64, comment: &[u8], index: usize) -> Result<Header, Fault> {
        let vectors = lattice(comment)?;
        let columns = Columns::new(comment)?;
        let step = self.step(comment, index)?;
        let cell = vectors.map(Cell::triclinic).transpose().map_err(Fault::Cell)?;
        Ok(Header {
            particles,
            cell,
            columns,
            step,
        })
    }

    fn step(self, comment: &[u8], index: usize) -> Result<u64, Fault> {
        let expected = "a key `step` with an integer of 0 or more, or a stride from the caller";
        match self {
            Self::Every(stride) => Ok(stride.saturating_mul(index as u64)),
            Self::Written => {
                let keys = [&b"step"[..], b"Step", b"timestep", b"Timestep"];
                let found = keys.into_iter().find_map(|key| value(comment, key));
                let found = found.ok_or_else(|| Fault::value("the comment", &shown(comment), expected))?;
                i64_field(found)
                    .and_then(|step| u64::try_from(step).ok())
                    .ok_or_else(|| Fault::value("the step", &shown(found), expected))
            }
        }
    }
}

#[cfg(test)]
mod tests;
