//! Particles that know nothing of each other.

use msed::trajectory::{Cell, Species, Trajectory};
use rand::prelude::*;
use rand_pcg::Pcg64;

/// Frames of random positions, of mixed species, spread over three cells along each side.
pub(crate) fn gas(frames: usize, particles: usize, cell: Cell, seed: u64) -> Trajectory<'static, f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let mut positions = Vec::new();
    for _ in 0..frames * particles {
        positions.extend(cell.cartesian([0; 3].map(|_| 3.0 * rng.random::<f64>() - 1.0)));
    }
    let steps: Vec<u64> = (0..frames as u64).map(|i| 10 * i * i).collect();
    let species = Species::by_name((0..particles).map(|p| ["A", "B", "A"][p % 3])).expect("species");
    let run = Trajectory::new(positions, steps, 0.005, species).expect("a trajectory");
    run.with_cell(cell).expect("unwrapped")
}
