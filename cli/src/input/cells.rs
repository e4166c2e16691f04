//! The cell of a run. The file and `box` must agree, and on an isochore all runs have one volume.

use std::path::Path;

use msed::Trajectory;
use msed::stats::short;
use msed::thermo::SAME_VOLUME;
use msed::trajectory::{Cell, Frame, FrameSource as _};

use super::about;
use super::energies::Energies;
use super::trajectory::{self, Frames};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan};

/// The logarithm of the ratio of two volumes of one run, of which one may be that of its start.
const NEAR_VOLUME: f64 = 0.25;

/// The volume of all runs that count, as far as it is known; `None` where it is not, and along an
/// isobar where they differ.
///
/// # Errors
/// Where they differ by more than 0.1 % and `path` is not `isobaric`.
pub(crate) fn common_volume<'a>(
    scan: &Scan,
    runs: impl Iterator<Item = (&'a Run, &'a Energies)>,
) -> Result<Option<f64>, Failure> {
    let mut first: Option<(&Run, f64)> = None;
    for (run, energies) in runs.filter(|(run, _)| run.exclude.is_none()) {
        let of_cell = volume(scan, run)?;
        let mean = energies.mean_volume();
        // The cell of a run at constant pressure is that of its start.
        if let (Some(found), Some(mean)) = (of_cell, mean)
            && (found / mean).ln().abs() > NEAR_VOLUME
        {
            let [found, mean] = [found, mean].map(|volume| short(volume, 6));
            let message = format!(
                "found a cell of the volume {found}, that of the volume column is {mean} in the mean"
            );
            return Err(scan.run_failure(run, format!("{message}; expected the same")));
        }
        let Some(volume) = mean.or(of_cell) else {
            continue;
        };
        let (before, expected) = *first.get_or_insert((run, volume));
        if (volume - expected).abs() <= SAME_VOLUME * expected {
            continue;
        }
        if scan.is_isobaric() {
            return Ok(None);
        }
        let wanted = match scan.system.path {
            Some(_) => "the same to 0.1 % on an isochore",
            None => "the same to 0.1 %, or `path` in [system]",
        };
        let message = format!(
            "found a volume of {}, that of run `{}` is {}; expected {wanted}",
            short(volume, 6),
            before.name(),
            short(expected, 6)
        );
        return Err(scan.run_failure(run, message));
    }
    Ok(first.map(|(_, volume)| volume))
}

/// The volume of a run, or its area in two dimensions: of its first frame, or else of `box`. Where
/// `box` gives the cell of the first frame with more digits, it takes that one.
pub(crate) fn volume(scan: &Scan, run: &Run) -> Result<Option<f64>, Failure> {
    let of = |cell: Cell| cell.volume_in(scan.dimensions);
    let found = cell(scan, run)?.map(of);
    let given = run.cell.and_then(|edges| Cell::orthorhombic(edges).ok()).map(of);
    Ok(match (found, given) {
        (Some(found), Some(given)) if (found - given).abs() < SAME_VOLUME * found => Some(given),
        _ => found,
    })
}

/// The cell of a run: of its first frame, or else of `box`.
fn cell(scan: &Scan, run: &Run) -> Result<Option<Cell>, Failure> {
    let given = run.cell.map(Cell::orthorhombic).transpose();
    let given = given.map_err(|error| scan.run_failure(run, error))?;
    let Some(file) = run.trajectory().first().and_then(|files| files.first()) else {
        return Ok(given);
    };
    let mut frame = Frame::<f32>::new();
    trajectory::reader(scan, run, file)?
        .next_frame(&mut frame)
        .map_err(|error| about(file, error))?;
    Ok(frame.cell.or(given))
}

/// Gives the trajectory its cell. The cell of the file must agree with `box` and must be the same
/// at all frames; a file without a cell takes that of `box`.
pub(super) fn with_cell(
    scan: &Scan,
    run: &Run,
    file: &Path,
    trajectory: Trajectory<'static, f32>,
) -> Result<Trajectory<'static, f32>, Failure> {
    let given = run.cell.map(Cell::orthorhombic).transpose();
    let given = given.map_err(|error| about(file, error))?;
    match (trajectory.cell(0).copied(), given) {
        (Some(first), given) => {
            let whose = match run.cell {
                Some(lengths) => format!(
                    "the `box` {} of the run at {}",
                    list(lengths, 12),
                    scan.place(run)
                ),
                None => format!("the {} of frame 0", edges(&first)),
            };
            let expected = given.unwrap_or(first);
            // Runs are at constant volume, except that those along an isobar may be at constant
            // pressure.
            let free = given.is_none() && scan.is_isobaric();
            let tolerance = if free { 0.25 } else { 1e-4 };
            let mut cells = trajectory.cells().iter().enumerate();
            match cells.find(|(_, cell)| !is_close(cell, &expected, tolerance)) {
                Some((frame, cell)) => {
                    let found = edges(cell);
                    let message = format!("frame {frame}: found a cell of {found}, expected {whose}");
                    Err(about(file, message))
                }
                None => Ok(trajectory),
            }
        }
        (None, Some(given)) => trajectory.with_cell(given).map_err(|error| about(file, error)),
        (None, None) => {
            let place = scan.place(run);
            let message = format!("found no cell, expected `box` in [system] or in the run at {place}");
            Err(about(file, message))
        }
    }
}

/// Whether no component of a vector differs by more than this part of the vector's length.
pub(super) fn is_close(cell: &Cell, expected: &Cell, tolerance: f64) -> bool {
    let vectors = cell.vectors().into_iter().zip(expected.vectors());
    vectors
        .zip(expected.lengths())
        .all(|((found, expected), length)| {
            let mut pairs = found.into_iter().zip(expected);
            pairs.all(|(found, expected)| (found - expected).abs() <= tolerance * length)
        })
}

fn list(lengths: [f64; 3], digits: usize) -> String {
    format!("[{}]", lengths.map(|length| short(length, digits)).join(", "))
}

/// The lengths of a cell, or its vectors where it is tilted.
pub(super) fn edges(cell: &Cell) -> String {
    if cell.is_orthorhombic() {
        list(cell.lengths(), 7)
    } else {
        let vectors = cell.vectors().map(|vector| list(vector, 7));
        format!("[{}]", vectors.join(", "))
    }
}

/// The mean cell of all frames. Where `box` gives the same cell with more digits, it takes that
/// one.
pub(crate) fn mean_cell(run: &Run, frames: &Frames) -> Result<Cell, msed::Error> {
    let cells: Vec<&Cell> = frames.runs().iter().flat_map(Trajectory::cells).collect();
    let mut mean = [[0.0; 3]; 3];
    for cell in &cells {
        for (sum, vector) in mean.iter_mut().zip(cell.vectors()) {
            for (sum, x) in sum.iter_mut().zip(vector) {
                *sum += x / cells.len() as f64;
            }
        }
    }
    let mean = Cell::triclinic(mean)?;
    let same = |given: &[f64; 3]| {
        let mut pairs = mean.lengths().into_iter().zip(given);
        mean.is_orthorhombic() && pairs.all(|(found, given)| (found - given).abs() < 1e-6 * given)
    };
    Ok(match run.cell.filter(same) {
        Some(given) => Cell::orthorhombic(given)?,
        None => mean,
    })
}
