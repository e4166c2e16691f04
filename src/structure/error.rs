//! Questions about the structure that mean nothing.

use thiserror::Error;

/// A parameter of a structural estimator that means nothing.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum StructureError {
    /// An overlap radius that is no length.
    #[error("overlap radius {found}, expected a positive finite length")]
    OverlapRadius {
        /// The value given.
        found: f64,
    },
    /// Bins that are none.
    #[error(
        "{count} bins from {start} to {end}, expected 1 to 1048576 between increasing finite distances, of which logarithmic bins begin above 0"
    )]
    Bins {
        /// Smallest distance.
        start: f64,
        /// Largest distance.
        end: f64,
        /// Number of bins.
        count: usize,
    },
    /// Distances beyond half of the cell.
    #[error(
        "distances up to {found}, expected no more than {limit}, half of the smallest distance between opposite faces of the cell of \
         run {run}"
    )]
    TooFar {
        /// Index of the run.
        run: usize,
        /// The end of the bins.
        found: f64,
        /// Half of the cell's smallest width.
        limit: f64,
    },
    /// A density without a volume.
    #[error("run {run} has no periodic cell, expected one for the density")]
    NoCell {
        /// Index of the run.
        run: usize,
    },
    /// A wave number that is none.
    #[error("wave number {index} is {found}, expected a positive finite number")]
    WaveNumber {
        /// Position in the list.
        index: usize,
        /// The value given.
        found: f64,
    },
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
