//! A series of any number that a run writes.

use std::borrow::Cow;

use super::column::Column;
use super::error::SeriesError;
use super::samples::{Series, other_interval};
use crate::real::Real;
use crate::replicas::sealed::Replica;
use crate::sampling::Sampling;
use crate::stats::RunId;

/// Any number that a run writes at evenly spaced steps: a pressure, a component of the stress, a
/// dipole moment, a volume.
///
/// Samples are owned or borrowed, in `f32` or `f64`, and finite. They are taken as they are:
/// results have the unit of the samples where those of an [`EnergySeries`](super::EnergySeries)
/// have energy per particle. The estimators are the same, and so are their definitions:
/// [`msed`](crate::energy::msed()), [`autocorrelation`](crate::energy::autocorrelation()),
/// [`integrated_time`](crate::energy::integrated_time()), [`drift`](crate::energy::drift()),
/// [`Whittle`](crate::spectrum::Whittle) and [`zero_frequency`](crate::spectrum::zero_frequency()),
/// whose value is a transport coefficient but for its prefactor.
///
/// ```
/// use msed::{Lags, Resampling, Sampling, ScalarSeries, energy};
/// let pressure = [0.85, 0.91, 0.79, 0.88];
/// let run = ScalarSeries::new(&pressure[..], Sampling::new(10, 0.004)?)?;
/// let msed = energy::msed(&run, &Lags::samples([1]), Resampling::None)?;
/// let squares = 0.06_f64.powi(2) + 0.12_f64.powi(2) + 0.09_f64.powi(2);
/// assert!((msed.values()[0] - squares / 3.0).abs() < 1e-15);
///
/// let bad = ScalarSeries::new(vec![1.0, f64::NAN], Sampling::new(10, 0.004)?);
/// assert_eq!(
///     bad.unwrap_err().to_string(),
///     "sample 1 is NaN, expected a finite number of at most 1e60 in size"
/// );
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ScalarSeries<'a, T: Real = f64> {
    samples: Column<'a, T>,
    sampling: Sampling,
}

impl<'a, T: Real> ScalarSeries<'a, T> {
    /// A series of `samples`, evenly spaced.
    ///
    /// # Errors
    /// [`SeriesError`] for fewer than two samples, or a sample that is not finite or above 1e60 in
    /// size (with its index).
    pub fn new(samples: impl Into<Cow<'a, [T]>>, sampling: Sampling) -> Result<Self, SeriesError> {
        Ok(Self {
            samples: Column::series("sample", samples)?,
            sampling,
        })
    }

    /// The series without its first `samples` samples, which were taken before equilibrium.
    ///
    /// # Errors
    /// [`SeriesError::TooFewSamples`] if fewer than two are left.
    pub fn discard(mut self, samples: usize) -> Result<Self, SeriesError> {
        self.samples = self.samples.discard(samples)?;
        Ok(self)
    }

    /// Which run this is: equal samples are one run.
    #[must_use]
    pub fn run(&self) -> RunId {
        RunId::of(self.samples())
    }

    /// The samples.
    #[must_use]
    pub fn samples(&self) -> &[T] {
        &self.samples.0
    }

    /// Number of samples: two or more.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        Series::len(self)
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Number of samples times their spacing, in time units.
    #[must_use]
    pub fn duration(&self) -> f64 {
        Series::duration(self)
    }
}

impl<T: Real> Replica for ScalarSeries<'_, T> {
    fn difference(&self, first: &Self) -> Option<String> {
        other_interval(self.sampling, first.sampling)
    }
}

impl<T: Real> Series<T> for ScalarSeries<'_, T> {
    fn samples(&self) -> &[T] {
        self.samples()
    }

    fn sampling(&self) -> Sampling {
        self.sampling
    }

    fn result_factor(&self) -> f64 {
        1.0
    }
}
