//! XTC trajectories.
//!
//! XTC stores coordinates rounded to a multiple of a precision, compressed, in big-endian words. Every length in a header is
//! held against the file and against the frame before any memory is asked for, and every coordinate against the bounds that
//! the frame gives: a damaged file is an error, not a panic, an endless loop or a wrong number of gigabytes.

mod coordinates;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::{FrameError, Place};
use crate::real::Real;
use crate::trajectory::{Cell, Convention, Frame, FrameSource, SourceError};
use coordinates::{PADDING, Prelude};

const BUFFER: usize = 1 << 18;
/// Magic number, particles, step, time, cell.
const HEADER: usize = 56;
/// Up to so many particles are stored as they are.
const UNCOMPRESSED: usize = 9;
/// A particle takes two bits at the very least.
const PARTICLES_PER_BYTE: u64 = 4;

/// Frames of an XTC file.
///
/// Steps and cells are those of the file. XTC does not say whether coordinates are wrapped: LAMMPS writes unwrapped ones
/// under `dump_modify unwrap yes`, GROMACS wrapped ones unless told otherwise.
///
/// Units: XTC is in nanometres by convention. LAMMPS writes lengths of `units lj` as they are, and those of `metal` and
/// `real` divided by ten. `scale` is what the file's numbers are multiplied with: 1 for Lennard-Jones lengths, 10 for
/// angstrom.
///
/// All frames must have the precision of the first.
///
/// Coordinates are decoded to single precision first, as every other reader does, and scaled after that.
///
/// Cost: about 50 nanoseconds a particle; memory of one compressed frame.
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
pub struct XtcReader<R = File> {
    reader: BufReader<R>,
    name: PathBuf,
    /// Bytes of the whole file, where that is known.
    length: Option<u64>,
    scale: f64,
    /// Bytes read so far.
    offset: u64,
    frame: usize,
    particles: usize,
    /// That of the first frame: another one in the middle of a file is damage, which would scale a frame unseen.
    precision: Option<f32>,
    /// The first header, which was read for the number of particles.
    first: Option<Header>,
    finished: bool,
    bytes: Vec<u8>,
    cell: Option<([u32; 9], Option<Cell>)>,
}

#[derive(Debug, Clone, Copy)]
struct Header {
    start: u64,
    step: u64,
    cell: [u32; 9],
    wide: bool,
}

impl XtcReader<File> {
    /// The frames of a file, lengths multiplied with `scale`.
    ///
    /// # Errors
    /// [`FrameError`] where the file cannot be opened or does not begin with a frame.
    pub fn open(path: impl AsRef<Path>, scale: f64) -> Result<Self, FrameError> {
        let name = path.as_ref();
        let opened = File::open(name).and_then(|file| {
            let data = file.metadata()?;
            Ok((file, data.is_file().then_some(data.len())))
        });
        match opened {
            Ok((file, length)) => Self::with_length(file, name, scale, length),
            Err(source) => Err(FrameError::Open {
                file: name.to_owned(),
                source,
            }),
        }
    }
}

impl<R: Read> XtcReader<R> {
    /// The frames of any reader, under a name for messages. It need not be buffered.
    ///
    /// # Errors
    /// [`FrameError`] where it does not begin with a frame.
    pub fn new(reader: R, name: impl AsRef<Path>, scale: f64) -> Result<Self, FrameError> {
        Self::with_length(reader, name.as_ref(), scale, None)
    }

    fn with_length(reader: R, name: &Path, scale: f64, length: Option<u64>) -> Result<Self, FrameError> {
        let mut this = Self {
            reader: BufReader::with_capacity(BUFFER, reader),
            name: name.to_owned(),
            length,
            scale,
            offset: 0,
            frame: 0,
            particles: 0,
            precision: None,
            first: None,
            finished: false,
            bytes: Vec::new(),
            cell: None,
        };
        if !(scale.is_finite() && scale > 0.0) {
            return Err(this.value("the scale", &scale, "a positive finite number"));
        }
        this.first = this.header()?;
        if this.first.is_none() {
            return Err(FrameError::Empty { file: this.name });
        }
        Ok(this)
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles
    }

    /// The header of the next frame; `None` at the end of the file.
    fn header(&mut self) -> Result<Option<Header>, FrameError> {
        let start = self.offset;
        let mut bytes = [0; HEADER];
        let read = self.read(&mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        if read < HEADER {
            return Err(self.truncated(read as u64, HEADER as u64));
        }
        let mut words = [0; HEADER / 4];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        let [magic, particles, step, _time, cell @ .., repeated] = words;
        let wide = match magic {
            1995 => false,
            2023 => true,
            _ => return Err(self.value("the magic number", &magic.cast_signed(), "1995 or 2023")),
        };
        let Some(count) = i32::try_from(particles).ok().filter(|&n| n > 0) else {
            let found = particles.cast_signed();
            return Err(self.value("the number of particles", &found, "1 at least"));
        };
        let count = usize::try_from(count).unwrap_or(0);
        if self.particles == 0 {
            self.particles = count;
        }
        if count != self.particles {
            return Err(FrameError::Particles {
                file: self.name.clone(),
                frame: self.frame,
                place: Place::Byte(start),
                found: u64::from(particles),
                expected: self.particles,
            });
        }
        if repeated != particles {
            let found = format_args!("{particles}, then {}", repeated.cast_signed());
            return Err(self.value("the number of particles", &found, "the same number twice"));
        }
        let Ok(step) = u64::try_from(step.cast_signed()) else {
            let found = step.cast_signed();
            return Err(self.value("the step", &found, "0 at least (steps of XTC end at 2147483647)"));
        };
        Ok(Some(Header {
            start,
            step,
            cell,
            wide,
        }))
    }

    fn read_frame<T: Real>(&mut self, frame: &mut Frame<T>) -> Result<bool, FrameError> {
        let header = match self.first.take() {
            Some(first) => first,
            None => match self.header()? {
                Some(header) => header,
                None => return Ok(false),
            },
        };
        frame.step = header.step;
        frame.cell = self.cell(&header)?;
        frame.images.clear();
        if self.particles <= UNCOMPRESSED {
            self.uncompressed(&mut frame.positions)?;
        } else {
            self.compressed(&header, &mut frame.positions)?;
        }
        self.frame += 1;
        Ok(true)
    }

    fn cell(&mut self, header: &Header) -> Result<Option<Cell>, FrameError> {
        if let Some((bits, cell)) = self.cell
            && bits == header.cell
        {
            return Ok(cell);
        }
        let numbers = header
            .cell
            .map(|bits| f64::from(f32::from_bits(bits)) * self.scale);
        let cell = if numbers == [0.0; 9] {
            None
        } else {
            let rows = std::array::from_fn(|i| std::array::from_fn(|j| numbers[3 * i + j]));
            let cell = Cell::triclinic(rows).map_err(|source| FrameError::Cell {
                file: self.name.clone(),
                frame: self.frame,
                place: Place::Byte(header.start),
                source,
            })?;
            Some(cell)
        };
        self.cell = Some((header.cell, cell));
        Ok(cell)
    }

    fn uncompressed<T: Real>(&mut self, positions: &mut Vec<T>) -> Result<(), FrameError> {
        positions.clear();
        for _ in 0..3 * self.particles {
            let [bits] = self.words()?;
            positions.push(T::from_f64(f64::from(f32::from_bits(bits)) * self.scale));
        }
        Ok(())
    }

    fn compressed<T: Real>(&mut self, header: &Header, positions: &mut Vec<T>) -> Result<(), FrameError> {
        let [precision, prelude @ ..] = self.words::<8>()?;
        let precision = f32::from_bits(precision);
        if !(precision.is_finite() && precision > 0.0) {
            return Err(self.value("the precision", &precision, "a positive finite number"));
        }
        let expected = *self.precision.get_or_insert(precision);
        if precision.to_bits() != expected.to_bits() {
            return Err(FrameError::Precision {
                file: self.name.clone(),
                frame: self.frame,
                place: Place::Byte(header.start + HEADER as u64),
                found: precision,
                expected,
            });
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
        // To a multiple of four.
        self.fill(compressed.next_multiple_of(4))?;
        let used = usize::try_from(compressed).unwrap_or(0);
        self.bytes.truncate(used);
        self.bytes.resize(used + PADDING, 0);
        let inverse = 1.0 / precision;
        let scale = self.scale;
        positions.resize(3 * self.particles, T::default());
        let (points, _) = positions.as_chunks_mut::<3>();
        let place = |integers: [i32; 3]| {
            integers.map(|integer| T::from_f64(f64::from(integer as f32 * inverse) * scale))
        };
        coordinates::decode(&prelude, &self.bytes, points, place).map_err(|particle| FrameError::Damaged {
            file: self.name.clone(),
            frame: self.frame,
            place: Place::Byte(header.start),
            particle,
        })
    }

    /// So many bytes into the buffer, which grows with what is really there.
    fn fill(&mut self, expected: u64) -> Result<(), FrameError> {
        if let Some(length) = self.length
            && expected > length.saturating_sub(self.offset)
        {
            return Err(self.truncated(length.saturating_sub(self.offset), expected));
        }
        self.bytes.clear();
        let read = self.reader.by_ref().take(expected).read_to_end(&mut self.bytes);
        self.offset += self.bytes.len() as u64;
        match read {
            Ok(read) if read as u64 == expected => Ok(()),
            Ok(read) => Err(self.truncated(read as u64, expected)),
            Err(source) => Err(self.unreadable(source)),
        }
    }

    fn words<const N: usize>(&mut self) -> Result<[u32; N], FrameError> {
        let mut words = [0; N];
        for (index, word) in words.iter_mut().enumerate() {
            let mut bytes = [0; 4];
            let read = self.read(&mut bytes)?;
            if read < 4 {
                return Err(self.truncated((4 * index + read) as u64, 4 * N as u64));
            }
            *word = u32::from_be_bytes(bytes);
        }
        Ok(words)
    }

    /// As many bytes as there are.
    fn read(&mut self, into: &mut [u8]) -> Result<usize, FrameError> {
        let mut filled = 0;
        while filled < into.len() {
            match self.reader.read(&mut into[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(self.unreadable(source)),
            }
        }
        self.offset += filled as u64;
        Ok(filled)
    }

    #[cold]
    fn truncated(&self, found: u64, expected: u64) -> FrameError {
        FrameError::Truncated {
            file: self.name.clone(),
            frame: self.frame,
            place: Place::Byte(self.offset),
            found,
            expected,
            unit: "bytes",
        }
    }

    #[cold]
    fn unreadable(&self, source: io::Error) -> FrameError {
        FrameError::Read {
            file: self.name.clone(),
            frame: self.frame,
            place: Place::Byte(self.offset),
            source,
        }
    }

    #[cold]
    fn value(&self, what: &'static str, found: &dyn std::fmt::Display, expected: &'static str) -> FrameError {
        FrameError::Value {
            file: self.name.clone(),
            frame: self.frame,
            place: Place::Byte(self.offset),
            what,
            found: found.to_string(),
            expected,
        }
    }
}

impl<T: Real, R: Read> FrameSource<T> for XtcReader<R> {
    fn particles(&self) -> usize {
        self.particles
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

    fn frames_expected(&self) -> Option<usize> {
        let length = self.length?;
        if self.frame == 0 || self.offset == 0 {
            return None;
        }
        let frames = self.frame as u64 * length / self.offset;
        usize::try_from(frames).ok()
    }
}

#[cfg(test)]
mod tests;
