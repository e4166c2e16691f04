//! What the displacements of some particles between two frames add up to.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::phases::{along, sin_cos, splat};

/// Particles that are worked on at once.
pub(super) const LANES: usize = 8;

/// Sums over particles that follow from each displacement alone: the squares of its x, y and z, the
/// fourth power of its length, and 1 where it is shorter than the overlap radius.
pub(super) const MOMENTS: usize = 5;
/// The column of the fourth powers.
pub(crate) const FOURTH: usize = 3;
/// The column of the number of particles that have moved less than the overlap radius.
pub(crate) const CLOSE: usize = 4;
/// The column of the square of that number at one pair of frames.
pub(crate) const CLOSE_SQUARED: usize = MOMENTS;
/// Columns of each group of particles. Those of wave vectors follow.
pub(crate) const COLUMNS: usize = MOMENTS + 1;

/// Moments of displacements side by side.
#[derive(Default)]
pub(super) struct Lanes([[f64; LANES]; MOMENTS]);

impl Lanes {
    /// Adds the displacement of one particle in each lane. A displacement of 0 adds to the overlap
    /// alone.
    #[inline(always)]
    pub(super) fn add(&mut self, [x, y, z]: [[f64; LANES]; 3], radius_squared: f64) {
        for i in 0..LANES {
            let squares = [x[i] * x[i], y[i] * y[i], z[i] * z[i]];
            let square = (squares[0] + squares[1]) + squares[2];
            self.0[0][i] += squares[0];
            self.0[1][i] += squares[1];
            self.0[2][i] += squares[2];
            self.0[FOURTH][i] += square * square;
            self.0[CLOSE][i] += if square < radius_squared { 1.0 } else { 0.0 };
        }
    }

    /// The moments, of which `idle` lanes without a particle are taken back. Lanes are added in a
    /// tree, as registers of any width add theirs.
    #[inline(always)]
    pub(super) fn total(&self, idle: usize, radius_squared: f64) -> [f64; MOMENTS] {
        let sum = |x: [f64; LANES]| ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
        let mut moments = self.0.map(sum);
        if radius_squared > 0.0 {
            moments[CLOSE] -= idle as f64;
        }
        moments
    }
}

/// From the moments of each group to the columns of each group and, last, of all particles.
#[inline(always)]
pub(super) fn complete(columns: &mut [f64], width: usize) {
    let (groups, all) = columns.split_at_mut(columns.len() - width);
    all.fill(0.0);
    for group in groups.chunks_exact_mut(width) {
        group[CLOSE_SQUARED] = group[CLOSE] * group[CLOSE];
        for (all, x) in all.iter_mut().zip(group) {
            *all += *x;
        }
    }
    all[CLOSE_SQUARED] = all[CLOSE] * all[CLOSE];
}

/// The columns of pairs of frames of a stream: [`COLUMNS`] and the sum of `cos q . d` over each
/// list of wave vectors, for each group of particles and, last, for all of them.
#[derive(Debug, Clone)]
pub struct PairColumns {
    groups: Vec<Range<usize>>,
    /// Room for the displacements.
    moved: Vec<f64>,
    /// Room for the columns of one pair.
    columns: Vec<f64>,
}

impl PairColumns {
    /// For groups of so many particles, side by side, and so many lists of wave vectors.
    pub(crate) fn new(sizes: impl IntoIterator<Item = usize>, lists: usize) -> Self {
        let mut end = 0;
        let range = |size| {
            end += size;
            end - size..end
        };
        let groups: Vec<_> = sizes.into_iter().map(range).collect();
        Self {
            moved: vec![0.0; 3 * end],
            columns: vec![0.0; (groups.len() + 1) * (COLUMNS + lists)],
            groups,
        }
    }

    /// Adds the columns of two frames, each of which has x of all particles, then y, then z.
    /// Without a radius no particle is close; wave vectors are over 2 pi.
    pub(crate) fn add(
        &mut self,
        [from, to]: [&[f64]; 2],
        radius: Option<f64>,
        lists: &[Vec<[f64; 3]>],
        sums: &mut [f64],
    ) {
        Arch::new().dispatch(AddColumns {
            from,
            to,
            radius_squared: radius.map_or(0.0, |radius| radius * radius),
            lists,
            work: self,
            sums,
        });
    }
}

struct AddColumns<'a> {
    from: &'a [f64],
    to: &'a [f64],
    radius_squared: f64,
    lists: &'a [Vec<[f64; 3]>],
    work: &'a mut PairColumns,
    sums: &'a mut [f64],
}

impl WithSimd for AddColumns<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (moved, columns) = (&mut self.work.moved, &mut self.work.columns);
        for ((moved, from), to) in moved.iter_mut().zip(self.from).zip(self.to) {
            *moved = to - from;
        }
        let (x, rest) = moved.split_at(moved.len() / 3);
        let (y, z) = rest.split_at(x.len());
        let width = COLUMNS + self.lists.len();
        for (group, columns) in self.work.groups.iter().zip(columns.chunks_exact_mut(width)) {
            let d = [x, y, z].map(|d| &d[group.clone()]);
            let (of_moments, of_lists) = columns.split_at_mut(COLUMNS);
            of_moments[..MOMENTS].copy_from_slice(&moments(d, self.radius_squared));
            for (sum, list) in of_lists.iter_mut().zip(self.lists) {
                *sum = cosines(simd, d, list);
            }
        }
        complete(columns, width);
        for (sum, x) in self.sums.iter_mut().zip(columns) {
            *sum += *x;
        }
    }
}

#[inline(always)]
fn moments(d: [&[f64]; 3], radius_squared: f64) -> [f64; MOMENTS] {
    let mut lanes = Lanes::default();
    let [(x, x_rest), (y, y_rest), (z, z_rest)] = d.map(|d| d.as_chunks::<LANES>());
    for ((x, y), z) in x.iter().zip(y).zip(z) {
        lanes.add([*x, *y, *z], radius_squared);
    }
    if x_rest.is_empty() {
        return lanes.total(0, radius_squared);
    }
    let pad = |rest: &[f64]| std::array::from_fn(|i| rest.get(i).copied().unwrap_or(0.0));
    lanes.add([x_rest, y_rest, z_rest].map(pad), radius_squared);
    lanes.total(LANES - x_rest.len(), radius_squared)
}

/// The sum of `cos 2 pi g . d` over vectors and particles.
#[inline(always)]
fn cosines<S: Simd>(simd: S, d: [&[f64]; 3], list: &[[f64; 3]]) -> f64 {
    let [(x, x_rest), (y, y_rest), (z, z_rest)] = d.map(S::as_simd_f64s);
    let rest = [x_rest, y_rest, z_rest].map(|rest| simd.partial_load_f64s(rest));
    let mut sum = simd.splat_f64s(0.0);
    let mut sum_rest = 0.0;
    for &turns in list {
        let g = splat(simd, turns);
        for ((&x, &y), &z) in x.iter().zip(y).zip(z) {
            let (_, cosine) = sin_cos(simd, along(simd, g, [x, y, z]));
            sum = simd.add_f64s(sum, cosine);
        }
        if !x_rest.is_empty() {
            let mut lanes = [0.0; 16];
            let lanes = &mut lanes[..x_rest.len()];
            let (_, cosine) = sin_cos(simd, along(simd, g, rest));
            simd.partial_store_f64s(lanes, cosine);
            for x in lanes {
                sum_rest += *x;
            }
        }
    }
    simd.reduce_sum_f64s(sum) + sum_rest
}
