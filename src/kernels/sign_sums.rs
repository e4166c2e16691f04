//! Lag sums over a set of wave vectors that holds every combination of signs.

use std::collections::BTreeMap;
use std::ops::Range;

use pulp::{Simd, WithSimd, bytemuck};

use super::schedule::{Pairs, Schedule};
use super::vector_sums::phases;

/// Registers of origins that go through the sum together.
const WIDTH: usize = 4;

/// The sum of `cos q . r` over all signs of the components of a set of wave vectors, as a polynomial in cosines.
///
/// Over the signs of (h, k, l) the cosines factorise: their sum is `u_h v_k w_l` with `u_0 = 1`, `u_h = 2 cos(h x)`, x the
/// angle along the first axis, and likewise v and w. All of them follow from three cosines by the recurrence
/// `u_(h+1) = u_1 u_h - u_(h-1)`. What is left is a sum of products over the triples of absolute integers, which is
/// brought into the form `sum (sum_A u_i v_j) (sum_B w_k)`, the axes changing their parts, with as few products as a greedy
/// search finds. In a cubic cell a shell is symmetric in the axes too, and then few are enough.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SignPolynomial {
    /// Largest integer along each axis.
    last: [usize; 3],
    terms: Vec<Term>,
}

/// `(sum over pairs of the product of the two) (sum over the set)`: places in the table of the u, v, w.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    axis: usize,
    /// Of the axis, sorted.
    set: Vec<usize>,
    /// Of the two axes after it, sorted.
    pairs: Vec<[usize; 2]>,
}

impl SignPolynomial {
    /// For triples of absolute integers, each once.
    pub(crate) fn new(triples: &[[u32; 3]]) -> Self {
        let mut last = [0; 3];
        for triple in triples {
            for (last, &n) in last.iter_mut().zip(triple) {
                *last = (*last).max(n as usize);
            }
        }
        let offset = [0, last[0] + 1, last[0] + last[1] + 2];
        let mut left: Vec<[usize; 3]> = triples
            .iter()
            .map(|t| {
                [
                    offset[0] + t[0] as usize,
                    offset[1] + t[1] as usize,
                    offset[2] + t[2] as usize,
                ]
            })
            .collect();
        let mut terms = Vec::new();
        while let Some(term) = best_term(&left) {
            left.retain(|triple| !term.covers(triple));
            terms.push(term);
        }
        Self { last, terms }
    }

    /// Vector operations for the sum at one origin.
    pub(crate) fn cost(&self) -> usize {
        let terms: usize = self.terms.iter().map(Term::cost).sum();
        6 + self.last.iter().sum::<usize>() + terms
    }

    fn table_length(&self) -> usize {
        self.last.iter().sum::<usize>() + 3
    }

    /// The sums at `WIDTH` registers of origins, from the cosines of the three angles.
    #[inline(always)]
    fn evaluate<S: Simd>(
        &self,
        simd: S,
        cosines: &[[S::f64s; WIDTH]; 3],
        table: &mut [[S::f64s; WIDTH]],
    ) -> [S::f64s; WIDTH] {
        let mut start = 0;
        for (cosine, &last) in cosines.iter().zip(&self.last) {
            multiples(simd, cosine, &mut table[start..=start + last]);
            start += last + 1;
        }
        let mut total = [simd.splat_f64s(0.0); WIDTH];
        for term in &self.terms {
            let mut product = [simd.splat_f64s(0.0); WIDTH];
            for &[a, b] in &term.pairs {
                let (a, b) = (&table[a], &table[b]);
                for j in 0..WIDTH {
                    product[j] = simd.mul_add_e_f64s(a[j], b[j], product[j]);
                }
            }
            let mut sum = table[term.set[0]];
            for &c in &term.set[1..] {
                for j in 0..WIDTH {
                    sum[j] = simd.add_f64s(sum[j], table[c][j]);
                }
            }
            for j in 0..WIDTH {
                total[j] = simd.mul_add_e_f64s(product[j], sum[j], total[j]);
            }
        }
        total
    }
}

impl Term {
    fn cost(&self) -> usize {
        self.pairs.len() + self.set.len()
    }

    fn covered(&self) -> usize {
        self.pairs.len() * self.set.len()
    }

    fn covers(&self, triple: &[usize; 3]) -> bool {
        let (c, pair) = split(triple, self.axis);
        self.set.binary_search(&c).is_ok() && self.pairs.binary_search(&pair).is_ok()
    }
}

/// The component along an axis, and the two after it.
fn split(triple: &[usize; 3], axis: usize) -> (usize, [usize; 2]) {
    (triple[axis], [triple[(axis + 1) % 3], triple[(axis + 2) % 3]])
}

/// The term that covers the most triples for its operations.
fn best_term(left: &[[usize; 3]]) -> Option<Term> {
    let mut best: Option<Term> = None;
    for axis in 0..3 {
        let mut by_pair: BTreeMap<[usize; 2], Vec<usize>> = BTreeMap::new();
        let mut by_set: BTreeMap<Vec<usize>, Vec<[usize; 2]>> = BTreeMap::new();
        for triple in left {
            let (c, pair) = split(triple, axis);
            by_pair.entry(pair).or_default().push(c);
            by_set.entry(vec![c]).or_default().push(pair);
        }
        for (pair, mut set) in by_pair {
            if set.len() > 1 {
                set.sort_unstable();
                by_set.entry(set).or_default().push(pair);
            }
        }
        for (set, mut pairs) in by_set {
            pairs.sort_unstable();
            let term = Term { axis, set, pairs };
            let better = |best: &Term| term.covered() * best.cost() > best.covered() * term.cost();
            if best.as_ref().is_none_or(better) {
                best = Some(term);
            }
        }
    }
    best
}

/// 1, 2 cos x, 2 cos 2x, ...
#[inline(always)]
fn multiples<S: Simd>(simd: S, cosine: &[S::f64s; WIDTH], out: &mut [[S::f64s; WIDTH]]) {
    let mut before = [simd.splat_f64s(2.0); WIDTH];
    let mut now = *cosine;
    for now in &mut now {
        *now = simd.add_f64s(*now, *now);
    }
    let first = now;
    out[0] = [simd.splat_f64s(1.0); WIDTH];
    // Two at a time, so that the registers change their parts without a move.
    let (pairs, rest) = out[1..].as_chunks_mut::<2>();
    for [odd, even] in pairs {
        *odd = now;
        for j in 0..WIDTH {
            before[j] = simd.mul_add_e_f64s(first[j], now[j], simd.neg_f64s(before[j]));
        }
        *even = before;
        for j in 0..WIDTH {
            now[j] = simd.mul_add_e_f64s(first[j], before[j], simd.neg_f64s(now[j]));
        }
    }
    for rest in rest {
        *rest = now;
    }
}

/// Phase factors of one particle along each axis: cosines and sines over the frames.
#[inline(always)]
fn axis_phases<S: Simd>(simd: S, r: &[f64], turns: [f64; 3], factors: &mut [f64]) {
    let frames = r.len() / 3;
    for axis in 0..3 {
        let r = &r[axis * frames..(axis + 1) * frames];
        let (cosine, sine) = factors[2 * axis * frames..2 * (axis + 1) * frames].split_at_mut(frames);
        phases(simd, [r, r, r], [turns[axis], 0.0, 0.0], cosine, sine);
    }
}

/// Where the sums at the pairs of frames go.
enum Out<'a> {
    /// Added up.
    Total(&'a mut f64),
    /// Each to its own.
    Each(&'a mut [f64]),
}

/// Half of the sum over all signs, at the pairs of one block and lag.
#[inline(always)]
fn sign_sums<S: Simd>(
    simd: S,
    factors: &[f64],
    pairs: &Pairs<'_>,
    polynomial: &SignPolynomial,
    table: &mut [[S::f64s; WIDTH]],
    mut out: Out<'_>,
) {
    let frames = factors.len() / 6;
    let tile = WIDTH * S::F64_LANES;
    let half = simd.splat_f64s(0.5);
    let mut total = [simd.splat_f64s(0.0); WIDTH];
    let mut cosines = [[simd.splat_f64s(0.0); WIDTH]; 3];
    let mut start = 0;
    while start < pairs.len() {
        let count = tile.min(pairs.len() - start);
        match pairs {
            Pairs::Shifted { origins, lag } if count == tile => {
                let at = origins.start + start;
                for axis in 0..3 {
                    let (cosine, sine) = factors[2 * axis * frames..2 * (axis + 1) * frames].split_at(frames);
                    let (c, _) = S::as_simd_f64s(&cosine[at..at + tile]);
                    let (s, _) = S::as_simd_f64s(&sine[at..at + tile]);
                    let (d, _) = S::as_simd_f64s(&cosine[at + lag..at + lag + tile]);
                    let (t, _) = S::as_simd_f64s(&sine[at + lag..at + lag + tile]);
                    for j in 0..WIDTH {
                        cosines[axis][j] = simd.mul_add_e_f64s(s[j], t[j], simd.mul_f64s(c[j], d[j]));
                    }
                }
            }
            _ => {
                for axis in 0..3 {
                    let (c, s) = factors[2 * axis * frames..2 * (axis + 1) * frames].split_at(frames);
                    let lanes: &mut [f64] = bytemuck::cast_slice_mut(&mut cosines[axis]);
                    for (lane, pair) in lanes[..count].iter_mut().zip(start..) {
                        let [i, j] = pairs.at(pair);
                        *lane = c[i] * c[j] + s[i] * s[j];
                    }
                }
            }
        }
        let mut sums = polynomial.evaluate(simd, &cosines, table);
        for sum in &mut sums {
            *sum = simd.mul_f64s(*sum, half);
        }
        match &mut out {
            Out::Total(_) if count == tile => {
                for j in 0..WIDTH {
                    total[j] = simd.add_f64s(total[j], sums[j]);
                }
            }
            Out::Total(total) => {
                let lanes: &[f64] = bytemuck::cast_slice(&sums);
                **total += lanes[..count].iter().sum::<f64>();
            }
            Out::Each(each) => {
                let lanes: &[f64] = bytemuck::cast_slice(&sums);
                for (each, x) in each[start..start + count].iter_mut().zip(lanes) {
                    *each += x;
                }
            }
        }
        start += count;
    }
    if let Out::Total(sum) = out {
        for total in total {
            *sum += simd.reduce_sum_f64s(total);
        }
    }
}

/// Adds `sum cos q . (r(t0 + t) - r(t0))` over the origins of each block at each lag to `sums[block * lags + lag]`, over
/// the vectors, q and -q counted once, and the particles of a tile.
pub(crate) struct SignSums<'a> {
    pub(crate) frames: usize,
    /// Particle by particle x, y, z over the frames.
    pub(crate) tile: &'a [f64],
    /// Reciprocals of the edges.
    pub(crate) turns: [f64; 3],
    pub(crate) polynomial: &'a SignPolynomial,
    pub(crate) schedule: &'a Schedule,
    pub(crate) sums: &'a mut [f64],
}

impl WithSimd for SignSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            frames,
            tile,
            turns,
            polynomial,
            schedule,
            sums,
        } = self;
        let mut factors = vec![0.0; 6 * frames];
        let mut table = vec![[simd.splat_f64s(0.0); WIDTH]; polynomial.table_length()];
        for r in tile.chunks_exact(3 * frames) {
            axis_phases(simd, r, turns, &mut factors);
            for block in 0..schedule.blocks() {
                for lag in 0..schedule.lags() {
                    let out = Out::Total(&mut sums[block * schedule.lags() + lag]);
                    sign_sums(
                        simd,
                        &factors,
                        &schedule.pairs(block, lag),
                        polynomial,
                        &mut table,
                        out,
                    );
                }
            }
        }
    }
}

/// The same at each pair of the only block, to `sums[lag][origin]`.
pub(crate) struct SignsEach<'a> {
    pub(crate) frames: usize,
    pub(crate) tile: &'a [f64],
    pub(crate) turns: [f64; 3],
    pub(crate) polynomial: &'a SignPolynomial,
    pub(crate) schedule: &'a Schedule,
    pub(crate) lags: Range<usize>,
    pub(crate) sums: &'a mut [Vec<f64>],
}

impl WithSimd for SignsEach<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            frames,
            tile,
            turns,
            polynomial,
            schedule,
            lags,
            sums,
        } = self;
        let mut factors = vec![0.0; 6 * frames];
        let mut table = vec![[simd.splat_f64s(0.0); WIDTH]; polynomial.table_length()];
        for r in tile.chunks_exact(3 * frames) {
            axis_phases(simd, r, turns, &mut factors);
            for (lag, out) in lags.clone().zip(sums.iter_mut()) {
                sign_sums(
                    simd,
                    &factors,
                    &schedule.pairs(0, lag),
                    polynomial,
                    &mut table,
                    Out::Each(out),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::kernels::vector_sums::PhaseSums;
    use crate::structure::WaveVectors;
    use crate::trajectory::Cell;

    const FRAMES: usize = 77;
    const EDGES: [f64; 3] = [7.0, 8.0, 9.5];

    /// Three particles that wander through several cells.
    fn tile() -> Vec<f64> {
        let at = |i: usize| {
            let x = i as f64;
            20.0 * (0.37 * x).sin() + 15.0 * (0.011 * x * x).cos()
        };
        (0..9 * FRAMES).map(at).collect()
    }

    fn schedules() -> [Schedule; 2] {
        let lags = vec![0, 1, 2, 3, 5, 11, 40, 76];
        let blocks = vec![0..30, 30..77];
        let uniform = Schedule::Uniform {
            frames: FRAMES,
            lags: lags.clone(),
            blocks: blocks.clone(),
        };
        let (mut pairs, mut ends) = (Vec::new(), vec![0]);
        for block in &blocks {
            for lag in &lags {
                let inside = block.clone().filter(|i| i + lag < FRAMES);
                pairs.extend(inside.map(|i| [i, i + lag].map(|i| u32::try_from(i).unwrap())));
                ends.push(pairs.len());
            }
        }
        let listed = Schedule::Listed {
            blocks: 2,
            lags: lags.len(),
            pairs,
            ends,
        };
        [uniform, listed]
    }

    /// By the definition.
    fn oracle(vectors: &WaveVectors, tile: &[f64], schedule: &Schedule) -> Vec<f64> {
        let mut sums = Vec::new();
        for block in 0..schedule.blocks() {
            for lag in 0..schedule.lags() {
                let pairs = schedule.pairs(block, lag);
                let mut sum = 0.0;
                for pair in 0..pairs.len() {
                    let [i, j] = pairs.at(pair);
                    for r in tile.chunks_exact(3 * FRAMES) {
                        for q in vectors.vectors() {
                            let dot = |axis: usize| q[axis] * (r[axis * FRAMES + j] - r[axis * FRAMES + i]);
                            sum += (dot(0) + dot(1) + dot(2)).cos();
                        }
                    }
                }
                sums.push(sum);
            }
        }
        sums
    }

    /// Runs a kernel on the scalar path, on the dispatched one, and with AVX2 and FMA where the processor has them.
    macro_rules! on_every_instruction_set {
        ($kernel:expr, $check:expr) => {{
            let mut sums = vec![0.0; 16];
            pulp::Scalar.vectorize($kernel(&mut sums));
            $check("scalar", &sums);
            sums.fill(0.0);
            pulp::Arch::new().dispatch($kernel(&mut sums));
            $check("dispatched", &sums);
            #[cfg(target_arch = "x86_64")]
            if let Some(v3) = pulp::x86::V3::try_new() {
                sums.fill(0.0);
                Simd::vectorize(v3, $kernel(&mut sums));
                $check("AVX2 and FMA", &sums);
            }
        }};
    }

    #[test]
    fn both_kernels_equal_the_definition_on_every_instruction_set() {
        let cell = Cell::orthorhombic(EDGES).unwrap();
        let vectors = WaveVectors::shell(&cell, 5.0..=5.6).unwrap();
        let polynomial = SignPolynomial::new(&vectors.sign_classes().unwrap());
        let turns: Vec<[f64; 3]> = vectors.vectors().iter().map(|q| q.map(|q| q / TAU)).collect();
        let tile = tile();
        for schedule in schedules() {
            let wanted = oracle(&vectors, &tile, &schedule);
            // Three particles, up to 47 origins, so many vectors: phases within 1e-12 each, and rounding of the sum.
            let bound = 1e-12 * 3.0 * 47.0 * f64::from(u32::try_from(vectors.len()).unwrap());
            let check = |of: &str, found: &[f64]| {
                for (found, wanted) in found.iter().zip(&wanted) {
                    assert!((found - wanted).abs() < bound, "{of}: {found} {wanted}");
                }
            };
            on_every_instruction_set!(
                |sums| SignSums {
                    frames: FRAMES,
                    tile: &tile,
                    turns: EDGES.map(f64::recip),
                    polynomial: &polynomial,
                    schedule: &schedule,
                    sums,
                },
                check
            );
            on_every_instruction_set!(
                |sums| PhaseSums {
                    frames: FRAMES,
                    tile: &tile,
                    turns: &turns,
                    schedule: &schedule,
                    sums,
                },
                check
            );
        }
    }

    #[test]
    fn a_cubic_shell_costs_less_than_half_of_its_vectors() {
        let cell = Cell::cubic(9.41036).unwrap();
        let shell = WaveVectors::shell(&cell, 7.15..=7.35).unwrap();
        let classes = shell.sign_classes().unwrap();
        let polynomial = SignPolynomial::new(&classes);
        let covered: usize = polynomial.terms.iter().map(Term::covered).sum();
        assert_eq!(covered, classes.len());
        assert!(polynomial.cost() < 100, "{}", polynomial.cost());
    }
}
