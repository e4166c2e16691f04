//! Mean squared displacement of each species, from a trajectory to a picture.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::{Lags, Resampling, Units, io, structure, trajectory::Species};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T0.600/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?;
    let lags = Lags::logarithmic(20).up_to_fraction(0.5);
    let msd = structure::msd(&run, &lags, Resampling::Blocks(10))?;
    let mut panel = Panel::new(Axis::log("*{t} (*{τ}_{LJ})"), Axis::log("MSD (*{σ}^{2})"));
    for (name, msd) in msd.species() {
        let curve = &msd.total;
        println!("MSD of {name} at t = {}: {}", curve.lag_time(20), curve.point(20));
        panel.add(Series::curve(curve).label(name));
    }
    Ok(Figure::new(panel).save("target/msd.svg")?)
}
