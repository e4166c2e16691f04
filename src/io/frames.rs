//! Files of frames, whatever their format.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::{Fault, Place, ReadError};
#[cfg(feature = "io")]
use super::extxyz::ExtXyz;
#[cfg(feature = "io")]
use super::lammps_dump::LammpsDump;
#[cfg(feature = "io")]
use super::text::Text;
#[cfg(feature = "io")]
use super::text::bytes::{fields, i64_field, shown};
#[cfg(feature = "xtc")]
use super::xtc::Xtc;
use crate::real::Real;
use crate::trajectory::{Convention, Frame, FrameSource, Species, Trajectory, TrajectoryError};
use crate::units::Units;

/// Reads a trajectory of unwrapped coordinates: XTC, LAMMPS dump text or extended XYZ. The first
/// bytes tell the format.
///
/// `time_step` is the length of one molecular-dynamics step. The file must have as many particles
/// as `species`. See [`frames`] for wrapped coordinates, for files larger than memory and for
/// choices that a format leaves open.
///
/// # Errors
/// What [`frames`] refuses and another number of particles than the species have, with the file and
/// the frame; what [`Trajectory::from_source`] refuses, with the frame. [`Trajectory::up_to_error`]
/// keeps the frames before the error.
///
/// ```
/// use msed::{Units, io, trajectory::Species};
/// let species = Species::by_count([("A", 800), ("B", 200)])?;
/// let file = "data/kob-andersen/T0.700/trajectory.xtc";
/// let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?;
/// assert_eq!((run.frames(), run.particles()), (1000, 1000));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn trajectory<T: Real>(
    path: impl AsRef<Path>,
    units: Units,
    time_step: f64,
    species: Species,
) -> Result<Trajectory<'static, T>, TrajectoryError> {
    let frames = frames(path, units)?;
    let (found, expected) = (frames.particles(), species.len());
    if found != expected {
        let fault = Fault::Value(format!("{found} particles, expected {expected}, the species'"));
        let mut error = fault.at(&frames.name, Place::File);
        error.frame = Some(0);
        return Err(error.into());
    }
    Trajectory::from_source(frames, time_step, species)
}

/// The frames of a trajectory file one by one: XTC, LAMMPS dump text or extended XYZ. The first
/// bytes tell the format.
///
/// - **Lengths** of an XTC file are multiplied with [`Units::xtc_length`]: XTC is in nanometres by
///   convention, but LAMMPS writes the lengths of `units lj` unscaled. Lengths of text files are
///   not scaled.
/// - **Steps** of an XYZ file are read from the key `step` of each frame.
/// - [`FrameReader::open`] with a [`FrameFormat`] offers the other choices of a format.
///
/// The file is opened twice, so that it must not be a pipe.
///
/// # Errors
/// [`ReadError`] where the file cannot be opened, begins like none of these, or does not begin with
/// a whole frame.
///
/// ```
/// use msed::trajectory::{Convention, Frame, FrameSource};
/// let file = "data/kob-andersen/T0.700/dump.lammpstrj.gz";
/// let mut frames = msed::io::frames(file, msed::Units::LJ)?;
/// assert_eq!(frames.convention(), Convention::Unwrapped);
/// let mut frame = Frame::<f64>::new();
/// while frames.next_frame(&mut frame)? {
///     assert_eq!(frame.positions.len(), 3000);
/// }
/// # Ok::<(), msed::Error>(())
/// ```
pub fn frames(path: impl AsRef<Path>, units: Units) -> Result<FrameReader, ReadError> {
    let path = path.as_ref();
    FrameReader::open(path, FrameFormat::of(path, units)?)
}

/// The format of a file of frames, with the choices that it leaves open.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FrameFormat {
    /// LAMMPS dump text (`dump custom`, `dump atom`), plain or compressed with gzip.
    ///
    /// Particles are sorted by their ids, whatever their order in the file. The column `id` is
    /// required, and every frame must have the same ids. Where a file has several kinds of
    /// coordinates, the first of this list is taken:
    ///
    /// | columns | coordinates | convention |
    /// |---|---|---|
    /// | `xu yu zu` | as they are | unwrapped |
    /// | `xsu ysu zsu` | in units of the lattice vectors, from the cell's origin | unwrapped |
    /// | `x y z` | as they are, with image flags where `ix iy iz` are there | wrapped |
    /// | `xs ys zs` | in units of the lattice vectors, with image flags likewise | wrapped |
    ///
    /// Other columns are ignored. Cells are orthorhombic, triclinic (`xy xz yz` in the heading of
    /// the bounds, which include the tilt) or general triclinic (`abc origin`). A box that is not
    /// periodic in all directions gives no cell. Lengths are not scaled.
    ///
    /// Columns must be the same in every frame. A frame without all of its lines, a line without an
    /// end and a coordinate that is not a finite number are errors that name frame and line. The
    /// frames before the error are good.
    ///
    /// In a cell that changes, LAMMPS computes unwrapped coordinates as positions plus image flags
    /// times the present cell. [`Unwrapping`](crate::trajectory::Unwrapping) explains what this
    /// does to displacements; write `x y z ix iy iz` instead.
    ///
    /// Cost: one pass; memory of one frame.
    ///
    /// ```
    /// use msed::io::{FrameFormat, FrameReader};
    /// use msed::trajectory::{Species, Trajectory};
    /// let text = "ITEM: TIMESTEP\n500\nITEM: NUMBER OF ATOMS\n2\n\
    ///             ITEM: BOX BOUNDS pp pp pp\n-1 1\n-1 1\n-1 1\n\
    ///             ITEM: ATOMS id type xu yu zu\n2 2 0.5 0 0\n1 1 -3.25 0.5 0\n";
    /// let reader = FrameReader::new(text.as_bytes(), "two.lammpstrj", FrameFormat::LammpsDump)?;
    /// let species = Species::by_type(reader.types().unwrap(), [(1, "A"), (2, "B")])?;
    /// let trajectory = Trajectory::<f64>::from_source(reader, 0.005, species)?;
    /// assert_eq!(trajectory.frame(0), [-3.25, 0.5, 0.0, 0.5, 0.0, 0.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[cfg(feature = "io")]
    LammpsDump,
    /// XYZ, plain or extended, as text or compressed with gzip.
    ///
    /// The second line of each frame is read for the keys `Lattice` (nine numbers, three vectors),
    /// `Properties` (which must list `pos` with three columns, and may list the names of the
    /// particles as `species` or `element`) and the step. Other keys are ignored. Without
    /// `Properties` the columns are name, x, y, z. Particles keep their order: the format has no
    /// ids, and the names must be the same in every frame. The format does not say whether
    /// coordinates are wrapped.
    ///
    /// A frame without all of its lines, a line without an end and a coordinate that is not a
    /// finite number are errors that name frame and line. The frames before the error are good.
    ///
    /// ```
    /// use msed::io::{FrameFormat, FrameReader};
    /// use msed::trajectory::{Species, Trajectory};
    /// let text = "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 step=10\n\
    ///             Cu 1 2 3\nZr 4 5 6\n";
    /// let format = FrameFormat::ExtXyz { stride: None };
    /// let reader = FrameReader::new(text.as_bytes(), "two.xyz", format)?;
    /// let species = Species::by_name(reader.names().iter().map(String::as_str))?;
    /// let trajectory = Trajectory::<f64>::from_source(reader, 0.002, species)?;
    /// assert_eq!(trajectory.steps(), [10]);
    /// assert_eq!(trajectory.species().indices("Zr")?, [1]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[cfg(feature = "io")]
    ExtXyz {
        /// Frame `i` is step `i` times this number. `None` where the key `step`, `Step`, `timestep`
        /// or `Timestep` of each frame names its step: the format has no field for it.
        stride: Option<u64>,
    },
    /// XTC.
    ///
    /// Steps and cells are read from the file. XTC does not say whether coordinates are wrapped:
    /// LAMMPS writes unwrapped coordinates under `dump_modify unwrap yes`, GROMACS writes wrapped
    /// ones by default.
    ///
    /// XTC is in nanometres by convention. LAMMPS writes lengths of `units lj` unscaled, and
    /// lengths of `metal` and `real` divided by ten. The reader multiplies all lengths with
    /// `scale`: 1 for Lennard-Jones lengths, 10 for angstrom.
    ///
    /// All frames must have the precision of the first.
    ///
    /// Like other readers, this one decodes coordinates to single precision and scales them
    /// afterwards.
    ///
    /// Cost: about 10 nanoseconds for each particle and frame; the memory of one compressed frame.
    ///
    /// ```
    /// use msed::io::{FrameFormat, FrameReader};
    /// use msed::trajectory::{Species, Trajectory};
    /// let file = "data/kob-andersen/T0.700/trajectory.xtc";
    /// let reader = FrameReader::open(file, FrameFormat::Xtc { scale: 1.0 })?;
    /// let species = Species::by_count([("A", 800), ("B", 200)])?;
    /// let trajectory = Trajectory::<f32>::from_source(reader, 0.005, species)?;
    /// assert_eq!((trajectory.frames(), trajectory.particles()), (1000, 1000));
    /// assert_eq!(trajectory.sampling().unwrap().interval(), 0.5);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[cfg(feature = "xtc")]
    Xtc {
        /// The factor of all lengths.
        scale: f64,
    },
}

impl FrameFormat {
    /// Only one format is compiled in, and its reader refuses other files.
    #[cfg(not(feature = "io"))]
    fn of(_: &Path, units: Units) -> Result<Self, ReadError> {
        let scale = units.xtc_length;
        Ok(Self::Xtc { scale })
    }

    /// The format that the first bytes of a file tell.
    #[cfg(feature = "io")]
    fn of(path: &Path, units: Units) -> Result<Self, ReadError> {
        let mut text = Text::open(path)?;
        let head = text.head().map_err(|error| error.in_frame(0))?;
        #[cfg(feature = "xtc")]
        if super::text::is_xtc(head) {
            let scale = units.xtc_length;
            return Ok(Self::Xtc { scale });
        }
        // Lengths of text are not scaled.
        #[cfg(not(feature = "xtc"))]
        let _ = units;
        let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
        let first = lines.find(|line| !line.is_empty());
        let first = first.ok_or_else(|| no_frame(path))?;
        let mut words = fields(first);
        let number = words.next().is_some_and(|word| i64_field(word).is_some());
        if first.starts_with(b"ITEM:") {
            return Ok(Self::LammpsDump);
        }
        if number && words.next().is_none() {
            return Ok(Self::ExtXyz { stride: None });
        }
        let xtc = if cfg!(feature = "xtc") {
            "that of an XTC file, "
        } else {
            ""
        };
        let text = "`ITEM:` of a LAMMPS dump or the number of particles of an XYZ file";
        let found = format!(
            "the beginning of the file is `{}`, expected {xtc}{text}",
            shown(first)
        );
        Err(Fault::Format(found).at(path, Place::Byte(0)).in_frame(0))
    }
}

/// The frames of a file, one after the other, and what the file has beside coordinates.
///
/// A reader is a [`FrameSource`]. A file that is cut off or damaged gives an error that names frame
/// and place, and no more frames after it; the frames before the error are good.
pub struct FrameReader<R = File> {
    name: PathBuf,
    decoder: Decoder<R>,
    /// The first frame. It is read at once, because the others must match it.
    first: Option<Frame<f64>>,
    particles: usize,
    /// The frame to hand out next, from 0.
    index: usize,
    ended: bool,
}

enum Decoder<R> {
    #[cfg(feature = "io")]
    LammpsDump(LammpsDump<R>),
    #[cfg(feature = "io")]
    ExtXyz(ExtXyz<R>),
    #[cfg(feature = "xtc")]
    Xtc(Xtc<R>),
}

impl FrameReader<File> {
    /// The frames of a file. The first frame is read at once.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be opened or does not begin with a frame.
    pub fn open(path: impl AsRef<Path>, format: FrameFormat) -> Result<Self, ReadError> {
        let name = path.as_ref();
        let opened = File::open(name).and_then(|file| {
            let data = file.metadata()?;
            Ok((file, data.is_file().then_some(data.len())))
        });
        let (file, length) = opened.map_err(|source| Fault::Open(source).at(name, Place::File))?;
        Self::begin(file, name, length, format)
    }
}

impl<R: Read> FrameReader<R> {
    /// The frames of any reader, under a name for messages. The reader need not be buffered.
    ///
    /// # Errors
    /// [`ReadError`] where it does not begin with a frame.
    pub fn new(reader: R, name: impl AsRef<Path>, format: FrameFormat) -> Result<Self, ReadError> {
        Self::begin(reader, name.as_ref(), None, format)
    }

    /// Reads the first frame. `length` is the number of bytes of the file, where it is known.
    pub(super) fn begin(
        reader: R,
        name: &Path,
        length: Option<u64>,
        format: FrameFormat,
    ) -> Result<Self, ReadError> {
        // Text ends where it ends.
        #[cfg(not(feature = "xtc"))]
        let _ = length;
        let decoder = match format {
            #[cfg(feature = "io")]
            FrameFormat::LammpsDump => Decoder::LammpsDump(LammpsDump::new(Text::new(reader, name)?)),
            #[cfg(feature = "io")]
            FrameFormat::ExtXyz { stride } => Decoder::ExtXyz(ExtXyz::new(Text::new(reader, name)?, stride)),
            #[cfg(feature = "xtc")]
            FrameFormat::Xtc { scale } => {
                let xtc = Xtc::new(reader, scale, length);
                Decoder::Xtc(xtc.map_err(|fault| fault.at(name, Place::File))?)
            }
        };
        let mut reader = Self {
            name: name.to_owned(),
            decoder,
            first: None,
            particles: 0,
            index: 0,
            ended: false,
        };
        let mut first = Frame::new();
        if !reader.read(&mut first)? {
            return Err(no_frame(name));
        }
        reader.particles = first.positions.len() / 3;
        reader.first = Some(first);
        Ok(reader)
    }

    /// Reads the next frame from the file, all of its fields; `false` where there are no more.
    fn read<T: Real>(&mut self, frame: &mut Frame<T>) -> Result<bool, ReadError> {
        let (read, place) = match &mut self.decoder {
            #[cfg(feature = "io")]
            Decoder::LammpsDump(dump) => {
                let read = dump.read(self.index, frame);
                (read, Place::Line(dump.text.line_number()))
            }
            #[cfg(feature = "io")]
            Decoder::ExtXyz(xyz) => {
                let read = xyz.read(self.index, frame);
                (read, Place::Line(xyz.text.line_number()))
            }
            #[cfg(feature = "xtc")]
            Decoder::Xtc(xtc) => match xtc.read(frame) {
                Ok(read) => (Ok(read), Place::File),
                Err((byte, fault)) => (Err(fault), Place::Byte(byte)),
            },
        };
        read.map_err(|fault| fault.at(&self.name, place).in_frame(self.index))
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles
    }

    /// Whether coordinates are wrapped, as far as the format says.
    #[must_use]
    pub fn convention(&self) -> Convention {
        match &self.decoder {
            #[cfg(feature = "io")]
            Decoder::LammpsDump(dump) => dump.convention(),
            #[cfg(feature = "io")]
            Decoder::ExtXyz(_) => Convention::Unknown,
            #[cfg(feature = "xtc")]
            Decoder::Xtc(_) => Convention::Unknown,
        }
    }

    /// The particle ids of a LAMMPS dump in increasing order, which is the order of the
    /// coordinates; empty in other formats.
    #[cfg(feature = "io")]
    #[must_use]
    pub fn ids(&self) -> &[i64] {
        match &self.decoder {
            Decoder::LammpsDump(dump) => &dump.ids,
            _ => &[],
        }
    }

    /// The type of each particle in the first frame of a LAMMPS dump, where it has the column
    /// `type`.
    #[cfg(feature = "io")]
    #[must_use]
    pub fn types(&self) -> Option<&[u32]> {
        match &self.decoder {
            Decoder::LammpsDump(dump) => dump.types(),
            _ => None,
        }
    }

    /// The name of each particle of an XYZ file; empty where the file has none.
    #[cfg(feature = "io")]
    #[must_use]
    pub fn names(&self) -> &[String] {
        match &self.decoder {
            Decoder::ExtXyz(xyz) => &xyz.names,
            _ => &[],
        }
    }
}

impl<T: Real, R: Read> FrameSource<T> for FrameReader<R> {
    fn particles(&self) -> usize {
        self.particles
    }

    fn convention(&self) -> Convention {
        self.convention()
    }

    /// The next frame; after the end or an error there are no more.
    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, TrajectoryError> {
        if self.ended {
            return Ok(false);
        }
        let read = match self.first.take() {
            Some(first) => {
                (frame.step, frame.cell, frame.images) = (first.step, first.cell, first.images);
                frame.positions.clear();
                frame
                    .positions
                    .extend(first.positions.into_iter().map(T::from_f64));
                Ok(true)
            }
            None => self.read(frame),
        };
        self.ended = !matches!(read, Ok(true));
        self.index += usize::from(!self.ended);
        Ok(read?)
    }

    fn frames_expected(&self) -> Option<usize> {
        match &self.decoder {
            #[cfg(feature = "xtc")]
            Decoder::Xtc(xtc) => xtc.frames_expected(self.index),
            #[cfg(feature = "io")]
            Decoder::LammpsDump(_) | Decoder::ExtXyz(_) => None,
        }
    }
}

impl<R> fmt::Debug for FrameReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameReader")
            .field("name", &self.name)
            .field("next", &self.index)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// A file without a frame.
#[cold]
pub(super) fn no_frame(file: &Path) -> ReadError {
    Fault::TooShort("no frame, expected at least 1".to_owned()).at(file, Place::File)
}

#[cfg(all(test, feature = "io", feature = "xtc"))]
mod tests;
