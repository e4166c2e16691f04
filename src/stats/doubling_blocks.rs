//! Blocks of a run whose number is bounded, however long the run is.

use std::ops::AddAssign;

use thiserror::Error;

/// Blocks of a run at most, unless asked otherwise.
pub(crate) const BLOCKS: usize = 20;

/// More blocks than this are a mistake.
pub(crate) const MOST_BLOCKS: usize = 1 << 16;

/// Samples and frames are counted up to here.
pub(crate) const LAST_PLACE: u64 = 1 << 62;

/// Whether so many blocks can be halved, and are not too many.
pub(crate) fn can_be_halved(most: usize) -> bool {
    (2..=MOST_BLOCKS).contains(&most) && most.is_multiple_of(2)
}

/// The blocks of one run, each with a row of sums. Places count samples or frames, from the first
/// one on.
///
/// Blocks have one length. When there would be more than `most`, neighbours are added up and the
/// length doubles, so that there are between `most/2` and `most` of them. Where pieces of a run
/// were joined, this is true of what came after; the blocks of the pieces are sealed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct DoublingBlocks<T> {
    /// Sums in a row.
    width: usize,
    most: usize,
    /// Length of a block that begins now.
    length: u64,
    /// Where each block begins.
    starts: Vec<u64>,
    /// Where the last block ends when it is full.
    end: u64,
    /// Blocks that keep their length.
    sealed: usize,
    rows: Vec<T>,
}

impl<T: Copy + Default + AddAssign> DoublingBlocks<T> {
    /// No block yet, and room for all that will be.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(crate) fn new(width: usize, most: usize, length: u64) -> Result<Self, NoMemory> {
        let mut blocks = Self {
            width,
            most,
            length,
            starts: Vec::new(),
            end: 0,
            sealed: 0,
            rows: Vec::new(),
        };
        blocks.reserve()?;
        Ok(blocks)
    }

    pub(crate) fn count(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Length of a block that begins now.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Number of the blocks that are not sealed, the last ones.
    pub(crate) fn live(&self) -> usize {
        self.count() - self.sealed
    }

    /// Where the last block ends.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn row(&self, block: usize) -> &[T] {
        &self.rows[block * self.width..][..self.width]
    }

    pub(crate) fn row_mut(&mut self, block: usize) -> &mut [T] {
        &mut self.rows[block * self.width..][..self.width]
    }

    /// All sums of all rows.
    pub(crate) fn rows(&self) -> &[T] {
        &self.rows
    }

    /// The same, to change them.
    pub(crate) fn rows_mut(&mut self) -> &mut [T] {
        &mut self.rows
    }

    /// Length of a block.
    pub(crate) fn length_of(&self, block: usize) -> u64 {
        self.end_of(block) - self.starts[block]
    }

    /// Opens blocks up to the one that `place` lies in; that block.
    #[inline]
    pub(crate) fn open(&mut self, place: u64) -> usize {
        while self.end <= place {
            if self.live() >= self.most {
                self.halve();
            } else {
                self.starts.push(self.end);
                self.end += self.length;
                self.rows.resize(self.starts.len() * self.width, T::default());
            }
        }
        self.block_of(place)
    }

    /// The block of a place that is in one.
    #[inline]
    pub(crate) fn block_of(&self, place: u64) -> usize {
        match self.starts.get(self.sealed) {
            Some(&first) if place >= first => self.sealed + ((place - first) / self.length) as usize,
            _ => self.starts.partition_point(|&start| start <= place) - 1,
        }
    }

    /// Where a block ends, when it is full.
    pub(crate) fn end_of(&self, block: usize) -> u64 {
        self.starts.get(block + 1).copied().unwrap_or(self.end)
    }

    /// Adds neighbours up, all of them full: half as many blocks of twice the length.
    fn halve(&mut self) {
        let mut to = self.sealed;
        for from in (self.sealed..self.count()).step_by(2) {
            self.starts[to] = self.starts[from];
            self.move_row(from, to);
            if from + 1 < self.count() {
                self.add_row(from + 1, to);
            }
            to += 1;
        }
        self.truncate(to);
        self.length *= 2;
    }

    fn move_row(&mut self, from: usize, to: usize) {
        let row = from * self.width..(from + 1) * self.width;
        self.rows.copy_within(row, to * self.width);
    }

    /// Adds a row to an earlier one.
    fn add_row(&mut self, from: usize, to: usize) {
        let (before, after) = self.rows.split_at_mut(from * self.width);
        let sums = before[to * self.width..].iter_mut();
        sums.zip(&after[..self.width]).for_each(|(sum, x)| *sum += *x);
    }

    fn truncate(&mut self, blocks: usize) {
        self.starts.truncate(blocks);
        self.rows.truncate(blocks * self.width);
    }

    /// Ends the run at `end`. A last block that is not full joins the one before it, and so do
    /// blocks of short pieces, so that none is much shorter than the others.
    pub(crate) fn finish(&mut self, end: u64) {
        self.seal(end);
        let least = end / self.most as u64;
        let mut last = 0;
        for block in 1..self.count() {
            // The blocks up to `last` have been moved; the one after it begins where this one does.
            if self.starts[block] - self.starts[last] < least {
                self.add_row(block, last);
            } else {
                last += 1;
                self.starts[last] = self.starts[block];
                self.move_row(block, last);
            }
        }
        if last > 0 && end - self.starts[last] < least {
            self.add_row(last, last - 1);
            last -= 1;
        }
        self.truncate(last + 1);
        self.sealed = self.count();
    }

    /// Ends a piece at `end`: the next block begins there.
    fn seal(&mut self, end: u64) {
        if self.end > end && self.count() > self.sealed + 1 {
            let last = self.count() - 1;
            self.add_row(last, last - 1);
            self.truncate(last);
        }
        self.end = end;
        self.sealed = self.count();
    }

    /// The blocks of the piece up to `end`, and of the piece that follows up to its `later_end`, as
    /// those of one run.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(crate) fn followed_by(&mut self, end: u64, mut later: Self, later_end: u64) -> Result<(), NoMemory> {
        self.seal(end);
        later.seal(later_end);
        self.starts.extend(later.starts.iter().map(|start| start + end));
        self.rows.extend(later.rows);
        (self.most, self.length) = (later.most, later.length);
        // However many pieces there are, their blocks are no more than those of one run.
        self.finish(end + later_end);
        self.reserve()
    }

    /// Makes room for all blocks that will be.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(crate) fn reserve(&mut self) -> Result<(), NoMemory> {
        let more = (self.most + self.sealed).saturating_sub(self.count());
        reserve(&mut self.starts, more)?;
        reserve(&mut self.rows, more.saturating_mul(self.width))
    }

    /// The same blocks, with other sums in each row.
    pub(crate) fn with_rows(&self, width: usize, fill: impl Fn(usize, &mut [T])) -> Self {
        let mut rows = vec![T::default(); self.count() * width];
        if width > 0 {
            rows.chunks_exact_mut(width)
                .enumerate()
                .for_each(|(block, row)| fill(block, row));
        }
        Self {
            width,
            rows,
            starts: self.starts.clone(),
            ..*self
        }
    }

    /// Whether these are the blocks of the same stretches.
    pub(crate) fn same_stretches<U>(&self, other: &DoublingBlocks<U>) -> bool {
        (&self.starts, self.end) == (&other.starts, other.end)
    }

    /// Whether these can be the blocks of a run that has come to `end`.
    #[cfg(feature = "serde")]
    pub(crate) fn are_of(&self, end: u64) -> bool {
        end <= self.end && self.starts.last().map_or(end == 0, |&start| start < end)
    }

    /// Whether these can be blocks with so many sums, all of which are `sound`.
    #[cfg(feature = "serde")]
    pub(crate) fn is_sound(&self, width: usize, sound: impl Fn(&T) -> bool) -> bool {
        let uniform = || {
            let live = self.starts[self.sealed..].iter().chain([&self.end]);
            let live: Vec<u64> = live.copied().collect();
            live.windows(2).all(|w| w[1] - w[0] == self.length)
        };
        self.width == width
            && can_be_halved(self.most)
            && (1..LAST_PLACE).contains(&self.length)
            && self.end < LAST_PLACE
            && self.count().checked_mul(width) == Some(self.rows.len())
            && self.starts.first().is_none_or(|&start| start == 0)
            && self.starts.windows(2).all(|w| w[0] < w[1])
            && self
                .starts
                .last()
                .map_or(self.end == 0, |&start| start < self.end)
            && self.sealed <= self.count()
            && self.live() <= self.most
            && uniform()
            && self.rows.iter().all(sound)
    }
}

/// More memory than the system has.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{bytes:.1e} bytes of memory cannot be had, expected shorter lags, fewer of them, or fewer blocks")]
#[non_exhaustive]
pub struct NoMemory {
    /// What one part of the accumulator would need.
    pub bytes: f64,
}

/// Room for so many more numbers.
///
/// # Errors
/// [`NoMemory`] where the system refuses: the process would end otherwise.
pub(crate) fn reserve<T>(numbers: &mut Vec<T>, more: usize) -> Result<(), NoMemory> {
    let refused = |_| NoMemory {
        bytes: size_of::<T>() as f64 * more as f64,
    };
    numbers.try_reserve_exact(more).map_err(refused)
}

/// So many numbers, all of this value: written, so that the system finds them a place now.
///
/// # Errors
/// As [`reserve`].
pub(crate) fn filled<T: Clone>(value: T, count: usize) -> Result<Vec<T>, NoMemory> {
    let mut numbers = Vec::new();
    reserve(&mut numbers, count)?;
    numbers.resize(count, value);
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts places in a first column, and adds them up in a second.
    fn counted(most: usize, length: u64, places: u64) -> DoublingBlocks<f64> {
        let mut blocks = DoublingBlocks::new(2, most, length).unwrap();
        for place in 0..places {
            let block = blocks.open(place);
            assert!(blocks.end_of(block) > place && blocks.count() <= most);
            let row = blocks.row_mut(block);
            row[0] += 1.0;
            row[1] += place as f64;
        }
        blocks
    }

    fn numbers(blocks: &DoublingBlocks<f64>) -> Vec<f64> {
        (0..blocks.count()).map(|block| blocks.row(block)[0]).collect()
    }

    #[test]
    fn blocks_double_where_there_would_be_too_many_and_keep_their_sums() {
        // 37 places in blocks of 2, of 4, of 8, of 16.
        let mut blocks = counted(4, 2, 37);
        assert_eq!(numbers(&blocks), [16.0, 16.0, 5.0]);
        assert_eq!((blocks.block_of(3), blocks.end_of(0)), (0, 16));
        assert_eq!(blocks.row(1)[1], (16..32).map(f64::from).sum::<f64>());
        blocks.finish(37);
        assert_eq!(numbers(&blocks), [16.0, 21.0]);
        assert_eq!([blocks.length_of(0), blocks.length_of(1)], [16, 21]);
    }

    #[test]
    fn pieces_keep_their_blocks_and_places() {
        let mut run = counted(4, 2, 13);
        run.followed_by(13, counted(4, 2, 6), 6).unwrap();
        // Blocks of 4, the last of them of 5; then blocks of 2, of which none stays shorter than
        // 19/4.
        assert_eq!(numbers(&run), [4.0, 4.0, 5.0, 6.0]);
        assert_eq!(
            [0, 8, 12, 13, 18].map(|place| run.block_of(place)),
            [0, 2, 2, 3, 3]
        );
        assert_eq!((run.open(19), run.block_of(18), run.live()), (4, 3, 1));
        run.row_mut(4)[0] += 1.0;
        run.finish(20);
        assert_eq!(numbers(&run), [8.0, 5.0, 7.0]);
    }
}
