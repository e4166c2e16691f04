//! Wave vectors as a value that can be looked at.

use std::f64::consts::TAU;
use std::fmt;
use std::ops::RangeInclusive;

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};
use thiserror::Error;

use crate::trajectory::Cell;

/// Vectors whose length differs by less than this, relatively, belong to one shell: what is left of equal edges in a
/// single-precision file.
const SHELL_WIDTH: f64 = 1e-6;
/// A vector on the end of a range belongs to it in spite of rounding.
const ROUNDING: f64 = 1e-12;
/// More integers than this to look through are a mistake in a unit.
const MOST: f64 = 1e8;

/// A list of wave vectors, `q` and `-q` counted once.
///
/// Commensurate vectors are `q = 2 pi n H^-T` (rows of H the lattice vectors, n three integers): the only ones at which the
/// density of a periodic system has a Fourier component. They come from a [`shell`](WaveVectors::shell), a
/// [`sphere`](WaveVectors::sphere), the [`axes`](WaveVectors::axes) or a [list of integers](WaveVectors::from_integers), in
/// any cell. Self correlations of unwrapped displacements may be taken at any vector:
/// [`from_vectors`](WaveVectors::from_vectors).
///
/// Of `q` and `-q` the one whose first non-zero integer is positive is listed; the vectors are ordered by their integers.
/// Lengths are in inverse units of length, with the factor of 2 pi. Nothing is chosen behind the caller's back: what a
/// result rests on can be listed, counted and printed.
///
/// ```
/// use msed::{structure::WaveVectors, trajectory::Cell};
/// let cell = Cell::cubic(9.41036)?;
/// let shell = WaveVectors::shell(&cell, 7.15..=7.35)?;
/// assert_eq!(shell.len(), 219);
/// assert_eq!(shell.integers()[..3], [[0, 0, 11], [0, 4, -10], [0, 4, 10]]);
/// assert!((shell.mean_modulus() - 7.2472).abs() < 1e-4);
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
    moduli: Vec<f64>,
    cell: Option<Cell>,
}

/// The vectors of one length.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Shell {
    modulus: f64,
    members: Vec<usize>,
}

impl Shell {
    /// Mean length of the vectors.
    #[must_use]
    pub fn modulus(&self) -> f64 {
        self.modulus
    }

    /// Their positions in the list, increasing.
    #[must_use]
    pub fn members(&self) -> &[usize] {
        &self.members
    }

    /// How many there are, `q` and `-q` counted once.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a shell has a vector")]
    pub fn len(&self) -> usize {
        self.members.len()
    }
}

impl WaveVectors {
    /// Every commensurate vector whose length lies in `range`, ends included, except for the zero vector.
    ///
    /// # Errors
    /// [`WaveVectorError::Range`] for a range that is none, [`WaveVectorError::EmptyShell`] where it holds no vector,
    /// [`WaveVectorError::TooMany`] where the integers up to the largest that such a vector can have number more than 10^8 (half of
    /// them belong to longer vectors in a cubic cell, and most in a strongly skewed one).
    pub fn shell(cell: &Cell, range: RangeInclusive<f64>) -> Result<Self, WaveVectorError> {
        Self::in_range(cell, range, |_| true)
    }

    /// Every commensurate vector no longer than `longest`, except for the zero vector.
    ///
    /// # Errors
    /// As [`shell`](WaveVectors::shell).
    pub fn sphere(cell: &Cell, longest: f64) -> Result<Self, WaveVectorError> {
        Self::shell(cell, 0.0..=longest)
    }

    /// The vectors along the three reciprocal axes whose length lies in `range`: two of the three integers are zero.
    ///
    /// # Errors
    /// As [`shell`](WaveVectors::shell).
    pub fn axes(cell: &Cell, range: RangeInclusive<f64>) -> Result<Self, WaveVectorError> {
        Self::in_range(cell, range, |n| n.iter().filter(|&&n| n != 0).count() == 1)
    }

    /// The commensurate vectors with the given integers, in the given order; a vector whose first non-zero integer is
    /// negative is turned round.
    ///
    /// # Errors
    /// [`WaveVectorError::Empty`], [`WaveVectorError::Zero`] for the zero vector, [`WaveVectorError::Repeated`] where a
    /// vector or its negative comes twice, [`WaveVectorError::Integer`] for -2^31, which has no negative.
    pub fn from_integers(cell: &Cell, integers: &[[i32; 3]]) -> Result<Self, WaveVectorError> {
        if let Some(index) = integers.iter().position(|n| n.contains(&i32::MIN)) {
            return Err(WaveVectorError::Integer {
                index,
                found: integers[index],
            });
        }
        let positive: Vec<[i32; 3]> = integers
            .iter()
            .map(|&n| if is_positive(n) { n } else { n.map(|n| -n) })
            .collect();
        if let Some(index) = integers.iter().position(|&n| n == [0; 3]) {
            return Err(WaveVectorError::Zero { index });
        }
        let mut order: Vec<usize> = (0..positive.len()).collect();
        order.sort_by_key(|&i| positive[i]);
        if let Some(pair) = order.windows(2).find(|w| positive[w[0]] == positive[w[1]]) {
            return Err(WaveVectorError::Repeated {
                index: pair[1],
                before: pair[0],
            });
        }
        Self::checked(positive, cell)
    }

    /// Any vectors, for self correlations of unwrapped coordinates alone: coherent ones have a Fourier component only at
    /// commensurate vectors.
    ///
    /// # Errors
    /// [`WaveVectorError::Empty`], [`WaveVectorError::NotFinite`] for a component that is no number,
    /// [`WaveVectorError::Zero`] for the zero vector.
    pub fn from_vectors(vectors: &[[f64; 3]]) -> Result<Self, WaveVectorError> {
        if vectors.is_empty() {
            return Err(WaveVectorError::Empty);
        }
        for (index, q) in vectors.iter().enumerate() {
            if q.iter().any(|x| !x.is_finite()) {
                return Err(WaveVectorError::NotFinite { index, found: *q });
            }
            if *q == [0.0; 3] {
                return Err(WaveVectorError::Zero { index });
            }
        }
        Ok(Self {
            integers: Vec::new(),
            moduli: vectors.iter().map(|q| norm(*q)).collect(),
            vectors: vectors.to_vec(),
            cell: None,
        })
    }

    fn checked(integers: Vec<[i32; 3]>, cell: &Cell) -> Result<Self, WaveVectorError> {
        if integers.is_empty() {
            return Err(WaveVectorError::Empty);
        }
        let vectors: Vec<[f64; 3]> = integers.iter().map(|&n| cell.wave_vector(n)).collect();
        let moduli = vectors.iter().map(|q| norm(*q)).collect();
        Ok(Self {
            integers,
            vectors,
            moduli,
            cell: Some(*cell),
        })
    }

    fn in_range(
        cell: &Cell,
        range: RangeInclusive<f64>,
        keep: impl Fn([i32; 3]) -> bool,
    ) -> Result<Self, WaveVectorError> {
        let (low, high) = (*range.start(), *range.end());
        if !(low >= 0.0 && low <= high && high > 0.0 && high.is_finite()) {
            return Err(WaveVectorError::Range { low, high });
        }
        let (from, to) = (low * (1.0 - ROUNDING), high * (1.0 + ROUNDING));
        let estimate = candidates(cell, to);
        if estimate > MOST {
            return Err(WaveVectorError::TooMany {
                estimate,
                limit: MOST,
            });
        }
        let integers: Vec<[i32; 3]> = half_ball(cell, to)
            .filter(|&n| keep(n) && norm(cell.wave_vector(n)) >= from)
            .collect();
        if integers.is_empty() {
            return Err(WaveVectorError::EmptyShell {
                low,
                high,
                nearest: nearest(cell, from, to, keep),
            });
        }
        Self::checked(integers, cell)
    }

    /// `count` of these vectors, drawn without replacement by a permuted congruential generator from `seed` and listed in
    /// their old order: the same on every machine.
    ///
    /// # Errors
    /// [`WaveVectorError::Subset`] for none, or more than there are.
    pub fn subset(&self, count: usize, seed: u64) -> Result<Self, WaveVectorError> {
        if count == 0 || count > self.len() {
            return Err(WaveVectorError::Subset {
                found: count,
                available: self.len(),
            });
        }
        let mut generator = Pcg64::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..self.len()).collect();
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
            integers: match self.cell {
                Some(_) => members.iter().map(|&i| self.integers[i]).collect(),
                None => Vec::new(),
            },
            vectors: members.iter().map(|&i| self.vectors[i]).collect(),
            moduli: members.iter().map(|&i| self.moduli[i]).collect(),
            cell: self.cell,
        }
    }

    /// How many vectors there are, `q` and `-q` counted once.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "there is always a vector")]
    pub fn len(&self) -> usize {
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
    pub fn moduli(&self) -> &[f64] {
        &self.moduli
    }

    /// Mean length: the q at which an average over the vectors stands.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "numbers of vectors are far below 2^53")]
    pub fn mean_modulus(&self) -> f64 {
        self.moduli.iter().sum::<f64>() / self.len() as f64
    }

    /// The cell that the vectors belong to; `None` for vectors that are not commensurate.
    #[must_use]
    pub fn cell(&self) -> Option<&Cell> {
        self.cell.as_ref()
    }

    /// The vectors by length, in increasing order.
    ///
    /// In a cubic cell vectors of one shell have equal `h^2 + k^2 + l^2`. In any other cell, and for vectors that are not
    /// commensurate, lengths within a relative 1e-6 of the shortest of the shell are equal.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "numbers of vectors are far below 2^53")]
    pub fn shells(&self) -> Vec<Shell> {
        let cubic = self.cell.is_some_and(|cell| cell.is_cubic());
        let square = |i: usize| {
            self.integers[i]
                .iter()
                .map(|&n| u64::from(n.unsigned_abs()).pow(2))
                .sum::<u64>()
        };
        let mut order: Vec<usize> = (0..self.len()).collect();
        if cubic {
            order.sort_by_key(|&i| square(i));
        } else {
            order.sort_by(|&i, &j| self.moduli[i].total_cmp(&self.moduli[j]));
        }
        let same = |&first: &usize, &other: &usize| {
            if cubic {
                square(first) == square(other)
            } else {
                self.moduli[other] <= self.moduli[first] * (1.0 + SHELL_WIDTH)
            }
        };
        let mut shells: Vec<Shell> = Vec::new();
        let mut rest = &order[..];
        while let Some(first) = rest.first() {
            let end = rest.partition_point(|other| same(first, other));
            let mut members = rest[..end].to_vec();
            members.sort_unstable();
            let modulus = members.iter().map(|&i| self.moduli[i]).sum::<f64>() / members.len() as f64;
            shells.push(Shell { modulus, members });
            rest = &rest[end..];
        }
        shells
    }

    /// The sets of absolute integers of which every combination of signs is listed, if that is so for all vectors and a
    /// change of sign leaves the length unchanged (orthorhombic cell).
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
            #[allow(clippy::cast_possible_truncation, reason = "below a length")]
            return (drawn % limit) as usize;
        }
    }
}

fn is_positive(n: [i32; 3]) -> bool {
    n.iter().find(|&&n| n != 0).is_some_and(|&n| n > 0)
}

/// Largest integers of a vector no longer than `longest`: n_i = q . a_i / 2 pi is at most |q| |a_i| / 2 pi.
fn largest(cell: &Cell, longest: f64) -> [f64; 3] {
    cell.lengths().map(|a| (longest * a / TAU).floor())
}

/// How many integers [`half_ball`] looks through.
fn candidates(cell: &Cell, longest: f64) -> f64 {
    let [h, k, l] = largest(cell, longest);
    (h + 1.0) * (2.0 * k + 1.0) * (2.0 * l + 1.0)
}

/// The vectors no longer than `longest` of which the first non-zero integer is positive, ordered by their integers.
fn half_ball(cell: &Cell, longest: f64) -> impl Iterator<Item = [i32; 3]> + '_ {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the number of candidates is limited"
    )]
    let last = largest(cell, longest).map(|n| n as i32);
    (0..=last[0])
        .flat_map(move |h| (-last[1]..=last[1]).map(move |k| [h, k]))
        .flat_map(move |[h, k]| (-last[2]..=last[2]).map(move |l| [h, k, l]))
        .filter(move |&n| is_positive(n) && norm(cell.wave_vector(n)) <= longest)
}

/// The lengths next to an empty range; none where they are too far to look for.
fn nearest(cell: &Cell, from: f64, to: f64, keep: impl Fn([i32; 3]) -> bool) -> [Option<f64>; 2] {
    let step = cell
        .reciprocal()
        .map(norm)
        .into_iter()
        .fold(f64::INFINITY, f64::min);
    if candidates(cell, to + step) > MOST {
        return [None; 2];
    }
    let lengths = half_ball(cell, to + step)
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

impl fmt::Display for WaveVectors {
    /// Comma-separated values with a header: `h,k,l,qx,qy,qz,q`, the integers empty for vectors that are not commensurate.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "h,k,l,qx,qy,qz,q")?;
        for (i, [x, y, z]) in self.vectors.iter().enumerate() {
            match self.integers.get(i) {
                Some([h, k, l]) => write!(f, "{h},{k},{l}")?,
                None => write!(f, ",,")?,
            }
            writeln!(f, ",{x:e},{y:e},{z:e},{:e}", self.moduli[i])?;
        }
        Ok(())
    }
}

/// Wave vectors that are none, or do not fit the question.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum WaveVectorError {
    /// Ends of a range that hold nothing, or are no lengths.
    #[error("wave vectors of length {low} to {high}, expected 0 <= low <= high, finite, and high above 0")]
    Range {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Lengths by which no peak can be looked for.
    #[error("bins of {bin} and shells within {half_width}, expected positive finite lengths")]
    Window {
        /// Width of the bins.
        bin: f64,
        /// How far from the middle the shells may lie.
        half_width: f64,
    },
    /// Bins of a structure factor that are none.
    #[error("bins of width {found}, expected a positive finite length")]
    Width {
        /// The width.
        found: f64,
    },
    /// A range without a commensurate vector.
    #[error("no commensurate wave vector of length {low} to {high}, {}", lengths(nearest))]
    EmptyShell {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
        /// The next shorter and the next longer length, as far as they are near.
        nearest: [Option<f64>; 2],
    },
    /// A range that holds more vectors than memory.
    #[error(
        "about {estimate:.1e} wave vectors to look through, expected less than {limit:.0e}: is q in inverse units of the cell?"
    )]
    TooMany {
        /// Integers up to the largest that a vector of the greatest length can have.
        estimate: f64,
        /// The limit.
        limit: f64,
    },
    /// No vector at all.
    #[error("0 wave vectors, expected at least 1")]
    Empty,
    /// The zero vector.
    #[error("wave vector {index} is zero, expected a direction")]
    Zero {
        /// Position in the list.
        index: usize,
    },
    /// An integer without a negative.
    #[error("wave vector {index} has the integers {found:?}, expected none below -2147483647")]
    Integer {
        /// Position in the list.
        index: usize,
        /// The integers.
        found: [i32; 3],
    },
    /// A component that is no number.
    #[error("wave vector {index} is {found:?}, expected finite components")]
    NotFinite {
        /// Position in the list.
        index: usize,
        /// The vector.
        found: [f64; 3],
    },
    /// A vector, or its negative, that is listed twice.
    #[error("wave vector {index} is wave vector {before} or its negative, expected each once")]
    Repeated {
        /// Position in the list.
        index: usize,
        /// Where it was before.
        before: usize,
    },
    /// A subset of no vector, or more than all.
    #[error("a subset of {found} wave vectors, expected 1 to {available}")]
    Subset {
        /// How many were asked for.
        found: usize,
        /// How many there are.
        available: usize,
    },
    /// A coherent quantity at vectors that are not commensurate.
    #[error(
        "wave vectors without integers, expected commensurate ones: the density of a periodic system has no others"
    )]
    NotCommensurate,
    /// A coherent quantity of a trajectory without a cell.
    #[error("run {run} has no periodic cell, expected one for commensurate wave vectors")]
    NoCell {
        /// Index of the run.
        run: usize,
    },
    /// Vectors of another cell than the trajectory's.
    #[error(
        "the wave vectors belong to a cell with edges {expected:?}, but that of run {run} has {found:?}: \
         commensurate vectors are made from the trajectory's own cell"
    )]
    OtherCell {
        /// Index of the run.
        run: usize,
        /// Lengths of the lattice vectors of the trajectory.
        found: [f64; 3],
        /// Those of the wave vectors' cell.
        expected: [f64; 3],
    },
}

fn lengths(nearest: &[Option<f64>; 2]) -> String {
    let known: Vec<String> = nearest.iter().flatten().map(|q| format!("{q:.6}")).collect();
    if known.is_empty() {
        "and none near".to_owned()
    } else {
        format!("the nearest have {}", known.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skewed() -> Cell {
        Cell::triclinic([[4.0, 0.0, 0.0], [1.3, 3.0, 0.0], [-1.1, 0.7, 3.5]]).unwrap()
    }

    #[test]
    fn a_shell_holds_each_vector_and_not_its_negative() {
        for cell in [
            Cell::cubic(5.0).unwrap(),
            Cell::orthorhombic([4.0, 5.0, 6.0]).unwrap(),
            skewed(),
        ] {
            let shell = WaveVectors::shell(&cell, 3.0..=6.0).unwrap();
            let mut expected = 0;
            for h in -12..=12 {
                for k in -12..=12 {
                    for l in -12..=12 {
                        let q = norm(cell.wave_vector([h, k, l]));
                        if (3.0..=6.0).contains(&q) {
                            expected += 1;
                            let found = |n: [i32; 3]| usize::from(shell.integers().contains(&n));
                            assert_eq!(found([h, k, l]) + found([-h, -k, -l]), 1);
                        }
                    }
                }
            }
            assert_eq!(2 * shell.len(), expected);
            assert!(shell.integers().is_sorted());
            for (q, n) in shell.vectors().iter().zip(shell.integers()) {
                for a in cell.vectors() {
                    let turns = (0..3).map(|i| q[i] * a[i]).sum::<f64>() / TAU;
                    assert!((turns - turns.round()).abs() < 1e-13, "{n:?}");
                }
            }
        }
    }

    #[test]
    fn shells_of_a_cube_have_equal_sums_of_squares() {
        let vectors = WaveVectors::sphere(&Cell::cubic(TAU).unwrap(), 3.0).unwrap();
        let shells = vectors.shells();
        let found: Vec<(f64, usize)> = shells
            .iter()
            .map(|s| (s.modulus().powi(2).round(), s.len()))
            .collect();
        // Half of the numbers of ways to write n as a sum of three squares (OEIS A005875).
        let ways = [
            (1, 6),
            (2, 12),
            (3, 8),
            (4, 6),
            (5, 24),
            (6, 24),
            (8, 12),
            (9, 30),
        ];
        assert_eq!(found, ways.map(|(n, r)| (f64::from(n), r / 2)));
        let members: usize = shells.iter().map(Shell::len).sum();
        assert_eq!(members, vectors.len());
    }

    #[test]
    fn shells_of_a_cell_doubled_along_x() {
        let vectors = WaveVectors::sphere(&Cell::orthorhombic([2.0 * TAU, TAU, TAU]).unwrap(), 1.2).unwrap();
        let found: Vec<(f64, usize)> = vectors.shells().iter().map(|s| (s.modulus(), s.len())).collect();
        assert_eq!(found[0], (0.5, 1));
        // (2 0 0), (0 1 0) and (0 0 1) are one shell.
        assert_eq!(found[1], (1.0, 3));
        assert!((found[2].0 - 1.25_f64.sqrt()).abs() < 1e-12 && found[2].1 == 4);
    }

    #[test]
    fn axes_have_two_zeros() {
        let axes = WaveVectors::axes(&Cell::cubic(TAU).unwrap(), 2.0..=3.0).unwrap();
        assert_eq!(
            axes.integers(),
            [[0, 0, 2], [0, 0, 3], [0, 2, 0], [0, 3, 0], [2, 0, 0], [3, 0, 0]]
        );
    }

    #[test]
    fn subsets_follow_from_their_seed() {
        let all = WaveVectors::sphere(&Cell::cubic(TAU).unwrap(), 4.0).unwrap();
        let (a, b) = (all.subset(20, 1).unwrap(), all.subset(20, 2).unwrap());
        assert_ne!(a, b);
        assert_eq!((a.len(), a.integers().is_sorted()), (20, true));
        assert_eq!(all.subset(all.len(), 3).unwrap(), all);
        // Frozen: the same on every machine and with every version of this crate.
        assert_eq!(
            all.subset(3, 7).unwrap().integers(),
            [[0, 2, 1], [1, 3, 0], [2, -3, 0]]
        );
        // Each vector is as likely as the others: 40 000 draws over 128 vectors, five standard deviations.
        let mut counts = vec![0_u32; all.len()];
        for seed in 0..2000 {
            for n in all.subset(20, seed).unwrap().integers() {
                counts[all.integers().binary_search(n).unwrap()] += 1;
            }
        }
        let expected = 40_000.0 / f64::from(u32::try_from(all.len()).unwrap());
        assert!(
            counts
                .iter()
                .all(|&c| (f64::from(c) - expected).abs() < 5.0 * expected.sqrt())
        );
    }

    #[test]
    fn complete_sets_of_signs_are_found_in_orthorhombic_cells_alone() {
        let cube = Cell::cubic(9.41036).unwrap();
        let shell = WaveVectors::shell(&cube, 7.15..=7.35).unwrap();
        assert_eq!(shell.sign_classes().unwrap().len(), 63);
        assert_eq!(shell.subset(218, 1).unwrap().sign_classes(), None);
        let skewed = WaveVectors::sphere(&skewed(), 4.0).unwrap();
        assert_eq!(skewed.sign_classes(), None);
        assert_eq!(
            WaveVectors::from_vectors(&[[1.0, 0.0, 0.0]])
                .unwrap()
                .sign_classes(),
            None
        );
    }

    #[test]
    fn integers_are_turned_to_the_positive_half() {
        let cube = Cell::cubic(TAU).unwrap();
        let given = WaveVectors::from_integers(&cube, &[[0, -2, 1], [1, -1, 0]]).unwrap();
        assert_eq!(given.integers(), [[0, 2, -1], [1, -1, 0]]);
        assert_eq!(given.to_string().lines().count(), 3);
        assert!(
            given
                .to_string()
                .starts_with("h,k,l,qx,qy,qz,q\n0,2,-1,0e0,2e0,-1e0,")
        );
    }

    #[test]
    fn thin_cells_are_refused_before_their_integers_are_looked_through() {
        let message = |result: Result<WaveVectors, WaveVectorError>| result.unwrap_err().to_string();
        // So long that its vectors alone fill the memory, though the volume is small.
        let needle = Cell::orthorhombic([1e-3, 1e-3, 1e9]).unwrap();
        assert_eq!(
            message(WaveVectors::shell(&needle, 0.0..=1.0)),
            "about 3.2e8 wave vectors to look through, expected less than 1e8: is q in inverse units of the cell?"
        );
        // The nearest vectors of a flat one are 6e8 long, and have integers up to 1e8.
        let flat = Cell::triclinic([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1e-8]]).unwrap();
        assert_eq!(
            message(WaveVectors::shell(&flat, 1e-9..=1e-8)),
            "no commensurate wave vector of length 0.000000001 to 0.00000001, and none near"
        );
        assert!(matches!(
            WaveVectors::sphere(&flat, f64::MAX),
            Err(WaveVectorError::TooMany { .. })
        ));
    }

    #[test]
    fn the_largest_integers_keep_their_place() {
        let cube = Cell::cubic(TAU).unwrap();
        let found = WaveVectors::from_integers(&cube, &[[i32::MIN, 0, 1]]);
        assert_eq!(
            found.unwrap_err().to_string(),
            "wave vector 0 has the integers [-2147483648, 0, 1], expected none below -2147483647"
        );
        let far = WaveVectors::from_integers(&cube, &[[i32::MAX; 3], [-i32::MAX, 0, 1]]).unwrap();
        assert_eq!(far.integers(), [[i32::MAX; 3], [i32::MAX, 0, -1]]);
        assert_eq!(far.shells()[1].members(), [0]);
    }

    #[test]
    fn refusals_name_what_was_found() {
        let cube = Cell::cubic(TAU).unwrap();
        let message = |result: Result<WaveVectors, WaveVectorError>| result.unwrap_err().to_string();
        assert_eq!(
            message(WaveVectors::shell(&cube, 2.5..=2.8)),
            "no commensurate wave vector of length 2.5 to 2.8, the nearest have 2.449490 and 2.828427"
        );
        assert_eq!(
            message(WaveVectors::sphere(&cube, 0.5)),
            "no commensurate wave vector of length 0 to 0.5, the nearest have 1.000000"
        );
        #[allow(clippy::reversed_empty_ranges, reason = "what is refused")]
        let reversed = WaveVectors::shell(&cube, 3.0..=2.0);
        assert_eq!(
            message(reversed),
            "wave vectors of length 3 to 2, expected 0 <= low <= high, finite, and high above 0"
        );
        assert!(message(WaveVectors::sphere(&cube, f64::NAN)).contains("NaN"));
        assert_eq!(
            message(WaveVectors::sphere(&cube, 1e4)),
            "about 4.0e12 wave vectors to look through, expected less than 1e8: is q in inverse units of the cell?"
        );
        assert_eq!(
            message(WaveVectors::from_integers(&cube, &[[1, 0, 0], [0, 0, 0]])),
            "wave vector 1 is zero, expected a direction"
        );
        assert_eq!(
            message(WaveVectors::from_integers(
                &cube,
                &[[1, 0, 0], [0, 1, 0], [-1, 0, 0]]
            )),
            "wave vector 2 is wave vector 0 or its negative, expected each once"
        );
        assert_eq!(
            message(WaveVectors::from_integers(&cube, &[])),
            "0 wave vectors, expected at least 1"
        );
        assert_eq!(
            message(WaveVectors::from_vectors(&[[0.0, f64::INFINITY, 1.0]])),
            "wave vector 0 is [0.0, inf, 1.0], expected finite components"
        );
        let shell = WaveVectors::sphere(&cube, 1.0).unwrap();
        assert_eq!(
            message(shell.subset(4, 0)),
            "a subset of 4 wave vectors, expected 1 to 3"
        );
    }
}
