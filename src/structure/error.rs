//! What estimators of the structure refuse.

use thiserror::Error;

use crate::lag::LagError;
use crate::real::{list, short};
use crate::stats::{Invalid, ResamplingError, UnknownSpecies};
use crate::trajectory::Dimensions;

/// Numbers beside runs of frames, where their count is wrong.
fn numbers(run: Option<usize>, found: usize, expected: usize) -> String {
    match run {
        None => format!("{found} lists of numbers, expected one for each run: {expected}"),
        Some(run) => {
            format!("{found} numbers in the list of run {run}, expected one for each frame: {expected}")
        }
    }
}

/// A question about the structure that means nothing, or that the runs or the sums cannot answer.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum StructureError {
    /// A length or a wave number that is not positive and finite, or a number of a frame that is
    /// not finite.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Bins that cannot be made.
    #[error(
        "{count} bins from {} to {}, expected 1 to 1048576 between increasing finite distances, of which logarithmic bins \
         begin above 0",
        short(*.start, 12), short(*.end, 12)
    )]
    Bins {
        /// Smallest distance.
        start: f64,
        /// Largest distance.
        end: f64,
        /// Number of bins.
        count: usize,
    },
    /// Bins that leave out the shortest distances where all of them count.
    #[error("bins from {} on, expected from 0: the distances at which no particle comes count too", short(*.found, 12))]
    NotFromZero {
        /// Where the bins begin.
        found: f64,
    },
    /// Distances beyond half of the cell.
    #[error(
        "distances up to {}, expected no more than {}, half of the smallest distance between opposite faces of the cell of run {run}",
        short(*.found, 12), short(*.limit, 12)
    )]
    TooFar {
        /// Index of the run.
        run: usize,
        /// The end of the bins.
        found: f64,
        /// Half of the cell's smallest width.
        limit: f64,
    },
    /// A run without a periodic cell.
    #[error("run {run} has no periodic cell, expected one for {needed_for}")]
    NoCell {
        /// Index of the run.
        run: usize,
        /// What needs the cell.
        needed_for: &'static str,
    },
    /// A coherent quantity at vectors that are not commensurate.
    #[error(
        "wave vectors without integers, expected commensurate ones: the density of a periodic system has no others"
    )]
    NotCommensurate,
    /// Vectors of another cell than the trajectory's.
    #[error(
        "the wave vectors belong to a cell with edges {}, but that of run {run} has {}: commensurate vectors are made from \
         the trajectory's own cell",
        list(.expected), list(.found)
    )]
    OtherCell {
        /// Index of the run.
        run: usize,
        /// Lengths of the lattice vectors of the trajectory.
        found: [f64; 3],
        /// Lengths of the lattice vectors of the wave vectors' cell.
        expected: [f64; 3],
    },
    /// Runs of different dimensions.
    #[error(
        "run {run} has {found}, run 0 has {expected}: expected the same for all; where a run is too short to tell, \
         `Trajectory::with_dimensions` says it"
    )]
    Dimensions {
        /// Index of the run.
        run: usize,
        /// Its dimensions.
        found: Dimensions,
        /// Those of the first run.
        expected: Dimensions,
    },
    /// A run whose dimensions its motion does not tell.
    #[error(
        "particles of run {run} move by {} along one axis and by {} along another: too little for three dimensions, and more than \
         rounding in two; expected to be told how many there are, by `Trajectory::with_dimensions` or by `dimensions` in a scan file",
        short(*found, 4), short(*longest, 4)
    )]
    UnclearDimensions {
        /// Index of the run.
        run: usize,
        /// The longest motion along the axis in question.
        found: f64,
        /// The longest motion along any axis.
        longest: f64,
    },
    /// A wave vector that leaves the plane of a two-dimensional run.
    #[error(
        "wave vector {index} leaves the plane of a run in {dimensions}, in which nothing moves along the third axis: expected \
         vectors in the plane, such as those of `WaveVectors::shell_in` or `Trajectory::shell`"
    )]
    OutOfPlane {
        /// Position in the list.
        index: usize,
        /// The dimensions of the run.
        dimensions: Dimensions,
    },
    /// A cell none of whose lattice vectors lies across the plane of a two-dimensional run.
    #[error(
        "the cell of run {run} has the lattice vectors {} in {dimensions}, expected one along the axis without motion and two \
         across it",
        found.map(|vector| list(&vector)).join(", ")
    )]
    TiltedCell {
        /// Index of the run.
        run: usize,
        /// Its lattice vectors.
        found: [[f64; 3]; 3],
        /// The dimensions of the run.
        dimensions: Dimensions,
    },
    /// Numbers beside frames that they do not go with one by one.
    #[error("{}", numbers(*.run, *.found, *.expected))]
    Numbers {
        /// Index of the run whose list has another length, or `None` where there is not one list
        /// for each run.
        run: Option<usize>,
        /// Numbers or lists given.
        found: usize,
        /// Frames or runs.
        expected: usize,
    },
    /// The overlap of displacements that were summed without its radius.
    #[error("no overlap radius was given, expected one for the overlap and its susceptibility")]
    NoOverlap,
    /// The susceptibility of the overlap over parts of the particles.
    #[error(
        "the susceptibility of parts of the particles that were merged, expected sums over all particles at once: it is no average \
         over particles"
    )]
    PartsOfParticles,
    /// A list of wave vectors that sums do not have.
    #[error(
        "list {found} of wave vectors, expected one of the {lists} that the accumulator was given, counted from 0"
    )]
    NoList {
        /// The list asked for.
        found: usize,
        /// Lists there are.
        lists: usize,
    },
    /// Ends of a range that hold nothing, or are no lengths.
    #[error("wave vectors of length {} to {}, expected 0 <= low <= high, finite, and high above 0", short(*.low, 12), short(*.high, 12))]
    WaveVectorRange {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// A range without a commensurate vector.
    #[error("no commensurate wave vector of length {} to {}, {}", short(*.low, 12), short(*.high, 12), lengths(nearest))]
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
    TooManyWaveVectors {
        /// Integers up to the largest that a vector of the greatest length can have.
        estimate: f64,
        /// The limit.
        limit: f64,
    },
    /// No wave vector at all.
    #[error("0 wave vectors, expected at least 1")]
    NoWaveVectors,
    /// A wave vector of a list that is zero, not finite, out of range or listed twice.
    #[error("wave vector {index} {found}, expected {expected}")]
    WaveVector {
        /// Position in the list.
        index: usize,
        /// What is wrong with it.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A subset of no wave vector, or more than all.
    #[error("a subset of {found} wave vectors, expected 1 to {available}")]
    Subset {
        /// How many were asked for.
        found: usize,
        /// How many there are.
        available: usize,
    },
    /// A request for lags that means nothing.
    #[error(transparent)]
    Lag(#[from] LagError),
    /// A division into blocks.
    #[error(transparent)]
    Resampling(#[from] ResamplingError),
    /// A species that is not there.
    #[error(transparent)]
    Species(#[from] UnknownSpecies),
}

fn lengths(nearest: &[Option<f64>; 2]) -> String {
    let known: Vec<String> = nearest.iter().flatten().map(|&q| short(q, 6)).collect();
    if known.is_empty() {
        "and none near".to_owned()
    } else {
        format!("the nearest have {}", known.join(" and "))
    }
}
