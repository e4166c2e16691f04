//! The mean-squared energy difference.

use super::plan::Layout;
use crate::curve::Curve;
use crate::error::Error;
use crate::lag::Lags;
use crate::lag_sums::{Method, Scratch, Stretch, variance};
use crate::real::Real;
use crate::series::Runs;
use crate::stats::{BlockSums, Resampling};

/// A mean-squared energy difference, and how it was computed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Msed {
    curve: Curve,
    methods: Vec<Vec<Stretch>>,
    error_bounds: Vec<f64>,
}

impl Msed {
    /// The curve, in energy² per particle².
    #[must_use]
    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    /// The curve alone.
    #[must_use]
    pub fn into_curve(self) -> Curve {
        self.curve
    }

    /// Which lags of a run were summed in which way; places count the curve's lags.
    ///
    /// # Panics
    /// If there is no such run.
    #[must_use]
    pub fn methods(&self, run: usize) -> &[Stretch] {
        &self.methods[run]
    }

    /// A bound on the relative rounding error of each value: how far it may lie from the sums carried out exactly. It says nothing of
    /// the statistical error. See [`LagPlan::error_bound`](crate::lag_sums::LagPlan::error_bound).
    #[must_use]
    pub fn error_bounds(&self) -> &[f64] {
        &self.error_bounds
    }
}

/// The mean-squared energy difference of one run, or of several as one:
/// ```text
/// MSED(m) = 1/(n - m) sum over i < n - m of (e[i+m] - e[i])²,      e = E/N
/// ```
/// over all time origins, Eq. (10) of Zhang, Sun, Gong, Chin. Phys. Lett. 42, 056301 (2025) (arXiv:2501.07902).
///
/// **Units, normalisation.** Energy² per particle², for totals and energies per particle alike; lags in steps. The average over
/// origins, not `2 (C_0 - C_m)` of one global mean. In a stationary run it tends to 2 Var(e); Eq. (9) as printed lacks the 2.
/// Lag 0 is exactly 0.
///
/// **Runs.** Replicas pool their origins. Lags are resolved against the shortest run, so that each has every lag.
///
/// **Errors of the curve.** Each pair belongs to the block of its first sample; standard errors are those of the delete-one
/// jackknife over the blocks, none for a lag longer than the shortest block.
///
/// **Accuracy.** The rounding bound of every value is in [`Msed::error_bounds`]; energies are centred before they are multiplied.
///
/// **Cost.** n operations a lag by the definition, or O(n log n) for all lags at once; [`Msed::methods`] says which. Resampling
/// takes no second pass.
///
/// # Errors
/// [`LagError`](crate::lag::LagError) for lags that the shortest run does not have, [`ResamplingError`](crate::stats::ResamplingError) for blocks
/// that it does not have.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Lags, Resampling, Sampling, energy};
/// let energies: Vec<f64> = (0..1000).map(|i| -6000.0 + 15.0 * f64::from(i * i % 101)).collect();
/// let series = EnergySeries::new(energies, Sampling::new(10, 0.005)?, 1000, EnergyKind::Total)?;
/// let msed = energy::msed(&series, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::Blocks(10))?;
/// let curve = msed.curve();
/// assert_eq!(curve.lags()[..3], [10, 20, 30]);
/// assert_eq!(curve.origins()[0], 999);
/// let by_hand: f64 = series.samples().windows(2).map(|e| ((e[1] - e[0]) / 1000.0).powi(2)).sum();
/// assert!((curve.values()[0] - by_hand / 999.0).abs() < 1e-13);
/// assert!(curve.standard_errors()[0].is_some());
/// # Ok::<(), msed::Error>(())
/// ```
pub fn msed<T: Real>(runs: &impl Runs<T>, lags: &Lags, resampling: Resampling) -> Result<Msed, Error> {
    let layout = Layout::new(runs, lags, resampling)?;
    let mut sums = BlockSums::new(layout.partition.len(), layout.lags.len());
    let mut bounds = Weighted::new(layout.lags.len());
    let mut methods = Vec::new();
    let mut scratch = Scratch::default();
    let mut first = 0;
    // Means over the runs, since a bound is relative to the pooled value.
    let mut spreads = Vec::new();
    for ((run, plan), blocks) in runs.runs().iter().zip(&layout.plans).zip(layout.blocks()) {
        plan.add_squared_differences(run.samples(), &blocks, &mut sums, first, &mut scratch);
        first += blocks.len();
        methods.push(plan.methods().to_vec());
        spreads.push((variance(run.samples()), blocks.len()));
    }
    for (plan, (variance, blocks)) in layout.plans.iter().zip(spreads) {
        for k in 0..layout.lags.len() {
            let bound = plan.error_bound(k, sums.mean(k), variance);
            // Errors of the blocks' transforms add up as the norms of their parts do.
            let divided = if plan.method(k) == Method::Direct {
                1.0
            } else {
                (blocks as f64).sqrt()
            };
            bounds.add(
                k,
                bound * divided,
                (plan.samples() as u64 - layout.lags[k]) as f64,
            );
        }
    }
    let scale = runs.runs()[0].per_particle_scale().powi(2);
    let curve = Curve::from_sums(
        layout.steps(),
        layout.time_step,
        [&sums],
        layout.partition.resamples(),
        layout.longest(),
        |[mean]| mean * scale,
    );
    Ok(Msed {
        curve,
        methods,
        error_bounds: bounds.means(),
    })
}

/// Weighted means by lag.
struct Weighted {
    sums: Vec<(f64, f64)>,
}

impl Weighted {
    fn new(points: usize) -> Self {
        Self {
            sums: vec![(0.0, 0.0); points],
        }
    }

    fn add(&mut self, point: usize, value: f64, weight: f64) {
        self.sums[point].0 += weight * value;
        self.sums[point].1 += weight;
    }

    fn means(self) -> Vec<f64> {
        self.sums.into_iter().map(|(sum, weight)| sum / weight).collect()
    }
}
