//! Errors of correlated data: block sums, the resamples that follow from them, and numbers that
//! carry their error.
//!
//! A correlation over a long run is a ratio of sums over time origins. Kept apart by block of the
//! run (or by replica), those sums give every resampled curve by adding a few numbers, so that no
//! resample touches the data again. Each derived number is then evaluated once on the whole and
//! once per resample, and the spread of the latter is its error: the correlation between lags, and
//! between numbers of one run, is carried without being modelled. Jackknife and bootstrap are two
//! sets of weights for the blocks ([`Resampling`]).
//!
//! How often the intervals hold the truth stands in docs/errors.md: 60 to 74 % at one sigma, once
//! blocks hold fifteen relaxation times.

mod blocking;
mod blocks;
mod by_species;
mod combine;
pub(crate) mod doubling_blocks;
mod estimate;
pub(crate) mod frame_blocks;
#[cfg(feature = "serde")]
pub(crate) mod number;
mod outcome;
mod parabola;
mod resampling;
pub(crate) mod runs;
mod significance;
pub(crate) mod sums;

pub use crate::real::{Invalid, short};
pub use blocking::{Blocking, BlockingLevel};
pub(crate) use blocks::Partition;
pub use blocks::{BlockSums, ResamplingError};
pub(crate) use by_species::pairs_of;
pub use by_species::{ByPair, BySpecies, UnknownSpecies};
pub use combine::Mixture;
pub use doubling_blocks::NoMemory;
pub use estimate::Estimate;
pub use outcome::Outcome;
pub(crate) use parabola::{Parabola, line};
pub use resampling::{Resamples, Resampling, RunId};
pub use runs::MergeError;
pub use significance::{Deviation, Significance};
pub use sums::Sums;
