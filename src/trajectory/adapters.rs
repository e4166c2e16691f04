//! Sources made of other sources.

use super::source::{Convention, Frame, FrameSource, SourceError};
use super::unwrap::{UnwrapError, Unwrapper, Unwrapping};
use super::{DriftError, DriftRemoval, SpeciesError};
use crate::real::Real;

/// A source's frames, unwrapped on the fly. They keep no image flags.
///
/// ```
/// use msed::trajectory::{Cell, Frame, FrameSource, Species, Trajectory, Unwrap, Unwrapping};
/// # use msed::trajectory::{Convention, SourceError};
/// # struct Wrapped(u64);
/// # impl FrameSource<f64> for Wrapped {
/// #     fn particles(&self) -> usize { 1 }
/// #     fn convention(&self) -> Convention { Convention::Wrapped }
/// #     fn next_frame(&mut self, frame: &mut Frame<f64>) -> Result<bool, SourceError> {
/// #         frame.step = self.0;
/// #         frame.cell = Cell::cubic(1.0).ok();
/// #         frame.positions = vec![(0.25 * self.0 as f64).fract(), 0.0, 0.0];
/// #         self.0 += 1;
/// #         Ok(self.0 < 10)
/// #     }
/// # }
/// # let wrapped = Wrapped(0);
/// let trajectory = Trajectory::from_source(Unwrap::new(wrapped, Unwrapping::continuity()), 0.005, Species::single("A", 1)?)?;
/// assert_eq!(trajectory.frame(8), [2.0, 0.0, 0.0]);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Unwrap<S> {
    source: S,
    unwrapper: Unwrapper,
    frame: usize,
}

impl<S> Unwrap<S> {
    /// Unwraps the frames of `source` by the method named.
    pub fn new(source: S, method: Unwrapping) -> Self {
        Self {
            source,
            unwrapper: Unwrapper::new(method),
            frame: 0,
        }
    }
}

impl<T: Real, S: FrameSource<T>> FrameSource<T> for Unwrap<S> {
    fn particles(&self) -> usize {
        self.source.particles()
    }

    fn convention(&self) -> Convention {
        Convention::Unwrapped
    }

    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, SourceError> {
        if !self.source.next_frame(frame)? {
            return Ok(false);
        }
        let cell = frame.cell.ok_or(UnwrapError::NoCell { frame: self.frame })?;
        self.unwrapper
            .push(frame.step, &mut frame.positions, &frame.images, &cell)?;
        frame.images.clear();
        self.frame += 1;
        Ok(true)
    }

    fn frames_expected(&self) -> Option<usize> {
        self.source.frames_expected()
    }
}

/// A source's frames with the centre of mass at rest. The source must be of unwrapped coordinates.
#[derive(Debug, Clone)]
pub struct WithoutDrift<S> {
    source: S,
    removal: DriftRemoval,
    drift: [f64; 3],
    largest: f64,
}

impl<S> WithoutDrift<S> {
    /// Takes the drift off the frames of `source`, with the mass of each particle.
    ///
    /// # Errors
    /// [`DriftError`] for masses that are none.
    pub fn new(source: S, masses: impl Into<Vec<f64>>) -> Result<Self, DriftError> {
        Ok(Self {
            source,
            removal: DriftRemoval::new(masses)?,
            drift: [0.0; 3],
            largest: 0.0,
        })
    }

    /// How far the centre of mass had moved since the first frame, at the last one.
    #[must_use]
    pub fn drift(&self) -> [f64; 3] {
        self.drift
    }

    /// The greatest distance so far.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.largest
    }
}

impl<T: Real, S: FrameSource<T>> FrameSource<T> for WithoutDrift<S> {
    fn particles(&self) -> usize {
        self.source.particles()
    }

    fn convention(&self) -> Convention {
        self.source.convention()
    }

    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, SourceError> {
        if self.source.convention() == Convention::Wrapped {
            return Err(SourceError::Convention);
        }
        if !self.source.next_frame(frame)? {
            return Ok(false);
        }
        self.drift = self.removal.push(&mut frame.positions)?;
        let [x, y, z] = self.drift;
        self.largest = self.largest.max((x * x + y * y + z * z).sqrt());
        Ok(true)
    }

    fn frames_expected(&self) -> Option<usize> {
        self.source.frames_expected()
    }
}

/// Some of the particles of a source.
#[derive(Debug, Clone)]
pub struct Select<S> {
    source: S,
    particles: Vec<usize>,
}

impl<S> Select<S> {
    /// The particles given, in that order: [`Species::indices`](super::Species::indices) lists those of a species.
    pub fn new(source: S, particles: impl Into<Vec<usize>>) -> Self {
        Self {
            source,
            particles: particles.into(),
        }
    }
}

impl<T: Real, S: FrameSource<T>> FrameSource<T> for Select<S> {
    fn particles(&self) -> usize {
        self.particles.len()
    }

    fn convention(&self) -> Convention {
        self.source.convention()
    }

    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, SourceError> {
        if !self.source.next_frame(frame)? {
            return Ok(false);
        }
        let all = frame.positions.len() / 3;
        if let Some(&found) = self.particles.iter().find(|&&p| p >= all) {
            return Err(SpeciesError::NoParticle {
                found,
                particles: all,
            }
            .into());
        }
        // Appended behind the frame, which is then taken off: particles may come in any order and more than once.
        for &p in &self.particles {
            frame.positions.extend_from_within(3 * p..3 * p + 3);
        }
        frame.positions.drain(..3 * all);
        if frame.images.len() == all {
            for &p in &self.particles {
                frame.images.extend_from_within(p..=p);
            }
            frame.images.drain(..all);
        }
        Ok(true)
    }

    fn frames_expected(&self) -> Option<usize> {
        self.source.frames_expected()
    }
}

#[cfg(test)]
mod tests;
