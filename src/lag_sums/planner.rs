//! Makers of plans.

use std::fmt;
use std::ops::Range;

use pulp::Arch;
use realfft::RealFftPlanner;

use super::method::{LagSet, Method, choose};
use super::plan::LagPlan;
use super::segments::Split;
use crate::lag::{LagError, listed_in_run};

/// Makes plans, and keeps the twiddle factors of the transforms it has planned: the only thing here
/// that changes.
///
/// ```
/// use msed::lag_sums::{LagPlanner, Method, Scratch};
/// let plan = LagPlanner::new().plan(5, &[0, 1, 2])?;
/// let mut values = [0.0; 3];
/// plan.msed_into(&[1.0, 2.0, 4.0, 7.0, 11.0], &mut values, &mut Scratch::default());
/// assert_eq!(values, [0.0, (1.0 + 4.0 + 9.0 + 16.0) / 4.0, (9.0 + 25.0 + 49.0) / 3.0]);
/// assert_eq!(plan.methods()[0].1, Method::Direct);
/// # Ok::<(), msed::Error>(())
/// ```
pub struct LagPlanner {
    transforms: RealFftPlanner<f64>,
    tolerance: f64,
    method: Option<Method>,
    arch: Arch,
}

impl fmt::Debug for LagPlanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LagPlanner")
            .field("tolerance", &self.tolerance)
            .field("method", &self.method)
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
            method: None,
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

    /// A planner whose plans sum every lag by `method`, whatever it costs; segments are cut to the
    /// length of the series. A plan is for one series, where [`Method::TwistedFft`] has no
    /// advantage: it is taken as [`Method::BlockFft`].
    #[must_use]
    pub fn with_method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// The cheapest plan within the tolerance for `lags` of series of `samples` samples.
    ///
    /// # Errors
    /// [`LagError`] where the lags do not increase strictly or reach the length.
    pub fn plan(&mut self, samples: usize, lags: &[u64]) -> Result<LagPlan, LagError> {
        listed_in_run(lags, samples)?;
        let place = |lag: &u64| *lag as usize;
        let lags = match (lags.first().map(place), lags.last().map(place)) {
            (Some(first), Some(last)) if last - first + 1 == lags.len() => LagSet::Every(first..last + 1),
            _ => LagSet::Listed(lags.iter().map(place).collect()),
        };
        Ok(self.assemble(samples, lags))
    }

    /// The same for every lag of a range, without a list of them.
    ///
    /// # Errors
    /// [`LagError`] where the range reaches past the length.
    pub fn plan_every(&mut self, samples: usize, lags: Range<usize>) -> Result<LagPlan, LagError> {
        if lags.end > samples {
            return Err(LagError::OutsideRun {
                index: samples.saturating_sub(lags.start),
                found: samples as u64,
                samples,
            });
        }
        Ok(self.assemble(samples, LagSet::Every(lags)))
    }

    fn assemble(&mut self, samples: usize, lags: LagSet) -> LagPlan {
        let clamped = |segment: usize| segment.clamp(1, samples.max(1));
        let cut = |method| match method {
            Method::Direct => Method::Direct,
            Method::SplitFft { segment } => Method::SplitFft {
                segment: clamped(segment),
            },
            Method::BlockFft { segment: length } | Method::TwistedFft { length } => Method::BlockFft {
                segment: clamped(length),
            },
        };
        let stretches = match self.method {
            None => choose(samples, &lags, self.tolerance),
            Some(method) => vec![(0..lags.len(), cut(method))],
        };
        let split = stretches.iter().find_map(|(places, method)| {
            let segment = method.segment().filter(|_| !places.is_empty())?;
            let hold = matches!(method, Method::SplitFft { .. });
            let ends = [lags.get(places.start), lags.get(places.end - 1)];
            let split = Split::new(&mut self.transforms, samples, segment, ends, hold);
            Some((places.clone(), split))
        });
        LagPlan {
            samples,
            lags,
            stretches,
            split,
            arch: self.arch,
        }
    }
}
