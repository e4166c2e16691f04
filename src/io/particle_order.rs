//! Particles by their ids, whatever their order in a frame.

use super::error::Fault;

/// The ids of the first frame, which are those of every frame.
#[derive(Debug, Default)]
pub(super) struct ParticleOrder {
    /// In increasing order.
    ids: Vec<i64>,
    /// The frame in which each particle was last seen, from 1; 0 before the second frame.
    seen: Vec<u32>,
    frame: u32,
}

impl ParticleOrder {
    /// From the ids of the first frame. They are sorted, and the second value tells for each
    /// particle in the new order where it stands in the file.
    pub(super) fn new(ids: impl IntoIterator<Item = i64>) -> Result<(Self, Vec<usize>), Fault> {
        let mut sorted: Vec<(i64, usize)> = ids.into_iter().zip(0..).collect();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(fault(pair[0].0, "is there twice"));
        }
        let (ids, places): (Vec<i64>, Vec<usize>) = sorted.into_iter().unzip();
        let seen = vec![0; ids.len()];
        Ok((Self { ids, seen, frame: 0 }, places))
    }

    /// The ids, in increasing order.
    pub(super) fn ids(&self) -> &[i64] {
        &self.ids
    }

    /// Begins another frame.
    pub(super) fn next_frame(&mut self) {
        self.frame = self.frame.wrapping_add(1);
        if self.frame == 0 {
            self.seen.fill(0);
            self.frame = 1;
        }
    }

    /// The place of the particle with this id; `at` is its place if the frame is sorted. An id that
    /// is new or there twice is an error.
    #[inline]
    pub(super) fn place(&mut self, at: usize, id: i64) -> Result<usize, Fault> {
        let Some(place) = self.find(at, id) else {
            return Err(fault(id, "is new"));
        };
        if self.seen[place] == self.frame {
            return Err(fault(id, "is there twice"));
        }
        self.seen[place] = self.frame;
        Ok(place)
    }

    #[inline]
    fn find(&self, at: usize, id: i64) -> Option<usize> {
        if self.ids.get(at) == Some(&id) {
            return Some(at);
        }
        // Mostly ids are 1, 2, 3, ...
        let guess = usize::try_from(id.wrapping_sub(*self.ids.first()?)).ok();
        match guess.filter(|&place| self.ids.get(place) == Some(&id)) {
            Some(place) => Some(place),
            None => self.ids.binary_search(&id).ok(),
        }
    }
}

#[cold]
fn fault(id: i64, problem: &str) -> Fault {
    let expected = "expected the ids of the first frame once each";
    Fault::Value(format!("particle id {id} {problem}, {expected}"))
}
