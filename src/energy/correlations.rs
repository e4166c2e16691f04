//! The mean-squared difference and the autocorrelation of whole series.

use std::ops::Range;

use super::EnergyError;
use super::curves::{Autocorrelation, EnergyAxis, Products, RunProducts, Samples};
use crate::curve::Curve;
use crate::lag::Lags;
use crate::lag_sums::{LagPlan, LagPlanner, Scratch, Term, mean};
use crate::real::Real;
use crate::series::{Runs, Series};
use crate::stats::{BlockSums, Partition, Resamples, Resampling};

/// The mean-squared energy difference of one run, or of several as one:
/// ```text
/// MSED(m) = 1/(n - m) sum over i < n - m of (e[i+m] - e[i])²,      e = E/N
/// ```
/// over all time origins, Eq. (10) of Zhang, Sun, Gong, Chin. Phys. Lett. 42, 056301 (2025)
/// (arXiv:2501.07902).
///
/// **Units, normalisation.** Energy² per particle², for totals and energies per particle alike;
/// lags in steps. The average over origins, not `2 (C_0 - C_m)` of one global mean. In a stationary
/// run it tends to 2 Var(e); Eq. (9) as printed lacks the 2. Lag 0 is exactly 0.
///
/// **Runs.** Replicas pool their origins. Lags are resolved against the shortest run, so that each
/// has every lag.
///
/// **Errors of the curve.** Each pair belongs to the block of its first sample; standard errors
/// come from the delete-one jackknife over the blocks. A lag longer than the shortest block has
/// none.
///
/// **Cost.** n operations a lag by the definition, or O(n log n) for all lags at once, whichever is
/// cheaper. Resampling takes no second pass.
///
/// **Accuracy.** A lag goes through transforms only where its relative rounding error stays below
/// 10^-10 for series that are no steeper than a random walk; energies are centred before they are
/// multiplied. The plan of a run, which [`LagPlanner`](crate::lag_sums::LagPlanner) makes again
/// from the length and the lags, tells the method of each lag and bounds its rounding error:
/// ```
/// use msed::lag_sums::{LagPlanner, Method};
/// let plan = LagPlanner::new().plan(40_000, &(0..4000).collect::<Vec<u64>>())?;
/// assert_eq!(plan.method(1), Method::Direct);
/// assert_ne!(plan.method(3999), Method::Direct);
/// // A mean-squared difference of 0.2 at lag 3999, in a run of variance 0.5.
/// assert!(plan.error_bound(3999, 0.2, 0.5) < 1e-10);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// # Errors
/// [`LagError`](crate::lag::LagError) for lags that the shortest run does not have,
/// [`ResamplingError`](crate::stats::ResamplingError) for blocks that it does not have.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Lag, Lags, Resampling, Sampling, energy};
/// let energies: Vec<f64> = (0..1000).map(|i| -6000.0 + 15.0 * f64::from(i * i % 101)).collect();
/// let series = EnergySeries::new(energies, Sampling::new(10, 0.005)?, 1000, EnergyKind::Total)?;
/// let msed = energy::msed(&series, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::Blocks(10))?;
/// assert_eq!(msed.lags()[..3], [10, 20, 30].map(Lag::from_steps));
/// assert_eq!(msed.origins()[0], 999);
/// let by_hand: f64 = series.samples().windows(2).map(|e| ((e[1] - e[0]) / 1000.0).powi(2)).sum();
/// assert!((msed.values()[0] - by_hand / 999.0).abs() < 1e-13);
/// assert!(msed.standard_errors()[0].is_some());
/// # Ok::<(), msed::Error>(())
/// ```
pub fn msed<T: Real>(runs: &impl Runs<T>, lags: &Lags, resampling: Resampling) -> Result<Curve, EnergyError> {
    let layout = Layout::new(runs, lags, resampling)?;
    let mut sums = BlockSums::new(layout.partition.len(), layout.lags.len());
    let mut scratch = Scratch::default();
    let mut first = 0;
    for ((run, plan), blocks) in runs.runs().iter().zip(&layout.plans).zip(layout.blocks()) {
        let term = Term::SquaredDifference;
        plan.add(run.samples(), term, &blocks, &mut sums, first, &mut scratch);
        first += blocks.len();
    }
    let axis = layout.axis(&runs.runs()[0]);
    let shortest = layout.partition.shortest() as u64;
    Ok(axis.msed(&sums, layout.resamples, shortest))
}

/// The autocorrelation of the energy of one run, or of several as one:
/// ```text
/// C(m) = 1/(n - m) sum over i < n - m of (e[i] - <e>) (e[i+m] - <e>),      e = E/N
/// ```
///
/// **Units, normalisation.** Energy² per particle², divided by the number of pairs, not by n;
/// [`normalised`](Autocorrelation::normalised) is C(m)/C(0). `<e>` is the mean of the run, each
/// replica's own, and of each resample's own blocks: all values are then low by about 2 (tau/run)
/// times the variance. The mean-squared difference ([`msed`](super::msed())) has no such bias.
///
/// Runs, errors, cost and accuracy are those of [`msed`](super::msed()).
///
/// # Errors
/// As [`msed`](super::msed()).
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Lags, Resampling, Sampling, energy};
/// let cosine: Vec<f64> = (0..2000).map(|i| (f64::from(i) * std::f64::consts::TAU / 40.0).cos()).collect();
/// let series = EnergySeries::new(cosine, Sampling::new(1, 0.5)?, 1, EnergyKind::Total)?;
/// let correlation = energy::autocorrelation(&series, &Lags::samples([0, 20, 40]), Resampling::Blocks(5))?;
/// let (raw, normalised) = (correlation.raw.values(), correlation.normalised.values());
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
    let mut scratch = Scratch::default();
    let sums: Vec<SeriesSums> = runs
        .runs()
        .iter()
        .zip(&layout.plans)
        .zip(layout.blocks())
        .map(|((run, plan), blocks)| {
            let center = mean(run.samples());
            let term = Term::Product { about: center };
            let mut products = BlockSums::new(blocks.len(), layout.lags.len());
            plan.add(run.samples(), term, &blocks, &mut products, 0, &mut scratch);
            SeriesSums::new(run.samples(), center, &blocks, products, &layout.lags)
        })
        .collect();
    let axis = layout.axis(&runs.runs()[0]);
    Ok(axis.autocorrelation(&sums, layout.resamples))
}

/// What a correlation of runs needs to know before it looks at them: lags, blocks, and a plan for
/// each run.
struct Layout {
    /// In samples.
    lags: Vec<u64>,
    plans: Vec<LagPlan>,
    partition: Partition,
    resamples: Resamples,
}

impl Layout {
    fn new<T: Real>(runs: &impl Runs<T>, lags: &Lags, resampling: Resampling) -> Result<Self, EnergyError> {
        let run = runs.run();
        let runs = runs.runs();
        let sampling = runs[0].sampling();
        let lengths: Vec<usize> = runs.iter().map(Series::len).collect();
        let shortest = lengths.iter().copied().min().unwrap_or(0);
        let lags = lags.in_samples(shortest, &sampling)?;
        let mut planner = LagPlanner::new();
        let mut plans: Vec<LagPlan> = Vec::with_capacity(lengths.len());
        for &length in &lengths {
            let plan = match plans.iter().find(|plan| plan.samples() == length) {
                Some(plan) => plan.clone(),
                None => planner.plan(length, &lags)?,
            };
            plans.push(plan);
        }
        let partition = Partition::new(&lengths, resampling)?;
        Ok(Self {
            plans,
            resamples: partition.resamples(run),
            partition,
            lags,
        })
    }

    fn axis<T: Real>(&self, run: &impl Series<T>) -> EnergyAxis<'_> {
        EnergyAxis::new(run.sampling(), run.result_factor(), &self.lags)
    }

    /// The blocks of each run.
    fn blocks(&self) -> impl Iterator<Item = Vec<Range<usize>>> + '_ {
        (0..self.plans.len()).map(|run| {
            let of_run = self.partition.iter().filter(|(r, _)| *r == run);
            of_run.map(|(_, range)| range).collect()
        })
    }
}

/// The sums of a whole series. Samples count from its mean.
struct SeriesSums {
    /// Products at each lag.
    products: BlockSums,
    /// First and second samples of the pairs at each lag, by block.
    ends: Vec<Vec<f64>>,
    samples: Vec<Samples>,
}

impl SeriesSums {
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
        let ends = |block: &Range<usize>| -> Vec<f64> {
            let at = |&lag: &u64| {
                let m = lag as usize;
                let origins = block.start.min(n - m)..block.end.min(n - m);
                of(origins.clone()) + of(origins.start + m..origins.end + m)
            };
            lags.iter().map(at).collect()
        };
        let of_block = |block: &Range<usize>| Samples {
            number: block.len() as f64,
            sum: of(block.clone()),
            squares: samples[block.clone()]
                .iter()
                .map(|x| ((*x).to_f64() - center).powi(2))
                .sum(),
        };
        Self {
            products,
            ends: blocks.iter().map(ends).collect(),
            samples: blocks.iter().map(of_block).collect(),
        }
    }
}

impl RunProducts for SeriesSums {
    fn blocks(&self) -> usize {
        self.samples.len()
    }

    fn samples(&self, block: usize) -> Samples {
        self.samples[block]
    }

    fn products(&self, block: usize, lag: usize) -> Products {
        let (products, number) = self.products.get(block, lag);
        Products {
            number,
            ends: self.ends[block][lag],
            products,
        }
    }
}
