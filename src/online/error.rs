//! What accumulators refuse.

use thiserror::Error;

use crate::energy::EnergyError;
use crate::lag::LagError;
use crate::real::{Real, first_unfit};
use crate::stats::doubling_blocks::{MOST_BLOCKS, can_be_halved};
use crate::stats::{MergeError, NoMemory};
use crate::structure::StructureError;

/// Samples that no accumulator can take, and accumulators that do not go together.
#[derive(Debug, Clone, PartialEq, Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum OnlineError {
    /// A NaN, an infinity, or a number above 1e60 in size; nothing of the call was taken in.
    #[error("sample {index} is {found:e}, expected a finite number of at most 1e60 in size")]
    NotFinite {
        /// Index of the sample in the run.
        index: u64,
        /// The value.
        found: f64,
    },
    /// A snapshot of too short a run.
    #[error("{found} samples so far, expected at least 2")]
    TooFewSamples {
        /// Samples taken in.
        found: u64,
    },
    /// A number of blocks, or of points in a level, that cannot be halved.
    #[error("{found} {what}, expected an even number from 2 to {MOST_BLOCKS}")]
    NotEven {
        /// What there would be so many of.
        what: &'static str,
        /// How many were asked for.
        found: usize,
    },
    /// More memory than the system has.
    Memory(#[from] NoMemory),
    /// A piece of a run that begins at a sample beyond all counting.
    #[error("a piece that begins with sample {found} of its run, expected one below 2^62")]
    Start {
        /// Where it begins.
        found: u64,
    },
    /// A setting that changes what is summed, after the first sample.
    #[error("{found} samples are taken in already, expected none")]
    Running {
        /// Samples taken in.
        found: u64,
    },
    /// Pieces of a run that do not follow each other.
    #[error("the piece begins with sample {found} of the run, expected {expected}, the one after the last")]
    NotConsecutive {
        /// Where it begins.
        found: u64,
        /// Where it should.
        expected: u64,
    },
    /// A sample or a frame of another step than the sampling says.
    #[error("sample {index} is of step {found}, expected {expected}")]
    Step {
        /// Its index in the run.
        index: u64,
        /// Its step.
        found: u64,
        /// Where the sampling puts it.
        expected: u64,
    },
    /// A frame of other particles.
    #[error("{found} coordinates, expected {expected}, three for each particle")]
    Coordinates {
        /// Coordinates given.
        found: usize,
        /// Three times the number of particles.
        expected: usize,
    },
    /// A coordinate that is a NaN, an infinity, or above 1e60 in size; the frame was not taken in.
    #[error(
        "particle {particle} of frame {frame} is at {found:e}, expected a finite number of at most 1e60 in size"
    )]
    Position {
        /// Index of the frame in the run.
        frame: u64,
        /// Index of the particle.
        particle: usize,
        /// The coordinate.
        found: f64,
    },
    /// Positions that should be unwrapped, in a cell that is known, look wrapped; the frame was not
    /// taken in.
    #[error(
        "the coordinates look wrapped: along lattice vector {axis} they never spread over more than one cell, and yet \
         particle {particle} jumps by {found:.3} of it before frame {frame}; expected unwrapped coordinates"
    )]
    LooksWrapped {
        /// Index of the frame in the run.
        frame: u64,
        /// Index of the particle.
        particle: usize,
        /// Lattice vector.
        axis: usize,
        /// The jump in units of the lattice vector.
        found: f64,
    },
    /// A frame whose cell is not the one of the wave vectors.
    #[error("the cell of frame {frame} is {found}, expected that of the wave vectors, {expected}")]
    Cell {
        /// Index of the frame in the run.
        frame: u64,
        /// Its lattice vectors.
        found: String,
        /// The lattice vectors that the wave vectors were made for.
        expected: String,
    },
    /// An overlap radius that is not positive and finite, or wave vectors that are not
    /// commensurate.
    Structure(#[from] StructureError),
    /// A request for lags that means nothing.
    Lag(#[from] LagError),
    /// Bins that cannot be made.
    Energy(#[from] EnergyError),
    /// Sums, or pieces of a run, of different things.
    Merge(#[from] MergeError),
}

/// Whether all of these samples, which begin at `place` of a run, can be computed with.
pub(super) fn check_samples<T: Real>(samples: &[T], place: u64) -> Result<(), OnlineError> {
    match first_unfit(samples) {
        None => Ok(()),
        Some(unfit) => Err(OnlineError::NotFinite {
            index: place + unfit as u64,
            found: Real::to_f64(samples[unfit]),
        }),
    }
}

/// Whether so many blocks, or points of a level, can be halved, and are not too many.
pub(super) fn check_even(what: &'static str, found: usize) -> Result<(), OnlineError> {
    if can_be_halved(found) {
        Ok(())
    } else {
        Err(OnlineError::NotEven { what, found })
    }
}
