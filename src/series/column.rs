//! Samples that were checked.

use std::borrow::Cow;

use super::error::SeriesError;
use crate::real::{Real, first_unfit};

/// Samples that are finite and at most 1e60 in size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column<'a, T: Real>(pub(super) Cow<'a, [T]>);

impl<'a, T: Real> Column<'a, T> {
    /// A column of this quantity, which errors name.
    pub(super) fn new(quantity: &'static str, samples: impl Into<Cow<'a, [T]>>) -> Result<Self, SeriesError> {
        let samples = samples.into();
        match first_unfit(&samples) {
            Some(index) => Err(SeriesError::NotFinite {
                quantity,
                index,
                found: samples[index].to_f64(),
            }),
            None => Ok(Self(samples)),
        }
    }

    /// A column of two samples or more.
    pub(super) fn series(
        quantity: &'static str,
        samples: impl Into<Cow<'a, [T]>>,
    ) -> Result<Self, SeriesError> {
        let samples = samples.into();
        if samples.len() < 2 {
            return Err(SeriesError::TooFewSamples { found: samples.len() });
        }
        Self::new(quantity, samples)
    }

    /// The column without its first samples, of which two or more are left.
    pub(super) fn discard(self, samples: usize) -> Result<Self, SeriesError> {
        let left = self.0.len().saturating_sub(samples);
        if left < 2 {
            return Err(SeriesError::TooFewSamples { found: left });
        }
        Ok(Self(match self.0 {
            Cow::Borrowed(values) => Cow::Borrowed(&values[samples..]),
            Cow::Owned(mut values) => {
                values.drain(..samples);
                Cow::Owned(values)
            }
        }))
    }
}
