//! The integral of an autocorrelation, which is the spectrum at zero frequency.

use std::f64::consts::PI;
use std::fmt;

use super::block_powers::BlockPowers;
use super::error::SpectralError;
use super::periodogram::Bin;
use super::smooth_spectrum::SmoothSpectrum;
use super::whittle::deviations;
use crate::real::{Real, short};
use crate::series::{Runs, Series};
use crate::stats::{Estimate, Outcome, Partition, Resampling};

/// Fewest ordinates of a spectrum.
const ORDINATES: f64 = 8.0;
/// The relative error above which an integral is not resolved: it then rests on some eight
/// ordinates.
const VAGUE: f64 = 0.35;
/// The integrated correlation times that the longest run must hold, by the longest time that the
/// curves allow. Shorter runs may miss what is slow and call the rest of the spectrum flat.
const TIMES: f64 = 80.0;
/// The least probability of a curve that the runs allow.
const ALLOWED: f64 = 0.01;
/// Standard errors of a curve's level that the runs allow.
const ALLOWED_ERRORS: f64 = 2.0;
/// The change of ln S between zero and the lowest frequency of the runs above which zero is out of
/// reach.
const OUT_OF_REACH: f64 = 0.2;

/// The integral of an autocorrelation over all times.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ZeroFrequency {
    /// `int_0^inf C(t) dt`, which is half of the spectrum at zero frequency: squared unit of the
    /// results times time.
    pub integral: Estimate,
    /// Its relative error. Without resamples, or where these do not differ, it is that of the
    /// ordinates of the periodogram, and [`integral`](Self::integral) has none.
    pub relative_error: f64,
    /// Angular frequency below which the spectrum is nearly flat. A run is long enough where many
    /// of its frequencies 2π/T, 4π/T, ... lie below.
    pub flat_below: f64,
    /// ln of the spectrum at the lowest frequency of the runs over that at zero: what is
    /// extrapolated.
    pub extrapolated: f64,
}

impl fmt::Display for ZeroFrequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.integral.fmt(f)
    }
}

/// Why runs do not tell the integral of their autocorrelation.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NoIntegral {
    /// The spectrum still changes below the lowest frequency of the runs: they are too short, they
    /// drift, or the integral is 0.
    OutOfReach {
        /// The lowest angular frequency of the runs.
        lowest: f64,
        /// The spectrum there over that at zero, by extrapolation.
        ratio: f64,
    },
    /// The runs are too short to tell a slow process from none.
    TooShort {
        /// Length of the longest run over the longest correlation time that it allows.
        correlation_times: f64,
    },
    /// Too few independent frequencies tell the level.
    Vague {
        /// Relative error of the integral.
        relative_error: f64,
    },
    /// No smooth spectrum describes the series, as of samples that are all the same or exactly
    /// periodic.
    NotSmooth,
}

impl fmt::Display for NoIntegral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfReach { lowest, ratio } => write!(
                f,
                "the spectrum still changes below the lowest angular frequency {} of the runs, where it is {} of \
                 its value at zero: the runs are too short or drift, or the integral is 0",
                short(*lowest, 3),
                short(*ratio, 3)
            ),
            Self::TooShort { correlation_times } => write!(
                f,
                "the longest run has {} of the longest correlation times that it allows, expected at least {TIMES}: a slow \
                 process may be missing",
                short(*correlation_times, 2)
            ),
            Self::Vague { relative_error } => write!(
                f,
                "the integral has a relative error of {}, expected at most {VAGUE}: longer runs, or more of them",
                short(*relative_error, 2)
            ),
            Self::NotSmooth => write!(f, "no smooth spectrum describes the series"),
        }
    }
}

impl std::error::Error for NoIntegral {}

/// The integral of the autocorrelation of one run, or of several as one, from the spectrum at zero
/// frequency:
/// ```text
/// int_0^inf C(t) dt = S(0)/2,      C(t) = <[x(t0) - <x>] [x(t0 + t) - <x>]>
/// ```
///
/// Transport coefficients are such integrals by Green and Kubo, each with a prefactor: of a stress
/// component, V/(kT) times the integral is the shear viscosity.
///
/// **Units.** The square of the samples' unit (of energies, energy per particle) times time. The
/// integral is that of the samples, `dt [C(0)/2 + sum over m > 0 of C(m dt)]`, the trapezoidal
/// rule.
///
/// **Method.** Ordinates of the periodogram are nearly independent and exponentially distributed
/// about the spectrum. Whittle's likelihood is maximised over smooth curves ln S(w) of no other
/// form: functions of u = ln(1 + w²/w0²) with a level, a slope and a curvature that is a random
/// function of given size. They are even in w, as the spectrum is of every correlation that can be
/// integrated. A Lorentzian is a straight line. The result is the average over w0, every half
/// octave from twice the lowest frequency of the runs, and over three sizes of the curvature,
/// weighted by their evidence: no cutoff of a time or a frequency is chosen. STACIE (G. Toraman, D.
/// Fauconnier and T. Verstraelen, arXiv:2506.20438) fits polynomials to the low frequencies
/// instead and averages over the cutoff.
///
/// **Runs.** Replicas add their likelihoods: components of a tensor that are equal by symmetry, and
/// runs of one state point, share one spectrum. They count as independent.
///
/// **Errors.** The variance of ln S(0) is the mean of two, from the blocks and from the
/// distribution of the ordinates, and grows by the scatter between the curves.
/// docs/scalar_series.md states how often such errors hold the truth.
///
/// **Length.** The correlation time is the integral over the variance. The longest that the curves
/// allow is that of the highest S(0) among curves of a probability above 1 %, two of its standard
/// errors higher. The longest run must hold eighty of it, because a shorter run that misses a
/// slow process by chance has both a short time and a small error.
///
/// **Bias.** The periodogram of a run is lower than the spectrum by a relative τ/T, where T is the
/// length of one run. A process that is slower than the runs, or weaker than the noise at their
/// lowest frequencies, cannot be seen.
///
/// **Cost.** One transform for each block, and about 10^8 multiply-adds.
///
/// # Errors
/// [`SpectralError`] for blocks that the runs do not have, or fewer than 8 ordinates.
///
/// ```
/// use msed::spectrum::zero_frequency;
/// use msed::{Resampling, Sampling, ScalarSeries};
/// // x[i+1] = 0.9 x[i] + noise of variance 1/12, whose integral is dt/(24 (1 - 0.9)²).
/// let mut state = 1_u64;
/// let mut x = 0.0;
/// let samples: Vec<f64> = (0..20_000)
///     .map(|_| {
///         state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
///         x = 0.9 * x + (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
///         x
///     })
///     .collect();
/// let run = ScalarSeries::new(samples, Sampling::new(10, 0.004)?)?;
/// let found = zero_frequency(&run, Resampling::default())?.into_result()?;
/// let (value, error) = (found.integral.value(), found.integral.standard_error().unwrap());
/// let expected = 0.04 / (24.0 * 0.1 * 0.1);
/// assert!((value - expected).abs() < 3.0 * error && error < 0.2 * expected, "{found}");
/// # Ok::<(), msed::Error>(())
/// ```
pub fn zero_frequency<T: Real>(
    runs: &impl Runs<T>,
    resampling: Resampling,
) -> Result<Outcome<ZeroFrequency, NoIntegral>, SpectralError> {
    let run = runs.run();
    let runs = runs.runs();
    let interval = runs[0].sampling().interval();
    let lengths: Vec<usize> = runs.iter().map(Series::len).collect();
    let partition = Partition::new(&lengths, resampling)?;
    let resamples = partition.resamples(run);
    let powers: Vec<BlockPowers> = deviations(runs)
        .iter()
        .enumerate()
        .map(|(index, samples)| {
            let of_run = partition.iter().filter(|(run, _)| *run == index);
            BlockPowers::new(samples, &of_run.map(|(_, range)| range).collect::<Vec<_>>())
        })
        .collect();
    let bins = pooled(&powers, &vec![1.0; partition.len()]);
    let ordinates: f64 = bins.iter().map(|bin| bin.ordinates).sum();
    if ordinates < ORDINATES {
        return Err(SpectralError::TooFewOrdinates {
            found: ordinates,
            limit: PI / interval,
        });
    }
    let varies = bins.iter().any(|bin| bin.power > 0.0);
    let curves = if varies {
        SmoothSpectrum::all(&bins)
    } else {
        Vec::new()
    };
    let (Some(lowest), false) = (bins.first().map(|bin| bin.frequency), curves.is_empty()) else {
        return Ok(Outcome::Unresolved(NoIntegral::NotSmooth));
    };
    let average = |of: &dyn Fn(&SmoothSpectrum) -> f64| -> f64 {
        curves.iter().map(|curve| curve.probability * of(curve)).sum()
    };
    let level = average(&SmoothSpectrum::log_level);
    let between = average(&|curve| (curve.log_level() - level).powi(2));
    let ordinates = average(&|curve| curve.variance);
    let replicates: Vec<f64> = (0..resamples.len())
        .map(|r| {
            let bins = pooled(&powers, &resamples.weights(r));
            average(&|curve| curve.log_level_of(&bins).unwrap_or(f64::NAN))
        })
        .collect();
    let of_blocks = resamples
        .standard_error(replicates.iter().copied())
        .filter(|&error| error > 0.0);
    let known = of_blocks.map_or(ordinates, |error| 0.5 * (error * error + ordinates));
    let relative_error = (known + between).sqrt();
    let extrapolated = average(&|curve| curve.log_at(lowest) - curve.log_level());
    if extrapolated.abs() > OUT_OF_REACH {
        return Ok(Outcome::Unresolved(NoIntegral::OutOfReach {
            lowest: lowest / interval,
            ratio: extrapolated.exp(),
        }));
    }
    let (samples, squares) = powers.iter().fold((0.0, 0.0), |(samples, squares), run| {
        let (of_run, about_mean) = run.squares(&vec![1.0; run.blocks()]);
        (samples + of_run, squares + about_mean)
    });
    let highest = curves
        .iter()
        .filter(|curve| curve.probability > ALLOWED)
        .map(|curve| curve.log_level() + ALLOWED_ERRORS * curve.variance.sqrt())
        .fold(level, f64::max);
    let correlation_time = 0.5 * highest.exp() * samples / squares;
    let longest = lengths.iter().copied().max().unwrap_or(0) as f64;
    if longest < TIMES * correlation_time {
        return Ok(Outcome::Unresolved(NoIntegral::TooShort {
            correlation_times: longest / correlation_time,
        }));
    }
    if relative_error.is_nan() || relative_error > VAGUE {
        return Ok(Outcome::Unresolved(NoIntegral::Vague { relative_error }));
    }
    // The relative error is that of the value: the replicates are linear about it.
    let integral = |log: f64| 0.5 * interval * level.exp() * (1.0 + log);
    let mean = replicates.iter().sum::<f64>() / replicates.len() as f64;
    // Resamples that do not differ cannot carry the error, and would say that there is none.
    let stretch = of_blocks.map_or(f64::NAN, |error| relative_error / error);
    let values = replicates.iter().map(|log| integral(stretch * (log - mean)));
    Ok(Outcome::Resolved(ZeroFrequency {
        integral: Estimate::new(integral(0.0), values.collect(), resamples),
        relative_error,
        flat_below: (0.5 * average(&|curve| curve.scale.ln())).exp() / interval,
        extrapolated,
    }))
}

/// The bins of all runs with each block counted `weights[block]` times, in increasing frequency.
/// Bins of one frequency, as runs of one length have them, are one.
fn pooled(powers: &[BlockPowers], mut weights: &[f64]) -> Vec<Bin> {
    let mut bins: Vec<Bin> = Vec::new();
    for run in powers {
        let (of_run, others) = weights.split_at(run.blocks());
        weights = others;
        bins.extend(run.resampled(PI, of_run));
    }
    bins.sort_by(|a, b| a.frequency.total_cmp(&b.frequency));
    let one = |same: &[Bin]| {
        let ordinates: f64 = same.iter().map(|bin| bin.ordinates).sum();
        let power: f64 = same.iter().map(|bin| bin.ordinates * bin.power).sum();
        Bin {
            frequency: same[0].frequency,
            power: power / ordinates,
            ordinates,
        }
    };
    bins.chunk_by(|a, b| a.frequency == b.frequency)
        .map(one)
        .collect()
}
