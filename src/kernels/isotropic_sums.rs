//! Sums of the average of `cos q.r` over directions, over the distances r that the particles of a
//! tile move: `sin(q r)/(q r)` in space, `J0(q r)` in the plane.

use pulp::{Arch, Simd, WithSimd, bytemuck};

use super::phases::sin_cos;
use super::schedule::{Pairs, Schedule};
use super::tile::Tile;
use crate::dimensions::Dimensions;

/// Pairs whose distances are held at once.
const PAIRS: usize = 256;
/// A squared distance that stands for 0: `sin(x)/x` and `J0(x)` are 1 for it, to the last bit.
const NEAREST: f64 = 1e-280;

/// Adds the sum over the particles at the pairs of frames of a schedule: wave number by wave
/// number, to `sums[block * lags + lag]` of each.
pub(crate) fn add_isotropic(
    tile: &Tile,
    dimensions: Dimensions,
    wave_numbers: &[f64],
    schedule: &Schedule,
    sums: &mut [f64],
) {
    Arch::new().dispatch(IsotropicSums {
        tile,
        planar: dimensions.count() == 2,
        wave_numbers,
        schedule,
        sums,
    });
}

struct IsotropicSums<'a> {
    tile: &'a Tile,
    planar: bool,
    wave_numbers: &'a [f64],
    schedule: &'a Schedule,
    sums: &'a mut [f64],
}

impl WithSimd for IsotropicSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (schedule, sums) = (self.schedule, self.sums);
        let (lags, places) = (schedule.lags(), schedule.places());
        let mut distances = [0.0; PAIRS];
        for r in self.tile.columns() {
            for place in 0..places {
                let pairs = schedule.pairs(place / lags, place % lags);
                let mut start = 0;
                while start < pairs.len() {
                    let distances = &mut distances[..PAIRS.min(pairs.len() - start)];
                    squares(r, &pairs, start, distances);
                    for (&q, sums) in self.wave_numbers.iter().zip(sums.chunks_exact_mut(places)) {
                        sums[place] += if self.planar {
                            bessels(q, distances)
                        } else {
                            sincs(simd, q, distances)
                        };
                    }
                    start += distances.len();
                }
            }
        }
    }
}

/// Squared distances of consecutive pairs.
#[inline(always)]
fn squares(r: [&[f64]; 3], pairs: &Pairs<'_>, start: usize, out: &mut [f64]) {
    out.fill(NEAREST);
    for x in r {
        match pairs {
            Pairs::Shifted { origins, lag } => {
                let from = &x[origins.start + start..][..out.len()];
                let to = &x[origins.start + start + lag..][..out.len()];
                for ((out, from), to) in out.iter_mut().zip(from).zip(to) {
                    *out += (to - from) * (to - from);
                }
            }
            Pairs::Listed(pairs) => {
                for (out, &[i, j]) in out.iter_mut().zip(&pairs[start..]) {
                    let d = x[j as usize] - x[i as usize];
                    *out += d * d;
                }
            }
        }
    }
}

fn bessels(q: f64, squares: &[f64]) -> f64 {
    squares.iter().map(|square| libm::j0(q * square.sqrt())).sum()
}

#[inline(always)]
fn sincs<S: Simd>(simd: S, q: f64, squares: &[f64]) -> f64 {
    let (whole, rest) = S::as_simd_f64s(squares);
    let mut total = simd.splat_f64s(0.0);
    for &square in whole {
        total = simd.add_f64s(total, sinc(simd, q, square));
    }
    let mut sum = simd.reduce_sum_f64s(total);
    if !rest.is_empty() {
        let mut lanes = simd.splat_f64s(NEAREST);
        bytemuck::cast_slice_mut::<_, f64>(std::slice::from_mut(&mut lanes))[..rest.len()]
            .copy_from_slice(rest);
        let values = sinc(simd, q, lanes);
        let values: &[f64] = bytemuck::cast_slice(std::slice::from_ref(&values));
        sum += values[..rest.len()].iter().sum::<f64>();
    }
    sum
}

#[inline(always)]
fn sinc<S: Simd>(simd: S, q: f64, square: S::f64s) -> S::f64s {
    let r = simd.sqrt_f64s(square);
    let (sine, _) = sin_cos(simd, simd.mul_f64s(simd.splat_f64s(q / std::f64::consts::TAU), r));
    simd.div_f64s(sine, simd.mul_f64s(simd.splat_f64s(q), r))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sinc(x: f64) -> f64 {
        if x == 0.0 { 1.0 } else { x.sin() / x }
    }

    /// The average of `cos(x cos phi)` over 256 directions, which is that over all directions to
    /// the last bit for x below 200.
    fn average_over_directions(x: f64) -> f64 {
        let angle = |k: i32| std::f64::consts::TAU * f64::from(k) / 256.0;
        (0..256).map(|k| (x * angle(k).cos()).cos()).sum::<f64>() / 256.0
    }

    #[test]
    fn every_instruction_set_finds_the_sum_of_the_definition() {
        hold_to(false, sinc);
        hold_to(true, average_over_directions);
    }

    fn hold_to(planar: bool, average: fn(f64) -> f64) {
        const FRAMES: usize = 61;
        let at = |i: u32| 3.0 * (0.37 * f64::from(i)).sin() + 2.0 * (0.011 * f64::from(i * i)).cos();
        let tile = Tile::from_columns(FRAMES, (0..6 * FRAMES as u32).map(at).collect());
        let (lags, wave_numbers) = ([0, 1, 7, 60], [0.3, 7.25]);
        let schedule = Schedule::Uniform {
            frames: FRAMES,
            lags: lags.to_vec(),
            blocks: std::iter::once(0..FRAMES).collect(),
        };
        let of = |q: f64, lag: usize| -> f64 {
            let mut sum = 0.0;
            for r in tile.columns() {
                for i in 0..FRAMES - lag {
                    let [x, y, z] = r.map(|x| x[i + lag] - x[i]);
                    sum += average(q * (x * x + y * y + z * z).sqrt());
                }
            }
            sum
        };
        let wanted: Vec<f64> = (wave_numbers.iter())
            .flat_map(|&q| lags.map(|lag| of(q, lag)))
            .collect();
        let hold = |on: &str, sums: &dyn Fn(IsotropicSums<'_>)| {
            let mut found = vec![0.0; wanted.len()];
            sums(IsotropicSums {
                tile: &tile,
                planar,
                wave_numbers: &wave_numbers,
                schedule: &schedule,
                sums: &mut found,
            });
            for (found, wanted) in found.iter().zip(&wanted) {
                // 122 terms within 1e-13 each.
                assert!((found - wanted).abs() < 1.3e-11, "{on}: {found} {wanted}");
            }
        };
        hold("scalar", &|sums| pulp::Scalar.vectorize(sums));
        hold("dispatched", &|sums| Arch::new().dispatch(sums));
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            hold("AVX2 and FMA", &|sums| Simd::vectorize(v3, sums));
        }
    }
}
