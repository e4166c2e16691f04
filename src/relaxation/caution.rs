//! What to know about error bars.

use thiserror::Error;

use super::fall::Time;
use super::thresholds::{BLOCK, BLOCK_IN_LAGS, FEWEST_BLOCKS, LONG_RUN, PLATEAU, SPECTRAL_BLOCK};
use crate::real::short;

/// What a reader of a resolved fit should know about its error bars.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Caution {
    /// Blocks shorter than fifteen mean relaxation times are not independent, and error bars from
    /// them are too small.
    #[error(
        "error bars may be too small: blocks of {} are shorter than {BLOCK} mean relaxation times of {}",
        Time(.block), Time(.mean_relaxation_time)
    )]
    ShortBlocks {
        /// Length of the shortest block.
        block: f64,
        /// Mean relaxation time.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        mean_relaxation_time: f64,
    },
    /// Blocks shorter than three times the longest fitted lag share many of its pairs, and error
    /// bars from them are too small.
    #[error(
        "error bars may be too small: blocks of {} are shorter than {BLOCK_IN_LAGS} times the longest fitted lag {}",
        Time(.block), Time(.longest_lag)
    )]
    LongLags {
        /// Length of the shortest block.
        block: f64,
        /// The longest fitted lag.
        longest_lag: f64,
    },
    /// The fast plateau U0² came out as 0, the end of its range: the curve shows no vibrations, and
    /// only an upper limit is known.
    #[error("U0² is 0, the end of its range: below {} at {:.0} %", short(*.upper_limit, 3), 100.0 * .level)]
    PlateauAtZero {
        /// What U0² is below, in the curve's unit: Student's t times the standard error that it
        /// would have without the bound.
        upper_limit: f64,
        /// How probably.
        level: f64,
    },
    /// The window ends before three mean relaxation times: the plateau is extrapolated.
    #[error(
        "the plateau is extrapolated: the longest fitted lag {} is less than {PLATEAU} mean relaxation times of {}",
        Time(.longest_lag), Time(.mean_relaxation_time)
    )]
    ExtrapolatedPlateau {
        /// The longest fitted lag.
        longest_lag: f64,
        /// Mean relaxation time.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        mean_relaxation_time: f64,
    },
    /// The curve without one block has no such relaxation, for a few of the blocks: amplitude and
    /// time then have no standard error.
    #[error(
        "amplitude and relaxation time have no standard error: {without} of {of} resamples of the curve have no such relaxation"
    )]
    Resamples {
        /// Resamples without it.
        without: usize,
        /// All of them.
        of: usize,
    },
    /// The curve has no resamples: there are no error bars, and the tests that need them were left
    /// out.
    #[error("no error bars: the curve has no resamples")]
    NoResamples,
    /// All runs together hold fewer than 100 relaxation times, and the errors from the spectrum are
    /// themselves uncertain.
    #[error(
        "the run is {:.0} tau long, fewer than {LONG_RUN}: errors are uncertain",
        .duration / .mean_relaxation_time
    )]
    ShortRun {
        /// Mean relaxation time.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        mean_relaxation_time: f64,
        /// Length of all runs.
        duration: f64,
    },
    /// Blocks shorter than five mean relaxation times are too short even for a spectrum: its error
    /// bars may be too small.
    #[error(
        "blocks are {:.1} tau long, fewer than {SPECTRAL_BLOCK}: errors may be too small",
        .block / .mean_relaxation_time
    )]
    ShortSpectralBlocks {
        /// Mean relaxation time.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        mean_relaxation_time: f64,
        /// Length of the shortest block.
        block: f64,
    },
    /// The runs hold fewer than five blocks of fifteen correlation times: errors from blocks will
    /// be too small, more often than not.
    #[error(
        "{found:.0} correlation times in all, {needed:.0} needed for {FEWEST_BLOCKS} blocks of {BLOCK}: errors may be too small"
    )]
    FewBlocks {
        /// Correlation times in all runs.
        found: f64,
        /// Correlation times needed.
        needed: f64,
    },
    /// The energies have no correlation time: neither does the spectrum show a relaxation nor the
    /// blocking a plateau.
    #[error(
        "no correlation time: the spectrum shows no relaxation, and the error of the mean no plateau: errors may be too small"
    )]
    NoCorrelationTime,
    /// A series drifts by less than its standard deviation: its variance contains the drift.
    #[error(
        "the {quantity} drifts or has two levels, by {} of its standard deviations within a run: `discard` may leave too little out",
        short(*.size, 2)
    )]
    Drift {
        /// The series.
        quantity: String,
        /// The change of its mean over its standard deviation.
        size: f64,
    },
}
