//! Frames one after the other, from a file, another reader or a running simulation.

use std::borrow::Cow;

use super::positions::{Header, check_frame};
use super::{
    Cell, Convention, Coordinates, FrameTime, Species, Trajectory, TrajectoryError, Unwrapped, Wrapped,
};
use crate::real::Real;
use crate::sampling::Sampling;

/// One frame. It is a buffer that a source fills and the caller keeps, so that no memory is
/// allocated after the first frame.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Frame<T> {
    /// Molecular-dynamics step.
    pub step: u64,
    /// The time beside the step, where the file has one: see
    /// [`with_checked_times`](super::with_checked_times).
    pub time: Option<FrameTime>,
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
            time: None,
            cell: None,
            positions: Vec::new(),
            images: Vec::new(),
        }
    }

    /// Turns the frame into one of these points, without a time and image flags. Points are arrays,
    /// or vectors of any linear algebra that can be converted into arrays.
    ///
    /// ```
    /// use msed::trajectory::Frame;
    /// let mut frame = Frame::new();
    /// frame.fill(10, None, [nalgebra::Vector3::new(1.0, 2.0, 3.0)]);
    /// assert_eq!((frame.step, &frame.positions[..]), (10, &[1.0, 2.0, 3.0][..]));
    /// ```
    pub fn fill<P: Into<[T; 3]>>(
        &mut self,
        step: u64,
        cell: Option<Cell>,
        points: impl IntoIterator<Item = P>,
    ) {
        (self.step, self.time, self.cell) = (step, None, cell);
        self.images.clear();
        self.positions.clear();
        self.positions.extend(points.into_iter().flat_map(P::into));
    }
}

/// Frames one after the other. Readers are sources, and another reader or a running simulation can
/// become one. `examples/foreign_frames.rs` is a longer example with wrapped coordinates and image
/// flags.
///
/// ```
/// use msed::trajectory::{Convention, Frame, FrameSource, Species, Trajectory, TrajectoryError};
/// /// A ballistic particle.
/// struct Flight { step: u64 }
/// impl FrameSource<f32> for Flight {
///     fn particles(&self) -> usize { 1 }
///     fn convention(&self) -> Convention { Convention::Unwrapped }
///     fn next_frame(&mut self, frame: &mut Frame<f32>) -> Result<bool, TrajectoryError> {
///         if self.step == 30 { return Ok(false); }
///         frame.fill(self.step, None, [[0.5 * self.step as f32, 0.0, 0.0]]);
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

    /// What is known about the coordinates.
    fn convention(&self) -> Convention;

    /// Puts the next frame into `frame`, all of its fields; `false` at the end, where `frame` is
    /// left as it is or holds nothing of use.
    ///
    /// # Errors
    /// Whatever keeps the source from reading the next frame whole. The frames before it are good;
    /// there are none after it.
    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, TrajectoryError>;

    /// A guess of the number of frames in all, which only saves time and memory. It is asked for
    /// after the first frame.
    fn frames_expected(&self) -> Option<usize> {
        None
    }
}

/// A source behind a reference or a box is a source.
macro_rules! forward {
    ($($source:ty),*) => {$(
        impl<T: Real, S: FrameSource<T> + ?Sized> FrameSource<T> for $source {
            fn particles(&self) -> usize {
                (**self).particles()
            }

            fn convention(&self) -> Convention {
                (**self).convention()
            }

            fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, TrajectoryError> {
                (**self).next_frame(frame)
            }

            fn frames_expected(&self) -> Option<usize> {
                (**self).frames_expected()
            }
        }
    )*};
}

forward!(&mut S, Box<S>);

/// The frames of a source, each changed on its way.
struct Changed<S, F> {
    source: S,
    particles: usize,
    convention: Convention,
    change: F,
}

/// A source with this number of particles and convention after `change`.
pub(super) fn changed<T: Real>(
    source: impl FrameSource<T>,
    particles: usize,
    convention: Convention,
    change: impl FnMut(&mut Frame<T>) -> Result<(), TrajectoryError>,
) -> impl FrameSource<T> {
    Changed {
        source,
        particles,
        convention,
        change,
    }
}

impl<T: Real, S: FrameSource<T>, F> FrameSource<T> for Changed<S, F>
where
    F: FnMut(&mut Frame<T>) -> Result<(), TrajectoryError>,
{
    fn particles(&self) -> usize {
        self.particles
    }

    fn convention(&self) -> Convention {
        self.convention
    }

    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, TrajectoryError> {
        let found = self.source.next_frame(frame)?;
        if found {
            (self.change)(frame)?;
        }
        Ok(found)
    }

    fn frames_expected(&self) -> Option<usize> {
        self.source.frames_expected()
    }
}

impl<T: Real, C: Coordinates> Trajectory<'_, T, C> {
    /// Collects a source of frames of this trajectory.
    pub(super) fn collected<D: Coordinates>(
        &self,
        source: impl FrameSource<T>,
        species: Species,
    ) -> Result<Trajectory<'static, T, D>, TrajectoryError> {
        let (mut trajectory, end) = collect(source, self.time_step(), species)?;
        trajectory.header.dimensions = self.header.dimensions;
        end.map_or(Ok(trajectory), Err)
    }
}

impl<T: Real> Trajectory<'static, T, Unwrapped> {
    /// All frames of a source of unwrapped coordinates. Where the source does not know, coordinates
    /// are taken for unwrapped and [checked](Trajectory::check_unwrapped). A frame that repeats the
    /// one before it counts once: see [`repeated_frames`](Trajectory::repeated_frames).
    ///
    /// # Errors
    /// The errors of the source, [`TrajectoryError::Convention`] for wrapped coordinates, and what
    /// [`Trajectory::new`] refuses. [`up_to_error`](Trajectory::up_to_error) keeps the frames
    /// before the error.
    pub fn from_source(
        source: impl FrameSource<T>,
        time_step: f64,
        species: Species,
    ) -> Result<Self, TrajectoryError> {
        let (trajectory, end) = Self::up_to_error(source, time_step, species)?;
        end.map_or(Ok(trajectory), Err)
    }
}

impl<T: Real> Trajectory<'static, T, Wrapped> {
    /// All frames of a source, taken for wrapped coordinates whatever the source says. Image flags
    /// are kept where every frame has them.
    ///
    /// # Errors
    /// The errors of the source, [`TrajectoryError::NoCell`] for a frame without a cell, and what
    /// [`Trajectory::new`] refuses. [`up_to_error`](Trajectory::up_to_error) keeps the frames
    /// before the error.
    pub fn wrapped_from_source(
        source: impl FrameSource<T>,
        time_step: f64,
        species: Species,
    ) -> Result<Self, TrajectoryError> {
        let (trajectory, end) = Self::up_to_error(source, time_step, species)?;
        end.map_or(Ok(trajectory), Err)
    }
}

impl<T: Real, C: Coordinates> Trajectory<'static, T, C> {
    /// The frames of a source up to the first error, and that error: a file that was cut off still
    /// has good frames. Otherwise as [`from_source`](Trajectory::from_source) and
    /// [`wrapped_from_source`](Trajectory::wrapped_from_source).
    ///
    /// # Errors
    /// An error before the first frame, or after frames that cannot be used.
    pub fn up_to_error(
        source: impl FrameSource<T>,
        time_step: f64,
        species: Species,
    ) -> Result<(Self, Option<TrajectoryError>), TrajectoryError> {
        let wrapped = C::CONVENTION == Convention::Wrapped;
        if !wrapped && source.convention() == Convention::Wrapped {
            return Err(TrajectoryError::Convention);
        }
        let (trajectory, end) = collect(source, time_step, species)?;
        if wrapped && trajectory.cells().is_empty() {
            // The error of the reader comes first. Without cells there is no wrapped trajectory to
            // keep.
            return Err(end.unwrap_or(TrajectoryError::NoCell { frame: 0 }));
        }
        if !wrapped && end.is_none() {
            // Coordinates that look wrapped before an error of the reader may be damaged.
            trajectory.check_unwrapped()?;
        }
        Ok((trajectory, end))
    }
}

type Collected<T, C> = (Trajectory<'static, T, C>, Option<TrajectoryError>);

/// The frames before the end, and the error at the end if there is one. No frame at all is an
/// error.
fn collect<T: Real, C: Coordinates>(
    mut source: impl FrameSource<T>,
    time_step: f64,
    species: Species,
) -> Result<Collected<T, C>, TrajectoryError> {
    let particles = species.len();
    let found = source.particles();
    if found != particles {
        return Err(TrajectoryError::Particles {
            frame: 0,
            found,
            expected: particles,
        });
    }
    Sampling::new(1, time_step)?;
    let mut header = Header {
        steps: Vec::new(),
        time_step,
        species,
        cells: Vec::new(),
        repeated: 0,
        dimensions: None,
    };
    let (mut positions, mut images) = (Vec::new(), Vec::new());
    let mut frame = Frame::new();
    let end = loop {
        match source.next_frame(&mut frame) {
            Ok(true) => {}
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
        let before = &positions[positions.len().saturating_sub(3 * particles)..];
        if header.is_repeated(&frame, before) {
            header.repeated += 1;
            continue;
        }
        if let Err(error) = header.push(&frame) {
            break Some(error);
        }
        positions.extend_from_slice(&frame.positions);
        if header.steps.len() == 1 {
            // Room for the other frames and a little more, so that the positions are not copied to
            // grow by a frame.
            let expected = source.frames_expected().unwrap_or(0);
            positions.reserve(3 * particles * (expected + expected / 64));
        }
        let before = (header.steps.len() - 1) * particles;
        if frame.images.len() == particles && images.len() == before {
            images.extend_from_slice(&frame.images);
        } else {
            images.clear();
        }
    };
    if header.steps.is_empty() {
        return Err(end.unwrap_or_else(TrajectoryError::no_frames));
    }
    positions.shrink_to_fit();
    if header.cells.iter().all(|cell| *cell == header.cells[0]) {
        header.cells.truncate(1);
    }
    Ok((Trajectory::of(header, Cow::Owned(positions), images), end))
}

impl Header {
    /// Whether a frame is the last one once more, which was at these positions.
    fn is_repeated<T: Real>(&self, frame: &Frame<T>, positions: &[T]) -> bool {
        self.steps.last() == Some(&frame.step)
            && self.cells.last() == frame.cell.as_ref()
            && positions == frame.positions
    }

    /// Takes a frame that continues the frames before.
    fn push<T: Real>(&mut self, frame: &Frame<T>) -> Result<(), TrajectoryError> {
        let (index, particles) = (self.steps.len(), self.species.len());
        if frame.positions.len() != 3 * particles {
            return Err(TrajectoryError::Particles {
                frame: index,
                found: frame.positions.len() / 3,
                expected: particles,
            });
        }
        check_frame(&self.steps, frame.step, &frame.positions)?;
        match frame.cell {
            Some(cell) if index == 0 || !self.cells.is_empty() => self.cells.push(cell),
            None if !self.cells.is_empty() => return Err(TrajectoryError::NoCell { frame: index }),
            _ => {}
        }
        self.steps.push(frame.step);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
