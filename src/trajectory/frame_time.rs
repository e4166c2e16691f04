//! The time that a file gives a frame.

/// The time that a file gives a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FrameTime {
    /// The time, in the unit of the file.
    pub value: f64,
    /// How far rounding may have moved it.
    pub rounding: f64,
    /// The unit that the format has by convention: `ps` for XTC and TRR. `None` where it has none.
    pub unit: Option<&'static str>,
}

impl FrameTime {
    /// A time of single precision, as binary formats have it; `None` where it is not finite.
    #[must_use]
    pub fn single(value: f32, unit: Option<&'static str>) -> Option<Self> {
        let value = f64::from(value);
        let rounding = value.abs() * f64::from(f32::EPSILON);
        value.is_finite().then_some(Self {
            value,
            rounding,
            unit,
        })
    }

    /// A time as it was printed, which rounds its last digit; `None` where it is no finite number.
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
        let (digits, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let behind = digits.split_once('.').map_or(0, |(_, behind)| behind.len());
        let power: i32 = power.parse().ok()?;
        let last = 10_f64.powi(power.saturating_sub(i32::try_from(behind).unwrap_or(i32::MAX)));
        // Programs that compute in single precision print more digits than they have.
        let rounding = (0.5 * last).max(value.abs() * f64::from(f32::EPSILON));
        (value.is_finite() && rounding.is_finite()).then_some(Self {
            value,
            rounding,
            unit: None,
        })
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
        assert_eq!(rounding("nan"), None);
        assert_eq!(rounding("1e400"), None);
        assert_eq!(rounding("0.5e99999999999"), None);
        assert_eq!(FrameTime::single(f32::NAN, None), None);
    }
}
