//! Which fraction has stayed in place, and how much that fluctuates: the self overlap Q(t), and
//! χ₄(t) with its peak.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::{Lags, Resampling, Units, io, relaxation, structure, trajectory::Species};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T0.600/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?;
    let lags = Lags::logarithmic(20).up_to_fraction(0.5);
    let moved = structure::displacements(&run, &lags, 0.3, Resampling::Blocks(10))?;
    let time = || Axis::log("*{t} (*{τ}_{LJ})");
    let mut overlap = Panel::new(time(), Axis::linear("*{Q} (dimensionless)"));
    let mut chi4 = Panel::new(time(), Axis::linear("*{χ}_{4} (dimensionless)"));
    for (name, moved) in moved.species() {
        println!("largest chi4 of {name}: {}", relaxation::peak(moved.chi4()?)?);
        overlap.add(Series::curve(moved.overlap()?).label(name));
        chi4.add(Series::curve(moved.chi4()?).label(name));
    }
    Ok(Figure::new(overlap).with(chi4).save("target/overlap.svg")?)
}
