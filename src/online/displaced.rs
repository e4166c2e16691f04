//! What one pair of frames gives.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::structure::sin_cos;

/// Particles that are worked on at once.
const LANES: usize = 8;

/// Sums over the particles of a group that do not depend on wave vectors: squared displacement along x, y and z, fourth power of the
/// distance moved, and the number of particles that moved less than the overlap radius.
pub(super) const MOMENTS: usize = 5;

/// Sums over each group of particles of what their displacements between two frames give: the [`MOMENTS`], then the sum of
/// `cos q . d` over the vectors of each list.
pub(super) struct Displaced<'a> {
    /// x of all particles, then y, then z.
    pub(super) from: &'a [f64],
    /// The same later.
    pub(super) to: &'a [f64],
    pub(super) groups: &'a [Range<usize>],
    /// 0 where no overlap is wanted.
    pub(super) radius_squared: f64,
    /// Wave vectors over 2 pi, list by list.
    pub(super) lists: &'a [Vec<[f64; 3]>],
    /// Room for the displacements.
    pub(super) moved: &'a mut [f64],
    /// Room for `MOMENTS + lists` sums of each group.
    pub(super) sums: &'a mut [f64],
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
