//! How many dimensions a run has.

use std::fmt;

/// Motion along an axis that is no longer than this part of the longest motion along another one is
/// none: it is the rounding of double precision.
pub(crate) const ROUNDING: f64 = 1e-9;
/// Motion below this part may be the rounding of single precision, and no liquid moves so little.
pub(crate) const SINGLE_ROUNDING: f64 = 1e-6;

/// The dimensions that particles move in: three, or two in a plane along two axes.
///
/// They decide what isotropic means. In `d` dimensions
/// - alpha2 is `d <r⁴> / ((d+2) <r²>²) - 1`, and D is `MSD/(2 d t)`;
/// - the average of `cos q·r` over directions is `sin(qr)/(qr)` in space, and the Bessel function
///   `J0(qr)` in the plane;
/// - g(r) and van Hove's function are counts over spherical shells `4π r² dr`, or over rings
///   `2π r dr`, and a density is one of particles per area;
/// - wave vectors lie in the plane;
/// - N particles that conserve momentum have `d (N-1)` degrees of freedom.
///
/// **Found.** A run is two-dimensional where there is exactly one axis along which no particle
/// moves in any frame. Where nothing moves at all, as in a single frame, it is two-dimensional
/// where all particles have the same coordinate along exactly one axis. Motion below 1e-9 of the
/// longest motion along another axis is rounding. A slab, however thin, is three-dimensional.
/// Motion between 1e-9 and 1e-6 of the longest is unclear, and estimators refuse the run until the
/// caller says what it is. A run along a line counts as three-dimensional: no formula here is for
/// one dimension. [`Trajectory::with_dimensions`](crate::Trajectory::with_dimensions) says
/// otherwise.
///
/// **Cells** have three lattice vectors in two dimensions too. One of them must lie along the axis
/// without motion, and the others across it. The first one may have any length, which has no
/// meaning: simulation codes write 1, or another small number. The volume of the cell is the area
/// that the other two span ([`Cell::volume_in`](crate::trajectory::Cell::volume_in)).
///
/// ```
/// use msed::trajectory::{Dimensions, Species, Trajectory};
/// // Two particles in the plane z = 0.5.
/// let x = vec![0.0, 0.0, 0.5, 2.0, 1.0, 0.5, /* next frame */ 0.1, 0.3, 0.5, 1.8, 1.1, 0.5];
/// let run = Trajectory::new(x, [0, 10], 0.005, Species::single("A", 2)?)?;
/// assert_eq!(run.dimensions(), Dimensions::Xy);
/// assert_eq!(run.dimensions().count(), 2);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Dimensions {
    /// Three.
    Three,
    /// Two: nothing moves along z.
    Xy,
    /// Two: nothing moves along y.
    Xz,
    /// Two: nothing moves along x.
    Yz,
}

impl Dimensions {
    /// 3, or 2.
    #[must_use]
    pub fn count(self) -> u32 {
        if self.normal().is_none() { 3 } else { 2 }
    }

    /// The axis across the plane, 0 for x, 1 for y, 2 for z; `None` in three dimensions.
    #[must_use]
    pub fn normal(self) -> Option<usize> {
        match self {
            Self::Three => None,
            Self::Yz => Some(0),
            Self::Xz => Some(1),
            Self::Xy => Some(2),
        }
    }

    /// Degrees of freedom per particle of a run that conserves momentum: `d (N-1) / N`, as LAMMPS
    /// counts them in its temperature.
    ///
    /// ```
    /// use msed::trajectory::Dimensions;
    /// assert_eq!(Dimensions::Three.degrees_of_freedom(1000), 2.997);
    /// assert_eq!(Dimensions::Xy.degrees_of_freedom(1000), 1.998);
    /// ```
    #[must_use]
    pub fn degrees_of_freedom(self, particles: usize) -> f64 {
        let (d, n) = (f64::from(self.count()), particles as f64);
        (d * n - d) / n
    }

    /// Those of particles that move so far along x, y and z, where motion below this part of the
    /// longest is none.
    pub(crate) fn of_motion(lengths: [f64; 3], rounding: f64) -> Self {
        let longest = lengths.into_iter().fold(0.0, f64::max);
        match lengths.map(|length| length <= rounding * longest) {
            [true, false, false] => Self::Yz,
            [false, true, false] => Self::Xz,
            [false, false, true] => Self::Xy,
            _ => Self::Three,
        }
    }

    /// A position in these dimensions: on the plane through the origin in two.
    pub(crate) fn project(self, mut position: [f64; 3]) -> [f64; 3] {
        if let Some(normal) = self.normal() {
            position[normal] = 0.0;
        }
        position
    }
}

impl fmt::Display for Dimensions {
    /// `three dimensions`, `two dimensions (x and y)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Three => "three dimensions",
            Self::Xy => "two dimensions (x and y)",
            Self::Xz => "two dimensions (x and z)",
            Self::Yz => "two dimensions (y and z)",
        })
    }
}
