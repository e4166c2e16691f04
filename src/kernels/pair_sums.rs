//! The inner loop over pairs of frames.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::sin_cos::sin_cos;
use crate::Real;

/// Particles that are worked on at once.
const LANES: usize = 8;

/// Sums over some particles of what one displacement gives.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct PairSums {
    /// Squared displacement along x, y and z.
    pub(crate) squares: [f64; 3],
    /// Fourth power of the distance moved.
    pub(crate) fourth: f64,
    /// Particles that moved less than the overlap radius.
    pub(crate) close: u32,
}

/// Sums over pairs of frames of the [`PairSums`] of one group of particles.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct OriginSums {
    /// Squared displacement along x, y and z.
    pub(crate) squares: [f64; 3],
    /// Fourth power of the distance moved.
    pub(crate) fourth: f64,
    /// Overlap counts, and their squares: integers.
    pub(crate) close: [f64; 2],
    /// Pairs of frames.
    pub(crate) pairs: f64,
}

impl OriginSums {
    fn add(&mut self, pair: &PairSums) {
        for (sum, x) in self.squares.iter_mut().zip(pair.squares) {
            *sum += x;
        }
        self.fourth += pair.fourth;
        let close = f64::from(pair.close);
        self.close[0] += close;
        self.close[1] += close * close;
        self.pairs += 1.0;
    }
}

/// Sums over pairs of frames, for each group of particles and, last, for all of them.
///
/// Coordinates are widened before they are subtracted. Every instruction set adds the same numbers in the same order and
/// none fuses a multiplication with an addition, so that all give the same bits.
pub(crate) struct SumPairs<'a, T, P> {
    /// Frames of `3 * particles` coordinates.
    pub(crate) positions: &'a [T],
    pub(crate) particles: usize,
    /// Ranges of particles.
    pub(crate) groups: &'a [Range<usize>],
    /// Square of the overlap radius.
    pub(crate) radius_squared: f64,
    /// Pairs of frames.
    pub(crate) pairs: P,
}

impl<T: Real, P: Iterator<Item = (usize, usize)>> WithSimd for SumPairs<'_, T, P> {
    type Output = Vec<OriginSums>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Vec<OriginSums> {
        let mut sums = vec![OriginSums::default(); self.groups.len() + 1];
        let width = 3 * self.particles;
        for (first, second) in self.pairs {
            let from = &self.positions[first * width..][..width];
            let to = &self.positions[second * width..][..width];
            let mut all = PairSums::default();
            for (group, sums) in self.groups.iter().zip(&mut sums) {
                let range = 3 * group.start..3 * group.end;
                let pair = pair_sums(&from[range.clone()], &to[range], self.radius_squared);
                sums.add(&pair);
                for (sum, x) in all.squares.iter_mut().zip(pair.squares) {
                    *sum += x;
                }
                all.fourth += pair.fourth;
                all.close += pair.close;
            }
            sums[self.groups.len()].add(&all);
        }
        sums
    }
}

#[inline(always)]
fn pair_sums<T: Real>(from: &[T], to: &[T], radius_squared: f64) -> PairSums {
    let mut squares = [0.0; 3 * LANES];
    let mut fourth = [0.0; LANES];
    let mut close = [0_u64; LANES];
    let (from_lanes, from_rest) = from.as_chunks::<{ 3 * LANES }>();
    let (to_lanes, to_rest) = to.as_chunks::<{ 3 * LANES }>();
    let mut add = |from: &[T; 3 * LANES], to: &[T; 3 * LANES]| {
        let mut square = [0.0; 3 * LANES];
        for i in 0..3 * LANES {
            let d = to[i].to_f64() - from[i].to_f64();
            square[i] = d * d;
        }
        for i in 0..3 * LANES {
            squares[i] += square[i];
        }
        for lane in 0..LANES {
            let r2 = (square[3 * lane] + square[3 * lane + 1]) + square[3 * lane + 2];
            fourth[lane] += r2 * r2;
            close[lane] += u64::from(r2 < radius_squared);
        }
    };
    for (from, to) in from_lanes.iter().zip(to_lanes) {
        add(from, to);
    }
    if !from_rest.is_empty() {
        // Lanes without a particle do not move: they add nothing but to the overlap, which is taken back.
        let mut padded = [[T::default(); 3 * LANES]; 2];
        padded[0][..from_rest.len()].copy_from_slice(from_rest);
        padded[1][..to_rest.len()].copy_from_slice(to_rest);
        add(&padded[0], &padded[1]);
        for close in &mut close[from_rest.len() / 3..] {
            *close -= u64::from(radius_squared > 0.0);
        }
    }
    PairSums {
        squares: std::array::from_fn(|axis| sum_lanes(std::array::from_fn(|lane| squares[3 * lane + axis]))),
        fourth: sum_lanes(fourth),
        close: u32::try_from(close.iter().sum::<u64>()).unwrap_or(u32::MAX),
    }
}

/// In a tree, as registers of any width add their lanes.
#[inline(always)]
fn sum_lanes(x: [f64; LANES]) -> f64 {
    ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
}

/// Sums over the particles of a group that do not depend on wave vectors: squared displacement along x, y and z, fourth power of the
/// distance moved, and the number of particles that moved less than the overlap radius.
pub(crate) const MOMENTS: usize = 5;

/// Sums over each group of particles of what their displacements between two frames give: the [`MOMENTS`], then the sum of
/// `cos q . d` over the vectors of each list.
pub(crate) struct Displaced<'a> {
    /// x of all particles, then y, then z.
    pub(crate) from: &'a [f64],
    /// The same later.
    pub(crate) to: &'a [f64],
    pub(crate) groups: &'a [Range<usize>],
    /// 0 where no overlap is wanted.
    pub(crate) radius_squared: f64,
    /// Wave vectors over 2 pi, list by list.
    pub(crate) lists: &'a [Vec<[f64; 3]>],
    /// Room for the displacements.
    pub(crate) moved: &'a mut [f64],
    /// Room for `MOMENTS + lists` sums of each group.
    pub(crate) sums: &'a mut [f64],
}

impl WithSimd for Displaced<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for ((moved, from), to) in self.moved.iter_mut().zip(self.from).zip(self.to) {
            *moved = to - from;
        }
        let (x, rest) = self.moved.split_at(self.moved.len() / 3);
        let (y, z) = rest.split_at(x.len());
        let width = MOMENTS + self.lists.len();
        for (group, sums) in self.groups.iter().zip(self.sums.chunks_exact_mut(width)) {
            let d = [x, y, z].map(|d| &d[group.clone()]);
            let (of_moments, of_lists) = sums.split_at_mut(MOMENTS);
            of_moments.copy_from_slice(&moments(d, self.radius_squared));
            for (sum, list) in of_lists.iter_mut().zip(self.lists) {
                *sum = cosines(simd, d, list);
            }
        }
    }
}

#[inline(always)]
fn moments(d: [&[f64]; 3], radius_squared: f64) -> [f64; MOMENTS] {
    let mut sums = [[0.0; LANES]; MOMENTS];
    let mut add = |x: &[f64; LANES], y: &[f64; LANES], z: &[f64; LANES]| {
        for i in 0..LANES {
            let squares = [x[i] * x[i], y[i] * y[i], z[i] * z[i]];
            let square = squares[0] + squares[1] + squares[2];
            sums[0][i] += squares[0];
            sums[1][i] += squares[1];
            sums[2][i] += squares[2];
            sums[3][i] += square * square;
            sums[4][i] += if square < radius_squared { 1.0 } else { 0.0 };
        }
    };
    let [(x, x_rest), (y, y_rest), (z, z_rest)] = d.map(|d| d.as_chunks::<LANES>());
    for ((x, y), z) in x.iter().zip(y).zip(z) {
        add(x, y, z);
    }
    // Lanes without a particle do not move: they add nothing but to the overlap, which is taken back.
    if !x_rest.is_empty() {
        let pad =
            |rest: &[f64]| -> [f64; LANES] { std::array::from_fn(|i| rest.get(i).copied().unwrap_or(0.0)) };
        add(&pad(x_rest), &pad(y_rest), &pad(z_rest));
    }
    let mut totals = sums.map(|lanes| lanes.iter().sum());
    if !x_rest.is_empty() && radius_squared > 0.0 {
        let padded = (LANES - x_rest.len()) as f64;
        totals[4] -= padded;
    }
    totals
}

/// The sum of `cos 2 pi g . d` over vectors and particles.
#[inline(always)]
fn cosines<S: Simd>(simd: S, d: [&[f64]; 3], list: &[[f64; 3]]) -> f64 {
    let [(x, x_rest), (y, y_rest), (z, z_rest)] = d.map(S::as_simd_f64s);
    let rest = [x_rest, y_rest, z_rest].map(|rest| simd.partial_load_f64s(rest));
    let mut sum = simd.splat_f64s(0.0);
    let mut sum_rest = 0.0;
    for turns in list {
        let g = [
            simd.splat_f64s(turns[0]),
            simd.splat_f64s(turns[1]),
            simd.splat_f64s(turns[2]),
        ];
        for ((&x, &y), &z) in x.iter().zip(y).zip(z) {
            sum = simd.add_f64s(sum, cosine(simd, g, [x, y, z]));
        }
        if !x_rest.is_empty() {
            let mut lanes = [0.0; 16];
            let lanes = &mut lanes[..x_rest.len()];
            simd.partial_store_f64s(lanes, cosine(simd, g, rest));
            for x in lanes {
                sum_rest += *x;
            }
        }
    }
    simd.reduce_sum_f64s(sum) + sum_rest
}

/// A function and no closure, since it must be compiled for the instruction set of `S`.
#[inline(always)]
fn cosine<S: Simd>(simd: S, g: [S::f64s; 3], d: [S::f64s; 3]) -> S::f64s {
    let along = simd.mul_add_e_f64s(g[1], d[1], simd.mul_f64s(g[0], d[0]));
    sin_cos(simd, simd.mul_add_e_f64s(g[2], d[2], along)).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::Scalar;

    /// Fractions with few bits, so that sums of squares are exact, and particles of every number of full and partial lanes.
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

    fn sums<R>(
        particles: usize,
        with: impl Fn(SumPairs<'_, f32, std::vec::IntoIter<(usize, usize)>>) -> R,
    ) -> R {
        let positions = frames(particles);
        let groups = [0..particles / 3, particles / 3..particles];
        with(SumPairs {
            positions: &positions,
            particles,
            groups: &groups,
            radius_squared: 0.7,
            pairs: vec![(0, 1), (0, 2), (1, 3)].into_iter(),
        })
    }

    #[test]
    fn lanes_full_and_partial_give_the_exact_sums() {
        for particles in [1, 3, 8, 9, 24, 25, 40, 100] {
            let found = sums(particles, |sum| sum.with_simd(Scalar::new()));
            let positions: Vec<f64> = frames(particles).into_iter().map(f64::from).collect();
            let groups = [0..particles / 3, particles / 3..particles, 0..particles];
            for (group, found) in groups.into_iter().zip(found) {
                let mut wanted = OriginSums::default();
                for (first, second) in [(0, 1), (0, 2), (1, 3)] {
                    let mut close = 0.0;
                    for p in group.clone() {
                        let d = |axis: usize| {
                            let at = |frame: usize| positions[(frame * particles + p) * 3 + axis];
                            (at(second) - at(first)).powi(2)
                        };
                        let squares = [d(0), d(1), d(2)];
                        let r2: f64 = squares.iter().sum();
                        (0..3).for_each(|axis| wanted.squares[axis] += squares[axis]);
                        wanted.fourth += r2 * r2;
                        close += if r2 < 0.7 { 1.0 } else { 0.0 };
                    }
                    wanted.close[0] += close;
                    wanted.close[1] += close * close;
                    wanted.pairs += 1.0;
                }
                assert_eq!(found, wanted, "{particles} particles");
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for particles in [1, 7, 8, 61, 1000] {
            let scalar = sums(particles, |sum| sum.with_simd(Scalar::new()));
            let here = sums(particles, |sum| pulp::Arch::new().dispatch(sum));
            assert_eq!(scalar, here);
            #[cfg(target_arch = "x86_64")]
            if let Some(avx2) = pulp::x86::V3::try_new() {
                assert_eq!(scalar, sums(particles, |sum| pulp::Arch::V3(avx2).dispatch(sum)));
            }
        }
    }
}
