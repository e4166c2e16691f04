//! The dimensions of runs, and what must fit them.

use super::StructureError;
use crate::real::Real;
use crate::trajectory::{Cell, Coordinates, Dimensions, Trajectory};

/// The dimensions that all runs have.
pub(super) fn dimensions<T: Real, C: Coordinates>(
    runs: &[Trajectory<'_, T, C>],
) -> Result<Dimensions, StructureError> {
    let expected = runs[0].dimensions();
    for (run, trajectory) in runs.iter().enumerate().skip(1) {
        let found = trajectory.dimensions();
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
