//! The fit and its errors.

use super::block_powers::BlockPowers;
use super::error::SpectralError;
use super::likelihood::{Likelihood, Maximum, Parameters, beta_of};
use super::periodogram::{Periodogram, relaxation_limit};
use super::process::{Process, ProcessError};
use super::verdict::{self, SpectralCaution, SpectralReason};
use crate::real::Real;
use crate::relaxation::{Model, Verdict, mean_relaxation_time};
use crate::sampling::Sampling;
use crate::series::Runs;
use crate::stats::{Estimate, Partition, Resampling};

/// The frequencies that a spectral fit uses: from the lowest of the run to a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Band {
    /// Up to the minimum of the spectrum before its first significant rise: below the vibrations
    /// ([`relaxation_limit`]).
    Automatic,
    /// Up to this angular frequency per time unit.
    UpTo(f64),
}

/// Fits the relaxation model to the spectrum of the energy per particle, by the largest Whittle likelihood.
///
/// Replicas add their likelihoods. The errors come from the same blocks as those of every other estimate: the periodogram is a sum over
/// pairs of samples and is kept by block, half of each pair in the block of either sample, so that a resample weights its blocks and
/// transforms nothing again. The Fisher information gives standard errors as well ([`SpectralFit::fisher_standard_errors`]), which hold for
/// a Gaussian series only.
///
/// # Units
/// u0_squared and um_squared in energy^2 per particle^2, times in time units.
///
/// # Cost
/// O(n log n) for each of the B blocks and runs, and about 10^5 multiply-adds per step of each resample's search, for each length of run. For 2.6e5 samples ten blocks take
/// twice the time of no resamples, and 200 draws of the bootstrap five times.
///
/// # Errors
/// [`SpectralError`] where the blocks cannot be made, or the band holds fewer than 8 ordinates, or it is not positive.
pub fn fit_spectrum<T: Real>(
    runs: &impl Runs<T>,
    model: Model,
    band: Band,
    resampling: Resampling,
) -> Result<SpectralFit, SpectralError> {
    let runs = runs.runs();
    let sampling = runs[0].sampling();
    let scale = runs[0].per_particle_scale();
    let lengths: Vec<usize> = runs.iter().map(crate::series::EnergySeries::len).collect();
    let partition = Partition::new(&lengths, resampling)?;
    // Centred in f64 before any scaling: energies lie thousands of fluctuations away from zero.
    let energies: Vec<Vec<f64>> = runs
        .iter()
        .map(|run| {
            let offset = Real::to_f64(run.samples()[0]);
            run.samples()
                .iter()
                .map(|&x| (Real::to_f64(x) - offset) * scale)
                .collect()
        })
        .collect();
    let powers: Vec<BlockPowers> = energies
        .iter()
        .enumerate()
        .map(|(index, energy)| {
            let ranges: Vec<_> = partition
                .iter()
                .filter(|(run, _)| *run == index)
                .map(|(_, range)| range)
                .collect();
            BlockPowers::new(energy, &ranges)
        })
        .collect();
    let periodograms: Vec<Periodogram> = powers.iter().map(|p| p.whole().clone()).collect();
    let limit = match band {
        Band::Automatic => relaxation_limit(&periodograms),
        Band::UpTo(limit) if limit > 0.0 && limit.is_finite() => {
            (limit * sampling.interval()).min(std::f64::consts::PI)
        }
        Band::UpTo(found) => return Err(SpectralError::Band { found }),
    };
    let ordinates: f64 = periodograms
        .iter()
        .flat_map(|p| p.below(limit))
        .map(|b| b.ordinates)
        .sum();
    if ordinates < 8.0 {
        return Err(SpectralError::TooFewOrdinates {
            found: ordinates,
            limit: limit / sampling.interval(),
        });
    }
    let likelihood = Likelihood::new(&periodograms, limit);
    let maximum = likelihood.maximise(model).ok_or(SpectralError::NoMaximum)?;

    let resamples = partition.resamples();
    let mut replicates: [Vec<f64>; 5] = Default::default();
    for r in 0..resamples.len() {
        let weights = resamples.weights(r);
        let found = likelihood
            .resampled(&powers, limit, &weights)
            .and_then(|resampled| resampled.polish(model, maximum.parameters.clone()));
        let numbers = found.map_or([f64::NAN; 5], |found| {
            numbers(&found.parameters, &powers, &weights, sampling)
        });
        for (column, number) in replicates.iter_mut().zip(numbers) {
            column.push(number);
        }
    }
    let values = numbers(
        &maximum.parameters,
        &powers,
        &vec![1.0; partition.len()],
        sampling,
    );
    let mut replicates = replicates.into_iter();
    let mut estimate = |value: f64| Estimate::new(value, replicates.next().unwrap_or_default(), resamples);
    let [
        u0_squared,
        um_squared,
        relaxation_time,
        beta,
        mean_relaxation_time,
    ] = values.map(&mut estimate);

    let misfit = likelihood.misfit(model, &maximum.parameters);
    let dimension = maximum.parameters.len();
    let freedom = misfit.groups.saturating_sub(dimension);
    let (reduced_chi_squared, excess) = (
        (freedom > 0).then(|| misfit.sum / freedom as f64),
        (freedom > 0).then(|| (misfit.sum - freedom as f64) / misfit.variance.sqrt()),
    );
    let fisher = fisher_errors(&maximum);
    let duration: f64 = runs.iter().map(crate::series::EnergySeries::duration).sum();
    let blocks = partition.shortest();
    let mut fitted = SpectralFit {
        model,
        max_frequency: limit / sampling.interval(),
        fast_level: maximum.parameters[0].exp(),
        u0_squared,
        um_squared,
        relaxation_time,
        beta,
        mean_relaxation_time,
        fisher,
        reduced_chi_squared,
        excess,
        verdict: Verdict::Resolved,
        cautions: Vec::new(),
    };
    let block = blocks as f64 * sampling.interval();
    fitted.verdict = Verdict::new(verdict::reason(&fitted, maximum.converged, duration));
    fitted.cautions = verdict::cautions(&fitted, duration, block);
    Ok(fitted)
}

/// u0_squared, um_squared, tau, beta, mean tau.
fn numbers(
    parameters: &Parameters,
    powers: &[BlockPowers],
    mut weights: &[f64],
    sampling: Sampling,
) -> [f64; 5] {
    let (level, slow, tau) = (parameters[0].exp(), parameters[1].exp(), parameters[2].exp());
    let beta = beta_of(parameters);
    let mean_tau = mean_relaxation_time(tau, beta);
    // The variance of an infinite run: that about the mean of each run, and that of the mean, S(0)/n.
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

/// Standard errors of ln Um^2, ln tau and beta from the inverse of the Fisher information.
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

/// What a spectral fit found.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SpectralFit {
    model: Model,
    max_frequency: f64,
    fast_level: f64,
    u0_squared: Estimate,
    um_squared: Estimate,
    relaxation_time: Estimate,
    beta: Estimate,
    mean_relaxation_time: Estimate,
    fisher: Option<[f64; 3]>,
    reduced_chi_squared: Option<f64>,
    excess: Option<f64>,
    verdict: Verdict<SpectralReason>,
    cautions: Vec<SpectralCaution>,
}

impl SpectralFit {
    /// The model fitted.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

    /// The limit of the band: an angular frequency per time unit.
    #[must_use]
    pub fn max_frequency(&self) -> f64 {
        self.max_frequency
    }

    /// B, the level of the fast part's spectrum: energy^2 per particle^2. It grows as the sampling interval falls below the fast
    /// part's correlation time.
    #[must_use]
    pub fn fast_level(&self) -> f64 {
        self.fast_level
    }

    /// The process that was found: what [`Process::expected_errors`] and [`Process::duration_for`] need.
    ///
    /// # Errors
    /// [`ProcessError`](super::ProcessError) where a parameter came out at the end of its range.
    pub fn process(&self) -> Result<Process, ProcessError> {
        let [u0, um, tau, beta] = [
            &self.u0_squared,
            &self.um_squared,
            &self.relaxation_time,
            &self.beta,
        ]
        .map(Estimate::value);
        Process::new(u0, um, tau, beta)?.with_fast_level(self.fast_level)
    }

    /// `U0^2 = 2 Var(e) - Um^2`, with the variance of an infinite run: energy^2 per particle^2.
    #[must_use]
    pub fn u0_squared(&self) -> &Estimate {
        &self.u0_squared
    }

    /// Twice the variance of the slow part: energy^2 per particle^2.
    #[must_use]
    pub fn um_squared(&self) -> &Estimate {
        &self.um_squared
    }

    /// tau, in time units.
    #[must_use]
    pub fn relaxation_time(&self) -> &Estimate {
        &self.relaxation_time
    }

    /// The stretching exponent, in (0, 2); exactly 1 for [`Model::Exponential`].
    #[must_use]
    pub fn beta(&self) -> &Estimate {
        &self.beta
    }

    /// `(tau/beta) Gamma(1/beta)`, in time units.
    #[must_use]
    pub fn mean_relaxation_time(&self) -> &Estimate {
        &self.mean_relaxation_time
    }

    /// Standard errors of ln Um^2, ln tau and beta from the Fisher information: the Cramer-Rao bound of a Gaussian series, and
    /// wrong for any other. `None` where the information is singular.
    #[must_use]
    pub fn fisher_standard_errors(&self) -> Option<[f64; 3]> {
        self.fisher
    }

    /// The mean square of `sqrt(M) (I/S - 1)` over groups of M >= 10 ordinates: 1 where the model holds. `None` where the band
    /// holds too few ordinates.
    #[must_use]
    pub fn reduced_chi_squared(&self) -> Option<f64> {
        self.reduced_chi_squared
    }

    /// By how many standard deviations that mean square lies above its expectation.
    #[must_use]
    pub fn misfit(&self) -> Option<f64> {
        self.excess
    }

    /// Whether tau and Um^2 are to be had, or why not.
    #[must_use]
    pub fn verdict(&self) -> &Verdict<SpectralReason> {
        &self.verdict
    }

    /// What a reader should know of a resolved fit.
    #[must_use]
    pub fn cautions(&self) -> &[SpectralCaution] {
        &self.cautions
    }
}
