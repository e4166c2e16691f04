//! Trajectories: cells, species, positions over time, and how they become displacements.

mod adapters;
mod cell;
mod coordinates;
mod drift;
mod error;
mod pairs;
mod positions;
mod replicas;
mod source;
mod species;
mod thinning;
mod unwrap;

pub use adapters::{Select, Unwrap, WithoutDrift};
pub use cell::{Cell, CellError};
pub use coordinates::{Coordinates, Unwrapped, Wrapped};
pub use drift::{Drift, DriftError, DriftRemoval};
pub use error::TrajectoryError;
pub use pairs::{LagPairs, LagTable};
pub use positions::Trajectory;
pub use replicas::{Trajectories, TrajectoryRuns};
pub use source::{Convention, Frame, FrameSource, Interrupted, SourceError};
pub use species::{Species, SpeciesError};
pub(crate) use unwrap::WrapCheck;
pub use unwrap::{UnwrapError, Unwrapper, Unwrapping};
