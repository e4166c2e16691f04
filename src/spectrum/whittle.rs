//! Whittle's likelihood of the spectrum.

use std::f64::consts::PI;

use super::band::relaxation_limit;
use super::block_powers::BlockPowers;
use super::error::SpectralError;
use super::likelihood::{Likelihood, Maximum, Parameters, beta_of};
use super::periodogram::Periodogram;
use super::verdict;
use crate::real::Real;
use crate::relaxation::{Evidence, Model, Relaxation, Spectrum, mean_relaxation_time};
use crate::sampling::Sampling;
use crate::series::{EnergySeries, Runs};
use crate::stats::{Estimate, Invalid, Partition, Resamples, Resampling};

/// Fewest ordinates that a band must hold.
const ORDINATES: f64 = 8.0;

/// The fit of a relaxation to the spectrum of the energy per particle, by the largest Whittle
/// likelihood.
///
/// Replicas add their likelihoods. The errors come from the same blocks as for every other
/// estimate: the periodogram is a sum over pairs of samples and is kept by block, half of each pair
/// in the block of either sample, so that a resample weights its blocks and transforms nothing
/// again. The Fisher information gives standard errors as well
/// ([`Spectrum::fisher_standard_errors`]), which hold for a Gaussian series only.
///
/// The band ends before the vibrations and errors come from ten blocks, where nothing else is asked
/// for.
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
/// # Units
/// U0² and Um² in energy² per particle², times in time units.
///
/// # Cost
/// O(n log n) for each of the B blocks and runs, and about 10^5 multiply-adds per step of each
/// resample's search, for each length of run. For 2.6e5 samples ten blocks take twice the time of
/// no resamples, and 200 draws of the bootstrap five times.
///
/// ```
/// use msed::relaxation::Model;
/// use msed::spectrum::Whittle;
/// use msed::{EnergyKind, io};
/// let run = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?.into_series(0.005, 1000, EnergyKind::Total)?;
/// let fit = Whittle::new(Model::Exponential).to(&run)?;
/// assert!(fit.verdict.is_resolved());
/// assert_eq!(fit.relaxation_time.to_string(), "4.87(35)");
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Whittle {
    model: Model,
    limit: Option<f64>,
    resampling: Resampling,
}

impl Whittle {
    /// The fit of a model.
    pub fn new(model: Model) -> Self {
        Self {
            model,
            limit: None,
            resampling: Resampling::default(),
        }
    }

    /// To the frequencies up to this angular frequency per time unit; `None` ends the band where
    /// the relaxation's part of the spectrum ends.
    pub fn up_to(mut self, limit: impl Into<Option<f64>>) -> Self {
        self.limit = limit.into();
        self
    }

    /// With errors from these resamples.
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
        let run = runs.run();
        let runs = runs.runs();
        let sampling = runs[0].sampling();
        let lengths: Vec<usize> = runs.iter().map(EnergySeries::len).collect();
        let partition = Partition::new(&lengths, self.resampling)?;
        let powers: Vec<BlockPowers> = deviations(runs)
            .iter()
            .enumerate()
            .map(|(index, energy)| {
                let of_run = partition.iter().filter(|(run, _)| *run == index);
                BlockPowers::new(energy, &of_run.map(|(_, range)| range).collect::<Vec<_>>())
            })
            .collect();
        let periodograms: Vec<Periodogram> = powers.iter().map(|p| p.whole.clone()).collect();
        let limit = match self.limit {
            None => relaxation_limit(&periodograms),
            Some(limit) if limit > 0.0 && limit.is_finite() => (limit * sampling.interval()).min(PI),
            Some(limit) => {
                return Err(Invalid::new("band up to", limit, "a positive finite angular frequency").into());
            }
        };
        let max_frequency = limit / sampling.interval();
        let bins = || periodograms.iter().flat_map(|p| p.below(limit));
        let ordinates: f64 = bins().map(|b| b.ordinates).sum();
        if ordinates < ORDINATES {
            return Err(SpectralError::TooFewOrdinates {
                found: ordinates,
                limit: max_frequency,
            });
        }
        let likelihood = Likelihood::new(&periodograms, limit);
        let maximum = likelihood.maximise(self.model).ok_or(SpectralError::NoMaximum)?;
        let resamples = partition.resamples(run);
        let [u0, um, tau, beta, mean_tau] =
            self.estimates(&likelihood, &maximum, &powers, resamples, limit, sampling);
        let misfit = likelihood.misfit(self.model, &maximum.parameters);
        let freedom = misfit.groups.saturating_sub(maximum.parameters.len());
        let per_freedom = |f: &dyn Fn(f64) -> f64| (freedom > 0).then(|| f(freedom as f64));
        let lowest = bins().map(|b| b.frequency).fold(limit, f64::min);
        let spectrum = Spectrum {
            min_frequency: lowest / sampling.interval(),
            max_frequency,
            fast_level: maximum.parameters[0].exp(),
            fisher_standard_errors: fisher_errors(&maximum),
            reduced_chi_squared: per_freedom(&|freedom| misfit.sum / freedom),
            excess: per_freedom(&|freedom| (misfit.sum - freedom) / misfit.variance.sqrt()),
        };
        let mean_time = mean_tau.value();
        let duration = runs.iter().map(EnergySeries::duration).sum();
        let block = partition.shortest() as f64 * sampling.interval();
        Ok(Relaxation {
            model: self.model,
            verdict: verdict::verdict(maximum.converged, &um, mean_time, &spectrum, duration),
            cautions: verdict::cautions(&um, mean_time, &spectrum, duration, block),
            u0_squared: u0,
            um_squared: um,
            relaxation_time: tau,
            beta,
            mean_relaxation_time: mean_tau,
            evidence: Evidence::Spectrum(spectrum),
        })
    }

    /// U0², Um², τ, β and the mean τ, on the whole and on each resample.
    fn estimates(
        &self,
        likelihood: &Likelihood,
        maximum: &Maximum,
        powers: &[BlockPowers],
        resamples: Resamples,
        limit: f64,
        sampling: Sampling,
    ) -> [Estimate; 5] {
        let on_resample = |r: usize| {
            let weights = resamples.weights(r);
            let found = likelihood
                .resampled(powers, limit, &weights)
                .and_then(|resampled| resampled.polish(self.model, maximum.parameters.clone()));
            found.map_or([f64::NAN; 5], |found| {
                numbers(&found.parameters, powers, &weights, sampling)
            })
        };
        let replicates: Vec<[f64; 5]> = (0..resamples.len()).map(on_resample).collect();
        let whole = numbers(
            &maximum.parameters,
            powers,
            &vec![1.0; resamples.blocks],
            sampling,
        );
        std::array::from_fn(|i| {
            let replicates = replicates.iter().map(|numbers| numbers[i]).collect();
            Estimate::new(whole[i], replicates, resamples)
        })
    }
}

/// Energies per particle about the first of each run. They are centred in f64 before any scaling,
/// since energies lie thousands of fluctuations away from zero.
pub(super) fn deviations<T: Real>(runs: &[EnergySeries<'_, T>]) -> Vec<Vec<f64>> {
    let of = |run: &EnergySeries<'_, T>| {
        let offset = Real::to_f64(run.samples()[0]);
        let scale = runs[0].per_particle_scale();
        let centred = run.samples().iter().map(|&x| (Real::to_f64(x) - offset) * scale);
        centred.collect()
    };
    runs.iter().map(of).collect()
}

/// u0_squared, um_squared, τ, beta, mean τ.
fn numbers(
    parameters: &Parameters,
    powers: &[BlockPowers],
    mut weights: &[f64],
    sampling: Sampling,
) -> [f64; 5] {
    let (level, slow, tau) = (parameters[0].exp(), parameters[1].exp(), parameters[2].exp());
    let beta = beta_of(parameters);
    let mean_tau = mean_relaxation_time(tau, beta);
    // The variance of an infinite run: that about the mean of each run, and that of the mean,
    // S(0)/n.
    let (mut squares, mut count) = (0.0, 0.0);
    for run in powers {
        let (of_run, others) = weights.split_at(run.blocks());
        weights = others;
        let (samples, about_mean) = run.squares(of_run);
        if samples > 0.0 {
            squares += about_mean + level + 2.0 * mean_tau * slow;
            count += samples;
        }
    }
    let um_squared = 2.0 * slow;
    let interval = sampling.interval();
    [
        2.0 * squares / count - um_squared,
        um_squared,
        tau * interval,
        beta,
        mean_tau * interval,
    ]
}

/// Standard errors of ln Um², ln τ and beta from the inverse of the Fisher information.
fn fisher_errors(maximum: &Maximum) -> Option<[f64; 3]> {
    let covariance = maximum.information.clone().try_inverse()?;
    let error = |i: usize| Some(covariance[(i, i)].sqrt()).filter(|e| e.is_finite());
    let beta = if maximum.parameters.len() > 3 {
        let beta = beta_of(&maximum.parameters);
        error(3)? * 0.5 * beta * (2.0 - beta)
    } else {
        0.0
    };
    Some([error(1)?, error(2)?, beta])
}
