//! Files of frames, and what their first frames tell.

use std::path::{Path, PathBuf};

use msed::io::{Fault, FrameFormat, FrameReader, ReadError};
use msed::trajectory::{Cell, Convention, Dimensions, Frame, FrameSource, Species, TrajectoryError};
use msed::{Estimate, Trajectory, Units};

use super::energies::reason;
use crate::input::frame_files::{with_hint, with_stride};

/// Fewest frames of a trajectory.
pub(super) const FEWEST: usize = crate::input::trajectory::FEWEST;
/// Most frames and most coordinates of a file that are looked at.
const MOST: usize = 100;
const MOST_COORDINATES: usize = 30_000_000;

/// A choice of how frames are read, as a key and its value.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) key: &'static str,
    /// As it stands in the file; `None` where it is not known.
    pub(super) value: Option<&'static str>,
    /// What shows it.
    pub(super) reason: String,
    /// Whether the frames leave no other choice.
    pub(super) is_clear: bool,
}

/// What a file of frames holds, as its first frames show.
#[derive(Debug, Clone)]
pub(super) struct FrameFile {
    /// From the directory of the scan on.
    pub(super) file: PathBuf,
    bytes: u64,
    pub(super) particles: usize,
    types: Option<Vec<u32>>,
    names: Vec<String>,
    pub(super) has_cell: bool,
    /// Of the first frame.
    pub(super) volume: Option<f64>,
    /// Frames that were looked at.
    pub(super) frames: usize,
    pub(super) dimensions: Dimensions,
    pub(super) is_xyz: bool,
    pub(super) choices: Vec<Choice>,
    /// What is wrong after the first frame.
    pub(super) damage: Option<String>,
}

impl FrameFile {
    /// Whether the first bytes of a file are those of frames.
    pub(super) fn is_one(dir: &Path, file: &Path) -> bool {
        FrameFormat::of(dir.join(file), Units::LJ).is_ok()
    }

    /// Reads the first frames; the reason where there is none.
    pub(super) fn read(dir: &Path, file: &Path) -> Result<Self, String> {
        let path = dir.join(file);
        let message = |error: ReadError| match error.fault {
            Fault::Open(_) => error.to_string(),
            _ => reason(&error),
        };
        let format = FrameFormat::of(&path, Units::LJ).map_err(message)?;
        let mut choices = Vec::new();
        let mut reader = open(&path, format, &mut choices).map_err(message)?;
        let particles = reader.particles();
        let types = reader.types().map(<[u32]>::to_vec);
        let names = reader.names().to_vec();
        let convention = reader.convention();
        let (first, damage) = First::read(&mut reader);
        let Some(start) = first.steps.first() else {
            return Err(damage.map_or_else(|| "no frames".to_owned(), |error| of_frames(&error, &path)));
        };
        if first.steps.len() > 1 && first.steps.iter().all(|step| step == start) {
            choices.push(Choice::wanted("frame_interval", "all frames have one step"));
        }
        choices.extend(unwrapping(&first, convention, particles));
        Ok(Self {
            file: file.to_owned(),
            bytes: std::fs::metadata(&path).map_or(0, |data| data.len()),
            particles,
            types,
            names,
            has_cell: first.cells.len() == first.steps.len(),
            volume: first.cells.first().map(Cell::volume),
            frames: first.steps.len(),
            dimensions: first.dimensions(particles),
            is_xyz: matches!(format, FrameFormat::ExtXyz { .. }),
            choices,
            damage: damage.map(|error| of_frames(&error, &path)),
        })
    }

    /// How much the file holds: frames that were looked at, then bytes.
    pub(super) fn size(&self) -> (usize, u64) {
        (self.frames, self.bytes)
    }

    /// What tells species apart: names, or else types.
    pub(super) fn labels(&self) -> Option<Labels<'_>> {
        if self.names.is_empty() {
            self.types.as_deref().map(Labels::Types)
        } else {
            Some(Labels::Names(&self.names))
        }
    }
}

/// The type or the name of each particle.
#[derive(Debug, Clone, Copy)]
pub(super) enum Labels<'a> {
    Types(&'a [u32]),
    Names(&'a [String]),
}

impl Choice {
    fn clear(key: &'static str, value: &'static str, reason: impl Into<String>) -> Self {
        Self {
            key,
            value: Some(value),
            reason: reason.into(),
            is_clear: true,
        }
    }

    fn wanted(key: &'static str, reason: impl Into<String>) -> Self {
        Self {
            key,
            value: None,
            reason: reason.into(),
            is_clear: false,
        }
    }
}

/// Opens a file, with the choices that it needs.
fn open(path: &Path, format: FrameFormat, choices: &mut Vec<Choice>) -> Result<FrameReader, ReadError> {
    let error = match FrameReader::open(path, format) {
        Ok(reader) => {
            if reader.steps_of_header().is_some_and(|[_, by]| by == 1) {
                let reason =
                    "the header says one step between frames, as converters write that do not know it";
                choices.push(Choice::wanted("frame_interval", reason));
            }
            return Ok(reader);
        }
        Err(error) => error,
    };
    match &error.fault {
        Fault::Steps(_) => {
            choices.push(Choice::wanted("frame_interval", reason(&error)));
            FrameReader::open(path, with_stride(format, 1))
        }
        Fault::Columns(_) if format == FrameFormat::LammpsDump => {
            let reader = FrameReader::open(path, FrameFormat::LammpsDumpInOrder).map_err(|_| error)?;
            choices.push(Choice {
                key: "particle_order",
                value: Some("file"),
                reason: "no column `id`: only where `dump_modify sort` kept the order".to_owned(),
                is_clear: false,
            });
            Ok(reader)
        }
        _ => Err(error),
    }
}

/// The first frames of a file.
#[derive(Default)]
struct First {
    positions: Vec<f32>,
    steps: Vec<u64>,
    cells: Vec<Cell>,
    has_images: bool,
}

impl First {
    /// The frames up to the limits, and the error that came before them, if any.
    fn read(reader: &mut FrameReader) -> (Self, Option<TrajectoryError>) {
        let (mut first, mut frame) = (Self::default(), Frame::<f32>::new());
        while first.steps.len() < MOST && first.positions.len() < MOST_COORDINATES {
            match reader.next_frame(&mut frame) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return (first, Some(error)),
            }
            let expected = first.positions.len() / first.steps.len().max(1);
            if !first.steps.is_empty() && frame.positions.len() != expected {
                break;
            }
            first.has_images = !frame.images.is_empty();
            first.steps.push(frame.step);
            first.positions.extend_from_slice(&frame.positions);
            first.cells.extend(frame.cell);
        }
        (first, None)
    }

    fn trajectory(&self, particles: usize) -> Result<Trajectory<'_, f32>, TrajectoryError> {
        let steps: Vec<u64> = (0..self.steps.len() as u64).collect();
        Trajectory::new(
            &self.positions[..],
            steps,
            1.0,
            Species::single("all", particles)?,
        )
    }

    fn dimensions(&self, particles: usize) -> Dimensions {
        let trajectory = self.trajectory(particles);
        trajectory.map_or(Dimensions::Three, |trajectory| trajectory.dimensions())
    }
}

/// How the coordinates are unwrapped, where they are wrapped.
fn unwrapping(first: &First, convention: Convention, particles: usize) -> Option<Choice> {
    let reason = match convention {
        Convention::Wrapped => "wrapped, as the file says".to_owned(),
        Convention::Unknown => {
            let trajectory = first.trajectory(particles).ok()?;
            match trajectory.with_cells(first.cells.clone()) {
                Err(TrajectoryError::LooksWrapped {
                    frame,
                    particle,
                    found,
                    ..
                }) => {
                    let found = Estimate::exact(found);
                    format!("wrapped: particle {particle} jumps by {found} of the cell before frame {frame}")
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(if first.has_images {
        Choice::clear("unwrap", "images", format!("{reason}, with image flags"))
    } else {
        Choice::clear("unwrap", "continuity", reason)
    })
}

/// What is wrong with frames, without the name of their file.
fn of_frames(error: &TrajectoryError, path: &Path) -> String {
    with_hint(error).replace(&format!("{}: ", path.display()), "")
}
