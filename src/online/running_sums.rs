//! Sums of samples before a place, in a 32nd of the memory of the samples.

use crate::spectral::Total;

/// Samples between two places that are known.
const CHUNK: usize = 64;

/// `known[c]` becomes the sums of `x - centre` and of its square over the samples before place 64 c.
pub(super) fn know(samples: &[f64], centre: f64, known: &mut Vec<[f64; 2]>) {
    known.clear();
    known.push([0.0; 2]);
    let mut totals = [Total::default(); 2];
    for chunk in samples.as_chunks::<CHUNK>().0 {
        let mut lanes = [[0.0; 8]; 2];
        for eight in chunk.as_chunks::<8>().0 {
            for i in 0..8 {
                let x = eight[i] - centre;
                lanes[0][i] += x;
                lanes[1][i] += x * x;
            }
        }
        for (total, lanes) in totals.iter_mut().zip(lanes) {
            total.add(lanes.iter().sum());
        }
        known.push(totals.map(Total::value));
    }
}

/// Room for what is known of so many samples.
pub(super) fn room(samples: usize) -> Vec<[f64; 2]> {
    Vec::with_capacity(samples / CHUNK + 1)
}

/// Goes forward from place to place: an addition for each sample of a short way, and no more than 64 of a long one.
#[derive(Clone, Copy)]
pub(super) struct RunningSums<'a> {
    samples: &'a [f64],
    centre: f64,
    known: &'a [[f64; 2]],
    place: usize,
    /// From the last place that is known.
    within: [f64; 2],
}

impl<'a> RunningSums<'a> {
    pub(super) fn new(samples: &'a [f64], centre: f64, known: &'a [[f64; 2]]) -> Self {
        Self {
            samples,
            centre,
            known,
            place: 0,
            within: [0.0; 2],
        }
    }

    /// Number of samples.
    pub(super) fn samples(&self) -> usize {
        self.samples.len()
    }

    /// The sums of `x - centre` and of its square over the samples before `place`.
    #[inline]
    pub(super) fn before(&mut self, place: usize) -> [f64; 2] {
        let chunk = place / CHUNK;
        if !(chunk * CHUNK..=place).contains(&self.place) {
            (self.place, self.within) = (chunk * CHUNK, [0.0; 2]);
        }
        for x in &self.samples[self.place..place] {
            let x = x - self.centre;
            self.within[0] += x;
            self.within[1] += x * x;
        }
        self.place = place;
        [0, 1].map(|i| self.known[chunk][i] + self.within[i])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_before_a_place_are_those_one_by_one_in_any_order_of_places() {
        let samples: Vec<f64> = (0..1000).map(|i| f64::from(i * i % 37) - 11.0).collect();
        let mut known = room(samples.len());
        know(&samples, 3.0, &mut known);
        let mut sums = RunningSums::new(&samples, 3.0, &known);
        let places = [0, 1, 2, 63, 64, 65, 128, 1000, 999, 3, 500, 511, 512].into_iter();
        for place in places.chain(0..=1000) {
            let before = samples[..place].iter().map(|x| x - 3.0);
            let expected = [before.clone().sum::<f64>(), before.map(|x| x * x).sum()];
            assert_eq!(sums.before(place), expected, "integers, before {place}");
        }
    }
}
