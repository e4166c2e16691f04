//! LAMMPS dump text.

mod header;
mod rows;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::FrameError;
use super::frame_text::FrameText;
use crate::real::Real;
use crate::trajectory::{Convention, Frame, FrameSource, SourceError};
use header::Header;
use rows::{Columns, Row};

/// Frames of a LAMMPS dump (`dump custom`, `dump atom`), plain or compressed with gzip.
///
/// Particles come in the order of their ids, in whatever order the file has them: the column `id` must be there, and every
/// frame must have the ids of the first. Of the coordinates that are there the first of these is taken:
///
/// | columns | coordinates | convention |
/// |---|---|---|
/// | `xu yu zu` | as they are | unwrapped |
/// | `xsu ysu zsu` | in units of the lattice vectors, from the cell's origin | unwrapped |
/// | `x y z` | as they are, with image flags where `ix iy iz` are there | wrapped |
/// | `xs ys zs` | in units of the lattice vectors, with image flags likewise | wrapped |
///
/// Other columns are passed over. Cells are orthorhombic, triclinic (`xy xz yz` in the heading of the bounds, from which the
/// tilt is taken off) or general triclinic (`abc origin`). Where a boundary is not periodic in all directions there is no
/// cell. Lengths are those of the file.
///
/// Columns must be the same in every frame. A frame without all of its lines, a line that does not end, a number that is
/// none or not finite are errors with frame and line, and the frames before remain.
///
/// In a cell that changes, LAMMPS' own unwrapped coordinates are positions plus image flags times the present cell; see
/// [`Unwrapping`](crate::trajectory::Unwrapping) for what that does to displacements, and write `x y z ix iy iz` instead.
///
/// Cost: one pass; memory of one frame.
///
/// ```
/// use msed::io::LammpsDumpReader;
/// use msed::trajectory::{Species, Trajectory};
/// let text = "ITEM: TIMESTEP\n500\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n-1 1\n-1 1\n-1 1\n\
///             ITEM: ATOMS id type xu yu zu\n2 2 0.5 0 0\n1 1 -3.25 0.5 0\n";
/// let reader = LammpsDumpReader::new(text.as_bytes(), "two.lammpstrj")?;
/// let species = Species::by_type(reader.types().unwrap(), [(1, "A"), (2, "B")])?;
/// let trajectory = Trajectory::<f64>::from_source(reader, 0.005, species)?;
/// assert_eq!(trajectory.frame(0), [-3.25, 0.5, 0.0, 0.5, 0.0, 0.0]);
/// # Ok::<(), msed::Error>(())
/// ```
pub struct LammpsDumpReader<R = File> {
    text: FrameText<R>,
    columns: Columns,
    /// In increasing order.
    ids: Vec<i64>,
    types: Option<Vec<u32>>,
    /// The frame that each particle was last seen in, from 1.
    seen: Vec<u32>,
    first: Option<Frame<f64>>,
    finished: bool,
}

impl LammpsDumpReader<File> {
    /// The frames of a file. Reads the first one, for the ids and types.
    ///
    /// # Errors
    /// [`FrameError`] where the file cannot be opened or does not begin with a frame.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FrameError> {
        Self::of(FrameText::open(path.as_ref())?)
    }
}

impl<R: Read> LammpsDumpReader<R> {
    /// The frames of any reader, under a name for messages. It need not be buffered.
    ///
    /// # Errors
    /// [`FrameError`] where it does not begin with a frame.
    pub fn new(reader: R, name: impl AsRef<Path>) -> Result<Self, FrameError> {
        Self::of(FrameText::new(reader, name.as_ref())?)
    }

    fn of(mut text: FrameText<R>) -> Result<Self, FrameError> {
        let header = Header::read(&mut text, None)?.ok_or_else(|| text.empty())?;
        let columns =
            Columns::new(&header.columns).map_err(|missing| text.column(missing, &header.columns))?;
        let mut this = Self {
            text,
            columns,
            ids: Vec::new(),
            types: None,
            seen: Vec::new(),
            first: None,
            finished: false,
        };
        this.read_first(&header)?;
        Ok(this)
    }

    /// The particle ids, increasing: the order of the coordinates.
    #[must_use]
    pub fn ids(&self) -> &[i64] {
        &self.ids
    }

    /// The type of each particle in the first frame, where the dump has that column.
    #[must_use]
    pub fn types(&self) -> Option<&[u32]> {
        self.types.as_deref()
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.ids.len()
    }

    /// Whether coordinates are wrapped, by the names of the columns.
    #[must_use]
    pub fn convention(&self) -> Convention {
        self.columns.convention()
    }

    /// The rows as they come, and then in the order of the ids, which is not known before.
    fn read_first(&mut self, header: &Header) -> Result<(), FrameError> {
        let mut rows: Vec<Row> = Vec::new();
        while (rows.len() as u64) < header.particles {
            let Some(line) = self.text.whole_line()? else {
                let found = rows.len() as u64;
                return Err(self.text.truncated(found, header.particles, "lines of atoms"));
            };
            match self.columns.row(line.bytes) {
                Ok(row) => rows.push(row),
                Err(bad) => return Err(self.text.bad(bad)),
            }
        }
        rows.sort_by_key(|row| row.id);
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(self.text.id(pair[0].id, "is there twice"));
        }
        self.ids = rows.iter().map(|row| row.id).collect();
        self.seen = vec![0; rows.len()];
        self.types = self
            .columns
            .has_types()
            .then(|| rows.iter().map(|row| row.kind).collect());
        self.first = Some(Frame {
            step: header.step,
            cell: header.cell,
            positions: rows
                .iter()
                .flat_map(|row| self.columns.position(row, header))
                .collect(),
            images: if self.columns.has_images() {
                rows.iter().map(|row| row.images).collect()
            } else {
                Vec::new()
            },
        });
        Ok(())
    }

    fn read_frame<T: Real>(&mut self, frame: &mut Frame<T>) -> Result<bool, FrameError> {
        if let Some(first) = self.first.take() {
            first.fill(frame);
            self.text.frame += 1;
            return Ok(true);
        }
        let Some(header) = Header::read(&mut self.text, Some(self.ids.len()))? else {
            return Ok(false);
        };
        if !self.columns.are(&header.columns) {
            return Err(self.text.bad(self.columns.changed(&header.columns)));
        }
        frame.step = header.step;
        frame.cell = header.cell;
        let particles = self.ids.len();
        frame.positions.resize(3 * particles, T::default());
        let images = self.columns.has_images();
        frame.images.resize(if images { particles } else { 0 }, [0; 3]);
        let stamp = u32::try_from(self.text.frame + 1).unwrap_or(u32::MAX);
        for index in 0..particles {
            let row = match self.columns.whole_row(self.text.buffered()) {
                Some((row, length)) => {
                    self.text.pass(length);
                    row
                }
                None => self.row(index)?,
            };
            let Some(slot) = self.slot(index, row.id) else {
                return Err(self.text.id(row.id, "is new"));
            };
            if self.seen[slot] == stamp {
                return Err(self.text.id(row.id, "is there twice"));
            }
            self.seen[slot] = stamp;
            let position = self.columns.position(&row, &header);
            frame.positions[3 * slot..3 * slot + 3].copy_from_slice(&position.map(T::from_f64));
            if images {
                frame.images[slot] = row.images;
            }
        }
        self.text.frame += 1;
        Ok(true)
    }

    /// The row of the next line, which is damaged or not all of it buffered.
    #[cold]
    fn row(&mut self, index: usize) -> Result<Row, FrameError> {
        let Some(line) = self.text.whole_line()? else {
            let (found, expected) = (index as u64, self.ids.len() as u64);
            return Err(self.text.truncated(found, expected, "lines of atoms"));
        };
        self.columns.row(line.bytes).map_err(|bad| self.text.bad(bad))
    }

    /// Where the particle with this id stands; `index` is where it would in a sorted dump.
    #[inline]
    fn slot(&self, index: usize, id: i64) -> Option<usize> {
        if self.ids[index] == id {
            return Some(index);
        }
        // Mostly ids are 1, 2, 3, ...
        let guess = usize::try_from(id.wrapping_sub(self.ids[0])).ok();
        match guess.filter(|&slot| self.ids.get(slot) == Some(&id)) {
            Some(slot) => Some(slot),
            None => self.ids.binary_search(&id).ok(),
        }
    }
}

impl<T: Real, R: Read> FrameSource<T> for LammpsDumpReader<R> {
    fn particles(&self) -> usize {
        self.ids.len()
    }

    fn convention(&self) -> Convention {
        self.columns.convention()
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

impl<R> fmt::Debug for LammpsDumpReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LammpsDumpReader")
            .field("frame", &self.text.frame)
            .field("particles", &self.ids.len())
            .field("convention", &self.columns.convention())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
