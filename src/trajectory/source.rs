//! Frames one after the other, from a file, another reader or a running simulation.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;

use thiserror::Error;

use super::{
    Cell, Coordinates, DriftError, Species, SpeciesError, Trajectory, TrajectoryError, UnwrapError,
    Unwrapped, Wrapped,
};
use crate::real::{Real, first_unfit};

/// One frame: the buffer that a source fills and the caller keeps, so that no memory is allocated after the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame<T> {
    /// Molecular-dynamics step.
    pub step: u64,
    /// The cell, where there is one.
    pub cell: Option<Cell>,
    /// Coordinates, particle by particle, x y z.
    pub positions: Vec<T>,
    /// Image flags, one triple for each particle, or none at all.
    pub images: Vec<[i32; 3]>,
}

impl<T> Frame<T> {
    /// An empty frame.
    #[must_use]
    pub fn new() -> Self {
        Self {
            step: 0,
            cell: None,
            positions: Vec::new(),
            images: Vec::new(),
        }
    }
}

impl Frame<f64> {
    /// Becomes the contents of a frame that a caller keeps.
    #[cfg(feature = "io")]
    pub(crate) fn fill<T: Real>(self, frame: &mut Frame<T>) {
        (frame.step, frame.cell, frame.images) = (self.step, self.cell, self.images);
        frame.positions.clear();
        frame
            .positions
            .extend(self.positions.into_iter().map(T::from_f64));
    }
}

impl<T> Default for Frame<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a source knows of its coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Convention {
    /// They follow particles through the faces of the cell.
    Unwrapped,
    /// They re-enter the cell.
    Wrapped,
    /// The format does not say: it is for the caller to know.
    Unknown,
}

/// Frames one after the other: what readers are, and what another reader or a running simulation can be made into (a longer
/// one, with wrapped coordinates and image flags: `examples/foreign_frames.rs`).
///
/// ```
/// use msed::trajectory::{Convention, Frame, FrameSource, SourceError, Species, Trajectory};
/// /// A ballistic particle.
/// struct Flight { step: u64 }
/// impl FrameSource<f32> for Flight {
///     fn particles(&self) -> usize { 1 }
///     fn convention(&self) -> Convention { Convention::Unwrapped }
///     fn next_frame(&mut self, frame: &mut Frame<f32>) -> Result<bool, SourceError> {
///         if self.step == 30 { return Ok(false); }
///         frame.step = self.step;
///         frame.positions.clear();
///         frame.positions.extend([0.5 * self.step as f32, 0.0, 0.0]);
///         self.step += 10;
///         Ok(true)
///     }
/// }
/// let trajectory = Trajectory::from_source(Flight { step: 0 }, 0.005, Species::single("A", 1)?)?;
/// assert_eq!(trajectory.steps(), [0, 10, 20]);
/// assert_eq!(trajectory.frame(2), [10.0, 0.0, 0.0]);
/// # Ok::<(), msed::Error>(())
/// ```
pub trait FrameSource<T: Real> {
    /// Number of particles of every frame.
    fn particles(&self) -> usize;

    /// What is known of the coordinates.
    fn convention(&self) -> Convention;

    /// Puts the next frame into `frame`, all of its fields; `false` at the end, where `frame` is left as it is or holds
    /// nothing of use.
    ///
    /// # Errors
    /// Whatever keeps the source from reading the next frame whole. Frames before it were good; there are none after it.
    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, SourceError>;

    /// How many frames there are in all, as a guess that only saves time and memory: asked for after the first frame.
    fn frames_expected(&self) -> Option<usize> {
        None
    }
}

impl<T: Real, S: FrameSource<T> + ?Sized> FrameSource<T> for &mut S {
    fn particles(&self) -> usize {
        (**self).particles()
    }

    fn convention(&self) -> Convention {
        (**self).convention()
    }

    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, SourceError> {
        (**self).next_frame(frame)
    }

    fn frames_expected(&self) -> Option<usize> {
        (**self).frames_expected()
    }
}

impl<T: Real, S: FrameSource<T> + ?Sized> FrameSource<T> for Box<S> {
    fn particles(&self) -> usize {
        (**self).particles()
    }

    fn convention(&self) -> Convention {
        (**self).convention()
    }

    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, SourceError> {
        (**self).next_frame(frame)
    }

    fn frames_expected(&self) -> Option<usize> {
        (**self).frames_expected()
    }
}

impl<T: Real> Trajectory<'static, T, Unwrapped> {
    /// All frames of a source of unwrapped coordinates. Where the source does not know, they are taken for unwrapped and
    /// [checked](Trajectory::check_unwrapped).
    ///
    /// # Errors
    /// [`Interrupted`], which holds the frames before the error: those of the source, [`SourceError::Convention`] for
    /// wrapped coordinates, [`SourceError::Particles`] and [`TrajectoryError`] for frames that make no trajectory.
    pub fn from_source(
        source: impl FrameSource<T>,
        time_step: f64,
        species: Species,
    ) -> Result<Self, Interrupted<T, Unwrapped>> {
        if source.convention() == Convention::Wrapped {
            return Err(Interrupted::at_start(SourceError::Convention));
        }
        let (trajectory, end) = collect(source, time_step, species)?;
        match trajectory.check_unwrapped() {
            // The reader's own error comes first: what looks wrapped may be damaged.
            Err(error) if end.is_ok() => Err(Interrupted::at_start(error.into())),
            _ => finish(trajectory, end),
        }
    }
}

impl<T: Real> Trajectory<'static, T, Wrapped> {
    /// All frames of a source, as wrapped coordinates: what its coordinates are said to be is not asked. Image flags are
    /// kept where every frame has them.
    ///
    /// # Errors
    /// [`Interrupted`], which holds the frames before the error: those of the source, [`SourceError::NoCell`] for a frame
    /// without a cell, [`SourceError::Particles`] and [`TrajectoryError`] for frames that make no trajectory.
    pub fn wrapped_from_source(
        source: impl FrameSource<T>,
        time_step: f64,
        species: Species,
    ) -> Result<Self, Interrupted<T, Wrapped>> {
        let (trajectory, end) = collect(source, time_step, species)?;
        if trajectory.cells.is_empty() {
            // The reader's own error comes first: without cells there is no wrapped trajectory to keep.
            let error = end.err().unwrap_or(SourceError::NoCell { frame: 0 });
            return Err(Interrupted::at_start(error));
        }
        finish(trajectory, end)
    }
}

type Collected<T, C> = (Trajectory<'static, T, C>, Result<(), SourceError>);

fn finish<T: Real, C: Coordinates>(
    trajectory: Trajectory<'static, T, C>,
    end: Result<(), SourceError>,
) -> Result<Trajectory<'static, T, C>, Interrupted<T, C>> {
    match end {
        Ok(()) => Ok(trajectory),
        Err(error) => Err(Interrupted {
            error: Box::new(error),
            before: Some(Box::new(trajectory)),
        }),
    }
}

/// The frames before the end, and what the end was.
fn collect<T: Real, C: Coordinates>(
    mut source: impl FrameSource<T>,
    time_step: f64,
    species: Species,
) -> Result<Collected<T, C>, Interrupted<T, C>> {
    let particles = source.particles();
    if particles != species.len() {
        return Err(Interrupted::at_start(SourceError::Particles {
            frame: 0,
            found: particles,
            expected: species.len(),
        }));
    }
    crate::sampling::Sampling::new(1, time_step)
        .map_err(|error| Interrupted::at_start(TrajectoryError::from(error).into()))?;
    let mut frames = Frames {
        positions: Vec::new(),
        images: Vec::new(),
        steps: Vec::new(),
        cells: Vec::new(),
    };
    let mut frame = Frame::new();
    let end = loop {
        match source.next_frame(&mut frame) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
        if let Err(error) = frames.push(&frame, particles) {
            break Err(error);
        }
        if frames.steps.len() == 1 {
            // Room for what is left and a little more, so that the positions are not copied to grow by a frame.
            let expected = source.frames_expected().unwrap_or(0);
            frames
                .positions
                .reserve(3 * particles * (expected + expected / 64));
        }
    };
    if frames.steps.is_empty() {
        let error = end.err().unwrap_or(TrajectoryError::NoFrames.into());
        return Err(Interrupted::at_start(error));
    }
    frames.positions.shrink_to_fit();
    if frames.cells.iter().all(|cell| *cell == frames.cells[0]) {
        frames.cells.truncate(1);
    }
    let trajectory = Trajectory {
        positions: Cow::Owned(frames.positions),
        steps: frames.steps,
        time_step,
        species,
        cells: frames.cells,
        images: frames.images,
        coordinates: PhantomData,
    };
    Ok((trajectory, end))
}

struct Frames<T> {
    positions: Vec<T>,
    images: Vec<[i32; 3]>,
    steps: Vec<u64>,
    cells: Vec<Cell>,
}

impl<T: Real> Frames<T> {
    /// Takes a frame that goes on from those before, or nothing.
    fn push(&mut self, frame: &Frame<T>, particles: usize) -> Result<(), SourceError> {
        let index = self.steps.len();
        if frame.positions.len() != 3 * particles {
            return Err(SourceError::Particles {
                frame: index,
                found: frame.positions.len() / 3,
                expected: particles,
            });
        }
        if let Some(at) = first_unfit(&frame.positions) {
            return Err(TrajectoryError::NotFinite {
                frame: index,
                step: frame.step,
                particle: at / 3,
                found: frame.positions[at].to_f64(),
            }
            .into());
        }
        if let Some(&before) = self.steps.last()
            && frame.step <= before
        {
            return Err(TrajectoryError::StepOrder {
                frame: index,
                found: frame.step,
                before,
            }
            .into());
        }
        let has_cells = index == 0 || !self.cells.is_empty();
        match frame.cell {
            Some(cell) if has_cells => self.cells.push(cell),
            None if !self.cells.is_empty() => return Err(SourceError::NoCell { frame: index }),
            _ => {}
        }
        let has_images = index == 0 || !self.images.is_empty();
        if has_images && frame.images.len() == particles {
            self.images.extend_from_slice(&frame.images);
        } else {
            self.images.clear();
        }
        self.positions.extend_from_slice(&frame.positions);
        self.steps.push(frame.step);
        Ok(())
    }
}

/// A source that ended in an error, and the frames before it.
pub struct Interrupted<T: Real, C: Coordinates = Unwrapped> {
    error: Box<SourceError>,
    before: Option<Box<Trajectory<'static, T, C>>>,
}

impl<T: Real, C: Coordinates> Interrupted<T, C> {
    pub(crate) fn at_start(error: SourceError) -> Self {
        Self {
            error: Box::new(error),
            before: None,
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn error(&self) -> &SourceError {
        &self.error
    }

    /// The frames before it, where there are any.
    #[must_use]
    pub fn frames(&self) -> Option<&Trajectory<'static, T, C>> {
        self.before.as_deref()
    }

    /// What went wrong, and the frames before it.
    #[must_use]
    pub fn into_parts(self) -> (SourceError, Option<Trajectory<'static, T, C>>) {
        (*self.error, self.before.map(|frames| *frames))
    }
}

impl<T: Real, C: Coordinates> fmt::Debug for Interrupted<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupted")
            .field("error", &self.error)
            .field("frames", &self.before.as_ref().map(|t| t.frames()))
            .finish()
    }
}

impl<T: Real, C: Coordinates> fmt::Display for Interrupted<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T: Real, C: Coordinates> StdError for Interrupted<T, C> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

impl<T: Real, C: Coordinates> From<Interrupted<T, C>> for SourceError {
    fn from(interrupted: Interrupted<T, C>) -> Self {
        *interrupted.error
    }
}

impl<T: Real, C: Coordinates> From<Interrupted<T, C>> for crate::Error {
    fn from(interrupted: Interrupted<T, C>) -> Self {
        Self::Source(*interrupted.error)
    }
}

/// What stops a source.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The error of a reader, ours or a foreign one.
    #[error(transparent)]
    Reader(Box<dyn StdError + Send + Sync + 'static>),
    /// Another number of particles than expected.
    #[error("frame {frame} has {found} particles, expected {expected}")]
    Particles {
        /// The frame, from 0.
        frame: usize,
        /// Particles there.
        found: usize,
        /// Particles of the species or of the frames before.
        expected: usize,
    },
    /// Wrapped coordinates where unwrapped ones are needed.
    #[error(
        "the source has wrapped coordinates, expected unwrapped ones: unwrap them by image flags or by continuity"
    )]
    Convention,
    /// A frame without a cell.
    #[error("frame {frame} has no cell, expected one")]
    NoCell {
        /// The frame, from 0.
        frame: usize,
    },
    /// Frames that cannot be unwrapped.
    #[error(transparent)]
    Unwrap(#[from] UnwrapError),
    /// Frames that make no trajectory.
    #[error(transparent)]
    Trajectory(#[from] TrajectoryError),
    /// Frames whose drift cannot be taken off.
    #[error(transparent)]
    Drift(#[from] DriftError),
    /// A selection that is none.
    #[error(transparent)]
    Species(#[from] SpeciesError),
}

impl SourceError {
    /// The error of a reader, as a foreign [`FrameSource`] returns its own.
    pub fn reader(error: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        Self::Reader(error.into())
    }
}
