//! Sums over pairs of frames of a trajectory.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::pair_columns::{COLUMNS, LANES, Lanes, MOMENTS, complete};
use crate::real::Real;

/// The columns of each group of particles and, last, of all of them, added up over pairs of frames.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PairSums {
    pub(crate) columns: Vec<[f64; COLUMNS]>,
    /// Number of pairs.
    pub(crate) pairs: f64,
}

/// Sums over pairs of frames of so many particles, in which each group is a range of particles. A
/// radius of 0 leaves the overlap out.
///
/// Coordinates are widened before they are subtracted. Every instruction set adds the same numbers
/// in the same order and none fuses a multiplication with an addition, so that all give the same
/// bits.
pub(crate) struct SumPairs<'a, T, P> {
    pub(crate) positions: &'a [T],
    pub(crate) particles: usize,
    pub(crate) groups: &'a [Range<usize>],
    pub(crate) radius_squared: f64,
    pub(crate) pairs: P,
}

impl<T: Real, P: Iterator<Item = (usize, usize)>> WithSimd for SumPairs<'_, T, P> {
    type Output = PairSums;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> PairSums {
        let none = vec![[0.0; COLUMNS]; self.groups.len() + 1];
        let mut sums = PairSums {
            columns: none.clone(),
            pairs: 0.0,
        };
        let mut columns = none;
        let width = 3 * self.particles;
        for (first, second) in self.pairs {
            let from = &self.positions[first * width..][..width];
            let to = &self.positions[second * width..][..width];
            for (group, columns) in self.groups.iter().zip(&mut columns) {
                let range = 3 * group.start..3 * group.end;
                let found = moments(&from[range.clone()], &to[range], self.radius_squared);
                columns[..MOMENTS].copy_from_slice(&found);
            }
            complete(columns.as_flattened_mut(), COLUMNS);
            let columns = columns.as_flattened();
            for (sum, x) in sums.columns.as_flattened_mut().iter_mut().zip(columns) {
                *sum += x;
            }
            sums.pairs += 1.0;
        }
        sums
    }
}

#[inline(always)]
fn moments<T: Real>(from: &[T], to: &[T], radius_squared: f64) -> [f64; MOMENTS] {
    let mut lanes = Lanes::default();
    let (from_lanes, from_rest) = from.as_chunks::<{ 3 * LANES }>();
    let (to_lanes, to_rest) = to.as_chunks::<{ 3 * LANES }>();
    for (from, to) in from_lanes.iter().zip(to_lanes) {
        lanes.add(moved(from, to), radius_squared);
    }
    if from_rest.is_empty() {
        return lanes.total(0, radius_squared);
    }
    // Lanes without a particle do not move.
    let mut padded = [[T::default(); 3 * LANES]; 2];
    padded[0][..from_rest.len()].copy_from_slice(from_rest);
    padded[1][..to_rest.len()].copy_from_slice(to_rest);
    lanes.add(moved(&padded[0], &padded[1]), radius_squared);
    lanes.total(LANES - from_rest.len() / 3, radius_squared)
}

/// Displacements along x, y and z.
#[inline(always)]
fn moved<T: Real>(from: &[T; 3 * LANES], to: &[T; 3 * LANES]) -> [[f64; LANES]; 3] {
    let mut moved = [[0.0; LANES]; 3];
    for i in 0..LANES {
        for axis in 0..3 {
            moved[axis][i] = to[3 * i + axis].to_f64() - from[3 * i + axis].to_f64();
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, Scalar};

    use super::*;
    use crate::kernels::pair_columns::{CLOSE, CLOSE_SQUARED, FOURTH, PairColumns};

    /// Fractions with few bits, so that sums of squares are exact, and particles of every number of
    /// full and partial lanes.
    fn frames(particles: usize) -> Vec<f32> {
        let mut state = 12345_u32;
        (0..4 * 3 * particles)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let x = (state >> 25) as f32;
                x / 64.0
            })
            .collect()
    }

    const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 3)];

    fn sums<R>(
        particles: usize,
        with: impl Fn(SumPairs<'_, f32, std::array::IntoIter<(usize, usize), 3>>) -> R,
    ) -> R {
        let positions = frames(particles);
        let groups = [0..particles / 3, particles / 3..particles];
        with(SumPairs {
            positions: &positions,
            particles,
            groups: &groups,
            radius_squared: 0.49,
            pairs: PAIRS.into_iter(),
        })
    }

    /// By the definition, over the particles of each group and over all.
    fn oracle(particles: usize) -> PairSums {
        let positions: Vec<f64> = frames(particles).into_iter().map(f64::from).collect();
        let groups = [0..particles / 3, particles / 3..particles, 0..particles];
        let columns = groups.map(|group| {
            let mut columns = [0.0; COLUMNS];
            for (first, second) in PAIRS {
                let mut close = 0.0;
                for p in group.clone() {
                    let at = |frame: usize, axis: usize| positions[(frame * particles + p) * 3 + axis];
                    let squares = [0, 1, 2].map(|axis| (at(second, axis) - at(first, axis)).powi(2));
                    let square: f64 = squares.iter().sum();
                    (0..3).for_each(|axis| columns[axis] += squares[axis]);
                    columns[FOURTH] += square * square;
                    close += if square < 0.49 { 1.0 } else { 0.0 };
                }
                columns[CLOSE] += close;
                columns[CLOSE_SQUARED] += close * close;
            }
            columns
        });
        PairSums {
            columns: columns.to_vec(),
            pairs: 3.0,
        }
    }

    #[test]
    fn lanes_full_and_partial_give_the_exact_sums() {
        for particles in [1, 3, 8, 9, 24, 25, 40, 100] {
            let found = sums(particles, |sum| sum.with_simd(Scalar::new()));
            assert_eq!(found, oracle(particles), "{particles} particles");
        }
    }

    #[test]
    fn frames_of_a_stream_give_the_same_columns() {
        for particles in [1, 3, 8, 9, 24, 25, 40, 100] {
            let frames = frames(particles);
            let frame = |index: usize| -> Vec<f64> {
                let points = frames[3 * particles * index..][..3 * particles]
                    .as_chunks::<3>()
                    .0;
                let along = |axis: usize| points.iter().map(move |r| f64::from(r[axis]));
                along(0).chain(along(1)).chain(along(2)).collect()
            };
            let sizes = [particles / 3, particles - particles / 3];
            let mut columns = PairColumns::new(sizes, 0);
            let mut sums = vec![0.0; 3 * COLUMNS];
            for (first, second) in PAIRS {
                columns.add([&frame(first), &frame(second)], Some(0.7), &[], &mut sums);
            }
            assert_eq!(
                sums,
                oracle(particles).columns.as_flattened(),
                "{particles} particles"
            );
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for particles in [1, 7, 8, 61, 1000] {
            let scalar = sums(particles, |sum| sum.with_simd(Scalar::new()));
            let here = sums(particles, |sum| Arch::new().dispatch(sum));
            assert_eq!(scalar, here);
            #[cfg(target_arch = "x86_64")]
            if let Some(avx2) = pulp::x86::V3::try_new() {
                assert_eq!(scalar, sums(particles, |sum| Arch::V3(avx2).dispatch(sum)));
            }
        }
    }
}
