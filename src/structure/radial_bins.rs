//! Bins of distance.

use super::StructureError;

/// More bins than this are a mistake.
const MOST_BINS: usize = 1 << 20;

/// Bins of distance, each with its lower edge and without its upper one.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RadialBins {
    edges: Vec<f64>,
}

impl RadialBins {
    /// `count` bins of equal width from 0 to `end`.
    ///
    /// # Errors
    /// [`StructureError::Bins`] for no bin or more than 2^20, or an end that is not positive and
    /// finite.
    pub fn linear(end: f64, count: usize) -> Result<Self, StructureError> {
        Self::checked(0.0, end, count, |x| end * x)
    }

    /// `count` bins of equal width in `log10 r` from `start` to `end`.
    ///
    /// # Errors
    /// [`StructureError::Bins`] for no bin or more than 2^20, or ends that are not positive, finite
    /// and increasing.
    pub fn logarithmic(start: f64, end: f64, count: usize) -> Result<Self, StructureError> {
        if start.is_nan() || start <= 0.0 {
            return Err(StructureError::Bins { start, end, count });
        }
        Self::checked(start, end, count, |x| start * (end / start).powf(x))
    }

    fn checked(start: f64, end: f64, count: usize, at: impl Fn(f64) -> f64) -> Result<Self, StructureError> {
        let refused = StructureError::Bins { start, end, count };
        if !(1..=MOST_BINS).contains(&count) {
            return Err(refused);
        }
        let mut edges: Vec<f64> = (0..=count).map(|i| at(i as f64 / count as f64)).collect();
        if !edges.windows(2).all(|w| w[0] < w[1] && w[1].is_finite()) {
            return Err(refused);
        }
        (edges[0], edges[count]) = (start, end);
        Ok(Self { edges })
    }

    /// The edges, one more than there are bins.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The middle of each bin: arithmetic for linear bins, geometric for logarithmic ones.
    #[must_use]
    pub fn centres(&self) -> Vec<f64> {
        let linear = self.edges[0] == 0.0;
        let middle = |w: &[f64]| {
            if linear {
                0.5 * (w[0] + w[1])
            } else {
                (w[0] * w[1]).sqrt()
            }
        };
        self.edges.windows(2).map(middle).collect()
    }

    /// Number of bins; at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.edges.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_counted_before_they_are_made() {
        let expected = |count: usize, start: f64| {
            format!(
                "{count} bins from {start} to 2, expected 1 to 1048576 between increasing finite distances, of which logarithmic \
                 bins begin above 0"
            )
        };
        for count in [0, (1 << 20) + 1, usize::MAX] {
            let linear = RadialBins::linear(2.0, count).unwrap_err();
            assert_eq!(linear.to_string(), expected(count, 0.0));
            let logarithmic = RadialBins::logarithmic(0.5, 2.0, count).unwrap_err();
            assert_eq!(logarithmic.to_string(), expected(count, 0.5));
        }
        assert_eq!(RadialBins::linear(2.0, 1 << 20).unwrap().count(), 1 << 20);
    }
}
