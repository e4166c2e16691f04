//! Why a spectrum cannot be fitted, and a run not be planned.

use thiserror::Error;

use crate::real::short;
use crate::sampling::Lag;
use crate::stats::{Invalid, ResamplingError};

/// A spectral fit that cannot be made, or a question that a Gaussian model cannot answer.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SpectralError {
    /// The runs cannot be cut into blocks.
    #[error(transparent)]
    Resampling(#[from] ResamplingError),
    /// The limit of a band, or a parameter of a model, out of its range.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Too few ordinates below the limit.
    #[error(
        "{found} ordinates up to angular frequency {}, expected at least 8: a longer run or a higher limit",
        short(*.limit, 6)
    )]
    TooFewOrdinates {
        /// Ordinates there.
        found: f64,
        /// The limit, per time unit.
        limit: f64,
    },
    /// No start leads anywhere: the series does not vary.
    #[error("the series has no spectrum to fit: it does not vary within the band")]
    NoMaximum,
    /// A lag that the run does not have, or that lies between two samples.
    #[error("a lag of {found}, expected a multiple of {stride}, above 0 and below the run's {steps}")]
    Lag {
        /// The lag.
        found: Lag,
        /// Steps from sample to sample.
        stride: u64,
        /// Steps of the run.
        steps: u64,
    },
    /// A variance whose square is not a finite number.
    #[error("a variance of {variance:e}, expected one whose square is a finite number")]
    TooLarge {
        /// That of the energy.
        variance: f64,
    },
    /// An error that no run reaches.
    #[error("a relative error of {}, expected one that a run of 10^15 samples reaches", short(*.relative_error, 6))]
    OutOfReach {
        /// The error asked for.
        relative_error: f64,
    },
    /// The run carries no information on some parameter.
    #[error(
        "a run of {} for a relaxation time of {}, expected several relaxation times and at least 16 samples",
        short(*.duration, 6), short(*.relaxation_time, 6)
    )]
    TooShort {
        /// Length of the run.
        duration: f64,
        /// The relaxation time.
        relaxation_time: f64,
    },
}
