//! Sums that keep what rounding loses, and the mean of a series.

use crate::real::Real;

/// Terms that are summed before the sum joins a compensated total: both members of a block of
/// pairs stay in the nearest caches, and rounding grows with the block, not with the run.
pub(crate) const ORIGINS: usize = 2048;

/// A sum that keeps what rounding loses (Neumaier, Z. Angew. Math. Mech. 54, 39 (1974)).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Total {
    sum: f64,
    lost: f64,
}

impl Total {
    #[inline(always)]
    pub(crate) fn add(&mut self, x: f64) {
        let sum = self.sum + x;
        self.lost += if self.sum.abs() >= x.abs() {
            (self.sum - sum) + x
        } else {
            (x - sum) + self.sum
        };
        self.sum = sum;
    }

    pub(crate) fn value(self) -> f64 {
        self.sum + self.lost
    }

    /// What has been added since an earlier total of the same sum.
    pub(super) fn since(self, before: Self) -> f64 {
        (self.sum - before.sum) + (self.lost - before.lost)
    }
}

/// The mean, good to a rounding or two of the spread.
pub(crate) fn mean<T: Real>(samples: &[T]) -> f64 {
    let rough = rough_mean(samples);
    rough + mean_about(samples, rough)
}

/// The mean to a few roundings of its own size: good enough to centre on.
pub(crate) fn rough_mean<T: Real>(samples: &[T]) -> f64 {
    mean_about(samples, 0.0)
}

fn mean_about<T: Real>(samples: &[T], center: f64) -> f64 {
    let mut total = Total::default();
    for chunk in samples.chunks(ORIGINS) {
        total.add(sum_of(chunk, |x| x - center));
    }
    total.value() / samples.len().max(1) as f64
}

/// The sum of `f` over a few samples, in eight sums side by side.
#[inline(always)]
pub(crate) fn sum_of<T: Real>(samples: &[T], f: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; 8];
    let (eights, rest) = samples.as_chunks::<8>();
    for eight in eights {
        for (lane, x) in lanes.iter_mut().zip(eight) {
            *lane += f((*x).to_f64());
        }
    }
    for (lane, x) in lanes.iter_mut().zip(rest) {
        *lane += f((*x).to_f64());
    }
    lanes.iter().sum()
}
