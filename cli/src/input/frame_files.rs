//! Opens the files of a replica as `scan.toml` says.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use msed::Units;
use msed::io::{self, Fault, FrameFormat, FrameReader, ReadError};
use msed::trajectory::{Cell, Convention, Frame, FrameSource, TrajectoryError, Unwrapping, unwrapped};

use super::{about, check_file};
use crate::failure::Failure;
use crate::scan_file::{CutOff, OverlapName, ParticleOrder, Run, Scan, TypesChange, UnwrapName};

/// What was decided in reading files of frames.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    pub(super) fn add(&self, file: &Path, note: impl Display) {
        let note = format!("{}: {note}", file.display());
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A file may be read twice.
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) type Source = Box<dyn FrameSource<f32> + Send>;

/// What the scan file says of how a file is read.
#[derive(Debug, Clone, Copy)]
struct Choices {
    units: Units,
    /// Steps between frames, for files that have none.
    stride: Option<u64>,
    in_order: bool,
    ignore_types: bool,
    allow_cut_off: bool,
}

impl Choices {
    fn of(scan: &Scan, run: &Run) -> Self {
        let stride = run.frame_interval.map(|interval| interval / scan.system.timestep);
        Self {
            units: scan.system.units.units(),
            stride: stride.map(|steps| (steps.round() as u64).max(1)),
            in_order: run.particle_order == Some(ParticleOrder::File),
            ignore_types: run.types_change == Some(TypesChange::Ignore),
            allow_cut_off: run.cut_off == Some(CutOff::LeaveOut),
        }
    }

    fn open(self, file: &Path) -> Result<FrameReader, ReadError> {
        let mut format = FrameFormat::of(file, self.units)?;
        if self.in_order && format == FrameFormat::LammpsDump {
            format = FrameFormat::LammpsDumpInOrder;
        }
        let reader = match (FrameReader::open(file, format), self.stride) {
            (Err(error), Some(stride)) if matches!(error.fault, Fault::Steps(_)) => {
                FrameReader::open(file, with_stride(format, stride))
            }
            // A spacing of one step is what converters write that do not know it.
            (Ok(reader), Some(stride)) if reader.steps_of_header().is_some_and(|[_, by]| by == 1) => {
                FrameReader::open(file, with_stride(format, stride))
            }
            (reader, _) => reader,
        };
        let mut reader = reader?;
        if self.ignore_types {
            reader = reader.ignore_types();
        }
        if self.allow_cut_off {
            reader = reader.allow_cut_off();
        }
        Ok(reader)
    }
}

/// The same format with steps from a stride, where the format leaves that open.
pub(crate) fn with_stride(format: FrameFormat, stride: u64) -> FrameFormat {
    let stride = Some(stride);
    match format {
        FrameFormat::ExtXyz { .. } => FrameFormat::ExtXyz { stride },
        FrameFormat::Dcd { scale, .. } => FrameFormat::Dcd { scale, stride },
        format => format,
    }
}

/// A file of frames, read as the scan file says.
pub(super) fn reader(scan: &Scan, run: &Run, file: &Path) -> Result<FrameReader, Failure> {
    check_file(file)?;
    let reader = Choices::of(scan, run).open(file);
    reader.map_err(|error| about(file, with_hint(&error.into())))
}

/// The frames of a replica, unwrapped where that is asked for.
pub(super) fn open(scan: &Scan, run: &Run, files: &[PathBuf], notes: &Notes) -> Result<Source, Failure> {
    let file = files[0].as_path();
    for file in files {
        check_file(file)?;
    }
    let first = reader(scan, run, file)?;
    let convention = first.convention();
    let kinds = (first.types().map(<[u32]>::to_vec), first.names().to_vec());
    let cell = run.cell.map(Cell::orthorhombic).transpose();
    let cell = cell.map_err(|error| about(file, error))?;
    let (count, choices) = (files.len(), Choices::of(scan, run));
    let (files, of_pieces) = (files.to_vec(), notes.clone());
    let piece = move |place: usize| -> Result<Piece, TrajectoryError> {
        let file = &files[place];
        let reader = choices.open(file)?;
        let same = (reader.types(), reader.names()) == (kinds.0.as_deref(), &kinds.1[..]);
        if !same && !choices.ignore_types {
            let found = "types or names of particles are not those of the first file of the replica";
            return Err(TrajectoryError::reader(format!("{}: {found}", file.display())));
        }
        if let Some([first, spacing]) = reader.steps_of_header() {
            let by_header = format!("steps from {first} on, every {spacing}, as the header says");
            of_pieces.add(
                file,
                match choices.stride.filter(|_| spacing <= 1) {
                    Some(stride) => {
                        format!("steps from 0 on, every {stride}, as `frame_interval` says, in place of {by_header}")
                    }
                    None => by_header,
                },
            );
        }
        Ok(Piece {
            reader,
            file: file.clone(),
            cell,
            notes: of_pieces.clone(),
        })
    };
    let overlap = run.overlap.map(OverlapName::overlap).unwrap_or_default();
    let source = io::joined(count, piece, overlap).map_err(|error| about(file, with_hint(&error)))?;
    Ok(match run.unwrap {
        None | Some(UnwrapName::None) => Box::new(source),
        Some(_) if convention == Convention::Unwrapped => {
            notes.add(file, "coordinates are unwrapped already and taken as they are");
            Box::new(source)
        }
        Some(UnwrapName::Images) => Box::new(unwrapped(source, Unwrapping::Images)),
        // In a constant cell, this is continuity.
        Some(UnwrapName::Continuity) => Box::new(unwrapped(source, Unwrapping::toroidal())),
    })
}

/// A file of a replica.
struct Piece {
    reader: FrameReader,
    file: PathBuf,
    /// The cell of frames that have none.
    cell: Option<Cell>,
    notes: Notes,
}

impl FrameSource<f32> for Piece {
    fn particles(&self) -> usize {
        self.reader.particles()
    }

    fn convention(&self) -> Convention {
        self.reader.convention()
    }

    fn next_frame(&mut self, frame: &mut Frame<f32>) -> Result<bool, TrajectoryError> {
        let found = self.reader.next_frame(frame)?;
        if found {
            frame.cell = frame.cell.or(self.cell);
        } else if let Some(error) = self.reader.left_out() {
            self.notes.add(
                &self.file,
                format_args!("the last frame is left out: {}", error.fault),
            );
        }
        Ok(found)
    }

    fn frames_expected(&self) -> Option<usize> {
        FrameSource::<f32>::frames_expected(&self.reader)
    }
}

/// The message of an error with the key of the scan file that helps, where there is one.
pub(crate) fn with_hint(error: &TrajectoryError) -> String {
    let of_file = match error {
        TrajectoryError::Reader(source) => source.downcast_ref::<ReadError>().map(|error| &error.fault),
        _ => None,
    };
    let hint = match (error, of_file) {
        (TrajectoryError::Convention | TrajectoryError::LooksWrapped { .. }, _) => {
            "`unwrap = \"images\"` or `unwrap = \"continuity\"` unwraps them"
        }
        (TrajectoryError::StepOrder { .. }, _) => {
            "where a restarted job repeats steps, `overlap = \"later\"` takes those of the later one"
        }
        (TrajectoryError::Time { .. }, _) => {
            "`overlap = \"later\"` takes the frames of a later job where it repeats steps, and `frame_times = \"ignore\"` \
             passes over all times"
        }
        (TrajectoryError::TimeStep { .. }, _) => {
            "`timestep` is another, or `frame_interval` where it gives the steps; `frame_times = \"ignore\"` passes over times \
             that a converter made up"
        }
        (_, Some(Fault::Types(_))) => "`types_change = \"ignore\"` keeps those of the first frame",
        (_, Some(Fault::Truncated(_))) => "`cut_off = \"leave_out\"` leaves that frame out",
        (_, Some(Fault::Steps(_))) => "`frame_interval` gives their spacing in units of time",
        (_, Some(Fault::Columns(text))) if text.starts_with("no column `id`") => {
            "`particle_order = \"file\"` takes them so"
        }
        _ => return error.to_string(),
    };
    format!("{error}: {hint}")
}
