//! Thermodynamics from energy fluctuations. Nothing here knows a trajectory.

mod ensemble;
mod error;
mod heat_capacity;
mod interpolation;
mod line;
mod path;
mod slope;

pub use ensemble::Ensemble;
pub use error::ThermoError;
pub use heat_capacity::{HeatCapacity, Plateaus, Split, heat_capacity};
pub use interpolation::PiecewiseCubic;
pub use path::Path;
pub use slope::{Agreement, CheckRow, EnergyPoint, HeatCapacityCheck, heat_capacity_check};
