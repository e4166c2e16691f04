//! LAMMPS dump text.

mod header;
mod rows;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{Fault, ReadError};
use super::frame_reader::{FrameFile, Frames, frame_source};
use super::text::Text;
use super::text::bytes::shown;
use crate::real::Real;
use crate::trajectory::{Convention, Frame, FrameSource, TrajectoryError};
use header::Header;
use rows::{Columns, Row};

/// Frames of a LAMMPS dump (`dump custom`, `dump atom`), plain or compressed with gzip.
///
/// Particles are sorted by their ids, whatever their order in the file. The column `id` is
/// required, and every frame must have the same ids. Where a file has several kinds of coordinates,
/// the first of this list is taken:
///
/// | columns | coordinates | convention |
/// |---|---|---|
/// | `xu yu zu` | as they are | unwrapped |
/// | `xsu ysu zsu` | in units of the lattice vectors, from the cell's origin | unwrapped |
/// | `x y z` | as they are, with image flags where `ix iy iz` are there | wrapped |
/// | `xs ys zs` | in units of the lattice vectors, with image flags likewise | wrapped |
///
/// Other columns are ignored. Cells are orthorhombic, triclinic (`xy xz yz` in the heading of the
/// bounds, which include the tilt) or general triclinic (`abc origin`). A box that is not periodic
/// in all directions gives no cell. Lengths are not scaled.
///
/// Columns must be the same in every frame. A frame without all of its lines, a line without an end
/// and a coordinate that is not a finite number are errors that name frame and line. The frames
/// before the error are good.
///
/// In a cell that changes, LAMMPS computes unwrapped coordinates as positions plus image flags
/// times the present cell. [`Unwrapping`](crate::trajectory::Unwrapping) explains what this does to
/// displacements; write `x y z ix iy iz` instead.
///
/// Cost: one pass; memory of one frame.
///
/// ```
/// use msed::io::LammpsDumpReader;
/// use msed::trajectory::{Species, Trajectory};
/// let text = "ITEM: TIMESTEP\n500\nITEM: NUMBER OF ATOMS\n2\n\
///             ITEM: BOX BOUNDS pp pp pp\n-1 1\n-1 1\n-1 1\n\
///             ITEM: ATOMS id type xu yu zu\n2 2 0.5 0 0\n1 1 -3.25 0.5 0\n";
/// let reader = LammpsDumpReader::new(text.as_bytes(), "two.lammpstrj")?;
/// let species = Species::by_type(reader.types().unwrap(), [(1, "A"), (2, "B")])?;
/// let trajectory = Trajectory::<f64>::from_source(reader, 0.005, species)?;
/// assert_eq!(trajectory.frame(0), [-3.25, 0.5, 0.0, 0.5, 0.0, 0.0]);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug)]
pub struct LammpsDumpReader<R = File>(Frames<LammpsDump<R>>);

impl LammpsDumpReader<File> {
    /// The frames of a file. The first frame is read at once, for the ids and types.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be opened or does not begin with a frame.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::of(Text::open(path.as_ref())?)
    }
}

impl<R: Read> LammpsDumpReader<R> {
    /// The frames of any reader, under a name for messages. The reader need not be buffered.
    ///
    /// # Errors
    /// [`ReadError`] where it does not begin with a frame.
    pub fn new(reader: R, name: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::of(Text::new(reader, name.as_ref())?)
    }

    fn of(text: Text<R>) -> Result<Self, ReadError> {
        Frames::begin(LammpsDump {
            text,
            columns: Columns::default(),
            ids: Vec::new(),
            types: Vec::new(),
            seen: Vec::new(),
        })
        .map(Self)
    }

    /// The particle ids in increasing order, which is the order of the coordinates.
    #[must_use]
    pub fn ids(&self) -> &[i64] {
        &self.0.format.ids
    }

    /// The type of each particle in the first frame, where the dump has the column `type`.
    #[must_use]
    pub fn types(&self) -> Option<&[u32]> {
        let format = &self.0.format;
        format.columns.has_types.then_some(&format.types)
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.0.format.particles()
    }

    /// Whether coordinates are wrapped, according to the names of the columns.
    #[must_use]
    pub fn convention(&self) -> Convention {
        self.0.format.convention()
    }
}

frame_source!(LammpsDumpReader);

struct LammpsDump<R> {
    text: Text<R>,
    columns: Columns,
    /// In increasing order.
    ids: Vec<i64>,
    types: Vec<u32>,
    /// The frame in which each particle was last seen, from 1; 0 before the second frame.
    seen: Vec<u32>,
}

impl<R: Read> FrameFile for LammpsDump<R> {
    fn file(&self) -> &Path {
        self.text.name()
    }

    fn particles(&self) -> usize {
        self.ids.len()
    }

    fn convention(&self) -> Convention {
        if self.columns.wrapped {
            Convention::Wrapped
        } else {
            Convention::Unwrapped
        }
    }

    fn read<T: Real>(&mut self, index: usize, frame: &mut Frame<T>) -> Result<bool, ReadError> {
        let first = self.ids.is_empty();
        let Some(header) = Header::read(&mut self.text, self.ids.len())? else {
            return Ok(false);
        };
        if first {
            self.columns = Columns::new(&header.columns).map_err(|fault| self.text.error(fault))?;
        } else if !self.columns.are(&header.columns) {
            let found = shown(header.columns.trim_ascii());
            let fault = Fault::value("the list of columns", &found, "that of the first frame");
            return Err(self.text.error(fault));
        }
        (frame.step, frame.cell) = (header.step, header.cell);
        if first {
            self.first_rows(&header, frame)?;
        } else {
            self.rows(&header, index, frame)?;
        }
        Ok(true)
    }
}

impl<R: Read> LammpsDump<R> {
    /// Reads the rows in the order of the file, then sorts them by the ids, which are not known
    /// before.
    fn first_rows<T: Real>(&mut self, header: &Header, frame: &mut Frame<T>) -> Result<(), ReadError> {
        let mut rows: Vec<Row> = Vec::new();
        while (rows.len() as u64) < header.particles {
            rows.push(self.row(rows.len(), header.particles)?);
        }
        rows.sort_by_key(|row| row.id);
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(self.id_error(pair[0].id, "is there twice"));
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
    fn rows<T: Real>(
        &mut self,
        header: &Header,
        index: usize,
        frame: &mut Frame<T>,
    ) -> Result<(), ReadError> {
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
                return Err(self.id_error(row.id, "is new"));
            };
            if self.seen[slot] == stamp {
                return Err(self.id_error(row.id, "is there twice"));
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
    fn row(&mut self, at: usize, particles: u64) -> Result<Row, ReadError> {
        let Some(line) = self.text.whole_line()? else {
            let fault = Fault::after(at as u64, particles, "lines of atoms");
            return Err(self.text.error(fault));
        };
        let row = self.columns.row(line.bytes);
        row.map_err(|fault| self.text.error(fault))
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

    #[cold]
    fn id_error(&self, id: i64, problem: &str) -> ReadError {
        let text = format!("particle id {id} {problem}, expected the ids of the first frame once each");
        self.text.error(Fault::Value(text))
    }
}

#[cfg(test)]
mod tests;
