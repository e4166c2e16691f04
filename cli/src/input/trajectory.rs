//! Reads the trajectory of one run and checks it against `scan.toml`.

use std::path::{Path, PathBuf};

use msed::io::{FrameFormat, FrameReader};
use msed::trajectory::Species;
use msed::{Replicas, Trajectory};

use super::cells::with_cell;
use super::frame_files::{Notes, open, with_hint, with_stride};
use super::frame_steps::{self, Stepped};
use super::{about, check_file};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan, SpeciesList, TypeNames};

pub(super) use super::frame_files::reader;

/// The species of all particles, where the scan file has any.
pub(crate) fn species(scan: &Scan) -> Result<Option<Species>, Failure> {
    match &scan.species {
        None => Ok(None),
        Some(SpeciesList::Counts(counts)) => {
            let counts = counts.iter().map(|(name, count)| (name.as_str(), *count));
            let species = Species::by_count(counts);
            species.map(Some).map_err(|error| scan.failure(error))
        }
        Some(SpeciesList::Types { types, file }) => {
            let of_particles = first_types(scan, file, types)?;
            let (found, expected) = (of_particles.len(), scan.system.particles);
            if found != expected {
                return Err(about(
                    file,
                    format!("found {found} particles, expected {expected}"),
                ));
            }
            let species = match types {
                TypeNames::Numbers(list) => {
                    let names = list.iter().map(|(name, kind)| (*kind, name.as_str()));
                    Species::by_type(&of_particles, names)
                }
                TypeNames::Words(list) => {
                    let names = (0..).zip(list.iter().map(|(name, _)| name.as_str()));
                    Species::by_type(&of_particles, names)
                }
            };
            species.map(Some).map_err(|error| about(file, error))
        }
    }
}

/// The type of each particle in the first frame of a file, in the order of ids: the number that the
/// file has, or the place of its name among those of the species.
fn first_types(scan: &Scan, file: &Path, types: &TypeNames) -> Result<Vec<u32>, Failure> {
    check_file(file)?;
    let format = FrameFormat::of(file, scan.system.units.units());
    // The steps of the file do not matter.
    let format = format.map(|format| with_stride(format, 1));
    let reader = format.and_then(|format| FrameReader::open(file, format));
    let reader = reader.map_err(|error| about(file, error))?;
    let missing = |what: &str| about(file, format!("frame 0: found no {what}"));
    match types {
        TypeNames::Numbers(_) => {
            let types = reader.types().map(<[u32]>::to_vec);
            let expected = "column `type` of numbers, expected columns `id` and `type`, or a `type` of each species \
                            that is a name";
            types.ok_or_else(|| missing(expected))
        }
        TypeNames::Words(list) => {
            if reader.names().is_empty() {
                return Err(missing("names of particles, expected `element` or type labels"));
            }
            let place = |(particle, name): (usize, &String)| {
                let found = list.iter().position(|(_, word)| word == name);
                found.map(|place| place as u32).ok_or_else(|| {
                    about(
                        file,
                        format!("frame 0: particle {particle} is `{name}`, expected the type of a species"),
                    )
                })
            };
            reader.names().iter().enumerate().map(place).collect()
        }
    }
}

/// A run's frames, in single precision as files have them.
pub(crate) type Frames = Replicas<Trajectory<'static, f32>>;

/// Fewest frames of a replica: lags reach a tenth of it, and blocks are a tenth of it.
const FEWEST: usize = 20;

/// The frames of all replicas of a run, and what was decided in reading them; `None` where it has
/// no trajectory. The time `discard` is left out at the start of each.
pub(crate) fn load(
    scan: &Scan,
    run: &Run,
    species: Option<&Species>,
    discard: f64,
) -> Result<Option<(Frames, Vec<String>)>, Failure> {
    let Some(species) = species.filter(|_| !run.trajectory().is_empty()) else {
        return Ok(None);
    };
    let notes = Notes::default();
    let replicas = run
        .trajectory()
        .iter()
        .map(|files| replica(scan, run, species, files, discard, &notes));
    let frames = Replicas::new(replicas.collect::<Result<_, _>>()?);
    let frames = frames.map_err(|error| scan.run_failure(run, error))?;
    Ok(Some((frames, notes.take())))
}

fn replica(
    scan: &Scan,
    run: &Run,
    species: &Species,
    files: &[PathBuf],
    discard: f64,
    notes: &Notes,
) -> Result<Trajectory<'static, f32>, Failure> {
    let file = files[0].as_path();
    let source = Stepped::new(open(scan, run, files, notes)?, scan, run);
    let time_step = scan.system.timestep;
    let trajectory = Trajectory::from_source(source, time_step, species.clone())
        .map_err(|error| about(file, with_hint(&error)))?;
    match trajectory.repeated_frames() {
        0 => {}
        repeated => notes.add(
            file,
            format_args!("{repeated} repeated frames counted once (same step, cell and positions)"),
        ),
    }
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
