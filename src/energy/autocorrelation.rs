//! The autocorrelation of the energy.

use std::ops::Range;

use super::EnergyError;
use super::curves::{EnergyAxis, Products, RunProducts, Samples};
use super::plan::Layout;
use crate::curve::Curve;
use crate::lag::Lags;
use crate::lag_sums::{Scratch, mean};
use crate::real::Real;
use crate::series::Runs;
use crate::stats::{BlockSums, Resampling};

/// An autocorrelation, raw and normalised.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Autocorrelation {
    raw: Curve,
    normalised: Curve,
}

impl Autocorrelation {
    pub(super) fn new([raw, normalised]: [Curve; 2]) -> Self {
        Self { raw, normalised }
    }

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
/// **Runs, errors, cost, accuracy** as there.
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
    let mut scratch = Scratch::default();
    let sums: Vec<SeriesSums> = runs
        .runs()
        .iter()
        .zip(&layout.plans)
        .zip(layout.blocks())
        .map(|((run, plan), blocks)| {
            let center = mean(run.samples());
            let mut products = BlockSums::new(blocks.len(), layout.lags.len());
            plan.add_products(run.samples(), center, &blocks, &mut products, 0, &mut scratch);
            SeriesSums::new(run.samples(), center, &blocks, products, &layout.lags)
        })
        .collect();
    let axis = EnergyAxis::of_series(&runs.runs()[0], &layout.lags);
    Ok(Autocorrelation::new(
        axis.autocorrelation(&sums, layout.resamples),
    ))
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
