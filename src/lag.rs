//! Which lags a correlation is wanted at.

use std::ops::RangeInclusive;

use thiserror::Error;

use crate::real::short;
use crate::sampling::{Lag, Sampling};

/// More lags than this are a missing limit: the list alone would fill 2 GiB.
const MOST_LAGS: u64 = 1 << 28;

/// A request for lags, resolved against a run only when its length is known.
///
/// The request is a grid ([`all`](Lags::all), [`linear`](Lags::linear),
/// [`logarithmic`](Lags::logarithmic), [`explicit`](Lags::explicit), [`samples`](Lags::samples))
/// and a limit (a count of samples, a time, or a fraction of the run). Logarithmic grids are
/// `round(10^(k/p))` samples for `k = 0, 1, ...` with doubles removed, so that the same grid falls
/// on the same lags in every run.
///
/// ```
/// use msed::{Lag, Lags, Sampling};
/// let every_ten = Sampling::new(10, 0.005)?;
/// let lags = Lags::logarithmic(20).up_to_fraction(0.1).resolve(1000, &every_ten)?;
/// assert_eq!(lags[..12], [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 130].map(Lag::from_steps));
/// assert_eq!(lags.last(), Some(&Lag::from_steps(1000)));
/// assert_eq!(Lags::explicit([Lag::from_steps(70)]), Lags::explicit([every_ten.lag(7)]));
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lags {
    grid: Grid,
    limit: Limit,
    with_zero: bool,
    planned: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
enum Grid {
    All,
    Linear(u64),
    Logarithmic(u32),
    Explicit(Vec<Lag>),
    Samples(Vec<u64>),
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
            planned: None,
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

    /// The lags given: strictly increasing.
    #[must_use]
    pub fn explicit(lags: impl IntoIterator<Item = Lag>) -> Self {
        Self::of(Grid::Explicit(lags.into_iter().collect()))
    }

    /// Lags of so many samples, whatever lies between two samples: strictly increasing.
    #[must_use]
    pub fn samples(numbers: impl IntoIterator<Item = u64>) -> Self {
        Self::of(Grid::Samples(numbers.into_iter().collect()))
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

    /// Of a run that is going on and is planned to have `samples` samples or frames: an accumulator
    /// resolves a fraction, or a grid without a limit, against this length. The run may be shorter,
    /// or go on.
    #[must_use]
    pub fn planned(mut self, samples: usize) -> Self {
        self.planned = Some(samples);
        self
    }

    /// The lags of a run that is going on, as numbers of samples.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve), and [`LagError::Unplanned`] where the length matters and is
    /// not known.
    pub(crate) fn in_planned_samples(&self, sampling: &Sampling) -> Result<Vec<u64>, LagError> {
        let of_run = match (&self.grid, self.limit) {
            (_, Limit::Fraction(_)) => true,
            (grid, Limit::Run) => !matches!(grid, Grid::Explicit(_) | Grid::Samples(_)),
            (_, Limit::Samples(_) | Limit::Time(_)) => false,
        };
        let samples = match self.planned {
            Some(samples) => samples,
            None if of_run => return Err(LagError::Unplanned),
            None => usize::MAX,
        };
        self.in_samples(samples, sampling)
    }

    /// The lags of a run of so many samples: strictly increasing and shorter than the run.
    ///
    /// # Errors
    /// A grid without points (`per_decade` or spacing zero), explicit lags that do not increase,
    /// end between two samples or are as long as the run, a limit that is not positive or leaves no
    /// lag, [`LagError::TooMany`] for more than 2^28 lags.
    pub fn resolve(&self, samples: usize, sampling: &Sampling) -> Result<Vec<Lag>, LagError> {
        let lags = self.in_samples(samples, sampling)?;
        Ok(lags.into_iter().map(|m| sampling.lag(m)).collect())
    }

    /// The same lags as numbers of samples.
    pub(crate) fn in_samples(&self, samples: usize, sampling: &Sampling) -> Result<Vec<u64>, LagError> {
        self.in_units(samples, sampling.stride(), sampling.time_step())
    }

    /// The same lags of samples that lie `unit` steps apart, as numbers of samples.
    pub(crate) fn in_units(&self, samples: usize, unit: u64, time_step: f64) -> Result<Vec<u64>, LagError> {
        let interval = unit as f64 * time_step;
        let last = self.last_allowed(samples as u64, interval)?;
        let up_to_limit = |mut lags: Vec<u64>| {
            shorter_than_run(&lags, samples, unit)?;
            lags.retain(|&lag| lag <= last);
            Ok(lags)
        };
        let lags: Vec<u64> = match &self.grid {
            Grid::All => up_to(last)?.collect(),
            Grid::Linear(0) | Grid::Logarithmic(0) => return Err(LagError::EmptyGrid),
            Grid::Linear(every) => up_to(last / every)?.map(|k| k * every).collect(),
            Grid::Logarithmic(per_decade) => logarithmic(*per_decade, last)?,
            Grid::Explicit(lags) => up_to_limit(between_samples(lags, unit)?)?,
            Grid::Samples(lags) => up_to_limit(lags.clone())?,
        };
        self.completed(lags, samples)
    }

    /// With lag 0, where it was asked for.
    fn completed(&self, mut lags: Vec<u64>, samples: usize) -> Result<Vec<u64>, LagError> {
        if self.with_zero && lags.first() != Some(&0) {
            lags.insert(0, 0);
        }
        if lags.is_empty() {
            return Err(LagError::NoLag { samples });
        }
        Ok(lags)
    }

    /// The lags, as numbers of units of `unit` steps, of frames that are not uniform, out of those
    /// that exist: `existing` lists the lags up to its argument, and how many pairs each has, in
    /// increasing order.
    pub(crate) fn choose(
        &self,
        samples: usize,
        unit: u64,
        time_step: f64,
        existing: impl FnOnce(u64) -> Vec<(u64, u64)>,
    ) -> Result<Vec<u64>, LagError> {
        if let Grid::Explicit(_) | Grid::Samples(_) = self.grid {
            return self.in_units(samples, unit, time_step);
        }
        let last = self.last_allowed(samples as u64, unit as f64 * time_step)?;
        let existing = existing(last);
        let positive = existing.iter().copied().filter(|&(lag, _)| lag > 0);
        let lags: Vec<u64> = match self.grid {
            Grid::Linear(0) | Grid::Logarithmic(0) => return Err(LagError::EmptyGrid),
            Grid::Linear(every) => positive
                .map(|(lag, _)| lag)
                .filter(|lag| lag % every == 0)
                .collect(),
            Grid::Logarithmic(per_decade) => nearest_to_grid(&logarithmic(per_decade, last)?, positive),
            Grid::All | Grid::Explicit(_) | Grid::Samples(_) => positive.map(|(lag, _)| lag).collect(),
        };
        self.completed(lags, samples)
    }

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

/// Lags as numbers of samples that lie `unit` steps apart.
fn between_samples(lags: &[Lag], unit: u64) -> Result<Vec<u64>, LagError> {
    let samples = |&lag: &Lag| {
        let is_at_sample = lag.steps().is_multiple_of(unit);
        let between = LagError::BetweenSamples { lag, unit };
        is_at_sample.then(|| lag.steps() / unit).ok_or(between)
    };
    lags.iter().map(samples).collect()
}

/// Whether a list of lags, in samples of `unit` steps, increases strictly and ends inside of a run.
fn shorter_than_run(lags: &[u64], samples: usize, unit: u64) -> Result<(), LagError> {
    let steps = |samples: u64| Lag::from_steps(samples.saturating_mul(unit));
    listed_in_run(lags, samples).map_err(|error| match error {
        LagError::OutOfOrder { index, found, before } => LagError::NotIncreasing {
            index,
            found: steps(found),
            before: steps(before),
        },
        LagError::OutsideRun { found, .. } => LagError::TooLong {
            lag: steps(found),
            run: steps(samples as u64),
        },
        other => other,
    })
}

/// Whether a list of lags in samples increases strictly and ends inside of a run.
pub(crate) fn listed_in_run(lags: &[u64], samples: usize) -> Result<(), LagError> {
    if let Some(index) = (1..lags.len()).find(|&i| lags[i] <= lags[i - 1]) {
        return Err(LagError::OutOfOrder {
            index,
            found: lags[index],
            before: lags[index - 1],
        });
    }
    match lags.iter().position(|&lag| lag >= samples as u64) {
        Some(index) => Err(LagError::OutsideRun {
            index,
            found: lags[index],
            samples,
        }),
        None => Ok(()),
    }
}

/// 1 to `last`, unless they are too many.
fn up_to(last: u64) -> Result<RangeInclusive<u64>, LagError> {
    if last > MOST_LAGS {
        return Err(LagError::TooMany {
            found: last,
            limit: MOST_LAGS,
        });
    }
    Ok(1..=last)
}

/// The rounded powers without doubles. Where powers lie closer than the integers do, those that
/// round to one lag are passed over together, so that the cost is that of the list.
fn logarithmic(per_decade: u32, last: u64) -> Result<Vec<u64>, LagError> {
    let density = f64::from(per_decade);
    let power = |k: u64| 10_f64.powf(k as f64 / density).round() as u64;
    let most = last.min((density * (last as f64).log10()) as u64 + 1);
    up_to(most)?;
    let mut lags = Vec::new();
    let (mut k, mut lag) = (0, 1);
    while lag <= last {
        lags.push(lag);
        // The first power above the middle to the next integer, from a little below it.
        let before = (density * (lag as f64 + 0.5).log10()) as u64;
        k = before.saturating_sub(1).max(k + 1);
        while power(k) <= lag {
            k += 1;
        }
        lag = power(k);
    }
    Ok(lags)
}

/// For each point of a grid the nearest of the lags that are nearer to it, in ratio, than to its
/// neighbours and have at least three quarters as many pairs as the best of those.
fn nearest_to_grid(grid: &[u64], existing: impl Iterator<Item = (u64, u64)>) -> Vec<u64> {
    let distance = |point: u64, lag: u64| (point as f64 / lag as f64).ln().abs();
    let nearest = |(lag, pairs): (u64, u64)| {
        let above = grid.partition_point(|&point| point < lag);
        let point = [above.checked_sub(1), Some(above)]
            .into_iter()
            .filter_map(|k| grid.get(k?).copied())
            .min_by(|&a, &b| distance(a, lag).total_cmp(&distance(b, lag)))?;
        Some((point, lag, pairs))
    };
    let near: Vec<(u64, u64, u64)> = existing.filter_map(nearest).collect();
    near.chunk_by(|a, b| a.0 == b.0)
        .filter_map(|cell| {
            let most = cell.iter().map(|&(.., pairs)| pairs).max()?;
            cell.iter()
                .filter(|&&(.., pairs)| 4 * pairs >= 3 * most)
                .map(|&(point, lag, _)| (point, lag))
                .min_by(|&(point, a), &(_, b)| distance(point, a).total_cmp(&distance(point, b)))
                .map(|(_, lag)| lag)
        })
        .collect()
}

/// A lag request that means nothing.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum LagError {
    /// A list of lags that fills the memory.
    #[error("a grid of {found} lags, expected at most {limit}: give it a limit or a wider spacing")]
    TooMany {
        /// Lags of the grid.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// A grid with a spacing or a density of zero.
    #[error("a lag grid with 0 points per decade or a spacing of 0, expected at least 1")]
    EmptyGrid,
    /// Listed lags out of order.
    #[error("lag {index} is {found} after {before}, expected strictly increasing lags")]
    NotIncreasing {
        /// Position in the list.
        index: usize,
        /// The lag there.
        found: Lag,
        /// The lag before it.
        before: Lag,
    },
    /// Lags of a plan, in samples, out of order.
    #[error("lag {index} is {found} samples after {before}, expected strictly increasing lags")]
    OutOfOrder {
        /// Position in the list.
        index: usize,
        /// The lag there.
        found: u64,
        /// The lag before it.
        before: u64,
    },
    /// A lag that ends between two samples.
    #[error("a lag of {lag}, expected a multiple of the {unit} steps between samples")]
    BetweenSamples {
        /// The lag.
        lag: Lag,
        /// Steps between samples.
        unit: u64,
    },
    /// A lag as long as the run, or longer.
    #[error("a lag of {lag}, expected less than the run's {run}")]
    TooLong {
        /// The lag.
        lag: Lag,
        /// The number of samples times the steps between them.
        run: Lag,
    },
    /// A lag of a plan, in samples, as long as the run or longer.
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
    #[error("lags up to {}, expected a positive time or a fraction of at most 1", short(*.found, 12))]
    Limit {
        /// The value given.
        found: f64,
    },
    /// A fraction of a run that is going on, whose length was not given.
    #[error(
        "lags up to a part of a run that is going on, expected its planned length or lags up to a number of samples"
    )]
    Unplanned,
    /// A lag that the frames do not have.
    #[error("no two of the {frames} frames lie {lag} apart, expected a lag that two of them have")]
    NoPair {
        /// The lag.
        lag: Lag,
        /// Frames there are.
        frames: usize,
    },
    /// Nothing is left of the grid.
    #[error("no lag of the grid lies inside of the run's {samples} samples, expected at least one")]
    NoLag {
        /// Samples in the run.
        samples: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples every ten steps of a hundredth each.
    fn every_ten() -> Sampling {
        Sampling::new(10, 0.01).unwrap()
    }

    fn in_samples(lags: &Lags, samples: usize) -> Result<Vec<u64>, LagError> {
        let resolved = lags.resolve(samples, &every_ten())?;
        Ok(resolved
            .iter()
            .filter_map(|&lag| every_ten().samples_in(lag))
            .collect())
    }

    #[test]
    fn logarithmic_grid_is_rounded_powers_without_doubles() {
        let lags = in_samples(&Lags::logarithmic(20).up_to_fraction(0.1), 40_000).unwrap();
        assert_eq!(lags.last(), Some(&3981));
        assert_eq!(lags.len(), 62);
        assert!(lags.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn a_logarithmic_grid_is_its_definition_at_every_density() {
        for (per_decade, last) in [
            (1, 100_000),
            (7, 99_999),
            (20, 40_000),
            (300, 5000),
            (5000, 700),
            (65_536, 300),
        ] {
            let mut expected: Vec<u64> = (0..)
                .map(|k| 10_f64.powf(f64::from(k) / f64::from(per_decade)).round() as u64)
                .take_while(|&lag| lag <= last)
                .collect();
            expected.dedup();
            assert_eq!(logarithmic(per_decade, last).unwrap(), expected, "{per_decade}");
        }
        // Of 4e9 points a decade each lag once, without a look at the others.
        let every: Vec<u64> = (1..1000).collect();
        assert_eq!(in_samples(&Lags::logarithmic(u32::MAX), 1000).unwrap(), every);
        assert_eq!(logarithmic(1, u64::MAX - 1).unwrap().len(), 20);
    }

    #[test]
    fn more_lags_than_memory_are_refused() {
        let samples = 1 << 40;
        for lags in [Lags::all(), Lags::linear(2), Lags::logarithmic(u32::MAX)] {
            let refused = in_samples(&lags, samples);
            assert!(
                matches!(
                    refused,
                    Err(LagError::TooMany {
                        limit: 268_435_456,
                        ..
                    })
                ),
                "{lags:?}"
            );
        }
        assert_eq!(
            in_samples(&Lags::all().up_to_samples(2), samples).unwrap(),
            [0, 1, 2]
        );
        assert_eq!(
            in_samples(&Lags::all(), samples).unwrap_err().to_string(),
            "a grid of 1099511627775 lags, expected at most 268435456: give it a limit or a wider spacing"
        );
    }

    #[test]
    fn limits_include_the_sample_they_fall_on() {
        assert_eq!(
            in_samples(&Lags::linear(1).up_to_time(0.3), 10).unwrap(),
            [1, 2, 3]
        );
        assert_eq!(in_samples(&Lags::linear(2).up_to_samples(5), 10).unwrap(), [2, 4]);
        assert_eq!(in_samples(&Lags::all(), 3).unwrap(), [0, 1, 2]);
        assert_eq!(
            in_samples(&Lags::explicit([10, 50].map(Lag::from_steps)).with_zero(), 6).unwrap(),
            [0, 1, 5]
        );
        assert_eq!(
            Lags::samples([1, 5]).resolve(6, &every_ten()),
            Lags::explicit([10, 50].map(Lag::from_steps)).resolve(6, &every_ten())
        );
    }

    #[test]
    fn refusals_name_what_was_found() {
        let message = |lags: Lags| in_samples(&lags, 10).unwrap_err().to_string();
        assert_eq!(
            message(Lags::samples([3, 3])),
            "lag 1 is 30 steps after 30 steps, expected strictly increasing lags"
        );
        assert_eq!(
            message(Lags::samples([1, 10])),
            "a lag of 100 steps, expected less than the run's 100 steps"
        );
        assert_eq!(
            message(Lags::explicit([10, 25].map(Lag::from_steps))),
            "a lag of 25 steps, expected a multiple of the 10 steps between samples"
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
            "no lag of the grid lies inside of the run's 10 samples, expected at least one"
        );
    }
}
