//! Frames of another code: borrowed where it keeps them, or one by one from a code that only knows
//! the present.
//!
//! The engine here is a random walk of two kinds of particles in a periodic box. It keeps positions
//! inside of the box and counts how often each particle has left it, as molecular-dynamics codes
//! do.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::trajectory::{
    Cell, Convention, Frame, FrameSource, Species, TrajectoryError, Unwrapping, unwrapped,
};
use msed::{Error, Lags, Resampling, Trajectory, structure};
use rand::prelude::*;
use rand_pcg::Pcg64;

const BOX: f32 = 5.0;
const PARTICLES: usize = 100;

/// The foreign code.
struct Engine {
    step: u64,
    positions: Vec<[f32; 3]>,
    crossings: Vec<[i32; 3]>,
    random: Pcg64,
}

impl Engine {
    fn advance(&mut self) {
        self.step += 1;
        for (k, (r, n)) in self.positions.iter_mut().zip(&mut self.crossings).enumerate() {
            let reach = if k < PARTICLES / 2 { 0.1 } else { 0.2 };
            for (x, n) in r.iter_mut().zip(n) {
                let moved = *x + self.random.random_range(-reach..reach);
                *n += (moved / BOX).floor() as i32;
                *x = moved.rem_euclid(BOX);
            }
        }
    }
}

/// A run of the engine as a source of frames: so many more, some steps apart.
struct Run {
    engine: Engine,
    frames: usize,
    stride: usize,
}

impl FrameSource<f32> for Run {
    fn particles(&self) -> usize {
        self.engine.positions.len()
    }

    fn convention(&self) -> Convention {
        Convention::Wrapped
    }

    fn next_frame(&mut self, frame: &mut Frame<f32>) -> Result<bool, TrajectoryError> {
        if self.frames == 0 {
            return Ok(false);
        }
        self.frames -= 1;
        (0..self.stride).for_each(|_| self.engine.advance());
        let cell = Cell::cubic(f64::from(BOX))?;
        // Arrays here; vectors of nalgebra or glam go in the same way.
        frame.fill(
            self.engine.step,
            Some(cell),
            self.engine.positions.iter().copied(),
        );
        frame.images.clone_from(&self.engine.crossings);
        Ok(true)
    }
}

fn main() -> Result<(), Error> {
    let species = || Species::by_count([("slow", PARTICLES / 2), ("fast", PARTICLES / 2)]);
    let lags = Lags::logarithmic(5).up_to_fraction(0.1);
    let engine = Engine {
        step: 0,
        positions: vec![[0.5 * BOX; 3]; PARTICLES],
        crossings: vec![[0; 3]; PARTICLES],
        random: Pcg64::seed_from_u64(1),
    };

    // Frame by frame, unwrapped by the engine's own counts on the way.
    let source = unwrapped(
        Run {
            engine,
            frames: 2000,
            stride: 10,
        },
        Unwrapping::Images,
    );
    let run = Trajectory::from_source(source, 0.01, species()?)?;
    let msd = structure::msd(&run, &lags, Resampling::Blocks(10))?;
    for (name, msd) in msd.species() {
        // Ten steps along three axes, each uniform within the reach.
        let expected = if name == "slow" { 10.0 * 0.01 } else { 10.0 * 0.04 };
        println!(
            "{name}: MSD of one frame {}, expected {expected:.2}",
            msd.total.point(0)
        );
    }

    // Frames that stand in memory already, as points of unwrapped coordinates: a view, nothing is
    // copied.
    let history: Vec<[f32; 3]> = run
        .positions()
        .chunks_exact(3)
        .map(|r| [r[0], r[1], r[2]])
        .collect();
    let view = Trajectory::from_points(&history, run.steps(), 0.01, species()?)?;
    let again = structure::msd(&view, &lags, Resampling::Blocks(10))?;
    println!(
        "from the view: {}",
        if again == msd {
            "the same"
        } else {
            "something else"
        }
    );
    Ok(())
}
