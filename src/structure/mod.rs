//! What the particles do: displacements and their distributions.
//!
//! Estimators take one [`Trajectory`](crate::Trajectory) of unwrapped coordinates or several independent
//! [`Trajectories`](crate::trajectory::Trajectories), and return [`Curve`](crate::Curve)s with standard errors, for each
//! species and for all particles. Frames may be spaced in any way: they are paired by their integer steps.

mod column_products;
mod direct_sums;
mod displacement;
mod error;
mod groups;
mod msd;
mod origins;
mod pair_sums;
mod spectral_sums;

pub use displacement::{Displacements, SpeciesDisplacement, displacements};
pub use error::StructureError;
pub use msd::{Msd, MsdMethod, SpeciesMsd, msd};
