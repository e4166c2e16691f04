use super::*;
use crate::io::{FrameFormat, FrameReader};
use crate::trajectory::FrameSource;
use molly::{Magic, XTCReader as Oracle, XTCWriter};
use std::path::Path;

const XTC: FrameFormat = FrameFormat::Xtc { scale: 1.0 };

/// Molecules of three close particles, which a writer stores as runs of small differences.
fn water(molecules: usize, frame: usize) -> Vec<f32> {
    let wave = |i: usize, factor: f32| ((i * 7919 + frame * 31) as f32 * factor).sin();
    (0..molecules)
        .flat_map(|m| {
            let oxygen = [wave(m, 0.11) * 4.0, wave(m, 0.27) * 3.0, wave(m, 0.63) * 5.0];
            [0.0, 0.07, -0.05]
                .map(|shift| oxygen.map(|x: f32| ((x + shift * wave(m, 0.9)) * 1000.0).round() / 1000.0))
        })
        .flatten()
        .collect()
}

fn frame_of(positions: Vec<f32>, index: usize, boxvec: [f32; 9]) -> molly::Frame {
    molly::Frame {
        step: 50 * index as u32,
        time: index as f32,
        boxvec,
        precision: 1000.0,
        positions,
    }
}

const BOX: [f32; 9] = [9.0, 0.0, 0.0, 1.5, 8.0, 0.0, -2.0, 1.0, 7.0];

fn file(molecules: usize, frames: usize, magic: Magic) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = XTCWriter::new_with_magic(&mut bytes, magic);
    for index in 0..frames {
        writer
            .write_frame(&frame_of(water(molecules, index), index, BOX))
            .unwrap();
    }
    bytes
}

/// All frames before the error, and the error.
fn frames(bytes: &[u8], length: Option<u64>) -> (Vec<Frame<f32>>, Option<String>) {
    let mut frames = Vec::new();
    let mut reader = match FrameReader::begin(bytes, Path::new("x.xtc"), length, XTC) {
        Ok(reader) => reader,
        Err(error) => return (frames, Some(error.to_string())),
    };
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

#[test]
fn runs_of_small_differences_are_what_another_reader_sees() {
    for magic in [Magic::Xtc1995, Magic::Xtc2023] {
        for molecules in [4, 5, 33, 400] {
            let bytes = file(molecules, 4, magic);
            let (found, error) = frames(&bytes, None);
            assert_eq!(error, None);
            let mut oracle = Oracle::new(&bytes[..]);
            for (index, frame) in found.iter().enumerate() {
                let mut expected = molly::Frame::default();
                oracle.read_frame(&mut expected).unwrap();
                assert_eq!(frame.positions, expected.positions);
                assert_eq!(frame.step, 50 * index as u64);
                let cell = frame.cell.unwrap().vectors().as_flattened().to_vec();
                assert_eq!(cell, BOX.map(f64::from));
                let written = water(molecules, index);
                assert!(
                    frame
                        .positions
                        .iter()
                        .zip(written)
                        .all(|(a, b)| (a - b).abs() < 1e-5)
                );
            }
            assert_eq!(found.len(), 4);
        }
    }
}

#[test]
fn few_particles_are_stored_as_they_are_and_wide_ranges_apart() {
    let few = file(3, 2, Magic::Xtc1995);
    let (found, error) = frames(&few, None);
    assert_eq!((found.len(), error), (2, None));
    assert_eq!(found[1].positions, water(3, 1));

    let mut bytes = few.clone();
    let second = file(3, 1, Magic::Xtc1995).len();
    for (number, word) in [("NaN", f32::NAN), ("-inf", f32::NEG_INFINITY)] {
        // y of particle 2 in the second frame.
        let at = second + HEADER as usize + 28;
        bytes[at..at + 4].copy_from_slice(&word.to_bits().to_be_bytes());
        let (found, error) = frames(&bytes, None);
        assert_eq!(found.len(), 1);
        let expected = format!(
            "x.xtc, frame 1, byte {}: a coordinate is `{number}`, expected a finite number",
            at - 4
        );
        assert_eq!(error, Some(expected));
    }

    let mut far = water(4, 0);
    far[5] = 200_000.0;
    far[9] = -150_000.0;
    let mut bytes = Vec::new();
    let mut writer = XTCWriter::new(&mut bytes);
    writer.write_frame(&frame_of(far.clone(), 0, [0.0; 9])).unwrap();
    let (found, error) = frames(&bytes, None);
    assert_eq!((found.len(), error), (1, None));
    assert_eq!(found[0].cell, None);
    let mut expected = molly::Frame::default();
    Oracle::new(&bytes[..]).read_frame(&mut expected).unwrap();
    assert_eq!(found[0].positions, expected.positions);
}

#[test]
fn lengths_are_scaled_after_the_rounding_to_single_precision() {
    let bytes = file(20, 1, Magic::Xtc1995);
    let (single, _) = frames(&bytes, None);
    let mut reader = FrameReader::new(&bytes[..], "x.xtc", FrameFormat::Xtc { scale: 10.0 }).unwrap();
    let mut frame = Frame::<f64>::new();
    assert!(reader.next_frame(&mut frame).unwrap());
    let expected: Vec<f64> = single[0].positions.iter().map(|&x| f64::from(x) * 10.0).collect();
    assert_eq!(frame.positions, expected);
    assert_eq!(frame.cell.unwrap().vectors()[1], [15.0, 80.0, 0.0]);
}

#[test]
fn damaged_bytes_are_errors_or_other_coordinates_and_nothing_else() {
    let bytes = file(7, 3, Magic::Xtc1995);
    let ends: Vec<usize> = (1..=3).map(|n| file(7, n, Magic::Xtc1995).len()).collect();
    let (original, _) = frames(&bytes, None);
    let mut noticed = 0;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            let (found, error) = frames(&damaged, Some(damaged.len() as u64));
            assert!(found.len() <= 3);
            assert!(found.iter().all(|frame| frame.positions.len() == 63));
            noticed += usize::from(error.is_some());
            // What comes before the damage is untouched.
            let before = ends.iter().filter(|&&end| end <= at).count();
            assert!(found[..before] == original[..before], "byte {at}");
        }
    }
    assert!(noticed > bytes.len(), "{noticed} of {}", 8 * bytes.len());
}

#[test]
fn a_scale_that_is_not_positive_is_refused() {
    let bytes = file(20, 2, Magic::Xtc1995);
    assert!(FrameReader::new(&bytes[..], "x.xtc", FrameFormat::Xtc { scale: -1.0 }).is_err());
}
