//! The analysis of each state point, and of all points over temperature.

mod constant_pressure;
pub(crate) mod dynamic_heat_capacity;
pub(crate) mod over_temperature;
pub(crate) mod pairs;
pub(crate) mod point;
pub(crate) mod spectral;
pub(crate) mod structure;
pub(crate) mod susceptibility;
pub(crate) mod virial;
pub(crate) mod waves;
