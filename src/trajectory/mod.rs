//! Trajectories: cells, species, positions over time, and how they become displacements.
//!
//! A [`Trajectory`] holds positions, from memory or from a [`FrameSource`], with the integer step
//! of each frame, its [`Cell`] and the [`Species`]. Its type says whether coordinates are
//! [`Unwrapped`], which displacements need, or [`Wrapped`]. [`Trajectory::unwrapped`] unwraps
//! coordinates, and is an error where that is not certain. [`Trajectory::without_drift`] removes
//! the motion of the centre of mass; `slice`, `select` and `thinned` take parts.
//!
//! Frames pair by their steps ([`LagTable`]), so that uniform frames, logarithmic frames and
//! repeated blocks of frames go through the same estimators. [`Replicas`](crate::Replicas) hold
//! several runs. Sources that are larger than memory pass frame by frame through [`unwrapped`],
//! [`selected`] and [`without_drift`] into [`online`](crate::online) accumulators.

mod cell;
mod drift;
mod error;
mod pairs;
mod parts;
mod positions;
mod source;
mod species;
mod unwrap;
mod wrap_check;

pub use cell::Cell;
pub use drift::without_drift;
pub use error::TrajectoryError;
pub use pairs::LagTable;
pub use parts::selected;
pub use positions::{Coordinates, Trajectory, TrajectoryRuns, Unwrapped, Wrapped};
pub use source::{Frame, FrameSource};
pub use species::{Particles, Species};
pub use unwrap::{Unwrapping, unwrapped};
pub use wrap_check::Convention;
pub(crate) use wrap_check::WrapCheck;
