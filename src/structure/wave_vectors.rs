//! Lists of wave vectors.

use std::f64::consts::TAU;
use std::fmt;
use std::ops::RangeInclusive;

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::{StructureError, plane};
use crate::real::Real;
use crate::trajectory::{Cell, Coordinates, Dimensions, Trajectory};

/// Vectors whose length differs by less than this, relatively, belong to one shell: what is left of
/// equal edges in a single-precision file.
const SHELL_WIDTH: f64 = 1e-6;
/// A vector on the end of a range belongs to it in spite of rounding.
const ROUNDING: f64 = 1e-12;
/// More integers than this to look through are a mistake in a unit.
const MOST: f64 = 1e8;

/// A list of wave vectors, `q` and `-q` counted once.
///
/// Commensurate vectors are `q = 2 pi n H^-T` (rows of H the lattice vectors, n three integers):
/// the only ones at which the density of a periodic system has a Fourier component. They come from
/// a [`shell`](WaveVectors::shell), a [`sphere`](WaveVectors::sphere), the
/// [`axes`](WaveVectors::axes) or a [list of integers](WaveVectors::from_integers), in any cell.
/// Self correlations of unwrapped displacements may be taken at any vector:
/// [`from_vectors`](WaveVectors::from_vectors).
///
/// Of `q` and `-q` the one whose first non-zero integer is positive is listed; the vectors are
/// ordered by their integers. Lengths are in inverse units of length, with the factor of 2 pi.
/// Nothing is chosen behind the caller's back: what a result rests on can be listed, counted and
/// printed.
///
/// ```
/// use msed::{structure::WaveVectors, trajectory::Cell};
/// let cell = Cell::cubic(9.41036)?;
/// let shell = WaveVectors::shell(&cell, 7.15..=7.35)?;
/// assert_eq!(shell.count(), 219);
/// assert_eq!(shell.integers()[..3], [[0, 0, 11], [0, 4, -10], [0, 4, 10]]);
/// assert!((shell.mean_wave_number() - 7.2472).abs() < 1e-4);
/// let some = shell.subset(30, 7)?;
/// assert_eq!(some, shell.subset(30, 7)?);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WaveVectors {
    /// Empty for vectors that are not commensurate.
    integers: Vec<[i32; 3]>,
    vectors: Vec<[f64; 3]>,
    wave_numbers: Vec<f64>,
    cell: Option<Cell>,
}

impl WaveVectors {
    /// Every commensurate vector whose length lies in `range`, ends included, except for the zero
    /// vector.
    ///
    /// # Errors
    /// [`StructureError::WaveVectorRange`] for an invalid range, [`StructureError::EmptyShell`]
    /// where it holds no vector, [`StructureError::TooManyWaveVectors`] where the integers up to
    /// the largest that such a vector can have number more than 10^8 (half of them belong to longer
    /// vectors in a cubic cell, and most in a strongly skewed one).
    pub fn shell(cell: &Cell, range: RangeInclusive<f64>) -> Result<Self, StructureError> {
        Self::shell_in(cell, Dimensions::Three, range)
    }

    /// The same in given dimensions: in two, every commensurate vector in the plane.
    ///
    /// ```
    /// use msed::structure::WaveVectors;
    /// use msed::trajectory::{Cell, Dimensions};
    /// let cell = Cell::orthorhombic([20.0, 20.0, 1.0])?;
    /// let ring = WaveVectors::shell_in(&cell, Dimensions::Xy, 0.6..=0.71)?;
    /// assert_eq!(ring.integers(), [[0, 2, 0], [1, -2, 0], [1, 2, 0], [2, -1, 0], [2, 0, 0], [2, 1, 0]]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`shell`](WaveVectors::shell), and [`StructureError::TiltedCell`] for a cell that does
    /// not [lie in the plane](Cell::lies_in).
    pub fn shell_in(
        cell: &Cell,
        dimensions: Dimensions,
        range: RangeInclusive<f64>,
    ) -> Result<Self, StructureError> {
        plane::check_cells(dimensions, 0, std::slice::from_ref(cell))?;
        Self::in_range(cell, dimensions, range, |_| true)
    }

    /// Every commensurate vector no longer than `longest`, except for the zero vector.
    ///
    /// # Errors
    /// As [`shell`](WaveVectors::shell).
    pub fn sphere(cell: &Cell, longest: f64) -> Result<Self, StructureError> {
        Self::shell(cell, 0.0..=longest)
    }

    /// The vectors along the three reciprocal axes whose length lies in `range`: two of the three
    /// integers are zero.
    ///
    /// # Errors
    /// As [`shell`](WaveVectors::shell).
    pub fn axes(cell: &Cell, range: RangeInclusive<f64>) -> Result<Self, StructureError> {
        Self::in_range(cell, Dimensions::Three, range, |n| {
            n.iter().filter(|&&n| n != 0).count() == 1
        })
    }

    /// The commensurate vectors with the given integers, in the given order; a vector whose first
    /// non-zero integer is negative is turned round.
    ///
    /// # Errors
    /// [`StructureError::NoWaveVectors`]; [`StructureError::WaveVector`] for the zero vector, where
    /// a vector or its negative comes twice, and for -2^31, which has no negative.
    pub fn from_integers(cell: &Cell, integers: &[[i32; 3]]) -> Result<Self, StructureError> {
        if let Some(index) = integers.iter().position(|n| n.contains(&i32::MIN)) {
            let found = format!("has the integers {:?}", integers[index]);
            return Err(refused(index, found, "none below -2147483647"));
        }
        let positive: Vec<[i32; 3]> = integers
            .iter()
            .map(|&n| if is_positive(n) { n } else { n.map(|n| -n) })
            .collect();
        if let Some(index) = integers.iter().position(|&n| n == [0; 3]) {
            return Err(zero(index));
        }
        let mut order: Vec<usize> = (0..positive.len()).collect();
        order.sort_by_key(|&i| positive[i]);
        if let Some(pair) = order.windows(2).find(|w| positive[w[0]] == positive[w[1]]) {
            let found = format!("is wave vector {} or its negative", pair[0]);
            return Err(refused(pair[1], found, "each once"));
        }
        Self::checked(positive, cell)
    }

    /// Any vectors, for self correlations of unwrapped coordinates alone: coherent ones have a
    /// Fourier component only at commensurate vectors.
    ///
    /// # Errors
    /// [`StructureError::NoWaveVectors`]; [`StructureError::WaveVector`] for the zero vector and
    /// for a component that is not finite.
    pub fn from_vectors(vectors: &[[f64; 3]]) -> Result<Self, StructureError> {
        if vectors.is_empty() {
            return Err(StructureError::NoWaveVectors);
        }
        for (index, q) in vectors.iter().enumerate() {
            if q.iter().any(|x| !x.is_finite()) {
                return Err(refused(index, format!("is {q:?}"), "finite components"));
            }
            if *q == [0.0; 3] {
                return Err(zero(index));
            }
        }
        Ok(Self::of(vectors.to_vec(), Vec::new(), None))
    }

    fn checked(integers: Vec<[i32; 3]>, cell: &Cell) -> Result<Self, StructureError> {
        if integers.is_empty() {
            return Err(StructureError::NoWaveVectors);
        }
        let vectors = integers.iter().map(|&n| cell.wave_vector(n)).collect();
        Ok(Self::of(vectors, integers, Some(*cell)))
    }

    fn of(vectors: Vec<[f64; 3]>, integers: Vec<[i32; 3]>, cell: Option<Cell>) -> Self {
        Self {
            integers,
            wave_numbers: vectors.iter().map(|q| norm(*q)).collect(),
            vectors,
            cell,
        }
    }

    fn in_range(
        cell: &Cell,
        dimensions: Dimensions,
        range: RangeInclusive<f64>,
        keep: impl Fn([i32; 3]) -> bool,
    ) -> Result<Self, StructureError> {
        let (low, high) = (*range.start(), *range.end());
        if !(low >= 0.0 && low <= high && high > 0.0 && high.is_finite()) {
            return Err(StructureError::WaveVectorRange { low, high });
        }
        let (from, to) = (low * (1.0 - ROUNDING), high * (1.0 + ROUNDING));
        let estimate = candidates(largest(cell, dimensions, to));
        if estimate > MOST {
            return Err(StructureError::TooManyWaveVectors {
                estimate,
                limit: MOST,
            });
        }
        let integers: Vec<[i32; 3]> = half_ball(cell, dimensions, to)
            .filter(|&n| keep(n) && norm(cell.wave_vector(n)) >= from)
            .collect();
        if integers.is_empty() {
            return Err(StructureError::EmptyShell {
                low,
                high,
                nearest: nearest(cell, dimensions, [from, to], keep),
            });
        }
        Self::checked(integers, cell)
    }

    /// `count` of these vectors, drawn without replacement by a permuted congruential generator
    /// from `seed` and listed in their old order: the same on every machine.
    ///
    /// # Errors
    /// [`StructureError::Subset`] for none, or more than there are.
    pub fn subset(&self, count: usize, seed: u64) -> Result<Self, StructureError> {
        if count == 0 || count > self.count() {
            return Err(StructureError::Subset {
                found: count,
                available: self.count(),
            });
        }
        let mut generator = Pcg64::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..self.count()).collect();
        for drawn in 0..count {
            let other = drawn + below(&mut generator, (order.len() - drawn) as u64);
            order.swap(drawn, other);
        }
        order.truncate(count);
        order.sort_unstable();
        Ok(self.pick(&order))
    }

    fn pick(&self, members: &[usize]) -> Self {
        Self {
            integers: (members.iter())
                .filter_map(|&i| self.integers.get(i).copied())
                .collect(),
            vectors: members.iter().map(|&i| self.vectors[i]).collect(),
            wave_numbers: members.iter().map(|&i| self.wave_numbers[i]).collect(),
            cell: self.cell,
        }
    }

    /// How many vectors there are, `q` and `-q` counted once; at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.vectors.len()
    }

    /// The integers of each vector; empty for vectors that are not commensurate.
    #[must_use]
    pub fn integers(&self) -> &[[i32; 3]] {
        &self.integers
    }

    /// The vectors.
    #[must_use]
    pub fn vectors(&self) -> &[[f64; 3]] {
        &self.vectors
    }

    /// Length of each vector.
    #[must_use]
    pub fn wave_numbers(&self) -> &[f64] {
        &self.wave_numbers
    }

    /// Mean length: the q at which an average over the vectors stands.
    #[must_use]
    pub fn mean_wave_number(&self) -> f64 {
        self.wave_numbers.iter().sum::<f64>() / self.count() as f64
    }

    /// The cell that the vectors belong to; `None` for vectors that are not commensurate.
    #[must_use]
    pub fn cell(&self) -> Option<&Cell> {
        self.cell.as_ref()
    }

    /// The vectors by length, in increasing order.
    ///
    /// In a cubic cell vectors of one shell have equal `h^2 + k^2 + l^2`. In any other cell, and
    /// for vectors that are not commensurate, lengths within a relative 1e-6 of the shortest of the
    /// shell are equal.
    #[must_use]
    pub fn shells(&self) -> Vec<Self> {
        self.shell_members()
            .iter()
            .map(|members| self.pick(members))
            .collect()
    }

    /// The positions of the vectors of each shell, increasing.
    pub(super) fn shell_members(&self) -> Vec<Vec<usize>> {
        let cubic = self.cell.is_some_and(|cell| cell.is_cubic());
        let square = |i: usize| -> u64 {
            let integers = self.integers[i].iter();
            integers.map(|&n| u64::from(n.unsigned_abs()).pow(2)).sum()
        };
        let mut order: Vec<usize> = (0..self.count()).collect();
        if cubic {
            order.sort_by_key(|&i| square(i));
        } else {
            order.sort_by(|&i, &j| self.wave_numbers[i].total_cmp(&self.wave_numbers[j]));
        }
        let same = |&first: &usize, &other: &usize| {
            if cubic {
                square(first) == square(other)
            } else {
                self.wave_numbers[other] <= self.wave_numbers[first] * (1.0 + SHELL_WIDTH)
            }
        };
        let mut shells = Vec::new();
        let mut rest = &order[..];
        while let Some(first) = rest.first() {
            let end = rest.partition_point(|other| same(first, other));
            let mut members = rest[..end].to_vec();
            members.sort_unstable();
            shells.push(members);
            rest = &rest[end..];
        }
        shells
    }

    /// The vectors over 2 pi.
    pub(crate) fn turns(&self) -> Vec<[f64; 3]> {
        let turns = |q: &[f64; 3]| q.map(|q| q / TAU);
        self.vectors.iter().map(turns).collect()
    }

    /// The sets of absolute integers of which every combination of signs is listed, if that is so
    /// for all vectors and a change of sign leaves the length unchanged (orthorhombic cell).
    pub(super) fn sign_classes(&self) -> Option<Vec<[u32; 3]>> {
        if !self.cell?.is_orthorhombic() {
            return None;
        }
        let mut classes: Vec<[u32; 3]> = self.integers.iter().map(|n| n.map(i32::unsigned_abs)).collect();
        classes.sort_unstable();
        let complete = classes.chunk_by(|a, b| a == b).all(|class| {
            let signs = class[0].iter().filter(|&&n| n != 0).count();
            class.len() == 1 << (signs - 1)
        });
        classes.dedup();
        complete.then_some(classes)
    }
}

/// A number below `limit`, each as likely as the others.
fn below(generator: &mut Pcg64, limit: u64) -> usize {
    let unfair = u64::MAX - u64::MAX % limit;
    loop {
        let drawn = generator.next_u64();
        if drawn < unfair {
            return (drawn % limit) as usize;
        }
    }
}

impl fmt::Display for WaveVectors {
    /// Comma-separated values with a header: `h,k,l,qx,qy,qz,q`, the integers empty for vectors
    /// that are not commensurate.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "h,k,l,qx,qy,qz,q")?;
        for (i, [x, y, z]) in self.vectors.iter().enumerate() {
            match self.integers.get(i) {
                Some([h, k, l]) => write!(f, "{h},{k},{l}")?,
                None => write!(f, ",,")?,
            }
            writeln!(f, ",{x:e},{y:e},{z:e},{:e}", self.wave_numbers[i])?;
        }
        Ok(())
    }
}

impl<T: Real, C: Coordinates> Trajectory<'_, T, C> {
    /// Every commensurate wave vector of the trajectory's cell whose length lies in `range`:
    /// [`WaveVectors::shell_in`] the [dimensions](Trajectory::dimensions) of the trajectory. Where
    /// the cell changes, it is the mean over the frames.
    ///
    /// ```
    /// use msed::trajectory::{Cell, Species, Trajectory};
    /// let run = Trajectory::new(vec![0.0; 3], [0], 0.005, Species::single("A", 1)?)?.with_cell(Cell::cubic(9.41036)?)?;
    /// assert_eq!(run.shell(7.15..=7.35)?.count(), 219);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`StructureError::NoCell`] for a trajectory without a cell, and what
    /// [`WaveVectors::shell_in`] refuses.
    pub fn shell(&self, range: RangeInclusive<f64>) -> Result<WaveVectors, StructureError> {
        WaveVectors::shell_in(&self.mean_cell()?, self.dimensions(), range)
    }

    /// Every commensurate wave vector of the trajectory's cell no longer than `longest`: those of
    /// the [`shell`](Self::shell) from 0 on.
    ///
    /// # Errors
    /// As [`shell`](Self::shell).
    pub fn sphere(&self, longest: f64) -> Result<WaveVectors, StructureError> {
        self.shell(0.0..=longest)
    }

    /// The cell, or the mean over the frames.
    fn mean_cell(&self) -> Result<Cell, StructureError> {
        let first = self.cells().first().ok_or(StructureError::NoCell {
            run: 0,
            needed_for: "commensurate wave vectors",
        })?;
        if let Some(cell) = self.constant_cell() {
            return Ok(*cell);
        }
        let frames = self.cells().len() as f64;
        let mean = |i: usize, j: usize| {
            let parts = self.cells().iter().map(|cell| cell.vectors()[i][j] / frames);
            parts.fold(0.0, |sum, x| sum + x)
        };
        let mean = [0, 1, 2].map(|i| [0, 1, 2].map(|j| mean(i, j)));
        Ok(Cell::triclinic(mean).unwrap_or(*first))
    }
}

fn refused(index: usize, found: String, expected: &'static str) -> StructureError {
    StructureError::WaveVector {
        index,
        found,
        expected,
    }
}

fn zero(index: usize) -> StructureError {
    refused(index, "is zero".to_owned(), "a direction")
}

fn is_positive(n: [i32; 3]) -> bool {
    n.iter().find(|&&n| n != 0).is_some_and(|&n| n > 0)
}

/// Largest integers of a vector no longer than `longest`: n_i = q . a_i / 2 pi is at most |q| |a_i|
/// / 2 pi.
fn largest(cell: &Cell, dimensions: Dimensions, longest: f64) -> [f64; 3] {
    dimensions.project(cell.lengths().map(|a| (longest * a / TAU).floor()))
}

/// How many integers [`half_ball`] looks through.
fn candidates([h, k, l]: [f64; 3]) -> f64 {
    (h + 1.0) * (2.0 * k + 1.0) * (2.0 * l + 1.0)
}

/// The vectors no longer than `longest` of which the first non-zero integer is positive, ordered by
/// their integers.
fn half_ball(cell: &Cell, dimensions: Dimensions, longest: f64) -> impl Iterator<Item = [i32; 3]> + '_ {
    let last = largest(cell, dimensions, longest).map(|n| n as i32);
    (0..=last[0])
        .flat_map(move |h| (-last[1]..=last[1]).map(move |k| [h, k]))
        .flat_map(move |[h, k]| (-last[2]..=last[2]).map(move |l| [h, k, l]))
        .filter(move |&n| is_positive(n) && norm(cell.wave_vector(n)) <= longest)
}

/// The lengths next to an empty range; none where they are too far to look for.
fn nearest(
    cell: &Cell,
    dimensions: Dimensions,
    [from, to]: [f64; 2],
    keep: impl Fn([i32; 3]) -> bool,
) -> [Option<f64>; 2] {
    let step = cell
        .reciprocal()
        .map(norm)
        .into_iter()
        .fold(f64::INFINITY, f64::min);
    if candidates(largest(cell, dimensions, to + step)) > MOST {
        return [None; 2];
    }
    let lengths = half_ball(cell, dimensions, to + step)
        .filter(|&n| keep(n))
        .map(|n| norm(cell.wave_vector(n)));
    lengths.fold([None, None], |[below, above], q| {
        if q < from {
            [Some(below.map_or(q, |b: f64| b.max(q))), above]
        } else {
            [below, Some(above.map_or(q, |a: f64| a.min(q)))]
        }
    })
}

fn norm(q: [f64; 3]) -> f64 {
    q.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests;
