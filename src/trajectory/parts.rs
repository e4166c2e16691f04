//! Parts of a trajectory: some of the frames, or some of the particles.

use super::source::changed;
use super::species::check_selection;
use super::{Convention, Coordinates, Frame, FrameSource, Trajectory, TrajectoryError};
use crate::real::Real;

/// Every so many frames of a trajectory.
struct Replay<'a, T: Real, C: Coordinates> {
    trajectory: &'a Trajectory<'a, T, C>,
    next: usize,
    every: usize,
}

impl<T: Real, C: Coordinates> FrameSource<T> for Replay<'_, T, C> {
    fn particles(&self) -> usize {
        self.trajectory.particles()
    }

    fn convention(&self) -> Convention {
        C::CONVENTION
    }

    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, TrajectoryError> {
        let Some(&step) = self.trajectory.steps().get(self.next) else {
            return Ok(false);
        };
        let (points, _) = self.trajectory.frame(self.next).as_chunks::<3>();
        frame.fill(
            step,
            self.trajectory.cell(self.next).copied(),
            points.iter().copied(),
        );
        let flags = self.trajectory.images(self.next).unwrap_or_default();
        frame.images.extend_from_slice(flags);
        self.next = self.next.saturating_add(self.every);
        Ok(true)
    }

    fn frames_expected(&self) -> Option<usize> {
        Some(self.trajectory.frames().div_ceil(self.every))
    }
}

impl<T: Real, C: Coordinates> Trajectory<'_, T, C> {
    /// The frames one after the other, as a source: for functions that take a source, such as
    /// [`feed_frames`](crate::online::feed_frames).
    #[must_use]
    pub fn source(&self) -> impl FrameSource<T> + '_ {
        self.every(1)
    }

    fn every(&self, every: usize) -> impl FrameSource<T> + '_ {
        Replay {
            trajectory: self,
            next: 0,
            every,
        }
    }

    /// Frame 0 and every `every`-th after it, copied.
    ///
    /// Frames that are closer together than the time in which the structure changes are redundant:
    /// for averages at one instant a part of them is as good as all.
    ///
    /// # Errors
    /// [`TrajectoryError::Shape`] for `every` = 0.
    ///
    /// ```
    /// use msed::trajectory::{Species, Trajectory};
    /// let one = Species::single("A", 1)?;
    /// let run = Trajectory::new(vec![0.0; 15], [0, 10, 20, 30, 40], 0.005, one)?;
    /// assert_eq!(run.thinned(3)?.steps(), [0, 30]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn thinned(&self, every: usize) -> Result<Trajectory<'static, T, C>, TrajectoryError> {
        if every == 0 {
            let none = "every 0th frame, expected a stride of at least 1";
            return Err(TrajectoryError::Shape(none.to_owned()));
        }
        self.collected(self.every(every), self.species().clone())
    }

    /// The trajectory of a part of the particles, copied.
    ///
    /// # Errors
    /// [`TrajectoryError::Species`] for no particle or one that does not exist.
    pub fn select(&self, particles: &[usize]) -> Result<Trajectory<'static, T, C>, TrajectoryError> {
        let species = self.species().select(particles)?;
        self.collected(selected(self.source(), particles), species)
    }
}

/// Some of the particles of a source, in the order given.
/// [`Species::indices`](super::Species::indices) lists the particles of a species.
///
/// # Errors
/// Frames fail with [`TrajectoryError::Species`] for a particle that does not exist.
pub fn selected<T: Real>(
    source: impl FrameSource<T>,
    particles: impl Into<Vec<usize>>,
) -> impl FrameSource<T> {
    let particles = particles.into();
    let (count, convention) = (particles.len(), source.convention());
    let select = move |frame: &mut Frame<T>| {
        let all = frame.positions.len() / 3;
        check_selection(&particles, all)?;
        // The selected particles are appended to the frame, and then the frame is removed, because
        // particles may come in any order and more than once.
        for &p in &particles {
            frame.positions.extend_from_within(3 * p..3 * p + 3);
        }
        frame.positions.drain(..3 * all);
        if frame.images.len() == all {
            for &p in &particles {
                frame.images.extend_from_within(p..=p);
            }
            frame.images.drain(..all);
        }
        Ok(())
    };
    changed(source, count, convention, select)
}
