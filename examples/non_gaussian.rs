//! How far displacements are from Gaussian: the parameter α₂ of each species, and where it peaks.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::{Lags, Resampling, Units, io, relaxation, structure, trajectory::Species};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T0.600/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?;
    let lags = Lags::logarithmic(20).up_to_fraction(0.5);
    let moved = structure::displacements(&run, &lags, 0.3, Resampling::Blocks(10))?;
    let mut panel = Panel::new(
        Axis::log("*{t} (*{τ}_{LJ})"),
        Axis::linear("*{α}_{2} (dimensionless)"),
    );
    for (name, moved) in moved.species() {
        println!("largest alpha2 of {name}: {}", relaxation::peak(&moved.alpha2)?);
        panel.add(Series::curve(&moved.alpha2).label(name));
    }
    Ok(Figure::new(panel).save("target/non_gaussian.svg")?)
}
