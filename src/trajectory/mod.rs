//! Trajectories: cells, species, positions over time, and how they become displacements.

mod cell;
mod pairs;
mod positions;
mod species;
mod unwrap;

pub use cell::{Cell, CellError};
pub use pairs::{LagPairs, LagTable};
pub use positions::{Coordinates, Trajectory, TrajectoryError, Unwrapped, Wrapped};
pub use species::{Species, SpeciesError};
pub use unwrap::{UnwrapError, Unwrapper, Unwrapping};
