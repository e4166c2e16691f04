//! Whether a series drifts.

use std::fmt;

use super::moments::{overall_mean, sum_of};
use super::parts::Parts;
use crate::real::{Real, short};
use crate::series::{Runs, Series};
use crate::stats::{BlockSums, Deviation, Estimate, Partition, Resampling, ResamplingError, Significance};

/// The trend of the energy per particle over a run.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Drift {
    /// Least-squares slope of the energy per particle and time unit; replicas share it, each with
    /// its own intercept.
    pub slope: Estimate,
    /// Mean energies per particle of the first and of the second half of each run.
    pub halves: [Estimate; 2],
    duration: f64,
    standard_deviation: f64,
    deviations: Option<[Deviation; 2]>,
}

impl Drift {
    /// Second half minus first half.
    #[must_use]
    pub fn difference(&self) -> Estimate {
        &self.halves[1] - &self.halves[0]
    }

    /// The drift over the (longest) run in units of the energy's standard deviation: how much it
    /// matters, where [`is_stationary`](Self::is_stationary) says how sure it is.
    #[must_use]
    pub fn over_run(&self) -> Estimate {
        let factor = self.duration / self.standard_deviation;
        self.slope.map(|slope| slope * factor)
    }

    /// How far the slope is from zero, and the most significant of the differences between the
    /// means after and before a boundary of two blocks, both in standard errors; `None` without
    /// error bars.
    ///
    /// They come from the means of the blocks, or of ten parts and more of a run where it has
    /// fewer, and from the scatter of these means about the straight line or about the two levels.
    /// The errors of [`slope`](Self::slope) and [`halves`](Self::halves) do not serve here: where a
    /// quench is joined to a run, they contain the quench. The two deviations share the one false
    /// alarm in a hundred of [`Significance::STATIONARY`], and the boundaries share that of the
    /// second, by Student's t.
    #[must_use]
    pub fn deviations(&self) -> Option<[Deviation; 2]> {
        self.deviations
    }

    /// Whether the series has neither a slope nor two levels that can be told from chance. Else the
    /// run ages, its integrator heats it, or it begins with its equilibration
    /// ([`equilibration`](super::equilibration())). `None` without error bars.
    ///
    /// One stationary run in a hundred is called drifting, where a block holds ten correlation
    /// times or more; three in a hundred where it holds two.
    #[must_use]
    pub fn is_stationary(&self) -> Option<bool> {
        let deviations = self.deviations()?;
        Some(!deviations.iter().any(Deviation::is_significant))
    }
}

impl fmt::Display for Drift {
    /// A sentence: `the series drifts, by -1.3 standard deviations over the run: 8.4 standard
    /// errors`, or that it has two levels, or that it is stationary. The errors are those of
    /// [`deviations`](Self::deviations), which decide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some([slope, levels]) = self.deviations else {
            return f.write_str("the run has too few blocks to tell whether the series drifts");
        };
        if slope.is_significant() {
            let over_run = short(self.over_run().value(), 2);
            let z = short(slope.z.abs(), 2);
            write!(
                f,
                "the series drifts, by {over_run} standard deviations over the run: {z} standard errors"
            )
        } else if levels.is_significant() {
            let z = short(levels.z.abs(), 2);
            write!(
                f,
                "the series has two levels: its means before and after some time are {z} standard errors apart"
            )
        } else {
            f.write_str("the series is stationary")
        }
    }
}

/// Slope of the energy over time, the means of the two halves, and whether the runs are stationary.
///
/// Errors are of the delete-one jackknife over the blocks: they hold for correlated samples as long
/// as a block is long against the correlation time. Energy per particle (and time unit).
///
/// # Errors
/// [`ResamplingError`] where the runs cannot be divided as asked.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Resampling, Sampling, energy};
/// let energies: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.1 + f64::from(i * 7919 % 13)).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 0.5)?, 100, EnergyKind::Total)?;
/// let drift = energy::drift(&run, Resampling::default())?;
/// assert!((drift.slope.value() - 0.002).abs() < 1e-5);
/// assert_eq!(drift.is_stationary(), Some(false));
/// assert!(drift.to_string().starts_with("the series drifts, by "));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn drift<T: Real>(runs: &impl Runs<T>, resampling: Resampling) -> Result<Drift, ResamplingError> {
    drift_at(runs, resampling, Significance::STATIONARY)
}

/// The same with a verdict at another level, which its two deviations share.
pub(crate) fn drift_at<T: Real>(
    runs: &impl Runs<T>,
    resampling: Resampling,
    significance: Significance,
) -> Result<Drift, ResamplingError> {
    let run = runs.run();
    let runs = runs.runs();
    let lengths: Vec<usize> = runs.iter().map(Series::len).collect();
    let partition = Partition::new(&lengths, resampling)?;
    let columns: Vec<&[T]> = runs.iter().map(Series::samples).collect();
    let centre = overall_mean(&columns);
    let scale = runs[0].result_factor();
    let interval = runs[0].sampling().interval();

    // Points: t, t^2, x, t x of the block's run, times about the middle of the run; then x of the
    // first and second half.
    let mut sums = BlockSums::new(partition.len(), 6);
    let mut of_run = Vec::with_capacity(partition.len());
    for (block, (run, range)) in partition.iter().enumerate() {
        of_run.push(run);
        let middle = (lengths[run] as f64 - 1.0) / 2.0;
        let mut of_block = [0.0; 6];
        let mut in_first = 0_usize;
        for index in range.clone() {
            let t = index as f64 - middle;
            let x = (columns[run][index].to_f64() - centre) * scale;
            let first = index < lengths[run] / 2;
            in_first += usize::from(first);
            let terms = [
                t,
                t * t,
                x,
                t * x,
                if first { x } else { 0.0 },
                if first { 0.0 } else { x },
            ];
            for (sum, term) in of_block.iter_mut().zip(terms) {
                *sum += term;
            }
        }
        let count = range.len() as f64;
        let first = in_first as f64;
        let weights = [count, count, count, count, first, count - first];
        for (point, (sum, weight)) in of_block.into_iter().zip(weights).enumerate() {
            sums.add(block, point, sum, weight);
        }
    }

    let slope = |weights: &[f64]| {
        let (mut covariance, mut variance) = (0.0, 0.0);
        for run in 0..runs.len() {
            let mut total = [0.0; 4];
            let mut count = 0.0;
            for block in (0..of_run.len()).filter(|&b| of_run[b] == run) {
                count += weights[block] * sums.get(block, 0).1;
                for (point, sum) in total.iter_mut().enumerate() {
                    *sum += weights[block] * sums.get(block, point).0;
                }
            }
            if count > 0.0 {
                let [t, tt, x, tx] = total;
                covariance += tx - t * x / count;
                variance += tt - t * t / count;
            }
        }
        covariance / variance / interval
    };
    let resamples = partition.resamples(run);
    let half = |point| resamples.evaluate(|weights| centre * scale + sums.weighted_mean(point, weights));
    let samples: usize = lengths.iter().sum();
    let squares: f64 = columns
        .iter()
        .map(|column| sum_of(column, |x| ((x - centre) * scale).powi(2)))
        .sum();
    Ok(Drift {
        slope: resamples.evaluate(slope),
        halves: [half(4), half(5)],
        duration: runs.iter().map(Series::duration).fold(0.0, f64::max),
        standard_deviation: (squares / samples as f64).sqrt(),
        deviations: deviations(&columns, resampling, significance),
    })
}

fn deviations<T: Real>(
    columns: &[&[T]],
    resampling: Resampling,
    significance: Significance,
) -> Option<[Deviation; 2]> {
    let parts = Parts::new(columns, resampling)?;
    let each = significance.among(2);
    Some([parts.slope(each)?, parts.division(each)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Sampling;
    use crate::series::{EnergyKind, EnergySeries, Replicas};
    use rand::{RngExt, SeedableRng};

    fn run(samples: Vec<f64>) -> EnergySeries<'static> {
        EnergySeries::new(
            samples,
            Sampling::new(5, 0.01).unwrap(),
            10,
            EnergyKind::PerParticle,
        )
        .unwrap()
    }

    /// An AR(1) series of unit variance and correlation time 20 samples, with a slope per sample.
    fn correlated(n: usize, seed: u64, slope: f64) -> Vec<f64> {
        let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        let a = (-1.0_f64 / 20.0).exp();
        let mut x: f64 = random.sample(rand_distr::StandardNormal);
        (0..n)
            .map(|i| {
                x = a * x + (1.0 - a * a).sqrt() * random.sample::<f64, _>(rand_distr::StandardNormal);
                x + slope * i as f64
            })
            .collect()
    }

    #[test]
    fn a_straight_line_has_its_slope_and_no_error() {
        let line = |intercept: f64| run((0..400).map(|i| intercept + 0.25 * f64::from(i)).collect());
        let alone = drift(&line(-7e3), Resampling::Blocks(8)).unwrap();
        assert!((alone.slope.value() - 5.0).abs() < 1e-12);
        assert!(alone.slope.standard_error().unwrap() < 1e-10);
        assert!((alone.difference().value() - 50.0).abs() < 1e-9);
        assert!((alone.over_run().value() - 12_f64.sqrt()).abs() < 1e-4);
        // Replicas of another energy share the slope.
        let both = Replicas::new(vec![line(0.0), line(1e4)]).unwrap();
        for resampling in [Resampling::Blocks(4), Resampling::Replicas] {
            let drift = drift(&both, resampling).unwrap();
            assert!((drift.slope.value() - 5.0).abs() < 1e-10);
            assert!((drift.difference().value() - 50.0).abs() < 1e-9);
        }
    }

    #[test]
    fn verdict_is_right_as_often_as_it_says() {
        let n = 20_000;
        let mut alarms = 0;
        let mut found = 0;
        let mut inside = 0;
        let seeds = 200;
        for seed in 0..seeds {
            let still = drift(&run(correlated(n, seed, 0.0)), Resampling::default()).unwrap();
            alarms += usize::from(still.is_stationary() == Some(false));
            let [low, high] = still.slope.interval(0.6827).unwrap();
            inside += usize::from(low < 0.0 && 0.0 < high);
            // The slope's standard error is sqrt(12 * 40 / n^3), 40 samples being twice the
            // correlation time: 6.5 of them.
            let moving = drift(&run(correlated(n, seed, 1.0 / n as f64)), Resampling::default()).unwrap();
            found += usize::from(moving.is_stationary() == Some(false));
        }
        // One in a hundred is expected.
        assert!(alarms <= 8, "{alarms} false alarms in {seeds}");
        assert!(found >= 195, "{found} drifts found in {seeds}");
        assert!(
            (116..=176).contains(&inside),
            "{inside} of {seeds} intervals hold the truth"
        );
    }

    #[test]
    fn what_comes_before_a_production_run_is_found() {
        // From far above, as a fall that is straight over the first half, exponential in a
        // twentieth, or a step after a seventh, each by eight standard deviations of the energy.
        let n = 20_000;
        let falls: [fn(f64) -> f64; 3] = [
            |part| (1.0 - 2.0 * part).max(0.0),
            |part| (-20.0 * part).exp(),
            |part| f64::from(u8::from(part < 1.0 / 7.0)),
        ];
        for fall in falls {
            for seed in 0..50 {
                let mut samples = correlated(n, seed, 0.0);
                for (i, x) in samples.iter_mut().enumerate() {
                    *x += 8.0 * fall(i as f64 / n as f64);
                }
                for resampling in [Resampling::Blocks(10), Resampling::Blocks(5)] {
                    let drift = drift(&run(samples.clone()), resampling).unwrap();
                    assert_eq!(drift.is_stationary(), Some(false), "{:?}", drift.deviations());
                }
            }
        }
    }

    #[test]
    fn without_blocks_there_is_no_verdict() {
        let drift = drift(&run(correlated(100, 1, 0.0)), Resampling::None).unwrap();
        assert_eq!(drift.is_stationary(), None);
    }
}
