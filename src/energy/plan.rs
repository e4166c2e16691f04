//! What an estimator over energy series needs to know before it looks at them.

use std::ops::Range;

use super::EnergyError;
use crate::lag::Lags;
use crate::lag_sums::{LagPlan, LagPlanner};
use crate::real::Real;
use crate::series::{EnergySeries, Runs};
use crate::stats::{Partition, Resamples, Resampling};

/// What a correlation of runs needs to know before it looks at them: lags, blocks, and a plan for
/// each run.
pub(super) struct Layout {
    /// In samples.
    pub(super) lags: Vec<u64>,
    pub(super) plans: Vec<LagPlan>,
    pub(super) partition: Partition,
    pub(super) resamples: Resamples,
}

impl Layout {
    pub(super) fn new<T: Real>(
        runs: &impl Runs<T>,
        lags: &Lags,
        resampling: Resampling,
    ) -> Result<Self, EnergyError> {
        let run = runs.run();
        let runs = runs.runs();
        let sampling = runs[0].sampling();
        let lengths: Vec<usize> = runs.iter().map(EnergySeries::len).collect();
        let shortest = lengths.iter().copied().min().unwrap_or(0);
        let lags = lags.in_samples(shortest, &sampling)?;
        let mut planner = LagPlanner::new();
        let mut plans: Vec<LagPlan> = Vec::with_capacity(lengths.len());
        for &length in &lengths {
            let plan = match plans.iter().find(|plan| plan.samples() == length) {
                Some(plan) => plan.clone(),
                None => planner.plan(length, &lags)?,
            };
            plans.push(plan);
        }
        let partition = Partition::new(&lengths, resampling)?;
        Ok(Self {
            plans,
            resamples: partition.resamples(run),
            partition,
            lags,
        })
    }

    /// The blocks of each run.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Vec<Range<usize>>> + '_ {
        (0..self.plans.len()).map(|run| {
            let of_run = self.partition.iter().filter(|(r, _)| *r == run);
            of_run.map(|(_, range)| range).collect()
        })
    }
}

/// The mean of all samples, in their own units.
pub(super) fn overall_mean<T: Real>(columns: &[&[T]]) -> f64 {
    let origin = columns[0][0].to_f64();
    let count: usize = columns.iter().map(|c| c.len()).sum();
    let sum: f64 = columns.iter().map(|c| sum_of(c, |x| x - origin)).sum();
    origin + sum / count as f64
}

/// A sum by chunks: its rounding error grows with the chunk and the number of chunks, not with
/// their product.
pub(super) fn sum_of<T: Real>(values: &[T], f: impl Fn(f64) -> f64) -> f64 {
    values
        .chunks(1024)
        .map(|chunk| chunk.iter().map(|&x| f(x.to_f64())).sum::<f64>())
        .sum()
}
