//! Thermodynamics from energy fluctuations. Nothing here knows a trajectory.

mod adam_gibbs;
mod crossover;
mod ensemble;
mod entropy;
mod error;
mod heat_capacity;
mod interpolation;
mod path;
mod scan;
mod search;
mod slope;
mod state_point;
mod temperature_models;

pub use adam_gibbs::{
    AdamGibbs, AdamGibbsPlotted, AdamGibbsPoint, AdamGibbsVerdict, ReferenceEntropy, SlowTime, adam_gibbs,
};
pub use crossover::{Crossover, crossover, crossover_of_times};
pub use ensemble::Ensemble;
pub use entropy::{EntropyDifference, entropy, entropy_as_printed};
pub use error::ThermoError;
pub use heat_capacity::{HeatCapacity, Plateaus, Split, heat_capacity};
pub use interpolation::PiecewiseCubic;
pub use path::Path;
pub use scan::{Breaking, Part, Scan};
pub use slope::{Agreement, CheckRow, EnergyPoint, HeatCapacityCheck, heat_capacity_check};
pub use state_point::{Relaxing, StatePoint};
pub use temperature_models::{TemperatureFit, TemperatureModel, TemperatureVerdict, fit_relaxation_times};
