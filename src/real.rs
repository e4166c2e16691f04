//! The two storage types.

use num_traits::AsPrimitive;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A storage type for samples and coordinates: `f32` or `f64`.
///
/// The type matters for storage only: every sum, mean, transform and fit of the crate is carried
/// out in `f64`. The trait is sealed, because an integer or a dual number would compile without a
/// meaning.
pub trait Real:
    Copy + PartialOrd + Default + std::fmt::Debug + std::fmt::Display + Send + Sync + sealed::Sealed + 'static
{
    /// The value in `f64`, exactly.
    fn to_f64(self) -> f64;

    /// The nearest value of the storage type.
    fn from_f64(value: f64) -> Self;
}

impl Real for f32 {
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self.as_()
    }

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value.as_()
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

/// The largest size of a sample or a coordinate. Up to it, the fourth powers of differences, summed
/// over any run, are finite, and so are the squares of what these sums become.
const LARGEST: f64 = 1e60;

/// Whether a sample or a coordinate can be computed with.
pub(crate) fn is_fit(x: f64) -> bool {
    // NaN is not below anything.
    x.abs() <= LARGEST
}

/// The position of the first value that cannot be computed with.
pub(crate) fn first_unfit<T: Real>(values: &[T]) -> Option<usize> {
    values.iter().position(|x| !is_fit(x.to_f64()))
}
