//! Every bound that a [`Verdict`](super::Verdict) or a [`Caution`](super::Caution) rests on.
//!
//! How many standard errors a deviation needs is the other half of the table:
//! [`Significance`](crate::stats::Significance).

/// The range of the exponent β. Above 2 there is no random process with such a correlation.
pub const EXPONENT: [f64; 2] = [0.05, 2.0];

/// β is at the end of its range within these factors of its two ends
/// ([`Reason::ExponentAtBound`](super::Reason::ExponentAtBound)).
pub const EXPONENT_AT_BOUND: [f64; 2] = [1.02, 0.99];

/// Lags for each free parameter, below which a fit has too few
/// ([`Reason::TooFewPoints`](super::Reason::TooFewPoints)).
pub const LAGS_PER_PARAMETER: usize = 2;

/// The part of the resamples without a relaxation from which on a fit is not resolved
/// ([`Reason::Resamples`](super::Reason::Resamples)).
pub const WITHOUT_RELAXATION: f64 = 0.5;

/// τ further than this factor beyond the fitted lags is no relaxation time
/// ([`Reason::Resamples`](super::Reason::Resamples)).
pub const REACH: f64 = 100.0;

/// Above this condition number parameters are degenerate
/// ([`Reason::Degenerate`](super::Reason::Degenerate)).
pub const CONDITION: f64 = 1e3;

/// A larger error of ln τ by least squares says nothing of τ
/// ([`Reason::Degenerate`](super::Reason::Degenerate)).
pub const LEAST_SQUARES_ERROR: f64 = 1.0;

/// A larger cosine between residuals and a derivative is no minimum
/// ([`Reason::NotAMinimum`](super::Reason::NotAMinimum)).
pub const SLOPE: f64 = 1e-4;

/// Mean relaxation times that the longest fitted lag must hold, or the plateau is extrapolated
/// ([`Caution::ExtrapolatedPlateau`](super::Caution::ExtrapolatedPlateau)).
pub const PLATEAU: f64 = 3.0;

/// Mean relaxation times that a block must hold before the errors of a curve can be believed
/// ([`Caution::ShortBlocks`](super::Caution::ShortBlocks),
/// [`choose_blocks`](crate::spectrum::choose_blocks)).
pub const BLOCK: f64 = 15.0;

/// Fewest blocks, over all runs, whose errors can be believed: they are known to a third
/// ([`Caution::FewBlocks`](super::Caution::FewBlocks)).
pub const FEWEST_BLOCKS: usize = 5;

/// Longest lags that a block must hold before the errors of a curve can be believed
/// ([`Caution::LongLags`](super::Caution::LongLags)).
pub const BLOCK_IN_LAGS: f64 = 3.0;

/// Mean relaxation times that a block must hold before the errors of a spectrum can be believed
/// ([`Caution::ShortSpectralBlocks`](super::Caution::ShortSpectralBlocks)). No pair of samples is
/// cut at the boundary of a block there, so that fewer are needed than for a curve.
pub const SPECTRAL_BLOCK: f64 = 5.0;

/// Mean relaxation times that a run must hold before the errors of its spectrum are certain
/// ([`Caution::ShortRun`](super::Caution::ShortRun)).
pub const LONG_RUN: f64 = 100.0;

/// The largest error of ln τ over the resamples, and of ln τ and ln Um² by Fisher's information
/// ([`Reason::Vague`](super::Reason::Vague), [`Reason::NoSlowPart`](super::Reason::NoSlowPart)): a
/// factor of 1.6.
pub const LOG_ERROR: f64 = 0.5;

/// The smallest product of the mean relaxation time with the limit of a band
/// ([`Reason::NotSeparated`](super::Reason::NotSeparated)).
pub const SEPARATION: f64 = 2.0;

/// The largest error of Um² over the resamples, in units of Um²
/// ([`Reason::NoSlowPart`](super::Reason::NoSlowPart)).
pub const RISE_ERROR: f64 = 1.0 / 3.0;

/// A relaxation time within this factor of the thermostat's time is not the liquid's
/// ([`Reason::Thermostat`](super::Reason::Thermostat)): a thermostat ten times faster or slower
/// shifts the liquid's time by less than 5 %.
pub const THERMOSTAT: f64 = 10.0;
