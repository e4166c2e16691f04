//! Blocks of a run whose number is bounded, however long the run is.

use std::ops::AddAssign;

use thiserror::Error;

/// Blocks of a run when it ends, unless asked otherwise: as many as a whole run is cut into by
/// default.
pub(crate) const BLOCKS: usize = 10;

/// Pieces that are kept for each of these blocks at most, and half as many at least: a cut between
/// blocks is off by a sixth of a block at most.
pub(crate) const PIECES: usize = 6;

/// More blocks than this are a mistake.
pub(crate) const MOST_BLOCKS: usize = 1 << 16;

/// Samples and frames are counted up to here.
pub(crate) const LAST_PLACE: u64 = 1 << 62;

/// Whether so many blocks can be halved, and are not too many.
pub(crate) fn can_be_halved(most: usize) -> bool {
    (2..=MOST_BLOCKS).contains(&most) && most.is_multiple_of(2)
}

/// The pieces of one run, each with a row of sums, and the blocks that they make when it ends.
/// Places count samples or frames, from the first one on.
///
/// Pieces have one length. When there would be more than `most`, neighbours are added up and the
/// length doubles, so that there are between `most/2` and `most` of them: [`PIECES`] at most for
/// each block that is wanted. A run that [`finish`](Self::finish)es adds them up to these blocks,
/// cut where equal ones would be or at the end of the piece that is nearest. Where parts of a run
/// were joined, the pieces of those before are sealed: they keep their length.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct DoublingBlocks<T> {
    /// Sums in a row.
    width: usize,
    most: usize,
    /// Length of a piece that begins now.
    length: u64,
    /// Where each piece begins.
    starts: Vec<u64>,
    /// Where the last piece ends when it is full.
    end: u64,
    /// Pieces that keep their length.
    sealed: usize,
    rows: Vec<T>,
}

impl<T: Copy + Default + AddAssign> DoublingBlocks<T> {
    /// No piece yet, and room for all pieces of a run that ends with `blocks` blocks.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub(crate) fn new(width: usize, blocks: usize, length: u64) -> Result<Self, NoMemory> {
        let mut blocks = Self {
            width,
            most: PIECES.saturating_mul(blocks),
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

    /// The most pieces that are kept.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Number of blocks that the run ends with.
    pub(crate) fn wanted(&self) -> usize {
        self.most / PIECES
    }

    /// A run that ends at `end`, in as many blocks as are wanted here. The blocks are empty, and as
    /// equal as integers allow.
    pub(crate) fn divided(&self, end: u64) -> Self {
        let blocks = self.wanted() as u64;
        let start = |block: u64| (u128::from(end) * u128::from(block) / u128::from(blocks)) as u64;
        let mut starts: Vec<u64> = (0..blocks).map(start).collect();
        starts.dedup();
        Self {
            end,
            sealed: starts.len(),
            rows: vec![T::default(); starts.len() * self.width],
            starts,
            ..*self
        }
    }

    /// Length of a piece that begins now.
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

    /// Mean length of a block of a run that has ended.
    pub(crate) fn mean_length(&self) -> u64 {
        self.end / (self.count() as u64).max(1)
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

    /// Ends the run at `end`: its pieces make as many blocks as are wanted, or as there are. None
    /// is shorter than half of an equal one, unless it is the only one.
    pub(crate) fn finish(&mut self, end: u64) {
        let wanted = self.wanted() as u128;
        let least = u128::from(end) / (2 * wanted);
        let twice = 2 * u128::from(end.max(1));
        self.join(end, least as u64, |middle| middle * wanted / twice);
    }

    /// Ends the run at `end`, and joins pieces that lie in the same part of it, or are shorter than
    /// `least`. `part` is given twice the middle of a piece.
    fn join(&mut self, end: u64, least: u64, part: impl Fn(u128) -> u128) {
        self.seal(end);
        let part = |piece: usize, blocks: &Self| {
            part(u128::from(blocks.starts[piece]) + u128::from(blocks.end_of(piece)))
        };
        let (mut last, mut of_last) = (0, None);
        for piece in 0..self.count() {
            let of_piece = part(piece, self);
            // The pieces up to `last` have been moved; the one after it begins where this one does.
            let is_new = of_last != Some(of_piece) && self.starts[piece] - self.starts[last] >= least;
            if is_new && piece > 0 {
                last += 1;
                self.starts[last] = self.starts[piece];
                self.move_row(piece, last);
            } else if piece > 0 {
                self.add_row(piece, last);
            }
            of_last = Some(of_piece);
        }
        if last > 0 && end - self.starts[last] < least {
            self.add_row(last, last - 1);
            last -= 1;
        }
        self.truncate(last + 1);
        self.sealed = self.count();
    }

    /// Ends a part of a run at `end`: the next piece begins there.
    fn seal(&mut self, end: u64) {
        self.end = end;
        self.sealed = self.count();
    }

    /// The pieces of the part up to `end`, and of the part that follows up to its `later_end`, as
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
        // However many parts there are, their pieces are no more than those of one run.
        let end = end + later_end;
        self.join(end, end / self.most as u64, |middle| middle);
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
            && self.most.is_multiple_of(PIECES)
            && can_be_halved(self.wanted())
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
    fn counted(wanted: usize, places: u64) -> DoublingBlocks<f64> {
        let mut blocks = DoublingBlocks::new(2, wanted, 1).unwrap();
        for place in 0..places {
            let piece = blocks.open(place);
            assert!(blocks.end_of(piece) > place && blocks.count() <= blocks.most());
            let row = blocks.row_mut(piece);
            row[0] += 1.0;
            row[1] += place as f64;
        }
        blocks
    }

    fn numbers(blocks: &DoublingBlocks<f64>) -> Vec<f64> {
        (0..blocks.count()).map(|block| blocks.row(block)[0]).collect()
    }

    #[test]
    fn pieces_double_where_there_would_be_too_many_and_keep_their_sums() {
        // 37 places, in pieces of 1, of 2, of 4: at most 12.
        let mut blocks = counted(2, 37);
        assert_eq!(numbers(&blocks), [[4.0; 9].as_slice(), &[1.0]].concat());
        assert_eq!((blocks.block_of(3), blocks.end_of(0)), (0, 4));
        assert_eq!(blocks.row(1)[1], (4..8).map(f64::from).sum::<f64>());
        // Of the ends of pieces, 20 is the nearest to 18.5.
        blocks.finish(37);
        assert_eq!(numbers(&blocks), [20.0, 17.0]);
        assert_eq!([blocks.end_of(0), blocks.mean_length()], [20, 18]);
        assert_eq!(blocks.row(1)[1], (20..37).map(f64::from).sum::<f64>());
    }

    /// However long a run is, its blocks are as many as are wanted, and within a sixth of their
    /// length of where equal ones would be; a short run has blocks of single places.
    #[test]
    fn blocks_are_as_many_as_are_wanted_and_nearly_equal() {
        for places in 2..5000 {
            let mut blocks = counted(10, places);
            blocks.finish(places);
            let count = blocks.count();
            assert!(count == 10 || count as u64 == places, "{count} of {places}");
            let equal = places as f64 / count as f64;
            for block in 0..count {
                let off = blocks.end_of(block) as f64 - (block + 1) as f64 * equal;
                let allowed = equal.mul_add(1.0 / 6.0, 0.5 + 1e-9);
                assert!(off.abs() <= allowed, "{block} of {places}: {off}");
            }
            assert_eq!(numbers(&blocks).iter().sum::<f64>(), places as f64);
        }
    }

    #[test]
    fn parts_keep_their_pieces_and_places() {
        let mut run = counted(2, 13);
        run.followed_by(13, counted(2, 6), 6).unwrap();
        // Pieces of 2, the last of them of 1, and pieces of 1.
        assert_eq!(numbers(&run), [[2.0; 6].as_slice(), &[1.0; 7]].concat());
        assert_eq!(
            [0, 8, 12, 13, 18].map(|place| run.block_of(place)),
            [0, 4, 6, 7, 12]
        );
        assert_eq!((run.open(19), run.block_of(18), run.live()), (13, 12, 1));
        run.row_mut(13)[0] += 1.0;
        run.finish(20);
        assert_eq!(numbers(&run), [10.0, 10.0]);
        // Pieces of 16, and none that is shorter than 113/12.
        let mut run = counted(2, 13);
        run.followed_by(13, counted(2, 100), 100).unwrap();
        assert_eq!(numbers(&run), [10.0, 19.0, 16.0, 16.0, 16.0, 16.0, 20.0]);
    }

    #[test]
    fn a_run_that_is_kept_is_divided_equally() {
        let run = counted(2, 5).divided(23);
        assert_eq!([run.end_of(0), run.end_of(1)], [11, 23]);
        assert_eq!(numbers(&run), [0.0, 0.0]);
        assert_eq!(counted(10, 3).divided(3).count(), 3);
    }
}
