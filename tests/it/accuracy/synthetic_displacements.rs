//! Displacements of motion whose answer is known, in every spacing of frames and kind of cell.

use crate::common::closeness::assert_close;
use msed::trajectory::{Cell, Species, Trajectory, Unwrapping};
use msed::{Lags, Resampling, structure};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

fn species(particles: usize) -> Species {
    Species::single("A", particles).expect("species")
}

#[test]
fn ballistic_motion_in_blocks_and_logarithmic_frames() {
    let logarithmic: Vec<u64> = [0].into_iter().chain((0..16).map(|i| 1 << i)).collect();
    let blocks: Vec<u64> = (0..8)
        .flat_map(|b| [0, 1, 2, 4, 8, 16].map(|offset| 100 * (32 * b + offset)))
        .collect();
    let velocities = [[0.1, 0.0, -0.2], [0.0, 0.3, 0.0], [-0.1, 0.1, 0.4]];
    for steps in [logarithmic, blocks] {
        let at = |step: u64| velocities.map(|v| v.map(|v| 0.005 * step as f64 * v));
        let positions: Vec<f64> = steps.iter().flat_map(|&step| at(step)).flatten().collect();
        let run = Trajectory::new(positions, steps, 0.005, species(3)).expect("a trajectory");
        let found =
            structure::displacements(&run, &Lags::all(), 0.29, Resampling::None).expect("displacements");
        let squares = velocities.map(|v| v.iter().map(|x| x * x).sum::<f64>());
        let [second, fourth] = [1, 2].map(|power| squares.iter().map(|v2| v2.powi(power)).sum::<f64>() / 3.0);
        for k in 1..found.all().msd.total.len() {
            let t = found.all().msd.total.lag_time(k);
            assert_close("msd", found.all().msd.total.values()[k] / (t * t), second, 1e-9);
            assert_close(
                "alpha2",
                found.all().alpha2.values()[k - 1],
                0.6 * fourth / (second * second) - 1.0,
                1e-9,
            );
            let stays = squares.iter().filter(|v2| v2.sqrt() * t < 0.29).count() as f64 / 3.0;
            assert_eq!(found.all().overlap().unwrap().values()[k], stays, "t = {t}");
            assert_close("chi4", found.all().chi4().unwrap().values()[k], 0.0, 1e-12);
        }
    }
}

#[test]
fn jumps_of_few_particles_are_not_gaussian() {
    // Each frame another set of 2, 0, 2, 0 ... of 20 particles stands displaced by 1: displacements
    // are 0 or 1, and alpha2 of a fraction p of unit displacements is 3 / (5 p) - 1.
    let (particles, frames) = (20, 40);
    let displaced = |frame: usize, p: usize| frame % 2 == 1 && p / 2 == frame % 10;
    let positions: Vec<f64> = (0..frames)
        .flat_map(|i| (0..particles).flat_map(move |p| [if displaced(i, p) { 1.0 } else { 0.0 }, 0.0, 0.0]))
        .collect();
    let steps: Vec<u64> = (0..frames as u64).collect();
    let run = Trajectory::new(positions, steps, 1.0, species(particles)).expect("a trajectory");
    let found =
        structure::displacements(&run, &Lags::samples([1]), 0.5, Resampling::None).expect("displacements");
    let all = found.all();
    assert_close("msd", all.msd.total.values()[0], 0.1, 1e-15);
    assert_close("alpha2", all.alpha2.values()[0], 5.0, 1e-12);
    assert_close("overlap", all.overlap().unwrap().values()[0], 0.9, 1e-15);
    assert_close("chi4", all.chi4().unwrap().values()[0], 0.0, 1e-13);
    // After two frames, from an even frame all stand where they stood, from an odd one four
    // particles do not: Q is 1 or 0.8.
    let found =
        structure::displacements(&run, &Lags::samples([2]), 0.5, Resampling::None).expect("displacements");
    assert_close("overlap", found.all().overlap().unwrap().values()[0], 0.9, 1e-15);
    assert_close(
        "chi4",
        found.all().chi4().unwrap().values()[0],
        20.0 * 0.01,
        1e-13,
    );
}

#[test]
fn two_mobilities_are_not_gaussian_by_the_known_amount() {
    // Gaussian displacements of variance a for one half of the particles and b for the other.
    let (particles, frames, a, b) = (400, 400, 0.01, 0.04);
    let mut rng = Pcg64::seed_from_u64(8);
    let mut positions = vec![0.0; 3 * particles];
    for i in 3 * particles..3 * particles * frames {
        let size: f64 = if i / 3 % 2 == 0 { a } else { b };
        let noise: f64 = rng.sample(StandardNormal);
        positions.push(positions[i - 3 * particles] + size.sqrt() * noise);
    }
    let steps: Vec<u64> = (0..frames as u64).collect();
    let run = Trajectory::new(positions, steps, 1.0, species(particles)).expect("a trajectory");
    let found = structure::displacements(&run, &Lags::samples([1, 5, 20]), 0.3, Resampling::default())
        .expect("displacements");
    let alpha2 = 2.0 * (a * a + b * b) / (a + b).powi(2) - 1.0;
    let curve = &found.all().alpha2;
    for k in 0..3 {
        let error = curve.standard_errors()[k].expect("an error");
        assert!(error > 0.0 && error < 0.1, "{error}");
        assert_close("alpha2", curve.values()[k], alpha2, 4.0 * error);
    }
}

#[test]
fn a_skewed_cell_hides_nothing_once_unwrapped() {
    let cell = Cell::triclinic([[6.0, 0.0, 0.0], [2.5, 5.0, 0.0], [-2.0, 1.5, 4.0]]).expect("a cell");
    let path = walk(60, 30, 0.2, 3);
    let run = Trajectory::new(path, uniform(60), 0.005, species(30)).expect("a trajectory");
    let wrapped = run
        .clone()
        .with_cell(cell)
        .expect("unwrapped")
        .wrapped_into_cell()
        .expect("wrapped");
    // From the continuity of wrapped coordinates alone: their image flags are left behind.
    let bare = Trajectory::wrapped(
        wrapped.positions().to_vec(),
        uniform(60),
        0.005,
        species(30),
        [cell],
    )
    .expect("wrapped");
    let back = bare.unwrapped(Unwrapping::continuity()).expect("unwrapped");
    same_displacements(&back, &run);
}

#[test]
fn a_breathing_cell_adds_nothing_to_the_displacements() {
    // Particles move by known steps; the cell changes by 3 % from frame to frame under them.
    // Toroidal unwrapping gives the steps back, image counts times the cell do not.
    let (frames, particles) = (200, 20);
    let mut rng = Pcg64::seed_from_u64(5);
    let cells: Vec<Cell> = (0..frames)
        .map(|i| Cell::cubic(6.0 * (1.0 + 0.03 * f64::sin(2.0 * i as f64))).expect("a cell"))
        .collect();
    let mut wrapped = vec![[0.0; 3]; particles];
    let mut path = vec![[0.0; 3]; particles];
    let (mut positions, mut known) = (Vec::new(), Vec::new());
    for cell in &cells {
        for (w, u) in wrapped.iter_mut().zip(&mut path) {
            for axis in 0..3 {
                let noise: f64 = rng.sample(StandardNormal);
                let step = 0.3 * noise + 0.1;
                u[axis] += step;
                w[axis] += step;
            }
            *w = cell.wrap(*w).0;
        }
        positions.extend(wrapped.iter().flatten());
        known.extend(path.iter().flatten());
    }
    let steps = uniform(frames);
    let known = Trajectory::new(known, steps.clone(), 0.005, species(particles)).expect("a trajectory");
    let wrapped = Trajectory::wrapped(positions, steps, 0.005, species(particles), cells).expect("wrapped");
    same_displacements(
        &wrapped.unwrapped(Unwrapping::toroidal()).expect("unwrapped"),
        &known,
    );
}

fn uniform(frames: usize) -> Vec<u64> {
    (0..frames as u64).map(|i| 10 * i).collect()
}

fn walk(frames: usize, particles: usize, size: f64, seed: u64) -> Vec<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let mut positions: Vec<f64> = (0..3 * particles).map(|_| 3.0 * rng.random::<f64>()).collect();
    for i in 3 * particles..3 * particles * frames {
        let noise: f64 = rng.sample(StandardNormal);
        positions.push(positions[i - 3 * particles] + size * noise);
    }
    positions
}

fn same_displacements(found: &Trajectory<'_, f64>, known: &Trajectory<'_, f64>) {
    let of = |run| structure::displacements(run, &Lags::all(), 0.3, Resampling::None).expect("displacements");
    let (found, known) = (of(found), of(known));
    for (found, known) in [
        (&*found.all().msd.total, &*known.all().msd.total),
        (&found.all().alpha2, &known.all().alpha2),
        (found.all().overlap().unwrap(), known.all().overlap().unwrap()),
    ] {
        for (a, b) in found.values().iter().zip(known.values()) {
            assert_close("unwrapped", *a, *b, 1e-9 * (1.0 + b.abs()));
        }
    }
    assert!(
        *known.all().msd.total.values().last().unwrap() > 3.0,
        "far enough to leave the cell"
    );
}
