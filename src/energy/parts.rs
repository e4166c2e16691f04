//! Parts of runs compared with each other.

use super::moments::sum_of;
use crate::real::Real;
use crate::stats::{Deviation, Resampling, Significance};

/// Fewest parts of a run: the scatter of fewer is known too poorly.
const FEWEST: usize = 10;

/// The means of equal parts of each run.
///
/// A change of the mean over a run is told from chance by the scatter of the parts about that
/// change. Their scatter about one mean would contain a part of the change, and so would the
/// jackknife error of the change.
pub(super) struct Parts {
    /// Of each run the length of a part, in samples, and the means of its parts about the mean of
    /// the run.
    runs: Vec<(f64, Vec<f64>)>,
}

impl Parts {
    /// As many parts of each run as it has blocks, or as many in each block as make ten of the run.
    /// `None` without resamples, or where a run has fewer samples than that.
    pub(super) fn new<T: Real>(columns: &[&[T]], resampling: Resampling) -> Option<Self> {
        let blocks = match resampling {
            Resampling::None => return None,
            Resampling::Blocks(blocks) | Resampling::Bootstrap { blocks, .. } => blocks,
            _ => 1,
        };
        let parts = blocks * FEWEST.div_ceil(blocks.max(1));
        let of_run = |column: &&[T]| {
            let length = column.len();
            let origin = column.first()?.to_f64();
            let bound = |part: usize| (length as u128 * part as u128 / parts as u128) as usize;
            let mean = |part: usize| {
                let values = &column[bound(part)..bound(part + 1)];
                sum_of(values, |x| x - origin) / values.len() as f64
            };
            let means: Vec<f64> = (0..parts).map(mean).collect();
            let centre = means.iter().sum::<f64>() / parts as f64;
            let means = means.iter().map(|mean| mean - centre).collect();
            (length >= parts).then_some((length as f64 / parts as f64, means))
        };
        let runs = columns.iter().map(of_run).collect::<Option<_>>()?;
        Some(Self { runs })
    }

    /// Parts of a run.
    fn number(&self) -> usize {
        self.runs.first().map_or(0, |(_, means)| means.len())
    }

    /// A common slope over time of all runs.
    pub(super) fn slope(&self, significance: Significance) -> Option<Deviation> {
        let middle = 0.5 * (self.number() as f64 - 1.0);
        self.change(|length, part| length * (part as f64 - middle), significance)
    }

    /// The most significant of the differences between the means after and before each boundary of
    /// two parts.
    pub(super) fn division(&self, significance: Significance) -> Option<Deviation> {
        let number = self.number();
        let significance = significance.among(number - 1);
        let at = |boundary: usize| {
            let before = -((number - boundary) as f64);
            let shape = move |_, part: usize| if part < boundary { before } else { boundary as f64 };
            self.change(shape, significance)
        };
        (1..number)
            .filter_map(at)
            .max_by(|a, b| a.z.abs().total_cmp(&b.z.abs()))
    }

    /// A change of this shape, whose mean over the parts of a run is 0: its size by weighted least
    /// squares in units of its standard error, from the scatter of the parts about it.
    ///
    /// `shape` takes the length of a part and its number. The means of longer parts scatter less,
    /// and count as many times more as they are longer.
    fn change(&self, shape: impl Fn(f64, usize) -> f64, significance: Significance) -> Option<Deviation> {
        let (mut product, mut norm, mut squares) = (0.0, 0.0, 0.0);
        for (length, means) in &self.runs {
            for (part, mean) in means.iter().enumerate() {
                let shape = shape(*length, part);
                product += length * shape * mean;
                norm += length * shape * shape;
                squares += length * mean * mean;
            }
        }
        let freedom = (self.runs.len() * (self.number() - 1)) as f64 - 1.0;
        let explained = product * product / norm;
        let error = (norm * (squares - explained).max(0.0) / freedom).sqrt();
        Some(Deviation {
            z: if product == 0.0 { 0.0 } else { product / error },
            threshold: significance.threshold(Some(freedom)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_by_the_scatter_about_it() {
        // Ten parts of four samples; the textbook's t of a slope through the ten means.
        let means = [1.0, 3.0, 2.0, 5.0, 4.0, 6.0, 8.0, 7.0, 10.0, 9.0];
        let column: Vec<f64> = means
            .iter()
            .flat_map(|&x: &f64| [x - 1.0, x + 1.0, x, x])
            .collect();
        let parts = Parts::new(&[&column[..]], Resampling::Blocks(10)).unwrap();
        // The correlation coefficient of means and places is 157/165.
        let r = 157.0_f64 / 165.0;
        let found = parts.slope(Significance::STATIONARY).unwrap();
        let t = r * (8.0 / (1.0 - r * r)).sqrt();
        assert!((found.z / t - 1.0).abs() < 1e-12, "{found:?} {t}");
        assert!((found.threshold - 3.3554).abs() < 1e-3);
        // Student's two-sample t, which is largest in the middle: means 3 and 8, variances 2.5.
        let division = parts.division(Significance::STATIONARY).unwrap();
        assert!((division.z - 5.0).abs() < 1e-12, "{division:?}");
        assert!((division.threshold - 4.957).abs() < 1e-2, "{division:?}");
    }

    #[test]
    fn few_blocks_are_divided_into_ten_parts_or_more() {
        let column: Vec<f64> = (0..120).map(|i| f64::from(i * 37 % 101)).collect();
        for (blocks, parts) in [(2, 10), (3, 12), (5, 10), (7, 14), (10, 10), (20, 20)] {
            let found = Parts::new(&[&column[..]], Resampling::Blocks(blocks)).unwrap();
            assert_eq!(found.number(), parts);
        }
        let of = |resampling| Parts::new(&[&column[..], &column[60..]], resampling).unwrap();
        assert_eq!(of(Resampling::Replicas).runs.len(), 2);
        assert_eq!(of(Resampling::Replicas).number(), 10);
        assert!(Parts::new(&[&column[..]], Resampling::None).is_none());
        assert!(Parts::new(&[&column[..9]], Resampling::Blocks(3)).is_none());
    }
}
