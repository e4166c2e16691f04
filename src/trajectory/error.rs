//! What does not make a trajectory.

use thiserror::Error;

use super::SpeciesError;
use crate::sampling::SamplingError;

/// Positions, steps, cells or species that do not make a trajectory.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum TrajectoryError {
    /// No frame at all.
    #[error("the trajectory has 0 frames, expected at least 1")]
    NoFrames,
    /// Frames that follow each other at no distance.
    #[error("every 0th frame, expected a stride of at least 1")]
    Thinning,
    /// A number of coordinates that does not match.
    #[error("{found} coordinates, expected {frames} frames x {particles} particles x 3")]
    Length {
        /// Coordinates given.
        found: usize,
        /// Frames, by the steps.
        frames: usize,
        /// Particles, by the species.
        particles: usize,
    },
    /// A coordinate that is no number, or one above 1e60 in size.
    #[error(
        "a coordinate of particle {particle} is {found:e} in frame {frame} (step {step}), expected a finite number of at most 1e60 in size"
    )]
    NotFinite {
        /// The frame, from 0.
        frame: usize,
        /// Its step.
        step: u64,
        /// The particle, from 0.
        particle: usize,
        /// The value.
        found: f64,
    },
    /// Steps that do not increase.
    #[error("frame {frame} has step {found} after {before}, expected strictly increasing steps")]
    StepOrder {
        /// The frame, from 0.
        frame: usize,
        /// Its step.
        found: u64,
        /// The step before.
        before: u64,
    },
    /// A number of cells that does not match.
    #[error("{found} cells, expected 1 for all frames or {frames}, one for each")]
    Cells {
        /// Cells given.
        found: usize,
        /// Frames.
        frames: usize,
    },
    /// A number of image flags that does not match.
    #[error("{found} image flags, expected {expected}: one for each particle and frame")]
    Images {
        /// Flags given.
        found: usize,
        /// Frames times particles.
        expected: usize,
    },
    /// A number of particles that does not match.
    #[error("species for {found} particles, expected {expected}")]
    Species {
        /// Particles that have a species.
        found: usize,
        /// Particles of the trajectory.
        expected: usize,
    },
    /// Frames that are not there.
    #[error("frames {start}..{end} wanted, expected a range that is not empty inside of 0..{frames}")]
    Frames {
        /// First frame wanted.
        start: usize,
        /// End of the frames wanted.
        end: usize,
        /// Frames there are.
        frames: usize,
    },
    /// Wrapped coordinates given as unwrapped ones.
    #[error(
        "the coordinates look wrapped: along lattice vector {axis} they never spread over more than one cell, and yet \
         particle {particle} jumps by {found:.3} of it before frame {frame}; expected unwrapped coordinates: unwrap them, \
         or write unwrapped ones"
    )]
    LooksWrapped {
        /// Lattice vector, from 0.
        axis: usize,
        /// The frame after the jump, from 0.
        frame: usize,
        /// The particle, from 0.
        particle: usize,
        /// The jump in units of the lattice vector.
        found: f64,
    },
    /// No run at all.
    #[error("0 replicas, expected at least 1")]
    NoReplicas,
    /// Runs of different systems.
    #[error("replica {replica} has another {quantity} than the first")]
    Replica {
        /// Index of the run.
        replica: usize,
        /// What differs.
        quantity: &'static str,
    },
    /// A time step that is none.
    #[error(transparent)]
    Time(#[from] SamplingError),
    /// A selection that is none.
    #[error(transparent)]
    Selection(#[from] SpeciesError),
}
