//! Brownian motion, whose F_s and mean squared displacement are known.

use msed::relaxation::{self, tau_alpha};
use msed::structure::{self, WaveVectors};
use msed::trajectory::{Cell, Particles, Species, Trajectory};
use msed::{Curve, Estimate, Lags, Resampling};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;
use rayon::prelude::*;

use super::tally::{LEVEL, Shot, Tally};

const PARTICLES: usize = 20;
const FRAMES: usize = 620;
const BLOCKS: usize = 10;
/// D in units of length² per frame.
const D: f64 = 0.005;
/// Edge of the cell, and which multiple of 2 pi over it the wave vectors are long: tau_alpha =
/// 1/(q² D) is 10 frames.
const EDGE: f64 = 10.0;
const MULTIPLE: i32 = 7;

/// tau_alpha and D over so many runs.
pub(crate) fn study(runs: u64) -> [(&'static str, Tally); 2] {
    let found: Vec<[Shot; 2]> = (0..runs).into_par_iter().map(one).collect();
    ["tau_alpha", "D"]
        .iter()
        .enumerate()
        .map(|(k, name)| (*name, Tally::new(found.iter().map(|shots| shots[k]).collect())))
        .collect::<Vec<_>>()
        .try_into()
        .expect("two numbers")
}

fn one(seed: u64) -> [Shot; 2] {
    let cell = Cell::cubic(EDGE).expect("an edge");
    let run = walk(seed).with_cell(cell).expect("steps shorter than the cell");
    let axes = [[MULTIPLE, 0, 0], [0, MULTIPLE, 0], [0, 0, MULTIPLE]];
    let vectors = WaveVectors::from_integers(&cell, &axes).expect("vectors");
    let lags = Lags::logarithmic(20).up_to_time((FRAMES / BLOCKS) as f64);
    let blocks = Resampling::Blocks(BLOCKS);
    let isf = structure::self_isf(&run, Particles::All, &vectors, &lags, blocks).expect("F_s");
    let rate = vectors.mean_wave_number().powi(2) * D;
    let tau = |curve: &Curve| tau_alpha(curve).expect("lags").into_value();
    // The truth by the same interpolation between the lags.
    let truth = tau(&isf.map(|t, _| (-rate * t).exp()));
    let msd = structure::msd(&run, &lags, blocks).expect("displacements");
    let d = relaxation::diffusion(&msd.all().total);
    let shot = |found: Option<&Estimate>, truth: Option<f64>| match (found, truth) {
        (Some(found), Some(truth)) => Shot::new(found.value(), found.interval(LEVEL), truth),
        _ => Shot::missed(),
    };
    [
        shot(tau(&isf).as_ref(), truth.as_ref().map(Estimate::value)),
        shot(d.value().map(|d| &d.coefficient), Some(D)),
    ]
}

fn walk(seed: u64) -> Trajectory<'static, f64> {
    let mut random = Pcg64::seed_from_u64(seed);
    let mut positions = vec![0.0; 3 * PARTICLES];
    for k in 0..3 * PARTICLES * (FRAMES - 1) {
        let step: f64 = random.sample(StandardNormal);
        positions.push(positions[k] + (2.0 * D).sqrt() * step);
    }
    let steps: Vec<u64> = (0..FRAMES as u64).collect();
    let species = Species::single("A", PARTICLES).expect("a species");
    Trajectory::new(positions, steps, 1.0, species).expect("finite positions")
}
