//! How long blocks must be.

use super::whittle::{Whittle, deviations};
use crate::real::Real;
use crate::relaxation::thresholds::{BLOCK, FEWEST_BLOCKS as FEWEST};
use crate::relaxation::{Caution, Model, Reason};
use crate::series::{Runs, Series};
use crate::stats::{Blocking, Resampling};

/// More blocks than this in all make no error better.
const MOST: usize = 30;

/// How runs are cut into blocks, and what the choice rests on: see [`choose_blocks`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BlockChoice {
    /// The blocks, for any estimate of these runs and of whatever was sampled beside them.
    pub resampling: Resampling,
    /// The mean relaxation time of the spectrum in time units; where that has none, the block at
    /// which the error of the mean is flat.
    pub correlation_time: Option<f64>,
    /// Length of a block of the shortest run, in time units.
    pub block_length: f64,
    /// Length of all runs together, in time units.
    pub duration: f64,
    /// The error of the mean energy under repeated averaging of neighbours, with its plateau and
    /// the number of independent samples that follows from it: the choice can be looked at. Blocks
    /// in samples, energy per particle.
    pub blocking: Blocking,
    /// Why errors from the blocks may be too small; `None` where they can be believed: five blocks
    /// or more of fifteen correlation times or more.
    pub caution: Option<Caution>,
}

/// Chooses blocks for runs: as many as can be at fifteen correlation times each, and thirty at
/// most.
///
/// The correlation time is the mean relaxation time of an exponential fitted to the spectrum
/// ([`Whittle`]), which knows it better than the integral of a correlation does: to 18 % in a run
/// of 100 of them. Where the spectrum shows no relaxation, it is the block at which the error of
/// the mean no longer rises ([`Blocking::plateau`]). Runs with fewer than 75 correlation times in
/// all get five blocks and a [caution](Caution::FewBlocks); several runs that are
/// too short for blocks of their own are the blocks ([`Resampling::Replicas`]).
///
/// # Cost
/// That of a spectrum and its fit without resamples.
///
/// ```
/// use msed::spectrum::choose_blocks;
/// use msed::{EnergyKind, EnergySeries, Sampling};
/// // Uncorrelated energies: the mean is as good as the samples are many.
/// let energies: Vec<f64> = (0..4096_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 16)).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 0.5)?, 1, EnergyKind::Total)?;
/// let choice = choose_blocks(&run);
/// assert!(choice.caution.is_none());
/// assert_eq!(choice.blocking.plateau().map(|p| p.block), Some(1));
/// # Ok::<(), msed::Error>(())
/// ```
#[must_use]
pub fn choose_blocks<T: Real>(runs: &impl Runs<T>) -> BlockChoice {
    let of = runs.runs();
    let interval = of[0].sampling().interval();
    let energies = deviations(of);
    let blocking = Blocking::of_runs(&energies.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let shortest = of.iter().map(Series::len).min().unwrap_or(0);
    let duration = interval * of.iter().map(Series::len).sum::<usize>() as f64;
    let needed = BLOCK * FEWEST as f64;
    let relaxation = Whittle::new()
        .model(Model::Exponential)
        .resampling(Resampling::None)
        .to(runs)
        .ok()
        .and_then(|fit| {
            let time = fit.mean_relaxation_time.value();
            // A relaxation that is not resolved because the run is short still says that it is.
            let usable = match fit.verdict.reasons() {
                [] => true,
                [Reason::Vague { .. }] => duration < needed * time,
                _ => false,
            };
            usable.then_some(time)
        });
    let correlation_time =
        relaxation.or_else(|| blocking.plateau().map(|level| level.block as f64 * interval));

    // Believable blocks of each run, at the length of the shortest one.
    let most = (MOST / of.len()).max(1);
    let wanted = correlation_time.map(|time| (shortest as f64 * interval / (BLOCK * time)) as usize);
    let blocks = wanted.unwrap_or(0).min(most);
    let enough = blocks >= 1 && blocks * of.len() >= FEWEST;
    let blocks = if enough { blocks } else { FEWEST.div_ceil(of.len()) };
    let blocks = blocks.min(shortest.max(1));
    let resampling = if blocks == 1 && of.len() > 1 {
        Resampling::Replicas
    } else {
        Resampling::Blocks(blocks.max(2))
    };
    let caution = match correlation_time {
        Some(_) if enough => None,
        Some(time) => Some(Caution::FewBlocks {
            found: duration / time,
            needed,
        }),
        None => Some(Caution::NoCorrelationTime),
    };
    BlockChoice {
        correlation_time,
        blocking,
        resampling,
        block_length: (shortest / blocks.max(1)) as f64 * interval,
        duration,
        caution,
    }
}
