//! Whether enthalpy and volume of a run at constant pressure are stationary, and the run is long
//! against their correlation times.

use super::Undetermined;
use super::isobaric_columns::Columns;
use crate::energy::drift_at;
use crate::relaxation::Caution;
use crate::spectrum::choose_blocks;
use crate::stats::{Resampling, Significance};

/// A significant drift that moves the mean by more than this many standard deviations leaves no
/// result.
const DRIFT: f64 = 1.0;
/// Fewest correlation times of the slower one of enthalpy and volume in all runs.
const SHORTEST: f64 = 20.0;
/// Parts of a run between which the mean may change.
const PARTS: usize = 10;

/// Whether enthalpy or volume change within the runs, by name. What to beware of, where it is less
/// than their standard deviation.
///
/// # Errors
/// [`Undetermined::Drifts`] where it is more.
pub(super) fn at_rest(
    series: &[(&'static str, Option<Columns>)],
    resampling: Resampling,
) -> Result<Option<Caution>, Undetermined> {
    let mut most: Option<(&'static str, f64)> = None;
    for (quantity, runs) in series {
        let Some(runs) = runs else { continue };
        // Each of them is tested.
        let significance = Significance::ENSEMBLE.among(series.len());
        let stationary = drift_at(runs, resampling, significance).map(|drift| drift.is_stationary());
        if stationary != Ok(Some(false)) {
            continue;
        }
        let size = runs
            .runs()
            .iter()
            .map(|run| change(run.samples()))
            .fold(0.0, f64::max);
        if most.is_none_or(|(_, before)| size > before) {
            most = Some((quantity, size));
        }
    }
    match most {
        Some((quantity, size)) if size > DRIFT => Err(Undetermined::Drifts { quantity, size }),
        most => Ok(most.map(|(quantity, size)| Caution::Drift {
            quantity: quantity.to_owned(),
            size,
        })),
    }
}

/// How far the mean moves within a run: by the straight line over the whole of it, or between what
/// comes before and after a tenth of it, whichever is farther, over the standard deviation within
/// its halves. That of the whole run would contain the change, and so would that of a half in which
/// the run comes to rest: the smaller one counts.
fn change(samples: &[f64]) -> f64 {
    let length = samples.len();
    let Some(&origin) = samples.first() else {
        return 0.0;
    };
    let deviation = |of: &[f64]| {
        let mean = mean(of, origin);
        (of.iter().map(|x| (x - origin - mean).powi(2)).sum::<f64>() / of.len() as f64).sqrt()
    };
    let (first, second) = samples.split_at(length / 2);
    let within = deviation(first).min(deviation(second));
    let middle = 0.5 * (length as f64 - 1.0);
    let (mut product, mut norm) = (0.0, 0.0);
    for (i, x) in samples.iter().enumerate() {
        let t = i as f64 - middle;
        product += t * (x - origin);
        norm += t * t;
    }
    let line = product / norm * length as f64;
    let levels = (1..PARTS).map(|part| {
        let (before, after) = samples.split_at(length * part / PARTS);
        mean(after, origin) - mean(before, origin)
    });
    let most = levels.fold(line.abs(), |most, step| most.max(step.abs()));
    if most > 0.0 { most / within } else { 0.0 }
}

fn mean(of: &[f64], origin: f64) -> f64 {
    of.iter().map(|x| x - origin).sum::<f64>() / of.len() as f64
}

/// Whether errors from blocks may be too small, by the slower one of the series.
///
/// # Errors
/// [`Undetermined::TooShort`] below 20 correlation times in all runs, and
/// [`Undetermined::NoCorrelationTime`] where one of the series has none that can be told.
pub(super) fn long_enough(
    series: &[(&'static str, Option<Columns>)],
) -> Result<Option<Caution>, Undetermined> {
    let mut fewest: Option<(f64, Caution)> = None;
    for &(quantity, ref runs) in series {
        // Numbers beyond those of a series have no spectrum.
        let caution = match runs {
            Some(runs) => choose_blocks(runs).caution,
            None => Some(Caution::NoCorrelationTime),
        };
        match caution {
            Some(Caution::NoCorrelationTime) => return Err(Undetermined::NoCorrelationTime { quantity }),
            Some(Caution::FewBlocks { found, .. }) if found < SHORTEST => {
                return Err(Undetermined::TooShort {
                    found,
                    expected: SHORTEST,
                });
            }
            Some(Caution::FewBlocks { found, needed })
                if fewest.as_ref().is_none_or(|(least, _)| found < *least) =>
            {
                fewest = Some((found, Caution::FewBlocks { found, needed }));
            }
            _ => {}
        }
    }
    Ok(fewest.map(|(_, caution)| caution))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Sampling;
    use crate::series::{Replicas, ScalarSeries};

    #[test]
    fn a_small_drift_is_said_and_a_large_one_refused() {
        let noise = |i: u32| {
            let x = i.wrapping_mul(2_654_435_761);
            let x = (x ^ (x >> 15)).wrapping_mul(2_246_822_519);
            f64::from((x ^ (x >> 13)) >> 8) / f64::from(1 << 24)
        };
        let of = |by: f64| {
            let samples: Vec<f64> = (0..20_000)
                .map(|i| noise(i) + by * f64::from(i) / 20_000.0)
                .collect();
            let run = ScalarSeries::new(samples, Sampling::new(1, 1.0).unwrap()).unwrap();
            let series = [
                ("volume", Some(Replicas::new(vec![run]).unwrap())),
                ("enthalpy", None),
            ];
            at_rest(&series, Resampling::Blocks(10))
        };
        assert_eq!(of(0.0), Ok(None));
        let Ok(Some(Caution::Drift { quantity, size })) = of(0.1) else {
            panic!("{:?}", of(0.1));
        };
        assert_eq!(quantity, "volume");
        assert!((size / (0.1 * 12_f64.sqrt()) - 1.0).abs() < 0.2, "{size}");
        assert!(matches!(
            of(1.0),
            Err(Undetermined::Drifts {
                quantity: "volume",
                ..
            })
        ));
    }

    #[test]
    fn a_change_is_told_by_what_fluctuates_beside_it() {
        let noise = |i: u32| f64::from(i * 37 % 101) / 101.0 - 0.5;
        let deviation = 12_f64.sqrt().recip();
        let of = |by: fn(f64) -> f64| {
            let samples: Vec<f64> = (0..10_100)
                .map(|i| 7.0 + noise(i) + by(f64::from(i) / 10_100.0))
                .collect();
            change(&samples) * deviation
        };
        assert!(of(|_| 0.0) < 0.01);
        // A step by 5, at half of the run and at an eighth.
        assert!((of(|part| if part < 0.5 { 5.0 } else { 0.0 }) / 7.5 - 1.0).abs() < 0.02);
        assert!(of(|part| if part < 0.125 { 5.0 } else { 0.0 }) > 4.0);
        // A line by a tenth, which is little within a half.
        assert!((of(|part| 0.1 * part) / 0.1 - 1.0).abs() < 0.05);
        assert_eq!(change(&[3.0; 100]), 0.0);
        assert_eq!(change(&[]), 0.0);
    }
}
