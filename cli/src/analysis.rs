//! What is computed: of each state point, and over temperature.

pub(crate) mod over_temperature;
pub(crate) mod point;
pub(crate) mod spectral;
pub(crate) mod structure;
pub(crate) mod waves;
