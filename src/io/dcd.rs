//! DCD trajectories.
//!
//! DCD is a file of Fortran records, each between two copies of its length. CHARMM, NAMD, X-PLOR,
//! OpenMM and LAMMPS write it, in the byte order of their machine, with lengths of four bytes or
//! eight.

mod header;
mod records;
mod unit_cell;

use std::io::Read;

use super::binary::Binary;
use super::error::{Fault, Found};
use crate::real::Real;
use crate::trajectory::{Cell, Frame};
use header::Header;
use records::Records;

/// The frames of a DCD file.
pub(super) struct Dcd<R> {
    records: Records<R>,
    scale: f64,
    /// Steps between frames in place of those of the file.
    stride: Option<u64>,
    header: Option<Header>,
    /// Where the first frame begins.
    start: u64,
    /// Coordinates of the first frame, in which particles that are fixed have all of theirs.
    fixed: Vec<f32>,
}

impl<R: Read> Dcd<R> {
    /// Multiplies lengths with `scale`. Frame `i` is step `i` times the stride where there is one.
    pub(super) fn new(file: Binary<R>, scale: f64, stride: Option<u64>) -> Result<Self, Fault> {
        Ok(Self {
            records: Records::new(file),
            scale: Fault::unless_scale(scale)?,
            stride,
            header: None,
            start: 0,
            fixed: Vec::new(),
        })
    }

    /// How many bytes were read so far.
    pub(super) fn offset(&self) -> u64 {
        self.records.file.offset()
    }

    /// A guess of the number of frames in all, after `read` of them.
    pub(super) fn frames_expected(&self, read: usize) -> Option<usize> {
        self.records.file.frames_expected(read, self.start)
    }

    /// The first step and the steps between frames, as the file has them.
    pub(super) fn steps(&self) -> Option<[u64; 2]> {
        let header = self.header.as_ref()?;
        Some([header.first_step, header.spacing])
    }

    /// Reads frame `index`; `false` where the file has no more.
    pub(super) fn read<T: Real>(&mut self, index: usize, frame: &mut Frame<T>) -> Found<bool> {
        if self.header.is_none() {
            let Some(header) = Header::read(&mut self.records, self.stride)? else {
                return Ok(false);
            };
            self.header = Some(header);
            self.start = self.records.file.offset();
        }
        let Some(header) = self.header.take() else {
            return Ok(false);
        };
        let read = self.read_frame(&header, index, frame);
        self.header = Some(header);
        read
    }

    fn read_frame<T: Real>(&mut self, header: &Header, index: usize, frame: &mut Frame<T>) -> Found<bool> {
        frame.step = match self.stride {
            Some(stride) => stride.saturating_mul(index as u64),
            None => header
                .spacing
                .saturating_mul(index as u64)
                .saturating_add(header.first_step),
        };
        frame.time = None;
        frame.images.clear();
        let start = self.records.file.offset();
        let first = header.first_record(index);
        if !self.records.begin_record(first, index == 0)? {
            return Ok(false);
        }
        frame.cell = None;
        if header.has_cell {
            self.records.end_record(first)?;
            frame.cell = self.cell(start)?;
            self.records.begin_record(header.of_coordinates(index), true)?;
        }
        for axis in 0..3 {
            if axis > 0 {
                self.records.begin_record(header.of_coordinates(index), true)?;
            }
            self.records.end_record(header.of_coordinates(index))?;
            // There are as many bytes as particles by now, and in a frame after the first there
            // were.
            frame.positions.resize(3 * header.particles, T::default());
            self.coordinates(header, index, axis, &mut frame.positions);
        }
        Ok(true)
    }

    /// Takes the coordinates along an axis from the bytes read last.
    fn coordinates<T: Real>(&mut self, header: &Header, index: usize, axis: usize, positions: &mut [T]) {
        let (words, _) = self.records.file.bytes.as_chunks::<4>();
        let scale = self.scale;
        let (points, _) = positions.as_chunks_mut::<3>();
        let number = |word: &[u8; 4]| f32::from_bits(self.records.file.word(*word));
        let scaled = |x: f32| T::from_f64(f64::from(x) * scale);
        if header.free.is_empty() {
            for (point, word) in points.iter_mut().zip(words) {
                point[axis] = scaled(number(word));
            }
            return;
        }
        if index == 0 {
            self.fixed.extend(words.iter().map(number));
        }
        let (n, words_of_free) = (header.particles, words);
        for (point, &x) in points.iter_mut().zip(&self.fixed[axis * n..]) {
            point[axis] = scaled(x);
        }
        if index > 0 {
            for (&particle, word) in header.free.iter().zip(words_of_free) {
                points[particle as usize][axis] = scaled(number(word));
            }
        }
    }

    /// The cell in the bytes read last.
    fn cell(&self, start: u64) -> Found<Option<Cell>> {
        let (words, _) = self.records.file.bytes.as_chunks::<8>();
        let numbers: [f64; 6] =
            std::array::from_fn(|i| f64::from_bits(self.records.file.long_word(words[i])));
        let vectors = unit_cell::vectors(numbers).map_err(|fault| (start, fault))?;
        let scaled = |rows: [[f64; 3]; 3]| Cell::triclinic(rows.map(|row| row.map(|x| x * self.scale)));
        let cell = vectors.map(scaled).transpose();
        cell.map_err(|error| (start, Fault::Value(error.to_string())))
    }
}
