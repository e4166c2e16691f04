use std::io::Write;

use super::*;
use crate::io::{FrameFormat, FrameReader};
use crate::trajectory::{Cell, FrameSource, Species, Trajectory, Unwrapping, unwrapped};

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
    let mut reader = match FrameReader::new(text, "x.lammpstrj", FrameFormat::LammpsDump) {
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
    let reader = FrameReader::new(text.as_bytes(), "x.lammpstrj", FrameFormat::LammpsDump).unwrap();
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

#[test]
fn compressed_text_and_newer_headers_are_read_likewise() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(two_frames().as_bytes()).unwrap();
    let compressed = encoder.finish().unwrap();
    assert_eq!(frames(&compressed), frames(two_frames().as_bytes()));
    let newer = format!("ITEM: UNITS\nlj\nITEM: TIME\n0.25\n{}\n\n", two_frames());
    let (mut found, error) = frames(newer.as_bytes());
    assert_eq!(found[0].time.take().map(|time| time.value), Some(0.25));
    assert_eq!((found, error), frames(two_frames().as_bytes()));
    let windows = two_frames().replace('\n', "\r\n");
    assert_eq!(frames(windows.as_bytes()), frames(two_frames().as_bytes()));
    let cut = frames(&compressed[..compressed.len() - 12]).1.unwrap();
    assert!(cut.contains("reading failed"), "{cut}");
}

#[test]
fn every_kind_of_coordinates_gives_the_same_positions() {
    // A tilted cell: lx 10, ly 20, lz 8, xy 2, xz -3, yz 4 with the corner at (1, 2, 3), as LAMMPS
    // prints its bounds.
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
            let reader = FrameReader::new(text.as_bytes(), "x", FrameFormat::LammpsDump).unwrap();
            let species = Species::single("A", 1).unwrap();
            let trajectory = if columns.contains("ix") {
                assert_eq!(reader.convention(), Convention::Wrapped);
                Trajectory::<f64>::from_source(unwrapped(reader, Unwrapping::Images), 1.0, species)
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
fn a_huge_number_of_atoms_asks_for_no_memory() {
    let text = two_frames().replacen("ATOMS\n3", "ATOMS\n9000000000000000000", 1);
    let error = error_of(&text, 0);
    assert!(
        error.contains("a coordinate") || error.contains("an id is"),
        "{error}"
    );
    assert!(FrameReader::open("no/such.lammpstrj", FrameFormat::LammpsDump).is_err());
}
