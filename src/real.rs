//! The two storage types, and numbers outside of their range.

use num_traits::AsPrimitive;
use thiserror::Error;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A storage type for samples and coordinates: `f32` or `f64`.
///
/// Every sum, mean, transform and fit of the crate is carried out in `f64`, and so are products but
/// for those of one place: [`self_isf`](crate::structure::self_isf()) multiplies phase factors of
/// coordinates in `f32` in `f32`, since such coordinates know a phase to fewer digits.
/// [`widened`](crate::trajectory::Trajectory::widened) asks for `f64` there. The trait is sealed,
/// because an integer or a dual number would compile without a meaning.
pub trait Real:
    Copy + PartialOrd + Default + std::fmt::Debug + std::fmt::Display + Send + Sync + sealed::Sealed + 'static
{
    /// The value in `f64`, exactly.
    fn to_f64(self) -> f64;

    /// The nearest value of the storage type.
    fn from_f64(value: f64) -> Self;
}

impl Real for f32 {
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self.as_()
    }

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value.as_()
    }
}

impl Real for f64 {
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }
}

/// The largest size of a sample or a coordinate. Up to it, the fourth powers of differences, summed
/// over any run, are finite, and so are the squares of what these sums become.
const LARGEST: f64 = 1e60;

/// Whether a sample or a coordinate can be computed with.
pub(crate) fn is_fit(x: f64) -> bool {
    // NaN is not below anything.
    x.abs() <= LARGEST
}

/// Numbers that are compared before the next look whether one is unfit.
const PIECE: usize = 64;

/// The position of the first value that cannot be computed with.
pub(crate) fn first_unfit<T: Real>(values: &[T]) -> Option<usize> {
    // Without an exit in between, the compiler compares several numbers at once.
    let fit = |piece: &[T]| piece.iter().fold(true, |fit, x| fit & is_fit(x.to_f64()));
    let piece = values.chunks(PIECE).position(|piece| !fit(piece))? * PIECE;
    let unfit = values[piece..].iter().position(|x| !is_fit(x.to_f64()))?;
    Some(piece + unfit)
}

/// A number as a person writes it: so many significant digits at most, without zeros at the end,
/// and with an exponent below 1e-4 and from 1e6 on.
///
/// Messages print numbers by it. Products and sums of decimal numbers end in digits that nobody
/// wrote, which twelve digits do not show.
///
/// ```
/// use msed::stats::short;
/// let interval = 87.0 * 0.004;
/// assert_eq!(interval.to_string(), "0.34800000000000003");
/// assert_eq!(short(interval, 12), "0.348");
/// assert_eq!(short(2.0_f64.sqrt(), 4), "1.414");
/// ```
#[must_use]
pub fn short(x: f64, digits: usize) -> String {
    let text = format!("{x:.*e}", digits.clamp(1, 17) - 1);
    // Through the exponent form, which rounds to significant digits, and back.
    match text.parse::<f64>() {
        Ok(rounded) if rounded != 0.0 && rounded.is_finite() && !(1e-4..1e6).contains(&rounded.abs()) => {
            format!("{rounded:e}")
        }
        Ok(rounded) => rounded.to_string(),
        Err(_) => text,
    }
}

/// Two numbers with 6, 12 or 17 digits, the fewest that show how they differ.
pub(crate) fn apart(found: f64, expected: f64) -> [String; 2] {
    let texts = |digits| [found, expected].map(|x| short(x, digits));
    let differ = |[found, expected]: &[String; 2]| found != expected;
    [6, 12]
        .map(texts)
        .into_iter()
        .find(differ)
        .unwrap_or_else(|| texts(17))
}

/// Numbers in a list, such as `[1, 0.348, 2]`.
pub(crate) fn list(numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|&x| short(x, 12)).collect();
    format!("[{}]", numbers.join(", "))
}

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
#[error("{what} {}, expected {expected}", short(*.found, 12))]
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
    fn numbers_are_written_as_a_person_writes_them() {
        for (x, expected) in [
            (0.0, "0"),
            (1.4 + 2e-16, "1.4"),
            (0.348_000_000_000_000_03, "0.348"),
            (-35.355_339, "-35.3553"),
            (999_999.7, "1e6"),
            (1.5e-7, "1.5e-7"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(short(x, 6), expected);
        }
        assert_eq!(apart(3.0 * 0.1, 0.25), ["0.3", "0.25"]);
        assert_eq!(apart(-6823.57843, -6823.57844), ["-6823.57843", "-6823.57844"]);
        assert_eq!(
            apart(3.0 * 0.1, 0.3),
            ["0.30000000000000004", "0.3"].map(str::to_owned)
        );
        assert_eq!(list(&[0.1 + 0.2, -1e-7, 2.0]), "[0.3, -1e-7, 2]");
    }

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
