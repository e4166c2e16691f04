//! The autocorrelation of the energy.

use std::ops::Range;

use super::EnergyError;
use super::plan::Layout;
use crate::curve::Curve;
use crate::lag::Lags;
use crate::lag_sums::{CorrelationTime, Scratch, Stretch, mean};
use crate::real::Real;
use crate::series::{EnergySeries, Runs};
use crate::stats::{BlockSums, Estimate, Resampling};

/// An autocorrelation, raw and normalised.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Autocorrelation {
    raw: Curve,
    normalised: Curve,
    methods: Vec<Vec<Stretch>>,
}

impl Autocorrelation {
    /// The autocovariance, in energy² per particle²; its value at lag 0 is the variance.
    #[must_use]
    pub fn raw(&self) -> &Curve {
        &self.raw
    }

    /// The autocovariance over the variance: 1 at lag 0. NaN where all energies are the same.
    #[must_use]
    pub fn normalised(&self) -> &Curve {
        &self.normalised
    }

    /// Which lags of a run were summed in which way; places count the curves' lags.
    ///
    /// # Panics
    /// If there is no such run.
    #[must_use]
    pub fn methods(&self, run: usize) -> &[Stretch] {
        &self.methods[run]
    }
}

/// The autocorrelation of the energy of one run, or of several as one:
/// ```text
/// C(m) = 1/(n - m) sum over i < n - m of (e[i] - <e>) (e[i+m] - <e>),      e = E/N
/// ```
///
/// **Units, normalisation.** Energy² per particle², divided by the number of pairs, not by n; [`normalised`](Autocorrelation::normalised)
/// is C(m)/C(0). `<e>` is the mean of the run, each replica's own, and of each resample's own blocks: all values are then low by about
/// 2 (tau/run) times the variance. The mean-squared difference ([`msed`](super::msed())) has no such bias.
///
/// **Runs, errors, cost** as there.
///
/// # Errors
/// As [`msed`](super::msed()).
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Lags, Resampling, Sampling, energy};
/// let cosine: Vec<f64> = (0..2000).map(|i| (f64::from(i) * std::f64::consts::TAU / 40.0).cos()).collect();
/// let series = EnergySeries::new(cosine, Sampling::new(1, 0.5)?, 1, EnergyKind::Total)?;
/// let correlation = energy::autocorrelation(&series, &Lags::samples([0, 20, 40]), Resampling::Blocks(5))?;
/// let (raw, normalised) = (correlation.raw().values(), correlation.normalised().values());
/// assert!((raw[0] - 0.5).abs() < 1e-12);
/// assert_eq!(normalised[0], 1.0);
/// assert!((normalised[1] + 1.0).abs() < 1e-12 && (normalised[2] - 1.0).abs() < 1e-12);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn autocorrelation<T: Real>(
    runs: &impl Runs<T>,
    lags: &Lags,
    resampling: Resampling,
) -> Result<Autocorrelation, EnergyError> {
    let layout = Layout::new(runs, lags, resampling)?;
    let resamples = layout.resamples;
    let mut scratch = Scratch::default();
    let sums: Vec<RunSums> = runs
        .runs()
        .iter()
        .zip(&layout.plans)
        .zip(layout.blocks())
        .map(|((run, plan), blocks)| {
            let center = mean(run.samples());
            let mut products = BlockSums::new(blocks.len(), layout.lags.len());
            plan.add_products(run.samples(), center, &blocks, &mut products, 0, &mut scratch);
            RunSums::new(run.samples(), center, &blocks, products, &layout.lags)
        })
        .collect();
    let scale = runs.runs()[0].per_particle_scale().powi(2);
    let whole = vec![1.0; layout.partition.len()];
    let evaluated = |weights: &[f64]| -> (Vec<f64>, Vec<f64>) {
        let raw = covariances(&sums, weights, &layout.lags, scale);
        let variance = raw.1;
        let normalised = raw.0.iter().map(|c| c / variance).collect();
        (raw.0, normalised)
    };
    let (raw, normalised) = evaluated(&whole);
    let (raws, normaliseds): (Vec<_>, Vec<_>) = (0..resamples.len())
        .map(|r| evaluated(&resamples.weights(r)))
        .unzip();
    let origins: Vec<u64> = layout
        .lags
        .iter()
        .map(|lag| layout.plans.iter().map(|plan| plan.samples() as u64 - lag).sum())
        .collect();
    let curve = |values, replicates| {
        Curve::from_replicates(
            layout.steps(),
            layout.sampling.time_step(),
            values,
            origins.clone(),
            replicates,
            resamples,
            layout.longest(),
        )
    };
    Ok(Autocorrelation {
        raw: curve(raw, raws),
        normalised: curve(normalised, normaliseds),
        methods: layout.plans.iter().map(|plan| plan.methods().to_vec()).collect(),
    })
}

/// The sums of one run from which its covariance about the mean of any of its blocks follows. Samples count from the mean of the
/// whole run.
struct RunSums {
    /// Products at each lag.
    products: BlockSums,
    /// First and second samples of the pairs at each lag, by block.
    ends: Vec<Vec<f64>>,
    /// Samples and their squares, by block.
    samples: Vec<[f64; 2]>,
    lengths: Vec<f64>,
}

impl RunSums {
    fn new<T: Real>(
        samples: &[T],
        center: f64,
        blocks: &[Range<usize>],
        products: BlockSums,
        lags: &[u64],
    ) -> Self {
        let n = samples.len();
        let mut before = Vec::with_capacity(n + 1);
        let mut sum = 0.0;
        before.push(sum);
        before.extend(samples.iter().map(|x| {
            sum += (*x).to_f64() - center;
            sum
        }));
        let of = |range: Range<usize>| before[range.end] - before[range.start];
        let ends = blocks.iter().map(|block| {
            let at = |&lag: &u64| {
                let m = lag as usize;
                let origins = block.start.min(n - m)..block.end.min(n - m);
                of(origins.clone()) + of(origins.start + m..origins.end + m)
            };
            lags.iter().map(at).collect()
        });
        let squares = |block: &Range<usize>| -> f64 {
            samples[block.clone()]
                .iter()
                .map(|x| ((*x).to_f64() - center).powi(2))
                .sum()
        };
        Self {
            ends: ends.collect(),
            samples: blocks
                .iter()
                .map(|block| [of(block.clone()), squares(block)])
                .collect(),
            lengths: blocks.iter().map(|block| block.len() as f64).collect(),
            products,
        }
    }
}

/// Covariances at each lag, and the variance, with each block counted `weights[block]` times: about the mean of what is
/// left of each run.
fn covariances(runs: &[RunSums], weights: &[f64], lags: &[u64], scale: f64) -> (Vec<f64>, f64) {
    let mut sums = vec![0.0; lags.len()];
    let mut pairs = vec![0.0; lags.len()];
    let (mut squares, mut samples) = (0.0, 0.0);
    let mut first = 0;
    for run in runs {
        let weights = &weights[first..first + run.lengths.len()];
        first += weights.len();
        let weighted = |values: &mut dyn Iterator<Item = f64>| -> f64 {
            weights.iter().zip(values).map(|(w, x)| w * x).sum()
        };
        let length = weighted(&mut run.lengths.iter().copied());
        if length == 0.0 {
            continue;
        }
        let mean = weighted(&mut run.samples.iter().map(|s| s[0])) / length;
        samples += length;
        squares += weighted(&mut run.samples.iter().map(|s| s[1])) - mean * mean * length;
        for k in 0..lags.len() {
            let products = weighted(&mut (0..weights.len()).map(|b| run.products.get(b, k).0));
            let count = weighted(&mut (0..weights.len()).map(|b| run.products.get(b, k).1));
            let ends = weighted(&mut run.ends.iter().map(|e| e[k]));
            sums[k] += products - mean * ends + mean * mean * count;
            pairs[k] += count;
        }
    }
    let variance = scale * squares / samples;
    let mut values: Vec<f64> = sums.iter().zip(&pairs).map(|(s, p)| scale * s / p).collect();
    if lags.first() == Some(&0) {
        values[0] = variance;
    }
    (values, variance)
}

/// How many correlation times Sokal's window reaches over.
const WINDOW: f64 = 5.0;
/// How many windows are looked at for what the first one missed.
const TAIL: u64 = 4;
/// A tail counts where it adds more than this part to the time, by more than so many standard errors.
const MISSED: (f64, f64) = (0.05, 3.0);

/// An integrated correlation time of the energy.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum IntegratedTime {
    /// The window closed.
    Resolved {
        /// The integrated time, in time units.
        time: Estimate,
        /// Where the sum was cut, in time units: about five times as long.
        window: f64,
        /// The length of all runs over twice the time: how many independent samples they are worth.
        independent_samples: f64,
    },
    /// The correlation had not decayed within half of the shortest run, or goes on beyond the window that closed: there is a second, slower
    /// part.
    Unresolved {
        /// The sum up to there, in time units: the integrated time is probably longer.
        lower_bound: f64,
        /// Where it ended, in time units.
        longest: f64,
    },
}

/// The integrated correlation time of the energy,
/// ```text
/// tau = interval (1/2 + sum over 1 <= m <= M of C(m)/C(0)),      M = the smallest with M interval >= 5 tau(M)
/// ```
/// the time constant of an exponential much longer than the sampling interval. The sum is cut by Sokal's self-consistent
/// window ([`CorrelationTime::windowed`]): it leaves out 0.7 % of an exponential, and since the mean is that of the
/// run, a part of about 2 M/n more. Resamples are summed up to the same M.
///
/// A fast and a slow part make the window close inside of the fast one. So the sum is carried on to four windows: where that adds a twentieth or more, by more than
/// three standard errors, the time is not resolved, and what is known is a lower bound. For the energies of a glass former fit the slow part
/// instead: [`spectrum::Whittle`](crate::spectrum::Whittle), or [`Blocking`](crate::stats::Blocking) for the error of a mean.
///
/// **Units.** Time units. **Cost.** The correlation at all lags up to some window, which doubles until it is long enough.
///
/// # Errors
/// [`ResamplingError`](crate::stats::ResamplingError) as for [`msed`](super::msed()).
///
/// ```
/// use msed::energy::{self, IntegratedTime};
/// use msed::{EnergyKind, EnergySeries, Resampling, Sampling};
/// // Blocks of ten equal samples: C falls linearly over ten lags, tau = 1/2 + (9 + 8 + ... + 1)/10 = 5 samples.
/// let scrambled = |i: u32| (i * 40_503 ^ (i * 40_503 >> 7)).wrapping_mul(2_246_822_519) >> 16;
/// let steps: Vec<f64> = (0..50_000).map(|i| f64::from(scrambled(i / 10))).collect();
/// let series = EnergySeries::new(steps, Sampling::new(2, 0.25)?, 1, EnergyKind::Total)?;
/// let IntegratedTime::Resolved { time, .. } = energy::integrated_time(&series, Resampling::Blocks(10))? else {
///     panic!("a short correlation in a long run")
/// };
/// assert!((time.value() - 5.0 * 0.5).abs() < 3.0 * time.standard_error().unwrap() + 0.1);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn integrated_time<T: Real>(
    runs: &impl Runs<T>,
    resampling: Resampling,
) -> Result<IntegratedTime, EnergyError> {
    let lengths = || runs.runs().iter().map(EnergySeries::len);
    let interval = runs.runs()[0].sampling().interval();
    let longest = (lengths().min().unwrap_or(0) / 2).max(1) as u64;
    let mut limit = 256;
    loop {
        limit = longest.min(limit * 4);
        let lags = Lags::linear(1).up_to_samples(limit).with_zero();
        // Whether the window closes is asked of the whole; resamples come after.
        let alone = autocorrelation(runs, &lags, Resampling::None)?;
        let values = alone.normalised.values();
        if let Some(time) = CorrelationTime::windowed(values, WINDOW) {
            let end = time.window;
            let lags = Lags::linear(1)
                .up_to_samples((TAIL * end as u64).min(longest))
                .with_zero();
            let curve = autocorrelation(runs, &lags, resampling)?.normalised;
            let time = curve.evaluate(|c| interval * (0.5 + c[1..=end].iter().sum::<f64>()));
            let tail = curve.evaluate(|c| interval * c[end + 1..].iter().sum::<f64>());
            let total = lengths().sum::<usize>() as f64 * interval;
            // Without resamples, of white noise that is correlated as long as the window says.
            let lags = (curve.len() - end - 1) as f64;
            let alone = 2.0 * time.value() * (lags * interval / total).sqrt();
            let error = tail.standard_error().unwrap_or(alone) * MISSED.1;
            if time.value() <= 0.0 || tail.value() > error.max(MISSED.0 * time.value()) {
                return Ok(IntegratedTime::Unresolved {
                    lower_bound: (time.value() + tail.value()).max(0.0),
                    longest: curve.lag_time(curve.len() - 1),
                });
            }
            return Ok(IntegratedTime::Resolved {
                window: curve.lag_time(end),
                independent_samples: total / (2.0 * time.value()),
                time,
            });
        }
        if limit == longest {
            let sum: f64 = values[1..].iter().sum();
            return Ok(IntegratedTime::Unresolved {
                // Energies that are all the same have no correlation to sum.
                lower_bound: if sum.is_finite() {
                    interval * (0.5 + sum)
                } else {
                    0.0
                },
                longest: interval * longest as f64,
            });
        }
    }
}
