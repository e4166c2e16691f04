//! Trajectories: cells, species, positions over time, and how they become displacements.
//!
//! A [`Trajectory`] holds positions, from memory or from a [`FrameSource`], with the integer step
//! of each frame, its [`Cell`] and the [`Species`]. Its type says whether coordinates are
//! [`Unwrapped`], which displacements need, or [`Wrapped`]. [`Trajectory::unwrapped`] unwraps
//! coordinates, and is an error where that is not certain. [`Trajectory::without_drift`] removes
//! the motion of the centre of mass; `slice`, `select` and `thinned` take parts. A trajectory knows
//! its [`Dimensions`].
//!
//! Frames pair by their steps ([`LagTable`]), so that uniform frames, logarithmic frames and
//! repeated blocks of frames go through the same estimators. [`Replicas`](crate::Replicas) hold
//! several runs. Sources that are larger than memory pass frame by frame through adapters into
//! [`online`](crate::online) accumulators. Adapters take a source and are one, so that they
//! compose, and give the same bits for a trajectory in memory. Their order, from the file on:
//!
//! 1. [`with_checked_times`], which holds the times of a file against its steps;
//! 2. [`unwrapped`], by image flags or by continuity;
//! 3. [`without_drift`], with the masses of all particles;
//! 4. [`centres_of_mass`] of [`Molecules`], or [`selected`] particles.
//!
//! ```
//! use std::ops::ControlFlow;
//! use msed::online::{DisplacementAccumulator, feed_frames};
//! use msed::trajectory::{Cell, Molecules, Species, Trajectory, Unwrapping};
//! use msed::trajectory::{centres_of_mass, unwrapped, without_drift};
//! use msed::{Lags, Sampling};
//! # // Two dumbbells in a cell of 10: one rests, and one moves by 1 along x in each frame.
//! # let x = |i: u32| (8.5 + f64::from(i)) % 10.0;
//! # let frame = |i: u32| [x(i), 5.0, 5.0, (x(i) + 1.0) % 10.0, 5.0, 5.0, 2.0, 2.0, 2.0, 3.0, 2.0, 2.0];
//! # let positions: Vec<f64> = (0..5).flat_map(frame).collect();
//! # let steps: Vec<u64> = (0..5).map(|i| 10 * i).collect();
//! # let file = Trajectory::wrapped(positions, steps, 0.005, Species::single("atoms", 4)?, [Cell::cubic(10.0)?])?;
//! # let file = file.source();
//! let molecules = Molecules::alike(2, &[1.0, 3.0])?;
//! let mut drift = Vec::new();
//! let source = unwrapped(file, Unwrapping::continuity());
//! let source = without_drift(source, [1.0, 3.0, 1.0, 3.0], &mut drift)?;
//! let source = centres_of_mass(source, molecules);
//! let (species, lags) = (Species::single("dumbbells", 2)?, Lags::samples([1, 2]));
//! let mut live = DisplacementAccumulator::new(Sampling::new(10, 0.005)?, &species, &lags)?;
//! feed_frames(&mut live, source, |_| ControlFlow::Continue(()))?;
//! let moved = live.snapshot()?.displacements();
//! assert_eq!(moved.all().msd.total.values(), [0.25, 1.0]);
//! # assert_eq!(drift[4], [2.0, 0.0, 0.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cell;
mod drift;
mod error;
mod frame_time;
mod molecules;
mod motion;
mod pairs;
mod parts;
mod positions;
mod source;
mod species;
mod times;
mod unwrap;
mod wrap_check;

pub use crate::dimensions::Dimensions;
pub(crate) use crate::dimensions::SINGLE_ROUNDING;
pub use cell::Cell;
pub use drift::without_drift;
pub use error::TrajectoryError;
pub use frame_time::FrameTime;
pub use molecules::{Molecules, centres_of_mass};
pub(crate) use motion::Unclear;
pub use pairs::LagTable;
pub use parts::selected;
pub use positions::{Coordinates, Trajectory, TrajectoryRuns, Unwrapped, Wrapped};
pub use source::{Frame, FrameSource};
pub use species::{Particles, Species};
pub use times::with_checked_times;
pub use unwrap::{Unwrapping, unwrapped};
pub use wrap_check::Convention;
pub(crate) use wrap_check::WrapCheck;
