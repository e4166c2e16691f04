//! One series as the estimators see it.

use crate::real::{Real, apart};
use crate::replicas::sealed::Sealed;
use crate::sampling::Sampling;

/// One series as the estimators see it: samples on a time axis, and the factor that makes them the
/// quantity of the results. Implemented for [`EnergySeries`](super::EnergySeries) and
/// [`ScalarSeries`](super::ScalarSeries); sealed.
#[allow(clippy::len_without_is_empty, reason = "never empty")]
pub trait Series<T: Real>: Sealed {
    /// The samples, as they were given.
    fn samples(&self) -> &[T];

    /// The time axis.
    fn sampling(&self) -> Sampling;

    /// The factor from a sample to the quantity of the results: to the
    /// [energy per particle](super::EnergySeries::per_particle_scale), or 1.
    fn result_factor(&self) -> f64;

    /// Number of samples.
    fn len(&self) -> usize {
        self.samples().len()
    }

    /// Number of samples times their spacing, in time units.
    fn duration(&self) -> f64 {
        self.len() as f64 * self.sampling().interval()
    }
}

/// A sampling interval that differs from that of the first run.
pub(super) fn other_interval(run: Sampling, first: Sampling) -> Option<String> {
    let [interval, before] = [run, first].map(|sampling| sampling.interval());
    (interval != before).then(|| {
        let [found, expected] = apart(interval, before);
        format!("sampling interval {found}, expected {expected} as in the first")
    })
}
