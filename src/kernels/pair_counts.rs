//! Counts of pairs of particles by their distance.

use pulp::{Simd, WithSimd, bytemuck};

use super::neighbour_grid::NeighbourGrid;
use super::phases::off_integer;
use crate::trajectory::Cell;

/// Adds the pairs of each two species by distance to `counts`: for each two species a number for
/// each bin and, last, one for what is farther. A pair of one species counts once. `uniform` bins
/// have equal widths and begin at 0.
///
/// The nearest image is the one whose coordinates along the lattice vectors are all at most one
/// half: for distances up to half of the smallest width this is so in any cell, since the width is
/// one over the length of the dual vector.
pub(crate) struct CountPairs<'a> {
    pub(crate) grid: &'a NeighbourGrid,
    pub(crate) pairs: &'a [[usize; 2]],
    pub(crate) edges: &'a [f64],
    pub(crate) uniform: bool,
    pub(crate) counts: &'a mut [u64],
}

impl WithSimd for CountPairs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (grid, edges) = (self.grid, self.edges);
        let metric = Metric::new(simd, &grid.periodic);
        let coordinates = grid.coordinates.each_ref().map(Vec::as_slice);
        let uniform = self.uniform.then(|| Uniform::new(simd, edges));
        for (&[a, b], counts) in self.pairs.iter().zip(self.counts.chunks_exact_mut(edges.len())) {
            for here in 0..grid.cells() {
                for &offset in &grid.offsets {
                    // Of one species each two cells meet once.
                    if a == b && offset < [0; 3] {
                        continue;
                    }
                    let others = grid.particles(b, grid.neighbour(here, offset));
                    for i in grid.particles(a, here) {
                        let first = if a == b && offset == [0; 3] {
                            i + 1
                        } else {
                            others.start
                        };
                        let r = coordinates.map(|x| x[i]);
                        let s = coordinates.map(|x| &x[first..others.end]);
                        match &uniform {
                            Some(binning) => count(simd, &metric, r, s, binning, counts),
                            None => count(simd, &metric, r, s, &Edges(edges), counts),
                        }
                    }
                }
            }
        }
    }
}

/// Adds the distances from each particle of one frame to each other particle of a second frame, as
/// [`CountPairs`] adds those of one frame. Both grids are of one cell and one distance. A pair of
/// one species counts in both orders, and so does one of two species where both orders are asked
/// for; no particle counts with itself.
pub(crate) struct CountDistinct<'a> {
    pub(crate) from: &'a NeighbourGrid,
    pub(crate) to: &'a NeighbourGrid,
    pub(crate) pairs: &'a [[usize; 2]],
    pub(crate) edges: &'a [f64],
    pub(crate) uniform: bool,
    pub(crate) counts: &'a mut [u64],
}

impl WithSimd for CountDistinct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.uniform {
            let binning = Uniform::new(simd, self.edges);
            self.count(simd, &binning);
        } else {
            let binning = Edges(self.edges);
            self.count(simd, &binning);
        }
    }
}

impl CountDistinct<'_> {
    #[inline(always)]
    fn count<S: Simd, B: Binning<S>>(self, simd: S, binning: &B) {
        let (from, to, width) = (self.from, self.to, self.edges.len());
        let metric = Metric::new(simd, &from.periodic);
        let [here, there] = [from, to].map(|grid| grid.coordinates.each_ref().map(Vec::as_slice));
        let mut places = vec![0; to.order.len()];
        for (place, &particle) in to.order.iter().enumerate() {
            places[particle] = place;
        }
        let mut own = vec![0; width];
        for (&[a, b], counts) in self.pairs.iter().zip(self.counts.chunks_exact_mut(width)) {
            for cell in 0..from.cells() {
                for &offset in &from.offsets {
                    let others = to.particles(b, from.neighbour(cell, offset));
                    for i in from.particles(a, cell) {
                        let s = there.map(|x| &x[others.clone()]);
                        count(simd, &metric, here.map(|x| x[i]), s, binning, counts);
                    }
                }
            }
            if a != b {
                continue;
            }
            // Those that each particle has with itself are taken back, by the same arithmetic.
            own.fill(0);
            for i in from.species(a) {
                let place = places[from.order[i]];
                let s = there.map(|x| &x[place..=place]);
                count(simd, &metric, here.map(|x| x[i]), s, binning, &mut own);
            }
            for (count, own) in counts[..width - 1].iter_mut().zip(&own) {
                *count = count.saturating_sub(*own);
            }
        }
    }
}

/// Which bin a distance falls into.
trait Binning<S: Simd> {
    /// What is done to all distances at once.
    fn prepare(&self, simd: S, r: S::f64s) -> S::f64s;
    fn bin(&self, prepared: f64) -> usize;
}

/// Bins of equal width from 0 on.
struct Uniform<S: Simd> {
    per_length: S::f64s,
    last: S::f64s,
}

impl<S: Simd> Uniform<S> {
    #[inline(always)]
    fn new(simd: S, edges: &[f64]) -> Self {
        let bins = (edges.len() - 1) as f64;
        Self {
            per_length: simd.splat_f64s(bins / edges[edges.len() - 1]),
            last: simd.splat_f64s(bins),
        }
    }
}

impl<S: Simd> Binning<S> for Uniform<S> {
    #[inline(always)]
    fn prepare(&self, simd: S, r: S::f64s) -> S::f64s {
        simd.min_f64s(simd.mul_f64s(r, self.per_length), self.last)
    }

    #[inline(always)]
    fn bin(&self, prepared: f64) -> usize {
        prepared as u32 as usize
    }
}

/// Any bins; what lies below the first is counted with what lies above the last.
struct Edges<'a>(&'a [f64]);

impl<S: Simd> Binning<S> for Edges<'_> {
    #[inline(always)]
    fn prepare(&self, _: S, r: S::f64s) -> S::f64s {
        r
    }

    #[inline(always)]
    fn bin(&self, prepared: f64) -> usize {
        let bins = self.0.len() - 1;
        match self.0.partition_point(|&edge| edge <= prepared) {
            0 => bins,
            above => (above - 1).min(bins),
        }
    }
}

/// Counts the distances from one particle to others.
#[inline(always)]
fn count<S: Simd, B: Binning<S>>(
    simd: S,
    metric: &Metric<S>,
    r: [f64; 3],
    others: [&[f64]; 3],
    binning: &B,
    counts: &mut [u64],
) {
    let r = r.map(|x| simd.splat_f64s(x));
    let [(x, x_rest), (y, y_rest), (z, z_rest)] = others.map(S::as_simd_f64s);
    for ((&x, &y), &z) in x.iter().zip(y).zip(z) {
        let distance = binning.prepare(simd, metric.distance(simd, r, [x, y, z]));
        let lanes: &[f64] = bytemuck::cast_slice(std::slice::from_ref(&distance));
        for &lane in lanes {
            counts[binning.bin(lane)] += 1;
        }
    }
    if !x_rest.is_empty() {
        let rest = [x_rest, y_rest, z_rest].map(|rest| simd.partial_load_f64s(rest));
        let distance = binning.prepare(simd, metric.distance(simd, r, rest));
        let lanes: &[f64] = bytemuck::cast_slice(std::slice::from_ref(&distance));
        for &lane in &lanes[..x_rest.len()] {
            counts[binning.bin(lane)] += 1;
        }
    }
}

/// From coordinates along the lattice vectors to distances.
struct Metric<S: Simd> {
    vectors: [[S::f64s; 3]; 3],
    orthorhombic: bool,
}

impl<S: Simd> Metric<S> {
    #[inline(always)]
    fn new(simd: S, cell: &Cell) -> Self {
        let vectors = cell.vectors();
        Self {
            vectors: std::array::from_fn(|i| std::array::from_fn(|j| simd.splat_f64s(vectors[i][j]))),
            orthorhombic: cell.is_orthorhombic(),
        }
    }

    #[inline(always)]
    fn distance(&self, simd: S, from: [S::f64s; 3], to: [S::f64s; 3]) -> S::f64s {
        let part = |i: usize| off_integer(simd, simd.sub_f64s(to[i], from[i]));
        let d = [part(0), part(1), part(2)];
        let v = &self.vectors;
        let along = |j: usize| {
            if self.orthorhombic {
                return simd.mul_f64s(d[j], v[j][j]);
            }
            let first = simd.mul_f64s(d[0], v[0][j]);
            simd.mul_add_e_f64s(d[2], v[2][j], simd.mul_add_e_f64s(d[1], v[1][j], first))
        };
        let [x, y, z] = [along(0), along(1), along(2)];
        let square = simd.mul_add_e_f64s(y, y, simd.mul_f64s(x, x));
        simd.sqrt_f64s(simd.mul_add_e_f64s(z, z, square))
    }
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

    use super::*;

    fn position(p: usize) -> [f64; 3] {
        let at = |k: usize| 30.0 * (0.37 * (3 * p + k) as f64 * (1.0 + 0.01 * p as f64)).sin();
        [at(0), at(1), at(2)]
    }

    fn moved(p: usize) -> [f64; 3] {
        let r = position(p);
        let step = |k: usize| (0.9 * (5 * p + k) as f64).cos();
        [r[0] + step(0), r[1] + step(1), r[2] + step(2)]
    }

    #[test]
    fn every_instruction_set_counts_what_a_double_loop_counts_between_two_frames() {
        // As many particles as indices.
        let species: [Vec<usize>; 2] = [(0..150).collect(), (150..211).collect()];
        let cells = [
            Cell::orthorhombic([10.0, 12.0, 14.0]).unwrap(),
            Cell::triclinic([[10.0, 0.0, 0.0], [4.0, 11.0, 0.0], [-3.0, 2.5, 12.0]]).unwrap(),
        ];
        let bins: [(Vec<f64>, bool); 3] = [
            ((0..=20).map(|k| 0.2 * f64::from(k)).collect(), true),
            ((0..=20).map(|k| 0.07 * f64::from(k)).collect(), true),
            (vec![0.5, 1.0, 1.3, 2.9], false),
        ];
        let pairs = [[0, 0], [0, 1], [1, 0], [1, 1]];
        for cell in &cells {
            for (edges, uniform) in &bins {
                let (end, width) = (edges[edges.len() - 1], edges.len());
                let grid = |position: fn(usize) -> [f64; 3]| {
                    NeighbourGrid::new(cell, end, species.iter().map(Vec::as_slice), position)
                };
                let (from, to) = (grid(position), grid(moved));
                let mut wanted = vec![0; pairs.len() * width];
                for (pair, [a, b]) in pairs.iter().enumerate() {
                    for &i in &species[*a] {
                        for &j in species[*b].iter().filter(|&&j| j != i) {
                            let (r, s) = (position(i), moved(j));
                            let d = cell.minimum_image([s[0] - r[0], s[1] - r[1], s[2] - r[2]]);
                            let length = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
                            wanted[pair * width + Binning::<pulp::Scalar>::bin(&Edges(edges), length)] += 1;
                        }
                    }
                }
                let found = |run: &dyn Fn(CountDistinct<'_>)| {
                    let mut counts = vec![0; pairs.len() * width];
                    run(CountDistinct {
                        from: &from,
                        to: &to,
                        pairs: &pairs,
                        edges,
                        uniform: *uniform,
                        counts: &mut counts,
                    });
                    for (counts, wanted) in counts.chunks(width).zip(wanted.chunks(width)) {
                        assert_eq!(counts[..width - 1], wanted[..width - 1]);
                    }
                };
                assert!(wanted.iter().sum::<u64>() > 100);
                found(&|pairs| pulp::Scalar.vectorize(pairs));
                found(&|pairs| Arch::new().dispatch(pairs));
                #[cfg(target_arch = "x86_64")]
                if let Some(v3) = pulp::x86::V3::try_new() {
                    found(&|pairs| Simd::vectorize(v3, pairs));
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_counts_what_a_double_loop_counts() {
        let species: [Vec<usize>; 2] = [(0..150).collect(), (150..211).collect()];
        let cells = [
            Cell::orthorhombic([10.0, 12.0, 14.0]).unwrap(),
            Cell::triclinic([[10.0, 0.0, 0.0], [4.0, 11.0, 0.0], [-3.0, 2.5, 12.0]]).unwrap(),
        ];
        let bins: [(Vec<f64>, bool); 3] = [
            ((0..=20).map(|k| 0.2 * f64::from(k)).collect(), true),
            // Far less than a third of the width: a grid.
            ((0..=20).map(|k| 0.07 * f64::from(k)).collect(), true),
            (vec![0.5, 1.0, 1.3, 2.9], false),
        ];
        for cell in &cells {
            for (edges, uniform) in &bins {
                let end = edges[edges.len() - 1];
                let grid = NeighbourGrid::new(cell, end, species.iter().map(Vec::as_slice), position);
                assert_eq!(grid.cells() > 26, end < 3.0);
                let pairs = [[0, 0], [0, 1], [1, 1]];
                let mut wanted = vec![0; 3 * edges.len()];
                for (pair, [a, b]) in pairs.iter().enumerate() {
                    for &i in &species[*a] {
                        for &j in species[*b].iter().filter(|&&j| a != b || j > i) {
                            let (r, s) = (position(i), position(j));
                            let d = cell.minimum_image([s[0] - r[0], s[1] - r[1], s[2] - r[2]]);
                            let bin = Binning::<pulp::Scalar>::bin(
                                &Edges(edges),
                                (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt(),
                            );
                            wanted[pair * edges.len() + bin] += 1;
                        }
                    }
                }
                let found = |run: &dyn Fn(CountPairs<'_>)| {
                    let mut counts = vec![0; 3 * edges.len()];
                    run(CountPairs {
                        grid: &grid,
                        pairs: &pairs,
                        edges,
                        uniform: *uniform,
                        counts: &mut counts,
                    });
                    // What is farther is counted as far as the grid meets it.
                    let inside = counts.chunks(edges.len()).zip(wanted.chunks(edges.len()));
                    for (counts, wanted) in inside {
                        assert_eq!(counts[..edges.len() - 1], wanted[..edges.len() - 1]);
                    }
                };
                found(&|pairs| pulp::Scalar.vectorize(pairs));
                found(&|pairs| Arch::new().dispatch(pairs));
                #[cfg(target_arch = "x86_64")]
                if let Some(v3) = pulp::x86::V3::try_new() {
                    found(&|pairs| Simd::vectorize(v3, pairs));
                }
            }
        }
    }
}
