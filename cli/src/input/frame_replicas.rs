//! Trajectories of one run are of one state point, and none is a copy or a piece of another.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use msed::Trajectory;
use msed::stats::short;

use super::about;
use super::alike;
use super::cells::{edges, is_close};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan};

/// What tells the frames of a trajectory from those of others.
#[derive(Debug, Clone)]
pub(super) struct Prints {
    /// A number for the positions of each frame. Frames that differ have the same one by a chance
    /// of 2^-64.
    frames: Vec<u64>,
    /// The sum over all particles of the squared displacement from frame to frame, which neither an
    /// offset nor another order of the particles changes; none where frames are not evenly spaced.
    moves: Vec<f64>,
}

impl Prints {
    pub(super) fn of(trajectory: &Trajectory<'_, f32>) -> Self {
        let of = |hash: u64, x: &f32| {
            (hash ^ u64::from(x.to_bits()))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
        };
        let frames = 0..trajectory.frames();
        let gaps = trajectory.steps().windows(2).map(|pair| pair[1] - pair[0]);
        let is_even = gaps.clone().zip(gaps.skip(1)).all(|(gap, next)| gap == next);
        let square =
            |[a, b]: [&[f32]; 2]| -> f64 { a.iter().zip(b).map(|(x, y)| f64::from(y - x).powi(2)).sum() };
        let moved = |frame: usize| square([frame - 1, frame].map(|frame| trajectory.frame(frame)));
        Self {
            frames: frames
                .clone()
                .map(|frame| trajectory.frame(frame).iter().fold(0, of))
                .collect(),
            moves: if is_even {
                frames.skip(1).map(moved).collect()
            } else {
                Vec::new()
            },
        }
    }
}

/// Replicas of a run that share frames are pieces of one run, or copies. Those that share the first
/// frame alone began from one configuration, each with its own momenta.
pub(super) fn check_apart(files: &[&Path], replicas: &[Prints]) -> Result<(), Failure> {
    let mut seen: HashMap<u64, (usize, usize)> = HashMap::new();
    for (k, prints) in replicas.iter().enumerate() {
        let frames = &prints.frames;
        for (frame, print) in frames.iter().enumerate() {
            let Some(&(other, of_other)) = seen.get(print) else {
                continue;
            };
            let before = &replicas[other].frames;
            if frame == 0 && of_other == 0 && frames.get(1) != before.get(1) {
                continue;
            }
            let name = files[other].display();
            let message = if frame == 0 && of_other + 1 == before.len() {
                format!(
                    "begins with the last frame of {name}, expected an independent run: the pieces of one run are a list in \
                     the list `trajectory`"
                )
            } else {
                format!(
                    "frame {frame} has the positions of frame {of_other} of {name}, expected an independent run"
                )
            };
            return Err(about(files[k], message));
        }
        for (other, before) in replicas[..k].iter().enumerate() {
            let Some(order) = alike::find(&before.moves, &prints.moves) else {
                continue;
            };
            let message = format!(
                "particles move from frame to frame as in {}{}, as in a copy with an offset or another order of the particles: \
                 expected an independent run",
                files[other].display(),
                order.backwards()
            );
            return Err(about(files[k], message));
        }
        for (frame, print) in frames.iter().enumerate() {
            seen.entry(*print).or_insert((k, frame));
        }
    }
    Ok(())
}

/// The trajectories of the runs so far.
#[derive(Debug, Default)]
pub(crate) struct OtherRuns {
    frames: HashMap<u64, (usize, usize)>,
    /// The files, and the runs that they belong to.
    files: Vec<(PathBuf, String)>,
}

impl OtherRuns {
    /// Refuses a run that counts and shares frames with one of those before. A single one is where
    /// a run begins from a configuration of another.
    pub(super) fn check(
        &mut self,
        scan: &Scan,
        run: &Run,
        files: &[&Path],
        prints: &[Prints],
    ) -> Result<(), Failure> {
        if run.exclude.is_some() {
            return Ok(());
        }
        for (file, prints) in files.iter().zip(prints) {
            let places = prints.frames.iter().enumerate();
            let mut shared = places.filter_map(|(frame, print)| Some((frame, self.frames.get(print)?)));
            let first = shared.next();
            if let Some((frame, (other, of_other))) = shared.next().and(first) {
                let (other_file, other) = &self.files[*other];
                let message = format!(
                    "run `{}`: frame {frame} of {} has the positions of frame {of_other} of {} of run `{other}`, and so have more: \
                     expected frames of another run",
                    run.name(),
                    file.display(),
                    other_file.display()
                );
                return Err(scan.key_failure(run, "trajectory", message));
            }
        }
        for (file, prints) in files.iter().zip(prints) {
            let number = self.files.len();
            self.files.push((file.to_path_buf(), run.name().to_owned()));
            for (frame, print) in prints.frames.iter().enumerate() {
                self.frames.entry(*print).or_insert((number, frame));
            }
        }
        Ok(())
    }
}

/// Replicas of a run have one cell and one spacing of frames.
pub(super) fn check_cells_and_spacing(
    scan: &Scan,
    run: &Run,
    files: &[&Path],
    replicas: &[Trajectory<'static, f32>],
) -> Result<(), Failure> {
    let least = |replica: &Trajectory<'_, f32>| {
        let pairs = replica.steps().windows(2);
        pairs.map(|pair| pair[1] - pair[0]).min()
    };
    // Cells at constant pressure are compared with each other frame by frame, as within a file.
    let tolerance = if run.cell.is_none() && scan.is_isobaric() {
        0.25
    } else {
        1e-4
    };
    let Some((first, others)) = replicas.split_first() else {
        return Ok(());
    };
    for (replica, file) in others.iter().zip(&files[1..]) {
        let of = files[0].display();
        if let (Some(found), Some(expected)) = (replica.cell(0), first.cell(0))
            && !is_close(found, expected, tolerance)
        {
            let (found, expected) = (edges(found), edges(expected));
            let message = format!(
                "found a cell of {found}, expected the {expected} of {of}: replicas are of one state point"
            );
            return Err(about(file, message));
        }
        if let (Some(found), Some(expected)) = (least(replica), least(first))
            && found != expected
        {
            let time = |steps: u64| short(steps as f64 * scan.system.timestep, 12);
            let (found, expected) = (time(found), time(expected));
            let message = format!("found frames {found} apart, expected the {expected} of {of}");
            return Err(about(file, message));
        }
    }
    Ok(())
}
