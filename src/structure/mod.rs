//! What the particles do: displacements and their distributions.
//!
//! Estimators take one [`Trajectory`](crate::Trajectory) of unwrapped coordinates or several independent
//! [`Trajectories`](crate::trajectory::Trajectories), and return [`Curve`](crate::Curve)s with standard errors, for each
//! species and for all particles. Frames may be spaced in any way: they are paired by their integer steps.

mod column_products;
mod diffusion;
mod direct_sums;
mod displacement;
mod error;
mod groups;
mod log_slope;
mod msd;
mod origins;
mod pair_sums;
mod spectral_sums;
mod tau_beta;
mod van_hove;

pub use diffusion::{Diffusion, DiffusionVerdict, NotDiffusive, diffusion};
pub use displacement::{Displacements, SpeciesDisplacement, displacements};
pub use error::StructureError;
pub use log_slope::{LogSlope, log_slope};
pub use msd::{Msd, MsdMethod, SpeciesMsd, msd};
pub use tau_beta::{NotResolved, PlateauTime, TauBeta, tau_beta};
pub use van_hove::{DistanceDistribution, RadialBins, SpeciesVanHove, VanHove, van_hove};
