//! Trajectories: cells, species, positions over time, and how they become displacements.
//!
//! A [`Trajectory`] holds positions, from memory or from a [`FrameSource`], with the integer step of each frame, its [`Cell`] and the [`Species`]. Its type says
//! whether coordinates are [`Unwrapped`], which displacements need, or [`Wrapped`]: [`Trajectory::unwrapped`] makes the one from the other, and says where that is
//! not certain. [`Trajectory::without_drift`] takes the motion of the centre of mass out; `slice`, `select` and `thinned` are parts.
//!
//! Frames pair by their steps ([`LagTable`]): uniform, logarithmic and repeated blocks of frames go through the same estimators. [`Trajectories`] are several runs.
//! Sources that are larger than memory pass frame by frame through [`Unwrap`], [`Select`] and [`WithoutDrift`] into [`online`](crate::online) accumulators.

mod adapters;
mod cell;
mod drift;
mod error;
mod pairs;
mod positions;
mod replicas;
mod source;
mod species;
mod unwrap;

pub use adapters::{Select, Unwrap, WithoutDrift};
pub use cell::{Cell, CellError};
pub use drift::{Drift, DriftError, DriftRemoval};
pub use error::TrajectoryError;
pub use pairs::{LagPairs, LagTable};
pub use positions::{Coordinates, Trajectory, Unwrapped, Wrapped};
pub use replicas::{Trajectories, TrajectoryRuns};
pub use source::{Convention, Frame, FrameSource, Interrupted, SourceError};
pub use species::{Particles, Species, SpeciesError};
pub(crate) use unwrap::WrapCheck;
pub use unwrap::{UnwrapError, Unwrapper, Unwrapping};
