//! What the readers of frames share: the first frame, which the others must match, their count, and
//! the end.

use std::fmt;
use std::path::Path;

use super::error::{Fault, Place, ReadError};
use crate::real::Real;
use crate::trajectory::{Convention, Frame, TrajectoryError};

/// A file of frames in one format.
pub(super) trait FrameFile {
    /// The name for messages.
    fn file(&self) -> &Path;

    /// Particles of the first frame.
    fn particles(&self) -> usize;

    /// What the format says about the coordinates.
    fn convention(&self) -> Convention {
        Convention::Unknown
    }

    /// A guess of the number of frames in all, after `read` of them.
    fn frames_expected(&self, _read: usize) -> Option<usize> {
        None
    }

    /// Reads frame `index`, all of its fields; `false` where the file has no more.
    fn read<T: Real>(&mut self, index: usize, frame: &mut Frame<T>) -> Result<bool, ReadError>;
}

/// The frames of a file, one after the other.
pub(super) struct Frames<F> {
    pub(super) format: F,
    /// The first frame. It is read at once, because the others must match it.
    first: Option<Frame<f64>>,
    /// The frame to hand out next, from 0.
    pub(super) index: usize,
    ended: bool,
}

impl<F: FrameFile> Frames<F> {
    /// Reads the first frame.
    pub(super) fn begin(mut format: F) -> Result<Self, ReadError> {
        let mut frame = Frame::new();
        if format.read(0, &mut frame).map_err(|error| error.in_frame(0))? {
            Ok(Self {
                format,
                first: Some(frame),
                index: 0,
                ended: false,
            })
        } else {
            Err(no_frame(format.file()))
        }
    }

    /// The next frame; after the end or an error there are no more.
    pub(super) fn next<T: Real>(&mut self, frame: &mut Frame<T>) -> Result<bool, TrajectoryError> {
        if self.ended {
            return Ok(false);
        }
        let read = match self.first.take() {
            Some(first) => {
                (frame.step, frame.cell, frame.images) = (first.step, first.cell, first.images);
                frame.positions.clear();
                frame
                    .positions
                    .extend(first.positions.into_iter().map(T::from_f64));
                Ok(true)
            }
            None => self.format.read(self.index, frame),
        };
        self.ended = !matches!(read, Ok(true));
        let read = read.map_err(|error| error.in_frame(self.index))?;
        self.index += usize::from(read);
        Ok(read)
    }
}

/// A reader around [`Frames`] is a source.
macro_rules! frame_source {
    ($reader:ident) => {
        impl<T: Real, R: Read> FrameSource<T> for $reader<R> {
            fn particles(&self) -> usize {
                self.0.format.particles()
            }

            fn convention(&self) -> Convention {
                self.0.format.convention()
            }

            fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, TrajectoryError> {
                self.0.next(frame)
            }

            fn frames_expected(&self) -> Option<usize> {
                self.0.format.frames_expected(self.0.index)
            }
        }
    };
}

pub(super) use frame_source;

impl<F> fmt::Debug for Frames<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames")
            .field("next", &self.index)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// A file without a frame.
#[cold]
pub(super) fn no_frame(file: &Path) -> ReadError {
    Fault::TooShort("no frame, expected at least 1".to_owned()).at(file, Place::File)
}

/// Checks the number of particles of a frame, which must be the same in all frames. `first` is 0
/// before the first frame.
pub(super) fn same_particles(found: u64, first: usize) -> Result<(), Fault> {
    if first == 0 || found == first as u64 {
        return Ok(());
    }
    let found = format!("{found} particles, expected {first} as in the first frame");
    Err(Fault::Value(found))
}
