//! A number at a temperature, and the path on which several lie.

use super::ThermoError;
use crate::stats::Estimate;

/// A number at one temperature, both with their errors: what every function over temperature takes.
///
/// Temperature and value of one run share its resamples, and what is computed from them carries
/// their correlation. A plain number stands for one without error.
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
                    return Err(ThermoError::Value {
                        found,
                        temperature,
                        expected: "positive finite temperatures and relaxation times",
                    });
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

/// What the state points of a scan have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Path {
    /// One volume.
    Isochoric,
    /// One pressure, hence a volume each: the slope of the energy is not the heat capacity at
    /// constant volume, and an integral of the latter is not the entropy.
    Isobaric,
}

impl Path {
    /// `isochoric` or `isobaric`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Isochoric => "isochoric",
            Self::Isobaric => "isobaric",
        }
    }

    /// What the integral of C_V/T leaves out of the entropy along this path.
    #[must_use]
    pub fn left_out(&self) -> Option<&'static str> {
        match self {
            Self::Isochoric => None,
            Self::Isobaric => Some("the expansion's part, the integral of (dp_ex/dT)_V dV"),
        }
    }
}
