//! The diffusion coefficient where the motion has become diffusive, the time of the plateau, and
//! the slopes that decide.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation;
use msed::trajectory::Species;
use msed::{Lags, Resampling, Units, io, structure};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T1.000/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?;
    let lags = Lags::logarithmic(20).up_to_fraction(0.2);
    let msd = structure::msd(&run, &lags, Resampling::Blocks(5))?;
    let mut panel = Panel::new(
        Axis::log("*{t} (*{τ}_{LJ})"),
        Axis::linear("slope of ln MSD over ln *{t} (dimensionless)"),
    );
    for (name, msd) in msd.species() {
        let d = relaxation::diffusion(&msd.total);
        let plateau = relaxation::tau_beta(&msd.total);
        println!("{name}: D = {d}; tau_beta = {}", plateau.log_slope_minimum);
        let slope = relaxation::log_slope(&msd.total, 1.25);
        panel.add(Series::estimates(&slope.times, &slope.slopes).label(name));
    }
    panel.add(Series::horizontal(1.0));
    Ok(Figure::new(panel).save("target/diffusion.svg")?)
}
