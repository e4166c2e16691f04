//! Rows of numbers that come one after the other, and the sums over their pairs.

use std::ops::Range;

use super::error::OnlineError;
use super::places::{LevelLags, Progress};
#[cfg(feature = "serde")]
use crate::real::is_fit;
use crate::stats::doubling_blocks::{NoMemory, filled, reserve};
use crate::stats::frame_blocks::FrameBlocks;
#[cfg(feature = "serde")]
use crate::stats::runs::InBlocks;
use crate::stats::runs::agree;

/// The last rows of a stream, as many as the longest lag reaches over, and the sums over the pairs
/// of rows at each lag, by block.
///
/// What a row is and what a pair gives is the caller's: positions, densities, energies.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct PairStream {
    pub(super) progress: Progress,
    /// Numbers in a row.
    width: usize,
    levels: Vec<Level>,
    pub(super) sums: FrameBlocks,
}

/// Every `stride`-th row of the run, those at multiples of it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Level {
    of: LevelLags,
    /// The last rows, row k of the level in place k modulo their number.
    recent: Vec<f64>,
    /// The first rows of a piece that does not begin with the run, up to the longest lag: what the
    /// piece before lacks.
    head: Vec<f64>,
}

impl Level {
    /// Where row `index` of the level lies.
    fn places(&self, index: u64, width: usize) -> Range<usize> {
        let slot = (index % (self.of.reach() as u64 + 1)) as usize;
        slot * width..(slot + 1) * width
    }

    /// How many numbers the head has when it is full.
    fn full_head(&self, width: usize) -> usize {
        self.of.reach() * width
    }

    /// Which rows of the run the level keeps, counted in the level.
    fn rows(&self, rows: Range<u64>) -> Range<u64> {
        rows.start.div_ceil(self.of.stride)..rows.end.div_ceil(self.of.stride)
    }
}

impl PairStream {
    /// No row yet, and room for all that will be kept.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(super) fn new(levels: Vec<LevelLags>, width: usize, sums: FrameBlocks) -> Result<Self, NoMemory> {
        let level = |of: LevelLags| -> Result<Level, NoMemory> {
            Ok(Level {
                recent: filled(0.0, (of.reach() + 1).saturating_mul(width))?,
                head: Vec::new(),
                of,
            })
        };
        Ok(Self {
            progress: Progress::default(),
            width,
            levels: levels.into_iter().map(level).collect::<Result<_, _>>()?,
            sums,
        })
    }

    /// Makes room for the heads of a piece that does not begin with its run.
    pub(super) fn reserve_heads(&mut self) -> Result<(), NoMemory> {
        if self.progress.first > 0 {
            for level in &mut self.levels {
                let more = level.full_head(self.width) - level.head.len();
                reserve(&mut level.head, more)?;
            }
        }
        Ok(())
    }

    /// Room for the next row, to be filled before it is [`push`](Self::push)ed.
    pub(super) fn room(&mut self) -> &mut [f64] {
        let place = self.progress.next();
        let level = &mut self.levels[0];
        let places = level.places(place, self.width);
        &mut level.recent[places]
    }

    /// Takes in the row that lies in its room: `pair` adds to the sums what two rows, the earlier
    /// one first, give.
    #[inline]
    pub(super) fn push(&mut self, mut pair: impl FnMut(&[f64], &[f64], &mut [f64])) {
        let (place, width, start) = (self.progress.next(), self.width, self.progress.first);
        self.sums.blocks.open(self.progress.count);
        let (lowest, higher) = self.levels.split_first_mut().expect("a level");
        let row = lowest.places(place, width);
        for level in higher {
            if !place.is_multiple_of(level.of.stride) {
                break;
            }
            let to = level.places(place / level.of.stride, width);
            level.recent[to].copy_from_slice(&lowest.recent[row.clone()]);
        }
        for level in &mut self.levels {
            let stride = level.of.stride;
            if !place.is_multiple_of(stride) {
                break;
            }
            let begin = start.div_ceil(stride);
            let (index, kept) = (place / stride, level.of.reach() + 1);
            let now = level.places(index, width);
            if start > 0 && level.head.len() < level.full_head(width) {
                level.head.extend_from_slice(&level.recent[now.clone()]);
            }
            for (k, &lag) in level.of.lags.iter().enumerate() {
                if index - begin < lag as u64 {
                    break;
                }
                let back = lag * width;
                let then = if now.start >= back {
                    now.start - back
                } else {
                    now.start + kept * width - back
                };
                let first = (index - lag as u64) * stride - start;
                pair(
                    &level.recent[then..then + width],
                    &level.recent[now.clone()],
                    self.sums.pair_mut(first, level.of.first_point + k),
                );
            }
        }
        self.progress.count += 1;
    }

    /// This piece of a run and the one that follows it, as one stream, which goes on where `later`
    /// is. No pair is lost: the earlier piece has kept its last rows, the later one its first.
    ///
    /// # Errors
    /// [`OnlineError::NotConsecutive`] where `later` does not begin after the last row here,
    /// [`OnlineError::Merge`] where its lags are summed at other strides.
    pub(super) fn followed_by(
        &mut self,
        later: &Self,
        mut pair: impl FnMut(&[f64], &[f64], &mut [f64]),
    ) -> Result<(), OnlineError> {
        let strides = |stream: &Self| [("number of strides", stream.levels.len().to_string())];
        agree(strides(self), strides(later))?;
        self.progress.is_followed_by(later.progress)?;
        if self.progress.count == 0 {
            self.clone_from(later);
            return Ok(());
        }
        let (width, start, cut) = (self.width, self.progress.first, later.progress.first);
        for (level, other) in self.levels.iter_mut().zip(&later.levels) {
            let own = level.rows(start..cut);
            for (i, row) in other.head.chunks_exact(width).enumerate() {
                for (k, &lag) in level.of.lags.iter().enumerate() {
                    // How far before the later piece the earlier row lies.
                    let before = lag.saturating_sub(i) as u64;
                    if before > own.end - own.start {
                        break;
                    }
                    if before > 0 {
                        let index = own.end - before;
                        let then = level.places(index, width);
                        let first = index * level.of.stride - start;
                        let sums = self.sums.pair_mut(first, level.of.first_point + k);
                        pair(&level.recent[then], row, sums);
                    }
                }
            }
            let new = level.rows(cut..later.progress.next());
            let kept = level.of.reach() as u64 + 1;
            for index in new.start.max(new.end.saturating_sub(kept))..new.end {
                let places = level.places(index, width);
                level.recent[places.clone()].copy_from_slice(&other.recent[places]);
            }
            if start > 0 {
                let more = (level.full_head(width) - level.head.len()).min(other.head.len());
                level.head.extend_from_slice(&other.head[..more]);
            }
        }
        let blocks = later.sums.blocks.clone();
        self.sums
            .blocks
            .followed_by(self.progress.count, blocks, later.progress.count)?;
        self.progress.count += later.progress.count;
        Ok(())
    }

    /// Whether these can be rows of so many numbers, and sums of such a shape over them at these
    /// lags; and makes room for what will be.
    #[cfg(feature = "serde")]
    pub(super) fn restore(&mut self, lags: &[u64], width: usize, columns: usize) -> bool {
        if self.width != width || width == 0 || !self.progress.is_sound() {
            return false;
        }
        let first = self.progress.first;
        let run = first..self.progress.next();
        let sound = |level: &Level| {
            let reach = level.of.reach() as u64;
            let rows = level.rows(run.clone());
            let most = if first == 0 { 0 } else { reach };
            let head = most.min(rows.end - rows.start);
            let numbers = |rows: u64| rows.checked_mul(width as u64);
            numbers(reach.saturating_add(1)) == Some(level.recent.len() as u64)
                && numbers(head) == Some(level.head.len() as u64)
                && level.recent.iter().chain(&level.head).all(|&x| is_fit(x))
        };
        let all_sound = LevelLags::are_of(self.levels.iter().map(|level| &level.of), lags)
            && self.levels.iter().all(sound)
            && self.sums.is_sound(lags.len(), columns)
            && self.sums.blocks.are_of(self.progress.count);
        all_sound && self.sums.blocks.reserve().and(self.reserve_heads()).is_ok()
    }
}
