//! The mean-squared energy difference by its definition.

use msed::stats::{BlockSums, Resamples, Resampling, RunId};
use msed::{Curve, Lag};

/// The direct sum over all origins, each pair in the block of its first sample. `lags` are in
/// samples of `stride` steps.
pub(crate) fn msed(samples: &[f64], lags: &[u64], stride: u64, time_step: f64, blocks: usize) -> Curve {
    let start = |block: usize| samples.len() * block / blocks;
    let mut sums = BlockSums::new(blocks, lags.len());
    for (k, &lag) in lags.iter().enumerate() {
        let lag = lag as usize;
        for block in 0..blocks {
            let (start, end) = (start(block), start(block + 1).min(samples.len() - lag));
            if start < end {
                let pairs = samples[start..end].iter().zip(&samples[start + lag..end + lag]);
                let sum = pairs.map(|(x, y)| (y - x) * (y - x)).sum();
                sums.add(block, k, sum, (end - start) as f64);
            }
        }
    }
    let steps = |samples: u64| Lag::from_steps(samples * stride);
    // The shortest block.
    let longest = steps((samples.len() / blocks) as u64);
    Curve::from_sums(
        lags.iter().copied().map(steps).collect(),
        time_step,
        [&sums],
        Resamples::new(RunId::of(samples), Resampling::Blocks(blocks), blocks),
        longest,
        |[mean]| mean,
    )
}
