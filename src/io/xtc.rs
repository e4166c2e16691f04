//! XTC trajectories.
//!
//! XTC stores coordinates rounded to a multiple of a precision, compressed, in big-endian words.
//! Every length in a header is checked against the file and the frame before memory is allocated,
//! and every coordinate against the bounds of its frame: a damaged file is an error, and neither a
//! panic nor an endless loop nor an allocation of gigabytes.

mod coordinates;

use std::io::Read;

use super::binary::{Binary, Steps};
use super::error::{Fault, Found};
use crate::real::{Real, is_fit};
use crate::trajectory::{Cell, Frame, FrameTime};
use coordinates::{PADDING, Prelude};

/// Magic number, particles, step, time, cell.
const HEADER: u64 = 56;
/// Up to this many particles are stored uncompressed.
const UNCOMPRESSED: usize = 9;
/// A particle takes at least two bits.
const PARTICLES_PER_BYTE: u64 = 4;

/// The frames of an XTC file.
pub(super) struct Xtc<R> {
    pub(super) file: Binary<R>,
    scale: f64,
    /// Particles of the first frame; 0 before it.
    particles: usize,
    /// The precision of the first frame. Another precision later in the file is damage, which would
    /// scale a frame unnoticed.
    precision: Option<f32>,
    steps: Steps,
}

struct Header {
    /// Where the frame begins.
    start: u64,
    wide: bool,
}

impl<R: Read> Xtc<R> {
    /// Multiplies lengths with `scale`.
    pub(super) fn new(file: Binary<R>, scale: f64) -> Result<Self, Fault> {
        Ok(Self {
            file,
            scale: Fault::unless_scale(scale)?,
            particles: 0,
            precision: None,
            steps: Steps::default(),
        })
    }

    /// Reads a frame; `false` where the file has no more.
    pub(super) fn read<T: Real>(&mut self, frame: &mut Frame<T>) -> Found<bool> {
        let Some(header) = self.header(frame)? else {
            return Ok(false);
        };
        frame.images.clear();
        if self.particles <= UNCOMPRESSED {
            self.uncompressed(&mut frame.positions)?;
        } else {
            self.compressed(&header, &mut frame.positions)?;
        }
        Ok(true)
    }

    /// Reads the header of the next frame with its step and cell; `None` at the end of the file.
    fn header<T>(&mut self, frame: &mut Frame<T>) -> Found<Option<Header>> {
        let start = self.file.offset();
        if self.file.take(HEADER)? == 0 {
            return Ok(None);
        }
        let [magic, particles, step, time, cell @ .., repeated] = self.file.words::<14>()?;
        let wide = match magic {
            1995 => false,
            2023 => true,
            _ => {
                return Err(self
                    .file
                    .value("the magic number", &magic.cast_signed(), "1995 or 2023"));
            }
        };
        let what = "the number of particles";
        let Some(count) = i32::try_from(particles).ok().filter(|&n| n > 0) else {
            return Err(self.file.value(what, &particles.cast_signed(), "1 at least"));
        };
        Fault::unless_same_particles(u64::from(particles), self.particles).map_err(|fault| (start, fault))?;
        self.particles = usize::try_from(count).unwrap_or(0);
        if repeated != particles {
            let found = format_args!("{particles}, then {}", repeated.cast_signed());
            return Err(self.file.value(what, &found, "the same number twice"));
        }
        frame.step = self
            .steps
            .next(step)
            .ok_or_else(|| self.file.value("the step", &step.cast_signed(), "0 or more"))?;
        frame.time = Some(FrameTime::single(f32::from_bits(time), Some("ps")));
        let rows = cell.map(|bits| f64::from(f32::from_bits(bits)) * self.scale);
        let rows: [[f64; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| rows[3 * i + j]));
        let cell = (rows != [[0.0; 3]; 3]).then(|| Cell::triclinic(rows)).transpose();
        frame.cell = cell.map_err(|error| (start, Fault::Value(error.to_string())))?;
        Ok(Some(Header { start, wide }))
    }

    fn uncompressed<T: Real>(&mut self, positions: &mut Vec<T>) -> Found<()> {
        positions.clear();
        for _ in 0..self.particles {
            let start = self.file.offset();
            self.file.take(12)?;
            let point = self.file.words::<3>()?.map(f32::from_bits);
            if let Some(found) = point.iter().find(|x| !x.is_finite()) {
                return Err((start, Fault::value("a coordinate", found, "a finite number")));
            }
            let point = point.map(|x| T::from_f64(f64::from(x) * self.scale));
            if let Some(found) = point.iter().find(|x| !is_fit(x.to_f64())) {
                let fault = Fault::value("a coordinate", &found.to_f64(), "at most 1e60 in size");
                return Err((start, fault));
            }
            positions.extend(point);
        }
        Ok(())
    }

    fn compressed<T: Real>(&mut self, header: &Header, positions: &mut Vec<T>) -> Found<()> {
        self.file.take(32)?;
        let [precision, prelude @ ..] = self.file.words::<8>()?;
        let precision = f32::from_bits(precision);
        if !(precision.is_finite() && precision > 0.0) {
            return Err(self
                .file
                .value("the precision", &precision, "a positive finite number"));
        }
        let expected = *self.precision.get_or_insert(precision);
        if precision.to_bits() != expected.to_bits() {
            let text = format!("a precision of {precision}, expected {expected} as in the first frame");
            return Err((header.start + HEADER, Fault::Value(text)));
        }
        let [a, b, c, d, e, f, small] = prelude;
        let prelude = Prelude {
            minimum: [a, b, c].map(u32::cast_signed),
            maximum: [d, e, f].map(u32::cast_signed),
            small,
        };
        if !prelude.is_sound() {
            return Err(self.file.value(
                "the range of the coordinates",
                &format_args!("{:?} to {:?}, {small}", prelude.minimum, prelude.maximum),
                "minima that are at most the maxima, and a size from 9 to 72",
            ));
        }
        self.file.take(if header.wide { 8 } else { 4 })?;
        let compressed = if header.wide {
            let [high, low] = self.file.words()?;
            u64::from(high) << 32 | u64::from(low)
        } else {
            let [bytes] = self.file.words()?;
            u64::from(bytes)
        };
        let particles = self.particles as u64;
        if compressed > i64::MAX as u64 || particles > PARTICLES_PER_BYTE * compressed {
            let expected = "enough for the particles, and less than 2^63";
            return Err(self
                .file
                .value("the number of compressed bytes", &compressed, expected));
        }
        // The file pads the bytes to a multiple of four.
        let padded = compressed.next_multiple_of(4);
        self.file.take_all(padded)?;
        let used = usize::try_from(compressed).unwrap_or(0);
        self.file.bytes.truncate(used);
        self.file.bytes.resize(used + PADDING, 0);
        let inverse = 1.0 / precision;
        let scale = self.scale;
        positions.resize(3 * self.particles, T::default());
        let (points, _) = positions.as_chunks_mut::<3>();
        let coordinate = |integer: i32| T::from_f64(f64::from(integer as f32 * inverse) * scale);
        let place = |[x, y, z]: [i32; 3]| [coordinate(x), coordinate(y), coordinate(z)];
        // All coordinates lie between these two.
        let bounds = [prelude.minimum, prelude.maximum].map(place);
        if !bounds.as_flattened().iter().all(|x| is_fit(x.to_f64())) {
            let text = format!("coordinates beyond all numbers, at a precision of {precision:e}");
            return Err((header.start + HEADER, Fault::Value(text)));
        }
        coordinates::decode(&prelude, &self.file.bytes, points, place).map_err(|particle| {
            let text = format!("the compressed coordinates are damaged at particle {particle}");
            (header.start, Fault::Value(text))
        })
    }
}

#[cfg(test)]
mod tests;
