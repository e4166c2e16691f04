//! What does not make a trajectory.

use std::error::Error as StdError;

use thiserror::Error;

use super::{CellError, SpeciesError};
use crate::sampling::SamplingError;

/// Positions, steps, cells, species or masses that do not make a trajectory, or a source that cannot go on.
///
/// Frames, particles and lattice vectors count from 0.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrajectoryError {
    /// A reader, ours or a foreign one, cannot read on.
    #[error(transparent)]
    Reader(Box<dyn StdError + Send + Sync + 'static>),
    /// There is no frame.
    #[error("the trajectory has 0 frames, expected at least 1")]
    NoFrames,
    /// Every 0th frame was asked for.
    #[error("every 0th frame, expected a stride of at least 1")]
    Thinning,
    /// The number of coordinates is not that of the frames and particles.
    #[error("{found} coordinates, expected {frames} frames x {particles} particles x 3")]
    Length {
        /// Coordinates given.
        found: usize,
        /// Frames, by the steps.
        frames: usize,
        /// Particles, by the species.
        particles: usize,
    },
    /// A frame has another number of particles.
    #[error("frame {frame} has {found} particles, expected {expected}")]
    Particles {
        /// The frame.
        frame: usize,
        /// Its particles.
        found: usize,
        /// Particles of the species or of the frames before.
        expected: usize,
    },
    /// A coordinate is NaN, infinite, or above 1e60 in size.
    #[error(
        "a coordinate of particle {particle} is {found:e} in frame {frame} (step {step}), expected a finite number of at most 1e60 in size"
    )]
    NotFinite {
        /// The frame.
        frame: usize,
        /// Its step.
        step: u64,
        /// The particle.
        particle: usize,
        /// The value.
        found: f64,
    },
    /// The steps do not increase.
    #[error("frame {frame} has step {found} after {before}, expected strictly increasing steps")]
    StepOrder {
        /// The frame.
        frame: usize,
        /// Its step.
        found: u64,
        /// The step before.
        before: u64,
    },
    /// The number of cells is neither 1 nor that of the frames.
    #[error("{found} cells, expected 1 for all frames or {frames}, one for each")]
    Cells {
        /// Cells given.
        found: usize,
        /// Frames.
        frames: usize,
    },
    /// A frame has no cell.
    #[error("frame {frame} has no cell, expected one")]
    NoCell {
        /// The frame.
        frame: usize,
    },
    /// The number of image flags is not that of the frames and particles.
    #[error("{found} image flags, expected {expected}: one for each particle and frame")]
    Images {
        /// Flags given.
        found: usize,
        /// Frames times particles.
        expected: usize,
    },
    /// A frame that is to be unwrapped by image flags does not have one for each particle.
    #[error(
        "frame {frame} has {found} image flags, expected {particles}, one for each particle: write them, or unwrap by continuity"
    )]
    NoImages {
        /// The frame.
        frame: usize,
        /// Its flags.
        found: usize,
        /// Particles.
        particles: usize,
    },
    /// The species are of another number of particles.
    #[error("species for {found} particles, expected {expected}")]
    Species {
        /// Particles that have a species.
        found: usize,
        /// Particles of the trajectory.
        expected: usize,
    },
    /// Frames are wanted that are not there.
    #[error("frames {start}..{end} wanted, expected a range that is not empty inside of 0..{frames}")]
    Frames {
        /// First frame wanted.
        start: usize,
        /// End of the frames wanted.
        end: usize,
        /// Frames there are.
        frames: usize,
    },
    /// The source has wrapped coordinates where unwrapped ones are needed.
    #[error(
        "the source has wrapped coordinates, expected unwrapped ones: unwrap them by image flags or by continuity"
    )]
    Convention,
    /// Coordinates given as unwrapped look wrapped.
    #[error(
        "the coordinates look wrapped: along lattice vector {axis} they never spread over more than one cell, and yet \
         particle {particle} jumps by {found:.3} of it before frame {frame}; expected unwrapped coordinates: unwrap them, \
         or write unwrapped ones"
    )]
    LooksWrapped {
        /// Lattice vector.
        axis: usize,
        /// The frame after the jump.
        frame: usize,
        /// The particle.
        particle: usize,
        /// The jump in units of the lattice vector.
        found: f64,
    },
    /// The cell changes, and continuity expects a constant one.
    #[error(
        "the cell changes from {before:?} to {found:?} at frame {frame}, and continuity expects a constant one: use the \
         toroidal scheme"
    )]
    ChangingCell {
        /// The frame.
        frame: usize,
        /// Lengths of its lattice vectors.
        found: [f64; 3],
        /// Lengths before.
        before: [f64; 3],
    },
    /// A particle moves so far between two frames that its nearest image is a guess.
    #[error(
        "particle {particle} moves by {found:.3} of the cell's width along direction {axis} from step {before} to {step} \
         (frame {frame}), expected less than {limit}: towards half a cell the nearest image is a guess; use image flags, \
         or frames that are closer together"
    )]
    LongStep {
        /// The particle.
        particle: usize,
        /// The later frame.
        frame: usize,
        /// Its step.
        step: u64,
        /// The step of the frame before.
        before: u64,
        /// Lattice direction.
        axis: usize,
        /// The displacement to the nearest image, in units of the width.
        found: f64,
        /// The longest displacement that is believed.
        limit: f64,
    },
    /// A mass is negative or not finite.
    #[error("particle {particle} has mass {found}, expected a finite number that is not negative")]
    Mass {
        /// The particle.
        particle: usize,
        /// Its mass.
        found: f64,
    },
    /// All masses are zero.
    #[error("the mass of all {particles} particles is 0, expected a positive one")]
    NoMass {
        /// Particles.
        particles: usize,
    },
    /// There is not one mass for each particle.
    #[error("{masses} masses for {found} particles, expected one for each particle of the whole system")]
    Masses {
        /// Particles of the frame.
        found: usize,
        /// Masses given.
        masses: usize,
    },
    /// The time step is not positive and finite.
    #[error(transparent)]
    Time(#[from] SamplingError),
    /// The lattice vectors make no cell.
    #[error(transparent)]
    Cell(#[from] CellError),
    /// The particles cannot be selected.
    #[error(transparent)]
    Selection(#[from] SpeciesError),
}

impl TrajectoryError {
    /// The error of a reader, as a foreign [`FrameSource`](super::FrameSource) returns its own.
    pub fn reader(error: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        Self::Reader(error.into())
    }
}
