//! Makers of plans.

use std::fmt;
use std::ops::Range;

use pulp::Arch;
use realfft::RealFftPlanner;

use super::method::{LagSet, Method, Stretch, choose};
use super::plan::LagPlan;
use super::segments::Split;
use crate::lag::{LagError, listed_in_run};

/// Makes plans, and keeps the twiddle factors of the transforms it has planned: the only thing here
/// that changes.
///
/// ```
/// use msed::lag_sums::{LagPlanner, Method};
/// let plan = LagPlanner::new().plan(5, &[0, 1, 2])?;
/// let mut values = [0.0; 3];
/// plan.msed_into(&[1.0, 2.0, 4.0, 7.0, 11.0], &mut values, &mut plan.scratch());
/// assert_eq!(values, [0.0, (1.0 + 4.0 + 9.0 + 16.0) / 4.0, (9.0 + 25.0 + 49.0) / 3.0]);
/// assert_eq!(plan.methods()[0].method, Method::Direct);
/// # Ok::<(), msed::Error>(())
/// ```
pub struct LagPlanner {
    transforms: RealFftPlanner<f64>,
    tolerance: f64,
    arch: Arch,
}

impl fmt::Debug for LagPlanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LagPlanner")
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

impl Default for LagPlanner {
    fn default() -> Self {
        Self::new()
    }
}

impl LagPlanner {
    /// A planner with a tolerance of 10^-10.
    #[must_use]
    pub fn new() -> Self {
        Self {
            transforms: RealFftPlanner::new(),
            tolerance: 1e-10,
            arch: Arch::new(),
        }
    }

    /// A planner whose plans keep the relative rounding error of a mean-squared difference below
    /// `tolerance` for series that are no steeper than a random walk. 0 sums every lag by its
    /// definition. What a series at hand has is told by [`LagPlan::error_bound`].
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Plans with the kernels of a given instruction set.
    #[cfg(test)]
    pub(super) fn with_arch(mut self, arch: Arch) -> Self {
        self.arch = arch;
        self
    }

    /// The cheapest plan within the tolerance for `lags` of series of `samples` samples.
    ///
    /// # Errors
    /// [`LagError`] where the lags do not increase strictly or reach the length.
    pub fn plan(&mut self, samples: usize, lags: &[u64]) -> Result<LagPlan, LagError> {
        let lags = listed(samples, lags)?;
        let stretches = choose(samples, &lags, self.tolerance);
        Ok(self.assemble(samples, lags, stretches))
    }

    /// The same for every lag of a range, without a list of them.
    ///
    /// # Errors
    /// [`LagError`] where the range reaches past the length.
    pub fn plan_every(&mut self, samples: usize, lags: Range<usize>) -> Result<LagPlan, LagError> {
        let lags = every(samples, lags)?;
        let stretches = choose(samples, &lags, self.tolerance);
        Ok(self.assemble(samples, lags, stretches))
    }

    /// A plan that sums every lag by `method`, whatever it costs; segments are cut to the length of
    /// the series.
    ///
    /// # Errors
    /// [`LagError`] as for [`plan`](Self::plan).
    pub fn plan_with(&mut self, samples: usize, lags: &[u64], method: Method) -> Result<LagPlan, LagError> {
        let lags = listed(samples, lags)?;
        Ok(self.assemble_with(samples, lags, method))
    }

    /// The same for every lag of a range, without a list of them.
    ///
    /// # Errors
    /// [`LagError`] as for [`plan_every`](Self::plan_every).
    pub fn plan_every_with(
        &mut self,
        samples: usize,
        lags: Range<usize>,
        method: Method,
    ) -> Result<LagPlan, LagError> {
        let lags = every(samples, lags)?;
        Ok(self.assemble_with(samples, lags, method))
    }

    fn assemble_with(&mut self, samples: usize, lags: LagSet, method: Method) -> LagPlan {
        let cut = |segment: usize| segment.clamp(1, samples.max(1));
        let method = match method {
            Method::Direct => Method::Direct,
            Method::BlockFft { segment } => Method::BlockFft {
                segment: cut(segment),
            },
            Method::SplitFft { segment } => Method::SplitFft {
                segment: cut(segment),
            },
        };
        let stretches = vec![Stretch {
            places: 0..lags.len(),
            method,
        }];
        self.assemble(samples, lags, stretches)
    }

    fn assemble(&mut self, samples: usize, lags: LagSet, stretches: Vec<Stretch>) -> LagPlan {
        let split = stretches
            .iter()
            .find(|s| s.method != Method::Direct && !s.places.is_empty())
            .map(|stretch| {
                let (segment, hold) = match stretch.method {
                    Method::SplitFft { segment } => (segment, true),
                    Method::BlockFft { segment } => (segment, false),
                    Method::Direct => unreachable!("not direct"),
                };
                let ends = [lags.get(stretch.places.start), lags.get(stretch.places.end - 1)];
                let split = Split::new(&mut self.transforms, samples, segment, ends, hold);
                (stretch.places.clone(), split)
            });
        LagPlan::new(samples, lags, stretches, split, self.arch)
    }
}

fn listed(samples: usize, lags: &[u64]) -> Result<LagSet, LagError> {
    listed_in_run(lags, samples)?;
    let place = |lag: &u64| *lag as usize;
    Ok(match (lags.first().map(place), lags.last().map(place)) {
        (Some(first), Some(last)) if last - first + 1 == lags.len() => LagSet::Every(first..last + 1),
        _ => LagSet::Listed(lags.iter().map(place).collect()),
    })
}

fn every(samples: usize, lags: Range<usize>) -> Result<LagSet, LagError> {
    if lags.end > samples {
        return Err(LagError::OutsideRun {
            index: samples.saturating_sub(lags.start),
            found: samples as u64,
            samples,
        });
    }
    Ok(LagSet::Every(lags))
}
