//! Sums over the pairs of one run, by block and lag, in memory that does not grow with the run.

use super::runs::InBlocks;

/// Sums over the pairs at one lag whose first sample lies in one block. Samples count from the run's centre.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Pairs {
    pub(super) number: f64,
    /// `(y - x)^2`.
    pub(super) differences: f64,
    /// `x + y`.
    pub(super) ends: f64,
    /// `x^2 + y^2`.
    pub(super) squares: f64,
}

impl Pairs {
    pub(super) fn add(&mut self, other: &Self) {
        self.number += other.number;
        self.differences += other.differences;
        self.ends += other.ends;
        self.squares += other.squares;
    }
}

/// Sums over the samples of one block, which count from the run's centre.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Samples {
    pub(super) number: f64,
    pub(super) sum: f64,
    pub(super) squares: f64,
}

impl Samples {
    pub(super) fn add(&mut self, other: &Self) {
        self.number += other.number;
        self.sum += other.sum;
        self.squares += other.squares;
    }
}

/// The blocks of one run and their sums.
///
/// Blocks have one length. When there would be more than `most`, neighbours are added up and the length doubles, so that there
/// are between `most/2` and `most` of them however long the run is. Where pieces of a run were joined, this is true of the last
/// piece; the blocks of those before it are sealed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct RunSums {
    /// What samples count from; none before the first sums.
    pub(super) centre: Option<f64>,
    points: usize,
    most: usize,
    /// Length of a block that begins now, in samples.
    length: u64,
    /// Where each block begins, in samples from the start of the run.
    starts: Vec<u64>,
    /// Where the last block ends when it is full.
    end: u64,
    /// Blocks of earlier pieces.
    sealed: usize,
    samples: Vec<Samples>,
    /// By block, then by lag.
    pairs: Vec<Pairs>,
}

impl InBlocks for RunSums {
    fn blocks(&self) -> usize {
        self.starts.len()
    }
}

impl RunSums {
    /// No block yet, and room for all that will be.
    pub(super) fn new(points: usize, most: usize, length: u64) -> Self {
        Self {
            centre: None,
            points,
            most,
            length,
            starts: Vec::with_capacity(most),
            end: 0,
            sealed: 0,
            samples: Vec::with_capacity(most),
            pairs: Vec::with_capacity(most * points),
        }
    }

    /// The same before its first block, with another number of blocks at most.
    pub(super) fn with_most(&self, most: usize) -> Self {
        Self::new(self.points, most, self.length)
    }

    pub(super) fn samples(&self, block: usize) -> &Samples {
        &self.samples[block]
    }

    pub(super) fn samples_mut(&mut self, block: usize) -> &mut Samples {
        &mut self.samples[block]
    }

    pub(super) fn pairs(&self, block: usize, point: usize) -> &Pairs {
        &self.pairs[block * self.points + point]
    }

    pub(super) fn pairs_mut(&mut self, block: usize, point: usize) -> &mut Pairs {
        &mut self.pairs[block * self.points + point]
    }

    /// The block that a sample lies in, and where that block ends. Blocks are opened up to it.
    pub(super) fn block_of(&mut self, place: u64) -> (usize, u64) {
        while self.end <= place {
            if self.blocks() - self.sealed >= self.most {
                self.halve();
            } else {
                self.starts.push(self.end);
                self.end += self.length;
                self.samples.push(Samples::default());
                self.pairs.resize(self.blocks() * self.points, Pairs::default());
            }
        }
        let block = self.starts.partition_point(|&start| start <= place) - 1;
        let end = self.starts.get(block + 1).copied().unwrap_or(self.end);
        (block, end)
    }

    /// Adds neighbours up, all of them full: half as many blocks of twice the length.
    fn halve(&mut self) {
        let blocks = self.blocks();
        let mut to = self.sealed;
        for from in (self.sealed..blocks).step_by(2) {
            self.starts[to] = self.starts[from];
            self.move_block(from, to);
            if from + 1 < blocks {
                self.add_block(from + 1, to);
            }
            to += 1;
        }
        self.truncate(to);
        self.length *= 2;
    }

    fn move_block(&mut self, from: usize, to: usize) {
        self.samples[to] = self.samples[from];
        let pairs = from * self.points..(from + 1) * self.points;
        self.pairs.copy_within(pairs, to * self.points);
    }

    fn add_block(&mut self, from: usize, to: usize) {
        let added = self.samples[from];
        self.samples[to].add(&added);
        for point in 0..self.points {
            let added = *self.pairs(from, point);
            self.pairs_mut(to, point).add(&added);
        }
    }

    fn truncate(&mut self, blocks: usize) {
        self.starts.truncate(blocks);
        self.samples.truncate(blocks);
        self.pairs.truncate(blocks * self.points);
    }

    /// Ends the run after `samples` samples. A last block that is not full joins the one before it, and so do blocks of short pieces,
    /// so that none is much shorter than the others.
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(super) fn finish(&mut self, samples: u64) {
        self.seal(samples);
        let least = (samples / self.most as u64) as f64;
        let mut last = 0;
        for block in 1..self.blocks() {
            if self.samples[last].number < least {
                self.add_block(block, last);
            } else {
                last += 1;
                self.starts[last] = self.starts[block];
                self.move_block(block, last);
            }
        }
        if last > 0 && self.samples[last].number < least {
            self.add_block(last, last - 1);
            last -= 1;
        }
        self.truncate(last + 1);
        self.sealed = 0;
    }

    /// Ends a piece after `samples` samples.
    fn seal(&mut self, samples: u64) {
        if self.end > samples && self.blocks() > self.sealed + 1 {
            let last = self.blocks() - 1;
            self.add_block(last, last - 1);
            self.truncate(last);
        }
        self.end = samples;
    }

    /// The sums of the piece of `samples` samples that these are of, and of the piece that follows, as those of one run. The block of
    /// `later` that is open stays open, or ends at its sample `cut`.
    pub(super) fn followed_by(&mut self, samples: u64, later: &Self, cut: Option<u64>) {
        self.seal(samples);
        let mut later = later.clone();
        if let (Some(to), Some(from)) = (self.centre, later.centre) {
            later.shift(from - to);
        }
        self.centre = self.centre.or(later.centre);
        self.sealed = self.blocks() + later.sealed;
        self.starts
            .extend(later.starts.iter().map(|start| start + samples));
        self.samples.extend(later.samples);
        self.pairs.extend(later.pairs);
        (self.most, self.length) = (later.most, later.length);
        self.end = samples + cut.unwrap_or(later.end);
        self.reserve();
    }

    /// Makes room for all blocks that will be.
    pub(super) fn reserve(&mut self) {
        let more = (self.most + self.sealed).saturating_sub(self.blocks());
        self.starts.reserve_exact(more);
        self.samples.reserve_exact(more);
        self.pairs.reserve_exact(more * self.points);
    }

    /// Whether these can be sums over `points` lags: blocks in order, numbers that are finite.
    #[cfg(feature = "serde")]
    pub(super) fn is_sound(&self, points: usize) -> bool {
        let blocks = self.blocks();
        let finite = |values: &[f64]| values.iter().all(|x| x.is_finite());
        self.points == points
            && (2..=1 << 16).contains(&self.most)
            && self.length > 0
            && self.samples.len() == blocks
            && blocks.checked_mul(points) == Some(self.pairs.len())
            && self.sealed <= blocks
            && self.starts.first().is_none_or(|&start| start == 0)
            && self.starts.windows(2).all(|w| w[0] < w[1])
            && self.starts.last().is_none_or(|&start| start < self.end)
            && self.centre.is_some() == (blocks > 0)
            && finite(&[self.centre.unwrap_or(0.0)])
            && self
                .samples
                .iter()
                .all(|s| s.number >= 0.0 && finite(&[s.number, s.sum, s.squares]))
            && self
                .pairs
                .iter()
                .all(|p| p.number >= 0.0 && finite(&[p.number, p.differences, p.ends, p.squares]))
    }

    /// Samples that are `by` larger, counted from the new centre.
    fn shift(&mut self, by: f64) {
        for samples in &mut self.samples {
            samples.squares += by * (2.0 * samples.sum + by * samples.number);
            samples.sum += by * samples.number;
        }
        for pairs in &mut self.pairs {
            pairs.squares += 2.0 * by * (pairs.ends + by * pairs.number);
            pairs.ends += 2.0 * by * pairs.number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_double_where_there_would_be_too_many_and_keep_their_sums() {
        let mut sums = RunSums::new(1, 4, 2);
        for place in 0..37 {
            let (block, end) = sums.block_of(place);
            assert!(end > place && sums.blocks() <= 4);
            sums.samples_mut(block).number += 1.0;
            sums.pairs_mut(block, 0).differences += place as f64;
        }
        // 37 samples in blocks of 2, of 4, of 8, of 16.
        let numbers =
            |sums: &RunSums| -> Vec<f64> { (0..sums.blocks()).map(|b| sums.samples(b).number).collect() };
        assert_eq!(numbers(&sums), [16.0, 16.0, 5.0]);
        assert_eq!(sums.block_of(3), (0, 16));
        assert_eq!(sums.pairs(1, 0).differences, (16..32).map(f64::from).sum());
        sums.finish(37);
        assert_eq!(numbers(&sums), [16.0, 21.0]);
    }
}
