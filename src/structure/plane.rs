//! The dimensions of runs, and what must fit them.

use super::StructureError;
use crate::real::Real;
use crate::trajectory::{Cell, Coordinates, Dimensions, Trajectory, Unclear};

/// The dimensions that all runs have.
pub(super) fn dimensions<T: Real, C: Coordinates>(
    runs: &[Trajectory<'_, T, C>],
) -> Result<Dimensions, StructureError> {
    let of = |run: usize| {
        let unclear = |Unclear { found, longest }| StructureError::UnclearDimensions { run, found, longest };
        runs[run].clear_dimensions().map_err(unclear)
    };
    let expected = of(0)?;
    for run in 1..runs.len() {
        let found = of(run)?;
        if found != expected {
            return Err(StructureError::Dimensions { run, found, expected });
        }
    }
    Ok(expected)
}

/// All of these wave vectors, in any unit, lie in the plane of two dimensions.
pub(crate) fn check_vectors<X: Copy + Default + PartialEq>(
    dimensions: Dimensions,
    vectors: &[[X; 3]],
) -> Result<(), StructureError> {
    let Some(normal) = dimensions.normal() else {
        return Ok(());
    };
    match vectors.iter().position(|q| q[normal] != X::default()) {
        Some(index) => Err(StructureError::OutOfPlane { index, dimensions }),
        None => Ok(()),
    }
}

/// The cells of a run have one lattice vector across the plane of two dimensions.
pub(super) fn check_cells(dimensions: Dimensions, run: usize, cells: &[Cell]) -> Result<(), StructureError> {
    match cells.iter().find(|cell| !cell.lies_in(dimensions)) {
        Some(cell) => Err(StructureError::TiltedCell {
            run,
            found: cell.vectors(),
            dimensions,
        }),
        None => Ok(()),
    }
}
