//! The integers of commensurate vectors, by length.

use std::f64::consts::TAU;

use super::MOST;
use crate::trajectory::Cell;

pub(super) fn is_positive(n: [i32; 3]) -> bool {
    n.iter().find(|&&n| n != 0).is_some_and(|&n| n > 0)
}

/// Largest integers of a vector no longer than `longest`: n_i = q . a_i / 2 pi is at most |q| |a_i| / 2 pi.
fn largest(cell: &Cell, longest: f64) -> [f64; 3] {
    cell.lengths().map(|a| (longest * a / TAU).floor())
}

/// How many integers [`half_ball`] looks through.
pub(super) fn candidates(cell: &Cell, longest: f64) -> f64 {
    let [h, k, l] = largest(cell, longest);
    (h + 1.0) * (2.0 * k + 1.0) * (2.0 * l + 1.0)
}

/// The vectors no longer than `longest` of which the first non-zero integer is positive, ordered by their integers.
pub(super) fn half_ball(cell: &Cell, longest: f64) -> impl Iterator<Item = [i32; 3]> + '_ {
    let last = largest(cell, longest).map(|n| n as i32);
    (0..=last[0])
        .flat_map(move |h| (-last[1]..=last[1]).map(move |k| [h, k]))
        .flat_map(move |[h, k]| (-last[2]..=last[2]).map(move |l| [h, k, l]))
        .filter(move |&n| is_positive(n) && norm(cell.wave_vector(n)) <= longest)
}

/// The lengths next to an empty range; none where they are too far to look for.
pub(super) fn nearest(cell: &Cell, from: f64, to: f64, keep: impl Fn([i32; 3]) -> bool) -> [Option<f64>; 2] {
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

pub(super) fn norm(q: [f64; 3]) -> f64 {
    q.iter().map(|x| x * x).sum::<f64>().sqrt()
}
