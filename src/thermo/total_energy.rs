//! What total energies show beside temperatures.

use super::energy_columns::{Columns, EnergyColumns};
use crate::real::Real;
use crate::series::EnergyRuns;
use crate::stats::Estimate;

/// Smallest correlation of the kinetic energy with the temperature where both are of the same
/// particles: it is 1 but for the print. A temperature of half of the particles has 0.7.
const FOLLOWS: f64 = 0.9;

/// Total energies of runs that have temperatures too.
pub(super) struct TotalEnergies {
    /// The potential energy, and the kinetic one that the total has beyond it.
    pub(super) columns: EnergyColumns,
    /// Degrees of freedom per particle, 2 (E_tot - E)/(N k T) of the means.
    pub(super) freedom: Estimate,
    /// The relative error that the print of the three columns may give them.
    pub(super) rounding: f64,
    /// Var(E_tot) over Var(E), without drift and rounding.
    pub(super) variance: Estimate,
}

impl TotalEnergies {
    /// Those of runs whose `temperatures` have kinetic energies of (g/2) k T, g being `freedom`.
    ///
    /// `None` where a run has no total energies, and where what they have beyond the potential
    /// energy is no kinetic energy of the particles whose temperature it is: it is not positive on
    /// average, or it does not follow the temperature, which is printed finely enough to tell.
    pub(super) fn of<T: Real>(
        runs: &impl EnergyRuns<T>,
        temperatures: &EnergyColumns,
        freedom: f64,
        coarse: f64,
    ) -> Option<Self> {
        let columns = temperatures.with_totals(runs)?;
        let is_fine = |columns: &EnergyColumns| !columns.is_kinetic_coarse(coarse);
        let is_known = is_fine(temperatures) && is_fine(&columns);
        if is_known && !follows(temperatures, &columns) {
            return None;
        }
        let ratio = |weights: &[f64]| columns.mean_kinetic(weights) / temperatures.mean_kinetic(weights);
        let found = columns.resamples.evaluate(|weights| freedom * ratio(weights));
        if !(found.value().is_finite() && found.value() > 0.0) {
            return None;
        }
        let whole = vec![1.0; columns.resamples.blocks];
        let variance = columns.resamples.evaluate(|weights| {
            let of = columns.covariances(weights);
            (of.potential + 2.0 * of.both + of.kinetic).max(0.0) / of.potential
        });
        Some(Self {
            rounding: columns.mean_step() / columns.mean_kinetic(&whole)
                + temperatures.mean_step() / temperatures.mean_kinetic(&whole),
            freedom: found,
            variance,
            columns,
        })
    }
}

/// Whether the kinetic energies of two sets of columns go up and down together.
fn follows(temperatures: &EnergyColumns, totals: &EnergyColumns) -> bool {
    let runs = || temperatures.runs.iter().zip(&totals.runs);
    let sum = |of: fn(&Columns, &Columns) -> f64| -> f64 { runs().map(|(a, b)| of(a, b)).sum() };
    let both = sum(|a, b| a.kinetic.iter().zip(&b.kinetic).map(|(a, b)| a * b).sum());
    let of_a = sum(|a, _| a.kinetic.iter().map(|a| a * a).sum());
    let of_b = sum(|_, b| b.kinetic.iter().map(|b| b * b).sum());
    both >= FOLLOWS * (of_a * of_b).sqrt()
}
