//! The mean-squared energy difference.

use super::EnergyError;
use super::curves::EnergyAxis;
use super::plan::Layout;
use crate::curve::Curve;
use crate::lag::Lags;
use crate::lag_sums::Scratch;
use crate::real::Real;
use crate::series::Runs;
use crate::stats::{BlockSums, Resampling};

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
        plan.add_squared_differences(run.samples(), &blocks, &mut sums, first, &mut scratch);
        first += blocks.len();
    }
    let axis = EnergyAxis::of_series(&runs.runs()[0], &layout.lags);
    let shortest = layout.partition.shortest() as u64;
    Ok(axis.msed(&sums, layout.resamples, shortest))
}
