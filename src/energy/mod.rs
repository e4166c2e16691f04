//! What a run's potential energy says.
//!
//! [`msed`](msed()) is the mean-squared difference over a lag, whose rise a
//! [`relaxation::Fit`](crate::relaxation::Fit) turns into τ*, U0 and Um;
//! [`distribution`](distribution()) the whole distribution of the difference,
//! [`energy_diffusion`](crate::relaxation::energy_diffusion) its growth over 2t.
//! [`autocorrelation`](autocorrelation()) and [`integrated_time`] are the view from the other side,
//! MSED(t) = 2 Var(e) - 2 C(t). [`moments`](moments()) are mean, variance and temperature, for
//! [`thermo`](crate::thermo).
//!
//! Three functions come before any of them. [`drift`](drift()) tells whether the run is stationary,
//! [`equilibration`](equilibration()) what to discard at its start, and
//! [`resolution`](resolution()) what the digits of the print add to every lag.
//!
//! Estimators take an [`EnergySeries`](crate::EnergySeries) or several
//! [`Replicas`](crate::Replicas); results are per particle. All but [`moments`](moments()) take a
//! [`ScalarSeries`](crate::ScalarSeries) as well, whose results have the unit of its samples.

pub(crate) mod bins;
mod correlations;
pub(crate) mod curves;
mod distribution;
pub(crate) mod distribution_sums;
mod drift;
mod equilibration;
mod error;
mod integrated_time;
mod joint_moments;
mod moments;
mod parts;
mod resolution;
pub(crate) mod run_sums;
pub(crate) mod sums;

pub use bins::Bins;
pub use correlations::{autocorrelation, msed};
pub use curves::Autocorrelation;
pub use distribution::{Distribution, distribution};
pub use distribution_sums::DistributionSums;
pub(crate) use drift::drift_at;
pub use drift::{Drift, drift};
pub use equilibration::{Equilibration, NotEquilibrated, equilibration};
pub use error::EnergyError;
pub use integrated_time::{IntegratedTime, StillCorrelated, integrated_time};
pub(crate) use joint_moments::JointMoments;
pub use moments::{Moments, moments};
pub use resolution::{Resolution, resolution};
pub(crate) use resolution::{quantum, rounding_variance};
pub use sums::EnergySums;
