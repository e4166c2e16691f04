//! Sums over the pairs of one run, by block and lag, in memory that does not grow with the run.

/// Sums over the pairs at one lag whose first sample lies in one block. Samples count from the run's centre.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
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
/// are between `most/2` and `most` of them however long the run is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RunSums {
    /// What samples count from; none before the first sums.
    pub(super) centre: Option<f64>,
    points: usize,
    most: usize,
    /// Length of a block that begins now, in samples.
    length: u64,
    /// Where each block begins, in samples from the start of the run.
    starts: Vec<u64>,
    samples: Vec<Samples>,
    /// By block, then by lag.
    pairs: Vec<Pairs>,
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
            samples: Vec::with_capacity(most),
            pairs: Vec::with_capacity(most * points),
        }
    }

    /// Another number of blocks at most.
    pub(super) fn limit(&mut self, most: usize) {
        while self.blocks() > most {
            self.halve();
        }
        self.most = most;
        let more = most - self.blocks();
        self.starts.reserve_exact(more);
        self.samples.reserve_exact(more);
        self.pairs.reserve_exact(more * self.points);
    }

    pub(super) fn blocks(&self) -> usize {
        self.starts.len()
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
        while self.end() <= place {
            if self.blocks() == self.most {
                self.halve();
            } else {
                self.starts.push(self.end());
                self.samples.push(Samples::default());
                self.pairs.resize(self.blocks() * self.points, Pairs::default());
            }
        }
        let block = self.starts.partition_point(|&start| start <= place) - 1;
        let end = self.starts.get(block + 1).copied().unwrap_or(self.end());
        (block, end)
    }

    /// Where the last block ends when it is full.
    fn end(&self) -> u64 {
        self.starts.last().map_or(0, |start| start + self.length)
    }

    /// Adds neighbours up: half as many blocks of twice the length.
    fn halve(&mut self) {
        let blocks = self.blocks();
        let half = blocks.div_ceil(2);
        for block in 0..half {
            self.starts[block] = self.starts[2 * block];
            self.move_block(2 * block, block);
            if 2 * block + 1 < blocks {
                self.add_block(2 * block + 1, block);
            }
        }
        self.truncate(half);
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

    /// Ends the run after `samples` samples: a last block that is not full joins the one before it, so that no block is
    /// shorter than the others.
    pub(super) fn finish(&mut self, samples: u64) {
        if self.end() > samples && self.blocks() > 1 {
            let last = self.blocks() - 1;
            self.add_block(last, last - 1);
            self.truncate(last);
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
        sums.finish(32);
        assert_eq!(numbers(&sums), [16.0, 21.0]);
    }
}
