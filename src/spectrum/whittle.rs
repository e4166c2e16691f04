//! Whittle's likelihood of the spectrum.

use std::f64::consts::PI;

use super::band::relaxation_limit;
use super::block_powers::BlockPowers;
use super::error::SpectralError;
use super::expected::lorentzian;
use super::forms::{Form, forms};
use super::likelihood::{Likelihood, Misfit};
use super::periodogram::Periodogram;
use super::search::nearest;
use super::shape::{Parameters, Shape};
use super::verdict;
use crate::real::Real;
use crate::relaxation::{Evidence, Model, Relaxation, Spectrum, mean_relaxation_time};
use crate::sampling::Sampling;
use crate::series::{Runs, Series};
use crate::stats::{Estimate, Invalid, Partition, Resamples, Resampling};

/// Fewest ordinates that a band must hold.
const ORDINATES: f64 = 8.0;
/// The misfit, in its standard deviations, above which an automatic band is halved.
const MISFIT: f64 = 2.5;
/// The probability above which the exponential form is the model: a slow part is stretched unless
/// the data say otherwise.
const CERTAIN: f64 = 0.9;
/// A band is not halved that has fewer ordinates, or ends below so many times 1/τ.
const LEAST_ORDINATES: f64 = 100.0;
const LEAST_LIMIT: f64 = 6.0;

/// The fit of a relaxation to the spectrum of the energy per particle, by the largest posterior of
/// Whittle's likelihood.
///
/// ```text
/// S(w) = B + S_fast(w) + (Um²/2) S_β(w, τ)
/// ```
///
/// The slow part is exponential or stretched. The fast part is a level B and up to two exponential
/// relaxations, which are nuisances. Where no model is asked for, the numbers are averages over the
/// forms, weighted by their probability, and the model is the stretched one unless the exponential
/// one is more probable than 0.9 ([`Spectrum::probability`]).
///
/// Replicas add their likelihoods. The errors come from the same blocks as for every other
/// estimate: the periodogram is a sum over pairs of samples and is kept by block, half of each pair
/// in the block of either sample, so that a resample weights its blocks and transforms nothing
/// again. Three contributions widen them:
/// - the scatter between the forms, and what the priors may be off by;
/// - Fisher's information. The variance of ln τ is the mean of the blocks' and Fisher's, and the
///   variances of ln Um² and of the ln of the mean time grow by the same factor, since few blocks
///   know an error poorly;
/// - a factor e^(σ/2) on every error, where σ is the error of ln τ. That error grows as the root of
///   τ, so that this is the error of a τ that is longer by one σ.
///
/// # Probability of a form
/// The evidence is the integral of the likelihood times the prior, by Laplace's method. The priors
/// are wide Gaussians: ln (β/(2-β)) = -0.5 ± 0.5 (β from 0.54 to 1), ln of the ratio of the slow
/// to a fast time 4.2 ± 1.5 (ratios from 15 to 300), and a factor of 20 about the scale of the data
/// for levels and variances. The stretched form is four times as probable as the exponential one
/// before the data speak, and a spectrum with a fast relaxation fifty times as one without.
/// Relaxations less than a factor of four apart count as one. A form whose ln τ or ln Um² is known
/// to no better than 0.6 is left out where another form has a certain slow part: it describes
/// noise at the lowest frequencies. A slow part of less than 0.12 of the variance of itself and a
/// relaxation up to twelve times faster is the tail of that relaxation, and no slow part: in a long
/// run such a tail shows, since no relaxation is exactly exponential or stretched.
///
/// # Band
/// A relaxation's spectrum falls with frequency, no faster than the square, to the level of the
/// fast part. Two signs of vibrations end the band, whichever comes first:
/// - a significant rise: the band ends at the minimum before it. The spectrum is averaged over all
///   runs and over bins of 30 %; a rise is significant where it exceeds the lowest level so far by
///   5 % and four standard errors;
/// - a fall faster than the cube over a factor of 1.6, which is the upper edge of a vibrational
///   band that was sampled in full: the band ends at a tenth of the frequency where that fall
///   begins.
///
/// Where the most probable form differs from the spectrum by more than 2.5 standard deviations of
/// its misfit, the band is halved until it does not.
///
/// # Units
/// U0² and Um² in energy² per particle², times in time units.
///
/// # Cost
/// O(n log n) for each of the B blocks and runs, and about 10^5 multiply-adds per step of each
/// resample's search, for each form and length of run.
///
/// ```
/// use msed::spectrum::Whittle;
/// use msed::{EnergyKind, io};
/// let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
/// let fit = Whittle::new().to(&run)?;
/// assert!(fit.verdict.is_resolved());
/// assert!(fit.relaxation_time.value() > 4.0 && fit.relaxation_time.value() < 6.0);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[must_use]
pub struct Whittle {
    model: Option<Model>,
    limit: Option<f64>,
    resampling: Resampling,
}

impl Whittle {
    /// The fit of the form that the data show.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fits this form of the slow part; `None` lets the data choose.
    pub fn model(mut self, model: impl Into<Option<Model>>) -> Self {
        self.model = model.into();
        self
    }

    /// Fits the frequencies up to this angular frequency per time unit; `None` ends the band where
    /// the relaxation's part of the spectrum ends.
    pub fn up_to(mut self, limit: impl Into<Option<f64>>) -> Self {
        self.limit = limit.into();
        self
    }

    /// Takes the errors from these resamples.
    pub fn resampling(mut self, resampling: Resampling) -> Self {
        self.resampling = resampling;
        self
    }

    /// Fits one run, or several replicas together.
    ///
    /// # Errors
    /// [`SpectralError`] where the blocks cannot be made, or the band holds fewer than 8 ordinates,
    /// or it is not positive.
    pub fn to<T: Real>(&self, runs: &impl Runs<T>) -> Result<Relaxation, SpectralError> {
        let [fit] = self.with_models(runs, [self.model]);
        fit
    }

    /// Several fits that differ in the form alone, in place of [`model`](Self::model): each is what
    /// [`to`](Self::to) gives, and the spectra of the blocks, which cost the most for long runs,
    /// are taken once.
    ///
    /// # Errors
    /// Each fit has its own, those of [`to`](Self::to).
    ///
    /// ```
    /// use msed::spectrum::Whittle;
    /// use msed::relaxation::Model;
    /// use msed::{EnergyKind, io};
    /// let table = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?;
    /// let run = table.series(0.005, 1000, EnergyKind::Total)?;
    /// let [free, exponential] = Whittle::new().with_models(&run, [None, Some(Model::Exponential)]);
    /// assert_eq!(free?, Whittle::new().to(&run)?);
    /// assert_eq!(exponential?, Whittle::new().model(Model::Exponential).to(&run)?);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn with_models<T: Real, const N: usize>(
        &self,
        runs: &impl Runs<T>,
        models: [Option<Model>; N],
    ) -> [Result<Relaxation, SpectralError>; N] {
        let lengths: Vec<usize> = runs.runs().iter().map(Series::len).collect();
        let partition = match Partition::new(&lengths, self.resampling) {
            Ok(partition) => partition,
            Err(error) => return std::array::from_fn(|_| Err(error.clone().into())),
        };
        let powers: Vec<BlockPowers> = deviations(runs.runs())
            .iter()
            .enumerate()
            .map(|(index, energy)| {
                let of_run = partition.iter().filter(|(run, _)| *run == index);
                BlockPowers::new(energy, &of_run.map(|(_, range)| range).collect::<Vec<_>>())
            })
            .collect();
        models.map(|model| self.model(model).of_powers(runs, &partition, &powers))
    }

    fn of_powers<T: Real>(
        &self,
        runs: &impl Runs<T>,
        partition: &Partition,
        powers: &[BlockPowers],
    ) -> Result<Relaxation, SpectralError> {
        let run = runs.run();
        let runs = runs.runs();
        let sampling = runs[0].sampling();
        let periodograms: Vec<Periodogram> = powers.iter().map(|p| p.whole.clone()).collect();
        let mut fitted = self.fitted(&periodograms, sampling)?;
        let probability = |model: Model| -> f64 {
            let of_model = fitted.forms.iter().filter(|form| form.shape.model == model);
            of_model.map(|form| form.probability).sum()
        };
        let model = self.model.unwrap_or(match probability(Model::Exponential) {
            p if p > CERTAIN => Model::Exponential,
            _ => Model::Stretched,
        });
        let probability = probability(model);
        if model == Model::Exponential {
            // Its beta is exactly 1.
            fitted.forms.retain(|form| form.shape.model == model);
            for form in &mut fitted.forms {
                form.probability /= probability;
            }
        }
        let most_probable = &fitted.forms[0];
        let [u0, um, tau, beta, mean_tau] = fitted.estimates(powers, partition.resamples(run), sampling);
        let parameters = &most_probable.maximum.parameters;
        let fast = || most_probable.shape.fast_parts(parameters);
        let spectrum = Spectrum {
            min_frequency: fitted.lowest / sampling.interval(),
            max_frequency: fitted.limit / sampling.interval(),
            probability,
            fast_level: parameters[0].exp() + fast().map(|[v, tau]| v * lorentzian(0.0, tau)[0]).sum::<f64>(),
            fast_times: fast().map(|[_, tau]| tau * sampling.interval()).collect(),
            fast_variances: fast().map(|[variance, _]| variance).collect(),
            fisher_standard_errors: most_probable.fisher_errors(),
            reduced_chi_squared: fitted.misfit.map(|misfit| misfit.reduced),
            excess: fitted.misfit.map(|misfit| misfit.excess),
        };
        let mean_time = mean_tau.value();
        let duration = runs.iter().map(Series::duration).sum();
        let block = partition.shortest() as f64 * sampling.interval();
        let verdict = verdict::Seen {
            converged: most_probable.maximum.converged,
            um_squared: &um,
            log_time_error: tau.ln().standard_error(),
            mean_time,
            spectrum: &spectrum,
            duration,
        };
        Ok(Relaxation {
            model,
            verdict: verdict.verdict(),
            cautions: verdict.cautions(block),
            u0_squared: u0,
            um_squared: um,
            relaxation_time: tau,
            beta,
            mean_relaxation_time: mean_tau,
            evidence: Evidence::Spectrum(spectrum),
        })
    }

    /// The forms of the spectrum, in the band asked for or in the longest one that they describe.
    fn fitted(&self, periodograms: &[Periodogram], sampling: Sampling) -> Result<Fitted, SpectralError> {
        let models = match &self.model {
            Some(model) => std::slice::from_ref(model),
            None => &[Model::Exponential, Model::Stretched],
        };
        let mut limit = match self.limit {
            None => relaxation_limit(periodograms),
            Some(limit) if limit > 0.0 && limit.is_finite() => (limit * sampling.interval()).min(PI),
            Some(limit) => {
                return Err(Invalid::new("band up to", limit, "a positive finite angular frequency").into());
            }
        };
        loop {
            let bins = || periodograms.iter().flat_map(|p| p.below(limit));
            let ordinates: f64 = bins().map(|b| b.ordinates).sum();
            if ordinates < ORDINATES {
                return Err(SpectralError::TooFewOrdinates {
                    found: ordinates,
                    limit: limit / sampling.interval(),
                });
            }
            let likelihood = Likelihood::new(periodograms, limit);
            let forms = forms(&likelihood, models);
            let form = forms.first().ok_or(SpectralError::NoMaximum)?;
            let misfit = likelihood.misfit(form.shape, &form.maximum.parameters);
            let beyond_chance = misfit.is_some_and(|misfit| misfit.excess > MISFIT);
            let slow_rate = (-form.maximum.parameters[2]).exp();
            let can_be_halved = limit > LEAST_LIMIT * slow_rate && ordinates > LEAST_ORDINATES;
            if beyond_chance && self.limit.is_none() && can_be_halved {
                limit *= 0.5;
                continue;
            }
            return Ok(Fitted {
                limit,
                lowest: bins().map(|b| b.frequency).fold(limit, f64::min),
                likelihood,
                forms,
                misfit,
            });
        }
    }
}

/// A spectrum and its forms.
struct Fitted {
    /// Where the band ends: an angular frequency per sample.
    limit: f64,
    /// Where it begins.
    lowest: f64,
    likelihood: Likelihood,
    /// The most probable form comes first; there is one.
    forms: Vec<Form>,
    /// That of the most probable form.
    misfit: Option<Misfit>,
}

impl Fitted {
    /// U0², Um², τ, β and the mean τ, on the whole and on each resample: averages over the forms.
    /// Those of Um² and of times are geometric. The forms keep their probability on the resamples.
    /// The scatter of the replicates about their mean is stretched to the errors of [`Whittle`].
    fn estimates(&self, powers: &[BlockPowers], resamples: Resamples, sampling: Sampling) -> [Estimate; 5] {
        let average = |of: &dyn Fn(&Form) -> Option<[f64; 5]>| {
            let each = self
                .forms
                .iter()
                .map(|form| (form.probability, of(form).unwrap_or([f64::NAN; 5])));
            each.fold([0.0; 5], |sum, (weight, x)| {
                std::array::from_fn(|i| sum[i] + weight * x[i])
            })
        };
        let all = vec![1.0; resamples.blocks];
        let whole_of = |form: &Form| numbers(form.shape, &form.maximum.parameters, powers, &all, sampling);
        let whole = average(&|form| Some(whole_of(form)));
        let on_resample = |r: usize| {
            let weights = resamples.weights(r);
            let Some(resampled) = self.likelihood.resampled(powers, self.limit, &weights) else {
                return [f64::NAN; 5];
            };
            average(&|form| {
                let found = nearest(&resampled, form.shape, form.maximum.parameters.clone())?;
                Some(numbers(form.shape, &found.parameters, powers, &weights, sampling))
            })
        };
        let replicates: Vec<[f64; 5]> = (0..resamples.len()).map(on_resample).collect();
        let mut more = [0.0; 5];
        for form in &self.forms {
            let own = whole_of(form);
            let prior = form.variances_of_priors(&self.likelihood);
            for i in 0..5 {
                more[i] += form.probability * ((own[i] - whole[i]).powi(2) + prior[i]);
            }
        }
        let of_resamples = |i: usize| {
            let values = replicates.iter().map(|numbers| numbers[i]);
            resamples.standard_error(values).filter(|&error| error > 0.0)
        };
        let time = 2;
        let (informed, log_time_error) = match of_resamples(time) {
            Some(error) => {
                let squared = 0.5 * (error * error + self.information_about_time().unwrap_or(error * error));
                (squared / (error * error), (squared + more[time]).sqrt())
            }
            None => (1.0, 0.0),
        };
        // The error that a time has that is longer by its own error.
        let of_longer = (0.5 * log_time_error).exp();
        std::array::from_fn(|i| {
            let values: Vec<f64> = replicates.iter().map(|numbers| numbers[i]).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let informed = if matches!(i, 1 | 2 | 4) { informed } else { 1.0 };
            let stretch = of_resamples(i).map_or(1.0, |error| (informed + more[i] / (error * error)).sqrt());
            // Back from the logarithm.
            let number = |x: f64| if matches!(i, 0 | 3) { x } else { x.exp() };
            let replicates = values
                .iter()
                .map(|x| number(mean + of_longer * stretch * (x - mean)));
            Estimate::new(number(whole[i]), replicates.collect(), resamples)
        })
    }

    /// The variance of ln τ from the information, averaged over the forms.
    fn information_about_time(&self) -> Option<f64> {
        let of_form = |form: &Form| Some(form.probability * form.fisher_errors()?[1].powi(2));
        self.forms.iter().map(of_form).sum()
    }
}

/// Samples in the unit of the results, about the first of each run. They are centred in f64 before
/// any scaling, since energies lie thousands of fluctuations away from zero.
pub(super) fn deviations<T: Real, R: Series<T>>(runs: &[R]) -> Vec<Vec<f64>> {
    let of = |run: &R| {
        let offset = Real::to_f64(run.samples()[0]);
        let scale = runs[0].result_factor();
        let centred = run.samples().iter().map(|&x| (Real::to_f64(x) - offset) * scale);
        centred.collect()
    };
    runs.iter().map(of).collect()
}

/// U0², ln Um², ln τ, β and ln of the mean τ, with the variance of the blocks by these weights.
fn numbers(
    shape: Shape,
    parameters: &Parameters,
    powers: &[BlockPowers],
    mut weights: &[f64],
    sampling: Sampling,
) -> [f64; 5] {
    let (level, slow, tau) = (parameters[0].exp(), parameters[1].exp(), parameters[2].exp());
    let beta = shape.beta(parameters);
    let mean_tau = mean_relaxation_time(tau, beta);
    let fast: f64 = shape
        .fast_parts(parameters)
        .map(|[v, tau]| v * lorentzian(0.0, tau)[0])
        .sum();
    // The variance of an infinite run: that about the mean of each run, and that of the mean,
    // S(0)/n.
    let (mut squares, mut count) = (0.0, 0.0);
    for run in powers {
        let (of_run, others) = weights.split_at(run.blocks());
        weights = others;
        let (samples, about_mean) = run.squares(of_run);
        if samples > 0.0 {
            squares += about_mean + level + fast + 2.0 * mean_tau * slow;
            count += samples;
        }
    }
    let um_squared = 2.0 * slow;
    let interval = sampling.interval();
    [
        2.0 * squares / count - um_squared,
        um_squared.ln(),
        (tau * interval).ln(),
        beta,
        (mean_tau * interval).ln(),
    ]
}
