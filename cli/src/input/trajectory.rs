//! Reads the trajectory of one run and checks it against `scan.toml`.

use std::path::{Path, PathBuf};

use msed::io::{FrameFormat, FrameReader};
use msed::trajectory::{FrameSource, Species, centres_of_mass, with_checked_times, without_drift};
use msed::{Replicas, Trajectory};

use super::cells::with_cell;
use super::centre_of_mass::CentreOfMass;
use super::frame_files::{Notes, open, with_hint, with_stride};
use super::frame_replicas::{self, OtherRuns, Prints};
use super::frame_steps::{self, Stepped};
use super::jumps;
use super::precision::{self, Farthest};
use super::{about, check_file, dimensions, of_replica};
use crate::failure::Failure;
use crate::scan_file::{FrameTimes, Run, Scan, SpeciesList, Types, with_counts};

pub(super) use super::frame_files::reader;

/// The species of all particles, where the scan file has any.
pub(crate) fn species(scan: &Scan) -> Result<Option<Species>, Failure> {
    match &scan.species {
        None => Ok(None),
        Some(SpeciesList::Counts { kinds, counts }) => {
            let species = Species::by_count(with_counts(kinds, counts));
            species.map(Some).map_err(|error| scan.failure(error))
        }
        Some(SpeciesList::Types { kinds, types, file }) => {
            let of_particles = first_types(scan, file, types)?;
            let (found, expected) = (of_particles.len(), scan.system.particles);
            if found != expected {
                return Err(about(
                    file,
                    format!("found {found} particles, expected {expected}"),
                ));
            }
            let numbers = match types {
                Types::Numbers(numbers) => numbers.clone(),
                Types::Words(words) => (0..).take(words.len()).collect(),
            };
            let names = kinds.iter().map(|kind| kind.name.as_str());
            let species = Species::by_type(&of_particles, numbers.into_iter().zip(names));
            species.map(Some).map_err(|error| about(file, error))
        }
    }
}

/// The type of each particle in the first frame of a file, in the order of ids: the number that the
/// file has, or the place of its name among those of the species.
fn first_types(scan: &Scan, file: &Path, types: &Types) -> Result<Vec<u32>, Failure> {
    check_file(file)?;
    let format = FrameFormat::of(file, scan.system.units.units());
    // The steps of the file do not matter.
    let format = format.map(|format| with_stride(format, 1));
    let reader = format.and_then(|format| FrameReader::open(file, format));
    let reader = reader.map_err(|error| about(file, error))?;
    let missing = |what: &str| about(file, format!("frame 0: found no {what}"));
    match types {
        Types::Numbers(_) => {
            let types = reader.types().map(<[u32]>::to_vec);
            let expected = "column `type` of numbers, expected columns `id` and `type`, or a `type` of each species \
                            that is a name";
            types.ok_or_else(|| missing(expected))
        }
        Types::Words(words) => {
            if reader.names().is_empty() {
                return Err(missing("names of particles, expected `element` or type labels"));
            }
            let place = |(particle, name): (usize, &String)| {
                let found = words.iter().position(|word| word == name);
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

/// What the trajectory of a run gives.
pub(crate) struct Loaded {
    pub(crate) frames: Frames,
    /// What was decided in reading them.
    pub(crate) notes: Vec<String>,
    /// `None` where masses are not known.
    pub(crate) centre_of_mass: Option<CentreOfMass>,
}

/// Fewest frames of a replica: lags reach a tenth of it, and blocks are a tenth of it.
pub(crate) const FEWEST: usize = 20;

/// The frames of all replicas of a run; `None` where it has no trajectory. The time `discard` is
/// left out at the start of each. None may be of a run among the `others`, to which it is added.
pub(crate) fn load(
    scan: &Scan,
    run: &Run,
    species: Option<&Species>,
    discard: f64,
    others: &mut OtherRuns,
) -> Result<Option<Loaded>, Failure> {
    let Some(species) = species.filter(|_| !run.trajectory().is_empty()) else {
        return Ok(None);
    };
    let masses = masses(scan, run, species)?;
    let notes = Notes::default();
    let (mut replicas, mut centres, mut prints) = (Vec::new(), Vec::new(), Vec::new());
    for files in run.trajectory() {
        let of_replica = replica(scan, run, species, masses.as_deref(), files, discard, &notes)?;
        let (frames, taken_off, of_frames) = of_replica;
        prints.push(of_frames);
        centres.extend(
            masses
                .iter()
                .map(|masses| CentreOfMass::of(&frames, masses, taken_off)),
        );
        replicas.push(frames);
    }
    let files: Vec<&Path> = run.trajectory().iter().map(|files| files[0].as_path()).collect();
    frame_replicas::check_cells_and_spacing(scan, run, &files, &replicas)?;
    frame_replicas::check_apart(&files, &prints)?;
    others.check(scan, run, &files, &prints)?;
    let frames = Replicas::new(replicas).map_err(|error| of_replica(&error, files.into_iter()))?;
    Ok(Some(Loaded {
        frames,
        notes: notes.take(),
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
    match (run.removes_drift(), of_species) {
        (_, Some(masses)) => {
            let masses = species.masses(masses);
            masses.map(Some).map_err(|error| scan.run_failure(run, error))
        }
        (true, None) => {
            let expected = "expected a `mass`, or the `masses` of a molecule, for each of `species`";
            let message = format!("found species without a mass, {expected}");
            Err(scan.key_failure(run, "centre_of_mass", message))
        }
        (false, None) => Ok(None),
    }
}

/// Species of a `count` that hold particles of several types, where the file has types. It may be
/// meant so, or the particles are in another order.
fn mixed_species(scan: &Scan, run: &Run, file: &Path) -> Result<Vec<String>, Failure> {
    let Some(blocks) = scan.species.as_ref().and_then(SpeciesList::blocks) else {
        return Ok(Vec::new());
    };
    let reader = reader(scan, run, file)?;
    let types: Vec<String> = match reader.types() {
        Some(types) => types.iter().map(u32::to_string).collect(),
        None => reader.names().to_vec(),
    };
    let mut mixed = Vec::new();
    let mut rest = types.as_slice();
    for (name, count) in blocks {
        let Some((block, after)) = rest.split_at_checked(count) else {
            break;
        };
        rest = after;
        if let Some(other) = block.iter().find(|other| **other != block[0]) {
            mixed.push(format!(
                "species `{name}` holds particles of types {} and {other}, in the order of their ids",
                block[0]
            ));
        }
    }
    Ok(mixed)
}

/// The frames that count of a replica, the path of the centre of mass where it was taken off, and
/// what tells all frames from others.
type ReplicaFrames = (Trajectory<'static, f32>, Option<[f64; 3]>, Prints);

fn replica(
    scan: &Scan,
    run: &Run,
    species: &Species,
    masses: Option<&[f64]>,
    files: &[PathBuf],
    discard: f64,
    notes: &Notes,
) -> Result<ReplicaFrames, Failure> {
    let file = files[0].as_path();
    let failed = |error| about(file, with_hint(&error));
    let time_step = scan.system.timestep;
    let mut time_unit = None;
    let mut farthest = 0.0;
    let stepped = Stepped::new(open(scan, run, files, notes)?, scan, run, file, notes);
    let stepped = Farthest::new(stepped, &mut farthest);
    let mut source: Box<dyn FrameSource<f32> + '_> = match run.frame_times {
        Some(FrameTimes::Ignore) => Box::new(stepped),
        _ => Box::new(with_checked_times(
            stepped,
            time_step,
            scan.system.units.units(),
            &mut time_unit,
        )),
    };
    // Molecules take whole coordinates, and their centres move as the whole system does.
    if let Some(molecules) = scan.species.as_ref().and_then(SpeciesList::molecules) {
        source = Box::new(centres_of_mass(source, molecules.map_err(failed)?));
    }
    for note in mixed_species(scan, run, file)? {
        notes.add(file, note);
    }
    let mut path = Vec::new();
    let trajectory = match masses.filter(|_| run.removes_drift()) {
        Some(masses) => {
            let still = without_drift(source, masses, &mut path).map_err(failed)?;
            Trajectory::from_source(still, time_step, species.clone())
        }
        None => Trajectory::from_source(source, time_step, species.clone()),
    };
    let trajectory = trajectory.map_err(failed)?;
    if let Some(unit) = time_unit {
        let note = format_args!("the times of its frames agree with `timestep` if they are in {unit}");
        notes.add(file, note);
    }
    match trajectory.repeated_frames() {
        0 => {}
        repeated => notes.add(
            file,
            format_args!("{repeated} repeated frames counted once (same step, cell and positions)"),
        ),
    }
    if let Some(note) = precision::check(file, farthest, &trajectory)? {
        notes.add(file, note);
    }
    let trajectory = dimensions::check(scan, run, file, trajectory)?;
    frame_steps::check(scan, run, file, &trajectory)?;
    let trajectory = with_cell(scan, run, file, trajectory)?;
    jumps::check(scan, run, file, &trajectory)?;
    let prints = Prints::of(&trajectory);
    let start = trajectory.steps()[0];
    let early = |step: &u64| ((step - start) as f64 * time_step) < discard * (1.0 - 1e-9);
    let found = trajectory.frames();
    let discarded = trajectory.steps().iter().filter(|step| early(step)).count();
    let left = found - discarded;
    if found < FEWEST {
        let message = format!("found {found} frames, expected at least {FEWEST}");
        return Err(about(file, message));
    }
    if left < FEWEST {
        return Err(scan.too_little_left(run, discard, [left, found], "frames", file, FEWEST));
    }
    let taken_off = path
        .last()
        .map(|last| std::array::from_fn(|i| last[i] - path[discarded][i]));
    if discarded == 0 {
        return Ok((trajectory, taken_off, prints));
    }
    let kept = trajectory.slice(discarded..found);
    Ok((kept.map_err(failed)?.into_owned(), taken_off, prints))
}
