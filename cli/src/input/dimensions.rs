//! The dimensions of a scan: given by `dimensions`, or found from the first frames.

use std::path::{Path, PathBuf};

use msed::Trajectory;
use msed::trajectory::{Dimensions, Frame, FrameSource, Species};

use super::about;
use super::frame_files::{Notes, open};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan};

/// The planes that a two-dimensional run may lie in.
const PLANES: [Dimensions; 3] = [Dimensions::Xy, Dimensions::Xz, Dimensions::Yz];

/// The dimensions of all runs. Those that are not given are those of the first frames of the first
/// trajectory; three where there is none. [`check`] holds every whole trajectory against them.
pub(crate) fn of_scan(scan: &Scan) -> Result<Dimensions, Failure> {
    let given = scan.given_dimensions.as_ref().map(|given| *given.get_ref());
    if given == Some(3) {
        return Ok(Dimensions::Three);
    }
    let first = scan
        .runs
        .iter()
        .find_map(|run| run.trajectory().first().map(|files| (run, files)));
    let Some((run, files)) = first else {
        return Ok(if given == Some(2) {
            Dimensions::Xy
        } else {
            Dimensions::Three
        });
    };
    let frames = first_frames(scan, run, files)?;
    if given.is_none() {
        return Ok(frames.dimensions());
    }
    let within = |plane: &Dimensions| frames.view().with_dimensions(*plane).is_ok();
    let found = [frames.dimensions()]
        .into_iter()
        .filter(|found| found.count() == 2);
    let mut planes = found.chain(PLANES);
    planes
        .find(within)
        .ok_or_else(|| contradicted(scan, run, &files[0]))
}

/// The first two frames that differ. Steps and cells do not matter.
fn first_frames(scan: &Scan, run: &Run, files: &[PathBuf]) -> Result<Trajectory<'static, f32>, Failure> {
    let failed = |error| about(&files[0], error);
    let mut source = open(scan, run, files, &Notes::default())?;
    let (mut first, mut frame) = (Frame::new(), Frame::new());
    source.next_frame(&mut first).map_err(failed)?;
    let mut positions = first.positions.clone();
    while source.next_frame(&mut frame).map_err(failed)? {
        if frame.positions.len() != first.positions.len() {
            break;
        }
        if frame.positions != first.positions {
            positions.extend_from_slice(&frame.positions);
            break;
        }
    }
    let frames = positions.len() / first.positions.len().max(1);
    let species = Species::single("all", first.positions.len() / 3).map_err(failed)?;
    let steps: Vec<u64> = (0..frames as u64).collect();
    Trajectory::new(positions, steps, 1.0, species).map_err(failed)
}

/// The trajectory in the dimensions of the scan, which it must not contradict.
pub(super) fn check(
    scan: &Scan,
    run: &Run,
    file: &Path,
    trajectory: Trajectory<'static, f32>,
) -> Result<Trajectory<'static, f32>, Failure> {
    let expected = scan.dimensions;
    let Some(given) = &scan.given_dimensions else {
        let found = trajectory.dimensions();
        if found == expected {
            return Ok(trajectory);
        }
        let message = format!(
            "found {found}, expected {expected} as in the first frames of the scan: `dimensions` in [system] says how many"
        );
        return Err(about(file, message));
    };
    let plane = trajectory.with_dimensions(expected);
    plane.map_err(|error| match expected {
        Dimensions::Three => about(file, error),
        _ => scan.failure_of(
            given,
            format!(
                "`dimensions`: found 2, but in {} of run `{}` {error}",
                file.display(),
                run.name()
            ),
        ),
    })
}

/// No plane holds the motion of a run that is said to be two-dimensional.
fn contradicted(scan: &Scan, run: &Run, file: &Path) -> Failure {
    let message = format!(
        "`dimensions`: found 2, but the particles in {} of run `{}` move along x, y and z; expected 3, or no such key",
        file.display(),
        run.name()
    );
    match &scan.given_dimensions {
        Some(given) => scan.failure_of(given, message),
        None => about(file, message),
    }
}
