//! Files of frames, whatever their format.

use std::path::Path;

use super::ReadError;
#[cfg(feature = "xtc")]
use super::XtcReader;
#[cfg(feature = "io")]
use super::error::{Fault, Place};
#[cfg(feature = "io")]
use super::frame_reader::no_frame;
#[cfg(feature = "io")]
use super::text::Text;
#[cfg(feature = "io")]
use super::text::bytes::{fields, i64_field, shown};
#[cfg(feature = "io")]
use super::{ExtXyzReader, LammpsDumpReader, XyzSteps};
use crate::real::Real;
use crate::trajectory::{FrameSource, Interrupted, Species, Trajectory, TrajectoryError};
use crate::units::Units;

/// Reads a trajectory of unwrapped coordinates: XTC, LAMMPS dump text or extended XYZ. The first
/// bytes tell the format.
///
/// `time_step` is the length of one molecular-dynamics step. The file must have as many particles
/// as `species`. See [`frames`] for wrapped coordinates, for files larger than memory and for
/// choices that a format leaves open.
///
/// # Errors
/// [`Interrupted`], which holds the frames before the error and names the file and the frame: what
/// [`frames`] and [`Trajectory::from_source`] refuse.
///
/// ```
/// use msed::{Units, io, trajectory::Species};
/// let species = Species::by_count([("A", 800), ("B", 200)])?;
/// let file = "data/kob-andersen/T0.700/trajectory.xtc";
/// let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?;
/// assert_eq!((run.frames(), run.particles()), (1000, 1000));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn trajectory<T: Real>(
    path: impl AsRef<Path>,
    units: Units,
    time_step: f64,
    species: Species,
) -> Result<Trajectory<'static, T>, Interrupted<T>> {
    let source = frames(path, units).map_err(TrajectoryError::from)?;
    Trajectory::from_source(source, time_step, species)
}

/// The frames of a trajectory file one by one: XTC, LAMMPS dump text or extended XYZ. The first
/// bytes tell the format.
///
/// - **Lengths** of an XTC file are multiplied with [`Units::xtc_length`]: XTC is in nanometres by
///   convention, but LAMMPS writes the lengths of `units lj` unscaled. Lengths of text files are
///   not scaled.
/// - **Steps** of an XYZ file are read from the key `step` of each frame.
/// - The reader of a format offers its other choices, and what the file has beside coordinates
///   (types, names): [`XtcReader`](super::XtcReader),
///   [`LammpsDumpReader`](super::LammpsDumpReader), [`ExtXyzReader`](super::ExtXyzReader).
///
/// The file is opened twice, so that it must not be a pipe.
///
/// # Errors
/// [`ReadError`] where the file cannot be opened, begins like none of these, or does not begin with
/// a whole frame.
///
/// ```
/// use msed::trajectory::{Convention, Frame};
/// let file = "data/kob-andersen/T0.700/dump.lammpstrj.gz";
/// let mut frames = msed::io::frames::<f64>(file, msed::Units::LJ)?;
/// assert_eq!(frames.convention(), Convention::Unwrapped);
/// let mut frame = Frame::new();
/// while frames.next_frame(&mut frame)? {
///     assert_eq!(frame.positions.len(), 3000);
/// }
/// # Ok::<(), msed::Error>(())
/// ```
pub fn frames<T: Real>(
    path: impl AsRef<Path>,
    units: Units,
) -> Result<Box<dyn FrameSource<T> + Send>, ReadError> {
    open(path.as_ref(), units.xtc_length)
}

/// Only one format is compiled in, and its reader refuses other files.
#[cfg(not(feature = "io"))]
fn open<T: Real>(path: &Path, scale: f64) -> Result<Box<dyn FrameSource<T> + Send>, ReadError> {
    Ok(Box::new(XtcReader::open(path, scale)?))
}

/// The frames of a file, by the format that its first bytes tell.
#[cfg(feature = "io")]
fn open<T: Real>(path: &Path, scale: f64) -> Result<Box<dyn FrameSource<T> + Send>, ReadError> {
    let mut text = Text::open(path)?;
    let head = text.head().map_err(|error| error.in_frame(0))?;
    #[cfg(feature = "xtc")]
    if matches!(head.get(..4), Some([0, 0, 7, 0xcb | 0xe7])) {
        return Ok(Box::new(XtcReader::open(path, scale)?));
    }
    // Lengths of text are not scaled.
    #[cfg(not(feature = "xtc"))]
    let _ = scale;
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty());
    let first = first.ok_or_else(|| no_frame(path))?;
    let mut words = fields(first);
    let number = words.next().is_some_and(|word| i64_field(word).is_some());
    if first.starts_with(b"ITEM:") {
        return Ok(Box::new(LammpsDumpReader::open(path)?));
    }
    if number && words.next().is_none() {
        return Ok(Box::new(ExtXyzReader::open(path, XyzSteps::Written)?));
    }
    let xtc = if cfg!(feature = "xtc") {
        "that of an XTC file, "
    } else {
        ""
    };
    let text = "`ITEM:` of a LAMMPS dump or the number of particles of an XYZ file";
    let found = format!(
        "the beginning of the file is `{}`, expected {xtc}{text}",
        shown(first)
    );
    Err(Fault::Format(found).at(path, Place::Byte(0)).in_frame(0))
}

#[cfg(all(test, feature = "io", feature = "xtc"))]
mod tests {
    use super::*;
    use crate::trajectory::{Frame, Unwrapped};
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
            let error = frames::<f32>(file.path(), Units::LJ).err().unwrap();
            error
                .to_string()
                .replace(&file.path().display().to_string(), "FILE")
        };
        assert_eq!(
            message(b"CORD 1 2\n3 4 5\n"),
            "FILE, frame 0, byte 0: the beginning of the file is `CORD 1 2`, expected that of an XTC file, `ITEM:` of a LAMMPS \
             dump or the number of particles of an XYZ file"
        );
        assert_eq!(message(b" \n\n"), "FILE: no frame, expected at least 1");
        assert_eq!(
            message(&[0, 0, 7, 0xcb, 1]),
            "FILE, frame 0, byte 5: the file ends after 5 of 56 bytes"
        );
        let missing = frames::<f32>("no/such.xtc", Units::LJ).err().unwrap().to_string();
        assert_eq!(
            missing,
            "cannot open no/such.xtc: No such file or directory (os error 2)"
        );
    }

    #[test]
    fn frames_before_an_error_are_kept() {
        let cut = file(&XYZ.as_bytes()[..XYZ.len() - 3]);
        let interrupted: Interrupted<f32, Unwrapped> =
            trajectory(cut.path(), Units::LJ, 0.005, two()).unwrap_err();
        assert!(
            interrupted.to_string().contains("frame 1, line 8"),
            "{interrupted}"
        );
        assert_eq!(interrupted.frames().unwrap().steps(), [10]);
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
}
