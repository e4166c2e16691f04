//! Energy series, validated once, so that everything after may rely on it.
//!
//! An [`EnergySeries`] holds samples with their sampling, particle number and [kind](EnergyKind).
//! [`Replicas`] hold several series of one state point. Estimators take either, as [`Runs`].

mod energy;
mod runs;

pub use crate::replicas::{ReplicaError, Replicas};
pub(crate) use energy::check_temperature;
#[cfg(feature = "serde")]
pub(crate) use energy::positive_temperature;
pub use energy::{EnergyKind, EnergySeries, SeriesError};
pub use runs::Runs;
