//! A part of the particles.

use super::{Convention, Coordinates, Frame, FrameSource, SpeciesError, Trajectory, TrajectoryError};
use crate::real::Real;

/// Some of the particles of a source.
#[derive(Debug, Clone)]
pub struct Select<S> {
    source: S,
    particles: Vec<usize>,
}

impl<S> Select<S> {
    /// Selects the particles given, in that order. [`Species::indices`](super::Species::indices)
    /// lists the particles of a species.
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

    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, TrajectoryError> {
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
        // The selected particles are appended to the frame, and then the frame is removed, because
        // particles may come in any order and more than once.
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

impl<T: Real, C: Coordinates> Trajectory<'_, T, C> {
    /// The trajectory of a part of the particles, copied.
    ///
    /// # Errors
    /// [`TrajectoryError::Selection`] for no particle or one that does not exist.
    pub fn select(&self, particles: &[usize]) -> Result<Trajectory<'static, T, C>, TrajectoryError> {
        let species = self.species().select(particles)?;
        self.collected(Select::new(self.source(), particles), species)
    }
}
