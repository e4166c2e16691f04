//! Sums of `cos q . d` over the displacements d of the particles of a tile.

use pulp::{Arch, Simd, WithSimd, bytemuck};

use super::phases::phases;
use super::schedule::{Pairs, Schedule};
use super::sign_polynomial::{SignPolynomial, WIDTH};
use super::tile::Tile;
use super::vector_sums::{add_each, lag_sums};

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

/// Where the sums over particles and vectors are added to.
pub(crate) enum Out<'a> {
    /// The pairs of each block and lag: `sums[block * lags + lag]`.
    Total(&'a mut [f64]),
    /// Each pair of the only block to its own, at the lags from `first` on:
    /// `sums[lag - first][pair]`.
    Each { first: usize, sums: &'a mut [Vec<f64>] },
}

/// The part of [`Out`] that belongs to one block and lag.
enum Place<'a> {
    Total(&'a mut f64),
    Each(&'a mut [f64]),
}

impl Out<'_> {
    /// Number of places.
    fn len(&self) -> usize {
        match self {
            Self::Total(sums) => sums.len(),
            Self::Each { sums, .. } => sums.len(),
        }
    }

    /// A place, and its pairs of frames.
    #[inline(always)]
    fn at<'s>(&mut self, index: usize, schedule: &'s Schedule) -> (Pairs<'s>, Place<'_>) {
        match self {
            Self::Total(sums) => {
                let (block, lag) = (index / schedule.lags(), index % schedule.lags());
                (schedule.pairs(block, lag), Place::Total(&mut sums[index]))
            }
            Self::Each { first, sums } => {
                let pairs = schedule.pairs(0, *first + index);
                (pairs, Place::Each(&mut sums[index]))
            }
        }
    }
}

/// Adds `sum cos q . (r(t0 + t) - r(t0))` over the particles and the vectors, q and -q counted
/// once, at the pairs of frames of a schedule.
pub(crate) fn add_cosines(tile: &Tile, vectors: &Vectors, schedule: &Schedule, out: Out<'_>) {
    Arch::new().dispatch(CosineSums {
        tile,
        vectors,
        schedule,
        out,
    });
}

struct CosineSums<'a> {
    tile: &'a Tile,
    vectors: &'a Vectors,
    schedule: &'a Schedule,
    out: Out<'a>,
}

impl WithSimd for CosineSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (tile, schedule, mut out) = (self.tile, self.schedule, self.out);
        match self.vectors {
            Vectors::Signs { turns, polynomial } => {
                let mut factors = vec![0.0; 6 * tile.frames];
                let mut table = vec![[simd.splat_f64s(0.0); WIDTH]; polynomial.table_length()];
                for r in tile.columns() {
                    axis_phases(simd, r, *turns, &mut factors);
                    for index in 0..out.len() {
                        let (pairs, place) = out.at(index, schedule);
                        sign_sums(simd, &factors, &pairs, polynomial, &mut table, place);
                    }
                }
            }
            Vectors::Listed(turns) => {
                let (mut cosine, mut sine) = (vec![0.0; tile.frames], vec![0.0; tile.frames]);
                for r in tile.columns() {
                    for &turns in turns {
                        phases(simd, r, turns, &mut cosine, &mut sine);
                        match &mut out {
                            Out::Total(sums) => lag_sums(simd, &cosine, &sine, schedule, sums),
                            Out::Each { first, sums } => {
                                for (lag, sums) in (*first..).zip(sums.iter_mut()) {
                                    add_each(simd, &cosine, &sine, &schedule.pairs(0, lag), sums);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Phase factors of one particle along each axis: cosines and sines over the frames.
#[inline(always)]
fn axis_phases<S: Simd>(simd: S, r: [&[f64]; 3], turns: [f64; 3], factors: &mut [f64]) {
    let frames = r[0].len();
    for axis in 0..3 {
        let (cosine, sine) = factors[2 * axis * frames..2 * (axis + 1) * frames].split_at_mut(frames);
        phases(simd, [r[axis]; 3], [turns[axis], 0.0, 0.0], cosine, sine);
    }
}

/// Half of the sum over all signs, at the pairs of one block and lag.
#[inline(always)]
fn sign_sums<S: Simd>(
    simd: S,
    factors: &[f64],
    pairs: &Pairs<'_>,
    polynomial: &SignPolynomial,
    table: &mut [[S::f64s; WIDTH]],
    mut place: Place<'_>,
) {
    let frames = factors.len() / 6;
    let together = WIDTH * S::F64_LANES;
    let half = simd.splat_f64s(0.5);
    let mut total = [simd.splat_f64s(0.0); WIDTH];
    let mut cosines = [[simd.splat_f64s(0.0); WIDTH]; 3];
    let mut start = 0;
    while start < pairs.len() {
        let count = together.min(pairs.len() - start);
        match pairs {
            Pairs::Shifted { origins, lag } if count == together => {
                let at = origins.start + start;
                for axis in 0..3 {
                    let (cosine, sine) = factors[2 * axis * frames..2 * (axis + 1) * frames].split_at(frames);
                    let (c, _) = S::as_simd_f64s(&cosine[at..at + together]);
                    let (s, _) = S::as_simd_f64s(&sine[at..at + together]);
                    let (d, _) = S::as_simd_f64s(&cosine[at + lag..at + lag + together]);
                    let (t, _) = S::as_simd_f64s(&sine[at + lag..at + lag + together]);
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
        match &mut place {
            Place::Total(_) if count == together => {
                for j in 0..WIDTH {
                    total[j] = simd.add_f64s(total[j], sums[j]);
                }
            }
            Place::Total(total) => {
                let lanes: &[f64] = bytemuck::cast_slice(&sums);
                **total += lanes[..count].iter().sum::<f64>();
            }
            Place::Each(each) => {
                let lanes: &[f64] = bytemuck::cast_slice(&sums);
                for (each, x) in each[start..start + count].iter_mut().zip(lanes) {
                    *each += x;
                }
            }
        }
        start += count;
    }
    if let Place::Total(sum) = place {
        for total in total {
            *sum += simd.reduce_sum_f64s(total);
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
    fn on_every_instruction_set(sum: impl Fn(&mut dyn FnMut(CosineSums<'_>))) {
        sum(&mut |kernel| pulp::Scalar.vectorize(kernel));
        sum(&mut |kernel| Arch::new().dispatch(kernel));
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            sum(&mut |kernel| Simd::vectorize(v3, kernel));
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
                on_every_instruction_set(|run| {
                    let mut sums = vec![0.0; wanted.len()];
                    run(CosineSums {
                        tile: &tile,
                        vectors,
                        schedule: &schedule,
                        out: Out::Total(&mut sums),
                    });
                    for (found, wanted) in sums.iter().zip(&wanted) {
                        let wanted: f64 = wanted.iter().sum();
                        assert!((found - wanted).abs() < bound, "{vectors:?}: {found} {wanted}");
                    }
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
                on_every_instruction_set(|run| {
                    let wanted = &wanted[first..];
                    let mut sums: Vec<Vec<f64>> = wanted.iter().map(|w| vec![0.0; w.len()]).collect();
                    run(CosineSums {
                        tile: &tile,
                        vectors,
                        schedule: &schedule,
                        out: Out::Each {
                            first,
                            sums: &mut sums,
                        },
                    });
                    for (found, wanted) in sums.iter().flatten().zip(wanted.iter().flatten()) {
                        assert!((found - wanted).abs() < bound, "{vectors:?}: {found} {wanted}");
                    }
                });
            }
        }
    }
}
