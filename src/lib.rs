//! Relaxation times and the energy landscape of supercooled liquids from the potential energy of a simulation, with the
//! structural relaxation beside them.
#![forbid(unsafe_code)]

pub mod curve;
pub mod energy;
pub mod error;
pub mod gaussian;
#[cfg(any(feature = "io", feature = "xtc"))]
pub mod io;
pub mod lag;
#[cfg(feature = "mpi")]
pub mod mpi;
pub mod online;
#[cfg(feature = "plot")]
pub mod plot;
pub mod real;
pub mod relaxation;
pub mod series;
pub mod spectral;
pub mod stats;
pub mod structure;
pub mod thermo;
mod threads;
pub mod trajectory;
pub mod units;

pub use curve::Curve;
pub use error::Error;
pub use lag::{Lags, Sampling};
pub use real::Real;
pub use series::{EnergyKind, EnergySeries, Replicas, Runs};
pub use stats::{Estimate, Resampling};
pub use thermo::Ensemble;
pub use trajectory::{Trajectories, Trajectory};
pub use units::Units;
