//! Lag sums from their definition, lags side by side, in loops that are dispatched at run time to
//! the widest vector instructions that the processor has.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::total::{ORIGINS, Total};
use crate::real::Real;
use crate::threads::{for_each_chunk, workers};

/// What is summed over the pairs of samples at a lag.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Term {
    /// `(y - x)^2`.
    SquaredDifference,
    /// `(x - c) (y - c)`.
    Product { about: f64 },
}

impl Term {
    #[inline(always)]
    fn of(self, x: f64, y: f64) -> f64 {
        match self {
            Self::SquaredDifference => (y - x) * (y - x),
            Self::Product { about } => (x - about) * (y - about),
        }
    }
}

/// Pairs below which threads cost more than they bring.
const WORTH_THREADS: usize = 1 << 20;

/// Partial sums side by side, two vectors of four.
const LANES: usize = 8;

/// Lags that share the loads of their first samples.
const LAGS: usize = 4;

/// Adds to `totals[k]` the sum over the origins `from..until` (and inside of the series) at lag
/// `lag(k)`, lags increasing.
pub(crate) struct LagSums<'a, T, L> {
    pub(crate) samples: &'a [T],
    pub(crate) from: usize,
    pub(crate) until: usize,
    pub(crate) lag: L,
    pub(crate) term: Term,
    pub(crate) totals: &'a mut [Total],
}

impl<T: Real, L: Fn(usize) -> usize> WithSimd for LagSums<'_, T, L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.term {
            Term::SquaredDifference => self.sum(simd, |x, y, sum| {
                let d = simd.sub_f64s(y, x);
                simd.mul_add_e_f64s(d, d, sum)
            }),
            Term::Product { about } => {
                let c = simd.splat_f64s(about);
                self.sum(simd, |x, y, sum| {
                    simd.mul_add_e_f64s(simd.sub_f64s(x, c), simd.sub_f64s(y, c), sum)
                });
            }
        }
    }
}

impl<T: Real, L: Fn(usize) -> usize> LagSums<'_, T, L> {
    #[inline(always)]
    fn sum<S: Simd>(self, simd: S, add: impl Fn(S::f64s, S::f64s, S::f64s) -> S::f64s + Copy) {
        let Self {
            samples,
            from,
            until,
            lag,
            term,
            totals,
        } = self;
        let n = samples.len();
        let mut origin = from;
        while origin < until {
            let stop = until.min(origin + ORIGINS);
            let mut k = 0;
            while k < totals.len() {
                // Lags increase, so the last of a group has the fewest origins.
                let group = (totals.len() - k).min(LAGS);
                let whole = |k: usize| n.saturating_sub(lag(k)) >= stop;
                if group == LAGS && whole(k + LAGS - 1) {
                    let at = |j: usize| &samples[origin + lag(k + j)..stop + lag(k + j)];
                    let sums = side_by_side(
                        simd,
                        &samples[origin..stop],
                        [at(0), at(1), at(2), at(3)],
                        add,
                        term,
                    );
                    for (total, sum) in totals[k..k + LAGS].iter_mut().zip(sums) {
                        total.add(sum);
                    }
                    k += LAGS;
                } else {
                    let stop = stop.min(n.saturating_sub(lag(k)));
                    if stop <= origin {
                        break; // No origin here is left for this lag, nor for the longer ones.
                    }
                    let partner = &samples[origin + lag(k)..stop + lag(k)];
                    let [sum] = side_by_side(simd, &samples[origin..stop], [partner], add, term);
                    totals[k].add(sum);
                    k += 1;
                }
            }
            origin = stop;
        }
    }
}

/// Sums over pairs of `first` with each of `partners`, all of the same length. The order of the
/// additions at one lag does not depend on how many lags go together.
#[inline(always)]
fn side_by_side<S: Simd, T: Real, const N: usize>(
    _: S,
    first: &[T],
    partners: [&[T]; N],
    add: impl Fn(S::f64s, S::f64s, S::f64s) -> S::f64s + Copy,
    term: Term,
) -> [f64; N] {
    let length = first.len();
    let (first, rest) = first.as_chunks::<LANES>();
    let partners = partners.map(|p| p[..length].as_chunks::<LANES>());
    let heads = partners.map(|p| &p.0[..first.len()]);
    let mut sums = [[0.0; LANES]; N];
    for (i, x) in first.iter().enumerate() {
        let x = x.map(Real::to_f64);
        for (sum, head) in sums.iter_mut().zip(&heads) {
            let y = head[i].map(Real::to_f64);
            let (x, _) = S::as_simd_f64s(&x);
            let (y, _) = S::as_simd_f64s(&y);
            let (sum, _) = S::as_mut_simd_f64s(sum);
            for ((sum, &x), &y) in sum.iter_mut().zip(x).zip(y) {
                *sum = add(x, y, *sum);
            }
        }
    }
    for (sum, partner) in sums.iter_mut().zip(&partners) {
        for ((sum, x), y) in sum.iter_mut().zip(rest).zip(partner.1) {
            *sum += term.of(Real::to_f64(*x), Real::to_f64(*y));
        }
    }
    sums.map(|s| ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])))
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
    totals: &mut Vec<Total>,
) {
    let lags = out.len();
    totals.clear();
    totals.resize(lags, Total::default());
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
    for_each_chunk(totals, share, |piece, totals| {
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
    for (out, total) in out.iter_mut().zip(totals) {
        *out = total.value();
    }
}
