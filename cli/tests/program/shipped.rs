//! Data of the repository.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A data set of the repository.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data").join(name)
}

/// A file of the library's test data.
pub(crate) fn test_data(folder: &str, name: &str) -> Vec<u8> {
    std::fs::read(data("../tests/data").join(folder).join(name)).expect("test data")
}

/// The first samples of an energy file of the repository, as LAMMPS prints them.
pub(crate) fn energy_file(file: &str, samples: usize) -> String {
    let table = msed::io::energies(data("kob-andersen").join(file)).expect("shipped data");
    let temperatures = table.temperature.as_deref().expect("a column");
    let mut text = String::from("# Time-averaged data for fix p\n# TimeStep v_pe v_te\n");
    for ((step, e), t) in table
        .steps()
        .zip(&table.potential)
        .zip(temperatures)
        .take(samples)
    {
        writeln!(text, "{step} {e} {t}").expect("a string grows");
    }
    text
}

/// The first frames of an XTC file of the repository, each as its bytes.
pub(crate) fn xtc_frames(count: usize) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(data("kob-andersen/T0.700/trajectory.xtc")).expect("shipped data");
    let mut rest = &bytes[..];
    (0..count)
        .map(|_| {
            // A header of 92 bytes ends with the length of the coordinates, which are padded to
            // words.
            let length = u32::from_be_bytes(rest[88..92].try_into().expect("four bytes")) as usize;
            let (frame, after) = rest.split_at(92 + length.next_multiple_of(4));
            rest = after;
            frame.to_vec()
        })
        .collect()
}

/// The first frames of the same trajectory as LAMMPS dumps text, to the last bit of the
/// coordinates, each as its text.
pub(crate) fn dump_frames(count: usize) -> Vec<String> {
    use msed::trajectory::{Frame, FrameSource};
    let file = data("kob-andersen/T0.700/trajectory.xtc");
    let mut reader = msed::io::frames(file, msed::Units::LJ).expect("shipped data");
    let mut frame = Frame::<f32>::new();
    (0..count)
        .map(|_| {
            assert!(reader.next_frame(&mut frame).expect("a frame"));
            let [a, b, c] = frame.cell.expect("a cell").lengths();
            let mut text = format!(
                "ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n1000\nITEM: BOX BOUNDS pp pp pp\n0 {a}\n0 {b}\n0 {c}\nITEM: ATOMS id type xu yu zu\n",
                frame.step
            );
            for (id, [x, y, z]) in frame.positions.as_chunks().0.iter().enumerate() {
                writeln!(text, "{} {} {x} {y} {z}", id + 1, 1 + id / 800).expect("a string grows");
            }
            text
        })
        .collect()
}
