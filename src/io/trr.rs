//! TRR trajectories.
//!
//! TRR is the full-precision format of GROMACS: big-endian words, in single or double precision,
//! with positions, velocities and forces in frames of their own or together.

use std::io::Read;

use super::binary::{Binary, Steps};
use super::error::{Fault, Found};
use crate::real::Real;
use crate::trajectory::{Cell, Frame, FrameTime};

/// Magic number, version string, sizes.
const HEADER: u64 = 4 + 4 + 4 + 12 + 13 * 4;
const MAGIC: u32 = 1993;
const VERSION: &[u8] = b"GMX_trn_file";
/// Bytes of positions that are converted at a time.
const PIECE: u64 = 24 << 13;

/// The frames of a TRR file.
pub(super) struct Trr<R> {
    pub(super) file: Binary<R>,
    scale: f64,
    /// Particles of the first frame; 0 before it.
    particles: usize,
    steps: Steps,
}

/// The sizes of a frame's parts, in bytes.
struct Header {
    wide: bool,
    cell: u64,
    /// Virial and pressure, between the cell and the positions.
    before: u64,
    positions: u64,
    /// Velocities and forces.
    after: u64,
    step: u32,
    time: f64,
}

impl<R: Read> Trr<R> {
    /// Multiplies lengths with `scale`.
    pub(super) fn new(file: Binary<R>, scale: f64) -> Result<Self, Fault> {
        Ok(Self {
            file,
            scale: Fault::unless_scale(scale)?,
            particles: 0,
            steps: Steps::default(),
        })
    }

    /// Reads the next frame that has positions; `false` where the file has no more.
    pub(super) fn read<T: Real>(&mut self, frame: &mut Frame<T>) -> Found<bool> {
        loop {
            let start = self.file.offset();
            let Some(header) = self.header()? else {
                return Ok(false);
            };
            if header.positions == 0 {
                self.file.skip(header.cell + header.before + header.after)?;
                continue;
            }
            let step = self.steps.next(header.step);
            let found = header.step.cast_signed();
            frame.step = step.ok_or_else(|| self.file.value("the step", &found, "0 or more"))?;
            frame.time = Some(FrameTime::single(header.time as f32, Some("ps")));
            frame.cell = self.cell(&header, start)?;
            frame.images.clear();
            self.file.skip(header.before)?;
            self.positions(&header, &mut frame.positions)?;
            self.file.skip(header.after)?;
            return Ok(true);
        }
    }

    /// Reads the header of a frame; `None` at the end of the file.
    fn header(&mut self) -> Found<Option<Header>> {
        let start = self.file.offset();
        if self.file.take(HEADER)? == 0 {
            return Ok(None);
        }
        let words: [u32; HEADER as usize / 4] = self.file.words()?;
        let word = |at: usize| words[at];
        let magic = word(0);
        if magic != MAGIC {
            return Err(self.file.value("the magic number", &magic.cast_signed(), "1993"));
        }
        let version = &self.file.bytes[12..24];
        if word(2) as usize != VERSION.len() || version != VERSION {
            let found = String::from_utf8_lossy(version).into_owned();
            return Err(self.file.value("the version", &found, "GMX_trn_file"));
        }
        let sizes: [u64; 10] = std::array::from_fn(|i| u64::from(word(6 + i)));
        let [
            inputs,
            energies,
            cell,
            virial,
            pressure,
            topology,
            symbols,
            x,
            v,
            f,
        ] = sizes;
        let (particles, step) = (word(16), word(17));
        if [inputs, energies, topology, symbols]
            .iter()
            .any(|&size| size != 0)
        {
            let expected = "0: no inputs, energies, topology and symbols in a trajectory";
            let found = inputs.max(energies).max(topology).max(symbols);
            return Err(self.file.value("the size of a part", &found, expected));
        }
        if i32::try_from(particles).is_ok_and(|n| n > 0) {
            Fault::unless_same_particles(u64::from(particles), self.particles)
                .map_err(|fault| (start, fault))?;
        } else {
            let found = particles.cast_signed();
            return Err(self.file.value("the number of particles", &found, "1 at least"));
        }
        let triples = 3 * u64::from(particles);
        let parts = [
            (cell, 9),
            (virial, 9),
            (pressure, 9),
            (x, triples),
            (v, triples),
            (f, triples),
        ];
        let given = || parts.iter().filter(|(size, _)| *size > 0);
        let width = given().next().map(|(size, count)| size / count);
        let sound = |width: u64| given().all(|&(size, count)| size == width * count);
        let wide = match width {
            Some(4) if sound(4) => false,
            Some(8) if sound(8) => true,
            _ => {
                let found = format_args!("{cell}, {virial}, {pressure}, {x}, {v}, {f}");
                let expected = "those of the particles in single or in double precision";
                return Err(self.file.value("the list of sizes", &found, expected));
            }
        };
        // Time and the coupling parameter follow.
        self.file.take_all(if wide { 16 } else { 8 })?;
        let mut time = 0.0;
        self.numbers(wide, 1.0, |at, x| time = if at == 0 { x } else { time });
        self.particles = particles as usize;
        Ok(Some(Header {
            wide,
            cell,
            before: virial + pressure,
            positions: x,
            after: v + f,
            step,
            time,
        }))
    }

    fn cell(&mut self, header: &Header, start: u64) -> Found<Option<Cell>> {
        self.file.take_all(header.cell)?;
        if header.cell == 0 {
            return Ok(None);
        }
        let mut numbers = [0.0; 9];
        self.numbers(header.wide, self.scale, |at, x| numbers[at] = x);
        let rows: [[f64; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| numbers[3 * i + j]));
        let cell = (rows != [[0.0; 3]; 3]).then(|| Cell::triclinic(rows)).transpose();
        cell.map_err(|error| (start, Fault::Value(error.to_string())))
    }

    fn positions<T: Real>(&mut self, header: &Header, positions: &mut Vec<T>) -> Found<()> {
        positions.clear();
        let mut left = header.positions;
        while left > 0 {
            let piece = left.min(PIECE);
            self.file.take_all(piece)?;
            self.numbers(header.wide, self.scale, |_, x| positions.push(T::from_f64(x)));
            left -= piece;
        }
        Ok(())
    }

    /// The bytes read last as numbers, multiplied with `scale`.
    fn numbers(&self, wide: bool, scale: f64, mut each: impl FnMut(usize, f64)) {
        if wide {
            let (words, _) = self.file.bytes.as_chunks::<8>();
            for (at, word) in words.iter().enumerate() {
                each(at, f64::from_be_bytes(*word) * scale);
            }
        } else {
            let (words, _) = self.file.bytes.as_chunks::<4>();
            for (at, word) in words.iter().enumerate() {
                each(at, f64::from(f32::from_be_bytes(*word)) * scale);
            }
        }
    }
}
