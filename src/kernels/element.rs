//! The numbers that products over pairs of frames are taken in, and registers of them.

use pulp::{Simd, bytemuck};

use crate::real::Real;

/// Whether products of phase factors are taken in single or in double precision. Phases are
/// computed and sums are kept in double precision whichever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    Single,
    Double,
}

impl Precision {
    /// That of the coordinates: single precision does not know a phase to more digits than its own
    /// products have.
    pub(crate) fn of<T: Real>() -> Self {
        if size_of::<T>() == size_of::<f32>() {
            Self::Single
        } else {
            Self::Double
        }
    }
}

/// A number that vector code multiplies, with the operations of its registers.
pub(crate) trait Element: Real + bytemuck::Pod {
    /// Numbers that go through an instruction together.
    type Register<S: Simd>: bytemuck::Pod;
    /// Whether sums of products are rounded to less than double precision.
    const PRECISION: Precision;

    /// Most products that a lane adds up one after the other: the more of them, the more rounding.
    const ADDED: usize;

    /// Whole registers, and the rest.
    fn registers<S: Simd>(numbers: &[Self]) -> (&[Self::Register<S>], &[Self]);
    /// A register of one number.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Register<S>;
    /// `a + b`.
    fn add<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// `a b`.
    fn mul<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// `a b + c`.
    fn mul_add<S: Simd>(
        simd: S,
        a: Self::Register<S>,
        b: Self::Register<S>,
        c: Self::Register<S>,
    ) -> Self::Register<S>;
    /// `-a`.
    fn neg<S: Simd>(simd: S, a: Self::Register<S>) -> Self::Register<S>;
    /// Fewer numbers than a register has, and zeros.
    fn partial_load<S: Simd>(simd: S, numbers: &[Self]) -> Self::Register<S>;
    /// The sum of the numbers of a register.
    fn reduce_sum<S: Simd>(simd: S, a: Self::Register<S>) -> f64;
}

macro_rules! element {
    ($number:ty, $register:ident, $precision:ident, $added:expr, $split:ident, $splat:ident,
     $add:ident, $mul:ident, $mul_add:ident, $neg:ident, $load:ident, $sum:ident) => {
        impl Element for $number {
            type Register<S: Simd> = S::$register;
            const PRECISION: Precision = Precision::$precision;
            const ADDED: usize = $added;

            #[inline(always)]
            fn registers<S: Simd>(numbers: &[Self]) -> (&[S::$register], &[Self]) {
                S::$split(numbers)
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> S::$register {
                simd.$splat(x)
            }

            #[inline(always)]
            fn add<S: Simd>(simd: S, a: S::$register, b: S::$register) -> S::$register {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn mul<S: Simd>(simd: S, a: S::$register, b: S::$register) -> S::$register {
                simd.$mul(a, b)
            }

            #[inline(always)]
            fn mul_add<S: Simd>(simd: S, a: S::$register, b: S::$register, c: S::$register) -> S::$register {
                simd.$mul_add(a, b, c)
            }

            #[inline(always)]
            fn neg<S: Simd>(simd: S, a: S::$register) -> S::$register {
                simd.$neg(a)
            }

            #[inline(always)]
            fn partial_load<S: Simd>(simd: S, numbers: &[Self]) -> S::$register {
                simd.$load(numbers)
            }

            #[inline(always)]
            fn reduce_sum<S: Simd>(simd: S, a: S::$register) -> f64 {
                Real::to_f64(simd.$sum(a))
            }
        }
    };
}

element!(
    f64,
    f64s,
    Double,
    usize::MAX,
    as_simd_f64s,
    splat_f64s,
    add_f64s,
    mul_f64s,
    mul_add_e_f64s,
    neg_f64s,
    partial_load_f64s,
    reduce_sum_f64s
);
element!(
    f32,
    f32s,
    Single,
    64,
    as_simd_f32s,
    splat_f32s,
    add_f32s,
    mul_f32s,
    mul_add_e_f32s,
    neg_f32s,
    partial_load_f32s,
    reduce_sum_f32s
);
