//! The trajectory of one run: read and checked against `scan.toml`.

use std::path::Path;

use msed::io::{LammpsDumpReader, XtcReader};
use msed::trajectory::{Cell, Convention, Frame, FrameSource, Species, TrajectoryError};
use msed::{Replicas, Trajectory};

use crate::failure::Failure;
use crate::files;
use crate::scan_file::{PathName, Run, Scan, SpeciesList};

/// A run's frames, in single precision as files have them.
pub(crate) type Frames = Replicas<Trajectory<'static, f32>>;

/// Fewest frames of a replica: lags reach a tenth of it, and blocks are a tenth of it.
const FEWEST: usize = 20;

/// Which particle is of which species.
pub(crate) fn species(scan: &Scan) -> Result<Option<Species>, Failure> {
    let place = scan.file.display();
    match &scan.system.species {
        None => Ok(None),
        Some(SpeciesList::Counts(counts)) => {
            let counts = counts.iter().map(|(name, count)| (name.as_str(), *count));
            Species::by_count(counts)
                .map(Some)
                .map_err(|error| Failure::at(place, error))
        }
        Some(SpeciesList::Types { types, dump }) => {
            let of_particles = first_types(dump)?;
            if of_particles.len() != scan.system.particles {
                let (found, expected) = (of_particles.len(), scan.system.particles);
                return Err(Failure::at(
                    dump.display(),
                    format!("found {found} particles, expected {expected}"),
                ));
            }
            let names = types.iter().map(|(name, kind)| (*kind, name.as_str()));
            Species::by_type(&of_particles, names)
                .map(Some)
                .map_err(|error| Failure::at(dump.display(), error))
        }
    }
}

/// On an isochore all runs that count have one volume, as far as it is known; where they have not, `path` must say so.
pub(crate) fn check_volumes(scan: &Scan) -> Result<(), Failure> {
    if scan.system.path == Some(PathName::Isobaric) {
        return Ok(());
    }
    let mut first: Option<(&Run, f64)> = None;
    for run in scan.runs.iter().filter(|run| run.exclude.is_none()) {
        let Some(volume) = volume(scan, run)? else {
            continue;
        };
        let (before, expected) = *first.get_or_insert((run, volume));
        if (volume - expected).abs() > 1e-3 * expected {
            let wanted = match scan.system.path {
                Some(_) => "the same to 0.1 % on an isochore",
                None => "the same to 0.1 %, or `path` in [system]",
            };
            return Err(Failure::at(
                format!("{}:{}: run `{}`", scan.file.display(), run.line, run.name),
                format!(
                    "found a volume of {volume:.6}, that of run `{}` is {expected:.6}; expected {wanted}",
                    before.name
                ),
            ));
        }
    }
    Ok(())
}

/// The volume of a run's cell: that of the first frame, else of `box`.
fn volume(scan: &Scan, run: &Run) -> Result<Option<f64>, Failure> {
    let given = run.cell.map(|[x, y, z]| x * y * z);
    let Some(file) = run.trajectory.first() else {
        return Ok(given);
    };
    let mut frame = Frame::new();
    open(scan, file)?
        .next_frame(&mut frame)
        .map_err(|error| about(file, &error))?;
    Ok(frame.cell.map(|cell| cell.volume()).or(given))
}

/// The frames of all replicas of a run; `None` where it has no trajectory.
pub(crate) fn load(scan: &Scan, run: &Run, species: Option<&Species>) -> Result<Option<Frames>, Failure> {
    let Some(species) = species.filter(|_| !run.trajectory.is_empty()) else {
        return Ok(None);
    };
    let replicas: Vec<_> = run
        .trajectory
        .iter()
        .map(|file| replica(scan, run, species, file))
        .collect::<Result<_, _>>()?;
    let place = format!("{}:{}: run `{}`", scan.file.display(), run.line, run.name);
    Replicas::new(replicas)
        .map(Some)
        .map_err(|error| Failure::at(place, error))
}

/// A message about a file, which may name it already.
fn about(file: &Path, error: &dyn std::fmt::Display) -> Failure {
    let (file, message) = (file.display().to_string(), error.to_string());
    if message.contains(&file) {
        Failure::new(message)
    } else {
        Failure::at(file, message)
    }
}

fn replica(
    scan: &Scan,
    run: &Run,
    species: &Species,
    file: &Path,
) -> Result<Trajectory<'static, f32>, Failure> {
    let source = open(scan, file)?;
    let stride = run.frame_interval.map(|interval| interval / scan.system.timestep);
    let source = Stepped {
        source,
        stride: stride.map(|s| s.round() as u64),
        before: None,
        without: false,
    };
    let mut trajectory = Trajectory::from_source(source, scan.system.timestep, species.clone())
        .map_err(|interrupted| about(file, &interrupted.error()))?;
    if let Some(interval) = run.frame_interval {
        let gaps = trajectory.steps().windows(2).map(|pair| pair[1] - pair[0]);
        let found = gaps.min().unwrap_or(0) as f64 * scan.system.timestep;
        if (found - interval).abs() > 1e-6 * interval {
            let message = format!(
                "found frames {found} apart, expected the `frame_interval` {interval} of {}:{}",
                scan.file.display(),
                run.line
            );
            return Err(about(file, &message));
        }
    }
    check_spacing(file, trajectory.steps())?;
    trajectory = with_cell(scan, run, file, trajectory)?;
    let start = trajectory.steps()[0];
    let time = |step: u64| (step - start) as f64 * scan.system.timestep;
    let discarded = trajectory
        .steps()
        .iter()
        .filter(|&&step| time(step) < run.discard * (1.0 - 1e-9))
        .count();
    let left = trajectory.frames() - discarded;
    if left < FEWEST {
        let found = trajectory.frames();
        let message = format!("found {found} frames, {left} after `discard`, expected at least {FEWEST}");
        return Err(about(file, &message));
    }
    if discarded == 0 {
        return Ok(trajectory);
    }
    let frames = trajectory.frames();
    let kept = trajectory
        .slice(discarded..frames)
        .map_err(|error| about(file, &error))?;
    Ok(kept.into_owned())
}

/// The cell of the file, which must be that of `box` and the same at all frames, or that of `box`.
fn with_cell(
    scan: &Scan,
    run: &Run,
    file: &Path,
    trajectory: Trajectory<'static, f32>,
) -> Result<Trajectory<'static, f32>, Failure> {
    let place = format!("{}:{}", scan.file.display(), run.line);
    match (trajectory.cell(0).copied(), run.cell) {
        (Some(first), given) => {
            let (expected, whose) = match given {
                Some(given) => (
                    Cell::orthorhombic(given).map_err(|error| about(file, &error))?,
                    format!("the `box` {given:?} of the run at {place}"),
                ),
                None => (first, format!("the {} of frame 0", edges(&first))),
            };
            // Runs are at constant volume; those along an isobar may have been made otherwise.
            let free = given.is_none() && scan.system.path == Some(PathName::Isobaric);
            let tolerance = if free { 0.25 } else { 1e-4 };
            let mut cells = trajectory.cells().iter().enumerate();
            match cells.find(|(_, cell)| !is_close(cell, &expected, tolerance)) {
                Some((frame, cell)) => {
                    let message = format!("frame {frame}: found a cell of {}, expected {whose}", edges(cell));
                    Err(about(file, &message))
                }
                None => Ok(trajectory),
            }
        }
        (None, Some(given)) => {
            let cell = Cell::orthorhombic(given).map_err(|error| about(file, &error))?;
            trajectory.with_cell(cell).map_err(|error| about(file, &error))
        }
        (None, None) => Err(about(
            file,
            &format!("found no cell, expected `box` in [system] or in the run at {place}"),
        )),
    }
}

/// Whether no component of a vector differs by more than this part of the vector's length.
fn is_close(cell: &Cell, expected: &Cell, tolerance: f64) -> bool {
    let vectors = cell.vectors().into_iter().zip(expected.vectors());
    vectors
        .zip(expected.lengths())
        .all(|((found, expected), length)| {
            let mut pairs = found.into_iter().zip(expected);
            pairs.all(|(found, expected)| (found - expected).abs() <= tolerance * length)
        })
}

/// The lengths of a cell, or its vectors where it is tilted.
fn edges(cell: &Cell) -> String {
    if cell.is_orthorhombic() {
        format!("{:?}", cell.lengths())
    } else {
        format!("{:?}", cell.vectors())
    }
}

/// Frames are evenly spaced, or in blocks of one pattern, or further and further apart; a frame that is missing from any
/// of these is an error.
fn check_spacing(file: &Path, steps: &[u64]) -> Result<(), Failure> {
    let gaps: Vec<u64> = steps.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let Some(odd) = (1..gaps.len()).find(|&k| gaps[k] != gaps[0]) else {
        return Ok(());
    };
    let rising = gaps.windows(2).all(|pair| pair[1] >= pair[0]) && gaps[gaps.len() - 1] >= 4 * gaps[0];
    let periodic = |period: &usize| (*period..gaps.len()).all(|k| gaps[k] == gaps[k - period]);
    if rising || (2..=gaps.len() / 2).any(|period| periodic(&period)) {
        return Ok(());
    }
    let message = format!(
        "frame {} is {} steps after the one before, expected {} as at the start: frames must be evenly spaced, or in \
         blocks of one pattern",
        odd + 1,
        gaps[odd],
        gaps[0]
    );
    Err(about(file, &message))
}

/// The format by the name.
fn open(scan: &Scan, file: &Path) -> Result<Box<dyn FrameSource<f32>>, Failure> {
    files::check(file)?;
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    if name.ends_with(".xtc") {
        let scale = scan.system.units.units().xtc_length;
        let reader = XtcReader::open(file, scale).map_err(|error| about(file, &error))?;
        return Ok(Box::new(reader));
    }
    if name.strip_suffix(".gz").unwrap_or(&name).ends_with(".lammpstrj") {
        let reader = LammpsDumpReader::open(file).map_err(|error| about(file, &error))?;
        return Ok(Box::new(reader));
    }
    Err(about(
        file,
        &"found an unknown kind of trajectory, expected a name that ends in .xtc, .lammpstrj or .lammpstrj.gz",
    ))
}

/// The type of each particle in the first frame of a dump, in the order of ids.
fn first_types(dump: &Path) -> Result<Vec<u32>, Failure> {
    files::check(dump)?;
    let reader = LammpsDumpReader::open(dump).map_err(|error| about(dump, &error))?;
    reader.types().map(<[u32]>::to_vec).ok_or_else(|| {
        about(
            dump,
            &"frame 0: found no column `type`, expected columns `id` and `type`",
        )
    })
}

/// A source whose frames get their steps from `frame_interval` where the file has none, that is, the same for all.
struct Stepped {
    source: Box<dyn FrameSource<f32>>,
    stride: Option<u64>,
    /// Step of the frame before, and the first step of the file.
    before: Option<(u64, u64)>,
    without: bool,
}

impl FrameSource<f32> for Stepped {
    fn particles(&self) -> usize {
        self.source.particles()
    }

    fn convention(&self) -> Convention {
        self.source.convention()
    }

    fn next_frame(&mut self, frame: &mut Frame<f32>) -> Result<bool, TrajectoryError> {
        if !self.source.next_frame(frame)? {
            return Ok(false);
        }
        let found = frame.step;
        match (self.before, self.stride) {
            (None, _) => self.before = Some((found, found)),
            (Some((before, first)), Some(stride)) if found == first && (self.without || before == first) => {
                self.without = true;
                frame.step = before + stride;
                self.before = Some((frame.step, first));
            }
            (Some((before, first)), None) if found == first && before == first => {
                return Err(TrajectoryError::reader(format!(
                    "frame 1 has step {found} like the one before, expected rising steps, or `frame_interval` in the run"
                )));
            }
            (Some((_, first)), _) => self.before = Some((found, first)),
        }
        Ok(true)
    }

    fn frames_expected(&self) -> Option<usize> {
        self.source.frames_expected()
    }
}
