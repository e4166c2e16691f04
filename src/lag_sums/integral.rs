//! The integral of a correlation.

/// An integrated correlation time, in samples, and where its sum was cut.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CorrelationTime {
    /// `1/2 + sum over 1 <= m <= window of normalised[m]`.
    pub samples: f64,
    /// The last lag in the sum.
    pub window: usize,
}

impl CorrelationTime {
    /// The integral of a normalised autocorrelation at consecutive lags 0, 1, 2, ..., by the
    /// trapezoidal rule,
    /// ```text
    /// tau(M) = 1/2 + sum over 1 <= m <= M of normalised[m],       M = the smallest with M >= factor * tau(M)
    /// ```
    /// cut by Sokal's self-consistent window: past a few correlation times there is only noise,
    /// whose sum grows without bound. An exponential of time constant tau >> 1 gives tau (1 -
    /// e^-factor); 1 + 2 sum, the number of samples worth one independent one, is twice this.
    /// `None` where the lags end before the window does. A factor of 5 leaves 0.7 % of an
    /// exponential out; slower decays want more.
    ///
    /// A. Sokal, in *Functional Integration*, NATO ASI 361, 131 (1997), section 3.
    ///
    /// ```
    /// use msed::lag_sums::CorrelationTime;
    /// let exponential: Vec<f64> = (0..1000).map(|m| (-f64::from(m) / 20.0).exp()).collect();
    /// let time = CorrelationTime::windowed(&exponential, 5.0).unwrap();
    /// assert!((time.samples - 20.0).abs() < 0.01 * 20.0);
    /// assert_eq!(time.window, 100);
    /// assert_eq!(CorrelationTime::windowed(&exponential[..50], 5.0), None);
    /// ```
    #[must_use]
    pub fn windowed(normalised: &[f64], factor: f64) -> Option<Self> {
        let mut samples = 0.5;
        for (window, correlation) in normalised.iter().enumerate().skip(1) {
            samples += correlation;
            if window as f64 >= factor * samples {
                return Some(Self { samples, window });
            }
        }
        None
    }
}
