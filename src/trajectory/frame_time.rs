//! The time that a file gives a frame.

/// The time that a file gives a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FrameTime {
    /// The time, in the unit of the file. A damaged file may have NaN or an infinity, which
    /// [`with_checked_times`](super::with_checked_times) refuses.
    pub value: f64,
    /// How far rounding may have moved it.
    pub rounding: f64,
    /// The unit that the format has by convention: `ps` for XTC and TRR. `None` where it has none.
    pub unit: Option<&'static str>,
}

impl FrameTime {
    /// A time of single precision, as binary formats have it.
    #[must_use]
    pub fn single(value: f32, unit: Option<&'static str>) -> Self {
        let value = f64::from(value);
        let rounding = value.abs() * f64::from(f32::EPSILON);
        Self {
            value,
            rounding,
            unit,
        }
    }

    /// A time as it was printed, which rounds its last digit; `None` where it is no number.
    ///
    /// ```
    /// use msed::trajectory::FrameTime;
    /// let time = FrameTime::printed("5.25").unwrap();
    /// assert_eq!((time.value, time.rounding), (5.25, 0.005));
    /// assert_eq!(FrameTime::printed("five"), None);
    /// ```
    #[must_use]
    pub fn printed(text: &str) -> Option<Self> {
        let value: f64 = text.parse().ok()?;
        let of = |rounding| Self {
            value,
            rounding,
            unit: None,
        };
        if !value.is_finite() {
            return Some(of(0.0));
        }
        let (digits, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let behind = digits.split_once('.').map_or(0, |(_, behind)| behind.len());
        let power: i32 = power.parse().ok()?;
        let last = 10_f64.powi(power.saturating_sub(i32::try_from(behind).unwrap_or(i32::MAX)));
        // Programs that compute in single precision print more digits than they have.
        let rounding = (0.5 * last).max(value.abs() * f64::from(f32::EPSILON));
        rounding.is_finite().then(|| of(rounding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_times_say_how_far_they_are_rounded() {
        let rounding = |text: &str| FrameTime::printed(text).map(|time| time.rounding);
        assert_eq!(rounding("5"), Some(0.5));
        assert_eq!(rounding("1.50e+02"), Some(0.5 * 10_f64.powi(0)));
        assert_eq!(rounding("now"), None);
        // No times, and the check of times must see them.
        for text in ["nan", "1e400", "0.5e99999999999", "-inf"] {
            let time = FrameTime::printed(text).unwrap();
            assert!(!time.value.is_finite() && time.rounding == 0.0, "{text}");
        }
        assert!(FrameTime::single(f32::NAN, None).value.is_nan());
    }
}
