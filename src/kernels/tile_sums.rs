//! Sums of `cos q . d` over the displacements d of the particles of a tile.

use std::marker::PhantomData;

use pulp::{Arch, Simd, WithSimd, bytemuck};

use super::element::{Element, Precision};
use super::phases::phases;
use super::schedule::{Pairs, Schedule};
use super::sign_polynomial::SignPolynomial;
use super::tile::Tile;
use super::vector_sums::{add_each, lag_sums};
use crate::real::Real;

/// The wave vectors that a sum goes over.
#[derive(Debug)]
pub(crate) enum Vectors {
    /// Every combination of signs of some integers.
    Signs {
        /// Reciprocals of the edges of the cell.
        turns: [f64; 3],
        polynomial: SignPolynomial,
    },
    /// One by one, over 2 pi.
    Listed(Vec<[f64; 3]>),
}

impl Vectors {
    /// Number of vectors, `q` and `-q` counted once.
    fn count(&self) -> usize {
        match self {
            Self::Signs { polynomial, .. } => polynomial.vectors(),
            Self::Listed(turns) => turns.len(),
        }
    }
}

/// Registers of origins that go through a polynomial together.
const WIDTH: usize = 4;

/// Adds `sum cos q . (r(t0 + t) - r(t0))` over the particles and the vectors, q and -q counted
/// once, at the pairs of frames of a schedule: to `sums[block * lags + lag]`.
pub(crate) fn add_cosines(
    tile: &Tile,
    vectors: &Vectors,
    schedule: &Schedule,
    precision: Precision,
    sums: &mut [f64],
) {
    match precision {
        Precision::Single => {
            Arch::new().dispatch(CosineSums::<f32, WIDTH>::new(tile, vectors, schedule, sums));
        }
        Precision::Double => {
            Arch::new().dispatch(CosineSums::<f64, WIDTH>::new(tile, vectors, schedule, sums));
        }
    }
}

/// The same sum at each pair of frames of the only block, in double precision: at the lags from
/// `first` on to `sums[lag - first][pair]`.
pub(crate) fn add_cosines_of_pairs(
    tile: &Tile,
    vectors: &Vectors,
    schedule: &Schedule,
    first: usize,
    sums: &mut [Vec<f64>],
) {
    Arch::new().dispatch(CosinesOfPairs {
        tile,
        vectors,
        schedule,
        first,
        sums,
    });
}

/// The part of the sums that belongs to one block and lag.
enum Place<'a> {
    /// Over its pairs.
    Total(&'a mut f64),
    /// Pair by pair.
    Each(&'a mut [f64]),
}

/// Products are taken in `E`, and `WIDTH` registers of them go through a polynomial together.
struct CosineSums<'a, E, const WIDTH: usize> {
    tile: &'a Tile,
    vectors: &'a Vectors,
    schedule: &'a Schedule,
    sums: &'a mut [f64],
    element: PhantomData<E>,
}

impl<'a, E: Element, const WIDTH: usize> CosineSums<'a, E, WIDTH> {
    fn new(tile: &'a Tile, vectors: &'a Vectors, schedule: &'a Schedule, sums: &'a mut [f64]) -> Self {
        Self {
            tile,
            vectors,
            schedule,
            sums,
            element: PhantomData,
        }
    }

    /// The places whose pairs are a frame and itself, with their sums: every cosine is 1, which
    /// single precision would round.
    fn known(&self) -> Vec<(usize, f64)> {
        if E::PRECISION == Precision::Double {
            return Vec::new();
        }
        let terms = self.tile.columns().len() * self.vectors.count();
        let (lags, places) = (self.schedule.lags(), 0..self.schedule.places());
        let pairs = places.map(|place| (place, self.schedule.pairs(place / lags, place % lags)));
        let rests = |pairs: &Pairs<'_>| pairs.len() > 0 && pairs.at(0)[0] == pairs.at(0)[1];
        pairs
            .filter(|(_, pairs)| rests(pairs))
            .map(|(place, pairs)| (place, self.sums[place] + (terms * pairs.len()) as f64))
            .collect()
    }
}

impl<E: Element, const WIDTH: usize> WithSimd for CosineSums<'_, E, WIDTH> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let known = self.known();
        let (tile, schedule, sums) = (self.tile, self.schedule, self.sums);
        match self.vectors {
            Vectors::Signs { turns, polynomial } => {
                let lags = schedule.lags();
                let mut factors = vec![E::default(); 6 * tile.frames];
                let mut table = polynomial.table::<S, E, WIDTH>(simd);
                for r in tile.columns() {
                    axis_phases(simd, r, *turns, &mut factors);
                    for (index, sum) in sums.iter_mut().enumerate() {
                        let pairs = schedule.pairs(index / lags, index % lags);
                        sign_sums(simd, &factors, &pairs, polynomial, &mut table, Place::Total(sum));
                    }
                }
            }
            Vectors::Listed(turns) => {
                let (mut cosine, mut sine) =
                    (vec![E::default(); tile.frames], vec![E::default(); tile.frames]);
                for r in tile.columns() {
                    for &turns in turns {
                        phases(simd, r, turns, &mut cosine, &mut sine);
                        lag_sums(simd, &cosine, &sine, schedule, sums);
                    }
                }
            }
        }
        for (place, sum) in known {
            sums[place] = sum;
        }
    }
}

struct CosinesOfPairs<'a> {
    tile: &'a Tile,
    vectors: &'a Vectors,
    schedule: &'a Schedule,
    first: usize,
    sums: &'a mut [Vec<f64>],
}

impl WithSimd for CosinesOfPairs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (tile, schedule, sums) = (self.tile, self.schedule, self.sums);
        match self.vectors {
            Vectors::Signs { turns, polynomial } => {
                let mut factors = vec![0.0; 6 * tile.frames];
                let mut table = polynomial.table::<S, f64, WIDTH>(simd);
                for r in tile.columns() {
                    axis_phases(simd, r, *turns, &mut factors);
                    for (lag, sums) in (self.first..).zip(sums.iter_mut()) {
                        let (pairs, place) = (schedule.pairs(0, lag), Place::Each(sums));
                        sign_sums(simd, &factors, &pairs, polynomial, &mut table, place);
                    }
                }
            }
            Vectors::Listed(turns) => {
                let (mut cosine, mut sine) = (vec![0.0; tile.frames], vec![0.0; tile.frames]);
                for r in tile.columns() {
                    for &turns in turns {
                        phases(simd, r, turns, &mut cosine, &mut sine);
                        for (lag, sums) in (self.first..).zip(sums.iter_mut()) {
                            add_each(simd, &cosine, &sine, &schedule.pairs(0, lag), sums);
                        }
                    }
                }
            }
        }
    }
}

/// Phase factors of one particle along each axis: cosines and sines over the frames.
#[inline(always)]
fn axis_phases<S: Simd, E: Element>(simd: S, r: [&[f64]; 3], turns: [f64; 3], factors: &mut [E]) {
    let frames = r[0].len();
    for axis in 0..3 {
        let (cosine, sine) = factors[2 * axis * frames..2 * (axis + 1) * frames].split_at_mut(frames);
        phases(simd, [r[axis]; 3], [turns[axis], 0.0, 0.0], cosine, sine);
    }
}

/// Half of the sum over all signs, at the pairs of one block and lag.
#[inline(always)]
fn sign_sums<S: Simd, E: Element, const WIDTH: usize>(
    simd: S,
    factors: &[E],
    pairs: &Pairs<'_>,
    polynomial: &SignPolynomial,
    table: &mut [[E::Register<S>; WIDTH]],
    mut place: Place<'_>,
) {
    let frames = factors.len() / 6;
    let together = WIDTH * size_of::<E::Register<S>>() / size_of::<E>();
    let half = E::splat(simd, E::from_f64(0.5));
    let mut total = [E::splat(simd, E::default()); WIDTH];
    let mut added = 0;
    let mut cosines = [[E::splat(simd, E::default()); WIDTH]; 3];
    let mut start = 0;
    while start < pairs.len() {
        let count = together.min(pairs.len() - start);
        match pairs {
            Pairs::Shifted { origins, lag } if count == together => {
                let at = origins.start + start;
                for axis in 0..3 {
                    let (cosine, sine) = factors[2 * axis * frames..2 * (axis + 1) * frames].split_at(frames);
                    let (c, _) = E::registers::<S>(&cosine[at..at + together]);
                    let (s, _) = E::registers::<S>(&sine[at..at + together]);
                    let (d, _) = E::registers::<S>(&cosine[at + lag..at + lag + together]);
                    let (t, _) = E::registers::<S>(&sine[at + lag..at + lag + together]);
                    for j in 0..WIDTH {
                        cosines[axis][j] = E::mul_add(simd, s[j], t[j], E::mul(simd, c[j], d[j]));
                    }
                }
            }
            _ => {
                for axis in 0..3 {
                    let (c, s) = factors[2 * axis * frames..2 * (axis + 1) * frames].split_at(frames);
                    let lanes: &mut [E] = bytemuck::cast_slice_mut(&mut cosines[axis]);
                    for (lane, pair) in lanes[..count].iter_mut().zip(start..) {
                        let [i, j] = pairs.at(pair);
                        let [c, d, s, t] = [c[i], c[j], s[i], s[j]].map(Real::to_f64);
                        *lane = E::from_f64(c * d + s * t);
                    }
                }
            }
        }
        let mut sums = polynomial.evaluate::<S, E, WIDTH>(simd, &cosines, table);
        for sum in &mut sums {
            *sum = E::mul(simd, *sum, half);
        }
        match &mut place {
            Place::Total(sum) if count == together => {
                for j in 0..WIDTH {
                    total[j] = E::add(simd, total[j], sums[j]);
                }
                added += 1;
                if added == E::ADDED {
                    for total in &mut total {
                        **sum += E::reduce_sum(simd, *total);
                        *total = E::splat(simd, E::default());
                    }
                    added = 0;
                }
            }
            Place::Total(total) => {
                let lanes: &[E] = bytemuck::cast_slice(&sums);
                **total += lanes[..count].iter().map(|x| x.to_f64()).sum::<f64>();
            }
            Place::Each(each) => {
                let lanes: &[E] = bytemuck::cast_slice(&sums);
                for (each, x) in each[start..start + count].iter_mut().zip(lanes) {
                    *each += x.to_f64();
                }
            }
        }
        start += count;
    }
    if let Place::Total(sum) = place {
        for total in total {
            *sum += E::reduce_sum(simd, total);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;
    use std::ops::Range;

    use super::*;

    const FRAMES: usize = 77;
    const PARTICLES: u32 = 3;
    const EDGES: [f64; 3] = [7.0, 8.0, 9.5];
    const LAGS: [usize; 8] = [0, 1, 2, 3, 5, 11, 40, 76];

    /// Particles that wander through several cells.
    fn tile() -> Tile {
        let at = |i: u32| {
            let x = f64::from(i);
            20.0 * (0.37 * x).sin() + 15.0 * (0.011 * x * x).cos()
        };
        Tile::from_columns(FRAMES, (0..3 * PARTICLES * FRAMES as u32).map(at).collect())
    }

    /// Vectors of about one length, of `q` and `-q` one, and their absolute integers.
    fn shell() -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
        let all = (-9..=9).flat_map(|h| (-9..=9).flat_map(move |k| (-9..=9).map(move |l| [h, k, l])));
        let turns = |n: [i32; 3]| [0, 1, 2].map(|axis| f64::from(n[axis]) / EDGES[axis]);
        let length = |n: [i32; 3]| turns(n).iter().map(|x| x * x).sum::<f64>().sqrt();
        let kept: Vec<[i32; 3]> = all
            .filter(|&n| (0.80..0.89).contains(&length(n)) && n > [0; 3])
            .collect();
        let mut absolute: Vec<[u32; 3]> = kept.iter().map(|n| n.map(i32::unsigned_abs)).collect();
        absolute.sort_unstable();
        absolute.dedup();
        (kept.into_iter().map(turns).collect(), absolute)
    }

    /// The same pairs of frames in both ways.
    fn schedules(blocks: &[Range<usize>]) -> [Schedule; 2] {
        let (mut pairs, mut ends) = (Vec::new(), vec![0]);
        for block in blocks {
            for lag in LAGS {
                let inside = block.clone().filter(|i| i + lag < FRAMES);
                pairs.extend(inside.map(|i| [i as u32, (i + lag) as u32]));
                ends.push(pairs.len());
            }
        }
        [
            Schedule::Uniform {
                frames: FRAMES,
                lags: LAGS.to_vec(),
                blocks: blocks.to_vec(),
            },
            Schedule::Listed {
                blocks: blocks.len(),
                lags: LAGS.len(),
                pairs,
                ends,
            },
        ]
    }

    /// By the definition, at each pair of each block and lag.
    fn oracle(turns: &[[f64; 3]], tile: &Tile, schedule: &Schedule) -> Vec<Vec<f64>> {
        let at = |[i, j]: [usize; 2]| -> f64 {
            let moved = tile.columns().map(|r| r.map(|x| x[j] - x[i]));
            let cosines = moved.flat_map(|d| {
                let angle = move |g: &[f64; 3]| TAU * (g[0] * d[0] + g[1] * d[1] + g[2] * d[2]);
                turns.iter().map(move |g| angle(g).cos())
            });
            cosines.sum()
        };
        let blocks = 0..schedule.blocks();
        let places = blocks.flat_map(|block| (0..LAGS.len()).map(move |lag| schedule.pairs(block, lag)));
        places
            .map(|pairs| (0..pairs.len()).map(|pair| at(pairs.at(pair))).collect())
            .collect()
    }

    /// The scalar path, the dispatched one, and AVX2 with FMA where the processor has them.
    enum On {
        Scalar,
        Dispatched,
        #[cfg(target_arch = "x86_64")]
        V3(pulp::x86::V3),
    }

    impl On {
        fn run(&self, kernel: impl WithSimd<Output = ()>) {
            match self {
                Self::Scalar => pulp::Scalar.vectorize(kernel),
                Self::Dispatched => Arch::new().dispatch(kernel),
                #[cfg(target_arch = "x86_64")]
                Self::V3(v3) => Simd::vectorize(*v3, kernel),
            }
        }
    }

    fn on_every_instruction_set(sum: impl Fn(&On)) {
        sum(&On::Scalar);
        sum(&On::Dispatched);
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            sum(&On::V3(v3));
        }
    }

    fn kernels() -> (Vec<[f64; 3]>, [Vectors; 2]) {
        let (turns, absolute) = shell();
        let signs = Vectors::Signs {
            turns: EDGES.map(f64::recip),
            polynomial: SignPolynomial::new(&absolute),
        };
        (turns.clone(), [signs, Vectors::Listed(turns)])
    }

    #[test]
    fn sums_by_block_and_lag_equal_the_definition() {
        let (turns, kernels) = kernels();
        let tile = tile();
        // Phases within 1e-12 each, up to 47 origins, and rounding of the sum.
        let bound = 1e-12 * f64::from(PARTICLES) * 47.0 * turns.len() as f64;
        for schedule in schedules(&[0..30, 30..77]) {
            let wanted = oracle(&turns, &tile, &schedule);
            for vectors in &kernels {
                on_every_instruction_set(|on| {
                    let mut sums = vec![0.0; wanted.len()];
                    on.run(CosineSums::<f64, WIDTH>::new(
                        &tile, vectors, &schedule, &mut sums,
                    ));
                    for (found, wanted) in sums.iter().zip(&wanted) {
                        let wanted: f64 = wanted.iter().sum();
                        assert!((found - wanted).abs() < bound, "{vectors:?}: {found} {wanted}");
                    }
                });
            }
        }
    }

    /// Single precision: to the bound of the documentation, and exactly where a frame is its own
    /// partner.
    #[test]
    fn sums_of_single_products_stay_within_their_bound() {
        let (turns, kernels) = kernels();
        let longest = (shell().1.iter().map(|n| n.iter().map(|n| n * n).sum::<u32>())).max();
        let bounds = [6e-6 + 3e-7 * f64::from(longest.unwrap()), 3e-6];
        let tile = tile();
        for schedule in schedules(&[0..30, 30..77]) {
            let wanted = oracle(&turns, &tile, &schedule);
            for (vectors, bound) in kernels.iter().zip(bounds) {
                on_every_instruction_set(|on| {
                    let mut sums = vec![0.0; wanted.len()];
                    on.run(CosineSums::<f32, WIDTH>::new(
                        &tile, vectors, &schedule, &mut sums,
                    ));
                    let mut largest = 0.0_f64;
                    for (place, (found, wanted)) in sums.iter().zip(&wanted).enumerate() {
                        let terms = (PARTICLES as usize * turns.len() * wanted.len()) as f64;
                        let error = (found - wanted.iter().sum::<f64>()).abs();
                        assert!(error <= bound * terms, "{vectors:?}: {error:e} of {terms}");
                        if LAGS[place % LAGS.len()] == 0 {
                            assert_eq!(*found, terms);
                        } else {
                            largest = largest.max(error / terms.max(1.0));
                        }
                    }
                    assert!(largest > 1e-10, "not in single precision: {largest:e}");
                });
            }
        }
    }

    #[test]
    fn the_value_at_each_pair_equals_the_definition() {
        let (turns, kernels) = kernels();
        let tile = tile();
        let bound = 1e-12 * f64::from(PARTICLES) * turns.len() as f64;
        let whole: Range<usize> = 0..FRAMES;
        for schedule in schedules(&[whole]) {
            let wanted = oracle(&turns, &tile, &schedule);
            for (vectors, first) in kernels.iter().flat_map(|vectors| [(vectors, 0), (vectors, 2)]) {
                on_every_instruction_set(|on| {
                    let wanted = &wanted[first..];
                    let mut sums: Vec<Vec<f64>> = wanted.iter().map(|w| vec![0.0; w.len()]).collect();
                    on.run(CosinesOfPairs {
                        tile: &tile,
                        vectors,
                        schedule: &schedule,
                        first,
                        sums: &mut sums,
                    });
                    for (found, wanted) in sums.iter().flatten().zip(wanted.iter().flatten()) {
                        assert!((found - wanted).abs() < bound, "{vectors:?}: {found} {wanted}");
                    }
                });
            }
        }
    }
}
