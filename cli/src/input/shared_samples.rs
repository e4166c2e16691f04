//! Samples that two replicas have in common: copies, shifted copies, and the end of one that is the
//! start of another.

use std::collections::HashMap;

/// Samples in a row that independent runs do not share.
const FEWEST: usize = 16;
/// Distinct values among them. Coarse or constant energies agree by chance.
const DISTINCT: usize = 12;
/// Distinct changes among them. Finely sampled and coarse energies rise and fall alike by chance,
/// through the same values in steps of a few digits.
const CHANGES: usize = 8;
/// Samples whose values are looked up together. A shared run of [`FEWEST`] holds one of these
/// blocks of the earlier series whole.
const BLOCK: usize = 8;
/// How far around a block the distinct values are counted.
const AROUND: usize = 64;
/// The base of the hash of a block.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// A run of equal samples in two series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shared {
    /// The earlier series, and the first of the samples in it.
    pub(super) other: usize,
    pub(super) other_row: usize,
    /// The later series.
    pub(super) series: usize,
    pub(super) length: usize,
}

/// The first run of samples that two of the series share.
///
/// Cost: one pass over all samples and an entry for every eighth of them.
pub(super) fn find(series: &[&[f64]]) -> Option<Shared> {
    let mut blocks: HashMap<u64, (usize, usize)> = HashMap::new();
    let oldest = (0..BLOCK).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    for (k, samples) in series.iter().enumerate() {
        let mut hash = 0_u64;
        for (end, sample) in samples.iter().enumerate() {
            hash = hash.wrapping_mul(BASE).wrapping_add(sample.to_bits());
            let Some(start) = (end + 1).checked_sub(BLOCK) else {
                continue;
            };
            if start > 0 {
                let left = samples[start - 1].to_bits().wrapping_mul(oldest);
                hash = hash.wrapping_sub(left);
            }
            if let Some(&(other, place)) = blocks.get(&hash)
                && other != k
                && let Some(found) = around([series[other], *samples], [place, start])
            {
                return Some(Shared {
                    other,
                    other_row: found.start,
                    series: k,
                    length: found.length,
                });
            }
        }
        for (at, block) in samples.chunks_exact(BLOCK).enumerate() {
            let hash = block.iter().fold(0_u64, |hash, sample| {
                hash.wrapping_mul(BASE).wrapping_add(sample.to_bits())
            });
            blocks.entry(hash).or_insert((k, at * BLOCK));
        }
    }
    None
}

/// Where equal samples begin in the earlier series, and how many there are.
struct Run {
    start: usize,
    length: usize,
}

/// The equal samples around a place of each series; `None` where there are too few, or too few
/// distinct ones.
fn around(series: [&[f64]; 2], places: [usize; 2]) -> Option<Run> {
    let [a, b] = series;
    let equal = |(x, y): &(&f64, &f64)| x.to_bits() == y.to_bits();
    let before = || {
        let pairs = a[..places[0]].iter().rev().zip(b[..places[1]].iter().rev());
        pairs.take_while(equal)
    };
    let after = || a[places[0]..].iter().zip(&b[places[1]..]).take_while(equal);
    let near = before().take(AROUND).chain(after().take(AROUND));
    let mut values: Vec<u64> = near.map(|(x, _)| x.to_bits()).collect();
    let few = values.len() < FEWEST;
    values.sort_unstable();
    values.dedup();
    if few || values.len() < DISTINCT {
        return None;
    }
    let first = places[0].saturating_sub(before().take(AROUND).count());
    let last = places[0] + after().take(AROUND).count();
    let changes = a[first..last].windows(2).map(|pair| pair[1] - pair[0]);
    let mut changes: Vec<f64> = changes.collect();
    changes.sort_unstable_by(f64::total_cmp);
    // Differences of decimal numbers are rounded.
    changes.dedup_by(|x, y| (*x - *y).abs() <= 1e-12 * (x.abs() + y.abs() + a[first].abs()));
    if changes.len() < CHANGES {
        return None;
    }
    let back = before().count();
    Some(Run {
        start: places[0] - back,
        length: back + after().count(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern.
    fn noise(seed: u64, count: usize) -> Vec<f64> {
        let mut state = seed.wrapping_mul(BASE) | 1;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f64 / 1000.0
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    fn found(a: &[f64], b: &[f64]) -> Option<[usize; 2]> {
        find(&[a, b]).map(|shared| [shared.other_row, shared.length])
    }

    #[test]
    fn shared_samples_are_found_wherever_they_are() {
        let (a, b) = (noise(1, 1000), noise(2, 900));
        assert_eq!(found(&a, &b), None);
        assert_eq!(found(&a, &a), Some([0, 1000]));
        for start in 0..20 {
            assert_eq!(found(&a, &a[start..]), Some([start, 1000 - start]));
            assert_eq!(found(&a[start..], &a), Some([0, 1000 - start]));
            // The end of one is the start of the other.
            for length in [16, 17, 40] {
                let next = [&a[1000 - length..], &b[start..]].concat();
                assert_eq!(found(&a, &next), Some([1000 - length, length]));
                assert_eq!(found(&next, &a), Some([0, length]));
            }
            let next = [&a[985..], &b[start..]].concat();
            assert_eq!(found(&a, &next), None, "15 samples are too few");
        }
        let third = [&b[..100], &a[500..600]].concat();
        let shared = find(&[&a, &noise(3, 50), &third]);
        assert_eq!(
            shared,
            Some(Shared {
                other: 0,
                other_row: 500,
                series: 2,
                length: 100
            })
        );
    }

    #[test]
    fn constant_and_coarse_series_agree_by_chance() {
        assert_eq!(found(&[1.5; 500], &[1.5; 400]), None);
        let coarse = |seed| -> Vec<f64> {
            noise(seed, 5000)
                .iter()
                .map(|x| x % 3.0)
                .map(f64::floor)
                .collect()
        };
        assert_eq!(found(&coarse(1), &coarse(2)), None);
        let steps: Vec<f64> = (0..5000).map(|k| f64::from(k % 7)).collect();
        assert_eq!(found(&steps, &steps[1..]), None);
        assert_eq!(found(&[], &[1.0; 3]), None);
        // Waves of different periods that rise through the same values.
        let wave = |period: f64| -> Vec<f64> {
            let at = |k: u32| (30.0 * (f64::from(k) / period).sin()).round() / 10.0 - 6340.0;
            (0..3000).map(at).collect()
        };
        assert_eq!(found(&wave(25.0), &wave(26.1)), None);
    }
}
