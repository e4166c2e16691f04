//! GSD trajectories, which HOOMD-blue writes.
//!
//! A GSD file is a heap of named chunks with an index. A frame has the chunks that changed; what a
//! frame lacks is as in frame 0, and what frame 0 lacks has a default.

mod index;

use super::error::{Fault, Found};
use crate::real::Real;
use crate::trajectory::{Cell, Convention, Frame};
use index::{Chunk, Index, Source};

/// The frames of a GSD file.
pub(super) struct Gsd {
    source: Box<dyn Source>,
    /// `None` for an empty file.
    index: Option<Index>,
    /// Particles of the first frame; 0 before it.
    particles: usize,
    types: Vec<u32>,
    names: Vec<String>,
    types_may_change: bool,
    has_cell: bool,
    /// The bytes of the chunk read last.
    bytes: Vec<u8>,
}

impl Gsd {
    pub(super) fn new(source: Box<dyn Source>) -> Self {
        Self {
            source,
            index: None,
            particles: 0,
            types: Vec::new(),
            names: Vec::new(),
            types_may_change: false,
            has_cell: false,
            bytes: Vec::new(),
        }
    }

    /// The type of each particle in the first frame.
    pub(super) fn types(&self) -> &[u32] {
        &self.types
    }

    /// The name of each particle's type in the first frame.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Types count in the first frame only.
    pub(super) fn ignore_types(&mut self) {
        self.types_may_change = true;
    }

    /// HOOMD-blue keeps particles in the cell.
    pub(super) fn convention(&self) -> Convention {
        if self.has_cell {
            Convention::Wrapped
        } else {
            Convention::Unknown
        }
    }

    /// The number of frames.
    pub(super) fn frames(&self) -> usize {
        self.index.as_ref().map_or(0, |index| index.frames)
    }

    /// Reads frame `at`; `false` where the file has no more.
    pub(super) fn read<T: Real>(&mut self, at: usize, frame: &mut Frame<T>) -> Found<bool> {
        if self.index.is_none() {
            self.index = Index::read(&mut *self.source)?;
        }
        let Some(index) = self.index.take().filter(|index| at < index.frames) else {
            return Ok(false);
        };
        let read = self.read_frame(&index, at as u64, frame);
        self.index = Some(index);
        read.map(|()| true)
    }

    fn read_frame<T: Real>(&mut self, index: &Index, at: u64, frame: &mut Frame<T>) -> Found<()> {
        let step = index.find(at, "configuration/step");
        frame.step = match step {
            Some(chunk) => self.integers(chunk, 1)?.first().copied().unwrap_or(0),
            None => 0,
        };
        let particles = match index.find(at, "particles/N") {
            Some(chunk) => {
                let count = self.integers(chunk, 1)?.first().copied().unwrap_or(0);
                let here = |fault| (chunk.location, fault);
                Fault::unless_same_particles(count, self.particles).map_err(here)?;
                usize::try_from(count).unwrap_or(usize::MAX)
            }
            None => 0,
        };
        if particles == 0 {
            let fault = Fault::value("the number of particles", &0, "1 or more");
            return Err((0, fault));
        }
        frame.cell = self.cell(index, at)?;
        self.positions(index, at, particles, &mut frame.positions)?;
        if self.particles == 0 {
            self.particles = particles;
            self.has_cell = frame.cell.is_some();
            self.first_types(index)?;
        } else if let Some(chunk) = index
            .own(at, "particles/typeid")
            .filter(|_| !self.types_may_change)
        {
            self.check_types(chunk)?;
        }
        frame.time = None;
        frame.images.clear();
        // Where no later frame has image flags, they were not written: those of frame 0 say nothing
        // of the others.
        let images = index.find(at, "particles/image").filter(|_| index.has_images);
        if let Some(chunk) = images {
            self.chunk(chunk, &[index::I32], particles as u64, 3)?;
            let flag = |word: &[u8; 4]| i32::from_le_bytes(*word);
            let (words, _) = self.bytes.as_chunks::<4>();
            let (triples, _) = words.as_chunks::<3>();
            frame
                .images
                .extend(triples.iter().map(|triple| triple.each_ref().map(flag)));
        }
        Ok(())
    }

    fn positions<T: Real>(
        &mut self,
        index: &Index,
        at: u64,
        particles: usize,
        positions: &mut Vec<T>,
    ) -> Found<()> {
        positions.clear();
        let Some(chunk) = index.find(at, "particles/position") else {
            let text = "no chunk `particles/position`, expected one in this frame or in frame 0";
            return Err((0, Fault::Columns(text.to_owned())));
        };
        self.chunk(chunk, &[index::F32, index::F64], particles as u64, 3)?;
        if chunk.kind == index::F64 {
            let (words, _) = self.bytes.as_chunks::<8>();
            positions.extend(words.iter().map(|word| T::from_f64(f64::from_le_bytes(*word))));
        } else {
            let (words, _) = self.bytes.as_chunks::<4>();
            let number = |word: &[u8; 4]| T::from_f64(f64::from(f32::from_le_bytes(*word)));
            positions.extend(words.iter().map(number));
        }
        Ok(())
    }

    /// The cell: edges and tilt factors, with the lattice vectors `(Lx, 0, 0)`, `(xy Ly, Ly, 0)`
    /// and `(xz Lz, yz Lz, Lz)`.
    fn cell(&mut self, index: &Index, at: u64) -> Found<Option<Cell>> {
        let Some(chunk) = index.find(at, "configuration/box") else {
            return Ok(None);
        };
        let flat = match index.find(at, "configuration/dimensions") {
            Some(chunk) => self.integers(chunk, 1)?.first() == Some(&2),
            None => false,
        };
        let count = chunk.rows.saturating_mul(u64::from(chunk.columns));
        self.chunk(chunk, &[index::F32], count, 1)?;
        let (words, _) = self.bytes.as_chunks::<4>();
        let numbers: Vec<f64> = words
            .iter()
            .map(|word| f64::from(f32::from_le_bytes(*word)))
            .collect();
        let Ok([x, y, mut z, xy, xz, yz]) = <[f64; 6]>::try_from(numbers) else {
            let fault = Fault::value("the count of numbers of the box", &count, "6");
            return Err((chunk.location, fault));
        };
        if [x, y, z] == [0.0; 3] {
            return Ok(None);
        }
        if flat && z == 0.0 {
            // Any height serves where there is no third dimension.
            z = 1.0;
        }
        let vectors = [[x, 0.0, 0.0], [xy * y, y, 0.0], [xz * z, yz * z, z]];
        let cell = Cell::triclinic(vectors);
        cell.map(Some)
            .map_err(|error| (chunk.location, Fault::Value(error.to_string())))
    }

    /// Types and their names in frame 0; by default, all particles are of one type, A.
    fn first_types(&mut self, index: &Index) -> Found<()> {
        let count = self.particles as u64;
        self.types = match index.find(0, "particles/typeid") {
            Some(chunk) => {
                let types = self.integers(chunk, count)?;
                types
                    .into_iter()
                    .map(|kind| u32::try_from(kind).unwrap_or(u32::MAX))
                    .collect()
            }
            None => vec![0; self.particles],
        };
        let mut of_types = vec!["A".to_owned()];
        if let Some(chunk) = index.find(0, "particles/types") {
            self.chunk(
                chunk,
                &[index::U8, index::I8, index::CHARACTER],
                chunk.rows,
                chunk.columns,
            )?;
            let name = |row: &[u8]| {
                let end = row.iter().position(|&byte| byte == 0).unwrap_or(row.len());
                String::from_utf8_lossy(&row[..end]).into_owned()
            };
            let length = (chunk.columns as usize).max(1);
            of_types = self.bytes.chunks(length).map(name).collect();
        }
        let mut names = Vec::new();
        for (particle, &kind) in self.types.iter().enumerate() {
            let Some(name) = of_types.get(kind as usize) else {
                let expected = format!("one of the {} that have a name", of_types.len());
                let what = format!("the type of particle {particle}");
                return Err((0, Fault::value(&what, &kind, &expected)));
            };
            names.push(name.clone());
        }
        self.names = names;
        Ok(())
    }

    fn check_types(&mut self, chunk: Chunk) -> Found<()> {
        let found = self.integers(chunk, self.particles as u64)?;
        let mut pairs = found.iter().zip(&self.types);
        let Some(particle) = pairs.position(|(found, expected)| *found != u64::from(*expected)) else {
            return Ok(());
        };
        let (found, expected) = (found[particle], self.types[particle]);
        let fault = Fault::other_type(&format!("particle {particle}"), "type", &found, &expected);
        Err((chunk.location, fault))
    }

    /// A chunk of so many integers that are not negative.
    fn integers(&mut self, chunk: Chunk, count: u64) -> Found<Vec<u64>> {
        let kinds = [index::U8, index::U16, index::U32, index::U64];
        self.chunk(chunk, &kinds, count, 1)?;
        let width = index::width(chunk.kind).unwrap_or(1);
        let integer = |word: &[u8]| {
            let bytes = word.iter().rev();
            bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
        };
        Ok(self.bytes.chunks_exact(width).map(integer).collect())
    }

    /// Reads a chunk, which must be of one of these kinds and of this shape.
    fn chunk(&mut self, chunk: Chunk, kinds: &[u8], rows: u64, columns: u32) -> Found<()> {
        let here = |fault| (chunk.location, fault);
        if !kinds.contains(&chunk.kind) {
            let what = format!("the data type of `{}`", chunk.name);
            let expected = kinds.iter().map(u8::to_string).collect::<Vec<_>>().join(" or ");
            return Err(here(Fault::value(&what, &chunk.kind, &expected)));
        }
        // A list may be written as a row or as a column.
        let same = (chunk.rows, chunk.columns) == (rows, columns)
            || (columns == 1 && (chunk.rows, u64::from(chunk.columns)) == (1, rows));
        if !same {
            let what = format!("the shape of `{}`", chunk.name);
            let found = format!("{} x {}", chunk.rows, chunk.columns);
            return Err(here(Fault::value(&what, &found, &format!("{rows} x {columns}"))));
        }
        index::read_at(&mut *self.source, chunk.location, chunk.bytes(), &mut self.bytes)
    }
}
