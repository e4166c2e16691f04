//! Whether particles move from frame to frame as particles can.

use std::collections::BTreeMap;
use std::path::Path;

use msed::Trajectory;
use msed::stats::short;
use msed::trajectory::{Cell, Convention};

use super::about;
use super::trajectory;
use crate::failure::Failure;
use crate::scan_file::{Run, Scan, UnwrapName};

/// A jump is longer than this part of the cell.
const FAR: f64 = 0.5;
/// Particles move by less than this part of the cell between two frames, or nothing can be told.
const SHORT: f64 = 0.1;
/// A whole number of cell vectors, as far as this, and as this many typical moves.
const WHOLE: f64 = 0.15;
const WHOLE_MOVES: f64 = 5.0;
/// A jump that is no whole number is longer than this many typical moves.
const MOVES: f64 = 20.0;
/// A move that is longer than this part of the cell, and no jump, is of a particle that moves
/// farther than most.
const BETWEEN: f64 = 0.25;
/// Fewest particles of a species, and fewest moves of one particle, whose median counts.
const FEWEST: usize = 5;

/// Checks that no particle, and not the system as a whole, jumps by cell vectors or across the cell
/// while particles move by far less, and that they move at all.
///
/// Moves are in units of the cell, relative to the common one, the median along each vector. What
/// is left of a move beside the nearest whole number is that of an honest particle, and its median
/// over a species is the typical move, however many particles jump. Where frames are far apart it
/// is of the size of the cell, and nothing is told. Honest moves are of all lengths: where more
/// particles move by a part of the cell than jump, and where a particle moves by a part of the cell
/// in most frames, it is fast.
pub(super) fn check(
    scan: &Scan,
    run: &Run,
    file: &Path,
    trajectory: &Trajectory<'_, f32>,
) -> Result<(), Failure> {
    let frames = trajectory.frames();
    if frames > 1 && (1..frames).all(|k| trajectory.frame(k) == trajectory.frame(0)) {
        let message = format!(
            "all {frames} frames have the same positions: the particles do not move, expected a trajectory"
        );
        return Err(about(file, message));
    }
    let mut moves = Moves {
        trajectory,
        commons: BTreeMap::new(),
        usual: BTreeMap::new(),
    };
    for k in 1..frames {
        if !(0..trajectory.particles()).any(|i| is_far(moves.of(k, i))) {
            continue;
        }
        if let Some(found) = moves.system_jump(k).or_else(|| moves.particle_jump(k)) {
            let [from, to] = [k - 1, k].map(|k| format!("frame {k} (step {})", trajectory.steps()[k]));
            let message = format!("{found} from {from} to {to}: {}", way_out(scan, run, file)?);
            return Err(about(file, message));
        }
    }
    Ok(())
}

fn is_far(moved: [f64; 3]) -> bool {
    largest(moved) > FAR
}

fn largest(moved: [f64; 3]) -> f64 {
    moved.into_iter().fold(0.0, |most, x| most.max(x.abs()))
}

fn less(moved: [f64; 3], by: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|axis| moved[axis] - by[axis])
}

fn squared(moved: [f64; 3]) -> f64 {
    moved.into_iter().map(|x| x * x).sum()
}

/// The part of a move beside the nearest whole number of cell vectors.
fn rest(moved: [f64; 3]) -> [f64; 3] {
    moved.map(|x| x - x.round())
}

/// The upper median; `None` of nothing.
fn median(mut numbers: Vec<f64>) -> Option<f64> {
    let middle = numbers.len() / 2;
    let inside = middle < numbers.len();
    inside.then(|| *numbers.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// How particles move from each frame to the next.
struct Moves<'a> {
    trajectory: &'a Trajectory<'a, f32>,
    /// The common moves that were asked for, by the frame that they lead to.
    commons: BTreeMap<usize, [f64; 3]>,
    /// How far particles usually move, by particle and steps.
    usual: BTreeMap<(usize, u64), Option<f64>>,
}

impl Moves<'_> {
    /// The move of a particle to a frame from the one before, in units of the cell. In a cell that
    /// breathes, coordinates follow it or do not: the shorter move counts.
    fn of(&self, k: usize, particle: usize) -> [f64; 3] {
        let at = |k: usize| -> [f64; 3] {
            let frame = self.trajectory.frame(k);
            std::array::from_fn(|axis| f64::from(frame[3 * particle + axis]))
        };
        let (Some(before), Some(cell)) = (self.trajectory.cell(k - 1), self.trajectory.cell(k)) else {
            return [0.0; 3];
        };
        let [from, to] = [at(k - 1), at(k)];
        let moved = cell.fractional(less(to, from));
        if before.is_same_as(cell) || !is_far(moved) {
            return moved;
        }
        let followed = less(cell.fractional(to), before.fractional(from));
        if squared(followed) < squared(moved) {
            followed
        } else {
            moved
        }
    }

    fn all(&self, k: usize) -> Vec<[f64; 3]> {
        (0..self.trajectory.particles()).map(|i| self.of(k, i)).collect()
    }

    fn common(&mut self, k: usize) -> [f64; 3] {
        if let Some(known) = self.commons.get(&k) {
            return *known;
        }
        let all = self.all(k);
        let common = std::array::from_fn(|axis| median(all.iter().map(|x| x[axis]).collect()).unwrap_or(0.0));
        self.commons.insert(k, common);
        common
    }

    /// The frames at the end of moves that take at least half as long as that to frame `k`.
    fn like(&self, k: usize) -> Vec<usize> {
        let steps = self.trajectory.steps();
        let gap = |k: usize| steps[k] - steps[k - 1];
        (1..steps.len())
            .filter(|&other| 2 * gap(other) >= gap(k))
            .collect()
    }

    /// How far a particle usually moves in such a time beside whole numbers; `None` where frames
    /// are too few.
    fn usual(&mut self, k: usize, particle: usize) -> Option<f64> {
        let steps = self.trajectory.steps();
        let key = (particle, steps[k] - steps[k - 1]);
        if let Some(known) = self.usual.get(&key) {
            return *known;
        }
        let like = self.like(k);
        let usual = if like.len() < FEWEST {
            None
        } else {
            let of = |k| {
                let common = self.common(k);
                largest(rest(less(self.of(k, particle), common)))
            };
            median(like.into_iter().map(of).collect())
        };
        self.usual.insert(key, usual);
        usual
    }

    /// The typical move of each species to a frame, in units of the cell; `None` where it has few
    /// particles.
    fn typical(&self, all: &[[f64; 3]], common: [f64; 3]) -> Vec<Option<f64>> {
        let species = self.trajectory.species();
        let mut squares = vec![Vec::new(); species.len()];
        for (moved, &of) in all.iter().zip(species.of_particles()) {
            if let Some(squares) = squares.get_mut(of as usize) {
                squares.push(squared(rest(less(*moved, common))));
            }
        }
        let typical = squares.into_iter().map(|squares| {
            let few = squares.len() < FEWEST;
            median(squares).filter(|_| !few).map(f64::sqrt)
        });
        typical.collect()
    }

    /// What is to be said of the common move to a frame, where it is a jump.
    fn system_jump(&mut self, k: usize) -> Option<String> {
        let common = self.common(k);
        if !is_far(common) || self.trajectory.particles() < FEWEST {
            return None;
        }
        let all = self.all(k);
        // Each particle moves so, beside its own small part.
        let typical = median(all.iter().map(|moved| squared(less(*moved, common))).collect())?.sqrt();
        let like = self.like(k);
        let others = like.into_iter().filter(|&other| other != k);
        let others: Vec<f64> = others.map(|other| largest(self.common(other))).collect();
        let few = others.len() < FEWEST;
        let usual = median(others)?;
        let whole = largest(rest(common)) <= WHOLE;
        if typical >= SHORT || usual >= SHORT || few || !(whole || largest(common) > MOVES * usual) {
            return None;
        }
        let cell = self.trajectory.cell(k)?;
        Some(format!(
            "all particles together move by {} ({}), and by {} beside it,",
            length(cell, common),
            in_cells(common),
            short(typical * scale(cell), 2)
        ))
    }

    /// What is to be said of the first particle that jumps to a frame.
    fn particle_jump(&mut self, k: usize) -> Option<String> {
        let all = self.all(k);
        let common = self.common(k);
        let typical = self.typical(&all, common);
        let (mut jumps, mut fast, mut first) = (0, 0, None);
        for (particle, &moved) in all.iter().enumerate() {
            let of = self.trajectory.species().of_particles()[particle] as usize;
            let Some(typical) = typical[of].filter(|&typical| typical < SHORT) else {
                continue;
            };
            let relative = less(moved, common);
            let beside = rest(relative);
            let whole = largest(beside) <= WHOLE && squared(beside).sqrt() <= WHOLE_MOVES * typical;
            let far = squared(relative).sqrt() > MOVES * typical;
            if is_far(relative) && (whole || far) && self.usual(k, particle).is_none_or(|usual| usual < SHORT)
            {
                jumps += 1;
                first = first.or(Some((particle, moved, typical)));
            } else if largest(relative) > BETWEEN {
                fast += 1;
            }
        }
        let (particle, moved, typical) = first.filter(|_| jumps > fast)?;
        let cell = self.trajectory.cell(k)?;
        let others = match jumps {
            1 => String::new(),
            jumps => format!(", one of {jumps} particles,"),
        };
        Some(format!(
            "particle {particle}{others} moves by {} ({}), where {} is typical,",
            length(cell, moved),
            in_cells(moved),
            short(typical * scale(cell), 2)
        ))
    }
}

/// A length in units of the cell, in units of length.
fn scale(cell: &Cell) -> f64 {
    let lengths = cell.lengths();
    lengths.into_iter().fold(f64::INFINITY, f64::min)
}

fn length(cell: &Cell, moved: [f64; 3]) -> String {
    short(squared(cell.cartesian(moved)).sqrt(), 4)
}

fn in_cells(moved: [f64; 3]) -> String {
    let parts = moved.map(|x| short(if x.abs() < 5e-3 { 0.0 } else { x }, 3));
    format!("{} of the cell vectors", parts.join(", "))
}

/// What to do about a jump.
fn way_out(scan: &Scan, run: &Run, file: &Path) -> Result<&'static str, Failure> {
    let convention = trajectory::reader(scan, run, file)?.convention();
    Ok(match run.unwrap {
        Some(UnwrapName::Continuity) if convention != Convention::Unwrapped => {
            "the frame is damaged, or is of another run: leave it out"
        }
        _ if convention != Convention::Unwrapped => {
            "image flags were lost, or the frame is damaged; `unwrap = \"continuity\"` follows particles from frame to \
             frame without image flags"
        }
        _ => {
            "image flags were lost, or the frame is damaged; of wrapped coordinates (x, y, z in place of xu, yu, zu), `unwrap = \
             \"continuity\"` follows particles from frame to frame without image flags"
        }
    })
}
