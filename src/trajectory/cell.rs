//! The periodic cell.

use std::f64::consts::TAU;

use super::{Dimensions, TrajectoryError};
use crate::real::Invalid;

/// Lengths that differ by less than this, relative to the longest, are equal: what single precision
/// leaves.
const SAME: f64 = 1e-6;

type Vector = [f64; 3];
type Matrix = [Vector; 3];

/// A periodic cell: three lattice vectors, orthorhombic or triclinic.
///
/// Lengths have the unit of the coordinates. A cell has no origin, because periodicity does not
/// need one.
///
/// ```
/// use msed::trajectory::Cell;
/// let cell = Cell::orthorhombic([10.0, 20.0, 20.0])?;
/// assert_eq!(cell.volume(), 4000.0);
/// assert_eq!(cell.minimum_image([9.0, 9.0, -11.0]), [-1.0, 9.0, 9.0]);
/// assert!(Cell::cubic(-1.0).is_err());
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Matrix", into = "Matrix"))]
pub struct Cell {
    vectors: Matrix,
    /// Rows are the reciprocal vectors without the factor of 2 pi: `inverse[i] . vectors[j] =
    /// delta_ij`.
    inverse: Matrix,
    volume: f64,
    orthorhombic: bool,
    /// A Minkowski-reduced basis of the same lattice and its inverse, in which the nearest image is
    /// a neighbour.
    reduced: Matrix,
    reduced_inverse: Matrix,
    /// A displacement shorter than this is its own nearest image.
    inscribed: f64,
}

impl Cell {
    /// A cube with edges of `length`.
    ///
    /// # Errors
    /// As [`orthorhombic`](Cell::orthorhombic).
    pub fn cubic(length: f64) -> Result<Self, TrajectoryError> {
        Self::orthorhombic([length; 3])
    }

    /// A cell with edges along x, y and z.
    ///
    /// # Errors
    /// [`TrajectoryError::Invalid`] for an edge that is not positive and finite.
    pub fn orthorhombic(lengths: [f64; 3]) -> Result<Self, TrajectoryError> {
        if let Some(axis) = lengths.iter().position(|&l| !(l.is_finite() && l > 0.0)) {
            let what = format!("edge {axis} of the cell is");
            return Err(Invalid::new(what, lengths[axis], "a positive finite length").into());
        }
        let [x, y, z] = lengths;
        Self::triclinic([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, z]])
    }

    /// A cell with the lattice vectors `vectors[0]`, `vectors[1]`, `vectors[2]`, in any orientation
    /// and of either handedness. Vectors along x, y and z make an orthorhombic cell.
    ///
    /// # Errors
    /// [`TrajectoryError::Vector`] for a component that is not finite, [`TrajectoryError::Flat`]
    /// for vectors that span no volume.
    pub fn triclinic(vectors: [[f64; 3]; 3]) -> Result<Self, TrajectoryError> {
        for (axis, vector) in vectors.iter().enumerate() {
            if vector.iter().any(|x| !x.is_finite()) {
                return Err(TrajectoryError::Vector { axis, found: *vector });
            }
        }
        let volume = determinant(&vectors).abs();
        let product: f64 = vectors.iter().map(|v| norm(*v)).product();
        // Written so that a volume of NaN, from an overflow, is refused too.
        if !(volume.is_finite() && volume > 1e-9 * product) {
            return Err(TrajectoryError::Flat { volume, product });
        }
        let orthorhombic = (0..3).all(|i| (0..3).all(|j| (i == j) == (vectors[i][j] != 0.0)))
            && (0..3).all(|i| vectors[i][i] > 0.0);
        let reduced = if orthorhombic { vectors } else { reduce(vectors) };
        let reduced_inverse = inverse(&reduced);
        let narrowest = reduced_inverse
            .iter()
            .map(|v| 1.0 / norm(*v))
            .fold(f64::INFINITY, f64::min);
        Ok(Self {
            vectors,
            inverse: inverse(&vectors),
            volume,
            orthorhombic,
            reduced,
            reduced_inverse,
            inscribed: 0.5 * narrowest,
        })
    }

    /// The lattice vectors, one in each row.
    #[must_use]
    pub fn vectors(&self) -> [[f64; 3]; 3] {
        self.vectors
    }

    /// Lengths of the lattice vectors; the edges of an orthorhombic cell.
    #[must_use]
    pub fn lengths(&self) -> [f64; 3] {
        self.vectors.map(norm)
    }

    /// Distances between opposite faces. An interaction or a displacement may reach half of the
    /// smallest one before it meets an image.
    #[must_use]
    pub fn widths(&self) -> [f64; 3] {
        self.inverse.map(|v| 1.0 / norm(v))
    }

    /// Volume.
    #[must_use]
    pub fn volume(&self) -> f64 {
        self.volume
    }

    /// Volume in three dimensions; in two the area that the lattice vectors in the plane span, for
    /// a cell that [lies in the plane](Self::lies_in).
    ///
    /// ```
    /// use msed::trajectory::{Cell, Dimensions};
    /// let cell = Cell::orthorhombic([10.0, 20.0, 0.5])?;
    /// assert_eq!(cell.volume_in(Dimensions::Xy), 200.0);
    /// assert_eq!(cell.volume_in(Dimensions::Three), 100.0);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn volume_in(&self, dimensions: Dimensions) -> f64 {
        match dimensions.normal() {
            None => self.volume,
            Some(_) if self.orthorhombic => {
                let edges = dimensions.project(self.lengths());
                edges.into_iter().filter(|&edge| edge > 0.0).product()
            }
            Some(normal) => self.volume / norm(self.vectors[normal]),
        }
    }

    /// The mean distance between so many particles, `(V/N)^(1/3)`, or `(A/N)^(1/2)` in two
    /// dimensions.
    #[must_use]
    pub fn spacing(&self, dimensions: Dimensions, particles: usize) -> f64 {
        let each = self.volume_in(dimensions) / particles.max(1) as f64;
        match dimensions.normal() {
            None => each.cbrt(),
            Some(_) => each.sqrt(),
        }
    }

    /// Whether the lattice vector `normal` of two dimensions lies along that axis, and the other
    /// two across it: to 1e-6 of their lengths. In three dimensions every cell does.
    #[must_use]
    pub fn lies_in(&self, dimensions: Dimensions) -> bool {
        dimensions.normal().is_none_or(|normal| {
            self.vectors.iter().enumerate().all(|(i, vector)| {
                let along = vector[normal].abs();
                let off = if i == normal {
                    norm(dimensions.project(*vector))
                } else {
                    along
                };
                off <= SAME * norm(*vector)
            })
        })
    }

    /// The smallest distance between opposite faces, of those across the plane in two dimensions.
    pub(crate) fn narrowest(&self, dimensions: Dimensions) -> f64 {
        let widths = self.widths().into_iter().enumerate();
        widths
            .filter(|&(i, _)| Some(i) != dimensions.normal())
            .fold(f64::INFINITY, |least, (_, width)| least.min(width))
    }

    /// Whether the lattice vectors lie along x, y and z.
    #[must_use]
    pub fn is_orthorhombic(&self) -> bool {
        self.orthorhombic
    }

    /// Whether the cell is a cube along x, y and z. Edges may differ by a relative 1e-6, the
    /// precision of a single-precision file.
    #[must_use]
    pub fn is_cubic(&self) -> bool {
        let [x, y, z] = self.lengths();
        self.orthorhombic && (x - y).abs() <= SAME * x && (x - z).abs() <= SAME * x
    }

    /// Whether `other` has the same lattice vectors: components may differ by 1e-6 of the longest
    /// vector, the precision of a single-precision file.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.is_within(other, SAME)
    }

    /// Whether no component of a lattice vector of `other` differs by more than this part of the
    /// longest vector.
    pub(crate) fn is_within(&self, other: &Self, part: f64) -> bool {
        let limit = part * self.lengths().into_iter().fold(0.0, f64::max);
        let mut pairs = (self.vectors.as_flattened().iter()).zip(other.vectors.as_flattened());
        pairs.all(|(a, b)| (a - b).abs() <= limit)
    }

    /// The reciprocal vectors, one in each row, with the factor of 2 pi: `reciprocal[i] .
    /// vectors[j]` is 2 pi for `i = j`, else 0.
    #[must_use]
    pub fn reciprocal(&self) -> [[f64; 3]; 3] {
        self.inverse.map(|v| v.map(|x| TAU * x))
    }

    /// The commensurate wave vector with integers `hkl`: `h b1 + k b2 + l b3` over the
    /// [`reciprocal`](Cell::reciprocal) vectors.
    #[must_use]
    pub fn wave_vector(&self, hkl: [i32; 3]) -> [f64; 3] {
        combine(&self.inverse, hkl.map(f64::from)).map(|x| TAU * x)
    }

    /// Coordinates along the lattice vectors, in units of them.
    #[must_use]
    #[inline]
    pub fn fractional(&self, position: [f64; 3]) -> [f64; 3] {
        if self.orthorhombic {
            std::array::from_fn(|i| position[i] / self.vectors[i][i])
        } else {
            self.inverse.map(|row| dot(row, position))
        }
    }

    /// The position with the given fractional coordinates.
    #[must_use]
    #[inline]
    pub fn cartesian(&self, fractional: [f64; 3]) -> [f64; 3] {
        if self.orthorhombic {
            std::array::from_fn(|i| fractional[i] * self.vectors[i][i])
        } else {
            combine(&self.vectors, fractional)
        }
    }

    /// The image of a position with fractional coordinates in [0, 1), and the number of lattice
    /// vectors between them: `position = image + n1 a1 + n2 a2 + n3 a3`.
    ///
    /// A position more than 2^31 cells away saturates the count.
    #[must_use]
    pub fn wrap(&self, position: [f64; 3]) -> ([f64; 3], [i32; 3]) {
        let images = self.fractional(position).map(f64::floor);
        let shift = self.cartesian(images);
        (
            std::array::from_fn(|i| position[i] - shift[i]),
            images.map(|n| n as i32),
        )
    }

    /// The shortest of a displacement's periodic images.
    ///
    /// In a triclinic cell this is the true shortest vector, which rounding of fractional
    /// coordinates may miss: the rounding is done in a reduced basis of the lattice, and then the
    /// neighbours are searched.
    #[must_use]
    #[inline]
    pub fn minimum_image(&self, displacement: [f64; 3]) -> [f64; 3] {
        if self.orthorhombic {
            return std::array::from_fn(|i| {
                let length = self.vectors[i][i];
                displacement[i] - length * (displacement[i] / length).round()
            });
        }
        self.nearest_triclinic(displacement)
    }

    /// The lattice direction along which a displacement is longest, in units of the cell's width
    /// there, and that length. A triclinic cell uses the directions of the reduced basis.
    pub(super) fn longest_component(&self, displacement: [f64; 3]) -> (usize, f64) {
        let parts = self.reduced_inverse.map(|row| dot(row, displacement).abs());
        let longest = |a: usize, b: usize| if parts[b] > parts[a] { b } else { a };
        let axis = longest(longest(0, 1), 2);
        (axis, parts[axis])
    }

    fn nearest_triclinic(&self, displacement: Vector) -> Vector {
        let rounded = self.reduced_inverse.map(|row| dot(row, displacement).round());
        let shift = combine(&self.reduced, rounded);
        let start: Vector = std::array::from_fn(|i| displacement[i] - shift[i]);
        if norm(start) <= self.inscribed {
            return start;
        }
        let mut nearest = start;
        for code in 0..27_u8 {
            let offset = [code / 9, code / 3 % 3, code % 3].map(|d| f64::from(d) - 1.0);
            let shift = combine(&self.reduced, offset);
            let candidate: Vector = std::array::from_fn(|i| start[i] + shift[i]);
            if dot(candidate, candidate) < dot(nearest, nearest) {
                nearest = candidate;
            }
        }
        nearest
    }
}

impl TryFrom<[[f64; 3]; 3]> for Cell {
    type Error = TrajectoryError;

    fn try_from(vectors: [[f64; 3]; 3]) -> Result<Self, TrajectoryError> {
        Self::triclinic(vectors)
    }
}

impl From<Cell> for [[f64; 3]; 3] {
    fn from(cell: Cell) -> Self {
        cell.vectors
    }
}

#[inline]
fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn norm(a: Vector) -> f64 {
    dot(a, a).sqrt()
}

fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

#[inline]
fn combine(vectors: &Matrix, factors: Vector) -> Vector {
    std::array::from_fn(|i| {
        factors[0] * vectors[0][i] + factors[1] * vectors[1][i] + factors[2] * vectors[2][i]
    })
}

fn determinant(m: &Matrix) -> f64 {
    dot(m[0], cross(m[1], m[2]))
}

/// Rows of the result are dual to the rows given.
fn inverse(m: &Matrix) -> Matrix {
    let det = determinant(m);
    [cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])].map(|v| v.map(|x| x / det))
}

/// A Minkowski-reduced basis: adding whole multiples of the others makes no vector shorter. In
/// three dimensions it suffices to test sums with factors -1, 0, 1.
fn reduce(mut basis: Matrix) -> Matrix {
    // Each pass that changes anything shortens a vector by more than rounding, so that the passes
    // end. A skewed cell of a simulation takes one or two passes.
    for _ in 0..1000 {
        let mut changed = false;
        for k in 0..3 {
            let (i, j) = ((k + 1) % 3, (k + 2) % 3);
            for other in [i, j] {
                let multiple = (dot(basis[k], basis[other]) / dot(basis[other], basis[other])).round();
                let candidate: Vector = std::array::from_fn(|x| basis[k][x] - multiple * basis[other][x]);
                changed |= replace_if_shorter(&mut basis[k], candidate);
            }
            for (p, q) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
                let candidate: Vector =
                    std::array::from_fn(|x| basis[k][x] + p * basis[i][x] + q * basis[j][x]);
                changed |= replace_if_shorter(&mut basis[k], candidate);
            }
        }
        if !changed {
            break;
        }
    }
    basis
}

fn replace_if_shorter(vector: &mut Vector, candidate: Vector) -> bool {
    let shorter = dot(candidate, candidate) < dot(*vector, *vector) * (1.0 - 1e-12);
    if shorter {
        *vector = candidate;
    }
    shorter
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skewed() -> Cell {
        Cell::triclinic([[4.0, 0.0, 0.0], [7.3, 3.0, 0.0], [-5.1, 8.2, 3.5]]).unwrap()
    }

    /// By definition: every image in a range that certainly holds the nearest.
    fn brute_force(cell: &Cell, displacement: Vector) -> f64 {
        let fractional = cell.fractional(displacement).map(f64::round);
        let mut best = f64::INFINITY;
        for h in -12..=12 {
            for k in -12..=12 {
                for l in -12..=12 {
                    let n = [h, k, l].map(f64::from);
                    let shift = cell.cartesian(std::array::from_fn(|i| n[i] - fractional[i]));
                    best = best.min(norm(std::array::from_fn(|i| displacement[i] + shift[i])));
                }
            }
        }
        best
    }

    #[test]
    fn minimum_image_is_the_shortest_of_all_images_in_a_skewed_cell() {
        let cell = skewed();
        let mut rounding_missed = 0;
        for n in 0..300 {
            let x = f64::from(n);
            let d = [
                (x * 0.731).sin() * 9.0,
                (x * 1.37).cos() * 9.0,
                (x * 2.11).sin() * 9.0,
            ];
            let nearest = cell.minimum_image(d);
            let expected = brute_force(&cell, d);
            assert!((norm(nearest) - expected).abs() < 1e-12, "{d:?}");
            let difference = cell.fractional(std::array::from_fn(|i| d[i] - nearest[i]));
            assert!(difference.iter().all(|f| (f - f.round()).abs() < 1e-12));
            let s = cell.fractional(d);
            let by_fractions = norm(cell.cartesian(s.map(|f| f - f.round())));
            rounding_missed += usize::from(by_fractions > expected + 1e-9);
        }
        assert!(
            rounding_missed > 50,
            "the cell is skewed enough to tell: {rounding_missed}"
        );
    }

    #[test]
    fn reciprocal_vectors_are_dual_and_wave_vectors_commensurate() {
        let cell = skewed();
        let b = cell.reciprocal();
        for (i, row) in b.iter().enumerate() {
            for (j, a) in cell.vectors().iter().enumerate() {
                let expected = if i == j { TAU } else { 0.0 };
                assert!((dot(*row, *a) - expected).abs() < 1e-12);
            }
        }
        let q = cell.wave_vector([2, -1, 3]);
        for a in cell.vectors() {
            let turns = dot(q, a) / TAU;
            assert!((turns - turns.round()).abs() < 1e-12);
        }
        assert_eq!(
            Cell::cubic(2.0).unwrap().wave_vector([1, 0, -2]),
            [TAU / 2.0, 0.0, -TAU]
        );
    }

    #[test]
    fn fractional_cartesian_and_wrap_invert_each_other() {
        for cell in [skewed(), Cell::orthorhombic([2.0, 3.0, 5.0]).unwrap()] {
            let position = [17.3, -4.9, 0.2];
            let back = cell.cartesian(cell.fractional(position));
            let (image, n) = cell.wrap(position);
            let shift = cell.cartesian(n.map(f64::from));
            for i in 0..3 {
                assert!((back[i] - position[i]).abs() < 1e-12);
                assert!((image[i] + shift[i] - position[i]).abs() < 1e-12);
                let s = cell.fractional(image)[i];
                assert!((-1e-12..1.0 + 1e-12).contains(&s), "{s}");
            }
        }
    }

    #[test]
    fn measures_of_a_cell() {
        let cell = Cell::triclinic([[2.0, 0.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
        assert_eq!(cell.volume(), 12.0);
        assert_eq!(cell.lengths(), [2.0, 5.0_f64.sqrt(), 3.0]);
        assert!((cell.widths()[0] - 4.0 / 5.0_f64.sqrt()).abs() < 1e-15);
        assert!(!cell.is_orthorhombic());
        assert!(Cell::cubic(9.41).unwrap().is_cubic());
        assert!(!Cell::orthorhombic([2.0, 2.0, 3.0]).unwrap().is_cubic());
    }

    #[test]
    fn refusals_name_what_was_found() {
        let message = |cell: Result<Cell, TrajectoryError>| cell.unwrap_err().to_string();
        assert_eq!(
            message(Cell::orthorhombic([1.0, 0.0, 1.0])),
            "edge 1 of the cell is 0, expected a positive finite length"
        );
        assert_eq!(
            message(Cell::triclinic([
                [1.0, 0.0, 0.0],
                [0.0, f64::NAN, 0.0],
                [0.0, 0.0, 1.0]
            ])),
            "lattice vector 1 is [0, NaN, 0], expected finite components"
        );
        assert_eq!(
            message(Cell::triclinic([
                [1.0, 0.0, 0.0],
                [2.0, 0.0, 0.0],
                [0.0, 0.0, 1.0]
            ])),
            "the lattice vectors span a volume of 0, the product of their lengths is 2: expected three independent vectors, \
             whose volume is finite and above 1e-9 of the product"
        );
        let nearly_flat = [[1e4, 0.0, 0.0], [0.0, 1e4, 0.0], [1e4, 0.0, 8e-6]];
        let TrajectoryError::Flat { volume, product } = Cell::triclinic(nearly_flat).unwrap_err() else {
            panic!("a flat cell")
        };
        assert!((volume - 800.0).abs() < 1e-9 && (product - 1e12).abs() < 1e-3);
    }
}
