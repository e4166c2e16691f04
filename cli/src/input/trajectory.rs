//! Reads the trajectory of one run and checks it against `scan.toml`.

use std::path::Path;

use msed::io::{FrameFormat, FrameReader};
use msed::trajectory::{FrameSource, Species, centres_of_mass, without_drift};
use msed::{Replicas, Trajectory, io};

use super::cells::with_cell;
use super::centre_of_mass::CentreOfMass;
use super::frame_steps::{self, Stepped};
use super::{about, check_file, dimensions};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan, SpeciesList};

/// The species of all particles, where the scan file has any.
pub(crate) fn species(scan: &Scan) -> Result<Option<Species>, Failure> {
    match &scan.species {
        None => Ok(None),
        Some(SpeciesList::Counts(counts)) => {
            let counts = counts
                .iter()
                .map(|kind| (kind.name.as_str(), kind.number as usize));
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
            let names = types.iter().map(|kind| (kind.number, kind.name.as_str()));
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

/// What the trajectory of a run gives.
pub(crate) struct Loaded {
    pub(crate) frames: Frames,
    /// `None` where masses are not known.
    pub(crate) centre_of_mass: Option<CentreOfMass>,
}

/// Fewest frames of a replica: lags reach a tenth of it, and blocks are a tenth of it.
const FEWEST: usize = 20;

/// The frames of all replicas of a run; `None` where it has no trajectory. The time `discard` is
/// left out at the start of each.
pub(crate) fn load(
    scan: &Scan,
    run: &Run,
    species: Option<&Species>,
    discard: f64,
) -> Result<Option<Loaded>, Failure> {
    let Some(species) = species.filter(|_| !run.trajectory().is_empty()) else {
        return Ok(None);
    };
    let masses = masses(scan, run, species)?;
    let (mut replicas, mut centres) = (Vec::new(), Vec::new());
    for file in run.trajectory() {
        let (frames, taken_off) = replica(scan, run, species, masses.as_deref(), file, discard)?;
        centres.extend(
            masses
                .iter()
                .map(|masses| CentreOfMass::of(&frames, masses, taken_off)),
        );
        replicas.push(frames);
    }
    let frames = Replicas::new(replicas).map_err(|error| scan.run_failure(run, error))?;
    Ok(Some(Loaded {
        frames,
        centre_of_mass: CentreOfMass::farthest(centres),
    }))
}

/// The mass of each particle, or of each molecule; `None` where the scan file does not say. It must
/// where the drift is to be taken off.
fn masses(scan: &Scan, run: &Run, species: &Species) -> Result<Option<Vec<f64>>, Failure> {
    let of_species = scan
        .species
        .as_ref()
        .and_then(|list| list.masses(scan.system.units));
    match (&run.centre_of_mass, of_species) {
        (_, Some(masses)) => {
            let masses = species.masses(masses);
            masses.map(Some).map_err(|error| scan.run_failure(run, error))
        }
        (Some(remove), None) => {
            let expected = "expected a `mass`, or the `masses` of a molecule, for each of `species`";
            Err(scan.failure_of(
                remove,
                format!("`centre_of_mass`: found species without a mass, {expected}"),
            ))
        }
        (None, None) => Ok(None),
    }
}

fn replica(
    scan: &Scan,
    run: &Run,
    species: &Species,
    masses: Option<&[f64]>,
    file: &Path,
    discard: f64,
) -> Result<(Trajectory<'static, f32>, Option<[f64; 3]>), Failure> {
    let failed = |error| about(file, error);
    let mut source: Box<dyn FrameSource<f32> + Send> = Box::new(Stepped::new(open(scan, file)?, scan, run));
    // Molecules take whole coordinates, and their centres move as the whole system does.
    if let Some(molecules) = scan.species.as_ref().and_then(SpeciesList::molecules) {
        source = Box::new(centres_of_mass(source, molecules.map_err(failed)?));
    }
    let time_step = scan.system.timestep;
    let mut path = Vec::new();
    let trajectory = match masses.filter(|_| run.centre_of_mass.is_some()) {
        Some(masses) => {
            let still = without_drift(source, masses, &mut path).map_err(failed)?;
            Trajectory::from_source(still, time_step, species.clone())
        }
        None => Trajectory::from_source(source, time_step, species.clone()),
    };
    let trajectory = dimensions::check(scan, run, file, trajectory.map_err(failed)?)?;
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
    let taken_off = path
        .last()
        .map(|last| std::array::from_fn(|i| last[i] - path[discarded][i]));
    if discarded == 0 {
        return Ok((trajectory, taken_off));
    }
    let kept = trajectory.slice(discarded..found);
    Ok((kept.map_err(failed)?.into_owned(), taken_off))
}

/// Opens a file of frames. Its first bytes tell the format.
pub(super) fn open(scan: &Scan, file: &Path) -> Result<Box<dyn FrameSource<f32> + Send>, Failure> {
    check_file(file)?;
    let frames = io::frames(file, scan.system.units.units());
    Ok(Box::new(frames.map_err(|error| about(file, error))?))
}
