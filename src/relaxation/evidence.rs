//! What a fitted relaxation rests on, by method.

use super::model::Weighting;
use super::solver::Termination;

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
    /// How the search ended.
    pub termination: Termination,
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
    /// B, the level of the fast part's spectrum: energy² per particle². It grows as the sampling
    /// interval falls below the fast part's correlation time.
    pub fast_level: f64,
    /// Standard errors of ln Um², ln τ and β from the Fisher information: the Cramér-Rao bound of a
    /// Gaussian series, and wrong for any other. `None` where the information is singular.
    pub fisher_standard_errors: Option<[f64; 3]>,
    /// The mean square of `sqrt(M) (I/S - 1)` over groups of M >= 10 ordinates: 1 where the model
    /// holds. `None` where the band holds too few ordinates.
    pub reduced_chi_squared: Option<f64>,
    /// By how many standard deviations that mean square lies above its expectation.
    pub excess: Option<f64>,
}
