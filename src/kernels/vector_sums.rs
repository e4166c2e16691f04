//! Lag sums of complex series, such as phase factors at one wave vector.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::element::Element;
use super::schedule::{Pairs, Schedule};
use crate::real::Real;

/// Bytes of the real parts of the origins that are worked on before the next lag: with the
/// imaginary parts, and one set of partners, they stay in the nearest cache.
const ORIGINS: usize = 4096;
/// Lags that share the loads of the origins.
const LAGS: usize = 4;

/// Adds `sum Re z(t0)* z(t0 + t)` of the series `z = re + i im` by block and lag.
#[inline(always)]
pub(super) fn lag_sums<S: Simd, E: Element>(
    simd: S,
    re: &[E],
    im: &[E],
    schedule: &Schedule,
    sums: &mut [f64],
) {
    match schedule {
        Schedule::Uniform { frames, lags, blocks } => {
            for (block, sums) in blocks.iter().zip(sums.chunks_exact_mut(lags.len())) {
                let pieces = block.len().div_ceil(ORIGINS / size_of::<E>()).max(1);
                for piece in 0..pieces {
                    let start = block.start + block.len() * piece / pieces;
                    let end = block.start + block.len() * (piece + 1) / pieces;
                    uniform_sums(simd, re, im, *frames, lags, start..end, sums);
                }
            }
        }
        Schedule::Listed { pairs, ends, .. } => {
            for (range, sum) in ends.windows(2).zip(sums) {
                let mut total = 0.0;
                for &[i, j] in &pairs[range[0]..range[1]] {
                    let (i, j) = (i as usize, j as usize);
                    let [a, b] = [re[i], im[i]].map(Real::to_f64);
                    total += a * re[j].to_f64() + b * im[j].to_f64();
                }
                *sum += total;
            }
        }
    }
}

#[inline(always)]
fn uniform_sums<S: Simd, E: Element>(
    simd: S,
    re: &[E],
    im: &[E],
    frames: usize,
    lags: &[usize],
    piece: Range<usize>,
    sums: &mut [f64],
) {
    let mut k = 0;
    while k < lags.len() {
        let end = piece.end.min(frames.saturating_sub(lags[k]));
        if end <= piece.start {
            break; // The longer lags have no origin here either.
        }
        // Lags increase: where the last of a group has all of its origins, the others have.
        let whole = k + LAGS <= lags.len() && lags[k + LAGS - 1] <= frames - piece.end;
        if whole {
            let group: [usize; LAGS] = std::array::from_fn(|j| lags[k + j]);
            let found = products(simd, re, im, piece.clone(), group);
            for (sum, x) in sums[k..k + LAGS].iter_mut().zip(found) {
                *sum += x;
            }
            k += LAGS;
        } else {
            sums[k] += products(simd, re, im, piece.start..end, [lags[k]])[0];
            k += 1;
        }
    }
}

/// Sums of products of the origins with their partners at each lag.
#[inline(always)]
fn products<S: Simd, E: Element, const N: usize>(
    simd: S,
    re: &[E],
    im: &[E],
    origins: Range<usize>,
    lags: [usize; N],
) -> [f64; N] {
    let (first_re, rest_re) = E::registers::<S>(&re[origins.clone()]);
    let (first_im, rest_im) = E::registers::<S>(&im[origins.clone()]);
    let partners = lags.map(|lag| origins.start + lag..origins.end + lag);
    let partner_re: [_; N] = std::array::from_fn(|j| E::registers::<S>(&re[partners[j].clone()]));
    let partner_im: [_; N] = std::array::from_fn(|j| E::registers::<S>(&im[partners[j].clone()]));
    let vectors = first_re.len();
    let heads_re: [&[E::Register<S>]; N] = std::array::from_fn(|j| &partner_re[j].0[..vectors]);
    let heads_im: [&[E::Register<S>]; N] = std::array::from_fn(|j| &partner_im[j].0[..vectors]);
    let first_im = &first_im[..vectors];
    let mut sum_re = [E::splat(simd, E::default()); N];
    let mut sum_im = sum_re;
    let mut start = 0;
    while start < vectors {
        let part = start..vectors.min(start.saturating_add(E::ADDED));
        start = part.end;
        let (first_re, first_im) = (&first_re[part.clone()], &first_im[part.clone()]);
        let heads_re = heads_re.map(|head| &head[part.clone()]);
        let heads_im = heads_im.map(|head| &head[part.clone()]);
        let mut part_re = [E::splat(simd, E::default()); N];
        let mut part_im = part_re;
        for i in 0..part.len() {
            let (a, b) = (first_re[i], first_im[i]);
            for j in 0..N {
                part_re[j] = E::mul_add(simd, a, heads_re[j][i], part_re[j]);
                part_im[j] = E::mul_add(simd, b, heads_im[j][i], part_im[j]);
            }
        }
        for j in 0..N {
            sum_re[j] = E::add(simd, sum_re[j], part_re[j]);
            sum_im[j] = E::add(simd, sum_im[j], part_im[j]);
        }
    }
    let (a, b) = (E::partial_load(simd, rest_re), E::partial_load(simd, rest_im));
    let mut sums = [0.0; N];
    for j in 0..N {
        let re = E::mul_add(simd, a, E::partial_load(simd, partner_re[j].1), sum_re[j]);
        let im = E::mul_add(simd, b, E::partial_load(simd, partner_im[j].1), sum_im[j]);
        sums[j] = E::reduce_sum(simd, E::add(simd, re, im));
    }
    sums
}

/// Adds `Re z(t0)* z(t0 + t)` at each pair of one lag to `out`.
#[inline(always)]
pub(super) fn add_each<S: Simd>(simd: S, re: &[f64], im: &[f64], pairs: &Pairs<'_>, out: &mut [f64]) {
    match pairs {
        Pairs::Shifted { origins, lag } => {
            let partners = origins.start + lag..origins.end + lag;
            let (a, a_rest) = S::as_simd_f64s(&re[origins.clone()]);
            let (b, b_rest) = S::as_simd_f64s(&im[origins.clone()]);
            let (c, c_rest) = S::as_simd_f64s(&re[partners.clone()]);
            let (d, d_rest) = S::as_simd_f64s(&im[partners]);
            let (out, out_rest) = S::as_mut_simd_f64s(out);
            for ((((out, &a), &b), &c), &d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *out = simd.mul_add_e_f64s(b, d, simd.mul_add_e_f64s(a, c, *out));
            }
            for (i, out) in out_rest.iter_mut().enumerate() {
                *out += a_rest[i] * c_rest[i] + b_rest[i] * d_rest[i];
            }
        }
        Pairs::Listed(pairs) => {
            for (out, &[i, j]) in out.iter_mut().zip(*pairs) {
                let (i, j) = (i as usize, j as usize);
                *out += re[i] * re[j] + im[i] * im[j];
            }
        }
    }
}

/// Adds `sum Re z(t0)* z(t0 + t)` of one series `z = re + i im` to `sums[block * lags + lag]`.
pub(crate) fn add_lag_sums(re: &[f64], im: &[f64], schedule: &Schedule, sums: &mut [f64]) {
    Arch::new().dispatch(SeriesSums {
        re,
        im,
        schedule,
        sums,
    });
}

struct SeriesSums<'a> {
    re: &'a [f64],
    im: &'a [f64],
    schedule: &'a Schedule,
    sums: &'a mut [f64],
}

impl WithSimd for SeriesSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        lag_sums(simd, self.re, self.im, self.schedule, self.sums);
    }
}
