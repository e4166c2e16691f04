//! Sine and cosine of an angle given in turns, and phase factors at one wave vector.

use pulp::{Arch, Simd, WithSimd};

use super::element::{Element, Precision};

/// Adding and subtracting this rounds to the nearest integer, for numbers below 2^51.
const ROUNDS: f64 = 6_755_399_441_055_744.0;

/// Coefficients of sin(pi/2 x)/x and cos(pi/2 x) in powers of x^2: the Taylor series, whose
/// remainder on [-1/2, 1/2] is below 5e-17.
const SINE: [f64; 8] = [
    std::f64::consts::FRAC_PI_2,
    -0.645_964_097_506_246_3,
    0.079_692_626_246_167_05,
    -0.004_681_754_135_318_688,
    0.000_160_441_184_787_359_83,
    -3.598_843_235_212_085e-6,
    5.692_172_921_967_927e-8,
    -6.688_035_109_811_468e-10,
];
const COSINE: [f64; 9] = [
    1.0,
    -1.233_700_550_136_169_7,
    0.253_669_507_901_048_03,
    -0.020_863_480_763_352_96,
    0.000_919_260_274_839_426_6,
    -2.520_204_237_306_060_7e-5,
    4.710_874_778_818_172e-7,
    -6.386_603_083_791_852e-9,
    6.565_963_114_979_473e-11,
];

/// Coefficients of sin(pi x)/x and cos(pi x) in powers of x^2 that interpolate them at Chebyshev's
/// nodes: within 7e-9 on [-1/2, 1/2], as single precision needs.
const SINGLE_SINE: [f64; 5] = [
    3.141_592_640_077_203,
    -5.167_710_076_668_316,
    2.550_077_386_528_937_2,
    -0.598_290_411_283_693_9,
    0.077_655_912_276_858_42,
];
const SINGLE_COSINE: [f64; 6] = [
    0.999_999_999_779_154_1,
    -4.934_802_136_928_948,
    4.058_709_154_763_225,
    -1.335_211_949_391_492,
    0.234_937_068_599_146_93,
    -0.024_395_932_103_982_776,
];
/// Frames whose phases are narrowed together.
const NARROWED: usize = 128;

/// `(sin 2 pi x, cos 2 pi x)`, each within 1.5e-15 for |x| < 2^51.
///
/// The whole turns are taken off exactly, so that a particle that has travelled far loses nothing
/// beyond the rounding of its own coordinate. The remaining fraction is divided by four, the Taylor
/// series is evaluated, and the double-angle formula is applied twice.
#[inline(always)]
pub(super) fn sin_cos<S: Simd>(simd: S, x: S::f64s) -> (S::f64s, S::f64s) {
    let x = off_integer(simd, x);
    let square = simd.mul_f64s(x, x);
    let quarter = (
        simd.mul_f64s(x, series(simd, &SINE, square)),
        series(simd, &COSINE, square),
    );
    doubled(simd, doubled(simd, quarter))
}

/// The same to as many digits as products in `E` keep: for single precision within 3e-8, its own
/// rounding.
#[inline(always)]
fn sin_cos_for<S: Simd, E: Element>(simd: S, x: S::f64s) -> (S::f64s, S::f64s) {
    if E::PRECISION == Precision::Double {
        return sin_cos(simd, x);
    }
    let x = off_integer(simd, x);
    let square = simd.mul_f64s(x, x);
    let half = simd.mul_f64s(x, series(simd, &SINGLE_SINE, square));
    let twice = simd.add_f64s(half, half);
    (
        simd.mul_f64s(twice, series(simd, &SINGLE_COSINE, square)),
        simd.mul_add_e_f64s(simd.neg_f64s(twice), half, simd.splat_f64s(1.0)),
    )
}

/// What is left of `x` when the nearest integer is taken off, for |x| < 2^51.
#[inline(always)]
pub(super) fn off_integer<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let rounds = simd.splat_f64s(ROUNDS);
    simd.sub_f64s(x, simd.sub_f64s(simd.add_f64s(x, rounds), rounds))
}

#[inline(always)]
fn series<S: Simd, const N: usize>(simd: S, coefficients: &[f64; N], x: S::f64s) -> S::f64s {
    let mut sum = simd.splat_f64s(coefficients[N - 1]);
    for k in (0..N - 1).rev() {
        sum = simd.mul_add_e_f64s(sum, x, simd.splat_f64s(coefficients[k]));
    }
    sum
}

/// Sine and cosine of twice the angle.
#[inline(always)]
fn doubled<S: Simd>(simd: S, (sine, cosine): (S::f64s, S::f64s)) -> (S::f64s, S::f64s) {
    let twice = simd.add_f64s(sine, sine);
    let lost = simd.mul_f64s(twice, sine);
    (
        simd.mul_f64s(twice, cosine),
        simd.sub_f64s(simd.splat_f64s(1.0), lost),
    )
}

/// `exp(i q . r)` of one particle over its frames, `turns` being q over 2 pi.
pub(crate) fn phase_factors(r: [&[f64]; 3], turns: [f64; 3], cosine: &mut [f64], sine: &mut [f64]) {
    Arch::new().dispatch(PhaseFactors {
        r,
        turns,
        cosine,
        sine,
    });
}

struct PhaseFactors<'a> {
    r: [&'a [f64]; 3],
    turns: [f64; 3],
    cosine: &'a mut [f64],
    sine: &'a mut [f64],
}

impl WithSimd for PhaseFactors<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        double_phases::<S, f64>(simd, self.r, self.turns, self.cosine, self.sine);
    }
}

/// Phase factors `exp(i q . r)` of one particle over its frames: computed in double precision and
/// rounded to that of the products.
#[inline(always)]
pub(super) fn phases<S: Simd, E: Element>(
    simd: S,
    r: [&[f64]; 3],
    turns: [f64; 3],
    cosine: &mut [E],
    sine: &mut [E],
) {
    let mut wide = [[0.0; NARROWED]; 2];
    let outs = cosine.chunks_mut(NARROWED).zip(sine.chunks_mut(NARROWED));
    for ((cosine, sine), start) in outs.zip((0..).step_by(NARROWED)) {
        let n = cosine.len();
        let [c, s] = &mut wide;
        let r = r.map(|x| &x[start..start + n]);
        double_phases::<S, E>(simd, r, turns, &mut c[..n], &mut s[..n]);
        narrow(&c[..n], cosine);
        narrow(&s[..n], sine);
    }
}

#[inline(always)]
fn narrow<E: Element>(wide: &[f64], out: &mut [E]) {
    for (out, &x) in out.iter_mut().zip(wide) {
        *out = E::from_f64(x);
    }
}

/// To as many digits as products in `E` keep.
#[inline(always)]
fn double_phases<S: Simd, E: Element>(
    simd: S,
    r: [&[f64]; 3],
    turns: [f64; 3],
    cosine: &mut [f64],
    sine: &mut [f64],
) {
    let g = splat(simd, turns);
    let [(x, x_rest), (y, y_rest), (z, z_rest)] = r.map(S::as_simd_f64s);
    let (c, c_rest) = S::as_mut_simd_f64s(cosine);
    let (s, s_rest) = S::as_mut_simd_f64s(sine);
    for ((((&x, &y), &z), c), s) in x.iter().zip(y).zip(z).zip(c).zip(s) {
        (*s, *c) = sin_cos_for::<S, E>(simd, along(simd, g, [x, y, z]));
    }
    if x_rest.is_empty() {
        return;
    }
    let x = simd.partial_load_f64s(x_rest);
    let y = simd.partial_load_f64s(y_rest);
    let z = simd.partial_load_f64s(z_rest);
    let (s, c) = sin_cos_for::<S, E>(simd, along(simd, g, [x, y, z]));
    simd.partial_store_f64s(c_rest, c);
    simd.partial_store_f64s(s_rest, s);
}

/// `g . r`.
#[inline(always)]
pub(super) fn along<S: Simd>(simd: S, g: [S::f64s; 3], r: [S::f64s; 3]) -> S::f64s {
    let sum = simd.mul_add_e_f64s(g[1], r[1], simd.mul_f64s(g[0], r[0]));
    simd.mul_add_e_f64s(g[2], r[2], sum)
}

/// A function and no closure, since it must be compiled for the instruction set of `S`.
#[inline(always)]
pub(super) fn splat<S: Simd>(simd: S, [x, y, z]: [f64; 3]) -> [S::f64s; 3] {
    [simd.splat_f64s(x), simd.splat_f64s(y), simd.splat_f64s(z)]
}

#[cfg(test)]
mod tests {
    use super::*;

    struct All<'a>(&'a [f64]);

    impl WithSimd for All<'_> {
        type Output = Vec<[f64; 2]>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Vec<[f64; 2]> {
            let (x, rest) = S::as_simd_f64s(self.0);
            assert!(rest.is_empty());
            let mut found = Vec::new();
            for &x in x {
                let (sine, cosine) = sin_cos(simd, x);
                let sine: &[f64] = pulp::bytemuck::cast_slice(std::slice::from_ref(&sine));
                let cosine: &[f64] = pulp::bytemuck::cast_slice(std::slice::from_ref(&cosine));
                found.extend(sine.iter().zip(cosine).map(|(&s, &c)| [s, c]));
            }
            found
        }
    }

    /// Arguments with whole turns, whose sines are those of the part below one turn.
    fn arguments() -> Vec<(f64, f64)> {
        let fine = (-4096..4096).map(|i| f64::from(i) / 8191.0);
        let whole = [0.0, 1.0, -3.0, 1024.0, -1_048_576.0, 4_294_967_296.0];
        // The sum is rounded: the part below one turn that is left of it is exact.
        fine.flat_map(|x| whole.map(|n| (x + n, (x + n) - n))).collect()
    }

    fn largest_error(found: &[[f64; 2]]) -> f64 {
        let errors = found.iter().zip(arguments()).map(|([sine, cosine], (_, x))| {
            let angle = std::f64::consts::TAU * x;
            // |x| < 1: the angle is rounded by no more than 4.5e-16.
            (sine - angle.sin()).abs().max((cosine - angle.cos()).abs())
        });
        errors.fold(0.0, f64::max)
    }

    #[test]
    fn every_instruction_set_stays_within_the_bound() {
        let x: Vec<f64> = arguments().into_iter().map(|(x, _)| x).collect();
        let scalar = largest_error(&pulp::Scalar.vectorize(All(&x)));
        assert!(scalar < 1.5e-15 + 4.5e-16, "scalar: {scalar:e}");
        let widest = largest_error(&Arch::new().dispatch(All(&x)));
        assert!(widest < 1.5e-15 + 4.5e-16, "dispatched: {widest:e}");
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            let v3 = largest_error(&Simd::vectorize(v3, All(&x)));
            assert!(v3 < 1.5e-15 + 4.5e-16, "AVX2 and FMA: {v3:e}");
        }
    }

    #[test]
    fn phases_are_rounded_once() {
        let x: Vec<f64> = arguments().into_iter().map(|(x, _)| x).collect();
        let still = vec![0.0; x.len()];
        let (mut cosine, mut sine) = (vec![0.0_f32; x.len()], vec![0.0_f32; x.len()]);
        struct Phases<'a>([&'a [f64]; 3], [&'a mut [f32]; 2]);
        impl WithSimd for Phases<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                let [cosine, sine] = self.1;
                phases(simd, self.0, [1.0, 0.0, 0.0], cosine, sine);
            }
        }
        Arch::new().dispatch(Phases([&x, &still, &still], [&mut cosine, &mut sine]));
        let found: Vec<[f64; 2]> = (sine.iter().zip(&cosine))
            .map(|(&s, &c)| [f64::from(s), f64::from(c)])
            .collect();
        // Half of the last digit of a number below 1, and what the series leave out.
        let error = largest_error(&found);
        assert!(error < 0.5_f64.powi(25) + 3e-8, "{error:e}");
    }

    #[test]
    fn quarter_turns_are_exact() {
        let x = [0.0, 0.25, 0.5, 0.75, 1.0, -0.25, 1e9 + 0.25, -1e9 - 0.5];
        let found = Arch::new().dispatch(All(&x));
        let wanted = [
            [0.0, 1.0],
            [1.0, 0.0],
            [0.0, -1.0],
            [-1.0, 0.0],
            [0.0, 1.0],
            [-1.0, 0.0],
            [1.0, 0.0],
            [0.0, -1.0],
        ];
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found[0] - wanted[0]).abs() < 1e-15 && (found[1] - wanted[1]).abs() < 1e-15);
        }
    }
}
