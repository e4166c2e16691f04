//! What stands above the atoms of a frame.

use std::io::Read;

use crate::io::error::Fault;
use crate::io::text::Text;
use crate::io::text::bytes::{f64_field, fields, i64_field, shown};
use crate::trajectory::{Cell, FrameTime};

/// The header of a frame.
pub(super) struct Header {
    pub(super) step: u64,
    pub(super) time: Option<FrameTime>,
    pub(super) particles: u64,
    pub(super) cell: Option<Cell>,
    pub(super) bounds: Bounds,
    /// The line that names the columns.
    pub(super) columns: Vec<u8>,
}

/// Lines of a header, without those that newer versions of LAMMPS may add.
const LINES: u64 = 9;
const BOUNDS: &str = "two finite numbers, or three in a tilted cell, or four with general lattice vectors";

/// The shape of a cell, with the count of numbers in each of its three lines.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Orthorhombic = 2,
    Tilted = 3,
    General = 4,
}

impl Header {
    /// The next header; `None` at the end of the file. `first` is the number of particles of the
    /// first frame, 0 before it.
    pub(super) fn read<R: Read>(text: &mut Text<R>, first: usize) -> Result<Option<Self>, Fault> {
        let Some(mut line) = text.next_text()?.map(<[u8]>::to_vec) else {
            return Ok(None);
        };
        let (mut step, mut time, mut particles, mut bounds) = (None, None, None, None);
        let mut read = 1;
        loop {
            let heading = line.trim_ascii();
            if heading == b"ITEM: TIMESTEP" {
                let line = next_line(text, &mut read)?;
                step = Some(integer(&line, "the step", "an integer of 0 or more")?);
            } else if heading == b"ITEM: NUMBER OF ATOMS" {
                let line = next_line(text, &mut read)?;
                let (what, expected) = ("the number of atoms", "an integer of 1 or more");
                let count = integer(&line, what, expected)?;
                if count == 0 {
                    return Err(Fault::value(what, &shown(&line), expected));
                }
                Fault::unless_same_particles(count, first)?;
                particles = Some(count);
            } else if let Some(boundary) = heading.strip_prefix(b"ITEM: BOX BOUNDS") {
                let mut row = || next_line(text, &mut read);
                bounds = Some(Bounds::parse(boundary, &[row()?, row()?, row()?])?);
            } else if heading == b"ITEM: UNITS" {
                next_line(text, &mut read)?;
            } else if heading == b"ITEM: TIME" {
                let line = next_line(text, &mut read)?;
                time = std::str::from_utf8(line.trim_ascii())
                    .ok()
                    .and_then(FrameTime::printed);
            } else if let Some(columns) = heading.strip_prefix(b"ITEM: ATOMS") {
                let missing = match (step, particles, bounds) {
                    (Some(step), Some(particles), Some(bounds)) => {
                        let cell = bounds.periodic.then(|| Cell::triclinic(bounds.vectors));
                        return Ok(Some(Self {
                            step,
                            time,
                            particles,
                            cell: cell
                                .transpose()
                                .map_err(|error| Fault::Value(error.to_string()))?,
                            bounds,
                            columns: columns.to_vec(),
                        }));
                    }
                    (None, ..) => "ITEM: TIMESTEP before the atoms",
                    (_, None, _) => "ITEM: NUMBER OF ATOMS before the atoms",
                    _ => "ITEM: BOX BOUNDS before the atoms",
                };
                return Err(Fault::value("the heading", &shown(heading), missing));
            } else {
                let expected = "ITEM: TIMESTEP, NUMBER OF ATOMS, BOX BOUNDS, UNITS, TIME or ATOMS";
                return Err(Fault::value("the heading", &shown(heading), expected));
            }
            line = next_line(text, &mut read)?;
        }
    }
}

/// The next line of a header, of which `read` lines were read before.
fn next_line<R: Read>(text: &mut Text<R>, read: &mut u64) -> Result<Vec<u8>, Fault> {
    let line = text.whole_line()?;
    let line = line.ok_or_else(|| Fault::after(*read, LINES.max(*read + 1), "lines of a header"))?;
    *read += 1;
    Ok(line.to_vec())
}

fn integer(line: &[u8], what: &str, expected: &str) -> Result<u64, Fault> {
    i64_field(line.trim_ascii())
        .and_then(|number| u64::try_from(number).ok())
        .ok_or_else(|| Fault::value(what, &shown(line), expected))
}

/// The corner from which scaled coordinates count, and the lattice vectors that are their units.
pub(super) struct Bounds {
    pub(super) origin: [f64; 3],
    pub(super) vectors: [[f64; 3]; 3],
    periodic: bool,
}

impl Bounds {
    fn parse(boundary: &[u8], rows: &[Vec<u8>; 3]) -> Result<Self, Fault> {
        let words: Vec<&[u8]> = fields(boundary).collect();
        let (shape, flags) = match &words[..] {
            [b"xy", b"xz", b"yz", flags @ ..] => (Shape::Tilted, flags),
            [b"abc", b"origin", flags @ ..] => (Shape::General, flags),
            flags => (Shape::Orthorhombic, flags),
        };
        let known = |flag: &[u8]| flag.len() == 2 && flag.iter().all(|byte| b"pfsm".contains(byte));
        if let Some(flag) = flags.iter().find(|flag| !known(flag)) {
            let expected = "two of the letters p, f, s, m for each direction";
            return Err(Fault::value("a boundary", &shown(flag), expected));
        }
        // Old versions wrote no flags, and supported only periodic boundaries.
        let periodic = flags.iter().all(|flag| *flag == b"pp");
        let mut numbers = [[0.0; 4]; 3];
        for (row, line) in numbers.iter_mut().zip(rows) {
            let found: Option<Vec<f64>> = fields(line)
                .map(|field| f64_field(field).filter(|x| x.is_finite()))
                .collect();
            let found = found
                .filter(|found| found.len() == shape as usize)
                .ok_or_else(|| Fault::value("a bound of the cell", &shown(line), BOUNDS))?;
            row[..found.len()].copy_from_slice(&found);
        }
        let [x, y, z] = numbers;
        if shape == Shape::General {
            return Ok(Self {
                origin: [x[3], y[3], z[3]],
                vectors: [[x[0], x[1], x[2]], [y[0], y[1], y[2]], [z[0], z[1], z[2]]],
                periodic,
            });
        }
        let (xy, xz, yz) = (x[2], y[2], z[2]);
        // The bounds enclose the tilted cell.
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
            return Err(Fault::value("a bound of the cell", &shown(&rows[axis]), expected));
        }
        Ok(Self {
            origin: low,
            vectors: [
                [lengths[0], 0.0, 0.0],
                [xy, lengths[1], 0.0],
                [xz, yz, lengths[2]],
            ],
            periodic,
        })
    }
}
