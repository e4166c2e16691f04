//! Rows of numbers that come one after the other, and the sums over their pairs.

use std::ops::Range;

use super::error::OnlineError;
use super::frame_blocks::FrameBlocks;

/// The last rows of a stream, as many as the longest lag reaches over, and the sums over the pairs of rows at each lag, by block.
///
/// What a row is and what a pair gives is the caller's: positions, densities, energies.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct PairStream {
    /// Row of the run that was the first here.
    first: u64,
    /// Rows so far.
    count: u64,
    /// Numbers in a row.
    width: usize,
    /// Row k of the run in place k modulo their number.
    recent: Vec<f64>,
    /// The first rows of a piece that does not begin with the run, up to the longest lag: what the piece before lacks.
    head: Vec<f64>,
    sums: FrameBlocks,
}

impl PairStream {
    /// No row yet, and room for all that will be kept.
    pub(super) fn new(lags: &[u64], width: usize, sums: FrameBlocks) -> Self {
        Self {
            first: 0,
            count: 0,
            width,
            recent: vec![0.0; (reach(lags) + 1) * width],
            head: Vec::new(),
            sums,
        }
    }

    /// The same, before its first row, with other sums.
    pub(super) fn with_sums(self, sums: FrameBlocks) -> Result<Self, OnlineError> {
        self.not_running()?;
        Ok(Self { sums, ..self })
    }

    /// The same, before its first row, for a piece that begins with row `first` of its run.
    pub(super) fn starting_at(mut self, first: u64) -> Result<Self, OnlineError> {
        self.not_running()?;
        self.first = first;
        self.head = Vec::with_capacity(self.head_length());
        Ok(self)
    }

    pub(super) fn not_running(&self) -> Result<(), OnlineError> {
        match self.count {
            0 => Ok(()),
            found => Err(OnlineError::Running { found }),
        }
    }

    /// Rows so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Where the next row lies in its run.
    pub(super) fn next_place(&self) -> u64 {
        self.first + self.count
    }

    pub(super) fn sums(&self) -> &FrameBlocks {
        &self.sums
    }

    /// Sums over the rows so far, at an end.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second row.
    pub(super) fn finished(&self) -> Result<FrameBlocks, OnlineError> {
        if self.count < 2 {
            return Err(OnlineError::TooFewSamples { found: self.count });
        }
        let mut sums = self.sums.clone();
        sums.finish(self.count);
        Ok(sums)
    }

    /// Rows that are kept.
    fn kept(&self) -> usize {
        self.recent.len() / self.width
    }

    /// Numbers that the head has when it is full.
    fn head_length(&self) -> usize {
        if self.first == 0 {
            0
        } else {
            self.recent.len() - self.width
        }
    }

    /// Which of the rows that are kept is row `index` from the first one here.
    #[allow(clippy::cast_possible_truncation, reason = "a place in memory")]
    fn slot(&self, index: u64) -> usize {
        ((self.first + index) % self.kept() as u64) as usize
    }

    /// The numbers of a row that is kept.
    fn places(&self, slot: usize) -> Range<usize> {
        slot * self.width..(slot + 1) * self.width
    }

    /// Room for the next row, to be filled before it is [`push`](Self::push)ed.
    pub(super) fn room(&mut self) -> &mut [f64] {
        let places = self.places(self.slot(self.count));
        &mut self.recent[places]
    }

    /// Takes in the row that lies in its room: `pair` adds to the sums what two rows, the earlier one first, give.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "lags are places in memory")]
    pub(super) fn push(&mut self, lags: &[u64], mut pair: impl FnMut(&[f64], &[f64], &mut [f64])) {
        let (kept, now) = (self.kept(), self.slot(self.count));
        if self.head.len() < self.head_length() {
            let row = self.places(now);
            self.head.extend_from_slice(&self.recent[row]);
        }
        self.sums.open(self.count);
        for (k, &lag) in lags.iter().enumerate() {
            let Some(first) = self.count.checked_sub(lag) else {
                break;
            };
            let lag = lag as usize;
            let then = if now >= lag { now - lag } else { now + kept - lag };
            let [then, now] = [then, now].map(|slot| self.places(slot));
            let sums = self.sums.pair_mut(first, k);
            pair(&self.recent[then], &self.recent[now], sums);
        }
        self.count += 1;
    }

    /// This piece of a run and the one that follows it, as one stream, which goes on where `later` is. No pair is lost: the earlier piece
    /// has kept its last rows, the later one its first.
    ///
    /// # Errors
    /// [`OnlineError::NotConsecutive`] where `later` does not begin after the last row here.
    #[allow(clippy::cast_possible_truncation, reason = "lags are places in memory")]
    pub(super) fn followed_by(
        &mut self,
        later: &Self,
        lags: &[u64],
        mut pair: impl FnMut(&[f64], &[f64], &mut [f64]),
    ) -> Result<(), OnlineError> {
        if later.first != self.next_place() {
            return Err(OnlineError::NotConsecutive {
                found: later.first,
                expected: self.next_place(),
            });
        }
        if self.count == 0 {
            self.clone_from(later);
            return Ok(());
        }
        if later.count <= reach(lags) as u64 {
            for row in later.head.chunks_exact(self.width) {
                self.room().copy_from_slice(row);
                self.push(lags, &mut pair);
            }
            return Ok(());
        }
        for (i, row) in later.head.chunks_exact(self.width).enumerate() {
            for (k, &lag) in lags.iter().enumerate() {
                // How far before the later piece the earlier row lies.
                let before = lag.saturating_sub(i as u64);
                let Some(first) = self.count.checked_sub(before) else {
                    break;
                };
                if before > 0 {
                    let then = self.places(self.slot(first));
                    pair(&self.recent[then], row, self.sums.pair_mut(first, k));
                }
            }
        }
        self.sums.followed_by(self.count, later.sums.clone(), later.count);
        let more = self.head_length() - self.head.len();
        self.head.extend_from_slice(&later.head[..more]);
        self.recent.copy_from_slice(&later.recent);
        self.count += later.count;
        Ok(())
    }

    /// Whether these can be rows of so many numbers, and sums of such a shape over them; and makes room for what will be.
    #[cfg(feature = "serde")]
    pub(super) fn restore(&mut self, lags: &[u64], width: usize, columns: usize) -> bool {
        let kept = (reach(lags) as u64).checked_add(1);
        let numbers = kept.and_then(|kept| kept.checked_mul(width as u64));
        let sound = width > 0
            && self.width == width
            && numbers == Some(self.recent.len() as u64)
            && self.first < 1 << 62
            && self.count < 1 << 62
            && self.head.len() as u64
                == (self.head_length() as u64).min(self.count.saturating_mul(width as u64))
            && self.recent.iter().chain(&self.head).all(|x| x.is_finite())
            && self.sums.is_sound(lags.len(), columns)
            && self.sums.are_of(self.count);
        if sound {
            self.sums.reserve();
            self.head.reserve_exact(self.head_length() - self.head.len());
        }
        sound
    }
}

/// Rows between the first and the last of a pair at the longest lag.
#[allow(clippy::cast_possible_truncation, reason = "lags are below a length")]
fn reach(lags: &[u64]) -> usize {
    lags.last().map_or(0, |&lag| lag as usize)
}
