//! What every reader of frames does with a file that is cut, damaged, missing or handed out in
//! pieces, as one table over the formats.

use std::io::{Read, Write};

use molly::{Magic, XTCWriter};
use msed::io::{FrameFormat, FrameReader};
use msed::trajectory::{Frame, FrameSource, Species, Trajectory};

const XYZ: FrameFormat = FrameFormat::ExtXyz { stride: None };
const XTC: FrameFormat = FrameFormat::Xtc { scale: 1.0 };

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
        cut: "FILE, frame 1, line 24: the file ends after 2 of 3 lines of atoms",
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
        cut: "FILE, frame 1, line 10: the file ends after 2 of 3 lines of particles",
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
            "line 9: the name of a particle is `C`, expected that of the first frame",
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
                "frame 1, byte {header}: the step is `-1`, expected 0 at least (steps of XTC end at 2147483647)"
            ),
        ),
        (
            second + 16,
            f32::NAN.to_bits(),
            format!("frame 1, byte {second}: lattice vector 0 is [NaN, 0.0, 0.0], expected finite components"),
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

fn formats() -> Vec<Format> {
    vec![
        dump(false),
        dump(true),
        xyz(false),
        xyz(true),
        xtc(3),
        xtc(18),
        xtc(60),
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
    assert_eq!(with_damage.count(), 4);
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
            assert!(found.len() <= 3, "{}", format.name);
            for frame in &found {
                assert_eq!(frame.positions.len(), found[0].positions.len());
                // A damaged precision of XTC may scale many particles beyond all numbers, which a
                // trajectory refuses. Few particles are stored as they are.
                let many = format.unit == "byte" && frame.positions.len() > 27;
                assert!(many || frame.positions.iter().all(|x| x.is_finite()));
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
    for format in formats() {
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
