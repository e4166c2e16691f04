//! Sums over pairs of frames, added up piece by piece of the work.

use crate::kernels::Schedule;
use crate::lag_sums::{ColumnProducts, Spectra};
use crate::threads;

/// Sums over the pairs of frames of a run.
pub(super) struct Totals {
    /// By block and lag: `[block * lags + lag]`, and so on for further numbers.
    pub(super) sums: Vec<f64>,
    /// The spectra that the sums follow from, where there are transforms.
    pub(super) spectra: Option<Spectra>,
}

impl Totals {
    fn add(&mut self, other: &Self) {
        for (sum, x) in self.sums.iter_mut().zip(&other.sums) {
            *sum += x;
        }
        if let (Some(spectra), Some(other)) = (&mut self.spectra, &other.spectra) {
            spectra.add(other);
        }
    }

    /// The sums, of which spectra are those of the plan.
    pub(super) fn into_sums(mut self, plan: Option<&ColumnProducts>, schedule: &Schedule) -> Vec<f64> {
        if let (Some(spectra), Some(plan)) = (self.spectra, plan) {
            plan.sums_at(&spectra, schedule.uniform_lags(), &mut self.sums);
        }
        self.sums
    }
}

/// Adds what each piece of the work gives to `totals`, in the order of the pieces: the bits do not
/// depend on the number of threads.
pub(super) fn add_up<I: Sync>(
    totals: &mut Vec<Totals>,
    pieces: &[I],
    waiting: usize,
    work: impl Fn(&I) -> Vec<Totals> + Sync + Send,
) {
    threads::in_order(pieces, waiting, work, |_, found| {
        if totals.is_empty() {
            *totals = found;
        } else {
            for (total, found) in totals.iter_mut().zip(&found) {
                total.add(found);
            }
        }
    });
}
