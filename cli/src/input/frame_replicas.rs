//! Trajectories of one run are of one state point, and none is a copy or a piece of another.

use std::collections::HashMap;
use std::path::Path;

use msed::Trajectory;
use msed::stats::short;

use super::about;
use super::cells::{edges, is_close};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan};

/// A number for the positions of each frame. Frames that differ have the same one by a chance of
/// 2^-64.
pub(super) fn fingerprints(trajectory: &Trajectory<'_, f32>) -> Vec<u64> {
    let of = |hash: u64, x: &f32| {
        (hash ^ u64::from(x.to_bits()))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29)
    };
    let frames = 0..trajectory.frames();
    frames
        .map(|frame| trajectory.frame(frame).iter().fold(0, of))
        .collect()
}

/// Replicas of a run that share frames are pieces of one run, or copies. Those that share the first
/// frame alone began from one configuration, each with its own momenta.
pub(super) fn check_apart(files: &[&Path], replicas: &[Vec<u64>]) -> Result<(), Failure> {
    let mut seen: HashMap<u64, (usize, usize)> = HashMap::new();
    for (k, frames) in replicas.iter().enumerate() {
        for (frame, print) in frames.iter().enumerate() {
            let Some(&(other, of_other)) = seen.get(print) else {
                continue;
            };
            let before = &replicas[other];
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
        for (frame, print) in frames.iter().enumerate() {
            seen.entry(*print).or_insert((k, frame));
        }
    }
    Ok(())
}

/// Replicas of a run have one cell and one spacing of frames.
pub(super) fn check_alike(
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
