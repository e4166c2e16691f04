//! Coordinates of some particles as columns.

use crate::real::Real;
use crate::trajectory::Trajectory;

/// Particles of a tile...
const PARTICLES: usize = 16;
/// ...unless their coordinates are more than this many numbers.
const NUMBERS: usize = 1 << 20;
/// Particles whose coordinates are copied at once: three cache lines of each frame.
const COPIED: usize = 8;
/// Frames that are transposed at once.
const FRAMES: usize = 16;

/// Coordinates of some particles of a run over its frames. The frames of a coordinate lie side by
/// side, as vector code and transforms want them.
pub(crate) struct Tile {
    pub(crate) frames: usize,
    /// Particle by particle x, y, z over the frames.
    columns: Vec<f64>,
}

impl Tile {
    /// As many particles as fit the caches.
    pub(crate) fn particles(frames: usize) -> usize {
        Self::within(NUMBERS, frames).clamp(1, PARTICLES)
    }

    /// As many particles as have so many coordinates over the frames.
    pub(crate) fn within(numbers: usize, frames: usize) -> usize {
        numbers / (3 * frames)
    }

    /// The coordinates of these particles.
    pub(crate) fn of<T: Real>(run: &Trajectory<'_, T>, particles: &[usize]) -> Self {
        let mut tile = Self::zeros(run.frames(), particles.len());
        tile.fill(run, particles);
        tile
    }

    /// So many particles that rest at the origin.
    pub(crate) fn zeros(frames: usize, particles: usize) -> Self {
        Self {
            frames,
            columns: vec![0.0; 3 * particles * frames],
        }
    }

    #[cfg(test)]
    pub(super) fn from_columns(frames: usize, columns: Vec<f64>) -> Self {
        Self { frames, columns }
    }

    /// Each particle: x, y and z over the frames.
    pub(crate) fn columns(&self) -> impl ExactSizeIterator<Item = [&[f64]; 3]> {
        let frames = self.frames;
        self.columns.chunks_exact(3 * frames).map(move |r| {
            let (x, rest) = r.split_at(frames);
            let (y, z) = rest.split_at(frames);
            [x, y, z]
        })
    }

    /// Two particles at a time, axis by axis.
    pub(crate) fn pairs_mut(&mut self) -> impl Iterator<Item = [[&mut [f64]; 2]; 3]> {
        let frames = self.frames;
        self.columns.chunks_exact_mut(6 * frames).map(move |pair| {
            let (first, second) = pair.split_at_mut(3 * frames);
            let (x, rest) = first.split_at_mut(frames);
            let (y, z) = rest.split_at_mut(frames);
            let (u, rest) = second.split_at_mut(frames);
            let (v, w) = rest.split_at_mut(frames);
            [[x, u], [y, v], [z, w]]
        })
    }

    /// Makes the first particles of the tile these, and lets the others rest at the origin.
    pub(crate) fn fill<T: Real>(&mut self, run: &Trajectory<'_, T>, particles: &[usize]) {
        let frames = self.frames;
        let width = 3 * run.particles();
        let mut copied = [[0.0; FRAMES]; 3 * COPIED];
        let columns = self.columns.chunks_mut(3 * COPIED * frames);
        for (particles, columns) in particles.chunks(COPIED).zip(columns) {
            for start in (0..frames).step_by(FRAMES) {
                let tall = FRAMES.min(frames - start);
                let rows = run.positions()[start * width..(start + tall) * width].chunks_exact(width);
                for (t, row) in rows.enumerate() {
                    for (&p, column) in particles.iter().zip(copied.chunks_exact_mut(3)) {
                        for (column, x) in column.iter_mut().zip(&row[3 * p..3 * p + 3]) {
                            column[t] = Real::to_f64(*x);
                        }
                    }
                }
                let columns = columns.chunks_exact_mut(frames).take(3 * particles.len());
                for (column, copied) in columns.zip(&copied) {
                    column[start..start + tall].copy_from_slice(&copied[..tall]);
                }
            }
        }
        self.columns[3 * particles.len() * frames..].fill(0.0);
    }
}
