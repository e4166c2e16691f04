//! What a run's potential energy says: moments, differences over a lag, drift, and the resolution of the print.

mod autocorrelation;
mod diffusion;
mod distribution;
mod drift;
mod moments;
mod msed;
mod resolution;

pub use autocorrelation::{Autocorrelation, IntegratedTime, autocorrelation, integrated_time};
pub use diffusion::diffusion;
pub use distribution::{Bins, Distribution, DistributionError, distribution};
pub use drift::{Drift, Stationarity, drift};
pub use moments::{Moments, moments};
pub use msed::{Msed, msed};
pub use resolution::{Resolution, resolution};
