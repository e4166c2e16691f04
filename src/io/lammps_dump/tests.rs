use std::io::Write;

use super::*;
use crate::trajectory::{Cell, Species, Trajectory, Unwrap, Unwrapping};

const BOUNDS: &str = "ITEM: BOX BOUNDS pp pp pp\n-1 9\n0 20\n0.5 10.5\n";

fn one(step: i64, bounds: &str, columns: &str, rows: &[&str]) -> String {
    let count = rows.len();
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!("ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{count}\n{bounds}ITEM: ATOMS {columns}\n{rows}")
}

fn two_frames() -> String {
    one(
        0,
        BOUNDS,
        "id type xu yu zu",
        &["1 1 0.5 1 2", "2 1 3 4 5", "7 2 -6 7 8e0"],
    ) + &one(
        10,
        BOUNDS,
        "id type xu yu zu",
        &["7 2 6 7 8", "1 1 0 1 2", "2 1 3 -4 5"],
    )
}

fn frames(text: &[u8]) -> (Vec<Frame<f64>>, Option<String>) {
    let mut reader = match LammpsDumpReader::new(text, "x.lammpstrj") {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error.to_string())),
    };
    let mut frames = Vec::new();
    let mut frame = Frame::new();
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

#[track_caller]
fn error_of(text: &str, good_frames: usize) -> String {
    let (found, error) = frames(text.as_bytes());
    assert_eq!(found.len(), good_frames);
    error.unwrap()
}

#[test]
fn particles_come_in_the_order_of_their_ids() {
    let text = two_frames();
    let reader = LammpsDumpReader::new(text.as_bytes(), "x.lammpstrj").unwrap();
    assert_eq!(reader.ids(), [1, 2, 7]);
    assert_eq!(reader.types(), Some(&[1, 1, 2][..]));
    assert_eq!(reader.convention(), Convention::Unwrapped);
    let (frames, error) = frames(text.as_bytes());
    assert_eq!(error, None);
    assert_eq!(
        frames[0].positions,
        [0.5, 1.0, 2.0, 3.0, 4.0, 5.0, -6.0, 7.0, 8.0]
    );
    assert_eq!(
        frames[1].positions,
        [0.0, 1.0, 2.0, 3.0, -4.0, 5.0, 6.0, 7.0, 8.0]
    );
    assert_eq!((frames[1].step, frames[1].images.len()), (10, 0));
    assert_eq!(
        frames[1].cell,
        Some(Cell::orthorhombic([10.0, 20.0, 10.0]).unwrap())
    );
}

/// Hands out so many bytes at a time.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(self.0.len()).min(into.len());
        let (now, later) = self.0.split_at(n);
        into[..n].copy_from_slice(now);
        self.0 = later;
        Ok(n)
    }
}

/// Rows are read where they lie in the buffer as long as that holds all of the line: any division of the text must give
/// the same, and so must every blank and line end that a row may have.
#[test]
fn rows_are_the_same_wherever_the_buffer_ends_and_however_lines_do() {
    let (wanted, _) = frames(two_frames().as_bytes());
    let blanks = two_frames().replace(" 1 ", "\t 1  ").replace('\n', " \t\r\n");
    for text in [two_frames(), blanks] {
        for at_a_time in 1..=text.len() {
            let mut reader =
                LammpsDumpReader::new(Dribble(text.as_bytes(), at_a_time), "x.lammpstrj").unwrap();
            let mut frame = Frame::<f64>::new();
            for wanted in &wanted {
                assert!(reader.next_frame(&mut frame).unwrap());
                assert_eq!(&frame, wanted, "{at_a_time} bytes at a time");
            }
            assert!(!reader.next_frame(&mut frame).unwrap());
        }
        for at_a_time in [1, 7, text.len()] {
            let cut = Dribble(&text.as_bytes()[..text.len() - 4], at_a_time);
            let mut reader = LammpsDumpReader::new(cut, "x.lammpstrj").unwrap();
            let mut frame = Frame::<f64>::new();
            assert!(reader.next_frame(&mut frame).unwrap());
            let error = reader.next_frame(&mut frame).unwrap_err().to_string();
            assert_eq!(
                error,
                "x.lammpstrj, frame 1, line 24: the file ends after 2 of 3 lines of atoms"
            );
        }
    }
}

#[test]
fn compressed_text_and_newer_headers_are_read_likewise() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(two_frames().as_bytes()).unwrap();
    let compressed = encoder.finish().unwrap();
    assert_eq!(frames(&compressed), frames(two_frames().as_bytes()));
    let newer = format!("ITEM: UNITS\nlj\nITEM: TIME\n0.25\n{}\n\n", two_frames());
    assert_eq!(frames(newer.as_bytes()), frames(two_frames().as_bytes()));
    let windows = two_frames().replace('\n', "\r\n");
    assert_eq!(frames(windows.as_bytes()), frames(two_frames().as_bytes()));
    let cut = frames(&compressed[..compressed.len() - 12]).1.unwrap();
    assert!(cut.contains("reading failed"), "{cut}");
}

#[test]
fn every_kind_of_coordinates_gives_the_same_positions() {
    // A tilted cell: lx 10, ly 20, lz 8, xy 2, xz -3, yz 4 with the corner at (1, 2, 3), as LAMMPS prints its bounds.
    let bounds = "ITEM: BOX BOUNDS xy xz yz pp pp pp\n-2 13 2\n2 26 -3\n3 11 4\n";
    let general = "ITEM: BOX BOUNDS abc origin pp pp pp\n10 0 0 1\n2 20 0 2\n-3 4 8 3\n";
    let cell = Cell::triclinic([[10.0, 0.0, 0.0], [2.0, 20.0, 0.0], [-3.0, 4.0, 8.0]]).unwrap();
    // The image in the cell at (0.25, 0.5, 0.75), and two, minus one and three cells further.
    let wrapped = [1.0 + 2.5 + 1.0 - 2.25, 2.0 + 10.0 + 3.0, 3.0 + 6.0];
    let expected = [
        wrapped[0] + 20.0 - 2.0 - 9.0,
        wrapped[1] - 20.0 + 12.0,
        wrapped[2] + 24.0,
    ];
    let [x, y, z] = wrapped;
    let [xu, yu, zu] = expected;
    for (columns, row) in [
        ("id xu yu zu", format!("1 {xu} {yu} {zu}")),
        ("xsu ysu zsu id", "2.25 -0.5 3.75 1".to_owned()),
        ("id x y z ix iy iz", format!("1 {x} {y} {z} 2 -1 3")),
        (
            "ix iy iz mol id vx xs ys zs",
            "2 -1 3 55 1 0.1 0.25 0.5 0.75".to_owned(),
        ),
    ] {
        for bounds in [bounds, general] {
            let text = one(5, bounds, columns, &[&row]);
            let reader = LammpsDumpReader::new(text.as_bytes(), "x").unwrap();
            let species = Species::single("A", 1).unwrap();
            let trajectory = if columns.contains("ix") {
                assert_eq!(reader.convention(), Convention::Wrapped);
                Trajectory::<f64>::from_source(Unwrap::new(reader, Unwrapping::Images), 1.0, species)
            } else {
                Trajectory::from_source(reader, 1.0, species)
            }
            .unwrap();
            assert_eq!(trajectory.frame(0), expected, "{columns}");
            assert_eq!(trajectory.cell(0), Some(&cell));
        }
    }
}

#[test]
fn a_boundary_that_is_not_periodic_leaves_no_cell() {
    let text = one(
        0,
        &BOUNDS.replace("pp pp pp", "pp pp fs"),
        "id x y z",
        &["1 1 1 1"],
    );
    assert_eq!(frames(text.as_bytes()).0[0].cell, None);
    let old = one(0, &BOUNDS.replace(" pp pp pp", ""), "id x y z", &["1 1 1 1"]);
    assert!(frames(old.as_bytes()).0[0].cell.is_some());
}

#[test]
fn a_text_cut_at_any_byte_gives_its_whole_frames_and_an_error() {
    let text = two_frames();
    let first = text.len() / 2 - 20;
    let end = (first..)
        .find(|&n| text[n..].starts_with("ITEM: TIMESTEP"))
        .unwrap();
    for cut in 0..=text.len() {
        let (found, error) = frames(&text.as_bytes()[..cut]);
        assert_eq!(
            found.len(),
            usize::from(cut >= end) + usize::from(cut == text.len()),
            "{cut}"
        );
        let frame = usize::from(cut > end);
        if cut == 0 {
            assert_eq!(
                error.as_deref(),
                Some("x.lammpstrj: no frame, expected at least 1")
            );
        } else if cut == end || cut == text.len() {
            assert_eq!(error, None);
        } else {
            let error = error.unwrap();
            let named = error.starts_with(&format!("x.lammpstrj, frame {frame}, line "));
            assert!(
                named && (error.contains("the file ends after") || error.contains("the heading is")),
                "{error}"
            );
        }
    }
    assert_eq!(
        error_of(text.trim_end(), 1),
        "x.lammpstrj, frame 1, line 24: the file ends after 2 of 3 lines of atoms"
    );
}

#[test]
fn damaged_text_is_an_error_with_frame_and_line() {
    let good = two_frames();
    let second = |from: &str, to: &str| {
        let at = good.rfind(from).unwrap();
        error_of(&format!("{}{to}{}", &good[..at], &good[at + from.len()..]), 1)
    };
    for (from, to, expected) in [
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
    ] {
        assert_eq!(second(from, to), format!("x.lammpstrj, frame 1, {expected}"));
    }
    let columns = |columns: &str, row: &str| error_of(&one(0, BOUNDS, columns, &[row]), 0);
    assert_eq!(
        columns("id type vx vy vz", "1 1 0 0 0"),
        "x.lammpstrj, frame 0, line 9: no column of coordinates (xu yu zu, xsu ysu zsu, x y z or xs ys zs) among `id type vx vy vz`"
    );
    assert!(columns("type x y z", "1 0 0 0").contains("no column `id`"));
    assert!(columns("id type x y z", "1 -1 0 0 0").contains("a type is `-1`"));
    assert!(columns("id x y z ix iy iz", "1 0 0 0 1 1.5 0").contains("an image flag is `1.5`"));
    let missing = one(0, "", "id x y z", &["1 0 0 0"]);
    assert!(error_of(&missing, 0).contains("expected ITEM: BOX BOUNDS before the atoms"));
    let twice = one(0, BOUNDS, "id x y z", &["1 0 0 0", "1 0 0 0"]);
    assert!(error_of(&twice, 0).contains("particle id 1 is there twice"));
}

#[test]
fn any_change_of_bytes_ends_in_frames_or_an_error() {
    let good = two_frames().into_bytes();
    let mut state = 9_u64;
    for _ in 0..20_000 {
        let mut damaged = good.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (state >> 33) as usize % damaged.len();
            damaged[at] = (state >> 25) as u8;
        }
        let (found, _) = frames(&damaged);
        assert!(found.len() <= 2);
        assert!(
            found
                .iter()
                .all(|frame| frame.positions.iter().all(|x| x.is_finite()))
        );
    }
}

#[test]
fn a_huge_number_of_atoms_asks_for_no_memory() {
    let text = two_frames().replacen("ATOMS\n3", "ATOMS\n9000000000000000000", 1);
    let error = error_of(&text, 0);
    assert!(
        error.contains("a coordinate") || error.contains("an id is"),
        "{error}"
    );
    assert!(LammpsDumpReader::open("no/such.lammpstrj").is_err());
}
