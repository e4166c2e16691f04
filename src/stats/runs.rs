//! Several runs, block by block.

use thiserror::Error;

use super::{Resamples, Resampling, RunId};
use crate::real::apart;
use crate::sampling::Sampling;

/// Sums, or pieces of a run, that are of different things: what differs, with its value here and in
/// the first.
///
/// ```
/// use msed::online::EnergyAccumulator;
/// use msed::{EnergyKind, EnergySystem, Lags, Sampling};
/// let sums = |particles| {
///     let system = EnergySystem::new(Sampling::new(10, 0.005)?, particles, EnergyKind::Total)?;
///     let mut live = EnergyAccumulator::ring(system, &Lags::samples([1]))?;
///     live.push_slice(&[1.0, 2.0, 4.0])?;
///     Ok::<_, msed::Error>(live.snapshot()?)
/// };
/// let error = sums(1000)?.merge(sums(1200)?).unwrap_err();
/// assert_eq!(error.to_string(), "particle number is 1200, expected 1000 as in the first");
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{quantity} is {found}, expected {expected} as in the first")]
#[non_exhaustive]
pub struct MergeError {
    /// What differs.
    pub quantity: &'static str,
    /// Its value.
    pub found: String,
    /// The value in the first.
    pub expected: String,
}

/// Sums of one run by block.
pub trait InBlocks {
    /// Number of blocks.
    fn blocks(&self) -> usize;

    /// The identity of the run, from its sums: everything that is computed from them has it.
    fn run(&self) -> RunId;

    /// Whether these can be finite sums at so many lags and columns.
    #[cfg(feature = "serde")]
    fn is_sound(&self, lags: usize, columns: usize) -> bool;
}

/// The blocks of all runs, numbered: the run that each lies in, and its place there.
pub(crate) fn numbered<R: InBlocks>(runs: &[R]) -> impl Iterator<Item = (usize, (&R, usize))> + Clone {
    let blocks = |run| (0..R::blocks(run)).map(move |block| (run, block));
    runs.iter().flat_map(blocks).enumerate()
}

/// Blocks in each run, or each run as one block; no resamples where there is a single block.
pub(crate) fn resamples<R: InBlocks>(runs: &[R]) -> Resamples {
    let blocks = runs.iter().map(R::blocks).sum();
    let most = runs.iter().map(R::blocks).max().unwrap_or(0);
    let resampling = match (blocks, most) {
        (0 | 1, _) => Resampling::None,
        (_, 1) => Resampling::Replicas,
        _ => Resampling::Blocks(most),
    };
    Resamples::new(RunId::merged(runs.iter().map(R::run)), resampling, blocks)
}

/// Whether two sets of sums are of the same things: the quantities of the first, and of the other,
/// by name.
pub(crate) fn agree<const N: usize>(
    expected: [(&'static str, String); N],
    found: [(&'static str, String); N],
) -> Result<(), MergeError> {
    for ((quantity, expected), (_, found)) in expected.into_iter().zip(found) {
        if found != expected {
            return Err(MergeError {
                quantity,
                found,
                expected,
            });
        }
    }
    Ok(())
}

/// Whether two time axes are the same.
pub(crate) fn same_sampling(expected: Sampling, found: Sampling) -> Result<(), MergeError> {
    let [one, other] = [found, expected].map(|sampling| sampling.interval());
    if one != other {
        let [found, expected] = apart(one, other).map(|interval| [("sampling interval", interval)]);
        return agree(expected, found);
    }
    let shown = |sampling: Sampling| [("stride", sampling.stride().to_string())];
    agree(shown(expected), shown(found))
}

/// Whether two sets of sums have the same lags.
pub(crate) fn same_lags(expected: &[u64], found: &[u64]) -> Result<(), MergeError> {
    let number = |lags: &[u64]| [("number of lags", lags.len().to_string())];
    agree(number(expected), number(found))?;
    let different = expected.iter().zip(found).find(|(a, b)| a != b);
    different.map_or(Ok(()), |(a, b)| {
        agree([("a lag", a.to_string())], [("a lag", b.to_string())])
    })
}

/// Whether these can be lags: increasing, and within what a run can reach.
#[cfg(feature = "serde")]
pub(crate) fn are_lags(lags: &[u64]) -> bool {
    lags.windows(2).all(|w| w[0] < w[1]) && lags.last().is_some_and(|&lag| lag < u64::MAX / 2)
}
