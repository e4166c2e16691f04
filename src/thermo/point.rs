//! A number at a temperature.

use super::ThermoError;
use crate::stats::Estimate;

/// A number at one temperature, both with their errors: what every function over temperature takes.
///
/// Temperature and value of one run share its resamples, and what is computed from them carries their correlation. A plain
/// number stands for one without error.
///
/// ```
/// use msed::thermo::Point;
/// let point = Point::new(0.5, 4.2);
/// assert_eq!((point.temperature.value(), point.value.standard_error()), (0.5, Some(0.0)));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Point {
    /// Mean temperature.
    pub temperature: Estimate,
    /// The value there.
    pub value: Estimate,
}

impl Point {
    /// A value at a temperature.
    #[must_use]
    pub fn new(temperature: impl Into<Estimate>, value: impl Into<Estimate>) -> Self {
        Self {
            temperature: temperature.into(),
            value: value.into(),
        }
    }

    /// The points from the lowest temperature on.
    pub(super) fn sorted(points: &[Self]) -> Vec<&Self> {
        let mut sorted: Vec<&Self> = points.iter().collect();
        sorted.sort_by(|a, b| a.temperature.value().total_cmp(&b.temperature.value()));
        sorted
    }

    /// Whether two sorted lists of points stand at the same temperatures.
    pub(super) fn check_paired(points: &[&Self], others: &[&Self]) -> Result<(), ThermoError> {
        let temperature = |point: &&Self| point.temperature.value();
        let differ = |(a, b): &(&&Self, &&Self)| temperature(a) != temperature(b);
        if points.len() != others.len() {
            return Err(ThermoError::Unpaired {
                found: others.len(),
                expected: points.len(),
            });
        }
        match points.iter().zip(others).find(differ) {
            Some((expected, found)) => Err(ThermoError::OtherTemperature {
                found: temperature(found),
                expected: temperature(expected),
            }),
            None => Ok(()),
        }
    }

    /// Whether temperatures and relaxation times have logarithms.
    pub(super) fn check_times(times: &[Self]) -> Result<(), ThermoError> {
        for (temperature, time) in times.iter().map(Self::values) {
            for found in [temperature, time] {
                if !(found.is_finite() && found > 0.0) {
                    return Err(ThermoError::Time { found, temperature });
                }
            }
        }
        Ok(())
    }

    /// Temperature and value without their errors.
    pub(super) fn values(&self) -> (f64, f64) {
        (self.temperature.value(), self.value.value())
    }
}
