//! Which lags a correlation is wanted at.

use std::num::NonZeroU64;

use thiserror::Error;

/// A sampling time axis: an integer spacing in molecular-dynamics steps, and the time of one step.
///
/// Integers are the time axis everywhere inside; a time in seconds, picoseconds or Lennard-Jones units appears only on
/// the way out. A lag of `m` samples is `m * stride` steps and `m * stride * time_step` time units.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Spacing")
)]
pub struct Sampling {
    stride: NonZeroU64,
    time_step: f64,
}

/// The numbers of a sampling, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Spacing {
    stride: u64,
    time_step: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Spacing> for Sampling {
    type Error = LagError;

    fn try_from(spacing: Spacing) -> Result<Self, LagError> {
        Self::new(spacing.stride, spacing.time_step)
    }
}

impl Sampling {
    /// Samples every `stride` steps of `time_step` time units each.
    ///
    /// # Errors
    /// [`LagError::Stride`] for a stride of zero, [`LagError::TimeStep`] for a time step that is not positive and finite.
    ///
    /// ```
    /// let every_ten = msed::Sampling::new(10, 0.005)?;
    /// assert_eq!(every_ten.interval(), 0.05);
    /// assert!(msed::Sampling::new(10, -0.005).is_err());
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn new(stride: u64, time_step: f64) -> Result<Self, LagError> {
        let stride = NonZeroU64::new(stride).ok_or(LagError::Stride)?;
        if !(time_step.is_finite() && time_step > 0.0) {
            return Err(LagError::TimeStep { found: time_step });
        }
        Ok(Self { stride, time_step })
    }

    /// Steps between samples.
    #[must_use]
    pub fn stride(&self) -> u64 {
        self.stride.get()
    }

    /// Time units per step.
    #[must_use]
    pub fn time_step(&self) -> f64 {
        self.time_step
    }

    /// Time units between samples.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "strides are far below 2^53")]
    pub fn interval(&self) -> f64 {
        self.stride.get() as f64 * self.time_step
    }
}

/// A request for lags, resolved against a run only when its length is known.
///
/// The request is a grid ([`all`](Lags::all), [`linear`](Lags::linear), [`logarithmic`](Lags::logarithmic),
/// [`explicit`](Lags::explicit)) and a limit (a count of samples, a time, or a fraction of the run). Logarithmic
/// grids are `round(10^(k/p))` samples for `k = 0, 1, ...` with doubles removed, so that the same grid falls on the same
/// lags in every run.
///
/// ```
/// use msed::Lags;
/// let lags = Lags::logarithmic(20).up_to_fraction(0.1).resolve(1000, 0.05)?;
/// assert_eq!(lags[..12], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13]);
/// assert_eq!(*lags.last().unwrap(), 100);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lags {
    grid: Grid,
    limit: Limit,
    with_zero: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Grid {
    All,
    Linear(u64),
    Logarithmic(u32),
    Explicit(Vec<u64>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    Run,
    Samples(u64),
    Time(f64),
    Fraction(f64),
}

impl Lags {
    fn of(grid: Grid) -> Self {
        Self {
            grid,
            limit: Limit::Run,
            with_zero: false,
        }
    }

    /// Every lag from 0 to the end of the run.
    #[must_use]
    pub fn all() -> Self {
        Self::of(Grid::All).with_zero()
    }

    /// Every `every`-th lag, from `every` on.
    #[must_use]
    pub fn linear(every: u64) -> Self {
        Self::of(Grid::Linear(every))
    }

    /// `per_decade` lags in each factor of ten, from 1 on.
    #[must_use]
    pub fn logarithmic(per_decade: u32) -> Self {
        Self::of(Grid::Logarithmic(per_decade))
    }

    /// The lags given, in samples: strictly increasing.
    #[must_use]
    pub fn explicit(lags: impl Into<Vec<u64>>) -> Self {
        Self::of(Grid::Explicit(lags.into()))
    }

    /// Up to and including `samples` samples.
    #[must_use]
    pub fn up_to_samples(mut self, samples: u64) -> Self {
        self.limit = Limit::Samples(samples);
        self
    }

    /// Up to and including `time` time units.
    #[must_use]
    pub fn up_to_time(mut self, time: f64) -> Self {
        self.limit = Limit::Time(time);
        self
    }

    /// Up to and including this fraction of the run's samples.
    #[must_use]
    pub fn up_to_fraction(mut self, fraction: f64) -> Self {
        self.limit = Limit::Fraction(fraction);
        self
    }

    /// Lag 0 as well.
    #[must_use]
    pub fn with_zero(mut self) -> Self {
        self.with_zero = true;
        self
    }

    /// The lags, in samples, of a run of `samples` samples that lie `interval` time units apart: strictly increasing
    /// and below `samples`.
    ///
    /// # Errors
    /// A grid without points (`per_decade` or spacing zero), explicit lags that do not increase or lie outside of the run,
    /// a limit that is not positive or leaves no lag.
    pub fn resolve(&self, samples: usize, interval: f64) -> Result<Vec<u64>, LagError> {
        let last = self.last_allowed(samples as u64, interval)?;
        let mut lags: Vec<u64> = match &self.grid {
            Grid::All => (1..=last).collect(),
            Grid::Linear(0) | Grid::Logarithmic(0) => return Err(LagError::EmptyGrid),
            Grid::Linear(every) => (1..=last / every).map(|k| k * every).collect(),
            Grid::Logarithmic(per_decade) => logarithmic(*per_decade, last),
            Grid::Explicit(lags) => {
                if let Some(index) = (1..lags.len()).find(|&i| lags[i] <= lags[i - 1]) {
                    return Err(LagError::NotIncreasing {
                        index,
                        found: lags[index],
                        before: lags[index - 1],
                    });
                }
                if let Some(index) = lags.iter().position(|&lag| lag >= samples as u64) {
                    return Err(LagError::OutsideRun {
                        index,
                        found: lags[index],
                        samples,
                    });
                }
                lags.iter().copied().filter(|&lag| lag <= last).collect()
            }
        };
        if self.with_zero && lags.first() != Some(&0) {
            lags.insert(0, 0);
        }
        if lags.is_empty() {
            return Err(LagError::NoLag { samples });
        }
        Ok(lags)
    }

    /// The lags, in samples, of frames that are not uniform, out of those that exist: `existing` lists the lags up to its
    /// argument, and how many pairs each has, in increasing order.
    pub(crate) fn choose(
        &self,
        samples: usize,
        interval: f64,
        existing: impl FnOnce(u64) -> Vec<(u64, u64)>,
    ) -> Result<Vec<u64>, LagError> {
        if let Grid::Explicit(_) = self.grid {
            return self.resolve(samples, interval);
        }
        let last = self.last_allowed(samples as u64, interval)?;
        let existing = existing(last);
        let positive = existing.iter().copied().filter(|&(lag, _)| lag > 0);
        let mut lags: Vec<u64> = match self.grid {
            Grid::Linear(0) | Grid::Logarithmic(0) => return Err(LagError::EmptyGrid),
            Grid::Linear(every) => positive
                .map(|(lag, _)| lag)
                .filter(|lag| lag % every == 0)
                .collect(),
            Grid::Logarithmic(per_decade) => nearest_to_grid(&logarithmic(per_decade, last), positive),
            Grid::All | Grid::Explicit(_) => positive.map(|(lag, _)| lag).collect(),
        };
        if self.with_zero {
            lags.insert(0, 0);
        }
        if lags.is_empty() {
            return Err(LagError::NoLag { samples });
        }
        Ok(lags)
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "limits are checked to be positive and are cut to the length of the run"
    )]
    fn last_allowed(&self, samples: u64, interval: f64) -> Result<u64, LagError> {
        let end = samples.saturating_sub(1);
        // A limit that falls on a sample but for rounding includes it.
        let floor = |x: f64| (x * (1.0 + 1e-12)).floor() as u64;
        Ok(match self.limit {
            Limit::Run => end,
            Limit::Samples(limit) => limit.min(end),
            Limit::Time(limit) if limit > 0.0 && limit.is_finite() => floor(limit / interval).min(end),
            Limit::Fraction(limit) if limit > 0.0 && limit <= 1.0 => floor(limit * samples as f64).min(end),
            Limit::Time(found) | Limit::Fraction(found) => return Err(LagError::Limit { found }),
        })
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rounded power of ten that is not above a u64"
)]
fn logarithmic(per_decade: u32, last: u64) -> Vec<u64> {
    let mut lags: Vec<u64> = (0..)
        .map(|k| 10_f64.powf(f64::from(k) / f64::from(per_decade)).round() as u64)
        .take_while(|&lag| lag <= last)
        .collect();
    lags.dedup();
    lags
}

/// For each point of a grid the nearest of the lags that are nearer to it, in ratio, than to its neighbours and have at
/// least three quarters as many pairs as the best of those.
#[allow(clippy::cast_precision_loss, reason = "lags are far below 2^53")]
fn nearest_to_grid(grid: &[u64], existing: impl Iterator<Item = (u64, u64)>) -> Vec<u64> {
    let distance = |point: u64, lag: u64| (point as f64 / lag as f64).ln().abs();
    let mut cells: Vec<Vec<(u64, u64)>> = vec![Vec::new(); grid.len()];
    for (lag, pairs) in existing {
        let above = grid.partition_point(|&point| point < lag);
        let nearest = [above.wrapping_sub(1), above]
            .into_iter()
            .filter(|&k| k < grid.len())
            .min_by(|&a, &b| distance(grid[a], lag).total_cmp(&distance(grid[b], lag)));
        if let Some(k) = nearest {
            cells[k].push((lag, pairs));
        }
    }
    grid.iter()
        .zip(&cells)
        .filter_map(|(&point, cell)| {
            let most = cell.iter().map(|&(_, pairs)| pairs).max()?;
            cell.iter()
                .filter(|&&(_, pairs)| 4 * pairs >= 3 * most)
                .map(|&(lag, _)| lag)
                .min_by(|&a, &b| distance(point, a).total_cmp(&distance(point, b)))
        })
        .collect()
}

/// A time axis or a lag request that means nothing.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum LagError {
    /// A spacing of zero steps.
    #[error("samples are 0 steps apart, expected at least 1")]
    Stride,
    /// A time step that is no time.
    #[error("time step {found}, expected a positive finite number")]
    TimeStep {
        /// The value given.
        found: f64,
    },
    /// A grid with a spacing or a density of zero.
    #[error("a lag grid with 0 points per decade or a spacing of 0, expected at least 1")]
    EmptyGrid,
    /// Explicit lags out of order.
    #[error("lag {index} is {found} after {before}, expected strictly increasing lags")]
    NotIncreasing {
        /// Position in the list.
        index: usize,
        /// The lag there.
        found: u64,
        /// The lag before it.
        before: u64,
    },
    /// An explicit lag at or past the end.
    #[error("lag {index} is {found} samples, expected less than the run's {samples}")]
    OutsideRun {
        /// Position in the list.
        index: usize,
        /// The lag there.
        found: u64,
        /// Samples in the run.
        samples: usize,
    },
    /// A limit that is not positive, or a fraction above 1.
    #[error("lags up to {found}, expected a positive time or a fraction of at most 1")]
    Limit {
        /// The value given.
        found: f64,
    },
    /// A lag that the frames do not have.
    #[error("no two of the {frames} frames lie {lag} steps apart")]
    NoPair {
        /// The lag, in steps.
        lag: u64,
        /// Frames there are.
        frames: usize,
    },
    /// Nothing is left of the grid.
    #[error("no lag of the grid lies inside of the run's {samples} samples")]
    NoLag {
        /// Samples in the run.
        samples: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_grid_is_rounded_powers_without_doubles() {
        let lags = Lags::logarithmic(20)
            .up_to_fraction(0.1)
            .resolve(40_000, 0.05)
            .unwrap();
        assert_eq!(lags.last(), Some(&3981));
        assert_eq!(lags.len(), 62);
        assert!(lags.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn limits_include_the_sample_they_fall_on() {
        assert_eq!(
            Lags::linear(1).up_to_time(0.15).resolve(10, 0.05).unwrap(),
            [1, 2, 3]
        );
        assert_eq!(
            Lags::linear(2).up_to_samples(5).resolve(10, 0.05).unwrap(),
            [2, 4]
        );
        assert_eq!(Lags::all().resolve(3, 1.0).unwrap(), [0, 1, 2]);
        assert_eq!(
            Lags::explicit([1, 5]).with_zero().resolve(6, 1.0).unwrap(),
            [0, 1, 5]
        );
    }

    #[test]
    fn refusals_name_what_was_found() {
        let message = |lags: Lags| lags.resolve(10, 1.0).unwrap_err().to_string();
        assert_eq!(
            message(Lags::explicit([3, 3])),
            "lag 1 is 3 after 3, expected strictly increasing lags"
        );
        assert_eq!(
            message(Lags::explicit([1, 10])),
            "lag 1 is 10 samples, expected less than the run's 10"
        );
        assert_eq!(
            message(Lags::linear(1).up_to_fraction(1.5)),
            "lags up to 1.5, expected a positive time or a fraction of at most 1"
        );
        assert_eq!(
            message(Lags::logarithmic(0)),
            "a lag grid with 0 points per decade or a spacing of 0, expected at least 1"
        );
        assert_eq!(
            message(Lags::linear(20)),
            "no lag of the grid lies inside of the run's 10 samples"
        );
        assert_eq!(
            Sampling::new(1, f64::NAN).unwrap_err().to_string(),
            "time step NaN, expected a positive finite number"
        );
    }
}
