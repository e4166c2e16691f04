//! Squared differences at every lag, over many columns.

use std::ops::Range;

use super::columns::{ColumnProducts, Scratch, Spectra};
use super::total::{Total, rough_mean};

/// What columns add up to of which the squared differences are wanted: `(x - y)^2` is
/// `x^2 + y^2 - 2 x y`, of which the products come from spectra and the squares from running sums.
///
/// Columns are centred first. Differences do not change, and the digits that a far origin costs are
/// saved.
#[derive(Clone)]
pub(crate) struct ColumnDifferences {
    spectra: Spectra,
    /// Sum of the squares of the centred columns, sample by sample.
    squares: Vec<f64>,
}

impl ColumnDifferences {
    /// No column yet.
    pub(crate) fn new(plan: &ColumnProducts, samples: usize) -> Self {
        Self {
            spectra: plan.spectra(),
            squares: vec![0.0; samples],
        }
    }

    /// Adds two columns, and centres them; [`flush`](Self::flush) after the last.
    pub(crate) fn push(&mut self, plan: &ColumnProducts, [x, y]: [&mut [f64]; 2], scratch: &mut Scratch) {
        let means = [rough_mean(x), rough_mean(y)];
        for ((x, y), square) in x.iter_mut().zip(&mut *y).zip(&mut self.squares) {
            *x -= means[0];
            *y -= means[1];
            *square += *x * *x + *y * *y;
        }
        plan.push(x, y, &mut self.spectra, scratch);
    }

    /// Adds the columns that the scratch still holds.
    pub(crate) fn flush(&mut self, plan: &ColumnProducts, scratch: &mut Scratch) {
        plan.flush(&mut self.spectra, scratch);
    }

    /// Adds the sums over other columns.
    pub(crate) fn add(&mut self, other: &Self) {
        self.spectra.add(&other.spectra);
        for (sum, x) in self.squares.iter_mut().zip(&other.squares) {
            *sum += x;
        }
    }

    /// The sums over the pairs whose first sample lies in each block, at some lags in samples,
    /// increasing: `[block * lags + lag]`. And a bound on their error, over all blocks.
    pub(crate) fn sums_at(&self, plan: &ColumnProducts, lags: &[usize]) -> (Vec<f64>, f64) {
        let samples = self.squares.len();
        let before = Prefix::new(&self.squares);
        let mut sums = vec![0.0; plan.blocks.len() * lags.len()];
        plan.sums_at(&self.spectra, lags, &mut sums);
        for (block, sums) in plan.blocks.iter().zip(sums.chunks_exact_mut(lags.len())) {
            for (&lag, sum) in lags.iter().zip(sums) {
                let end = block.end.min(samples.saturating_sub(lag));
                *sum = if lag == 0 || end <= block.start {
                    0.0
                } else {
                    let squares = before.sum(block.start..end) + before.sum(block.start + lag..end + lag);
                    squares - 2.0 * *sum
                };
            }
        }
        (sums, plan.relative_error() * before.sum(0..samples))
    }
}

/// Sums over any range of a sequence, to nearly full precision: running totals.
struct Prefix(Vec<Total>);

impl Prefix {
    fn new(x: &[f64]) -> Self {
        let mut total = Total::default();
        let mut sums = vec![total];
        for &x in x {
            total.add(x);
            sums.push(total);
        }
        Self(sums)
    }

    fn sum(&self, range: Range<usize>) -> f64 {
        self.0[range.end].since(self.0[range.start])
    }
}
