//! What a run's potential energy says: moments, differences over a lag, drift, and the resolution of the print.

mod diffusion;
mod distribution;
mod drift;
mod moments;
mod resolution;

pub use diffusion::diffusion;
pub use distribution::{Bins, Distribution, DistributionError, distribution};
pub use drift::{Drift, Stationarity, drift};
pub use moments::{Moments, moments};
pub use resolution::{Resolution, resolution};
