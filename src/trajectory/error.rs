//! What does not make a trajectory.

use std::error::Error as StdError;

use thiserror::Error;

use super::Dimensions;
use crate::real::{Invalid, list, short};
use crate::stats::UnknownSpecies;

fn expected_after(before: Option<f64>) -> String {
    match before {
        Some(before) => format!(" after {}, expected a later one", short(before, 10)),
        None => ", expected a finite number".to_owned(),
    }
}

/// Positions, steps, cells, species or masses that do not make a trajectory, or a source that
/// cannot continue.
///
/// Frames, particles and lattice vectors count from 0.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrajectoryError {
    /// A reader of this crate or of another program cannot read on.
    #[error(transparent)]
    Reader(Box<dyn StdError + Send + Sync + 'static>),
    /// The numbers of frames, particles, coordinates, cells, image flags or masses do not fit each
    /// other or the request. The text says what was found and what was expected.
    #[error("{0}")]
    Shape(String),
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
    /// The time of a frame lies before that of the frame before it, or is no number.
    #[error("frame {frame} has time {}{}", short(*.found, 10), expected_after(*.before))]
    Time {
        /// The frame.
        frame: usize,
        /// Its time.
        found: f64,
        /// The time of the frame before; `None` for a time that is no finite number.
        before: Option<f64>,
    },
    /// The times of a file say that a step is longer or shorter than the caller does.
    #[error(
        "frame {frame}: a step is {}{} long by the times beside the steps, expected the time step of {}",
        short(*.found, 6), .unit.map_or_else(String::new, |unit| format!(" {unit}")), short(*.expected, 10)
    )]
    TimeStep {
        /// The frame.
        frame: usize,
        /// The length of a step by the times of this frame and of the first one.
        found: f64,
        /// Its unit, where it has one.
        unit: Option<&'static str>,
        /// The time step of the caller.
        expected: f64,
    },
    /// A frame has no cell.
    #[error("frame {frame} has no cell, expected one")]
    NoCell {
        /// The frame.
        frame: usize,
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
        "the cell changes from {} to {} at frame {frame}, and continuity expects a constant one: use the toroidal scheme",
        list(.before), list(.found)
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
    /// A run is said to be two-dimensional, and a particle leaves its plane.
    #[error(
        "a particle moves by {} along {}, where the longest motion along an axis is {}; expected none in {dimensions}",
        short(*.found, 4), ["x", "y", "z"][dimensions.normal().unwrap_or(2)], short(*.longest, 4)
    )]
    OutOfPlane {
        /// The dimensions given.
        dimensions: Dimensions,
        /// The longest motion across the plane.
        found: f64,
        /// The longest motion along any axis.
        longest: f64,
    },
    /// The time step or an edge of the cell is not positive and finite, a mass is negative or not
    /// finite, or all masses are zero.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A component of a lattice vector is not finite.
    #[error("lattice vector {axis} is {}, expected finite components", list(.found))]
    Vector {
        /// Which vector.
        axis: usize,
        /// The vector given.
        found: [f64; 3],
    },
    /// The lattice vectors lie in one plane.
    #[error(
        "the lattice vectors span a volume of {}, the product of their lengths is {}: expected three independent vectors, \
         whose volume is finite and above 1e-9 of the product",
        short(*.volume, 6), short(*.product, 6)
    )]
    Flat {
        /// The volume.
        volume: f64,
        /// The product of the lengths.
        product: f64,
    },
    /// The species do not fit the particles, or a particle that is selected does not exist. The
    /// text says what was found and what was expected.
    #[error("{0}")]
    Species(String),
    /// No species has the name that is asked for.
    #[error(transparent)]
    UnknownSpecies(#[from] UnknownSpecies),
}

impl TrajectoryError {
    /// The error of a reader. A [`FrameSource`](super::FrameSource) outside of this crate returns
    /// its own errors by this.
    pub fn reader(error: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        Self::Reader(error.into())
    }

    pub(super) fn no_frames() -> Self {
        Self::Shape("the trajectory has 0 frames, expected at least 1".to_owned())
    }
}
