//! The integrated correlation time of the energy.

use std::fmt;

use super::EnergyError;
use super::correlations::autocorrelation;
use crate::lag::Lags;
use crate::real::{Real, short};
use crate::series::{Runs, Series};
use crate::stats::{Estimate, Outcome, Resampling, Significance};

/// How many correlation times Sokal's window reaches over.
const WINDOW: f64 = 5.0;
/// How many windows are looked at for what the first one missed.
const TAIL: u64 = 4;
/// A tail counts where it adds more than this part to the time, and is not zero by its errors.
const MISSED: f64 = 0.05;

/// An integrated correlation time of the energy.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct IntegratedTime {
    /// The integrated time, in time units.
    pub time: Estimate,
    /// Where the sum was cut, in time units: about five times as long.
    pub window: f64,
    /// The length of all runs over twice the time: how many independent samples they are worth.
    pub independent_samples: f64,
}

impl fmt::Display for IntegratedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.time.fmt(f)
    }
}

/// The correlation has not decayed within half of the shortest run, or goes on beyond the window
/// that closed: there is a second, slower part.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct StillCorrelated {
    /// The sum so far, in time units: the integrated time is probably longer.
    pub lower_bound: f64,
    /// Where the sum ended, in time units.
    pub longest: f64,
}

impl fmt::Display for StillCorrelated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [lower_bound, longest] = [self.lower_bound, self.longest].map(|time| short(time, 6));
        write!(
            f,
            "the series is still correlated after {longest}: its integrated time is above {lower_bound}"
        )
    }
}

/// The integrated correlation time of the energy,
/// ```text
/// tau = interval (1/2 + sum over 1 <= m <= M of C(m)/C(0)),      M = the smallest with M interval >= 5 tau(M)
/// ```
/// the time constant of an exponential much longer than the sampling interval. The sum is cut by
/// Sokal's self-consistent window: past a few correlation times there is only noise, whose sum
/// grows without bound. It leaves out 0.7 % of an exponential, and since the mean is that of the
/// run, a part of about 2 M/n more. Resamples are summed up to the same M.
///
/// A fast and a slow part make the window close inside of the fast one. So the sum is carried on to
/// four windows: where that adds a twentieth or more, by more than three standard errors, the time
/// is not resolved, and what is known is a lower bound. For the energies of a glass former fit the
/// slow part instead: [`spectrum::Whittle`](crate::spectrum::Whittle), or
/// [`Blocking`](crate::stats::Blocking) for the error of a mean.
///
/// **Units.** Time units. **Cost.** The correlation at all lags up to some window, which doubles
/// until it is long enough.
///
/// # Errors
/// [`EnergyError::Resampling`] as for [`msed`](super::msed()).
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Resampling, Sampling, energy};
/// // Blocks of ten equal samples: C falls linearly over ten lags,
/// // tau = 1/2 + (9 + 8 + ... + 1)/10 = 5 samples.
/// let scrambled = |i: u32| (i * 40_503 ^ (i * 40_503 >> 7)).wrapping_mul(2_246_822_519) >> 16;
/// let steps: Vec<f64> = (0..50_000).map(|i| f64::from(scrambled(i / 10))).collect();
/// let series = EnergySeries::new(steps, Sampling::new(2, 0.25)?, 1, EnergyKind::Total)?;
/// let found = energy::integrated_time(&series, Resampling::Blocks(10))?;
/// let time = &found.value().expect("a short correlation in a long run").time;
/// assert!((time.value() - 5.0 * 0.5).abs() < 3.0 * time.standard_error().unwrap() + 0.1);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn integrated_time<T: Real>(
    runs: &impl Runs<T>,
    resampling: Resampling,
) -> Result<Outcome<IntegratedTime, StillCorrelated>, EnergyError> {
    let lengths = || runs.runs().iter().map(Series::len);
    let interval = runs.runs()[0].sampling().interval();
    let longest = (lengths().min().unwrap_or(0) / 2).max(1) as u64;
    let up_to = |samples: u64| Lags::linear(1).up_to_samples(samples).with_zero();
    let mut limit = 256;
    loop {
        limit = longest.min(limit * 4);
        // Whether the window closes is asked of the whole; resamples come after.
        let alone = autocorrelation(runs, &up_to(limit), Resampling::None)?;
        let values = alone.normalised.values();
        if let Some(end) = window(values) {
            let correlation = autocorrelation(runs, &up_to((TAIL * end as u64).min(longest)), resampling)?;
            let curve = correlation.normalised;
            let time = curve.evaluate(|c| interval * (0.5 + c[1..=end].iter().sum::<f64>()));
            let tail = curve.evaluate(|c| interval * c[end + 1..].iter().sum::<f64>());
            let total = lengths().sum::<usize>() as f64 * interval;
            // Without resamples, of white noise that is correlated as long as the window says.
            let lags = (curve.len() - end - 1) as f64;
            let alone = 2.0 * time.value() * (lags * interval / total).sqrt();
            let freedom = tail.degrees_of_freedom().unwrap_or(f64::INFINITY);
            let error = tail.standard_error().unwrap_or(alone) * Significance::TAIL.threshold(Some(freedom));
            if time.value() <= 0.0 || tail.value() > error.max(MISSED * time.value()) {
                return Ok(Outcome::Unresolved(StillCorrelated {
                    lower_bound: (time.value() + tail.value()).max(0.0),
                    longest: curve.lag_time(curve.len() - 1),
                }));
            }
            return Ok(Outcome::Resolved(IntegratedTime {
                window: curve.lag_time(end),
                independent_samples: total / (2.0 * time.value()),
                time,
            }));
        }
        if limit == longest {
            let sum: f64 = values[1..].iter().sum();
            return Ok(Outcome::Unresolved(StillCorrelated {
                // Energies that are all the same have no correlation to sum.
                lower_bound: if sum.is_finite() {
                    interval * (0.5 + sum)
                } else {
                    0.0
                },
                longest: interval * longest as f64,
            }));
        }
    }
}

/// Sokal's self-consistent window of a normalised autocorrelation at consecutive lags 0, 1, 2, ...:
/// the smallest M of at least `WINDOW (1/2 + sum over 1 <= m <= M of normalised[m])`; none where
/// the lags end before.
///
/// A. Sokal, in *Functional Integration*, NATO ASI 361, 131 (1997), section 3.
fn window(normalised: &[f64]) -> Option<usize> {
    let mut time = 0.5;
    for (window, correlation) in normalised.iter().enumerate().skip(1) {
        time += correlation;
        if window as f64 >= WINDOW * time {
            return Some(window);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_of_an_exponential_is_five_times_as_long() {
        let exponential: Vec<f64> = (0..1000).map(|m| (-f64::from(m) / 20.0).exp()).collect();
        assert_eq!(window(&exponential), Some(100));
        let time = 0.5 + exponential[1..=100].iter().sum::<f64>();
        assert!((time - 20.0).abs() < 0.01 * 20.0);
        assert_eq!(window(&exponential[..50]), None);
    }
}
