//! Which part of a curve a fit rests on.

use super::error::FitError;

/// Which part of a curve a fit rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Window {
    /// Chosen by the rule that the fit states; the result says which it was.
    Automatic,
    /// The first and the last lag time, both included.
    Given([f64; 2]),
}

impl From<[f64; 2]> for Window {
    fn from(times: [f64; 2]) -> Self {
        Self::Given(times)
    }
}

impl Window {
    /// The window that was asked for, if one was.
    pub(super) fn asked(self) -> Result<Option<[f64; 2]>, FitError> {
        let Self::Given([start, end]) = self else {
            return Ok(None);
        };
        let valid = start.is_finite() && end.is_finite() && start >= 0.0 && end > start;
        if valid {
            Ok(Some([start, end]))
        } else {
            Err(FitError::Window { found: [start, end] })
        }
    }
}

/// Whether a lag time lies in a window, its ends included to rounding.
pub(super) fn contains([start, end]: [f64; 2], time: f64) -> bool {
    time >= start * (1.0 - 1e-9) && time <= end * (1.0 + 1e-9)
}
