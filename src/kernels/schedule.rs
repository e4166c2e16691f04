//! The pairs of frames of a run, as the kernels take them.

use std::ops::Range;

use crate::sampling::Lag;
use crate::trajectory::LagTable;

/// Vector instructions for the products of a pair of frames, and for a transform of n frames, n
/// log2 n apart: from timings.
const PRODUCTS: f64 = 2.0;
const TRANSFORM: f64 = 6.0;

/// The pairs of frames of a run at each lag, by block of the first frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Schedule {
    /// Frames equally far apart: lags in frames, increasing; contiguous blocks.
    Uniform {
        frames: usize,
        lags: Vec<usize>,
        blocks: Vec<Range<usize>>,
    },
    /// Any frames: the pairs of block b and lag k are those between `ends[b * lags + k]` and the
    /// next end.
    Listed {
        blocks: usize,
        lags: usize,
        pairs: Vec<[u32; 2]>,
        ends: Vec<usize>,
    },
}

/// The pairs of frames of one block at one lag.
#[derive(Debug, Clone)]
pub(crate) enum Pairs<'a> {
    /// Each of `origins` with the frame `lag` later.
    Shifted { origins: Range<usize>, lag: usize },
    /// These.
    Listed(&'a [[u32; 2]]),
}

impl Pairs<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Shifted { origins, .. } => origins.len(),
            Self::Listed(pairs) => pairs.len(),
        }
    }

    /// Pair `index`.
    #[inline(always)]
    pub(crate) fn at(&self, index: usize) -> [usize; 2] {
        match self {
            Self::Shifted { origins, lag } => [origins.start + index, origins.start + index + lag],
            Self::Listed(pairs) => pairs[index].map(|frame| frame as usize),
        }
    }
}

impl Schedule {
    /// The pairs of so many frames at the lags of their table, in the given blocks of frames.
    pub(crate) fn new(table: &LagTable, frames: usize, blocks: &[Range<usize>]) -> Self {
        if table.uniform {
            let lag = |lag: &Lag| usize::try_from(lag.steps() / table.unit).unwrap_or(usize::MAX);
            return Self::Uniform {
                frames,
                lags: table.lags().iter().map(lag).collect(),
                blocks: blocks.to_vec(),
            };
        }
        let (mut pairs, mut ends) = (Vec::new(), vec![0]);
        for block in blocks {
            for k in 0..table.len() {
                let index = |frame: usize| u32::try_from(frame).expect("fewer than 2^32 frames");
                pairs.extend(
                    table
                        .pairs_from(k, block.clone())
                        .map(|(i, j)| [index(i), index(j)]),
                );
                ends.push(pairs.len());
            }
        }
        Self::Listed {
            blocks: blocks.len(),
            lags: table.len(),
            pairs,
            ends,
        }
    }

    pub(crate) fn blocks(&self) -> usize {
        match self {
            Self::Uniform { blocks, .. } => blocks.len(),
            Self::Listed { blocks, .. } => *blocks,
        }
    }

    pub(crate) fn lags(&self) -> usize {
        match self {
            Self::Uniform { lags, .. } => lags.len(),
            Self::Listed { lags, .. } => *lags,
        }
    }

    /// Blocks times lags.
    pub(crate) fn places(&self) -> usize {
        self.blocks() * self.lags()
    }

    /// The pairs of frames of a block at a lag.
    #[inline(always)]
    pub(crate) fn pairs(&self, block: usize, lag: usize) -> Pairs<'_> {
        match self {
            Self::Uniform { frames, lags, blocks } => {
                let (block, lag) = (&blocks[block], lags[lag]);
                let end = block.end.min(frames.saturating_sub(lag)).max(block.start);
                Pairs::Shifted {
                    origins: block.start..end,
                    lag,
                }
            }
            Self::Listed {
                lags, pairs, ends, ..
            } => {
                let at = block * lags + lag;
                Pairs::Listed(&pairs[ends[at]..ends[at + 1]])
            }
        }
    }

    /// All pairs, over blocks and lags.
    pub(crate) fn all_pairs(&self) -> usize {
        let lags = |block| (0..self.lags()).map(move |lag| self.pairs(block, lag).len());
        (0..self.blocks()).flat_map(lags).sum()
    }

    /// Costs of so many series, in vector instructions: of their products at each pair of frames,
    /// and of their transforms, which frames that are not uniform do not have.
    pub(crate) fn costs(&self, series: usize) -> [f64; 2] {
        let series = series as f64;
        let transforms = match self {
            Self::Uniform { frames, blocks, .. } => {
                let (n, blocks) = (*frames as f64, blocks.len() as f64);
                series * n * (TRANSFORM * (n / blocks).log2().max(1.0) + 4.0 * blocks)
            }
            Self::Listed { .. } => f64::INFINITY,
        };
        [series * self.all_pairs() as f64 * PRODUCTS, transforms]
    }

    /// The lags in frames, where frames are uniform.
    pub(crate) fn uniform_lags(&self) -> &[usize] {
        match self {
            Self::Uniform { lags, .. } => lags,
            Self::Listed { .. } => &[],
        }
    }

    /// The blocks of frames, where these are uniform.
    pub(crate) fn uniform_blocks(&self) -> &[Range<usize>] {
        match self {
            Self::Uniform { blocks, .. } => blocks,
            Self::Listed { .. } => &[],
        }
    }
}
