//! Fourier components of the density of one frame.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::phases::sin_cos;

/// Particles whose factors are held at once, unless the tables would become larger than the
/// second-level cache.
const PARTICLES: usize = 512;
/// Fewest particles of a tile, and what their number is a multiple of: the longest vector register
/// has so many numbers.
const LANES: usize = 8;
/// Numbers in the tables of a tile.
const NUMBERS: usize = 1 << 17;
/// Products of a cosine or sine along each axis: those with the cosine along z, those with the
/// sine.
const PRODUCTS: usize = 8;

/// The plan of `rho(q) = sum exp(i q . r)` at a list of commensurate vectors.
///
/// Vectors that differ in the signs of their integers (h, k, l) share eight sums over the
/// particles, of `cos` or `sin` of h times the angle along the first axis, times the same of k and
/// of l: each of the vectors is four of these with its signs. The factors along an axis follow from
/// one sine and cosine of each particle by products.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DensityModes {
    /// The absolute integers along each axis, increasing.
    integers: [Vec<u32>; 3],
    columns: Vec<Column>,
    /// Along z: places in the list of integers, one for each triple.
    along_z: Vec<usize>,
    modes: Vec<Mode>,
}

/// The triples of absolute integers with the same first two.
#[derive(Debug, Clone, PartialEq)]
struct Column {
    /// Places in the lists of integers.
    x: usize,
    y: usize,
    triples: Range<usize>,
}

/// One vector: its triple of absolute integers, and its signs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mode {
    triple: usize,
    signs: [f64; 3],
}

impl DensityModes {
    pub(crate) fn new(vectors: &[[i32; 3]]) -> Self {
        let absolute = |n: &[i32; 3]| n.map(i32::unsigned_abs);
        let mut triples: Vec<[u32; 3]> = vectors.iter().map(absolute).collect();
        triples.sort_unstable();
        triples.dedup();
        let integers: [Vec<u32>; 3] = std::array::from_fn(|axis| {
            let mut along: Vec<u32> = triples.iter().map(|n| n[axis]).collect();
            along.sort_unstable();
            along.dedup();
            along
        });
        let place = |axis: usize, n: u32| integers[axis].partition_point(|&m| m < n);
        let mut columns: Vec<Column> = Vec::new();
        for column in triples.chunk_by(|a, b| a[..2] == b[..2]) {
            let start = columns.last().map_or(0, |c| c.triples.end);
            columns.push(Column {
                x: place(0, column[0][0]),
                y: place(1, column[0][1]),
                triples: start..start + column.len(),
            });
        }
        let along_z = triples.iter().map(|n| place(2, n[2])).collect();
        let modes = vectors
            .iter()
            .map(|n| Mode {
                triple: triples.partition_point(|m| *m < absolute(n)),
                signs: n.map(|n| f64::from(n.signum())),
            })
            .collect();
        Self {
            integers,
            columns,
            along_z,
            modes,
        }
    }

    /// `sum exp(i q . r)` over some particles at each vector: real and imaginary part. Positions
    /// are along the lattice vectors, in units of them.
    pub(crate) fn densities<'a>(
        &'a self,
        positions: &[[f64; 3]],
        scratch: &'a mut Scratch,
    ) -> impl ExactSizeIterator<Item = [f64; 2]> {
        scratch.sums.fill(0.0);
        Arch::new().dispatch(SumModes {
            modes: self,
            positions,
            scratch,
        });
        self.components(&scratch.sums)
    }

    /// The components at each vector from the sums.
    fn components<'a>(&'a self, sums: &'a [f64]) -> impl ExactSizeIterator<Item = [f64; 2]> {
        self.modes.iter().map(|mode| {
            let sums = &sums[PRODUCTS * mode.triple..PRODUCTS * (mode.triple + 1)];
            let [x, y, z] = mode.signs;
            [
                sums[0] - x * y * sums[3] - x * z * sums[6] - y * z * sums[5],
                x * sums[2] + y * sums[1] + z * sums[4] - x * y * z * sums[7],
            ]
        })
    }

    /// Memory for [`densities`](Self::densities).
    pub(crate) fn scratch(&self) -> Scratch {
        let tile = self.tile();
        Scratch {
            along: std::array::from_fn(|axis| vec![0.0; 2 * self.integers[axis].len() * tile]),
            rows: vec![0.0; 4 * tile],
            turns: vec![0.0; tile],
            sums: vec![0.0; PRODUCTS * self.along_z.len()],
        }
    }

    fn tile(&self) -> usize {
        let numbers: usize = self.integers.iter().map(|along| 2 * along.len()).sum();
        (NUMBERS / numbers.max(1)).clamp(LANES, PARTICLES) / LANES * LANES
    }
}

/// Memory that densities are computed in; what it holds is rubbish after a call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    /// Factors along each axis of the particles of a tile.
    along: [Vec<f64>; 3],
    /// Products of factors along x and y.
    rows: Vec<f64>,
    turns: Vec<f64>,
    sums: Vec<f64>,
}

/// Adds the sums over some particles to those of the scratch: the products cos cos, cos sin, sin
/// cos, sin sin along x and y, first with the cosine and then with the sine along z, triple by
/// triple.
struct SumModes<'a> {
    modes: &'a DensityModes,
    positions: &'a [[f64; 3]],
    scratch: &'a mut Scratch,
}

impl WithSimd for SumModes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let modes = self.modes;
        let Scratch {
            along: tables,
            rows,
            turns,
            sums,
        } = self.scratch;
        for particles in self.positions.chunks(modes.tile()) {
            // The last tile may be short: its registers are filled with particles that count
            // nothing.
            let length = particles.len().next_multiple_of(LANES);
            for (axis, table) in tables.iter_mut().enumerate() {
                turns[..length].fill(0.0);
                for (turn, r) in turns.iter_mut().zip(particles) {
                    *turn = r[axis] - r[axis].round();
                }
                axis_table(simd, &turns[..length], &modes.integers[axis], table);
            }
            for factors in tables[0].chunks_exact_mut(length) {
                factors[particles.len()..].fill(0.0);
            }
            for column in &modes.columns {
                let x = pair(&tables[0], column.x, length);
                let y = pair(&tables[1], column.y, length);
                let rows = &mut rows[..4 * length];
                multiply::<S>(simd, x, y, rows);
                for triple in column.triples.clone() {
                    let z = pair(&tables[2], modes.along_z[triple], length);
                    let found = sum_products::<S>(simd, rows, z);
                    let sums = &mut sums[PRODUCTS * triple..PRODUCTS * (triple + 1)];
                    for (sum, x) in sums.iter_mut().zip(found) {
                        *sum += x;
                    }
                }
            }
        }
    }
}

/// Cosines and sines at one place of a table.
#[inline(always)]
fn pair(table: &[f64], place: usize, length: usize) -> [&[f64]; 2] {
    let start = 2 * place * length;
    [
        &table[start..start + length],
        &table[start + length..start + 2 * length],
    ]
}

/// Cosines and sines of the multiples of the angles, one list after the other.
#[inline(always)]
fn axis_table<S: Simd>(simd: S, turns: &[f64], integers: &[u32], table: &mut [f64]) {
    let length = turns.len();
    let (turns, _) = S::as_simd_f64s(turns);
    for (place, &n) in integers.iter().enumerate() {
        let (before, now) = table.split_at_mut(2 * place * length);
        let (cosine, sine) = now[..2 * length].split_at_mut(length);
        let (cosine, _) = S::as_mut_simd_f64s(cosine);
        let (sine, _) = S::as_mut_simd_f64s(sine);
        // One more than the one before, and the factors of one are there: a product.
        let one = integers[..place].iter().position(|&m| m == 1);
        match one.filter(|_| integers[place - 1] + 1 == n) {
            Some(one) => {
                let [c1, s1] = pair(before, one, length).map(|x| S::as_simd_f64s(x).0);
                let [c, s] = pair(before, place - 1, length).map(|x| S::as_simd_f64s(x).0);
                for i in 0..turns.len() {
                    let lost = simd.mul_f64s(s[i], s1[i]);
                    let gained = simd.mul_f64s(s[i], c1[i]);
                    cosine[i] = simd.sub_f64s(simd.mul_f64s(c[i], c1[i]), lost);
                    sine[i] = simd.mul_add_e_f64s(c[i], s1[i], gained);
                }
            }
            None => {
                let n = simd.splat_f64s(f64::from(n));
                for i in 0..turns.len() {
                    (sine[i], cosine[i]) = sin_cos(simd, simd.mul_f64s(n, turns[i]));
                }
            }
        }
    }
}

/// The four products along x and y.
#[inline(always)]
fn multiply<S: Simd>(simd: S, x: [&[f64]; 2], y: [&[f64]; 2], rows: &mut [f64]) {
    let length = x[0].len();
    let mut rows = rows.chunks_exact_mut(length);
    for x in x {
        for y in y {
            let Some(row) = rows.next() else { return };
            let (row, _) = S::as_mut_simd_f64s(row);
            let ((x, _), (y, _)) = (S::as_simd_f64s(x), S::as_simd_f64s(y));
            for ((row, &x), &y) in row.iter_mut().zip(x).zip(y) {
                *row = simd.mul_f64s(x, y);
            }
        }
    }
}

#[inline(always)]
fn sum_products<S: Simd>(simd: S, rows: &[f64], [cosine, sine]: [&[f64]; 2]) -> [f64; PRODUCTS] {
    let length = cosine.len();
    let (cosine, _) = S::as_simd_f64s(cosine);
    let n = cosine.len();
    let sine = &S::as_simd_f64s(sine).0[..n];
    let rows: [&[S::f64s]; 4] =
        std::array::from_fn(|j| &S::as_simd_f64s(&rows[j * length..(j + 1) * length]).0[..n]);
    let mut with_cosine = [simd.splat_f64s(0.0); 4];
    let mut with_sine = with_cosine;
    for i in 0..n {
        let (c, s) = (cosine[i], sine[i]);
        for j in 0..4 {
            let row = rows[j][i];
            with_cosine[j] = simd.mul_add_e_f64s(row, c, with_cosine[j]);
            with_sine[j] = simd.mul_add_e_f64s(row, s, with_sine[j]);
        }
    }
    std::array::from_fn(|j| simd.reduce_sum_f64s(if j < 4 { with_cosine[j] } else { with_sine[j - 4] }))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// Particles that have travelled through many cells, more of them than a tile holds.
    fn positions() -> Vec<[f64; 3]> {
        let at = |i: u32, axis: u32| {
            let x = f64::from(3 * i + axis);
            20.0 * (0.37 * x).sin() + 15.0 * (0.011 * x * x).cos()
        };
        (0..PARTICLES as u32 + 77)
            .map(|i| [at(i, 0), at(i, 1), at(i, 2)])
            .collect()
    }

    /// Every combination of signs, gaps, integers without 1 along an axis, and a vector alone.
    fn vectors() -> Vec<[i32; 3]> {
        let mut vectors = vec![
            [0, 0, 2],
            [0, 3, -1],
            [5, 0, 0],
            [7, -4, 40],
            [7, 4, 41],
            [6, -1, -2],
        ];
        for h in 0..3 {
            for k in -3..=3 {
                vectors.extend((-4..=4).map(|l| [h, k, l]));
            }
        }
        vectors
    }

    fn largest_error(sums: impl Fn(SumModes<'_>)) -> f64 {
        let (positions, vectors) = (positions(), vectors());
        let modes = DensityModes::new(&vectors);
        let mut scratch = modes.scratch();
        sums(SumModes {
            modes: &modes,
            positions: &positions,
            scratch: &mut scratch,
        });
        let found = scratch.sums;
        assert_eq!(modes.components(&found).len(), vectors.len());
        let difference = |(n, found): (&[i32; 3], [f64; 2])| {
            let angle = |r: &[f64; 3]| {
                // Whole turns off first: the oracle's angle is then as good as its coordinates.
                let turns: f64 = (0..3).map(|i| f64::from(n[i]) * (r[i] - r[i].round())).sum();
                TAU * (turns - turns.round())
            };
            let wanted = positions
                .iter()
                .fold([0.0, 0.0], |[c, s], r| [c + angle(r).cos(), s + angle(r).sin()]);
            (found[0] - wanted[0]).hypot(found[1] - wanted[1])
        };
        vectors
            .iter()
            .zip(modes.components(&found))
            .map(difference)
            .fold(0.0, f64::max)
    }

    #[test]
    fn every_instruction_set_finds_the_sum_of_the_definition() {
        let scalar = largest_error(|sums| pulp::Scalar.vectorize(sums));
        let widest = largest_error(|sums| Arch::new().dispatch(sums));
        assert!(scalar < 1e-11 && widest < 1e-11, "{scalar:e} {widest:e}");
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            let v3 = largest_error(|sums| Simd::vectorize(v3, sums));
            assert!(v3 < 1e-11, "AVX2 and FMA: {v3:e}");
        }
    }
}
