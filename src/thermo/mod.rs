//! Thermodynamics from energy fluctuations. Nothing here knows a trajectory.

mod ensemble;
mod error;
mod heat_capacity;

pub use ensemble::Ensemble;
pub use error::ThermoError;
pub use heat_capacity::{HeatCapacity, Plateaus, Split, heat_capacity};
