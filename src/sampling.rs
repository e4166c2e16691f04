//! When samples are taken.

use std::fmt;
use std::num::NonZeroU64;

use crate::real::Invalid;

/// How far a time may lie off a multiple of a step, relative to it: logs print few digits.
const MULTIPLE: f64 = 1e-4;

/// Steps between samples beyond which a run of 2^32 samples would have no step number.
const LONGEST_STRIDE: u64 = 1 << 32;

/// A lag, in molecular-dynamics steps: never in samples, of which it holds a different number in
/// every run.
///
/// ```
/// use msed::{Lag, Sampling};
/// let every_ten = Sampling::new(10, 0.005)?;
/// assert_eq!(every_ten.lag(7), Lag::from_steps(70));
/// assert_eq!(every_ten.samples_in(Lag::from_steps(70)), Some(7));
/// assert_eq!(every_ten.samples_in(Lag::from_steps(75)), None);
/// assert_eq!(Lag::from_steps(70).to_string(), "70 steps");
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct Lag(u64);

impl Lag {
    /// No lag at all.
    pub const ZERO: Self = Self(0);

    /// A lag of so many molecular-dynamics steps.
    #[must_use]
    pub const fn from_steps(steps: u64) -> Self {
        Self(steps)
    }

    /// Molecular-dynamics steps.
    #[must_use]
    pub const fn steps(self) -> u64 {
        self.0
    }

    /// The lag in time units, of which each step is `time_step` long.
    #[must_use]
    pub fn time(self, time_step: f64) -> f64 {
        self.0 as f64 * time_step
    }
}

impl fmt::Display for Lag {
    /// Such as `70 steps`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} steps", self.0)
    }
}

/// A sampling time axis: an integer spacing in molecular-dynamics steps, and the time of one step.
///
/// Integers are the time axis everywhere inside; a time in seconds, picoseconds or Lennard-Jones
/// units appears only on the way out. `m` samples are a [lag](Self::lag) of `m * stride` steps and
/// `m * stride * time_step` time units.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Spacing")
)]
pub struct Sampling {
    stride: NonZeroU64,
    time_step: f64,
}

/// The numbers of a sampling, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Spacing {
    stride: u64,
    time_step: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Spacing> for Sampling {
    type Error = Invalid;

    fn try_from(spacing: Spacing) -> Result<Self, Invalid> {
        Self::new(spacing.stride, spacing.time_step)
    }
}

impl Sampling {
    /// How many steps of `time_step` a time holds; `None` where it is no multiple of them, to one
    /// part in ten thousand: times in files have few digits.
    ///
    /// ```
    /// use msed::Sampling;
    /// assert_eq!(Sampling::steps_in(0.05, 0.005), Some(10));
    /// assert_eq!(Sampling::steps_in(0.3333, 1.0 / 3.0), Some(1));
    /// assert_eq!(Sampling::steps_in(0.052, 0.005), None);
    /// assert_eq!(Sampling::steps_in(f64::NAN, 0.005), None);
    /// ```
    #[must_use]
    pub fn steps_in(time: f64, time_step: f64) -> Option<u64> {
        let steps = time / time_step;
        let whole = steps.round();
        let is_multiple = (1.0..=1e15).contains(&whole) && (steps / whole - 1.0).abs() <= MULTIPLE;
        is_multiple.then_some(whole as u64)
    }

    /// Samples every `stride` steps of `time_step` time units each.
    ///
    /// # Errors
    /// [`Invalid`] for a stride of zero or above 2^32 steps, and for a time step that is not
    /// positive and finite.
    ///
    /// ```
    /// let every_ten = msed::Sampling::new(10, 0.005)?;
    /// assert_eq!(every_ten.interval(), 0.05);
    /// assert!(msed::Sampling::new(10, -0.005).is_err());
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn new(stride: u64, time_step: f64) -> Result<Self, Invalid> {
        let steps = NonZeroU64::new(stride).filter(|steps| steps.get() <= LONGEST_STRIDE);
        let expected = "1 to 4294967296 steps";
        let invalid = || Invalid::new("stride of the samples", stride as f64, expected);
        Ok(Self {
            stride: steps.ok_or_else(invalid)?,
            time_step: Invalid::unless_positive("time step", time_step)?,
        })
    }

    /// Steps between samples.
    #[must_use]
    pub fn stride(&self) -> u64 {
        self.stride.get()
    }

    /// Time units per step.
    #[must_use]
    pub fn time_step(&self) -> f64 {
        self.time_step
    }

    /// The lag between a sample and the one so many samples later.
    #[must_use]
    pub fn lag(&self, samples: u64) -> Lag {
        Lag(samples.saturating_mul(self.stride()))
    }

    /// How many samples a lag is long; `None` where it ends between two samples.
    #[must_use]
    pub fn samples_in(&self, lag: Lag) -> Option<u64> {
        let stride = self.stride();
        lag.0.is_multiple_of(stride).then(|| lag.0 / stride)
    }

    /// Time units between samples.
    #[must_use]
    pub fn interval(&self) -> f64 {
        self.stride.get() as f64 * self.time_step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_what_was_found() {
        assert_eq!(
            Sampling::new(u64::MAX, 1.0).unwrap_err().to_string(),
            "stride of the samples 1.84467440737e19, expected 1 to 4294967296 steps"
        );
        assert!(Sampling::new(1 << 32, 1.0).is_ok());
        assert_eq!(
            Sampling::new(1, f64::NAN).unwrap_err().to_string(),
            "time step NaN, expected a positive finite number"
        );
    }
}
