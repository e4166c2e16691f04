//! DCD, TRR and GSD files of other programs, against what other programs read of them.

use std::fs;

use msed::Units;
use msed::io::{FrameFormat, FrameReader, frames};
use msed::trajectory::{Convention, Frame, FrameSource, Species, Trajectory, Unwrapping, unwrapped};
use serde_json::Value;

const FOLDER: &str = "tests/data/frames";

fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

fn reference() -> Value {
    let text = fs::read_to_string(path("reference.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|x| x.as_f64().unwrap()).collect()
}

fn all(mut source: impl FrameSource<f64>) -> Vec<Frame<f64>> {
    let (mut frames, mut frame) = (Vec::new(), Frame::new());
    while source.next_frame(&mut frame).unwrap() {
        frames.push(frame.clone());
    }
    frames
}

#[test]
fn every_file_is_what_another_reader_sees() {
    let reference = reference();
    let files = reference.as_object().unwrap();
    assert_eq!(files.len(), 11);
    for (name, expected) in files {
        let found = all(frames(path(name), Units::LJ).unwrap());
        let steps: Vec<f64> = found.iter().map(|frame| frame.step as f64).collect();
        assert_eq!(steps, numbers(&expected["steps"]), "{name}");
        // Its reader has rounded the file in double precision to single precision.
        let rounded = name == "double.trr";
        for (index, frame) in found.iter().enumerate() {
            let positions = numbers(&expected["positions"][index]);
            assert_eq!(frame.positions.len(), positions.len(), "{name}");
            for (found, expected) in frame.positions.iter().zip(&positions) {
                let same = if rounded {
                    *found as f32 == *expected as f32 && found != expected
                } else {
                    found.to_bits() == expected.to_bits()
                };
                assert!(same, "{name}, frame {index}: {found} and {expected}");
            }
            let cell = &expected["cells"][index];
            match (&frame.cell, cell.is_null()) {
                (None, true) => {}
                (Some(found), false) => {
                    let longest = found.lengths().into_iter().fold(0.0, f64::max);
                    let pairs = found.vectors().into_iter().flatten().zip(numbers(cell));
                    for (found, expected) in pairs {
                        let near = (found - expected).abs() <= 2e-6 * longest;
                        assert!(near, "{name}, frame {index}: {found} and {expected}");
                    }
                }
                (found, _) => panic!("{name}, frame {index}: {found:?} and {cell}"),
            }
        }
    }
}

/// Any reader in place of a file, whose end may hold the index.
#[test]
fn a_stream_gives_what_the_file_gives() {
    for name in reference().as_object().unwrap().keys() {
        let bytes = fs::read(path(name)).unwrap();
        let format = FrameFormat::of(path(name), Units::METAL).unwrap();
        let stream = all(FrameReader::new(&bytes[..], name, format).unwrap());
        assert_eq!(
            stream,
            all(FrameReader::open(path(name), format).unwrap()),
            "{name}"
        );
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &bytes).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), packed.finish().unwrap()).unwrap();
        assert_eq!(
            FrameFormat::of(file.path(), Units::METAL).unwrap(),
            format,
            "{name}"
        );
        assert_eq!(
            stream,
            all(FrameReader::open(file.path(), format).unwrap()),
            "{name}"
        );
    }
}

#[test]
fn lengths_are_in_the_units_of_the_run_by_convention() {
    let ratio = |name: &str| {
        let [lj, metal] = [Units::LJ, Units::METAL].map(|units| all(frames(path(name), units).unwrap()));
        let volumes = [&lj, &metal].map(|frames| frames[0].cell.unwrap().volume());
        let ratio = metal[1].positions[7] / lj[1].positions[7];
        assert!(((volumes[1] / volumes[0]).cbrt() - ratio).abs() < 1e-6, "{name}");
        (ratio * 1e6).round() / 1e6
    };
    assert_eq!(ratio("openmm.dcd"), 1.0);
    assert_eq!(ratio("single.trr"), 10.0);
    assert_eq!(ratio("images.gsd"), 1.0);
}

#[test]
fn two_dumps_of_one_run_agree() {
    let dcd = frames(path("lammps.dcd"), Units::LJ).unwrap();
    assert_eq!(dcd.convention(), Convention::Unknown);
    assert_eq!(dcd.steps_of_header(), Some([700, 70]));
    let [dcd, text] = [
        all(dcd),
        all(frames(path("lammps.lammpstrj"), Units::LJ).unwrap()),
    ];
    assert_eq!(dcd.len(), 5);
    for (dcd, text) in dcd.iter().zip(&text) {
        assert_eq!(dcd.step, text.step);
        for (a, b) in dcd.positions.iter().zip(&text.positions) {
            assert!((a - b).abs() < 1e-6, "{a} and {b}");
        }
        let [a, b] = [dcd, text].map(|frame| frame.cell.unwrap());
        assert!(a.is_same_as(&b));
    }
}

#[test]
fn image_flags_of_gsd_count_where_later_frames_have_them() {
    let reference = reference();
    for (name, has_images) in [("images.gsd", true), ("version1.gsd", true), ("plain.gsd", false)] {
        let reader = frames(path(name), Units::LJ).unwrap();
        assert_eq!(reader.convention(), Convention::Wrapped);
        let types: Vec<f64> = reader
            .types()
            .unwrap()
            .iter()
            .map(|&kind| f64::from(kind))
            .collect();
        assert_eq!(types, numbers(&reference[name]["typeid"]));
        assert_eq!(
            (reader.names()[0].as_str(), reader.names()[10].as_str()),
            ("A", "Bee")
        );
        let species = Species::by_name(reader.names().iter().map(String::as_str)).unwrap();
        for (index, frame) in all(reader).iter().enumerate() {
            let flags: Vec<f64> = frame
                .images
                .as_flattened()
                .iter()
                .map(|&n| f64::from(n))
                .collect();
            let expected = numbers(&reference[name]["images"][index]);
            assert_eq!(flags, if has_images { expected } else { Vec::new() });
        }
        let unwrapped = unwrapped(frames(path(name), Units::LJ).unwrap(), Unwrapping::Images);
        let run = Trajectory::<f64>::from_source(unwrapped, 0.005, species);
        match run {
            Ok(run) => {
                // The walk that the file was made from, in the other format.
                let walk = all(frames(path("openmm.dcd"), Units::LJ).unwrap());
                for (index, walk) in walk.iter().enumerate() {
                    for (a, b) in run.frame(index).iter().zip(&walk.positions) {
                        assert!((a - b).abs() < 5e-6, "{a} and {b}");
                    }
                }
                assert!(has_images);
            }
            Err(error) => {
                let expected = "frame 0 has 0 image flags, expected 11, one for each particle: write them, or unwrap by continuity";
                assert_eq!(error.to_string(), expected);
                assert!(!has_images);
            }
        }
    }
}
