//! Text of frames: lines that know the frame they belong to.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::bytes::shown;
use super::lines::Line;
use super::text::Text;
use super::{FrameError, Place, ReadError};
use crate::trajectory::CellError;

/// A value that is none, before it is known where.
pub(super) struct Bad {
    what: &'static str,
    found: String,
    expected: &'static str,
}

impl Bad {
    #[cold]
    pub(super) fn new(what: &'static str, found: &[u8], expected: &'static str) -> Self {
        Self {
            what,
            found: shown(found),
            expected,
        }
    }
}

#[cold]
fn of_frame(error: ReadError, frame: usize) -> FrameError {
    match error {
        ReadError::Open { file, source } => FrameError::Open { file, source },
        ReadError::Read { file, line, source } | ReadError::Gzip { file, line, source } => FrameError::Read {
            file,
            frame,
            place: Place::Line(line),
            source,
        },
        other => FrameError::Read {
            file: std::path::PathBuf::new(),
            frame,
            place: Place::Line(0),
            source: std::io::Error::other(other),
        },
    }
}

/// Lines of a file of frames, and the errors that name file, frame and line.
pub(super) struct FrameText<R> {
    text: Text<R>,
    /// The frame that is being read, from 0.
    pub(super) frame: usize,
}

impl FrameText<File> {
    pub(super) fn open(path: &Path) -> Result<Self, FrameError> {
        Self::of(Text::open(path))
    }
}

impl<R: Read> FrameText<R> {
    pub(super) fn new(reader: R, name: &Path) -> Result<Self, FrameError> {
        Self::of(Text::new(reader, name))
    }

    fn of(text: Result<Text<R>, ReadError>) -> Result<Self, FrameError> {
        match text {
            Ok(text) => Ok(Self { text, frame: 0 }),
            Err(error) => Err(of_frame(error, 0)),
        }
    }

    /// The beginning of what is left.
    pub(super) fn head(&mut self) -> Result<Vec<u8>, FrameError> {
        let frame = self.frame;
        let head = self.text.head().map_err(|error| of_frame(error, frame))?;
        Ok(head.to_vec())
    }

    /// The next line; `None` at the end.
    #[inline]
    pub(super) fn next_line(&mut self) -> Result<Option<Line<'_>>, FrameError> {
        let frame = self.frame;
        self.text.next_line().map_err(|error| of_frame(error, frame))
    }

    /// The first line of the next frame: blank lines between frames are passed over.
    pub(super) fn first_line(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        while let Some(line) = self.next_line()? {
            if !line.bytes.trim_ascii().is_empty() {
                return Ok(Some(line.bytes.to_vec()));
            }
        }
        Ok(None)
    }

    /// The next line where it is whole, with its end: a frame that was cut off lacks one.
    #[inline]
    pub(super) fn whole_line(&mut self) -> Result<Option<Line<'_>>, FrameError> {
        Ok(self.next_line()?.filter(|line| line.ended))
    }

    /// What has been read of the rest, which may end anywhere.
    #[inline]
    pub(super) fn buffered(&self) -> &[u8] {
        self.text.buffered()
    }

    /// Goes past one line of so many bytes, its end included, at the beginning of what is buffered.
    #[inline]
    pub(super) fn pass(&mut self, length: usize) {
        self.text.pass(length);
    }

    fn place(&self) -> Place {
        Place::Line(self.text.line_number())
    }

    #[cold]
    pub(super) fn empty(&self) -> FrameError {
        FrameError::Empty {
            file: self.text.name().to_owned(),
        }
    }

    /// The file ends after so much of the frame.
    #[cold]
    pub(super) fn truncated(&self, found: u64, expected: u64, unit: &'static str) -> FrameError {
        FrameError::Truncated {
            file: self.text.name().to_owned(),
            frame: self.frame,
            place: self.place(),
            found,
            expected,
            unit,
        }
    }

    #[cold]
    pub(super) fn bad(&self, bad: Bad) -> FrameError {
        FrameError::Value {
            file: self.text.name().to_owned(),
            frame: self.frame,
            place: self.place(),
            what: bad.what,
            found: bad.found,
            expected: bad.expected,
        }
    }

    #[cold]
    pub(super) fn column(&self, missing: &'static str, found: &[u8]) -> FrameError {
        FrameError::Column {
            file: self.text.name().to_owned(),
            frame: self.frame,
            place: self.place(),
            missing,
            found: String::from_utf8_lossy(found.trim_ascii())
                .chars()
                .take(200)
                .collect(),
        }
    }

    #[cold]
    pub(super) fn particles(&self, found: u64, expected: usize) -> FrameError {
        FrameError::Particles {
            file: self.text.name().to_owned(),
            frame: self.frame,
            place: self.place(),
            found,
            expected,
        }
    }

    #[cold]
    pub(super) fn id(&self, id: i64, problem: &'static str) -> FrameError {
        FrameError::Id {
            file: self.text.name().to_owned(),
            frame: self.frame,
            place: self.place(),
            id,
            problem,
        }
    }

    #[cold]
    pub(super) fn cell(&self, source: CellError) -> FrameError {
        FrameError::Cell {
            file: self.text.name().to_owned(),
            frame: self.frame,
            place: self.place(),
            source,
        }
    }
}
