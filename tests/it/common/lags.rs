//! Lags as numbers of samples.

use msed::{Lags, Sampling};

/// The numbers of samples that a request resolves to in a run of so many.
pub(crate) fn in_samples(lags: &Lags, samples: usize) -> Vec<u64> {
    let every_step = Sampling::new(1, 1.0).expect("a sampling");
    let lags = lags.resolve(samples, &every_step).expect("lags");
    lags.iter().map(|lag| lag.steps()).collect()
}
