//! Energy series: validated at the door, so that everything after may assume it.
//!
//! An [`EnergySeries`] is samples with their sampling, particle number and [kind](EnergyKind); [`Replicas`] are several of one state point, and [`Runs`] is what
//! estimators take: either.

mod energy;
mod runs;

pub use crate::replicas::{ReplicaError, Replicas};
pub(crate) use energy::check_temperature;
#[cfg(feature = "serde")]
pub(crate) use energy::positive_temperature;
pub use energy::{EnergyKind, EnergySeries, SeriesError};
pub use runs::Runs;
