//! A number outside of its range.

use thiserror::Error;

/// A number that cannot be right, with what it is and what was expected:
/// `time step NaN, expected a positive finite number`.
///
/// ```
/// use msed::stats::Invalid;
/// assert_eq!(Invalid::unless_positive("time step", 0.005), Ok(0.005));
/// let error = Invalid::unless_positive("time step", -1.0).unwrap_err();
/// assert_eq!(error.to_string(), "time step -1, expected a positive finite number");
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{what} {found}, expected {expected}")]
#[non_exhaustive]
pub struct Invalid {
    /// What the number is.
    pub what: String,
    /// The number.
    pub found: f64,
    /// What was expected.
    pub expected: &'static str,
}

impl Invalid {
    /// A number that is not as expected.
    #[must_use]
    pub fn new(what: impl Into<String>, found: f64, expected: &'static str) -> Self {
        Self {
            what: what.into(),
            found,
            expected,
        }
    }

    /// The number, if it is positive and finite.
    ///
    /// # Errors
    /// `what` with the number otherwise.
    pub fn unless_positive(what: &str, found: f64) -> Result<f64, Self> {
        if found.is_finite() && found > 0.0 {
            Ok(found)
        } else {
            Err(Self::new(what, found, "a positive finite number"))
        }
    }

    /// The number, if it is finite.
    ///
    /// # Errors
    /// `what` with the number otherwise.
    pub fn unless_finite(what: &str, found: f64) -> Result<f64, Self> {
        if found.is_finite() {
            Ok(found)
        } else {
            Err(Self::new(what, found, "a finite number"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_of_their_range_are_named() {
        for found in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = Invalid::unless_positive("bin width", found).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("bin width {found}, expected a positive finite number")
            );
        }
        assert_eq!(Invalid::unless_finite("level", -1.0), Ok(-1.0));
        let error = Invalid::unless_finite("a crossing of level", f64::NAN).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a crossing of level NaN, expected a finite number"
        );
    }
}
