//! Energy series: validated at the door, so that everything after may assume it.

mod energy;
mod replicas;

pub use energy::{EnergyKind, EnergySeries, SeriesError};
pub use replicas::{Replicas, Runs};
