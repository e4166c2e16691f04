//! Sums of squares over ranges of a series whose ends move with the lag.

use std::ops::Range;

use super::total::{Total, sum_of};
use crate::real::Real;

/// Squares that are summed before they join a compensated total.
const CHUNK: usize = 512;

/// `bases[c] = sum over j < 512 c of (x[j] - center)^2`: what [`Squares`] starts from, a 512th of
/// the memory of the series.
pub(super) fn bases<T: Real>(samples: &[T], center: f64, bases: &mut Vec<f64>) {
    bases.clear();
    let mut total = Total::default();
    bases.push(0.0);
    for chunk in samples.chunks(CHUNK) {
        total.add(sum_of_squares(chunk, center));
        bases.push(total.value());
    }
}

/// A series, and the sums of squares at the chunks.
#[derive(Clone, Copy)]
pub(super) struct Squares<'a, T> {
    samples: &'a [T],
    center: f64,
    bases: &'a [f64],
}

impl<'a, T: Real> Squares<'a, T> {
    pub(super) fn new(samples: &'a [T], center: f64, bases: &'a [f64]) -> Self {
        Self {
            samples,
            center,
            bases,
        }
    }

    /// The sum of squares before `place`.
    fn before(&self, place: usize) -> f64 {
        let chunk = place / CHUNK;
        self.bases[chunk] + sum_of_squares(&self.samples[chunk * CHUNK..place], self.center)
    }

    /// `sum of (x[i] - c)^2 + (x[i+m] - c)^2` over the origins i in `block` that have a partner at
    /// lag m.
    pub(super) fn of_pairs(&self, block: &Range<usize>, m: usize) -> f64 {
        let n = self.samples.len();
        if block.start + m >= n {
            return 0.0;
        }
        let origins = self.before(block.end.min(n - m)) - self.before(block.start);
        origins + (self.before((block.end + m).min(n)) - self.before(block.start + m))
    }

    /// The same at the lags `first..`, as many as `sums` has room for, at a few operations each.
    ///
    /// From lag to lag the sum loses the partner of the first origin, gains one past the block, and
    /// loses the last origin once its partner would lie past the end. It is taken anew every few
    /// hundred lags, so that rounding does not grow.
    pub(super) fn of_consecutive(&self, block: &Range<usize>, first: usize, sums: &mut [f64]) {
        let n = self.samples.len();
        let square = |x: &T| {
            let x = (*x).to_f64() - self.center;
            x * x
        };
        for (c, sums) in sums.chunks_mut(CHUNK).enumerate() {
            let first = first + c * CHUNK;
            let mut sum = self.of_pairs(block, first);
            // Changes from one lag to the next, each where there is one.
            let lags = first..first + sums.len();
            let within = |end: usize| end.clamp(lags.start, lags.end) - lags.start;
            let lost = within(n.saturating_sub(block.start));
            let gained = within(n.saturating_sub(block.end));
            let (changes, rest) = sums.split_at_mut(lost);
            rest.fill(0.0);
            let partners = &self.samples[(block.start + first).min(n)..][..lost];
            for (change, x) in changes.iter_mut().zip(partners) {
                *change = -square(x);
            }
            let partners = &self.samples[(block.end + first).min(n)..][..gained];
            for (change, x) in changes.iter_mut().zip(partners) {
                *change += square(x);
            }
            // At lag m the origin n - 1 - m has the last partner of all.
            for (j, change) in changes.iter_mut().enumerate().skip(gained) {
                *change -= square(&self.samples[n - 1 - (first + j)]);
            }
            for change in changes {
                let next = sum + *change;
                *change = sum;
                sum = next;
            }
        }
    }
}

fn sum_of_squares<T: Real>(samples: &[T], center: f64) -> f64 {
    sum_of(samples, |x| (x - center) * (x - center))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_lags_and_single_ones_are_the_definition() {
        let n = 1300;
        let x: Vec<f64> = (0..n).map(|i| f64::from(i * i % 97)).collect();
        let mut sums_before = Vec::new();
        bases(&x, 40.0, &mut sums_before);
        let squares = Squares::new(&x, 40.0, &sums_before);
        let square = |i: usize| (x[i] - 40.0).powi(2);
        for block in [0..1300, 0..400, 400..1299, 1299..1300, 512..1024] {
            for first in [0, 1, 511, 512, 700] {
                let mut sums = vec![f64::NAN; 1300 - first];
                squares.of_consecutive(&block, first, &mut sums);
                for (j, &sum) in sums.iter().enumerate() {
                    let m = first + j;
                    let pairs = block.clone().filter(|i| i + m < 1300);
                    // Integers: no rounding.
                    let want: f64 = pairs.map(|i| square(i) + square(i + m)).sum();
                    assert_eq!(sum, want, "{block:?}, lag {m}");
                    assert_eq!(squares.of_pairs(&block, m), want, "{block:?}, lag {m}");
                }
            }
        }
    }
}
