//! The distribution of energy differences at a lag.

use super::EnergyError;
use super::bins::{Axis, Bins, interquartile_range};
use crate::lag::Lags;
use crate::real::Real;
use crate::sampling::Lag;
use crate::series::{Runs, Series};
use crate::stats::{BlockSums, Estimate, Partition, Resamples, Resampling};

/// phi(Delta; t): how often the energy per particle changes by Delta within a lag t, with its
/// moments.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Distribution {
    /// The lag.
    pub lag: Lag,
    /// The lag in time units.
    pub lag_time: f64,
    /// Number of pairs of samples.
    pub pairs: u64,
    /// Width of a bin in energy per particle.
    pub width: f64,
    /// Centres of the bins in energy per particle.
    pub centres: Vec<f64>,
    /// Pairs in each bin.
    pub counts: Vec<u64>,
    /// Density in each bin, per energy per particle: counts over pairs and width, so that the sum
    /// over bins times the width is 1.
    pub densities: Vec<Estimate>,
    /// Mean difference. Zero in equilibrium; a drift shows here.
    pub mean: Estimate,
    /// Variance, with divisor n: the mean-squared energy difference less the square of the mean.
    pub variance: Estimate,
    /// Skewness: zero in equilibrium, by time reversal.
    pub skewness: Estimate,
    /// Excess kurtosis: zero for a Gaussian.
    pub excess_kurtosis: Estimate,
}

impl Distribution {
    /// A distribution from sums by block: `histogram` has counts over width in each bin, `powers`
    /// the first four powers of the distance from a centre.
    pub(crate) fn from_sums(
        (lag, time_step): (Lag, f64),
        pairs: u64,
        [start, width]: [f64; 2],
        counts: Vec<u64>,
        histogram: &BlockSums,
        (centre, powers): (f64, &BlockSums),
        resamples: Resamples,
    ) -> Self {
        let moment = |f: &dyn Fn([f64; 4]) -> f64| {
            resamples.evaluate(|weights| f(std::array::from_fn(|p| powers.weighted_mean(p, weights))))
        };
        // Central moments from those about the centre.
        let second = |[m1, m2, ..]: [f64; 4]| m2 - m1 * m1;
        let third = |[m1, m2, m3, _]: [f64; 4]| m3 - 3.0 * m1 * m2 + 2.0 * m1.powi(3);
        let fourth = |[m1, m2, m3, m4]: [f64; 4]| m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1.powi(4);
        Self {
            lag,
            lag_time: lag.time(time_step),
            pairs,
            width,
            centres: (0..counts.len())
                .map(|bin| start + (bin as f64 + 0.5) * width)
                .collect(),
            densities: (0..counts.len())
                .map(|bin| resamples.evaluate(|weights| histogram.weighted_mean(bin, weights)))
                .collect(),
            counts,
            mean: moment(&|[m1, ..]| centre + m1),
            variance: moment(&second),
            skewness: moment(&|m| third(m) / second(m).powf(1.5)),
            excess_kurtosis: moment(&|m| fourth(m) / second(m).powi(2) - 3.0),
        }
    }

    /// The Gaussian density of the same mean and variance, at `difference`.
    #[must_use]
    pub fn gaussian(&self, difference: f64) -> f64 {
        let variance = self.variance.value();
        let z2 = (difference - self.mean.value()).powi(2) / variance;
        (-0.5 * z2).exp() / (std::f64::consts::TAU * variance).sqrt()
    }
}

/// The distribution of differences over a lag, over all time origins.
///
/// ```text
/// Delta_i = e_{i+m} - e_i            phi = counts / (pairs width)
/// variance = <Delta²> - <Delta>² = MSED - <Delta>²
/// skewness = <(Delta - <Delta>)³> / variance^(3/2)      excess kurtosis = <(Delta - <Delta>)⁴> / variance² - 3
/// ```
///
/// for m samples in the lag: Fig. 1 of Zhang, Sun, Gong, Chin. Phys. Lett. 42, 056301 (2025). Per
/// particle; a pair belongs to the block of its first sample. Replicas that are not longer than the
/// lag contribute nothing.
///
/// # Cost
/// Three passes over the pairs, and a copy of the differences for the quartiles.
///
/// # Errors
/// [`LagError::TooLong`](crate::lag::LagError::TooLong) for a lag that no run is longer than,
/// [`EnergyError`] for bins that cannot be made or differences without spread (lag 0),
/// [`ResamplingError`](crate::stats::ResamplingError) for an impossible division.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Lag, Resampling, Sampling, energy::{self, Bins}};
/// let energies: Vec<f64> = (0..5000).map(|i: u64| (i * i % 101) as f64).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 0.5)?, 50, EnergyKind::Total)?;
/// let phi = energy::distribution(&run, Lag::from_steps(7), Bins::FreedmanDiaconis, Resampling::default())?;
/// assert_eq!((phi.lag_time, phi.pairs), (3.5, 4993));
/// let norm: f64 = phi.densities.iter().map(|d| d.value() * phi.width).sum();
/// assert!((norm - 1.0).abs() < 1e-12);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn distribution<T: Real>(
    runs: &impl Runs<T>,
    lag: Lag,
    bins: Bins,
    resampling: Resampling,
) -> Result<Distribution, EnergyError> {
    let run = runs.run();
    let runs = runs.runs();
    let lengths: Vec<usize> = runs.iter().map(Series::len).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let sampling = runs[0].sampling();
    let shift = Lags::explicit([lag]).in_samples(longest, &sampling)?[0] as usize;
    let partition = Partition::new(&lengths, resampling)?;
    let scale = runs[0].result_factor();
    let differences: Vec<Vec<f64>> = partition
        .iter()
        .map(|(run, range)| {
            let x = runs[run].samples();
            let end = range.end.min(x.len().saturating_sub(shift));
            (range.start..end.max(range.start))
                .map(|i| (x[i + shift].to_f64() - x[i].to_f64()) * scale)
                .collect()
        })
        .collect();
    let all = || differences.iter().flatten().copied();
    let pairs = differences.iter().map(Vec::len).sum::<usize>();
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), d| {
        (low.min(d), high.max(d))
    });
    if low == high {
        return Err(EnergyError::NoSpread {
            lag,
            pairs,
            value: low,
        });
    }

    let centre = all().sum::<f64>() / pairs as f64;
    let mut powers = BlockSums::new(differences.len(), 4);
    for (block, of_block) in differences.iter().enumerate() {
        let mut sums = [0.0; 4];
        for d in of_block.iter().map(|d| d - centre) {
            for (sum, term) in sums.iter_mut().zip([d, d * d, d * d * d, d * d * d * d]) {
                *sum += term;
            }
        }
        for (point, sum) in sums.into_iter().enumerate() {
            powers.add(block, point, sum, of_block.len() as f64);
        }
    }
    let resamples = partition.resamples(run);
    let axis = Axis::new(
        bins,
        [low, high],
        pairs,
        || interquartile_range(all().collect()),
        || powers.mean(1) - powers.mean(0).powi(2),
    )?;
    let mut histogram = BlockSums::new(differences.len(), axis.bins);
    let mut counts = vec![0_u64; axis.bins];
    for (block, of_block) in differences.iter().enumerate() {
        let mut of_bins = vec![0_u64; axis.bins];
        for &d in of_block {
            of_bins[axis.bin(d)] += 1;
        }
        for (bin, count) in of_bins.into_iter().enumerate() {
            counts[bin] += count;
            histogram.add(block, bin, count as f64 / axis.width, of_block.len() as f64);
        }
    }
    Ok(Distribution::from_sums(
        (lag, sampling.time_step()),
        pairs as u64,
        [axis.start, axis.width],
        counts,
        &histogram,
        (centre, &powers),
        resamples,
    ))
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
            Sampling::new(1, 1.0).unwrap(),
            10,
            EnergyKind::PerParticle,
        )
        .unwrap()
    }

    fn noise(n: usize, seed: u64) -> Vec<f64> {
        let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        (0..n)
            .map(|_| random.sample::<f64, _>(rand_distr::StandardNormal))
            .collect()
    }

    #[test]
    fn variance_is_msed_less_the_square_of_the_mean() {
        let x: Vec<f64> = noise(3001, 1)
            .iter()
            .enumerate()
            .map(|(i, x)| x - 7e3 + 0.01 * i as f64)
            .collect();
        for lag in [1, 10, 500] {
            let phi = distribution(
                &run(x.clone()),
                Lag::from_steps(lag as u64),
                Bins::Count(50),
                Resampling::default(),
            )
            .unwrap();
            let d: Vec<f64> = (0..x.len() - lag).map(|i| x[i + lag] - x[i]).collect();
            let n = d.len() as f64;
            let (msed, mean) = (
                d.iter().map(|d| d * d).sum::<f64>() / n,
                d.iter().sum::<f64>() / n,
            );
            assert!((phi.mean.value() / mean - 1.0).abs() < 1e-10);
            assert!((phi.variance.value() / (msed - mean * mean) - 1.0).abs() < 1e-10);
            // A drift shows in the mean.
            assert!(phi.mean.value() > 5.0 * phi.mean.standard_error().unwrap() || lag == 1);
        }
    }

    #[test]
    fn every_choice_of_bins_is_normalised_and_counts_all_pairs() {
        let both = Replicas::new(vec![run(noise(2000, 2)), run(noise(501, 3))]).unwrap();
        for bins in [
            Bins::FreedmanDiaconis,
            Bins::Count(1),
            Bins::Count(37),
            Bins::Width(0.3),
        ] {
            let phi = distribution(&both, Lag::from_steps(500), bins, Resampling::Blocks(5)).unwrap();
            assert_eq!(phi.pairs, 1501);
            assert_eq!(phi.counts.iter().sum::<u64>(), 1501);
            let norm: f64 = phi.densities.iter().map(|d| d.value() * phi.width).sum();
            assert!((norm - 1.0).abs() < 1e-12, "{bins:?}");
            // Blocks without an origin leave every resample normalised too.
            let norm: f64 = phi.densities.iter().map(|d| d.replicates()[4] * phi.width).sum();
            assert!((norm - 1.0).abs() < 1e-12, "{bins:?}");
        }
        let phi = distribution(&both, Lag::from_steps(1), Bins::Width(0.25), Resampling::None).unwrap();
        assert!(phi.centres.iter().any(|c| c.abs() < 1e-12));
    }

    #[test]
    fn white_noise_is_gaussian_and_a_jump_process_is_not() {
        let phi = distribution(
            &run(noise(200_000, 4)),
            Lag::from_steps(3),
            Bins::FreedmanDiaconis,
            Resampling::default(),
        )
        .unwrap();
        let within = |x: &Estimate, expected: f64| {
            let z = (x.value() - expected) / x.standard_error().unwrap();
            assert!(z.abs() < 4.0, "{x} against {expected}");
        };
        within(&phi.mean, 0.0);
        within(&phi.variance, 2.0);
        within(&phi.skewness, 0.0);
        within(&phi.excess_kurtosis, 0.0);
        for (centre, density) in phi.centres.iter().zip(&phi.densities) {
            assert!((density.value() - phi.gaussian(*centre)).abs() < 0.02);
        }
        // Two states: differences -1, 0, 1 with weights p(1-p), ..., whose moments are known.
        let jumps: Vec<f64> = noise(200_000, 5)
            .iter()
            .map(|x| if *x > 1.0 { 1.0 } else { 0.0 })
            .collect();
        let p = 0.158_655_253_931_457;
        let variance = 2.0 * p * (1.0 - p);
        let phi = distribution(
            &run(jumps),
            Lag::from_steps(1),
            Bins::FreedmanDiaconis,
            Resampling::default(),
        )
        .unwrap();
        within(&phi.variance, variance);
        within(&phi.excess_kurtosis, 1.0 / variance - 3.0);
    }

    #[test]
    fn what_cannot_be_binned_is_refused() {
        let message = |samples: Vec<f64>, lag, bins| {
            distribution(&run(samples), Lag::from_steps(lag), bins, Resampling::None)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(vec![1.0, 2.0, 4.0], 0, Bins::FreedmanDiaconis),
            "all 3 differences at a lag of 0 steps are 0, expected a spread"
        );
        assert_eq!(
            message(vec![1.0, 2.0], 2, Bins::FreedmanDiaconis),
            "a lag of 2 steps, expected less than the run's 2 steps"
        );
        assert_eq!(
            message(vec![1.0, 2.0, 4.0], 1, Bins::Width(-1.0)),
            "bin width -1, expected a positive finite number"
        );
        assert_eq!(
            message(vec![1.0, 2.0, 4.0], 1, Bins::Count(0)),
            "0 bins, expected 1 to 1048576"
        );
        assert_eq!(
            message(vec![1.0, 2.0, 4.0], 1, Bins::Width(1e-9)),
            "1000000001 bins, expected 1 to 1048576"
        );
    }
}
