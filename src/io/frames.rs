//! Files of frames, whatever their format.

mod decoder;
mod format;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::{Fault, Place, ReadError};
use crate::real::{Real, first_unfit, short};
use crate::trajectory::{
    Convention, Frame, FrameSource, Species, Trajectory, TrajectoryError, with_checked_times,
};
use crate::units::Units;
use decoder::Decoder;

pub use format::FrameFormat;

/// Reads a trajectory of unwrapped coordinates: LAMMPS dump text, extended XYZ, XTC, TRR, DCD or
/// GSD. The first bytes tell the format.
///
/// `time_step` is the length of one molecular-dynamics step; times in the file must agree with it
/// ([`with_checked_times`]). The file must have as many particles as `species`. See [`frames`] for
/// wrapped coordinates, for files larger than memory and for choices that a format leaves open.
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
    Trajectory::from_source(
        with_checked_times(frames, time_step, units, &mut None),
        time_step,
        species,
    )
}

/// The frames of a trajectory file one by one: LAMMPS dump text, extended XYZ, XTC, TRR, DCD or
/// GSD, each with its feature. The first bytes tell the format.
///
/// - **Lengths** of XTC and TRR files are multiplied with [`Units::xtc_length`], those of DCD with
///   [`Units::dcd_length`]: they are in nanometres or angstrom by convention, but LAMMPS writes the
///   lengths of `units lj` unscaled. Lengths of other files are not scaled.
/// - **Steps** of an XYZ file are read from the second line of each frame, those of a DCD from its
///   header.
/// - **Positions** that are not finite, or above 1e60 in size, are an error.
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
    /// Whether the last frame may be cut off, and the error that this was.
    may_be_cut_off: bool,
    left_out: Option<ReadError>,
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
        #[cfg(feature = "gsd")]
        if format == FrameFormat::Gsd {
            let decoder = Decoder::gsd_file(file, name)?;
            return Self::start(decoder, name);
        }
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

    /// `length` is the number of bytes of the file, where it is known.
    pub(super) fn begin(
        reader: R,
        name: &Path,
        length: Option<u64>,
        format: FrameFormat,
    ) -> Result<Self, ReadError> {
        Self::start(Decoder::new(reader, name, length, format)?, name)
    }

    /// Reads the first frame.
    fn start(decoder: Decoder<R>, name: &Path) -> Result<Self, ReadError> {
        let mut reader = Self {
            name: name.to_owned(),
            decoder,
            first: None,
            particles: 0,
            index: 0,
            ended: false,
            may_be_cut_off: false,
            left_out: None,
        };
        let mut first = Frame::new();
        if !reader.read(&mut first)? {
            return Err(Fault::no_frame().at(name, Place::File));
        }
        reader.particles = first.positions.len() / 3;
        reader.first = Some(first);
        Ok(reader)
    }

    /// Reads on where particles change their types or names, which are then those of the first
    /// frame. By default such a particle is an error ([`Fault::Types`]): averages over a species
    /// would be over other particles than it says.
    ///
    /// ```
    /// use msed::io::{Fault, FrameFormat, FrameReader};
    /// use msed::trajectory::{Frame, FrameSource};
    /// let frame = |step: u32, kind: u32| {
    ///     format!(
    ///         "ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n\
    ///          0 9\n0 9\n0 9\nITEM: ATOMS id type xu yu zu\n7 {kind} 1 2 3\n"
    ///     )
    /// };
    /// let swapped = frame(0, 1) + &frame(10, 2);
    /// let (name, format) = ("swap.lammpstrj", FrameFormat::LammpsDump);
    /// let open = || FrameReader::new(swapped.as_bytes(), name, format);
    /// let (mut reader, mut next) = (open()?, Frame::<f64>::new());
    /// assert!(reader.next_frame(&mut next)?);
    /// let error = reader.next_frame(&mut next).unwrap_err().to_string();
    /// assert!(error.contains("frame 1, line 20: particle id 7 has the type 2, expected 1"));
    ///
    /// let mut reader = open()?.ignore_types();
    /// assert!(reader.next_frame(&mut next)? && reader.next_frame(&mut next)?);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn ignore_types(mut self) -> Self {
        self.decoder.ignore_types();
        self
    }

    /// Leaves out a last frame that is cut off, as a killed job leaves it.
    /// [`left_out`](Self::left_out) then tells what was missing. By default it is an error, because
    /// a file without its end may lack more than one frame. The first frame must be whole.
    #[must_use]
    pub fn allow_cut_off(mut self) -> Self {
        self.may_be_cut_off = true;
        self
    }

    /// Why the last frame was left out, where it was.
    #[must_use]
    pub fn left_out(&self) -> Option<&ReadError> {
        self.left_out.as_ref()
    }

    /// The first step and the steps between frames in the header of a DCD, whether or not a stride
    /// replaces them. Converters often write 0 and 1 there, whatever the steps were.
    #[must_use]
    pub fn steps_of_header(&self) -> Option<[u64; 2]> {
        self.decoder.steps_of_header()
    }

    /// Reads the next frame from the file, all of its fields; `false` where there are no more.
    fn read<T: Real>(&mut self, frame: &mut Frame<T>) -> Result<bool, ReadError> {
        let (read, place) = self.decoder.read(self.index, frame);
        let look = matches!(read, Ok(true)) && !self.decoder.has_bounds();
        let unfit = if look { first_unfit(&frame.positions) } else { None };
        let read = read.and_then(|read| match unfit {
            None => Ok(read),
            Some(at) => {
                let (what, found) = (
                    format!("a coordinate of particle {}", at / 3),
                    frame.positions[at],
                );
                let expected = "a finite number of at most 1e60 in size";
                Err(Fault::value(&what, &short(found.to_f64(), 12), expected))
            }
        });
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
        self.decoder.convention()
    }

    /// The particle ids of a LAMMPS dump or an XYZ file in increasing order, which is the order of
    /// the coordinates; empty where there are none.
    #[must_use]
    pub fn ids(&self) -> &[i64] {
        self.decoder.ids()
    }

    /// The type of each particle in the first frame: of a LAMMPS dump that has the column `type`
    /// with numbers, and of GSD.
    #[must_use]
    pub fn types(&self) -> Option<&[u32]> {
        self.decoder.types()
    }

    /// The name of each particle in the first frame: in an XYZ file, in a LAMMPS dump the element
    /// or the label of the type, in GSD the name of the type. Empty where the file has none.
    #[must_use]
    pub fn names(&self) -> &[String] {
        self.decoder.names()
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
                (frame.step, frame.time) = (first.step, first.time);
                (frame.cell, frame.images) = (first.cell, first.images);
                frame.positions.clear();
                frame
                    .positions
                    .extend(first.positions.into_iter().map(T::from_f64));
                Ok(true)
            }
            None => self.read(frame),
        };
        let read = match read {
            Err(error) if self.may_be_cut_off && error.is_cut_off() => {
                self.left_out = Some(error);
                Ok(false)
            }
            read => read,
        };
        self.ended = !matches!(read, Ok(true));
        self.index += usize::from(!self.ended);
        Ok(read?)
    }

    fn frames_expected(&self) -> Option<usize> {
        self.decoder.frames_expected(self.index)
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

#[cfg(all(
    test,
    feature = "io",
    feature = "xtc",
    feature = "dcd",
    feature = "trr",
    feature = "gsd"
))]
mod tests;
