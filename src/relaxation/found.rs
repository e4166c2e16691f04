//! A fitted relaxation, whatever the method.

use super::caution::Caution;
use super::evidence::{Evidence, LeastSquares};
use super::fall::Fall;
use super::judge;
use super::model::{Model, Weighting};
use super::resampled::Resampled;
use super::shape::Form;
use super::verdict::Verdict;
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
pub struct Relaxation {
    model: Model,
    u0_squared: Estimate,
    um_squared: Estimate,
    relaxation_time: Estimate,
    beta: Estimate,
    mean_relaxation_time: Estimate,
    verdict: Verdict,
    cautions: Vec<Caution>,
    evidence: Evidence,
}

impl Relaxation {
    /// A relaxation by its five numbers, in the order in which this type has them.
    pub(crate) fn new(
        model: Model,
        numbers: [Estimate; 5],
        verdict: Verdict,
        cautions: Vec<Caution>,
        evidence: Evidence,
    ) -> Self {
        let [
            u0_squared,
            um_squared,
            relaxation_time,
            beta,
            mean_relaxation_time,
        ] = numbers;
        Self {
            model,
            u0_squared,
            um_squared,
            relaxation_time,
            beta,
            mean_relaxation_time,
            verdict,
            cautions,
            evidence,
        }
    }

    /// What least squares found. `after` is the last significant fall before an automatic window.
    pub(super) fn by_least_squares(
        fitted: &Resampled<'_>,
        weighting: Option<Weighting>,
        after: Option<Fall>,
    ) -> Self {
        let points = &fitted.points;
        let evidence = LeastSquares {
            weighting,
            window: points.window,
            lag_range: [points.shortest(), points.longest()],
            points: points.times.len(),
            degrees_of_freedom: fitted.degrees_of_freedom(),
            chi_squared: (weighting != Some(Weighting::Uniform)).then_some(fitted.whole.squares),
            covariance: fitted.covariance(),
            condition_number: fitted.information.condition,
            termination: fitted.whole.termination,
        };
        let (offset, evidence) = match fitted.shape().form {
            Form::Decay => (Estimate::exact(0.0), Evidence::Decay(evidence)),
            Form::Rise if weighting.is_none() => (fitted.offset(), Evidence::Generalised(evidence)),
            Form::Rise => (fitted.offset(), Evidence::LeastSquares(evidence)),
        };
        let numbers = [
            offset,
            fitted.estimate(|p| p.amplitude),
            fitted.estimate(super::shape::Parameters::tau),
            fitted.estimate(|p| p.beta),
            fitted.estimate(super::shape::Parameters::mean_time),
        ];
        Self::new(
            fitted.shape().model,
            numbers,
            Verdict::new(judge::reasons(fitted, after)),
            judge::cautions(fitted),
            evidence,
        )
    }

    /// The form fitted.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

    /// The fast plateau U0², in the curve's unit (energy² per particle²); of a spectrum `2 Var(e) -
    /// Um²` with the variance of an infinite run.
    ///
    /// Of a curve it is not negative. Where it rests at 0, on the whole or on a resample, its
    /// replicates come from a fit without that bound, to first order in the values, and may be
    /// negative: its standard error says how well the data know it, and [`Caution::PlateauAtZero`]
    /// what it is below.
    #[must_use]
    pub fn u0_squared(&self) -> &Estimate {
        &self.u0_squared
    }

    /// The slow rise Um², in the curve's unit: twice the variance of the slow part. On a resample
    /// without such a relaxation it is NaN, and then it has no standard error; the same holds for
    /// the times and the exponent.
    #[must_use]
    pub fn um_squared(&self) -> &Estimate {
        &self.um_squared
    }

    /// The amplitude of a decay, in the curve's unit: the non-ergodicity parameter f_q of F_s(q,t).
    /// Another name of [`um_squared`](Self::um_squared).
    #[must_use]
    pub fn amplitude(&self) -> &Estimate {
        &self.um_squared
    }

    /// The relaxation time τ, in time units.
    #[must_use]
    pub fn relaxation_time(&self) -> &Estimate {
        &self.relaxation_time
    }

    /// The exponent β: exactly 1 for [`Model::Exponential`].
    #[must_use]
    pub fn beta(&self) -> &Estimate {
        &self.beta
    }

    /// The mean relaxation time (τ/β) Γ(1/β), in time units.
    #[must_use]
    pub fn mean_relaxation_time(&self) -> &Estimate {
        &self.mean_relaxation_time
    }

    /// Whether the parameters mean what their names say.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// What to know about the error bars.
    #[must_use]
    pub fn cautions(&self) -> &[Caution] {
        &self.cautions
    }

    /// What the numbers rest on: window, weights and how the search ended, or the band of a
    /// spectrum.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
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
