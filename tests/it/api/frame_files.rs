//! What every reader of frames does with a file that is cut, damaged, missing or handed out in
//! pieces, as one table over the formats.

use std::io::{Read, Write};

use molly::{Magic, XTCWriter};
use msed::io::{FrameFormat, FrameReader};
use msed::trajectory::{Frame, FrameSource, Species, Trajectory};

const XYZ: FrameFormat = FrameFormat::ExtXyz { stride: None };
const XTC: FrameFormat = FrameFormat::Xtc { scale: 1.0 };
const TRR: FrameFormat = FrameFormat::Trr { scale: 1.0 };
const DCD: FrameFormat = FrameFormat::Dcd {
    scale: 1.0,
    stride: None,
};

/// The frames before the error, and the error. The file is called FILE.
type Found = (Vec<Frame<f64>>, Option<String>);

type Opened = Result<Box<dyn FrameSource<f64>>, String>;

/// A format, and a sound file of it.
struct Format {
    name: &'static str,
    bytes: Vec<u8>,
    /// Where each frame ends.
    ends: Vec<usize>,
    steps: Vec<u64>,
    /// What an error counts in.
    unit: &'static str,
    /// The error of a file without its last four bytes.
    cut: &'static str,
    open: fn(&str) -> Opened,
    /// From what hands out so many bytes at a time.
    stream: fn(Dribble) -> Opened,
    /// Damaged files: the sound frames before the damage, and the error, or a part of it.
    damaged: Vec<(Vec<u8>, usize, String)>,
}

/// Hands out so many bytes at a time.
struct Dribble(Vec<u8>, usize, usize);

impl Read for Dribble {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(self.0.len() - self.2).min(into.len());
        into[..n].copy_from_slice(&self.0[self.2..self.2 + n]);
        self.2 += n;
        Ok(n)
    }
}

/// A source, or why there is none, of readers of any kind.
fn source<R: FrameSource<f64> + 'static, E: std::fmt::Display>(
    reader: Result<R, E>,
) -> Result<Box<dyn FrameSource<f64>>, String> {
    match reader {
        Ok(reader) => Ok(Box::new(reader)),
        Err(error) => Err(error.to_string()),
    }
}

fn frames(source: Result<Box<dyn FrameSource<f64>>, String>) -> Found {
    let mut reader = match source {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let (mut frames, mut frame) = (Vec::new(), Frame::new());
    loop {
        match reader.next_frame(&mut frame) {
            Ok(true) => frames.push(frame.clone()),
            Ok(false) => return (frames, None),
            Err(error) => {
                assert!(!reader.next_frame(&mut frame).unwrap(), "nothing after an error");
                return (frames, Some(error.to_string()));
            }
        }
    }
}

impl Format {
    fn streamed(&self, bytes: &[u8], at_a_time: usize) -> Found {
        frames((self.stream)(Dribble(bytes.to_vec(), at_a_time, 0)))
    }

    /// From a file, whose length is known.
    fn opened(&self, bytes: &[u8]) -> Found {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let path = file.path().to_str().unwrap();
        let (found, error) = frames((self.open)(path));
        (found, error.map(|error| error.replace(path, "FILE")))
    }

    /// In both ways, which must agree.
    #[track_caller]
    fn read(&self, bytes: &[u8]) -> Found {
        let opened = self.opened(bytes);
        self.agree(&self.streamed(bytes, usize::MAX), &opened);
        opened
    }

    /// The same frames and error. Where a binary file ends within a piece, a stream names the end
    /// of what it has read, and a file, whose length is known beforehand, the beginning of the
    /// piece.
    #[track_caller]
    fn agree(&self, (streamed, error): &Found, (opened, expected): &Found) {
        let [error, expected] = [error, expected].map(|error| {
            let error = error.as_deref()?;
            let (place, why) = error.split_once("the file ends after").unwrap_or((error, ""));
            let frame = place.split(", byte").next().filter(|_| !why.is_empty());
            Some((frame.unwrap_or(place), why))
        });
        assert!(
            streamed == opened && error == expected,
            "{}: {error:?}, expected {expected:?}",
            self.name
        );
    }
}

const BOUNDS: &str = "ITEM: BOX BOUNDS pp pp pp\n-1 9\n0 20\n0.5 10.5\n";

fn dump_frame(step: i64, bounds: &str, columns: &str, rows: &[&str]) -> String {
    let count = rows.len();
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!("ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{count}\n{bounds}ITEM: ATOMS {columns}\n{rows}")
}

fn dump_frames() -> [String; 2] {
    let columns = "id type xu yu zu";
    let first = ["1 1 0.5 1 2", "2 1 3 4 5", "7 2 -6 7 8e0"];
    let second = ["7 2 6 7 8", "1 1 0 1 2", "2 1 3 -4 5"];
    [
        dump_frame(0, BOUNDS, columns, &first),
        dump_frame(10, BOUNDS, columns, &second),
    ]
}

/// With what a line may have besides: tabs, several blanks, blanks at the end, and the line ends of
/// Windows.
fn with_blanks(text: &str) -> String {
    text.replace(" 1 ", "\t 1  ").replace('\n', " \t\r\n")
}

/// The last of what is said to be there becomes something else.
fn replaced(text: &str, from: &str, to: &str) -> Vec<u8> {
    let at = text.rfind(from).unwrap();
    format!("{}{to}{}", &text[..at], &text[at + from.len()..]).into_bytes()
}

fn dump(blanks: bool) -> Format {
    let mut texts = dump_frames();
    if blanks {
        texts = texts.map(|text| with_blanks(&text));
    }
    let [first, whole] = [texts[0].clone(), texts.concat()];
    Format {
        name: "LAMMPS dump",
        bytes: whole.clone().into_bytes(),
        ends: vec![first.len(), whole.len()],
        steps: vec![0, 10],
        unit: "line",
        cut: "FILE, frame 1, line 24: the file ends after 2 of 3 lines of atoms: line 24 has no line end, and may be cut off \
              within its last number",
        open: |path| source(FrameReader::open(path, FrameFormat::LammpsDump)),
        stream: |bytes| source(FrameReader::new(bytes, "FILE", FrameFormat::LammpsDump)),
        damaged: if blanks { Vec::new() } else { damaged_dumps(&whole) },
    }
}

fn damaged_dumps(whole: &str) -> Vec<(Vec<u8>, usize, String)> {
    let second = [
        (
            "ATOMS\n3",
            "ATOMS\n4",
            "line 16: 4 particles, expected 3 as in the first frame",
        ),
        (
            "TIMESTEP\n10",
            "TIMESTEP\n-1",
            "line 14: the step is `-1`, expected an integer of 0 or more",
        ),
        (
            "id type xu yu zu",
            "id type xu yu zw",
            "line 21: the list of columns is `id type xu yu zw`, expected that of the first frame",
        ),
        (
            "0 1 2",
            "0 1 nan",
            "line 23: a coordinate is `nan`, expected a finite number",
        ),
        (
            "0 1 2",
            "0 1 2x",
            "line 23: a coordinate is `2x`, expected a finite number",
        ),
        (
            "0 1 2",
            "0 1",
            "line 23: the line of an atom is `1 1 0 1`, expected a value for each column",
        ),
        (
            "0 1 2",
            "0 1 2 3",
            "line 23: what follows the last column is `3`, expected nothing",
        ),
        (
            "2 1 3 -4",
            "1 1 3 -4",
            "line 24: particle id 1 is there twice, expected the ids of the first frame once each",
        ),
        (
            "2 1 3 -4",
            "3 1 3 -4",
            "line 24: particle id 3 is new, expected the ids of the first frame once each",
        ),
        (
            "-1 9",
            "9 -1",
            "line 20: a bound of the cell is `9 -1`, expected an upper bound above the lower one, tilt taken off",
        ),
        (
            "-1 9",
            "-1 9 3",
            "line 20: a bound of the cell is `-1 9 3`, expected two finite numbers, or three in a tilted cell, or four with general lattice vectors",
        ),
        (
            "pp pp pp",
            "pp pp px",
            "line 20: a boundary is `px`, expected two of the letters p, f, s, m for each direction",
        ),
        (
            "ITEM: NUMBER",
            "ITEM: NUMBERS",
            "line 15: the heading is `ITEM: NUMBERS OF ATOMS`, expected ITEM: TIMESTEP, NUMBER OF ATOMS, BOX BOUNDS, UNITS, TIME or ATOMS",
        ),
    ];
    let second =
        second.map(|(from, to, error)| (replaced(whole, from, to), 1, format!("FILE, frame 1, {error}")));
    let one = |columns: &str, row: &str| dump_frame(0, BOUNDS, columns, &[row]);
    let first = [
        (
            one("id type vx vy vz", "1 1 0 0 0"),
            "FILE, frame 0, line 9: no column of coordinates, expected xu yu zu, xsu ysu zsu, x y z or xs ys zs, found `id type vx vy vz`",
        ),
        (one("type x y z", "1 0 0 0"), "no column `id`"),
        (one("id type x y z", "1 -1 0 0 0"), "a type is `-1`"),
        (
            one("id x y z ix iy iz", "1 0 0 0 1 1.5 0"),
            "an image flag is `1.5`",
        ),
        (
            dump_frame(0, "", "id x y z", &["1 0 0 0"]),
            "expected ITEM: BOX BOUNDS before the atoms",
        ),
        (
            dump_frame(0, BOUNDS, "id x y z", &["1 0 0 0", "1 0 0 0"]),
            "particle id 1 is there twice",
        ),
    ];
    let first = first.map(|(text, error)| (text.into_bytes(), 0, error.to_owned()));
    second.into_iter().chain(first).collect()
}

fn xyz(blanks: bool) -> Format {
    let frame = |step: u32, x: f64| {
        format!(
            "3\nLattice=\"9 0 0 1 8 0 0 0 7\" Properties=species:S:1:pos:R:3:forces:R:3 energy=-3.5 step={step}\n\
             A {x} 1 2 0 0 0\nB 3 4 5 0 0 0\nA 6 7 8 0 0 0\n"
        )
    };
    let mut texts = [frame(0, 0.5), frame(20, 1.5)];
    if blanks {
        texts = texts.map(|text| with_blanks(&text));
    }
    let [first, whole] = [texts[0].clone(), texts.concat()];
    Format {
        name: "extended XYZ",
        bytes: whole.clone().into_bytes(),
        ends: vec![first.len(), whole.len()],
        steps: vec![0, 20],
        unit: "line",
        cut: "FILE, frame 1, line 10: the file ends after 2 of 3 lines of particles: line 10 has no line end, and may be cut \
              off within its last number",
        open: |path| source(FrameReader::open(path, XYZ)),
        stream: |bytes| source(FrameReader::new(bytes, "FILE", XYZ)),
        damaged: if blanks { Vec::new() } else { damaged_xyz(&whole) },
    }
}

fn damaged_xyz(whole: &str) -> Vec<(Vec<u8>, usize, String)> {
    let damaged = [
        (
            "3\nLat",
            "4\nLat",
            "line 7: 4 particles, expected 3 as in the first frame",
        ),
        (
            "3\nLat",
            "-3\nLat",
            "line 6: the number of particles is `-3`, expected an integer of 1 or more",
        ),
        (
            "9 0 0 1",
            "9 0 0",
            "line 7: the lattice is `9 0 0 8 0 0 0 7`, expected nine finite numbers",
        ),
        (
            "9 0 0 1 8 0",
            "9 0 0 18 0 0",
            "line 7: the lattice vectors span a volume of 0, the product of their lengths is 1134: expected three independent vectors, whose volume is finite and above 1e-9 of the product",
        ),
        (
            "pos:R:3",
            "pos:R:2",
            "line 7: the list of properties is `species:S:1:pos:R:2:forces:R:3`, expected name:type:columns for each property, and among them pos:R:3",
        ),
        (
            "step=20",
            "step=-2",
            "line 7: the step is `-2`, expected a key `step` with an integer of 0 or more, or a stride from the caller",
        ),
        (
            "1.5 1 2",
            "1.5 inf 2",
            "line 8: a coordinate is `inf`, expected a finite number",
        ),
        (
            "1.5 1 2",
            "1.5 1",
            "line 8: the line of a particle is `A 1.5 1 0 0 0`, expected a value for each column",
        ),
        (
            "B 3",
            "C 3",
            "line 9: particle 1 has the name C, expected B as in the first frame, unless types are to be ignored",
        ),
    ];
    let damaged =
        damaged.map(|(from, to, error)| (replaced(whole, from, to), 1, format!("FILE, frame 1, {error}")));
    damaged.to_vec()
}

/// Few particles are stored as they are, and more as integers that are packed.
fn xtc(particles: usize) -> Format {
    let mut bytes = Vec::new();
    let mut ends = Vec::new();
    for step in 0..3_u32 {
        let wave = |i: usize| ((i * 7919 + 31 * step as usize) as f32 * 0.11).sin();
        let frame = molly::Frame {
            step: 50 * step,
            time: step as f32,
            boxvec: [9.0, 0.0, 0.0, 1.5, 8.0, 0.0, -2.0, 1.0, 7.0],
            precision: 1000.0,
            positions: (0..3 * particles)
                .map(|i| (4000.0 * wave(i)).round() / 1000.0)
                .collect(),
        };
        let mut writer = XTCWriter::new_with_magic(&mut bytes, Magic::Xtc1995);
        writer.write_frame(&frame).unwrap();
        ends.push(bytes.len());
    }
    let damaged = if particles > 9 {
        damaged_xtc(&bytes, ends[0], particles as u32)
    } else {
        Vec::new()
    };
    Format {
        name: "XTC",
        bytes,
        ends,
        steps: vec![0, 50, 100],
        unit: "byte",
        cut: "FILE, frame 2, byte ",
        open: |path| source(FrameReader::open(path, XTC)),
        stream: |bytes| source(FrameReader::new(bytes, "FILE", XTC)),
        damaged,
    }
}

fn damaged_xtc(bytes: &[u8], second: usize, particles: u32) -> Vec<(Vec<u8>, usize, String)> {
    let fewer = particles - 1;
    let header = second + 56;
    let words = [
        (0, 1996, "frame 0, byte 56: the magic number is `1996`, expected 1995 or 2023".to_owned()),
        (4, 0, "frame 0, byte 56: the number of particles is `0`, expected 1 at least".to_owned()),
        (
            second + 4,
            fewer,
            format!("frame 1, byte {second}: {fewer} particles, expected {particles} as in the first frame"),
        ),
        (
            second + 8,
            u32::MAX,
            format!(
                "frame 1, byte {header}: the step is `-1`, expected 0 or more"
            ),
        ),
        (
            second + 16,
            f32::NAN.to_bits(),
            format!("frame 1, byte {second}: lattice vector 0 is [NaN, 0, 0], expected finite components"),
        ),
        (
            56,
            0,
            "frame 0, byte 88: the precision is `0`, expected a positive finite number".to_owned(),
        ),
        (
            52,
            fewer,
            format!(
                "frame 0, byte 56: the number of particles is `{particles}, then {fewer}`, expected the same number twice"
            ),
        ),
        (
            second + 52,
            fewer,
            format!(
                "frame 1, byte {header}: the number of particles is `{particles}, then {fewer}`, expected the same number twice"
            ),
        ),
        (
            header,
            500_f32.to_bits(),
            format!("frame 1, byte {header}: a precision of 500, expected 1000 as in the first frame"),
        ),
        (60, i32::MAX.cast_unsigned(), "the range of the coordinates is".to_owned()),
        (84, 8, "a size from 9 to 72".to_owned()),
        (84, 73, "a size from 9 to 72".to_owned()),
        (
            88,
            0,
            "frame 0, byte 92: the number of compressed bytes is `0`, expected enough for the particles, and less than 2^63".to_owned(),
        ),
        // Two gigabytes are asked for, and none are allocated.
        (88, 0x8000_0000, "of 2147483648 bytes".to_owned()),
        (88, 0x8000_0000, "the file ends after".to_owned()),
    ];
    let damaged = |(at, word, error): (usize, u32, String)| {
        let mut bytes = bytes.to_vec();
        bytes[at..at + 4].copy_from_slice(&word.to_be_bytes());
        let whole = error.starts_with("frame");
        let error = if whole { format!("FILE, {error}") } else { error };
        (bytes, usize::from(at >= second), error)
    };
    words.into_iter().map(damaged).collect()
}

fn words(numbers: impl IntoIterator<Item = i32>) -> Vec<u8> {
    numbers.into_iter().flat_map(i32::to_le_bytes).collect()
}

fn record(payload: &[u8]) -> Vec<u8> {
    let length = words([payload.len() as i32]);
    [&length, payload, &length].concat()
}

/// A DCD as LAMMPS writes it: a cell with cosines, steps from 500 on, every 50.
fn dcd() -> Format {
    let particles = 4;
    let mut control = [0; 20];
    (control[0], control[1], control[2]) = (3, 500, 50);
    (control[10], control[19]) = (1, 24);
    let mut title = words([1]);
    title.extend([b' '; 80]);
    let mut bytes = record(&[&b"CORD"[..], &words(control)].concat());
    bytes.extend(record(&title));
    bytes.extend(record(&words([particles])));
    let header = bytes.len();
    let mut ends = Vec::new();
    for frame in 0..3_u8 {
        let cell = [9.0_f64, 0.1, 8.0, 0.0, 0.0, 7.0];
        bytes.extend(record(&cell.map(f64::to_le_bytes).concat()));
        for axis in 0..3_u8 {
            let x = |i: i32| (f32::from(frame + 3 * axis) + 0.25 * i as f32).to_le_bytes();
            bytes.extend(record(&(0..particles).flat_map(x).collect::<Vec<u8>>()));
        }
        ends.push(bytes.len());
    }
    let damaged = |at: usize, word: i32, good: usize, error: &str| {
        let mut damaged = bytes.clone();
        damaged[at..at + 4].copy_from_slice(&word.to_le_bytes());
        (damaged, good, error.to_owned())
    };
    let second = ends[0];
    let nan = f32::NAN.to_bits().cast_signed();
    let damaged = vec![
        damaged(
            4,
            i32::from_le_bytes(*b"VELD"),
            0,
            "the file has velocities, expected positions",
        ),
        damaged(
            4,
            i32::from_le_bytes(*b"CORX"),
            0,
            "the kind of data is `CORX`, expected CORD",
        ),
        damaged(
            8 + 4 * 2,
            0,
            0,
            "the file says 0 steps between frames, expected 1 or more, or a stride",
        ),
        damaged(8 + 4 * 11, 1, 0, "the file has a fourth dimension"),
        damaged(
            8 + 4 * 8,
            4,
            0,
            "the number of fixed particles is `4`, expected fewer than there are particles",
        ),
        damaged(8 + 4 * 8, -1, 0, "the number of fixed particles is `-1`"),
        damaged(8 + 4 * 8, 1, 0, "the length of a record is `48`, expected 12"),
        damaged(
            header - 8,
            0,
            0,
            "the number of particles is `0`, expected 1 at least",
        ),
        // No memory is asked for.
        damaged(
            header - 8,
            i32::MAX,
            0,
            "the length of a record is `16`, expected 8589934588",
        ),
        damaged(
            92,
            i32::MAX,
            0,
            "the length of the titles is `2147483647`, expected a megabyte at most",
        ),
        damaged(second, 56, 1, "the length of a record is `56`, expected 48"),
        damaged(
            second + 8,
            -1,
            1,
            "a number of the unit cell is `NaN`, expected a finite number",
        ),
        damaged(
            second + 60,
            nan,
            1,
            "a coordinate of particle 0 is `NaN`, expected a finite number",
        ),
        damaged(
            second + 60 + 16,
            17,
            1,
            "the length of a record is `17`, expected 16",
        ),
    ];
    Format {
        name: "DCD",
        bytes,
        ends,
        steps: vec![500, 550, 600],
        unit: "byte",
        cut: "FILE, frame 2, byte ",
        open: |path| source(FrameReader::open(path, DCD)),
        stream: |bytes| source(FrameReader::new(bytes, "FILE", DCD)),
        damaged,
    }
}

/// A TRR in single precision, with velocities in the second frame.
fn trr() -> Format {
    let particles = 4;
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for frame in 0..3_i32 {
        let numbers = |count: i32| (0..count).map(move |i| 0.5 * i as f32 + 0.125 * frame as f32);
        let velocities = if frame == 1 { 12 } else { 0 };
        let sizes = [
            0,
            0,
            36,
            0,
            0,
            0,
            0,
            48,
            4 * velocities,
            0,
            particles,
            250 * frame,
            0,
        ];
        let integers = |numbers: &[i32]| numbers.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
        bytes.extend(integers(&[1993, 13, 12]));
        bytes.extend(b"GMX_trn_file");
        bytes.extend(integers(&sizes));
        let cell = [9.0, 0.0, 0.0, 1.0, 8.0, 0.0, -1.0, 0.5, 7.0];
        let floats = [0.5, 0.0]
            .into_iter()
            .chain(cell)
            .chain(numbers(12))
            .chain(numbers(velocities));
        bytes.extend(floats.flat_map(f32::to_be_bytes));
        ends.push(bytes.len());
    }
    let second = ends[0];
    let damaged = |at: usize, word: i32, good: usize, error: &str| {
        let mut damaged = bytes.clone();
        damaged[at..at + 4].copy_from_slice(&word.to_be_bytes());
        (damaged, good, error.to_owned())
    };
    let nan = f32::NAN.to_bits().cast_signed();
    let damaged = vec![
        damaged(second, 1994, 1, "the magic number is `1994`, expected 1993"),
        damaged(second + 12, 0, 1, "the version is"),
        damaged(second + 24, 8, 1, "the size of a part is `8`, expected 0"),
        damaged(second + 64, 3, 1, "3 particles, expected 4 as in the first frame"),
        damaged(64, 0, 0, "the number of particles is `0`, expected 1 at least"),
        damaged(64, i32::MAX, 0, "the list of sizes is `36, 0, 0, 48, 0, 0`"),
        damaged(second + 52, 96, 1, "the list of sizes is `36, 0, 0, 96, 48, 0`"),
        damaged(second + 68, -1, 1, "the step is `-1`, expected 0 or more"),
        damaged(
            second + 84,
            nan,
            1,
            "lattice vector 0 is [NaN, 0, 0], expected finite components",
        ),
        damaged(
            second + 84 + 36 + 16,
            nan,
            1,
            "a coordinate of particle 1 is `NaN`, expected a finite number",
        ),
    ];
    Format {
        name: "TRR",
        bytes,
        ends,
        steps: vec![0, 250, 500],
        unit: "byte",
        cut: "FILE, frame 2, byte ",
        open: |path| source(FrameReader::open(path, TRR)),
        stream: |bytes| source(FrameReader::new(bytes, "FILE", TRR)),
        damaged,
    }
}

/// A GSD whose index stands at the end, as it may, so that a file that is cut has no frame.
fn gsd() -> Format {
    let bytes = std::fs::read("tests/data/frames/version1.gsd").unwrap();
    let long = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let (index, entries, names) = (long(8), long(16), long(24));
    let damaged = |at: usize, bits: u64, error: &str| {
        let mut damaged = bytes.clone();
        damaged[at..at + 8].copy_from_slice(&bits.to_le_bytes());
        (damaged, 0, error.to_owned())
    };
    let chunks = |name: &str| {
        let list = bytes[names..index].chunks(64);
        let id = list
            .clone()
            .position(|chunk| chunk.starts_with(name.as_bytes()))
            .unwrap();
        (index..index + 32 * entries)
            .step_by(32)
            .filter(move |&at| long(at + 24) >> 32 & 0xffff == id && long(at + 16) != 0)
            .collect::<Vec<usize>>()
    };
    let position = chunks("particles/position")[0];
    let count = chunks("particles/N")[0];
    let types = chunks("particles/typeid")[0];
    let shape = long(position + 24) as u64;
    let damaged = vec![
        damaged(0, 1, "the magic number is `0x1`"),
        damaged(8, u64::MAX - 3, "the file ends too early: the index has"),
        damaged(
            16,
            u64::MAX / 2,
            "the file ends too early: the index has 18446744073709551615 bytes",
        ),
        damaged(32, u64::MAX / 2, "the size of the list of names is"),
        damaged(40, 3 << 48 | 4, "the version of GSD is `3`, expected 1 or 2"),
        damaged(112, 0, "the schema is ``, expected hoomd"),
        damaged(
            index,
            7,
            "the frame of a chunk is `7`, expected frames that follow each other, from 0",
        ),
        damaged(
            position + 8,
            u64::MAX / 2,
            "the file ends too early: particles/position has",
        ),
        damaged(
            position + 16,
            u64::MAX / 2,
            "the file ends too early: particles/position has",
        ),
        damaged(
            position + 24,
            shape + 1,
            "the shape of `particles/position` is `11 x 4`, expected 11 x 3",
        ),
        damaged(
            position + 24,
            shape - 1,
            "the shape of `particles/position` is `11 x 2`, expected 11 x 3",
        ),
        damaged(
            position + 24,
            shape ^ 14 << 48,
            "the data type of `particles/position` is `7`, expected 9 or 10",
        ),
        damaged(
            position + 24,
            shape | 255 << 48,
            "the data type of a chunk is `255`, expected 1 to 11",
        ),
        damaged(
            long(count + 16),
            0,
            "the number of particles is `0`, expected 1 or more",
        ),
        damaged(
            long(count + 16),
            12,
            "the shape of `particles/position` is `11 x 3`, expected 12 x 3",
        ),
        damaged(
            long(types + 16),
            9,
            "the type of particle 0 is `9`, expected one of the 2 that have a name",
        ),
    ];
    let mut damaged = damaged;
    let step = |damaged: &mut Vec<u8>, at: usize, value: f32| {
        damaged[at..at + 4].copy_from_slice(&value.to_le_bytes());
    };
    let mut not_finite = bytes.clone();
    step(
        &mut not_finite,
        long(chunks("particles/position")[2] + 16) + 24,
        f32::INFINITY,
    );
    let error = "FILE, frame 2, byte 0: a coordinate of particle 2 is `inf`, expected a finite number of at most 1e60 in size";
    damaged.push((not_finite, 2, error.to_owned()));
    Format {
        name: "GSD",
        ends: vec![bytes.len(); 4],
        bytes,
        steps: vec![300, 330, 360, 390],
        unit: "byte",
        cut: "FILE, frame 0, byte ",
        open: |path| source(FrameReader::open(path, FrameFormat::Gsd)),
        stream: |bytes| source(FrameReader::new(bytes, "FILE", FrameFormat::Gsd)),
        damaged,
    }
}

fn formats() -> Vec<Format> {
    vec![
        dump(false),
        dump(true),
        xyz(false),
        xyz(true),
        xtc(3),
        xtc(18),
        xtc(60),
        dcd(),
        trr(),
        gsd(),
    ]
}

#[test]
fn a_file_cut_at_any_byte_gives_its_whole_frames_and_an_error() {
    for format in formats() {
        let (all, error) = format.read(&format.bytes);
        assert_eq!((all.len(), error), (format.ends.len(), None), "{}", format.name);
        let steps: Vec<u64> = all.iter().map(|frame| frame.step).collect();
        assert_eq!(steps, format.steps);
        for cut in 0..format.bytes.len() {
            let (found, error) = format.read(&format.bytes[..cut]);
            let whole = format.ends.iter().filter(|&&end| end <= cut).count();
            assert_eq!(found, all[..whole], "{} cut at {cut}", format.name);
            if cut == 0 {
                assert_eq!(error.as_deref(), Some("FILE: no frame, expected at least 1"));
            } else if format.ends.contains(&cut) {
                assert_eq!(error, None, "{} cut at {cut}", format.name);
            } else {
                let error = error.unwrap();
                let place = format!("FILE, frame {whole}, {} ", format.unit);
                let why = [
                    "the file ends after",
                    "the heading is",
                    "the number of particles is",
                ];
                let named = error.starts_with(&place) && why.iter().any(|why| error.contains(why));
                assert!(named, "{} cut at {cut}: {error}", format.name);
            }
        }
        let (_, error) = format.read(&format.bytes[..format.bytes.len() - 4]);
        let error = error.unwrap();
        assert!(
            error.starts_with(format.cut) && error.contains("the file ends after"),
            "{error}"
        );
        assert!(format.unit == "byte" || error == format.cut, "{error}");
    }
}

/// Rows are read where they lie in the buffer as long as that holds all of the line.
#[test]
fn frames_are_the_same_wherever_the_buffer_ends() {
    for format in formats() {
        let (wanted, _) = format.read(&format.bytes);
        let cut = &format.bytes[..format.bytes.len() - 4];
        let cut_short = format.read(cut);
        for at_a_time in 1..=format.bytes.len() {
            let found = format.streamed(&format.bytes, at_a_time);
            assert_eq!(
                found,
                (wanted.clone(), None),
                "{} by {at_a_time} bytes",
                format.name
            );
        }
        for at_a_time in [1, 7, cut.len()] {
            format.agree(&format.streamed(cut, at_a_time), &cut_short);
        }
    }
    // Blanks and line ends do not matter.
    for [plain, blanks] in [[dump(false), dump(true)], [xyz(false), xyz(true)]] {
        assert_ne!(plain.bytes, blanks.bytes);
        assert_eq!(plain.read(&plain.bytes), blanks.read(&blanks.bytes));
    }
}

#[test]
fn damage_is_an_error_with_frame_and_place() {
    for format in formats() {
        for (bytes, good_frames, expected) in &format.damaged {
            let (found, error) = format.opened(bytes);
            let error = error.unwrap();
            assert_eq!(found.len(), *good_frames, "{}: {error}", format.name);
            let whole = expected.starts_with("FILE");
            let named = if whole {
                error == *expected
            } else {
                error.contains(expected)
            };
            assert!(named, "{}: `{error}`, expected `{expected}`", format.name);
            format.agree(&format.streamed(bytes, usize::MAX), &(found, Some(error)));
        }
    }
    let with_damage = formats().into_iter().filter(|format| !format.damaged.is_empty());
    assert_eq!(with_damage.count(), 7);
}

#[test]
fn any_change_of_bytes_ends_in_frames_or_an_error() {
    for (seed, format) in formats().into_iter().enumerate() {
        let mut state = 5 + seed as u64;
        let trials = if format.unit == "line" { 20_000 } else { 3000 };
        for trial in 0..trials {
            let mut damaged = format.bytes.clone();
            for _ in 0..3 + trial % 2 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (state >> 33) as usize % damaged.len();
                damaged[at] = (state >> 25) as u8;
            }
            let (found, _) = format.streamed(&damaged, usize::MAX);
            assert!(found.len() <= format.ends.len().max(3), "{}", format.name);
            for frame in &found {
                assert_eq!(frame.positions.len(), found[0].positions.len());
                // A damaged precision of XTC may scale particles beyond all numbers, which is seen.
                assert!(frame.positions.iter().all(|x| x.abs() <= 1e60));
            }
        }
    }
}

#[test]
fn compressed_text_is_read_likewise() {
    for format in formats().into_iter().filter(|format| format.unit == "line") {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&format.bytes).unwrap();
        let compressed = encoder.finish().unwrap();
        assert_eq!(
            format.read(&compressed),
            format.read(&format.bytes),
            "{}",
            format.name
        );
        let (_, cut) = format.read(&compressed[..compressed.len() - 12]);
        let cut = cut.unwrap();
        assert!(cut.contains("reading failed"), "{}: {cut}", format.name);
    }
}

#[test]
fn a_missing_file_is_named() {
    for format in formats() {
        let error = (format.open)("no/such.file").err();
        let expected = "cannot open no/such.file: No such file or directory (os error 2)";
        assert_eq!(error.as_deref(), Some(expected), "{}", format.name);
    }
}

#[test]
fn a_cut_file_keeps_its_frames_for_the_caller() {
    // A GSD whose index is cut has no frames.
    for format in formats().into_iter().filter(|format| format.name != "GSD") {
        let cut = format.bytes[..format.bytes.len() - 3].to_vec();
        let reader = (format.stream)(Dribble(cut, usize::MAX, 0)).unwrap();
        let species = Species::single("A", reader.particles()).unwrap();
        let (run, error) = Trajectory::<f64>::up_to_error(reader, 0.1, species).unwrap();
        let last = format.steps.len() - 1;
        let place = format!("FILE, frame {last}, {} ", format.unit);
        let error = error.unwrap().to_string();
        assert!(error.starts_with(&place), "{error}");
        assert_eq!(run.steps(), &format.steps[..last]);
    }
}
