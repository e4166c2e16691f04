//! Unwrapping of coordinates.

use std::borrow::Cow;

use super::source::changed;
use super::{Cell, Convention, Frame, FrameSource, Trajectory, TrajectoryError, Unwrapped, Wrapped};
use crate::real::Real;

/// The scheme by which wrapped coordinates are unwrapped.
///
/// In every scheme the unwrapped position of a particle starts at its position in the first frame
/// (in the image that its flags name, where there are flags) and then moves by the displacement
/// between consecutive frames, in the lattice vectors `H` of the later frame:
/// ```text
/// u(i+1) = u(i) + [ w(i+1) - w(i) + n H(i+1) ]
/// ```
/// The schemes differ in how they find the integers `n`. In a constant cell the result is `w + n H`
/// with the total `n`. In a cell that changes it is the toroidal-view-preserving scheme (TOR) of
/// Bullerjahn, von Bülow, Heidari, Hénin and Hummer, J. Chem. Theory Comput. 19, 3406 (2023), doi
/// 10.1021/acs.jctc.3c00308. There `w + n(total) H(i)` would rescale all cells that a particle ever
/// crossed with every fluctuation of the volume, and the mean-squared displacement of a particle at
/// rest in the cell would grow without bound. TOR is published for orthorhombic cells; in triclinic
/// cells the same increment is taken along the lattice vectors.
///
/// Positions are computed in `f64` and rounded once to the storage type.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Unwrapping {
    /// By image flags: `n` is the change of a particle's flags. This is right for any displacement
    /// and any spacing of frames, and in changing cells.
    Images,
    /// By continuity in a constant cell: each particle moves to its nearest image. This is right if
    /// no particle moves by half a cell or more between two frames.
    Continuity {
        /// The longest displacement, in units of the cell's width, that is believed. Wrapped
        /// coordinates never show a displacement of more than half a cell. But where such
        /// displacements occur, others lie just below half a cell, hence a limit below 0.5.
        limit: f64,
    },
    /// By continuity in a cell that may change (TOR).
    Toroidal {
        /// As for continuity.
        limit: f64,
    },
}

impl Unwrapping {
    /// Continuity in a constant cell, refusing displacements past 0.4 of the cell.
    #[must_use]
    pub fn continuity() -> Self {
        Self::Continuity { limit: 0.4 }
    }

    /// Continuity in a cell that may change, refusing displacements past 0.4 of the cell.
    #[must_use]
    pub fn toroidal() -> Self {
        Self::Toroidal { limit: 0.4 }
    }
}

/// The frames of a source, unwrapped on the fly, without image flags. No memory is allocated after
/// the first frame.
///
/// ```
/// use msed::trajectory::{Cell, Frame, FrameSource, Species, Trajectory, Unwrapping, unwrapped};
/// # use msed::trajectory::{Convention, TrajectoryError};
/// # struct Wrapped(u64);
/// # impl FrameSource<f64> for Wrapped {
/// #     fn particles(&self) -> usize { 1 }
/// #     fn convention(&self) -> Convention { Convention::Wrapped }
/// #     fn next_frame(&mut self, frame: &mut Frame<f64>) -> Result<bool, TrajectoryError> {
/// #         frame.step = self.0;
/// #         frame.cell = Cell::cubic(1.0).ok();
/// #         frame.positions = vec![(0.25 * self.0 as f64).fract(), 0.0, 0.0];
/// #         self.0 += 1;
/// #         Ok(self.0 < 10)
/// #     }
/// # }
/// # let wrapped = Wrapped(0);
/// let source = unwrapped(wrapped, Unwrapping::continuity());
/// let trajectory = Trajectory::from_source(source, 0.005, Species::single("A", 1)?)?;
/// assert_eq!(trajectory.frame(8), [2.0, 0.0, 0.0]);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// # Errors
/// Frames fail with [`TrajectoryError`] where there is no cell or no image flags, where the cell
/// changes and continuity expects a constant one, and where a particle moves too far.
pub fn unwrapped<T: Real>(source: impl FrameSource<T>, method: Unwrapping) -> impl FrameSource<T> {
    let mut unwrapper = Unwrapper::new(method);
    let particles = source.particles();
    let unwrap = move |frame: &mut Frame<T>| unwrapper.unwrap(frame);
    changed(source, particles, Convention::Unwrapped, unwrap)
}

/// What unwrapping remembers of the frames so far.
struct Unwrapper {
    method: Unwrapping,
    frame: usize,
    step: u64,
    cell: Option<Cell>,
    wrapped: Vec<[f64; 3]>,
    images: Vec<[i32; 3]>,
    /// Unwrapped minus wrapped position.
    offsets: Vec<[f64; 3]>,
}

impl Unwrapper {
    fn new(method: Unwrapping) -> Self {
        Self {
            method,
            frame: 0,
            step: 0,
            cell: None,
            wrapped: Vec::new(),
            images: Vec::new(),
            offsets: Vec::new(),
        }
    }

    /// Unwraps the next frame. After an error there must be no further frame.
    fn unwrap<T: Real>(&mut self, frame: &mut Frame<T>) -> Result<(), TrajectoryError> {
        let cell = frame.cell.ok_or(TrajectoryError::NoCell { frame: self.frame })?;
        let (points, _) = frame.positions.as_chunks_mut::<3>();
        let particles = points.len();
        if matches!(self.method, Unwrapping::Images) && frame.images.len() != particles {
            return Err(TrajectoryError::NoImages {
                frame: self.frame,
                found: frame.images.len(),
                particles,
            });
        }
        match (self.cell, self.method) {
            (None, _) => self.start(particles, &frame.images, &cell),
            (Some(_), _) if self.wrapped.len() != particles => {
                return Err(TrajectoryError::Particles {
                    frame: self.frame,
                    found: particles,
                    expected: self.wrapped.len(),
                });
            }
            (Some(before), Unwrapping::Continuity { .. }) if before != cell => {
                return Err(TrajectoryError::ChangingCell {
                    frame: self.frame,
                    found: cell.lengths(),
                    before: before.lengths(),
                });
            }
            (Some(_), Unwrapping::Images) => self.follow_images(&frame.images, &cell),
            (Some(_), Unwrapping::Continuity { limit } | Unwrapping::Toroidal { limit }) => {
                self.follow_nearest(frame.step, points, &cell, limit)?;
            }
        }
        for ((point, wrapped), offset) in points.iter_mut().zip(&mut self.wrapped).zip(&self.offsets) {
            *wrapped = point.map(T::to_f64);
            *point = std::array::from_fn(|i| T::from_f64(wrapped[i] + offset[i]));
        }
        std::mem::swap(&mut self.images, &mut frame.images);
        frame.images.clear();
        self.cell = Some(cell);
        self.step = frame.step;
        self.frame += 1;
        Ok(())
    }

    fn start(&mut self, particles: usize, images: &[[i32; 3]], cell: &Cell) {
        self.wrapped = vec![[0.0; 3]; particles];
        self.offsets = vec![[0.0; 3]; particles];
        // With flags, positions start in the image that the flags name, so that two parts of one
        // run fit together.
        for (offset, image) in self.offsets.iter_mut().zip(images) {
            *offset = cell.cartesian(image.map(f64::from));
        }
    }

    fn follow_images(&mut self, images: &[[i32; 3]], cell: &Cell) {
        for ((offset, now), before) in self.offsets.iter_mut().zip(images).zip(&self.images) {
            if now != before {
                let crossed = std::array::from_fn(|i| f64::from(now[i]) - f64::from(before[i]));
                let shift = cell.cartesian(crossed);
                *offset = std::array::from_fn(|i| offset[i] + shift[i]);
            }
        }
    }

    fn follow_nearest<T: Real>(
        &mut self,
        step: u64,
        points: &[[T; 3]],
        cell: &Cell,
        limit: f64,
    ) -> Result<(), TrajectoryError> {
        for (particle, (point, before)) in points.iter().zip(&self.wrapped).enumerate() {
            let moved = std::array::from_fn(|i| point[i].to_f64() - before[i]);
            let nearest = cell.minimum_image(moved);
            let (axis, found) = cell.longest_component(nearest);
            if found >= limit || limit.is_nan() {
                return Err(TrajectoryError::LongStep {
                    particle,
                    frame: self.frame,
                    step,
                    before: self.step,
                    axis,
                    found,
                    limit,
                });
            }
            if nearest != moved {
                let offset = &mut self.offsets[particle];
                *offset = std::array::from_fn(|i| offset[i] + (nearest[i] - moved[i]));
            }
        }
        Ok(())
    }
}

impl<T: Real> Trajectory<'_, T, Wrapped> {
    /// A copy of the trajectory in unwrapped coordinates. A trajectory that does not fit into
    /// memory twice can be unwrapped while it is read, by [`unwrapped`].
    ///
    /// ```
    /// use msed::trajectory::{Cell, Species, Trajectory, Unwrapping};
    /// let x = vec![9.5, 5.0, 5.0, /* across the face */ 0.5, 5.0, 5.0];
    /// let (one, cell) = (Species::single("A", 1)?, Cell::cubic(10.0)?);
    /// let wrapped = Trajectory::wrapped(x, [0, 10], 0.005, one, [cell])?;
    /// let unwrapped = wrapped.unwrapped(Unwrapping::continuity())?;
    /// assert_eq!(unwrapped.frame(1), [10.5, 5.0, 5.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`TrajectoryError`] where there are no image flags, where the cell changes and continuity
    /// expects a constant one, and where a particle moves too far between two frames.
    pub fn unwrapped(
        &self,
        method: Unwrapping,
    ) -> Result<Trajectory<'static, T, Unwrapped>, TrajectoryError> {
        self.collected(unwrapped(self.source(), method), self.species().clone())
    }
}

impl<T: Real> Trajectory<'_, T, Unwrapped> {
    /// A copy of the trajectory with every particle in the cell, and the image flags that lead
    /// back.
    ///
    /// # Errors
    /// [`TrajectoryError::NoCell`] where no cell is known.
    pub fn wrapped_into_cell(&self) -> Result<Trajectory<'static, T, Wrapped>, TrajectoryError> {
        let mut positions = Vec::with_capacity(self.positions.len());
        let mut images = Vec::with_capacity(self.positions.len() / 3);
        for frame in 0..self.frames() {
            let cell = self.cell(frame).ok_or(TrajectoryError::NoCell { frame })?;
            for point in self.frame(frame).as_chunks::<3>().0 {
                let (image, n) = cell.wrap(point.map(T::to_f64));
                positions.extend(image.map(T::from_f64));
                images.push(n);
            }
        }
        Ok(Trajectory::of(self.header.clone(), Cow::Owned(positions), images))
    }
}

#[cfg(test)]
mod tests;
