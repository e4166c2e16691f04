use super::*;
use crate::trajectory::Frame;
use std::io::Write;

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("bytes");
    file
}

fn two() -> Species {
    Species::single("A", 2).expect("species")
}

const XYZ: &str = "2\nstep=10\nA 1 2 3\nA 4 5 6\n2\nstep=20\nA 1 2 3\nA 4 5 7\n";
const DUMP: &str = "ITEM: TIMESTEP\n10\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\n\
                    ITEM: ATOMS id xu yu zu\n1 1 2 3\n2 4 5 6\n";

#[test]
fn formats_are_told_apart_by_how_files_begin() {
    for (text, steps) in [(XYZ, &[10, 20][..]), (DUMP, &[10])] {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        for bytes in [text.as_bytes().to_vec(), encoder.finish().unwrap()] {
            let file = file(&bytes);
            let run = trajectory::<f64>(file.path(), Units::METAL, 0.002, two()).unwrap();
            assert_eq!(run.steps(), steps);
            assert_eq!(
                run.frame(0),
                [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
                "text is taken as it is"
            );
        }
    }
}

#[test]
fn lengths_of_xtc_are_in_the_units_of_the_run() {
    let path = "data/cuzr/T1600/trajectory.xtc";
    let first = |units| {
        let mut frame = Frame::<f64>::new();
        assert!(frames(path, units).unwrap().next_frame(&mut frame).unwrap());
        frame
    };
    let (nanometres, angstrom) = (first(Units::LJ), first(Units::METAL));
    let ratio = angstrom.positions[5] / nanometres.positions[5];
    assert!((ratio - 10.0).abs() < 1e-6, "{ratio}");
    let volumes = [nanometres, angstrom].map(|frame| frame.cell.unwrap().volume());
    assert!((volumes[1] / volumes[0] / 1000.0 - 1.0).abs() < 1e-6);
}

#[test]
fn a_file_of_none_of_the_formats_is_named_with_how_it_begins() {
    let message = |bytes: &[u8]| {
        let file = file(bytes);
        let error = frames(file.path(), Units::LJ).err().unwrap();
        error
            .to_string()
            .replace(&file.path().display().to_string(), "FILE")
    };
    assert_eq!(
        message(b"CORD 1 2\n3 4 5\n"),
        "FILE, frame 0, byte 0: the beginning of the file is `CORD 1 2`, expected XTC, DCD, TRR, GSD, `ITEM:` of a LAMMPS \
         dump or the number of particles of an XYZ file"
    );
    assert_eq!(message(b" \n\n"), "FILE: no frame, expected at least 1");
    assert_eq!(
        message(&[0, 0, 7, 0xcb, 1]),
        "FILE, frame 0, byte 5: the file ends after 5 of 56 bytes"
    );
    let missing = frames("no/such.xtc", Units::LJ).err().unwrap().to_string();
    assert_eq!(
        missing,
        "cannot open no/such.xtc: No such file or directory (os error 2)"
    );
}

#[test]
fn frames_before_an_error_are_kept() {
    let cut = file(&XYZ.as_bytes()[..XYZ.len() - 3]);
    let whole = trajectory::<f32>(cut.path(), Units::LJ, 0.005, two()).unwrap_err();
    assert!(whole.to_string().contains("frame 1, line 8"), "{whole}");
    let source = frames(cut.path(), Units::LJ).unwrap();
    let (run, end) = Trajectory::<f32>::up_to_error(source, 0.005, two()).unwrap();
    assert_eq!(end.unwrap().to_string(), whole.to_string());
    assert_eq!(run.steps(), [10]);
}

#[test]
fn wrapped_coordinates_are_refused() {
    let file = file(DUMP.replace("xu yu zu", "x y z").as_bytes());
    let message = trajectory::<f32>(file.path(), Units::LJ, 0.005, two()).unwrap_err();
    assert!(
        message
            .to_string()
            .starts_with("the source has wrapped coordinates"),
        "{message}"
    );
}
