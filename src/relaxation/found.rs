//! A fitted relaxation, whatever the method.

use std::fmt;

use super::caution::Caution;
use super::model::Model;
use super::verdict::Verdict;
use super::weights::Weighting;
use crate::stats::Estimate;

/// A relaxation that was fitted to a curve ([`Fit`](super::Fit)) or to a spectrum
/// ([`Whittle`](crate::spectrum::Whittle)).
///
/// A fit always has numbers, and they do not always mean something: read the
/// [`verdict`](Self::verdict) first.
///
/// A decay f_q exp(-(t/τ)^β) is a relaxation without a fast plateau: its amplitude f_q takes the
/// place of Um², and U0² is exactly 0.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Relaxation {
    /// The form fitted.
    pub model: Model,
    /// The fast plateau U0², in the curve's unit (energy² per particle²); of a spectrum `2 Var(e) -
    /// Um²` with the variance of an infinite run.
    ///
    /// Of a curve it is not negative. Where it rests at 0, on the whole or on a resample, its
    /// replicates come from a fit without that bound, to first order in the values, and may be
    /// negative: its standard error says how well the data know it, and [`Caution::PlateauAtZero`]
    /// what it is below.
    pub u0_squared: Estimate,
    /// The slow rise Um², in the curve's unit: twice the variance of the slow part. On a resample
    /// without such a relaxation it is NaN, and then it has no standard error; the same holds for
    /// the times and the exponent.
    pub um_squared: Estimate,
    /// The relaxation time τ, in time units.
    pub relaxation_time: Estimate,
    /// The exponent β: exactly 1 for [`Model::Exponential`].
    pub beta: Estimate,
    /// The mean relaxation time (τ/β) Γ(1/β), in time units.
    pub mean_relaxation_time: Estimate,
    /// Whether the parameters mean what their names say.
    pub verdict: Verdict,
    /// What to know about the error bars.
    pub cautions: Vec<Caution>,
    /// What the numbers rest on: window, weights and how the search ended, or the band of a
    /// spectrum.
    pub evidence: Evidence,
}

impl fmt::Display for Relaxation {
    /// `tau* = 4.27(71), U0^2 = 0.000522(12), Um^2 = 0.000083(13): resolved`, then the cautions. Of
    /// a decay tau and the amplitude f_q, and the exponent where it is fitted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.evidence {
            Evidence::Decay(_) => write!(f, "tau = {}, f_q = {}", self.relaxation_time, self.amplitude())?,
            _ => {
                write!(f, "tau* = {}, U0^2 = {}", self.relaxation_time, self.u0_squared)?;
                write!(f, ", Um^2 = {}", self.um_squared)?;
            }
        }
        if self.model == Model::Stretched {
            write!(f, ", beta = {}", self.beta)?;
        }
        write!(f, ": {}", self.verdict)?;
        self.cautions
            .iter()
            .try_for_each(|caution| write!(f, "; {caution}"))
    }
}

impl Relaxation {
    /// The amplitude of a decay, in the curve's unit: the non-ergodicity parameter f_q of F_s(q,t).
    /// Another name of [`um_squared`](Self::um_squared).
    #[must_use]
    pub fn amplitude(&self) -> &Estimate {
        &self.um_squared
    }

    /// The lag times that were fitted, in time units: the window as given, or as chosen; of a
    /// spectrum the reciprocals of the angular frequencies at the two ends of its band.
    #[must_use]
    pub fn window(&self) -> [f64; 2] {
        match &self.evidence {
            Evidence::Spectrum(of) => [of.max_frequency.recip(), of.min_frequency.recip()],
            Evidence::LeastSquares(of) | Evidence::Decay(of) | Evidence::Generalised(of) => of.window,
        }
    }

    /// χ² for each degree of freedom. `None` where there is no degree of freedom, or weights are
    /// uniform.
    ///
    /// Of a curve with independent weights it does not follow chi-squared statistics, since lags
    /// are correlated: values well below 1 are usual.
    #[must_use]
    pub fn reduced_chi_squared(&self) -> Option<f64> {
        match &self.evidence {
            Evidence::Spectrum(of) => of.reduced_chi_squared,
            Evidence::LeastSquares(of) | Evidence::Decay(of) | Evidence::Generalised(of) => {
                let freedom = Some(of.degrees_of_freedom).filter(|&freedom| freedom > 0)?;
                Some(of.chi_squared? / freedom as f64)
            }
        }
    }

    /// The fitted mean-squared difference or decay at a lag time above 0.
    #[must_use]
    pub fn evaluate(&self, time: f64) -> f64 {
        let reduced = (time / self.relaxation_time.value()).powf(self.beta.value());
        match self.evidence {
            Evidence::Decay(_) => self.um_squared.value() * (-reduced).exp(),
            _ => self.u0_squared.value() - self.um_squared.value() * (-reduced).exp_m1(),
        }
    }
}

/// What a fitted relaxation rests on.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Evidence {
    /// Least squares of a rise by Eq. (11).
    LeastSquares(LeastSquares),
    /// Least squares of a decay to zero.
    Decay(LeastSquares),
    /// Least squares of a rise with the covariance of the lags.
    Generalised(LeastSquares),
    /// The likelihood of the energy's spectrum.
    Spectrum(Spectrum),
}

impl Evidence {
    /// The least squares; `None` for a spectrum.
    #[must_use]
    pub fn least_squares(&self) -> Option<&LeastSquares> {
        match self {
            Self::LeastSquares(of) | Self::Decay(of) | Self::Generalised(of) => Some(of),
            Self::Spectrum(_) => None,
        }
    }

    /// The spectrum; `None` for least squares.
    #[must_use]
    pub fn spectrum(&self) -> Option<&Spectrum> {
        match self {
            Self::Spectrum(of) => Some(of),
            _ => None,
        }
    }
}

/// A fit by least squares: its lags, and how it ended.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct LeastSquares {
    /// How the lags were weighted; `None` where their covariance was given.
    pub weighting: Option<Weighting>,
    /// The window in time units: as given, or as chosen.
    pub window: [f64; 2],
    /// The shortest and the longest lag time in the window that had a weight.
    pub lag_range: [f64; 2],
    /// Number of lags fitted.
    pub points: usize,
    /// Number of lags less the number of free parameters.
    pub degrees_of_freedom: usize,
    /// The sum of squared residuals in standard errors, or rᵀ C⁻¹ r with the covariance C; `None`
    /// for uniform weights.
    ///
    /// Its expectation is the number of degrees of freedom where the covariance is right and the
    /// model holds. With standard errors the correlation of the lags is left out, and values far
    /// below that are usual.
    pub chi_squared: Option<f64>,
    /// The covariance of U0², Um², τ and β, in this order, that the weights imply: the inverse of
    /// the weighted normal matrix, times the residual variance where weights are uniform. Rows and
    /// columns of what is not fitted are zero. `None` where the matrix has no inverse, or no lag is
    /// left for the residual variance.
    ///
    /// Weights by standard errors take the lags as independent. Neighbouring lags share most of
    /// their pairs, so that the errors in here are then too small, often severalfold; the
    /// replicates of the parameters have the right ones.
    pub covariance: Option<[[f64; 4]; 4]>,
    /// The ratio of the largest to the smallest singular value of the weighted derivatives by U0²,
    /// Um², ln τ and ln β, each scaled to unit length. Infinite where a parameter has no influence
    /// at all.
    #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
    pub condition_number: f64,
    /// Whether the search came to rest. That it came to rest at the best fit is what the scan
    /// before it is for.
    pub converged: bool,
}

/// A fit to a spectrum: its band, and how well the spectrum is the model's.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Spectrum {
    /// The lowest angular frequency of the runs, per time unit: where the band begins.
    pub min_frequency: f64,
    /// Where the band ends: an angular frequency per time unit.
    pub max_frequency: f64,
    /// The probability of the model given the data and the priors, beside the other form; 1 where a
    /// model was asked for.
    pub probability: f64,
    /// The level of the fast part's spectrum at zero frequency: energy² per particle². It grows as
    /// the sampling interval falls below the fast part's correlation time.
    pub fast_level: f64,
    /// The times of the fast relaxations that the most probable form carries as nuisances, in time
    /// units.
    pub fast_times: Vec<f64>,
    /// Their variances, in the same order: energy² per particle².
    pub fast_variances: Vec<f64>,
    /// Standard errors of ln Um², ln τ and β from the Fisher information: the Cramér-Rao bound of a
    /// Gaussian series, and wrong for any other. `None` where the information is singular.
    pub fisher_standard_errors: Option<[f64; 3]>,
    /// The mean square of `sqrt(M) (I/S - 1)` over groups of M >= 10 ordinates: 1 where the model
    /// holds. `None` where the band holds too few ordinates.
    pub reduced_chi_squared: Option<f64>,
    /// By how many standard deviations that mean square lies above its expectation.
    pub excess: Option<f64>,
}

impl Spectrum {
    /// Variance and time of each fast relaxation.
    pub(super) fn fast_relaxations(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        let parts = self.fast_variances.iter().zip(&self.fast_times);
        parts.map(|(&variance, &time)| [variance, time])
    }
}
