//! From wrapped coordinates to unwrapped ones.

use std::borrow::Cow;
use std::marker::PhantomData;

use thiserror::Error;

use super::{Cell, Trajectory, TrajectoryError, Unwrapped, Wrapped};
use crate::real::Real;

/// How wrapped coordinates are to be unwrapped.
///
/// In every scheme a particle's unwrapped position starts where it is in the first frame (in the image that its flags name,
/// where there are flags) and then moves by the displacement between consecutive frames, in the lattice vectors `H` of the
/// later one:
/// ```text
/// u(i+1) = u(i) + [ w(i+1) - w(i) + n H(i+1) ]
/// ```
/// The schemes differ in how they find the integers `n`. In a constant cell this is `w + n H` with the total `n`. In a
/// cell that changes it is the toroidal-view-preserving scheme (TOR) of Bullerjahn, von Bülow, Heidari, Hénin and Hummer,
/// J. Chem. Theory Comput. 19, 3406 (2023), doi 10.1021/acs.jctc.3c00308, while `w + n(total) H(i)` rescales all cells
/// that a particle ever crossed with every fluctuation of the volume, and its mean-squared displacement grows without
/// bound for a particle at rest in the cell. TOR is published for orthorhombic cells; in triclinic ones the same increment
/// is taken along the lattice vectors.
///
/// All of it is done in `f64` and rounded once to the storage type.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Unwrapping {
    /// By image flags: `n` is how much a particle's flags change. Right for any displacement and any spacing of frames,
    /// and in changing cells.
    Images,
    /// By continuity in a constant cell: each particle moved to its nearest image. Right if no particle moves by half a
    /// cell or more between two frames.
    Continuity {
        /// The longest displacement, in units of the cell's width, that is believed. Nothing in wrapped coordinates shows
        /// a displacement of more than half a cell, but where there are such there are some just below too: hence a limit
        /// below 0.5.
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

/// Unwraps one frame after the other.
///
/// ```
/// use msed::trajectory::{Cell, Unwrapper, Unwrapping};
/// let cell = Cell::cubic(10.0)?;
/// let mut unwrapper = Unwrapper::new(Unwrapping::continuity());
/// let mut frame = [9.5, 5.0, 5.0];
/// unwrapper.push(0, &mut frame, &[], &cell)?;
/// frame = [0.5, 5.0, 5.0];
/// unwrapper.push(10, &mut frame, &[], &cell)?;
/// assert_eq!(frame, [10.5, 5.0, 5.0]);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Unwrapper {
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
    /// Before the first frame.
    #[must_use]
    pub fn new(method: Unwrapping) -> Self {
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

    /// Replaces a frame's wrapped coordinates, particle by particle, x y z, by unwrapped ones. `images` may be empty where
    /// the method does not use them; `step` is for the messages. No memory is allocated after the first frame.
    ///
    /// # Errors
    /// [`UnwrapError`]; the frame is then left as it was given, and the unwrapper is not to be used any further.
    pub fn push<T: Real>(
        &mut self,
        step: u64,
        positions: &mut [T],
        images: &[[i32; 3]],
        cell: &Cell,
    ) -> Result<(), UnwrapError> {
        let particles = positions.len() / 3;
        let (points, _) = positions.as_chunks_mut::<3>();
        let by_images = matches!(self.method, Unwrapping::Images);
        if by_images && images.len() != particles {
            return Err(UnwrapError::NoImages {
                frame: self.frame,
                found: images.len(),
                particles,
            });
        }
        match self.cell {
            None => self.start(points, images, cell),
            Some(_) if self.wrapped.len() != particles => {
                return Err(UnwrapError::Particles {
                    frame: self.frame,
                    found: particles,
                    expected: self.wrapped.len(),
                });
            }
            Some(before) => {
                if matches!(self.method, Unwrapping::Continuity { .. }) && before != *cell {
                    return Err(UnwrapError::ChangingCell {
                        frame: self.frame,
                        found: cell.lengths(),
                        before: before.lengths(),
                    });
                }
                match self.method {
                    Unwrapping::Images => self.follow_images(images, cell),
                    Unwrapping::Continuity { limit } | Unwrapping::Toroidal { limit } => {
                        self.follow_nearest(step, points, cell, limit)?;
                    }
                }
            }
        }
        for ((point, wrapped), offset) in points.iter_mut().zip(&mut self.wrapped).zip(&self.offsets) {
            *wrapped = point.map(Real::to_f64);
            *point = std::array::from_fn(|i| T::from_f64(wrapped[i] + offset[i]));
        }
        self.images.clear();
        self.images.extend_from_slice(images);
        self.cell = Some(*cell);
        self.step = step;
        self.frame += 1;
        Ok(())
    }

    fn start<T: Real>(&mut self, points: &[[T; 3]], images: &[[i32; 3]], cell: &Cell) {
        self.wrapped = vec![[0.0; 3]; points.len()];
        self.offsets = vec![[0.0; 3]; points.len()];
        // With flags, positions start in the image that the flags name, so that two pieces of one run fit together.
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
    ) -> Result<(), UnwrapError> {
        for (particle, (point, before)) in points.iter().zip(&self.wrapped).enumerate() {
            let moved = std::array::from_fn(|i| point[i].to_f64() - before[i]);
            let nearest = cell.minimum_image(moved);
            let (axis, found) = cell.longest_component(nearest);
            if found >= limit || limit.is_nan() {
                return Err(UnwrapError::LongStep {
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
    /// The same trajectory in unwrapped coordinates, by the method named. Positions that are owned are reused.
    ///
    /// ```
    /// use msed::trajectory::{Cell, Species, Trajectory, Unwrapping};
    /// let x = vec![9.5, 5.0, 5.0, /* across the face */ 0.5, 5.0, 5.0];
    /// let wrapped = Trajectory::wrapped(x, [0, 10], 0.005, Species::single("A", 1)?, [Cell::cubic(10.0)?])?;
    /// let unwrapped = wrapped.unwrapped(Unwrapping::continuity())?;
    /// assert_eq!(unwrapped.frame(1), [10.5, 5.0, 5.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`UnwrapError`]: no image flags, a changing cell by continuity, a particle that moves too far between two frames.
    pub fn unwrapped(self, method: Unwrapping) -> Result<Trajectory<'static, T, Unwrapped>, UnwrapError> {
        let particles = self.particles();
        let mut wrapped = self.into_owned();
        let images = std::mem::take(&mut wrapped.images);
        let mut positions = wrapped.positions.into_owned();
        let mut unwrapper = Unwrapper::new(method);
        for (frame, points) in positions.chunks_exact_mut(3 * particles).enumerate() {
            let constant = wrapped.cells.len() == 1;
            let cell = &wrapped.cells[if constant { 0 } else { frame }];
            let flags = images
                .get(frame * particles..(frame + 1) * particles)
                .unwrap_or(&[]);
            unwrapper.push(wrapped.steps[frame], points, flags, cell)?;
        }
        Ok(Trajectory {
            positions: Cow::Owned(positions),
            steps: wrapped.steps,
            time_step: wrapped.time_step,
            species: wrapped.species,
            cells: wrapped.cells,
            images: Vec::new(),
            coordinates: PhantomData,
        })
    }
}

impl<T: Real> Trajectory<'_, T, Unwrapped> {
    /// The same trajectory with every particle in the cell, and the image flags that lead back.
    ///
    /// # Errors
    /// [`UnwrapError::NoCell`] where no cell is known.
    pub fn wrapped_into_cell(&self) -> Result<Trajectory<'static, T, Wrapped>, UnwrapError> {
        if self.cells.is_empty() {
            return Err(UnwrapError::NoCell { frame: 0 });
        }
        let particles = self.particles();
        let mut positions = Vec::with_capacity(self.positions.len());
        let mut images = Vec::with_capacity(self.positions.len() / 3);
        for (frame, points) in self.positions.chunks_exact(3 * particles).enumerate() {
            let cell = &self.cells[if self.cells.len() == 1 { 0 } else { frame }];
            for point in points.as_chunks::<3>().0 {
                let (image, n) = cell.wrap(point.map(Real::to_f64));
                positions.extend(image.map(T::from_f64));
                images.push(n);
            }
        }
        Ok(Trajectory {
            positions: Cow::Owned(positions),
            steps: self.steps.clone(),
            time_step: self.time_step,
            species: self.species.clone(),
            cells: self.cells.clone(),
            images,
            coordinates: PhantomData,
        })
    }
}

/// A particle may stand a little outside of the cell between the steps at which a simulation wraps it.
const LARGEST_SPREAD: f64 = 1.05;

/// See [`Trajectory::check_unwrapped`].
pub(super) fn check_unwrapped<T: Real>(
    trajectory: &Trajectory<'_, T, Unwrapped>,
) -> Result<(), TrajectoryError> {
    let mut seen = WrapCheck::new();
    for frame in 0..trajectory.frames() {
        let Some(cell) = trajectory.cell(frame) else {
            return Ok(());
        };
        seen.add(cell, trajectory.frame(frame));
        if seen.is_spread() {
            return Ok(());
        }
    }
    seen.verdict()
}

/// What the frames so far say of whether their coordinates are wrapped.
#[derive(Debug)]
pub(crate) struct WrapCheck {
    frames: usize,
    /// Extremes along each lattice vector, in units of it.
    low: [f64; 3],
    high: [f64; 3],
    /// The first jump of more than half a cell along each: frame, particle, and how far.
    jumps: [Option<(usize, usize, f64)>; 3],
    before: Vec<[f64; 3]>,
}

impl WrapCheck {
    pub(crate) fn new() -> Self {
        Self {
            frames: 0,
            low: [f64::INFINITY; 3],
            high: [f64::NEG_INFINITY; 3],
            jumps: [None; 3],
            before: Vec::new(),
        }
    }

    /// Looks at the next frame.
    pub(crate) fn add<T: Real>(&mut self, cell: &Cell, positions: &[T]) {
        for (particle, point) in positions.as_chunks::<3>().0.iter().enumerate() {
            let s = cell.fractional(point.map(Real::to_f64));
            for (x, (low, high)) in s.iter().zip(self.low.iter_mut().zip(&mut self.high)) {
                *low = low.min(*x);
                *high = high.max(*x);
            }
            let Some(before) = self.before.get_mut(particle) else {
                self.before.push(s);
                continue;
            };
            for ((s, before), first) in s.iter().zip(before.iter()).zip(&mut self.jumps) {
                let jump = (s - before).abs();
                if jump > 0.5 && first.is_none() {
                    *first = Some((self.frames, particle, jump));
                }
            }
            *before = s;
        }
        self.frames += 1;
    }

    fn spread(&self, axis: usize) -> f64 {
        self.high[axis] - self.low[axis]
    }

    /// Whether coordinates reach further than one cell along all lattice vectors: they are not wrapped.
    fn is_spread(&self) -> bool {
        (0..3).all(|axis| self.spread(axis) > LARGEST_SPREAD)
    }

    /// # Errors
    /// [`TrajectoryError::LooksWrapped`].
    pub(crate) fn verdict(&self) -> Result<(), TrajectoryError> {
        for axis in 0..3 {
            if let Some((frame, particle, found)) = self.jumps[axis]
                && self.spread(axis) <= LARGEST_SPREAD
            {
                return Err(TrajectoryError::LooksWrapped {
                    axis,
                    frame,
                    particle,
                    found,
                });
            }
        }
        Ok(())
    }
}

/// Wrapped coordinates that cannot be unwrapped in the way asked for.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum UnwrapError {
    /// No cell.
    #[error("frame {frame} has no cell, expected one: without it nothing can be wrapped or unwrapped")]
    NoCell {
        /// The frame, from 0.
        frame: usize,
    },
    /// No image flags, or not one for each particle.
    #[error(
        "frame {frame} has {found} image flags, expected {particles}, one for each particle: write them, or unwrap by continuity"
    )]
    NoImages {
        /// The frame, from 0.
        frame: usize,
        /// Flags there.
        found: usize,
        /// Particles.
        particles: usize,
    },
    /// Another number of particles than before.
    #[error("frame {frame} has {found} particles, expected {expected}")]
    Particles {
        /// The frame, from 0.
        frame: usize,
        /// Particles there.
        found: usize,
        /// Particles before.
        expected: usize,
    },
    /// A cell that changes.
    #[error(
        "the cell changes from {before:?} to {found:?} at frame {frame}, and continuity expects a constant one: use the \
         toroidal scheme"
    )]
    ChangingCell {
        /// The frame, from 0.
        frame: usize,
        /// Lengths of the lattice vectors there.
        found: [f64; 3],
        /// Lengths before.
        before: [f64; 3],
    },
    /// A particle whose image is a guess.
    #[error(
        "particle {particle} moves by {found:.3} of the cell's width along direction {axis} from step {before} to {step} \
         (frame {frame}), expected less than {limit}: towards half a cell the nearest image is a guess; use image flags, \
         or frames that are closer together"
    )]
    LongStep {
        /// The particle, from 0.
        particle: usize,
        /// The later frame, from 0.
        frame: usize,
        /// Its step.
        step: u64,
        /// The step of the frame before.
        before: u64,
        /// Lattice direction, from 0.
        axis: usize,
        /// The displacement to the nearest image, in units of the width.
        found: f64,
        /// The longest that is believed.
        limit: f64,
    },
}

#[cfg(test)]
mod tests;
