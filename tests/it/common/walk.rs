//! Particles that walk at random.

use msed::trajectory::{Cell, Species, Trajectory};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

/// Random walks that leave the cell, by Gaussian steps: `step` along each axis from one step of the
/// run to the next.
pub(crate) fn walk(steps: Vec<u64>, species: Species, step: f64, cell: Cell) -> Trajectory<'static, f64> {
    let mut rng = Pcg64::seed_from_u64(steps.len() as u64);
    let mut frame: Vec<f64> = (0..3 * species.len())
        .map(|_| 40.0 * rng.random::<f64>() - 20.0)
        .collect();
    let mut positions = frame.clone();
    for gap in steps.windows(2).map(|w| w[1] - w[0]) {
        for x in &mut frame {
            let noise: f64 = rng.sample(StandardNormal);
            *x += step * noise * (gap as f64).sqrt();
        }
        positions.extend_from_slice(&frame);
    }
    let run = Trajectory::new(positions, steps, 0.005, species).expect("a trajectory");
    run.with_cell(cell).expect("unwrapped")
}

/// Steps of frames: uniform, logarithmic, and in blocks.
pub(crate) fn spacings() -> Vec<Vec<u64>> {
    let blocks = (0..9).flat_map(|b| [0, 1, 2, 4, 8, 16].map(|offset| 5 * (32 * b + offset)));
    vec![
        (0..61).map(|i| 100 + 10 * i).collect(),
        (0..24).map(|i| 1 << i).collect(),
        blocks.collect(),
    ]
}
