//! Which temperatures of a scan are one.

use std::ops::Range;

use super::Point;
use crate::stats::Estimate;

/// Temperatures that lie no further apart than this part are one.
pub(super) const SAME_TEMPERATURE: f64 = 5e-3;
/// In a narrow scan they are one only where they lie this part of its widest step apart.
const PART_OF_STEP: f64 = 0.1;
/// Temperatures are one where they differ by no more than this many standard errors.
const CHANCE: f64 = 3.0;

/// The distinct temperatures of a scan, between which its interpolants run and by which it is
/// counted.
///
/// Two temperatures are one where they differ by no more than three standard errors of their
/// difference, or by 0.5 % and no more than a tenth of the widest step of the scan: the same state
/// was run twice. A slope between them would be chance divided by nearly nothing. The values of
/// such points enter as one weighted mean.
#[derive(Debug)]
pub(super) struct Knots {
    groups: Vec<Range<usize>>,
    weights: Vec<f64>,
}

impl Knots {
    /// Of points in ascending order, weighted by the variance of their values, or equally where not
    /// all of them have one.
    pub(super) fn of(points: &[&Point]) -> Self {
        let variance = |point: &&Point| point.value.standard_error().map(|error| error * error);
        let weight = |variance: f64| (variance > 0.0 && variance.is_finite()).then(|| variance.recip());
        let weights: Option<Vec<f64>> = points.iter().map(|point| weight(variance(point)?)).collect();
        let temperatures: Vec<&Estimate> = points.iter().map(|point| &point.temperature).collect();
        Self::new(&temperatures, weights.unwrap_or_else(|| vec![1.0; points.len()]))
    }

    /// Of temperatures in ascending order, with a weight each.
    pub(super) fn new(temperatures: &[&Estimate], weights: Vec<f64>) -> Self {
        let steps = temperatures.windows(2).map(|w| w[1].value() - w[0].value());
        let widest = steps.fold(0.0, f64::max);
        let is_one = |first: &Estimate, other: &Estimate| {
            let difference = other - first;
            let chance = CHANCE * difference.standard_error().unwrap_or(0.0);
            let near = (SAME_TEMPERATURE * other.value()).min(PART_OF_STEP * widest);
            difference.value() <= near.max(chance)
        };
        let mut groups: Vec<Range<usize>> = Vec::new();
        for (k, temperature) in temperatures.iter().enumerate() {
            match groups.last_mut() {
                Some(group) if is_one(temperatures[group.start], temperature) => group.end = k + 1,
                _ => groups.push(k..k + 1),
            }
        }
        Self { groups, weights }
    }

    /// How many temperatures points in any order stand at.
    pub(super) fn count(points: &[Point]) -> usize {
        Self::count_of(points.iter().map(|point| &point.temperature))
    }

    /// How many different ones there are among temperatures in any order.
    pub(super) fn count_of<'a>(temperatures: impl Iterator<Item = &'a Estimate>) -> usize {
        let mut temperatures: Vec<&Estimate> = temperatures.collect();
        temperatures.sort_by(|a, b| a.value().total_cmp(&b.value()));
        let weights = vec![1.0; temperatures.len()];
        Self::new(&temperatures, weights).len()
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// The mean of a column at each knot. A number that stands alone keeps its bits.
    pub(super) fn means(&self, column: &[f64]) -> Vec<f64> {
        let mean = |group: &Range<usize>| match group.len() {
            1 => column[group.start],
            _ => {
                let weights = &self.weights[group.clone()];
                let products = weights.iter().zip(&column[group.clone()]);
                products.map(|(weight, x)| weight * x).sum::<f64>() / weights.iter().sum::<f64>()
            }
        };
        self.groups.iter().map(mean).collect()
    }

    /// The error of the mean at each knot, of numbers of different runs that are weighted by these
    /// errors.
    pub(super) fn errors(&self, errors: &[f64]) -> Vec<f64> {
        let error = |group: &Range<usize>| match group.len() {
            1 => errors[group.start],
            _ => {
                let precisions = errors[group.clone()].iter().map(|error| error.powi(-2));
                precisions.sum::<f64>().powf(-0.5)
            }
        };
        self.groups.iter().map(error).collect()
    }

    /// The sum of a column at each knot.
    pub(super) fn sums(&self, column: &[usize]) -> Vec<usize> {
        let sum = |group: &Range<usize>| column[group.clone()].iter().sum();
        self.groups.iter().map(sum).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resamples, Resampling, RunId};

    fn groups(temperatures: &[f64], error: f64) -> Vec<usize> {
        let estimate = |(k, &t): (usize, &f64)| {
            let resamples = Resamples::new(RunId::named(&format!("run {k}")), Resampling::Blocks(2), 2);
            Point::new(Estimate::new(t, vec![t - error, t + error], resamples), 1.0)
        };
        let points: Vec<Point> = temperatures.iter().enumerate().map(estimate).collect();
        assert_eq!(Knots::count(&points), Knots::of(&Point::sorted(&points)).len());
        let knots = Knots::of(&Point::sorted(&points));
        knots.groups.iter().map(ExactSizeIterator::len).collect()
    }

    #[test]
    fn temperatures_that_cannot_be_told_apart_are_one() {
        // Exact: by 0.5 %, and a tenth of the widest step.
        assert_eq!(groups(&[0.6, 0.7, 0.7, 0.8], 0.0), [1, 2, 1]);
        assert_eq!(groups(&[0.6, 0.7, 0.7034, 0.8], 0.0), [1, 2, 1]);
        assert_eq!(groups(&[0.6, 0.7, 0.7036, 0.8], 0.0), [1, 1, 1, 1]);
        assert_eq!(groups(&[0.6; 4], 0.0), [4]);
        // Narrow scans keep their steps, and so do those over decades.
        assert_eq!(groups(&[1000.0, 1001.0, 1003.0], 0.0), [1, 1, 1]);
        assert_eq!(groups(&[0.45, 0.466, 0.475, 0.5, 5.0], 0.0), [1; 5]);
        // By three standard errors of the difference, √2 times that of each.
        assert_eq!(groups(&[0.6, 0.7, 0.8], 0.1 / 4.3), [1, 1, 1]);
        assert_eq!(groups(&[0.6, 0.7, 0.8], 0.1 / 4.2), [2, 1]);
        assert_eq!(groups(&[], 0.0), [0; 0]);
    }

    #[test]
    fn a_mean_has_the_weights_of_the_variances() {
        let at = |run: &str, t: f64, value: f64, error: f64| {
            let resamples = Resamples::new(RunId::named(run), Resampling::Blocks(2), 2);
            Point::new(
                t,
                Estimate::new(value, vec![value - error, value + error], resamples),
            )
        };
        let points = [
            at("a", 0.5, 2.0, 0.1),
            at("b", 0.7, 3.0, 0.1),
            at("c", 0.7, 4.0, 0.2),
        ];
        let knots = Knots::of(&Point::sorted(&points));
        let means = knots.means(&[2.0, 3.0, 4.0]);
        assert_eq!((means[0], means.len()), (2.0, 2));
        assert!((means[1] - 3.2).abs() < 1e-12, "{means:?}");
        assert_eq!(knots.sums(&[1, 2, 3]), [1, 5]);
        let errors = knots.errors(&[0.1, 0.3, 0.4]);
        assert!((errors[1] - 0.24).abs() < 1e-12 && errors[0] == 0.1, "{errors:?}");
        // One without an error has no weight that compares with the others.
        let points = [points[0].clone(), points[1].clone(), Point::new(0.7, 4.0)];
        let means = Knots::of(&Point::sorted(&points)).means(&[2.0, 3.0, 4.0]);
        assert_eq!(means, [2.0, 3.5]);
    }
}
