//! The two storage types.

use num_traits::Float;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A storage type for samples and coordinates: `f32` or `f64`.
///
/// Storage only: every sum, mean, transform and fit of the crate is carried out in `f64`, whatever the samples are
/// stored in. The trait is sealed, because an integer or a dual number would compile and mean nothing.
pub trait Real:
    Float + Default + std::fmt::Debug + std::fmt::Display + Send + Sync + sealed::Sealed + 'static
{
    /// The value in `f64`, exactly.
    fn to_f64(self) -> f64;

    /// The nearest value of the storage type.
    fn from_f64(value: f64) -> Self;
}

impl Real for f32 {
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as f32
    }
}

impl Real for f64 {
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }
}

/// The largest size of a sample or a coordinate: the fourth powers of differences, summed over any run, are still numbers, and so are the
/// squares of what their sums become.
const LARGEST: f64 = 1e60;

/// Whether a sample or a coordinate can be computed with.
pub(crate) fn is_fit(x: f64) -> bool {
    // Not a number is not below anything.
    x.abs() <= LARGEST
}

/// The first value that cannot.
pub(crate) fn first_unfit<T: Real>(values: &[T]) -> Option<usize> {
    values.iter().position(|x| !is_fit(Real::to_f64(*x)))
}
