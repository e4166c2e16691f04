use super::*;
use crate::trajectory::{Species, Trajectory};
use molly::{Magic, XTCReader as Oracle, XTCWriter};

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
    let mut reader = match XtcReader::with_length(bytes, Path::new("x.xtc"), 1.0, length) {
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
    let mut reader = XtcReader::new(&bytes[..], "x.xtc", 10.0).unwrap();
    let mut frame = Frame::<f64>::new();
    assert!(reader.next_frame(&mut frame).unwrap());
    let expected: Vec<f64> = single[0].positions.iter().map(|&x| f64::from(x) * 10.0).collect();
    assert_eq!(frame.positions, expected);
    assert_eq!(frame.cell.unwrap().vectors()[1], [15.0, 80.0, 0.0]);
}

#[test]
fn a_file_cut_at_any_byte_gives_its_whole_frames_and_an_error() {
    for molecules in [3, 6] {
        let bytes = file(molecules, 3, Magic::Xtc1995);
        let ends: Vec<usize> = (1..=3)
            .map(|n| file(molecules, n, Magic::Xtc1995).len())
            .collect();
        for cut in 0..=bytes.len() {
            let whole = ends.iter().filter(|&&end| end <= cut).count();
            for length in [None, Some(cut as u64)] {
                let (found, error) = frames(&bytes[..cut], length);
                assert_eq!(found.len(), whole, "cut at {cut}");
                if cut == 0 {
                    assert_eq!(error.as_deref(), Some("x.xtc: no frame, expected at least 1"));
                } else if ends.contains(&cut) {
                    assert_eq!(error, None);
                } else {
                    let error = error.unwrap();
                    let place = format!("x.xtc, frame {whole}, byte ");
                    assert!(
                        error.starts_with(&place) && error.contains("the file ends after"),
                        "{error}"
                    );
                }
            }
        }
    }
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
    let mut state = 1_u64;
    for _ in 0..3000 {
        let mut damaged = bytes.clone();
        for _ in 0..4 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (state >> 33) as usize % damaged.len();
            damaged[at] = (state >> 25) as u8;
        }
        assert!(frames(&damaged, None).0.len() <= 3);
    }
}

#[test]
fn headers_are_held_against_the_file() {
    let bytes = file(20, 2, Magic::Xtc1995);
    let second = file(20, 1, Magic::Xtc1995).len();
    let with = |at: usize, word: u32| {
        let mut changed = bytes.clone();
        changed[at..at + 4].copy_from_slice(&word.to_be_bytes());
        let (found, error) = frames(&changed, Some(changed.len() as u64));
        assert_eq!(found.len(), usize::from(at >= second));
        error.unwrap()
    };
    assert_eq!(
        with(0, 1996),
        "x.xtc, frame 0, byte 56: the magic number is `1996`, expected 1995 or 2023"
    );
    assert_eq!(
        with(4, 0),
        "x.xtc, frame 0, byte 56: the number of particles is `0`, expected 1 at least"
    );
    assert_eq!(
        with(second + 4, 59),
        format!("x.xtc, frame 1, byte {second}: 59 particles, expected 60 as in the first frame")
    );
    assert_eq!(
        with(second + 8, u32::MAX),
        format!(
            "x.xtc, frame 1, byte {}: the step is `-1`, expected 0 at least (steps of XTC end at 2147483647)",
            second + 56
        )
    );
    assert_eq!(
        with(second + 16, f32::NAN.to_bits()),
        format!(
            "x.xtc, frame 1, byte {second}: lattice vector 0 is [NaN, 0.0, 0.0], expected finite components"
        )
    );
    assert_eq!(
        with(56, 0),
        "x.xtc, frame 0, byte 88: the precision is `0`, expected a positive finite number"
    );
    assert_eq!(
        with(52, 59),
        "x.xtc, frame 0, byte 56: the number of particles is `60, then 59`, expected the same number twice"
    );
    assert_eq!(
        with(second + 52, 59),
        format!(
            "x.xtc, frame 1, byte {}: the number of particles is `60, then 59`, expected the same number twice",
            second + 56
        )
    );
    assert_eq!(
        with(second + 56, 500_f32.to_bits()),
        format!(
            "x.xtc, frame 1, byte {}: a precision of 500, expected 1000 as in the first frame",
            second + 56
        )
    );
    assert!(with(60, i32::MAX.cast_unsigned()).contains("the range of the coordinates is"));
    assert!(with(84, 8).contains("a size from 9 to 72"));
    assert!(with(84, 73).contains("a size from 9 to 72"));
    assert_eq!(
        with(88, 0),
        "x.xtc, frame 0, byte 92: the number of compressed bytes is `0`, expected enough for the particles, and less than 2^63"
    );
    // Two gigabytes are asked for, and none are allocated.
    let error = with(88, 0x8000_0000);
    assert!(
        error.contains("the file ends after") && error.contains("of 2147483648 bytes"),
        "{error}"
    );
    assert!(XtcReader::new(&bytes[..], "x.xtc", -1.0).is_err());
    assert_eq!(
        XtcReader::open("no/such.xtc", 1.0).unwrap_err().to_string(),
        "cannot open no/such.xtc: No such file or directory (os error 2)"
    );
}

#[test]
fn a_cut_file_keeps_its_frames_for_the_caller() {
    let bytes = file(20, 5, Magic::Xtc1995);
    let reader = XtcReader::new(&bytes[..bytes.len() - 3], "x.xtc", 1.0).unwrap();
    let species = Species::single("water", 60).unwrap();
    let interrupted = Trajectory::<f32>::from_source(reader, 0.1, species).unwrap_err();
    assert!(interrupted.to_string().starts_with("x.xtc, frame 4, byte"));
    assert_eq!(interrupted.frames().unwrap().steps(), [0, 50, 100, 150]);
}
