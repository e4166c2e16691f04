//! Whether single precision resolves how the particles move.

use std::path::Path;

use msed::stats::short;
use msed::trajectory::{Convention, Frame, FrameSource, TrajectoryError};
use msed::{Real, Trajectory};

use super::about;
use crate::failure::Failure;

/// Shares of the squared displacement between frames that may be rounding: more is said, and much
/// more is refused.
const SAID: f64 = 0.01;
const REFUSED: f64 = 0.1;
/// Pairs of consecutive frames that are looked at.
const PAIRS: usize = 64;

/// A source of frames that keeps the largest coordinate of all frames.
pub(super) struct Farthest<'a, S> {
    source: S,
    farthest: &'a mut f32,
}

impl<'a, S: FrameSource<f32>> Farthest<'a, S> {
    pub(super) fn new(source: S, farthest: &'a mut f32) -> Self {
        Self { source, farthest }
    }
}

impl<S: FrameSource<f32>> FrameSource<f32> for Farthest<'_, S> {
    fn particles(&self) -> usize {
        self.source.particles()
    }

    fn convention(&self) -> Convention {
        self.source.convention()
    }

    fn next_frame(&mut self, frame: &mut Frame<f32>) -> Result<bool, TrajectoryError> {
        let more = self.source.next_frame(frame)?;
        if more {
            *self.farthest = frame
                .positions
                .iter()
                .fold(*self.farthest, |most, x| most.max(x.abs()));
        }
        Ok(more)
    }

    fn frames_expected(&self) -> Option<usize> {
        self.source.frames_expected()
    }
}

/// Holds the spacing of single-precision numbers at the farthest coordinate against the least
/// squared displacement between frames. Gives what to beware of.
///
/// Rounding to a spacing q adds q^2/12 to the variance of each coordinate at either end of a
/// displacement.
pub(super) fn check(
    file: &Path,
    farthest: f32,
    trajectory: &Trajectory<'_, f32>,
) -> Result<Option<String>, Failure> {
    let spacing = f64::from(farthest.next_up() - farthest);
    let particles = trajectory.particles() as f64;
    let moved = (1..trajectory.frames().min(PAIRS + 1))
        .map(|k| squared_distance(trajectory.frame(k - 1), trajectory.frame(k)) / particles)
        .filter(|&moved| moved > 0.0)
        .fold(f64::INFINITY, f64::min);
    let rounding = 3.0 * spacing * spacing / 6.0;
    if rounding <= SAID * moved {
        return Ok(None);
    }
    let message = format!(
        "coordinates reach {}, where single precision steps by {}, and the least mean-squared displacement between frames \
         is {}: rounding is {} % of it",
        short(f64::from(farthest), 6),
        short(spacing, 2),
        short(moved, 3),
        short((100.0 * rounding / moved).min(100.0), 2),
    );
    if rounding <= REFUSED * moved {
        return Ok(Some(message));
    }
    let expected = "expected less than 10 %: write positions that start inside the cell";
    Err(about(file, format!("{message}, {expected}")))
}

fn squared_distance<T: Real>(from: &[T], to: &[T]) -> f64 {
    let moved = from.iter().zip(to).map(|(from, to)| to.to_f64() - from.to_f64());
    moved.map(|x| x * x).sum()
}
