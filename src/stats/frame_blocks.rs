//! Sums over pairs of frames by block and lag, in memory that does not grow with the run.

use super::RunId;
use super::doubling_blocks::{DoublingBlocks, NoMemory};
use super::runs::InBlocks;

/// Sums over the pairs of frames whose first one lies in a block, by block and lag, in memory that
/// does not grow with the run.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FrameBlocks {
    lags: usize,
    /// Sums at each lag.
    width: usize,
    /// Lag by lag, the number of pairs and their sums. Places are frames, and the block of a frame
    /// must be open before a pair that begins there is counted.
    pub(crate) blocks: DoublingBlocks<f64>,
}

impl InBlocks for FrameBlocks {
    fn blocks(&self) -> usize {
        self.blocks.count()
    }

    fn run(&self) -> RunId {
        let sums = self.blocks.rows();
        RunId::digest(sums.len(), sums.iter().copied())
    }

    #[cfg(feature = "serde")]
    fn is_sound(&self, lags: usize, width: usize) -> bool {
        let numbers = width.checked_add(1).and_then(|width| width.checked_mul(lags));
        (self.lags, self.width) == (lags, width)
            && lags > 0
            && numbers.is_some_and(|numbers| self.blocks.is_sound(numbers, |x| x.is_finite()))
            && (0..self.blocks()).all(|block| (0..lags).all(|lag| self.pairs(block, lag) >= 0.0))
    }
}

impl FrameBlocks {
    /// No block yet, and room for all pieces of a run that ends with `blocks` blocks.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(crate) fn new(lags: usize, width: usize, blocks: usize) -> Result<Self, NoMemory> {
        Ok(Self {
            lags,
            width,
            blocks: DoublingBlocks::new(lags.saturating_mul(1 + width), blocks, 1)?,
        })
    }

    /// Counts a pair of frames; its sums.
    #[inline]
    pub(crate) fn pair_mut(&mut self, first: u64, lag: usize) -> &mut [f64] {
        let block = self.blocks.block_of(first);
        let row = &mut self.blocks.row_mut(block)[lag * (1 + self.width)..][..=self.width];
        row[0] += 1.0;
        &mut row[1..]
    }

    /// The mean length of a block, in frames: a longer lag has no error from these blocks.
    pub(crate) fn block_length(&self) -> u64 {
        self.blocks.mean_length()
    }

    /// The pairs of a block at a lag.
    pub(crate) fn pairs(&self, block: usize, lag: usize) -> f64 {
        self.blocks.row(block)[lag * (1 + self.width)]
    }

    /// The sums of a block at a lag.
    pub(crate) fn sums(&self, block: usize, lag: usize) -> &[f64] {
        &self.blocks.row(block)[lag * (1 + self.width) + 1..][..self.width]
    }

    /// The same pairs with other sums: `fill` makes the sums of a block and lag.
    pub(crate) fn map(&self, width: usize, fill: impl Fn(usize, usize, &mut [f64])) -> Self {
        let blocks = self.blocks.with_rows(self.lags * (1 + width), |block, row| {
            for (lag, row) in row.chunks_exact_mut(1 + width).enumerate() {
                row[0] = self.pairs(block, lag);
                fill(block, lag, &mut row[1..]);
            }
        });
        Self {
            width,
            blocks,
            lags: self.lags,
        }
    }

    /// Whether these are sums over the same pairs of frames.
    pub(crate) fn same_pairs(&self, other: &Self) -> bool {
        let at = |i: usize| (i / self.lags, i % self.lags);
        let same = |(block, lag)| self.pairs(block, lag) == other.pairs(block, lag);
        self.lags == other.lags
            && self.blocks.same_stretches(&other.blocks)
            && (0..self.blocks() * self.lags).map(at).all(same)
    }
}
