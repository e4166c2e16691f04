//! The fit of a relaxation to a curve.

use super::automatic;
use super::covariance::Covariance;
use super::decay;
use super::error::FitError;
use super::fall::Fall;
use super::found::{Evidence, LeastSquares, Relaxation};
use super::judge;
use super::model::{Form, Model, Parameters};
use super::points::{BySpectrum, Task, Weighed};
use super::resampled::Resampled;
use super::verdict::Verdict;
use super::weights::Weighting;
use crate::curve::Curve;
use crate::stats::Estimate;

/// The fit of a relaxation to a curve by least squares, once to the whole and once to each of its
/// resamples, with the same lags and weights.
///
/// ```text
/// minimise over U0², Um², τ > 0, β:   Σ_k w_k [MSED(t_k) - U0² - Um² (1 - exp(-(t_k/τ)^β))]²
/// ```
///
/// [`Fit::new`] fits Eq. (11) to the rise of a mean-squared energy difference, [`Fit::decay`] a
/// stretched exponential to the tail of a correlation. The window is chosen from the curve and lags
/// are weighted by their standard errors, where nothing else is asked for.
///
/// # Lags
/// Every lag above 0 in the window counts once, so that the grid is a weighting too: linear lags
/// over-weight long times. Use [`Lags::logarithmic`](crate::Lags::logarithmic).
///
/// # Beside the spectrum
/// A curve alone cannot tell a fast relaxation from the beginning of a stretched slow one, since
/// its lags are correlated. The likelihood of the spectrum knows that correlation. Where the
/// energies are at hand, fit [`beside`](Fit::beside) the spectrum:
/// - the form is the one that the spectrum shows, with its β on the whole and on each resample;
/// - the window starts where its fast relaxations have risen to within 0.05 Um², and what they
///   still have to rise is added to the curve;
/// - no error is smaller than the spectrum's: no estimate from the same run knows more. Its own
///   errors of ln Um² and of times grow by e^(σ/2), as the spectrum's do
///   ([`Whittle`](crate::spectrum::Whittle));
/// - a spectrum without a slow part, or with a misfit, leaves the fit unresolved.
///
/// [`after`](Fit::after) does the same without the form and its errors: the form is of your choice.
///
/// Without a spectrum, prefer the stretched form. On series with a slow part of β = 0.75 the
/// exponential form finds four fifths of Um² and is resolved nevertheless. Where the fast
/// relaxation is only ten times faster than the slow one, either form may take a mixture of both
/// for the slow one (docs/errors.md, "Liquids").
///
/// # Automatic window of a rise
/// The window follows from the curve by three rules; [`Relaxation::window`] is what came out.
/// - *Start.* A curve that begins steeper than t^1.2 begins with inertial motion, which is skipped
///   to twice the time of the first minimum after its first maximum. Then the last lag is sought
///   from which the curve falls by more than six standard errors of the difference (more than six
///   for fewer than ten blocks: the same quantile of Student's t): vibrations, or a thermostat's
///   oscillation. The window starts at twice the time of the bottom of that fall, where an
///   oscillation that decays exponentially has decayed once more by as much. Where there is
///   neither, it starts at the first lag.
/// - *Agreement.* Vibrations that only rise are found by the fit. From the start onwards, the first
///   lag is sought from which a fit differs from the curve by no more than three standard errors of
///   the difference at its first lags (up to twice the start, three at least) and five at any up to
///   ten mean relaxation times, with τ no shorter than the start. If that is not the first one
///   tried, the window starts at twice its time, but not later than τ/2: what is left of the
///   vibrations is within noise at the one and far below it at the other. Where no start agrees,
///   because the run is too short for errors or Eq. (11) is not the curve's form, the start stays.
///   A window after the fast relaxations of a spectrum starts with them in place of this rule.
/// - *End.* The window ends at the last lag that keeps nine tenths of the origins that a run has (a
///   tenth of the run, where lags are decimated too), or earlier at five mean relaxation times of a
///   first fit up to there, but not before twenty times the start.
///
/// Both rules of the start compare with standard errors, so that the window depends on the number
/// of blocks. On the shipped run at T = 0.700 it starts at 0.2 with ten blocks, τ* = 4.27(71), and
/// at 1.4 with nine, 6.1(1.3). Errors leave this choice out, since every resample is fitted in the
/// window of the whole. Where it matters, set the window and compare: see also *Which tau\*?* in
/// docs/run_length.md.
///
/// # Automatic window of a decay
/// The window begins at the shoulder between the fast and the slow decay: the first minimum of
/// |dF/d ln t| on the way back from where F is 1/e of its first value. Slopes come from straight
/// lines through the lags within a factor of 1.8. Where there is no shoulder, the window begins
/// where 0.8 of the first value is left. It ends at the last lag before F falls below 2 % of its
/// first value or below two standard errors.
///
/// # Generalised least squares
/// With the [covariance](Fit::covariance) of the lags the sum of squares becomes rᵀ C⁻¹ r over the
/// residuals r. For a Gaussian series the spread of ln τ is then 1.23 times the Cramér-Rao bound,
/// in place of 1.4 to 1.5 times with independent weights (docs/errors.md). The covariance follows
/// from a Gaussian model
/// ([`GaussianModel::msed_covariance`](crate::spectrum::GaussianModel::msed_covariance)), or one
/// from blocks ([`Covariance::of_curve`]). It stays the same on the resamples.
///
/// # Verdict
/// A fit is [`Unresolved`](super::Verdict::Unresolved) where
/// - the curve falls inside of the window, by the same six standard errors;
/// - the mean relaxation time is longer than the longest fitted lag, or τ shorter than the
///   shortest;
/// - the amplitude is within noise;
/// - parameters are degenerate: a condition number above 1000, or a least-squares error of ln τ
///   above 1;
/// - β is at the end of its range;
/// - half of the resamples or more have no such relaxation, beside a spectrum any of them;
/// - the error of ln τ over the resamples is above 0.5, or that of Um² above a third of it;
/// - two neighbouring lags differ from the fit by more than chance, over five standard errors of
///   the difference;
/// - the spectrum beside it has no slow part, or a misfit;
/// - the lags are fewer than two for each parameter.
///
/// Few or short blocks, and a plateau that is extrapolated, do not make a fit unresolved: see
/// [`Relaxation::cautions`]. All bounds stand in [`thresholds`](super::thresholds).
///
/// # Solver
/// For each τ (and β) of a logarithmic grid from 1/30 of the shortest to 30 times the longest lag
/// the best non-negative U0² and Um² are a closed form; the lowest minima of this scan start
/// Levenberg-Marquardt in U0, Um, ln τ and β with analytic derivatives, and the best end wins. A
/// resample is scanned again and also started from the solution of the whole. A search that ends at
/// U0² = 0 is repeated with U0² held there, since U0 has no slope at 0 and the search would stall
/// on its way to τ.
///
/// # Cost
/// The scan's shapes are computed once: of the order of a millisecond for 70 lags, and a few tens
/// of microseconds for each resample. With a covariance of K lags each node of the scan costs K²
/// operations instead of K.
///
/// # Examples
/// ```
/// use msed::relaxation::{Fit, Model, Verdict, Weighting};
/// use msed::{Curve, Lags, Sampling};
///
/// // U0² = 4, Um² = 1 and τ = 20 exactly.
/// let lags = Lags::logarithmic(20).resolve(1000, &Sampling::new(1, 1.0)?)?;
/// let values = lags.iter().map(|lag| 5.0 - (-lag.time(1.0) / 20.0).exp()).collect();
/// let curve = Curve::from_values(lags, 1.0, values);
///
/// let fit = Fit::new(Model::Exponential).window([1.0, 200.0]).weighting(Weighting::Uniform);
/// let found = fit.to(&curve)?;
/// assert!((found.relaxation_time.value() - 20.0).abs() < 1e-6);
/// assert!((found.um_squared.value() - 1.0).abs() < 1e-8);
/// assert_eq!(found.verdict, Verdict::Resolved);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// # References
/// Eq. (11) of Zhang, Sun, Gong, arXiv:2501.07902; Chin. Phys. Lett. 42, 056301 (2025).
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Fit<'a> {
    task: Task<'a>,
    window: Option<[f64; 2]>,
}

impl<'a> Fit<'a> {
    /// The fit of Eq. (11) to a mean-squared energy difference.
    pub fn new(model: Model) -> Self {
        Self {
            task: Task {
                form: Form::Rise,
                model,
                weighed: Weighed::By(Weighting::StandardErrors),
                spectrum: BySpectrum::Nothing,
            },
            window: None,
        }
    }

    /// The fit of a stretched exponential (Kohlrausch-Williams-Watts) to the tail of a correlation
    /// that decays to zero:
    ///
    /// ```text
    /// F(t) = f_q exp(-(t/τ)^β)
    /// ```
    ///
    /// ```
    /// use msed::relaxation::{Fit, Weighting};
    /// use msed::{Curve, Lags, Sampling};
    /// let lags = Lags::logarithmic(10).resolve(5000, &Sampling::new(1, 1.0)?)?;
    /// let values = lags.iter().map(|lag| 0.7 * (-(lag.time(1.0) / 300.0).powf(0.8)).exp()).collect();
    /// let isf = Curve::from_values(lags, 1.0, values);
    /// let tail = Fit::decay().window([5.0, 2000.0]).weighting(Weighting::Uniform).to(&isf)?;
    /// assert!((tail.relaxation_time.value() - 300.0).abs() < 1e-3);
    /// assert!((tail.amplitude().value() - 0.7).abs() < 1e-6);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn decay() -> Self {
        let mut fit = Self::new(Model::Stretched);
        fit.task.form = Form::Decay;
        fit
    }

    /// The fit of Eq. (11) beside that of the spectrum of the same run and the same resamples: in
    /// the form that the spectrum shows, after its fast relaxations, and never more certain than it
    /// ([more](Self#beside-the-spectrum)).
    ///
    /// ```
    /// use msed::relaxation::Fit;
    /// use msed::spectrum::Whittle;
    /// use msed::{EnergyKind, Lags, Resampling, energy, io};
    /// let run = io::energies("data/kob-andersen/T0.550/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
    /// let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
    /// let spectrum = Whittle::new().to(&run)?;
    /// let fit = Fit::beside(&spectrum).to(&msed)?;
    /// assert!(fit.verdict.is_resolved());
    /// // Both numbers have the same resamples.
    /// let ratio = &fit.relaxation_time / &spectrum.relaxation_time;
    /// assert!((ratio.value() - 1.0).abs() < 2.0 * ratio.standard_error().unwrap());
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn beside(spectrum: &'a Relaxation) -> Self {
        let mut fit = Self::new(spectrum.model);
        fit.task.spectrum = BySpectrum::Form(spectrum);
        fit
    }

    /// Starts an automatic window where the fast relaxations that the spectrum of the same run
    /// shows have risen, and adds what they still have to rise. The fit is unresolved where the
    /// spectrum shows no slow part.
    pub fn after(mut self, spectrum: &'a Relaxation) -> Self {
        self.task.spectrum = BySpectrum::Fast(spectrum);
        self
    }

    /// Sets the window, from the first to the last lag time, both included; `None` chooses it from
    /// the curve.
    pub fn window(mut self, window: impl Into<Option<[f64; 2]>>) -> Self {
        self.window = window.into();
        self
    }

    /// Sets the weights, in place of a covariance.
    pub fn weighting(mut self, weighting: Weighting) -> Self {
        self.task.weighed = Weighed::By(weighting);
        self
    }

    /// Sets the covariance of all lags of the curve, in place of weights: generalised least
    /// squares.
    ///
    /// ```
    /// use msed::relaxation::{Fit, Model};
    /// use msed::spectrum::GaussianModel;
    /// use msed::{Curve, Lags, Sampling};
    /// // A curve with U0² = 4, Um² = 1 and τ = 20 exactly, and the covariance that a guess implies
    /// // for a run of 8000 samples.
    /// let every_step = Sampling::new(1, 1.0)?;
    /// let lags = Lags::logarithmic(8).resolve(80, &every_step)?;
    /// let values = lags.iter().map(|lag| 5.0 - (-lag.time(1.0) / 20.0).exp()).collect();
    /// let curve = Curve::from_values(lags, 1.0, values);
    /// let guess = GaussianModel::new(3.5, 1.2, 15.0, 1.0)?;
    /// let covariance = guess.msed_covariance(&curve, every_step, 8000)?;
    /// let fit = Fit::new(Model::Exponential).window([1.0, 80.0]).covariance(&covariance);
    /// let found = fit.to(&curve)?;
    /// assert!(found.verdict.is_resolved());
    /// assert!((found.relaxation_time.value() - 20.0).abs() < 1e-3);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn covariance(mut self, covariance: &'a Covariance) -> Self {
        self.task.weighed = Weighed::Together(covariance);
        self
    }

    /// Fits a curve.
    ///
    /// # Errors
    /// [`FitError`] where the window does not increase, holds fewer lags than there are parameters
    /// or a value that is not finite; where weights or an automatic window need standard errors
    /// that the curve does not have; where a covariance has other lags, or no inverse; and where a
    /// spectrum is of another run.
    pub fn to(&self, curve: &Curve) -> Result<Relaxation, FitError> {
        if let Some(spectrum) = self.task.spectrum.fit() {
            FitError::unless_beside(curve, spectrum)?;
        }
        let (fitted, after) = match (self.window, self.task.form) {
            (Some([start, end]), _) if !(end.is_finite() && start >= 0.0 && end > start) => {
                return Err(FitError::Window { found: [start, end] });
            }
            (Some(window), _) => (Resampled::new(curve, window, &self.task)?, None),
            (None, Form::Rise) => automatic::fitted(curve, &self.task)?,
            (None, Form::Decay) => {
                let window = decay::window(curve)?;
                (Resampled::new(curve, window, &self.task)?, None)
            }
        };
        Ok(relaxation(&fitted, &self.task, after))
    }
}

/// What least squares found. `after` is the last significant fall before an automatic window.
fn relaxation(fitted: &Resampled<'_>, task: &Task<'_>, after: Option<Fall>) -> Relaxation {
    let (points, weighting) = (&fitted.points, fitted.weighting);
    let evidence = LeastSquares {
        weighting,
        window: points.window,
        lag_range: [points.shortest(), points.longest()],
        points: points.times.len(),
        degrees_of_freedom: fitted.degrees_of_freedom(),
        chi_squared: (weighting != Some(Weighting::Uniform)).then_some(fitted.whole.squares),
        covariance: fitted.covariance(),
        condition_number: fitted.information.condition,
        converged: fitted.whole.converged,
    };
    let (u0_squared, evidence) = match fitted.solver.shape.form {
        Form::Decay => (Estimate::exact(0.0), Evidence::Decay(evidence)),
        Form::Rise if weighting.is_none() => (fitted.offset(), Evidence::Generalised(evidence)),
        Form::Rise => (fitted.offset(), Evidence::LeastSquares(evidence)),
    };
    // No estimate from the same run knows more than the spectrum does.
    let spectrum = task.spectrum.form();
    // The error that a time has that is longer by its own error.
    let log_time_error = fitted.estimate(Parameters::tau).ln().standard_error();
    let of_longer = (0.5 * log_time_error.unwrap_or(0.0)).exp();
    let estimate = |of: fn(&Parameters) -> f64, by_spectrum: fn(&Relaxation) -> &Estimate| {
        let estimate = fitted.estimate(of);
        let Some(known) = spectrum.map(by_spectrum) else {
            return estimate;
        };
        // Of numbers that are positive, on every resample.
        let error = known.ln().standard_error();
        let own = estimate.ln().with_errors_times(of_longer);
        own.with_error_of_at_least(error).exp()
    };
    let offset_error = spectrum.and_then(|found| found.u0_squared.standard_error());
    let mut found = Relaxation {
        model: task.model,
        u0_squared: u0_squared.with_error_of_at_least(offset_error),
        um_squared: estimate(|p| p.amplitude, |found| &found.um_squared),
        relaxation_time: estimate(Parameters::tau, |found| &found.relaxation_time),
        beta: fitted.estimate(|p| p.beta),
        mean_relaxation_time: estimate(Parameters::mean_time, |found| &found.mean_relaxation_time),
        verdict: Verdict::Resolved,
        cautions: judge::cautions(fitted),
        evidence,
    };
    found.verdict = Verdict::new(judge::reasons(fitted, &found, after, task.spectrum.fit()));
    found
}
