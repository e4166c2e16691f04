//! Squared displacements at every lag, by transforms.

use std::ops::Range;

use super::columns::{ColumnProducts, Scratch, Spectra};
use super::rough_mean;
use crate::sampling::Lag;
use crate::stats::BlockSums;
use crate::structure::origins::{Groups, Origins};
use crate::trajectory::Trajectory;
use crate::{Real, threads};

/// Particles of a piece of the work.
const CHUNK: usize = 64;
/// Spectra of pieces that wait to be added may take this part of the memory of the trajectory.
const WAITING_PART: usize = 8;
/// Particles whose columns are gathered at once: three cache lines of each frame, and columns that stay in the second-level cache...
const GATHERED: usize = 8;
/// ...unless the columns are longer than this many numbers in all.
const GATHERED_NUMBERS: usize = 1 << 20;
/// Frames that are transposed at once.
const TILE: usize = 16;

/// Mean squared displacement along x, y and z by block and lag, of each species and, last, of all particles.
pub(crate) struct SpectralSums {
    pub(crate) squares: Vec<[BlockSums; 3]>,
    /// Relative error bound of all these means, by lag.
    pub(crate) error_bounds: Vec<f64>,
}

/// By transforms; for uniform frames.
pub(crate) fn spectral_sums<T: Real>(
    runs: &[Trajectory<'_, T>],
    groups: &Groups,
    origins: &Origins,
) -> SpectralSums {
    let lags = origins.lags().len();
    let sizes = groups.sizes();
    let mut squares: Vec<[BlockSums; 3]> = sizes
        .iter()
        .map(|_| std::array::from_fn(|_| origins.sums()))
        .collect();
    // Absolute errors of the sums over all blocks, by group and component.
    let mut errors = vec![[0.0; 3]; sizes.len()];
    for (r, run) in runs.iter().enumerate() {
        let blocks: Vec<(usize, Range<usize>)> = origins
            .partition()
            .iter()
            .enumerate()
            .filter_map(|(block, (of, frames))| (of == r).then_some((block, frames)))
            .collect();
        let plan = ColumnProducts::new(blocks.iter().map(|(_, frames)| frames.clone()).collect());
        let table = origins.table(r);
        for (g, particles) in groups.particles().enumerate() {
            let columns = transform(run, particles, &plan);
            for axis in 0..3 {
                let products = plan.lag_products(&columns.spectra[axis]);
                let prefix = Prefix::new(&columns.squares[axis]);
                let error = plan.relative_error() * prefix.sum(0..run.frames());
                for group in [g, sizes.len() - 1] {
                    errors[group][axis] += error;
                    for (b, (block, frames)) in blocks.iter().enumerate() {
                        for (k, &lag) in table.lags().iter().enumerate() {
                            let m = usize::try_from(lag.steps() / table.unit()).unwrap_or(usize::MAX);
                            let end = frames.end.min(run.frames().saturating_sub(m));
                            if frames.start >= end {
                                break;
                            }
                            let both = prefix.sum(frames.start..end) + prefix.sum(frames.start + m..end + m);
                            let sum = if m == 0 { 0.0 } else { both - 2.0 * products[b][m] };
                            // All particles take one species after the other: their pairs count once.
                            let pairs = if group == g || g == 0 {
                                count(end - frames.start)
                            } else {
                                0.0
                            };
                            squares[group][axis].add(*block, k, sum / sizes[group], pairs);
                        }
                    }
                }
            }
        }
    }
    let bound = |k: usize| -> f64 {
        if origins.lags()[k] == Lag::ZERO {
            return 0.0;
        }
        let of = |group: usize, axis: usize| {
            let sums: &BlockSums = &squares[group][axis];
            errors[group][axis] / (sums.mean(k) * sums.weight(k) * sizes[group])
        };
        let all = (0..sizes.len()).flat_map(|group| (0..3).map(move |axis| (group, axis)));
        // Where nothing moves there is no relative error to bound.
        let bounds = all
            .map(|(group, axis)| of(group, axis))
            .map(|x| if x >= 0.0 { x } else { f64::INFINITY });
        bounds.fold(0.0, f64::max)
    };
    let error_bounds = (0..lags).map(bound).collect();
    SpectralSums {
        squares,
        error_bounds,
    }
}

fn count(n: usize) -> f64 {
    n as f64
}

/// What the columns of a species add up to, along each axis.
struct Columns {
    spectra: [Spectra; 3],
    /// Sum of the squares of the centred coordinates, by frame.
    squares: [Vec<f64>; 3],
}

fn transform<T: Real>(run: &Trajectory<'_, T>, particles: &[usize], plan: &ColumnProducts) -> Columns {
    let mut sums: Option<Columns> = None;
    let chunks: Vec<&[usize]> = particles.chunks(CHUNK).collect();
    let work = |chunk: &&[usize]| transform_chunk(run, chunk, plan);
    let allowed = size_of_val(run.positions()) / WAITING_PART;
    // A power of two, for that many threads or fewer to end together.
    let waiting = (allowed / (3 * plan.spectra_bytes())).clamp(2, 64);
    let waiting = 1 << waiting.ilog2();
    threads::in_order(&chunks, waiting, work, |_, found| match &mut sums {
        None => sums = Some(found),
        Some(sums) => {
            for axis in 0..3 {
                sums.spectra[axis].add(&found.spectra[axis]);
                for (sum, x) in sums.squares[axis].iter_mut().zip(&found.squares[axis]) {
                    *sum += x;
                }
            }
        }
    });
    sums.unwrap_or_else(|| Columns {
        spectra: std::array::from_fn(|_| plan.spectra()),
        squares: std::array::from_fn(|_| vec![0.0; run.frames()]),
    })
}

fn transform_chunk<T: Real>(run: &Trajectory<'_, T>, particles: &[usize], plan: &ColumnProducts) -> Columns {
    let frames = run.frames();
    // An even number: two columns make one transform.
    let together = (GATHERED_NUMBERS / (3 * frames)).clamp(2, GATHERED) / 2 * 2;
    let mut columns = vec![0.0; 3 * together * frames];
    let mut scratch: [Scratch; 3] = std::array::from_fn(|_| plan.scratch());
    let mut sums = Columns {
        spectra: std::array::from_fn(|_| plan.spectra()),
        squares: std::array::from_fn(|_| vec![0.0; frames]),
    };
    for particles in particles.chunks(together) {
        gather(run, particles, &mut columns);
        // An odd one out is paired with a column of zeros.
        columns[3 * particles.len() * frames..].fill(0.0);
        for pair in columns.chunks_mut(6 * frames).take(particles.len().div_ceil(2)) {
            for axis in 0..3 {
                let (first, second) = pair.split_at_mut(3 * frames);
                let x = &mut first[axis * frames..][..frames];
                let y = &mut second[axis * frames..][..frames];
                centre(x, y, &mut sums.squares[axis]);
                plan.push(x, y, &mut sums.spectra[axis], &mut scratch[axis]);
            }
        }
    }
    for (spectra, scratch) in sums.spectra.iter_mut().zip(&mut scratch) {
        plan.flush(spectra, scratch);
    }
    sums
}

/// Coordinates of some particles as columns: particle by particle, axis by axis, frame by frame.
pub(crate) fn gather<T: Real>(run: &Trajectory<'_, T>, particles: &[usize], columns: &mut [f64]) {
    let frames = run.frames();
    let width = 3 * run.particles();
    let mut tile = [[0.0; TILE]; 3 * GATHERED];
    let columns = columns.chunks_mut(3 * GATHERED * frames);
    for (particles, columns) in particles.chunks(GATHERED).zip(columns) {
        for start in (0..frames).step_by(TILE) {
            let tall = TILE.min(frames - start);
            let rows = run.positions()[start * width..(start + tall) * width].chunks_exact(width);
            for (t, row) in rows.enumerate() {
                for (&p, column) in particles.iter().zip(tile.chunks_exact_mut(3)) {
                    for (column, x) in column.iter_mut().zip(&row[3 * p..3 * p + 3]) {
                        column[t] = Real::to_f64(*x);
                    }
                }
            }
            let columns = columns.chunks_exact_mut(frames).take(3 * particles.len());
            for (column, tile) in columns.zip(&tile) {
                column[start..start + tall].copy_from_slice(&tile[..tall]);
            }
        }
    }
}

/// Subtracts the means of two columns, and adds up the squares of what is left, frame by frame. Displacements do not change, and the
/// digits that a far origin costs are saved.
fn centre(x: &mut [f64], y: &mut [f64], squares: &mut [f64]) {
    let means = [rough_mean(x), rough_mean(y)];
    for ((x, y), square) in x.iter_mut().zip(y).zip(squares) {
        *x -= means[0];
        *y -= means[1];
        *square += *x * *x + *y * *y;
    }
}

/// Sums over any range of a sequence of non-negative numbers, to nearly full precision: running sums in two numbers each.
struct Prefix(Vec<[f64; 2]>);

impl Prefix {
    fn new(x: &[f64]) -> Self {
        let mut sums = Vec::with_capacity(x.len() + 1);
        let (mut high, mut low) = (0.0_f64, 0.0_f64);
        sums.push([high, low]);
        for &x in x {
            // Neumaier: `high` dominates, the terms are not negative.
            let sum = high + x;
            low += if high >= x {
                (high - sum) + x
            } else {
                (x - sum) + high
            };
            high = sum;
            sums.push([high, low]);
        }
        Self(sums)
    }

    fn sum(&self, range: Range<usize>) -> f64 {
        let ([start, start_low], [end, end_low]) = (self.0[range.start], self.0[range.end]);
        (end - start) + (end_low - start_low)
    }
}
