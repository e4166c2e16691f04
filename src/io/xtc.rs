//! XTC trajectories.
//!
//! XTC stores coordinates rounded to a multiple of a precision, compressed, in big-endian words.
//! Every length in a header is checked against the file and the frame before memory is allocated,
//! and every coordinate against the bounds of its frame: a damaged file is an error, and neither a
//! panic nor an endless loop nor an allocation of gigabytes.

mod coordinates;

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::error::{Fault, Place, ReadError};
use super::frame_reader::{FrameFile, Frames, frame_source, same_particles};
use crate::real::Real;
use crate::trajectory::{Cell, Convention, Frame, FrameSource, TrajectoryError};
use coordinates::{PADDING, Prelude};

const BUFFER: usize = 1 << 18;
/// Magic number, particles, step, time, cell.
const HEADER: usize = 56;
/// Up to this many particles are stored uncompressed.
const UNCOMPRESSED: usize = 9;
/// A particle takes at least two bits.
const PARTICLES_PER_BYTE: u64 = 4;

/// Frames of an XTC file.
///
/// Steps and cells are read from the file. XTC does not say whether coordinates are wrapped: LAMMPS
/// writes unwrapped coordinates under `dump_modify unwrap yes`, GROMACS writes wrapped ones by
/// default.
///
/// XTC is in nanometres by convention. LAMMPS writes lengths of `units lj` unscaled, and lengths of
/// `metal` and `real` divided by ten. The reader multiplies all lengths with `scale`: 1 for
/// Lennard-Jones lengths, 10 for angstrom.
///
/// All frames must have the precision of the first.
///
/// Like other readers, this one decodes coordinates to single precision and scales them afterwards.
///
/// Cost: about 10 nanoseconds for each particle and frame; the memory of one compressed frame.
///
/// ```
/// use msed::io::XtcReader;
/// use msed::trajectory::{Species, Trajectory};
/// let reader = XtcReader::open("data/kob-andersen/T0.700/trajectory.xtc", 1.0)?;
/// let species = Species::by_count([("A", 800), ("B", 200)])?;
/// let trajectory = Trajectory::<f32>::from_source(reader, 0.005, species)?;
/// assert_eq!((trajectory.frames(), trajectory.particles()), (1000, 1000));
/// assert_eq!(trajectory.sampling().unwrap().interval(), 0.5);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug)]
pub struct XtcReader<R = File>(Frames<Xtc<R>>);

impl XtcReader<File> {
    /// The frames of a file, lengths multiplied with `scale`. The first frame is read at once.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be opened or does not begin with a frame.
    pub fn open(path: impl AsRef<Path>, scale: f64) -> Result<Self, ReadError> {
        let name = path.as_ref();
        let opened = File::open(name).and_then(|file| {
            let data = file.metadata()?;
            Ok((file, data.is_file().then_some(data.len())))
        });
        let (file, length) = opened.map_err(|source| Fault::Open(source).at(name, Place::File))?;
        Self::with_length(file, name, scale, length)
    }
}

impl<R: Read> XtcReader<R> {
    /// The frames of any reader, under a name for messages. The reader need not be buffered.
    ///
    /// # Errors
    /// [`ReadError`] where it does not begin with a frame.
    pub fn new(reader: R, name: impl AsRef<Path>, scale: f64) -> Result<Self, ReadError> {
        Self::with_length(reader, name.as_ref(), scale, None)
    }

    fn with_length(reader: R, name: &Path, scale: f64, length: Option<u64>) -> Result<Self, ReadError> {
        if !(scale.is_finite() && scale > 0.0) {
            let fault = Fault::value("the scale", &scale, "a positive finite number");
            return Err(fault.at(name, Place::File));
        }
        Frames::begin(Xtc {
            reader: BufReader::with_capacity(BUFFER, reader),
            name: name.to_owned(),
            length,
            scale,
            offset: 0,
            particles: 0,
            precision: None,
            bytes: Vec::new(),
            cell: None,
        })
        .map(Self)
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.0.format.particles
    }
}

frame_source!(XtcReader);

struct Xtc<R> {
    reader: BufReader<R>,
    name: PathBuf,
    /// Bytes of the whole file, where that is known.
    length: Option<u64>,
    scale: f64,
    /// Bytes read so far.
    offset: u64,
    /// Particles of the first frame; 0 before it.
    particles: usize,
    /// The precision of the first frame. Another precision later in the file is damage, which would
    /// scale a frame unnoticed.
    precision: Option<f32>,
    bytes: Vec<u8>,
    /// The last cell, and the numbers that it was made of.
    cell: Option<([u32; 9], Option<Cell>)>,
}

struct Header {
    /// Where the frame begins.
    start: u64,
    step: u64,
    cell: [u32; 9],
    wide: bool,
}

impl<R: Read> FrameFile for Xtc<R> {
    fn file(&self) -> &Path {
        &self.name
    }

    fn particles(&self) -> usize {
        self.particles
    }

    fn frames_expected(&self, read: usize) -> Option<usize> {
        let frames = (read as u64)
            .checked_mul(self.length?)?
            .checked_div(self.offset)?;
        usize::try_from(frames).ok().filter(|&frames| frames > 0)
    }

    fn read<T: Real>(&mut self, _: usize, frame: &mut Frame<T>) -> Result<bool, ReadError> {
        let Some(header) = self.header()? else {
            return Ok(false);
        };
        frame.step = header.step;
        frame.cell = self.cell(&header)?;
        frame.images.clear();
        if self.particles <= UNCOMPRESSED {
            self.uncompressed(&mut frame.positions)?;
        } else {
            self.compressed(&header, &mut frame.positions)?;
        }
        Ok(true)
    }
}

impl<R: Read> Xtc<R> {
    /// The header of the next frame; `None` at the end of the file.
    fn header(&mut self) -> Result<Option<Header>, ReadError> {
        let start = self.offset;
        let mut words = [[0; 4]; HEADER / 4];
        match self.take(words.as_flattened_mut())? {
            0 => return Ok(None),
            HEADER => {}
            read => return Err(self.here(Fault::after(read as u64, HEADER as u64, "bytes"))),
        }
        let words = words.map(u32::from_be_bytes);
        let [magic, particles, step, _time, cell @ .., repeated] = words;
        let wide = match magic {
            1995 => false,
            2023 => true,
            _ => return Err(self.value("the magic number", &magic.cast_signed(), "1995 or 2023")),
        };
        let what = "the number of particles";
        let Some(count) = i32::try_from(particles).ok().filter(|&n| n > 0) else {
            return Err(self.value(what, &particles.cast_signed(), "1 at least"));
        };
        same_particles(u64::from(particles), self.particles).map_err(|fault| self.at(start, fault))?;
        self.particles = usize::try_from(count).unwrap_or(0);
        if repeated != particles {
            let found = format_args!("{particles}, then {}", repeated.cast_signed());
            return Err(self.value(what, &found, "the same number twice"));
        }
        let step = step.cast_signed();
        let Ok(step) = u64::try_from(step) else {
            return Err(self.value("the step", &step, "0 at least (steps of XTC end at 2147483647)"));
        };
        Ok(Some(Header {
            start,
            step,
            cell,
            wide,
        }))
    }

    fn cell(&mut self, header: &Header) -> Result<Option<Cell>, ReadError> {
        if let Some((bits, cell)) = self.cell
            && bits == header.cell
        {
            return Ok(cell);
        }
        let number = |bits| f64::from(f32::from_bits(bits)) * self.scale;
        let rows = header.cell.map(number);
        let rows: [[f64; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| rows[3 * i + j]));
        let cell = (rows != [[0.0; 3]; 3]).then(|| Cell::triclinic(rows)).transpose();
        let cell = cell.map_err(|source| self.at(header.start, Fault::Cell(source)))?;
        self.cell = Some((header.cell, cell));
        Ok(cell)
    }

    fn uncompressed<T: Real>(&mut self, positions: &mut Vec<T>) -> Result<(), ReadError> {
        positions.clear();
        for _ in 0..3 * self.particles {
            let [bits] = self.words()?;
            positions.push(T::from_f64(f64::from(f32::from_bits(bits)) * self.scale));
        }
        Ok(())
    }

    fn compressed<T: Real>(&mut self, header: &Header, positions: &mut Vec<T>) -> Result<(), ReadError> {
        let [precision, prelude @ ..] = self.words::<8>()?;
        let precision = f32::from_bits(precision);
        if !(precision.is_finite() && precision > 0.0) {
            return Err(self.value("the precision", &precision, "a positive finite number"));
        }
        let expected = *self.precision.get_or_insert(precision);
        if precision.to_bits() != expected.to_bits() {
            let text = format!("a precision of {precision}, expected {expected} as in the first frame");
            return Err(self.at(header.start + HEADER as u64, Fault::Value(text)));
        }
        let [a, b, c, d, e, f, small] = prelude;
        let prelude = Prelude {
            minimum: [a, b, c].map(u32::cast_signed),
            maximum: [d, e, f].map(u32::cast_signed),
            small,
        };
        if !prelude.is_sound() {
            return Err(self.value(
                "the range of the coordinates",
                &format_args!("{:?} to {:?}, {small}", prelude.minimum, prelude.maximum),
                "minima that are at most the maxima, and a size from 9 to 72",
            ));
        }
        let compressed = if header.wide {
            let [high, low] = self.words()?;
            u64::from(high) << 32 | u64::from(low)
        } else {
            let [bytes] = self.words()?;
            u64::from(bytes)
        };
        let particles = self.particles as u64;
        if compressed > i64::MAX as u64 || particles > PARTICLES_PER_BYTE * compressed {
            let expected = "enough for the particles, and less than 2^63";
            return Err(self.value("the number of compressed bytes", &compressed, expected));
        }
        // The file pads the bytes to a multiple of four.
        self.fill(compressed.next_multiple_of(4))?;
        let used = usize::try_from(compressed).unwrap_or(0);
        self.bytes.truncate(used);
        self.bytes.resize(used + PADDING, 0);
        let inverse = 1.0 / precision;
        let scale = self.scale;
        positions.resize(3 * self.particles, T::default());
        let (points, _) = positions.as_chunks_mut::<3>();
        let coordinate = |integer: i32| T::from_f64(f64::from(integer as f32 * inverse) * scale);
        let place = |[x, y, z]: [i32; 3]| [coordinate(x), coordinate(y), coordinate(z)];
        coordinates::decode(&prelude, &self.bytes, points, place).map_err(|particle| {
            let text = format!("the compressed coordinates are damaged at particle {particle}");
            self.at(header.start, Fault::Value(text))
        })
    }

    /// Reads `expected` bytes into the buffer, which grows only with the bytes that exist.
    fn fill(&mut self, expected: u64) -> Result<(), ReadError> {
        let left = self.length.map(|length| length.saturating_sub(self.offset));
        if let Some(left) = left.filter(|&left| left < expected) {
            return Err(self.here(Fault::after(left, expected, "bytes")));
        }
        self.bytes.clear();
        let read = self.reader.by_ref().take(expected).read_to_end(&mut self.bytes);
        self.offset += self.bytes.len() as u64;
        match read {
            Ok(read) if read as u64 == expected => Ok(()),
            Ok(read) => Err(self.here(Fault::after(read as u64, expected, "bytes"))),
            Err(source) => Err(self.here(Fault::Read(source))),
        }
    }

    fn words<const N: usize>(&mut self) -> Result<[u32; N], ReadError> {
        let mut words = [[0; 4]; N];
        let (read, expected) = (self.take(words.as_flattened_mut())?, 4 * N);
        if read < expected {
            return Err(self.here(Fault::after(read as u64, expected as u64, "bytes")));
        }
        Ok(words.map(u32::from_be_bytes))
    }

    /// Reads as many bytes as there are, and returns their number.
    fn take(&mut self, into: &mut [u8]) -> Result<usize, ReadError> {
        let mut filled = 0;
        while filled < into.len() {
            match self.reader.read(&mut into[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(self.here(Fault::Read(source))),
            }
        }
        self.offset += filled as u64;
        Ok(filled)
    }

    #[cold]
    fn at(&self, byte: u64, fault: Fault) -> ReadError {
        fault.at(&self.name, Place::Byte(byte))
    }

    #[cold]
    fn here(&self, fault: Fault) -> ReadError {
        self.at(self.offset, fault)
    }

    #[cold]
    fn value(&self, what: &str, found: &dyn fmt::Display, expected: &str) -> ReadError {
        self.here(Fault::value(what, found, expected))
    }
}

#[cfg(test)]
mod tests;
