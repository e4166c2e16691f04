//! Lag sums from their definition, lags side by side.

use std::ops::Range;

use pulp::Arch;

use super::kernel::{LagSums, Term, Total};
use crate::real::Real;
use crate::threads::{for_each_chunk, workers};

/// Pairs below which threads cost more than they bring.
const WORTH_THREADS: usize = 1 << 20;

/// Memory of [`sums`].
#[derive(Debug, Default)]
pub(super) struct DirectScratch {
    totals: Vec<Total>,
}

/// `out[k]` becomes the sum of `term` over the pairs at lag `lag(k)` whose first sample lies in
/// `origins`.
pub(super) fn sums<T: Real>(
    arch: Arch,
    samples: &[T],
    origins: Range<usize>,
    lag: impl Fn(usize) -> usize + Sync,
    term: Term,
    out: &mut [f64],
    scratch: &mut DirectScratch,
) {
    let lags = out.len();
    scratch.totals.clear();
    scratch.totals.resize(lags, Total::default());
    let threads = if lags.saturating_mul(origins.len()) < WORTH_THREADS {
        1
    } else {
        workers(lags)
    };
    // Threads divide the lags: each lag is summed in the same order whatever their number. Where
    // lags are many, the shares are small, since the long lags have fewer pairs.
    let share = lags
        .div_ceil(threads)
        .clamp(1, if threads == 1 { lags.max(1) } else { 256 });
    for_each_chunk(&mut scratch.totals, share, |piece, totals| {
        let first = piece * share;
        arch.dispatch(LagSums {
            samples,
            from: origins.start,
            until: origins.end,
            lag: |k| lag(first + k),
            term,
            totals,
        });
    });
    for (out, total) in out.iter_mut().zip(&scratch.totals) {
        *out = total.value();
    }
}
