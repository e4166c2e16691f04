//! The mean-squared energy difference by its definition.

use msed::stats::{BlockSums, Partition, Resampling, RunId};
use msed::{Curve, Lag};

/// The direct sum over all origins, each pair in the block of its first sample. `lags` are in
/// samples of `stride` steps.
pub(crate) fn msed(samples: &[f64], lags: &[u64], stride: u64, time_step: f64, blocks: usize) -> Curve {
    let partition = Partition::new(&[samples.len()], Resampling::Blocks(blocks)).unwrap();
    let mut sums = BlockSums::new(partition.len(), lags.len());
    for (k, &lag) in lags.iter().enumerate() {
        let lag = lag as usize;
        for (b, (_, block)) in partition.iter().enumerate() {
            let end = block.end.min(samples.len() - lag);
            if block.start < end {
                let pairs = samples[block.start..end]
                    .iter()
                    .zip(&samples[block.start + lag..end + lag]);
                let sum = pairs.map(|(x, y)| (y - x) * (y - x)).sum();
                sums.add(b, k, sum, (end - block.start) as f64);
            }
        }
    }
    let steps = |samples: u64| Lag::from_steps(samples * stride);
    let longest = steps(partition.shortest() as u64);
    Curve::from_sums(
        lags.iter().copied().map(steps).collect(),
        time_step,
        [&sums],
        partition.resamples(RunId::of(samples)),
        longest,
        |[mean]| mean,
    )
}
