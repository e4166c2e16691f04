//! The time in which a thermostat exchanges energy with a run.

use thiserror::Error;

use super::energy_columns::EnergyColumns;
use crate::curve::Curve;
use crate::lag::Lags;
use crate::real::short;
use crate::sampling::Sampling;
use crate::stats::{BlockSums, Estimate, Outcome};

/// Lags per factor of ten.
const LAGS_PER_DECADE: u32 = 20;
/// The integral ends after this many times its value.
const WINDOW: f64 = 5.0;

/// Why a thermostat's time is not known.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NoThermostatTime {
    /// The total energy is constant: there is no thermostat.
    #[error("the total energy is constant: there is no thermostat")]
    ConstantEnergy,
    /// The temperature is constant: the thermostat acts within a sampling interval.
    #[error("the temperature is constant: the thermostat acts within a sampling interval")]
    ConstantTemperature,
    /// Too few digits were printed.
    #[error("too few digits are printed to tell the time of a thermostat")]
    Rounding,
    /// The exchange of heat has not ended at the longest lag, a tenth of the shortest run.
    #[error(
        "the exchange of heat with the thermostat is not over after {}: its time is above {}",
        short(*.longest, 4), short(*.lower_bound, 4)
    )]
    Longer {
        /// The least value of the time, in time units.
        lower_bound: f64,
        /// The longest lag, in time units.
        longest: f64,
    },
}

impl NoThermostatTime {
    /// The same with times in another unit.
    pub(super) fn scaled(&self, factor: f64) -> Self {
        match *self {
            Self::Longer { lower_bound, longest } => Self::Longer {
                lower_bound: lower_bound * factor,
                longest: longest * factor,
            },
            ref other => other.clone(),
        }
    }
}

/// The correlation of the total energy e_tot and the kinetic energy k of one run,
/// ```text
/// A(t)² = [<k(0) e_tot(t)>² + <e_tot(0) k(t)>²] / 2
/// ```
/// at logarithmic lags from 0 to a tenth of the shortest run.
///
/// A fluctuation of the kinetic energy goes into the potential energy and back, which leaves e_tot
/// as it is. Only the thermostat takes it out of the run. A(t) is therefore how much of it is still
/// there, whatever the liquid does with it meanwhile. The liquid's slow relaxation enters in
/// proportion to the temperature's share in it, which a fast thermostat makes small; in the
/// correlation of e_tot with itself it would stay. In the canonical ensemble both terms are equal.
/// A thermostat that is a deterministic function of the temperature, such as Berendsen's, gives
/// them opposite signs.
fn exchange(columns: &EnergyColumns, sampling: Sampling) -> Option<Curve> {
    let partition = &columns.partition;
    let shortest = columns.runs.iter().map(|run| run.kinetic.len()).min()?;
    let lags = Lags::logarithmic(LAGS_PER_DECADE)
        .up_to_fraction(0.1)
        .with_zero()
        .in_samples(shortest, &sampling)
        .ok()?;
    let mut sums = [(); 2].map(|()| BlockSums::new(partition.len(), lags.len()));
    let totals: Vec<Vec<f64>> = columns
        .runs
        .iter()
        .map(|run| {
            run.potential
                .iter()
                .zip(&run.kinetic)
                .map(|(p, k)| p + k)
                .collect()
        })
        .collect();
    for (block, (run, range)) in partition.iter().enumerate() {
        let (total, kinetic) = (&totals[run], &columns.runs[run].kinetic);
        for (place, &lag) in lags.iter().enumerate() {
            let lag = lag as usize;
            let first = range.start..range.end.min(total.len() - lag).max(range.start);
            let second = first.start + lag..first.end + lag;
            let pairs = first.len() as f64;
            let product = |x: &[f64], y: &[f64]| -> f64 {
                x[first.clone()]
                    .iter()
                    .zip(&y[second.clone()])
                    .map(|(x, y)| x * y)
                    .sum()
            };
            sums[0].add(block, place, product(kinetic, total), pairs);
            sums[1].add(block, place, product(total, kinetic), pairs);
        }
    }
    let [after, before] = &sums;
    Some(Curve::from_sums(
        lags.iter().map(|&lag| sampling.lag(lag)).collect(),
        sampling.time_step(),
        [after, before],
        columns.resamples,
        sampling.lag(partition.shortest() as u64),
        |[after, before]| (after * after + before * before) / 2.0,
    ))
}

/// The time of a thermostat, `2 int A(t)² dt / max A²`, which is the time constant of an
/// exponential A(t), and half of that of the envelope of a damped oscillation. The integral ends at
/// the first lag of five times its value.
pub(super) fn thermostat_time(
    columns: &EnergyColumns,
    sampling: Sampling,
) -> Outcome<Estimate, NoThermostatTime> {
    let Some(curve) = exchange(columns, sampling) else {
        return Outcome::Unresolved(NoThermostatTime::Longer {
            lower_bound: 0.0,
            longest: 0.0,
        });
    };
    let times: Vec<f64> = curve.lag_times().collect();
    let integrals = integrals(&times, curve.values());
    let closes = |k: &usize| times[*k] >= WINDOW * integrals[*k];
    let longest = times[times.len() - 1];
    match (1..times.len()).find(closes) {
        Some(end) => {
            let time = |values: &[f64]| self::integrals(&times, values)[end];
            Outcome::Resolved(curve.evaluate_at(0..=end, time))
        }
        None => Outcome::Unresolved(NoThermostatTime::Longer {
            lower_bound: integrals.last().copied().filter(|x| x.is_finite()).unwrap_or(0.0),
            longest,
        }),
    }
}

/// Twice the integral up to each lag, by trapezoids, over the largest value.
fn integrals(times: &[f64], values: &[f64]) -> Vec<f64> {
    let largest = values.iter().copied().fold(0.0, f64::max);
    let mut sum = 0.0;
    let mut integrals = vec![0.0];
    for (t, x) in times.windows(2).zip(values.windows(2)) {
        sum += (t[1] - t[0]) * (x[0] + x[1]) / largest;
        integrals.push(sum);
    }
    integrals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponential_has_its_time_constant_and_a_damped_oscillation_half_of_it() {
        let times: Vec<f64> = (0..2000).map(|i| 0.01 * f64::from(i)).collect();
        let end = |f: &dyn Fn(f64) -> f64| {
            let squares: Vec<f64> = times.iter().map(|&t| f(t).powi(2)).collect();
            integrals(&times, &squares)[1999]
        };
        assert!((end(&|t| 3.0 * (-t / 2.0).exp()) - 2.0).abs() < 1e-3);
        assert!((end(&|t| (-t / 2.0).exp() * (20.0 * t).cos()) - 1.0).abs() < 1e-2);
    }
}
