//! What stands above the atoms of a frame.

use std::io::Read;

use crate::io::FrameError;
use crate::io::bytes::{f64_field, fields, i64_field};
use crate::io::frame_text::{Bad, FrameText};
use crate::trajectory::Cell;

/// The header of a frame.
pub(super) struct Header {
    pub(super) step: u64,
    pub(super) particles: u64,
    pub(super) cell: Option<Cell>,
    /// The corner that scaled coordinates count from, and the lattice vectors they are in units of.
    pub(super) origin: [f64; 3],
    pub(super) vectors: [[f64; 3]; 3],
    /// The line that names the columns.
    pub(super) columns: Vec<u8>,
}

/// Lines of a header without what newer versions of LAMMPS may add.
const LINES: u64 = 9;
const BOUNDS: &str = "two finite numbers, or three in a tilted cell, or four with general lattice vectors";

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Orthorhombic,
    Tilted,
    General,
}

impl Header {
    /// The next header; `None` at the end of the file. `expected` is the number of particles, where there was a frame
    /// before.
    pub(super) fn read<R: Read>(
        text: &mut FrameText<R>,
        expected: Option<usize>,
    ) -> Result<Option<Self>, FrameError> {
        let Some(mut line) = text.first_line()? else {
            return Ok(None);
        };
        let (mut step, mut particles, mut bounds) = (None, None, None);
        let mut read = 1;
        loop {
            let heading = line.trim_ascii();
            if heading == b"ITEM: TIMESTEP" {
                let line = next_line(text, &mut read)?;
                let found = i64_field(line.trim_ascii()).and_then(|step| u64::try_from(step).ok());
                let bad = || Bad::new("the step", &line, "an integer of 0 or more");
                step = Some(found.ok_or_else(|| text.bad(bad()))?);
            } else if heading == b"ITEM: NUMBER OF ATOMS" {
                let line = next_line(text, &mut read)?;
                let found = i64_field(line.trim_ascii()).and_then(|count| u64::try_from(count).ok());
                let bad = || Bad::new("the number of atoms", &line, "an integer of 1 or more");
                let count = found.filter(|&n| n > 0).ok_or_else(|| text.bad(bad()))?;
                if let Some(expected) = expected.filter(|&expected| expected as u64 != count) {
                    return Err(text.particles(count, expected));
                }
                particles = Some(count);
            } else if let Some(boundary) = heading.strip_prefix(b"ITEM: BOX BOUNDS") {
                let rows = [
                    next_line(text, &mut read)?,
                    next_line(text, &mut read)?,
                    next_line(text, &mut read)?,
                ];
                let parsed = Bounds::parse(boundary, &rows).map_err(|bad| text.bad(bad))?;
                bounds = Some(parsed);
            } else if heading == b"ITEM: UNITS" || heading == b"ITEM: TIME" {
                next_line(text, &mut read)?;
            } else if let Some(columns) = heading.strip_prefix(b"ITEM: ATOMS") {
                let missing = |what| Bad::new("the heading", heading, what);
                let step = step.ok_or_else(|| text.bad(missing("ITEM: TIMESTEP before the atoms")));
                let count =
                    particles.ok_or_else(|| text.bad(missing("ITEM: NUMBER OF ATOMS before the atoms")));
                let bounds = bounds.ok_or_else(|| text.bad(missing("ITEM: BOX BOUNDS before the atoms")));
                let (step, particles, bounds) = (step?, count?, bounds?);
                let cell = Cell::triclinic(bounds.vectors);
                return Ok(Some(Self {
                    step,
                    particles,
                    cell: if bounds.periodic {
                        Some(cell.map_err(|source| text.cell(source))?)
                    } else {
                        None
                    },
                    origin: bounds.origin,
                    vectors: bounds.vectors,
                    columns: columns.to_vec(),
                }));
            } else {
                let expected = "ITEM: TIMESTEP, NUMBER OF ATOMS, BOX BOUNDS, UNITS, TIME or ATOMS";
                return Err(text.bad(Bad::new("the heading", heading, expected)));
            }
            line = next_line(text, &mut read)?;
        }
    }
}

/// A line that the header must have; `read` of them were there before.
fn next_line<R: Read>(text: &mut FrameText<R>, read: &mut u64) -> Result<Vec<u8>, FrameError> {
    let Some(line) = text.whole_line()? else {
        return Err(text.truncated(*read, LINES.max(*read + 1), "lines of a header"));
    };
    *read += 1;
    Ok(line.bytes.to_vec())
}

struct Bounds {
    origin: [f64; 3],
    vectors: [[f64; 3]; 3],
    periodic: bool,
}

impl Bounds {
    fn parse(boundary: &[u8], rows: &[Vec<u8>; 3]) -> Result<Self, Bad> {
        let words: Vec<&[u8]> = fields(boundary).collect();
        let shape = match &words[..] {
            [b"xy", b"xz", b"yz", ..] => Shape::Tilted,
            [b"abc", b"origin", ..] => Shape::General,
            _ => Shape::Orthorhombic,
        };
        let flags = match shape {
            Shape::Orthorhombic => &words[..],
            Shape::Tilted => &words[3..],
            Shape::General => &words[2..],
        };
        if let Some(flag) = flags
            .iter()
            .find(|flag| flag.len() != 2 || !flag.iter().all(|byte| b"pfsm".contains(byte)))
        {
            let expected = "two of the letters p, f, s, m for each direction";
            return Err(Bad::new("a boundary", flag, expected));
        }
        // Old versions wrote no flags, and had nothing but periodic boundaries in mind.
        let periodic = flags.iter().all(|flag| *flag == b"pp");
        let count = match shape {
            Shape::Orthorhombic => 2,
            Shape::Tilted => 3,
            Shape::General => 4,
        };
        let mut numbers = [[0.0; 4]; 3];
        for (row, line) in numbers.iter_mut().zip(rows) {
            let mut found = 0;
            for field in fields(line) {
                let number = f64_field(field).filter(|x| x.is_finite() && found < count);
                let Some(number) = number else {
                    return Err(Bad::new("a bound of the cell", line, BOUNDS));
                };
                row[found] = number;
                found += 1;
            }
            if found != count {
                return Err(Bad::new("a bound of the cell", line, BOUNDS));
            }
        }
        let [x, y, z] = numbers;
        let (origin, vectors) = match shape {
            Shape::General => (
                [x[3], y[3], z[3]],
                [[x[0], x[1], x[2]], [y[0], y[1], y[2]], [z[0], z[1], z[2]]],
            ),
            Shape::Orthorhombic | Shape::Tilted => {
                let (xy, xz, yz) = (x[2], y[2], z[2]);
                // The bounds are those of the box around the tilted cell.
                let low = [
                    x[0] - f64::min(0.0, xy.min(xz).min(xy + xz)),
                    y[0] - yz.min(0.0),
                    z[0],
                ];
                let high = [
                    x[1] - f64::max(0.0, xy.max(xz).max(xy + xz)),
                    y[1] - yz.max(0.0),
                    z[1],
                ];
                let lengths: [f64; 3] = std::array::from_fn(|i| high[i] - low[i]);
                if let Some(axis) = (0..3).find(|&i| lengths[i] <= 0.0) {
                    let expected = "an upper bound above the lower one, tilt taken off";
                    return Err(Bad::new("a bound of the cell", &rows[axis], expected));
                }
                (
                    low,
                    [
                        [lengths[0], 0.0, 0.0],
                        [xy, lengths[1], 0.0],
                        [xz, yz, lengths[2]],
                    ],
                )
            }
        };
        Ok(Self {
            origin,
            vectors,
            periodic,
        })
    }
}
