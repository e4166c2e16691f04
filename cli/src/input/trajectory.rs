//! The trajectory of one run: read, and checked against `scan.toml`.

use std::path::Path;

use msed::trajectory::{FrameSource, Species, Trajectories};
use msed::{Trajectory, io};

use super::cells::with_cell;
use super::files::{self, about};
use super::frame_steps::{self, Stepped};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan};

/// A run's frames, in single precision as files have them.
pub(crate) type Frames = Trajectories<'static, f32>;

/// Fewest frames of a replica: lags reach a tenth of it, and blocks are a tenth of it.
const FEWEST: usize = 20;

/// The frames of all replicas of a run; `None` where it has no trajectory.
pub(crate) fn load(scan: &Scan, run: &Run, species: Option<&Species>) -> Result<Option<Frames>, Failure> {
    let Some(species) = species.filter(|_| !run.trajectory().is_empty()) else {
        return Ok(None);
    };
    let replicas = run
        .trajectory()
        .iter()
        .map(|file| replica(scan, run, species, file));
    Trajectories::new(replicas.collect::<Result<_, _>>()?)
        .map(Some)
        .map_err(|error| scan.run_failure(run, error))
}

fn replica(
    scan: &Scan,
    run: &Run,
    species: &Species,
    file: &Path,
) -> Result<Trajectory<'static, f32>, Failure> {
    let source = Stepped::new(open(scan, file)?, scan, run);
    let time_step = scan.system.timestep();
    let trajectory = Trajectory::from_source(source, time_step, species.clone())
        .map_err(|interrupted| about(file, interrupted.error()))?;
    frame_steps::check(scan, run, file, &trajectory)?;
    let trajectory = with_cell(scan, run, file, trajectory)?;
    let start = trajectory.steps()[0];
    let early = |step: &u64| ((step - start) as f64 * time_step) < run.discard() * (1.0 - 1e-9);
    let found = trajectory.frames();
    let discarded = trajectory.steps().iter().filter(|step| early(step)).count();
    let left = found - discarded;
    if left < FEWEST {
        let message = format!("found {found} frames, {left} after `discard`, expected at least {FEWEST}");
        return Err(about(file, message));
    }
    if discarded == 0 {
        return Ok(trajectory);
    }
    let kept = trajectory.slice(discarded..found);
    Ok(kept.map_err(|error| about(file, error))?.into_owned())
}

/// The frames of a file, whose format is told by how it begins.
pub(super) fn open(scan: &Scan, file: &Path) -> Result<Box<dyn FrameSource<f32> + Send>, Failure> {
    files::check(file)?;
    io::frames(file, scan.system.units.units()).map_err(|error| about(file, error))
}
