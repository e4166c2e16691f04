//! Two kinds of coordinates, which the compiler tells apart.

mod sealed {
    pub trait Sealed: Copy + std::fmt::Debug + Send + Sync + 'static {}
    impl Sealed for super::Unwrapped {}
    impl Sealed for super::Wrapped {}
}

/// How coordinates treat the cell's faces: [`Unwrapped`] or [`Wrapped`].
pub trait Coordinates: sealed::Sealed {}

/// Coordinates that follow each particle through the cell's faces: their differences over time are displacements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unwrapped;

/// Coordinates that a particle re-enters the cell with: good for structure at one instant, not for displacements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrapped;

impl Coordinates for Unwrapped {}
impl Coordinates for Wrapped {}
