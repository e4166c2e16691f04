//! Where a run begins to be in equilibrium.

use std::fmt;

use thiserror::Error;

use crate::lag_sums::{LagPlan, LagPlanner, Scratch, Term};
use crate::real::{Real, short};
use crate::series::Series;
use crate::stats::{BlockSums, Outcome};

/// Most means that a run is reduced to.
const MEANS: usize = 8192;
/// Starts in each factor of ten, and over the whole run.
const PER_DECADE: f64 = 20.0;
const LINEAR: usize = 100;
/// The sum of an inefficiency ends where the correlation is negative, but not before this lag.
const LEAST_LAG: usize = 3;
/// The whole run is kept unless a later start keeps this many times as many independent samples,
/// and more by the relative error of the whole run's number.
const GAIN: f64 = 2.0;
/// A start is as good as the best one where it keeps as many independent samples, less this part of
/// their error.
const NOISE: f64 = 0.5;
/// Fewest independent samples that show where equilibrium begins.
const FEWEST: f64 = 10.0;

/// Where a run begins to be in equilibrium, and what is left of it from there on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Equilibration {
    /// Samples before the start: what [`EnergySeries::discard`](crate::EnergySeries::discard) takes.
    pub samples: usize,
    /// The same in time units.
    pub time: f64,
    /// The statistical inefficiency of what is left: how many of its samples are worth one
    /// independent sample.
    pub inefficiency: f64,
    /// Number of independent samples in what is left.
    pub independent_samples: f64,
    /// Number of independent samples in the whole run, by the same measure.
    pub of_whole: f64,
}

impl fmt::Display for Equilibration {
    /// `discard 12.5: 240 independent samples are left, of 8 in the whole run`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [left, whole] = [self.independent_samples, self.of_whole].map(|samples| short(samples, 3));
        if self.samples == 0 {
            return write!(f, "discard nothing: {left} independent samples");
        }
        let time = short(self.time, 6);
        write!(
            f,
            "discard {time}: {left} independent samples are left, of {whole} in the whole run"
        )
    }
}

/// No start leaves ten independent samples.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[error(
    "no start leaves {FEWEST} independent samples: {} at most",
    short(*.independent_samples, 3)
)]
#[non_exhaustive]
pub struct NotEquilibrated {
    /// The most independent samples that a start leaves.
    pub independent_samples: f64,
}

/// The start that keeps the most independent samples of a run, within the accuracy of their number:
/// ```text
/// largest over t0   (n - t0)/g(t0),      g = 1 + 2 sum over m >= 1 of (1 - m/N) C(m)
/// ```
/// with the statistical inefficiency g of the N = n - t0 samples from t0 on and their normalised
/// autocorrelation C, each product sum over its own number of pairs. The sum ends before the first
/// negative C beyond lag 3. What comes before equilibrium makes g large; what is discarded
/// needlessly makes n - t0 small (J. D. Chodera, J. Chem. Theory Comput. 12, 1799 (2016)).
///
/// **Noise of g.** The relative error of g is about `sqrt(2 (2M + 1)/N)` for a sum that ends at lag
/// M (N. Madras and A. D. Sokal, J. Stat. Phys. 50, 109 (1988)), which is a fifth in a run of 400
/// correlation times. The maximum over t0 picks a fluctuation, and may discard half of a run for
/// nothing. The start is therefore the earliest one that keeps as many independent samples as the
/// best, less half of this error. The whole run is kept unless the best start keeps twice as many,
/// and more by the relative error of the whole run's g. A transient that is lost in the noise of
/// the run is not found; [`drift`](super::drift()) asks the same question in another way.
///
/// **Long runs.** A run of more than 8192 samples is reduced to means of b samples, 4096 to 8192
/// of them. The inefficiency of the samples is then `b g Var(means)/Var(samples)`, so that both
/// sides are the same variance of the mean; and vibrations, whose negative correlation would end
/// the sum early, are averaged away.
///
/// **Starts.** 0, twenty in each factor of ten of means, and every hundredth of the run.
///
/// **Unresolved.** [`NotEquilibrated`] where no start leaves ten independent samples.
///
/// **Cost.** O(n), and three transforms of 16 384 numbers for each of the about 150 starts: some
/// tens of milliseconds.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Sampling, energy};
/// // A quench over the first fifth of a run.
/// let noise = |i: u32| f64::from((i * 40_503 ^ (i * 40_503 >> 7)).wrapping_mul(2_246_822_519) >> 16) / 65_536.0;
/// let energies: Vec<f64> = (0..5000).map(|i| noise(i) + 0.05 * (1000.0 - f64::from(i)).max(0.0)).collect();
/// let run = EnergySeries::new(energies, Sampling::new(10, 0.005)?, 100, EnergyKind::Total)?;
/// let found = energy::equilibration(&run).into_value().expect("a long run");
/// assert!((found.time / 50.0 - 1.0).abs() < 0.1);
/// let run = run.discard(found.samples)?;
/// assert_eq!(energy::equilibration(&run).into_value().map(|found| found.samples), Some(0));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn equilibration<T: Real>(run: &impl Series<T>) -> Outcome<Equilibration, NotEquilibrated> {
    let starts = Starts::new(run.samples()).map_or_else(Vec::new, |starts| starts.all());
    let of_whole = starts.first().map_or(0.0, |start| start.independent);
    // Of equal starts the earliest.
    let best = starts.iter().reduce(|best, next| {
        if next.independent > best.independent {
            next
        } else {
            best
        }
    });
    let Some(best) = best.filter(|best| best.independent >= FEWEST) else {
        return Outcome::Unresolved(NotEquilibrated {
            independent_samples: best.map_or(0.0, |best| best.independent),
        });
    };
    let part = (1.0 - NOISE * best.error).max(GAIN.recip());
    let is_enough = |start: &&Start| {
        let whole = start.samples == 0 && GAIN * (1.0 + start.error) * start.independent >= best.independent;
        whole || start.independent >= part * best.independent
    };
    let start = starts.iter().find(is_enough).unwrap_or(best);
    Outcome::Resolved(Equilibration {
        samples: start.samples,
        time: run.sampling().interval() * start.samples as f64,
        inefficiency: (run.len() - start.samples) as f64 / start.independent,
        independent_samples: start.independent,
        of_whole,
    })
}

/// A run from one start on.
struct Start {
    /// Samples before it.
    samples: usize,
    /// Independent samples after it.
    independent: f64,
    /// Their relative statistical error.
    error: f64,
}

/// A run, seen from different starts.
struct Starts {
    /// Samples of the run.
    samples: usize,
    /// Samples in each mean.
    width: usize,
    /// The means, as deviations from the mean of the second half of the run.
    means: Vec<f64>,
    /// Number, sum and sum of squares of the deviations of all samples from each mean on.
    rest: Vec<[f64; 3]>,
    plan: LagPlan,
}

impl Starts {
    fn new<T: Real>(samples: &[T]) -> Option<Self> {
        let width = samples.len().div_ceil(MEANS);
        let number = samples.len() / width;
        let origin = samples[samples.len() / 2].to_f64();
        let half = &samples[samples.len() / 2..];
        let centre = origin + half.iter().map(|x| x.to_f64() - origin).sum::<f64>() / half.len() as f64;
        let mut means = Vec::with_capacity(number);
        let mut rest = vec![[0.0; 3]; number];
        for place in 0..number {
            let of = &samples[place * width..(place + 1) * width];
            let deviations = of.iter().map(|x| x.to_f64() - centre);
            let sum: f64 = deviations.clone().sum();
            means.push(sum / width as f64);
            rest[place] = [width as f64, sum, deviations.map(|x| x * x).sum()];
        }
        for place in (1..number).rev() {
            let [before, after] = [rest[place - 1], rest[place]];
            rest[place - 1] = std::array::from_fn(|i| before[i] + after[i]);
        }
        let plan = LagPlanner::new().plan_every(number, 0..number).ok()?;
        Some(Self {
            samples: samples.len(),
            width,
            means,
            rest,
            plan,
        })
    }

    /// The starts in order, as places of means.
    fn places(&self) -> Vec<usize> {
        let number = self.means.len();
        let last = (number - 1) as f64;
        let decades = (0..).map(|k| 10_f64.powf(f64::from(k) / PER_DECADE).round());
        let mut places: Vec<usize> = decades
            .take_while(|&place| place < last)
            .map(|x| x as usize)
            .collect();
        places.extend((0..LINEAR).map(|k| number * k / LINEAR));
        places.sort_unstable();
        places.dedup();
        places.retain(|&place| place + LEAST_LAG < number || place == 0);
        places
    }

    /// All starts in order.
    fn all(&self) -> Vec<Start> {
        let mut scratch = Scratch::default();
        let places = self.places().into_iter();
        places.map(|place| self.start(place, &mut scratch)).collect()
    }

    fn start(&self, place: usize, scratch: &mut Scratch) -> Start {
        let number = self.means.len();
        let of_means = &self.means[place..];
        let length = of_means.len() as f64;
        let mean = of_means.iter().sum::<f64>() / length;
        // Samples at the mean add nothing to a product: the plan is the same for all starts.
        let mut padded = vec![mean; number];
        padded[place..].copy_from_slice(of_means);
        let mut sums = BlockSums::new(1, number);
        let term = Term::Product { about: mean };
        let whole = 0..number;
        self.plan
            .add(&padded, term, std::slice::from_ref(&whole), &mut sums, 0, scratch);
        let variance = sums.get(0, 0).0 / length;
        let [samples, sum, squares] = self.rest[place];
        let of_samples = squares / samples - (sum / samples).powi(2);
        let mut start = Start {
            samples: place * self.width,
            // Numbers that are all the same are one.
            independent: 1.0,
            error: 1.0,
        };
        if !(variance > 0.0 && of_samples > 0.0) {
            return start;
        }
        let (mut inefficiency, mut summed) = (1.0, 0);
        for lag in 1..of_means.len() - 1 {
            let pairs = length - lag as f64;
            let correlation = sums.get(0, lag).0 / pairs / variance;
            if correlation <= 0.0 && lag > LEAST_LAG {
                break;
            }
            inefficiency += 2.0 * correlation * pairs / length;
            summed = lag;
        }
        let of_mean = inefficiency.max(1.0) * variance * self.width as f64;
        let left = (self.samples - start.samples) as f64;
        start.independent = left / (of_mean / of_samples).max(1.0);
        start.error = (2.0 * (2 * summed + 1) as f64 / length).sqrt();
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Sampling;
    use crate::series::{EnergyKind, EnergySeries};
    use rand::{RngExt, SeedableRng};

    /// An AR(1) series of unit variance and correlation time 20 samples, with white noise of
    /// variance `white`, after a fall from `quench` that decays exponentially.
    fn series(samples: usize, seed: u64, white: f64, quench: [f64; 2]) -> EnergySeries<'static> {
        let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        let mut normal = || -> f64 { random.sample(rand_distr::StandardNormal) };
        let a = (-1.0_f64 / 20.0).exp();
        let mut x = normal();
        let energies = (0..samples).map(|i| {
            x = a * x + (1.0 - a * a).sqrt() * normal();
            x + white.sqrt() * normal() + quench[0] * (-(i as f64) / quench[1]).exp()
        });
        let sampling = Sampling::new(5, 0.1).unwrap();
        EnergySeries::new(
            energies.collect::<Vec<f64>>(),
            sampling,
            10,
            EnergyKind::PerParticle,
        )
        .unwrap()
    }

    #[test]
    fn nothing_of_a_stationary_run_is_discarded() {
        // 100 to 2000 correlation times; the longer runs are reduced to means.
        let mut discarded = 0;
        for seed in 0..40 {
            for (samples, white) in [(2000, 0.0), (6000, 1.0), (40_000, 5.0)] {
                let found = equilibration(&series(samples, seed, white, [0.0, 1.0]))
                    .into_value()
                    .unwrap();
                discarded += usize::from(found.samples > 0);
                assert!(found.independent_samples >= found.of_whole);
            }
        }
        assert!(discarded <= 3, "{discarded} of 120");
    }

    #[test]
    fn independent_samples_are_those_of_the_mean() {
        // g of an AR(1) process is (1+a)/(1-a) = 40, and of its sum with white noise 1 + 39/(1+w).
        for (samples, white, expected) in [(8000, 0.0, 40.0), (80_000, 0.0, 40.0), (80_000, 1.0, 20.5)] {
            let of = |seed| {
                equilibration(&series(samples, seed, white, [0.0, 1.0]))
                    .into_value()
                    .unwrap()
                    .inefficiency
            };
            let mean = (0..20).map(of).sum::<f64>() / 20.0;
            assert!((mean / expected - 1.0).abs() < 0.1, "{samples} {white}: {mean}");
        }
    }

    #[test]
    fn the_end_of_a_quench_is_found() {
        // From 30 standard deviations above; after 3.4 decay times one of them is left. The
        // shortest run is of 200 correlation times.
        for (samples, decay) in [(4000, 200.0), (20_000, 1000.0), (100_000, 200.0)] {
            for seed in 0..20 {
                let run = series(samples, seed, 0.5, [30.0, decay]);
                let found = equilibration(&run).into_value().unwrap();
                let decays = found.samples as f64 / decay;
                assert!((1.1..10.0).contains(&decays), "{samples}, {seed}: {found:?}");
                assert_eq!(found.time, found.samples as f64 * 0.5);
                let rest = equilibration(&run.discard(found.samples).unwrap())
                    .into_value()
                    .unwrap();
                assert_eq!(rest.samples, 0, "{samples}, {seed}");
            }
        }
    }

    #[test]
    fn a_run_that_never_comes_to_rest_has_no_start() {
        let of = |energies: Vec<f64>| {
            let sampling = Sampling::new(1, 1.0).unwrap();
            equilibration(&EnergySeries::new(energies, sampling, 1, EnergyKind::Total).unwrap())
        };
        let falling = of((0..5000).map(|i| -f64::from(i)).collect());
        assert!(
            falling.why().is_some_and(|why| why.independent_samples < FEWEST),
            "{falling:?}"
        );
        assert!(of(vec![3.0; 5000]).why().is_some());
        assert!(of(vec![1.0, 2.0]).why().is_some());
        assert!(of(vec![1.0, 2.0, 1.5]).why().is_some());
    }
}
