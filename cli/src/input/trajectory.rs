//! Reads the trajectory of one run and checks it against `scan.toml`.

use std::path::Path;

use msed::io::{FrameFormat, FrameReader};
use msed::trajectory::{FrameSource, Species};
use msed::{Replicas, Trajectory, io};

use super::cells::with_cell;
use super::frame_steps::{self, Stepped};
use super::{about, check_file};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan, SpeciesList};

/// The species of all particles, where the scan file has any.
pub(crate) fn species(scan: &Scan) -> Result<Option<Species>, Failure> {
    match &scan.species {
        None => Ok(None),
        Some(SpeciesList::Counts(counts)) => {
            let counts = counts.iter().map(|(name, count)| (name.as_str(), *count));
            let species = Species::by_count(counts);
            species.map(Some).map_err(|error| scan.failure(error))
        }
        Some(SpeciesList::Types { types, dump }) => {
            let of_particles = first_types(dump)?;
            let (found, expected) = (of_particles.len(), scan.system.particles);
            if found != expected {
                return Err(about(
                    dump,
                    format!("found {found} particles, expected {expected}"),
                ));
            }
            let names = types.iter().map(|(name, kind)| (*kind, name.as_str()));
            let species = Species::by_type(&of_particles, names);
            species.map(Some).map_err(|error| about(dump, error))
        }
    }
}

/// The type of each particle in the first frame of a dump, in the order of ids.
fn first_types(dump: &Path) -> Result<Vec<u32>, Failure> {
    check_file(dump)?;
    let reader = FrameReader::open(dump, FrameFormat::LammpsDump);
    let reader = reader.map_err(|error| about(dump, error))?;
    let types = reader.types().map(<[u32]>::to_vec);
    types.ok_or_else(|| {
        about(
            dump,
            "frame 0: found no column `type`, expected columns `id` and `type`",
        )
    })
}

/// A run's frames, in single precision as files have them.
pub(crate) type Frames = Replicas<Trajectory<'static, f32>>;

/// Fewest frames of a replica: lags reach a tenth of it, and blocks are a tenth of it.
const FEWEST: usize = 20;

/// The frames of all replicas of a run; `None` where it has no trajectory. The time `discard` is
/// left out at the start of each.
pub(crate) fn load(
    scan: &Scan,
    run: &Run,
    species: Option<&Species>,
    discard: f64,
) -> Result<Option<Frames>, Failure> {
    let Some(species) = species.filter(|_| !run.trajectory().is_empty()) else {
        return Ok(None);
    };
    let replicas = run
        .trajectory()
        .iter()
        .map(|file| replica(scan, run, species, file, discard));
    Replicas::new(replicas.collect::<Result<_, _>>()?)
        .map(Some)
        .map_err(|error| scan.run_failure(run, error))
}

fn replica(
    scan: &Scan,
    run: &Run,
    species: &Species,
    file: &Path,
    discard: f64,
) -> Result<Trajectory<'static, f32>, Failure> {
    let source = Stepped::new(open(scan, file)?, scan, run);
    let time_step = scan.system.timestep;
    let trajectory =
        Trajectory::from_source(source, time_step, species.clone()).map_err(|error| about(file, error))?;
    frame_steps::check(scan, run, file, &trajectory)?;
    let trajectory = with_cell(scan, run, file, trajectory)?;
    let start = trajectory.steps()[0];
    let early = |step: &u64| ((step - start) as f64 * time_step) < discard * (1.0 - 1e-9);
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

/// Opens a file of frames. Its first bytes tell the format.
pub(super) fn open(scan: &Scan, file: &Path) -> Result<Box<dyn FrameSource<f32> + Send>, Failure> {
    check_file(file)?;
    let frames = io::frames(file, scan.system.units.units());
    Ok(Box::new(frames.map_err(|error| about(file, error))?))
}
