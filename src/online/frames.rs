//! Frames as rows: how positions reach an accumulator.

use super::accumulator::{Accumulator, Pairs};
use super::error::OnlineError;
use crate::real::{Real, is_fit};
use crate::trajectory::Cell;

/// Reads the position of the particle at a place off a row.
pub(crate) type PositionOf = fn(&[f64], usize) -> [f64; 3];

/// Sums whose rows are made of the positions of particles.
pub trait FramePairs: Pairs {
    /// Where a row has the position of the particle at a place, for sums whose coordinates must
    /// follow particles through the faces of the cell; `None` for others.
    const UNWRAPPED: Option<PositionOf>;

    /// Takes in where the particle is that lies at `place`, species by species.
    fn place(&self, work: &mut Self::Work, row: &mut [f64], place: usize, position: [f64; 3]);

    /// Completes a row that has all particles.
    ///
    /// # Errors
    /// The frame cannot be summed.
    fn complete(&self, _work: &mut Self::Work, _row: &mut [f64]) -> Result<(), OnlineError> {
        Ok(())
    }

    /// Whether the cell of a frame is the one that the sums are over.
    ///
    /// # Errors
    /// Another cell.
    fn check_cell(&self, _frame: u64, _found: Option<&Cell>) -> Result<(), OnlineError> {
        Ok(())
    }
}

impl<K: FramePairs> Accumulator<K> {
    /// Takes in the next frame: x y z of each particle, in the order of the species. Displacements
    /// need unwrapped coordinates: positions that re-enter a periodic cell give wrong ones. An
    /// accumulator that knows the cell, from a [`Frame`](crate::trajectory::Frame) or from the wave
    /// vectors of F_s, refuses positions that jump from face to face, as
    /// [`Trajectory::check_unwrapped`](crate::Trajectory::check_unwrapped) does.
    ///
    /// # Errors
    /// [`OnlineError::Coordinates`] for another number of coordinates, [`OnlineError::Position`]
    /// for a coordinate that is not finite or above 1e60 in size, [`OnlineError::LooksWrapped`],
    /// and [`OnlineError::Structure`] for densities at wave vectors that leave the plane in which
    /// all particles lie. A frame that is refused adds nothing.
    pub fn push<T: Real>(&mut self, positions: &[T]) -> Result<(), OnlineError> {
        self.fill(positions)?;
        self.check_wrapping(None)?;
        self.push_row();
        Ok(())
    }

    /// Takes in the next frame as points.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    ///
    /// ```
    /// use msed::online::DisplacementAccumulator;
    /// use msed::trajectory::Species;
    /// use msed::{Lags, Sampling};
    /// let species = Species::single("A", 2)?;
    /// let mut live = DisplacementAccumulator::new(Sampling::new(1, 0.005)?, &species, &Lags::samples([1]))?;
    /// live.push_points(&[[0.0_f32, 0.0, 0.0], [1.0, 1.0, 1.0]])?;
    /// live.push_points(&[[0.0_f32, 0.5, 0.0], [1.0, 1.5, 1.0]])?;
    /// assert_eq!(live.snapshot()?.displacements().of("A")?.msd.total.values(), [0.25]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn push_points<T: Real>(&mut self, points: &[[T; 3]]) -> Result<(), OnlineError> {
        self.push(points.as_flattened())
    }

    /// Takes in the next frame from anything that becomes three coordinates, particle by particle:
    /// arrays, vectors of a linear-algebra crate, or the particles of an engine themselves. Nothing
    /// is copied but into the accumulator's own memory.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    ///
    /// Vectors of `nalgebra`:
    /// ```
    /// use msed::online::DisplacementAccumulator;
    /// use msed::trajectory::Species;
    /// use msed::{Lags, Sampling};
    /// use nalgebra::Vector3;
    /// let species = Species::single("A", 2)?;
    /// let mut live = DisplacementAccumulator::new(Sampling::new(1, 0.005)?, &species, &Lags::samples([1]))?;
    /// let mut positions = vec![Vector3::new(0.0, 0.0, 0.0), Vector3::new(1.0, 2.0, 3.0)];
    /// live.push_iter(positions.iter().copied())?;
    /// positions[1] += Vector3::new(0.0, 0.0, 0.5);
    /// live.push_iter(positions.iter().copied())?;
    /// assert_eq!(live.snapshot()?.displacements().of("A")?.msd.total.values(), [0.25 / 2.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// Vectors of `glam`, in single precision:
    /// ```
    /// # use msed::online::DisplacementAccumulator;
    /// # use msed::trajectory::Species;
    /// # use msed::{Lags, Sampling};
    /// use glam::Vec3;
    /// # let species = Species::single("A", 2)?;
    /// # let mut live = DisplacementAccumulator::new(Sampling::new(1, 0.005)?, &species, &Lags::samples([1]))?;
    /// for shift in [0.0, 0.5] {
    ///     live.push_iter([Vec3::ZERO, Vec3::ONE].map(|r| r + Vec3::X * shift))?;
    /// }
    /// assert_eq!(live.snapshot()?.displacements().of("A")?.msd.total.values(), [0.25]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// The particles of an engine:
    /// ```
    /// # use msed::online::DisplacementAccumulator;
    /// # use msed::trajectory::Species;
    /// # use msed::{Lags, Sampling};
    /// struct Atom { at: [f64; 3], velocity: [f64; 3] }
    /// impl From<&Atom> for [f64; 3] {
    ///     fn from(atom: &Atom) -> Self { atom.at }
    /// }
    /// # let species = Species::single("A", 1)?;
    /// # let mut live = DisplacementAccumulator::new(Sampling::new(1, 0.005)?, &species, &Lags::samples([1]))?;
    /// let mut atoms = vec![Atom { at: [0.0; 3], velocity: [2.0, 0.0, 0.0] }];
    /// live.push_iter(&atoms)?;
    /// for atom in &mut atoms {
    ///     atom.at[0] += 0.25 * atom.velocity[0];
    /// }
    /// live.push_iter(&atoms)?;
    /// assert_eq!(live.snapshot()?.displacements().of("A")?.msd.total.values(), [0.25]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn push_iter<P: Into<[T; 3]>, T: Real>(
        &mut self,
        points: impl IntoIterator<Item = P>,
    ) -> Result<(), OnlineError> {
        self.fill_iter(points)?;
        self.check_wrapping(None)?;
        self.push_row();
        Ok(())
    }

    /// Makes the next row of these coordinates; the row is not yet taken in.
    pub(super) fn fill<T: Real>(&mut self, positions: &[T]) -> Result<(), OnlineError> {
        let (points, rest) = positions.as_chunks::<3>();
        if points.len() != self.places.len() || !rest.is_empty() {
            return Err(self.wrong_number(positions.len()));
        }
        self.fill_iter(points.iter().copied())
    }

    fn fill_iter<P: Into<[T; 3]>, T: Real>(
        &mut self,
        points: impl IntoIterator<Item = P>,
    ) -> Result<(), OnlineError> {
        let frame = self.stream.progress.next();
        let (over, work, row) = (&self.over, &mut self.work, self.stream.room());
        let mut points = points.into_iter();
        let mut taken = 0;
        for (&place, point) in self.places.iter().zip(points.by_ref()) {
            let position = point.into().map(Real::to_f64);
            // Numbers that cannot be computed with never reach the row.
            if let Some(found) = position.into_iter().find(|&x| !is_fit(x)) {
                return Err(OnlineError::Position {
                    frame,
                    particle: taken,
                    found,
                });
            }
            over.place(work, row, place, position);
            taken += 1;
        }
        let more = points.count();
        if taken < self.places.len() || more > 0 {
            return Err(self.wrong_number(3 * (taken + more)));
        }
        over.complete(work, row)
    }

    /// Looks whether the positions in the next row can be unwrapped ones in this cell, or else in
    /// the one that is known.
    pub(super) fn check_wrapping(&mut self, cell: Option<&Cell>) -> Result<(), OnlineError> {
        let Some(position) = K::UNWRAPPED else {
            return Ok(());
        };
        let frame = self.stream.progress.next();
        let row = &*self.stream.room();
        let points = self.places.iter().map(|&place| position(row, place));
        self.wrapping.check(frame, cell, points)
    }

    fn wrong_number(&self, found: usize) -> OnlineError {
        OnlineError::Coordinates {
            found,
            expected: 3 * self.places.len(),
        }
    }

    /// Number of frames taken in.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.stream.progress.count
    }
}
